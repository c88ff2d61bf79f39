//! Removal of operations from a tree, with the components that only they use, and of components that no operation uses.
//!
//! In: the tree of a document, and the operations to remove. Out: the tree without these operations and without the
//! components that only they use. A component that no operation uses, and what it refers to, is only removed by
//! [`remove_unused`].

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::index::{Found, Visitor, visit};
use super::node::{Entry, Node, Value};
use super::pointer::{PointerRef, escape, unescape, unescaped};
use super::vocabulary::{self, ElementKind};
use crate::names::operation_id;
use crate::policy::Policy;

/// The keys of a Path Item Object that are operations.
pub(crate) const METHOD_KEYS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An operation of the tree.
#[derive(Debug)]
pub(crate) struct WrittenOperation {
    /// Its position among all operations of the document.
    index: usize,
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

/// The members of path items that are operations, each with the path item and the method, in the order of the document.
fn members<'d>(tree: &'d Node<'_>) -> impl Iterator<Item = (&'d Entry<'d>, &'d Entry<'d>, &'static str)> {
    let tree: &'d Node<'d> = tree;
    let items = tree.get("paths").map(Node::mapping).unwrap_or_default().iter();
    items.flat_map(|item| {
        item.node.mapping().iter().filter_map(move |entry| {
            let method = METHOD_KEYS.iter().find(|method| entry.key == **method)?;
            Some((item, entry, *method))
        })
    })
}

/// Every operation, in the order of the document.
pub(crate) fn operations(tree: &Node<'_>) -> Vec<WrittenOperation> {
    let written = members(tree).enumerate().map(|(index, (item, entry, method))| {
        let written = entry.node.get("operationId").filter(|id| id.is_string()).and_then(Node::as_str);
        let tags = entry.node.get("tags").map(Node::sequence).unwrap_or_default();
        WrittenOperation {
            index,
            path: item.key.to_string(),
            method,
            id: written.map_or_else(|| operation_id(method, &item.key), str::to_owned),
            tags: tags.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
            pointer: format!("/paths/{}/{method}", escape(&item.key)),
            span: entry.key_span.clone(),
        }
    });
    written.collect()
}

/// A component: its section and its name.
pub(crate) type ComponentName = (String, String);

/// The components that the operations and components of a document refer to.
#[derive(Debug)]
pub(crate) struct Needs<'d> {
    components: Vec<ComponentName>,
    positions: HashMap<(&'d str, &'d str), usize>,
    /// The components that each component refers to. A component can occur several times.
    of_components: Vec<Vec<usize>>,
    /// The components that each operation refers to, in the order of the operations.
    of_operations: Vec<Vec<usize>>,
    /// The components that the document refers to in other places, such as a path item without operations.
    of_document: Vec<usize>,
}

/// Positions of components.
type Positions = Vec<bool>;

impl<'d> Needs<'d> {
    /// Collects the references of a tree.
    pub(crate) fn new(tree: &'d Node<'_>, policy: &Policy) -> Self {
        let tree: &'d Node<'d> = tree;
        let (mut components, mut positions) = (Vec::new(), HashMap::new());
        let mut bases = Vec::new();
        for section in tree.get("components").map(Node::mapping).unwrap_or_default() {
            for entry in section.node.mapping() {
                if section.key == "schemas" && entry.node.get("discriminator").is_some() {
                    bases.push(components.len());
                }
                positions.insert((&*section.key, &*entry.key), components.len());
                components.push((section.key.to_string(), entry.key.to_string()));
            }
        }
        let mut operations = HashMap::new();
        let mut of_item: HashMap<&str, Range<usize>> = HashMap::new();
        for (index, (item, _, method)) in members(tree).enumerate() {
            operations.insert((&*item.key, method), index);
            of_item.entry(&item.key).or_insert(index..index).end = index + 1;
        }
        let needs = Self {
            of_components: vec![Vec::new(); components.len()],
            of_operations: vec![Vec::new(); operations.len()],
            of_document: Vec::new(),
            positions,
            components,
        };
        let mut collector = Collector { needs, operations, of_item, subtypes: HashMap::new() };
        visit(tree, policy, ElementOwner::Document, &mut collector);
        let Collector { mut needs, subtypes, .. } = collector;
        needs.note_security(tree);
        needs.note_subtypes(bases, &subtypes);
        needs
    }

    /// A schema with a discriminator needs the schemas that extend it with `allOf`: its values can be values of theirs.
    fn note_subtypes(&mut self, mut bases: Vec<usize>, subtypes: &HashMap<usize, Vec<usize>>) {
        let mut found = HashSet::new();
        while let Some(base) = bases.pop() {
            if let (true, Some(subtypes)) = (found.insert(base), subtypes.get(&base)) {
                self.of_components[base].extend(subtypes);
                bases.extend(subtypes);
            }
        }
    }

    /// The components that an element names.
    fn targets(&self, found: Found<'_, '_>) -> Vec<usize> {
        let position = |section: &str, name: &str| self.positions.get(&(section, name)).copied();
        if found.is_reference {
            let target = found.node.reference().unwrap_or_default();
            let name = unescaped(target.rsplit('/').next().unwrap_or_default());
            let section = vocabulary::section(found.object).unwrap_or_default();
            return position(section, &name).into_iter().collect();
        }
        if found.object.kind != ElementKind::Discriminator {
            return Vec::new();
        }
        let mapping = found.node.get("mapping").map(Node::mapping).unwrap_or_default();
        let named = mapping.iter().filter_map(|entry| {
            let target = entry.node.as_str()?;
            let name = target.strip_prefix("#/components/schemas/").map_or(Cow::Borrowed(target), unescaped);
            position("schemas", &name)
        });
        named.collect()
    }

    /// Operations refer to the security schemes of their requirements, or of those of the document.
    fn note_security(&mut self, tree: &Node<'_>) {
        let of_document = tree.get("security");
        for (needs, (_, operation, _)) in self.of_operations.iter_mut().zip(members(tree)) {
            let requirements = operation.node.get("security").or(of_document).map(Node::sequence).unwrap_or_default();
            let schemes = requirements.iter().flat_map(Node::mapping);
            needs.extend(schemes.filter_map(|entry| self.positions.get(&("securitySchemes", &*entry.key)).copied()));
        }
    }

    /// These components, and all components that they refer to, directly or indirectly.
    fn closure(&self, start: impl IntoIterator<Item = usize>) -> Positions {
        let mut found = vec![false; self.components.len()];
        let mut next: Vec<usize> = start.into_iter().collect();
        while let Some(position) = next.pop() {
            if !std::mem::replace(&mut found[position], true) {
                next.extend(&self.of_components[position]);
            }
        }
        found
    }

    fn all_of<'o>(&self, operations: impl Iterator<Item = &'o WrittenOperation>) -> Positions {
        self.closure(operations.filter_map(|it| self.of_operations.get(it.index)).flatten().copied())
    }

    fn position(&self, (section, name): &ComponentName) -> Option<usize> {
        self.positions.get(&(section.as_str(), name.as_str())).copied()
    }

    /// The components that refer to one of these, directly or indirectly, including these.
    pub(crate) fn dependents(&self, components: &BTreeSet<ComponentName>) -> BTreeSet<ComponentName> {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.components.len()];
        for (user, targets) in self.of_components.iter().enumerate() {
            targets.iter().for_each(|target| users[*target].push(user));
        }
        let mut found = BTreeSet::new();
        let mut next: Vec<usize> = components.iter().filter_map(|component| self.position(component)).collect();
        while let Some(position) = next.pop() {
            if found.insert(position) {
                next.extend(&users[position]);
            }
        }
        found.into_iter().map(|position| self.components[position].clone()).collect()
    }

    /// Whether an operation refers to one of these components directly.
    pub(crate) fn names_any(&self, operation: &WrittenOperation, components: &BTreeSet<ComponentName>) -> bool {
        let needed = self.of_operations.get(operation.index).into_iter().flatten();
        needed.copied().any(|position| components.contains(&self.components[position]))
    }

    /// The components that no operation uses, directly or indirectly.
    fn unused(&self) -> BTreeSet<ComponentName> {
        let used = self.closure(self.of_operations.iter().flatten().chain(&self.of_document).copied());
        // Security schemes have no types, and requirements of the whole document can name them.
        let is_unused = |position: &usize| !used[*position] && self.components[*position].0 != "securitySchemes";
        (0..self.components.len()).filter(is_unused).map(|position| self.components[position].clone()).collect()
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
        let of_others = self.all_of(operations.iter().filter(|it| !is_removed(it)));
        let unused = (0..self.components.len()).filter(|position| !of_removed[*position] && !of_others[*position]);
        let of_unused = self.closure(unused);
        let is_only = |position: &usize| of_removed[*position] && !of_others[*position] && !of_unused[*position];
        (0..self.components.len()).filter(is_only).map(|position| self.components[position].clone()).collect()
    }
}

/// The part of the document that contains an element.
#[derive(Clone, Copy)]
enum ElementOwner<'d> {
    Document,
    PathItem(&'d str),
    Operation(usize),
    Component(usize),
}

/// Collects the references of a document, by the part that contains them.
struct Collector<'d> {
    needs: Needs<'d>,
    /// The positions of operations, by path and method.
    operations: HashMap<(&'d str, &'static str), usize>,
    /// The operations of each path item, which have its parameters.
    of_item: HashMap<&'d str, Range<usize>>,
    /// The components that extend a component with `allOf`.
    subtypes: HashMap<usize, Vec<usize>>,
}

impl<'d> Visitor<'d> for Collector<'d> {
    type Owner = ElementOwner<'d>;

    fn element(&mut self, found: Found<'d, '_>, outer: ElementOwner<'d>) -> ElementOwner<'d> {
        let owner = self.owner(&found).unwrap_or(outer);
        for target in self.needs.targets(found) {
            match owner {
                ElementOwner::Document => self.needs.of_document.push(target),
                ElementOwner::Operation(index) => self.needs.of_operations[index].push(target),
                ElementOwner::PathItem(path) => match self.of_item.get(path) {
                    Some(operations) => {
                        self.needs.of_operations[operations.clone()].iter_mut().for_each(|needs| needs.push(target));
                    }
                    None => self.needs.of_document.push(target),
                },
                ElementOwner::Component(position) => {
                    self.needs.of_components[position].push(target);
                    if self.needs.components[position].0 == "schemas" && is_extension(found.at) {
                        self.subtypes.entry(target).or_default().push(position);
                    }
                }
            }
        }
        owner
    }
}

impl<'d> Collector<'d> {
    /// The path item, operation or component that an element is.
    fn owner(&self, found: &Found<'d, '_>) -> Option<ElementOwner<'d>> {
        use PointerRef::Key;
        match found.at {
            Key(Key(Key(PointerRef::Base(""), "components"), section), name) => {
                self.needs.positions.get(&(*section, name)).map(|position| ElementOwner::Component(*position))
            }
            Key(Key(Key(PointerRef::Base(""), "paths"), path), method) => {
                let index = self.operations.get(&(*path, method)).copied();
                index.filter(|_| found.object.kind == ElementKind::Operation).map(ElementOwner::Operation)
            }
            Key(Key(PointerRef::Base(""), "paths"), path) => {
                let item = self.of_item.get_key_value(path);
                Some(item.map_or(ElementOwner::Document, |(path, _)| ElementOwner::PathItem(path)))
            }
            _ => None,
        }
    }
}

/// Whether a pointer is in the `allOf` of a component, and not in a further one.
fn is_extension(at: PointerRef<'_>) -> bool {
    /// The number of tokens, and the number of those up to the last `allOf`.
    fn last_all_of(at: &PointerRef<'_>) -> (usize, usize) {
        match at {
            PointerRef::Base(_) | PointerRef::Node(..) => (0, 0),
            PointerRef::Value(node) => last_all_of(node),
            PointerRef::Index(parent, _) => {
                let (tokens, last) = last_all_of(parent);
                (tokens + 1, last)
            }
            PointerRef::Key(parent, key) => {
                let (tokens, last) = last_all_of(parent);
                (tokens + 1, if *key == "allOf" { tokens + 1 } else { last })
            }
        }
    }
    let (PointerRef::Key(parent, _) | PointerRef::Index(parent, _)) = at else { return false };
    // `/components/schemas/NAME/allOf`
    last_all_of(parent).1 == 4
}

/// The component that a pointer refers to, or that contains its target.
pub(crate) fn component_of(pointer: &str) -> Option<ComponentName> {
    let mut tokens = pointer.strip_prefix("/components/")?.split('/');
    Some((unescape(tokens.next()?), unescape(tokens.next()?)))
}

/// Removes the components that no operation uses, directly or indirectly. Returns their number, and the pointer and the place
/// of the first one. A document without operations is unchanged: it is a collection of components.
pub(crate) fn remove_unused(tree: &mut Node<'_>, policy: &Policy) -> Option<(usize, String, Range<usize>)> {
    members(tree).next()?;
    let unused = Needs::new(tree, policy).unused();
    let sections = tree.get("components").map(Node::mapping).unwrap_or_default().iter();
    let components = sections.flat_map(|section| section.node.mapping().iter().map(move |entry| (section, entry)));
    let found =
        components.filter(|(section, entry)| unused.contains(&(section.key.to_string(), entry.key.to_string())));
    let (section, first) = found.min_by_key(|(_, entry)| entry.key_span.start)?;
    let pointer = format!("/components/{}/{}", escape(&section.key), escape(&first.key));
    let key = first.key_span.clone();
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
                    if !operations.is_empty() {
                        keys.retain(|it| !operations.contains(&format!("/paths/{path}/{}", it.key)));
                    }
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
        let needs = Needs::new(&tree, Policy::of(Dialect::OpenApi));
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
