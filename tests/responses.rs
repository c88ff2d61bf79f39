//! Invalid responses: an error that names the operation, the request and the place, or the tolerant reading
//! that is promised; never a panic, never an empty success.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

#[path = "responses/documented.rs"]
mod documented;
#[path = "responses/negotiated.rs"]
mod negotiated;
#[path = "responses/streamed.rs"]
mod streamed;

use flighthub2::types::{DeviceState, HmsAlert};
use flighthub2::{Client, Delivery, Error, ErrorKind};
use flighthub2_tests::calls::{Example, examples};
use flighthub2_tests::client::{PROJECT, TOKEN, client};
use flighthub2_tests::server::{ScriptedServer, Server, http_response, json};
use flighthub2_tests::spec::{self, resolved};
use flighthub2_tests::vectors::{self, normalized};
use serde_json::{Value, json as value};

/// A server with a scripted response, and a client for it.
struct Place {
    server: ScriptedServer,
    client: Client,
}

impl Place {
    fn new() -> Self {
        let server = ScriptedServer::start();
        let client = client(&server.url());
        Self { server, client }
    }

    async fn sent(&self, example: &Example, bytes: Vec<u8>) -> (Result<Value, Error>, usize) {
        self.server.set_response(bytes);
        let result = example.send(&self.client, &self.client.project(PROJECT)).await;
        (result, self.server.take_requests().len())
    }
}

/// One example of each operation.
fn one_of_each() -> Vec<Example> {
    let mut all = examples();
    all.dedup_by_key(|example| example.info.id);
    all
}

/// Whether the response of an operation says nothing but that it worked.
fn acknowledges(example: &Example) -> bool {
    let responses = vectors::responses();
    let data = &responses[example.name]["data"];
    data.is_null() || *data == value!({})
}

#[tokio::test]
async fn bad_responses_are_errors_with_a_path() {
    let html = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
    let cases: Vec<(&str, Vec<u8>, ErrorKind, Delivery)> = vec![
        ("nothing", json(""), ErrorKind::InvalidResponse, Delivery::Responded),
        (
            "HTML with a success",
            http_response("200 OK", "text/html", html),
            ErrorKind::InvalidResponse,
            Delivery::Responded,
        ),
        (
            "HTML with a failure",
            http_response("502 Bad Gateway", "text/html", html),
            ErrorKind::Status,
            Delivery::Responded,
        ),
        (
            "plain text",
            http_response("404 Not Found", "text/plain", "404 page not found"),
            ErrorKind::Status,
            Delivery::Responded,
        ),
        (
            "a failure without a body",
            http_response("503 Service Unavailable", "text/plain", ""),
            ErrorKind::Status,
            Delivery::Responded,
        ),
        (
            "half of a JSON text",
            json(r#"{"code":0,"message":"","data":{"li"#),
            ErrorKind::InvalidResponse,
            Delivery::Responded,
        ),
        ("not UTF-8", json(b"{\"code\":0,\"message\":\"\xff\"}"), ErrorKind::InvalidResponse, Delivery::Responded),
        ("null", json("null"), ErrorKind::InvalidResponse, Delivery::Responded),
        ("a list", json("[]"), ErrorKind::InvalidResponse, Delivery::Responded),
        ("a list with a code", json("[0]"), ErrorKind::InvalidResponse, Delivery::Responded),
        ("a list that would fit", json(r#"[0,null]"#), ErrorKind::InvalidResponse, Delivery::Responded),
        ("a number", json("0"), ErrorKind::InvalidResponse, Delivery::Responded),
        ("no code", json(r#"{"message":"","data":{}}"#), ErrorKind::InvalidResponse, Delivery::Responded),
        ("a code that is a text", json(r#"{"code":"0","data":{}}"#), ErrorKind::InvalidResponse, Delivery::Responded),
        (
            "a huge code",
            json(r#"{"code":123456789012345678901234567890,"data":{}}"#),
            ErrorKind::InvalidResponse,
            Delivery::Responded,
        ),
        ("an infinite code", json(r#"{"code":1e999,"data":{}}"#), ErrorKind::InvalidResponse, Delivery::Responded),
        (
            "something after the end",
            json(r#"{"code":0,"data":{}} {}"#),
            ErrorKind::InvalidResponse,
            Delivery::Responded,
        ),
        (
            "a refusal",
            json(r#"{"code":200403,"message":"no\npermission PLACEHOLDER_ORGANIZATION_KEY"}"#),
            ErrorKind::Api,
            Delivery::Responded,
        ),
        (
            "a refusal with a status",
            http_response("401 Unauthorized", "application/json", r#"{"code":200401,"message":"m"}"#),
            ErrorKind::Api,
            Delivery::Responded,
        ),
        (
            "a failure that says 0",
            http_response("500 Internal Server Error", "application/json", r#"{"code":0,"message":""}"#),
            ErrorKind::Status,
            Delivery::Responded,
        ),
        (
            "a redirect",
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                .to_vec(),
            ErrorKind::Status,
            Delivery::Responded,
        ),
        (
            "fewer bytes than promised",
            b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\nconnection: close\r\n\r\n{\"code\":0".to_vec(),
            ErrorKind::Transport,
            Delivery::MaybeSent,
        ),
        ("no HTTP", b"hello\r\n\r\n".to_vec(), ErrorKind::Transport, Delivery::MaybeSent),
        ("a closed connection", Vec::new(), ErrorKind::Transport, Delivery::MaybeSent),
    ];
    let place = Place::new();
    for example in one_of_each() {
        let id = example.info.id;
        for (name, bytes, kind, delivery) in &cases {
            let (result, requests) = place.sent(&example, bytes.clone()).await;
            let error = result.err().unwrap_or_else(|| panic!("{id}: {name} was taken for a success"));
            assert_eq!((error.kind(), error.delivery()), (*kind, *delivery), "{id}, {name}: {error}");
            assert_eq!(requests, 1, "{id}, {name}");
            let shown = error.to_string();
            assert!(shown.starts_with(id), "{name}: {shown}");
            assert_eq!(error.request_ids().len(), 1, "{id}, {name}");
            assert!(shown.contains(&error.request_ids()[0]), "{name}: {shown}");
            assert!(!shown.contains('\n') && !shown.contains(TOKEN), "{name}: {shown}");
        }
    }
}

#[tokio::test]
async fn mistyped_data_is_an_error() {
    let place = Place::new();
    for example in one_of_each().into_iter().filter(|example| !acknowledges(example)) {
        let id = example.info.id;
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        for wrong in ["\"text\"", "5", "true", "[]", "[1]", "[[]]", &deep] {
            let body = format!(r#"{{"code":0,"message":"","data":{wrong}}}"#);
            let (result, _) = place.sent(&example, json(body)).await;
            match result {
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{id}, {wrong:.20}: {error}");
                    assert!(error.path().unwrap().starts_with("data"), "{id}, {wrong:.20}: {error}");
                }
                Ok(output) => panic!("{id}: {wrong:.20} was read as {output}"),
            }
        }
        for missing in [r#"{"code":0,"message":""}"#, r#"{"code":0,"message":"","data":null}"#] {
            let (result, _) = place.sent(&example, json(missing)).await;
            assert_eq!(result.map_err(|error| error.path().map(str::to_owned)), Err(Some("data".to_owned())), "{id}");
        }
    }
}

/// The same JSON with something done to each value, from the inside out.
fn changed(value: &Value, change: &impl Fn(Value) -> Value) -> Value {
    let inner = match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), changed(member, change))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| changed(item, change)).collect()),
        other => other.clone(),
    };
    change(inner)
}

async fn assert_read(what: &str, change: impl Fn(Value) -> Value, wanted: impl Fn(&Value) -> Value) {
    let responses = vectors::responses();
    let place = Place::new();
    for example in examples().into_iter().filter(|example| !acknowledges(example)) {
        let response = &responses[example.name];
        let data = changed(&response["data"], &change);
        let body = value!({"code": 0, "message": "", "data": data});
        let (result, _) = place.sent(&example, json(body.to_string())).await;
        let output = result.unwrap_or_else(|error| panic!("{}, {what}: {error}", example.name));
        assert_eq!(normalized(&output), normalized(&wanted(&data)), "{}, {what}", example.name);
    }
}

#[tokio::test]
async fn null_is_read_wherever_a_list_may_be() {
    let null = |value: Value| if value.is_array() { Value::Null } else { value };
    assert_read("null lists", null, Clone::clone).await;
}

#[tokio::test]
async fn unknown_members_are_ignored_or_kept() {
    let more = |value: Value| match value {
        Value::Object(mut members) => {
            members.insert("a_new_member".to_owned(), value!({"x": [1, null]}));
            Value::Object(members)
        }
        other => other,
    };
    let responses = vectors::responses();
    let place = Place::new();
    for example in examples().into_iter().filter(|example| !acknowledges(example)) {
        let data = &responses[example.name]["data"];
        let body = value!({"code": 0, "data": changed(data, &more), "a_new_member": 1});
        let (result, _) = place.sent(&example, json(body.to_string())).await;
        let output = result.unwrap_or_else(|error| panic!("{}: {error}", example.name));
        // Where an object is open they are kept: without them everything is as it was.
        let without = changed(&output, &|value| match value {
            Value::Object(mut members) => {
                members.remove("a_new_member");
                Value::Object(members)
            }
            other => other,
        });
        assert_eq!(normalized(&without), normalized(data), "{}", example.name);
    }
}

#[tokio::test]
async fn unknown_values_are_kept() {
    let new_text = |value: Value| if value.is_string() { value!("A-NEW-VALUE") } else { value };
    assert_read("new texts", new_text, Clone::clone).await;
    let new_number = |value: Value| if value.is_i64() { value!(987_654_321) } else { value };
    assert_read("new numbers", new_number, Clone::clone).await;
}

#[tokio::test]
async fn a_response_that_is_too_long_is_refused() {
    let example = one_of_each().remove(0);
    let bytes = json(format!("{{\"code\":0,\"message\":\"{}\"}}", "x".repeat(4096)));
    let server = Server::start(move |_| bytes.clone());
    let token = flighthub2::Token::new(TOKEN).unwrap();
    let builder = flighthub2::Client::builder().base_url(server.url()).token(token).max_response_bytes(1000);
    let fh = builder.build().unwrap();
    let error = example.send(&fh, &fh.project(PROJECT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("longer than 1000 bytes"), "{error}");
}

/// Members of a device's state that are enumerations or booleans in DJI's Cloud API, and whose names nobody has read
/// through this version. `[]` is an entry of a list.
const OPEN_MEMBERS: &[&str] = &[
    "air_conditioner.air_conditioner_state",
    "air_transfer_enable",
    "alarm_state",
    "alternate_land_point.is_configured",
    "backup_battery.switch",
    "battery.batteries[].sub_type",
    "battery.batteries[].type",
    "battery_store_mode",
    "camera_watermark_settings.datetime_enable",
    "camera_watermark_settings.drone_sn_enable",
    "camera_watermark_settings.drone_type_enable",
    "camera_watermark_settings.global_enable",
    "camera_watermark_settings.gps_enable",
    "camera_watermark_settings.layout",
    "camera_watermark_settings.user_custom_string_enable",
    "cameras[].camera_mode",
    "cameras[].ir_metering_mode",
    "cameras[].photo_state",
    "cameras[].recording_state",
    "cameras[].screen_split_enable",
    "cameras[].wide_exposure_mode",
    "cameras[].wide_exposure_value",
    "cameras[].wide_iso",
    "cameras[].wide_shutter_speed",
    "cameras[].zoom_exposure_mode",
    "cameras[].zoom_exposure_value",
    "cameras[].zoom_focus_mode",
    "cameras[].zoom_focus_state",
    "cameras[].zoom_iso",
    "cameras[].zoom_shutter_speed",
    "commander_flight_mode",
    "commander_mode_lost_action",
    "compatible_status",
    "cover_state",
    "current_commander_flight_mode",
    "current_rth_mode",
    "distance_limit_status.is_near_distance_limit",
    "distance_limit_status.state",
    "dongle_infos[].dongle_type",
    "dongle_infos[].esim_activate_state",
    "dongle_infos[].esim_infos[].enabled",
    "dongle_infos[].esim_infos[].telecom_operator",
    "dongle_infos[].sim_card_state",
    "dongle_infos[].sim_info.sim_type",
    "dongle_infos[].sim_info.telecom_operator",
    "dongle_infos[].sim_slot",
    "drc_state",
    "drone_authority_info.locked",
    "drone_battery_maintenance_info.batteries[].index",
    "drone_battery_maintenance_info.heat_state",
    "drone_battery_maintenance_info.maintenance_state",
    "emergency_stop_state",
    "exit_wayline_when_rc_lost",
    "firmware_upgrade_status",
    "flighttask_step_code",
    "gear",
    "home_position_is_valid",
    "is_near_area_limit",
    "is_near_height_limit",
    "live_status[].status",
    "live_status[].video_quality",
    "maintain_status.maintain_status_array[].last_maintain_type",
    "maintain_status.maintain_status_array[].state",
    "mode_code_reason",
    "network_state.quality",
    "network_state.type",
    "night_lights_state",
    "obstacle_avoidance.downside",
    "obstacle_avoidance.horizon",
    "obstacle_avoidance.upside",
    "offline_map_enable",
    "position_state.is_calibration",
    "position_state.is_fixed",
    "psdk_ui_resource[].psdk_ready",
    "psdk_widget_values[].speaker.play_mode",
    "psdk_widget_values[].speaker.system_state",
    "psdk_widget_values[].speaker.work_mode",
    "putter_state",
    "rc_lost_action",
    "rid_state",
    "rtcm_info.rtcm_device_type",
    "rtcm_info.source_type",
    "rth_mode",
    "silent_mode",
    "sub_device.device_paired",
    "supplement_light_state",
    "user_experience_improvement",
    "wind_direction",
    "wireless_link.4g_link_state",
    "wireless_link.link_workmode",
    "wireless_link.sdr_link_state",
];

/// Whether the specification describes a member of a device's state.
fn is_described(spec: &Value, path: &str) -> bool {
    let mut schema = &spec["components"]["schemas"]["DeviceState"];
    for name in path.split('.') {
        schema = resolved(spec, &schema["properties"][name.trim_end_matches("[]")]);
        if name.ends_with("[]") {
            schema = resolved(spec, &schema["items"]);
        }
    }
    !schema.is_null()
}

/// Whether a number or a name arrives is not known. Either is read: one member in an unexpected form would fail the whole
/// state, and with it the only view of an aircraft after a command whose response was lost.
#[test]
fn values_documented_as_number_or_name_are_read_as_either() {
    let spec = spec::value();
    for path in OPEN_MEMBERS {
        assert!(is_described(&spec, path), "{path}");
        for leaf in [value!(1), value!("a_name"), value!(true), Value::Null] {
            let state = path.split('.').rev().fold(leaf.clone(), |inner, name| match name.strip_suffix("[]") {
                Some(name) => value!({ name: [inner] }),
                None => value!({ name: inner }),
            });
            let read = serde_json::from_value::<DeviceState>(state.clone());
            let read = read.unwrap_or_else(|error| panic!("{path} = {leaf}: {error}"));
            let written = serde_json::to_value(&read).unwrap();
            if leaf.is_number() && written != state {
                // A number that means a name is written as the name.
                assert_eq!(serde_json::from_value::<DeviceState>(written).unwrap(), read, "{path}");
            } else if !leaf.is_null() {
                assert_eq!(written, state, "{path}");
            }
        }
    }
}

/// What belongs to the text of an alert is a number in the Cloud API; what it is here has not been read.
#[test]
fn alert_arguments_are_kept_unchanged() {
    for args in [
        value!({}),
        value!({ "component_index": 0, "sensor_index": 1 }),
        value!({ "component_index": "0", "sensor_index": "1", "alarmid": "0x16100001" }),
    ] {
        let alert = value!({ "level": "warning", "code": "0x16100001", "args": args });
        let read: HmsAlert = serde_json::from_value(alert.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), alert);
    }
}
