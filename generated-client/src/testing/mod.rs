//! A mock server of FlightHub 2 on this machine, for tests without a token, a network or an aircraft.
//!
//! A [`MockServer`] interprets the specification that this crate is generated from, at run time and independently of the
//! generator. It refuses every request that does not fit, as FlightHub does, responds to the others from a simulation or
//! with the examples of the specification, and records all of them.
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
//! server.on::<ListProjects>().expect(2);
//! let projects = fh.projects().list().send().await?;
//! assert_eq!(projects.list[0].uuid.as_str(), PROJECT);
//!
//! server.on::<ListProjects>().fault_once(Fault::Refuse { code: 200403, message: "no".into() });
//! let refused = fh.projects().list().send().await.unwrap_err();
//! assert_eq!(refused.code(), Some(200403));
//! server.verify()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Responses of a test
//! [`MockServer::on`] sets what an operation responds: an [output](Stub::respond), an [example](Stub::example), a
//! [refusal](Stub::refuse), a [fault](Stub::fault), or what a [function](Stub::respond_with) makes of the request. It also
//! sets [latency](Stub::delay) and [expectations](Stub::expect).
//!
//! # The simulation
//! Without a response of the test, these operations have a state, which changes with the [simulated
//! clock](MockServer::advance). Everything else responds with its example.
//!
//! | | |
//! | --- | --- |
//! | devices | lists, properties and alerts of docks, which [`MockDock`] sets; an unknown serial number is code 210900 |
//! | flight tasks | wait, fly (an immediate one 5 seconds after its creation) and are done 20 minutes later; a dock that is offline flies none (code 212015) |
//! | media of a task | are uploaded one by one, one in 30 seconds after the landing: see [`MockServer::set_flight_media`] |
//! | routes | are made of an uploaded WPMZ archive; any other object key is HTTP 500 with code 200500 |
//! | models | are in the list 10 minutes after they were requested |
//! | open modeling | resources are imported 10 seconds after the last upload callback; a reconstruction waits 30 seconds, runs 10 minutes, and its archive takes a minute |
//! | stream converters | push 3 seconds after they were enabled |
//! | payload control | is held from `acquireControl` to `releaseControl` |
//! | upload credentials, addresses of files | lead to the [object store](ObjectStore) |
//!
//! Tasks, routes and converters of the examples are there, too, and never change. Durations are those of the simulation;
//! the service documents none.
//!
//! Recurring and continuous tasks fly on each of their days, which are counted in their `time_zone`; another time zone than
//! those of the IANA is code 200101. A continuous task flies as long as its periods last, and charges for 30 minutes
//! between two flights. Between flights a task is `waiting`, and after the last one it is a `success`; the media of all its
//! flights are in one list. The service documents neither. A flight whose time comes while its task is suspended, or while
//! the flight before it is in the air, is not flown; a task that has no flight left is a `timeout`. The first 1000 flights
//! of the first ten years are simulated.
//!
//! # Limits
//! - The last 100 000 requests are recorded, up to 64 MiB: see [`MockServer::dropped_requests`]. Of a longer body the first
//!   MiB is recorded: see [`RecordedRequest::is_body_truncated`].
//! - The last 1000 tasks, routes, models, converters and held payloads of a project are remembered, up to 8 MiB of requests
//!   for each kind.
//! - There are 1024 connections at once. When the last place is taken, the connection that has been idle for longest is
//!   closed. A connection without a request is closed after 90 seconds.
//! - A request head has at most 64 KiB and a body 16 MiB; each must arrive within a minute. Bodies of more than 64 KiB wait
//!   until they fit into 64 MiB together.
//!
//! # Refusals
//! In this order: an unknown path (HTTP 404, plain text), another method (405), a missing or wrong token (code 200401), a
//! project that is missing or unknown (200403), then anything of the path, the query, the headers or the body that the
//! specification does not allow (200101). Codes are sent under HTTP 200. [`RecordedRequest::verdict`] has the reason.

mod check;
mod clock;
mod devices;
mod dock;
mod expect;
mod fault;
mod history;
mod http;
mod listen;
mod log;
mod open_models;
mod record;
mod respond;
mod response;
mod route;
mod schedule;
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

pub use self::dock::{MockDock, Rain};
pub use self::expect::{Times, UnmetExpectations};
pub use self::fault::Fault;
pub use self::record::{RecordedRequest, Refusal, Verdict};
pub use self::respond::{MockRequest, MockResponse};
pub use self::store::{BUCKET, ObjectStore, StoreFault, StoreProvider, StoreRequest, StoreStub, StoredObject};

use self::clock::SimulatedClock;
use self::devices::Dock;
use self::listen::{MAX_CONNECTIONS, listen};
use self::respond::Responder;
use self::response::{Reply, envelope};
use self::server::Shared;
use self::specification::Specification;
use self::state::Examples;
use self::store::service::Store;
use crate::types::{Language, TaskId, TaskStatus};
use crate::{Client, ClientBuilder, JsonValue, Operation, Risk, Token, UnixSeconds};

/// The token that a [`MockServer`] accepts: that of the examples.
pub const TOKEN: &str = "PLACEHOLDER_ORGANIZATION_KEY";
/// The project of a [`MockServer`]: that of the examples.
pub const PROJECT: &str = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d";

/// An operation of the specification that a [`MockServer`] interprets: each one of this crate.
///
/// An operation that was generated from another specification does not implement it:
///
/// ```compile_fail,E0277
/// # use flighthub2::testing::MockServer;
/// # fn of_any_api<O: flighthub2::Operation>(server: &MockServer) {
/// let _ = server.on::<O>();
/// # }
/// ```
///
/// It is the bound of code that is generic over operations:
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

/// A mock server. It runs in the tokio runtime that it was started in, and stops when it is dropped.
///
/// Dropping it panics if an [expectation](Stub::expect) is not met, unless the thread panics already. Call
/// [`verify`](Self::verify) to get an error instead.
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
        state::upload_examples(PROJECT, &Examples(specification), &store);
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

    /// Switches the simulation off: every response is an example.
    #[must_use]
    pub fn stateless(self) -> Self {
        self.shared.state().world = None;
        self
    }

    /// Calls a function with every request, when it is recorded and before the response is sent. The function replaces the
    /// one that was set before.
    ///
    /// It may use the server, with a reference that does not keep the server alive, such as a [`Weak`](std::sync::Weak). It
    /// should return soon: it runs in a task of the server. A panic in it closes the connection without a response.
    #[must_use]
    pub fn observe(self, observer: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        let before = self.shared.state().observer.replace(Arc::new(observer));
        // Dropping what it holds may use the server, which must not be locked then.
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

    /// Adds an empty project that the token may use.
    pub fn add_project(&self, id: impl Into<String>) {
        self.shared.state().projects.insert(id.into());
    }

    /// Adds a dock to a project, and the aircraft in it. The dock is online; the aircraft sleeps, so it is not. All else is as
    /// in the examples, until [`MockDock`] sets it. A dock of this serial number is replaced.
    pub fn add_dock(&self, project: &str, sn: &str, drone_sn: &str) -> MockDock<'_> {
        let specification = self.shared.specification;
        let dock = Dock::new(sn, drone_sn, &Examples(specification));
        let mut state = self.shared.state();
        state.projects.insert(project.to_owned());
        if let Some(world) = &mut state.world {
            world.site(project, specification).add_dock(dock);
        }
        drop(state);
        MockDock::new(&self.shared, sn)
    }

    /// A dock of the simulation, by its serial number.
    ///
    /// # Errors
    /// There is no such dock.
    pub fn dock(&self, sn: &str) -> io::Result<MockDock<'_>> {
        let mut state = self.shared.state();
        let found = state.world.as_mut().and_then(|world| world.dock(sn, self.shared.specification));
        let is_there = found.is_some();
        drop(state);
        if is_there { Ok(MockDock::new(&self.shared, sn)) } else { Err(unknown("dock", sn)) }
    }

    /// Sets the status of a flight task that a caller has created, whatever the time is: the way to a flight that ends badly.
    ///
    /// # Errors
    /// There is no such task.
    pub fn set_task_status(&self, task: &TaskId, status: &TaskStatus) -> io::Result<()> {
        let (status, now) = (serde_json::to_value(status)?, self.shared.clock.now());
        let mut state = self.shared.state();
        let found = state.world.as_mut().and_then(|world| world.task(task.as_str()));
        let task = found.ok_or_else(|| unknown("flight task", task.as_str()))?;
        task.force(status.as_str().unwrap_or_default().to_owned(), now);
        Ok(())
    }

    /// Sets how many media files each flight task of a project has that is created from now on, and the bytes of each. The
    /// default is 6 files of 200 000 bytes.
    pub fn set_flight_media(&self, project: &str, files: u32, size: u64) {
        if let Some(world) = &mut self.shared.state().world {
            world.site(project, self.shared.specification).set_media(files, size);
        }
    }

    /// Checks the [expectations](Stub::expect) of the test.
    ///
    /// # Errors
    /// One of them is not met; the error lists all of these.
    pub fn verify(&self) -> Result<(), UnmetExpectations> {
        self.shared.state().expectations.check()
    }

    /// The object store, which upload credentials and addresses of files lead to.
    #[must_use]
    pub fn store(&self) -> ObjectStore<'_> {
        ObjectStore::new(&self.shared.store)
    }

    /// Sets responses, faults, latency and expectations of an operation.
    #[must_use]
    pub fn on<O: MockedOperation>(&self) -> Stub<'_, O> {
        Stub { shared: &self.shared, operation: Some(O::INFO.id), output: PhantomData }
    }

    /// Sets responses, faults, latency and expectations of an operation, by its id.
    ///
    /// # Errors
    /// There is no such operation.
    pub fn on_id(&self, id: &str) -> io::Result<Stub<'_, ()>> {
        let operation = self.shared.specification.find(id).ok_or_else(|| unknown("operation", id))?;
        Ok(Stub { shared: &self.shared, operation: Some(&operation.id), output: PhantomData })
    }

    /// Sets responses, faults, latency and expectations of all operations. Settings of one operation take precedence.
    #[must_use]
    pub fn on_all(&self) -> Stub<'_, ()> {
        Stub { shared: &self.shared, operation: None, output: PhantomData }
    }

    /// The requests so far, in order, without those that were [dropped](Self::dropped_requests).
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.recorded().map(Arc::unwrap_or_clone).collect()
    }

    /// The requests of an operation so far, in order, without those that were [dropped](Self::dropped_requests).
    #[must_use]
    pub fn requests_of<O: MockedOperation>(&self) -> Vec<RecordedRequest> {
        let of_operation = self.recorded().filter(|request| request.operation == Some(O::INFO.id));
        of_operation.map(Arc::unwrap_or_clone).collect()
    }

    /// How many requests were dropped from the record, since the start or the last
    /// [`clear_requests`](Self::clear_requests): the oldest are dropped when there are more than 100 000, or when all take
    /// more than 64 MiB.
    ///
    /// A test that counts very many requests, or searches them, should assert that this is 0.
    #[must_use]
    pub fn dropped_requests(&self) -> u64 {
        self.shared.state().log.dropped()
    }

    /// Clears the record of requests. Expectations keep their counts.
    pub fn clear_requests(&self) {
        let cleared = std::mem::take(&mut self.shared.state().log);
        // There may be many, and connections wait for the lock.
        drop(cleared);
    }

    /// Callers copy the requests when nothing is locked.
    fn recorded(&self) -> impl Iterator<Item = Arc<RecordedRequest>> {
        let requests = self.shared.state().log.requests();
        requests.into_iter()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Advances the simulated clock, by which everything in the service happens. It does not run unless it is advanced or
    /// [runs](Self::run_clock).
    ///
    /// What happens when is in [the documentation of the module](self#the-simulation).
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

    /// Validates a body against the schema of an operation's response.
    ///
    /// # Errors
    /// There is no such operation, or the body does not fit; the error has the place.
    pub fn check_response(&self, operation_id: &str, body: &JsonValue) -> io::Result<()> {
        let specification = self.shared.specification;
        let operation = specification.find(operation_id).ok_or_else(|| unknown("operation", operation_id))?;
        match operation.response.problem(body, &specification.schemas) {
            Some(problem) => Err(io::Error::new(io::ErrorKind::InvalidData, problem)),
            None => Ok(()),
        }
    }

    /// Stops the server and waits until its tasks have ended. Connections are closed at once.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        // An error means that it was cancelled with its runtime, and has ended, too.
        let _ = (&mut self.task).await;
    }
}

impl Drop for MockServer {
    #[expect(clippy::panic, reason = "a test whose expectations are not met fails, as it would with an assertion")]
    fn drop(&mut self) {
        self.task.abort();
        if let Err(unmet) = self.verify()
            && !std::thread::panicking()
        {
            panic!("{unmet}");
        }
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

/// Settings of an operation, or of all. They apply to valid requests: a request that does not fit the specification is
/// refused. Only faults apply to all requests.
#[derive(Debug)]
pub struct Stub<'a, O> {
    shared: &'a Shared,
    /// The id of the operation; `None` is all.
    operation: Option<&'static str>,
    output: PhantomData<fn() -> O>,
}

impl<O: Operation> Stub<'_, O>
where
    O::Output: Serialize,
{
    /// Responds with this output from now on.
    ///
    /// # Errors
    /// The output cannot be serialized as JSON.
    pub fn respond(self, output: &O::Output) -> io::Result<Self> {
        let reply = Reply::Envelope(envelope(0, "", Some(serde_json::to_value(output)?)));
        Ok(self.reply(reply))
    }

    /// Responds with this output once, after the responses that are queued already.
    ///
    /// # Errors
    /// The output cannot be serialized as JSON.
    pub fn respond_once(self, output: &O::Output) -> io::Result<Self> {
        let reply = Reply::Envelope(envelope(0, "", Some(serde_json::to_value(output)?)));
        Ok(self.queue(reply))
    }
}

impl<O> Stub<'_, O> {
    /// Responds with this body from now on, whatever it is.
    pub fn envelope(self, body: JsonValue) -> Self {
        self.reply(Reply::Envelope(body))
    }

    /// Responds with this body once, after the responses that are queued already.
    pub fn envelope_once(self, body: JsonValue) -> Self {
        self.queue(Reply::Envelope(body))
    }

    /// Refuses with a code from now on.
    pub fn refuse(self, code: i64, message: &str) -> Self {
        self.envelope(envelope(code, message, None))
    }

    /// Refuses with a code once, after the responses that are queued already.
    pub fn refuse_once(self, code: i64, message: &str) -> Self {
        self.envelope_once(envelope(code, message, None))
    }

    /// Responds with the example of this name from now on.
    ///
    /// # Errors
    /// The operation has no such example.
    pub fn example(self, name: &str) -> io::Result<Self> {
        let reply = self.named(name)?;
        Ok(self.reply(reply))
    }

    /// Responds with the example of this name once, after the responses that are queued already.
    ///
    /// # Errors
    /// The operation has no such example.
    pub fn example_once(self, name: &str) -> io::Result<Self> {
        let reply = self.named(name)?;
        Ok(self.queue(reply))
    }

    /// Lets a function respond from now on. It is called for each valid request that no queued response is for.
    ///
    /// It may use the server, as an [observer](MockServer::observe) may, and should return soon. A panic in it closes the
    /// connection without a response.
    ///
    /// ```
    /// use flighthub2::testing::{MockResponse, MockServer};
    /// use flighthub2::projects::ListProjects;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::start().await?;
    /// server.on::<ListProjects>().respond_with(|request| match request.parameter("q") {
    ///     Some(_) => MockResponse::refusal(200101, "no search today"),
    ///     None => MockResponse::simulated(),
    /// });
    /// let fh = server.client();
    /// assert!(fh.projects().list().send().await.is_ok());
    /// assert_eq!(fh.projects().list().q("x").send().await.unwrap_err().code(), Some(200101));
    /// # Ok(())
    /// # }
    /// ```
    pub fn respond_with(self, responder: impl Fn(&MockRequest<'_>) -> MockResponse + Send + Sync + 'static) -> Self {
        self.reply(Reply::Responder(Responder(Arc::new(responder))))
    }

    /// Expects a number of requests from now on, whatever the response to them is: `2`, `1..`, `..=3`.
    /// [`MockServer::verify`] checks it, and so does dropping the server.
    pub fn expect(self, times: impl Into<Times>) -> Self {
        self.shared.state().expectations.add(self.operation, times.into());
        self
    }

    /// Injects this fault into every request from now on.
    pub fn fault(self, fault: Fault) -> Self {
        self.planned(None, fault)
    }

    /// Injects this fault into the next request, after the faults that were planned before.
    pub fn fault_once(self, fault: Fault) -> Self {
        self.planned(Some(1), fault)
    }

    /// Injects this fault into as many requests, after the faults that were planned before.
    pub fn fault_times(self, times: u32, fault: Fault) -> Self {
        self.planned(Some(times), fault)
    }

    /// Waits this long before each response from now on, besides what a fault waits. What is set for one operation comes
    /// before what is set for all.
    pub fn delay(self, delay: Duration) -> Self {
        self.shared.state().delays.set(self.operation, delay);
        self
    }

    /// Removes the responses, the faults, the latency and the expectations that were set here.
    pub fn clear(self) -> Self {
        let mut state = self.shared.state();
        state.replies.clear(self.operation);
        state.faults.clear(self.operation);
        state.delays.clear(self.operation);
        state.expectations.clear(self.operation);
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
