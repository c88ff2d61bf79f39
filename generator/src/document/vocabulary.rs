//! The keys of OpenAPI 3.0.3, and the `x-` keys of spec/README.md, as data.
//!
//! This file has every key that a document may contain, with the type of its value. [`super::validate`] checks
//! documents against it; later stages interpret the keys.

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

/// The kind of an element: an object of OpenAPI 3.0, or of an `x-` key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElementKind {
    /// The document as a whole.
    Document,
    /// An Info Object.
    Info,
    /// A Contact Object.
    Contact,
    /// A License Object.
    License,
    /// A Server Object.
    Server,
    /// A Server Variable Object.
    ServerVariable,
    /// A Tag Object.
    Tag,
    /// An External Documentation Object.
    ExternalDocs,
    /// The Components Object.
    Components,
    /// The Paths Object.
    Paths,
    /// A Path Item Object.
    PathItem,
    /// An Operation Object.
    Operation,
    /// A Parameter Object.
    Parameter,
    /// A Header Object.
    Header,
    /// A Request Body Object.
    RequestBody,
    /// A Media Type Object.
    MediaType,
    /// An Encoding Object.
    Encoding,
    /// An Example Object.
    Example,
    /// The Responses Object.
    Responses,
    /// A Response Object.
    Response,
    /// A Security Scheme Object.
    SecurityScheme,
    /// An OAuth Flows Object.
    OAuthFlows,
    /// An OAuth Flow Object.
    OAuthFlow,
    /// A Schema Object.
    Schema,
    /// A Discriminator Object.
    Discriminator,
    /// The value of `x-source` that has a note.
    Provenance,
    /// An entry of `x-error-codes`.
    ErrorCode,
    /// The value of `x-pagination`.
    Pagination,
    /// The value of `unpaged` in `x-pagination`.
    Unpaged,
    /// The value of `x-states`.
    States,
    /// The value of `x-follow`.
    Follow,
}

impl ElementKind {
    /// The name in messages, as in the OpenAPI specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "OpenAPI document",
            Self::Info => "Info Object",
            Self::Contact => "Contact Object",
            Self::License => "License Object",
            Self::Server => "Server Object",
            Self::ServerVariable => "Server Variable Object",
            Self::Tag => "Tag Object",
            Self::ExternalDocs => "External Documentation Object",
            Self::Components => "Components Object",
            Self::Paths => "Paths Object",
            Self::PathItem => "Path Item Object",
            Self::Operation => "Operation Object",
            Self::Parameter => "Parameter Object",
            Self::Header => "Header Object",
            Self::RequestBody => "Request Body Object",
            Self::MediaType => "Media Type Object",
            Self::Encoding => "Encoding Object",
            Self::Example => "Example Object",
            Self::Responses => "Responses Object",
            Self::Response => "Response Object",
            Self::SecurityScheme => "Security Scheme Object",
            Self::OAuthFlows => "OAuth Flows Object",
            Self::OAuthFlow => "OAuth Flow Object",
            Self::Schema => "Schema Object",
            Self::Discriminator => "Discriminator Object",
            Self::Provenance => "x-source",
            Self::ErrorCode => "entry of x-error-codes",
            Self::Pagination => "x-pagination",
            Self::Unpaged => "unpaged",
            Self::States => "x-states",
            Self::Follow => "x-follow",
        }
    }
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
    pub(crate) shape: ValueType,
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

const fn required(key: &'static str, shape: ValueType) -> Field {
    Field { key, shape, required: true, support: Support::Yes }
}

const fn optional(key: &'static str, shape: ValueType) -> Field {
    Field { key, shape, required: false, support: Support::Yes }
}

const fn foreign(key: &'static str, shape: ValueType) -> Field {
    Field { key, shape, required: false, support: Support::ForeignOnly }
}

const fn unsupported(key: &'static str) -> Field {
    Field { key, shape: ValueType::Any, required: false, support: Support::No }
}

const fn object(kind: ElementKind, fields: &'static [Field], extensions: &'static [Field]) -> Object {
    Object { kind, name: kind.name(), fields, named: None, extensions }
}

use ValueType::{Any, Boolean, Count, Integer, List, Map, NonEmptyList, Number, OneOf, RefOr, ScalarOr, Text};

/// The values of `x-source`.
pub(crate) const MARKS: &[&str] = &["documented", "observed", "inferred"];
/// The values of `x-risk`.
pub(crate) const RISKS: &[&str] = &["read", "write", "destructive", "physical"];
/// The values of `x-retry`.
pub(crate) const RETRIES: &[&str] = &["safe", "idempotent", "never"];
/// The values of `outcome` in `x-error-codes`.
pub(crate) const OUTCOMES: &[&str] = &["refused", "throttled", "unknown"];
/// The values of `end` in `x-pagination`.
pub(crate) const PAGE_ENDS: &[&str] = &["short-page", "empty-page"];
/// The values of `x-role`.
pub(crate) const ROLES: &[&str] = &["request-id", "language", "project"];
/// The values of `x-unit`.
pub(crate) const UNITS: &[&str] = &[
    "bytes",
    "days",
    "degrees",
    "degrees-celsius",
    "hours",
    "kilobytes",
    "kilobytes-per-second",
    "metres",
    "metres-per-second",
    "milliamperes",
    "milliseconds",
    "millivolts",
    "minutes",
    "percent",
    "pixels",
    "rfc3339",
    "seconds",
    "unix-milliseconds",
    "unix-seconds",
    "volts",
];

/// The source of a fact: a mark, or a mapping with a mark and a note.
pub(crate) const SOURCE: &str = "x-source";
pub(crate) const MARK: &str = "mark";
static SOURCE_OBJECT: Object =
    object(ElementKind::Provenance, &[required(MARK, OneOf(MARKS)), required("note", Text)], &[]);
static SOURCE_MAPPING: ValueType = ValueType::Object(&SOURCE_OBJECT);
const X_SOURCE: Field = optional(SOURCE, ScalarOr(&OneOf(MARKS), &SOURCE_MAPPING));

/// Next to `type: string`: the schema of the JSON in the string. It is equivalent to `contentSchema` of JSON Schema.
pub(crate) const CONTENT_SCHEMA: &str = "x-content-schema";

/// How an operation returns a list in pages.
pub(crate) const PAGINATION: &str = "x-pagination";
static PAGINATION_OBJECT: Object = object(
    ElementKind::Pagination,
    &[
        required("page", Text),
        optional("page_size", Text),
        optional("accepted_size", Count),
        required("items", Text),
        required("end", OneOf(PAGE_ENDS)),
        optional("unpaged", ValueType::Object(&UNPAGED)),
    ],
    &[],
);
static UNPAGED: Object = object(ElementKind::Unpaged, &[required("parameter", Text), required("value", Text)], &[]);

/// Next to `enum` of strings: the integers that are equivalent to the values.
pub(crate) const ENUM_NUMBERS: &str = "x-enum-numbers";

/// In an open object: a property that does not match its type is kept with the undescribed ones.
pub(crate) const LENIENT: &str = "x-lenient";

/// Next to `enum`: the final values of a status.
pub(crate) const STATES: &str = "x-states";
static STATES_OBJECT: Object = object(
    ElementKind::States,
    &[required("success", NonEmptyList(&Any)), optional("failure", NonEmptyList(&Any))],
    &[],
);

/// How the response of an operation shows a state that can be followed.
pub(crate) const FOLLOW: &str = "x-follow";
static FOLLOW_OBJECT: Object =
    object(ElementKind::Follow, &[required("status", Text), optional("progress", Text), optional("name", Text)], &[]);

/// Suppresses lint rules for its object and everything inside.
pub(crate) const LINT_ALLOW: &str = "x-lint-allow";
const X_LINT_ALLOW: Field = optional(LINT_ALLOW, ValueType::Suppressions);

pub(crate) static DOCUMENT: Object = object(
    ElementKind::Document,
    &[
        required("openapi", Text),
        required("info", ValueType::Object(&INFO)),
        optional("servers", List(&ValueType::Object(&SERVER))),
        required("paths", ValueType::Object(&PATHS)),
        optional("components", ValueType::Object(&COMPONENTS)),
        optional("security", List(&Map(&List(&Text)))),
        optional("tags", List(&ValueType::Object(&TAG))),
        optional("externalDocs", ValueType::Object(&EXTERNAL_DOCS)),
    ],
    &[optional("x-error-codes", NonEmptyList(&ValueType::Object(&ERROR_CODE)))],
);

static ERROR_CODE: Object = object(
    ElementKind::ErrorCode,
    &[
        required("code", Integer),
        required("name", Text),
        required("group", Text),
        required("outcome", OneOf(OUTCOMES)),
        required("meaning", Text),
    ],
    &[X_SOURCE, X_LINT_ALLOW],
);

static INFO: Object = object(
    ElementKind::Info,
    &[
        required("title", Text),
        optional("description", Text),
        optional("termsOfService", Text),
        optional("contact", ValueType::Object(&CONTACT)),
        optional("license", ValueType::Object(&LICENSE)),
        required("version", Text),
    ],
    &[],
);
static CONTACT: Object =
    object(ElementKind::Contact, &[optional("name", Text), optional("url", Text), optional("email", Text)], &[]);
static LICENSE: Object = object(ElementKind::License, &[required("name", Text), optional("url", Text)], &[]);

pub(crate) static SERVER: Object = object(
    ElementKind::Server,
    &[
        required("url", Text),
        optional("description", Text),
        optional("variables", Map(&ValueType::Object(&SERVER_VARIABLE))),
    ],
    &[optional("x-region", Text), X_SOURCE, X_LINT_ALLOW],
);
static SERVER_VARIABLE: Object = object(
    ElementKind::ServerVariable,
    &[optional("enum", NonEmptyList(&Text)), required("default", Text), optional("description", Text)],
    &[],
);

pub(crate) static TAG: Object = object(
    ElementKind::Tag,
    &[
        required("name", Text),
        optional("description", Text),
        optional("externalDocs", ValueType::Object(&EXTERNAL_DOCS)),
    ],
    &[optional("x-client-name", Text), X_LINT_ALLOW],
);
static EXTERNAL_DOCS: Object =
    object(ElementKind::ExternalDocs, &[optional("description", Text), required("url", Text)], &[]);

static COMPONENTS: Object = object(
    ElementKind::Components,
    &[
        optional("schemas", Map(&RefOr(&SCHEMA))),
        optional("responses", Map(&RefOr(&RESPONSE))),
        optional("parameters", Map(&RefOr(&PARAMETER))),
        optional("examples", Map(&RefOr(&EXAMPLE))),
        optional("requestBodies", Map(&RefOr(&REQUEST_BODY))),
        optional("headers", Map(&RefOr(&HEADER))),
        optional("securitySchemes", Map(&RefOr(&SECURITY_SCHEME))),
        foreign("links", Map(&Any)),
        foreign("callbacks", Map(&Any)),
    ],
    &[],
);

static PATHS: Object = Object {
    kind: ElementKind::Paths,
    name: ElementKind::Paths.name(),
    fields: &[],
    named: Some((KeyPattern::Path, &ValueType::Object(&PATH_ITEM))),
    extensions: &[],
};

static PATH_ITEM: Object = object(
    ElementKind::PathItem,
    &[
        unsupported("$ref"),
        optional("summary", Text),
        optional("description", Text),
        optional("get", ValueType::Object(&OPERATION)),
        optional("put", ValueType::Object(&OPERATION)),
        optional("post", ValueType::Object(&OPERATION)),
        optional("delete", ValueType::Object(&OPERATION)),
        optional("options", ValueType::Object(&OPERATION)),
        optional("head", ValueType::Object(&OPERATION)),
        optional("patch", ValueType::Object(&OPERATION)),
        optional("trace", ValueType::Object(&OPERATION)),
        foreign("servers", List(&ValueType::Object(&SERVER))),
        optional("parameters", List(&RefOr(&PARAMETER))),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static OPERATION: Object = object(
    ElementKind::Operation,
    &[
        optional("tags", List(&Text)),
        optional("summary", Text),
        optional("description", Text),
        optional("externalDocs", ValueType::Object(&EXTERNAL_DOCS)),
        optional("operationId", Text),
        optional("parameters", List(&RefOr(&PARAMETER))),
        optional("requestBody", RefOr(&REQUEST_BODY)),
        required("responses", ValueType::Object(&RESPONSES)),
        foreign("callbacks", Map(&Any)),
        optional("deprecated", Boolean),
        optional("security", List(&Map(&List(&Text)))),
        foreign("servers", List(&ValueType::Object(&SERVER))),
    ],
    &[
        optional("x-risk", OneOf(RISKS)),
        optional("x-retry", OneOf(RETRIES)),
        optional("x-availability", OneOf(&["private-cloud"])),
        optional("x-client-name", Text),
        optional("x-error-codes", NonEmptyList(&Integer)),
        optional("x-lookup", NonEmptyList(&Text)),
        optional(PAGINATION, ValueType::Object(&PAGINATION_OBJECT)),
        optional(FOLLOW, ValueType::Object(&FOLLOW_OBJECT)),
        X_SOURCE,
        X_LINT_ALLOW,
    ],
);

pub(crate) static PARAMETER: Object = object(
    ElementKind::Parameter,
    &[
        required("name", Text),
        required("in", OneOf(&["query", "header", "path", "cookie"])),
        optional("description", Text),
        optional("required", Boolean),
        optional("deprecated", Boolean),
        foreign("allowEmptyValue", Boolean),
        optional(
            "style",
            OneOf(&["matrix", "label", "form", "simple", "spaceDelimited", "pipeDelimited", "deepObject"]),
        ),
        optional("explode", Boolean),
        optional("allowReserved", Boolean),
        optional("schema", RefOr(&SCHEMA)),
        optional("example", Any),
        optional("examples", Map(&RefOr(&EXAMPLE))),
        optional("content", Map(&ValueType::Object(&MEDIA_TYPE))),
    ],
    &[optional("x-role", OneOf(ROLES)), X_SOURCE, X_LINT_ALLOW],
);

pub(crate) static HEADER: Object = object(
    ElementKind::Header,
    &[
        optional("description", Text),
        optional("required", Boolean),
        optional("deprecated", Boolean),
        optional("allowEmptyValue", Boolean),
        optional("style", OneOf(&["simple"])),
        optional("explode", Boolean),
        optional("allowReserved", Boolean),
        optional("schema", RefOr(&SCHEMA)),
        optional("example", Any),
        optional("examples", Map(&RefOr(&EXAMPLE))),
        optional("content", Map(&ValueType::Object(&MEDIA_TYPE))),
    ],
    &[],
);

pub(crate) static REQUEST_BODY: Object = object(
    ElementKind::RequestBody,
    &[
        optional("description", Text),
        required("content", Map(&ValueType::Object(&MEDIA_TYPE))),
        optional("required", Boolean),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static MEDIA_TYPE: Object = object(
    ElementKind::MediaType,
    &[
        optional("schema", RefOr(&SCHEMA)),
        optional("example", Any),
        optional("examples", Map(&RefOr(&EXAMPLE))),
        foreign("encoding", Map(&ValueType::Object(&ENCODING))),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static ENCODING: Object = object(
    ElementKind::Encoding,
    &[
        optional("contentType", Text),
        optional("headers", Map(&RefOr(&HEADER))),
        optional("style", OneOf(&["form", "spaceDelimited", "pipeDelimited", "deepObject"])),
        optional("explode", Boolean),
        optional("allowReserved", Boolean),
    ],
    &[],
);

pub(crate) static EXAMPLE: Object = object(
    ElementKind::Example,
    &[optional("summary", Text), optional("description", Text), optional("value", Any), foreign("externalValue", Text)],
    &[X_LINT_ALLOW],
);

pub(crate) static RESPONSES: Object = Object {
    kind: ElementKind::Responses,
    name: ElementKind::Responses.name(),
    fields: &[optional("default", RefOr(&RESPONSE))],
    named: Some((KeyPattern::Status, &RefOr(&RESPONSE))),
    extensions: &[],
};

pub(crate) static RESPONSE: Object = object(
    ElementKind::Response,
    &[
        required("description", Text),
        optional("headers", Map(&RefOr(&HEADER))),
        optional("content", Map(&ValueType::Object(&MEDIA_TYPE))),
        foreign("links", Map(&Any)),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static SECURITY_SCHEME: Object = object(
    ElementKind::SecurityScheme,
    &[
        required("type", OneOf(&["apiKey", "http", "oauth2", "openIdConnect"])),
        optional("description", Text),
        optional("name", Text),
        optional("in", OneOf(&["query", "header", "cookie"])),
        optional("scheme", Text),
        optional("bearerFormat", Text),
        optional("flows", ValueType::Object(&OAUTH_FLOWS)),
        optional("openIdConnectUrl", Text),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static OAUTH_FLOWS: Object = object(
    ElementKind::OAuthFlows,
    &[
        optional("implicit", ValueType::Object(&IMPLICIT_FLOW)),
        optional("password", ValueType::Object(&TOKEN_FLOW)),
        optional("clientCredentials", ValueType::Object(&TOKEN_FLOW)),
        optional("authorizationCode", ValueType::Object(&CODE_FLOW)),
    ],
    &[],
);

/// The keys of a flow that has addresses of both kinds.
static CODE_FLOW: Object = object(
    ElementKind::OAuthFlow,
    &[
        required("authorizationUrl", Text),
        required("tokenUrl", Text),
        optional("refreshUrl", Text),
        required(SCOPES, Map(&Text)),
    ],
    &[],
);
/// Those of one that has no address for tokens; others write one nevertheless.
static IMPLICIT_FLOW: Object = object(
    ElementKind::OAuthFlow,
    &[
        required("authorizationUrl", Text),
        foreign("tokenUrl", Text),
        optional("refreshUrl", Text),
        required(SCOPES, Map(&Text)),
    ],
    &[],
);
/// Those of one that asks nobody; others write an address nevertheless.
static TOKEN_FLOW: Object = object(
    ElementKind::OAuthFlow,
    &[
        foreign("authorizationUrl", Text),
        required("tokenUrl", Text),
        optional("refreshUrl", Text),
        required(SCOPES, Map(&Text)),
    ],
    &[],
);

/// What a token can be allowed to do: descriptions by names that a document chooses.
pub(crate) const SCOPES: &str = "scopes";

pub(crate) static SCHEMA: Object = object(
    ElementKind::Schema,
    &[
        optional("type", OneOf(&["string", "number", "integer", "boolean", "object", "array"])),
        optional("title", Text),
        optional("description", Text),
        optional("format", Text),
        optional("nullable", Boolean),
        optional("enum", NonEmptyList(&Any)),
        optional("default", Any),
        optional("example", Any),
        optional("deprecated", Boolean),
        optional("readOnly", Boolean),
        optional("writeOnly", Boolean),
        optional("multipleOf", Number),
        optional("maximum", Number),
        optional("exclusiveMaximum", Boolean),
        optional("minimum", Number),
        optional("exclusiveMinimum", Boolean),
        optional("maxLength", Count),
        optional("minLength", Count),
        optional("pattern", Text),
        optional("items", RefOr(&SCHEMA)),
        optional("maxItems", Count),
        optional("minItems", Count),
        optional("uniqueItems", Boolean),
        optional("properties", Map(&RefOr(&SCHEMA))),
        optional("required", NonEmptyList(&Text)),
        optional("additionalProperties", ScalarOr(&Boolean, &RefOr(&SCHEMA))),
        optional("maxProperties", Count),
        optional("minProperties", Count),
        optional("allOf", NonEmptyList(&RefOr(&SCHEMA))),
        optional("oneOf", NonEmptyList(&RefOr(&SCHEMA))),
        optional("anyOf", NonEmptyList(&RefOr(&SCHEMA))),
        optional("not", RefOr(&SCHEMA)),
        optional("discriminator", ValueType::Object(&DISCRIMINATOR)),
        optional("externalDocs", ValueType::Object(&EXTERNAL_DOCS)),
        foreign("xml", Any),
    ],
    &[
        optional("x-unit", OneOf(UNITS)),
        optional(CONTENT_SCHEMA, RefOr(&SCHEMA)),
        optional("x-envelope", Boolean),
        optional("x-enum-varnames", NonEmptyList(&Text)),
        optional("x-enum-descriptions", NonEmptyList(&Text)),
        optional(ENUM_NUMBERS, Map(&Text)),
        optional(LENIENT, Boolean),
        optional(STATES, ValueType::Object(&STATES_OBJECT)),
        X_SOURCE,
        X_LINT_ALLOW,
    ],
);

pub(crate) static DISCRIMINATOR: Object =
    object(ElementKind::Discriminator, &[required("propertyName", Text), optional("mapping", Map(&Text))], &[]);

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
