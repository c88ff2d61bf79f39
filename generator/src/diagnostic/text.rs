//! Problems as text for a person: each with its lines of the specification, the way rustc does.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Place, Severity, Source};

/// One problem, and an empty line.
pub(super) fn render(source: &Source, problem: &Diagnostic, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    // Only the lines that are needed: a specification can have many lines and many problems.
    let spans = || problem.related.iter().map(|(place, _)| place).chain([&problem.place]);
    let start = spans().map(|place| place.span.start).min().unwrap_or_default();
    let end = spans().map(|place| visible(source, place).end).max().unwrap_or_default();
    let text = source.text();
    let start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
    let (first_line, _) = source.position(start);
    let within = |place: &Place| {
        let span = visible(source, place);
        span.start - start..span.end - start
    };
    let mut snippet = Snippet::source(&text[start..end])
        .line_start(first_line)
        .path(source.name())
        .annotation(AnnotationKind::Primary.span(within(&problem.place)));
    for (place, why) in &problem.related {
        snippet = snippet.annotation(AnnotationKind::Context.span(within(place)).label(why));
    }
    let level = match problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let pointer = if problem.place.pointer.is_empty() { "the document" } else { &problem.place.pointer };
    let group = level
        .primary_title(&problem.message)
        .id(problem.code.as_str())
        .element(snippet)
        .element(Level::NOTE.message(format!("at {pointer}")))
        .element(Level::HELP.message(&problem.help));
    renderer.render(&[group]) + "\n\n"
}

/// How many problems there are of each kind.
pub(super) fn count(source: &Source, problems: &[Diagnostic]) -> String {
    let errors = problems.iter().filter(|problem| problem.severity() == Severity::Error).count();
    let counted = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let counts: Vec<String> =
        [counted(errors, "error"), counted(problems.len() - errors, "warning")].into_iter().flatten().collect();
    let counts = if counts.is_empty() { "no problems".to_owned() } else { counts.join(" and ") };
    format!("{counts} in {}\n", source.name())
}

/// A long node is shown by its first line: what matters is where it begins.
fn visible(source: &Source, place: &Place) -> Range<usize> {
    let text = &source.text()[place.span.clone()];
    let first_line = text.split('\n').next().unwrap_or_default().trim_end();
    place.span.start..place.span.start + first_line.len()
}
