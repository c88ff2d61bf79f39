//! What the specification has of every published page, and how sure it is.
//!
//! In: the text of the directory of pages and that of the specification. Out: a [`Report`], or everything that is wrong
//! with the two texts by themselves. Knows nothing of the client, and writes nothing.

mod directory;
mod facts;

use std::collections::BTreeMap;

use crate::Dialect;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::document::node::{Entry, Node};
use crate::document::pointer::PointerRef;
use crate::document::validate;
use crate::document::yaml;
use crate::policy::Policy;
use crate::spelling::nearest;
use directory::{Directory, Name, Record};
use facts::{Facts, Marks, Operation};

pub use directory::Kind;
pub use facts::{Counts, Mark};

/// The directory of pages, held against the specification.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the directory is called.
    pub title: String,
    /// The groups, in the order of the directory.
    pub groups: Vec<Group>,
    /// What the specification has and the directory has not.
    pub unlisted: Vec<Unlisted>,
    /// How sure it is of `unlisted`.
    pub unlisted_counts: Counts,
    /// How sure it is of everything. A fact that several groups share counts once.
    pub total: Counts,
    /// Pages that nobody accounted for, names that lead nowhere, operations without a page: for each of the two texts
    /// what is wrong with it. Empty if all is well.
    pub problems: Vec<Diagnostics>,
}

/// A folder of the directory that stands in no other.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its pages, with those of its folders.
    pub pages: Vec<Page>,
    /// How sure the specification is of what it has of them.
    pub counts: Counts,
}

/// A page of the directory.
#[derive(Clone, Debug)]
pub struct Page {
    /// The English title.
    pub title: String,
    /// The Chinese title, if it is known.
    pub chinese: Option<String>,
    /// What the page is.
    pub kind: Kind,
    /// Its address, if it is known.
    pub address: Option<String>,
    /// What the specification has of it.
    pub covered: Covered,
    /// What the specification is known not to have of it.
    pub lacks: Vec<String>,
}

/// What the specification has of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covered {
    /// Operations by their ids, with the mark of each.
    Operations(Vec<(String, Mark)>),
    /// The places where its knowledge went.
    Places(Vec<String>),
    /// Not the page itself, for this reason; and the places that tell of its subject from other sources.
    Excused(String, Vec<String>),
    /// Nothing, and nobody said why: one of the problems.
    Missing,
}

/// Something that the specification has and the directory has not.
#[derive(Clone, Debug)]
pub struct Unlisted {
    /// What it is.
    pub covered: Covered,
    /// Why it is in the specification.
    pub reason: String,
}

/// Holds the directory against the specification.
///
/// # Errors
/// What is wrong with the syntax or the shape of one of the two texts, so that it cannot be read.
pub fn report(directory: &Source, specification: &Source) -> Result<Report, Diagnostics> {
    let tree = directory::tree(directory).map_err(|problems| Diagnostics::new(directory.clone(), problems))?;
    let root = specification_tree(specification)?;
    let (records, problems) = directory::read(directory, &tree);
    let index = Index::new(&root);
    let mut check = Check { source: directory, index: &index, problems };
    records.pages.iter().for_each(|page| check.page(page));
    records.pages.iter().chain(&records.unlisted).for_each(|record| check.names(record));
    let mut told = Vec::new();
    let homeless = without_page(specification, directory.name(), &index, &records);
    for (source, problems) in [(directory, check.problems), (specification, homeless)] {
        if !problems.is_empty() {
            told.push(Diagnostics::new(source.clone(), problems));
        }
    }
    Ok(assembled(records, &index, told))
}

fn specification_tree(source: &Source) -> Result<Node<'_>, Diagnostics> {
    let failed = |problems| Diagnostics::new(source.clone(), problems);
    let root = yaml::parse(source).map_err(failed)?;
    let problems = validate::check(source, &root, Policy::of(Dialect::FlightHub));
    if problems.is_empty() { Ok(root) } else { Err(failed(problems)) }
}

/// The specification by the names that the directory uses.
struct Index<'t> {
    root: &'t Node<'t>,
    marks: Marks<'t>,
    operations: Vec<Operation<'t>>,
    by_id: BTreeMap<&'t str, usize>,
    schemas: BTreeMap<&'t str, &'t Entry<'t>>,
    /// Groups of the table of error codes.
    codes: BTreeMap<&'t str, Vec<&'t Node<'t>>>,
}

impl<'t> Index<'t> {
    fn new(root: &'t Node<'t>) -> Self {
        let operations = facts::operations(root);
        let ids = operations.iter().enumerate();
        let by_id = ids.filter_map(|(index, operation)| Some((operation.text("operationId")?, index))).collect();
        let schemas = root.get("components").and_then(|components| components.get("schemas"));
        let schemas = schemas.map(Node::mapping).unwrap_or_default();
        let mut codes: BTreeMap<&str, Vec<&Node<'_>>> = BTreeMap::new();
        for entry in root.get("x-error-codes").map(Node::sequence).unwrap_or_default() {
            if let Some(group) = entry.get("group").and_then(Node::as_str) {
                codes.entry(group).or_default().push(entry);
            }
        }
        Self {
            root,
            marks: Marks::new(root),
            operations,
            by_id,
            schemas: schemas.iter().map(|schema| (&*schema.key, schema)).collect(),
            codes,
        }
    }

    fn operation(&self, id: &str) -> Option<&Operation<'t>> {
        self.by_id.get(id).and_then(|&index| self.operations.get(index))
    }

    /// The facts of a place: a JSON pointer, an operation, a schema, or a group of error codes.
    fn place(&self, name: &str) -> Option<Facts> {
        if name.starts_with('/') {
            return self.marks.of_place(name);
        }
        let operation = self.operation(name).map(|operation| self.marks.of_operation(operation));
        let schema = || self.schemas.get(name).map(|schema| self.marks.of_schema(schema));
        let codes = || {
            let codes = self.codes.get(name)?;
            Some(codes.iter().map(|code| self.marks.of_node(code, code.span.start)).collect())
        };
        operation.or_else(schema).or_else(codes)
    }

    fn facts(&self, record: &Record<'_>) -> Facts {
        let operations = record.operations.iter().filter_map(|name| self.operation(name.text));
        let mut facts: Facts = operations.flat_map(|operation| self.marks.of_operation(operation)).collect();
        facts.extend(record.places.iter().filter_map(|name| self.place(name.text)).flatten());
        facts
    }
}

struct Check<'s, 't> {
    source: &'s Source,
    index: &'s Index<'t>,
    problems: Vec<Diagnostic>,
}

impl Check<'_, '_> {
    fn report(&mut self, code: Code, node: &Node<'_>, pointer: &str, message: String, help: String) {
        let place = self.source.place(node.span.clone(), pointer);
        self.problems.push(Diagnostic::new(code, place, message, help));
    }

    /// Whether a page says of its operations what the specification says.
    fn page(&mut self, page: &Record<'_>) {
        for name in &page.operations {
            let Some(operation) = self.index.operation(name.text) else { continue };
            let tag = operation.entry.node.get("tags").and_then(|tags| tags.sequence().first()?.as_str());
            if let (Some(folder), Some(tag)) = (page.texts("folder").first(), tag)
                && folder != tag
            {
                let message = format!("`{}` has the tag `{tag}`, and its page stands in `{folder}`", name.text);
                let help = "correct the folder here, or `tags` of the operation".to_owned();
                self.report(Code::WrongValue, name.node, &name.pointer, message, help);
            }
            let theirs = operation.entry.node.get("externalDocs").and_then(|docs| docs.get("url")?.as_str());
            if theirs != page.text("address") {
                let node = page.node.get("address").unwrap_or(name.node);
                let (message, help) = match theirs {
                    Some(theirs) => (
                        format!("`externalDocs` of `{}` has the address {theirs}", name.text),
                        "write the same address in both places".to_owned(),
                    ),
                    None => (
                        format!("`{}` has no `externalDocs` with this address", name.text),
                        "add `externalDocs` to the operation, or remove the address".to_owned(),
                    ),
                };
                self.report(Code::WrongValue, node, &format!("{}/address", page.pointer), message, help);
            }
        }
    }

    /// Whether everything that a record names is there.
    fn names(&mut self, record: &Record<'_>) {
        for name in &record.operations {
            if self.index.operation(name.text).is_none() {
                let help = match nearest(name.text, self.index.by_id.keys().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write the `operationId` of an operation of the specification".to_owned(),
                };
                let message = format!("the specification has no operation `{}`", name.text);
                self.report(Code::DanglingRef, name.node, &name.pointer, message, help);
            }
        }
        for name in &record.places {
            if self.index.place(name.text).is_none() {
                self.no_place(name);
            }
        }
    }

    fn no_place(&mut self, name: &Name<'_>) {
        let index = self.index;
        let help = match facts::locate(index.root, name.text) {
            Err((last, token)) if name.text.starts_with('/') => {
                match nearest(&token, last.mapping().iter().map(|entry| &*entry.key)) {
                    Some(meant) => format!("there is no `{token}`; did you mean `{meant}`?"),
                    None => format!("there is no `{token}` in {}", last.kind()),
                }
            }
            _ => {
                let names = index.by_id.keys().chain(index.schemas.keys()).chain(index.codes.keys()).copied();
                match nearest(name.text, names) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "a place is a JSON pointer, an `operationId`, the name of a schema, or a group of \
                             `x-error-codes`"
                        .to_owned(),
                }
            }
        };
        let message = format!("the specification has no place `{}`", name.text);
        self.report(Code::DanglingRef, name.node, &name.pointer, message, help);
    }
}

/// Operations that no page names.
fn without_page(source: &Source, directory: &str, index: &Index<'_>, records: &Directory<'_>) -> Vec<Diagnostic> {
    let listed: Vec<&str> = records
        .pages
        .iter()
        .chain(&records.unlisted)
        .flat_map(|record| &record.operations)
        .map(|name| name.text)
        .collect();
    let mut problems = Vec::new();
    for operation in &index.operations {
        let id = operation.text("operationId");
        if id.is_some_and(|id| listed.contains(&id)) {
            continue;
        }
        let paths = PointerRef::ROOT.key("paths");
        let at = paths.key(operation.path);
        let at = at.key(&operation.entry.key);
        let (message, help) = match id {
            Some(id) => (
                format!("the operation `{id}` is on no page of {directory}"),
                "name it in `operations` of its page there, or in `unlisted` with a reason".to_owned(),
            ),
            None => (
                format!("this operation has no `operationId`, so it is on no page of {directory}"),
                "give it one, and name it there".to_owned(),
            ),
        };
        let place = source.place(operation.entry.key_span.clone(), at.pointer());
        problems.push(Diagnostic::new(Code::MissingKey, place, message, help));
    }
    problems
}

fn assembled(directory: Directory<'_>, index: &Index<'_>, problems: Vec<Diagnostics>) -> Report {
    let mut total = Facts::new();
    let mut groups: Vec<(Group, Facts)> = Vec::new();
    for record in &directory.pages {
        let facts = index.facts(record);
        total.extend(&facts);
        let name = group(record, index);
        let page = Page {
            title: record.text("title").unwrap_or_default().to_owned(),
            chinese: record.text("chinese").map(str::to_owned),
            kind: record.kind(),
            address: record.text("address").map(str::to_owned),
            covered: covered(record, index),
            lacks: record.texts("lacks"),
        };
        match groups.iter_mut().find(|(group, _)| group.name == name) {
            Some((group, known)) => {
                group.pages.push(page);
                known.extend(facts);
            }
            None => groups.push((Group { name, pages: vec![page], counts: Counts::default() }, facts)),
        }
    }
    let mut others = Facts::new();
    let mut unlisted = Vec::new();
    for record in &directory.unlisted {
        others.extend(index.facts(record));
        let reason = record.text("reason").unwrap_or_default().to_owned();
        unlisted.push(Unlisted { covered: covered(record, index), reason });
    }
    total.extend(&others);
    Report {
        title: directory.title,
        groups: groups.into_iter().map(|(group, facts)| Group { counts: facts::counts(&facts), ..group }).collect(),
        unlisted,
        unlisted_counts: facts::counts(&others),
        total: facts::counts(&total),
        problems,
    }
}

/// The outermost folder of a page; of one that stands in none, the tag of its operation.
fn group(record: &Record<'_>, index: &Index<'_>) -> String {
    let folder = record.texts("folder").into_iter().next();
    let tag = || {
        let operation = index.operation(record.operations.first()?.text)?;
        operation.entry.node.get("tags")?.sequence().first()?.as_str().map(str::to_owned)
    };
    folder.or_else(tag).unwrap_or_else(|| "In no folder".to_owned())
}

fn covered(record: &Record<'_>, index: &Index<'_>) -> Covered {
    let known = |name: &Name<'_>| Some((name.text.to_owned(), index.operation(name.text)?.mark()));
    let operations: Vec<_> = record.operations.iter().filter_map(known).collect();
    let places: Vec<_> =
        record.places.iter().filter(|name| index.place(name.text).is_some()).map(|name| name.text.to_owned()).collect();
    match record.text("excused") {
        _ if !operations.is_empty() => Covered::Operations(operations),
        Some(reason) => Covered::Excused(reason.to_owned(), places),
        None if !places.is_empty() => Covered::Places(places),
        None => Covered::Missing,
    }
}
