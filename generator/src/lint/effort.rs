//! How much work it is to hold a value against a schema.
//!
//! A library for JSON Schema follows every way through the combinations of a schema, and there can be more ways than
//! anybody waits for: two at each of sixty levels. They are counted here before it is asked. In: a schema in the words of
//! JSON Schema, and a value. Knows no document.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::json_schema::definition;

/// More than any example of a document needs by far, and done in a second.
pub(super) const LIMIT: u64 = 1_000_000;

/// Ways that are longer are not followed by recursion.
const DEPTH: usize = 500;

/// Counts the schemas that parts of a value are held against; [`LIMIT`] and more are not told apart.
pub(super) struct Effort<'s> {
    definitions: Option<&'s Map<String, Json>>,
    known: HashMap<(*const Json, *const Json), u64>,
}

impl<'s> Effort<'s> {
    /// For a schema that is complete in itself.
    pub(super) fn new(schema: &'s Json) -> Self {
        Self { definitions: schema.get("$defs").and_then(Json::as_object), known: HashMap::new() }
    }

    pub(super) fn of(&mut self, schema: &'s Json, value: &Json) -> u64 {
        self.count(schema, value, 0)
    }

    fn count(&mut self, schema: &'s Json, value: &Json, depth: usize) -> u64 {
        let Json::Object(keys) = schema else { return 1 };
        if depth > DEPTH {
            return LIMIT;
        }
        // A way that comes back to where it is has no end.
        if let Some(&known) = self.known.get(&(std::ptr::from_ref(schema), std::ptr::from_ref(value))) {
            return known;
        }
        self.known.insert((schema, value), LIMIT);
        let mut parts = 0_u64;
        let mut members = 1_u64;
        for (key, part) in keys {
            match (key.as_str(), part) {
                ("$ref", reference) => {
                    let target = self.definitions.and_then(|definitions| definition(definitions, reference));
                    parts = parts.saturating_add(target.map_or(0, |(_, target)| self.count(target, value, depth + 1)));
                }
                ("allOf" | "anyOf" | "oneOf", Json::Array(all)) => {
                    for part in all {
                        parts = parts.saturating_add(self.count(part, value, depth + 1));
                    }
                }
                ("not", part) => parts = parts.saturating_add(self.count(part, value, depth + 1)),
                ("properties", Json::Object(properties)) => {
                    for (name, property) in properties {
                        if let Some(member) = value.get(name) {
                            members = members.saturating_add(self.count(property, member, depth + 1));
                        }
                    }
                }
                ("additionalProperties", part) => {
                    for member in value.as_object().into_iter().flat_map(Map::values) {
                        members = members.saturating_add(self.count(part, member, depth + 1));
                    }
                }
                ("items", part) => {
                    for item in value.as_array().into_iter().flatten() {
                        members = members.saturating_add(self.count(part, item, depth + 1));
                    }
                }
                _ => {}
            }
        }
        // What is described is asked of every part once more.
        if keys.contains_key("unevaluatedProperties") {
            parts = parts.saturating_mul(2);
        }
        let count = parts.saturating_add(members).min(LIMIT);
        self.known.insert((schema, value), count);
        count
    }
}
