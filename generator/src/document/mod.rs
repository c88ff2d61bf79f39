//! The document stage: text in, a checked OpenAPI document out.
//!
//! The text becomes a tree that knows places ([`yaml`]), whose shape is checked against the words of OpenAPI 3.0
//! ([`shape`]), and the tree becomes the types of `openapiv3`, which the next stage reads. This stage knows what may be
//! written where, not what it means.

mod extensions;
mod index;
mod limits;
pub(crate) mod node;
mod offsets;
pub(crate) mod pointer;
mod sink;
pub(crate) mod validate;
pub(crate) mod vocabulary;
pub(crate) mod yaml;

use std::panic::resume_unwind;
use std::thread;

use openapiv3::OpenAPI;

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Place, Source};
pub(crate) use index::Element;
pub(crate) use node::{Node, Value};
use pointer::PointerRef;
pub(crate) use sink::Sink;

/// A specification whose shape is right.
#[derive(Debug)]
pub(crate) struct Document<'s> {
    source: &'s Source,
    tree: Node<'s>,
    /// The document in the types of `openapiv3`.
    pub(crate) api: OpenAPI,
}

impl<'s> Document<'s> {
    /// Reads a specification.
    ///
    /// # Errors
    /// Everything that is wrong with its syntax; if nothing is, everything that is wrong with its shape.
    pub(crate) fn read(source: &'s Source, dialect: Dialect) -> Result<Self, Diagnostics> {
        let failed = |problems| Diagnostics::new(source.clone(), problems);
        if let Some(problem) = limits::check(source) {
            return Err(failed(vec![problem]));
        }
        let tree = yaml::parse(source).map_err(failed)?;
        // Neither needs the other.
        let (problems, value) = thread::scope(|scope| {
            let problems = scope.spawn(|| validate::check(source, &tree, dialect));
            let value = tree.yaml();
            (problems.join().unwrap_or_else(|panic| resume_unwind(panic)), value)
        });
        if !problems.is_empty() {
            return Err(failed(problems));
        }
        // Only now: what does not fit `openapiv3` reads twice at every level.
        let mut api: OpenAPI = match serde_yaml::from_value(value) {
            Ok(api) => api,
            Err(error) => return Err(failed(vec![unreadable(source, &tree, &error)])),
        };
        if dialect == Dialect::Foreign {
            extensions::remove(&mut api);
        }
        Ok(Self { source, tree, api })
    }

    /// Every object and every reference, in the order of the document.
    pub(crate) fn elements(&self, dialect: Dialect) -> Vec<Element<'_>> {
        index::elements(&self.tree, dialect)
    }

    /// The name that the document is called by.
    pub(crate) fn name(&self) -> &str {
        self.source.name()
    }

    /// Everything that is written, as it is written.
    pub(crate) fn tree(&self) -> &Node<'s> {
        &self.tree
    }

    /// The place of a node: its key if it has one, or its value if that is meant.
    pub(crate) fn place(&self, at: PointerRef<'_>) -> Place {
        let pointer = at.pointer();
        let (key, value) = self.tree.locate(&pointer);
        self.source.place(if matches!(at, PointerRef::Value(_)) { value } else { key }, pointer)
    }
}

/// Something that the shape allows and `openapiv3` refuses. It is read once more, to know where that is.
fn unreadable(source: &Source, tree: &Node<'_>, error: &serde_yaml::Error) -> Diagnostic {
    let again = serde_path_to_error::deserialize::<_, OpenAPI>(tree.yaml());
    let pointer = again.err().map(|error| pointer::of(error.path())).unwrap_or_default();
    let (_, value) = tree.locate(&pointer);
    Diagnostic::new(
        Code::WrongValue,
        source.place(value, pointer),
        format!("this cannot be read: {error}"),
        "look here and below; the reader cannot tell it more closely",
    )
}
