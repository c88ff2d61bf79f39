//! The nodes that a query selects.
//!
//! In: a query and a tree. Out: the positions of the selected nodes, in the order of RFC 9535, with its duplicates. The time
//! of a query can grow with a power of the size of the document, so all queries of a run share a budget.

use std::cmp::Ordering;

use serde_json::{Number, Value as Json};

use super::{Comparable, ComparisonOperator, Logical, Query, Segment, Selector};
use crate::document::limits;
use crate::document::node::{Node, Scalar, ScalarType, Value};

/// The path of a node from the root: its index, and that of each container, among the members or items of its parent.
pub(crate) type Position = Vec<usize>;

/// The maximum number of nodes that a part of a query selects. A node that is selected twice counts twice.
const SELECTED: usize = 2 * limits::NODES;

/// The budget is spent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// The number of nodes that queries may still visit.
#[derive(Debug)]
pub(crate) struct Budget(pub(crate) usize);

impl Budget {
    pub(crate) fn spend(&mut self, amount: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(amount).ok_or(Exhausted)?;
        Ok(())
    }
}

/// The positions of the nodes that a query selects.
pub(crate) fn select(query: &Query, root: &Node<'_>, budget: &mut Budget) -> Result<Vec<Position>, Exhausted> {
    select_first(query, query.segments.len(), root, budget)
}

/// The positions of the nodes that the first segments of a query select.
pub(crate) fn select_first(
    query: &Query,
    segments: usize,
    root: &Node<'_>,
    budget: &mut Budget,
) -> Result<Vec<Position>, Exhausted> {
    let mut evaluation = Evaluation { root, budget, steps: Vec::new() };
    let segments = query.segments.get(..segments).unwrap_or_default();
    let selected = evaluation.nodes(segments, Item { node: root, step: Some(None) })?;
    Ok(selected.into_iter().map(|item| evaluation.position(item)).collect())
}

/// A selected node. Its last step is recorded if its position is needed.
#[derive(Clone, Copy)]
struct Item<'n> {
    node: &'n Node<'n>,
    step: Option<Option<usize>>,
}

struct Evaluation<'n, 'b> {
    root: &'n Node<'n>,
    budget: &'b mut Budget,
    /// For each step the preceding step, and the index of the child that it selects.
    steps: Vec<(Option<usize>, usize)>,
}

/// The value of an operand.
enum Operand<'n> {
    Nothing,
    Literal(&'n Json),
    Number(Number),
    Node(&'n Node<'n>),
}

/// A value that is compared as a whole.
#[derive(PartialEq)]
enum Plain<'n> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(&'n str),
}

impl<'n> Evaluation<'n, '_> {
    fn position(&self, item: Item<'_>) -> Position {
        let mut position = Vec::new();
        let mut step = item.step.flatten();
        while let Some((before, index)) = step.and_then(|step| self.steps.get(step)) {
            position.push(*index);
            step = *before;
        }
        position.reverse();
        position
    }

    fn nodes(&mut self, segments: &'n [Segment], start: Item<'n>) -> Result<Vec<Item<'n>>, Exhausted> {
        let mut items = vec![start];
        for segment in segments {
            let mut selected = Vec::new();
            for item in items {
                self.segment(segment, item, &mut selected)?;
            }
            items = selected;
        }
        Ok(items)
    }

    fn segment(&mut self, segment: &'n Segment, item: Item<'n>, selected: &mut Vec<Item<'n>>) -> Result<(), Exhausted> {
        self.budget.spend(1)?;
        if selected.len().max(self.steps.len()) > SELECTED {
            return Err(Exhausted);
        }
        for selector in &segment.selectors {
            self.selector(selector, item, selected)?;
        }
        if segment.descends {
            for index in 0..children(item.node) {
                if let Some(child) = self.child(item, index) {
                    self.segment(segment, child, selected)?;
                }
            }
        }
        Ok(())
    }

    fn child(&mut self, item: Item<'n>, index: usize) -> Option<Item<'n>> {
        let node = child(item.node, index)?;
        let step = item.step.map(|before| {
            self.steps.push((before, index));
            Some(self.steps.len() - 1)
        });
        Some(Item { node, step })
    }

    fn selector(
        &mut self,
        selector: &'n Selector,
        item: Item<'n>,
        selected: &mut Vec<Item<'n>>,
    ) -> Result<(), Exhausted> {
        let count = children(item.node);
        match (selector, &item.node.value) {
            (Selector::Name(name), Value::Mapping(entries)) => {
                self.budget.spend(entries.len() / 8)?;
                if let Some(index) = entries.iter().position(|entry| entry.key == *name) {
                    selected.extend(self.child(item, index));
                }
            }
            (Selector::Index(index), Value::Sequence(_)) => {
                if let Some(index) = from_end(*index, count) {
                    selected.extend(self.child(item, index));
                }
            }
            (Selector::Slice { start, end, step }, Value::Sequence(_)) => {
                for index in slice(*start, *end, *step, count) {
                    self.budget.spend(1)?;
                    selected.extend(self.child(item, index));
                }
            }
            (Selector::Wildcard, _) => {
                self.budget.spend(count)?;
                for index in 0..count {
                    selected.extend(self.child(item, index));
                }
            }
            (Selector::Filter(filter), _) => {
                for index in 0..count {
                    self.budget.spend(1)?;
                    let Some(child) = self.child(Item { step: None, ..item }, index) else { continue };
                    if self.holds(filter, child.node)? {
                        selected.extend(self.child(item, index));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn holds(&mut self, logical: &'n Logical, current: &'n Node<'n>) -> Result<bool, Exhausted> {
        self.budget.spend(1)?;
        Ok(match logical {
            Logical::Or(parts) => {
                for part in parts {
                    if self.holds(part, current)? {
                        return Ok(true);
                    }
                }
                false
            }
            Logical::And(parts) => {
                for part in parts {
                    if !self.holds(part, current)? {
                        return Ok(false);
                    }
                }
                true
            }
            Logical::Not(inner) => !self.holds(inner, current)?,
            Logical::Exists(query) => !self.query(query, current)?.is_empty(),
            Logical::Compare(left, comparison, right) => {
                let (left, right) = (self.operand(left, current)?, self.operand(right, current)?);
                match comparison {
                    ComparisonOperator::Equal => self.are_equal(&left, &right)?,
                    ComparisonOperator::NotEqual => !self.are_equal(&left, &right)?,
                    ComparisonOperator::Less => is_less(&left, &right),
                    ComparisonOperator::Greater => is_less(&right, &left),
                    ComparisonOperator::LessOrEqual => is_less(&left, &right) || self.are_equal(&left, &right)?,
                    ComparisonOperator::GreaterOrEqual => is_less(&right, &left) || self.are_equal(&left, &right)?,
                }
            }
        })
    }

    fn query(&mut self, query: &'n Query, current: &'n Node<'n>) -> Result<Vec<Item<'n>>, Exhausted> {
        let node = if query.is_absolute { self.root } else { current };
        self.nodes(&query.segments, Item { node, step: None })
    }

    fn operand(&mut self, comparable: &'n Comparable, current: &'n Node<'n>) -> Result<Operand<'n>, Exhausted> {
        Ok(match comparable {
            Comparable::Literal(literal) => Operand::Literal(literal),
            Comparable::Count(query) => Operand::Number(self.query(query, current)?.len().into()),
            Comparable::Singular(query) | Comparable::Value(query) => match self.query(query, current)?.as_slice() {
                [only] => Operand::Node(only.node),
                _ => Operand::Nothing,
            },
            Comparable::Length(inner) => {
                let inner = self.operand(inner, current)?;
                let length = match (plain(&inner), &inner) {
                    (Some(Plain::Text(text)), _) => {
                        self.budget.spend(text.len() / 64)?;
                        Some(text.chars().count())
                    }
                    (None, Operand::Node(node)) => Some(children(node)),
                    _ => None,
                };
                length.map_or(Operand::Nothing, |length| Operand::Number(length.into()))
            }
        })
    }

    fn are_equal(&mut self, left: &Operand<'n>, right: &Operand<'n>) -> Result<bool, Exhausted> {
        Ok(match (left, right) {
            (Operand::Nothing, Operand::Nothing) => true,
            (Operand::Node(left), Operand::Node(right)) => self.are_same(left, right)?,
            _ => match (plain(left), plain(right)) {
                (Some(left), Some(right)) => are_same_plain(&left, &right),
                _ => false,
            },
        })
    }

    /// Whether two nodes have the same value. The order of members does not count.
    fn are_same(&mut self, left: &Node<'_>, right: &Node<'_>) -> Result<bool, Exhausted> {
        self.budget.spend(1)?;
        match (&left.value, &right.value) {
            (Value::Scalar(left), Value::Scalar(right)) => Ok(are_same_plain(&of_scalar(left), &of_scalar(right))),
            (Value::Sequence(left), Value::Sequence(right)) if left.len() == right.len() => {
                for (left, right) in left.iter().zip(right) {
                    if !self.are_same(left, right)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Value::Mapping(left), Value::Mapping(members)) if left.len() == members.len() => {
                for entry in left {
                    self.budget.spend(members.len() / 8)?;
                    let Some(other) = right.get(&entry.key) else { return Ok(false) };
                    if !self.are_same(&entry.node, other)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// The child with an index among the members or items of a node.
fn child<'n, 'a>(node: &'n Node<'a>, index: usize) -> Option<&'n Node<'a>> {
    match &node.value {
        Value::Mapping(entries) => entries.get(index).map(|entry| &entry.node),
        Value::Sequence(items) => items.get(index),
        Value::Scalar(_) => None,
    }
}

/// The node at a position.
pub(crate) fn at<'n, 'a>(root: &'n Node<'a>, position: &[usize]) -> Option<&'n Node<'a>> {
    position.iter().try_fold(root, |node, index| child(node, *index))
}

fn children(node: &Node<'_>) -> usize {
    match &node.value {
        Value::Mapping(entries) => entries.len(),
        Value::Sequence(items) => items.len(),
        Value::Scalar(_) => 0,
    }
}

/// An index that may be counted from the end.
fn from_end(index: i64, count: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add(i64::try_from(count).ok()?)? } else { index };
    usize::try_from(index).ok().filter(|index| *index < count)
}

/// The indices of a slice, by RFC 9535, section 2.3.4.2.2.
fn slice(start: Option<i64>, end: Option<i64>, step: i64, count: usize) -> Vec<usize> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let normal = |index: i64| if index < 0 { index + count } else { index };
    let (mut index, end) = if step > 0 {
        (normal(start.unwrap_or(0)).clamp(0, count), normal(end.unwrap_or(count)).clamp(0, count))
    } else {
        let end = end.map_or(-1, |end| normal(end).clamp(-1, count - 1));
        (normal(start.unwrap_or(count - 1)).clamp(-1, count - 1), end)
    };
    let mut indices = Vec::new();
    while (step > 0 && index < end) || (step < 0 && index > end) {
        indices.extend(usize::try_from(index));
        index += step;
    }
    indices
}

fn plain<'o>(operand: &'o Operand<'_>) -> Option<Plain<'o>> {
    match operand {
        Operand::Number(number) => Some(Plain::Number(number.clone())),
        Operand::Literal(Json::Null) => Some(Plain::Null),
        Operand::Literal(Json::Bool(value)) => Some(Plain::Boolean(*value)),
        Operand::Literal(Json::Number(number)) => Some(Plain::Number(number.clone())),
        Operand::Literal(Json::String(text)) => Some(Plain::Text(text)),
        Operand::Node(Node { value: Value::Scalar(scalar), .. }) => Some(of_scalar(scalar)),
        _ => None,
    }
}

fn of_scalar<'s>(scalar: &'s Scalar<'_>) -> Plain<'s> {
    if scalar.scalar_type() == ScalarType::String {
        return Plain::Text(&scalar.text);
    }
    match scalar.json() {
        Json::Bool(value) => Plain::Boolean(value),
        Json::Number(number) => Plain::Number(number),
        _ => Plain::Null,
    }
}

fn are_same_plain(left: &Plain<'_>, right: &Plain<'_>) -> bool {
    match (left, right) {
        (Plain::Number(left), Plain::Number(right)) => order(left, right) == Some(Ordering::Equal),
        _ => left == right,
    }
}

fn is_less(left: &Operand<'_>, right: &Operand<'_>) -> bool {
    match (plain(left), plain(right)) {
        (Some(Plain::Number(left)), Some(Plain::Number(right))) => order(&left, &right) == Some(Ordering::Less),
        (Some(Plain::Text(left)), Some(Plain::Text(right))) => left < right,
        _ => false,
    }
}

/// The order of two numbers: of integers exactly.
fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}
