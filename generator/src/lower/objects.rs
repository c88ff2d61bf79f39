//! Schemas of objects, and `allOf`.

use std::collections::{HashMap, HashSet};

use super::docs;
use super::schemas::{ANY, Types};
use crate::diagnostic::Code;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::PointerRef;
use crate::document::schema::{AdditionalProperties as Additional, Schema, SchemaId, Type};
use crate::model::{AdditionalProperties, Docs, Field, Primitive, Struct, TypeKind, TypeRef, UntypedReason};
use crate::names::{Case, Scope};
use crate::suggest::{did_you_mean, nearest};

/// Properties of all objects. A schema that is written in place is read once for each object that is made of it, so there
/// can be many times as many as are written.
const MAX_PROPERTIES: usize = 200_000;

/// Suggestions are computed for the first required properties without a description only.
const MAX_SUGGESTIONS: usize = 100;

/// Functions of a type or of its builder, whose methods are called like the properties.
const RESERVED_MEMBERS: &[&str] =
    &["new", "default", "builder", "build", "clone", "serialize", "deserialize", "to_json_text", "from_json_text"];

/// An object that cannot be read.
const ANY_OBJECT: TypeKind = TypeKind::Alias(TypeRef::Primitive(Primitive::JsonObject));

/// The properties of an object, with those of everything in its `allOf`.
#[derive(Debug, Default)]
struct Members<'d> {
    properties: Vec<(&'d str, SchemaId)>,
    /// Where a property is in the list.
    positions: HashMap<&'d str, usize>,
    required: Vec<(&'d str, String)>,
    /// Components whose properties are here already. Each is read once, however many paths lead to it.
    joined: HashSet<SchemaId>,
    /// Properties that are described in ways that no type has both of.
    any: HashSet<&'d str>,
    additional: Option<(Additional, String)>,
    /// Whether a schema has variants, whose properties are kept with those that are not described.
    is_open: bool,
    /// The object itself.
    root: Option<SchemaId>,
}

/// A property before it is a field.
struct Property<'d> {
    name: &'d str,
    /// None for a required property that is not described.
    schema: Option<SchemaId>,
    pointer: String,
    required_pointers: Vec<String>,
}

impl<'d> Types<'d> {
    /// An object: a struct if its properties are described, else a map.
    pub(super) fn object(&mut self, schema: &'d Schema, id: SchemaId, name: &str) -> TypeKind {
        if self.in_progress.contains(&id) {
            self.sink.report(
                Code::CircularRef,
                self.at(id),
                "this inline object is infinitely recursive: it is made of the schema that contains it",
                "move it to `components/schemas` under a name of its own, and refer to it",
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
        members.is_open = self.policy.warns_of_slips && schema.keywords.discriminator.is_some() && !has_variants;
        self.collect(schema, id, &mut members, &mut Vec::new());
        if members.is_open && matches!(members.additional, None | Some((Additional::Any(false), _))) {
            members.additional = Some((Additional::Any(true), self.at(id).pointer()));
        }
        self.property_count += members.properties.len();
        if self.property_count > MAX_PROPERTIES {
            let message = format!("with this object, all objects have more than {MAX_PROPERTIES} properties");
            let help = "give what is written in place within an `allOf` a name under `components/schemas`";
            self.sink.report(Code::TooLarge, self.at(id), message, help);
        }
        let undescribed = self.undescribed(&members, schema, id);
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
        let mut scope = Scope::with_taken(RESERVED_MEMBERS.iter().copied());
        let identifiers = scope.issue_all(&names, Case::Snake);
        let additional_properties = additional.map(|(ty, pointer, constraints)| AdditionalProperties {
            pointer: pointer.clone(),
            field: scope.issue("other", Case::Snake),
            ty,
            constraints,
        });
        let with_names = properties.into_iter().zip(identifiers);
        let fields = with_names.map(|(property, field)| self.field(property, field, &mut scope, name)).collect();
        TypeKind::Struct(Struct { fields, additional_properties })
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

    /// The required properties that are not described. Each is reported, or is a property of any value; a name that looks
    /// misspelt is reported in any case.
    fn undescribed(&mut self, members: &Members<'d>, schema: &Schema, id: SchemaId) -> Vec<(&'d str, String)> {
        let mut undescribed: Vec<(&'d str, String)> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for (required, pointer) in &members.required {
            if members.positions.contains_key(required) {
                continue;
            }
            let known = members.properties.iter().map(|(name, _)| *name);
            let is_misspelt = || undescribed.len() < MAX_SUGGESTIONS && nearest(required, known.clone()).is_some();
            if self.policy.takes_loose_schemas {
                if is_misspelt() && seen.insert(required) {
                    let message = format!("`{required}` is required, and is not one of the properties");
                    let help = did_you_mean(required, known, || "describe it".to_owned());
                    let (at, effect) = (PointerRef::Base(pointer), "it is a required property of any JSON");
                    self.sink.report_slip(Code::UnknownRequired, at, message, help, effect);
                    undescribed.push((required, pointer.clone()));
                } else if seen.insert(required) {
                    undescribed.push((required, pointer.clone()));
                }
                continue;
            }
            let help = did_you_mean(required, known, || "describe it under `properties`, or remove it".to_owned());
            let message = format!("`{required}` is required, and is not one of the properties");
            let at = self.at(id);
            let properties = at.key("properties");
            let has_place = !schema.properties.is_empty() || schema.keywords.ty == Some(Type::Object);
            let described = (if has_place { properties } else { at }, "the properties");
            self.sink.report_with(Code::UnknownRequired, PointerRef::Base(pointer), message, help, described);
        }
        undescribed
    }

    /// Gathers the properties of an object and of its `allOf`, outermost first.
    fn collect(&mut self, schema: &'d Schema, id: SchemaId, members: &mut Members<'d>, stack: &mut Vec<SchemaId>) {
        let at = self.at(id);
        if !schema.one_of.is_empty()
            || !schema.any_of.is_empty()
            || schema.not.is_some()
            || schema.items.is_some()
            || !schema.keywords.values.is_empty()
        {
            let message = "only objects can be joined with `allOf`, or with keys of the same schema";
            let help = "write the result of the combination as one schema";
            if !self.policy.warns_of_slips {
                return self.sink.report(Code::Unsupported, at, message, help);
            }
            let effect = "the object keeps what only these keys describe";
            // The variants of the object itself are reported with its schema.
            if members.root != Some(id) || schema.one_of.is_empty() && schema.any_of.is_empty() {
                self.sink.report_slip(Code::Unsupported, at, message, help, effect);
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
            let message = format!("`type: {}` cannot be joined with objects", ty.as_str());
            self.sink.report(Code::AllOfConflict, at.key("type").value(), message, "join objects only");
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
                    let message = format!("`{name}` is described differently by another member of the same `allOf`");
                    let (known, help) = (*known, "describe it once");
                    if !self.policy.takes_loose_schemas {
                        let other = (self.at(known), "here, too");
                        self.sink.report_with(Code::AllOfConflict, self.at(*property), message, help, other);
                        continue;
                    }
                    let merged = self.narrower(known, *property);
                    if merged.is_none() {
                        let effect = "it is any JSON";
                        self.sink.report_slip(Code::AllOfConflict, self.at(*property), message, help, effect);
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

    /// Of two schemas of one property the one whose values are values of the other, as far as types show it.
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
                // The one of an enumeration, or of a format; else they differ in limits, which no type has.
                let says = |schema: &Schema| (!schema.keywords.values.is_empty(), schema.keywords.format.is_some());
                Some(if says(known_schema) > says(other_schema) { known } else { other })
            }
            _ => None,
        }
    }

    /// Gathers the properties of a component, once.
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
                format!("`{name}` is made of itself"),
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
            ObjectOrRef::Ref(next) if self.policy.takes_loose_schemas => {
                stack.push(target);
                self.collect_target(*next, from, members, stack);
                stack.pop();
            }
            ObjectOrRef::Ref(_) => self.sink.report(
                Code::Unsupported,
                self.at(from),
                "this leads to a reference instead of an object",
                "refer to the object itself",
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
            (Some(_), _) if self.policy.takes_loose_schemas => {
                let message = "`additionalProperties` is described differently by another member of the same `allOf`";
                let (help, effect) = ("describe it once", "they are any JSON");
                self.sink.report_slip(Code::AllOfConflict, at, message, help, effect);
                members.additional = Some((Additional::Any(true), at.pointer()));
            }
            (Some((_, other)), _) => self.sink.report_with(
                Code::AllOfConflict,
                at,
                "`additionalProperties` is described differently by another member of the same `allOf`",
                "describe it once",
                (PointerRef::Base(other), "here, too"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{component, problems, problems_of_ours, slips};

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
            assert_eq!(slips(&format!("components: {{schemas: {{T: {schema}}}}}")), [""; 0]);
        }
    }

    #[test]
    fn all_of_joins_values_that_are_no_objects() {
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
        assert_eq!(found, ["/components/schemas/T/allOf: no value is of `type: string` and of `type: boolean`"]);
    }

    #[test]
    fn an_object_with_variants_keeps_what_they_describe() {
        let variants = "oneOf: [{required: [a]}, {properties: {b: {type: string}}}]";
        for (schema, effect) in [
            (format!("{{properties: {{a: {{type: string}}}}, {variants}}}"), "the other keys make the type"),
            ("{properties: {a: {type: string}}, discriminator: {propertyName: a}}".to_owned(), "without `oneOf`"),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), "{a?: String, **other: Json}", "{schema}");
            let found = slips(&format!("components: {{schemas: {{T: {schema}}}}}"));
            assert!(found.iter().any(|slip| slip.contains(effect)), "{found:?}");
        }
    }

    #[test]
    fn contradictions_within_all_of_are_reported() {
        let schemas = "{T: {allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: integer}}}]}}";
        let message = "`a` is described differently by another member of the same `allOf`";
        let expected = format!("/components/schemas/T/allOf/1/properties/a: {message}");
        assert_eq!(problems_of_ours(&format!("components: {{schemas: {schemas}}}")), std::slice::from_ref(&expected));
        assert_eq!(slips(&format!("components: {{schemas: {schemas}}}")), [format!("{expected}: it is any JSON")]);
        assert_eq!(component(schemas), "{a?: Json}");
        let schemas = "{T: {allOf: [{$ref: '#/components/schemas/T'}], properties: {a: {}}}}";
        let expected = "/components/schemas/T/allOf/0: `T` is made of itself";
        assert_eq!(problems(&format!("components: {{schemas: {schemas}}}")), [expected]);
    }
}
