//! The guarantees of the runtime, row by row, against a server with faults on a real socket.
//!
//! Nothing sleeps: the client's clock is [`Instantly`](flighthub2_tests::clock::Instantly).

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flighthub2::testing::{Fault, MockServer};
use flighthub2::{Client, Clock, Delivery, ErrorKind, Idempotency, Risk, SleepFuture};
use flighthub2_tests::calls::{Example, examples};
use flighthub2_tests::client::{PROJECT, builder};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::server::{Server, http_response, json};
use tokio::net::TcpSocket;

fn status(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

/// One example of each operation with this idempotency, except physical ones.
fn with_idempotency(retry: Idempotency) -> Vec<Example> {
    let mut all = examples();
    all.retain(|example| example.info.idempotency == retry && example.info.risk != Risk::Physical);
    all.dedup_by_key(|example| example.info.id);
    assert!(!all.is_empty());
    all
}

fn physical() -> Vec<Example> {
    let mut all = examples();
    all.retain(|example| example.info.risk == Risk::Physical);
    assert!(all.len() >= 7);
    all
}

/// Responses in order; the last one is repeated.
fn in_order(responses: Vec<Vec<u8>>) -> Server {
    let next = AtomicUsize::new(0);
    Server::start(move |_| responses[next.fetch_add(1, Ordering::SeqCst).min(responses.len() - 1)].clone())
}

const REFUSAL: &str = r#"{"code":200403,"message":"m"}"#;

async fn send(example: &Example, fh: &Client) -> flighthub2::Error {
    example.send(fh, &fh.project(PROJECT)).await.expect_err("the server never responds with a success")
}

/// Every failure of a server: the name, and the bytes that it sends.
fn faults() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("closed without a response", Vec::new()),
        ("half of a head", b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        ("half of a body", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{\"code\"".to_vec()),
        ("throttled", status("429 Too Many Requests", "")),
        ("throttled, with Retry-After", status("429 Too Many Requests", "retry-after: 1\r\n")),
        ("bad gateway", status("502 Bad Gateway", "")),
        ("unavailable", status("503 Service Unavailable", "retry-after: 1\r\n")),
        ("gateway timeout", status("504 Gateway Timeout", "")),
        ("server error", status("500 Internal Server Error", "")),
        ("HTML", http_response("200 OK", "text/html", "<html></html>")),
        ("redirect", status("307 Temporary Redirect", "location: http://127.0.0.1:1/\r\n")),
        ("refusal", json(REFUSAL)),
        ("no HTTP", b"hello\r\n\r\n".to_vec()),
    ]
}

#[tokio::test]
async fn a_physical_operation_is_sent_at_most_once() {
    for (name, bytes) in faults() {
        let server = Server::start(move |_| bytes.clone());
        let clock = Instantly::new();
        let fh = builder(&server.url()).max_attempts(10).clock(clock.clone()).build().unwrap();
        for example in physical() {
            let error = send(&example, &fh).await;
            let requests = server.take_requests().len();
            assert_eq!(requests, 1, "{}, {name}: {error}", example.name);
            assert!(clock.waits().is_empty());
            if error.may_have_taken_effect() {
                let shown = error.to_string();
                assert!(shown.contains(": find out ") && shown.contains("before you send it again"), "{error}");
                assert!(example.info.lookup.iter().all(|id| shown.contains(id)), "{error}");
            }
        }
    }
    // Also when nothing was sent: a person may have acted between two attempts.
    let clock = Instantly::new();
    let fh = builder("http://127.0.0.1:1").max_attempts(10).clock(clock.clone()).build().unwrap();
    for example in physical() {
        assert_eq!(send(&example, &fh).await.delivery(), Delivery::NotSent);
    }
    assert!(clock.waits().is_empty());
}

/// Every fault of the mock server.
fn faults_of_the_mock_server() -> Vec<Fault> {
    let late = Duration::from_secs(20);
    let mut all = vec![
        Fault::DelayBeforeHeaders(late),
        Fault::DelayInBody(late),
        Fault::CloseBeforeReading,
        Fault::CloseAfterReading,
        Fault::CloseAfterResponse,
        Fault::TruncateBody,
        Fault::ContentLength(1),
        Fault::ContentLength(1 << 20),
        Fault::TooManyRequests { retry_after: Some("1".to_owned()) },
        Fault::TooManyRequests { retry_after: Some("Mon, 02 Feb 2026 08:00:00 GMT".to_owned()) },
        Fault::TooManyRequests { retry_after: None },
        Fault::Redirect { location: "http://127.0.0.1:1/".to_owned() },
        Fault::Refuse { code: 200_500, message: "m".to_owned() },
        Fault::NullLists,
        Fault::UnknownEnumValues,
        Fault::PadBody(1 << 20),
    ];
    for status in [500, 502, 503, 504] {
        all.push(Fault::HtmlPage { status });
        all.extend([true, false].map(|envelope| Fault::Failure { status, envelope }));
    }
    all
}

#[tokio::test]
async fn a_physical_operation_is_sent_at_most_once_whatever_the_service_does() {
    let server = MockServer::start().await.unwrap().stateless();
    for fault in faults_of_the_mock_server() {
        server.on_all().clear().fault(fault.clone());
        let clock = Instantly::new();
        // Only a delay is to run into it: a request that times out on a busy machine is recorded after it was counted.
        let is_delay = matches!(fault, Fault::DelayBeforeHeaders(_) | Fault::DelayInBody(_));
        let timeout = Duration::from_millis(if is_delay { 250 } else { 10_000 });
        let fh = server.client_builder().max_attempts(10).attempt_timeout(timeout);
        let fh = fh.clock(clock.clone()).build().unwrap();
        for example in physical() {
            let connections = server.connections();
            let result = example.send(&fh, &fh.project(PROJECT)).await;
            let requests = server.requests().len();
            server.clear_requests();
            assert!(requests <= 1, "{}, {fault:?}: {requests} requests, {result:?}", example.name);
            assert!(server.connections() <= connections + 1, "{}, {fault:?}: {result:?}", example.name);
            assert!(clock.waits().is_empty());
            if let Err(error) = result {
                assert_eq!(error.attempts(), 1, "{fault:?}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn each_idempotency_is_retried_as_documented() {
    for (class, repeated) in [
        (Idempotency::NonIdempotent, &["throttled, with Retry-After"][..]),
        (
            Idempotency::Idempotent,
            &[
                "closed without a response",
                "half of a head",
                "half of a body",
                "throttled",
                "throttled, with Retry-After",
                "bad gateway",
                "unavailable",
                "gateway timeout",
                "no HTTP",
            ],
        ),
        (
            Idempotency::Safe,
            &[
                "closed without a response",
                "half of a head",
                "half of a body",
                "throttled",
                "throttled, with Retry-After",
                "bad gateway",
                "unavailable",
                "gateway timeout",
                "no HTTP",
            ],
        ),
    ] {
        for (name, bytes) in faults() {
            let server = Server::start(move |_| bytes.clone());
            let (mut fh, mut clock) = (None, Instantly::new());
            for (index, example) in with_idempotency(class).into_iter().enumerate() {
                // The budget of a client is good for five calls that are repeated twice.
                if index % 5 == 0 {
                    clock = Instantly::new();
                    fh = Some(builder(&server.url()).max_attempts(3).clock(clock.clone()).build().unwrap());
                }
                let (fh, waits) = (fh.as_ref().unwrap(), clock.waits().len());
                let error = send(&example, fh).await;
                let expected = if repeated.contains(&name) { 3 } else { 1 };
                let requests = server.take_requests();
                assert_eq!(requests.len(), expected, "{}, {name}: {error}", example.name);
                assert_eq!(clock.waits().len() - waits, expected - 1);
                assert_eq!(error.attempts() as usize, expected, "{error}");
                let ids: BTreeSet<&str> =
                    requests.iter().map(|request| request.header("x-request-id").unwrap()).collect();
                let listed: BTreeSet<&str> = error.request_ids().iter().map(String::as_str).collect();
                assert_eq!((ids.len(), &ids), (expected, &listed), "{}, {name}", example.name);
            }
        }
    }
}

#[tokio::test]
async fn a_successful_retry_is_a_success() {
    let success = || json(r#"{"code":0,"message":""}"#);
    let server = in_order(vec![status("503 Service Unavailable", ""), Vec::new(), success()]);
    let clock = Instantly::new();
    let fh = builder(&server.url()).clock(clock.clone()).build().unwrap();
    fh.system().status().send().await.unwrap();
    assert_eq!(server.take_requests().len(), 3);
    assert_eq!(clock.waits(), [Duration::from_millis(250), Duration::from_millis(500)]);
}

#[tokio::test]
async fn a_request_that_was_not_sent_is_sent_when_the_connection_succeeds() {
    for class in [Idempotency::NonIdempotent, Idempotency::Idempotent, Idempotency::Safe] {
        let example = with_idempotency(class).remove(0);
        // A port that refuses connections until the service starts, which it does while the client waits.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = socket.local_addr().unwrap();
        let (socket, server) = (Mutex::new(Some(socket)), Arc::new(Mutex::new(None)));
        let up = Arc::clone(&server);
        let clock = Instantly::doing(move || {
            if let Some(socket) = socket.lock().unwrap().take() {
                let listener = socket.listen(16).unwrap().into_std().unwrap();
                listener.set_nonblocking(false).unwrap();
                *up.lock().unwrap() = Some(Server::start_with(listener, |_| json(REFUSAL)));
            }
        });
        let fh = builder(&format!("http://{address}")).clock(clock.clone()).build().unwrap();
        let error = send(&example, &fh).await;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 2), "{error}");
        assert_eq!(clock.waits().len(), 1);
        let server = server.lock().unwrap().take().unwrap();
        assert_eq!(server.take_requests().len(), 1, "{}", example.name);
    }
}

#[tokio::test]
async fn retry_after_is_honoured_within_the_call_timeout() {
    let far = "retry-after: Fri, 01 Jan 2100 00:00:00 GMT\r\n";
    let cases =
        [("retry-after: 7\r\n", Some(7)), ("retry-after: 0\r\n", Some(0)), ("retry-after: 61\r\n", None), (far, None)];
    for (header, asked) in cases {
        let server = in_order(vec![status("429 Too Many Requests", header), json(r#"{"code":0,"message":""}"#)]);
        let clock = Instantly::new();
        let fh = builder(&server.url()).timeout(Duration::from_secs(60)).clock(clock.clone()).build().unwrap();
        let result = fh.system().status().send().await;
        match asked {
            Some(seconds) => {
                result.unwrap();
                assert_eq!(clock.waits(), [Duration::from_secs(seconds) + Duration::from_millis(250)], "{header}");
            }
            None => {
                assert_eq!(result.unwrap_err().status(), Some(429), "{header}");
                assert!(clock.waits().is_empty(), "{header}");
                assert_eq!(server.take_requests().len(), 1, "{header}");
            }
        }
    }
}

#[tokio::test]
async fn an_outage_is_not_amplified() {
    let server = Server::start(|_| status("503 Service Unavailable", ""));
    let fh = builder(&server.url()).max_attempts(5).clock(Instantly::new()).build().unwrap();
    for _ in 0..50 {
        fh.system().status().send().await.unwrap_err();
    }
    assert_eq!(server.take_requests().len(), 50 + 10);
}

#[tokio::test]
async fn a_received_response_is_reported_as_such() {
    // The first request is lost, the response to the second exceeds the size limit.
    let server = in_order(vec![Vec::new(), json(format!(r#"{{"code":0,"message":"{}"}}"#, "x".repeat(4096)))]);
    let fh = builder(&server.url()).max_response_bytes(1000).clock(Instantly::new()).build().unwrap();
    let error = fh.system().status().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::InvalidResponse, Delivery::Responded, 2),
        "{error}"
    );
}

#[tokio::test]
async fn timeouts_of_any_length_are_accepted() {
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let fh = builder(&server.url()).timeout(Duration::MAX).attempt_timeout(Duration::MAX).build().unwrap();
    fh.system().status().send().await.unwrap();
    let fh = builder(&server.url()).timeout(Duration::ZERO).build().unwrap();
    assert_eq!(fh.system().status().send().await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_dropped_call_stops() {
    #[derive(Debug)]
    struct Forever;
    impl Clock for Forever {
        fn now(&self) -> Instant {
            Instant::now()
        }
        fn sleep(&self, _: Duration) -> SleepFuture {
            Box::pin(std::future::pending())
        }
        fn jitter(&self) -> f64 {
            1.0
        }
    }
    let server = Server::start(|_| status("503 Service Unavailable", ""));
    let fh = builder(&server.url()).clock(Forever).build().unwrap();
    let call = tokio::time::timeout(Duration::from_millis(300), fh.system().status().send());
    assert!(call.await.is_err(), "the call waits");
    assert_eq!(server.take_requests().len(), 1);
}

#[tokio::test]
async fn requests_in_flight_are_limited() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = Server::start({
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        move |_| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            now.fetch_sub(1, Ordering::SeqCst);
            json(r#"{"code":0,"message":""}"#)
        }
    });
    let fh = builder(&server.url()).max_in_flight(3).build().unwrap();
    let calls: Vec<_> = (0..40).map(|_| tokio::spawn(fh.system().status().send())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.take_requests().len(), 40);
    assert!((1..=3).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[tokio::test]
async fn thousands_of_concurrent_calls_release_all_resources() {
    fn anywhere<T: Clone + Send + Sync + 'static>(value: T) -> T {
        value
    }
    let server = MockServer::start().await.unwrap().stateless();
    let fh = anywhere(server.client_builder().max_in_flight(16).build().unwrap());
    let tasks = tokio::runtime::Handle::current().metrics();
    let before = tasks.num_alive_tasks();
    let calls: Vec<_> = (0..3_000).map(|_| tokio::spawn(anywhere(fh.clone()).projects().list().send())).collect();
    for call in calls {
        assert!(!call.await.unwrap().unwrap().list.is_empty());
    }
    assert_eq!(server.requests().len(), 3_000);
    assert!(server.connections() <= 16, "{}", server.connections());
    drop(fh);
    // The tasks of its connections end with it, and so do those of the server's connections.
    for _ in 0..1_000 {
        if tasks.num_alive_tasks() <= before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} tasks have outlived the client", tasks.num_alive_tasks() - before);
}

/// A success that lets the connection stay open, as HTTP/1.1 does unless a header says otherwise.
fn kept_open() -> Vec<u8> {
    let body = r#"{"code":0,"message":""}"#;
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// So few that the retry budget of a client suffices if each of them is retried.
const CALLS_WITHIN_THE_BUDGET: usize = 8;

#[tokio::test]
async fn a_connection_that_closes_when_it_is_used_again_fails_no_read_and_repeats_no_write() {
    let server = Server::start_closing_on_reuse(|_| kept_open());
    let fh = builder(&server.url()).clock(Instantly::new()).build().unwrap();
    for call in 0..CALLS_WITHIN_THE_BUDGET {
        fh.system().status().send().await.unwrap();
        // All but the first one are sent on the connection of the call before, and again on a new one.
        assert_eq!(server.take_requests().len(), if call == 0 { 1 } else { 2 });
    }
    let write = physical().into_iter().find(|example| example.info.id == "updateFlightTaskStatus").unwrap();
    for call in 0..6 {
        let result = write.send(&fh, &fh.project(PROJECT)).await;
        assert_eq!(server.take_requests().len(), 1);
        // The reads have left a connection; each failed call leaves none.
        match result {
            Ok(_) => assert_eq!(call % 2, 1),
            Err(error) => {
                assert_eq!(call % 2, 0, "{error}");
                assert_eq!((error.attempts(), error.may_have_taken_effect()), (1, true), "{error}");
            }
        }
    }
}

/// The server closes each connection at once, and the client may notice it before or after it sends the next request.
#[tokio::test]
async fn a_connection_that_closes_at_any_time_fails_no_read_and_repeats_no_write() {
    let server = Server::start(|_| kept_open());
    for _ in 0..5 {
        let fh = builder(&server.url()).clock(Instantly::new()).build().unwrap();
        for _ in 0..CALLS_WITHIN_THE_BUDGET {
            fh.system().status().send().await.unwrap();
        }
    }
    drop(server.take_requests());
    let fh = builder(&server.url()).clock(Instantly::new()).build().unwrap();
    let write = physical().into_iter().find(|example| example.info.id == "updateFlightTaskStatus").unwrap();
    for _ in 0..40 {
        let result = write.send(&fh, &fh.project(PROJECT)).await;
        let requests = server.take_requests().len();
        match result {
            Ok(_) => assert_eq!(requests, 1),
            Err(error) => assert!(requests <= 1, "{requests} requests: {error}"),
        }
    }
}

/// No source documents a wait for these codes, and those that call them retryable describe other editions of the API.
#[tokio::test]
async fn a_code_that_says_try_later_without_a_wait_is_handed_on() {
    for code in [200_500, 210_318, 210_500, 210_504, 228_500] {
        let server = Server::start(move |_| json(format!(r#"{{"code":{code},"message":"later"}}"#)));
        let fh = builder(&server.url()).clock(Instantly::new()).build().unwrap();
        let error = fh.projects().list().send().await.unwrap_err();
        assert_eq!((error.code(), error.attempts(), error.may_have_taken_effect()), (Some(code), 1, false), "{error}");
    }
}
