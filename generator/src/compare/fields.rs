//! Objects: the fields that callers read and set.
//!
//! In: the structs of a pair of types. Out: recorded changes of their fields.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible, DocumentationOnly};
use super::change::Kind;
use super::constraints::Constrained;
use super::describe::{self, code, from_to, if_other, joined, options, removed};
use super::matching;
use super::recorder::{Side, Subject};
use super::types::DefinitionPair;
use crate::document::vocabulary::LENIENT;
use crate::model::{AdditionalProperties, Api, Field, Struct, TypeRef};

/// Why a new field is compatible.
const NON_EXHAUSTIVE: &str = "structs are `#[non_exhaustive]`: code is not affected";

/// How a caller sets a field of a new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setter {
    /// `new` requires it, or a method of the builder that must be called.
    Required,
    /// Callers may set it: with a method; in a type that is only received, by an assignment to the field.
    Optional,
    /// Callers do not set it: there is only one value.
    Constant,
}

fn setter(api: &Api, field: &Field, is_input: bool) -> Setter {
    if api.const_value(field).is_some() {
        Setter::Constant
    } else if api.is_required_argument(field, is_input) {
        Setter::Required
    } else {
        Setter::Optional
    }
}

/// Whether a field is defined in its type, and not in another type that is merged into it.
fn is_own(owner: &str, field: &Field) -> bool {
    field.pointer.strip_prefix(owner).is_some_and(|rest| rest.starts_with('/'))
}

/// The subject, which the lists of required properties state, too.
fn with_required(subject: Subject, side: Side, field: &Field) -> Subject {
    field.required_pointers.iter().fold(subject, |subject, pointer| subject.also(side, pointer))
}

/// Why a new required field breaks callers.
fn given_by(owner: &DefinitionPair<'_>) -> &'static str {
    let [_, new] = owner.definitions;
    if !new.is_constructed {
        "its `Default` is removed: it has a required field now"
    } else if owner.is_input[1] {
        "`new` requires it: every caller must pass it"
    } else {
        "`new` requires it: code that makes such a response, such as a test, must pass it"
    }
}

impl Comparer<'_> {
    /// Whether callers create values of a type, in each of the clients. In their tests they create responses, too; documents
    /// of different authors have only the requests in common.
    fn is_made(&self, owner: &DefinitionPair<'_>) -> [bool; 2] {
        if self.is_common {
            return owner.is_input;
        }
        // A type without constructors has only a `Default`, and only without required fields.
        Side::BOTH.map(|side| {
            let definition = side.of(owner.definitions);
            definition.is_constructed || !side.of(self.apis).has_required_fields(definition)
        })
    }

    pub(super) fn object(&mut self, owner: &DefinitionPair<'_>, old: &Struct, new: &Struct) {
        let same = |old: &TypeRef, new: &TypeRef| self.same_type(old, new);
        let fields = matching::fields(old, new, &same);
        let is_reused = |name: &str| new.fields.iter().any(|other| other.field == name);
        for (from, to) in &fields.both {
            self.field(owner, from, to, is_reused(&from.field));
        }
        for (field, side) in fields.unmatched() {
            let definition = side.of(owner.definitions);
            let name = format!("{}.{}", owner.name, code(&field.name));
            let mut subject = with_required(Subject::one(Kind::Field, name, side, &field.pointer), side, field);
            if !is_own(&definition.pointer, field) {
                // The type has it because of a merged type.
                subject = subject.also(side, format!("{}/allOf", definition.pointer));
            }
            let ty = self.describe(side).field(definition, field, definition.is_input);
            // Callers of the old client made values without it; an author of another document makes those of the new one.
            let is_made = if self.is_common { owner.is_input[1] } else { self.is_made(owner)[0] };
            let is_argument = is_made && setter(side.of(self.apis), field, owner.is_input[1]) == Setter::Required;
            if side == Side::Old {
                let why = removed(&field.field, is_reused(&field.field));
                self.recorder.record(&subject, Breaking, &format!("removed: `{ty}`"), &why);
            } else if is_argument {
                let why = given_by(owner);
                self.recorder.record(&subject, Breaking, &format!("added and required: `{ty}`"), why);
            } else {
                let why = match old.additional_properties {
                    Some(_) => "structs are `#[non_exhaustive]`; it is no longer among the other properties",
                    None => NON_EXHAUSTIVE,
                };
                self.recorder.record(&subject, Compatible, &format!("added: `{ty}`"), why);
            }
        }
        if old.is_lenient != new.is_lenient && !self.is_common {
            let [at, new_at] = owner.definitions.map(|definition| &*definition.pointer);
            let subject = Subject::both(Kind::Type, owner.name.clone(), at, new_at);
            let what = match new.is_lenient {
                true => "lenient now: a property that does not match its type is kept with the undescribed ones",
                false => "no longer lenient: a property that does not match its type makes decoding fail",
            };
            let why = "code is unchanged; the client decodes other responses";
            self.recorder.record(&subject.key(LENIENT), Compatible, what, why);
        }
        self.additional_properties(owner, [&old.additional_properties, &new.additional_properties]);
    }

    fn field(&mut self, owner: &DefinitionPair<'_>, old: &Field, new: &Field, is_reused: bool) {
        let name = format!("{}.{}", owner.name, code(&new.name));
        let subject = Subject::both(Kind::Field, name, &old.pointer, &new.pointer);
        let required = with_required(with_required(subject.derived(), Side::Old, old), Side::New, new);
        if is_own(&owner.definitions[1].pointer, new) || old.pointer != new.pointer {
            self.recorder.pair(&subject);
        }
        self.reach(&old.ty, &new.ty);
        let [old_value, new_value] =
            [old, new].map(|field| Constrained::new(&field.docs.constraints, &field.pointer, &field.ty));
        self.constraints(&subject.name, &old_value, &new_value);
        if !self.is_common {
            let names = subject.location().and(&required);
            if old.field != new.field {
                let (from, to) = if old.name == new.name { (&old.field, &new.field) } else { (&old.name, &new.name) };
                let what = format!("renamed: {}", from_to(from, to));
                self.recorder.renamed(&names, Breaking, &what, &removed(&old.field, is_reused));
            } else if old.name != new.name {
                let what = format!("in JSON: {}", from_to(&old.name, &new.name));
                let why = "its name in Rust is the same; the client reads and sends the new one";
                self.recorder.renamed(&names, Compatible, &what, why);
            }
            if old.deprecated != new.deprecated {
                let (compatibility, why) = describe::deprecated_value(owner.is_input[1] && !new.required);
                let what = describe::deprecated(new.deprecated);
                self.recorder.record(&subject.key("deprecated"), compatibility, what, why);
            }
        }
        self.field_type(owner, &subject, &required, old, new);
    }

    fn field_type(
        &mut self,
        owner: &DefinitionPair<'_>,
        subject: &Subject,
        required: &Subject,
        old: &Field,
        new: &Field,
    ) {
        let sides = [(Side::Old, old), (Side::New, new)];
        let [old_options, new_options] =
            sides.map(|(side, field)| options(side.of(self.apis).presence(field, side.of(owner.is_input))));
        let [old_boxed, new_boxed] =
            sides.map(|(side, field)| side.of(self.apis).is_boxed(side.of(owner.definitions), field));
        let [old_setter, new_setter] =
            sides.map(|(side, field)| setter(side.of(self.apis), field, side.of(owner.is_input)));
        let is_made = self.is_made(owner);
        let is_set_differently = match is_made {
            [true, true] => true,
            // `Default` is removed, because the new type has a required field.
            [true, false] => !self.is_common && new_setter == Setter::Required,
            [false, _] => false,
        };
        let [old_type, new_type] = sides
            .map(|(side, field)| self.describe(side).field(side.of(owner.definitions), field, side.of(owner.is_input)));
        let same = self.same_type(&old.ty, &new.ty);
        let same_box = old_boxed == new_boxed || self.is_common;
        let required_now = match (old.required, new.required) {
            (false, true) => "required now",
            (true, false) => "optional now",
            _ => "",
        };
        let nullable_now = match (old.nullable, new.nullable) {
            (false, true) => "nullable now",
            (true, false) => "no longer nullable",
            _ => "",
        };
        let presence = joined(", ", [required_now, nullable_now]);
        let (compatibility, what, why) = if !same || !same_box || old_options != new_options {
            let why = if is_made[1] && old_setter != new_setter {
                "callers set it differently, and it has another type"
            } else {
                "code that reads or sets it has another type"
            };
            (Breaking, joined(": ", [&presence, &if_other(&old_type, &new_type)]), why)
        } else if old_setter != new_setter && is_set_differently {
            let why = match (old_setter, new_setter) {
                (_, Setter::Required) => given_by(owner),
                (Setter::Required, Setter::Optional) => "`new` no longer requires it: it is set by name",
                (Setter::Required, Setter::Constant) => "`new` no longer requires it: there is only one value",
                _ => "the method that sets it is removed",
            };
            (Breaking, if presence.is_empty() { "set differently".to_owned() } else { presence }, why)
        } else if old.required != new.required {
            (Compatible, presence, "the type is the same; a response without it is read as before")
        } else if old.nullable != new.nullable {
            (
                DocumentationOnly,
                presence,
                "the type is the same; null and a missing property are decoded to the same value",
            )
        } else {
            return;
        };
        let mut fact = if same { subject.derived() } else { subject.clone() };
        if old.required != new.required {
            fact = fact.and(required);
        }
        if old.nullable != new.nullable {
            fact = fact.and(&subject.keys(&["nullable"]));
            // A value is nullable if its schema is.
            for (side, field) in sides {
                if let TypeRef::Named(id) = field.ty
                    && let Some(definition) = side.of(self.apis).definition(id)
                {
                    fact = fact.also(side, format!("{}/nullable", definition.pointer));
                }
            }
        }
        self.recorder.record(&fact, compatibility, &what, why);
    }

    fn additional_properties(&mut self, owner: &DefinitionPair<'_>, both: [&Option<AdditionalProperties>; 2]) {
        let name = |additional: &AdditionalProperties| format!("{}.{}", owner.name, additional.field);
        match both {
            [None, None] => {}
            [Some(old), Some(new)] => {
                let subject = Subject::both(Kind::Field, name(new), &old.pointer, &new.pointer);
                self.recorder.pair(&subject);
                self.reach(&old.ty, &new.ty);
                let [old_value, new_value] =
                    [old, new].map(|it| Constrained::new(&it.constraints, &it.pointer, &it.ty));
                self.constraints(&subject.name, &old_value, &new_value);
                if !self.same_type(&old.ty, &new.ty) {
                    let why = "undescribed properties have another type";
                    self.recorder.record(&subject, Breaking, &self.types(&old.ty, &new.ty), why);
                } else if old.field != new.field && !self.is_common {
                    let (what, why) = (from_to(&old.field, &new.field), removed(&old.field, false));
                    self.recorder.renamed(&subject.derived(), Breaking, &what, &why);
                }
            }
            [Some(old), None] => {
                let subject = Subject::one(Kind::Field, name(old), Side::Old, &old.pointer);
                let why = "undescribed properties are no longer preserved, and the field is removed";
                self.recorder.record(&subject, Breaking, "removed", why);
            }
            [None, Some(new)] => {
                let subject = Subject::one(Kind::Field, name(new), Side::New, &new.pointer);
                let what = "added: preserves undescribed properties";
                self.recorder.record(&subject, Compatible, what, NON_EXHAUSTIVE);
            }
        }
    }
}
