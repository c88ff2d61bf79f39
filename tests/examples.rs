//! The examples of the specification: they are those that are known, and every response among them is read and written
//! again as the same JSON.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::collections::BTreeSet;

use flighthub2::ErrorKind;
use flighthub2::types::{AreaOfInterest, GeoDescription, LidarJob, MapJob, Model3dJob, Model3dParameters};
use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, client};
use flighthub2_tests::server::{self, Server};
use flighthub2_tests::spec::{self, operations, resolved};
use flighthub2_tests::vectors::{self, normalized};
use serde_json::{Value, json};

/// Examples of a media type, by name.
fn listed<'a>(spec: &'a Value, content: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let examples = content["application/json"]["examples"].as_object().into_iter().flatten();
    examples.map(|(name, slot)| (name.as_str(), &resolved(spec, slot)["value"])).collect()
}

#[test]
fn the_examples_of_the_specification_are_complete() {
    let spec = spec::value();
    let requests = vectors::requests();
    let responses = vectors::responses();
    let mut seen_requests = BTreeSet::new();
    let mut seen_responses = BTreeSet::new();
    for (_, _, operation) in operations(&spec) {
        for (name, value) in listed(&spec, &operation["requestBody"]["content"]) {
            let known = requests.get(name).unwrap_or_else(|| panic!("{name} is no known request"));
            assert_eq!(*value, known["body"], "{name}");
            seen_requests.insert(name.to_owned());
        }
        for (name, value) in listed(&spec, &operation["responses"]["200"]["content"]) {
            let known = responses.get(name).unwrap_or_else(|| panic!("{name} is no known response"));
            assert_eq!(value, known, "{name}");
            seen_responses.insert(name.to_owned());
        }
    }
    let with_body = requests.iter().filter(|(_, request)| !request["body"].is_null()).map(|(name, _)| name.clone());
    assert_eq!(seen_requests, with_body.collect());
    assert_eq!(seen_responses, responses.keys().cloned().collect());
}

/// Every parameter of a reconstruction that is known has its member: none ends among those that are not described.
#[test]
fn parameters_of_a_reconstruction_are_described() {
    let geo = json!({
        "cs_type": "LOCAL_ENU_CS", "geo_cs": "EPSG:4326", "geo_cs_wkt": "GEOGCS[]", "override_vertical_cs": "EPSG:5773",
        "offset": [0.5, 1.5, 2.5], "ref_GPS": {"latitude": 45.0001, "longitude": 9.0001, "altitude": 120.5},
    });
    let common = json!({
        "SfM_method": "INCREMENTAL", "sfm_feature_quantity_level": 3, "use_image_position": false,
        "generate_blocks_exchange_xml": true, "blocks_exchange_xml_geo_desc": geo, "output_pointcloud": true,
        "generate_pnts": true, "generate_las": true, "generate_point_s3mb": true, "generate_point_ply": true,
        "generate_pcd": true, "merge_point": true, "output_geo_desc": {},
    });
    let map = json!({
        "map_mode": 2, "quality_level": 1, "use_Wallis": true, "use_Dehaze": true, "use_gcj02": false,
        "dom_tile_size": 4096,
    });
    let model = json!({
        "quality_level": 3, "output_mesh": true, "generate_ply": true, "generate_obj": true, "generate_b3dm": true,
        "generate_osgb": true, "generate_s3mb": true, "generate_i3s": true, "water_refine": true,
        "model_simplify": 0.25, "cut_AOI": true,
    });
    let lidar = json!({
        "colorize_point": true, "lpp_optimise": true, "refine_calibrate": 0.5, "lidar_point_max_distance": 250.5,
        "smooth_point": true, "sample_distance": 0.25, "output_height_offset": 1.5, "quality_level": 2,
        "ground_extract": true, "scene_type": 1, "max_size_building": 20.5, "iter_dist": 0.5, "iter_angle": 6.5,
        "generate_dem": true, "dem_resolution": 0.5,
    });
    let area = json!({
        "min_altitude": 10.5, "max_altitude": 80.5, "geo_desc": {"cs_type": "GEO_CS"},
        "polygon_points": [[9.0001, 45.0001, 100.5], [9.0002, 45.0001, 100.5], [9.0002, 45.0002, 100.5]],
    });
    let export = json!({"pc_dir_structure": true, "undistort_images": true, "temp_result_files": false});
    let joined = |own: &Value| -> Value {
        let members = [&common, own].map(|members| members.as_object().unwrap().clone());
        members.into_iter().flatten().collect::<serde_json::Map<String, Value>>().into()
    };

    macro_rules! assert_described {
        ($job:ident, $value:expr) => {
            let value: Value = $value;
            let job = $job::from_json_text(&value.to_string()).unwrap();
            assert!(job.other.is_empty() && job.parameter.other.is_empty(), "{job:?}");
            assert!(job.export_parameter.as_ref().is_some_and(|export| export.other.is_empty()), "{job:?}");
            assert!(job.parameter.output_geo_desc.as_ref().is_some_and(|geo| geo.other.is_empty()), "{job:?}");
            assert_eq!(serde_json::from_str::<Value>(&job.to_json_text().unwrap()).unwrap(), value);
        };
    }
    assert_described!(MapJob, json!({"parameter": joined(&map), "predefine_AOI": area, "export_parameter": export}));
    assert_described!(
        Model3dJob,
        json!({"parameter": joined(&model), "predefine_AOI": area, "export_parameter": export})
    );
    assert_described!(LidarJob, json!({"parameter": joined(&lidar), "export_parameter": export}));
    let read = AreaOfInterest::new().geo_desc(serde_json::from_value::<GeoDescription>(geo).unwrap());
    assert!(read.geo_desc.unwrap().other.is_empty());

    // What is not known yet can be given all the same.
    let mut job = Model3dJob::new(Model3dParameters::new());
    job.parameter.other.insert("new_parameter".to_owned(), json!(1));
    assert_eq!(job.to_json_text().unwrap(), r#"{"parameter":{"new_parameter":1}}"#);
}

#[tokio::test]
async fn every_response_example_round_trips() {
    let spec = spec::value();
    let mut count = 0;
    for (_, _, operation) in operations(&spec) {
        let id = operation["operationId"].as_str().unwrap();
        let call = examples().into_iter().find(|example| example.info.id == id).unwrap();
        for (name, value) in listed(&spec, &operation["responses"]["200"]["content"]) {
            let bytes = server::json(value.to_string());
            let server = Server::start(move |_| bytes.clone());
            let fh = client(&server.url());
            let result = call.send(&fh, &fh.project(PROJECT)).await;
            if value["code"] == 0 {
                let output = result.unwrap_or_else(|error| panic!("{id}, {name}: {error}"));
                let wanted = normalized(&value["data"]);
                let nothing = output.is_null() && wanted.as_object().is_none_or(serde_json::Map::is_empty);
                assert!(nothing || normalized(&output) == wanted, "{id}, {name}: {output}");
            } else {
                let error = result.err().unwrap_or_else(|| panic!("{id}, {name}: a failure was taken for a success"));
                assert_eq!(error.kind(), ErrorKind::Api, "{id}, {name}");
                assert_eq!(error.code(), value["code"].as_i64(), "{id}, {name}");
                assert_eq!(Some(error.message()), value["message"].as_str(), "{id}, {name}");
            }
            count += 1;
        }
    }
    assert!(count >= 52, "only {count} responses were read");
}
