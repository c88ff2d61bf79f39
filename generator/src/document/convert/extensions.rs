//! The `x-` keys of an object, each of which is read at most once.
//!
//! In: the values of the keys, whose types validation has checked. Out: strings, words, lists and pairs. This module does
//! not know which keys exist, except for `x-source`.

use indexmap::IndexMap;
use serde_json::Value;

use crate::document::extensions::{Confidence, Source};

/// The `x-` keys of an object; empty in a third-party document.
pub(super) struct Extensions(pub(super) IndexMap<String, Value>);

impl Extensions {
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.0.get_mut(key).map(Value::take)
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn word<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        parse(&self.text(key)?)
    }

    pub(super) fn items<T>(&mut self, key: &str, item: impl Fn(Value) -> Option<T>) -> Option<Vec<T>> {
        match self.take(key)? {
            Value::Array(items) => Some(items.into_iter().filter_map(item).collect()),
            _ => None,
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.items(key, |item| match item {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// The members of a mapping of texts.
    pub(super) fn pairs(&mut self, key: &str) -> Option<Vec<(String, String)>> {
        let Value::Object(members) = self.take(key)? else { return None };
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Some(members.into_iter().filter_map(text).collect())
    }

    pub(super) fn source(&mut self) -> Option<Source> {
        let (word, note) = match self.take("x-source")? {
            Value::String(word) => (word, None),
            Value::Object(mut members) => {
                let mut text = |key: &str| match members.remove(key) {
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                };
                (text("mark")?, text("note"))
            }
            _ => return None,
        };
        Some(Source { confidence: Confidence::parse(&word)?, note })
    }
}
