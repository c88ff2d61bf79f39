//! Documentation of a schema or a parameter: its description, and what its keys say in words.

use serde_json::Value;

use super::keys::{Bound, Keys};
use crate::rustdoc::documentation;

/// The description, or the words to use where there is none, and every constraint.
pub(super) fn describe(keys: &Keys<'_>, fallback: &str) -> String {
    let description = keys.description().unwrap_or(fallback);
    with_facts(&documentation(description), &constraints(keys), keys.data.extensions.get("x-source"))
}

/// A description with sentences after it.
pub(super) fn with_facts(description: &str, facts: &[String], source: Option<&Value>) -> String {
    let mut doc = description.to_owned();
    let mut facts = facts.to_vec();
    facts.extend(source.and_then(source_note));
    if !facts.is_empty() {
        doc.push_str("\n\n");
        doc.push_str(&facts.join(" "));
    }
    doc
}

/// What the limits and the unit of a schema are, each in a sentence.
pub(super) fn constraints(keys: &Keys<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(unit) = keys.unit() {
        facts.push(format!("Unit: {}.", unit_in_words(unit)));
    }
    if matches!(keys.schema_type, Some("boolean" | "number")) && !keys.values.is_empty() {
        let values: Vec<String> = keys.values.iter().map(|value| format!("`{}`", in_words(value))).collect();
        facts.push(format!("One of: {}.", values.join(", ")));
    }
    facts.extend(range(keys.minimum.as_ref(), keys.maximum.as_ref()));
    if let Some(factor) = keys.multiple_of {
        facts.push(format!("A multiple of {factor}."));
    }
    let things = match keys.schema_type {
        Some("array") => Some("entries"),
        Some("object") => Some("members"),
        Some("string") => Some("characters"),
        _ => None,
    };
    if let Some(things) = things {
        facts.extend(sizes(keys.size, things));
    }
    if keys.unique_items {
        facts.push("No entry twice.".to_owned());
    }
    if let Some(pattern) = keys.pattern {
        facts.push(format!("Pattern: `{}`.", pattern.replace('`', "\\x60")));
    }
    if let Some(format) = keys.format.as_deref()
        && !matches!(format, "int32" | "int64" | "float" | "double" | "password" | "byte" | "date-time")
    {
        facts.push(format!("Format: {}.", documentation(format)));
    }
    if let Some(default) = &keys.data.default {
        facts.push(format!("Left out, it is taken as `{}`.", in_words(default)));
    }
    if keys.data.read_only {
        facts.push("In answers only.".to_owned());
    }
    if keys.data.write_only {
        facts.push("In requests only.".to_owned());
    }
    if keys.data.deprecated {
        facts.push("**Deprecated.**".to_owned());
    }
    if let Some(page) = &keys.data.external_docs {
        facts.push(format!("See <{}>.", page.url));
    }
    facts
}

fn range(minimum: Option<&Bound>, maximum: Option<&Bound>) -> Option<String> {
    let low = minimum.map(|bound| format!("{} {}", if bound.exclusive { "more than" } else { "at least" }, bound.text));
    let high = maximum.map(|bound| format!("{} {}", if bound.exclusive { "less than" } else { "at most" }, bound.text));
    match (low, high) {
        (Some(low), Some(high)) => Some(capitalized(&format!("{low} and {high}."))),
        (Some(one), None) | (None, Some(one)) => Some(capitalized(&format!("{one}."))),
        (None, None) => None,
    }
}

fn sizes(size: (Option<usize>, Option<usize>), things: &str) -> Option<String> {
    match size {
        (Some(low), Some(high)) if low == high => Some(format!("Exactly {low} {things}.")),
        (Some(low), Some(high)) => Some(format!("{low} to {high} {things}.")),
        (Some(low), None) => Some(format!("PointerRef least {low} {things}.")),
        (None, Some(high)) => Some(format!("PointerRef most {high} {things}.")),
        (None, None) => None,
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn unit_in_words(unit: &str) -> String {
    match unit {
        "unix-seconds" => "seconds since 1970-01-01T00:00:00Z".to_owned(),
        "unix-milliseconds" => "milliseconds since 1970-01-01T00:00:00Z".to_owned(),
        "rfc3339" => "RFC 3339".to_owned(),
        unit => unit.replace('-', " "),
    }
}

pub(super) fn in_words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What `x-source` says, unless it is the ordinary case.
pub(super) fn source_note(source: &Value) -> Option<String> {
    let mark = source.as_str().or_else(|| source.get("mark")?.as_str())?;
    let mark = match mark {
        "observed" => Some("Observed, not documented."),
        "inferred" => Some("**Inferred**: nobody has seen it."),
        _ => None,
    };
    let note = source.get("note").and_then(Value::as_str).map(documentation);
    match (mark, note) {
        (None, None) => None,
        (mark, note) => Some(mark.map(str::to_owned).into_iter().chain(note).collect::<Vec<_>>().join(" ")),
    }
}
