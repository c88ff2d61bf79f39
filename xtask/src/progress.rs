//! Shows the progress of long work.
//!
//! In: a label and the work. Out: the result of the work. After a delay, a line on the terminal counts the seconds; at
//! the end it is cleared. Without a terminal there is no output.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Work that is finished before this delay shows no progress.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Moves to the beginning of the line, and clears it.
const CLEAR: &str = "\r\x1b[K";

/// Does the work, and shows its progress on the terminal.
pub(crate) fn with_progress<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let terminal = io::stderr();
    if terminal.is_terminal() { shown(terminal, TIMEOUT, what, work) } else { work() }
}

fn shown<T>(mut terminal: impl Write + Send, timeout: Duration, what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    thread::scope(|scope| {
        // Dropping this reports the end, also when the work panics.
        let (_at_work, end) = channel::<()>();
        scope.spawn(move || {
            let mut line = "";
            while end.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout) {
                line = CLEAR;
                let seconds = started.elapsed().as_secs();
                // Errors are ignored: progress is for a terminal that can show it.
                let _ = write!(terminal, "{CLEAR}{what} … {seconds} s").and_then(|()| terminal.flush());
            }
            let _ = terminal.write_all(line.as_bytes()).and_then(|()| terminal.flush());
        });
        work()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_shown_until_the_work_ends() {
        let (mut long, mut short) = (Vec::new(), Vec::new());
        let made = shown(&mut long, Duration::from_millis(5), "counting", || {
            thread::sleep(Duration::from_millis(200));
            3
        });
        assert_eq!(made, 3);
        let text = String::from_utf8(long).unwrap();
        assert!(text.starts_with("\r\u{1b}[Kcounting … 0 s"), "{text:?}");
        assert!(text.ends_with("s\r\u{1b}[K"), "{text:?}");
        shown(&mut short, Duration::from_secs(600), "counting", || ());
        assert!(short.is_empty());
    }
}
