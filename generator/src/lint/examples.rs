//! Rules about examples: they are there, and they fit their schemas.
//!
//! Whether they fit is asked of a library for JSON Schema, not of what the generator makes of a schema.

use std::collections::{BTreeSet, HashSet};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value as Json};

use super::effort::{Effort, LIMIT};
use super::ground::{Ground, keys, text};
use crate::diagnostic::Code;
use crate::document::pointer::{PointerRef, escape};
use crate::document::vocabulary::{HEADER, MEDIA_TYPE, OPERATION, PARAMETER, RESPONSES, SCHEMA};
use crate::document::{Element, Node, Sink};
use crate::json_schema::{self, definition};

/// Every body and every successful answer is shown once, and every parameter that is not yes or no.
pub(super) fn missing(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for operation in ground.all(&OPERATION) {
        if let Some(body) = ground.member(operation, "requestBody") {
            contents(ground, body, "this request body has no example", "add `examples` with a sanitised request", sink);
        }
    }
    for responses in ground.all(&RESPONSES) {
        for response in ground.members(responses).filter(|response| ground.role(response).starts_with("/2")) {
            contents(ground, response, "this answer has no example", "add `examples` with a sanitised answer", sink);
        }
    }
    for parameter in ground.all(&PARAMETER).filter(|parameter| !has_example(parameter.node)) {
        let Some(schema) = ground.member(parameter, "schema").map(|schema| ground.single(schema)) else { continue };
        let shown = ["example", "default", "enum"].iter().any(|key| schema.node.get(key).is_some());
        if !shown && text(schema.node, "type") != Some("boolean") {
            let help = "add `example`, here or in the schema that it refers to";
            sink.report(
                Code::MissingExample,
                PointerRef::Base(&parameter.pointer),
                "this parameter has no example",
                help,
            );
        }
    }
}

fn contents(ground: &Ground<'_>, holder: &Element<'_>, message: &str, help: &str, sink: &mut Sink<'_>) {
    for media in ground.members(ground.resolved(holder)).filter(|member| member.is(&MEDIA_TYPE)) {
        if media.node.get("schema").is_some() && !has_example(media.node) {
            sink.report(Code::MissingExample, PointerRef::Base(&media.pointer), message, help);
        }
    }
}

fn has_example(node: &Node<'_>) -> bool {
    node.get("example").is_some() || keys(node, "examples").next().is_some()
}

/// What an identifier looks like is seen best in one.
pub(super) fn missing_of_identifiers(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for (name, schema) in ground.identifiers().filter(|(_, schema)| schema.node.get("example").is_none()) {
        let message = format!("the identifier `{name}` has no example");
        sink.report(
            Code::MissingExample,
            PointerRef::Base(&schema.pointer),
            message,
            "add `example`, with an invented one",
        );
    }
}

/// Examples are what people copy, what mock servers answer and what tests compare with.
pub(super) fn misfits(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for element in ground.elements.iter().filter(|element| element.target.is_none()) {
        if [&PARAMETER, &HEADER, &MEDIA_TYPE].iter().any(|kind| element.is(kind)) {
            let values = shown(ground, element);
            if let Some(schema) = ground.member(element, "schema").filter(|_| !values.is_empty()) {
                check(ground, schema, &values, sink);
            }
        } else if element.is(&SCHEMA)
            && let Some(example) = element.node.get("example")
        {
            check(ground, element, &[(format!("{}/example", element.pointer), example)], sink);
        }
    }
}

/// The examples of an object, with their pointers.
fn shown<'e>(ground: &'e Ground<'_>, element: &'e Element<'_>) -> Vec<(String, &'e Node<'e>)> {
    let own = element.node.get("example").map(|example| (format!("{}/example", element.pointer), example));
    let named = keys(element.node, "examples").filter_map(|name| {
        let example = ground.at(&format!("{}/examples/{}", element.pointer, escape(name)))?;
        let example = ground.resolved(example);
        Some((format!("{}/value", example.pointer), example.node.get("value")?))
    });
    own.into_iter().chain(named).collect()
}

fn check(ground: &Ground<'_>, schema: &Element<'_>, values: &[(String, &Node<'_>)], sink: &mut Sink<'_>) {
    let Some(id) = ground.schema_id(schema) else { return };
    let mut converted = json_schema::bundle(&ground.document.api.schemas, id);
    if ground.document.policy.reads_extensions {
        refuse_unknown_members(&mut converted);
    }
    let values: Vec<(String, Json)> = values.iter().map(|(pointer, value)| (pointer.clone(), value.json())).collect();
    validate(schema, &converted, &values, sink);
}

/// Holds values against a schema, then what the strings in them hold against what is written about that. A string in a
/// string is shorter, so this comes to an end.
fn validate(schema: &Element<'_>, converted: &Json, values: &[(String, Json)], sink: &mut Sink<'_>) {
    let mut effort = Effort::new(converted);
    if values.iter().any(|(_, value)| effort.of(converted, value) >= LIMIT) {
        let message =
            "the examples of this schema are not checked: there are more than a million ways through its parts";
        let help = "write combinations of fewer parts; and look for an `allOf` or a `oneOf` that leads back to itself";
        return sink.report(Code::BadExample, PointerRef::Base(&schema.pointer), message, help);
    }
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    let validator = match options.build(converted) {
        Ok(validator) => validator,
        Err(error) => {
            let message = format!("the examples of this schema cannot be checked: {}", error.masked());
            let help = "correct the schema; it is no valid JSON Schema";
            return sink.report(Code::BadExample, PointerRef::Base(&schema.pointer), message, help);
        }
    };
    for (pointer, value) in values {
        misfit(&validator, schema, pointer, value, sink);
        let mut strings = Strings::new(converted);
        strings.collect(converted, value, pointer);
        for (pointer, text, content) in strings.found {
            match serde_json::from_str(text) {
                Ok(held) => validate(schema, &bundle_part(content, converted), &[(pointer, held)], sink),
                Err(error) => {
                    let message = format!("this string is not JSON: {error}");
                    let help = "correct the string; its schema says that it holds JSON";
                    sink.report(Code::BadExample, PointerRef::Base(&pointer).value(), message, help);
                }
            }
        }
    }
}

/// A part of a schema, complete in itself as the schema is.
fn bundle_part(part: &Json, whole: &Json) -> Json {
    let mut bundle = Map::new();
    for key in ["$schema", "$defs"] {
        bundle.extend(whole.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    bundle.insert("allOf".to_owned(), Json::Array(vec![part.clone()]));
    Json::Object(bundle)
}

/// Finds strings that hold JSON.
struct Strings<'s> {
    definitions: Option<&'s Map<String, Json>>,
    /// The string, its pointer, and the schema of what it holds.
    found: Vec<(String, &'s str, &'s Json)>,
    /// What was looked at already: references can lead back.
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
        for (key, part) in keys {
            match (key.as_str(), part) {
                ("$ref", reference) => {
                    if let Some((_, target)) =
                        self.definitions.and_then(|definitions| definition(definitions, reference))
                    {
                        self.collect(target, value, pointer);
                    }
                }
                ("allOf" | "anyOf" | "oneOf", Json::Array(parts)) => {
                    parts.iter().for_each(|part| self.collect(part, value, pointer));
                }
                ("properties", Json::Object(properties)) => {
                    for (name, property) in properties {
                        if let Some(member) = value.get(name) {
                            self.collect(property, member, &format!("{pointer}/{}", escape(name)));
                        }
                    }
                }
                ("items", part) => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.collect(part, item, &format!("{pointer}/{index}"));
                    }
                }
                ("additionalProperties", part) => {
                    let described = keys.get("properties").and_then(Json::as_object);
                    for (name, member) in value.as_object().into_iter().flatten() {
                        if !described.is_some_and(|described| described.contains_key(name)) {
                            self.collect(part, member, &format!("{pointer}/{}", escape(name)));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn misfit(validator: &Validator, schema: &Element<'_>, pointer: &str, value: &Json, sink: &mut Sink<'_>) {
    let errors: Vec<ValidationError<'_>> = validator.iter_errors(value).collect();
    // Where something else is wrong, members that are described can be taken for unknown ones: JSON Schema forgets what a
    // part of a combination describes if that part does not fit.
    let unknown =
        |error: &&ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::UnevaluatedProperties { .. });
    let only_unknown = errors.iter().all(|error| unknown(&error));
    for error in errors.iter().filter(|error| only_unknown || !unknown(error)) {
        let help = "correct the example, or the schema if the example is true";
        let here = format!("{pointer}{}", error.instance_path().as_str());
        let here = PointerRef::Base(&here);
        let demand = demand(schema, error);
        let demand = (PointerRef::Base(&demand), "what the schema says");
        match error.kind() {
            ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    let message = format!("`{name}` is not a member that the schema describes");
                    sink.report_with(Code::BadExample, here.key(name), message, help, demand);
                }
            }
            ValidationErrorKind::Required { property } => {
                let message = format!("`{}` is missing in this example", property.as_str().unwrap_or_default());
                sink.report_with(Code::BadExample, here, message, help, demand);
            }
            _ => {
                let message = format!("this example does not fit its schema: {}", error.masked_with("it"));
                sink.report_with(Code::BadExample, here.value(), message, help, demand);
            }
        }
    }
}

/// The place in the document of the demand that was not met. The converted schema has the same keys as the written one,
/// but for `anyOf` around what may be null; where its way leads out of the document, the nearest place is shown.
fn demand(schema: &Element<'_>, error: &ValidationError<'_>) -> String {
    let path = error.schema_path().as_str();
    match path.strip_prefix("/$defs/") {
        Some(path) => format!("/components/schemas/{path}"),
        None => format!("{}{path}", schema.pointer),
    }
}

/// JSON Schema lets everything pass that it says nothing about. In an example of ours such a member is a slip.
fn refuse_unknown_members(schema: &mut Json) {
    let definitions = schema.get("$defs").and_then(Json::as_object).cloned().unwrap_or_default();
    whole(schema, &definitions);
    if let Some(Json::Object(found)) = schema.get_mut("$defs") {
        found.values_mut().for_each(|definition| nested(definition, &definitions));
    }
}

/// A schema that stands for a whole value: not a part of a combination, nor what a reference leads to.
fn whole(schema: &mut Json, definitions: &Map<String, Json>) {
    nested(schema, definitions);
    let mut members = Members::default();
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

/// What a schema says about the members of an object, with everything that it is combined from.
#[derive(Default)]
struct Members<'s> {
    described: bool,
    open: bool,
    seen: BTreeSet<&'s str>,
}

impl<'s> Members<'s> {
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
