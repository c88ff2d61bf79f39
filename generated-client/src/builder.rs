//! Settings of a client: what can be chosen, and what is refused because it would show the token.

use std::sync::Arc;
use std::time::Duration;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use reqwest::Certificate;
use reqwest::Url;
use tokio::sync::Semaphore;

use crate::client::{Client, Shared};
use crate::error::Error;
use crate::http_client::{HttpClient, Settings};
use crate::operation::Risk;
use crate::pace::{Pace, Real};
use crate::retry::Budget;
use crate::token::Token;
use crate::transport::Transport;

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
    connections: Settings,
    transport: Option<Arc<dyn Transport>>,
    timeout: Duration,
    attempt_timeout: Duration,
    max_attempts: u32,
    max_in_flight: usize,
    max_answer_bytes: usize,
    pace: Option<Arc<dyn Pace>>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            base_url: None,
            token: None,
            max_risk: Risk::Write,
            language: None,
            allow_http: false,
            connections: Settings::default(),
            transport: None,
            timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(40),
            max_attempts: 4,
            max_in_flight: 64,
            max_answer_bytes: 64 << 20,
            pace: None,
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
    /// are not used for plain `http`; one that [`configure_reqwest`](Self::configure_reqwest) adds is, and sees the token.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// How long to wait for a connection; 10 seconds if it is not set. It is at most three quarters of the other limits
    /// that run at the same time: those of the next part of a response, of an attempt and of the call. So there is time left
    /// to find out that no connection was made, and nothing sent.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connections.connect_timeout = limit;
        self
    }

    /// How long to wait for the next part of an answer; 30 seconds if it is not set.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.connections.read_timeout = limit;
        self
    }

    /// How long one attempt of a call may take; 40 seconds if it is not set. Its time begins when it has a slot among the
    /// requests in flight.
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

    /// How many requests may be in flight at once; others wait for a slot, within the time of their call. 64 if it is
    /// not set.
    pub fn max_in_flight(mut self, limit: usize) -> Self {
        self.max_in_flight = limit.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Uses no proxy of the environment. A proxy that [`configure_reqwest`](Self::configure_reqwest) adds is used all the
    /// same.
    pub fn no_proxy(mut self) -> Self {
        self.connections.proxies = false;
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
        self.connections.root_certificates.extend(certificates);
        Ok(self)
    }

    /// Changes settings of `reqwest`, the HTTP library that is built in, for what has no method here: proxies with a
    /// password, certificates of this client, names of hosts. What the client relies on stays as it is: redirects,
    /// repetitions, `Referer`, the user agent and the time-outs. Change the builder that is handed over: another one would
    /// use the proxies of the environment where this client must not.
    ///
    /// A proxy that is added here is used instead of those of the environment, for plain `http`, too.
    ///
    /// ```
    /// use flighthub2::Client;
    /// use flighthub2::transport::reqwest;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let proxy = reqwest::Proxy::https("http://proxy.example.com:3128")?.basic_auth("name", "password");
    /// let settings = Client::builder().configure_reqwest(move |http| http.proxy(proxy.clone()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn configure_reqwest(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.connections.change = Some(Arc::new(change));
        self
    }

    /// Sends requests with another HTTP library, or with none. How connections are made is then its own: their
    /// time-outs, proxies and certificates. The limits of attempts, calls and answers hold all the same.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Takes time and chance from elsewhere, for tests and for programs with a timer of their own. All limits and waits of
    /// calls go by it. The built-in transport needs tokio all the same, and its limits for connections and for the next
    /// part of a response go by tokio's time; with a [`transport`](Self::transport) of your own no runtime of tokio is
    /// needed.
    pub fn pace(mut self, pace: impl Pace + 'static) -> Self {
        self.pace = Some(Arc::new(pace));
        self
    }

    /// How long a call may take as a whole, with all attempts, the waits between them and those for a slot among the
    /// requests in flight; 60 seconds if it is not set.
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
        let tls = self.transport.is_some() || cfg!(any(feature = "rustls", feature = "native-tls"));
        let base_url = checked_base_url(base_url, self.allow_http, tls)?;
        let Some(token) = self.token else {
            return Err(Error::config("no token: call `.token(…)`"));
        };
        let needs_tokio = self.transport.is_none() || self.pace.is_none();
        let transport = match self.transport {
            Some(transport) if self.connections.are_default() => transport,
            Some(_) => {
                return Err(Error::config(
                    "`.transport(…)` makes its connections by itself: `.no_proxy()`, `.root_certificate(…)` and \
                     `.configure_reqwest(…)` do not reach it",
                ));
            }
            None => {
                let mut connections = self.connections;
                // A proxy of the environment would see the token: without encryption there is none to be had.
                connections.proxies &= base_url.starts_with("https:");
                let attempt = self.attempt_timeout.min(self.timeout);
                let others = attempt.min(connections.read_timeout);
                connections.connect_timeout = connections.connect_timeout.min(others / 4 * 3);
                Arc::new(HttpClient::new(&connections)?)
            }
        };
        Ok(Client::new(Shared {
            transport,
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
            pace: self.pace.unwrap_or_else(|| Arc::new(Real)),
            needs_tokio,
            #[cfg(feature = "blocking")]
            blocking: Default::default(),
        }))
    }
}

/// The base URL without a slash at its end, if a token may be sent to it.
fn checked_base_url(text: &str, allow_http: bool, tls: bool) -> Result<String, Error> {
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
        "https" if tls => {}
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
