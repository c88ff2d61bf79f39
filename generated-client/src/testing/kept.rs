//! Things that are remembered: the last ones, as many as there is memory for.
//!
//! In: things and how long the requests were that made them. Out: the same, in order. A server that runs for days does
//! not grow, however much it is asked to remember. Must not know what the things are.

use std::collections::VecDeque;

const MAX_COUNT: usize = 1000;
/// Bytes of the requests that made them.
const MAX_BYTES: usize = 8 << 20;

/// Things of a kind, the oldest first. Those are forgotten if there are too many, or if they are too large together. The
/// last one stays.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    things: VecDeque<(T, usize)>,
    bytes: usize,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { things: VecDeque::new(), bytes: 0 }
    }
}

impl<T> Kept<T> {
    pub(crate) fn push(&mut self, thing: T, bytes: usize) {
        self.things.push_back((thing, bytes));
        self.bytes = self.bytes.saturating_add(bytes);
        while self.things.len() > 1
            && (self.things.len() > MAX_COUNT || self.bytes > MAX_BYTES)
            && let Some((_, bytes)) = self.things.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(bytes);
        }
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
    /// Adds things that no request made.
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        things.into_iter().for_each(|thing| self.push(thing, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_things_are_kept() {
        let mut kept = Kept::default();
        kept.extend([1, 2]);
        for thing in 3..=MAX_COUNT + 2 {
            kept.push(thing, 1);
        }
        assert_eq!((kept.len(), kept.iter().next(), kept.iter().last()), (MAX_COUNT, Some(&3), Some(&(MAX_COUNT + 2))));
        kept.push(7, MAX_BYTES - 10);
        assert_eq!(kept.len(), 11);
        kept.push(8, MAX_BYTES + 1);
        assert_eq!(kept.iter().collect::<Vec<_>>(), [&8]);
        kept.push(9, MAX_BYTES);
        kept.push(10, 1);
        assert_eq!(kept.iter().collect::<Vec<_>>(), [&10]);
        kept.iter_mut().for_each(|thing| *thing += 1);
        kept.retain(|thing| *thing == 10);
        assert_eq!(kept.len(), 0);
    }
}
