//! Overlays: changes of a document in separate files.
//!
//! In: the tree of a document, and the texts of overlays (OpenAPI Overlay Specification 1.0 and 1.1). Out: the changed
//! tree, in which every node has the location in its file; or all errors of the first invalid overlay. This module does
//! not depend on OpenAPI.
//!
//! A target that selects no node is an error, although the Overlay Specification lets it succeed: an overlay corrects a
//! known document, and without a selected node the correction would be lost silently.

mod json_path;
mod merge;
mod structure;

use std::cmp::Reverse;
use std::collections::HashSet;

use super::limits;
use super::node::{Node, Size, Value};
use super::pointer::PointerRef;
use super::yaml;
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::suggest::nearest;
use json_path::{Budget, Exhausted, Invalid, Position, Query, Selector, at, select, select_first};
use merge::Merge;
use structure::{Action, LocatedString, Modifier};

/// The maximum number of nodes that the queries of all overlays visit: thousands of queries of a typical document,
/// twenty-five of the largest one.
const WORK: usize = 50_000_000;

/// Applies the overlays of a document, one after the other.
pub(super) fn apply<'s>(source: &'s Source, tree: &mut Node<'s>) -> Result<(), Vec<Diagnostic>> {
    let mut budget = Budget(WORK);
    let mut size = None;
    for (first, file) in source.overlays() {
        let problems = |problems: Vec<Diagnostic>| problems.into_iter().map(|problem| problem.moved(first)).collect();
        if let Some(problem) = limits::check(file) {
            return Err(problems(vec![problem]));
        }
        let mut root = yaml::parse(file, true).map_err(problems)?;
        root.shift(first);
        let overlay = structure::read(source, &root)?;
        // The document itself is counted once.
        let size = size.get_or_insert_with(|| Size::of(tree));
        let mut overlaying = Overlaying { source, budget: &mut budget, size, extends_lists: overlay.extends_lists };
        for action in &overlay.actions {
            overlaying.action(action, tree).map_err(|problem| vec![*problem])?;
        }
    }
    Ok(())
}

type Applied<T> = Result<T, Box<Diagnostic>>;

/// Applies the actions of one overlay.
struct Overlaying<'s, 'o> {
    source: &'s Source,
    budget: &'o mut Budget,
    /// The size of the document, including all additions.
    size: &'o mut Size,
    /// Whether an array that is added to an array is concatenated (1.1) or becomes one more item (1.0).
    extends_lists: bool,
}

impl<'s> Overlaying<'s, '_> {
    fn action(&mut self, action: &Action<'_, 's>, tree: &mut Node<'s>) -> Applied<()> {
        let query = self.query(&action.target)?;
        let mut positions = self.select(&query, &action.target, tree)?;
        if positions.is_empty() {
            let help = self.near(&query, &action.target, tree)?;
            let message = format!("`{}` selects nothing", action.target.text);
            return Err(self.problem(Code::OverlayTarget, &action.target, message, help));
        }
        positions.sort_unstable();
        positions.dedup();
        match &action.modifier {
            Modifier::Remove => self.remove(positions, action, tree),
            Modifier::Update(update, pointer) => self.update(positions, action, (update, pointer), tree),
            Modifier::Copy(from) => {
                let query = self.query(from)?;
                let sources = self.select(&query, from, tree)?;
                let [position] = sources.as_slice() else {
                    let message = format!("`{}` selects {} values", from.text, sources.len());
                    let help = "select the one value that is copied".to_owned();
                    return Err(self.problem(Code::OverlayTarget, from, message, help));
                };
                let Some(copied) = at(tree, position).cloned() else { return Ok(()) };
                self.update(positions, action, (&copied, &from.pointer), tree)
            }
            Modifier::None => Ok(()),
        }
    }

    fn query(&self, text: &LocatedString<'_>) -> Applied<Query> {
        Query::parse(text.text).map_err(|invalid| {
            let (message, help) = match invalid {
                Invalid::Syntax { expected, character } => (
                    format!("this is no JSONPath: at character {character}, {expected} was expected"),
                    "write one of RFC 9535, such as `$.paths['/pets'].get` or `$..[?@.operationId == 'listPets']`",
                ),
                Invalid::Function(name) => (
                    format!("the function `{name}` of JSONPath is not supported"),
                    "compare with `==`, or write an action for each value; regular expressions are not evaluated",
                ),
                Invalid::TooLong => {
                    ("this JSONPath has more than 4096 bytes".to_owned(), "write several actions instead")
                }
                Invalid::TooDeep => {
                    ("this JSONPath is nested more than 20 levels deep".to_owned(), "write several actions instead")
                }
            };
            self.problem(Code::JsonPath, text, message, help.to_owned())
        })
    }

    fn select(&mut self, query: &Query, text: &LocatedString<'_>, tree: &Node<'_>) -> Applied<Vec<Position>> {
        select(query, tree, self.budget).map_err(|Exhausted| self.exhausted(text))
    }

    fn exhausted(&self, text: &LocatedString<'_>) -> Box<Diagnostic> {
        let message = format!("with `{}`, the overlays look at more than {WORK} values", text.text);
        let help = "name the keys on the way instead of searching with `..` or `*` more than once";
        self.problem(Code::TooLarge, text, message, help.to_owned())
    }

    fn problem(&self, code: Code, at: &LocatedString<'_>, message: String, help: String) -> Box<Diagnostic> {
        Box::new(Diagnostic::new(code, self.source.location(at.span.clone(), &*at.pointer), message, help))
    }

    /// The first segment of a target without a match, and the names that exist there.
    fn near(&mut self, query: &Query, text: &LocatedString<'_>, tree: &Node<'_>) -> Applied<String> {
        let otherwise = "correct the target, or remove the action; it would change nothing";
        for length in (0..query.segments.len()).rev() {
            let found = select_first(query, length, tree, self.budget).map_err(|Exhausted| self.exhausted(text))?;
            if found.is_empty() {
                continue;
            }
            let [Selector::Name(name)] = query.segments[length].selectors.as_slice() else { break };
            let keys = found.iter().filter_map(|position| at(tree, position)).flat_map(Node::mapping);
            let keys = keys.map(|entry| &*entry.key).take(limits::MEMBERS);
            return Ok(match nearest(name, keys) {
                Some(meant) => format!("did you mean `{meant}` instead of `{name}`?"),
                None => format!("there is no `{name}` in it; {otherwise}"),
            });
        }
        Ok(otherwise.to_owned())
    }

    fn remove(&self, positions: Vec<Position>, action: &Action<'_, 's>, tree: &mut Node<'s>) -> Applied<()> {
        // In reverse order, so that the indices of the remaining nodes stay valid; siblings are removed together.
        let mut positions = positions.into_iter().rev().peekable();
        while let Some(mut position) = positions.next() {
            let Some(index) = position.pop() else {
                let help = "remove what is in it".to_owned();
                let message = "the document itself cannot be removed".to_owned();
                return Err(self.problem(Code::Overlay, &action.target, message, help));
            };
            let mut indices = HashSet::from([index]);
            let is_sibling = |other: &Position| other.split_last().is_some_and(|(_, parent)| parent == position);
            while let Some((index, _)) = positions.next_if(is_sibling).as_deref().and_then(<[usize]>::split_last) {
                indices.insert(*index);
            }
            let mut index = 0..;
            let mut stays = || index.next().is_some_and(|index| !indices.contains(&index));
            match at_mut(tree, &position).map(|node| &mut node.value) {
                Some(Value::Mapping(entries)) => entries.retain(|_| stays()),
                Some(Value::Sequence(items)) => items.retain(|_| stays()),
                _ => {}
            }
        }
        Ok(())
    }

    fn update(
        &mut self,
        positions: Vec<Position>,
        action: &Action<'_, 's>,
        (update, pointer): (&Node<'s>, &str),
        tree: &mut Node<'s>,
    ) -> Applied<()> {
        let kinds: HashSet<_> = positions.iter().filter_map(|it| at(tree, it)).map(merge::kind).collect();
        if kinds.len() > 1 {
            let message = format!("`{}` selects values of different kinds", action.target.text);
            let help = "select either objects, or arrays, or scalars, and write an action for each".to_owned();
            return Err(self.problem(Code::Overlay, &action.target, message, help));
        }
        let added = Size::of(update);
        // In reverse order, innermost first: merging changes no preceding index.
        let mut positions = positions;
        positions.sort_by_key(|position| Reverse((position.len(), position.clone())));
        for position in positions {
            self.size.nodes = self.size.nodes.saturating_add(added.nodes);
            self.size.bytes = self.size.bytes.saturating_add(added.bytes);
            if self.size.nodes > limits::NODES || self.size.bytes > limits::DOCUMENT {
                let message = "with this action, the document exceeds the limits of its size".to_owned();
                let help = format!("it may have {} values and {} bytes", limits::NODES, limits::DOCUMENT);
                return Err(self.problem(Code::TooLarge, &action.target, message, help));
            }
            if position.len() + added.height > limits::DEPTH {
                let message = format!("with this action, there are more than {} levels of nesting", limits::DEPTH);
                let help = "no specification is that deep".to_owned();
                return Err(self.problem(Code::TooDeep, &action.target, message, help));
            }
            let Some(target) = at_mut(tree, &position) else { continue };
            let mut merge = Merge { source: self.source, budget: self.budget, extends_lists: self.extends_lists };
            let merged = merge.target(target, update, PointerRef::Base(pointer));
            merged.map_err(|problem| problem.unwrap_or_else(|| self.exhausted(&action.target)))?;
        }
        Ok(())
    }
}

fn at_mut<'n, 'a>(tree: &'n mut Node<'a>, position: &[usize]) -> Option<&'n mut Node<'a>> {
    position.iter().try_fold(tree, |node, index| match &mut node.value {
        Value::Mapping(entries) => entries.get_mut(*index).map(|entry| &mut entry.node),
        Value::Sequence(items) => items.get_mut(*index),
        Value::Scalar(_) => None,
    })
}

#[cfg(test)]
mod tests;
