//! Jobs that take several calls: uploads to the object store, downloads, a flight and its media.
//!
//! Needs the feature `workflows` and a runtime of tokio.

mod disk;
mod download;
mod error;
mod kmz;
mod names;
mod preflight;
mod progress;
mod route;
mod store;
mod upload_body;

use std::path::PathBuf;
use std::time::Duration;

use flighthub2_runtime::codegen::{Caller, External};

pub use self::download::{Download, Downloaded, Existing};
pub use self::error::{Error, ErrorKind};
pub use self::names::file_name;
pub use self::preflight::{Alarm, Preflight, Rain, Reading, UnknownReason};
pub use self::progress::Progress;
pub use self::route::{UploadRoute, UploadedRoute};
use crate::types::DeviceSn;
use crate::{Client, ProjectClient, Secret};

/// How long nothing may move before an attempt counts as failed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How many failures in a row end a workflow.
const MAX_FAILURES: u32 = 5;

/// The workflows of a client: [`Client::workflows`], [`ProjectClient::workflows`].
#[derive(Clone, Debug)]
pub struct Workflows<C> {
    caller: C,
    external: External,
}

impl Client {
    /// Jobs that take several calls. Needs the feature `workflows`.
    #[must_use]
    pub fn workflows(&self) -> Workflows<Self> {
        Workflows { caller: self.clone(), external: External::new(self.core()) }
    }
}

impl ProjectClient {
    /// Jobs that take several calls, in this project. Needs the feature `workflows`.
    #[must_use]
    pub fn workflows(&self) -> Workflows<Self> {
        Workflows { caller: self.clone(), external: External::new(self.core()) }
    }
}

impl<C> Workflows<C> {
    /// Downloads the file behind a signed address, such as [`MediaFile::original_url`](crate::types::MediaFile::original_url).
    ///
    /// The address is a secret: whoever has it has the file. It is in no error and in no log.
    pub fn download(&self, address: impl Into<Secret>, target: impl Into<PathBuf>) -> Download {
        Download::new(self.external.clone(), address.into(), target.into())
    }
}

impl Workflows<ProjectClient> {
    /// Uploads a KMZ file and makes a route of it.
    pub fn upload_route(&self, kmz: impl Into<PathBuf>) -> UploadRoute {
        UploadRoute::new(self.caller.clone(), self.external.clone(), kmz.into())
    }

    /// Reads what is known of a dock and its aircraft before a flight. It decides nothing.
    ///
    /// # Errors
    /// The devices of the project cannot be read, or the dock is not among them. If another of its calls fails, the
    /// readings that it would have had are [`Reading::Unknown`].
    pub async fn preflight(&self, dock: impl Into<DeviceSn>) -> Result<Preflight, Error> {
        Preflight::read(&self.caller, dock.into()).await
    }
}

/// Workflows read and write files on threads of tokio.
fn check_runtime() -> Result<(), Error> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::new(ErrorKind::InvalidArgument, "no tokio runtime runs here: run workflows within one")),
    }
}
