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

use flighthub2::ErrorKind;
use flighthub2::testing::{BUCKET, MockServer, PROJECT, StoreFault, StoreProvider, TOKEN};
use flighthub2::types::FinishWaylineUploadBody;
use flighthub2_tests::raw::{Headers, Keys, aws, exchange, get, md5, oss, oss_at, parsed, send, sha256, written};
use serde_json::Value;

/// The `data` of the upload credentials of the project, and the keys in it.
async fn credentials(server: &MockServer) -> (Value, Keys) {
    let headers = [("x-user-token", TOKEN), ("x-project-uuid", PROJECT)];
    let response = get(&format!("{}/openapi/v0.1/project/sts-token", server.url()), &headers).await;
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    server.check_response(server.requests().last().unwrap().operation.unwrap(), &body).unwrap();
    let data = body["data"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let keys = Keys {
        id: text(&data["credentials"]["access_key_id"]),
        secret: text(&data["credentials"]["access_key_secret"]),
        token: text(&data["credentials"]["security_token"]),
        region: text(&data["region"]),
        endpoint: text(&data["endpoint"]),
    };
    (data, keys)
}

/// A server, keys of its store, and an object key that they may write.
async fn started(provider: StoreProvider) -> (MockServer, Keys, String) {
    let server = MockServer::start().await.unwrap();
    server.store().set_provider(provider);
    let (data, keys) = credentials(&server).await;
    let key = format!("{}/a.kmz", data["object_key_prefix"].as_str().unwrap());
    (server, keys, key)
}

fn target(key: &str) -> String {
    format!("/{BUCKET}/{key}")
}

#[tokio::test]
async fn uploads_are_stored_with_their_md5() {
    let (server, keys, key) = started(StoreProvider::Ali).await;
    let (data, _) = credentials(&server).await;
    assert_eq!((&data["provider"], &data["bucket"]), (&"ali".into(), &BUCKET.into()));
    assert_eq!((keys.endpoint.clone(), &data["credentials"]["expire"]), (server.store().url(), &3600.into()));
    let body = b"the content";
    let response = send(&keys.endpoint, "PUT", &target(&key), &oss(&keys, &key, body.len()), body).await;
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.header("etag"), Some(&*format!("\"{}\"", md5(body).to_ascii_uppercase())));
    let object = server.store().object(&key).unwrap();
    assert_eq!((object.content.as_deref(), object.length, object.etag), (Some(&body[..]), 11, md5(body)));
    let [request] = server.store().requests().try_into().unwrap();
    assert_eq!((request.method.as_str(), request.key.as_deref()), ("PUT", Some(&*key)));
    assert_eq!((request.status, request.error_code, request.body_length), (Some(200), None, 11));

    for provider in [StoreProvider::Aws, StoreProvider::Minio] {
        let (server, keys, key) = started(provider).await;
        assert_eq!(credentials(&server).await.0["provider"], provider.as_str());
        for payload in ["UNSIGNED-PAYLOAD", &sha256(body)] {
            let headers = aws(&keys, &key, payload, body.len());
            let response = send(&keys.endpoint, "PUT", &target(&key), &headers, body).await;
            assert_eq!(response.status, 200, "{response:?}");
            assert_eq!(response.header("etag"), Some(&*format!("\"{}\"", md5(body))));
        }
        let headers = aws(&keys, &key, &sha256(b"another"), body.len());
        let response = send(&keys.endpoint, "PUT", &target(&key), &headers, b"other data.").await;
        assert_eq!((response.status, response.code()), (400, "XAmzContentSHA256Mismatch"));
        assert_eq!(server.store().object(&key).unwrap().content.as_deref(), Some(&body[..]), "it was replaced");
    }
}

#[tokio::test]
async fn uploads_that_are_not_signed_as_they_should_be_are_refused() {
    let (server, keys, key) = started(StoreProvider::Ali).await;
    let fine = oss(&keys, &key, 1);
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
        ("PUT", target(&key), oss_at(&keys, &key, 1, UNIX_EPOCH), 403, "RequestTimeTooSkewed"),
        ("PUT", target(&format!("{key}.b")), fine.clone(), 403, "SignatureDoesNotMatch"),
        ("PUT", format!("/other/{key}"), fine.clone(), 403, "SignatureDoesNotMatch"),
        ("PUT", target(elsewhere), oss(&keys, elsewhere, 1), 403, "AccessDenied"),
        ("PUT", format!("{}?uploads", target(&key)), fine.clone(), 501, "NotImplemented"),
        ("PUT", target(&key), without("Content-Length"), 411, "MissingContentLength"),
        ("PUT", target(&key), other("Content-Length", "9999999999999"), 400, "EntityTooLarge"),
    ];
    for (method, target, headers, status, code) in &cases {
        let response = send(&keys.endpoint, method, target, headers, b"x").await;
        assert_eq!((response.status, response.code()), (*status, *code), "{method} {target} {headers:?}");
        let request = server.store().requests().pop().unwrap();
        assert_eq!((request.status, request.error_code.as_deref()), (Some(*status), Some(*code)));
        let shown = format!("{request:?}");
        assert!(!shown.contains(&keys.token), "{shown}");
    }
    assert_eq!(server.store().requests().len(), cases.len());
    assert!(server.store().object(&key).is_none());
    let mut chunked = without("Content-Length");
    chunked.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
    let response = send(&keys.endpoint, "PUT", &target(&key), &chunked, b"0\r\n\r\n").await;
    assert_eq!((response.status, response.code()), (501, "NotImplemented"));
    // The signature of another kind of store.
    let headers = aws(&keys, &key, "UNSIGNED-PAYLOAD", 1);
    let response = send(&keys.endpoint, "PUT", &target(&key), &headers, b"x").await;
    assert_eq!(response.code(), "InvalidArgument");
    // What was refused above is accepted when it is put right.
    assert_eq!(send(&keys.endpoint, "PUT", &target(&key), &fine, b"x").await.status, 200);
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
        let upload = async |keys: &Keys| {
            let headers = match provider {
                StoreProvider::Ali => oss(keys, &key, 1),
                _ => aws(keys, &key, "UNSIGNED-PAYLOAD", 1),
            };
            let response = send(&keys.endpoint, "PUT", &target(&key), &headers, b"x").await;
            (response.status, response.code().to_owned())
        };
        let (data, first) = credentials(&server).await;
        assert_eq!(data["credentials"]["expire"], 60);
        server.advance(Duration::from_secs(59));
        assert_eq!(upload(&first).await.0, 200);
        let (_, second) = credentials(&server).await;
        assert_ne!(first.id, second.id);
        server.advance(Duration::from_secs(1));
        assert_eq!(upload(&first).await, (status, code.to_owned()));
        assert_eq!(upload(&second).await.0, 200);
        server.store().expire_credentials();
        assert_eq!(upload(&second).await, (status, code.to_owned()));
        assert_eq!(upload(&credentials(&server).await.1).await.0, 200);
        // As a fault.
        server.store().on_put().fault_once(StoreFault::ExpiredCredentials);
        let (_, last) = credentials(&server).await;
        assert_eq!(upload(&last).await, (status, code.to_owned()));
        assert_eq!(upload(&last).await.0, 200);
    }
}

#[tokio::test]
async fn faults_of_uploads_are_injected() {
    let (server, keys, key) = started(StoreProvider::Ali).await;
    let store = server.store();
    let body = vec![7; 200_000];
    let mut head = format!("PUT {} HTTP/1.1\r\nconnection: close\r\n", target(&key)).into_bytes();
    for (name, value) in oss(&keys, &key, body.len()) {
        head.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    let request = [head, b"\r\n".to_vec(), body.clone()].concat();
    let upload = async || exchange(&keys.endpoint, &request).await;
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
async fn expect_continue_gets_100() {
    let (server, keys, key) = started(StoreProvider::Aws).await;
    let mut headers = aws(&keys, &key, "UNSIGNED-PAYLOAD", 5);
    headers.push(("Expect".to_owned(), "100-continue".to_owned()));
    let response = send(&keys.endpoint, "PUT", &target(&key), &headers, b"bytes").await;
    assert_eq!(response.status, 100);
    assert!(response.body.starts_with(b"HTTP/1.1 200 OK"), "{response:?}");
    server.store().on_put().fault_once(StoreFault::SlowDown { retry_after: None });
    assert_eq!(send(&keys.endpoint, "PUT", &target(&key), &headers, b"").await.status, 503);
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
    let file = get(route.download_url.as_ref().unwrap().expose(), &[]).await;
    assert_eq!((file.status, route.size), (200, Some(file.body.len() as i64)));
    assert!(file.body.starts_with(b"PK\x03\x04"), "the route of the examples is no archive");
}

#[tokio::test]
async fn a_route_is_made_of_an_upload_only() {
    let (server, keys, key) = started(StoreProvider::Ali).await;
    let site = server.client_builder().max_attempts(1).build().unwrap().project(PROJECT);
    let finish = async |key: &str| {
        let body = FinishWaylineUploadBody::builder().name("New").object_key(key).build();
        site.waylines().finish_upload(body).send().await
    };
    let missing = finish(&key).await.unwrap_err();
    assert_eq!((missing.kind(), missing.status(), missing.code()), (ErrorKind::Api, Some(500), Some(200_500)));
    let example = server.store().object(&format!("example-prefix/{PROJECT}/example-route.kmz")).unwrap();
    let route = example.content.unwrap();
    for wrong in [&b"no archive"[..], b"", &route[..route.len() - 1]] {
        let headers = oss(&keys, &key, wrong.len());
        assert_eq!(send(&keys.endpoint, "PUT", &target(&key), &headers, wrong).await.status, 200);
        assert_eq!(finish(&key).await.unwrap_err().code(), Some(200_500));
    }
    let headers = oss(&keys, &key, route.len());
    assert_eq!(send(&keys.endpoint, "PUT", &target(&key), &headers, &route).await.status, 200);
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
async fn large_uploads_are_hashed_and_not_stored() {
    let (server, keys, key) = started(StoreProvider::Ali).await;
    let length = (64 << 20) + 1;
    let body = vec![0; length];
    let response = send(&keys.endpoint, "PUT", &target(&key), &oss(&keys, &key, length), &body).await;
    assert_eq!(response.status, 200);
    let object = server.store().object(&key).unwrap();
    assert_eq!((object.length, object.content), (length as u64, None));
    assert_eq!(response.header("etag"), Some(&*format!("\"{}\"", object.etag.to_ascii_uppercase())));
    let address = server.store().signed_url(&key, Duration::from_secs(60));
    assert_eq!(get(&address, &[]).await.status, 500);
}
