//! Operations: how they are called, what they may do, what they take and what they answer.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::interface::sides;
use super::pairs::{self, Call, Matched, matched};
use super::told::{Side, Thing};
use super::words::{self, code, from_to, gone, if_other};
use crate::lower::without_names;
use crate::model::{Api, Location, Operation, Parameter, Scope};

/// Operations of the same id; then of the same method and path; then of the same shape in the same position.
pub(super) fn matched_calls<'c, 'a>(old: &'c [Call<'a>], new: &'c [Call<'a>]) -> Matched<'c, Call<'a>> {
    let same_path = |old: &Call<'_>, new: &Call<'_>| {
        let (old, new) = (old.operation, new.operation);
        old.http_method == new.http_method && without_names(&old.path) == without_names(&new.path)
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
        let key = |operation: &Operation| (operation.http_method, without_names(&operation.path));
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
                if let Some(origin) = &operation.scope_origin {
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
        if old.authenticated != new.authenticated {
            let what = if new.authenticated { "the token is sent" } else { "the token is not sent any more" };
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

    /// What an operation takes and what it answers.
    pub(super) fn exchange(&mut self, old: &Operation, new: &Operation) {
        let owner = if self.is_common { format!("{} {}", old.http_method, old.path) } else { new.id.clone() };
        let owner = code(&owner);
        self.parameters(old, new, &owner);
        self.body(old, new, &owner);
        let thing = Thing::both(Kind::Answer, owner, &old.answer_origin.slot, &new.answer_origin.slot);
        let same = match (pairs::answered(&old.answer), pairs::answered(&new.answer)) {
            (Some(old_type), Some(new_type)) => {
                self.reach(old_type, new_type);
                self.schemas.push((old.answer_origin.node.clone(), new.answer_origin.node.clone()));
                self.same_type(old_type, new_type)
            }
            (None, None) => true,
            _ => false,
        };
        let (old_type, new_type) = (self.old_words().answer(&old.answer), self.new_words().answer(&new.answer));
        let options = |name: &str| name.starts_with("Option<");
        let read_alike = std::mem::discriminant(&old.answer) == std::mem::discriminant(&new.answer);
        if !same || options(&old_type) != options(&new_type) {
            let why = "callers get another type";
            self.changes.tell(&thing, Action::Changed, Class::Breaking, from_to(&old_type, &new_type), why);
        } else if !read_alike {
            let what = "wrapped in another way, or null where it was not";
            let why = "callers get the same type; the client takes it out of the answer";
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
        } else {
            return;
        }
        self.changes.claim_thing(&thing);
        self.changes.claim(Side::Old, &old.answer_origin.node);
        self.changes.claim(Side::New, &new.answer_origin.node);
    }

    fn parameters(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let same = |old: &_, new: &_| self.same_type(old, new);
        let parameters = pairs::parameters(old, new, self.is_common, &same);
        let of_path: Vec<(usize, usize)> = parameters
            .both
            .iter()
            .filter(|(old, new)| old.location == Location::Path && new.location == Location::Path)
            .map(|(from, to)| (place(old, from), place(new, to)))
            .collect();
        if !self.is_common && of_path.windows(2).any(|pair| pair[0].1 > pair[1].1) {
            let thing = Thing::both(Kind::Operation, code(&new.id), &old.pointer, &new.pointer);
            let names = |operation: &Operation| {
                let of_path = operation.parameters.iter().filter(|it| it.location == Location::Path);
                of_path.map(|it| it.field.as_str()).collect::<Vec<_>>().join(", ")
            };
            let what = format!("arguments in another order: {}", from_to(&names(old), &names(new)));
            let why = "arguments change places: the compiler notices only if their types differ";
            self.changes.tell(&thing, Action::Changed, Class::Breaking, what, why);
        }
        for (from, to) in &parameters.both {
            self.parameter(from, to, new, owner);
        }
        for (parameter, side) in sides(parameters.removed, parameters.added) {
            let other = if side == Side::Old { self.new } else { self.old };
            if self.is_common && other.token.as_ref().is_some_and(|token| is_header(parameter, &token.name)) {
                // One document calls a header what the other calls a security scheme.
                continue;
            }
            let words = if side == Side::Old { self.old_words() } else { self.new_words() };
            let name = format!("{owner}.{}", code(&parameter.name));
            let thing = Thing::one(Kind::Parameter, name, side, &parameter.origin.slot);
            let what = format!(
                "{} `{}` of the {}",
                if parameter.required { "required" } else { "optional" },
                words.parameter(parameter),
                words::location(parameter.location)
            );
            let (class, word, why) = match (side, parameter.required) {
                (Side::Old, _) => {
                    let is_taken = new.parameters.iter().any(|other| other.field == parameter.field);
                    (Class::Breaking, "removed", gone(&parameter.field, is_taken))
                }
                (Side::New, true) => (Class::Breaking, "added", requirement(true).1.to_owned()),
                (Side::New, false) => (Class::Compatible, "added", "it is left out unless a caller sets it".to_owned()),
            };
            let what = format!("{word}: {what}");
            self.changes.tell_whole(&thing, class, what, why);
        }
    }

    fn parameter(&mut self, old: &Parameter, new: &Parameter, of_new: &Operation, owner: &str) {
        let name = format!("{owner}.{}", code(&new.name));
        let thing = Thing::both(Kind::Parameter, name, &old.origin.slot, &new.origin.slot);
        let node = Thing::both(Kind::Parameter, "", &old.origin.node, &new.origin.node);
        self.changes.note(&thing);
        self.schemas.push((format!("{}/schema", old.origin.node), format!("{}/schema", new.origin.node)));
        self.reach(&old.ty, &new.ty);
        let mut told: Vec<(Action, Class, String, String, &[&str])> = Vec::new();
        let is_taken = |field: &str| of_new.parameters.iter().any(|other| other.field == field);
        if !self.is_common {
            if old.field != new.field {
                let what = format!("renamed: {}", from_to(&old.name, &new.name));
                told.push((Action::Renamed, Class::Breaking, what, gone(&old.field, is_taken(&old.field)), &["name"]));
            } else if old.name != new.name {
                let what = format!("sent as {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the client sends the new one";
                told.push((Action::Renamed, Class::Compatible, what, why.to_owned(), &["name"]));
            }
            if old.deprecated != new.deprecated {
                let what = if new.deprecated { "deprecated" } else { "not deprecated any more" };
                let class = if new.required { Class::DocumentationOnly } else { Class::Compatible };
                let why = "code that sets it compiles, with or without a warning of the compiler";
                told.push((Action::Changed, class, what.to_owned(), why.to_owned(), &["deprecated"]));
            }
        }
        if old.location != new.location {
            let what = from_to(words::location(old.location), words::location(new.location));
            let of_path = old.location == Location::Path || new.location == Location::Path;
            let (class, why) = if of_path && (old.required, new.required) != (false, false) {
                (Class::Breaking, "it is given to `new` in another place")
            } else {
                (Class::Compatible, "code stays as it is; the client writes it elsewhere")
            };
            told.push((Action::Changed, class, format!("moved: {what}"), why.to_owned(), &["in"]));
        }
        let types = if_other(&self.old_words().parameter(old), &self.new_words().parameter(new));
        let same = self.same_type(&old.ty, &new.ty);
        if old.required != new.required {
            let (what, why) = requirement(new.required);
            let keys: &[&str] = if same { &["required"] } else { &["required", "schema"] };
            told.push((
                Action::Changed,
                Class::Breaking,
                format!("{what}{}", after_colon(&types)),
                why.to_owned(),
                keys,
            ));
        } else if !same {
            told.push((Action::Changed, Class::Breaking, types, "callers give another type".to_owned(), &["schema"]));
        } else if old.list_style != new.list_style {
            let what = "its entries are put into the query in another way".to_owned();
            let why = "code stays as it is; the client sends the list in another way";
            told.push((Action::Changed, Class::Compatible, what, why.to_owned(), &["style", "explode"]));
        }
        for (action, class, what, why, keys) in told {
            self.changes.tell(&thing, action, class, what, why);
            self.changes.claim_thing(&thing.key("$ref"));
            keys.iter().for_each(|key| self.changes.claim_thing(&node.key(key)));
        }
    }

    fn body(&mut self, old: &Operation, new: &Operation, owner: &str) {
        let (old, new) = match (&old.body, &new.body) {
            (None, None) => return,
            (Some(old), Some(new)) => (old, new),
            (old, new) => {
                let (side, words) =
                    if old.is_some() { (Side::Old, self.old_words()) } else { (Side::New, self.new_words()) };
                let Some(body) = old.as_ref().or(new.as_ref()) else { return };
                let thing = Thing::one(Kind::Body, owner, side, &body.origin.slot);
                let ty = words.body(body);
                let (class, what, why) = match (side, body.required) {
                    (Side::Old, _) => (Class::Breaking, "removed", "the field `body` is gone"),
                    (Side::New, true) => (Class::Breaking, "added", "`new` takes it: every call must give it"),
                    (Side::New, false) => (Class::Compatible, "added", "it is left out unless a caller sets it"),
                };
                return self.changes.tell_whole(&thing, class, format!("{what}: `{ty}`"), why);
            }
        };
        let thing = Thing::both(Kind::Body, owner, &old.origin.slot, &new.origin.slot);
        let node = Thing::both(Kind::Body, owner, &old.origin.node, &new.origin.node);
        self.changes.note(&thing);
        self.schemas.push((old.schema_pointer.clone(), new.schema_pointer.clone()));
        self.reach(&old.ty, &new.ty);
        let types = if_other(&self.old_words().body(old), &self.new_words().body(new));
        let same = self.same_type(&old.ty, &new.ty);
        let renamed = old.field != new.field && !self.is_common;
        let (what, why) = match (old.required == new.required, same) {
            (false, _) => {
                let (what, why) = requirement(new.required);
                (format!("{what}{}", after_colon(&types)), why)
            }
            (true, false) => (types, "callers give another type"),
            (true, true) if renamed => (from_to(&old.field, &new.field), "the field of the old name is gone"),
            (true, true) => return,
        };
        self.changes.tell(&thing, Action::Changed, Class::Breaking, what, why);
        self.changes.claim_thing(&thing.key("$ref"));
        self.changes.claim_thing(&node.key("required"));
        if !same {
            self.changes.claim_thing(&node.key("content"));
        }
    }
}

/// What it means that something is required, or is not, where it was otherwise.
fn requirement(is_required: bool) -> (&'static str, &'static str) {
    if is_required {
        ("required now", "`new` takes it: every call must give it")
    } else {
        ("optional now", "`new` does not take it any more: it is set by name")
    }
}

fn after_colon(types: &str) -> String {
    if types.is_empty() { String::new() } else { format!(": {types}") }
}

/// Which argument a parameter of the path is.
fn place(operation: &Operation, parameter: &Parameter) -> usize {
    operation.parameters.iter().take_while(|known| !std::ptr::eq(*known, parameter)).count()
}

fn is_header(parameter: &Parameter, name: &str) -> bool {
    parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case(name)
}

/// What two lists do not share.
fn difference(old: &[String], new: &[String]) -> String {
    let gone = old.iter().filter(|item| !new.contains(item)).map(|item| format!("− `{}`", code(item)));
    let come = new.iter().filter(|item| !old.contains(item)).map(|item| format!("+ `{}`", code(item)));
    let told: Vec<String> = gone.chain(come).collect();
    if told.is_empty() { "another order".to_owned() } else { told.join(", ") }
}
