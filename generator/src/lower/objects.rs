//! Schemas of objects.
//!
//! In: a schema whose type is `object`, and the properties of the members of its `allOf` (`all_of`). Out: a struct, or a
//! map if it has no properties.

use std::collections::{HashMap, HashSet};

use super::all_of::JoinedMembers;
use super::docs;
use super::schemas::{ANY, Types};
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::schema::{AdditionalProperties as Additional, Schema, SchemaId, Type};
use crate::document::vocabulary::LENIENT;
use crate::model::{AdditionalProperties, Docs, Field, Primitive, Struct, TypeKind, TypeRef, UntypedReason};
use crate::names::{Case, UniqueNames};
use crate::suggest::{did_you_mean, nearest};

/// The maximum number of properties of all objects together. An inline schema is lowered once for each object that is
/// composed of it, so the number can be a multiple of the number of properties in the document.
const MAX_PROPERTIES: usize = 200_000;

/// The number of undescribed required properties for which suggestions are computed.
const MAX_SUGGESTIONS: usize = 100;

/// The names of functions of a type or of its builder. Methods for properties must not have these names.
const RESERVED_MEMBERS: &[&str] =
    &["new", "default", "builder", "build", "clone", "serialize", "deserialize", "to_json_text", "from_json_text"];

/// The type of an object that cannot be lowered.
const ANY_OBJECT: TypeKind = TypeKind::Alias(TypeRef::Primitive(Primitive::JsonObject));

/// A property before its field has a type.
struct Property<'d> {
    name: &'d str,
    /// `None` for a required property that no schema describes.
    schema: Option<SchemaId>,
    pointer: String,
    required_pointers: Vec<String>,
}

impl<'d> Types<'d> {
    /// The type of an object: a struct if it has properties, a map otherwise.
    pub(super) fn object(&mut self, schema: &'d Schema, id: SchemaId, name: &str) -> TypeKind {
        if self.in_progress.contains(&id) {
            self.sink.report(
                Code::CircularRef,
                self.at(id),
                "this inline object is infinitely recursive: it is composed of the schema that contains it",
                "move it to `components/schemas` and refer to it",
            );
            return ANY_OBJECT;
        }
        if self.property_count > MAX_PROPERTIES {
            return ANY_OBJECT;
        }
        self.in_progress.push(id);
        let kind = self.new_object(schema, id, name);
        self.in_progress.pop();
        kind
    }

    fn new_object(&mut self, schema: &'d Schema, id: SchemaId, name: &str) -> TypeKind {
        let mut members = JoinedMembers { root: Some(id), ..JoinedMembers::default() };
        let has_variants = schema.has_variants();
        members.is_open = self.policy.tolerates_mistakes && schema.keywords.discriminator.is_some() && !has_variants;
        self.collect(schema, id, &mut members, &mut Vec::new());
        if members.is_open && matches!(members.additional, None | Some((Additional::Any(false), _))) {
            members.additional = Some((Additional::Any(true), self.at(id).pointer()));
        }
        self.property_count += members.properties.len();
        if self.property_count > MAX_PROPERTIES {
            let message = format!("the objects of this document have more than {MAX_PROPERTIES} properties in total");
            let help = "move inline members of `allOf` to `components/schemas` and refer to them";
            self.sink.report(Code::TooLarge, self.at(id), message, help);
        }
        let undescribed = self.undescribed(&members, schema, id);
        let is_lenient = self.is_lenient(&members, schema, id);
        let additional = members.additional.as_ref().and_then(|(additional, pointer)| match additional {
            Additional::Any(false) => None,
            Additional::Any(true) => {
                if !members.properties.is_empty() {
                    self.note_untyped(PointerRef::Base(pointer), UntypedReason::AnyMembers);
                }
                Some((ANY, pointer, None))
            }
            Additional::Schema(schema) => {
                let (ty, nullable) = self.type_of(*schema, &format!("{name}_value"));
                Some((ty.or_null(nullable), pointer, docs::constraints_in_place(self.schemas, *schema)))
            }
        });
        if members.properties.is_empty() {
            return match additional {
                None | Some((ANY, ..)) => {
                    self.note_untyped(self.at(id), UntypedReason::NoProperties);
                    ANY_OBJECT
                }
                Some((ty, ..)) => TypeKind::Alias(TypeRef::Map(Box::new(ty))),
            };
        }
        let mut required: HashMap<&str, Vec<String>> = HashMap::new();
        for (name, pointer) in members.required {
            required.entry(name).or_default().push(pointer);
        }
        let described = members.properties.iter().map(|&(name, schema)| Property {
            name,
            schema: Some(schema).filter(|_| !members.any.contains(name)),
            pointer: self.at(schema).pointer(),
            required_pointers: required.remove(name).unwrap_or_default(),
        });
        let mut properties: Vec<Property<'d>> = described.collect();
        properties.extend(undescribed.into_iter().map(|(name, pointer)| Property {
            name,
            schema: None,
            pointer: pointer.clone(),
            required_pointers: vec![pointer],
        }));
        for property in properties.iter().filter(|property| property.schema.is_none()) {
            let is_described = members.any.contains(property.name);
            let (conflict, undescribed) = (UntypedReason::ConflictingProperty, UntypedReason::UndescribedProperty);
            let reason = if is_described { conflict } else { undescribed };
            self.note_untyped(PointerRef::Base(&property.pointer), reason);
        }
        let names: Vec<&str> = properties.iter().map(|property| property.name).collect();
        let mut unique = UniqueNames::with_reserved(RESERVED_MEMBERS.iter().copied());
        let identifiers = unique.issue_all(&names, Case::Snake);
        let additional_properties = additional.map(|(ty, pointer, constraints)| AdditionalProperties {
            pointer: pointer.clone(),
            field: unique.issue("other", Case::Snake),
            ty,
            constraints,
        });
        let with_names = properties.into_iter().zip(identifiers);
        let fields = with_names.map(|(property, field)| self.field(property, field, &mut unique, name)).collect();
        TypeKind::Struct(Struct { fields, additional_properties, is_lenient })
    }

    /// Whether an object keeps properties that do not match their types. It needs additional properties to keep them in, and
    /// no required property.
    fn is_lenient(&mut self, members: &JoinedMembers<'d>, schema: &Schema, id: SchemaId) -> bool {
        let keeps_any = matches!(members.additional, Some((Additional::Any(true), _)));
        let is_possible = keeps_any && members.required.is_empty() && !members.properties.is_empty();
        if schema.keywords.is_lenient && !is_possible {
            let message = "`x-lenient` in an object that cannot keep a property of another type";
            let help = "it needs `properties`, none of which is required, and `additionalProperties: true`";
            self.sink.report(Code::WrongValue, self.at(id).key(LENIENT), message, help);
        }
        schema.keywords.is_lenient && is_possible
    }

    fn field(&mut self, property: Property<'d>, field: String, unique: &mut UniqueNames, owner: &str) -> Field {
        let Property { name, schema, pointer, required_pointers } = property;
        let (ty, nullable) = match schema {
            Some(schema) => self.type_of(schema, &format!("{owner}_{name}")),
            None => (ANY, false),
        };
        let required = !required_pointers.is_empty();
        let null_setter = (nullable && !required)
            .then(|| unique.issue(&format!("{}_null", field.trim_start_matches("r#")), Case::Snake));
        Field {
            name: name.to_owned(),
            pointer,
            field,
            required,
            required_pointers,
            nullable,
            deprecated: schema
                .and_then(|schema| self.schemas.object(schema))
                .is_some_and(|schema| schema.keywords.deprecated),
            ty,
            null_setter,
            content: schema.and_then(|schema| self.string_content(schema)),
            docs: schema.map_or_else(Docs::default, |schema| docs::of_property(self.schemas, schema)),
        }
    }

    /// The required properties that no schema describes. In the FlightHub 2 specification each is an error. In a
    /// third-party document each has any JSON value, and only a name that is similar to a described property is
    /// reported.
    fn undescribed(&mut self, members: &JoinedMembers<'d>, schema: &Schema, id: SchemaId) -> Vec<(&'d str, String)> {
        let mut undescribed: Vec<(&'d str, String)> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for (required, pointer) in &members.required {
            if members.positions.contains_key(required) {
                continue;
            }
            let known = members.properties.iter().map(|(name, _)| *name);
            let is_misspelt = || undescribed.len() < MAX_SUGGESTIONS && nearest(required, known.clone()).is_some();
            if self.policy.allows_loose_schemas {
                if !seen.insert(required) {
                    continue;
                }
                if is_misspelt() {
                    let message = format!("`{required}` is required, but is not one of the properties");
                    let help = did_you_mean(required, known, || "describe it under `properties`".to_owned());
                    let (at, effect) = (PointerRef::Base(pointer), "it is a required property with any JSON value");
                    self.sink.report_recoverable(Code::UnknownRequired, at, message, help, effect);
                }
                undescribed.push((required, pointer.clone()));
                continue;
            }
            let help = did_you_mean(required, known, || "describe it under `properties`, or remove it".to_owned());
            let message = format!("`{required}` is required, but is not one of the properties");
            let at = self.at(id);
            let properties = at.key("properties");
            let has_place = !schema.properties.is_empty() || schema.keywords.ty == Some(Type::Object);
            let described = (if has_place { properties } else { at }, "the properties");
            self.sink.report_with(Code::UnknownRequired, PointerRef::Base(pointer), message, help, described);
        }
        undescribed
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{component, flighthub_model, flighthub_problems};
    use crate::model::TypeKind;

    #[test]
    fn a_lenient_object_has_a_place_for_what_does_not_match() {
        let found = |schema: &str| flighthub_problems(&format!("components: {{schemas: {{T: {schema}}}}}"));
        let at = "/components/schemas/T/x-lenient";
        let cannot = "`x-lenient` in an object that cannot keep a property of another type";
        let is_none = "`x-lenient` in a schema that is no object";
        for (schema, expected) in [
            ("{type: object, x-lenient: true, properties: {a: {type: string}}}", cannot),
            ("{type: object, x-lenient: true, additionalProperties: true}", cannot),
            (
                "{type: object, x-lenient: true, additionalProperties: {type: string}, properties: {a: {type: string}}}",
                cannot,
            ),
            (
                "{type: object, x-lenient: true, additionalProperties: true, required: [a], properties: {a: {type: string}}}",
                cannot,
            ),
            ("{type: string, x-lenient: true}", is_none),
        ] {
            assert_eq!(found(schema), [format!("{at}: {expected}")], "{schema}");
        }
        for (key, expected) in [("true", true), ("false", false)] {
            let schema = format!(
                "{{type: object, x-lenient: {key}, additionalProperties: true, properties: {{a: {{type: string}}}}}}"
            );
            let api = flighthub_model(&format!("components: {{schemas: {{T: {schema}}}}}"));
            let is_lenient = api.types.iter().find_map(|definition| match &definition.kind {
                TypeKind::Struct(object) => Some(object.is_lenient),
                _ => None,
            });
            assert_eq!(is_lenient, Some(expected));
        }
    }

    #[test]
    fn a_property_is_a_field() {
        for (schema, expected) in [
            ("{properties: {a: {type: string}}}", "{a?: String}"),
            ("{type: object, properties: {a: {type: string}}, required: [a]}", "{a: String}"),
            ("{properties: {a: {type: string, nullable: true}}}", "{a?: String or null}"),
            ("{properties: {a-b: {}, a_b: {}}}", "{a_b_2?: Json, a_b?: Json}"),
            ("{properties: {a: {type: string}}, required: [other]}", "{a?: String, other: Json}"),
            ("{properties: {a: {}}, additionalProperties: true}", "{a?: Json, **other: Json}"),
            ("{properties: {a: {}}, additionalProperties: false}", "{a?: Json}"),
            ("{additionalProperties: {type: string}}", "= {*: String}"),
            ("{type: object, additionalProperties: true}", "= JsonObject"),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
        }
    }
}
