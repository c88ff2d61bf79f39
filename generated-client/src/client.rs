//! The client: settings in, a handle out that sends any operation.
//!
//! What depends on the type of an operation is small: writing its arguments and reading its answer. Everything between
//! is done once, in [`Client::exchange`], for all of them. Knows no single operation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use crate::answer::{Answer, ReadError};
use crate::call::Serves;
use crate::error::{Delivery, Error, ErrorKind};
use crate::operation::{Operation, OperationInfo, Risk};
use crate::request::RequestParts;
use crate::token::Token;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// How much of an answer that is no JSON an error shows.
const SNIPPET_CHARS: usize = 200;

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
    max_answer_bytes: usize,
}

impl ClientBuilder {
    fn new() -> Self {
        Self {
            base_url: None,
            token: None,
            max_risk: Risk::Write,
            language: None,
            allow_http: false,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            max_answer_bytes: 64 << 20,
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

    /// How long a call may take as a whole; 60 seconds if it is not set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
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
        if base_url.starts_with("http:") {
            // A proxy of the environment would see the token: without encryption there is none to be had.
            http = http.no_proxy();
        }
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .timeout(self.timeout)
            .user_agent(concat!("flighthub2/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::config("the HTTP client cannot be set up").with_source(error.without_url()))?;
        Ok(Client(Arc::new(Shared {
            http,
            base_url,
            token,
            max_risk: self.max_risk,
            language: self.language,
            max_answer_bytes: self.max_answer_bytes,
        })))
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
        "https" => {}
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

/// Sends calls. Copies of it are cheap and share their connections.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    http: reqwest::Client,
    base_url: String,
    token: Token,
    max_risk: Risk,
    language: Option<String>,
    max_answer_bytes: usize,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url)
            .field("max_risk", &self.0.max_risk)
            .finish_non_exhaustive()
    }
}

/// A [`Client`] for the calls of one project.
#[derive(Clone)]
pub struct ProjectClient {
    client: Client,
    project: Arc<str>,
}

impl fmt::Debug for ProjectClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectClient").field("client", &self.client).field("project", &self.project).finish()
    }
}

impl ProjectClient {
    /// The client without the project.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The id of the project.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.project
    }

    /// Sends an operation and waits for its answer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error>
    where
        Self: Serves<O::Scope>,
    {
        self.client.execute(operation, Some(&self.project)).await
    }
}

/// What came back, before anybody asks what it means.
struct Exchange {
    request_id: Option<String>,
    status: StatusCode,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Client {
    /// Settings of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Sends an operation and waits for its answer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error>
    where
        Self: Serves<O::Scope>,
    {
        self.execute(operation, None).await
    }

    pub(crate) fn in_project(&self, project: String) -> ProjectClient {
        ProjectClient { client: self.clone(), project: project.into() }
    }

    pub(crate) async fn execute<O: Operation>(&self, operation: &O, project: Option<&str>) -> Result<O::Output, Error> {
        let info = O::INFO;
        let mut parts = RequestParts::new(info.path);
        operation.write(&mut parts);
        let exchange = self.exchange(info, parts, project).await.map_err(|error| error.of(info))?;
        self.read(&exchange, O::read).map_err(|error| {
            error.of(info).with_request_id(exchange.request_id.as_deref()).with_status(exchange.status)
        })
    }

    /// Sends a request and collects its answer.
    async fn exchange(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
    ) -> Result<Exchange, Error> {
        let shared = &*self.0;
        if info.risk > shared.max_risk {
            let message = format!(
                "refused: its risk is {risk:?}, and this client may not exceed {:?}; \
                 build it with `.max_risk(Risk::{risk:?})` to allow it",
                shared.max_risk,
                risk = info.risk
            );
            return Err(Error::new(ErrorKind::Risk, Delivery::NotSent, message));
        }
        if let Some(problem) = parts.problem() {
            return Err(Error::new(ErrorKind::Arguments, Delivery::NotSent, problem));
        }
        let method = Method::from_bytes(info.method.as_bytes())
            .map_err(|error| Error::config("the operation has an unknown HTTP method").with_source(error))?;
        let query = if parts.query_text().is_empty() { "" } else { "?" };
        let url = format!("{}{}{query}{}", shared.base_url, parts.path_text(), parts.query_text());
        let request_id = info.api.request_id_header.map(|_| uuid::Uuid::new_v4().to_string());
        let headers = self.headers(info, &parts, project, request_id.as_deref())?;
        let mut request = shared.http.request(method, url).headers(headers);
        if let Some(body) = parts.into_body() {
            request = request.header(CONTENT_TYPE, JSON).body(body);
        }
        let failed = |error: reqwest::Error| transport_error(error).with_request_id(request_id.as_deref());
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let content_type =
            response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        let too_long = || {
            let message = format!("the answer is longer than {} bytes", shared.max_answer_bytes);
            Error::new(ErrorKind::Answer, Delivery::Answered, message)
                .with_request_id(request_id.as_deref())
                .with_status(status)
        };
        if response.content_length().is_some_and(|length| length > shared.max_answer_bytes as u64) {
            return Err(too_long());
        }
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if chunk.len() > shared.max_answer_bytes.saturating_sub(body.len()) {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Exchange { request_id, status, content_type, body })
    }

    fn headers(
        &self,
        info: &'static OperationInfo,
        parts: &RequestParts,
        project: Option<&str>,
        request_id: Option<&str>,
    ) -> Result<HeaderMap, Error> {
        let shared = &*self.0;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, JSON);
        if let (Some(token), true) = (info.api.token, info.authenticated) {
            headers.insert(name(token.name)?, shared.token.header(token.prefix)?);
        }
        let project_header = match info.scope {
            crate::operation::Scope::Organization => None,
            _ => info.api.project_header,
        };
        let own = [
            (info.api.request_id_header, request_id),
            (info.api.language_header, shared.language.as_deref()),
            (project_header, project),
        ];
        let own = own.into_iter().filter_map(|(header, value)| Some((header?, value?)));
        for (header, text) in own.chain(parts.headers()) {
            let value = HeaderValue::from_str(text).map_err(|_| {
                let message = format!("`{header}` holds a sign that cannot stand in a header");
                Error::new(ErrorKind::Arguments, Delivery::NotSent, message)
            })?;
            headers.insert(name(header)?, value);
        }
        Ok(headers)
    }

    /// What an answer means.
    fn read<T>(&self, exchange: &Exchange, read: impl FnOnce(Answer<'_>) -> Result<T, ReadError>) -> Result<T, Error> {
        let answered = |kind, message: String| Error::new(kind, Delivery::Answered, message);
        let text = std::str::from_utf8(&exchange.body);
        if !exchange.status.is_success() {
            return Err(match text.ok().and_then(|text| Answer::new(text).failure()) {
                Some((code, message)) => answered(ErrorKind::Api, self.words(&message)).with_code(code),
                None => {
                    let what = if exchange.status.is_redirection() {
                        "a redirect, which is not followed: it would carry the token elsewhere"
                    } else {
                        "no success"
                    };
                    let status = exchange.status.as_u16();
                    answered(ErrorKind::Status, format!("HTTP {status}: {what}{}", self.snippet(exchange)))
                }
            });
        }
        let text = text.map_err(|error| {
            let message = format!("the answer is not UTF-8 (after {} bytes)", error.valid_up_to());
            answered(ErrorKind::Answer, message).with_path(String::new())
        })?;
        read(Answer::new(text)).map_err(|error| match error {
            ReadError::Failure { code, message } => answered(ErrorKind::Api, self.words(&message)).with_code(code),
            ReadError::Mismatch { path, message } => {
                let snippet = if exchange.body.first().is_none_or(|byte| matches!(byte, b'{' | b'[')) {
                    String::new()
                } else {
                    self.snippet(exchange)
                };
                answered(ErrorKind::Answer, format!("unexpected answer: {message}{snippet}")).with_path(path)
            }
        })
    }

    /// A message of the service on one line, without the token.
    fn words(&self, message: &str) -> String {
        self.0.token.mask(message).replace(|sign: char| sign.is_control(), " ")
    }

    /// The beginning of an answer that is no JSON, for people; what could be a secret is left out.
    fn snippet(&self, exchange: &Exchange) -> String {
        let kind = exchange.content_type.as_deref().unwrap_or("unnamed content");
        let text = String::from_utf8_lossy(&exchange.body);
        let text = self.0.token.mask(&text);
        let words = text.split_whitespace().map(|word| if word.len() > 32 { "…" } else { word });
        let text: String = words.collect::<Vec<_>>().join(" ").chars().take(SNIPPET_CHARS).collect();
        let text: String = text.chars().filter(|sign| !sign.is_control()).collect();
        if text.is_empty() { format!("; {kind}, empty") } else { format!("; {kind}: {text}") }
    }
}

fn name(header: &'static str) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(header.as_bytes())
        .map_err(|error| Error::config(format!("`{header}` cannot be the name of a header")).with_source(error))
}

fn transport_error(error: reqwest::Error) -> Error {
    let (kind, delivery, message) = if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, Delivery::NotSent, "no connection was made in time")
    } else if error.is_connect() {
        (ErrorKind::Connection, Delivery::NotSent, "no connection could be made")
    } else if error.is_builder() {
        (ErrorKind::Arguments, Delivery::NotSent, "the request cannot be built")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Delivery::MaybeSent, "no whole answer came in time")
    } else {
        (ErrorKind::Transport, Delivery::MaybeSent, "the connection broke before the whole answer was there")
    };
    // A URL can hold values of the caller.
    Error::new(kind, delivery, message).with_source(error.without_url())
}
