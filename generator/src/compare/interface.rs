//! The interface as a whole: groups, regions, error codes, and the headers that the client writes by itself.

use super::Comparer;
use super::change::{Action, Compatibility, Kind};
use super::describe::{code, from_to, removed};
use super::matching::{Call, matched};
use super::recorder::{Side, Subject};
use crate::model::{Api, ErrorCode, Group, ManagedHeader, Region};

/// Why a new variant of an enumeration of the client is compatible.
const OPEN: &str = "the enumeration is `#[non_exhaustive]`: every `match` has an arm for it";

impl<'a> Comparer<'a> {
    pub(super) fn interface(&mut self, calls: &[(&Call<'_>, &Call<'_>)]) {
        self.groups(calls);
        self.regions();
        self.error_codes();
        self.token();
        self.managed_headers();
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
        for (old, new) in &groups.both {
            // A tag that is not declared is stated by the operations alone.
            let (old_at, new_at) = (declared_at(old), declared_at(new));
            let mut subject = Subject::both(Kind::Group, code(&new.name), old_at, new_at);
            if old.pointer.is_some() && new.pointer.is_some() {
                self.recorder.pair(&subject);
            }
            subject = subject.keys(&["name", "x-client-name"]);
            for (old_call, new_call) in calls {
                if old_call.group.module == old.module && new_call.group.module == new.module {
                    subject = subject.also(Side::Old, format!("{}/tags", old_call.operation.pointer));
                    subject = subject.also(Side::New, format!("{}/tags", new_call.operation.pointer));
                }
            }
            if (&old.module, &old.type_name) != (&new.module, &new.type_name) {
                let what = format!("renamed: {}", from_to(&format!("{}()", old.module), &format!("{}()", new.module)));
                let why = format!("the module `{0}` and the method `{0}()` of the client are renamed", old.module);
                self.recorder.record(&subject, Action::Renamed, Compatibility::Breaking, what, why);
            } else if old.name != new.name {
                let what = format!("renamed: {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the catalogue and the documentation have the new one";
                self.recorder.record(&subject, Action::Renamed, Compatibility::Compatible, what, why);
            } else {
                continue;
            }
            self.renamed_groups.insert((&old.module, &new.module));
        }
        for (group, side) in groups.unmatched() {
            let of_operation = || group.operations.first().map(|first| format!("{}/tags", first.pointer));
            let pointer = group.pointer.clone().or_else(of_operation).unwrap_or_default();
            let subject = Subject::one(Kind::Group, code(&group.name), side, &pointer);
            let (compatibility, what, why) = if side == Side::Old {
                let why = format!("the module `{0}` and the method `{0}()` of the client are removed", group.module);
                (Compatibility::Breaking, "removed", why)
            } else {
                let why = format!("the client has a new method `{}()`", group.module);
                (Compatibility::Compatible, "added", why)
            };
            self.recorder.record_unmatched(&subject, compatibility, what, why);
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
        for (old, new) in &regions.both {
            let name = format!("Region::{}", new.variant);
            let subject = Subject::both(Kind::Region, name, &old.pointer, &new.pointer);
            self.recorder.pair(&subject);
            if old.variant != new.variant {
                let is_reused = new_api.regions.iter().any(|region| region.variant == old.variant);
                self.variant_renamed(&subject.key("x-region"), "Region", (&old.variant, &new.variant), is_reused);
            }
            if old.url != new.url {
                let what = format!("address: {}", from_to(&old.url, &new.url));
                let why = "code stays as it is; the client calls other servers";
                self.recorder.record(&subject.key("url"), Action::Changed, Compatibility::Compatible, what, why);
            }
        }
        for (region, side) in regions.unmatched() {
            let name = format!("Region::{}", region.variant);
            let subject = Subject::one(Kind::Region, name, side, &region.pointer);
            let is_reused = new_api.regions.iter().any(|known| known.variant == region.variant);
            self.variant_unmatched(&subject, side, is_reused, code(&region.url));
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
        if codes.is_reordered {
            self.order("ErrorCode", "x-error-codes", ("", ""));
        }
        for (old, new) in &codes.both {
            let name = format!("ErrorCode::{}", new.variant);
            let subject = Subject::both(Kind::ErrorCode, name, &old.pointer, &new.pointer);
            self.recorder.pair(&subject);
            if old.variant != new.variant {
                let is_reused = new_api.error_codes.iter().any(|entry| entry.variant == old.variant);
                self.variant_renamed(&subject.key("name"), "ErrorCode", (&old.variant, &new.variant), is_reused);
            }
            if old.code != new.code {
                let what = format!("number: {}", from_to(&old.code.to_string(), &new.code.to_string()));
                let why = "code stays as it is; the name means another number";
                self.recorder.record(&subject.key("code"), Action::Changed, Compatibility::Compatible, what, why);
            }
            if old.group != new.group {
                let what = format!("group: {}", from_to(&old.group, &new.group));
                let why = "the catalogue states it; no type depends on it";
                self.recorder.record(&subject.key("group"), Action::Changed, Compatibility::Compatible, what, why);
            }
        }
        for (entry, side) in codes.unmatched() {
            let name = format!("ErrorCode::{}", entry.variant);
            let subject = Subject::one(Kind::ErrorCode, name, side, &entry.pointer);
            let is_reused = new_api.error_codes.iter().any(|known| known.variant == entry.variant);
            self.variant_unmatched(&subject, side, is_reused, entry.code.to_string());
        }
    }

    /// A variant of an enumeration of the client that has another name.
    pub(super) fn variant_renamed(
        &mut self,
        subject: &Subject,
        enumeration: &str,
        (old, new): (&str, &str),
        is_reused: bool,
    ) {
        let what = format!("renamed: {}", from_to(old, new));
        let why = removed(&format!("{enumeration}::{old}"), is_reused);
        self.recorder.record(subject, Action::Renamed, Compatibility::Breaking, what, why);
    }

    /// A variant that only one of the clients has.
    pub(super) fn variant_unmatched(&mut self, subject: &Subject, side: Side, is_reused: bool, value: String) {
        if side == Side::Old {
            let why = removed(&subject.name, is_reused);
            self.recorder.record_unmatched(subject, Compatibility::Breaking, format!("removed: `{value}`"), why);
        } else {
            self.recorder.record_unmatched(subject, Compatibility::Compatible, format!("added: `{value}`"), OPEN);
        }
    }

    /// The variants of an enumeration in another order, which is the order of its values in Rust.
    pub(super) fn order(&mut self, name: &str, key: &str, (old, new): (&str, &str)) {
        let subject = Subject::both(Kind::Order, name, old, new).key(key);
        let why = "code compiles; `<` compares values in the order in which they are listed";
        let what = format!("`{key}` in another order");
        self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, what, why);
    }

    fn token(&mut self) {
        if self.old.token == self.new.token {
            return;
        }
        let [old, new] = [self.old, self.new].map(|api| {
            api.token.as_ref().map_or("none".to_owned(), |token| format!("{}: {}…", token.name, token.prefix))
        });
        let pointer = |api: &'a Api| api.token_pointer.as_deref().unwrap_or("/security");
        let subject = Subject::both(Kind::Header, "token", pointer(self.old), pointer(self.new));
        let why = "code stays as it is; the client writes the token into another header";
        self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, from_to(&old, &new), why);
    }

    fn managed_headers(&mut self) {
        let (old, new) = (&self.old.managed_headers, &self.new.managed_headers);
        self.managed_header("request id", (&old.request_id, &new.request_id), None);
        self.managed_header("language", (&old.language, &new.language), Some("ClientBuilder::language"));
        self.managed_header("project", (&old.project, &new.project), Some("Client::project"));
    }

    fn managed_header(
        &mut self,
        name: &str,
        headers: (&Option<ManagedHeader>, &Option<ManagedHeader>),
        method: Option<&str>,
    ) {
        match headers {
            (None, None) => {}
            (Some(old), Some(new)) => {
                let subject = Subject::both(Kind::Header, name, &old.source_ref.node, &new.source_ref.node);
                if old.name != new.name {
                    let what = format!("header: {}", from_to(&old.name, &new.name));
                    let why = format!("code stays as it is; the client writes the {name} into another header");
                    self.recorder.record(&subject.key("name"), Action::Changed, Compatibility::Compatible, what, why);
                }
                if let Some(method) = method.filter(|_| !self.same_type(&old.ty, &new.ty)) {
                    let types = from_to(&self.describe_old().ty(&old.ty), &self.describe_new().ty(&new.ty));
                    let (what, why) = (format!("type: {types}"), format!("`{method}` takes another type"));
                    self.recorder.record(&subject.key("schema"), Action::Changed, Compatibility::Breaking, what, why);
                }
            }
            (old, new) => {
                let side = if old.is_some() { Side::Old } else { Side::New };
                let Some(header) = old.as_ref().or(new.as_ref()) else { return };
                let subject = Subject::one(Kind::Header, name, side, &header.source_ref.node);
                let subject = subject.also(side, &header.source_ref.slot);
                let (compatibility, why) = match (side, method) {
                    (Side::Old, Some(method)) => (Compatibility::Breaking, format!("`{method}` is removed")),
                    (Side::New, Some(method)) => {
                        (Compatibility::Compatible, format!("the client has a new method `{method}`"))
                    }
                    (Side::Old, None) => {
                        (Compatibility::Compatible, "the client no longer writes the header".to_owned())
                    }
                    (Side::New, None) => {
                        (Compatibility::Compatible, "the client writes the header by itself".to_owned())
                    }
                };
                let what = if side == Side::Old { "removed" } else { "added" };
                let what = format!("{what}: `{}`", code(&header.name));
                self.recorder.record_unmatched(&subject, compatibility, what, why);
            }
        }
    }
}

/// Where a tag is declared, or would be.
fn declared_at(group: &Group) -> &str {
    group.pointer.as_deref().unwrap_or("/tags")
}
