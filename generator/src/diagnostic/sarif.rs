//! Problems as SARIF 2.1.0 (OASIS), which code scanning services and editors read.
//!
//! In: problems. Out: one JSON document with a run of this tool: its rules with their explanations, and a result for each
//! problem.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Code, Diagnostic, Location, Severity, Source};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Characters that are not allowed in the path of a URI reference (RFC 3986). `:` could be read as the end of a scheme.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// All problems of a run. The rules are those that have a result.
pub(super) fn render(source: &Source, problems: &[Diagnostic]) -> String {
    let mut codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = problems.iter().map(|problem| result(source, problem, &codes)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // Strings and numbers can always be serialized.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    // The first paragraph only: the examples are Markdown.
    let explanation = code.explanation().trim_end();
    let prose = explanation.split("\n\nWrong:").next().unwrap_or_default();
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.meaning()},
        "fullDescription": {"text": prose.replace('\n', " ")},
        "help": {"text": prose, "markdown": explanation},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(source: &Source, problem: &Diagnostic, codes: &[Code]) -> Value {
    let mut result = json!({
        "ruleId": problem.code.as_str(),
        "ruleIndex": codes.binary_search(&problem.code).unwrap_or_default(),
        "level": level(problem.severity()),
        "message": {"text": format!("{}. To repair: {}", problem.message, problem.help)},
        "locations": [location(source, &problem.location, None)],
    });
    if !problem.related.is_empty() {
        let related = problem.related.iter().map(|(place, why)| location(source, place, Some(why)));
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(source: &Source, place: &Location, why: Option<&str>) -> Value {
    let (file, bytes) = source.file(place);
    let (end_line, end_column) = file.position(bytes.end);
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(file.name())},
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        },
    });
    if !place.pointer.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": place.pointer}]);
    }
    if let Some(why) = why {
        location["message"] = json!({"text": why});
    }
    location
}

/// The path of a file as a URI reference: relative to the folder of the run, as the path is.
fn uri(path: &str) -> String {
    let is_windows = matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let path = if is_windows || !path.starts_with('/') { path.replace('\\', "/") } else { path.to_owned() };
    let path = path.strip_prefix("./").unwrap_or(&path);
    let encoded = utf8_percent_encode(path, PATH).to_string();
    match (is_windows, path.starts_with('/')) {
        (true, _) => format!("file:///{}", encoded.replacen("%3A", ":", 1)),
        (false, true) => format!("file://{encoded}"),
        (false, false) => encoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri_reference() {
        for (path, expected) in [
            ("spec/api.yaml", "spec/api.yaml"),
            ("./a b.yaml", "a%20b.yaml"),
            ("a:b#c?.yaml", "a%3Ab%23c%3F.yaml"),
            ("spec\\é.yaml", "spec/%C3%A9.yaml"),
            ("/tmp/a.yaml", "file:///tmp/a.yaml"),
            ("C:\\a\\b.yaml", "file:///C:/a/b.yaml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
