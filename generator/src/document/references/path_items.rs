//! References where OpenAPI has no components for their targets: paths and callbacks.
//!
//! In: the trees of a third-party document and its files. Out: paths that contain copies of their targets, and callbacks
//! without references.

use super::{CHAIN, Trees, members_of};
use crate::document::limits;
use crate::document::node::{Entry, Node, Size, Value};
use crate::document::pointer::escape;

impl<'a> Trees<'_, 'a> {
    /// Copies the target of each path that is a reference to the path, which keeps its own keys. A circular reference is
    /// left unchanged, and so are all references after the copies have exceeded the size limit of a document.
    pub(super) fn copy_path_items(&mut self) {
        let is_reference = |(_, entry): &(usize, &Entry<'_>)| entry.node.get("$ref").is_some();
        let items = self.document.get("paths").map(Node::mapping).unwrap_or_default();
        let items: Vec<usize> = items.iter().enumerate().filter(is_reference).map(|(index, _)| index).collect();
        let mut copied = 0;
        for index in items {
            for _ in 0..CHAIN {
                let Some(target) = self.target_of_path(index) else { break };
                copied += Size::of(target).nodes;
                if copied > limits::NODES {
                    return;
                }
                let Value::Mapping(members) = target.value.clone() else { break };
                let Some(own) = self.path_item(index) else { break };
                own.retain(|entry| entry.key != "$ref");
                for member in members {
                    if !own.iter().any(|entry| entry.key == member.key) {
                        own.push(member);
                    }
                }
            }
        }
    }

    /// The target of the path at an index; `None` if it is that path.
    fn target_of_path(&self, index: usize) -> Option<&Node<'a>> {
        let entry = self.document.get("paths")?.mapping().get(index)?;
        let (file, pointer) = self.place(entry.node.reference()?)?;
        let is_itself = file.is_empty() && pointer == format!("/paths/{}", escape(&entry.key));
        self.tree(&file)?.find(&pointer).filter(|_| !is_itself)
    }

    /// The members of the path at an index.
    fn path_item(&mut self, index: usize) -> Option<&mut Vec<Entry<'a>>> {
        let Value::Mapping(root) = &mut self.document.value else { return None };
        match &mut members_of(root, "paths")?.get_mut(index)?.node.value {
            Value::Mapping(members) => Some(members),
            _ => None,
        }
    }
}

/// Empties callbacks that are references: the client uses no callbacks, and `openapiv3` does not accept references there.
pub(in crate::document) fn empty_callbacks(document: &mut Node<'_>) {
    let Value::Mapping(root) = &mut document.value else { return };
    let Some(paths) = root.iter_mut().find(|entry| entry.key == "paths") else { return };
    for item in members(&mut paths.node) {
        for operation in members(&mut item.node) {
            let callbacks = members(&mut operation.node).iter_mut().find(|entry| entry.key == "callbacks");
            for callback in callbacks.into_iter().flat_map(|callbacks| members(&mut callbacks.node)) {
                if callback.node.get("$ref").is_some() {
                    callback.node.value = Value::Mapping(Vec::new());
                }
            }
        }
    }
}

fn members<'n, 'a>(node: &'n mut Node<'a>) -> &'n mut [Entry<'a>] {
    match &mut node.value {
        Value::Mapping(entries) => entries,
        Value::Scalar(_) | Value::Sequence(_) => &mut [],
    }
}
