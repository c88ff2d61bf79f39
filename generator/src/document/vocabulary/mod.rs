//! The keys of OpenAPI 3.0.3, and the `x-` keys of spec/README.md, as data.
//!
//! `objects` has every key that a document may contain, with the type of its value, and `extensions` the `x-` keys.
//! [`super::validate`] checks documents against them; later stages interpret the keys.

/// The type of a value.
#[derive(Debug)]
pub(crate) enum ValueType {
    Any,
    Text,
    Boolean,
    Number,
    Integer,
    /// A non-negative integer.
    Count,
    OneOf(&'static [&'static str]),
    Object(&'static Object),
    /// The object, or a `$ref` to one.
    RefOr(&'static Object),
    List(&'static ValueType),
    NonEmptyList(&'static ValueType),
    Map(&'static ValueType),
    /// The second type for a mapping, the first one for any other value.
    ScalarOr(&'static ValueType, &'static ValueType),
    /// Suppressed lint rules, each with the reason.
    Suppressions,
}

/// A kind of object: its name in the OpenAPI specification, and its keys.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: ElementKind,
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
    /// Keys that the document chooses, such as paths, with the type of their values.
    pub(crate) named: Option<(KeyPattern, &'static ValueType)>,
    /// The `x-` keys, in documents whose `x-` keys are read.
    pub(crate) extensions: &'static [Field],
}

/// The pattern of the chosen keys of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyPattern {
    Path,
    Status,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) value_type: ValueType,
    pub(crate) required: bool,
    pub(crate) support: Support,
}

/// Whether the generator supports a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    Yes,
    /// Does not affect a JSON client. An error in this repository's specification, so that every key in it has an
    /// effect.
    ForeignOnly,
    /// Would change the behaviour of the client.
    No,
}

const fn required(key: &'static str, value_type: ValueType) -> Field {
    Field { key, value_type, required: true, support: Support::Yes }
}

const fn optional(key: &'static str, value_type: ValueType) -> Field {
    Field { key, value_type, required: false, support: Support::Yes }
}

const fn foreign(key: &'static str, value_type: ValueType) -> Field {
    Field { key, value_type, required: false, support: Support::ForeignOnly }
}

const fn unsupported(key: &'static str) -> Field {
    Field { key, value_type: ValueType::Any, required: false, support: Support::No }
}

const fn object(kind: ElementKind, fields: &'static [Field], extensions: &'static [Field]) -> Object {
    Object { kind, name: kind.name(), fields, named: None, extensions }
}

mod element_kind;
mod extensions;
mod objects;

pub use element_kind::ElementKind;
pub(crate) use extensions::*;
pub(crate) use objects::*;

/// All kinds of objects, the most frequent first.
pub(crate) static OBJECTS: &[&Object] = &[
    &SCHEMA,
    &OPERATION,
    &PARAMETER,
    &MEDIA_TYPE,
    &RESPONSE,
    &REQUEST_BODY,
    &PATH_ITEM,
    &COMPONENTS,
    &DOCUMENT,
    &INFO,
    &TAG,
    &SERVER,
    &EXAMPLE,
    &SECURITY_SCHEME,
    &OAUTH_FLOWS,
    &CODE_FLOW,
    &DISCRIMINATOR,
    &ERROR_CODE,
    &SERVER_VARIABLE,
    &EXTERNAL_DOCS,
    &CONTACT,
    &LICENSE,
    &HEADER,
    &ENCODING,
];

/// The section of the Components Object for a kind of object.
pub(crate) fn section(object: &Object) -> Option<&'static str> {
    let kinds: [(&Object, &str); 7] = [
        (&SCHEMA, "schemas"),
        (&RESPONSE, "responses"),
        (&PARAMETER, "parameters"),
        (&EXAMPLE, "examples"),
        (&REQUEST_BODY, "requestBodies"),
        (&HEADER, "headers"),
        (&SECURITY_SCHEME, "securitySchemes"),
    ];
    kinds.into_iter().find(|(kind, _)| std::ptr::eq(*kind, object)).map(|(_, section)| section)
}

/// Keys of a Schema Object that apply to some types only, with these types.
pub(crate) const TYPED_KEYS: &[(&str, &[&str])] = &[
    ("pattern", &["string"]),
    ("minLength", &["string"]),
    ("maxLength", &["string"]),
    ("format", &["string", "number", "integer"]),
    ("multipleOf", &["number", "integer"]),
    ("minimum", &["number", "integer"]),
    ("exclusiveMinimum", &["number", "integer"]),
    ("maximum", &["number", "integer"]),
    ("exclusiveMaximum", &["number", "integer"]),
    ("items", &["array"]),
    ("minItems", &["array"]),
    ("maxItems", &["array"]),
    ("uniqueItems", &["array"]),
    ("properties", &["object"]),
    ("required", &["object"]),
    ("additionalProperties", &["object"]),
    ("minProperties", &["object"]),
    ("maxProperties", &["object"]),
    ("x-unit", &["string", "number", "integer"]),
    (CONTENT_SCHEMA, &["string"]),
];

/// The typed keys that contain further schemas, which would be lost next to another type. The other keys only constrain
/// values that do not occur.
pub(crate) const DESCRIBING_KEYS: &[&str] = &["items", "properties"];
