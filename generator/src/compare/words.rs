//! Types and values as a reader of a change sees them.
//!
//! In: pieces of a model. Out: Rust types as the client has them, without paths. Decides nothing.

use crate::model::{
    Answer, Api, Body, EnumValues, Field, Holding, Location, Parameter, Primitive, Retry, Risk, Scope, TypeKind,
    TypeRef,
};

/// A type as the client has it.
pub(super) fn type_name(api: &Api, ty: &TypeRef) -> String {
    match ty {
        TypeRef::Primitive(primitive) => primitive_name(*primitive).to_owned(),
        TypeRef::List(item) => format!("Vec<{}>", type_name(api, item)),
        TypeRef::Map(value) => format!("BTreeMap<String, {}>", type_name(api, value)),
        TypeRef::Nullable(inner) => format!("Option<{}>", type_name(api, inner)),
        TypeRef::Named(id) => api.definition(*id).map_or("JsonValue", |definition| &definition.name).to_owned(),
    }
}

pub(super) fn primitive_name(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Boolean => "bool",
        Primitive::Int32 => "i32",
        Primitive::Int64 => "i64",
        Primitive::Float => "f32",
        Primitive::Double => "f64",
        Primitive::Text => "String",
        Primitive::Secret => "Secret",
        Primitive::Base64 => "Base64",
        Primitive::DateTime => "DateTime",
        Primitive::UnixSeconds => "UnixSeconds",
        Primitive::UnixMillis => "UnixMillis",
        Primitive::Json => "JsonValue",
        Primitive::JsonObject => "JsonObject",
    }
}

/// How many `Option`s are around a field.
pub(super) fn options(holding: Holding) -> usize {
    match holding {
        Holding::Value | Holding::List => 0,
        Holding::Nullable | Holding::Optional => 1,
        Holding::OptionalNullable => 2,
    }
}

fn optional(ty: String, options: usize) -> String {
    (0..options).fold(ty, |ty, _| format!("Option<{ty}>"))
}

pub(super) fn field_type(api: &Api, field: &Field, in_requests: bool) -> String {
    let bare = type_name(api, &field.ty);
    let held = if field.boxed { format!("Box<{bare}>") } else { bare };
    optional(held, options(api.holding(field, in_requests)))
}

pub(super) fn parameter_type(api: &Api, parameter: &Parameter) -> String {
    let left_out = !parameter.required && parameter.list_style.is_none();
    optional(type_name(api, &parameter.ty), usize::from(left_out))
}

pub(super) fn body_type(api: &Api, body: &Body) -> String {
    optional(type_name(api, &body.ty), usize::from(!body.required))
}

pub(super) fn answer_type(api: &Api, answer: &Answer) -> String {
    match answer {
        Answer::Data(ty) | Answer::Plain(ty) => type_name(api, ty),
        Answer::OptionalData(ty) => optional(type_name(api, ty), usize::from(!api.is_list(ty))),
        Answer::Acknowledgement | Answer::Nothing => "()".to_owned(),
    }
}

/// What a type is, with its article.
pub(super) fn form(api: &Api, kind: &TypeKind) -> String {
    match kind {
        TypeKind::Struct(_) => "a struct".to_owned(),
        TypeKind::Enum(values) => match values.values {
            EnumValues::Text(_) => "an enumeration of texts".to_owned(),
            EnumValues::Integer(_) => "an enumeration of integers".to_owned(),
        },
        TypeKind::Union(_) => "a union".to_owned(),
        TypeKind::Newtype(primitive) => format!("a type of its own around `{}`", primitive_name(*primitive)),
        TypeKind::Alias(ty) => format!("an alias of `{}`", type_name(api, ty)),
    }
}

pub(super) fn location(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
    }
}

pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization => "organization",
        Scope::Either => "organization or project",
        Scope::Project => "project",
    }
}

pub(super) fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "read",
        Risk::Write => "write",
        Risk::Destructive => "destructive",
        Risk::Physical => "physical",
    }
}

pub(super) fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::Safe => "safe",
        Retry::Idempotent => "idempotent",
        Retry::Never => "never",
    }
}

/// `a` → `b`, for texts that are shown as code.
pub(super) fn from_to(old: &str, new: &str) -> String {
    format!("`{}` → `{}`", code(old), code(new))
}

/// Why a name that callers used breaks them: it is not there any more, or another thing has it.
pub(super) fn gone(name: &str, is_taken: bool) -> String {
    if is_taken {
        format!("`{name}` is another one now: the compiler may not notice")
    } else {
        format!("`{name}` is gone")
    }
}

/// The same, and nothing if there is nothing to see.
pub(super) fn if_other(old: &str, new: &str) -> String {
    if old == new { String::new() } else { from_to(old, new) }
}

/// A text that can stand between two backticks, on a terminal, in one line.
pub(super) fn code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' => shown.push('\''),
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}
