//! The document stage: text in, a checked OpenAPI document out.
//!
//! Programs that read a specification for another purpose than its client use [`Document::index`], which lists its objects
//! and references with their locations, and [`parse_yaml`], which reads a specification that is not finished, or another
//! file.
//!
//! The text becomes a tree of [`Node`]s (`yaml`), whose form is checked against the vocabulary of OpenAPI 3.0
//! (`validate`). `serde_yaml` and `openapiv3` read the same values, and `convert` turns what they read into the objects that
//! all later stages share (`openapi`, `schema`): each with its place, each reference with its target. This stage knows what
//! may be written where, not what it means.
//!
//! ```
//! use flighthub2_generator::document::{Document, ElementKind};
//! use flighthub2_generator::{Dialect, Source};
//!
//! let text = "openapi: 3.0.3
//! info: {title: Things, version: '1'}
//! paths:
//!   /things:
//!     get: {responses: {'200': {description: The things.}}}
//! ";
//! let source = Source::new("things.yaml", text);
//! let document = Document::read(&source, Dialect::OpenApi)?;
//! let index = document.index();
//! let operation = index.iter().find(|element| element.kind() == ElementKind::Operation).unwrap();
//! assert_eq!(operation.pointer(), "/paths/~1things/get");
//! assert_eq!(document.location(operation).line, 5);
//! assert_eq!(index.owner(operation).unwrap().kind(), ElementKind::PathItem);
//! # Ok::<(), flighthub2_generator::Diagnostics>(())
//! ```

pub(crate) mod arena;
mod convert;
mod edit;
mod files;
mod index;
pub(crate) mod lifecycle;
mod limits;
pub(crate) mod node;
mod offsets;
pub(crate) mod openapi;
mod path_parameters;
pub(crate) mod pointer;
mod references;
pub(crate) mod schema;
mod sink;
pub(crate) mod validate;
pub(crate) mod vocabulary;
pub(crate) mod yaml;

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Location, Source};
use crate::policy::Policy;
pub use index::{Element, Index};
pub use node::{Entry, Node};
pub use openapi::Confidence;
pub(crate) use openapi::OpenApi;
use pointer::{NodeId, PointerRef};
pub use pointer::{escape, unescape};
pub(crate) use sink::Sink;
pub use vocabulary::ElementKind;

/// A specification whose form is right.
#[derive(Debug)]
pub struct Document<'s> {
    source: &'s Source,
    tree: Node<'s>,
    /// The objects of the document.
    pub(crate) api: OpenApi,
    /// What the dialect asks of it.
    pub(crate) policy: &'static Policy,
    warnings: Vec<Diagnostic>,
}

impl<'s> Document<'s> {
    /// Reads a specification.
    ///
    /// # Errors
    /// Everything that is wrong with its syntax; if nothing is, everything that is wrong with its form.
    pub fn read(source: &'s Source, dialect: Dialect) -> Result<Self, Diagnostics> {
        let failed = |problems| Diagnostics::new(source.clone(), problems);
        let policy = Policy::of(dialect);
        if let Some(problem) = limits::check(source) {
            return Err(failed(vec![problem]));
        }
        let mut tree = yaml::parse(source, policy.takes_aliases).map_err(failed)?;
        if policy.warns_of_slips {
            let files = trees(source, policy.takes_aliases).map_err(failed)?;
            references::normalize(source, &mut tree, files, policy);
            references::empty_callbacks(&mut tree);
        }
        // Neither needs the other.
        let (checked, mut value) = thread::scope(|scope| {
            let checked = scope.spawn(|| validate::check(source, &tree, policy));
            let value = tree.yaml();
            (checked.join().unwrap_or_else(|panic| resume_unwind(panic)), value)
        });
        let validate::Checked { problems, warnings, edits } = checked;
        if !problems.is_empty() {
            return Err(failed(problems.into_iter().chain(warnings).collect()));
        }
        if !edits.is_empty() {
            edit::apply(&mut tree, edits);
            value = tree.yaml();
        }
        // Only now: what does not fit `openapiv3` reads twice at every level.
        match serde_yaml::from_value::<openapiv3::OpenAPI>(value) {
            Ok(api) => Ok(Self { source, tree, api: convert::convert(api, policy), policy, warnings }),
            Err(error) => Err(failed(vec![unreadable(source, &tree, &error)])),
        }
    }

    /// The slips of a document of others, which change nothing in the generated code.
    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The objects alone, for stages that report nothing.
    pub(crate) fn into_api(self) -> OpenApi {
        self.api
    }

    /// Every object and every reference, in the order of the document.
    #[must_use]
    pub fn index(&self) -> Index<'_> {
        Index::new(&self.tree, self.policy)
    }

    /// The name that the document is called by.
    pub(crate) fn name(&self) -> &str {
        self.source.name()
    }

    /// Everything that is written, as it is written.
    #[must_use]
    pub fn tree(&self) -> &Node<'s> {
        &self.tree
    }

    /// Where an element is: at its key if it has one.
    #[must_use]
    pub fn location(&self, element: &Element<'_>) -> Location {
        self.locate(PointerRef::Base(&element.pointer))
    }

    /// Where an object is.
    pub(crate) fn at(&self, node: NodeId) -> PointerRef<'_> {
        self.api.nodes.at(node)
    }

    /// The place of a node: its key if it has one, or its value if that is meant.
    pub(crate) fn locate(&self, at: PointerRef<'_>) -> Location {
        let pointer = at.pointer();
        let (key, value) = self.tree.locate(&pointer);
        self.source.location(if matches!(at, PointerRef::Value(_)) { value } else { key }, pointer)
    }
}

/// The trees of the files of a document, by their paths. Their references are relative to the document.
fn trees(source: &Source, takes_aliases: bool) -> Result<BTreeMap<String, Node<'_>>, Vec<Diagnostic>> {
    let mut trees = BTreeMap::new();
    let mut problems = Vec::new();
    for (path, part) in source.files() {
        match yaml::parse_part(source, part, takes_aliases) {
            Ok(mut tree) => {
                files::relative_to_document(source, path, &mut tree);
                trees.insert(path.to_owned(), tree);
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(trees) } else { Err(problems) }
}

/// Reads YAML, whatever it says, as a tree of values that know where they are in the text.
///
/// A [`Document`] needs a specification whose form is right; this reads one that is not finished, and other files, too.
///
/// # Errors
/// The syntax error, all keys that a mapping has twice, or what makes the text too large.
pub fn parse_yaml(source: &Source) -> Result<Node<'_>, Diagnostics> {
    yaml::parse(source, false).map_err(|problems| Diagnostics::new(source.clone(), problems))
}

/// A value that the form allows and `openapiv3` refuses. It is read once more, to find its place.
fn unreadable(source: &Source, tree: &Node<'_>, error: &serde_yaml::Error) -> Diagnostic {
    let again = serde_path_to_error::deserialize::<_, openapiv3::OpenAPI>(tree.yaml());
    let pointer = again.err().map(|error| pointer::of(error.path())).unwrap_or_default();
    let (_, value) = tree.locate(&pointer);
    Diagnostic::new(
        Code::WrongValue,
        source.location(value, pointer),
        format!("this cannot be read: {error}"),
        "look at this object and its members; the parser reports no closer place",
    )
}
