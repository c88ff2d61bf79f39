//! The rules that a specification maintained by hand must keep, beyond what lowering needs.
//!
//! In: a document of our own. Out: everything that a caller would miss: descriptions, examples, where a fact is from.

use openapiv3::{Content, Operation, ReferenceOr, Schema};

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::grammar::METHODS;
use crate::document::pointer::At;
use crate::lower::Keys;

/// Checks a document of our own; others need not keep these rules.
pub(crate) fn check(document: &Document<'_>, dialect: Dialect) -> Vec<Diagnostic> {
    let mut linter = Linter { document, problems: Vec::new() };
    if dialect == Dialect::FlightHub {
        linter.document();
    }
    linter.problems
}

struct Linter<'d> {
    document: &'d Document<'d>,
    problems: Vec<Diagnostic>,
}

impl Linter<'_> {
    fn report(&mut self, code: Code, at: At<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Diagnostic::new(code, self.document.place(at), message, help));
    }

    fn document(&mut self) {
        let document = self.document;
        let paths = At::ROOT.key("paths");
        for (path, item) in &document.api.paths.paths {
            let ReferenceOr::Item(item) = item else { continue };
            let at = paths.key(path);
            let mut operations: Vec<(&str, &Operation)> = item.iter().collect();
            operations.sort_by_key(|(method, _)| METHODS.iter().position(|known| known == method));
            for (method, operation) in operations {
                self.operation(operation, at.key(method));
            }
        }
        let Some(components) = &document.api.components else { return };
        let components_at = At::ROOT.key("components");
        let schemas = components_at.key("schemas");
        for (name, schema) in &components.schemas {
            if let ReferenceOr::Item(schema) = schema {
                let at = schemas.key(name);
                self.described(schema.schema_data.description.as_deref(), at, "schema");
                self.schema(schema, at);
            }
        }
        let parameters = components_at.key("parameters");
        for (name, parameter) in &components.parameters {
            if let ReferenceOr::Item(parameter) = parameter {
                self.described(
                    parameter.parameter_data_ref().description.as_deref(),
                    parameters.key(name),
                    "parameter",
                );
            }
        }
    }

    fn operation(&mut self, operation: &Operation, at: At<'_>) {
        if operation.summary.as_deref().is_none_or(|text| text.trim().is_empty()) {
            self.report(
                Code::Undocumented,
                at,
                "this operation has no `summary`",
                "add one line that says what it does",
            );
        }
        self.described(operation.description.as_deref(), at, "operation");
        if !operation.extensions.contains_key("x-source") {
            let help = "add `x-source: documented`, `observed` or `inferred`: how sure are we of it?";
            self.report(Code::MissingKey, at, "this operation has no `x-source`", help);
        }
        let list = at.key("parameters");
        for (index, parameter) in operation.parameters.iter().enumerate() {
            if let ReferenceOr::Item(parameter) = parameter {
                self.described(parameter.parameter_data_ref().description.as_deref(), list.index(index), "parameter");
            }
        }
        let no_example =
            |content: &Content| content.values().any(|media| media.example.is_none() && media.examples.is_empty());
        if let Some(ReferenceOr::Item(body)) = &operation.request_body
            && no_example(&body.content)
        {
            let here = at.key("requestBody");
            self.report(
                Code::Undocumented,
                here,
                "this request body has no example",
                "add `examples` with a sanitised request",
            );
        }
        let responses = at.key("responses");
        for (status, response) in &operation.responses.responses {
            let status = status.to_string();
            if let ReferenceOr::Item(response) = response
                && status.starts_with('2')
                && no_example(&response.content)
            {
                let here = responses.key(&status);
                self.report(
                    Code::Undocumented,
                    here,
                    "this answer has no example",
                    "add `examples` with a sanitised answer",
                );
            }
        }
    }

    fn described(&mut self, description: Option<&str>, at: At<'_>, what: &str) {
        if description.is_none_or(|text| text.trim().is_empty()) {
            self.report(
                Code::Undocumented,
                at,
                format!("this {what} has no `description`"),
                "say in your own words what a caller must know about it",
            );
        }
    }

    /// Everything that gets a name in the client, however deep.
    fn schema(&mut self, schema: &Schema, at: At<'_>) {
        let keys = Keys::of(schema);
        let properties = at.key("properties");
        for (name, property) in keys.properties.into_iter().flatten() {
            if let ReferenceOr::Item(property) = property {
                let at = properties.key(name);
                let refers = Keys::of(property).as_reference().is_some();
                if !refers {
                    self.described(property.schema_data.description.as_deref(), at, "property");
                }
                self.schema(property, at);
            }
        }
        for (key, members) in [("allOf", keys.all_of), ("oneOf", keys.one_of)] {
            let list = at.key(key);
            for (index, member) in members.iter().enumerate() {
                if let ReferenceOr::Item(member) = member {
                    self.schema(member, list.index(index));
                }
            }
        }
    }
}
