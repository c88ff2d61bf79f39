//! An arena of the objects of a document, and the references between them.
//!
//! In: the objects and references of one kind. Out: the object at the end of every chain of references; circular chains
//! have none. This module does not know what the objects contain.
//!
//! Each position of the document that allows an object or a `$ref` has an entry with an [`Id`]. A reference holds the
//! id of its target, so no other module parses the string of a `$ref`. The first entries of an arena are the components
//! of its section.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use indexmap::IndexSet;

use super::pointer::NodeId;

/// The index of an entry, which contains a `T` or a reference to one.
pub(crate) struct Id<T>(u32, PhantomData<fn() -> T>);

impl<T> Id<T> {
    fn new(index: usize) -> Self {
        // `limits` restricts a document to far fewer nodes than `u32` has values.
        Self(u32::try_from(index).unwrap_or(u32::MAX), PhantomData)
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The content of an entry.
#[derive(Debug)]
pub(crate) enum ObjectOrRef<T> {
    /// Boxed, because objects are large, and many entries are references.
    Object(Box<T>),
    Ref(Id<T>),
}

#[derive(Debug)]
struct ArenaEntry<T> {
    node: NodeId,
    value: ObjectOrRef<T>,
    /// The end of the chain of references that begins here; `None` for a circular chain.
    end: Option<Id<T>>,
}

/// All entries of one kind of object.
#[derive(Debug)]
pub(crate) struct Arena<T> {
    entries: Vec<ArenaEntry<T>>,
    names: IndexSet<String>,
}

impl<T> Arena<T> {
    /// An arena with an entry for each component of its section. Until an entry is [filled](Self::fill), it refers to
    /// itself.
    pub(super) fn new(names: IndexSet<String>, node: NodeId) -> Self {
        let mut arena = Self { entries: Vec::with_capacity(names.len()), names };
        for _ in 0..arena.names.len() {
            arena.reserve(node);
        }
        arena
    }

    /// Adds an entry.
    pub(super) fn reserve(&mut self, node: NodeId) -> Id<T> {
        let id = Id::new(self.entries.len());
        self.entries.push(ArenaEntry { node, value: ObjectOrRef::Ref(id), end: None });
        id
    }

    pub(super) fn fill(&mut self, id: Id<T>, node: NodeId, value: ObjectOrRef<T>) {
        if let Some(entry) = self.entries.get_mut(id.index()) {
            entry.node = node;
            entry.value = value;
        }
    }

    /// Resolves every chain of references.
    pub(super) fn close(&mut self) {
        let ends = self.ends(|id| match self.get(id) {
            ObjectOrRef::Object(_) => None,
            ObjectOrRef::Ref(target) => Some(*target),
        });
        for (entry, end) in self.entries.iter_mut().zip(ends) {
            entry.end = end;
        }
    }

    /// The end of the chain that begins at each entry, by the index of the entry, where `next` is the following entry
    /// of a chain; `None` for a circular chain.
    pub(crate) fn ends(&self, next: impl Fn(Id<T>) -> Option<Id<T>>) -> Vec<Option<Id<T>>> {
        let links: Vec<Option<usize>> = self.ids().map(|id| next(id).map(Id::index)).collect();
        chain_ends(&links).into_iter().map(|end| end.map(Id::new)).collect()
    }

    pub(crate) fn get(&self, id: Id<T>) -> &ObjectOrRef<T> {
        &self.entries[id.index()].value
    }

    /// The node of an entry in the document.
    pub(crate) fn node(&self, id: Id<T>) -> NodeId {
        self.entries[id.index()].node
    }

    /// The object that an entry contains or refers to, and the id of that object. `None` for circular references.
    pub(crate) fn resolve(&self, id: Id<T>) -> Option<(Id<T>, &T)> {
        let end = self.entries[id.index()].end?;
        match self.get(end) {
            ObjectOrRef::Object(object) => Some((end, object)),
            ObjectOrRef::Ref(_) => None,
        }
    }

    /// The object that an entry contains; `None` for a reference.
    pub(crate) fn object(&self, id: Id<T>) -> Option<&T> {
        match self.get(id) {
            ObjectOrRef::Object(object) => Some(object),
            ObjectOrRef::Ref(_) => None,
        }
    }

    /// The components of the section, in the order of the document.
    pub(crate) fn components(&self) -> impl ExactSizeIterator<Item = (&str, Id<T>)> {
        self.names.iter().enumerate().map(|(index, name)| (name.as_str(), Id::new(index)))
    }

    /// The component with this name.
    pub(crate) fn component(&self, name: &str) -> Option<Id<T>> {
        self.names.get_index_of(name).map(Id::new)
    }

    /// The name of an entry, if it is a component.
    pub(crate) fn name(&self, id: Id<T>) -> Option<&str> {
        self.names.get_index(id.index()).map(String::as_str)
    }

    /// The objects that entries contain, without the references to them.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        self.ids().filter_map(|id| Some((id, self.object(id)?)))
    }

    /// All entries.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Id<T>> + use<T> {
        (0..self.entries.len()).map(Id::new)
    }
}

/// The end of the chain that begins at each position, where a link is the next position; `None` for a circular chain.
/// Each link is followed once.
pub(crate) fn chain_ends(links: &[Option<usize>]) -> Vec<Option<usize>> {
    let mut ends = vec![None; links.len()];
    let mut visited = vec![false; links.len()];
    for start in 0..links.len() {
        let mut chain = Vec::new();
        let mut here = start;
        let end = loop {
            if std::mem::replace(&mut visited[here], true) {
                // The end is known, or this chain is circular.
                break ends[here];
            }
            chain.push(here);
            match links[here] {
                Some(next) => here = next,
                None => break Some(here),
            }
        };
        for link in chain {
            ends[link] = end;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::pointer::Nodes;

    /// An arena of components, each an object or a reference to another component.
    fn arena(links: &[Option<usize>]) -> Arena<usize> {
        let names = (0..links.len()).map(|index| format!("c{index}")).collect();
        let mut arena = Arena::new(names, Nodes::ROOT);
        for (index, link) in links.iter().enumerate() {
            let value = link.map_or(ObjectOrRef::Object(Box::new(index)), |target| ObjectOrRef::Ref(Id::new(target)));
            arena.fill(Id::new(index), Nodes::ROOT, value);
        }
        arena.close();
        arena
    }

    #[test]
    fn a_reference_resolves_to_the_end_of_its_chain() {
        let arena = arena(&[None, Some(0), Some(1)]);
        let ends: Vec<_> = arena.ids().map(|id| arena.resolve(id).map(|(_, object)| *object)).collect();
        assert_eq!(ends, [Some(0), Some(0), Some(0)]);
    }

    #[test]
    fn a_chain_ends_at_the_position_without_a_link() {
        assert_eq!(chain_ends(&[None, Some(0), Some(1)]), [Some(0), Some(0), Some(0)]);
        assert_eq!(chain_ends(&[Some(1), Some(2), None]), [Some(2), Some(2), Some(2)]);
    }

    #[test]
    fn a_circular_chain_has_no_end() {
        assert_eq!(chain_ends(&[Some(0)]), [None]);
        assert_eq!(chain_ends(&[Some(1), Some(0), Some(1), None]), [None, None, None, Some(3)]);
    }

    #[test]
    fn a_long_chain_is_followed_once() {
        let mut links: Vec<Option<usize>> = (1..1_000_000).map(Some).collect();
        links.push(None);
        assert!(chain_ends(&links).iter().all(|end| *end == Some(999_999)));
    }

    #[test]
    fn a_component_is_found_by_its_name_and_knows_it() {
        let arena = arena(&[None, Some(0)]);
        let id = arena.component("c1").unwrap();
        assert_eq!(arena.name(id), Some("c1"));
        assert!(arena.object(id).is_none());
        assert_eq!(arena.component("c2"), None);
    }
}
