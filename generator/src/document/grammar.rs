//! The keys of OpenAPI 3.0.3, and this project's `x-` keys, as data.
//!
//! Every key that may stand in a document is in this file, with the shape of its value. The checks are in
//! [`super::shape`]; what a key means is decided later.

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Shape {
    Any,
    Text,
    Boolean,
    Number,
    Integer,
    /// An integer from 0.
    Count,
    OneOf(&'static [&'static str]),
    Object(&'static Object),
    /// The object, or a `$ref` to one.
    RefOr(&'static Object),
    List(&'static Shape),
    NonEmptyList(&'static Shape),
    Map(&'static Shape),
    /// By whether it is a mapping: the first if not, the second if so.
    ScalarOr(&'static Shape, &'static Shape),
    /// Rules of lint that do not hold here, each with the reason.
    Switches,
}

/// A kind of object: its keys, and how it is called in the OpenAPI specification.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
    /// Keys that are names rather than words of OpenAPI.
    pub(crate) named: Option<(Names, &'static Shape)>,
    /// The `x-` keys, in this project's own documents.
    pub(crate) extensions: &'static [Field],
}

/// What the names of an object's members look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Path,
    Status,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    pub(crate) support: Support,
}

/// Whether the generator makes something of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    Yes,
    /// Says nothing that a JSON client could use. Accepted in foreign documents only, so that our own one has no dead
    /// weight.
    ForeignOnly,
    /// Would change what the client does.
    No,
}

pub(crate) const fn need(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, required: true, support: Support::Yes }
}

pub(crate) const fn may(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, required: false, support: Support::Yes }
}

const fn foreign(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, required: false, support: Support::ForeignOnly }
}

const fn unsupported(key: &'static str) -> Field {
    Field { key, shape: Shape::Any, required: false, support: Support::No }
}

pub(crate) const fn object(name: &'static str, fields: &'static [Field], extensions: &'static [Field]) -> Object {
    Object { name, fields, named: None, extensions }
}

use Shape::{Any, Boolean, Count, Integer, List, Map, NonEmptyList, Number, OneOf, RefOr, ScalarOr, Text};

/// Words for how sure a fact is.
pub(crate) const MARKS: &[&str] = &["documented", "observed", "inferred"];
/// Words for how much an operation can do.
pub(crate) const RISKS: &[&str] = &["read", "write", "destructive", "physical"];
/// Words for whether an operation may be repeated.
pub(crate) const RETRIES: &[&str] = &["safe", "idempotent", "never"];
/// Words for what the service has done when it returns an error code.
pub(crate) const OUTCOMES: &[&str] = &["refused", "throttled", "unknown"];
/// What the client does with a header parameter by itself.
pub(crate) const ROLES: &[&str] = &["request-id", "language", "project"];
/// Units of numbers and texts.
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

static SOURCE_OBJECT: Object = object("x-source", &[need("mark", OneOf(MARKS)), need("note", Text)], &[]);
static SOURCE_MAPPING: Shape = Shape::Object(&SOURCE_OBJECT);
const X_SOURCE: Field = may("x-source", ScalarOr(&OneOf(MARKS), &SOURCE_MAPPING));

/// Beside `type: string`: the schema of the JSON that the string holds. JSON Schema calls it `contentSchema`.
pub(crate) const CONTENT_SCHEMA: &str = "x-content-schema";

/// Switches off rules of lint, for the object that it stands in and everything in that.
pub(crate) const SWITCHES: &str = "x-lint-allow";
const X_LINT_ALLOW: Field = may(SWITCHES, Shape::Switches);

pub(crate) static DOCUMENT: Object = object(
    "OpenAPI document",
    &[
        need("openapi", Text),
        need("info", Shape::Object(&INFO)),
        may("servers", List(&Shape::Object(&SERVER))),
        need("paths", Shape::Object(&PATHS)),
        may("components", Shape::Object(&COMPONENTS)),
        may("security", List(&Map(&List(&Text)))),
        may("tags", List(&Shape::Object(&TAG))),
        may("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
    ],
    &[may("x-error-codes", NonEmptyList(&Shape::Object(&ERROR_CODE)))],
);

static ERROR_CODE: Object = object(
    "entry of x-error-codes",
    &[
        need("code", Integer),
        need("name", Text),
        need("group", Text),
        need("outcome", OneOf(OUTCOMES)),
        need("meaning", Text),
    ],
    &[X_SOURCE, X_LINT_ALLOW],
);

static INFO: Object = object(
    "Info Object",
    &[
        need("title", Text),
        may("description", Text),
        may("termsOfService", Text),
        may("contact", Shape::Object(&CONTACT)),
        may("license", Shape::Object(&LICENSE)),
        need("version", Text),
    ],
    &[],
);
static CONTACT: Object = object("Contact Object", &[may("name", Text), may("url", Text), may("email", Text)], &[]);
static LICENSE: Object = object("License Object", &[need("name", Text), may("url", Text)], &[]);

pub(crate) static SERVER: Object = object(
    "Server Object",
    &[need("url", Text), may("description", Text), may("variables", Map(&Shape::Object(&SERVER_VARIABLE)))],
    &[may("x-region", Text), X_SOURCE, X_LINT_ALLOW],
);
static SERVER_VARIABLE: Object = object(
    "Server Variable Object",
    &[may("enum", NonEmptyList(&Text)), need("default", Text), may("description", Text)],
    &[],
);

pub(crate) static TAG: Object = object(
    "Tag Object",
    &[need("name", Text), may("description", Text), may("externalDocs", Shape::Object(&EXTERNAL_DOCS))],
    &[may("x-client-name", Text), X_LINT_ALLOW],
);
static EXTERNAL_DOCS: Object =
    object("External Documentation Object", &[may("description", Text), need("url", Text)], &[]);

static COMPONENTS: Object = object(
    "Components Object",
    &[
        may("schemas", Map(&RefOr(&SCHEMA))),
        may("responses", Map(&RefOr(&RESPONSE))),
        may("parameters", Map(&RefOr(&PARAMETER))),
        may("examples", Map(&RefOr(&EXAMPLE))),
        may("requestBodies", Map(&RefOr(&REQUEST_BODY))),
        may("headers", Map(&RefOr(&HEADER))),
        may("securitySchemes", Map(&RefOr(&SECURITY_SCHEME))),
        foreign("links", Any),
        foreign("callbacks", Any),
    ],
    &[],
);

static PATHS: Object = Object {
    name: "Paths Object",
    fields: &[],
    named: Some((Names::Path, &Shape::Object(&PATH_ITEM))),
    extensions: &[],
};

static PATH_ITEM: Object = object(
    "Path Item Object",
    &[
        unsupported("$ref"),
        may("summary", Text),
        may("description", Text),
        may("get", Shape::Object(&OPERATION)),
        may("put", Shape::Object(&OPERATION)),
        may("post", Shape::Object(&OPERATION)),
        may("delete", Shape::Object(&OPERATION)),
        may("options", Shape::Object(&OPERATION)),
        may("head", Shape::Object(&OPERATION)),
        may("patch", Shape::Object(&OPERATION)),
        may("trace", Shape::Object(&OPERATION)),
        unsupported("servers"),
        may("parameters", List(&RefOr(&PARAMETER))),
    ],
    &[X_LINT_ALLOW],
);

/// The keys of a Path Item Object that are operations, in the order they are generated in.
pub(crate) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(crate) static OPERATION: Object = object(
    "Operation Object",
    &[
        may("tags", List(&Text)),
        may("summary", Text),
        may("description", Text),
        may("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        may("operationId", Text),
        may("parameters", List(&RefOr(&PARAMETER))),
        may("requestBody", RefOr(&REQUEST_BODY)),
        need("responses", Shape::Object(&RESPONSES)),
        foreign("callbacks", Any),
        may("deprecated", Boolean),
        may("security", List(&Map(&List(&Text)))),
        unsupported("servers"),
    ],
    &[
        may("x-risk", OneOf(RISKS)),
        may("x-retry", OneOf(RETRIES)),
        may("x-availability", OneOf(&["private-cloud"])),
        may("x-client-name", Text),
        may("x-error-codes", NonEmptyList(&Integer)),
        may("x-lookup", NonEmptyList(&Text)),
        X_SOURCE,
        X_LINT_ALLOW,
    ],
);

pub(crate) static PARAMETER: Object = object(
    "Parameter Object",
    &[
        need("name", Text),
        need("in", OneOf(&["query", "header", "path", "cookie"])),
        may("description", Text),
        may("required", Boolean),
        may("deprecated", Boolean),
        foreign("allowEmptyValue", Boolean),
        may("style", OneOf(&["matrix", "label", "form", "simple", "spaceDelimited", "pipeDelimited", "deepObject"])),
        may("explode", Boolean),
        may("allowReserved", Boolean),
        may("schema", RefOr(&SCHEMA)),
        may("example", Any),
        may("examples", Map(&RefOr(&EXAMPLE))),
        may("content", Map(&Shape::Object(&MEDIA_TYPE))),
    ],
    &[may("x-role", OneOf(ROLES)), X_SOURCE, X_LINT_ALLOW],
);

pub(crate) static HEADER: Object = object(
    "Header Object",
    &[
        may("description", Text),
        may("required", Boolean),
        may("deprecated", Boolean),
        may("allowEmptyValue", Boolean),
        may("style", OneOf(&["simple"])),
        may("explode", Boolean),
        may("allowReserved", Boolean),
        may("schema", RefOr(&SCHEMA)),
        may("example", Any),
        may("examples", Map(&RefOr(&EXAMPLE))),
        may("content", Map(&Shape::Object(&MEDIA_TYPE))),
    ],
    &[],
);

pub(crate) static REQUEST_BODY: Object = object(
    "Request Body Object",
    &[may("description", Text), need("content", Map(&Shape::Object(&MEDIA_TYPE))), may("required", Boolean)],
    &[X_LINT_ALLOW],
);

pub(crate) static MEDIA_TYPE: Object = object(
    "Media Type Object",
    &[
        may("schema", RefOr(&SCHEMA)),
        may("example", Any),
        may("examples", Map(&RefOr(&EXAMPLE))),
        unsupported("encoding"),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static EXAMPLE: Object = object(
    "Example Object",
    &[may("summary", Text), may("description", Text), may("value", Any), unsupported("externalValue")],
    &[X_LINT_ALLOW],
);

pub(crate) static RESPONSES: Object = Object {
    name: "Responses Object",
    fields: &[may("default", RefOr(&RESPONSE))],
    named: Some((Names::Status, &RefOr(&RESPONSE))),
    extensions: &[],
};

pub(crate) static RESPONSE: Object = object(
    "Response Object",
    &[
        need("description", Text),
        foreign("headers", Map(&RefOr(&HEADER))),
        may("content", Map(&Shape::Object(&MEDIA_TYPE))),
        foreign("links", Any),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static SECURITY_SCHEME: Object = object(
    "Security Scheme Object",
    &[
        need("type", OneOf(&["apiKey", "http", "oauth2", "openIdConnect"])),
        may("description", Text),
        may("name", Text),
        may("in", OneOf(&["query", "header", "cookie"])),
        may("scheme", Text),
        may("bearerFormat", Text),
        may("flows", Any),
        may("openIdConnectUrl", Text),
    ],
    &[X_LINT_ALLOW],
);

pub(crate) static SCHEMA: Object = object(
    "Schema Object",
    &[
        may("type", OneOf(&["string", "number", "integer", "boolean", "object", "array"])),
        may("title", Text),
        may("description", Text),
        may("format", Text),
        may("nullable", Boolean),
        may("enum", NonEmptyList(&Any)),
        may("default", Any),
        may("example", Any),
        may("deprecated", Boolean),
        may("readOnly", Boolean),
        may("writeOnly", Boolean),
        may("multipleOf", Number),
        may("maximum", Number),
        may("exclusiveMaximum", Boolean),
        may("minimum", Number),
        may("exclusiveMinimum", Boolean),
        may("maxLength", Count),
        may("minLength", Count),
        may("pattern", Text),
        may("items", RefOr(&SCHEMA)),
        may("maxItems", Count),
        may("minItems", Count),
        may("uniqueItems", Boolean),
        may("properties", Map(&RefOr(&SCHEMA))),
        may("required", NonEmptyList(&Text)),
        may("additionalProperties", ScalarOr(&Boolean, &RefOr(&SCHEMA))),
        may("maxProperties", Count),
        may("minProperties", Count),
        may("allOf", NonEmptyList(&RefOr(&SCHEMA))),
        may("oneOf", NonEmptyList(&RefOr(&SCHEMA))),
        may("anyOf", NonEmptyList(&RefOr(&SCHEMA))),
        may("not", RefOr(&SCHEMA)),
        may("discriminator", Shape::Object(&DISCRIMINATOR)),
        may("externalDocs", Shape::Object(&EXTERNAL_DOCS)),
        foreign("xml", Any),
    ],
    &[
        may("x-unit", OneOf(UNITS)),
        may(CONTENT_SCHEMA, RefOr(&SCHEMA)),
        may("x-envelope", Boolean),
        may("x-enum-varnames", NonEmptyList(&Text)),
        may("x-enum-descriptions", NonEmptyList(&Text)),
        X_SOURCE,
        X_LINT_ALLOW,
    ],
);

pub(crate) static DISCRIMINATOR: Object =
    object("Discriminator Object", &[need("propertyName", Text), may("mapping", Map(&Text))], &[]);

/// All kinds of objects, those first that are met most.
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
    &DISCRIMINATOR,
    &ERROR_CODE,
    &SERVER_VARIABLE,
    &EXTERNAL_DOCS,
    &CONTACT,
    &LICENSE,
    &HEADER,
];

/// Where in the Components Object the objects of a kind are.
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

/// Keys of a Schema Object that say something about one type only, with the types.
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

/// Those of them that describe further values. What they say would be lost beside another type; the others only limit
/// values that are not there.
pub(crate) const DESCRIBING_KEYS: &[&str] = &["items", "properties"];
