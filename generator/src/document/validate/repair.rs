//! Recoverable mistakes of third-party documents.
//!
//! In: a value and its type. Out: the change that removes the mistake: a conversion, a removal or an insertion; `None` if
//! the intended value is unknown. `edit` makes the changes.

use super::Checker;
use super::value::fits;
use crate::diagnostic::Code;
use crate::document::edit::{Change, Edit, Inserted};
use crate::document::node::{Node, ScalarType, Value};
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::{self, ENCODING, ElementKind, Field, Object, PARAMETER, SECURITY_SCHEME, ValueType};

impl Checker<'_> {
    /// Adds keys that a third-party document omits, and whose value is unambiguous.
    pub(super) fn complete(&mut self, node: &Node<'_>, object: &Object, at: PointerRef<'_>) {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let owner = || self.root.locate(&at.pointer()).0;
        if std::ptr::eq(object, &raw const PARAMETER) {
            let present = |key| {
                let field = object.fields.iter().find(|field| field.key == key)?;
                self.present(node, field, at)
            };
            let (required, schema, content) = (present("required"), present("schema"), present("content"));
            if text("in") == Some("path") && text("required") != Some("true") {
                let message = "this path parameter is not required".to_owned();
                let help = "write `required: true`: a path has no optional parts".to_owned();
                let change = match required {
                    Some(_) => (at.key("required").pointer(), Change::Plain("true".to_owned())),
                    None => (at.pointer(), Change::Insert("required", Inserted::True)),
                };
                let effect = ("it is treated as required", change.1);
                self.recoverable_at(change.0, Code::PathParameter, owner(), at, (message, help), effect);
            }
            match (schema, content) {
                (None, None) => {
                    let message = "this parameter has neither `schema` nor `content`".to_owned();
                    let help = "add `schema`".to_owned();
                    let effect = ("any string is accepted", Change::Insert("schema", Inserted::StringSchema));
                    let key = if node.entry("content").is_some() { "content" } else { "schema" };
                    let (span, place) = self.place_of(node, key, &at);
                    self.recoverable_at(at.pointer(), Code::MissingKey, span, place, (message, help), effect);
                }
                (Some(_), Some(content)) => {
                    let message = "this parameter has both `schema` and `content`".to_owned();
                    let help = "remove one of them".to_owned();
                    let (span, key) = (content.key_span.clone(), at.key("content"));
                    let effect = ("`content` is ignored", Change::Remove);
                    self.recoverable(Code::WrongValue, span, key, (message, help), effect);
                }
                _ => {}
            }
        }
        // `openapiv3` does not distinguish an omitted `explode` from a false one.
        if std::ptr::eq(object, &raw const ENCODING) && text("style") == Some("form") {
            self.found.edits.push(Edit { pointer: at.pointer(), change: Change::Insert("explode", Inserted::True) });
        }
        if std::ptr::eq(object, &raw const SECURITY_SCHEME) {
            let missing = match text("type") {
                Some("oauth2") => ("flows", Inserted::EmptyMapping),
                Some("openIdConnect") => ("openIdConnectUrl", Inserted::EmptyText),
                _ => return,
            };
            let field = object.fields.iter().find(|field| field.key == missing.0);
            if field.is_some_and(|field| self.present(node, field, at).is_none()) {
                let message = format!("this Security Scheme Object has no `{}`", missing.0);
                let help = format!("add `{}`", missing.0);
                let effect = ("callers provide a token", Change::Insert(missing.0, missing.1));
                let (span, place) = self.place_of(node, missing.0, &at);
                self.recoverable_at(at.pointer(), Code::MissingKey, span, place, (message, help), effect);
            }
        }
    }
}

/// The effect and the inserted value of a required key that a third-party document omits.
pub(super) fn default_of(object: &Object, field: &Field) -> Option<(&'static str, Inserted)> {
    match (object.kind, field.key) {
        (ElementKind::Operation, "responses") => Some(("its responses are not decoded", Inserted::EmptyMapping)),
        (ElementKind::RequestBody, "content") => Some(("the operation has no request body", Inserted::EmptyMapping)),
        (ElementKind::OAuthFlow, vocabulary::SCOPES) => Some(("it has no scopes", Inserted::EmptyMapping)),
        (
            ElementKind::Info
            | ElementKind::License
            | ElementKind::ExternalDocs
            | ElementKind::Response
            | ElementKind::ServerVariable
            | ElementKind::OAuthFlow,
            _,
        ) => Some(("it is treated as an empty string", Inserted::EmptyText)),
        _ => None,
    }
}

/// The description of a type in messages.
pub(super) fn expected(value_type: &ValueType) -> String {
    match value_type {
        ValueType::Any => "a value".to_owned(),
        ValueType::Text => "a string".to_owned(),
        ValueType::Boolean => "`true` or `false`".to_owned(),
        ValueType::Number => "a number".to_owned(),
        ValueType::Integer => "an integer".to_owned(),
        ValueType::Count => "a non-negative integer".to_owned(),
        ValueType::OneOf(words) => format!("one of: {}", words.join(", ")),
        ValueType::Object(object) | ValueType::RefOr(object) => format!("a mapping ({})", object.name),
        ValueType::List(_) | ValueType::NonEmptyList(_) => "a list".to_owned(),
        ValueType::Map(_) | ValueType::Suppressions | ValueType::ScalarOr(..) => "a mapping".to_owned(),
    }
}

/// Keys that contain a constraint or documentation: without them, the generated code is the same.
pub(super) const WITHOUT_EFFECT: &[&str] = &[
    "description",
    "summary",
    "title",
    "termsOfService",
    "name",
    "url",
    "email",
    "externalDocs",
    "contact",
    "license",
    "deprecated",
    "allowEmptyValue",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "examples",
    "bearerFormat",
    "tags",
];

/// Whether a location is the description of a scope. Removing the value would remove the scope, too.
pub(super) fn is_scope(at: PointerRef<'_>) -> bool {
    matches!(at, PointerRef::Key(PointerRef::Key(_, vocabulary::SCOPES), _))
}

/// The conversion of a value of another type than the expected one; `None` if the type is correct, or if the intended
/// value is unknown.
pub(super) fn repair(node: &Node<'_>, value_type: &ValueType, at: PointerRef<'_>) -> Option<Change> {
    let last = |keys: &[&str]| matches!(at, PointerRef::Key(_, key) if keys.contains(&key));
    let Value::Scalar(scalar) = &node.value else {
        // For example a list of types, `[string, 'null']`, which OpenAPI 3.1 allows.
        let is_wrong =
            matches!(value_type, ValueType::Text | ValueType::Boolean | ValueType::Number | ValueType::Count);
        return (is_wrong && last(WITHOUT_EFFECT) && !last(&["name", "url"])).then_some(Change::Remove);
    };
    if fits(value_type, scalar) {
        return None;
    }
    let text = &*scalar.text;
    match (value_type, scalar.scalar_type()) {
        (ValueType::Text, ScalarType::Null) if last(&["name", "title", "version", "url"]) => {
            Some(Change::Text(String::new()))
        }
        (ValueType::Text, ScalarType::Null) if last(&["description"]) || is_scope(at) => {
            Some(Change::Text(String::new()))
        }
        (_, ScalarType::Null) => matches!(at, PointerRef::Key(..)).then_some(Change::Remove),
        (ValueType::Text, _) => Some(Change::Text(text.to_owned())),
        (ValueType::Boolean, ScalarType::String) if ["true", "false"].contains(&&*text.to_ascii_lowercase()) => {
            Some(Change::Plain(text.to_ascii_lowercase()))
        }
        (ValueType::Boolean, _) if last(WITHOUT_EFFECT) => Some(Change::Remove),
        (ValueType::Number, ScalarType::String) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(Change::Plain(text.to_owned()))
        }
        (ValueType::Count, ScalarType::String) if text.parse::<u32>().is_ok() => Some(Change::Plain(text.to_owned())),
        // All keys of these types are constraints.
        (ValueType::Number | ValueType::Count, _) => Some(Change::Remove),
        (ValueType::OneOf(words), ScalarType::String) => {
            words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| Change::Text((*word).to_owned()))
        }
        (ValueType::Object(_) | ValueType::RefOr(_) | ValueType::List(_) | ValueType::Map(_), _)
            if last(WITHOUT_EFFECT) =>
        {
            Some(Change::Remove)
        }
        _ => None,
    }
}
