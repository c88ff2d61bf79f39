//! Limits of values, where two documents have nothing in common but what is on the wire.
//!
//! In: pairs of schemas that are about the same value. Out: the limits that differ, wherever they are written: in place,
//! or behind references.

use std::collections::HashSet;

use super::change::{Action, Class};
use super::names::Names;
use super::roles::{self, LIMITS};
use super::told::{Changes, Side, Told};
use super::tree::shown;
use super::words::from_to;
use crate::document::node::{Node, Value};

/// Deeper than references follow each other, or lists lie in lists.
const MAX_DEPTH: usize = 32;

pub(super) fn differences(
    old: &Node<'_>,
    new: &Node<'_>,
    schemas: &[(String, String)],
    changes: &Changes,
) -> Vec<Told> {
    let names = Names::new(changes);
    let mut seen = HashSet::new();
    let mut known = HashSet::new();
    let mut told = Vec::new();
    for (old_at, new_at) in schemas.iter().filter(|pair| seen.insert(*pair)) {
        let (subject, _) = names.of(Side::Old, old_at);
        let mut pair = (old_at.clone(), new_at.clone());
        let mut way = String::new();
        for _ in 0..MAX_DEPTH {
            let (ours, theirs) = (Written::of(old, &pair.0), Written::of(new, &pair.1));
            for key in LIMITS {
                let (our, their) = (ours.get(key), theirs.get(key));
                let what = match (&our, &their) {
                    (Some((_, our)), Some((_, their))) if our.same(their) => continue,
                    (None, None) => continue,
                    (Some((_, our)), Some((_, their))) => match (shown(our), shown(their)) {
                        (Some(our), Some(their)) => from_to(&our, &their),
                        _ => "another".to_owned(),
                    },
                    (Some((_, our)), None) => format!("{} → none", in_words(our)),
                    (None, Some((_, their))) => format!("none → {}", in_words(their)),
                };
                let at = |found: &Option<(String, &Node<'_>)>| found.as_ref().map(|(pointer, _)| pointer.clone());
                let places = (at(&our).unwrap_or_else(|| pair.0.clone()), at(&their).unwrap_or_else(|| pair.1.clone()));
                if !known.insert((*key, places.clone())) {
                    continue;
                }
                let (kind, why) = roles::explained(key, false);
                told.push(Told {
                    class: Class::DocumentationOnly,
                    kind,
                    action: match (&our, &their) {
                        (Some(_), Some(_)) => Action::Changed,
                        (Some(_), None) => Action::Removed,
                        (None, _) => Action::Added,
                    },
                    subject: subject.clone(),
                    what: format!("`{way}{key}` {what}"),
                    why: why.to_owned(),
                    old: Some(places.0),
                    new: Some(places.1),
                });
            }
            match (ours.get("items"), theirs.get("items")) {
                (Some((ours, _)), Some((theirs, _))) => pair = (ours, theirs),
                _ => break,
            }
            way.push_str("items/");
        }
    }
    told
}

fn in_words(node: &Node<'_>) -> String {
    shown(node).map_or_else(|| "a value".to_owned(), |value| format!("`{value}`"))
}

/// What is written about a value: in place, and behind references.
struct Written<'w, 'n> {
    nodes: Vec<(String, &'w Node<'n>)>,
}

impl<'w, 'n> Written<'w, 'n> {
    fn of(root: &'w Node<'n>, pointer: &str) -> Self {
        let mut nodes = Vec::new();
        let mut pointer = pointer.to_owned();
        while nodes.len() < MAX_DEPTH
            && let Some(node) = root.find(&pointer)
        {
            let only = match node.get("allOf").map(|list| &list.value) {
                Some(Value::Sequence(members)) if members.len() == 1 => members.first(),
                _ => None,
            };
            let target = node.get("$ref").or_else(|| only.and_then(|only| only.get("$ref")));
            nodes.push((std::mem::take(&mut pointer), node));
            match target.and_then(Node::as_str) {
                Some(target) => target.trim_start_matches('#').clone_into(&mut pointer),
                None => break,
            }
        }
        Self { nodes }
    }

    fn get(&self, key: &str) -> Option<(String, &'w Node<'n>)> {
        self.nodes.iter().find_map(|(pointer, node)| Some((format!("{pointer}/{key}"), node.get(key)?)))
    }
}
