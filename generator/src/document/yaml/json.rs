//! The JSON parser.
//!
//! In: a text. Out: the [events](Event) that the YAML parser would make of it, with byte ranges, or [`NotJson`]. This
//! module does not know nodes or limits.
//!
//! JSON is YAML. But the YAML parser reads a whole flow collection before its first event, because the collection could
//! be a key, and it does not know the surrogate pairs of JSON.

use std::borrow::Cow;
use std::ops::Range;

use flighthub2_yaml_events::{Event, ScalarStyle};
use jsonc_parser::Scanner;
use jsonc_parser::ScannerOptions;
use jsonc_parser::tokens::Token;

/// The text is not JSON (RFC 8259). It can be YAML.
pub(super) struct NotJson;

/// The events of a text.
pub(super) struct Events<'a> {
    scanner: Scanner<'a>,
    /// The number of bytes before the text of the scanner.
    offset: usize,
    /// The collections that are not closed.
    open: Vec<Collection>,
    expected: Expected,
}

#[derive(Clone, Copy)]
enum Collection {
    Object,
    Array,
}

/// What the grammar allows next.
#[derive(Clone, Copy)]
enum Expected {
    Value,
    /// After `[`.
    ValueOrEnd,
    /// After a comma in an object.
    Key,
    /// After `{`.
    KeyOrEnd,
    /// After a value: a comma or the end of the collection, or the end of the text.
    Next,
}

impl<'a> Events<'a> {
    /// The events of a text that begins like an object, possibly after a byte order mark and blanks.
    pub(super) fn of_object(text: &'a str) -> Option<Self> {
        let json = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
        json.starts_with('{').then(|| Self::new(json, text.len() - json.len()))
    }

    fn new(text: &'a str, offset: usize) -> Self {
        let options = ScannerOptions {
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        Self { scanner: Scanner::new(text, &options), offset, open: Vec::new(), expected: Expected::Value }
    }

    /// The next event. After the value, this is [`Event::StreamEnd`].
    pub(super) fn next_event(&mut self) -> Result<(Event<'a>, Range<usize>), NotJson> {
        let mut token = self.token()?;
        if let (Expected::Next, Some(Token::Comma), Some(collection)) = (self.expected, &token, self.open.last()) {
            self.expected = match collection {
                Collection::Object => Expected::Key,
                Collection::Array => Expected::Value,
            };
            token = self.token()?;
        }
        let range = self.offset + self.scanner.token_start()..self.offset + self.scanner.token_end();
        let Some(token) = token else {
            let is_complete = self.open.is_empty() && matches!(self.expected, Expected::Next);
            return if is_complete { Ok((Event::StreamEnd, range)) } else { Err(NotJson) };
        };
        let event = match (self.expected, token) {
            (Expected::Key | Expected::KeyOrEnd, Token::String(key)) => {
                let Some(Token::Colon) = self.token()? else { return Err(NotJson) };
                self.expected = Expected::Value;
                return Ok((scalar(key, ScalarStyle::DoubleQuoted), range));
            }
            (Expected::KeyOrEnd | Expected::Next, Token::CloseBrace) => match self.open.pop() {
                Some(Collection::Object) => Event::MappingEnd,
                _ => return Err(NotJson),
            },
            (Expected::ValueOrEnd | Expected::Next, Token::CloseBracket) => match self.open.pop() {
                Some(Collection::Array) => Event::SequenceEnd,
                _ => return Err(NotJson),
            },
            (Expected::Value | Expected::ValueOrEnd, token) => match token {
                Token::OpenBrace => {
                    self.open.push(Collection::Object);
                    self.expected = Expected::KeyOrEnd;
                    return Ok((Event::MappingStart(0, None), range));
                }
                Token::OpenBracket => {
                    self.open.push(Collection::Array);
                    self.expected = Expected::ValueOrEnd;
                    return Ok((Event::SequenceStart(0, None), range));
                }
                Token::String(text) => scalar(text, ScalarStyle::DoubleQuoted),
                Token::Number(text) => scalar(Cow::Borrowed(text), ScalarStyle::Plain),
                Token::Boolean(true) => scalar(Cow::Borrowed("true"), ScalarStyle::Plain),
                Token::Boolean(false) => scalar(Cow::Borrowed("false"), ScalarStyle::Plain),
                Token::Null => scalar(Cow::Borrowed("null"), ScalarStyle::Plain),
                _ => return Err(NotJson),
            },
            _ => return Err(NotJson),
        };
        self.expected = Expected::Next;
        Ok((event, range))
    }

    fn token(&mut self) -> Result<Option<Token<'a>>, NotJson> {
        self.scanner.scan().map_err(|_| NotJson)
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Event<'_> {
    Event::Scalar(text, style, 0, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_json(text: &str) -> bool {
        let mut events = Events::new(text, 0);
        loop {
            match events.next_event() {
                Ok((Event::StreamEnd, _)) => return true,
                Ok(_) => {}
                Err(NotJson) => return false,
            }
        }
    }

    #[test]
    fn the_grammar_is_that_of_json() {
        for text in ["{}", "[]", "1", " [1, -2.5e3, true, null, \"\\ud83c\\udf6b\\/\", {\"a\": {}, \"b\": []}]\n"] {
            assert!(is_json(text), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "{",
            "[",
            "}",
            "]",
            "{]",
            "[}",
            "{} {}",
            "[1,]",
            "{\"a\": 1,}",
            "[,1]",
            "{,}",
            "[1 2]",
            "{\"a\"}",
            "{\"a\": }",
            "{\"a\" 1}",
            "{\"a\": 1 \"b\": 2}",
            "{a: 1}",
            "{1: 1}",
            "['a']",
            "[+1]",
            "[.5]",
            "[5.]",
            "[0x1]",
            "[NaN]",
            "[a]",
            "// a\n{}",
            "{} # a",
            "[\"\\x41\"]",
            "[\"\\ud83c\"]",
            "[\"a]",
            "[\"a\": 1]",
            ",",
        ] {
            assert!(!is_json(text), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }
}
