//! A new operation in the text of a specification, with what a person has to decide left open.
//!
//! In: the text, a method and a path. Out: the text with the operation in it; every other byte is as it was. What all
//! operations of the document have, the new one has, too (`inferred_defaults`). What differs from one to the next is a
//! placeholder, so that `cargo xtask gen` refuses the file until somebody has decided (`render`).

mod inferred_defaults;
mod insertion_point;
mod render;
mod template;

use std::fmt;

use flighthub2_generator::document::{Entry, escape, parse_yaml};
use flighthub2_generator::suggest::nearest;
use flighthub2_generator::{Code, Diagnostic, Diagnostics, Location, Source};

use inferred_defaults::InferredDefaults;
use insertion_point::{Block, InsertionPoint};
use render::Rendering;
use template::Template;

/// The methods in the order in which they are written under a path.
const METHODS: &[&str] = &["get", "post", "put", "delete", "patch", "options", "head", "trace"];

/// The operation to add.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The method, in capitals or not.
    pub method: &'a str,
    /// The template of the path.
    pub path: &'a str,
    /// Its `operationId`, if that is decided.
    pub id: Option<&'a str>,
    /// Its tag. If omitted, it is that of the operations whose paths are nearest, if they agree.
    pub tag: Option<&'a str>,
    /// Whether it needs a project. If omitted, it does if the document has a header for it.
    pub scope: Option<Scope>,
}

/// Whether a call needs a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// It exists only where there is one.
    Project,
    /// It works with and without.
    OptionalProject,
    /// It is one of the organization.
    Organization,
}

/// A text with a new operation in it.
#[derive(Clone, Debug)]
pub struct Skeleton {
    /// The whole text.
    pub text: String,
    /// The line that the operation begins at, from 1.
    pub line: usize,
    /// Its tag, if that is decided.
    pub tag: Option<String>,
    /// Whether it needs a project.
    pub scope: Scope,
    /// What is left to decide, in the order of the text.
    pub placeholders: Vec<Placeholder>,
}

/// Something that a person has to write. Until then the generator refuses the text, and names this line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Its line, from 1.
    pub line: usize,
    /// Its key.
    pub key: String,
    /// What to write.
    pub hint: String,
}

/// Why there is no skeleton.
#[derive(Clone, Debug)]
pub enum Error {
    /// The request is not valid, or does not fit the document.
    InvalidRequest(String),
    /// The document is not YAML, or is written in a way that nothing can be inserted into.
    Document(Diagnostics),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(problem) => f.write_str(problem),
            Self::Document(problems) => problems.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// Inserts a new operation into the text of a specification.
///
/// # Errors
/// See [`Error`].
pub fn insert(source: &Source, request: &Request<'_>) -> Result<Skeleton, Error> {
    let method = method(request.method).map_err(Error::InvalidRequest)?;
    let template = Template::parse(request.path).map_err(Error::InvalidRequest)?;
    let root = parse_yaml(source).map_err(Error::Document)?;
    let paths = block(source, root.entry("paths"), "/paths".to_owned())?;
    let defaults = InferredDefaults::of(source, &root);
    defaults.allow(request).map_err(Error::InvalidRequest)?;
    let same = paths.members.iter().find(|entry| template.same_requests(entry.key()));
    let scope = defaults.scope(request);
    let (point, rendering, tag) = match same {
        Some(entry) => {
            if entry.key() != template.text() {
                return Err(Error::InvalidRequest(format!(
                    "this path is there already, as {}: write it like that",
                    entry.key()
                )));
            }
            if let Some(operation) = entry.node().entry(method) {
                let line = source.location(operation.key_span(), "").line;
                return Err(Error::InvalidRequest(format!(
                    "{} {} is there already, at {}:{line}",
                    method.to_uppercase(),
                    entry.key(),
                    source.name()
                )));
            }
            let item = block(source, Some(entry), format!("/paths/{}", escape(entry.key())))?;
            let tag = request.tag.or_else(|| agreed(item.members.iter().filter_map(inferred_defaults::tag)));
            let point = InsertionPoint::among_methods(source.text(), item, method);
            let mut rendering = Rendering::new(point.indent());
            rendering.operation(&defaults, request, method, &template, tag, Some(entry.node()));
            (point, rendering, tag)
        }
        None => {
            let (near, tag) = neighbour(paths.members, request, &template, &defaults);
            let point = InsertionPoint::among_paths(source.text(), paths, near);
            let mut rendering = Rendering::new(point.indent());
            rendering.path(&defaults, request, method, &template, tag);
            (point, rendering, tag)
        }
    };
    let (text, first) = point.insert(source.text(), &rendering);
    let placeholders = rendering
        .placeholders()
        .iter()
        .map(|placeholder| Placeholder { line: first + placeholder.line, ..placeholder.clone() })
        .collect();
    let line = first + rendering.operation_line();
    let skeleton = Skeleton { text, line, tag: tag.map(str::to_owned), scope, placeholders };
    if insertion_point::only_added(&root, source.name(), &skeleton.text, template.text(), same.map(|_| method)) {
        return Ok(skeleton);
    }
    let place = source.location(point.at()..point.at(), "");
    let message = "an operation that is put here would change what stands before it";
    let help = "begin the operation here by hand, or write what stands before it in another way";
    Err(refused(source, Code::Unsupported, place, message, help))
}

fn method(word: &str) -> Result<&'static str, String> {
    let folded = word.to_lowercase();
    METHODS.iter().find(|method| **method == folded).copied().ok_or_else(|| {
        let meant = nearest(&folded, METHODS.iter().copied()).map(|meant| format!("; did you mean `{meant}`?"));
        format!("`{word}` is not a method{}", meant.unwrap_or_else(|| format!("; there are: {}", METHODS.join(", "))))
    })
}

/// The members of a mapping that is written line by line.
fn block<'e, 't>(source: &Source, entry: Option<&'e Entry<'t>>, pointer: String) -> Result<Block<'e, 't>, Error> {
    let Some(entry) = entry else {
        let help = "write `paths:` with the first path below it";
        return Err(refused(source, Code::MissingKey, source.location(0..0, ""), "there is no `paths`", help));
    };
    let place = source.location(entry.key_span(), pointer);
    let in_braces = source.text().get(entry.node().span()).is_some_and(|text| text.starts_with('{'));
    match entry.node().mapping() {
        [] if !entry.node().is_mapping() => {
            let message = format!("a mapping was expected, this is {}", entry.node().kind());
            Err(refused(source, Code::WrongValue, place, &message, "write the first member by hand"))
        }
        members if !members.is_empty() && !in_braces => Ok(Block { key_end: entry.key_span().end, members }),
        _ => {
            let message = format!("`{}` is written in braces, where no line can be added", entry.key());
            Err(refused(source, Code::Unsupported, place, &message, "write its members on lines of their own"))
        }
    }
}

fn refused(source: &Source, code: Code, place: Location, message: &str, help: &str) -> Error {
    let problem = Diagnostic::new(code, place, message, help);
    Error::Document(Diagnostics::new(source.clone(), vec![problem]))
}

/// The path that a new one stands behind, and its tag. Nearest are those that share the most parts from the beginning,
/// of the requested tag if there is one; of several the last. Their tag is taken if they agree.
fn neighbour<'p>(
    paths: &'p [Entry<'_>],
    request: &Request<'p>,
    template: &Template<'_>,
    defaults: &InferredDefaults<'p>,
) -> (Option<usize>, Option<&'p str>) {
    let tags = |path: &'p Entry<'_>| path.node().mapping().iter().filter_map(inferred_defaults::tag);
    let of = |tag: &str| -> Vec<usize> {
        (0..paths.len()).filter(|&path| tags(&paths[path]).any(|found| found == tag)).collect()
    };
    let candidates = match request.tag {
        None => (0..paths.len()).collect(),
        Some(tag) => of(tag),
    };
    if let (Some(tag), true) = (request.tag, candidates.is_empty()) {
        // The first path of a tag stands where the tags are declared.
        let before = defaults.tags.iter().take_while(|declared| **declared != tag);
        return (before.filter_map(|declared| of(declared).last().copied()).max(), Some(tag));
    }
    let shared = |path: usize| template.shared_parts(paths[path].key());
    let best = candidates.iter().map(|&path| shared(path)).max();
    let nearest: Vec<usize> = candidates.into_iter().filter(|&path| Some(shared(path)) == best).collect();
    let tag = request.tag.or_else(|| agreed(nearest.iter().flat_map(|&path| tags(&paths[path]))));
    (nearest.last().copied(), tag)
}

/// What all say, if all say the same.
fn agreed<'t>(mut said: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = said.next()?;
    said.all(|next| next == first).then_some(first)
}
