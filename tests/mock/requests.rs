//! Requests: which ones the mock server accepts, and why it refuses others.

use flighthub2::testing::{MockServer, PROJECT, TOKEN, Verdict};
use flighthub2_tests::calls::examples;
use flighthub2_tests::vectors::{self, normalized};
use serde_json::{Value, json};

use super::{AIRCRAFT, PROJECTS, once, parsed_response, patrol, raw, sent, written};

/// The request of an example, written by hand.
fn by_hand(request: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members = |name: &str| request[name].as_object().cloned().unwrap_or_default();
    let mut target = request["path"].as_str().unwrap().to_owned();
    for (name, value) in members("path_params") {
        target = target.replace(&format!("{{{name}}}"), &text(&value));
    }
    let query: Vec<String> = members("query").iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    if !query.is_empty() {
        target = format!("{target}?{}", query.join("&"));
    }
    let headers = members("headers");
    let headers: Vec<(&str, String)> = headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body = request.get("body").map(Value::to_string).unwrap_or_default();
    written(request["method"].as_str().unwrap(), &target, &headers, &body)
}

#[tokio::test]
async fn every_example_request_gets_its_example_response() {
    let server = MockServer::start().await.unwrap().stateless();
    let fh = server.client();
    let responses = vectors::responses();
    for example in examples() {
        let name = example.name;
        server.on_id(example.info.id).unwrap().example(name).unwrap();
        let output = example.send(&fh, &fh.project(PROJECT)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let data = &responses[name]["data"];
        let wanted = if *data == json!({}) { Value::Null } else { normalized(data) };
        assert_eq!(normalized(&output), wanted, "{name}");
    }
    let requests = server.requests();
    let operations: Vec<Option<&str>> = requests.iter().map(|request| request.operation).collect();
    assert_eq!(operations, examples().iter().map(|example| Some(example.info.id)).collect::<Vec<_>>());
    assert!(requests.iter().all(|request| request.verdict == Verdict::Accepted && request.status == Some(200)));
}

#[tokio::test]
async fn every_example_request_gets_a_response_that_fits_the_specification() {
    for stateless in [true, false] {
        let server = MockServer::start().await.unwrap();
        let server = if stateless { server.stateless() } else { server };
        let requests = vectors::requests();
        // In the order of a caller: what is released was acquired before.
        for example in examples() {
            let response = parsed_response(&sent(&server, by_hand(&requests[example.name])).await);
            assert_eq!((response.status, &response.json()["code"]), (200, &json!(0)), "{}: {response:?}", example.name);
            server.check_response(example.info.id, &response.json()).unwrap();
        }
    }
    let server = MockServer::start().await.unwrap();
    assert!(server.check_response("createFlightTask", &json!({"code": 0, "message": "", "data": {}})).is_err());
    assert!(server.check_response("nobody", &json!({})).is_err());
}

/// The body of the example of a flight task, with other members.
fn task(changes: Value) -> String {
    let mut body = vectors::requests()["createFlightTask"]["body"].clone();
    let Value::Object(changes) = changes else { panic!("no members: {changes}") };
    body.as_object_mut().unwrap().extend(changes);
    body.to_string()
}

/// A request that is refused: method, target, headers, body; then the status, the code and the reason.
struct Bad<'a>(&'a str, &'a str, Vec<(&'a str, &'a str)>, String, u16, i64, &'a str);

#[tokio::test]
async fn invalid_requests_are_refused_with_a_reason() {
    let token = ("X-User-Token", TOKEN);
    let project = ("x-project-uuid", PROJECT);
    let typed = ("Content-Type", "application/json; charset=utf-8");
    let other = ("x-project-uuid", "00000000-0000-4000-8000-000000000000");
    let empty = ("x-project-uuid", "");
    // Only spaces and tabs around a value are no part of it.
    let padded = format!("\u{a0}{TOKEN}");
    let tasks = "/openapi/v0.1/flight-task/list?sn=A&begin_at=1&end_at=2";
    let no_status = format!("{tasks}&status=");
    let create = "/openapi/v0.1/flight-task";
    let incident = |level: i64| {
        let mut body = vectors::requests()["triggerWorkflow"]["body"].clone();
        body["params"]["level"] = level.into();
        body.to_string()
    };
    let begins = |text: &str| task(json!({"begin_at": 0})).replace("\"begin_at\":0", &format!("\"begin_at\":{text}"));
    let fine = String::new;
    let cases = vec![
        Bad("GET", "/openapi/v1.0/project", vec![token], fine(), 404, 0, "unknown path"),
        Bad("GET", "/openapi/v0.1/project/", vec![token], fine(), 404, 0, "unknown path"),
        Bad("PATCH", PROJECTS, vec![token], fine(), 405, 200_101, "no method PATCH"),
        Bad("GET", "/openapi/v0.1/model/create", vec![token, project], fine(), 405, 200_101, "no method GET"),
        Bad("GET", PROJECTS, vec![], fine(), 200, 200_401, "not found or empty"),
        Bad("GET", PROJECTS, vec![("X-User-Token", "")], fine(), 200, 200_401, "not found or empty"),
        Bad("GET", PROJECTS, vec![("X-User-Token", "other")], fine(), 200, 200_401, "not valid"),
        Bad("GET", PROJECTS, vec![("X-User-Token", &padded)], fine(), 200, 200_401, "not valid"),
        Bad("GET", PROJECTS, vec![("Authorization", TOKEN)], fine(), 200, 200_401, "not found or empty"),
        Bad("GET", PROJECTS, vec![token, token], fine(), 200, 200_101, "twice"),
        Bad("GET", "/openapi/v0.1/project/device", vec![token], fine(), 200, 200_403, "no X-Project-Uuid"),
        Bad("GET", "/openapi/v0.1/project/device", vec![token, other], fine(), 200, 200_403, "for this project"),
        Bad("GET", "/openapi/v0.1/open_model/models/running", vec![token, other], fine(), 200, 200_403, "project"),
        Bad("GET", "/openapi/v0.1/open_model/models/running", vec![token, empty], fine(), 200, 200_403, "project"),
        Bad("GET", "/openapi/v0.1/project/device", vec![token, empty], fine(), 200, 200_403, "no X-Project-Uuid"),
        Bad("GET", "/openapi/v0.1/project?page=x", vec![token], fine(), 200, 200_101, "`page`: not of its type"),
        Bad("GET", "/openapi/v0.1/project?page=1.0", vec![token], fine(), 200, 200_101, "`page`: not of its type"),
        Bad("GET", "/openapi/v0.1/project?page=0", vec![token], fine(), 200, 200_101, "`page`"),
        Bad("GET", "/openapi/v0.1/project?page=1&page=2", vec![token], fine(), 200, 200_101, "more than once"),
        Bad("GET", "/openapi/v0.1/project?usage=all", vec![token], fine(), 200, 200_101, "`usage`"),
        Bad("GET", "/openapi/v0.1/project?colour=red", vec![token], fine(), 200, 200_101, "parameter `colour`"),
        Bad("GET", "/openapi/v0.1/project?q=%zz", vec![token], fine(), 200, 200_101, "badly encoded"),
        Bad(
            "GET",
            "/openapi/v0.1/device/hms",
            vec![token, project],
            fine(),
            200,
            200_101,
            "`device_sn_list` is missing",
        ),
        Bad("GET", &no_status, vec![token, project], fine(), 200, 200_101, "`status`"),
        Bad("GET", PROJECTS, vec![token, ("X-Language", "fr")], fine(), 200, 200_101, "`x-language`"),
        Bad("GET", PROJECTS, vec![token, ("X-Language", "")], fine(), 200, 200_101, "`x-language`"),
        Bad("GET", PROJECTS, vec![token, ("X-Request-Id", "7")], fine(), 200, 200_101, "`x-request-id`"),
        Bad("GET", "/openapi/v0.1/model/seven", vec![token, project], fine(), 200, 200_101, "`model_id`"),
        Bad("GET", "/openapi/v0.1/wayline/seven", vec![token, project], fine(), 200, 200_101, "`wayline_id`"),
        Bad("GET", PROJECTS, vec![token, typed], "{}".into(), 200, 200_101, "takes no body"),
        Bad("POST", create, vec![token, project, typed], fine(), 200, 200_101, "body is missing"),
        Bad("POST", create, vec![token, project], task(json!({})), 200, 200_101, "content type"),
        Bad(
            "POST",
            create,
            vec![token, project, ("content-type", "text/plain")],
            task(json!({})),
            200,
            200_101,
            "type",
        ),
        Bad("POST", create, vec![token, project, typed], "{".into(), 200, 200_101, "no JSON"),
        Bad("POST", create, vec![token, project, typed], "[]".into(), 200, 200_101, "body: "),
        Bad("POST", create, vec![token, project, typed], "{}".into(), 200, 200_101, "required"),
        Bad(
            "POST",
            create,
            vec![token, project, typed],
            task(json!({"rth_altitude": 5})),
            200,
            200_101,
            "/rth_altitude",
        ),
        Bad("POST", create, vec![token, project, typed], task(json!({"sn": null})), 200, 200_101, "/sn"),
        Bad("POST", create, vec![token, project, typed], task(json!({"task_type": "x"})), 200, 200_101, "/task_type"),
        Bad("POST", create, vec![token, project, typed], begins("9223372036854775808"), 200, 200_101, "/begin_at"),
        Bad("POST", "/openapi/v0.1/workflow", vec![token, typed], incident(5), 200, 200_403, "no X-Project-Uuid"),
        Bad("POST", "/openapi/v0.1/workflow", vec![token, project, typed], incident(6), 200, 200_101, "/params/level"),
        // As a number with a point this is the smallest of 64 bits.
        Bad("POST", create, vec![token, project, typed], begins("-9223372036854775809"), 200, 200_101, "/begin_at"),
    ];
    let server = MockServer::start().await.unwrap();
    for Bad(method, target, headers, body, status, code, reason) in &cases {
        let response = raw(&server, method, target, headers, body).await;
        let what = format!("{method} {target}: {response:?}");
        assert_eq!(response.status, *status, "{what}");
        if *status == 404 {
            assert!(response.head.contains("content-type: text/plain") && !response.body.contains('{'), "{what}");
        } else {
            assert_eq!(response.json()["code"], *code, "{what}");
            assert!(response.json()["message"].as_str().unwrap().contains(reason), "{what}");
        }
        let requests = server.requests();
        let Verdict::Refused(refusal) = &requests.last().unwrap().verdict else { panic!("accepted: {what}") };
        assert!(refusal.reason.contains(reason), "{what}: {refusal:?}");
    }
    assert_eq!(server.requests().len(), cases.len());
    let allowed = raw(&server, "PUT", "/openapi/v0.1/device/control", &[], "").await;
    assert!(allowed.head.contains("allow: post, delete"), "{allowed:?}");
    // The requests that were refused above are accepted when they are corrected, however the list is joined.
    server.add_project(other.1);
    for (target, headers) in [
        ("/openapi/v0.1/project/device", vec![token, other]),
        (tasks, vec![token, project]),
        (&format!("{tasks}&status=success,waiting"), vec![token, project]),
        (&format!("{tasks}&status=success%2Cwaiting"), vec![token, project]),
        ("/openapi/v0.1/project?page=2&q=a+b%20c&", vec![token, ("x-request-id", "")]),
    ] {
        let response = raw(&server, "GET", target, &headers, "").await;
        assert_eq!(response.json()["code"], 0, "{target}: {response:?}");
    }
    for begin in [i64::MIN, i64::MAX] {
        let response = raw(&server, "POST", create, &[token, project, typed], &begins(&begin.to_string())).await;
        assert_eq!(response.json()["code"], 0, "{begin}: {response:?}");
    }
    let response = raw(&server, "GET", &format!("{tasks}&status=success,x"), &[token, project], "").await;
    assert_eq!(response.json()["code"], 200_101);
}

#[tokio::test]
async fn null_is_accepted_where_the_service_accepts_it() {
    let server = MockServer::start().await.unwrap();
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let create = "/openapi/v0.1/flight-task";
    // One client sends both as null with an immediate task, and the live service accepts it.
    for changes in [json!({"begin_at": null}), json!({"end_at": null}), json!({"begin_at": null, "end_at": null})] {
        let response = raw(&server, "POST", create, &headers, &task(changes.clone())).await.json();
        assert_eq!(response["code"], 0, "{changes}: {response}");
    }
    for changes in [json!({"rth_mode": null}), json!({"repeat_type": null}), json!({"latest_begin_at": null})] {
        let response = raw(&server, "POST", create, &headers, &task(changes.clone())).await.json();
        assert_eq!(response["code"], 200_101, "{changes}: {response}");
    }
    // Fields that decide how an aircraft flies are required.
    for name in ["out_of_control_action_in_flight", "resumable_status", "task_type", "time_zone"] {
        let mut body = vectors::requests()["createFlightTask"]["body"].clone();
        body.as_object_mut().unwrap().remove(name).unwrap();
        let response = raw(&server, "POST", create, &headers, &body.to_string()).await.json();
        assert_eq!(response["code"], 200_101, "{name}: {response}");
        assert!(response["message"].as_str().unwrap().contains(name), "{response}");
    }
    // The client serializes the same.
    let nulls = patrol("nulls").begin_at_null().end_at_null();
    once(&server).project(PROJECT).flight_tasks().create(nulls).send().await.unwrap();
    let body = server.requests().last().unwrap().json().unwrap();
    assert!(body.get("begin_at").is_some_and(Value::is_null) && body.get("end_at").is_some_and(Value::is_null));
    once(&server).project(PROJECT).flight_tasks().create(patrol("omitted")).send().await.unwrap();
    let body = server.requests().last().unwrap().json().unwrap();
    assert!(body.get("begin_at").is_none() && body.get("end_at").is_none());
}

#[tokio::test]
async fn http_requests_are_parsed_strictly() {
    let server = MockServer::start().await.unwrap().stateless();
    for (bytes, status) in [
        ("hello\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "x".repeat(70_000)), 431),
        (format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200)), 431),
        ("POST / HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n".to_owned(), 413),
        ("POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n".to_owned(), 400),
        ("POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".to_owned(), 400),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(), 400),
        ("POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n".to_owned(), 501),
    ] {
        assert_eq!(parsed_response(&sent(&server, &bytes).await).status, status, "{bytes:.60}");
    }
    let head = format!("GET {PROJECTS} HTTP/1.1\r\nx-user-token: {TOKEN}\r\n");
    let two = format!("{head}\r\n{head}connection: close\r\n\r\n");
    assert_eq!(sent(&server, two).await.matches("HTTP/1.1 200 OK").count(), 2);
    let control = "/openapi/v0.1/device/control";
    let body = json!({"drone_sn": AIRCRAFT, "payload_index": ["81-0-0"]}).to_string();
    let (first, second) = body.split_at(7);
    let chunked = format!(
        "POST {control} HTTP/1.1\r\nx-user-token: {TOKEN}\r\nx-project-uuid: {PROJECT}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
         {:x}\r\n{first}\r\n{:x};a=b\r\n{second}\r\n0\r\ntrailer: x\r\n\r\n",
        first.len(),
        second.len()
    );
    let response = sent(&server, chunked).await;
    assert!(response.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), "{response}");
    assert_eq!(server.requests().last().unwrap().json(), Some(serde_json::from_str(&body).unwrap()));
    let response = raw(&server, "HEAD", PROJECTS, &[], "").await;
    assert_eq!((response.status, response.body.as_str()), (405, ""));
}
