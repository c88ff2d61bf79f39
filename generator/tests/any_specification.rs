//! No input makes the generator panic, and none is accepted in part: arbitrary bytes, and edits of this repository's
//! documents.
//!
//! The inputs are the same in every run. A fuzzer generates others: `tests/fuzz`, target `specification`.

use crate::specifications;
use std::cell::Cell;
use std::path::Path;
use std::sync::LazyLock;

use crate::for_all::{cases, for_all};
use crate::specifications::documents::Documents;
use crate::specifications::edits::Choices;
use crate::specifications::valid::valid;
use crate::specifications::{edits, invariants};
use flighthub2_generator::{Dialect, Source};
use proptest::prelude::*;
use serde_json::json;
use serde_yaml::Value;

/// Read once for all tests.
fn documents() -> &'static Documents {
    static DOCUMENTS: LazyLock<Documents> =
        LazyLock::new(|| Documents::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")));
    &DOCUMENTS
}

/// Each document generates a client before the edits, so that the edits are meaningful.
#[test]
fn every_document_generates_a_client() {
    let documents = documents();
    assert!(documents.all.len() >= 60, "only {}", documents.all.len());
    for (index, document) in documents.all.iter().enumerate() {
        let made = invariants::check(document.text.as_bytes(), document.dialect, None);
        assert!(made, "{}:\n{}", document.name, flighthub2_generator::lint(&document.source(), document.dialect));
        // The length of the text selects the checked invariants.
        for more in (index..).take(cases(4) as usize).map(|more| more % 4) {
            let text = document.text.clone() + &"\n".repeat(more);
            invariants::check(text.as_bytes(), document.dialect, Some(&document.source()));
            invariants::check(text.as_bytes(), Dialect::OpenApi, Some(&document.source()));
        }
    }
}

/// Any value in any place.
#[test]
fn any_value_in_any_place_is_accepted_or_rejected() {
    let documents = documents();
    let document = documents.all.iter().find(|document| document.name == "base.yaml").unwrap();
    let others = ["null", "{}", "[]", "x", "-1", "{$ref: '#/components/schemas/Thing'}"]
        .map(|text| serde_yaml::from_str::<Value>(text).unwrap());
    let places = edits::places(&document.value);
    assert!(places.len() > 250, "only {}", places.len());
    for (place, other) in places.iter().zip(others.iter().cycle()) {
        let mut edited = document.value.clone();
        *edits::at_mut(&mut edited, place) = other.clone();
        let text = serde_yaml::to_string(&edited).unwrap();
        invariants::check(text.as_bytes(), document.dialect, Some(&document.source()));
    }
}

/// Names that the client reserves, or that have a meaning in Rust: as groups, operations, schemas, members, parameters.
#[test]
fn names_may_be_reserved_by_the_client() {
    let names = [
        "client",
        "types",
        "mod",
        "region",
        "error_code",
        "shared",
        "arguments",
        "catalogue",
        "self",
        "required",
        "lib",
        "main",
        "runtime",
        "flighthub2_runtime",
        "builder",
        "send",
        "project",
        "core",
        "clone",
        "info",
    ];
    for (name, again) in names.iter().flat_map(|name| [(name, name.to_string()), (name, name.to_uppercase())]) {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\ntags: [{{name: {name}}}, {{name: other}}]\npaths:\n  /a/{{{name}}}:\n    \
             get:\n      operationId: {name}\n      tags: [{name}]\n      parameters:\n        \
             - {{name: {name}, in: path, required: true, schema: {{type: string}}}}\n        \
             - {{name: a, in: query, required: true, schema: {{type: string}}}}\n        \
             - {{name: b, in: query, required: true, schema: {{type: string}}}}\n      responses: {{'200': {{description: D, \
             content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}}}\n    \
             post:\n      tags: [{again}]\n      operationId: other\n      parameters:\n        \
             - {{name: {name}, in: path, required: true, schema: {{type: string}}}}\n      responses: {{'204': {{description: D}}}}\n\
             components:\n  schemas:\n    {name}: {{type: object, properties: {{{name}: {{type: string, nullable: true}}}}}}\n"
        );
        // The length of the text selects the checked invariants.
        for more in 0..4 {
            assert!(
                invariants::check((text.clone() + &"\n".repeat(more)).as_bytes(), Dialect::OpenApi, None),
                "{text}"
            );
        }
    }
}

/// Separators and spellings that do not change the words of a name.
const JOINTS: &[&str] = &["", "_", "-", " ", ".", "__"];
/// Difficult words: digits, Rust's keywords, devices of Windows, letters that are not ASCII.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "get", "a", "b", "ab", "1", "2", "type", "self", "crate", "async", "con", "nul", "aux", "com1", "名", "é", "required",
    "types", "option", "string",
];

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Similar names: the same words with other separators and spellings.
fn alike() -> impl Strategy<Value = Vec<String>> {
    let words = prop::collection::vec(prop::sample::select(WORDS), 1..4);
    let manner = (prop::sample::select(JOINTS), 0..4_u8, prop::sample::select(&["", "_", "1", "$"][..]), 0..4_u8);
    (words, prop::collection::vec(manner, 2..9)).prop_map(|(words, manners)| {
        let mut names: Vec<String> = Vec::new();
        for (joint, case, before, after) in manners {
            let written = words.iter().enumerate().map(|(index, word)| match (case, index) {
                (0, _) | (2, 0) => (*word).to_owned(),
                (1, _) => word.to_uppercase(),
                _ => capitalized(word),
            });
            let name = before.to_owned() + &written.collect::<Vec<_>>().join(joint) + if after == 0 { "_" } else { "" };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    })
}

/// A document in which every kind of named object has each of these names.
fn named(names: &[String]) -> String {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for (index, name) in names.iter().enumerate() {
        let mut parameters: Vec<_> = names
            .iter()
            .map(|name| json!({"name": name, "in": "query", "required": index % 2 == 0, "schema": {"type": "string"}}))
            .collect();
        parameters.push(json!({"name": format!("of operation {index}"), "in": "query", "schema": {"type": "string"}}));
        let answer = json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
        let operation = json!({
            "operationId": name,
            "tags": [name],
            "parameters": parameters,
            "responses": {"200": {"description": "D", "content": {"application/json": answer}}},
        });
        paths.insert(format!("/p{index}"), json!({"get": operation}));
        let members = names.iter().map(|name| (name.clone(), json!({"type": "string", "nullable": true})));
        let members: serde_json::Map<_, _> = members.collect();
        let schema = match index % 3 {
            1 => json!({"type": "string", "enum": names}),
            _ => json!({"type": "object", "properties": members}),
        };
        schemas.insert(name.clone(), schema);
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    serde_yaml::to_string(&document).unwrap()
}

/// Each named object becomes one item, however similar the names are.
#[test]
fn similar_names_stay_distinct() {
    let made = |names: &[String]| {
        let text = named(names);
        // The length of the text selects the checked invariants.
        let outside = text.clone() + &"\n".repeat((5 - text.len() % 4) % 4);
        for text in [text, outside] {
            assert!(invariants::check(text.as_bytes(), Dialect::OpenApi, None), "{names:?}:\n{text}");
        }
    };
    made(&["get_a_b", "get_ab", "getAB", "GET-A-B", "getAb", "_get_a_b", "get__a_b", "get a b"].map(str::to_owned));
    made(&["con", "CON", "nul", "Aux", "com1", "COM1", "lpt9", "prn", "com10"].map(str::to_owned));
    made(&["type", "Type", "TYPE", "r#type", "self", "Self", "crate", "Crate", "_", "__"].map(str::to_owned));
    made(&["名", "_u540d_", "u540d", "U540D", "名_", "é", "ue9"].map(str::to_owned));
    for_all(25, alike(), |names| made(&names));
}

#[test]
fn any_text_is_accepted_or_rejected() {
    let documents = documents();
    let text = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[\\PC\n\t{}\\[\\]:,&*!|>'\"%@`#-]{0,200}".prop_map(String::into_bytes),
    ];
    for_all(400, (0..=1_u8, text), |(dialect, text)| {
        specifications::check(documents, &[&[dialect], &text[..]].concat());
    });
}

#[test]
fn truncated_and_shuffled_texts_are_accepted_or_rejected() {
    edited(2..=3, 200);
}

#[test]
fn edited_documents_are_accepted_or_rejected() {
    edited(4..=5, 500);
}

fn edited(kind: std::ops::RangeInclusive<u8>, all: u32) {
    let documents = documents();
    let made = Cell::new(0_u32);
    // A few edits leave most of a document unchanged and parseable.
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 4..8), prop::collection::vec(any::<u8>(), 8..60)];
    for_all(all, (kind, bytes), |(kind, bytes)| {
        made.set(made.get() + u32::from(specifications::check(documents, &[&[kind], &bytes[..]].concat())));
    });
    let cases = cases(all);
    assert!(made.get() > cases / 50, "only {} of {cases} were documents still", made.get());
}

/// Documents with all constructs, and with one of their values replaced.
#[test]
fn valid_documents_and_their_edits_are_accepted_or_rejected() {
    let documents = documents();
    for_all(120, (any::<bool>(), prop::collection::vec(any::<u8>(), 2000..8000)), |(own, bytes)| {
        let dialect = if own { Dialect::FlightHub } else { Dialect::OpenApi };
        let (edits, choices) = bytes.split_at(10);
        let made = valid(&mut Choices::new(choices), dialect).document;
        let text = serde_yaml::to_string(&made).unwrap();
        let accepted = invariants::check(text.as_bytes(), dialect, None);
        // In a document of this repository two names may collide.
        assert!(accepted || own, "{text}");
        let value = serde_yaml::to_value(&made).unwrap();
        let edited = edits::edited(value, documents, &mut Choices::new(edits));
        let edited = serde_yaml::to_string(&edited).unwrap();
        invariants::check(edited.as_bytes(), dialect, Some(&Source::new("original.yaml", text)));
    });
}
