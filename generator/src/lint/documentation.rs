//! Rules about what a reader of the documentation needs: words, and the address of the page.

use super::ground::{Ground, only_refers};
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::{OPERATION, Object, PARAMETER, REQUEST_BODY, SCHEMA, SECURITY_SCHEME, SERVER, TAG};
use crate::document::{Element, Sink};

/// Objects that always have a description, and how to call them.
const DESCRIBED: &[(&Object, &str)] = &[
    (&OPERATION, "operation"),
    (&PARAMETER, "parameter"),
    (&REQUEST_BODY, "request body"),
    (&SECURITY_SCHEME, "way to authenticate"),
    (&SERVER, "server"),
    (&TAG, "tag"),
];

/// Everything that callers meet by name has words of its own, except what only refers to something that has.
pub(super) fn missing_descriptions(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for element in &ground.elements {
        let at = PointerRef::Base(&element.pointer);
        let named = || DESCRIBED.iter().find(|(kind, _)| element.is(kind)).map(|(_, what)| *what);
        let Some(what) = named().or_else(|| schema(ground, element)) else { continue };
        if element.is(&OPERATION) && element.node.get("summary").is_none() {
            let message = "this operation has no `summary`";
            sink.report(Code::MissingDescription, at, message, "add one line that says what it does");
        }
        if element.node.get("description").is_none() {
            let help = "say in your own words what a caller must know about it";
            sink.report(Code::MissingDescription, at, format!("this {what} has no `description`"), help);
        }
    }
}

/// What a schema is called if it has to be described: those with a name, and properties. The `data` of an answer is
/// described by its answer.
fn schema(ground: &Ground<'_>, element: &Element<'_>) -> Option<&'static str> {
    if !element.is(&SCHEMA) || only_refers(element.node) {
        return None;
    }
    if ground.component(element).is_some() {
        return Some("schema");
    }
    let name = ground.role(element).strip_prefix("/properties/")?;
    let data = name == "data" && !element.pointer.starts_with("/components/schemas/");
    (!data).then_some("property")
}

/// Every operation has the address of the page that it was transcribed from.
pub(super) fn missing_external_docs(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for operation in ground.all(&OPERATION).filter(|operation| operation.node.get("externalDocs").is_none()) {
        let message = "this operation has no `externalDocs`";
        let help = "add `url` of the page that documents it; if nobody knows it, say so in `x-lint-allow`";
        sink.report(Code::MissingExternalDocs, PointerRef::Base(&operation.pointer), message, help);
    }
}

/// Values of an enumeration are words of somebody else. What they mean is written down.
pub(super) fn missing_enum_descriptions(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for schema in ground.all(&SCHEMA) {
        if schema.node.get("enum").is_some() && schema.node.get("x-enum-descriptions").is_none() {
            let message = "the values of this enumeration have no descriptions";
            let help = "add `x-enum-descriptions`, with one text for each value, in the order of `enum`";
            let at = PointerRef::Base(&schema.pointer);
            sink.report(Code::MissingEnumDescriptions, at.key("enum"), message, help);
        }
    }
}
