//! Lowers tags to groups of the client.
//!
//! In: the tags, paths and methods of a document. Out: the groups with their operations, in the order of the document.
//! [`super::operations`] lowers each operation.

use std::collections::HashMap;

use super::Lowering;
use super::usage::SHARED;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::openapi::{Operation, PathItem};
use crate::document::pointer::PointerRef;
use crate::model::{self, Group};
use crate::names::{Case, MAX_FILE_NAME, UniqueNames, file_name, operation_id};
use crate::suggest::did_you_mean;

/// The names of modules and files that every client has. `main` is reserved because Cargo would build `main.rs` as a
/// program.
const RESERVED_MODULES: &[&str] = &[
    SHARED,
    "types",
    "r#mod",
    "lib",
    "main",
    "runtime",
    "flighthub2_runtime",
    "region",
    "error_code",
    "catalogue",
    "client",
    "missing",
];

/// The names of methods that every client has. The accessor of a group has the name of its module.
const RESERVED_METHODS: &[&str] = &["builder", "send", "project", "project_id", "core", "clone", "call"];

const ADD_ID: &str = "add `operationId`, such as `listProjects`: it names the operation in the client";

/// An operation with its path and its id.
pub(super) struct IdentifiedOperation<'d> {
    pub(super) item: &'d PathItem,
    pub(super) operation: &'d Operation,
    pub(super) id: String,
}

/// A group before its operations are lowered.
struct GroupDraft {
    name: String,
    pointer: Option<String>,
    module: String,
    type_name: String,
    description: Option<String>,
    methods: UniqueNames,
    operations: Vec<model::Operation>,
}

impl<'d> Lowering<'d> {
    /// All operations, by tag, in the order of the tags.
    pub(super) fn groups(&mut self) -> Vec<Group> {
        let operations = self.named_operations();
        let ids: Vec<&str> = operations.iter().map(|named| named.id.as_str()).collect();
        let mut types = UniqueNames::default();
        let type_names = types.issue_types(&ids);
        // Operations get their type names before groups, because callers write the names of operations: a tag and an
        // `operationId` can have the same name.
        let mut groups = self.tags(&operations, &mut types);
        let positions: HashMap<String, usize> =
            groups.iter().enumerate().map(|(position, group)| (group.name.clone(), position)).collect();
        for (named, type_name) in operations.iter().zip(type_names) {
            let Some(group) = positions.get(tag(named.operation)).and_then(|&position| groups.get_mut(position)) else {
                continue;
            };
            if group.operations.is_empty() {
                self.check_file_name(named.operation, &group.module);
            }
            let operation = self.operation(named, type_name, &group.module, &mut group.methods, &mut types);
            group.operations.push(operation);
        }
        let used = groups.into_iter().filter(|group| !group.operations.is_empty());
        used.map(|group| Group {
            name: group.name,
            pointer: group.pointer,
            file: module_file(&group.module),
            module: group.module,
            type_name: group.type_name,
            description: group.description,
            operations: group.operations,
        })
        .collect()
    }

    /// Reports a group, at its first operation, whose name is too long for the name of a file.
    fn check_file_name(&mut self, operation: &Operation, module: &str) {
        let length = file_name(module).len();
        if length > MAX_FILE_NAME {
            let message = format!("the name of the generated file would have {length} characters");
            let help = format!("choose a name of at most {MAX_FILE_NAME} characters");
            self.sink.report(Code::TooLarge, self.document.at(operation.node).key("tags").value(), message, help);
        }
    }

    /// All operations of the document with their ids. Reports ids and paths that are used twice.
    fn named_operations(&mut self) -> Vec<IdentifiedOperation<'d>> {
        let mut operations: Vec<IdentifiedOperation<'d>> = Vec::new();
        let mut paths: HashMap<String, &PathItem> = HashMap::new();
        let mut ids: HashMap<String, String> = HashMap::new();
        for item in &self.api.paths {
            let path_at = self.document.at(item.node);
            if let Some(other) = paths.insert(normalize_path(&item.path), item) {
                let message = format!("`{}` and `{}` are the same path", item.path, other.path);
                let help = "move the operations of both under one of them";
                if self.policy.tolerates_mistakes {
                    let effect = "the operations of both are generated";
                    self.sink.report_recoverable(Code::AmbiguousPath, path_at, message, help, effect);
                } else {
                    let other = (self.document.at(other.node), "the other one");
                    self.sink.report_with(Code::AmbiguousPath, path_at, message, help, other);
                }
            }
            for operation in &item.operations {
                let mut id = self.operation_id(item, operation);
                let at = self.document.at(operation.node);
                let written_id = at.key("operationId");
                let id_at = if operation.id.is_some() { written_id.value() } else { at };
                if let Some(other) = ids.get(&id) {
                    let message = format!("two operations have the id `{id}`");
                    let help = "give each operation its own `operationId`";
                    if self.policy.tolerates_mistakes {
                        let base = derived_id(item, operation);
                        let mut numbers = 2..;
                        id.clone_from(&base);
                        while let (true, Some(number)) = (ids.contains_key(&id), numbers.next()) {
                            id = format!("{base}_{number}");
                        }
                        let effect = format!("this operation gets the id `{id}`");
                        self.sink.report_recoverable(Code::DuplicateName, id_at, message, help, &effect);
                    } else {
                        let other = PointerRef::Base(other);
                        let other = (other.value(), "the other one");
                        self.sink.report_with(Code::DuplicateName, id_at, message, help, other);
                    }
                }
                if operation.id.is_none() && !self.policy.requires_metadata {
                    let message = format!("this operation has no `operationId`: it is called `{id}`");
                    let place = self.document.locate(at);
                    self.sink.warnings.push(Diagnostic::new(Code::DerivedName, place, message, ADD_ID));
                }
                ids.insert(id.clone(), id_at.pointer());
                operations.push(IdentifiedOperation { item, operation, id });
            }
        }
        operations
    }

    fn operation_id(&mut self, item: &PathItem, operation: &Operation) -> String {
        if let Some(id) = &operation.id {
            return id.clone();
        }
        if self.policy.requires_metadata {
            let at = self.document.at(operation.node);
            self.sink.report(Code::MissingKey, at, "this operation has no `operationId`", ADD_ID);
        }
        derived_id(item, operation)
    }

    /// The groups: declared tags first, then other tags in the order of the operations. `types` contains the type names
    /// of the operations already: the type of a group is in the same module as the types of its operations.
    fn tags(&mut self, operations: &[IdentifiedOperation<'d>], types: &mut UniqueNames) -> Vec<GroupDraft> {
        let mut modules = UniqueNames::of_files(RESERVED_MODULES.iter().chain(RESERVED_METHODS).copied());
        types.reserve(["Client", "ProjectClient", "Call"]);
        let mut new_group = |name: &str, client_name: &str| GroupDraft {
            name: name.to_owned(),
            pointer: None,
            module: modules.issue(client_name, Case::Snake),
            type_name: types.issue_type(client_name),
            description: None,
            methods: UniqueNames::with_reserved(["new"]),
            operations: Vec::new(),
        };
        let mut groups: Vec<GroupDraft> = Vec::new();
        let mut known: HashMap<&str, Option<PointerRef<'d>>> = HashMap::new();
        for tag in &self.api.tags {
            let at = self.document.at(tag.node);
            if let Some(Some(first)) = known.get(tag.name.as_str()) {
                let message = format!("the tag `{}` is listed twice", tag.name);
                if self.policy.tolerates_mistakes {
                    let (help, effect) = ("remove one of them", "the first is used");
                    self.sink.report_recoverable(Code::DuplicateName, at, message, help, effect);
                    continue;
                }
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

    /// Checks that an operation has exactly one tag, and that the tag is declared.
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
                "an operation must have exactly one tag, its group in DJI's directory",
                "write `tags: [Name of the group]`",
            ),
        }
    }
}

/// The id of an operation by its method and its path.
fn derived_id(item: &PathItem, operation: &Operation) -> String {
    operation_id(operation.method.key(), &item.path)
}

/// The path of the file of a module, as Rust requires it. [Names of files](UniqueNames::of_files) issued the name.
pub(super) fn module_file(module: &str) -> String {
    format!("{}.rs", file_name(module))
}

fn tag(operation: &Operation) -> &str {
    operation.tags.first().map_or("default", String::as_str)
}

/// A path with `{}` for each parameter. Paths with equal normal forms are the same path for a server.
pub(crate) fn normalize_path(path: &str) -> String {
    let mut parts = path.split('{');
    let mut normalized = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let literal = part.split_once('}').map_or(part, |(_, literal)| literal);
        normalized.push_str("{}");
        normalized.push_str(literal);
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::testing::{flighthub_problems, model, problems, recoverable};

    /// A path with an operation for each id, each with its tag.
    fn paths(operations: &[(&str, &str)]) -> String {
        let operations = operations.iter().enumerate().map(|(index, (id, tag))| {
            format!("  /p{index}: {{get: {{operationId: {id}, {tag}responses: {{'204': {{description: ''}}}}}}}}\n")
        });
        format!("paths:\n{}", operations.collect::<String>())
    }

    fn groups(keys: &str) -> Vec<String> {
        let shown = |group: &Group| {
            let methods: Vec<_> = group.operations.iter().map(|operation| operation.method_name.as_str()).collect();
            format!("{} {} {}: {}", group.name, group.type_name, group.file, methods.join(" "))
        };
        model(keys).groups.iter().map(shown).collect()
    }

    #[test]
    fn declared_tags_come_first_and_tags_without_operations_are_omitted() {
        let operations =
            paths(&[("a", "tags: [Other], "), ("b", "tags: [Flight Tasks], "), ("c", ""), ("a_b", "tags: [Other], ")]);
        let keys = format!("{operations}tags: [{{name: Unused}}, {{name: Flight Tasks}}]");
        let expected = [
            "Flight Tasks FlightTasks flight_tasks.rs: b",
            "Other Other other.rs: a a_b",
            "default DefaultSchema default.rs: c",
        ];
        assert_eq!(groups(&keys), expected);
    }

    #[test]
    fn a_name_that_is_in_use_gets_a_number() {
        let operations = [
            ("Things", "tags: [things], "),
            ("get_a_b", "tags: [types], "),
            ("getAB", "tags: [con], "),
            ("d", "tags: [CON], "),
        ];
        let expected = [
            "things Things2 things.rs: things",
            "types Types types_2.rs: get_a_b",
            "con Con con_2.rs: get_ab",
            "CON Con2 con_3.rs: d",
        ];
        assert_eq!(groups(&paths(&operations)), expected);
    }

    #[test]
    fn ids_paths_and_tags_are_used_once() {
        let metadata = "x-risk: read, x-retry: safe, tags: [T], ";
        let ours = |keys: &str| flighthub_problems(&format!("{keys}\ntags: [{{name: T}}]"));
        let two = paths(&[("a", metadata), ("a", metadata)]);
        assert!(ours(&two).contains(&"/paths/~1p1/get/operationId: two operations have the id `a`".to_owned()));
        let effect = "this operation gets the id `get_p1`";
        let expected = format!("/paths/~1p1/get/operationId: two operations have the id `a`: {effect}");
        assert_eq!(recoverable(&two), [expected]);
        let same = "paths:\n  /a/{x}: {}\n  /a/{y}: {}\n";
        let message = "/paths/~1a~1{y}: `/a/{y}` and `/a/{x}` are the same path";
        assert_eq!(ours(same), [message]);
        assert_eq!(recoverable(same), [format!("{message}: the operations of both are generated")]);
        let tags = "tags: [{name: A}, {name: A}]";
        assert_eq!(flighthub_problems(tags), ["/tags/1/name: the tag `A` is listed twice"]);
        assert_eq!(recoverable(tags), ["/tags/1: the tag `A` is listed twice: the first is used"]);
    }

    #[test]
    fn the_name_of_a_file_has_a_limit() {
        let tagged = |length: usize| paths(&[("get", &format!("tags: [{}], ", "a".repeat(length)))]);
        assert_eq!(groups(&tagged(MAX_FILE_NAME)).len(), 1);
        let expected = "/paths/~1p0/get/tags: the name of the generated file would have 201 characters";
        assert_eq!(problems(&tagged(MAX_FILE_NAME + 1)), [expected]);
    }

    #[test]
    fn names_of_parameters_do_not_distinguish_paths() {
        for (path, expected) in
            [("/a", "/a"), ("/{a}", "/{}"), ("/{a}/b/{c}.d", "/{}/b/{}.d"), ("/{a", "/{}a"), ("/a}", "/a}"), ("", "")]
        {
            assert_eq!(normalize_path(path), expected);
        }
    }
}
