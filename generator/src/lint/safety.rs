//! Rules for the safety of calls: the project header, and warnings.
//!
//! In: the operations of a document. Out: problems of project calls without a project header, and of physical operations
//! without a warning.

use std::collections::HashMap;

use pulldown_cmark::{Event, Parser, Tag};

use super::context::Context;
use crate::diagnostic::Code;
use crate::document::Sink;
use crate::document::extensions::{HeaderRole, Risk};
use crate::document::openapi::{Operation, PathItem};
use crate::document::pointer::NodeId;
use crate::document::schema::SchemaId;

/// The code of the service for "no permission": the project header is missing, or the project is not accessible.
const NO_PERMISSION: i64 = 200_403;

/// The minimum number of other operations from which a convention is inferred.
const MIN_PEERS: usize = 2;

/// An operation, with the facts that this rule uses.
struct Seen<'d> {
    node: NodeId,
    /// Whether it has the project header, required or not.
    in_project: bool,
    tag: &'d str,
    /// The identifiers in its arguments.
    takes: Vec<SchemaId>,
    /// The place of the code for "no permission" in its list.
    refused: Option<usize>,
}

/// The service rejects a project call without a project header, or applies it to another project.
///
/// The specification does not identify project calls. The rule uses three indications: the operation lists the code for
/// missing permission, it takes an identifier that other operations take in a project only, or all other operations of
/// its group are project calls.
pub(super) fn project_headers(context: &Context<'_>, sink: &mut Sink<'_>) {
    let identifiers: Vec<SchemaId> = context.identifiers().map(|(_, id, _)| id).collect();
    let operations: Vec<Seen<'_>> =
        context.api.operations().map(|(item, operation)| seen(context, item, operation, &identifiers)).collect();
    let mut takers: HashMap<SchemaId, Vec<&Seen<'_>>> = HashMap::new();
    let mut groups: HashMap<&str, Vec<&Seen<'_>>> = HashMap::new();
    for operation in &operations {
        groups.entry(operation.tag).or_default().push(operation);
        for identifier in &operation.takes {
            takers.entry(*identifier).or_default().push(operation);
        }
    }
    for operation in operations.iter().filter(|operation| !operation.in_project) {
        let at = context.document.at(operation.node);
        let is_usual = |all: &[&Seen<'_>]| {
            let peers = || all.iter().filter(|other| other.node != operation.node);
            peers().count() >= MIN_PEERS && peers().all(|other| other.in_project)
        };
        let help = "refer to the parameter with `x-role: project`, as other operations do";
        if let Some(index) = operation.refused {
            let message = "this operation lists the code for missing permission, but has no project header";
            let codes = at.key("x-error-codes");
            sink.report(Code::ProjectHeader, codes.index(index), message, help);
        } else if let Some(identifier) = operation.takes.iter().find(|identifier| is_usual(&takers[*identifier])) {
            let message =
                "this operation has no project header, but has an argument that others have in a project only";
            let taken = (context.schema_at(*identifier), "the identifier");
            sink.report_with(Code::ProjectHeader, at, message, help, taken);
        } else if is_usual(&groups[operation.tag]) {
            let message = "this operation has no project header, but all other operations of its group have one";
            sink.report(Code::ProjectHeader, at, message, help);
        }
    }
}

fn seen<'d>(context: &Context<'d>, item: &'d PathItem, operation: &'d Operation, identifiers: &[SchemaId]) -> Seen<'d> {
    let api = context.api;
    let parameters = operation.parameters.iter().chain(&item.parameters);
    let parameters: Vec<_> =
        parameters.filter_map(|id| api.parameters.resolve(*id)).map(|(_, parameter)| parameter).collect();
    let body = operation.request_body.and_then(|id| api.request_bodies.resolve(id));
    let contents = body.into_iter().flat_map(|(_, body)| &body.content);
    let bodies = contents.filter_map(|media| context.described(media.schema?));
    let properties = bodies.flat_map(|body| &body.properties).map(|(_, property)| *property);
    let taken = parameters.iter().filter_map(|parameter| parameter.schema).chain(properties);
    let taken = taken.filter_map(|schema| context.entries(schema)).map(|(id, _)| id);
    Seen {
        node: operation.node,
        in_project: parameters.iter().any(|parameter| parameter.role == Some(HeaderRole::Project)),
        tag: operation.tags.first().map(String::as_str).unwrap_or_default(),
        takes: taken.filter(|id| identifiers.contains(id)).collect(),
        refused: operation.error_codes.iter().position(|code| *code == NO_PERMISSION),
    }
}

/// The description of a physical operation contains a warning in bold, which is visible at a glance.
pub(super) fn missing_warnings(context: &Context<'_>, sink: &mut Sink<'_>) {
    let physical = context.api.operations().filter(|(_, operation)| operation.risk == Some(Risk::Physical));
    for (_, operation) in physical {
        // Another rule reports a missing description.
        let Some(description) = &operation.description else { continue };
        let mut events = Parser::new(description);
        if !events.any(|event| matches!(event, Event::Start(Tag::Strong))) {
            let at = context.document.at(operation.node);
            let message = "this operation is physical, but its description has no warning";
            let help = "describe in `**bold**` what can happen to people and machines, and what the caller has to ensure first";
            let risk = at.key("x-risk");
            sink.report_with(Code::MissingWarning, at.key("description"), message, help, (risk.value(), "the risk"));
        }
    }
}
