//! A pair of places that are compared: one in each document.
//!
//! In: a pair of places and a member of its value. Out: the pair of that member, with the type of its value by the
//! vocabulary, and the name and path under which a change of it is reported.

use crate::compare::describe::{code, joined};
use crate::compare::recorder::Side;
use crate::document::Node;
use crate::document::pointer::{escape, unescape};
use crate::document::vocabulary::{Object, RESPONSES, SERVER_VARIABLE, ValueType};

/// The value of a key that is not in the vocabulary.
static ANY: ValueType = ValueType::Any;

/// A place in both documents. If only one document has a part, its place in the other one is that of the container.
#[derive(Clone, Debug, Default)]
pub(super) struct LocationPair {
    pub(super) places: [String; 2],
    pub(super) owner: ContainingObject,
    /// The innermost key that is in the vocabulary.
    pub(super) key: String,
    /// Below the response of a failure.
    pub(super) is_failure: bool,
}

/// The object that a place belongs to.
#[derive(Clone, Debug, Default)]
pub(super) struct ContainingObject {
    /// `None` for the document itself.
    pub(super) name: Option<String>,
    /// From the object with this name to the place where the comparison begins.
    pub(super) path: String,
    pub(super) places: [String; 2],
}

impl LocationPair {
    pub(super) fn at(&self, side: Side) -> &str {
        side.of(self.places.each_ref().map(String::as_str))
    }

    /// The place of the object.
    pub(super) fn root(&self, side: Side) -> &str {
        side.of(self.owner.places.each_ref().map(String::as_str))
    }

    pub(super) fn moved_to(&self, places: [&str; 2]) -> Self {
        Self { places: places.map(str::to_owned), ..self.clone() }
    }

    /// The member with this key at these places, with the type of its value.
    pub(super) fn member(
        &self,
        value_type: &'static ValueType,
        key: &str,
        places: [&str; 2],
    ) -> (&'static ValueType, Self) {
        let mut here = self.moved_to(places);
        let (inner, is_word) = match (object_of(value_type), value_type) {
            (Some(object), _) => {
                here.is_failure |= std::ptr::eq(object, &RESPONSES) && !key.starts_with('2');
                let known = object.fields.iter().chain(object.extensions).find(|field| field.key == key);
                match (known, object.named) {
                    (Some(field), _) => (&field.value_type, true),
                    (None, Some((_, value_type))) => (value_type, false),
                    (None, None) => (&ANY, true),
                }
            }
            (None, ValueType::Map(item) | ValueType::List(item) | ValueType::NonEmptyList(item)) => (*item, false),
            (None, _) => (&ANY, false),
        };
        // The `default` of a server variable is a part of the URL, and no constraint of a schema.
        let is_of_variable = object_of(value_type).is_some_and(|object| std::ptr::eq(object, &SERVER_VARIABLE));
        if is_word && !(is_of_variable && key == "default") {
            key.clone_into(&mut here.key);
        }
        (inner, here)
    }

    /// A member that only one document has.
    pub(super) fn one_sided(
        &self,
        value_type: &'static ValueType,
        member: &Member<'_, '_>,
        side: Side,
    ) -> (&'static ValueType, Self) {
        let [old, new] = self.places.each_ref().map(String::as_str);
        self.member(value_type, &member.key, side.of([[&member.pointer, new], [old, &member.pointer]]))
    }

    /// The name of the object that the place belongs to, and the path from there.
    pub(super) fn subject(&self, side: Side) -> (String, String) {
        let pointer = self.at(side);
        let Some(name) = &self.owner.name else {
            // A component has a name; other objects are identified by their first key.
            let depth = if pointer.starts_with("/components/") { 3 } else { 1 };
            let end = pointer.match_indices('/').nth(depth).map_or(pointer.len(), |(end, _)| end);
            let name = readable(&pointer[..end]);
            return (if name.is_empty() { "document".to_owned() } else { name }, readable(&pointer[end..]));
        };
        let below = readable(pointer.strip_prefix(self.root(side)).unwrap_or(pointer));
        (name.clone(), joined("/", [&self.owner.path, &below]))
    }
}

/// A member of a mapping or a list.
pub(super) struct Member<'t, 'n> {
    pub(super) key: String,
    pub(super) pointer: String,
    pub(super) node: &'t Node<'n>,
}

pub(super) fn members<'t, 'n>(node: &'t Node<'n>, pointer: &str) -> Vec<Member<'t, 'n>> {
    let keys = node.mapping().iter().map(|entry| (entry.key.to_string(), &entry.node));
    let indices = node.sequence().iter().enumerate().map(|(index, item)| (index.to_string(), item));
    let member = |(key, node): (String, _)| Member { pointer: format!("{pointer}/{}", escape(&key)), key, node };
    keys.chain(indices).map(member).collect()
}

pub(super) fn object_of(value_type: &'static ValueType) -> Option<&'static Object> {
    match value_type {
        ValueType::Object(object) | ValueType::RefOr(object) => Some(object),
        ValueType::ScalarOr(_, mapping) => object_of(mapping),
        _ => None,
    }
}

/// A readable pointer.
fn readable(pointer: &str) -> String {
    code(&pointer.split('/').skip(1).map(unescape).collect::<Vec<_>>().join("/"))
}
