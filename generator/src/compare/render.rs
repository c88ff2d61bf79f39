//! A comparison as text for a terminal, as Markdown, and as JSON.
//!
//! In: a comparison. Out: its rendering. This module does not compare.

use serde_json::{Value, json};

use super::change::{Change, Comparison, Compatibility};
use super::describe::code;
use super::version::{Bump, Verdict};
use crate::diagnostic::Location;

/// For a terminal; `styled` adds colours.
#[must_use]
pub fn text(comparison: &Comparison, verdict: Option<&Verdict>, styled: bool) -> String {
    let paint = |compatibility: Compatibility| {
        let colour = match compatibility {
            Compatibility::Breaking => "31",
            Compatibility::Compatible => "32",
            Compatibility::DocumentationOnly => "36",
        };
        let heading = compatibility.as_str();
        if styled { format!("\u{1b}[1;{colour}m{heading}\u{1b}[0m") } else { heading.to_owned() }
    };
    let mut text = format!("{} → {}\n", code(&comparison.old), code(&comparison.new));
    for &compatibility in Compatibility::ALL {
        let mut changes = comparison.of(compatibility).peekable();
        if changes.peek().is_some() {
            text.push_str(&format!("\n{}\n", paint(compatibility)));
        }
        for change in changes {
            text.push_str(&format!("  {} `{}`: {}\n", change.kind.as_str(), change.subject, change.what));
            text.push_str(&format!("    why: {}\n", change.why));
            text.push_str(&format!("    at:  {}\n", place(change)));
        }
    }
    text.push('\n');
    for line in summary(comparison, verdict) {
        text.push_str(&line.replace("**", ""));
        text.push('\n');
    }
    text
}

/// For a pull request, or the changelog.
#[must_use]
pub fn markdown(comparison: &Comparison, verdict: Option<&Verdict>) -> String {
    let mut text = format!("### `{}` → `{}`\n\n", code(&comparison.old), code(&comparison.new));
    text.push_str(&summary(comparison, verdict).join("\n\n"));
    text.push('\n');
    for &compatibility in Compatibility::ALL {
        let mut changes = comparison.of(compatibility).peekable();
        if changes.peek().is_some() {
            let heading = compatibility.as_str();
            text.push_str(&format!("\n#### {}{}\n\n", heading[..1].to_uppercase(), &heading[1..]));
        }
        for change in changes {
            let (kind, subject) = (change.kind.as_str(), &change.subject);
            text.push_str(&format!("- {kind} `{subject}`: {} ({}; {})\n", change.what, change.why, lines(change)));
        }
    }
    text
}

/// For tools: one object.
#[must_use]
pub fn json(comparison: &Comparison, verdict: Option<&Verdict>) -> String {
    let place = |place: &Option<Location>| {
        place.as_ref().map(|place| json!({ "pointer": place.pointer, "line": place.line, "column": place.column }))
    };
    let changes: Vec<Value> = comparison
        .changes
        .iter()
        .map(|change| {
            json!({
                "compatibility": change.compatibility.as_str(),
                "kind": change.kind.as_str(),
                "action": change.action.as_str(),
                "subject": change.subject,
                "what": change.what,
                "why": change.why,
                "old": place(&change.old),
                "new": place(&change.new),
            })
        })
        .collect();
    let count = |compatibility| comparison.of(compatibility).count();
    let version = verdict.map(|verdict| {
        json!({
            "bump": verdict.bump.map(Bump::as_str),
            "old": verdict.old,
            "needs": verdict.needs,
            "new": verdict.new,
            "sufficient": verdict.is_sufficient,
        })
    });
    let common = comparison
        .common
        .map(|common| json!({ "both": common.both, "only_old": common.only_old, "only_new": common.only_new }));
    let all = json!({
        "old": comparison.old,
        "new": comparison.new,
        "counts": {
            "breaking": count(Compatibility::Breaking),
            "compatible": count(Compatibility::Compatible),
            "documentation only": count(Compatibility::DocumentationOnly),
        },
        "version": version,
        "common": common,
        "changes": changes,
    });
    // Strings and numbers can always be serialized.
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

/// The number of changes, and the version bump that they require.
fn summary(comparison: &Comparison, verdict: Option<&Verdict>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(common) = comparison.common {
        lines.push(format!(
            "operations: {} in both documents, compared; {} only in the old one, {} only in the new one",
            common.both, common.only_old, common.only_new
        ));
    }
    let total = comparison.changes.len();
    let counts: Vec<String> =
        Compatibility::ALL.iter().map(|&it| format!("{} {}", comparison.of(it).count(), it.as_str())).collect();
    lines.push(match total {
        0 => "no changes".to_owned(),
        1 => format!("1 change: {}", counts.join(", ")),
        _ => format!("{total} changes: {}", counts.join(", ")),
    });
    let Some(verdict) = verdict else { return lines };
    let Some(bump) = verdict.bump else {
        lines.push(format!("the version may stay {}", verdict.old));
        return lines;
    };
    let now = match (&verdict.new, verdict.is_sufficient) {
        (Some(new), Some(true)) => format!("; it is {new}"),
        (Some(new), _) => format!("; it is {new}, which is **not** sufficient"),
        (None, _) => String::new(),
    };
    lines.push(format!("version bump: **{}**, from {} to {} or later{now}", bump.as_str(), verdict.old, verdict.needs));
    lines
}

/// The places of a change in both documents.
fn place(change: &Change) -> String {
    let shown = |place: &Location| format!("{}:{} {}", place.line, place.column, code(&place.pointer));
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old.pointer == new.pointer => {
            format!("{}:{} → {}", old.line, old.column, shown(new))
        }
        (Some(old), Some(new)) => format!("{} → {}", shown(old), shown(new)),
        (Some(old), None) => format!("old {}", shown(old)),
        (None, Some(new)) => format!("new {}", shown(new)),
        (None, None) => "the document".to_owned(),
    }
}

fn lines(change: &Change) -> String {
    match (&change.old, &change.new) {
        (_, Some(new)) => format!("line {}", new.line),
        (Some(old), None) => format!("line {} of the old one", old.line),
        (None, None) => "the document".to_owned(),
    }
}
