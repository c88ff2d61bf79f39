//! Rules about what is easily omitted: provenance, units, and the form of identifiers.

use super::context::{Context, head, words};
use crate::diagnostic::Code;
use crate::document::Sink;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, Type};

/// Units that say how an instant is counted or written.
const INSTANTS: &[&str] = &["unix-seconds", "unix-milliseconds", RFC3339];

/// The one of texts.
const RFC3339: &str = "rfc3339";

/// Last words of names of instants.
const INSTANT_NAMES: &[&str] = &["at", "date", "datetime", "timestamp", "ts"];

/// Last words of names of quantities that are counted in integers. What is counted in pieces, such as pictures, has no
/// unit.
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

/// Every operation says where its facts come from.
pub(super) fn missing_sources(context: &Context<'_>, sink: &mut Sink<'_>) {
    for (_, operation) in context.api.operations().filter(|(_, operation)| operation.source.is_none()) {
        let help = "add `x-source: documented`, `observed` or `inferred`: how sure are we of it?";
        let at = context.document.at(operation.node);
        sink.report(Code::MissingSource, at, "this operation has no `x-source`", help);
    }
}

/// A quantity has a unit, and an instant a format.
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
                let message = format!("`{name}` sounds like an instant, and does not say how it is counted or written");
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
    let help = "add `x-unit`; if there is none, or nobody knows it, say so in `x-lint-allow`";
    sink.report(Code::MissingUnit, at, format!("`{name}` is a quantity without a unit"), help);
}

/// The unit of something else where the name can only mean an instant, or that of an instant in the wrong type.
fn wrong_instant(schema: &Schema, at: PointerRef<'_>, name: &str, unit: &str, sink: &mut Sink<'_>) {
    let (unit_at, type_at) = (at.key("x-unit"), at.key("type"));
    let written = (type_at.value(), "the type");
    match (INSTANTS.contains(&unit), schema.keywords.ty) {
        (true, Some(Type::String)) if unit != RFC3339 => {
            let message = format!("a text is not counted in `{unit}`");
            let help = "write `rfc3339`, or correct the type";
            sink.report_with(Code::InstantUnit, unit_at.value(), message, help, written);
        }
        (true, Some(Type::Integer | Type::Number)) if unit == RFC3339 => {
            let message = format!("a number is not written as `{unit}`");
            let help = "write `unix-seconds` or `unix-milliseconds`, or correct the type";
            sink.report_with(Code::InstantUnit, unit_at.value(), message, help, written);
        }
        (false, _) if INSTANT_NAMES.contains(&&*head(name)) => {
            let message = format!("`{name}` sounds like an instant, and `{unit}` is the unit of something else");
            let help = "write `unix-seconds`, `unix-milliseconds` or `rfc3339`; or say in `x-lint-allow` what it is";
            sink.report(Code::InstantUnit, unit_at.value(), message, help);
        }
        _ => {}
    }
}

/// Names in `at` and the like are instants. Those in `time` are instants or durations; either way they have a unit, and a
/// text is no duration.
fn is_instant(schema: &Schema, name: &str) -> bool {
    let dated = matches!(schema.keywords.format.as_deref(), Some("date-time" | "date"));
    let head = head(name);
    !dated && (INSTANT_NAMES.contains(&&*head) || head == "time" && schema.keywords.ty == Some(Type::String))
}

fn is_quantity(name: &str) -> bool {
    // The size of a page is a number of entries.
    QUANTITIES.contains(&&*head(name)) && !words(name).iter().any(|word| word == "page")
}

/// An identifier says what it looks like, so that a wrong one is noticed.
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
            let message = format!("`{name}` says nothing about its form");
            let help = "add `format`, `pattern` or `maxLength`; if nobody knows its form, say so in `x-lint-allow`";
            sink.report(Code::MissingLimits, context.schema_at(id), message, help);
        }
    }
}
