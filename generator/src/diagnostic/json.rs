//! Problems as JSON for editors and for build annotations: one object per line.

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
    /// Where it is not that of the problem.
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
    let related = |(place, why): &'a (Location, String)| {
        let file = Some(source.file_name(place)).filter(|file| *file != source.file_name(&problem.location));
        Related { message: why, file, place: span(source, place) }
    };
    let line = Line {
        code: problem.code.as_str(),
        severity: problem.severity().as_str(),
        message: &problem.message,
        file: source.file_name(&problem.location),
        place: span(source, &problem.location),
        help: &problem.help,
        related: problem.related.iter().map(related).collect(),
    };
    // Strings and numbers can always be serialized.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

fn span<'a>(source: &Source, place: &'a Location) -> Span<'a> {
    let (line, column) = source.position(place.span.end);
    Span { line: place.line, column: place.column, end: Position { line, column }, pointer: &place.pointer }
}
