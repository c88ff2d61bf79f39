//! The schema of `spec/directory.yaml`: its keys, and the type of each value.
//!
//! In: the tree of the file. Out: the violations of the schema.

use std::ops::Range;

use flighthub2_generator::document::{Entry, Node, escape};
use flighthub2_generator::suggest::did_you_mean;
use flighthub2_generator::{Code, Diagnostic, Source};

use super::directory::PageKind;

/// The type of a value.
enum ValueType {
    Text,
    Texts,
    OneOf(&'static [PageKind]),
    Records(&'static Record),
}

/// A kind of mapping: its name in messages, and its keys.
struct Record {
    name: &'static str,
    keys: &'static [Key],
}

struct Key {
    name: &'static str,
    required: bool,
    value: ValueType,
}

const fn required(name: &'static str, value: ValueType) -> Key {
    Key { name, required: true, value }
}

const fn optional(name: &'static str, value: ValueType) -> Key {
    Key { name, required: false, value }
}

static DIRECTORY: Record = Record {
    name: "directory",
    keys: &[
        required("title", ValueType::Text),
        required("address", ValueType::Text),
        required("pages", ValueType::Records(&PAGE)),
        optional("unlisted", ValueType::Records(&UNLISTED)),
    ],
};

static PAGE: Record = Record {
    name: "page of the directory",
    keys: &[
        required("title", ValueType::Text),
        optional("chinese", ValueType::Text),
        required("folder", ValueType::Texts),
        optional("tag", ValueType::Text),
        required("kind", ValueType::OneOf(PageKind::ALL)),
        optional("address", ValueType::Text),
        optional("operations", ValueType::Texts),
        optional("places", ValueType::Texts),
        optional("waived", ValueType::Text),
        optional("gaps", ValueType::Texts),
    ],
};

static UNLISTED: Record = Record {
    name: "entry of `unlisted`",
    keys: &[
        optional("operations", ValueType::Texts),
        optional("places", ValueType::Texts),
        required("reason", ValueType::Text),
    ],
};

/// The violations of the schema.
pub(super) fn check(source: &Source, tree: &Node<'_>) -> Vec<Diagnostic> {
    let mut checker = Checker { source, problems: Vec::new() };
    checker.record(tree, &DIRECTORY, "", 0..0);
    checker.problems
}

struct Checker<'s> {
    source: &'s Source,
    problems: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, code: Code, node: &Node<'_>, pointer: &str, message: String, help: String) {
        let place = self.source.location(node.span(), pointer);
        self.problems.push(Diagnostic::new(code, place, message, help));
    }

    /// A value of the wrong type. A missing value has no bytes to show, so its key is shown.
    fn wrong(&mut self, node: &Node<'_>, pointer: &str, expected: &str, key: Range<usize>) {
        let span = if node.span().is_empty() { key } else { node.span() };
        let message = format!("expected {expected}, found {}", node.kind());
        let place = self.source.location(span, pointer);
        self.problems.push(Diagnostic::new(Code::WrongValue, place, message, format!("write {expected}")));
    }

    fn record(&mut self, node: &Node<'_>, record: &Record, pointer: &str, key: Range<usize>) {
        if !node.is_mapping() {
            return self.wrong(node, pointer, "a mapping", key);
        }
        for entry in node.mapping() {
            let pointer = format!("{pointer}/{}", escape(entry.key()));
            match record.keys.iter().find(|key| key.name == entry.key()) {
                Some(key) => self.value(entry.node(), &key.value, &pointer, entry.key_span()),
                None => self.unknown(entry, record, pointer),
            }
        }
        for key in record.keys.iter().filter(|key| key.required && node.get(key.name).is_none()) {
            let message = format!("this {} has no `{}`", record.name, key.name);
            self.report(Code::MissingKey, node, pointer, message, format!("add `{}:`", key.name));
        }
    }

    fn unknown(&mut self, entry: &Entry<'_>, record: &Record, pointer: String) {
        let keys = record.keys.iter().map(|key| key.name);
        let help =
            did_you_mean(entry.key(), keys.clone(), || format!("allowed: {}", keys.collect::<Vec<_>>().join(", ")));
        let message = format!("`{}` is not a key of this {}", entry.key(), record.name);
        let place = self.source.location(entry.key_span(), pointer);
        self.problems.push(Diagnostic::new(Code::UnknownKey, place, message, help));
    }

    fn value(&mut self, node: &Node<'_>, value: &ValueType, pointer: &str, key: Range<usize>) {
        match value {
            ValueType::Text if node.is_string() => {}
            ValueType::Text => self.wrong(node, pointer, "a string", key),
            ValueType::OneOf(kinds) => self.one_of(node, kinds, pointer, key),
            ValueType::Texts | ValueType::Records(_) if !node.is_sequence() => {
                self.wrong(node, pointer, "a list", key);
            }
            ValueType::Texts => {
                for (index, item) in node.sequence().iter().enumerate() {
                    self.value(item, &ValueType::Text, &format!("{pointer}/{index}"), item.span());
                }
            }
            ValueType::Records(record) => {
                for (index, item) in node.sequence().iter().enumerate() {
                    self.record(item, record, &format!("{pointer}/{index}"), item.span());
                }
            }
        }
    }

    fn one_of(&mut self, node: &Node<'_>, kinds: &[PageKind], pointer: &str, key: Range<usize>) {
        let words = kinds.iter().map(|kind| kind.as_str());
        let list = || words.clone().collect::<Vec<_>>().join(", ");
        match node.as_str().filter(|_| node.is_string()) {
            Some(word) if words.clone().any(|known| known == word) => {}
            Some(word) => {
                let help = did_you_mean(word, words.clone(), || format!("the kinds are: {}", list()));
                self.report(Code::WrongValue, node, pointer, format!("`{word}` is not a kind of page"), help);
            }
            None => self.wrong(node, pointer, &format!("one of: {}", list()), key),
        }
    }
}
