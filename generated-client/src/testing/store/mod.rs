//! An object store on the loopback interface, to upload to and to download from.
//!
//! In: `PUT` requests that are signed with credentials of the mock server, and `GET` requests for signed addresses. Out:
//! objects, and records of the requests. [`signature`] verifies signatures, [`objects`] keeps contents, [`service`] serves
//! HTTP. Must not know the API.

pub(crate) mod objects;
pub(crate) mod service;
pub(crate) mod signature;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;

use self::objects::{Content, Object};
use self::service::Store;
use super::fault::Plannable;
use super::unknown;

/// The bucket of the object store of a [`MockServer`](super::MockServer): that of the examples.
pub const BUCKET: &str = "example-bucket";

/// Kind of object store: which signatures it verifies and how it spells ETags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreProvider {
    /// Alibaba Cloud OSS, `ali`: signatures V1 and V4, ETags in upper case.
    #[default]
    Ali,
    /// Amazon S3, `aws`: AWS Signature Version 4, ETags in lower case.
    Aws,
    /// MinIO, `minio`: as [`Aws`](Self::Aws).
    Minio,
}

impl StoreProvider {
    /// The name that credentials have for it: `provider` of routes, `cloud_name` of open modeling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ali => "ali",
            Self::Aws => "aws",
            Self::Minio => "minio",
        }
    }
}

impl std::str::FromStr for StoreProvider {
    type Err = io::Error;

    /// # Errors
    /// The name is none of `ali`, `aws` and `minio`.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = [Self::Ali, Self::Aws, Self::Minio];
        known.into_iter().find(|provider| provider.as_str() == name).ok_or_else(|| unknown("object store", name))
    }
}

/// A fault that the object store injects.
///
/// Faults that replace the response ([`SlowDown`](Self::SlowDown), [`ExpiredCredentials`](Self::ExpiredCredentials),
/// [`Refuse`](Self::Refuse)) do so before the body is read, and no object is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// Closes the connection before the request is read. Planned for one method, it closes after the headers.
    CloseBeforeReading,
    /// Closes the connection in the middle of a body: of an upload after the store has read so many bytes, of a download
    /// after it has sent so many. The object of a broken upload is not stored.
    CloseInBody {
        /// Bytes of the body.
        after: u64,
    },
    /// Stores the object and closes the connection without a response.
    CloseAfterReading,
    /// Waits after the headers of the request, before its body is read.
    Delay(Duration),
    /// Responds with HTTP 503 and the code `SlowDown`.
    SlowDown {
        /// The header `Retry-After`: seconds, or an HTTP date.
        retry_after: Option<String>,
    },
    /// Responds as to credentials that have expired: `aws` and `minio` with HTTP 400 and the code `ExpiredToken`, `ali` with
    /// HTTP 403 and the code `SecurityTokenExpired`.
    ExpiredCredentials,
    /// Responds with an error.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// The code of the error, such as `AccessDenied`.
        code: String,
    },
    /// Responds with the ETag of another content.
    WrongETag,
    /// Ignores the header `Range` and responds with the whole object.
    IgnoreRange,
}

impl Plannable for StoreFault {
    fn closes_before_reading(&self) -> bool {
        *self == Self::CloseBeforeReading
    }
}

/// An error of the store, as it responds with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreError {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: &'static str,
}

impl StoreError {
    pub(crate) fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code: Cow::Borrowed(code), message }
    }
}

/// An object of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredObject {
    /// The object key.
    pub key: String,
    /// Bytes.
    pub length: u64,
    /// The ETag in lower case, without quotes: the MD5 of an object that was uploaded, in hexadecimal.
    pub etag: String,
    /// The bytes; `None` of a content that the server generates on demand, and of one that it does not keep: more than
    /// 64 MiB, or the oldest of more than 256 MiB.
    pub content: Option<Bytes>,
}

impl StoredObject {
    fn new(key: &str, object: &Object) -> Self {
        let content = match &object.content {
            Content::Stored(bytes) => Some(bytes.clone()),
            Content::Generated(_) | Content::Dropped => None,
        };
        Self { key: key.to_owned(), length: object.length, etag: object.etag.clone(), content }
    }
}

/// A request to the object store. Printing it shows no secret; its members do.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct StoreRequest {
    /// The method.
    pub method: String,
    /// The object key, if the path names an object of the bucket.
    pub key: Option<String>,
    /// Headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Bytes of the body that the store has read.
    pub body_length: u64,
    /// The HTTP status of the response; `None` if the connection was closed without one.
    pub status: Option<u16>,
    /// The code of the error, if the store responded with one.
    pub error_code: Option<String>,
}

impl StoreRequest {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + size_of::<(String, String)>());
        size_of::<Self>() + self.method.len() + self.key.as_deref().map_or(0, str::len) + headers.sum::<usize>()
    }
}

impl fmt::Debug for StoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |name: &str| name == "authorization" || name.ends_with("-security-token");
        let shown = |(name, value): &(String, String)| {
            (name.clone(), if secret(name) { "***".to_owned() } else { value.clone() })
        };
        f.debug_struct("StoreRequest")
            .field("method", &self.method)
            .field("key", &self.key)
            .field("headers", &self.headers.iter().map(shown).collect::<Vec<_>>())
            .field("body_length", &self.body_length)
            .field("status", &self.status)
            .field("error_code", &self.error_code)
            .finish()
    }
}

/// One line: method, object key and response.
impl fmt::Display for StoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A key may contain any character that a client sends.
        let shown = |text: &str| text.chars().map(|c| if c.is_control() { '?' } else { c }).collect::<String>();
        write!(f, "{} object {}: ", self.method, shown(self.key.as_deref().unwrap_or("-")))?;
        match (self.status, &self.error_code) {
            (None, _) => f.write_str("closed without a response"),
            (Some(status), None) => write!(f, "HTTP {status}"),
            (Some(status), Some(code)) => write!(f, "HTTP {status}, {}", shown(code)),
        }
    }
}

/// The object store of a [`MockServer`](super::MockServer).
///
/// It speaks plain HTTP on a port of its own. Upload credentials of the mock server lead to it, and so do the addresses of
/// files in responses. It verifies the signature of each upload by itself, with the clock of this machine.
///
/// ```
/// use flighthub2::testing::{MockServer, PROJECT, StoreFault, StoreProvider};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = MockServer::start().await?;
/// let store = server.store();
/// store.set_provider(StoreProvider::Minio);
/// let credentials = server.client().project(PROJECT).projects().upload_credentials().send().await?;
/// assert_eq!((credentials.endpoint, credentials.provider.as_str()), (store.url(), "minio"));
///
/// store.on_put().fault_once(StoreFault::CloseInBody { after: 1000 });
/// assert!(store.objects().iter().all(|object| object.length > 0));
/// # Ok(())
/// # }
/// ```
///
/// # What it accepts
/// - `PUT` with a `Content-Length` of at most 5 GiB, signed in headers with credentials that were issued and have not
///   expired, of a key that begins with their prefix. `Content-MD5` and a signed hash of the body are checked.
/// - `GET` of a signed address, also with `Range`, `If-Range` and `If-Match`.
///
/// Everything else is refused, as by credentials that can only write: no listing, no reading back, no multipart upload.
/// Objects are addressed by path (`/bucket/key`), or by a host that begins with the bucket.
///
/// # What differs from a real store
/// - Credentials and signed addresses expire by the simulated clock ([`MockServer::advance`](super::MockServer::advance)).
/// - Contents are in memory: see [`StoredObject::content`]. A `GET` of a content that is not kept is refused with HTTP 500.
/// - What a store responds to bad signatures is documented by their providers for the common cases only; where it is not, an
///   error of the same meaning is used.
#[derive(Clone, Copy)]
pub struct ObjectStore<'a> {
    store: &'a Arc<Store>,
}

impl fmt::Debug for ObjectStore<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStore").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl<'a> ObjectStore<'a> {
    pub(crate) fn new(store: &'a Arc<Store>) -> Self {
        Self { store }
    }

    /// The endpoint, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        self.store.url()
    }

    /// Sets the kind of store of the credentials that are issued from now on. The default is [`StoreProvider::Ali`].
    pub fn set_provider(&self, provider: StoreProvider) {
        self.store.state().provider = provider;
    }

    /// Sets how long credentials that are issued from now on can be used. The default is an hour.
    pub fn set_credentials_lifetime(&self, lifetime: Duration) {
        self.store.state().lifetime = lifetime;
    }

    /// Lets all credentials that were issued so far expire.
    pub fn expire_credentials(&self) {
        self.store.state().credentials.iter_mut().for_each(|credentials| credentials.expires = Duration::ZERO);
    }

    /// An object by its key.
    #[must_use]
    pub fn object(&self, key: &str) -> Option<StoredObject> {
        self.store.state().objects.get(key).map(|object| StoredObject::new(key, object))
    }

    /// All objects, in the order of their keys.
    #[must_use]
    pub fn objects(&self) -> Vec<StoredObject> {
        let state = self.store.state();
        state.objects.iter().map(|(key, object)| StoredObject::new(key, object)).collect()
    }

    /// Stores an object without a request.
    pub fn put(&self, key: impl Into<String>, content: impl Into<Bytes>) {
        self.store.put(key.into(), content.into());
    }

    /// Removes an object; returns whether there was one.
    pub fn remove(&self, key: &str) -> bool {
        self.store.state().objects.remove(key)
    }

    /// A signed address of an object, for `GET`. It is good for `lifetime` by the simulated clock, also before there is such
    /// an object.
    #[must_use]
    pub fn signed_url(&self, key: &str, lifetime: Duration) -> String {
        self.store.signed_url(key, lifetime)
    }

    /// The requests so far, in order: the last 100 000, if they take no more than 64 MiB.
    #[must_use]
    pub fn requests(&self) -> Vec<StoreRequest> {
        let requests: Vec<Arc<StoreRequest>> = self.store.state().requests.iter().cloned().collect();
        requests.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    /// Calls a function with every request, when it is recorded and before the response is sent. The function replaces the
    /// one that was set before; it should return soon.
    pub fn observe(&self, observer: impl Fn(&StoreRequest) + Send + Sync + 'static) {
        let before = self.store.state().observer.replace(Arc::new(observer));
        // Dropping what it holds may use the server, which must not be locked then.
        drop(before);
    }

    /// Clears the record of requests.
    pub fn clear_requests(&self) {
        let cleared: Vec<_> = self.store.state().requests.take();
        // There may be many, and connections wait for the lock.
        drop(cleared);
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.store.connections.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Faults and latency of uploads.
    #[must_use]
    pub fn on_put(&self) -> StoreStub<'a> {
        StoreStub { store: self.store, method: Some("PUT") }
    }

    /// Faults and latency of downloads.
    #[must_use]
    pub fn on_get(&self) -> StoreStub<'a> {
        StoreStub { store: self.store, method: Some("GET") }
    }

    /// Faults and latency of all requests. Those of one method come first.
    #[must_use]
    pub fn on_all(&self) -> StoreStub<'a> {
        StoreStub { store: self.store, method: None }
    }
}

/// Faults and latency of requests to an [`ObjectStore`].
#[derive(Debug)]
pub struct StoreStub<'a> {
    store: &'a Store,
    method: Option<&'static str>,
}

impl StoreStub<'_> {
    /// Injects this fault into every request from now on.
    pub fn fault(self, fault: StoreFault) -> Self {
        self.planned(None, fault)
    }

    /// Injects this fault into the next request, after the faults that were planned before.
    pub fn fault_once(self, fault: StoreFault) -> Self {
        self.planned(Some(1), fault)
    }

    /// Injects this fault into as many requests, after the faults that were planned before.
    pub fn fault_times(self, times: u32, fault: StoreFault) -> Self {
        self.planned(Some(times), fault)
    }

    /// Waits this long after the headers of each request from now on.
    pub fn delay(self, delay: Duration) -> Self {
        self.store.state().delays.set(self.method, delay);
        self
    }

    /// Removes the faults and the latency that were set here.
    pub fn clear(self) -> Self {
        let mut state = self.store.state();
        state.faults.clear(self.method);
        state.delays.clear(self.method);
        drop(state);
        self
    }

    fn planned(self, times: Option<u32>, fault: StoreFault) -> Self {
        self.store.state().faults.add(self.method, times, fault);
        self
    }
}
