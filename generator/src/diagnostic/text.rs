//! Problems as text for a terminal: each with its lines of the specification, in the style of rustc.
//!
//! In: problems. Out: text, with colours if requested, and the number of problems.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Location, Severity, Source};

/// The limit of bytes in one snippet. The renderer scans the whole snippet for each problem.
const MAX_SHOWN: usize = 1 << 16;

/// The limit of bytes in a line of a snippet. A document can be one line.
const MAX_LINE: usize = 1 << 11;

/// The bytes of a longer line that are shown before and after the beginning of a location. The renderer cuts these
/// further, and shows where.
const SURROUNDINGS: usize = 1 << 8;

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
    let text = renderer.render(&[group]).replace(|character| matches!(character, '\u{80}'..='\u{9f}'), "\u{fffd}");
    let lines: Vec<&str> = text.split('\n').filter(|line| !is_origin_without_path(line)).collect();
    lines.join("\n") + "\n\n"
}

/// Whether a line introduces the surroundings of a location, whose origin is an element of its own. The renderer writes
/// `:::` without a path before them.
fn is_origin_without_path(line: &str) -> bool {
    let styles = ["\u{1b}[1m", "\u{1b}[94m", "\u{1b}[0m"];
    line.contains(":::") && styles.iter().fold(line.to_owned(), |line, style| line.replace(style, "")).trim() == ":::"
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
/// line, the surroundings of the location.
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
            let annotations = shown.iter().map(|one| annotation(one, start..end));
            let (first_line, _) = file.position(start);
            let snippet = Snippet::source(&text[start..end]).line_start(first_line).path(file.name());
            vec![Element::from(snippet.annotations(annotations))]
        }
        (None, [one]) => {
            let Range { start, end } = surroundings(text, one.bytes.start);
            // The renderer would count the column from the beginning of the surroundings.
            let origin = Origin::path(file.name()).line(one.place.line).char_column(one.place.column);
            let snippet = Snippet::source(&text[start..end]).line_start(one.place.line);
            vec![origin.into(), snippet.annotation(annotation(one, start..end)).into()]
        }
        _ => shown.iter().flat_map(|one| lines(std::slice::from_ref(one))).collect(),
    }
}

/// The lines with these bytes, unless they have more than [`MAX_SHOWN`] bytes, or one of them more than [`MAX_LINE`].
fn whole_lines(text: &str, Range { start, end }: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = bytes[..start].iter().rev().take(MAX_LINE + 1).position(|byte| *byte == b'\n').unwrap_or(start);
    let after = bytes[end..].iter().take(MAX_LINE + 1).position(|byte| *byte == b'\n').unwrap_or(bytes.len() - end);
    let lines = start - before..end + after;
    let is_short = lines.len() <= MAX_SHOWN
        && bytes[lines.clone()].split(|byte| *byte == b'\n').all(|line| line.len() <= MAX_LINE);
    is_short.then_some(lines)
}

/// The bytes around a byte, in its line.
fn surroundings(text: &str, at: usize) -> Range<usize> {
    let start = text.floor_char_boundary(at.saturating_sub(SURROUNDINGS));
    let end = text.ceil_char_boundary(text.len().min(at + SURROUNDINGS));
    let start = text[start..at].rfind('\n').map_or(start, |newline| start + newline + 1);
    let end = text[at..end].find('\n').map_or(end, |newline| at + newline);
    start..end
}

/// The annotation of a location in these bytes.
fn annotation<'p>(shown: &Shown<'p>, bytes: Range<usize>) -> Annotation<'p> {
    let span = visible(shown);
    let within = span.start - bytes.start..span.end.min(bytes.end) - bytes.start;
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

#[cfg(test)]
mod tests {
    use crate::{Dialect, Source, generate};

    /// The first problem of a document, up to its notes.
    fn first(text: &str, styled: bool) -> String {
        let options = crate::Options { dialect: Dialect::OpenApi, ..crate::Options::default() };
        let problems = generate(&Source::new("a.json", text), &options).unwrap_err().render(styled);
        problems.split("  = note").next().unwrap().to_owned()
    }

    /// A document in one line, with an error between texts of `padding` characters of two bytes.
    fn in_one_line(padding: usize) -> String {
        let padding = "é".repeat(padding);
        format!(
            "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"T\",\"version\":\"1\",\"description\":\"{padding}\"}},\
             \"paths\":{{\"/a\":{{\"get\":1}}}},\"x-a\":\"{padding}\"}}"
        )
    }

    #[test]
    fn a_location_in_a_long_line_is_shown_with_its_surroundings() {
        for padding in [700, 5_000, 100_000] {
            for shift in ["", " "] {
                let text = format!("{shift}{}", in_one_line(padding));
                let before = text.split_once("1}},\"x-a").unwrap().0;
                let column = before.chars().count() + 1;
                let shown = first(&text, false);
                assert!(shown.contains(&format!(" --> a.json:1:{column}\n  |\n1 | ...")), "{shown}");
                let lines: Vec<&str> = shown.lines().collect();
                let (line, marks) = (lines[3], lines[4]);
                let at = marks.chars().position(|character| character == '^').unwrap();
                assert_eq!(line.chars().nth(at), Some('1'), "{shown}");
                assert!(line.contains(r#""paths":{"/a":{"get":1}}"#) && line.chars().count() < 150, "{shown}");
            }
        }
    }

    #[test]
    fn two_locations_in_a_long_line_are_shown_separately() {
        let padding = "a".repeat(5_000);
        let text = format!("{{\"openapi\":\"3.0.3\",\"info\":1,\"x-a\":\"{padding}\",\"info\":2}}");
        for styled in [false, true] {
            let shown = first(&text, styled);
            let second = format!("a.json:1:{}", text.rfind("\"info").unwrap() + 1);
            assert!(shown.contains("a.json:1:20") && shown.contains(&second), "{shown}");
            // The renderer has no path for the surroundings.
            assert!(!shown.contains("::: \n") && !shown.contains("::: \u{1b}[0m\n"), "{shown}");
        }
    }
}
