//! The counterparts of the members of a mapping or a list.
//!
//! In: the members of two containers, and the pairs of objects. Out: for each old member the index of the new member that
//! it is compared with.

use std::collections::{HashMap, VecDeque};

use super::ResidualComparer;
use super::location_pair::{LocationPair, Member};
use crate::compare::recorder::Side;
use crate::document::pointer::escape;

impl<'n> ResidualComparer<'_, '_, 'n> {
    /// For each member of the old container the index of its counterpart: its partner; else the member of the same key,
    /// or, in a list, the one of the same value; else the next one in the list.
    pub(super) fn align(
        &self,
        old: &[Member<'_, 'n>],
        new: &[Member<'_, 'n>],
        is_list: bool,
        here: &LocationPair,
    ) -> Vec<Option<usize>> {
        let indices: HashMap<&str, usize> =
            new.iter().enumerate().map(|(index, member)| (&*member.pointer, index)).collect();
        let same_key =
            |one: &Member<'_, 'n>| indices.get(&*format!("{}/{}", here.places[1], escape(&one.key))).copied();
        let partner = |one: &Member<'_, 'n>| {
            let partners = self.partners.get(&*one.pointer).into_iter().flatten();
            // An inline object is paired as a property and as a type.
            partners.filter_map(|partner| indices.get(partner).copied()).min_by_key(|&it| Some(it) != same_key(one))
        };
        let mut counterparts: Vec<Option<usize>> = old.iter().map(partner).collect();
        let mut free = vec![true; new.len()];
        counterparts.iter().flatten().for_each(|&index| free[index] = false);
        if !is_list {
            for (one, counterpart) in old.iter().zip(&mut counterparts) {
                *counterpart = counterpart.or_else(|| same_key(one).filter(|&index| std::mem::take(&mut free[index])));
            }
            return counterparts;
        }
        // In a list, two different objects are never counterparts.
        let is_object = |side, member: &Member<'_, 'n>| self.boundaries(side).is_object(&member.pointer);
        let mut by_value: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (index, other) in
            new.iter().enumerate().filter(|(index, other)| free[*index] && !is_object(Side::New, other))
        {
            by_value.entry(other.node.json().to_string()).or_default().push_back(index);
        }
        let mut rest = Vec::new();
        for (index, one) in old.iter().enumerate() {
            if counterparts[index].is_none() && !is_object(Side::Old, one) {
                counterparts[index] = by_value.get_mut(&one.node.json().to_string()).and_then(VecDeque::pop_front);
                rest.extend(counterparts[index].is_none().then_some(index));
            }
        }
        // Required properties have no order.
        if here.key != "required" {
            let mut others: Vec<usize> = by_value.into_values().flatten().collect();
            others.sort_unstable();
            rest.into_iter().zip(others).for_each(|(index, other)| counterparts[index] = Some(other));
        }
        counterparts
    }
}
