//! Validation of references: each refers to an existing component of the right kind.
//!
//! In: a `$ref` and the kind of object that is allowed in its place. Out: a problem if the target does not exist, has
//! another kind, or is in a file that cannot be used.

use super::{Checker, a, plural};
use crate::diagnostic::Code;
use crate::document::files;
use crate::document::node::{Entry, Node, Value};
use crate::document::pointer::{PointerRef, escape, unescape};
use crate::document::vocabulary::{self, Object, ValueType};
use crate::suggest::nearest;

/// The problem of a reference into a file that was read.
const NOT_FOUND: &str = "that has no such object, or it is too many references or copies away";

impl<'s> Checker<'s> {
    pub(super) fn reference(&mut self, node: &Node<'_>, reference: &Entry<'_>, object: &Object, at: PointerRef<'_>) {
        match reference.node.as_str() {
            Some(target) => self.target(target, reference, object, at.key("$ref")),
            None => self.value(&reference.node, &ValueType::Text, at.key("$ref")),
        }
        // Third-party documents often have siblings, which the standard ignores. In this repository's specification a
        // sibling would look effective.
        if let (Value::Mapping(entries), true) = (&node.value, self.policy.refuses_unused_keys) {
            for entry in entries.iter().filter(|entry| entry.key != "$ref") {
                self.report_with(
                    Code::RefSibling,
                    (entry.key_span.clone(), at.key(&entry.key)),
                    format!("`{}` is next to `$ref`, where OpenAPI 3.0 ignores it", entry.key),
                    "write `allOf: [{$ref: …}]`, and the other keys next to `allOf`".to_owned(),
                    (reference.key_span.clone(), at.key("$ref"), "the reference"),
                );
            }
        }
    }

    /// Checks that the target of a reference exists, and has the expected kind.
    pub(super) fn target(&mut self, target: &str, reference: &Entry<'_>, object: &Object, at: PointerRef<'_>) {
        let Some(section) = vocabulary::section(object) else { return };
        let prefix = format!("#/components/{section}/");
        let direct = target.strip_prefix(&prefix).filter(|name| !name.contains('/')).map(unescape);
        if direct.as_deref().is_some_and(|name| self.components.contains(&(section, name))) {
            return;
        }
        let members = self.root.get("components").and_then(|components| components.get(section));
        // Comparing all names is slow, and suggestions for the first problems are sufficient.
        let members = members.filter(|_| self.suggests()).map(Node::mapping).unwrap_or_default();
        let names = members.iter().map(|entry| &*entry.key);
        // The pointer can be misspelled, too, so only its last token is compared.
        let end = direct.clone().unwrap_or_else(|| unescape(target.rsplit('/').next().unwrap_or_default()));
        let suggestion = nearest(&end, names).map(|name| format!("did you mean `{prefix}{}`?", escape(name)));
        let pointer = target.strip_prefix('#').filter(|_| direct.is_none());
        let exists = pointer.is_some_and(|pointer| self.root.find(pointer).is_some());
        let file = self.file_of(target, reference);
        let (code, message, help) = if let Some((code, why)) = file {
            let help = "move the target into the document, or into a file of its folder";
            (code, format!("`{target}` refers to a file {why}"), help.to_owned())
        } else if direct.is_some() {
            (Code::DanglingRef, format!("`{target}` does not exist"), format!("add `{end}` to `components/{section}`"))
        } else if target.starts_with('#') && !exists {
            (Code::DanglingRef, format!("`{target}` does not exist"), format!("{} are in `{prefix}`", plural(object)))
        } else {
            let help = format!("move the target to `components/{section}` and write `{prefix}…`");
            (Code::Unsupported, format!("`{target}` does not refer to {} of this document", a(object)), help)
        };
        // An existing target is intended, even though it cannot be used, so no other name is suggested.
        let help = if exists || file.is_some() { help } else { suggestion.unwrap_or(help) };
        self.report(code, reference.node.span.clone(), at, message, help);
    }

    /// Why a reference into another file cannot be used, if the file is the reason.
    pub(super) fn file_of(&self, target: &str, reference: &Entry<'_>) -> Option<(Code, &'s str)> {
        let from = self.source.path_of(reference.node.span.start).unwrap_or_default();
        if target.starts_with('#') {
            return None;
        }
        // References to files that were not read are as they are written; the others are relative to the document.
        match files::resolve(self.source.name(), from, target).0 {
            files::Target::Remote => {
                return Some((Code::Unsupported, "of another machine, and the generator uses no network"));
            }
            files::Target::File(path) => {
                if let Some(why) = self.source.unread(&path) {
                    let code = if why.contains("cannot be read") { Code::DanglingRef } else { Code::Unsupported };
                    return Some((code, why));
                }
            }
            files::Target::Document => {}
        }
        // `references` moves every existing target to the components, so this one does not exist.
        let files::Target::File(path) = files::resolve(self.source.name(), "", target).0 else { return None };
        self.source.files().any(|(known, ..)| known == path).then_some((Code::DanglingRef, NOT_FOUND))
    }
}
