//! What things are called, and where they are now that were elsewhere.
//!
//! In: what the rules have noted of the things that both documents have. Out: answers for pointers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::change::Kind;
use super::told::{Changes, Note, Side, is_below};
use super::words::code;
use crate::document::pointer::unescape;

/// Names of things by where they are.
pub(super) struct Names<'c> {
    old: HashMap<&'c str, &'c str>,
    new: HashMap<&'c str, &'c str>,
}

impl<'c> Names<'c> {
    pub(super) fn new(changes: &'c Changes) -> Self {
        let (mut old, mut new) = (HashMap::new(), HashMap::new());
        for note in &changes.notes {
            old.entry(note.old.as_str()).or_insert(note.name.as_str());
            new.entry(note.new.as_str()).or_insert(note.name.as_str());
        }
        Self { old, new }
    }

    /// The nearest thing with a name, and the way from there.
    pub(super) fn of(&self, side: Side, pointer: &str) -> (String, String) {
        let names = if side == Side::Old { &self.old } else { &self.new };
        let mut end = pointer.len();
        loop {
            if let Some(name) = names.get(&pointer[..end]) {
                return ((*name).to_owned(), words(&pointer[end..]));
            }
            match pointer[..end].rfind('/') {
                Some(slash) if slash > 0 => end = slash,
                _ => break,
            }
        }
        // A component has a name; what else has none is told by its first keys.
        let depth = match pointer.split('/').nth(1) {
            Some("components") => 3,
            Some("info") => 1,
            _ => 2,
        };
        let cut = pointer.match_indices('/').nth(depth).map_or(pointer.len(), |(at, _)| at);
        let name = words(&pointer[..cut]);
        (if name.is_empty() { "document".to_owned() } else { name }, words(&pointer[cut..]))
    }
}

/// A pointer, or the end of one, for reading.
pub(super) fn words(pointer: &str) -> String {
    code(&pointer.split('/').skip(1).map(unescape).collect::<Vec<_>>().join("/"))
}

/// Where things are now that were elsewhere; with the path items of operations. A type that is written in place is found
/// by what it is the type of.
pub(super) struct Moved {
    from: BTreeMap<String, String>,
    to: BTreeSet<String>,
}

impl Moved {
    pub(super) fn new(changes: &Changes) -> Self {
        let mut from = BTreeMap::new();
        let in_place = |note: &Note| note.kind == Kind::Type && !(is_component(&note.old) && is_component(&note.new));
        for note in changes.notes.iter().filter(|note| note.old != note.new && !in_place(note)) {
            from.insert(note.old.clone(), note.new.clone());
            if let (Some((old, _)), Some((new, _))) = (note.old.rsplit_once('/'), note.new.rsplit_once('/'))
                && old != new
                && old.starts_with("/paths/")
                && old.matches('/').count() == 2
            {
                from.insert(old.to_owned(), new.to_owned());
            }
        }
        let to = from.values().cloned().collect();
        Self { from, to }
    }

    /// Where it is now.
    pub(super) fn to(&self, old: &str) -> Option<&str> {
        self.from.get(old).map(String::as_str)
    }

    /// Whether something below a pointer was or is elsewhere in the other document.
    pub(super) fn has_below(&self, side: Side, pointer: &str) -> bool {
        match side {
            Side::Old => is_below(self.from.range(format!("{pointer}/")..).next().map(|(old, _)| old), pointer),
            Side::New => is_below(self.to.range(format!("{pointer}/")..).next(), pointer),
        }
    }
}

fn is_component(pointer: &str) -> bool {
    pointer.starts_with("/components/") && pointer.matches('/').count() == 3
}
