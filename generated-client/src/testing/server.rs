//! The API of the mock server: requests in, responses out, and a record of both.
//!
//! For each request it brings the other parts together: routing, validation, the response, the fault. Must not know the
//! meaning of any operation.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::check::{Access, Arguments, check};
use super::clock::SimulatedClock;
use super::expect::Expectations;
use super::fault::{Delays, Fault, Faults};
use super::http::{Bodies, Connection, Request, Response, Unread};
use super::log::{Log, recorded};
use super::record::{RecordedRequest, Refusal, Verdict};
use super::respond::{Kind, MockRequest, Responder};
use super::response::{Content, Replies, Reply, envelope, example, named_example};
use super::route::{Route, route};
use super::specification::{OperationSpec, Specification};
use super::state::{Outcome, World, link_files};
use super::store::service::Store;

type Observer = Arc<dyn Fn(&RecordedRequest) + Send + Sync>;

/// State that all connections share.
pub(crate) struct Shared {
    pub(crate) specification: &'static Specification,
    pub(crate) token: &'static str,
    pub(crate) connections: AtomicU64,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) store: Arc<Store>,
    bodies: Bodies,
    state: Mutex<State>,
}

/// State that changes.
pub(crate) struct State {
    pub(crate) projects: BTreeSet<String>,
    pub(crate) replies: Replies,
    pub(crate) faults: Faults<Fault>,
    pub(crate) delays: Delays,
    pub(crate) expectations: Expectations,
    pub(crate) log: Log,
    /// `None`: every response is an example.
    pub(crate) world: Option<World>,
    pub(crate) observer: Option<Observer>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// The response to a request, and how the connection goes on.
struct Plan {
    /// `None` closes the connection.
    response: Option<Response>,
    close_afterwards: bool,
}

/// The content of a response, before a fault is applied to it.
struct Chosen {
    verdict: Verdict,
    content: Content,
    /// The fault of a responder.
    fault: Option<Fault>,
}

impl Chosen {
    fn new(verdict: Verdict, content: Content) -> Self {
        Self { verdict, content, fault: None }
    }
}

impl Shared {
    pub(crate) fn new(
        specification: &'static Specification,
        token: &'static str,
        project: &str,
        clock: Arc<SimulatedClock>,
        store: Arc<Store>,
    ) -> Self {
        let state = State {
            projects: BTreeSet::from([project.to_owned()]),
            replies: Replies::default(),
            faults: Faults::default(),
            delays: Delays::default(),
            expectations: Expectations::default(),
            log: Log::default(),
            world: Some(World::new(project)),
            observer: None,
        };
        let connections = AtomicU64::new(0);
        let state = Mutex::new(state);
        Self { specification, token, connections, clock, store, bodies: Bodies::new(), state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A test that panics while it holds the lock must not cause further panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves the requests of one connection.
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
        let mut request = match connection.head().await {
            Ok(request) => request,
            Err(unread) => return self.unreadable(connection, Request::default(), None, unread).await,
        };
        let route = route(self.specification, &request.method, &request.path);
        let operation = route.operation();
        let (fault, delay) = {
            let id = operation.map(|operation| &*operation.id);
            let mut state = self.state();
            (state.faults.take(id), state.delays.of(id))
        };
        if has(fault.as_ref(), &Fault::CloseBeforeReading) {
            self.record(&request, operation, Verdict::Unread, None);
            return Err(());
        }
        let room = match connection.body(&mut request, &self.bodies).await {
            Ok(room) => room,
            Err(unread) => return self.unreadable(connection, request, operation, unread).await,
        };
        let plan = self.plan(&request, &route, fault);
        let Some(mut response) = plan.response else { return Err(()) };
        response.head_only = request.method == "HEAD";
        response.last = !request.keep_alive;
        if let Some(delay) = delay {
            response.delay_before = Some(response.delay_before.unwrap_or_default().saturating_add(delay));
        }
        // A response can take long, and the request is no longer needed.
        drop((request, room));
        let truncated = response.truncated;
        let goes_on = connection.respond(&response).await.map_err(drop)?;
        if plan.close_afterwards || truncated { Err(()) } else { Ok(goes_on) }
    }

    async fn unreadable(
        &self,
        connection: &mut Connection,
        request: Request,
        operation: Option<&'static OperationSpec>,
        unread: Unread,
    ) -> Result<bool, ()> {
        let Unread::Bad(refusal) = unread else { return Err(()) };
        let content = Content::refused(&refusal, None);
        self.record(&request, operation, Verdict::Refused(refusal), Some(&content));
        let response = Response { last: true, ..content.into_response(None) };
        connection.respond(&response).await.map_err(drop)
    }

    /// Decides on the response, and records the request before anything is sent.
    fn plan(&self, request: &Request, route: &Route<'static>, fault: Option<Fault>) -> Plan {
        let operation = route.operation();
        let Chosen { verdict, mut content, fault: own } = self.choose(request, route, fault.as_ref());
        let fault = own.or(fault);
        let fault = fault.as_ref();
        if let Some(fault) = fault {
            content.corrupt(fault, operation, self.specification);
        }
        let silent = has(fault, &Fault::CloseAfterReading);
        self.record(request, operation, verdict, (!silent).then_some(&content));
        let response = (!silent).then(|| content.into_response(fault));
        Plan { response, close_afterwards: has(fault, &Fault::CloseAfterResponse) }
    }

    fn choose(&self, request: &Request, route: &Route<'static>, fault: Option<&Fault>) -> Chosen {
        let refused = |refusal: Refusal, allowed: Option<String>| {
            let content = fault.and_then(Content::replaced);
            let content = content.unwrap_or_else(|| Content::refused(&refusal, allowed));
            Chosen::new(Verdict::Refused(refusal), content)
        };
        let (operation, values) = match route {
            Route::Found { operation, values } => (*operation, values),
            Route::OtherMethod { allowed } => {
                let reason = format!("the path has no method {}", request.method);
                return refused(Refusal::http(405, reason), Some(allowed.join(", ")));
            }
            Route::Unknown => return refused(Refusal::http(404, "unknown path"), None),
        };
        // A long body takes a while, for which no other connection should wait.
        let projects = self.state().projects.clone();
        let access = Access { token: self.token, projects: &projects };
        let arguments = match check(self.specification, operation, values, request, &access) {
            Ok(arguments) => arguments,
            Err(refusal) => return refused(refusal, None),
        };
        if let Some(content) = fault.and_then(Content::replaced) {
            return Chosen::new(Verdict::Accepted, content);
        }
        let reply = self.state().replies.take(&operation.id);
        let content = match reply {
            Some(Reply::Envelope(body)) => Content::ok(body),
            Some(Reply::Example(name)) => Content::ok(named_example(&name, operation)),
            Some(Reply::Responder(responder)) => return self.call(&responder, request, operation, &arguments),
            None => self.simulated(operation, &arguments),
        };
        Chosen::new(Verdict::Accepted, content)
    }

    /// Lets a function of the test respond. It may use the server: nothing is locked.
    fn call(
        &self,
        responder: &Responder,
        request: &Request,
        operation: &'static OperationSpec,
        arguments: &Arguments,
    ) -> Chosen {
        let response = (responder.0)(&MockRequest::new(&operation.id, request, arguments));
        let (content, fault) = match response.0 {
            Kind::Envelope { status, body } => (Content::Json { status, headers: Vec::new(), body }, None),
            Kind::Fault(fault) => {
                let content = Content::replaced(&fault);
                (content.unwrap_or_else(|| self.simulated(operation, arguments)), Some(fault))
            }
            Kind::Simulated => (self.simulated(operation, arguments), None),
        };
        Chosen { verdict: Verdict::Accepted, content, fault }
    }

    /// The response of the simulation, or the example.
    fn simulated(&self, operation: &'static OperationSpec, arguments: &Arguments) -> Content {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(world) = &mut state.world else { return Content::ok(example(operation)) };
        let outcome = world.act(self.specification, operation, arguments, now, &self.store);
        drop(state);
        let (status, mut body) = match outcome {
            Outcome::Example => (200, example(operation)),
            Outcome::Data(data) => (200, envelope(0, "", Some(data))),
            Outcome::Done => (200, envelope(0, "", None)),
            Outcome::Refused(code, message) => (200, envelope(code, message, None)),
            Outcome::Failed(status, code, message) => (status, envelope(code, message, None)),
        };
        link_files(&mut body, &self.store);
        Content::Json { status, headers: Vec::new(), body }
    }

    /// Records a request, then calls the observer. The observer may use the server: nothing is locked.
    fn record(
        &self,
        request: &Request,
        operation: Option<&'static OperationSpec>,
        verdict: Verdict,
        content: Option<&Content>,
    ) {
        let record = Arc::new(RecordedRequest {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body: recorded(&request.body).to_vec(),
            body_length: request.body.len(),
            operation: operation.map(|operation| operation.id.as_str()),
            verdict,
            status: content.map(Content::status),
            code: content.and_then(Content::code),
            secrets: &self.specification.secrets,
        });
        let observer = {
            let mut state = self.state();
            state.log.push(Arc::clone(&record));
            state.expectations.count(record.operation);
            state.observer.clone()
        };
        if let Some(observer) = observer {
            observer(&record);
        }
    }
}

fn has(fault: Option<&Fault>, wanted: &Fault) -> bool {
    fault.is_some_and(|fault| fault.each().contains(&wanted))
}
