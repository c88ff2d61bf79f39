//! What an operation says of its harm: how dangerous it is, whether it may be sent twice, where to look when its answer is
//! lost, and with which codes it fails.

use std::collections::HashMap;

use openapiv3::Operation;
use serde_json::Value;

use super::Lowering;
use crate::Dialect;
use crate::diagnostic::Code;
use crate::document::Document;
use crate::document::pointer::PointerRef;
use crate::model::{Retry, Risk};
use crate::spelling::did_you_mean;

impl<'d> Lowering<'d> {
    pub(super) fn risk_and_retry(
        &mut self,
        operation: &Operation,
        http_method: &str,
        at: PointerRef<'_>,
    ) -> (Risk, Retry) {
        if self.dialect == Dialect::Foreign {
            // Only what every HTTP method promises.
            return if matches!(http_method, "GET" | "HEAD" | "OPTIONS" | "TRACE") {
                (Risk::Read, Retry::Safe)
            } else {
                (Risk::Write, Retry::Never)
            };
        }
        let word = |key: &str| operation.extensions.get(key).and_then(Value::as_str);
        let risk = match word("x-risk") {
            Some("read") => Some(Risk::Read),
            Some("write") => Some(Risk::Write),
            Some("destructive") => Some(Risk::Destructive),
            Some("physical") => Some(Risk::Physical),
            _ => None,
        };
        let retry = match word("x-retry") {
            Some("safe") => Some(Retry::Safe),
            Some("idempotent") => Some(Retry::Idempotent),
            Some("never") => Some(Retry::Never),
            _ => None,
        };
        if risk.is_none() {
            let help = "add `x-risk: read`, `write`, `destructive` or `physical`; spec/README.md says which";
            self.found.report(Code::MissingKey, at, "this operation has no `x-risk`", help);
        }
        if retry.is_none() {
            let help = "add `x-retry: safe`, `idempotent` or `never`; spec/README.md says which";
            self.found.report(Code::MissingKey, at, "this operation has no `x-retry`", help);
        }
        let (Some(risk), Some(retry)) = (risk, retry) else { return (Risk::Physical, Retry::Never) };
        if (risk == Risk::Read) != (retry == Retry::Safe) {
            let help =
                "`x-risk: read` and `x-retry: safe` go together: only what changes nothing may be repeated at will";
            let message = "risk and retry class contradict each other";
            let risk = at.key("x-risk");
            self.found.report_with(
                Code::RiskRetry,
                at.key("x-retry").value(),
                message,
                help,
                (risk.value(), "the risk"),
            );
        }
        if risk == Risk::Physical && retry != Retry::Never {
            let help = "write `x-retry: never`";
            let message = "a physical operation must never be repeated";
            let risk = at.key("x-risk");
            self.found.report_with(
                Code::RiskRetry,
                at.key("x-retry").value(),
                message,
                help,
                (risk.value(), "the risk"),
            );
        }
        (risk, retry)
    }

    /// Looking up must do no harm, so it is a read.
    pub(super) fn check_lookup(&mut self, ids: &[String], at: PointerRef<'_>) {
        let list = at.key("x-lookup");
        let paths = PointerRef::ROOT.key("paths");
        let help = "name operations with `x-risk: read`, by their `operationId`";
        for (index, id) in ids.iter().enumerate() {
            let here = list.index(index);
            let Some(&(path, method, operation)) = self.by_id.get(id.as_str()) else {
                let known = written_operations(self.document).map(|(id, _)| id);
                let help = did_you_mean(id, known, || help.to_owned());
                self.found.report(Code::DanglingRef, here, format!("there is no operation `{id}`"), help);
                continue;
            };
            if operation.extensions.get("x-risk").and_then(Value::as_str) != Some("read") {
                let message = format!("`{id}` is not a read, and cannot be used to look something up");
                let risk = paths.key(path).key(method).key("x-risk").pointer();
                self.found.report_with(
                    Code::RiskRetry,
                    here,
                    message,
                    help,
                    (PointerRef::Base(&risk).value(), "its risk"),
                );
            }
        }
    }

    pub(super) fn check_codes(&mut self, codes: &[i64], at: PointerRef<'_>) {
        let list = at.key("x-error-codes");
        for (index, code) in codes.iter().enumerate() {
            if !self.error_codes.contains(code) {
                let message = format!("{code} is not in the table of error codes");
                let help = "add it to `x-error-codes` at the top level, or correct it";
                let table = (PointerRef::ROOT.key("x-error-codes"), "the table");
                if self.error_codes.is_empty() {
                    self.found.report(Code::UnknownErrorCode, list.index(index), message, help);
                } else {
                    self.found.report_with(Code::UnknownErrorCode, list.index(index), message, help, table);
                }
            }
        }
    }
}

/// The path, the method and the operation.
pub(super) type Place<'d> = (&'d str, &'d str, &'d Operation);

/// Operations by their ids; of two with one id the first.
pub(super) fn by_id<'d>(document: &'d Document<'_>) -> HashMap<&'d str, Place<'d>> {
    let mut found = HashMap::new();
    for (id, place) in written_operations(document) {
        found.entry(id).or_insert(place);
    }
    found
}

fn written_operations<'d>(document: &'d Document<'_>) -> impl Iterator<Item = (&'d str, Place<'d>)> {
    let items = document.api.paths.paths.iter().filter_map(|(path, item)| Some((path.as_str(), item.as_item()?)));
    let places = items.flat_map(|(path, item)| item.iter().map(move |(method, operation)| (path, method, operation)));
    places.filter_map(|place| Some((place.2.operation_id.as_deref()?, place)))
}
