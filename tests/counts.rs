//! Completeness: every part of the specification, counted independently of the generator, is in the client.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::collections::BTreeSet;

use flighthub2::Idempotency;
use flighthub2_tests::code::{self, Code, OTHERS};
use flighthub2_tests::spec::{self, operations, resolved};
use serde_json::Value;

fn members(code: &Code, kind: &str) -> usize {
    let items = code.types.iter().filter(|item| item.kind == kind);
    items.flat_map(|item| &item.members).filter(|(name, _)| name != OTHERS).count()
}

/// Properties, values of enumerations, forms of `oneOf` and open objects below a schema.
fn count(spec: &Value, schema: &Value, totals: &mut (usize, usize, usize, usize)) {
    let Some(object) = schema.as_object() else { return };
    if let Some(properties) = schema["properties"].as_object() {
        totals.0 += properties.len();
        totals.3 += usize::from(schema["additionalProperties"] == true);
        properties.values().for_each(|property| count(spec, property, totals));
    }
    totals.1 += schema["enum"].as_array().map_or(0, |values| values.iter().filter(|value| !value.is_null()).count());
    totals.2 += schema["oneOf"].as_array().map_or(0, Vec::len);
    for key in ["items", "additionalProperties"] {
        object.get(key).into_iter().for_each(|inner| count(spec, inner, totals));
    }
    schema["oneOf"].as_array().into_iter().flatten().for_each(|inner| count(spec, inner, totals));
    match schema["allOf"].as_array().map(Vec::as_slice) {
        // A reference with words of its own: its members belong to what it leads to.
        None | Some([_]) => {}
        // An object composed with `allOf` has the properties of all members.
        Some(several) => several.iter().for_each(|inner| count(spec, resolved(spec, inner), totals)),
    }
}

#[test]
fn every_operation_is_generated_once() {
    let spec = spec::value();
    let code = code::survey(&spec::generated().files);
    let wanted: Vec<(String, String, String)> = operations(&spec)
        .map(|(path, method, operation)| {
            (operation["operationId"].as_str().unwrap().to_owned(), method.to_uppercase(), path.to_owned())
        })
        .collect();
    let wanted_set: BTreeSet<_> = wanted.iter().cloned().collect();
    let found: Vec<(String, String, String)> = code
        .operations
        .iter()
        .map(|operation| {
            (operation.info["id"].clone(), operation.info["method"].clone(), operation.info["path"].clone())
        })
        .collect();
    assert_eq!(wanted.len(), 46);
    assert_eq!(found.len(), wanted.len());
    assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), wanted_set);
    let catalogue: BTreeSet<_> = flighthub2::OPERATIONS
        .iter()
        .map(|info| (info.id.to_owned(), info.method.to_owned(), info.path.to_owned()))
        .collect();
    assert_eq!(flighthub2::OPERATIONS.len(), wanted.len());
    assert_eq!(catalogue, wanted_set);
}

#[test]
fn every_argument_is_a_field_of_its_operation() {
    let spec = spec::value();
    let code = code::survey(&spec::generated().files);
    for (path, _, operation) in operations(&spec) {
        let item = &spec["paths"][path];
        let listed = [&item["parameters"], &operation["parameters"]];
        let parameters = listed.into_iter().filter_map(Value::as_array).flatten().map(|slot| resolved(&spec, slot));
        let own = parameters.filter(|parameter| parameter["x-role"].is_null()).count();
        let body = usize::from(operation["requestBody"].is_object());
        let id = operation["operationId"].as_str().unwrap();
        let found = code.operations.iter().find(|found| found.info["id"] == id).unwrap();
        assert_eq!(found.fields.len(), own + body, "{id}: {:?}", found.fields);
    }
}

#[test]
fn every_property_enum_value_and_variant_is_generated_once() {
    let spec = spec::value();
    let code = code::survey(&spec::generated().files);
    let mut totals = (0, 0, 0, 0);
    let schemas = spec["components"]["schemas"].as_object().unwrap();
    for (_, schema) in schemas.iter().filter(|(name, _)| !["Envelope", "Acknowledgement"].contains(&name.as_str())) {
        count(&spec, schema, &mut totals);
    }
    assert_eq!(members(&code, "struct"), totals.0, "properties");
    assert_eq!(members(&code, "enum"), totals.1, "values of enumerations");
    assert_eq!(members(&code, "union"), totals.2, "forms of unions");
    let open = code.types.iter().flat_map(|item| &item.members).filter(|(name, _)| name == OTHERS).count();
    assert_eq!(open, totals.3, "open objects");
    let codes = spec["x-error-codes"].as_array().unwrap();
    assert_eq!(flighthub2::ErrorCode::VALUES.len(), codes.len());
    for entry in codes {
        let code = flighthub2::ErrorCode::from(entry["code"].as_i64().unwrap());
        assert_eq!(format!("{code:?}"), entry["name"].as_str().unwrap());
        assert_eq!(code.info().unwrap().group, entry["group"].as_str().unwrap());
    }
}

/// Paths below a schema whose mark is `observed`: its own, or else that of what holds it.
fn observed(spec: &Value, schema: &Value, path: &str, inherited: &str, found: &mut BTreeSet<String>) {
    let target = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => resolved(spec, only),
        _ => resolved(spec, schema),
    };
    let own = |schema: &Value| {
        let source = &schema["x-source"];
        source.as_str().or_else(|| source["mark"].as_str()).map(str::to_owned)
    };
    let mark = own(schema).or_else(|| own(target)).unwrap_or_else(|| inherited.to_owned());
    if mark == "observed" {
        found.insert(path.to_owned());
    }
    for (name, property) in target["properties"].as_object().into_iter().flatten() {
        observed(spec, property, format!("{path}.{name}").trim_start_matches('.'), &mark, found);
    }
    if !target["items"].is_null() {
        observed(spec, &target["items"], &format!("{path}[]"), &mark, found);
    }
}

/// Most members of a device's state are known from DJI's Cloud API alone. What is below a member that was read must not
/// be taken for read itself.
#[test]
fn only_device_readings_are_marked_observed() {
    let spec = spec::value();
    let mut found = BTreeSet::new();
    observed(&spec, &spec["components"]["schemas"]["DeviceState"], "", "documented", &mut found);
    let read = [
        "attitude_head",
        "battery",
        "battery.batteries",
        "battery.capacity_percent",
        "battery.remain_flight_time",
        "capacity_percent",
        "drone_charge_state",
        "drone_charge_state.capacity_percent",
        "drone_charge_state.state",
        "drone_in_dock",
        "elevation",
        "environment_temperature",
        "firmware_version",
        "height",
        "home_distance",
        "horizontal_speed",
        "latitude",
        "longitude",
        "media_file_detail",
        "media_file_detail.remain_upload",
        "position_state",
        "position_state.gps_number",
        "position_state.quality",
        "position_state.rtk_number",
        "rainfall",
        "storage",
        "storage.total",
        "storage.used",
        "sub_device",
        "sub_device.device_online_status",
        "sub_device.device_sn",
        "vertical_speed",
        "wind_speed",
    ];
    assert_eq!(found, read.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_catalogue_agrees_with_the_specification() {
    let spec = spec::value();
    for (_, _, operation) in operations(&spec) {
        let id = operation["operationId"].as_str().unwrap();
        let info = flighthub2::OPERATIONS.iter().find(|info| info.id == id).unwrap();
        assert_eq!(format!("{:?}", info.risk).to_lowercase(), operation["x-risk"].as_str().unwrap(), "{id}");
        let idempotency = match operation["x-retry"].as_str().unwrap() {
            "safe" => Idempotency::Safe,
            "idempotent" => Idempotency::Idempotent,
            "never" => Idempotency::NonIdempotent,
            other => panic!("{id}: {other}"),
        };
        assert_eq!(info.idempotency, idempotency, "{id}");
        assert_eq!(info.summary, operation["summary"].as_str().unwrap(), "{id}");
        assert_eq!(info.group, operation["tags"][0].as_str().unwrap(), "{id}");
        assert_eq!(info.page, operation["externalDocs"]["url"].as_str(), "{id}");
        let private = operation["x-availability"] == "private-cloud";
        assert_eq!(info.availability == flighthub2::Availability::PrivateCloud, private, "{id}");
        let arguments = info.arguments_schema();
        assert_eq!(arguments["type"], "object", "{id}");
        assert_eq!(arguments["properties"]["body"].is_object(), operation["requestBody"].is_object(), "{id}");
    }
}

/// Whether a schema describes a property of this name, at any depth.
fn describes(spec: &Value, schema: &Value, name: &str) -> bool {
    let schema = resolved(spec, schema);
    let below = |key: &str| schema[key].as_array().into_iter().flatten().any(|inner| describes(spec, inner, name));
    let members = schema["properties"].as_object().into_iter().flatten();
    below("allOf")
        || below("oneOf")
        || members.into_iter().any(|(member, inner)| member == name || describes(spec, inner, name))
        || (schema["items"].is_object() && describes(spec, &schema["items"], name))
}

#[test]
fn write_credentials_require_the_write_risk() {
    let spec = spec::value();
    let mut found = BTreeSet::new();
    for (_, _, operation) in operations(&spec) {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        if describes(&spec, schema, "access_key_id") {
            let id = operation["operationId"].as_str().unwrap();
            assert_eq!((&operation["x-risk"], &operation["x-retry"]), (&"write".into(), &"idempotent".into()), "{id}");
            found.insert(id.to_owned());
        }
    }
    assert_eq!(found, ["getProjectStsToken", "obtainOpenModelUploadToken"].map(str::to_owned).into());
}
