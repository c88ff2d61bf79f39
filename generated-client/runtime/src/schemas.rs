//! JSON Schemas of the arguments and the results of operations.
//!
//! In: the file `schemas.json` of a generated client, which has each definition once. Out: a self-contained schema for one
//! operation. This module does not know any operation, and neither sends nor checks a value.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The version of JSON Schema of the output.
const VERSION: &str = "https://json-schema.org/draft/2020-12/schema";

/// The maximum number of definitions of a schema. In some APIs most types refer to each other, so that the schema of each
/// result would contain them all: a megabyte, which no tool can use.
const MAX_DEFINITIONS: usize = 100;

/// The number of definitions that remain of more than [`MAX_DEFINITIONS`]: the nearest ones.
const NEAREST_DEFINITIONS: usize = 25;

/// The JSON Schemas of the operations of an API. The text is parsed when the first of them is used.
pub struct Schemas {
    text: &'static str,
    parsed: OnceLock<File>,
}

/// The content of the file. A text without this structure has no schemas.
#[derive(Default, Deserialize)]
struct File {
    operations: BTreeMap<String, OfOperation>,
    #[serde(rename = "$defs", default)]
    definitions: Map<String, Value>,
}

#[derive(Deserialize)]
struct OfOperation {
    arguments: Value,
    result: Value,
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl Schemas {
    /// The schemas in a text: the content of `schemas.json`.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, parsed: OnceLock::new() }
    }

    pub(crate) fn arguments(&self, operation: &str) -> Value {
        self.of(operation, |schemas| &schemas.arguments)
    }

    pub(crate) fn result(&self, operation: &str) -> Value {
        self.of(operation, |schemas| &schemas.result)
    }

    /// A self-contained schema. An operation without schemas allows any value.
    fn of(&self, operation: &str, part: impl Fn(&OfOperation) -> &Value) -> Value {
        let file = self.parsed.get_or_init(|| serde_json::from_str(self.text).unwrap_or_default());
        match file.operations.get(operation).map(part) {
            Some(Value::Object(schema)) => file.with_definitions(schema),
            Some(any) => any.clone(),
            None => Value::Bool(true),
        }
    }
}

impl File {
    /// A schema with the definitions that it needs, or the nearest ones if these are too many.
    fn with_definitions(&self, schema: &Map<String, Value>) -> Value {
        let mut needed = self.needed(schema, MAX_DEFINITIONS);
        if !needed.omitted.is_empty() {
            needed = self.needed(schema, NEAREST_DEFINITIONS);
        }
        let mut definitions = Map::new();
        for (name, definition) in needed.taken {
            definitions.insert(name.to_owned(), definition.clone());
        }
        for name in needed.omitted {
            let reason = format!("any value: this schema needs more than {MAX_DEFINITIONS} definitions");
            definitions.insert(name.to_owned(), json!({ "$comment": reason }));
        }
        let mut schema = schema.clone();
        schema.insert("$schema".to_owned(), VERSION.into());
        if !definitions.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(definitions));
        }
        Value::Object(schema)
    }

    /// The definitions that a schema refers to, directly or not: at most `limit`, the nearest ones first.
    fn needed<'a>(&'a self, schema: &'a Map<String, Value>, limit: usize) -> Needed<'a> {
        let mut known = BTreeSet::new();
        let mut next = VecDeque::new();
        let mut find = |schema: &'a Map<String, Value>, next: &mut VecDeque<(&'a str, &'a Value)>| {
            for name in references(schema) {
                if let Some((name, definition)) = self.definitions.get_key_value(&name)
                    && known.insert(name)
                {
                    next.push_back((name, definition));
                }
            }
        };
        find(schema, &mut next);
        let mut taken = Vec::new();
        while taken.len() < limit
            && let Some(definition) = next.pop_front()
        {
            taken.push(definition);
            if let Value::Object(schema) = definition.1 {
                find(schema, &mut next);
            }
        }
        Needed { taken, omitted: next.into_iter().map(|(name, _)| name).collect() }
    }
}

/// The definitions that a schema refers to.
struct Needed<'a> {
    taken: Vec<(&'a str, &'a Value)>,
    omitted: Vec<&'a str>,
}

/// The names of the definitions that a schema refers to without another definition in between.
fn references(schema: &Map<String, Value>) -> Vec<String> {
    let mut names = Vec::new();
    // A stack instead of recursion: a schema can be nested deeply.
    let mut schemas = vec![schema];
    while let Some(schema) = schemas.pop() {
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
        // A JSON pointer escapes `/` and `~`.
        names.extend(reference.map(|name| name.replace("~1", "/").replace("~0", "~")));
        let mut values: Vec<&Value> = schema.values().rev().collect();
        while let Some(value) = values.pop() {
            match value {
                Value::Object(schema) => schemas.push(schema),
                Value::Array(items) => values.extend(items.iter().rev()),
                _ => {}
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one operation, whose arguments refer to the first of a chain of definitions.
    fn chain(length: usize) -> String {
        let definition = |index: usize| match index + 1 {
            last if last == length => json!({ "type": "string" }),
            next => json!({ "items": { "$ref": format!("#/$defs/D{next}") } }),
        };
        let definitions: Map<String, Value> =
            (0..length).map(|index| (format!("D{index}"), definition(index))).collect();
        let arguments = json!({ "properties": { "a": { "$ref": "#/$defs/D0" } } });
        let operations = json!({ "get": { "arguments": arguments, "result": true } });
        json!({ "operations": operations, "$defs": definitions }).to_string()
    }

    fn arguments(text: String) -> Value {
        Schemas::new(text.leak()).arguments("get")
    }

    #[test]
    fn a_schema_has_the_definitions_that_it_needs() {
        let file = json!({
            "operations": { "get": {
                "arguments": { "$ref": "#/$defs/A", "enum": [{ "$ref": "#/$defs/none" }] },
                "result": { "anyOf": [{ "$ref": "#/$defs/x~1y~0z" }, { "type": "null" }] },
            }},
            "$defs": {
                "A": { "properties": { "b": { "$ref": "#/$defs/B" }, "$ref": { "type": "string" } } },
                "B": { "properties": { "a": { "$ref": "#/$defs/A" } } },
                "x/y~z": { "type": "string" },
                "unused": { "type": "string" },
            },
        });
        let schemas = Schemas::new(file.to_string().leak());
        let expected = json!({
            "$schema": VERSION,
            "$ref": "#/$defs/A",
            "enum": [{ "$ref": "#/$defs/none" }],
            "$defs": { "A": file["$defs"]["A"], "B": file["$defs"]["B"] },
        });
        assert_eq!(schemas.arguments("get"), expected);
        assert_eq!(schemas.result("get")["$defs"], json!({ "x/y~z": { "type": "string" } }));
        assert_eq!(schemas.result("other"), json!(true));
    }

    #[test]
    fn a_schema_has_a_limited_number_of_definitions() {
        let complete = arguments(chain(MAX_DEFINITIONS));
        assert_eq!(complete["$defs"].as_object().unwrap().len(), MAX_DEFINITIONS);
        assert_eq!(complete["$defs"]["D99"], json!({ "type": "string" }));
        let limited = arguments(chain(MAX_DEFINITIONS + 1));
        let definitions = limited["$defs"].as_object().unwrap();
        assert_eq!(definitions.len(), NEAREST_DEFINITIONS + 1);
        assert_eq!(definitions["D24"], json!({ "items": { "$ref": "#/$defs/D25" } }));
        let reason = "any value: this schema needs more than 100 definitions";
        assert_eq!(definitions["D25"], json!({ "$comment": reason }));
    }

    #[test]
    fn a_text_that_is_not_such_a_file_has_no_schemas() {
        for text in ["", "[]", "{\"operations\": {\"get\": {}}}"] {
            assert_eq!(arguments(text.to_owned()), json!(true), "{text}");
        }
    }
}
