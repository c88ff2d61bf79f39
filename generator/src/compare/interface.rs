//! The interface as a whole: groups, regions, error codes, and the headers that the client fills in.
//!
//! In: two models. Out: recorded changes of parts that belong to no operation and no type.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible};
use super::change::Kind;
use super::describe::{code, from_to, removed, server};
use super::matching::{Call, matched};
use super::recorder::{Side, Subject};
use crate::model::{ErrorCode, Group, ManagedHeader, Region};

impl Comparer<'_> {
    pub(super) fn interface(&mut self, calls: &[(&Call<'_>, &Call<'_>)]) {
        self.groups(calls);
        self.regions();
        self.servers();
        self.error_codes();
        self.credentials();
        let [old, new] = self.apis.map(|api| &api.managed_headers);
        self.managed_header("request id", [&old.request_id, &new.request_id], None);
        self.managed_header("language", [&old.language, &new.language], Some("ClientBuilder::language"));
        self.managed_header("project", [&old.project, &new.project], Some("Client::project"));
    }

    fn groups(&mut self, calls: &[(&Call<'_>, &Call<'_>)]) {
        let moved = |old: &Group, new: &Group| {
            let mut of_old = calls.iter().filter(|(call, _)| call.group.module == old.module).peekable();
            of_old.peek().is_some() && of_old.all(|(_, call)| call.group.module == new.module)
        };
        let by_tag = |old: &Group, new: &Group| old.name == new.name;
        let [old, new] = self.apis.map(|api| &api.groups);
        let groups = matched(old, new, |_, group: &Group| group.module.as_str(), &[&by_tag], &moved);
        for (old, new) in &groups.both {
            // Only the operations state an undeclared tag.
            let [old_at, new_at] = [old, new].map(|group| group.pointer.as_deref().unwrap_or("/tags"));
            let mut subject = Subject::both(Kind::Group, code(&new.name), old_at, new_at);
            if old.pointer.is_some() && new.pointer.is_some() {
                self.recorder.pair(&subject);
            }
            subject = subject.keys(&["name", "x-client-name"]);
            let in_group =
                |(from, to): &&(&Call<'_>, &Call<'_>)| from.group.module == old.module && to.group.module == new.module;
            for (from, to) in calls.iter().filter(in_group) {
                let [from, to] = [from, to].map(|call| format!("{}/tags", call.operation.pointer));
                subject = subject.also(Side::Old, from).also(Side::New, to);
            }
            if (&old.module, &old.type_name) != (&new.module, &new.type_name) {
                let [from, to] = [old, new].map(|group| format!("{}()", group.module));
                let what = format!("renamed: {}", from_to(&from, &to));
                let why = format!("the module `{0}` and the method `{0}()` of the client are renamed", old.module);
                self.recorder.renamed(&subject, Breaking, &what, &why);
            } else if old.name != new.name {
                let what = format!("renamed: {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the catalogue and the documentation have the new one";
                self.recorder.renamed(&subject, Compatible, &what, why);
            } else {
                continue;
            }
            self.renamed_groups.insert((&old.module, &new.module));
        }
        for (group, side) in groups.unmatched() {
            let tags_pointer = || group.operations.first().map(|first| format!("{}/tags", first.pointer));
            let pointer = group.pointer.clone().or_else(tags_pointer).unwrap_or_default();
            let subject = Subject::one(Kind::Group, code(&group.name), side, &pointer);
            if side == Side::Old {
                let why = format!("the module `{0}` and the method `{0}()` of the client are removed", group.module);
                self.recorder.record(&subject, Breaking, "removed", &why);
            } else {
                let why = format!("the client has a new method `{}()`", group.module);
                self.recorder.record(&subject, Compatible, "added", &why);
            }
        }
    }

    fn regions(&mut self) {
        let same_url = |old: &Region, new: &Region| old.url == new.url;
        let [old, new] = self.apis.map(|api| &api.regions);
        let is_reused = |name: &str| new.iter().any(|region| region.variant == name);
        let by_name = |_, region: &Region| region.variant.clone();
        let regions = matched(old, new, by_name, &[&same_url], &|_, _| false);
        for (old, new) in &regions.both {
            let name = format!("Region::{}", new.variant);
            let subject = Subject::both(Kind::Region, name, &old.pointer, &new.pointer);
            self.recorder.pair(&subject);
            self.variant_renamed(&subject.key("x-region"), "Region", [&old.variant, &new.variant], &is_reused);
            let why = "code is unchanged; the client calls other servers";
            self.recorder.value(&subject.key("url"), "address", [&old.url, &new.url], why);
        }
        for (region, side) in regions.unmatched() {
            let subject = Subject::one(Kind::Region, format!("Region::{}", region.variant), side, &region.pointer);
            self.variant_unmatched(&subject, side, is_reused(&region.variant), &region.url);
        }
    }

    fn servers(&mut self) {
        let [from, to] = self.apis.map(|api| match api.servers.as_slice() {
            [] => "none".to_owned(),
            servers => servers.iter().map(server).collect::<Vec<_>>().join(", "),
        });
        let subject = Subject::both(Kind::Servers, "the API", "", "").key("servers");
        let why = "code is unchanged; a client that sets no base URL calls the first server";
        self.recorder.value(&subject, "URLs", [&from, &to], why);
    }

    fn error_codes(&mut self) {
        let same_name = |old: &ErrorCode, new: &ErrorCode| old.variant == new.variant;
        let [old, new] = self.apis.map(|api| &api.error_codes);
        let is_reused = |name: &str| new.iter().any(|entry| entry.variant == name);
        let codes = matched(old, new, |_, entry: &ErrorCode| entry.code, &[&same_name], &|_, _| false);
        if codes.is_reordered {
            self.order("ErrorCode", "x-error-codes", ["", ""]);
        }
        for (old, new) in &codes.both {
            let name = format!("ErrorCode::{}", new.variant);
            let subject = Subject::both(Kind::ErrorCode, name, &old.pointer, &new.pointer);
            self.recorder.pair(&subject);
            self.variant_renamed(&subject.key("name"), "ErrorCode", [&old.variant, &new.variant], &is_reused);
            let [from, to] = [old, new].map(|entry| entry.code.to_string());
            let why = "code is unchanged; the name has another number";
            self.recorder.value(&subject.key("code"), "number", [&from, &to], why);
            let why = "the catalogue states it; no type depends on it";
            self.recorder.value(&subject.key("group"), "group", [&old.group, &new.group], why);
            let outcomes = [old, new].map(|entry| entry.outcome.as_str());
            let why = "code is unchanged; the client decides differently whether the call may have taken effect, and \
                       whether to retry it";
            self.recorder.value(&subject.key("outcome"), "outcome", outcomes, why);
        }
        for (entry, side) in codes.unmatched() {
            let subject = Subject::one(Kind::ErrorCode, format!("ErrorCode::{}", entry.variant), side, &entry.pointer);
            self.variant_unmatched(&subject, side, is_reused(&entry.variant), &entry.code.to_string());
        }
    }

    /// The name of a variant that both clients have, in an enumeration.
    pub(super) fn variant_renamed(
        &mut self,
        subject: &Subject,
        enumeration: &str,
        [old, new]: [&String; 2],
        is_reused: &dyn Fn(&str) -> bool,
    ) {
        if old != new {
            let why = removed(&format!("{enumeration}::{old}"), is_reused(old));
            self.recorder.renamed(subject, Breaking, &format!("renamed: {}", from_to(old, new)), &why);
        }
    }

    /// A variant that only one of the clients has.
    pub(super) fn variant_unmatched(&mut self, subject: &Subject, side: Side, is_reused: bool, value: &str) {
        let value = code(value);
        if side == Side::Old {
            let why = removed(&subject.name, is_reused);
            self.recorder.record(subject, Breaking, &format!("removed: `{value}`"), &why);
        } else {
            let why = "the enumeration is `#[non_exhaustive]`: every `match` has an arm for it";
            self.recorder.record(subject, Compatible, &format!("added: `{value}`"), why);
        }
    }

    /// The variants of an enumeration in another order, which is the order of its values in Rust.
    pub(super) fn order(&mut self, name: &str, key: &str, [old, new]: [&str; 2]) {
        let subject = Subject::both(Kind::Order, name, old, new).key(key);
        let why = "code compiles; `<` compares values in the order in which they are listed";
        self.recorder.record(&subject, Compatible, &format!("`{key}` in another order"), why);
    }

    fn managed_header(&mut self, name: &str, headers: [&Option<ManagedHeader>; 2], method: Option<&str>) {
        let (side, header) = match headers {
            [None, None] => return,
            [Some(old), Some(new)] => {
                let subject = Subject::both(Kind::Header, name, &old.source_ref.node, &new.source_ref.node);
                let why = format!("code is unchanged; the client writes the {name} into another header");
                self.recorder.value(&subject.key("name"), "header", [&old.name, &new.name], &why);
                if let Some(method) = method.filter(|_| !self.same_type(&old.ty, &new.ty)) {
                    let what = format!("type: {}", self.types(&old.ty, &new.ty));
                    let why = format!("`{method}` has another parameter type");
                    self.recorder.record(&subject.key("schema"), Breaking, &what, &why);
                }
                return;
            }
            [Some(header), None] => (Side::Old, header),
            [None, Some(header)] => (Side::New, header),
        };
        let subject = Subject::one(Kind::Header, name, side, &header.source_ref.node);
        let subject = subject.also(side, &header.source_ref.slot);
        let (compatibility, why) = match (side, method) {
            (Side::Old, Some(method)) => (Breaking, format!("`{method}` is removed")),
            (Side::New, Some(method)) => (Compatible, format!("the client has a new method `{method}`")),
            (Side::Old, None) => (Compatible, "the client no longer writes the header".to_owned()),
            (Side::New, None) => (Compatible, "the client fills in the header".to_owned()),
        };
        let what = format!("{}: `{}`", side.of(["removed", "added"]), code(&header.name));
        self.recorder.record(&subject, compatibility, &what, &why);
    }
}
