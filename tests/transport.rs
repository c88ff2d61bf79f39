//! How requests travel: other transports than the one that is built in, and what the built-in one keeps to.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::future::{self, Future};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use flighthub2::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport, TransportError};
use flighthub2::{Client, ClientBuilder, Delivery, ErrorKind, Idempotency, Risk};
use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, TOKEN, builder, client};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::log::everything_shown;
use flighthub2_tests::scripted::Scripted;
use flighthub2_tests::server::{Server, http_response, json};
use flighthub2_tests::vectors::{self, normalized};
use http_body::Frame;
use tokio::net::{TcpSocket, TcpStream};

fn over(transport: impl Transport + 'static) -> ClientBuilder {
    builder("https://flighthub.example.com/prefix").transport(transport)
}

#[tokio::test]
async fn every_call_uses_the_configured_transport() {
    let responses = vectors::responses();
    for example in examples() {
        let text = responses[example.name].to_string();
        let transport = Scripted::new(move |_| Ok(Response::new(Body::from(Bytes::from(text.clone())))));
        let fh = over(transport.clone()).build().unwrap();
        let output = example.send(&fh, &fh.project(PROJECT)).await.unwrap();
        if !output.is_null() {
            assert_eq!(normalized(&output), normalized(&responses[example.name]["data"]), "{}", example.name);
        }
        let requests = transport.take_requests();
        let [request] = requests.as_slice() else { panic!("{}: {} requests", example.name, requests.len()) };
        assert_eq!(request.method(), example.info.method);
        assert!(request.uri().to_string().starts_with("https://flighthub.example.com/prefix/openapi/v0.1/"));
        let token = &request.headers()["X-User-Token"];
        assert!(token.is_sensitive() && token == TOKEN);
        assert!(!format!("{request:?}").contains(TOKEN));
    }
}

#[tokio::test]
async fn errors_report_the_delivery_known_to_the_transport() {
    let unsent = || TransportError::not_sent("no way");
    let lost = || TransportError::maybe_sent("no more");
    type Failing = Box<dyn Fn() -> TransportError + Send + Sync>;
    let cases: Vec<(Failing, ErrorKind, Delivery)> = vec![
        (Box::new(unsent), ErrorKind::Connection, Delivery::NotSent),
        (Box::new(move || unsent().timed_out()), ErrorKind::Timeout, Delivery::NotSent),
        (Box::new(lost), ErrorKind::Transport, Delivery::MaybeSent),
        (Box::new(move || lost().timed_out()), ErrorKind::Timeout, Delivery::MaybeSent),
    ];
    for (failure, kind, delivery) in cases {
        let transport = Scripted::new(move |_| Err(failure()));
        for example in examples() {
            let fh = over(transport.clone()).max_attempts(2).clock(Instantly::new()).build().unwrap();
            let error = example.send(&fh, &fh.project(PROJECT)).await.unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{error}");
            assert!(std::error::Error::source(&error).is_some_and(|source| source.to_string().starts_with("no ")));
            let physical = example.info.risk == Risk::Physical;
            let again =
                !physical && (delivery == Delivery::NotSent || example.info.idempotency != Idempotency::NonIdempotent);
            assert_eq!(transport.take_requests().len(), if again { 2 } else { 1 }, "{error}");
        }
    }
}

/// An error that contains the request, as that of a careless HTTP library does.
#[derive(Debug)]
#[expect(dead_code, reason = "only `Debug` reads the bytes")]
struct Careless {
    request: String,
    bytes: Vec<u8>,
    cause: io::Error,
}

impl Careless {
    fn new(request: &Request<Bytes>) -> Self {
        let headers = request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let request = format!("{} {}", request.uri(), headers.collect::<Vec<_>>().join("; "));
        assert!(request.contains(TOKEN));
        let cause = io::Error::other(format!("?token={}", TOKEN.replace('_', "%5F")));
        Self { bytes: request.clone().into_bytes(), cause, request }
    }
}

impl std::fmt::Display for Careless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot send {}", self.request)
    }
}

impl std::error::Error for Careless {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

#[tokio::test]
async fn no_error_shows_the_token_that_a_transport_wrote_into_its_own() {
    /// Where the body of the response breaks off.
    struct Broken(Option<TransportError>);
    impl http_body::Body for Broken {
        type Data = Bytes;
        type Error = TransportError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
            Poll::Ready(self.0.take().map(Err))
        }
    }
    type Reply = fn(&Request<Bytes>) -> Result<Response<Body>, TransportError>;
    let replies: [Reply; 4] = [
        |request| Err(TransportError::not_sent(Careless::new(request))),
        |request| Err(TransportError::maybe_sent(Careless::new(request)).timed_out()),
        // One error within another.
        |request| Err(TransportError::maybe_sent(TransportError::maybe_sent(Careless::new(request)))),
        |request| {
            let broken = TransportError::maybe_sent(Careless::new(request));
            Ok(Response::new(Body::new(Broken(Some(broken)))))
        },
    ];
    let decimal = format!("{:?}", TOKEN.as_bytes());
    let hidden = [TOKEN.to_owned(), TOKEN.replace('_', "%5F"), decimal.trim_matches(['[', ']']).to_owned()];
    for reply in replies {
        let fh = over(Scripted::new(reply)).max_attempts(1).build().unwrap();
        let error = fh.projects().list().send().await.unwrap_err();
        let shown = everything_shown(&error);
        for secret in &hidden {
            assert!(!shown.contains(secret.as_str()), "{secret} is shown: {shown}");
        }
        // What is no secret is still there, of each error.
        assert!(shown.contains("cannot send https://flighthub.example.com/prefix/openapi/v0.1/project"), "{shown}");
        assert!(shown.contains("x-user-token: ***") && shown.contains("?token=***"), "{shown}");
    }
}

#[tokio::test]
async fn an_error_of_a_transport_without_a_secret_can_be_downcast() {
    let refused = |_: &Request<Bytes>| Err(TransportError::not_sent(io::Error::from(io::ErrorKind::ConnectionRefused)));
    let fh = over(Scripted::new(refused)).max_attempts(1).build().unwrap();
    let error = fh.projects().list().send().await.unwrap_err();
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<io::Error>());
    assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::ConnectionRefused));
}

#[test]
fn settings_that_would_not_reach_a_transport_are_refused() {
    let client = || over(Scripted::new(|_| Err(TransportError::not_sent("never asked"))));
    assert!(client().build().is_ok());
    for refused in [client().no_proxy(), client().configure_reqwest(|http| http)] {
        let error = refused.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(".transport"), "{error}");
    }
}

/// A response without an end, and a count of how much of it was wanted.
struct Endless(Arc<AtomicUsize>);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 1024])))))
    }
}

#[tokio::test]
async fn the_limits_of_a_call_hold_for_every_transport() {
    let parts = Arc::new(AtomicUsize::new(0));
    let wanted = Arc::clone(&parts);
    let endless = Scripted::new(move |_| Ok(Response::new(Body::new(Endless(Arc::clone(&wanted))))));
    let fh = over(endless).max_response_bytes(10 * 1024).build().unwrap();
    let error = fh.system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidResponse, Delivery::Responded), "{error}");
    assert_eq!(parts.load(Ordering::SeqCst), 11);

    /// Never responses.
    #[derive(Debug)]
    struct Silent;
    impl Transport for Silent {
        fn send(&self, _: Request<RequestBody>) -> SendFuture<'_> {
            Box::pin(future::pending())
        }
    }
    let fh = over(Silent).attempt_timeout(Duration::from_millis(30)).max_attempts(1).build().unwrap();
    let error = fh.system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::MaybeSent), "{error}");
}

/// Names of hosts that nobody knows.
struct NoNames(Arc<AtomicUsize>);

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        self.0.fetch_add(1, Ordering::SeqCst);
        let unknown = io::Error::new(io::ErrorKind::NotFound, "no such host");
        Box::pin(future::ready(Err(unknown.into())))
    }
}

#[tokio::test]
async fn an_unresolvable_host_is_not_sent() {
    let asked = Arc::new(AtomicUsize::new(0));
    let resolver = Arc::new(NoNames(Arc::clone(&asked)));
    let fh = builder("https://flighthub.example.com")
        .no_proxy()
        .configure_reqwest(move |http| http.dns_resolver(Arc::clone(&resolver)))
        .max_attempts(1)
        .build()
        .unwrap();
    for example in examples() {
        let error = example.send(&fh, &fh.project(PROJECT)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent), "{error:?}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), examples().len());
}

/// A port whose queue of connections is full, so that another one is never made.
#[cfg(target_os = "linux")]
async fn full() -> (SocketAddr, Vec<Box<dyn std::any::Any>>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held: Vec<Box<dyn std::any::Any>> = vec![Box::new(listener)];
    while let Ok(made) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        held.push(Box::new(made.unwrap()));
        assert!(held.len() < 100, "the queue is never full");
    }
    (address, held)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connect_timeout_is_not_sent() {
    let (address, _held) = full().await;
    let url = format!("http://{address}");
    let limits: [fn(ClientBuilder) -> ClientBuilder; 4] = [
        |client| client.connect_timeout(Duration::from_millis(50)),
        // Shorter limits leave time to report the reason.
        |client| client.attempt_timeout(Duration::from_millis(400)),
        |client| client.timeout(Duration::from_millis(400)),
        |client| client.read_timeout(Duration::from_millis(400)),
    ];
    for limit in limits {
        let fh = limit(builder(&url)).max_attempts(1).build().unwrap();
        let error = fh.system().status().send().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent), "{error:?}");
    }
}

#[tokio::test]
async fn token_protections_cannot_be_disabled() {
    let elsewhere = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let target = elsewhere.url();
    let server = Server::start(move |_| {
        format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .into_bytes()
    });
    let fh = builder(&server.url())
        .configure_reqwest(|http| http.redirect(reqwest::redirect::Policy::limited(5)).referer(true))
        .build()
        .unwrap();
    let error = fh.system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(307)), "{error}");
    assert_eq!(server.take_requests().len(), 1);
    assert!(elsewhere.take_requests().is_empty());
}

fn compressed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    let body = encoder.finish().unwrap();
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}

#[tokio::test]
async fn the_size_limit_applies_after_decompression() {
    let server = Server::start(|_| compressed(br#"{"code":0,"message":"","data":{"list":null}}"#));
    let fh = client(&server.url());
    assert!(fh.projects().list().send().await.unwrap().list.is_empty());
    assert_eq!(server.take_requests()[0].header("accept-encoding"), Some("gzip"));

    let bomb = compressed(&vec![b' '; 8 << 20]);
    assert!(bomb.len() < 20_000);
    let server = Server::start(move |_| bomb.clone());
    let fh = builder(&server.url()).max_response_bytes(100_000).build().unwrap();
    let error = fh.projects().list().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidResponse, Delivery::Responded), "{error}");
    assert!(error.to_string().contains("longer than 100000 bytes"), "{error}");
}

#[tokio::test]
async fn unrequested_compression_is_reported() {
    let bytes = http_response("200 OK", "application/json\r\ncontent-encoding: br", b"\x0b\x02\x80");
    let server = Server::start(move |_| bytes.clone());
    let error = client(&server.url()).projects().list().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidResponse, Delivery::Responded), "{error}");
    assert!(error.to_string().contains("compressed (br)"), "{error}");
}

#[tokio::test]
async fn an_address_that_is_too_long_is_not_sent() {
    let transport = Scripted::new(|_| Err(TransportError::maybe_sent("never asked")));
    let fh = over(transport.clone()).build().unwrap();
    let error = fh.projects().list().q("x".repeat(100_000)).send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidArgument, Delivery::NotSent), "{error}");
    assert!(transport.take_requests().is_empty());
}

/// Responds when released, and records when its future is dropped.
#[derive(Clone, Debug, Default)]
struct Watched(Arc<AtomicUsize>);

impl Transport for Watched {
    fn send(&self, _: Request<RequestBody>) -> SendFuture<'_> {
        struct Guard(Arc<AtomicUsize>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let guard = Guard(Arc::clone(&self.0));
        Box::pin(async move {
            let _guard = guard;
            future::pending().await
        })
    }
}

#[tokio::test]
async fn a_transport_is_dropped_with_the_last_client() {
    let watched = Watched::default();
    let fh: Client = over(watched.clone()).build().unwrap();
    let copies = Arc::strong_count(&watched.0);
    let mut call = Box::pin(fh.system().status().send());
    let waiting = future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await;
    assert!(waiting);
    assert_eq!(watched.0.load(Ordering::SeqCst), 0);
    drop(call);
    assert_eq!(watched.0.load(Ordering::SeqCst), 1, "a call that is dropped stops its request");
    assert_eq!(Arc::strong_count(&watched.0), copies);
    drop(fh.clone());
    drop(fh);
    assert_eq!(Arc::strong_count(&watched.0), 1);
}
