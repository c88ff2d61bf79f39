//! The events of a YAML text.
//!
//! In: a text. Out: the events of [`saphyr_parser`], whose parser is generic over its input. A generic function is compiled
//! in the crate that uses it. In this crate it can be optimized in a development build without the rest of the generator,
//! whose optimization takes minutes.

use std::fmt;

pub use saphyr_parser::{Event, ScalarStyle, ScanError, Span};
use saphyr_parser::{Parser, StrInput};

/// The events of a text, one by one.
pub struct Events<'a>(Box<Parser<'a, StrInput<'a>>>);

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

// Not inlined, because the caller would compile the parser then.
impl<'a> Events<'a> {
    /// The events of this text.
    #[inline(never)]
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self(Box::new(Parser::new_from_str(text)))
    }

    /// The next event and its place in the text, in characters. `None` after the end of the text.
    ///
    /// # Errors
    /// The text is not YAML.
    #[inline(never)]
    pub fn next_event(&mut self) -> Option<Result<(Event<'a>, Span), ScanError>> {
        self.0.next_event()
    }
}
