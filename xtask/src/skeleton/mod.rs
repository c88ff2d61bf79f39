//! A new operation in the text of a specification, with placeholders for decisions.
//!
//! In: the text, a method and a path. Out: the text with the operation; every other byte is unchanged. The new
//! operation has the common parts of all operations of the document (`inferred_defaults`). Parts that differ between
//! operations are placeholders, which `cargo xtask gen` reports until they are filled in (`render`).

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
    /// Its `operationId`, if it is decided.
    pub id: Option<&'a str>,
    /// Its tag. Defaults to the tag of the operations with the nearest paths, if they have the same tag.
    pub tag: Option<&'a str>,
    /// Its scope. Defaults to `Project` if the document has a required project header.
    pub scope: Option<Scope>,
}

/// The scope of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A project is required.
    Project,
    /// A project is optional.
    OptionalProject,
    /// It is a call of the organization.
    Organization,
}

/// A text with a new operation.
#[derive(Clone, Debug)]
pub struct Skeleton {
    /// The whole text.
    pub text: String,
    /// The first line of the operation, from 1.
    pub line: usize,
    /// Its tag, if it is decided.
    pub tag: Option<String>,
    /// Its scope.
    pub scope: Scope,
    /// The placeholders, in the order of the text.
    pub placeholders: Vec<Placeholder>,
}

/// A value that you have to write. Until then the generator rejects the text, and reports this line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Its line, from 1.
    pub line: usize,
    /// Its key.
    pub key: String,
    /// The value to write.
    pub hint: String,
}

/// An error of the skeleton command.
#[derive(Clone, Debug)]
pub enum Error {
    /// The request is invalid, or contradicts the document.
    InvalidRequest(String),
    /// The document is not YAML, or its layout does not allow an insertion.
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
                    "this path exists already, as {}: use this spelling",
                    entry.key()
                )));
            }
            if let Some(operation) = entry.node().entry(method) {
                let line = source.location(operation.key_span(), "").line;
                return Err(Error::InvalidRequest(format!(
                    "{} {} exists already, at {}:{line}",
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
    let message = "an operation that is inserted here would change the preceding text";
    let help = "insert the operation manually, or rewrite the preceding text";
    Err(refused(source, Code::Unsupported, place, message, help))
}

fn method(word: &str) -> Result<&'static str, String> {
    let folded = word.to_lowercase();
    METHODS.iter().find(|method| **method == folded).copied().ok_or_else(|| {
        let meant = nearest(&folded, METHODS.iter().copied()).map(|meant| format!("; did you mean `{meant}`?"));
        format!(
            "`{word}` is not a method{}",
            meant.unwrap_or_else(|| format!("; the methods are: {}", METHODS.join(", ")))
        )
    })
}

/// The members of a block mapping.
fn block<'e, 't>(source: &Source, entry: Option<&'e Entry<'t>>, pointer: String) -> Result<Block<'e, 't>, Error> {
    let Some(entry) = entry else {
        let help = "write `paths:` with the first path below it";
        return Err(refused(source, Code::MissingKey, source.location(0..0, ""), "there is no `paths`", help));
    };
    let place = source.location(entry.key_span(), pointer);
    let in_braces = source.text().get(entry.node().span()).is_some_and(|text| text.starts_with('{'));
    match entry.node().mapping() {
        [] if !entry.node().is_mapping() => {
            let message = format!("expected a mapping, found {}", entry.node().kind());
            Err(refused(source, Code::WrongValue, place, &message, "write the first member manually"))
        }
        members if !members.is_empty() && !in_braces => Ok(Block { key_end: entry.key_span().end, members }),
        _ => {
            let message = format!("`{}` is a flow mapping, to which no line can be added", entry.key());
            Err(refused(
                source,
                Code::Unsupported,
                place,
                &message,
                "write it as a block mapping, with one line for each member",
            ))
        }
    }
}

fn refused(source: &Source, code: Code, place: Location, message: &str, help: &str) -> Error {
    let problem = Diagnostic::new(code, place, message, help);
    Error::Document(Diagnostics::new(source.clone(), vec![problem]))
}

/// The predecessor of a new path, and its tag. The nearest paths share the longest prefix of segments, within the
/// requested tag if there is one; the last of them is the predecessor. Their tag is used if they have the same.
fn neighbour<'p>(
    paths: &'p [Entry<'_>],
    request: &Request<'p>,
    template: &Template<'_>,
    defaults: &InferredDefaults<'p>,
) -> (Option<usize>, Option<&'p str>) {
    let tags = |path: &'p Entry<'_>| path.node().mapping().iter().filter_map(inferred_defaults::tag);
    let positions = |tag: &str| -> Vec<usize> {
        (0..paths.len()).filter(|&path| tags(&paths[path]).any(|found| found == tag)).collect()
    };
    let candidates = match request.tag {
        None => (0..paths.len()).collect(),
        Some(tag) => positions(tag),
    };
    if let (Some(tag), true) = (request.tag, candidates.is_empty()) {
        // The first path of a tag is positioned by the order of the tags.
        let before = defaults.tags.iter().take_while(|declared| **declared != tag);
        return (before.filter_map(|declared| positions(declared).last().copied()).max(), Some(tag));
    }
    let shared = |path: usize| template.shared_parts(paths[path].key());
    let best = candidates.iter().map(|&path| shared(path)).max();
    let nearest: Vec<usize> = candidates.into_iter().filter(|&path| Some(shared(path)) == best).collect();
    let tag = request.tag.or_else(|| agreed(nearest.iter().flat_map(|&path| tags(&paths[path]))));
    (nearest.last().copied(), tag)
}

/// The common value, if all are equal.
fn agreed<'t>(mut values: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = values.next()?;
    values.all(|next| next == first).then_some(first)
}
