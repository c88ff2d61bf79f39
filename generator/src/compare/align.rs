//! Which member of a mapping or list of the old document is which of the new one.
//!
//! In: two containers of the same kind. Out: their members, side by side. A member is what the rules know it to be; failing
//! that, it is known by its key, or by what it says of itself.

use std::collections::HashMap;

use super::names::Moved;
use crate::document::node::Node;
use crate::document::pointer::escape;

/// Members of two containers, by their keys or indices.
#[derive(Default)]
pub(super) struct Aligned {
    pub(super) both: Vec<(String, String)>,
    pub(super) removed: Vec<String>,
    pub(super) added: Vec<String>,
    /// Whether the members that both have follow each other in the same order.
    pub(super) in_order: bool,
}

/// The members of a container: their keys, and what they are known by.
struct Members {
    keys: Vec<String>,
    names: Vec<String>,
}

/// The members of two mappings. `at` is where they are.
pub(super) fn keys(old: &Node<'_>, new: &Node<'_>, at: (&str, &str), moved: &Moved) -> Aligned {
    let members = |node: &Node<'_>| {
        let keys: Vec<String> = node.mapping().iter().map(|entry| entry.key.to_string()).collect();
        Members { names: keys.clone(), keys }
    };
    aligned(&members(old), &members(new), at, moved, false)
}

/// The entries of two lists. Where they go with the values of an enumeration, the schemas say which value each is about.
pub(super) fn entries(
    old: &Node<'_>,
    new: &Node<'_>,
    at: (&str, &str),
    moved: &Moved,
    schemas: Option<(&Node<'_>, &Node<'_>)>,
) -> Aligned {
    let members = |list: &Node<'_>, schema: Option<&Node<'_>>| {
        let about = schema.and_then(|schema| schema.get("enum")).unwrap_or(list).sequence();
        let count = list.sequence().len();
        let names = (0..count).map(|index| match about.get(index) {
            Some(item) => identity(item, index),
            None => index.to_string(),
        });
        Members { keys: (0..count).map(|index| index.to_string()).collect(), names: counted(names) }
    };
    let (old, new) = (members(old, schemas.map(|(old, _)| old)), members(new, schemas.map(|(_, new)| new)));
    aligned(&old, &new, at, moved, true)
}

/// Names, with a number for each time that one was there before.
fn counted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let of = |name: String| {
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        format!("{name}\n{count}")
    };
    names.map(of).collect()
}

/// What an entry of a list is known by.
fn identity(item: &Node<'_>, index: usize) -> String {
    let text = |key: &str| item.get(key).and_then(Node::as_str);
    if let Some(text) = item.as_str() {
        return text.to_owned();
    }
    let known = ["$ref", "name", "code", "url"].iter().find_map(|key| text(key));
    known.map_or_else(|| index.to_string(), |known| format!("{known}\n{}", text("in").unwrap_or_default()))
}

fn aligned(old: &Members, new: &Members, at: (&str, &str), moved: &Moved, is_list: bool) -> Aligned {
    let pointer = |base: &str, key: &str| format!("{base}/{}", escape(key));
    let by_pointer: HashMap<String, usize> =
        new.keys.iter().enumerate().map(|(place, key)| (pointer(at.1, key), place)).collect();
    let by_name: HashMap<&str, usize> = new.names.iter().enumerate().map(|(place, name)| (&**name, place)).collect();
    let mut partner: Vec<Option<usize>> = vec![None; old.keys.len()];
    let mut elsewhere = vec![false; old.keys.len()];
    let mut free = vec![true; new.keys.len()];
    let mut pair = |index: usize, place: Option<usize>| match place {
        Some(place) if partner[index].is_none() && free.get(place) == Some(&true) => {
            free[place] = false;
            partner[index] = Some(place);
        }
        _ => {}
    };
    for (index, key) in old.keys.iter().enumerate() {
        if let Some(moved) = moved.to(&pointer(at.0, key)) {
            let place = by_pointer.get(moved).copied();
            elsewhere[index] = place.is_none() && !is_list;
            pair(index, place);
        }
    }
    for (index, name) in old.names.iter().enumerate().filter(|(index, _)| !elsewhere[*index]) {
        pair(index, by_name.get(&**name).copied());
    }
    if is_list {
        (0..old.keys.len()).for_each(|index| pair(index, Some(index)));
    }
    let mut aligned = Aligned { in_order: partner.iter().flatten().is_sorted(), ..Aligned::default() };
    for (key, place) in old.keys.iter().zip(partner) {
        match place {
            Some(place) => aligned.both.push((key.clone(), new.keys[place].clone())),
            None => aligned.removed.push(key.clone()),
        }
    }
    let left = new.keys.iter().zip(free).filter(|(_, free)| *free);
    aligned.added = left.map(|(key, _)| key.clone()).collect();
    aligned
}
