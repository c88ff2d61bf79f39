//! Input that no one expects: names of every kind, files that are none or change, statuses that no one knows, and each
//! error that the service documents.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flighthub2::testing::{MockServer, PROJECT, StoreProvider};
use flighthub2::types::CreateFlightTaskBody;
use flighthub2::workflows::{Error, ErrorKind, ReconstructionLimits, TimeLimits};
use flighthub2::{API, OPERATIONS, Risk};
use flighthub2_tests::vectors;
use serde_json::json;

use crate::credentials::Together;
use crate::fake::{Fake, Reply, Seen, all_of, names_in, poll_times, settle};
use crate::route::kmz;

const LIMITS: ReconstructionLimits =
    ReconstructionLimits { import: Duration::from_secs(3600), models: Duration::from_secs(36_000) };
const FLIGHT_LIMITS: TimeLimits =
    TimeLimits { flight: Duration::from_secs(36_000), media: Duration::from_secs(36_000) };
const DOCK: &str = "7CTEXAMPLE0001";

/// Names that are valid on this machine, and mean something elsewhere.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "DJI 0001.jpeg",
        "a\nb.jpeg",
        "a\tb\r.jpeg",
        "\u{1b}[31mred.jpeg",
        "..\\..\\b.jpeg",
        "C:b.jpeg",
        "...jpeg",
        ".hidden.jpeg",
        "con.jpeg",
        "AUX",
        "lpt1.JPEG",
        "a%2F..%2Fb.jpeg",
        "a+b&c=d?e#f;g.jpeg",
        "{fileName}",
        "$HOME`id`.jpeg",
        "\"quoted'<>|*.jpeg",
        "航线.jpeg",
        "صورة.jpeg",
        "фото\u{202e}gepj.jpeg",
        "e\u{301}.jpeg",
        "\u{e9}.jpeg",
        "🛩.jpeg",
        "no extension",
        "trailing. ",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push(format!("{}.jpeg", "x".repeat(250)));
    names.push(format!("{}.jpeg", "x".repeat(249)));
    names.push(format!("{}.jpeg", "写".repeat(83)));
    names
}

#[tokio::test]
async fn pictures_of_every_name_are_uploaded_under_names_of_their_own() {
    for provider in [StoreProvider::Ali, StoreProvider::Aws, StoreProvider::Minio] {
        let folder = tempfile::tempdir().unwrap();
        let pictures: Vec<PathBuf> = names().iter().map(|name| folder.path().join(name)).collect();
        pictures.iter().for_each(|path| fs::write(path, path.to_str().unwrap()).unwrap());
        let server = Arc::new(MockServer::start().await.unwrap());
        server.store().set_provider(provider);
        let fh = Together::with(&server).client();
        let run = || fh.workflows().reconstruct(pictures.clone(), folder.path().join("a\njournal")).run(LIMITS);
        let done = run().await.unwrap();
        let sent: Vec<_> = server.store().requests().into_iter().map(|request| request.key.unwrap()).collect();
        let prefix = sent[0].rsplit_once('/').unwrap().0.to_owned();
        let stored: BTreeSet<String> = sent.iter().map(|key| key.to_lowercase()).collect();
        assert_eq!(stored.len(), pictures.len(), "each has a name of its own, on every file system");
        for key in &sent {
            let (folder, name) = key.rsplit_once('/').unwrap();
            let is_safe = folder == prefix && name.len() <= 210 && !name.contains(char::is_control);
            assert!(is_safe && !name.starts_with('.'), "{key:?}");
        }
        let contents: BTreeSet<_> =
            sent.iter().map(|key| server.store().object(key).unwrap().content.unwrap().to_vec()).collect();
        let expected = pictures.iter().map(|path| fs::read(path).unwrap()).collect();
        assert_eq!(contents, expected, "{provider:?}");
        // The journal is read as it was written.
        assert_eq!(run().await.unwrap(), done);
        assert_eq!(server.store().requests().len(), pictures.len());
    }
}

#[tokio::test]
async fn routes_of_every_name_are_uploaded_and_a_name_with_control_characters_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::start().await.unwrap();
    let site = server.client().project(PROJECT);
    for name in names() {
        let path = folder.path().join(&name);
        fs::write(&path, kmz(&["wpmz/template.kml", "wpmz/waylines.wpml"])).unwrap();
        let before = server.requests().len();
        let done = site.workflows().upload_route(&path).allow_same_name(true).run().await;
        if path.file_stem().unwrap().to_str().unwrap().contains(char::is_control) {
            let error = done.unwrap_err();
            assert_eq!((error.kind(), server.requests().len()), (ErrorKind::InvalidArgument, before), "{name:?}");
            continue;
        }
        let done = done.unwrap_or_else(|error| panic!("{name:?}: {error}"));
        let key = done.object_key.rsplit_once('/').unwrap().1;
        assert!(key.ends_with(".kmz") && key.len() <= 210 && !key.starts_with('.'), "{key:?}");
        assert!(server.store().object(&done.object_key).is_some(), "{name:?}");
    }
}

#[tokio::test]
async fn media_of_every_name_stay_in_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("media");
    let mut names = names();
    names.extend(["", ".", "..", "/", "../../etc/passwd", "a/b", "a\0b", "nul\0"].map(str::to_owned));
    names.extend(["y".repeat(5000), "y".repeat(5001)]);
    let listed: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            json!({"uuid": format!("m{n}"), "name": name, "suffix": if n % 2 == 0 { "." } else { "../.jp\0g" }, "size": 1,
                   "file_type": "image", "original_url": format!("https://objects.example.com/m{n}?sig=TOPSECRET")})
        })
        .collect();
    let count = names.len();
    let fake = Fake::new(move |seen| match seen.path.as_str() {
        path if path.ends_with("/media") => Reply::data(json!({"list": listed})),
        path if path.contains("/flight-task/") => task("success", count),
        _ => Reply::new(200, "x").header("content-length", 1),
    });
    let workflows = fake.client().project(PROJECT).workflows();
    let done = workflows.fetch_media(&target).run("t", Duration::from_secs(60)).await.unwrap();
    let written = names_in(&target);
    assert_eq!((done.files.len(), written.len()), (count, count), "{written:?}");
    let lower: BTreeSet<String> = written.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), count, "no two are one file on any file system");
    assert!(written.iter().all(|name| !name.starts_with('.') && !name.contains(char::is_control)), "{written:?}");
    assert_eq!(names_in(folder.path()), ["media"]);
}

fn task(status: &str, files: usize) -> Reply {
    Reply::data(json!({
        "uuid": "t", "name": "Morning round", "task_type": "immediate", "status": status, "sn": DOCK, "wayline_uuid": "w",
        "folder_info": {"expected_file_count": files, "uploaded_file_count": files},
    }))
}

#[cfg(unix)]
#[tokio::test]
async fn a_path_that_is_no_text_is_refused_before_anything_is_sent() {
    use std::os::unix::ffi::OsStringExt as _;

    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join(OsString::from_vec(b"a\xff.jpeg".to_vec()));
    fs::write(&picture, "x").unwrap();
    let fake = Fake::new(|seen| panic!("{seen:?}"));
    let journal = folder.path().join("journal");
    let error = fake.client().workflows().reconstruct([&picture], &journal).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert!(error.to_string().contains("UTF-8") && !journal.exists(), "{error}");
}

/// Files that are none. None of them may be waited for, or read without an end.
#[cfg(unix)]
#[tokio::test]
async fn pipes_folders_and_devices_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), folder.path(), Path::new("/dev/zero"), Path::new("/dev/full")] {
        let work = async {
            let fake = Fake::new(|seen| match seen.path.as_str() {
                "/openapi/v0.1/open_model/stores/obtain_token" => upload_token(4_000_000_000),
                _ => panic!("{seen:?}"),
            });
            let project = fake.client().project(PROJECT);
            let error = project.workflows().upload_route(path).run().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidFile, "{path:?}: {error}");
            assert!(fake.lines().is_empty());
            let journal = folder.path().join("journal");
            let run = fake.client().workflows().reconstruct([path], &journal).run(LIMITS);
            let error = run.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidFile, "{path:?}: {error}");
            fs::remove_file(&journal).unwrap();
            // As a journal, and as the target of a download.
            let picture = folder.path().join("a.jpeg");
            fs::write(&picture, "x").unwrap();
            let error = fake.client().workflows().reconstruct([&picture], path).run(LIMITS).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::File, "{path:?}: {error}");
            let error =
                fake.client().workflows().download("https://objects.example.com/a", path).run().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::File | ErrorKind::AlreadyExists), "{path:?}: {error}");
        };
        assert!(tokio::time::timeout(Duration::from_secs(20), work).await.is_ok(), "{path:?} is waited for");
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_without_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("large.tif");
    // It has no blocks on disk.
    File::create(&picture).unwrap().set_len((5 << 30) + 1).unwrap();
    let fake = Fake::new(|_| upload_token(4_000_000_000));
    let started = std::time::Instant::now();
    let run = fake.client().workflows().reconstruct([&picture], folder.path().join("journal")).run(LIMITS);
    let error = run.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidFile, "{error}");
    assert!(error.to_string().contains("5368709121 bytes"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10), "it was read");
    // A route is refused by its content before its size matters.
    let error = fake.client().project(PROJECT).workflows().upload_route(&picture).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidFile, "{error}");
}

#[tokio::test]
async fn targets_that_no_file_system_has_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(|seen| panic!("{seen:?}"));
    for name in ["a\0b".to_owned(), "x".repeat(250), "x".repeat(5000), "..".to_owned(), String::new()] {
        let target = folder.path().join(&name);
        let error =
            fake.client().workflows().download("https://objects.example.com/a", target).run().await.unwrap_err();
        let expected = [ErrorKind::File, ErrorKind::InvalidArgument];
        assert!(expected.contains(&error.kind()), "{name:?}: {error}");
    }
    assert!(names_in(folder.path()).is_empty());
}

fn upload_token(expire_time: i64) -> Reply {
    Reply::data(json!({
        "cloud_name": "ali", "access_key_id": "KEYID", "secret_access_key": "SECRETKEY", "session_token": "SESSIONTOKEN",
        "region": "eu-central-1", "cloud_bucket_name": "example-bucket", "callback_param": "param",
        "store_path": "fh/tmp/batch/{fileName}", "expire_time": expire_time, "end_point": "https://oss.example.com",
    }))
}

fn etag(seen: &Seen) -> Reply {
    use md5::Digest as _;
    let etag: String = md5::Md5::digest(&seen.body).iter().map(|byte| format!("{byte:02x}")).collect();
    Reply::new(200, "").header("etag", format!("\"{etag}\""))
}

#[tokio::test]
async fn credentials_of_any_time_are_used_until_they_are_refused() {
    // A machine whose clock is wrong sees any of these.
    for time in [i64::MIN, -1, 0, 1, 1_000_000_000, 4_000_000_000, i64::MAX] {
        let folder = tempfile::tempdir().unwrap();
        let pictures = [1, 2, 3].map(|n| folder.path().join(n.to_string()));
        pictures.iter().for_each(|path| fs::write(path, "x").unwrap());
        let fake = Fake::new(move |seen| match seen.path.rsplit('/').next().unwrap() {
            "obtain_token" => upload_token(time),
            "upload_callback" => Reply::data(json!({"resource_uuid": "batch", "upload_count": 3})),
            "batch" => Reply::data(json!({"resource_uuid": "batch", "status": 1})),
            _ => etag(seen),
        });
        let run = fake.client().workflows().reconstruct(pictures, folder.path().join("journal")).run(LIMITS);
        run.await.unwrap_or_else(|error| panic!("{time}: {error}"));
        assert_eq!(fake.lines().iter().filter(|line| line.ends_with("obtain_token")).count(), 1, "{time}");
    }
}

#[tokio::test]
async fn a_picture_that_changes_while_it_is_sent_is_not_registered() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("another content", |path| fs::write(path, vec![1; 700_000]).unwrap()),
        ("shorter", |path| File::options().write(true).open(path).unwrap().set_len(10).unwrap()),
        ("longer", |path| File::options().write(true).open(path).unwrap().set_len(900_000).unwrap()),
        ("gone", |path| fs::remove_file(path).unwrap()),
    ];
    for (what, change) in changes {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("a.jpeg");
        fs::write(&picture, vec![0; 700_000]).unwrap();
        let (path, journal) = (picture.clone(), folder.path().join("journal"));
        let changed = AtomicUsize::new(0);
        let fake = Fake::new(move |seen| match seen.path.rsplit('/').next().unwrap() {
            "obtain_token" => upload_token(4_000_000_000),
            "upload_callback" => Reply::data(json!({"resource_uuid": "batch", "upload_count": 1})),
            "batch" => Reply::data(json!({"resource_uuid": "batch", "status": 1})),
            _ => {
                // The store is busy, and the file changes before the next attempt.
                if changed.fetch_add(1, Ordering::SeqCst) == 0 {
                    change(&path);
                    return Reply::store_error(503, "SlowDown");
                }
                etag(seen)
            }
        });
        let run = || fake.client().workflows().reconstruct([&picture], &journal).run(LIMITS);
        let error = run().await.unwrap_err();
        let expected = if what == "gone" { ErrorKind::File } else { ErrorKind::FileChanged };
        assert_eq!(error.kind(), expected, "{what}: {error}");
        let sent = |name: &str| fake.lines().iter().filter(|line| line.ends_with(name)).count();
        assert_eq!(sent("upload_callback"), 0, "{what}");
        // The next run sends it as it is then.
        if what != "gone" {
            run().await.unwrap();
            assert_eq!(
                fake.seen().iter().rfind(|seen| seen.method == "PUT").unwrap().body,
                fs::read(&picture).unwrap()
            );
            assert_eq!(sent("upload_callback"), 1, "{what}");
        }
    }
}

#[tokio::test]
async fn states_that_no_one_knows_are_progress() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("a.jpeg");
    fs::write(&picture, "x").unwrap();
    let polls = AtomicUsize::new(0);
    let fake = Fake::new(move |seen| match seen.path.rsplit('/').next().unwrap() {
        "obtain_token" => upload_token(4_000_000_000),
        "upload_callback" => Reply::data(json!({"resource_uuid": "batch", "upload_count": 1})),
        "start" => Reply::data(json!({"model_3d": {"uuid": "model", "status": 99}})),
        // First a state that no one knows, then success.
        "batch" => {
            let status = if polls.fetch_add(1, Ordering::SeqCst) < 3 { 99 } else { 1 };
            Reply::data(json!({"resource_uuid": "batch", "status": status}))
        }
        "model" => {
            let status = if polls.fetch_add(1, Ordering::SeqCst) < 6 { -7 } else { 15 };
            Reply::data(json!({"model_uuid": "model", "model_status": status}))
        }
        _ => etag(seen),
    });
    let run = fake.client().workflows().reconstruct([&picture], folder.path().join("journal"));
    let done = run.start(|body| body.parameter_3d("{}")).run(LIMITS).await.unwrap();
    assert_eq!(done.models.len(), 1);
}

/// Runs a workflow against a mock server one of whose operations refuses with a code.
async fn run(workflow: &str, server: &Arc<MockServer>, folder: &Path) -> Result<(), Error> {
    let fh = Together::with(server).client();
    let site = fh.project(PROJECT);
    match workflow {
        "upload_route" => {
            let path = folder.join("round.kmz");
            fs::write(&path, kmz(&["wpmz/template.kml", "wpmz/waylines.wpml"])).unwrap();
            site.workflows().upload_route(path).run().await.map(drop)
        }
        "fly" => {
            let body = vectors::requests()["createFlightTask"]["body"].clone();
            let body: CreateFlightTaskBody = serde_json::from_value(body).unwrap();
            site.workflows().fly(body, folder.join("media")).run(FLIGHT_LIMITS).await.map(drop)
        }
        "reconstruct" => {
            let picture = folder.join("a.jpeg");
            fs::write(&picture, "x").unwrap();
            let run = fh.workflows().reconstruct([picture], folder.join("journal"));
            run.start(|body| body.parameter_3d("{}")).run(LIMITS).await.map(drop)
        }
        _ => site.workflows().preflight(DOCK).await.map(drop),
    }
}

#[tokio::test]
async fn every_documented_error_is_handed_on_and_nothing_is_sent_twice() {
    let workflows = [
        ("upload_route", vec!["listWaylines", "getProjectStsToken", "finishWaylineUpload"]),
        ("fly", vec!["createFlightTask", "getFlightTask", "listFlightTaskMedia"]),
        (
            "reconstruct",
            vec![
                "obtainOpenModelUploadToken",
                "openModelUploadCallback",
                "getOpenModelResource",
                "startOpenModelReconstruction",
                "getOpenModel",
            ],
        ),
        ("preflight", vec!["listProjectDevices"]),
    ];
    let server = Arc::new(MockServer::start().await.unwrap());
    server.set_flight_media(PROJECT, 1, 10);
    for (workflow, operations) in workflows {
        for operation in operations {
            let info = OPERATIONS.iter().find(|info| info.id == operation).unwrap();
            // Those of the operation, and some of each kind that no page lists for it.
            let mut codes: Vec<i64> = info.error_codes.to_vec();
            codes.extend([200_500, 210_429, 210_500, 210_504, 314_001, -1, i64::MAX]);
            for code in codes {
                let folder = tempfile::tempdir().unwrap();
                server.clear_requests();
                let stub = server.on_id(operation).unwrap();
                stub.refuse(code, "as the service says");
                let done = run(workflow, &server, folder.path()).await;
                server.on_id(operation).unwrap().clear();
                let error = done.err().unwrap_or_else(|| panic!("{workflow}: {operation} with {code}: no error"));
                let text = all_of(&error);
                assert!(text.contains(&code.to_string()), "{workflow}: {operation}: {text}");
                let sent = server.requests().iter().filter(|request| request.operation == Some(info.id)).count();
                if info.risk == Risk::Physical || operation == "startOpenModelReconstruction" {
                    assert_eq!(sent, 1, "{workflow}: {operation} with {code}");
                }
                let known = API.error_codes.iter().find(|known| known.code == code);
                let in_doubt =
                    info.risk > Risk::Read && known.is_none_or(|known| format!("{:?}", known.outcome) == "Unknown");
                let is_last = [
                    "finishWaylineUpload",
                    "createFlightTask",
                    "openModelUploadCallback",
                    "startOpenModelReconstruction",
                ];
                if is_last.contains(&operation) {
                    assert_eq!(
                        error.kind() == ErrorKind::Undecided,
                        in_doubt,
                        "{workflow}: {operation} with {code}: {error}"
                    );
                    assert!(error.how_to_go_on().is_some() || !in_doubt, "{error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_fetching_of_media_can_be_dropped_at_every_point() {
    for polls in 1.. {
        let looks = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&looks);
        let fake = Fake::new(move |seen| match seen.path.as_str() {
            path if path.ends_with("/media") => {
                let files = counted.fetch_add(1, Ordering::SeqCst).clamp(1, 2);
                let listed: Vec<_> = (0..files)
                    .map(|n| {
                        json!({"uuid": format!("m{n}"), "name": "DJI", "suffix": ".jpeg", "size": 40_000, "file_type": "image",
                               "original_url": format!("https://objects.example.com/m{n}")})
                    })
                    .collect();
                Reply::data(json!({"list": listed}))
            }
            path if path.contains("/flight-task/") => task("success", 2),
            path => Reply::new(200, path.repeat(20_000)[..40_000].to_owned())
                .header("content-length", 40_000)
                .header("etag", "\"e\""),
        });
        let folder = tempfile::tempdir().unwrap();
        let fetch = || fake.client().project(PROJECT).workflows().fetch_media(folder.path());
        let done = poll_times(fetch().run("t", Duration::from_secs(600)), polls).await;
        settle().await;
        let whole = |name: &String| fs::metadata(folder.path().join(name)).unwrap().len() == 40_000;
        let published: Vec<String> =
            names_in(folder.path()).into_iter().filter(|name| !name.starts_with('.')).collect();
        assert!(published.iter().all(whole), "after {polls} polls: {published:?}");
        // Later, or in another process.
        let again = loop {
            match fetch().run("t", Duration::from_secs(600)).await {
                Err(error) if error.kind() == ErrorKind::InUse => settle().await,
                again => break again.unwrap(),
            }
        };
        assert!(again.is_complete(), "after {polls} polls");
        if let Some(done) = done {
            done.unwrap();
            assert!(polls > 4, "there are several points to drop it at");
            return;
        }
    }
}

#[tokio::test]
async fn a_flight_that_was_dropped_is_fetched_by_its_id() {
    for polls in (1..).step_by(3) {
        let server = Arc::new(MockServer::start().await.unwrap());
        server.set_flight_media(PROJECT, 2, 1000);
        let folder = tempfile::tempdir().unwrap();
        let body: CreateFlightTaskBody =
            serde_json::from_value(vectors::requests()["createFlightTask"]["body"].clone()).unwrap();
        let fh = Together::with(&server).client();
        let workflows = fh.project(PROJECT).workflows();
        let created = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&created);
        let fly = workflows.fly(body, folder.path()).on_step(move |step| {
            if let flighthub2::workflows::FlightStep::Created(id) = step {
                *seen.lock().unwrap() = Some(id);
            }
        });
        let done = poll_times(fly.run(FLIGHT_LIMITS), polls).await;
        settle().await;
        let id = created.lock().unwrap().clone();
        if let Some(id) = id {
            server.advance(Duration::from_secs(7200));
            let media = loop {
                match workflows.fetch_media(folder.path()).run(id.clone(), Duration::from_secs(600)).await {
                    Err(error) if error.kind() == ErrorKind::InUse => settle().await,
                    media => break media.unwrap(),
                }
            };
            assert!(media.is_complete() && media.files.len() == 2, "after {polls} polls: {media:?}");
        }
        let tasks = server.requests().iter().filter(|request| request.operation == Some("createFlightTask")).count();
        assert!(tasks <= 1, "after {polls} polls");
        if done.is_some() {
            return;
        }
    }
}
