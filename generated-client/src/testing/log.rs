//! The record of requests: the last ones, limited in number and bytes.
//!
//! In: requests. Out: the same, in order, and how many were dropped. Must not know what a request means.

use std::sync::Arc;

use super::history::{History, Limits};
use super::record::RecordedRequest;

const LIMITS: Limits = Limits { count: 100_000, bytes: 64 << 20 };
/// Bytes of a body that are recorded.
const MAX_BODY: usize = 1 << 20;

/// The part of a body that is recorded.
pub(crate) fn recorded(body: &[u8]) -> &[u8] {
    body.get(..MAX_BODY).unwrap_or(body)
}

#[derive(Debug)]
pub(crate) struct Log {
    requests: History<Arc<RecordedRequest>>,
    dropped: u64,
}

impl Default for Log {
    fn default() -> Self {
        Self { requests: History::new(LIMITS), dropped: 0 }
    }
}

impl Log {
    pub(crate) fn push(&mut self, request: Arc<RecordedRequest>) {
        let size = request.size();
        self.dropped = self.dropped.saturating_add(self.requests.push(request, size));
    }

    /// The requests that are recorded, in order.
    pub(crate) fn requests(&self) -> Vec<Arc<RecordedRequest>> {
        self.requests.iter().cloned().collect()
    }

    /// How many were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::record::Verdict;
    use super::*;

    /// A request each part of which has a thousand bytes.
    fn request() -> RecordedRequest {
        static SECRETS: BTreeSet<String> = BTreeSet::new();
        let text = || "a".repeat(1000);
        RecordedRequest {
            method: text(),
            path: text(),
            query: text(),
            headers: vec![(text(), text())],
            body: text().into_bytes(),
            body_length: 1000,
            operation: None,
            verdict: Verdict::Accepted,
            status: None,
            code: None,
            secrets: &SECRETS,
        }
    }

    #[test]
    fn every_part_of_a_request_counts() {
        let size = request().size();
        assert!((6000..7000).contains(&size), "{size}");
        let mut log = Log::default();
        let many = LIMITS.bytes / size + 7;
        (0..many).for_each(|_| log.push(Arc::new(request())));
        assert_eq!((log.requests().len(), log.dropped()), (many - 7, 7));
    }

    #[test]
    fn the_beginning_of_a_long_body_is_recorded() {
        let body = vec![0; MAX_BODY + 1];
        assert_eq!(
            [0, 1, MAX_BODY, MAX_BODY + 1].map(|length| recorded(&body[..length]).len()),
            [0, 1, MAX_BODY, MAX_BODY]
        );
    }
}
