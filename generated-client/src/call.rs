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
    /// See [`Error`]: above all [`Error::delivery`], which tells whether the service may have done it.
    pub async fn send(self) -> Result<O::Output, Error>
    where
        H: Serves<O::Scope>,
    {
        self.handle.client().execute(&self.operation, self.handle.project_id()).await
    }
}

#[cfg(feature = "blocking")]
impl<H: Handle, O: Operation> Call<H, O> {
    /// Sends the call and waits for its answer without `async`: for scripts. Needs the feature `blocking`.
    ///
    /// # Errors
    /// See [`Call::send`]. It is refused within an async runtime, which it would bring to a halt.
    pub fn send_blocking(self) -> Result<O::Output, Error>
    where
        H: Serves<O::Scope>,
    {
        let client = self.handle.client().clone();
        client.blocking().run(self.send()).map_err(|error| error.of(O::INFO))?
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
