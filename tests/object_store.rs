//! The object store of the mock server: what it stores, which signatures it refuses, what it responds to downloads, and
//! its faults.
//!
//! Uploads are signed here by hand, as the providers document it; the store's own unit tests have their published vectors.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flighthub2::ErrorKind;
use flighthub2::testing::{BUCKET, MockServer, PROJECT, StoreFault, StoreProvider};
use flighthub2::types::{FinishWaylineUploadBody, ProjectStorageCredentials};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const TIMEOUT: Duration = Duration::from_secs(20);

type Headers = Vec<(String, String)>;

/// A response, parsed by hand.
#[derive(Debug)]
struct Response {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        let line =
            |line: &'_ str| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)).is_some();
        self.head.lines().find(|text| line(text)).and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }

    fn code(&self) -> &str {
        let body = std::str::from_utf8(&self.body).unwrap();
        body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code)
    }
}

/// Sends bytes and returns everything that is received until the connection is closed.
async fn exchange(url: &str, bytes: &[u8]) -> Vec<u8> {
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The store may close the connection before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut received = Vec::new();
    let read = tokio::time::timeout(TIMEOUT, stream.read_to_end(&mut received));
    let _ = read.await.expect("the connection stays open");
    received
}

fn parsed(bytes: &[u8]) -> Response {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no head: {bytes:?}"));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head, body: bytes[end + 4..].to_vec() }
}

async fn send(url: &str, method: &str, target: &str, headers: &Headers, body: &[u8]) -> Response {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    parsed(&exchange(url, &bytes).await)
}

async fn get(address: &str, headers: &[(&str, &str)]) -> Response {
    let target = &address[address.match_indices('/').nth(2).unwrap().0..];
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    send(address, "GET", target, &headers, b"").await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A time as HTTP writes it, and as version 4 of both signatures writes it.
fn written(time: SystemTime) -> (String, String) {
    let http = httpdate::fmt_http_date(time);
    let parts: Vec<&str> = http.split([' ', ':']).collect();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|month| *month == parts[2]).unwrap() + 1;
    let compact = format!("{}{month:02}{}T{}{}{}Z", parts[3], parts[1], parts[4], parts[5], parts[6]);
    (http, compact)
}

/// Signs an upload with OSS V1.
fn oss(credentials: &ProjectStorageCredentials, key: &str, length: usize) -> Headers {
    oss_at(credentials, key, length, SystemTime::now())
}

fn oss_at(credentials: &ProjectStorageCredentials, key: &str, length: usize, time: SystemTime) -> Headers {
    let keys = &credentials.credentials;
    let (date, token) = (written(time).0, keys.security_token.expose());
    let string = format!("PUT\n\n\n{date}\nx-oss-security-token:{token}\n/{}/{key}", credentials.bucket);
    let mut mac = Hmac::<Sha1>::new_from_slice(keys.access_key_secret.expose().as_bytes()).unwrap();
    mac.update(string.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    vec![
        ("Date".to_owned(), date),
        ("x-oss-security-token".to_owned(), token.to_owned()),
        ("Authorization".to_owned(), format!("OSS {}:{signature}", keys.access_key_id)),
        ("Content-Length".to_owned(), length.to_string()),
    ]
}

/// Signs an upload with AWS Signature Version 4. The key needs no percent-encoding.
fn aws(credentials: &ProjectStorageCredentials, key: &str, payload: &str, length: usize) -> Headers {
    let keys = &credentials.credentials;
    let (time, token) = (written(SystemTime::now()).1, keys.security_token.expose());
    let (date, region) = (&time[..8], &credentials.region);
    let host = credentials.endpoint.trim_start_matches("http://");
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    let canonical = format!(
        "PUT\n/{BUCKET}/{key}\n\nhost:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{time}\n\
         x-amz-security-token:{token}\n\n{names}\n{payload}"
    );
    let scope = format!("{date}/{region}/s3/aws4_request");
    let string = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let mut signing = format!("AWS4{}", keys.access_key_secret.expose()).into_bytes();
    for part in [date, region, "s3", "aws4_request"] {
        signing = hmac_sha256(&signing, part);
    }
    let signature = hex(&hmac_sha256(&signing, &string));
    let id = &keys.access_key_id;
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    vec![
        ("Host".to_owned(), host.to_owned()),
        ("x-amz-content-sha256".to_owned(), payload.to_owned()),
        ("x-amz-date".to_owned(), time.clone()),
        ("x-amz-security-token".to_owned(), token.to_owned()),
        ("Authorization".to_owned(), authorization),
        ("Content-Length".to_owned(), length.to_string()),
    ]
}

async fn credentials(server: &MockServer) -> ProjectStorageCredentials {
    server.client().project(PROJECT).projects().upload_credentials().send().await.unwrap()
}

/// A server, its credentials, and a key that they may write.
async fn started(provider: StoreProvider) -> (MockServer, ProjectStorageCredentials, String) {
    let server = MockServer::start().await.unwrap();
    server.store().set_provider(provider);
    let credentials = credentials(&server).await;
    let key = format!("{}/a.kmz", credentials.object_key_prefix);
    (server, credentials, key)
}

fn target(key: &str) -> String {
    format!("/{BUCKET}/{key}")
}

#[tokio::test]
async fn uploads_are_stored_with_their_md5() {
    let (server, credentials, key) = started(StoreProvider::Ali).await;
    assert_eq!((credentials.provider.as_str(), credentials.bucket.as_str()), ("ali", BUCKET));
    assert_eq!((credentials.endpoint.clone(), credentials.credentials.expire), (server.store().url(), 3600));
    let body = b"the content";
    let response = send(&credentials.endpoint, "PUT", &target(&key), &oss(&credentials, &key, body.len()), body).await;
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.header("etag"), Some(&*format!("\"{}\"", md5(body).to_ascii_uppercase())));
    let object = server.store().object(&key).unwrap();
    assert_eq!((object.content.as_deref(), object.length, object.etag), (Some(&body[..]), 11, md5(body)));
    let [request] = server.store().requests().try_into().unwrap();
    assert_eq!((request.method.as_str(), request.key.as_deref()), ("PUT", Some(&*key)));
    assert_eq!((request.status, request.error_code, request.body_length), (Some(200), None, 11));

    for provider in [StoreProvider::Aws, StoreProvider::Minio] {
        let (server, credentials, key) = started(provider).await;
        assert_eq!(credentials.provider, provider.as_str());
        for payload in ["UNSIGNED-PAYLOAD", &hex(&Sha256::digest(body))] {
            let headers = aws(&credentials, &key, payload, body.len());
            let response = send(&credentials.endpoint, "PUT", &target(&key), &headers, body).await;
            assert_eq!(response.status, 200, "{response:?}");
            assert_eq!(response.header("etag"), Some(&*format!("\"{}\"", md5(body))));
        }
        let headers = aws(&credentials, &key, &hex(&Sha256::digest(b"another")), body.len());
        let response = send(&credentials.endpoint, "PUT", &target(&key), &headers, b"other data.").await;
        assert_eq!((response.status, response.code()), (400, "XAmzContentSHA256Mismatch"));
        assert_eq!(server.store().object(&key).unwrap().content.as_deref(), Some(&body[..]), "it was replaced");
    }
}

#[tokio::test]
async fn uploads_that_are_not_signed_as_they_should_be_are_refused() {
    let (server, credentials, key) = started(StoreProvider::Ali).await;
    let fine = oss(&credentials, &key, 1);
    let without = |name: &str| fine.iter().filter(|(known, _)| known != name).cloned().collect::<Headers>();
    let other = |name: &str, value: &str| {
        let mut headers = without(name);
        headers.push((name.to_owned(), value.to_owned()));
        headers
    };
    let elsewhere = "example-prefix/another/a.kmz";
    let hour = Duration::from_secs(3600);
    let cases = [
        ("GET", target(&key), fine.clone(), 403, "AccessDenied"),
        ("DELETE", target(&key), fine.clone(), 403, "AccessDenied"),
        ("PUT", format!("/{BUCKET}"), fine.clone(), 403, "AccessDenied"),
        ("PUT", target("example-prefix/%zz"), fine.clone(), 400, "InvalidURI"),
        ("PUT", target(&key), without("Authorization"), 403, "AccessDenied"),
        ("PUT", target(&key), other("Authorization", "Bearer x"), 400, "InvalidArgument"),
        ("PUT", target(&key), other("Authorization", "OSS nobody:x"), 403, "InvalidAccessKeyId"),
        ("PUT", target(&key), without("x-oss-security-token"), 403, "InvalidAccessKeyId"),
        ("PUT", target(&key), other("x-oss-security-token", "x"), 403, "InvalidSecurityToken"),
        ("PUT", target(&key), other("Date", &written(SystemTime::now() + hour).0), 403, "RequestTimeTooSkewed"),
        ("PUT", target(&key), oss_at(&credentials, &key, 1, UNIX_EPOCH), 403, "RequestTimeTooSkewed"),
        ("PUT", target(&format!("{key}.b")), fine.clone(), 403, "SignatureDoesNotMatch"),
        ("PUT", format!("/other/{key}"), fine.clone(), 403, "SignatureDoesNotMatch"),
        ("PUT", target(elsewhere), oss(&credentials, elsewhere, 1), 403, "AccessDenied"),
        ("PUT", format!("{}?uploads", target(&key)), fine.clone(), 501, "NotImplemented"),
        ("PUT", target(&key), without("Content-Length"), 411, "MissingContentLength"),
        ("PUT", target(&key), other("Content-Length", "9999999999999"), 400, "EntityTooLarge"),
    ];
    for (method, target, headers, status, code) in &cases {
        let response = send(&credentials.endpoint, method, target, headers, b"x").await;
        assert_eq!((response.status, response.code()), (*status, *code), "{method} {target} {headers:?}");
        let request = server.store().requests().pop().unwrap();
        assert_eq!((request.status, request.error_code.as_deref()), (Some(*status), Some(*code)));
        let shown = format!("{request:?}");
        assert!(!shown.contains(credentials.credentials.security_token.expose()), "{shown}");
    }
    assert_eq!(server.store().requests().len(), cases.len());
    assert!(server.store().object(&key).is_none());
    let mut chunked = without("Content-Length");
    chunked.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
    let response = send(&credentials.endpoint, "PUT", &target(&key), &chunked, b"0\r\n\r\n").await;
    assert_eq!((response.status, response.code()), (501, "NotImplemented"));
    // The signature of another kind of store.
    let headers = aws(&credentials, &key, "UNSIGNED-PAYLOAD", 1);
    let response = send(&credentials.endpoint, "PUT", &target(&key), &headers, b"x").await;
    assert_eq!(response.code(), "InvalidArgument");
    // What was refused above is accepted when it is put right.
    assert_eq!(send(&credentials.endpoint, "PUT", &target(&key), &fine, b"x").await.status, 200);
}

#[tokio::test]
async fn credentials_expire_by_the_simulated_clock() {
    for (provider, status, code) in [
        (StoreProvider::Ali, 403, "SecurityTokenExpired"),
        (StoreProvider::Aws, 400, "ExpiredToken"),
        (StoreProvider::Minio, 400, "ExpiredToken"),
    ] {
        let (server, _, key) = started(provider).await;
        server.store().set_credentials_lifetime(Duration::from_secs(60));
        let upload = async |credentials: &ProjectStorageCredentials| {
            let headers = match provider {
                StoreProvider::Ali => oss(credentials, &key, 1),
                _ => aws(credentials, &key, "UNSIGNED-PAYLOAD", 1),
            };
            let response = send(&credentials.endpoint, "PUT", &target(&key), &headers, b"x").await;
            (response.status, response.code().to_owned())
        };
        let first = credentials(&server).await;
        assert_eq!(first.credentials.expire, 60);
        server.advance(Duration::from_secs(59));
        assert_eq!(upload(&first).await.0, 200);
        let second = credentials(&server).await;
        assert_ne!(first.credentials.access_key_id, second.credentials.access_key_id);
        server.advance(Duration::from_secs(1));
        assert_eq!(upload(&first).await, (status, code.to_owned()));
        assert_eq!(upload(&second).await.0, 200);
        server.store().expire_credentials();
        assert_eq!(upload(&second).await, (status, code.to_owned()));
        assert_eq!(upload(&credentials(&server).await).await.0, 200);
        // As a fault.
        server.store().on_put().fault_once(StoreFault::ExpiredCredentials);
        let last = credentials(&server).await;
        assert_eq!(upload(&last).await, (status, code.to_owned()));
        assert_eq!(upload(&last).await.0, 200);
    }
}

#[tokio::test]
async fn faults_of_uploads_are_injected() {
    let (server, credentials, key) = started(StoreProvider::Ali).await;
    let store = server.store();
    let body = vec![7; 200_000];
    let mut head = format!("PUT {} HTTP/1.1\r\nconnection: close\r\n", target(&key)).into_bytes();
    for (name, value) in oss(&credentials, &key, body.len()) {
        head.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    let request = [head, b"\r\n".to_vec(), body.clone()].concat();
    let upload = async || exchange(&credentials.endpoint, &request).await;
    store.on_put().fault_once(StoreFault::CloseInBody { after: 100_000 });
    assert!(upload().await.is_empty());
    let broken = store.requests().pop().unwrap();
    assert_eq!((broken.status, broken.body_length), (None, 100_000));
    store.on_all().fault_once(StoreFault::CloseBeforeReading);
    assert!(upload().await.is_empty());
    assert_eq!(store.requests().len(), 1, "it was read");
    store.on_put().fault_once(StoreFault::CloseBeforeReading);
    assert!(upload().await.is_empty());
    assert!(store.object(&key).is_none(), "a broken upload was stored");
    store.on_put().fault_once(StoreFault::SlowDown { retry_after: Some("3".to_owned()) });
    let response = parsed(&upload().await);
    assert_eq!((response.status, response.code(), response.header("retry-after")), (503, "SlowDown", Some("3")));
    store.on_put().fault_once(StoreFault::Refuse { status: 403, code: "ExpiredToken".to_owned() });
    let response = parsed(&upload().await);
    assert_eq!((response.status, response.code()), (403, "ExpiredToken"));
    assert!(store.object(&key).is_none(), "a refused upload was stored");
    store.on_put().fault_once(StoreFault::CloseAfterReading);
    assert!(upload().await.is_empty());
    assert_eq!(store.object(&key).unwrap().etag, md5(&body));
    store.on_put().fault_once(StoreFault::WrongETag);
    let response = parsed(&upload().await);
    assert_eq!((response.status, response.header("etag")), (200, Some(&*format!("\"{}\"", "0".repeat(32)))));
    // Faults of downloads do not apply to uploads, and delays last.
    store.on_get().fault(StoreFault::CloseBeforeReading);
    let delay = Duration::from_millis(150);
    store.on_put().delay(delay);
    let started = Instant::now();
    assert_eq!(parsed(&upload().await).status, 200);
    assert!(started.elapsed() >= delay);
    store.on_put().clear();
    store.clear_requests();
    assert_eq!(parsed(&upload().await).status, 200);
    assert_eq!(store.requests().len(), 1);
}

/// A client may ask first whether it should send a long body.
#[tokio::test]
async fn a_body_is_asked_for_when_the_client_waits() {
    let (server, credentials, key) = started(StoreProvider::Aws).await;
    let mut headers = aws(&credentials, &key, "UNSIGNED-PAYLOAD", 5);
    headers.push(("Expect".to_owned(), "100-continue".to_owned()));
    let response = send(&credentials.endpoint, "PUT", &target(&key), &headers, b"bytes").await;
    assert_eq!(response.status, 100);
    assert!(response.body.starts_with(b"HTTP/1.1 200 OK"), "{response:?}");
    server.store().on_put().fault_once(StoreFault::SlowDown { retry_after: None });
    assert_eq!(send(&credentials.endpoint, "PUT", &target(&key), &headers, b"").await.status, 503);
}

#[tokio::test]
async fn signed_addresses_are_downloaded_as_a_whole_or_in_parts() {
    let server = MockServer::start().await.unwrap();
    let store = server.store();
    let content: Vec<u8> = (0..=255).collect();
    let key = "a folder/\u{fc} & \u{4e2d}.bin";
    store.put(key, content.clone());
    let address = store.signed_url(key, Duration::from_secs(60));
    let whole = get(&address, &[]).await;
    assert_eq!((whole.status, &whole.body), (200, &content));
    let etag = format!("\"{}\"", md5(&content));
    assert_eq!((whole.header("etag"), whole.header("accept-ranges")), (Some(&*etag), Some("bytes")));
    assert_eq!(whole.header("content-length"), Some("256"));
    for (range, wanted) in [("bytes=0-9", 0..10), ("bytes=250-", 250..256), ("bytes=-6", 250..256)] {
        let part = get(&address, &[("range", range), ("if-range", &etag)]).await;
        assert_eq!((part.status, &part.body[..]), (206, &content[wanted.clone()]), "{range}");
        let shown = format!("bytes {}-{}/256", wanted.start, wanted.end - 1);
        assert_eq!(part.header("content-range"), Some(&*shown));
    }
    let outside = get(&address, &[("range", "bytes=256-")]).await;
    assert_eq!((outside.status, outside.header("content-range")), (416, Some("bytes */256")));
    assert_eq!(get(&address, &[("if-match", "\"x\"")]).await.status, 412);
    // The object has changed since the first part was read.
    store.put(key, b"changed".to_vec());
    let changed = get(&address, &[("range", "bytes=2-"), ("if-range", &etag)]).await;
    assert_eq!((changed.status, &changed.body[..]), (200, &b"changed"[..]));
    store.on_get().fault_once(StoreFault::IgnoreRange);
    assert_eq!(get(&address, &[("range", "bytes=2-3")]).await.status, 200);
    store.on_get().fault_once(StoreFault::CloseInBody { after: 3 });
    let broken = get(&address, &[]).await;
    assert_eq!((broken.header("content-length"), &broken.body[..]), (Some("7"), &b"cha"[..]));
    // Only this address, this method, and until it expires.
    let other = address.replace("%26", "%27");
    assert_ne!(other, address);
    assert_eq!(get(&other, &[]).await.code(), "SignatureDoesNotMatch");
    let unsigned = address.split('?').next().unwrap();
    assert_eq!(get(unsigned, &[]).await.code(), "AccessDenied");
    let target = &address[store.url().len()..];
    let head = send(&address, "HEAD", target, &Vec::new(), b"").await;
    assert_eq!((head.status, head.body.len()), (403, 0));
    server.advance(Duration::from_secs(60));
    assert_eq!(get(&address, &[]).await.code(), "AccessDenied");
    let again = store.signed_url(key, Duration::from_secs(60));
    assert_eq!(get(&again, &[]).await.status, 200);
    assert!(store.remove(key));
    assert_eq!(get(&again, &[]).await.code(), "NoSuchKey");
}

#[tokio::test]
async fn files_of_responses_can_be_downloaded() {
    let server = MockServer::start().await.unwrap();
    let site = server.client().project(PROJECT);
    let media = site.flight_tasks().list_media("d15ea5e0-1111-4222-8333-444455556666").send().await.unwrap();
    let file = &media.list[0];
    let address = file.original_url.as_ref().unwrap().expose();
    let part = get(address, &[("range", "bytes=-1000")]).await;
    assert_eq!((part.status, part.body.len()), (206, 1000));
    let size = file.size.unwrap();
    assert_eq!(part.header("content-range"), Some(&*format!("bytes {}-{}/{size}", size - 1000, size - 1)));
    let again = get(address, &[("range", &format!("bytes={}-", size - 1000))]).await;
    assert_eq!(part.body, again.body, "its content changes");
    let model = site.models().get(900_009).send().await.unwrap();
    assert_eq!(get(model.url.as_ref().unwrap().expose(), &[("range", "bytes=0-0")]).await.status, 206);
    let route = site.waylines().get("c0ffee00-1111-4222-8333-444455556666").send().await.unwrap();
    assert_eq!(get(route.download_url.as_ref().unwrap().expose(), &[("range", "bytes=0-0")]).await.status, 206);
}

#[tokio::test]
async fn a_route_is_made_of_an_upload_only() {
    let (server, credentials, key) = started(StoreProvider::Ali).await;
    let site = server.client_builder().max_attempts(1).build().unwrap().project(PROJECT);
    let finish = async |key: &str| {
        let body = FinishWaylineUploadBody::builder().name("New").object_key(key).build();
        site.waylines().finish_upload(body).send().await
    };
    let missing = finish(&key).await.unwrap_err();
    assert_eq!((missing.kind(), missing.status(), missing.code()), (ErrorKind::Api, Some(500), Some(200_500)));
    let example = server.store().object(&format!("{}/example-route.kmz", credentials.object_key_prefix)).unwrap();
    let route = example.content.unwrap();
    for wrong in [&b"no archive"[..], b"", &route[..route.len() - 1]] {
        let headers = oss(&credentials, &key, wrong.len());
        assert_eq!(send(&credentials.endpoint, "PUT", &target(&key), &headers, wrong).await.status, 200);
        assert_eq!(finish(&key).await.unwrap_err().code(), Some(200_500));
    }
    let headers = oss(&credentials, &key, route.len());
    assert_eq!(send(&credentials.endpoint, "PUT", &target(&key), &headers, &route).await.status, 200);
    let made = finish(&key).await.unwrap();
    let detail = site.waylines().get(&made.uuid).send().await.unwrap();
    assert_eq!((detail.name.as_str(), detail.size), ("New", Some(route.len() as i64)));
    let file = get(detail.download_url.as_ref().unwrap().expose(), &[]).await;
    assert_eq!(file.body, route);
    // A file of another project is none of this one.
    server.store().put("example-prefix/another/a.kmz", route);
    assert!(finish("example-prefix/another/a.kmz").await.is_err());
}

/// Uploads that are larger than what is kept are hashed all the same, and take no memory.
#[tokio::test]
async fn a_large_upload_is_hashed_and_not_kept() {
    let (server, credentials, key) = started(StoreProvider::Ali).await;
    let length = (64 << 20) + 1;
    let body = vec![0; length];
    let response = send(&credentials.endpoint, "PUT", &target(&key), &oss(&credentials, &key, length), &body).await;
    assert_eq!(response.status, 200);
    let object = server.store().object(&key).unwrap();
    assert_eq!((object.length, object.content), (length as u64, None));
    assert_eq!(response.header("etag"), Some(&*format!("\"{}\"", object.etag.to_ascii_uppercase())));
    let address = server.store().signed_url(&key, Duration::from_secs(60));
    assert_eq!(get(&address, &[]).await.status, 500);
}
