//! Problems as JSON for editors and for build annotations: one object per line.
//!
//! In: a problem. Out: a line with one JSON object. [`Diagnostics::json_lines`](super::Diagnostics::json_lines) documents its
//! members.

use serde::Serialize;

use super::{Diagnostic, Location, Source};

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    #[serde(flatten)]
    place: Span<'a>,
    help: &'a str,
    /// Related places.
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    /// Present if it is another file than that of the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(flatten)]
    place: Span<'a>,
}

/// Lines and columns are counted from 1, columns in characters; the end is exclusive.
#[derive(Serialize)]
struct Span<'a> {
    line: usize,
    column: usize,
    end: Position,
    pointer: &'a str,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

/// One problem, with a line break.
pub(super) fn render<'a>(source: &'a Source, problem: &'a Diagnostic) -> String {
    let file = source.name_of(&problem.location);
    let related = |(place, why): &'a (Location, String)| Related {
        message: why,
        file: Some(source.name_of(place)).filter(|other| *other != file),
        place: span(source, place),
    };
    let line = Line {
        code: problem.code.as_str(),
        severity: problem.severity().as_str(),
        message: &problem.message,
        file,
        place: span(source, &problem.location),
        help: &problem.help,
        related: problem.related.iter().map(related).collect(),
    };
    // Strings and numbers can always be serialized.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

fn span<'a>(source: &Source, place: &'a Location) -> Span<'a> {
    let (file, bytes) = source.file(place);
    let (line, column) = file.position(bytes.end);
    Span { line: place.line, column: place.column, end: Position { line, column }, pointer: &place.pointer }
}
