//! A FlightHub 2 on this machine, for tests without a token, a network or an aircraft.
//!
//! A [`MockServer`] interprets the specification that this crate is generated from, at run time and on its own. It
//! refuses every request that does not fit, with FlightHub's kind of answer, answers the others with the examples of the
//! specification, and writes all of them down. A little of the service is played: see [`MockServer::advance`].
//!
//! ```
//! use flighthub2::testing::{Fault, MockServer, PROJECT};
//! use flighthub2::projects::ListProjects;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::start().await?;
//! let fh = server.client();
//!
//! let projects = fh.projects().list().send().await?;
//! assert_eq!(projects.list[0].uuid.as_str(), PROJECT);
//!
//! server.on::<ListProjects>().fault_once(Fault::Refuse { code: 200403, message: "no".into() });
//! let refused = fh.projects().list().send().await.unwrap_err();
//! assert_eq!(refused.code(), Some(200403));
//! assert_eq!(server.requests_of::<ListProjects>().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # What it keeps
//! The last 100 000 requests, as long as they take no more than 64 MiB together: see [`MockServer::dropped_requests`]. Of
//! a body that is longer than 1 MiB the first MiB is kept: see [`RecordedRequest::is_body_truncated`].
//!
//! Of the tasks, routes, stream converters and payloads under control that callers have made it remembers the last 1000 of
//! a kind and project, as long as their requests had no more than 8 MiB together.
//!
//! # What it takes
//! 1024 connections, others wait. A head has at most 64 KiB and a body 16 MiB; each must arrive within a minute, and bodies
//! of more than 64 KiB wait until they fit into 64 MiB with those that are read. A connection without a request is closed
//! after 90 seconds.
//!
//! # What it refuses
//! In this order: an unknown path (HTTP 404, plain text), another method (405), a missing or wrong token (code 200401), a
//! project that is missing or unknown (200403), then anything of the path, the query, the headers or the body that the
//! specification does not allow (200101). Codes come under HTTP 200. [`RecordedRequest::verdict`] has the reason.

mod check;
mod clock;
mod fault;
mod history;
mod http;
mod listen;
mod log;
mod record;
mod response;
mod route;
mod schema;
mod server;
mod simulation;
mod specification;
mod state;
mod store;
mod zip;

use std::io;
use std::marker::PhantomData;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::fault::Fault;
pub use self::record::{RecordedRequest, Refusal, Verdict};
pub use self::store::{BUCKET, ObjectStore, StoreFault, StoreProvider, StoreRequest, StoreStub, StoredObject};

use self::clock::SimulatedClock;
use self::listen::{MAX_CONNECTIONS, listen};
use self::response::{Reply, envelope};
use self::server::Shared;
use self::specification::Specification;
use self::store::service::Store;
use crate::types::Language;
use crate::{Client, ClientBuilder, JsonValue, Operation, Risk, Token, UnixSeconds};

/// The token that a [`MockServer`] takes: that of the examples.
pub const TOKEN: &str = "PLACEHOLDER_ORGANIZATION_KEY";
/// The project that a [`MockServer`] knows: that of the examples.
pub const PROJECT: &str = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d";

/// An operation of the specification that a [`MockServer`] interprets: each one of this crate.
///
/// An operation that was generated from another specification is none, and cannot be given by mistake:
///
/// ```compile_fail,E0277
/// # use flighthub2::testing::MockServer;
/// # fn given<O: flighthub2::Operation>(server: &MockServer) {
/// let _ = server.on::<O>();
/// # }
/// ```
///
/// In code that is generic over operations this is the bound to write:
///
/// ```
/// # use flighthub2::testing::MockServer;
/// use flighthub2::testing::MockedOperation;
///
/// fn refuse<O: MockedOperation>(server: &MockServer) {
///     server.on::<O>().refuse(200403, "no permission");
/// }
/// ```
pub trait MockedOperation: Operation + sealed::Sealed {}

impl<O: Operation + sealed::Sealed> MockedOperation for O {}

pub(crate) mod sealed {
    use crate::ProjectClient;
    use crate::codegen::{InScope, Operation};

    /// An operation that the client of this crate can send.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is no operation of the specification that `MockServer` interprets",
        label = "an operation of `flighthub2` is expected"
    )]
    pub trait Sealed {}

    impl<O: Operation> Sealed for O where ProjectClient: InScope<O::Scope> {}
}

/// A server that stands for the service. It lives in the runtime that it was started in, and ends when it is dropped.
#[derive(Debug)]
pub struct MockServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    token: Token,
    client: Client,
    stop: Option<watch::Sender<()>>,
    task: JoinHandle<()>,
}

impl MockServer {
    /// Starts a server on a free port of this machine.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start() -> io::Result<Self> {
        Self::start_on(0).await
    }

    /// Starts a server on a port of this machine.
    ///
    /// # Errors
    /// The port is not free.
    pub async fn start_on(port: u16) -> io::Result<Self> {
        let specification = Specification::embedded()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let token = Token::new(TOKEN).map_err(io::Error::other)?;
        let client = client_for(address, &token).build().map_err(io::Error::other)?;
        let store_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let clock = Arc::new(SimulatedClock::default());
        let store = Arc::new(Store::new(store_listener.local_addr()?, Arc::clone(&clock)));
        state::upload_examples(PROJECT, &store);
        let shared = Arc::new(Shared::new(specification, TOKEN, PROJECT, clock, store));
        let (stop, stopped) = watch::channel(());
        let task = tokio::spawn({
            let (shared, store) = (Arc::clone(&shared), Arc::clone(&shared.store));
            async move {
                let api = listen(listener, stopped.clone(), &shared.connections, MAX_CONNECTIONS, |connection| {
                    Arc::clone(&shared).serve(connection)
                });
                let objects = listen(store_listener, stopped, &store.connections, MAX_CONNECTIONS, |connection| {
                    Arc::clone(&store).serve(connection)
                });
                tokio::join!(api, objects);
            }
        });
        Ok(Self { shared, address, token, client, stop: Some(stop), task })
    }

    /// Remembers nothing from now on: every answer is an example.
    #[must_use]
    pub fn stateless(self) -> Self {
        self.shared.state().world = None;
        self
    }

    /// Shows every request to a function, when it is recorded and before it is answered. The function replaces the one
    /// that was given before.
    ///
    /// It may call the server, for which it needs a reference that does not keep the server alive, such as a
    /// [`Weak`](std::sync::Weak). It should return soon: it runs in a task of the server. A panic in it closes the
    /// connection without an answer.
    #[must_use]
    pub fn observe(self, observer: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        let before = self.shared.state().observer.replace(Arc::new(observer));
        // Whatever it holds may use the server when it is dropped.
        drop(before);
        self
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> String {
        url_of(self.address)
    }

    /// A client for this server that may do everything.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Settings of a client for this server that may do everything.
    pub fn client_builder(&self) -> ClientBuilder {
        client_for(self.address, &self.token)
    }

    /// Lets the token use one more project.
    pub fn add_project(&self, id: impl Into<String>) {
        self.shared.state().projects.insert(id.into());
    }

    /// The object store, which upload credentials and addresses of files lead to.
    #[must_use]
    pub fn store(&self) -> ObjectStore<'_> {
        ObjectStore::new(&self.shared.store)
    }

    /// What to do with the calls of an operation.
    #[must_use]
    pub fn on<O: MockedOperation>(&self) -> Stub<'_, O> {
        Stub { shared: &self.shared, operation: Some(O::INFO.id), output: PhantomData }
    }

    /// What to do with the calls of an operation, by its id.
    ///
    /// # Errors
    /// There is no such operation.
    pub fn on_id(&self, id: &str) -> io::Result<Stub<'_, ()>> {
        let operation = self.shared.specification.find(id).ok_or_else(|| unknown("operation", id))?;
        Ok(Stub { shared: &self.shared, operation: Some(&operation.id), output: PhantomData })
    }

    /// What to do with all calls. What is said for one operation goes first.
    #[must_use]
    pub fn on_all(&self) -> Stub<'_, ()> {
        Stub { shared: &self.shared, operation: None, output: PhantomData }
    }

    /// Every request so far, in order, without those that were [dropped](Self::dropped_requests).
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.kept().map(Arc::unwrap_or_clone).collect()
    }

    /// Every request of an operation so far, in order, without those that were [dropped](Self::dropped_requests).
    #[must_use]
    pub fn requests_of<O: MockedOperation>(&self) -> Vec<RecordedRequest> {
        let of_operation = self.kept().filter(|request| request.operation == Some(O::INFO.id));
        of_operation.map(Arc::unwrap_or_clone).collect()
    }

    /// How many requests are not recorded any more, since the start or the last [`clear_requests`](Self::clear_requests):
    /// the oldest ones are dropped when there are more than 100 000, or when all take more than 64 MiB.
    ///
    /// A test that counts very many requests, or looks for one among them, should see that this is 0.
    #[must_use]
    pub fn dropped_requests(&self) -> u64 {
        self.shared.state().log.dropped()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        let forgotten = std::mem::take(&mut self.shared.state().log);
        // There may be many, and others wait for the lock.
        drop(forgotten);
    }

    /// They are copied when nothing is locked.
    fn kept(&self) -> impl Iterator<Item = Arc<RecordedRequest>> {
        let kept = self.shared.state().log.requests();
        kept.into_iter()
    }

    /// How many connections were made so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Advances the simulated clock, by which everything in the service happens. It stands still unless it is advanced or
    /// [runs](Self::run_clock).
    ///
    /// A flight task that was created waits, is executed at its time (an immediate one after 5 seconds), and is done 20
    /// minutes later. One that is suspended when its time comes does not fly. Recurring and continuous tasks fly once,
    /// at their first time. Tasks, routes, stream converters and the control of payloads are remembered; besides those
    /// that were made, there are those of the examples, which never change. Everything else responds with examples.
    pub fn advance(&self, time: Duration) {
        self.shared.clock.advance(time);
    }

    /// Lets the simulated clock run by itself, `speed` times as fast as the clock of this machine: at 60 a minute passes in a
    /// second. 0 stops it, as it is at the start.
    pub fn run_clock(&self, speed: f64) {
        self.shared.clock.run(speed);
    }

    /// The time of the simulated clock. It begins at the time of the examples.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        UnixSeconds::new(self.shared.clock.now())
    }

    /// Whether a body is what the specification says that an operation answers.
    ///
    /// # Errors
    /// There is no such operation, or the body does not fit; the error says where.
    pub fn check_answer(&self, operation_id: &str, body: &JsonValue) -> io::Result<()> {
        let specification = self.shared.specification;
        let operation = specification.find(operation_id).ok_or_else(|| unknown("operation", operation_id))?;
        match operation.answer.problem(body, &specification.schemas) {
            Some(problem) => Err(io::Error::new(io::ErrorKind::InvalidData, problem)),
            None => Ok(()),
        }
    }

    /// Ends the server and waits until nothing of it is left. Connections are closed as they are.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        // It can only have been cancelled with its runtime, and then it is over, too.
        let _ = (&mut self.task).await;
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn url_of(address: SocketAddr) -> String {
    format!("http://{address}")
}

fn client_for(address: SocketAddr, token: &Token) -> ClientBuilder {
    let builder = Client::builder().base_url(url_of(address)).token(token.clone());
    builder.language(Language::English).max_risk(Risk::Physical)
}

fn unknown(what: &str, name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("there is no {what} `{name}`"))
}

/// What to do with the calls of an operation, or with all. Nothing of it undoes a check: a request that does not fit is
/// refused all the same.
#[derive(Debug)]
pub struct Stub<'a, O> {
    shared: &'a Shared,
    /// The id of the operation; `None` is for all.
    operation: Option<&'static str>,
    output: PhantomData<fn() -> O>,
}

impl<O: Operation> Stub<'_, O>
where
    O::Output: Serialize,
{
    /// Answers this from now on.
    ///
    /// # Errors
    /// The output cannot be written as JSON.
    pub fn answer(self, output: &O::Output) -> io::Result<Self> {
        let reply = Reply::Envelope(envelope(0, "", Some(serde_json::to_value(output)?)));
        Ok(self.reply(reply))
    }

    /// Answers this once, after what was already asked for.
    ///
    /// # Errors
    /// The output cannot be written as JSON.
    pub fn answer_once(self, output: &O::Output) -> io::Result<Self> {
        let reply = Reply::Envelope(envelope(0, "", Some(serde_json::to_value(output)?)));
        Ok(self.queue(reply))
    }
}

impl<O> Stub<'_, O> {
    /// Answers this body from now on, whatever it is.
    pub fn envelope(self, body: JsonValue) -> Self {
        self.reply(Reply::Envelope(body))
    }

    /// Answers this body once, after what was already asked for.
    pub fn envelope_once(self, body: JsonValue) -> Self {
        self.queue(Reply::Envelope(body))
    }

    /// Refuses with a code from now on.
    pub fn refuse(self, code: i64, message: &str) -> Self {
        self.envelope(envelope(code, message, None))
    }

    /// Refuses with a code once, after what was already asked for.
    pub fn refuse_once(self, code: i64, message: &str) -> Self {
        self.envelope_once(envelope(code, message, None))
    }

    /// Answers the example of this name from now on.
    ///
    /// # Errors
    /// The operation has no such example.
    pub fn example(self, name: &str) -> io::Result<Self> {
        let reply = self.named(name)?;
        Ok(self.reply(reply))
    }

    /// Answers the example of this name once, after what was already asked for.
    ///
    /// # Errors
    /// The operation has no such example.
    pub fn example_once(self, name: &str) -> io::Result<Self> {
        let reply = self.named(name)?;
        Ok(self.queue(reply))
    }

    /// Does this wrong from now on.
    pub fn fault(self, fault: Fault) -> Self {
        self.planned(None, fault)
    }

    /// Does this wrong with the next request, after what was already asked for.
    pub fn fault_once(self, fault: Fault) -> Self {
        self.planned(Some(1), fault)
    }

    /// Does this wrong with as many requests, after what was already asked for.
    pub fn fault_times(self, times: u32, fault: Fault) -> Self {
        self.planned(Some(times), fault)
    }

    /// Waits this long before each response from now on, besides what a fault waits. What is set for one operation comes
    /// before what is set for all.
    pub fn delay(self, delay: Duration) -> Self {
        self.shared.state().delays.set(self.operation, delay);
        self
    }

    /// Removes the responses, the faults and the latency that were set here.
    pub fn clear(self) -> Self {
        let mut state = self.shared.state();
        state.replies.clear(self.operation);
        state.faults.clear(self.operation);
        state.delays.clear(self.operation);
        drop(state);
        self
    }

    fn named(&self, name: &str) -> io::Result<Reply> {
        let operation = self.operation.and_then(|id| self.shared.specification.find(id));
        let found = operation.is_some_and(|operation| operation.examples.iter().any(|(known, _)| known == name));
        if found { Ok(Reply::Example(name.to_owned())) } else { Err(unknown("example", name)) }
    }

    fn reply(self, reply: Reply) -> Self {
        self.shared.state().replies.set(self.operation, reply);
        self
    }

    fn queue(self, reply: Reply) -> Self {
        self.shared.state().replies.queue(self.operation, reply);
        self
    }

    fn planned(self, times: Option<u32>, fault: Fault) -> Self {
        self.shared.state().faults.add(self.operation, times, fault);
        self
    }
}
