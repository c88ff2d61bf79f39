//! A file behind a signed address, to a file on disk.
//!
//! In: an address that is a secret, and where the file goes. Out: the whole file under its name, or nothing under that name.
//! Until it is whole it is `.name.part` in the same folder, and `.name.part-info` says which object it is a part of.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use flighthub2_runtime::codegen::{Activity, External, ExternalResponse};
use flighthub2_runtime::transport::{Request, RequestBody, TransportError};
use http::header::{ACCEPT_ENCODING, HeaderValue, IF_RANGE, RANGE};
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};

use super::disk::{LOCK_WAITS, beside, blocking, open_locked, publish};
use super::error::{Error, ErrorKind};
use super::progress::{Callback, Progress};
use super::{IDLE_TIMEOUT, MAX_FAILURES, check_runtime, store};
use crate::Secret;

/// What to do if the target exists already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Existing {
    /// Fail with [`ErrorKind::AlreadyExists`], and leave it as it is.
    #[default]
    Refuse,
    /// Leave it as it is and count it as downloaded. If [`expected_bytes`](Download::expected_bytes) is set and it has
    /// another size, fail as with `Refuse`.
    Keep,
    /// Replace it when the new file is whole.
    Replace,
}

/// A download that has not begun: [`run`](Self::run) starts it.
///
/// An interruption costs little: a broken connection is resumed with `Range`, and a download that was given up, by an error
/// or because its future was dropped, is resumed by the next one with the same target, also in another process and with
/// another signature in the address. It is resumed only if the store confirms by ETag or date that the object is still
/// the same; otherwise it starts from the beginning.
#[derive(Clone)]
#[must_use = "a download does nothing until it is run"]
pub struct Download {
    external: External,
    address: Secret,
    target: PathBuf,
    existing: Existing,
    expected_bytes: Option<u64>,
    max_bytes: u64,
    idle_timeout: Duration,
    max_failures: u32,
    progress: Callback<Progress>,
}

/// Without the address.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("target", &self.target)
            .field("existing", &self.existing)
            .finish_non_exhaustive()
    }
}

/// A file that is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many bytes of it were there from an earlier download.
    pub resumed_from: u64,
    /// Whether it was there before, and [`Existing::Keep`] left it as it was.
    pub kept: bool,
}

impl Download {
    pub(crate) fn new(external: External, address: Secret, target: PathBuf) -> Self {
        Self {
            external,
            address,
            target,
            existing: Existing::Refuse,
            expected_bytes: None,
            max_bytes: u64::MAX,
            idle_timeout: IDLE_TIMEOUT,
            max_failures: MAX_FAILURES,
            progress: Callback::default(),
        }
    }

    /// What to do if the target exists already; [`Existing::Refuse`] if it is not set.
    pub fn existing(mut self, existing: Existing) -> Self {
        self.existing = existing;
        self
    }

    /// The size that the file has, such as [`MediaFile::size`](crate::types::MediaFile::size). Another size is an error.
    pub fn expected_bytes(mut self, bytes: u64) -> Self {
        self.expected_bytes = Some(bytes);
        self
    }

    /// The largest size that is accepted, in bytes; no limit if it is not set.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How long nothing may arrive before an attempt counts as failed; 60 seconds if it is not set.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// After how many failures in a row, none of which brought a byte, the download fails; 5 if it is not set.
    pub fn max_failures(mut self, failures: u32) -> Self {
        self.max_failures = failures.max(1);
        self
    }

    /// Is shown how far the download is, after each part that is written. It runs on the task of the download, so it
    /// should return soon.
    pub fn on_progress(mut self, function: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Callback::new(function);
        self
    }

    /// Downloads the file. The target appears when it is whole, and its content is on the disk.
    ///
    /// # Errors
    /// See [`ErrorKind`]; the parts that have arrived stay beside the target for the next attempt, except after
    /// [`ErrorKind::Integrity`].
    pub async fn run(self) -> Result<Downloaded, Error> {
        check_runtime()?;
        let address = self.external.address(self.address.expose()).map_err(|problem| {
            Error::new(ErrorKind::InvalidArgument, format!("the address cannot be used: {problem}"))
        })?;
        if let Some(kept) = self.existing_target().await? {
            return Ok(kept);
        }
        let mut part = self.open_part().await?;
        let resumed_from = part.bytes;
        if part.info.total != Some(part.bytes) || part.bytes == 0 {
            self.fetch(&address, &mut part).await.map_err(|error| self.explained(error, &part))?;
        }
        let bytes = part.bytes;
        self.publish(part).await?;
        Ok(Downloaded { path: self.target, bytes, resumed_from: resumed_from.min(bytes), kept: false })
    }

    /// The target, if it is there and may stay.
    async fn existing_target(&self) -> Result<Option<Downloaded>, Error> {
        let target = self.target.clone();
        let found = blocking(move || match fs::symlink_metadata(&target) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        let found = found.await.map_err(|error| Error::file("looked at", &self.target, error))?;
        let Some(found) = found else { return Ok(None) };
        if found.is_dir() {
            let error = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(Error::file("written", &self.target, error));
        }
        let fits = self.expected_bytes.is_none_or(|expected| expected == found.len());
        match self.existing {
            Existing::Replace => Ok(None),
            Existing::Keep if fits => {
                let (path, bytes) = (self.target.clone(), found.len());
                Ok(Some(Downloaded { path, bytes, resumed_from: bytes, kept: true }))
            }
            Existing::Keep | Existing::Refuse => Err(self.already_exists()),
        }
    }

    fn already_exists(&self) -> Error {
        Error::new(ErrorKind::AlreadyExists, format!("`{}` exists already and was not replaced", self.target.display()))
            .next("use another name, or allow it with `.existing(Existing::Replace)`")
    }

    /// The part that is there, or an empty one, for this download alone.
    async fn open_part(&self) -> Result<Part, Error> {
        let (Some(path), Some(info)) = (beside(&self.target, ".part"), beside(&self.target, ".part-info")) else {
            let message = format!("`{}` does not name a file", self.target.display());
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        };
        let expected = self.expected_bytes;
        for wait in LOCK_WAITS {
            if wait > 0 {
                self.external.clock().sleep(Duration::from_millis(wait)).await;
            }
            let (part_path, info_path) = (path.clone(), info.clone());
            let opened = blocking(move || Part::open(part_path, info_path, expected)).await;
            if let Some(part) = opened.map_err(|error| Error::file("written", &path, error))? {
                return Ok(part);
            }
        }
        let message = format!("`{}` is being downloaded by another workflow", self.target.display());
        Err(Error::new(ErrorKind::InUse, message).next("wait until that one ends"))
    }

    /// Makes requests until the part is whole.
    async fn fetch(&self, address: &Uri, part: &mut Part) -> Result<(), Failure> {
        let mut failures = 0;
        loop {
            let before = part.bytes;
            let failure = match self.attempt(address, part).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            let Failure::Again { error, asked } = failure else { return Err(failure) };
            failures = if part.bytes > before { 1 } else { failures + 1 };
            if failures >= self.max_failures {
                return Err(Failure::Again { error, asked });
            }
            self.external.clock().sleep(self.external.wait(failures, asked)).await;
        }
    }

    /// One request, and what it brings.
    async fn attempt(&self, address: &Uri, part: &mut Part) -> Result<(), Failure> {
        let activity = Activity::default();
        let request = request_for(address, part);
        let mut response =
            self.external.send(request, &activity, self.idle_timeout).await.map_err(Failure::of_transport)?;
        let begun = part.bytes > 0;
        let fits = Range::of(&response)
            .is_some_and(|range| range.start == part.bytes && part.info.is_of(&response, range.total));
        match response.status.as_u16() {
            200 => self.begin(part, &response.headers).await?,
            206 if begun && fits => {}
            206 if begun => {
                return Err(part.start_again("the object is not the one that the download began with").await);
            }
            416 if begun => return Err(part.start_again("the object is shorter than what was downloaded").await),
            status => return Err(Failure::of_status(status, &mut response, self.idle_timeout).await),
        }
        self.collect(part, &mut response).await
    }

    /// Takes note of an object that is downloaded from its beginning.
    async fn begin(&self, part: &mut Part, headers: &HeaderMap) -> Result<(), Failure> {
        // Compressed, its length says nothing about the file.
        let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let encoded = header("content-encoding").is_some_and(|coding| coding != "identity");
        if encoded {
            return Err(Failure::End(Error::new(ErrorKind::Integrity, "the store sent the file compressed")));
        }
        let total = header("content-length").and_then(|text| text.parse().ok());
        if let (Some(expected), Some(total)) = (self.expected_bytes, total)
            && expected != total
        {
            let message = format!("the object has {total} bytes and should have {expected}");
            return Err(Failure::End(Error::new(ErrorKind::Integrity, message)));
        }
        self.check_size(total.unwrap_or(0))?;
        part.begin(Info { validator: validator(headers), total: total.or(self.expected_bytes) }).await
    }

    fn check_size(&self, bytes: u64) -> Result<(), Failure> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        let message = format!("the object has more than the {} bytes that are allowed", self.max_bytes);
        Err(Failure::End(Error::new(ErrorKind::Integrity, message)))
    }

    /// Writes what comes.
    async fn collect(&self, part: &mut Part, response: &mut ExternalResponse) -> Result<(), Failure> {
        let total = part.info.total;
        let mut buffer = Vec::new();
        let mut waiting = 0;
        let broken = loop {
            match response.next(self.idle_timeout).await {
                None => break None,
                Some(Err(error)) => break Some(error),
                Some(Ok(bytes)) => {
                    waiting += bytes.len() as u64;
                    let arrived = part.bytes + waiting;
                    if total.is_some_and(|total| arrived > total) {
                        part.discard().await;
                        let message = "more bytes arrived than the object has";
                        return Err(Failure::End(Error::new(ErrorKind::Integrity, message)));
                    }
                    self.check_size(arrived)?;
                    buffer.push(bytes);
                    if waiting >= WRITE_BYTES {
                        waiting = 0;
                        part.write(std::mem::take(&mut buffer)).await?;
                        self.progress.show(Progress { bytes: part.bytes, total_bytes: total });
                    }
                }
            }
        };
        part.write(buffer).await?;
        self.progress.show(Progress { bytes: part.bytes, total_bytes: total });
        match broken {
            // All that there is has arrived, whatever happened to the connection afterwards.
            _ if total == Some(part.bytes) => Ok(()),
            Some(error) => Err(Failure::of_transport(error)),
            None if total.is_some_and(|total| part.bytes < total) => {
                let message = format!("the connection ended after {} of {} bytes", part.bytes, total.unwrap_or(0));
                Err(Failure::Again { error: Error::new(ErrorKind::Transport, message), asked: None })
            }
            None => Ok(()),
        }
    }

    /// Gives the part its name.
    async fn publish(&self, part: Part) -> Result<(), Error> {
        let (target, replace) = (self.target.clone(), self.existing == Existing::Replace);
        let published = blocking(move || {
            part.file()?.sync_all()?;
            publish(&part.path, &target, replace)?;
            // What it says is of no use any more, and of no harm.
            let _ = fs::remove_file(&part.info_path);
            Ok(())
        });
        published.await.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.already_exists(),
            _ => Error::file("written", &self.target, error),
        })
    }

    fn explained(&self, failure: Failure, part: &Part) -> Error {
        let (Failure::Again { error, .. } | Failure::End(error)) = failure;
        if part.bytes == 0 {
            return error.done("no part of the file is kept");
        }
        let of = part.info.total.map_or(String::new(), |total| format!(" of {total}"));
        error
            .done(format!("{}{of} bytes are kept beside `{}`", part.bytes, self.target.display()))
            .next("a download to the same target continues there")
    }
}

/// How many bytes are collected before they are written: each write is a change of threads.
const WRITE_BYTES: u64 = 512 << 10;

/// Why an attempt brought no whole file.
enum Failure {
    /// Another attempt may.
    Again {
        error: Error,
        /// The wait that the store asked for.
        asked: Option<Duration>,
    },
    /// None will.
    End(Error),
}

impl Failure {
    fn of_transport(error: TransportError) -> Self {
        let made = Error::new(ErrorKind::Transport, format!("the store cannot be reached: {error}"));
        Self::Again { error: made.with_source(error), asked: None }
    }

    fn of_disk(path: &Path, error: io::Error) -> Self {
        Self::End(Error::file("written", path, error))
    }

    async fn of_status(status: u16, response: &mut ExternalResponse, idle_timeout: Duration) -> Self {
        let code = store::error_code(&response.beginning(4096, idle_timeout).await);
        let shown = code.map_or(String::new(), |code| format!(" ({code})"));
        if matches!(status, 408 | 429 | 500..) {
            let error = Error::new(ErrorKind::Store, format!("the store failed with HTTP {status}{shown}"));
            return Self::Again { error, asked: response.retry_after() };
        }
        let error =
            Error::new(ErrorKind::AddressRefused, format!("the store refused the address with HTTP {status}{shown}"));
        Self::End(error.next("signed addresses expire: ask the service for a new one"))
    }
}

/// The bytes `start..` of an object, as `Content-Range` says.
struct Range {
    start: u64,
    total: Option<u64>,
}

impl Range {
    fn of(response: &ExternalResponse) -> Option<Self> {
        let text = response.header("content-range")?.trim().strip_prefix("bytes")?.trim_start();
        let (range, total) = text.split_once('/')?;
        let (start, _) = range.split_once('-')?;
        Some(Self { start: start.trim().parse().ok()?, total: total.trim().parse().ok() })
    }
}

/// Which object a part is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Info {
    /// A strong ETag, or the date of the last change.
    validator: Option<String>,
    total: Option<u64>,
}

impl Info {
    /// Whether a response continues the object.
    fn is_of(&self, response: &ExternalResponse, total: Option<u64>) -> bool {
        let same_total = self.total.is_none() || total.is_none() || self.total == total;
        // A store that does not repeat the ETag was asked with `If-Range`, and would have sent everything.
        same_total && validator(&response.headers).is_none_or(|found| self.validator.as_deref() == Some(&found))
    }
}

fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let strong = text("etag").filter(|tag| tag.starts_with('"'));
    strong.or_else(|| text("last-modified")).map(str::to_owned)
}

/// A file that is not whole yet. It is locked as long as this lives.
struct Part {
    /// `None` while a thread writes to it.
    file: Option<File>,
    path: PathBuf,
    info_path: PathBuf,
    info: Info,
    /// How many bytes of the object it has.
    bytes: u64,
}

impl Part {
    /// `None` if another workflow has it.
    fn open(path: PathBuf, info_path: PathBuf, expected: Option<u64>) -> io::Result<Option<Self>> {
        let Some(mut file) = open_locked(&path)? else { return Ok(None) };
        let info = fs::read(&info_path).ok().and_then(|text| serde_json::from_slice::<Info>(&text).ok());
        let length = file.metadata()?.len();
        let usable = info.filter(|info| {
            let fits =
                info.total.is_none_or(|total| length <= total && expected.is_none_or(|expected| expected == total));
            info.validator.is_some() && fits
        });
        let (info, bytes) = match usable {
            Some(info) => (info, length),
            None => {
                file.set_len(0)?;
                (Info::default(), 0)
            }
        };
        file.seek(SeekFrom::Start(bytes))?;
        Ok(Some(Self { file: Some(file), path, info_path, info, bytes }))
    }

    fn file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::Error::other("the file was lost by a write that failed"))
    }

    /// Lets a thread work on the file.
    async fn with_file(
        &mut self,
        work: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static,
    ) -> Result<(), Failure> {
        let lost = || io::Error::other("the file was lost by a write that failed");
        let file = self.file.take().ok_or_else(lost);
        let mut file = file.map_err(|error| Failure::of_disk(&self.path, error))?;
        let worked = blocking(move || {
            let result = work(&mut file);
            Ok((file, result))
        });
        let (file, result) = worked.await.map_err(|error| Failure::of_disk(&self.path, error))?;
        self.file = Some(file);
        result.map_err(|error| Failure::of_disk(&self.path, error))
    }

    /// Empties it, for another object.
    async fn begin(&mut self, info: Info) -> Result<(), Failure> {
        let text = serde_json::to_vec(&info).map_err(|error| Failure::of_disk(&self.info_path, error.into()))?;
        let path = self.info_path.clone();
        self.bytes = 0;
        self.info = info;
        // In this order: bytes of one object must never be beside the description of another.
        self.with_file(move |file| {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            fs::write(path, text)
        })
        .await
    }

    async fn write(&mut self, parts: Vec<Bytes>) -> Result<(), Failure> {
        let written: u64 = parts.iter().map(|part| part.len() as u64).sum();
        if written == 0 {
            return Ok(());
        }
        self.with_file(move |file| parts.iter().try_for_each(|part| file.write_all(part))).await?;
        self.bytes += written;
        Ok(())
    }

    /// Forgets what was downloaded, and says why.
    async fn start_again(&mut self, why: &str) -> Failure {
        self.discard().await;
        Failure::Again { error: Error::new(ErrorKind::Integrity, why), asked: None }
    }

    async fn discard(&mut self) {
        self.bytes = 0;
        self.info = Info::default();
        // If it fails, the next response is written from the beginning all the same.
        let path = self.info_path.clone();
        let _ = self
            .with_file(move |file| {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                fs::remove_file(path)
            })
            .await;
    }
}

/// The request for what is missing of a part.
fn request_for(address: &Uri, part: &Part) -> Request<RequestBody> {
    let mut request = Request::new(RequestBody::default());
    *request.uri_mut() = address.clone();
    let headers = request.headers_mut();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if part.bytes > 0
        && let Some(validator) = &part.info.validator
        && let (Ok(range), Ok(validator)) =
            (HeaderValue::try_from(format!("bytes={}-", part.bytes)), HeaderValue::try_from(validator))
    {
        headers.insert(RANGE, range);
        headers.insert(IF_RANGE, validator);
    }
    request
}
