//! A flight, and the media that it brings.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flighthub2_runtime::codegen::External;

use super::concurrent::for_each;
use super::download::{Download, Downloaded, Existing};
use super::error::{Error, ErrorKind};
use super::names::{file_name, with_extension, with_suffix};
use super::progress::Callback;
use super::{MAX_FAILURES, check_runtime};
use crate::types::{CreateFlightTaskBody, FlightTask, MediaFile, TaskId, TaskStatus};
use crate::{ErrorKind as ApiErrorKind, FollowErrorKind, ProjectClient};

/// The waits between two looks at the media of a flight.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How many files are downloaded at once.
const CONCURRENCY: usize = 4;

/// How long a flight and the upload of its media may take. There is no default: only the caller knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// From the creation of the task to its end, with the time until it begins.
    pub flight: Duration,
    /// From the end of the flight until all media are on disk.
    pub media: Duration,
}

/// A step of a flight that [`on_step`](FlyAndFetch::on_step) is shown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FlightStep {
    /// The task was created. After an interruption, its id is enough to continue with [`fetch_media`](super::Workflows::fetch_media).
    Created(TaskId),
    /// The task has this status now.
    Status(TaskStatus),
    /// The dock has uploaded so many of its files.
    Uploaded {
        /// How many are there.
        files: u64,
        /// How many there will be; `None` if the service does not know.
        expected: Option<u64>,
    },
    /// A file is on disk.
    Downloaded {
        /// Where it is.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
}

/// A flight that has not begun: [`run`](Self::run) starts it.
///
/// **It flies an aircraft.** The task is created once, whatever happens: no failure repeats it. Dropping the future ends
/// the following and the downloads, never the flight.
#[must_use = "no task is created until it is run"]
pub struct FlyAndFetch {
    project: ProjectClient,
    body: CreateFlightTaskBody,
    media: FetchMedia,
}

/// Media of a flight that are to be fetched: [`run`](Self::run) starts it.
///
/// It waits until the dock has uploaded all files, and downloads each as soon as it is there. Run again with the same
/// folder, it downloads what is missing.
#[must_use = "nothing is fetched until it is run"]
pub struct FetchMedia {
    project: ProjectClient,
    external: External,
    folder: PathBuf,
    concurrency: usize,
    steps: Callback<FlightStep>,
}

impl fmt::Debug for FlyAndFetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlyAndFetch").field("body", &self.body).field("media", &self.media).finish_non_exhaustive()
    }
}

impl fmt::Debug for FetchMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchMedia").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// A flight that has ended, and its media.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Flight {
    /// The task, as it was at its end.
    pub task: FlightTask,
    /// Its media.
    pub media: FetchedMedia,
}

/// Media of a flight on disk.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FetchedMedia {
    /// The files, in the order of the service.
    pub files: Vec<FetchedFile>,
    /// How many the service expects; `None` if it does not say.
    pub expected: Option<u64>,
}

impl FetchedMedia {
    /// Whether these are all files that the service expects. `false` if it does not say how many it expects.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.expected.is_some_and(|expected| self.files.len() as u64 >= expected)
    }
}

/// A media file on disk.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FetchedFile {
    /// What the service says of it.
    pub media: MediaFile,
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

impl FlyAndFetch {
    pub(crate) fn new(project: ProjectClient, external: External, body: CreateFlightTaskBody, folder: PathBuf) -> Self {
        let media = FetchMedia::new(project.clone(), external, folder);
        Self { project, body, media }
    }

    /// Is shown each step. Keep the id of [`FlightStep::Created`]: it is enough to go on after an interruption. It should
    /// return soon.
    pub fn on_step(mut self, function: impl Fn(FlightStep) + Send + Sync + 'static) -> Self {
        self.media.steps = Callback::new(function);
        self
    }

    /// Creates the task, follows it to its end, and downloads its media.
    ///
    /// # Errors
    /// See [`ErrorKind`]. After the task was created, every error has its id: [`Error::task`].
    pub async fn run(self, limits: TimeLimits) -> Result<Flight, Error> {
        check_runtime()?;
        self.media.check_folder().await?;
        let created = self.project.flight_tasks().create(self.body.clone()).send().await.map_err(|error| {
            let in_doubt = error.may_have_taken_effect();
            let made = Error::api("the flight task was not created", error);
            match in_doubt {
                true => made
                    .with_kind(ErrorKind::Undecided)
                    .done("the task may exist, and the aircraft may fly")
                    .next("see with `listFlightTasks` whether the task exists before you create it again"),
                false => made.done("no aircraft was started"),
            }
        })?;
        let id = created.task_uuid;
        self.media.steps.show(FlightStep::Created(id.clone()));
        let task = self.follow(&id, limits.flight).await.map_err(|error| {
            error
                .done(format!("the task {id} was created; it goes on, whatever happened here"))
                .next("fetch its media later with `fetch_media`, or look at the task")
                .with_task(&id)
        })?;
        let media = self.media.fetch(&id, limits.media).await?;
        Ok(Flight { task, media })
    }

    async fn follow(&self, id: &TaskId, limit: Duration) -> Result<FlightTask, Error> {
        let mut follow = self.project.flight_tasks().follow(id.clone()).timeout(limit);
        let mut last = None;
        let mut failed_poll = None;
        while let Some(update) = follow.next().await {
            match update {
                Ok(update) => {
                    failed_poll = None;
                    self.media.steps.show(FlightStep::Status(update.state().clone()));
                    last = Some(update.into_response());
                }
                Err(error) if error.kind() == FollowErrorKind::Failed => {
                    let status = error.last().map(|task| task.status.to_string()).unwrap_or_default();
                    let message = format!("the flight ended without success: its status is `{status}`");
                    return Err(Error::new(ErrorKind::Unsuccessful, message));
                }
                Err(error) => match error.into_poll() {
                    // Refused, not lost: the next poll will be refused, too.
                    Some(poll) if poll.kind() == ApiErrorKind::Api => {
                        return Err(Error::api("the task cannot be followed", poll));
                    }
                    // The aircraft flies on without the network of this machine.
                    Some(poll) => failed_poll = Some(poll.to_string()),
                    None => {}
                },
            }
        }
        match last {
            Some(task) if task.status.is_success() => Ok(task),
            _ => {
                let status =
                    last.map_or_else(|| "not known".to_owned(), |task: FlightTask| format!("`{}`", task.status));
                let lost = failed_poll.map_or_else(String::new, |poll| format!(", and it cannot be read now: {poll}"));
                let message = format!("the flight did not end within {limit:?}: its status is {status}{lost}");
                Err(Error::new(ErrorKind::Timeout, message))
            }
        }
    }
}

impl FetchMedia {
    pub(crate) fn new(project: ProjectClient, external: External, folder: PathBuf) -> Self {
        Self { project, external, folder, concurrency: CONCURRENCY, steps: Callback::default() }
    }

    /// How many files are downloaded at once; 4 if it is not set.
    pub fn concurrency(mut self, files: usize) -> Self {
        self.concurrency = files.max(1);
        self
    }

    /// Is shown each step. It should return soon.
    pub fn on_step(mut self, function: impl Fn(FlightStep) + Send + Sync + 'static) -> Self {
        self.steps = Callback::new(function);
        self
    }

    /// Downloads the media of a task. Files that are in the folder with the same name and size stay as they are.
    ///
    /// If the service does not say how many files it expects, it waits until the time limit has passed, because more may
    /// come; that is no error then.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::Timeout`] if the dock has not uploaded all files in time. What was downloaded stays
    /// in the folder.
    pub async fn run(self, task: impl Into<TaskId>, time_limit: Duration) -> Result<FetchedMedia, Error> {
        check_runtime()?;
        self.check_folder().await?;
        self.fetch(&task.into(), time_limit).await
    }

    /// Before an aircraft flies, not after it.
    async fn check_folder(&self) -> Result<(), Error> {
        let folder = self.folder.clone();
        let made = super::disk::blocking(move || std::fs::create_dir_all(folder)).await;
        made.map_err(|error| Error::file("created", &self.folder, error))
    }

    async fn fetch(&self, task: &TaskId, time_limit: Duration) -> Result<FetchedMedia, Error> {
        let clock = self.external.clock();
        let started = clock.now();
        let mut fetch = Fetching::default();
        let mut failures = 0;
        loop {
            let looked = self.look(task, &mut fetch).await;
            let over = clock.now().saturating_duration_since(started) >= time_limit;
            match looked {
                Ok(true) => return Ok(fetch.finish()),
                Ok(false) => failures = 0,
                Err(error) => {
                    failures += 1;
                    // One that no retry helps was tried as often as it makes sense.
                    if over || failures >= MAX_FAILURES || !is_passing(&error) {
                        return Err(fetch.explained(error, task, &self.folder));
                    }
                }
            }
            if over {
                if fetch.expected.is_none() {
                    return Ok(fetch.finish());
                }
                let message = format!("not all media of the flight were uploaded within {time_limit:?}");
                return Err(fetch.explained(Error::new(ErrorKind::Timeout, message), task, &self.folder));
            }
            fetch.looks += 1;
            clock.sleep(fetch.wait(clock.jitter()).min(left(started, time_limit, clock.now()))).await;
        }
    }

    /// Downloads what is there. `true` if that is all.
    async fn look(&self, task: &TaskId, fetch: &mut Fetching) -> Result<bool, Error> {
        let failed = |error| Error::api("the media of the flight cannot be read", error);
        let state = self.project.flight_tasks().get(task.clone()).send().await.map_err(failed)?;
        let counts = state.folder_info.map(|folder| (folder.expected_file_count, folder.uploaded_file_count));
        let (expected, uploaded) = counts.unwrap_or_default();
        // 0 is also sent by a dock that has not counted yet.
        fetch.expected = expected.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0);
        let uploaded = uploaded.and_then(|count| u64::try_from(count).ok());
        let listed = self.project.flight_tasks().list_media(task.clone()).send().await.map_err(failed)?.list;
        let files = listed.len() as u64;
        self.steps.show(FlightStep::Uploaded { files, expected: fetch.expected });

        fetch.order = listed.iter().map(|media| media.uuid.to_string()).collect();
        let names = fetch.names_of(&listed);
        let ready = listed.into_iter().zip(names).filter(|(media, _)| {
            let has_address = media.original_url.as_ref().is_some_and(|address| !address.expose().is_empty());
            has_address && !fetch.files.contains_key(media.uuid.as_str())
        });
        let downloads: Vec<_> = ready.map(|(media, name)| self.download(media, self.folder.join(name))).collect();
        let mut result = Ok(());
        for_each(downloads.into_iter(), self.concurrency, |(media, done): (MediaFile, Result<Downloaded, Error>)| {
            match done {
                Ok(Downloaded { path, bytes, .. }) => {
                    self.steps.show(FlightStep::Downloaded { path: path.clone(), bytes });
                    fetch.files.insert(media.uuid.to_string(), FetchedFile { media, path, bytes });
                }
                // The others are downloaded all the same.
                Err(error) => result = Err(error),
            }
            Ok::<(), Error>(())
        })
        .await?;
        result?;
        let all = fetch
            .expected
            .is_some_and(|expected| uploaded.unwrap_or(files) >= expected && fetch.files.len() as u64 >= expected);
        Ok(all)
    }

    fn download(
        &self,
        media: MediaFile,
        target: PathBuf,
    ) -> impl Future<Output = (MediaFile, Result<Downloaded, Error>)> + Send + use<> {
        let address = media.original_url.clone().unwrap_or_else(|| "".into());
        let mut download = Download::new(self.external.clone(), address, target);
        if let Some(bytes) = media.size.and_then(|size| u64::try_from(size).ok()) {
            // Without a size nothing shows that a file with this name is the same.
            download = download.existing(Existing::Keep).expected_bytes(bytes);
        }
        async move { (media, download.run().await) }
    }
}

fn left(started: Instant, limit: Duration, now: Instant) -> Duration {
    limit.saturating_sub(now.saturating_duration_since(started))
}

/// Whether another look can help: addresses are new each time, and connections come back.
fn is_passing(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::AddressRefused | ErrorKind::Store | ErrorKind::Transport => true,
        ErrorKind::Api => error.api_error().is_some_and(|error| error.kind() != ApiErrorKind::Api),
        _ => false,
    }
}

/// What was fetched so far.
#[derive(Default)]
struct Fetching {
    files: HashMap<String, FetchedFile>,
    /// Ids, as they were listed last.
    order: Vec<String>,
    expected: Option<u64>,
    /// The names that ids have, so that a file keeps its name when another one comes.
    names: HashMap<String, String>,
    looks: u32,
}

impl Fetching {
    /// A name for each file, of which no two are the same on any file system.
    fn names_of(&mut self, listed: &[MediaFile]) -> Vec<String> {
        let plain = |media: &MediaFile| {
            file_name(&with_extension(&file_name(&media.name), media.suffix.as_deref().unwrap_or_default()))
        };
        let mut counts: HashMap<String, u32> = HashMap::new();
        for media in listed {
            *counts.entry(plain(media).to_lowercase()).or_default() += 1;
        }
        let mut taken: HashSet<String> = self.names.values().map(|name| name.to_lowercase()).collect();
        listed
            .iter()
            .map(|media| {
                if let Some(name) = self.names.get(media.uuid.as_str()) {
                    return name.clone();
                }
                let mut name = plain(media);
                // By the id and not by the order, so that another run gives the same names.
                if counts.get(&name.to_lowercase()).is_some_and(|count| *count > 1)
                    || taken.contains(&name.to_lowercase())
                {
                    name = with_suffix(&name, media.uuid.as_str());
                }
                taken.insert(name.to_lowercase());
                self.names.insert(media.uuid.to_string(), name.clone());
                name
            })
            .collect()
    }

    fn wait(&self, jitter: f64) -> Duration {
        let limit = FIRST_WAIT.saturating_mul(1 << self.looks.saturating_sub(1).min(8)).min(LONGEST_WAIT);
        limit.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }

    fn finish(mut self) -> FetchedMedia {
        let files = self.order.iter().filter_map(|id| self.files.remove(id)).collect();
        FetchedMedia { files, expected: self.expected }
    }

    fn explained(&self, error: Error, task: &TaskId, folder: &Path) -> Error {
        let of = self.expected.map_or_else(String::new, |expected| format!(" of {expected}"));
        // What is said closer to the failure is about one file; this is about all.
        Error::new(error.kind(), error.to_string())
            .with_source(error)
            .done(format!("{}{of} files of the task {task} are in `{}`", self.files.len(), folder.display()))
            .next("`fetch_media` with the same folder downloads what is missing")
            .with_task(task)
    }
}
