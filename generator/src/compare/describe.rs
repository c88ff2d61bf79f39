//! Types and values as shown in a change.
//!
//! In: parts of a model. Out: Rust types as the client has them, without paths. This module does not compare.

use super::change::Compatibility;
use crate::model::{
    Api, Body, Encoding, EnumValues, Field, Location, MediaTypeEnum, Parameter, Presence, Primitive, Response, Scope,
    Server, Status, StatusEnum, Tagging, TypeDefinition, TypeKind, TypeRef, Union, ValueStyle,
};

/// The encoding of a body.
pub(super) fn encoding(encoding: &Encoding) -> String {
    match encoding {
        Encoding::Json => "JSON".to_owned(),
        Encoding::JsonOf(media_type) => format!("JSON of type `{media_type}`"),
        Encoding::Form | Encoding::StyledForm(_) => "a form".to_owned(),
        Encoding::Multipart { media_type, .. } => format!("`{media_type}`"),
        Encoding::Raw(media_type) => format!("`{media_type}`"),
        Encoding::File => "a file of any type".to_owned(),
        Encoding::Choice(choices) => {
            let types: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.media_type)).collect();
            format!("one of {}", types.join(", "))
        }
    }
}

/// A server, with the values of its variables.
pub(super) fn server(server: &Server) -> String {
    let variables = server.variables.iter().map(|variable| {
        let values = variable.values.join("|");
        let values = if values.is_empty() { values } else { format!(" of {values}") };
        format!(" ({}={}{values})", variable.name, variable.default)
    });
    format!("{}{}", server.url, variables.collect::<String>())
}

/// Describes the types of one model.
#[derive(Clone, Copy)]
pub(super) struct Describer<'a> {
    pub(super) api: &'a Api,
    /// Whether to describe the JSON values instead of the types: the names in Rust are not comparable.
    pub(super) as_json: bool,
}

impl Describer<'_> {
    /// A type as the client has it.
    pub(super) fn ty(self, ty: &TypeRef) -> String {
        match ty {
            TypeRef::Primitive(primitive) => primitive_name(*primitive).to_owned(),
            TypeRef::List(item) => format!("Vec<{}>", self.ty(item)),
            TypeRef::Map(value) => format!("BTreeMap<String, {}>", self.ty(value)),
            TypeRef::Nullable(inner) => format!("Option<{}>", self.ty(inner)),
            TypeRef::Named(id) => match self.api.definition(*id) {
                None => "JsonValue".to_owned(),
                Some(definition) if !self.as_json => definition.name.clone(),
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
        let inner = if self.api.is_boxed(owner, field) && !self.as_json { format!("Box<{bare}>") } else { bare };
        optional(inner, options(self.api.presence(field, is_input)))
    }

    pub(super) fn parameter(self, parameter: &Parameter) -> String {
        let is_optional = !parameter.required && parameter.list_style.is_none();
        optional(self.ty(&parameter.ty), usize::from(is_optional))
    }

    pub(super) fn body(self, body: &Body) -> String {
        optional(self.ty(&body.ty), usize::from(!body.required))
    }

    pub(super) fn response(self, response: &Response) -> String {
        match response {
            Response::Text(_) => "String".to_owned(),
            Response::Bytes(_) => "Vec<u8>".to_owned(),
            Response::ByMediaType(contents) if self.as_json => by_media_type(self, contents),
            Response::ByMediaType(contents) => contents.type_name.clone(),
            Response::ByStatus(successes) if self.as_json => by_status(self, successes),
            Response::ByStatus(successes) => successes.type_name.clone(),
            _ => match self.api.received(response) {
                Some((ty, is_optional)) => optional(self.ty(ty), usize::from(is_optional)),
                None => "()".to_owned(),
            },
        }
    }

    /// The kind of a type, with its article.
    pub(super) fn kind(self, kind: &TypeKind) -> String {
        match kind {
            TypeKind::Struct(_) => "a struct".to_owned(),
            TypeKind::Enum(values) => match values.values {
                EnumValues::Text(_) => "an enumeration of strings".to_owned(),
                EnumValues::Integer(_) => "an enumeration of integers".to_owned(),
            },
            TypeKind::Union(Union { tagging: Tagging::Opaque, .. }) => "an opaque union".to_owned(),
            TypeKind::Union(Union { tagging: Tagging::MediaType, .. }) => "a choice of media types".to_owned(),
            TypeKind::Union(_) => "a union".to_owned(),
            TypeKind::Newtype(primitive) => format!("a newtype of `{}`", primitive_name(*primitive)),
            TypeKind::Alias(ty) => format!("an alias of `{}`", self.ty(ty)),
        }
    }
}

/// Responses by status, as JSON: `200: string, 202: object`.
fn by_status(describer: Describer<'_>, responses: &StatusEnum) -> String {
    let variants = responses.variants.iter();
    let variants = variants.map(|it| format!("{}: {}", status(it.status), describer.response(&it.response)));
    variants.collect::<Vec<_>>().join(", ")
}

/// Content by media type, as JSON: `application/json: object, text/csv: String`.
fn by_media_type(describer: Describer<'_>, contents: &MediaTypeEnum) -> String {
    let variants = contents.variants.iter();
    let variants = variants.map(|it| format!("{}: {}", it.media_types.join(", "), describer.response(&it.response)));
    variants.collect::<Vec<_>>().join(", ")
}

/// A key of a Responses Object.
pub(super) fn status(status: Status) -> String {
    match status {
        Status::Code(code) => code.to_string(),
        Status::Range(hundreds) => format!("{hundreds}XX"),
        Status::Default => "default".to_owned(),
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
        Primitive::SecretInteger => "SecretInteger",
        Primitive::Base64 => "Base64",
        Primitive::Bytes => "Binary",
        Primitive::Binary => "Binary",
        Primitive::DateTime => "DateTime",
        Primitive::UnixSeconds => "UnixSeconds",
        Primitive::UnixMillis => "UnixMillis",
        Primitive::Json => "JsonValue",
        Primitive::JsonObject => "JsonObject",
    }
}

/// The number of `Option`s around a field.
pub(super) fn options(presence: Presence) -> usize {
    match presence {
        Presence::Value | Presence::List | Presence::RequiredList => 0,
        Presence::Nullable | Presence::Optional => 1,
        Presence::OptionalNullable => 2,
    }
}

fn optional(ty: String, options: usize) -> String {
    (0..options).fold(ty, |ty, _| format!("Option<{ty}>"))
}

/// How a parameter is serialized, in the words of OpenAPI.
pub(super) fn style(parameter: &Parameter) -> String {
    let Some(ValueStyle { style, explode, allow_reserved }) = parameter.value_style else {
        return "the default".to_owned();
    };
    let marks = [(explode, " explode"), (allow_reserved, " allowReserved")];
    let marks: String = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, mark)| *mark).collect();
    format!("{}{marks}", style.as_str())
}

pub(super) fn location(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization => "organization",
        Scope::OptionalProject => "organization or project",
        Scope::Project => "project",
    }
}

pub(super) fn deprecated(is_deprecated: bool) -> &'static str {
    if is_deprecated { "deprecated" } else { "no longer deprecated" }
}

/// The effect of a new or removed deprecation: the compiler warns only if a method sets the value.
pub(super) fn deprecated_value(has_method: bool) -> (Compatibility, &'static str) {
    if has_method {
        (Compatibility::Compatible, "code that sets it compiles, with or without a warning of the compiler")
    } else {
        (Compatibility::DocumentationOnly, "its documentation states it")
    }
}

/// `a` → `b`, as code.
pub(super) fn from_to(old: &str, new: &str) -> String {
    format!("`{}` → `{}`", code(old), code(new))
}

/// Why the removal of a name breaks callers. The name can have another meaning in the new client.
pub(super) fn removed(name: &str, is_reused: bool) -> String {
    if is_reused {
        format!("`{name}` has another meaning now: the compiler may not notice")
    } else {
        format!("`{name}` is removed")
    }
}

/// As [`from_to`]; empty if both texts are equal.
pub(super) fn if_other(old: &str, new: &str) -> String {
    if old == new { String::new() } else { from_to(old, new) }
}

/// The non-empty parts, with a separator between them.
pub(super) fn joined(separator: &str, parts: [&str; 2]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(separator)
}

/// A string that is safe between two backticks, in one line, on a terminal.
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
