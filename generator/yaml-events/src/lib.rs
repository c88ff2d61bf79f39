//! The events of a YAML text.
//!
//! In: a text. Out: the events of [`saphyr_parser`] with byte ranges. The parser is generic over its input, and a generic
//! function is compiled in the crate that uses it: in this crate it is optimized in a development build, without the rest of
//! the generator, whose optimization takes more than a minute.

mod offsets;

use std::fmt;
use std::ops::Range;

use offsets::Offsets;
pub use saphyr_parser::{Event, ScalarStyle, ScanError};
use saphyr_parser::{Parser, StrInput};

/// An event and its range in the text, in bytes; or why the text is not YAML, and the offset of that, in bytes.
pub type EventResult<'a> = Result<(Event<'a>, Range<usize>), (ScanError, usize)>;

/// The events of a text, one by one.
///
/// ```
/// use flighthub2_yaml_events::{Event, Events};
///
/// let mut events = Events::new("é: [1]");
/// let key = std::iter::from_fn(|| events.next_event()).find_map(|event| match event {
///     Ok((Event::Scalar(text, ..), range)) => Some((text, range)),
///     _ => None,
/// });
/// assert_eq!(key, Some(("é".into(), 0..2)));
/// ```
pub struct Events<'a> {
    parser: Box<Parser<'a, StrInput<'a>>>,
    offsets: Offsets,
}

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
        Self { parser: Box::new(Parser::new_from_str(text)), offsets: Offsets::new(text) }
    }

    /// The next event and its range in the text, in bytes. `None` after the end of the text.
    ///
    /// # Errors
    /// The text is not YAML at this offset, in bytes.
    #[inline(never)]
    pub fn next_event(&mut self) -> Option<EventResult<'a>> {
        Some(match self.parser.next_event()? {
            Ok((event, span)) => Ok((event, self.offsets.range(span))),
            Err(error) => {
                let start = self.offsets.byte(error.marker().index());
                Err((error, start))
            }
        })
    }
}
