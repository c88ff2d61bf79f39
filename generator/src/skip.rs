//! Generating a document without the operations that have errors, if that is requested.
//!
//! In: a document, and the errors for which no client can be generated from it. Out: the document without the operations
//! that the errors belong to, and the removed parts. An error belongs to the operation that contains it; an error of a path
//! item to all its operations; an error of a component to all operations that use it. Any other error remains an error.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::document::Unchecked;
use crate::document::pointer::{escape, unescape};
use crate::document::prune::{self, ComponentName, Needs, WrittenOperation, component_of};
use crate::model::SkippedPart;

/// The maximum number of rounds: removing operations can reveal errors that were hidden by others.
const ROUNDS: usize = 50;

/// The parts that were removed from a document.
#[derive(Debug, Default)]
pub(crate) struct Skipped {
    /// The removed parts for the documentation of the generated code, in the order of removal.
    pub(crate) parts: Vec<SkippedPart>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Runs a stage, and repeats it without the operations that its errors belong to until it succeeds.
pub(crate) fn run<'s, T>(
    mut document: Unchecked<'s>,
    attempt: impl Fn(Unchecked<'s>) -> Result<T, Diagnostics>,
) -> Result<(T, Skipped), Diagnostics> {
    let mut skipped = Skipped::default();
    let mut first = None;
    for _ in 0..ROUNDS {
        let problems = match attempt(document.clone()) {
            Ok(made) => return Ok((made, skipped)),
            Err(problems) => problems,
        };
        if !skipped.take_out(&mut document, &problems) {
            return Err(problems);
        }
        let first = first.get_or_insert(problems);
        if prune::operations(&document.tree).is_empty() {
            return Err(first.clone());
        }
    }
    attempt(document).map(|made| (made, skipped))
}

impl Skipped {
    /// Removes the parts that the errors belong to. Returns `false` if an error belongs to no removable part.
    fn take_out(&mut self, document: &mut Unchecked<'_>, problems: &Diagnostics) -> bool {
        let operations = prune::operations(&document.tree);
        let needs = Needs::new(&document.tree, document.policy);
        let errors = problems.problems().iter().filter(|problem| problem.severity() == Severity::Error);
        let (mut by_owner, mut failed): (BTreeMap<ErrorOwner, Vec<&Diagnostic>>, _) =
            (BTreeMap::new(), BTreeSet::new());
        for error in errors {
            let Some(owner) = ErrorOwner::of(&error.location.pointer).filter(|_| error.code != Code::Internal) else {
                return false;
            };
            if let ErrorOwner::Component(component) = &owner {
                failed.insert(component.clone());
            }
            by_owner.entry(owner).or_default().push(error);
        }
        // The components that cannot be generated because of each component with an error.
        let dependents: Vec<(ComponentName, BTreeSet<ComponentName>)> =
            failed.iter().map(|it| (it.clone(), needs.dependents(&BTreeSet::from([it.clone()])))).collect();
        let failed = needs.dependents(&failed);
        let mut removed: HashSet<String> = HashSet::new();
        for operation in &operations {
            let own =
                by_owner.get(&ErrorOwner::operation(operation)).or_else(|| by_owner.get(&ErrorOwner::path(operation)));
            let errors: Vec<&Diagnostic> = match own {
                Some(errors) => errors.clone(),
                None if needs.names_any(operation, &failed) => {
                    let causes = dependents.iter().filter(|(_, users)| needs.names_any(operation, users));
                    let of_cause =
                        |(cause, _): &(ComponentName, _)| by_owner.get(&ErrorOwner::Component(cause.clone()));
                    causes.filter_map(of_cause).flatten().copied().collect()
                }
                None => continue,
            };
            removed.insert(operation.pointer.clone());
            let location = document.source.location(operation.span.clone(), &*operation.pointer);
            self.note(format!("the operation `{}`", operation.request()), Some(&operation.id), location, &errors);
        }
        let mut paths: HashSet<String> = HashSet::new();
        for (owner, errors) in &by_owner {
            if let ErrorOwner::Path(path) = owner {
                paths.insert(path.clone());
                if !operations.iter().any(|operation| operation.path == *path)
                    && let Some(error) = errors.first()
                {
                    self.note(format!("the path `{path}`"), None, error.location.clone(), errors);
                }
            }
        }
        let mut components = failed;
        for component in &components {
            let errors = by_owner.get(&ErrorOwner::Component(component.clone())).cloned().unwrap_or_default();
            let what = format!("the component `{}` of `{}`", component.1, component.0);
            let pointer = format!("/components/{}/{}", escape(&component.0), escape(&component.1));
            let location = document.source.location(document.tree.locate(&pointer).0, pointer);
            self.note(what, None, location, &errors);
        }
        let only = needs.only_of(&operations, &removed);
        for (section, name) in only.difference(&components) {
            let what = format!("the component `{name}` of `{section}`");
            self.parts.push(SkippedPart { what, why: "only operations that are not generated use it".to_owned() });
        }
        components.extend(only);
        prune::remove(&mut document.tree, &removed, &paths, &components);
        // Without a removal, the next round would be the same.
        !removed.is_empty() || !paths.is_empty() || !components.is_empty()
    }

    fn note(&mut self, what: String, id: Option<&str>, location: crate::Location, errors: &[&Diagnostic]) {
        let why = match errors {
            [] => "it refers to a component with an error".to_owned(),
            [only] => only.message.clone(),
            [first, rest @ ..] => format!("{} (and {} more)", first.message, rest.len()),
        };
        let named = id.map(|id| format!(" ({id})")).unwrap_or_default();
        let what = format!("{what}{named}");
        let help = "correct the document, or an overlay of it, and it is generated";
        let mut warning = Diagnostic::new(Code::Skipped, location, format!("{what} is not generated: {why}"), help);
        for error in errors {
            warning.add_note(error.location.clone(), format!("{}: {}", error.code, error.message));
        }
        self.warnings.push(warning);
        self.parts.push(SkippedPart { what, why });
    }
}

/// The part of a document that an error belongs to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ErrorOwner {
    /// An operation, by its path and method.
    Operation(String, String),
    Path(String),
    Component(ComponentName),
}

impl ErrorOwner {
    fn of(pointer: &str) -> Option<Self> {
        if let Some(component) = component_of(pointer) {
            return Some(Self::Component(component));
        }
        let mut tokens = pointer.strip_prefix("/paths/")?.split('/').map(unescape);
        let path = tokens.next()?;
        Some(match tokens.next() {
            Some(method) if prune::METHOD_KEYS.contains(&&*method) => Self::Operation(path, method),
            _ => Self::Path(path),
        })
    }

    fn operation(operation: &WrittenOperation) -> Self {
        Self::Operation(operation.path.clone(), operation.method.to_owned())
    }

    fn path(operation: &WrittenOperation) -> Self {
        Self::Path(operation.path.clone())
    }
}
