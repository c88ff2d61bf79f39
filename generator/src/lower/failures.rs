//! Responses by status: the bodies of failures, and successes that differ.
//!
//! In: the responses of an operation. Out: an enumeration with a variant for each status, in the order in which they
//! apply: a status, then a range of statuses, then the default (OpenAPI 3.0.4, "Responses Object").

use super::Lowering;
use super::responses::{ResponseNames, ResponsePlace};
use crate::document::openapi::{Method, Operation, Status};
use crate::model::{SourceRef, StatusEnum, StatusVariant};

impl<'d> Lowering<'d> {
    /// The failures of an operation, if one of them has a body that the document describes.
    ///
    /// The default response is a failure, unless it is the only description of a success. In the dialect FlightHub all
    /// failures are the envelope, which the runtime decodes.
    pub(super) fn failure(
        &mut self,
        operation: &'d Operation,
        names: &mut ResponseNames<'_>,
        (id, module): (&str, &str),
    ) -> Option<StatusEnum> {
        if self.policy.requires_envelope {
            return None;
        }
        let has_success = operation.responses.iter().any(|(status, _)| status.is_of(2));
        // A 1XX response is followed by the final response, which a call returns.
        let is_failure = |status: Status| match status {
            Status::Default => has_success,
            status => !status.is_of(1) && !status.is_of(2),
        };
        let failures: Vec<_> = operation.responses.iter().filter(|(status, _)| is_failure(*status)).collect();
        let has_content = |id| self.api.responses.resolve(id).is_some_and(|(_, response)| !response.content.is_empty());
        if !failures.iter().any(|(_, id)| has_content(*id)) {
            return None;
        }
        let mut variants = Vec::with_capacity(failures.len());
        for (status, response_id) in failures {
            let slot = self.document.at(self.api.responses.node(*response_id));
            let Some((response, node)) = self.resolve(&self.api.responses, *response_id) else { continue };
            let variant = variant_name(*status);
            let hint = format!("{id}_{variant}");
            let is_of_head = operation.method == Method::Head;
            let place = ResponsePlace { node, slot, hint: &hint, suffix: "FailureContent", is_of_head };
            let read = self.read_response(response, place, names, (id, module));
            variants.push(StatusVariant {
                variant,
                status: *status,
                source_ref: SourceRef { slot: slot.pointer(), node: read.node },
                description: response.description.clone(),
                response: read.response,
            });
        }
        let type_name = names.types.issue_type(&format!("{}Failure", names.operation));
        Some(StatusEnum { type_name, variants: in_order(variants) })
    }
}

/// Variants in the order in which they apply.
pub(super) fn in_order(mut variants: Vec<StatusVariant>) -> Vec<StatusVariant> {
    variants.sort_by_key(|variant| match variant.status {
        Status::Code(_) => 0,
        Status::Range(_) => 1,
        Status::Default => 2,
    });
    variants
}

/// The name of a status in the IANA registry.
pub(super) fn variant_name(status: Status) -> String {
    let name = match status {
        Status::Default => "Default",
        Status::Range(1) => "Informational",
        Status::Range(2) => "Successful",
        Status::Range(3) => "Redirection",
        Status::Range(4) => "ClientError",
        Status::Range(5) => "ServerError",
        Status::Range(hundreds) => return format!("Status{hundreds}xx"),
        Status::Code(code) => match code {
            200 => "Ok",
            201 => "Created",
            202 => "Accepted",
            203 => "NonAuthoritativeInformation",
            204 => "NoContent",
            205 => "ResetContent",
            206 => "PartialContent",
            207 => "MultiStatus",
            208 => "AlreadyReported",
            226 => "ImUsed",
            300 => "MultipleChoices",
            301 => "MovedPermanently",
            302 => "Found",
            303 => "SeeOther",
            304 => "NotModified",
            305 => "UseProxy",
            307 => "TemporaryRedirect",
            308 => "PermanentRedirect",
            400 => "BadRequest",
            401 => "Unauthorized",
            402 => "PaymentRequired",
            403 => "Forbidden",
            404 => "NotFound",
            405 => "MethodNotAllowed",
            406 => "NotAcceptable",
            407 => "ProxyAuthenticationRequired",
            408 => "RequestTimeout",
            409 => "Conflict",
            410 => "Gone",
            411 => "LengthRequired",
            412 => "PreconditionFailed",
            413 => "ContentTooLarge",
            414 => "UriTooLong",
            415 => "UnsupportedMediaType",
            416 => "RangeNotSatisfiable",
            417 => "ExpectationFailed",
            421 => "MisdirectedRequest",
            422 => "UnprocessableContent",
            423 => "Locked",
            424 => "FailedDependency",
            425 => "TooEarly",
            426 => "UpgradeRequired",
            428 => "PreconditionRequired",
            429 => "TooManyRequests",
            431 => "RequestHeaderFieldsTooLarge",
            451 => "UnavailableForLegalReasons",
            500 => "InternalServerError",
            501 => "NotImplemented",
            502 => "BadGateway",
            503 => "ServiceUnavailable",
            504 => "GatewayTimeout",
            505 => "HttpVersionNotSupported",
            506 => "VariantAlsoNegotiates",
            507 => "InsufficientStorage",
            508 => "LoopDetected",
            510 => "NotExtended",
            511 => "NetworkAuthenticationRequired",
            other => return format!("Status{other}"),
        },
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{definition, flighthub_model, model, operation};

    /// The variants of the failures of an operation with these responses.
    fn failures(responses: &str) -> Option<Vec<String>> {
        let api = model(&format!("paths:\n  /a: {{get: {{responses: {{{responses}}}}}}}"));
        let failure = operation(&api).failure.as_ref()?;
        assert_eq!(failure.type_name, "GetAFailure");
        Some(failure.variants.iter().map(|it| format!("{} {:?}", it.variant, it.response)).collect())
    }

    fn json(ty: &str) -> String {
        format!("{{description: D, content: {{application/json: {{schema: {{type: {ty}}}}}}}}}")
    }

    const NONE: &str = "{description: D}";

    #[test]
    fn a_failure_has_a_variant_for_each_status() {
        let (string, integer, boolean) = (json("string"), json("integer"), json("boolean"));
        let text = "{description: D, content: {text/plain: {schema: {type: string}}}}";
        let bytes = "{description: D, content: {image/png: {schema: {type: string, format: binary}}}}";
        let responses = format!(
            "'200': {NONE}, default: {string}, 4XX: {integer}, '404': {boolean}, '410': {NONE}, '418': {text}, '500': {bytes}"
        );
        let expected = [
            "NotFound Plain(Primitive(Boolean))",
            "Gone NoContent",
            "Status418 Text(\"text/plain\")",
            "InternalServerError Bytes(\"image/png\")",
            "ClientError Plain(Primitive(Int64))",
            "Default Plain(Primitive(String))",
        ];
        assert_eq!(failures(&responses).unwrap(), expected);
    }

    #[test]
    fn without_a_described_body_there_is_no_type() {
        let string = json("string");
        assert_eq!(failures(&format!("'200': {string}, '404': {NONE}")), None);
        assert_eq!(failures(&format!("'200': {string}, '103': {string}")), None);
        // The only response of an operation describes its success.
        assert_eq!(failures(&format!("default: {string}")), None);
        assert_eq!(failures(&format!("default: {string}, '404': {NONE}")), None);
        let one = ["NotFound Plain(Primitive(String))".to_owned()];
        assert_eq!(failures(&format!("default: {string}, '404': {string}")).unwrap(), one);
        assert_eq!(failures(&format!("'404': {string}")).unwrap(), one);
        let redirect = ["Redirection Plain(Primitive(String))".to_owned()];
        assert_eq!(failures(&format!("'204': {NONE}, 3XX: {string}")).unwrap(), redirect);
    }

    #[test]
    fn a_schema_in_place_is_named_after_its_status() {
        let schema = "{type: object, properties: {a: {type: string}}}";
        let content = format!("{{description: D, content: {{application/problem+json: {{schema: {schema}}}}}}}");
        let api = model(&format!("paths:\n  /a: {{get: {{responses: {{'204': {NONE}, '404': {content}}}}}}}"));
        assert_eq!(definition(&api, "GetANotFound"), "{a?: String}");
        assert!(api.types.iter().all(|definition| definition.is_used));
    }

    #[test]
    fn our_failures_are_the_envelope() {
        let envelope = "Envelope: {type: object, x-envelope: true, required: [code, message], \
                        properties: {code: {type: integer}, message: {type: string}}}";
        let content = "content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}";
        let call = format!(
            "{{get: {{operationId: a, tags: [T], x-risk: read, x-retry: safe, responses: {{'200': {{description: D, {content}}}, \
             '404': {{description: D, {content}}}}}}}}}"
        );
        let api = flighthub_model(&format!(
            "tags: [{{name: T}}]\ncomponents: {{schemas: {{{envelope}}}}}\npaths:\n  /a: {call}"
        ));
        assert!(operation(&api).failure.is_none());
    }
}
