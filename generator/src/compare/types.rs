//! Named types, which callers construct, read and match on.
//!
//! In: the pairs of named types. Out: recorded changes of their kinds, names, values and variants. `fields` compares the
//! fields of objects.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible};
use super::change::Kind;
use super::constraints::Constrained;
use super::describe::{code, from_to, primitive_name, removed};
use super::matching::matched;
use super::recorder::{Side, Subject};
use crate::document::vocabulary::ENUM_NUMBERS;
use crate::model::{Enum, EnumValue, EnumValues, Tagging, TypeDefinition, TypeId, TypeKind, Union, Variant};

/// Two definitions of one type.
pub(super) struct DefinitionPair<'a> {
    pub(super) name: String,
    pub(super) definitions: [&'a TypeDefinition; 2],
    /// Whether callers send values of the type, in each of the clients.
    pub(super) is_input: [bool; 2],
}

impl DefinitionPair<'_> {
    fn at(&self, side: Side) -> &str {
        &side.of(self.definitions).pointer
    }
}

impl Comparer<'_> {
    /// All types, by their names.
    pub(super) fn definitions(&mut self) {
        for (old, new) in self.types.in_order() {
            self.definition(old, new);
        }
        for side in Side::BOTH {
            let unmatched = |(index, _): &(usize, _)| !self.types.has_partner(side, TypeId(*index));
            let definitions = side.of(self.apis).types.iter().enumerate().filter(unmatched);
            for (_, definition) in definitions.collect::<Vec<_>>() {
                let subject = Subject::one(Kind::Type, code(&definition.name), side, &definition.pointer);
                let kind = self.describe(side).kind(&definition.kind);
                if side == Side::Old {
                    let why = format!("`types::{}` is removed", definition.name);
                    self.recorder.record(&subject, Breaking, &format!("removed: {kind}"), &why);
                } else {
                    self.recorder.record(&subject, Compatible, &format!("added: {kind}"), "no program uses it yet");
                }
            }
        }
    }

    pub(super) fn definition(&mut self, old: TypeId, new: TypeId) {
        let [old_api, new_api] = self.apis;
        let (Some(old), Some(new)) = (old_api.definition(old), new_api.definition(new)) else { return };
        let name = code(if self.is_common { &old.name } else { &new.name });
        let is_input = [old.is_input, if self.is_common { old.is_input } else { new.is_input }];
        let owner = DefinitionPair { name, definitions: [old, new], is_input };
        let subject = Subject::both(Kind::Type, owner.name.clone(), &old.pointer, &new.pointer);
        self.recorder.pair(&subject);
        self.constraints(&owner.name, &Constrained::of(old), &Constrained::of(new));
        if !self.is_common {
            self.type_names(old, new, &subject);
        }
        match (&old.kind, &new.kind) {
            (TypeKind::Struct(old), TypeKind::Struct(new)) => return self.object(&owner, old, new),
            (TypeKind::Union(old), TypeKind::Union(new))
                if [Tagging::Opaque, Tagging::MediaType]
                    .iter()
                    .all(|kind| (old.tagging == *kind) == (new.tagging == *kind)) =>
            {
                return self.union(&owner, &subject, old, new);
            }
            (TypeKind::Enum(old), TypeKind::Enum(new)) => match (&old.values, &new.values) {
                (EnumValues::Text(old_values), EnumValues::Text(new_values)) => {
                    self.values(&owner, old_values, new_values);
                    self.numbers(&subject, [(old, old_values), (new, new_values)]);
                    return self.states(&subject, old, new);
                }
                (EnumValues::Integer(old_values), EnumValues::Integer(new_values)) => {
                    self.values(&owner, old_values, new_values);
                    return self.states(&subject, old, new);
                }
                _ => {}
            },
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) if old == new => return,
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) => {
                let what = format!("inner type: {}", from_to(primitive_name(*old), primitive_name(*new)));
                let why = "it converts from and into another type";
                return self.recorder.record(&subject, Breaking, &what, why);
            }
            (TypeKind::Alias(old), TypeKind::Alias(new)) => {
                self.reach(old, new);
                if self.same_type(old, new) {
                    return;
                }
            }
            _ => {}
        }
        let what =
            format!("{} → {}", self.describe(Side::Old).kind(&old.kind), self.describe(Side::New).kind(&new.kind));
        self.recorder.record(&subject, Breaking, &what, "code that constructs or reads it has another type");
    }

    /// The names in the client, and whether values of the type have methods that set their fields.
    fn type_names(&mut self, old: &TypeDefinition, new: &TypeDefinition, subject: &Subject) {
        if old.name != new.name {
            let what = format!("renamed: {}", from_to(&old.name, &new.name));
            let why =
                format!("`types::{}` is removed; the new one has the same shape and is used in its place", old.name);
            self.recorder.renamed(&subject.location(), Breaking, &what, &why);
        } else {
            for names in [(&old.required_name, &new.required_name), (&old.builder_name, &new.builder_name)] {
                if let (Some(from), Some(to)) = names
                    && from != to
                {
                    let why = format!("`types::{from}` is removed");
                    self.recorder.renamed(&subject.derived(), Breaking, &from_to(from, to), &why);
                }
            }
        }
        if matches!((&old.kind, &new.kind), (TypeKind::Struct(_), TypeKind::Struct(_))) {
            let subject = subject.derived();
            if let (false, true, Some(required), None) =
                (old.is_input, new.is_input, &old.required_name, &new.required_name)
            {
                let why = format!(
                    "`new` and `types::{required}` are removed: code that makes such a response, such as a test, uses them"
                );
                self.recorder.record(&subject, Breaking, "part of a request now: it has a builder", &why);
            } else if !old.is_input && new.is_input {
                let what = "part of a request now: it has methods that set its fields";
                self.recorder.record(&subject, Compatible, what, "the client has new methods for it");
            } else if old.is_input && !new.is_input {
                let why = "the methods that set its fields are removed";
                self.recorder.record(&subject, Breaking, "no longer part of a request", why);
            } else if old.is_constructed && !new.is_constructed && self.apis[0].has_required_fields(old) {
                let why = "its constructor is removed: the client only decodes it";
                self.recorder.record(&subject, Breaking, "no operation uses it any more", why);
            } else if !old.is_constructed && new.is_constructed && self.apis[1].has_required_fields(new) {
                let what = "an operation uses it now";
                self.recorder.record(&subject, Compatible, what, "the client has a constructor for it");
            }
        }
        if !old.is_string_content && new.is_string_content {
            let what = "content of a string now: it has `to_json_text` and `from_json_text`";
            self.recorder.record(&subject.derived(), Compatible, what, "the client has new methods for it");
        } else if old.is_string_content && !new.is_string_content {
            let why = "`to_json_text` and `from_json_text` are removed";
            self.recorder.record(&subject.derived(), Breaking, "no longer content of a string", why);
        }
    }

    /// The numbers that are read as texts.
    fn numbers(&mut self, subject: &Subject, sides: [(&Enum, &Vec<EnumValue<String>>); 2]) {
        let [old, new] = sides.map(|(enumeration, values)| {
            let numbers = enumeration.numbers.iter();
            let pairs = numbers.filter_map(|(number, at)| Some(format!("{number} as `{}`", values.get(*at)?.value)));
            pairs.collect::<Vec<_>>().join(", ")
        });
        if old != new && !self.is_common {
            let [from, to] = [old, new].map(|pairs| if pairs.is_empty() { "none".to_owned() } else { pairs });
            let what = format!("numbers that are read: {from} → {to}");
            let why = "code is unchanged; the client reads other numbers";
            self.recorder.record(&subject.key(ENUM_NUMBERS), Compatible, &what, why);
        }
    }

    fn values<T: PartialEq + std::fmt::Debug>(
        &mut self,
        owner: &DefinitionPair<'_>,
        old: &[EnumValue<T>],
        new: &[EnumValue<T>],
    ) {
        let same_name = |old: &EnumValue<T>, new: &EnumValue<T>| !self.is_common && old.variant == new.variant;
        let renamed = |_: &EnumValue<T>, _: &EnumValue<T>| !self.is_common;
        let values = matched(old, new, |_, value: &EnumValue<T>| format!("{:?}", value.value), &[&same_name], &renamed);
        let at = |side: Side, value: &EnumValue<T>, key: &str| format!("{}/{key}/{}", owner.at(side), value.index);
        let is_reused = |name: &str| new.iter().any(|other| other.variant == name);
        if values.is_reordered && !self.is_common {
            self.order(&owner.name, "enum", Side::BOTH.map(|side| owner.at(side)));
        }
        for (from, to) in &values.both {
            let name = format!("{}::{}", owner.name, to.variant);
            let [value_at, name_at, description_at] =
                ["enum", NAMES, DESCRIPTIONS].map(|key| [at(Side::Old, from, key), at(Side::New, to, key)]);
            let subject = Subject::both(Kind::Value, name.clone(), &value_at[0], &value_at[1]);
            let names = Subject::both(Kind::Value, "", &name_at[0], &name_at[1]);
            self.recorder.pair_at(&name, "", value_at);
            self.recorder.pair_at(&name, "name", name_at);
            self.recorder.pair_at(&name, "description", description_at);
            let sent = from_to(&format!("{:?}", from.value), &format!("{:?}", to.value));
            if from.variant != to.variant && !self.is_common {
                let sent = if from.value == to.value { String::new() } else { format!(", sent as {sent}") };
                let what = format!("renamed: {}{sent}", from_to(&from.variant, &to.variant));
                let old_name = format!("{}::{}", owner.definitions[1].name, from.variant);
                let why = removed(&old_name, is_reused(&from.variant));
                self.recorder.renamed(&subject.and(&names), Breaking, &what, &why);
            } else if from.value != to.value {
                let why = "its name in Rust is the same; the client reads and sends the new value";
                self.recorder.record(&subject, Compatible, &format!("sent as {sent}"), why);
            }
        }
        for (value, side) in values.unmatched() {
            let name = format!("{}::{}", owner.name, value.variant);
            let subject = Subject::one(Kind::Value, name, side, &at(side, value, "enum"));
            let subject = subject.also(side, at(side, value, NAMES)).also(side, at(side, value, DESCRIPTIONS));
            self.variant_unmatched(&subject, side, is_reused(&value.variant), &format!("{:?}", value.value));
        }
    }

    fn union(&mut self, owner: &DefinitionPair<'_>, subject: &Subject, old: &Union, new: &Union) {
        if old.tagging != new.tagging {
            let [from, to] = [old, new].map(|union| match &union.tagging {
                Tagging::Property(property) => property.as_str(),
                Tagging::Untagged | Tagging::Opaque => "required properties",
                Tagging::MediaType => "the media type",
            });
            let what = format!("discriminated by {}", from_to(from, to));
            let why = "code is unchanged; the client selects the variant of a value differently";
            self.recorder.record(&subject.key("discriminator"), Compatible, &what, why);
        }
        let at = |side: Side, variant: &Variant| {
            let union = side.of([old, new]);
            let index = union.variants.iter().take_while(|known| !std::ptr::eq(*known, variant)).count();
            format!("{}/{}/{index}", owner.at(side), union.key)
        };
        let same_type = |old: &Variant, new: &Variant| self.same_type(&old.ty, &new.ty);
        let by_name = |_, variant: &Variant| variant.variant.clone();
        let is_reused = |name: &str| new.variants.iter().any(|other| other.variant == name);
        let variants = matched(&old.variants, &new.variants, by_name, &[&same_type], &|_, _| false);
        let mapping = subject.keys(&["discriminator/mapping"]);
        for (from, to) in &variants.both {
            let name = format!("{}::{}", owner.name, to.variant);
            let subject = Subject::both(Kind::Variant, name, &at(Side::Old, from), &at(Side::New, to));
            self.recorder.pair(&subject);
            self.reach(&from.ty, &to.ty);
            if !self.same_type(&from.ty, &to.ty) {
                let types = self.types(&from.ty, &to.ty);
                self.recorder.record(&subject, Breaking, &types, "the variant contains another type");
            }
            if !self.is_common {
                let enumeration = &owner.definitions[1].name;
                self.variant_renamed(&subject, enumeration, [&from.variant, &to.variant], &is_reused);
            }
            if from.tags != to.tags && old.tagging == new.tagging {
                let what = format!("discriminator value: {}", from_to(&from.tags.join(", "), &to.tags.join(", ")));
                let why = "code is unchanged; the client decodes other values to this variant";
                self.recorder.record(&subject.derived().and(&mapping), Compatible, &what, why);
            }
        }
        for (variant, side) in variants.unmatched() {
            let name = format!("{}::{}", owner.name, variant.variant);
            let subject = Subject::one(Kind::Variant, name, side, &at(side, variant));
            let subject = subject.also(side, format!("{}/discriminator/mapping", owner.at(side)));
            let ty = self.describe(side).ty(&variant.ty);
            self.variant_unmatched(&subject, side, is_reused(&variant.variant), &ty);
        }
    }
}

const NAMES: &str = "x-enum-varnames";
const DESCRIPTIONS: &str = "x-enum-descriptions";
