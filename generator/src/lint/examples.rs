//! Rules for examples: they are present, and they match their schemas.
//!
//! In: the schemas of a document and their examples. Out: problems of missing examples, and of values that do not match.
//!
//! A JSON Schema library validates them, independently of the generator's interpretation of a schema.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value as Json};

use super::context::Context;
use super::cost::{Cost, LIMIT};
use super::parts::{Part, Place, parts};
use crate::diagnostic::Code;
use crate::document::openapi::MediaType;
use crate::document::pointer::{NodeId, PointerRef, escape};
use crate::document::schema::{SchemaId, Type};
use crate::document::{Element, Node, Sink};
use crate::json_schema::{self, definition};

/// Every body, every successful response, and every parameter that is not a boolean has an example.
pub(super) fn missing(context: &Context<'_>, sink: &mut Sink<'_>) {
    let api = context.api;
    for (_, operation) in api.operations() {
        if let Some((_, body)) = operation.request_body.and_then(|id| api.request_bodies.resolve(id)) {
            let help = "add `examples` with a sanitised request";
            contents(context, &body.content, "this request body has no example", help, sink);
        }
        for (_, response) in operation.responses.iter().filter(|(status, _)| status.is_of(2)) {
            if let Some((_, response)) = api.responses.resolve(*response) {
                let help = "add `examples` with a sanitised response";
                contents(context, &response.content, "this response has no example", help, sink);
            }
        }
    }
    for (id, parameter) in api.parameters.objects() {
        let node = api.parameters.node(id);
        let Some(written) = parameter.schema else { continue };
        if has_example(context, node) {
            continue;
        }
        let is_shown = context.entries(written).is_some_and(|(id, schema)| {
            let keywords = &schema.keywords;
            let example = context.element(api.schemas.node(id)).and_then(|element| element.node.get("example"));
            example.is_some()
                || keywords.default.is_some()
                || !keywords.values.is_empty()
                || keywords.ty == Some(Type::Boolean)
        });
        if !is_shown {
            let help = "add `example`, here or in the schema to which it refers";
            sink.report(Code::MissingExample, context.document.at(node), "this parameter has no example", help);
        }
    }
}

fn contents(context: &Context<'_>, content: &[MediaType], message: &str, help: &str, sink: &mut Sink<'_>) {
    for media in content.iter().filter(|media| media.schema.is_some() && !has_example(context, media.node)) {
        sink.report(Code::MissingExample, context.document.at(media.node), message, help);
    }
}

fn has_example(context: &Context<'_>, node: NodeId) -> bool {
    let Some(element) = context.element(node) else { return false };
    element.node.get("example").is_some()
        || element.node.get("examples").is_some_and(|examples| !examples.mapping().is_empty())
}

/// An example is the best description of the format of an identifier.
pub(super) fn missing_of_identifiers(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (name, id, _) in context.identifiers() {
        if !has_example(context, context.api.schemas.node(id)) {
            let message = format!("the identifier `{name}` has no example");
            let help = "add `example`, with an invented identifier";
            sink.report(Code::MissingExample, context.schema_at(id), message, help);
        }
    }
}

/// Users copy examples, mock servers return them, and tests compare with them.
pub(super) fn misfits(context: &Context<'_>, sink: &mut Sink<'_>) {
    let api = context.api;
    let parameters = api.parameters.objects().map(|(id, parameter)| (api.parameters.node(id), parameter.schema));
    let headers = api.headers.objects().map(|(id, header)| (api.headers.node(id), header.schema));
    let media_types = api.media_types().map(|media| (media.node, media.schema));
    for (node, schema) in parameters.chain(headers).chain(media_types) {
        if let (Some(element), Some(schema)) = (context.element(node), schema) {
            check(context, schema, &shown(context, element), sink);
        }
    }
    for (id, _) in api.schemas.objects() {
        if let Some(element) = context.element(api.schemas.node(id))
            && let Some(example) = element.node.get("example")
        {
            check(context, id, &[(format!("{}/example", element.pointer), example)], sink);
        }
    }
}

/// The examples of an object, with their pointers. They are read from the document: `openapiv3` does not distinguish an
/// example that is null from a missing example.
fn shown<'c>(context: &'c Context<'_>, element: &'c Element<'_>) -> Vec<(String, &'c Node<'c>)> {
    let own = element.node.get("example").map(|example| (format!("{}/example", element.pointer), example));
    let named = element.node.get("examples").map(Node::mapping).unwrap_or_default();
    let named = named.iter().filter_map(|entry| {
        let example = context.index.find(&format!("{}/examples/{}", element.pointer, escape(&entry.key)))?;
        let example = context.index.resolve(example)?;
        Some((format!("{}/value", example.pointer), example.node.get("value")?))
    });
    own.into_iter().chain(named).collect()
}

fn check(context: &Context<'_>, id: SchemaId, values: &[(String, &Node<'_>)], sink: &mut Sink<'_>) {
    let Some(schema) = context.element(context.api.schemas.node(id)).filter(|_| !values.is_empty()) else { return };
    let mut converted = json_schema::bundle(&context.api.schemas, id);
    if context.document.policy.reads_extensions {
        refuse_unknown_members(&mut converted);
    }
    let values: Vec<(String, Json)> = values.iter().map(|(pointer, value)| (pointer.clone(), value.json())).collect();
    validate(schema, &converted, &values, sink);
}

/// Validates values against a schema, then the JSON in their strings against the schema of that JSON. A string within a
/// string is shorter, so this terminates.
fn validate(schema: &Element<'_>, converted: &Json, values: &[(String, Json)], sink: &mut Sink<'_>) {
    let mut cost = Cost::new(converted);
    if values.iter().any(|(_, value)| cost.of(converted, value) >= LIMIT) {
        let message = "the examples of this schema are not checked: validation would take more than a million steps";
        let help = "use combinations with fewer members, and check for a recursive `allOf` or `oneOf`";
        return sink.report(Code::BadExample, PointerRef::Base(&schema.pointer), message, help);
    }
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    let validator = match options.build(converted) {
        Ok(validator) => validator,
        Err(error) => {
            let message = format!("the examples of this schema cannot be checked: {}", error.masked());
            let help = "correct the schema; it is not a valid JSON Schema";
            return sink.report(Code::BadExample, PointerRef::Base(&schema.pointer), message, help);
        }
    };
    for (pointer, value) in values {
        misfit(&validator, schema, pointer, value, sink);
        let mut strings = Strings::new(converted);
        strings.collect(converted, value, pointer);
        for (pointer, text, content) in strings.found {
            match serde_json::from_str(text) {
                Ok(value) => validate(schema, &bundle_part(content, converted), &[(pointer, value)], sink),
                Err(error) => {
                    let message = format!("this string is not JSON: {error}");
                    let help = "correct the string; according to its schema, it contains JSON";
                    sink.report(Code::BadExample, PointerRef::Base(&pointer).value(), message, help);
                }
            }
        }
    }
}

/// A part of a schema, self-contained like the schema.
fn bundle_part(part: &Json, whole: &Json) -> Json {
    let mut bundle = Map::new();
    for key in ["$schema", "$defs"] {
        bundle.extend(whole.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    bundle.insert("allOf".to_owned(), Json::Array(vec![part.clone()]));
    Json::Object(bundle)
}

/// Finds strings that contain JSON.
struct Strings<'s> {
    definitions: Option<&'s Map<String, Json>>,
    /// The string, its pointer, and the schema of its JSON.
    found: Vec<(String, &'s str, &'s Json)>,
    /// Visited nodes: references can be circular.
    seen: HashSet<(*const Json, *const Json)>,
}

impl<'s> Strings<'s> {
    fn new(schema: &'s Json) -> Self {
        let definitions = schema.get("$defs").and_then(Json::as_object);
        Self { definitions, found: Vec::new(), seen: HashSet::new() }
    }

    fn collect(&mut self, schema: &'s Json, value: &'s Json, pointer: &str) {
        let Json::Object(keys) = schema else { return };
        if !self.seen.insert((schema, value)) {
            return;
        }
        if let (Some(content), Some(text)) = (keys.get("contentSchema"), value.as_str()) {
            self.found.push((pointer.to_owned(), text, content));
        }
        for Part { schema, value, place } in parts(keys, value, self.definitions) {
            let pointer = match place {
                Place::Same => Cow::Borrowed(pointer),
                Place::Member(name) => format!("{pointer}/{}", escape(name)).into(),
                Place::Item(index) => format!("{pointer}/{index}").into(),
            };
            self.collect(schema, value, &pointer);
        }
    }
}

fn misfit(validator: &Validator, schema: &Element<'_>, pointer: &str, value: &Json, sink: &mut Sink<'_>) {
    let errors: Vec<ValidationError<'_>> = validator.iter_errors(value).collect();
    // If there are other errors, described members can be reported as unknown: JSON Schema ignores the descriptions of
    // a member of a combination if that member does not match.
    let unknown =
        |error: &&ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::UnevaluatedProperties { .. });
    let only_unknown = errors.iter().all(|error| unknown(&error));
    for error in errors.iter().filter(|error| only_unknown || !unknown(error)) {
        let help = "correct the example, or the schema if the example is correct";
        let here = format!("{pointer}{}", error.instance_path().as_str());
        let here = PointerRef::Base(&here);
        let demand = demand(schema, error);
        let demand = (PointerRef::Base(&demand), "the schema");
        match error.kind() {
            ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    let message = format!("the schema does not describe the member `{name}`");
                    sink.report_with(Code::BadExample, here.key(name), message, help, demand);
                }
            }
            ValidationErrorKind::Required { property } => {
                let message = format!("`{}` is missing in this example", property.as_str().unwrap_or_default());
                sink.report_with(Code::BadExample, here, message, help, demand);
            }
            _ => {
                let message = format!("this example does not match its schema: {}", error.masked_with("it"));
                sink.report_with(Code::BadExample, here.value(), message, help, demand);
            }
        }
    }
}

/// The place of the violated constraint in the document. The converted schema has the same keys as the document, except
/// for `anyOf` around nullable schemas; if its path is not in the document, the nearest place is shown.
fn demand(schema: &Element<'_>, error: &ValidationError<'_>) -> String {
    let path = error.schema_path().as_str();
    match path.strip_prefix("/$defs/") {
        Some(path) => format!("/components/schemas/{path}"),
        None => format!("{}{path}", schema.pointer),
    }
}

/// JSON Schema allows undescribed members. In an example of this repository such a member is an error.
fn refuse_unknown_members(schema: &mut Json) {
    let definitions = schema.get("$defs").and_then(Json::as_object).cloned().unwrap_or_default();
    whole(schema, &definitions);
    if let Some(Json::Object(found)) = schema.get_mut("$defs") {
        found.values_mut().for_each(|definition| nested(definition, &definitions));
    }
}

/// A schema that describes a whole value: neither a member of a combination nor the target of a reference.
fn whole(schema: &mut Json, definitions: &Map<String, Json>) {
    nested(schema, definitions);
    let mut members = DescribedMembers::default();
    members.of(schema, definitions);
    let closed = members.described && !members.open;
    if let Json::Object(schema) = schema
        && closed
    {
        schema.insert("unevaluatedProperties".to_owned(), Json::Bool(false));
    }
}

fn nested(schema: &mut Json, definitions: &Map<String, Json>) {
    let Json::Object(members) = schema else { return };
    for (key, value) in members {
        match (key.as_str(), value) {
            ("properties", Json::Object(properties)) => {
                properties.values_mut().for_each(|value| whole(value, definitions))
            }
            ("items" | "additionalProperties" | "contentSchema", value) => whole(value, definitions),
            ("allOf" | "anyOf" | "oneOf", Json::Array(parts)) => {
                parts.iter_mut().for_each(|part| nested(part, definitions));
            }
            _ => {}
        }
    }
}

/// The members of an object that a schema describes, including all members of its combinations.
#[derive(Default)]
struct DescribedMembers<'s> {
    described: bool,
    open: bool,
    seen: BTreeSet<&'s str>,
}

impl<'s> DescribedMembers<'s> {
    fn of(&mut self, schema: &'s Json, definitions: &'s Map<String, Json>) {
        self.described |= schema.get("properties").is_some();
        self.open |= schema.get("additionalProperties").is_some();
        if let Some((name, target)) = schema.get("$ref").and_then(|reference| definition(definitions, reference))
            && self.seen.insert(name)
        {
            self.of(target, definitions);
        }
        for parts in ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()) {
            parts.iter().for_each(|part| self.of(part, definitions));
        }
    }
}
