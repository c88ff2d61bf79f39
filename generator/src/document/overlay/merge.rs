//! Merging of two values by the rules of the Overlay Specification.
//!
//! In: a node of the document, and the node that an action adds to it. Out: the merged node, whose parts keep the locations
//! in their files; or the two values that cannot be merged.

use std::collections::HashMap;

use super::json_path::{Budget, Exhausted};
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::document::limits;
use crate::document::node::{Node, Value};
use crate::document::pointer::PointerRef;

/// The type of a node, as the Overlay Specification distinguishes them.
pub(super) fn kind(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Scalar(_) => "a scalar",
        Value::Sequence(_) => "an array",
        Value::Mapping(_) => "an object",
    }
}

/// Merges one value.
pub(super) struct Merge<'s, 'b> {
    pub(super) source: &'s Source,
    pub(super) budget: &'b mut Budget,
    /// Version 1.1: an array that is added to an array is concatenated, and a scalar replaces a scalar.
    pub(super) extends_lists: bool,
}

/// Why values are not merged; `None` if the size limit is exceeded.
type Merged = Result<(), Option<Box<Diagnostic>>>;

impl<'s> Merge<'s, '_> {
    /// Merges the value of an action into a selected node. `at` is the location of the value.
    pub(super) fn target(&mut self, target: &mut Node<'s>, update: &Node<'s>, at: PointerRef<'_>) -> Merged {
        match (&mut target.value, &update.value) {
            (Value::Sequence(items), value) => {
                match value {
                    Value::Sequence(added) if self.extends_lists => items.extend(added.iter().cloned()),
                    _ => items.push(update.clone()),
                }
                self.check_members(items.len(), update, at)
            }
            (Value::Scalar(_), Value::Scalar(_)) if !self.extends_lists => {
                let message = "version 1.0 of overlays changes objects and arrays only".to_owned();
                let help = "write `overlay: 1.1.0`, or update the object that the scalar is in".to_owned();
                Err(Some(Box::new(self.problem(update, at, message, help))))
            }
            _ => self.merge(target, update, at),
        }
    }

    fn merge(&mut self, target: &mut Node<'s>, update: &Node<'s>, at: PointerRef<'_>) -> Merged {
        match (&mut target.value, &update.value) {
            (Value::Mapping(entries), Value::Mapping(added)) => {
                self.budget.spend(entries.len() + added.len()).map_err(|Exhausted| None)?;
                let known: HashMap<String, usize> =
                    entries.iter().enumerate().map(|(index, entry)| (entry.key.to_string(), index)).collect();
                for addition in added {
                    let Some(entry) = known.get(&*addition.key).and_then(|index| entries.get_mut(*index)) else {
                        entries.push(addition.clone());
                        continue;
                    };
                    self.merge(&mut entry.node, &addition.node, at.key(&addition.key))?;
                    if matches!(addition.node.value, Value::Scalar(_)) {
                        // A problem of the value is one of the overlay.
                        entry.key_span = addition.key_span.clone();
                    }
                }
                self.check_members(entries.len(), update, at)
            }
            (Value::Sequence(items), Value::Sequence(added)) => {
                items.extend(added.iter().cloned());
                self.check_members(items.len(), update, at)
            }
            (Value::Scalar(_), Value::Scalar(_)) => {
                *target = update.clone();
                Ok(())
            }
            _ => {
                let message = format!("{} cannot be merged with {}", kind(update), kind(target));
                let help = "remove the value with an action before, and add the new one then".to_owned();
                let problem = self.problem(update, at, message, help);
                let there = self.source.location(target.span.clone(), "");
                Err(Some(Box::new(problem.with_note(there, "the value of the document"))))
            }
        }
    }

    fn problem(&self, update: &Node<'_>, at: PointerRef<'_>, message: String, help: String) -> Diagnostic {
        Diagnostic::new(Code::Overlay, self.source.location(update.span.clone(), at.pointer()), message, help)
    }

    fn check_members(&self, members: usize, update: &Node<'_>, at: PointerRef<'_>) -> Merged {
        if members <= limits::MEMBERS {
            return Ok(());
        }
        let what = "with this, the value has more members";
        Err(Some(limits::too_large(self.source, update.span.start, at, what, limits::MEMBERS)))
    }
}
