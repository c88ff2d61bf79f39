//! The step of the version that a change needs, by Cargo's rules.
//!
//! In: the worst class of all changes, and versions. Out: the step, and whether it was taken. Knows no document.

use semver::{Prerelease, Version};

use super::change::Class;

/// Which number of a version goes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The last one.
    Patch,
    /// The one in the middle.
    Minor,
    /// The first one.
    Major,
}

impl Step {
    /// The step in a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The step that a change needs from a version. Before 1.0.0 Cargo takes the first number that is not 0 for what the
    /// major number is later.
    fn needed(class: Class, from: &Version) -> Self {
        match class {
            Class::Breaking if from.major > 0 => Self::Major,
            Class::Breaking if from.minor > 0 => Self::Minor,
            Class::Compatible if from.major > 0 => Self::Minor,
            _ => Self::Patch,
        }
    }

    fn after(self, version: &Version) -> Version {
        let Version { major, minor, patch, .. } = *version;
        match self {
            // A pre-release comes before the version that it is named after.
            Self::Patch if !version.pre.is_empty() => Version::new(major, minor, patch),
            Self::Patch => Version::new(major, minor, patch.saturating_add(1)),
            Self::Minor => Version::new(major, minor.saturating_add(1), 0),
            Self::Major => Version::new(major.saturating_add(1), 0, 0),
        }
    }
}

/// What the version of the client has to become, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The version that the old specification made.
    pub old: String,
    /// The step; `None` if nothing changed.
    pub step: Option<Step>,
    /// The first version that takes it.
    pub needs: String,
    /// The version of today, if it is known.
    pub new: Option<String>,
    /// Whether that takes the step.
    pub is_taken: Option<bool>,
}

impl Verdict {
    /// Judges the step from one version to another. A pre-release takes the step of the version that it is named after.
    ///
    /// # Errors
    /// A text that is no version, with the text.
    pub fn new(worst: Option<Class>, old: &str, new: Option<&str>) -> Result<Self, String> {
        let read = |text: &str| Version::parse(text).map_err(|error| format!("`{text}` is not a version: {error}"));
        let from = read(old)?;
        let to = new.map(read).transpose()?;
        let step = worst.map(|class| Step::needed(class, &from));
        let needs = step.map_or_else(|| from.clone(), |step| step.after(&from));
        let is_taken = to.map(|mut to| {
            let is_later = to > from;
            to.pre = Prerelease::EMPTY;
            step.is_none() || (is_later && to >= needs)
        });
        Ok(Self { old: old.to_owned(), step, needs: needs.to_string(), new: new.map(str::to_owned), is_taken })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_that_of_cargo() {
        use Class::{Breaking, Compatible, DocumentationOnly};
        let cases = [
            // class, old, step, needs, versions that take it, versions that do not
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
        for (class, old, step, needs, good, bad) in cases {
            for (new, taken) in good.iter().map(|new| (new, true)).chain(bad.iter().map(|new| (new, false))) {
                let verdict = Verdict::new(Some(class), old, Some(new)).unwrap();
                assert_eq!(verdict.step.map(Step::as_str), Some(step), "{class:?} {old}");
                assert_eq!(verdict.needs, needs, "{class:?} {old}");
                assert_eq!(verdict.is_taken, Some(taken), "{class:?} {old} {new}");
            }
        }
    }

    #[test]
    fn nothing_needs_no_step() {
        let verdict = Verdict::new(None, "0.1.0", Some("0.1.0")).unwrap();
        assert_eq!((verdict.step, verdict.needs.as_str(), verdict.is_taken), (None, "0.1.0", Some(true)));
        assert_eq!(Verdict::new(None, "0.1.0", None).unwrap().is_taken, None);
        assert!(Verdict::new(None, "one", None).unwrap_err().contains("`one` is not a version"));
    }
}
