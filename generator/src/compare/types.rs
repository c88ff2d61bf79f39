//! Types with names: what callers make, read and match on.

use super::Comparer;
use super::change::{Action, Compatibility, Kind};
use super::constraints::Constrained;
use super::describe::{code, from_to, primitive_name, removed};
use super::matching::{Matched, matched};
use super::recorder::{Side, Subject};
use crate::model::{EnumValue, EnumValues, Primitive, Tagging, TypeDefinition, TypeId, TypeKind, Union, Variant};

/// Two definitions of one type.
pub(super) struct Owner<'a> {
    pub(super) name: String,
    pub(super) old: &'a TypeDefinition,
    pub(super) new: &'a TypeDefinition,
}

impl Owner<'_> {
    /// Whether callers make values of the type, in the old client and in the new one.
    pub(super) fn is_input(&self, is_common: bool) -> (bool, bool) {
        (self.old.is_input, if is_common { self.old.is_input } else { self.new.is_input })
    }

    fn pointer(&self, side: Side) -> &str {
        if side == Side::Old { &self.old.pointer } else { &self.new.pointer }
    }
}

impl<'a> Comparer<'a> {
    /// All types, by their names.
    pub(super) fn definitions(&mut self) {
        let both = self.types.in_order();
        for (old, new) in &both {
            self.definition(*old, *new);
        }
        let unmatched = |types: &'a [TypeDefinition], side: Side| -> Vec<&'a TypeDefinition> {
            let all = types.iter().enumerate();
            let free = all.filter(|(index, _)| !self.types.has_partner(side, TypeId(*index)));
            free.map(|(_, definition)| definition).collect()
        };
        let (removed, added) = (unmatched(&self.old.types, Side::Old), unmatched(&self.new.types, Side::New));
        let types = Matched { both: Vec::new(), removed, added, is_reordered: false };
        for (definition, side) in types.unmatched() {
            let subject = Subject::one(Kind::Type, code(&definition.name), side, &definition.pointer);
            if side == Side::Old {
                let why = format!("`types::{}` is removed", definition.name);
                let what = format!("removed: {}", self.describe_old().kind(&definition.kind));
                self.recorder.record_unmatched(&subject, Compatibility::Breaking, what, why);
            } else {
                let what = format!("added: {}", self.describe_new().kind(&definition.kind));
                let why = "no program uses it yet";
                self.recorder.record_unmatched(&subject, Compatibility::Compatible, what, why);
            }
        }
    }

    pub(super) fn definition(&mut self, old: TypeId, new: TypeId) {
        let (old_api, new_api) = (self.old, self.new);
        let (Some(old), Some(new)) = (old_api.definition(old), new_api.definition(new)) else { return };
        let name = if self.is_common { &old.name } else { &new.name };
        let owner = Owner { name: code(name), old, new };
        let subject = Subject::both(Kind::Type, owner.name.clone(), &old.pointer, &new.pointer);
        self.recorder.pair(&subject);
        self.constraints(&owner.name, &Constrained::of(old), &Constrained::of(new));
        if !self.is_common {
            self.type_names(&owner, &subject);
        }
        match (&old.kind, &new.kind) {
            (TypeKind::Struct(old), TypeKind::Struct(new)) => self.object(&owner, old, new),
            (TypeKind::Union(old), TypeKind::Union(new)) => self.union(&owner, &subject, old, new),
            (TypeKind::Enum(old), TypeKind::Enum(new)) => match (&old.values, &new.values) {
                (EnumValues::Text(old), EnumValues::Text(new)) => self.values(&owner, old, new),
                (EnumValues::Integer(old), EnumValues::Integer(new)) => self.values(&owner, old, new),
                _ => self.other_kind(&owner, &subject),
            },
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) if old == new => {}
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) => self.other_primitive(&subject, *old, *new),
            (TypeKind::Alias(old), TypeKind::Alias(new)) => {
                self.reach(old, new);
                if !self.same_type(old, new) {
                    self.other_kind(&owner, &subject);
                }
            }
            _ => self.other_kind(&owner, &subject),
        }
    }

    fn other_kind(&mut self, owner: &Owner<'_>, subject: &Subject) {
        let (old, new) = (self.describe_old().kind(&owner.old.kind), self.describe_new().kind(&owner.new.kind));
        let what = format!("{old} → {new}");
        let why = "code that makes or reads it has another type";
        self.recorder.record(subject, Action::Changed, Compatibility::Breaking, what, why);
    }

    fn other_primitive(&mut self, subject: &Subject, old: Primitive, new: Primitive) {
        let what = format!("inner type: {}", from_to(primitive_name(old), primitive_name(new)));
        let why = "it is made of another type, and converts into another one";
        self.recorder.record(subject, Action::Changed, Compatibility::Breaking, what, why);
    }

    /// The names that callers use, and whether they make values of the type.
    fn type_names(&mut self, owner: &Owner<'_>, subject: &Subject) {
        let (old, new) = (owner.old, owner.new);
        if old.name != new.name {
            let what = format!("renamed: {}", from_to(&old.name, &new.name));
            let why =
                format!("`types::{}` is removed; the new one has the same shape and is used in its place", old.name);
            self.recorder.record(&subject.location(), Action::Renamed, Compatibility::Breaking, what, why);
        } else if let (Some(old), Some(new)) = (&old.required_name, &new.required_name)
            && old != new
        {
            let (what, why) = (from_to(old, new), format!("`types::{old}` is removed"));
            self.recorder.record(&subject.derived(), Action::Renamed, Compatibility::Breaking, what, why);
        }
        if !matches!((&old.kind, &new.kind), (TypeKind::Struct(_), TypeKind::Struct(_))) {
            return;
        }
        let (compatibility, what, why) = match (old.is_input, new.is_input) {
            (false, true) => (
                Compatibility::Compatible,
                "part of a request now: it has `new` and methods that set its fields",
                "callers can make values of it",
            ),
            (true, false) => (
                Compatibility::Breaking,
                "no longer part of a request",
                "`new` and the methods that set its fields are removed",
            ),
            _ => return,
        };
        self.recorder.record(&subject.derived(), Action::Changed, compatibility, what, why);
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
        let at = |side: Side, value: &EnumValue<T>, key: &str| format!("{}/{key}/{}", owner.pointer(side), value.index);
        if values.is_reordered && !self.is_common {
            self.order(&owner.name, "enum", (&owner.old.pointer, &owner.new.pointer));
        }
        for (from, to) in &values.both {
            let name = format!("{}::{}", owner.name, to.variant);
            let both = |key: &str| (at(Side::Old, from, key), at(Side::New, to, key));
            let [value_at, name_at, description_at] = ["enum", NAMES, DESCRIPTIONS].map(both);
            self.recorder.pair_at(&name, "", &value_at.0, &value_at.1);
            self.recorder.pair_at(&name, "name", &name_at.0, &name_at.1);
            self.recorder.pair_at(&name, "description", &description_at.0, &description_at.1);
            let subject = Subject::both(Kind::Value, name, &value_at.0, &value_at.1);
            let sent = from_to(&format!("{:?}", from.value), &format!("{:?}", to.value));
            if from.variant != to.variant && !self.is_common {
                let subject = subject.also(Side::Old, name_at.0).also(Side::New, name_at.1);
                let sent = if from.value == to.value { String::new() } else { format!(", sent as {sent}") };
                let what = format!("renamed: {}{sent}", from_to(&from.variant, &to.variant));
                let is_reused = new.iter().any(|other| other.variant == from.variant);
                let why = removed(&format!("{}::{}", owner.new.name, from.variant), is_reused);
                self.recorder.record(&subject, Action::Renamed, Compatibility::Breaking, what, why);
            } else if from.value != to.value {
                let what = format!("sent as {sent}");
                let why = "its name in Rust is the same; the client reads and sends the new value";
                self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, what, why);
            }
        }
        for (value, side) in values.unmatched() {
            let name = format!("{}::{}", owner.name, value.variant);
            let subject = Subject::one(Kind::Value, name, side, &at(side, value, "enum"))
                .also(side, at(side, value, NAMES))
                .also(side, at(side, value, DESCRIPTIONS));
            let is_reused = new.iter().any(|other| other.variant == value.variant);
            self.variant_unmatched(&subject, side, is_reused, code(&format!("{:?}", value.value)));
        }
    }

    fn union(&mut self, owner: &Owner<'_>, subject: &Subject, old: &'a Union, new: &'a Union) {
        if (old.tagging == Tagging::Opaque) != (new.tagging == Tagging::Opaque) {
            return self.other_kind(owner, subject);
        }
        if old.tagging != new.tagging {
            let shown = |tagging: &Tagging| match tagging {
                Tagging::Property(property) => property.clone(),
                Tagging::Untagged | Tagging::Opaque => "required properties".to_owned(),
            };
            let what = format!("discriminated by {}", from_to(&shown(&old.tagging), &shown(&new.tagging)));
            let why = "code stays as it is; the client finds the variant of a value differently";
            let discriminator = subject.key("discriminator");
            self.recorder.record(&discriminator, Action::Changed, Compatibility::Compatible, what, why);
        }
        let at = |side: Side, variant: &Variant| {
            let union = if side == Side::Old { old } else { new };
            let index = union.variants.iter().take_while(|known| !std::ptr::eq(*known, variant)).count();
            format!("{}/{}/{index}", owner.pointer(side), union.key)
        };
        let same_type = |old: &Variant, new: &Variant| self.same_type(&old.ty, &new.ty);
        let by_name = |_, variant: &'a Variant| variant.variant.as_str();
        let variants = matched(&old.variants, &new.variants, by_name, &[&same_type], &|_, _| false);
        let mapping = subject.keys(&["discriminator/mapping"]);
        for (from, to) in &variants.both {
            let name = format!("{}::{}", owner.name, to.variant);
            let subject = Subject::both(Kind::Variant, name, &at(Side::Old, from), &at(Side::New, to));
            self.recorder.pair(&subject);
            self.reach(&from.ty, &to.ty);
            if !self.same_type(&from.ty, &to.ty) {
                let types = from_to(&self.describe_old().ty(&from.ty), &self.describe_new().ty(&to.ty));
                let why = "the variant contains another type";
                self.recorder.record(&subject, Action::Changed, Compatibility::Breaking, types, why);
            }
            if from.variant != to.variant && !self.is_common {
                let is_reused = new.variants.iter().any(|other| other.variant == from.variant);
                self.variant_renamed(&subject, &owner.new.name, (&from.variant, &to.variant), is_reused);
            }
            if from.tags != to.tags && old.tagging == new.tagging {
                let what = format!("discriminator value: {}", from_to(&from.tags.join(", "), &to.tags.join(", ")));
                let why = "code stays as it is; the client reads other values as this variant";
                let subject = subject.derived().and(&mapping);
                self.recorder.record(&subject, Action::Changed, Compatibility::Compatible, what, why);
            }
        }
        for (variant, side) in variants.unmatched() {
            let name = format!("{}::{}", owner.name, variant.variant);
            let subject = Subject::one(Kind::Variant, name, side, &at(side, variant));
            let subject = subject.also(side, format!("{}/discriminator/mapping", owner.pointer(side)));
            let describer = if side == Side::Old { self.describe_old() } else { self.describe_new() };
            let is_reused = new.variants.iter().any(|other| other.variant == variant.variant);
            self.variant_unmatched(&subject, side, is_reused, describer.ty(&variant.ty));
        }
    }
}

const NAMES: &str = "x-enum-varnames";
const DESCRIPTIONS: &str = "x-enum-descriptions";
