//! Schemas that are composed with `allOf`.
//!
//! In: a schema with `allOf`. Out: the properties of all its members, joined in [`JoinedMembers`], if they describe objects;
//! otherwise the type of the most specific member. Members that contradict each other are reported. This module does not
//! know the fields that are generated for properties.

use std::collections::{HashMap, HashSet};

use super::schemas::{ANY, Kind, Types, alias};
use crate::diagnostic::Code;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::PointerRef;
use crate::document::schema::{AdditionalProperties as Additional, Schema, SchemaId, Type};
use crate::model::{Primitive, TypeRef, UntypedReason};

/// The properties of an object, including the properties of all members of its `allOf`.
#[derive(Debug, Default)]
pub(super) struct JoinedMembers<'d> {
    pub(super) properties: Vec<(&'d str, SchemaId)>,
    /// The position of each property in `properties`.
    pub(super) positions: HashMap<&'d str, usize>,
    pub(super) required: Vec<(&'d str, String)>,
    /// The components whose properties are collected. Each is collected once, even if several paths lead to it.
    pub(super) joined: HashSet<SchemaId>,
    /// The properties whose descriptions no single type satisfies. Their type is any JSON value.
    pub(super) any: HashSet<&'d str>,
    pub(super) additional: Option<(Additional, String)>,
    /// Whether a member has variants. Their properties are kept as additional properties.
    pub(super) is_open: bool,
    /// The object itself.
    pub(super) root: Option<SchemaId>,
}

impl<'d> Types<'d> {
    /// Collects the properties of an object and of the members of its `allOf`. Members come before the object's own
    /// properties.
    pub(super) fn collect(
        &mut self,
        schema: &'d Schema,
        id: SchemaId,
        members: &mut JoinedMembers<'d>,
        stack: &mut Vec<SchemaId>,
    ) {
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
            if members.root != Some(id) || !schema.has_variants() {
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
            self.join_property(name, *property, members);
        }
        let required_at = at.key("required");
        for (index, name) in schema.required().iter().enumerate() {
            members.required.push((name, required_at.index(index).pointer()));
        }
        if let Some(additional) = schema.additional_properties() {
            self.join_additional(additional, at.key("additionalProperties"), members);
        }
    }

    /// Adds a property. If another member describes it, the narrower description applies.
    fn join_property(&mut self, name: &'d str, property: SchemaId, members: &mut JoinedMembers<'d>) {
        let position = *members.positions.entry(name).or_insert(members.properties.len());
        let Some((_, known)) = members.properties.get_mut(position) else {
            return members.properties.push((name, property));
        };
        if self.schemas.is_same(*known, property) {
            return;
        }
        let message = format!("another member of the same `allOf` describes `{name}` differently");
        let (at, help) = (self.at(property), "describe it once");
        if !self.policy.allows_loose_schemas {
            let other = (self.at(*known), "the other description");
            return self.sink.report_with(Code::AllOfConflict, at, message, help, other);
        }
        match self.narrower(*known, property) {
            Some(narrower) => *known = narrower,
            None => {
                let effect = "its type is any JSON value";
                self.sink.report_recoverable(Code::AllOfConflict, at, message, help, effect);
                members.any.insert(name);
            }
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
            _ if self.extends(known_schema, other_end) => Some(known),
            _ if self.extends(other_schema, known_end) => Some(other),
            (Some(Type::Number), Some(Type::Integer)) => Some(other),
            (Some(Type::Integer), Some(Type::Number)) => Some(known),
            (Some(Type::Array), Some(Type::Array)) if !is_list(known_schema) => Some(other),
            (Some(Type::Array), Some(Type::Array)) if !is_list(other_schema) => Some(known),
            (Some(Type::Array), Some(Type::Array)) => {
                let narrower = self.narrower(known_schema.items?, other_schema.items?)?;
                Some(if narrower == known_schema.items? { known } else { other })
            }
            (Some(Type::Object), Some(Type::Object)) => {
                let is_open = |schema: &Schema| {
                    schema.properties.is_empty() && schema.additional_properties().is_none() && !schema.combines()
                };
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

    /// Whether `allOf` of a schema refers to another one, directly or indirectly.
    fn extends(&self, schema: &Schema, base: SchemaId) -> bool {
        let mut known = HashSet::new();
        let mut left = schema.all_of.clone();
        while let Some(member) = left.pop() {
            let Some((end, member)) = self.schemas.resolve(member) else { continue };
            if end == base {
                return true;
            }
            if known.insert(end) {
                left.extend(&member.all_of);
            }
        }
        false
    }

    /// Collects the properties of a component, once.
    fn collect_target(
        &mut self,
        target: SchemaId,
        from: SchemaId,
        members: &mut JoinedMembers<'d>,
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

    fn join_additional(&mut self, additional: Additional, at: PointerRef<'_>, members: &mut JoinedMembers<'d>) {
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

    /// Whether a schema, or a member of its `allOf` at any depth, describes an object.
    pub(super) fn describes_object(&self, id: SchemaId) -> bool {
        let mut seen: HashSet<SchemaId> = HashSet::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            let Some((end, schema)) = self.schemas.resolve(id) else { continue };
            if !seen.insert(end) {
                continue;
            }
            let is_object = schema.keywords.ty == Some(Type::Object)
                || !schema.properties.is_empty()
                || schema.additional_properties().is_some()
                || !schema.required().is_empty();
            if is_object {
                return true;
            }
            next.extend(&schema.all_of);
        }
        false
    }

    /// The type of an `allOf` that does not combine objects: the type of its most specific member.
    pub(super) fn joined_values(&mut self, schema: &'d Schema, id: SchemaId, hint: &str) -> Kind {
        let at = self.at(id);
        let specificity = |schema: &Schema| {
            let keywords = &schema.keywords;
            let is_union = schema.has_variants() || !schema.all_of.is_empty();
            match (is_union, keywords.values.is_empty(), keywords.ty, &keywords.format) {
                (true, ..) => 4,
                (_, false, ..) => 3,
                (_, _, Some(_), Some(_)) => 2,
                (_, _, Some(_), None) => 1,
                _ if schema.items.is_some() => 1,
                _ => 0,
            }
        };
        let members: Vec<(SchemaId, &Schema)> =
            schema.all_of.iter().filter_map(|member| Some((*member, self.schemas.resolve(*member)?.1))).collect();
        let types: Vec<Type> = members
            .iter()
            .map(|(_, member)| *member)
            .chain([schema])
            .filter_map(|member| member.keywords.ty)
            .map(|ty| if ty == Type::Integer { Type::Number } else { ty })
            .collect();
        if let Some([first, other]) = types.windows(2).find(|pair| pair[0] != pair[1]).map(|pair| [pair[0], pair[1]]) {
            let message = format!("no value is of both `type: {}` and `type: {}`", first.as_str(), other.as_str());
            self.sink.report(Code::AllOfConflict, at.key("allOf"), message, "combine schemas of one type");
            return alias(ANY);
        }
        let highest = members.iter().map(|(_, member)| specificity(member)).max().unwrap_or_default();
        let typed = members.iter().filter(|(_, member)| specificity(member) > 0).count();
        if typed > 1 || (specificity(schema) > 0 && schema.describes_a_value()) {
            let (message, help) = ("`allOf` combines schemas that are not objects", "write the result as one schema");
            let effect = "the type is generated from the most specific member";
            self.sink.report_recoverable(Code::Unsupported, at.key("allOf"), message, help, effect);
        }
        if highest == 0 && !schema.keywords.values.is_empty() {
            return Kind::Type(self.enumeration(schema, at));
        }
        match members.iter().find(|(_, member)| specificity(member) == highest && highest > 0) {
            // `usage` reports a circular member, as a circular alias.
            Some((member, _)) if !self.in_progress.contains(member) => {
                self.in_progress.push(*member);
                let kind = match self.schemas.object(*member) {
                    Some(schema) if self.schemas.only_reference(*member).is_none() => self.kind(schema, *member, hint),
                    _ => alias(self.type_of(*member, hint).0),
                };
                self.in_progress.pop();
                kind
            }
            _ => alias(match schema.keywords.ty {
                Some(Type::String) => TypeRef::Primitive(Primitive::String),
                Some(Type::Integer) => TypeRef::Primitive(Primitive::Int64),
                Some(Type::Number) => TypeRef::Primitive(Primitive::Double),
                Some(Type::Boolean) => TypeRef::Primitive(Primitive::Boolean),
                _ => {
                    self.note_untyped(at, UntypedReason::NoType);
                    ANY
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{component, flighthub_problems, problems, recoverable};

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
            ("{$ref: '#/components/schemas/B'}", "{$ref: '#/components/schemas/C'}", "{a?: C}"),
            ("{$ref: '#/components/schemas/C'}", "{$ref: '#/components/schemas/B'}", "{a?: C}"),
        ] {
            let schema = format!("{{allOf: [{{properties: {{a: {first}}}}}, {{properties: {{a: {second}}}}}]}}");
            let extended = "B: {type: object, properties: {b: {}}}, C: {type: object, allOf: [{$ref: \
                            '#/components/schemas/B'}, {properties: {c: {}}}]}";
            let schemas = format!("{{{extended}, T: {schema}}}");
            assert_eq!(component(&schemas), expected, "{schema}");
            assert_eq!(recoverable(&format!("components: {{schemas: {schemas}}}")), [""; 0]);
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
