//! The server: connections in, answers out, and everything written down.
//!
//! It brings the other parts together for each request: what it is, whether it fits, what is answered, what goes wrong.
//! Must not know what any operation means.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::answer::{Content, Replies, chosen, envelope, example};
use super::check::{Access, check};
use super::fault::{Fault, Faults};
use super::http::{Answer, Connection, Request, Unread};
use super::record::{RecordedRequest, Refusal, Verdict};
use super::route::{Route, route};
use super::specification::Specification;
use super::state::{Outcome, World};

const MAX_CONNECTIONS: usize = 1024;
/// How many requests are kept. A server that runs for days must not grow.
const MAX_RECORDS: usize = 100_000;

type Observer = Arc<dyn Fn(&RecordedRequest) + Send + Sync>;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) specification: &'static Specification,
    pub(crate) token: &'static str,
    pub(crate) connections: AtomicU64,
    state: Mutex<State>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) projects: BTreeSet<String>,
    pub(crate) replies: Replies,
    pub(crate) faults: Faults,
    pub(crate) records: VecDeque<RecordedRequest>,
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
    answer: Option<Answer>,
    close_afterwards: bool,
}

impl Shared {
    pub(crate) fn new(specification: &'static Specification, token: &'static str, project: &str) -> Self {
        let state = State {
            projects: BTreeSet::from([project.to_owned()]),
            replies: Replies::default(),
            faults: Faults::default(),
            records: VecDeque::new(),
            world: Some(World::new(project)),
            observer: None,
        };
        Self { specification, token, connections: AtomicU64::new(0), state: Mutex::new(state) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails while it looks at the records must not hide behind a second failure.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts connections until it is told to stop. All of them end with it.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener, mut stop: oneshot::Receiver<()>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                _ = &mut stop => break,
                Some(_) = connections.join_next() => {}
                accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                    Ok((stream, _)) => {
                        self.connections.fetch_add(1, Ordering::Relaxed);
                        connections.spawn(Arc::clone(&self).serve(stream));
                    }
                    // There may be too many open files for a while.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
            }
        }
        drop(listener);
        connections.shutdown().await;
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let mut connection = Connection::new(stream);
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
            Err(unread) => return self.unreadable(connection, Request::default(), unread).await,
        };
        let route = route(self.specification, &request.method, &request.path);
        let operation = match &route {
            Route::Found { operation, .. } => Some(*operation),
            _ => None,
        };
        let fault = self.state().faults.take(operation);
        if has(fault.as_ref(), &Fault::CloseBeforeReading) {
            self.record(&request, operation, Verdict::Unread, None);
            return Err(());
        }
        if let Err(unread) = connection.body(&mut request).await {
            return self.unreadable(connection, request, unread).await;
        }
        let plan = self.plan(&request, &route, fault.as_ref());
        let Some(mut answer) = plan.answer else { return Err(()) };
        answer.head_only = request.method == "HEAD";
        answer.last = !request.keep_alive;
        let truncated = answer.truncated;
        let goes_on = connection.answer(&answer).await.map_err(drop)?;
        if plan.close_afterwards || truncated { Err(()) } else { Ok(goes_on) }
    }

    async fn unreadable(&self, connection: &mut Connection, request: Request, unread: Unread) -> Result<bool, ()> {
        let Unread::Bad(refusal) = unread else { return Err(()) };
        let content = Content::refused(&refusal, None);
        self.record(&request, None, Verdict::Refused(refusal), Some(&content));
        let answer = Answer { last: true, ..content.into_answer(None) };
        connection.answer(&answer).await.map_err(drop)
    }

    /// Decides what a request is answered, and writes it down before anything is sent.
    fn plan(&self, request: &Request, route: &Route, fault: Option<&Fault>) -> Plan {
        let specification = self.specification;
        let operation = match route {
            Route::Found { operation, .. } => Some(*operation),
            _ => None,
        };
        let (verdict, mut content) = self.answered(request, route, fault);
        if let Some(fault) = fault {
            let operation = operation.and_then(|index| specification.operations.get(index));
            content.spoil(fault, operation, specification);
        }
        let silent = has(fault, &Fault::CloseAfterReading);
        self.record(request, operation, verdict, (!silent).then_some(&content));
        let answer = (!silent).then(|| content.into_answer(fault));
        Plan { answer, close_afterwards: has(fault, &Fault::CloseAfterAnswer) }
    }

    fn answered(&self, request: &Request, route: &Route, fault: Option<&Fault>) -> (Verdict, Content) {
        let refused = |refusal: Refusal, allowed: Option<String>| {
            let content = fault.and_then(Content::replaced);
            let content = content.unwrap_or_else(|| Content::refused(&refusal, allowed));
            (Verdict::Refused(refusal), content)
        };
        let (index, values) = match route {
            Route::Found { operation, values } => (*operation, values),
            Route::OtherMethod { allowed } => {
                let reason = format!("the path has no method {}", request.method);
                return refused(Refusal::http(405, reason), Some(allowed.join(", ")));
            }
            Route::Unknown => return refused(Refusal::http(404, "unknown path"), None),
        };
        let Some(operation) = self.specification.operations.get(index) else {
            return refused(Refusal::http(404, "unknown path"), None);
        };
        let mut state = self.state();
        let State { projects, replies, world, .. } = &mut *state;
        let access = Access { token: self.token, projects };
        let arguments = match check(self.specification, operation, values, request, &access) {
            Ok(arguments) => arguments,
            Err(refusal) => return refused(refusal, None),
        };
        if let Some(content) = fault.and_then(Content::replaced) {
            return (Verdict::Accepted, content);
        }
        let body = match (replies.take(index), world) {
            (Some(reply), _) => chosen(reply, operation),
            (None, None) => example(operation),
            (None, Some(world)) => match world.act(self.specification, operation, &arguments) {
                Outcome::Example => example(operation),
                Outcome::Data(data) => envelope(0, "", Some(data)),
                Outcome::Done => envelope(0, "", None),
                Outcome::Refused(code, message) => envelope(code, message, None),
            },
        };
        (Verdict::Accepted, Content::ok(body))
    }

    fn record(&self, request: &Request, operation: Option<usize>, verdict: Verdict, content: Option<&Content>) {
        let operation = operation.and_then(|index| self.specification.operations.get(index));
        let record = RecordedRequest {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            operation: operation.map(|operation| operation.id.as_str()),
            verdict,
            status: content.map(Content::status),
            code: content.and_then(Content::code),
            secrets: &self.specification.secrets,
        };
        let mut state = self.state();
        if let Some(observer) = state.observer.clone() {
            observer(&record);
        }
        if state.records.len() >= MAX_RECORDS {
            state.records.pop_front();
        }
        state.records.push_back(record);
    }
}

fn has(fault: Option<&Fault>, wanted: &Fault) -> bool {
    fault.is_some_and(|fault| fault.each().contains(&wanted))
}
