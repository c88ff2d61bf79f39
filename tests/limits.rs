//! Time: one clock decides how long a call waits, for a slot, for a response and between attempts.
//!
//! Where time is paused, tokio moves it on whenever nothing else is to be done: what is measured is exact.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use flighthub2::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport, TransportError};
use flighthub2::{Client, ClientBuilder, Clock, Delivery, ErrorKind, SleepFuture};
use flighthub2_tests::client::builder;
use flighthub2_tests::scripted::Scripted;

const SUCCESS: &[u8] = br#"{"code":0,"message":""}"#;

fn over(transport: impl Transport + 'static) -> ClientBuilder {
    builder("https://flighthub.example.com").transport(transport)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Responds after a while of tokio's time, and counts its requests.
#[derive(Clone, Debug)]
struct After(Duration, Arc<AtomicUsize>);

impl After {
    fn new(wait: Duration) -> Self {
        Self(wait, Arc::default())
    }

    fn requests(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl Transport for After {
    fn send(&self, _: Request<RequestBody>) -> SendFuture<'_> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Ok(Response::new(Body::from(Bytes::from_static(SUCCESS))))
        })
    }
}

/// How a call of a client ends, and how long it takes.
async fn measured(fh: Client) -> (Result<(), flighthub2::Error>, Duration) {
    let started = tokio::time::Instant::now();
    let result = fh.system().status().send().await;
    (result, started.elapsed())
}

/// That long, and a little for the timer of tokio, which counts milliseconds.
fn assert_took(took: Duration, wanted: Duration) {
    assert!(took >= wanted && took < wanted + Duration::from_millis(5), "{took:?} instead of {wanted:?}");
}

#[tokio::test(start_paused = true)]
async fn the_call_timeout_includes_the_wait_for_a_slot() {
    let transport = After::new(seconds(1_000));
    let fh = over(transport.clone()).max_in_flight(1).max_attempts(1);
    let fh = fh.timeout(seconds(60)).attempt_timeout(seconds(40)).build().unwrap();
    let first = tokio::spawn(measured(fh.clone()));
    tokio::task::yield_now().await;
    let (second, third) = (tokio::spawn(measured(fh.clone())), tokio::spawn(measured(fh)));
    let (result, took) = first.await.unwrap();
    assert_took(took, seconds(40));
    assert_eq!(result.unwrap_err().delivery(), Delivery::MaybeSent);
    // It waits 40 seconds for its slot, and has 20 left for its attempt.
    let (result, took) = second.await.unwrap();
    assert_took(took, seconds(60));
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Timeout, Delivery::MaybeSent, 1));
    // It has no slot before its time is over.
    let (result, took) = third.await.unwrap();
    assert_took(took, seconds(60));
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Timeout, Delivery::NotSent, 0));
    assert_eq!(transport.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_attempt_timeout_starts_with_the_slot() {
    let fh = over(After::new(seconds(30))).max_in_flight(1).attempt_timeout(seconds(40)).build().unwrap();
    let first = tokio::spawn(measured(fh.clone()));
    tokio::task::yield_now().await;
    let second = tokio::spawn(measured(fh));
    let (result, took) = first.await.unwrap();
    result.unwrap();
    assert_took(took, seconds(30));
    let (result, took) = second.await.unwrap();
    result.unwrap();
    assert_took(took, seconds(60) - Duration::from_millis(2));
}

#[tokio::test(start_paused = true)]
async fn retries_share_the_call_timeout() {
    let transport = After::new(seconds(1_000));
    let fh = over(transport.clone()).timeout(seconds(60)).attempt_timeout(seconds(25)).build().unwrap();
    let (result, took) = measured(fh).await;
    assert_took(took, seconds(60));
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3), "{error}");
    assert_eq!(transport.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_expired_call_is_not_sent() {
    let transport = After::new(Duration::ZERO);
    for fh in [over(transport.clone()).timeout(Duration::ZERO)] {
        let error = measured(fh.build().unwrap()).await.0.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent), "{error}");
    }
    assert_eq!(transport.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_body_keeps_the_status() {
    struct Stops(bool);
    impl http_body::Body for Stops {
        type Data = Bytes;
        type Error = TransportError;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(b"{")))))
        }
    }
    let transport = Scripted::new(|_| Ok(Response::builder().status(403).body(Body::new(Stops(false))).unwrap()));
    let (result, took) = measured(over(transport).max_attempts(1).build().unwrap()).await;
    assert_took(took, seconds(40));
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, Some(403)), "{error}");
}

/// Real time, kept by threads.
#[derive(Clone, Debug, Default)]
struct Threads {
    waits: Arc<Mutex<Vec<Duration>>>,
}

struct Sleeping(Arc<(AtomicBool, Mutex<Option<Waker>>)>);

impl Future for Sleeping {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        *self.0.1.lock().unwrap() = Some(context.waker().clone());
        if self.0.0.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Clock for Threads {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        self.waits.lock().unwrap().push(duration);
        let state = Arc::new((AtomicBool::new(false), Mutex::new(None::<Waker>)));
        let over = Arc::clone(&state);
        thread::spawn(move || {
            thread::sleep(duration);
            over.0.store(true, Ordering::SeqCst);
            if let Some(waker) = over.1.lock().unwrap().take() {
                waker.wake();
            }
        });
        Box::pin(Sleeping(state))
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

/// Runs a future on this thread, without a tokio runtime.
fn run<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    assert!(tokio::runtime::Handle::try_current().is_err());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_client_with_its_own_transport_and_time_needs_no_tokio() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // Twice unavailable, then it works.
    let transport = Scripted::new(move |_| {
        let status = if count.fetch_add(1, Ordering::SeqCst) < 2 { 503 } else { 200 };
        Ok(Response::builder().status(status).body(Body::from(Bytes::from_static(SUCCESS))).unwrap())
    });
    let clock = Threads::default();
    run(over(transport).clock(clock.clone()).build().unwrap().system().status().send()).unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let waits = clock.waits.lock().unwrap().clone();
    for between_attempts in [125, 250] {
        assert!(waits.contains(&Duration::from_millis(between_attempts)), "{waits:?}");
    }

    /// Counts the requests, and never responds.
    #[derive(Debug, Default)]
    struct Silent(Arc<AtomicUsize>);
    impl Transport for Silent {
        fn send(&self, _: Request<RequestBody>) -> SendFuture<'_> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(std::future::pending())
        }
    }
    let sent = Arc::new(AtomicUsize::new(0));
    let fh =
        over(Silent(Arc::clone(&sent))).clock(Threads::default()).timeout(Duration::from_millis(300)).max_in_flight(1);
    let fh = fh.build().unwrap();
    // The first call waits for a response, and the second one meanwhile for its slot.
    let first = fh.clone();
    let first = thread::spawn(move || run(first.system().status().timeout(Duration::from_secs(3)).send()));
    while sent.load(Ordering::SeqCst) == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let second = run(fh.system().status().send());
    for (result, delivery) in [(second, Delivery::NotSent), (first.join().unwrap(), Delivery::MaybeSent)] {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, delivery), "{error}");
    }
    assert_eq!(sent.load(Ordering::SeqCst), 1);
}

#[test]
fn the_built_in_transport_requires_tokio() {
    let transport = Scripted::new(|_| Ok(Response::new(Body::from(Bytes::from_static(SUCCESS)))));
    let of_tokio = [
        builder("http://127.0.0.1:1"),
        builder("http://127.0.0.1:1").clock(Threads::default()),
        over(transport.clone()),
    ];
    for fh in of_tokio {
        let error = run(fh.build().unwrap().system().status().send()).unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Config, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains("no tokio runtime"), "{error}");
    }
    assert!(transport.take_requests().is_empty());
}
