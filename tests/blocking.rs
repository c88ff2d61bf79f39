//! Calls of threads that wait: everywhere but where other tasks would stand still.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::cell::Cell;
use std::future::{self, Future};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use flighthub2::codegen::{Operation, OperationInfo, ReadError, RequestParts, ResponseBody, scope};
use flighthub2::transport::{Request, RequestBody, SendFuture, Transport};
use flighthub2::{Call, Client, Delivery, Error, ErrorKind};
use flighthub2_tests::client::{builder, client};
use flighthub2_tests::server::{Server, json};
use tokio::runtime::{Builder, Runtime};

fn success() -> Vec<u8> {
    json(r#"{"code":0,"message":""}"#)
}

/// A runtime for each of the two ways to run tasks.
fn runtimes() -> [Runtime; 2] {
    let make = |mut builder: Builder| builder.enable_all().build().unwrap();
    let mut several = Builder::new_multi_thread();
    several.worker_threads(2);
    [make(Builder::new_current_thread()), make(several)]
}

fn assert_refused(result: Result<(), Error>) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Config, Delivery::NotSent), "{error}");
    assert!(error.to_string().contains("spawn_blocking"), "{error}");
}

#[test]
fn a_thread_without_a_runtime_can_block() {
    let server = Server::start(|_| success());
    let fh = client(&server.url());
    for _ in 0..3 {
        fh.system().status().send_blocking().unwrap();
    }
    assert_eq!(server.take_requests().len(), 3);
}

#[test]
fn spawn_blocking_can_block() {
    let server = Server::start(|_| success());
    for runtime in runtimes() {
        let fh = client(&server.url());
        let (here, there) = (fh.clone(), fh.clone());
        runtime.block_on(async move {
            tokio::task::spawn_blocking(move || here.system().status().send_blocking()).await.unwrap().unwrap();
        });
        // Beside a runtime that was entered, and nothing more.
        let _entered = runtime.enter();
        there.system().status().send_blocking().unwrap();
    }
    assert_eq!(server.take_requests().len(), 4);
}

#[test]
fn block_in_place_can_block() {
    let server = Server::start(|_| success());
    let fh = client(&server.url());
    let [_, runtime] = runtimes();
    let call = async move { tokio::task::block_in_place(|| fh.system().status().send_blocking()) };
    runtime.block_on(async move { tokio::spawn(call).await.unwrap() }).unwrap();
    assert_eq!(server.take_requests().len(), 1);
}

#[test]
fn blocking_within_a_task_is_refused() {
    let server = Server::start(|_| success());
    for runtime in runtimes() {
        let fh = client(&server.url());
        runtime.block_on(async {
            let in_a_task = fh.clone();
            tokio::spawn(async move { assert_refused(in_a_task.system().status().send_blocking()) }).await.unwrap();
            assert_refused(fh.system().status().send_blocking());
            // A task whose time is over for now is a task all the same, and no refusal costs it any more of its time.
            while tokio::task::coop::has_budget_remaining() {
                assert_refused(fh.system().status().send_blocking());
                let mut step = Box::pin(tokio::task::coop::consume_budget());
                future::poll_fn(|context| {
                    let _ = step.as_mut().poll(context);
                    std::task::Poll::Ready(())
                })
                .await;
            }
            assert_refused(fh.system().status().send_blocking());
        });
        let local = tokio::task::LocalSet::new();
        let fh = client(&server.url());
        local.block_on(&runtime, async move { assert_refused(fh.system().status().send_blocking()) });
    }
    assert!(server.take_requests().is_empty());
}

#[test]
fn a_refusal_does_not_use_up_the_task_budget() {
    let [runtime, _] = runtimes();
    let fh = client("http://127.0.0.1:1");
    runtime.block_on(async {
        for _ in 0..10_000 {
            assert_refused(fh.system().status().send_blocking());
        }
        assert!(tokio::task::coop::has_budget_remaining());
    });
}

#[test]
fn calls_of_several_threads_are_in_flight_at_the_same_time() {
    const THREADS: usize = 6;
    // The service responds when all of them are there, and not before.
    let all = Arc::new(Barrier::new(THREADS));
    let server = Server::start(move |_| {
        all.wait();
        success()
    });
    let fh = client(&server.url());
    let calls: Vec<_> = (0..THREADS)
        .map(|_| {
            let fh = fh.clone();
            thread::spawn(move || fh.system().status().send_blocking())
        })
        .collect();
    for call in calls {
        call.join().unwrap().unwrap();
    }
    assert_eq!(server.take_requests().len(), THREADS);
}

/// Never responds.
#[derive(Debug)]
struct Silent;

impl Transport for Silent {
    fn send(&self, _: Request<RequestBody>) -> SendFuture<'_> {
        Box::pin(future::pending())
    }
}

#[test]
fn the_call_timeout_includes_waiting_for_other_threads() {
    const LIMIT: Duration = Duration::from_millis(300);
    let fh =
        builder("https://flighthub.example.com").transport(Silent).timeout(LIMIT).max_in_flight(1).build().unwrap();
    let started = Instant::now();
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let fh = fh.clone();
            thread::spawn(move || fh.system().status().send_blocking())
        })
        .collect();
    for call in calls {
        assert_eq!(call.join().unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    }
    let took = started.elapsed();
    assert!(took >= LIMIT && took < LIMIT * 5, "one after the other they would take {:?}: {took:?}", LIMIT * 8);
}

#[test]
fn a_client_can_be_dropped_anywhere() {
    let server = Server::start(|_| success());
    for runtime in runtimes() {
        let fh = client(&server.url());
        fh.system().status().send_blocking().unwrap();
        let in_a_task = fh;
        runtime.block_on(async move {
            tokio::spawn(async move { drop(in_a_task) }).await.unwrap();
        });
        let fh = client(&server.url());
        let call = fh.system().status();
        drop(fh);
        // The call has the last copy of its client.
        thread::spawn(move || call.send_blocking()).join().unwrap().unwrap();
    }
}

/// Says when it is dropped.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Transport for Counted {
    fn send(&self, _: Request<RequestBody>) -> SendFuture<'_> {
        panic!("a transport that is broken")
    }
}

#[test]
fn a_panic_of_the_transport_continues_on_the_calling_thread() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let transport = Counted(Arc::clone(&dropped));
    let fh = builder("https://flighthub.example.com").transport(transport).build().unwrap();
    for _ in 0..2 {
        let call = fh.system().status();
        let panic = thread::spawn(move || call.send_blocking()).join().unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a transport that is broken"));
    }
    // The client goes on, and leaves nothing behind.
    drop::<Client>(fh);
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

/// An operation whose arguments and output belong to one thread.
struct OfThisThread(Rc<Cell<u32>>);

impl Operation for OfThisThread {
    type Scope = scope::Organization<Client>;
    type Output = Rc<str>;
    const INFO: &'static OperationInfo = flighthub2::OPERATIONS[0];

    fn write(&self, _: &mut RequestParts) {
        self.0.set(self.0.get() + 1);
    }

    fn read(body: ResponseBody<'_>) -> Result<Rc<str>, ReadError> {
        Ok(body.text()?.into())
    }
}

#[test]
fn an_operation_need_not_be_send() {
    let server = Server::start(|_| success());
    let fh = client(&server.url());
    let written = Rc::new(Cell::new(0));
    let output = Call::new(&fh, OfThisThread(Rc::clone(&written))).send_blocking().unwrap();
    assert_eq!((&*output, written.get()), (r#"{"code":0,"message":""}"#, 1));
}
