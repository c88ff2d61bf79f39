//! The confidence of the facts of a specification.
//!
//! In: the index of a specification. Out: its facts, each with its confidence. A fact is an operation, a parameter, a
//! named schema, a property, an address of the service or an error code. This module does not know the directory.
//!
//! A fact without `x-source` inherits the confidence of its container: a property that of its object, a parameter that
//! of its operation, a schema that of the only operation that uses it. A schema that several operations use is
//! documented by default.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::AddAssign;

use flighthub2_generator::document::{Confidence, Document, Element, ElementKind, Index};

/// The number of facts of each confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Read on DJI's page.
    pub documented: usize,
    /// Observed on the live service.
    pub observed: usize,
    /// Neither read nor observed.
    pub inferred: usize,
}

impl AddAssign<Confidence> for Counts {
    fn add_assign(&mut self, confidence: Confidence) {
        match confidence {
            Confidence::Documented => self.documented += 1,
            Confidence::Observed => self.observed += 1,
            Confidence::Inferred => self.inferred += 1,
        }
    }
}

/// Facts by their JSON pointers, so that a fact that several operations share counts once.
pub(super) type Facts = BTreeMap<String, Confidence>;

pub(super) fn counts(facts: &Facts) -> Counts {
    let mut counts = Counts::default();
    facts.values().for_each(|&confidence| counts += confidence);
    counts
}

/// The confidence of an operation. A missing `x-source` is an error of `gen`; here it counts as inferred.
pub(super) fn of_operation(operation: &Element<'_>) -> Confidence {
    operation.confidence().unwrap_or(Confidence::Inferred)
}

/// The confidence of every fact of a specification.
#[derive(Debug)]
pub(super) struct Provenance<'d> {
    document: &'d Document<'d>,
    index: &'d Index<'d>,
    /// Pointers of the components that several operations use.
    shared: HashSet<&'d str>,
    /// The facts of all operations.
    known: Facts,
}

impl<'d> Provenance<'d> {
    pub(super) fn new(document: &'d Document<'d>, index: &'d Index<'d>) -> Self {
        let mut provenance = Self { document, index, shared: HashSet::new(), known: Facts::new() };
        let operations = || index.iter().filter(|element| element.kind() == ElementKind::Operation);
        let mut users: HashMap<&str, usize> = HashMap::new();
        for component in operations().flat_map(|operation| provenance.walk(operation).visited) {
            *users.entry(component).or_default() += 1;
        }
        provenance.shared = users.into_iter().filter(|&(_, users)| users > 1).map(|(component, _)| component).collect();
        provenance.known = operations().flat_map(|operation| provenance.walk(operation).facts).collect();
        provenance
    }

    /// An operation and all its facts, through all references.
    pub(super) fn facts_of_operation(&self, operation: &'d Element<'d>) -> Facts {
        self.walk(operation).facts
    }

    /// A named schema, and all its facts.
    pub(super) fn facts_of_schema(&self, schema: &'d Element<'d>) -> Facts {
        let mut walk = Walk::new(self);
        walk.component(schema, Confidence::Documented);
        walk.finish();
        // A component that an operation uses has the confidence of the operation.
        walk.facts
            .into_iter()
            .map(|(pointer, confidence)| {
                let known = self.known.get(&pointer).copied();
                (pointer, known.unwrap_or(confidence))
            })
            .collect()
    }

    /// The facts at a JSON pointer: the entries of a list, or one fact.
    pub(super) fn facts_at(&self, pointer: &str) -> Option<Facts> {
        let node = self.document.tree().find(pointer)?;
        Some(if node.is_sequence() {
            (0..node.sequence().len()).map(|index| self.fact(&format!("{pointer}/{index}"))).collect()
        } else {
            Facts::from([self.fact(pointer)])
        })
    }

    /// The target of a JSON pointer, as one fact.
    pub(super) fn fact(&self, pointer: &str) -> (String, Confidence) {
        let own = self.index.find(pointer).and_then(Element::confidence);
        let known = || self.known.get(pointer).copied();
        (pointer.to_owned(), own.or_else(known).unwrap_or(Confidence::Documented))
    }

    fn walk(&self, operation: &'d Element<'d>) -> Walk<'d, '_> {
        let mut walk = Walk::new(self);
        let confidence = of_operation(operation);
        walk.facts.insert(operation.pointer().to_owned(), confidence);
        let item = self.index.owner(operation).into_iter().flat_map(|item| self.index.children(item));
        item.filter(|member| member.kind() == ElementKind::Parameter).for_each(|member| walk.visit(member, confidence));
        walk.children(operation, confidence);
        walk.finish();
        walk
    }
}

/// One traversal. References are followed iteratively, however long their chain is.
struct Walk<'d, 'p> {
    provenance: &'p Provenance<'d>,
    facts: Facts,
    /// Pointers of components.
    visited: HashSet<&'d str>,
    open: Vec<(&'d Element<'d>, Confidence)>,
}

impl<'d, 'p> Walk<'d, 'p> {
    fn new(provenance: &'p Provenance<'d>) -> Self {
        Self { provenance, facts: Facts::new(), visited: HashSet::new(), open: Vec::new() }
    }

    fn finish(&mut self) {
        while let Some((element, confidence)) = self.open.pop() {
            if element.is_reference() {
                self.follow(element, confidence);
            } else {
                self.children(element, confidence);
            }
        }
    }

    /// The elements in an object that describe what is sent and received.
    fn children(&mut self, element: &'d Element<'d>, confidence: Confidence) {
        for child in self.provenance.index.children(element) {
            if matches!(
                child.kind(),
                ElementKind::Parameter
                    | ElementKind::RequestBody
                    | ElementKind::Responses
                    | ElementKind::Response
                    | ElementKind::MediaType
                    | ElementKind::Schema
            ) {
                self.visit(child, confidence);
            }
        }
    }

    fn visit(&mut self, element: &'d Element<'d>, inherited: Confidence) {
        let confidence = element.confidence().unwrap_or(inherited);
        let is_parameter = element.kind() == ElementKind::Parameter && !element.is_reference();
        if is_parameter || is_property(self.provenance.index, element) {
            self.facts.insert(element.pointer().to_owned(), confidence);
        }
        if element.is_reference() {
            self.follow(element, confidence);
        } else {
            self.children(element, confidence);
        }
    }

    fn follow(&mut self, reference: &'d Element<'d>, inherited: Confidence) {
        if let Some(component) = self.provenance.index.target(reference) {
            self.component(component, inherited);
        }
    }

    fn component(&mut self, component: &'d Element<'d>, inherited: Confidence) {
        let pointer = component.pointer();
        if !self.visited.insert(pointer) {
            return;
        }
        let inherited = if self.provenance.shared.contains(pointer) { Confidence::Documented } else { inherited };
        let confidence = component.confidence().unwrap_or(inherited);
        if matches!(component.kind(), ElementKind::Schema | ElementKind::Parameter) {
            self.facts.insert(pointer.to_owned(), confidence);
        }
        self.open.push((component, confidence));
    }
}

fn is_property(index: &Index<'_>, element: &Element<'_>) -> bool {
    let within = index.owner(element).and_then(|owner| element.pointer().strip_prefix(owner.pointer()));
    element.kind() == ElementKind::Schema && within.is_some_and(|within| within.starts_with("/properties/"))
}
