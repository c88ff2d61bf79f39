//! The syntax of filters: comparisons, tests, functions and logical operators.
//!
//! In: the text after `?`. Out: a logical expression. `parser` has the tokens and the queries in operands.

use serde_json::{Number, Value as Json};

use super::parser::{Parsed, Parser};
use super::{Comparable, ComparisonOperator, Invalid, Logical, Query};

/// An operand before its use is known: in a comparison, as a test, or as an argument of a function.
enum Operand {
    Literal(Json),
    Query(Query),
    /// A function that returns a value.
    Function(Comparable),
}

impl<'t> Parser<'t> {
    pub(super) fn logical(&mut self) -> Parsed<Logical> {
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

    fn comparison(&mut self) -> Option<ComparisonOperator> {
        let all = [
            ("==", ComparisonOperator::Equal),
            ("!=", ComparisonOperator::NotEqual),
            ("<=", ComparisonOperator::LessOrEqual),
            (">=", ComparisonOperator::GreaterOrEqual),
            ("<", ComparisonOperator::Less),
            (">", ComparisonOperator::Greater),
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
