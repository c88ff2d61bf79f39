//! A new operation in the text of a specification, with what a person has to decide left open.
//!
//! In: the text, a method and a path. Out: the text with the operation in it; every other byte is as it was. What all
//! operations of the document have, the new one has, too (`conventions`). What differs from one to the next is left
//! blank, so that `cargo xtask gen` refuses the file until somebody has decided (`form`).

mod conventions;
mod form;
mod spot;
mod template;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Place, Source};
use crate::document::node::{Entry, Value};
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::METHODS;
use crate::document::yaml;
use crate::spelling::nearest;
use conventions::Conventions;
use form::Form;
use spot::{Block, Spot};
use template::Template;

/// What operation is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The method, in capitals or not.
    pub method: &'a str,
    /// The template of the path.
    pub path: &'a str,
    /// Its `operationId`, if that is decided.
    pub id: Option<&'a str>,
    /// Its tag. Left out, it is that of the operations whose paths are nearest, if they agree.
    pub tag: Option<&'a str>,
    /// Whether it needs a project. Left out, it does if the document has a header for it.
    pub scope: Option<Scope>,
}

/// Whether a call needs a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// It exists only where there is one.
    Project,
    /// It works with and without.
    Either,
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
    pub blanks: Vec<Blank>,
}

/// Something that a person has to write. Until then the generator refuses the text, and names this line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// Its line, from 1.
    pub line: usize,
    /// Its key.
    pub key: String,
    /// What to write.
    pub hint: String,
}

/// Why there is no skeleton.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What was asked for makes no sense in this document.
    Wrong(String),
    /// The document is not YAML, or is written in a way that nothing can be put into.
    Document(Diagnostics),
}

/// Puts a new operation into the text of a specification.
///
/// # Errors
/// See [`Refusal`].
pub fn insert(source: &Source, wanted: &Wanted<'_>) -> Result<Skeleton, Refusal> {
    let method = method(wanted.method).map_err(Refusal::Wrong)?;
    let template = Template::parse(wanted.path).map_err(Refusal::Wrong)?;
    let unreadable = |problems| Refusal::Document(Diagnostics::new(source.clone(), problems));
    let root = yaml::parse(source).map_err(unreadable)?;
    let paths = block(source, root.entry("paths"), PointerRef::ROOT.key("paths"))?;
    let conventions = Conventions::of(source, &root);
    conventions.allow(wanted).map_err(Refusal::Wrong)?;
    let same = paths.members.iter().find(|entry| template.same_requests(&entry.key));
    let scope = conventions.scope(wanted);
    let (spot, form, tag) = match same {
        Some(entry) => {
            if entry.key != template.text() {
                return Err(Refusal::Wrong(format!(
                    "this path is there already, as {}: write it like that",
                    entry.key
                )));
            }
            if let Some(operation) = entry.node.entry(method) {
                let line = source.place(operation.key_span.clone(), "").line;
                return Err(Refusal::Wrong(format!(
                    "{} {} is there already, at {}:{line}",
                    method.to_uppercase(),
                    entry.key,
                    source.name()
                )));
            }
            let at = PointerRef::ROOT.key("paths");
            let item = block(source, Some(entry), at.key(&entry.key))?;
            let tag = wanted.tag.or_else(|| agreed(item.members.iter().filter_map(conventions::tag)));
            let spot = Spot::among_methods(source.text(), item, method);
            let mut form = Form::new(spot.indent());
            form.operation(&conventions, wanted, method, &template, tag, Some(&entry.node));
            (spot, form, tag)
        }
        None => {
            let (near, tag) = neighbour(paths.members, wanted, &template, &conventions);
            let spot = Spot::among_paths(source.text(), paths, near);
            let mut form = Form::new(spot.indent());
            form.path(&conventions, wanted, method, &template, tag);
            (spot, form, tag)
        }
    };
    let (text, first) = spot.put(source.text(), &form);
    let blanks = form.blanks().iter().map(|blank| Blank { line: first + blank.line, ..blank.clone() }).collect();
    let line = first + form.operation_line();
    let skeleton = Skeleton { text, line, tag: tag.map(str::to_owned), scope, blanks };
    if spot::only_added(source, &skeleton.text, template.text(), method, same.is_some()) {
        return Ok(skeleton);
    }
    let place = source.place(spot.at()..spot.at(), "");
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
fn block<'e, 't>(source: &Source, entry: Option<&'e Entry<'t>>, at: PointerRef<'_>) -> Result<Block<'e, 't>, Refusal> {
    let Some(entry) = entry else {
        let help = "write `paths:` with the first path below it";
        return Err(refused(source, Code::MissingKey, source.place(0..0, ""), "there is no `paths`", help));
    };
    let place = source.place(entry.key_span.clone(), at.pointer());
    let in_braces = source.text().get(entry.node.span.clone()).is_some_and(|text| text.starts_with('{'));
    match &entry.node.value {
        Value::Mapping(members) if !members.is_empty() && !in_braces => {
            Ok(Block { key_end: entry.key_span.end, members })
        }
        Value::Mapping(_) => {
            let message = format!("`{}` is written in braces, where no line can be added", entry.key);
            Err(refused(source, Code::Unsupported, place, &message, "write its members on lines of their own"))
        }
        _ => {
            let message = format!("a mapping was expected, this is {}", entry.node.kind());
            Err(refused(source, Code::WrongValue, place, &message, "write the first member by hand"))
        }
    }
}

fn refused(source: &Source, code: Code, place: Place, message: &str, help: &str) -> Refusal {
    let problem = Diagnostic::new(code, place, message, help);
    Refusal::Document(Diagnostics::new(source.clone(), vec![problem]))
}

/// The path that a new one stands behind, and its tag. Nearest are those that share the most parts from the beginning,
/// of the wanted tag if there is one; of several the last. They tell the tag if they agree.
fn neighbour<'p>(
    paths: &'p [Entry<'_>],
    wanted: &Wanted<'p>,
    template: &Template<'_>,
    conventions: &Conventions<'p>,
) -> (Option<usize>, Option<&'p str>) {
    let tags = |path: &'p Entry<'_>| path.node.mapping().iter().filter_map(conventions::tag);
    let of = |tag: &str| -> Vec<usize> {
        (0..paths.len()).filter(|&path| tags(&paths[path]).any(|found| found == tag)).collect()
    };
    let candidates = match wanted.tag {
        None => (0..paths.len()).collect(),
        Some(tag) => of(tag),
    };
    if let (Some(tag), true) = (wanted.tag, candidates.is_empty()) {
        // The first path of a tag stands where the tags are declared.
        let before = conventions.tags.iter().take_while(|declared| **declared != tag);
        return (before.filter_map(|declared| of(declared).last().copied()).max(), Some(tag));
    }
    let shared = |path: usize| template.shared_parts(&paths[path].key);
    let best = candidates.iter().map(|&path| shared(path)).max();
    let nearest: Vec<usize> = candidates.into_iter().filter(|&path| Some(shared(path)) == best).collect();
    let tag = wanted.tag.or_else(|| agreed(nearest.iter().flat_map(|&path| tags(&paths[path]))));
    (nearest.last().copied(), tag)
}

/// What all say, if all say the same.
fn agreed<'t>(mut said: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = said.next()?;
    said.all(|next| next == first).then_some(first)
}
