//! Collects the diagnostics that a stage reports for a document.
//!
//! In: pointers and messages. Out: diagnostics with their locations, in the order of reporting. Errors and warnings are
//! separate: a document with warnings only has a model.

use super::Document;
use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic};

/// The diagnostics of one document.
#[derive(Debug)]
pub(crate) struct Sink<'d> {
    document: &'d Document<'d>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl<'d> Sink<'d> {
    pub(crate) fn new(document: &'d Document<'d>) -> Self {
        Self { document, problems: Vec::new(), warnings: Vec::new() }
    }

    pub(crate) fn report(
        &mut self,
        code: Code,
        at: PointerRef<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.push(Diagnostic::new(code, self.document.locate(at), message, help));
    }

    /// Reports a problem with a note at a second location.
    pub(crate) fn report_with(
        &mut self,
        code: Code,
        at: PointerRef<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
        (other, why): (PointerRef<'_>, &str),
    ) {
        let problem = Diagnostic::new(code, self.document.locate(at), message, help);
        self.problems.push(problem.with_note(self.document.locate(other), why));
    }

    /// Reports a problem that is an error in this repository's specification and recoverable in a third-party document.
    /// `effect` describes how the generated code handles it.
    pub(crate) fn report_recoverable(
        &mut self,
        code: Code,
        at: PointerRef<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
        effect: &str,
    ) {
        let (message, location) = (message.into(), self.document.locate(at));
        if self.document.policy.tolerates_mistakes {
            let problem = Diagnostic::new(code, location, format!("{message}: {effect}"), help);
            self.warnings.push(problem.into_warning());
        } else {
            self.problems.push(Diagnostic::new(code, location, message, help));
        }
    }
}
