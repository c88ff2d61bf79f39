//! How far a workflow is, for a callback of the caller.

use std::fmt;
use std::sync::Arc;

/// How far a file is on its way. Bytes can be counted twice if a connection breaks and a file is sent again: then `bytes`
/// falls back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes have moved.
    pub bytes: u64,
    /// How many there are; `None` while that is not known.
    pub total_bytes: Option<u64>,
}

/// A function of the caller that is shown how far a workflow is.
pub(crate) struct Callback<T>(Option<Arc<dyn Fn(T) + Send + Sync>>);

impl<T> Clone for Callback<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Callback<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> fmt::Debug for Callback<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Callback" } else { "None" })
    }
}

impl<T> Callback<T> {
    pub(crate) fn new(function: impl Fn(T) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(function)))
    }

    pub(crate) fn show(&self, value: T) {
        if let Some(function) = &self.0 {
            function(value);
        }
    }
}
