//! Schemas of objects, and objects composed with `allOf`.

use std::collections::{HashMap, HashSet};

use super::docs;
use super::schemas::{ANY, Types};
use crate::diagnostic::Code;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::PointerRef;
use crate::document::schema::{AdditionalProperties as Additional, Schema, SchemaId, Type};
use crate::document::vocabulary::LENIENT;
use crate::model::{AdditionalProperties, Docs, Field, Primitive, Struct, TypeKind, TypeRef, UntypedReason};
use crate::names::{Case, Scope};
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

/// The properties of an object, including the properties of all members of its `allOf`.
#[derive(Debug, Default)]
struct Members<'d> {
    properties: Vec<(&'d str, SchemaId)>,
    /// The position of each property in `properties`.
    positions: HashMap<&'d str, usize>,
    required: Vec<(&'d str, String)>,
    /// The components whose properties are collected. Each is collected once, even if several paths lead to it.
    joined: HashSet<SchemaId>,
    /// The properties whose descriptions no single type satisfies. Their type is any JSON value.
    any: HashSet<&'d str>,
    additional: Option<(Additional, String)>,
    /// Whether a member has variants. Their properties are kept as additional properties.
    is_open: bool,
    /// The object itself.
    root: Option<SchemaId>,
}

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
        let mut members = Members { root: Some(id), ..Members::default() };
        let has_variants = !schema.one_of.is_empty() || !schema.any_of.is_empty();
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
        let mut scope = Scope::with_reserved(RESERVED_MEMBERS.iter().copied());
        let identifiers = scope.issue_all(&names, Case::Snake);
        let additional_properties = additional.map(|(ty, pointer, constraints)| AdditionalProperties {
            pointer: pointer.clone(),
            field: scope.issue("other", Case::Snake),
            ty,
            constraints,
        });
        let with_names = properties.into_iter().zip(identifiers);
        let fields = with_names.map(|(property, field)| self.field(property, field, &mut scope, name)).collect();
        TypeKind::Struct(Struct { fields, additional_properties, is_lenient })
    }

    /// Whether what does not match its type is kept: an object that has a place for it, and that can be without it.
    fn is_lenient(&mut self, members: &Members<'d>, schema: &Schema, id: SchemaId) -> bool {
        let keeps_any = matches!(members.additional, Some((Additional::Any(true), _)));
        let is_possible = keeps_any && members.required.is_empty() && !members.properties.is_empty();
        if schema.keywords.is_lenient && !is_possible {
            let message = "`x-lenient` in an object that cannot keep a property of another type";
            let help = "it needs `properties`, none of which is required, and `additionalProperties: true`";
            self.sink.report(Code::WrongValue, self.at(id).key(LENIENT), message, help);
        }
        schema.keywords.is_lenient && is_possible
    }

    fn field(&mut self, property: Property<'d>, field: String, scope: &mut Scope, owner: &str) -> Field {
        let Property { name, schema, pointer, required_pointers } = property;
        let (ty, nullable) = match schema {
            Some(schema) => self.type_of(schema, &format!("{owner}_{name}")),
            None => (ANY, false),
        };
        let required = !required_pointers.is_empty();
        let null_setter = (nullable && !required)
            .then(|| scope.issue(&format!("{}_null", field.trim_start_matches("r#")), Case::Snake));
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
    fn undescribed(&mut self, members: &Members<'d>, schema: &Schema, id: SchemaId) -> Vec<(&'d str, String)> {
        let mut undescribed: Vec<(&'d str, String)> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for (required, pointer) in &members.required {
            if members.positions.contains_key(required) {
                continue;
            }
            let known = members.properties.iter().map(|(name, _)| *name);
            let is_misspelt = || undescribed.len() < MAX_SUGGESTIONS && nearest(required, known.clone()).is_some();
            if self.policy.allows_loose_schemas {
                if is_misspelt() && seen.insert(required) {
                    let message = format!("`{required}` is required, but is not one of the properties");
                    let help = did_you_mean(required, known, || "describe it under `properties`".to_owned());
                    let (at, effect) = (PointerRef::Base(pointer), "it is a required property with any JSON value");
                    self.sink.report_recoverable(Code::UnknownRequired, at, message, help, effect);
                    undescribed.push((required, pointer.clone()));
                } else if seen.insert(required) {
                    undescribed.push((required, pointer.clone()));
                }
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

    /// Collects the properties of an object and of the members of its `allOf`. Members come before the object's own
    /// properties.
    fn collect(&mut self, schema: &'d Schema, id: SchemaId, members: &mut Members<'d>, stack: &mut Vec<SchemaId>) {
        let at = self.at(id);
        if !schema.one_of.is_empty()
            || !schema.any_of.is_empty()
            || schema.not.is_some()
            || schema.items.is_some()
            || !schema.keywords.values.is_empty()
        {
            let message = "an object is combined with `oneOf`, `anyOf`, `not`, `items` or `enum`";
            let help = "write the result of the combination as one schema";
            if !self.policy.tolerates_mistakes {
                return self.sink.report(Code::Unsupported, at, message, help);
            }
            let effect = "properties that only these keys describe are kept as additional properties";
            // `Types::kind` reports the variants of the object itself.
            if members.root != Some(id) || schema.one_of.is_empty() && schema.any_of.is_empty() {
                self.sink.report_recoverable(Code::Unsupported, at, message, help, effect);
            }
            members.is_open = true;
        }
        for member in &schema.all_of {
            match self.schemas.get(*member) {
                ObjectOrRef::Object(schema) => self.collect(schema, *member, members, stack),
                ObjectOrRef::Ref(target) => self.collect_target(*target, *member, members, stack),
            }
        }
        if let Some(ty) = schema.keywords.ty.filter(|ty| *ty != Type::Object) {
            let message = format!("`allOf` combines `type: {}` with objects", ty.as_str());
            self.sink.report(Code::AllOfConflict, at.key("type").value(), message, "combine objects only");
            return;
        }
        for (name, property) in &schema.properties {
            match members.positions.get(name.as_str()).and_then(|&position| members.properties.get(position)) {
                None => {
                    members.positions.insert(name, members.properties.len());
                    members.properties.push((name, *property));
                }
                Some((_, known)) if self.schemas.is_same(*known, *property) => {}
                Some((_, known)) => {
                    let message = format!("another member of the same `allOf` describes `{name}` differently");
                    let (known, help) = (*known, "describe it once");
                    if !self.policy.allows_loose_schemas {
                        let other = (self.at(known), "the other description");
                        self.sink.report_with(Code::AllOfConflict, self.at(*property), message, help, other);
                        continue;
                    }
                    let merged = self.narrower(known, *property);
                    if merged.is_none() {
                        let effect = "its type is any JSON value";
                        self.sink.report_recoverable(Code::AllOfConflict, self.at(*property), message, help, effect);
                    }
                    if let Some(slot) =
                        members.positions.get(name.as_str()).and_then(|&position| members.properties.get_mut(position))
                    {
                        slot.1 = merged.unwrap_or(known);
                    }
                    if merged.is_none() {
                        members.any.insert(name);
                    }
                }
            }
        }
        let required_at = at.key("required");
        for (index, name) in schema.required().iter().enumerate() {
            members.required.push((name, required_at.index(index).pointer()));
        }
        if let Some(additional) = schema.additional_properties() {
            self.join_additional(additional, at.key("additionalProperties"), members);
        }
    }

    /// The narrower of two schemas of one property: the schema whose values are all valid for the other one, judged by
    /// type only. `None` if neither is.
    fn narrower(&self, known: SchemaId, other: SchemaId) -> Option<SchemaId> {
        if self.schemas.is_equivalent(known, other) {
            return Some(known);
        }
        let (known_end, known_schema) = self.schemas.resolve(known)?;
        let (other_end, other_schema) = self.schemas.resolve(other)?;
        if known_end == other_end {
            return Some(known);
        }
        let is_free = |schema: &Schema| {
            schema.keywords.ty.is_none()
                && schema.keywords.values.is_empty()
                && !schema.combines()
                && !schema.describes_a_value()
        };
        let types = (known_schema.keywords.ty, other_schema.keywords.ty);
        let is_list = |schema: &Schema| schema.items.is_some_and(|items| self.schemas.resolve(items).is_some());
        match types {
            _ if is_free(other_schema) => Some(known),
            _ if is_free(known_schema) => Some(other),
            (Some(Type::Number), Some(Type::Integer)) => Some(other),
            (Some(Type::Integer), Some(Type::Number)) => Some(known),
            (Some(Type::Array), Some(Type::Array)) if !is_list(known_schema) => Some(other),
            (Some(Type::Array), Some(Type::Array)) if !is_list(other_schema) => Some(known),
            (Some(Type::Array), Some(Type::Array)) => {
                let narrower = self.narrower(known_schema.items?, other_schema.items?)?;
                Some(if narrower == known_schema.items? { known } else { other })
            }
            (Some(Type::Object), Some(Type::Object)) => {
                let is_open =
                    |schema: &Schema| schema.properties.is_empty() && schema.additional_properties().is_none();
                let (a, b) = (is_open(known_schema), is_open(other_schema));
                if b { Some(known) } else { a.then_some(other) }
            }
            (Some(a), Some(b)) if a == b => {
                // `enum` is narrower than `format`. Limits do not matter: no generated type depends on them.
                let narrowness =
                    |schema: &Schema| (!schema.keywords.values.is_empty(), schema.keywords.format.is_some());
                Some(if narrowness(known_schema) > narrowness(other_schema) { known } else { other })
            }
            _ => None,
        }
    }

    /// Collects the properties of a component, once.
    fn collect_target(
        &mut self,
        target: SchemaId,
        from: SchemaId,
        members: &mut Members<'d>,
        stack: &mut Vec<SchemaId>,
    ) {
        if stack.contains(&target) {
            let name = self.schemas.name(target).unwrap_or_default();
            self.sink.report(
                Code::CircularRef,
                self.at(from),
                format!("`{name}` contains itself through `allOf`"),
                "remove this member of `allOf`; a schema may refer to itself through a property only",
            );
            return;
        }
        if !members.joined.insert(target) {
            return;
        }
        match self.schemas.get(target) {
            ObjectOrRef::Object(schema) => {
                stack.push(target);
                self.collect(schema, target, members, stack);
                stack.pop();
            }
            ObjectOrRef::Ref(next) if self.policy.allows_loose_schemas => {
                stack.push(target);
                self.collect_target(*next, from, members, stack);
                stack.pop();
            }
            ObjectOrRef::Ref(_) => self.sink.report(
                Code::Unsupported,
                self.at(from),
                "the target of this reference is another reference",
                "refer to the object directly",
            ),
        }
    }

    fn join_additional(&mut self, additional: Additional, at: PointerRef<'_>, members: &mut Members<'d>) {
        match (&members.additional, additional) {
            (None | Some((Additional::Any(false), _)), _)
            | (Some((Additional::Any(true), _)), Additional::Schema(_)) => {
                members.additional = Some((additional, at.pointer()));
            }
            (Some(_), Additional::Any(_)) => {}
            (Some((known, _)), _) if self.schemas.is_same_additional(Some(*known), Some(additional)) => {}
            (Some(_), _) if self.policy.allows_loose_schemas => {
                let message = "another member of the same `allOf` describes `additionalProperties` differently";
                let (help, effect) = ("describe it once", "their type is any JSON value");
                self.sink.report_recoverable(Code::AllOfConflict, at, message, help, effect);
                members.additional = Some((Additional::Any(true), at.pointer()));
            }
            (Some((_, other)), _) => self.sink.report_with(
                Code::AllOfConflict,
                at,
                "another member of the same `allOf` describes `additionalProperties` differently",
                "describe it once",
                (PointerRef::Base(other), "the other description"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{component, flighthub_model, flighthub_problems, problems, recoverable};
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

    #[test]
    fn members_of_all_of_are_joined() {
        let a = "A: {type: object, properties: {a: {type: string}}}";
        for (schema, expected) in [
            ("{allOf: [{$ref: '#/components/schemas/A'}, {properties: {b: {}}}]}", "{a?: String, b?: Json}"),
            ("{allOf: [{$ref: '#/components/schemas/A'}], properties: {b: {}}}", "{a?: String, b?: Json}"),
            ("{allOf: [{$ref: '#/components/schemas/A'}], required: [a]}", "{a: String}"),
            ("{allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: string}}}]}", "{a?: String}"),
        ] {
            assert_eq!(component(&format!("{{{a}, T: {schema}}}")), expected, "{schema}");
        }
    }

    #[test]
    fn a_property_that_is_described_twice_has_the_narrower_type() {
        for (first, second, expected) in [
            ("{type: string}", "{type: string, enum: [x]}", "{a?: TA}"),
            ("{type: string, format: date-time}", "{type: string, maxLength: 5}", "{a?: DateTime}"),
            ("{type: number}", "{type: integer}", "{a?: Int64}"),
            ("{}", "{type: boolean}", "{a?: Boolean}"),
            ("{type: boolean}", "{description: D}", "{a?: Boolean}"),
            ("{type: array, items: {}}", "{type: array, items: {type: string}}", "{a?: [String]}"),
        ] {
            let schema = format!("{{allOf: [{{properties: {{a: {first}}}}}, {{properties: {{a: {second}}}}}]}}");
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
            assert_eq!(recoverable(&format!("components: {{schemas: {{T: {schema}}}}}")), [""; 0]);
        }
    }

    #[test]
    fn all_of_combines_schemas_that_are_not_objects() {
        for (schema, expected) in [
            ("{allOf: [{type: string}, {maxLength: 5}]}", "newtype String"),
            ("{allOf: [{$ref: '#/components/schemas/E'}, {description: D}, {nullable: true}]}", "= E"),
            ("{type: integer, allOf: [{minimum: 5}]}", "newtype Int64"),
            ("{allOf: [{description: D}]}", "= Json"),
            ("{allOf: [{type: string}, {enum: [a]}]}", "enum(A=\"a\")"),
        ] {
            assert_eq!(component(&format!("{{E: {{type: string, enum: [x]}}, T: {schema}}}")), expected, "{schema}");
        }
        let found = problems("components: {schemas: {T: {allOf: [{type: string}, {type: boolean}]}}}");
        assert_eq!(found, ["/components/schemas/T/allOf: no value is of both `type: string` and `type: boolean`"]);
    }

    #[test]
    fn an_object_with_variants_keeps_what_they_describe() {
        let variants = "oneOf: [{required: [a]}, {properties: {b: {type: string}}}]";
        for (schema, effect) in [
            (
                format!("{{properties: {{a: {{type: string}}}}, {variants}}}"),
                "the type is generated from the other keys",
            ),
            ("{properties: {a: {type: string}}, discriminator: {propertyName: a}}".to_owned(), "without `oneOf`"),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), "{a?: String, **other: Json}", "{schema}");
            let found = recoverable(&format!("components: {{schemas: {{T: {schema}}}}}"));
            assert!(found.iter().any(|mistake| mistake.contains(effect)), "{found:?}");
        }
    }

    #[test]
    fn contradictions_within_all_of_are_reported() {
        let schemas = "{T: {allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: integer}}}]}}";
        let message = "another member of the same `allOf` describes `a` differently";
        let expected = format!("/components/schemas/T/allOf/1/properties/a: {message}");
        assert_eq!(flighthub_problems(&format!("components: {{schemas: {schemas}}}")), std::slice::from_ref(&expected));
        assert_eq!(
            recoverable(&format!("components: {{schemas: {schemas}}}")),
            [format!("{expected}: its type is any JSON value")]
        );
        assert_eq!(component(schemas), "{a?: Json}");
        let schemas = "{T: {allOf: [{$ref: '#/components/schemas/T'}], properties: {a: {}}}}";
        let expected = "/components/schemas/T/allOf/0: `T` contains itself through `allOf`";
        assert_eq!(problems(&format!("components: {{schemas: {schemas}}}")), [expected]);
    }
}
