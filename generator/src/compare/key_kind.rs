//! The purpose of the keys of a document, and why an unreported difference does not affect callers.
//!
//! In: a key of OpenAPI, or one of this project's `x-` keys. Out: its kind. This module knows neither documents nor models.

use super::change::Kind;

/// The purpose of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// Descriptive text.
    Text,
    /// Descriptive texts in a map or a list, which are compared one by one.
    Texts,
    /// It constrains values, and the client does not check it.
    Constraint,
    /// It affects, or may affect, the client.
    Structure,
}

const TEXT: &[&str] = &[
    "bearerFormat",
    "contact",
    "description",
    "example",
    "externalDocs",
    "license",
    "meaning",
    "openapi",
    "summary",
    "termsOfService",
    "title",
    "version",
    "x-source",
    "xml",
];

const TEXTS: &[&str] = &["examples", "x-enum-descriptions"];

const CONSTRAINTS: &[&str] = &[
    "default",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

pub(super) fn key_kind(key: &str) -> KeyKind {
    let is_in = |keys: &[&str]| keys.contains(&key);
    match () {
        () if is_in(TEXT) => KeyKind::Text,
        () if is_in(TEXTS) => KeyKind::Texts,
        () if is_in(CONSTRAINTS) => KeyKind::Constraint,
        () => KeyKind::Structure,
    }
}

/// The kind of an unreported difference, and why it does not affect callers.
pub(super) fn describe(key: &str, is_failure: bool) -> (Kind, &'static str) {
    if is_failure {
        return (Kind::Documentation, "it changes no type that the client reads of a failure");
    }
    match (key_kind(key), key) {
        (KeyKind::Text | KeyKind::Texts, _) => (Kind::Documentation, "it is descriptive text"),
        (KeyKind::Constraint, "default") => {
            (Kind::Constraint, "the client omits the value; the service has the default")
        }
        (KeyKind::Constraint, _) => (Kind::Constraint, "the client does not check it; its documentation states it"),
        (_, "format" | "x-unit" | "x-content-schema" | "readOnly" | "writeOnly") => {
            (Kind::Constraint, "the type is the same; its documentation states it")
        }
        (_, "nullable") => (Kind::Constraint, "this alone does not change a type of the client"),
        (_, "url") => (Kind::Documentation, "callers configure such an address"),
        _ => (Kind::Other, "the client does not depend on it, or a change that does is reported where it is used"),
    }
}
