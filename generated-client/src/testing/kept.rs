//! Things that are kept: the last ones, as many as there is memory for.
//!
//! In: things and how many bytes they count for. Out: the same, in order. A server that runs for days does not grow,
//! however much it is sent. Must not know what the things are.

use std::collections::VecDeque;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

/// Things of a kind, the oldest first. Those are dropped if there are too many, or if they are too large together. The
/// last one stays.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    limits: Limits,
    things: VecDeque<(T, usize)>,
    bytes: usize,
}

impl<T> Kept<T> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, things: VecDeque::new(), bytes: 0 }
    }

    /// Adds a thing, and says how many were dropped for it.
    pub(crate) fn push(&mut self, thing: T, bytes: usize) -> u64 {
        self.things.push_back((thing, bytes));
        self.bytes = self.bytes.saturating_add(bytes);
        let mut dropped = 0;
        while self.things.len() > 1
            && (self.things.len() > self.limits.count || self.bytes > self.limits.bytes)
            && let Some((_, bytes)) = self.things.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(bytes);
            dropped += 1;
        }
        dropped
    }

    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().map(|(thing, _)| thing)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.things.iter_mut().map(|(thing, _)| thing)
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.things.retain(|(thing, _)| keep(thing));
        self.bytes = self.things.iter().map(|(_, bytes)| *bytes).fold(0, usize::saturating_add);
    }
}

impl<T> Extend<T> for Kept<T> {
    /// Adds things that count for nothing.
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        for thing in things {
            self.push(thing, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { count: 3, bytes: 100 };

    fn things(kept: &Kept<usize>) -> Vec<usize> {
        kept.iter().copied().collect()
    }

    #[test]
    fn the_last_things_are_kept() {
        let mut kept = Kept::new(LIMITS);
        kept.extend([1, 2, 3]);
        assert_eq!((kept.push(4, 10), things(&kept)), (1, vec![2, 3, 4]));
        assert_eq!((kept.push(5, 90), things(&kept)), (1, vec![3, 4, 5]));
        // There are no more than three, but they are too large.
        assert_eq!((kept.push(6, 1), things(&kept)), (2, vec![5, 6]));
        assert_eq!((kept.push(7, 101), things(&kept)), (2, vec![7]));
        assert_eq!((kept.push(8, 100), things(&kept)), (1, vec![8]));
        assert_eq!((kept.push(9, usize::MAX), things(&kept)), (1, vec![9]));
        assert_eq!((kept.push(10, 0), things(&kept)), (1, vec![10]));
    }

    #[test]
    fn what_is_gone_leaves_room() {
        let mut kept = Kept::new(LIMITS);
        kept.push(1, 60);
        kept.push(2, 40);
        kept.iter_mut().for_each(|thing| *thing += 1);
        kept.retain(|thing| *thing == 3);
        assert_eq!((kept.push(4, 60), things(&kept)), (0, vec![3, 4]));
        assert_eq!((kept.push(5, 1), things(&kept)), (1, vec![4, 5]));
    }
}
