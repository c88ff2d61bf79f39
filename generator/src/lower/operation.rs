//! Operations and their groups.

use std::collections::HashMap;

use openapiv3::{Operation, PathItem, ReferenceOr};
use serde_json::Value;

use super::Lowering;
use super::answer::ANY;
use super::content::Form;
use super::graph::{SHARED, Use};
use super::keys::Slot;
use super::parameter::source_words;
use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic};
use crate::docs::{documentation, plain_line};
use crate::document::Document;
use crate::document::pointer::At;
use crate::json_schema::Arguments;
use crate::model::{self, Body, Encoding, Group, Location, Origin, Primitive, Retry, Risk, TypeRef};
use crate::names::{Case, Scope, identifier};
use crate::spelling::did_you_mean;

/// Modules that the client has anyway.
const TAKEN_MODULES: &[&str] = &[SHARED, "types", "r#mod", "region", "error_code", "arguments", "catalogue", "client"];

/// Letters of a name that becomes the name of a file.
const MAX_NAME: usize = 200;

/// Methods that every operation or call has, and the argument that holds all required values.
const CALL_NAMES: &[&str] = &["new", "send", "map", "operation", "dry_run", "default", "required"];

/// An operation as it is written, with its place.
struct Written<'d> {
    http_method: &'static str,
    path: &'d str,
    item: &'d PathItem,
    operation: &'d Operation,
    id: String,
}

impl<'d> Lowering<'d> {
    /// All operations, by tag, in the order of the tags.
    pub(super) fn groups(&mut self) -> Vec<Group> {
        let written = self.written();
        let mut groups = self.tags(&written);
        let ids: Vec<&str> = written.iter().map(|written| written.id.as_str()).collect();
        let mut types = Scope::default();
        let type_names = types.issue_types(&ids);
        let mut methods: HashMap<usize, Scope> = HashMap::new();
        let positions: HashMap<String, usize> =
            groups.iter().enumerate().map(|(position, group)| (group.name.clone(), position)).collect();
        for (written, type_name) in written.iter().zip(type_names) {
            let tag = tag(written.operation);
            let Some(&position) = positions.get(tag) else { continue };
            let module = groups[position].module.clone();
            let scope = methods.entry(position).or_insert_with(|| Scope::with_taken(["new"]));
            self.check_names(written, &type_name, &module);
            let operation = self.operation(written, type_name, &module, scope);
            groups[position].operations.push(operation);
        }
        for operation in groups.iter_mut().flat_map(|group| &mut group.operations) {
            if operation.required().count() > 1 {
                operation.required_name = Some(types.issue_type(&format!("{}Required", operation.type_name)));
            }
        }
        groups.retain(|group| !group.operations.is_empty());
        groups
    }

    /// The names of an operation and of its group become names of files.
    fn check_names(&mut self, written: &Written<'d>, type_name: &str, module: &str) {
        let paths = At::ROOT.key("paths");
        let path = paths.key(written.path);
        let method = written.http_method.to_ascii_lowercase();
        let at = path.key(&method);
        for (name, key) in [(type_name, "operationId"), (module, "tags")] {
            if name.len() > MAX_NAME {
                let message = format!("in the client this name would have {} letters", name.len());
                let help = format!("choose one of at most {MAX_NAME}: it becomes the name of a file, too");
                self.report(Code::TooLarge, at.key(key).value(), message, help);
            }
        }
    }

    /// Every operation of the document, with an id; two of one id, or of one path, are told.
    fn written(&mut self) -> Vec<Written<'d>> {
        let document = self.document;
        let mut written: Vec<Written<'d>> = Vec::new();
        let paths = At::ROOT.key("paths");
        let mut shapes: HashMap<String, &str> = HashMap::new();
        let mut ids: HashMap<String, String> = HashMap::new();
        for (path, item) in &document.api.paths.paths {
            let path_at = paths.key(path);
            let shape = without_names(path);
            if let Some(other) = shapes.insert(shape, path) {
                self.report_with(
                    Code::AmbiguousPath,
                    path_at,
                    format!("`{path}` and `{other}` are the same path"),
                    "put the operations of both under one of them",
                    (paths.key(other), "the other one"),
                );
            }
            let ReferenceOr::Item(item) = item else { continue };
            for (http_method, operation) in item.iter() {
                let at = path_at.key(http_method);
                let id = match &operation.operation_id {
                    Some(id) => id.clone(),
                    None => {
                        if self.dialect == Dialect::FlightHub {
                            let help =
                                "add `operationId`, such as `listProjects`: it names the operation in the client";
                            self.report(Code::MissingKey, at, "this operation has no `operationId`", help);
                        }
                        identifier(&format!("{http_method}_{path}"), Case::Snake)
                    }
                };
                let written_id = at.key("operationId");
                let id_at = if operation.operation_id.is_some() { written_id.value() } else { at };
                if let Some(other) = ids.insert(id.clone(), id_at.pointer()) {
                    self.report_with(
                        Code::DuplicateName,
                        id_at,
                        format!("two operations have the id `{id}`"),
                        "give each its own `operationId`",
                        (At::Base(&other).value(), "the other one"),
                    );
                }
                written.push(Written { http_method: in_capitals(http_method), path, item, operation, id });
            }
        }
        written
    }

    /// The groups: declared tags first, then others as they come.
    fn tags(&mut self, written: &[Written<'d>]) -> Vec<Group> {
        let document = self.document;
        let mut modules = Scope::with_taken(TAKEN_MODULES.iter().copied());
        let mut types = Scope::with_taken(["Client", "ProjectClient", "Call"]);
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let tags_at = At::ROOT.key("tags");
        let mut add = |groups: &mut Vec<Group>, name: &str, pointer, client_name: &str, description: Option<&str>| {
            groups.push(Group {
                name: name.to_owned(),
                pointer,
                module: modules.issue(client_name, Case::Snake),
                type_name: types.issue_type(client_name),
                doc: documentation(description.unwrap_or(name)),
                operations: Vec::new(),
            });
        };
        for (index, tag) in document.api.tags.iter().enumerate() {
            let at = tags_at.index(index);
            if let Some(&first) = known.get(tag.name.as_str()) {
                let message = format!("the tag `{}` is listed twice", tag.name);
                self.report_with(
                    Code::DuplicateName,
                    at.key("name").value(),
                    message,
                    "remove one of them",
                    (tags_at.index(first).key("name").value(), "first here"),
                );
                continue;
            }
            known.insert(&tag.name, index);
            let client_name = tag.extensions.get("x-client-name").and_then(Value::as_str);
            let client_name = client_name.unwrap_or(&tag.name);
            add(&mut groups, &tag.name, Some(at.pointer()), client_name, tag.description.as_deref());
        }
        for written in written {
            let tag = tag(written.operation);
            if known.insert(tag, groups.len()).is_none() {
                add(&mut groups, tag, None, tag, None);
            }
        }
        groups
    }

    fn operation(
        &mut self,
        written: &Written<'d>,
        type_name: String,
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
                let problem = |at| Diagnostic::new(Code::DuplicateName, at, &message, "rename one of them");
                let place = self.document.place(At::Base(asked_for).value());
                let operation = self.document.place(at.key("operationId").value());
                self.problems.push(problem(place).with_related(operation, "the operation"));
            }
        }
        let body = body.map(|(mut body, schema)| {
            body.field = issued.next().unwrap_or_default();
            if !arguments.add("body", body.required, None, schema) {
                let message = "a parameter called `body` beside a request body";
                let body_at = (at.key("requestBody"), "the request body");
                self.report_with(Code::DuplicateName, at.key("parameters"), message, "rename the parameter", body_at);
            }
            body
        });
        let (answer, answer_origin) = self.answer(operation, at, context);
        let (risk, retry) = self.risk_and_retry(operation, written.http_method, at);
        let known = |key: &str| operation.extensions.get(key);
        let client_name = known("x-client-name").and_then(Value::as_str);
        let error_codes: Vec<i64> =
            known("x-error-codes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect();
        let private_cloud_only = known("x-availability").is_some();
        let source = source_words(known("x-source"));
        self.check_codes(&error_codes, at);
        let lookup: Vec<String> = known("x-lookup")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        self.check_lookup(&lookup, at);
        let page = operation.external_docs.as_ref().map(|page| page.url.clone());
        let summary = operation.summary.as_deref().or(operation.description.as_deref());
        let summary = summary.map_or_else(|| format!("{} {}", written.http_method, written.path), plain_line);
        let description = operation.description.as_deref().or(written.item.description.as_deref()).unwrap_or_default();
        let mut doc = documentation(&summary);
        if !description.is_empty() && plain_line(description) != summary {
            doc.push_str("\n\n");
            doc.push_str(&documentation(description));
        }
        if let Some(source) = source {
            doc.push_str("\n\nSource: ");
            doc.push_str(&source);
        }
        let method_name = match client_name {
            Some(name) => methods.issue(name, Case::Snake),
            None => methods.issue(&written.id, Case::Snake),
        };
        if client_name.is_some_and(|name| name != method_name.trim_start_matches("r#")) {
            let message =
                format!("`{}` cannot name a method of its group, or is taken", client_name.unwrap_or_default());
            let help = "choose a name in snake case that is free";
            self.report(Code::DuplicateName, at.key("x-client-name").value(), message, help);
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
        }
    }

    fn body(
        &mut self,
        operation: &'d Operation,
        at: At<'_>,
        (id, module): (&str, &str),
    ) -> Option<(Body, &'d ReferenceOr<openapiv3::Schema>)> {
        let slot = operation.request_body.as_ref()?;
        let body_at = at.key("requestBody");
        let (body, pointer) = self.resolve(slot, body_at, "requestBodies", |all| &all.request_bodies)?;
        let node = At::Base(&pointer);
        let content_at = node.key("content");
        let Some(content) = self.content(&body.content, content_at) else {
            let found = body.content.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
            let message = format!("a request body of type `{found}` is not supported");
            let first = body.content.keys().next().map_or(content_at, |media_type| content_at.key(media_type));
            let help = "supported is JSON; in documents of others also forms, and texts and bytes as they are";
            self.report(Code::Unsupported, first, message, help);
            return None;
        };
        let media_at = content_at.key(content.name);
        let Some(schema) = &content.media.schema else {
            let help = "add `schema`; `schema: {}` for any JSON";
            self.report(Code::MissingKey, media_at, "this request body has no schema", help);
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
                    self.report(Code::Unsupported, media_at, "a request body of any of several types", help);
                }
                Encoding::Raw(content.name.to_owned())
            }
        };
        let nullable = nullable && encoding == Encoding::Json;
        if nullable && ty != ANY && self.dialect == Dialect::FlightHub {
            self.report(Code::Unsupported, schema_at, "a request body that may be null", "remove `nullable`");
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

    fn risk_and_retry(&mut self, operation: &Operation, http_method: &str, at: At<'_>) -> (Risk, Retry) {
        if self.dialect == Dialect::Foreign {
            // Only what every HTTP method promises.
            return if matches!(http_method, "GET" | "HEAD" | "OPTIONS" | "TRACE") {
                (Risk::Read, Retry::Safe)
            } else {
                (Risk::Write, Retry::Never)
            };
        }
        let word = |key: &str| operation.extensions.get(key).and_then(Value::as_str);
        let risk = match word("x-risk") {
            Some("read") => Some(Risk::Read),
            Some("write") => Some(Risk::Write),
            Some("destructive") => Some(Risk::Destructive),
            Some("physical") => Some(Risk::Physical),
            _ => None,
        };
        let retry = match word("x-retry") {
            Some("safe") => Some(Retry::Safe),
            Some("idempotent") => Some(Retry::Idempotent),
            Some("never") => Some(Retry::Never),
            _ => None,
        };
        if risk.is_none() {
            let help = "add `x-risk: read`, `write`, `destructive` or `physical`; spec/README.md says which";
            self.report(Code::MissingKey, at, "this operation has no `x-risk`", help);
        }
        if retry.is_none() {
            let help = "add `x-retry: safe`, `idempotent` or `never`; spec/README.md says which";
            self.report(Code::MissingKey, at, "this operation has no `x-retry`", help);
        }
        let (Some(risk), Some(retry)) = (risk, retry) else { return (Risk::Physical, Retry::Never) };
        if (risk == Risk::Read) != (retry == Retry::Safe) {
            let help =
                "`x-risk: read` and `x-retry: safe` go together: only what changes nothing may be repeated at will";
            let message = "risk and retry class contradict each other";
            let risk = at.key("x-risk");
            self.report_with(Code::RiskRetry, at.key("x-retry").value(), message, help, (risk.value(), "the risk"));
        }
        if risk == Risk::Physical && retry != Retry::Never {
            let help = "write `x-retry: never`";
            let message = "a physical operation must never be repeated";
            let risk = at.key("x-risk");
            self.report_with(Code::RiskRetry, at.key("x-retry").value(), message, help, (risk.value(), "the risk"));
        }
        (risk, retry)
    }

    /// Looking up must do no harm, so it is a read.
    fn check_lookup(&mut self, ids: &[String], at: At<'_>) {
        let list = at.key("x-lookup");
        let paths = At::ROOT.key("paths");
        let help = "name operations with `x-risk: read`, by their `operationId`";
        for (index, id) in ids.iter().enumerate() {
            let here = list.index(index);
            let Some(&(path, method, operation)) = self.by_id.get(id.as_str()) else {
                let known = written_operations(self.document).map(|(id, _)| id);
                let help = did_you_mean(id, known, || help.to_owned());
                self.report(Code::DanglingRef, here, format!("there is no operation `{id}`"), help);
                continue;
            };
            if operation.extensions.get("x-risk").and_then(Value::as_str) != Some("read") {
                let message = format!("`{id}` is not a read, and cannot be used to look something up");
                let risk = paths.key(path).key(method).key("x-risk").pointer();
                self.report_with(Code::RiskRetry, here, message, help, (At::Base(&risk).value(), "its risk"));
            }
        }
    }

    /// An operation of ours stands in one group, which is declared.
    fn check_tags(&mut self, tags: &[String], at: At<'_>) {
        let declared = &self.document.api.tags;
        let list = at.key("tags");
        match tags {
            [tag] if declared.iter().any(|known| known.name == *tag) => {}
            [tag] => {
                let help = did_you_mean(tag, declared.iter().map(|tag| tag.name.as_str()), || {
                    "add it to `tags` at the top level, with `x-client-name` and a description".to_owned()
                });
                self.report(Code::DanglingRef, list.index(0), format!("the tag `{tag}` is not declared"), help);
            }
            _ => self.report(
                Code::WrongValue,
                if tags.is_empty() { at } else { list },
                "an operation has one tag, the group of DJI's directory that it stands in",
                "write `tags: [Name of the group]`",
            ),
        }
    }

    fn check_codes(&mut self, codes: &[i64], at: At<'_>) {
        let list = at.key("x-error-codes");
        for (index, code) in codes.iter().enumerate() {
            if !self.error_codes.contains(code) {
                let message = format!("{code} is not in the table of error codes");
                let help = "add it to `x-error-codes` at the top level, or correct it";
                let table = (At::ROOT.key("x-error-codes"), "the table");
                if self.error_codes.is_empty() {
                    self.report(Code::UnknownErrorCode, list.index(index), message, help);
                } else {
                    self.report_with(Code::UnknownErrorCode, list.index(index), message, help, table);
                }
            }
        }
    }
}

/// Path parameters in the order of the path, then the others as they are written.
fn in_order(mut parameters: Vec<model::Parameter>, path: &str) -> Vec<model::Parameter> {
    parameters.sort_by_key(|parameter| match parameter.location {
        Location::Path => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(path.len()),
        Location::Query | Location::Header => path.len() + 1,
    });
    parameters
}

fn tag(operation: &Operation) -> &str {
    operation.tags.first().map_or("default", String::as_str)
}

/// A path with `{}` for each parameter: what a server can tell apart.
pub(crate) fn without_names(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let literal = part.split_once('}').map_or(part, |(_, literal)| literal);
        shape.push_str("{}");
        shape.push_str(literal);
    }
    shape
}

fn in_capitals(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "put" => "PUT",
        "post" => "POST",
        "delete" => "DELETE",
        "options" => "OPTIONS",
        "head" => "HEAD",
        "patch" => "PATCH",
        _ => "TRACE",
    }
}

/// The path, the method and the operation.
pub(super) type Place<'d> = (&'d str, &'d str, &'d Operation);

/// Operations by their ids; of two with one id the first.
pub(super) fn by_id<'d>(document: &'d Document<'_>) -> HashMap<&'d str, Place<'d>> {
    let mut found = HashMap::new();
    for (id, place) in written_operations(document) {
        found.entry(id).or_insert(place);
    }
    found
}

fn written_operations<'d>(document: &'d Document<'_>) -> impl Iterator<Item = (&'d str, Place<'d>)> {
    let items = document.api.paths.paths.iter().filter_map(|(path, item)| Some((path.as_str(), item.as_item()?)));
    let places = items.flat_map(|(path, item)| item.iter().map(move |(method, operation)| (path, method, operation)));
    places.filter_map(|place| Some((place.2.operation_id.as_deref()?, place)))
}
