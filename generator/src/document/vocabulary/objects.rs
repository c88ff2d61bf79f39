//! The objects of OpenAPI 3.0.3, each with its keys and the `x-` keys of this repository's specification.
//!
//! Data only: validation, the index and the schema for editors interpret it.

use ValueType::{Any, Boolean, Count, Integer, List, Map, NonEmptyList, Number, OneOf, RefOr, ScalarOr, Text};

use super::element_kind::ElementKind;
use super::extensions::*;
use super::{Field, KeyPattern, Object, ValueType, foreign, object, optional, required, unsupported};
use crate::document::extensions::{HeaderRole, Outcome, Retry, Risk};
use crate::document::schema::Type;

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

pub(crate) static ERROR_CODE: Object = object(
    ElementKind::ErrorCode,
    &[
        required("code", Integer),
        required("name", Text),
        required("group", Text),
        required("outcome", OneOf(Outcome::WORDS)),
        required("meaning", Text),
    ],
    &[X_SOURCE, X_LINT_ALLOW],
);

pub(crate) static INFO: Object = object(
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
pub(crate) static CONTACT: Object =
    object(ElementKind::Contact, &[optional("name", Text), optional("url", Text), optional("email", Text)], &[]);
pub(crate) static LICENSE: Object = object(ElementKind::License, &[required("name", Text), optional("url", Text)], &[]);

pub(crate) static SERVER: Object = object(
    ElementKind::Server,
    &[
        required("url", Text),
        optional("description", Text),
        optional("variables", Map(&ValueType::Object(&SERVER_VARIABLE))),
    ],
    &[optional("x-region", Text), X_SOURCE, X_LINT_ALLOW],
);
pub(crate) static SERVER_VARIABLE: Object = object(
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
pub(crate) static EXTERNAL_DOCS: Object =
    object(ElementKind::ExternalDocs, &[optional("description", Text), required("url", Text)], &[]);

pub(crate) static COMPONENTS: Object = object(
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

pub(crate) static PATHS: Object = Object {
    kind: ElementKind::Paths,
    name: ElementKind::Paths.name(),
    fields: &[],
    named: Some((KeyPattern::Path, &ValueType::Object(&PATH_ITEM))),
    extensions: &[],
};

pub(crate) static PATH_ITEM: Object = object(
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
        optional("x-risk", OneOf(Risk::WORDS)),
        optional("x-retry", OneOf(Retry::WORDS)),
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
    &[optional("x-role", OneOf(HeaderRole::WORDS)), X_SOURCE, X_LINT_ALLOW],
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

/// A flow with an authorization URL and a token URL.
pub(crate) static CODE_FLOW: Object =
    object(ElementKind::OAuthFlow, &flow(required("authorizationUrl", Text), required("tokenUrl", Text)), &[]);
/// A flow without a token URL. Third-party documents may have the key.
pub(crate) static IMPLICIT_FLOW: Object =
    object(ElementKind::OAuthFlow, &flow(required("authorizationUrl", Text), foreign("tokenUrl", Text)), &[]);
/// A flow without an authorization URL. Third-party documents may have the key.
pub(crate) static TOKEN_FLOW: Object =
    object(ElementKind::OAuthFlow, &flow(foreign("authorizationUrl", Text), required("tokenUrl", Text)), &[]);

/// The keys of a flow. Those of its URLs differ.
const fn flow(authorization: Field, token: Field) -> [Field; 4] {
    [authorization, token, optional("refreshUrl", Text), required(SCOPES, Map(&Text))]
}

/// The scopes of a token: descriptions by names that a document chooses.
pub(crate) const SCOPES: &str = "scopes";

pub(crate) static SCHEMA: Object = object(
    ElementKind::Schema,
    &[
        optional("type", OneOf(Type::WORDS)),
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
