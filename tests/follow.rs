//! Following: when a state is polled, how following ends, and what it hands back.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use flighthub2::types::{
    DeviceTaskStatus, FlightTask, MediaUploadStatus, OpenModelResourceStatus, OpenModelStatus, OpenModelZipStatus,
    TaskStatus,
};
use flighthub2::{Client, Clock, ErrorKind, FollowErrorKind, SleepFuture};
use flighthub2_tests::client::{PROJECT, builder};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::server::{Request, Server, json};

const TASK: &str = "d15ea5e0-1111-4222-8333-444455556666";
const MODEL: &str = "0de1a0de-1111-4222-8333-444455556666";
const HOUR: Duration = Duration::from_secs(3_600);

fn task(status: &str) -> Vec<u8> {
    json(format!(
        r#"{{"code":0,"message":"","data":{{"uuid":"{TASK}","name":"n","task_type":"immediate","status":"{status}",
            "sn":"7CTEXAMPLE0001","wayline_uuid":"c0ffee00-1111-4222-8333-444455556666"}}}}"#
    ))
}

fn model(status: i64, progress: i64) -> Vec<u8> {
    json(format!(
        r#"{{"code":0,"message":"","data":{{"model_uuid":"{MODEL}","model_status":{status},"reconstruction_progress":{progress}}}}}"#
    ))
}

fn failure(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

fn unavailable(headers: &str) -> Vec<u8> {
    failure("503 Service Unavailable", headers)
}

/// Responds in order; the last one again and again.
fn in_order(responses: Vec<Vec<u8>>) -> Server {
    let next = AtomicUsize::new(0);
    Server::start(move |_| responses[next.fetch_add(1, Ordering::SeqCst).min(responses.len() - 1)].clone())
}

fn of_states(states: &[&str]) -> Server {
    in_order(states.iter().map(|state| task(state)).collect())
}

/// A client that makes one attempt, and whose waits are recorded.
fn fh(server: &Server) -> (Client, Instantly) {
    let clock = Instantly::new();
    (builder(&server.url()).max_attempts(1).clock(clock.clone()).build().unwrap(), clock)
}

fn state(task: &FlightTask) -> &str {
    task.status.as_str()
}

#[tokio::test]
async fn awaiting_returns_the_final_response() {
    let server = of_states(&["waiting", "executing", "executing", "success"]);
    let (fh, clock) = fh(&server);
    let task = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).await.unwrap();
    assert_eq!(state(&task), "success");
    let requests = server.take_requests();
    assert_eq!(requests.len(), 4);
    let is_poll =
        |request: &Request| request.method == "GET" && request.path.ends_with(&format!("/flight-task/{TASK}"));
    assert!(requests.iter().all(is_poll), "{requests:?}");
    // The longest waits, as the jitter of this clock is always 1.
    assert_eq!(clock.waits(), [2, 4, 8].map(Duration::from_secs));
}

#[tokio::test]
async fn next_returns_each_change_up_to_the_final_state() {
    let server = in_order(vec![model(12, 0), model(14, 0), model(14, 40), model(14, 40), model(15, 100)]);
    let (fh, _) = fh(&server);
    let mut follow = fh.open_modeling().follow(MODEL).timeout(HOUR);
    let mut seen = Vec::new();
    while let Some(update) = follow.next().await {
        let update = update.unwrap();
        assert_eq!(update.state(), &update.response().model_status);
        seen.push((update.state().value(), update.progress()));
    }
    assert_eq!(seen, [(12, Some(0)), (14, Some(0)), (14, Some(40)), (15, Some(100))]);
    assert_eq!(server.take_requests().len(), 5);
    // What has ended can still be awaited, without another poll.
    assert_eq!(follow.await.unwrap().model_status, OpenModelStatus::ReconstructionSuccess);
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_failed_final_state_is_an_error_with_the_last_response() {
    for last in ["terminated", "timeout", "starting_failure"] {
        let server = of_states(&["executing", last]);
        let (fh, _) = fh(&server);
        let error = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).await.unwrap_err();
        assert_eq!(error.kind(), FollowErrorKind::Failed);
        let text = format!("getFlightTask: ended without success; the last state is `{last}`");
        assert_eq!(error.to_string(), text);
        assert!(error.poll().is_none() && std::error::Error::source(&error).is_none());
        assert_eq!(state(&error.into_last().unwrap()), last);
        assert_eq!(server.take_requests().len(), 2);
    }
    let server = of_states(&["executing", "terminated"]);
    let (fh, _) = fh(&server);
    let mut follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR);
    assert_eq!(follow.next().await.unwrap().unwrap().state(), &TaskStatus::Executing);
    assert_eq!(follow.next().await.unwrap().unwrap_err().kind(), FollowErrorKind::Failed);
    assert!(follow.next().await.is_none());
}

#[tokio::test]
async fn the_time_limit_is_an_error_with_the_last_response() {
    let server = of_states(&["waiting", "executing"]);
    let (fh, clock) = fh(&server);
    let limit = Duration::from_secs(100);
    let error = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(limit).await.unwrap_err();
    assert_eq!(error.kind(), FollowErrorKind::Timeout);
    assert_eq!(error.to_string(), "getFlightTask: no final state within 100s; the last state is `executing`");
    assert_eq!(state(error.last().unwrap()), "executing");
    // The last wait ends with the time limit, and one poll follows it.
    assert_eq!(clock.waits(), [2, 4, 8, 16, 30, 30, 10].map(Duration::from_secs));
    assert_eq!(server.take_requests().len(), 8);
}

#[tokio::test]
async fn a_zero_timeout_polls_once() {
    for (states, kind) in [(["executing"], Some(FollowErrorKind::Timeout)), (["success"], None)] {
        let server = of_states(&states);
        let (fh, _) = fh(&server);
        let ended = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(Duration::ZERO).await;
        assert_eq!(ended.err().map(|error| error.kind()), kind);
        assert_eq!(server.take_requests().len(), 1);
    }
    // A change in the last poll is reported before the time limit is.
    let server = of_states(&["executing"]);
    let (fh, _) = fh(&server);
    let mut follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(Duration::ZERO);
    assert_eq!(follow.next().await.unwrap().unwrap().state(), &TaskStatus::Executing);
    assert_eq!(follow.next().await.unwrap().unwrap_err().kind(), FollowErrorKind::Timeout);
    assert!(follow.next().await.is_none());
}

#[tokio::test]
async fn a_failed_poll_is_an_error_with_the_last_response_and_next_goes_on() {
    let refusal = json(r#"{"code":200403,"message":"m"}"#);
    let server = in_order(vec![task("waiting"), refusal, task("waiting"), task("success")]);
    let (client, _) = fh(&server);
    let mut follow = client.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR);
    assert_eq!(follow.next().await.unwrap().unwrap().state(), &TaskStatus::Waiting);
    let error = follow.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), FollowErrorKind::Poll);
    assert_eq!(error.to_string(), "getFlightTask: a poll failed; the last state is `waiting`");
    assert_eq!((error.poll().unwrap().kind(), error.poll().unwrap().code()), (ErrorKind::Api, Some(200_403)));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), error.poll().unwrap().to_string());
    assert_eq!(state(error.last().unwrap()), "waiting");
    // The state is the same after that: no change.
    assert_eq!(follow.next().await.unwrap().unwrap().state(), &TaskStatus::Success);
    assert!(follow.next().await.is_none());

    let server = in_order(vec![unavailable("")]);
    let (client, _) = fh(&server);
    let error = client.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).await.unwrap_err();
    assert_eq!((error.kind(), error.last()), (FollowErrorKind::Poll, None));
    assert_eq!(error.to_string(), "getFlightTask: a poll failed; no state was seen");
    assert_eq!(server.take_requests().len(), 1);
}

/// A caller that goes on after every failed poll comes to an end, too.
#[tokio::test]
async fn failed_polls_end_with_the_time_limit() {
    let server = in_order(vec![unavailable("")]);
    let (fh, clock) = fh(&server);
    let mut follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(Duration::from_secs(60));
    let mut failed = 0;
    while let Some(update) = follow.next().await {
        assert_eq!(update.unwrap_err().kind(), FollowErrorKind::Poll);
        failed += 1;
    }
    assert_eq!(failed, clock.waits().len() + 1);
    assert_eq!(clock.waits().iter().sum::<Duration>(), Duration::from_secs(60));
}

#[tokio::test]
async fn retry_after_of_a_poll_is_honoured() {
    // The limit of a call is a minute, so the call itself does not wait that long.
    for status in ["503 Service Unavailable", "429 Too Many Requests"] {
        let server = in_order(vec![task("executing"), failure(status, "retry-after: 300\r\n"), task("success")]);
        let clock = Instantly::new();
        let fh = builder(&server.url()).clock(clock.clone()).build().unwrap();
        fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).await.unwrap();
        assert_eq!(clock.waits(), [2, 304].map(Duration::from_secs));
    }
    // Where the service does not say that it is busy, the header changes nothing.
    let server = in_order(vec![failure("404 Not Found", "retry-after: 300\r\n")]);
    let (client, clock) = fh(&server);
    let error = client.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).await.unwrap_err();
    assert_eq!((error.kind(), error.poll().unwrap().status()), (FollowErrorKind::Poll, Some(404)));
    assert!(clock.waits().is_empty());
    // Nor is the service asked before that when the time limit is earlier: nothing is left to wait for.
    let server = in_order(vec![unavailable("retry-after: 300\r\n")]);
    let (client, clock) = fh(&server);
    let error =
        client.project(PROJECT).flight_tasks().follow(TASK).timeout(Duration::from_secs(200)).await.unwrap_err();
    assert_eq!(error.kind(), FollowErrorKind::Poll);
    assert_eq!(error.poll().unwrap().retry_after(), Some(Duration::from_secs(300)));
    assert!(clock.waits().is_empty());
    // A successful response can ask, too.
    let asks = String::from_utf8(task("executing")).unwrap().replace("connection", "retry-after: 20\r\nconnection");
    let server = in_order(vec![asks.into_bytes(), task("success")]);
    let (client, clock) = fh(&server);
    client.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).await.unwrap();
    assert_eq!(clock.waits(), [Duration::from_secs(22)]);
}

#[tokio::test]
async fn an_unknown_state_is_progress() {
    let server = of_states(&["preparing", "queue_for_takeoff", "success"]);
    let (fh, _) = fh(&server);
    let mut follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR);
    let mut seen = Vec::new();
    while let Some(update) = follow.next().await {
        seen.push(update.unwrap().state().to_string());
    }
    assert_eq!(seen, ["preparing", "queue_for_takeoff", "success"]);
}

#[tokio::test]
async fn a_state_can_be_followed_again() {
    let server = of_states(&["executing", "success"]);
    let (fh, _) = fh(&server);
    let tasks = fh.project(PROJECT).flight_tasks();
    let mut first = tasks.follow(TASK).timeout(HOUR);
    assert_eq!(first.next().await.unwrap().unwrap().state(), &TaskStatus::Executing);
    drop(first);
    tasks.follow(TASK).timeout(HOUR).await.unwrap();
}

#[tokio::test]
async fn a_longest_wait_limits_each_wait() {
    for (longest, expected) in [(5, [2, 4, 5, 5]), (0, [1, 1, 1, 1])] {
        let server = of_states(&["waiting", "waiting", "waiting", "waiting", "success"]);
        let (fh, clock) = fh(&server);
        let follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR);
        follow.longest_wait(Duration::from_secs(longest)).await.unwrap();
        assert_eq!(clock.waits(), expected.map(Duration::from_secs));
    }
}

/// Time that jumps by itself when the client waits: forward, or back.
#[derive(Clone)]
struct Jumping {
    now: Arc<Mutex<Instant>>,
    waits: Arc<Mutex<Vec<Duration>>>,
    jump: fn(Instant) -> Instant,
}

impl Jumping {
    fn new(jump: fn(Instant) -> Instant) -> Self {
        Self { now: Arc::new(Mutex::new(Instant::now() + HOUR)), waits: Arc::default(), jump }
    }
}

impl fmt::Debug for Jumping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jumping")
    }
}

impl Clock for Jumping {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        self.waits.lock().unwrap().push(duration);
        let mut now = self.now.lock().unwrap();
        *now = (self.jump)(*now);
        Box::pin(std::future::ready(()))
    }

    fn timeout(&self, duration: Duration) -> SleepFuture {
        Box::pin(tokio::time::sleep(duration))
    }

    fn jitter(&self) -> f64 {
        f64::NAN
    }
}

#[tokio::test]
async fn a_clock_that_jumps_neither_loses_a_success_nor_waits_for_ever() {
    let follow = async |states: &[&str], clock: &Jumping, timeout: u64| {
        let server = of_states(states);
        let fh = builder(&server.url()).max_attempts(1).clock(clock.clone()).build().unwrap();
        let tasks = fh.project(PROJECT).flight_tasks();
        let ended = tasks.follow(TASK).timeout(Duration::from_secs(timeout)).await;
        (ended.map(|task| state(&task).to_owned()).map_err(|error| error.kind()), server.take_requests().len())
    };
    // A computer that sleeps for a day: the state is polled once more before the time limit is reported.
    let day = Jumping::new(|now| now + 24 * HOUR);
    assert_eq!(follow(&["executing", "success"], &day, 60).await, (Ok("success".to_owned()), 2));
    assert_eq!(follow(&["executing"], &day, 60).await, (Err(FollowErrorKind::Timeout), 2));
    // A clock that stands, and one that is set back: the waits themselves count.
    for jump in [(|now| now) as fn(Instant) -> Instant, |now| now - Duration::from_secs(60)] {
        let clock = Jumping::new(jump);
        let (ended, _) = follow(&["executing"], &clock, 60).await;
        assert_eq!(ended, Err(FollowErrorKind::Timeout));
        assert_eq!(clock.waits.lock().unwrap().iter().sum::<Duration>(), Duration::from_secs(60));
    }
}

/// Time that a test moves.
#[derive(Clone)]
struct ByHand(Arc<Mutex<(Instant, Vec<Duration>)>>);

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByHand")
    }
}

impl Clock for ByHand {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().0
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        self.0.lock().unwrap().1.push(duration);
        Box::pin(std::future::pending())
    }

    fn timeout(&self, duration: Duration) -> SleepFuture {
        Box::pin(tokio::time::sleep(duration))
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

/// A branch of `select!` that is always faster does not keep the poll from coming.
#[tokio::test]
async fn a_dropped_wait_is_not_restarted() {
    let server = of_states(&["executing", "success"]);
    let clock = ByHand(Arc::new(Mutex::new((Instant::now(), Vec::new()))));
    let fh = builder(&server.url()).max_attempts(1).clock(clock.clone()).build().unwrap();
    let mut follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR);
    assert_eq!(follow.next().await.unwrap().unwrap().state(), &TaskStatus::Executing);
    for _ in 0..3 {
        let mut next = Box::pin(follow.next());
        let is_pending = poll_fn(|context| Poll::Ready(next.as_mut().poll(context).is_pending())).await;
        assert!(is_pending);
        drop(next);
        clock.0.lock().unwrap().0 += Duration::from_millis(700);
    }
    assert_eq!(clock.0.lock().unwrap().1, [2_000, 1_300, 600].map(Duration::from_millis));
    assert_eq!(follow.next().await.unwrap().unwrap().state(), &TaskStatus::Success);
}

#[test]
fn without_a_runtime_a_poll_is_refused_and_nothing_panics() {
    let fh = builder("http://127.0.0.1:1").build().unwrap();
    let mut follow = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR);
    for _ in 0..3 {
        let mut next = Box::pin(follow.next());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let Poll::Ready(Some(Err(error))) = next.as_mut().poll(&mut context) else {
            panic!("the poll was not refused")
        };
        assert_eq!(error.poll().unwrap().kind(), ErrorKind::Config);
    }
}

#[test]
fn following_can_block() {
    let server = of_states(&["executing", "success"]);
    let (fh, _) = fh(&server);
    let task = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).wait_blocking().unwrap();
    assert_eq!(state(&task), "success");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let within = async { fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).wait_blocking() };
    let error = runtime.block_on(within).unwrap_err();
    assert_eq!(error.poll().unwrap().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn changes_are_a_stream() {
    use futures_core::Stream as _;
    let server = of_states(&["executing", "success"]);
    let (fh, _) = fh(&server);
    let mut stream = fh.project(PROJECT).flight_tasks().follow(TASK).timeout(HOUR).into_stream();
    let mut seen = Vec::new();
    while let Some(update) = poll_fn(|context| std::pin::Pin::new(&mut stream).poll_next(context)).await {
        seen.push(update.unwrap().into_response().status);
    }
    assert_eq!(seen, [TaskStatus::Executing, TaskStatus::Success]);
}

#[tokio::test]
async fn resources_are_followed_by_a_method_of_their_own() {
    let resource = |status: i64| {
        json(format!(
            r#"{{"code":0,"message":"","data":{{"resource_uuid":"ba5eba11-1111-4222-8333-444455556666","status":{status}}}}}"#
        ))
    };
    let server = in_order(vec![resource(0), resource(1)]);
    let (client, _) = fh(&server);
    let resource_id = "ba5eba11-1111-4222-8333-444455556666";
    let ended = client.open_modeling().follow_resource(resource_id).timeout(HOUR).await.unwrap();
    assert_eq!(ended.status, OpenModelResourceStatus::ImportSuccess);
    let server = in_order(vec![resource(2), resource(3)]);
    let (client, _) = fh(&server);
    let error = client.open_modeling().follow_resource(resource_id).timeout(HOUR).await.unwrap_err();
    assert_eq!(error.kind(), FollowErrorKind::Failed);
}

#[test]
fn final_states_agree_with_the_specification() {
    let task = |status: &str| {
        let status = TaskStatus::from(status);
        (status.is_final(), status.is_success())
    };
    for (status, expected) in [
        ("waiting", (false, false)),
        ("executing", (false, false)),
        ("paused", (false, false)),
        ("suspended", (false, false)),
        ("success", (true, true)),
        ("terminated", (true, false)),
        ("timeout", (true, false)),
        ("starting_failure", (true, false)),
        ("partially_done", (false, false)),
        ("", (false, false)),
    ] {
        assert_eq!(task(status), expected, "{status}");
    }
    let finals = |values: &[i64], of: fn(i64) -> (bool, bool)| -> Vec<(i64, bool)> {
        let found = values.iter().filter(|value| of(**value).0);
        found.map(|value| (*value, of(*value).1)).collect()
    };
    let model = |value| (OpenModelStatus::from(value).is_final(), OpenModelStatus::from(value).is_success());
    let known = [OpenModelStatus::VALUES, &[10, 17]].concat();
    assert_eq!(finals(&known, model), [(8, false), (13, false), (15, true), (16, false)]);
    let resource =
        |value| (OpenModelResourceStatus::from(value).is_final(), OpenModelResourceStatus::from(value).is_success());
    assert_eq!(finals(&[0, 1, 2, 3, 4], resource), [(1, true), (3, false)]);
    let archive = |value| (OpenModelZipStatus::from(value).is_final(), OpenModelZipStatus::from(value).is_success());
    assert_eq!(finals(&[0, 1, 2, 3, 4], archive), [(2, true), (3, false)]);
    assert!(DeviceTaskStatus::Ok.is_success() && DeviceTaskStatus::Failure.is_final());
    assert!(!DeviceTaskStatus::Failure.is_success() && !DeviceTaskStatus::from("sent").is_final());
    assert!(MediaUploadStatus::UploadFinished.is_success() && !MediaUploadStatus::Uploading.is_final());
}
