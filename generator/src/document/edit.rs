//! Edits of a tree before its values are deserialized.
//!
//! In: a tree, and edits by JSON pointer in document order. Out: the tree without the recoverable mistakes, each of
//! which was reported. Only third-party documents are edited. Nodes keep their byte ranges.

use std::borrow::Cow;
use std::collections::HashMap;

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
}

/// The edits of a node and of its descendants.
#[derive(Default)]
struct Edits {
    /// The edits of the node itself, in the order of the document.
    own: Vec<Change>,
    /// The edits of its children, by the token of the JSON pointer.
    below: HashMap<String, Edits>,
}

impl Edits {
    fn gather(edits: Vec<Edit>) -> Self {
        let mut root = Self::default();
        for Edit { pointer, change } in edits {
            let mut node = &mut root;
            for token in pointer.split('/').skip(1) {
                node = node.below.entry(unescape(token)).or_default();
            }
            node.own.push(change);
        }
        root
    }

    fn removes(&self) -> bool {
        self.own.iter().any(|change| matches!(change, Change::Remove))
    }

    /// Applies the edits of a node, those of its descendants first: a member has to be removed before another one with its
    /// key is inserted.
    fn apply(mut self, node: &mut Node<'_>) {
        match &mut node.value {
            Value::Mapping(entries) if !self.below.is_empty() => {
                entries.retain_mut(|entry| self.is_kept(&entry.key, &mut entry.node));
            }
            Value::Sequence(items) if !self.below.is_empty() => {
                let mut position = 0_usize..;
                items.retain_mut(|item| {
                    position.next().is_none_or(|position| self.is_kept(&position.to_string(), item))
                });
            }
            _ => {}
        }
        for change in self.own.into_iter().rev() {
            change.apply(node);
        }
    }

    /// Applies the edits of a member. Returns whether the member is kept.
    fn is_kept(&mut self, token: &str, member: &mut Node<'_>) -> bool {
        let Some(edits) = self.below.remove(token) else { return true };
        let is_kept = !edits.removes();
        if is_kept {
            edits.apply(member);
        }
        is_kept
    }
}

impl Change {
    fn apply(self, node: &mut Node<'_>) {
        let set = |text, plain| Value::Scalar(Scalar { text: Cow::Owned(text), plain });
        let span = node.span.start..node.span.start;
        match self {
            // The parent removes the node.
            Self::Remove => {}
            Self::Text(text) => node.value = set(text, false),
            Self::Plain(text) => node.value = set(text, true),
            Self::Insert(key, inserted) => {
                if let Value::Mapping(entries) = &mut node.value
                    && !entries.iter().any(|entry| entry.key == key)
                {
                    let node = inserted.node(span.clone());
                    entries.push(Entry { key: Cow::Borrowed(key), key_span: span, node });
                }
            }
            Self::PathParameter(name) => {
                let Value::Mapping(entries) = &mut node.value else { return };
                let parameter = path_parameter(name, &span);
                match entries.iter_mut().find(|entry| entry.key == "parameters") {
                    Some(Entry { node: Node { value: Value::Sequence(items), .. }, .. }) => items.push(parameter),
                    Some(_) => {}
                    None => {
                        let node = Node { value: Value::Sequence(vec![parameter]), span: span.clone() };
                        entries.push(Entry { key: Cow::Borrowed("parameters"), key_span: span, node });
                    }
                }
            }
        }
    }
}

/// Applies all edits, in one traversal of the tree.
pub(super) fn apply(tree: &mut Node<'_>, edits: Vec<Edit>) {
    Edits::gather(edits).apply(tree);
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::Source;
    use crate::document::yaml::parse;

    #[test]
    fn edits_apply_to_the_nodes_at_their_pointers() {
        let source = Source::new("x.yaml", "{a: 1, list: [x, y, z], b: 'true', c: {}, f/g: {h: ~}, i: {}}");
        let mut tree = parse(&source, false).unwrap();
        let edit = |pointer: &str, change| Edit { pointer: pointer.to_owned(), change };
        let edits = vec![
            edit("/a", Change::Text("1".to_owned())),
            edit("/list/0", Change::Remove),
            edit("/list/1", Change::Remove),
            edit("/b", Change::Plain("true".to_owned())),
            edit("/c", Change::Insert("d", Inserted::StringSchema)),
            edit("/missing/e", Change::Remove),
            edit("/f~1g", Change::Insert("h", Inserted::EmptyText)),
            edit("/f~1g/h", Change::Remove),
            edit("/i", Change::PathParameter("j".to_owned())),
            edit("/i", Change::PathParameter("k".to_owned())),
        ];
        apply(&mut tree, edits);
        let parameter = |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
        let expected = json!({
            "a": "1", "list": ["z"], "b": true, "c": {"d": {"type": "string"}}, "f/g": {"h": ""},
            "i": {"parameters": [parameter("k"), parameter("j")]},
        });
        assert_eq!(tree.json(), expected);
    }

    /// The shortest of three runs: another process can only make a run longer.
    fn time_of(edits: usize) -> Duration {
        let members: Vec<String> = (0..edits).map(|number| format!("s{number}: {{x: 1}}")).collect();
        let source = Source::new("x.yaml", format!("{{a: {{{}}}}}", members.join(", ")));
        let once = || {
            let mut tree = parse(&source, false).unwrap();
            let pointers = (0..edits).map(|number| format!("/a/s{number}/x"));
            let edits = pointers.map(|pointer| Edit { pointer, change: Change::Remove }).collect();
            let started = Instant::now();
            apply(&mut tree, edits);
            let elapsed = started.elapsed();
            assert!(tree.get("a").unwrap().mapping().iter().all(|entry| entry.node.mapping().is_empty()));
            elapsed
        };
        (0..3).map(|_| once()).min().unwrap()
    }

    #[test]
    fn the_time_of_edits_grows_with_their_number_only() {
        let (few, many) = (time_of(2_000), time_of(40_000));
        // A search of each parent from the beginning takes 400 times as long.
        assert!(many < few * 100, "{few:?}, {many:?}");
    }
}
