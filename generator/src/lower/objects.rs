//! Schemas of objects, and `allOf`.

use std::collections::{HashMap, HashSet};

use super::docs;
use super::schemas::{ANY, Types};
use crate::diagnostic::Code;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::PointerRef;
use crate::document::schema::{AdditionalProperties as Additional, Schema, SchemaId, Type};
use crate::model::{AdditionalProperties, Docs, Field, Primitive, Struct, TypeKind, TypeRef};
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
    additional: Option<(Additional, String)>,
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
        let mut members = Members::default();
        self.collect(schema, id, &mut members, &mut Vec::new());
        self.property_count += members.properties.len();
        if self.property_count > MAX_PROPERTIES {
            let message = format!("with this object, all objects have more than {MAX_PROPERTIES} properties");
            let help = "give what is written in place within an `allOf` a name under `components/schemas`";
            self.sink.report(Code::TooLarge, self.at(id), message, help);
        }
        let undescribed = self.undescribed(&members, schema, id);
        let additional = members.additional.as_ref().and_then(|(additional, pointer)| match additional {
            Additional::Any(false) => None,
            Additional::Any(true) => Some((ANY, pointer, None)),
            Additional::Schema(schema) => {
                let (ty, nullable) = self.type_of(*schema, &format!("{name}_value"));
                Some((ty.or_null(nullable), pointer, docs::constraints_in_place(self.schemas, *schema)))
            }
        });
        if members.properties.is_empty() {
            return match additional {
                None | Some((ANY, ..)) => ANY_OBJECT,
                Some((ty, ..)) => TypeKind::Alias(TypeRef::Map(Box::new(ty))),
            };
        }
        let mut required: HashMap<&str, Vec<String>> = HashMap::new();
        for (name, pointer) in members.required {
            required.entry(name).or_default().push(pointer);
        }
        let described = members.properties.iter().map(|&(name, schema)| Property {
            name,
            schema: Some(schema),
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
            if self.policy.takes_loose_schemas && !is_misspelt() {
                if seen.insert(required) {
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
            self.sink.report(
                Code::Unsupported,
                at,
                "only objects can be joined with `allOf`, or with keys of the same schema",
                "write the result of the combination as one schema",
            );
            return;
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
                Some((_, known)) => self.sink.report_with(
                    Code::AllOfConflict,
                    self.at(*property),
                    format!("`{name}` is described differently by another member of the same `allOf`"),
                    "describe it once",
                    (self.at(*known), "here, too"),
                ),
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
    use super::super::testing::{component, problems};

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
    fn contradictions_within_all_of_are_reported() {
        let schemas = "{T: {allOf: [{properties: {a: {type: string}}}, {properties: {a: {type: integer}}}]}}";
        let message = "`a` is described differently by another member of the same `allOf`";
        let expected = format!("/components/schemas/T/allOf/1/properties/a: {message}");
        assert_eq!(problems(&format!("components: {{schemas: {schemas}}}")), [expected]);
        let schemas = "{T: {allOf: [{$ref: '#/components/schemas/T'}], properties: {a: {}}}}";
        let expected = "/components/schemas/T/allOf/0: `T` is made of itself";
        assert_eq!(problems(&format!("components: {{schemas: {schemas}}}")), [expected]);
    }
}
