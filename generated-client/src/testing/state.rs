//! The state of the simulation.
//!
//! In: calls that fit, and the time. Out: what they respond, if they concern the state. Must not know HTTP or tests. How
//! the state changes is in the modules [`simulation`](super::simulation), [`devices`](super::devices) and
//! [`open_models`](super::open_models).

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::check::Arguments;
use super::devices::Dock;
use super::open_models::OpenModels;
use super::simulation::{Site, Task};
use super::specification::{OperationSpec, Specification};
use super::store::BUCKET;
use super::store::service::{Issued, Store};
use super::zip;

/// What a call responds.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// The call does not concern the state: the response is the example.
    Example,
    /// The `data` of the response.
    Data(Value),
    /// A success without `data`.
    Done,
    /// It is refused, with a code of the service.
    Refused(i64, &'static str),
    /// The service fails, with an HTTP status and a code.
    Failed(u16, i64, &'static str),
}

/// Where files of the examples are.
const EXAMPLE_FILES: &str = "https://objects.example.com/";
/// How long signed addresses of files can be used.
pub(crate) const ADDRESS_LIFETIME: Duration = Duration::from_secs(3600);

/// The state of the simulation.
#[derive(Debug)]
pub(crate) struct World {
    /// The project that has what the examples have.
    home: String,
    sites: BTreeMap<String, Site>,
    open_models: OpenModels,
    /// How many ids were created.
    ids: u64,
}

/// What a call may use.
pub(crate) struct Context<'a> {
    pub(crate) examples: Examples<'a>,
    /// Unix seconds.
    pub(crate) now: i64,
    pub(crate) store: &'a Store,
    /// What the keys of uploads to this project begin with.
    pub(crate) prefix: String,
    pub(crate) ids: Ids<'a>,
}

impl World {
    pub(crate) fn new(home: &str) -> Self {
        Self { home: home.to_owned(), sites: BTreeMap::new(), open_models: OpenModels::new(), ids: 0 }
    }

    /// A project; one that was not used yet is made.
    pub(crate) fn site(&mut self, project: &str, specification: &Specification) -> &mut Site {
        let home = project == self.home;
        self.sites.entry(project.to_owned()).or_insert_with(|| Site::new(home, &Examples(specification)))
    }

    /// The dock of a serial number, in whichever project it is.
    pub(crate) fn dock(&mut self, sn: &str, specification: &Specification) -> Option<&mut Dock> {
        self.site(&self.home.clone(), specification);
        self.sites.values_mut().find_map(|site| site.dock(sn))
    }

    /// The flight task of an id, in whichever project it is.
    pub(crate) fn task(&mut self, id: &str) -> Option<&mut Task> {
        self.sites.values_mut().find_map(|site| site.task_mut(id))
    }

    pub(crate) fn act(
        &mut self,
        specification: &Specification,
        operation: &OperationSpec,
        arguments: &Arguments,
        now: i64,
        store: &Store,
    ) -> Outcome {
        let examples = Examples(specification);
        let mut ids = Ids(&mut self.ids);
        if let Some(outcome) = self.open_models.act(&operation.id, arguments, &examples, (now, store), &mut ids) {
            return outcome;
        }
        if operation.id == "listOrganizationDevices" {
            self.site(&self.home.clone(), specification);
            let entries = self.sites.values().flat_map(|site| site.device_entries(now));
            return Outcome::Data(json!({"list": listed(entries.collect())}));
        }
        let Some(project) = &arguments.project else { return Outcome::Example };
        self.site(project, specification);
        let Some(site) = self.sites.get_mut(project) else { return Outcome::Example };
        if operation.id == "getProjectStsToken" {
            return Outcome::Data(project_credentials(&examples, store, upload_prefix(project)));
        }
        let prefix = upload_prefix(project);
        let mut context = Context { examples, now, store, prefix, ids: Ids(&mut self.ids) };
        site.act(&operation.id, arguments, &mut context)
    }
}

/// Puts the route file of the examples into the store: where it was uploaded to, and where it is downloaded from. It is a
/// valid archive of the size that the examples have.
pub(crate) fn upload_examples(home: &str, examples: &Examples<'_>, store: &Store) {
    let document = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"/>\n";
    let archive = |padding: &[u8]| {
        let files: [(&str, &[u8]); 3] =
            [("wpmz/template.kml", document), ("wpmz/waylines.wpml", document), ("wpmz/res/padding", padding)];
        zip::archive(&files)
    };
    let example = examples.data("getWayline");
    let size = example["size"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
    let padding = size.saturating_sub(archive(b"").len());
    let route = Bytes::from(archive(&vec![b' '; padding]));
    store.put(format!("{}/example-route.kmz", upload_prefix(home)), route.clone());
    if let Some(key) = example["download_url"].as_str().and_then(example_key) {
        store.put(key, route);
    }
}

/// The key of a file of the examples in the object store.
fn example_key(address: &str) -> Option<String> {
    let file = address.strip_prefix(EXAMPLE_FILES)?;
    Some(format!("examples/{}", file.split('?').next().unwrap_or_default()))
}

/// Lets the addresses of files in the examples lead to the object store.
pub(crate) fn link_files(body: &mut Value, store: &Store) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| link_files(item, store)),
        Value::Object(members) => {
            let size = members.get("size").and_then(Value::as_u64).unwrap_or(4096);
            for member in members.values_mut() {
                if let Some(key) = member.as_str().and_then(example_key) {
                    store.put_generated(&key, size);
                    *member = json!(store.signed_url(&key, ADDRESS_LIFETIME));
                } else {
                    link_files(member, store);
                }
            }
        }
        _ => {}
    }
}

/// What the keys of uploads to a project begin with.
fn upload_prefix(project: &str) -> String {
    format!("example-prefix/{project}")
}

fn project_credentials(examples: &Examples<'_>, store: &Store, prefix: String) -> Value {
    let Issued { credentials, lifetime, .. } = store.issue(prefix.clone());
    let keys = with(
        examples.data("getProjectStsToken")["credentials"].clone(),
        &[
            ("access_key_id", json!(credentials.access_key_id)),
            ("access_key_secret", json!(credentials.secret)),
            ("security_token", json!(credentials.session_token)),
            ("expire", json!(lifetime.as_secs())),
        ],
    );
    with(
        examples.data("getProjectStsToken"),
        &[
            ("endpoint", json!(store.url())),
            ("bucket", json!(BUCKET)),
            ("region", json!(credentials.region)),
            ("provider", json!(credentials.provider.as_str())),
            ("object_key_prefix", json!(prefix)),
            ("credentials", keys),
        ],
    )
}

/// The `data` of the first example of each operation.
pub(crate) struct Examples<'a>(pub(crate) &'a Specification);

impl Examples<'_> {
    pub(crate) fn data(&self, id: &str) -> Value {
        let operation = self.0.find(id);
        let example = operation.and_then(|operation| operation.examples.first());
        example.map_or(Value::Null, |(_, body)| body["data"].clone())
    }

    /// The whole example of a name.
    pub(crate) fn named(&self, id: &str, name: &str) -> Value {
        let examples = self.0.find(id).map_or(&[][..], |operation| &operation.examples);
        examples.iter().find(|(known, _)| known == name).map_or(Value::Null, |(_, body)| body.clone())
    }

    pub(crate) fn list(&self, id: &str) -> Vec<Value> {
        self.data(id)["list"].as_array().cloned().unwrap_or_default()
    }
}

/// New ids. They are the same in every run.
pub(crate) struct Ids<'a>(&'a mut u64);

impl Ids<'_> {
    fn next(&mut self) -> u64 {
        *self.0 += 1;
        *self.0
    }

    pub(crate) fn number(&mut self) -> i64 {
        i64::try_from(self.next()).unwrap_or(i64::MAX)
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
