//! Request bodies.
//!
//! In: the Request Body Object of an operation. Out: the encoding and the type of its body, or of each media type that
//! callers can choose. `media_type` decides how content of a media type is encoded.

use super::Lowering;
use super::docs;
use super::media_type::{Content, Format, can_be_a_header, content_name, essence, is_json};
use super::schemas::{ANY, Kind};
use crate::diagnostic::Code;
use crate::document::openapi::{MediaType, Operation, Style};
use crate::document::schema::SchemaId;
use crate::model::{
    Body, Choice, Constraints, Encoding, Primitive, SourceRef, TypeKind, TypeRef, UntypedReason, ValueStyle,
};
use crate::names::{Case, UniqueNames};

/// A body whose field has no name yet.
pub(super) struct BodyDraft {
    pub(super) schema: Option<SchemaId>,
    pub(super) required: bool,
    source_ref: SourceRef,
    schema_pointer: String,
    encoding: Encoding,
    other_media_types: usize,
    ty: TypeRef,
    constraints: Option<Box<Constraints>>,
    description: Option<String>,
}

impl BodyDraft {
    /// The body in the field of this name.
    pub(super) fn named(self, field: String) -> Body {
        Body {
            field,
            source_ref: self.source_ref,
            schema_pointer: self.schema_pointer,
            required: self.required,
            encoding: self.encoding,
            other_media_types: self.other_media_types,
            ty: self.ty,
            constraints: self.constraints,
            description: self.description,
        }
    }
}

impl<'d> Lowering<'d> {
    pub(super) fn body(&mut self, operation: &'d Operation, (id, module): (&str, &str)) -> Option<BodyDraft> {
        let slot = operation.request_body?;
        let (body, node) = self.resolve(&self.api.request_bodies, slot)?;
        let content_at = node.key("content");
        if body.content.is_empty() && self.policy.tolerates_mistakes {
            let (help, effect) = ("add `content`, or remove it", "it is not sent");
            self.sink.report_recoverable(Code::MissingKey, node, "this request body has no media type", help, effect);
            return None;
        }
        let Some(content) = self.content(&body.content) else {
            let found = body.content.iter().map(|media_type| media_type.name.as_str()).collect::<Vec<_>>();
            let message = format!("a request body of type `{}` is not supported", found.join("`, `"));
            let first = body.content.first().map_or(content_at, |media_type| self.document.at(media_type.node));
            let help = "JSON is supported; in third-party documents also forms, multipart bodies, text and bytes";
            self.sink.report(Code::Unsupported, first, message, help);
            return None;
        };
        let media_at = self.document.at(content.media_type.node);
        let schema = content.media_type.schema;
        if schema.is_none() && !self.policy.tolerates_mistakes {
            let help = "add `schema`; `schema: {}` for any JSON";
            self.sink.report(Code::MissingKey, media_at, "this request body has no schema", help);
            return None;
        }
        let schema_at = schema.map_or(media_at, |schema| self.types.at(schema));
        let encoded = self.encoded(content, id);
        let mut choices = vec![(content, encoded)];
        if self.policy.allows_other_media_types {
            self.add_others(&body.content, id, &mut choices);
        }
        let other_media_types = body.content.len() - choices.len();
        let (encoding, ty) = self.one_of(choices, id);
        self.note_use(module, &ty, true);
        Some(BodyDraft {
            schema,
            required: body.required,
            source_ref: SourceRef {
                slot: self.document.at(self.api.request_bodies.node(slot)).pointer(),
                node: node.pointer(),
            },
            schema_pointer: schema_at.pointer(),
            encoding,
            other_media_types,
            ty,
            constraints: schema.and_then(|schema| docs::constraints_in_place(&self.api.schemas, schema)),
            description: body.description.clone().or_else(|| docs::description(&self.api.schemas, schema?)),
        })
    }

    /// The encoding of a body with this content, and its type.
    fn encoded(&mut self, content: Content<'d>, id: &str) -> (Encoding, TypeRef) {
        let schema = content.media_type.schema;
        let media_at = self.document.at(content.media_type.node);
        let schema_at = schema.map_or(media_at, |schema| self.types.at(schema));
        let any = if content.format == Format::Json { ANY } else { TypeRef::Primitive(Primitive::JsonObject) };
        let (ty, nullable) = match (content.format, schema) {
            (Format::Json | Format::Form | Format::Multipart, Some(schema)) => {
                self.types.type_of(schema, &format!("{id}_body"))
            }
            (Format::Json | Format::Form | Format::Multipart, None) => {
                self.types.note_untyped(media_at, UntypedReason::NoSchema);
                (any, false)
            }
            (Format::Text, _) => (TypeRef::Primitive(Primitive::String), false),
            (Format::Bytes, _) => (TypeRef::Primitive(Primitive::Bytes), false),
        };
        let (encoding, ty) = match content.format {
            Format::Json => (json(content.media_type), ty),
            // The caller passes an encoded string.
            Format::Form if self.policy.allows_any_parameter && self.is_text(&ty) => {
                (Encoding::Raw(content.media_type.name.clone()), TypeRef::Primitive(Primitive::String))
            }
            Format::Form => {
                self.check_form(&ty, schema_at);
                (self.form(content.media_type, &ty), ty)
            }
            Format::Multipart if self.policy.allows_any_parameter && !self.can_be_object(&ty) => {
                let message = "a body of parts that is not an object with properties";
                let (help, effect) = ("describe them under `properties`", "callers name the parts, each of bytes");
                self.sink.report_recoverable(Code::Unsupported, schema_at, message, help, effect);
                let parts = TypeRef::Map(Box::new(TypeRef::Primitive(Primitive::Binary)));
                (multipart(content.media_type), parts)
            }
            Format::Multipart => {
                self.check_form(&ty, schema_at);
                (multipart(content.media_type), ty)
            }
            Format::Bytes if content.media_type.name.contains('*') => {
                self.check_raw(content);
                (Encoding::File, TypeRef::Primitive(Primitive::Binary))
            }
            Format::Text | Format::Bytes => {
                self.check_raw(content);
                (Encoding::Raw(self.sent_media_type(content.media_type)), ty)
            }
        };
        let nullable = nullable && content.format == Format::Json && ty != ANY;
        if nullable && !self.policy.allows_loose_schemas {
            self.sink.report(Code::Unsupported, schema_at, "a request body that may be null", "remove `nullable`");
        }
        (encoding, ty.or_null(nullable))
    }

    /// Adds the media types that a caller can choose instead of the first one. JSON with the same schema, a range of media
    /// types, and a form that is not an object are omitted.
    fn add_others(&mut self, all: &'d [MediaType], id: &str, choices: &mut Vec<(Content<'d>, (Encoding, TypeRef))>) {
        let first = choices.first().map(|(content, _)| std::ptr::from_ref(content.media_type));
        for media_type in all.iter().filter(|media_type| Some(std::ptr::from_ref(*media_type)) != first) {
            let content = Content { media_type, format: self.format(media_type) };
            let essence = essence(&media_type.name);
            // Another name of JSON, whose schema is repeated in place in many documents.
            let is_json_again = essence == "text/json" && choices.iter().any(|(known, _)| known.format == Format::Json);
            if essence.contains('*') || is_json_again || !can_be_a_header(&media_type.name) {
                continue;
            }
            if matches!(content.format, Format::Json | Format::Form) {
                // Types are created only for media types that callers can choose.
                let same = |(known, _): &(Content<'_>, (Encoding, TypeRef))| {
                    known.format == content.format && self.is_same_schema(known.media_type, media_type)
                };
                if choices.iter().any(same) {
                    continue;
                }
            }
            if content.format == Format::Form && !self.is_object_schema(media_type) {
                continue;
            }
            let encoded = self.encoded(content, id);
            if !choices.iter().any(|(_, known)| *known == encoded) {
                choices.push((content, encoded));
            }
        }
    }

    /// Whether a schema is certainly an object.
    fn is_object_schema(&self, media_type: &MediaType) -> bool {
        let schema = media_type.schema.and_then(|schema| self.api.schemas.resolve(schema));
        schema.is_some_and(|(_, schema)| !schema.properties.is_empty())
    }

    /// The encoding and the type of a body: those of its only content, or a choice of several.
    fn one_of(&mut self, choices: Vec<(Content<'d>, (Encoding, TypeRef))>, id: &str) -> (Encoding, TypeRef) {
        if choices.len() == 1 {
            let mut choices = choices;
            return choices.pop().map(|(_, encoded)| encoded).unwrap_or((Encoding::Json, ANY));
        }
        let names: Vec<String> = choices.iter().map(|(content, _)| content_name(*content)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let names = UniqueNames::default().issue_all(&names, Case::Camel);
        let described = choices
            .iter()
            .zip(&names)
            .map(|((content, (_, ty)), variant)| (variant.clone(), content.media_type.name.clone(), ty.clone()));
        let schema = choices.first().and_then(|(content, _)| content.media_type.schema);
        let ty = self.types.choice_of(&format!("{id}_content"), described, schema);
        let choices = choices.into_iter().zip(names).map(|((content, (encoding, ty)), variant)| Choice {
            variant,
            media_type: content.media_type.name.clone(),
            encoding,
            is_nullable: matches!(ty, TypeRef::Nullable(_)),
            is_bytes: ty == TypeRef::Primitive(Primitive::Bytes),
            schema: content.media_type.schema,
        });
        (Encoding::Choice(choices.collect()), ty)
    }

    /// Whether values of a type are strings.
    fn is_text(&self, ty: &TypeRef) -> bool {
        match self.resolved(ty) {
            TypeRef::Primitive(primitive) => matches!(primitive, Primitive::String | Primitive::Binary),
            TypeRef::Named(id) => matches!(
                self.types.drafts.get(id.0).map(|draft| &draft.kind),
                Some(Kind::Type(TypeKind::Newtype(Primitive::String)))
            ),
            _ => false,
        }
    }

    /// The media type that is sent. For a range of media types it is `application/octet-stream`.
    fn sent_media_type(&mut self, media_type: &MediaType) -> String {
        if !media_type.name.contains('*') && can_be_a_header(&media_type.name) {
            return media_type.name.clone();
        }
        let (message, help) = ("this is no media type that a request can have", "write the media type that is sent");
        let at = self.document.at(media_type.node);
        self.sink.report_recoverable(Code::Unsupported, at, message, help, "`application/octet-stream` is sent");
        "application/octet-stream".to_owned()
    }

    /// The encoding of a form. Its properties have styles if one of them needs a style.
    fn form(&self, media_type: &MediaType, ty: &TypeRef) -> Encoding {
        let styles = media_type.encoding.iter().filter_map(|(name, encoding)| {
            let is_json = encoding.content_type.as_deref().is_some_and(|name| is_json(&essence(name)));
            let style = encoding.style.or(is_json.then_some(Style::Json))?;
            Some((
                name.clone(),
                ValueStyle { style, explode: encoding.explode, allow_reserved: encoding.allow_reserved },
            ))
        });
        let styles: Vec<_> = styles.collect();
        let is_plain = match self.resolved(ty) {
            TypeRef::Named(id) => match self.types.drafts.get(id.0).map(|draft| &draft.kind) {
                Some(Kind::Type(TypeKind::Struct(object))) => {
                    let additional = object.additional_properties.iter().map(|additional| &additional.ty);
                    let mut types = object.fields.iter().map(|field| &field.ty).chain(additional);
                    types.all(|ty| self.is_form_value(ty, false))
                }
                _ => false,
            },
            TypeRef::Map(value) => self.is_form_value(value, false),
            TypeRef::Primitive(primitive) => *primitive == Primitive::JsonObject,
            _ => false,
        };
        if is_plain && styles.is_empty() { Encoding::Form } else { Encoding::StyledForm(styles) }
    }
}

/// JSON with the media type of the document. A range of media types includes `application/json`.
fn json(media_type: &MediaType) -> Encoding {
    let essence = essence(&media_type.name);
    if essence == "application/json" || essence.contains('*') || !can_be_a_header(&media_type.name) {
        return Encoding::Json;
    }
    Encoding::JsonOf(media_type.name.clone())
}

/// A multipart body, with the media types that the document specifies for its parts.
fn multipart(media_type: &MediaType) -> Encoding {
    let types = media_type.encoding.iter().filter_map(|(name, encoding)| {
        // The caller chooses one of several media types, or of a range.
        let content_type = encoding.content_type.as_ref().filter(|written| !written.contains(['*', ',']))?;
        can_be_a_header(content_type).then(|| (name.clone(), content_type.clone()))
    });
    Encoding::Multipart {
        media_type: essence(&media_type.name),
        types: types.collect(),
        has_part_headers: media_type.encoding.iter().any(|(_, encoding)| encoding.has_headers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::testing::{definition, model, operation, problems, recoverable, ty};

    fn call(body: &str) -> String {
        format!(
            "paths:\n  /a: {{post: {{operationId: a, requestBody: {body}, responses: {{'204': {{description: ''}}}}}}}}"
        )
    }

    fn content(media_type: &str, schema: &str) -> String {
        call(&format!("{{content: {{'{media_type}': {{schema: {schema}}}}}}}"))
    }

    #[test]
    fn content_is_a_body() {
        let object = "{type: object, properties: {a: {type: string}}}";
        for (media_type, schema, expected) in [
            ("application/json", "{type: integer}", "Json Int64"),
            ("application/json; charset=utf-8", "{type: string, nullable: true}", "Json String or null"),
            ("application/merge-patch+json; v=1", object, "JsonOf(\"application/merge-patch+json; v=1\") ABody"),
            ("*/*", object, "Json ABody"),
            ("application/x-www-form-urlencoded", object, "Form ABody"),
            ("text/plain", "{type: string}", "Raw(\"text/plain\") String"),
            ("image/png", "{type: string, format: binary}", "Raw(\"image/png\") Bytes"),
            ("image/*", "{type: string, format: binary}", "File Binary"),
            ("application/json", "{type: string, format: binary}", "Raw(\"application/json\") Bytes"),
            ("application/xml", object, "Raw(\"application/xml\") String"),
            ("application/octet-stream", object, "Raw(\"application/octet-stream\") Bytes"),
            (
                "application/x-www-form-urlencoded",
                "{type: string}",
                "Raw(\"application/x-www-form-urlencoded\") String",
            ),
            (
                "application/x-www-form-urlencoded",
                "{type: object, properties: {a: {type: object}}}",
                "StyledForm([]) ABody",
            ),
        ] {
            let api = model(&content(media_type, schema));
            let body = operation(&api).body.as_ref().unwrap();
            assert_eq!(format!("{:?} {}", body.encoding, ty(&api, &body.ty)), expected, "{media_type}");
            assert!(!body.required);
        }
    }

    #[test]
    fn a_body_has_the_description_and_the_name_that_are_free() {
        let schema = "{type: string, description: Of the schema.}";
        let body = |more: &str| {
            call(&format!("{{{more}required: true, content: {{application/json: {{schema: {schema}}}}}}}"))
        };
        for (more, expected) in [("", "Of the schema."), ("description: Its own., ", "Its own.")] {
            let api = model(&body(more));
            let body = operation(&api).body.as_ref().unwrap();
            assert_eq!(
                (body.description.as_deref(), body.field.as_str(), body.required),
                (Some(expected), "body", true)
            );
        }
    }

    #[test]
    fn a_body_of_parts_has_the_media_types_of_its_parts() {
        let schema = "{type: object, properties: {a: {type: string, format: binary}, b: {type: integer}}}";
        let encoding =
            "encoding: {a: {contentType: image/png}, b: {contentType: 'text/*', headers: {X: {schema: {}}}}}";
        let body = call(&format!("{{content: {{multipart/form-data: {{schema: {schema}, {encoding}}}}}}}"));
        let api = model(&body);
        let types = vec![("a".to_owned(), "image/png".to_owned())];
        let media_type = "multipart/form-data".to_owned();
        let expected = Encoding::Multipart { media_type, types, has_part_headers: true };
        assert_eq!(operation(&api).body.as_ref().unwrap().encoding, expected);
        assert_eq!(definition(&api, "ABody"), "{a?: Binary, b?: Int64}");
    }

    #[test]
    fn a_member_of_a_form_has_its_style() {
        let schema = "{type: object, properties: {a: {type: object}, b: {type: array, items: {type: string}}}}";
        let encoding = "encoding: {a: {style: deepObject, explode: true}, b: {style: form, explode: false}}";
        let media_type = format!("application/x-www-form-urlencoded: {{schema: {schema}, {encoding}}}");
        let api = model(&call(&format!("{{content: {{{media_type}}}}}")));
        let style = |style, explode| ValueStyle { style, explode, allow_reserved: false };
        let expected = [("a", style(Style::DeepObject, true)), ("b", style(Style::Form, false))];
        let expected = expected.map(|(name, style)| (name.to_owned(), style)).to_vec();
        assert_eq!(operation(&api).body.as_ref().unwrap().encoding, Encoding::StyledForm(expected));
    }

    #[test]
    fn slips_of_bodies_are_warnings() {
        for (keys, expected) in [
            (
                content("text/*", "{type: string}"),
                "/content/text~1*: this is no media type that a request can have: `application/octet-stream` is sent",
            ),
            (
                content("multipart/form-data", "{type: array, items: {}}"),
                "/content/multipart~1form-data/schema: a body of parts that is not an object with properties: \
                 callers name the parts, each of bytes",
            ),
            (call("{content: {}}"), ": this request body has no media type: it is not sent"),
        ] {
            assert_eq!(recoverable(&keys), [format!("/paths/~1a/post/requestBody{expected}")], "{keys}");
        }
        let api = model(&call("{content: {application/json: {}}}"));
        assert_eq!(ty(&api, &operation(&api).body.as_ref().unwrap().ty), "Json");
    }

    #[test]
    fn a_caller_chooses_among_several_media_types() {
        let object = "{type: object, properties: {a: {type: string}}}";
        let media_types = [
            ("application/xml", object),
            ("application/x-www-form-urlencoded", object),
            ("application/json", object),
            ("text/json", object),
            ("application/*+json", object),
            ("image/png", "{type: string, format: binary}"),
            ("image/*", "{type: string, format: binary}"),
        ];
        let content = media_types.map(|(name, schema)| format!("'{name}': {{schema: {schema}}}")).join(", ");
        let api = model(&call(&format!("{{content: {{{content}}}}}")));
        let body = operation(&api).body.as_ref().unwrap();
        assert_eq!(
            definition(&api, "AContent"),
            "one of(application/json => Json(ABody), application/xml => Xml(String), \
             application/x-www-form-urlencoded => Form(ABody2), image/png => ImagePng(Bytes))"
        );
        // Two media types with the same schema as JSON, and a range.
        assert_eq!((ty(&api, &body.ty).as_str(), body.other_media_types), ("AContent", 3));
        let Encoding::Choice(choices) = &body.encoding else { panic!("{:?}", body.encoding) };
        let encodings: Vec<_> = choices.iter().map(|choice| choice.encoding.clone()).collect();
        let raw = |name: &str| Encoding::Raw(name.to_owned());
        assert_eq!(encodings, [Encoding::Json, raw("application/xml"), Encoding::Form, raw("image/png")]);
    }

    #[test]
    fn what_cannot_be_sent_is_reported() {
        let keys = content("application/x-www-form-urlencoded", "{type: integer}");
        let at = "/paths/~1a/post/requestBody/content/application~1x-www-form-urlencoded/schema";
        assert_eq!(problems(&keys), [format!("{at}: a form that is not an object with properties")]);
    }
}
