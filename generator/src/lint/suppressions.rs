//! `x-lint-allow`: rules that are suppressed in one place, with the reason.
//!
//! In: the problems that the rules have found. Out: the problems without the suppressed ones, and with a problem for each
//! unused suppression.
//!
//! A suppression applies to its object and everything inside. The innermost one applies. An unused suppression is
//! reported, because its reason does not apply, or no longer applies.

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Node;
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::LINT_ALLOW;

struct Suppression<'c> {
    scope: &'c str,
    code: Code,
    is_used: bool,
}

/// Removes suppressed problems, and reports unused suppressions.
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
        let place = context.document.locate(scope.key(LINT_ALLOW).key(suppression.code.as_str()));
        let message = format!("the rule `{}` is not violated here", suppression.code);
        kept.push(Diagnostic::new(Code::UnusedAllow, place, message, "remove the suppression"));
    }
    kept
}

fn written<'c>(context: &'c Context<'_>) -> Vec<Suppression<'c>> {
    let mut suppressions = Vec::new();
    for element in context.index.iter().filter(|element| !element.is_reference) {
        for entry in element.node.get(LINT_ALLOW).map(Node::mapping).unwrap_or_default() {
            if let Ok(code) = entry.key.parse() {
                suppressions.push(Suppression { scope: &element.pointer, code, is_used: false });
            }
        }
    }
    suppressions
}
