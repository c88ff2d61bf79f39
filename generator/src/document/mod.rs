//! The `document` stage: text in, a valid OpenAPI document out.
//!
//! Programs that use a specification for another purpose than generating a client call [`Document::index`], which lists
//! its objects and references with their locations, and [`parse_yaml`], which also reads incomplete specifications and
//! other YAML files.
//!
//! The text is parsed to a tree of [`Node`]s (`yaml`). Overlays change the tree (`overlay`), and operations can be removed
//! from it (`prune`). Then it is validated against the vocabulary of OpenAPI 3.0 (`validate`). `serde_yaml` and `openapiv3`
//! deserialize the same values, and `convert` converts the result to the objects that all later stages share (`openapi`,
//! `schema`): each object has its location, each reference its target. This stage knows which keys and values are allowed
//! where, not what they mean.
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
mod deserialize;
mod edit;
mod editor_schema;
pub(crate) mod extensions;
mod files;
mod index;
pub(crate) mod lifecycle;
mod limits;
pub(crate) mod node;
pub(crate) mod openapi;
mod overlay;
mod path_parameters;
pub(crate) mod pointer;
pub(crate) mod prune;
mod references;
pub(crate) mod schema;
mod sink;
pub(crate) mod validate;
pub(crate) mod vocabulary;
pub(crate) mod yaml;

use std::collections::{BTreeMap, HashMap};

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Location, Source};
use crate::policy::Policy;
pub use editor_schema::editor_schema;
pub use extensions::Confidence;
pub use index::{Element, Index};
pub use node::{Entry, Node};
pub(crate) use openapi::OpenApi;
use pointer::{NodeId, PointerRef};
pub use pointer::{escape, unescape};
pub(crate) use sink::Sink;
pub use vocabulary::ElementKind;

/// A structurally valid specification.
#[derive(Debug)]
pub struct Document<'s> {
    source: &'s Source,
    tree: Node<'s>,
    /// The objects of the document.
    pub(crate) api: OpenApi,
    /// The requirements of the dialect.
    pub(crate) policy: &'static Policy,
    warnings: Vec<Diagnostic>,
}

impl<'s> Document<'s> {
    /// Reads a specification, with its overlays.
    ///
    /// # Errors
    /// All syntax errors and errors of overlays; if there are none, all structural errors.
    pub fn read(source: &'s Source, dialect: Dialect) -> Result<Self, Diagnostics> {
        Unchecked::read(source, dialect)?.check()
    }

    /// The recoverable mistakes of a third-party document, which do not change the generated code.
    pub(crate) fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The locations of the nodes at these pointers. Each mapping on the paths is searched once for all of them.
    pub(crate) fn locate_all<'p>(&self, pointers: impl Iterator<Item = &'p str>) -> HashMap<&'p str, Location> {
        let mut wanted: HashMap<&str, Option<&'p str>> = HashMap::new();
        let mut places: HashMap<&'p str, Location> = HashMap::new();
        for pointer in pointers {
            wanted.insert(pointer, Some(pointer));
            for (end, _) in pointer.rmatch_indices('/') {
                let is_new = !wanted.contains_key(&pointer[..end]);
                wanted.entry(&pointer[..end]).or_default();
                if !is_new {
                    break;
                }
            }
        }
        let mut next = vec![(&self.tree, String::new())];
        while let Some((node, at)) = next.pop() {
            let members = node.mapping().iter().map(|entry| (escape(&entry.key), &entry.key_span, &entry.node));
            let items = node.sequence().iter().enumerate().map(|(index, item)| (index.to_string(), &item.span, item));
            for (token, span, child) in members.chain(items) {
                let pointer = format!("{at}/{token}");
                let Some(place) = wanted.get(pointer.as_str()) else { continue };
                if let Some(wanted) = place {
                    places.insert(wanted, self.source.location(span.clone(), *wanted));
                }
                next.push((child, pointer));
            }
        }
        places
    }

    /// The document with all overlays applied, as JSON, which is also YAML.
    pub(crate) fn text(&self) -> String {
        // Every value of the tree can be serialized.
        serde_json::to_string_pretty(&self.tree.json()).unwrap_or_default() + "\n"
    }

    /// Only the objects, for stages that report no diagnostics.
    pub(crate) fn into_api(self) -> OpenApi {
        self.api
    }

    /// Every object and every reference, in the order of the document.
    #[must_use]
    pub fn index(&self) -> Index<'_> {
        Index::new(&self.tree, self.policy)
    }

    /// The name of the document in messages.
    pub(crate) fn name(&self) -> &str {
        self.source.name()
    }

    /// The keys and values of the document as written.
    #[must_use]
    pub fn tree(&self) -> &Node<'s> {
        &self.tree
    }

    /// The location of an element: its key, if it has one.
    #[must_use]
    pub fn location(&self, element: &Element<'_>) -> Location {
        self.locate(PointerRef::Base(&element.pointer))
    }

    /// The pointer to an object.
    pub(crate) fn at(&self, node: NodeId) -> PointerRef<'_> {
        self.api.nodes.at(node)
    }

    /// The location of a node: its key, if it has one, or its value for [`PointerRef::Value`].
    pub(crate) fn locate(&self, at: PointerRef<'_>) -> Location {
        let pointer = at.pointer();
        let (key, value) = self.tree.locate(&pointer);
        self.source.location(if matches!(at, PointerRef::Value(_)) { value } else { key }, pointer)
    }
}

/// A parsed specification that is not validated yet, from which operations can still be removed.
#[derive(Clone, Debug)]
pub(crate) struct Unchecked<'s> {
    pub(crate) source: &'s Source,
    pub(crate) tree: Node<'s>,
    pub(crate) policy: &'static Policy,
}

impl<'s> Unchecked<'s> {
    /// Parses a specification and applies its overlays.
    pub(crate) fn read(source: &'s Source, dialect: Dialect) -> Result<Self, Diagnostics> {
        let failed = |problems| Diagnostics::new(source.clone(), problems);
        let policy = Policy::of(dialect);
        if let Some(problem) = limits::check(source) {
            return Err(failed(vec![problem]));
        }
        let mut tree = parsed(source, policy).map_err(failed)?;
        overlay::apply(source, &mut tree).map_err(failed)?;
        if policy.tolerates_mistakes {
            let files = trees(source, policy).map_err(failed)?;
            references::normalize(source, &mut tree, files, policy);
            references::empty_callbacks(&mut tree);
        }
        Ok(Self { source, tree, policy })
    }

    /// Removes the components that no operation uses from a third-party document. Returns their number, and the place of
    /// the first one.
    pub(crate) fn remove_unused(&mut self) -> Option<(usize, Location)> {
        if !self.policy.warns_of_unused_parts {
            return None;
        }
        let (count, pointer, key) = prune::remove_unused(&mut self.tree, self.policy)?;
        Some((count, self.source.location(key, pointer)))
    }

    /// Validates the tree, and converts it to objects.
    pub(crate) fn check(self) -> Result<Document<'s>, Diagnostics> {
        let Self { source, mut tree, policy } = self;
        let failed = |problems| Diagnostics::new(source.clone(), problems);
        let validate::Checked { problems, warnings, edits } = validate::check(source, &tree, policy);
        if !problems.is_empty() {
            return Err(failed(problems.into_iter().chain(warnings).collect()));
        }
        edit::apply(&mut tree, edits);
        match convert::convert(&tree, policy) {
            Ok(api) => Ok(Document { source, tree, api, policy, warnings }),
            Err(error) => Err(failed(vec![unreadable(source, &tree, error)])),
        }
    }
}

/// The tree of a text. It was parsed already if its references were looked for, which needs no rule of a dialect except that
/// aliases are allowed.
fn parsed<'s>(source: &'s Source, policy: &Policy) -> Result<Node<'s>, Vec<Diagnostic>> {
    let known = policy.allows_aliases.then(|| source.take_tree()).flatten();
    known.map_or_else(|| yaml::parse(source, policy.allows_aliases), Ok)
}

/// The trees of the files that a document refers to, by their paths. Their references are made relative to the document.
fn trees<'s>(source: &'s Source, policy: &Policy) -> Result<BTreeMap<String, Node<'s>>, Vec<Diagnostic>> {
    let mut trees = BTreeMap::new();
    let mut problems = Vec::new();
    for (path, first, file) in source.files() {
        match parsed(file, policy) {
            Ok(mut tree) => {
                tree.shift(first);
                files::relative_to_document(source, path, &mut tree);
                trees.insert(path.to_owned(), tree);
            }
            Err(found) => problems.extend(found.into_iter().map(|problem| problem.moved(first))),
        }
    }
    if problems.is_empty() { Ok(trees) } else { Err(problems) }
}

/// Parses any YAML to a tree of values with their locations in the text.
///
/// A [`Document`] requires a valid specification; this function also reads incomplete specifications and other files.
///
/// # Errors
/// The syntax error, all duplicate keys, or the exceeded limit.
pub fn parse_yaml(source: &Source) -> Result<Node<'_>, Diagnostics> {
    yaml::parse(source, false).map_err(|problems| Diagnostics::new(source.clone(), problems))
}

/// The diagnostic for a value that validation accepts and `openapiv3` rejects. To find its location, the whole document is
/// deserialized.
fn unreadable(source: &Source, tree: &Node<'_>, error: serde_yaml::Error) -> Diagnostic {
    let error = serde_yaml::from_value::<openapiv3::OpenAPI>(tree.yaml()).err().unwrap_or(error);
    let again = serde_path_to_error::deserialize::<_, openapiv3::OpenAPI>(tree.yaml());
    let pointer = again.err().map(|error| pointer::of(error.path())).unwrap_or_default();
    let (_, value) = tree.locate(&pointer);
    Diagnostic::new(
        Code::WrongValue,
        source.location(value, pointer),
        format!("this value cannot be deserialized: {error}"),
        "check this object and its members; the parser does not report a more precise location",
    )
}
