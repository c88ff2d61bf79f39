//! Expectations: how many requests a test expects, and how many were received.
//!
//! In: ranges, and every recorded request. Out: the expectations that are not met. Must not know what a request is.

use std::error::Error;
use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeToInclusive};

/// How many requests are expected: a number, or a range such as `1..`, `..=3` or `1..=3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    min: u64,
    max: u64,
}

impl From<u64> for Times {
    fn from(times: u64) -> Self {
        Self { min: times, max: times }
    }
}

impl From<RangeFrom<u64>> for Times {
    fn from(range: RangeFrom<u64>) -> Self {
        Self { min: range.start, max: u64::MAX }
    }
}

impl From<RangeInclusive<u64>> for Times {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self { min: *range.start(), max: *range.end() }
    }
}

impl From<RangeToInclusive<u64>> for Times {
    fn from(range: RangeToInclusive<u64>) -> Self {
        Self { min: 0, max: range.end }
    }
}

impl From<Range<u64>> for Times {
    /// An empty range, such as `0..0`, is met by no number of requests.
    fn from(range: Range<u64>) -> Self {
        match range.end.checked_sub(1) {
            Some(max) => Self { min: range.start, max },
            None => Self { min: u64::MAX, max: 0 },
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, max) if min == max => write!(f, "{min}"),
            (min, u64::MAX) => write!(f, "at least {min}"),
            (0, max) => write!(f, "at most {max}"),
            (min, max) => write!(f, "{min} to {max}"),
        }
    }
}

#[derive(Debug)]
struct Expectation {
    /// The id of an operation; `None` is all requests.
    operation: Option<&'static str>,
    times: Times,
    received: u64,
}

/// The expectations of a test.
#[derive(Debug, Default)]
pub(crate) struct Expectations(Vec<Expectation>);

impl Expectations {
    pub(crate) fn add(&mut self, operation: Option<&'static str>, times: Times) {
        self.0.push(Expectation { operation, times, received: 0 });
    }

    pub(crate) fn clear(&mut self, operation: Option<&'static str>) {
        self.0.retain(|expectation| expectation.operation != operation);
    }

    /// Counts a request.
    pub(crate) fn count(&mut self, operation: Option<&str>) {
        for expectation in &mut self.0 {
            if expectation.operation.is_none() || expectation.operation == operation {
                expectation.received += 1;
            }
        }
    }

    pub(crate) fn check(&self) -> Result<(), UnmetExpectations> {
        let unmet = self.0.iter().filter(|expectation| {
            let Times { min, max } = expectation.times;
            expectation.received < min || expectation.received > max
        });
        let unmet: Vec<String> = unmet
            .map(|Expectation { operation, times, received }| {
                format!("{}: expected {times} request(s), received {received}", operation.unwrap_or("all operations"))
            })
            .collect();
        if unmet.is_empty() { Ok(()) } else { Err(UnmetExpectations(unmet)) }
    }
}

/// Expectations that were not met. The text has a line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetExpectations(Vec<String>);

impl fmt::Display for UnmetExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Error for UnmetExpectations {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_met_by_what_they_contain() {
        let met = |times: Times, requests: u64| {
            let mut expectations = Expectations::default();
            expectations.add(Some("a"), times);
            (0..requests).for_each(|_| expectations.count(Some("a")));
            expectations.count(Some("b"));
            expectations.count(None);
            expectations.check().is_ok()
        };
        let met = |times: Times| [0, 1, 2, 3].map(|requests| met(times, requests));
        assert_eq!(met(2.into()), [false, false, true, false]);
        assert_eq!(met((1..).into()), [false, true, true, true]);
        assert_eq!(met((..=1).into()), [true, true, false, false]);
        assert_eq!(met((1..=2).into()), [false, true, true, false]);
        assert_eq!(met((1..3).into()), [false, true, true, false]);
        assert_eq!(met((0..0).into()), [false; 4]);
    }

    #[test]
    fn what_is_not_met_is_listed() {
        let mut expectations = Expectations::default();
        for (operation, times) in [(Some("a"), Times::from(2)), (None, (4..).into()), (Some("b"), 0.into())] {
            expectations.add(operation, times);
        }
        expectations.count(Some("a"));
        let wanted = "a: expected 2 request(s), received 1\nall operations: expected at least 4 request(s), received 1";
        assert_eq!(expectations.check().unwrap_err().to_string(), wanted);
        expectations.clear(None);
        expectations.count(Some("a"));
        assert_eq!(expectations.check(), Ok(()));
    }
}
