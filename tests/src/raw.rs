//! HTTP by hand, and uploads that are signed by hand: tests of the mock server share no code with what they test.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flighthub2::testing::BUCKET;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Names and values.
pub type Headers = Vec<(String, String)>;

/// A response, parsed by hand.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The code of an error of an object store; empty if there is none.
    #[must_use]
    pub fn code(&self) -> &str {
        let body = std::str::from_utf8(&self.body).unwrap_or_default();
        body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code)
    }
}

/// Sends bytes and returns everything that is received until the connection is closed.
///
/// # Panics
/// There is no connection, or it stays open.
pub async fn exchange(url: &str, bytes: &[u8]) -> Vec<u8> {
    let address = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let mut stream = TcpStream::connect(address).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    // The server may close the connection before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut received = Vec::new();
    let read = tokio::time::timeout(TIMEOUT, stream.read_to_end(&mut received)).await;
    assert!(read.is_ok(), "the connection stays open");
    received
}

/// Parses a response.
///
/// # Panics
/// The bytes are none.
#[must_use]
pub fn parsed(bytes: &[u8]) -> Response {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no head: {bytes:?}"));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status: {head}"));
    Response { status, head, body: bytes[end + 4..].to_vec() }
}

/// Sends a request on a connection of its own.
pub async fn send(url: &str, method: &str, target: &str, headers: &Headers, body: &[u8]) -> Response {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    parsed(&exchange(url, &bytes).await)
}

/// Fetches an address.
pub async fn get(address: &str, headers: &[(&str, &str)]) -> Response {
    let path = address.match_indices('/').nth(2).map_or(address.len(), |(index, _)| index);
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    send(address, "GET", &address[path..], &headers, b"").await
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The MD5 in hexadecimal.
#[must_use]
pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// The SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|error| panic!("{error}"));
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A time as HTTP writes it, and as version 4 of both signatures writes it.
#[must_use]
pub fn written(time: SystemTime) -> (String, String) {
    let http = httpdate::fmt_http_date(time);
    let parts: Vec<&str> = http.split([' ', ':']).collect();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|month| *month == parts[2]).unwrap_or_default() + 1;
    let compact = format!("{}{month:02}{}T{}{}{}Z", parts[3], parts[1], parts[4], parts[5], parts[6]);
    (http, compact)
}

/// Credentials of an object store.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Id of the access key.
    pub id: String,
    /// Secret of the access key.
    pub secret: String,
    /// Session token.
    pub token: String,
    /// Region of the bucket.
    pub region: String,
    /// Endpoint of the store.
    pub endpoint: String,
}

/// Signs an upload of this length with OSS V1.
#[must_use]
pub fn oss(keys: &Keys, key: &str, length: usize) -> Headers {
    oss_at(keys, key, length, SystemTime::now())
}

/// Signs an upload with OSS V1 and another date.
///
/// # Panics
/// Never: HMAC accepts keys of any length.
#[must_use]
pub fn oss_at(keys: &Keys, key: &str, length: usize, time: SystemTime) -> Headers {
    let (date, token) = (written(time).0, &keys.token);
    let string = format!("PUT\n\n\n{date}\nx-oss-security-token:{token}\n/{BUCKET}/{key}");
    let mut mac = Hmac::<Sha1>::new_from_slice(keys.secret.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    mac.update(string.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    vec![
        ("Date".to_owned(), date),
        ("x-oss-security-token".to_owned(), token.clone()),
        ("Authorization".to_owned(), format!("OSS {}:{signature}", keys.id)),
        ("Content-Length".to_owned(), length.to_string()),
    ]
}

/// Signs an upload with AWS Signature Version 4. The key needs no percent-encoding.
#[must_use]
pub fn aws(keys: &Keys, key: &str, payload: &str, length: usize) -> Headers {
    let time = written(SystemTime::now()).1;
    let (date, Keys { id, secret, token, region, endpoint }) = (&time[..8], keys);
    let host = endpoint.trim_start_matches("http://");
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    let canonical = format!(
        "PUT\n/{BUCKET}/{key}\n\nhost:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{time}\n\
         x-amz-security-token:{token}\n\n{names}\n{payload}"
    );
    let scope = format!("{date}/{region}/s3/aws4_request");
    let string = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let mut signing = format!("AWS4{secret}").into_bytes();
    for part in [date, region, "s3", "aws4_request"] {
        signing = hmac_sha256(&signing, part);
    }
    let signature = hex(&hmac_sha256(&signing, &string));
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    vec![
        ("Host".to_owned(), host.to_owned()),
        ("x-amz-content-sha256".to_owned(), payload.to_owned()),
        ("x-amz-date".to_owned(), time.clone()),
        ("x-amz-security-token".to_owned(), token.clone()),
        ("Authorization".to_owned(), authorization),
        ("Content-Length".to_owned(), length.to_string()),
    ]
}
