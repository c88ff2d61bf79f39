//! Pairs of corresponding objects of the old and the new model.
//!
//! In: two models. Out: pairs, and the objects without a partner. An object is identified by its name; failing that, by
//! the same shape in the same position. Does not interpret differences.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::recorder::Side;
use crate::model::{
    Api, EnumValues, Field, Group, Location, MediaTypeEnum, MediaTypeVariant, Operation, Parameter, Response, Status,
    StatusEnum, StatusVariant, Struct, TypeId, TypeKind, TypeRef, TypedHeader, TypedHeaders,
};

/// Two matched lists.
#[derive(Debug)]
pub(super) struct Matched<'a, T> {
    pub(super) both: Vec<(&'a T, &'a T)>,
    pub(super) removed: Vec<&'a T>,
    pub(super) added: Vec<&'a T>,
    /// Whether the items of both lists are in another order.
    pub(super) is_reordered: bool,
}

impl<'a, T> Matched<'a, T> {
    /// The items of one list, with the side that has them.
    pub(super) fn unmatched(self) -> impl Iterator<Item = (&'a T, Side)> {
        let removed = self.removed.into_iter().map(|item| (item, Side::Old));
        removed.chain(self.added.into_iter().map(|item| (item, Side::New)))
    }
}

/// The maximum number of pairs of types that are assumed to be equal while their shapes are compared: a limit of the
/// recursion.
const MAX_ASSUMED: usize = 500;

/// Whether two items without a common key match.
pub(super) type Rule<'r, T> = &'r dyn Fn(&T, &T) -> bool;

/// Matches two lists: by a key that is unique in each; then by rules; then by the last rule in the same position, which
/// is the same index in the list, or the index after the same neighbour.
pub(super) fn matched<'a, T, K: Eq + Hash>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(Side, &'a T) -> K,
    rules: &[Rule<'_, T>],
    renamed: Rule<'_, T>,
) -> Matched<'a, T> {
    let places: HashMap<K, usize> =
        new.iter().enumerate().rev().map(|(place, item)| (key(Side::New, item), place)).collect();
    let mut partner: Vec<Option<usize>> = Vec::with_capacity(old.len());
    let mut free = vec![true; new.len()];
    for item in old {
        let place = places.get(&key(Side::Old, item)).copied().filter(|&place| free[place]);
        if let Some(place) = place {
            free[place] = false;
        }
        partner.push(place);
    }
    let mut pass = |rule: Rule<'_, T>, in_position: bool| {
        for index in 0..old.len() {
            if partner[index].is_some() {
                continue;
            }
            let behind = index.checked_sub(1).and_then(|before| partner[before]).map(|place| place + 1);
            let fits = |&place: &usize| {
                let position = place == index || behind == Some(place);
                free[place] && (position || !in_position) && rule(&old[index], &new[place])
            };
            if let Some(place) = (0..new.len()).find(fits) {
                free[place] = false;
                partner[index] = Some(place);
            }
        }
    };
    for rule in rules {
        pass(*rule, false);
    }
    pass(renamed, true);
    let is_reordered = !partner.iter().flatten().is_sorted();
    let mut matched = Matched { both: Vec::new(), removed: Vec::new(), added: Vec::new(), is_reordered };
    for (item, place) in old.iter().zip(partner) {
        match place {
            Some(place) => matched.both.push((item, &new[place])),
            None => matched.removed.push(item),
        }
    }
    matched.added = new.iter().zip(free).filter(|(_, free)| *free).map(|(item, _)| item).collect();
    matched
}

/// An operation with its group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) group: &'a Group,
    pub(super) operation: &'a Operation,
}

pub(super) fn calls(api: &Api) -> Vec<Call<'_>> {
    let of = |group| move |operation| Call { group, operation };
    api.groups.iter().flat_map(|group| group.operations.iter().map(of(group))).collect()
}

/// Pairs of corresponding types.
#[derive(Debug, Default)]
pub(super) struct TypePairs {
    known: HashSet<(TypeId, TypeId)>,
    /// The types of each model that have a partner.
    paired: [HashSet<TypeId>; 2],
}

impl TypePairs {
    pub(super) fn has(&self, old: TypeId, new: TypeId) -> bool {
        self.known.contains(&(old, new))
    }

    /// Adds a pair; false if it was known.
    pub(super) fn add(&mut self, old: TypeId, new: TypeId) -> bool {
        let [paired_old, paired_new] = &mut self.paired;
        paired_old.insert(old);
        paired_new.insert(new);
        self.known.insert((old, new))
    }

    pub(super) fn has_partner(&self, side: Side, id: TypeId) -> bool {
        side.of(self.paired.each_ref()).contains(&id)
    }

    /// Whether neither type has a partner.
    fn are_free(&self, old: TypeId, new: TypeId) -> bool {
        !self.has_partner(Side::Old, old) && !self.has_partner(Side::New, new)
    }

    /// All pairs, in the order of the old model.
    pub(super) fn in_order(&self) -> Vec<(TypeId, TypeId)> {
        let mut pairs: Vec<_> = self.known.iter().copied().collect();
        pairs.sort_unstable();
        pairs
    }
}

/// Two models, while their types are matched.
pub(super) struct Models<'a> {
    pub(super) apis: [&'a Api; 2],
}

impl<'a> Models<'a> {
    /// Types of the same name; then those of the same shape that are used in the same position.
    pub(super) fn types(&self, calls: &[(&Call<'a>, &Call<'a>)]) -> TypePairs {
        let mut pairs = TypePairs::default();
        let [old, new] = self.apis.map(|api| api.types.iter().enumerate().map(|(index, it)| (&it.name, TypeId(index))));
        let names: HashMap<&String, TypeId> = new.collect();
        for (name, id) in old {
            if let Some(&other) = names.get(name) {
                pairs.add(id, other);
            }
        }
        loop {
            let mut grown = false;
            for (old, new) in self.in_the_same_position(calls, &pairs) {
                if pairs.are_free(old, new) && self.same_shape(old, new, &pairs, &mut HashSet::new()) {
                    grown |= pairs.add(old, new);
                }
            }
            if !grown {
                return pairs;
            }
        }
    }

    /// Named types that are used in the position of another one; and those at the same index of the list of types.
    fn in_the_same_position(&self, calls: &[(&Call<'a>, &Call<'a>)], pairs: &TypePairs) -> Vec<(TypeId, TypeId)> {
        let [old_api, new_api] = self.apis;
        let same = |old: &TypeRef, new: &TypeRef| self.same_ref(old, new, pairs, &mut HashSet::new());
        let mut positions: Vec<(&TypeRef, &TypeRef)> = Vec::new();
        for (old, new) in calls {
            let (old, new) = (old.operation, new.operation);
            let parameters = parameters(old, new, false, &same);
            positions.extend(parameters.both.iter().map(|(old, new)| (&old.ty, &new.ty)));
            positions.extend(old.body.iter().zip(&new.body).map(|(old, new)| (&old.ty, &new.ty)));
            let received = old_api.received(&old.response).zip(new_api.received(&new.response));
            positions.extend(received.map(|((old, _), (new, _))| (old, new)));
            for responses in [by_status(old, new), old.failure.as_ref().zip(new.failure.as_ref())].into_iter().flatten()
            {
                let variants = variants(&responses.0.variants, &responses.1.variants).both;
                positions
                    .extend(variants.into_iter().flat_map(|(old, new)| content_types(&old.response, &new.response)));
            }
            if let (Response::ByMediaType(_), Response::ByMediaType(_)) = (&old.response, &new.response) {
                positions.extend(content_types(&old.response, &new.response));
            }
            let headers = headers([old.headers.as_ref(), new.headers.as_ref()]).both;
            positions.extend(headers.into_iter().map(|(old, new)| (&old.ty, &new.ty)));
        }
        for (old, new) in pairs.in_order() {
            let (Some(old), Some(new)) = (old_api.definition(old), new_api.definition(new)) else { continue };
            match (&old.kind, &new.kind) {
                (TypeKind::Struct(old), TypeKind::Struct(new)) => {
                    positions.extend(fields(old, new, &same).both.iter().map(|(old, new)| (&old.ty, &new.ty)));
                    let additional = old.additional_properties.iter().zip(&new.additional_properties);
                    positions.extend(additional.map(|(old, new)| (&old.ty, &new.ty)));
                }
                (TypeKind::Union(old), TypeKind::Union(new)) => {
                    positions.extend(old.variants.iter().zip(&new.variants).map(|(old, new)| (&old.ty, &new.ty)));
                }
                (TypeKind::Alias(old), TypeKind::Alias(new)) => positions.push((old, new)),
                _ => {}
            }
        }
        let mut found: Vec<(TypeId, TypeId)> = positions.into_iter().filter_map(|(old, new)| named(old, new)).collect();
        found.extend((0..old_api.types.len().min(new_api.types.len())).map(|index| (TypeId(index), TypeId(index))));
        found
    }

    /// Whether two types differ only in their names. Recursive types are assumed to be the same while they are
    /// compared.
    fn same_shape(&self, old: TypeId, new: TypeId, pairs: &TypePairs, assumed: &mut HashSet<(TypeId, TypeId)>) -> bool {
        if pairs.has(old, new) || !assumed.insert((old, new)) {
            return true;
        }
        if !pairs.are_free(old, new) || assumed.len() > MAX_ASSUMED {
            return false;
        }
        let [old_api, new_api] = self.apis;
        let (Some(old), Some(new)) = (old_api.definition(old), new_api.definition(new)) else { return false };
        let mut same = |old: &TypeRef, new: &TypeRef| self.same_ref(old, new, pairs, assumed);
        match (&old.kind, &new.kind) {
            (TypeKind::Struct(old), TypeKind::Struct(new)) => {
                let [old_rest, new_rest] = [old, new].map(|it| it.additional_properties.as_ref().map(|rest| &rest.ty));
                old.fields.len() == new.fields.len()
                    && old.fields.iter().zip(&new.fields).all(|(old, new)| {
                        old.name == new.name
                            && (old.required, old.nullable) == (new.required, new.nullable)
                            && same(&old.ty, &new.ty)
                    })
                    && old_rest.is_some() == new_rest.is_some()
                    && old_rest.zip(new_rest).is_none_or(|(old, new)| same(old, new))
            }
            (TypeKind::Enum(old), TypeKind::Enum(new)) => values(&old.values) == values(&new.values),
            (TypeKind::Union(old), TypeKind::Union(new)) => {
                old.tagging == new.tagging
                    && old.variants.len() == new.variants.len()
                    && old.variants.iter().zip(&new.variants).all(|(old, new)| same(&old.ty, &new.ty))
            }
            (TypeKind::Newtype(old), TypeKind::Newtype(new)) => old == new,
            (TypeKind::Alias(old), TypeKind::Alias(new)) => same(old, new),
            _ => false,
        }
    }

    fn same_ref(
        &self,
        old: &TypeRef,
        new: &TypeRef,
        pairs: &TypePairs,
        assumed: &mut HashSet<(TypeId, TypeId)>,
    ) -> bool {
        match (old, new) {
            (TypeRef::Primitive(old), TypeRef::Primitive(new)) => old == new,
            (TypeRef::Named(old), TypeRef::Named(new)) => self.same_shape(*old, *new, pairs, assumed),
            _ => inner(old, new).is_some_and(|(old, new)| self.same_ref(old, new, pairs, assumed)),
        }
    }
}

/// The types within two types, if both are lists, maps or nullable.
pub(super) fn inner<'t>(old: &'t TypeRef, new: &'t TypeRef) -> Option<(&'t TypeRef, &'t TypeRef)> {
    match (old, new) {
        (TypeRef::List(old), TypeRef::List(new))
        | (TypeRef::Map(old), TypeRef::Map(new))
        | (TypeRef::Nullable(old), TypeRef::Nullable(new)) => Some((old, new)),
        _ => None,
    }
}

/// The named types within two types, if both have the same layers around them.
fn named(old: &TypeRef, new: &TypeRef) -> Option<(TypeId, TypeId)> {
    match (old, new) {
        (TypeRef::Named(old), TypeRef::Named(new)) => Some((*old, *new)),
        _ => inner(old, new).and_then(|(old, new)| named(old, new)),
    }
}

/// The values of an enumeration, as sent.
fn values(values: &EnumValues) -> Vec<String> {
    match values {
        EnumValues::Text(values) => values.iter().map(|value| format!("{:?}", value.value)).collect(),
        EnumValues::Integer(values) => values.iter().map(|value| value.value.to_string()).collect(),
    }
}

/// The parameters of two operations. `by_position` matches those of the path by their order instead of their names.
pub(super) fn parameters<'a>(
    old: &'a Operation,
    new: &'a Operation,
    by_position: bool,
    same: &dyn Fn(&TypeRef, &TypeRef) -> bool,
) -> Matched<'a, Parameter> {
    let key = |side: Side, parameter: &'a Parameter| {
        let operation = side.of([old, new]);
        let name = match parameter.location {
            Location::Path if by_position => {
                let path_parameters = operation.parameters.iter().filter(|known| known.is_of_path());
                path_parameters.take_while(|known| known.name != parameter.name).count().to_string()
            }
            // The names of headers are case-insensitive.
            Location::Header if by_position => parameter.name.to_ascii_lowercase(),
            _ => parameter.name.clone(),
        };
        (parameter.location, name)
    };
    let renamed = |old: &Parameter, new: &Parameter| {
        (old.location, old.required, old.list_style) == (new.location, new.required, new.list_style)
            && same(&old.ty, &new.ty)
    };
    let rules: [Rule<'_, Parameter>; 2] = [&|old, new| old.name == new.name, &|old, new| old.field == new.field];
    matched(&old.parameters, &new.parameters, key, &rules, &renamed)
}

/// The successes of two operations, if both are by status.
fn by_status<'a>(old: &'a Operation, new: &'a Operation) -> Option<(&'a StatusEnum, &'a StatusEnum)> {
    match (&old.response, &new.response) {
        (Response::ByStatus(old), Response::ByStatus(new)) => Some((old, new)),
        _ => None,
    }
}

/// The variants of two enumerations of responses, by their status.
pub(super) fn variants<'a>(old: &'a [StatusVariant], new: &'a [StatusVariant]) -> Matched<'a, StatusVariant> {
    // A status that is written twice is one variant of the model.
    matched(old, new, |_, variant| variant.variant.as_str(), &[], &|_, _| false)
}

/// The response that applies to the status of a variant: that of the status itself, else that of its range, else the default
/// (OpenAPI 3.0.4, "Responses Object").
pub(super) fn applicable(variants: &[StatusVariant], status: Status) -> Option<&StatusVariant> {
    let of = |status: Status| variants.iter().find(|variant| variant.status == status);
    let range = || match status {
        Status::Code(code) => of(Status::Range(code / 100)),
        Status::Range(_) | Status::Default => None,
    };
    of(status).or_else(range).or_else(|| of(Status::Default))
}

/// The variants of two enumerations of content, by their media type.
pub(super) fn contents<'a>(old: &'a MediaTypeEnum, new: &'a MediaTypeEnum) -> Matched<'a, MediaTypeVariant> {
    matched(&old.variants, &new.variants, |_, variant| variant.variant.as_str(), &[], &|_, _| false)
}

/// The types that two responses have in the same position: that of their JSON, or those by media type.
pub(super) fn content_types<'a>(old: &'a Response, new: &'a Response) -> Vec<(&'a TypeRef, &'a TypeRef)> {
    if let (Response::ByMediaType(old), Response::ByMediaType(new)) = (old, new) {
        let both = contents(old, new).both.into_iter();
        return both.filter_map(|(old, new)| old.response.ty().zip(new.response.ty())).collect();
    }
    old.ty().zip(new.ty()).into_iter().collect()
}

/// The headers of the responses of two operations, by their names.
pub(super) fn headers<'a>(typed: [Option<&'a TypedHeaders>; 2]) -> Matched<'a, TypedHeader> {
    let [old, new] = typed.map(|typed| typed.map_or(&[][..], |typed| &typed.headers));
    matched(old, new, |_, header: &TypedHeader| header.name.to_ascii_lowercase(), &[], &|_, _| false)
}

/// The fields of two objects.
pub(super) fn fields<'a>(
    old: &'a Struct,
    new: &'a Struct,
    same: &dyn Fn(&TypeRef, &TypeRef) -> bool,
) -> Matched<'a, Field> {
    let renamed = |old: &Field, new: &Field| {
        (old.required, old.nullable) == (new.required, new.nullable) && same(&old.ty, &new.ty)
    };
    let rules: [Rule<'_, Field>; 1] = [&|old, new| old.field == new.field];
    matched(&old.fields, &new.fields, |_, field| field.name.as_str(), &rules, &renamed)
}
