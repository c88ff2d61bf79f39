//! The rules for a hand-maintained specification, beyond validity.
//!
//! In: a valid document. Out: warnings, without those that the document suppresses. A rule is a function of
//! [`Context`]; each submodule contains the rules for one subject. The rules depend on the document only, not on the
//! generated code.

mod context;
mod cost;
mod documentation;
mod examples;
mod names;
mod parts;
mod prose;
mod safety;
mod schemas;
mod suppressions;
mod units;

use context::Context;

use crate::diagnostic::Diagnostic;
use crate::document::{Document, Sink};

type Rule = fn(&Context<'_>, &mut Sink<'_>);

/// The rules for every document.
const RULES: &[Rule] = &[
    documentation::missing_descriptions,
    examples::missing,
    examples::misfits,
    prose::empty,
    names::inconsistent,
    schemas::unused,
    schemas::same,
];

/// The rules for the FlightHub 2 specification: they check its `x-` keys, or typical errors of DJI's pages.
const FLIGHTHUB_RULES: &[Rule] = &[
    documentation::missing_external_docs,
    documentation::missing_enum_descriptions,
    examples::missing_of_identifiers,
    units::missing_sources,
    units::missing_units,
    units::missing_limits,
    names::plain_identifiers,
    safety::project_headers,
    safety::missing_warnings,
    prose::chinese,
];

/// Checks the rules of a dialect.
pub(crate) fn check(document: &Document<'_>) -> Vec<Diagnostic> {
    let context = Context::new(document);
    let mut sink = Sink::new(document);
    let additional = if document.policy.reads_extensions { FLIGHTHUB_RULES } else { &[] };
    for rule in RULES.iter().chain(additional) {
        rule(&context, &mut sink);
    }
    suppressions::apply(&context, sink.problems)
}
