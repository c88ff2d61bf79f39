//! The parts of a JSON Schema, and the parts of a value that they apply to.
//!
//! In: a schema and a value. Out: each schema directly within it that the value, a member or an item has to match. This
//! module does not validate, and does not know documents.

use serde_json::{Map, Value as Json};

use crate::json_schema::definition;

/// A schema within another one.
pub(super) struct Part<'s, 'v> {
    pub(super) schema: &'s Json,
    /// What it applies to.
    pub(super) value: &'v Json,
    pub(super) place: Place<'v>,
}

/// Where the value of a part is.
pub(super) enum Place<'v> {
    /// It is the whole value: the part is the target of a reference, or a member of a combination.
    Same,
    Member(&'v str),
    Item(usize),
}

/// The parts of a schema in the order of its keys, except that of `not`.
pub(super) fn parts<'s, 'v>(
    schema: &'s Map<String, Json>,
    value: &'v Json,
    definitions: Option<&'s Map<String, Json>>,
) -> Vec<Part<'s, 'v>> {
    let mut found = Vec::new();
    let mut add = |schema, value, place| found.push(Part { schema, value, place });
    let described = schema.get("properties").and_then(Json::as_object);
    for (key, part) in schema {
        match (key.as_str(), part) {
            ("$ref", reference) => {
                if let Some((_, target)) = definitions.and_then(|definitions| definition(definitions, reference)) {
                    add(target, value, Place::Same);
                }
            }
            ("allOf" | "anyOf" | "oneOf", Json::Array(all)) => all.iter().for_each(|it| add(it, value, Place::Same)),
            ("properties" | "additionalProperties", _) => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    let property = described.and_then(|described| described.get(name));
                    let schema = if key == "properties" { property } else { Some(part).filter(|_| property.is_none()) };
                    if let Some(schema) = schema {
                        add(schema, member, Place::Member(name));
                    }
                }
            }
            ("items", part) => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    add(part, item, Place::Item(index));
                }
            }
            _ => {}
        }
    }
    found
}
