//! The values of our `x-` keys, except those of lifecycles and pages, which [`super::lifecycle`] defines.
//!
//! `convert` creates them from words and mappings; all later stages use them. These types do not know where a key may
//! occur: the vocabulary defines that.

use super::pointer::NodeId;

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

/// The risk class of an operation. Each class includes the preceding ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Risk {
    Read,
    Write,
    Destructive,
    Physical,
}

impl Risk {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
            Self::Physical => "physical",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Destructive, Self::Physical].into_iter().find(|known| known.as_str() == word)
    }
}

/// The retry class of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Safe,
    Idempotent,
    Never,
}

impl Retry {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Idempotent => "idempotent",
            Self::Never => "never",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Safe, Self::Idempotent, Self::Never].into_iter().find(|known| known.as_str() == word)
    }
}

/// Whether a call that returned an error code has taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Refused,
    Throttled,
    Unknown,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Refused, Self::Throttled, Self::Unknown].into_iter().find(|known| known.as_str() == word)
    }
}

/// The role of a header parameter that the client fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderRole {
    RequestId,
    Language,
    Project,
}

impl HeaderRole {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "request-id" => Some(Self::RequestId),
            "language" => Some(Self::Language),
            "project" => Some(Self::Project),
            _ => None,
        }
    }
}

/// `x-source`: the confidence of a fact, and a note with details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) confidence: Confidence,
    pub(crate) note: Option<String>,
}

/// The confidence of a fact: the values of `x-source`, the most certain first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Read in the published documentation.
    Documented,
    /// Not read there, but observed on the live service.
    Observed,
    /// Neither read nor observed.
    Inferred,
}

impl Confidence {
    /// The value in `x-source`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Inferred => "inferred",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "documented" => Some(Self::Documented),
            "observed" => Some(Self::Observed),
            "inferred" => Some(Self::Inferred),
            _ => None,
        }
    }
}
