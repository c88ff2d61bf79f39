//! The response of a successful call.

use super::Lowering;
use super::media_type::{Format, can_be_a_header};
use super::schemas::ANY;
use crate::diagnostic::Code;
use crate::document::arena::{Id, ObjectOrRef};
use crate::document::openapi::{self, MediaType, Operation, Status};
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, SchemaId, Type};
use crate::model::{Response, SourceRef, StatusResponse, TypeRef, UntypedReason};

/// The help for content that cannot be read.
const SUPPORTED: &str =
    "supported is JSON; in documents of others also texts and bytes as they are, with a schema of `type: string`";

/// The response of a successful call, and the schema that its type is made of.
#[derive(Clone, Debug)]
pub(super) struct Success {
    pub(super) response: Response,
    pub(super) source_ref: SourceRef,
    pub(super) schema: Option<SchemaId>,
}

impl Success {
    /// A response that nothing is read of.
    fn none(pointer: String) -> Self {
        let source_ref = SourceRef { slot: pointer.clone(), node: pointer };
        Self { response: Response::NoContent, source_ref, schema: None }
    }
}

impl<'d> Lowering<'d> {
    /// The one successful response of an operation.
    pub(super) fn response(&mut self, operation: &'d Operation, context: (&str, &str)) -> Success {
        let operation_at = self.document.at(operation.node);
        let responses_at = operation_at.key("responses");
        let mut successes: Vec<Id<openapi::Response>> =
            operation.responses.iter().filter(|(status, _)| status.is_of(2)).map(|(_, id)| *id).collect();
        let default = operation.responses.iter().find(|(status, _)| *status == Status::Default);
        if self.policy.requires_envelope {
            for (_, failure) in operation.responses.iter().filter(|(status, _)| !status.is_of(2)) {
                self.check_failure(*failure);
            }
        } else if successes.is_empty() {
            successes.extend(default.map(|(_, id)| *id));
        }
        let mut found: Vec<(PointerRef<'d>, Success)> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for id in successes {
            let at = self.document.at(self.api.responses.node(id));
            let Some((written, node)) = self.resolve(&self.api.responses, id) else { continue };
            let (response, node, schema) = self.success(written, node, at, context);
            if !found.iter().any(|(_, known)| known.response == response) {
                found.push((at, Success { response, source_ref: SourceRef { slot: at.pointer(), node }, schema }));
                let status = operation.responses.iter().find(|(_, known)| *known == id).map(|(status, _)| *status);
                names.push(match status {
                    Some(Status::Code(code)) => format!("status_{code}"),
                    Some(Status::Range(hundreds)) => format!("status_{hundreds}xx"),
                    Some(Status::Default) | None => "status_default".to_owned(),
                });
            }
        }
        let none = || Success::none(responses_at.pointer());
        let is_loose = !self.policy.requires_envelope;
        match found.as_slice() {
            [(_, success)] => success.clone(),
            // With content under one status and without under another.
            [
                (_, success @ Success { response: Response::Plain(ty), .. }),
                (_, Success { response: Response::NoContent, .. }),
            ]
            | [
                (_, Success { response: Response::NoContent, .. }),
                (_, success @ Success { response: Response::Plain(ty), .. }),
            ] if is_loose => Success { response: Response::OptionalPlain(ty.clone()), ..success.clone() },
            // Only failures are described, so nothing is known about the response of a success. A redirect alone is no
            // success: the client does not follow it.
            [] if is_loose && !operation.responses.iter().any(|(status, _)| status.is_of(3)) => none(),
            [] => {
                let (message, help) = ("there is no successful response", "describe the response under `'200'`");
                // The client follows no redirect, and a call returns its status as an error.
                let effect = "a call returns the status of a redirect as an error";
                self.sink.report_slip(Code::Answer, responses_at, message, help, effect);
                none()
            }
            [_, ..] if is_loose => self.one_of_several(&found, &names, context),
            [(first, _), (second, _), ..] => {
                self.sink.report_with(
                    Code::Unsupported,
                    *second,
                    "several successful responses of different types",
                    "keep the one that callers get; a call returns one type",
                    (*first, "another one"),
                );
                none()
            }
        }
    }

    /// The response of an operation whose successes differ: JSON of one of several types, or the whole body as it is.
    fn one_of_several(
        &mut self,
        found: &[(PointerRef<'d>, Success)],
        names: &[String],
        (id, module): (&str, &str),
    ) -> Success {
        let Some((_, first)) = found.first() else { return Success::none(String::new()) };
        let described: Vec<&Success> =
            found.iter().map(|(_, success)| success).filter(|it| it.response != Response::NoContent).collect();
        let is_optional = described.len() < found.len();
        let all = |is: fn(&Response) -> bool| described.iter().all(|success| is(&success.response));
        let media_types: Vec<&str> = described.iter().filter_map(|success| success.response.media_type()).collect();
        let media_type = match media_types.as_slice() {
            [first, rest @ ..] if media_types.len() == described.len() && rest.iter().all(|it| it == first) => *first,
            _ => "*/*",
        };
        let response = if all(|response| matches!(response, Response::Text(_))) {
            Response::Text(media_type.to_owned())
        } else if !all(|response| response.ty().is_some()) {
            Response::Bytes(media_type.to_owned())
        } else {
            let variants = found.iter().zip(names).filter_map(|((at, success), name)| {
                let ty = match success.response.ty()? {
                    TypeRef::Nullable(inner) => (**inner).clone(),
                    ty => ty.clone(),
                };
                Some((name.clone(), ty, *at))
            });
            let variants: Vec<_> = variants.collect();
            let is_nullable = described.iter().any(|success| {
                matches!(&success.response, Response::OptionalPlain(_) | Response::Plain(TypeRef::Nullable(_)))
            });
            let ty = match variants.as_slice() {
                [(_, only, _)] => only.clone(),
                _ => self.types.union_of(&format!("{id}_response"), variants, first.schema),
            };
            self.note_use(module, &ty, false);
            if is_optional || is_nullable { Response::OptionalPlain(ty) } else { Response::Plain(ty) }
        };
        // The schema of one of them is not that of the response.
        let schema = first.schema.filter(|_| described.len() == 1);
        Success { response, schema, ..first.clone() }
    }

    /// All responses of an operation. One whose reference leads back to itself has no content.
    pub(super) fn responses(&self, operation: &Operation) -> Vec<StatusResponse> {
        let responses = operation.responses.iter().map(|(status, id)| {
            let written = self.api.responses.resolve(*id).map(|(_, response)| response);
            let content = written.into_iter().flat_map(|response| &response.content);
            StatusResponse {
                status: *status,
                pointer: self.document.at(self.api.responses.node(*id)).pointer(),
                has_headers: written.is_some_and(|response| response.has_headers),
                media_types: content.map(|media_type| media_type.name.clone()).collect(),
            }
        });
        responses.collect()
    }

    /// A response, where its type is defined, and the schema there. `slot` is where the operation has it.
    fn success(
        &mut self,
        response: &'d openapi::Response,
        node: PointerRef<'d>,
        slot: PointerRef<'d>,
        (id, module): (&str, &str),
    ) -> (Response, String, Option<SchemaId>) {
        let Some(content) = self.content(&response.content) else {
            if let Some(other) = response.content.first() {
                let message = format!("a response of type `{}` is not supported", other.name);
                self.sink.report(Code::Unsupported, self.document.at(other.node), message, SUPPORTED);
            } else if self.policy.requires_envelope {
                let help = "add `content` with `application/json` and the schema of the envelope";
                self.sink.report(Code::Answer, slot, "this response has no content", help);
            }
            return (Response::NoContent, node.pointer(), None);
        };
        self.check_raw(content);
        let media_type = content.media_type;
        let media_at = self.document.at(media_type.node);
        match content.format {
            Format::Json => {}
            // A form is read as the text that it is, and parts as the bytes that they are.
            Format::Text | Format::Form => return (Response::Text(accepted(media_type)), media_at.pointer(), None),
            Format::Bytes | Format::Multipart => {
                return (Response::Bytes(accepted(media_type)), media_at.pointer(), None);
            }
        }
        let Some(schema) = media_type.schema else {
            if !self.policy.requires_envelope {
                self.types.note_untyped(media_at, UntypedReason::NoSchema);
                return (Response::Plain(ANY), media_at.pointer(), None);
            }
            let help = "add `schema`: the envelope with its `data`";
            self.sink.report(Code::Answer, media_at, "this response has no schema", help);
            return (Response::NoContent, media_at.pointer(), None);
        };
        let schema_at = self.types.at(schema);
        let (response, schema) = if self.types.is_envelope(schema) {
            self.enveloped(schema, id)
        } else {
            if self.policy.requires_envelope {
                self.sink.report(
                    Code::Envelope,
                    schema_at,
                    "this response is not in the envelope",
                    "write `allOf:` with `$ref: '#/components/schemas/Envelope'` and an object with the property `data`",
                );
            }
            let (ty, nullable) = self.types.type_of(schema, &format!("{id}_answer"));
            (Response::Plain(ty.or_null(nullable)), schema)
        };
        if let Some(ty) = response.ty() {
            self.note_use(module, ty, false);
        }
        (response, self.types.at(schema).pointer(), Some(schema))
    }

    /// The `data` of an envelope, and its schema.
    fn enveloped(&mut self, schema: SchemaId, id: &str) -> (Response, SchemaId) {
        let mut data: Vec<SchemaId> = Vec::new();
        self.find_data(schema, &mut data, &mut Vec::new());
        match data.as_slice() {
            [] => (Response::Empty, schema),
            [only] => {
                if self.api.schemas.object(*only).is_some_and(is_empty_object) {
                    return (Response::Empty, *only);
                }
                let (ty, nullable) = self.types.type_of(*only, &format!("{id}_data"));
                let response = if nullable { Response::OptionalData(ty) } else { Response::Data(ty) };
                (response, *only)
            }
            [first, second, ..] => {
                let (first, second_at) = (self.types.at(*first), self.types.at(*second));
                let (message, help) = ("`data` is described twice", "describe it once");
                self.sink.report_with(Code::Envelope, second_at, message, help, (first, "first here"));
                (Response::Empty, *second)
            }
        }
    }

    /// Finds `data` beside the properties of the envelope.
    fn find_data(&mut self, id: SchemaId, data: &mut Vec<SchemaId>, seen: &mut Vec<SchemaId>) {
        let schema = match self.api.schemas.get(id) {
            ObjectOrRef::Object(schema) => schema,
            ObjectOrRef::Ref(target) => {
                if !seen.contains(target) {
                    seen.push(*target);
                    self.find_data(*target, data, seen);
                }
                return;
            }
        };
        for member in &schema.all_of {
            self.find_data(*member, data, seen);
        }
        for (name, property) in &schema.properties {
            let message = match (schema.keywords.is_envelope, name.as_str()) {
                (true, "code" | "message") => continue,
                (false, "data") => {
                    data.push(*property);
                    continue;
                }
                (true, _) => format!("`{name}` is not a property of the envelope that the client reads"),
                (false, _) => format!("the client does not read `{name}` of a response, only `data`"),
            };
            let help = "the envelope has `code` and `message`, and a response adds `data`";
            self.sink.report(Code::Envelope, self.types.at(*property), message, help);
        }
    }

    /// The client reads failures by itself: they must be the envelope.
    fn check_failure(&mut self, id: Id<openapi::Response>) {
        let Some((response, _)) = self.resolve(&self.api.responses, id) else { return };
        for schema in response.content.iter().filter_map(|media_type| media_type.schema) {
            if !self.types.is_envelope(schema) {
                self.sink.report(
                    Code::Envelope,
                    self.types.at(schema),
                    "a failure that is not the envelope",
                    "refer to the envelope, or leave `content` out and describe the failure in words",
                );
            }
        }
    }
}

/// The media type that the client asks for.
fn accepted(media_type: &MediaType) -> String {
    if can_be_a_header(&media_type.name) { media_type.name.clone() } else { "*/*".to_owned() }
}

/// An object that has no properties.
fn is_empty_object(schema: &Schema) -> bool {
    schema.keywords.ty == Some(Type::Object) && schema.size().1 == Some(0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{definition, model, operation, problems_of_ours, slips};
    use super::StatusResponse;

    fn call(responses: &str) -> String {
        format!("paths:\n  /a: {{get: {{responses: {{{responses}}}}}}}")
    }

    fn response(responses: &str) -> String {
        format!("{:?}", operation(&model(&call(responses))).response)
    }

    fn content(media_type: &str, schema: &str) -> String {
        format!("{{description: '', content: {{{media_type}: {{schema: {schema}}}}}}}")
    }

    #[test]
    fn the_content_of_a_success_is_the_response() {
        let none = "{description: ''}";
        let text = content("application/json", "{type: string}");
        for (responses, expected) in [
            (format!("'200': {text}"), "Plain(Primitive(String))"),
            (format!("2XX: {text}"), "Plain(Primitive(String))"),
            (format!("default: {text}"), "Plain(Primitive(String))"),
            (format!("'200': {text}, default: {}", content("application/json", "{}")), "Plain(Primitive(String))"),
            (format!("'200': {text}, '204': {none}"), "OptionalPlain(Primitive(String))"),
            (format!("'204': {none}"), "NoContent"),
            (format!("'404': {none}"), "NoContent"),
            (format!("'200': {}", content("text/plain", "{type: string}")), "Text(\"text/plain\")"),
            (format!("'200': {}", content("image/png", "{type: string, format: binary}")), "Bytes(\"image/png\")"),
        ] {
            assert_eq!(response(&responses), expected, "{responses}");
        }
    }

    #[test]
    fn one_response_is_taken() {
        let two = format!(
            "'200': {}, '201': {}",
            content("application/json", "{type: string}"),
            content("application/json", "{type: integer}")
        );
        let expected = "/paths/~1a/get/responses/201: several successful responses of different types".to_owned();
        assert!(problems_of_ours(&call(&two)).contains(&expected));
        let api = model(&call(&two));
        assert_eq!(definition(&api, "GetAResponse"), "union(Status200(String), Status201(Int64))");
        let none = "'204': {description: ''}";
        let shown = response(&format!("{two}, {none}"));
        assert!(shown.starts_with("OptionalPlain(Named("), "{shown}");
        let text = content("text/plain", "{type: string}");
        let csv = content("text/csv", "{type: string}");
        assert_eq!(response(&format!("'200': {text}, '201': {csv}")), "Text(\"*/*\")");
        assert_eq!(response(&format!("'200': {text}, {none}")), "Text(\"text/plain\")");
        let json = content("application/json", "{type: string}");
        assert_eq!(response(&format!("'200': {text}, '201': {json}")), "Bytes(\"*/*\")");
        let message = "there is no successful response: a call returns the status of a redirect as an error";
        let expected = format!("/paths/~1a/get/responses: {message}");
        assert_eq!(slips(&call("'302': {description: ''}")), [expected]);
    }

    #[test]
    fn an_operation_keeps_all_responses_by_status() {
        let text = content("text/plain", "{type: string}");
        let header = "{description: '', headers: {H: {schema: {type: string}}}}";
        let shown = |responses: &str| {
            let api = model(&call(responses));
            let found = operation(&api);
            let one = |response: &StatusResponse| {
                let header = if response.has_headers { " with headers" } else { "" };
                format!("{:?} {}{header}", response.status, response.media_types.join(" "))
            };
            (found.successes().map(one).collect::<Vec<_>>(), found.failures().map(one).collect::<Vec<_>>())
        };
        let found = shown(&format!("'404': {text}, default: {text}, 2XX: {header}"));
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let failures = texts(&["Code(404) text/plain", "Default text/plain"]);
        assert_eq!(found, (texts(&["Range(2)  with headers"]), failures));
        // Without another one the default response is that of a success.
        let found = shown(&format!("'404': {text}, default: {text}"));
        assert_eq!(found, (texts(&["Default text/plain"]), texts(&["Code(404) text/plain"])));
    }
}
