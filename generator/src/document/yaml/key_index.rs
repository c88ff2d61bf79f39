//! Finds a key among the entries of a mapping.
//!
//! In: the entries so far, and a key. Out: the byte range of the first entry with that key. A mapping with few entries is
//! searched linearly; a larger one through a table, so that the time of a mapping grows linearly with its size.

use std::collections::HashMap;
use std::ops::Range;

use crate::document::node::Entry;

#[derive(Default)]
pub(super) struct KeyIndex {
    table: HashMap<String, usize>,
    indexed: usize,
}

impl KeyIndex {
    const MANY: usize = 32;

    pub(super) fn find(&mut self, entries: &[Entry<'_>], key: &str) -> Option<Range<usize>> {
        if entries.len() < Self::MANY {
            return entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span.clone());
        }
        for (index, entry) in entries.iter().enumerate().skip(self.indexed) {
            self.table.entry(entry.key.to_string()).or_insert(index);
        }
        self.indexed = entries.len();
        self.table.get(key).map(|&index| entries[index].key_span.clone())
    }
}
