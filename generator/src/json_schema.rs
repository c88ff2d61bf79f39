//! JSON Schema (2020-12) of the arguments and the result of each operation, for tools that select operations and fill in
//! their arguments.
//!
//! In: schemas of OpenAPI 3.0. Out: equivalent JSON Schemas, which refer to the definitions under `$defs` of the same file:
//! each definition is written once. The runtime makes a self-contained schema of an operation. This module does not depend
//! on Rust.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Number, Value, json};

use crate::document::arena::ObjectOrRef;
use crate::document::pointer::{escape, unescape};
use crate::document::schema::{AdditionalProperties, Schema, SchemaId, Schemas, Type};
use crate::model::{Api, Body, Encoding, MediaTypeEnum, Operation, Primitive, Response, TypeRef};

/// The version of JSON Schema of the output.
const VERSION: &str = "https://json-schema.org/draft/2020-12/schema";

/// What distinguishes the name of a definition for parts of `multipart` from that of the definition for JSON: a character
/// that names of components cannot contain.
const OF_PARTS: &str = "@parts";

/// The schemas of all operations by their ids, and the definitions that they refer to.
pub(crate) fn of_operations(schemas: &Schemas, api: &Api) -> Map<String, Value> {
    let mut definitions = Definitions::new(schemas);
    let operations: Map<String, Value> = api
        .operations()
        .map(|operation| {
            let (arguments, result) = (definitions.arguments(operation), definitions.result(operation));
            (operation.id.clone(), json!({ "arguments": arguments, "result": result }))
        })
        .collect();
    let mut file = Map::from_iter([("operations".to_owned(), Value::Object(operations))]);
    definitions.close(&mut file);
    file
}

/// A string, or bytes that callers encode.
fn raw(is_bytes: bool) -> Value {
    if is_bytes { json!({ "type": "string", "contentEncoding": "base64" }) } else { json!({ "type": "string" }) }
}

/// A file argument: its text, or its bytes with the file name and the media type of the part.
fn file() -> Map<String, Value> {
    let object = json!({
        "type": "object",
        "properties": {
            "base64": { "type": "string", "contentEncoding": "base64" },
            "fileName": { "type": "string" },
            "mediaType": { "type": "string" },
        },
        "required": ["base64"],
        "additionalProperties": false,
    });
    Map::from_iter([("anyOf".to_owned(), json!([{ "type": "string" }, object]))])
}

/// The schema of an object whose only key is a media type.
fn of_media_type(media_type: &str, schema: &Value) -> Value {
    json!({
        "type": "object",
        "properties": { media_type: schema },
        "required": [media_type],
        "additionalProperties": false,
    })
}

/// A self-contained schema.
pub(crate) fn bundle(schemas: &Schemas, id: SchemaId) -> Value {
    let mut definitions = Definitions::new(schemas);
    let mut bundled = Map::new();
    bundled.insert("$schema".to_owned(), VERSION.into());
    match definitions.convert(id) {
        Value::Object(converted) => bundled.extend(converted),
        any => return any,
    }
    definitions.close(&mut bundled);
    Value::Object(bundled)
}

/// The target of a reference in a self-contained schema, with its name under `$defs`.
pub(crate) fn definition<'s>(
    definitions: &'s Map<String, Value>,
    reference: &Value,
) -> Option<(&'s String, &'s Value)> {
    let name = reference.as_str()?.strip_prefix("#/$defs/")?;
    definitions.get_key_value(&unescape(name))
}

/// Converts schemas, and collects the schemas that they refer to.
struct Definitions<'d> {
    schemas: &'d Schemas,
    found: BTreeMap<String, Value>,
    /// Referenced schemas that are not converted yet, each with its name. Each can add further ones.
    next: VecDeque<(String, SchemaId)>,
    /// Whether `format: binary` is a file: in the parts of `multipart`.
    has_files: bool,
}

impl<'d> Definitions<'d> {
    fn new(schemas: &'d Schemas) -> Self {
        Self { schemas, found: BTreeMap::new(), next: VecDeque::new(), has_files: false }
    }

    /// The schema of an object with the arguments of an operation.
    fn arguments(&mut self, operation: &Operation) -> Value {
        let body = operation.body.as_ref();
        self.has_files = body.is_some_and(has_files);
        // The body is the last of them.
        let own = body.and_then(|body| self.body(body)).zip(operation.arguments.len().checked_sub(1));
        let mut properties = Map::new();
        let mut required: Vec<Value> = Vec::new();
        for (index, argument) in operation.arguments.iter().enumerate() {
            let mut converted = match (&own, argument.schema) {
                (Some((own, at)), _) if *at == index => own.clone(),
                (_, Some(schema)) => self.convert(schema),
                (_, None) if !argument.media_types.is_empty() => {
                    json!({ "type": "string", "enum": argument.media_types })
                }
                (_, None) => json!({}),
            };
            if let (Some(description), Value::Object(object)) = (&argument.description, &mut converted) {
                object.insert("description".to_owned(), description.as_str().into());
            }
            if argument.required {
                required.push(argument.name.as_str().into());
            }
            properties.insert(argument.name.clone(), converted);
        }
        self.has_files = false;
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(required));
        }
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        Value::Object(schema)
    }

    /// The schema of the result of a successful call.
    fn result(&mut self, operation: &Operation) -> Value {
        match &operation.response {
            // The schema of `data` is nullable if `data` can be null.
            Response::Data(_) | Response::OptionalData(_) | Response::Plain(_) => self.result_schema(operation),
            // Null is the result of a response without content.
            Response::OptionalPlain(_) => match self.result_schema(operation) {
                any @ Value::Bool(_) => any,
                schema => json!({ "anyOf": [schema, { "type": "null" }] }),
            },
            Response::Empty | Response::NoContent => json!({ "type": "null" }),
            Response::Text(_) => raw(false),
            Response::Bytes(_) => raw(true),
            Response::ByMediaType(contents) => self.by_media_type(contents),
            // Which of them a value is of is a matter of the status.
            Response::ByStatus(_) => Value::Bool(true),
        }
    }

    fn result_schema(&mut self, operation: &Operation) -> Value {
        operation.result_schema.map_or(Value::Bool(true), |id| self.convert(id))
    }

    /// The schema of an object whose only key is one of the media types.
    fn by_media_type(&mut self, contents: &MediaTypeEnum) -> Value {
        let alternatives = contents.variants.iter().filter_map(|variant| {
            let schema = match (&variant.response, variant.schema) {
                (Response::Text(_), _) => raw(false),
                (Response::Bytes(_), _) => raw(true),
                (_, Some(schema)) => self.convert(schema),
                (_, None) => json!({}),
            };
            Some(of_media_type(variant.media_types.first()?, &schema))
        });
        json!({ "oneOf": alternatives.collect::<Vec<Value>>() })
    }

    /// The schema of a body whose type does not follow its schema.
    fn body(&mut self, body: &Body) -> Option<Value> {
        match (&body.encoding, &body.ty) {
            (Encoding::Raw(_), ty) => Some(raw(*ty == TypeRef::Primitive(Primitive::Bytes))),
            (Encoding::File, _) => Some(Value::Object(file())),
            // The parts have no schema.
            (Encoding::Multipart { .. }, TypeRef::Map(item)) if **item == TypeRef::Primitive(Primitive::Binary) => {
                Some(json!({ "type": "object", "additionalProperties": file() }))
            }
            (Encoding::Choice(choices), _) => {
                let alternatives = choices.iter().map(|choice| {
                    let schema = match (&choice.encoding, choice.schema) {
                        (Encoding::Raw(_), _) => raw(choice.is_bytes),
                        (_, Some(schema)) => self.convert(schema),
                        (_, None) => json!({}),
                    };
                    of_media_type(&choice.media_type, &schema)
                });
                Some(json!({ "oneOf": alternatives.collect::<Vec<Value>>() }))
            }
            _ => None,
        }
    }

    /// Adds all referenced schemas under `$defs`.
    fn close(mut self, schema: &mut Map<String, Value>) {
        while let Some((name, id)) = self.next.pop_front() {
            self.has_files = name.ends_with(OF_PARTS);
            let converted = self.convert(id);
            self.found.insert(name, converted);
        }
        if !self.found.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(self.found.into_iter().collect()));
        }
    }

    fn convert(&mut self, id: SchemaId) -> Value {
        let schema = match self.schemas.get(id) {
            ObjectOrRef::Ref(target) => return json!({ "$ref": self.definition(*target) }),
            ObjectOrRef::Object(schema) => schema,
        };
        let mut converted = keywords(schema);
        let is_binary = schema.keywords.ty == Some(Type::String) && schema.keywords.format.as_deref() == Some("binary");
        if self.has_files && is_binary {
            let description = converted.remove("description").map(|text| ("description".to_owned(), text));
            let file: Map<String, Value> = description.into_iter().chain(file()).collect();
            return if schema.keywords.nullable { or_null(file) } else { Value::Object(file) };
        }
        if !schema.properties.is_empty() {
            let properties = schema.properties.iter().map(|(name, property)| (name.clone(), self.convert(*property)));
            converted.insert("properties".to_owned(), Value::Object(properties.collect()));
        }
        match schema.additional_properties {
            Some(AdditionalProperties::Any(allowed)) => {
                converted.insert("additionalProperties".to_owned(), allowed.into());
            }
            Some(AdditionalProperties::Schema(schema)) => {
                converted.insert("additionalProperties".to_owned(), self.convert(schema));
            }
            None => {}
        }
        for (key, part) in [("items", schema.items), ("not", schema.not)] {
            if let Some(part) = part {
                converted.insert(key.to_owned(), self.convert(part));
            }
        }
        if let Some(content) = schema.content {
            converted.insert("contentMediaType".to_owned(), "application/json".into());
            converted.insert("contentSchema".to_owned(), self.convert(content));
        }
        let only_target = match schema.all_of.as_slice() {
            [only] => self.schemas.target(*only),
            _ => None,
        };
        match only_target {
            // This version of JSON Schema allows other keys next to `$ref`.
            Some(target) => {
                converted.insert("$ref".to_owned(), self.definition(target).into());
            }
            None => self.combine("allOf", &schema.all_of, &mut converted),
        }
        self.combine("oneOf", &schema.one_of, &mut converted);
        self.combine("anyOf", &schema.any_of, &mut converted);
        if schema.keywords.nullable { or_null(converted) } else { Value::Object(converted) }
    }

    fn combine(&mut self, key: &str, parts: &[SchemaId], converted: &mut Map<String, Value>) {
        if !parts.is_empty() {
            converted.insert(key.to_owned(), parts.iter().map(|part| self.convert(*part)).collect());
        }
    }

    /// The reference to a component.
    fn definition(&mut self, id: SchemaId) -> String {
        let mut name = self.schemas.name(id).unwrap_or_default().to_owned();
        if self.has_files {
            name.push_str(OF_PARTS);
        }
        let reference = format!("#/$defs/{}", escape(&name));
        if !self.found.contains_key(&name) {
            self.found.insert(name.clone(), Value::Bool(true));
            self.next.push_back((name, id));
        }
        reference
    }
}

/// Whether `format: binary` in the schema of a body is a file.
fn has_files(body: &Body) -> bool {
    let is_multipart = |encoding: &Encoding| matches!(encoding, Encoding::Multipart { .. });
    match &body.encoding {
        Encoding::Choice(choices) => choices.iter().any(|choice| is_multipart(&choice.encoding)),
        encoding => is_multipart(encoding),
    }
}

/// The JSON Schema keywords of a schema, without those that contain other schemas.
fn keywords(schema: &Schema) -> Map<String, Value> {
    let keywords = &schema.keywords;
    let limits = &keywords.limits;
    let mut converted = Map::new();
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            converted.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let size = |size: Option<usize>| size.map(Value::from);
    let number = |number: &Option<Number>| number.clone().map(Value::Number);
    let list = |list: &[Value]| (!list.is_empty()).then(|| Value::from(list));
    add("type", keywords.ty.map(|ty| ty.as_str().into()));
    add("title", text(&keywords.title));
    add("description", description(schema).map(Value::from));
    add("format", text(&keywords.format));
    add("enum", list(&keywords.values));
    add("default", keywords.default.clone());
    add("deprecated", keywords.deprecated.then_some(Value::Bool(true)));
    add("required", (!keywords.required.is_empty()).then(|| keywords.required.as_slice().into()));
    add("pattern", text(&limits.pattern));
    add("multipleOf", number(&limits.multiple_of));
    add(if limits.exclusive_minimum { "exclusiveMinimum" } else { "minimum" }, number(&limits.minimum));
    add(if limits.exclusive_maximum { "exclusiveMaximum" } else { "maximum" }, number(&limits.maximum));
    add("minLength", size(limits.min_length));
    add("maxLength", size(limits.max_length));
    add("minItems", size(limits.min_items));
    add("maxItems", size(limits.max_items));
    add("uniqueItems", limits.unique_items.map(Value::Bool));
    add("minProperties", size(limits.min_properties));
    add("maxProperties", size(limits.max_properties));
    converted
}

/// A schema for the same values and null.
fn or_null(mut schema: Map<String, Value>) -> Value {
    match (schema.get("type").cloned(), schema.get_mut("enum")) {
        (Some(kind @ Value::String(_)), values) => {
            if let Some(Value::Array(values)) = values
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
            schema.insert("type".to_owned(), json!([kind, "null"]));
            Value::Object(schema)
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// The description, followed by the facts that have no keyword in JSON Schema: unit and meanings of values.
fn description(schema: &Schema) -> Option<String> {
    let keywords = &schema.keywords;
    let mut text = keywords.description.clone().unwrap_or_default();
    if let Some(unit) = keywords.unit {
        text.push_str(&format!(" Unit: {unit}."));
    }
    for (value, meaning) in keywords.values.iter().zip(keywords.enum_descriptions.iter().flatten()) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.push_str(&format!("\n- `{value}`: {meaning}"));
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
