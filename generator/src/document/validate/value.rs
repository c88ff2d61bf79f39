//! Values: each has the type that the vocabulary defines for its key.
//!
//! In: a value and its type. Out: a problem for each value of another type; in a third-party document a warning, if the
//! value can be converted or removed. Objects and their keys are validated by the parent module.

use super::Checker;
use super::repair::{expected, repair};
use crate::diagnostic::Code;
use crate::document::edit::Change;
use crate::document::node::{Node, Scalar, ScalarType, Value};
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::ValueType;
use crate::suggest::did_you_mean;

impl<'s> Checker<'s> {
    pub(super) fn value(&mut self, node: &Node<'_>, value_type: &ValueType, at: PointerRef<'_>) {
        if self.policy.tolerates_mistakes
            && let Some(change) = repair(node, value_type, at)
        {
            let expected = expected(value_type);
            let message = format!("expected {expected}, found {}", node.kind());
            let effect = match &change {
                Change::Remove => "it is ignored",
                _ => "it is converted",
            };
            let span = self.shown(node, at);
            return self.recoverable(
                Code::WrongValue,
                span,
                at,
                (message, format!("write {expected}")),
                (effect, change),
            );
        }
        match value_type {
            ValueType::Any => {}
            ValueType::Text | ValueType::Boolean | ValueType::Number | ValueType::Integer | ValueType::Count => {
                if !matches!(&node.value, Value::Scalar(scalar) if fits(value_type, scalar)) {
                    self.wrong(node, at, &expected(value_type));
                }
            }
            ValueType::OneOf(words) => self.one_of(node, words, at),
            ValueType::Object(object) => self.object(node, object, at),
            ValueType::RefOr(object) => match node.entry("$ref") {
                Some(reference) => self.reference(node, reference, object, at),
                None => self.object(node, object, at),
            },
            ValueType::List(value_type) => self.list(node, value_type, at),
            ValueType::NonEmptyList(value_type) => {
                if matches!(&node.value, Value::Sequence(items) if items.is_empty()) {
                    let message = "this list must not be empty".to_owned();
                    let help = "remove the key, or add an entry".to_owned();
                    let effect = ("it is ignored", Change::Remove);
                    self.recoverable(Code::WrongValue, node.span.clone(), at, (message, help), effect);
                }
                self.list(node, value_type, at);
            }
            ValueType::Map(value_type) => match &node.value {
                Value::Mapping(entries) => {
                    for entry in entries {
                        self.value(&entry.node, value_type, at.key(&entry.key));
                    }
                }
                _ => self.wrong(node, at, "a mapping"),
            },
            ValueType::Suppressions => self.suppressions(node, at),
            ValueType::ScalarOr(scalar, mapping) => {
                let value_type = if matches!(node.value, Value::Mapping(_)) { mapping } else { scalar };
                self.value(node, value_type, at);
            }
        }
    }

    /// Suppressed lint rules, by their codes, each with the reason.
    fn suppressions(&mut self, node: &Node<'_>, at: PointerRef<'_>) {
        let Value::Mapping(entries) = &node.value else {
            return self.wrong(node, at, "a mapping from lint rules to reasons");
        };
        for entry in entries {
            let here = at.key(&entry.key);
            let rules = Code::suppressible().map(Code::as_str);
            if !rules.clone().any(|rule| rule == entry.key) {
                let message = match entry.key.parse::<Code>() {
                    Ok(code) => format!("`{code}` cannot be suppressed"),
                    Err(_) => format!("`{}` is not a lint rule", entry.key),
                };
                let help = did_you_mean(&entry.key, rules.clone(), || {
                    format!("the rules are: {}", rules.collect::<Vec<_>>().join(", "))
                });
                self.report(Code::WrongValue, entry.key_span.clone(), here, message, help);
            }
            if !entry.node.as_str().is_some_and(|text| entry.node.is_string() && is_words(text)) {
                self.wrong(&entry.node, here, "the reason for the suppression");
            }
        }
    }

    fn list(&mut self, node: &Node<'_>, value_type: &ValueType, at: PointerRef<'_>) {
        match &node.value {
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, value_type, at.index(index));
                }
            }
            _ => self.wrong(node, at, "a list"),
        }
    }

    fn one_of(&mut self, node: &Node<'_>, words: &[&'static str], at: PointerRef<'_>) {
        let Value::Scalar(scalar) = &node.value else {
            return self.wrong(node, at, &format!("one of: {}", words.join(", ")));
        };
        if !words.contains(&&*scalar.text) {
            let values = || format!("the allowed values are: {}", words.join(", "));
            let help = did_you_mean(&scalar.text, words.iter().copied(), values);
            let message = match &*scalar.text {
                "" => "the value is missing".to_owned(),
                text => format!("`{text}` is not an allowed value"),
            };
            self.report(Code::WrongValue, self.shown(node, at), at, message, help);
        }
    }

    pub(super) fn wrong(&mut self, node: &Node<'_>, at: PointerRef<'_>, expected: &str) {
        let help = match &node.value {
            Value::Scalar(scalar) if expected == "a string" && scalar.scalar_type() != ScalarType::Null => {
                format!("put it in quotes: '{}'", scalar.text)
            }
            Value::Sequence(_) if expected.starts_with("one of: string, ") => {
                "a schema of OpenAPI 3.0 has one type; write `nullable: true` next to it if the value can be null"
                    .to_owned()
            }
            _ => format!("write {expected}"),
        };
        let message = format!("expected {expected}, found {}", node.kind());
        self.report(Code::WrongValue, self.shown(node, at), at, message, help);
    }
}

/// Whether a text contains words, and is not a placeholder.
pub(crate) fn is_words(text: &str) -> bool {
    let unfinished = ["TODO", "TBD", "FIXME", "XXX"].iter().any(|mark| text.trim_start().starts_with(mark));
    text.chars().any(char::is_alphanumeric) && !unfinished
}

/// Whether a scalar is a value of a type.
pub(super) fn fits(value_type: &ValueType, scalar: &Scalar<'_>) -> bool {
    let (text, scalar_type) = (&*scalar.text, scalar.scalar_type());
    match value_type {
        ValueType::Any => true,
        ValueType::Text => scalar_type == ScalarType::String,
        ValueType::Boolean => scalar_type == ScalarType::Boolean,
        ValueType::Number => {
            matches!(scalar_type, ScalarType::Integer | ScalarType::Number)
                && text.parse::<f64>().is_ok_and(f64::is_finite)
        }
        ValueType::Integer => scalar_type == ScalarType::Integer && text.parse::<i64>().is_ok(),
        ValueType::Count => scalar_type == ScalarType::Integer && text.parse::<u32>().is_ok(),
        ValueType::OneOf(words) => words.contains(&text),
        _ => false,
    }
}
