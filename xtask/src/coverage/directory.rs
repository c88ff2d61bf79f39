//! The directory of the published pages in `spec/directory.yaml`.
//!
//! In: its text. Out: its pages, each with its place; or the problems of the file itself. [`super`] checks the names
//! against the specification.

use std::collections::HashMap;
use std::hash::Hash;

use flighthub2_generator::document::{Node, escape};
use flighthub2_generator::{Code, Diagnostic, Source};

/// The kind of a page of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// It describes one call.
    Operation,
    /// It explains how to combine calls.
    Tutorial,
    /// It is a reference table.
    Reference,
}

impl PageKind {
    pub(super) const ALL: &'static [Self] = &[Self::Operation, Self::Tutorial, Self::Reference];

    /// Its name in the directory.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Tutorial => "tutorial",
            Self::Reference => "reference",
        }
    }
}

/// A page, or an entry of `unlisted`.
#[derive(Debug)]
pub(super) struct Record<'t> {
    pub(super) node: &'t Node<'t>,
    /// JSON pointer of the record.
    pub(super) pointer: String,
    pub(super) operations: Vec<Name<'t>>,
    pub(super) places: Vec<Name<'t>>,
}

/// A name in a record that refers to the specification.
#[derive(Clone, Debug)]
pub(super) struct Name<'t> {
    pub(super) text: &'t str,
    pub(super) node: &'t Node<'t>,
    pub(super) pointer: String,
}

impl<'t> Record<'t> {
    fn read(node: &'t Node<'t>, pointer: String) -> Self {
        let names = |key: &str| -> Vec<Name<'t>> {
            let named = node.get(key).map(Node::sequence).unwrap_or_default().iter().enumerate();
            let name = |(index, item): (usize, &'t Node<'t>)| {
                Some(Name { text: item.as_str()?, node: item, pointer: format!("{pointer}/{key}/{index}") })
            };
            named.filter_map(name).collect()
        };
        Self { node, operations: names("operations"), places: names("places"), pointer }
    }

    pub(super) fn text(&self, key: &str) -> Option<&'t str> {
        self.node.get(key)?.as_str()
    }

    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let list = self.node.get(key).map(Node::sequence).unwrap_or_default();
        list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    pub(super) fn kind(&self) -> PageKind {
        let named = |kind: &PageKind| self.text("kind") == Some(kind.as_str());
        PageKind::ALL.iter().copied().find(named).unwrap_or(PageKind::Operation)
    }
}

/// The records of the file: pages, and entries of `unlisted`.
#[derive(Debug)]
pub(super) struct Directory<'t> {
    pub(super) title: String,
    pub(super) pages: Vec<Record<'t>>,
    pub(super) unlisted: Vec<Record<'t>>,
}

/// The records of a valid tree, and their own problems.
pub(super) fn read<'t>(source: &Source, tree: &'t Node<'t>) -> (Directory<'t>, Vec<Diagnostic>) {
    let records = |key: &str| -> Vec<Record<'t>> {
        let nodes = tree.get(key).map(Node::sequence).unwrap_or_default().iter().enumerate();
        nodes.map(|(index, node)| Record::read(node, format!("/{key}/{index}"))).collect()
    };
    let title = tree.get("title").and_then(Node::as_str).unwrap_or_default().to_owned();
    let directory = Directory { title, pages: records("pages"), unlisted: records("unlisted") };
    let mut reader = Reader { source, problems: Vec::new() };
    reader.no_empty_text(tree, "");
    reader.each_once(&directory);
    directory.pages.iter().for_each(|page| reader.page(page));
    directory.unlisted.iter().for_each(|entry| reader.unlisted(entry));
    (directory, reader.problems)
}

struct Reader<'s> {
    source: &'s Source,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, code: Code, node: &Node<'_>, pointer: &str, message: &str, help: &str) {
        let place = self.source.location(node.span(), pointer);
        self.problems.push(Diagnostic::new(code, place, message, help));
    }

    /// An empty reason must not count as a reason.
    fn no_empty_text(&mut self, node: &Node<'_>, pointer: &str) {
        if node.as_str().is_some_and(|text| text.trim().is_empty()) {
            self.report(Code::WrongValue, node, pointer, "this text is empty", "write it, or remove the key");
        }
        for (index, item) in node.sequence().iter().enumerate() {
            self.no_empty_text(item, &format!("{pointer}/{index}"));
        }
        for entry in node.mapping() {
            self.no_empty_text(entry.node(), &format!("{pointer}/{}", escape(entry.key())));
        }
    }

    /// A page is listed once, and has a unique address; an operation is on one page.
    fn each_once(&mut self, directory: &Directory<'_>) {
        let mut pages = HashMap::new();
        let mut addresses = HashMap::new();
        let mut operations = HashMap::new();
        for record in directory.pages.iter().chain(&directory.unlisted) {
            if let Some(title) = record.node.get("title") {
                let page = (record.text("title"), record.texts("folder"));
                self.once(&mut pages, page, (title, &record.pointer, "/title"), "this page is listed twice");
            }
            if let (Some(node), Some(address)) = (record.node.get("address"), record.text("address")) {
                let place = (node, &*record.pointer, "/address");
                self.once(&mut addresses, address, place, "two pages with the same address");
            }
            for name in &record.operations {
                let message = format!("the operation `{}` is listed twice", name.text);
                self.once(&mut operations, name.text, (name.node, &name.pointer, ""), &message);
            }
        }
    }

    fn once<'n, 't, K: Eq + Hash>(
        &mut self,
        seen: &mut HashMap<K, &'n Node<'t>>,
        key: K,
        (node, pointer, key_of_pointer): (&'n Node<'t>, &str, &str),
        message: &str,
    ) {
        match seen.get(&key) {
            Some(first) => {
                let place = |node: &Node<'_>| self.source.location(node.span(), format!("{pointer}{key_of_pointer}"));
                let problem = Diagnostic::new(Code::DuplicateName, place(node), message, "remove one of the two");
                self.problems.push(problem.with_note(place(first), "first here"));
            }
            None => {
                seen.insert(key, node);
            }
        }
    }

    fn page(&mut self, page: &Record<'_>) {
        let operation = page.kind() == PageKind::Operation;
        let covered = if operation { !page.operations.is_empty() } else { !page.places.is_empty() };
        let (expected, foreign) = if operation { ("operations", "places") } else { ("places", "operations") };
        match (covered, page.node.entry("waived")) {
            (false, None) => {
                let help = format!("add `{expected}:` with its parts of the specification, or `waived:` with a reason");
                let message = "this page is neither covered nor waived";
                self.report(Code::MissingKey, page.node, &page.pointer, message, &help);
            }
            (true, Some(waived)) if operation => {
                let pointer = format!("{}/waived", page.pointer);
                let help = "remove `waived`; list the missing facts in `gaps`";
                self.report(
                    Code::WrongValue,
                    waived.node(),
                    &pointer,
                    "this page is covered, so a waiver is not allowed",
                    help,
                );
            }
            _ => {}
        }
        if let Some(entry) = page.node.entry(foreign) {
            let message = format!("`{foreign}` on a page of the kind `{}`", page.kind().as_str());
            let help = "pages of the kind `operation` have `operations`, others have `places`";
            self.report(Code::WrongValue, entry.node(), &format!("{}/{foreign}", page.pointer), &message, help);
        }
        if let (Some(node), Some(address)) = (page.node.get("address"), page.text("address"))
            && !address.starts_with("https://")
        {
            let pointer = format!("{}/address", page.pointer);
            self.report(
                Code::WrongValue,
                node,
                &pointer,
                "this is not the address of a page",
                "begin it with `https://`",
            );
        }
    }

    fn unlisted(&mut self, entry: &Record<'_>) {
        if entry.operations.is_empty() && entry.places.is_empty() {
            let help = "add `operations:` or `places:`, or remove the entry";
            let message = "this entry has neither operations nor places";
            self.report(Code::MissingKey, entry.node, &entry.pointer, message, help);
        }
    }
}
