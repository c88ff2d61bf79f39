//! What a document of others has and the client does not use.
//!
//! In: parts that were met on the way, with their places. Out: for each kind of part how many there are, and a warning.
//! Our own specification has none of them: there each is an error, or is used.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::{Api, TypeDefinition, UnusedKind, UnusedPart};

/// The parts that were met.
#[derive(Debug, Default)]
pub(super) struct UnusedParts {
    pub(super) failure_responses: Count,
    pub(super) response_headers: Count,
    pub(super) callbacks: Count,
}

/// How many there are, and where the first of them is.
#[derive(Debug, Default)]
pub(super) struct Count {
    number: usize,
    first: String,
}

impl Count {
    pub(super) fn add(&mut self, at: PointerRef<'_>) {
        if self.number == 0 {
            self.first = at.pointer();
        }
        self.number += 1;
    }
}

impl UnusedParts {
    /// Adds the types that no operation uses, and brings the kinds into the order of the document.
    pub(super) fn complete(self, document: &Document<'_>, definitions: &[TypeDefinition]) -> Vec<UnusedPart> {
        if !document.policy.warns_of_unused_parts {
            return Vec::new();
        }
        let mut types = Count::default();
        for definition in definitions.iter().filter(|definition| !definition.is_used) {
            types.add(PointerRef::Base(&definition.pointer));
        }
        let kinds = [
            (UnusedKind::FailureResponses, self.failure_responses),
            (UnusedKind::ResponseHeaders, self.response_headers),
            (UnusedKind::Callbacks, self.callbacks),
            (UnusedKind::Types, types),
        ];
        let found = kinds.into_iter().filter(|(_, count)| count.number > 0);
        let mut parts: Vec<UnusedPart> =
            found.map(|(kind, count)| UnusedPart { kind, count: count.number, pointer: count.first }).collect();
        parts.sort_by_key(|part| (document.place(PointerRef::Base(&part.pointer)).span.start, part.to_string()));
        parts
    }
}

/// A warning for each kind of part that is not used.
pub(crate) fn warnings(document: &Document<'_>, api: &Api) -> Vec<Diagnostic> {
    let warning = |part: &UnusedPart| {
        let help = match part.kind {
            UnusedKind::FailureResponses => {
                "a call that fails returns an error with the HTTP status and an excerpt of the body"
            }
            UnusedKind::ResponseHeaders => "a call returns the body of the response only",
            UnusedKind::Callbacks => {
                "the client sends requests only; receive those of the service with a server of your own"
            }
            UnusedKind::Types => {
                "a type is generated all the same: read the body of a failure as one, or take its schema out"
            }
        };
        let place = document.place(PointerRef::Base(&part.pointer));
        Diagnostic::new(Code::UnusedPart, place, part.to_string(), help)
    };
    api.unused.iter().map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{model, model_of_ours};

    fn unused(keys: &str) -> Vec<String> {
        model(keys).unused.iter().map(|part| format!("{}: {part}", part.pointer)).collect()
    }

    #[test]
    fn what_is_not_used_is_counted_in_the_order_of_the_document() {
        let failure = "{description: '', content: {application/json: {schema: {$ref: '#/components/schemas/P'}}}}";
        let paths = format!(
            "paths:\n  /a: {{get: {{responses: {{'204': {{description: '', headers: {{H: {{schema: {{type: string}}}}}}}}, \
             '404': {{description: ''}}, '409': {failure}, default: {failure}}}}}}}\n  \
             /b: {{get: {{callbacks: {{c: {{}}}}, responses: {{'204': {{description: ''}}, default: {failure}}}}}}}\n"
        );
        let expected = [
            "/paths/~1a/get/responses: the response headers of 1 operation are not read",
            "/paths/~1a/get/responses/409: the failure responses of 2 operations are not typed",
            "/paths/~1b/get/callbacks: the callbacks of 1 operation are not generated",
            "/components/schemas/P: 1 type is used by none of the generated operations",
        ];
        assert_eq!(unused(&format!("{paths}components: {{schemas: {{P: {{properties: {{a: {{}}}}}}}}}}")), expected);
    }

    #[test]
    fn the_default_response_is_a_success_where_there_is_no_other() {
        let content = "content: {application/json: {schema: {type: string}}}";
        assert_eq!(
            unused(&format!("paths:\n  /a: {{get: {{responses: {{default: {{description: '', {content}}}}}}}}}")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_our_specification_does_not_use_is_a_subject_of_lint() {
        let api = model_of_ours("components: {schemas: {P: {type: object, properties: {a: {type: string}}}}}");
        assert!(api.unused.is_empty() && !api.types[0].is_used);
    }
}
