//! No input makes the generator panic, and none is half taken: any bytes, and edits of our own documents.
//!
//! The inputs are the same in every run. A fuzzer tries others: `tests/fuzz`, target `specification`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

#[path = "support/always.rs"]
mod always;
mod specifications;

use std::cell::Cell;
use std::path::Path;

use always::always;
use flighthub2_generator::Dialect;
use proptest::prelude::*;
use serde_yaml::Value;
use specifications::documents::Documents;
use specifications::{edits, held};

fn documents() -> Documents {
    Documents::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

/// What is edited makes a client before it is edited, so that an edit can show something.
#[test]
fn every_document_makes_a_client() {
    let documents = documents();
    assert!(documents.all.len() >= 60, "only {}", documents.all.len());
    for document in &documents.all {
        let made = held::of(document.text.as_bytes(), document.dialect, None);
        assert!(made, "{}:\n{}", document.name, flighthub2_generator::lint(&document.source(), document.dialect));
        // The length of the text decides what is asked.
        for more in 0..4 {
            let text = document.text.clone() + &"\n".repeat(more);
            held::of(text.as_bytes(), document.dialect, Some(&document.source()));
            held::of(text.as_bytes(), Dialect::Foreign, Some(&document.source()));
        }
    }
}

/// Whatever stands in whatever place.
#[test]
fn any_value_in_any_place_is_taken_or_refused() {
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
        held::of(text.as_bytes(), document.dialect, Some(&document.source()));
    }
}

/// Names that the client has itself, or that mean something to Rust: as groups, operations, schemas, members, parameters.
#[test]
fn names_may_be_those_of_the_client() {
    let names =
        ["client", "types", "mod", "region", "error_code", "shared", "arguments", "catalogue", "self", "required"];
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
        // The length of the text decides what is asked.
        for more in 0..4 {
            assert!(held::of((text.clone() + &"\n".repeat(more)).as_bytes(), Dialect::Foreign, None), "{text}");
        }
    }
}

#[test]
fn any_text_is_taken_or_refused() {
    let documents = documents();
    let text = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[\\PC\n\t{}\\[\\]:,&*!|>'\"%@`#-]{0,200}".prop_map(String::into_bytes),
    ];
    always(400, (0..=1_u8, text), |(dialect, text)| {
        specifications::check(&documents, &[&[dialect], &text[..]].concat());
    });
}

#[test]
fn texts_that_are_cut_or_mixed_up_are_taken_or_refused() {
    edited(2..=3, 200);
}

#[test]
fn documents_that_are_edited_are_taken_or_refused() {
    edited(4..=5, 500);
}

fn edited(kind: std::ops::RangeInclusive<u8>, cases: u32) {
    let documents = documents();
    let made = Cell::new(0_u32);
    // Few edits leave most of a document as it was, and make what can be read on.
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 4..8), prop::collection::vec(any::<u8>(), 8..60)];
    always(cases, (kind, bytes), |(kind, bytes)| {
        made.set(made.get() + u32::from(specifications::check(&documents, &[&[kind], &bytes[..]].concat())));
    });
    assert!(made.get() > cases / 50, "only {} of {cases} were documents still", made.get());
}
