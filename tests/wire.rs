//! Every operation over a real socket: what leaves the client is what the examples say.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::collections::{BTreeMap, BTreeSet};

use flighthub2::OPERATIONS;
use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, client};
use flighthub2_tests::server::{Request, Server, json};
use flighthub2_tests::vectors::{self, normalized};
use percent_encoding::percent_decode_str;
use serde_json::Value;

#[test]
fn every_operation_and_example_is_covered() {
    let called: Vec<&str> = examples().iter().map(|example| example.name).collect();
    let names: BTreeSet<&str> = called.iter().copied().collect();
    assert_eq!(names.len(), called.len(), "an example is called twice");
    let requests = vectors::requests();
    assert_eq!(names, requests.keys().map(String::as_str).collect());
    let operations: BTreeSet<&str> = examples().iter().map(|example| example.info.id).collect();
    assert_eq!(operations, OPERATIONS.iter().map(|info| info.id).collect());
    for example in examples() {
        assert_eq!(example.info.id, vectors::operation_of(example.name));
    }
}

/// The pairs of a query, decoded.
fn pairs(query: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap()).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn members(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn assert_is(name: &str, sent: &Request, wanted: &Value) {
    assert_eq!(sent.method, wanted["method"].as_str().unwrap(), "{name}");
    let mut path = wanted["path"].as_str().unwrap().to_owned();
    for (parameter, value) in members(&wanted["path_params"]) {
        path = path.replace(&format!("{{{parameter}}}"), &value);
    }
    assert_eq!(sent.path, path, "{name}");
    assert_eq!(pairs(&sent.query), members(&wanted["query"]), "{name}");

    let mut headers: BTreeMap<String, String> = sent.headers.iter().cloned().collect();
    assert_eq!(headers.len(), sent.headers.len(), "{name}: a header is there twice");
    for own in ["host", "user-agent", "content-length"] {
        headers.remove(own);
    }
    assert_eq!(headers.remove("accept").as_deref(), Some("application/json"), "{name}");
    assert_eq!(headers.remove("accept-encoding").as_deref(), Some("gzip"), "{name}: the feature `gzip` is on");
    let request_id = headers.remove("x-request-id").unwrap();
    assert_eq!((request_id.len(), request_id.as_bytes()[14]), (36, b'4'), "{name}: {request_id}");
    let wanted_headers: BTreeMap<String, String> = members(&wanted["headers"])
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| name != "x-request-id")
        .collect();
    assert_eq!(headers, wanted_headers, "{name}");

    match &wanted["body"] {
        Value::Null => assert!(sent.body.is_empty(), "{name}"),
        body => {
            let found: Value = serde_json::from_slice(&sent.body).unwrap();
            assert_eq!(normalized(&found), normalized(body), "{name}");
            // What is normalized away must not be sent either.
            assert_eq!(
                found.as_object().map(|members| members.len()),
                body.as_object().map(|members| members.len()),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn every_example_is_sent_and_read_correctly() {
    let requests = vectors::requests();
    let responses = vectors::responses();
    let mut ids = BTreeSet::new();
    for example in examples() {
        let name = example.name;
        let body = responses.get(name).unwrap_or_else(|| panic!("no response for {name}")).clone();
        let bytes = json(body.to_string());
        let server = Server::start(move |_| bytes.clone());
        let fh = client(&server.url());
        let output = example.send(&fh, &fh.project(PROJECT)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(normalized(&output), data(&body), "{name}");
        let sent = server.take_requests();
        let [sent] = sent.as_slice() else { panic!("{name}: {} requests", sent.len()) };
        assert_is(name, sent, &requests[name]);
        assert!(ids.insert(sent.header("x-request-id").unwrap().to_owned()), "{name}: a request id is used again");
    }
    assert_eq!(ids.len(), requests.len());
}

/// The `data` of a response as the client gives it back: nothing for an acknowledgement.
fn data(response: &Value) -> Value {
    let data = normalized(&response["data"]);
    if data.as_object().is_some_and(serde_json::Map::is_empty) && response["data"] == serde_json::json!({}) {
        return Value::Null;
    }
    data
}
