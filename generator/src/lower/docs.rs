//! Descriptions, constraints and sources of schemas: the facts that the documentation is written from.
//!
//! In: a schema. Out: its documented facts. This module writes no sentences: `emit` does.

use serde_json::Value;

use crate::document::schema::{Schema, SchemaId, Schemas, Type};
use crate::model::{Constraints, Docs, SizeOf};

/// The documented facts of a schema.
pub(super) fn of_schema(schemas: &Schemas, schema: &Schema) -> Docs {
    Docs {
        description: schemas.description(schema).map(str::to_owned),
        constraints: constraints(schemas, schema),
        source: schema.keywords.source.clone(),
    }
}

/// The documented facts of a property. A property that only refers to a schema inherits the description of that schema.
pub(super) fn of_property(schemas: &Schemas, id: SchemaId) -> Docs {
    let own = schemas.object(id).map(|schema| of_schema(schemas, schema)).unwrap_or_default();
    let referenced = || schemas.referenced_description(schemas.only_reference(id)?).map(str::to_owned);
    Docs { description: own.description.clone().or_else(referenced), ..own }
}

/// The description of a value whose schema is in a parameter, a body or a union.
pub(super) fn description(schemas: &Schemas, id: SchemaId) -> Option<String> {
    schemas.referenced_description(id).map(str::to_owned)
}

/// The constraints of an inline schema. `None` for a reference, and for a schema without constraints.
pub(super) fn constraints_in_place(schemas: &Schemas, id: SchemaId) -> Option<Box<Constraints>> {
    constraints(schemas, schemas.object(id)?)
}

/// The constraints of a schema; `None` if there are none.
fn constraints(schemas: &Schemas, schema: &Schema) -> Option<Box<Constraints>> {
    let keywords = &schema.keywords;
    // The values of strings and integers are the variants of an enumeration in the client, so they are no constraint.
    let is_enumeration = match keywords.ty {
        Some(Type::String) => keywords.values.iter().all(|value| value.is_string() || value.is_null()),
        Some(Type::Integer) => keywords.values.iter().all(|value| value.is_i64() || value.is_null()),
        Some(Type::Boolean | Type::Number | Type::Object | Type::Array) => false,
        None => {
            let mut values = keywords.values.iter().filter(|value| !value.is_null());
            values.clone().all(Value::is_string) || values.all(Value::is_i64)
        }
    };
    let counted = match keywords.ty {
        Some(Type::Array) => Some(SizeOf::Items),
        Some(Type::Object) => Some(SizeOf::Properties),
        Some(Type::String) => Some(SizeOf::Characters),
        _ => None,
    };
    let constraints = Constraints {
        unit: keywords.unit,
        values: if is_enumeration { Vec::new() } else { keywords.values.clone() },
        minimum: schema.minimum(),
        maximum: schema.maximum(),
        multiple_of: schema.multiple_of().cloned(),
        size: counted.map(|counted| (counted, schema.size())).filter(|(_, size)| *size != (None, None)),
        unique_items: schema.has_unique_items(),
        pattern: schema.pattern().map(str::to_owned),
        format: keywords.format.clone(),
        default: keywords.default.clone(),
        read_only: keywords.read_only,
        write_only: keywords.write_only,
        deprecated: keywords.deprecated,
        external_docs_url: keywords.external_docs_url.clone(),
        items: schema.items.and_then(|items| constraints_in_place(schemas, items)),
    };
    (constraints != Constraints::default()).then(|| Box::new(constraints))
}

/// A value as messages show it: strings without quotes.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lower::testing::{constraints, docs};

    #[test]
    fn a_description_is_its_own_or_that_of_a_member_with_nothing_but_a_description() {
        let others = "A: {type: string, description: Of A.}";
        for (schema, expected) in [
            ("{type: string, description: Its own.}", Some("Its own.")),
            ("{type: string, title: Title}", Some("Title")),
            ("{$ref: '#/components/schemas/A'}", Some("Of A.")),
            ("{allOf: [{$ref: '#/components/schemas/A'}, {description: Of a member.}]}", Some("Of a member.")),
            ("{type: string}", None),
        ] {
            let found = docs(&format!("{{{others}, T: {schema}}}")).description;
            assert_eq!(found.as_deref(), expected, "{schema}");
        }
    }

    #[test]
    fn limits_of_another_type_are_no_constraints() {
        let found = constraints("{type: string, minLength: 1, maxLength: 2, pattern: a, default: b, readOnly: true}");
        let expected = Constraints {
            size: Some((SizeOf::Characters, (Some(1), Some(2)))),
            pattern: Some("a".to_owned()),
            default: Some(json!("b")),
            read_only: true,
            ..Constraints::default()
        };
        assert_eq!(found, expected);
        assert_eq!(constraints("{type: string, minimum: 1, maxItems: 2}"), Constraints::default());
        let of_items = constraints("{type: array, items: {type: string, maxLength: 2}}").items.unwrap().size;
        assert_eq!(of_items, Some((SizeOf::Characters, (None, Some(2)))));
        assert_eq!(constraints("{type: array, items: {}, maxItems: 2}").size, Some((SizeOf::Items, (None, Some(2)))));
    }
}
