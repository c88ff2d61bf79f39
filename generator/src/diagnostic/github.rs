//! Problems as workflow commands of GitHub Actions, which shows them at the lines of a change.
//!
//! In: problems. Out: one line for each: `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message`.

use super::{Diagnostic, Severity, Source};

/// One problem, with a line break. Related places are part of its text.
pub(super) fn render(source: &Source, problem: &Diagnostic) -> String {
    let place = &problem.location;
    let (file, bytes) = source.file(place);
    let (end_line, end_column) = file.position(bytes.end);
    let command = match problem.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{}\n{}", problem.message, problem.help);
    if !place.pointer.is_empty() {
        text.push_str(&format!("\nat {}", place.pointer));
    }
    for (related, why) in &problem.related {
        text.push_str(&format!("\n{why}: {}:{}:{}", source.name_of(related), related.line, related.column));
    }
    // GitHub accepts columns only if both are in one line.
    let columns =
        if end_line == place.line { format!(",col={},endColumn={end_column}", place.column) } else { String::new() };
    format!(
        "::{command} file={},line={},endLine={end_line}{columns},title={}::{}\n",
        property(file.name()),
        place.line,
        property(problem.code.as_str()),
        data(&text)
    )
}

/// The text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
