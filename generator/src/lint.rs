//! The rules that a specification maintained by hand should keep, beyond being valid.
//!
//! In: a document whose shape is right. Out: warnings, without those that the document switches off where they do not
//! hold. A rule is a function over [`Ground`]; each file below has one subject. The rules read what is written, and know
//! nothing of what is made of it.

mod documentation;
mod effort;
mod examples;
mod facts;
mod ground;
mod names;
mod safety;
mod schemas;
mod switches;
mod texts;

use ground::Ground;

use crate::diagnostic::Diagnostic;
use crate::document::{Document, Sink};

type Rule = fn(&Ground<'_>, &mut Sink<'_>);

/// What every document should keep.
const RULES: &[Rule] = &[
    documentation::missing_descriptions,
    examples::missing,
    examples::misfits,
    texts::empty,
    names::inconsistent,
    schemas::unused,
    schemas::same,
];

/// What our own specification should keep: these rules are about its `x-` keys, or about what DJI's pages are like.
const OUR_RULES: &[Rule] = &[
    documentation::missing_external_docs,
    documentation::missing_enum_descriptions,
    examples::missing_of_identifiers,
    facts::missing_sources,
    facts::missing_units,
    facts::missing_limits,
    names::plain_identifiers,
    safety::project_headers,
    safety::missing_warnings,
    texts::chinese,
];

/// Checks the rules of a dialect.
pub(crate) fn check(document: &Document<'_>) -> Vec<Diagnostic> {
    let ground = Ground::new(document);
    let mut sink = Sink::new(document);
    let ours = if document.policy.reads_extensions { OUR_RULES } else { &[] };
    for rule in RULES.iter().chain(ours) {
        rule(&ground, &mut sink);
    }
    switches::apply(&ground, sink.problems)
}
