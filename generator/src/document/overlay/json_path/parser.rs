//! The syntax of queries: segments and selectors, and the tokens that filters also use.
//!
//! In: a text. Out: segments, or the position of the first invalid character. `filter` parses the expression of a filter.

use super::{Invalid, Segment, Selector};

/// The maximum nesting depth of filters, parentheses and functions.
pub(super) const DEPTH: usize = 20;

/// The largest integer of a query, which is that of I-JSON (RFC 7493).
const MAX_INTEGER: i64 = (1 << 53) - 1;

pub(super) type Parsed<T> = Result<T, Invalid>;

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn takes(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    pub(super) fn needs(&mut self, token: &'static str, expected: &'static str) -> Parsed<()> {
        if self.takes(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    pub(super) fn blank(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    pub(super) fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub(super) fn expected(&self, expected: &'static str) -> Invalid {
        Invalid::Syntax { expected, character: self.text[..self.at].chars().count() + 1 }
    }

    /// Parses a recursive part.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH {
            return Err(Invalid::TooDeep);
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    pub(super) fn segments(&mut self) -> Parsed<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.at;
            self.blank();
            if !self.rest().starts_with(['.', '[']) {
                // Blanks after the last segment are not part of a query.
                self.at = before;
                return Ok(segments);
            }
            segments.push(self.segment()?);
        }
    }

    fn segment(&mut self) -> Parsed<Segment> {
        let descends = self.takes("..");
        let selectors = if descends && self.rest().starts_with('[') {
            self.bracketed()?
        } else if descends || self.takes(".") {
            let selector = if self.takes("*") { Selector::Wildcard } else { Selector::Name(self.member_name()?) };
            vec![selector]
        } else {
            self.bracketed()?
        };
        Ok(Segment { descends, selectors })
    }

    fn member_name(&mut self) -> Parsed<String> {
        if !self.next().is_some_and(|c| c == '_' || c.is_ascii_alphabetic() || !c.is_ascii()) {
            return Err(self.expected("a name or `*`"));
        }
        Ok(self.take_while(|c| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii()).to_owned())
    }

    fn bracketed(&mut self) -> Parsed<Vec<Selector>> {
        self.needs("[", "`[`")?;
        let mut selectors = Vec::new();
        loop {
            self.blank();
            selectors.push(self.selector()?);
            self.blank();
            if !self.takes(",") {
                break;
            }
        }
        self.needs("]", "`,` or `]`")?;
        Ok(selectors)
    }

    fn selector(&mut self) -> Parsed<Selector> {
        match self.next() {
            Some('\'' | '"') => Ok(Selector::Name(self.string()?)),
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('?') => {
                self.at += 1;
                self.blank();
                Ok(Selector::Filter(self.nested(Self::logical)?))
            }
            Some(':' | '-' | '0'..='9') => self.index_or_slice(),
            _ => Err(self.expected("a quoted name, an index, a slice, `*`, or a filter with `?`")),
        }
    }

    fn index_or_slice(&mut self) -> Parsed<Selector> {
        let start = self.optional_integer()?;
        let before = self.at;
        self.blank();
        if !self.takes(":") {
            self.at = before;
            return start.map(Selector::Index).ok_or_else(|| self.expected("an index"));
        }
        self.blank();
        let end = self.optional_integer()?;
        let before = self.at;
        self.blank();
        let mut step = None;
        if self.takes(":") {
            let before = self.at;
            self.blank();
            step = self.optional_integer()?;
            if step.is_none() {
                self.at = before;
            }
        } else {
            self.at = before;
        }
        Ok(Selector::Slice { start, end, step: step.unwrap_or(1) })
    }

    fn optional_integer(&mut self) -> Parsed<Option<i64>> {
        if !self.next().is_some_and(|c| c == '-' || c.is_ascii_digit()) {
            return Ok(None);
        }
        let before = self.at;
        self.takes("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        let written = &self.text[before..self.at];
        let is_plain = written == "0" || !(digits.is_empty() || digits.starts_with('0'));
        match written.parse::<i64>() {
            Ok(number) if is_plain && number.abs() <= MAX_INTEGER => Ok(Some(number)),
            _ => {
                self.at = before;
                Err(self.expected("an integer without leading zeros, below 2^53"))
            }
        }
    }

    pub(super) fn string(&mut self) -> Parsed<String> {
        let expected = "a quoted text";
        let quote = self.next().filter(|c| matches!(c, '\'' | '"')).ok_or_else(|| self.expected(expected))?;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.next() {
                Some(c) if c == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => {
                    self.at += 1;
                    text.push(self.escaped(quote)?);
                }
                Some(c) if c >= ' ' => {
                    self.at += c.len_utf8();
                    text.push(c);
                }
                _ => return Err(self.expected("the closing quote, or an escape for a control character")),
            }
        }
    }

    fn escaped(&mut self, quote: char) -> Parsed<char> {
        let expected = "an escape of JSON, such as `\\n` or `\\u00e9`";
        let c = self.next().ok_or_else(|| self.expected(expected))?;
        let plain = match c {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '/' | '\\' => c,
            _ if c == quote => c,
            'u' => {
                self.at += 1;
                let first = self.code_unit()?;
                let second =
                    if (0xd800..0xdc00).contains(&first) && self.takes("\\u") { Some(self.code_unit()?) } else { None };
                let decoded = char::decode_utf16([first].into_iter().chain(second)).next();
                return decoded.and_then(Result::ok).ok_or_else(|| self.expected(expected));
            }
            _ => return Err(self.expected(expected)),
        };
        self.at += 1;
        Ok(plain)
    }

    fn code_unit(&mut self) -> Parsed<u16> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}
