//! `x-lint-allow`: rules that do not hold in one place, with the reason.
//!
//! A switch counts for the object that it stands in and for everything in that. The innermost one counts, and one that
//! switches nothing off is a problem itself: the reason it gives is not true, or not true any more.

use super::ground::{Ground, keys};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::SWITCHES;

struct Switch<'g> {
    scope: &'g str,
    code: Code,
    used: bool,
}

/// Drops what is switched off, and adds the switches that are of no use.
pub(super) fn apply(ground: &Ground<'_>, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut switches = if ground.document.policy.reads_extensions { written(ground) } else { Vec::new() };
    let mut kept: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        let covers = |switch: &&mut Switch<'_>| {
            let inside = problem.place.pointer.strip_prefix(switch.scope);
            switch.code == problem.code && inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match switches.iter_mut().filter(covers).max_by_key(|switch| switch.scope.len()) {
            Some(switch) => switch.used = true,
            None => kept.push(problem),
        }
    }
    for switch in switches.iter().filter(|switch| !switch.used) {
        let scope = PointerRef::Base(switch.scope);
        let place = ground.document.place(scope.key(SWITCHES).key(switch.code.as_str()));
        let message = format!("nothing here breaks the rule `{}`", switch.code);
        kept.push(Diagnostic::new(Code::UnusedAllow, place, message, "remove the switch"));
    }
    kept
}

fn written<'g>(ground: &'g Ground<'_>) -> Vec<Switch<'g>> {
    let mut switches = Vec::new();
    for element in ground.elements.iter().filter(|element| element.target.is_none()) {
        for code in keys(element.node, SWITCHES).filter_map(|code| code.parse().ok()) {
            switches.push(Switch { scope: &element.pointer, code, used: false });
        }
    }
    switches
}
