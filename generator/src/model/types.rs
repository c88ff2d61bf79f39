//! The model of types: their definitions, and the facts that their documentation is written from.
//!
//! `lower` creates these types; `emit`, `compare` and `json_schema` read them. They do not know which keyword of a schema
//! a fact was written with.

use serde_json::{Number, Value};

use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primitive {
    Boolean,
    Int32,
    Int64,
    Float,
    Double,
    String,
    Secret,
    /// An integer that must not be shown.
    SecretInteger,
    Base64,
    /// Unencoded bytes. Only a whole body can have this type, because JSON cannot contain them.
    Bytes,
    /// Bytes within another value: unencoded in a part of a multipart body, a string in JSON.
    Binary,
    DateTime,
    UnixSeconds,
    UnixMillis,
    /// Any JSON value.
    Json,
    /// Any JSON object.
    JsonObject,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TypeRef {
    Primitive(Primitive),
    List(Box<TypeRef>),
    Map(Box<TypeRef>),
    Nullable(Box<TypeRef>),
    Named(TypeId),
}

impl TypeRef {
    /// The type, with null as an additional value if `nullable` is set.
    pub(crate) fn or_null(self, nullable: bool) -> Self {
        if nullable { Self::Nullable(Box::new(self)) } else { self }
    }

    /// The named type whose values this type contains without an allocation in between.
    pub(crate) fn inline_target(&self) -> Option<TypeId> {
        match self {
            Self::Primitive(_) | Self::List(_) | Self::Map(_) => None,
            Self::Nullable(inner) => inner.inline_target(),
            Self::Named(id) => Some(*id),
        }
    }

    /// The named type that this type contains at any depth.
    pub(crate) fn named(&self) -> Option<TypeId> {
        match self {
            Self::Primitive(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.named(),
            Self::Named(id) => Some(*id),
        }
    }
}

/// A module of types: the types that only one group uses, or the shared types.
#[derive(Debug)]
pub(crate) struct TypeModule {
    pub(crate) name: String,
    /// The path of the module's file.
    pub(crate) file: String,
    pub(crate) types: Vec<TypeId>,
}

/// A named type.
#[derive(Debug)]
pub(crate) struct TypeDefinition {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// The name of the builder, if several fields are required.
    pub(crate) builder_name: Option<String>,
    /// The name of the struct with all required fields, if there are too many for a [builder](MAX_BUILDER_VALUES).
    pub(crate) required_name: Option<String>,
    /// The name of the component; for an inline schema, the name of its owner followed by the name of its property.
    pub(crate) schema_name: String,
    pub(crate) docs: Docs,
    pub(crate) kind: TypeKind,
    /// Whether an operation uses the type in its parameters, its body or its response.
    pub(crate) is_used: bool,
    /// Whether the type has constructors. Otherwise its values are only decoded.
    pub(crate) is_constructed: bool,
    /// Whether callers create values of the type.
    pub(crate) is_input: bool,
    /// Whether a string contains values of the type as JSON.
    pub(crate) is_string_content: bool,
    /// The number of the strongly connected component of the type, in the graph of types that contain each other
    /// without a list or a map in between.
    pub(crate) cycle: usize,
}

#[derive(Debug)]
pub(crate) enum TypeKind {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
    /// A string or an integer with a type of its own, so that two kinds of identifiers cannot be confused.
    Newtype(Primitive),
    Alias(TypeRef),
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// The field that preserves properties that the schema does not describe.
    pub(crate) additional_properties: Option<AdditionalProperties>,
    /// Whether a property that does not match its type is kept with those that are not described.
    pub(crate) is_lenient: bool,
}

#[derive(Debug)]
pub(crate) struct AdditionalProperties {
    pub(crate) pointer: String,
    pub(crate) field: String,
    pub(crate) ty: TypeRef,
    /// The constraints of the schema of the values, if the schema is inline.
    pub(crate) constraints: Option<Box<Constraints>>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// The JSON pointers of the entries of `required` that name the property.
    pub(crate) required_pointers: Vec<String>,
    pub(crate) field: String,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) deprecated: bool,
    /// The type without null, which `nullable` adds.
    pub(crate) ty: TypeRef,
    /// The name of the method that sends null, if null differs from an omitted property.
    pub(crate) null_setter: Option<String>,
    /// The type of the JSON in the string of this field, or in each string of its lists.
    pub(crate) content: Option<TypeId>,
    pub(crate) docs: Docs,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) values: EnumValues,
    /// The final values, if they are documented.
    pub(crate) states: Option<States>,
    /// The numbers that are read as texts, too, each with the position of the text.
    pub(crate) numbers: Vec<(i64, usize)>,
}

#[derive(Debug)]
pub(crate) enum EnumValues {
    Text(Vec<EnumValue<String>>),
    Integer(Vec<EnumValue<i64>>),
}

#[derive(Debug)]
pub(crate) struct EnumValue<T> {
    pub(crate) variant: String,
    pub(crate) value: T,
    /// The position under `enum`, counting null.
    pub(crate) index: usize,
    pub(crate) description: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) tagging: Tagging,
    /// The keyword that lists the variants: `oneOf` or `anyOf`.
    pub(crate) key: &'static str,
    pub(crate) variants: Vec<Variant>,
}

/// How the variants of a union are discriminated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// By the value of the property with this name.
    Property(String),
    /// By the JSON type and the required properties of each variant: a value is of the first variant that it matches.
    Untagged,
    /// The media type of a body, which callers choose. It is the tag of each variant.
    MediaType,
    /// Not at all: a value can match several variants. It is preserved as JSON, and callers decode the variant they
    /// expect.
    Opaque,
}

#[derive(Debug)]
pub(crate) struct Variant {
    /// The identifier: in camel case, or in snake case for an opaque union.
    pub(crate) variant: String,
    /// The values of the discriminator that map to this variant.
    pub(crate) tags: Vec<String>,
    pub(crate) ty: TypeRef,
    /// The name as the specification spells it.
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

/// The facts about a value that its documentation contains in addition to its type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    pub(crate) description: Option<String>,
    /// `None` if there are no constraints.
    pub(crate) constraints: Option<Box<Constraints>>,
    pub(crate) source: Option<Source>,
}

/// Limits and other facts about the values of a schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Constraints {
    pub(crate) unit: Option<&'static str>,
    /// The values under `enum`, if the type in the client is not an enumeration.
    pub(crate) values: Vec<Value>,
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) multiple_of: Option<Number>,
    pub(crate) size: Option<(SizeOf, Size)>,
    pub(crate) unique_items: bool,
    pub(crate) pattern: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) default: Option<Value>,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) deprecated: bool,
    pub(crate) external_docs_url: Option<String>,
    /// The constraints of the items of a list, if the schema of the items is inline.
    pub(crate) items: Option<Box<Constraints>>,
}

/// The unit of a size limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SizeOf {
    Characters,
    Items,
    Properties,
}

/// How the type of a field represents null and an omitted property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// `T`
    Value,
    /// `Vec<T>`: empty for null and for an omitted property.
    List,
    /// `Vec<T>`: empty for null. The property is required, which can distinguish the variants of a union.
    RequiredList,
    /// `Option<T>`: `None` is null.
    Nullable,
    /// `Option<T>`: `None` is an omitted property.
    Optional,
    /// `Option<Option<T>>`: `None` is an omitted property, `Some(None)` is null.
    OptionalNullable,
}

impl Enum {
    /// The identifiers of the variants, in the order of the values.
    pub(crate) fn variants(&self) -> Vec<&str> {
        match &self.values {
            EnumValues::Text(values) => values.iter().map(|value| value.variant.as_str()).collect(),
            EnumValues::Integer(values) => values.iter().map(|value| value.variant.as_str()).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.values {
            EnumValues::Text(values) => values.len(),
            EnumValues::Integer(values) => values.len(),
        }
    }
}

/// [`Api::const_value`] for passes that run before the [`Api`] is complete.
pub(crate) fn const_value<'a>(field: &Field, kind: impl Fn(TypeId) -> Option<&'a TypeKind>) -> Option<TypeId> {
    match field.ty {
        TypeRef::Named(id) if field.required && !field.nullable => match kind(id)? {
            TypeKind::Enum(values) if values.len() == 1 => Some(id),
            _ => None,
        },
        _ => None,
    }
}
