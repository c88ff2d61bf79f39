//! The server: connections in, answers out, and everything written down.
//!
//! It brings the other parts together for each request: what it is, whether it fits, what is answered, what goes wrong.
//! Must not know what any operation means.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::check::{Access, check};
use super::clock::SimulatedClock;
use super::fault::{Delays, Fault, Faults};
use super::http::{Bodies, Connection, Request, Response, Unread};
use super::log::{Log, recorded};
use super::record::{RecordedRequest, Refusal, Verdict};
use super::response::{Content, Replies, chosen, envelope, example};
use super::route::{Route, route};
use super::specification::{OperationSpec, Specification};
use super::state::{Outcome, World, link_files};
use super::store::service::Store;

type Observer = Arc<dyn Fn(&RecordedRequest) + Send + Sync>;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) specification: &'static Specification,
    pub(crate) token: &'static str,
    pub(crate) connections: AtomicU64,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) store: Arc<Store>,
    bodies: Bodies,
    state: Mutex<State>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) projects: BTreeSet<String>,
    pub(crate) replies: Replies,
    pub(crate) faults: Faults<Fault>,
    pub(crate) delays: Delays,
    pub(crate) log: Log,
    /// `None` answers examples only.
    pub(crate) world: Option<World>,
    pub(crate) observer: Option<Observer>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// What becomes of a request.
struct Plan {
    /// `None` closes the connection.
    answer: Option<Response>,
    close_afterwards: bool,
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
            log: Log::default(),
            world: Some(World::new(project)),
            observer: None,
        };
        let connections = AtomicU64::new(0);
        let state = Mutex::new(state);
        Self { specification, token, connections, clock, store, bodies: Bodies::new(), state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails while it looks at the records must not hide behind a second failure.
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

    /// One request and its answer. Says whether the connection goes on; `Err` closes it at once.
    async fn exchange(&self, connection: &mut Connection) -> Result<bool, ()> {
        let mut request = match connection.head().await {
            Ok(request) => request,
            Err(unread) => return self.unreadable(connection, Request::default(), None, unread).await,
        };
        let route = route(self.specification, &request.method, &request.path);
        let operation = route.operation();
        let fault = self.state().faults.take(operation.map(|operation| &*operation.id));
        if has(fault.as_ref(), &Fault::CloseBeforeReading) {
            self.record(&request, operation, Verdict::Unread, None);
            return Err(());
        }
        let room = match connection.body(&mut request, &self.bodies).await {
            Ok(room) => room,
            Err(unread) => return self.unreadable(connection, request, operation, unread).await,
        };
        let mut plan = self.plan(&request, &route, fault.as_ref());
        let delay = self.state().delays.of(operation.map(|operation| &*operation.id));
        if let (Some(delay), Some(answer)) = (delay, &mut plan.answer) {
            answer.delay_before = Some(answer.delay_before.unwrap_or_default().saturating_add(delay));
        }
        let Some(mut answer) = plan.answer else { return Err(()) };
        answer.head_only = request.method == "HEAD";
        answer.last = !request.keep_alive;
        // An answer can take long, and nobody needs the request for that.
        drop((request, room));
        let truncated = answer.truncated;
        let goes_on = connection.answer(&answer).await.map_err(drop)?;
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
        let answer = Response { last: true, ..content.into_response(None) };
        connection.answer(&answer).await.map_err(drop)
    }

    /// Decides what a request is answered, and writes it down before anything is sent.
    fn plan(&self, request: &Request, route: &Route<'static>, fault: Option<&Fault>) -> Plan {
        let specification = self.specification;
        let operation = route.operation();
        let (verdict, mut content) = self.answered(request, route, fault);
        if let Some(fault) = fault {
            content.corrupt(fault, operation, specification);
        }
        let silent = has(fault, &Fault::CloseAfterReading);
        self.record(request, operation, verdict, (!silent).then_some(&content));
        let answer = (!silent).then(|| content.into_response(fault));
        Plan { answer, close_afterwards: has(fault, &Fault::CloseAfterResponse) }
    }

    fn answered(&self, request: &Request, route: &Route<'static>, fault: Option<&Fault>) -> (Verdict, Content) {
        let refused = |refusal: Refusal, allowed: Option<String>| {
            let content = fault.and_then(Content::replaced);
            let content = content.unwrap_or_else(|| Content::refused(&refusal, allowed));
            (Verdict::Refused(refusal), content)
        };
        let (operation, values) = match route {
            Route::Found { operation, values } => (*operation, values),
            Route::OtherMethod { allowed } => {
                let reason = format!("the path has no method {}", request.method);
                return refused(Refusal::http(405, reason), Some(allowed.join(", ")));
            }
            Route::Unknown => return refused(Refusal::http(404, "unknown path"), None),
        };
        // A long body takes a while, which nobody else waits for.
        let projects = self.state().projects.clone();
        let access = Access { token: self.token, projects: &projects };
        let arguments = match check(self.specification, operation, values, request, &access) {
            Ok(arguments) => arguments,
            Err(refusal) => return refused(refusal, None),
        };
        if let Some(content) = fault.and_then(Content::replaced) {
            return (Verdict::Accepted, content);
        }
        let now = self.clock.now();
        let mut state = self.state();
        let State { replies, world, .. } = &mut *state;
        let mut status = 200;
        let body = match (replies.take(&operation.id), world) {
            (Some(reply), _) => chosen(reply, operation),
            (None, None) => example(operation),
            (None, Some(world)) => {
                let mut body = match world.act(self.specification, operation, &arguments, now, &self.store) {
                    Outcome::Example => example(operation),
                    Outcome::Data(data) => envelope(0, "", Some(data)),
                    Outcome::Done => envelope(0, "", None),
                    Outcome::Refused(code, message) => envelope(code, message, None),
                    Outcome::Failed(failure, code, message) => {
                        status = failure;
                        envelope(code, message, None)
                    }
                };
                link_files(&mut body, &self.store);
                body
            }
        };
        (Verdict::Accepted, Content::Json { status, headers: Vec::new(), body })
    }

    /// Writes a request down, then shows it. The observer may do whatever it likes with the server: nothing is locked.
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
