//! JSONPath (RFC 9535): the syntax.
//!
//! In: the text of a query. Out: its segments, or why it is none. All of RFC 9535 is read, except the functions `match` and
//! `search`, which take regular expressions: they are an error of their own. [`super::select`] evaluates a query.

use serde_json::{Number, Value as Json};

/// Bytes of a query.
const LENGTH: usize = 4096;

/// Filters, parentheses and functions within each other.
const DEPTH: usize = 20;

/// The largest integer of a query: those of I-JSON (RFC 7493).
const MAX_INTEGER: i64 = (1 << 53) - 1;

#[derive(Debug, PartialEq)]
pub(super) struct Query {
    /// Begins with `$`, and not with `@`.
    pub(super) is_absolute: bool,
    pub(super) segments: Vec<Segment>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Segment {
    /// Begins with `..`: its selectors apply to all descendants, too.
    pub(super) descends: bool,
    pub(super) selectors: Vec<Selector>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Logical),
}

#[derive(Debug, PartialEq)]
pub(super) enum Logical {
    Or(Vec<Logical>),
    And(Vec<Logical>),
    Not(Box<Logical>),
    Exists(Query),
    Compare(Comparable, Comparison, Comparable),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
}

#[derive(Debug, PartialEq)]
pub(super) enum Comparable {
    /// A scalar.
    Literal(Json),
    /// A query that selects at most one node.
    Singular(Query),
    Length(Box<Comparable>),
    Count(Query),
    Value(Query),
}

/// Why a text is no query.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Invalid {
    /// What was expected, and the number of the character, from 1.
    Syntax {
        expected: &'static str,
        character: usize,
    },
    /// A function of RFC 9535 that is not supported.
    Function(&'static str),
    TooLong,
    TooDeep,
}

type Parsed<T> = Result<T, Invalid>;

impl Query {
    /// Reads a query that begins with `$`.
    pub(super) fn parse(text: &str) -> Parsed<Self> {
        if text.len() > LENGTH {
            return Err(Invalid::TooLong);
        }
        let mut parser = Parser { text, at: 0, depth: 0 };
        if !parser.takes("$") {
            return Err(parser.expected("`$`"));
        }
        let segments = parser.segments()?;
        if parser.at < text.len() {
            return Err(parser.expected("`.`, `..`, `[`, or the end"));
        }
        Ok(Self { is_absolute: true, segments })
    }

    fn is_singular(&self) -> bool {
        let is_one = |segment: &Segment| {
            !segment.descends && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
        };
        self.segments.iter().all(is_one)
    }
}

/// An operand of a comparison, a test, or an argument, before it is known which of them it is.
enum Operand {
    Literal(Json),
    Query(Query),
    /// A function that returns a value.
    Function(Comparable),
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn needs(&mut self, token: &'static str, expected: &'static str) -> Parsed<()> {
        if self.takes(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn blank(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn expected(&self, expected: &'static str) -> Invalid {
        Invalid::Syntax { expected, character: self.text[..self.at].chars().count() + 1 }
    }

    /// Reads a part that can contain itself.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH {
            return Err(Invalid::TooDeep);
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn segments(&mut self) -> Parsed<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.at;
            self.blank();
            if !self.rest().starts_with(['.', '[']) {
                // Blanks behind the last segment are not part of a query.
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

    fn string(&mut self) -> Parsed<String> {
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

    fn logical(&mut self) -> Parsed<Logical> {
        let mut alternatives = vec![self.conjunction()?];
        while self.operator("||") {
            alternatives.push(self.conjunction()?);
        }
        Ok(joined(alternatives, Logical::Or))
    }

    fn conjunction(&mut self) -> Parsed<Logical> {
        let mut parts = vec![self.basic()?];
        while self.operator("&&") {
            parts.push(self.basic()?);
        }
        Ok(joined(parts, Logical::And))
    }

    /// Takes an operator, with the blanks around it.
    fn operator(&mut self, token: &str) -> bool {
        let before = self.at;
        self.blank();
        if self.takes(token) {
            self.blank();
            return true;
        }
        self.at = before;
        false
    }

    fn basic(&mut self) -> Parsed<Logical> {
        let is_negated = self.takes("!");
        if is_negated {
            self.blank();
        }
        let negated = |logical| if is_negated { Logical::Not(Box::new(logical)) } else { logical };
        if self.takes("(") {
            self.blank();
            let inner = self.nested(Self::logical)?;
            self.blank();
            self.needs(")", "`)`")?;
            return Ok(negated(inner));
        }
        let begin = self.at;
        let left = self.operand()?;
        let before = self.at;
        self.blank();
        let Some(comparison) = self.comparison() else {
            self.at = before;
            return match left {
                Operand::Query(query) => Ok(negated(Logical::Exists(query))),
                _ => Err(self.expected("a comparison")),
            };
        };
        if is_negated {
            self.at = begin;
            return Err(self.expected("`(` before a comparison that is negated"));
        }
        let left = self.comparable(left, begin)?;
        self.blank();
        let begin = self.at;
        let right = self.operand()?;
        let right = self.comparable(right, begin)?;
        Ok(Logical::Compare(left, comparison, right))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let all = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        all.into_iter().find(|(token, _)| self.takes(token)).map(|(_, comparison)| comparison)
    }

    fn comparable(&mut self, operand: Operand, begin: usize) -> Parsed<Comparable> {
        match operand {
            Operand::Literal(literal) => Ok(Comparable::Literal(literal)),
            Operand::Function(function) => Ok(function),
            Operand::Query(query) if query.is_singular() => Ok(Comparable::Singular(query)),
            Operand::Query(_) => {
                self.at = begin;
                Err(self.expected("a query of at most one value, of names and indices only"))
            }
        }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let expected = "`@`, `$`, a function, or a literal";
        match self.next() {
            Some(c @ ('@' | '$')) => {
                self.at += 1;
                Ok(Operand::Query(Query { is_absolute: c == '$', segments: self.segments()? }))
            }
            Some('\'' | '"') => Ok(Operand::Literal(self.string()?.into())),
            Some('-' | '0'..='9') => self.number().map(Operand::Literal),
            Some('a'..='z') => {
                let begin = self.at;
                let word = self.take_while(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
                if self.rest().starts_with('(') {
                    return self.nested(|parser| parser.function(word, begin)).map(Operand::Function);
                }
                match word {
                    "true" => Ok(Operand::Literal(true.into())),
                    "false" => Ok(Operand::Literal(false.into())),
                    "null" => Ok(Operand::Literal(Json::Null)),
                    _ => {
                        self.at = begin;
                        Err(self.expected(expected))
                    }
                }
            }
            _ => Err(self.expected(expected)),
        }
    }

    fn number(&mut self) -> Parsed<Json> {
        let begin = self.at;
        self.takes("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        let mut is_right = digits == "0" || !(digits.is_empty() || digits.starts_with('0'));
        if self.takes(".") {
            is_right &= !self.take_while(|c| c.is_ascii_digit()).is_empty();
        }
        if self.takes("e") || self.takes("E") {
            let _ = self.takes("-") || self.takes("+");
            is_right &= !self.take_while(|c| c.is_ascii_digit()).is_empty();
        }
        let written = &self.text[begin..self.at];
        let number = written.parse::<i64>().ok().map(Number::from);
        match number.or_else(|| Number::from_f64(written.parse().ok()?)) {
            Some(number) if is_right => Ok(Json::Number(number)),
            _ => {
                self.at = begin;
                Err(self.expected("a number of JSON"))
            }
        }
    }

    fn function(&mut self, name: &str, begin: usize) -> Parsed<Comparable> {
        self.needs("(", "`(`")?;
        self.blank();
        let argument = self.at;
        let function = match name {
            "match" => return Err(Invalid::Function("match")),
            "search" => return Err(Invalid::Function("search")),
            "length" => {
                let operand = self.operand()?;
                Comparable::Length(Box::new(self.comparable(operand, argument)?))
            }
            "count" | "value" => {
                let Operand::Query(query) = self.operand()? else {
                    self.at = argument;
                    return Err(self.expected("a query"));
                };
                if name == "count" { Comparable::Count(query) } else { Comparable::Value(query) }
            }
            _ => {
                self.at = begin;
                return Err(self.expected("a function: `length`, `count` or `value`"));
            }
        };
        self.blank();
        self.needs(")", "`)`")?;
        Ok(function)
    }
}

fn joined(mut parts: Vec<Logical>, join: impl FnOnce(Vec<Logical>) -> Logical) -> Logical {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_query_is_refused_where_it_is_wrong() {
        for (text, character) in [
            ("", 1),
            (" $", 1),
            ("$ ", 2),
            ("@.a", 1),
            ("$.1", 3),
            ("$. a", 3),
            ("$..", 4),
            ("$.a-b", 4),
            ("$[]", 3),
            ("$[a]", 3),
            ("$[0 2]", 5),
            ("$[01]", 3),
            ("$[-0]", 3),
            ("$[9007199254740992]", 3),
            ("$['a]", 6),
            ("$['\\x']", 5),
            ("$['\\ud800']", 10),
            ("$[\"\\'\"]", 5),
            ("$[?]", 4),
            ("$[?1]", 5),
            ("$[?@.a==]", 9),
            ("$[?@.a===1]", 9),
            ("$[?@.*==1]", 4),
            ("$[?@..a==1]", 4),
            ("$[?!@.a==1]", 5),
            ("$[?(@.a]", 8),
            ("$[?@.a==01]", 9),
            ("$[?@.a==1.]", 9),
            ("$[?length(@.*)>1]", 11),
            ("$[?length(@.a)]", 15),
            ("$[?count(1)>1]", 10),
            ("$[?count (@.*)>1]", 4),
            ("$[?blt(@.a)]", 4),
            ("$[?@.a&@.b]", 7),
        ] {
            match Query::parse(text) {
                Err(Invalid::Syntax { character: found, expected }) => {
                    assert_eq!(found, character, "{text}: {expected}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn regular_expressions_are_refused_as_what_they_are() {
        assert_eq!(Query::parse("$[?match(@.a, 'a.*')]"), Err(Invalid::Function("match")));
        assert_eq!(Query::parse("$[?search(@.a, 'a')]"), Err(Invalid::Function("search")));
    }

    #[test]
    fn queries_are_bounded() {
        assert_eq!(Query::parse(&format!("$.{}", "a".repeat(LENGTH))), Err(Invalid::TooLong));
        for (open, close) in [("(", ")"), ("@[?", "]"), ("!(", ")")] {
            let text = format!("$[?{}@{}]", open.repeat(1000), close.repeat(1000));
            assert_eq!(Query::parse(&text), Err(Invalid::TooDeep), "{open}");
        }
        assert!(Query::parse(&format!("$[?{}@{}]", "(".repeat(DEPTH - 1), ")".repeat(DEPTH - 1))).is_ok());
    }
}
