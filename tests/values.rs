//! The types of the client in the hands of a caller: how they are made, named, compared, converted and printed.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use flighthub2::prelude::*;
use flighthub2::types::WirelessLinkTopology;
use flighthub2::{ErrorCode, masked};
use flighthub2_tests::fixtures::one_of::types::{Address, Mixed, Shape, Square};
use flighthub2_tests::types::MADE;
use flighthub2_tests::{code, spec};
use serde_json::json;
use time::OffsetDateTime;

/// What a program may do with responses, and how its author tests it without a service.
mod a_program {
    use flighthub2::prelude::*;

    /// The latest of the projects.
    pub(super) fn latest(projects: &ProjectList) -> Option<&Project> {
        projects.list.iter().max_by_key(|project| project.updated_at)
    }

    /// Whether a device may take off by its own account: the aircraft has more than half of its charge, and the wind is weak.
    pub(super) fn is_ready(device: &DeviceProperties) -> bool {
        let Some(state) = &device.device_state else { return false };
        let charge = state.battery.as_ref().and_then(|battery| battery.capacity_percent);
        charge.is_some_and(|charge| charge > 50.0) && state.wind_speed.is_some_and(|speed| speed < 8.0)
    }

    /// The docks of a list that are online.
    pub(super) fn online(devices: &DeviceList) -> Vec<&DeviceSn> {
        let gateways = devices.list.iter().filter_map(|entry| entry.gateway.as_ref());
        gateways.filter(|gateway| gateway.device_online_status).map(|gateway| &gateway.sn).collect()
    }
}

fn project(name: &str, updated_at: i64) -> Project {
    Project::builder()
        .name(name)
        .introduction("")
        .uuid("5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d")
        .org_uuid("00000000-0000-4000-8000-000000000000")
        .created_at(1_700_000_000)
        .updated_at(updated_at)
        .build()
}

#[test]
fn a_caller_makes_a_list() {
    let mut projects = ProjectList::default();
    assert_eq!(a_program::latest(&projects), None);
    projects.list = vec![project("old", 1_700_000_000), project("new", 1_700_000_001)];
    assert_eq!(a_program::latest(&projects).unwrap().name, "new");
    // As it is decoded, so a test of a caller tests what it receives.
    let text = serde_json::to_string(&projects).unwrap();
    assert_eq!(serde_json::from_str::<ProjectList>(&text).unwrap(), projects);
}

#[test]
fn a_caller_makes_nested_structs() {
    let mut device = DeviceProperties::new("7CTEXAMPLE0001");
    assert!(!a_program::is_ready(&device));
    let mut battery = DroneBattery::default();
    battery.capacity_percent = Some(87.0);
    let mut state = DeviceState::default();
    state.battery = Some(battery);
    state.wind_speed = Some(3.5);
    device.device_state = Some(state);
    assert!(a_program::is_ready(&device));
    let text = serde_json::to_string(&device).unwrap();
    assert_eq!(serde_json::from_str::<DeviceProperties>(&text).unwrap(), device);
}

#[test]
fn a_caller_makes_entries_of_a_list() {
    let model = || {
        DeviceModel::builder()
            .key("3-2-0")
            .domain("3")
            .r#type("2")
            .sub_type("0")
            .name("DJI Dock 2")
            .class(DeviceClass::Dock)
    };
    let dock = |sn: &str, is_online: bool| {
        let mut entry = DeviceListEntry::default();
        let gateway = Gateway::builder().sn(sn).callsign("Dock A").device_model(model().build());
        entry.gateway = Some(gateway.device_online_status(is_online).mode_code(DockModeCode::Idle).build());
        entry
    };
    let mut devices = DeviceList::default();
    devices.list = vec![dock("7CTEXAMPLE0001", true), dock("7CTEXAMPLE0002", false)];
    assert_eq!(a_program::online(&devices), [&DeviceSn::from("7CTEXAMPLE0001")]);
}

#[test]
fn a_caller_makes_unions() {
    // With a discriminator, and without one.
    let shape = Shape::from(Square::new(2.0));
    assert_eq!(serde_json::to_value(&shape).unwrap(), json!({"type": "square", "side": 2.0}));
    let address: Address = serde_json::from_value(json!({"url": "https://example.com"})).unwrap();
    let target = Mixed::from(address);
    assert!(matches!(&target, Mixed::Address(address) if address.url == "https://example.com"));
    assert_eq!(serde_json::to_value(&target).unwrap(), json!({"url": "https://example.com"}));
}

/// `MADE` is compiled outside of the client's crate: it has a function for each struct, which makes one.
#[test]
fn every_struct_can_be_made_outside_of_the_crate() {
    let made: HashMap<&str, &str> = MADE.iter().map(|made| (made.name, made.how)).collect();
    assert_eq!(made.len(), MADE.len());
    let code = code::survey(&spec::generated().files);
    let structs: BTreeSet<&str> = code.types.iter().filter(|ty| ty.kind == "struct").map(|ty| &*ty.name).collect();
    assert_eq!(made.keys().copied().collect::<BTreeSet<_>>(), structs);
    let count = |how: &str| made.values().filter(|made| **made == how).count();
    // Each of the ways is there; a type that only occurs in responses has a default wherever that is true.
    assert!(count("default") > 50 && count("new") > 5 && count("builder") > 20, "{made:#?}");
    for name in ["DeviceState", "ProjectList", "MediaFileList", "DeviceListEntry"] {
        assert_eq!(made[name], "default", "{name}");
    }
    for name in ["Project", "FlightTask", "Gateway", "OpenModelUploadToken"] {
        assert_eq!(made[name], "builder", "{name}");
    }
}

/// A text of the service in a type of its own.
fn check_text<T>(text: &str, other: &str)
where
    T: FromStr<Err = std::convert::Infallible>
        + Display
        + Debug
        + Clone
        + Ord
        + Hash
        + for<'a> From<&'a str>
        + From<String>,
{
    let value: T = text.parse().unwrap();
    assert_eq!(value, T::from(text));
    assert_eq!(value, T::from(text.to_owned()));
    assert_eq!(value.to_string(), text);
    let width = text.len() + 4;
    assert_eq!(
        format!("{value:>width$}|{value:<width$}|{value:^width$}"),
        format!("{text:>width$}|{text:<width$}|{text:^width$}")
    );
    assert_eq!(format!("{value:.3}"), format!("{text:.3}"));
    let other = T::from(other);
    assert_ne!(value, other);
    assert_eq!([&value, &value.clone(), &other].into_iter().collect::<HashSet<_>>().len(), 2);
    assert_eq!([&value, &value.clone(), &other].into_iter().collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(value.cmp(&other), other.cmp(&value).reverse());
}

#[test]
fn identifiers_are_texts_with_a_type() {
    check_text::<DeviceSn>("7CTEXAMPLE0001", "7CTEXAMPLE0002");
    check_text::<TaskId>("11111111-1111-4111-8111-111111111111", "");
    let sn = DeviceSn::from("7CTEXAMPLE0001");
    // In the order of the texts.
    assert!(sn < DeviceSn::from("7CTEXAMPLE0002") && sn > DeviceSn::from("7"));
    // Looked up by a text, without a copy of it: `Borrow` needs the same hash and the same order.
    let names = HashMap::from([(sn.clone(), "Dock A")]);
    assert_eq!(names.get("7CTEXAMPLE0001"), Some(&"Dock A"));
    assert_eq!(names.get("7CTEXAMPLE0002"), None);
    assert!(BTreeSet::from([sn.clone()]).contains("7CTEXAMPLE0001"));
    assert_eq!(
        (Borrow::<str>::borrow(&sn), sn.as_ref(), sn.as_str()),
        ("7CTEXAMPLE0001", "7CTEXAMPLE0001", "7CTEXAMPLE0001")
    );
    assert_eq!(DeviceSn::from(&sn), sn);
    assert_eq!(String::from(sn.clone()), "7CTEXAMPLE0001");
    assert_eq!(sn.into_string(), "7CTEXAMPLE0001");
}

#[test]
fn enumerations_of_texts_are_texts() {
    check_text::<TaskStatus>("success", "a_state_of_tomorrow");
    check_text::<CoverState>("half_open", "1");
    assert_eq!("success".parse(), Ok(TaskStatus::Success));
    for text in TaskStatus::VALUES {
        let value = TaskStatus::from(*text);
        assert!(!matches!(value, TaskStatus::Unknown(_)), "{text}");
        assert_eq!(value.as_str(), *text);
    }
    // Case counts: the service distinguishes it, too.
    assert!(matches!(TaskStatus::from("Success"), TaskStatus::Unknown(_)));
}

#[test]
fn enumerations_of_integers_are_integers() {
    let code: ErrorCode = "200403".parse().unwrap();
    assert_eq!(code, ErrorCode::from(200_403));
    assert_eq!((code.value(), i64::from(code)), (200_403, 200_403));
    assert_eq!(format!("{code:>8}|{code:<8}|{code:08}"), "  200403|200403  |00200403");
    assert!("no number".parse::<ErrorCode>().is_err());
    assert!(DockModeCode::from(0) < DockModeCode::from(4));
    assert_eq!(DockModeCode::from(77).to_string(), "77");
    assert_eq!([DockModeCode::from(4), DockModeCode::InOperation].into_iter().collect::<HashSet<_>>().len(), 1);
    for number in DockModeCode::VALUES {
        assert!(!matches!(DockModeCode::from(*number), DockModeCode::Unknown(_)), "{number}");
    }
}

#[test]
fn risks_and_regions_are_read_as_they_are_printed() {
    for risk in Risk::ALL {
        assert_eq!(risk.to_string().parse(), Ok(risk));
        assert_eq!(risk.as_str().to_uppercase().parse(), Ok(risk));
        assert_eq!(format!("{risk:>12}"), format!("{:>12}", risk.as_str()));
    }
    assert!(Risk::Read < Risk::Write && Risk::Write < Risk::Destructive && Risk::Destructive < Risk::Physical);
    assert_eq!(Risk::ALL.into_iter().collect::<HashSet<_>>().len(), 4);
    for region in Region::ALL.iter().copied() {
        assert_eq!(region.to_string().parse(), Ok(region));
        assert_eq!(region.as_str().to_uppercase().parse(), Ok(region));
        assert_eq!(format!("{region:<12}|"), format!("{:<12}|", region.as_str()));
        assert!(region.base_url().starts_with("https://"), "{region}");
    }
    assert_eq!(Region::ALL.iter().collect::<HashSet<_>>().len(), Region::ALL.len());
    let unknown = "harmless".parse::<Risk>().unwrap_err().to_string();
    assert_eq!(unknown, "\"harmless\" is none of: read, write, destructive, physical");
    // A text of any length is not repeated whole.
    let unknown = "x".repeat(1000).parse::<Region>().unwrap_err().to_string();
    assert!(unknown.len() < 300 && unknown.contains("is none of: "), "{unknown}");
}

#[test]
fn times_convert_to_and_from_the_crate_time() {
    for (text, seconds, nanoseconds) in [
        ("2026-11-26T01:50:00.25Z", 1_795_657_800, 250_000_000),
        ("1970-01-01T00:00:00Z", 0, 0),
        ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
    ] {
        let instant = OffsetDateTime::from_unix_timestamp(seconds).unwrap() + time::Duration::nanoseconds(nanoseconds);
        assert_eq!(DateTime::from(text).to_offset_date_time(), Some(instant), "{text}");
        assert_eq!(DateTime::from_offset_date_time(instant).unwrap().as_str(), text);
        // Down to whole seconds and milliseconds, before the epoch, too.
        assert_eq!(UnixSeconds::from(instant).get(), seconds, "{text}");
        assert_eq!(UnixMillis::from(instant).get(), seconds * 1000 + nanoseconds / 1_000_000, "{text}");
        let whole = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        assert_eq!(UnixSeconds::new(seconds).to_offset_date_time(), Some(whole));
        let millis = UnixMillis::from(instant);
        assert_eq!(millis.to_offset_date_time(), Some(instant), "{text}");
    }
    // An offset does not change the instant.
    let offset = time::UtcOffset::from_hms(5, 30, 0).unwrap();
    let there = OffsetDateTime::from_unix_timestamp(1_795_657_800).unwrap().to_offset(offset);
    assert_eq!(UnixSeconds::from(there).get(), 1_795_657_800);
    assert_eq!(DateTime::from_offset_date_time(there).unwrap().as_str(), "2026-11-26T01:50:00Z");
    // What the other side cannot hold.
    assert_eq!(UnixSeconds::new(i64::MAX).to_offset_date_time(), None);
    assert_eq!(UnixMillis::new(i64::MIN).to_offset_date_time(), None);
    assert_eq!(DateTime::from("tomorrow").to_offset_date_time(), None);
}

#[test]
fn a_mode_has_one_type() {
    for number in DockModeCode::VALUES {
        let code = DockModeCode::from(*number);
        let mode = DeviceMode::from(code);
        assert_eq!(format!("{mode:?}"), format!("{code:?}"));
    }
    for number in DroneModeCode::VALUES.iter().filter(|number| **number != 21) {
        let code = DroneModeCode::from(*number);
        assert_eq!(format!("{:?}", DeviceMode::from(code)), format!("{code:?}"));
    }
    // No name is known of these.
    assert_eq!(DeviceMode::from(DroneModeCode::FarFromDockWaylineFlight), DeviceMode::from("21"));
    assert_eq!(DeviceMode::from(DockModeCode::from(77)), DeviceMode::from("77"));
    assert_eq!(DeviceMode::from(DroneModeCode::from(77)), DeviceMode::from("77"));
}

fn state(json: serde_json::Value) -> DeviceState {
    serde_json::from_value(json).unwrap()
}

#[test]
fn enumerations_of_device_state_read_names_and_numbers() {
    for (name, number, value) in [
        ("disable", 0, CoverState::Closed),
        ("on", 1, CoverState::Open),
        ("half_open", 2, CoverState::HalfOpen),
        ("cover_state_abnormal", 3, CoverState::Abnormal),
    ] {
        assert_eq!(state(json!({"cover_state": name})).cover_state, Some(value.clone()));
        assert_eq!(state(json!({"cover_state": number})).cover_state, Some(value.clone()));
        assert_eq!(serde_json::to_value(&value).unwrap(), json!(name));
    }
    assert_eq!(state(json!({"flighttask_step_code": 255})).flighttask_step_code, Some(DockTaskStep::AircraftFault));
    // What is not listed is preserved.
    assert_eq!(state(json!({"cover_state": "ajar"})).cover_state.unwrap().as_str(), "ajar");
    assert_eq!(state(json!({"cover_state": -7})).cover_state.unwrap().as_str(), "-7");
    assert_eq!(state(json!({"cover_state": u64::MAX})).cover_state.unwrap().as_str(), u64::MAX.to_string());
    assert_eq!(state(json!({"cover_state": null})).cover_state, None);
}

/// The types of most members are inferred. One that is wrong must not hide the others: the wind, the charge.
#[test]
fn a_member_of_another_type_hides_no_other() {
    let sent = json!({
        "wind_speed": 3.5, "temperature": "21.5", "cover_state": true, "rainfall": 0, "new_member": [1],
        "battery": {"capacity_percent": 87, "remain_flight_time": "many"}, "live_status": {"not": "a list"},
        "position_state": 5,
    });
    let read = state(sent.clone());
    assert_eq!(read.wind_speed, Some(3.5));
    assert_eq!((read.temperature, &read.cover_state, &read.rainfall), (None, &None, &None));
    assert!(read.live_status.is_empty() && read.position_state.is_none());
    let kept: BTreeSet<&str> = read.other.keys().map(String::as_str).collect();
    let expected = ["cover_state", "live_status", "new_member", "position_state", "rainfall", "temperature"];
    assert_eq!(kept, BTreeSet::from(expected));
    assert_eq!(read.other["temperature"], "21.5");
    // Within another object it is kept in that object.
    let battery = read.battery.as_ref().unwrap();
    assert_eq!((battery.capacity_percent, battery.remain_flight_time), (Some(87.0), None));
    assert_eq!(battery.other["remain_flight_time"], "many");
    // Nothing is lost.
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written["temperature"], sent["temperature"]);
    assert_eq!(state(written), read);
    // What is no object is no state.
    for wrong in [json!([]), json!("idle"), json!(5)] {
        assert!(serde_json::from_value::<DeviceState>(wrong).is_err());
    }
    // Each member may be wrong: as many rounds as there are members.
    let specification = spec::value();
    let members = specification["components"]["schemas"]["DeviceState"]["properties"].as_object().unwrap();
    let all: serde_json::Map<_, _> = members.keys().map(|name| (name.clone(), json!([{"a": []}, 1]))).collect();
    let count = all.len();
    let read = state(serde_json::Value::Object(all));
    assert!(count > 90 && read.other.len() > 60, "{count}, {}", read.other.len());
}

#[test]
fn the_key_of_the_radio_link_is_masked() {
    let topology: WirelessLinkTopology = serde_json::from_value(json!({"secret_code": [4711, 4712]})).unwrap();
    assert_eq!(topology.secret_code[1].expose(), 4712);
    let state = state(json!({"wireless_link_topo": {"secret_code": [4711, 4712]}}));
    for shown in [format!("{topology:?}"), format!("{state:#?}"), masked(&state).unwrap().to_string()] {
        assert!(!shown.contains("4711") && !shown.contains("4712") && shown.contains("***"), "{shown}");
    }
    // It is written as it came.
    assert_eq!(serde_json::to_value(&topology).unwrap(), json!({"secret_code": [4711, 4712]}));
}
