//! The parts of a third-party document that the client does not use.
//!
//! In: the operations and types of the model. Out: for each kind of part how many there are, and a warning. Our own
//! specification has none of them: there each is an error, or is used.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::{Api, Encoding, Group, Operation, TypeDefinition, UnusedKind, UnusedPart};

/// The parts that are not used, in the order of the document.
pub(super) fn parts(document: &Document<'_>, groups: &[Group], definitions: &[TypeDefinition]) -> Vec<UnusedPart> {
    if !document.policy.warns_of_unused_parts {
        return Vec::new();
    }
    let operations = in_order_of(document, groups);
    let callbacks = operations.iter().filter_map(|operation| operation.callbacks_pointer.clone());
    let servers = operations.iter().filter(|it| it.servers.as_ref().is_some_and(|servers| servers.default().is_none()));
    let servers = servers.map(|it| it.pointer.clone());
    let media_types = operations.iter().filter(|it| {
        let of_body = it.body.as_ref().map_or(0, |body| body.other_media_types);
        of_body + it.unused_response_types > 0
    });
    let has_part_headers = |encoding: &Encoding| matches!(encoding, Encoding::Multipart { has_part_headers: true, .. });
    let part_headers = operations.iter().filter(|it| match it.body.as_ref().map(|body| &body.encoding) {
        Some(Encoding::Choice(choices)) => choices.iter().any(|choice| has_part_headers(&choice.encoding)),
        encoding => encoding.is_some_and(has_part_headers),
    });
    let types = definitions.iter().filter(|definition| !definition.is_used);
    let kinds = [
        part(UnusedKind::Callbacks, callbacks),
        part(UnusedKind::Servers, servers),
        part(UnusedKind::MediaTypes, media_types.map(|it| it.pointer.clone())),
        part(UnusedKind::PartHeaders, part_headers.map(|it| format!("{}/requestBody", it.pointer))),
        part(UnusedKind::Types, types.map(|definition| definition.pointer.clone())),
    ];
    let mut parts: Vec<UnusedPart> = kinds.into_iter().flatten().collect();
    parts.sort_by_key(|part| (document.locate(PointerRef::Base(&part.pointer)).span.start, part.to_string()));
    parts
}

/// The operations in the order of the document: groups are in the order of their tags.
fn in_order_of<'g>(document: &Document<'_>, groups: &'g [Group]) -> Vec<&'g Operation> {
    let operations = groups.iter().flat_map(|group| &group.operations);
    let by_pointer: HashMap<&str, &Operation> = operations.map(|it| (it.pointer.as_str(), it)).collect();
    let pointers = document.api.operations().map(|(_, operation)| document.at(operation.node).pointer());
    pointers.filter_map(|pointer| by_pointer.get(pointer.as_str()).copied()).collect()
}

/// How many parts of a kind there are, and where the first of them is.
fn part(kind: UnusedKind, mut pointers: impl Iterator<Item = String>) -> Option<UnusedPart> {
    let pointer = pointers.next()?;
    Some(UnusedPart { kind, count: 1 + pointers.count(), pointer })
}

/// A warning for each kind of part that is not used.
pub(crate) fn warnings(document: &Document<'_>, api: &Api) -> Vec<Diagnostic> {
    let warning = |part: &UnusedPart| warning(part, document.locate(PointerRef::Base(&part.pointer)));
    api.unused.iter().map(warning).collect()
}

/// The warning for a kind of part, at the first of them.
pub(crate) fn warning(part: &UnusedPart, place: Location) -> Diagnostic {
    let help = match part.kind {
        UnusedKind::Callbacks => {
            "the client sends requests only; receive those of the service with a server of your own"
        }
        UnusedKind::Servers => "build a client with the base URL of the server for these operations",
        UnusedKind::MediaTypes => {
            "JSON is used if there is any, then a form, parts, text and bytes, the first of its kind"
        }
        UnusedKind::PartHeaders => "a part is sent with its name, its file name and its media type",
        UnusedKind::Components => "if you need their types, such as those of webhooks, generate with `--unused-types`",
        UnusedKind::Types => "a type is generated all the same; remove its schema if nothing needs it",
    };
    Diagnostic::new(Code::UnusedPart, place, part.to_string(), help)
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, model};

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
            "/paths/~1b/get/callbacks: the callbacks of 1 operation are not generated",
            "/components/schemas/Q: 1 type is used by none of the generated operations",
        ];
        let schemas = "schemas: {P: {properties: {a: {}}}, Q: {properties: {a: {}}}}";
        assert_eq!(unused(&format!("{paths}components: {{{schemas}}}")), expected);
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
        let api = flighthub_model("components: {schemas: {P: {type: object, properties: {a: {type: string}}}}}");
        assert!(api.unused.is_empty() && !api.types[0].is_used);
    }
}
