//! Lists in pages: which pages are requested, and how the list ends.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use flighthub2::types::{Project, ProjectListUsage};
use flighthub2::{Delivery, Error, ErrorKind};
use flighthub2_tests::client::{builder, client};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::server::{Request, Server, http_response, json};
use futures_core::Stream;

fn argument(request: &Request, name: &str) -> Option<usize> {
    request.query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?.parse().ok()
}

/// Projects with these numbers.
fn projects(numbers: impl Iterator<Item = usize>) -> Vec<u8> {
    let project = |number| {
        format!(
            r#"{{"name":"P{number}","introduction":"","uuid":"00000000-0000-4000-8000-{number:012}",
                "org_uuid":"a1b2c3d4-0001-4a00-8b00-00000000c0de","created_at":1745214300,"updated_at":1745218387}}"#
        )
    };
    let list: Vec<String> = numbers.map(project).collect();
    json(format!(r#"{{"code":0,"message":"","data":{{"list":[{}]}}}}"#, list.join(",")))
}

/// The page that a request is for, of so many projects; no page has more than the cap.
fn page(request: &Request, total: usize, cap: usize) -> Vec<u8> {
    let size = argument(request, "page_size").unwrap_or(10).min(cap);
    let first = (argument(request, "page").unwrap_or(1) - 1) * size;
    projects(first.min(total)..(first + size).min(total))
}

fn of(total: usize) -> Server {
    Server::start(move |request| page(request, total, usize::MAX))
}

/// Page and size of each request.
fn requested(server: &Server) -> Vec<(Option<usize>, Option<usize>)> {
    let requests = server.take_requests();
    requests.iter().map(|request| (argument(request, "page"), argument(request, "page_size"))).collect()
}

fn numbers(items: &[Project]) -> Vec<usize> {
    items.iter().map(|project| project.name[1..].parse().unwrap()).collect()
}

#[tokio::test]
async fn all_items_of_all_pages_are_read() {
    let full = |pages: usize, size| (1..=pages).map(|page| (Some(page), Some(size))).collect::<Vec<_>>();
    for (total, size, expected) in [
        (0, Some(3), full(1, 3)),
        (2, Some(3), full(1, 3)),
        // The last page is full, so only the empty one after it shows the end.
        (3, Some(3), full(2, 3)),
        (7, Some(3), full(3, 3)),
        // Without a size of the caller, one is requested that the service is known to accept.
        (250, None, full(3, 100)),
    ] {
        let server = of(total);
        let call = client(&server.url()).projects().list();
        let call = if let Some(size) = size { call.page_size(size) } else { call };
        let items = call.items().collect_at_most(1_000).await.unwrap();
        assert_eq!(numbers(&items), (0..total).collect::<Vec<_>>(), "{total} {size:?}");
        assert_eq!(requested(&server), expected, "{total} {size:?}");
    }
}

#[tokio::test]
async fn a_page_is_the_response_of_one_call() {
    let server = of(5);
    // The client may be gone before its pages are.
    let mut pages = client(&server.url()).projects().list().page_size(2).q("x").pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().list.len());
    }
    assert_eq!(sizes, [2, 2, 1]);
    assert!(pages.next().await.is_none());
    let requests = server.take_requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.query.contains("q=x")), "{requests:?}");
}

#[tokio::test]
async fn pages_start_at_the_requested_page() {
    let server = of(7);
    let mut items = client(&server.url()).projects().list().page(3).page_size(3).items();
    assert_eq!(numbers(&items.collect_at_most(9).await.unwrap()), [6]);
    assert_eq!(requested(&server), [(Some(3), Some(3))]);
}

#[tokio::test]
async fn a_bound_requests_no_unneeded_page() {
    let server = of(9);
    let mut items = client(&server.url()).projects().list().page_size(3).items();
    assert!(items.collect_at_most(0).await.unwrap().is_empty());
    assert_eq!(requested(&server), []);
    assert_eq!(numbers(&items.collect_at_most(3).await.unwrap()), [0, 1, 2]);
    assert_eq!(requested(&server).len(), 1);
    assert_eq!(numbers(&items.collect_at_most(4).await.unwrap()), [3, 4, 5, 6]);
    assert_eq!(requested(&server).len(), 2);
    assert_eq!(numbers(&items.collect_at_most(9).await.unwrap()), [7, 8]);
}

/// A service that does not regard the number of the page would be asked for ever.
#[tokio::test]
async fn a_repeated_page_ends_the_list_with_an_error() {
    for responses in [vec![0, 0], vec![0, 1, 1], vec![0, 1, 0, 1]] {
        let next = AtomicUsize::new(0);
        let expected = responses.len() - usize::from(responses.len() == 4);
        let server = Server::start(move |_| {
            let at = responses[next.fetch_add(1, Ordering::SeqCst).min(responses.len() - 1)];
            projects(at * 2..at * 2 + 2)
        });
        let mut items = client(&server.url()).projects().list().page_size(2).items();
        let error = items.collect_at_most(1_000).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidResponse, Delivery::Responded), "{error}");
        assert!(error.to_string().contains(&format!("page {expected} repeats an earlier page")), "{error}");
        assert!(!error.may_have_taken_effect());
        assert_eq!(error.operation().unwrap().id, "listProjects");
        assert!(items.next().await.is_none());
        assert_eq!(requested(&server).len(), expected);
    }
}

/// A capped page looks like the last one. With a size that is known to be accepted it is; with a larger one the service is
/// asked until a page is empty.
#[tokio::test]
async fn a_size_that_the_service_may_cap_loses_no_item() {
    let server = Server::start(|request| page(request, 120, 50));
    let mut items = client(&server.url()).projects().list().page_size(500).items();
    assert_eq!(items.collect_at_most(1_000).await.unwrap().len(), 120);
    assert_eq!(requested(&server).len(), 4);
}

#[tokio::test]
async fn a_complete_list_is_one_page() {
    let server = Server::start(|_| projects(0..300));
    let call = client(&server.url()).projects().list().usage(ProjectListUsage::Simple);
    assert_eq!(call.items().collect_at_most(1_000).await.unwrap().len(), 300);
    // The caller has set neither, and a complete list has neither.
    assert_eq!(requested(&server), [(None, None)]);
}

#[tokio::test]
async fn a_page_is_retried_like_every_call() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |request| match count.fetch_add(1, Ordering::SeqCst) {
        1 | 3 => http_response("503 Service Unavailable", "text/plain", ""),
        _ => page(request, 5, usize::MAX),
    });
    let clock = Instantly::new();
    let fh = builder(&server.url()).clock(clock.clone()).build().unwrap();
    let items = fh.projects().list().page_size(2).items().collect_at_most(9).await.unwrap();
    assert_eq!(numbers(&items), [0, 1, 2, 3, 4]);
    let pages: Vec<_> = requested(&server).into_iter().map(|(page, _)| page.unwrap()).collect();
    assert_eq!(pages, [1, 2, 2, 3, 3]);
    assert_eq!(clock.waits().len(), 2);
}

#[tokio::test]
async fn a_failed_page_ends_the_list_and_its_number_is_known() {
    let server = Server::start(|request| match argument(request, "page") {
        Some(2) => json(r#"{"code":200401,"message":"m"}"#),
        _ => page(request, 9, usize::MAX),
    });
    let mut pages = client(&server.url()).projects().list().page_size(2).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().list.len(), 2);
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some(200_401)));
    assert!(pages.next().await.is_none());
    assert_eq!(pages.page(), 2);
    assert_eq!(requested(&server).len(), 2);
}

#[tokio::test]
async fn a_dropped_future_loses_no_page() {
    let server = of(3);
    let mut pages = client(&server.url()).projects().list().page_size(2).pages();
    {
        let mut next = Box::pin(pages.next());
        // Polled once, then dropped: the request may have left.
        poll_fn(|context| {
            assert!(next.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    assert_eq!(numbers(&pages.next().await.unwrap().unwrap().list), [0, 1]);
    assert_eq!(numbers(&pages.next().await.unwrap().unwrap().list), [2]);
}

#[tokio::test]
async fn items_and_pages_are_streams() {
    async fn collected<T>(mut stream: impl Stream<Item = Result<T, Error>> + Unpin) -> Vec<T> {
        let mut items = Vec::new();
        while let Some(item) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
            items.push(item.unwrap());
        }
        // After its end it stays there.
        assert!(poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await.is_none());
        items
    }
    let server = of(5);
    let fh = client(&server.url());
    let items = fh.projects().list().page_size(2).items().into_stream();
    assert_eq!(requested(&server), []);
    let items = tokio::spawn(collected(items)).await.unwrap();
    assert_eq!(numbers(&items), [0, 1, 2, 3, 4]);
    let pages = collected(fh.projects().list().page_size(2).pages().into_stream()).await;
    assert_eq!(pages.len(), 3);
}

#[test]
fn pages_can_be_read_blocking() {
    let server = of(5);
    let mut items = client(&server.url()).projects().list().page_size(2).items();
    assert_eq!(numbers(&items.collect_at_most_blocking(3).unwrap()), [0, 1, 2]);
    assert_eq!(requested(&server).len(), 2);
    assert_eq!(numbers(&items.collect_at_most_blocking(9).unwrap()), [3, 4]);
    let mut pages = client(&server.url()).projects().list().page_size(5).pages();
    assert_eq!(pages.next_blocking().unwrap().unwrap().list.len(), 5);
    assert_eq!(pages.next_blocking().unwrap().unwrap().list.len(), 0);
    assert!(pages.next_blocking().is_none());
}
