//! A KMZ file to a route of the project.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use flighthub2_runtime::codegen::{External, Operation as _};

use super::error::{Error, ErrorKind};
use super::names::{file_name, with_extension};
use super::progress::{Callback, Progress};
use super::store::{CredentialSource, Credentials, Given, Limits, Store, put};
use super::upload_body::Source;
use super::{check_runtime, kmz};
use crate::types::{FinishWaylineUploadBody, WaylineId};
use crate::waylines::FinishWaylineUpload;
use crate::{ErrorKind as ApiErrorKind, ProjectClient};

/// An upload of a route that has not begun: [`run`](Self::run) starts it.
///
/// The steps: the file is inspected; the routes of the project are read, because a route with the same name may be replaced
/// by the upload, and flights that are planned with it would fly the new one; credentials are obtained; the file is put into
/// the object store under a key of its own; the service is asked to make a route of it.
///
/// The last step has the risk [`Physical`](crate::Risk::Physical), so the client must have been built for it. It is sent
/// once. Everything before it can be repeated: if the workflow is dropped or fails there, the project is as it was.
#[must_use = "an upload does nothing until it is run"]
pub struct UploadRoute {
    project: ProjectClient,
    external: External,
    path: PathBuf,
    name: Option<String>,
    allow_same_name: bool,
    limits: Limits,
    progress: Callback<Progress>,
}

impl fmt::Debug for UploadRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadRoute").field("path", &self.path).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A route that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadedRoute {
    /// The id of the route, for a flight task.
    pub id: WaylineId,
    /// Its name, as the service has it.
    pub name: String,
    /// The key of the file in the object store.
    pub object_key: String,
}

impl UploadRoute {
    pub(crate) fn new(project: ProjectClient, external: External, path: PathBuf) -> Self {
        Self {
            project,
            external,
            path,
            name: None,
            allow_same_name: false,
            limits: Limits::default(),
            progress: Callback::default(),
        }
    }

    /// The name of the route; that of the file without its extension if it is not set.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Uploads the route even if the project has one of this name. Whether the service then makes a second route or replaces
    /// the first is not known. If it replaces it, flights that are planned with it fly the new one.
    pub fn allow_same_name(mut self, allow: bool) -> Self {
        self.allow_same_name = allow;
        self
    }

    /// Is shown how far the file is on its way to the object store. It should return soon.
    pub fn on_progress(mut self, function: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Callback::new(function);
        self
    }

    /// How long nothing may move before an attempt to send the file counts as failed; 60 seconds if it is not set.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle_timeout = limit;
        self
    }

    /// Uploads the route.
    ///
    /// # Errors
    /// See [`ErrorKind`]. The error says what was done and how to go on. If the last step failed, it has the
    /// [`object_key`](Error::object_key) of the file, and its [`api_error`](Error::api_error) says whether the route may be
    /// there all the same.
    pub async fn run(self) -> Result<UploadedRoute, Error> {
        check_runtime()?;
        let name = self.route_name()?;
        // Before anything is sent, not after the file is in the store.
        self.external
            .check_risk(FinishWaylineUpload::INFO)
            .map_err(|error| Error::api("the route cannot be uploaded", error).done("nothing was sent"))?;
        kmz::inspect(&self.path).await?;
        let source = Source::open(&self.path).await.map_err(|error| error.done("nothing was sent"))?;
        self.check_name(&name).await?;

        let credentials = ProjectStorage { project: self.project.clone(), external: self.external.clone() };
        let obtained = credentials.obtain_with_prefix().await;
        let (store, prefix) = obtained.map_err(|error| error.done("nothing was sent to the object store"))?;
        let object_key = object_key(&prefix, &self.path);
        let credentials = Credentials::new(credentials, Some(store));
        let sent = put(&self.external, &credentials, &self.limits, &object_key, &source, &self.progress).await;
        sent.map_err(|error| error.done("no route was made").next("start the upload again"))?;

        let body = FinishWaylineUploadBody::builder().name(name).object_key(object_key.clone()).build();
        let finished = self.project.waylines().finish_upload(body.clone()).send().await;
        let finished = finished.map_err(|error| {
            let in_doubt = error.may_have_taken_effect();
            // The service could not read the archive; the inspection sees the list of its files only.
            let unreadable = error.kind() == ApiErrorKind::Api && error.status() == Some(500);
            let next = match (in_doubt, unreadable) {
                (_, true) => "see with `listWaylines` whether the route is there; if not, the service may not be able to read the file",
                (true, false) => "see with `listWaylines` whether the route is there before you start again",
                (false, false) => "the route is not there: start again, or finish the upload with this key",
            };
            let made = Error::api("the object store has the file, and the route was not made", error);
            let made = if in_doubt { made.with_kind(ErrorKind::Undecided) } else { made };
            made.done(format!("the file is in the object store as `{object_key}`")).next(next).with_object_key(&object_key)
        })?;
        Ok(UploadedRoute { id: finished.uuid, name: finished.name.unwrap_or(body.name), object_key })
    }

    fn route_name(&self) -> Result<String, Error> {
        let stem = || self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = self.name.clone().or_else(stem).unwrap_or_default().trim().to_owned();
        if name.is_empty() || name.contains(char::is_control) {
            let message = "the name of the route is empty, or has a line break or another control character in it";
            return Err(Error::new(ErrorKind::InvalidArgument, message).next("set another with `.name(…)`"));
        }
        Ok(name)
    }

    /// Whether the project has a route of this name.
    async fn check_name(&self, name: &str) -> Result<(), Error> {
        if self.allow_same_name {
            return Ok(());
        }
        let routes = self.project.waylines().list().send().await;
        let routes = routes
            .map_err(|error| Error::api("the routes of the project cannot be read", error).done("nothing was sent"))?;
        match routes.list.iter().find(|route| route.name == name) {
            None => Ok(()),
            Some(route) => {
                let message = format!("the project has a route `{name}` already: {}", route.id);
                Err(Error::new(ErrorKind::AlreadyExists, message)
                    .done("nothing was sent")
                    .next("use another name, or allow it with `.allow_same_name(true)`"))
            }
        }
    }
}

/// A key that no other upload has: what is in the store already stays as it is.
fn object_key(prefix: &str, path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let name = file_name(&format!("{stem}-{}", &unique[..12]));
    format!("{}/{}", prefix.trim_end_matches('/'), with_extension(&name, "kmz"))
}

/// The credentials of a project.
struct ProjectStorage {
    project: ProjectClient,
    external: External,
}

impl ProjectStorage {
    /// The store, and the prefix that its keys must have.
    async fn obtain_with_prefix(&self) -> Result<(Store, String), Error> {
        let given = self.project.projects().upload_credentials().send().await;
        let given = given.map_err(|error| Error::api("no credentials for the object store", error))?;
        let lifetime =
            u64::try_from(given.credentials.expire).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs);
        let prefix = given.object_key_prefix;
        let store = Store::new(
            Given {
                provider: Some(given.provider),
                endpoint: given.endpoint,
                bucket: given.bucket,
                region: Some(given.region),
                access_key_id: given.credentials.access_key_id,
                secret_access_key: given.credentials.access_key_secret,
                session_token: given.credentials.security_token,
                lifetime,
            },
            &self.external,
        )?;
        Ok((store, prefix))
    }
}

impl CredentialSource for ProjectStorage {
    fn obtain(&self) -> Pin<Box<dyn Future<Output = Result<Store, Error>> + Send + '_>> {
        Box::pin(async { self.obtain_with_prefix().await.map(|(store, _)| store) })
    }
}
