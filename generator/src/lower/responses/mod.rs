//! The response of a successful call.

use super::Lowering;
use super::failures::{in_order, variant_name};
use super::media_type::{Content, Format, can_be_a_header, content_name, essence, is_json};
use super::schemas::ANY;
use crate::diagnostic::Code;
use crate::document::arena::{Id, ObjectOrRef};
use crate::document::openapi::{self, MediaType, Method, Operation, Status};
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, SchemaId, Type};
use crate::model::{
    JSON, MediaTypeEnum, MediaTypeVariant, Response, SourceRef, StatusEnum, StatusVariant, TypeRef, UntypedReason,
};
use crate::names::{Case, UniqueNames};

/// The help for content that cannot be read.
const SUPPORTED: &str =
    "JSON is supported; in third-party documents also text and bytes, with a schema of `type: string`";

/// The names of the types that the responses of an operation require.
#[derive(Debug)]
pub(super) struct ResponseNames<'n> {
    /// The name of the operation.
    pub(super) operation: &'n str,
    /// The names of the types of all operations.
    pub(super) types: &'n mut UniqueNames,
    /// The enumerations by media type of this operation: responses with the same content share one.
    pub(super) media_types: Vec<MediaTypeEnum>,
    /// The number of media types that are not used.
    pub(super) unused: usize,
}

impl ResponseNames<'_> {
    /// The enumeration with these variants.
    fn media_type_enum(&mut self, variants: Vec<MediaTypeVariant>, suffix: &str) -> MediaTypeEnum {
        // Two schemas that are described in place can be the same type.
        let same = |one: &MediaTypeVariant, other: &MediaTypeVariant| {
            (&one.media_types, &one.response) == (&other.media_types, &other.response)
        };
        let is_same = |known: &&MediaTypeEnum| {
            known.variants.len() == variants.len()
                && known.variants.iter().zip(&variants).all(|(one, it)| same(one, it))
        };
        if let Some(known) = self.media_types.iter().find(is_same) {
            return known.clone();
        }
        let type_name = self.types.issue_type(&format!("{}{suffix}", self.operation));
        let contents = MediaTypeEnum { type_name, variants };
        self.media_types.push(contents.clone());
        contents
    }
}

/// Where a response is, and what its types are called after.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResponsePlace<'d, 'n> {
    /// Where it is defined.
    pub(super) node: PointerRef<'d>,
    /// Where the operation has it.
    pub(super) slot: PointerRef<'d>,
    /// The name of a type that is described in place.
    pub(super) hint: &'n str,
    /// What the name of an enumeration by media type ends with.
    pub(super) suffix: &'n str,
    /// A response to `HEAD` has no content, whatever the document describes (RFC 9110, section 9.3.2).
    pub(super) is_of_head: bool,
}

/// A response of one status.
#[derive(Debug)]
pub(super) struct ReadResponse {
    pub(super) response: Response,
    /// Where its type is defined.
    pub(super) node: String,
    /// The schema that its type is made of.
    schema: Option<SchemaId>,
    /// The media type to request; `None` without content.
    media_type: Option<String>,
}

impl ReadResponse {
    fn none(node: String) -> Self {
        Self { response: Response::NoContent, node, schema: None, media_type: None }
    }
}

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

/// A success of an operation, with its status.
struct Found<'d> {
    status: Status,
    at: PointerRef<'d>,
    description: &'d str,
    success: Success,
}

impl<'d> Lowering<'d> {
    /// The one successful response of an operation, or all of them by status; and the value of the header `Accept`.
    pub(super) fn response(
        &mut self,
        operation: &'d Operation,
        names: &mut ResponseNames<'_>,
        (id, module): (&str, &str),
    ) -> (Success, String) {
        let mut successes: Vec<&(Status, Id<openapi::Response>)> =
            operation.responses.iter().filter(|(status, _)| status.is_of(2)).collect();
        if self.policy.requires_envelope {
            for (_, failure) in operation.responses.iter().filter(|(status, _)| !status.is_of(2)) {
                self.check_failure(*failure);
            }
        } else if successes.is_empty() {
            successes.extend(operation.responses.iter().find(|(status, _)| *status == Status::Default));
        }
        let mut found: Vec<Found<'d>> = Vec::new();
        let mut media_types: Vec<String> = Vec::new();
        for &&(status, response_id) in &successes {
            let at = self.document.at(self.api.responses.node(response_id));
            let Some((written, node)) = self.resolve(&self.api.responses, response_id) else { continue };
            let hint = format!("{id}_response");
            let is_of_head = operation.method == Method::Head;
            let place = ResponsePlace { node, slot: at, hint: &hint, suffix: "Content", is_of_head };
            let ReadResponse { response, node, schema, media_type } =
                self.read_response(written, place, names, (id, module));
            media_types.extend(media_type.filter(|name| !media_types.contains(name)));
            let source_ref = SourceRef { slot: at.pointer(), node };
            let success = Success { response, source_ref, schema };
            found.push(Found { status, at, description: &written.description, success });
        }
        (self.success(operation, &found, names), accept(&media_types))
    }

    /// The one response that the successes of an operation are, or all of them by status.
    fn success(&mut self, operation: &Operation, found: &[Found<'d>], names: &mut ResponseNames<'_>) -> Success {
        let operation_at = self.document.at(operation.node);
        let responses_at = operation_at.key("responses");
        let mut distinct: Vec<&Found<'d>> = Vec::new();
        for one in found {
            if !distinct.iter().any(|known| known.success.response == one.success.response) {
                distinct.push(one);
            }
        }
        let is_loose = !self.policy.requires_envelope;
        match distinct.as_slice() {
            [only] => only.success.clone(),
            // Only failures are described, so nothing is known about the response of a success. A redirect alone is no
            // success: the client does not follow it.
            [] if is_loose && !operation.responses.iter().any(|(status, _)| status.is_of(3)) => {
                Success::none(responses_at.pointer())
            }
            [] => {
                let (message, help) = ("there is no successful response", "describe the response under `'200'`");
                // The client follows no redirect, and a call returns its status as an error.
                let effect = "a call returns the status of a redirect as an error";
                self.sink.report_recoverable(Code::Answer, responses_at, message, help, effect);
                Success::none(responses_at.pointer())
            }
            [first, ..] if is_loose => match one_type(&distinct) {
                Some(success) => success,
                None => {
                    let variants = found.iter().map(|one| StatusVariant {
                        variant: variant_name(one.status),
                        status: one.status,
                        source_ref: one.success.source_ref.clone(),
                        description: one.description.to_owned(),
                        response: one.success.response.clone(),
                    });
                    let type_name = names.types.issue_type(&format!("{}Success", names.operation));
                    let successes = StatusEnum { type_name, variants: in_order(variants.collect()) };
                    let source_ref = first.success.source_ref.clone();
                    // The schema of one of them is not that of the response.
                    Success { response: Response::ByStatus(successes), source_ref, schema: None }
                }
            },
            [first, second, ..] => {
                self.sink.report_with(
                    Code::Unsupported,
                    second.at,
                    "several successful responses of different types",
                    "keep the one that callers get; a call returns one type",
                    (first.at, "another one"),
                );
                Success::none(responses_at.pointer())
            }
        }
    }

    /// A response of any status.
    pub(super) fn read_response(
        &mut self,
        response: &'d openapi::Response,
        place: ResponsePlace<'d, '_>,
        names: &mut ResponseNames<'_>,
        context: (&str, &str),
    ) -> ReadResponse {
        if place.is_of_head && !self.policy.requires_envelope {
            return ReadResponse::none(place.node.pointer());
        }
        let (contents, unused) = self.contents(&response.content);
        names.unused += unused;
        let first = contents.first().and_then(|same| same.first()).copied();
        if let [_, _, ..] = contents.as_slice() {
            let node = place.node.key("content").pointer();
            let mut variants = self.variants(&contents, place.hint, context);
            if variants.len() == 1
                && let Some(only) = variants.pop()
            {
                let media_type = first.map(requested);
                return ReadResponse { response: only.response, node, schema: only.schema, media_type };
            }
            let media_type = variants.first().and_then(|variant| variant.media_types.first()).cloned();
            let response = Response::ByMediaType(names.media_type_enum(variants, place.suffix));
            return ReadResponse { response, node, schema: None, media_type };
        }
        match first {
            Some(content) => {
                let (response, node, schema) = self.read_content(content, place.hint, context);
                ReadResponse { response, node, schema, media_type: Some(requested(content)) }
            }
            None => {
                if let Some(other) = response.content.first() {
                    let message = format!("a response of type `{}` is not supported", other.name);
                    self.sink.report(Code::Unsupported, self.document.at(other.node), message, SUPPORTED);
                } else if self.policy.requires_envelope {
                    let help = "add `content` with `application/json` and the schema of the envelope";
                    self.sink.report(Code::Answer, place.slot, "this response has no content", help);
                }
                ReadResponse::none(place.node.pointer())
            }
        }
    }

    /// The variants of content with several media types.
    fn variants(&mut self, contents: &[Vec<Content<'d>>], hint: &str, context: (&str, &str)) -> Vec<MediaTypeVariant> {
        let mut variants: Vec<MediaTypeVariant> = Vec::with_capacity(contents.len());
        let mut names: Vec<String> = Vec::with_capacity(contents.len());
        for same in contents {
            let Some(content) = same.first().copied() else { continue };
            let (response, ..) = self.read_content(content, hint, context);
            let mut media_types = same.iter().map(|content| content.media_type.name.clone());
            let is_json = content.format == Format::Json;
            // Schemas that are described in place can be the same type, such as a list of a component.
            if let Some(known) = variants.iter_mut().find(|known| is_json && known.response == response) {
                known.media_types.extend(media_types.by_ref());
                continue;
            }
            names.push(content_name(content));
            variants.push(MediaTypeVariant {
                variant: String::new(),
                method: String::new(),
                media_types: media_types.collect(),
                schema: if is_json { self.schema_of(content.media_type) } else { None },
                response,
            });
        }
        let issued = |names: Vec<String>, case| {
            UniqueNames::default().issue_all(&names.iter().map(String::as_str).collect::<Vec<_>>(), case)
        };
        let methods = names.iter().map(|name| format!("into_{name}")).collect();
        let named = issued(names, Case::Camel).into_iter().zip(issued(methods, Case::Snake));
        for (known, (variant, method)) in variants.iter_mut().zip(named) {
            (known.variant, known.method) = (variant, method);
        }
        variants
    }

    /// Content of a response, where its type is defined, and the schema there.
    fn read_content(
        &mut self,
        content: Content<'d>,
        hint: &str,
        (id, module): (&str, &str),
    ) -> (Response, String, Option<SchemaId>) {
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
            let (ty, nullable) = self.types.type_of(schema, hint);
            (Response::Plain(ty.or_null(nullable)), schema)
        };
        if let Some(ty) = response.ty() {
            self.note_use(module, ty, false);
        }
        (response, self.types.at(schema).pointer(), Some(schema))
    }

    /// The type of the argument with which a caller chooses the media type of the response, and its media types. `None` if
    /// there is no choice.
    pub(super) fn accept(
        &mut self,
        response: &Response,
        operation: &'d Operation,
        (id, module): (&str, &str),
    ) -> Option<(TypeRef, Vec<String>)> {
        let mut choices: Vec<(String, String)> = Vec::new();
        for variant in response.media_type_enums().flat_map(|contents| &contents.variants) {
            let media_type = variant.media_types.first()?;
            if !choices.iter().any(|(_, known)| known == media_type) {
                choices.push((variant.variant.clone(), media_type.clone()));
            }
        }
        let media_types: Vec<String> = choices.iter().map(|(_, media_type)| media_type.clone()).collect();
        if media_types.is_empty() {
            return None;
        }
        let ty = self.types.media_types(&format!("{id}_accept"), choices, operation.node);
        self.note_use(module, &ty, true);
        Some((ty, media_types))
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

/// The response that several successes are, if callers need not know the status: one type beside no content, or texts
/// and bytes of several media types.
fn one_type(distinct: &[&Found<'_>]) -> Option<Success> {
    let has_content = |one: &&&Found<'_>| one.success.response != Response::NoContent;
    let with_content: Vec<&Found<'_>> = distinct.iter().filter(has_content).copied().collect();
    let first = with_content.first()?.success.clone();
    if let ([_], Response::Plain(ty)) = (with_content.as_slice(), &first.response) {
        return Some(Success { response: Response::OptionalPlain(ty.clone()), ..first });
    }
    let all = |is: fn(&Response) -> bool| with_content.iter().all(|one| is(&one.success.response));
    let any = || "*/*".to_owned();
    let media_type = match (&first.response, with_content.len()) {
        (Response::Text(media_type) | Response::Bytes(media_type), 1) => media_type.clone(),
        _ => any(),
    };
    let response = match &first.response {
        Response::Text(_) if all(|response| matches!(response, Response::Text(_))) => Response::Text(media_type),
        Response::Bytes(_) if all(|response| matches!(response, Response::Bytes(_))) => Response::Bytes(media_type),
        _ => return None,
    };
    Some(Success { response, ..first })
}

/// The media type of content as a request can name it.
fn accepted(media_type: &MediaType) -> String {
    if can_be_a_header(&media_type.name) { media_type.name.clone() } else { "*/*".to_owned() }
}

/// The media type that the client requests for content: as documented, or JSON of a range of media types.
fn requested(content: Content<'_>) -> String {
    match (content.format, accepted(content.media_type)) {
        (Format::Json, name) if name.contains('*') => JSON.to_owned(),
        (_, name) => name,
    }
}

/// The value of the header `Accept` for successes of these media types.
fn accept(media_types: &[String]) -> String {
    match media_types {
        [] => JSON.to_owned(),
        [only] => only.clone(),
        several if several.iter().all(|name| is_json(&essence(name))) => several.join(", "),
        _ => "*/*".to_owned(),
    }
}

/// An object that has no properties.
fn is_empty_object(schema: &Schema) -> bool {
    schema.keywords.ty == Some(Type::Object) && schema.size().1 == Some(0)
}

#[cfg(test)]
mod tests;
