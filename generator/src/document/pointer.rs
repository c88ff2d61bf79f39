//! Where a walk through the document stands.
//!
//! A walk makes one of these for every step, and a text of it only when there is a problem to tell.

use std::fmt;

use serde_path_to_error::Segment;

/// A JSON pointer (RFC 6901), as a list from the inside out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PointerRef<'p> {
    /// The document, or a node that a reference led to.
    Base(&'p str),
    Key(&'p PointerRef<'p>, &'p str),
    Index(&'p PointerRef<'p>, usize),
    /// The same node; what is meant is its value, not its key.
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

    /// What stands behind the key.
    pub(crate) fn value(&'p self) -> PointerRef<'p> {
        PointerRef::Value(self)
    }

    pub(crate) fn pointer(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for PointerRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(pointer) => f.write_str(pointer),
            Self::Key(parent, key) => write!(f, "{parent}/{}", escape(key)),
            Self::Index(parent, index) => write!(f, "{parent}/{index}"),
            Self::Value(node) => node.fmt(f),
        }
    }
}

/// The pointer to where a reader of values has been, as far as it knew.
pub(super) fn of(path: &serde_path_to_error::Path) -> String {
    let tokens = path.iter().map_while(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(escape(key)),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    tokens.map(|token| format!("/{token}")).collect()
}

/// A token of a pointer as RFC 6901 writes it.
pub(crate) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// A token of a pointer as it was before [`escape`].
pub(crate) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
