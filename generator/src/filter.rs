//! The selection of the operations that are generated.
//!
//! In: patterns, and the operations of a document. Out: the excluded operations; or the patterns that match no operation or
//! contradict each other.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Unchecked;
use crate::document::prune::{self, METHOD_KEYS, Needs, WrittenOperation};
use crate::suggest::nearest;

/// Selects the operations that are generated: all that an included pattern matches, or all operations if no pattern is
/// included; without those that an excluded pattern matches. Components that only other operations use are not generated.
///
/// ```
/// use flighthub2_generator::Filter;
///
/// let filter = Filter::default().including("tag:pets".parse()?).excluding("path:DELETE *".parse()?);
/// assert!(!filter.is_empty());
/// # Ok::<(), flighthub2_generator::InvalidPattern>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    include: Vec<OperationPattern>,
    exclude: Vec<OperationPattern>,
}

/// A pattern of operations: `tag:PATTERN`, `operation:PATTERN` (the `operationId`, or the name that is derived from method
/// and path without one), `path:PATTERN` or `path:METHOD PATTERN`.
///
/// `*` matches any string, including the empty one and strings with `/`; `?` matches one character. The pattern has to match
/// the whole name. Names are case-sensitive, methods are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationPattern {
    text: String,
    subject: PatternSubject,
    glob: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternSubject {
    Tag,
    Operation,
    Path { method: Option<&'static str> },
}

/// A string that is not an [`OperationPattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPattern {
    text: String,
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        write!(f, "`{text}` is no pattern of operations; write `tag:…`, `operation:…` or `path:…`")?;
        if text.starts_with('/') {
            write!(f, "; did you mean `path:{text}`?")?;
        }
        Ok(())
    }
}

impl Error for InvalidPattern {}

impl FromStr for OperationPattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let invalid = || InvalidPattern { text: text.to_owned() };
        let (subject, glob) = text.split_once(':').filter(|(_, glob)| !glob.is_empty()).ok_or_else(invalid)?;
        let (subject, glob) = match subject {
            "tag" => (PatternSubject::Tag, glob),
            "operation" => (PatternSubject::Operation, glob),
            "path" => {
                let method = glob.split_once(' ').and_then(|(method, glob)| {
                    Some((*METHOD_KEYS.iter().find(|key| key.eq_ignore_ascii_case(method))?, glob))
                });
                let (method, glob) = method.map_or((None, glob), |(method, glob)| (Some(method), glob));
                (PatternSubject::Path { method }, glob)
            }
            _ => return Err(invalid()),
        };
        Ok(Self { text: text.to_owned(), subject, glob: glob.to_owned() })
    }
}

impl fmt::Display for OperationPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl OperationPattern {
    /// The string of an operation that is compared with the pattern.
    fn candidates<'o>(&self, operation: &'o WrittenOperation) -> Vec<&'o str> {
        match self.subject {
            PatternSubject::Tag => operation.tags.iter().map(String::as_str).collect(),
            PatternSubject::Operation => vec![&operation.id],
            PatternSubject::Path { method: Some(method) } if method != operation.method => Vec::new(),
            PatternSubject::Path { .. } => vec![&operation.path],
        }
    }

    fn matches(&self, operation: &WrittenOperation) -> bool {
        self.candidates(operation).into_iter().any(|candidate| is_match(&self.glob, candidate))
    }

    /// A suggestion for a pattern that matches no operation.
    fn suggestion(&self, operations: &[WrittenOperation]) -> String {
        let candidates = || operations.iter().flat_map(|operation| self.candidates(operation));
        let prefix = &self.text[..self.text.len() - self.glob.len()];
        let otherwise = match self.subject {
            PatternSubject::Tag => "a tag",
            PatternSubject::Operation => "the `operationId` of an operation",
            PatternSubject::Path { .. } => "a path of the document",
        };
        let in_another_case = || candidates().find(|candidate| is_match(&folded(&self.glob), &folded(candidate)));
        match nearest(&self.glob, candidates()).or_else(in_another_case) {
            Some(meant) => format!("did you mean `{prefix}{meant}`?"),
            None => format!("write {otherwise}; `*` stands for any text, and the whole name has to match"),
        }
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// Whether a string matches a pattern with `*` and `?`. The time is at most the product of their lengths.
fn is_match(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut g, mut t) = (0, 0);
    // The position of the last `*`, and where the string after it starts.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (glob.get(g), star) {
            (Some('*'), _) => {
                star = Some((g, t));
                g += 1;
            }
            (Some(c), _) if *c == '?' || *c == text[t] => {
                g += 1;
                t += 1;
            }
            // The last `*` matches one more character.
            (_, Some((at, begin))) => {
                star = Some((at, begin + 1));
                g = at + 1;
                t = begin + 1;
            }
            _ => return false,
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

impl Filter {
    /// Generates the operations of a pattern, in addition to those of other included patterns.
    #[must_use]
    pub fn including(mut self, pattern: OperationPattern) -> Self {
        self.include.push(pattern);
        self
    }

    /// Does not generate the operations of a pattern.
    #[must_use]
    pub fn excluding(mut self, pattern: OperationPattern) -> Self {
        self.exclude.push(pattern);
        self
    }

    /// Whether all operations are generated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Removes the unselected operations from a document, with the components that only they use. Returns the number of
    /// removed operations.
    pub(crate) fn apply(&self, document: &mut Unchecked<'_>) -> Result<usize, Diagnostics> {
        if self.is_empty() {
            return Ok(0);
        }
        let operations = prune::operations(&document.tree);
        let problems = self.problems(&operations);
        if !problems.is_empty() {
            let (key, _) = document.tree.locate("/paths");
            let place = document.source.location(key, "/paths");
            let problem = |(message, help)| Diagnostic::new(Code::Filter, place.clone(), message, help);
            let problems = problems.into_iter().map(problem).collect();
            return Err(Diagnostics::new(document.source.clone(), problems));
        }
        let unwanted = operations.iter().filter(|operation| !self.is_wanted(operation));
        let removed: HashSet<String> = unwanted.map(|operation| operation.pointer.clone()).collect();
        let components = Needs::new(&document.tree, document.policy).only_of(&operations, &removed);
        prune::remove(&mut document.tree, &removed, &HashSet::new(), &components);
        Ok(removed.len())
    }

    fn is_included(&self, operation: &WrittenOperation) -> bool {
        self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(operation))
    }

    fn is_wanted(&self, operation: &WrittenOperation) -> bool {
        self.is_included(operation) && !self.exclude.iter().any(|pattern| pattern.matches(operation))
    }

    /// The messages and repairs for patterns that match no operation, and for included patterns whose operations are all
    /// excluded.
    fn problems(&self, operations: &[WrittenOperation]) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        for (pattern, option) in
            self.include.iter().map(|it| (it, "included")).chain(self.exclude.iter().map(|it| (it, "excluded")))
        {
            if !operations.iter().any(|operation| pattern.matches(operation)) {
                let message = format!("the {option} pattern `{pattern}` matches no operation");
                problems.push((message, pattern.suggestion(operations)));
            }
        }
        if !problems.is_empty() {
            return problems;
        }
        for pattern in &self.include {
            let matched = || operations.iter().filter(|operation| pattern.matches(operation));
            if !matched().any(|operation| self.is_wanted(operation)) {
                let is_cause = |exclude: &&OperationPattern| matched().any(|operation| exclude.matches(operation));
                let causes: Vec<String> = self.exclude.iter().filter(is_cause).map(|it| format!("`{it}`")).collect();
                let causes = causes.join(", ");
                let message = format!("every operation that `{pattern}` includes is excluded by {causes}");
                problems.push((message, "remove one of the patterns, or make the excluded one narrower".to_owned()));
            }
        }
        if problems.is_empty() && !operations.iter().any(|operation| self.is_wanted(operation)) {
            let message = "every operation is excluded".to_owned();
            problems.push((message, "remove a pattern, or make one narrower".to_owned()));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_name() {
        for (glob, text) in [
            ("a", "a"),
            ("*", ""),
            ("*", "a/b"),
            ("/pets/*", "/pets/{id}/toys"),
            ("/pets*", "/pets"),
            ("*Pet", "listPet"),
            ("*e*e*", "delete"),
            ("l?st", "list"),
            ("**a", "ba"),
            ("é?", "éü"),
        ] {
            assert!(is_match(glob, text), "{glob} {text}");
        }
        for (glob, text) in [("a", "ab"), ("a", "A"), ("", "a"), ("?", ""), ("/pets/*", "/pets"), ("*a*b", "ba")] {
            assert!(!is_match(glob, text), "{glob} {text}");
        }
        assert!(!is_match(&"*a".repeat(500), &"a".repeat(499)));
    }

    #[test]
    fn a_pattern_names_its_subject() {
        let subject = |text: &str| text.parse::<OperationPattern>().map(|it| (it.subject, it.glob));
        let path = |method| PatternSubject::Path { method };
        assert_eq!(subject("tag:a b"), Ok((PatternSubject::Tag, "a b".to_owned())));
        assert_eq!(subject("path:/a"), Ok((path(None), "/a".to_owned())));
        assert_eq!(subject("path:Delete /a b"), Ok((path(Some("delete")), "/a b".to_owned())));
        assert_eq!(subject("operation:a:b"), Ok((PatternSubject::Operation, "a:b".to_owned())));
        for text in ["", "a", "tag:", "tags:a", "/a"] {
            assert!(subject(text).is_err(), "{text}");
        }
        let error = "/a".parse::<OperationPattern>().unwrap_err().to_string();
        assert!(error.ends_with("did you mean `path:/a`?"), "{error}");
    }
}
