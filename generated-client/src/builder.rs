//! Settings of a client: what can be chosen, and what is refused because it would show the token.

use std::sync::Arc;
use std::time::Duration;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use reqwest::Certificate;
use reqwest::Url;
use tokio::sync::Semaphore;

use crate::client::{Client, Shared};
use crate::error::Error;
use crate::operation::Risk;
use crate::pace::{Pace, Real};
use crate::retry::Budget;
use crate::token::Token;

/// A limit beyond this is none; moments so far away cannot be told.
const LONGEST_CALL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Settings of a [`Client`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    base_url: Option<String>,
    token: Option<Token>,
    max_risk: Risk,
    language: Option<String>,
    allow_http: bool,
    connect_timeout: Duration,
    read_timeout: Duration,
    timeout: Duration,
    attempt_timeout: Duration,
    max_attempts: u32,
    max_in_flight: usize,
    max_answer_bytes: usize,
    proxies: bool,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    root_certificates: Vec<Certificate>,
    pace: Arc<dyn Pace>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            base_url: None,
            token: None,
            max_risk: Risk::Write,
            language: None,
            allow_http: false,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(40),
            max_attempts: 4,
            max_in_flight: 64,
            max_answer_bytes: 64 << 20,
            proxies: true,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates: Vec::new(),
            pace: Arc::new(Real),
        }
    }

    /// Calls an installation of your own, such as `https://flighthub.example.com` or `http://10.0.0.5:30812`. A path is
    /// kept and put before the paths of operations. Plain `http` needs [`allow_http`](Self::allow_http), except for this
    /// machine itself.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The token that calls are made with.
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// The riskiest class of operations that this client may send; [`Risk::Write`] if it is not set. Others are refused
    /// before a connection is opened.
    pub fn max_risk(mut self, risk: Risk) -> Self {
        self.max_risk = risk;
        self
    }

    /// Sends the token without encryption, for installations within a network that is trusted. Proxies of the environment
    /// are not used for plain `http`.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// How long to wait for a connection; 10 seconds if it is not set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long to wait for the next part of an answer; 30 seconds if it is not set.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = limit;
        self
    }

    /// How long one attempt of a call may take; 40 seconds if it is not set.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// How often a call is sent at most, the first time included; 4 if it is not set, and 1 to send nothing again.
    /// Physical operations are sent once, whatever is set here.
    pub fn max_attempts(mut self, limit: u32) -> Self {
        self.max_attempts = limit.max(1);
        self
    }

    /// How many requests may be on their way at once; others wait for their turn. 64 if it is not set.
    pub fn max_in_flight(mut self, limit: usize) -> Self {
        self.max_in_flight = limit.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = false;
        self
    }

    /// Trusts certificates in PEM form, for installations of your own, beside those that the system trusts. Needs one of
    /// the features `rustls` and `native-tls`.
    ///
    /// # Errors
    /// There is no certificate in the text.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Self, Error> {
        let certificates = Certificate::from_pem_bundle(pem)
            .map_err(|error| Error::config("the root certificates cannot be read").with_source(error))?;
        if certificates.is_empty() {
            return Err(Error::config("there is no certificate in the text: it should have `BEGIN CERTIFICATE` in it"));
        }
        self.root_certificates.extend(certificates);
        Ok(self)
    }

    /// Takes time and chance from elsewhere, for tests and for programs with a timer of their own. The time-outs of a
    /// connection and of an attempt are those of tokio in any case.
    pub fn pace(mut self, pace: impl Pace + 'static) -> Self {
        self.pace = Arc::new(pace);
        self
    }

    /// How long a call may take as a whole, with all attempts and the waits between them; 60 seconds if it is not set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit.min(LONGEST_CALL);
        self
    }

    /// How long an answer may be, in bytes; 64 MiB if it is not set.
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.max_answer_bytes = limit;
        self
    }

    pub(crate) fn language_text(mut self, language: String) -> Self {
        self.language = Some(language);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// There is no base URL or region, or no token, or one of the settings cannot work.
    pub fn build(self) -> Result<Client, Error> {
        let Some(base_url) = &self.base_url else {
            return Err(Error::config("no base URL: call `.region(…)` or `.base_url(…)`"));
        };
        let base_url = checked_base_url(base_url, self.allow_http)?;
        let Some(token) = self.token else {
            return Err(Error::config("no token: call `.token(…)`"));
        };
        let mut http = reqwest::Client::builder();
        if !self.proxies || base_url.starts_with("http:") {
            // A proxy of the environment would see the token: without encryption there is none to be had.
            http = http.no_proxy();
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        for certificate in self.root_certificates {
            http = http.add_root_certificate(certificate);
        }
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .user_agent(concat!("flighthub2/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::config("the HTTP client cannot be set up").with_source(error.without_url()))?;
        Ok(Client::new(Shared {
            http,
            base_url,
            token,
            max_risk: self.max_risk,
            language: self.language,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_attempts: self.max_attempts,
            in_flight: Semaphore::new(self.max_in_flight),
            max_answer_bytes: self.max_answer_bytes,
            budget: Budget::new(),
            pace: self.pace,
            #[cfg(feature = "blocking")]
            blocking: Default::default(),
        }))
    }
}

/// The base URL without a slash at its end, if a token may be sent to it.
fn checked_base_url(text: &str, allow_http: bool) -> Result<String, Error> {
    let url = Url::parse(text).map_err(|error| Error::config("the base URL is no URL").with_source(error))?;
    let Some(host) = url.host_str() else {
        return Err(Error::config("the base URL has no host"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config("the base URL has a name or password in it; only the token is sent"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config("the base URL has a query or a fragment"));
    }
    match url.scheme() {
        "https" if cfg!(any(feature = "rustls", feature = "native-tls")) => {}
        "https" => {
            return Err(Error::config(
                "the base URL is https, and this crate was built without TLS: enable its feature `rustls` or `native-tls`",
            ));
        }
        "http" if allow_http || is_loopback(host) => {}
        "http" => {
            return Err(Error::config(
                "the base URL is plain http, which would show the token to the network: \
                 use https, or `.allow_http(true)` within a network that is trusted",
            ));
        }
        other => {
            return Err(Error::config(format!("the base URL has the scheme `{other}`, which is not http or https")));
        }
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
