//! Responses that differ from the examples: faults, delays, and responses of a test.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use flighthub2::flight_tasks::CreateFlightTask;
use flighthub2::projects::ListProjects;
use flighthub2::testing::{Fault, MockResponse, MockServer, PROJECT, TOKEN, Verdict};
use flighthub2::{Delivery, ErrorKind};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::{PROJECTS, names, once, parsed_response, patrol, raw, sent, written};

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
