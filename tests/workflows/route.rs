//! KMZ files to routes.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flighthub2::Risk;
use flighthub2::workflows::{Error, ErrorKind, UploadRoute, UploadedRoute};
use flighthub2_tests::log::everything_shown;
use serde_json::json;

use crate::fake::{Fake, Reply, Seen, all_of, poll_times, settle};

const PROJECT: &str = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d";
const SECRETS: [&str; 2] = ["SECRETKEY", "SESSIONTOKEN"];

/// A folder with a route in it.
struct Route {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Route {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Morning round.kmz");
        fs::write(&path, kmz(&["wpmz/template.kml", "wpmz/waylines.wpml"])).unwrap();
        Self { _folder: folder, path }
    }

    fn upload(&self, fake: &Fake) -> UploadRoute {
        fake.client().project(PROJECT).workflows().upload_route(&self.path)
    }
}

/// A ZIP archive with files of one byte.
pub(crate) fn kmz(names: &[&str]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for name in names {
        let start = bytes.len() as u32;
        let head = [
            &[0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
            &(name.len() as u16).to_le_bytes()[..],
        ];
        bytes.extend([b"PK\x03\x04", head[0], head[1], &[0, 0], name.as_bytes(), b"x"].concat());
        list.extend(
            [b"PK\x01\x02\x14\0", head[0], head[1], &[0; 12], &start.to_le_bytes()[..], name.as_bytes()].concat(),
        );
    }
    let (start, length, count) = (bytes.len() as u32, list.len() as u32, (names.len() as u16).to_le_bytes());
    bytes.extend(&list);
    bytes.extend(
        [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length.to_le_bytes(), &start.to_le_bytes(), &[0, 0]].concat(),
    );
    bytes
}

fn credentials(provider: &str, endpoint: &str) -> Reply {
    Reply::data(json!({
        "bucket": "example-bucket",
        "credentials": {
            "access_key_id": "KEYID", "access_key_secret": "SECRETKEY", "expire": 3600, "security_token": "SESSIONTOKEN",
        },
        "endpoint": endpoint,
        "object_key_prefix": "org/project",
        "provider": provider,
        "region": "eu-central-1",
    }))
}

fn md5(bytes: &[u8]) -> String {
    use md5::Digest as _;
    md5::Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The service and its store, when all goes well.
fn good(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/openapi/v0.1/wayline") => Reply::data(json!({"list": []})),
        ("GET", "/openapi/v0.1/project/sts-token") => credentials("ali", "https://oss.example.com"),
        ("PUT", _) => Reply::new(200, "").header("etag", format!("\"{}\"", md5(&seen.body))),
        ("POST", "/openapi/v0.1/wayline/finish-upload") => {
            Reply::data(json!({"name": seen.json()["name"], "uuid": "c0ffee00-1111-4222-8333-444455556666"}))
        }
        other => panic!("{other:?}"),
    }
}

/// The same, but for the requests of one method and path.
fn good_but(
    method: &'static str,
    path: &'static str,
    reply: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
) -> Fake {
    let count = AtomicUsize::new(0);
    Fake::new(move |seen| {
        let meant = seen.method == method && (path.is_empty() || seen.path == path);
        if meant { reply(count.fetch_add(1, Ordering::SeqCst), seen) } else { good(seen) }
    })
}

fn count(fake: &Fake, start: &str) -> usize {
    fake.lines().iter().filter(|line| line.starts_with(start)).count()
}

const FINISH: &str = "POST flighthub.example.com/openapi/v0.1/wayline/finish-upload";

#[tokio::test]
async fn a_route_is_made_of_a_file() {
    let (route, fake) = (Route::new(), Fake::new(good));
    let shown = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&shown);
    let done =
        route.upload(&fake).on_progress(move |progress| *seen.lock().unwrap() = progress.bytes).run().await.unwrap();
    assert_eq!(done.name, "Morning round");
    assert_eq!(done.id.as_str(), "c0ffee00-1111-4222-8333-444455556666");
    assert!(done.object_key.starts_with("org/project/Morning round-") && done.object_key.ends_with(".kmz"), "{done:?}");
    let content = fs::read(&route.path).unwrap();
    assert_eq!(*shown.lock().unwrap(), content.len() as u64);

    let lines = fake.lines();
    let put = lines[2].replace("%20", " ");
    assert_eq!(put, format!("PUT example-bucket.oss.example.com/{}", done.object_key));
    assert_eq!(
        [&lines[0], &lines[1], &lines[3]],
        [
            "GET flighthub.example.com/openapi/v0.1/wayline",
            "GET flighthub.example.com/openapi/v0.1/project/sts-token",
            FINISH,
        ]
    );
    let requests = fake.seen();
    let put = &requests[2];
    assert_eq!(put.body, content);
    assert_eq!(put.query, "", "no signature in the address");
    assert_eq!(put.header("content-length"), Some(content.len().to_string().as_str()));
    assert_eq!(put.header("x-user-token"), None, "the token is for the service only");
    assert_eq!(put.header("host"), None, "the transport writes it");
    for header in ["authorization", "x-oss-security-token"] {
        assert!(put.sensitive.iter().any(|name| name == header), "{header}: {:?}", put.sensitive);
    }
    assert!(put.header("authorization").unwrap().starts_with("OSS4-HMAC-SHA256 Credential=KEYID/"));
    assert_eq!(requests[3].json(), json!({"name": "Morning round", "object_key": done.object_key}));
}

#[tokio::test]
async fn no_error_shows_the_signature_that_a_transport_wrote_into_its_own() {
    for provider in ["ali", "aws"] {
        let fake = Fake::new(move |seen| match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/openapi/v0.1/project/sts-token") => credentials(provider, "https://store.example.com"),
            ("PUT", _) => Reply::lost(),
            _ => good(seen),
        });
        let error = Route::new().upload(&fake).run().await.unwrap_err();
        let shown = everything_shown(&error);
        let requests = fake.seen();
        let put = requests.iter().rfind(|seen| seen.method == "PUT").unwrap();
        let authorization = put.header("authorization").unwrap();
        let (_, signature) = authorization.rsplit_once("Signature=").unwrap();
        for secret in SECRETS.iter().copied().chain([authorization, signature]) {
            assert!(!shown.contains(secret), "{secret} is shown: {shown}");
        }
        assert!(shown.contains("the connection broke: PUT https://") && shown.contains("***"), "{shown}");
    }
}

#[tokio::test]
async fn each_provider_has_its_addresses_and_signatures() {
    let cases = [
        ("ali", "https://oss-cn-hangzhou.aliyuncs.com", "example-bucket.oss-cn-hangzhou.aliyuncs.com", "/org", "OSS4-"),
        ("ali", "oss-eu-central-1.aliyuncs.com", "example-bucket.oss-eu-central-1.aliyuncs.com", "/org", "OSS4-"),
        ("ali", "http://127.0.0.1:9000", "127.0.0.1:9000", "/example-bucket/org", "OSS4-"),
        (
            "aws",
            "https://s3.eu-central-1.amazonaws.com",
            "example-bucket.s3.eu-central-1.amazonaws.com",
            "/org",
            "AWS4-",
        ),
        ("aws", "https://example-bucket.s3.amazonaws.com:443/", "example-bucket.s3.amazonaws.com", "/org", "AWS4-"),
        ("aws", "https://store.example.com", "store.example.com", "/example-bucket/org", "AWS4-"),
        ("minio", "https://minio.example.com:9000", "minio.example.com:9000", "/example-bucket/org", "AWS4-"),
    ];
    for (provider, endpoint, host, path, signature) in cases {
        let fake = good_but("GET", "/openapi/v0.1/project/sts-token", move |_, _| credentials(provider, endpoint));
        Route::new().upload(&fake).run().await.unwrap();
        let put = fake.seen().remove(2);
        assert_eq!(put.host, host, "{provider} {endpoint}");
        assert!(put.path.starts_with(path), "{}", put.path);
        assert!(put.header("authorization").unwrap().starts_with(signature), "{:?}", put.header("authorization"));
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_named() {
    let cases = [
        ("gcs", "https://storage.example.com", "provider `gcs`"),
        ("ali", "http://oss.example.com", "plain http"),
        ("ali", "https://oss.example.com/folder", "has a path"),
        ("ali", "https://u:p@oss.example.com", "has a name or a password"),
        ("ali", "", "is no URL"),
    ];
    for (provider, endpoint, expected) in cases {
        let fake = good_but("GET", "/openapi/v0.1/project/sts-token", move |_, _| credentials(provider, endpoint));
        let error = Route::new().upload(&fake).run().await.unwrap_err();
        let plain = error.to_string();
        assert!(error.kind() == ErrorKind::Store && plain.contains(expected), "{plain}");
        assert_eq!(count(&fake, "PUT") + count(&fake, FINISH), 0);
    }
}

#[tokio::test]
async fn a_file_that_is_no_route_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.kmz");
    let cases: [(&str, Option<Vec<u8>>, ErrorKind); 4] = [
        ("no such file", None, ErrorKind::File),
        ("empty", Some(Vec::new()), ErrorKind::InvalidFile),
        ("no archive", Some(b"<kml/>".to_vec()), ErrorKind::InvalidFile),
        ("no waylines", Some(kmz(&["wpmz/template.kml"])), ErrorKind::InvalidFile),
    ];
    for (case, content, expected) in cases {
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        let fake = Fake::new(good);
        let error = fake.client().project(PROJECT).workflows().upload_route(&path).run().await.unwrap_err();
        assert_eq!(error.kind(), expected, "{case}: {error}");
        assert!(error.to_string().contains("a.kmz"), "{error}");
        assert!(fake.lines().is_empty(), "{case}");
    }
    let fake = Fake::new(good);
    let error = fake.client().project(PROJECT).workflows().upload_route(folder.path()).run().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::File | ErrorKind::InvalidFile), "{error}");
}

#[tokio::test]
async fn a_client_that_may_not_finish_the_upload_does_not_begin_it() {
    let (route, fake) = (Route::new(), Fake::new(good));
    let fh = fake.builder().max_risk(Risk::Destructive).build().unwrap();
    let error = fh.project(PROJECT).workflows().upload_route(&route.path).run().await.unwrap_err();
    assert_eq!(error.api_error().unwrap().kind(), flighthub2::ErrorKind::Risk, "{error}");
    assert!(fake.lines().is_empty());
}

#[tokio::test]
async fn a_route_of_the_same_name_is_not_replaced_without_permission() {
    let taken = || {
        good_but("GET", "/openapi/v0.1/wayline", |_, _| {
            Reply::data(json!({"list": [{"id": "c0ffee00-1111-4222-8333-444455556666", "name": "Morning round"}]}))
        })
    };
    let (route, fake) = (Route::new(), taken());
    let error = route.upload(&fake).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert_eq!(fake.lines().len(), 1);
    route.upload(&taken()).name("Evening round").run().await.unwrap();
    route.upload(&taken()).allow_same_name(true).run().await.unwrap();
    for name in ["", " ", "a\nb"] {
        let error = route.upload(&fake).name(name).run().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name:?}");
    }
}

fn put_fails(reply: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Fake {
    good_but("PUT", "", reply)
}

async fn failed(fake: &Fake) -> Error {
    let error = Route::new().upload(fake).run().await.unwrap_err();
    assert_eq!(count(fake, FINISH), 0, "nothing is finished that is not there: {error}");
    let shown = all_of(&error);
    assert!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{shown}");
    error
}

#[tokio::test]
async fn a_store_that_is_busy_or_lost_is_tried_again() {
    let fake = put_fails(|n, seen| match n {
        0 => Reply::store_error(503, "SlowDown"),
        1 => Reply::lost(),
        2 => Reply::store_error(400, "BadDigest"),
        _ => good(seen),
    });
    Route::new().upload(&fake).run().await.unwrap();
    assert_eq!((count(&fake, "PUT"), count(&fake, FINISH)), (4, 1));
    let bodies: Vec<Vec<u8>> =
        fake.seen().into_iter().filter(|seen| seen.method == "PUT").map(|seen| seen.body).collect();
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "each attempt sends the whole file");

    let fake = put_fails(|_, _| Reply::store_error(503, "SlowDown"));
    let error = failed(&fake).await;
    assert_eq!((error.kind(), count(&fake, "PUT")), (ErrorKind::Store, 5), "{error}");
    assert!(error.to_string().contains("SlowDown"), "{error}");
}

#[tokio::test]
async fn credentials_that_are_refused_are_renewed_once() {
    for (status, code) in [(400, "ExpiredToken"), (403, "SecurityTokenExpired"), (403, "InvalidAccessKeyId")] {
        let fake = put_fails(move |n, seen| if n == 0 { Reply::store_error(status, code) } else { good(seen) });
        Route::new().upload(&fake).run().await.unwrap();
        let asked = "GET flighthub.example.com/openapi/v0.1/project/sts-token";
        assert_eq!((count(&fake, asked), count(&fake, "PUT"), count(&fake, FINISH)), (2, 2, 1));

        let fake = put_fails(move |_, _| Reply::store_error(status, code));
        let error = failed(&fake).await;
        assert_eq!((error.kind(), count(&fake, asked), count(&fake, "PUT")), (ErrorKind::Credentials, 2, 2), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    for code in ["AccessDenied", "SignatureDoesNotMatch", "NoSuchBucket", "RequestTimeTooSkewed"] {
        let fake = put_fails(move |_, _| Reply::store_error(403, code));
        let error = failed(&fake).await;
        assert_eq!((error.kind(), count(&fake, "PUT")), (ErrorKind::Store, 1), "{error}");
        assert!(error.to_string().contains(code), "{error}");
    }
}

#[tokio::test]
async fn an_etag_of_other_content_is_no_success() {
    let fake = put_fails(|_, _| Reply::new(200, "").header("etag", "\"00000000000000000000000000000000\""));
    let error = failed(&fake).await;
    assert_eq!((error.kind(), count(&fake, "PUT")), (ErrorKind::Integrity, 5), "{error}");
    let fake = put_fails(|_, _| Reply::new(200, ""));
    assert_eq!(failed(&fake).await.kind(), ErrorKind::Integrity);
    // Encrypted with a key of KMS, an ETag is no MD5.
    let fake = put_fails(|_, _| {
        Reply::new(200, "").header("etag", "\"0123\"").header("x-amz-server-side-encryption", "aws:kms")
    });
    Route::new().upload(&fake).run().await.unwrap();
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_makes_no_route() {
    for reply in [503, 200] {
        let route = Route::new();
        let path = route.path.clone();
        let fake = put_fails(move |_, _| {
            fs::write(&path, b"changed").unwrap();
            Reply::store_error(reply, "InternalError").header("etag", "\"0123\"")
        });
        let error = route.upload(&fake).run().await.unwrap_err();
        assert_eq!((error.kind(), count(&fake, FINISH)), (ErrorKind::FileChanged, 0), "{error}");
    }
}

#[tokio::test]
async fn a_finish_that_fails_says_what_is_there() {
    type Case = (fn() -> Reply, ErrorKind, &'static str);
    let cases: [Case; 3] = [
        (Reply::lost, ErrorKind::Undecided, "see with `listWaylines`"),
        (
            || Reply::new(500, r#"{"code":200500,"message":"x"}"#),
            ErrorKind::Undecided,
            "may not be able to read the file",
        ),
        (|| Reply::new(200, r#"{"code":200403,"message":"x"}"#), ErrorKind::Api, "finish the upload with this key"),
    ];
    for (reply, kind, next) in cases {
        let fake = good_but("POST", "/openapi/v0.1/wayline/finish-upload", move |_, _| reply());
        let error = Route::new().upload(&fake).run().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.how_to_go_on().is_some_and(|text| text.contains(next)), "{error}");
        assert!(error.object_key().is_some_and(|key| error.to_string().contains(key)), "{error}");
        assert!(error.api_error().is_some(), "{error}");
        assert_eq!(count(&fake, FINISH), 1, "it is physical, and never sent twice");
    }
}

#[tokio::test]
async fn an_upload_can_be_dropped_at_every_point() {
    for polls in 1.. {
        let fake = Fake::new(good);
        let route = Route::new();
        let done: Option<Result<UploadedRoute, Error>> = poll_times(route.upload(&fake).run(), polls).await;
        settle().await;
        let finished = count(&fake, FINISH);
        assert!(finished <= 1 && finished <= count(&fake, "PUT"), "after {polls} polls");
        if let Some(done) = done {
            done.unwrap();
            // Each of its four requests waits once; how often it waits for the disk depends on the machine.
            assert!(polls > 4, "there are several points to drop it at");
            return;
        }
    }
}
