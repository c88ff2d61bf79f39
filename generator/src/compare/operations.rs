//! Operations: how they are called, and what they may do.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::interface::sides;
use super::pairs::{Call, Matched, matched};
use super::told::{Side, Thing};
use super::words::{self, code, from_to, gone};
use crate::lower::normalize_path;
use crate::model::{Api, Operation, Scope};

/// Operations of the same id; then of the same method and path; then of the same shape in the same position.
pub(super) fn matched_calls<'c, 'a>(old: &'c [Call<'a>], new: &'c [Call<'a>]) -> Matched<'c, Call<'a>> {
    let same_path = |old: &Call<'_>, new: &Call<'_>| {
        let (old, new) = (old.operation, new.operation);
        old.http_method == new.http_method && normalize_path(&old.path) == normalize_path(&new.path)
    };
    let same_shape = |old: &Call<'_>, new: &Call<'_>| {
        let shape = |operation: &Operation| {
            let parameters: Vec<_> = operation.parameters.iter().map(|it| (it.location, it.name.clone())).collect();
            (operation.http_method, operation.scope, operation.risk, parameters, operation.body.is_some())
        };
        old.group.name == new.group.name && shape(old.operation) == shape(new.operation)
    };
    matched(old, new, |_, call: &Call<'_>| call.operation.id.as_str(), &[&same_path], &same_shape)
}

impl<'a> Comparer<'a> {
    /// Operations by method and path: whoever wrote a document chose the ids.
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
        }
    }

    pub(super) fn operations(&mut self, calls: &Matched<'_, Call<'a>>) {
        for (old, new) in &calls.both {
            self.names(old, new);
            self.facts(old.operation, new.operation);
            self.exchange(old.operation, new.operation);
        }
    }

    /// What is in one of the documents only. The path is claimed with the last of its operations.
    pub(super) fn lonely_operations(&mut self, calls: Matched<'_, Call<'_>>) {
        let parent = |operation: &Operation| operation.pointer.rsplit_once('/').map(|(path, _)| path.to_owned());
        let of_both: Vec<_> =
            calls.both.iter().flat_map(|(old, new)| [parent(old.operation), parent(new.operation)]).collect();
        for (call, side) in sides(calls.removed, calls.added) {
            let operation = call.operation;
            let thing = Thing::one(Kind::Operation, code(&operation.id), side, &operation.pointer);
            let address = code(&format!("{} {}", operation.http_method, operation.path));
            let method = format!("{}().{}()", call.group.module, operation.method_name);
            if side == Side::Old {
                let why = format!("`{method}` and `{}` are gone", operation.type_name);
                self.changes.tell_whole(&thing, Class::Breaking, format!("removed: `{address}`"), why);
            } else {
                let why = format!("the client has a new method `{method}`");
                self.changes.tell_whole(&thing, Class::Compatible, format!("added: `{address}`"), why);
            }
            let path = parent(operation);
            if let Some(path) = path.filter(|path| !of_both.contains(&Some(path.clone()))) {
                self.changes.claim_whole(side, &path);
            }
        }
    }

    /// How callers reach it, and where it is on the wire.
    fn names(&mut self, old: &Call<'a>, new: &Call<'a>) {
        let (from, to) = (old.operation, new.operation);
        let thing = Thing::both(Kind::Operation, code(&to.id), &from.pointer, &to.pointer);
        self.changes.note(&thing);
        let modules = (old.group.module.as_str(), new.group.module.as_str());
        if modules.0 != modules.1 && !self.renamed_groups.contains(&modules) {
            let what = format!("moved to another group: {}", from_to(modules.0, modules.1));
            let why = format!("`{}().{}()` is gone", old.group.module, from.method_name);
            self.changes.tell(&thing, Action::Changed, Class::Breaking, what, why);
            self.changes.claim_thing(&thing.key("tags"));
        }
        let keys = ["operationId", "x-client-name"].map(|key| thing.key(key));
        let method = format!("{}().{}()", old.group.module, from.method_name);
        let other_method = from.method_name != to.method_name;
        if from.type_name != to.type_name {
            let what = format!("renamed: {}", from_to(&from.id, &to.id));
            let why = if other_method {
                format!("`{method}` and `{}` are gone", from.type_name)
            } else {
                format!("`{}` is gone", from.type_name)
            };
            self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
            keys.iter().for_each(|key| self.changes.claim_thing(key));
        } else if from.id != to.id {
            let what = format!("renamed: {}", from_to(&from.id, &to.id));
            let why = "its names in Rust are the same; the catalogue has the new id";
            self.changes.tell(&thing, Action::Renamed, Class::Compatible, what, why);
            keys.iter().for_each(|key| self.changes.claim_thing(key));
        }
        if other_method && from.type_name == to.type_name {
            let what = format!("method: {}", from_to(&from.method_name, &to.method_name));
            let taken = new.group.operations.iter().any(|other| other.method_name == from.method_name);
            let why = gone(&method, taken && modules.0 == modules.1);
            self.changes.tell(&keys[1], Action::Renamed, Class::Breaking, what, why);
            keys.iter().for_each(|key| self.changes.claim_thing(key));
        }
        if let (Some(old), Some(new)) = (&from.required_name, &to.required_name)
            && old != new
            && from.type_name == to.type_name
        {
            let why = format!("`{old}` is gone");
            self.changes.tell(&thing, Action::Renamed, Class::Breaking, from_to(old, new), why);
        }
        let address = |operation: &Operation| format!("{} {}", operation.http_method, operation.path);
        if address(from) != address(to) {
            let what = format!("sent as {}", from_to(&address(from), &address(to)));
            let why = "code stays as it is; the client asks the service in another way";
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
            self.changes.claim_move(&from.pointer);
            if let (Some((old, _)), Some((new, _))) = (from.pointer.rsplit_once('/'), to.pointer.rsplit_once('/'))
                && old != new
            {
                self.changes.claim_move(old);
            }
        }
    }

    /// What the catalogue says of it.
    fn facts(&mut self, old: &Operation, new: &Operation) {
        let thing = Thing::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer);
        if old.risk != new.risk {
            let (class, why) = if new.risk > old.risk {
                (
                    Class::Breaking,
                    "a client whose `max_risk` allowed it may refuse it now: the compiler does not notice",
                )
            } else {
                (Class::Compatible, "every client that was allowed to send it still is")
            };
            let risk = thing.its(Kind::Risk).key("x-risk");
            let what = from_to(words::risk(old.risk), words::risk(new.risk));
            self.changes.tell(&risk, Action::Changed, class, what, why);
            self.changes.claim_thing(&risk);
        }
        if old.retry != new.retry {
            let why = "code stays as it is; the client decides otherwise whether to send it again by itself";
            let retry = thing.its(Kind::Retry).key("x-retry");
            let what = from_to(words::retry(old.retry), words::retry(new.retry));
            self.changes.tell(&retry, Action::Changed, Class::Compatible, what, why);
            self.changes.claim_thing(&retry);
        }
        if old.scope != new.scope {
            let why = match (old.scope, new.scope) {
                (_, Scope::Project) => "a handle without a project cannot send it any more",
                _ => "handles can send it that could before, but code that names its scope does not compile",
            };
            let mut scope = thing.its(Kind::Scope);
            for (side, operation) in [(Side::Old, old), (Side::New, new)] {
                if let Some(origin) = &operation.scope_ref {
                    self.changes.claim(side, &origin.slot);
                    self.changes.claim(side, &format!("{}/required", origin.node));
                    self.changes.claim(side, &format!("{}/x-role", origin.node));
                    scope = scope.at(side, &origin.slot);
                }
            }
            let what = from_to(words::scope(old.scope), words::scope(new.scope));
            self.changes.tell(&scope, Action::Changed, Class::Breaking, what, why);
        }
        let everywhere = |only: bool| if only { "private clouds" } else { "everywhere" };
        if old.private_cloud_only != new.private_cloud_only {
            let what = format!(
                "available: {}",
                from_to(everywhere(old.private_cloud_only), everywhere(new.private_cloud_only))
            );
            let why = "the catalogue says so; the client sends it all the same";
            self.fact(&thing.key("x-availability"), what, why);
        }
        if old.is_authenticated() != new.is_authenticated() {
            let what = if new.is_authenticated() { "the token is sent" } else { "the token is not sent any more" };
            let why = "code stays as it is; the client writes the request in another way";
            self.fact(&thing.key("security"), what.to_owned(), why);
            self.changes.claim(Side::Old, "/security");
            self.changes.claim(Side::New, "/security");
        }
        if old.deprecated != new.deprecated {
            let what = if new.deprecated { "deprecated" } else { "not deprecated any more" };
            let why = "code that calls it compiles, with or without a warning of the compiler";
            self.fact(&thing.key("deprecated"), what.to_owned(), why);
        }
        if old.error_codes != new.error_codes {
            let list = |codes: &[i64]| codes.iter().map(i64::to_string).collect::<Vec<_>>();
            let what = format!("error codes: {}", difference(&list(&old.error_codes), &list(&new.error_codes)));
            self.fact(&thing.key("x-error-codes"), what, "the catalogue and the documentation list them");
        }
        if old.lookup != new.lookup {
            let what = format!("where to look when the answer is lost: {}", difference(&old.lookup, &new.lookup));
            self.fact(&thing.key("x-lookup"), what, "the catalogue and the text of an error say so");
        }
    }

    fn fact(&mut self, thing: &Thing, what: String, why: &str) {
        self.changes.tell(thing, Action::Changed, Class::Compatible, what, why);
        self.changes.claim_thing(thing);
    }
}

/// What two lists do not share.
fn difference(old: &[String], new: &[String]) -> String {
    let gone = old.iter().filter(|item| !new.contains(item)).map(|item| format!("− `{}`", code(item)));
    let come = new.iter().filter(|item| !old.contains(item)).map(|item| format!("+ `{}`", code(item)));
    let told: Vec<String> = gone.chain(come).collect();
    if told.is_empty() { "another order".to_owned() } else { told.join(", ") }
}
