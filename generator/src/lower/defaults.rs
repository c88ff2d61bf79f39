//! Defaults: each must be a value of its schema.
//!
//! In: a schema with `default`. Out: a problem if its type, its values or its limits exclude the default. No generated
//! code depends on a default; the documentation shows it.

use serde_json::Value;

use super::docs;
use super::schemas::Types;
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Bound, Schema, Type};

impl Types<'_> {
    /// Reports a default that is not a value of its schema: the documentation would mislead callers.
    pub(super) fn check_default(&mut self, schema: &Schema, at: PointerRef<'_>) {
        let keywords = &schema.keywords;
        let Some(default) = &keywords.default else { return };
        let fits = match (keywords.ty, default) {
            (_, Value::Null) => keywords.nullable,
            (Some(Type::String), value) => value.is_string(),
            (Some(Type::Integer), value) => value.is_i64(),
            (Some(Type::Number), value) => value.is_number(),
            (Some(Type::Boolean), value) => value.is_boolean(),
            (Some(Type::Array), value) => value.is_array(),
            (Some(Type::Object), value) => value.is_object(),
            (None, _) => true,
        };
        let number = default.as_f64();
        let beyond = |limit: Option<Bound>| Some((number?, limit.as_ref()?.value.as_f64()?, limit?.is_exclusive));
        let is_below_minimum = beyond(schema.minimum())
            .is_some_and(|(number, limit, is_exclusive)| if is_exclusive { number <= limit } else { number < limit });
        let is_above_maximum = beyond(schema.maximum())
            .is_some_and(|(number, limit, is_exclusive)| if is_exclusive { number >= limit } else { number > limit });
        let shown = docs::plain(default);
        let (why, key, label) = if !fits {
            (format!("the default `{shown}` is not of the type of its schema"), "type", "the type")
        } else if !keywords.values.is_empty() && !keywords.values.iter().any(|value| is_same_value(value, default)) {
            (format!("the default `{shown}` is not one of the values"), "enum", "the values")
        } else if is_below_minimum || is_above_maximum {
            let key = if is_below_minimum { "minimum" } else { "maximum" };
            (format!("the default `{shown}` is outside of the limits"), key, "the limit")
        } else {
            return;
        };
        let written = at.key("default");
        let help = "write a default that is valid for the schema, or remove it";
        if self.policy.tolerates_mistakes {
            let effect = "the default is part of the documentation only";
            return self.sink.report_recoverable(Code::BadDefault, written.value(), why, help, effect);
        }
        self.sink.report_with(Code::BadDefault, written.value(), why, help, (at.key(key), label));
    }
}

/// Whether two JSON values are equal. Numbers are compared by value: 1 equals 1.0.
fn is_same_value(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{component, flighthub_problems, recoverable};

    #[test]
    fn a_default_fits_its_schema() {
        let keys = |schema: &str| format!("components: {{schemas: {{T: {schema}}}}}");
        for (schema, expected) in [
            ("{type: string, default: 1}", "the default `1` is not of the type of its schema"),
            ("{type: string, enum: [a], default: b}", "the default `b` is not one of the values"),
            ("{type: integer, minimum: 2, default: 1}", "the default `1` is outside of the limits"),
            (
                "{type: integer, maximum: 2, exclusiveMaximum: true, default: 2}",
                "the default `2` is outside of the limits",
            ),
        ] {
            let expected = format!("/components/schemas/T/default: {expected}");
            assert_eq!(flighthub_problems(&keys(schema)), std::slice::from_ref(&expected), "{schema}");
            let effect = "the default is part of the documentation only";
            assert_eq!(recoverable(&keys(schema)), [format!("{expected}: {effect}")], "{schema}");
        }
        assert_eq!(component("{T: {type: number, maximum: 2, default: 2}}"), "= Double");
    }
}
