//! Risk, idempotency, lookup and error-code metadata of an operation.
//!
//! In: the `x-` keys of an operation; in a third-party document, its method. Out: its risk and retry class, and problems of
//! metadata that contradict each other.

use std::collections::HashMap;

use super::Lowering;
use crate::diagnostic::Code;
use crate::document::openapi::{OpenApi, Operation};
use crate::document::pointer::PointerRef;
use crate::model::{Retry, Risk};
use crate::suggest::did_you_mean;

impl<'d> Lowering<'d> {
    pub(super) fn risk_and_retry(&mut self, operation: &Operation) -> (Risk, Retry) {
        if !self.policy.requires_metadata {
            // The method is the only known fact: a safe method is a read, any other method is never retried.
            return if operation.method.is_safe() { (Risk::Read, Retry::Safe) } else { (Risk::Write, Retry::Never) };
        }
        let at = self.document.at(operation.node);
        if operation.risk.is_none() {
            let help = "add `x-risk: read`, `write`, `destructive` or `physical`; spec/README.md defines the values";
            self.sink.report(Code::MissingKey, at, "this operation has no `x-risk`", help);
        }
        if operation.retry.is_none() {
            let help = "add `x-retry: safe`, `idempotent` or `never`; spec/README.md defines the values";
            self.sink.report(Code::MissingKey, at, "this operation has no `x-retry`", help);
        }
        let (Some(risk), Some(retry)) = (operation.risk, operation.retry) else {
            return (Risk::Physical, Retry::Never);
        };
        let mut contradiction = |message: &str, help: &str| {
            let (risk, retry) = (at.key("x-risk"), at.key("x-retry"));
            self.sink.report_with(Code::RiskRetry, retry.value(), message, help, (risk.value(), "the risk"));
        };
        if (risk == Risk::Read) != (retry == Retry::Safe) {
            contradiction(
                "risk and retry class contradict each other",
                "write `x-retry: safe` for every operation with `x-risk: read`, and for no other",
            );
        }
        if risk == Risk::Physical && retry != Retry::Never {
            contradiction("a physical operation must never be repeated", "write `x-retry: never`");
        }
        (risk, retry)
    }

    /// Reports lookups that do not exist, or are not reads: a lookup must have no side effects.
    pub(super) fn check_lookup(&mut self, operation: &'d Operation) {
        let at = self.document.at(operation.node);
        let list = at.key("x-lookup");
        let help = "name operations with `x-risk: read`, by their `operationId`";
        for (index, id) in operation.lookup.iter().enumerate() {
            let here = list.index(index);
            let Some(&known) = self.by_id.get(id.as_str()) else {
                let ids = self.api.operations().filter_map(|(_, operation)| operation.id.as_deref());
                let help = did_you_mean(id, ids, || help.to_owned());
                self.sink.report(Code::DanglingRef, here, format!("there is no operation `{id}`"), help);
                continue;
            };
            if known.risk != Some(Risk::Read) {
                let message = format!("`{id}` does not have `x-risk: read`, so it cannot be a lookup");
                let known = self.document.at(known.node);
                let risk = known.key("x-risk");
                self.sink.report_with(Code::RiskRetry, here, message, help, (risk.value(), "its risk"));
            }
        }
    }

    pub(super) fn check_codes(&mut self, operation: &Operation) {
        let at = self.document.at(operation.node);
        let list = at.key("x-error-codes");
        for (index, code) in operation.error_codes.iter().enumerate() {
            if self.known_codes.contains(code) {
                continue;
            }
            let message = format!("{code} is not in the table of error codes");
            let help = "add it to `x-error-codes` at the top level, or correct it";
            let table = (PointerRef::ROOT.key("x-error-codes"), "the table");
            if self.known_codes.is_empty() {
                self.sink.report(Code::UnknownErrorCode, list.index(index), message, help);
            } else {
                self.sink.report_with(Code::UnknownErrorCode, list.index(index), message, help, table);
            }
        }
    }
}

/// Operations by their ids. If two operations have the same id, the first one is in the map.
pub(super) fn by_id(api: &OpenApi) -> HashMap<&str, &Operation> {
    let mut found = HashMap::new();
    for (_, operation) in api.operations() {
        if let Some(id) = &operation.id {
            found.entry(id.as_str()).or_insert(operation);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_problems, model, operation};
    use crate::model::{Retry, Risk};

    #[test]
    fn the_method_of_a_third_party_operation_determines_risk_and_retry_class() {
        for (method, expected) in [
            ("get", (Risk::Read, Retry::Safe)),
            ("head", (Risk::Read, Retry::Safe)),
            ("put", (Risk::Write, Retry::Never)),
            ("post", (Risk::Write, Retry::Never)),
            ("delete", (Risk::Write, Retry::Never)),
        ] {
            let keys = "x-risk: physical, x-retry: idempotent, responses: {'204': {description: ''}}";
            let api = model(&format!("paths:\n  /a: {{{method}: {{{keys}}}}}"));
            let found = operation(&api);
            assert_eq!((found.risk, found.retry), expected, "{method}");
        }
    }

    /// The metadata problems of a FlightHub 2 operation. The operation has no response; that problem is removed.
    fn found(keys: &str) -> Vec<String> {
        let paths = format!("paths: {{/a: {{get: {{operationId: a, tags: [T], {keys}, responses: {{}}}}}}}}");
        let text = format!(
            "{paths}\ntags: [{{name: T, x-client-name: t}}]\n\
             x-error-codes: [{{code: 1, name: One, group: g, outcome: refused, meaning: M.}}]"
        );
        let mut problems = flighthub_problems(&text);
        problems.retain(|problem| !problem.ends_with("there is no successful response"));
        problems.iter().map(|problem| problem.trim_start_matches("/paths/~1a/get").to_owned()).collect()
    }

    #[test]
    fn risk_and_retry_class_agree() {
        let contradiction = "/x-retry: risk and retry class contradict each other";
        let physical = "/x-retry: a physical operation must never be repeated";
        let none: &[&str] = &[];
        for (risk, retry, expected) in [
            ("read", "safe", none),
            ("write", "idempotent", none),
            ("destructive", "never", none),
            ("physical", "never", none),
            ("read", "never", &[contradiction]),
            ("write", "safe", &[contradiction]),
            ("physical", "idempotent", &[physical]),
            ("physical", "safe", &[contradiction, physical]),
        ] {
            assert_eq!(found(&format!("x-risk: {risk}, x-retry: {retry}")), expected, "{risk} {retry}");
        }
        assert_eq!(found("x-retry: never"), [": this operation has no `x-risk`"]);
        assert_eq!(found("x-risk: write"), [": this operation has no `x-retry`"]);
    }

    #[test]
    fn lookups_and_codes_exist() {
        let write = "x-risk: write, x-retry: never";
        let none: &[&str] = &[];
        for (keys, expected) in [
            ("x-error-codes: [1]", none),
            ("x-error-codes: [1, 2]", &["/x-error-codes/1: 2 is not in the table of error codes"]),
            ("x-lookup: [b]", &["/x-lookup/0: there is no operation `b`"]),
            ("x-lookup: [a]", &["/x-lookup/0: `a` does not have `x-risk: read`, so it cannot be a lookup"]),
        ] {
            assert_eq!(found(&format!("{write}, {keys}")), expected, "{keys}");
        }
        assert_eq!(found("x-risk: read, x-retry: safe, x-lookup: [a]"), none);
    }
}
