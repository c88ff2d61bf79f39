//! Every operation with everything traced and printed, and all of it searched for secrets.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::collections::BTreeSet;

use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, TOKEN, client};
use flighthub2_tests::log::Log;
use flighthub2_tests::server::{Server, http_response, json};
use flighthub2_tests::{spec, vectors};
use serde_json::Value;

/// Names of members that the specification calls secret.
fn secret_names(schema: &Value, found: &mut BTreeSet<String>) {
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if member["format"] == "password" {
            found.insert(name.clone());
        }
    }
    match schema {
        Value::Object(members) => members.values().for_each(|inner| secret_names(inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| secret_names(inner, found)),
        _ => {}
    }
}

/// Puts a value that stands nowhere else under each of these names, and notes it.
fn mark(value: &mut Value, names: &BTreeSet<String>, marks: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if names.contains(name) && member.is_string() {
                    let secret = format!("SECRET-{name}-{}", marks.len());
                    *member = Value::String(secret.clone());
                    marks.insert(secret);
                } else {
                    mark(member, names, marks);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| mark(inner, names, marks)),
        _ => {}
    }
}

#[tokio::test]
async fn no_trace_or_output_contains_a_secret() {
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    subscriber
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || written.clone())
        .init();

    let mut names = BTreeSet::new();
    secret_names(&spec::value()["components"]["schemas"], &mut names);
    assert!(names.contains("access_key_secret") && names.contains("security_token"), "{names:?}");
    let mut responses = vectors::responses();
    let mut wanted = BTreeSet::from([TOKEN.to_owned()]);
    responses.values_mut().for_each(|value| mark(value, &names, &mut wanted));
    // The stream key that an example sends.
    wanted.insert("rtmp://".to_owned());
    assert!(wanted.len() >= 10, "{wanted:?}");

    let mut spans = 0;
    for example in examples() {
        let success = json(responses[example.name].to_string());
        let refusal = json(format!(r#"{{"code":200401,"message":"the token {TOKEN} is bad"}}"#));
        let page =
            http_response("502 Bad Gateway", "text/html", format!("<html>{TOKEN} {}</html>", responses[example.name]));
        for bytes in [success, refusal, page, Vec::new()] {
            let server = Server::start(move |_| bytes.clone());
            let fh = client(&server.url());
            let (mut shown, result) = example.show(&fh, &fh.project(PROJECT)).await;
            if let Err(error) = result {
                shown.push_str(&format!("{error} {error:?} {error:#?}"));
            }
            let traced = log.take();
            spans += traced.matches("flighthub2.attempt").count();
            assert!(traced.contains(example.info.id), "{}", example.name);
            for secret in &wanted {
                for (what, text) in [("shown", &shown), ("traced", &traced)] {
                    let found = text.lines().find(|line| line.contains(secret.as_str()));
                    assert!(found.is_none(), "{}: {secret:?} is {what}: {found:?}", example.name);
                }
            }
        }
    }
    assert!(spans >= examples().len() * 4);
}
