//! A call that is ready to be sent, and who can send it.

use crate::client::{Client, ProjectClient};
use crate::error::Error;
use crate::operation::{Operation, OperationInfo, scope};
use crate::prepared::DryRun;

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::client::Client {}
    impl Sealed for crate::client::ProjectClient {}
}

/// What sends calls: a [`Client`], or a [`ProjectClient`].
pub trait Handle: sealed::Sealed + Clone + Send + Sync {
    #[doc(hidden)]
    fn client(&self) -> &Client;
    #[doc(hidden)]
    fn project_id(&self) -> Option<&str>;
}

impl Handle for Client {
    fn client(&self) -> &Client {
        self
    }

    fn project_id(&self) -> Option<&str> {
        None
    }
}

impl Handle for ProjectClient {
    fn client(&self) -> &Client {
        ProjectClient::client(self)
    }

    fn project_id(&self) -> Option<&str> {
        Some(ProjectClient::project_id(self))
    }
}

/// Which calls a handle can send, by their scope.
#[diagnostic::on_unimplemented(
    message = "this call belongs to a project, and `{Self}` has none",
    label = "made without a project",
    note = "get a handle with a project first: `client.project(id)`"
)]
pub trait Serves<S>: Handle {}

impl Serves<scope::Organization> for Client {}
impl Serves<scope::Either> for Client {}
impl Serves<scope::Organization> for ProjectClient {}
impl Serves<scope::Either> for ProjectClient {}
impl Serves<scope::Project> for ProjectClient {}

/// A call with its arguments. Nothing happens until it is [sent](Call::send).
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call<H, O> {
    handle: H,
    operation: O,
}

impl<H: Handle, O: Operation> Call<H, O> {
    /// A call of an operation.
    pub fn new(handle: &H, operation: O) -> Self {
        Self { handle: handle.clone(), operation }
    }

    /// What is known about the operation.
    #[must_use]
    pub fn info(&self) -> &'static OperationInfo {
        O::INFO
    }

    /// The request that the call would send, without sending it: for looking, and for trying it by hand. A call that is
    /// refused for its risk can be looked at, too.
    ///
    /// # Errors
    /// An argument cannot be sent.
    pub fn dry_run(&self) -> Result<DryRun, Error>
    where
        H: Serves<O::Scope>,
    {
        self.handle.client().dry_run(&self.operation, self.handle.project_id())
    }

    /// Sends the call and waits for its answer.
    ///
    /// # Errors
    /// See [`Error`]: above all [`Error::may_have_taken_effect`], before the call is sent again.
    pub async fn send(self) -> Result<O::Output, Error>
    where
        H: Serves<O::Scope>,
    {
        self.handle.client().execute(&self.operation, self.handle.project_id()).await
    }
}

#[cfg(feature = "blocking")]
impl<H: Handle, O: Operation> Call<H, O> {
    /// Sends the call and waits for its response without `async`: for scripts, and for threads that may wait. Needs the
    /// feature `blocking`.
    ///
    /// The client sends such calls on a thread of its own, so calls of several threads are in flight at the same time. It
    /// works on every thread that no async runtime polls its tasks on, within `tokio::task::spawn_blocking` and
    /// `tokio::task::block_in_place`, too.
    ///
    /// Within a task of tokio it is refused, because the other tasks of that thread would stand still: use [`Call::send`]
    /// there. Within a task of another runtime that cannot be seen: there it holds the thread until the call is over.
    ///
    /// # Errors
    /// See [`Call::send`]; and [`ErrorKind::Config`](crate::ErrorKind::Config) within a task of tokio.
    ///
    /// # Panics
    /// If the transport or the pace that a program has brought panics; not otherwise.
    pub fn send_blocking(self) -> Result<O::Output, Error>
    where
        H: Serves<O::Scope>,
    {
        self.handle.client().execute_blocking(&self.operation, self.handle.project_id())
    }
}

impl<H, O> Call<H, O> {
    /// The operation with its arguments.
    pub fn operation(&self) -> &O {
        &self.operation
    }

    /// Changes the arguments.
    pub fn map(mut self, change: impl FnOnce(O) -> O) -> Self {
        self.operation = change(self.operation);
        self
    }
}
