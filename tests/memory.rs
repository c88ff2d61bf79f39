//! How much memory reading takes: bounded by the response, whatever is in it.
//!
//! Every allocation of this process is counted, so it has one test only.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use flighthub2::transport::{Body, Bytes, Response};
use flighthub2_tests::client::{PROJECT, builder};
use flighthub2_tests::scripted::Scripted;
use flighthub2_tests::vectors;
use peak_alloc::PeakAlloc;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A list of media as long as the service makes them.
fn media(count: usize) -> Bytes {
    let item = vectors::responses()["listFlightTaskMedia"]["data"]["list"][0].clone();
    Bytes::from(json!({"code": 0, "message": "", "data": {"list": vec![item; count]}}).to_string())
}

#[tokio::test]
async fn memory_is_proportional_to_the_list() {
    const TASK: &str = "d15ea5e0-1111-4222-8333-444455556666";
    let over = |response: Bytes| {
        let transport = Scripted::new(move |_| Ok(Response::new(Body::from(response.clone()))));
        builder("https://flighthub.example.com").transport(transport)
    };
    let too_long = over(Bytes::from(vec![b' '; 1 << 20])).max_response_bytes(1000).build().unwrap();
    let response = media(10_000);
    let length = response.len();
    let site = over(response).build().unwrap().project(PROJECT);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();

    too_long.projects().list().send().await.unwrap_err();
    let peak = ALLOCATOR.peak_usage() - before;
    assert!(peak < 100_000, "{peak} bytes were held of a response that is too long");

    let list = site.flight_tasks().list_media(TASK).send().await.unwrap().list;
    let (peak, kept) = (ALLOCATOR.peak_usage() - before, ALLOCATOR.current_usage() - before);
    assert_eq!(list.len(), 10_000);
    // The body once, and what was read from it. A second tree of values would take several times as much.
    let (peak, kept) = (peak as f64 / length as f64, kept as f64 / length as f64);
    println!("{length} bytes: at most {peak:.2} times as much was held, {kept:.2} times afterwards");
    assert!(peak < 4.0 && kept < 2.5, "{peak} {kept}");
    drop(list);
    let left = ALLOCATOR.current_usage().saturating_sub(before);
    assert!(left < 100_000, "{left} bytes are kept after the response is gone");
}
