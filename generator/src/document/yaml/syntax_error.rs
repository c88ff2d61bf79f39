//! Syntax errors: the message of the parser, the location of the mistake and a help line.
//!
//! In: the error of the parser and the text around it. Out: a diagnostic at the character that has to change, which is
//! often before the one that the parser rejects.

use flighthub2_yaml_events::ScanError;

use super::too_deep;
use crate::diagnostic::{Code, Diagnostic, Source};

/// The diagnostic for an error of the parser at an offset. `bracket` is the offset of the innermost unclosed bracket.
pub(super) fn describe(source: &Source, error: &ScanError, offset: usize, bracket: Option<usize>) -> Diagnostic {
    let (text, info) = (source.text(), error.info());
    let start = text.floor_char_boundary(offset);
    let place = source.location(start..start, "");
    if info.contains("recursion limit") {
        // The scanner has its own limit of nesting, which can be exceeded before `depth` is checked.
        return too_deep(place);
    }
    let problem = |place, help: &str| Diagnostic::new(Code::YamlSyntax, place, format!("not YAML: {info}"), help);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    if let Some(tab) = indented_with_tab(&text[line_start..]) {
        let tab = line_start + tab;
        return problem(source.location(tab..tab + 1, ""), "replace this tab; YAML is indented with spaces");
    }
    if let Some(bracket) = bracket {
        let help = "close the bracket, or correct the text before this position";
        return problem(place, help).with_note(source.location(bracket..bracket + 1, ""), "this bracket is not closed");
    }
    let help = if info.contains("quoted scalar") {
        "close the quote that begins here; a single quote within single quotes is written twice"
    } else if line.matches(": ").count() > 1 && !line.contains(['\'', '"']) {
        "quote a string that contains `: `"
    } else if info.contains("unexpected character") {
        "quote a string that begins with this character"
    } else {
        "check the indentation of this line and the previous one, and that quotes and brackets are closed"
    };
    problem(place, help)
}

/// The offset of a tab in the indentation of the first two lines.
fn indented_with_tab(text: &str) -> Option<usize> {
    let mut start = 0;
    text.split_inclusive('\n').take(2).find_map(|line| {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab = line[..blanks].find('\t').map(|tab| start + tab);
        start += line.len();
        tab
    })
}
