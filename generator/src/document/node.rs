//! The tree of a document.
//!
//! In: what [`super::yaml`] has read. Out: values with their places, by key or by pointer, and the same values for `serde`.
//! Values are those that `serde_yaml` would read, which is tested. This module knows nothing of OpenAPI.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

use super::pointer::unescape;

/// A value of a document, and where it is in the text.
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

/// A member of a mapping: a key, and the value behind it.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node<'a>,
}

#[derive(Clone, Debug)]
pub(crate) struct Scalar<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Written without quotes, so that its text decides its type.
    pub(super) plain: bool,
}

/// The types that a scalar can have, by the rules of `serde_yaml`.
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

    fn json(&self) -> Json {
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

    /// The members of a mapping; of anything else none.
    #[must_use]
    pub fn mapping(&self) -> &[Entry<'a>] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; of anything else none.
    #[must_use]
    pub fn sequence(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar, also of a number, a boolean or null.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether it is a string, and not a number, a boolean or null.
    #[must_use]
    pub fn is_string(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.scalar_type() == ScalarType::String)
    }

    /// Whether it is a mapping, also one without members.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// Whether it is a list, also an empty one.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        matches!(self.value, Value::Sequence(_))
    }

    /// What the node is, for messages: `a list`, `a number`, `null`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.scalar_type().name(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// Its bytes in the text. A value that is missing behind its key has none.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Whether two nodes have the same value, however they are written. The order of members counts.
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

    /// The node that a JSON pointer (RFC 6901) leads to.
    #[must_use]
    pub fn find(&self, pointer: &str) -> Option<&Node<'a>> {
        pointer.split('/').skip(1).try_fold(self, |node, token| match &node.value {
            Value::Mapping(_) => node.get(&unescape(token)),
            Value::Sequence(items) => items.get(token.parse::<usize>().ok()?),
            Value::Scalar(_) => None,
        })
    }

    /// How many keys and values there are, itself included.
    pub(super) fn size(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::Sequence(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Value::Mapping(entries) => 1 + entries.iter().map(|entry| 1 + entry.node.size()).sum::<usize>(),
        }
    }

    /// The value as JSON. An infinite number, which JSON does not have, becomes null.
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

    /// The value for `serde_yaml`, which makes types of it.
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

    /// The bytes of a node by its JSON pointer: those of its key, and those of its value. A node without a key has its
    /// value in both. Where the pointer leads out of the document, the last node on the way.
    pub(crate) fn locate(&self, pointer: &str) -> (Range<usize>, Range<usize>) {
        let mut node = self;
        let mut key_span = if pointer.is_empty() { 0..0 } else { self.span.clone() };
        for token in pointer.split('/').skip(1) {
            let token = unescape(token);
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
        // An empty value has no bytes that could be shown.
        let value_span = if node.span.is_empty() { key_span.clone() } else { node.span.clone() };
        (key_span, value_span)
    }
}
