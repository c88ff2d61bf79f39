//! A service and an object store without a network: a function that sees each request with its whole body.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use flighthub2::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport, TransportError};
use flighthub2::{Client, ClientBuilder, Token};
use flighthub2_tests::clock::Instantly;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;

/// A request that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) sensitive: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the function replies.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    parts: Vec<Result<Bytes, &'static str>>,
    lost: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let bytes = Bytes::from(body.into());
        // In several parts, as from a network.
        let parts = bytes.chunks(10_000).map(|chunk| Ok(bytes.slice_ref(chunk))).collect();
        Self { status, headers: Vec::new(), parts, lost: false }
    }

    /// A success of the service.
    pub(crate) fn data(data: serde_json::Value) -> Self {
        Self::new(200, serde_json::json!({"code": 0, "message": "", "data": data}).to_string())
    }

    /// A failure of the store.
    pub(crate) fn store_error(status: u16, code: &str) -> Self {
        Self::new(status, format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>m</Message></Error>"))
    }

    /// No response: the connection breaks after the request was sent.
    pub(crate) fn lost() -> Self {
        Self { lost: true, ..Self::new(200, "") }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Breaks off after so many bytes of the body.
    pub(crate) fn broken_after(mut self, bytes: usize) -> Self {
        let mut left = bytes;
        let mut parts = Vec::new();
        for part in self.parts.into_iter().flatten() {
            let taken = part.len().min(left);
            left -= taken;
            parts.push(Ok(part.slice(..taken)));
        }
        parts.push(Err("broken"));
        self.parts = parts;
        self
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The transport.
#[derive(Clone)]
pub(crate) struct Fake {
    handler: Arc<Handler>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    pub(crate) fn new(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self { handler: Arc::new(handler), seen: Arc::default() }
    }

    /// A client whose waits take no time.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let token = Token::new("PLACEHOLDER-TOKEN").unwrap();
        let builder = Client::builder().base_url("https://flighthub.example.com").token(token);
        builder.transport(self.clone()).clock(Instantly::new()).max_risk(flighthub2::Risk::Physical)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// The requests so far, each as `GET host/path`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(|seen| format!("{} {}{}", seen.method, seen.host, seen.path)).collect()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Transport for Fake {
    fn send(&self, request: Request<RequestBody>) -> SendFuture<'_> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(TransportError::maybe_sent)?.to_bytes().to_vec();
            // A real network is never ready at once.
            tokio::task::yield_now().await;
            let headers = || head.headers.iter();
            let seen = Seen {
                method: head.method.to_string(),
                host: head.uri.authority().unwrap().to_string(),
                path: head.uri.path().to_owned(),
                query: head.uri.query().unwrap_or_default().to_owned(),
                headers: headers()
                    .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                    .collect(),
                sensitive: headers()
                    .filter(|(_, value)| value.is_sensitive())
                    .map(|(name, _)| name.to_string())
                    .collect(),
                body,
            };
            let reply = (self.handler)(&seen);
            // Errors of this transport contain the whole request, as those of a careless HTTP library do.
            let request = format!("{} {} {:?}", head.method, head.uri, seen.headers);
            self.seen.lock().unwrap().push(seen);
            if reply.lost {
                return Err(TransportError::maybe_sent(format!("the connection broke: {request}")));
            }
            let mut response = Response::builder().status(reply.status);
            for (name, value) in reply.headers {
                response = response.header(name, value);
            }
            Ok(response.body(Body::new(Parts(reply.parts.into_iter(), request))).unwrap())
        })
    }
}

/// Parts of a body, and the request that errors contain.
struct Parts(std::vec::IntoIter<Result<Bytes, &'static str>>, String);

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let part = self.0.next();
        let broken = |problem| TransportError::maybe_sent(format!("{problem}: {}", self.1));
        Poll::Ready(part.map(|part| part.map(Frame::data).map_err(broken)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// Polls a future so many times and drops it; its output if it was done before.
pub(crate) async fn poll_times<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// The names in a folder, in order.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Everything that an error shows: its line, its `Debug`, and the same of its causes.
pub(crate) fn all_of(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error}\n{error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    text
}

/// Bytes that are not the same anywhere.
pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..length as u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).take(length).collect()
}

/// Lets threads finish what a dropped future began.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}
