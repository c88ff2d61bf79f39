//! Responses that are read in parts, over a socket.

use std::future::Future as _;
use std::task::{Context, Poll};
use std::time::Duration;

use flighthub2::transport::{Body, Bytes, Response, TransportError};
use flighthub2::{Delivery, ErrorKind};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::fixtures::raw;
use flighthub2_tests::fixtures::raw::types::GetPictureAccept;
use flighthub2_tests::scripted::Scripted;
use flighthub2_tests::server::{Server, http_response};

fn builder(server: &Server) -> raw::ClientBuilder {
    raw::Client::builder().base_url(server.url()).clock(Instantly::new())
}

/// Content that is larger than a response in memory may be.
fn large() -> Vec<u8> {
    (0..4_000_000_u32).flat_map(|number| number.to_le_bytes()).collect()
}

#[tokio::test]
async fn content_is_read_in_parts_without_a_limit_of_size() {
    let server = Server::start(|_| http_response("200 OK", "image/jpeg", large()));
    let client = builder(&server).max_response_bytes(1_000).build().unwrap();
    let picture = || client.default().get_picture("a");
    assert_eq!(picture().send().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    let mut response =
        picture().map_operation(|it| it.accept(GetPictureAccept::ImageJpeg)).send_streaming().await.unwrap();
    assert_eq!((response.status(), response.content_type()), (200, Some("image/jpeg")));
    assert_eq!(
        (response.content_length(), response.headers().get("content-type").as_deref()),
        (Some(16_000_000), Some("image/jpeg"))
    );
    assert!(format!("{response:?}").starts_with("StreamedResponse { operation: \"getPicture\", status: 200"));
    let (mut content, mut parts) = (Vec::new(), 0);
    while let Some(part) = response.next().await {
        content.extend_from_slice(&part.unwrap());
        parts += 1;
    }
    assert!(content == large() && parts > 1, "{} bytes in {parts} parts", content.len());
    assert!(response.next().await.is_none());
    assert_eq!(server.take_requests()[1].header("accept"), Some("image/jpeg"));
}

#[test]
fn content_can_be_read_without_async() {
    let server = Server::start(|_| http_response("200 OK", "image/png", large()));
    let client = builder(&server).build().unwrap();
    let mut response = client.default().get_picture("a").send_streaming_blocking().unwrap();
    let mut bytes = 0;
    while let Some(part) = response.next_blocking() {
        bytes += part.unwrap().len();
    }
    assert_eq!(bytes, 16_000_000);
    assert!(response.next_blocking().is_none());
    // Without a runtime the other method is refused, and reads nothing.
    let mut response = client.default().get_picture("a").send_streaming_blocking().unwrap();
    let mut context = Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Some(Err(error))) = std::pin::pin!(response.next()).poll(&mut context) else { panic!() };
    assert!(error.to_string().contains("no tokio runtime runs here"), "{error}");
    assert!(response.next_blocking().unwrap().is_ok());
}

#[tokio::test]
async fn content_is_a_stream() {
    use std::pin::Pin;
    let server = Server::start(|_| http_response("200 OK", "text/plain", "a note"));
    let client = builder(&server).build().unwrap();
    let mut stream = client.default().get_note().send_streaming().await.unwrap().into_stream();
    let mut text = Vec::new();
    while let Some(part) =
        std::future::poll_fn(|context| futures_core::Stream::poll_next(Pin::new(&mut stream), context)).await
    {
        text.extend_from_slice(&part.unwrap());
    }
    assert_eq!(text, b"a note");
}

#[tokio::test]
async fn a_failure_is_an_error_before_any_content() {
    let server = Server::start(|_| http_response("404 Not Found", "text/plain", "no such picture"));
    let client = builder(&server).max_attempts(3).build().unwrap();
    let error = client.default().get_picture("a").send_streaming().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Status, Some(404), 1), "{error}");
    assert!(error.to_string().contains("no such picture"), "{error}");
    // A read is retried until its content begins.
    let server = Server::start(|_| http_response("503 Service Unavailable", "text/plain", ""));
    let client = builder(&server).max_attempts(3).build().unwrap();
    let error = client.default().get_picture("a").send_streaming().await.unwrap_err();
    assert_eq!((error.attempts(), server.take_requests().len()), (3, 3), "{error}");
    let server = Server::start(|_| b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\na".to_vec());
    let error = builder(&server).build().unwrap().default().get_picture("a").send_streaming().await.unwrap_err();
    assert!(error.to_string().contains("the response is compressed (br), which was not asked for"), "{error}");
}

#[tokio::test]
async fn content_that_breaks_off_is_an_error_and_is_not_requested_again() {
    let broken = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\nabc".to_vec();
    let server = Server::start(move |_| broken.clone());
    let client = builder(&server).build().unwrap();
    let mut response = client.default().get_picture("a").send_streaming().await.unwrap();
    assert_eq!(response.next().await.unwrap().unwrap(), "abc");
    let error = response.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.status()),
        (ErrorKind::Transport, Delivery::MaybeSent, Some(200))
    );
    assert_eq!((error.operation().unwrap().id, error.attempts()), ("getPicture", 1));
    assert!(response.next().await.is_none());
    assert_eq!(server.take_requests().len(), 1);
}

/// Two parts at a distance, and then nothing.
struct Stalling(u32, Option<std::pin::Pin<Box<tokio::time::Sleep>>>);

impl http_body::Body for Stalling {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        if self.0 == 2 {
            return Poll::Pending;
        }
        let wait = self.1.get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_secs(30))));
        std::task::ready!(wait.as_mut().poll(context));
        (self.0, self.1) = (self.0 + 1, None);
        Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(b"part")))))
    }
}

#[tokio::test(start_paused = true)]
async fn each_part_has_the_time_of_an_attempt_and_the_whole_has_no_limit() {
    let transport = Scripted::new(|_| Ok(Response::builder().status(200).body(Body::new(Stalling(0, None))).unwrap()));
    let client = raw::Client::builder().base_url("https://raw.example").transport(transport);
    let client = client.timeout(Duration::from_secs(50)).build().unwrap();
    let started = tokio::time::Instant::now();
    let mut response = client.default().get_note().send_streaming().await.unwrap();
    for _ in 0..2 {
        assert_eq!(response.next().await.unwrap().unwrap(), "part");
    }
    let error = response.next().await.unwrap().unwrap_err();
    // 30 seconds for each part, and the limit of an attempt.
    assert_eq!(started.elapsed().as_secs(), 30 + 30 + 40);
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, Some(200)), "{error}");
    assert!(response.next().await.is_none());
}
