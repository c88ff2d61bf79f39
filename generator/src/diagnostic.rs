//! Problems with a specification, and their text for a person, an editor or a tool.
//!
//! In: what a stage found, and where. Out: a [`Diagnostic`], and its text for a person or an editor. This module knows
//! nothing of OpenAPI or Rust.

mod code;
mod json;
mod source;
mod text;

use std::fmt;

pub use code::{Code, Severity, UnknownCode};
pub use source::{Location, Source};

/// One problem: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub location: Location,
    /// What to do.
    pub help: String,
    /// Other locations that the problem involves, and why.
    pub related: Vec<(Location, String)>,
    severity: Severity,
}

impl Diagnostic {
    /// A problem at one location.
    #[must_use]
    pub fn new(code: Code, location: Location, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { code, message, location, help, related: Vec::new(), severity: code.severity() }
    }

    /// The same problem where it does not change the generated code: in a document of others.
    pub(crate) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Adds another location that the problem involves, and why.
    #[must_use]
    pub fn with_note(mut self, location: Location, why: impl Into<String>) -> Self {
        self.add_note(location, why);
        self
    }

    /// Adds another location that the problem involves, and why.
    pub fn add_note(&mut self, location: Location, why: impl Into<String>) {
        self.related.push((location, why.into()));
    }

    /// How serious it is. In a document of others an error that does not change the generated code is a warning.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }
}

/// All problems of a run, with the text they are about.
///
/// `Display` writes each with its lines of the specification, the way rustc does.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    source: Source,
    problems: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts the problems, errors first and each kind by place, so that their order does not depend on the order of
    /// checks. Drops repetitions: something that is referred to twice is checked twice.
    #[must_use]
    pub fn new(source: Source, mut problems: Vec<Diagnostic>) -> Self {
        let key = |problem: &Diagnostic| (problem.severity(), problem.location.span.start, problem.code);
        problems.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
        problems.dedup();
        Self { source, problems }
    }

    /// The problems: errors before warnings, each in the order of their places.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The text that the problems are about.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The text for a person, with the count as its last line; `styled` adds the colours of a terminal.
    #[must_use]
    pub fn render(&self, styled: bool) -> String {
        let mut text: String =
            self.problems.iter().map(|problem| text::render(&self.source, problem, styled)).collect();
        text.push_str(&text::count(&self.source, &self.problems));
        text
    }

    /// One JSON object a line for each problem: `code`, `severity`, `message`, `file`, `line`, `column`, `end` (with
    /// `line` and `column`), `pointer`, `help`, and in `related` the other places.
    #[must_use]
    pub fn json_lines(&self) -> String {
        self.problems.iter().map(|problem| json::render(&self.source, problem)).collect()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
