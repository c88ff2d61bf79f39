//! The common parts of the operations of a document.
//!
//! In: its tree. Out: the inferred defaults of a new operation. This module knows no name of a component: it copies
//! parts that all operations have, and no others.

use flighthub2_generator::Source;
use flighthub2_generator::document::{Entry, Node};
use flighthub2_generator::suggest::nearest;

use super::{METHODS, Request, Scope};

#[derive(Debug)]
pub(super) struct InferredDefaults<'t> {
    source: &'t Source,
    root: &'t Node<'t>,
    operations: Vec<Operation<'t>>,
    /// The tags that are declared.
    pub(super) tags: Vec<&'t str>,
    /// References to the parameters of every path, without path parameters: these belong to templates.
    pub(super) headers: Vec<&'t str>,
    /// Failures that every operation has, by status: references.
    pub(super) failures: Vec<(&'t str, &'t str)>,
    /// Reference to the envelope of all responses.
    pub(super) envelope: Option<String>,
    /// References to the project headers: the required and the optional one.
    project: Option<String>,
    optional_project: Option<String>,
}

/// An operation, with the path item that holds it.
#[derive(Clone, Copy, Debug)]
struct Operation<'t> {
    item: &'t Node<'t>,
    entry: &'t Entry<'t>,
}

/// The known description of a path parameter.
#[derive(Debug)]
pub(super) enum Known<'t> {
    /// A component, by its reference.
    Component(String),
    /// The common description of the parameter in all operations that have it.
    Inline { description: Option<&'t str>, schema: Option<&'t str>, example: Option<&'t str> },
}

/// The tag of a member of a path item, if it is an operation with one.
pub(super) fn tag<'t>(entry: &'t Entry<'_>) -> Option<&'t str> {
    METHODS.contains(&entry.key()).then(|| entry.node().get("tags")?.sequence().first()?.as_str()).flatten()
}

impl<'t> InferredDefaults<'t> {
    pub(super) fn of(source: &'t Source, root: &'t Node<'t>) -> Self {
        let paths = root.get("paths").map(Node::mapping).unwrap_or_default();
        let operations: Vec<Operation<'t>> = paths
            .iter()
            .flat_map(|path| path.node().mapping().iter().map(move |entry| Operation { item: path.node(), entry }))
            .filter(|found| METHODS.contains(&found.entry.key()))
            .collect();
        let in_components = |section: &str| root.get("components").and_then(|components| components.get(section));
        let find = |section: &str, is_it: &dyn Fn(&Node<'_>) -> bool| {
            let members = in_components(section).map(Node::mapping).unwrap_or_default();
            let found = members.iter().find(|member| is_it(member.node()))?;
            Some(format!("#/components/{section}/{}", found.key()))
        };
        let has = |node: &Node<'_>, key: &str, value: &str| node.get(key).and_then(Node::as_str) == Some(value);
        let project = |node: &Node<'_>| has(node, "x-role", "project");
        let is_in_path = |target: &&str| {
            let component =
                target.strip_prefix("#/components/parameters/").and_then(|name| in_components("parameters")?.get(name));
            component.is_some_and(|node| has(node, "in", "path"))
        };
        let mut headers = common(paths.iter().map(|path| references(path.node().get("parameters"))));
        headers.retain(|target| !is_in_path(target));
        let tags = root.get("tags").map(Node::sequence).unwrap_or_default();
        Self {
            source,
            root,
            tags: tags.iter().filter_map(|tag| tag.get("name")?.as_str()).collect(),
            headers,
            failures: common(operations.iter().map(|found| failures(found.entry.node()))),
            envelope: find("schemas", &|node| has(node, "x-envelope", "true")),
            project: find("parameters", &|node| project(node) && has(node, "required", "true")),
            optional_project: find("parameters", &|node| project(node) && !has(node, "required", "true")),
            operations,
        }
    }

    /// Checks the request against the document.
    pub(super) fn allow(&self, request: &Request<'_>) -> Result<(), String> {
        if let Some(tag) = request.tag.filter(|tag| !self.tags.contains(tag)) {
            let meant = nearest(tag, self.tags.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
            let help = meant.unwrap_or_else(|| format!("the tags are: {}", self.tags.join(", ")));
            return Err(format!("the tag `{tag}` is not declared; {help} Add a new tag to `tags` first"));
        }
        if let Some(id) = request.id {
            let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !letters || !id.starts_with(|first: char| first.is_ascii_lowercase()) {
                return Err(format!(
                    "`{id}` is not an id: write a verb and a noun in camel case, such as `listWaylines`"
                ));
            }
            let same = self.operations.iter().find(|found| {
                found.entry.node().get("operationId").and_then(Node::as_str).is_some_and(|there| there == id)
            });
            if let Some(found) = same {
                let line = self.source.location(found.entry.key_span(), "").line;
                return Err(format!("the id `{id}` exists already, at {}:{line}", self.source.name()));
            }
        }
        match request.scope {
            Some(Scope::Project) if self.project.is_none() => {
                Err("no parameter of this document has `x-role: project` and is required".to_owned())
            }
            Some(Scope::OptionalProject) if self.optional_project.is_none() => {
                Err("no parameter of this document has `x-role: project` and is optional".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The requested scope, or that of the project header of the document.
    pub(super) fn scope(&self, request: &Request<'_>) -> Scope {
        request.scope.unwrap_or(if self.project.is_some() { Scope::Project } else { Scope::Organization })
    }

    /// Reference to the header of the scope.
    pub(super) fn header(&self, scope: Scope) -> Option<&str> {
        match scope {
            Scope::Project => self.project.as_deref(),
            Scope::OptionalProject => self.optional_project.as_deref(),
            Scope::Organization => None,
        }
    }

    /// Error codes of all similar operations: with or without the same project header, a query or a body.
    pub(super) fn error_codes(&self, project: Option<&str>, input: bool) -> Vec<&'t str> {
        let alike = self.operations.iter().filter(|found| {
            let parameters = found.entry.node().get("parameters");
            let theirs = references(parameters).into_iter().find(|target| {
                Some(*target) == self.project.as_deref() || Some(*target) == self.optional_project.as_deref()
            });
            let in_query = |parameter: &Node<'_>| parameter.get("in").and_then(Node::as_str) == Some("query");
            let query = parameters.map(Node::sequence).unwrap_or_default().iter().any(in_query);
            theirs == project && (query || found.entry.node().get("requestBody").is_some()) == input
        });
        common(alike.map(|found| {
            let codes = found.entry.node().get("x-error-codes").map(Node::sequence).unwrap_or_default();
            codes.iter().filter_map(Node::as_str).collect()
        }))
    }

    /// The known description of a path parameter; `None` if the path item has it already.
    pub(super) fn parameter(&self, name: &str, item: Option<&Node<'_>>) -> Option<Known<'t>> {
        let is_it = |node: &Node<'_>| {
            let has = |key: &str, value: &str| node.get(key).and_then(Node::as_str) == Some(value);
            has("in", "path") && has("name", name)
        };
        let components = self.root.get("components").and_then(|components| components.get("parameters"));
        let components = components.map(Node::mapping).unwrap_or_default();
        let component = components.iter().find(|member| is_it(member.node()));
        let reference = component.map(|member| format!("#/components/parameters/{}", member.key()));
        let item_parameters = item.and_then(|item| item.get("parameters"));
        let referred = reference.as_deref().is_some_and(|reference| references(item_parameters).contains(&reference));
        if referred || item_parameters.map(Node::sequence).unwrap_or_default().iter().any(is_it) {
            return None;
        }
        if let Some(reference) = reference {
            return Some(Known::Component(reference));
        }
        let everywhere: Vec<&Node<'t>> = self
            .operations
            .iter()
            .flat_map(|found| [found.item.get("parameters"), found.entry.node().get("parameters")])
            .flatten()
            .flat_map(Node::sequence)
            .filter(|parameter| is_it(parameter))
            .collect();
        let agreed = |value_of: &dyn Fn(&'t Node<'t>) -> Option<&'t str>| -> Option<&'t str> {
            let mut values = everywhere.iter().map(|parameter| value_of(parameter));
            let first = values.next()??;
            values.all(|next| next == Some(first)).then_some(first)
        };
        Some(Known::Inline {
            description: agreed(&|parameter| self.one_line(parameter.get("description")?)),
            schema: agreed(&|parameter| parameter.get("schema")?.get("$ref")?.as_str()),
            example: agreed(&|parameter| self.one_line(parameter.get("example")?)),
        })
    }

    /// A value as written, if it is a single line.
    fn one_line(&self, node: &Node<'_>) -> Option<&'t str> {
        let text = self.source.text().get(node.span())?;
        let short = node.as_str().is_some() && !text.is_empty() && !text.contains('\n');
        short.then_some(text)
    }
}

fn references<'t>(list: Option<&'t Node<'_>>) -> Vec<&'t str> {
    let list = list.map(Node::sequence).unwrap_or_default();
    list.iter().filter_map(|item| item.get("$ref")?.as_str()).collect()
}

fn failures<'t>(operation: &'t Node<'_>) -> Vec<(&'t str, &'t str)> {
    let responses = operation.get("responses").map(Node::mapping).unwrap_or_default();
    let failures = responses.iter().filter(|response| !response.key().starts_with('2'));
    failures.filter_map(|response| Some((response.key(), response.node().get("$ref")?.as_str()?))).collect()
}

/// The intersection of the lists, in the order of the first.
fn common<T: PartialEq>(lists: impl Iterator<Item = Vec<T>>) -> Vec<T> {
    lists
        .reduce(|mut common, next| {
            common.retain(|item| next.contains(item));
            common
        })
        .unwrap_or_default()
}
