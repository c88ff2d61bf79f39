//! Rules about calls that do harm when something is forgotten.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Parser, Tag};

use super::ground::{Ground, list, text};
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::{OPERATION, PARAMETER, SCHEMA};
use crate::document::{Element, Sink};

/// The code of the service for "no permission": the project header is missing, or the project is somebody else's.
const NO_PERMISSION: &str = "200403";

/// How many other operations make a habit.
const MIN_PEERS: usize = 2;

/// An operation, as this rule sees it.
struct Seen<'e> {
    pointer: &'e str,
    /// Whether it has the header of the project, required or not.
    in_project: bool,
    tag: &'e str,
    /// Pointers of the identifiers that it takes.
    takes: Vec<&'e str>,
    /// Where it lists the code for "no permission".
    refused: Option<usize>,
}

/// A call of a project that does not name the project is refused, or does something in another one.
///
/// Which call is one of a project cannot be read from the specification alone. What can be seen: that it is refused
/// without permission, that it takes something that others take in a project only, and that all others of its group are
/// calls of a project.
pub(super) fn project_headers(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    let operations: Vec<Seen<'_>> = ground.all(&OPERATION).map(|operation| seen(ground, operation)).collect();
    let mut takers: BTreeMap<&str, Vec<&Seen<'_>>> = BTreeMap::new();
    for operation in &operations {
        for identifier in &operation.takes {
            takers.entry(identifier).or_default().push(operation);
        }
    }
    for operation in operations.iter().filter(|operation| !operation.in_project) {
        let at = PointerRef::Base(operation.pointer);
        let others = |all: &[&Seen<'_>]| all.iter().filter(|other| other.pointer != operation.pointer).count();
        let only_in_projects =
            |all: &[&Seen<'_>]| all.iter().all(|other| other.in_project || other.pointer == operation.pointer);
        let habit = |all: &[&Seen<'_>]| others(all) >= MIN_PEERS && only_in_projects(all);
        let help = "refer to the parameter with `x-role: project`, as other operations do";
        if let Some(index) = operation.refused {
            let message = "this operation can be refused for want of permission, and has no header of a project";
            let codes = at.key("x-error-codes");
            sink.report(Code::ProjectHeader, codes.index(index), message, help);
        } else if let Some(identifier) = operation.takes.iter().find(|identifier| habit(&takers[*identifier])) {
            let message = "this operation has no header of a project, and takes what others take in a project only";
            let taken = (PointerRef::Base(identifier), "what it takes");
            sink.report_with(Code::ProjectHeader, at, message, help, taken);
        } else {
            let group: Vec<&Seen<'_>> = operations.iter().filter(|other| other.tag == operation.tag).collect();
            if habit(&group) {
                let message = "this operation has no header of a project, and all others of its group have";
                sink.report(Code::ProjectHeader, at, message, help);
            }
        }
    }
}

fn seen<'e>(ground: &'e Ground<'_>, operation: &'e Element<'_>) -> Seen<'e> {
    let of_path = ground.owner(operation).into_iter().flat_map(|path| ground.members(path));
    let parameters =
        ground.members(operation).chain(of_path).filter(|element| std::ptr::eq(element.kind, &raw const PARAMETER));
    let parameters: Vec<&Element<'_>> = parameters.map(|element| ground.resolved(element)).collect();
    let in_project = parameters.iter().any(|parameter| text(parameter.node, "x-role") == Some("project"));
    let body = ground.member(operation, "requestBody").map(|body| ground.resolved(body));
    let contents = body.into_iter().flat_map(|body| ground.members(body));
    let bodies = contents.filter_map(|media| ground.member(media, "schema")).map(|schema| ground.described(schema));
    let properties = bodies.flat_map(|body| ground.members(body)).filter(|member| is_property(ground, member));
    let taken = parameters.iter().filter_map(|parameter| ground.member(parameter, "schema")).chain(properties);
    let identifiers: Vec<&str> = ground.identifiers().map(|(_, schema)| schema.pointer.as_str()).collect();
    let takes = taken.map(|schema| ground.single(schema).pointer.as_str());
    Seen {
        pointer: &operation.pointer,
        in_project,
        tag: list(operation.node, "tags").first().and_then(|tag| tag.as_str()).unwrap_or_default(),
        takes: takes.filter(|pointer| identifiers.contains(pointer)).collect(),
        refused: list(operation.node, "x-error-codes").iter().position(|code| code.as_str() == Some(NO_PERMISSION)),
    }
}

fn is_property(ground: &Ground<'_>, member: &Element<'_>) -> bool {
    std::ptr::eq(member.kind, &raw const SCHEMA) && ground.role(member).starts_with("/properties/")
}

/// The words about an operation that moves something warn in bold. Who reads nothing else shall read that.
pub(super) fn missing_warnings(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    let physical = ground.all(&OPERATION).filter(|operation| text(operation.node, "x-risk") == Some("physical"));
    for operation in physical {
        // One that is missing is told elsewhere.
        let Some(description) = text(operation.node, "description") else { continue };
        let mut events = Parser::new(description);
        if !events.any(|event| matches!(event, Event::Start(Tag::Strong))) {
            let at = PointerRef::Base(&operation.pointer);
            let message = "this operation is physical, and its description does not warn";
            let help = "say in `**bold**` what can happen to people and machines, and what must be made sure before";
            let risk = at.key("x-risk");
            sink.report_with(Code::MissingWarning, at.key("description"), message, help, (risk.value(), "the risk"));
        }
    }
}
