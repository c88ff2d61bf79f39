//! Faults: what a service or a network does wrong, as data, and for which requests.
//!
//! In: what a test asks for. Out: the fault of the next request. Must not know how a fault is carried out.

use std::collections::VecDeque;
use std::time::Duration;

/// Something that goes wrong on purpose.
///
/// Faults that answer in the place of the service ([`HtmlPage`](Self::HtmlPage),
/// [`TooManyRequests`](Self::TooManyRequests), [`Failure`](Self::Failure), [`Redirect`](Self::Redirect),
/// [`Refuse`](Self::Refuse)) keep it from the request: nothing is done, and no queued answer is used up. With all others
/// the request is carried out, even if its answer is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Waits before the answer begins.
    DelayBeforeHeaders(Duration),
    /// Waits in the middle of the body.
    DelayInBody(Duration),
    /// Closes the connection before the request is read; nothing is recorded. Asked for one operation, it closes after
    /// the headers, which say which operation it is, and before the body.
    CloseBeforeReading,
    /// Closes the connection when the whole request is there and was carried out.
    CloseAfterReading,
    /// Answers well and closes the connection without having said so: what is kept for another request is stale.
    CloseAfterResponse,
    /// Closes the connection in the middle of the body.
    TruncateBody,
    /// Says this length, whatever it is.
    ContentLength(u64),
    /// Answers an HTML page, as a proxy does.
    HtmlPage {
        /// The HTTP status.
        status: u16,
    },
    /// Answers HTTP 429.
    TooManyRequests {
        /// The header `Retry-After`: seconds, or a date of HTTP.
        retry_after: Option<String>,
    },
    /// Answers an HTTP failure.
    Failure {
        /// The HTTP status.
        status: u16,
        /// Whether the body is an envelope with a code; else it is empty.
        envelope: bool,
    },
    /// Answers HTTP 302.
    Redirect {
        /// The header `Location`.
        location: String,
    },
    /// Answers HTTP 200 with a code that is not 0.
    Refuse {
        /// The code.
        code: i64,
        /// The message.
        message: String,
    },
    /// Every list of the answer is null.
    NullLists,
    /// Every value of an enumeration in the answer is one that nobody knows.
    UnknownEnumValues,
    /// The body is at least this long: blanks follow it.
    PadBody(u64),
    /// All of these.
    All(Vec<Fault>),
}

impl Fault {
    /// The fault and those within it.
    pub(crate) fn each(&self) -> Vec<&Fault> {
        match self {
            Self::All(faults) => faults.iter().flat_map(Self::each).collect(),
            fault => vec![fault],
        }
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<Planned>);

#[derive(Debug)]
struct Planned {
    /// The id of an operation; `None` is for all.
    operation: Option<&'static str>,
    /// `None` is for ever.
    left: Option<u32>,
    fault: Fault,
}

impl Faults {
    pub(crate) fn add(&mut self, operation: Option<&'static str>, times: Option<u32>, fault: Fault) {
        if times != Some(0) {
            self.0.push_back(Planned { operation, left: times, fault });
        }
    }

    /// Forgets what was asked for an operation, or for all.
    pub(crate) fn clear(&mut self, operation: Option<&'static str>) {
        self.0.retain(|planned| planned.operation != operation);
    }

    /// The fault of the next request: one of its operation comes before one for all.
    pub(crate) fn take(&mut self, operation: Option<&'static str>) -> Option<Fault> {
        let own = operation.and_then(|_| self.0.iter().position(|planned| planned.operation == operation));
        let place = own.or_else(|| self.0.iter().position(|planned| planned.operation.is_none()))?;
        self.used(place)
    }

    /// Whether the next request is not to be read at all. Only a fault for all can say so: whose request it is stands in
    /// it.
    pub(crate) fn take_unread(&mut self) -> bool {
        let place = self.0.iter().position(|planned| planned.operation.is_none());
        let unread =
            place.filter(|place| self.0.get(*place).is_some_and(|planned| planned.fault == Fault::CloseBeforeReading));
        unread.and_then(|place| self.used(place)).is_some()
    }

    fn used(&mut self, place: usize) -> Option<Fault> {
        let planned = self.0.get_mut(place)?;
        let fault = planned.fault.clone();
        if let Some(left) = &mut planned.left {
            *left -= 1;
            if *left == 0 {
                self.0.remove(place);
            }
        }
        Some(fault)
    }
}
