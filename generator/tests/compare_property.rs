//! Every change of a specification is reported, and the report agrees with the generated code.
//!
//! The changes are the same in every run: they are derived from a counter, not from random numbers. The public items
//! are read from the generated code; `compare.rs` shows that the compiler agrees.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::compiler::caller::Uses;
use crate::compiler::normalize::Normalized;
use crate::for_all::{cases, for_all};
use crate::specifications::edits::{self, NodePath};
use flighthub2_generator::compare::{Change, Comparison, Compatibility, Mode, compare};
use flighthub2_generator::{Dialect, Options, Severity, Source, generate};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_yaml::Value;

/// The number of edits. About one in five results in a valid specification.
const CASES: u32 = 3000;

/// The small specifications of these tests, and the fixtures of the generator.
fn documents() -> Vec<(Value, Dialect)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests/compare", "../tests/fixtures"] {
        paths.extend(fs::read_dir(here.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let own = text.contains("x-risk:");
        (serde_yaml::from_str(&text).unwrap(), if own { Dialect::FlightHub } else { Dialect::OpenApi })
    };
    let documents: Vec<_> = paths.iter().map(read).collect();
    assert!(documents.len() >= 20);
    documents
}

fn source(document: &Value) -> Source {
    Source::new("document.yaml", serde_yaml::to_string(document).unwrap())
}

/// A document without irrelevant order: of keys, which `==` ignores, and of required members.
fn meaning(value: &Value) -> Value {
    match value {
        Value::Mapping(members) => {
            let of = |(key, value): (&Value, &Value)| match value {
                Value::Sequence(names) if key == "required" => {
                    let mut names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                    names.sort_unstable();
                    (key.clone(), serde_yaml::to_value(names).unwrap())
                }
                value => (key.clone(), meaning(value)),
            };
            Value::Mapping(members.iter().map(of).collect())
        }
        Value::Sequence(items) => items.iter().map(meaning).collect(),
        value => value.clone(),
    }
}

/// An edit of a place of a document.
#[derive(Clone, Debug)]
enum Edit {
    Replace(&'static str),
    /// Replaces it by the value of another place.
    Copy(Index),
    Remove,
    /// Moves it before its siblings.
    First,
    /// Renames its key, or duplicates it in a list.
    Rename(&'static str),
    /// Inserts the value of another place next to it.
    Insert(&'static str, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let value = prop::sample::select(vec![
        "true",
        "false",
        "7",
        "1.5",
        "Another text.",
        "other_name",
        "string",
        "integer",
        "object",
        "array",
        "write",
        "read",
        "idempotent",
        "{type: string}",
        "{type: integer}",
        "{type: array, items: {type: boolean}}",
        "{type: object, properties: {a: {type: string}}}",
        "[200]",
    ]);
    let key = prop::sample::select(vec![
        "other_name",
        "another-name",
        "nullable",
        "deprecated",
        "required",
        "description",
        "format",
        "maximum",
        "example",
        "additionalProperties",
        "default",
        "x-unit",
    ]);
    prop_oneof![
        value.prop_map(Edit::Replace),
        any::<Index>().prop_map(Edit::Copy),
        Just(Edit::Remove),
        Just(Edit::First),
        key.clone().prop_map(Edit::Rename),
        (key, any::<Index>()).prop_map(|(key, from)| Edit::Insert(key, from)),
    ]
}

fn apply(document: &Value, paths: &[NodePath], to: &Index, edit: &Edit) -> Value {
    let copy = |from: &Index| edits::at(document, &paths[from.index(paths.len())]).clone();
    let edit = match edit {
        Edit::Replace(value) => edits::Edit::Replace(serde_yaml::from_str(value).unwrap()),
        Edit::Copy(from) => edits::Edit::Replace(copy(from)),
        Edit::Remove => edits::Edit::Remove,
        Edit::First => edits::Edit::First,
        Edit::Rename(key) => edits::Edit::Rename((*key).to_owned()),
        Edit::Insert(key, from) => edits::Edit::Insert((*key).to_owned(), copy(from)),
    };
    let mut edited = document.clone();
    edits::apply(&mut edited, &paths[to.index(paths.len())], edit);
    edited
}

fn report(comparison: &Comparison) -> String {
    let line =
        |change: &Change| format!("{:?} {:?} {}: {}\n", change.compatibility, change.kind, change.subject, change.what);
    comparison.changes.iter().map(line).collect()
}

/// Items that old programs use and the new code does not have.
fn missing<'u>(old: &'u Uses, new: &Uses) -> Vec<&'u str> {
    let of = |(part, statements): (&'u String, &'u std::collections::BTreeSet<String>)| {
        let offered = new.get(part);
        statements.iter().filter(move |statement| !offered.is_some_and(|offered| offered.contains(*statement)))
    };
    old.iter().flat_map(of).map(String::as_str).collect()
}

fn made(source: &Source, dialect: Dialect) -> Option<Normalized> {
    let options = Options { dialect, unused_types: true, ..Options::default() };
    generate(source, &options).ok().map(|made| Normalized::of(&made.files))
}

/// Whether a foreign document has mistakes: they are reported as warnings when it is read, and are not part of what is
/// compared.
fn has_mistakes(document: &Value) -> bool {
    let options = Options { dialect: Dialect::OpenApi, unused_types: true, ..Options::default() };
    let made = generate(&source(document), &options);
    made.is_ok_and(|made| made.warnings.iter().any(|warning| warning.code.severity() == Severity::Error))
}

/// Compares two documents, and checks the report against the code of both.
fn check(old: (&Value, &Normalized), new: (&Value, &Normalized), comparison: &Comparison) {
    let report = report(comparison);
    let is_same = meaning(old.0) == meaning(new.0);
    let is_reported = is_same || !comparison.changes.is_empty() || has_mistakes(old.0) || has_mistakes(new.0);
    assert!(is_reported, "a change is not reported:\n{}", difference(old.0, new.0));
    let missing = missing(&old.1.uses, &new.1.uses);
    let worst = comparison.worst();
    if worst == Some(Compatibility::Breaking) {
        // The report mentions the compiler for a name with another meaning, and for a risk.
        let unseen = |change: &Change| change.why.contains("the compiler");
        let seen = comparison.of(Compatibility::Breaking).filter(|change| !unseen(change)).count();
        assert!(seen == 0 || !missing.is_empty(), "nothing breaks:\n{report}\n{}", difference(old.0, new.0));
    } else {
        assert!(missing.is_empty(), "this breaks:\n{missing:#?}\n{report}\n{}", difference(old.0, new.0));
    }
    if worst.is_none_or(|worst| worst == Compatibility::DocumentationOnly) {
        let unmatched = |these: &[String], others: &[String]| -> Vec<String> {
            these.iter().filter(|piece| !others.contains(piece)).cloned().collect()
        };
        let pieces = (unmatched(&old.1.code, &new.1.code), unmatched(&new.1.code, &old.1.code));
        assert!(old.1.code == new.1.code, "code changes:\n{pieces:#?}\n{report}\n{}", difference(old.0, new.0));
    }
}

fn difference(old: &Value, new: &Value) -> String {
    let [old, new] = [old, new].map(|value| serde_yaml::to_string(value).unwrap());
    similar::TextDiff::from_lines(&old, &new).unified_diff().context_radius(8).to_string()
}

#[test]
fn every_change_is_reported_with_its_compatibility() {
    let documents: Vec<(Value, Source, Dialect, Normalized, Vec<NodePath>)> = documents()
        .into_iter()
        .map(|(document, dialect)| {
            let one = source(&document);
            let made = made(&one, dialect).unwrap();
            let paths = edits::places(&document);
            (document, one, dialect, made, paths)
        })
        .collect();
    let counts = RefCell::new(BTreeMap::<Option<Compatibility>, usize>::new());
    let strategy = (0..documents.len(), any::<Index>(), edit());
    for_all(CASES, strategy, |(index, to, edit)| {
        let (document, one, dialect, of_document, paths) = &documents[index];
        let edited = apply(document, paths, &to, &edit);
        let mode = Mode::Versions(*dialect);
        let other = source(&edited);
        // Most edits result in an invalid specification.
        let (Ok(there), Ok(back)) = (compare(one, &other, mode), compare(&other, one, mode)) else { return };
        let Some(of_edited) = made(&other, *dialect) else { return };
        check((document, of_document), (&edited, &of_edited), &there);
        check((&edited, &of_edited), (document, of_document), &back);
        for comparison in [there, back] {
            *counts.borrow_mut().entry(comparison.worst()).or_default() += 1;
        }
    });
    let counts = counts.into_inner();
    for compatibility in Compatibility::ALL {
        let count = counts.get(&Some(*compatibility)).copied().unwrap_or_default();
        assert!(count >= cases(12) as usize, "{compatibility:?} was seen {count} times only: {counts:?}");
    }
}

/// A document has no difference from itself, and every pair of documents can be compared.
#[test]
fn documents_of_different_authors_can_always_be_compared() {
    let sources: Vec<Source> = documents().iter().map(|(document, _)| source(document)).collect();
    for one in &sources {
        let comparison = compare(one, one, Mode::Common).unwrap_or_else(|problems| panic!("{}", problems[0]));
        assert!(comparison.changes.is_empty(), "{}", report(&comparison));
        let common = comparison.common.unwrap();
        assert_eq!((common.only_old, common.only_new), (0, 0));
        for other in &sources {
            compare(one, other, Mode::Common).unwrap();
        }
    }
}

/// Different authors choose different names, ids, groups and places for schemas.
#[test]
fn names_of_different_authors_are_not_compared() {
    let text = include_str!("compare/foreign.yaml");
    let renamed = [
        ("      operationId: findPart\n", ""),
        ("operationId: addPart", "operationId: putSomething"),
        ("tags: [orders]", "tags: [other]"),
        ("    Order:\n", "    Purchase:\n"),
        ("schemas/Order'", "schemas/Purchase'"),
        ("{$ref: '#/components/schemas/PartId'}", "{type: string, pattern: '^P'}"),
        ("{$ref: '#/components/schemas/Names'}", "{type: array, items: {type: string, maxLength: 40}}"),
        ("/shelves/{shelf}/parts/{part}", "/shelves/{a}/parts/{b}"),
        ("{name: shelf, in: path,", "{name: a, in: path,"),
        ("{name: part, in: path,", "{name: b, in: path,"),
        ("name: X-Trace", "name: x-trace"),
        ("description: Anything.", "description: Something else."),
    ];
    let other = renamed.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    let compared = |other: &str| {
        let (old, new) = (Source::new("ours.yaml", text), Source::new("theirs.yaml", other));
        compare(&old, &new, Mode::Common).unwrap_or_else(|problems| panic!("{}", problems[0]))
    };
    assert_eq!(report(&compared(&other)), "");
    // A difference of the JSON is reported, wherever the schema is defined.
    let other = other.replace("maxLength: 40", "maxLength: 50").replace("enum: [red, green]", "enum: [red, blue]");
    let other = other.replace("{type: string, pattern: '^P'}", "{type: integer}");
    let comparison = compared(&other);
    assert_eq!(
        report(&comparison),
        "Breaking Value Colour::Green: removed: `\"green\"`
Breaking Field Part.id: `String` → `i64`
Breaking Field Order.part: `String` → `i64`
Compatible Value Colour::Blue: added: `\"blue\"`
DocumentationOnly Constraint Part.id: `pattern` `^P` → none
DocumentationOnly Constraint Part.names: `items/maxLength` `40` → `50`
DocumentationOnly Constraint Order.part: `pattern` `^P` → none
"
    );
}

/// Failures are compared by the status that they apply to, and headers by their names.
#[test]
fn failures_and_headers_of_different_authors_are_compared() {
    let document = |responses: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: a\n      \
             responses: {{'200': {{description: D}}, {responses}}}\ncomponents:\n  schemas:\n    \
             P: {{type: object, properties: {{title: {{type: string}}}}}}\n    \
             Q: {{type: object, properties: {{title: {{type: integer}}}}}}\n"
        )
    };
    let json = |schema: &str| format!("{{description: D, content: {{application/json: {{schema: {schema}}}}}}}");
    let of = |name: &str| json(&format!("{{$ref: '#/components/schemas/{name}'}}"));
    let (p, q, none) = (of("P"), of("Q"), "{description: D}");
    let report_of = |old: &str, new: &str| {
        let (old, new) = (Source::new("ours.yaml", document(old)), Source::new("theirs.yaml", document(new)));
        report(&compare(&old, &new, Mode::Common).unwrap_or_else(|problems| panic!("{}", problems[0])))
    };
    let headers = |headers: &str| format!("'204': {{description: D, headers: {{{headers}}}}}");
    for (old, new, expected) in [
        (format!("'404': {p}, default: {p}"), format!("'404': {p}, default: {p}"), ""),
        // One lists statuses, and the other describes all failures by default.
        (
            format!("'404': {p}, '500': {p}"),
            format!("default: {p}"),
            "Compatible Failure GET /a default: added: `object`\n",
        ),
        (format!("4XX: {p}, default: {q}"), format!("'404': {p}, '500': {q}, default: {q}, 4XX: {p}"), ""),
        // What is within the body, also of another name.
        (format!("'404': {p}"), format!("'404': {q}"), "Breaking Field P.title: `Option<String>` → `Option<i64>`\n"),
        (
            format!("default: {p}"),
            format!("'404': {q}, default: {p}"),
            "Breaking Field P.title: `Option<String>` → `Option<i64>`\n",
        ),
        (
            format!("'404': {p}"),
            format!("'404': {}", json("{type: string}")),
            "Breaking Failure GET /a 404: `object` → `String`\n",
        ),
        (format!("'404': {p}, '409': {p}"), format!("'409': {p}"), "Breaking Failure GET /a 404: removed: `object`\n"),
        (format!("'409': {p}"), format!("'404': {p}, '409': {p}"), "Compatible Failure GET /a 404: added: `object`\n"),
        (
            format!("'404': {p}, '409': {p}"),
            format!("'404': {none}, '409': {p}"),
            "Breaking Failure GET /a 404: `object` → `()`\n",
        ),
        (
            format!("'404': {none}, '409': {p}"),
            format!("'404': {p}, '409': {p}"),
            "Compatible Failure GET /a 404: `()` → `object`\n",
        ),
        // No description of any failure says nothing about them, and a status without a body has no JSON.
        (format!("'404': {p}"), format!("'404': {none}"), "DocumentationOnly Failure GET /a 404: removed: `object`\n"),
        (
            format!("'404': {none}, '409': {p}"),
            format!("'409': {p}"),
            "DocumentationOnly Failure GET /a 404: removed: `()`\n",
        ),
        // The names of headers are case-insensitive.
        (headers("X-A: {schema: {type: integer}}"), headers("x-a: {deprecated: true, schema: {type: integer}}"), ""),
        (
            headers("X-A: {schema: {type: integer}}, X-B: {schema: {type: string}}"),
            headers("X-A: {schema: {type: string}}, X-C: {schema: {type: string}}"),
            "Breaking ResponseHeader GET /a.X-A: `i64` → `String`\nBreaking ResponseHeader GET /a.X-B: removed: `X-B`\n\
             Compatible ResponseHeader GET /a.X-C: added: `X-C`\n",
        ),
        (
            headers("X-A: {required: true, schema: {type: integer}}"),
            headers("X-A: {schema: {type: integer}}"),
            "Breaking ResponseHeader GET /a.X-A: optional now\n",
        ),
        (
            headers("X-A: {schema: {type: integer}}"),
            format!("'204': {none}"),
            "DocumentationOnly ResponseHeader GET /a.X-A: removed: `X-A`\n",
        ),
    ] {
        assert_eq!(report_of(&old, &new), expected, "{old} {new}");
    }
}
