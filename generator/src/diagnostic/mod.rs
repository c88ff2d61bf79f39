//! Problems of a specification, and their rendering as text, as JSON, for GitHub Actions and as SARIF.
//!
//! In: a problem and its location. Out: a [`Diagnostic`], and its rendering. This module depends neither on OpenAPI nor
//! on Rust.

mod code;
mod github;
mod json;
mod sarif;
mod source;
mod text;

use std::fmt;

pub use code::{Code, Severity, UnknownCode};
pub use source::{Location, Source};

/// One problem: its message, its location, and a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of the problem.
    pub code: Code,
    /// The message, in one line.
    pub message: String,
    /// The location.
    pub location: Location,
    /// The repair.
    pub help: String,
    /// Related locations, with labels.
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

    /// The same problem as a warning, for an error in a third-party document that does not change the generated code.
    pub(crate) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same problem of a file whose first byte has another number.
    pub(crate) fn moved(mut self, first: usize) -> Self {
        let related = self.related.iter_mut().map(|(place, _)| place);
        for place in related.chain([&mut self.location]) {
            place.span = place.span.start + first..place.span.end + first;
        }
        self
    }

    /// Adds a related location with a label.
    #[must_use]
    pub fn with_note(mut self, location: Location, why: impl Into<String>) -> Self {
        self.add_note(location, why);
        self
    }

    /// Adds a related location with a label.
    pub fn add_note(&mut self, location: Location, why: impl Into<String>) {
        self.related.push((location, why.into()));
    }

    /// The severity. In a third-party document an error that does not change the generated code is a warning.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }
}

/// The problems in the order of [`Diagnostics`], without duplicates.
pub(crate) fn sorted(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let key = |problem: &Diagnostic| (problem.severity(), problem.location.span.start, problem.code);
    problems.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
    problems.dedup();
    problems
}

/// All problems of a run, with their source text.
///
/// `Display` shows each with its lines of the specification, in the style of rustc.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    source: Source,
    problems: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts the problems by severity, errors first, and by location, so that their order does not depend on the order
    /// of checks. Removes duplicates, which occur because an object with several references is checked several times.
    #[must_use]
    pub fn new(source: Source, problems: Vec<Diagnostic>) -> Self {
        Self { source, problems: sorted(problems) }
    }

    /// The problems: errors before warnings, each sorted by location.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The source text of the problems.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The problems as text, with the count as the last line; `styled` adds terminal colours.
    #[must_use]
    pub fn render(&self, styled: bool) -> String {
        let mut text: String =
            self.problems.iter().map(|problem| text::render(&self.source, problem, styled)).collect();
        text.push_str(&text::count(&self.source, &self.problems));
        text
    }

    /// One line with a JSON object for each problem: `code`, `severity`, `message`, `file`, `line`, `column`, `end`
    /// (with `line` and `column`), `pointer`, `help`, and `related` with the related locations, each with `file` if that is
    /// another file. A pointer refers to the document after all overlays are applied.
    #[must_use]
    pub fn json_lines(&self) -> String {
        self.problems.iter().map(|problem| json::render(&self.source, problem)).collect()
    }
}

impl Diagnostics {
    /// One line with a [workflow command] of GitHub Actions for each problem: in a job, GitHub shows it at its lines of a
    /// pull request. GitHub shows the first ten of each severity of a step.
    ///
    /// [workflow command]: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    #[must_use]
    pub fn github_commands(&self) -> String {
        self.problems.iter().map(|problem| github::render(&self.source, problem)).collect()
    }

    /// A document of SARIF 2.1.0 with all problems, which services for code scanning read. Its rules have the
    /// explanations of the codes. Paths are relative if the names of the sources are.
    #[must_use]
    pub fn sarif(&self) -> String {
        sarif::render(&self.source, &self.problems)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
