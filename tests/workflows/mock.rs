//! Workflows against the mock server: its object store verifies signatures by itself.

use std::fs;
use std::time::Duration;

use flighthub2::testing::{MockServer, PROJECT, StoreFault, StoreProvider};
use flighthub2::waylines::FinishWaylineUpload;
use flighthub2::workflows::ErrorKind;
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::log::Log;

use crate::fake::{all_of, content};
use crate::route::kmz;

const PROVIDERS: [StoreProvider; 3] = [StoreProvider::Ali, StoreProvider::Aws, StoreProvider::Minio];

fn route(folder: &tempfile::TempDir) -> std::path::PathBuf {
    // Another script, a space and a plus are in the key, so they are in the signature.
    let path = folder.path().join("航线 1+2.kmz");
    fs::write(&path, kmz(&["wpmz/template.kml", "wpmz/waylines.wpml"])).unwrap();
    path
}

#[tokio::test]
async fn each_provider_accepts_the_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let path = route(&folder);
    for provider in PROVIDERS {
        let server = MockServer::start().await.unwrap();
        server.store().set_provider(provider);
        let done = server.client().project(PROJECT).workflows().upload_route(&path).run().await.unwrap();
        let object = server.store().object(&done.object_key).unwrap();
        assert_eq!(object.content.unwrap(), fs::read(&path).unwrap(), "{provider:?}");
        let put = server.store().requests().pop().unwrap();
        assert_eq!((put.status, put.error_code), (Some(200), None));
        // The route is there, under its name.
        let routes = server.client().project(PROJECT).waylines().list().send().await.unwrap();
        assert!(routes.list.iter().any(|route| route.id == done.id && route.name == "航线 1+2"), "{routes:?}");
    }
}

#[tokio::test]
async fn faults_of_a_store_are_survived_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = route(&folder);
    let passing = [
        StoreFault::CloseBeforeReading,
        StoreFault::CloseInBody { after: 100 },
        StoreFault::CloseAfterReading,
        StoreFault::SlowDown { retry_after: Some("1".into()) },
        StoreFault::ExpiredCredentials,
        StoreFault::WrongETag,
    ];
    for provider in PROVIDERS {
        for fault in &passing {
            let server = MockServer::start().await.unwrap();
            server.store().set_provider(provider);
            server.store().on_put().fault_once(fault.clone());
            let fh = server.client_builder().clock(Instantly::new()).build().unwrap();
            let done = fh.project(PROJECT).workflows().upload_route(&path).run().await;
            done.unwrap_or_else(|error| panic!("{provider:?} {fault:?}: {error}"));
            assert_eq!(server.requests_of::<FinishWaylineUpload>().len(), 1);
        }
        let lasting = [
            (StoreFault::ExpiredCredentials, ErrorKind::Credentials),
            (StoreFault::SlowDown { retry_after: None }, ErrorKind::Store),
            (StoreFault::Refuse { status: 403, code: "AccessDenied".into() }, ErrorKind::Store),
            (StoreFault::WrongETag, ErrorKind::Integrity),
            (StoreFault::CloseAfterReading, ErrorKind::Transport),
        ];
        for (fault, expected) in lasting {
            let server = MockServer::start().await.unwrap();
            server.store().set_provider(provider);
            server.store().on_put().fault(fault);
            let fh = server.client_builder().clock(Instantly::new()).build().unwrap();
            let error = fh.project(PROJECT).workflows().upload_route(&path).run().await.unwrap_err();
            assert_eq!(error.kind(), expected, "{provider:?}: {error}");
            assert!(server.requests_of::<FinishWaylineUpload>().is_empty());
            let secret = server.store().url();
            assert!(!all_of(&error).contains(secret.trim_start_matches("http://")), "{error:?}");
        }
    }
}

#[tokio::test]
async fn credentials_are_renewed_when_they_expire() {
    let server = MockServer::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = route(&folder);
    let project = server.client().project(PROJECT);
    server.store().set_credentials_lifetime(Duration::from_secs(0));
    let error = project.workflows().upload_route(&path).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert!(!server.store().requests().is_empty());
}

#[tokio::test]
async fn a_download_over_a_real_connection_is_resumed() {
    let server = MockServer::start().await.unwrap();
    let bytes = content(3_000_000);
    server.store().put("media/a.jpeg", bytes.clone());
    let address = server.store().signed_url("media/a.jpeg", Duration::from_secs(3600));
    server.store().on_get().fault_once(StoreFault::CloseInBody { after: 1_000_000 });
    let fh = server.client_builder().clock(Instantly::new()).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("a.jpeg");
    let done = fh.workflows().download(address.as_str(), &target).run().await.unwrap();
    assert_eq!(fs::read(&done.path).unwrap(), bytes);
    let ranges: Vec<_> = server.store().requests().iter().map(|it| it.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges.len(), 2);
    assert!(ranges[1].as_deref().is_some_and(|range| range.starts_with("bytes=")), "{ranges:?}");

    // An address that has expired is refused, and is in no text.
    server.advance(Duration::from_secs(7200));
    let error = fh.workflows().download(address.as_str(), folder.path().join("b")).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddressRefused, "{error}");
    let query = address.split_once('?').unwrap().1;
    assert!(!all_of(&error).contains(query), "{error:?}");
}

#[tokio::test]
async fn an_upload_may_take_longer_than_a_response() {
    // `read_timeout` of the built-in transport counts from the start of a request.
    let server = MockServer::start().await.unwrap();
    server.store().on_put().fault(StoreFault::Delay(Duration::from_millis(1500)));
    let fh = server.client_builder().read_timeout(Duration::from_millis(500)).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = route(&folder);
    fh.project(PROJECT).workflows().upload_route(&path).run().await.unwrap();
    assert_eq!(server.store().requests().len(), 1);
}

#[tokio::test]
async fn no_log_has_a_credential_or_a_signed_address() {
    // What every library of this process logs.
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    subscriber.with_writer(move || written.clone()).init();
    let folder = tempfile::tempdir().unwrap();
    let path = route(&folder);
    for provider in PROVIDERS {
        let server = MockServer::start().await.unwrap();
        server.store().set_provider(provider);
        let workflows = server.client().project(PROJECT).workflows();
        workflows.upload_route(&path).run().await.unwrap();
        server.store().put("media/a", "x");
        let address = server.store().signed_url("media/a", Duration::from_secs(60));
        let target = folder.path().join(provider.as_str());
        workflows.download(address.as_str(), target).run().await.unwrap();

        let logged = log.text();
        assert!(logged.contains("flighthub2.external"), "the log is there");
        let put = server.store().requests().remove(0);
        let secrets: Vec<&str> = ["authorization", "x-amz-security-token", "x-oss-security-token"]
            .iter()
            .filter_map(|name| put.header(name))
            .chain(address.split_once('?').map(|(_, query)| query))
            .collect();
        assert_eq!(secrets.len(), 3);
        for secret in secrets {
            assert!(!logged.contains(secret), "{provider:?}: {secret}");
        }
    }
}
