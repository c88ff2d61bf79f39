//! The rules of retries.
//!
//! In: the metadata of an operation and the end of an attempt. Out: whether to retry, and after which wait. This module sends
//! nothing and does not wait.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use crate::error::{Delivery, Error, ErrorKind};
use crate::operation::{Idempotency, OperationInfo, Risk};

/// The first wait is at most this long, each further one at most twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The end of an attempt after which a retry can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// No connection, or no token: nothing was sent.
    NotSent,
    /// HTTP 401: the service no longer accepts a token that was fetched for an earlier call.
    TokenRejected,
    /// The request may have arrived, and no whole response came back.
    Lost,
    /// Throttled: HTTP 429, or a code that the specification marks as throttling. With the wait of `Retry-After`.
    Throttled(Option<Duration>),
    /// The service cannot be reached (HTTP 502, 503, 504). With the wait of `Retry-After`.
    Unavailable(Option<Duration>),
}

impl Ending {
    /// The end of an attempt with this error; `None` if a retry would fail in the same way.
    pub(crate) fn of(error: &Error, retry_after: Option<Duration>) -> Option<Self> {
        match (error.kind(), error.delivery()) {
            (ErrorKind::Connection | ErrorKind::Timeout, Delivery::NotSent) => Some(Self::NotSent),
            (ErrorKind::TokenSource, _) => error.is_temporary().then_some(Self::NotSent),
            (ErrorKind::Timeout | ErrorKind::Transport, _) => Some(Self::Lost),
            (ErrorKind::Api | ErrorKind::Status, _) if error.is_throttled() => Some(Self::Throttled(retry_after)),
            (ErrorKind::Api | ErrorKind::Status, _) if matches!(error.status(), Some(502..=504)) => {
                Some(Self::Unavailable(retry_after))
            }
            _ => None,
        }
    }
}

/// Whether the rules allow a retry after an attempt with this end, which may have taken effect.
pub(crate) fn allowed(info: &OperationInfo, ending: Ending, may_have_taken_effect: bool) -> bool {
    if info.risk == Risk::Physical {
        // Between two requests a person may have acted.
        return false;
    }
    let harmless = !may_have_taken_effect
        && matches!(ending, Ending::NotSent | Ending::TokenRejected | Ending::Throttled(Some(_)));
    harmless || info.idempotency != Idempotency::NonIdempotent
}

/// The wait after so many attempts: full jitter below a limit that doubles. It is added to the wait of `Retry-After`, which
/// is the same for all clients.
pub(crate) fn wait(attempts: u32, ending: Ending, jitter: f64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let limit = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    let spread = spread(limit, jitter);
    match ending {
        Ending::Throttled(Some(asked)) | Ending::Unavailable(Some(asked)) => asked.saturating_add(spread),
        _ => spread,
    }
}

/// A part of a duration, by jitter. A clock of the program can return any number.
pub(crate) fn spread(limit: Duration, jitter: f64) -> Duration {
    let share = if jitter > 0.0 { jitter.min(1.0) } else { 0.0 };
    Duration::try_from_secs_f64(limit.as_secs_f64() * share).unwrap_or(limit).min(limit)
}

/// Limits the retries of all calls of a client, so that an outage is not multiplied: ten, and one more for every ten calls
/// that succeed.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<u32>);

impl Budget {
    const COST: u32 = 10;
    const FULL: u32 = 100;

    pub(crate) fn new() -> Self {
        Self(Mutex::new(Self::FULL))
    }

    /// Takes one retry from the budget, if there is one left.
    pub(crate) fn take(&self) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match left.checked_sub(Self::COST) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        }
    }

    /// Counts a call that succeeded.
    pub(crate) fn give(&self) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = (*left + 1).min(Self::FULL);
    }
}

/// The wait of `Retry-After`, in seconds or as a date.
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_are_spread() {
        assert_eq!(wait(1, Ending::Lost, 1.0), Duration::from_millis(250));
        assert_eq!(wait(2, Ending::Lost, 1.0), Duration::from_millis(500));
        assert_eq!(wait(3, Ending::Lost, 0.5), Duration::from_millis(500));
        assert_eq!(wait(40, Ending::Lost, 1.0), LONGEST_WAIT);
        assert_eq!(wait(1, Ending::Lost, 0.0), Duration::ZERO);
    }

    #[test]
    fn a_wait_that_was_asked_for_is_spread_and_never_shortened() {
        let asked = Some(Duration::from_secs(3));
        for ending in [Ending::Throttled(asked), Ending::Unavailable(asked)] {
            assert_eq!(wait(1, ending, 0.0), Duration::from_secs(3));
            assert_eq!(wait(1, ending, 1.0), Duration::from_millis(3_250));
        }
        assert_eq!(wait(3, Ending::Unavailable(Some(Duration::ZERO)), 1.0), Duration::from_secs(1));
        assert_eq!(wait(1, Ending::Throttled(Some(Duration::MAX)), 1.0), Duration::MAX);
    }

    #[test]
    fn any_number_of_a_clock_spreads_a_wait() {
        for jitter in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0] {
            assert_eq!(wait(1, Ending::Lost, jitter), Duration::ZERO, "{jitter}");
        }
        for jitter in [1.0, 2.0, f64::INFINITY] {
            assert_eq!(wait(1, Ending::Lost, jitter), Duration::from_millis(250), "{jitter}");
            assert_eq!(spread(Duration::MAX, jitter), Duration::MAX, "{jitter}");
        }
    }

    #[test]
    fn retry_after_has_two_forms() {
        let now = httpdate::parse_http_date("Mon, 02 Feb 2026 08:00:00 GMT").unwrap();
        let cases = [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Mon, 02 Feb 2026 08:00:05 GMT", Some(5)),
            ("Mon, 02 Feb 2026 07:59:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn a_budget_runs_out_and_comes_back() {
        let budget = Budget::new();
        assert_eq!((0..20).filter(|_| budget.take()).count(), 10);
        (0..9).for_each(|_| budget.give());
        assert!(!budget.take());
        budget.give();
        assert!(budget.take());
        (0..1000).for_each(|_| budget.give());
        assert_eq!((0..20).filter(|_| budget.take()).count(), 10);
    }
}
