//! The simulation of a project: devices, flight tasks and their media, routes, models, stream converters and the control
//! of payloads.
//!
//! In: calls by the id of their operation, and the time. Out: what they respond, made of the examples. Calls of other
//! operations respond with their examples. Must not know HTTP or schemas; tests show that the responses fit.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::check::{Arguments, BAD_PARAMETER};
use super::devices::{self, Dock, Part};
use super::history::{History, Limits};
use super::schedule::{self, FLIGHT};
use super::state::{ADDRESS_LIFETIME, Context, Examples, Ids, Outcome, listed, rfc3339, with};
use super::store::objects::Content;
use super::store::service::Store;
use super::zip;

/// How long a task is planned for, if it does not say so.
const WINDOW: i64 = 60 * 60;
/// Seconds from the landing until each further media file is uploaded.
const UPLOAD: i64 = 30;
/// Media files of a flight, if the test sets nothing else, and the bytes of each.
const MEDIA: (u32, u64) = (6, 200_000);
/// Seconds from the request for a model until it is in the list.
const MAPPING: i64 = 10 * 60;
/// Seconds until a stream converter that was enabled pushes.
const CONNECTING: i64 = 3;
const MAX_CONVERTERS: usize = 20;
/// The ids of models that callers create begin here.
const FIRST_MODEL: i64 = 910_000;
/// How many entries of a kind are remembered, and how many bytes of the requests that made them.
pub(crate) const LIMITS: Limits = Limits { count: 1000, bytes: 8 << 20 };

const NO_TRACK: Outcome = Outcome::Refused(219_017, "no track for the task yet");
const NO_TASK: Outcome = Outcome::Refused(219_021, "record not found");
const TOO_LATE: Outcome =
    Outcome::Refused(BAD_PARAMETER, "only planned tasks can be changed, before they are executed");
const DOCK_OFFLINE: Outcome = Outcome::Refused(212_015, "the device is offline");
const NO_MODEL: Outcome = Outcome::Refused(BAD_PARAMETER, "the model is not in the list yet");
const NO_WAYLINE: Outcome = Outcome::Refused(BAD_PARAMETER, "there is no such route");
const NO_CONVERTER: Outcome = Outcome::Refused(212_056, "the converter does not exist");
const TOO_MANY_CONVERTERS: Outcome = Outcome::Refused(233_317, "there are 20 converters already");
const NOT_HELD: Outcome = Outcome::Refused(228_402, "the control of this payload is not held");

/// As the service responds to a route file that it cannot read. That it responds the same where there is no file is assumed.
const BAD_ROUTE: Outcome = Outcome::Failed(500, 200_500, "internal server error");
/// What a route file contains.
const ROUTE_FILES: [&str; 2] = ["wpmz/template.kml", "wpmz/waylines.wpml"];
/// The member with the address of a route file; the key of the file while it is remembered.
const DOWNLOAD: &str = "download_url";

/// The state of a project.
#[derive(Debug)]
pub(crate) struct Site {
    docks: Vec<Dock>,
    tasks: History<Task>,
    /// As `getWayline` responds.
    waylines: History<Value>,
    converters: History<Converter>,
    models: History<Model>,
    /// Aircraft and payloads whose control is held.
    held: History<(String, String)>,
    /// Media files of flights that are created from now on, and the bytes of each.
    media: (u32, u64),
}

/// A flight task.
#[derive(Debug)]
pub(crate) struct Task {
    /// As `getFlightTask` responds.
    detail: Value,
    /// As `listFlightTasks` responds.
    entry: Value,
    /// When it flies, in order, without the flights whose time came while it was suspended; `None` if it is one of the
    /// examples, which stays as it is.
    flights: Option<Vec<i64>>,
    /// Since when it is suspended.
    suspended: Option<i64>,
    /// The status that a test has set, and when.
    forced: Option<(String, i64)>,
    /// The id of its first media file; those of the others are made of it.
    first_media: String,
    /// Media files of each flight, and the bytes of each file.
    media: (u32, u64),
}

#[derive(Debug)]
struct Converter {
    /// As `listStreamConverters` responds.
    entry: Value,
    /// Since when it is enabled; `None` of one that is not, and of one of the examples.
    enabled: Option<i64>,
}

/// A model that a caller has created.
#[derive(Debug)]
struct Model {
    /// As `getModel` responds, without addresses.
    detail: Value,
    requested: i64,
}

impl Site {
    /// A new project. The home project has what the examples have.
    pub(crate) fn new(home: bool, examples: &Examples<'_>) -> Self {
        let mut site = Self {
            docks: Vec::new(),
            tasks: History::new(LIMITS),
            waylines: History::new(LIMITS),
            converters: History::new(LIMITS),
            models: History::new(LIMITS),
            held: History::new(LIMITS),
            media: MEDIA,
        };
        if home {
            site.docks = Dock::examples(examples);
            let detail = examples.data("getFlightTask");
            let entries = examples.list("listFlightTasks").into_iter();
            let example = |entry| Task {
                detail: detail.clone(),
                entry,
                flights: None,
                suspended: None,
                forced: None,
                first_media: String::new(),
                media: (0, 0),
            };
            site.tasks.extend(entries.map(example));
            site.waylines.extend([examples.data("getWayline")]);
            let converters = examples.list("listStreamConverters").into_iter();
            site.converters.extend(converters.map(|entry| Converter { entry, enabled: None }));
        }
        site
    }

    pub(crate) fn add_dock(&mut self, dock: Dock) {
        let sn = dock.sn(Part::Dock).clone();
        self.docks.retain(|known| *known.sn(Part::Dock) != sn);
        self.docks.push(dock);
    }

    pub(crate) fn dock(&mut self, sn: &str) -> Option<&mut Dock> {
        self.docks.iter_mut().find(|dock| dock.sn(Part::Dock) == sn)
    }

    pub(crate) fn set_media(&mut self, files: u32, size: u64) {
        self.media = (files, size);
    }

    pub(crate) fn task_mut(&mut self, id: &str) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.detail["uuid"] == id)
    }

    /// The devices as the lists show them.
    pub(crate) fn device_entries(&self, now: i64) -> impl Iterator<Item = Value> {
        self.docks.iter().map(move |dock| dock.entry(self.flies(dock.sn(Part::Dock), now)))
    }

    /// Whether the aircraft of a dock flies a task.
    fn flies(&self, sn: &Value, now: i64) -> bool {
        self.tasks
            .iter()
            .any(|task| task.flights.is_some() && task.detail["sn"] == *sn && task.status(now) == "executing")
    }

    pub(crate) fn act(&mut self, operation: &str, arguments: &Arguments, context: &mut Context<'_>) -> Outcome {
        let Context { examples, now, ids, .. } = context;
        let (examples, now) = (&*examples, *now);
        let body = arguments.body();
        let value = |name: &str| arguments.values.get(name).unwrap_or(&Value::Null);
        match operation {
            "listProjectDevices" => Outcome::Data(json!({"list": listed(self.device_entries(now).collect())})),
            "getDeviceState" => devices::properties(&self.docks, value("device_sn"), |sn| self.flies(sn, now)),
            "getDeviceHms" => Outcome::Data(devices::alerts(&self.docks, value("device_sn_list"))),
            "createFlightTask" => self.create_task(arguments, examples, now, ids),
            "updateFlightTaskStatus" => self.change_task(value("task_uuid"), &body["status"], now),
            "listFlightTasks" => self.list_tasks(&value, now),
            "getFlightTask" => self.task(value("task_uuid")).map_or(NO_TASK, |task| Outcome::Data(task.detail(now))),
            "listFlightTaskMedia" => match self.task(value("task_uuid")) {
                Some(task) if task.flights.is_none() => Outcome::Example,
                Some(task) => Outcome::Data(task.media(examples, now, context.store)),
                None => NO_TASK,
            },
            "getFlightTaskTrack" => match self.task(value("task_uuid")) {
                Some(task) if task.has_track(now) => Outcome::Data(task.track(examples)),
                Some(_) => NO_TRACK,
                None => NO_TASK,
            },
            "finishWaylineUpload" => self.add_wayline(arguments, context),
            "listWaylines" => {
                let entry = |wayline: &Value| {
                    let mut entry = wayline.clone();
                    for more in ["download_url", "distance", "wayline_point_nums"] {
                        entry.as_object_mut().map(|members| members.remove(more));
                    }
                    entry
                };
                Outcome::Data(json!({"list": listed(self.waylines.iter().map(entry).collect())}))
            }
            "getWayline" => {
                let found = self.waylines.iter().find(|wayline| wayline["id"] == *value("wayline_id"));
                found.map_or(NO_WAYLINE, |wayline| {
                    let mut wayline = wayline.clone();
                    // A signed address is made for each response.
                    if let Some(key) = wayline[DOWNLOAD].as_str().filter(|key| !key.starts_with("https://")) {
                        wayline[DOWNLOAD] = json!(context.store.signed_url(key, ADDRESS_LIFETIME));
                    }
                    Outcome::Data(wayline)
                })
            }
            "acquireControl" => self.acquire(body, examples),
            "releaseControl" => self.release(body, examples),
            "createStreamConverter" => self.create_converter(arguments, examples, ids),
            "listStreamConverters" => {
                let entries = self.converters.iter().map(|converter| converter.entry(now));
                Outcome::Data(json!({"list": listed(entries.collect())}))
            }
            "setStreamConverter" => self.set_converter(value("converter_id"), &body["auto_push_stream"], now),
            "deleteStreamConverter" => {
                let before = self.converters.len();
                self.converters.retain(|converter| converter.entry["converter_id"] != *value("converter_id"));
                if self.converters.len() < before { Outcome::Done } else { NO_CONVERTER }
            }
            "createModel" => {
                let id = json!(FIRST_MODEL.saturating_add(ids.number()));
                let at = json!(now.saturating_mul(1000));
                let members = [
                    ("id", id.clone()),
                    ("name", body["name"].clone()),
                    ("file_type", body["reconstruction_type"][0].clone()),
                    ("create_at", at.clone()),
                    ("update_at", at),
                ];
                let detail = with(examples.data("getModel"), &members);
                self.models.push(Model { detail, requested: now }, arguments.length);
                Outcome::Data(with(examples.data("createModel"), &[("id", id)]))
            }
            "listModels" => {
                let made = self.models.iter().filter(|model| model.is_listed(now)).map(|model| {
                    let mut entry = model.detail.clone();
                    for more in ["user_name", "url", "preview_url"] {
                        entry.as_object_mut().map(|members| members.remove(more));
                    }
                    entry
                });
                let examples = examples.list("listModels");
                Outcome::Data(json!({"list": listed(examples.into_iter().chain(made).collect())}))
            }
            "getModel" => match self.models.iter().find(|model| model.detail["id"] == *value("model_id")) {
                Some(model) if model.is_listed(now) => Outcome::Data(model.detail.clone()),
                Some(_) => NO_MODEL,
                None => Outcome::Example,
            },
            _ => Outcome::Example,
        }
    }

    fn task(&self, id: &Value) -> Option<&Task> {
        self.tasks.iter().find(|task| task.detail["uuid"] == *id)
    }

    fn create_task(&mut self, made: &Arguments, examples: &Examples<'_>, now: i64, ids: &mut Ids<'_>) -> Outcome {
        let body = made.body();
        let is_dock = |dock: &&Dock| *dock.sn(Part::Dock) == body["sn"];
        if self.docks.iter().find(is_dock).is_some_and(|dock| !dock.is_online(Part::Dock)) {
            return DOCK_OFFLINE;
        }
        let kind = body["task_type"].as_str().unwrap_or("immediate");
        let flights = schedule::flights(body, now);
        let planned = body["begin_at"].as_i64().filter(|_| kind != "immediate");
        let begin = planned.or_else(|| flights.first().copied()).unwrap_or(now);
        let end = body["end_at"].as_i64().unwrap_or_else(|| begin.saturating_add(WINDOW));
        let id = ids.uuid();
        let common = [
            ("uuid", json!(id)),
            ("name", body["name"].clone()),
            ("sn", body["sn"].clone()),
            ("wayline_uuid", body["wayline_uuid"].clone()),
            ("task_type", json!(kind)),
            ("begin_at", json!(rfc3339(begin))),
            ("end_at", json!(rfc3339(end))),
        ];
        let detail = with(examples.data("getFlightTask"), &common);
        let repeat = &body["repeat_option"];
        let settings = [
            ("rth_altitude", &body["rth_altitude"]),
            ("rth_mode", &body["rth_mode"]),
            ("resumable_status", &body["resumable_status"]),
            ("out_of_control_action_in_flight", &body["out_of_control_action_in_flight"]),
            ("repeat_type", &body["repeat_type"]),
            ("recurring_task_start_time_list", &body["recurring_task_start_time_list"]),
            ("continuous_task_periods", &body["continuous_task_periods"]),
            ("min_battery_capacity", &body["min_battery_capacity"]),
            ("interval", &repeat["interval"]),
            ("days_of_week", &repeat["days_of_week"]),
            ("days_of_month", &repeat["days_of_month"]),
            // A list in a request, and a number in a response.
            ("week_of_month", &repeat["week_of_month"][0]),
        ];
        let given = settings.into_iter().filter(|(_, value)| !value.is_null());
        let given: Vec<(&str, Value)> = given.map(|(name, value)| (name, value.clone())).collect();
        let entry = examples.list("listFlightTasks").into_iter().next().unwrap_or_else(|| json!({}));
        let mut entry = with(entry, &common);
        if let Some(landing) = body.get("landing_dock_sn") {
            entry = with(entry, &[("landing_dock_sn", landing.clone())]);
        }
        if let Some(resumable) = body.get("resumable_status") {
            entry = with(entry, &[("resumable_status", resumable.clone())]);
        }
        let detail = with(detail, &given);
        let size = made.length + flights.len() * size_of::<i64>();
        let task = Task {
            detail,
            entry,
            flights: Some(flights),
            suspended: None,
            forced: None,
            first_media: ids.uuid(),
            media: self.media,
        };
        self.tasks.push(task, size);
        Outcome::Data(with(examples.data("createFlightTask"), &[("task_uuid", json!(id))]))
    }

    fn change_task(&mut self, id: &Value, wanted: &Value, now: i64) -> Outcome {
        let Some(task) = self.tasks.iter_mut().find(|task| task.detail["uuid"] == *id) else { return NO_TASK };
        if task.flights.is_none() {
            return Outcome::Done;
        }
        if task.detail["task_type"] == "immediate" {
            return TOO_LATE;
        }
        match (task.status(now), wanted.as_str()) {
            ("waiting" | "suspended", Some("suspended")) => task.suspended = task.suspended.or(Some(now)),
            ("waiting", Some("restored")) => {}
            ("suspended", Some("restored")) => task.restore(now),
            _ => return TOO_LATE,
        }
        Outcome::Done
    }

    fn list_tasks<'a>(&self, value: &impl Fn(&str) -> &'a Value, now: i64) -> Outcome {
        let time = |name: &str| value(name).as_i64().map(rfc3339).unwrap_or_default();
        let window = time("begin_at")..=time("end_at");
        let same = |entry: &Value, name: &str| value(name).is_null() || entry[name] == *value(name);
        let fits = |entry: &Value| {
            let named =
                value("name").as_str().is_none_or(|part| entry["name"].as_str().is_some_and(|n| n.contains(part)));
            let wanted = value("status").as_array().is_none_or(|wanted| wanted.contains(&entry["status"]));
            let begins = entry["begin_at"].as_str().is_some_and(|begins| window.contains(&begins.to_owned()));
            same(entry, "sn") && same(entry, "task_type") && named && wanted && begins
        };
        let entries = self.tasks.iter().map(|task| task.entry(now));
        Outcome::Data(json!({"list": listed(entries.filter(fits).collect())}))
    }

    fn add_wayline(&mut self, made: &Arguments, context: &mut Context<'_>) -> Outcome {
        let name = &made.body()["name"];
        let key = made.body()["object_key"].as_str().unwrap_or_default();
        let Some(object) = context.store.object(key).filter(|_| key.starts_with(&context.prefix)) else {
            return BAD_ROUTE;
        };
        if let Content::Stored(bytes) = &object.content {
            let names = zip::names(bytes).unwrap_or_default();
            if ROUTE_FILES.iter().any(|wanted| !names.iter().any(|name| name == wanted)) {
                return BAD_ROUTE;
            }
        }
        let id = json!(context.ids.uuid());
        let members = [
            ("id", id.clone()),
            ("name", name.clone()),
            ("update_time", json!(context.now.saturating_mul(1000))),
            ("size", json!(object.length)),
            (DOWNLOAD, json!(key)),
        ];
        self.waylines.push(with(context.examples.data("getWayline"), &members), made.length);
        let members = [("uuid", id), ("name", name.clone())];
        Outcome::Data(with(context.examples.data("finishWaylineUpload"), &members))
    }

    fn acquire(&mut self, body: &Value, examples: &Examples<'_>) -> Outcome {
        let (drone, payloads) = wanted(body);
        let held = self.held_of(&drone);
        for payload in payloads.difference(&held) {
            self.held.push((drone.clone(), payload.clone()), drone.len() + payload.len());
        }
        let controls = controls(&self.held_of(&drone), examples);
        Outcome::Data(json!({"drone_sn": drone, "controls": controls}))
    }

    fn release(&mut self, body: &Value, examples: &Examples<'_>) -> Outcome {
        let (drone, payloads) = wanted(body);
        let held = self.held_of(&drone);
        if held.is_empty() || !payloads.is_subset(&held) {
            return NOT_HELD;
        }
        self.held.retain(|(aircraft, payload)| *aircraft != drone || !payloads.contains(payload));
        let controls = controls(&self.held_of(&drone), examples);
        Outcome::Data(json!({"drone_sn": drone, "controls": controls}))
    }

    /// The payloads of an aircraft whose control is held.
    fn held_of(&self, drone: &str) -> BTreeSet<String> {
        self.held.iter().filter(|(aircraft, _)| aircraft == drone).map(|(_, payload)| payload.clone()).collect()
    }

    fn create_converter(&mut self, made: &Arguments, examples: &Examples<'_>, ids: &mut Ids<'_>) -> Outcome {
        let body = made.body();
        if self.converters.len() >= MAX_CONVERTERS {
            return TOO_MANY_CONVERTERS;
        }
        let id = json!(ids.named("CONVERTERMADE"));
        let template = examples.list("listStreamConverters").into_iter().next().unwrap_or_else(|| json!({}));
        // The service writes the members of every kind of target, and leaves those of other kinds empty.
        let blank = template["schema_option"].as_object().into_iter().flatten();
        let blank: Vec<(&str, Value)> = blank.map(|(name, _)| (name.as_str(), json!(""))).collect();
        let given = body["schema_option"].as_object().into_iter().flatten();
        let given: Vec<(&str, Value)> = given.map(|(name, value)| (name.as_str(), value.clone())).collect();
        let target = with(with(template["schema_option"].clone(), &blank), &given);
        let members = [
            ("converter_id", id.clone()),
            ("converter_name", body["converter_name"].clone()),
            ("sn", body["sn"].clone()),
            ("camera_index", body["camera_index"].clone()),
            ("schema", body["schema"].clone()),
            ("schema_option", target),
            ("auto_push_stream", json!(false)),
            ("state", json!("initialized")),
        ];
        self.converters.push(Converter { entry: with(template, &members), enabled: None }, made.length);
        Outcome::Data(with(examples.data("createStreamConverter"), &[("converter_id", id)]))
    }

    fn set_converter(&mut self, id: &Value, push: &Value, now: i64) -> Outcome {
        let Some(converter) = self.converters.iter_mut().find(|known| known.entry["converter_id"] == *id) else {
            return NO_CONVERTER;
        };
        let is_pushed = *push == true;
        converter.enabled = is_pushed.then(|| converter.enabled.unwrap_or(now));
        let state = if is_pushed { "initialized" } else { "stopped" };
        let members = [("auto_push_stream", push.clone()), ("state", json!(state))];
        converter.entry = with(converter.entry.take(), &members);
        Outcome::Done
    }
}

impl Converter {
    fn entry(&self, now: i64) -> Value {
        let runs = self.enabled.is_some_and(|enabled| now >= enabled.saturating_add(CONNECTING));
        if runs { with(self.entry.clone(), &[("state", json!("running"))]) } else { self.entry.clone() }
    }
}

impl Model {
    fn is_listed(&self, now: i64) -> bool {
        now >= self.requested.saturating_add(MAPPING)
    }
}

impl Task {
    /// Sets the status, whatever the time is.
    pub(crate) fn force(&mut self, status: String, now: i64) {
        self.forced = Some((status, now));
    }

    /// Ends a suspension: the flights whose time came meanwhile are not made up for.
    fn restore(&mut self, now: i64) {
        if let (Some(since), Some(flights)) = (self.suspended.take(), &mut self.flights) {
            flights.retain(|start| *start <= since || *start > now);
        }
    }

    fn flights(&self) -> &[i64] {
        self.flights.as_deref().unwrap_or_default()
    }

    /// The flights that have begun.
    fn begun(&self, now: i64) -> &[i64] {
        let until = self.suspended.map_or(now, |since| since.min(now));
        let flights = self.flights();
        &flights[..flights.partition_point(|start| *start <= until)]
    }

    /// The flights that have ended as they should. A status that a test has set ends them, unless it is a success.
    fn landed(&self, now: i64) -> &[i64] {
        let until = match &self.forced {
            Some((status, since)) if status != "success" => (*since).min(now),
            _ => now,
        };
        let begun = self.begun(now);
        &begun[..begun.partition_point(|start| landing(*start) <= until)]
    }

    fn status(&self, now: i64) -> &str {
        if self.flights.is_none() {
            return self.entry["status"].as_str().unwrap_or_default();
        }
        if let Some((status, _)) = &self.forced {
            return status;
        }
        if self.suspended.is_some() {
            return "suspended";
        }
        let (all, begun) = (self.flights().len(), self.begun(now));
        match begun.last() {
            _ if all == 0 => "timeout",
            Some(last) if now < landing(*last) => "executing",
            Some(_) if begun.len() == all => "success",
            // `success` is final, so a task that flies again is waiting.
            _ => "waiting",
        }
    }

    /// How many media files of each flight that has landed are uploaded.
    fn uploads(&self, now: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let files = i64::from(self.media.0);
        self.landed(now).iter().map(move |start| {
            let passed = now.saturating_sub(landing(*start)).max(0) / UPLOAD;
            (*start, passed.min(files))
        })
    }

    /// How many media files are uploaded.
    fn uploaded(&self, now: i64) -> i64 {
        self.uploads(now).map(|(_, files)| files).sum()
    }

    /// How many media files there are, uploaded or in the aircraft.
    fn expected(&self, now: i64) -> i64 {
        self.landed(now).len() as i64 * i64::from(self.media.0)
    }

    fn media(&self, examples: &Examples<'_>, now: i64, store: &Store) -> Value {
        let template = examples.list("listFlightTaskMedia").into_iter().next().unwrap_or_else(|| json!({}));
        let (of_flight, size) = self.media;
        let numbered = self.uploads(now).zip(0_i64..).flat_map(|((start, files), flight)| {
            (1..=files).map(move |number| (start, number, flight * i64::from(of_flight) + number - 1))
        });
        let files = numbered.map(|(start, number, index)| {
            // Each id is the first one with another beginning.
            let uuid = format!("{index:08x}{}", self.first_media.get(8..).unwrap_or_default());
            let taken = rfc3339(start.saturating_add(number));
            let name = format!("DJI_{}_{number:04}_V", taken.replace(['-', 'T', ':', 'Z'], ""));
            let address = |kind: &str, size: u64| {
                let key = format!("media/{uuid}/{kind}/{name}.jpeg");
                store.put_generated(&key, size);
                json!(store.signed_url(&key, ADDRESS_LIFETIME))
            };
            let updated = landing(start).saturating_add(number.saturating_mul(UPLOAD));
            with(
                template.clone(),
                &[
                    ("uuid", json!(uuid)),
                    ("name", json!(name)),
                    ("size", json!(size)),
                    ("preview_url", address("preview", size.min(20_000))),
                    ("original_url", address("original", size)),
                    ("create_at", json!(taken)),
                    ("update_at", json!(rfc3339(updated))),
                ],
            )
        });
        json!({"list": listed(files.collect())})
    }

    fn track(&self, examples: &Examples<'_>) -> Value {
        let own = ["name", "wayline_uuid"].map(|name| (name, self.detail[name].clone()));
        let example = examples.data("getFlightTaskTrack");
        if self.flights.is_none() { example } else { with(example, &own) }
    }

    /// Whether there is a track: that of the last flight that has landed.
    fn has_track(&self, now: i64) -> bool {
        self.status(now) == "success" || !self.landed(now).is_empty()
    }

    fn detail(&self, now: i64) -> Value {
        let status = json!(self.status(now));
        let mut detail = with(self.detail.clone(), &[("status", status)]);
        if self.flights.is_some() {
            let counts = [
                ("expected_file_count", json!(self.expected(now))),
                ("uploaded_file_count", json!(self.uploaded(now))),
            ];
            let folder = with(detail["folder_info"].clone(), &counts);
            detail = with(detail, &[("folder_info", folder)]);
        }
        detail
    }

    fn entry(&self, now: i64) -> Value {
        if self.flights.is_none() {
            return self.entry.clone();
        }
        let status = self.status(now);
        // Times and waypoints are those of the flight that has begun last.
        let flew = matches!(status, "executing" | "success") || !self.landed(now).is_empty();
        let last = self.begun(now).last().copied().filter(|_| flew);
        let end = last.map(landing).filter(|_| status == "success");
        let at = |time: Option<i64>| json!(time.map(rfc3339).unwrap_or_default());
        let total = self.entry["total_waypoints"].as_i64().unwrap_or_default();
        let flown = last.map_or(0, |start| now.saturating_sub(start).clamp(0, FLIGHT));
        let (uploaded, expected) = (self.uploaded(now), self.expected(now));
        let members = [
            ("status", json!(status)),
            ("run_at", at(last)),
            ("completed_at", at(end)),
            ("current_waypoint_index", json!(if status == "success" { total } else { total * flown / FLIGHT })),
            (
                "media_upload_status",
                json!(match uploaded {
                    all if all == expected => "upload_finished",
                    0 => "to_upload",
                    _ => "uploading",
                }),
            ),
        ];
        let mut entry = with(self.entry.clone(), &members);
        if status != "success" && self.landed(now).is_empty() {
            // There are no media yet.
            entry.as_object_mut().map(|members| members.remove("media_upload_status"));
        }
        entry
    }
}

/// When the aircraft is back from a flight.
fn landing(start: i64) -> i64 {
    start.saturating_add(FLIGHT)
}

/// The aircraft and the payloads that a call wants to control.
fn wanted(body: &Value) -> (String, BTreeSet<String>) {
    let payloads = body["payload_index"].as_array().into_iter().flatten().filter_map(Value::as_str);
    (body["drone_sn"].as_str().unwrap_or_default().to_owned(), payloads.map(str::to_owned).collect())
}

fn controls(held: &BTreeSet<String>, examples: &Examples<'_>) -> Value {
    let template = examples.data("acquireControl")["controls"][0].clone();
    listed(held.iter().map(|payload| with(template.clone(), &[("payload_index", json!(payload))])).collect())
}
