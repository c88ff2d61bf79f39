//! JSON pointers (RFC 6901), and the nodes of a document that they identify.
//!
//! In: keys and indices. Out: a [`PointerRef`] or a [`NodeId`], by which stages refer to a node. It is converted to a string
//! only to report a problem.

use std::borrow::Cow;
use std::fmt;

use serde_path_to_error::Segment as PathSegment;

/// A JSON pointer, as a linked list from the last token to the first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PointerRef<'p> {
    /// A pointer that is a string.
    Base(&'p str),
    /// An indexed node.
    Node(&'p Nodes, NodeId),
    Key(&'p PointerRef<'p>, &'p str),
    Index(&'p PointerRef<'p>, usize),
    /// The value of a member, as opposed to its key.
    Value(&'p PointerRef<'p>),
}

impl<'p> PointerRef<'p> {
    pub(crate) const ROOT: PointerRef<'static> = PointerRef::Base("");

    pub(crate) fn key(&'p self, key: &'p str) -> PointerRef<'p> {
        PointerRef::Key(self, key)
    }

    pub(crate) fn index(&'p self, index: usize) -> PointerRef<'p> {
        PointerRef::Index(self, index)
    }

    /// The value of this member, as opposed to its key.
    pub(crate) fn value(&'p self) -> PointerRef<'p> {
        PointerRef::Value(self)
    }

    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.append_to(&mut pointer);
        pointer
    }

    fn append_to(&self, pointer: &mut String) {
        match self {
            Self::Base(base) => pointer.push_str(base),
            Self::Node(nodes, id) => nodes.append_to(pointer, *id),
            Self::Key(parent, key) => {
                parent.append_to(pointer);
                push_key(pointer, key);
            }
            Self::Index(parent, index) => {
                parent.append_to(pointer);
                push_index(pointer, *index);
            }
            Self::Value(node) => node.append_to(pointer),
        }
    }
}

fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&escaped(key));
}

fn push_index(pointer: &mut String, index: usize) {
    pointer.push('/');
    pointer.push_str(&index.to_string());
}

impl fmt::Display for PointerRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pointer())
    }
}

/// The index of a node of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u32);

/// All objects of a document, and the containers around them. Each node has its parent, so a pointer is composed on
/// demand.
#[derive(Debug)]
pub(crate) struct Nodes {
    nodes: Vec<(NodeId, Token)>,
}

#[derive(Debug)]
enum Token {
    Root,
    /// A key that OpenAPI defines.
    Key(&'static str),
    /// A name that the document chooses.
    Name(Box<str>),
    Index(usize),
}

impl Nodes {
    pub(crate) const ROOT: NodeId = NodeId(0);

    pub(super) fn new() -> Self {
        Self { nodes: vec![(Self::ROOT, Token::Root)] }
    }

    pub(super) fn key(&mut self, parent: NodeId, key: &'static str) -> NodeId {
        self.push(parent, Token::Key(key))
    }

    pub(super) fn name(&mut self, parent: NodeId, name: &str) -> NodeId {
        self.push(parent, Token::Name(name.into()))
    }

    pub(super) fn index(&mut self, parent: NodeId, index: usize) -> NodeId {
        self.push(parent, Token::Index(index))
    }

    fn push(&mut self, parent: NodeId, token: Token) -> NodeId {
        // `limits` restricts a document to far fewer nodes than `u32` has values.
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push((parent, token));
        id
    }

    pub(crate) fn at(&self, id: NodeId) -> PointerRef<'_> {
        PointerRef::Node(self, id)
    }

    fn append_to(&self, pointer: &mut String, id: NodeId) {
        let Some((parent, token)) = self.nodes.get(id.0 as usize) else { return };
        if !matches!(token, Token::Root) {
            self.append_to(pointer, *parent);
        }
        match token {
            Token::Root => {}
            Token::Key(key) => push_key(pointer, key),
            Token::Name(name) => push_key(pointer, name),
            Token::Index(index) => push_index(pointer, *index),
        }
    }
}

/// The pointer to the position of a deserializer, as far as it is known.
pub(super) fn of(path: &serde_path_to_error::Path) -> String {
    let tokens = path.iter().map_while(|token| match token {
        PathSegment::Seq { index } => Some(index.to_string()),
        PathSegment::Map { key } => Some(escape(key)),
        PathSegment::Enum { .. } | PathSegment::Unknown => None,
    });
    tokens.map(|token| format!("/{token}")).collect()
}

/// Escapes a key as a token of a JSON pointer (RFC 6901).
#[must_use]
pub fn escape(token: &str) -> String {
    escaped(token).into_owned()
}

fn escaped(token: &str) -> Cow<'_, str> {
    if token.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        token.replace('~', "~0").replace('/', "~1").into()
    } else {
        token.into()
    }
}

/// The key of a token of a JSON pointer (RFC 6901).
#[must_use]
pub fn unescape(token: &str) -> String {
    unescaped(token).into_owned()
}

/// As [`unescape`]. Most tokens are their keys.
pub(crate) fn unescaped(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_the_pointer_of_its_parents() {
        let mut nodes = Nodes::new();
        let paths = nodes.key(Nodes::ROOT, "paths");
        let item = nodes.name(paths, "/a~b/{c}");
        let parameters = nodes.key(item, "parameters");
        let parameter = nodes.index(parameters, 2);
        assert_eq!(nodes.at(Nodes::ROOT).pointer(), "");
        assert_eq!(nodes.at(parameter).pointer(), "/paths/~1a~0b~1{c}/parameters/2");
        let at = nodes.at(parameter);
        assert_eq!(at.key("schema").pointer(), "/paths/~1a~0b~1{c}/parameters/2/schema");
    }
}
