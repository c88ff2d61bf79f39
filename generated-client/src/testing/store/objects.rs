//! The objects and the credentials of the object store.
//!
//! In: content by key. Out: the same, its length and its ETag. Contents in memory are bounded: the oldest are dropped, and
//! their lengths and ETags stay. Must not know HTTP or signatures.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use md5::{Digest as _, Md5};

use super::StoreProvider;
use super::signature::hex;

/// Bytes of all contents in memory.
const MAX_CONTENTS: u64 = 256 << 20;
/// Bytes of one content in memory.
pub(crate) const MAX_CONTENT: u64 = 64 << 20;
/// Objects, with or without a content.
const MAX_OBJECTS: usize = 100_000;

/// Temporary credentials that the mock server has issued.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) provider: StoreProvider,
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    /// Empty if requests need none.
    pub(crate) session_token: String,
    pub(crate) region: String,
    /// What each key that they may write begins with.
    pub(crate) prefix: String,
    /// When they expire, as the time that has passed on the simulated clock.
    pub(crate) expires: Duration,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// What an object holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// These bytes.
    Stored(Bytes),
    /// Bytes that follow from a number.
    Generated(u64),
    /// Bytes that were too many to keep.
    Dropped,
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) content: Content,
    pub(crate) length: u64,
    /// Without quotes.
    pub(crate) etag: String,
    /// Unix seconds of the simulated clock.
    pub(crate) modified: i64,
}

impl Object {
    /// An object with these bytes, whose ETag is their MD5.
    pub(crate) fn stored(bytes: Bytes, modified: i64) -> Self {
        let etag = hex(&Md5::digest(&bytes));
        Self { length: bytes.len() as u64, content: Content::Stored(bytes), etag, modified }
    }

    /// An object of this length whose bytes need no memory. Its ETag is no MD5, as that of a multipart upload.
    pub(crate) fn generated(key: &str, length: u64, modified: i64) -> Self {
        let digest = Md5::digest(format!("{key} {length}"));
        let seed = digest.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        Self { content: Content::Generated(seed), length, etag: format!("{}-1", hex(&digest)), modified }
    }

    /// Some of the bytes; `None` if they were dropped. The range is one of the object.
    pub(crate) fn part(&self, start: u64, length: usize) -> Option<Bytes> {
        match &self.content {
            Content::Stored(bytes) => {
                let start = usize::try_from(start).ok()?;
                Some(bytes.slice(start.min(bytes.len())..start.saturating_add(length).min(bytes.len())))
            }
            Content::Generated(seed) => {
                Some((start..start.saturating_add(length as u64)).map(|i| byte(*seed, i)).collect())
            }
            Content::Dropped => None,
        }
    }

    fn in_memory(&self) -> u64 {
        if matches!(self.content, Content::Stored(_)) { self.length } else { 0 }
    }
}

/// The byte at a place of a generated content (SplitMix64, a byte of each number).
fn byte(seed: u64, index: u64) -> u8 {
    let mut z = seed.wrapping_add((index / 8).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)).to_le_bytes()[(index % 8) as usize]
}

/// Objects by key.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    by_key: BTreeMap<String, Object>,
    /// Keys of all objects, the oldest first.
    order: VecDeque<String>,
    /// Keys of the objects whose contents are in memory, the oldest first.
    in_memory: VecDeque<String>,
    bytes: u64,
}

impl Objects {
    pub(crate) fn put(&mut self, key: String, object: Object) {
        self.remove(&key);
        if object.in_memory() > 0 {
            self.in_memory.push_back(key.clone());
            self.bytes += object.in_memory();
        }
        self.order.push_back(key.clone());
        self.by_key.insert(key, object);
        while self.bytes > MAX_CONTENTS
            && let Some(key) = self.in_memory.pop_front()
        {
            if let Some(object) = self.by_key.get_mut(&key) {
                self.bytes -= object.in_memory();
                object.content = Content::Dropped;
            }
        }
        while self.by_key.len() > MAX_OBJECTS
            && let Some(key) = self.order.front().cloned()
        {
            self.remove(&key);
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.by_key.get(key)
    }

    pub(crate) fn remove(&mut self, key: &str) -> bool {
        let Some(object) = self.by_key.remove(key) else { return false };
        forget(&mut self.order, key);
        if object.in_memory() > 0 {
            self.bytes -= object.in_memory();
            forget(&mut self.in_memory, key);
        }
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Object)> {
        self.by_key.iter()
    }
}

fn forget(keys: &mut VecDeque<String>, key: &str) {
    if let Some(index) = keys.iter().position(|known| known == key) {
        keys.remove(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_in_memory_are_bounded_and_their_etags_stay() {
        let mut objects = Objects::default();
        let content = Bytes::from(vec![7; MAX_CONTENT as usize]);
        let etag = "an MD5".to_owned();
        for key in ["a", "b", "c", "d", "a", "e", "f"] {
            let content = Content::Stored(content.clone());
            objects.put(key.to_owned(), Object { content, length: MAX_CONTENT, etag: etag.clone(), modified: 0 });
        }
        let dropped = |key: &str| objects.get(key).unwrap().part(0, 1).is_none();
        assert_eq!(["a", "b", "c", "d", "e", "f"].map(dropped), [false, true, true, false, false, false]);
        assert_eq!(objects.get("b").unwrap().etag, etag);
        assert_eq!(objects.bytes, MAX_CONTENTS);
        assert!(objects.remove("b") && objects.remove("a") && !objects.remove("a"));
        assert_eq!(objects.bytes, MAX_CONTENTS - MAX_CONTENT);
    }

    #[test]
    fn generated_contents_are_the_same_in_every_part() {
        let object = Object::generated("a", 100, 0);
        let whole = object.part(0, 100).unwrap();
        assert_eq!(whole.len(), 100);
        assert_eq!(object.part(13, 9).unwrap(), whole[13..22]);
        assert_ne!(whole, Object::generated("b", 100, 0).part(0, 100).unwrap());
        assert_ne!(whole[..50], whole[50..]);
        assert!(object.etag.ends_with("-1"));
    }
}
