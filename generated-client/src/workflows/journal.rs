//! What was done of a reconstruction, on disk: after an interruption it goes on from here.
//!
//! One JSON object a line, appended and never changed. A line that was cut off by a crash is dropped; what it would have
//! said is done again or asked for, never assumed. Steps that must not be done twice are written down before they are
//! sent, and again when their outcome is known. Credentials are not in it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::disk::{LOCK_WAITS, blocking, open_locked, sync_folder_of};
use super::error::{Error, ErrorKind};
use super::upload_body::FileState;
use crate::Clock;

/// A line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// The first line: where the pictures go.
    Resource(Resource),
    /// A picture is in the object store.
    Uploaded(Uploaded),
    /// Files are being registered; whether the service has them is not known until one of the next two.
    Registering(Vec<String>),
    /// It was.
    Registered(Vec<String>),
    /// It was not.
    NotRegistered(Vec<String>),
    /// The reconstruction is being started; whether it was is not known until one of the next two.
    Starting,
    /// It was, with these models.
    Started(Vec<String>),
    /// It was not.
    NotStarted,
}

/// Where the pictures go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) version: u32,
    pub(crate) id: String,
    /// The object key of a picture, with `{fileName}` in it.
    pub(crate) store_path: String,
    pub(crate) callback_param: String,
}

/// A picture in the object store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Uploaded {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// Nanoseconds since 1970: it shows whether the file has changed.
    pub(crate) modified: Option<u64>,
    pub(crate) etag: String,
}

impl Uploaded {
    pub(crate) fn new(path: &Path, name: &str, state: FileState, etag: String) -> Self {
        Self { path: path.to_owned(), name: name.to_owned(), bytes: state.bytes, modified: nanos(state), etag }
    }

    /// Whether a file is what was uploaded.
    pub(crate) fn is(&self, state: FileState) -> bool {
        self.bytes == state.bytes && self.modified == nanos(state)
    }
}

fn nanos(state: FileState) -> Option<u64> {
    let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
    state.modified.and_then(since).and_then(|since| u64::try_from(since.as_nanos()).ok())
}

/// What the lines say together.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) resource: Option<Resource>,
    /// By the path of the picture.
    pub(crate) uploaded: HashMap<PathBuf, Uploaded>,
    pub(crate) registered: HashSet<String>,
    /// The service may or may not have registered these.
    pub(crate) in_doubt: HashSet<String>,
    pub(crate) start_in_doubt: bool,
    pub(crate) started: Option<Vec<String>>,
}

impl State {
    pub(crate) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Resource(resource) => self.resource = Some(resource),
            Entry::Uploaded(uploaded) => {
                self.uploaded.insert(uploaded.path.clone(), uploaded);
            }
            Entry::Registering(names) => self.in_doubt.extend(names),
            Entry::Registered(names) => {
                names.iter().for_each(|name| _ = self.in_doubt.remove(name));
                self.registered.extend(names);
            }
            Entry::NotRegistered(names) => names.iter().for_each(|name| _ = self.in_doubt.remove(name)),
            Entry::Starting => self.start_in_doubt = true,
            Entry::Started(models) => {
                self.start_in_doubt = false;
                self.started = Some(models);
            }
            Entry::NotStarted => self.start_in_doubt = false,
        }
    }
}

/// The file. It is locked as long as this lives: two reconstructions never use the same one.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    file: Arc<Mutex<File>>,
    path: PathBuf,
}

impl Journal {
    pub(crate) async fn open(path: &Path, clock: &dyn Clock) -> Result<(Self, State), Error> {
        for wait in LOCK_WAITS {
            if wait > 0 {
                clock.sleep(Duration::from_millis(wait)).await;
            }
            if let Some(opened) = Self::try_open(path).await? {
                return Ok(opened);
            }
        }
        let message = format!("the journal `{}` is used by another workflow", path.display());
        Err(Error::new(ErrorKind::InUse, message).next("wait until that one ends"))
    }

    /// `None` if another workflow has it.
    async fn try_open(path: &Path) -> Result<Option<(Self, State)>, Error> {
        let owned = path.to_owned();
        let opened = blocking(move || {
            let Some(mut file) = open_locked(&owned)? else { return Ok(None) };
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            let (state, valid) = match read(&text) {
                Ok(read) => read,
                Err(line) => return Ok(Some(Err(line))),
            };
            // `callback_param` is meant for the service only.
            #[cfg(unix)]
            if text.is_empty() {
                use std::os::unix::fs::PermissionsExt as _;
                file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
            }
            // What follows was never written as a whole.
            file.set_len(valid as u64)?;
            file.seek(SeekFrom::Start(valid as u64))?;
            sync_folder_of(&owned)?;
            Ok(Some(Ok((file, state))))
        });
        match opened.await.map_err(|error| Error::file("opened", path, error))? {
            None => Ok(None),
            Some(Err(line)) => {
                let message = format!("line {line} of `{}` is no line of a journal", path.display());
                Err(Error::new(ErrorKind::Journal, message)
                    .done("nothing was sent")
                    .next("use the journal that belongs to these pictures, or a new name for a new upload"))
            }
            Some(Ok((file, state))) => {
                Ok(Some((Self { file: Arc::new(Mutex::new(file)), path: path.to_owned() }, state)))
            }
        }
    }

    /// Adds a line. With `durable` it is on the disk when this is done; otherwise soon.
    pub(crate) async fn append(&self, entry: &Entry, durable: bool) -> Result<(), Error> {
        let written = async {
            let mut line = serde_json::to_vec(entry).map_err(io::Error::from)?;
            line.push(b'\n');
            let file = Arc::clone(&self.file);
            blocking(move || {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.write_all(&line)?;
                if durable { file.sync_data() } else { Ok(()) }
            })
            .await
        };
        written.await.map_err(|error| Error::file("written", &self.path, error).with_kind(ErrorKind::Journal))
    }
}

/// The state, and how many bytes of the text are valid; or the number of a line that cannot be one.
fn read(text: &[u8]) -> Result<(State, usize), usize> {
    let mut state = State::default();
    let mut valid = 0;
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let entry = serde_json::from_slice::<Entry>(line);
        // Only the last line can be cut off; and it may be whole but for its end.
        if !line.ends_with(b"\n") {
            break;
        }
        let entry = entry.map_err(|_| index + 1)?;
        let first = matches!(&entry, Entry::Resource(resource) if resource.version == 1);
        if first != (index == 0) {
            return Err(index + 1);
        }
        state.apply(entry);
        valid += line.len();
    }
    // A first line without an end may also be another file altogether, which must not be emptied.
    if valid == 0 && !text.is_empty() && !text.starts_with(b"{\"resource\"") {
        return Err(1);
    }
    Ok((state, valid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        let resource =
            Resource { version: 1, id: "r".into(), store_path: "t/r/{fileName}".into(), callback_param: "c".into() };
        let state = FileState { bytes: 5, modified: Some(SystemTime::now()) };
        let uploaded = |name: &str| Entry::Uploaded(Uploaded::new(Path::new(name), name, state, "e".into()));
        let entries = [
            Entry::Resource(resource),
            uploaded("a"),
            uploaded("b"),
            Entry::Registering(vec!["a".into()]),
            Entry::Registered(vec!["a".into()]),
            Entry::Registering(vec!["b".into()]),
            Entry::Starting,
        ];
        entries.iter().map(|entry| serde_json::to_string(entry).unwrap() + "\n").collect()
    }

    #[test]
    fn lines_make_a_state() {
        let text = text();
        let (state, valid) = read(text.as_bytes()).unwrap();
        assert_eq!(valid, text.len());
        assert_eq!(state.resource.unwrap().id, "r");
        assert_eq!(state.uploaded.len(), 2);
        assert_eq!(state.registered, HashSet::from(["a".to_owned()]));
        assert_eq!(state.in_doubt, HashSet::from(["b".to_owned()]));
        assert!(state.start_in_doubt && state.started.is_none());
        let more = text + "\"not_started\"\n{\"not_registered\":[\"b\"]}\n";
        let (state, _) = read(more.as_bytes()).unwrap();
        assert!(!state.start_in_doubt && state.in_doubt.is_empty());
    }

    #[test]
    fn a_line_that_was_cut_off_is_dropped_and_another_is_an_error() {
        let text = text();
        for end in 11..text.len() {
            let (_, valid) = read(&text.as_bytes()[..end]).unwrap();
            assert!(valid <= end && (valid == 0 || text.as_bytes()[valid - 1] == b'\n'), "cut at {end}");
        }
        let cases = [("hello", 1), ("hello\n", 1), ("{}\n", 1), ("\"starting\"\n", 1)];
        for (text, line) in cases {
            assert_eq!(read(text.as_bytes()).unwrap_err(), line, "{text:?}");
        }
        let first = text.lines().next().unwrap().to_owned() + "\n";
        assert_eq!(read((first.clone() + "garbage\n").as_bytes()).unwrap_err(), 2);
        assert_eq!(read((first.clone() + &first).as_bytes()).unwrap_err(), 2);
    }
}
