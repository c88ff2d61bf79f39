//! What the keys of a document are for, and why a difference in one that no rule has told changes nothing for callers.
//!
//! In: a key and the object that it stands in. Out: its role. Knows the words of OpenAPI, no document and no model.

use super::change::Kind;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is read by people.
    Text,
    /// It says what a value may be, and the client does not check it.
    Limit,
    /// It decides, or may decide, the form of the client.
    Structure,
}

/// Keys that are read by people, or by tools that show them to people.
const TEXTS: &[&str] = &[
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

/// Maps and lists of such texts: each entry is told for itself.
const LISTS_OF_TEXTS: &[&str] = &["examples", "x-enum-descriptions"];

/// What a value may be.
pub(super) const LIMITS: &[&str] = &[
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

pub(super) fn role(key: &str) -> Role {
    if TEXTS.contains(&key) || LISTS_OF_TEXTS.contains(&key) {
        Role::Text
    } else if LIMITS.contains(&key) {
        Role::Limit
    } else {
        Role::Structure
    }
}

/// Whether the entries of a key are told one by one.
pub(super) fn has_entries(key: &str) -> bool {
    LISTS_OF_TEXTS.contains(&key)
}

/// The kind of a difference that no rule has told, and why it changes nothing for callers.
pub(super) fn explained(key: &str, in_failure: bool) -> (Kind, &'static str) {
    if in_failure {
        return (Kind::Documentation, "failures are read by the client itself, whatever is written about them");
    }
    match (role(key), key) {
        (Role::Text, _) => (Kind::Documentation, "it is read by people"),
        (Role::Limit, "default") => {
            (Kind::Limit, "the client leaves the value out; the service knows what to take for it")
        }
        (Role::Limit, _) => (Kind::Limit, "the client does not check it; its documentation says so"),
        (_, "format" | "x-unit" | "readOnly" | "writeOnly") => {
            (Kind::Limit, "the type is the same; its documentation says so")
        }
        (_, "nullable") => (Kind::Limit, "no type of the client changes by this alone"),
        (_, "url") => (Kind::Documentation, "callers give such an address themselves"),
        _ => (Kind::Other, "no item of the client is made of it, or it says the same in another way"),
    }
}

/// Why the order of things means something, if it does.
pub(super) fn order(key: &str) -> Option<&'static str> {
    match key {
        "enum" => Some("code compiles; `<` compares values in the order in which they are listed"),
        "x-error-codes" => Some("code compiles; `<` compares codes in the order in which they are listed"),
        _ => None,
    }
}
