//! Rules about facts that are easily left out: how sure they are, units, and the form of identifiers.

use super::ground::{Ground, head, text, words};
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::{OPERATION, SCHEMA};
use crate::document::{Element, Sink};

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
pub(super) fn missing_sources(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for operation in ground.all(&OPERATION).filter(|operation| operation.node.get("x-source").is_none()) {
        let help = "add `x-source: documented`, `observed` or `inferred`: how sure are we of it?";
        let at = PointerRef::Base(&operation.pointer);
        sink.report(Code::MissingSource, at, "this operation has no `x-source`", help);
    }
}

/// A quantity has a unit, and an instant a form.
pub(super) fn missing_units(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    for schema in ground.all(&SCHEMA) {
        let Some(name) = ground.any_name(schema) else { continue };
        if let Some(unit) = text(schema.node, "x-unit") {
            wrong_instant(schema, &name, unit, sink);
            continue;
        }
        if schema.node.get("enum").is_some() {
            continue;
        }
        let at = PointerRef::Base(&schema.pointer);
        match text(schema.node, "type") {
            Some("string" | "number" | "integer") if is_instant(schema, &name) => {
                let message = format!("`{name}` sounds like an instant, and does not say how it is counted or written");
                sink.report(
                    Code::InstantUnit,
                    at,
                    message,
                    "add `x-unit`: `unix-seconds`, `unix-milliseconds` or `rfc3339`",
                );
            }
            Some("number") => quantity(at, &name, sink),
            Some("integer") if is_quantity(&name) => quantity(at, &name, sink),
            _ => {}
        }
    }
}

fn quantity(at: PointerRef<'_>, name: &str, sink: &mut Sink<'_>) {
    let help = "add `x-unit`; if there is none, or nobody knows it, say so in `x-lint-allow`";
    sink.report(Code::MissingUnit, at, format!("`{name}` is a quantity without a unit"), help);
}

/// The unit of something else where the name can only mean an instant, or that of an instant in the wrong type.
fn wrong_instant(schema: &Element<'_>, name: &str, unit: &str, sink: &mut Sink<'_>) {
    let at = PointerRef::Base(&schema.pointer);
    let (unit_at, type_at) = (at.key("x-unit"), at.key("type"));
    let written = (type_at.value(), "the type");
    match (INSTANTS.contains(&unit), text(schema.node, "type")) {
        (true, Some("string")) if unit != RFC3339 => {
            let message = format!("a text is not counted in `{unit}`");
            sink.report_with(
                Code::InstantUnit,
                unit_at.value(),
                message,
                "write `rfc3339`, or correct the type",
                written,
            );
        }
        (true, Some("integer" | "number")) if unit == RFC3339 => {
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
fn is_instant(schema: &Element<'_>, name: &str) -> bool {
    let dated = matches!(text(schema.node, "format"), Some("date-time" | "date"));
    let head = head(name);
    !dated && (INSTANT_NAMES.contains(&&*head) || head == "time" && text(schema.node, "type") == Some("string"))
}

fn is_quantity(name: &str) -> bool {
    // The size of a page is a number of entries.
    QUANTITIES.contains(&&*head(name)) && !words(name).iter().any(|word| word == "page")
}

/// An identifier says what it looks like, so that a wrong one is noticed.
pub(super) fn missing_limits(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    let limits = ["format", "pattern", "minLength", "maxLength", "minimum", "maximum"];
    for (name, schema) in ground.identifiers() {
        if limits.iter().all(|key| schema.node.get(key).is_none()) {
            let message = format!("`{name}` says nothing about its form");
            let help = "add `format`, `pattern` or `maxLength`; if nobody knows its form, say so in `x-lint-allow`";
            sink.report(Code::MissingLimits, PointerRef::Base(&schema.pointer), message, help);
        }
    }
}
