//! One view of a schema, whatever `openapiv3` made of it.
//!
//! `openapiv3` sorts schemas into kinds by the keys they have. Lowering asks for keys; this is where they come from.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, ReferenceOr, Schema, SchemaData, SchemaKind, Type, VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::document::grammar::CONTENT_SCHEMA;

/// Where a schema is written, or a reference to one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot<'a> {
    Reference(&'a str),
    Schema(&'a Schema),
}

impl<'a> Slot<'a> {
    /// The reference, if there is nothing but one: written as such, or with a description of its own.
    pub(crate) fn reference(self) -> Option<&'a str> {
        match self {
            Self::Reference(reference) => Some(reference),
            Self::Schema(schema) => Keys::of(schema).as_reference(),
        }
    }
}

impl<'a> From<&'a ReferenceOr<Schema>> for Slot<'a> {
    fn from(slot: &'a ReferenceOr<Schema>) -> Self {
        match slot {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Schema(schema),
        }
    }
}

impl<'a> From<&'a ReferenceOr<Box<Schema>>> for Slot<'a> {
    fn from(slot: &'a ReferenceOr<Box<Schema>>) -> Self {
        match slot {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Schema(schema),
        }
    }
}

/// The keys of a schema. A key that is not there is `None` or empty.
#[derive(Debug)]
pub(crate) struct Keys<'a> {
    pub(crate) data: &'a SchemaData,
    pub(crate) schema_type: Option<&'a str>,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<&'a str>,
    pub(crate) values: Vec<Value>,
    pub(crate) properties: Option<&'a IndexMap<String, ReferenceOr<Box<Schema>>>>,
    pub(crate) required: &'a [String],
    pub(crate) additional: Option<&'a AdditionalProperties>,
    pub(crate) items: Option<Slot<'a>>,
    pub(crate) all_of: &'a [ReferenceOr<Schema>],
    pub(crate) one_of: &'a [ReferenceOr<Schema>],
    pub(crate) any_of: &'a [ReferenceOr<Schema>],
    pub(crate) not: bool,
    pub(crate) minimum: Option<Bound>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) multiple_of: Option<f64>,
    /// Characters, items or members.
    pub(crate) size: (Option<usize>, Option<usize>),
    pub(crate) unique_items: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) value: f64,
    /// As it is written; an integer need not fit `value` exactly.
    pub(crate) text: String,
    pub(crate) exclusive: bool,
}

impl<'a> Keys<'a> {
    fn empty(data: &'a SchemaData) -> Self {
        Self {
            data,
            schema_type: None,
            format: None,
            pattern: None,
            values: Vec::new(),
            properties: None,
            required: &[],
            additional: None,
            items: None,
            all_of: &[],
            one_of: &[],
            any_of: &[],
            not: false,
            minimum: None,
            maximum: None,
            multiple_of: None,
            size: (None, None),
            unique_items: false,
        }
    }

    pub(crate) fn of(schema: &'a Schema) -> Self {
        let empty = Self::empty(&schema.schema_data);
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(text)) => Self {
                schema_type: Some("string"),
                format: name_of(&text.format),
                pattern: text.pattern.as_deref(),
                values: values(&text.enumeration),
                size: (text.min_length, text.max_length),
                ..empty
            },
            SchemaKind::Type(Type::Number(number)) => Self {
                schema_type: Some("number"),
                format: name_of(&number.format),
                values: values(&number.enumeration),
                minimum: bound(number.minimum, number.exclusive_minimum),
                maximum: bound(number.maximum, number.exclusive_maximum),
                multiple_of: number.multiple_of,
                ..empty
            },
            SchemaKind::Type(Type::Integer(integer)) => Self {
                schema_type: Some("integer"),
                format: name_of(&integer.format),
                values: values(&integer.enumeration),
                minimum: integer_bound(integer.minimum, integer.exclusive_minimum),
                maximum: integer_bound(integer.maximum, integer.exclusive_maximum),
                multiple_of: integer.multiple_of.map(|factor| factor as f64),
                ..empty
            },
            SchemaKind::Type(Type::Boolean(boolean)) => {
                Self { schema_type: Some("boolean"), values: values(&boolean.enumeration), ..empty }
            }
            SchemaKind::Type(Type::Object(object)) => Self {
                schema_type: Some("object"),
                properties: Some(&object.properties),
                required: &object.required,
                additional: object.additional_properties.as_ref(),
                size: (object.min_properties, object.max_properties),
                ..empty
            },
            SchemaKind::Type(Type::Array(array)) => Self {
                schema_type: Some("array"),
                items: array.items.as_ref().map(Slot::from),
                size: (array.min_items, array.max_items),
                unique_items: array.unique_items,
                ..empty
            },
            SchemaKind::OneOf { one_of } => Self { one_of, ..empty },
            SchemaKind::AllOf { all_of } => Self { all_of, ..empty },
            SchemaKind::AnyOf { any_of } => Self { any_of, ..empty },
            SchemaKind::Not { .. } => Self { not: true, ..empty },
            SchemaKind::Any(any) => Self::of_any(any, empty),
        }
    }

    /// A schema with keys of several kinds. Limits on values of another type than its own limit nothing.
    fn of_any(any: &'a AnySchema, empty: Self) -> Self {
        let is_of = |types: &[&str]| any.typ.as_deref().is_none_or(|written| types.contains(&written));
        let is_number = is_of(&["number", "integer"]);
        Self {
            schema_type: any.typ.as_deref(),
            format: any.format.clone(),
            pattern: any.pattern.as_deref().filter(|_| is_of(&["string"])),
            values: any.enumeration.clone(),
            properties: Some(&any.properties).filter(|properties| !properties.is_empty()),
            required: if is_of(&["object"]) { &any.required } else { &[] },
            additional: any.additional_properties.as_ref().filter(|_| is_of(&["object"])),
            items: any.items.as_ref().map(Slot::from),
            all_of: &any.all_of,
            one_of: &any.one_of,
            any_of: &any.any_of,
            not: any.not.is_some(),
            minimum: bound(any.minimum.filter(|_| is_number), any.exclusive_minimum.unwrap_or_default()),
            maximum: bound(any.maximum.filter(|_| is_number), any.exclusive_maximum.unwrap_or_default()),
            multiple_of: any.multiple_of.filter(|_| is_number),
            size: size(any),
            unique_items: any.unique_items.unwrap_or_default() && is_of(&["array"]),
            ..empty
        }
    }

    /// The only thing it does is to refer to another schema, with words of its own.
    pub(crate) fn as_reference(&self) -> Option<&'a str> {
        let mut references = self.all_of.iter().filter_map(|member| match member {
            ReferenceOr::Reference { reference } => Some(reference.as_str()),
            ReferenceOr::Item(_) => None,
        });
        let only = references.next().filter(|_| references.next().is_none() && !self.has_own_shape())?;
        self.members().all(|member| member.is_words()).then_some(only)
    }

    /// The members of `allOf` that are written in place.
    fn members(&self) -> impl Iterator<Item = Keys<'a>> + use<'a> {
        self.all_of.iter().filter_map(ReferenceOr::as_item).map(Keys::of)
    }

    /// Its description, or that of a member of `allOf` that is nothing else.
    pub(crate) fn description(&self) -> Option<&'a str> {
        let own = |data: &'a SchemaData| data.description.as_deref().or(data.title.as_deref());
        own(self.data).or_else(|| self.members().filter(Keys::is_words).find_map(|member| own(member.data)))
    }

    /// Whether it says something to people, and nothing about values.
    fn is_words(&self) -> bool {
        let silent = SchemaData {
            title: self.data.title.clone(),
            description: self.data.description.clone(),
            example: self.data.example.clone(),
            external_docs: self.data.external_docs.clone(),
            ..SchemaData::default()
        };
        *self.data == silent
            && self.schema_type.is_none()
            && self.format.is_none()
            && self.pattern.is_none()
            && self.minimum.is_none()
            && self.maximum.is_none()
            && self.multiple_of.is_none()
            && self.size == (None, None)
            && !self.unique_items
            && !self.combines()
            && !self.has_own_shape()
            && self.properties.is_none()
    }

    /// Whether keys beside `allOf` add to the shape.
    pub(crate) fn has_own_shape(&self) -> bool {
        self.properties.is_some_and(|properties| !properties.is_empty())
            || !self.required.is_empty()
            || self.additional.is_some()
            || self.items.is_some()
            || !self.values.is_empty()
    }

    /// Whether it is made of other schemas.
    pub(crate) fn combines(&self) -> bool {
        !self.all_of.is_empty() || !self.one_of.is_empty() || !self.any_of.is_empty() || self.not
    }

    pub(crate) fn unit(&self) -> Option<&'a str> {
        self.data.extensions.get("x-unit")?.as_str()
    }

    /// What the JSON in a string looks like: a reference, or a schema that is written in place.
    pub(crate) fn content_schema(&self) -> Option<&'a Value> {
        self.data.extensions.get(CONTENT_SCHEMA)
    }

    pub(crate) fn is_envelope(&self) -> bool {
        self.data.extensions.get("x-envelope") == Some(&Value::Bool(true))
    }

    /// The texts of a list under an `x-` key.
    pub(crate) fn texts(&self, key: &str) -> Option<Vec<&'a str>> {
        let list = self.data.extensions.get(key)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).collect())
    }
}

/// Characters, items or members: what the type has. Without a type it cannot be told, and the first is taken.
fn size(any: &AnySchema) -> (Option<usize>, Option<usize>) {
    match any.typ.as_deref() {
        Some("string") => (any.min_length, any.max_length),
        Some("array") => (any.min_items, any.max_items),
        Some("object") => (any.min_properties, any.max_properties),
        Some(_) => (None, None),
        None => (
            any.min_length.or(any.min_items).or(any.min_properties),
            any.max_length.or(any.max_items).or(any.max_properties),
        ),
    }
}

fn bound(value: Option<f64>, exclusive: bool) -> Option<Bound> {
    value.map(|value| Bound { value, text: value.to_string(), exclusive })
}

fn integer_bound(value: Option<i64>, exclusive: bool) -> Option<Bound> {
    value.map(|value| Bound { value: value as f64, text: value.to_string(), exclusive })
}

fn values<T: Clone + Into<Value>>(values: &[Option<T>]) -> Vec<Value> {
    values.iter().map(|value| value.clone().map_or(Value::Null, Into::into)).collect()
}

fn name_of<T: serde::Serialize>(format: &VariantOrUnknownOrEmpty<T>) -> Option<String> {
    match format {
        VariantOrUnknownOrEmpty::Item(item) => serde_json::to_value(item).ok()?.as_str().map(str::to_owned),
        VariantOrUnknownOrEmpty::Unknown(name) => Some(name.clone()),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}
