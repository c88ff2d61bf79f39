//! The values of our `x-` keys, except those of lifecycles and pages, which [`super::lifecycle`] defines.
//!
//! `convert` creates them from words and mappings; all later stages use them. These types do not know where a key may
//! occur: the vocabulary defines that.

use super::pointer::NodeId;
use crate::words::words;

/// An entry of `x-error-codes`.
#[derive(Debug)]
pub(crate) struct ErrorCode {
    pub(crate) node: NodeId,
    pub(crate) code: i64,
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) outcome: Outcome,
    pub(crate) meaning: String,
    pub(crate) source: Option<Source>,
}

words! {
    /// The risk class of an operation. Each class includes the preceding ones.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) enum Risk {
        Read = "read",
        Write = "write",
        Destructive = "destructive",
        Physical = "physical",
    }

    /// The retry class of an operation.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Retry {
        Safe = "safe",
        Idempotent = "idempotent",
        Never = "never",
    }

    /// Whether a call that returned an error code has taken effect.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Outcome {
        Refused = "refused",
        Throttled = "throttled",
        Unknown = "unknown",
    }

    /// The role of a header parameter that the client fills in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum HeaderRole {
        RequestId = "request-id",
        Language = "language",
        Project = "project",
    }
}

/// `x-source`: the confidence of a fact, and a note with details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) confidence: Confidence,
    pub(crate) note: Option<String>,
}

words! {
    /// The confidence of a fact: the values of `x-source`, the most certain first.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Confidence {
        /// Read in the published documentation.
        Documented = "documented",
        /// Not read there, but observed on the live service.
        Observed = "observed",
        /// Neither read nor observed.
        Inferred = "inferred",
    }
}
