//! Removal of operations from a tree, with the components that only they use, and of components that no operation uses.
//!
//! In: the tree of a document, and the operations to remove. Out: the tree without these operations and without the
//! components that only they use. A component that no operation uses, and what it refers to, is only removed by
//! [`remove_unused`].

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::index::{Element, Index};
use super::node::{Node, Value};
use super::pointer::{escape, unescape};
use super::vocabulary::ElementKind;
use crate::names::operation_id;
use crate::policy::Policy;

/// The keys of a Path Item Object that are operations.
pub(crate) const METHOD_KEYS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An operation of the tree.
#[derive(Debug)]
pub(crate) struct WrittenOperation {
    pub(crate) path: String,
    /// The key of the path item.
    pub(crate) method: &'static str,
    /// The `operationId`, or the id that is derived from method and path.
    pub(crate) id: String,
    pub(crate) tags: Vec<String>,
    pub(crate) pointer: String,
    pub(crate) span: Range<usize>,
}

impl WrittenOperation {
    /// Its method and path, as in a request line.
    pub(crate) fn request(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }
}

/// Every operation, in the order of the document.
pub(crate) fn operations(tree: &Node<'_>) -> Vec<WrittenOperation> {
    let mut operations = Vec::new();
    for item in tree.get("paths").map(Node::mapping).unwrap_or_default() {
        for entry in item.node.mapping() {
            let Some(method) = METHOD_KEYS.iter().find(|method| entry.key == **method) else { continue };
            let written = entry.node.get("operationId").filter(|id| id.is_string()).and_then(Node::as_str);
            let tags = entry.node.get("tags").map(Node::sequence).unwrap_or_default();
            operations.push(WrittenOperation {
                path: item.key.to_string(),
                method,
                id: written.map_or_else(|| operation_id(method, &item.key), str::to_owned),
                tags: tags.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
                pointer: format!("/paths/{}/{method}", escape(&item.key)),
                span: entry.key_span.clone(),
            });
        }
    }
    operations
}

/// A component: its section and its name.
pub(crate) type ComponentName = (String, String);

/// The components that the operations and components of a document refer to.
#[derive(Debug)]
pub(crate) struct Needs {
    components: Vec<ComponentName>,
    positions: HashMap<ComponentName, usize>,
    /// The components that each component refers to.
    of_components: Vec<BTreeSet<usize>>,
    /// The components that each operation refers to, by the pointer of the operation.
    of_operations: HashMap<String, BTreeSet<usize>>,
    /// The components that the document refers to in other places, such as a path item without operations.
    of_document: BTreeSet<usize>,
}

impl Needs {
    /// Collects the references of a tree.
    pub(crate) fn new(tree: &Node<'_>, policy: &Policy, operations: &[WrittenOperation]) -> Self {
        let index = Index::new(tree, policy);
        let mut components = Vec::new();
        let mut positions = HashMap::new();
        for section in tree.get("components").map(Node::mapping).unwrap_or_default() {
            for entry in section.node.mapping() {
                positions.insert((section.key.to_string(), entry.key.to_string()), components.len());
                components.push((section.key.to_string(), entry.key.to_string()));
            }
        }
        let mut needs = Self {
            of_components: vec![BTreeSet::new(); components.len()],
            of_operations: operations.iter().map(|it| (it.pointer.clone(), BTreeSet::new())).collect(),
            of_document: BTreeSet::new(),
            components,
            positions,
        };
        // The operations of a path item, which have its parameters.
        let mut of_item: HashMap<&str, Vec<&str>> = HashMap::new();
        for operation in operations {
            if let Some((item, _)) = operation.pointer.rsplit_once('/') {
                of_item.entry(item).or_default().push(&operation.pointer);
            }
        }
        let mut owners: Vec<ElementOwner<'_>> = Vec::new();
        let all: Vec<&Element<'_>> = index.iter().collect();
        for element in &all {
            let outer = element.owner.and_then(|owner| owners.get(owner).copied()).unwrap_or(ElementOwner::Document);
            let component = component_of(&element.pointer).and_then(|component| needs.positions.get(&component));
            let owner = match (component, element.kind()) {
                (Some(position), _) => ElementOwner::Component(*position),
                (None, ElementKind::PathItem) => ElementOwner::PathItem(&element.pointer),
                (None, ElementKind::Operation) => ElementOwner::Operation(&element.pointer),
                _ => outer,
            };
            owners.push(owner);
            for target in needs.targets(element, &all) {
                match owner {
                    ElementOwner::Document => {
                        needs.of_document.insert(target);
                    }
                    ElementOwner::Component(position) => {
                        needs.of_components[position].insert(target);
                    }
                    ElementOwner::Operation(pointer) => needs.note(pointer, target),
                    ElementOwner::PathItem(item) => {
                        let of_item = of_item.get(item).map(Vec::as_slice).unwrap_or_default();
                        of_item.iter().for_each(|pointer| needs.note(pointer, target));
                        if of_item.is_empty() {
                            needs.of_document.insert(target);
                        }
                    }
                }
            }
        }
        needs.note_security(tree, operations);
        needs.note_subtypes(tree, &all);
        needs
    }

    /// A schema with a discriminator needs the schemas that extend it with `allOf`: its values can be values of theirs.
    fn note_subtypes(&mut self, tree: &Node<'_>, all: &[&Element<'_>]) {
        let mut subtypes: HashMap<usize, Vec<usize>> = HashMap::new();
        for element in all {
            let Some((owner, _)) = element.pointer.rsplit_once("/allOf/") else { continue };
            let subtype = component_of(owner).filter(|(section, name)| {
                section == "schemas" && owner == format!("/components/schemas/{}", escape(name))
            });
            let Some(subtype) = subtype.and_then(|component| self.positions.get(&component).copied()) else { continue };
            for target in self.targets(element, all) {
                subtypes.entry(target).or_default().push(subtype);
            }
        }
        let schemas = tree.get("components").and_then(|components| components.get("schemas"));
        let has_discriminator =
            |(_, name): &&ComponentName| schemas.and_then(|schemas| schemas.get(name)?.get("discriminator")).is_some();
        let is_schema = |(section, _): &&ComponentName| section == "schemas";
        let bases = self.components.iter().filter(is_schema).filter(has_discriminator);
        let mut next: Vec<usize> = bases.filter_map(|base| self.positions.get(base).copied()).collect();
        let mut found = HashSet::new();
        while let Some(base) = next.pop() {
            if let (true, Some(subtypes)) = (found.insert(base), subtypes.get(&base)) {
                self.of_components[base].extend(subtypes);
                next.extend(subtypes);
            }
        }
    }

    fn note(&mut self, operation: &str, target: usize) {
        if let Some(needs) = self.of_operations.get_mut(operation) {
            needs.insert(target);
        }
    }

    /// The components that an element names.
    fn targets(&self, element: &Element<'_>, all: &[&Element<'_>]) -> Vec<usize> {
        if element.is_reference() {
            let target = element.target.and_then(|target| all.get(target));
            let component = target.and_then(|target| component_of(&target.pointer));
            return component.and_then(|component| self.positions.get(&component).copied()).into_iter().collect();
        }
        if element.kind() != ElementKind::Discriminator {
            return Vec::new();
        }
        let mapping = element.node().get("mapping").map(Node::mapping).unwrap_or_default();
        let named = mapping.iter().filter_map(|entry| {
            let target = entry.node.as_str()?;
            let name = target.strip_prefix("#/components/schemas/").map_or_else(|| target.to_owned(), unescape);
            self.positions.get(&("schemas".to_owned(), name)).copied()
        });
        named.collect()
    }

    /// Operations refer to the security schemes of their requirements, or of those of the document.
    fn note_security(&mut self, tree: &Node<'_>, operations: &[WrittenOperation]) {
        for operation in operations {
            let own = tree.find(&operation.pointer).and_then(|node| node.get("security"));
            let requirements = own.or_else(|| tree.get("security")).map(Node::sequence).unwrap_or_default();
            for entry in requirements.iter().flat_map(Node::mapping) {
                let scheme = ("securitySchemes".to_owned(), entry.key.to_string());
                if let Some(target) = self.positions.get(&scheme).copied() {
                    self.note(&operation.pointer, target);
                }
            }
        }
    }

    /// These components, and all components that they refer to, directly or indirectly.
    fn closure(&self, start: impl IntoIterator<Item = usize>) -> HashSet<usize> {
        let mut found = HashSet::new();
        let mut next: Vec<usize> = start.into_iter().collect();
        while let Some(position) = next.pop() {
            if found.insert(position) {
                next.extend(self.of_components.get(position).into_iter().flatten());
            }
        }
        found
    }

    fn all_of<'o>(&self, operations: impl Iterator<Item = &'o WrittenOperation>) -> HashSet<usize> {
        self.closure(operations.filter_map(|it| self.of_operations.get(&it.pointer)).flatten().copied())
    }

    /// The components that refer to one of these, directly or indirectly, including these.
    pub(crate) fn dependents(&self, components: &BTreeSet<ComponentName>) -> BTreeSet<ComponentName> {
        let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
        for (user, targets) in self.of_components.iter().enumerate() {
            for target in targets {
                users.entry(*target).or_default().push(user);
            }
        }
        let mut found = BTreeSet::new();
        let mut next: Vec<usize> = components.iter().filter_map(|it| self.positions.get(it).copied()).collect();
        while let Some(position) = next.pop() {
            if found.insert(position) {
                next.extend(users.get(&position).into_iter().flatten());
            }
        }
        found.into_iter().filter_map(|position| self.components.get(position).cloned()).collect()
    }

    /// Whether an operation refers to one of these components directly.
    pub(crate) fn names_any(&self, operation: &WrittenOperation, components: &BTreeSet<ComponentName>) -> bool {
        let needed = self.of_operations.get(&operation.pointer).into_iter().flatten();
        needed.filter_map(|position| self.components.get(*position)).any(|needed| components.contains(needed))
    }

    /// The components that no operation uses, directly or indirectly.
    fn unused(&self, operations: &[WrittenOperation]) -> BTreeSet<ComponentName> {
        let mut used = self.all_of(operations.iter());
        used.extend(self.closure(self.of_document.iter().copied()));
        // Security schemes have no types, and requirements of the whole document can name them.
        let is_unused = |(position, (section, _)): &(usize, &ComponentName)| {
            !used.contains(position) && section != "securitySchemes"
        };
        let unused = self.components.iter().enumerate().filter(is_unused);
        unused.map(|(_, component)| component.clone()).collect()
    }

    /// The components that some of the `removed` operations use, directly or not, and that neither another operation nor a
    /// component without users needs.
    pub(crate) fn only_of(
        &self,
        operations: &[WrittenOperation],
        removed: &HashSet<String>,
    ) -> BTreeSet<ComponentName> {
        let is_removed = |it: &&WrittenOperation| removed.contains(&it.pointer);
        let of_removed = self.all_of(operations.iter().filter(is_removed));
        let used = self.all_of(operations.iter());
        let unused = (0..self.components.len()).filter(|position| !used.contains(position));
        let mut kept = self.closure(unused);
        kept.extend(self.all_of(operations.iter().filter(|it| !is_removed(it))));
        let only = of_removed.difference(&kept).filter_map(|position| self.components.get(*position).cloned());
        only.collect()
    }
}

/// The part of the document that contains an element.
#[derive(Clone, Copy)]
enum ElementOwner<'e> {
    Document,
    PathItem(&'e str),
    Operation(&'e str),
    Component(usize),
}

/// The component that a pointer refers to, or that contains its target.
pub(crate) fn component_of(pointer: &str) -> Option<ComponentName> {
    let mut tokens = pointer.strip_prefix("/components/")?.split('/');
    Some((unescape(tokens.next()?), unescape(tokens.next()?)))
}

/// Removes the components that no operation uses, directly or indirectly. Returns their number, and the pointer and the place
/// of the first one. A document without operations is unchanged: it is a collection of components.
pub(crate) fn remove_unused(tree: &mut Node<'_>, policy: &Policy) -> Option<(usize, String, Range<usize>)> {
    let operations = operations(tree);
    if operations.is_empty() {
        return None;
    }
    let unused = Needs::new(tree, policy, &operations).unused(&operations);
    let located = unused.iter().map(|(section, name)| {
        let pointer = format!("/components/{}/{}", escape(section), escape(name));
        let (key, _) = tree.locate(&pointer);
        (pointer, key)
    });
    let (pointer, key) = located.min_by_key(|(_, key)| key.start)?;
    remove(tree, &HashSet::new(), &HashSet::new(), &unused);
    Some((unused.len(), pointer, key))
}

/// Removes operations (by pointer), path items (by path) and components from a tree. A path item that loses all its
/// operations is also removed.
pub(crate) fn remove(
    tree: &mut Node<'_>,
    operations: &HashSet<String>,
    paths: &HashSet<String>,
    components: &BTreeSet<ComponentName>,
) {
    let Value::Mapping(root) = &mut tree.value else { return };
    for entry in root {
        let Value::Mapping(members) = &mut entry.node.value else { continue };
        match &*entry.key {
            "paths" => members.retain_mut(|item| {
                let path = escape(&item.key);
                if let Value::Mapping(keys) = &mut item.node.value {
                    let has_operations =
                        |keys: &[super::Entry<'_>]| keys.iter().any(|it| METHOD_KEYS.contains(&&*it.key));
                    let had_operations = has_operations(keys);
                    keys.retain(|it| !operations.contains(&format!("/paths/{path}/{}", it.key)));
                    if had_operations && !has_operations(keys) {
                        return false;
                    }
                }
                !paths.contains(&*item.key)
            }),
            "components" => {
                for section in members {
                    if let Value::Mapping(named) = &mut section.node.value {
                        named.retain(|it| !components.contains(&(section.key.to_string(), it.key.to_string())));
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::yaml::parse;
    use crate::{Dialect, Source};

    const TEXT: &str = "
paths:
  /a:
    parameters: [{$ref: '#/components/parameters/P'}]
    get: {operationId: one, tags: [x], requestBody: {$ref: '#/components/requestBodies/B'}}
    post: {security: [{key: []}]}
  /b:
    get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Shared'}}}}}}
components:
  parameters: {P: {schema: {$ref: '#/components/schemas/Shared'}}}
  requestBodies: {B: {content: {a/b: {schema: {$ref: '#/components/schemas/Union'}}}}}
  schemas:
    Shared: {}
    Union: {oneOf: [], discriminator: {propertyName: p, mapping: {m: Mapped, n: '#/components/schemas/Other'}}}
    Mapped: {properties: {a: {$ref: '#/components/schemas/Deep'}}}
    Other: {}
    Deep: {}
    Unused: {properties: {a: {$ref: '#/components/schemas/Deep'}}}
  securitySchemes: {key: {}, root: {}}
security: [{root: []}]
";

    fn names(components: &BTreeSet<ComponentName>) -> Vec<&str> {
        components.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn components_that_only_removed_operations_need_are_found() {
        let source = Source::new("x.yaml", TEXT);
        let mut tree = parse(&source, false).unwrap();
        let all = operations(&tree);
        let described: Vec<_> = all.iter().map(|it| format!("{} {} {:?}", it.request(), it.id, it.tags)).collect();
        assert_eq!(described, ["GET /a one [\"x\"]", "POST /a post_a []", "GET /b get_b []"]);
        let needs = Needs::new(&tree, Policy::of(Dialect::OpenApi), &all);
        let only = |pointers: &[&str]| needs.only_of(&all, &pointers.iter().map(|it| (*it).to_owned()).collect());
        // `Deep` is needed by a component that no operation uses.
        assert_eq!(names(&only(&["/paths/~1a/get"])), ["B", "Mapped", "Other", "Union"]);
        assert_eq!(names(&only(&["/paths/~1a/post"])), ["key"]);
        assert_eq!(names(&only(&["/paths/~1a/get", "/paths/~1a/post"])), ["P", "B", "Mapped", "Other", "Union", "key"]);
        let of = |section: &str, name: &str| BTreeSet::from([(section.to_owned(), name.to_owned())]);
        assert_eq!(names(&needs.dependents(&of("schemas", "Deep"))), ["B", "Deep", "Mapped", "Union", "Unused"]);
        assert!(needs.names_any(&all[1], &of("parameters", "P")) && !needs.names_any(&all[2], &of("parameters", "P")));
        assert!(needs.names_any(&all[0], &of("securitySchemes", "root")));
        remove(
            &mut tree,
            &HashSet::from(["/paths/~1a/get".to_owned(), "/paths/~1b/get".to_owned()]),
            &HashSet::new(),
            &of("schemas", "Other"),
        );
        let json = tree.json();
        assert!(json["paths"].get("/b").is_none() && json["paths"]["/a"].get("get").is_none());
        assert!(json["paths"]["/a"].get("post").is_some() && json["components"]["schemas"].get("Other").is_none());
    }
}
