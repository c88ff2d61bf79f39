//! Rules for documentation: descriptions, and the address of the page.
//!
//! In: the objects of a document. Out: problems of objects without a description, of operations without the address of
//! their page, and of enumerations whose values are not described.

use super::context::{Context, Role};
use crate::diagnostic::Code;
use crate::document::pointer::NodeId;
use crate::document::schema::SchemaId;
use crate::document::{Node, Sink};

/// Every named item of the API has a description. A pure reference uses the description of its target.
pub(super) fn missing_descriptions(context: &Context<'_>, sink: &mut Sink<'_>) {
    let api = context.api;
    for (_, operation) in api.operations().filter(|(_, operation)| operation.summary.is_none()) {
        let message = "this operation has no `summary`";
        let help = "add one line that describes its effect";
        sink.report(Code::MissingDescription, context.document.at(operation.node), message, help);
    }
    let mut describe = |what: &str, node: NodeId, description: Option<&str>| {
        if description.is_none() {
            let message = format!("this {what} has no `description`");
            let help = "describe in your own words what a caller must know about it";
            sink.report(Code::MissingDescription, context.document.at(node), message, help);
        }
    };
    for (_, operation) in api.operations() {
        describe("operation", operation.node, operation.description.as_deref());
    }
    for (id, parameter) in api.parameters.objects() {
        describe("parameter", api.parameters.node(id), parameter.description.as_deref());
    }
    for (id, header) in api.headers.objects() {
        describe("header", api.headers.node(id), header.description.as_deref());
    }
    for (id, body) in api.request_bodies.objects() {
        describe("request body", api.request_bodies.node(id), body.description.as_deref());
    }
    for (id, _) in api.security_schemes.objects() {
        // No other stage uses it, so the document does not store it.
        let node = api.security_schemes.node(id);
        let description = context.element(node).and_then(|element| element.node().get("description"));
        describe("security scheme", node, description.and_then(Node::as_str));
    }
    for server in &api.servers {
        describe("server", server.node, server.description.as_deref());
    }
    for tag in &api.tags {
        describe("tag", tag.node, tag.description.as_deref());
    }
    for (id, schema) in api.schemas.objects() {
        if let Some(what) = described_as(context, id) {
            describe(what, api.schemas.node(id), schema.keywords.description.as_deref());
        }
    }
}

/// The term for a schema that requires a description: named schemas, and properties. The response describes its `data`.
fn described_as(context: &Context<'_>, id: SchemaId) -> Option<&'static str> {
    let schemas = &context.api.schemas;
    if schemas.only_reference(id).is_some() {
        return None;
    }
    if schemas.name(id).is_some() {
        return Some("schema");
    }
    let Role::Property(name) = context.role(id) else { return None };
    let data = name == "data" && !context.schema_at(id).pointer().starts_with("/components/schemas/");
    (!data).then_some("property")
}

/// Every operation has the address of the page from which it was transcribed.
pub(super) fn missing_external_docs(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (_, operation) in context.api.operations().filter(|(_, operation)| operation.external_docs_url.is_none()) {
        let message = "this operation has no `externalDocs`";
        let help = "add `url` of the page that documents it; if it is not known, suppress the rule in `x-lint-allow`";
        sink.report(Code::MissingExternalDocs, context.document.at(operation.node), message, help);
    }
}

/// The values of an enumeration are DJI's names. Their meanings are documented.
pub(super) fn missing_enum_descriptions(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (id, schema) in context.api.schemas.objects() {
        if !schema.keywords.values.is_empty() && schema.keywords.enum_descriptions.is_none() {
            let message = "the values of this enumeration have no descriptions";
            let help = "add `x-enum-descriptions`, with one description for each value, in the order of `enum`";
            sink.report(Code::MissingEnumDescriptions, context.schema_at(id).key("enum"), message, help);
        }
    }
}
