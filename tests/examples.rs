//! The examples of the specification: they are those that are known, and every answer among them is read and written
//! again as the same JSON.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::collections::BTreeSet;

use flighthub2::ErrorKind;
use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, client};
use flighthub2_tests::server::{Server, json};
use flighthub2_tests::spec::{self, operations, resolved};
use flighthub2_tests::vectors::{self, normalized};
use serde_json::Value;

/// Examples of a media type, by name.
fn listed<'a>(spec: &'a Value, content: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let examples = content["application/json"]["examples"].as_object().into_iter().flatten();
    examples.map(|(name, slot)| (name.as_str(), &resolved(spec, slot)["value"])).collect()
}

#[test]
fn the_examples_of_the_specification_are_those_that_are_known() {
    let spec = spec::value();
    let requests = vectors::requests();
    let answers = vectors::answers();
    let mut seen_requests = BTreeSet::new();
    let mut seen_answers = BTreeSet::new();
    for (_, _, operation) in operations(&spec) {
        for (name, value) in listed(&spec, &operation["requestBody"]["content"]) {
            let known = requests.get(name).unwrap_or_else(|| panic!("{name} is no known request"));
            assert_eq!(*value, known["body"], "{name}");
            seen_requests.insert(name.to_owned());
        }
        for (name, value) in listed(&spec, &operation["responses"]["200"]["content"]) {
            let known = answers.get(name).unwrap_or_else(|| panic!("{name} is no known answer"));
            assert_eq!(value, known, "{name}");
            seen_answers.insert(name.to_owned());
        }
    }
    let with_body = requests.iter().filter(|(_, request)| !request["body"].is_null()).map(|(name, _)| name.clone());
    assert_eq!(seen_requests, with_body.collect());
    assert_eq!(seen_answers, answers.keys().cloned().collect());
}

#[tokio::test]
async fn every_answer_is_read_and_written_again() {
    let spec = spec::value();
    let mut count = 0;
    for (_, _, operation) in operations(&spec) {
        let id = operation["operationId"].as_str().unwrap();
        let call = examples().into_iter().find(|example| example.info.id == id).unwrap();
        for (name, value) in listed(&spec, &operation["responses"]["200"]["content"]) {
            let bytes = json(value.to_string());
            let server = Server::start(move |_| bytes.clone());
            let fh = client(&server.url());
            let result = call.send(&fh, &fh.project(PROJECT)).await;
            if value["code"] == 0 {
                let output = result.unwrap_or_else(|error| panic!("{id}, {name}: {error}"));
                let wanted = normalized(&value["data"]);
                let nothing = output.is_null() && wanted.as_object().is_none_or(serde_json::Map::is_empty);
                assert!(nothing || normalized(&output) == wanted, "{id}, {name}: {output}");
            } else {
                let error = result.err().unwrap_or_else(|| panic!("{id}, {name}: a failure was taken for a success"));
                assert_eq!(error.kind(), ErrorKind::Api, "{id}, {name}");
                assert_eq!(error.code(), value["code"].as_i64(), "{id}, {name}");
                assert_eq!(Some(error.message()), value["message"].as_str(), "{id}, {name}");
            }
            count += 1;
        }
    }
    assert!(count >= 52, "only {count} answers were read");
}
