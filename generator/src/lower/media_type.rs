//! Which media type of a body or a response the client takes, where a specification has several.
//!
//! JSON comes first, and the client asks for it; a range of media types, such as `*/*`, includes it. A caller chooses
//! among the others.

use super::Lowering;
use super::schemas::Kind;
use crate::diagnostic::Code;
use crate::document::openapi::MediaType;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, SchemaId, Type};
use crate::model::{Primitive, TypeKind, TypeRef};

/// The names of XML of no particular kind.
const XML: &[&str] = &["application/xml", "text/xml"];

/// How content is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// `a=1&b=2`
    Form,
    /// Parts with names.
    Multipart,
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
        if self.policy.allows_other_media_types {
            let formats = [Format::Json, Format::Form, Format::Multipart, Format::Text, Format::Bytes];
            return formats.into_iter().find_map(|format| {
                let mut of_format = all.iter().filter(|media_type| self.format(media_type) == format);
                let first = of_format.next()?;
                let is_plain = |media_type: &&MediaType| essence(&media_type.name) == "application/json";
                let media_type = if is_plain(&first) { first } else { of_format.find(is_plain).unwrap_or(first) };
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

    /// The content of a response by media type: that which [`Self::content`] takes, then the others in the order of the
    /// document. Media types that are decoded into the same value are together. The number is that of those which are not
    /// used.
    pub(super) fn contents(&mut self, all: &'d [MediaType]) -> (Vec<Vec<Content<'d>>>, usize) {
        let Some(first) = self.content(all) else { return (Vec::new(), all.len()) };
        let mut contents = vec![vec![first]];
        if !self.policy.allows_other_media_types {
            return (contents, 0);
        }
        let mut unused = 0;
        for media_type in all.iter().filter(|media_type| !std::ptr::eq(*media_type, first.media_type)) {
            let content = Content { media_type, format: self.format(media_type) };
            if !can_be_a_header(&media_type.name) {
                unused += 1;
            } else if let Some(same) = contents.iter_mut().find(|known| self.is_same_content(known, content)) {
                same.push(content);
            } else {
                // JSON is described by its own name, so whatever else a range includes is no JSON.
                let is_other = first.format == Format::Json && essence(&media_type.name).ends_with("/*");
                let format = if is_other && content.format == Format::Json { Format::Bytes } else { content.format };
                contents.push(vec![Content { media_type, format }]);
            }
        }
        // A name that no request can have is used only if there is no other.
        if contents.len() > 1 && !can_be_a_header(&first.media_type.name) {
            contents.remove(0);
            unused += 1;
        }
        (contents, unused)
    }

    /// Whether another media type describes the same content already: JSON of the same schema, and XML. A text whose schema
    /// is that of the JSON is JSON, too: nothing else says how such a value is a text.
    fn is_same_content(&self, known: &[Content<'_>], content: Content<'_>) -> bool {
        let Some(known) = known.first() else { return false };
        let [known_name, name] = [known, &content].map(|it| essence(&it.media_type.name));
        match known.format {
            // Two names of one media type (RFC 7303, section 9.2).
            Format::Text => {
                content.format == Format::Text && [&known_name, &name].iter().all(|name| XML.contains(&name.as_str()))
            }
            Format::Json => {
                let describes_values = |schema| self.raw_content(schema) == RawContent::None;
                let is_json_text = name == "text/plain" && content.media_type.schema.is_some_and(describes_values);
                self.is_same_schema(known.media_type, content.media_type)
                    && (content.format == Format::Json || is_json_text)
            }
            Format::Form | Format::Multipart | Format::Bytes => false,
        }
    }

    /// Whether two media types have the same schema, or none. Two inline schemas that describe the same values are the same;
    /// two components keep their names.
    pub(super) fn is_same_schema(&self, one: &MediaType, other: &MediaType) -> bool {
        let is_equivalent = |(one, other)| self.api.schemas.is_equivalent(one, other);
        self.schema_of(one) == self.schema_of(other) || one.schema.zip(other.schema).is_some_and(is_equivalent)
    }

    /// The schema of a media type behind all references.
    pub(super) fn schema_of(&self, media_type: &MediaType) -> Option<SchemaId> {
        self.api.schemas.resolve(media_type.schema?).map(|(id, _)| id)
    }

    /// How content of a media type is encoded. What is no JSON, form or body of parts is a text or bytes for a caller to
    /// encode, whatever its schema is.
    pub(super) fn format(&self, media_type: &MediaType) -> Format {
        let essence = essence(&media_type.name);
        let content = media_type.schema.map(|schema| self.raw_content(schema));
        if is_json(&essence) {
            // JSON has no bytes: this is a file, whatever is in it.
            return if content == Some(RawContent::Bytes) { Format::Bytes } else { Format::Json };
        }
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Format::Form,
            "*/*" | "application/*" if content != Some(RawContent::Bytes) => Format::Json,
            _ if essence.starts_with("multipart/") => Format::Multipart,
            _ => match content {
                Some(RawContent::Text) => Format::Text,
                Some(RawContent::Bytes) => Format::Bytes,
                Some(RawContent::None) if is_xml(&essence) => Format::Text,
                None | Some(RawContent::Any | RawContent::None) if essence.starts_with("text/") => Format::Text,
                None | Some(RawContent::Any | RawContent::None) => Format::Bytes,
            },
        }
    }

    /// Reports a schema that the type of its content does not have: it is a text or bytes.
    pub(super) fn check_raw(&mut self, content: Content<'d>) {
        let Some(schema) = content.media_type.schema else { return };
        let what = match content.format {
            Format::Json => return,
            Format::Text | Format::Form => "a text",
            Format::Bytes | Format::Multipart => "bytes",
        };
        if self.raw_content(schema) == RawContent::None {
            let message = format!("the schema of content of type `{}` is not used", content.media_type.name);
            let effect = format!("it is {what} that callers encode and decode");
            let at = self.document.at(content.media_type.node);
            self.sink.report_recoverable(Code::Unsupported, at, message, "describe it as JSON, if it is JSON", &effect);
        }
    }

    fn raw_content(&self, schema: SchemaId) -> RawContent {
        self.api.schemas.resolve(schema).map_or(RawContent::None, |(_, schema)| raw_content(schema))
    }

    /// A form and a body of parts have names and values: what they are made of is an object.
    pub(super) fn check_form(&mut self, ty: &TypeRef, at: PointerRef<'_>) {
        if !self.can_be_object(ty) {
            let message = "a form that is not an object with properties";
            self.sink.report(Code::Unsupported, at, message, "describe them under `properties`");
        }
    }

    pub(super) fn can_be_object(&self, ty: &TypeRef) -> bool {
        match self.resolved(ty) {
            TypeRef::Named(id) => matches!(
                self.types.drafts.get(id.0).map(|draft| &draft.kind),
                Some(Kind::Union(_) | Kind::Type(TypeKind::Struct(_)))
            ),
            // Whether any JSON is an object is known when it is sent.
            TypeRef::Map(_) | TypeRef::Primitive(Primitive::JsonObject | Primitive::Json) => true,
            _ => false,
        }
    }

    /// A type behind its aliases.
    pub(super) fn resolved<'t>(&'t self, ty: &'t TypeRef) -> &'t TypeRef {
        self.aliases.resolve(&self.types.drafts, ty)
    }

    /// Whether a value of a type is one text, or several of the same name. Any JSON may be; the client looks before it
    /// sends.
    pub(super) fn is_form_value(&self, ty: &TypeRef, is_item: bool) -> bool {
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

/// The name of a media type among others.
pub(super) fn content_name(content: Content<'_>) -> String {
    let essence = essence(&content.media_type.name);
    match content.format {
        Format::Json if essence == "application/json" => "json".to_owned(),
        Format::Form => "form".to_owned(),
        Format::Multipart => essence.replacen("multipart/form-data", "multipart", 1).replace('/', "_"),
        _ if essence == "*/*" => "any".to_owned(),
        _ => match essence.strip_suffix("/*") {
            Some(range) => format!("any_{range}"),
            None => essence.strip_prefix("application/").unwrap_or(&essence).to_owned(),
        }
        .replace(|c: char| !c.is_alphanumeric(), "_"),
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
pub(super) fn can_be_a_header(name: &str) -> bool {
    name.contains('/') && name.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// A media type without its parameters.
pub(super) fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_xml(essence: &str) -> bool {
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// Whether a media type is JSON, as the MIME Sniffing Standard of WHATWG defines it.
pub(super) fn is_json(essence: &str) -> bool {
    matches!(essence, "application/json" | "text/json") || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::testing::{model, operation};
    use crate::model::{Encoding, Response};

    fn response(media_types: &[(&str, &str)]) -> String {
        let content = media_types.iter().map(|(name, schema)| format!("'{name}': {{{schema}}}"));
        let content = content.collect::<Vec<_>>().join(", ");
        let keys = format!("responses: {{'200': {{description: '', content: {{{content}}}}}}}");
        let api = model(&format!("paths:\n  /a: {{get: {{{keys}}}}}"));
        match &operation(&api).response {
            Response::ByMediaType(contents) => {
                let variants = contents.variants.iter().map(|variant| format!("{:?}", variant.response));
                variants.collect::<Vec<_>>().join(", ")
            }
            response => format!("{response:?}"),
        }
    }

    #[test]
    fn json_comes_first_then_the_order_of_the_document() {
        let text = ("text/html", "schema: {type: string}");
        let bytes = ("image/png", "schema: {type: string, format: binary}");
        let json = ("application/json", "schema: {type: integer}");
        for (media_types, expected) in [
            (vec![bytes, text, json], "Plain(Primitive(Int64)), Bytes(\"image/png\"), Text(\"text/html\")"),
            (vec![bytes, text], "Text(\"text/html\"), Bytes(\"image/png\")"),
            (vec![bytes], "Bytes(\"image/png\")"),
            (vec![("*/*", "schema: {type: integer}")], "Plain(Primitive(Int64))"),
            (vec![("*/*", "schema: {type: string, format: binary}")], "Bytes(\"*/*\")"),
            (vec![("text/csv", "")], "Text(\"text/csv\")"),
            (vec![("application/zip", "")], "Bytes(\"application/zip\")"),
            (vec![("application/json", "schema: {type: string, format: binary}")], "Bytes(\"application/json\")"),
        ] {
            assert_eq!(response(&media_types), expected, "{media_types:?}");
        }
    }

    #[test]
    fn an_inline_schema_that_is_repeated_is_one_type() {
        let json = |name: &'static str, schema: &'static str| (name, schema);
        let object = "schema: {type: array, items: {type: object, properties: {a: {type: integer}}}}";
        let described =
            "schema: {type: array, items: {type: object, description: D, properties: {a: {type: integer}}}}";
        let other = "schema: {type: array, items: {type: object, properties: {a: {type: string}}}}";
        for (second, variants) in [(object, 1), (described, 1), (other, 2)] {
            let found = response(&[json("application/json", object), json("application/hal+json", second)]);
            assert_eq!(found.matches("Plain(List(").count(), variants, "{found}");
        }
    }

    #[test]
    fn parameters_and_case_of_a_media_type_do_not_count() {
        for (name, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/json", true),
            ("model/gltf+json", true),
            ("text/plain", false),
            ("application/jsonl", false),
        ] {
            assert_eq!(is_json(&essence(name)), expected, "{name}");
        }
        assert!(can_be_a_header("text/plain; a=b") && !can_be_a_header("text") && !can_be_a_header("text/\u{e9}"));
    }

    #[test]
    fn a_form_whose_members_are_texts_needs_no_styles() {
        let encoding = |member: &str| {
            let schema = format!("{{type: object, properties: {{a: {member}}}}}");
            let content = format!("content: {{application/x-www-form-urlencoded: {{schema: {schema}}}}}");
            let keys = format!("requestBody: {{{content}}}, responses: {{'204': {{description: ''}}}}");
            let api = model(&format!("paths:\n  /a: {{post: {{{keys}}}}}"));
            operation(&api).body.as_ref().unwrap().encoding.clone()
        };
        for member in ["{type: string}", "{type: array, items: {type: integer}}", "{type: string, enum: [b]}", "{}"] {
            assert_eq!(encoding(member), Encoding::Form, "{member}");
        }
        for member in ["{type: object}", "{type: array, items: {type: array, items: {}}}"] {
            assert_eq!(encoding(member), Encoding::StyledForm(Vec::new()), "{member}");
        }
    }
}
