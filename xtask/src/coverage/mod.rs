//! The coverage of the published pages by the specification, and its confidence.
//!
//! In: the text of the directory of pages and of the specification. Out: a [`Report`], or the problems of the two texts
//! themselves. This module does not know the client, and writes no file.

pub(crate) mod command;
mod directory;
mod provenance;
mod structure;

use std::collections::BTreeMap;

use flighthub2_generator::document::{Confidence, Document, Element, ElementKind, Index, Node, parse_yaml, unescape};
use flighthub2_generator::suggest::nearest;
use flighthub2_generator::{Code, Diagnostic, Diagnostics, Dialect, Source};

use directory::{Directory, Name, Record};
use provenance::{Facts, Provenance};

pub use directory::PageKind;
pub use provenance::Counts;

/// The comparison of the directory of pages with the specification.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the directory.
    pub title: String,
    /// The groups, in the order of the directory.
    pub groups: Vec<Group>,
    /// Parts of the specification that are not in the directory.
    pub unlisted: Vec<Unlisted>,
    /// The confidence of `unlisted`.
    pub unlisted_counts: Counts,
    /// The confidence of all facts. A fact that several groups share counts once.
    pub total: Counts,
    /// The problems of each of the two texts: pages that are neither covered nor waived, unresolved names, operations
    /// without a page. Empty if there are none.
    pub problems: Vec<Diagnostics>,
}

/// A top-level folder of the directory.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its pages, with those of its folders.
    pub pages: Vec<Page>,
    /// The confidence of the facts of these pages.
    pub counts: Counts,
}

/// A page of the directory.
#[derive(Clone, Debug)]
pub struct Page {
    /// The English title.
    pub title: String,
    /// The Chinese title, if it is known.
    pub chinese: Option<String>,
    /// The kind of the page.
    pub kind: PageKind,
    /// Its address, if it is known.
    pub address: Option<String>,
    /// Its coverage by the specification.
    pub covered: Covered,
    /// Its known gaps.
    pub gaps: Vec<String>,
}

/// The coverage of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covered {
    /// Operations by their ids, with the confidence of each.
    Operations(Vec<(String, Confidence)>),
    /// The places of its facts.
    Places(Vec<String>),
    /// The page is waived, for this reason; with the places that document its subject from other sources.
    Waived(String, Vec<String>),
    /// The page is neither covered nor waived, which is a problem.
    Missing,
}

/// A part of the specification that is not in the directory.
#[derive(Clone, Debug)]
pub struct Unlisted {
    /// Its name.
    pub covered: Covered,
    /// Why it is in the specification.
    pub reason: String,
}

/// Compares the directory with the specification.
///
/// # Errors
/// The errors of syntax or schema of one of the two texts.
pub fn report(directory: &Source, specification: &Source) -> Result<Report, Diagnostics> {
    let tree = parse_yaml(directory)?;
    let problems = structure::check(directory, &tree);
    if !problems.is_empty() {
        return Err(Diagnostics::new(directory.clone(), problems));
    }
    let document = Document::read(specification, Dialect::FlightHub)?;
    let (records, problems) = directory::read(directory, &tree);
    let elements = document.index();
    let names = Names::new(&document, &elements);
    let mut check = Check { source: directory, names: &names, problems };
    records.pages.iter().for_each(|page| check.page(page));
    records.pages.iter().chain(&records.unlisted).for_each(|record| check.names(record));
    let mut reported = Vec::new();
    let unmapped = without_page(&document, directory.name(), &names, &records);
    for (source, problems) in [(directory, check.problems), (specification, unmapped)] {
        if !problems.is_empty() {
            reported.push(Diagnostics::new(source.clone(), problems));
        }
    }
    Ok(assembled(records, &names, reported))
}

/// The specification by the names that the directory uses.
struct Names<'d> {
    document: &'d Document<'d>,
    provenance: Provenance<'d>,
    /// In the order of the document.
    operations: Vec<&'d Element<'d>>,
    by_id: BTreeMap<&'d str, &'d Element<'d>>,
    schemas: BTreeMap<String, &'d Element<'d>>,
    /// Groups of the table of error codes.
    codes: BTreeMap<&'d str, Vec<&'d Element<'d>>>,
}

impl<'d> Names<'d> {
    fn new(document: &'d Document<'d>, index: &'d Index<'d>) -> Self {
        let of_kind = |kind| index.iter().filter(move |element: &&Element<'_>| element.kind() == kind);
        let operations: Vec<_> = of_kind(ElementKind::Operation).collect();
        let ids = operations.iter().filter_map(|operation| Some((text(operation, "operationId")?, *operation)));
        let by_id = ids.collect();
        let named = |schema: &'d Element<'d>| {
            let name = schema.pointer().strip_prefix("/components/schemas/")?;
            (!name.contains('/')).then(|| (unescape(name), schema))
        };
        let schemas = of_kind(ElementKind::Schema).filter_map(named).collect();
        let mut codes: BTreeMap<&str, Vec<&Element<'_>>> = BTreeMap::new();
        for code in of_kind(ElementKind::ErrorCode) {
            codes.entry(text(code, "group").unwrap_or_default()).or_default().push(code);
        }
        Self { document, provenance: Provenance::new(document, index), operations, by_id, schemas, codes }
    }

    fn operation(&self, id: &str) -> Option<&'d Element<'d>> {
        self.by_id.get(id).copied()
    }

    /// The facts of a place: a JSON pointer, an operation, a schema, or a group of error codes.
    fn place(&self, name: &str) -> Option<Facts> {
        if name.starts_with('/') {
            return self.provenance.facts_at(name);
        }
        let operation = self.operation(name).map(|operation| self.provenance.facts_of_operation(operation));
        let schema = || self.schemas.get(name).map(|schema| self.provenance.facts_of_schema(schema));
        let codes = || {
            let codes = self.codes.get(name)?;
            Some(codes.iter().map(|code| self.provenance.fact(code.pointer())).collect())
        };
        operation.or_else(schema).or_else(codes)
    }

    fn facts(&self, record: &Record<'_>) -> Facts {
        let operations = record.operations.iter().filter_map(|name| self.operation(name.text));
        let mut facts: Facts = operations.flat_map(|operation| self.provenance.facts_of_operation(operation)).collect();
        facts.extend(record.places.iter().filter_map(|name| self.place(name.text)).flatten());
        facts
    }
}

fn text<'d>(element: &Element<'d>, key: &str) -> Option<&'d str> {
    element.node().get(key)?.as_str()
}

/// The first tag of an operation.
fn tag<'d>(operation: &Element<'d>) -> Option<&'d str> {
    operation.node().get("tags")?.sequence().first()?.as_str()
}

struct Check<'s, 'd> {
    source: &'s Source,
    names: &'s Names<'d>,
    problems: Vec<Diagnostic>,
}

impl Check<'_, '_> {
    fn report(&mut self, code: Code, node: &Node<'_>, pointer: &str, message: String, help: String) {
        let place = self.source.location(node.span(), pointer);
        self.problems.push(Diagnostic::new(code, place, message, help));
    }

    /// Checks that a page and its operations agree.
    fn page(&mut self, page: &Record<'_>) {
        for name in &page.operations {
            let Some(operation) = self.names.operation(name.text) else { continue };
            let expected = page.text("tag").map(str::to_owned).or_else(|| page.texts("folder").into_iter().next());
            if let (Some(expected), Some(tag)) = (expected, tag(operation))
                && expected != tag
            {
                let message = format!("`{}` has the tag `{tag}`, but its page is in `{expected}`", name.text);
                let help =
                    "correct the folder here, or `tags` of the operation; `tag` here names another tag".to_owned();
                self.report(Code::WrongValue, name.node, &name.pointer, message, help);
            }
            let documented = operation.node().get("externalDocs").and_then(|docs| docs.get("url")?.as_str());
            if documented != page.text("address") {
                let node = page.node.get("address").unwrap_or(name.node);
                let (message, help) = match documented {
                    Some(documented) => (
                        format!("`externalDocs` of `{}` has the address {documented}", name.text),
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

    /// Checks that all names of a record exist.
    fn names(&mut self, record: &Record<'_>) {
        for name in &record.operations {
            if self.names.operation(name.text).is_none() {
                let help = match nearest(name.text, self.names.by_id.keys().copied()) {
                    Some(similar) => format!("did you mean `{similar}`?"),
                    None => "write the `operationId` of an operation of the specification".to_owned(),
                };
                let message = format!("the specification has no operation `{}`", name.text);
                self.report(Code::DanglingRef, name.node, &name.pointer, message, help);
            }
        }
        for name in &record.places {
            if self.names.place(name.text).is_none() {
                self.no_place(name);
            }
        }
    }

    fn no_place(&mut self, name: &Name<'_>) {
        let names = self.names;
        let help = if name.text.starts_with('/') {
            let (last, key) = dead_end(names.document.tree(), name.text);
            match nearest(&key, last.mapping().iter().map(|entry| entry.key())) {
                Some(similar) => format!("there is no `{key}`; did you mean `{similar}`?"),
                None => format!("there is no `{key}` in {}", last.kind()),
            }
        } else {
            let schemas = names.schemas.keys().map(String::as_str);
            let known = names.by_id.keys().chain(names.codes.keys()).copied().chain(schemas);
            match nearest(name.text, known) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => "a place is a JSON pointer, an `operationId`, the name of a schema, or a group of \
                         `x-error-codes`"
                    .to_owned(),
            }
        };
        let message = format!("the specification has no place `{}`", name.text);
        self.report(Code::DanglingRef, name.node, &name.pointer, message, help);
    }
}

/// The last existing node on the path of an unresolved JSON pointer, and the missing key.
fn dead_end<'d>(root: &'d Node<'d>, pointer: &str) -> (&'d Node<'d>, String) {
    let mut path = pointer;
    while let Some((parent, token)) = path.rsplit_once('/') {
        if let Some(node) = root.find(parent) {
            return (node, unescape(token));
        }
        path = parent;
    }
    (root, String::new())
}

/// Operations that no page names.
fn without_page(
    document: &Document<'_>,
    directory: &str,
    names: &Names<'_>,
    records: &Directory<'_>,
) -> Vec<Diagnostic> {
    let records = records.pages.iter().chain(&records.unlisted);
    let listed: Vec<&str> = records.flat_map(|record| &record.operations).map(|name| name.text).collect();
    let mut problems = Vec::new();
    for operation in &names.operations {
        let id = text(operation, "operationId");
        if id.is_some_and(|id| listed.contains(&id)) {
            continue;
        }
        let (message, help) = match id {
            Some(id) => (
                format!("the operation `{id}` is on no page of {directory}"),
                "add it to `operations` of its page there, or to `unlisted` with a reason",
            ),
            None => (
                format!("this operation has no `operationId`, so it is on no page of {directory}"),
                "add an `operationId` here, and add it to its page there",
            ),
        };
        problems.push(Diagnostic::new(Code::MissingKey, document.location(operation), message, help));
    }
    problems
}

fn assembled(directory: Directory<'_>, names: &Names<'_>, problems: Vec<Diagnostics>) -> Report {
    let mut total = Facts::new();
    let mut groups: Vec<(Group, Facts)> = Vec::new();
    for record in &directory.pages {
        let facts = names.facts(record);
        total.extend(facts.clone());
        let name = group(record, names);
        let page = Page {
            title: record.text("title").unwrap_or_default().to_owned(),
            chinese: record.text("chinese").map(str::to_owned),
            kind: record.kind(),
            address: record.text("address").map(str::to_owned),
            covered: covered(record, names),
            gaps: record.texts("gaps"),
        };
        match groups.iter_mut().find(|(group, _)| group.name == name) {
            Some((group, known)) => {
                group.pages.push(page);
                known.extend(facts);
            }
            None => groups.push((Group { name, pages: vec![page], counts: Counts::default() }, facts)),
        }
    }
    let mut unlisted_facts = Facts::new();
    let mut unlisted = Vec::new();
    for record in &directory.unlisted {
        unlisted_facts.extend(names.facts(record));
        let reason = record.text("reason").unwrap_or_default().to_owned();
        unlisted.push(Unlisted { covered: covered(record, names), reason });
    }
    total.extend(unlisted_facts.clone());
    Report {
        title: directory.title,
        groups: groups
            .into_iter()
            .map(|(group, facts)| Group { counts: provenance::counts(&facts), ..group })
            .collect(),
        unlisted,
        unlisted_counts: provenance::counts(&unlisted_facts),
        total: provenance::counts(&total),
        problems,
    }
}

/// The outermost folder of a page; without a folder, the tag of its operation.
fn group(record: &Record<'_>, names: &Names<'_>) -> String {
    let folder = record.texts("folder").into_iter().next();
    let operation_tag = || tag(names.operation(record.operations.first()?.text)?).map(str::to_owned);
    folder.or_else(operation_tag).unwrap_or_else(|| "Without a folder".to_owned())
}

fn covered(record: &Record<'_>, names: &Names<'_>) -> Covered {
    let known = |name: &Name<'_>| Some((name.text.to_owned(), provenance::of_operation(names.operation(name.text)?)));
    let operations: Vec<_> = record.operations.iter().filter_map(known).collect();
    let places: Vec<_> =
        record.places.iter().filter(|name| names.place(name.text).is_some()).map(|name| name.text.to_owned()).collect();
    match record.text("waived") {
        _ if !operations.is_empty() => Covered::Operations(operations),
        Some(reason) => Covered::Waived(reason.to_owned(), places),
        None if !places.is_empty() => Covered::Places(places),
        None => Covered::Missing,
    }
}
