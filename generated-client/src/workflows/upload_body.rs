//! A file on its way to the store: hashed once before it is sent, then read while it is sent, in flat memory.

use std::fs::Metadata;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::Bytes;
use flighthub2_runtime::codegen::{Activity, FileBody};
use http_body::{Frame, SizeHint};
use md5::{Digest as _, Md5};

use super::disk::{blocking, open_file};
use super::error::{Error, ErrorKind};
use super::progress::{Callback, Progress};

/// How much of a file is in memory at once.
const CHUNK_BYTES: usize = 256 << 10;
/// The largest object that one request may put into S3 and into OSS.
const MAX_BYTES: u64 = 5 << 30;

/// A file that is to be sent, as it was when it was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) state: FileState,
    /// MD5 of the content: the store checks it, and its ETag repeats it.
    pub(crate) md5: [u8; 16],
}

/// What shows that a file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileState {
    pub(crate) bytes: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl FileState {
    fn of(metadata: &Metadata) -> Self {
        Self { bytes: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl Source {
    /// Reads a file once.
    ///
    /// # Errors
    /// It cannot be read, is empty or no file, is too large for one request, or changes while it is read.
    pub(crate) async fn open(path: &Path) -> Result<Self, Error> {
        let owned = path.to_owned();
        let read = blocking(move || {
            let Some(mut file) = open_file(&owned)? else {
                return Ok((false, FileState { bytes: 0, modified: None }, None));
            };
            let state = FileState::of(&file.metadata()?);
            if state.bytes == 0 || state.bytes > MAX_BYTES {
                return Ok((true, state, None));
            }
            let mut hash = Md5::new();
            let mut chunk = vec![0; CHUNK_BYTES];
            loop {
                match file.read(&mut chunk) {
                    Ok(0) => break,
                    Ok(read) => hash.update(&chunk[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            let same = FileState::of(&file.metadata()?) == state;
            Ok((true, state, same.then(|| <[u8; 16]>::from(hash.finalize()))))
        });
        let refused = |why: String| Error::new(ErrorKind::InvalidFile, format!("`{}` {why}", path.display()));
        match read.await.map_err(|error| Error::file("read", path, error))? {
            (false, ..) => Err(refused("is no file".into())),
            (true, FileState { bytes: 0, .. }, _) => Err(refused("is empty".into())),
            (true, FileState { bytes, .. }, _) if bytes > MAX_BYTES => {
                Err(refused(format!("has {bytes} bytes, and an object store takes at most {MAX_BYTES} in one request")))
            }
            (true, _, None) => Err(changed(path)),
            (true, state, Some(md5)) => Ok(Self { path: path.to_owned(), state, md5 }),
        }
    }

    /// Looks at a file without reading it.
    pub(crate) async fn look(path: &Path) -> Result<FileState, Error> {
        let owned = path.to_owned();
        let state = blocking(move || Ok(FileState::of(&std::fs::metadata(owned)?))).await;
        state.map_err(|error| Error::file("read", path, error))
    }

    /// Fails if the file is not what it was.
    pub(crate) async fn check_unchanged(&self) -> Result<(), Error> {
        let now = Self::look(&self.path).await?;
        if now == self.state { Ok(()) } else { Err(changed(&self.path)) }
    }

    /// A body with its content; for each attempt a new one.
    pub(crate) async fn body(&self, activity: Activity, progress: Callback<Progress>) -> Result<UploadBody, Error> {
        let path = self.path.clone();
        let file = blocking(move || open_file(&path)).await;
        let file = file.map_err(|error| Error::file("read", &self.path, error))?.ok_or_else(|| changed(&self.path))?;
        let total = self.state.bytes;
        Ok(UploadBody { file: FileBody::new(file, total), total, activity, progress })
    }
}

fn changed(path: &Path) -> Error {
    Error::new(ErrorKind::FileChanged, format!("`{}` changed while it was sent", path.display()))
        .next("start again when the file does not change any more")
}

/// The content of a file, whose progress is shown.
pub(crate) struct UploadBody {
    file: FileBody,
    total: u64,
    activity: Activity,
    progress: Callback<Progress>,
}

impl http_body::Body for UploadBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.file).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            self.activity.add(frame.data_ref().map_or(0, Bytes::len));
            let left = self.file.size_hint().lower();
            self.progress.show(Progress { bytes: self.total - left, total_bytes: Some(self.total) });
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.file.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.file.size_hint()
    }
}
