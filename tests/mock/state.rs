//! The state of the mock server: flight tasks over time, control, routes, converters, and its bounds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use flighthub2::ErrorKind;
use flighthub2::flight_tasks::{CreateFlightTask, UpdateFlightTaskStatus};
use flighthub2::testing::{Fault, MockServer, PROJECT, TOKEN};
use flighthub2::types::{
    DeviceControlBody, FinishWaylineUploadBody, SetStreamConverterBody, TaskStatus, TaskStatusChange, TaskType,
    UpdateFlightTaskStatusBody,
};
use flighthub2_tests::vectors;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{AIRCRAFT, DOCK, every_code_is_listed, in_window, names, once, patrol, planned, raw};

#[tokio::test]
async fn a_flight_task_changes_with_the_clock() {
    let server = MockServer::start().await.unwrap();
    let site = once(&server).project(PROJECT);
    let tasks = site.flight_tasks();
    let now = tasks.create(patrol("now")).send().await.unwrap().task_uuid;
    let begin = server.now().get() + 3600;
    let timed = |name: &str| planned(name, TaskType::Timed).begin_at(begin);
    let later = tasks.create(timed("later")).send().await.unwrap().task_uuid;
    let missed = tasks.create(timed("missed")).send().await.unwrap().task_uuid;
    assert_eq!([&now, &later, &missed].map(|id| id.to_string().len()), [36; 3]);
    assert!(now != later && later != missed);
    assert_eq!(names(&site).await, ["Example patrol", "now", "later", "missed"]);
    let status = async |wanted: [TaskStatus; 3]| {
        for (id, wanted) in [&now, &later, &missed].into_iter().zip(wanted) {
            assert_eq!(tasks.get(id).send().await.unwrap().status, wanted, "{id}");
            let listed = in_window(&tasks).status([wanted.clone()]).send().await.unwrap();
            assert!(listed.list.iter().any(|task| task.uuid == *id), "{id} is not listed as {wanted}");
        }
    };
    let change = async |id: &flighthub2::types::TaskId, to| {
        tasks.update_status(id, UpdateFlightTaskStatusBody::new(to)).send().await.map_err(|error| error.code())
    };
    use TaskStatus::{Executing, Success, Suspended, Timeout, Waiting};
    status([Waiting, Waiting, Waiting]).await;
    server.advance(Duration::from_secs(60));
    status([Executing, Waiting, Waiting]).await;
    assert_eq!(tasks.get_track(&now).send().await.unwrap_err().code(), Some(219_017));
    assert!(tasks.list_media(&now).send().await.unwrap().list.is_empty());
    for id in [&later, &missed] {
        change(id, TaskStatusChange::Suspended).await.unwrap();
    }
    status([Executing, Suspended, Suspended]).await;
    change(&later, TaskStatusChange::Restored).await.unwrap();
    assert_eq!(change(&now, TaskStatusChange::Suspended).await, Err(Some(200_101)));
    server.advance(Duration::from_secs(3600));
    status([Success, Executing, Suspended]).await;
    assert_eq!(change(&later, TaskStatusChange::Suspended).await, Err(Some(200_101)));
    change(&missed, TaskStatusChange::Restored).await.unwrap();
    server.advance(Duration::from_secs(3600));
    status([Success, Success, Timeout]).await;
    assert!(!tasks.list_media(&now).send().await.unwrap().list.is_empty());
    tasks.get_track(&now).send().await.unwrap();
    let nobody = "00000000-0000-4000-8000-ffffffffffff".into();
    assert_eq!(change(&nobody, TaskStatusChange::Restored).await, Err(Some(219_021)));
    assert_eq!(server.requests_of::<UpdateFlightTaskStatus>().len(), 7);
    // Another project has none of it.
    server.add_project("00000000-0000-4000-8000-000000000009");
    assert!(names(&once(&server).project("00000000-0000-4000-8000-000000000009")).await.is_empty());
    // Every state is one that the specification knows.
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT)];
    let list = format!("/openapi/v0.1/flight-task/list?sn={DOCK}&begin_at=0&end_at=9999999999");
    for (id, target) in [("listFlightTasks", list), ("getFlightTask", format!("/openapi/v0.1/flight-task/{missed}"))] {
        let response = raw(&server, "GET", &target, &headers, "").await.json();
        server.check_response(id, &response).unwrap();
        assert_eq!(response["code"], 0, "{response}");
    }
    every_code_is_listed(&server);
}

#[tokio::test]
async fn control_routes_and_converters_have_a_state() {
    let server = MockServer::start().await.unwrap();
    let site = once(&server).project(PROJECT);
    let control = |payloads: &[&str]| {
        DeviceControlBody::builder()
            .drone_sn(AIRCRAFT)
            .payload_index(payloads.iter().map(|payload| (*payload).into()).collect::<Vec<_>>())
            .build()
    };
    let devices = site.devices();
    let refused = devices.release_control(control(&["81-0-0"])).send().await.unwrap_err();
    assert_eq!(refused.code(), Some(228_402));
    let held = devices.acquire_control(control(&["81-0-0", "82-0-0"])).send().await.unwrap();
    assert_eq!(held.controls.len(), 2);
    let left = devices.release_control(control(&["81-0-0"])).send().await.unwrap();
    assert_eq!(left.controls.len(), 1);
    assert!(devices.release_control(control(&["81-0-0"])).send().await.is_err());
    assert!(devices.release_control(control(&["82-0-0"])).send().await.unwrap().controls.is_empty());

    let object_key = format!("example-prefix/{PROJECT}/example-route.kmz");
    let body = FinishWaylineUploadBody::builder().name("New route").object_key(object_key).build();
    let made = site.waylines().finish_upload(body).send().await.unwrap();
    let listed = site.waylines().list().send().await.unwrap();
    assert!(listed.list.iter().any(|wayline| wayline.id == made.uuid && wayline.name == "New route"));
    assert_eq!(site.waylines().get(&made.uuid).send().await.unwrap().name, "New route");
    assert!(site.waylines().get("00000000-0000-4000-8000-ffffffffffff").send().await.is_err());

    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let target = "/openapi/v0.1/live-stream/converter";
    let requests = vectors::requests();
    let mut ids = Vec::new();
    for name in ["createStreamConverter", "createStreamConverter_gb28181"] {
        let response = raw(&server, "POST", target, &headers, &requests[name]["body"].to_string()).await.json();
        ids.push(response["data"]["converter_id"].as_str().unwrap().to_owned());
    }
    let converters = site.livestreams();
    converters.set_converter(ids[1].as_str(), SetStreamConverterBody::new(true)).send().await.unwrap();
    server.advance(Duration::from_secs(3));
    let listed = raw(&server, "GET", target, &headers[..2], "").await.json();
    server.check_response("listStreamConverters", &listed).unwrap();
    let list = listed["data"]["list"].as_array().unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!((&list[1]["state"], &list[1]["schema_option"]["server_ip"]), (&json!("initialized"), &json!("")));
    assert_eq!((&list[2]["state"], &list[2]["schema_option"]["url"]), (&json!("running"), &json!("")));
    assert_eq!(
        list[2]["schema_option"]["server_ip"],
        requests["createStreamConverter_gb28181"]["body"]["schema_option"]["server_ip"]
    );
    for id in &ids {
        converters.delete_converter(id.as_str()).send().await.unwrap();
        let gone = converters.delete_converter(id.as_str()).send().await.unwrap_err();
        assert_eq!(gone.code(), Some(212_056));
    }
    assert_eq!(converters.list_converters().send().await.unwrap().list.len(), 1);
    let body = requests["createStreamConverter"]["body"].to_string();
    let mut codes = Vec::new();
    for _ in 0..20 {
        codes.push(raw(&server, "POST", target, &headers, &body).await.json()["code"].clone());
    }
    assert_eq!(codes[18..], [json!(0), json!(233_317)]);
    every_code_is_listed(&server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_are_served_and_stopping_leaves_nothing() {
    let server = MockServer::start().await.unwrap();
    server.on_all().fault_times(64, Fault::DelayBeforeHeaders(Duration::from_millis(200)));
    let site = once(&server).project(PROJECT);
    let started = Instant::now();
    let calls: Vec<_> = (0..64)
        .map(|number| {
            let call = site.flight_tasks().create(patrol(&format!("task {number}")));
            tokio::spawn(async move { call.send().await.map(|task| task.task_uuid.to_string()) })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for call in calls {
        ids.insert(call.await.unwrap().unwrap());
    }
    assert_eq!(ids.len(), 64);
    assert!(started.elapsed() < Duration::from_secs(6), "one after the other: {:?}", started.elapsed());
    assert_eq!(server.requests_of::<CreateFlightTask>().len(), 64);
    let (fh, url) = (once(&server), server.url());
    let address = url.trim_start_matches("http://").to_owned();
    let mut open = TcpStream::connect(&address).await.unwrap();
    fh.projects().list().send().await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.stop()).await.expect("it does not stop");
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(5), open.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "a connection outlives the server");
    assert!(TcpStream::connect(&address).await.is_err());
    let error = fh.projects().list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    // Dropping it is enough.
    let server = MockServer::start().await.unwrap();
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut open = TcpStream::connect(&address).await.unwrap();
    drop(server);
    let closed = tokio::time::timeout(Duration::from_secs(5), open.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "a connection outlives the server");
    // The same with connections that wait: for a request, for the rest of one, and for a delayed response.
    let alive: Arc<()> = Arc::default();
    let of_observer = Arc::clone(&alive);
    let server = MockServer::start().await.unwrap().observe(move |_| assert!(Arc::strong_count(&of_observer) > 0));
    server.on_all().fault(Fault::DelayBeforeHeaders(Duration::from_secs(600)));
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut waiting = Vec::new();
    for bytes in
        ["", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\ncontent-length: 100000\r\n\r\n{", "GET / HTTP/1.1\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    let started = Instant::now();
    while server.requests().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(10), "no request arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(server);
    while Arc::strong_count(&alive) > 1 {
        assert!(started.elapsed() < Duration::from_secs(20), "a task outlives the server");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for mut stream in waiting {
        let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "a connection outlives the server");
    }
}

/// The state is bounded, whatever clients send.
#[tokio::test]
async fn the_state_is_bounded() {
    let server = MockServer::start().await.unwrap();
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT), ("content-type", "application/json")];
    let long = "n".repeat(3 << 20);
    for number in 0..4 {
        let body = serde_json::to_string(&patrol(&format!("{number}{long}"))).unwrap();
        raw(&server, "POST", "/openapi/v0.1/flight-task", &headers, &body).await;
    }
    let names = names(&once(&server).project(PROJECT)).await;
    assert_eq!(names.iter().map(|name| &name[..1]).collect::<Vec<_>>(), ["2", "3"], "8 MiB hold two of them");
    for number in 0..3 {
        let payloads: Vec<String> = (0..600).map(|payload| format!("{number}-{payload}-0")).collect();
        let body = json!({"drone_sn": AIRCRAFT, "payload_index": payloads}).to_string();
        let response = raw(&server, "POST", "/openapi/v0.1/device/control", &headers, &body).await.json();
        assert_eq!(response["code"], 0, "{response}");
        let held = response["data"]["controls"].as_array().unwrap().len();
        assert_eq!(held, if number == 0 { 600 } else { 1000 });
    }
}
