//! One operation: from what is written to what the client has.

use serde_json::Value;

use super::Lowering;
use super::groups::{Names, Written};
use super::parameter::source_words;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::docs::{documentation, plain_line};
use crate::document::pointer::At;
use crate::json_schema::Arguments;
use crate::model::{self, Location};
use crate::names::{Case, Scope};

/// Methods that every operation or call has, and the argument that holds all required values.
const CALL_NAMES: &[&str] = &["new", "send", "map", "operation", "dry_run", "default", "required"];

impl<'d> Lowering<'d> {
    pub(super) fn operation(
        &mut self,
        written: &Written<'d>,
        Names { type_name, file }: Names,
        module: &str,
        methods: &mut Scope,
    ) -> model::Operation {
        let operation = written.operation;
        let paths = At::ROOT.key("paths");
        let path_at = paths.key(written.path);
        let method_key = written.http_method.to_ascii_lowercase();
        let at = path_at.key(&method_key);
        let context = (written.id.as_str(), module);
        if self.dialect == Dialect::FlightHub {
            self.check_tags(&operation.tags, at);
        }
        let mut parameters = self.parameters(&written.item.parameters, &operation.parameters, path_at, at, context);
        self.check_path(written.path, &parameters, path_at, at);
        let body = self.body(operation, at, context);
        let mut fields = Scope::with_taken(CALL_NAMES.iter().copied());
        let mut names: Vec<&str> = parameters.given.iter().map(|(parameter, ..)| parameter.name.as_str()).collect();
        if body.is_some() {
            names.push("body");
        }
        let mut issued = fields.issue_all(&names, Case::Snake).into_iter();
        let mut arguments = Arguments::new(self.components().map(|components| &components.schemas));
        for ((parameter, data, schema, asked_for), field) in parameters.given.iter_mut().zip(issued.by_ref()) {
            parameter.field = field;
            if !arguments.add(&parameter.name, parameter.required, data.description.as_deref(), *schema) {
                let message = format!("two arguments of this operation are called `{}`", parameter.name);
                let (written, id) = (At::Base(asked_for), at.key("operationId"));
                let operation = (id.value(), "the operation");
                self.found.tell_with(Code::DuplicateName, written.value(), message, "rename one of them", operation);
            }
        }
        let body = body.map(|(mut body, schema)| {
            body.field = issued.next().unwrap_or_default();
            if !arguments.add("body", body.required, None, schema) {
                let message = "a parameter called `body` beside a request body";
                let body_at = (at.key("requestBody"), "the request body");
                self.found.tell_with(
                    Code::DuplicateName,
                    at.key("parameters"),
                    message,
                    "rename the parameter",
                    body_at,
                );
            }
            body
        });
        let (answer, answer_origin) = self.answer(operation, at, context);
        if !operation.callbacks.is_empty() {
            self.unused.callbacks.add(at.key("callbacks"));
        }
        let (risk, retry) = self.risk_and_retry(operation, written.http_method, at);
        let known = |key: &str| operation.extensions.get(key);
        let client_name = known("x-client-name").and_then(Value::as_str);
        let error_codes: Vec<i64> =
            known("x-error-codes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect();
        let private_cloud_only = known("x-availability").is_some();
        self.check_codes(&error_codes, at);
        let lookup: Vec<String> = known("x-lookup")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        self.check_lookup(&lookup, at);
        let page = operation.external_docs.as_ref().map(|page| page.url.clone());
        let (summary, doc) = words(written);
        let method_name = methods.issue(client_name.unwrap_or(&written.id), Case::Snake);
        if let Some(name) = client_name.filter(|name| *name != method_name.trim_start_matches("r#")) {
            let message = format!("`{name}` cannot name a method of its group, or is taken");
            let help = "choose a name in snake case that is free";
            self.found.tell(Code::DuplicateName, at.key("x-client-name").value(), message, help);
        }
        model::Operation {
            id: written.id.clone(),
            pointer: at.pointer(),
            type_name,
            required_name: None,
            method_name,
            http_method: written.http_method,
            path: written.path.to_owned(),
            scope: parameters.scope,
            scope_origin: parameters.scope_origin,
            risk,
            retry,
            private_cloud_only,
            authenticated: self.authenticated(operation.security.as_ref(), at),
            deprecated: operation.deprecated,
            summary,
            doc,
            page,
            error_codes,
            lookup,
            parameters: in_order(parameters.given.into_iter().map(|(parameter, ..)| parameter).collect(), written.path),
            body,
            answer,
            answer_origin,
            arguments: arguments.finish(),
            arguments_file: format!("arguments/{file}.json"),
        }
    }
}

/// The summary of an operation, and its documentation.
fn words(written: &Written<'_>) -> (String, String) {
    let operation = written.operation;
    let summary = operation.summary.as_deref().or(operation.description.as_deref());
    let summary = summary.map_or_else(|| format!("{} {}", written.http_method, written.path), plain_line);
    let description = operation.description.as_deref().or(written.item.description.as_deref()).unwrap_or_default();
    let mut doc = documentation(&summary);
    if !description.is_empty() && plain_line(description) != summary {
        doc.push_str("\n\n");
        doc.push_str(&documentation(description));
    }
    if let Some(source) = source_words(operation.extensions.get("x-source")) {
        doc.push_str("\n\nSource: ");
        doc.push_str(&source);
    }
    (summary, doc)
}

/// Path parameters in the order of the path, then the others as they are written.
fn in_order(mut parameters: Vec<model::Parameter>, path: &str) -> Vec<model::Parameter> {
    parameters.sort_by_key(|parameter| match parameter.location {
        Location::Path => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(path.len()),
        Location::Query | Location::Header => path.len() + 1,
    });
    parameters
}
