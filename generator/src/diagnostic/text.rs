//! Problems as text for a terminal: each with its lines of the specification, in the style of rustc.
//!
//! In: problems. Out: text, with colours if requested, and the number of problems.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Location, Severity, Source};

/// The limit of bytes in one snippet. The renderer scans the whole snippet for each problem.
const MAX_SHOWN: usize = 1 << 16;

/// One problem, followed by an empty line.
pub(super) fn render(source: &Source, problem: &Diagnostic, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let shown: Vec<Shown<'_>> = std::iter::once((&problem.location, None))
        .chain(problem.related.iter().map(|(place, why)| (place, Some(why.as_str()))))
        .map(|(place, why)| {
            let (file, bytes) = source.file(place);
            Shown { file, place, bytes, why }
        })
        .collect();
    let level = match problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let pointer = if problem.location.pointer.is_empty() { "the document" } else { &problem.location.pointer };
    let group = level
        .primary_title(one_line(&problem.message))
        .id(problem.code.as_str())
        .elements(lines(&shown))
        .element(Level::NOTE.message(format!("at {}", one_line(pointer))))
        .element(Level::HELP.message(one_line(&problem.help)));
    // In lines of the document the renderer replaces most control characters by pictures, but not these.
    renderer.render(&[group]).replace(|character| matches!(character, '\u{80}'..='\u{9f}'), "\u{fffd}") + "\n\n"
}

/// The number of problems of each severity.
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
    // The names of the files with problems, which include overlays.
    let mut files: Vec<&str> = Vec::new();
    for name in problems.iter().map(|problem| source.name_of(&problem.location)) {
        if !files.contains(&name) {
            files.push(name);
        }
    }
    if files.is_empty() {
        files.push(source.name());
    }
    format!("{counts} in {}\n", files.join(" and "))
}

/// A text without control characters, including line breaks: names of a document can contain them.
fn one_line(text: &str) -> String {
    let picture = |character: char| match u32::from(character) {
        code @ 0..0x20 => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        0x80..0xa0 => Some(char::REPLACEMENT_CHARACTER),
        _ => Some(character),
    };
    text.chars().filter_map(picture).collect()
}

/// A location to show.
struct Shown<'p> {
    file: &'p Source,
    place: &'p Location,
    /// Its bytes in the file.
    bytes: Range<usize>,
    /// The label of a related one.
    why: Option<&'p str>,
}

/// The lines of all locations in one snippet; if it is long, or in several files, one snippet for each location; of a long
/// line, only the surroundings of the location.
fn lines<'p>(shown: &[Shown<'p>]) -> Vec<Element<'p>> {
    let Some(file) = shown.first().map(|one| one.file) else { return Vec::new() };
    if shown.iter().any(|one| !std::ptr::eq(one.file, file)) {
        return shown.iter().flat_map(|one| lines(std::slice::from_ref(one))).collect();
    }
    let text = file.text();
    let start = shown.iter().map(|one| one.bytes.start).min().unwrap_or_default();
    let end = shown.iter().map(|one| visible(one).end).max().unwrap_or_default();
    match (whole_lines(text, start..end), shown) {
        (Some(Range { start, end }), _) => {
            let annotations = shown.iter().map(|one| annotation(one, start));
            let (first_line, _) = file.position(start);
            let snippet = Snippet::source(&text[start..end]).line_start(first_line).path(file.name());
            vec![Element::from(snippet.annotations(annotations))]
        }
        (None, [one]) => {
            let origin = Origin::path(file.name()).line(one.place.line).char_column(one.place.column);
            let why = one.why.map(|why| Element::from(Level::NOTE.message(one_line(why))));
            [Element::from(origin)].into_iter().chain(why).collect()
        }
        _ => shown.iter().flat_map(|one| lines(std::slice::from_ref(one))).collect(),
    }
}

/// The lines with these bytes, unless they have more than [`MAX_SHOWN`] bytes: a document can be one line.
fn whole_lines(text: &str, Range { start, end }: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = bytes[..start].iter().rev().take(MAX_SHOWN + 1).position(|byte| *byte == b'\n').unwrap_or(start);
    let after = bytes[end..].iter().take(MAX_SHOWN + 1).position(|byte| *byte == b'\n').unwrap_or(bytes.len() - end);
    let lines = start - before..end + after;
    (lines.len() <= MAX_SHOWN).then_some(lines)
}

fn annotation<'p>(shown: &Shown<'p>, start: usize) -> Annotation<'p> {
    let span = visible(shown);
    let within = span.start - start..span.end - start;
    match shown.why {
        None => AnnotationKind::Primary.span(within),
        Some(why) => AnnotationKind::Context.span(within).label(one_line(why)),
    }
}

/// A long node is shown by its first line, which identifies it.
fn visible(shown: &Shown<'_>) -> Range<usize> {
    let text = &shown.file.text()[shown.bytes.clone()];
    let first_line = text.split('\n').next().unwrap_or_default().trim_end();
    shown.bytes.start..shown.bytes.start + first_line.len()
}
