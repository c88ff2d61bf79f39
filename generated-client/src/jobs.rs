//! The methods of the clients that return their workflows.
//!
//! They are not in `workflows` because `tests/hand_written.rs` compiles that module as a part of another crate, which cannot
//! add methods to the clients.

use crate::workflows::Workflows;
use crate::{Client, ProjectClient};

impl Client {
    /// Jobs that take several calls. Needs the feature `workflows`.
    #[must_use]
    pub fn workflows(&self) -> Workflows<Self> {
        Workflows::of(self)
    }
}

impl ProjectClient {
    /// Jobs that take several calls, in this project. Needs the feature `workflows`.
    #[must_use]
    pub fn workflows(&self) -> Workflows<Self> {
        Workflows::of(self)
    }
}
