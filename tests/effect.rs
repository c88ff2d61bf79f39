//! Whether a call that failed may have taken effect: what one attempt leaves open, and what several do.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flighthub2::transport::{Body, Bytes, Request, Response, TransportError};
use flighthub2::{API, Client, ClientBuilder, Delivery, Error, ErrorCode, ErrorKind, Idempotency, Outcome, Risk};
use flighthub2_tests::calls::{Example, examples};
use flighthub2_tests::client::{PROJECT, builder};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::scripted::Scripted;
use flighthub2_tests::server::{Server, http_response};

type Reply = Result<Response<Body>, TransportError>;
type Make = fn() -> Reply;

const PAGE: &str = "<html>nginx</html>";

fn over(reply: impl Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static) -> (ClientBuilder, Scripted) {
    let transport = Scripted::new(reply);
    (builder("https://flighthub.example.com").transport(transport.clone()), transport)
}

/// Replies in order; the last one again and again.
fn in_order(replies: &[Make]) -> (ClientBuilder, Scripted) {
    let (next, replies) = (AtomicUsize::new(0), replies.to_vec());
    over(move |_| replies[next.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1)]())
}

fn response(status: u16, body: &str) -> Reply {
    Ok(Response::builder().status(status).body(Body::from(Bytes::from(body.to_owned()))).unwrap())
}

fn code(code: i64) -> String {
    format!(r#"{{"code":{code},"message":"m"}}"#)
}

/// The only example of an operation.
fn of(id: &str) -> Example {
    examples().into_iter().find(|example| example.info.id == id).unwrap()
}

async fn failure(example: &Example, fh: &Client) -> Error {
    example.send(fh, &fh.project(PROJECT)).await.expect_err("no reply is a success")
}

/// A code that the table of the specification does not have.
const NEW_CODE: i64 = 299_999;

#[tokio::test]
async fn the_outcome_of_one_attempt_follows_the_table() {
    use Delivery::{MaybeSent, NotSent, Responded};
    let cases: &[(&str, Make, ErrorKind, Delivery, bool)] = &[
        ("no connection", || Err(TransportError::not_sent("n")), ErrorKind::Connection, NotSent, false),
        (
            "no connection in time",
            || Err(TransportError::not_sent("n").timed_out()),
            ErrorKind::Timeout,
            NotSent,
            false,
        ),
        ("lost", || Err(TransportError::maybe_sent("n")), ErrorKind::Transport, MaybeSent, true),
        ("too late", || Err(TransportError::maybe_sent("n").timed_out()), ErrorKind::Timeout, MaybeSent, true),
        ("refused code", || response(200, &code(200_403)), ErrorKind::Api, Responded, false),
        ("throttled code", || response(200, &code(210_429)), ErrorKind::Api, Responded, false),
        ("open code", || response(200, &code(210_504)), ErrorKind::Api, Responded, true),
        ("new code", || response(200, &code(NEW_CODE)), ErrorKind::Api, Responded, true),
        ("refused code with 500", || response(500, &code(200_101)), ErrorKind::Api, Responded, false),
        ("open code with 500", || response(500, &code(200_500)), ErrorKind::Api, Responded, true),
        ("new code with 400", || response(400, &code(NEW_CODE)), ErrorKind::Api, Responded, true),
        ("new code with 429", || response(429, &code(NEW_CODE)), ErrorKind::Api, Responded, false),
        ("open code with 429", || response(429, &code(200_500)), ErrorKind::Api, Responded, true),
        ("301", || response(301, ""), ErrorKind::Status, Responded, true),
        ("303", || response(303, ""), ErrorKind::Status, Responded, true),
        ("400", || response(400, PAGE), ErrorKind::Status, Responded, false),
        ("401", || response(401, ""), ErrorKind::Status, Responded, false),
        ("404", || response(404, "not found"), ErrorKind::Status, Responded, false),
        ("408", || response(408, ""), ErrorKind::Status, Responded, true),
        ("429", || response(429, ""), ErrorKind::Status, Responded, false),
        ("500", || response(500, PAGE), ErrorKind::Status, Responded, true),
        ("502", || response(502, PAGE), ErrorKind::Status, Responded, true),
        ("503", || response(503, ""), ErrorKind::Status, Responded, true),
        ("504", || response(504, PAGE), ErrorKind::Status, Responded, true),
        ("504 that says 0", || response(504, &code(0)), ErrorKind::Status, Responded, true),
        ("no JSON", || response(200, PAGE), ErrorKind::InvalidResponse, Responded, true),
        ("no body", || response(200, ""), ErrorKind::InvalidResponse, Responded, true),
        ("half of JSON", || response(200, r#"{"code":0,"da"#), ErrorKind::InvalidResponse, Responded, true),
        ("too long", || response(200, &"x".repeat(5_000)), ErrorKind::InvalidResponse, Responded, true),
        ("too long with 404", || response(404, &"x".repeat(5_000)), ErrorKind::InvalidResponse, Responded, false),
        (
            "compressed",
            || {
                response(200, "x").map(|mut reply| {
                    reply.headers_mut().insert("content-encoding", "br".parse().unwrap());
                    reply
                })
            },
            ErrorKind::InvalidResponse,
            Responded,
            true,
        ),
    ];
    let task = of("createFlightTask");
    for &(name, reply, kind, delivery, open) in cases {
        let (fh, transport) = over(move |_| reply());
        let fh = fh.max_response_bytes(4_096).max_attempts(1).build().unwrap();
        let error = failure(&task, &fh).await;
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{name}: {error}");
        assert_eq!(error.may_have_taken_effect(), open, "{name}: {error}");
        // What is printed follows: who reads it looks before the aircraft flies twice.
        let hint = "the service may have done it: find out with listFlightTasks before you send it again";
        assert_eq!(error.to_string().contains(hint), open, "{name}: {error}");
        assert!(open || !error.to_string().contains("may have"), "{name}: {error}");
        assert!(format!("{error:?}").contains(&format!("may_have_taken_effect: {open}")), "{name}: {error:?}");
        assert_eq!(transport.take_requests().len(), 1, "{name}");
        // A read changes nothing, however it ends.
        let error = failure(&of("listFlightTasks"), &fh).await;
        assert_eq!((error.kind(), error.may_have_taken_effect()), (kind, false), "{name}: {error}");
        assert!(!error.to_string().contains("may have"), "{name}: {error}");
    }
}

#[tokio::test]
async fn unsent_calls_had_no_effect() {
    let (fh, transport) = over(|_| response(200, ""));
    let cautious = fh.max_risk(Risk::Write).build().unwrap();
    let error = failure(&of("createFlightTask"), &cautious).await;
    assert_eq!((error.kind(), error.may_have_taken_effect()), (ErrorKind::Risk, false), "{error}");
    let error = cautious.project("").livestreams().delete_converter("x").send().await.unwrap_err();
    assert!(!error.may_have_taken_effect(), "{error}");
    let error = cautious.project(PROJECT).waylines().get("").send().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_taken_effect()), (ErrorKind::InvalidArgument, false), "{error}");
    assert!(transport.take_requests().is_empty());
}

#[tokio::test]
async fn the_outcome_of_every_code_follows_the_specification() {
    let outcomes: Vec<Outcome> = API.error_codes.iter().map(|known| known.outcome).collect();
    for outcome in [Outcome::Refused, Outcome::Throttled, Outcome::Unknown] {
        assert!(outcomes.contains(&outcome), "{outcome:?}");
    }
    let write = of("addProjectMembers");
    for known in API.error_codes {
        let text = code(known.code);
        let (fh, _) = over(move |_| response(200, &text));
        let error = failure(&write, &fh.max_attempts(1).build().unwrap()).await;
        assert_eq!(ErrorCode::of(&error).and_then(ErrorCode::info), Some(known));
        assert_eq!(error.may_have_taken_effect(), known.outcome == Outcome::Unknown, "{error}");
        // What may have been done was not refused.
        assert_eq!(error.to_string().contains("refused"), known.outcome != Outcome::Unknown, "{error}");
    }
}

/// A deletion, which may be repeated, and a write that must not be.
fn repeatable() -> Example {
    let example = of("deleteOpenModel");
    assert_eq!((example.info.idempotency, example.info.risk), (Idempotency::Idempotent, Risk::Destructive));
    example
}

fn unrepeatable() -> Example {
    let example = of("createMapElement");
    assert_eq!((example.info.idempotency, example.info.risk), (Idempotency::NonIdempotent, Risk::Write));
    example
}

#[tokio::test]
async fn earlier_attempts_count_too() {
    let lost: Make = || Err(TransportError::maybe_sent("lost"));
    let unsent: Make = || Err(TransportError::not_sent("refused"));
    let gateway: Make = || response(504, "");
    let refused: Make = || response(200, &code(219_021));
    let missing: Make = || response(404, "");
    let later: Make = || {
        let mut reply = response(429, "").unwrap();
        reply.headers_mut().insert("retry-after", "1".parse().unwrap());
        Ok(reply)
    };
    use Delivery::{MaybeSent, NotSent, Responded};
    let cases: &[(&str, &[Make], ErrorKind, Delivery, bool)] = &[
        ("lost, then not found", &[lost, missing], ErrorKind::Status, Responded, true),
        ("lost, then refused by its code", &[lost, refused], ErrorKind::Api, Responded, true),
        ("gateway, then not found", &[gateway, refused], ErrorKind::Api, Responded, true),
        ("gateway, then no connection", &[gateway, unsent, unsent, unsent], ErrorKind::Connection, MaybeSent, true),
        ("lost, then no connection", &[lost, unsent, unsent, unsent], ErrorKind::Connection, MaybeSent, true),
        ("no connection at all", &[unsent, unsent, unsent, unsent], ErrorKind::Connection, NotSent, false),
        ("no connection, then refused", &[unsent, refused], ErrorKind::Api, Responded, false),
        ("throttled, then no connection", &[later, unsent, unsent, unsent], ErrorKind::Connection, MaybeSent, false),
        ("throttled, then refused", &[later, refused], ErrorKind::Api, Responded, false),
    ];
    for (name, replies, kind, delivery, open) in cases {
        let (fh, transport) = in_order(replies);
        let fh = fh.clock(Instantly::new()).build().unwrap();
        let error = failure(&repeatable(), &fh).await;
        assert_eq!(transport.take_requests().len(), replies.len(), "{name}: {error}");
        assert_eq!((error.kind(), error.delivery()), (*kind, *delivery), "{name}: {error}");
        assert_eq!(error.may_have_taken_effect(), *open, "{name}: {error}");
        assert_eq!(error.to_string().contains("an earlier attempt may have done it"), *open, "{name}: {error}");
    }
    // A time-out without a connection is the last attempt of a throttled call: nothing has been done.
    let late: Make = || Err(TransportError::not_sent("late").timed_out());
    let (fh, _) = in_order(&[later, late]);
    let error = failure(&unrepeatable(), &fh.max_attempts(2).clock(Instantly::new()).build().unwrap()).await;
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Timeout, Delivery::MaybeSent, 2));
    assert!(!error.may_have_taken_effect() && !error.to_string().contains("may have"), "{error}");
}

#[tokio::test]
async fn throttling_codes_are_treated_as_http_429() {
    let physical = of("createFlightTask");
    let read = of("listFlightTasks");
    for (retry_after, of_never) in [(None, 1), (Some(7), 2)] {
        for (example, requests) in [(&physical, 1), (&unrepeatable(), of_never), (&repeatable(), 2), (&read, 2)] {
            let asked = AtomicUsize::new(0);
            let (fh, transport) = over(move |_| {
                if asked.fetch_add(1, Ordering::SeqCst) > 0 {
                    return response(200, &code(200_403));
                }
                let mut reply = response(200, &code(210_429))?;
                if let Some(seconds) = retry_after {
                    reply.headers_mut().insert("retry-after", seconds.to_string().parse().unwrap());
                }
                Ok(reply)
            });
            let clock = Instantly::new();
            let error = failure(example, &fh.clock(clock.clone()).build().unwrap()).await;
            assert_eq!(transport.take_requests().len(), requests, "{}: {error}", example.name);
            assert_eq!(error.code(), Some(if requests == 1 { 210_429 } else { 200_403 }), "{error}");
            let asked = Duration::from_secs(retry_after.unwrap_or_default());
            let waits = vec![asked + Duration::from_millis(250); requests - 1];
            assert_eq!(clock.waits(), waits, "{}", example.name);
            assert!(!error.may_have_taken_effect(), "{error}");
        }
    }
}

#[tokio::test]
async fn a_throttled_write_with_unknown_outcome_is_not_retried() {
    // A code that leaves the outcome open contradicts the status: the worse of the two counts.
    let (fh, transport) = over(|_| {
        let mut reply = response(429, &code(200_500))?;
        reply.headers_mut().insert("retry-after", "1".parse().unwrap());
        Ok(reply)
    });
    let error = failure(&unrepeatable(), &fh.clock(Instantly::new()).build().unwrap()).await;
    assert_eq!((transport.take_requests().len(), error.may_have_taken_effect()), (1, true), "{error}");
}

#[tokio::test]
async fn only_successful_calls_refill_the_retry_budget() {
    // The budget is good for ten repetitions. A refusal, or a response that cannot be read, brings none back.
    let useless: [Make; 3] = [|| response(200, &code(200_403)), || response(200, "no JSON"), || response(404, "")];
    for useless in useless {
        let (fh, transport) = over(move |request| {
            let wanted = request.uri().path().ends_with("/system_status");
            if wanted { response(503, "") } else { useless() }
        });
        let fh = fh.max_attempts(5).clock(Instantly::new()).build().unwrap();
        for _ in 0..3 {
            fh.system().status().send().await.unwrap_err();
        }
        assert_eq!(transport.take_requests().len(), 3 + 10);
        for _ in 0..100 {
            fh.projects().list().send().await.unwrap_err();
        }
        drop(transport.take_requests());
        fh.system().status().send().await.unwrap_err();
        assert_eq!(transport.take_requests().len(), 1);
    }
    let (fh, transport) = over(|request| {
        if request.uri().path().ends_with("/system_status") {
            response(503, "")
        } else {
            response(200, r#"{"code":0,"message":"","data":{"list":[]}}"#)
        }
    });
    let fh = fh.max_attempts(5).clock(Instantly::new()).build().unwrap();
    for _ in 0..3 {
        fh.system().status().send().await.unwrap_err();
    }
    for _ in 0..20 {
        fh.projects().list().send().await.unwrap();
    }
    drop(transport.take_requests());
    fh.system().status().send().await.unwrap_err();
    assert_eq!(transport.take_requests().len(), 1 + 2);
}

#[tokio::test]
async fn a_broken_body_keeps_the_status() {
    for (line, status, open) in [("200 OK", 200, true), ("403 Forbidden", 403, false), ("502 Bad Gateway", 502, true)] {
        let server = Server::start(move |_| {
            format!("HTTP/1.1 {line}\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{{\"code\"").into_bytes()
        });
        let fh = builder(&server.url()).max_attempts(1).build().unwrap();
        let error = failure(&of("createFlightTask"), &fh).await;
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent), "{error}");
        assert_eq!((error.status(), error.may_have_taken_effect()), (Some(status), open), "{error}");
    }
}

#[tokio::test]
async fn a_transport_error_after_the_response_head_counts_as_responded() {
    struct Broken;
    impl http_body::Body for Broken {
        type Data = Bytes;
        type Error = TransportError;
        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
            std::task::Poll::Ready(Some(Err(TransportError::not_sent("a mistake"))))
        }
    }
    let (fh, _) = over(|_| Ok(Response::new(Body::new(Broken))));
    let error = failure(&of("createFlightTask"), &fh.build().unwrap()).await;
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent), "{error}");
    assert!(error.may_have_taken_effect());
}

#[tokio::test]
async fn service_messages_are_short_single_line_and_masked() {
    let token = flighthub2_tests::client::TOKEN;
    // The token stands where a message is cut, and where a page is.
    let long = format!("{}{token}{}", "é".repeat(990), "x".repeat(100_000));
    let text = format!(r#"{{"code":200403,"message":"{long}"}}"#);
    let (fh, _) = over(move |_| response(200, &text));
    let error = failure(&of("createFlightTask"), &fh.build().unwrap()).await;
    let shown = error.message();
    assert!(shown == format!("{}***{}…", "é".repeat(990), "x".repeat(7)), "{} bytes", shown.len());
    for before in 4_070..4_100 {
        let page = format!("<html>{} {token} {}", "-\n".repeat(before / 2), "word ".repeat(2_000_000));
        let (fh, _) = over(move |_| response(502, &page));
        let error = failure(&of("createFlightTask"), &fh.build().unwrap()).await;
        assert!(error.message().chars().count() < 300, "{error}");
        assert!(error.message().contains("<html>-"), "{error}");
        for part in 4..token.len() {
            assert!(!error.message().contains(&token[..part]), "{error}");
        }
    }
    // Nothing but blanks for a while.
    let page = format!("{}<html>late</html>", " \n".repeat(1 << 20));
    let (fh, _) = over(move |_| response(502, &page));
    let error = failure(&of("createFlightTask"), &fh.build().unwrap()).await;
    assert!(error.message().ends_with(": <html>late</html>"), "{error}");
    // A word that is longer than what is looked at could be anything.
    let page = format!("{}{token}", "s".repeat(4_090));
    let (fh, _) = over(move |_| response(502, &page));
    let error = failure(&of("createFlightTask"), &fh.build().unwrap()).await;
    assert!(error.message().ends_with(": …"), "{error}");
}

#[tokio::test]
async fn a_media_type_does_not_show_the_token() {
    let token = flighthub2_tests::client::TOKEN;
    let bytes =
        http_response("502 Bad Gateway", &format!("text/html; of={token}; {}", "x".repeat(5_000)), "<html></html>");
    let server = Server::start(move |_| bytes.clone());
    let error = failure(&of("createFlightTask"), &builder(&server.url()).build().unwrap()).await;
    assert!(!error.to_string().contains(token) && error.message().chars().count() < 200, "{error}");
}
