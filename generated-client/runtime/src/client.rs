//! The core of every generated client: an operation in, its response or an error out.
//!
//! Only writing arguments and reading a response depend on the type of an operation. All other code is compiled once: the
//! request is prepared here, and sent by an [`Execution`]. This module does not know any operation.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::attempt::{Collects, Exchange};
use crate::builder::checked_base_url;
use crate::call_response::CallResponse;
use crate::call_settings::CallSettings;
use crate::clock::Clock;
use crate::credentials::{Credential, Credentials, Written};
use crate::error::{Delivery, Error, ErrorKind};
use crate::execution::Execution;
use crate::headers::ResponseHeaders;
use crate::operation::{ApiInfo, Operation, OperationInfo, Risk, Streamed};
use crate::prepared::{DryRun, FetchedHeader, Prepared};
use crate::redactor::Redactor;
use crate::request::{RequestParts, header_problem};
use crate::response::{ReadError, ResponseBody};
use crate::retry::Budget;
use crate::streamed_response::StreamedResponse;
use crate::transport::Transport;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The core of a generated client: connections, settings, and the code that sends an operation. Copies of it are cheap
/// and share their connections.
///
/// It does not check whether a call needs a project. Generated clients do, with [`InScope`](crate::codegen::InScope).
#[derive(Clone)]
pub struct Core {
    shared: Arc<Shared>,
    /// The settings of a call, in a copy that belongs to it.
    settings: Option<Arc<CallSettings>>,
}

pub(crate) struct Shared {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) base_url: String,
    /// Whether the base URL is that of a server of the specification: only then operations have servers of their own.
    pub(crate) is_documented: bool,
    /// The values of variables in the URLs of servers.
    pub(crate) server_variables: Vec<(String, String)>,
    pub(crate) header_names: HeaderNames,
    /// `None` if no operation of the API needs one.
    pub(crate) token: Option<Credential>,
    pub(crate) credentials: Credentials,
    /// The token and the credentials, as texts that no output contains.
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) max_risk: Risk,
    pub(crate) language: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) in_flight: Semaphore,
    pub(crate) max_response_bytes: usize,
    pub(crate) budget: Budget,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the transport or the clock is built in: both require a runtime of tokio.
    pub(crate) needs_tokio: bool,
    #[cfg(feature = "blocking")]
    pub(crate) blocking: crate::blocking::Blocking,
}

impl Shared {
    /// Whether the built-in transport and clock can be used here: outside of a runtime of tokio they would panic.
    pub(crate) fn check_runtime(&self) -> Result<(), Error> {
        if self.needs_tokio && Handle::try_current().is_err() {
            return Err(Error::config(
                "no tokio runtime runs here: send calls within one, or build the client with \
                 `.transport(…)` and `.clock(…)` of your own",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("base_url", &self.shared.base_url)
            .field("max_risk", &self.shared.max_risk)
            .finish_non_exhaustive()
    }
}

impl Core {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), settings: None }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn settings_mut(&mut self) -> &mut CallSettings {
        Arc::make_mut(self.settings.get_or_insert_default())
    }

    fn settings(&self) -> Option<&CallSettings> {
        self.settings.as_deref()
    }

    /// How long a call may take as a whole.
    pub(crate) fn timeout(&self) -> Duration {
        self.settings().and_then(|settings| settings.timeout).unwrap_or(self.shared.timeout)
    }

    /// How often a call is sent at most.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.settings().and_then(|settings| settings.max_attempts).unwrap_or(self.shared.max_attempts)
    }

    /// The id of all requests of a call, if it has one of its own.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.settings()?.request_id.as_deref()
    }

    /// Sends an operation and waits for its response.
    ///
    /// The future borrows neither the operation nor the client, so it can be spawned. The time of the call begins when it is
    /// first polled.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn execute<O: Operation>(
        &self,
        operation: &O,
        project: Option<&str>,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        let (core, parts, project) = (self.clone(), parts_of(operation), project.map(str::to_owned));
        async move { core.execute_parts(O::INFO, parts, project.as_deref(), O::read).await }
    }

    /// Sends an operation and waits for its response, for its status and its headers, too.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn execute_with_headers<O: Operation>(
        &self,
        operation: &O,
        project: Option<&str>,
    ) -> impl Future<Output = Result<CallResponse<O>, Error>> + Send + use<O> {
        let (core, parts, project) = (self.clone(), parts_of(operation), project.map(str::to_owned));
        async move {
            let (output, status, headers) =
                core.execute_parts_with_headers(O::INFO, parts, project.as_deref(), O::read).await?;
            Ok(CallResponse::new(output, status, headers))
        }
    }

    /// Sends an operation, and returns its successful response before its content.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn execute_streaming<O: Streamed>(
        &self,
        operation: &O,
        project: Option<&str>,
    ) -> impl Future<Output = Result<StreamedResponse<O>, Error>> + Send + use<O> {
        let (core, parts, project) = (self.clone(), parts_of(operation), project.map(str::to_owned));
        async move {
            let mut execution = core.start(O::INFO, parts, project.as_deref(), Collects::Failures)?;
            let exchange = execution.exchange().await?;
            Ok(StreamedResponse::new(core, exchange, execution.finish_streaming()))
        }
    }

    /// The same on this thread.
    ///
    /// # Errors
    /// See [`execute_blocking`](Self::execute_blocking).
    #[cfg(feature = "blocking")]
    pub fn execute_streaming_blocking<O: Streamed>(
        &self,
        operation: &O,
        project: Option<&str>,
    ) -> Result<StreamedResponse<O>, Error> {
        self.shared.blocking.check().map_err(|error| error.of(O::INFO))?;
        let execution = self.start(O::INFO, parts_of(operation), project, Collects::Failures)?;
        let (execution, exchange) = self.exchange_blocking(O::INFO, execution)?;
        Ok(StreamedResponse::new(self.clone(), exchange, execution.finish_streaming()))
    }

    /// The headers of a response, of which those with a credential are marked.
    pub(crate) fn received(&self, headers: HeaderMap) -> ResponseHeaders {
        ResponseHeaders::received(headers, &self.shared().redactor)
    }

    /// Sends an operation and blocks this thread until its response is read. Only values that are not generic move to the
    /// thread of the client, so neither the operation nor its output has to be `Send`.
    ///
    /// # Errors
    /// See [`Error`]; and [`ErrorKind::Config`] within a task of tokio.
    #[cfg(feature = "blocking")]
    pub fn execute_blocking<O: Operation>(&self, operation: &O, project: Option<&str>) -> Result<O::Output, Error> {
        self.execute_parts_blocking(O::INFO, parts_of(operation), project, O::read)
    }

    /// The same as [`execute_with_headers`](Self::execute_with_headers) on this thread.
    ///
    /// # Errors
    /// See [`execute_blocking`](Self::execute_blocking).
    #[cfg(feature = "blocking")]
    pub fn execute_blocking_with_headers<O: Operation>(
        &self,
        operation: &O,
        project: Option<&str>,
    ) -> Result<CallResponse<O>, Error> {
        let (output, status, headers) =
            self.execute_parts_blocking_with_headers(O::INFO, parts_of(operation), project, O::read)?;
        Ok(CallResponse::new(output, status, headers))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn execute_parts_blocking_with_headers<T>(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        read: impl Fn(ResponseBody<'_>) -> Result<T, ReadError>,
    ) -> Result<(T, u16, ResponseHeaders), Error> {
        self.exchange_parts_blocking(info, parts, project, read).map(|done| self.with_headers(done))
    }

    /// Sends an operation whose arguments are in place, and reads its response.
    pub(crate) async fn execute_parts<T>(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        read: impl Fn(ResponseBody<'_>) -> Result<T, ReadError>,
    ) -> Result<T, Error> {
        self.exchange_parts(info, parts, project, read).await.map(|(output, _)| output)
    }

    /// Sends an operation whose arguments are in place, for its output, its status and its headers.
    pub(crate) async fn execute_parts_with_headers<T>(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        read: impl Fn(ResponseBody<'_>) -> Result<T, ReadError>,
    ) -> Result<(T, u16, ResponseHeaders), Error> {
        self.exchange_parts(info, parts, project, read).await.map(|done| self.with_headers(done))
    }

    /// An output with the status and the headers of its response.
    fn with_headers<T>(&self, (output, exchange): (T, Exchange)) -> (T, u16, ResponseHeaders) {
        (output, exchange.status.as_u16(), self.received(exchange.headers))
    }

    /// Sends an operation, for its output and the wait that the response asks for before the next request
    /// (`Retry-After`).
    pub(crate) async fn poll<O: Operation>(
        &self,
        operation: &O,
        project: Option<&str>,
    ) -> Result<(O::Output, Option<Duration>), Error> {
        let (output, exchange) = self.exchange_parts(O::INFO, parts_of(operation), project, O::read).await?;
        Ok((output, exchange.retry_after))
    }

    /// Sends an operation whose arguments are in place, for its output and the response that it was read from.
    async fn exchange_parts<T>(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        read: impl Fn(ResponseBody<'_>) -> Result<T, ReadError>,
    ) -> Result<(T, Exchange), Error> {
        let mut execution = self.start(info, parts, project, Collects::All)?;
        loop {
            let exchange = execution.exchange().await?;
            if let Some(result) = execution.finish(&exchange, read(exchange.response_body())) {
                return result.map(|output| (output, exchange));
            }
        }
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn execute_parts_blocking<T>(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        read: impl Fn(ResponseBody<'_>) -> Result<T, ReadError>,
    ) -> Result<T, Error> {
        self.exchange_parts_blocking(info, parts, project, read).map(|(output, _)| output)
    }

    #[cfg(feature = "blocking")]
    fn exchange_parts_blocking<T>(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        read: impl Fn(ResponseBody<'_>) -> Result<T, ReadError>,
    ) -> Result<(T, Exchange), Error> {
        self.shared.blocking.check().map_err(|error| error.of(info))?;
        let mut execution = self.start(info, parts, project, Collects::All)?;
        loop {
            let exchange;
            (execution, exchange) = self.exchange_blocking(info, execution)?;
            if let Some(result) = execution.finish(&exchange, read(exchange.response_body())) {
                return result.map(|output| (output, exchange));
            }
        }
    }

    /// Makes attempts on the client's thread until one has a successful HTTP status.
    #[cfg(feature = "blocking")]
    fn exchange_blocking(
        &self,
        info: &'static OperationInfo,
        mut execution: Execution,
    ) -> Result<(Execution, Exchange), Error> {
        let running = async move {
            let exchange = execution.exchange().await;
            (execution, exchange)
        };
        let (execution, exchange) = self.shared.blocking.run(running).map_err(|error| error.of(info))?;
        Ok((execution, exchange?))
    }

    /// Prepares a call, if it may be sent. Its time begins here.
    fn start(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
        collects: Collects,
    ) -> Result<Execution, Error> {
        let span = tracing::debug_span!(
            "flighthub2.call",
            operation = info.id,
            method = info.method,
            path = info.path,
            risk = ?info.risk,
            attempts = tracing::field::Empty,
            error = tracing::field::Empty,
            delivery = tracing::field::Empty,
            may_have_taken_effect = tracing::field::Empty,
        );
        let request = self.check_risk(info).and_then(|()| self.prepare(info, parts, project));
        match request {
            Ok(request) => Ok(Execution::new(self.clone(), info, request, span, collects)),
            Err(error) => {
                let error = error.of(info);
                error.record(&span);
                Err(error)
            }
        }
    }

    pub(crate) fn check_risk(&self, info: &'static OperationInfo) -> Result<(), Error> {
        let max_risk = self.shared.max_risk;
        if info.risk <= max_risk {
            return Ok(());
        }
        let message = format!(
            "refused: its risk is {risk:?}, and this client may not exceed {max_risk:?}; \
             build it with `.max_risk(Risk::{risk:?})` to allow it",
            risk = info.risk
        );
        Err(Error::new(ErrorKind::Risk, Delivery::NotSent, message))
    }

    /// The request that an operation would send, without sending it.
    ///
    /// # Errors
    /// An argument cannot be sent.
    pub fn dry_run<O: Operation>(&self, operation: &O, project: Option<&str>) -> Result<DryRun, Error> {
        self.dry_run_of(O::INFO, parts_of(operation), project)
    }

    pub(crate) fn dry_run_of(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
    ) -> Result<DryRun, Error> {
        let prepared = self.prepare(info, parts, project).map_err(|error| error.of(info))?;
        Ok(prepared.dry_run(info.api.token.map_or("", |token| token.prefix)))
    }

    /// Prepares a request, unless the operation may not be sent.
    fn prepare(
        &self,
        info: &'static OperationInfo,
        parts: RequestParts,
        project: Option<&str>,
    ) -> Result<Prepared, Error> {
        if let Some(problem) = parts.problem() {
            return Err(Error::new(ErrorKind::InvalidArgument, Delivery::NotSent, problem));
        }
        let method = Method::from_bytes(info.method.as_bytes())
            .map_err(|error| Error::config("the operation has an unknown HTTP method").with_source(error))?;
        let (mut headers, token) = self.headers(info, &parts, project)?;
        let Written { query, shown_query, prefixes, mut fetched } =
            self.shared.credentials.write(info, &mut headers)?;
        fetched.extend(token);
        let base_url = self.base_url(info)?;
        let url = |credentials: &str| {
            let mut url = format!("{base_url}{}", parts.path_text());
            for (part, separator) in
                [(parts.query_text(), '?'), (credentials, if parts.query_text().is_empty() { '?' } else { '&' })]
            {
                if !part.is_empty() {
                    url.push(separator);
                    url.push_str(part);
                }
            }
            url
        };
        let shown_url = (!shown_query.is_empty()).then(|| url(&shown_query));
        let url = url(&query);
        let uri = Uri::try_from(url).map_err(|error| {
            // The address may be too long.
            let message = "the address cannot be sent with these arguments";
            Error::new(ErrorKind::InvalidArgument, Delivery::NotSent, message).with_source(error)
        })?;
        let content_type = media_type(parts.content_type())?;
        let body = parts.into_body().unwrap_or_default();
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, content_type);
        }
        Ok(Prepared { method, uri, shown_url, headers, prefixes, fetched, body })
    }

    /// The base URL of an operation. Its own server has to be as safe as that of the client.
    fn base_url(&self, info: &'static OperationInfo) -> Result<Cow<'_, str>, Error> {
        let base_url = &self.shared.base_url;
        let Some(server) = info.server.filter(|_| self.shared.is_documented) else {
            return Ok(Cow::Borrowed(base_url));
        };
        let names: Vec<&str> = self.shared.server_variables.iter().map(|(name, _)| name.as_str()).collect();
        let server = server.base_url(&self.shared.server_variables, &names)?;
        let own = checked_base_url("the server of the operation", &server, true, true)?;
        if own.starts_with("http:") && !base_url.starts_with("http:") {
            return Err(Error::config(format!(
                "the server of the operation, `{server}`, is not https, which would show the token to the network: call \
                 `.base_url(…)` with another one"
            )));
        }
        Ok(Cow::Owned(own))
    }

    /// The headers, and that of the token if it is fetched.
    fn headers(
        &self,
        info: &'static OperationInfo,
        parts: &RequestParts,
        project: Option<&str>,
    ) -> Result<(HeaderMap, Option<FetchedHeader>), Error> {
        let shared = &*self.shared;
        let (mut headers, mut fetched) = (HeaderMap::new(), None);
        headers.insert(ACCEPT, media_type(parts.accepted())?);
        if let (Some(token), true) = (info.api.token, info.authenticated) {
            let name = shared.header_names.get(token.name)?;
            let value = match &shared.token {
                None => return Err(Error::config("the operation needs a token, and the client has none")),
                Some(Credential::Token(value)) => value.header(token.prefix)?,
                Some(Credential::Source(cache)) => {
                    let (name, cache) = (name.clone(), Arc::clone(cache));
                    let header = FetchedHeader { name, prefix: token.prefix, scheme: token.name, cache };
                    fetched.insert(header).placeholder()
                }
            };
            headers.insert(name, value);
        }
        let project_header = match info.scope {
            crate::operation::Scope::Organization => None,
            _ => info.api.project_header,
        };
        let language = self.settings().and_then(|settings| settings.language.as_ref()).or(shared.language.as_ref());
        let own = [(info.api.language_header, language.map(String::as_str)), (project_header, project)];
        let own = own.into_iter().filter_map(|(header, value)| Some((header?, value?)));
        for (header, text) in own.chain(parts.headers()) {
            let refused = |problem| Error::new(ErrorKind::InvalidArgument, Delivery::NotSent, problem);
            if let Some(problem) = header_problem(header, text) {
                return Err(refused(problem));
            }
            let value = HeaderValue::from_str(text).map_err(|error| refused(error.to_string()))?;
            headers.insert(shared.header_names.get(header)?, value);
        }
        if let Some(settings) = self.settings() {
            let refused = |problem| Error::new(ErrorKind::InvalidArgument, Delivery::NotSent, problem);
            settings.write(info.api, &mut headers).map_err(refused)?;
        }
        Ok((headers, fetched))
    }
}

fn parts_of<O: Operation>(operation: &O) -> RequestParts {
    let mut parts = RequestParts::new(O::INFO.path);
    operation.write(&mut parts);
    parts
}

fn media_type(text: &str) -> Result<HeaderValue, Error> {
    if text.as_bytes() == JSON.as_bytes() {
        return Ok(JSON);
    }
    HeaderValue::from_str(text)
        .map_err(|error| Error::config(format!("`{text}` cannot be a media type")).with_source(error))
}

/// The headers that the client writes itself, parsed once: each name that is parsed is an allocation.
#[derive(Debug)]
pub(crate) struct HeaderNames(Vec<(&'static str, HeaderName)>);

impl HeaderNames {
    /// The names of the headers of an API. An invalid name is reported by the call that needs it.
    pub(crate) fn of(api: &'static ApiInfo) -> Self {
        let names = [api.token.map(|token| token.name), api.request_id_header, api.language_header, api.project_header];
        Self(names.into_iter().flatten().filter_map(|name| Some((name, parsed(name).ok()?))).collect())
    }

    pub(crate) fn get(&self, name: &'static str) -> Result<HeaderName, Error> {
        match self.0.iter().find(|(known, _)| *known == name) {
            Some((_, parsed)) => Ok(parsed.clone()),
            None => parsed(name),
        }
    }
}

fn parsed(name: &'static str) -> Result<HeaderName, Error> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|error| Error::config(format!("`{name}` cannot be the name of a header")).with_source(error))
}
