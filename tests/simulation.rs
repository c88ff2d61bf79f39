//! The simulation of the mock server: docks, flight tasks and their media, models, open modeling, stream converters, and
//! the clock by which they change. Each response is validated against the specification.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::time::{Duration, Instant};

use flighthub2::OPERATIONS;
use flighthub2::testing::{MockServer, PROJECT, Rain, TOKEN};
use flighthub2::types::{HmsLevel, TaskStatus};
use flighthub2_tests::raw::{Keys, get, md5, oss, send};
use flighthub2_tests::vectors;
use serde_json::{Value, json};

const DOCK: &str = "7CTEXAMPLE0001";
const AIRCRAFT: &str = "1581FEXAMPLE00000001";
const UNKNOWN: &str = "00000000-0000-4000-8000-ffffffffffff";

/// Makes a call in the project of the examples and returns the whole response, which fits the specification and has a
/// code that is listed for the operation.
async fn call(server: &MockServer, method: &str, path: &str, body: Option<Value>) -> Value {
    let mut headers: Vec<(String, String)> = [("X-User-Token", TOKEN), ("X-Project-Uuid", PROJECT)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    if !body.is_empty() {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        headers.push(("Content-Length".to_owned(), body.len().to_string()));
    }
    let target = format!("/openapi/v0.1/{path}");
    let response = send(&server.url(), method, &target, &headers, body.as_bytes()).await;
    let value: Value = serde_json::from_slice(&response.body).unwrap_or_else(|error| panic!("{target}: {error}"));
    let operation = server.requests().last().unwrap().operation.unwrap();
    let code = value["code"].as_i64().unwrap();
    if code == 0 {
        server.check_response(operation, &value).unwrap_or_else(|error| panic!("{target}: {error}: {value}"));
    }
    let info = OPERATIONS.iter().find(|info| info.id == operation).unwrap();
    let bad_parameter = 200_101;
    assert!([0, bad_parameter].contains(&code) || info.error_codes.contains(&code), "{target}: {value}");
    value
}

async fn data(server: &MockServer, path: &str) -> Value {
    call(server, "GET", path, None).await["data"].take()
}

async fn code(server: &MockServer, method: &str, path: &str, body: Option<Value>) -> i64 {
    call(server, method, path, body).await["code"].as_i64().unwrap()
}

/// The body of the example of an operation, with other members.
fn body(name: &str, changes: Value) -> Value {
    let mut body = vectors::requests()[name]["body"].clone();
    let Value::Object(changes) = changes else { panic!("no members: {changes}") };
    body.as_object_mut().unwrap().extend(changes);
    body
}

async fn create_task(server: &MockServer, sn: &str) -> String {
    let body = body("createFlightTask", json!({"sn": sn, "name": "New"}));
    let created = call(server, "POST", "flight-task", Some(body)).await;
    created["data"]["task_uuid"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned()
}

#[tokio::test]
async fn docks_report_what_a_test_has_set() {
    let server = MockServer::start().await.unwrap();
    let (sn, drone_sn) = ("7CTEXAMPLE0009", "1581FEXAMPLE00000009");
    assert!(server.dock(sn).is_err());
    assert_eq!(code(&server, "GET", &format!("device/{sn}/state"), None).await, 210_900);
    let dock = server.add_dock(PROJECT, sn, drone_sn);
    dock.set_battery(42).set_wind_speed(11.5).set_rain(Rain::Heavy).set_drone_in_dock(false);
    dock.set_dock_property("silent_mode", json!("silent_mode")).remove_dock_property("humidity");
    let state = data(&server, &format!("device/{sn}/state")).await;
    assert_eq!((&state["device_sn"], &state["device_model"]["class"]), (&json!(sn), &json!("airport")));
    let state = &state["device_state"];
    assert_eq!(state["drone_charge_state"]["capacity_percent"], 42);
    assert_eq!((&state["wind_speed"], &state["rainfall"]), (&json!(11.5), &json!("heavy_rain")));
    assert_eq!((&state["drone_in_dock"], &state["silent_mode"]), (&json!("outside"), &json!("silent_mode")));
    assert!(state.get("humidity").is_none());
    assert_eq!(state["sub_device"]["device_sn"], drone_sn);
    // The aircraft sleeps, until it does not.
    assert_eq!(code(&server, "GET", &format!("device/{drone_sn}/state"), None).await, 212_015);
    dock.set_drone_online(true).set_drone_property("height", json!(3.5));
    let drone = data(&server, &format!("device/{drone_sn}/state")).await;
    assert_eq!((&drone["device_sn"], &drone["device_state"]["height"]), (&json!(drone_sn), &json!(3.5)));
    assert_eq!(drone["device_state"]["battery"]["capacity_percent"], 42);
    for list in ["project/device", "device"] {
        let listed = data(&server, list).await;
        let entries = listed["list"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["gateway"]["sn"] == sn).unwrap();
        assert_eq!((&entry["drone"]["sn"], entries.len()), (&json!(drone_sn), 3), "{list}");
    }
    let hms = format!("device/hms?device_sn_list={drone_sn},{sn}");
    let alerts = async || data(&server, &hms).await["list"].clone();
    assert_eq!(alerts().await[0]["device_hms"]["list"], Value::Null);
    dock.add_alert(&HmsLevel::Warning, "0x16100001", "strong wind").add_drone_alert(&HmsLevel::Reminder, "0x1", "x");
    let all = alerts().await;
    assert_eq!((&all[0]["device_sn"], &all[1]["device_sn"]), (&json!(drone_sn), &json!(sn)));
    assert_eq!(all[1]["device_hms"]["list"][0]["message"], "strong wind");
    assert_eq!(all[0]["device_hms"]["list"][0]["level"], "reminder");
    dock.clear_alerts();
    assert_eq!(alerts().await[1]["device_hms"]["list"], Value::Null);
    // A dock that is offline has no properties, and flies nothing.
    server.dock(sn).unwrap().set_online(false);
    assert_eq!(code(&server, "GET", &format!("device/{sn}/state"), None).await, 212_015);
    let task = body("createFlightTask", json!({"sn": sn}));
    assert_eq!(code(&server, "POST", "flight-task", Some(task)).await, 212_015);
    // The docks of the examples can be set, too; another project has docks of its own.
    server.dock(DOCK).unwrap().set_battery(200);
    let example = data(&server, &format!("device/{DOCK}/state")).await;
    assert_eq!(example["device_state"]["drone_charge_state"]["capacity_percent"], 100);
    server.add_dock("00000000-0000-4000-8000-000000000009", "OTHEREXAMPLE1", "OTHEREXAMPLE2");
    assert_eq!(code(&server, "GET", "device/OTHEREXAMPLE1/state", None).await, 210_900);
    assert_eq!(data(&server, "device").await["list"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_flight_changes_its_dock_and_uploads_media() {
    let server = MockServer::start().await.unwrap();
    server.set_flight_media(PROJECT, 3, 5000);
    let task = create_task(&server, DOCK).await;
    let status = async || data(&server, &format!("flight-task/{task}")).await["status"].as_str().unwrap().to_owned();
    let media = async || data(&server, &format!("flight-task/{task}/media")).await["list"].clone();
    let entry = async || {
        let path = format!("flight-task/list?sn={DOCK}&begin_at=0&end_at=9999999999&name=New");
        data(&server, &path).await["list"][0].clone()
    };
    let modes = async || {
        let dock = data(&server, &format!("device/{DOCK}/state")).await["device_state"].clone();
        let drone = data(&server, &format!("device/{AIRCRAFT}/state")).await["device_state"].clone();
        [&dock["mode_code"], &dock["drone_in_dock"], &drone["mode_code"]].map(|mode| mode.as_str().unwrap().to_owned())
    };
    assert_eq!((status().await.as_str(), modes().await), ("waiting", ["idle", "inside", "standby"].map(str::to_owned)));
    server.advance(Duration::from_secs(5 + 600));
    let flying = ["in_operation", "outside", "wayline_flight"].map(str::to_owned);
    assert_eq!((status().await.as_str(), modes().await), ("executing", flying));
    assert_eq!(data(&server, "project/device").await["list"][0]["gateway"]["mode_code"], 4);
    assert_eq!(entry().await["current_waypoint_index"], 2, "half of five waypoints");
    assert_eq!(code(&server, "GET", &format!("flight-task/{task}/track"), None).await, 219_017);
    server.advance(Duration::from_secs(600));
    assert_eq!((status().await.as_str(), modes().await), ("success", ["idle", "inside", "standby"].map(str::to_owned)));
    assert_eq!((media().await, &entry().await["media_upload_status"]), (Value::Null, &json!("to_upload")));
    assert_eq!(data(&server, &format!("flight-task/{task}/track")).await["name"], "New");
    server.advance(Duration::from_secs(30));
    assert_eq!(media().await.as_array().unwrap().len(), 1);
    assert_eq!(entry().await["media_upload_status"], "uploading");
    let folder = data(&server, &format!("flight-task/{task}")).await["folder_info"].clone();
    assert_eq!((&folder["expected_file_count"], &folder["uploaded_file_count"]), (&json!(3), &json!(1)));
    server.advance(Duration::from_secs(60));
    assert_eq!(entry().await["media_upload_status"], "upload_finished");
    let files = media().await;
    let files = files.as_array().unwrap();
    assert_eq!(files.len(), 3);
    let mut contents = Vec::new();
    for file in files {
        let response = get(file["original_url"].as_str().unwrap(), &[]).await;
        assert_eq!((response.status, json!(response.body.len())), (200, file["size"].clone()));
        assert_eq!(get(file["preview_url"].as_str().unwrap(), &[]).await.status, 200);
        contents.push(response.body);
    }
    assert_ne!(contents[0], contents[1]);
    // Each response has addresses of its own, which expire.
    server.advance(Duration::from_secs(3600));
    assert_eq!(get(files[0]["original_url"].as_str().unwrap(), &[]).await.status, 403);
    assert_eq!(get(media().await[0]["original_url"].as_str().unwrap(), &[]).await.body, contents[0]);
}

#[tokio::test]
async fn a_test_can_end_a_flight() {
    let server = MockServer::start().await.unwrap();
    let task = create_task(&server, DOCK).await;
    server.advance(Duration::from_secs(60));
    server.set_task_status(&task.as_str().into(), &TaskStatus::Terminated).unwrap();
    server.advance(Duration::from_secs(3600));
    assert_eq!(data(&server, &format!("flight-task/{task}")).await["status"], "terminated");
    assert_eq!(data(&server, &format!("flight-task/{task}/media")).await["list"], Value::Null);
    assert_eq!(data(&server, &format!("device/{DOCK}/state")).await["device_state"]["mode_code"], "idle");
    assert!(server.set_task_status(&UNKNOWN.into(), &TaskStatus::Paused).is_err());
}

/// A task for each of the two examples that repeat, which begin on Monday, 2026-02-02.
#[tokio::test]
async fn a_repeated_task_flies_each_time_that_is_planned() {
    const DAY: u64 = 86_400;
    let server = MockServer::start().await.unwrap();
    server.set_flight_media(PROJECT, 2, 100);
    let begin = server.now().get() as u64;
    let until = |time: u64| server.advance(Duration::from_secs(time - server.now().get() as u64));
    let created = call(&server, "POST", "flight-task", Some(body("createFlightTask_recurring", json!({})))).await;
    let task = created["data"]["task_uuid"].as_str().unwrap();
    let detail = async || data(&server, &format!("flight-task/{task}")).await;
    let status = async || detail().await["status"].as_str().unwrap().to_owned();
    let media = async || data(&server, &format!("flight-task/{task}/media")).await["list"].clone();
    let entry = async || {
        let path = format!("flight-task/list?sn={DOCK}&begin_at=0&end_at=9999999999&task_type=recurring");
        data(&server, &path).await["list"].as_array().unwrap().last().unwrap().clone()
    };
    // Monday at 9:00 and at 15:00 UTC, then Wednesday and Friday.
    let (morning, afternoon) = (1_770_022_800, 1_770_044_400);
    assert_eq!((begin < morning, status().await.as_str()), (true, "waiting"));
    until(morning + 60);
    assert_eq!((status().await.as_str(), &entry().await["run_at"]), ("executing", &json!("2026-02-02T09:00:00Z")));
    until(morning + 3600);
    // `success` would be the end of the whole task.
    assert_eq!((status().await.as_str(), media().await.as_array().unwrap().len()), ("waiting", 2));
    assert_eq!(entry().await["completed_at"], "");
    until(afternoon + 60);
    assert_eq!(status().await, "executing");
    until(afternoon + 3600);
    let files = media().await;
    let ids: std::collections::BTreeSet<&str> =
        files.as_array().unwrap().iter().map(|file| file["uuid"].as_str().unwrap()).collect();
    let names: std::collections::BTreeSet<&str> =
        files.as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), names.len()), (4, 4), "{files}");
    assert_eq!(detail().await["folder_info"]["expected_file_count"], 4);
    until(morning + DAY + 60);
    assert_eq!(status().await, "waiting", "it flies on Tuesday");
    // Both flights of Wednesday come while it is suspended.
    let change = async |wanted: &str| {
        code(&server, "PUT", &format!("flight-task/{task}/status"), Some(json!({"status": wanted}))).await
    };
    assert_eq!(change("suspended").await, 0);
    until(afternoon + 2 * DAY + 60);
    assert_eq!(status().await, "suspended");
    assert_eq!(change("restored").await, 0);
    assert_eq!((status().await.as_str(), media().await.as_array().unwrap().len()), ("waiting", 4));
    until(morning + 4 * DAY + 60);
    assert_eq!(status().await, "executing", "it does not fly on Friday");
    // The last day is Wednesday, 4 March: 28 flights, of which two were suspended.
    until(afternoon + 30 * DAY + 60);
    assert_eq!(status().await, "executing");
    until(afternoon + 31 * DAY);
    assert_eq!((status().await.as_str(), media().await.as_array().unwrap().len()), ("success", 52));
    assert_eq!(entry().await["completed_at"], "2026-03-04T15:20:00Z");
    assert_eq!(change("suspended").await, 200_101);
}

#[tokio::test]
async fn a_continuous_task_charges_between_its_flights() {
    let server = MockServer::start().await.unwrap();
    let created = call(&server, "POST", "flight-task", Some(body("createFlightTask_continuous", json!({})))).await;
    let task = created["data"]["task_uuid"].as_str().unwrap();
    let status = async || data(&server, &format!("flight-task/{task}")).await["status"].as_str().unwrap().to_owned();
    // From 9:00 to 11:00 UTC: at 9:00, 9:50 and 10:40 on each day.
    let mut seen = Vec::new();
    for at in [0, 25 * 60, 51 * 60, 75 * 60, 101 * 60, 125 * 60, 24 * 3600 + 60] {
        server.advance(Duration::from_secs(1_770_022_801 + at - server.now().get() as u64));
        seen.push(status().await);
    }
    assert_eq!(seen, ["executing", "waiting", "executing", "waiting", "executing", "waiting", "executing"]);
    let other = body("createFlightTask_continuous", json!({"time_zone": "Mars/Base"}));
    assert_eq!(code(&server, "POST", "flight-task", Some(other)).await, 0, "no page says what the service refuses");
}

#[tokio::test]
async fn the_clock_runs_by_itself_when_a_test_starts_it() {
    let server = MockServer::start().await.unwrap();
    let task = create_task(&server, DOCK).await;
    let begin = server.now().get();
    // An hour in a third of a second.
    server.run_clock(10_000.0);
    let started = Instant::now();
    while data(&server, &format!("flight-task/{task}")).await["status"] != "success" {
        assert!(started.elapsed() < Duration::from_secs(20), "it does not run");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.run_clock(0.0);
    let stopped = server.now().get();
    assert!(stopped >= begin + 1205, "{begin} {stopped}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.now().get(), stopped);
}

#[tokio::test]
async fn models_are_listed_when_they_are_made() {
    let server = MockServer::start().await.unwrap();
    let body = body("createModel", json!({"name": "New model"}));
    let created = call(&server, "POST", "model/create", Some(body)).await;
    let id = created["data"]["id"].as_i64().unwrap();
    let listed = async || data(&server, "model").await["list"].as_array().unwrap().len();
    assert_eq!((listed().await, code(&server, "GET", &format!("model/{id}"), None).await), (1, 200_101));
    server.advance(Duration::from_secs(600));
    assert_eq!(listed().await, 2);
    let model = data(&server, &format!("model/{id}")).await;
    assert_eq!(model["name"], "New model");
    assert_eq!(get(model["url"].as_str().unwrap(), &[("range", "bytes=0-9")]).await.status, 206);
}

/// Open modeling from the credentials to the archive.
#[tokio::test]
async fn pictures_become_a_model_and_its_archive() {
    let server = MockServer::start().await.unwrap();
    let token = call(&server, "POST", "open_model/stores/obtain_token", None).await["data"].take();
    let text = |name: &str| token[name].as_str().unwrap().to_owned();
    let keys = Keys {
        id: text("access_key_id"),
        secret: text("secret_access_key"),
        token: text("session_token"),
        region: text("region"),
        endpoint: text("end_point"),
    };
    let path = text("store_path");
    let resource = path.rsplit('/').nth(1).unwrap();
    let key = path.replace("{fileName}", "1.jpeg");
    let upload = oss(&keys, &key, 7);
    let target = format!("/{}/{key}", text("cloud_bucket_name"));
    assert_eq!(send(&keys.endpoint, "PUT", &target, &upload, b"picture").await.status, 200);
    let route = oss(&keys, "example-prefix/a.kmz", 1);
    let target = format!("/{}/example-prefix/a.kmz", text("cloud_bucket_name"));
    assert_eq!(send(&keys.endpoint, "PUT", &target, &route, b"x").await.code(), "AccessDenied", "another folder");

    let callback = |changes: Value| {
        let mut body = json!({
            "resource_uuid": resource,
            "callback_param": token["callback_param"],
            "files": [
                {"name": "1.jpeg", "etag": md5(b"picture").to_uppercase()},
                {"name": "2.jpeg", "etag": md5(b"picture")},
            ],
        });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        Some(body)
    };
    let post = "open_model/stores/upload_callback";
    assert_eq!(code(&server, "POST", post, callback(json!({"callback_param": "x"}))).await, 200_101);
    assert_eq!(code(&server, "POST", post, callback(json!({"resource_uuid": UNKNOWN}))).await, 200_101);
    let wrong = callback(json!({"files": [{"name": "1.jpeg", "etag": md5(b"another")}]}));
    assert_eq!(call(&server, "POST", post, wrong).await["data"]["upload_count"], 0);
    let taken = call(&server, "POST", post, callback(json!({}))).await;
    assert_eq!((&taken["data"]["upload_count"], &taken["data"]["file_name_list"]), (&json!(1), &json!(["1.jpeg"])));

    let resource_path = format!("open_model/resource/{resource}");
    let status = async || data(&server, &resource_path).await["status"].as_i64().unwrap();
    let start = async |changes: Value| {
        let mut body = json!({"resource_uuid": resource});
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        call(&server, "POST", "open_model/models/reconstruction/start", Some(body)).await
    };
    let both = json!({"parameter_2d": "{}", "parameter_3d": "{}", "delete_resource_if_finish": true});
    assert_eq!((status().await, start(both.clone()).await["code"].clone()), (0, json!(200_101)));
    server.advance(Duration::from_secs(10));
    let imported = data(&server, &resource_path).await;
    assert_eq!((&imported["status"], &imported["resource_size"]), (&json!(1), &json!(7)));
    assert_eq!(start(json!({})).await["code"], 200_101, "no job");
    let started = start(both).await["data"].take();
    let id = |kind: &str| started[kind]["uuid"].as_str().unwrap().to_owned();
    let (map, model) = (id("model_2d"), id("model_3d"));
    assert_eq!((&started["model_3d"]["status"], started.get("model_lidar")), (&json!(12), None));

    let show = async |id: &str| data(&server, &format!("open_model/models/{id}")).await;
    let running = async || data(&server, "open_model/models/running").await["list"].as_array().unwrap().len();
    assert_eq!((running().await, show(&model).await["model_type"].clone()), (3, json!(2)));
    server.advance(Duration::from_secs(30 + 300));
    let half = show(&model).await;
    assert_eq!((&half["model_status"], &half["reconstruction_progress"]), (&json!(14), &json!(50)));
    assert_eq!(code(&server, "POST", &format!("open_model/models/{map}/reconstruction/stop"), None).await, 0);
    assert_eq!((show(&map).await["model_status"].clone(), running().await), (json!(16), 2));
    server.advance(Duration::from_secs(300));
    let done = show(&model).await;
    assert_eq!((&done["model_status"], &done["zip_status"], running().await), (&json!(15), &json!(0), 1));
    assert_eq!(status().await, 2, "the resource waits for its deletion");
    server.advance(Duration::from_secs(30));
    let packing = show(&model).await;
    assert_eq!((&packing["zip_status"], &packing["zip_progress"]), (&json!(1), &json!(50)));
    assert_eq!((status().await, packing["zip_file_key"].clone()), (3, json!("")));
    server.advance(Duration::from_secs(30));
    let packed = show(&model).await;
    assert_eq!(packed["zip_status"], 2);
    // No operation has an address of the archive, but the store has it.
    let archive = server.store().signed_url(packed["zip_file_key"].as_str().unwrap(), Duration::from_secs(60));
    let archive = get(&archive, &[]).await.body;
    assert_eq!((&archive[..4], json!(archive.len())), (&b"PK\x03\x04"[..], packed["model_size"].clone()));
    assert_eq!(show(&map).await["zip_status"], 0);
    let path = format!("open_model/models/{model}");
    let deleted = [code(&server, "DELETE", &path, None).await, code(&server, "GET", &path, None).await];
    assert_eq!(deleted, [0, 200_101]);
    assert_eq!(code(&server, "DELETE", &format!("open_model/resource/{UNKNOWN}"), None).await, 200_101);
}

#[tokio::test]
async fn a_converter_pushes_seconds_after_it_was_enabled() {
    let server = MockServer::start().await.unwrap();
    let path = "live-stream/converter";
    let created = call(&server, "POST", path, Some(body("createStreamConverter", json!({})))).await;
    let id = created["data"]["converter_id"].as_str().unwrap();
    let state = async || {
        let listed = data(&server, path).await;
        let found = listed["list"].as_array().unwrap().iter().find(|entry| entry["converter_id"] == id).cloned();
        found.unwrap()["state"].as_str().unwrap().to_owned()
    };
    let set = async |push: bool| {
        let body = Some(json!({"auto_push_stream": push}));
        assert_eq!(code(&server, "PUT", &format!("{path}/{id}"), body).await, 0);
    };
    assert_eq!(state().await, "initialized");
    set(true).await;
    assert_eq!(state().await, "initialized");
    server.advance(Duration::from_secs(3));
    assert_eq!(state().await, "running");
    set(true).await;
    assert_eq!(state().await, "running", "it is enabled already");
    set(false).await;
    assert_eq!(state().await, "stopped");
}
