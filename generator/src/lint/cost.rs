//! The cost of validating a value against a schema.
//!
//! A JSON Schema library follows every path through the combinations of a schema. The number of paths can be
//! exponential: two at each of sixty levels. This module counts them before validation. In: a JSON Schema, and a value.
//! Out: an estimate of the validations. This module does not know documents.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::parts::{Place, parts};

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
        let mut whole = 0_u64;
        let mut members = 1_u64;
        if let Some(negated) = keys.get("not") {
            whole = self.count(negated, value, depth + 1);
        }
        for part in parts(keys, value, self.definitions) {
            let sum = if matches!(part.place, Place::Same) { &mut whole } else { &mut members };
            *sum = sum.saturating_add(self.count(part.schema, part.value, depth + 1));
        }
        // Described members are validated once more for every part.
        if keys.contains_key("unevaluatedProperties") {
            whole = whole.saturating_mul(2);
        }
        let count = whole.saturating_add(members).min(LIMIT);
        self.known.insert((schema, value), count);
        count
    }
}
