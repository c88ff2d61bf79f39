//! The built-in transport: `reqwest`, configured without redirects and retries of its own.
//!
//! In: settings of connections, and requests. Out: responses or errors. This is the only module that uses `reqwest`; it
//! knows no operation.

use std::fmt;
#[cfg(feature = "reqwest-config")]
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use http::uri::{Authority, PathAndQuery};
use http::{Request, Response, Uri};
use http_body_util::BodyExt as _;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use reqwest::Certificate;
use url::Url;

use crate::error::Error;
use crate::transport::{Body, RequestBody, SendFuture, Transport, TransportError};

/// Settings of connections.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    /// Whether the proxies of the environment are used.
    pub(crate) proxies: bool,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) root_certificates: Vec<Certificate>,
    #[cfg(feature = "reqwest-config")]
    pub(crate) change: Option<Change>,
    user_agent: &'static str,
}

/// Changes of `reqwest`'s settings by the program.
#[cfg(feature = "reqwest-config")]
pub(crate) type Change = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

impl Settings {
    pub(crate) fn new(user_agent: &'static str) -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            proxies: true,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates: Vec::new(),
            #[cfg(feature = "reqwest-config")]
            change: None,
            user_agent,
        }
    }

    /// Trusts the certificates of a text in PEM form.
    ///
    /// # Errors
    /// The text contains no certificate.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) fn add_root_certificates(&mut self, pem: &[u8]) -> Result<(), Error> {
        let certificates = Certificate::from_pem_bundle(pem)
            .map_err(|error| Error::config("the root certificates cannot be read").with_source(error))?;
        if certificates.is_empty() {
            return Err(Error::config("there is no certificate in the text: it should have `BEGIN CERTIFICATE` in it"));
        }
        self.root_certificates.extend(certificates);
        Ok(())
    }

    /// Whether no setting was changed that only the built-in transport has. Time-outs do not count: those of the attempt
    /// and of the call apply to every transport.
    pub(crate) fn are_default(&self) -> bool {
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        if !self.root_certificates.is_empty() {
            return false;
        }
        #[cfg(feature = "reqwest-config")]
        if self.change.is_some() {
            return false;
        }
        self.proxies
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}

/// Clients of `reqwest` that send each request once, and only to its own host.
#[derive(Debug)]
pub(crate) struct HttpClient {
    calls: reqwest::Client,
    /// For bodies that are streams. `read_timeout` of `reqwest` counts from the start of a request until its response
    /// begins, so it would end every upload that takes longer. The sender of a stream has its own limit.
    streams: OnceLock<reqwest::Client>,
    settings: Settings,
}

impl HttpClient {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let calls = Self::builder(settings).read_timeout(settings.read_timeout).build();
        let calls = calls
            .map_err(|error| Error::config("the HTTP client cannot be set up").with_source(error.without_url()))?;
        Ok(Self { calls, streams: OnceLock::new(), settings: settings.clone() })
    }

    /// The client for streams. It is made when the first one is sent: most programs send none, and it reads the
    /// certificates of the system once more.
    fn streams(&self) -> Result<&reqwest::Client, TransportError> {
        if let Some(client) = self.streams.get() {
            return Ok(client);
        }
        let client = Self::builder(&self.settings).build().map_err(failure)?;
        Ok(self.streams.get_or_init(|| client))
    }

    fn builder(settings: &Settings) -> reqwest::ClientBuilder {
        let mut builder = reqwest::Client::builder();
        if !settings.proxies {
            // Before the program's changes: its own proxies are kept, those of the environment are removed.
            builder = builder.no_proxy();
        }
        #[cfg(feature = "reqwest-config")]
        if let Some(change) = &settings.change {
            builder = change(builder);
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        for certificate in &settings.root_certificates {
            builder = builder.add_root_certificate(certificate.clone());
        }
        // Another crate of the program may have enabled these features of `reqwest`.
        builder = builder.no_brotli().no_deflate().no_zstd();
        if cfg!(not(feature = "gzip")) {
            builder = builder.no_gzip();
        }
        builder
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .user_agent(settings.user_agent)
    }
}

impl Transport for HttpClient {
    fn send(&self, request: Request<RequestBody>) -> SendFuture<'_> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let (client, body) = match body.into_bytes() {
                Ok(bytes) => (&self.calls, reqwest::Body::from(bytes)),
                Err(stream) => (self.streams()?, reqwest::Body::wrap(stream)),
            };
            let url = url_of(&head.uri).map_err(TransportError::not_sent)?;
            let mut request = reqwest::Request::new(head.method, url);
            *request.headers_mut() = head.headers;
            *request.version_mut() = head.version;
            *request.body_mut() = Some(body);
            let response = client.execute(request).await.map_err(failure)?;
            let response = Response::<reqwest::Body>::from(response);
            Ok(response.map(|body| Body::new(body.map_err(failure))))
        })
    }
}

/// The address as `reqwest` takes it. Its own conversion writes it piece by piece, and allocates for most of them.
fn url_of(uri: &Uri) -> Result<Url, url::ParseError> {
    let (scheme, authority) = (uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", Authority::as_str));
    let path = uri.path_and_query().map_or("", PathAndQuery::as_str);
    Url::parse(&[scheme, "://", authority, path].concat())
}

/// Converts an error of `reqwest`.
fn failure(error: reqwest::Error) -> TransportError {
    let (unsent, timeout) = (error.is_connect() || error.is_builder(), error.is_timeout());
    // A URL can contain arguments.
    let error = error.without_url();
    let failure = if unsent { TransportError::not_sent(error) } else { TransportError::maybe_sent(error) };
    if timeout { failure.timed_out() } else { failure }
}
