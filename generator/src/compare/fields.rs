//! Objects: the fields that callers read, and how they are given.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::interface::sides;
use super::pairs;
use super::told::{Changes, Side, Thing};
use super::types::Owner;
use super::words::{code, from_to, gone, if_other, options};
use crate::model::{AdditionalProperties, Api, Field, Struct, TypeRef};

/// How a caller gives a field to a value of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    /// `new` takes it.
    Required,
    /// A method sets it.
    Optional,
    /// Nobody: there is only one value.
    Constant,
}

fn given(api: &Api, field: &Field) -> Given {
    match (api.const_value(field), field.required) {
        (Some(_), _) => Given::Constant,
        (None, true) => Given::Required,
        (None, false) => Given::Optional,
    }
}

impl<'a> Comparer<'a> {
    pub(super) fn object(&mut self, owner: &Owner<'_>, old: &'a Struct, new: &'a Struct) {
        let same = |old: &TypeRef, new: &TypeRef| self.same_type(old, new);
        let fields = pairs::fields(old, new, &same);
        let before = self.changes.told.len();
        for (from, to) in fields.both {
            self.field(owner, from, to, new);
        }
        let keeps_rest = old.additional_properties.is_some();
        for (field, side) in sides(fields.removed, fields.added) {
            let (words, definition) =
                if side == Side::Old { (self.old_words(), owner.old) } else { (self.new_words(), owner.new) };
            let thing = Thing::one(Kind::Field, self.field_name(owner, field), side, &field.pointer);
            let ty = words.field(definition, field, definition.is_input);
            let made = owner.made(self.is_common).1;
            let (class, what, why) = match side {
                Side::Old => {
                    let is_taken = new.fields.iter().any(|other| other.field == field.field);
                    (Class::Breaking, "removed", gone(&field.field, is_taken))
                }
                Side::New if made && given(self.new, field) == Given::Required => {
                    (Class::Breaking, "added and required", "`new` takes it: every caller must give it".to_owned())
                }
                Side::New => {
                    let why = if keeps_rest {
                        "structs are `#[non_exhaustive]`; it is not among the others any more"
                    } else {
                        "structs are `#[non_exhaustive]`: code does not see it"
                    };
                    (Class::Compatible, "added", why.to_owned())
                }
            };
            self.changes.tell_whole(&thing, class, format!("{what}: `{ty}`"), why);
            field.required_pointers.iter().for_each(|pointer| self.changes.claim(side, pointer));
        }
        self.rest(owner, old.additional_properties.as_ref(), new.additional_properties.as_ref());
        if self.changes.told.len() > before {
            // What is joined decides the members; they have been told.
            self.changes.claim(Side::Old, &format!("{}/allOf", owner.old.pointer));
            self.changes.claim(Side::New, &format!("{}/allOf", owner.new.pointer));
        }
    }

    fn field_name(&self, owner: &Owner<'_>, field: &Field) -> String {
        format!("{}.{}", owner.name, code(&field.name))
    }

    fn field(&mut self, owner: &Owner<'_>, old: &Field, new: &Field, of_new: &Struct) {
        let thing = Thing::both(Kind::Field, self.field_name(owner, new), &old.pointer, &new.pointer);
        let (made_old, made_new) = owner.made(self.is_common);
        self.changes.note(&thing);
        self.schemas.push((old.pointer.clone(), new.pointer.clone()));
        self.reach(&old.ty, &new.ty);
        let required_pointers = |changes: &mut Changes| {
            old.required_pointers.iter().for_each(|pointer| changes.claim(Side::Old, pointer));
            new.required_pointers.iter().for_each(|pointer| changes.claim(Side::New, pointer));
        };
        if !self.is_common {
            if old.field != new.field {
                let why = gone(&old.field, of_new.fields.iter().any(|other| other.field == old.field));
                let (from, to) = if old.name == new.name { (&old.field, &new.field) } else { (&old.name, &new.name) };
                let what = format!("renamed: {}", from_to(from, to));
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_move(&old.pointer);
                required_pointers(&mut self.changes);
            } else if old.name != new.name {
                let why = "its name in Rust is the same; the client reads and sends the new one";
                let what = format!("on the wire: {}", from_to(&old.name, &new.name));
                self.changes.tell(&thing, Action::Renamed, Class::Compatible, what, why);
                self.changes.claim_move(&old.pointer);
                required_pointers(&mut self.changes);
            }
            if old.deprecated != new.deprecated {
                let what = if new.deprecated { "deprecated" } else { "not deprecated any more" };
                let (class, why) = if made_new && !new.required {
                    (Class::Compatible, "code that sets it compiles, with or without a warning of the compiler")
                } else {
                    (Class::DocumentationOnly, "its documentation says so")
                };
                let thing = thing.key("deprecated");
                self.changes.tell(&thing, Action::Changed, class, what, why);
                self.changes.claim_thing(&thing);
            }
        }
        let (old_holding, new_holding) = (self.old.presence(old, made_old), self.new.presence(new, made_new));
        let same = self.same_type(&old.ty, &new.ty);
        let boxed = self.old.is_boxed(owner.old, old) != self.new.is_boxed(owner.new, new) && !self.is_common;
        let types = if_other(
            &self.old_words().field(owner.old, old, made_old),
            &self.new_words().field(owner.new, new, made_new),
        );
        let requirement = match (old.required, new.required) {
            (false, true) => "required now",
            (true, false) => "optional now",
            _ if old.nullable != new.nullable && new.nullable => "may be null now",
            _ if old.nullable != new.nullable => "is never null now",
            _ => "",
        };
        let (old_given, new_given) = (given(self.old, old), given(self.new, new));
        let (class, what, why) = if !same || boxed || options(old_holding) != options(new_holding) {
            let why = match (made_new, old_given == new_given) {
                (true, false) => "callers give it in another way, and it has another type",
                _ => "code that reads or sets it has another type",
            };
            (Class::Breaking, types, why)
        } else if made_old && made_new && old_given != new_given {
            let why = match (old_given, new_given) {
                (_, Given::Required) => "`new` takes it: every caller must give it",
                (Given::Required, Given::Optional) => "`new` does not take it any more: it is set by name",
                (Given::Required, Given::Constant) => "`new` does not take it any more: there is only one value",
                _ => "the method that sets it is gone",
            };
            let what = if requirement.is_empty() { "given in another way".to_owned() } else { String::new() };
            (Class::Breaking, what, why)
        } else if old.required != new.required {
            (Class::Compatible, String::new(), "the type is the same; an answer without it is read as before")
        } else if old.nullable != new.nullable {
            (Class::DocumentationOnly, String::new(), "the type is the same; null and missing are read alike")
        } else {
            return;
        };
        let what = [requirement, &what].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        self.changes.tell(&thing, Action::Changed, class, what, why);
        if same && !boxed {
            self.changes.claim_thing(&thing.key("nullable"));
        } else {
            self.changes.claim_thing(&thing);
        }
        required_pointers(&mut self.changes);
        if old.nullable != new.nullable {
            self.claim_null_of_target(&old.ty, &new.ty);
        }
    }

    /// A value may be null because its schema may: that has been told where the value is.
    fn claim_null_of_target(&mut self, old: &TypeRef, new: &TypeRef) {
        for (side, api, ty) in [(Side::Old, self.old, old), (Side::New, self.new, new)] {
            if let TypeRef::Named(id) = ty
                && let Some(definition) = api.definition(*id)
            {
                self.changes.claim(side, &format!("{}/nullable", definition.pointer));
            }
        }
    }

    fn rest(&mut self, owner: &Owner<'_>, old: Option<&AdditionalProperties>, new: Option<&AdditionalProperties>) {
        let name = |rest: &AdditionalProperties| format!("{}.{}", owner.name, rest.field);
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => {
                let thing = Thing::both(Kind::Field, name(new), &old.pointer, &new.pointer);
                self.schemas.push((old.pointer.clone(), new.pointer.clone()));
                self.reach(&old.ty, &new.ty);
                if !self.same_type(&old.ty, &new.ty) {
                    let types = from_to(&self.old_words().ty(&old.ty), &self.new_words().ty(&new.ty));
                    let why = "members that are not described have another type";
                    self.changes.tell(&thing, Action::Changed, Class::Breaking, types, why);
                    self.changes.claim_thing(&thing);
                } else if old.field != new.field && !self.is_common {
                    let why = gone(&old.field, false);
                    self.changes.tell(&thing, Action::Renamed, Class::Breaking, from_to(&old.field, &new.field), why);
                }
            }
            (Some(rest), None) => {
                let thing = Thing::one(Kind::Field, name(rest), Side::Old, &rest.pointer);
                let why = "members that are not described are not kept any more, and the field is gone";
                self.changes.tell_whole(&thing, Class::Breaking, "removed", why);
            }
            (None, Some(rest)) => {
                let thing = Thing::one(Kind::Field, name(rest), Side::New, &rest.pointer);
                let why = "structs are `#[non_exhaustive]`: code does not see it";
                self.changes.tell_whole(&thing, Class::Compatible, "added: keeps members that are not described", why);
            }
        }
    }
}
