//! Path templates and their parameters.
//!
//! In: a path and the parameters of one of its operations. Out: a problem for each `{name}` without a parameter, and for
//! each path parameter without a `{name}`.

use super::Lowering;
use super::parameters::{ParameterDraft, Parameters};
use crate::diagnostic::Code;
use crate::document::openapi::{Operation, PathItem};
use crate::document::pointer::PointerRef;
use crate::model::Location;
use crate::suggest::did_you_mean;

impl<'d> Lowering<'d> {
    /// Checks that every `{name}` of a path has a parameter, and every path parameter has a `{name}`.
    pub(super) fn check_path(&mut self, item: &'d PathItem, operation: &'d Operation, parameters: &mut Parameters<'_>) {
        let path_at = self.document.at(item.node);
        let mut named: Vec<&str> = Vec::new();
        for part in item.path.split('{').skip(1) {
            match part.split_once('}') {
                Some((name, _)) if !name.is_empty() && !named.contains(&name) => named.push(name),
                // A repeated name is allowed here: the client replaces each occurrence.
                Some((name, _)) if !name.is_empty() && self.policy.tolerates_mistakes => {}
                Some((name, _)) => {
                    let message = format!("`{{{name}}}` is empty, or occurs twice in the path");
                    self.sink.report(Code::PathParameter, path_at, message, "give each path parameter its own name");
                }
                None => self.sink.report(Code::PathParameter, path_at, "the path has `{` without `}`", "add the `}`"),
            }
        }
        let described = || parameters.drafts.iter().filter(|parameter| parameter.location == Location::Path);
        for name in &named {
            if !described().any(|parameter| parameter.written.name == *name) {
                let message = format!("the path has `{{{name}}}`, and this operation has no such parameter");
                let unused =
                    described().map(|parameter| parameter.written.name.as_str()).filter(|name| !named.contains(name));
                let help = did_you_mean(name, unused, || {
                    format!("add a parameter `{name}` with `in: path` and `required: true`")
                });
                let operation_at = self.document.at(operation.node);
                self.sink.report_with(Code::PathParameter, operation_at, message, help, (path_at, "the path"));
            }
        }
        for parameter in described().filter(|parameter| !named.contains(&parameter.written.name.as_str())) {
            let name = &parameter.written.name;
            let message = format!("the path has no `{{{name}}}` for this parameter");
            let help =
                did_you_mean(name, named.iter().copied(), || "correct the path, or remove the parameter".to_owned());
            let here = PointerRef::Base(&parameter.named_at);
            if self.policy.tolerates_mistakes {
                self.sink.report_recoverable(Code::PathParameter, here.value(), message, help, "it is ignored");
            } else {
                self.sink.report_with(Code::PathParameter, here.value(), message, help, (path_at, "the path"));
            }
        }
        if self.policy.tolerates_mistakes {
            let is_sent = |parameter: &ParameterDraft<'_>| {
                parameter.location != Location::Path || named.contains(&parameter.written.name.as_str())
            };
            parameters.drafts.retain(is_sent);
        }
    }
}
