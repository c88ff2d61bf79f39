//! The boundaries of the objects of one document.
//!
//! In: the places of paired objects, and the places whose differences rules have reported. Out: whether a place belongs to
//! another object, or is explained. This module knows pointers only, not the nodes.

use std::collections::{BTreeSet, HashSet};

use crate::compare::recorder::Explained;

/// The boundaries of the objects of one document, and their explained parts.
pub(super) struct Boundaries<'w> {
    pub(super) explained: &'w Explained,
    /// Objects that are compared with their counterpart.
    pub(super) paired: HashSet<&'w str>,
    /// The paired objects and all explained places.
    all: BTreeSet<&'w str>,
}

impl<'w> Boundaries<'w> {
    pub(super) fn new(explained: &'w Explained, paired: impl Iterator<Item = &'w str>) -> Self {
        let paired: HashSet<&str> = paired.collect();
        let all = paired.iter().copied().chain(explained.stated.iter().map(String::as_str)).collect();
        Self { explained, paired, all }
    }

    /// Whether an object is at a place.
    pub(super) fn is_object(&self, pointer: &str) -> bool {
        self.paired.contains(pointer) || self.explained.unmatched.contains(pointer)
    }

    /// Whether a rule has reported the statement of a place; `root` is the object that states it.
    pub(super) fn is_explained(&self, root: &str, pointer: &str) -> bool {
        let mut ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
        ends.any(|end| end >= root.len() && self.explained.stated.contains(&pointer[..end]))
    }

    /// Whether a part of a place belongs to another pair, or is explained.
    pub(super) fn has_below(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        self.all.range(below.as_str()..).next().is_some_and(|first| first.starts_with(&below))
    }
}
