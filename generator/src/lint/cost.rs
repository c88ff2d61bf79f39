//! The cost of validating a value against a schema.
//!
//! A JSON Schema library follows every path through the combinations of a schema. The number of paths can be
//! exponential: two at each of sixty levels. This module counts them before validation. In: a JSON Schema, and a value.
//! Out: an estimate of the validations. This module does not know documents.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::json_schema::definition;

/// Far more than any example of a document requires; validation takes about a second.
pub(super) const LIMIT: u64 = 1_000_000;

/// The limit of the recursion depth.
const DEPTH: usize = 500;

/// Counts the validations of parts of a value against schemas, saturating at [`LIMIT`].
pub(super) struct Cost<'s> {
    definitions: Option<&'s Map<String, Json>>,
    known: HashMap<(*const Json, *const Json), u64>,
}

impl<'s> Cost<'s> {
    /// For a self-contained schema.
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
        // A circular path never ends.
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
        // Described members are validated once more for every part.
        if keys.contains_key("unevaluatedProperties") {
            parts = parts.saturating_mul(2);
        }
        let count = parts.saturating_add(members).min(LIMIT);
        self.known.insert((schema, value), count);
        count
    }
}
