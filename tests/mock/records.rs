//! The record of requests: what is kept and shown, observers, and expectations.

use std::sync::{Arc, Mutex, OnceLock, Weak, mpsc};
use std::thread;
use std::time::Duration;

use flighthub2::devices::ListOrganizationDevices;
use flighthub2::flight_tasks::CreateFlightTask;
use flighthub2::projects::ListProjects;
use flighthub2::testing::{Fault, MockServer, PROJECT, RecordedRequest, TOKEN};
use flighthub2::types::{CalibrateDeviceRtkBody, ProjectList};
use serde_json::json;

use super::{DOCK, PROJECTS, once, raw};

#[tokio::test]
async fn records_of_requests_print_no_secret() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    let body = CalibrateDeviceRtkBody::builder()
        .host("ntrip.example.com")
        .port(8002)
        .account("visible")
        .password("HUSH-HUSH")
        .mount_point("M")
        .build();
    fh.project(PROJECT).devices().calibrate_rtk(DOCK, body).send().await.unwrap();
    let target = format!("{PROJECTS}?q={TOKEN}");
    raw(&server, "GET", &target, &[("x-user-token", TOKEN), ("Authorization", "HUSH-HUSH")], "").await;
    let bad = ("content-type", "application/json");
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), bad];
    let path = format!("/openapi/v0.1/device/{DOCK}/rtk");
    raw(&server, "POST", &path, &headers, r#"{"password":["HUSH-HUSH"]}"#).await;
    raw(&server, "POST", &path, &headers, r#"{"password":"HUSH-HUSH""#).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", path.as_str()));
    assert_eq!(requests[0].operation, Some("calibrateDeviceRtk"));
    assert_eq!(requests[0].header("X-User-Token"), Some(TOKEN));
    assert_eq!(requests[0].json().unwrap()["password"], "HUSH-HUSH");
    assert_eq!(requests[1].query, format!("q={TOKEN}"));
    for request in &requests {
        let shown = format!("{request:?} {request} {request:#?}");
        assert!(!shown.contains(TOKEN) && !shown.contains("HUSH-HUSH"), "{shown}");
    }
    assert!(format!("{:?}", requests[0]).contains("visible"));
    assert!(!format!("{server:?}").contains(TOKEN), "{server:?}");
    assert!(requests[2].reason().is_some() && requests[3].reason().is_some());
    let line = requests[0].to_string();
    assert_eq!(line, format!("POST {path} calibrateDeviceRtk: accepted; HTTP 200, code 0"));
    assert_eq!(server.requests_of::<ListProjects>().len(), 1);
    assert!(server.requests_of::<ListOrganizationDevices>().is_empty());
    server.clear_requests();
    assert!(server.requests().is_empty());
}

/// An observer that reads the server and sets its next responses. A deadlock would never end, so it runs in a thread that
/// the test does not join.
#[test]
fn an_observer_may_use_the_server() {
    let (done, finished) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(observed());
        done.send(()).unwrap();
    });
    finished
        .recv_timeout(Duration::from_secs(20))
        .expect("the server is in a deadlock, or an assertion above has failed");
}

async fn observed() {
    let handle: Arc<OnceLock<Weak<MockServer>>> = Arc::default();
    let shown: Arc<Mutex<Vec<String>>> = Arc::default();
    let (of_server, lines) = (Arc::clone(&handle), Arc::clone(&shown));
    let observer = move |request: &RecordedRequest| {
        let server = of_server.get().and_then(Weak::upgrade).expect("there is a server");
        // Every method that does not stop the server.
        let recorded = server.requests();
        assert_eq!(recorded.last(), Some(request), "it is recorded when it is shown");
        assert_eq!(server.requests_of::<ListProjects>().len(), recorded.len());
        assert_eq!((server.dropped_requests(), server.connections()), (0, 1));
        server.clear_requests();
        server.add_project("00000000-0000-4000-8000-000000000009");
        server.advance(Duration::from_secs(1));
        assert!(server.url().starts_with("http://127.0.0.1:"));
        assert!(server.now().get() > 0 && server.check_response("nobody", &json!({})).is_err());
        assert!(server.client_builder().build().is_ok());
        drop(server.client());
        let none: ProjectList = serde_json::from_value(json!({"list": null})).unwrap();
        let on = server.on::<ListProjects>().respond(&none).unwrap().respond_once(&none).unwrap();
        let on = on.envelope(json!({})).envelope_once(json!({})).refuse(1, "").refuse_once(1, "");
        on.example("empty_list").unwrap().example_once("empty_list").unwrap().fault(Fault::NullLists).clear();
        server.on_id("listProjects").unwrap().fault_times(1, Fault::TruncateBody).clear();
        server.on_all().refuse_once(210_429, "asked for by the observer");
        assert!(format!("{server:?}").contains("MockServer"));
        lines.lock().unwrap().push(request.to_string());
    };
    let replaced: Arc<()> = Arc::default();
    let server = MockServer::start().await.unwrap().observe({
        let replaced = Arc::clone(&replaced);
        move |_| panic!("another function takes its place: {replaced:?}")
    });
    let server = Arc::new(server.observe(observer));
    assert_eq!(Arc::strong_count(&replaced), 1);
    handle.set(Arc::downgrade(&server)).unwrap();
    let fh = once(&server);
    fh.projects().list().send().await.unwrap();
    let refused = fh.projects().list().send().await.unwrap_err();
    assert_eq!(refused.code(), Some(210_429), "{refused}");
    assert!(server.requests().is_empty());
    let lines = shown.lock().unwrap().clone();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("listProjects: accepted"), "{lines:?}");
}

#[tokio::test]
async fn the_record_is_bounded() {
    let server = MockServer::start().await.unwrap();
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let task = |name: &str| {
        let name = json!({"name": name, "wayline_uuid": "c0ffee00-1111-4222-8333-444455556666", "sn": "A",
            "rth_altitude": 80, "out_of_control_action_in_flight": "return_home", "resumable_status": "manual",
            "task_type": "immediate", "time_zone": "Europe/Rome"});
        name.to_string()
    };
    let long = task(&"n".repeat(2 << 20));
    assert_eq!(raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &long).await.json()["code"], 0);
    let [request] = server.requests_of::<CreateFlightTask>().try_into().unwrap();
    assert!(request.is_accepted() && request.is_body_truncated(), "{request}");
    assert_eq!((request.body.len(), request.body_length), (1 << 20, long.len()));
    assert!(long.as_bytes().starts_with(&request.body));
    assert_eq!(request.json(), None);
    assert!(format!("{request:?}").len() < 2000, "the body is printed");
    let short = task("short");
    raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &short).await;
    let request = server.requests().pop().unwrap();
    assert!(!request.is_body_truncated());
    assert_eq!((request.body_length, request.json()), (short.len(), Some(serde_json::from_str(&short).unwrap())));
    // The whole body was read nevertheless.
    let list = "/openapi/v0.1/flight-task/list?sn=A&begin_at=0&end_at=9999999999";
    let listed = raw(&server, "GET", list, &headers[..2], "").await.json();
    let lengths: Vec<usize> =
        listed["data"]["list"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap().len()).collect();
    assert_eq!(lengths, [2 << 20, 5]);
    assert_eq!(server.dropped_requests(), 0);
    for _ in 0..70 {
        raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &long).await;
    }
    let (kept, dropped) = (server.requests().len() as u64, server.dropped_requests());
    assert_eq!(kept + dropped, 73);
    assert!((60..64).contains(&kept), "{kept} of 1 MiB each are in 64 MiB");
    server.clear_requests();
    assert_eq!((server.requests().len(), server.dropped_requests()), (0, 0));
}

#[tokio::test]
async fn expectations_are_verified() {
    let server = MockServer::start().await.unwrap();
    let fh = once(&server);
    assert_eq!(server.verify(), Ok(()));
    server.on::<ListProjects>().expect(2).refuse_once(210_500, "down");
    server.on::<ListOrganizationDevices>().expect(..=1);
    server.on_all().expect(2..);
    // A request counts, whatever the response is.
    fh.projects().list().send().await.unwrap_err();
    fh.devices().list_organization().send().await.unwrap();
    let unmet = server.verify().unwrap_err().to_string();
    assert_eq!(unmet, "listProjects: expected 2 request(s), received 1");
    fh.projects().list().send().await.unwrap();
    assert_eq!(server.verify(), Ok(()));
    fh.devices().list_organization().send().await.unwrap();
    assert!(server.verify().is_err(), "there was one too many");
    server.on::<ListOrganizationDevices>().clear();
    assert_eq!(server.verify(), Ok(()));
    drop(server);
    // Dropping the server verifies them, too; a test that has failed already fails for its own reason.
    let server = MockServer::start().await.unwrap();
    server.on::<ListProjects>().expect(1);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(server))).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert_eq!(message, "listProjects: expected 1 request(s), received 0");
    let server = MockServer::start().await.unwrap();
    server.on::<ListProjects>().expect(1);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _server = server;
        panic!("the reason of the test");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"the reason of the test"));
}
