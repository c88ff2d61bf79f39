//! How often a call asks for memory, beside the same request and decoding by bare `reqwest`. The figures are the same in
//! every run.
//!
//!     cargo bench -p flighthub2-tests --bench allocations

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops and says why"
)]

mod common;

use std::alloc::System;
use std::env;
use std::future::Future;

use flighthub2::{Client, Risk, Token};
use stats_alloc::{INSTRUMENTED_SYSTEM, Stats, StatsAlloc};

use common::{Server, TOKEN, is_server, serve, with_client, with_reqwest};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CALLS: usize = 1_000;

/// Allocations and bytes of one call, after some that open connections and fill caches.
async fn counted<F: Future<Output = ()>>(call: impl Fn() -> F) -> (f64, f64) {
    for _ in 0..50 {
        call().await;
    }
    let before = ALLOCATOR.stats();
    for _ in 0..CALLS {
        call().await;
    }
    let made = ALLOCATOR.stats() - before;
    // A block that grows counts once more, with the bytes that it grows by.
    let Stats { allocations, reallocations, bytes_allocated, .. } = made;
    let each = |count: usize| count as f64 / CALLS as f64;
    (each(allocations + reallocations), each(bytes_allocated))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if is_server() {
        return serve().await;
    }
    // `cargo test --benches` asks whether it runs at all, not for figures.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let server = Server::start();
    let token = Token::new(TOKEN).unwrap();
    let fh = Client::builder().base_url(&server.url).token(token).max_risk(Risk::Read).build().unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (client, client_bytes) = counted(|| with_client(fh.clone())).await;
    let (bare, bare_bytes) = counted(|| with_reqwest(http.clone(), server.url.clone())).await;
    println!(
        "one call, 1 KB: {client:.1} allocations of {client_bytes:.0} bytes; reqwest {bare:.1} of {bare_bytes:.0} bytes (ratio {:.2})",
        client / bare
    );
}
