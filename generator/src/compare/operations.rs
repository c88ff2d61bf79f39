//! Operations: how they are called, and their metadata.

use super::Comparer;
use super::change::{Action, Compatibility, Kind};
use super::describe::{self, code, from_to, removed};
use super::matching::{Call, Matched, matched};
use super::recorder::{Side, Subject};
use crate::lower::normalize_path;
use crate::model::{Api, Operation, Scope};

/// Operations of the same id; then of the same method and path; then of the same signature in the same position.
pub(super) fn matched_calls<'c, 'a>(old: &'c [Call<'a>], new: &'c [Call<'a>]) -> Matched<'c, Call<'a>> {
    let same_path = |old: &Call<'_>, new: &Call<'_>| {
        let (old, new) = (old.operation, new.operation);
        old.http_method == new.http_method && normalize_path(&old.path) == normalize_path(&new.path)
    };
    let same_signature = |old: &Call<'_>, new: &Call<'_>| {
        let signature = |operation: &Operation| {
            let parameters: Vec<_> = operation.parameters.iter().map(|it| (it.location, it.name.clone())).collect();
            (operation.http_method, operation.scope, operation.risk, parameters, operation.body.is_some())
        };
        old.group.name == new.group.name && signature(old.operation) == signature(new.operation)
    };
    matched(old, new, |_, call: &Call<'_>| call.operation.id.as_str(), &[&same_path], &same_signature)
}

/// The pointer of the path item that has an operation.
fn path_item(operation: &Operation) -> &str {
    operation.pointer.rsplit_once('/').map_or("", |(path, _)| path)
}

fn address(operation: &Operation) -> String {
    format!("{} {}", operation.http_method, operation.path)
}

impl<'a> Comparer<'a> {
    /// Operations by method and path: each author chose other ids.
    pub(super) fn common_calls(&self) -> Matched<'a, Operation> {
        let all = |api: &'a Api| -> Vec<&'a Operation> { api.operations().collect() };
        let (old, new) = (all(self.old), all(self.new));
        let key = |operation: &Operation| (operation.http_method, normalize_path(&operation.path));
        let find = |list: &[&'a Operation], wanted: &Operation| {
            list.iter().copied().find(|operation| key(operation) == key(wanted))
        };
        Matched {
            both: old.iter().filter_map(|operation| Some((*operation, find(&new, operation)?))).collect(),
            removed: old.iter().copied().filter(|operation| find(&new, operation).is_none()).collect(),
            added: new.iter().copied().filter(|operation| find(&old, operation).is_none()).collect(),
            is_reordered: false,
        }
    }

    pub(super) fn operations(&mut self, calls: Matched<'_, Call<'a>>) {
        for (old, new) in &calls.both {
            self.names(old, new);
            self.metadata(old.operation, new.operation);
            self.request_and_response(old.operation, new.operation);
        }
        let of_both: Vec<(&str, &str)> =
            calls.both.iter().map(|(old, new)| (path_item(old.operation), path_item(new.operation))).collect();
        for (call, side) in calls.unmatched() {
            let operation = call.operation;
            let mut subject = Subject::one(Kind::Operation, code(&operation.id), side, &operation.pointer);
            let path = path_item(operation);
            // A path is removed or added with the last of its operations.
            if !of_both.iter().any(|(old, new)| if side == Side::Old { *old == path } else { *new == path }) {
                subject = subject.also(side, path);
            }
            let address = code(&address(operation));
            let method = format!("{}().{}()", call.group.module, operation.method_name);
            if side == Side::Old {
                let why = format!("`{method}` and `{}` are removed", operation.type_name);
                let what = format!("removed: `{address}`");
                self.recorder.record_unmatched(&subject, Compatibility::Breaking, what, why);
            } else {
                let why = format!("the client has a new method `{method}`");
                let what = format!("added: `{address}`");
                self.recorder.record_unmatched(&subject, Compatibility::Compatible, what, why);
            }
        }
    }

    /// The names that callers use, and the address.
    fn names(&mut self, old: &Call<'a>, new: &Call<'a>) {
        let (from, to) = (old.operation, new.operation);
        let subject = Subject::both(Kind::Operation, code(&to.id), &from.pointer, &to.pointer);
        let path = Subject::both(Kind::Operation, code(&to.path), path_item(from), path_item(to));
        self.recorder.pair(&subject);
        self.recorder.pair(&path);
        let modules = (old.group.module.as_str(), new.group.module.as_str());
        if modules.0 != modules.1 && !self.renamed_groups.contains(&modules) {
            let what = format!("moved to another group: {}", from_to(modules.0, modules.1));
            let why = format!("`{}().{}()` is removed", old.group.module, from.method_name);
            self.recorder.record(&subject.keys(&["tags"]), Action::Changed, Compatibility::Breaking, what, why);
        }
        let names = subject.keys(&["operationId", "x-client-name"]);
        let method = format!("{}().{}()", old.group.module, from.method_name);
        let other_method = from.method_name != to.method_name;
        if from.type_name != to.type_name {
            let what = format!("renamed: {}", from_to(&from.id, &to.id));
            let why = if other_method {
                format!("`{method}` and `{}` are removed", from.type_name)
            } else {
                format!("`{}` is removed", from.type_name)
            };
            self.recorder.record(&names, Action::Renamed, Compatibility::Breaking, what, why);
        } else if from.id != to.id {
            let what = format!("renamed: {}", from_to(&from.id, &to.id));
            let why = "its names in Rust are the same; the catalogue has the new id";
            self.recorder.record(&names, Action::Renamed, Compatibility::Compatible, what, why);
        }
        if other_method && from.type_name == to.type_name {
            let what = format!("method: {}", from_to(&from.method_name, &to.method_name));
            let is_reused = new.group.operations.iter().any(|other| other.method_name == from.method_name);
            let why = removed(&method, is_reused && modules.0 == modules.1);
            self.recorder.record(&names, Action::Renamed, Compatibility::Breaking, what, why);
        }
        if let (Some(old), Some(new)) = (&from.required_name, &to.required_name)
            && old != new
            && from.type_name == to.type_name
        {
            let why = format!("`{old}` is removed");
            let what = from_to(old, new);
            self.recorder.record(&subject.derived(), Action::Renamed, Compatibility::Breaking, what, why);
        }
        if address(from) != address(to) {
            let what = format!("sent as {}", from_to(&address(from), &address(to)));
            let why = "code stays as it is; the client sends another request";
            let both = subject.location().and(&path.location());
            self.recorder.record(&both, Action::Changed, Compatibility::Compatible, what, why);
        }
    }

    fn metadata(&mut self, old: &Operation, new: &Operation) {
        let subject = Subject::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer);
        if old.risk != new.risk {
            let (compatibility, why) = if new.risk > old.risk {
                let why = "a client whose `max_risk` allowed it may refuse it now: the compiler does not notice";
                (Compatibility::Breaking, why)
            } else {
                (Compatibility::Compatible, "every client that was allowed to send it still is")
            };
            let what = from_to(describe::risk(old.risk), describe::risk(new.risk));
            let risk = subject.key("x-risk").kind(Kind::Risk);
            self.recorder.record(&risk, Action::Changed, compatibility, what, why);
        }
        if old.retry != new.retry {
            let why = "code stays as it is; the client follows other rules when it retries";
            let what = from_to(describe::retry(old.retry), describe::retry(new.retry));
            self.metadatum(&subject.key("x-retry").kind(Kind::Retry), what, why);
        }
        if old.scope != new.scope {
            let why = match new.scope {
                Scope::Project => "a client without a project can no longer send it",
                _ => "clients that could send it still can, but code that names its scope does not compile",
            };
            let mut scope = subject.clone().kind(Kind::Scope).derived();
            for (side, operation) in [(Side::Old, old), (Side::New, new)] {
                if let Some(source) = &operation.scope_ref {
                    let keys = ["required", "x-role"].map(|key| format!("{}/{key}", source.node));
                    scope = scope.show(side, &source.slot).also(side, &source.slot);
                    scope = keys.into_iter().fold(scope, |scope, key| scope.also(side, key));
                }
            }
            let what = from_to(describe::scope(old.scope), describe::scope(new.scope));
            self.recorder.record(&scope, Action::Changed, Compatibility::Breaking, what, why);
        }
        if old.private_cloud_only != new.private_cloud_only {
            let shown = |only: bool| if only { "private clouds" } else { "everywhere" };
            let what = from_to(shown(old.private_cloud_only), shown(new.private_cloud_only));
            let why = "the catalogue states it; the client sends the request anyway";
            self.metadatum(&subject.key("x-availability"), format!("availability: {what}"), why);
        }
        if old.authenticated != new.authenticated {
            let what = if new.authenticated { "the token is sent" } else { "the token is no longer sent" };
            let security = subject.key("security").also(Side::Old, "/security").also(Side::New, "/security");
            self.metadatum(&security, what.to_owned(), "code stays as it is; the client sends another header");
        }
        if old.deprecated != new.deprecated {
            let what = if new.deprecated { "deprecated" } else { "no longer deprecated" };
            let why = "code that calls it compiles, with or without a warning of the compiler";
            self.metadatum(&subject.key("deprecated"), what.to_owned(), why);
        }
        if old.error_codes != new.error_codes {
            let list = |codes: &[i64]| codes.iter().map(i64::to_string).collect::<Vec<_>>();
            let what = format!("error codes: {}", difference(&list(&old.error_codes), &list(&new.error_codes)));
            self.metadatum(&subject.key("x-error-codes"), what, "the catalogue and the documentation list them");
        }
        if old.lookup != new.lookup {
            let what = format!("lookup after a lost response: {}", difference(&old.lookup, &new.lookup));
            self.metadatum(&subject.key("x-lookup"), what, "the catalogue and the text of an error name it");
        }
    }

    fn metadatum(&mut self, subject: &Subject, what: String, why: &str) {
        self.recorder.record(subject, Action::Changed, Compatibility::Compatible, what, why);
    }
}

/// The items of one of two lists only.
fn difference(old: &[String], new: &[String]) -> String {
    let removed = old.iter().filter(|item| !new.contains(item)).map(|item| format!("− `{}`", code(item)));
    let added = new.iter().filter(|item| !old.contains(item)).map(|item| format!("+ `{}`", code(item)));
    let items: Vec<String> = removed.chain(added).collect();
    if items.is_empty() { "another order".to_owned() } else { items.join(", ") }
}
