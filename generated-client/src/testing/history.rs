//! A bounded history: the last entries, limited in number and bytes.
//!
//! In: entries and their sizes. Out: the same entries, in order. A server that runs for days does not grow, however much it
//! receives. Must not know what the entries are.

use std::collections::VecDeque;

/// Limits of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

/// Entries, the oldest first. The oldest are dropped when there are too many, or when they are too large together. The
/// last one stays.
#[derive(Debug)]
pub(crate) struct History<T> {
    limits: Limits,
    entries: VecDeque<(T, usize)>,
    bytes: usize,
}

impl<T> History<T> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, entries: VecDeque::new(), bytes: 0 }
    }

    /// Adds an entry, and returns how many were dropped for it.
    pub(crate) fn push(&mut self, entry: T, bytes: usize) -> u64 {
        self.entries.push_back((entry, bytes));
        self.bytes = self.bytes.saturating_add(bytes);
        let mut dropped = 0;
        while self.entries.len() > 1
            && (self.entries.len() > self.limits.count || self.bytes > self.limits.bytes)
            && let Some((_, bytes)) = self.entries.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(bytes);
            dropped += 1;
        }
        dropped
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(entry, _)| entry)
    }

    /// Removes all entries and returns them.
    pub(crate) fn take(&mut self) -> Vec<T> {
        self.bytes = 0;
        std::mem::take(&mut self.entries).into_iter().map(|(entry, _)| entry).collect()
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.entries.retain(|(entry, _)| keep(entry));
        self.bytes = self.entries.iter().map(|(_, bytes)| *bytes).fold(0, usize::saturating_add);
    }
}

impl<T> Extend<T> for History<T> {
    /// Adds entries of size 0.
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        for entry in entries {
            self.push(entry, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { count: 3, bytes: 100 };

    fn entries(history: &History<usize>) -> Vec<usize> {
        history.iter().copied().collect()
    }

    #[test]
    fn the_last_entries_are_kept() {
        let mut history = History::new(LIMITS);
        history.extend([1, 2, 3]);
        assert_eq!((history.push(4, 10), entries(&history)), (1, vec![2, 3, 4]));
        assert_eq!((history.push(5, 90), entries(&history)), (1, vec![3, 4, 5]));
        // There are no more than three, but they are too large.
        assert_eq!((history.push(6, 1), entries(&history)), (2, vec![5, 6]));
        assert_eq!((history.push(7, 101), entries(&history)), (2, vec![7]));
        assert_eq!((history.push(8, 100), entries(&history)), (1, vec![8]));
        assert_eq!((history.push(9, usize::MAX), entries(&history)), (1, vec![9]));
        assert_eq!((history.push(10, 0), entries(&history)), (1, vec![10]));
    }

    #[test]
    fn removed_entries_leave_room() {
        let mut history = History::new(LIMITS);
        history.push(1, 60);
        history.push(2, 40);
        history.iter_mut().for_each(|entry| *entry += 1);
        history.retain(|entry| *entry == 3);
        assert_eq!((history.push(4, 60), entries(&history)), (0, vec![3, 4]));
        assert_eq!((history.push(5, 1), entries(&history)), (1, vec![4, 5]));
    }
}
