//! Open modeling: resources from their upload to their deletion, and reconstructions until their archive is there.
//!
//! In: calls by the id of their operation, and the time. Out: what they respond, made of the examples. It belongs to the
//! organization, not to a project. Must not know HTTP or schemas.
//!
//! How long the service takes, and which status a resource has before its files are imported, is not known: the durations
//! and the status 0 are assumptions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::check::{Arguments, BAD_PARAMETER};
use super::history::History;
use super::simulation::LIMITS;
use super::state::{Examples, Ids, Outcome, listed, with};
use super::store::BUCKET;
use super::store::service::{Issued, Store};
use super::zip;

/// Seconds from the last upload callback until the files are imported.
const IMPORT: i64 = 10;
/// Seconds from the deletion of a resource until it is deleted.
const DELETION: i64 = 10;
/// Seconds that a reconstruction waits for computing resources.
const REQUESTING: i64 = 30;
/// Seconds that a reconstruction runs.
const RUNNING: i64 = 10 * 60;
/// Seconds that the archive of a result takes.
const PACKING: i64 = 60;

const NO_RESOURCE: Outcome = Outcome::Refused(BAD_PARAMETER, "there is no such resource");
const NO_MODEL: Outcome = Outcome::Refused(BAD_PARAMETER, "there is no such model");
const OTHER_CALLBACK: Outcome = Outcome::Refused(BAD_PARAMETER, "callback_param is not that of the credentials");
const NOT_IMPORTED: Outcome = Outcome::Refused(BAD_PARAMETER, "the files of the resource are not imported");
const NO_JOB: Outcome = Outcome::Refused(BAD_PARAMETER, "there is no parameter of a job");

/// The parameter of each kind of job, the member of its response, and its number in `model_type`.
const JOBS: [(&str, &str, i64); 4] = [
    ("parameter_2d", "model_2d", 1),
    ("parameter_3d", "model_3d", 2),
    ("parameter_3dgs", "model_3dgs", 3),
    ("parameter_lidar", "model_lidar", 4),
];

#[derive(Debug)]
pub(crate) struct OpenModels {
    resources: History<Resource>,
    models: History<Model>,
}

#[derive(Debug)]
struct Resource {
    uuid: String,
    callback_param: String,
    prefix: String,
    /// Names and sizes.
    files: Vec<(String, u64)>,
    /// When the last callback came.
    uploaded: Option<i64>,
    deleted: Option<i64>,
}

impl Resource {
    fn status(&self, now: i64) -> i64 {
        match (self.deleted, self.uploaded) {
            (Some(deleted), _) if now >= deleted.saturating_add(DELETION) => 3,
            (Some(deleted), _) if now >= deleted => 2,
            (_, Some(uploaded)) if now >= uploaded.saturating_add(IMPORT) => 1,
            _ => 0,
        }
    }
}

#[derive(Debug)]
struct Model {
    uuid: String,
    resource: String,
    kind: i64,
    started: i64,
    stopped: Option<i64>,
}

impl Model {
    fn end(&self) -> i64 {
        self.started.saturating_add(REQUESTING + RUNNING)
    }

    fn status(&self, now: i64) -> i64 {
        match self.stopped {
            Some(_) => 16,
            None if now < self.started.saturating_add(REQUESTING) => 12,
            None if now < self.end() => 14,
            None => 15,
        }
    }

    fn is_running(&self, now: i64) -> bool {
        matches!(self.status(now), 12 | 14)
    }

    fn key(&self) -> String {
        format!("open_reconstruction/models/{}.zip", self.uuid)
    }

    fn detail(&self, template: Value, now: i64, store: &Store) -> Value {
        let percent = |from: i64, length: i64| (now.saturating_sub(from).clamp(0, length)) * 100 / length;
        let until = self.stopped.unwrap_or(now).min(now);
        let run = until.saturating_sub(self.started.saturating_add(REQUESTING)).clamp(0, RUNNING);
        let is_done = self.status(now) == 15;
        let packed = if is_done { percent(self.end(), PACKING) } else { 0 };
        let zip_status = match packed {
            _ if !is_done || now == self.end() => 0,
            100 => 2,
            _ => 1,
        };
        let archive =
            zip::archive(&[("model/metadata.xml", b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ModelMetadata/>\n")]);
        let size = if is_done { archive.len() } else { 0 };
        if zip_status == 2 && store.object(&self.key()).is_none() {
            store.put(self.key(), archive.into());
        }
        with(
            template,
            &[
                ("resource_uuid", json!(self.resource)),
                ("model_uuid", json!(self.uuid)),
                ("model_type", json!(self.kind)),
                ("model_status", json!(self.status(now))),
                ("model_size", json!(size)),
                ("reconstruction_progress", json!(run * 100 / RUNNING)),
                ("error_code", json!(0)),
                ("zip_status", json!(zip_status)),
                ("zip_progress", json!(packed)),
                ("zip_file_key", json!(if zip_status == 2 { self.key() } else { String::new() })),
            ],
        )
    }
}

impl OpenModels {
    pub(crate) fn new() -> Self {
        Self { resources: History::new(LIMITS), models: History::new(LIMITS) }
    }

    /// What a call responds; `None` if it is none of open modeling.
    pub(crate) fn act(
        &mut self,
        operation: &str,
        arguments: &Arguments,
        examples: &Examples<'_>,
        (now, store): (i64, &Store),
        ids: &mut Ids<'_>,
    ) -> Option<Outcome> {
        let body = arguments.body();
        let path = |name: &str| arguments.values.get(name).and_then(Value::as_str).unwrap_or_default();
        let resource = body["resource_uuid"].as_str().unwrap_or_default();
        // The resource and the model of the examples never change.
        let is_example = |uuid: &str, operation: &str, name: &str| examples.data(operation)[name] == uuid;
        Some(match operation {
            "obtainOpenModelUploadToken" => Outcome::Data(self.issue(examples, store, ids)),
            "openModelUploadCallback" | "startOpenModelReconstruction"
                if is_example(resource, "getOpenModelResource", "resource_uuid") =>
            {
                Outcome::Example
            }
            "getOpenModelResource" | "deleteOpenModelResource"
                if is_example(path("resource_uuid"), "getOpenModelResource", "resource_uuid") =>
            {
                Outcome::Example
            }
            "getOpenModel" | "deleteOpenModel" | "stopOpenModelReconstruction"
                if is_example(path("model_uuid"), "getOpenModel", "model_uuid") =>
            {
                Outcome::Example
            }
            "openModelUploadCallback" => self.upload(resource, body, now, store),
            "getOpenModelResource" => self.resource(path("resource_uuid")).map_or(NO_RESOURCE, |resource| {
                let names = resource.files.iter().map(|(name, _)| json!(name)).collect();
                Outcome::Data(json!({
                    "resource_uuid": resource.uuid,
                    "status": resource.status(now),
                    "resource_size": resource.files.iter().map(|(_, size)| size).sum::<u64>(),
                    "file_names": listed(names),
                }))
            }),
            "deleteOpenModelResource" => match self.resource(path("resource_uuid")) {
                Some(resource) => {
                    resource.deleted = Some(resource.deleted.unwrap_or(now));
                    Outcome::Done
                }
                None => NO_RESOURCE,
            },
            "startOpenModelReconstruction" => self.start(resource, body, now, ids),
            "listRunningOpenModels" => {
                let example = examples.list("listRunningOpenModels");
                let running = self.models.iter().filter(|model| model.is_running(now));
                let running = running.map(|model| model.detail(examples.data("getOpenModel"), now, store));
                Outcome::Data(json!({"list": listed(example.into_iter().chain(running).collect())}))
            }
            "getOpenModel" => self
                .model(path("model_uuid"))
                .map_or(NO_MODEL, |model| Outcome::Data(model.detail(examples.data("getOpenModel"), now, store))),
            "stopOpenModelReconstruction" => match self.model(path("model_uuid")) {
                Some(model) => {
                    if model.is_running(now) {
                        model.stopped = Some(now);
                    }
                    Outcome::Done
                }
                None => NO_MODEL,
            },
            "deleteOpenModel" => {
                let before = self.models.len();
                self.models.retain(|model| model.uuid != path("model_uuid"));
                if self.models.len() < before { Outcome::Done } else { NO_MODEL }
            }
            _ => return None,
        })
    }

    fn resource(&mut self, uuid: &str) -> Option<&mut Resource> {
        self.resources.iter_mut().find(|resource| resource.uuid == uuid)
    }

    fn model(&mut self, uuid: &str) -> Option<&mut Model> {
        self.models.iter_mut().find(|model| model.uuid == uuid)
    }

    fn issue(&mut self, examples: &Examples<'_>, store: &Store, ids: &mut Ids<'_>) -> Value {
        let uuid = ids.uuid();
        let example = examples.data("obtainOpenModelUploadToken");
        // The example has the folder of the resource, and `{fileName}` in it.
        let path = example["store_path"].as_str().unwrap_or_default();
        let folder = path.rsplitn(3, '/').nth(2).unwrap_or_default();
        let prefix = format!("{folder}/{uuid}/");
        let Issued { credentials, expire_time, .. } = store.issue(prefix.clone());
        let callback_param = STANDARD.encode(&uuid);
        let resource = Resource {
            uuid,
            callback_param: callback_param.clone(),
            prefix: prefix.clone(),
            files: Vec::new(),
            uploaded: None,
            deleted: None,
        };
        self.resources.push(resource, 0);
        with(
            example,
            &[
                ("cloud_name", json!(credentials.provider.as_str())),
                ("access_key_id", json!(credentials.access_key_id)),
                ("secret_access_key", json!(credentials.secret)),
                ("session_token", json!(credentials.session_token)),
                ("region", json!(credentials.region)),
                ("cloud_bucket_name", json!(BUCKET)),
                ("callback_param", json!(callback_param)),
                ("store_path", json!(format!("{prefix}{{fileName}}"))),
                ("expire_time", json!(expire_time)),
                ("end_point", json!(store.url())),
            ],
        )
    }

    /// Takes the files that are in the store with the ETag that the caller names.
    fn upload(&mut self, uuid: &str, body: &Value, now: i64, store: &Store) -> Outcome {
        let Some(resource) = self.resource(uuid) else { return NO_RESOURCE };
        if body["callback_param"] != *resource.callback_param {
            return OTHER_CALLBACK;
        }
        let mut taken = Vec::new();
        for file in body["files"].as_array().into_iter().flatten() {
            let (name, etag) = (file["name"].as_str().unwrap_or_default(), file["etag"].as_str().unwrap_or_default());
            let object = store.object(&format!("{}{name}", resource.prefix));
            if let Some(object) = object.filter(|object| object.etag.eq_ignore_ascii_case(etag)) {
                resource.files.retain(|(known, _)| known != name);
                resource.files.push((name.to_owned(), object.length));
                taken.push(json!(name));
            }
        }
        if !taken.is_empty() {
            resource.uploaded = Some(now);
        }
        Outcome::Data(json!({"resource_uuid": uuid, "upload_count": taken.len(), "file_name_list": listed(taken)}))
    }

    fn start(&mut self, uuid: &str, body: &Value, now: i64, ids: &mut Ids<'_>) -> Outcome {
        let Some(resource) = self.resource(uuid) else { return NO_RESOURCE };
        if resource.status(now) != 1 {
            return NOT_IMPORTED;
        }
        let jobs = JOBS.iter().filter(|(parameter, ..)| body[*parameter].is_string());
        let models: Vec<(&str, Model)> = jobs
            .map(|(_, member, kind)| {
                let model =
                    Model { uuid: ids.uuid(), resource: uuid.to_owned(), kind: *kind, started: now, stopped: None };
                (*member, model)
            })
            .collect();
        let Some((_, first)) = models.first() else { return NO_JOB };
        if body["delete_resource_if_finish"] == true {
            resource.deleted = Some(first.end());
        }
        let mut started = json!({});
        for (member, model) in models {
            started[member] = json!({"uuid": model.uuid, "status": model.status(now), "sub_error_code": 0});
            self.models.push(model, 0);
        }
        Outcome::Data(started)
    }
}
