//! Edits of a tree before its values are deserialized.
//!
//! In: a tree, and edits by JSON pointer in document order. Out: the tree without the recoverable mistakes, each of
//! which was reported. Only third-party documents are edited. Nodes keep their byte ranges.

use std::borrow::Cow;
use std::collections::HashSet;

use super::node::{Entry, Node, Scalar, Value};
use super::pointer::unescape;

/// An edit of one node.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) pointer: String,
    pub(super) change: Change,
}

/// The effect of an edit on its node.
#[derive(Debug)]
pub(super) enum Change {
    /// Removes the node from its mapping or list.
    Remove,
    /// Replaces the node by a string.
    Text(String),
    /// Replaces the node by the boolean or number with this text.
    Plain(String),
    /// Inserts a member, unless the mapping has the key.
    Insert(&'static str, Inserted),
    /// Adds a path parameter with this name.
    PathParameter(String),
}

/// An inserted value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inserted {
    EmptyText,
    EmptyMapping,
    True,
    /// `{type: string}`
    StringSchema,
}

impl Inserted {
    fn node<'a>(self, span: std::ops::Range<usize>) -> Node<'a> {
        let scalar = |text: &'static str, plain| Value::Scalar(Scalar { text: Cow::Borrowed(text), plain });
        let value = match self {
            Self::EmptyText => scalar("", false),
            Self::EmptyMapping => Value::Mapping(Vec::new()),
            Self::True => scalar("true", true),
            Self::StringSchema => {
                let node = Node { value: scalar("string", false), span: span.clone() };
                Value::Mapping(vec![Entry { key: Cow::Borrowed("type"), key_span: span.clone(), node }])
            }
        };
        Node { value, span }
    }
}

/// `{name: …, in: path, required: true, schema: {type: string}}`
fn path_parameter<'a>(name: String, span: &std::ops::Range<usize>) -> Node<'a> {
    let text = |text| Node { value: Value::Scalar(Scalar { text, plain: false }), span: span.clone() };
    let members = [
        ("name", text(Cow::Owned(name))),
        ("in", text(Cow::Borrowed("path"))),
        ("required", Inserted::True.node(span.clone())),
        ("schema", Inserted::StringSchema.node(span.clone())),
    ];
    let entry = |(key, node)| Entry { key: Cow::Borrowed(key), key_span: span.clone(), node };
    Node { value: Value::Mapping(members.map(entry).into()), span: span.clone() }
}

impl<'a> Node<'a> {
    /// The node at a JSON pointer.
    pub(super) fn find_mut(&mut self, pointer: &str) -> Option<&mut Node<'a>> {
        pointer.split('/').skip(1).try_fold(self, |node, token| match &mut node.value {
            Value::Mapping(entries) => {
                let key = unescape(token);
                entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
            }
            Value::Sequence(items) => items.get_mut(token.parse::<usize>().ok()?),
            Value::Scalar(_) => None,
        })
    }

    /// Removes members of a mapping, or items of a list, by the last tokens of their JSON pointers.
    fn remove(&mut self, tokens: &[String]) {
        match &mut self.value {
            Value::Mapping(entries) => {
                let keys: HashSet<String> = tokens.iter().map(|token| unescape(token)).collect();
                entries.retain(|entry| !keys.contains(entry.key.as_ref()));
            }
            Value::Sequence(items) => {
                let positions: HashSet<usize> = tokens.iter().filter_map(|token| token.parse().ok()).collect();
                let mut position = 0..;
                items.retain(|_| position.next().is_none_or(|position| !positions.contains(&position)));
            }
            Value::Scalar(_) => {}
        }
    }
}

/// Applies all edits.
pub(super) fn apply(tree: &mut Node<'_>, edits: Vec<Edit>) {
    // In reverse order: removing an item changes the indices of the following items.
    let mut edits = edits.into_iter().rev().peekable();
    while let Some(Edit { pointer, change }) = edits.next() {
        match change {
            Change::Remove => {
                let Some((parent, token)) = pointer.rsplit_once('/') else { continue };
                // All siblings are removed in one pass, because a mapping can have tens of thousands of members.
                let mut tokens = vec![token.to_owned()];
                let is_sibling = |edit: &Edit| {
                    matches!(edit.change, Change::Remove)
                        && edit.pointer.rsplit_once('/').is_some_and(|it| it.0 == parent)
                };
                while let Some(sibling) = edits.next_if(is_sibling) {
                    tokens.extend(sibling.pointer.rsplit_once('/').map(|(_, token)| token.to_owned()));
                }
                if let Some(parent) = tree.find_mut(parent) {
                    parent.remove(&tokens);
                }
            }
            Change::Text(text) => set(tree, &pointer, text, false),
            Change::Plain(text) => set(tree, &pointer, text, true),
            Change::Insert(key, inserted) => {
                if let Some(Node { value: Value::Mapping(entries), span }) = tree.find_mut(&pointer)
                    && !entries.iter().any(|entry| entry.key == key)
                {
                    let key_span = span.start..span.start;
                    let node = inserted.node(key_span.clone());
                    entries.push(Entry { key: Cow::Borrowed(key), key_span, node });
                }
            }
            Change::PathParameter(name) => {
                let Some(Node { value: Value::Mapping(entries), span }) = tree.find_mut(&pointer) else { continue };
                let parameter = path_parameter(name, &(span.start..span.start));
                match entries.iter_mut().find(|entry| entry.key == "parameters") {
                    Some(Entry { node: Node { value: Value::Sequence(items), .. }, .. }) => items.push(parameter),
                    Some(_) => {}
                    None => {
                        let key_span = span.start..span.start;
                        let node = Node { value: Value::Sequence(vec![parameter]), span: key_span.clone() };
                        entries.push(Entry { key: Cow::Borrowed("parameters"), key_span, node });
                    }
                }
            }
        }
    }
}

fn set(tree: &mut Node<'_>, pointer: &str, text: String, plain: bool) {
    if let Some(node) = tree.find_mut(pointer) {
        node.value = Value::Scalar(Scalar { text: Cow::Owned(text), plain });
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml::parse;
    use super::*;
    use crate::Source;

    #[test]
    fn edits_apply_to_the_nodes_at_their_pointers() {
        let source = Source::new("x.yaml", "{a: 1, list: [x, y, z], b: 'true', c: {}}");
        let mut tree = parse(&source, false).unwrap();
        let edit = |pointer: &str, change| Edit { pointer: pointer.to_owned(), change };
        let edits = vec![
            edit("/a", Change::Text("1".to_owned())),
            edit("/list/0", Change::Remove),
            edit("/list/1", Change::Remove),
            edit("/b", Change::Plain("true".to_owned())),
            edit("/c", Change::Insert("d", Inserted::StringSchema)),
            edit("/missing/e", Change::Remove),
        ];
        apply(&mut tree, edits);
        let expected = serde_json::json!({"a": "1", "list": ["z"], "b": true, "c": {"d": {"type": "string"}}});
        assert_eq!(tree.json(), expected);
    }
}
