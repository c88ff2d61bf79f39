//! Schemas with `enum`.
//!
//! In: the values, with their names, descriptions and numbers. Out: an open enumeration, or an alias of the type of the
//! values if they are neither strings nor integers.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::schemas::{ANY, Draft, Kind, Types};
use crate::diagnostic::Code;
use crate::document::pointer::{NodeId, PointerRef};
use crate::document::schema::{Keywords, Schema, Type};
use crate::document::vocabulary::ENUM_NUMBERS;
use crate::model::{Docs, Enum, EnumValue, EnumValues, Primitive, TypeId, TypeKind, TypeRef, UntypedReason};
use crate::names::{Case, UniqueNames, identifier};
use crate::suggest::did_you_mean;

impl Types<'_> {
    /// An enumeration of strings or integers. The generated type is open: it has a variant for unlisted values.
    pub(super) fn enumeration(&mut self, schema: &Schema, at: PointerRef<'_>) -> TypeKind {
        let keywords = &schema.keywords;
        let mut listed: Vec<(usize, &Value)> =
            keywords.values.iter().enumerate().filter(|(_, value)| !value.is_null()).collect();
        if listed.len() < keywords.values.len() && !keywords.nullable && !self.policy.allows_loose_schemas {
            self.sink.report(
                Code::WrongValue,
                at.key("enum"),
                "`enum` lists null, but `nullable` is not set",
                "write `nullable: true`",
            );
        }
        if self.policy.allows_loose_schemas {
            let mut known: HashSet<String> = HashSet::new();
            listed.retain(|(_, value)| known.insert(value.to_string()));
        }
        // YAML parses `1` and `true` as a number and a boolean, even if the type of the schema is string.
        let coerced = if self.policy.tolerates_mistakes { self.coerced(keywords, &mut listed, at) } else { Vec::new() };
        let values: Vec<&Value> =
            listed.iter().enumerate().map(|(position, (_, value))| coerced.get(position).unwrap_or(value)).collect();
        self.check_repetitions(&values, at);
        let texts: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        let integers: Option<Vec<i64>> = values.iter().map(|value| value.as_i64()).collect();
        let fits = |ty: Type| keywords.ty.is_none_or(|written| written == ty);
        let names = self.value_names(keywords, &values, at);
        let descriptions = self.value_descriptions(keywords, values.len(), at);
        let states = self.states(keywords, &values, at);
        let numbers = self.numbers(keywords, &values, at);
        let indices = listed.iter().map(|(index, _)| *index).zip(names).zip(descriptions);
        match (texts, integers) {
            (Some(texts), _) if fits(Type::String) && !texts.is_empty() => {
                TypeKind::Enum(Enum { values: EnumValues::Text(enum_values(texts, indices)), states, numbers })
            }
            (_, Some(integers)) if fits(Type::Integer) && !integers.is_empty() => {
                TypeKind::Enum(Enum { values: EnumValues::Integer(enum_values(integers, indices)), states, numbers })
            }
            // The documentation lists the values, because they are part of the constraints.
            _ if self.policy.allows_loose_schemas => {
                let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(|value| is(value));
                let ty = keywords.ty.or_else(|| {
                    let is_boolean = all(Value::is_boolean).then_some(Type::Boolean);
                    is_boolean.or_else(|| all(Value::is_number).then_some(Type::Number))
                });
                let format = keywords.format.as_deref();
                TypeKind::Alias(match ty {
                    Some(Type::Boolean) => TypeRef::Primitive(Primitive::Boolean),
                    Some(Type::Number) if format == Some("float") => TypeRef::Primitive(Primitive::Float),
                    Some(Type::Number) => TypeRef::Primitive(Primitive::Double),
                    Some(Type::String) => TypeRef::Primitive(Primitive::String),
                    Some(Type::Integer) => TypeRef::Primitive(Primitive::Int64),
                    Some(Type::Object | Type::Array) | None => {
                        self.note_untyped(at, UntypedReason::MixedEnum);
                        ANY
                    }
                })
            }
            _ => {
                self.sink.report(
                    Code::Unsupported,
                    at.key("enum"),
                    "`enum` is supported only for strings with `type: string` and integers with `type: integer`",
                    "write values of the type; remove `enum` from a boolean or a number",
                );
                TypeKind::Alias(ANY)
            }
        }
    }

    /// An enumeration of media types. `choices` are the name and the media type of each.
    pub(super) fn media_types(&mut self, name: &str, choices: Vec<(String, String)>, node: NodeId) -> TypeRef {
        let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
        let variants = UniqueNames::with_reserved(["Unknown"]).issue_all(&names, Case::Camel);
        let values = choices.into_iter().map(|(_, media_type)| media_type).collect();
        let described = variants.into_iter().enumerate().map(|named| (named, None));
        let values = EnumValues::Text(enum_values(values, described));
        let kind = Kind::Type(TypeKind::Enum(Enum { values, states: None, numbers: Vec::new() }));
        let type_id = TypeId(self.drafts.len());
        let (schema_name, name) = (name.to_owned(), self.type_names.issue_type(name));
        self.drafts.push(Draft { name, schema_name, docs: Docs::default(), kind, node });
        TypeRef::Named(type_id)
    }

    /// The values, converted to the type of the schema, if some of them have another type in YAML. Empty if all values
    /// have the right type, or if one of them cannot be converted.
    fn coerced(&mut self, keywords: &Keywords, listed: &mut Vec<(usize, &Value)>, at: PointerRef<'_>) -> Vec<Value> {
        let fits = |value: &Value| match keywords.ty {
            Some(Type::String) => value.is_string(),
            Some(Type::Integer) => value.is_i64(),
            Some(Type::Number) => value.is_number(),
            Some(Type::Boolean) => value.is_boolean(),
            Some(Type::Array) => value.is_array(),
            Some(Type::Object) => value.is_object(),
            None => true,
        };
        let Some(ty) = keywords.ty.filter(|_| !listed.iter().all(|(_, value)| fits(value))) else { return Vec::new() };
        let coerce = |value: &Value| match (ty, value) {
            (Type::String, Value::Bool(_) | Value::Number(_)) => Some(Value::String(value.to_string())),
            (Type::String, Value::String(_)) => Some(value.clone()),
            (Type::Integer, Value::String(text)) => text.trim().parse::<i64>().ok().map(Value::from),
            (Type::Integer, Value::Number(_)) => value.as_i64().map(Value::from),
            _ => None,
        };
        let message = format!("a value of `enum` is not of `type: {}`", ty.as_str());
        let (key, help) = (at.key("enum"), "write values of this type");
        let found: Option<Vec<Value>> = listed.iter().map(|(_, value)| coerce(value)).collect();
        match found {
            Some(mut values) => {
                self.sink.report_recoverable(
                    Code::WrongValue,
                    key,
                    message,
                    help,
                    "each value is converted to this type",
                );
                let mut known = HashSet::new();
                let is_new: Vec<bool> = values.iter().map(|value| known.insert(value.to_string())).collect();
                let mut kept = is_new.iter();
                listed.retain(|_| *kept.next().unwrap_or(&true));
                let mut kept = is_new.iter();
                values.retain(|_| *kept.next().unwrap_or(&true));
                values
            }
            None => {
                self.sink.report_recoverable(
                    Code::WrongValue,
                    key,
                    message,
                    help,
                    "every value of this type is accepted",
                );
                Vec::new()
            }
        }
    }

    /// The numbers that are read as one of the texts, with the position of the text.
    fn numbers(&mut self, keywords: &Keywords, values: &[&Value], at: PointerRef<'_>) -> Vec<(i64, usize)> {
        let numbers_at = at.key(ENUM_NUMBERS);
        let mut found = Vec::new();
        for (number, text) in keywords.enum_numbers.iter().flatten() {
            let number_at = numbers_at.key(number);
            // One spelling for each number: `01` would be a second key for 1.
            let Some(number) = number.parse::<i64>().ok().filter(|parsed| parsed.to_string() == *number) else {
                let message = format!("`{number}` is not an integer");
                let help = "write each number as a key and the value of `enum` that it means: `'0': idle`";
                self.sink.report(Code::WrongValue, number_at, message, help);
                continue;
            };
            match values.iter().position(|value| value.as_str() == Some(text)) {
                Some(position) => found.push((number, position)),
                None => {
                    let texts = values.iter().filter_map(|value| value.as_str());
                    let help = did_you_mean(text, texts, || "name a text that is listed under `enum`".to_owned());
                    let message = format!("{text:?} is not a text of this enumeration");
                    self.sink.report(Code::DanglingRef, number_at, message, help);
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn check_repetitions(&mut self, values: &[&Value], at: PointerRef<'_>) {
        let mut known: HashMap<String, usize> = HashMap::new();
        for (index, value) in values.iter().enumerate() {
            let first = *known.entry(value.to_string()).or_insert(index);
            if first < index {
                let message = format!("{value} is listed twice");
                let list = at.key("enum");
                let first = (list.index(first), "first here");
                self.sink.report_with(Code::DuplicateName, list.index(index), message, "remove one of them", first);
            }
        }
    }

    fn value_names(&mut self, keywords: &Keywords, values: &[&Value], at: PointerRef<'_>) -> Vec<String> {
        let mut unique = UniqueNames::with_reserved(["Unknown"]);
        let Some(names) = &keywords.enum_names else {
            let names: Vec<String> = values
                .iter()
                .map(|value| match value {
                    Value::String(text) => text.clone(),
                    value => format!("value_{}", value.to_string().replace('-', "minus_")),
                })
                .collect();
            return unique.issue_all(&names.iter().map(String::as_str).collect::<Vec<_>>(), Case::Camel);
        };
        self.check_length(names.len(), values.len(), "x-enum-varnames", at);
        let list = at.key("x-enum-varnames");
        for (index, name) in names.iter().enumerate() {
            if identifier(name, Case::Camel) != *name {
                let message = format!("`{name}` is not the name of a variant in Rust's spelling");
                let help = format!("write `{}`", identifier(name, Case::Camel));
                self.sink.report(Code::EnumNames, list.index(index), message, help);
            } else if unique.issue(name, Case::Camel) != *name {
                let message = format!("the name `{name}` is already in use");
                let help = "give every value its own name; `Unknown` is reserved for unlisted values";
                match names[..index].iter().position(|known| known == name) {
                    Some(first) => {
                        let first = (list.index(first), "first here");
                        self.sink.report_with(Code::EnumNames, list.index(index), message, help, first);
                    }
                    None => self.sink.report(Code::EnumNames, list.index(index), message, help),
                }
            }
        }
        names.clone()
    }

    fn value_descriptions(&mut self, keywords: &Keywords, count: usize, at: PointerRef<'_>) -> Vec<Option<String>> {
        match &keywords.enum_descriptions {
            Some(descriptions) => {
                self.check_length(descriptions.len(), count, "x-enum-descriptions", at);
                descriptions.iter().cloned().map(Some).collect()
            }
            None => vec![None; count],
        }
    }

    fn check_length(&mut self, found: usize, expected: usize, key: &str, at: PointerRef<'_>) {
        if found != expected {
            let entries = if found == 1 { "entry" } else { "entries" };
            self.sink.report_with(
                Code::EnumNames,
                at.key(key),
                format!("`{key}` has {found} {entries} for {expected} values"),
                "write one entry for each value, in the order of `enum`; null has no entry and is last",
                (at.key("enum").value(), "the values"),
            );
        }
    }
}

/// Joins values with their positions under `enum`, their names and their descriptions.
fn enum_values<T>(
    values: Vec<T>,
    described: impl Iterator<Item = ((usize, String), Option<String>)>,
) -> Vec<EnumValue<T>> {
    let values = values.into_iter().zip(described);
    values.map(|(value, ((index, variant), description))| EnumValue { variant, value, index, description }).collect()
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{component, constraints, flighthub_model, flighthub_problems, recoverable};
    use crate::model::TypeKind;

    #[test]
    fn values_have_names() {
        for (schema, expected) in [
            ("{type: string, enum: [a, b-c]}", r#"enum(A="a", BC="b-c")"#),
            ("{type: integer, enum: [1, -1]}", "enum(Value1=1, ValueMinus1=-1)"),
            ("{type: string, nullable: true, enum: [a, null]}", r#"enum(A="a")"#),
            ("{type: string, enum: [a, a]}", r#"enum(A="a")"#),
            ("{type: string, enum: [a, A]}", r#"enum(A2="a", A="A")"#),
            ("{type: string, enum: [unknown]}", r#"enum(Unknown2="unknown")"#),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
        }
    }

    #[test]
    fn numbers_mean_listed_texts() {
        let found = |schema: &str| flighthub_problems(&format!("components: {{schemas: {{T: {schema}}}}}"));
        let at = "/components/schemas/T/x-enum-numbers";
        let text = |numbers: &str| format!("{{type: string, enum: [idle, busy], x-enum-numbers: {numbers}}}");
        for (schema, expected) in [
            (text("{'0': ilde}"), format!("{at}/0: \"ilde\" is not a text of this enumeration")),
            (
                "{type: string, x-enum-numbers: {'0': idle}}".to_owned(),
                format!("{at}: `x-enum-numbers` without `enum`"),
            ),
            (text("{one: idle}"), format!("{at}/one: `one` is not an integer")),
            (text("{'01': idle}"), format!("{at}/01: `01` is not an integer")),
            (
                "{type: integer, enum: [0], x-enum-numbers: {'0': idle}}".to_owned(),
                format!("{at}/0: \"idle\" is not a text of this enumeration"),
            ),
        ] {
            assert_eq!(found(&schema), [expected], "{schema}");
        }
        let source = format!("components: {{schemas: {{T: {}}}}}", text("{'2': busy, '-1': idle, '1': busy}"));
        let api = flighthub_model(&source);
        let numbers = api.types.iter().find_map(|definition| match &definition.kind {
            TypeKind::Enum(enumeration) => Some(enumeration.numbers.clone()),
            _ => None,
        });
        assert_eq!(numbers, Some(vec![(-1, 0), (1, 1), (2, 1)]));
    }

    #[test]
    fn other_values_are_documented() {
        assert_eq!(component("{T: {type: number, enum: [1.5, 2]}}"), "= Double");
        assert_eq!(constraints("{type: number, enum: [1.5, 2]}").values, [1.5, 2.0]);
        assert_eq!(constraints("{type: string, enum: [a]}").values.len(), 0);
        let message = "`enum` is supported only for strings with `type: string` and integers with `type: integer`";
        let expected = format!("/components/schemas/T/enum: {message}");
        assert_eq!(flighthub_problems("components: {schemas: {T: {enum: [a, 1]}}}"), [expected]);
        for (schema, expected) in [
            ("{enum: [a, 1]}", "= Json"),
            ("{enum: [true, false]}", "= Boolean"),
            ("{enum: [1.5, 2]}", "= Double"),
            ("{type: object, enum: [{}]}", "= Json"),
            ("{type: number, format: float, enum: [1]}", "= Float"),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
        }
        assert_eq!(constraints("{enum: [a, 1]}").values.len(), 2);
    }

    #[test]
    fn values_of_another_yaml_type_are_converted_to_the_type_of_the_schema() {
        let mistakes = |schema: &str| recoverable(&format!("components: {{schemas: {{T: {schema}}}}}"));
        for (schema, expected, effect) in [
            (
                "{type: string, enum: [1, true, '1', a]}",
                r#"enum(A="a", True="true", _1="1")"#,
                "each value is converted",
            ),
            ("{type: integer, enum: ['1', 2]}", "enum(Value1=1, Value2=2)", "each value is converted"),
            ("{type: integer, enum: [a]}", "newtype Int64", "every value of this type is accepted"),
        ] {
            let mut found = component(&format!("{{T: {schema}}}"));
            if let Some(values) = found.strip_prefix("enum(").and_then(|rest| rest.strip_suffix(')')) {
                let mut values: Vec<_> = values.split(", ").collect();
                values.sort_unstable();
                found = format!("enum({})", values.join(", "));
            }
            assert_eq!(found, expected, "{schema}");
            assert!(mistakes(schema)[0].contains(effect), "{:?}", mistakes(schema));
        }
    }
}
