//! Deserialization of the objects of a tree.
//!
//! In: a [`Node`]. Out: the type of `openapiv3` for its object, as `serde_yaml` deserializes the same values; a test compares
//! the two. The strings of the tree are borrowed, so nothing is copied that the type does not keep.
//!
//! The types of `openapiv3` are nested, untagged and flattened: each level buffers all values below it before it deserializes
//! them. So an object is deserialized alone ([`Shallow`]): of the objects that it contains it has only that they are there.

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_yaml::Error;

use super::node::{Entry, Node, ScalarType, Value};

/// The members of an object that are not deserialized with it.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    /// Mappings and lists with these keys are empty. Their presence can determine the type of the object.
    pub(super) emptied: &'static [&'static str],
    /// Members with these keys are missing.
    pub(super) omitted: &'static [&'static str],
}

/// An object without its parts.
#[derive(Clone, Copy)]
pub(super) struct Shallow<'de> {
    pub(super) node: &'de Node<'de>,
    pub(super) parts: Parts,
    /// Whether `x-` keys are deserialized.
    pub(super) with_extensions: bool,
}

/// A value of a tree: all of it, or only whether it is a mapping or a list.
#[derive(Clone, Copy)]
struct Part<'de> {
    node: &'de Node<'de>,
    is_emptied: bool,
}

impl<'de> Part<'de> {
    fn all(node: &'de Node<'de>) -> Self {
        Self { node, is_emptied: false }
    }
}

/// The members of a mapping.
struct Members<'de, I> {
    rest: I,
    value: Option<Part<'de>>,
}

impl<'de, I: Iterator<Item = (&'de Entry<'de>, bool)>> MapAccess<'de> for Members<'de, I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((entry, is_emptied)) = self.rest.next() else { return Ok(None) };
        self.value = Some(Part { node: &entry.node, is_emptied });
        seed.deserialize(BorrowedStrDeserializer::new(&entry.key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(serde::de::Error::custom("a value without a key")),
        }
    }
}

/// The items of a list.
struct Items<'de>(std::slice::Iter<'de, Node<'de>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|item| seed.deserialize(Part::all(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

fn no_members<'de, V: Visitor<'de>>(visitor: V) -> Result<V::Value, Error> {
    visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
}

fn no_items<'de, V: Visitor<'de>>(visitor: V) -> Result<V::Value, Error> {
    visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<&str>()))
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            Value::Scalar(scalar) if scalar.scalar_type() == ScalarType::String => {
                visitor.visit_borrowed_str(&scalar.text)
            }
            Value::Scalar(_) => self.node.yaml().deserialize_any(visitor),
            Value::Sequence(_) if self.is_emptied => no_items(visitor),
            Value::Sequence(items) => visitor.visit_seq(Items(items.iter())),
            Value::Mapping(_) if self.is_emptied => no_members(visitor),
            Value::Mapping(entries) => {
                visitor.visit_map(Members { rest: entries.iter().map(|entry| (entry, false)), value: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    // `serde_yaml` deserializes null as an empty list or mapping where one is expected.

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { no_items(visitor) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { no_members(visitor) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.node.yaml().deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct identifier
    }
}

impl<'de> Deserializer<'de> for Shallow<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Mapping(entries) = &self.node.value else { return Part::all(self.node).deserialize_any(visitor) };
        let Self { parts, with_extensions, .. } = self;
        let members = entries.iter().filter(move |entry| {
            let key = &*entry.key;
            !parts.omitted.contains(&key) && (with_extensions || !key.starts_with("x-"))
        });
        let rest = members.map(move |entry| (entry, parts.emptied.contains(&&*entry.key)));
        visitor.visit_map(Members { rest, value: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Debug;
    use std::path::Path;

    use openapiv3::{OpenAPI, Schema, SchemaKind, Type};
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::Source;
    use crate::document::yaml::parse;

    fn deserialized<T: DeserializeOwned>(text: &str, parts: Parts) -> Result<T, Error> {
        let source = Source::new("x.yaml", text);
        let node = parse(&source, false).unwrap();
        T::deserialize(Shallow { node: &node, parts, with_extensions: true })
    }

    #[test]
    fn documents_are_those_that_serde_yaml_reads() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let fixtures = std::fs::read_dir(repository.join("tests/fixtures")).unwrap();
        let mut files: Vec<_> = fixtures.map(|file| file.unwrap().path()).collect();
        files.push(repository.join("spec/flighthub2.yaml"));
        assert!(files.len() > 20);
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let expected: OpenAPI = serde_yaml::from_str(&text).unwrap();
            assert_eq!(deserialized::<OpenAPI>(&text, Parts::default()).unwrap(), expected, "{}", file.display());
        }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Object<T> {
        k: T,
    }

    /// The same value, or the same error, as `serde_yaml`.
    fn check<T: DeserializeOwned + Debug + PartialEq>(value: &str) {
        let text = format!("k: {value}");
        let tree: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let expected = serde_yaml::from_value::<Object<T>>(tree).map_err(|error| error.to_string());
        let found = deserialized::<Object<T>>(&text, Parts::default()).map_err(|error| error.to_string());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_of_all_types_are_those_of_serde_yaml() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Newtype(Vec<i64>);
        #[derive(Debug, PartialEq, Deserialize)]
        enum Word {
            #[serde(rename = "a")]
            A,
        }
        for value in [
            "~",
            "true",
            "-1",
            "18446744073709551615",
            "1.5",
            "a",
            "'1'",
            "[]",
            "[1, 2]",
            "[a]",
            "{}",
            "{a: 1}",
            "{a: ~, b: {c: [~]}}",
        ] {
            check::<serde_json::Value>(value);
            check::<Option<bool>>(value);
            check::<Option<String>>(value);
            check::<u32>(value);
            check::<f64>(value);
            check::<String>(value);
            check::<Vec<i64>>(value);
            check::<Newtype>(value);
            check::<BTreeMap<String, i64>>(value);
            check::<Word>(value);
        }
    }

    #[test]
    fn parts_are_empty_or_missing() {
        let text = "{type: object, properties: {a: {type: 7}}, allOf: [{type: 7}], xml: {a: 7}, x-a: 1, title: T}";
        assert!(deserialized::<Schema>(text, Parts::default()).is_err());
        let parts = Parts { emptied: &["properties", "allOf", "title"], omitted: &["xml"] };
        let schema: Schema = deserialized(text, parts).unwrap();
        let SchemaKind::Any(any) = schema.schema_kind else { panic!("{schema:?}") };
        assert!(any.properties.is_empty() && any.all_of.is_empty());
        // A scalar has no parts.
        assert_eq!(schema.schema_data.title.as_deref(), Some("T"));
        assert!(schema.schema_data.extensions.contains_key("x-a"));

        // The kind depends on the keys that are present.
        let schema: Schema = deserialized(text, Parts { omitted: &["allOf", "properties"], ..parts }).unwrap();
        assert!(matches!(schema.schema_kind, SchemaKind::Type(Type::Object(_))), "{schema:?}");

        let source = Source::new("x.yaml", text);
        let node = parse(&source, false).unwrap();
        let schema = Schema::deserialize(Shallow { node: &node, parts, with_extensions: false }).unwrap();
        assert!(schema.schema_data.extensions.is_empty());
    }
}
