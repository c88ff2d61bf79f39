//! Rules for facts that are easily omitted: provenance, units, and the format of identifiers.
//!
//! In: operations, and the names and types of values. Out: problems of values whose names indicate a fact that the schema
//! does not state.

use super::context::{Context, head, words};
use crate::diagnostic::Code;
use crate::document::Sink;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, Type};

/// Units and formats of timestamps.
const INSTANTS: &[&str] = &["unix-seconds", "unix-milliseconds", RFC3339];

/// The format of strings.
const RFC3339: &str = "rfc3339";

/// Last words of names of timestamps.
const INSTANT_NAMES: &[&str] = &["at", "date", "datetime", "timestamp", "ts"];

/// Last words of names of integer quantities. A count, such as a number of pictures, has no unit.
const QUANTITIES: &[&str] = &[
    "age",
    "altitude",
    "angle",
    "capacity",
    "current",
    "delay",
    "distance",
    "duration",
    "expire",
    "heading",
    "height",
    "humidity",
    "interval",
    "latitude",
    "length",
    "lifetime",
    "longitude",
    "percent",
    "period",
    "pitch",
    "power",
    "progress",
    "radius",
    "rate",
    "roll",
    "size",
    "speed",
    "temperature",
    "time",
    "timeout",
    "ttl",
    "voltage",
    "weight",
    "width",
    "yaw",
];

/// Every operation specifies the source of its facts.
pub(super) fn missing_sources(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (_, operation) in context.api.operations().filter(|(_, operation)| operation.source.is_none()) {
        let help = "add `x-source: documented`, `observed` or `inferred`";
        let at = context.document.at(operation.node);
        sink.report(Code::MissingSource, at, "this operation has no `x-source`", help);
    }
}

/// A quantity has a unit, and a timestamp a format.
pub(super) fn missing_units(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (id, schema) in context.api.schemas.objects() {
        let Some(name) = context.any_name(id) else { continue };
        let at = context.schema_at(id);
        if let Some(unit) = schema.keywords.unit {
            wrong_instant(schema, at, name, unit, sink);
            continue;
        }
        if !schema.keywords.values.is_empty() {
            continue;
        }
        match schema.keywords.ty {
            Some(Type::String | Type::Number | Type::Integer) if is_instant(schema, name) => {
                let message = format!("`{name}` appears to be a timestamp, but has no unit or format");
                let help = "add `x-unit`: `unix-seconds`, `unix-milliseconds` or `rfc3339`";
                sink.report(Code::InstantUnit, at, message, help);
            }
            Some(Type::Number) => quantity(at, name, sink),
            Some(Type::Integer) if is_quantity(name) => quantity(at, name, sink),
            _ => {}
        }
    }
}

fn quantity(at: PointerRef<'_>, name: &str, sink: &mut Sink<'_>) {
    let help = "add `x-unit`; if it has no unit, or an unknown one, suppress the rule in `x-lint-allow`";
    sink.report(Code::MissingUnit, at, format!("`{name}` is a quantity without a unit"), help);
}

/// The unit of another quantity although the name indicates a timestamp, or the unit of a timestamp with the wrong
/// type.
fn wrong_instant(schema: &Schema, at: PointerRef<'_>, name: &str, unit: &str, sink: &mut Sink<'_>) {
    let (unit_at, type_at) = (at.key("x-unit"), at.key("type"));
    let written = (type_at.value(), "the type");
    match (INSTANTS.contains(&unit), schema.keywords.ty) {
        (true, Some(Type::String)) if unit != RFC3339 => {
            let message = format!("the unit `{unit}` does not apply to a string");
            let help = "write `rfc3339`, or correct the type";
            sink.report_with(Code::InstantUnit, unit_at.value(), message, help, written);
        }
        (true, Some(Type::Integer | Type::Number)) if unit == RFC3339 => {
            let message = format!("the format `{unit}` does not apply to a number");
            let help = "write `unix-seconds` or `unix-milliseconds`, or correct the type";
            sink.report_with(Code::InstantUnit, unit_at.value(), message, help, written);
        }
        (false, _) if INSTANT_NAMES.contains(&&*head(name)) => {
            let message = format!("`{name}` appears to be a timestamp, but `{unit}` is not a unit of timestamps");
            let help = "write `unix-seconds`, `unix-milliseconds` or `rfc3339`, or suppress the rule in `x-lint-allow`";
            sink.report(Code::InstantUnit, unit_at.value(), message, help);
        }
        _ => {}
    }
}

/// Names that end in `at` and similar words are timestamps. Names that end in `time` are timestamps or durations; both
/// have a unit, and a string is not a duration.
fn is_instant(schema: &Schema, name: &str) -> bool {
    let dated = matches!(schema.keywords.format.as_deref(), Some("date-time" | "date"));
    let head = head(name);
    !dated && (INSTANT_NAMES.contains(&&*head) || head == "time" && schema.keywords.ty == Some(Type::String))
}

fn is_quantity(name: &str) -> bool {
    // The size of a page is a count of entries.
    QUANTITIES.contains(&&*head(name)) && !words(name).iter().any(|word| word == "page")
}

/// An identifier specifies its format, so that tools detect a wrong one.
pub(super) fn missing_limits(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (name, id, schema) in context.identifiers() {
        let limits = &schema.keywords.limits;
        let is_limited = schema.keywords.format.is_some()
            || limits.pattern.is_some()
            || limits.min_length.is_some()
            || limits.max_length.is_some()
            || limits.minimum.is_some()
            || limits.maximum.is_some();
        if !is_limited {
            let message = format!("`{name}` does not specify its format");
            let help = "add `format`, `pattern` or `maxLength`; if the format is not known, suppress the rule in `x-lint-allow`";
            sink.report(Code::MissingLimits, context.schema_at(id), message, help);
        }
    }
}
