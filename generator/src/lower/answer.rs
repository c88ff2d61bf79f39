//! What a successful call answers.

use openapiv3::{Operation, ReferenceOr, Response, Responses, Schema, StatusCode};

use super::content::Form;
use super::graph::Use;
use super::keys::{Keys, Slot};
use super::{Lowering, Target};
use crate::Dialect;
use crate::diagnostic::Code;
use crate::document::pointer::At;
use crate::model::{Answer, Origin, Primitive, TypeRef};

/// The help for content that cannot be read.
const ANSWERS: &str =
    "supported is JSON; in documents of others also texts and bytes as they are, with a schema of `type: string`";

impl<'d> Lowering<'d> {
    /// The one successful answer of an operation.
    pub(super) fn answer(
        &mut self,
        operation: &'d Operation,
        at: At<'_>,
        (id, module): (&str, &str),
    ) -> (Answer, Origin) {
        let responses_at = at.key("responses");
        let responses = &operation.responses;
        let mut successes: Vec<(String, &'d ReferenceOr<Response>)> = Vec::new();
        let mut failures: Vec<(String, &'d ReferenceOr<Response>)> = Vec::new();
        for (status, response) in &responses.responses {
            let success = match status {
                StatusCode::Code(code) => (200..300).contains(code),
                StatusCode::Range(hundreds) => *hundreds == 2,
            };
            let list = if success { &mut successes } else { &mut failures };
            list.push((status_key(status), response));
        }
        if let Some(default) = &responses.default {
            let success = successes.is_empty() && self.dialect == Dialect::Foreign;
            let list = if success { &mut successes } else { &mut failures };
            list.push(("default".to_owned(), default));
        }
        self.failures(&failures, responses_at);
        let mut answers: Vec<(&str, (Answer, Origin))> = Vec::new();
        let mut has_headers = false;
        for (status, response) in &successes {
            let at = responses_at.key(status);
            let Some((response, pointer)) = self.resolve(response, at, "responses", |all| &all.responses) else {
                continue;
            };
            has_headers |= !response.headers.is_empty();
            let (answer, node) = self.success(response, At::Base(&pointer), at, (id, module));
            if !answers.iter().any(|(_, (known, _))| *known == answer) {
                answers.push((status, (answer, Origin { slot: at.pointer(), node })));
            }
        }
        if has_headers {
            self.unused.headers.add(responses_at);
        }
        let nothing = (Answer::Nothing, Origin { slot: responses_at.pointer(), node: responses_at.pointer() });
        match answers.as_slice() {
            [(_, answer)] => answer.clone(),
            // With content under one status and without under another.
            [(_, (Answer::Plain(ty), origin)), (_, (Answer::Nothing, _))]
            | [(_, (Answer::Nothing, _)), (_, (Answer::Plain(ty), origin))]
                if self.dialect == Dialect::Foreign =>
            {
                (Answer::OptionalPlain(ty.clone()), origin.clone())
            }
            // Only failures are described, so nothing is known about the answer of a success.
            [] if self.dialect == Dialect::Foreign && !has_redirects(responses) => nothing,
            [] => {
                self.found.tell(
                    Code::Answer,
                    responses_at,
                    "there is no successful answer",
                    "describe the answer under `'200'`",
                );
                nothing
            }
            [(first, _), (second, _), ..] => {
                self.found.tell_with(
                    Code::Unsupported,
                    responses_at.key(second),
                    "several successful answers of different forms",
                    "keep the one that callers get; a call has one type of answer",
                    (responses_at.key(first), "another one"),
                );
                nothing
            }
        }
    }

    /// An answer, and where its type is written.
    fn success(
        &mut self,
        response: &'d Response,
        response_at: At<'_>,
        at: At<'_>,
        (id, module): (&str, &str),
    ) -> (Answer, String) {
        let content_at = response_at.key("content");
        let Some(content) = self.content(&response.content, content_at) else {
            if let Some((other, _)) = response.content.first() {
                let message = format!("an answer of type `{other}` is not supported");
                self.found.tell(Code::Unsupported, content_at.key(other), message, ANSWERS);
            } else if self.dialect == Dialect::FlightHub {
                let help = "add `content` with `application/json` and the schema of the envelope";
                self.found.tell(Code::Answer, at, "this answer has no content", help);
            }
            return (Answer::Nothing, response_at.pointer());
        };
        let media_at = content_at.key(content.name);
        match content.form {
            Form::Json => {}
            Form::Text => return (Answer::Text(content.name.to_owned()), media_at.pointer()),
            Form::Bytes => return (Answer::Bytes(content.name.to_owned()), media_at.pointer()),
            Form::Pairs => {
                let message = format!("an answer of type `{}` is not supported", content.name);
                self.found.tell(Code::Unsupported, media_at, message, ANSWERS);
                return (Answer::Nothing, media_at.pointer());
            }
        }
        let Some(schema) = &content.media.schema else {
            if self.dialect == Dialect::Foreign {
                return (Answer::Plain(ANY), media_at.pointer());
            }
            let help = "add `schema`: the envelope with its `data`";
            self.found.tell(Code::Answer, media_at, "this answer has no schema", help);
            return (Answer::Nothing, media_at.pointer());
        };
        let schema_at = media_at.key("schema");
        let slot = Slot::from(schema);
        let (answer, node) = if self.types.is_wrapper(slot) {
            self.enveloped(slot, schema_at, id)
        } else {
            if self.dialect == Dialect::FlightHub {
                self.found.tell(
                    Code::Envelope,
                    schema_at,
                    "this answer is not wrapped in the envelope",
                    "write `allOf:` with `$ref: '#/components/schemas/Envelope'` and an object with the property `data`",
                );
            }
            let (ty, nullable) = self.types.slot(slot, schema_at, &format!("{id}_answer"));
            (Answer::Plain(ty.or_null(nullable)), schema_at.pointer())
        };
        if let Some(ty) = answer.ty() {
            self.uses.push(Use { module: module.to_owned(), ty: ty.clone(), in_request: false });
        }
        (answer, node)
    }

    /// The `data` of an envelope, and where it is written.
    fn enveloped(&mut self, slot: Slot<'d>, at: At<'_>, id: &str) -> (Answer, String) {
        let mut data: Vec<(Slot<'d>, String)> = Vec::new();
        self.unwrap(slot, at, &mut data, &mut Vec::new());
        match data.as_slice() {
            [] => (Answer::Acknowledgement, at.pointer()),
            [(slot, pointer)] => {
                if let Slot::Schema(schema) = slot
                    && is_nothing(schema)
                {
                    return (Answer::Acknowledgement, pointer.clone());
                }
                let (ty, nullable) = self.types.slot(*slot, At::Base(pointer), &format!("{id}_data"));
                let answer = if nullable { Answer::OptionalData(ty) } else { Answer::Data(ty) };
                (answer, pointer.clone())
            }
            [(_, first), (_, second), ..] => {
                let (message, help) = ("`data` is described twice", "describe it once");
                self.found.tell_with(Code::Envelope, At::Base(second), message, help, (At::Base(first), "first here"));
                (Answer::Acknowledgement, second.clone())
            }
        }
    }

    /// Finds `data` beside the members of the envelope.
    fn unwrap(&mut self, slot: Slot<'d>, at: At<'_>, data: &mut Vec<(Slot<'d>, String)>, seen: &mut Vec<&'d str>) {
        match slot {
            Slot::Reference(reference) => {
                if !seen.contains(&reference)
                    && let Some((_, pointer, target)) = self.types.component(reference)
                {
                    seen.push(reference);
                    self.unwrap(target, At::Base(&pointer), data, seen);
                }
            }
            Slot::Schema(schema) => {
                let keys = Keys::of(schema);
                let list = at.key("allOf");
                for (index, member) in keys.all_of.iter().enumerate() {
                    self.unwrap(Slot::from(member), list.index(index), data, seen);
                }
                let properties = at.key("properties");
                for (name, property) in keys.properties.into_iter().flatten() {
                    let here = properties.key(name);
                    let message = match (keys.is_envelope(), name.as_str()) {
                        (true, "code" | "message") => continue,
                        (false, "data") => {
                            data.push((Slot::from(property), here.pointer()));
                            continue;
                        }
                        (true, _) => format!("`{name}` is not a member of the envelope that the client knows"),
                        (false, _) => format!("`{name}` stands beside `data`, where the client does not look"),
                    };
                    let help = "the envelope has `code` and `message`, and an answer adds `data`";
                    self.found.tell(Code::Envelope, here, message, help);
                }
            }
        }
    }

    /// Failures of our own specification are read by the client. Those of others are not typed.
    fn failures(&mut self, failures: &[(String, &'d ReferenceOr<Response>)], responses_at: At<'_>) {
        if self.dialect == Dialect::FlightHub {
            for (status, response) in failures {
                self.failure(status, response, responses_at);
            }
            return;
        }
        let first = failures.iter().find(|(status, response)| {
            let at = responses_at.key(status);
            let target = self.target(response, at, "responses", |all| &all.responses);
            matches!(target, Target::Found(response, _) if !response.content.is_empty())
        });
        if let Some((status, _)) = first {
            self.unused.failures.add(responses_at.key(status));
        }
    }

    /// A failure must have the form that the client knows.
    fn failure(&mut self, status: &str, response: &'d ReferenceOr<Response>, responses_at: At<'_>) {
        let at = responses_at.key(status);
        let Some((response, pointer)) = self.resolve(response, at, "responses", |all| &all.responses) else { return };
        let content = At::Base(&pointer);
        let content = content.key("content");
        for (media_type, media) in &response.content {
            let here = content.key(media_type);
            if let Some(schema) = &media.schema
                && !self.types.is_wrapper(Slot::from(schema))
            {
                self.found.tell(
                    Code::Envelope,
                    here.key("schema"),
                    "a failure that is not the envelope",
                    "refer to the envelope, or leave `content` out and describe the failure in words",
                );
            }
        }
    }
}

/// An object that may be null and has no members.
fn is_nothing(schema: &Schema) -> bool {
    let keys = Keys::of(schema);
    keys.schema_type == Some("object") && keys.size.1 == Some(0)
}

/// Whether a call is answered with another place to ask. The client does not go there, so the call never succeeds.
fn has_redirects(responses: &Responses) -> bool {
    responses.responses.keys().any(|status| match status {
        StatusCode::Code(code) => (300..400).contains(code),
        StatusCode::Range(hundreds) => *hundreds == 3,
    })
}

fn status_key(status: &StatusCode) -> String {
    match status {
        StatusCode::Code(code) => code.to_string(),
        StatusCode::Range(hundreds) => format!("{hundreds}XX"),
    }
}

/// The type of a body that is any JSON.
pub(super) const ANY: TypeRef = TypeRef::Primitive(Primitive::Json);
