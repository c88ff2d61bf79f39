//! What can go wrong with a workflow: what failed, what was done before, and how to go on.

use std::fmt;
use std::io;
use std::path::Path;

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting of the workflow cannot work.
    InvalidArgument,
    /// A local file or folder cannot be read or written: see [`Error::io_error`].
    File,
    /// A local file is not what is needed, such as a route that is no WPMZ archive.
    InvalidFile,
    /// A local file changed while it was sent.
    FileChanged,
    /// There is a file or a route with this name, and replacing it was not allowed.
    AlreadyExists,
    /// Another workflow is writing the same file.
    InUse,
    /// An address was refused: it may have expired, or it may never have been valid.
    AddressRefused,
    /// The object store refused or failed.
    Store,
    /// The object store refused the credentials, and new ones did not help.
    Credentials,
    /// No connection, or one that broke or stood still, in all attempts.
    Transport,
    /// Content arrived with another size or another hash than it should have.
    Integrity,
    /// A call of the API failed: see [`Error::api_error`].
    Api,
    /// The journal on disk cannot be used.
    Journal,
    /// The time limit of the workflow passed.
    Timeout,
    /// What was waited for ended without success: a flight, a reconstruction.
    Unsuccessful,
    /// A step may have been done that must not be done twice, and only a person or another call can find out.
    Undecided,
}

/// What went wrong with a workflow.
///
/// `Display` is one line of up to three parts: what failed; what was done before; how to go on. Neither `Display` nor
/// `Debug` contains an address, a token, or credentials.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    done: Option<String>,
    next: Option<String>,
    store_code: Option<String>,
    object_key: Option<String>,
    task: Option<crate::types::TaskId>,
    resource: Option<crate::types::OpenModelResourceId>,
    source: Option<Source>,
}

enum Source {
    Api(crate::Error),
    Io(io::Error),
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            done: None,
            next: None,
            store_code: None,
            object_key: None,
            task: None,
            resource: None,
            source: None,
        }))
    }

    pub(crate) fn file(doing: &str, path: &Path, error: io::Error) -> Self {
        let message = format!("`{}` cannot be {doing}: {error}", path.display());
        let mut made = Self::new(ErrorKind::File, message);
        made.0.source = Some(Source::Io(error));
        made
    }

    pub(crate) fn api(doing: &str, error: crate::Error) -> Self {
        let mut made = Self::new(ErrorKind::Api, format!("{doing}: {error}"));
        made.0.source = Some(Source::Api(error));
        made
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(Source::Other(source.into()));
        self
    }

    /// What was done before; what is said first stays, since it is closer to the failure.
    pub(crate) fn done(mut self, done: impl Into<String>) -> Self {
        self.0.done.get_or_insert(done.into());
        self
    }

    /// How to go on; what is said first stays.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.0.next.get_or_insert(next.into());
        self
    }

    pub(crate) fn with_store_code(mut self, code: String) -> Self {
        self.0.store_code = Some(code).filter(|code| !code.is_empty());
        self
    }

    pub(crate) fn with_object_key(mut self, key: impl Into<String>) -> Self {
        self.0.object_key = Some(key.into());
        self
    }

    pub(crate) fn with_task(mut self, task: &crate::types::TaskId) -> Self {
        self.0.task = Some(task.clone());
        self
    }

    pub(crate) fn with_resource(mut self, resource: &crate::types::OpenModelResourceId) -> Self {
        self.0.resource = Some(resource.clone());
        self
    }

    /// What failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The call of the API that failed. Ask its [`may_have_taken_effect`](crate::Error::may_have_taken_effect) before the
    /// workflow is started again from the beginning.
    #[must_use]
    pub fn api_error(&self) -> Option<&crate::Error> {
        match &self.0.source {
            Some(Source::Api(error)) => Some(error),
            _ => None,
        }
    }

    /// The error of the file system.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.0.source {
            Some(Source::Io(error)) => Some(error),
            _ => None,
        }
    }

    /// What was done before the failure, in words.
    #[must_use]
    pub fn already_done(&self) -> Option<&str> {
        self.0.done.as_deref()
    }

    /// How to go on, in words.
    #[must_use]
    pub fn how_to_go_on(&self) -> Option<&str> {
        self.0.next.as_deref()
    }

    /// The code that the object store failed with, such as `AccessDenied`.
    #[must_use]
    pub fn store_code(&self) -> Option<&str> {
        self.0.store_code.as_deref()
    }

    /// The key of the object that is in the object store already.
    #[must_use]
    pub fn object_key(&self) -> Option<&str> {
        self.0.object_key.as_deref()
    }

    /// The flight task that exists already.
    #[must_use]
    pub fn task(&self) -> Option<&crate::types::TaskId> {
        self.0.task.as_ref()
    }

    /// The resource of the reconstruction that has files already.
    #[must_use]
    pub fn resource(&self) -> Option<&crate::types::OpenModelResourceId> {
        self.0.resource.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for part in [&self.0.done, &self.0.next].into_iter().flatten() {
            write!(f, "; {part}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("done", &inner.done)
            .field("next", &inner.next)
            .field("store_code", &inner.store_code)
            .field("object_key", &inner.object_key)
            .field("task", &inner.task)
            .field("resource", &inner.resource)
            .field("source", &std::error::Error::source(self))
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            None => None,
            Some(Source::Api(error)) => Some(error),
            Some(Source::Io(error)) => Some(error),
            Some(Source::Other(error)) => Some(&**error),
        }
    }
}
