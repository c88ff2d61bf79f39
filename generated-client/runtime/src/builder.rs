//! Settings of a client.
//!
//! In: the settings of a program. Out: a client; or an error if a setting is invalid, or would expose the token.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use tokio::sync::Semaphore;
use url::Url;

use crate::call::{ApiClient, BaseUrl as _};
use crate::client::{Core, HeaderNames, Shared};
use crate::client_credentials::ClientCredentials;
use crate::clock::{Clock, TokioClock};
use crate::credentials::{Credential, Credentials};
use crate::error::{Error, name_list};
#[cfg(feature = "reqwest")]
use crate::http_client::{HttpClient, Settings};
use crate::operation::Risk;
use crate::redactor::Redactor;
use crate::retry::Budget;
use crate::server::ServerInfo;
use crate::token::Token;
use crate::token_source::{TokenCache, TokenSource};
use crate::transport::Transport;

/// A longer limit is shortened to this: the clock cannot represent every later instant.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Settings of a client, which [`build`](Self::build) creates. `C` is the client that is generated for an API.
#[must_use]
pub struct ClientBuilder<C> {
    target: Option<Target>,
    server_variables: Vec<(String, String)>,
    token: Option<Credential>,
    credentials: Credentials,
    client_credentials: Vec<(String, ClientCredentials)>,
    max_risk: Risk,
    language: Option<String>,
    allow_http: bool,
    #[cfg(feature = "reqwest")]
    connections: Settings,
    transport: Option<Arc<dyn Transport>>,
    timeout: Duration,
    attempt_timeout: Duration,
    max_attempts: u32,
    max_in_flight: usize,
    max_response_bytes: usize,
    clock: Option<Arc<dyn Clock>>,
    client: PhantomData<fn() -> C>,
}

/// Where a client sends its calls.
#[derive(Clone, Debug)]
enum Target {
    BaseUrl(String),
    Server(&'static ServerInfo),
}

// Not derived: the derived implementation would require `C: Clone`.
impl<C> Clone for ClientBuilder<C> {
    fn clone(&self) -> Self {
        Self {
            target: self.target.clone(),
            server_variables: self.server_variables.clone(),
            token: self.token.clone(),
            credentials: self.credentials.clone(),
            client_credentials: self.client_credentials.clone(),
            language: self.language.clone(),
            #[cfg(feature = "reqwest")]
            connections: self.connections.clone(),
            transport: self.transport.clone(),
            clock: self.clock.clone(),
            client: PhantomData,
            ..*self
        }
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ClientBuilder");
        shown
            .field("target", &self.target)
            .field("server_variables", &self.server_variables)
            .field("token", &self.token)
            .field("credentials", &self.credentials)
            .field("client_credentials", &self.client_credentials)
            .field("max_risk", &self.max_risk)
            .field("language", &self.language)
            .field("allow_http", &self.allow_http)
            .field("transport", &self.transport)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("max_attempts", &self.max_attempts)
            .field("max_in_flight", &self.max_in_flight)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("clock", &self.clock);
        #[cfg(feature = "reqwest")]
        shown.field("connections", &self.connections);
        shown.finish()
    }
}

impl<C: ApiClient> Default for ClientBuilder<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: ApiClient> ClientBuilder<C> {
    /// The default settings.
    pub fn new() -> Self {
        Self {
            target: None,
            server_variables: Vec::new(),
            token: None,
            credentials: Credentials::default(),
            client_credentials: Vec::new(),
            max_risk: Risk::Write,
            language: C::DEFAULT_LANGUAGE.map(str::to_owned),
            allow_http: false,
            #[cfg(feature = "reqwest")]
            connections: Settings::new(C::USER_AGENT),
            transport: None,
            timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(40),
            max_attempts: 4,
            max_in_flight: 64,
            max_response_bytes: 64 << 20,
            clock: None,
            client: PhantomData,
        }
    }

    /// Calls the servers of a region. For an installation of your own see [`base_url`](Self::base_url).
    pub fn region(self, region: C::Region) -> Self {
        self.base_url(region.base_url())
    }

    /// The language of messages. English if it is not set and the API has it: services can have another default.
    pub fn language(mut self, language: C::Language) -> Self {
        self.language = Some(language.to_string());
        self
    }

    /// Calls a [server](crate::codegen::ApiInfo::servers) of the specification, instead of the first one. Operations that have
    /// a server of their own are sent to that one.
    pub fn server(mut self, server: &'static ServerInfo) -> Self {
        self.target = Some(Target::Server(server));
        self
    }

    /// Sets a variable in the URL of the server, and in those of operations with a server of their own that have it. Without
    /// a value, a variable has the default of the specification.
    pub fn server_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.server_variables.push((name.into(), value.into()));
        self
    }

    /// Calls an installation of your own, such as `https://flighthub.example.com` or `http://10.0.0.5:30812`. A path is
    /// kept and put before the paths of operations. Plain `http` needs [`allow_http`](Self::allow_http), except for this
    /// machine itself. All calls are sent there, also those of operations with a server of their own.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.target = Some(Target::BaseUrl(url.into()));
        self
    }

    /// The token that calls are made with. An API without a token needs none.
    ///
    /// If calls of an API can be made without a token, too, or name it differently, it is optional: it is the
    /// [credential](Self::credential) of every scheme that has none. That needs schemes which all write the same value; of
    /// others `build` requires the names.
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(Credential::Token(token));
        self
    }

    /// Where the token comes from, if it expires or changes while the program runs. It is used as a [`token`](Self::token)
    /// is. Clients that are built from copies of this builder share their tokens.
    pub fn token_source(mut self, source: impl TokenSource + 'static) -> Self {
        self.token = Some(Credential::Source(Arc::new(TokenCache::new(source))));
        self
    }

    /// The riskiest class of operations that this client may send; [`Risk::Write`] if it is not set. Others are refused
    /// before a connection is opened.
    pub fn max_risk(mut self, risk: Risk) -> Self {
        self.max_risk = risk;
        self
    }

    /// The credential of a security scheme, for an API with several: an API key, a bearer or OAuth 2 token, or for `basic`
    /// [the user and the password](Token::basic). Each call uses the first set that its operation accepts and that is complete.
    pub fn credential(mut self, scheme: impl Into<String>, credential: Token) -> Self {
        self.credentials.set(scheme.into(), Credential::Token(credential));
        self
    }

    /// Where the token of a security scheme comes from, if it expires or changes while the program runs. The scheme has to
    /// be a header. Clients that are built from copies of this builder share their tokens.
    pub fn credential_source(mut self, scheme: impl Into<String>, source: impl TokenSource + 'static) -> Self {
        self.credentials.set(scheme.into(), Credential::Source(Arc::new(TokenCache::new(source))));
        self
    }

    /// Fetches the tokens of a security scheme by the client credentials grant of OAuth 2, from the token endpoint in the
    /// specification or from [another one](ClientCredentials::token_url). A token is fetched when the first call needs it,
    /// again before it expires, and after a response with HTTP 401. Such a call is sent again with the new token, unless it
    /// is [physical](Risk::Physical).
    ///
    /// ```
    /// use flighthub2_runtime::codegen::ApiClient;
    /// use flighthub2_runtime::{ClientBuilder, ClientCredentials, Error};
    ///
    /// fn client<C: ApiClient>(builder: ClientBuilder<C>, secret: String) -> Result<C, Error> {
    ///     let credentials = ClientCredentials::new("my-program", secret)?.scopes(["orders:read"]);
    ///     builder.client_credentials("oauth", credentials).build()
    /// }
    /// ```
    pub fn client_credentials(mut self, scheme: impl Into<String>, credentials: ClientCredentials) -> Self {
        let scheme = scheme.into();
        self.client_credentials.retain(|(known, _)| *known != scheme);
        self.client_credentials.push((scheme, credentials));
        self
    }

    /// Sends the token without encryption, for installations within a network that is trusted. Proxies of the environment
    /// are not used for plain `http`; one that a program adds with `configure_reqwest` is, and sees the token.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// How long to wait for a connection; 10 seconds if it is not set. It is at most three quarters of the other limits
    /// that run at the same time: those of the next part of a response, of an attempt and of the call. So there is time left
    /// to find out that no connection was made, and nothing sent.
    #[cfg(feature = "reqwest")]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connections.connect_timeout = limit;
        self
    }

    /// How long to wait for the next part of a response; defaults to 30 seconds.
    #[cfg(feature = "reqwest")]
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

    /// How often a call is sent at most, the first time included; 4 if it is not set; 1 disables retries.
    /// Physical operations are sent once, regardless of this setting.
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

    /// Uses no proxy of the environment. A proxy that a program adds with `configure_reqwest` is used all the same.
    #[cfg(feature = "reqwest")]
    pub fn no_proxy(mut self) -> Self {
        self.connections.proxies = false;
        self
    }

    /// Trusts certificates in PEM form, for installations of your own, in addition to those that the system trusts. Needs
    /// one of the features `rustls` and `native-tls`.
    ///
    /// # Errors
    /// There is no certificate in the text.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.connections.add_root_certificates(pem)?;
        Ok(self)
    }

    /// Changes settings of `reqwest`, the HTTP library of the built-in transport, for settings without a method here:
    /// proxies with a password, certificates of this client, names of hosts. The settings that the client relies on cannot
    /// be changed: redirects, retries, `Referer`, the user agent and the time-outs. Change the builder that is passed in:
    /// another one would use the proxies of the environment where this client must not.
    ///
    /// A proxy that is added here is used instead of those of the environment, for plain `http`, too.
    ///
    /// Needs the feature `reqwest-config`, which is off by default: with it, the version of `reqwest` is a part of the
    /// public API of this crate.
    ///
    /// ```
    /// use flighthub2_runtime::codegen::ApiClient;
    /// use flighthub2_runtime::{ClientBuilder, transport::reqwest};
    ///
    /// fn with_proxy<C: ApiClient>(settings: ClientBuilder<C>) -> Result<ClientBuilder<C>, reqwest::Error> {
    ///     let proxy = reqwest::Proxy::https("http://proxy.example.com:3128")?.basic_auth("name", "password");
    ///     Ok(settings.configure_reqwest(move |http| http.proxy(proxy.clone())))
    /// }
    /// ```
    #[cfg(feature = "reqwest-config")]
    pub fn configure_reqwest(
        mut self,
        change: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.connections.change = Some(Arc::new(change));
        self
    }

    /// Sends requests with another HTTP library, or with none. It then determines how connections are made:
    /// their time-outs, proxies and certificates. The limits of attempts, calls and responses apply in any case.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the source of time and jitter, for tests and for programs with a timer of their own. All limits and waits of
    /// calls go by it. The built-in transport needs tokio all the same, and its limits for connections and for the next
    /// part of a response go by tokio's time; with a [`transport`](Self::transport) of your own no runtime of tokio is
    /// needed.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// How long a call may take as a whole, with all attempts, the waits between them and those for a slot among the
    /// requests in flight; 60 seconds if it is not set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit.min(LONGEST_CALL);
        self
    }

    /// The maximum length of a response, in bytes; defaults to 64 MiB. It applies after decompression.
    pub fn max_response_bytes(mut self, limit: usize) -> Self {
        self.max_response_bytes = limit;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// There is no base URL or region and the specification has no server, or no token, or one of the settings cannot work.
    pub fn build(mut self) -> Result<C, Error> {
        // Without the built-in transport its lack of TLS is not the problem.
        let tls = self.transport.is_some()
            || cfg!(not(feature = "reqwest"))
            || cfg!(any(feature = "rustls", feature = "native-tls"));
        let (target, is_documented) = self.target()?;
        let base_url = checked_base_url("the base URL", &target, self.allow_http, tls)?;
        if self.token.is_none() && C::API.token.is_some() {
            return Err(Error::config("no token: call `.token(…)`"));
        }
        if let Some(scheme) = self.credentials.unknown(C::API.credentials) {
            let known = name_list(C::API.credentials.iter().map(|known| known.scheme));
            return Err(Error::config(format!("there is no security scheme `{scheme}`; the schemes are: {known}")));
        }
        if let Some(token) = self.token.take_if(|_| !C::API.credentials.is_empty()) {
            self.credentials.set_all(C::API.credentials, &token).map_err(|schemes| {
                Error::config(format!(
                    "the API has several schemes, and `.token(…)` does not say for which it is: call `.credential(…)` \
                     with one of {schemes}"
                ))
            })?;
        }
        let needs_tokio = self.transport.is_none() || self.clock.is_none();
        let transport = self.transport_to(&base_url)?;
        for (scheme, given) in &self.client_credentials {
            let url = self.token_url(scheme, given, (&target, is_documented), tls)?;
            let source = TokenCache::new(given.source(url, Arc::clone(&transport))?);
            self.credentials.set(scheme.clone(), Credential::Source(Arc::new(source)));
        }
        if let Some(scheme) = self.credentials.source_outside_of_headers(C::API.credentials) {
            return Err(Error::config(format!("`{scheme}` is no header: its credential cannot come from a source")));
        }
        let mut redactor = Redactor::new(self.token.as_ref(), &self.credentials);
        for (_, given) in &self.client_credentials {
            redactor.add_all(&given.secrets());
        }
        Ok(C::from_core(Core::new(Shared {
            transport,
            base_url,
            is_documented,
            server_variables: self.server_variables,
            header_names: HeaderNames::of(C::API),
            redactor: Arc::new(redactor),
            token: self.token,
            credentials: self.credentials,
            max_risk: self.max_risk,
            language: self.language,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_attempts: self.max_attempts,
            in_flight: Semaphore::new(self.max_in_flight),
            max_response_bytes: self.max_response_bytes,
            budget: Budget::new(),
            clock: self.clock.unwrap_or_else(|| Arc::new(TokioClock)),
            needs_tokio,
            #[cfg(feature = "blocking")]
            blocking: Default::default(),
        })))
    }

    /// The token endpoint of client credentials.
    fn token_url(
        &self,
        scheme: &str,
        given: &ClientCredentials,
        (base_url, is_documented): (&str, bool),
        tls: bool,
    ) -> Result<Uri, Error> {
        let Some(info) = C::API.credentials.iter().find(|known| known.scheme == scheme) else {
            let known = name_list(C::API.credentials.iter().map(|known| known.scheme));
            return Err(Error::config(format!("there is no security scheme `{scheme}`; the schemes are: {known}")));
        };
        let name = format!("the token URL of `{scheme}`");
        let bad = |error| Error::config(format!("{name} is no URL")).with_source(error);
        let url = match (given.own_token_url(), info.token_url) {
            (Some(url), _) => Url::parse(url).map_err(bad)?,
            (None, Some(url)) => {
                // OpenAPI resolves a relative URL against that of the server.
                let is_relative = Url::parse(url) == Err(url::ParseError::RelativeUrlWithoutBase);
                if !is_relative && !is_documented {
                    return Err(Error::config(format!(
                        "the client has a base URL of its own, and {name} in the specification, `{url}`, may be that of \
                         another installation: call `.token_url(…)` of the client credentials"
                    )));
                }
                Url::parse(base_url).and_then(|base| base.join(url)).map_err(bad)?
            }
            (None, None) => {
                return Err(Error::config(format!(
                    "the specification does not have {name}: call `.token_url(…)` of the client credentials"
                )));
            }
        };
        check_url(&name, &url, self.allow_http, tls)?;
        if url.scheme() == "http" && base_url.starts_with("https:") {
            // A proxy of the environment would see the secret: proxies are disabled for a client whose base URL is http.
            return Err(Error::config(format!("{name} is plain http, and the base URL is not")));
        }
        Uri::try_from(url.as_str()).map_err(|error| Error::config(format!("{name} cannot be sent")).with_source(error))
    }

    /// The base URL, and whether it is that of a server of the specification.
    fn target(&self) -> Result<(String, bool), Error> {
        let server = match &self.target {
            Some(Target::BaseUrl(url)) if self.server_variables.is_empty() => return Ok((url.clone(), false)),
            Some(Target::BaseUrl(_)) => {
                return Err(Error::config(
                    "`.server_variable(…)` is for a server of the specification, and `.base_url(…)` or `.region(…)` is set",
                ));
            }
            Some(Target::Server(server)) => server,
            None => match C::API.servers.first() {
                Some(server) => server,
                None => return Err(Error::config("no base URL: call `.region(…)` or `.base_url(…)`")),
            },
        };
        Ok((server.base_url(&self.server_variables, C::API.operation_variables)?, true))
    }

    /// The transport for a base URL.
    #[cfg(feature = "reqwest")]
    fn transport_to(&self, base_url: &str) -> Result<Arc<dyn Transport>, Error> {
        match &self.transport {
            Some(transport) if self.connections.are_default() => Ok(Arc::clone(transport)),
            Some(_) => Err(Error::config(
                "`.transport(…)` makes its connections by itself: `.no_proxy()`, `.root_certificate(…)` and \
                 `.configure_reqwest(…)` do not reach it",
            )),
            None => {
                let mut connections = self.connections.clone();
                // A proxy of the environment would see the token, because plain `http` is not encrypted.
                connections.proxies &= base_url.starts_with("https:");
                let attempt = self.attempt_timeout.min(self.timeout);
                let others = attempt.min(connections.read_timeout);
                connections.connect_timeout = connections.connect_timeout.min(others / 4 * 3);
                Ok(Arc::new(HttpClient::new(&connections)?))
            }
        }
    }

    /// The transport of the program; without the feature `reqwest` there is no built-in one.
    #[cfg(not(feature = "reqwest"))]
    fn transport_to(&self, _: &str) -> Result<Arc<dyn Transport>, Error> {
        self.transport.clone().ok_or_else(|| {
            Error::config(
                "no transport: this crate was built without its feature `reqwest`; call `.transport(…)`, or enable \
                 `rustls`, `native-tls` or `reqwest`",
            )
        })
    }
}

/// The base URL without a slash at its end, if a token may be sent to it. `name` is what errors call it.
pub(crate) fn checked_base_url(name: &str, text: &str, allow_http: bool, tls: bool) -> Result<String, Error> {
    let url = Url::parse(text).map_err(|error| Error::config(format!("{name} is no URL")).with_source(error))?;
    check_url(name, &url, allow_http, tls)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config(format!("{name} has a query or a fragment")));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether credentials may be sent to a URL. `name` is what errors call it.
fn check_url(name: &str, url: &Url, allow_http: bool, tls: bool) -> Result<(), Error> {
    let Some(host) = url.host_str() else {
        return Err(Error::config(format!("{name} has no host")));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config(format!("{name} has a name or password in it; only the token is sent")));
    }
    match url.scheme() {
        "https" if tls => {}
        "https" => {
            return Err(Error::config(format!(
                "{name} is https, and this crate was built without TLS: enable its feature `rustls` or `native-tls`"
            )));
        }
        "http" if allow_http || is_loopback(host) => {}
        "http" => {
            return Err(Error::config(format!(
                "{name} is plain http, which would show the token to the network: use https, or `.allow_http(true)` \
                 within a network that is trusted"
            )));
        }
        other => {
            return Err(Error::config(format!("{name} has the scheme `{other}`, which is not http or https")));
        }
    }
    Ok(())
}

pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
