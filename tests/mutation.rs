//! No input makes the generator panic, and none is half taken: mutations of our own specification and of the fixtures.
//!
//! The mutations are the same in every run: they come from a counter, not from chance.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::fs;
use std::path::Path;

use flighthub2_generator::{Dialect, Options, Source, generate};
use flighthub2_tests::spec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_yaml::Value;

fn outcome(text: &str, dialect: Dialect) {
    let options = Options { dialect, ..Options::default() };
    match generate(&Source::new("mutated.yaml", text), &options) {
        Ok(made) => assert!(made.files.contains_key("mod.rs")),
        Err(problems) => {
            assert!(!problems.problems().is_empty());
            for problem in problems.problems() {
                assert!(problem.place.line >= 1 && problem.place.column >= 1);
                assert!(!problem.message.is_empty() && !problem.help.is_empty());
                assert_ne!(problem.code, flighthub2_generator::Code::Internal, "{problems}");
            }
            // Rendering cuts the text at the places: it must not cut a character.
            assert!(problems.to_string().contains("mutated.yaml"));
        }
    }
}

fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Runs a property with the same inputs every time.
fn always<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    runner
        .run(&strategy, |value| {
            test(value);
            Ok(())
        })
        .unwrap();
}

#[test]
fn texts_that_are_cut_or_mixed_up() {
    let fixtures = fixtures();
    let piece = prop::sample::select(vec![
        "",
        "\t",
        ":",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "'",
        "\"",
        "&a ",
        "*a",
        "!!str ",
        "<<: ",
        "# ",
        "|\n",
        ">\n",
        "\0",
        "\u{feff}",
        "é",
        "\u{1F680}",
        "null",
        "-1e999",
        "99999999999999999999",
        "$ref",
        "\n---\n",
        "%YAML 1.2\n",
    ]);
    let strategy = (0..fixtures.len(), any::<prop::sample::Index>(), 0..40_usize, piece);
    always(2000, strategy, |(fixture, at, length, piece)| {
        let text = &fixtures[fixture];
        let start = text.floor_char_boundary(at.index(text.len()));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        let mutated = format!("{}{piece}{}", &text[..start], &text[end..]);
        outcome(&mutated, Dialect::Foreign);
        outcome(&mutated, Dialect::FlightHub);
    });
}

/// Every place of a document, as the way to it.
fn places(value: &Value, way: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    let inner: Vec<&Value> = match value {
        Value::Mapping(members) => members.values().collect(),
        Value::Sequence(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for (index, inner) in inner.into_iter().enumerate() {
        way.push(index);
        found.push(way.clone());
        places(inner, way, found);
        way.pop();
    }
}

fn at<'v>(value: &'v mut Value, way: &[usize]) -> Option<&'v mut Value> {
    let Some((first, rest)) = way.split_first() else { return Some(value) };
    let inner = match value {
        Value::Mapping(members) => members.values_mut().nth(*first)?,
        Value::Sequence(items) => items.get_mut(*first)?,
        _ => return None,
    };
    at(inner, rest)
}

#[test]
fn documents_with_a_value_that_does_not_belong_there() {
    let fixtures: Vec<Value> = fixtures().iter().map(|text| serde_yaml::from_str(text).unwrap()).collect();
    let all: Vec<Vec<Vec<usize>>> = fixtures
        .iter()
        .map(|fixture| {
            let mut found = Vec::new();
            places(fixture, &mut Vec::new(), &mut found);
            found
        })
        .collect();
    let value = prop::sample::select(vec![
        "null",
        "true",
        "-1",
        "1.5",
        "18446744073709551616",
        "''",
        "text",
        "[]",
        "{}",
        "[null]",
        "{type: object}",
        "{$ref: '#/components/schemas/Thing'}",
        "{$ref: '#/components/schemas/Nothing'}",
        "{type: array}",
        "{type: string, enum: [null]}",
        "{oneOf: [{}]}",
        "{allOf: [{}, {}]}",
        "{type: object, additionalProperties: {}}",
        "'#/components/schemas/Tree'",
        "{type: integer, enum: [1, 1]}",
    ]);
    let strategy =
        (0..fixtures.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), value, any::<bool>());
    always(3000, strategy, |(fixture, to, from, value, swap)| {
        let mut document = fixtures[fixture].clone();
        let ways = &all[fixture];
        let new = if swap {
            at(&mut document.clone(), &ways[from.index(ways.len())]).cloned()
        } else {
            serde_yaml::from_str(value).ok()
        };
        if let (Some(place), Some(new)) = (at(&mut document, &ways[to.index(ways.len())]), new) {
            *place = new;
        }
        let text = serde_yaml::to_string(&document).unwrap();
        outcome(&text, Dialect::Foreign);
        outcome(&text, Dialect::FlightHub);
    });
}

#[test]
fn our_specification_without_one_of_its_lines() {
    let text = spec::text();
    let lines: Vec<&str> = text.lines().collect();
    for gone in (0..lines.len()).step_by(211) {
        let rest: Vec<&str> = lines[..gone].iter().chain(&lines[gone + 1..]).copied().collect();
        outcome(&rest.join("\n"), Dialect::FlightHub);
    }
}
