//! Values that this version of the client does not know.
//!
//! In: a value for which a generated type has no variant. Out: the value, unchanged. This module does not know why it is
//! unknown, and no type of a value: the macros of strings, integers and unions decide.

use std::fmt;

/// A value that this version of the client does not know, unchanged.
///
/// It has no public constructor: a value that is known cannot be written as an unknown one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown<T>(T);

impl<T> Unknown<T> {
    /// The value.
    pub fn get(&self) -> &T {
        &self.0
    }

    #[doc(hidden)]
    pub fn __new(value: T) -> Self {
        Self(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Unknown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
