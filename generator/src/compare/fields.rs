//! Objects: the fields that callers read, and how they are set.

use super::Comparer;
use super::change::{Action, Compatibility, Kind};
use super::constraints::Constrained;
use super::describe::{code, from_to, if_other, joined, options, removed};
use super::matching;
use super::recorder::{Side, Subject};
use super::types::Owner;
use crate::model::{AdditionalProperties, Api, Field, Struct, TypeRef};

/// How a caller sets a field of a new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setter {
    /// `new` takes it.
    Required,
    /// A method sets it.
    Optional,
    /// None: there is only one value.
    Constant,
}

fn setter(api: &Api, field: &Field) -> Setter {
    match (api.const_value(field), field.required) {
        (Some(_), _) => Setter::Constant,
        (None, true) => Setter::Required,
        (None, false) => Setter::Optional,
    }
}

/// Whether a field is written within its type, and not within another one that is joined with it.
fn is_own(owner: &str, field: &Field) -> bool {
    field.pointer.strip_prefix(owner).is_some_and(|rest| rest.starts_with('/'))
}

/// The subject, which the lists of required properties state, too.
fn with_required(subject: Subject, side: Side, field: &Field) -> Subject {
    field.required_pointers.iter().fold(subject, |subject, pointer| subject.also(side, pointer))
}

impl<'a> Comparer<'a> {
    pub(super) fn object(&mut self, owner: &Owner<'_>, old: &'a Struct, new: &'a Struct) {
        let same = |old: &TypeRef, new: &TypeRef| self.same_type(old, new);
        let fields = matching::fields(old, new, &same);
        for (from, to) in &fields.both {
            self.field(owner, from, to, new);
        }
        let keeps_others = old.additional_properties.is_some();
        for (field, side) in fields.unmatched() {
            let (describer, definition) =
                if side == Side::Old { (self.describe_old(), owner.old) } else { (self.describe_new(), owner.new) };
            let mut subject = Subject::one(Kind::Field, self.field_name(owner, field), side, &field.pointer);
            subject = with_required(subject, side, field);
            if !is_own(&definition.pointer, field) {
                // The type has it because of what it is joined with.
                subject = subject.also(side, format!("{}/allOf", definition.pointer));
            }
            let ty = describer.field(definition, field, definition.is_input);
            let is_input = owner.is_input(self.is_common).1;
            let (compatibility, what, why) = match side {
                Side::Old => {
                    let is_reused = new.fields.iter().any(|other| other.field == field.field);
                    (Compatibility::Breaking, "removed", removed(&field.field, is_reused))
                }
                Side::New if is_input && setter(self.new, field) == Setter::Required => {
                    let why = "`new` takes it: every caller must pass it".to_owned();
                    (Compatibility::Breaking, "added and required", why)
                }
                Side::New if keeps_others => {
                    let why = "structs are `#[non_exhaustive]`; it is no longer among the other properties".to_owned();
                    (Compatibility::Compatible, "added", why)
                }
                Side::New => (Compatibility::Compatible, "added", NON_EXHAUSTIVE.to_owned()),
            };
            self.recorder.record_unmatched(&subject, compatibility, format!("{what}: `{ty}`"), why);
        }
        self.additional_properties(owner, old.additional_properties.as_ref(), new.additional_properties.as_ref());
    }

    fn field_name(&self, owner: &Owner<'_>, field: &Field) -> String {
        format!("{}.{}", owner.name, code(&field.name))
    }

    fn field(&mut self, owner: &Owner<'_>, old: &Field, new: &Field, of_new: &Struct) {
        let subject = Subject::both(Kind::Field, self.field_name(owner, new), &old.pointer, &new.pointer);
        let required = with_required(with_required(subject.derived(), Side::Old, old), Side::New, new);
        if is_own(&owner.new.pointer, new) || old.pointer != new.pointer {
            self.recorder.pair(&subject);
        }
        self.reach(&old.ty, &new.ty);
        self.constraints(
            &subject.name,
            &Constrained { own: old.docs.constraints.as_deref(), pointer: &old.pointer, ty: &old.ty },
            &Constrained { own: new.docs.constraints.as_deref(), pointer: &new.pointer, ty: &new.ty },
        );
        if !self.is_common {
            self.field_names(&subject.location().and(&required), old, new, of_new);
            if old.deprecated != new.deprecated {
                let what = if new.deprecated { "deprecated" } else { "no longer deprecated" };
                let (compatibility, why) = if owner.new.is_input && !new.required {
                    let why = "code that sets it compiles, with or without a warning of the compiler";
                    (Compatibility::Compatible, why)
                } else {
                    (Compatibility::DocumentationOnly, "its documentation states it")
                };
                self.recorder.record(&subject.key("deprecated"), Action::Changed, compatibility, what, why);
            }
        }
        self.field_type(owner, &subject, &required, old, new);
    }

    fn field_names(&mut self, subject: &Subject, old: &Field, new: &Field, of_new: &Struct) {
        if old.field != new.field {
            let why = removed(&old.field, of_new.fields.iter().any(|other| other.field == old.field));
            let (from, to) = if old.name == new.name { (&old.field, &new.field) } else { (&old.name, &new.name) };
            let what = format!("renamed: {}", from_to(from, to));
            self.recorder.record(subject, Action::Renamed, Compatibility::Breaking, what, why);
        } else if old.name != new.name {
            let why = "its name in Rust is the same; the client reads and sends the new one";
            let what = format!("in JSON: {}", from_to(&old.name, &new.name));
            self.recorder.record(subject, Action::Renamed, Compatibility::Compatible, what, why);
        }
    }

    fn field_type(&mut self, owner: &Owner<'_>, subject: &Subject, required: &Subject, old: &Field, new: &Field) {
        let (old_input, new_input) = owner.is_input(self.is_common);
        let (old_presence, new_presence) = (self.old.presence(old, old_input), self.new.presence(new, new_input));
        let same = self.same_type(&old.ty, &new.ty);
        let boxed = self.old.is_boxed(owner.old, old) != self.new.is_boxed(owner.new, new) && !self.is_common;
        let types = if_other(
            &self.describe_old().field(owner.old, old, old_input),
            &self.describe_new().field(owner.new, new, new_input),
        );
        let required_now = match (old.required, new.required) {
            (false, true) => "required now",
            (true, false) => "optional now",
            _ => "",
        };
        let nullable_now = match (old.nullable, new.nullable) {
            (false, true) => "nullable now",
            (true, false) => "never null now",
            _ => "",
        };
        let presence = joined(", ", [required_now, nullable_now]);
        let (old_setter, new_setter) = (setter(self.old, old), setter(self.new, new));
        let (compatibility, what, why) = if !same || boxed || options(old_presence) != options(new_presence) {
            let why = if new_input && old_setter != new_setter {
                "callers set it differently, and it has another type"
            } else {
                "code that reads or sets it has another type"
            };
            (Compatibility::Breaking, types, why)
        } else if old_input && new_input && old_setter != new_setter {
            let why = match (old_setter, new_setter) {
                (_, Setter::Required) => "`new` takes it: every caller must pass it",
                (Setter::Required, Setter::Optional) => "`new` no longer takes it: it is set by name",
                (Setter::Required, Setter::Constant) => "`new` no longer takes it: there is only one value",
                _ => "the method that sets it is removed",
            };
            let what = if presence.is_empty() { "set differently".to_owned() } else { String::new() };
            (Compatibility::Breaking, what, why)
        } else if old.required != new.required {
            (Compatibility::Compatible, String::new(), "the type is the same; a response without it is read as before")
        } else if old.nullable != new.nullable {
            let why = "the type is the same; null and a missing property are read alike";
            (Compatibility::DocumentationOnly, String::new(), why)
        } else {
            return;
        };
        let what = joined(": ", [&*presence, &*what]);
        let mut subject = if same { subject.derived() } else { subject.clone() };
        if old.required != new.required {
            subject = subject.and(required);
        }
        if old.nullable != new.nullable {
            subject = subject.and(&Subject::both(Kind::Field, "", &old.pointer, &new.pointer).keys(&["nullable"]));
            // A value may be null because its schema may.
            for (side, api, ty) in [(Side::Old, self.old, &old.ty), (Side::New, self.new, &new.ty)] {
                if let TypeRef::Named(id) = ty
                    && let Some(definition) = api.definition(*id)
                {
                    subject = subject.also(side, format!("{}/nullable", definition.pointer));
                }
            }
        }
        self.recorder.record(&subject, Action::Changed, compatibility, what, why);
    }

    fn additional_properties(
        &mut self,
        owner: &Owner<'_>,
        old: Option<&AdditionalProperties>,
        new: Option<&AdditionalProperties>,
    ) {
        let name = |additional: &AdditionalProperties| format!("{}.{}", owner.name, additional.field);
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => {
                let subject = Subject::both(Kind::Field, name(new), &old.pointer, &new.pointer);
                self.recorder.pair(&subject);
                self.reach(&old.ty, &new.ty);
                self.constraints(
                    &subject.name,
                    &Constrained { own: old.constraints.as_deref(), pointer: &old.pointer, ty: &old.ty },
                    &Constrained { own: new.constraints.as_deref(), pointer: &new.pointer, ty: &new.ty },
                );
                if !self.same_type(&old.ty, &new.ty) {
                    let types = from_to(&self.describe_old().ty(&old.ty), &self.describe_new().ty(&new.ty));
                    let why = "properties that are not described have another type";
                    self.recorder.record(&subject, Action::Changed, Compatibility::Breaking, types, why);
                } else if old.field != new.field && !self.is_common {
                    let what = from_to(&old.field, &new.field);
                    let why = removed(&old.field, false);
                    let subject = subject.derived();
                    self.recorder.record(&subject, Action::Renamed, Compatibility::Breaking, what, why);
                }
            }
            (Some(old), None) => {
                let subject = Subject::one(Kind::Field, name(old), Side::Old, &old.pointer);
                let why = "properties that are not described are no longer kept, and the field is removed";
                self.recorder.record_unmatched(&subject, Compatibility::Breaking, "removed", why);
            }
            (None, Some(new)) => {
                let subject = Subject::one(Kind::Field, name(new), Side::New, &new.pointer);
                let what = "added: keeps properties that are not described";
                self.recorder.record_unmatched(&subject, Compatibility::Compatible, what, NON_EXHAUSTIVE);
            }
        }
    }
}

/// Why a new field is compatible.
const NON_EXHAUSTIVE: &str = "structs are `#[non_exhaustive]`: code is not affected";
