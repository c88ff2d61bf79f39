//! What an operation takes and what it answers.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::interface::sides;
use super::pairs;
use super::told::{Side, Thing};
use super::words::{self, code, from_to, gone, if_other};
use crate::model::{Location, Operation, Parameter, Response};

impl Comparer<'_> {
    /// What an operation takes and what it answers.
    pub(super) fn exchange(&mut self, old: &Operation, new: &Operation) {
        let owner = if self.is_common { format!("{} {}", old.http_method, old.path) } else { new.id.clone() };
        let owner = code(&owner);
        self.parameters(old, new, &owner);
        self.body(old, new, &owner);
        let thing = Thing::both(Kind::Answer, owner, &old.response_ref.slot, &new.response_ref.slot);
        let same = match (self.old.received(&old.response), self.new.received(&new.response)) {
            (Some((old_type, old_optional)), Some((new_type, new_optional))) => {
                self.reach(old_type, new_type);
                self.schemas.push((old.response_ref.node.clone(), new.response_ref.node.clone()));
                old_optional == new_optional && self.same_type(old_type, new_type)
            }
            _ => self.old_words().answer(&old.response) == self.new_words().answer(&new.response),
        };
        let (old_type, new_type) = (self.old_words().answer(&old.response), self.new_words().answer(&new.response));
        let read_alike = std::mem::discriminant(&old.response) == std::mem::discriminant(&new.response);
        if !same {
            let why = "callers get another type";
            self.changes.tell(&thing, Action::Changed, Class::Breaking, from_to(&old_type, &new_type), why);
        } else if !read_alike {
            let what = "wrapped in another way, or null where it was not";
            let why = "callers get the same type; the client takes it out of the answer";
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
        } else if old.response.media_type() != new.response.media_type() {
            let shown = |answer: &Response| code(answer.media_type().unwrap_or("JSON"));
            let what = format!("of another type: {}", from_to(&shown(&old.response), &shown(&new.response)));
            let why = "code stays as it is; the client asks for the other type";
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
        } else {
            return;
        }
        self.changes.claim_thing(&thing);
        self.changes.claim(Side::Old, &old.response_ref.node);
        self.changes.claim(Side::New, &new.response_ref.node);
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
            let thing = Thing::one(Kind::Parameter, name, side, &parameter.source_ref.slot);
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
        let thing = Thing::both(Kind::Parameter, name, &old.source_ref.slot, &new.source_ref.slot);
        let node = Thing::both(Kind::Parameter, "", &old.source_ref.node, &new.source_ref.node);
        self.changes.note(&thing);
        self.schemas.push((format!("{}/schema", old.source_ref.node), format!("{}/schema", new.source_ref.node)));
        self.reach(&old.ty, &new.ty);
        let mut told: Vec<(Action, Class, String, String, &[&str])> = Vec::new();
        let is_taken = |field: &str| of_new.parameters.iter().any(|other| other.field == field);
        if !self.is_common {
            if old.field != new.field {
                let names = if old.name == new.name { (&old.field, &new.field) } else { (&old.name, &new.name) };
                let what = format!("renamed: {}", from_to(names.0, names.1));
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
                let thing = Thing::one(Kind::Body, owner, side, &body.source_ref.slot);
                let ty = words.body(body);
                let (class, what, why) = match (side, body.required) {
                    (Side::Old, _) => (Class::Breaking, "removed", "the field `body` is gone"),
                    (Side::New, true) => (Class::Breaking, "added", "`new` takes it: every call must give it"),
                    (Side::New, false) => (Class::Compatible, "added", "it is left out unless a caller sets it"),
                };
                return self.changes.tell_whole(&thing, class, format!("{what}: `{ty}`"), why);
            }
        };
        let thing = Thing::both(Kind::Body, owner, &old.source_ref.slot, &new.source_ref.slot);
        let node = Thing::both(Kind::Body, owner, &old.source_ref.node, &new.source_ref.node);
        self.changes.note(&thing);
        self.schemas.push((old.schema_pointer.clone(), new.schema_pointer.clone()));
        self.reach(&old.ty, &new.ty);
        let types = if_other(&self.old_words().body(old), &self.new_words().body(new));
        let same = self.same_type(&old.ty, &new.ty);
        let renamed = old.field != new.field && !self.is_common;
        if same && old.encoding != new.encoding {
            let what =
                format!("written as {}", from_to(&words::encoding(&old.encoding), &words::encoding(&new.encoding)));
            let why = "code stays as it is; the client writes the body in another way";
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
            self.changes.claim_thing(&node.key("content"));
        }
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
