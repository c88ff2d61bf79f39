//! What a document of others has and the client does not use.
//!
//! In: parts that were met on the way, with their places. Out: for each kind of part a warning that counts them, and the
//! same as a sentence of the documentation. Our own specification has none of them: there each is an error, or is used.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::pointer::At;
use crate::model::TypeDefinition;

/// The parts that were met.
#[derive(Debug, Default)]
pub(super) struct Unused {
    /// Operations with responses, other than the successful one, that have content.
    pub(super) failures: Count,
    /// Operations whose successful response has headers.
    pub(super) headers: Count,
    /// Operations with callbacks.
    pub(super) callbacks: Count,
}

/// How many there are, and where the first of them is.
#[derive(Debug, Default)]
pub(super) struct Count {
    number: usize,
    first: String,
}

impl Count {
    pub(super) fn add(&mut self, at: At<'_>) {
        if self.number == 0 {
            self.first = at.pointer();
        }
        self.number += 1;
    }
}

impl Unused {
    /// A warning for each kind of part that there is, in the order of the document.
    pub(super) fn warnings(self, document: &Document<'_>, definitions: &[TypeDefinition]) -> Vec<Diagnostic> {
        let mut types = Count::default();
        for definition in definitions.iter().filter(|definition| !definition.is_used) {
            types.add(At::Base(&definition.pointer));
        }
        let of_operations = |count: &Count, what: &str, verb: &str| match count.number {
            1 => format!("the {what} of 1 operation are not {verb}"),
            number => format!("the {what} of {number} operations are not {verb}"),
        };
        let type_message = match types.number {
            1 => "1 type is used by none of the generated operations".to_owned(),
            number => format!("{number} types are used by none of the generated operations"),
        };
        let kinds = [
            (
                of_operations(&self.failures, "failure responses", "typed"),
                "a call that fails returns an error with the HTTP status and an excerpt of the body",
                self.failures,
            ),
            (
                of_operations(&self.headers, "response headers", "read"),
                "a call returns the body of the response only",
                self.headers,
            ),
            (
                of_operations(&self.callbacks, "callbacks", "generated"),
                "the client sends requests only; receive those of the service with a server of your own",
                self.callbacks,
            ),
            (
                type_message,
                "a type is generated all the same: read the body of a failure as one, or take its schema out",
                types,
            ),
        ];
        let warning = |(message, help, count): (String, &str, Count)| {
            let place = document.place(At::Base(&count.first));
            (count.number > 0).then(|| Diagnostic::new(Code::UnusedPart, place, message, help))
        };
        let mut warnings: Vec<Diagnostic> = kinds.into_iter().filter_map(warning).collect();
        warnings.sort_by(|a, b| (a.place.span.start, &a.message).cmp(&(b.place.span.start, &b.message)));
        warnings
    }
}

/// A warning as a sentence of the documentation.
pub(super) fn sentence(warning: &Diagnostic) -> String {
    let mut letters = warning.message.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).chain(['.']).collect()
}
