//! The object store: a file and a key in, an ETag out.
//!
//! Requests are signed in their headers, so that no address is a secret, by `reqsign` of Apache OpenDAL: AWS Signature V4
//! for `aws` and `minio`, OSS V4 for `ali`, and OSS V1 where a region is not known. They travel over the client's transport.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flighthub2_runtime::codegen::{Activity, External, ExternalResponse};
use flighthub2_runtime::transport::{Request, RequestBody, TransportError};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqsign_core::{Context, SignRequest as _};
use tokio::sync::Mutex;
use url::{Host, Url};

use super::error::{Error, ErrorKind};
use super::progress::{Callback, Progress};
use super::upload_body::Source;
use super::{IDLE_TIMEOUT, MAX_FAILURES};
use crate::Secret;

/// Everything but what RFC 3986 calls unreserved, and the slash.
const IN_KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// Credentials are renewed when they have less time left: a request should not be under way when they expire.
const RENEW_BEFORE: Duration = Duration::from_secs(120);
/// Content that no browser should interpret.
const CONTENT_TYPE: &str = "application/octet-stream";
const MD5: HeaderName = HeaderName::from_static("content-md5");

/// Whose signature a store wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    Aliyun,
    Aws,
    Minio,
}

impl Provider {
    fn of(name: Option<&str>, host: &str) -> Result<Self, Error> {
        match name.unwrap_or_default().to_ascii_lowercase().as_str() {
            "ali" => Ok(Self::Aliyun),
            "aws" => Ok(Self::Aws),
            "minio" => Ok(Self::Minio),
            "" if host.ends_with(".aliyuncs.com") => Ok(Self::Aliyun),
            "" if is_amazon(host) => Ok(Self::Aws),
            other => {
                let shown: String = other.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
                let message =
                    format!("the object store is of the provider `{shown}`; known are `ali`, `aws` and `minio`");
                Err(Error::new(ErrorKind::Store, message))
            }
        }
    }
}

fn is_amazon(host: &str) -> bool {
    host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn")
}

/// Credentials as the service gives them, before they are checked.
pub(crate) struct Given {
    pub(crate) provider: Option<String>,
    pub(crate) endpoint: String,
    pub(crate) bucket: String,
    pub(crate) region: Option<String>,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret,
    pub(crate) session_token: Secret,
    /// `None` if it is not known when they expire.
    pub(crate) lifetime: Option<Duration>,
}

/// A bucket, and credentials to put objects into it.
pub(crate) struct Store {
    provider: Provider,
    /// Scheme and authority, without a slash at the end.
    origin: String,
    /// The path before the key: the bucket, unless it is in the host.
    base_path: String,
    bucket: String,
    region: Option<String>,
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Option<Secret>,
    renew_at: Option<Instant>,
}

/// Without secrets.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("provider", &self.provider).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl Store {
    pub(crate) fn new(given: Given, external: &External) -> Result<Self, Error> {
        let refused = |why: &str| Error::new(ErrorKind::Store, format!("the address of the object store {why}"));
        let text = given.endpoint.trim();
        let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&text).map_err(|_| refused("is no URL"))?;
        let host = url.host_str().ok_or_else(|| refused("has no host"))?.to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("has a name or a password in it"));
        }
        if url.query().is_some() || !matches!(url.path(), "" | "/") {
            return Err(refused("has a path or a query"));
        }
        let provider = Provider::of(given.provider.as_deref(), &host)?;
        if given.bucket.is_empty() || given.bucket.contains(['/', '?', '#', '%', '\\', ' ']) {
            return Err(Error::new(ErrorKind::Store, "the name of the bucket cannot be used"));
        }
        let in_host = matches!(url.host(), Some(Host::Domain(host)) if bucket_in_host(provider, host, &given.bucket));
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        let (host_text, base_path) = if host.starts_with(&format!("{}.", given.bucket)) {
            (host.clone(), "/".to_owned())
        } else if in_host {
            (format!("{}.{host}", given.bucket), "/".to_owned())
        } else {
            (host.clone(), format!("/{}/", given.bucket))
        };
        let origin = format!("{}://{host_text}{port}", url.scheme());
        external.address(&origin).map_err(|problem| refused(&format!("cannot be used: {problem}")))?;
        let region = given.region.filter(|region| !region.trim().is_empty());
        let region = region.map(|region| region.trim().to_owned()).or_else(|| region_of(provider, &host));
        let region = match provider {
            // Regions of OSS are written with and without `oss-`; signatures have them without.
            Provider::Aliyun => region.map(|region| region.strip_prefix("oss-").unwrap_or(&region).to_owned()),
            Provider::Aws | Provider::Minio => Some(region.unwrap_or_else(|| "us-east-1".to_owned())),
        };
        let usable = given.lifetime.map(|lifetime| lifetime.saturating_sub(RENEW_BEFORE.min(lifetime / 4)));
        Ok(Self {
            provider,
            origin,
            base_path,
            bucket: given.bucket,
            region,
            access_key_id: given.access_key_id,
            secret_access_key: given.secret_access_key,
            session_token: Some(given.session_token).filter(|token| !token.expose().is_empty()),
            renew_at: usable.and_then(|usable| external.clock().now().checked_add(usable)),
        })
    }

    fn address(&self, key: &str) -> Result<Uri, Error> {
        let bad = || Error::new(ErrorKind::Store, "the key of the object cannot be used");
        // Libraries for addresses take such parts out of a path, and the signature would be one of another path.
        if key.split('/').any(|part| matches!(part, "" | "." | "..")) || key.contains('\\') {
            return Err(bad());
        }
        let path = format!("{}{}{}", self.origin, self.base_path, utf8_percent_encode(key, IN_KEY));
        Uri::try_from(path).map_err(|_| bad())
    }

    /// A request that puts a file under a key, signed.
    async fn put_request(&self, key: &str, source: &Source) -> Result<http::request::Parts, Error> {
        let mut request = Request::new(());
        *request.method_mut() = Method::PUT;
        *request.uri_mut() = self.address(key)?;
        let (mut head, ()) = request.into_parts();
        head.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        // Signed, so it binds the content to the signature.
        head.headers.insert(MD5, header(&BASE64.encode(source.md5))?);
        let host = head.uri.authority().map_or("", |authority| authority.as_str()).to_owned();
        head.headers.insert(HOST, header(&host)?);
        self.sign(&mut head).await?;
        // The transport writes the same one; two would be refused.
        head.headers.remove(HOST);
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(source.state.bytes));
        for name in ["authorization", "x-amz-security-token", "x-oss-security-token"] {
            if let Some(value) = head.headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        Ok(head)
    }

    async fn sign(&self, head: &mut http::request::Parts) -> Result<(), Error> {
        let context = Context::new();
        let (id, secret) = (self.access_key_id.clone(), self.secret_access_key.expose().to_owned());
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        let signed = match self.provider {
            Provider::Aliyun => {
                use reqsign_aliyun_oss::{Credential, RequestSigner, SigningVersion};
                let credential = Credential {
                    access_key_id: id,
                    access_key_secret: secret,
                    security_token: token,
                    expires_in: None,
                };
                let signer = RequestSigner::new(&self.bucket);
                let signer = match &self.region {
                    Some(region) => signer.with_region(region).with_signing_version(SigningVersion::V4),
                    None => signer.with_signing_version(SigningVersion::V1),
                };
                signer.sign_request(&context, head, Some(&credential), None).await
            }
            Provider::Aws | Provider::Minio => {
                use reqsign_aws_v4::{Credential, RequestSigner};
                let credential =
                    Credential { access_key_id: id, secret_access_key: secret, session_token: token, expires_in: None };
                let signer = RequestSigner::new("s3", self.region.as_deref().unwrap_or_default());
                signer.sign_request(&context, head, Some(&credential), None).await
            }
        };
        match signed {
            Ok(()) if head.headers.contains_key(AUTHORIZATION) => Ok(()),
            // Its own text may cite a value.
            Ok(()) | Err(_) => {
                Err(Error::new(ErrorKind::Credentials, "the credentials of the object store cannot be used to sign"))
            }
        }
    }
}

/// Whether a bucket belongs into the host of its address.
fn bucket_in_host(provider: Provider, host: &str, bucket: &str) -> bool {
    match provider {
        // OSS refuses it in the path, except for an address of numbers. `localhost` has no names below it.
        Provider::Aliyun => !host.eq_ignore_ascii_case("localhost"),
        // A dot would not fit into Amazon's certificate.
        Provider::Aws => is_amazon(host) && !bucket.contains('.'),
        Provider::Minio => false,
    }
}

/// The region that an address names: `oss-cn-hangzhou.aliyuncs.com`, `s3.eu-central-1.amazonaws.com`.
fn region_of(provider: Provider, host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    match provider {
        Provider::Aliyun if host.ends_with(".aliyuncs.com") => {
            let label = labels.iter().find_map(|label| label.strip_prefix("oss-"))?;
            Some(label.strip_suffix("-internal").unwrap_or(label).to_owned())
        }
        Provider::Aws if is_amazon(host) => {
            let after = labels.iter().position(|label| *label == "s3")?;
            labels.get(after + 1).filter(|label| **label != "amazonaws").map(|label| (*label).to_owned())
        }
        _ => None,
    }
}

fn header(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text)
        .map_err(|_| Error::new(ErrorKind::Store, "the address of the object store cannot be used"))
}

/// Where credentials come from.
pub(crate) trait CredentialSource: Send + Sync {
    /// Asks the service for new ones.
    fn obtain(&self) -> Pin<Box<dyn Future<Output = Result<Store, Error>> + Send + '_>>;
}

/// The credentials that are used now. Uploads that run at the same time share them, and renew them once.
pub(crate) struct Credentials<S> {
    source: S,
    current: Mutex<Option<Arc<Store>>>,
}

impl<S: CredentialSource> Credentials<S> {
    pub(crate) fn new(source: S, first: Option<Store>) -> Self {
        Self { source, current: Mutex::new(first.map(Arc::new)) }
    }

    /// Where they come from.
    pub(crate) fn source(&self) -> &S {
        &self.source
    }

    /// Credentials that have not expired, and that are not those which were refused.
    async fn current(&self, refused: Option<&Arc<Store>>, now: Instant) -> Result<Arc<Store>, Error> {
        let mut current = self.current.lock().await;
        if let Some(store) = &*current {
            let expires = store.renew_at.is_some_and(|renew_at| renew_at <= now);
            if !expires && !refused.is_some_and(|refused| Arc::ptr_eq(refused, store)) {
                return Ok(Arc::clone(store));
            }
        }
        let store = Arc::new(self.source.obtain().await?);
        *current = Some(Arc::clone(&store));
        Ok(store)
    }
}

/// How uploads are made.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) idle_timeout: Duration,
    pub(crate) max_failures: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle_timeout: IDLE_TIMEOUT, max_failures: MAX_FAILURES }
    }
}

/// Puts a file under a key and returns its ETag, without quotes. The same content under the same key is the same object,
/// so it is repeated as often as it makes sense.
pub(crate) async fn put<S: CredentialSource>(
    external: &External,
    credentials: &Credentials<S>,
    limits: &Limits,
    key: &str,
    source: &Source,
    progress: &Callback<Progress>,
) -> Result<String, Error> {
    let mut failures = 0;
    let mut renewed = false;
    let mut refused = None;
    loop {
        let store = credentials.current(refused.as_ref(), external.clock().now()).await?;
        let failure = match attempt(external, &store, limits, key, source, progress).await {
            Ok(etag) => return Ok(etag),
            Err(failure) => failure,
        };
        // Whatever the store says: content that changed is not what was meant to be sent.
        source.check_unchanged().await?;
        match failure {
            Failure::End(error) => return Err(error),
            Failure::Credentials(error) if renewed => {
                return Err(error.done("new credentials were refused, too"));
            }
            Failure::Credentials(_) => {
                renewed = true;
                refused = Some(store);
            }
            Failure::Again(error, asked) => {
                failures += 1;
                // The wait may outlast the credentials: what is refused after it are no longer new ones.
                renewed = false;
                if failures >= limits.max_failures {
                    return Err(
                        error.done(format!("{failures} attempts were made to send `{}`", source.path.display()))
                    );
                }
                external.clock().sleep(external.wait(failures, asked)).await;
            }
        }
    }
}

/// Why an attempt put no object into the store.
enum Failure {
    Again(Error, Option<Duration>),
    Credentials(Error),
    End(Error),
}

async fn attempt(
    external: &External,
    store: &Store,
    limits: &Limits,
    key: &str,
    source: &Source,
    progress: &Callback<Progress>,
) -> Result<String, Failure> {
    let activity = Activity::default();
    let head = store.put_request(key, source).await.map_err(Failure::End)?;
    let body = source.body(activity.clone(), progress.clone()).await.map_err(Failure::End)?;
    let request = Request::from_parts(head, RequestBody::stream(body));
    let mut response = external.send(request, &activity, limits.idle_timeout).await.map_err(of_transport)?;
    if !response.status.is_success() {
        return Err(of_response(&mut response, limits).await);
    }
    // Read to its end, so that the connection can be used again.
    let _ = response.beginning(4096, limits.idle_timeout).await;
    let etag = response.header("etag").map(|tag| tag.trim().trim_matches('"').to_owned());
    let Some(etag) = etag.filter(|etag| !etag.is_empty()) else {
        return Err(Failure::End(Error::new(ErrorKind::Integrity, "the object store returned no ETag")));
    };
    // With such an encryption the ETag is no MD5. The store has checked the content by `Content-MD5` all the same.
    let encrypted = response.header("x-amz-server-side-encryption").is_some_and(|by| by.starts_with("aws:kms"));
    if !encrypted && !etag.eq_ignore_ascii_case(&hex(&source.md5)) {
        let error = Error::new(ErrorKind::Integrity, "the ETag of the object store is not the MD5 of what was sent");
        return Err(Failure::Again(error, None));
    }
    Ok(etag)
}

fn of_transport(error: TransportError) -> Failure {
    let made = Error::new(ErrorKind::Transport, format!("the object store cannot be reached: {error}"));
    Failure::Again(made.with_source(error), None)
}

async fn of_response(response: &mut ExternalResponse, limits: &Limits) -> Failure {
    let status = response.status.as_u16();
    let asked = response.retry_after();
    let code = error_code(&response.beginning(8192, limits.idle_timeout).await).unwrap_or_default();
    let shown = if code.is_empty() { String::new() } else { format!(" ({code})") };
    let message = format!("the object store refused with HTTP {status}{shown}");
    let error = |kind| Error::new(kind, message).with_store_code(code.clone());
    match (status, code.as_str()) {
        (
            _,
            "ExpiredToken"
            | "SecurityTokenExpired"
            | "InvalidSecurityToken"
            | "InvalidToken"
            | "TokenRefreshRequired"
            | "InvalidAccessKeyId",
        ) => Failure::Credentials(error(ErrorKind::Credentials)),
        (_, "RequestTimeTooSkewed") => {
            let next = "set the clock of this machine: it differs from the store's by more than 15 minutes";
            Failure::End(error(ErrorKind::Store).next(next))
        }
        // The content was damaged on its way, or the file changed: that is looked at.
        (_, "BadDigest" | "IncompleteBody" | "RequestTimeout") | (408 | 429 | 500 | 502..=504, _) => {
            Failure::Again(error(ErrorKind::Store), asked)
        }
        _ => Failure::End(error(ErrorKind::Store)),
    }
}

/// The code in the text of a store's failure: `<Error><Code>NoSuchKey</Code>…`.
pub(crate) fn error_code(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let plain = !code.is_empty() && code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    plain.then(|| code.to_owned())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
