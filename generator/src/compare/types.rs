//! Types with names: what callers make, read and match on.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::interface::sides;
use super::pairs::{self, Rule, matched};
use super::told::{Side, Thing};
use super::words::{code, from_to, gone, if_other, options, primitive_name};
use crate::model::{
    EnumValues, Field, Form, Primitive, Rest, Struct, TypeDefinition, TypeId, TypeKind, TypeRef, Union, Variant,
};

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

fn given(field: &Field) -> Given {
    match (field.constant, field.required) {
        (Some(_), _) => Given::Constant,
        (None, true) => Given::Required,
        (None, false) => Given::Optional,
    }
}

/// Two definitions of one type, and how it is used.
struct Owner<'a> {
    name: String,
    old: &'a TypeDefinition,
    new: &'a TypeDefinition,
}

impl Owner<'_> {
    /// In this client, and in that one: whether callers make values of the type.
    fn made(&self, is_common: bool) -> (bool, bool) {
        (self.old.in_requests, if is_common { self.old.in_requests } else { self.new.in_requests })
    }
}

impl<'a> Comparer<'a> {
    /// All types, by their names.
    pub(super) fn definitions(&mut self) {
        for (old, new) in self.types.in_order() {
            self.definition(old, new);
        }
        let lonely = |types: &'a [TypeDefinition], known: &dyn Fn(TypeId) -> bool| -> Vec<&'a TypeDefinition> {
            let all = types.iter().enumerate();
            all.filter(|(index, _)| !known(TypeId(*index))).map(|(_, definition)| definition).collect()
        };
        let removed = lonely(&self.old.types, &|id| self.types.has_old(id));
        let added = lonely(&self.new.types, &|id| self.types.has_new(id));
        for (definition, side) in sides(removed, added) {
            let thing = Thing::one(Kind::Type, code(&definition.name), side, &definition.pointer);
            if side == Side::Old {
                let why = format!("`types::{}` is gone", definition.name);
                let what = format!("removed: {}", self.old_words().form(&definition.kind));
                self.changes.tell_whole(&thing, Class::Breaking, what, why);
            } else {
                let what = format!("added: {}", self.new_words().form(&definition.kind));
                self.changes.tell_whole(&thing, Class::Compatible, what, "nobody has used it yet");
            }
        }
    }

    /// The types that were found by their position.
    pub(super) fn reached_types(&mut self) {
        while let Some((old, new)) = self.reached.pop() {
            self.definition(old, new);
        }
    }

    fn definition(&mut self, old: TypeId, new: TypeId) {
        let (old_api, new_api) = (self.old, self.new);
        let (Some(old), Some(new)) = (old_api.definition(old), new_api.definition(new)) else { return };
        let name = if self.is_common { &old.name } else { &new.name };
        let owner = Owner { name: code(name), old, new };
        let thing = Thing::both(Kind::Type, owner.name.clone(), &old.pointer, &new.pointer);
        self.changes.note(&thing);
        self.schemas.push((old.pointer.clone(), new.pointer.clone()));
        if !self.is_common {
            self.type_names(&owner, &thing);
        }
        match (&old.kind, &new.kind) {
            (TypeKind::Struct(old), TypeKind::Struct(new)) => self.object(&owner, old, new),
            (TypeKind::Union(old), TypeKind::Union(new)) => self.union(&owner, &thing, old, new),
            (TypeKind::Enum(old), TypeKind::Enum(new)) => match (&old.values, &new.values) {
                (EnumValues::Text(old), EnumValues::Text(new)) => self.values(&owner, old, new),
                (EnumValues::Integer(old), EnumValues::Integer(new)) => self.values(&owner, old, new),
                _ => self.other_form(&owner, &thing),
            },
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) if old == new => {}
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) => self.other_primitive(&thing, *old, *new),
            (TypeKind::Alias(old), TypeKind::Alias(new)) => {
                self.reach(old, new);
                if !self.same_type(old, new) {
                    self.other_form(&owner, &thing);
                }
            }
            _ => self.other_form(&owner, &thing),
        }
    }

    fn other_form(&mut self, owner: &Owner<'_>, thing: &Thing) {
        let (old, new) = (self.old_words().form(&owner.old.kind), self.new_words().form(&owner.new.kind));
        let what = format!("{} → {}", old, new);
        self.changes.tell(
            thing,
            Action::Changed,
            Class::Breaking,
            what,
            "code that makes or reads it has another type",
        );
        self.changes.claim_thing(thing);
    }

    fn other_primitive(&mut self, thing: &Thing, old: Primitive, new: Primitive) {
        let what = format!("made of another type: {}", from_to(primitive_name(old), primitive_name(new)));
        let why = "it is made of another type, and gives another one back";
        self.changes.tell(thing, Action::Changed, Class::Breaking, what, why);
        self.changes.claim_thing(thing);
    }

    /// How callers name it, and whether they make values of it.
    fn type_names(&mut self, owner: &Owner<'_>, thing: &Thing) {
        let (old, new) = (owner.old, owner.new);
        if old.name != new.name {
            let what = format!("renamed: {}", from_to(&old.name, &new.name));
            let why = format!("`types::{}` is gone; the new one has its shape and its place", old.name);
            self.changes.tell(thing, Action::Renamed, Class::Breaking, what, why);
            self.changes.claim_move(&old.pointer);
        } else if let (Some(old), Some(new)) = (&old.required_name, &new.required_name)
            && old != new
        {
            let why = format!("`types::{old}` is gone");
            self.changes.tell(thing, Action::Renamed, Class::Breaking, from_to(old, new), why);
        }
        if !matches!(old.kind, TypeKind::Struct(_)) || !matches!(new.kind, TypeKind::Struct(_)) {
            return;
        }
        match (old.in_requests, new.in_requests) {
            (false, true) => {
                let why = "the client has a new way to make it";
                let what = "part of a request now: it has `new` and methods that set its fields";
                self.changes.tell(thing, Action::Changed, Class::Compatible, what, why);
            }
            (true, false) => {
                let why = "`new` and the methods that set its fields are gone";
                self.changes.tell(thing, Action::Changed, Class::Breaking, "not part of a request any more", why);
            }
            _ => {}
        }
    }

    fn object(&mut self, owner: &Owner<'_>, old: &'a Struct, new: &'a Struct) {
        let same = |old: &TypeRef, new: &TypeRef| self.same_type(old, new);
        let fields = pairs::fields(old, new, &same);
        let before = self.changes.told.len();
        for (from, to) in fields.both {
            self.field(owner, from, to, new);
        }
        let keeps_rest = old.rest.is_some();
        for (field, side) in sides(fields.removed, fields.added) {
            let (words, definition) =
                if side == Side::Old { (self.old_words(), owner.old) } else { (self.new_words(), owner.new) };
            let thing = Thing::one(Kind::Field, self.field_name(owner, field), side, &field.pointer);
            let ty = words.field(field, definition.in_requests);
            let made = owner.made(self.is_common).1;
            let (class, what, why) = match side {
                Side::Old => {
                    let is_taken = new.fields.iter().any(|other| other.field == field.field);
                    (Class::Breaking, "removed", gone(&field.field, is_taken))
                }
                Side::New if made && given(field) == Given::Required => {
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
        self.rest(owner, old.rest.as_ref(), new.rest.as_ref());
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
        let required_pointers = |changes: &mut super::told::Changes| {
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
        let (old_holding, new_holding) = (self.old.holding(old, made_old), self.new.holding(new, made_new));
        let same = self.same_type(&old.ty, &new.ty);
        let boxed = old.boxed != new.boxed && !self.is_common;
        let types = if_other(&self.old_words().field(old, made_old), &self.new_words().field(new, made_new));
        let requirement = match (old.required, new.required) {
            (false, true) => "required now",
            (true, false) => "optional now",
            _ if old.nullable != new.nullable && new.nullable => "may be null now",
            _ if old.nullable != new.nullable => "is never null now",
            _ => "",
        };
        let (old_given, new_given) = (given(old), given(new));
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

    fn rest(&mut self, owner: &Owner<'_>, old: Option<&Rest>, new: Option<&Rest>) {
        let name = |rest: &Rest| format!("{}.{}", owner.name, rest.field);
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

    fn values<T: PartialEq + std::fmt::Debug>(
        &mut self,
        owner: &Owner<'_>,
        old: &'a [Variant<T>],
        new: &'a [Variant<T>],
    ) {
        let same_name = |old: &Variant<T>, new: &Variant<T>| old.variant == new.variant;
        let rules: &[Rule<'_, Variant<T>>] = if self.is_common { &[] } else { &[&same_name] };
        let values = matched(old, new, |_, value: &Variant<T>| format!("{:?}", value.value), rules, &|_, _| false);
        let pointers = |side: Side, value: &Variant<T>| {
            let base = if side == Side::Old { &owner.old.pointer } else { &owner.new.pointer };
            ["enum", "x-enum-varnames", "x-enum-descriptions"].map(|key| format!("{base}/{key}/{}", value.index))
        };
        for (from, to) in values.both {
            let [(old_at, old_name_at), (new_at, new_name_at)] =
                [(Side::Old, from), (Side::New, to)].map(|(side, value)| {
                    let [value_at, name_at, _] = pointers(side, value);
                    (value_at, name_at)
                });
            let name = format!("{}::{}", owner.name, to.variant);
            let thing = Thing::both(Kind::Value, name.clone(), &old_at, &new_at);
            if from.value != to.value {
                let what = format!("sent as {}", from_to(&format!("{:?}", from.value), &format!("{:?}", to.value)));
                let why = "its name in Rust is the same; the client reads and sends the new value";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim_thing(&thing);
            } else if from.variant != to.variant && !self.is_common {
                let what = format!("renamed: {}", from_to(&from.variant, &to.variant));
                let taken = new.iter().any(|other| other.variant == from.variant);
                let why = gone(&format!("{}::{}", owner.new.name, from.variant), taken);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_thing(&Thing::both(Kind::Value, name, &old_name_at, &new_name_at));
            }
        }
        for (value, side) in sides(values.removed, values.added) {
            let [value_at, name_at, words_at] = pointers(side, value);
            let thing = Thing::one(Kind::Value, format!("{}::{}", owner.name, value.variant), side, &value_at);
            let taken = new.iter().any(|other| other.variant == value.variant);
            let name = format!("{}::{}", owner.name, value.variant);
            self.variant(&thing, side, &name, taken, code(&format!("{:?}", value.value)));
            self.changes.claim_whole(side, &name_at);
            self.changes.claim_whole(side, &words_at);
        }
    }

    fn union(&mut self, owner: &Owner<'_>, thing: &Thing, old: &'a Union, new: &'a Union) {
        if old.tag != new.tag {
            let shown = |tag: &Option<String>| tag.clone().unwrap_or_else(|| "what each form requires".to_owned());
            let what = format!("forms are told apart by {}", from_to(&shown(&old.tag), &shown(&new.tag)));
            let why = "code stays as it is; the client reads the forms in another way";
            let thing = thing.key("discriminator");
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
            self.changes.claim_thing(&thing);
        }
        let place = |side: Side, form: &Form| {
            let (base, forms) =
                if side == Side::Old { (&owner.old.pointer, &old.forms) } else { (&owner.new.pointer, &new.forms) };
            let index = forms.iter().take_while(|known| !std::ptr::eq(*known, form)).count();
            format!("{base}/oneOf/{index}")
        };
        let same_type = |old: &Form, new: &Form| self.same_type(&old.ty, &new.ty);
        let forms =
            matched(&old.forms, &new.forms, |_, form: &Form| form.variant.as_str(), &[&same_type], &|_, _| false);
        for (from, to) in forms.both {
            let name = format!("{}::{}", owner.name, to.variant);
            let thing = Thing::both(Kind::Form, name, &place(Side::Old, from), &place(Side::New, to));
            self.reach(&from.ty, &to.ty);
            if !self.same_type(&from.ty, &to.ty) {
                let types = from_to(&self.old_words().ty(&from.ty), &self.new_words().ty(&to.ty));
                self.changes.tell(&thing, Action::Changed, Class::Breaking, types, "the variant holds another type");
                self.changes.claim_thing(&thing);
            }
            if from.variant != to.variant && !self.is_common {
                let what = format!("renamed: {}", from_to(&from.variant, &to.variant));
                let taken = new.forms.iter().any(|other| other.variant == from.variant);
                let why = gone(&format!("{}::{}", owner.new.name, from.variant), taken);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_thing(&thing);
            }
            if from.tags != to.tags && old.tag == new.tag {
                let what = format!("meant by {}", from_to(&from.tags.join(", "), &to.tags.join(", ")));
                let why = "code stays as it is; the client reads other values as this form";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim(Side::Old, &format!("{}/discriminator/mapping", owner.old.pointer));
                self.changes.claim(Side::New, &format!("{}/discriminator/mapping", owner.new.pointer));
            }
        }
        for (form, side) in sides(forms.removed, forms.added) {
            let thing = Thing::one(Kind::Form, format!("{}::{}", owner.name, form.variant), side, &place(side, form));
            let words = if side == Side::Old { self.old_words() } else { self.new_words() };
            let taken = new.forms.iter().any(|other| other.variant == form.variant);
            let name = format!("{}::{}", owner.name, form.variant);
            self.variant(&thing, side, &name, taken, words.ty(&form.ty));
            let base = if side == Side::Old { &owner.old.pointer } else { &owner.new.pointer };
            self.changes.claim(side, &format!("{base}/discriminator/mapping"));
        }
    }
}
