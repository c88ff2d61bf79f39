//! How much memory files take on their way: the same for every size.
//!
//! Every allocation of this process is counted, so it has one test only.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::fs::File;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use flighthub2::ErrorKind;
use flighthub2::codegen::Binary;
use flighthub2::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport, TransportError};
use flighthub2::workflows::ReconstructionLimits;
use flighthub2_tests::client::builder;
use flighthub2_tests::fixtures::{any_call, raw};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt as _;
use md5::Digest as _;
use peak_alloc::PeakAlloc;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const LENGTH: usize = 48 << 20;
/// More than two chunks of a file and a buffer for writing, and less than a tenth of the file.
const MOST: usize = 4 << 20;

/// A store that keeps nothing.
#[derive(Debug)]
struct Nothing;

impl Transport for Nothing {
    fn send(&self, request: Request<RequestBody>) -> SendFuture<'_> {
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let (head, mut body) = request.into_parts();
            let mut hash = md5::Md5::new();
            while let Some(frame) = body.frame().await {
                hash.update(frame.map_err(TransportError::maybe_sent)?.data_ref().unwrap());
            }
            if head.method == "PUT" {
                let etag: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                return Ok(Response::builder()
                    .header("etag", format!("\"{etag}\""))
                    .body(Bytes::new().into())
                    .unwrap());
            }
            if head.uri.host() == Some("objects.example.com") {
                return Ok(Response::new(Body::new(Zeros(LENGTH))));
            }
            let data = match path.rsplit('/').next().unwrap() {
                "obtain_token" => json!({
                    "cloud_name": "ali", "access_key_id": "KEYID", "secret_access_key": "SECRETKEY",
                    "session_token": "SESSIONTOKEN", "region": "eu-central-1", "cloud_bucket_name": "example-bucket",
                    "callback_param": "param", "store_path": "fh/tmp/batch/{fileName}", "end_point": "https://oss.example.com",
                }),
                "upload_callback" => json!({"resource_uuid": "batch", "upload_count": 1}),
                _ => json!({"resource_uuid": "batch", "status": 1}),
            };
            let text = json!({"code": 0, "message": "", "data": data}).to_string();
            Ok(Response::new(Bytes::from(text).into()))
        })
    }
}

/// So many zeros, in parts as from a network.
struct Zeros(usize);

impl http_body::Body for Zeros {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        static PART: [u8; 16 << 10] = [0; 16 << 10];
        let length = self.0.min(PART.len());
        self.0 -= length;
        Poll::Ready((length > 0).then(|| Ok(Frame::data(Bytes::from_static(&PART[..length])))))
    }
}

#[tokio::test]
async fn memory_is_independent_of_file_size() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("large.jpeg");
    File::create(&picture).unwrap().set_len(LENGTH as u64).unwrap();
    let fh = builder("https://flighthub.example.com").transport(Nothing).build().unwrap();
    assert!(Zeros(1).size_hint().exact().is_none());
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();

    let limits = ReconstructionLimits { import: Duration::from_secs(60), models: Duration::from_secs(60) };
    fh.workflows().reconstruct([&picture], folder.path().join("journal")).run(limits).await.unwrap();
    let uploaded = ALLOCATOR.peak_usage() - before;
    assert!(uploaded < MOST, "{uploaded} bytes were held to upload {LENGTH}");

    let target = folder.path().join("copy");
    let done = fh.workflows().download("https://objects.example.com/a", target).run().await.unwrap();
    assert_eq!(done.bytes, LENGTH as u64);
    let downloaded = ALLOCATOR.peak_usage() - before;
    assert!(downloaded < MOST, "{downloaded} bytes were held to download {LENGTH}");
    println!("{LENGTH} bytes: at most {uploaded} were held to upload them, {downloaded} in all");

    // Clients of third-party documents: a part of a multipart body, and a response that is read in parts.
    let client = any_call::Client::builder().base_url("https://any.example.com").transport(Nothing).build().unwrap();
    let upload = any_call::types::Upload::new(Binary::from_file(&picture).unwrap()).notes("n");
    // The store responds when it has the whole body, and with JSON of another operation.
    let error = client.default().send_parts(upload).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    let client = raw::Client::builder().base_url("https://objects.example.com").transport(Nothing).build().unwrap();
    let mut response = client.default().get_picture("a").send_streaming().await.unwrap();
    let mut received = 0;
    while let Some(part) = response.next().await {
        received += part.unwrap().len();
    }
    assert_eq!(received, LENGTH);
    let streamed = ALLOCATOR.peak_usage() - before;
    assert!(streamed < MOST, "{streamed} bytes were held to send and receive {LENGTH}");
}
