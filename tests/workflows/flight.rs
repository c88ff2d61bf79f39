//! A flight and its media.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flighthub2::types::{CreateFlightTaskBody, TaskStatus};
use flighthub2::workflows::{ErrorKind, FetchMedia, FlightStep, FlyAndFetch, TimeLimits};
use serde_json::{Value, json};

use crate::fake::{Fake, Reply, Seen, names_in, poll_times, settle};

const PROJECT: &str = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d";
const TASK: &str = "d15ea5e0-1111-4222-8333-444455556666";
const LIMITS: TimeLimits = TimeLimits { flight: Duration::from_secs(3600), media: Duration::from_secs(3600) };
const CREATE: &str = "POST flighthub.example.com/openapi/v0.1/flight-task";

fn body() -> CreateFlightTaskBody {
    let body = json!({
        "name": "Morning round", "wayline_uuid": "c0ffee00-1111-4222-8333-444455556666", "sn": "7CTEXAMPLE0001",
        "rth_altitude": 100, "out_of_control_action_in_flight": "return_home", "resumable_status": "manual",
        "task_type": "immediate", "time_zone": "Europe/Rome",
    });
    serde_json::from_value(body).unwrap()
}

fn task(status: &str, expected: Value, uploaded: Value) -> Reply {
    Reply::data(json!({
        "uuid": TASK, "name": "Morning round", "task_type": "immediate", "status": status, "sn": "7CTEXAMPLE0001",
        "wayline_uuid": "c0ffee00-1111-4222-8333-444455556666",
        "folder_info": {"folder_id": 1, "expected_file_count": expected, "uploaded_file_count": uploaded},
    }))
}

fn media(files: &[(&str, &str)]) -> Value {
    let list: Vec<Value> = files
        .iter()
        .map(|(uuid, name)| {
            json!({
                "uuid": uuid, "name": name, "file_type": "image", "suffix": ".jpeg", "size": name.len(),
                "original_url": format!("https://objects.example.com/{uuid}?sig=TOPSECRET"),
            })
        })
        .collect();
    json!({"list": list})
}

/// A service whose task has these states one after the other, and then this many of its files.
fn service(states: &'static [&'static str], files: &'static [(&'static str, &'static str)]) -> Fake {
    let polls = AtomicUsize::new(0);
    Fake::new(move |seen| match seen.path.as_str() {
        "/openapi/v0.1/flight-task" => Reply::data(json!({"task_uuid": TASK})),
        path if path.ends_with("/media") => {
            // One more at each look after the flight.
            let looks = polls.load(Ordering::SeqCst).saturating_sub(states.len());
            Reply::data(media(&files[..looks.min(files.len())]))
        }
        path if path.ends_with(TASK) => {
            let poll = polls.fetch_add(1, Ordering::SeqCst);
            let uploaded = (poll + 1).saturating_sub(states.len()).min(files.len());
            task(states[poll.min(states.len() - 1)], json!(files.len()), json!(uploaded))
        }
        _ => object(seen, files),
    })
}

fn object(seen: &Seen, files: &[(&str, &str)]) -> Reply {
    let (_, name) = files.iter().find(|(uuid, _)| seen.path == format!("/{uuid}")).unwrap();
    Reply::new(200, *name).header("content-length", name.len())
}

fn fly(fake: &Fake, folder: &tempfile::TempDir) -> FlyAndFetch {
    fake.client().project(PROJECT).workflows().fly(body(), folder.path())
}

fn fetch(fake: &Fake, folder: &tempfile::TempDir) -> FetchMedia {
    fake.client().project(PROJECT).workflows().fetch_media(folder.path())
}

fn count(fake: &Fake, line: &str) -> usize {
    fake.lines().iter().filter(|it| it.as_str() == line).count()
}

#[tokio::test]
async fn a_route_is_flown_and_its_media_are_fetched() {
    let fake = service(
        &["waiting", "executing", "dreaming", "executing", "success"],
        &[("m1", "DJI_1"), ("m2", "../DJI_2"), ("m3", "DJI_1"), ("m4", "dji_1.JPEG")],
    );
    let folder = tempfile::tempdir().unwrap();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&steps);
    let flight = fly(&fake, &folder).on_step(move |step| seen.lock().unwrap().push(step)).run(LIMITS).await.unwrap();

    assert_eq!(flight.task.status, TaskStatus::Success);
    assert!(flight.media.is_complete());
    assert_eq!(flight.media.files.len(), 4);
    // Names that are the same on some file system get different names, and none leaves the folder.
    assert_eq!(names_in(folder.path()), ["DJI_1-m3.jpeg", "DJI_1.jpeg", "__DJI_2.jpeg", "dji_1-m4.JPEG"]);
    assert_eq!(count(&fake, CREATE), 1);
    let steps = steps.lock().unwrap();
    assert!(matches!(&steps[0], FlightStep::Created(id) if id.as_str() == TASK), "{:?}", steps[0]);
    let states = steps.iter().filter_map(|step| match step {
        FlightStep::Status(status) => Some(status.to_string()),
        _ => None,
    });
    assert_eq!(states.collect::<Vec<_>>(), ["waiting", "executing", "dreaming", "executing", "success"]);
    assert_eq!(steps.iter().filter(|step| matches!(step, FlightStep::Downloaded { .. })).count(), 4);

    // Again, nothing is downloaded.
    let before = fake.lines().iter().filter(|line| line.contains("objects.example.com")).count();
    let again = fetch(&fake, &folder).run(TASK, Duration::from_secs(60)).await.unwrap();
    assert_eq!(again.files.len(), 4);
    assert!(before >= 4);
}

#[tokio::test]
async fn a_task_that_may_have_been_created_is_not_created_again() {
    for (reply, kind) in [(Reply::lost as fn() -> Reply, ErrorKind::Undecided), (refused, ErrorKind::Api)] {
        let fake = Fake::new(move |_| reply());
        let folder = tempfile::tempdir().unwrap();
        let error = fly(&fake, &folder).run(LIMITS).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(fake.lines(), [CREATE]);
        assert_eq!(error.to_string().contains("listFlightTasks"), kind == ErrorKind::Undecided, "{error}");
        assert!(error.task().is_none());
    }
}

fn refused() -> Reply {
    Reply::new(200, r#"{"code":200403,"message":"no"}"#)
}

#[tokio::test]
async fn a_client_that_may_not_fly_does_not() {
    let fake = Fake::new(|_| refused());
    let folder = tempfile::tempdir().unwrap();
    let fh = fake.builder().max_risk(flighthub2::Risk::Destructive).build().unwrap();
    let error = fh.project(PROJECT).workflows().fly(body(), folder.path()).run(LIMITS).await.unwrap_err();
    assert_eq!(error.api_error().unwrap().kind(), flighthub2::ErrorKind::Risk, "{error}");
    assert!(fake.lines().is_empty());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named_before_an_aircraft_flies() {
    let fake = Fake::new(|_| refused());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let target = folder.path().join("file").join("media");
    let error = fake.client().project(PROJECT).workflows().fly(body(), target).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(fake.lines().is_empty());
}

#[tokio::test]
async fn a_flight_that_fails_or_takes_too_long_has_its_id() {
    let cases = [
        ("terminated", ErrorKind::Unsuccessful),
        ("starting_failure", ErrorKind::Unsuccessful),
        ("executing", ErrorKind::Timeout),
    ];
    for (status, kind) in cases {
        let fake = Fake::new(move |seen| match seen.method.as_str() {
            "POST" => Reply::data(json!({"task_uuid": TASK})),
            _ => task(status, json!(0), json!(0)),
        });
        let folder = tempfile::tempdir().unwrap();
        let error = fly(&fake, &folder).run(LIMITS).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.task().map(|task| task.as_str()), Some(TASK), "{error}");
        assert!(error.to_string().contains(status) && error.to_string().contains(TASK), "{error}");
        assert_eq!(count(&fake, CREATE), 1);
    }
}

#[tokio::test]
async fn a_network_that_is_gone_for_a_while_does_not_end_the_following() {
    let polls = AtomicUsize::new(0);
    let fake = Fake::new(move |seen| match (seen.method.as_str(), seen.path.ends_with("/media")) {
        ("POST", _) => Reply::data(json!({"task_uuid": TASK})),
        (_, true) => Reply::data(media(&[])),
        _ => match polls.fetch_add(1, Ordering::SeqCst) {
            1..=12 => Reply::lost(),
            0 => task("executing", json!(null), json!(null)),
            _ => task("success", json!(null), json!(null)),
        },
    });
    let folder = tempfile::tempdir().unwrap();
    let flight = fly(&fake, &folder).run(LIMITS).await.unwrap();
    assert!(flight.media.files.is_empty());
    assert!(!flight.media.is_complete(), "the service does not say how many files it expects");
}

#[tokio::test]
async fn media_that_do_not_come_are_a_timeout_and_those_that_came_are_there() {
    let fake = Fake::new(|seen| match seen.path.as_str() {
        path if path.ends_with("/media") => Reply::data(media(&[("m1", "DJI_1")])),
        path if path.ends_with(TASK) => task("success", json!(3), json!(1)),
        _ => object(seen, &[("m1", "DJI_1")]),
    });
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&fake, &folder).run(TASK, Duration::from_secs(600)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.to_string().contains("1 of 3 files"), "{error}");
    assert_eq!(names_in(folder.path()), ["DJI_1.jpeg"]);
}

#[tokio::test]
async fn an_address_that_expired_is_read_again() {
    let downloads = AtomicUsize::new(0);
    let fake = Fake::new(move |seen| match seen.path.as_str() {
        path if path.ends_with("/media") => Reply::data(media(&[("m1", "DJI_1")])),
        path if path.ends_with(TASK) => task("success", json!(1), json!(1)),
        _ if downloads.fetch_add(1, Ordering::SeqCst) == 0 => Reply::store_error(403, "AccessDenied"),
        _ => object(seen, &[("m1", "DJI_1")]),
    });
    let folder = tempfile::tempdir().unwrap();
    let done = fetch(&fake, &folder).run(TASK, Duration::from_secs(600)).await.unwrap();
    assert!(done.is_complete());
    let error = {
        let fake = Fake::new(|seen| match seen.path.as_str() {
            path if path.ends_with("/media") => Reply::data(media(&[("m9", "DJI_9")])),
            path if path.ends_with(TASK) => task("success", json!(1), json!(1)),
            _ => Reply::store_error(403, "AccessDenied"),
        });
        fetch(&fake, &folder).run(TASK, Duration::from_secs(600)).await.unwrap_err()
    };
    assert_eq!(error.kind(), ErrorKind::AddressRefused, "{error}");
    assert!(!crate::fake::all_of(&error).contains("TOPSECRET"), "{error:?}");
}

#[tokio::test]
async fn a_file_of_the_user_is_not_replaced_by_media() {
    let fake = Fake::new(|seen| match seen.path.as_str() {
        path if path.ends_with("/media") => Reply::data(media(&[("m1", "DJI_1")])),
        path if path.ends_with(TASK) => task("success", json!(1), json!(1)),
        _ => object(seen, &[("m1", "DJI_1")]),
    });
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("DJI_1.jpeg"), "mine, and longer").unwrap();
    let error = fetch(&fake, &folder).run(TASK, Duration::from_secs(600)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert_eq!(fs::read_to_string(folder.path().join("DJI_1.jpeg")).unwrap(), "mine, and longer");
}

#[tokio::test]
async fn a_flight_can_be_dropped_at_every_point_and_is_created_once() {
    for polls in 1.. {
        let fake = service(&["executing", "success"], &[("m1", "DJI_1")]);
        let folder = tempfile::tempdir().unwrap();
        let done = poll_times(fly(&fake, &folder).run(LIMITS), polls).await;
        settle().await;
        assert!(count(&fake, CREATE) <= 1, "after {polls} polls");
        for name in names_in(folder.path()) {
            assert!(name.starts_with('.') || fs::read_to_string(folder.path().join(&name)).unwrap() == "DJI_1");
        }
        if let Some(done) = done {
            assert!(done.unwrap().media.is_complete());
            return;
        }
    }
}
