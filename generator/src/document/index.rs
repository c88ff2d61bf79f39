//! All objects of a document, with their kinds, locations and owners.
//!
//! In: the tree of [`super::yaml`] and the vocabulary in [`super::vocabulary`]. Out: a flat list in document order, for
//! consumers that need the keys as written, or all objects of a kind. This module knows where objects are, not what
//! they mean.

use std::collections::HashMap;

use super::arena::chain_ends;
use super::extensions::Confidence;
use super::node::{Node, Value};
use super::pointer::{PointerRef, escape, unescape};
use super::vocabulary::{self, DOCUMENT, ElementKind, KeyPattern, MARK, Object, SOURCE, ValueType};
use crate::policy::Policy;

/// An object of a document, or a reference to one.
#[derive(Debug)]
pub struct Element<'d> {
    pub(crate) object: &'static Object,
    pub(crate) node: &'d Node<'d>,
    pub(crate) pointer: String,
    confidence: Option<Confidence>,
    /// The index of the element that contains it; `None` for the document.
    pub(crate) owner: Option<usize>,
    /// The index of the component that it refers to; `None` if it is not a reference.
    pub(crate) target: Option<usize>,
    /// The end of the chain of references that begins here; `None` for a circular chain.
    end: Option<usize>,
    pub(crate) is_reference: bool,
}

impl<'d> Element<'d> {
    /// The kind of the object; for a reference, the kind of its target.
    #[must_use]
    pub fn kind(&self) -> ElementKind {
        self.object.kind
    }

    /// Whether the element is a `$ref`, and not the object itself.
    #[must_use]
    pub fn is_reference(&self) -> bool {
        self.is_reference
    }

    /// The keys and values of the element as written.
    #[must_use]
    pub fn node(&self) -> &'d Node<'d> {
        self.node
    }

    /// The JSON pointer (RFC 6901) of the element.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The confidence that `x-source` of the element states. `None` without `x-source`, and in a document whose `x-`
    /// keys are ignored.
    #[must_use]
    pub fn confidence(&self) -> Option<Confidence> {
        self.confidence
    }
}

/// All elements of a document, in document order. An element precedes the elements that it contains.
#[derive(Debug)]
pub struct Index<'d> {
    elements: Vec<Element<'d>>,
    positions: HashMap<String, usize>,
}

impl<'d> Index<'d> {
    /// Indexes a valid document. In a third-party document, `x-` keys contain no elements.
    pub(super) fn new(root: &'d Node<'d>, policy: &Policy) -> Self {
        let mut builder = IndexBuilder { elements: Vec::new(), extensions: policy.reads_extensions };
        visit(root, policy, None, &mut builder);
        let mut elements = builder.elements;
        let positions: HashMap<String, usize> =
            elements.iter().enumerate().map(|(position, element)| (element.pointer.clone(), position)).collect();
        for element in elements.iter_mut().filter(|element| element.is_reference) {
            // Validation ensures that a reference refers to a component of its kind.
            let target = element.node.reference().unwrap_or_default();
            let name = unescape(target.rsplit('/').next().unwrap_or_default());
            let section = vocabulary::section(element.object).unwrap_or_default();
            element.target = positions.get(&format!("/components/{section}/{}", escape(&name))).copied();
        }
        let links: Vec<Option<usize>> = elements.iter().map(|element| element.target).collect();
        for (element, end) in elements.iter_mut().zip(chain_ends(&links)) {
            element.end = end;
        }
        Self { elements, positions }
    }

    /// The elements of an object that is a component, or a reference to one. Their references have no targets.
    pub(super) fn elements_of(
        node: &'d Node<'d>,
        object: &'static Object,
        pointer: &str,
        policy: &Policy,
    ) -> Vec<Element<'d>> {
        let mut builder = IndexBuilder { elements: Vec::new(), extensions: policy.reads_extensions };
        let mut walk = Walk { visitor: &mut builder, extensions: policy.reads_extensions };
        walk.object_or_reference(node, object, PointerRef::Base(pointer), None);
        builder.elements
    }

    /// All elements.
    pub fn iter(&self) -> std::slice::Iter<'_, Element<'d>> {
        self.elements.iter()
    }

    /// The index of the element at a JSON pointer.
    pub(crate) fn position(&self, pointer: &str) -> Option<usize> {
        self.positions.get(pointer).copied()
    }

    /// The element at a JSON pointer.
    #[must_use]
    pub fn find(&self, pointer: &str) -> Option<&Element<'d>> {
        self.elements.get(self.position(pointer)?)
    }

    /// The innermost element that contains another element; `None` for the document.
    #[must_use]
    pub fn owner(&self, element: &Element<'d>) -> Option<&Element<'d>> {
        self.elements.get(element.owner?)
    }

    /// The elements whose innermost containing element is this one, in document order.
    pub fn children(&self, element: &Element<'d>) -> impl Iterator<Item = &Element<'d>> {
        let position = self.position(&element.pointer).unwrap_or(self.elements.len());
        let behind = self.elements.get(position + 1..).unwrap_or_default().iter();
        let within = behind.take_while(move |element| element.owner.is_some_and(|owner| owner >= position));
        within.filter(move |element| element.owner == Some(position))
    }

    /// The component that a reference names, which can itself be a reference: see [`Index::resolve`].
    #[must_use]
    pub fn target(&self, element: &Element<'d>) -> Option<&Element<'d>> {
        self.elements.get(element.target?)
    }

    /// The object itself, or the object at the end of a chain of references. `None` for circular references.
    #[must_use]
    pub fn resolve(&self, element: &Element<'d>) -> Option<&Element<'d>> {
        self.elements.get(element.end?)
    }

    /// The section and the name of a component; `None` for other elements.
    pub(crate) fn component(&self, element: &Element<'d>) -> Option<(&'static str, String)> {
        let section = vocabulary::section(element.object)?;
        let name = element.pointer.strip_prefix("/components/")?.strip_prefix(section)?.strip_prefix('/')?;
        (!name.contains('/')).then(|| (section, unescape(name)))
    }
}

struct IndexBuilder<'d> {
    elements: Vec<Element<'d>>,
    extensions: bool,
}

impl<'d> Visitor<'d> for IndexBuilder<'d> {
    /// The index of the element.
    type Owner = Option<usize>;

    fn element(&mut self, found: Found<'d, '_>, owner: Option<usize>) -> Option<usize> {
        let Found { node, object, at, is_reference } = found;
        let source = node.get(SOURCE).filter(|_| self.extensions);
        let mark = source.and_then(|source| source.get(MARK).unwrap_or(source).as_str());
        let confidence = mark.and_then(Confidence::parse);
        let pointer = at.pointer();
        self.elements.push(Element { object, node, pointer, confidence, owner, target: None, end: None, is_reference });
        Some(self.elements.len() - 1)
    }
}

/// An object or a reference in a tree.
#[derive(Clone, Copy)]
pub(super) struct Found<'d, 'p> {
    pub(super) node: &'d Node<'d>,
    pub(super) object: &'static Object,
    pub(super) at: PointerRef<'p>,
    pub(super) is_reference: bool,
}

/// Receives the objects and references of a tree.
pub(super) trait Visitor<'d> {
    /// What an object passes on to the objects and references that it contains.
    type Owner: Copy;

    fn element(&mut self, found: Found<'d, '_>, owner: Self::Owner) -> Self::Owner;
}

/// Visits the objects and references of a valid document, in document order. In a third-party document, `x-` keys contain
/// none.
pub(super) fn visit<'d, V: Visitor<'d>>(root: &'d Node<'d>, policy: &Policy, owner: V::Owner, visitor: &mut V) {
    let mut walk = Walk { visitor, extensions: policy.reads_extensions };
    walk.object(root, &DOCUMENT, PointerRef::ROOT, owner);
}

struct Walk<'v, V> {
    visitor: &'v mut V,
    extensions: bool,
}

impl<'d, V: Visitor<'d>> Walk<'_, V> {
    fn object_or_reference(
        &mut self,
        node: &'d Node<'d>,
        object: &'static Object,
        at: PointerRef<'_>,
        owner: V::Owner,
    ) {
        if node.get("$ref").is_some() {
            self.visitor.element(Found { node, object, at, is_reference: true }, owner);
        } else {
            self.object(node, object, at, owner);
        }
    }

    fn object(&mut self, node: &'d Node<'d>, object: &'static Object, at: PointerRef<'_>, owner: V::Owner) {
        let this = self.visitor.element(Found { node, object, at, is_reference: false }, owner);
        let Value::Mapping(entries) = &node.value else { return };
        let extensions = if self.extensions { object.extensions } else { &[] };
        for entry in entries {
            let field = object.fields.iter().chain(extensions).find(|field| field.key == entry.key);
            let named = object.named.filter(|(names, _)| match names {
                KeyPattern::Path => entry.key.starts_with('/'),
                KeyPattern::Status => !entry.key.starts_with("x-"),
            });
            if let Some(value_type) = field.map(|field| &field.value_type).or(named.map(|(_, value_type)| value_type)) {
                self.value(&entry.node, value_type, at.key(&entry.key), this);
            }
        }
    }

    fn value(&mut self, node: &'d Node<'d>, value_type: &'static ValueType, at: PointerRef<'_>, owner: V::Owner) {
        match (value_type, &node.value) {
            (ValueType::RefOr(object), _) => self.object_or_reference(node, object, at, owner),
            (ValueType::Object(object), _) => self.object(node, object, at, owner),
            (ValueType::ScalarOr(_, mapping), Value::Mapping(_)) => self.value(node, mapping, at, owner),
            (ValueType::List(value_type) | ValueType::NonEmptyList(value_type), Value::Sequence(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, value_type, at.index(index), owner);
                }
            }
            (ValueType::Map(value_type), Value::Mapping(entries)) => {
                for entry in entries {
                    self.value(&entry.node, value_type, at.key(&entry.key), owner);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::{Dialect, Source};

    const TEXT: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a~b:
    get:
      x-source: {mark: observed, note: Seen once.}
      responses:
        '200': {$ref: '#/components/responses/First'}
components:
  responses:
    First: {$ref: '#/components/responses/Second~1~0'}
    Second/~: {description: D., content: {application/json: {schema: {type: object, properties: {a: {}, b: {}}}}}}
    Circle: {$ref: '#/components/responses/Circle'}
  schemas:
    Thing: {type: string, x-source: inferred}
";

    fn check(dialect: Dialect, test: impl FnOnce(&Index<'_>)) {
        let source = Source::new("spec.yaml", TEXT);
        test(&Document::read(&source, dialect).unwrap_or_else(|problems| panic!("{problems}")).index());
    }

    #[test]
    fn children_are_the_directly_contained_elements() {
        check(Dialect::FlightHub, |index| {
            let pointers = |of: &str| -> Vec<&str> {
                index.children(index.find(of).unwrap()).map(|child| child.pointer()).collect()
            };
            assert_eq!(pointers("/paths"), ["/paths/~1a~0b"]);
            assert_eq!(pointers("/paths/~1a~0b/get"), ["/paths/~1a~0b/get/x-source", "/paths/~1a~0b/get/responses"]);
            let schema = "/components/responses/Second~1~0/content/application~1json/schema";
            assert_eq!(pointers(schema), [format!("{schema}/properties/a"), format!("{schema}/properties/b")]);
            assert_eq!(pointers("/components/schemas/Thing"), [""; 0]);
        });
    }

    #[test]
    fn a_reference_has_a_target_and_an_end() {
        check(Dialect::FlightHub, |index| {
            let reference = index.find("/paths/~1a~0b/get/responses/200").unwrap();
            assert!(reference.is_reference() && reference.kind() == ElementKind::Response);
            assert_eq!(index.target(reference).unwrap().pointer(), "/components/responses/First");
            assert_eq!(index.resolve(reference).unwrap().pointer(), "/components/responses/Second~1~0");
            let object = index.find("/components/responses/Second~1~0").unwrap();
            assert!(index.target(object).is_none());
            assert_eq!(index.resolve(object).unwrap().pointer(), object.pointer());
            assert!(index.resolve(index.find("/components/responses/Circle").unwrap()).is_none());
        });
    }

    #[test]
    fn confidence_requires_extensions_to_be_read() {
        let confidence = |index: &Index<'_>| {
            ["/paths/~1a~0b/get", "/components/schemas/Thing", "/paths"].map(|at| index.find(at).unwrap().confidence())
        };
        let expected = [Some(Confidence::Observed), Some(Confidence::Inferred), None];
        check(Dialect::FlightHub, |index| assert_eq!(confidence(index), expected));
        check(Dialect::OpenApi, |index| assert_eq!(confidence(index), [None; 3]));
    }
}
