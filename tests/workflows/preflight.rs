//! What is known of a dock and its aircraft.

use flighthub2::devices::{GetDeviceHms, GetDeviceState, ListProjectDevices};
use flighthub2::testing::{MockServer, PROJECT};
use flighthub2::types::DeviceMode;
use flighthub2::workflows::{ErrorKind, Preflight, Rain, Reading, UnknownReason};
use serde_json::{Value, json};

const DOCK: &str = "7CTEXAMPLE0001";
const AIRCRAFT: &str = "1581FEXAMPLE00000001";

async fn preflight(server: &MockServer) -> Preflight {
    server.client().project(PROJECT).workflows().preflight(DOCK).await.unwrap()
}

/// A server whose dock has this state.
async fn with_state(state: Value) -> MockServer {
    let server = MockServer::start().await.unwrap();
    server.on::<GetDeviceState>().envelope(json!({
        "code": 0, "message": "", "data": {"device_sn": DOCK, "device_state": state},
    }));
    server
}

#[tokio::test]
async fn what_is_reported_is_shown() {
    let server = MockServer::start().await.unwrap();
    server.on::<GetDeviceState>().example("getDeviceState_dock").unwrap();
    let found = preflight(&server).await;
    assert!(found.dock_online);
    assert_eq!(found.dock_mode, Reading::Known(DeviceMode::Idle));
    assert!(found.aircraft.is_known_and(|sn| sn.as_str() == AIRCRAFT));
    assert_eq!(found.aircraft_in_dock, Reading::Known(true));
    assert_eq!(found.aircraft_on, Reading::Known(false));
    assert_eq!(found.battery_percent, Reading::Known(97.0));
    assert_eq!(found.rain, Reading::Known(Rain::None));
    assert_eq!(found.wind_speed, Reading::Known(1.2));
    assert_eq!(found.media_to_upload, Reading::Known(0));
    assert_eq!(found.alarms.known().map(Vec::len), Some(1));
    assert!(found.errors.is_empty());
    // A dock that reports the charge need not be asked for more.
    assert_eq!(server.requests_of::<GetDeviceState>().len(), 1);
    let text = found.to_string();
    for line in ["dock online        true", "wind               1.2 m/s", "battery            97 %"] {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn what_is_not_reported_is_unknown() {
    let server = with_state(json!({})).await;
    server.on::<GetDeviceHms>().envelope(json!({"code": 0, "message": "", "data": {"list": null}}));
    let found = preflight(&server).await;
    assert_eq!(found.dock_mode, Reading::Unknown(UnknownReason::NotReported));
    assert_eq!(found.aircraft_in_dock, Reading::Unknown(UnknownReason::NotReported));
    assert_eq!(found.rain, Reading::Unknown(UnknownReason::NotReported));
    assert_eq!(found.battery_percent, Reading::Unknown(UnknownReason::NotReported));
    // The list of devices has the aircraft.
    assert!(found.aircraft.is_known_and(|sn| sn.as_str() == AIRCRAFT));
    // No list of alerts is a list without any, says the specification.
    assert_eq!(found.alarms, Reading::Known(Vec::new()));
    assert!(found.to_string().contains("rain               unknown (not reported)"), "{found}");
}

#[tokio::test]
async fn what_this_version_does_not_know_is_not_guessed() {
    let state = json!({
        "mode_code": "dreaming", "drone_in_dock": "half", "rainfall": "hail", "wind_speed": -1.0,
        "sub_device": {"device_sn": AIRCRAFT, "device_online_status": "power_off"},
        "drone_charge_state": {"capacity_percent": 32767},
    });
    let found = preflight(&with_state(state).await).await;
    let unrecognized = |text: &str| UnknownReason::Unrecognized(text.to_owned());
    assert_eq!(found.dock_mode, Reading::Unknown(unrecognized("dreaming")));
    assert_eq!(found.aircraft_in_dock, Reading::Unknown(unrecognized("half")));
    assert_eq!(found.rain, Reading::Unknown(unrecognized("hail")));
    assert_eq!(found.wind_speed, Reading::Unknown(UnknownReason::OutOfRange(-1.0)));
    assert_eq!(found.battery_percent, Reading::Unknown(UnknownReason::OutOfRange(32767.0)));
}

#[tokio::test]
async fn an_aircraft_that_is_on_is_asked_for_its_charge() {
    let server = MockServer::start().await.unwrap();
    server.on::<GetDeviceState>().envelope_once(json!({"code": 0, "message": "", "data": {
        "device_sn": DOCK,
        "device_state": {"sub_device": {"device_sn": AIRCRAFT, "device_online_status": "power_on"}},
    }}));
    server.on::<GetDeviceState>().example("getDeviceState_aircraft").unwrap();
    let found = preflight(&server).await;
    assert_eq!(found.battery_percent, Reading::Known(76.0));
}

#[tokio::test]
async fn calls_that_fail_leave_the_rest_as_it_is() {
    let server = MockServer::start().await.unwrap();
    server.on::<GetDeviceState>().refuse(212015, "Device is offline.");
    server.on::<GetDeviceHms>().refuse(200500, "no");
    let found = preflight(&server).await;
    assert!(found.dock_online);
    assert_eq!(found.rain, Reading::Unknown(UnknownReason::CallFailed));
    assert_eq!(found.alarms, Reading::Unknown(UnknownReason::CallFailed));
    let codes: Vec<_> = found.errors.iter().map(flighthub2::Error::code).collect();
    assert!(codes.contains(&Some(212015)) && codes.contains(&Some(200500)), "{codes:?}");
    assert!(found.to_string().contains("alarms             unknown (the call failed)"), "{found}");
}

#[tokio::test]
async fn a_dock_that_is_not_there_is_an_error() {
    let server = MockServer::start().await.unwrap();
    let workflows = server.client().project(PROJECT).workflows();
    let error = workflows.preflight("7CTOTHER").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    server.on::<ListProjectDevices>().refuse(200403, "no permission");
    let error = workflows.preflight(DOCK).await.unwrap_err();
    assert_eq!((error.kind(), error.api_error().unwrap().code()), (ErrorKind::Api, Some(200403)));
}
