//! How sure the specification is of what it says.
//!
//! In: the tree of a specification. Out: its facts, each with its mark. A fact is an operation, a parameter, a schema
//! with a name, a property, an address of the service or an error code. Knows nothing of the directory.
//!
//! What has no `x-source` takes the mark of what holds it: a property that of its object, a parameter that of its
//! operation, a schema that of the only operation that uses it. A schema that several operations use is documented
//! unless it says otherwise.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::AddAssign;

use crate::document::node::{Entry, Node, Value};
use crate::document::pointer::{escape, unescape};
use crate::document::vocabulary::{CONTENT_SCHEMA, METHODS};

/// How sure a fact is: the words of `x-source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Read on DJI's page.
    Documented,
    /// Not read there, and seen on the live service.
    Observed,
    /// Neither of the two.
    Inferred,
}

impl Mark {
    /// The word of `x-source`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Inferred => "inferred",
        }
    }

    /// What a node says of itself: one word, or a mapping with a `mark`.
    fn of(node: &Node<'_>) -> Option<Self> {
        let source = node.get("x-source")?;
        match source.get("mark").unwrap_or(source).as_str()? {
            "documented" => Some(Self::Documented),
            "observed" => Some(Self::Observed),
            "inferred" => Some(Self::Inferred),
            _ => None,
        }
    }
}

/// How many facts have each mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Read on DJI's page.
    pub documented: usize,
    /// Seen on the live service.
    pub observed: usize,
    /// Neither.
    pub inferred: usize,
}

impl AddAssign<Mark> for Counts {
    fn add_assign(&mut self, mark: Mark) {
        match mark {
            Mark::Documented => self.documented += 1,
            Mark::Observed => self.observed += 1,
            Mark::Inferred => self.inferred += 1,
        }
    }
}

/// Facts by where they begin, so that one that is met twice counts once.
pub(super) type Facts = BTreeMap<usize, Mark>;

pub(super) fn counts(facts: &Facts) -> Counts {
    let mut counts = Counts::default();
    facts.values().for_each(|&mark| counts += mark);
    counts
}

/// An operation of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation<'t> {
    pub(super) path: &'t str,
    /// Its method and what it says.
    pub(super) entry: &'t Entry<'t>,
    item: &'t Node<'t>,
}

impl<'t> Operation<'t> {
    /// The mark of an operation. One without is a mistake that `gen` tells; here nobody vouches for it.
    pub(super) fn mark(&self) -> Mark {
        Mark::of(&self.entry.node).unwrap_or(Mark::Inferred)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'t str> {
        self.entry.node.get(key)?.as_str()
    }
}

/// All operations, in the order of the document.
pub(super) fn operations<'t>(root: &'t Node<'t>) -> Vec<Operation<'t>> {
    let mut found = Vec::new();
    for path in root.get("paths").map(Node::mapping).unwrap_or_default() {
        let methods = path.node.mapping().iter().filter(|entry| METHODS.contains(&&*entry.key));
        found.extend(methods.map(|entry| Operation { path: &path.key, entry, item: &path.node }));
    }
    found
}

/// What is known of the marks of a whole specification.
#[derive(Debug)]
pub(super) struct Marks<'t> {
    root: &'t Node<'t>,
    /// All components and where they begin, by what refers to them.
    components: HashMap<String, (&'t Node<'t>, usize)>,
    /// The components that several operations use, by where they begin.
    shared: HashSet<usize>,
    /// Everything that operations say.
    known: Facts,
}

impl<'t> Marks<'t> {
    pub(super) fn new(root: &'t Node<'t>) -> Self {
        let mut components = HashMap::new();
        for section in root.get("components").map(Node::mapping).unwrap_or_default() {
            for member in section.node.mapping() {
                let reference = format!("#/components/{}/{}", section.key, escape(&member.key));
                components.insert(reference, (&member.node, member.key_span.start));
            }
        }
        let mut marks = Self { root, components, shared: HashSet::new(), known: Facts::new() };
        let operations = operations(root);
        let mut users: HashMap<usize, usize> = HashMap::new();
        for component in operations.iter().flat_map(|operation| marks.walk(operation).visited) {
            *users.entry(component).or_default() += 1;
        }
        marks.shared = users.into_iter().filter(|&(_, users)| users > 1).map(|(component, _)| component).collect();
        marks.known = operations.iter().flat_map(|operation| marks.walk(operation).facts).collect();
        marks
    }

    /// An operation and everything that it says, through all references.
    pub(super) fn of_operation(&self, operation: &Operation<'t>) -> Facts {
        self.walk(operation).facts
    }

    /// A schema with a name, and everything that it says.
    pub(super) fn of_schema(&self, schema: &'t Entry<'t>) -> Facts {
        let mut walk = Walk::new(self);
        walk.component(&schema.node, schema.key_span.start, Kind::Schema, Mark::Documented);
        walk.finish();
        // What an operation uses has the mark that it has there.
        walk.facts.into_iter().map(|(start, mark)| (start, self.known.get(&start).copied().unwrap_or(mark))).collect()
    }

    /// What a JSON pointer leads to: the entries of a list, else one fact.
    pub(super) fn of_place(&self, pointer: &str) -> Option<Facts> {
        let (node, start) = locate(self.root, pointer).ok()?;
        Some(match &node.value {
            Value::Sequence(items) => items.iter().map(|item| self.of_node(item, item.span.start)).collect(),
            _ => Facts::from([self.of_node(node, start)]),
        })
    }

    pub(super) fn of_node(&self, node: &Node<'_>, start: usize) -> (usize, Mark) {
        let known = || self.known.get(&start).copied();
        (start, Mark::of(node).or_else(known).unwrap_or(Mark::Documented))
    }

    fn walk(&self, operation: &Operation<'t>) -> Walk<'t, '_> {
        let mut walk = Walk::new(self);
        let node = &operation.entry.node;
        let mark = operation.mark();
        walk.facts.insert(operation.entry.key_span.start, mark);
        for parameters in [operation.item.get("parameters"), node.get("parameters")].into_iter().flatten() {
            parameters.sequence().iter().for_each(|parameter| walk.slot(parameter, Kind::Parameter, mark));
        }
        node.get("requestBody").into_iter().for_each(|body| walk.slot(body, Kind::Content, mark));
        for response in node.get("responses").map(Node::mapping).unwrap_or_default() {
            walk.slot(&response.node, Kind::Content, mark);
        }
        walk.finish();
        walk
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Schema,
    Parameter,
    /// Something with a `content`: a body or an answer. It is no fact itself.
    Content,
}

/// One walk. References are followed one after the other, not within each other, however long their chain is.
struct Walk<'t, 'm> {
    marks: &'m Marks<'t>,
    facts: Facts,
    visited: HashSet<usize>,
    open: Vec<(&'t Node<'t>, Kind, Mark)>,
}

impl<'t, 'm> Walk<'t, 'm> {
    fn new(marks: &'m Marks<'t>) -> Self {
        Self { marks, facts: Facts::new(), visited: HashSet::new(), open: Vec::new() }
    }

    fn finish(&mut self) {
        while let Some((node, kind, mark)) = self.open.pop() {
            if node.get("$ref").is_some() {
                self.slot(node, kind, mark);
            } else {
                self.inside(node, kind, mark);
            }
        }
    }

    /// A reference, or the thing itself.
    fn slot(&mut self, node: &'t Node<'t>, kind: Kind, inherited: Mark) {
        match node.get("$ref").and_then(Node::as_str) {
            Some(target) => {
                if let Some(&(component, start)) = self.marks.components.get(target) {
                    self.component(component, start, kind, inherited);
                }
            }
            None => {
                let mark = Mark::of(node).unwrap_or(inherited);
                if kind == Kind::Parameter {
                    self.facts.insert(node.span.start, mark);
                }
                self.inside(node, kind, mark);
            }
        }
    }

    fn component(&mut self, component: &'t Node<'t>, start: usize, kind: Kind, inherited: Mark) {
        if !self.visited.insert(start) {
            return;
        }
        let inherited = if self.marks.shared.contains(&start) { Mark::Documented } else { inherited };
        let mark = Mark::of(component).unwrap_or(inherited);
        if kind != Kind::Content {
            self.facts.insert(start, mark);
        }
        self.open.push((component, kind, mark));
    }

    fn inside(&mut self, node: &'t Node<'t>, kind: Kind, mark: Mark) {
        if kind != Kind::Schema {
            node.get("schema").into_iter().for_each(|schema| self.slot(schema, Kind::Schema, mark));
            for media in node.get("content").map(Node::mapping).unwrap_or_default() {
                media.node.get("schema").into_iter().for_each(|schema| self.slot(schema, Kind::Schema, mark));
            }
            return;
        }
        for property in node.get("properties").map(Node::mapping).unwrap_or_default() {
            let mark = Mark::of(&property.node).unwrap_or(mark);
            self.facts.insert(property.key_span.start, mark);
            self.slot(&property.node, Kind::Schema, mark);
        }
        for key in ["items", "additionalProperties", "not", CONTENT_SCHEMA] {
            node.get(key).into_iter().for_each(|inner| self.slot(inner, Kind::Schema, mark));
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            let members = node.get(key).map(Node::sequence).unwrap_or_default();
            members.iter().for_each(|member| self.slot(member, Kind::Schema, mark));
        }
    }
}

/// The node of a JSON pointer and where it begins, with its key if it has one; else the last node on the way, and the
/// token that leads nowhere.
pub(super) fn locate<'t>(root: &'t Node<'t>, pointer: &str) -> Result<(&'t Node<'t>, usize), (&'t Node<'t>, String)> {
    let (mut node, mut start) = (root, root.span.start);
    for token in pointer.split('/').skip(1) {
        let token = unescape(token);
        let entry = node.entry(&token).map(|entry| (&entry.node, entry.key_span.start));
        let item = || node.sequence().get(token.parse::<usize>().ok()?).map(|item| (item, item.span.start));
        (node, start) = entry.or_else(item).ok_or((node, token))?;
    }
    Ok((node, start))
}
