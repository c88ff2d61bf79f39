//! `x-lint-allow`: rules that do not hold in one place, with the reason.
//!
//! A suppression applies to the object that it is written in and to everything in that. The innermost one applies, and one
//! that suppresses nothing is a problem itself: the reason it gives is not true, or not true any more.

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Node;
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::SWITCHES;

struct Suppression<'c> {
    scope: &'c str,
    code: Code,
    is_used: bool,
}

/// Drops the problems that are suppressed, and adds the suppressions that suppress none.
pub(super) fn apply(context: &Context<'_>, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut suppressions = if context.document.policy.reads_extensions { written(context) } else { Vec::new() };
    let mut kept: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        let covers = |suppression: &&mut Suppression<'_>| {
            let inside = problem.location.pointer.strip_prefix(suppression.scope);
            suppression.code == problem.code && inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match suppressions.iter_mut().filter(covers).max_by_key(|suppression| suppression.scope.len()) {
            Some(suppression) => suppression.is_used = true,
            None => kept.push(problem),
        }
    }
    for suppression in suppressions.iter().filter(|suppression| !suppression.is_used) {
        let scope = PointerRef::Base(suppression.scope);
        let place = context.document.locate(scope.key(SWITCHES).key(suppression.code.as_str()));
        let message = format!("nothing here breaks the rule `{}`", suppression.code);
        kept.push(Diagnostic::new(Code::UnusedAllow, place, message, "remove the switch"));
    }
    kept
}

fn written<'c>(context: &'c Context<'_>) -> Vec<Suppression<'c>> {
    let mut suppressions = Vec::new();
    for element in context.index.iter().filter(|element| !element.is_reference) {
        for entry in element.node.get(SWITCHES).map(Node::mapping).unwrap_or_default() {
            if let Ok(code) = entry.key.parse() {
                suppressions.push(Suppression { scope: &element.pointer, code, is_used: false });
            }
        }
    }
    suppressions
}
