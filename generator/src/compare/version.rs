//! The version bump that a change requires, by Cargo's rules.
//!
//! In: the worst compatibility of all changes, and versions. Out: the bump, and whether the new version is sufficient. This
//! module does not know documents.

use semver::{Prerelease, Version};

use super::change::Compatibility;
use crate::words::words;

words! {
    /// The part of a version that is incremented.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Bump {
        /// The patch version.
        Patch = "patch",
        /// The minor version.
        Minor = "minor",
        /// The major version.
        Major = "major",
    }
}

impl Bump {
    /// The bump that a change of a version requires. Before 1.0.0 Cargo treats the first nonzero number as the major
    /// version.
    fn needed(compatibility: Compatibility, from: &Version) -> Self {
        match compatibility {
            Compatibility::Breaking if from.major > 0 => Self::Major,
            Compatibility::Breaking if from.minor > 0 => Self::Minor,
            Compatibility::Compatible if from.major > 0 => Self::Minor,
            _ => Self::Patch,
        }
    }

    fn after(self, version: &Version) -> Version {
        let Version { major, minor, patch, .. } = *version;
        match self {
            // A pre-release precedes its version.
            Self::Patch if !version.pre.is_empty() => Version::new(major, minor, patch),
            Self::Patch => Version::new(major, minor, patch.saturating_add(1)),
            Self::Minor => Version::new(major, minor.saturating_add(1), 0),
            Self::Major => Version::new(major.saturating_add(1), 0, 0),
        }
    }
}

/// The required version of the client, and its actual version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The version of the old specification.
    pub old: String,
    /// The bump; `None` if there are no changes.
    pub bump: Option<Bump>,
    /// The first version that is sufficient.
    pub needs: String,
    /// The version of the new specification, if it is known.
    pub new: Option<String>,
    /// Whether that is sufficient.
    pub is_sufficient: Option<bool>,
}

impl Verdict {
    /// Compares a version with an older one. A pre-release is as sufficient as its version.
    ///
    /// # Errors
    /// The string that is not a version.
    pub fn new(worst: Option<Compatibility>, old: &str, new: Option<&str>) -> Result<Self, String> {
        let read = |text: &str| Version::parse(text).map_err(|error| format!("`{text}` is not a version: {error}"));
        let from = read(old)?;
        let to = new.map(read).transpose()?;
        let bump = worst.map(|compatibility| Bump::needed(compatibility, &from));
        let needs = bump.map_or_else(|| from.clone(), |bump| bump.after(&from));
        let is_sufficient = to.map(|mut to| {
            let is_later = to > from;
            to.pre = Prerelease::EMPTY;
            bump.is_none() || (is_later && to >= needs)
        });
        Ok(Self { old: old.to_owned(), bump, needs: needs.to_string(), new: new.map(str::to_owned), is_sufficient })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bump_follows_the_rules_of_cargo() {
        use Compatibility::{Breaking, Compatible, DocumentationOnly};
        let cases = [
            // compatibility, old, bump, needs, sufficient versions, other versions
            (
                Breaking,
                "0.1.0",
                "minor",
                "0.2.0",
                &["0.2.0", "0.2.0-rc.1", "0.3.1", "1.0.0"][..],
                &["0.1.0", "0.1.1"][..],
            ),
            (Breaking, "1.4.2", "major", "2.0.0", &["2.0.0", "3.0.0"], &["1.5.0", "1.4.3"]),
            (Breaking, "0.0.3", "patch", "0.0.4", &["0.0.4", "0.1.0"], &["0.0.3"]),
            (Compatible, "0.1.0", "patch", "0.1.1", &["0.1.1", "0.2.0"], &["0.1.0", "0.0.9"]),
            (Compatible, "1.4.2", "minor", "1.5.0", &["1.5.0", "2.0.0"], &["1.4.3"]),
            (DocumentationOnly, "1.4.2", "patch", "1.4.3", &["1.4.3", "1.5.0"], &["1.4.2"]),
            (Breaking, "0.2.0-rc.1", "minor", "0.3.0", &["0.3.0"], &["0.2.0-rc.2", "0.2.0"]),
            (Compatible, "0.2.0-rc.1", "patch", "0.2.0", &["0.2.0-rc.2", "0.2.0"], &["0.2.0-rc.1", "0.1.9"]),
        ];
        for (compatibility, old, bump, needs, sufficient, others) in cases {
            for (new, is_sufficient) in
                sufficient.iter().map(|new| (new, true)).chain(others.iter().map(|new| (new, false)))
            {
                let verdict = Verdict::new(Some(compatibility), old, Some(new)).unwrap();
                assert_eq!(verdict.bump.map(Bump::as_str), Some(bump), "{compatibility:?} {old}");
                assert_eq!(verdict.needs, needs, "{compatibility:?} {old}");
                assert_eq!(verdict.is_sufficient, Some(is_sufficient), "{compatibility:?} {old} {new}");
            }
        }
    }

    #[test]
    fn no_change_needs_no_bump() {
        let verdict = Verdict::new(None, "0.1.0", Some("0.1.0")).unwrap();
        assert_eq!((verdict.bump, verdict.needs.as_str(), verdict.is_sufficient), (None, "0.1.0", Some(true)));
        assert_eq!(Verdict::new(None, "0.1.0", None).unwrap().is_sufficient, None);
        assert!(Verdict::new(None, "one", None).unwrap_err().contains("`one` is not a version"));
    }
}
