//! Types and values as a reader of a change sees them.
//!
//! In: pieces of a model. Out: Rust types as the client has them, without paths. Decides nothing.

use crate::model::{
    Api, Body, Encoding, EnumValues, Field, Location, Parameter, Presence, Primitive, Response, Retry, Risk, Scope,
    Tagging, TypeDefinition, TypeKind, TypeRef, Union,
};

/// How a body is written, in a word.
pub(super) fn encoding(encoding: &Encoding) -> String {
    match encoding {
        Encoding::Json => "JSON".to_owned(),
        Encoding::Form => "a form".to_owned(),
        Encoding::Raw(media_type) => format!("`{media_type}`"),
    }
}

/// Speaks of the types of one model.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) api: &'a Api,
    /// Names in Rust say nothing: the form of a value is told.
    pub(super) by_form: bool,
}

impl Words<'_> {
    /// A type as the client has it.
    pub(super) fn ty(self, ty: &TypeRef) -> String {
        match ty {
            TypeRef::Primitive(primitive) => primitive_name(*primitive).to_owned(),
            TypeRef::List(item) => format!("Vec<{}>", self.ty(item)),
            TypeRef::Map(value) => format!("BTreeMap<String, {}>", self.ty(value)),
            TypeRef::Nullable(inner) => format!("Option<{}>", self.ty(inner)),
            TypeRef::Named(id) => match self.api.definition(*id) {
                None => "JsonValue".to_owned(),
                Some(definition) if !self.by_form => definition.name.clone(),
                Some(definition) => match &definition.kind {
                    TypeKind::Alias(ty) => self.ty(ty),
                    TypeKind::Newtype(primitive) => primitive_name(*primitive).to_owned(),
                    TypeKind::Struct(_) => "object".to_owned(),
                    TypeKind::Enum(_) => "enumeration".to_owned(),
                    TypeKind::Union(_) => "union".to_owned(),
                },
            },
        }
    }

    pub(super) fn field(self, owner: &TypeDefinition, field: &Field, is_input: bool) -> String {
        let bare = self.ty(&field.ty);
        let held = if self.api.is_boxed(owner, field) && !self.by_form { format!("Box<{bare}>") } else { bare };
        optional(held, options(self.api.presence(field, is_input)))
    }

    pub(super) fn parameter(self, parameter: &Parameter) -> String {
        let left_out = !parameter.required && parameter.list_style.is_none();
        optional(self.ty(&parameter.ty), usize::from(left_out))
    }

    pub(super) fn body(self, body: &Body) -> String {
        optional(self.ty(&body.ty), usize::from(!body.required))
    }

    pub(super) fn answer(self, answer: &Response) -> String {
        match answer {
            Response::Text(_) => "String".to_owned(),
            Response::Bytes(_) => "Vec<u8>".to_owned(),
            _ => match self.api.received(answer) {
                Some((ty, is_optional)) => optional(self.ty(ty), usize::from(is_optional)),
                None => "()".to_owned(),
            },
        }
    }

    /// What a type is, with its article.
    pub(super) fn form(self, kind: &TypeKind) -> String {
        match kind {
            TypeKind::Struct(_) => "a struct".to_owned(),
            TypeKind::Enum(values) => match values.values {
                EnumValues::Text(_) => "an enumeration of texts".to_owned(),
                EnumValues::Integer(_) => "an enumeration of integers".to_owned(),
            },
            TypeKind::Union(Union { tagging: Tagging::Opaque, .. }) => "a value of any of several forms".to_owned(),
            TypeKind::Union(_) => "a union".to_owned(),
            TypeKind::Newtype(primitive) => format!("a type of its own around `{}`", primitive_name(*primitive)),
            TypeKind::Alias(ty) => format!("an alias of `{}`", self.ty(ty)),
        }
    }
}

pub(super) fn primitive_name(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Boolean => "bool",
        Primitive::Int32 => "i32",
        Primitive::Int64 => "i64",
        Primitive::Float => "f32",
        Primitive::Double => "f64",
        Primitive::String => "String",
        Primitive::Secret => "Secret",
        Primitive::Base64 => "Base64",
        Primitive::Bytes => "Vec<u8>",
        Primitive::DateTime => "DateTime",
        Primitive::UnixSeconds => "UnixSeconds",
        Primitive::UnixMillis => "UnixMillis",
        Primitive::Json => "JsonValue",
        Primitive::JsonObject => "JsonObject",
    }
}

/// How many `Option`s are around a field.
pub(super) fn options(holding: Presence) -> usize {
    match holding {
        Presence::Value | Presence::List => 0,
        Presence::Nullable | Presence::Optional => 1,
        Presence::OptionalNullable => 2,
    }
}

fn optional(ty: String, options: usize) -> String {
    (0..options).fold(ty, |ty, _| format!("Option<{ty}>"))
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
