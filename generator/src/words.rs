//! Enumerations whose values are words of a document or of a report.
//!
//! In: an enumeration with a word for each value. Out: the enumeration with the conversions between values and words, so
//! that each word is written once.

/// Defines enumerations with `WORDS`, `as_str` and `parse`.
macro_rules! words {
    ($($(#[$attribute:meta])* $visibility:vis enum $name:ident {
        $($(#[$doc:meta])* $value:ident = $word:literal,)+
    })+) => {$(
        $(#[$attribute])*
        $visibility enum $name {
            $($(#[$doc])* $value,)+
        }

        #[allow(dead_code, reason = "some words are only read, others only written")]
        impl $name {
            /// The words of all values, in their order.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word of the value.
            #[must_use]
            $visibility fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word,)+ }
            }

            /// The value of a word.
            pub(crate) fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$value),)+
                    _ => None,
                }
            }
        }
    )+};
}

pub(crate) use words;
