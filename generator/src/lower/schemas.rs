//! Lowers schemas to types.
//!
//! In: a schema. Out: a [`TypeRef`], and a draft of a definition for a type that needs a name. A type is named after
//! its component; the type of an inline schema is named after its owner and its property.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::docs;
use super::unions::UnionDraft;
use crate::diagnostic::Code;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::{NodeId, PointerRef};
use crate::document::schema::{Bound, Schema, SchemaId, Schemas, Type};
use crate::document::vocabulary::{ENUM_NUMBERS, LENIENT};
use crate::document::{Document, Sink};
use crate::model::{Docs, Primitive, TypeId, TypeKind, TypeRef, UntypedPart, UntypedReason};
use crate::names::{Case, Scope, identifier};
use crate::policy::Policy;

/// Any JSON value.
pub(super) const ANY: TypeRef = TypeRef::Primitive(Primitive::Json);

/// A type definition before its usage is known.
#[derive(Debug)]
pub(super) struct Draft<K = Kind> {
    pub(super) name: String,
    pub(super) schema_name: String,
    pub(super) docs: Docs,
    pub(super) kind: K,
    /// The node of the schema.
    pub(super) node: NodeId,
}

/// The kind of a draft. The variants of a union are completed after all types are known.
#[derive(Debug)]
pub(super) enum Kind {
    Type(TypeKind),
    Union(UnionDraft),
}

/// An alias of a type.
const fn alias(ty: TypeRef) -> Kind {
    Kind::Type(TypeKind::Alias(ty))
}

/// A required property that occurs in requests only or in responses only.
#[derive(Debug)]
pub(super) struct Direction {
    pub(super) owner: TypeId,
    pub(super) node: NodeId,
    pub(super) is_read_only: bool,
}

#[derive(Debug)]
pub(super) struct Types<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) policy: &'static Policy,
    pub(super) schemas: &'d Schemas,
    envelopes: HashSet<SchemaId>,
    /// The types of components, by the position of the component. An envelope has no type.
    ids: Vec<Option<TypeId>>,
    pub(super) scope: Scope,
    pub(super) drafts: Vec<Draft>,
    pub(super) directions: Vec<Direction>,
    /// The schemas that are being lowered, to detect inline schemas that refer to their owner.
    pub(super) in_progress: Vec<SchemaId>,
    /// The number of properties of all objects so far, including those of the members of `allOf`.
    pub(super) property_count: usize,
    /// What is any JSON.
    pub(super) untyped: BTreeSet<UntypedPart>,
    pub(super) sink: Sink<'d>,
}

impl<'d> Types<'d> {
    /// Issues the names of all components, then lowers the components.
    pub(super) fn read(document: &'d Document<'d>) -> Self {
        let schemas = &document.api.schemas;
        let mut types = Self {
            document,
            policy: document.policy,
            schemas,
            envelopes: envelopes(schemas),
            ids: Vec::new(),
            scope: Scope::default(),
            drafts: Vec::new(),
            directions: Vec::new(),
            in_progress: Vec::new(),
            property_count: 0,
            untyped: BTreeSet::new(),
            sink: Sink::new(document),
        };
        types.issue_names();
        for (name, id) in schemas.components() {
            if let Some(Some(type_id)) = types.ids.get(id.index()).copied() {
                types.define(type_id, id, name);
            }
        }
        types
    }

    fn issue_names(&mut self) {
        let schemas = self.schemas;
        let (named, ids): (Vec<&str>, Vec<SchemaId>) =
            schemas.components().filter(|(_, id)| !self.is_envelope(*id)).unzip();
        self.ids = vec![None; schemas.components().len()];
        for ((name, id), issued) in named.iter().zip(ids).zip(self.scope.issue_types(&named)) {
            if let Some(slot) = self.ids.get_mut(id.index()) {
                *slot = Some(TypeId(self.drafts.len()));
            }
            // A placeholder: schemas that are lowered earlier can refer to this component.
            self.drafts.push(Draft {
                name: issued,
                schema_name: (*name).to_owned(),
                docs: Docs::default(),
                kind: alias(ANY),
                node: schemas.node(id),
            });
        }
    }

    pub(super) fn at(&self, id: SchemaId) -> PointerRef<'d> {
        self.document.at(self.schemas.node(id))
    }

    /// Records an untyped value.
    pub(super) fn note_untyped(&mut self, at: PointerRef<'_>, reason: UntypedReason) {
        self.untyped.insert(UntypedPart { pointer: at.pointer(), reason });
    }

    /// Whether a schema is the envelope, or is composed of it with `allOf`.
    pub(super) fn is_envelope(&self, id: SchemaId) -> bool {
        is_marked(self.schemas, id) || self.schemas.all_of_refs(id).any(|target| self.envelopes.contains(&target))
    }

    /// Whether values of a schema may be null. In third-party documents a nullable variant makes its union nullable.
    fn is_nullable(&self, id: SchemaId) -> bool {
        let mut seen: HashSet<SchemaId> = HashSet::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            match self.schemas.get(id) {
                ObjectOrRef::Ref(target) => next.extend(seen.insert(*target).then_some(*target)),
                ObjectOrRef::Object(schema) => {
                    if schema.keywords.nullable {
                        return true;
                    }
                    next.extend(self.schemas.only_reference(id).filter(|target| seen.insert(*target)));
                    if self.policy.allows_loose_schemas {
                        next.extend(schema.one_of.iter().chain(&schema.any_of));
                    }
                }
            }
        }
        false
    }

    /// The type of a schema, and whether its values may be null. `hint` names a definition if one is needed.
    pub(super) fn type_of(&mut self, id: SchemaId, hint: &str) -> (TypeRef, bool) {
        let nullable = self.is_nullable(id);
        if let Some(target) = self.schemas.only_reference(id) {
            return (self.referenced(target, id), nullable);
        }
        let Some(schema) = self.schemas.object(id) else { return (ANY, nullable) };
        let ty = match self.kind(schema, id, hint) {
            Kind::Type(TypeKind::Alias(ty)) => ty,
            kind => {
                let node = self.schemas.node(id);
                let name = self.derived_name(hint, self.at(id));
                let docs = docs::of_schema(self.schemas, schema);
                let type_id = TypeId(self.drafts.len());
                self.drafts.push(Draft { name, schema_name: hint.to_owned(), docs, kind, node });
                self.note_directions(type_id, schema);
                TypeRef::Named(type_id)
            }
        };
        (ty, nullable)
    }

    /// Issues a name that is derived from the owner of an inline schema, or from the type of a builder.
    pub(super) fn derived_name(&mut self, base: &str, at: PointerRef<'_>) -> String {
        if !self.policy.numbers_names && self.scope.has_type(base) {
            let name = identifier(base, Case::Camel);
            let message = format!("the name that is derived for the type of this schema, `{name}`, is already in use");
            let help = "give the schema another name under `components/schemas`";
            match self.drafts.iter().find(|draft| draft.name == name).map(|draft| draft.node) {
                Some(other) => {
                    let other = (self.document.at(other), "the other use of the name");
                    self.sink.report_with(Code::DuplicateName, at, message, help, other);
                }
                None => self.sink.report(Code::DuplicateName, at, message, help),
            }
        }
        self.scope.issue_type(base)
    }

    /// The type of the component that a schema refers to.
    pub(super) fn referenced(&mut self, target: SchemaId, from: SchemaId) -> TypeRef {
        if let Some(id) = self.component_type(target) {
            return TypeRef::Named(id);
        }
        self.sink.report(
            Code::Envelope,
            self.at(from),
            "an envelope may only be used as a response schema",
            "refer to the schema of the `data` instead",
        );
        ANY
    }

    /// The type of a component; an envelope has none.
    pub(super) fn component_type(&self, id: SchemaId) -> Option<TypeId> {
        self.ids.get(id.index()).copied().flatten()
    }

    /// Lowers a component.
    fn define(&mut self, type_id: TypeId, id: SchemaId, name: &str) {
        let (kind, docs) = match self.schemas.get(id) {
            ObjectOrRef::Ref(target) => {
                let description = self.schemas.referenced_description(id).map(str::to_owned);
                (alias(self.referenced(*target, id)), Docs { description, ..Docs::default() })
            }
            ObjectOrRef::Object(schema) => {
                self.note_directions(type_id, schema);
                let kind = match self.schemas.only_reference(id) {
                    Some(target) => alias(self.referenced(target, id)),
                    None => self.kind(schema, id, name),
                };
                let kind = match kind {
                    Kind::Type(TypeKind::Alias(TypeRef::Primitive(
                        primitive @ (Primitive::String | Primitive::Int32 | Primitive::Int64),
                    ))) => Kind::Type(TypeKind::Newtype(primitive)),
                    kind => kind,
                };
                (kind, docs::of_schema(self.schemas, schema))
            }
        };
        if let Some(draft) = self.drafts.get_mut(type_id.0) {
            draft.kind = kind;
            draft.docs = docs;
        }
    }

    /// Lowers a schema. The result is an alias if the type needs no name.
    fn kind(&mut self, schema: &'d Schema, id: SchemaId, hint: &str) -> Kind {
        let keywords = &schema.keywords;
        let at = self.at(id);
        self.check_default(schema, at);
        self.check_extensions(schema, at);
        let warns = self.policy.tolerates_mistakes;
        if schema.not.is_some() && warns {
            // `not` excludes values. It does not describe any, so the type does not depend on it.
            let help = "describe the value without it";
            self.sink.report_recoverable(
                Code::Unsupported,
                at.key("not"),
                "`not` is not supported",
                help,
                "it is ignored",
            );
        }
        if (schema.not.is_some() && !warns) || (!schema.any_of.is_empty() && !self.policy.allows_loose_schemas) {
            let key = if schema.not.is_some() { "not" } else { "anyOf" };
            self.sink.report(
                Code::Unsupported,
                at.key(key),
                format!("`{key}` is not supported"),
                "describe the value without it; omit `type` to allow any JSON value",
            );
            return alias(ANY);
        }
        if let Some(only) = self.only_variant(schema) {
            return alias(self.type_of(only, hint).0);
        }
        let has_variants = !schema.one_of.is_empty() || !schema.any_of.is_empty();
        if has_variants && !(warns && has_more_than_variants(schema)) {
            return Kind::Union(self.union(schema, id, hint));
        }
        if has_variants {
            let key = if schema.one_of.is_empty() { "anyOf" } else { "oneOf" };
            let message = format!("`{key}` is combined with other keys that describe the value");
            let help = "move the other keys into each variant";
            let effect = "the type is generated from the other keys; an object keeps the properties that only its \
                          variants describe as additional properties";
            self.sink.report_recoverable(Code::Unsupported, at.key(key), message, help, effect);
        } else if let Some(discriminator) = &keywords.discriminator {
            let message = format!("the schema has a discriminator (`{}`) without `oneOf`", discriminator.property_name);
            let help = "list the variants in `oneOf` of the same schema";
            let effect = "an object keeps the properties that only its variants describe as additional properties";
            self.sink.report_recoverable(Code::Unsupported, at.key("discriminator"), message, help, effect);
        }
        if !schema.all_of.is_empty() {
            if self.policy.allows_loose_schemas && !self.describes_object(id) {
                return self.joined_values(schema, id, hint);
            }
            return Kind::Type(self.object(schema, id, hint));
        }
        if !keywords.values.is_empty() {
            return Kind::Type(self.enumeration(schema, at));
        }
        let ty = keywords.ty.or_else(|| {
            let describes_object = !schema.properties.is_empty()
                || schema.additional_properties.is_some()
                || !keywords.required.is_empty();
            if describes_object { Some(Type::Object) } else { schema.items.map(|_| Type::Array) }
        });
        let format = keywords.format.as_deref();
        let primitive = match ty {
            Some(Type::Object) => return Kind::Type(self.object(schema, id, hint)),
            Some(Type::Array) => {
                let item = match schema.items {
                    Some(items) => {
                        let (ty, nullable) = self.type_of(items, &format!("{hint}_item"));
                        ty.or_null(nullable)
                    }
                    None => {
                        self.note_untyped(at, UntypedReason::NoItems);
                        ANY
                    }
                };
                return alias(TypeRef::List(Box::new(item)));
            }
            Some(Type::String) => self.string(format, keywords.unit, at),
            Some(Type::Integer) => match (keywords.unit, format) {
                (Some("unix-seconds"), _) => Primitive::UnixSeconds,
                (Some("unix-milliseconds"), _) => Primitive::UnixMillis,
                (_, Some("password")) => Primitive::SecretInteger,
                (_, Some("int32")) => Primitive::Int32,
                _ => Primitive::Int64,
            },
            Some(Type::Number) if format == Some("float") => Primitive::Float,
            Some(Type::Number) => Primitive::Double,
            Some(Type::Boolean) => Primitive::Boolean,
            None => {
                self.note_untyped(at, UntypedReason::NoType);
                Primitive::Json
            }
        };
        alias(TypeRef::Primitive(primitive))
    }

    /// Keys that mean nothing in a schema of another kind.
    fn check_extensions(&mut self, schema: &Schema, at: PointerRef<'_>) {
        let keywords = &schema.keywords;
        if keywords.enum_numbers.is_some() && keywords.values.is_empty() {
            let help = "list the values under `enum`, or remove the key";
            self.sink.report(Code::WrongValue, at.key(ENUM_NUMBERS), "`x-enum-numbers` without `enum`", help);
        }
        let is_object = !schema.properties.is_empty() || !schema.all_of.is_empty() || keywords.ty == Some(Type::Object);
        if keywords.is_lenient && !is_object {
            let help = "describe an object with `properties` and `additionalProperties: true`, or remove the key";
            self.sink.report(Code::WrongValue, at.key(LENIENT), "`x-lenient` in a schema that is no object", help);
        }
    }

    fn string(&mut self, format: Option<&str>, unit: Option<&str>, at: PointerRef<'_>) -> Primitive {
        match (format, unit) {
            (Some("binary"), _) if self.policy.allows_other_media_types => Primitive::Binary,
            (Some("binary"), _) => {
                self.sink.report(
                    Code::Unsupported,
                    at.key("format"),
                    "`format: binary` is not supported: JSON cannot contain binary data",
                    "write `format: byte` for base64",
                );
                Primitive::String
            }
            (Some("byte"), _) => Primitive::Base64,
            (Some("password"), _) => Primitive::Secret,
            (Some("date-time"), _) | (_, Some("rfc3339")) => Primitive::DateTime,
            _ => Primitive::String,
        }
    }

    /// Whether a schema, or a member of its `allOf` at any depth, describes an object.
    fn describes_object(&self, id: SchemaId) -> bool {
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
    fn joined_values(&mut self, schema: &'d Schema, id: SchemaId, hint: &str) -> Kind {
        let at = self.at(id);
        let specificity = |schema: &Schema| {
            let keywords = &schema.keywords;
            let is_union = !schema.one_of.is_empty() || !schema.any_of.is_empty() || !schema.all_of.is_empty();
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

    /// The variant of a union that has only one.
    fn only_variant(&self, schema: &Schema) -> Option<SchemaId> {
        let is_alone = self.policy.allows_loose_schemas
            && schema.keywords.discriminator.is_none()
            && schema.all_of.is_empty()
            && !schema.describes_a_value();
        match (schema.one_of.as_slice(), schema.any_of.as_slice()) {
            ([only], []) | ([], [only]) if is_alone => Some(*only),
            _ => None,
        }
    }

    /// Reports a default that is not a value of its schema: the documentation would mislead callers.
    fn check_default(&mut self, schema: &Schema, at: PointerRef<'_>) {
        let keywords = &schema.keywords;
        let Some(default) = &keywords.default else { return };
        let fits = match (keywords.ty, default) {
            (_, Value::Null) => keywords.nullable,
            (Some(Type::String), value) => value.is_string(),
            (Some(Type::Integer), value) => value.is_i64(),
            (Some(Type::Number), value) => value.is_number(),
            (Some(Type::Boolean), value) => value.is_boolean(),
            (Some(Type::Array), value) => value.is_array(),
            (Some(Type::Object), value) => value.is_object(),
            (None, _) => true,
        };
        let number = default.as_f64();
        let beyond = |limit: Option<Bound>| Some((number?, limit.as_ref()?.value.as_f64()?, limit?.is_exclusive));
        let is_below_minimum = beyond(schema.minimum())
            .is_some_and(|(number, limit, is_exclusive)| if is_exclusive { number <= limit } else { number < limit });
        let is_above_maximum = beyond(schema.maximum())
            .is_some_and(|(number, limit, is_exclusive)| if is_exclusive { number >= limit } else { number > limit });
        let shown = docs::plain(default);
        let (why, key, label) = if !fits {
            (format!("the default `{shown}` is not of the type of its schema"), "type", "the type")
        } else if !keywords.values.is_empty() && !keywords.values.iter().any(|value| is_same_value(value, default)) {
            (format!("the default `{shown}` is not one of the values"), "enum", "the values")
        } else if is_below_minimum || is_above_maximum {
            let key = if is_below_minimum { "minimum" } else { "maximum" };
            (format!("the default `{shown}` is outside of the limits"), key, "the limit")
        } else {
            return;
        };
        let written = at.key("default");
        let help = "write a default that is valid for the schema, or remove it";
        if self.policy.tolerates_mistakes {
            let effect = "the default is part of the documentation only";
            return self.sink.report_recoverable(Code::BadDefault, written.value(), why, help, effect);
        }
        self.sink.report_with(Code::BadDefault, written.value(), why, help, (at.key(key), label));
    }

    fn note_directions(&mut self, owner: TypeId, schema: &'d Schema) {
        let required: HashSet<&str> = schema.required().iter().map(String::as_str).collect();
        for (name, property) in &schema.properties {
            if let Some(written) = self.schemas.object(*property)
                && required.contains(name.as_str())
                && (written.keywords.read_only || written.keywords.write_only)
            {
                let node = self.schemas.node(*property);
                self.directions.push(Direction { owner, node, is_read_only: written.keywords.read_only });
            }
        }
    }
}

/// Whether keys in addition to the variants describe the values of a schema.
fn has_more_than_variants(schema: &Schema) -> bool {
    let is_value = matches!(schema.keywords.ty, Some(Type::String | Type::Integer | Type::Number | Type::Boolean));
    !schema.all_of.is_empty()
        || schema.describes_a_value()
        || (!schema.one_of.is_empty() && !schema.any_of.is_empty())
        || (is_value && schema.keywords.discriminator.is_none())
}

fn is_marked(schemas: &Schemas, id: SchemaId) -> bool {
    schemas.object(id).is_some_and(|schema| schema.keywords.is_envelope)
}

/// The components that are the envelope, or are composed of it with `allOf`, directly or indirectly.
fn envelopes(schemas: &Schemas) -> HashSet<SchemaId> {
    let mut composites: HashMap<SchemaId, Vec<SchemaId>> = HashMap::new();
    let mut next: Vec<SchemaId> = Vec::new();
    for (_, id) in schemas.components() {
        if is_marked(schemas, id) {
            next.push(id);
        }
        for target in schemas.all_of_refs(id) {
            composites.entry(target).or_default().push(id);
        }
    }
    let mut found = HashSet::new();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(composites.get(&id).into_iter().flatten());
        }
    }
    found
}

/// Whether two JSON values are equal. Numbers are compared by value: 1 equals 1.0.
fn is_same_value(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{component, flighthub_problems, recoverable};

    #[test]
    fn a_schema_is_the_type_of_its_type_and_format() {
        for (schema, expected) in [
            ("{type: boolean}", "= Boolean"),
            ("{type: integer, format: int32}", "newtype Int32"),
            ("{type: integer}", "newtype Int64"),
            ("{type: number, format: float}", "= Float"),
            ("{type: number}", "= Double"),
            ("{type: string}", "newtype String"),
            ("{type: string, format: byte}", "= Base64"),
            ("{type: string, format: password}", "= Secret"),
            ("{type: string, format: date-time}", "= DateTime"),
            ("{type: string, format: uuid}", "newtype String"),
            ("{type: array, items: {type: string}}", "= [String]"),
            ("{type: array}", "= [Json]"),
            ("{items: {type: boolean, nullable: true}}", "= [Boolean or null]"),
            ("{type: object}", "= JsonObject"),
            ("{}", "= Json"),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
        }
    }

    #[test]
    fn a_reference_is_the_type_of_its_target() {
        let others = "A: {type: string}, B: {$ref: '#/components/schemas/A'}";
        for (schema, expected) in [
            ("{$ref: '#/components/schemas/A'}", "= A"),
            ("{$ref: '#/components/schemas/B'}", "= B"),
            ("{allOf: [{$ref: '#/components/schemas/A'}], description: Its own.}", "= A"),
            ("{allOf: [{$ref: '#/components/schemas/A'}, {description: Its own.}]}", "= A"),
            ("{oneOf: [{$ref: '#/components/schemas/A'}]}", "= A"),
        ] {
            assert_eq!(component(&format!("{{{others}, T: {schema}}}")), expected, "{schema}");
        }
    }

    #[test]
    fn an_inline_schema_is_named_after_its_owner() {
        let schema = "{type: object, properties: {inner: {type: object, properties: {a: {type: string}}}}}";
        assert_eq!(component(&format!("{{T: {schema}}}")), "{inner?: TInner}");
        assert_eq!(component(&format!("{{T: {schema}, TInner: {{type: string}}}}")), "{inner?: TInner2}");
    }

    #[test]
    fn a_default_fits_its_schema() {
        let keys = |schema: &str| format!("components: {{schemas: {{T: {schema}}}}}");
        for (schema, expected) in [
            ("{type: string, default: 1}", "the default `1` is not of the type of its schema"),
            ("{type: string, enum: [a], default: b}", "the default `b` is not one of the values"),
            ("{type: integer, minimum: 2, default: 1}", "the default `1` is outside of the limits"),
            (
                "{type: integer, maximum: 2, exclusiveMaximum: true, default: 2}",
                "the default `2` is outside of the limits",
            ),
        ] {
            let expected = format!("/components/schemas/T/default: {expected}");
            assert_eq!(flighthub_problems(&keys(schema)), std::slice::from_ref(&expected), "{schema}");
            let effect = "the default is part of the documentation only";
            assert_eq!(recoverable(&keys(schema)), [format!("{expected}: {effect}")], "{schema}");
        }
        assert_eq!(component("{T: {type: number, maximum: 2, default: 2}}"), "= Double");
    }
}
