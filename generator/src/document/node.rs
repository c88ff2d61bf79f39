//! The syntax tree of a document.
//!
//! In: the result of [`super::yaml`]. Out: values with their locations, by key or by JSON pointer, and the same values
//! for `serde`. A test compares the values with those of `serde_yaml`. This module does not know OpenAPI.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

use super::pointer::unescaped;

/// A value of a document, and its location in the text.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Scalar(Scalar<'a>),
    Sequence(Vec<Node<'a>>),
    Mapping(Vec<Entry<'a>>),
}

/// A member of a mapping: a key and its value.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node<'a>,
}

#[derive(Clone, Debug)]
pub(crate) struct Scalar<'a> {
    pub(crate) text: Cow<'a, str>,
    /// An unquoted scalar, whose text determines its type.
    pub(super) plain: bool,
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// The types of scalars, by the rules of `serde_yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScalarType {
    Null,
    Boolean,
    Integer,
    Number,
    String,
}

impl ScalarType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
        }
    }
}

impl Scalar<'_> {
    pub(crate) fn scalar_type(&self) -> ScalarType {
        if !self.plain {
            return ScalarType::String;
        }
        match &*self.text {
            "" | "~" | "null" | "Null" | "NULL" => ScalarType::Null,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarType::Boolean,
            text if is_integer(text) => ScalarType::Integer,
            text if is_number(text) => ScalarType::Number,
            _ => ScalarType::String,
        }
    }

    fn same(&self, other: &Scalar<'_>) -> bool {
        let kind = self.scalar_type();
        kind == other.scalar_type() && (self.text == other.text || self.json() == other.json())
    }

    pub(super) fn json(&self) -> Json {
        let text = &*self.text;
        match self.scalar_type() {
            ScalarType::Null => Json::Null,
            ScalarType::Boolean => text.eq_ignore_ascii_case("true").into(),
            ScalarType::Integer => integer(text),
            ScalarType::Number => text.parse::<f64>().map_or(Json::Null, Json::from),
            ScalarType::String => text.into(),
        }
    }
}

fn integer(text: &str) -> Json {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((radix, digits.strip_prefix(prefix)?)))
        .unwrap_or((10, digits));
    let signed = format!("{sign}{digits}");
    i64::from_str_radix(&signed, radix)
        .map(Json::from)
        .or_else(|_| u64::from_str_radix(&signed, radix).map(Json::from))
        .unwrap_or_else(|_| signed.parse::<f64>().map_or(Json::Null, Json::from))
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let based = |prefix: &str, radix: u32| {
        digits.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let decimal = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    decimal || based("0x", 16) || based("0o", 8) || based("0b", 2)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let special = matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && !(digits.starts_with('0') && digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        && digits.parse::<f64>().is_ok();
    special || numeric
}

impl<'a> Entry<'a> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The bytes of the key in the text.
    #[must_use]
    pub fn key_span(&self) -> Range<usize> {
        self.key_span.clone()
    }

    /// The value.
    #[must_use]
    pub fn node(&self) -> &Node<'a> {
        &self.node
    }
}

impl<'a> Node<'a> {
    /// The value of a member of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A member of a mapping.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The string of `$ref`.
    pub(crate) fn reference(&self) -> Option<&str> {
        self.get("$ref")?.as_str()
    }

    /// The members of a mapping; empty for other nodes.
    #[must_use]
    pub fn mapping(&self) -> &[Entry<'a>] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for other nodes.
    #[must_use]
    pub fn sequence(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar, including numbers, booleans and null.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether the node is a string, and not a number, a boolean or null.
    #[must_use]
    pub fn is_string(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.scalar_type() == ScalarType::String)
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.scalar_type() == ScalarType::Null)
    }

    /// Whether the node is a mapping, including an empty one.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// Whether the node is a list, including an empty one.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        matches!(self.value, Value::Sequence(_))
    }

    /// The type of the node, for messages: `a list`, `a number`, `null`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.scalar_type().name(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The byte range of the node in the text, which is empty if the value of a key is missing.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Whether two nodes have the same value, regardless of their notation. The order of members is significant.
    #[must_use]
    pub fn same(&self, other: &Node<'_>) -> bool {
        match (&self.value, &other.value) {
            (Value::Scalar(a), Value::Scalar(b)) => a.same(b),
            (Value::Sequence(a), Value::Sequence(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Value::Mapping(a), Value::Mapping(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && a.node.same(&b.node))
            }
            _ => false,
        }
    }

    /// The node at a JSON pointer (RFC 6901).
    #[must_use]
    pub fn find(&self, pointer: &str) -> Option<&Node<'a>> {
        pointer.split('/').skip(1).try_fold(self, |node, token| match &node.value {
            Value::Mapping(_) => node.get(&unescaped(token)),
            Value::Sequence(items) => items.get(token.parse::<usize>().ok()?),
            Value::Scalar(_) => None,
        })
    }

    /// Adds `first` to all spans: the number of the first byte of the file among the bytes of all files.
    pub(super) fn shift(&mut self, first: usize) {
        let shift = |span: &mut Range<usize>| *span = span.start + first..span.end + first;
        shift(&mut self.span);
        match &mut self.value {
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter_mut().for_each(|item| item.shift(first)),
            Value::Mapping(entries) => {
                for entry in entries {
                    shift(&mut entry.key_span);
                    entry.node.shift(first);
                }
            }
        }
    }

    /// The same node with texts of its own, so that it can outlive the text of the document.
    pub(super) fn into_owned(self) -> Node<'static> {
        let value = match self.value {
            Value::Scalar(Scalar { text, plain }) => Value::Scalar(Scalar { text: owned(text), plain }),
            Value::Sequence(items) => Value::Sequence(items.into_iter().map(Node::into_owned).collect()),
            Value::Mapping(entries) => {
                let entry =
                    |Entry { key, key_span, node }| Entry { key: owned(key), key_span, node: node.into_owned() };
                Value::Mapping(entries.into_iter().map(entry).collect())
            }
        };
        Node { value, span: self.span }
    }

    /// The value as JSON. Infinite numbers, which JSON does not have, become null.
    pub(crate) fn json(&self) -> Json {
        match &self.value {
            Value::Scalar(scalar) => scalar.json(),
            Value::Sequence(items) => items.iter().map(Node::json).collect(),
            Value::Mapping(entries) => {
                let members = entries.iter().map(|entry| (entry.key.to_string(), entry.node.json()));
                Json::Object(members.collect())
            }
        }
    }

    /// The value for `serde_yaml`, which deserializes it.
    pub(crate) fn yaml(&self) -> serde_yaml::Value {
        match &self.value {
            Value::Scalar(scalar) => match scalar.json() {
                Json::Bool(value) => value.into(),
                Json::String(text) => text.into(),
                Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                    (Some(number), _) => number.into(),
                    (None, Some(number)) => number.into(),
                    (None, None) => number.as_f64().map_or(serde_yaml::Value::Null, Into::into),
                },
                Json::Null | Json::Array(_) | Json::Object(_) => serde_yaml::Value::Null,
            },
            Value::Sequence(items) => items.iter().map(Node::yaml).collect(),
            Value::Mapping(entries) => {
                let members = entries.iter().map(|entry| (entry.key.as_ref().into(), entry.node.yaml()));
                serde_yaml::Value::Mapping(members.collect())
            }
        }
    }

    /// The byte ranges of the key and of the value at a JSON pointer. For a node without a key, both are the range of
    /// the value. If the pointer does not exist, they are the ranges of the last existing node on its path.
    pub(crate) fn locate(&self, pointer: &str) -> (Range<usize>, Range<usize>) {
        let mut node = self;
        let mut key_span = if pointer.is_empty() { 0..0 } else { self.span.clone() };
        for token in pointer.split('/').skip(1) {
            let token = unescaped(token);
            match &node.value {
                Value::Mapping(_) => match node.entry(&token) {
                    Some(entry) => {
                        key_span = entry.key_span.clone();
                        node = &entry.node;
                    }
                    None => break,
                },
                Value::Sequence(items) => match token.parse::<usize>().ok().and_then(|index| items.get(index)) {
                    Some(item) => {
                        key_span = item.span.clone();
                        node = item;
                    }
                    None => break,
                },
                Value::Scalar(_) => break,
            }
        }
        // An empty value has no bytes to show.
        let value_span = if node.span.is_empty() { key_span.clone() } else { node.span.clone() };
        (key_span, value_span)
    }
}

/// The size of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    /// The bytes of its strings and keys.
    pub(crate) bytes: usize,
    pub(crate) height: usize,
}

impl Size {
    pub(crate) fn of(node: &Node<'_>) -> Self {
        let mut size = Self { nodes: 1, bytes: 0, height: 1 };
        let mut add = |part: Self, key: usize| {
            size.nodes += part.nodes;
            size.bytes += part.bytes + key;
            size.height = size.height.max(part.height + 1);
        };
        match &node.value {
            Value::Scalar(scalar) => size.bytes = scalar.text.len(),
            Value::Sequence(items) => items.iter().for_each(|item| add(Self::of(item), 0)),
            Value::Mapping(entries) => {
                entries.iter().for_each(|entry| add(Self::of(&entry.node), entry.key.len()));
            }
        }
        size
    }
}
