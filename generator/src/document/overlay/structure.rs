//! Validation of the structure of an overlay.
//!
//! In: the tree of an overlay. Out: its actions in order, or all structural errors.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::document::node::{Entry, Node, Value};
use crate::document::pointer::PointerRef;
use crate::suggest::did_you_mean;

/// A valid overlay.
pub(super) struct Overlay<'o, 's> {
    /// Whether this is version 1.1, in which an array that is added to an array is concatenated.
    pub(super) extends_lists: bool,
    pub(super) actions: Vec<Action<'o, 's>>,
}

/// A change of all nodes that a target selects.
pub(super) struct Action<'o, 's> {
    pub(super) target: LocatedString<'o>,
    pub(super) modifier: Modifier<'o, 's>,
}

pub(super) enum Modifier<'o, 's> {
    Remove,
    /// The value, and its location in the overlay.
    Update(&'o Node<'s>, String),
    Copy(LocatedString<'o>),
    /// Only `remove: false`.
    None,
}

/// A string of an overlay, and its location.
pub(super) struct LocatedString<'o> {
    pub(super) text: &'o str,
    pub(super) span: Range<usize>,
    pub(super) pointer: String,
}

/// Reads an overlay.
pub(super) fn read<'o, 's>(source: &Source, root: &'o Node<'s>) -> Result<Overlay<'o, 's>, Vec<Diagnostic>> {
    let mut checker = StructureChecker { source, problems: Vec::new() };
    let overlay = checker.overlay(root);
    if checker.problems.is_empty() { Ok(overlay) } else { Err(checker.problems) }
}

struct StructureChecker<'o> {
    source: &'o Source,
    problems: Vec<Diagnostic>,
}

impl StructureChecker<'_> {
    fn report(&mut self, span: Range<usize>, at: PointerRef<'_>, message: String, help: impl Into<String>) {
        self.problems.push(Diagnostic::new(Code::Overlay, self.source.location(span, at.pointer()), message, help));
    }

    fn overlay<'o, 's>(&mut self, root: &'o Node<'s>) -> Overlay<'o, 's> {
        let at = PointerRef::ROOT;
        if !root.is_mapping() {
            let message = format!("an overlay is a mapping, this is {}", root.kind());
            self.report(root.span(), at, message, "write `overlay: 1.1.0`, `info` and `actions`");
            return Overlay { extends_lists: true, actions: Vec::new() };
        }
        self.check_keys(root, "an overlay", &["overlay", "info", "extends", "actions"], at);
        let version = self.version(root);
        if let Some(info) = self.required(root, "info", at) {
            if info.node.is_mapping() {
                self.check_keys(&info.node, "`info`", &["title", "version", "description"], at.key("info"));
                for key in ["title", "version"] {
                    if let Some(entry) = self.required(&info.node, key, at.key("info")) {
                        self.text(entry, at.key("info").key(key));
                    }
                }
            } else {
                let message = format!("`info` is a mapping, this is {}", info.node.kind());
                self.report(shown(info), at.key("info"), message, "write `title` and `version`");
            }
        }
        if let Some(extends) = root.entry("extends") {
            self.text(extends, at.key("extends"));
        }
        let actions = match self.required(root, "actions", at).map(|entry| (entry, &entry.node.value)) {
            Some((_, Value::Sequence(items))) if !items.is_empty() => {
                let list = at.key("actions");
                let read = |(index, item)| self.action(item, &version, list.index(index));
                items.iter().enumerate().filter_map(read).collect()
            }
            Some((entry, _)) => {
                let message = format!("`actions` is a list with an entry or more, this is {}", entry.node.kind());
                self.report(shown(entry), at.key("actions"), message, "write an action with `target` and `update`");
                Vec::new()
            }
            None => Vec::new(),
        };
        Overlay { extends_lists: version != Version::V1_0, actions }
    }

    fn version(&mut self, root: &Node<'_>) -> Version {
        let at = PointerRef::ROOT;
        let Some(entry) = self.required(root, "overlay", at) else { return Version::V1_1 };
        let text = entry.node.as_str().unwrap_or_default();
        let is_version = |minor: &str| {
            let patch = text.strip_prefix(minor);
            entry.node.is_string()
                && patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if is_version("1.1.") {
            return Version::V1_1;
        }
        if is_version("1.0.") {
            return Version::V1_0;
        }
        let message = "this version of overlays is not supported; 1.0.x and 1.1.x are".to_owned();
        self.report(shown(entry), at.key("overlay"), message, "write `overlay: 1.1.0`");
        Version::V1_1
    }

    fn action<'o, 's>(&mut self, item: &'o Node<'s>, version: &Version, at: PointerRef<'_>) -> Option<Action<'o, 's>> {
        if !item.is_mapping() {
            let message = format!("an action is a mapping, this is {}", item.kind());
            self.report(item.span(), at, message, "write `target`, and `update`, `copy` or `remove`");
            return None;
        }
        self.check_keys(item, "an action", &["target", "description", "update", "copy", "remove"], at);
        if let Some(description) = item.entry("description") {
            self.text(description, at.key("description"));
        }
        let target = self.required(item, "target", at).and_then(|entry| self.text(entry, at.key("target")));
        let copy = item.entry("copy");
        let removes = item.entry("remove").map(|entry| (entry, entry.node.json().as_bool()));
        if let Some((entry, None)) = removes {
            let message = format!("`remove` is `true` or `false`, this is {}", entry.node.kind());
            self.report(shown(entry), at.key("remove"), message, "write `remove: true`");
        }
        if let (Version::V1_0, Some(entry)) = (version, copy) {
            let message = "`copy` is a key of version 1.1 of overlays".to_owned();
            self.report(entry.key_span(), at.key("copy"), message, "write `overlay: 1.1.0`");
        }
        let modifier = match (removes, item.entry("update"), copy) {
            (Some((_, Some(true))), ..) => Modifier::Remove,
            (_, Some(update), Some(copy)) => {
                let message = "an action has either `update` or `copy`".to_owned();
                let problem = Diagnostic::new(
                    Code::Overlay,
                    self.source.location(copy.key_span(), at.key("copy").pointer()),
                    message,
                    "write an action for each",
                );
                let other = self.source.location(update.key_span(), at.key("update").pointer());
                self.problems.push(problem.with_note(other, "the other one"));
                return None;
            }
            (_, Some(update), None) => Modifier::Update(&update.node, at.key("update").pointer()),
            (_, None, Some(copy)) => Modifier::Copy(self.text(copy, at.key("copy"))?),
            (Some(_), None, None) => Modifier::None,
            (None, None, None) => {
                let message = "this action changes nothing".to_owned();
                self.report(item.span(), at, message, "add `update`, `copy` or `remove: true`");
                return None;
            }
        };
        Some(Action { target: target?, modifier })
    }

    fn check_keys(&mut self, node: &Node<'_>, what: &str, known: &[&str], at: PointerRef<'_>) {
        for entry in node.mapping() {
            if entry.key.starts_with("x-") || known.contains(&&*entry.key) {
                continue;
            }
            let message = format!("`{}` is not a key of {what}", entry.key);
            let help = did_you_mean(&entry.key, known.iter().copied(), || format!("it may have: {}", known.join(", ")));
            self.report(entry.key_span(), at.key(&entry.key), message, help);
        }
    }

    fn required<'o, 's>(&mut self, node: &'o Node<'s>, key: &str, at: PointerRef<'_>) -> Option<&'o Entry<'s>> {
        let entry = node.entry(key);
        if entry.is_none() {
            let span = node.span();
            self.report(span, at, format!("`{key}` is missing"), format!("add `{key}: …`; it must be there"));
        }
        entry
    }

    fn text<'o>(&mut self, entry: &'o Entry<'_>, at: PointerRef<'_>) -> Option<LocatedString<'o>> {
        match entry.node.as_str().filter(|_| entry.node.is_string()) {
            Some(text) => Some(LocatedString { text, span: shown(entry), pointer: at.pointer() }),
            None => {
                let message = format!("a string was expected, this is {}", entry.node.kind());
                self.report(shown(entry), at, message, "write a string; put quotes around a number");
                None
            }
        }
    }
}

#[derive(PartialEq, Eq)]
enum Version {
    V1_0,
    V1_1,
}

/// The span of a value, or of its key if the value is empty.
fn shown(entry: &Entry<'_>) -> Range<usize> {
    if entry.node.span.is_empty() { entry.key_span() } else { entry.node.span() }
}
