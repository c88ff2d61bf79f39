//! The model of types: what values are made of, and their facts for the documentation.

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
    Base64,
    /// Bytes as they are: a whole body only, JSON cannot hold them.
    Bytes,
    /// Bytes within another value: a part of a body as they are, in JSON a string.
    Binary,
    DateTime,
    UnixSeconds,
    UnixMillis,
    /// Any JSON.
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
    /// The type, or the same with null.
    pub(crate) fn or_null(self, nullable: bool) -> Self {
        if nullable { Self::Nullable(Box::new(self)) } else { self }
    }

    /// The named type whose values are part of a value of this type without an allocation between.
    pub(crate) fn inline_target(&self) -> Option<TypeId> {
        match self {
            Self::Primitive(_) | Self::List(_) | Self::Map(_) => None,
            Self::Nullable(inner) => inner.inline_target(),
            Self::Named(id) => Some(*id),
        }
    }

    /// The named type that it contains, however deep.
    pub(crate) fn named(&self) -> Option<TypeId> {
        match self {
            Self::Primitive(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.named(),
            Self::Named(id) => Some(*id),
        }
    }
}

/// A module of types: those that only one group uses, or those that are shared.
#[derive(Debug)]
pub(crate) struct TypeModule {
    pub(crate) name: String,
    /// Path of its file.
    pub(crate) file: String,
    pub(crate) types: Vec<TypeId>,
}

/// A type with a name of its own.
#[derive(Debug)]
pub(crate) struct TypeDefinition {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// The type that sets the fields by name, when several are required.
    pub(crate) builder_name: Option<String>,
    /// The type of the required fields together, when there are more than a [builder](MAX_BUILDER_VALUES) sets.
    pub(crate) required_name: Option<String>,
    /// The name that the specification gives it; for a schema without one, the name of its owner and its own.
    pub(crate) schema_name: String,
    pub(crate) docs: Docs,
    pub(crate) kind: TypeKind,
    /// Whether an operation has it in its parameters, its body or its response.
    pub(crate) is_used: bool,
    /// Whether a caller makes values of it.
    pub(crate) is_input: bool,
    /// Whether strings contain it as JSON.
    pub(crate) is_string_content: bool,
    /// The number of the cycle of types that contain each other without a list or a map between, this type included.
    pub(crate) cycle: usize,
}

#[derive(Debug)]
pub(crate) enum TypeKind {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
    /// A text or an integer that must not be mistaken for another one.
    Newtype(Primitive),
    Alias(TypeRef),
}

#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// Keeps properties that are not described.
    pub(crate) additional_properties: Option<AdditionalProperties>,
}

#[derive(Debug)]
pub(crate) struct AdditionalProperties {
    pub(crate) pointer: String,
    pub(crate) field: String,
    pub(crate) ty: TypeRef,
    /// Those of their schema, where it is written in place.
    pub(crate) constraints: Option<Box<Constraints>>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) pointer: String,
    /// Where it is said that it is required.
    pub(crate) required_pointers: Vec<String>,
    pub(crate) field: String,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) deprecated: bool,
    /// Not null: see `nullable`.
    pub(crate) ty: TypeRef,
    /// What the method is called that sends null for it, where that differs from leaving it out.
    pub(crate) null_setter: Option<String>,
    /// The type of the JSON that its string contains, or that each string of its lists contains.
    pub(crate) content: Option<TypeId>,
    pub(crate) docs: Docs,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) values: EnumValues,
    /// Which of them are final, if that is known.
    pub(crate) states: Option<States>,
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
    /// Which of the listed values it is; null counts.
    pub(crate) index: usize,
    pub(crate) description: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Union {
    pub(crate) tagging: Tagging,
    /// The key that the variants are listed under.
    pub(crate) key: &'static str,
    pub(crate) variants: Vec<Variant>,
}

/// What discriminates the variants of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    /// The property of this name.
    Property(String),
    /// What each variant requires: the first that fits is taken.
    Untagged,
    /// The media type of a body, which callers choose. It is the tag of each variant.
    MediaType,
    /// Nothing. A value can be of several variants, and is kept as JSON; callers ask for each.
    Opaque,
}

#[derive(Debug)]
pub(crate) struct Variant {
    /// In camel case; in snake case for an opaque union.
    pub(crate) variant: String,
    /// Values of the discriminator that mean this variant.
    pub(crate) tags: Vec<String>,
    pub(crate) ty: TypeRef,
    /// As the specification has it.
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

/// What the documentation of a value says beside its type.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    pub(crate) description: Option<String>,
    /// None if there is nothing in them.
    pub(crate) constraints: Option<Box<Constraints>>,
    pub(crate) source: Option<Source>,
}

/// Limits and other facts about the values of a schema.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Constraints {
    pub(crate) unit: Option<&'static str>,
    /// The values of a type that is no enumeration in the client.
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
    /// Those of the items of a list, where their schema is written in place.
    pub(crate) items: Option<Box<Constraints>>,
}

/// What a size counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SizeOf {
    Characters,
    Items,
    Properties,
}

/// How the type of a field shows that a value may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// `T`
    Value,
    /// `Vec<T>`: empty for null and for an omitted property.
    List,
    /// `Option<T>`: null.
    Nullable,
    /// `Option<T>`: omitted.
    Optional,
    /// `Option<Option<T>>`: omitted, or null.
    OptionalNullable,
}

impl Enum {
    pub(crate) fn len(&self) -> usize {
        match &self.values {
            EnumValues::Text(values) => values.len(),
            EnumValues::Integer(values) => values.len(),
        }
    }
}

/// See [`Api::const_value`]; for stages that have no [`Api`] yet.
pub(crate) fn const_value<'a>(field: &Field, kind: impl Fn(TypeId) -> Option<&'a TypeKind>) -> Option<TypeId> {
    match field.ty {
        TypeRef::Named(id) if field.required && !field.nullable => match kind(id)? {
            TypeKind::Enum(values) if values.len() == 1 => Some(id),
            _ => None,
        },
        _ => None,
    }
}
