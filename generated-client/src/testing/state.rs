//! What the service remembers, and its time.
//!
//! In: calls that fit. Out: what they answer, if they have to do with something that is remembered. Must not know HTTP,
//! tests or a clock. What the things do is in the module `day`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::check::Arguments;
use super::simulation::Site;
use super::specification::{OperationSpec, Specification};

/// When everything begins, in unix seconds: the time of the examples.
pub(crate) const BEGINNING: i64 = 1_770_000_000;

/// What a call comes to.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Nothing that is remembered: the example is answered.
    Example,
    /// This is the `data` of the answer.
    Data(Value),
    /// It worked, and there is nothing to say.
    Done,
    /// It is refused, with a code of the service.
    Refused(i64, &'static str),
}

/// Everything that is remembered.
#[derive(Debug)]
pub(crate) struct World {
    passed: Duration,
    /// The project that has what the examples have.
    home: String,
    sites: BTreeMap<String, Site>,
    /// How many ids were handed out.
    ids: u64,
}

impl World {
    pub(crate) fn new(home: &str) -> Self {
        Self { passed: Duration::ZERO, home: home.to_owned(), sites: BTreeMap::new(), ids: 0 }
    }

    pub(crate) fn advance(&mut self, time: Duration) {
        self.passed = self.passed.saturating_add(time);
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        BEGINNING.saturating_add(i64::try_from(self.passed.as_secs()).unwrap_or(i64::MAX))
    }

    pub(crate) fn act(
        &mut self,
        specification: &Specification,
        operation: &OperationSpec,
        arguments: &Arguments,
    ) -> Outcome {
        let Some(project) = &arguments.project else { return Outcome::Example };
        let now = self.now();
        let examples = Examples(specification);
        let home = *project == self.home;
        let site = self.sites.entry(project.clone()).or_insert_with(|| Site::new(home, &examples));
        let mut ids = Ids(&mut self.ids);
        site.act(&operation.id, arguments, &examples, now, &mut ids)
    }
}

/// The `data` of the first example of each operation.
pub(crate) struct Examples<'a>(&'a Specification);

impl Examples<'_> {
    pub(crate) fn data(&self, id: &str) -> Value {
        let operation = self.0.find(id);
        let example = operation.and_then(|operation| operation.examples.first());
        example.map_or(Value::Null, |(_, body)| body["data"].clone())
    }

    pub(crate) fn list(&self, id: &str) -> Vec<Value> {
        self.data(id)["list"].as_array().cloned().unwrap_or_default()
    }
}

/// Ids that nobody has yet. They are the same in every run.
pub(crate) struct Ids<'a>(&'a mut u64);

impl Ids<'_> {
    fn next(&mut self) -> u64 {
        *self.0 += 1;
        *self.0
    }

    pub(crate) fn uuid(&mut self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.next())
    }

    pub(crate) fn named(&mut self, prefix: &str) -> String {
        format!("{prefix}{:04}", self.next())
    }
}

/// An object with some members replaced.
pub(crate) fn with(mut object: Value, members: &[(&str, Value)]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    object
}

/// A list as the service writes it: null if it is empty.
pub(crate) fn listed(list: Vec<Value>) -> Value {
    if list.is_empty() { Value::Null } else { json!(list) }
}

/// Unix seconds as RFC 3339 in UTC, between 1970 and 9999. As texts they are in the order of time.
pub(crate) fn rfc3339(seconds: i64) -> String {
    let seconds = seconds.clamp(0, 253_402_300_799);
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + i64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, text) in [
            (-5, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_769_999_999 + 1, "2026-02-02T02:40:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }
}
