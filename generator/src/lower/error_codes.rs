//! The table of error codes.
//!
//! In: `x-error-codes` of the document. Out: the error codes, each with a unique number and a unique constant.

use super::Lowering;
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::model::ErrorCode;
use crate::names::{Case, UniqueNames};

impl Lowering<'_> {
    pub(super) fn error_codes(&mut self) -> Vec<ErrorCode> {
        let mut unique = UniqueNames::with_reserved(["Unknown"]);
        let mut codes: Vec<ErrorCode> = Vec::new();
        for entry in &self.api.error_codes {
            let at = self.document.at(entry.node);
            if let Some(first) = codes.iter().find(|known| known.code == entry.code) {
                let message = format!("code {} is listed twice", entry.code);
                self.report_conflict(at.key("code"), message, "remove one of them", Some(&first.pointer));
            }
            let variant = unique.issue(&entry.name, Case::Camel);
            if variant != entry.name {
                let message = format!("`{}` is not a valid variant name, or is already in use", entry.name);
                let first = codes.iter().find(|known| known.name == entry.name).map(|known| known.pointer.as_str());
                self.report_conflict(at.key("name"), message, format!("rename it, for example to `{variant}`"), first);
            }
            codes.push(ErrorCode {
                pointer: at.pointer(),
                code: entry.code,
                name: entry.name.clone(),
                variant,
                group: entry.group.clone(),
                outcome: entry.outcome,
                meaning: entry.meaning.clone(),
                source: entry.source.clone(),
            });
        }
        codes
    }

    /// Reports a value that is invalid or already in use, with a note on the entry of the list that uses it, if there
    /// is one.
    pub(super) fn report_conflict(
        &mut self,
        at: PointerRef<'_>,
        message: String,
        help: impl Into<String>,
        first: Option<&str>,
    ) {
        match (first, at) {
            (Some(first), PointerRef::Key(_, key)) => {
                let first = PointerRef::Base(first);
                let written = first.key(key);
                let first = (written.value(), "first here");
                self.sink.report_with(Code::DuplicateName, at.value(), message, help, first);
            }
            _ => self.sink.report(Code::DuplicateName, at.value(), message, help),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, flighthub_problems, model};
    use crate::model::Outcome;

    fn table(entries: &[(i64, &str, &str)]) -> String {
        let entries = entries.iter().map(|(code, name, outcome)| {
            format!("{{code: {code}, name: {name}, group: general, outcome: {outcome}, meaning: M.}}")
        });
        format!("x-error-codes: [{}]", entries.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn an_entry_of_the_table_is_a_code_with_its_outcome() {
        let written = table(&[(1, "One", "refused"), (-2, "Two", "throttled"), (3, "Three", "unknown")]);
        let codes = flighthub_model(&written).error_codes;
        let found: Vec<_> = codes.iter().map(|code| (code.code, code.variant.as_str(), code.outcome)).collect();
        let expected = [(1, "One", Outcome::Refused), (-2, "Two", Outcome::Throttled), (3, "Three", Outcome::Unknown)];
        assert_eq!(found, expected);
        assert!(model(&written).error_codes.is_empty());
    }

    #[test]
    fn a_number_and_a_name_are_used_once() {
        for (entries, expected) in [
            ([(1, "One", "refused"), (1, "Two", "refused")], "/x-error-codes/1/code: code 1 is listed twice"),
            (
                [(1, "One", "refused"), (2, "One", "refused")],
                "/x-error-codes/1/name: `One` is not a valid variant name, or is already in use",
            ),
            (
                [(1, "One", "refused"), (2, "Unknown", "refused")],
                "/x-error-codes/1/name: `Unknown` is not a valid variant name, or is already in use",
            ),
        ] {
            assert_eq!(flighthub_problems(&table(&entries)), [expected], "{entries:?}");
        }
    }
}
