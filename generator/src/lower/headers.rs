//! Headers of responses.
//!
//! In: the Header Objects of the responses of an operation. Out: a typed header for each Header Object, and for the
//! operation one method for each header name. A value whose type cannot be read from a string is a string.

use super::Lowering;
use super::docs;
use super::media_type::{essence, is_json};
use super::schemas::ANY;
use crate::diagnostic::Code;
use crate::document::arena::Id;
use crate::document::openapi::{Header, Operation, Response};
use crate::document::pointer::PointerRef;
use crate::model::{Docs, HeaderFormat, Primitive, ResponseHeader, SourceRef, TypeRef, TypedHeader, TypedHeaders};
use crate::names::{Case, UniqueNames};

/// A string.
const TEXT: TypeRef = TypeRef::Primitive(Primitive::String);

/// Names of methods that every type of headers has.
const RESERVED_METHODS: &[&str] = &["clone", "from", "into", "fmt"];

impl<'d> Lowering<'d> {
    /// The headers of all responses of an operation, in the order of the document.
    pub(super) fn response_headers(&mut self, operation: &'d Operation, context: (&str, &str)) -> Vec<ResponseHeader> {
        let mut headers = Vec::new();
        for (_, id) in &operation.responses {
            if let Some((_, response)) = self.api.responses.resolve(*id) {
                headers.extend(self.headers(response, context));
            }
        }
        headers
    }

    /// The headers of a response, without `Content-Type`: OpenAPI ignores it there, and `content` describes it.
    fn headers(&mut self, response: &'d Response, context: (&str, &str)) -> Vec<ResponseHeader> {
        let headers = response.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        headers.filter_map(|(name, id)| self.header(name, *id, context)).collect()
    }

    fn header(&mut self, name: &str, id: Id<Header>, (operation_id, module): (&str, &str)) -> Option<ResponseHeader> {
        let slot = self.document.at(self.api.headers.node(id));
        if !is_field_name(name) {
            let message = format!("`{name}` cannot be the name of a header");
            let help = "use letters, digits and hyphens";
            self.sink.report_recoverable(Code::WrongValue, slot, message, help, "no response can have it");
            return None;
        }
        let (header, node) = self.resolve(&self.api.headers, id)?;
        let (end, _) = self.api.headers.resolve(id)?;
        let hint = match self.api.headers.name(end) {
            Some(component) => format!("{component}_header"),
            None => format!("{operation_id}_{name}_header"),
        };
        let (ty, format) = self.header_type(end, header, &hint);
        self.note_use(module, &ty, false);
        let schemas = &self.api.schemas;
        let docs = Docs {
            description: header.description.clone().or_else(|| docs::description(schemas, header.schema?)),
            constraints: header.schema.and_then(|schema| docs::constraints_in_place(schemas, schema)),
            source: None,
        };
        Some(ResponseHeader {
            name: name.to_owned(),
            source_ref: SourceRef { slot: slot.pointer(), node: node.pointer() },
            required: header.required,
            deprecated: header.deprecated,
            ty,
            format,
            docs,
        })
    }

    /// The type of a header, which is read once: responses refer to the same header.
    fn header_type(&mut self, id: Id<Header>, header: &'d Header, hint: &str) -> (TypeRef, HeaderFormat) {
        if let Some(known) = self.header_types.get(&id) {
            return known.clone();
        }
        let found = match (header.schema, header.content.first()) {
            (Some(schema), _) => {
                let (ty, _) = self.types.type_of(schema, hint);
                match self.resolved(&ty) {
                    // Every value is a string there.
                    TypeRef::Primitive(Primitive::Json | Primitive::Bytes | Primitive::Binary) => {
                        (TEXT, HeaderFormat::Simple)
                    }
                    TypeRef::Primitive(Primitive::Secret | Primitive::Base64) => (ty, HeaderFormat::Simple),
                    resolved if self.is_list(resolved).is_some() => (ty, HeaderFormat::Simple),
                    _ => {
                        let message = "a header of this type is not decoded";
                        let help =
                            "describe a string, a number, a boolean, an enumeration or a list of these, or `content`";
                        let at = self.types.at(schema);
                        self.sink.report_recoverable(Code::Unsupported, at, message, help, "callers get its text");
                        (TEXT, HeaderFormat::Simple)
                    }
                }
            }
            (None, Some(media_type)) if is_json(&essence(&media_type.name)) => {
                let ty = media_type.schema.map_or(ANY, |schema| {
                    let (ty, nullable) = self.types.type_of(schema, hint);
                    ty.or_null(nullable)
                });
                (ty, HeaderFormat::Json)
            }
            (None, _) => (TEXT, HeaderFormat::Simple),
        };
        self.header_types.insert(id, found.clone());
        found
    }

    /// The headers of all responses, each with a method. A header that two responses describe differently is a string, and
    /// a header that one of them does not require is optional.
    pub(super) fn typed_headers(
        &mut self,
        headers: &[ResponseHeader],
        type_name: &str,
        types: &mut UniqueNames,
    ) -> Option<TypedHeaders> {
        // The names of headers are case-insensitive.
        let mut by_name: Vec<Vec<&ResponseHeader>> = Vec::new();
        for header in headers {
            let is_same = |known: &ResponseHeader| known.name.eq_ignore_ascii_case(&header.name);
            match by_name.iter_mut().find(|known| known.first().is_some_and(|first| is_same(first))) {
                Some(known) => known.push(header),
                None => by_name.push(vec![header]),
            }
        }
        let names: Vec<&str> = by_name.iter().filter_map(|headers| Some(headers.first()?.name.as_str())).collect();
        if names.is_empty() {
            return None;
        }
        let methods = UniqueNames::with_reserved(RESERVED_METHODS.iter().copied()).issue_all(&names, Case::Snake);
        let headers = by_name.iter().zip(methods).filter_map(|(headers, method)| self.typed_header(headers, method));
        let headers = headers.collect();
        Some(TypedHeaders { type_name: types.issue_type(&format!("{type_name}Headers")), headers })
    }

    /// The headers of one name in several responses.
    fn typed_header(&mut self, headers: &[&ResponseHeader], method: String) -> Option<TypedHeader> {
        let first = *headers.first()?;
        let (mut ty, mut format, mut docs) = (first.ty.clone(), first.format, first.docs.clone());
        if let Some(other) = headers.iter().find(|header| (&header.ty, header.format) != (&ty, format)) {
            let message = format!("`{}` has another type in another response of this operation", other.name);
            let help = "refer to one header in all of them";
            let at = PointerRef::Base(&other.source_ref.slot);
            self.sink.report_recoverable(Code::Unsupported, at, message, help, "callers get its text");
            (ty, format, docs.constraints) = (TEXT, HeaderFormat::Simple, None);
        }
        Some(TypedHeader {
            method,
            name: first.name.clone(),
            source_refs: headers.iter().map(|header| header.source_ref.clone()).collect(),
            required: headers.iter().all(|header| header.required),
            deprecated: headers.iter().all(|header| header.deprecated),
            ty,
            format,
            docs,
        })
    }
}

/// Whether HTTP has headers of this name (RFC 9110, section 5.6.2).
fn is_field_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, flighthub_problems, model, operation, recoverable, ty};
    use crate::model::HeaderFormat;

    /// An operation whose responses have these headers.
    fn call(responses: &[(&str, &str)]) -> String {
        let response =
            |(status, headers): &(&str, &str)| format!("'{status}': {{description: '', headers: {{{headers}}}}}");
        let responses = responses.iter().map(response).collect::<Vec<_>>().join(", ");
        format!("paths:\n  /a: {{get: {{responses: {{{responses}}}}}}}")
    }

    fn headers(responses: &[(&str, &str)]) -> Vec<String> {
        let api = model(&call(responses));
        let typed = operation(&api).headers.as_ref().map(|typed| &typed.headers);
        let shown = typed.into_iter().flatten().map(|header| {
            let optional = if header.required { "" } else { "?" };
            let json = if header.format == HeaderFormat::Json { " as JSON" } else { "" };
            format!("{}{optional}: {}{json}", header.method, ty(&api, &header.ty))
        });
        shown.collect()
    }

    #[test]
    fn a_header_has_a_type() {
        for (header, expected) in [
            ("schema: {type: integer}", "x_a?: Int64"),
            ("required: true, schema: {type: string, format: date-time}", "x_a: DateTime"),
            ("schema: {type: array, items: {type: string}}", "x_a?: [String]"),
            ("schema: {type: string, enum: [b]}", "x_a?: GetAXAHeader"),
            ("schema: {type: string, format: password}", "x_a?: Secret"),
            ("schema: {}", "x_a?: String"),
            ("content: {application/json: {schema: {type: object}}}", "x_a?: JsonObject as JSON"),
            ("content: {text/plain: {}}", "x_a?: String"),
        ] {
            assert_eq!(headers(&[("200", &format!("X-A: {{{header}}}"))]), [expected], "{header}");
        }
        assert_eq!(headers(&[("204", "Content-Type: {schema: {type: string}}")]), Vec::<String>::new());
    }

    #[test]
    fn one_method_is_for_the_header_of_all_responses() {
        let required = "X-A: {required: true, schema: {type: integer}}";
        assert_eq!(headers(&[("200", required), ("404", required)]), ["x_a: Int64"]);
        assert_eq!(headers(&[("200", required), ("404", "x-a: {schema: {type: integer}}")]), ["x_a?: Int64"]);
        let two = "X-A: {schema: {type: integer}}, x.a: {schema: {type: string}}";
        assert_eq!(headers(&[("200", two)]), ["x_a?: Int64", "x_a_2?: String"]);
        let other =
            [("200", required), ("404", "X-A: {schema: {type: string}}"), ("500", "X-A: {schema: {type: number}}")];
        assert_eq!(headers(&other), ["x_a?: String"]);
        let message = "`X-A` has another type in another response of this operation: callers get its text";
        assert_eq!(recoverable(&call(&other)), [format!("/paths/~1a/get/responses/404/headers/X-A: {message}")]);
    }

    #[test]
    fn a_component_is_one_header() {
        let reference = "X-A: {$ref: '#/components/headers/Limit'}";
        let keys = call(&[("200", reference), ("404", reference)]);
        let keys = format!("{keys}\ncomponents: {{headers: {{Limit: {{schema: {{type: string, enum: [a]}}}}}}}}");
        let api = model(&keys);
        let typed = operation(&api).headers.as_ref().unwrap();
        assert_eq!(typed.type_name, "GetAHeaders");
        assert_eq!(typed.headers.len(), 1);
        assert_eq!(ty(&api, &typed.headers[0].ty), "LimitHeader");
        let nodes: Vec<_> = typed.headers[0].source_refs.iter().map(|source| source.node.as_str()).collect();
        assert_eq!(nodes, ["/components/headers/Limit"; 2]);
    }

    #[test]
    fn what_is_not_decoded_is_reported() {
        let object = "X-A: {schema: {type: object, properties: {a: {type: string}}}}";
        assert_eq!(headers(&[("200", object)]), ["x_a?: String"]);
        let at = "/paths/~1a/get/responses/200/headers/X-A";
        let message = "a header of this type is not decoded: callers get its text";
        assert_eq!(recoverable(&call(&[("200", object)])), [format!("{at}/schema: {message}")]);
        let name = "'X A': {schema: {type: string}}";
        assert_eq!(headers(&[("200", name)]), Vec::<String>::new());
        let message = "`X A` cannot be the name of a header: no response can have it";
        assert_eq!(
            recoverable(&call(&[("200", name)])),
            [format!("/paths/~1a/get/responses/200/headers/X A: {message}")]
        );
    }

    #[test]
    fn our_responses_have_headers_too() {
        let ours = |header: &str| {
            let envelope = "Envelope: {type: object, x-envelope: true, required: [code, message], \
                            properties: {code: {type: integer}, message: {type: string}}}";
            let content = "content: {application/json: {schema: {$ref: '#/components/schemas/Envelope'}}}";
            let response = format!("{{description: D, headers: {{X-A: {{{header}}}}}, {content}}}");
            let call =
                format!("operationId: a, tags: [T], x-risk: read, x-retry: safe, responses: {{'200': {response}}}");
            format!("tags: [{{name: T}}]\ncomponents: {{schemas: {{{envelope}}}}}\npaths:\n  /a: {{get: {{{call}}}}}")
        };
        let api = flighthub_model(&ours("schema: {type: integer}"));
        assert_eq!(operation(&api).headers.as_ref().unwrap().headers[0].method, "x_a");
        let found = flighthub_problems(&ours("schema: {type: object, properties: {a: {type: string}}}"));
        let message = "/paths/~1a/get/responses/200/headers/X-A/schema: a header of this type is not decoded";
        assert!(found.contains(&message.to_owned()), "{found:?}");
    }
}
