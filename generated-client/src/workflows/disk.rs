//! Files on disk: on threads that may block, flushed before they get their name.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Runs what blocks on a thread of the runtime that may block. What has begun is finished even if nobody waits any more.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Opens a file to read. `None` if it is a folder, a pipe or a device: opening a pipe waits until another program writes to
/// it, and a device may have no end.
pub(crate) fn open_file(path: &Path) -> io::Result<Option<File>> {
    if fs::metadata(path)?.is_file() { File::open(path).map(Some) } else { Ok(None) }
}

/// `.name.suffix` in the same folder, so that a rename is atomic.
pub(crate) fn beside(path: &Path, suffix: &str) -> Option<PathBuf> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name()?);
    name.push(suffix);
    Some(path.with_file_name(name))
}

/// Makes entries of a folder durable. Only Unix can.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    let _ = path;
    Ok(())
}

/// Opens a file to write, which no other workflow writes at the same time. `None` if another one does.
pub(crate) fn open_locked(path: &Path) -> io::Result<Option<File>> {
    // A link to another file is never the file itself, so this must end.
    for _ in 0..16 {
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a folder, a pipe or a device"));
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // The one that held the lock before may have given the file its final name: then this is not the file any more.
        if is_at(&file, path)? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere a file that is open cannot be renamed by another process.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// How long to wait, in milliseconds, before each attempt to open a file that another workflow has: one that was dropped a
/// moment ago may still be writing on another thread.
pub(crate) const LOCK_WAITS: [u64; 6] = [0, 50, 100, 200, 400, 800];

/// Gives a file its final name. Without `replace` a file that has the name stays as it is, and the error is
/// [`AlreadyExists`](io::ErrorKind::AlreadyExists).
pub(crate) fn publish(from: &Path, to: &Path, replace: bool) -> io::Result<()> {
    if replace {
        fs::rename(from, to)?;
    } else {
        match fs::hard_link(from, to) {
            Ok(()) => fs::remove_file(from)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // A file system without links. Between the question and the rename another process could make the file.
            Err(_) if !to.try_exists()? => fs::rename(from, to)?,
            Err(_) => return Err(io::ErrorKind::AlreadyExists.into()),
        }
    }
    sync_folder_of(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_replaced_without_permission() {
        let folder = std::env::temp_dir().join(format!("flighthub2-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&folder).unwrap();
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(publish(&from, &to, false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&to).unwrap(), "old");
        publish(&from, &to, true).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "new");
        assert!(!from.exists());
        fs::write(&from, "newer").unwrap();
        fs::remove_file(&to).unwrap();
        publish(&from, &to, false).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "newer");
        assert!(!from.exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn one_file_has_one_writer() {
        let path = std::env::temp_dir().join(format!("flighthub2-{}", uuid::Uuid::new_v4()));
        let first = open_locked(&path).unwrap();
        assert!(first.is_some());
        assert!(open_locked(&path).unwrap().is_none());
        drop(first);
        assert!(open_locked(&path).unwrap().is_some());
        fs::remove_file(&path).unwrap();
    }
}
