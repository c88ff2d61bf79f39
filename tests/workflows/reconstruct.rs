//! Pictures to models.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flighthub2::workflows::{Error, ErrorKind, Reconstruct, Reconstructed, ReconstructionLimits, ReconstructionStep};
use serde_json::json;

use crate::fake::{Fake, Reply, Seen, all_of, poll_times, settle};

const LIMITS: ReconstructionLimits =
    ReconstructionLimits { import: Duration::from_secs(3600), models: Duration::from_secs(36_000) };
const BATCH: &str = "ba5eba11-1111-4222-8333-444455556666";
const MODEL: &str = "0de1a0de-1111-4222-8333-444455556666";
const CALLBACK: &str = "/openapi/v0.1/open_model/stores/upload_callback";
const START: &str = "/openapi/v0.1/open_model/models/reconstruction/start";
const TOKEN: &str = "/openapi/v0.1/open_model/stores/obtain_token";

/// A folder with pictures.
struct Pictures {
    folder: tempfile::TempDir,
    paths: Vec<PathBuf>,
}

impl Pictures {
    fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..count).map(|n| folder.path().join(format!("{n}.jpeg"))).collect();
        paths.iter().enumerate().for_each(|(n, path)| fs::write(path, format!("picture {n}")).unwrap());
        Self { folder, paths }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn reconstruct(&self, fake: &Fake) -> Reconstruct {
        let workflows = fake.client().workflows();
        workflows.reconstruct(self.paths.clone(), self.journal()).start(|body| body.parameter_3d("{}"))
    }
}

/// What the service and the store have.
#[derive(Default)]
struct Service {
    batches: AtomicUsize,
    objects: Mutex<HashMap<String, Vec<u8>>>,
    registered: Mutex<Vec<String>>,
    starts: AtomicUsize,
    polls: AtomicUsize,
}

fn md5(bytes: &[u8]) -> String {
    use md5::Digest as _;
    md5::Md5::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect()
}

impl Service {
    fn reply(&self, seen: &Seen) -> Reply {
        match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", TOKEN) => {
                // Each set of credentials names a folder of its own.
                let batch = match self.batches.fetch_add(1, Ordering::SeqCst) {
                    0 => BATCH.to_owned(),
                    n => format!("{n:08}-1111-4222-8333-444455556666"),
                };
                Reply::data(json!({
                    "cloud_name": "ali", "access_key_id": "KEYID", "secret_access_key": "SECRETKEY",
                    "session_token": "SESSIONTOKEN", "region": "eu-central-1", "cloud_bucket_name": "example-bucket",
                    "callback_param": format!("param-{batch}"), "store_path": format!("fh/tmp/{batch}/{{fileName}}"),
                    "expire_time": 4_000_000_000_u64, "end_point": "https://oss.example.com",
                }))
            }
            ("PUT", path) => {
                self.objects.lock().unwrap().insert(path.to_owned(), seen.body.clone());
                Reply::new(200, "").header("etag", format!("\"{}\"", md5(&seen.body)))
            }
            ("POST", CALLBACK) => {
                let body = seen.json();
                assert_eq!(body["resource_uuid"], BATCH);
                assert_eq!(body["callback_param"], format!("param-{BATCH}"));
                let files = body["files"].as_array().unwrap().clone();
                assert!((1..=100).contains(&files.len()));
                for file in &files {
                    let name = file["name"].as_str().unwrap();
                    let stored = self.objects.lock().unwrap().get(&format!("/fh/tmp/{BATCH}/{name}")).cloned();
                    assert_eq!(file["etag"].as_str(), stored.map(|bytes| md5(&bytes)).as_deref(), "{name}");
                    self.registered.lock().unwrap().push(name.to_owned());
                }
                Reply::data(json!({"resource_uuid": BATCH, "upload_count": files.len()}))
            }
            ("GET", path) if path.contains("/open_model/resource/") => {
                assert!(path.ends_with(BATCH));
                let names = self.registered.lock().unwrap().clone();
                Reply::data(json!({"resource_uuid": BATCH, "status": 1, "file_names": names}))
            }
            ("POST", START) => {
                self.starts.fetch_add(1, Ordering::SeqCst);
                Reply::data(json!({"model_3d": {"uuid": MODEL, "status": 12}}))
            }
            ("GET", path) if path.ends_with(MODEL) => {
                let done = self.polls.fetch_add(1, Ordering::SeqCst) > 1;
                let status = if done { 15 } else { 14 };
                Reply::data(json!({"model_uuid": MODEL, "model_status": status, "reconstruction_progress": 50}))
            }
            other => panic!("{other:?}"),
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.registered.lock().unwrap().clone();
        names.sort();
        names
    }
}

fn good() -> (Fake, Arc<Service>) {
    fake(|_, _| None)
}

/// The service, but for what a function replies with the number of the request.
fn fake(but: impl Fn(usize, &Seen) -> Option<Reply> + Send + Sync + 'static) -> (Fake, Arc<Service>) {
    let service = Arc::new(Service::default());
    let own = Arc::clone(&service);
    let counts: Mutex<HashMap<String, usize>> = Mutex::default();
    let fake = Fake::new(move |seen| {
        let key = if seen.method == "PUT" { "PUT".to_owned() } else { seen.path.clone() };
        let n = {
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(key).or_default();
            *count += 1;
            *count - 1
        };
        but(n, seen).unwrap_or_else(|| own.reply(seen))
    });
    (fake, service)
}

fn count(fake: &Fake, method: &str, path: &str) -> usize {
    fake.seen().iter().filter(|seen| seen.method == method && (path.is_empty() || seen.path == path)).count()
}

/// All names, each once.
fn all_once(service: &Service, total: usize) {
    let mut expected: Vec<String> = (0..total).map(|n| format!("{n}.jpeg")).collect();
    expected.sort();
    assert_eq!(service.names(), expected);
    assert_eq!(service.starts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn pictures_become_a_model() {
    let (pictures, (fake, service)) = (Pictures::new(230), good());
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&steps);
    let run = pictures.reconstruct(&fake).concurrency(7).resource_name("Harbour");
    let done = run.on_step(move |step| seen.lock().unwrap().push(step)).run(LIMITS).await.unwrap();
    assert_eq!(done.resource.as_str(), BATCH);
    assert_eq!(done.models.len(), 1);
    all_once(&service, 230);
    assert_eq!((count(&fake, "PUT", ""), count(&fake, "POST", CALLBACK), count(&fake, "POST", TOKEN)), (230, 3, 1));
    let steps = steps.lock().unwrap();
    let bytes: u64 = pictures.paths.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(steps.contains(&ReconstructionStep::Uploaded { files: 230, total: 230, bytes }));
    assert!(steps.contains(&ReconstructionStep::Registered { files: 230, total: 230 }));
    assert!(matches!(steps.last(), Some(ReconstructionStep::Model(model)) if model.model_uuid.as_str() == MODEL));

    // Again with the same journal: nothing is sent or started a second time.
    let again = pictures.reconstruct(&fake).run(LIMITS).await.unwrap();
    assert_eq!(again, done);
    all_once(&service, 230);
    assert_eq!(count(&fake, "PUT", ""), 230);
    let journal = fs::read_to_string(pictures.journal()).unwrap();
    assert!(["SECRETKEY", "SESSIONTOKEN", "KEYID"].iter().all(|secret| !journal.contains(secret)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(pictures.journal()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn without_a_start_no_quota_is_spent() {
    let (pictures, (fake, service)) = (Pictures::new(3), good());
    let done = fake.client().workflows().reconstruct(pictures.paths.clone(), pictures.journal()).run(LIMITS).await;
    assert!(done.unwrap().models.is_empty());
    assert_eq!((service.starts.load(Ordering::SeqCst), service.names().len()), (0, 3));
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stopped() {
    let (pictures, (fake, service)) = (
        Pictures::new(150),
        fake(|n, seen| {
            (seen.method == "PUT" && (120..125).contains(&n)).then(|| Reply::store_error(403, "AccessDenied"))
        }),
    );
    let error = pictures.reconstruct(&fake).concurrency(1).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store, "{error}");
    assert!(error.to_string().contains("120 files are in the object store, and the service knows 100"), "{error}");
    assert_eq!(error.resource().map(|id| id.as_str()), Some(BATCH));
    for _ in 0..4 {
        pictures.reconstruct(&fake).concurrency(1).run(LIMITS).await.unwrap_err();
    }
    pictures.reconstruct(&fake).run(LIMITS).await.unwrap();
    all_once(&service, 150);
    assert_eq!(count(&fake, "PUT", ""), 155, "no picture is sent again");
}

#[tokio::test]
async fn an_upload_can_be_dropped_at_every_point() {
    for polls in 1.. {
        let (pictures, (fake, service)) = (Pictures::new(3), good());
        let done: Option<Result<Reconstructed, Error>> =
            poll_times(pictures.reconstruct(&fake).concurrency(2).run(LIMITS), polls).await;
        settle().await;
        if let Some(done) = done {
            done.unwrap();
            all_once(&service, 3);
            return;
        }
        // It goes on to the same end, or stops where only a person can know.
        let again = loop {
            match pictures.reconstruct(&fake).run(LIMITS).await {
                Err(error) if error.kind() == ErrorKind::InUse => settle().await,
                again => break again,
            }
        };
        match again {
            Ok(_) => all_once(&service, 3),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Undecided, "after {polls} polls: {error}");
                assert!(service.starts.load(Ordering::SeqCst) <= 1);
            }
        }
        let mut names = service.names();
        names.dedup();
        assert_eq!(names, service.names(), "no file is registered twice, after {polls} polls");
    }
}

#[tokio::test]
async fn a_registration_whose_outcome_is_lost_is_looked_up() {
    // The service has taken the files, and the response is lost.
    let taken = Arc::new(Service::default());
    let own = Arc::clone(&taken);
    let calls = AtomicUsize::new(0);
    let fake = Fake::new(move |seen| {
        let reply = own.reply(seen);
        if seen.path == CALLBACK && calls.fetch_add(1, Ordering::SeqCst) == 0 { Reply::lost() } else { reply }
    });
    let pictures = Pictures::new(5);
    let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecided, "{error}");
    assert_eq!(count(&fake, "POST", CALLBACK), 1, "it is not repeated");
    pictures.reconstruct(&fake).run(LIMITS).await.unwrap();
    all_once(&taken, 5);

    // The service lists no names: nobody can know.
    let (fake, _) = self::fake(|n, seen| match seen.path.as_str() {
        CALLBACK if n == 0 => Some(Reply::lost()),
        path if path.contains("/resource/") => {
            Some(Reply::data(json!({"resource_uuid": BATCH, "status": 1, "file_names": null})))
        }
        _ => None,
    });
    let pictures = Pictures::new(5);
    for _ in 0..2 {
        let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecided, "{error}");
    }
    assert_eq!(count(&fake, "POST", CALLBACK), 1);
    pictures.reconstruct(&fake).repeat_registration(true).run(LIMITS).await.unwrap();
}

#[tokio::test]
async fn a_start_whose_outcome_is_lost_is_not_repeated() {
    let (fake, service) = fake(|n, seen| (seen.path == START && n == 0).then(Reply::lost));
    let pictures = Pictures::new(2);
    for _ in 0..2 {
        let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecided, "{error}");
    }
    assert_eq!(count(&fake, "POST", START), 1);
    pictures.reconstruct(&fake).repeat_start(true).run(LIMITS).await.unwrap();
    all_once(&service, 2);
    // One that was refused was not started, and can be sent again.
    let (fake, service) = self::fake(|n, seen| {
        (seen.path == START && n == 0).then(|| Reply::new(200, r#"{"code":200403,"message":"no"}"#))
    });
    let pictures = Pictures::new(2);
    assert_eq!(pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err().kind(), ErrorKind::Api);
    pictures.reconstruct(&fake).run(LIMITS).await.unwrap();
    all_once(&service, 2);
}

#[tokio::test]
async fn new_credentials_are_used_for_the_same_folder() {
    let (fake, service) =
        fake(|n, seen| (seen.method == "PUT" && n == 2).then(|| Reply::store_error(403, "SecurityTokenExpired")));
    let pictures = Pictures::new(6);
    pictures.reconstruct(&fake).concurrency(3).run(LIMITS).await.unwrap();
    all_once(&service, 6);
    assert_eq!(count(&fake, "POST", TOKEN), 2, "uploads at the same time renew them once");
}

#[tokio::test]
async fn a_store_that_refuses_new_credentials_for_the_folder_is_named() {
    // The first set of credentials expires, and the store lets the next one write to its own folder only.
    let (fake, _) = fake(|n, seen| {
        let code = if n == 2 { "SecurityTokenExpired" } else { "AccessDenied" };
        (seen.method == "PUT" && n >= 2).then(|| Reply::store_error(403, code))
    });
    let pictures = Pictures::new(6);
    for _ in 0..2 {
        let error = pictures.reconstruct(&fake).concurrency(1).run(LIMITS).await.unwrap_err();
        assert_eq!((error.kind(), error.store_code()), (ErrorKind::Credentials, Some("AccessDenied")), "{error}");
        assert!(error.to_string().contains("2 files are in the object store"), "{error}");
        assert!(error.how_to_go_on().is_some_and(|next| next.contains("new journal")), "{error}");
    }
}

#[tokio::test]
async fn pictures_that_cannot_be_sent_are_named() {
    let (fake, _) = good();
    let mut pictures = Pictures::new(2);
    pictures.paths.push(pictures.folder.path().join("missing.jpeg"));
    let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
    assert!(error.kind() == ErrorKind::File && error.to_string().contains("missing.jpeg"), "{error}");
    fs::write(&pictures.paths[2], "").unwrap();
    let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidFile && error.to_string().contains("is empty"), "{error}");
    fs::write(&pictures.paths[2], "x").unwrap();
    pictures.reconstruct(&fake).run(LIMITS).await.unwrap();

    // One that was registered and is another file now.
    fs::write(&pictures.paths[0], "another picture").unwrap();
    let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileChanged, "{error}");
    let none = fake.client().workflows().reconstruct(Vec::<PathBuf>::new(), pictures.journal());
    assert_eq!(none.run(LIMITS).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn another_file_is_not_taken_for_a_journal() {
    let (fake, _) = good();
    let pictures = Pictures::new(1);
    fs::write(pictures.journal(), "my diary\n").unwrap();
    let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
    assert_eq!(fs::read_to_string(pictures.journal()).unwrap(), "my diary\n");
    assert!(fake.lines().is_empty());
}

#[tokio::test]
async fn a_model_that_fails_is_an_error_with_its_state() {
    let (fake, _) = fake(|_, seen| {
        seen.path.ends_with(MODEL).then(|| Reply::data(json!({"model_uuid": MODEL, "model_status": 8})))
    });
    let pictures = Pictures::new(1);
    let error = pictures.reconstruct(&fake).run(LIMITS).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsuccessful, "{error}");
    assert!(error.to_string().contains(MODEL), "{error}");
    assert!(!all_of(&error).contains("SECRETKEY"));
}
