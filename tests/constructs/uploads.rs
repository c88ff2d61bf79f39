//! Bodies and parts that are streams: what arrives over a socket, also when a call is sent again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use flighthub2::codegen::{Binary, RequestParts, Style, ValueStyle};
use flighthub2::transport::{Bytes, RequestBody};
use flighthub2::{Delivery, Error, ErrorKind};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::fixtures::any_call::types::Upload;
use flighthub2_tests::fixtures::raw::default::PutPicture;
use flighthub2_tests::fixtures::{any_call, raw};
use flighthub2_tests::server::{Server, http_response};

fn done() -> Vec<u8> {
    http_response("200 OK", "application/json", r#"{"size":1}"#)
}

fn client(server: &Server) -> raw::Client {
    raw::Client::builder().base_url(server.url()).clock(Instantly::new()).build().unwrap()
}

/// A file that is longer than a chunk, in a folder of its own.
struct TestFile {
    /// Removed with this value.
    folder: tempfile::TempDir,
    path: PathBuf,
    content: Vec<u8>,
}

fn file(name: &str) -> TestFile {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..200_000_u32).flat_map(|number| number.to_le_bytes()).collect();
    let path = folder.path().join(name);
    std::fs::write(&path, &content).unwrap();
    TestFile { folder, path, content }
}

/// A stream of three parts.
struct Three(u8);

impl http_body::Body for Three {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        if self.0 == 3 {
            return Poll::Ready(None);
        }
        self.0 += 1;
        Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(b"part ")))))
    }
}

fn three(length: impl Into<Option<u64>>) -> Binary {
    Binary::from_stream(length, || RequestBody::stream(Three(0)))
}

async fn put(client: &raw::Client, body: Binary) -> Result<(), Error> {
    let call = client.default().put_picture("a").map_operation(|it| it.body(body));
    call.max_attempts(1).send().await.map(|_| ())
}

#[tokio::test]
async fn a_file_is_a_body() {
    let server = Server::start(|_| done());
    let file = file("body.png");
    put(&client(&server), Binary::from_file(&file.path).unwrap()).await.unwrap();
    let request = server.take_requests().remove(0);
    assert_eq!((request.header("content-type"), request.header("content-length")), (Some("image/png"), Some("800000")));
    assert!(request.body == file.content, "{} bytes", request.body.len());
}

#[tokio::test]
async fn a_stream_without_a_length_is_sent_in_chunks() {
    let server = Server::start(|_| done());
    put(&client(&server), three(None).with_media_type("image/webp")).await.unwrap();
    put(&client(&server), three(15)).await.unwrap();
    let requests = server.take_requests();
    assert_eq!(
        (requests[0].header("transfer-encoding"), requests[0].header("content-length")),
        (Some("chunked"), None)
    );
    assert_eq!(requests[0].header("content-type"), Some("image/webp"));
    assert_eq!(requests[1].header("content-length"), Some("15"));
    assert!(requests.iter().all(|request| request.body == b"part part part "));
}

#[tokio::test]
async fn a_stream_is_opened_again_for_each_attempt() {
    let tries = AtomicUsize::new(0);
    let server = Server::start(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\n\r\n".to_vec(),
        _ => done(),
    });
    let file = file("again.png");
    let call = client(&server).default().put_picture("a");
    call.map_operation(|it| it.body(Binary::from_file(&file.path).unwrap())).send().await.unwrap();
    let requests = server.take_requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == file.content));
}

#[tokio::test]
async fn streams_are_parts_next_to_others() {
    let server = Server::start(|_| http_response("200 OK", "text/plain", ""));
    let client = any_call::Client::builder().base_url(server.url()).clock(Instantly::new()).build().unwrap();
    let file = file("part \"1\".png");
    let more = vec![three(15).with_file_name("b"), Binary::from("in memory"), three(15).with_media_type("text/csv")];
    let upload = Upload::new(Binary::from_file(&file.path).unwrap()).more(more).notes("n");
    let call = client.default().send_parts(upload);
    let dry = call.dry_run().unwrap().body.unwrap();
    assert!(dry.contains("\r\n\r\n(stream of 800000 bytes)\r\n--"), "{dry}");
    let sending = call.send().await;
    let request = server.take_requests().remove(0);
    drop(sending);
    let boundary = request.header("content-type").unwrap().split_once("boundary=").unwrap().1.to_owned();
    let part = |head: &str, bytes: &[u8]| {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let expected = [
        part("name=\"picture\"; filename=\"part %221%22.png\"\r\nContent-Type: image/png", &file.content),
        part("name=\"more\"; filename=\"b\"\r\nContent-Type: application/octet-stream", b"part part part "),
        part("name=\"more\"; filename=\"more\"\r\nContent-Type: application/octet-stream", b"in memory"),
        part("name=\"more\"; filename=\"more\"\r\nContent-Type: text/csv", b"part part part "),
        part("name=\"notes\"\r\nContent-Type: text/plain; charset=utf-8", b"n"),
        format!("--{boundary}--\r\n").into_bytes(),
    ]
    .concat();
    assert!(request.body == expected, "{}", String::from_utf8_lossy(&request.body[request.body.len() - 700..]));
    assert_eq!(request.header("content-length"), Some(&*expected.len().to_string()));
}

/// The service must not take the beginning for the whole.
#[tokio::test]
async fn a_stream_of_another_length_is_an_error() {
    let server = Server::start(|_| done());
    let [shrinks, grows, removed] = ["shrinks.png", "grows.png", "removed.png"].map(file);
    let [shrunk, grown, gone] = [&shrinks, &grows, &removed].map(|file| Binary::from_file(&file.path).unwrap());
    std::fs::write(&shrinks.path, "short").unwrap();
    std::fs::write(&grows.path, [&*grows.content, b"more"].concat()).unwrap();
    std::fs::remove_file(&removed.path).unwrap();
    for body in [three(14), three(16), shrunk, gone] {
        let error = put(&client(&server), body).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent), "{error}");
    }
    // Another server: the first one may still read what has arrived of the others.
    let server = Server::start(|_| done());
    put(&client(&server), grown).await.unwrap();
    assert!(server.take_requests().remove(0).body == grows.content);
}

#[test]
fn a_stream_can_be_sent_without_async() {
    let server = Server::start(|_| done());
    let file = file("blocking.png");
    let call = client(&server).default().put_picture("a");
    call.map_operation(|it| it.body(Binary::from_file(&file.path).unwrap())).send_blocking().unwrap();
    assert!(server.take_requests().remove(0).body == file.content);
}

#[test]
fn a_stream_is_refused_where_it_cannot_be_sent() {
    let file = file("file.png");
    let folder = file.folder.path();
    assert_eq!(Binary::from_file(folder).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    assert_eq!(Binary::from_file(folder.join("nothing here")).unwrap_err().kind(), std::io::ErrorKind::NotFound);
    let stream = three(15);
    assert_eq!((stream.as_bytes(), format!("{stream:?}")), (None, "Binary(stream of 15 bytes)".to_owned()));
    assert_eq!(stream.clone(), stream);
    assert_ne!(stream, three(15));
    assert_eq!(stream.clone().into_bytes(), Err(stream.clone()));
    for error in [
        serde_json::to_string(&stream).unwrap_err(),
        serde_json::to_string(&PutPicture::new("a").body(stream.clone())).unwrap_err(),
        serde_json::to_string(&Upload::new(stream.clone())).unwrap_err(),
    ] {
        assert!(error.to_string().contains("a stream"), "{error}");
    }
    let upload = Upload::new(stream);
    let problem = |write: &dyn Fn(&mut RequestParts)| {
        let mut parts = RequestParts::new("/");
        write(&mut parts);
        parts.problem().unwrap().to_owned()
    };
    let nested = BTreeMap::from([("file", &upload)]);
    for problem in [
        problem(&|parts| parts.body(&upload)),
        problem(&|parts| parts.form(&upload)),
        problem(&|parts| parts.multipart(&nested, "multipart/form-data", &[])),
        problem(&|parts| parts.query_value("q", &upload, ValueStyle::new(Style::Form, true))),
    ] {
        assert!(problem.contains("a stream"), "{problem}");
    }
}
