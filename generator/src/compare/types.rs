//! Types with names: what callers make, read and match on.

use super::Comparer;
use super::change::{Action, Class, Kind};
use super::interface::sides;
use super::pairs::matched;
use super::told::{Side, Thing};
use super::words::{code, from_to, gone, primitive_name};
use crate::model::{EnumValue, EnumValues, Primitive, Tagging, TypeDefinition, TypeId, TypeKind, Union, Variant};

/// Two definitions of one type, and how it is used.
pub(super) struct Owner<'a> {
    pub(super) name: String,
    pub(super) old: &'a TypeDefinition,
    pub(super) new: &'a TypeDefinition,
}

impl Owner<'_> {
    /// In this client, and in that one: whether callers make values of the type.
    pub(super) fn made(&self, is_common: bool) -> (bool, bool) {
        (self.old.is_input, if is_common { self.old.is_input } else { self.new.is_input })
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
        match (old.is_input, new.is_input) {
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
        match (old.is_string_content, new.is_string_content) {
            (false, true) => {
                let what = "held by a string now: it has `to_json_text` and `from_json_text`";
                self.changes.tell(thing, Action::Changed, Class::Compatible, what, "the client has new methods for it");
            }
            (true, false) => {
                let what = "not held by a string any more";
                let why = "`to_json_text` and `from_json_text` are gone";
                self.changes.tell(thing, Action::Changed, Class::Breaking, what, why);
            }
            _ => {}
        }
    }

    fn values<T: PartialEq + std::fmt::Debug>(
        &mut self,
        owner: &Owner<'_>,
        old: &'a [EnumValue<T>],
        new: &'a [EnumValue<T>],
    ) {
        let same_name = |old: &EnumValue<T>, new: &EnumValue<T>| !self.is_common && old.variant == new.variant;
        let renamed = |_: &EnumValue<T>, _: &EnumValue<T>| !self.is_common;
        let values = matched(old, new, |_, value: &EnumValue<T>| format!("{:?}", value.value), &[&same_name], &renamed);
        let pointers = |side: Side, value: &EnumValue<T>| {
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
            let other_name = from.variant != to.variant && !self.is_common;
            let sent = from_to(&format!("{:?}", from.value), &format!("{:?}", to.value));
            if from.value != to.value && !other_name {
                let what = format!("sent as {sent}");
                let why = "its name in Rust is the same; the client reads and sends the new value";
                self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
                self.changes.claim_thing(&thing);
            } else if other_name {
                let sent = if from.value == to.value { String::new() } else { format!(", sent as {sent}") };
                let what = format!("renamed: {}{sent}", from_to(&from.variant, &to.variant));
                let taken = new.iter().any(|other| other.variant == from.variant);
                let why = gone(&format!("{}::{}", owner.new.name, from.variant), taken);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_thing(&thing);
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
        if (old.tagging == Tagging::Opaque) != (new.tagging == Tagging::Opaque) {
            return self.other_form(owner, thing);
        }
        if old.tagging != new.tagging {
            let shown = |apart: &Tagging| match apart {
                Tagging::Property(tag) => tag.clone(),
                Tagging::Untagged | Tagging::Opaque => "what each form requires".to_owned(),
            };
            let what = format!("forms are told apart by {}", from_to(&shown(&old.tagging), &shown(&new.tagging)));
            let why = "code stays as it is; the client reads the forms in another way";
            let thing = thing.key("discriminator");
            self.changes.tell(&thing, Action::Changed, Class::Compatible, what, why);
            self.changes.claim_thing(&thing);
        }
        let place = |side: Side, form: &Variant| {
            let (base, union) = if side == Side::Old { (&owner.old.pointer, old) } else { (&owner.new.pointer, new) };
            let index = union.variants.iter().take_while(|known| !std::ptr::eq(*known, form)).count();
            format!("{base}/{}/{index}", union.key)
        };
        let same_type = |old: &Variant, new: &Variant| self.same_type(&old.ty, &new.ty);
        let forms =
            matched(&old.variants, &new.variants, |_, form: &Variant| form.variant.as_str(), &[&same_type], &|_, _| {
                false
            });
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
                let taken = new.variants.iter().any(|other| other.variant == from.variant);
                let why = gone(&format!("{}::{}", owner.new.name, from.variant), taken);
                self.changes.tell(&thing, Action::Renamed, Class::Breaking, what, why);
                self.changes.claim_thing(&thing);
            }
            if from.tags != to.tags && old.tagging == new.tagging {
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
            let taken = new.variants.iter().any(|other| other.variant == form.variant);
            let name = format!("{}::{}", owner.name, form.variant);
            self.variant(&thing, side, &name, taken, words.ty(&form.ty));
            let base = if side == Side::Old { &owner.old.pointer } else { &owner.new.pointer };
            self.changes.claim(side, &format!("{base}/discriminator/mapping"));
        }
    }
}
