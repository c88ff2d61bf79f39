//! What a stage finds wrong with a document.
//!
//! In: pointers and words. Out: problems with their places, in the order in which they were told.

use super::Document;
use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic};

/// Problems of one document.
#[derive(Debug)]
pub(crate) struct Sink<'d> {
    document: &'d Document<'d>,
    pub(crate) problems: Vec<Diagnostic>,
}

impl<'d> Sink<'d> {
    pub(crate) fn new(document: &'d Document<'d>) -> Self {
        Self { document, problems: Vec::new() }
    }

    pub(crate) fn report(
        &mut self,
        code: Code,
        at: PointerRef<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.push(Diagnostic::new(code, self.document.place(at), message, help));
    }

    /// Tells a problem that has to do with a second place, and why.
    pub(crate) fn report_with(
        &mut self,
        code: Code,
        at: PointerRef<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
        (other, why): (PointerRef<'_>, &str),
    ) {
        let problem = Diagnostic::new(code, self.document.place(at), message, help);
        self.problems.push(problem.with_related(self.document.place(other), why));
    }
}
