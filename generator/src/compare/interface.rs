//! What is about the interface as a whole: groups, regions, error codes, and the headers that the client writes.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::pairs::{Call, matched};
use super::told::{Side, Thing};
use super::words::{self, code, from_to, gone};
use crate::model::{Api, ErrorCode, Group, ManagedHeader, Region};

/// Why something new in an enumeration of the client harms nobody.
pub(super) const OPEN: &str = "the enumeration is `#[non_exhaustive]`: every `match` has an arm for it";

impl<'a> Comparer<'a> {
    pub(super) fn interface(&mut self, calls: &[(&Call<'_>, &Call<'_>)]) {
        self.groups(calls);
        self.regions();
        self.error_codes();
        self.token();
        self.roles();
    }

    fn groups(&mut self, calls: &[(&Call<'_>, &Call<'_>)]) {
        let moved = |old: &Group, new: &Group| {
            let mut of_old = calls.iter().filter(|(call, _)| call.group.module == old.module).peekable();
            of_old.peek().is_some() && of_old.all(|(_, call)| call.group.module == new.module)
        };
        let by_tag = |old: &Group, new: &Group| old.name == new.name;
        let (old_api, new_api): (&'a Api, &'a Api) = (self.old, self.new);
        let groups =
            matched(&old_api.groups, &new_api.groups, |_, group: &Group| group.module.as_str(), &[&by_tag], &moved);
        for (old, new) in groups.both {
            let thing = Thing::both(
                Kind::Group,
                code(&new.name),
                old.pointer.as_deref().unwrap_or("/tags"),
                new.pointer.as_deref().unwrap_or("/tags"),
            );
            if old.pointer.is_some() && new.pointer.is_some() {
                self.changes.note(&thing);
            }
            let names = (&old.module, &old.type_name) != (&new.module, &new.type_name);
            if names {
                let what = format!("renamed: {}", from_to(&format!("{}()", old.module), &format!("{}()", new.module)));
                let why = format!("the module `{}` and the method of the client are called otherwise", old.module);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
            } else if old.name != new.name {
                let what = format!("renamed: {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the catalogue and the documentation have the new one";
                self.changes.tell(&thing, Action::Renamed, Class::Compatible, what, why);
            } else {
                continue;
            }
            if old.pointer.is_some() && new.pointer.is_some() {
                self.changes.claim_thing(&thing.key("name"));
                self.changes.claim_thing(&thing.key("x-client-name"));
            }
            self.renamed_groups.insert((&old.module, &new.module));
            for (old_call, new_call) in calls {
                if old_call.group.module == old.module && new_call.group.module == new.module {
                    self.changes.claim(Side::Old, &format!("{}/tags", old_call.operation.pointer));
                    self.changes.claim(Side::New, &format!("{}/tags", new_call.operation.pointer));
                }
            }
        }
        for (group, side) in sides(groups.removed, groups.added) {
            let pointer = group.pointer.as_deref().or(group.operations.first().map(|first| first.pointer.as_str()));
            let thing = Thing::one(Kind::Group, code(&group.name), side, pointer.unwrap_or("/tags"));
            let (class, what, why) = if side == Side::Old {
                let why = format!("the module `{0}` and the method `{0}()` of the client are gone", group.module);
                (Class::Breaking, "removed", why)
            } else {
                let why = format!("the client has a new method `{}()`", group.module);
                (Class::Compatible, "added", why)
            };
            if group.pointer.is_some() {
                self.changes.tell_whole(&thing, class, what, why);
            } else {
                let action = if side == Side::Old { Action::Removed } else { Action::Added };
                self.changes.tell(&thing, action, class, what, why);
            }
        }
    }

    fn regions(&mut self) {
        let same_url = |old: &Region, new: &Region| old.url == new.url;
        let (old_api, new_api): (&'a Api, &'a Api) = (self.old, self.new);
        let regions = matched(
            &old_api.regions,
            &new_api.regions,
            |_, region: &Region| region.variant.as_str(),
            &[&same_url],
            &|_, _| false,
        );
        for (old, new) in regions.both {
            let name = format!("Region::{}", new.variant);
            let thing = Thing::both(Kind::Region, name, &old.pointer, &new.pointer);
            self.changes.note(&thing);
            if old.variant != new.variant {
                let what = format!("renamed: {}", from_to(&old.variant, &new.variant));
                let taken = new_api.regions.iter().any(|region| region.variant == old.variant);
                let why = gone(&format!("Region::{}", old.variant), taken);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_thing(&thing.key("x-region"));
            }
            if old.url != new.url {
                let what = format!("address: {}", from_to(&old.url, &new.url));
                let why = "code stays as it is; the client calls other servers";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim_thing(&thing.key("url"));
            }
        }
        for (region, side) in sides(regions.removed, regions.added) {
            let thing = Thing::one(Kind::Region, format!("Region::{}", region.variant), side, &region.pointer);
            let taken = new_api.regions.iter().any(|known| known.variant == region.variant);
            self.variant(&thing, side, &format!("Region::{}", region.variant), taken, code(&region.url));
        }
    }

    fn error_codes(&mut self) {
        let same_name = |old: &ErrorCode, new: &ErrorCode| old.variant == new.variant;
        let (old_api, new_api): (&'a Api, &'a Api) = (self.old, self.new);
        let codes = matched(
            &old_api.error_codes,
            &new_api.error_codes,
            |_, entry: &ErrorCode| entry.code,
            &[&same_name],
            &|_, _| false,
        );
        for (old, new) in codes.both {
            let name = format!("ErrorCode::{}", new.variant);
            let thing = Thing::both(Kind::ErrorCode, name, &old.pointer, &new.pointer);
            self.changes.note(&thing);
            if old.variant != new.variant {
                let what = format!("renamed: {}", from_to(&old.variant, &new.variant));
                let taken = new_api.error_codes.iter().any(|entry| entry.variant == old.variant);
                let why = gone(&format!("ErrorCode::{}", old.variant), taken);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_thing(&thing.key("name"));
            }
            if old.code != new.code {
                let what = format!("number: {}", from_to(&old.code.to_string(), &new.code.to_string()));
                let why = "code stays as it is; the name stands for another number";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim_thing(&thing.key("code"));
            }
            if old.group != new.group {
                let what = format!("group: {}", from_to(&old.group, &new.group));
                let why = "the catalogue says so; no type depends on it";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim_thing(&thing.key("group"));
            }
            if old.outcome != new.outcome {
                let what = format!("outcome: {}", from_to(words::outcome(old.outcome), words::outcome(new.outcome)));
                let why = "code stays as it is; the client decides otherwise whether the call may have taken effect, \
                           and whether to send it again";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim_thing(&thing.key("outcome"));
            }
        }
        for (entry, side) in sides(codes.removed, codes.added) {
            let thing = Thing::one(Kind::ErrorCode, format!("ErrorCode::{}", entry.variant), side, &entry.pointer);
            let taken = new_api.error_codes.iter().any(|known| known.variant == entry.variant);
            self.variant(&thing, side, &format!("ErrorCode::{}", entry.variant), taken, entry.code.to_string());
        }
    }

    /// A variant that only one of the clients has.
    pub(super) fn variant(&mut self, thing: &Thing, side: Side, name: &str, is_taken: bool, value: String) {
        if side == Side::Old {
            let why = gone(name, is_taken);
            self.changes.tell_whole(thing, Class::Breaking, format!("removed: `{value}`"), why);
        } else {
            self.changes.tell_whole(thing, Class::Compatible, format!("added: `{value}`"), OPEN);
        }
    }

    fn token(&mut self) {
        if self.old.token() == self.new.token() {
            return;
        }
        let [old, new] = [self.old, self.new]
            .map(|api| api.token().map_or("none".to_owned(), |token| format!("{}: {}…", token.name, token.prefix)));
        let [old_at, new_at] =
            [self.old, self.new].map(|api| api.token_scheme().map_or("/security", |scheme| scheme.pointer.as_str()));
        let thing = Thing::both(Kind::Header, "token", old_at, new_at);
        let why = "code stays as it is; the client writes the token into another header";
        self.changes.tell(&thing, Action::Changed, Class::Compatible, from_to(&old, &new), why);
        self.changes.claim_thing(&thing);
    }

    fn roles(&mut self) {
        let (old, new) = (self.old, self.new);
        let request_id = "code stays as it is; the client writes the id of a request into another header, or none";
        self.role("request id", (&old.managed_headers.request_id, &new.managed_headers.request_id), None, request_id);
        let language = "code stays as it is; the client writes the language into another header";
        self.role(
            "language",
            (&old.managed_headers.language, &new.managed_headers.language),
            Some("ClientBuilder::language"),
            language,
        );
        let project = "code stays as it is; the client writes the project into another header";
        self.role(
            "project",
            (&old.managed_headers.project, &new.managed_headers.project),
            Some("Client::project"),
            project,
        );
    }

    fn role(
        &mut self,
        name: &str,
        headers: (&Option<ManagedHeader>, &Option<ManagedHeader>),
        method: Option<&str>,
        other_header: &str,
    ) {
        match headers {
            (None, None) => {}
            (Some(old), Some(new)) => {
                let thing = Thing::both(Kind::Header, name, &old.source_ref.node, &new.source_ref.node);
                if old.name != new.name {
                    let what = format!("header: {}", from_to(&old.name, &new.name));
                    self.changes.tell(&thing, Action::Changed, Class::Compatible, what, other_header);
                    self.changes.claim_thing(&thing.key("name"));
                }
                if let Some(method) = method.filter(|_| !self.same_type(&old.ty, &new.ty)) {
                    let what =
                        format!("type: {}", from_to(&self.old_words().ty(&old.ty), &self.new_words().ty(&new.ty)));
                    let why = format!("`{method}` takes another type");
                    self.changes.tell(&thing, Action::Changed, Class::Breaking, what, why);
                    self.changes.claim_thing(&thing.key("schema"));
                }
            }
            (old, new) => {
                let side = if old.is_some() { Side::Old } else { Side::New };
                let Some(header) = old.as_ref().or(new.as_ref()) else { return };
                let thing = Thing::one(Kind::Header, name, side, &header.source_ref.node);
                let (class, why) = match (side, method) {
                    (Side::Old, Some(method)) => (Class::Breaking, format!("`{method}` is gone")),
                    (Side::New, Some(method)) => (Class::Compatible, format!("the client has a new method `{method}`")),
                    (Side::Old, None) => {
                        (Class::Compatible, "the client does not write the header any more".to_owned())
                    }
                    (Side::New, None) => (Class::Compatible, "the client writes the header by itself".to_owned()),
                };
                let what = if side == Side::Old { "removed" } else { "added" };
                let action = if side == Side::Old { Action::Removed } else { Action::Added };
                self.changes.tell(&thing, action, class, format!("{what}: `{}`", code(&header.name)), why);
                self.changes.claim_thing(&thing);
                self.changes.claim(side, &header.source_ref.slot);
            }
        }
    }
}

/// What only one of the documents has, with the side that it is on.
pub(super) fn sides<'a, T>(removed: Vec<&'a T>, added: Vec<&'a T>) -> impl Iterator<Item = (&'a T, Side)> {
    let old = removed.into_iter().map(|item| (item, Side::Old));
    old.chain(added.into_iter().map(|item| (item, Side::New)))
}
