//! The document stage: text in, a checked OpenAPI document out.
//!
//! A [`Document`] is read twice, on purpose: into a tree that knows places ([`yaml`]) and whose shape is checked against
//! the words of OpenAPI 3.0 ([`shape`]); and into the types of `openapiv3`, which the next stage reads. This stage knows
//! what may be written where, not what it means.

mod extensions;
pub(crate) mod grammar;
pub(crate) mod pointer;
pub(crate) mod shape;
mod walk;
pub(crate) mod yaml;

use std::thread;

use openapiv3::OpenAPI;

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Place, Source};
use pointer::At;
pub(crate) use walk::Element;
pub(crate) use yaml::{Node, Value};

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
        let checked = || {
            let tree = yaml::parse(source)?;
            let problems = shape::check(source, &tree, dialect);
            if problems.is_empty() { Ok(tree) } else { Err(problems) }
        };
        // Neither reading needs the other. What the second says counts only if the first found nothing: it is told
        // where a problem is, and serde_yaml would guard against aliases that are not allowed anyway.
        let (tree, api) = thread::scope(|scope| {
            let typed = scope.spawn(|| serde_yaml::from_str(source.unmarked()));
            let tree = checked();
            match typed.join() {
                Ok(api) => (tree, Some(api)),
                Err(_) if tree.is_err() => (tree, None),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        let tree = tree.map_err(failed)?;
        let mut api =
            api.unwrap_or_else(|| Ok(OpenAPI::default())).map_err(|error| failed(vec![unreadable(source, &error)]))?;
        if dialect == Dialect::Foreign {
            extensions::remove(&mut api);
        }
        Ok(Self { source, tree, api })
    }

    /// Every object and every reference, in the order of the document.
    pub(crate) fn elements(&self, dialect: Dialect) -> Vec<Element<'_>> {
        walk::elements(&self.tree, dialect)
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
    pub(crate) fn place(&self, at: At<'_>) -> Place {
        let pointer = at.pointer();
        let (key, value) = self.tree.locate(&pointer);
        self.source.place(if matches!(at, At::Value(_)) { value } else { key }, pointer)
    }
}

/// Something that the shape allows and `openapiv3` refuses.
fn unreadable(source: &Source, error: &serde_yaml::Error) -> Diagnostic {
    let start = error.location().map_or(0, |location| location.index());
    Diagnostic::new(
        Code::WrongValue,
        source.place(start..start, ""),
        format!("this document cannot be read: {error}"),
        "look near this place; the reader cannot tell it more closely",
    )
}
