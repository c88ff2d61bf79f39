//! Every object of a document, with its kind, its place and who holds it.
//!
//! In: the tree of [`super::yaml`] and the vocabulary in [`super::vocabulary`]. Out: a flat list for the rules of `lint`, which
//! ask all objects of a kind, or all references. This module knows where objects are, not what they mean.

use super::node::{Node, Value};
use super::pointer::PointerRef;
use super::vocabulary::{DOCUMENT, KeyPattern, Object, ValueType};
use crate::policy::Policy;

/// An object of the document, or a reference to one.
#[derive(Debug)]
pub(crate) struct Element<'d> {
    pub(crate) kind: &'static Object,
    pub(crate) node: &'d Node<'d>,
    pub(crate) pointer: String,
    /// The element that it is written in, by its position in the list; the document has none.
    pub(crate) owner: Option<usize>,
    /// Where the reference leads, if it is one.
    pub(crate) target: Option<&'d str>,
}

impl Element<'_> {
    /// Whether it is an object of this kind, and not a reference to one.
    pub(crate) fn is(&self, kind: &'static Object) -> bool {
        self.target.is_none() && std::ptr::eq(self.kind, kind)
    }
}

/// All objects and references of a document whose shape is right, in the order of the document. The `x-` keys of others
/// hold none.
pub(super) fn elements<'d>(root: &'d Node<'d>, policy: &Policy) -> Vec<Element<'d>> {
    let mut walk = Walk { elements: Vec::new(), extensions: policy.reads_extensions };
    walk.object(root, &DOCUMENT, PointerRef::ROOT, None);
    walk.elements
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
        target: Option<&'d str>,
    ) -> usize {
        self.elements.push(Element { kind, node, pointer: at.pointer(), owner, target });
        self.elements.len() - 1
    }

    fn object(&mut self, node: &'d Node<'d>, kind: &'static Object, at: PointerRef<'_>, owner: Option<usize>) {
        let this = self.push(node, kind, at, owner, None);
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
            (ValueType::RefOr(kind), _) => match node.get("$ref").and_then(Node::as_str) {
                Some(target) => {
                    self.push(node, kind, at, Some(owner), Some(target));
                }
                None => self.object(node, kind, at, Some(owner)),
            },
            (ValueType::Object(kind), _) => self.object(node, kind, at, Some(owner)),
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
