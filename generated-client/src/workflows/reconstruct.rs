//! Pictures to models: uploads of many files, which go on where they stopped.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flighthub2_runtime::codegen::External;
use tokio::sync::Mutex;

use super::check_runtime;
use super::concurrent::for_each;
use super::error::{Error, ErrorKind};
use super::journal::{Entry, Journal, Resource, State, Uploaded};
use super::names::{file_name, with_suffix};
use super::progress::Callback;
use super::store::{CredentialSource, Credentials, Given, Limits, Store, put};
use super::upload_body::Source;
use crate::open_modeling::OpenModeling;
use crate::types::{
    OpenModel, OpenModelId, OpenModelResourceId, OpenModelUploadCallbackBody, OpenModelUploadToken,
    StartOpenModelReconstructionBody, UploadedFile,
};
use crate::{Client, ErrorKind as ApiErrorKind, FollowError, FollowErrorKind};

/// How many files one call of `openModelUploadCallback` takes.
const FILES_A_CALL: usize = 100;
/// How many files are sent at once.
const CONCURRENCY: usize = 4;
/// The placeholder of the file name in the path of the object store.
const FILE_NAME: &str = "{fileName}";

/// How long the service may take. There is no default: only the caller knows how many pictures there are. The upload itself
/// takes as long as it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReconstructionLimits {
    /// From the last upload until the service has imported the files.
    pub import: Duration,
    /// From the start of the reconstruction until its models are done.
    pub models: Duration,
}

/// A step of a reconstruction that [`on_step`](Reconstruct::on_step) is shown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReconstructionStep {
    /// So many files are in the object store.
    Uploaded {
        /// How many are there.
        files: usize,
        /// How many there are in all.
        total: usize,
        /// Bytes of the files that are there, those of earlier runs included.
        bytes: u64,
    },
    /// The service knows so many of the files.
    Registered {
        /// How many it knows.
        files: usize,
        /// How many there are in all.
        total: usize,
    },
    /// The service has imported the files.
    Imported,
    /// The reconstruction was started.
    Started(Vec<OpenModelId>),
    /// A model has this state now.
    Model(OpenModel),
}

/// What a reconstruction is started with.
type Start = Arc<dyn Fn(StartOpenModelReconstructionBody) -> StartOpenModelReconstructionBody + Send + Sync>;

/// A reconstruction that has not begun: [`run`](Self::run) starts it, or continues it.
///
/// A **journal** on disk has what was done. Run with the same pictures and the same journal, the workflow goes on where it
/// stopped: after an error, after it was dropped, and in another process. Pictures that are in the object store are not sent
/// again. Two steps are never repeated blindly: telling the service of files, and the start, which spends quota. If the
/// outcome of one is not known, the next run looks it up or fails with [`ErrorKind::Undecided`].
///
/// Credentials are renewed before they expire. New ones are used for the folder that the upload began with. Whether the
/// service allows that is not documented: each set of credentials also names a folder of its own. If the store refuses,
/// the error says so, and what was uploaded before stays usable.
///
/// The archive of a model cannot be downloaded: its key is [`OpenModel::zip_file_key`], and no documented call of V1.0
/// returns an address for it.
#[must_use = "nothing is uploaded until it is run"]
pub struct Reconstruct {
    client: Client,
    external: External,
    pictures: Vec<PathBuf>,
    journal: PathBuf,
    resource_name: Option<String>,
    start: Option<Start>,
    concurrency: usize,
    repeat_registration: bool,
    repeat_start: bool,
    limits: Limits,
    steps: Callback<ReconstructionStep>,
}

impl fmt::Debug for Reconstruct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconstruct")
            .field("pictures", &self.pictures.len())
            .field("journal", &self.journal)
            .finish_non_exhaustive()
    }
}

/// A reconstruction that is done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reconstructed {
    /// The pictures, as the service has them.
    pub resource: OpenModelResourceId,
    /// The models; empty if nothing was [started](Reconstruct::start).
    pub models: Vec<OpenModel>,
}

impl Reconstruct {
    pub(crate) fn new(client: Client, external: External, pictures: Vec<PathBuf>, journal: PathBuf) -> Self {
        Self {
            client,
            external,
            pictures,
            journal,
            resource_name: None,
            start: None,
            concurrency: CONCURRENCY,
            repeat_registration: false,
            repeat_start: false,
            limits: Limits::default(),
            steps: Callback::default(),
        }
    }

    /// Sets the kinds of models and their parameters. Without this the pictures are uploaded and imported, and nothing is
    /// started: no quota is spent.
    ///
    /// ```
    /// # fn set(client: &flighthub2::Client, pictures: Vec<std::path::PathBuf>) {
    /// let reconstruction = client
    ///     .workflows()
    ///     .reconstruct(pictures, "harbour.journal")
    ///     .start(|body| body.parameter_3d(r#"{"parameter":{"quality_level":2}}"#));
    /// # let _ = reconstruction;
    /// # }
    /// ```
    pub fn start(
        mut self,
        set: impl Fn(StartOpenModelReconstructionBody) -> StartOpenModelReconstructionBody + Send + Sync + 'static,
    ) -> Self {
        self.start = Some(Arc::new(set));
        self
    }

    /// The name of the resource; none if it is not set.
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.resource_name = Some(name.into());
        self
    }

    /// How many files are sent at once; 4 if it is not set. Each takes less than a megabyte of memory.
    pub fn concurrency(mut self, files: usize) -> Self {
        self.concurrency = files.max(1);
        self
    }

    /// Tells the service again of files that it may know already. Only after [`ErrorKind::Undecided`]: whether that does
    /// harm is not known.
    pub fn repeat_registration(mut self, repeat: bool) -> Self {
        self.repeat_registration = repeat;
        self
    }

    /// Starts the reconstruction although an earlier run may have started it. Only after [`ErrorKind::Undecided`], and if
    /// `listRunningOpenModels` shows that it was not started: a second one spends the quota again.
    pub fn repeat_start(mut self, repeat: bool) -> Self {
        self.repeat_start = repeat;
        self
    }

    /// How long nothing may move before an attempt to send a file counts as failed; 60 seconds if it is not set.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle_timeout = limit;
        self
    }

    /// Is shown each step. It should return soon.
    pub fn on_step(mut self, function: impl Fn(ReconstructionStep) + Send + Sync + 'static) -> Self {
        self.steps = Callback::new(function);
        self
    }

    /// Uploads what is missing, starts the reconstruction if that was not done, and follows it to its end.
    ///
    /// # Errors
    /// See [`ErrorKind`]. Every error after the first upload has the [`resource`](Error::resource), and the journal has what
    /// was done: run it again to go on.
    pub async fn run(self, limits: ReconstructionLimits) -> Result<Reconstructed, Error> {
        check_runtime()?;
        if self.pictures.is_empty() {
            return Err(Error::new(ErrorKind::InvalidArgument, "there are no pictures"));
        }
        // Before it is in the store and cannot be written down.
        if let Some(picture) = self.pictures.iter().find(|picture| picture.to_str().is_none()) {
            let message = format!("the path `{}` is no UTF-8, and a journal holds no other", picture.display());
            return Err(Error::new(ErrorKind::InvalidArgument, message)
                .done("nothing was uploaded")
                .next("rename the file or its folder"));
        }
        let (journal, state) = Journal::open(&self.journal, self.external.clock()).await?;
        let mut run = Run { settings: &self, journal, state };
        let result = run.run(limits).await;
        result.map_err(|error| match &run.state.resource {
            None => error.done("nothing was uploaded").next("run it again"),
            Some(resource) => {
                let (there, known) = (run.state.uploaded.len(), run.state.registered.len());
                error
                    .done(format!("{there} files are in the object store, and the service knows {known} of them"))
                    .next(format!("run it again with the journal `{}`", self.journal.display()))
                    .with_resource(&resource.id.clone().into())
            }
        })
    }

    fn modeling(&self) -> OpenModeling<Client> {
        self.client.open_modeling()
    }
}

/// A picture, and the name that it has in the object store.
#[derive(Clone)]
struct Picture {
    path: PathBuf,
    name: String,
}

/// A run that is going on.
struct Run<'a> {
    settings: &'a Reconstruct,
    journal: Journal,
    state: State,
}

impl Run<'_> {
    async fn run(&mut self, limits: ReconstructionLimits) -> Result<Reconstructed, Error> {
        let pictures = names_of(&self.settings.pictures, &self.state);
        let source = ModelStorage {
            modeling: self.settings.modeling(),
            external: self.settings.external.clone(),
            last: Mutex::new(None),
        };
        let first = self.begin(&source).await?;
        let resource = self.resource()?;
        let id = OpenModelResourceId::from(resource.id.clone());
        let credentials = Arc::new(Credentials::new(source, first));
        self.decide_registrations(&id).await?;
        for group in pictures.chunks(FILES_A_CALL) {
            self.upload(group, pictures.len(), &resource, &credentials).await?;
            self.register(group, pictures.len(), &resource).await?;
        }
        self.wait_for_import(&id, limits.import).await?;
        let models = match self.started(&id).await? {
            Some(models) => self.follow(&models, limits.models).await?,
            None => Vec::new(),
        };
        Ok(Reconstructed { resource: id, models })
    }

    fn resource(&self) -> Result<Resource, Error> {
        self.state.resource.clone().ok_or_else(|| Error::new(ErrorKind::Journal, "the journal names no resource"))
    }

    /// Gets a folder in the store, unless the journal has one.
    async fn begin(&mut self, source: &ModelStorage) -> Result<Option<Store>, Error> {
        if self.state.resource.is_some() {
            return Ok(None);
        }
        let store = source.obtain().await?;
        let token = source.last.lock().await.take();
        let token = token.ok_or_else(|| Error::new(ErrorKind::Store, "the service gave no folder for the pictures"))?;
        let folder = token.store_path.strip_suffix(FILE_NAME).map(|folder| folder.trim_end_matches('/'));
        let id = folder.and_then(|folder| folder.rsplit('/').next()).filter(|id| !id.is_empty());
        let Some(id) = id.map(str::to_owned) else {
            return Err(Error::new(ErrorKind::Store, "the path in the object store does not end with `{fileName}`"));
        };
        let resource = Resource { version: 1, id, store_path: token.store_path, callback_param: token.callback_param };
        self.journal.append(&Entry::Resource(resource.clone()), true).await?;
        self.state.resource = Some(resource);
        Ok(Some(store))
    }

    /// Sends what is missing of some pictures.
    async fn upload(
        &mut self,
        pictures: &[Picture],
        total: usize,
        resource: &Resource,
        credentials: &Arc<Credentials<ModelStorage>>,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        for picture in pictures {
            match self.state.uploaded.get(&picture.path) {
                Some(uploaded) => {
                    if !uploaded.is(Source::look(&picture.path).await?) {
                        // The service already copies what was uploaded.
                        if self.state.registered.contains(&uploaded.name)
                            || self.state.in_doubt.contains(&uploaded.name)
                        {
                            let message = format!("`{}` changed after it was uploaded", picture.path.display());
                            return Err(Error::new(ErrorKind::FileChanged, message)
                                .next("start with a new journal, or restore the file"));
                        }
                        missing.push(picture.clone());
                    }
                }
                None => missing.push(picture.clone()),
            }
        }
        let settings = self.settings;
        let futures: Vec<_> = missing
            .into_iter()
            .map(|picture| {
                let (external, limits) = (settings.external.clone(), settings.limits.clone());
                let (credentials, journal) = (Arc::clone(credentials), self.journal.clone());
                let (key, store_path) =
                    (resource.store_path.replace(FILE_NAME, &picture.name), resource.store_path.clone());
                async move {
                    let source = Source::open(&picture.path).await?;
                    let put = put(&external, &credentials, &limits, &key, &source, &Callback::default()).await;
                    let etag = match put {
                        Err(error) if error.store_code() == Some("AccessDenied") => {
                            return Err(credentials.source().explained(error, &store_path).await);
                        }
                        put => put?,
                    };
                    let uploaded = Uploaded::new(&picture.path, &picture.name, source.state, etag);
                    // A line that a crash loses costs one upload, so it need not be on the disk at once.
                    journal.append(&Entry::Uploaded(uploaded.clone()), false).await?;
                    Ok::<Uploaded, Error>(uploaded)
                }
            })
            .collect();
        let state = &mut self.state;
        // Not for each file anew: there may be many thousands.
        let mut bytes: u64 = state.uploaded.values().map(|uploaded| uploaded.bytes).sum();
        for_each(futures.into_iter(), settings.concurrency, |uploaded: Result<Uploaded, Error>| {
            let uploaded = uploaded?;
            bytes += uploaded.bytes;
            // One that was changed after it was uploaded.
            let before = state.uploaded.insert(uploaded.path.clone(), uploaded);
            bytes -= before.map_or(0, |before| before.bytes);
            settings.steps.show(ReconstructionStep::Uploaded { files: state.uploaded.len(), total, bytes });
            Ok(())
        })
        .await
    }

    /// Finds out what an earlier run may have registered.
    async fn decide_registrations(&mut self, id: &OpenModelResourceId) -> Result<(), Error> {
        if self.state.in_doubt.is_empty() {
            return Ok(());
        }
        let in_doubt: Vec<String> = self.state.in_doubt.iter().cloned().collect();
        if self.settings.repeat_registration {
            return self.note(Entry::NotRegistered(in_doubt)).await;
        }
        let found = self.settings.modeling().get_resource(id.clone()).send().await;
        let found = found.map_err(|error| Error::api("the resource cannot be read", error))?;
        // The service has been seen to list no names at all.
        if found.file_names.is_empty() {
            let message = format!("whether the service knows {} of the files is not known", in_doubt.len());
            return Err(Error::new(ErrorKind::Undecided, message)
                .next("look at the resource; then register the files again with `.repeat_registration(true)`, or start with a new journal"));
        }
        let known: HashSet<&String> = found.file_names.iter().collect();
        let (there, missing): (Vec<String>, Vec<String>) = in_doubt.into_iter().partition(|name| known.contains(name));
        self.note(Entry::Registered(there)).await?;
        self.note(Entry::NotRegistered(missing)).await
    }

    /// Tells the service of some pictures.
    async fn register(&mut self, pictures: &[Picture], total: usize, resource: &Resource) -> Result<(), Error> {
        let files: Vec<(String, String)> = pictures
            .iter()
            .filter_map(|picture| self.state.uploaded.get(&picture.path))
            .filter(|uploaded| !self.state.registered.contains(&uploaded.name))
            .map(|uploaded| (uploaded.name.clone(), uploaded.etag.clone()))
            .collect();
        if files.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        self.note(Entry::Registering(names.clone())).await?;
        let files = files.into_iter().map(|(name, etag)| UploadedFile::builder().name(name).etag(etag).build());
        let mut body = OpenModelUploadCallbackBody::builder()
            .resource_uuid(resource.id.clone())
            .callback_param(resource.callback_param.clone())
            .files(files.collect::<Vec<_>>())
            .build();
        if let Some(name) = &self.settings.resource_name {
            body = body.resource_name(name.clone());
        }
        match self.settings.modeling().upload_callback(body).send().await {
            Ok(result) if result.upload_count >= 0 && (result.upload_count as u64) < names.len() as u64 => {
                let message = format!("the service took {} of {} files", result.upload_count, names.len());
                Err(Error::new(ErrorKind::Integrity, message))
            }
            Ok(_) => {
                self.note(Entry::Registered(names)).await?;
                let files = self.state.registered.len();
                self.settings.steps.show(ReconstructionStep::Registered { files, total });
                Ok(())
            }
            Err(error) => {
                let in_doubt = error.may_have_taken_effect();
                if !in_doubt {
                    self.note(Entry::NotRegistered(names)).await?;
                }
                let made = Error::api("the files were not registered", error);
                Err(if in_doubt { made.with_kind(ErrorKind::Undecided) } else { made })
            }
        }
    }

    async fn wait_for_import(&mut self, id: &OpenModelResourceId, limit: Duration) -> Result<(), Error> {
        if self.state.started.is_some() {
            return Ok(());
        }
        let imported = self.settings.modeling().follow_resource(id.clone()).timeout(limit).await;
        imported.map_err(|error| not_followed("the files were not imported", error))?;
        self.settings.steps.show(ReconstructionStep::Imported);
        Ok(())
    }

    /// The models; starts them if that was not done.
    async fn started(&mut self, id: &OpenModelResourceId) -> Result<Option<Vec<OpenModelId>>, Error> {
        let ids = |models: &Vec<String>| models.iter().cloned().map(OpenModelId::from).collect::<Vec<_>>();
        if let Some(models) = &self.state.started {
            return Ok(Some(ids(models)));
        }
        let Some(set) = &self.settings.start else { return Ok(None) };
        if self.state.start_in_doubt && !self.settings.repeat_start {
            let message = "an earlier run may have started the reconstruction, and a second one spends the quota again";
            return Err(Error::new(ErrorKind::Undecided, message)
                .next("see with `listRunningOpenModels`; if it was not started, allow it with `.repeat_start(true)`"));
        }
        let body = set(StartOpenModelReconstructionBody::new(id.clone()));
        self.note(Entry::Starting).await?;
        match self.settings.modeling().start_reconstruction(body).send().await {
            Ok(started) => {
                let jobs = [started.model_2d, started.model_3d, started.model_3dgs, started.model_lidar];
                let models: Vec<String> = jobs.into_iter().flatten().map(|job| job.uuid.to_string()).collect();
                let shown = ids(&models);
                self.note(Entry::Started(models)).await?;
                self.settings.steps.show(ReconstructionStep::Started(shown.clone()));
                Ok(Some(shown))
            }
            Err(error) => {
                let in_doubt = error.may_have_taken_effect();
                if !in_doubt {
                    self.note(Entry::NotStarted).await?;
                }
                let made = Error::api("the reconstruction was not started", error);
                Err(if in_doubt { made.with_kind(ErrorKind::Undecided) } else { made })
            }
        }
    }

    async fn follow(&mut self, models: &[OpenModelId], limit: Duration) -> Result<Vec<OpenModel>, Error> {
        let clock = self.settings.external.clock();
        let started = clock.now();
        let mut done = Vec::new();
        for id in models {
            // They run at the same time, so they have the limit together.
            let left = limit.saturating_sub(clock.now().saturating_duration_since(started));
            let mut follow = self.settings.modeling().follow(id.clone()).timeout(left);
            let mut last = None;
            while let Some(update) = follow.next().await {
                match update {
                    Ok(update) => {
                        self.settings.steps.show(ReconstructionStep::Model(update.response().clone()));
                        last = Some(update.into_response());
                    }
                    Err(error) if error.poll().is_some_and(|poll| poll.kind() != ApiErrorKind::Api) => {}
                    Err(error) => {
                        return Err(not_followed(&format!("the model {id} is not there"), error));
                    }
                }
            }
            match last {
                Some(model) if model.model_status.is_success() => done.push(model),
                _ => {
                    let message = format!("the state of the model {id} could not be read until the time limit");
                    return Err(Error::new(ErrorKind::Timeout, message));
                }
            }
        }
        Ok(done)
    }

    /// Writes a line that has to be on the disk before the next step.
    async fn note(&mut self, entry: Entry) -> Result<(), Error> {
        self.journal.append(&entry, true).await?;
        self.state.apply(entry);
        Ok(())
    }
}

/// Why there is no final state, with what the service has said.
fn not_followed<T>(doing: &str, error: FollowError<T>) -> Error {
    let kind = match error.kind() {
        FollowErrorKind::Timeout => ErrorKind::Timeout,
        FollowErrorKind::Failed => ErrorKind::Unsuccessful,
        _ => ErrorKind::Api,
    };
    let message = format!("{doing}: {error}");
    match error.into_poll() {
        Some(poll) => Error::api(doing, poll).with_kind(kind),
        None => Error::new(kind, message),
    }
}

/// A name for each picture, of which no two are the same: the one it had before, or that of the file.
fn names_of(pictures: &[PathBuf], state: &State) -> Vec<Picture> {
    let mut taken: HashMap<String, u32> = HashMap::new();
    for uploaded in state.uploaded.values() {
        taken.insert(uploaded.name.to_lowercase(), 1);
    }
    let mut seen = HashSet::new();
    let mut named = Vec::new();
    for path in pictures.iter().filter(|path| seen.insert(*path)) {
        if let Some(uploaded) = state.uploaded.get(path) {
            named.push(Picture { path: path.clone(), name: uploaded.name.clone() });
            continue;
        }
        let plain = file_name(&path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default());
        let mut name = plain.clone();
        let mut number = 1;
        while taken.contains_key(&name.to_lowercase()) {
            number += 1;
            name = with_suffix(&plain, &number.to_string());
        }
        taken.insert(name.to_lowercase(), 1);
        named.push(Picture { path: path.clone(), name });
    }
    named
}

/// The credentials of open modeling.
struct ModelStorage {
    modeling: OpenModeling<Client>,
    external: External,
    /// What came with the credentials.
    last: Mutex<Option<OpenModelUploadToken>>,
}

impl ModelStorage {
    /// Says so if the store refused new credentials for the folder that the upload began with.
    async fn explained(&self, error: Error, store_path: &str) -> Error {
        match &*self.last.lock().await {
            Some(token) if token.store_path != store_path => error
                .with_kind(ErrorKind::Credentials)
                .next("new credentials are not accepted for the folder of this upload: start again with a new journal"),
            _ => error,
        }
    }
}

impl CredentialSource for ModelStorage {
    fn obtain(&self) -> Pin<Box<dyn Future<Output = Result<Store, Error>> + Send + '_>> {
        Box::pin(async {
            let token = self.modeling.obtain_upload_token().send().await;
            let token = token.map_err(|error| Error::api("no credentials for the object store", error))?;
            // By this machine's clock, which can be wrong: then the store refuses them one day, and they are renewed.
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let lifetime = token.expire_time.and_then(|time| u64::try_from(time.get()).ok()?.checked_sub(now));
            let store = Store::new(
                Given {
                    provider: token.cloud_name.clone(),
                    endpoint: token.end_point.clone(),
                    bucket: token.cloud_bucket_name.clone(),
                    region: token.region.clone(),
                    access_key_id: token.access_key_id.clone(),
                    secret_access_key: token.secret_access_key.clone(),
                    session_token: token.session_token.clone(),
                    lifetime: lifetime.filter(|seconds| *seconds > 0).map(Duration::from_secs),
                },
                &self.external,
            )?;
            *self.last.lock().await = Some(token);
            Ok(store)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn pictures_of_two_folders_with_one_name_have_two_names() {
        let pictures: Vec<PathBuf> =
            ["a/1.jpeg", "b/1.JPEG", "b/2.jpeg", "a/1.jpeg", "c/1.jpeg"].map(PathBuf::from).to_vec();
        let named = names_of(&pictures, &State::default());
        let names: Vec<(&Path, &str)> = named.iter().map(|it| (it.path.as_path(), it.name.as_str())).collect();
        let expected =
            [("a/1.jpeg", "1.jpeg"), ("b/1.JPEG", "1-2.JPEG"), ("b/2.jpeg", "2.jpeg"), ("c/1.jpeg", "1-3.jpeg")];
        assert_eq!(names, expected.map(|(path, name)| (Path::new(path), name)));
    }
}
