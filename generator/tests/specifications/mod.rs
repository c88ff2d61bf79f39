//! Arbitrary bytes as a specification.
//!
//! In: bytes, which are a text, or select edits of one of the documents. [`invariants`] are then checked; a violated
//! invariant panics. A fuzzer runs this for hours, `any_specification.rs` for seconds.

pub(crate) mod documents;
pub(crate) mod edits;
pub(crate) mod invariants;
#[allow(dead_code, reason = "the fuzzer makes none")]
mod third_party;
#[allow(dead_code, reason = "the fuzzer makes none")]
pub(crate) mod valid;

use documents::Documents;
use edits::Choices;
use flighthub2_generator::{Dialect, Source};

/// An input as a specification.
pub(crate) struct Case {
    pub(crate) bytes: Vec<u8>,
    pub(crate) dialect: Dialect,
    /// Its original document.
    pub(crate) original: Option<Source>,
}

/// Pieces of text with a meaning in YAML or OpenAPI.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "", "\t", ":", ": ", "- ", "? ", "{", "}", "[", "]", "'", "\"", ",", "&a ", "*a", "!!str ", "!!binary ", "<<: ", "# ",
    "|\n", ">\n", "|2-\n", "\0", "\u{1b}[31m", "\r", "\r\n", "\n", "\u{85}", "\u{2028}", "\u{202e}", "\u{feff}", "é",
    "\u{1F680}", "null", "~", "-1e999", ".nan", "1e400", "0x1f", "0o777", "99999999999999999999", "$ref", "\n---\n",
    "\n...\n", "%YAML 1.2\n", "%TAG ! x\n", "\"\\uD800\"", "\"\\x00\"", "\"\\e\"", "@", "`",
];

/// The first byte is the kind of the others.
pub(crate) fn case(documents: &Documents, bytes: &[u8]) -> Case {
    let (first, rest) = bytes.split_first().map_or((0, bytes), |(first, rest)| (*first, rest));
    let dialect = if first & 1 == 0 { Dialect::OpenApi } else { Dialect::FlightHub };
    let mut choices = Choices::new(rest);
    match first >> 1 & 3 {
        0 => Case { bytes: rest.to_vec(), dialect, original: None },
        1 => {
            let document = documents.choose(&mut choices);
            let mut text = document.text.clone();
            while !choices.is_over() {
                let start = text.floor_char_boundary(choices.below(text.len() + 1));
                let end = text.floor_char_boundary((start + choices.below(40)).min(text.len()));
                text.replace_range(start..end, choices.one_of(PIECES));
            }
            Case { bytes: text.into_bytes(), dialect, original: Some(document.source()) }
        }
        _ => {
            let document = documents.choose(&mut choices);
            let edited = edits::edited(document.value.clone(), documents, &mut choices);
            let text = serde_yaml::to_string(&edited).unwrap_or_default();
            Case { bytes: text.into_bytes(), dialect, original: Some(document.source()) }
        }
    }
}

/// Checks all [`invariants`] for arbitrary bytes. Returns whether a client was generated.
pub(crate) fn check(documents: &Documents, bytes: &[u8]) -> bool {
    let Case { bytes, dialect, original } = case(documents, bytes);
    invariants::check(&bytes, dialect, original.as_ref())
}
