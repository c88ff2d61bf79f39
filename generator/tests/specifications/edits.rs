//! Edits of a document that keep it valid YAML. Knows YAML, and of OpenAPI only keywords and references.

use std::sync::LazyLock;

use serde_yaml::{Mapping, Value};

use super::documents::Documents;

/// Numbers that are derived from bytes. After the last byte all of them are 0.
pub(crate) struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.bytes.is_empty()
    }

    fn byte(&mut self) -> usize {
        self.bytes.split_off_first().copied().map_or(0, usize::from)
    }

    /// A number below a limit, or 0 if the limit is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let mut number = self.byte();
        if limit > 256 {
            number = number << 8 | self.byte();
        }
        if limit > 1 << 16 {
            number = number << 8 | self.byte();
        }
        number % limit.max(1)
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// The path of a place: indices of the members of mappings and the items of lists.
pub(crate) type NodePath = Vec<usize>;

/// Every place of a document but the document itself.
pub(crate) fn places(document: &Value) -> Vec<NodePath> {
    fn walk(value: &Value, path: &mut NodePath, found: &mut Vec<NodePath>) {
        let inner: Vec<&Value> = match value {
            Value::Mapping(members) => members.values().collect(),
            Value::Sequence(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        for (index, inner) in inner.into_iter().enumerate() {
            path.push(index);
            found.push(path.clone());
            walk(inner, path, found);
            path.pop();
        }
    }
    let mut found = Vec::new();
    walk(document, &mut Vec::new(), &mut found);
    found
}

pub(crate) fn at<'v>(document: &'v Value, path: &[usize]) -> &'v Value {
    path.iter().fold(document, |value, position| match value {
        Value::Mapping(members) => members.values().nth(*position).unwrap(),
        value => &value.as_sequence().unwrap()[*position],
    })
}

pub(crate) fn at_mut<'v>(document: &'v mut Value, path: &[usize]) -> &'v mut Value {
    path.iter().fold(document, |value, position| match value {
        Value::Mapping(members) => members.values_mut().nth(*position).unwrap(),
        value => &mut value.as_sequence_mut().unwrap()[*position],
    })
}

/// An edit of a place of a document.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Replace(Value),
    Remove,
    /// Moves it before its siblings.
    First,
    /// Renames its key, or duplicates it in a list.
    Rename(String),
    /// Inserts a sibling, with this key in a mapping.
    Insert(String, Value),
}

pub(crate) fn apply(document: &mut Value, path: &[usize], edit: Edit) {
    if let Edit::Replace(value) = edit {
        *at_mut(document, path) = value;
        return;
    }
    let Some((&place, parent)) = path.split_last() else { return };
    match at_mut(document, parent) {
        Value::Mapping(members) => {
            let mut entries: Vec<(Value, Value)> = std::mem::take(members).into_iter().collect();
            match edit {
                Edit::Replace(_) => {}
                Edit::Remove => drop(entries.remove(place)),
                Edit::First => entries[..=place].rotate_right(1),
                Edit::Rename(key) => entries[place].0 = key.into(),
                Edit::Insert(key, value) => entries.insert(place, (key.into(), value)),
            }
            *members = entries.into_iter().collect::<Mapping>();
        }
        Value::Sequence(items) => match edit {
            Edit::Replace(_) => {}
            Edit::Remove => drop(items.remove(place)),
            Edit::First => items[..=place].rotate_right(1),
            Edit::Rename(_) => items.push(items[place].clone()),
            Edit::Insert(_, value) => items.insert(place, value),
        },
        _ => {}
    }
}

/// More edits only take more time.
const MAX_EDITS: usize = 12;
const MAX_PLACES: usize = 20_000;

/// A document after one edit for each choice.
pub(crate) fn edited(mut document: Value, documents: &Documents, choices: &mut Choices<'_>) -> Value {
    for _ in 0..MAX_EDITS {
        let paths = places(&document);
        if choices.is_over() || paths.is_empty() || paths.len() > MAX_PLACES {
            break;
        }
        let path = choices.one_of(&paths);
        let edit = match choices.below(16) {
            0 | 1 => Edit::Remove,
            2 => Edit::First,
            3 => Edit::Rename(choices.one_of(NAMES).to_owned()),
            4 => Edit::Rename(choices.one_of(KEYS).to_owned()),
            5 => Edit::Insert(choices.one_of(KEYS).to_owned(), choices.one_of(&VALUES)),
            6 => Edit::Insert(choices.one_of(KEYS).to_owned(), at(&document, &choices.one_of(&paths)).clone()),
            7 => Edit::Insert(choices.one_of(NAMES).to_owned(), at(&document, &path).clone()),
            8 => Edit::Replace(choices.one_of(&VALUES)),
            9 => Edit::Replace(choices.one_of(NAMES).into()),
            10 => Edit::Replace(at(&document, &choices.one_of(&paths)).clone()),
            11 => {
                let other = &documents.choose(choices).value;
                Edit::Replace(at(other, &choices.one_of(&places(other))).clone())
            }
            12 => Edit::Replace(wrapped(at(&document, &path).clone(), choices)),
            13 => Edit::Replace(reference(circle(&document, &path))),
            14 => Edit::Replace(reference(pointer(&document, &choices.one_of(&paths)))),
            _ => {
                let leads = |path: &&NodePath| at(&document, path).get("$ref").is_some();
                let leading: Vec<&NodePath> = paths.iter().filter(leads).collect();
                if leading.is_empty() {
                    continue;
                }
                let from = choices.one_of(&leading);
                let to = choices.one_of(&leading);
                let other = at(&document, to).clone();
                apply(&mut document, from, Edit::Replace(other));
                continue;
            }
        };
        apply(&mut document, &path, edit);
    }
    document
}

/// A value as a member of another schema.
fn wrapped(value: Value, choices: &mut Choices<'_>) -> Value {
    let key = |key: &str, value: Value| Value::Mapping([(key.into(), value)].into_iter().collect());
    let typed = |kind: &str, name: &str, value: Value| {
        Value::Mapping([("type".into(), kind.into()), (name.into(), value)].into_iter().collect())
    };
    match choices.below(10) {
        0 => key("allOf", vec![value].into()),
        1 => key("allOf", vec![value.clone(), value].into()),
        2 => key("oneOf", vec![value].into()),
        3 => key("oneOf", vec![value, choices.one_of(&VALUES)].into()),
        4 => key("anyOf", vec![value].into()),
        5 => key("not", value),
        6 => typed("array", "items", value),
        7 => typed("object", "additionalProperties", value),
        8 => typed("object", "properties", key(choices.one_of(NAMES), value)),
        _ => vec![value].into(),
    }
}

fn reference(pointer: String) -> Value {
    Value::Mapping([("$ref".into(), format!("#{pointer}").into())].into_iter().collect())
}

/// The component that a place is part of, or the place itself.
fn circle(document: &Value, path: &[usize]) -> String {
    let pointer = pointer(document, path);
    if pointer.starts_with("/components/") {
        let parts: Vec<&str> = pointer.split('/').take(4).collect();
        return parts.join("/");
    }
    pointer
}

/// The JSON pointer of a place.
fn pointer(document: &Value, path: &[usize]) -> String {
    let mut value = document;
    let mut pointer = String::new();
    for position in path {
        pointer.push('/');
        match value {
            Value::Mapping(members) => {
                let (key, member) = members.iter().nth(*position).unwrap();
                pointer.push_str(&key.as_str().unwrap_or_default().replace('~', "~0").replace('/', "~1"));
                value = member;
            }
            inner => {
                pointer.push_str(&position.to_string());
                value = &inner.as_sequence().unwrap()[*position];
            }
        }
    }
    pointer
}

/// Names that are difficult as Rust identifiers, or as file names.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "", " ", "_", "self", "Self", "crate", "type", "async", "gen", "r#type", "mod", "client", "types", "new", "send",
    "body", "required", "other", "data", "code", "Option", "String", "Vec", "Result", "Required", "Unknown", "4g",
    "-1", "a b", "a-b", "a_b", "A_B", "aB", "a.b", "a/b", "a~b", "{a}", "{", "}", "..", ".", "/", "\\", "\"", "'", "`", "*/",
    "//", "#", "$ref", "x-a", "名称", "größe", "ﬁ", "e\u{301}", "\u{1F680}", "\u{202e}", "\u{200b}", "\n", "\r", "\t", "\0",
    "\u{1b}[31m", "\u{7f}", "\u{2028}", "\u{feff}", "<b>", "[a]", "](", "```", "a\n\n    b", "#![a]", "Content-Type",
    "application/json", "/a", "/a/{a}", "/{type}/{self}", "200", "2XX", "default", "null", "true", "1", "1.5",
    "18446744073709551616", "2026-01-01", "https://example.com/a?b=c#d", "a_very_long_name_that_goes_on_and_on_and_on_and_on",
];

/// Keys of a document.
#[rustfmt::skip]
const KEYS: &[&str] = &[
    "type", "format", "nullable", "enum", "default", "example", "examples", "description", "title", "deprecated", "readOnly",
    "writeOnly", "required", "properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf", "not",
    "discriminator", "propertyName", "mapping", "minimum", "maximum", "exclusiveMinimum", "multipleOf", "minLength",
    "maxLength", "pattern", "minItems", "uniqueItems", "maxProperties", "$ref", "name", "in", "style", "explode",
    "allowReserved", "schema", "content", "parameters", "requestBody", "responses", "headers", "links", "callbacks",
    "servers", "security", "tags", "operationId", "summary", "externalDocs", "x-risk", "x-retry", "x-lookup", "x-role",
    "x-unit", "x-envelope", "x-enum-varnames", "x-enum-descriptions", "x-error-codes", "x-client-name", "x-source",
    "x-lint-allow", "x-availability", "x-region", "x-content-schema", "x-pagination", "x-states", "x-follow", "x-enum-numbers", "x-lenient", "outcome", "<<", "get", "head", "trace", "components", "schemas", "paths", "openapi",
];

/// Values of every type, including keywords.
static VALUES: LazyLock<Vec<Value>> = LazyLock::new(|| serde_yaml::from_str(include_str!("values.yaml")).unwrap());
