//! Every object of a document, with its kind, its place and its owner.
//!
//! In: the tree of [`super::yaml`] and the vocabulary in [`super::vocabulary`]. Out: a flat list in the order of the document,
//! for readers that need the keys as they are written, or every object of a kind. This module knows where objects are, not
//! what they mean.

use std::collections::HashMap;

use super::arena::chain_ends;
use super::node::{Node, Value};
use super::pointer::{PointerRef, escape, unescape};
use super::vocabulary::{self, DOCUMENT, KeyPattern, Object, ValueType};
use crate::policy::Policy;

/// An object of the document, or a reference to one.
#[derive(Debug)]
pub(crate) struct Element<'d> {
    pub(crate) kind: &'static Object,
    pub(crate) node: &'d Node<'d>,
    pub(crate) pointer: String,
    /// The element that it is written in, by its position in the index; the document has none.
    pub(crate) owner: Option<usize>,
    /// The component that it refers to, by its position, if it is a reference.
    pub(crate) target: Option<usize>,
    /// The end of the chain of references that begins here; none for a chain that is a circle.
    end: Option<usize>,
    pub(crate) is_reference: bool,
}

/// All elements of a document, in its order. An element comes before the elements that are written in it.
#[derive(Debug)]
pub(crate) struct Index<'d> {
    elements: Vec<Element<'d>>,
    positions: HashMap<String, usize>,
}

impl<'d> Index<'d> {
    /// The elements of a document whose form is right. The `x-` keys of others hold none.
    pub(super) fn new(root: &'d Node<'d>, policy: &Policy) -> Self {
        let mut walk = Walk { elements: Vec::new(), extensions: policy.reads_extensions };
        walk.object(root, &DOCUMENT, PointerRef::ROOT, None);
        let mut elements = walk.elements;
        let positions: HashMap<String, usize> =
            elements.iter().enumerate().map(|(position, element)| (element.pointer.clone(), position)).collect();
        for element in elements.iter_mut().filter(|element| element.is_reference) {
            // The form of the document was checked: a reference leads to a component of its kind.
            let target = element.node.get("$ref").and_then(Node::as_str).unwrap_or_default();
            let name = unescape(target.rsplit('/').next().unwrap_or_default());
            let section = vocabulary::section(element.kind).unwrap_or_default();
            element.target = positions.get(&format!("/components/{section}/{}", escape(&name))).copied();
        }
        let links: Vec<Option<usize>> = elements.iter().map(|element| element.target).collect();
        for (element, end) in elements.iter_mut().zip(chain_ends(&links)) {
            element.end = end;
        }
        Self { elements, positions }
    }

    /// All elements.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Element<'d>> {
        self.elements.iter()
    }

    /// The position of the element that a JSON pointer leads to.
    pub(crate) fn position(&self, pointer: &str) -> Option<usize> {
        self.positions.get(pointer).copied()
    }

    /// The element that a JSON pointer leads to.
    pub(crate) fn find(&self, pointer: &str) -> Option<&Element<'d>> {
        self.elements.get(self.position(pointer)?)
    }

    /// The object that an element is or refers to. None for references that lead back to themselves.
    pub(crate) fn resolve(&self, element: &Element<'d>) -> Option<&Element<'d>> {
        self.elements.get(element.end?)
    }

    /// The section and the name of an element that is a component.
    pub(crate) fn component(&self, element: &Element<'d>) -> Option<(&'static str, String)> {
        let section = vocabulary::section(element.kind)?;
        let name = element.pointer.strip_prefix("/components/")?.strip_prefix(section)?.strip_prefix('/')?;
        (!name.contains('/')).then(|| (section, unescape(name)))
    }
}

struct Walk<'d> {
    elements: Vec<Element<'d>>,
    extensions: bool,
}

impl<'d> Walk<'d> {
    fn push(
        &mut self,
        node: &'d Node<'d>,
        kind: &'static Object,
        at: PointerRef<'_>,
        owner: Option<usize>,
        is_reference: bool,
    ) -> usize {
        self.elements.push(Element { kind, node, pointer: at.pointer(), owner, target: None, end: None, is_reference });
        self.elements.len() - 1
    }

    fn object(&mut self, node: &'d Node<'d>, kind: &'static Object, at: PointerRef<'_>, owner: Option<usize>) {
        let this = self.push(node, kind, at, owner, false);
        let Value::Mapping(entries) = &node.value else { return };
        let extensions = if self.extensions { kind.extensions } else { &[] };
        for entry in entries {
            let field = kind.fields.iter().chain(extensions).find(|field| field.key == entry.key);
            let named = kind.named.filter(|(names, _)| match names {
                KeyPattern::Path => entry.key.starts_with('/'),
                KeyPattern::Status => !entry.key.starts_with("x-"),
            });
            if let Some(shape) = field.map(|field| &field.shape).or(named.map(|(_, shape)| shape)) {
                self.value(&entry.node, shape, at.key(&entry.key), this);
            }
        }
    }

    fn value(&mut self, node: &'d Node<'d>, shape: &'static ValueType, at: PointerRef<'_>, owner: usize) {
        match (shape, &node.value) {
            (ValueType::RefOr(kind), _) if node.get("$ref").is_some() => {
                self.push(node, kind, at, Some(owner), true);
            }
            (ValueType::RefOr(kind) | ValueType::Object(kind), _) => self.object(node, kind, at, Some(owner)),
            (ValueType::ScalarOr(_, mapping), Value::Mapping(_)) => self.value(node, mapping, at, owner),
            (ValueType::List(shape) | ValueType::NonEmptyList(shape), Value::Sequence(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, shape, at.index(index), owner);
                }
            }
            (ValueType::Map(shape), Value::Mapping(entries)) => {
                for entry in entries {
                    self.value(&entry.node, shape, at.key(&entry.key), owner);
                }
            }
            _ => {}
        }
    }
}
