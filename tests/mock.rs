//! The mock server: its refusals, its responses, its faults, and what it remembers.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use flighthub2::devices::ListOrganizationDevices;
use flighthub2::flight_tasks::{CreateFlightTask, FlightTasks, ListFlightTasks, UpdateFlightTaskStatus};
use flighthub2::projects::ListProjects;
use flighthub2::testing::{Fault, MockResponse, MockServer, PROJECT, RecordedRequest, TOKEN, Verdict};
use flighthub2::types::{
    CalibrateDeviceRtkBody, CreateFlightTaskBody, DeviceControlBody, FinishWaylineUploadBody, OutOfControlAction,
    ProjectList, ResumableStatus, SetStreamConverterBody, TaskStatus, TaskStatusChange, TaskType,
    UpdateFlightTaskStatusBody,
};
use flighthub2::{Call, Client, Delivery, ErrorKind, OPERATIONS, ProjectClient};
use flighthub2_tests::calls::examples;
use flighthub2_tests::vectors::{self, normalized};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PROJECTS: &str = "/openapi/v0.1/project";
const DOCK: &str = "7CTEXAMPLE0001";
const AIRCRAFT: &str = "1581FEXAMPLE00000001";

/// A client without retries, so that a fault becomes an error.
fn once(server: &MockServer) -> Client {
    server.client_builder().max_attempts(1).build().unwrap()
}

/// A response, parsed by hand.
#[derive(Debug)]
struct Raw {
    status: u16,
    head: String,
    body: String,
}

impl Raw {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

async fn sent(server: &MockServer, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    let mut response = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut response));
    read.await.expect("the connection stays open").unwrap();
    String::from_utf8(response).unwrap()
}

fn parsed_response(text: &str) -> Raw {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Raw { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

fn written(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {length}\r\n") };
    format!("{method} {target} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n{headers}{length}\r\n{body}")
}

async fn raw(server: &MockServer, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Raw {
    parsed_response(&sent(server, written(method, target, headers, body)).await)
}

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

#[tokio::test]
async fn faults_become_errors_of_the_right_kind() {
    let html = |status| Fault::HtmlPage { status };
    let busy = |text: Option<&str>| Fault::TooManyRequests { retry_after: text.map(str::to_owned) };
    let failure = |status, envelope| Fault::Failure { status, envelope };
    let refuse = Fault::Refuse { code: 210_429, message: "often".into() };
    let elsewhere = Fault::Redirect { location: "http://192.0.2.1/x".into() };
    let (responded, maybe) = (Delivery::Responded, Delivery::MaybeSent);
    // The fault, the kind of the error, its delivery, its status and code, and the status that is recorded.
    let cases = vec![
        (Fault::CloseAfterReading, ErrorKind::Transport, maybe, None, None, None),
        (Fault::TruncateBody, ErrorKind::Transport, maybe, Some(200), None, Some(200)),
        (Fault::ContentLength(100_000), ErrorKind::Transport, maybe, Some(200), None, Some(200)),
        (Fault::ContentLength(20), ErrorKind::InvalidResponse, responded, Some(200), None, Some(200)),
        (html(200), ErrorKind::InvalidResponse, responded, Some(200), None, Some(200)),
        (html(502), ErrorKind::Status, responded, Some(502), None, Some(502)),
        (busy(Some("7")), ErrorKind::Status, responded, Some(429), None, Some(429)),
        (busy(None), ErrorKind::Status, responded, Some(429), None, Some(429)),
        (failure(500, true), ErrorKind::Api, responded, Some(500), Some(200_500), Some(500)),
        (failure(503, false), ErrorKind::Status, responded, Some(503), None, Some(503)),
        (failure(504, false), ErrorKind::Status, responded, Some(504), None, Some(504)),
        (elsewhere, ErrorKind::Status, responded, Some(302), None, Some(302)),
        (refuse, ErrorKind::Api, responded, Some(200), Some(210_429), Some(200)),
    ];
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    for (fault, kind, delivery, status, code, recorded) in cases {
        server.on::<ListProjects>().fault_once(fault.clone());
        // The fault is not for another operation.
        fh.devices().list_organization().send().await.unwrap();
        let error = fh.projects().list().send().await.expect_err(&format!("{fault:?}"));
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{fault:?}: {error}");
        assert_eq!((error.status(), error.code()), (status, code), "{fault:?}: {error}");
        let requests = server.requests_of::<ListProjects>();
        assert_eq!(requests.last().unwrap().status, recorded, "{fault:?}");
        assert!(requests.last().unwrap().is_accepted());
        fh.projects().list().send().await.unwrap_or_else(|error| panic!("after {fault:?}: {error}"));
    }
    let token = [("x-user-token", TOKEN)];
    for date in ["7", "Wed, 21 Oct 2026 07:28:00 GMT"] {
        server.on_all().fault_once(busy(Some(date)));
        let response = raw(&server, "GET", PROJECTS, &token, "").await;
        assert!(response.head.contains(&format!("retry-after: {}", date.to_lowercase())), "{response:?}");
    }
    server.on_all().fault_once(Fault::Redirect { location: "http://192.0.2.1/\r\nx-more: y".into() });
    let response = raw(&server, "GET", PROJECTS, &token, "").await;
    assert!(response.head.contains("location: http://192.0.2.1/x-more: y"), "{response:?}");
}

#[tokio::test]
async fn faults_close_connections() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    server.on_all().fault_once(Fault::CloseBeforeReading);
    let error = fh.projects().list().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent), "{error}");
    assert!(server.requests().is_empty(), "it was read");
    server.on::<ListProjects>().fault_once(Fault::CloseBeforeReading);
    fh.projects().list().send().await.unwrap_err();
    assert_eq!(server.requests_of::<ListProjects>()[0].verdict, Verdict::Unread);
    // The headers do not announce that the connection is closed, so the next request needs another one.
    let before = server.connections();
    server.on_all().fault_once(Fault::CloseAfterResponse);
    let target = written("GET", PROJECTS, &[("x-user-token", TOKEN)], "").replace("connection: close\r\n", "");
    let response = parsed_response(&sent(&server, target).await);
    assert_eq!(response.json()["code"], 0);
    assert!(!response.head.contains("connection: close"), "{response:?}");
    assert_eq!(server.connections(), before + 1);
    // A request whose connection is closed after reading has its effect.
    server.on::<CreateFlightTask>().fault_once(Fault::CloseAfterReading);
    let site = fh.project(PROJECT);
    site.flight_tasks().create(patrol("lost")).send().await.unwrap_err();
    assert!(names(&site).await.contains(&"lost".to_owned()));
    // A request that a fault keeps from the service has none.
    server.on::<CreateFlightTask>().fault_once(Fault::Failure { status: 503, envelope: false });
    site.flight_tasks().create(patrol("never")).send().await.unwrap_err();
    assert!(!names(&site).await.contains(&"never".to_owned()));
}

#[tokio::test]
async fn delays_last_and_run_into_timeouts() {
    let server = MockServer::start().await.unwrap();
    let short = Duration::from_millis(150);
    for delay in [Fault::DelayBeforeHeaders, Fault::DelayInBody] {
        let fh = once(&server);
        server.on_all().fault_once(delay(short));
        let started = Instant::now();
        fh.projects().list().send().await.unwrap();
        assert!(started.elapsed() >= short);
        let hasty = server.client_builder().max_attempts(1).read_timeout(Duration::from_millis(100));
        server.on_all().fault_once(delay(Duration::from_secs(60)));
        let error = hasty.build().unwrap().projects().list().send().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::MaybeSent), "{error}");
    }
}

#[tokio::test]
async fn faults_corrupt_responses() {
    let server = MockServer::start().await.unwrap().stateless();
    let fh = once(&server);
    server.on::<ListProjects>().fault_once(Fault::NullLists);
    assert!(fh.projects().list().send().await.unwrap().list.is_empty());
    assert!(!fh.projects().list().send().await.unwrap().list.is_empty());
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT)];
    let target = "/openapi/v0.1/flight-task/d15ea5e0-1111-4222-8333-444455556666";
    server.on_all().fault_once(Fault::UnknownEnumValues);
    let task = raw(&server, "GET", target, &headers, "").await.json();
    assert_eq!(task["data"]["status"], "a_value_of_tomorrow");
    assert_eq!((&task["data"]["name"], &task["code"]), (&json!("Example patrol"), &json!(0)));
    server.on_all().fault_once(Fault::UnknownEnumValues);
    let devices = fh.devices().list_organization().send().await.unwrap();
    assert!(serde_json::to_string(&devices).unwrap().contains("987654321"), "no number of an enumeration is replaced");
    server.on_all().fault_times(3, Fault::All(vec![Fault::PadBody(3_000_000), Fault::NullLists]));
    assert!(fh.projects().list().send().await.unwrap().list.is_empty());
    let response = raw(&server, "GET", PROJECTS, &headers[..1], "").await;
    assert_eq!(response.body.len(), 3_000_000);
    assert!(response.json()["data"]["list"].is_null());
    let small = server.client_builder().max_attempts(1).max_response_bytes(2_000_000).build().unwrap();
    assert_eq!(small.projects().list().send().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert!(small.projects().list().send().await.is_ok());
}

#[tokio::test]
async fn responses_of_a_test_are_sent() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    let mut projects = fh.projects().list().send().await.unwrap();
    projects.list[0].uuid = "00000000-0000-4000-8000-000000000001".into();
    let first = |projects: &flighthub2::types::ProjectList| projects.list.first().map(|p| p.uuid.to_string());
    let wanted = first(&projects);
    let on = server.on::<ListProjects>().respond_once(&projects).unwrap();
    let on = on.refuse_once(210_429, "often").example_once("empty_list").unwrap();
    on.envelope_once(json!({"code": "0"}));
    assert_eq!(first(&fh.projects().list().send().await.unwrap()), wanted);
    assert_eq!(fh.projects().list().send().await.unwrap_err().code(), Some(210_429));
    assert_eq!(first(&fh.projects().list().send().await.unwrap()), None);
    assert_eq!(fh.projects().list().send().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(first(&fh.projects().list().send().await.unwrap()).as_deref(), Some(PROJECT));
    server.on::<ListProjects>().respond(&projects).unwrap();
    server.on_all().refuse(210_500, "down");
    for _ in 0..2 {
        assert_eq!(first(&fh.projects().list().send().await.unwrap()), wanted);
        assert_eq!(fh.devices().list_organization().send().await.unwrap_err().code(), Some(210_500));
    }
    server.on_all().clear();
    fh.devices().list_organization().send().await.unwrap();
    server.on::<ListProjects>().clear();
    assert_eq!(first(&fh.projects().list().send().await.unwrap()).as_deref(), Some(PROJECT));
    assert!(server.on::<ListProjects>().example("nobody").is_err());
    assert!(server.on_all().example("empty_list").is_err());
    assert!(server.on_id("nobody").is_err());
    server.on::<ListProjects>().example("error_token").unwrap();
    assert_eq!(fh.projects().list().send().await.unwrap_err().code(), Some(200_401));
}

#[tokio::test]
async fn records_of_requests_print_no_secret() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    let body = CalibrateDeviceRtkBody::builder()
        .host("ntrip.example.com")
        .port(8002)
        .account("visible")
        .password("HUSH-HUSH")
        .mount_point("M")
        .build();
    fh.project(PROJECT).devices().calibrate_rtk(DOCK, body).send().await.unwrap();
    let target = format!("{PROJECTS}?q={TOKEN}");
    raw(&server, "GET", &target, &[("x-user-token", TOKEN), ("Authorization", "HUSH-HUSH")], "").await;
    let bad = ("content-type", "application/json");
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), bad];
    let path = format!("/openapi/v0.1/device/{DOCK}/rtk");
    raw(&server, "POST", &path, &headers, r#"{"password":["HUSH-HUSH"]}"#).await;
    raw(&server, "POST", &path, &headers, r#"{"password":"HUSH-HUSH""#).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", path.as_str()));
    assert_eq!(requests[0].operation, Some("calibrateDeviceRtk"));
    assert_eq!(requests[0].header("X-User-Token"), Some(TOKEN));
    assert_eq!(requests[0].json().unwrap()["password"], "HUSH-HUSH");
    assert_eq!(requests[1].query, format!("q={TOKEN}"));
    for request in &requests {
        let shown = format!("{request:?} {request} {request:#?}");
        assert!(!shown.contains(TOKEN) && !shown.contains("HUSH-HUSH"), "{shown}");
    }
    assert!(format!("{:?}", requests[0]).contains("visible"));
    assert!(!format!("{server:?}").contains(TOKEN), "{server:?}");
    assert!(requests[2].reason().is_some() && requests[3].reason().is_some());
    let line = requests[0].to_string();
    assert_eq!(line, format!("POST {path} calibrateDeviceRtk: accepted; HTTP 200, code 0"));
    assert_eq!(server.requests_of::<ListProjects>().len(), 1);
    assert!(server.requests_of::<ListOrganizationDevices>().is_empty());
    server.clear_requests();
    assert!(server.requests().is_empty());
}

/// An observer that reads the server and sets its next responses. A deadlock would never end, so it runs in a thread that
/// the test does not join.
#[test]
fn an_observer_may_use_the_server() {
    let (done, finished) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(observed());
        done.send(()).unwrap();
    });
    finished
        .recv_timeout(Duration::from_secs(20))
        .expect("the server is in a deadlock, or an assertion above has failed");
}

async fn observed() {
    let handle: Arc<OnceLock<Weak<MockServer>>> = Arc::default();
    let shown: Arc<Mutex<Vec<String>>> = Arc::default();
    let (of_server, lines) = (Arc::clone(&handle), Arc::clone(&shown));
    let observer = move |request: &RecordedRequest| {
        let server = of_server.get().and_then(Weak::upgrade).expect("there is a server");
        // Every method that does not stop the server.
        let recorded = server.requests();
        assert_eq!(recorded.last(), Some(request), "it is recorded when it is shown");
        assert_eq!(server.requests_of::<ListProjects>().len(), recorded.len());
        assert_eq!((server.dropped_requests(), server.connections()), (0, 1));
        server.clear_requests();
        server.add_project("00000000-0000-4000-8000-000000000009");
        server.advance(Duration::from_secs(1));
        assert!(server.url().starts_with("http://127.0.0.1:"));
        assert!(server.now().get() > 0 && server.check_response("nobody", &json!({})).is_err());
        assert!(server.client_builder().build().is_ok());
        drop(server.client());
        let none: ProjectList = serde_json::from_value(json!({"list": null})).unwrap();
        let on = server.on::<ListProjects>().respond(&none).unwrap().respond_once(&none).unwrap();
        let on = on.envelope(json!({})).envelope_once(json!({})).refuse(1, "").refuse_once(1, "");
        on.example("empty_list").unwrap().example_once("empty_list").unwrap().fault(Fault::NullLists).clear();
        server.on_id("listProjects").unwrap().fault_times(1, Fault::TruncateBody).clear();
        server.on_all().refuse_once(210_429, "asked for by the observer");
        assert!(format!("{server:?}").contains("MockServer"));
        lines.lock().unwrap().push(request.to_string());
    };
    let replaced: Arc<()> = Arc::default();
    let server = MockServer::start().await.unwrap().observe({
        let replaced = Arc::clone(&replaced);
        move |_| panic!("another function takes its place: {replaced:?}")
    });
    let server = Arc::new(server.observe(observer));
    assert_eq!(Arc::strong_count(&replaced), 1);
    handle.set(Arc::downgrade(&server)).unwrap();
    let fh = once(&server);
    fh.projects().list().send().await.unwrap();
    let refused = fh.projects().list().send().await.unwrap_err();
    assert_eq!(refused.code(), Some(210_429), "{refused}");
    assert!(server.requests().is_empty());
    let lines = shown.lock().unwrap().clone();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("listProjects: accepted"), "{lines:?}");
}

#[tokio::test]
async fn the_record_is_bounded() {
    let server = MockServer::start().await.unwrap();
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let task = |name: &str| {
        let name = json!({"name": name, "wayline_uuid": "c0ffee00-1111-4222-8333-444455556666", "sn": "A",
            "rth_altitude": 80, "out_of_control_action_in_flight": "return_home", "resumable_status": "manual",
            "task_type": "immediate", "time_zone": "Europe/Rome"});
        name.to_string()
    };
    let long = task(&"n".repeat(2 << 20));
    assert_eq!(raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &long).await.json()["code"], 0);
    let [request] = server.requests_of::<CreateFlightTask>().try_into().unwrap();
    assert!(request.is_accepted() && request.is_body_truncated(), "{request}");
    assert_eq!((request.body.len(), request.body_length), (1 << 20, long.len()));
    assert!(long.as_bytes().starts_with(&request.body));
    assert_eq!(request.json(), None);
    assert!(format!("{request:?}").len() < 2000, "the body is printed");
    let short = task("short");
    raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &short).await;
    let request = server.requests().pop().unwrap();
    assert!(!request.is_body_truncated());
    assert_eq!((request.body_length, request.json()), (short.len(), Some(serde_json::from_str(&short).unwrap())));
    // The whole body was read nevertheless.
    let list = "/openapi/v0.1/flight-task/list?sn=A&begin_at=0&end_at=9999999999";
    let listed = raw(&server, "GET", list, &headers[..2], "").await.json();
    let lengths: Vec<usize> =
        listed["data"]["list"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap().len()).collect();
    assert_eq!(lengths, [2 << 20, 5]);
    assert_eq!(server.dropped_requests(), 0);
    for _ in 0..70 {
        raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &long).await;
    }
    let (kept, dropped) = (server.requests().len() as u64, server.dropped_requests());
    assert_eq!(kept + dropped, 73);
    assert!((60..64).contains(&kept), "{kept} of 1 MiB each are in 64 MiB");
    server.clear_requests();
    assert_eq!((server.requests().len(), server.dropped_requests()), (0, 0));
}

/// Clients pool connections and close them at any time: that is no request, and uses up no fault.
#[tokio::test]
async fn closed_connections_consume_no_fault() {
    let server = MockServer::start().await.unwrap();
    server.on_all().fault_once(Fault::CloseBeforeReading);
    drop(TcpStream::connect(server.url().trim_start_matches("http://")).await.unwrap());
    let started = Instant::now();
    while server.connections() == 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "it is not accepted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Long enough for the server to see that it is closed.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let fh = once(&server);
    fh.projects().list().send().await.unwrap_err();
    fh.projects().list().send().await.unwrap();
}

#[tokio::test]
async fn closures_can_respond() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    server.on::<ListProjects>().respond_with(move |request| {
        counted.fetch_add(1, Ordering::SeqCst);
        assert_eq!((request.operation_id(), request.project()), ("listProjects", None));
        assert_eq!((request.body(), request.header("X-User-Token")), (&Value::Null, Some(TOKEN)));
        assert!(!format!("{request:?}").contains(TOKEN));
        match request.parameter("q").and_then(Value::as_str) {
            Some("refuse") => MockResponse::refusal(210_429, "often"),
            Some("fault") => MockResponse::fault(Fault::Failure { status: 503, envelope: false }),
            Some("corrupt") => MockResponse::fault(Fault::NullLists),
            Some("none") => MockResponse::data(&json!({"list": null})),
            Some("bad") => MockResponse::data(&std::collections::BTreeMap::from([((1, 2), 3)])),
            Some("body") => MockResponse::envelope(json!({"code": "0"})),
            _ => MockResponse::simulated(),
        }
    });
    let projects = async |q: &str| fh.projects().list().q(q).send().await.map(|projects| projects.list.len());
    assert_eq!(projects("refuse").await.unwrap_err().code(), Some(210_429));
    assert_eq!(projects("fault").await.unwrap_err().status(), Some(503));
    assert_eq!(projects("corrupt").await.unwrap(), 0);
    assert_eq!(projects("none").await.unwrap(), 0);
    assert_eq!(projects("bad").await.unwrap_err().status(), Some(500));
    assert_eq!(projects("body").await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(projects("").await.unwrap(), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 7);
    // Queued responses come first, and requests that do not fit do not reach the function.
    server.on::<ListProjects>().refuse_once(210_500, "down");
    assert_eq!(projects("none").await.unwrap_err().code(), Some(210_500));
    raw(&server, "GET", PROJECTS, &[], "").await;
    assert_eq!(calls.load(Ordering::SeqCst), 7);
    // It may change the state, as any client may.
    let handle: Arc<OnceLock<Weak<MockServer>>> = Arc::default();
    let of_server = Arc::clone(&handle);
    server.on::<CreateFlightTask>().respond_with(move |request| {
        assert_eq!((request.project(), &request.body()["name"]), (Some(PROJECT), &json!("of a function")));
        of_server.get().and_then(Weak::upgrade).unwrap().advance(Duration::from_secs(1));
        MockResponse::simulated()
    });
    let server = Arc::new(server);
    handle.set(Arc::downgrade(&server)).unwrap();
    let before = server.now().get();
    once(&server).project(PROJECT).flight_tasks().create(patrol("of a function")).send().await.unwrap();
    assert_eq!(server.now().get(), before + 1);
    assert!(names(&once(&server).project(PROJECT)).await.contains(&"of a function".to_owned()));
}

#[tokio::test]
async fn expectations_are_verified() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    assert_eq!(server.verify(), Ok(()));
    server.on::<ListProjects>().expect(2).refuse_once(210_500, "down");
    server.on::<ListOrganizationDevices>().expect(..=1);
    server.on_all().expect(2..);
    // A request counts, whatever the response is.
    fh.projects().list().send().await.unwrap_err();
    fh.devices().list_organization().send().await.unwrap();
    let unmet = server.verify().unwrap_err().to_string();
    assert_eq!(unmet, "listProjects: expected 2 request(s), received 1");
    fh.projects().list().send().await.unwrap();
    assert_eq!(server.verify(), Ok(()));
    fh.devices().list_organization().send().await.unwrap();
    assert!(server.verify().is_err(), "there was one too many");
    server.on::<ListOrganizationDevices>().clear();
    assert_eq!(server.verify(), Ok(()));
    drop(server);
    // Dropping the server verifies them, too; a test that has failed already fails for its own reason.
    let server = MockServer::start().await.unwrap();
    server.on::<ListProjects>().expect(1);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(server))).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert_eq!(message, "listProjects: expected 1 request(s), received 0");
    let server = MockServer::start().await.unwrap();
    server.on::<ListProjects>().expect(1);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _server = server;
        panic!("the reason of the test");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"the reason of the test"));
}

#[tokio::test]
async fn latency_is_added_to_every_response() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    let timed = async || {
        let started = Instant::now();
        fh.projects().list().send().await.unwrap();
        started.elapsed()
    };
    let (short, long) = (Duration::from_millis(100), Duration::from_millis(250));
    server.on_all().delay(short);
    assert!(timed().await >= short);
    server.on::<ListProjects>().delay(long).fault_once(Fault::DelayBeforeHeaders(short));
    assert!(timed().await >= long + short, "the delay of a fault is added");
    assert!(timed().await >= long);
    server.on::<ListProjects>().clear();
    server.on_all().clear();
    assert!(timed().await < short);
}

fn planned(name: &str, task_type: TaskType) -> CreateFlightTaskBody {
    CreateFlightTaskBody::builder()
        .name(name)
        .wayline_uuid("c0ffee00-1111-4222-8333-444455556666")
        .sn(DOCK)
        .rth_altitude(100)
        .out_of_control_action_in_flight(OutOfControlAction::ReturnHome)
        .resumable_status(ResumableStatus::Manual)
        .task_type(task_type)
        .time_zone("Europe/Rome")
        .build()
}

fn patrol(name: &str) -> CreateFlightTaskBody {
    planned(name, TaskType::Immediate)
}

/// The tasks of the dock.
fn in_window(tasks: &FlightTasks<ProjectClient>) -> Call<ProjectClient, ListFlightTasks> {
    tasks.list().sn(DOCK).begin_at(1_769_900_000).end_at(1_770_100_000)
}

/// A valid request fails only with a code that the specification lists for its operation.
fn every_code_is_listed(server: &MockServer) {
    for request in server.requests().into_iter().filter(|request| request.is_accepted()) {
        let info = OPERATIONS.iter().find(|info| Some(info.id) == request.operation).unwrap();
        let code = request.code.unwrap();
        assert!(code == 0 || info.error_codes.contains(&code), "{request}");
    }
}

async fn names(site: &ProjectClient) -> Vec<String> {
    let tasks = in_window(&site.flight_tasks()).send().await.unwrap();
    tasks.list.iter().map(|task| task.name.clone()).collect()
}

#[tokio::test]
async fn a_flight_task_changes_with_the_clock() {
    let server = MockServer::start().await.unwrap();
    let site = once(&server).project(PROJECT);
    let tasks = site.flight_tasks();
    let now = tasks.create(patrol("now")).send().await.unwrap().task_uuid;
    let begin = server.now().get() + 3600;
    let timed = |name: &str| planned(name, TaskType::Timed).begin_at(begin);
    let later = tasks.create(timed("later")).send().await.unwrap().task_uuid;
    let missed = tasks.create(timed("missed")).send().await.unwrap().task_uuid;
    assert_eq!([&now, &later, &missed].map(|id| id.to_string().len()), [36; 3]);
    assert!(now != later && later != missed);
    assert_eq!(names(&site).await, ["Example patrol", "now", "later", "missed"]);
    let status = async |wanted: [TaskStatus; 3]| {
        for (id, wanted) in [&now, &later, &missed].into_iter().zip(wanted) {
            assert_eq!(tasks.get(id).send().await.unwrap().status, wanted, "{id}");
            let listed = in_window(&tasks).status([wanted.clone()]).send().await.unwrap();
            assert!(listed.list.iter().any(|task| task.uuid == *id), "{id} is not listed as {wanted}");
        }
    };
    let change = async |id: &flighthub2::types::TaskId, to| {
        tasks.update_status(id, UpdateFlightTaskStatusBody::new(to)).send().await.map_err(|error| error.code())
    };
    use TaskStatus::{Executing, Success, Suspended, Timeout, Waiting};
    status([Waiting, Waiting, Waiting]).await;
    server.advance(Duration::from_secs(60));
    status([Executing, Waiting, Waiting]).await;
    assert_eq!(tasks.get_track(&now).send().await.unwrap_err().code(), Some(219_017));
    assert!(tasks.list_media(&now).send().await.unwrap().list.is_empty());
    for id in [&later, &missed] {
        change(id, TaskStatusChange::Suspended).await.unwrap();
    }
    status([Executing, Suspended, Suspended]).await;
    change(&later, TaskStatusChange::Restored).await.unwrap();
    assert_eq!(change(&now, TaskStatusChange::Suspended).await, Err(Some(200_101)));
    server.advance(Duration::from_secs(3600));
    status([Success, Executing, Suspended]).await;
    assert_eq!(change(&later, TaskStatusChange::Suspended).await, Err(Some(200_101)));
    change(&missed, TaskStatusChange::Restored).await.unwrap();
    server.advance(Duration::from_secs(3600));
    status([Success, Success, Timeout]).await;
    assert!(!tasks.list_media(&now).send().await.unwrap().list.is_empty());
    tasks.get_track(&now).send().await.unwrap();
    let nobody = "00000000-0000-4000-8000-ffffffffffff".into();
    assert_eq!(change(&nobody, TaskStatusChange::Restored).await, Err(Some(219_021)));
    assert_eq!(server.requests_of::<UpdateFlightTaskStatus>().len(), 7);
    // Another project has none of it.
    server.add_project("00000000-0000-4000-8000-000000000009");
    assert!(names(&once(&server).project("00000000-0000-4000-8000-000000000009")).await.is_empty());
    // Every state is one that the specification knows.
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT)];
    let list = format!("/openapi/v0.1/flight-task/list?sn={DOCK}&begin_at=0&end_at=9999999999");
    for (id, target) in [("listFlightTasks", list), ("getFlightTask", format!("/openapi/v0.1/flight-task/{missed}"))] {
        let response = raw(&server, "GET", &target, &headers, "").await.json();
        server.check_response(id, &response).unwrap();
        assert_eq!(response["code"], 0, "{response}");
    }
    every_code_is_listed(&server);
}

#[tokio::test]
async fn control_routes_and_converters_have_a_state() {
    let server = MockServer::start().await.unwrap();
    let site = once(&server).project(PROJECT);
    let control = |payloads: &[&str]| {
        DeviceControlBody::builder()
            .drone_sn(AIRCRAFT)
            .payload_index(payloads.iter().map(|payload| (*payload).into()).collect::<Vec<_>>())
            .build()
    };
    let devices = site.devices();
    let refused = devices.release_control(control(&["81-0-0"])).send().await.unwrap_err();
    assert_eq!(refused.code(), Some(228_402));
    let held = devices.acquire_control(control(&["81-0-0", "82-0-0"])).send().await.unwrap();
    assert_eq!(held.controls.len(), 2);
    let left = devices.release_control(control(&["81-0-0"])).send().await.unwrap();
    assert_eq!(left.controls.len(), 1);
    assert!(devices.release_control(control(&["81-0-0"])).send().await.is_err());
    assert!(devices.release_control(control(&["82-0-0"])).send().await.unwrap().controls.is_empty());

    let object_key = format!("example-prefix/{PROJECT}/example-route.kmz");
    let body = FinishWaylineUploadBody::builder().name("New route").object_key(object_key).build();
    let made = site.waylines().finish_upload(body).send().await.unwrap();
    let listed = site.waylines().list().send().await.unwrap();
    assert!(listed.list.iter().any(|wayline| wayline.id == made.uuid && wayline.name == "New route"));
    assert_eq!(site.waylines().get(&made.uuid).send().await.unwrap().name, "New route");
    assert!(site.waylines().get("00000000-0000-4000-8000-ffffffffffff").send().await.is_err());

    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let target = "/openapi/v0.1/live-stream/converter";
    let requests = vectors::requests();
    let mut ids = Vec::new();
    for name in ["createStreamConverter", "createStreamConverter_gb28181"] {
        let response = raw(&server, "POST", target, &headers, &requests[name]["body"].to_string()).await.json();
        ids.push(response["data"]["converter_id"].as_str().unwrap().to_owned());
    }
    let converters = site.livestreams();
    converters.set_converter(ids[1].as_str(), SetStreamConverterBody::new(true)).send().await.unwrap();
    server.advance(Duration::from_secs(3));
    let listed = raw(&server, "GET", target, &headers[..2], "").await.json();
    server.check_response("listStreamConverters", &listed).unwrap();
    let list = listed["data"]["list"].as_array().unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!((&list[1]["state"], &list[1]["schema_option"]["server_ip"]), (&json!("initialized"), &json!("")));
    assert_eq!((&list[2]["state"], &list[2]["schema_option"]["url"]), (&json!("running"), &json!("")));
    assert_eq!(
        list[2]["schema_option"]["server_ip"],
        requests["createStreamConverter_gb28181"]["body"]["schema_option"]["server_ip"]
    );
    for id in &ids {
        converters.delete_converter(id.as_str()).send().await.unwrap();
        let gone = converters.delete_converter(id.as_str()).send().await.unwrap_err();
        assert_eq!(gone.code(), Some(212_056));
    }
    assert_eq!(converters.list_converters().send().await.unwrap().list.len(), 1);
    let body = requests["createStreamConverter"]["body"].to_string();
    let mut codes = Vec::new();
    for _ in 0..20 {
        codes.push(raw(&server, "POST", target, &headers, &body).await.json()["code"].clone());
    }
    assert_eq!(codes[18..], [json!(0), json!(233_317)]);
    every_code_is_listed(&server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_are_served_and_stopping_leaves_nothing() {
    let server = MockServer::start().await.unwrap();
    server.on_all().fault_times(64, Fault::DelayBeforeHeaders(Duration::from_millis(200)));
    let site = once(&server).project(PROJECT);
    let started = Instant::now();
    let calls: Vec<_> = (0..64)
        .map(|number| {
            let call = site.flight_tasks().create(patrol(&format!("task {number}")));
            tokio::spawn(async move { call.send().await.map(|task| task.task_uuid.to_string()) })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for call in calls {
        ids.insert(call.await.unwrap().unwrap());
    }
    assert_eq!(ids.len(), 64);
    assert!(started.elapsed() < Duration::from_secs(6), "one after the other: {:?}", started.elapsed());
    assert_eq!(server.requests_of::<CreateFlightTask>().len(), 64);
    let (fh, url) = (once(&server), server.url());
    let address = url.trim_start_matches("http://").to_owned();
    let mut open = TcpStream::connect(&address).await.unwrap();
    fh.projects().list().send().await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.stop()).await.expect("it does not stop");
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(5), open.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "a connection outlives the server");
    assert!(TcpStream::connect(&address).await.is_err());
    let error = fh.projects().list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    // Dropping it is enough.
    let server = MockServer::start().await.unwrap();
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut open = TcpStream::connect(&address).await.unwrap();
    drop(server);
    let closed = tokio::time::timeout(Duration::from_secs(5), open.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "a connection outlives the server");
    // The same with connections that wait: for a request, for the rest of one, and for a delayed response.
    let alive: Arc<()> = Arc::default();
    let of_observer = Arc::clone(&alive);
    let server = MockServer::start().await.unwrap().observe(move |_| assert!(Arc::strong_count(&of_observer) > 0));
    server.on_all().fault(Fault::DelayBeforeHeaders(Duration::from_secs(600)));
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut waiting = Vec::new();
    for bytes in
        ["", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\ncontent-length: 100000\r\n\r\n{", "GET / HTTP/1.1\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    let started = Instant::now();
    while server.requests().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(10), "no request arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(server);
    while Arc::strong_count(&alive) > 1 {
        assert!(started.elapsed() < Duration::from_secs(20), "a task outlives the server");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for mut stream in waiting {
        let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "a connection outlives the server");
    }
}

/// The state is bounded, whatever clients send.
#[tokio::test]
async fn the_state_is_bounded() {
    let server = MockServer::start().await.unwrap();
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let long = "n".repeat(3 << 20);
    for number in 0..4 {
        let body = serde_json::to_string(&patrol(&format!("{number}{long}"))).unwrap();
        raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &body).await;
    }
    let names = names(&once(&server).project(PROJECT)).await;
    assert_eq!(names.iter().map(|name| &name[..1]).collect::<Vec<_>>(), ["2", "3"], "8 MiB hold two of them");
    for number in 0..3 {
        let payloads: Vec<String> = (0..600).map(|payload| format!("{number}-{payload}-0")).collect();
        let body = json!({"drone_sn": AIRCRAFT, "payload_index": payloads}).to_string();
        let response = raw(&server, "POST", "/openapi/v0.1/device/control", &headers, &body).await.json();
        assert_eq!(response["code"], 0, "{response}");
        let held = response["data"]["controls"].as_array().unwrap().len();
        assert_eq!(held, if number == 0 { 600 } else { 1000 });
    }
}
