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

use std::env;
use std::future::Future;

use dhat::{Alloc, HeapStats, Profiler};
use flighthub2::{Client, Risk, Token};

use common::{Server, TOKEN, is_server, serve, with_client, with_reqwest};

#[global_allocator]
static ALLOCATOR: Alloc = Alloc;

const CALLS: u64 = 1_000;

/// Allocations and bytes of one call, after some that open connections and fill caches.
async fn counted<F: Future<Output = ()>>(call: impl Fn() -> F) -> (f64, f64) {
    for _ in 0..50 {
        call().await;
    }
    let before = HeapStats::get();
    for _ in 0..CALLS {
        call().await;
    }
    let after = HeapStats::get();
    let each = |before: u64, after: u64| (after - before) as f64 / CALLS as f64;
    (each(before.total_blocks, after.total_blocks), each(before.total_bytes, after.total_bytes))
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
    let _profiler = Profiler::builder().testing().trim_backtraces(Some(1)).build();
    let (client, client_bytes) = counted(|| with_client(fh.clone())).await;
    let (bare, bare_bytes) = counted(|| with_reqwest(http.clone(), server.url.clone())).await;
    println!(
        "one call, 1 KB: {client:.1} allocations of {client_bytes:.0} bytes; reqwest {bare:.1} of {bare_bytes:.0} bytes (ratio {:.2})",
        client / bare
    );
}
