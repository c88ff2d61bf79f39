//! The built-in transport: `reqwest`, configured without redirects and retries of its own.
//!
//! In: settings of connections, and requests. Out: responses or errors. This is the only module that uses `reqwest`; it
//! knows no operation.

use std::fmt;
#[cfg(feature = "reqwest-config")]
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use reqwest::Certificate;

use crate::error::Error;
use crate::transport::{Body, SendFuture, Transport, TransportError};

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
    /// There is none in it.
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

/// A client of `reqwest` that sends each request once, and only to its own host.
#[derive(Debug)]
pub(crate) struct HttpClient(reqwest::Client);

impl HttpClient {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
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
            .read_timeout(settings.read_timeout)
            .user_agent(settings.user_agent)
            .build()
            .map(Self)
            .map_err(|error| Error::config("the HTTP client cannot be set up").with_source(error.without_url()))
    }
}

impl Transport for HttpClient {
    fn send(&self, request: Request<Bytes>) -> SendFuture<'_> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(failure)?;
            let answer = self.0.execute(request).await.map_err(failure)?;
            let answer = Response::<reqwest::Body>::from(answer);
            Ok(answer.map(|body| Body::new(body.map_err(failure))))
        })
    }
}

/// Converts an error of `reqwest`.
fn failure(error: reqwest::Error) -> TransportError {
    let (unsent, timeout) = (error.is_connect() || error.is_builder(), error.is_timeout());
    // A URL can contain arguments.
    let error = error.without_url();
    let failure = if unsent { TransportError::not_sent(error) } else { TransportError::maybe_sent(error) };
    if timeout { failure.timed_out() } else { failure }
}
