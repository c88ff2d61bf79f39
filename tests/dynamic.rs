//! Calls that are chosen at run time: the same request, the same checks and the same result as the typed call.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use flighthub2::testing::{MockServer, PROJECT, RecordedRequest};
use flighthub2::{Delivery, ErrorKind, JsonValue, OPERATIONS, ParameterLocation, Risk, Scope, masked};
use flighthub2_tests::calls::examples;
use serde_json::json;

/// What is sent, without the id that is new for each request.
fn sent(request: &RecordedRequest) -> (String, String, String, Vec<(String, String)>, Vec<u8>) {
    let headers = request.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect();
    (request.method.clone(), request.path.clone(), request.query.clone(), headers, request.body.clone())
}

#[tokio::test]
async fn typed_and_dynamic_calls_send_and_return_the_same() {
    let server = MockServer::start().await.unwrap().stateless();
    let fh = server.client_builder().max_attempts(1).build().unwrap();
    let site = fh.project(PROJECT);
    for example in examples() {
        let id = example.info.id;
        server.clear_requests();
        let typed = example.send(&fh, &site).await;
        let arguments = example.arguments(&fh, &site);
        let for_project = server.requests().iter().any(|request| request.header("x-project-uuid").is_some());
        let call = if for_project { site.call(id, &arguments) } else { fh.call(id, &arguments) };
        let call = call.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(call.info().id, id);
        let dynamic = call.send().await;
        match (typed, dynamic) {
            (Ok(typed), Ok(dynamic)) => assert_eq!(typed, dynamic, "{id}"),
            (typed, dynamic) => panic!("{id}: {typed:?} {dynamic:?}"),
        }
        match server.requests().as_slice() {
            [typed, dynamic] => assert_eq!(sent(typed), sent(dynamic), "{id}"),
            requests => panic!("{id}: {} requests", requests.len()),
        }
    }
}

#[tokio::test]
async fn arguments_are_checked_before_anything_is_sent() {
    let server = MockServer::start().await.unwrap();
    let (fh, site) = (server.client(), server.client().project(PROJECT));
    let task = json!({
        "name": "Morning round", "wayline_uuid": "c0ffee00-1111-4222-8333-444455556666", "sn": "7CTEXAMPLE0001",
        "rth_altitude": 100, "out_of_control_action_in_flight": "return_home", "resumable_status": "manual",
        "task_type": "immediate", "time_zone": "Europe/Rome",
    });
    assert!(site.call("createFlightTask", &json!({ "body": task })).is_ok());
    let with = |name: &str, value: JsonValue| {
        let mut task = task.clone();
        task[name] = value;
        json!({ "body": task })
    };
    let cases = [
        ("createFlightTask", with("rth_altitud", json!(30)), "argument `body.rth_altitud` does not exist"),
        ("createFlightTask", with("rth_altitude", json!("high")), "argument `body.rth_altitude`: "),
        ("createFlightTask", with("rth_altitude", JsonValue::Null), "argument `body.rth_altitude`: "),
        ("createFlightTask", with("repeat_option", json!({"interval": 1, "day": 2})), "argument `body.repeat_option"),
        ("createFlightTask", json!({}), "missing field `body`"),
        ("createFlightTask", json!({ "body": task, "sn": "7CTEXAMPLE0001" }), "sn"),
        ("createFlightTask", json!([task]), "arguments: "),
        ("createFlightTask", JsonValue::Null, "arguments: "),
        ("createflighttask", json!({}), "there is no operation `createflighttask`"),
        ("getDeviceState", json!({ "device_sn": 5 }), "argument `device_sn`: "),
    ];
    for (id, arguments, expected) in cases {
        let error = site.call(id, &arguments).unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidArgument, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.may_have_taken_effect());
    }
    let empty = site.call("getDeviceState", &json!({ "device_sn": "" })).unwrap();
    assert_eq!(empty.dry_run().unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(empty.send().await.unwrap_err().kind(), ErrorKind::InvalidArgument);
    let error = fh.call("createFlightTask", &json!({ "body": task })).unwrap_err();
    assert!(error.to_string().contains("needs a project"), "{error}");
    assert_eq!(error.operation().unwrap().id, "createFlightTask");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn dynamic_calls_are_refused_for_their_risk() {
    let server = MockServer::start().await.unwrap();
    let fh = server.client_builder().max_risk(Risk::Read).build().unwrap();
    let site = fh.project(PROJECT);
    for example in examples().iter().filter(|example| example.info.risk > Risk::Read) {
        let call = site.call(example.info.id, &example.arguments(&fh, &site)).unwrap();
        assert!(call.dry_run().is_ok());
        assert_eq!(call.send().await.unwrap_err().kind(), ErrorKind::Risk, "{}", example.name);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn secrets_are_masked_on_request() {
    // A simulation would issue other credentials to each call.
    let server = MockServer::start().await.unwrap().stateless();
    let site = server.client().project(PROJECT);
    let call = || site.call("getProjectStsToken", &json!({})).unwrap();
    let shown = call().send().await.unwrap();
    let hidden = call().mask_secrets().send().await.unwrap();
    assert_eq!(hidden["credentials"]["access_key_secret"], "***");
    assert_ne!(shown["credentials"]["access_key_secret"], "***");
    let typed = site.send(&flighthub2::projects::GetProjectStsToken::new()).await.unwrap();
    assert_eq!(masked(&typed).unwrap(), hidden);
    assert_eq!(serde_json::to_value(&typed).unwrap(), shown);
}

#[tokio::test]
async fn a_response_has_its_status_and_headers() {
    let server = MockServer::start().await.unwrap().stateless();
    let site = server.client().project(PROJECT);
    let call = || site.call("getProjectStsToken", &json!({})).unwrap();
    let response = call().send_with_headers().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().get("content-type").unwrap().starts_with("application/json"));
    // The output is not shown: in JSON a secret looks like any other text.
    let secret = response.output()["credentials"]["access_key_secret"].as_str().unwrap();
    assert!(secret.len() > 3 && !format!("{response:?} {response:#?}").contains(secret));
    assert_eq!(response.into_output(), call().send().await.unwrap());
    let masked = call().mask_secrets().send_with_headers().await.unwrap();
    assert_eq!(masked.output()["credentials"]["access_key_secret"], "***");
}

#[test]
fn the_catalogue_describes_arguments_and_results() {
    for info in OPERATIONS {
        let id = info.id;
        let arguments = info.arguments_schema();
        let mut names: Vec<&str> = info.parameters.iter().map(|parameter| parameter.name).collect();
        for parameter in info.parameters {
            let required = arguments["required"].as_array().into_iter().flatten();
            let required = required.filter_map(JsonValue::as_str).any(|name| name == parameter.name);
            assert_eq!(parameter.required, required, "{id}: {}", parameter.name);
            let place = format!("{{{}}}", parameter.name);
            assert_eq!(parameter.location == ParameterLocation::Path, info.path.contains(&place), "{id}: {place}");
            assert!(!parameter.schema_type.is_empty(), "{id}: {}", parameter.name);
        }
        if !arguments["properties"]["body"].is_null() {
            names.push("body");
        }
        names.sort_unstable();
        let described: Vec<&str> = arguments["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, described, "{id}");
        let result = info.result_schema();
        assert_eq!(result["$schema"], "https://json-schema.org/draft/2020-12/schema", "{id}");
        assert!(jsonschema::validator_for(&result).is_ok(), "{id}");
    }
    assert!(OPERATIONS.iter().any(|info| info.scope == Scope::Organization));
}

#[tokio::test]
async fn results_match_their_schema() {
    let server = MockServer::start().await.unwrap().stateless();
    let fh = server.client();
    let site = fh.project(PROJECT);
    for example in examples() {
        let result = example.send(&fh, &site).await.unwrap();
        let schema = example.info.result_schema();
        let validator = jsonschema::validator_for(&schema).unwrap();
        if let Err(error) = validator.validate(&result) {
            panic!("{}: {error} at {}", example.name, error.instance_path());
        }
    }
}
