//! The groups of a client, and which operations stand in which.
//!
//! In: the tags, paths and methods of a document. Out: the groups with their operations, in the order of the document.
//! What an operation is, [`super::operation`] knows.

use std::collections::HashMap;

use openapiv3::{Operation, PathItem, ReferenceOr};
use serde_json::Value;

use super::Lowering;
use super::graph::SHARED;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::docs::documentation;
use crate::document::pointer::At;
use crate::model::Group;
use crate::names::{Case, MAX_FILE_NAME, Scope, file_name, identifier};
use crate::spelling::did_you_mean;

/// Modules that the client has anyway.
const TAKEN_MODULES: &[&str] = &[SHARED, "types", "r#mod", "region", "error_code", "arguments", "catalogue", "client"];

/// What an operation is called in the client.
pub(super) struct Names {
    pub(super) type_name: String,
    /// That of its files, without their endings.
    pub(super) file: String,
}

/// An operation as it is written, with its place.
pub(super) struct Written<'d> {
    pub(super) http_method: &'static str,
    pub(super) path: &'d str,
    pub(super) item: &'d PathItem,
    pub(super) operation: &'d Operation,
    pub(super) id: String,
}

impl<'d> Lowering<'d> {
    /// All operations, by tag, in the order of the tags.
    pub(super) fn groups(&mut self) -> Vec<Group> {
        let written = self.written();
        let ids: Vec<&str> = written.iter().map(|written| written.id.as_str()).collect();
        let mut types = Scope::default();
        let type_names = types.issue_types(&ids);
        let mut groups = self.tags(&written, &mut types);
        let files = Scope::of_files([]).issue_files(&ids);
        let mut methods: HashMap<usize, Scope> = HashMap::new();
        let positions: HashMap<String, usize> =
            groups.iter().enumerate().map(|(position, group)| (group.name.clone(), position)).collect();
        for ((written, type_name), file) in written.iter().zip(type_names).zip(files) {
            let tag = tag(written.operation);
            let Some(&position) = positions.get(tag) else { continue };
            let module = groups[position].module.clone();
            let scope = methods.entry(position).or_insert_with(|| Scope::with_taken(["new"]));
            self.check_names(written, &file, &module);
            let operation = self.operation(written, Names { type_name, file }, &module, scope);
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
    fn check_names(&mut self, written: &Written<'d>, file: &str, module: &str) {
        let paths = At::ROOT.key("paths");
        let path = paths.key(written.path);
        let method = written.http_method.to_ascii_lowercase();
        let at = path.key(&method);
        for (name, key) in [(file, "operationId"), (file_name(module), "tags")] {
            if name.len() > MAX_FILE_NAME {
                let message = format!("in the client its file would have a name of {} letters", name.len());
                let help = format!("choose one of at most {MAX_FILE_NAME}: it becomes the name of a file, too");
                self.found.tell(Code::TooLarge, at.key(key).value(), message, help);
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
                self.found.tell_with(
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
                            self.found.tell(Code::MissingKey, at, "this operation has no `operationId`", help);
                        }
                        identifier(&format!("{http_method}_{path}"), Case::Snake)
                    }
                };
                let written_id = at.key("operationId");
                let id_at = if operation.operation_id.is_some() { written_id.value() } else { at };
                if let Some(other) = ids.insert(id.clone(), id_at.pointer()) {
                    self.found.tell_with(
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

    /// The groups: declared tags first, then others as they come. The type of a group is in one module with those of its
    /// operations, which have their names already.
    fn tags(&mut self, written: &[Written<'d>], types: &mut Scope) -> Vec<Group> {
        let document = self.document;
        let mut modules = Scope::of_files(TAKEN_MODULES.iter().copied());
        types.take(["Client", "ProjectClient", "Call"]);
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let tags_at = At::ROOT.key("tags");
        let mut add = |groups: &mut Vec<Group>, name: &str, pointer, client_name: &str, description: Option<&str>| {
            let module = modules.issue(client_name, Case::Snake);
            groups.push(Group {
                name: name.to_owned(),
                pointer,
                file: module_file(&module),
                module,
                type_name: types.issue_type(client_name),
                doc: documentation(description.unwrap_or(name)),
                operations: Vec::new(),
            });
        };
        for (index, tag) in document.api.tags.iter().enumerate() {
            let at = tags_at.index(index);
            if let Some(&first) = known.get(tag.name.as_str()) {
                let message = format!("the tag `{}` is listed twice", tag.name);
                self.found.tell_with(
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

    /// An operation of ours stands in one group, which is declared.
    pub(super) fn check_tags(&mut self, tags: &[String], at: At<'_>) {
        let declared = &self.document.api.tags;
        let list = at.key("tags");
        match tags {
            [tag] if declared.iter().any(|known| known.name == *tag) => {}
            [tag] => {
                let help = did_you_mean(tag, declared.iter().map(|tag| tag.name.as_str()), || {
                    "add it to `tags` at the top level, with `x-client-name` and a description".to_owned()
                });
                self.found.tell(Code::DanglingRef, list.index(0), format!("the tag `{tag}` is not declared"), help);
            }
            _ => self.found.tell(
                Code::WrongValue,
                if tags.is_empty() { at } else { list },
                "an operation has one tag, the group of DJI's directory that it stands in",
                "write `tags: [Name of the group]`",
            ),
        }
    }
}

/// Path of the file of a module, whose name a scope of files has issued: Rust leaves no choice.
pub(super) fn module_file(module: &str) -> String {
    format!("{}.rs", file_name(module))
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
