//! What an operation sends.

use openapiv3::{Operation, ReferenceOr};

use super::Lowering;
use super::answer::ANY;
use super::content::Form;
use super::graph::Use;
use super::keys::Slot;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::docs::documentation;
use crate::document::pointer::PointerRef;
use crate::model::{Body, Encoding, Origin, Primitive, TypeRef};

impl<'d> Lowering<'d> {
    /// The body, without the name of its field, and its schema.
    pub(super) fn body(
        &mut self,
        operation: &'d Operation,
        at: PointerRef<'_>,
        (id, module): (&str, &str),
    ) -> Option<(Body, &'d ReferenceOr<openapiv3::Schema>)> {
        let slot = operation.request_body.as_ref()?;
        let body_at = at.key("requestBody");
        let (body, pointer) = self.resolve(slot, body_at, "requestBodies", |all| &all.request_bodies)?;
        let node = PointerRef::Base(&pointer);
        let content_at = node.key("content");
        let Some(content) = self.content(&body.content, content_at) else {
            let found = body.content.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
            let message = format!("a request body of type `{found}` is not supported");
            let first = body.content.keys().next().map_or(content_at, |media_type| content_at.key(media_type));
            let help = "supported is JSON; in documents of others also forms, and texts and bytes as they are";
            self.found.report(Code::Unsupported, first, message, help);
            return None;
        };
        let media_at = content_at.key(content.name);
        let Some(schema) = &content.media.schema else {
            let help = "add `schema`; `schema: {}` for any JSON";
            self.found.report(Code::MissingKey, media_at, "this request body has no schema", help);
            return None;
        };
        let schema_at = media_at.key("schema");
        let (ty, nullable) = match content.form {
            Form::Json | Form::Pairs => self.types.slot(Slot::from(schema), schema_at, &format!("{id}_body")),
            Form::Text => (TypeRef::Primitive(Primitive::Text), false),
            Form::Bytes => (TypeRef::Primitive(Primitive::Bytes), false),
        };
        let encoding = match content.form {
            Form::Json => Encoding::Json,
            Form::Pairs => {
                self.check_form(&ty, schema_at);
                Encoding::Form
            }
            Form::Text | Form::Bytes => {
                if content.name.contains('*') {
                    let help = "write the media type that is sent";
                    self.found.report(Code::Unsupported, media_at, "a request body of any of several types", help);
                }
                Encoding::Raw(content.name.to_owned())
            }
        };
        let nullable = nullable && encoding == Encoding::Json;
        if nullable && ty != ANY && self.dialect == Dialect::FlightHub {
            self.found.report(Code::Unsupported, schema_at, "a request body that may be null", "remove `nullable`");
        }
        let ty = if ty == ANY { ty } else { ty.or_null(nullable) };
        self.uses.push(Use { module: module.to_owned(), ty: ty.clone(), in_request: true });
        let described = match Slot::from(schema) {
            Slot::Reference(reference) => self.types.description_of(reference),
            Slot::Schema(schema) => schema.schema_data.description.as_deref().map(documentation),
        };
        let doc = body.description.as_deref().map(documentation).or(described);
        let doc = doc.unwrap_or_else(|| "The request body.".to_owned());
        let origin = Origin { slot: body_at.pointer(), node: pointer.clone() };
        let schema_pointer = schema_at.pointer();
        Some((
            Body { field: String::new(), origin, schema_pointer, required: body.required, encoding, ty, doc },
            schema,
        ))
    }
}
