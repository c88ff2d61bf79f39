//! Doing something again whenever a file is saved.
//!
//! In: a file and what to do. Out: it is done at once and after each change, until the process is ended. Knows nothing of
//! what is done.
//!
//! The file is asked for its time and size, many times a second. For one file that is a few microseconds a second of
//! work, and notifications of the system fail in cases where this does not: editors that replace the file, network and
//! container file systems without notifications, a folder that is moved.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How often the file is looked at. What is the same twice has been saved completely: an editor does not pause so long
/// between emptying a file and filling it.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a file may be away. Some editors move it aside before they write the new one.
const AWAY: Duration = Duration::from_millis(500);

/// Does something now, and whenever the file has changed.
pub(crate) fn run(file: &Path, name: &str, mut act: impl FnMut() -> ExitCode) -> ! {
    let mut done = None;
    let mut last = fingerprint(file);
    let mut since = Instant::now();
    let mut runs = 0_u32;
    loop {
        let now = fingerprint(file);
        if now != last {
            last = now;
            since = Instant::now();
        } else if done != Some(now) && (now.is_some() || since.elapsed() >= AWAY) {
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

/// What changes when a file is saved; nothing if it is not there.
fn fingerprint(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
