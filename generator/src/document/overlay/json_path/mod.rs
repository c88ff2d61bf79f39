//! JSONPath (RFC 9535): queries.
//!
//! In: the text of a query. Out: its segments, or the reason why it is invalid (`parser`, `filter`). The functions `match`
//! and `search`, which take regular expressions, are not supported and have an error of their own. `select` evaluates a
//! query.

mod filter;
mod parser;
mod select;
#[cfg(test)]
mod tests;

use parser::{Parsed, Parser};
pub(super) use select::{Budget, Exhausted, Position, at, select, select_first};
use serde_json::Value as Json;

/// Bytes of a query.
const LENGTH: usize = 4096;

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
    Compare(Comparable, ComparisonOperator, Comparable),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ComparisonOperator {
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

/// Why a text is not a query.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Invalid {
    /// The expected text, and the number of the character, from 1.
    Syntax {
        expected: &'static str,
        character: usize,
    },
    /// A function of RFC 9535 that is not supported.
    Function(&'static str),
    TooLong,
    TooDeep,
}

impl Query {
    /// Reads a query that begins with `$`.
    pub(super) fn parse(text: &str) -> Parsed<Self> {
        if text.len() > LENGTH {
            return Err(Invalid::TooLong);
        }
        let mut parser = Parser::new(text);
        if !parser.takes("$") {
            return Err(parser.expected("`$`"));
        }
        let segments = parser.segments()?;
        if !parser.is_at_end() {
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
