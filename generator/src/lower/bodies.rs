//! Request bodies.

use super::Lowering;
use super::docs;
use super::media_type::Format;
use super::schemas::ANY;
use crate::diagnostic::Code;
use crate::document::openapi::Operation;
use crate::document::schema::SchemaId;
use crate::model::{Body, Constraints, Encoding, Primitive, SourceRef, TypeRef};

/// A body whose field has no name yet.
pub(super) struct BodyDraft {
    pub(super) schema: SchemaId,
    pub(super) required: bool,
    source_ref: SourceRef,
    schema_pointer: String,
    encoding: Encoding,
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
        let Some(content) = self.content(&body.content) else {
            let found = body.content.iter().map(|media_type| media_type.name.as_str()).collect::<Vec<_>>();
            let message = format!("a request body of type `{}` is not supported", found.join("`, `"));
            let first = body.content.first().map_or(content_at, |media_type| self.document.at(media_type.node));
            let help = "supported is JSON; in documents of others also forms, and texts and bytes as they are";
            self.sink.report(Code::Unsupported, first, message, help);
            return None;
        };
        let media_at = self.document.at(content.media_type.node);
        let Some(schema) = content.media_type.schema else {
            let help = "add `schema`; `schema: {}` for any JSON";
            self.sink.report(Code::MissingKey, media_at, "this request body has no schema", help);
            return None;
        };
        let schema_at = self.types.at(schema);
        let (ty, nullable) = match content.format {
            Format::Json | Format::Form => self.types.type_of(schema, &format!("{id}_body")),
            Format::Text => (TypeRef::Primitive(Primitive::String), false),
            Format::Bytes => (TypeRef::Primitive(Primitive::Bytes), false),
        };
        let encoding = match content.format {
            Format::Json => Encoding::Json,
            Format::Form => {
                self.check_form(&ty, schema_at);
                Encoding::Form
            }
            Format::Text | Format::Bytes => {
                if content.media_type.name.contains('*') {
                    let help = "write the media type that is sent";
                    self.sink.report(Code::Unsupported, media_at, "a request body of any of several types", help);
                }
                Encoding::Raw(content.media_type.name.clone())
            }
        };
        let nullable = nullable && encoding == Encoding::Json && ty != ANY;
        if nullable && !self.policy.takes_loose_schemas {
            self.sink.report(Code::Unsupported, schema_at, "a request body that may be null", "remove `nullable`");
        }
        let ty = ty.or_null(nullable);
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
            ty,
            constraints: docs::constraints_in_place(&self.api.schemas, schema),
            description: body.description.clone().or_else(|| docs::description(&self.api.schemas, schema)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{model, operation, problems, ty};

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
            ("application/problem+json", object, "Json ABody"),
            ("application/x-www-form-urlencoded", object, "Form ABody"),
            ("text/plain", "{type: string}", "Raw(\"text/plain\") String"),
            ("image/png", "{type: string, format: binary}", "Raw(\"image/png\") Bytes"),
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
    fn what_cannot_be_sent_is_reported() {
        for (keys, expected) in [
            (
                content("multipart/form-data", "{type: object}"),
                "/content/multipart~1form-data: a request body of type `multipart/form-data` is not supported",
            ),
            (
                content("image/*", "{type: string, format: binary}"),
                "/content/image~1*: a request body of any of several types",
            ),
            (call("{content: {application/json: {}}}"), "/content/application~1json: this request body has no schema"),
            (
                content("application/x-www-form-urlencoded", "{type: string}"),
                "/content/application~1x-www-form-urlencoded/schema: a form that is not an object with properties",
            ),
        ] {
            assert_eq!(problems(&keys), [format!("/paths/~1a/post/requestBody{expected}")], "{keys}");
        }
    }
}
