//! The content of a request body or of a part of one: bytes, or a stream that is opened anew for each attempt.
//!
//! In: contents in their order. Out: one body. This module does not know what the contents mean.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::transport::RequestBody;

/// The error of a body that cannot be sent to its end.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// Opens the same stream any number of times.
#[derive(Clone)]
pub(crate) struct StreamSource {
    pub(crate) length: Option<u64>,
    open: Arc<dyn Fn() -> RequestBody + Send + Sync>,
}

impl StreamSource {
    pub(crate) fn new(length: Option<u64>, open: impl Fn() -> RequestBody + Send + Sync + 'static) -> Self {
        Self { length, open: Arc::new(open) }
    }

    /// What is equal for the copies of a source, and for nothing else.
    fn address(&self) -> *const () {
        Arc::as_ptr(&self.open).cast()
    }
}

impl PartialEq for StreamSource {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for StreamSource {}

impl PartialOrd for StreamSource {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StreamSource {
    fn cmp(&self, other: &Self) -> Ordering {
        self.address().cmp(&other.address())
    }
}

impl Hash for StreamSource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl fmt::Debug for StreamSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            Some(length) => write!(f, "stream of {length} bytes"),
            None => f.write_str("stream"),
        }
    }
}

/// Bytes, or a stream.
#[derive(Clone)]
pub(crate) enum Content {
    Bytes(Bytes),
    Stream(StreamSource),
}

impl Content {
    fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Stream(source) => source.length,
        }
    }
}

/// The contents of a body, in their order.
#[derive(Clone)]
pub(crate) struct Contents(Arc<[Content]>);

impl Contents {
    /// Joins bytes that follow each other.
    pub(crate) fn new(parts: impl IntoIterator<Item = Content>) -> Self {
        let mut joined: Vec<Content> = Vec::new();
        let mut bytes = Vec::new();
        let end = |bytes: &mut Vec<u8>| Content::Bytes(std::mem::take(bytes).into());
        for part in parts {
            match part {
                Content::Bytes(part) => bytes.extend_from_slice(&part),
                stream => {
                    joined.push(end(&mut bytes));
                    joined.push(stream);
                }
            }
        }
        if !bytes.is_empty() || joined.is_empty() {
            joined.push(end(&mut bytes));
        }
        Self(joined.into())
    }

    /// The bytes, if there is no stream.
    pub(crate) fn as_bytes(&self) -> Option<&Bytes> {
        match &*self.0 {
            [Content::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_bytes().is_some_and(Bytes::is_empty)
    }

    /// A body with these contents, for one attempt.
    pub(crate) fn body(&self) -> RequestBody {
        match self.as_bytes() {
            Some(bytes) => bytes.clone().into(),
            None => RequestBody::stream(Joined {
                left: self.0.iter().map(Content::length).sum(),
                contents: Arc::clone(&self.0),
                next: 0,
                current: None,
            }),
        }
    }

    /// As a text, with a remark in the place of each stream.
    pub(crate) fn shown(&self) -> String {
        let shown = |content: &Content| match content {
            Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Content::Stream(source) => format!("({source:?})"),
        };
        self.0.iter().map(shown).collect()
    }
}

impl From<Content> for Contents {
    fn from(content: Content) -> Self {
        Self(Arc::new([content]))
    }
}

impl From<Vec<u8>> for Contents {
    fn from(bytes: Vec<u8>) -> Self {
        Content::Bytes(bytes.into()).into()
    }
}

impl Default for Contents {
    fn default() -> Self {
        Vec::new().into()
    }
}

/// A body of several contents. Each stream has to be as long as was said.
struct Joined {
    contents: Arc<[Content]>,
    next: usize,
    current: Option<Opened>,
    /// `None` if the length of a stream is not known.
    left: Option<u64>,
}

struct Opened {
    body: RequestBody,
    left: Option<u64>,
}

impl Body for Joined {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let data = loop {
            if let Some(opened) = &mut this.current {
                match ready!(Pin::new(&mut opened.body).poll_frame(context)).transpose()? {
                    // Trailers are not a part of the content.
                    Some(frame) => match frame.into_data() {
                        Ok(data) => {
                            let length = data.len() as u64;
                            if opened.left.is_some_and(|left| length > left) {
                                return Poll::Ready(Some(Err("the stream is longer than its length".into())));
                            }
                            opened.left = opened.left.map(|left| left - length);
                            break data;
                        }
                        Err(_) => continue,
                    },
                    None if opened.left.is_some_and(|left| left > 0) => {
                        return Poll::Ready(Some(Err("the stream is shorter than its length".into())));
                    }
                    None => this.current = None,
                }
            }
            let Some(content) = this.contents.get(this.next) else { return Poll::Ready(None) };
            this.next += 1;
            match content {
                Content::Bytes(bytes) => break bytes.clone(),
                Content::Stream(source) => {
                    this.current = Some(Opened { body: (source.open)(), left: source.length });
                }
            }
        };
        this.left = this.left.map(|left| left.saturating_sub(data.len() as u64));
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.next == self.contents.len() && self.current.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
