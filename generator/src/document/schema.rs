//! The Schema Object, and queries on schemas that several stages share.
//!
//! `convert` creates it; `lint`, `lower` and `json_schema` read it. A query has the same result for every stage: the target
//! of a reference, the constraints that apply, whether two schemas are equal. This module does not know Rust types.

use serde_json::{Number, Value};

use super::arena::{Arena, Id, ObjectOrRef};
use super::extensions::Source;
use super::lifecycle::States;
use super::pointer::unescaped;
use crate::words::words;

pub(crate) type SchemaId = Id<Schema>;
pub(crate) type Schemas = Arena<Schema>;

words! {
    /// The value of `type`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Type {
        String = "string",
        Number = "number",
        Integer = "integer",
        Boolean = "boolean",
        Object = "object",
        Array = "array",
    }
}

/// A schema as written. An omitted key is `None`, empty or false.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) keywords: Keywords,
    pub(crate) properties: Vec<(String, SchemaId)>,
    pub(crate) additional_properties: Option<AdditionalProperties>,
    pub(crate) items: Option<SchemaId>,
    pub(crate) all_of: Vec<SchemaId>,
    pub(crate) one_of: Vec<SchemaId>,
    pub(crate) any_of: Vec<SchemaId>,
    pub(crate) not: Option<SchemaId>,
    /// `x-content-schema`: the schema of the JSON that a string contains.
    pub(crate) content: Option<SchemaId>,
}

/// The keys of a schema that contain no other schema.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Keywords {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) ty: Option<Type>,
    pub(crate) format: Option<String>,
    pub(crate) nullable: bool,
    pub(crate) values: Vec<Value>,
    pub(crate) default: Option<Value>,
    pub(crate) example: Option<Value>,
    pub(crate) deprecated: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) required: Vec<String>,
    pub(crate) limits: Limits,
    pub(crate) discriminator: Option<Discriminator>,
    /// The URL in `externalDocs`.
    pub(crate) external_docs_url: Option<String>,
    pub(crate) unit: Option<&'static str>,
    pub(crate) is_envelope: bool,
    pub(crate) enum_names: Option<Vec<String>>,
    pub(crate) enum_descriptions: Option<Vec<String>>,
    /// The numbers that mean values of an enumeration of texts, with the texts.
    pub(crate) enum_numbers: Option<Vec<(String, String)>>,
    /// Whether an object keeps a property that does not match its type.
    pub(crate) is_lenient: bool,
    pub(crate) states: Option<States>,
    pub(crate) source: Option<Source>,
}

impl Keywords {
    /// Whether both describe the same values. Descriptions, examples and `x-source` are ignored; the names of numbers
    /// are not, because equal numbers in two enumerations are a coincidence.
    fn is_equivalent(&self, other: &Self) -> bool {
        fn sorted(names: &[String]) -> Vec<&String> {
            let mut sorted: Vec<&String> = names.iter().collect();
            sorted.sort();
            sorted
        }
        let Self {
            title: _,
            description: _,
            ty,
            format,
            nullable,
            values,
            default,
            example: _,
            deprecated,
            read_only,
            write_only,
            required,
            limits,
            discriminator,
            external_docs_url: _,
            unit,
            is_envelope: _,
            enum_names,
            enum_descriptions: _,
            enum_numbers,
            is_lenient,
            states: _,
            source: _,
        } = self;
        *ty == other.ty
            && *format == other.format
            && *nullable == other.nullable
            && *values == other.values
            && *default == other.default
            && *deprecated == other.deprecated
            && *read_only == other.read_only
            && *write_only == other.write_only
            && sorted(required) == sorted(&other.required)
            && *limits == other.limits
            && *discriminator == other.discriminator
            && *unit == other.unit
            && *enum_numbers == other.enum_numbers
            && *is_lenient == other.is_lenient
            && (*ty != Some(Type::Integer) || *enum_names == other.enum_names)
    }
}

/// The constraints of values, of all types.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) pattern: Option<String>,
    pub(crate) multiple_of: Option<Number>,
    pub(crate) minimum: Option<Number>,
    pub(crate) exclusive_minimum: bool,
    pub(crate) maximum: Option<Number>,
    pub(crate) exclusive_maximum: bool,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) unique_items: Option<bool>,
    pub(crate) min_properties: Option<usize>,
    pub(crate) max_properties: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdditionalProperties {
    /// Whether other properties are allowed.
    Any(bool),
    Schema(SchemaId),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Discriminator {
    pub(crate) property_name: String,
    /// Discriminator values with their targets: a reference, or the name of a component.
    pub(crate) mapping: Vec<(String, String)>,
}

/// A bound of numbers that applies.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) value: Number,
    pub(crate) is_exclusive: bool,
}

/// The smallest and the largest number of characters, items or properties.
pub(crate) type Size = (Option<usize>, Option<usize>);

impl Schema {
    fn is_of(&self, types: &[Type]) -> bool {
        self.keywords.ty.is_none_or(|ty| types.contains(&ty))
    }

    fn is_numeric(&self) -> bool {
        self.is_of(&[Type::Number, Type::Integer])
    }

    // A constraint of another type than the schema's has no effect.

    pub(crate) fn minimum(&self) -> Option<Bound> {
        let limits = &self.keywords.limits;
        let value = limits.minimum.clone().filter(|_| self.is_numeric())?;
        Some(Bound { value, is_exclusive: limits.exclusive_minimum })
    }

    pub(crate) fn maximum(&self) -> Option<Bound> {
        let limits = &self.keywords.limits;
        let value = limits.maximum.clone().filter(|_| self.is_numeric())?;
        Some(Bound { value, is_exclusive: limits.exclusive_maximum })
    }

    pub(crate) fn multiple_of(&self) -> Option<&Number> {
        self.keywords.limits.multiple_of.as_ref().filter(|_| self.is_numeric())
    }

    pub(crate) fn pattern(&self) -> Option<&str> {
        self.keywords.limits.pattern.as_deref().filter(|_| self.is_of(&[Type::String]))
    }

    pub(crate) fn has_unique_items(&self) -> bool {
        self.keywords.limits.unique_items == Some(true) && self.is_of(&[Type::Array])
    }

    /// The bounds of the number of characters, items or properties, by the type. A schema without `type` uses the first
    /// bound present.
    pub(crate) fn size(&self) -> Size {
        let limits = &self.keywords.limits;
        match self.keywords.ty {
            Some(Type::String) => (limits.min_length, limits.max_length),
            Some(Type::Array) => (limits.min_items, limits.max_items),
            Some(Type::Object) => (limits.min_properties, limits.max_properties),
            Some(Type::Number | Type::Integer | Type::Boolean) => (None, None),
            None => (
                limits.min_length.or(limits.min_items).or(limits.min_properties),
                limits.max_length.or(limits.max_items).or(limits.max_properties),
            ),
        }
    }

    /// The names of the properties that an object requires.
    pub(crate) fn required(&self) -> &[String] {
        if self.is_of(&[Type::Object]) { &self.keywords.required } else { &[] }
    }

    pub(crate) fn additional_properties(&self) -> Option<AdditionalProperties> {
        self.additional_properties.filter(|_| self.is_of(&[Type::Object]))
    }

    /// Whether keys other than `allOf` add to the value. `items` restricts lists only, so beside variants it does not.
    pub(crate) fn describes_a_value(&self) -> bool {
        !self.properties.is_empty()
            || !self.required().is_empty()
            || self.additional_properties().is_some()
            || (self.items.is_some() && !self.has_untyped_items_beside_variants())
            || self.content.is_some()
            || !self.keywords.values.is_empty()
    }

    /// Whether `items` is beside `oneOf` or `anyOf`, which describe the type.
    pub(crate) fn has_untyped_items_beside_variants(&self) -> bool {
        self.items.is_some() && self.keywords.ty.is_none() && self.has_variants()
    }

    /// Whether the schema has `oneOf` or `anyOf`.
    pub(crate) fn has_variants(&self) -> bool {
        !self.one_of.is_empty() || !self.any_of.is_empty()
    }

    /// Whether the schema combines other schemas.
    pub(crate) fn combines(&self) -> bool {
        !self.all_of.is_empty() || self.has_variants() || self.not.is_some()
    }

    /// Whether the schema is documentation only, and does not restrict the values.
    fn is_annotation(&self) -> bool {
        let keywords = &self.keywords;
        let is_plain = !keywords.nullable
            && !keywords.deprecated
            && !keywords.read_only
            && !keywords.write_only
            && !keywords.is_envelope
            && !keywords.is_lenient;
        let has_annotation = keywords.discriminator.is_some()
            || keywords.default.is_some()
            || keywords.unit.is_some()
            || keywords.source.is_some()
            || keywords.enum_names.is_some()
            || keywords.enum_descriptions.is_some()
            || keywords.enum_numbers.is_some();
        let is_limited = self.pattern().is_some()
            || self.minimum().is_some()
            || self.maximum().is_some()
            || self.multiple_of().is_some()
            || self.size() != (None, None)
            || self.has_unique_items();
        is_plain
            && !has_annotation
            && !is_limited
            && keywords.ty.is_none()
            && keywords.format.is_none()
            && !self.combines()
            && !self.describes_a_value()
    }
}

impl Arena<Schema> {
    /// The target of a schema that consists of a reference only: a `$ref`, or an `allOf` with a single reference and
    /// its own description.
    pub(crate) fn only_reference(&self, id: SchemaId) -> Option<SchemaId> {
        match self.get(id) {
            ObjectOrRef::Ref(target) => Some(*target),
            ObjectOrRef::Object(schema) => {
                let mut targets = schema.all_of.iter().filter_map(|member| self.target(*member));
                let only = targets.next().filter(|_| targets.next().is_none() && !schema.describes_a_value())?;
                self.written_members(schema).all(Schema::is_annotation).then_some(only)
            }
        }
    }

    /// The target of a `$ref`.
    pub(crate) fn target(&self, id: SchemaId) -> Option<SchemaId> {
        match self.get(id) {
            ObjectOrRef::Ref(target) => Some(*target),
            ObjectOrRef::Object(_) => None,
        }
    }

    /// The reference itself, or the references in `allOf`.
    pub(crate) fn all_of_refs(&self, id: SchemaId) -> impl Iterator<Item = SchemaId> {
        let (own, members) = match self.get(id) {
            ObjectOrRef::Ref(target) => (Some(*target), &[][..]),
            ObjectOrRef::Object(schema) => (None, schema.all_of.as_slice()),
        };
        own.into_iter().chain(members.iter().filter_map(|member| self.target(*member)))
    }

    fn written_members<'a>(&'a self, schema: &'a Schema) -> impl Iterator<Item = &'a Schema> {
        schema.all_of.iter().filter_map(|member| self.object(*member))
    }

    /// The description of a schema, or of the first member of `allOf` that is documentation only.
    pub(crate) fn description<'a>(&'a self, schema: &'a Schema) -> Option<&'a str> {
        fn own(schema: &Schema) -> Option<&str> {
            schema.keywords.description.as_deref().or(schema.keywords.title.as_deref())
        }
        let member_description = || self.written_members(schema).filter(|member| member.is_annotation()).find_map(own);
        own(schema).or_else(member_description)
    }

    /// The description of the target of a reference.
    pub(crate) fn referenced_description(&self, id: SchemaId) -> Option<&str> {
        self.resolve(id)?.1.keywords.description.as_deref()
    }

    /// The component that an entry of a discriminator mapping names, by a reference or by its name.
    pub(crate) fn mapped(&self, target: &str) -> Option<SchemaId> {
        match target.strip_prefix("#/components/schemas/") {
            Some(name) => self.component(&unescaped(name)),
            None => self.component(target),
        }
    }

    /// Whether two schemas are the same. The order of properties is ignored.
    pub(crate) fn is_same(&self, a: SchemaId, b: SchemaId) -> bool {
        self.is_same_by(a, b, PartialEq::eq)
    }

    /// Whether two schemas describe the same values, regardless of their documentation.
    pub(crate) fn is_equivalent(&self, a: SchemaId, b: SchemaId) -> bool {
        self.is_same_by(a, b, Keywords::is_equivalent)
    }

    fn is_same_by(&self, a: SchemaId, b: SchemaId, is_same: fn(&Keywords, &Keywords) -> bool) -> bool {
        let each = |a: SchemaId, b: SchemaId| self.is_same_by(a, b, is_same);
        let all = |a: &[SchemaId], b: &[SchemaId]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| each(*a, *b));
        let both = |a: Option<SchemaId>, b: Option<SchemaId>| match (a, b) {
            (Some(a), Some(b)) => each(a, b),
            (None, None) => true,
            _ => false,
        };
        let (a, b) = match (self.get(a), self.get(b)) {
            (ObjectOrRef::Ref(a), ObjectOrRef::Ref(b)) => return a == b,
            (ObjectOrRef::Object(a), ObjectOrRef::Object(b)) => (a, b),
            _ => return false,
        };
        is_same(&a.keywords, &b.keywords)
            && are_same_properties(&a.properties, &b.properties, each)
            && are_same_additional(a.additional_properties, b.additional_properties, each)
            && both(a.items, b.items)
            && all(&a.all_of, &b.all_of)
            && all(&a.one_of, &b.one_of)
            && all(&a.any_of, &b.any_of)
            && both(a.not, b.not)
            && both(a.content, b.content)
    }

    /// Whether two values of `additionalProperties` are the same.
    pub(crate) fn is_same_additional(&self, a: Option<AdditionalProperties>, b: Option<AdditionalProperties>) -> bool {
        are_same_additional(a, b, |a, b| self.is_same(a, b))
    }
}

fn are_same_additional(
    a: Option<AdditionalProperties>,
    b: Option<AdditionalProperties>,
    is_same: impl Fn(SchemaId, SchemaId) -> bool,
) -> bool {
    match (a, b) {
        (Some(AdditionalProperties::Schema(a)), Some(AdditionalProperties::Schema(b))) => is_same(a, b),
        (a, b) => a == b,
    }
}

type Properties = [(String, SchemaId)];

fn are_same_properties(a: &Properties, b: &Properties, is_same: impl Fn(SchemaId, SchemaId) -> bool) -> bool {
    fn sorted(properties: &Properties) -> Vec<&(String, SchemaId)> {
        let mut sorted: Vec<_> = properties.iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        sorted
    }
    a.len() == b.len() && sorted(a).into_iter().zip(sorted(b)).all(|(a, b)| a.0 == b.0 && is_same(a.1, b.1))
}
