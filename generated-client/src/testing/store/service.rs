//! The HTTP service of the object store.
//!
//! In: connections. Out: objects that were stored, and responses. Must not know how signatures are computed.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::objects::{Content, Credentials, MAX_CONTENT, Object, Objects};
use super::signature::{SignedRequest, encoded, hex, hmac_sha256, verify};
use super::{BUCKET, StoreError, StoreFault, StoreProvider, StoreRequest};
use crate::testing::clock::{BEGINNING, SimulatedClock};
use crate::testing::fault::{Delays, Faults};
use crate::testing::history::{History, Limits};
use crate::testing::http::{Bodies, BodyLength, Connection, Request, Response, Unread};
use crate::testing::route::decoded;

/// The region of the examples.
const REGION: &str = "example-region-1";
/// The limit of both S3 and OSS for one `PUT`.
const MAX_OBJECT: u64 = 5 << 30;
/// Contents that are read at once and are kept.
const ALL_UPLOADS: usize = 256 << 20;
const BLOCK: usize = 64 << 10;
const REQUESTS: Limits = Limits { count: 100_000, bytes: 64 << 20 };
const CREDENTIALS: Limits = Limits { count: 10_000, bytes: usize::MAX };
/// The key of signed addresses. They are for tests, and for this machine.
const ADDRESS_KEY: &[u8] = b"signed addresses of the mock server";
/// Parameters of a query that ask for something else than the object, in S3 and in OSS.
const SUBRESOURCES: &[&str] = &["uploads", "uploadid", "partnumber", "acl", "tagging", "append", "position", "delete"];

type Observer = Arc<dyn Fn(&StoreRequest) + Send + Sync>;

/// The object store.
pub(crate) struct Store {
    address: SocketAddr,
    clock: Arc<SimulatedClock>,
    pub(crate) connections: AtomicU64,
    bodies: Bodies,
    state: Mutex<StoreState>,
}

/// State that changes.
pub(crate) struct StoreState {
    pub(crate) provider: StoreProvider,
    pub(crate) lifetime: Duration,
    pub(crate) credentials: History<Credentials>,
    pub(crate) objects: Objects,
    pub(crate) requests: History<Arc<StoreRequest>>,
    pub(crate) faults: Faults<StoreFault>,
    pub(crate) delays: Delays,
    pub(crate) observer: Option<Observer>,
    /// How many credentials were issued.
    issued: u64,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// Credentials as they are issued.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) credentials: Credentials,
    /// How long they can be used.
    pub(crate) lifetime: Duration,
    /// When they expire by the clock of this machine, in unix seconds.
    pub(crate) expire_time: i64,
}

/// The object of a request.
struct Target {
    path: String,
    bucket: String,
    key: String,
}

type Header = (&'static str, String);

/// What a download responds with.
struct Selected {
    key: String,
    object: Object,
    /// With quotes.
    etag: String,
    /// From the first to behind the last byte, if a part was requested.
    range: Option<(u64, u64)>,
}

impl Store {
    pub(crate) fn new(address: SocketAddr, clock: Arc<SimulatedClock>) -> Self {
        let state = StoreState {
            provider: StoreProvider::default(),
            lifetime: Duration::from_secs(3600),
            credentials: History::new(CREDENTIALS),
            objects: Objects::default(),
            requests: History::new(REQUESTS),
            faults: Faults::default(),
            delays: Delays::default(),
            observer: None,
            issued: 0,
        };
        let largest = usize::try_from(MAX_CONTENT).unwrap_or(ALL_UPLOADS);
        let bodies = Bodies::with_limits(largest, ALL_UPLOADS);
        Self { address, clock, connections: AtomicU64::new(0), bodies, state: Mutex::new(state) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, StoreState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Issues credentials that may write keys with this prefix.
    pub(crate) fn issue(&self, prefix: String) -> Issued {
        let mut state = self.state();
        state.issued += 1;
        let number = state.issued;
        // They are the same in every run, and look like secrets.
        let secret = |name: &str| hex(&hmac_sha256(ADDRESS_KEY, format!("{name} {number}").as_bytes()));
        let credentials = Credentials {
            provider: state.provider,
            access_key_id: format!("MOCKACCESSKEY{number:07}"),
            secret: secret("secret")[..40].to_owned(),
            session_token: secret("token"),
            region: REGION.to_owned(),
            prefix,
            expires: self.clock.elapsed().saturating_add(state.lifetime),
        };
        state.credentials.push(credentials.clone(), 0);
        let lifetime = state.lifetime;
        drop(state);
        let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        Issued { credentials, lifetime, expire_time: machine_time().saturating_add(seconds) }
    }

    pub(crate) fn object(&self, key: &str) -> Option<Object> {
        self.state().objects.get(key).cloned()
    }

    pub(crate) fn put(&self, key: String, content: Bytes) {
        let object = Object::stored(content, self.clock.now());
        self.state().objects.put(key, object);
    }

    /// Adds an object of this length whose content is generated, unless there is one of this key.
    pub(crate) fn put_generated(&self, key: &str, length: u64) {
        let mut state = self.state();
        if state.objects.get(key).is_none() {
            state.objects.put(key.to_owned(), Object::generated(key, length, self.clock.now()));
        }
    }

    pub(crate) fn signed_url(&self, key: &str, lifetime: Duration) -> String {
        let expires = self.clock.elapsed().saturating_add(lifetime);
        let expires = BEGINNING.saturating_add(i64::try_from(expires.as_secs()).unwrap_or(i64::MAX));
        let signature = address_signature(key, &expires.to_string());
        format!("{}/{BUCKET}/{}?Expires={expires}&Signature={signature}", self.url(), encoded(key, true))
    }

    pub(crate) async fn serve(self: Arc<Self>, mut connection: Connection) {
        while connection.ready().await {
            if self.state().faults.take_unread() {
                return;
            }
            match self.exchange(&mut connection).await {
                Ok(true) => {}
                Ok(false) => return connection.end().await,
                Err(()) => return,
            }
        }
    }

    /// One request and its response. Returns whether the connection goes on; `Err` closes it at once.
    async fn exchange(&self, connection: &mut Connection) -> Result<bool, ()> {
        let request = match connection.head().await {
            Ok(request) => request,
            Err(Unread::Gone) => return Err(()),
            Err(Unread::Bad(refusal)) => {
                let error = StoreError::new(refusal.status, "InvalidRequest", "this is no HTTP request that is served");
                return self.refuse(connection, &Request::default(), None, &error, None).await;
            }
        };
        let method = match request.method.as_str() {
            "PUT" => Some("PUT"),
            "GET" => Some("GET"),
            _ => None,
        };
        let (fault, delay) = {
            let mut state = self.state();
            (state.faults.take(method), state.delays.of(method))
        };
        let key = target(&request).ok().map(|target| target.key);
        match &fault {
            Some(StoreFault::CloseBeforeReading) => {
                self.record(&request, key, 0, None, None);
                return Err(());
            }
            Some(StoreFault::Delay(time)) => tokio::time::sleep(*time).await,
            _ => {}
        }
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        if let Some((error, retry_after)) = Self::replaced(fault.as_ref(), &request) {
            return self.refuse(connection, &request, key, &error, retry_after).await;
        }
        match method {
            Some("PUT") => self.upload(connection, &request, fault.as_ref()).await,
            Some(_) => self.download(connection, &request, fault.as_ref()).await,
            None => {
                let message = "only PUT, and GET of signed addresses, are allowed";
                let error = StoreError::new(403, "AccessDenied", message);
                self.refuse(connection, &request, key, &error, None).await
            }
        }
    }

    /// The error that a fault responds with in the place of the store.
    fn replaced(fault: Option<&StoreFault>, request: &Request) -> Option<(StoreError, Option<String>)> {
        match fault? {
            StoreFault::SlowDown { retry_after } => {
                let error = StoreError::new(503, "SlowDown", "please reduce your request rate");
                Some((error, retry_after.clone()))
            }
            StoreFault::ExpiredCredentials => {
                let is_ali = request.header("authorization").is_some_and(|value| value.starts_with("OSS"));
                Some((expired(if is_ali { StoreProvider::Ali } else { StoreProvider::Aws }), None))
            }
            StoreFault::Refuse { status, code } => {
                let error = StoreError { status: *status, code: code.clone().into(), message: "as the test demands" };
                Some((error, None))
            }
            _ => None,
        }
    }

    async fn upload(
        &self,
        connection: &mut Connection,
        request: &Request,
        fault: Option<&StoreFault>,
    ) -> Result<bool, ()> {
        let (target, verified, length) = match self.admitted(request) {
            Ok(admitted) => admitted,
            Err(error) => {
                let key = target(request).ok().map(|target| target.key);
                return self.refuse(connection, request, key, &error, None).await;
            }
        };
        let is_kept = length <= MAX_CONTENT;
        let room = self.bodies.room(if is_kept { usize::try_from(length).unwrap_or(0) } else { 0 }).await;
        if request.expects_continue() {
            connection.proceed().await.map_err(drop)?;
        }
        let (mut md5, mut sha256) = (Md5::new(), verified.body_sha256.as_ref().map(|_| Sha256::new()));
        let mut content = Vec::with_capacity(if is_kept { usize::try_from(length).unwrap_or(0) } else { 0 });
        let mut received = 0;
        let break_after = match fault {
            Some(StoreFault::CloseInBody { after }) => Some(length.min(*after)),
            _ => None,
        };
        let read = connection.body_in_parts(break_after.unwrap_or(length), |part| {
            received += part.len() as u64;
            md5.update(part);
            if let Some(sha256) = &mut sha256 {
                sha256.update(part);
            }
            if is_kept {
                content.extend_from_slice(part);
            }
        });
        if read.await.is_err() || break_after.is_some() {
            self.record(request, Some(target.key), received, None, None);
            return Err(());
        }
        let md5 = md5.finalize();
        let error = if sha256.map(|sha256| hex(&sha256.finalize())) != verified.body_sha256 {
            Some(StoreError::new(400, "XAmzContentSHA256Mismatch", "the signed hash is not that of the body"))
        } else if request.header("content-md5").is_some_and(|sent| sent != STANDARD.encode(md5)) {
            let code = if verified.credentials.provider == StoreProvider::Ali { "InvalidDigest" } else { "BadDigest" };
            Some(StoreError::new(400, code, "Content-MD5 is not that of the body"))
        } else {
            None
        };
        if let Some(error) = error {
            return self.respond_error(connection, request, Some(target.key), received, &error, None, true).await;
        }
        let etag = hex(&md5);
        let content = if is_kept { Content::Stored(content.into()) } else { Content::Dropped };
        let object = Object { content, length, etag: etag.clone(), modified: self.clock.now() };
        self.state().objects.put(target.key.clone(), object);
        drop(room);
        let silent = fault == Some(&StoreFault::CloseAfterReading);
        self.record(request, Some(target.key), received, (!silent).then_some(200), None);
        if silent {
            return Err(());
        }
        let etag = if fault == Some(&StoreFault::WrongETag) { "0".repeat(32) } else { etag };
        let etag = if verified.credentials.provider == StoreProvider::Ali { etag.to_ascii_uppercase() } else { etag };
        let headers = vec![("etag", format!("\"{etag}\""))];
        let response = Response { status: 200, headers, last: !request.keep_alive, ..Response::default() };
        connection.respond(&response).await.map_err(drop)
    }

    /// Checks everything of an upload that can be checked before its body is read.
    fn admitted(&self, request: &Request) -> Result<(Target, super::signature::Verified, u64), StoreError> {
        let target = target(request)?;
        let signed = SignedRequest {
            method: &request.method,
            path: &target.path,
            query: &request.query,
            headers: &request.headers,
            bucket: &target.bucket,
            key: &target.key,
        };
        let find = |id: &str| self.state().credentials.iter().find(|known| known.access_key_id == id).cloned();
        let verified = verify(&signed, find, machine_time())?;
        let credentials = &verified.credentials;
        if self.clock.elapsed() >= credentials.expires {
            return Err(expired(credentials.provider));
        }
        if target.bucket != BUCKET {
            return Err(StoreError::new(404, "NoSuchBucket", "the bucket does not exist"));
        }
        if !target.key.starts_with(&credentials.prefix) {
            return Err(StoreError::new(
                403,
                "AccessDenied",
                "the key does not begin with the prefix of the credentials",
            ));
        }
        let names =
            request.query.split('&').map(|pair| pair.split('=').next().unwrap_or_default().to_ascii_lowercase());
        if names.into_iter().any(|name| SUBRESOURCES.contains(&name.as_str())) {
            return Err(StoreError::new(501, "NotImplemented", "only whole objects are stored"));
        }
        match request.body_length() {
            Ok(BodyLength::Exactly(length)) if length <= MAX_OBJECT => Ok((target, verified, length)),
            Ok(BodyLength::Exactly(_)) => Err(StoreError::new(400, "EntityTooLarge", "an object has at most 5 GiB")),
            Ok(BodyLength::Absent) => Err(StoreError::new(411, "MissingContentLength", "Content-Length is required")),
            Ok(BodyLength::Chunked) => {
                Err(StoreError::new(501, "NotImplemented", "bodies without Content-Length are not supported"))
            }
            Err(refusal) => Err(StoreError::new(refusal.status, "InvalidRequest", "the length of the body is invalid")),
        }
    }

    async fn download(
        &self,
        connection: &mut Connection,
        request: &Request,
        fault: Option<&StoreFault>,
    ) -> Result<bool, ()> {
        let Selected { key, object, etag, range } = match self.selected(request, fault) {
            Ok(selected) => selected,
            Err((error, header)) => {
                let key = target(request).ok().map(|target| target.key);
                return self.respond_error(connection, request, key, 0, &error, header, !request.keep_alive).await;
            }
        };
        let (mut at, end) = range.unwrap_or((0, object.length));
        let modified = u64::try_from(object.modified).unwrap_or(0).min(253_402_300_799);
        let mut headers = vec![
            ("content-type", "application/octet-stream".to_owned()),
            ("accept-ranges", "bytes".to_owned()),
            ("last-modified", httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(modified))),
            ("etag", etag),
        ];
        if range.is_some() {
            headers.push(("content-range", format!("bytes {at}-{}/{}", end.saturating_sub(1), object.length)));
        }
        let status = if range.is_some() { 206 } else { 200 };
        let silent = fault == Some(&StoreFault::CloseAfterReading);
        self.record(request, Some(key), 0, (!silent).then_some(status), None);
        if silent {
            return Err(());
        }
        let response = Response { status, headers, last: !request.keep_alive, ..Response::default() };
        let (length, mut allowed) = (end - at, end - at);
        let breaks = if let Some(StoreFault::CloseInBody { after }) = fault {
            allowed = allowed.min(*after);
            true
        } else {
            false
        };
        let sent = connection.respond_in_parts(&response, length, || {
            let size = usize::try_from(allowed).unwrap_or(usize::MAX).min(BLOCK);
            let part = object.part(at, size)?;
            at += part.len() as u64;
            allowed -= part.len() as u64;
            Some(part)
        });
        let goes_on = sent.await.map_err(drop)?;
        if breaks { Err(()) } else { Ok(goes_on) }
    }

    /// What a download responds with, or the error and its header.
    fn selected(
        &self,
        request: &Request,
        fault: Option<&StoreFault>,
    ) -> Result<Selected, (StoreError, Option<Header>)> {
        let (key, object) = self.found(request).map_err(|error| (error, None))?;
        let etag = if fault == Some(&StoreFault::WrongETag) { "0".repeat(32) } else { object.etag.clone() };
        let etag = format!("\"{etag}\"");
        if request.header("if-match").is_some_and(|wanted| wanted != "*" && wanted != etag) {
            return Err((StoreError::new(412, "PreconditionFailed", "the object has another ETag"), None));
        }
        let is_current = request.header("if-range").is_none_or(|wanted| wanted == etag);
        let range = request.header("range").filter(|_| is_current && fault != Some(&StoreFault::IgnoreRange));
        let range = match range.map(|range| requested(range, object.length)) {
            None | Some(Range::Ignored) => None,
            Some(Range::Part(start, end)) => Some((start, end)),
            Some(Range::Outside) => {
                let length = ("content-range", format!("bytes */{}", object.length));
                return Err((StoreError::new(416, "InvalidRange", "the range is not in the object"), Some(length)));
            }
        };
        if object.length > 0 && object.part(0, 1).is_none() {
            return Err((StoreError::new(500, "InternalError", "the mock server has dropped the content"), None));
        }
        Ok(Selected { key, object, etag, range })
    }

    /// The object of a signed address.
    fn found(&self, request: &Request) -> Result<(String, Object), StoreError> {
        let target = target(request)?;
        let parameter = |name: &str| {
            let pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        let (Some(expires), Some(signature)) = (parameter("Expires"), parameter("Signature")) else {
            return Err(StoreError::new(403, "AccessDenied", "objects are read with signed addresses only"));
        };
        if target.bucket != BUCKET {
            return Err(StoreError::new(404, "NoSuchBucket", "the bucket does not exist"));
        }
        if signature != address_signature(&target.key, expires) {
            return Err(StoreError::new(403, "SignatureDoesNotMatch", "the signature is not that of the address"));
        }
        if expires.parse().is_ok_and(|expires: i64| self.clock.now() >= expires) {
            return Err(StoreError::new(403, "AccessDenied", "the address has expired"));
        }
        let object = self.object(&target.key);
        let object = object.ok_or_else(|| StoreError::new(404, "NoSuchKey", "the object does not exist"))?;
        Ok((target.key, object))
    }

    /// Refuses a request whose body is not read.
    async fn refuse(
        &self,
        connection: &mut Connection,
        request: &Request,
        key: Option<String>,
        error: &StoreError,
        retry_after: Option<String>,
    ) -> Result<bool, ()> {
        let header = retry_after.map(|value| ("retry-after", value));
        self.respond_error(connection, request, key, 0, error, header, true).await
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one response, which is written in one place")]
    async fn respond_error(
        &self,
        connection: &mut Connection,
        request: &Request,
        key: Option<String>,
        body_length: u64,
        error: &StoreError,
        header: Option<Header>,
        last: bool,
    ) -> Result<bool, ()> {
        self.record(request, key, body_length, Some(error.status), Some(&error.code));
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>\n",
            error.code, error.message
        );
        let mut headers = vec![("content-type", "application/xml".to_owned())];
        headers.extend(header);
        let response = Response {
            status: error.status,
            headers,
            body: body.into_bytes(),
            head_only: request.method == "HEAD",
            last,
            ..Response::default()
        };
        connection.respond(&response).await.map_err(drop)
    }

    fn record(
        &self,
        request: &Request,
        key: Option<String>,
        body_length: u64,
        status: Option<u16>,
        error_code: Option<&str>,
    ) {
        let record = StoreRequest {
            method: request.method.clone(),
            key,
            headers: request.headers.clone(),
            body_length,
            status,
            error_code: error_code.map(str::to_owned),
        };
        let (size, record) = (record.size(), Arc::new(record));
        let observer = {
            let mut state = self.state();
            state.requests.push(Arc::clone(&record), size);
            state.observer.clone()
        };
        if let Some(observer) = observer {
            observer(&record);
        }
    }
}

/// The bucket and the key of a request.
fn target(request: &Request) -> Result<Target, StoreError> {
    let invalid = |message| StoreError::new(400, "InvalidURI", message);
    let path = decoded(&request.path, false).ok_or_else(|| invalid("the path is not percent-encoded correctly"))?;
    let rest = path.strip_prefix('/').ok_or_else(|| invalid("the path has no leading slash"))?;
    let host = request.header("host").unwrap_or_default();
    let (bucket, key) = match host.strip_prefix(BUCKET) {
        Some(host) if host.starts_with('.') => (BUCKET, rest),
        _ => rest.split_once('/').unwrap_or((rest, "")),
    };
    if key.is_empty() {
        return Err(StoreError::new(403, "AccessDenied", "buckets cannot be listed or changed"));
    }
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    Ok(Target { path, bucket, key })
}

/// What the header `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// From the first to behind the last byte.
    Part(u64, u64),
    /// No byte of the object.
    Outside,
    /// Another unit, several ranges, or no range: it is as if the header were not there.
    Ignored,
}

fn requested(text: &str, length: u64) -> Range {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Range::Ignored;
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    match (first, last, number(first), number(last)) {
        ("", _, _, Some(0)) => Range::Outside,
        ("", _, _, Some(_)) if length == 0 => Range::Outside,
        ("", _, _, Some(suffix)) => Range::Part(length.saturating_sub(suffix), length),
        (_, "", Some(first), _) if first < length => Range::Part(first, length),
        (_, _, Some(first), Some(last)) if first > last => Range::Ignored,
        (_, _, Some(first), Some(last)) if first < length => Range::Part(first, last.saturating_add(1).min(length)),
        (_, "", Some(_), _) | (_, _, Some(_), Some(_)) => Range::Outside,
        _ => Range::Ignored,
    }
}

fn expired(provider: StoreProvider) -> StoreError {
    match provider {
        StoreProvider::Ali => StoreError::new(403, "SecurityTokenExpired", "the security token has expired"),
        StoreProvider::Aws | StoreProvider::Minio => {
            StoreError::new(400, "ExpiredToken", "the provided token has expired")
        }
    }
}

fn address_signature(key: &str, expires: &str) -> String {
    hex(&hmac_sha256(ADDRESS_KEY, format!("GET\n{expires}\n{key}").as_bytes()))
}

/// The clock of this machine, in unix seconds. Clients sign with it.
fn machine_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_http() {
        for (text, wanted) in [
            ("bytes=0-0", Range::Part(0, 1)),
            ("bytes=2-5", Range::Part(2, 6)),
            ("bytes=2-", Range::Part(2, 10)),
            ("bytes=2-99", Range::Part(2, 10)),
            ("bytes=-3", Range::Part(7, 10)),
            ("bytes=-99", Range::Part(0, 10)),
            ("bytes=-0", Range::Outside),
            ("bytes=10-", Range::Outside),
            ("bytes=10-11", Range::Outside),
            ("bytes=5-2", Range::Ignored),
            ("bytes=0-1,3-4", Range::Ignored),
            ("bytes=-", Range::Ignored),
            ("bytes=a-b", Range::Ignored),
            ("bytes=+1-2", Range::Ignored),
            ("lines=0-1", Range::Ignored),
            ("bytes=0-18446744073709551615", Range::Part(0, 10)),
        ] {
            assert_eq!(requested(text, 10), wanted, "{text}");
        }
        assert_eq!(requested("bytes=-1", 0), Range::Outside);
        assert_eq!(requested("bytes=0-", 0), Range::Outside);
    }
}
