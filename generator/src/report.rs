//! The report of a run: the generated parts, the omitted parts, and the untyped values.
//!
//! In: the generated client. Out: the report as text, and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::Generated;
use crate::diagnostic::{Code, Source};
use crate::untyped::{Untyped, UntypedReason};

/// The report as text: counts, omitted parts, and untyped values by reason and place.
#[must_use]
pub fn text(source: &Source, generated: &Generated) -> String {
    let mut text =
        format!("{} operations, {} types, {} files\n", generated.operations, generated.types, generated.files.len());
    // Writing to a string does not fail.
    if generated.excluded > 0 {
        let _ = writeln!(text, "excluded by the filter: {} operations", generated.excluded);
    }
    if !generated.skipped.is_empty() {
        let _ = writeln!(text, "not generated, because of errors: {}", generated.skipped.len());
    }
    for part in &generated.skipped {
        let _ = writeln!(text, "  {part}");
    }
    let warnings = warnings(generated);
    if !warnings.is_empty() {
        let _ = writeln!(text, "warnings: {}", generated.warnings.len());
    }
    for (code, count) in warnings {
        let _ = writeln!(text, "  {count:>4}  {code}");
    }
    let _ = writeln!(text, "values that are any JSON (`serde_json::Value`): {}", generated.untyped.len());
    for (reason, places) in by_reason(generated) {
        let _ = writeln!(text, "  {:>4}  {reason}", places.len());
        for untyped in places {
            let place = &untyped.location;
            let file = source.name_of(place);
            let _ = writeln!(text, "        {file}:{}:{}: {}", place.line, place.column, place.pointer);
        }
    }
    text
}

/// The report as one JSON object: `operations`, `types`, `files` and `excluded` are counts, `skipped` is a list of texts,
/// `warnings` has a count for each code, and `untyped` has `count`, `by_reason` with counts, and `places` with `reason`,
/// `file`, `line`, `column` and `pointer`.
#[must_use]
pub fn json(source: &Source, generated: &Generated) -> String {
    let warnings: BTreeMap<&str, usize> =
        warnings(generated).into_iter().map(|(code, count)| (code.as_str(), count)).collect();
    let by_reason: BTreeMap<&str, usize> =
        by_reason(generated).into_iter().map(|(reason, places)| (reason.as_str(), places.len())).collect();
    let place = |untyped: &Untyped| {
        let place = &untyped.location;
        json!({
            "reason": untyped.reason.as_str(),
            "file": source.name_of(place),
            "line": place.line,
            "column": place.column,
            "pointer": place.pointer,
        })
    };
    let places: Vec<Value> = generated.untyped.iter().map(place).collect();
    let report = json!({
        "operations": generated.operations,
        "types": generated.types,
        "files": generated.files.len(),
        "excluded": generated.excluded,
        "skipped": generated.skipped,
        "warnings": warnings,
        "untyped": {"count": places.len(), "by_reason": by_reason, "places": places},
    });
    // Strings and numbers can always be serialized.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn warnings(generated: &Generated) -> BTreeMap<Code, usize> {
    let mut counts = BTreeMap::new();
    for warning in &generated.warnings {
        *counts.entry(warning.code).or_default() += 1;
    }
    counts
}

fn by_reason(generated: &Generated) -> BTreeMap<UntypedReason, Vec<&Untyped>> {
    let mut places: BTreeMap<UntypedReason, Vec<&Untyped>> = BTreeMap::new();
    for untyped in &generated.untyped {
        places.entry(untyped.reason).or_default().push(untyped);
    }
    places
}
