//! Conversion of Schema Objects.
//!
//! In: a schema as deserialized by `openapiv3`. Out: a [`Schema`] whose subschemas are ids. Keys are converted even if they
//! have no effect on the type of the schema: later stages decide about them.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties as Additional, AnySchema, ReferenceOr, SchemaData, SchemaKind, Type as Kind,
    VariantOrUnknownOrEmpty,
};
use serde_json::{Number, Value};

use super::{Converter, unboxed};
use crate::document::lifecycle::States;
use crate::document::pointer::NodeId;
use crate::document::schema::{AdditionalProperties, Discriminator, Keywords, Limits, Schema, SchemaId, Type};
use crate::document::vocabulary::{CONTENT_SCHEMA, ENUM_NUMBERS, LENIENT, STATES, UNITS};

impl Converter {
    pub(super) fn schema_under(
        &mut self,
        owner: NodeId,
        key: &'static str,
        schema: ReferenceOr<openapiv3::Schema>,
    ) -> SchemaId {
        let node = self.nodes.key(owner, key);
        self.place(node, schema, |of| &mut of.schemas, Self::schema)
    }

    pub(super) fn schemas_under(
        &mut self,
        owner: NodeId,
        key: &'static str,
        list: Vec<ReferenceOr<openapiv3::Schema>>,
    ) -> Vec<SchemaId> {
        if list.is_empty() {
            return Vec::new();
        }
        let list_node = self.nodes.key(owner, key);
        let mut converted = Vec::with_capacity(list.len());
        for (index, schema) in list.into_iter().enumerate() {
            let node = self.nodes.index(list_node, index);
            converted.push(self.place(node, schema, |of| &mut of.schemas, Self::schema));
        }
        converted
    }

    pub(super) fn schema(&mut self, mut schema: openapiv3::Schema, node: NodeId) -> Schema {
        let content = schema.schema_data.extensions.get_mut(CONTENT_SCHEMA).map(Value::take);
        let content = content.filter(|_| self.is_ours).map(|content| self.content_schema(content, node));
        let keywords = self.keywords(schema.schema_data);
        let mut converted = Schema { keywords, content, ..Schema::default() };
        match schema.schema_kind {
            SchemaKind::Type(Kind::String(string)) => {
                converted.set(Type::String, name_of(&string.format), values(string.enumeration));
                let limits = &mut converted.keywords.limits;
                limits.pattern = string.pattern;
                (limits.min_length, limits.max_length) = (string.min_length, string.max_length);
            }
            SchemaKind::Type(Kind::Number(number)) => {
                converted.set(Type::Number, name_of(&number.format), values(number.enumeration));
                let limits = &mut converted.keywords.limits;
                limits.multiple_of = number.multiple_of.and_then(Number::from_f64);
                limits.minimum = number.minimum.and_then(Number::from_f64);
                limits.maximum = number.maximum.and_then(Number::from_f64);
                limits.exclusive_minimum = number.exclusive_minimum;
                limits.exclusive_maximum = number.exclusive_maximum;
            }
            SchemaKind::Type(Kind::Integer(integer)) => {
                converted.set(Type::Integer, name_of(&integer.format), values(integer.enumeration));
                let limits = &mut converted.keywords.limits;
                limits.multiple_of = integer.multiple_of.map(Number::from);
                limits.minimum = integer.minimum.map(Number::from);
                limits.maximum = integer.maximum.map(Number::from);
                limits.exclusive_minimum = integer.exclusive_minimum;
                limits.exclusive_maximum = integer.exclusive_maximum;
            }
            SchemaKind::Type(Kind::Boolean(boolean)) => {
                converted.set(Type::Boolean, None, values(boolean.enumeration));
            }
            SchemaKind::Type(Kind::Object(object)) => {
                converted.set(Type::Object, None, Vec::new());
                converted.properties = self.properties(object.properties, node);
                converted.additional_properties = self.additional(object.additional_properties, node);
                converted.keywords.required = object.required;
                let limits = &mut converted.keywords.limits;
                (limits.min_properties, limits.max_properties) = (object.min_properties, object.max_properties);
            }
            SchemaKind::Type(Kind::Array(array)) => {
                converted.set(Type::Array, None, Vec::new());
                converted.items = array.items.map(|items| self.schema_under(node, "items", unboxed(items)));
                let limits = &mut converted.keywords.limits;
                (limits.min_items, limits.max_items) = (array.min_items, array.max_items);
                limits.unique_items = array.unique_items.then_some(true);
            }
            SchemaKind::OneOf { one_of } => converted.one_of = self.schemas_under(node, "oneOf", one_of),
            SchemaKind::AllOf { all_of } => converted.all_of = self.schemas_under(node, "allOf", all_of),
            SchemaKind::AnyOf { any_of } => converted.any_of = self.schemas_under(node, "anyOf", any_of),
            SchemaKind::Not { not } => converted.not = Some(self.schema_under(node, "not", *not)),
            SchemaKind::Any(any) => self.any_schema(any, node, &mut converted),
        }
        converted
    }

    /// The schema of the content of a string. If `openapiv3` cannot deserialize it, it is treated as empty: only
    /// references are supported here, and the `lower` stage rejects every inline schema.
    pub(super) fn content_schema(&mut self, written: Value, owner: NodeId) -> SchemaId {
        let schema = serde_json::from_value(written).unwrap_or_else(|_| {
            ReferenceOr::Item(openapiv3::Schema {
                schema_data: SchemaData::default(),
                schema_kind: SchemaKind::Any(AnySchema::default()),
            })
        });
        self.schema_under(owner, CONTENT_SCHEMA, schema)
    }

    /// A schema with keys of several types.
    pub(super) fn any_schema(&mut self, any: AnySchema, node: NodeId, converted: &mut Schema) {
        converted.properties = self.properties(any.properties, node);
        converted.additional_properties = self.additional(any.additional_properties, node);
        converted.items = any.items.map(|items| self.schema_under(node, "items", unboxed(items)));
        converted.all_of = self.schemas_under(node, "allOf", any.all_of);
        converted.one_of = self.schemas_under(node, "oneOf", any.one_of);
        converted.any_of = self.schemas_under(node, "anyOf", any.any_of);
        converted.not = any.not.map(|not| self.schema_under(node, "not", *not));
        let keywords = &mut converted.keywords;
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
    }

    pub(super) fn keywords(&mut self, data: SchemaData) -> Keywords {
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

    pub(super) fn properties(
        &mut self,
        properties: IndexMap<String, ReferenceOr<Box<openapiv3::Schema>>>,
        owner: NodeId,
    ) -> Vec<(String, SchemaId)> {
        if properties.is_empty() {
            return Vec::new();
        }
        let properties_node = self.nodes.key(owner, "properties");
        let mut converted = Vec::with_capacity(properties.len());
        for (name, property) in properties {
            let node = self.nodes.name(properties_node, &name);
            let id = self.place(node, unboxed(property), |of| &mut of.schemas, Self::schema);
            converted.push((name, id));
        }
        converted
    }

    pub(super) fn additional(&mut self, additional: Option<Additional>, owner: NodeId) -> Option<AdditionalProperties> {
        Some(match additional? {
            Additional::Any(allowed) => AdditionalProperties::Any(allowed),
            Additional::Schema(schema) => {
                AdditionalProperties::Schema(self.schema_under(owner, "additionalProperties", *schema))
            }
        })
    }
}

impl Schema {
    pub(super) fn set(&mut self, ty: Type, format: Option<String>, values: Vec<Value>) {
        self.keywords.ty = Some(ty);
        self.keywords.format = format;
        self.keywords.values = values;
    }
}

pub(super) fn values<T: Into<Value>>(values: Vec<Option<T>>) -> Vec<Value> {
    values.into_iter().map(|value| value.map_or(Value::Null, Into::into)).collect()
}

pub(super) fn name_of<T: serde::Serialize>(format: &VariantOrUnknownOrEmpty<T>) -> Option<String> {
    match format {
        VariantOrUnknownOrEmpty::Item(item) => serde_json::to_value(item).ok()?.as_str().map(str::to_owned),
        VariantOrUnknownOrEmpty::Unknown(name) => Some(name.clone()),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}
