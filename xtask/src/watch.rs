//! Repeats an action after each save of one of some files.
//!
//! In: files and an action. Out: the action runs immediately and after each change, until the process ends. The action
//! reports the other files that it has read, which are then watched, too. This module does not know the action.
//!
//! The time and size of the files are polled many times a second. For one file that takes a few microseconds of CPU per
//! second. Polling works in cases in which notifications of the system fail: editors that replace the file, network and
//! container file systems without notifications, a moved folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// The polling interval. A file that is unchanged after one interval has been saved completely: an editor does not
/// pause that long between truncating and writing a file.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a file may be missing. Some editors rename it before they write the new one.
const AWAY: Duration = Duration::from_millis(500);

/// What changes when a file is saved; `None` if it is missing.
type State = Option<(SystemTime, u64)>;

/// The files that a run has read, each with its state before it was read: a save during the run is a change.
#[derive(Debug, Default)]
pub(crate) struct FilesRead(Vec<(PathBuf, State)>);

impl FilesRead {
    /// Records a file that is about to be read.
    pub(crate) fn note(&mut self, path: PathBuf) {
        let state = state(&path);
        self.0.push((path, state));
    }
}

/// Runs the action now, and after each change of a file. `files` are always watched, those that the action has read in its
/// last run until the next one. `name` is that of `files` in messages.
pub(crate) fn run(files: &[PathBuf], name: &str, mut act: impl FnMut(&mut FilesRead) -> ExitCode) -> ! {
    let mut watched: Vec<PathBuf> = files.to_vec();
    let mut done: Option<Vec<State>> = None;
    let mut last = states(&watched);
    let mut since = Instant::now();
    let mut runs = 0_u32;
    loop {
        let now = states(&watched);
        if now != last {
            last = now;
            since = Instant::now();
        } else if done.as_ref() != Some(&now) && (!is_missing_one(&now, done.as_deref()) || since.elapsed() >= AWAY) {
            runs += 1;
            let started = Instant::now();
            let mut read = FilesRead::default();
            let how = if act(&mut read) == ExitCode::SUCCESS { "took" } else { "failed after" };
            let milliseconds = started.elapsed().as_millis();
            let others = match read.0.len() {
                0 => String::new(),
                number => format!(" and the files that it refers to ({number})"),
            };
            println!("run {runs} {how} {milliseconds} ms; watching {name}{others}, ctrl-c ends");
            let (others, states_of_others): (Vec<_>, Vec<_>) = read.0.into_iter().unzip();
            watched = files.iter().cloned().chain(others).collect();
            last = now.into_iter().take(files.len()).chain(states_of_others).collect();
            done = Some(last.clone());
        }
        thread::sleep(PAUSE);
    }
}

/// Whether a file is missing that was there in the last run; in the first run, whether any is.
fn is_missing_one(now: &[State], done: Option<&[State]>) -> bool {
    now.iter().enumerate().any(|(index, state)| {
        let was_there = done.and_then(|done| done.get(index)).is_none_or(Option::is_some);
        state.is_none() && was_there
    })
}

fn states(files: &[PathBuf]) -> Vec<State> {
    files.iter().map(|file| state(file)).collect()
}

fn state(file: &Path) -> State {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
