//! Tags become groups of the client.
//!
//! In: the tags, paths and methods of a document. Out: the groups with their operations, in the order of the document.
//! [`super::operations`] reads each operation.

use std::collections::HashMap;

use super::Lowering;
use super::usage::SHARED;
use crate::diagnostic::Code;
use crate::document::openapi::{Operation, PathItem};
use crate::document::pointer::PointerRef;
use crate::model::{self, Group};
use crate::names::{Case, Scope, identifier};
use crate::suggest::did_you_mean;

/// Modules that the client has anyway.
const TAKEN_MODULES: &[&str] = &[SHARED, "types", "r#mod", "region", "error_code", "arguments", "catalogue", "client"];

/// Letters of a name that becomes the name of a file.
const MAX_NAME: usize = 200;

/// An operation with its path and its id.
pub(super) struct Named<'d> {
    pub(super) item: &'d PathItem,
    pub(super) operation: &'d Operation,
    pub(super) id: String,
}

/// A group before its operations are read.
struct GroupDraft {
    name: String,
    pointer: Option<String>,
    module: String,
    type_name: String,
    description: Option<String>,
    methods: Scope,
    operations: Vec<model::Operation>,
}

impl<'d> Lowering<'d> {
    /// All operations, by tag, in the order of the tags.
    pub(super) fn groups(&mut self) -> Vec<Group> {
        let operations = self.named_operations();
        let mut groups = self.tags(&operations);
        let ids: Vec<&str> = operations.iter().map(|named| named.id.as_str()).collect();
        let mut types = Scope::default();
        let type_names = types.issue_types(&ids);
        let positions: HashMap<String, usize> =
            groups.iter().enumerate().map(|(position, group)| (group.name.clone(), position)).collect();
        for (named, type_name) in operations.iter().zip(type_names) {
            let Some(group) = positions.get(tag(named.operation)).and_then(|&position| groups.get_mut(position)) else {
                continue;
            };
            self.check_names(named.operation, &type_name, &group.module);
            let operation = self.operation(named, type_name, &group.module, &mut group.methods, &mut types);
            group.operations.push(operation);
        }
        let used = groups.into_iter().filter(|group| !group.operations.is_empty());
        used.map(|group| Group {
            name: group.name,
            pointer: group.pointer,
            module: group.module,
            type_name: group.type_name,
            description: group.description,
            operations: group.operations,
        })
        .collect()
    }

    /// The names of an operation and of its group become names of files.
    fn check_names(&mut self, operation: &Operation, type_name: &str, module: &str) {
        let at = self.document.at(operation.node);
        for (name, key) in [(type_name, "operationId"), (module, "tags")] {
            if name.len() > MAX_NAME {
                let message = format!("in the client this name would have {} letters", name.len());
                let help = format!("choose one of at most {MAX_NAME}: it becomes the name of a file, too");
                self.sink.report(Code::TooLarge, at.key(key).value(), message, help);
            }
        }
    }

    /// Every operation of the document, with an id. Two of one id, or of one path, are reported.
    fn named_operations(&mut self) -> Vec<Named<'d>> {
        let mut operations: Vec<Named<'d>> = Vec::new();
        let mut paths: HashMap<String, &PathItem> = HashMap::new();
        let mut ids: HashMap<String, String> = HashMap::new();
        for item in &self.api.paths {
            let path_at = self.document.at(item.node);
            if let Some(other) = paths.insert(normalize_path(&item.path), item) {
                self.sink.report_with(
                    Code::AmbiguousPath,
                    path_at,
                    format!("`{}` and `{}` are the same path", item.path, other.path),
                    "put the operations of both under one of them",
                    (self.document.at(other.node), "the other one"),
                );
            }
            for operation in &item.operations {
                let id = self.operation_id(item, operation);
                let at = self.document.at(operation.node);
                let written_id = at.key("operationId");
                let id_at = if operation.id.is_some() { written_id.value() } else { at };
                if let Some(other) = ids.insert(id.clone(), id_at.pointer()) {
                    self.sink.report_with(
                        Code::DuplicateName,
                        id_at,
                        format!("two operations have the id `{id}`"),
                        "give each its own `operationId`",
                        (PointerRef::Base(&other).value(), "the other one"),
                    );
                }
                operations.push(Named { item, operation, id });
            }
        }
        operations
    }

    fn operation_id(&mut self, item: &PathItem, operation: &Operation) -> String {
        if let Some(id) = &operation.id {
            return id.clone();
        }
        if self.policy.requires_metadata {
            let help = "add `operationId`, such as `listProjects`: it names the operation in the client";
            let at = self.document.at(operation.node);
            self.sink.report(Code::MissingKey, at, "this operation has no `operationId`", help);
        }
        identifier(&format!("{}_{}", operation.method.key(), item.path), Case::Snake)
    }

    /// The groups: declared tags first, then others in the order of the operations.
    fn tags(&mut self, operations: &[Named<'d>]) -> Vec<GroupDraft> {
        let mut modules = Scope::with_taken(TAKEN_MODULES.iter().copied());
        let mut types = Scope::with_taken(["Client", "ProjectClient", "Call"]);
        let mut new_group = |name: &str, client_name: &str| GroupDraft {
            name: name.to_owned(),
            pointer: None,
            module: modules.issue(client_name, Case::Snake),
            type_name: types.issue_type(client_name),
            description: None,
            methods: Scope::with_taken(["new"]),
            operations: Vec::new(),
        };
        let mut groups: Vec<GroupDraft> = Vec::new();
        let mut known: HashMap<&str, Option<PointerRef<'d>>> = HashMap::new();
        for tag in &self.api.tags {
            let at = self.document.at(tag.node);
            if let Some(Some(first)) = known.get(tag.name.as_str()) {
                let message = format!("the tag `{}` is listed twice", tag.name);
                let (name, first) = (at.key("name"), first.key("name"));
                let first = (first.value(), "first here");
                self.sink.report_with(Code::DuplicateName, name.value(), message, "remove one of them", first);
                continue;
            }
            known.insert(&tag.name, Some(at));
            let group = new_group(&tag.name, tag.client_name.as_ref().unwrap_or(&tag.name));
            groups.push(GroupDraft { pointer: Some(at.pointer()), description: tag.description.clone(), ..group });
        }
        for named in operations {
            let tag = tag(named.operation);
            if known.insert(tag, None).is_none() {
                groups.push(new_group(tag, tag));
            }
        }
        groups
    }

    /// An operation of ours is in one group, which is declared.
    pub(super) fn check_tags(&mut self, operation: &Operation) {
        let declared = &self.api.tags;
        let at = self.document.at(operation.node);
        let list = at.key("tags");
        match operation.tags.as_slice() {
            [tag] if declared.iter().any(|known| known.name == *tag) => {}
            [tag] => {
                let help = did_you_mean(tag, declared.iter().map(|tag| tag.name.as_str()), || {
                    "add it to `tags` at the top level, with `x-client-name` and a description".to_owned()
                });
                self.sink.report(Code::DanglingRef, list.index(0), format!("the tag `{tag}` is not declared"), help);
            }
            tags => self.sink.report(
                Code::WrongValue,
                if tags.is_empty() { at } else { list },
                "an operation has one tag, the group of DJI's directory that it stands in",
                "write `tags: [Name of the group]`",
            ),
        }
    }
}

fn tag(operation: &Operation) -> &str {
    operation.tags.first().map_or("default", String::as_str)
}

/// A path with `{}` for each parameter: two paths that are equal then are one path to a server.
pub(crate) fn normalize_path(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let literal = part.split_once('}').map_or(part, |(_, literal)| literal);
        shape.push_str("{}");
        shape.push_str(literal);
    }
    shape
}
