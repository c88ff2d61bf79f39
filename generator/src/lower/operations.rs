//! One operation.
//!
//! In: an Operation Object and its path. Out: the operation of the model, with the names of its fields and arguments. Its
//! parameters, body, responses and security are lowered by other modules; pagination and states are resolved after all
//! operations are known.

use std::collections::HashSet;

use super::Lowering;
use super::docs;
use super::lifecycle;
use super::responses::ResponseNames;
use super::tags::IdentifiedOperation;
use crate::diagnostic::Code;
use crate::document::openapi;
use crate::document::pointer::PointerRef;
use crate::model::{ACCEPT, Argument, Docs, Location, MAX_BUILDER_VALUES, Operation, Parameter};
use crate::names::{Case, UniqueNames};

/// The names of methods that every operation or call has, and of the argument that contains all required values.
const CALL_NAMES: &[&str] = &[
    "new",
    "send",
    "send_blocking",
    "send_with_headers",
    "send_blocking_with_headers",
    "map_operation",
    "operation",
    "info",
    "dry_run",
    "timeout",
    "max_attempts",
    "message_language",
    "header",
    "request_id",
    "default",
    "required",
    "clone",
];

impl<'d> Lowering<'d> {
    /// Lowers an operation of a module. `methods` issues the method names of its group, `types` the type names of all
    /// operations.
    pub(super) fn operation(
        &mut self,
        named: &IdentifiedOperation<'d>,
        type_name: String,
        module: &str,
        methods: &mut UniqueNames,
        types: &mut UniqueNames,
    ) -> Operation {
        let (item, operation) = (named.item, named.operation);
        let at = self.document.at(operation.node);
        let context = (named.id.as_str(), module);
        if self.policy.requires_metadata {
            self.check_tags(operation);
        }
        let mut lowered = self.parameters(item, operation, context);
        self.check_path(item, operation, &mut lowered);
        let body = self.body(operation, context);
        let mut response_names =
            ResponseNames { operation: &type_name, types: &mut *types, media_types: Vec::new(), unused: 0 };
        let (success, accepted) = self.response(operation, &mut response_names, context);
        let failure = self.failure(operation, &mut response_names, context);
        let unused_response_types = response_names.unused;
        let accept = self.accept(&success.response, operation, context);
        let mut arguments: Vec<Argument> = Vec::new();
        let mut known: HashSet<&str> = HashSet::new();
        for draft in &lowered.drafts {
            let name = &draft.written.name;
            let mut argument_name = name.clone();
            if self.policy.numbers_names {
                // Typed calls have numbered field names. In dynamic calls the location makes the name unique.
                if self.is_used(&known, name, operation) {
                    argument_name = format!("{name} ({})", draft.written.location.as_str());
                }
                known.insert(name);
            } else if !known.insert(name) {
                let message = format!("two arguments of this operation are called `{name}`");
                let (named_at, id) = (PointerRef::Base(&draft.named_at), at.key("operationId"));
                let other = (id.value(), "the operation");
                self.sink.report_with(Code::DuplicateName, named_at.value(), message, "rename one of them", other);
            }
            arguments.push(Argument {
                name: argument_name,
                required: draft.written.required,
                description: draft.written.description.clone(),
                schema: draft.schema,
                media_types: Vec::new(),
            });
        }
        if let Some((_, media_types)) = &accept {
            // Cookies, pairs of the query and parameters of the path have names of their own.
            let is_known = known.contains(ACCEPT);
            arguments.push(Argument {
                name: if is_known { format!("{ACCEPT} (header)") } else { ACCEPT.to_owned() },
                required: false,
                description: Some(accept_docs(&accepted)),
                schema: None,
                media_types: media_types.clone(),
            });
        }
        if let Some(body) = &body {
            if known.contains("body") && !self.policy.numbers_names {
                let message = "the name of the parameter `body` is reserved for the request body";
                let body_at = (at.key("requestBody"), "the request body");
                let parameters_at = at.key("parameters");
                self.sink.report_with(Code::DuplicateName, parameters_at, message, "rename the parameter", body_at);
            }
            arguments.push(Argument {
                name: "body".to_owned(),
                required: body.required,
                description: None,
                schema: body.schema,
                media_types: Vec::new(),
            });
        }
        let mut fields = UniqueNames::with_reserved(CALL_NAMES.iter().copied().chain(lifecycle::call_names(operation)));
        let names: Vec<&str> = arguments.iter().map(|argument| argument.name.as_str()).collect();
        let mut issued = fields.issue_all(&names, Case::Snake).into_iter();
        let with_fields = lowered.drafts.into_iter().zip(&names).zip(issued.by_ref());
        let mut parameters: Vec<Parameter> =
            with_fields.map(|((draft, name), field)| draft.named(field, name)).collect();
        if let Some(((ty, _), field)) = accept.and_then(|accept| Some((accept, issued.next()?))) {
            let argument = names.get(parameters.len()).copied().unwrap_or(ACCEPT).to_owned();
            parameters.push(Parameter {
                name: ACCEPT.to_owned(),
                argument,
                source_ref: success.source_ref.clone(),
                field,
                location: Location::Header,
                required: false,
                deprecated: false,
                ty,
                list_style: None,
                value_style: None,
                docs: Docs { description: Some(accept_docs(&accepted)), ..Docs::default() },
            });
        }
        let body = body.zip(issued.next()).map(|(draft, field)| draft.named(field));
        let headers = self.response_headers(operation, context);
        let headers = self.typed_headers(&headers, &type_name, types);
        let (risk, retry) = self.risk_and_retry(operation);
        self.check_codes(operation);
        self.check_lookup(operation);
        let client_name = operation.client_name.as_deref();
        let method_name = methods.issue(client_name.unwrap_or(&named.id), Case::Snake);
        if let Some(name) = client_name.filter(|name| *name != method_name.trim_start_matches("r#")) {
            let message = format!("`{name}` is not a valid method name, or is already in use in its group");
            let help = "choose an unused name in snake case";
            self.sink.report(Code::DuplicateName, at.key("x-client-name").value(), message, help);
        }
        let required = parameters.iter().filter(|parameter| parameter.is_required_argument()).count();
        let required_name = (required > MAX_BUILDER_VALUES).then(|| types.issue_type(&format!("{type_name}Required")));
        Operation {
            id: named.id.clone(),
            pointer: at.pointer(),
            type_name,
            required_name,
            method_name,
            http_method: operation.method.as_str(),
            path: item.path.clone(),
            scope: lowered.scope,
            scope_ref: lowered.scope_ref,
            risk,
            retry,
            private_cloud_only: operation.is_private_cloud_only,
            security: self.security(operation),
            deprecated: operation.deprecated,
            summary: operation.summary.clone().or_else(|| operation.description.clone()),
            description: operation.description.clone().or_else(|| item.description.clone()),
            source: operation.source.clone(),
            external_docs_url: operation.external_docs_url.clone(),
            error_codes: operation.error_codes.clone(),
            lookup: operation.lookup.clone(),
            // Both depend on the type of the response, so `lifecycle::complete` sets them later.
            pagination: None,
            follow: None,
            parameters: in_order(parameters, &item.path),
            body,
            response: success.response,
            accept: accepted,
            response_ref: success.source_ref,
            response_constraints: success
                .schema
                .and_then(|schema| docs::constraints_in_place(&self.api.schemas, schema)),
            unused_response_types,
            failure,
            headers,
            callbacks_pointer: operation.has_callbacks.then(|| at.key("callbacks").pointer()),
            servers: self.operation_servers(item, operation),
            arguments,
            result_schema: success.schema,
        }
    }

    /// Whether another argument or the body already has a name.
    fn is_used(&self, known: &HashSet<&str>, name: &str, operation: &openapi::Operation) -> bool {
        known.contains(name) || (name == "body" && operation.request_body.is_some())
    }
}

/// The description of the argument with which a caller chooses the media type of the response.
fn accept_docs(default: &str) -> String {
    format!(
        "The media type of the response, which is decoded by its `Content-Type`. The service is asked for `{default}` \
         if this is not set."
    )
}

/// Path parameters in the order of the path, then the others in the order of the document.
fn in_order(mut parameters: Vec<Parameter>, path: &str) -> Vec<Parameter> {
    parameters.sort_by_key(|parameter| match parameter.location {
        Location::Path => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(path.len()),
        Location::Query | Location::Header | Location::Cookie => path.len() + 1,
    });
    parameters
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_problems, model, operation, parameter};

    fn call(path: &str, keys: &str) -> String {
        format!("paths:\n  {path}: {{post: {{operationId: a, {keys}, responses: {{'204': {{description: ''}}}}}}}}")
    }

    const TWO: &str = "{name: q, in: query, required: true, schema: {type: string}}, \
                       {name: r, in: query, required: true, schema: {type: integer}}";

    #[test]
    fn an_operation_is_a_type_with_a_method_and_arguments() {
        let id = "{name: id, in: path, required: true, schema: {type: string}}";
        let body = "requestBody: {content: {application/json: {schema: {type: string}}}}";
        let api = model(&call("/a/{id}", &format!("summary: S, parameters: [{TWO}, {id}], {body}")));
        let found = operation(&api);
        let names = (found.type_name.as_str(), found.method_name.as_str(), found.http_method, found.path.as_str());
        assert_eq!(names, ("A", "a", "POST", "/a/{id}"));
        assert_eq!((found.required_name.as_deref(), found.is_builder()), (None, true));
        // In typed calls path parameters come first; dynamic calls keep the order of the document.
        let parameters: Vec<_> = found.parameters.iter().map(|it| parameter(&api, it)).collect();
        assert_eq!(parameters, ["Path id: String", "Query q: String", "Query r: Int64"]);
        let arguments: Vec<_> = found.arguments.iter().map(|it| (it.name.as_str(), it.required)).collect();
        assert_eq!(arguments, [("q", true), ("r", true), ("id", true), ("body", false)]);
    }

    #[test]
    fn a_name_that_every_call_has_gets_a_number() {
        let parameters =
            ["send", "new", "type"].map(|name| format!("{{name: {name}, in: query, schema: {{type: string}}}}"));
        let api = model(&call("/a", &format!("parameters: [{}]", parameters.join(", "))));
        let fields: Vec<_> = operation(&api).parameters.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["send_2", "new_2", "r#type"]);
    }

    #[test]
    fn two_arguments_of_one_name_are_numbered_in_third_party_documents() {
        let body = "requestBody: {content: {application/json: {schema: {type: string}}}}";
        let named = |name: &str, place: &str| format!("{{name: {name}, in: {place}, schema: {{type: string}}}}");
        let keys = format!("parameters: [{}, {}]", named("b", "query"), named("b", "header"));
        let expected = "/paths/~1a/post/parameters/1/name: two arguments of this operation are called `b`".to_owned();
        assert!(flighthub_problems(&call("/a", &keys)).contains(&expected));
        let names = |keys: &str| {
            let api = model(&call("/a", keys));
            let found = operation(&api);
            let fields = found.parameters.iter().map(|it| it.field.clone());
            let fields: Vec<_> = fields.chain(found.body.iter().map(|it| it.field.clone())).collect();
            (fields.join(" "), found.arguments.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", "))
        };
        assert_eq!(names(&keys), ("b b_header".to_owned(), "b, b (header)".to_owned()));
        let keys = format!("parameters: [{}], {body}", named("body", "query"));
        let message = "/paths/~1a/post/parameters: the name of the parameter `body` is reserved for the request body";
        assert!(flighthub_problems(&call("/a", &keys)).contains(&message.to_owned()));
        assert_eq!(names(&keys), ("body_query body".to_owned(), "body (query), body".to_owned()));
    }

    #[test]
    fn descriptions_are_those_of_the_operation_then_of_the_path() {
        let item = |keys: &str| {
            format!("paths:\n  /a: {{description: P, get: {{{keys}responses: {{'204': {{description: ''}}}}}}}}")
        };
        for (keys, summary, description) in
            [("", None, "P"), ("description: D, ", Some("D"), "D"), ("summary: S, description: D, ", Some("S"), "D")]
        {
            let api = model(&item(keys));
            let found = operation(&api);
            assert_eq!(
                (found.summary.as_deref(), found.description.as_deref()),
                (summary, Some(description)),
                "{keys}"
            );
        }
    }
}
