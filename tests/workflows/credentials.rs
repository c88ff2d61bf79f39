//! Credentials of the object store that expire, and clocks that jump, on both sides: the client and the mock server.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use flighthub2::open_modeling::ObtainOpenModelUploadToken;
use flighthub2::projects::GetProjectStsToken;
use flighthub2::testing::{MockServer, PROJECT, StoreFault, StoreProvider, StoreRequest};
use flighthub2::waylines::FinishWaylineUpload;
use flighthub2::workflows::{ErrorKind, ReconstructionLimits};
use flighthub2::{Client, Clock, SleepFuture};

use crate::route::kmz;

const PROVIDERS: [StoreProvider; 3] = [StoreProvider::Ali, StoreProvider::Aws, StoreProvider::Minio];
const LIMITS: ReconstructionLimits =
    ReconstructionLimits { import: Duration::from_secs(3600), models: Duration::from_secs(36_000) };

/// Waits of the client take no time, and pass for the server, too.
#[derive(Clone, Debug)]
pub(crate) struct Together {
    started: Instant,
    passed: Arc<Mutex<Duration>>,
    /// How far the client's time jumps when it is read, which the server does not see.
    jumps: Arc<Mutex<VecDeque<Jump>>>,
    server: Weak<MockServer>,
}

#[derive(Clone, Copy, Debug)]
enum Jump {
    None,
    Ahead(Duration),
    Back(Duration),
}

impl Together {
    pub(crate) fn with(server: &Arc<MockServer>) -> Self {
        Self {
            // Far from the beginning of time, so that it can jump back.
            started: Instant::now() + Duration::from_secs(1_000_000),
            passed: Arc::default(),
            jumps: Arc::default(),
            server: Arc::downgrade(server),
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.server.upgrade().unwrap().client_builder().clock(self.clone()).build().unwrap()
    }
}

impl Clock for Together {
    fn now(&self) -> Instant {
        let mut passed = self.passed.lock().unwrap();
        match self.jumps.lock().unwrap().pop_front() {
            Some(Jump::Ahead(time)) => *passed += time,
            Some(Jump::Back(time)) => return self.started + *passed - time,
            Some(Jump::None) | None => {}
        }
        self.started + *passed
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        *self.passed.lock().unwrap() += duration;
        if let Some(server) = self.server.upgrade() {
            server.advance(duration);
        }
        Box::pin(std::future::ready(()))
    }

    fn timeout(&self, duration: Duration) -> SleepFuture {
        Box::pin(tokio::time::sleep(duration))
    }

    fn jitter(&self) -> f64 {
        0.0
    }
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn route(&self) -> PathBuf {
        let path = self.folder.path().join("round.kmz");
        fs::write(&path, kmz(&["wpmz/template.kml", "wpmz/waylines.wpml"])).unwrap();
        path
    }

    fn pictures(&self, count: usize) -> Vec<PathBuf> {
        let paths: Vec<PathBuf> = (0..count).map(|n| self.folder.path().join(format!("{n}.jpeg"))).collect();
        paths.iter().for_each(|path| fs::write(path, path.to_str().unwrap()).unwrap());
        paths
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }
}

/// What the store responded to each request, in order.
fn codes(server: &MockServer) -> Vec<String> {
    let code = |request: StoreRequest| request.error_code.unwrap_or_else(|| "stored".to_owned());
    server.store().requests().into_iter().map(code).collect()
}

fn busy(seconds: u64) -> StoreFault {
    StoreFault::SlowDown { retry_after: Some(seconds.to_string()) }
}

#[tokio::test]
async fn a_route_is_uploaded_with_new_credentials_when_the_first_ones_are_about_to_expire() {
    let files = Files::new();
    // They can be used for an hour. Two minutes before its end they are not used any more.
    for (wait, obtained) in [(10, 1), (3400, 1), (3500, 2), (3600, 2), (100_000, 2)] {
        for provider in PROVIDERS {
            let server = Arc::new(MockServer::start().await.unwrap());
            server.store().set_provider(provider);
            server.store().on_put().fault_once(busy(wait));
            let site = Together::with(&server).client().project(PROJECT);
            site.workflows().upload_route(files.route()).run().await.unwrap();
            // The store has never refused any that had expired.
            assert_eq!(codes(&server)[1..], ["stored"], "{provider:?} {wait}");
            assert_eq!(server.requests_of::<GetProjectStsToken>().len(), obtained, "{provider:?} {wait}");
            assert_eq!(server.requests_of::<FinishWaylineUpload>().len(), 1);
        }
    }
}

#[tokio::test]
async fn credentials_that_expire_again_and_again_are_renewed_each_time() {
    let files = Files::new();
    let server = Arc::new(MockServer::start().await.unwrap());
    let store = server.store();
    // The server's clock alone runs ahead, as if the service had promised a longer time than the store keeps.
    let weak = Arc::downgrade(&server);
    let requests = AtomicUsize::new(0);
    store.observe(move |request| {
        if request.error_code.as_deref() == Some("SlowDown") && requests.fetch_add(1, Ordering::SeqCst) < 3 {
            weak.upgrade().unwrap().store().expire_credentials();
        }
    });
    store.on_put().fault_once(busy(1));
    for _ in 0..2 {
        // The fault comes before the signature is looked at, so it is one request; the next one is refused.
        store.on_put().fault_once(StoreFault::Delay(Duration::ZERO)).fault_once(busy(1));
    }
    let site = Together::with(&server).client().project(PROJECT);
    site.workflows().upload_route(files.route()).run().await.unwrap();
    let expired = codes(&server).iter().filter(|code| *code == "SecurityTokenExpired").count();
    assert_eq!((expired, codes(&server).last().map(String::as_str)), (3, Some("stored")), "{:?}", codes(&server));
    assert_eq!(server.requests_of::<GetProjectStsToken>().len(), 4);
}

#[tokio::test]
async fn a_renewal_that_is_refused_says_what_was_sent() {
    let files = Files::new();
    let server = Arc::new(MockServer::start().await.unwrap());
    server.store().on_put().fault_once(busy(3600));
    let weak = Arc::downgrade(&server);
    server.store().observe(move |_| {
        weak.upgrade().unwrap().on::<GetProjectStsToken>().refuse(200_403, "no permission");
    });
    let site = Together::with(&server).client().project(PROJECT);
    let error = site.workflows().upload_route(files.route()).run().await.unwrap_err();
    assert_eq!((error.kind(), error.api_error().unwrap().code()), (ErrorKind::Api, Some(200_403)), "{error}");
    // The request that failed with 503 was sent, whatever the store has made of it.
    assert_eq!(error.already_done(), Some("no route was made"), "{error}");
    assert!(server.requests_of::<FinishWaylineUpload>().is_empty());
}

#[tokio::test]
async fn pictures_are_uploaded_with_new_credentials_when_the_first_ones_are_about_to_expire() {
    let files = Files::new();
    for (wait, expected) in [(3000, None), (3550, Some("AccessDenied"))] {
        let server = Arc::new(MockServer::start().await.unwrap());
        let pictures = files.pictures(6);
        let _ = fs::remove_file(files.journal());
        server.store().on_put().fault_times(2, StoreFault::Delay(Duration::ZERO)).fault_once(busy(wait));
        let fh = Together::with(&server).client();
        let done = fh.workflows().reconstruct(pictures, files.journal()).concurrency(1).run(LIMITS).await;
        // The mock server lets new credentials write to a folder of their own only, so the renewal shows in the refusal.
        match expected {
            None => drop(done.unwrap()),
            Some(code) => {
                let error = done.unwrap_err();
                assert_eq!((error.kind(), error.store_code()), (ErrorKind::Credentials, Some(code)), "{error}");
                assert!(error.to_string().contains("2 files are in the object store"), "{error}");
                assert_eq!(codes(&server), ["stored", "stored", "SlowDown", code]);
            }
        }
        let obtained = 1 + usize::from(expected.is_some());
        assert_eq!(server.requests_of::<ObtainOpenModelUploadToken>().len(), obtained, "{wait}");
    }
}

#[tokio::test]
async fn credentials_that_expire_while_pictures_are_sent_lose_none_of_them() {
    let files = Files::new();
    let server = Arc::new(MockServer::start().await.unwrap());
    let pictures = files.pictures(8);
    let weak = Arc::downgrade(&server);
    let sent = AtomicUsize::new(0);
    server.store().observe(move |_| {
        if sent.fetch_add(1, Ordering::SeqCst) == 2 {
            weak.upgrade().unwrap().store().expire_credentials();
        }
    });
    let workflows = Together::with(&server).client().workflows();
    let run = |journal: PathBuf| workflows.reconstruct(pictures.clone(), journal).concurrency(3).run(LIMITS);
    let error = run(files.journal()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    let stored = codes(&server).iter().filter(|code| *code == "stored").count();
    assert!(error.to_string().contains(&format!("{stored} files are in the object store")), "{error}");
    assert!(error.how_to_go_on().is_some_and(|next| next.contains("new journal")), "{error}");
    // As the error says.
    let done = run(files.folder.path().join("second")).await.unwrap();
    let resource = server.client().open_modeling().get_resource(done.resource).send().await.unwrap();
    assert_eq!(resource.file_names.len(), pictures.len());
}

#[tokio::test]
async fn a_clock_that_jumps_changes_nothing_but_the_credentials() {
    let files = Files::new();
    let day = Duration::from_secs(86_400);
    for jump in [Jump::Ahead(day), Jump::Back(day)] {
        // At each time at which the workflow reads the clock.
        for at in 0..40 {
            let server = Arc::new(MockServer::start().await.unwrap());
            let clock = Together::with(&server);
            clock.jumps.lock().unwrap().extend(std::iter::repeat_n(Jump::None, at).chain([jump]));
            let site = clock.client().project(PROJECT);
            let done = site.workflows().upload_route(files.route()).run().await;
            let is_used = clock.jumps.lock().unwrap().is_empty();
            match done {
                Ok(_) => assert_eq!(codes(&server), ["stored"], "{jump:?} at {at}"),
                // A jump within a call looks like a call that took too long.
                Err(error) => {
                    let api = error.api_error().unwrap_or_else(|| panic!("{jump:?} at {at}: {error:?}"));
                    assert_eq!(api.kind(), flighthub2::ErrorKind::Timeout, "{jump:?} at {at}: {error}");
                }
            }
            assert!(server.requests_of::<FinishWaylineUpload>().len() <= 1, "{jump:?} at {at}");
            if !is_used {
                assert!(at > 5, "the clock is read {at} times only");
                break;
            }
        }
    }
}
