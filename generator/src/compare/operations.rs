//! Operations: their names, addresses, and metadata.
//!
//! In: the operations of two models. Out: their pairs, and recorded changes of their names, addresses and metadata.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible};
use super::change::Kind;
use super::describe::{self, code, from_to, removed};
use super::matching::{Call, Matched, matched};
use super::recorder::{Side, Subject};
use crate::lower::normalize_path;
use crate::model::{Operation, Scope, SourceRef};

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
pub(super) fn path_item(operation: &Operation) -> &str {
    operation.pointer.rsplit_once('/').map_or("", |(path, _)| path)
}

fn address(operation: &Operation) -> String {
    format!("{} {}", operation.http_method, operation.path)
}

impl<'a> Comparer<'a> {
    /// Operations by method and path: different authors choose different ids.
    pub(super) fn common_calls(&self) -> Matched<'a, Operation> {
        let [old, new] = self.apis.map(|api| api.operations().collect::<Vec<_>>());
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
        let common_paths: Vec<[&str; 2]> =
            calls.both.iter().map(|(old, new)| [old, new].map(|call| path_item(call.operation))).collect();
        for (call, side) in calls.unmatched() {
            let operation = call.operation;
            let mut subject = Subject::one(Kind::Operation, code(&operation.id), side, &operation.pointer);
            // A path is removed or added with the last of its operations.
            if !common_paths.iter().any(|paths| side.of(*paths) == path_item(operation)) {
                subject = subject.also(side, path_item(operation));
            }
            let address = code(&address(operation));
            let method = format!("{}().{}()", call.group.module, operation.method_name);
            if side == Side::Old {
                let why = format!("`{method}` and `{}` are removed", operation.type_name);
                self.recorder.record(&subject, Breaking, &format!("removed: `{address}`"), &why);
            } else {
                let why = format!("the client has a new method `{method}`");
                self.recorder.record(&subject, Compatible, &format!("added: `{address}`"), &why);
            }
        }
    }

    /// The names in the client, and the address.
    fn names(&mut self, old: &Call<'a>, new: &Call<'a>) {
        let modules = (old.group.module.as_str(), new.group.module.as_str());
        let method = format!("{}().{}()", modules.0, old.operation.method_name);
        let has_method = |name: &str| new.group.operations.iter().any(|other| other.method_name == name);
        let (old, new) = (old.operation, new.operation);
        let subject = Subject::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer);
        let path = Subject::both(Kind::Operation, code(&new.path), path_item(old), path_item(new));
        self.recorder.pair(&subject);
        self.recorder.pair(&path);
        if modules.0 != modules.1 && !self.renamed_groups.contains(&modules) {
            let what = format!("moved to another group: {}", from_to(modules.0, modules.1));
            self.recorder.record(&subject.keys(&["tags"]), Breaking, &what, &removed(&method, false));
        }
        let names = subject.keys(&["operationId", "x-client-name"]);
        let other_method = old.method_name != new.method_name;
        let other_type = old.type_name != new.type_name;
        let renamed = format!("renamed: {}", from_to(&old.id, &new.id));
        if other_type && other_method {
            let why = format!("`{method}` and `{}` are removed", old.type_name);
            self.recorder.renamed(&names, Breaking, &renamed, &why);
        } else if other_type {
            self.recorder.renamed(&names, Breaking, &renamed, &removed(&old.type_name, false));
        } else if old.id != new.id {
            let why = "its names in Rust are the same; the catalogue has the new id";
            self.recorder.renamed(&names, Compatible, &renamed, why);
        }
        if other_method && !other_type {
            let what = format!("method: {}", from_to(&old.method_name, &new.method_name));
            let is_reused = has_method(&old.method_name) && modules.0 == modules.1;
            self.recorder.renamed(&names, Breaking, &what, &removed(&method, is_reused));
        }
        if let (Some(from), Some(to)) = (&old.required_name, &new.required_name)
            && from != to
            && !other_type
        {
            self.recorder.renamed(&subject.derived(), Breaking, &from_to(from, to), &removed(from, false));
        }
        if address(old) != address(new) {
            let what = format!("sent as {}", from_to(&address(old), &address(new)));
            let why = "code is unchanged; the client sends another request";
            self.recorder.record(&subject.location().and(&path.location()), Compatible, &what, why);
        }
    }

    fn metadata(&mut self, old: &Operation, new: &Operation) {
        let subject = Subject::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer);
        if old.risk != new.risk {
            let (compatibility, why) = if new.risk > old.risk {
                let why = "a client whose `max_risk` allowed it may refuse it now: the compiler does not notice";
                (Breaking, why)
            } else {
                (Compatible, "every client that was allowed to send it still is")
            };
            let what = from_to(old.risk.as_str(), new.risk.as_str());
            self.recorder.record(&subject.key("x-risk").kind(Kind::Risk), compatibility, &what, why);
        }
        let why = "code is unchanged; the client follows other rules when it retries";
        let retry = subject.key("x-retry").kind(Kind::Retry);
        self.recorder.value(&retry, "", [old.retry.as_str(), new.retry.as_str()], why);
        if old.scope != new.scope {
            let why = match new.scope {
                Scope::Project => "a client without a project can no longer send it",
                _ => "clients that could send it still can, but code that uses its scope does not compile",
            };
            let mut scope = subject.derived().kind(Kind::Scope);
            for (side, operation) in Side::BOTH.into_iter().zip([old, new]) {
                if let Some(SourceRef { slot, node }) = &operation.scope_ref {
                    scope = scope.show(side, slot).also(side, slot);
                    scope = scope.also(side, format!("{node}/required")).also(side, format!("{node}/x-role"));
                }
            }
            let what = from_to(describe::scope(old.scope), describe::scope(new.scope));
            self.recorder.record(&scope, Breaking, &what, why);
        }
        let availability =
            [old, new].map(|operation| if operation.private_cloud_only { "private clouds" } else { "everywhere" });
        let why = "the catalogue states it; the client sends the request anyway";
        self.recorder.value(&subject.key("x-availability"), "availability", availability, why);
        if old.deprecated != new.deprecated {
            let why = "code that calls it compiles, with or without a warning of the compiler";
            self.recorder.record(&subject.key("deprecated"), Compatible, describe::deprecated(new.deprecated), why);
        }
        if old.error_codes != new.error_codes {
            let what = format!("error codes: {}", difference(&old.error_codes, &new.error_codes));
            let why = "the catalogue and the documentation list them";
            self.recorder.record(&subject.key("x-error-codes"), Compatible, &what, why);
        }
        if old.lookup != new.lookup {
            let what = format!("lookup after a lost response: {}", difference(&old.lookup, &new.lookup));
            let why = "the catalogue and the message of an error list it";
            self.recorder.record(&subject.key("x-lookup"), Compatible, &what, why);
        }
        self.security(&subject, old, new);
        self.operation_servers(&subject, old, new);
        self.lifecycle(&subject, old, new);
    }
}

/// The items of one of two lists only.
fn difference<T: PartialEq + ToString>(old: &[T], new: &[T]) -> String {
    let removed = old.iter().filter(|item| !new.contains(item)).map(|item| format!("− `{}`", code(&item.to_string())));
    let added = new.iter().filter(|item| !old.contains(item)).map(|item| format!("+ `{}`", code(&item.to_string())));
    let items: Vec<String> = removed.chain(added).collect();
    if items.is_empty() { "another order".to_owned() } else { items.join(", ") }
}
