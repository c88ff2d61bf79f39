//! Conversion of Schema Objects.
//!
//! In: the tree of a schema. Out: a [`Schema`] whose subschemas are ids. Keys are converted even if they
//! have no effect on the type of the schema: later stages decide about them.

use openapiv3::{
    AdditionalProperties as Additional, AnySchema, SchemaData, SchemaKind, Type as Kind, VariantOrUnknownOrEmpty,
};
use serde_json::{Number, Value};

use super::{Converted, Converter, member};
use crate::document::deserialize::Parts;
use crate::document::lifecycle::States;
use crate::document::node::Node;
use crate::document::pointer::NodeId;
use crate::document::schema::{AdditionalProperties, Discriminator, Keywords, Limits, Schema, SchemaId, Type};
use crate::document::vocabulary::{CONTENT_SCHEMA, ENUM_NUMBERS, LENIENT, STATES, UNITS};

/// The schemas in a schema. Their presence determines which of its kinds `openapiv3` chooses.
const SCHEMA: Parts = Parts {
    emptied: &["properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf", "not"],
    omitted: &["xml"],
};

impl Converter {
    /// Converts the schema, or the reference to one, that is a member of an object.
    pub(super) fn schema_under(
        &mut self,
        owner: &Node<'_>,
        node: NodeId,
        key: &'static str,
    ) -> Converted<Option<SchemaId>> {
        let Some(written) = member(owner, key) else { return Ok(None) };
        let node = self.nodes.key(node, key);
        self.place(node, written, |of| &mut of.schemas, Self::schema).map(Some)
    }

    fn schemas_under(&mut self, owner: &Node<'_>, node: NodeId, key: &'static str) -> Converted<Vec<SchemaId>> {
        self.items(owner, node, key, |of| &mut of.schemas, Self::schema)
    }

    pub(super) fn schema(&mut self, written: &Node<'_>, node: NodeId) -> Converted<Schema> {
        let schema: openapiv3::Schema = self.read(written, SCHEMA)?;
        let content = if self.is_ours { self.content_schema(written, node)? } else { None };
        let keywords = self.keywords(schema.schema_data);
        let mut converted = Schema { keywords, content, ..Schema::default() };
        let additional_properties = converted.set_kind(schema.schema_kind);
        converted.properties = self.named(written, node, "properties", |of| &mut of.schemas, Self::schema)?;
        converted.additional_properties = match additional_properties {
            Some(Additional::Any(allowed)) => Some(AdditionalProperties::Any(allowed)),
            Some(Additional::Schema(_)) => {
                self.schema_under(written, node, "additionalProperties")?.map(AdditionalProperties::Schema)
            }
            None => None,
        };
        converted.items = self.schema_under(written, node, "items")?;
        converted.all_of = self.schemas_under(written, node, "allOf")?;
        converted.one_of = self.schemas_under(written, node, "oneOf")?;
        converted.any_of = self.schemas_under(written, node, "anyOf")?;
        converted.not = self.schema_under(written, node, "not")?;
        Ok(converted)
    }

    /// The schema of the content of a string. If `openapiv3` cannot deserialize it, it is treated as empty: only
    /// references are supported here, and the `lower` stage rejects every inline schema.
    fn content_schema(&mut self, written: &Node<'_>, owner: NodeId) -> Converted<Option<SchemaId>> {
        let Some(content) = written.get(CONTENT_SCHEMA) else { return Ok(None) };
        let node = self.nodes.key(owner, CONTENT_SCHEMA);
        let convert = |of: &mut Self, content: &Node<'_>, node| Ok(of.schema(content, node).unwrap_or_default());
        self.place(node, content, |of| &mut of.schemas, convert).map(Some)
    }

    fn keywords(&mut self, data: SchemaData) -> Keywords {
        let mut extensions = self.extensions(data.extensions);
        let unit = extensions.text("x-unit");
        Keywords {
            title: data.title,
            description: data.description,
            nullable: data.nullable,
            default: data.default,
            example: data.example,
            deprecated: data.deprecated,
            read_only: data.read_only,
            write_only: data.write_only,
            discriminator: data.discriminator.map(|discriminator| Discriminator {
                property_name: discriminator.property_name,
                mapping: discriminator.mapping.into_iter().collect(),
            }),
            external_docs_url: data.external_docs.map(|page| page.url),
            unit: unit.and_then(|unit| UNITS.iter().copied().find(|known| *known == unit)),
            is_envelope: extensions.take("x-envelope") == Some(Value::Bool(true)),
            enum_names: extensions.texts("x-enum-varnames"),
            enum_descriptions: extensions.texts("x-enum-descriptions"),
            enum_numbers: extensions.pairs(ENUM_NUMBERS),
            is_lenient: extensions.take(LENIENT) == Some(Value::Bool(true)),
            states: extensions.take(STATES).and_then(States::read),
            source: extensions.source(),
            ..Keywords::default()
        }
    }
}

impl Schema {
    /// Sets the keys that depend on the type. Returns `additionalProperties`, which can be a schema.
    fn set_kind(&mut self, kind: SchemaKind) -> Option<Additional> {
        match kind {
            SchemaKind::Type(Kind::String(string)) => {
                self.set(Type::String, name_of(&string.format), values(string.enumeration));
                let limits = &mut self.keywords.limits;
                limits.pattern = string.pattern;
                (limits.min_length, limits.max_length) = (string.min_length, string.max_length);
            }
            SchemaKind::Type(Kind::Number(number)) => {
                self.set(Type::Number, name_of(&number.format), values(number.enumeration));
                let limits = &mut self.keywords.limits;
                limits.multiple_of = number.multiple_of.and_then(Number::from_f64);
                limits.minimum = number.minimum.and_then(Number::from_f64);
                limits.maximum = number.maximum.and_then(Number::from_f64);
                limits.exclusive_minimum = number.exclusive_minimum;
                limits.exclusive_maximum = number.exclusive_maximum;
            }
            SchemaKind::Type(Kind::Integer(integer)) => {
                self.set(Type::Integer, name_of(&integer.format), values(integer.enumeration));
                let limits = &mut self.keywords.limits;
                limits.multiple_of = integer.multiple_of.map(Number::from);
                limits.minimum = integer.minimum.map(Number::from);
                limits.maximum = integer.maximum.map(Number::from);
                limits.exclusive_minimum = integer.exclusive_minimum;
                limits.exclusive_maximum = integer.exclusive_maximum;
            }
            SchemaKind::Type(Kind::Boolean(boolean)) => {
                self.set(Type::Boolean, None, values(boolean.enumeration));
            }
            SchemaKind::Type(Kind::Object(object)) => {
                self.set(Type::Object, None, Vec::new());
                self.keywords.required = object.required;
                let limits = &mut self.keywords.limits;
                (limits.min_properties, limits.max_properties) = (object.min_properties, object.max_properties);
                return object.additional_properties;
            }
            SchemaKind::Type(Kind::Array(array)) => {
                self.set(Type::Array, None, Vec::new());
                let limits = &mut self.keywords.limits;
                (limits.min_items, limits.max_items) = (array.min_items, array.max_items);
                limits.unique_items = array.unique_items.then_some(true);
            }
            SchemaKind::OneOf { .. } | SchemaKind::AllOf { .. } | SchemaKind::AnyOf { .. } | SchemaKind::Not { .. } => {
            }
            SchemaKind::Any(any) => return self.set_any(any),
        }
        None
    }

    /// Sets the keys of a schema with keys of several types.
    fn set_any(&mut self, any: AnySchema) -> Option<Additional> {
        let keywords = &mut self.keywords;
        keywords.ty = any.typ.as_deref().and_then(Type::parse);
        keywords.format = any.format;
        keywords.values = any.enumeration;
        keywords.required = any.required;
        keywords.limits = Limits {
            pattern: any.pattern,
            multiple_of: any.multiple_of.and_then(Number::from_f64),
            minimum: any.minimum.and_then(Number::from_f64),
            exclusive_minimum: any.exclusive_minimum.unwrap_or_default(),
            maximum: any.maximum.and_then(Number::from_f64),
            exclusive_maximum: any.exclusive_maximum.unwrap_or_default(),
            min_length: any.min_length,
            max_length: any.max_length,
            min_items: any.min_items,
            max_items: any.max_items,
            unique_items: any.unique_items,
            min_properties: any.min_properties,
            max_properties: any.max_properties,
        };
        any.additional_properties
    }

    fn set(&mut self, ty: Type, format: Option<String>, values: Vec<Value>) {
        self.keywords.ty = Some(ty);
        self.keywords.format = format;
        self.keywords.values = values;
    }
}

fn values<T: Into<Value>>(values: Vec<Option<T>>) -> Vec<Value> {
    values.into_iter().map(|value| value.map_or(Value::Null, Into::into)).collect()
}

fn name_of<T: serde::Serialize>(format: &VariantOrUnknownOrEmpty<T>) -> Option<String> {
    match format {
        VariantOrUnknownOrEmpty::Item(item) => serde_json::to_value(item).ok()?.as_str().map(str::to_owned),
        VariantOrUnknownOrEmpty::Unknown(name) => Some(name.clone()),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}
