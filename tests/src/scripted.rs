//! A transport without a network: it responds as scripted, and records the requests.

use std::fmt;
use std::future;
use std::sync::{Arc, Mutex, PoisonError};

use flighthub2::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport, TransportError};

type Reply = dyn Fn(&Request<Bytes>) -> Result<Response<Body>, TransportError> + Send + Sync;

/// The transport.
#[derive(Clone)]
pub struct Scripted {
    reply: Arc<Reply>,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

impl Scripted {
    /// A transport that replies by a function.
    pub fn new(
        reply: impl Fn(&Request<Bytes>) -> Result<Response<Body>, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self { reply: Arc::new(reply), requests: Arc::default() }
    }

    /// What was asked since the last time, in order.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport for Scripted {
    fn send(&self, request: Request<RequestBody>) -> SendFuture<'_> {
        let (head, body) = request.into_parts();
        let Ok(bytes) = body.into_bytes() else {
            return Box::pin(future::ready(Err(TransportError::not_sent("this transport sends no streams"))));
        };
        let request = Request::from_parts(head, bytes);
        let reply = (self.reply)(&request);
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        Box::pin(future::ready(reply))
    }
}
