//! JSON Schema (2020-12) of the arguments of an operation, for tools that choose and fill in operations.
//!
//! In: schemas of OpenAPI 3.0. Out: the same in the words of JSON Schema, complete in itself: what it refers to stands
//! under `$defs`. Knows nothing of Rust.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema};
use serde_json::{Map, Value, json};

use crate::document::grammar::CONTENT_SCHEMA;

const COMPONENTS: &str = "#/components/schemas/";

/// Keys that mean nothing to JSON Schema, or that have been put into words.
const DROPPED: &[&str] = &[
    "nullable",
    "example",
    "externalDocs",
    "xml",
    "discriminator",
    "readOnly",
    "writeOnly",
    "exclusiveMinimum",
    "exclusiveMaximum",
];

/// The version of JSON Schema that comes out.
const VERSION: &str = "https://json-schema.org/draft/2020-12/schema";

type Components<'d> = Option<&'d IndexMap<String, ReferenceOr<Schema>>>;

/// Gathers the arguments of one operation.
pub(crate) struct Arguments<'d> {
    definitions: Definitions<'d>,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl<'d> Arguments<'d> {
    pub(crate) fn new(components: Components<'d>) -> Self {
        Self { definitions: Definitions::new(components), properties: Map::new(), required: Vec::new() }
    }

    /// Adds an argument. False if there is one of this name.
    pub(crate) fn add<T: serde::Serialize>(
        &mut self,
        name: &str,
        required: bool,
        description: Option<&str>,
        schema: &ReferenceOr<T>,
    ) -> bool {
        let written = match schema {
            ReferenceOr::Reference { reference } => json!({ "$ref": reference }),
            ReferenceOr::Item(schema) => serde_json::to_value(schema).unwrap_or_default(),
        };
        let mut converted = self.definitions.convert(written);
        if let (Some(description), Value::Object(object)) = (description, &mut converted) {
            object.insert("description".to_owned(), description.into());
        }
        if required {
            self.required.push(name.into());
        }
        self.properties.insert(name.to_owned(), converted).is_none()
    }

    pub(crate) fn finish(self) -> Value {
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), VERSION.into());
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        self.definitions.close(&mut schema);
        Value::Object(schema)
    }
}

/// A schema of OpenAPI, complete in itself.
pub(crate) fn alone(components: Components<'_>, schema: Value) -> Value {
    let mut definitions = Definitions::new(components);
    let mut made = Map::new();
    made.insert("$schema".to_owned(), VERSION.into());
    match definitions.convert(schema) {
        Value::Object(converted) => made.extend(converted),
        anything => return anything,
    }
    definitions.close(&mut made);
    Value::Object(made)
}

/// What a reference leads to in a schema that is complete in itself, with the name that it has there.
pub(crate) fn definition<'s>(
    definitions: &'s Map<String, Value>,
    reference: &Value,
) -> Option<(&'s String, &'s Value)> {
    let name = reference.as_str()?.strip_prefix("#/$defs/")?;
    definitions.get_key_value(&crate::document::pointer::unescape(name))
}

/// Converts schemas, and gathers what they refer to.
struct Definitions<'d> {
    components: Components<'d>,
    found: BTreeMap<String, Value>,
    /// What was referred to and is not converted yet. One may lead to the next without an end in sight.
    next: Vec<String>,
}

impl<'d> Definitions<'d> {
    fn new(components: Components<'d>) -> Self {
        Self { components, found: BTreeMap::new(), next: Vec::new() }
    }

    /// Adds what was referred to.
    fn close(mut self, schema: &mut Map<String, Value>) {
        while let Some(name) = self.next.pop() {
            let written = self.components.and_then(|components| components.get(&name));
            let written = written.and_then(|schema| serde_json::to_value(schema).ok()).unwrap_or_default();
            let converted = self.convert(written);
            self.found.insert(name, converted);
        }
        if !self.found.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(self.found.into_iter().collect()));
        }
    }

    fn convert(&mut self, schema: Value) -> Value {
        let Value::Object(mut schema) = schema else { return schema };
        if let Some(Value::String(reference)) = schema.get("$ref") {
            return json!({ "$ref": self.definition(reference) });
        }
        let nullable = schema.get("nullable") == Some(&Value::Bool(true));
        let description = description(&schema);
        for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            if schema.get(exclusive) == Some(&Value::Bool(true))
                && let Some(limit) = schema.remove(bound)
            {
                schema.insert(format!("x-{exclusive}"), limit);
            }
        }
        let mut converted = Map::new();
        for (key, value) in schema {
            let value = match key.as_str() {
                "properties" => match value {
                    Value::Object(properties) => {
                        properties.into_iter().map(|(name, property)| (name, self.convert(property))).collect()
                    }
                    value => value,
                },
                "items" | "additionalProperties" | "not" => self.convert(value),
                "allOf" | "oneOf" | "anyOf" => match value {
                    Value::Array(members) => members.into_iter().map(|member| self.convert(member)).collect(),
                    value => value,
                },
                CONTENT_SCHEMA => {
                    converted.insert("contentMediaType".to_owned(), "application/json".into());
                    converted.insert("contentSchema".to_owned(), self.convert(value));
                    continue;
                }
                "x-exclusiveMinimum" | "x-exclusiveMaximum" => {
                    converted.insert(key.trim_start_matches("x-").to_owned(), value);
                    continue;
                }
                key if DROPPED.contains(&key) || key.starts_with("x-") => continue,
                _ => value,
            };
            converted.insert(key, value);
        }
        if let Some(description) = description {
            converted.insert("description".to_owned(), description.into());
        }
        // A reference may have neighbours in this version.
        if let Some(Value::Array(members)) = converted.get("allOf")
            && let [Value::Object(only)] = members.as_slice()
            && let Some(reference) = only.get("$ref").cloned()
        {
            converted.remove("allOf");
            converted.insert("$ref".to_owned(), reference);
        }
        if nullable { or_null(converted) } else { Value::Object(converted) }
    }

    fn definition(&mut self, reference: &str) -> String {
        let Some(escaped) = reference.strip_prefix(COMPONENTS) else { return reference.to_owned() };
        let name = crate::document::pointer::unescape(escaped);
        if !self.found.contains_key(&name) {
            self.found.insert(name.clone(), Value::Bool(true));
            self.next.push(name);
        }
        format!("#/$defs/{escaped}")
    }
}

/// The same values, and null.
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

/// The description, with what JSON Schema has no key for.
fn description(schema: &Map<String, Value>) -> Option<String> {
    let mut text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(unit) = schema.get("x-unit").and_then(Value::as_str) {
        text.push_str(&format!(" Unit: {unit}."));
    }
    if let (Some(Value::Array(values)), Some(Value::Array(meanings))) =
        (schema.get("enum"), schema.get("x-enum-descriptions"))
    {
        for (value, meaning) in values.iter().zip(meanings) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.push_str(&format!("\n- `{value}`: {}", meaning.as_str().unwrap_or_default()));
        }
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
