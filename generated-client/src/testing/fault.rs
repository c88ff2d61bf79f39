//! Faults of a service or a network, and latency: as data, and for which requests.
//!
//! In: what a test plans. Out: the fault of the next request. Must not know how a fault is injected.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// A fault that the mock server injects.
///
/// Faults that replace the response ([`HtmlPage`](Self::HtmlPage), [`TooManyRequests`](Self::TooManyRequests),
/// [`Failure`](Self::Failure), [`Redirect`](Self::Redirect), [`Refuse`](Self::Refuse)) also keep the request from the
/// simulation: it has no effect and uses up no queued response. With all other faults the request has its effect, even if
/// its response is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Waits before the response begins.
    DelayBeforeHeaders(Duration),
    /// Waits in the middle of the body.
    DelayInBody(Duration),
    /// Closes the connection before the request is read; nothing is recorded. Planned for one operation, it closes after
    /// the headers, from which the server knows the operation, and before the body.
    CloseBeforeReading,
    /// Closes the connection after the whole request was read and has had its effect.
    CloseAfterReading,
    /// Responds correctly and closes the connection without `Connection: close`: a pooled connection is stale.
    CloseAfterResponse,
    /// Closes the connection in the middle of the body.
    TruncateBody,
    /// Sends this `Content-Length`, whatever the length of the body is.
    ContentLength(u64),
    /// Responds with an HTML page, as a proxy does.
    HtmlPage {
        /// The HTTP status.
        status: u16,
    },
    /// Responds with HTTP 429.
    TooManyRequests {
        /// The header `Retry-After`: seconds, or an HTTP date.
        retry_after: Option<String>,
    },
    /// Responds with an HTTP error.
    Failure {
        /// The HTTP status.
        status: u16,
        /// Whether the body is an envelope with a code; otherwise it is empty.
        envelope: bool,
    },
    /// Responds with HTTP 302.
    Redirect {
        /// The header `Location`.
        location: String,
    },
    /// Responds with HTTP 200 and a code that is not 0.
    Refuse {
        /// The code.
        code: i64,
        /// The message.
        message: String,
    },
    /// Every list of the response is null.
    NullLists,
    /// Every value of an enumeration in the response is one that the specification does not list.
    UnknownEnumValues,
    /// The body has at least this many bytes: spaces follow it.
    PadBody(u64),
    /// All of these faults.
    All(Vec<Fault>),
}

impl Fault {
    /// The fault, or the faults within it.
    pub(crate) fn each(&self) -> Vec<&Fault> {
        match self {
            Self::All(faults) => faults.iter().flat_map(Self::each).collect(),
            fault => vec![fault],
        }
    }
}

/// A fault that can be planned.
pub(crate) trait Plannable: Clone + Send + 'static {
    /// Whether it closes the connection before the request is read.
    fn closes_before_reading(&self) -> bool;
}

impl Plannable for Fault {
    fn closes_before_reading(&self) -> bool {
        *self == Self::CloseBeforeReading
    }
}

/// Faults of requests to come, by what they apply to: an operation or a method; `None` is all.
#[derive(Debug)]
pub(crate) struct Faults<F>(VecDeque<Planned<F>>);

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

#[derive(Debug)]
struct Planned<F> {
    target: Option<&'static str>,
    /// `None` is without end.
    left: Option<u32>,
    fault: F,
}

impl<F: Plannable> Faults<F> {
    pub(crate) fn add(&mut self, target: Option<&'static str>, times: Option<u32>, fault: F) {
        if times != Some(0) {
            self.0.push_back(Planned { target, left: times, fault });
        }
    }

    /// Removes the faults that were planned for one target, or for all.
    pub(crate) fn clear(&mut self, target: Option<&'static str>) {
        self.0.retain(|planned| planned.target != target);
    }

    /// The fault of the next request: one of its target comes before one for all.
    pub(crate) fn take(&mut self, target: Option<&str>) -> Option<F> {
        let own = target.and_then(|_| self.0.iter().position(|planned| planned.target == target));
        let index = own.or_else(|| self.0.iter().position(|planned| planned.target.is_none()))?;
        self.used(index)
    }

    /// Whether the connection is to be closed before the next request is read. Only a fault for all can ask for it: the
    /// target of a request is in its head.
    pub(crate) fn take_unread(&mut self) -> bool {
        let index = self.0.iter().position(|planned| planned.target.is_none());
        let unread = index.filter(|index| self.0.get(*index).is_some_and(|p| p.fault.closes_before_reading()));
        unread.and_then(|index| self.used(index)).is_some()
    }

    fn used(&mut self, index: usize) -> Option<F> {
        let planned = self.0.get_mut(index)?;
        let fault = planned.fault.clone();
        if let Some(left) = &mut planned.left {
            *left -= 1;
            if *left == 0 {
                self.0.remove(index);
            }
        }
        Some(fault)
    }
}

/// Latency by what it applies to: an operation or a method; `None` is all.
#[derive(Debug, Default)]
pub(crate) struct Delays(HashMap<Option<&'static str>, Duration>);

impl Delays {
    pub(crate) fn set(&mut self, target: Option<&'static str>, delay: Duration) {
        self.0.insert(target, delay);
    }

    pub(crate) fn clear(&mut self, target: Option<&'static str>) {
        self.0.remove(&target);
    }

    /// The delay of a request: that of its target, else that of all.
    pub(crate) fn of(&self, target: Option<&'static str>) -> Option<Duration> {
        self.0.get(&target).or_else(|| self.0.get(&None)).copied()
    }
}
