//! Schemas with `enum`.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::keys::Keys;
use super::types::Types;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::docs::documentation;
use crate::document::pointer::PointerRef;
use crate::model::{Enum, EnumValues, Primitive, TypeKind, TypeRef, Variant};
use crate::names::{Case, Scope, identifier};

impl Types<'_> {
    /// An enumeration of texts or integers. It stays open: the emitted type has a variant for other values.
    pub(super) fn enumeration(&mut self, keys: &Keys<'_>, at: PointerRef<'_>) -> TypeKind {
        let mut indices: Vec<usize> = (0..keys.values.len()).filter(|&index| !keys.values[index].is_null()).collect();
        if indices.len() < keys.values.len() && !keys.data.nullable && self.dialect == Dialect::FlightHub {
            self.found.report(
                Code::WrongValue,
                at.key("enum"),
                "null is a value here, and `nullable` is not set",
                "write `nullable: true`",
            );
        }
        if self.dialect == Dialect::Foreign {
            // A value that others list twice is one value.
            let mut known: HashSet<String> = HashSet::new();
            indices.retain(|&index| known.insert(keys.values[index].to_string()));
        }
        let values: Vec<&Value> = indices.iter().filter_map(|&index| keys.values.get(index)).collect();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (index, value) in values.iter().enumerate() {
            let first = *known.entry(value.to_string()).or_insert(index);
            if first < index {
                let message = format!("{value} is listed twice");
                let list = at.key("enum");
                let first = (list.index(first), "first here");
                self.found.report_with(Code::DuplicateName, list.index(index), message, "remove one of them", first);
            }
        }
        let texts: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        let integers: Option<Vec<i64>> = values.iter().map(|value| value.as_i64()).collect();
        let fits = |schema_type: &str| keys.schema_type.is_none_or(|written| written == schema_type);
        let names = self.variant_names(keys, &values, at);
        let docs = self.variant_docs(keys, &values, at);
        match (texts, integers) {
            (Some(texts), _) if fits("string") && !texts.is_empty() => {
                TypeKind::Enum(Enum { values: EnumValues::Text(variants(texts, &indices, names, docs)) })
            }
            (_, Some(integers)) if fits("integer") && !integers.is_empty() => {
                TypeKind::Enum(Enum { values: EnumValues::Integer(variants(integers, &indices, names, docs)) })
            }
            _ if self.dialect == Dialect::Foreign
                && matches!(keys.schema_type, Some("boolean" | "number"))
                && values.iter().all(|value| value.is_boolean() || value.is_number()) =>
            {
                // The values are told in words; see `constraints`.
                TypeKind::Alias(TypeRef::Primitive(match keys.schema_type {
                    Some("boolean") => Primitive::Boolean,
                    _ => Primitive::Double,
                }))
            }
            _ => {
                self.found.report(
                    Code::Unsupported,
                    at.key("enum"),
                    "an enumeration must be of `type: string` with texts, or of `type: integer` with integers",
                    "write the values in the form of the type; a boolean or a number needs no `enum`",
                );
                TypeKind::Alias(TypeRef::Primitive(Primitive::Json))
            }
        }
    }

    fn variant_names(&mut self, keys: &Keys<'_>, values: &[&Value], at: PointerRef<'_>) -> Vec<String> {
        let mut scope = Scope::with_taken(["UnknownValue"]);
        if let Some(names) = keys.texts("x-enum-varnames") {
            self.same_length(names.len(), values.len(), "x-enum-varnames", at);
            for (index, name) in names.iter().enumerate() {
                let list = at.key("x-enum-varnames");
                if identifier(name, Case::Camel) != *name {
                    let message = format!("`{name}` is not how Rust writes the name of a variant");
                    let help = format!("write `{}`", identifier(name, Case::Camel));
                    self.found.report(Code::EnumNames, list.index(index), message, help);
                } else if scope.issue(name, Case::Camel) != *name {
                    let message = format!("the name `{name}` is taken");
                    let help = "give every value its own name; `UnknownValue` is that of all others";
                    match names[..index].iter().position(|known| known == name) {
                        Some(first) => {
                            let first = (list.index(first), "first here");
                            self.found.report_with(Code::EnumNames, list.index(index), message, help, first);
                        }
                        None => self.found.report(Code::EnumNames, list.index(index), message, help),
                    }
                }
            }
            return names.into_iter().map(str::to_owned).collect();
        }
        let wanted: Vec<String> = values
            .iter()
            .map(|value| match value {
                Value::String(text) => text.clone(),
                value => format!("value_{}", value.to_string().replace('-', "minus_")),
            })
            .collect();
        scope.issue_all(&wanted.iter().map(String::as_str).collect::<Vec<_>>(), Case::Camel)
    }

    fn variant_docs(&mut self, keys: &Keys<'_>, values: &[&Value], at: PointerRef<'_>) -> Vec<String> {
        match keys.texts("x-enum-descriptions") {
            Some(docs) => {
                self.same_length(docs.len(), values.len(), "x-enum-descriptions", at);
                docs.into_iter().map(documentation).collect()
            }
            None => values.iter().map(|value| format!("The value `{}`.", super::facts::in_words(value))).collect(),
        }
    }

    fn same_length(&mut self, found: usize, wanted: usize, key: &str, at: PointerRef<'_>) {
        if found != wanted {
            let entries = if found == 1 { "entry" } else { "entries" };
            self.found.report_with(
                Code::EnumNames,
                at.key(key),
                format!("{found} {entries} for {wanted} values"),
                "write one entry for each value, in the order of `enum`; null has none and comes last",
                (at.key("enum").value(), "the values"),
            );
        }
    }
}

fn variants<T>(values: Vec<T>, indices: &[usize], names: Vec<String>, docs: Vec<String>) -> Vec<Variant<T>> {
    let described = values.into_iter().zip(names).zip(docs).zip(indices.iter().copied());
    described.map(|(((value, variant), doc), index)| Variant { variant, value, index, doc }).collect()
}
