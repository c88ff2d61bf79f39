//! Repeats an action after each save of one of some files.
//!
//! In: files and an action. Out: the action runs immediately and after each change, until the process ends. This module
//! does not know the action.
//!
//! The time and size of the file are polled many times a second. For one file that takes a few microseconds of CPU per
//! second. Polling works in cases in which notifications of the system fail: editors that replace the file, network and
//! container file systems without notifications, a moved folder.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// The polling interval. A file that is unchanged after one interval has been saved completely: an editor does not
/// pause that long between truncating and writing a file.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a file may be missing. Some editors rename it before they write the new one.
const AWAY: Duration = Duration::from_millis(500);

/// Runs the action now, and after each change of a file. `name` is that of the files in messages.
pub(crate) fn run(files: &[PathBuf], name: &str, mut act: impl FnMut() -> ExitCode) -> ! {
    let mut done = None;
    let mut last = fingerprint(files);
    let mut since = Instant::now();
    let mut runs = 0_u32;
    loop {
        let now = fingerprint(files);
        if now != last {
            last = now;
            since = Instant::now();
        } else if done.as_ref() != Some(&now) && (now.is_some() || since.elapsed() >= AWAY) {
            done = Some(now);
            runs += 1;
            let started = Instant::now();
            let how = if act() == ExitCode::SUCCESS { "took" } else { "failed after" };
            let milliseconds = started.elapsed().as_millis();
            println!("run {runs} {how} {milliseconds} ms; watching {name}, ctrl-c ends");
        }
        thread::sleep(PAUSE);
    }
}

/// The state that changes when a file is saved; `None` if one is missing.
fn fingerprint(files: &[PathBuf]) -> Option<Vec<(SystemTime, u64)>> {
    let state = |file: &PathBuf| {
        let metadata = fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(state).collect()
}
