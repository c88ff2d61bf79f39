//! Jobs that take several calls: uploads to the object store, downloads, a flight and its media.
//!
//! Needs the feature `workflows` and a runtime of tokio. Everything here is written by hand over the generated calls, and
//! uses nothing that a program could not use.
//!
//! | job | call | what it does |
//! | --- | --- | --- |
//! | upload a route | [`upload_route`](Workflows::upload_route) | inspects a KMZ file, puts it into the object store, makes a route of it |
//! | fly and fetch | [`fly`](Workflows::fly), [`fetch_media`](Workflows::fetch_media) | creates a task, follows it, downloads its media |
//! | look before a flight | [`preflight`](Workflows::preflight) | reads what is known of a dock and its aircraft |
//! | reconstruct | [`reconstruct`](Workflows::reconstruct) | uploads pictures, starts open modeling, follows it |
//! | download | [`download`](Workflows::download) | a file behind a signed address |
//!
//! ```
//! # use flighthub2::testing::{MockServer, PROJECT};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = MockServer::start().await?;
//! # let fh = server.client();
//! let site = fh.project(PROJECT);
//! let found = site.workflows().preflight("7CTEXAMPLE0001").await?;
//! println!("wind: {} m/s, rain: {}", found.wind_speed, found.rain);
//! # Ok(())
//! # }
//! ```
//!
//! # Interruptions
//! Every workflow is a future, and can be dropped at every point:
//!
//! - A file appears under its name when it is whole and its content is on the disk. Until then it is `.name.part`.
//! - A task, a route and a reconstruction are requested once. If the outcome of such a request is not known, the workflow
//!   fails with [`ErrorKind::Undecided`] and says how to find out.
//! - What was done is kept: a download and a reconstruction go on where they stopped.
//! - Dropping a workflow never ends what it has started: an aircraft flies on.
//!
//! # Failures
//! An [`Error`] says what failed, what was done before, and how to go on. Requests to the object store that broke are
//! repeated with growing waits; a limit applies to the time in which nothing moves, not to the size of a file. Credentials
//! are renewed before they expire, and once more when the store refuses them.
//!
//! # Secrets
//! Signed addresses, credentials and the token are in no error, no `Debug` and no log. Requests to the object store are
//! signed in their headers, so their addresses are no secrets; they never carry the token of the service.
//!
//! # The object store
//! By the `provider` of the credentials: `ali` (Aliyun OSS, Signature V4, or V1 if the region is not known), `aws` and
//! `minio` (AWS Signature V4). A file is sent in one request, in flat memory: files of more than 5 GiB are refused. The
//! store checks the content by `Content-MD5`, and its ETag is checked against the same MD5.

mod concurrent;
mod disk;
mod download;
mod error;
mod flight;
mod journal;
mod kmz;
mod names;
mod preflight;
mod progress;
mod reconstruct;
mod route;
mod store;
mod upload_body;

use std::path::PathBuf;
use std::time::Duration;

use flighthub2_runtime::codegen::{Caller, External};

pub use self::download::{Download, Downloaded, Existing};
pub use self::error::{Error, ErrorKind};
pub use self::flight::{FetchMedia, FetchedFile, FetchedMedia, Flight, FlightStep, FlyAndFetch, TimeLimits};
pub use self::names::file_name;
pub use self::preflight::{Alarm, Preflight, Rain, Reading, UnknownReason};
pub use self::progress::Progress;
pub use self::reconstruct::{Reconstruct, Reconstructed, ReconstructionLimits, ReconstructionStep};
pub use self::route::{UploadRoute, UploadedRoute};
use crate::types::{CreateFlightTaskBody, DeviceSn};
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

impl<C: Caller> Workflows<C> {
    pub(crate) fn of(caller: &C) -> Self {
        Self { caller: caller.clone(), external: External::new(caller.core()) }
    }
}

impl<C> Workflows<C> {
    /// Downloads the file behind a signed address, such as [`MediaFile::original_url`](crate::types::MediaFile::original_url).
    ///
    /// The address is a secret: it gives access to the file. It is in no error and in no log.
    pub fn download(&self, address: impl Into<Secret>, target: impl Into<PathBuf>) -> Download {
        Download::new(self.external.clone(), address.into(), target.into())
    }
}

impl Workflows<Client> {
    /// Uploads pictures for open modeling and reconstructs models of them. The journal is a file that is created if it is
    /// not there; keep it until the reconstruction is done.
    pub fn reconstruct(
        &self,
        pictures: impl IntoIterator<Item = impl Into<PathBuf>>,
        journal: impl Into<PathBuf>,
    ) -> Reconstruct {
        let pictures = pictures.into_iter().map(Into::into).collect();
        Reconstruct::new(self.caller.clone(), self.external.clone(), pictures, journal.into())
    }
}

impl Workflows<ProjectClient> {
    /// Uploads a KMZ file and makes a route of it.
    pub fn upload_route(&self, kmz: impl Into<PathBuf>) -> UploadRoute {
        UploadRoute::new(self.caller.clone(), self.external.clone(), kmz.into())
    }

    /// Flies a route and downloads the media of the flight into a folder, which is created if it is not there. **It flies an
    /// aircraft**, so the client must have been built for it: see [`Risk`](crate::Risk).
    pub fn fly(&self, task: impl Into<CreateFlightTaskBody>, folder: impl Into<PathBuf>) -> FlyAndFetch {
        FlyAndFetch::new(self.caller.clone(), self.external.clone(), task.into(), folder.into())
    }

    /// Downloads the media of a flight into a folder, which is created if it is not there: after an interruption, or for a
    /// flight that another program has started.
    pub fn fetch_media(&self, folder: impl Into<PathBuf>) -> FetchMedia {
        FetchMedia::new(self.caller.clone(), self.external.clone(), folder.into())
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
