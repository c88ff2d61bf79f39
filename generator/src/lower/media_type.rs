//! Which media type of a body or a response the client takes, where a specification has several.
//!
//! JSON comes first, and the client asks for it; a range of media types, such as `*/*`, includes it.

use super::Lowering;
use super::schemas::Kind;
use crate::diagnostic::Code;
use crate::document::openapi::MediaType;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, SchemaId, Type};
use crate::model::{Primitive, TypeKind, TypeRef};

/// How content is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// `a=1&b=2`
    Form,
    /// Text as it is.
    Text,
    /// Bytes as they are.
    Bytes,
}

/// Content that is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'d> {
    pub(super) media_type: &'d MediaType,
    pub(super) format: Format,
}

impl<'d> Lowering<'d> {
    /// The content that the client takes.
    pub(super) fn content(&mut self, all: &'d [MediaType]) -> Option<Content<'d>> {
        if self.policy.takes_other_media_types {
            let formats = [Format::Json, Format::Form, Format::Text, Format::Bytes];
            return formats.into_iter().find_map(|format| {
                let media_type = all.iter().find(|media_type| self.format(media_type) == Some(format))?;
                Some(Content { media_type, format })
            });
        }
        let json = all.iter().find(|media_type| is_json(&essence(&media_type.name)))?;
        // The other one would be dropped silently.
        if let Some(other) = all.iter().find(|other| other.name != json.name) {
            let message = format!("the client uses JSON only, and not `{}`", other.name);
            let help = "remove it, or say in the description what it is for";
            self.sink.report(Code::Unsupported, self.document.at(other.node), message, help);
        }
        Some(Content { media_type: json, format: Format::Json })
    }

    /// How content of a media type is encoded; `None` if the client does not support it.
    fn format(&self, media_type: &MediaType) -> Option<Format> {
        let essence = essence(&media_type.name);
        if is_json(&essence) {
            return Some(Format::Json);
        }
        let content = media_type.schema.map(|schema| self.raw_content(schema));
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Some(Format::Form),
            "*/*" | "application/*" if content != Some(RawContent::Bytes) => Some(Format::Json),
            _ if essence.starts_with("multipart/") || !can_be_a_header(&media_type.name) => None,
            _ => match content {
                Some(RawContent::Text) => Some(Format::Text),
                Some(RawContent::Bytes) => Some(Format::Bytes),
                None | Some(RawContent::Any) if essence.starts_with("text/") => Some(Format::Text),
                None | Some(RawContent::Any) => Some(Format::Bytes),
                Some(RawContent::None) => None,
            },
        }
    }

    fn raw_content(&self, schema: SchemaId) -> RawContent {
        self.api.schemas.resolve(schema).map_or(RawContent::None, |(_, schema)| raw_content(schema))
    }

    /// A form has names and values, so that an object within an object has no place in it.
    pub(super) fn check_form(&mut self, ty: &TypeRef, at: PointerRef<'_>) {
        let fits = |ty: &TypeRef| self.is_form_value(ty, false);
        let wrong: Option<Vec<String>> = match self.resolved(ty) {
            TypeRef::Named(id) => match self.types.drafts.get(id.0).map(|draft| &draft.kind) {
                Some(Kind::Type(TypeKind::Struct(object))) => {
                    let fields = object.fields.iter().map(|field| (&field.ty, &field.pointer));
                    let additional = object.additional_properties.iter();
                    let all = fields.chain(additional.map(|additional| (&additional.ty, &additional.pointer)));
                    Some(all.filter(|(ty, _)| !fits(ty)).map(|(_, pointer)| pointer.clone()).collect())
                }
                _ => None,
            },
            TypeRef::Map(value) if fits(value) => Some(Vec::new()),
            TypeRef::Primitive(Primitive::JsonObject) => Some(Vec::new()),
            _ => None,
        };
        let Some(wrong) = wrong else {
            let message = "a form that is not an object with properties";
            return self.sink.report(Code::Unsupported, at, message, "describe them under `properties`");
        };
        for pointer in wrong {
            let message = "a form cannot contain a property of this type";
            let help = "use texts, numbers, booleans, enumerations, and lists of these";
            self.sink.report(Code::Unsupported, PointerRef::Base(&pointer), message, help);
        }
    }

    /// A type behind its aliases.
    pub(super) fn resolved<'t>(&'t self, ty: &'t TypeRef) -> &'t TypeRef {
        self.aliases.resolve(&self.types.drafts, ty)
    }

    /// Whether a value of a type is one text, or several of the same name. Any JSON may be; the client looks before it
    /// sends.
    fn is_form_value(&self, ty: &TypeRef, is_item: bool) -> bool {
        match self.resolved(ty) {
            TypeRef::Primitive(primitive) => !matches!(primitive, Primitive::JsonObject | Primitive::Bytes),
            TypeRef::List(item) => !is_item && self.is_form_value(item, true),
            TypeRef::Nullable(inner) => self.is_form_value(inner, is_item),
            TypeRef::Map(_) => false,
            TypeRef::Named(id) => matches!(
                self.types.drafts.get(id.0).map(|draft| &draft.kind),
                Some(Kind::Type(TypeKind::Newtype(_) | TypeKind::Enum(_)))
            ),
        }
    }
}

/// What a schema says about content that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RawContent {
    Text,
    Bytes,
    Any,
    /// It describes values that need an encoding.
    None,
}

fn raw_content(schema: &Schema) -> RawContent {
    match (schema.keywords.ty, schema.keywords.format.as_deref()) {
        (Some(Type::String), Some("binary")) => RawContent::Bytes,
        (Some(Type::String), _) if schema.keywords.values.is_empty() => RawContent::Text,
        (None, _) if !schema.describes_a_value() && !schema.combines() => RawContent::Any,
        _ => RawContent::None,
    }
}

/// Whether a media type can be named in a request.
fn can_be_a_header(name: &str) -> bool {
    name.contains('/') && name.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A media type without its parameters.
fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{model, operation, problems};
    use super::*;

    fn response(media_types: &[(&str, &str)]) -> String {
        let content = media_types.iter().map(|(name, schema)| format!("'{name}': {{{schema}}}"));
        let content = content.collect::<Vec<_>>().join(", ");
        let keys = format!("responses: {{'200': {{description: '', content: {{{content}}}}}}}");
        format!("{:?}", operation(&model(&format!("paths:\n  /a: {{get: {{{keys}}}}}"))).response)
    }

    #[test]
    fn json_comes_first_then_forms_texts_and_bytes() {
        let text = ("text/html", "schema: {type: string}");
        let bytes = ("image/png", "schema: {type: string, format: binary}");
        let json = ("application/json", "schema: {type: integer}");
        for (media_types, expected) in [
            (vec![bytes, text, json], "Plain(Primitive(Int64))"),
            (vec![bytes, text], "Text(\"text/html\")"),
            (vec![bytes], "Bytes(\"image/png\")"),
            (vec![("*/*", "schema: {type: integer}")], "Plain(Primitive(Int64))"),
            (vec![("*/*", "schema: {type: string, format: binary}")], "Bytes(\"*/*\")"),
            (vec![("text/csv", "")], "Text(\"text/csv\")"),
            (vec![("application/zip", "")], "Bytes(\"application/zip\")"),
        ] {
            assert_eq!(response(&media_types), expected, "{media_types:?}");
        }
    }

    #[test]
    fn parameters_and_case_of_a_media_type_do_not_count() {
        for (name, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/json", false),
            ("application/jsonl", false),
        ] {
            assert_eq!(is_json(&essence(name)), expected, "{name}");
        }
        assert!(can_be_a_header("text/plain; a=b") && !can_be_a_header("text") && !can_be_a_header("text/\u{e9}"));
    }

    #[test]
    fn a_member_of_a_form_is_one_text_or_a_list_of_texts() {
        let problems_of = |member: &str| {
            let schema = format!("{{type: object, properties: {{a: {member}}}}}");
            let content = format!("content: {{application/x-www-form-urlencoded: {{schema: {schema}}}}}");
            format!("paths:\n  /a: {{post: {{requestBody: {{{content}}}, responses: {{'204': {{description: ''}}}}}}}}")
        };
        for member in ["{type: string}", "{type: array, items: {type: integer}}", "{type: string, enum: [b]}", "{}"] {
            model(&problems_of(member));
        }
        for member in ["{type: object}", "{type: array, items: {type: array, items: {}}}"] {
            let found = problems(&problems_of(member));
            let [only] = found.as_slice() else { panic!("{found:?}") };
            assert!(only.ends_with("/schema/properties/a: a form cannot contain a property of this type"), "{only}");
        }
    }
}
