//! Pagination, following of states, and the final values of a status.
//!
//! In: a pair of operations, or of enumerations. Out: recorded changes.

use super::Comparer;
use super::change::Compatibility::{Breaking, Compatible};
use super::change::Kind;
use super::describe::{from_to, removed};
use super::recorder::Subject;
use crate::document::vocabulary::{FOLLOW, PAGINATION, STATES};
use crate::model::{Enum, Operation};

impl Comparer<'_> {
    /// Compares `x-pagination` and `x-follow` of an operation.
    pub(super) fn lifecycle(&mut self, subject: &Subject, old: &Operation, new: &Operation) {
        let pages = subject.key(PAGINATION);
        match (&old.pagination, &new.pagination) {
            (Some(_), None) => {
                let why = "`pages` and `items` of the call are removed";
                self.recorder.record(&pages, Breaking, "no longer paginated", why);
            }
            (None, Some(_)) => {
                let why = "the call has new methods, `pages` and `items`";
                self.recorder.record(&pages, Compatible, "paginated", why);
            }
            // The comparison of parameters and responses reports changes of their names and types.
            (Some(old), Some(new)) if old.statement != new.statement || old.first_page != new.first_page => {
                let items = (&old.statement.items, &new.statement.items);
                let (compatibility, why) = if items.0 == items.1 {
                    (Compatible, "code is unchanged; the client requests pages differently")
                } else {
                    (Breaking, "the items can have another type")
                };
                self.recorder.record(&pages, compatibility, "its pages are requested differently", why);
            }
            _ => {}
        }
        let follow = subject.key(FOLLOW);
        match (&old.follow, &new.follow) {
            (Some(old), None) => {
                let why = removed(&format!("{}()", old.method_name), false);
                self.recorder.record(&follow, Breaking, "can no longer be followed", &why);
            }
            (None, Some(new)) => {
                let why = format!("the client has a new method `{}()`", new.method_name);
                self.recorder.record(&follow, Compatible, "can be followed", &why);
            }
            (Some(old), Some(new)) if old.method_name != new.method_name => {
                let what = format!("followed by: {}", from_to(&old.method_name, &new.method_name));
                let why = removed(&format!("{}()", old.method_name), false);
                self.recorder.record(&follow, Breaking, &what, &why);
            }
            (Some(old), Some(new)) if old.statement.status != new.statement.status => {
                let what = format!("state: {}", from_to(&old.statement.status, &new.statement.status));
                self.recorder.record(&follow, Breaking, &what, "the state can have another type");
            }
            (Some(old), Some(new)) if old.statement.progress != new.statement.progress => {
                let name = |progress: &Option<String>| progress.clone().unwrap_or_else(|| "none".to_owned());
                let what =
                    format!("progress: {}", from_to(&name(&old.statement.progress), &name(&new.statement.progress)));
                self.recorder.record(&follow, Compatible, &what, "code is unchanged; the progress has another source");
            }
            _ => {}
        }
    }

    /// Compares the final values of a status.
    pub(super) fn states(&mut self, subject: &Subject, old: &Enum, new: &Enum) {
        let subject = subject.key(STATES).kind(Kind::Type);
        match (described(old), described(new)) {
            (Some(_), None) => {
                let why = "`is_final` and `is_success` are removed";
                self.recorder.record(&subject, Breaking, "its final values are no longer known", why);
            }
            (None, Some(new)) => {
                let why = "it has new methods, `is_final` and `is_success`";
                self.recorder.record(&subject, Compatible, &format!("final values: {new}"), why);
            }
            (Some(old), Some(new)) if old != new => {
                let why = "code is unchanged; `is_final` and `is_success` return other results, and following ends \
                           at other values";
                self.recorder.record(&subject, Compatible, &format!("final values: {}", from_to(&old, &new)), why);
            }
            _ => {}
        }
    }
}

/// The final values by the names of their variants, in the order of the enumeration.
fn described(enumeration: &Enum) -> Option<String> {
    let states = enumeration.states.as_ref()?;
    let variants = enumeration.variants();
    let list = |positions: &[usize]| {
        let listed = variants.iter().enumerate().filter(|(position, _)| positions.contains(position));
        listed.map(|(_, variant)| *variant).collect::<Vec<_>>().join(", ")
    };
    let (success, failure) = (list(&states.success), list(&states.failure));
    Some(if failure.is_empty() {
        format!("success {success}")
    } else {
        format!("success {success}; failure {failure}")
    })
}
