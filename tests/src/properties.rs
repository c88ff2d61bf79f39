//! What holds for any bytes at all. Fuzzers feed these for hours, `tests/properties.rs` for seconds.
//!
//! In: bytes. A property that does not hold panics.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flighthub2::testing::{MockServer, TOKEN as MOCK_TOKEN, Verdict};
use flighthub2::transport::{Body, Bytes, Response};
use flighthub2::{
    Base64, Client, DateTime, Delivery, ErrorKind, JsonValue, ProjectClient, Secret, UnixMillis, UnixSeconds,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::calls::{Example, examples};
use crate::client::{PROJECT, TOKEN, builder};
use crate::scripted::Scripted;
use crate::types::{TYPES, again};
use crate::vectors;

const STATUSES: [u16; 10] = [200, 200, 200, 200, 201, 302, 400, 429, 500, 503];
const CONTENT_TYPES: [&str; 4] = ["application/json", "text/html; charset=utf-8", "text/plain", ""];

/// A client whose server responds with any bytes.
pub struct Responses {
    runtime: Runtime,
    examples: Vec<Example>,
    client: Client,
    project: ProjectClient,
    transport: Scripted,
    next: Arc<Mutex<(u16, &'static str, Vec<u8>)>>,
}

impl std::fmt::Debug for Responses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Responses")
    }
}

impl Default for Responses {
    fn default() -> Self {
        Self::new()
    }
}

impl Responses {
    /// The client.
    ///
    /// # Panics
    /// It cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let next = Arc::new(Mutex::new((200, "", Vec::new())));
        let shared = Arc::clone(&next);
        let transport = Scripted::new(move |_| {
            let (status, content_type, body) = shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let mut response = Response::new(Body::from(Bytes::from(body)));
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
            response.headers_mut().insert("content-type", http::HeaderValue::from_static(content_type));
            Ok(response)
        });
        let client = builder("https://flighthub.example.com").transport(transport.clone()).max_attempts(1).build();
        let client = client.unwrap_or_else(|error| panic!("{error}"));
        let mut examples = examples();
        examples.dedup_by_key(|example| example.info.id);
        Self { runtime: runtime(), examples, project: client.project(PROJECT), client, transport, next }
    }

    fn sent(
        &self,
        example: &Example,
        status: u16,
        content_type: &'static str,
        body: &[u8],
    ) -> Result<JsonValue, flighthub2::Error> {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = (status, content_type, body.to_vec());
        drop(self.transport.take_requests());
        self.runtime.block_on(example.send(&self.client, &self.project))
    }

    /// Whatever the response to an operation is, its caller gets a value that the service has sent as a success, or an error
    /// that says so. The first byte chooses the operation, the second the status and the type; the others are the body.
    ///
    /// # Panics
    /// That does not hold.
    pub fn any(&self, bytes: &[u8]) {
        let [which, how, body @ ..] = bytes else { return };
        let example = &self.examples[usize::from(*which) % self.examples.len()];
        let status = STATUSES[usize::from(how & 15) % STATUSES.len()];
        let content_type = CONTENT_TYPES[usize::from(how >> 4) % CONTENT_TYPES.len()];
        match self.sent(example, status, content_type, body) {
            Ok(output) => {
                assert!((200..300).contains(&status), "HTTP {status} is no success");
                let response: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("no JSON: {error}"));
                assert_eq!(response["code"], json!(0), "no success");
                let text = json!({"code": 0, "message": "", "data": output}).to_string();
                match self.sent(example, 200, "", text.as_bytes()) {
                    Ok(again) => assert_eq!(again, output, "{}: what is written is read again", example.name),
                    Err(error) => panic!("what is written is not read again: {error}: {text}"),
                }
            }
            Err(error) => {
                assert_eq!(error.delivery(), Delivery::Responded, "{error}");
                assert!(
                    matches!(error.kind(), ErrorKind::Api | ErrorKind::Status | ErrorKind::InvalidResponse),
                    "{error:?}"
                );
                assert_eq!(error.code().is_some_and(|code| code != 0), error.kind() == ErrorKind::Api, "{error:?}");
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(TOKEN), "{shown}");
                assert!(!error.to_string().contains(char::is_control), "{error}");
            }
        }
    }
}

/// A value that is read is written as it came: enumerations stay open, moments and ids keep what they hold. Only a number that
/// means a text is written as the text. The first byte chooses the type, the others are the text.
///
/// # Panics
/// That does not hold.
pub fn values(bytes: &[u8]) {
    let [which, text @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let which = usize::from(*which) % (TYPES.len() + 5);
    type Again = fn(&str) -> Result<Value, serde_json::Error>;
    let (name, exact, again): (_, _, Again) = match TYPES.get(which) {
        Some(known) => {
            let is_exact = ["text_enum", "integer_enum", "text_newtype", "integer_newtype"].contains(&known.kind);
            (known.name, is_exact, known.again)
        }
        None => match which - TYPES.len() {
            0 => ("UnixSeconds", true, again::<UnixSeconds>),
            1 => ("UnixMillis", true, again::<UnixMillis>),
            2 => ("DateTime", true, again::<DateTime>),
            3 => ("Base64", false, again::<Base64>),
            _ => ("Secret", true, secret),
        },
    };
    let Ok(written) = again(text) else { return };
    if exact {
        let read: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: no JSON: {error}"));
        assert_eq!(written, read, "{name}");
    }
    let twice = again(&written.to_string()).unwrap_or_else(|error| panic!("{name}: {error}: {written}"));
    assert_eq!(twice, written, "{name}");
    if let Some(number) = written.as_i64() {
        moments(number);
    }
}

/// Secrets do not leave by themselves: what they hold is taken out.
fn secret(text: &str) -> Result<Value, serde_json::Error> {
    let secret: Secret = serde_json::from_str(text)?;
    assert!(!format!("{secret:?}").contains(secret.expose()) || secret.expose().len() < 8);
    serde_json::to_value(secret)
}

fn moments(number: i64) {
    let seconds = UnixSeconds::new(number);
    if let Some(time) = seconds.to_system_time() {
        assert_eq!(UnixSeconds::from_system_time(time), Some(seconds));
    }
    let millis = UnixMillis::new(number);
    if let Some(time) = millis.to_system_time() {
        assert_eq!(UnixMillis::from_system_time(time), Some(millis));
    }
}

/// A mock server that is asked any bytes.
#[derive(Debug)]
pub struct Mock {
    /// The server lives in it.
    _runtime: Runtime,
    server: MockServer,
    requests: Vec<Value>,
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

impl Mock {
    /// The server.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
        let server = runtime.block_on(MockServer::start()).unwrap_or_else(|error| panic!("{error}"));
        Self { _runtime: runtime, server, requests: vectors::requests().into_values().collect() }
    }

    /// For every request the server responds in HTTP and in its envelope, or closes the connection, and goes on. The first byte
    /// chooses a request of the examples, the second the part of it that the other bytes stand for.
    ///
    /// # Panics
    /// That does not hold.
    pub fn any(&self, bytes: &[u8]) {
        let [which, part, rest @ ..] = bytes else { return };
        let request = &self.requests[usize::from(*which) % self.requests.len()];
        let sent = request_with(request, part % 6, rest);
        let response = exchanged(&self.server.url(), &sent);
        let requests = self.server.requests();
        self.server.clear_requests();
        if response.is_empty() {
            assert!(requests.is_empty(), "a request was left without a response");
            // An incomplete request gets no response.
            assert!(part % 6 == 0 || rest.iter().any(u8::is_ascii_control), "no response");
            return;
        }
        let (status, body) = whole(&response);
        // Who writes the token into an address has shown it already.
        let said = rest.windows(MOCK_TOKEN.len()).any(|part| part == MOCK_TOKEN.as_bytes());
        for request in requests {
            assert!(said || !format!("{request:?}").contains(MOCK_TOKEN), "the token is shown");
            if matches!(request.verdict, Verdict::Accepted) {
                assert_eq!(status, 200);
                let envelope: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("no JSON: {error}"));
                assert!(envelope["code"].is_i64(), "{envelope}");
            }
        }
    }
}

fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap_or_else(|error| panic!("{error}"))
}

/// A request of the examples with a part that is replaced: all of it, the end of its path, its query, a header, its
/// body, or a value within its body.
fn request_with(request: &Value, part: u8, bytes: &[u8]) -> Vec<u8> {
    if part == 0 {
        return bytes.to_vec();
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let mut path = text(&request["path"]);
    for (name, value) in members(&request["path_params"]) {
        path = path.replace(&format!("{{{name}}}"), &text(&value));
    }
    let query: Vec<String> =
        members(&request["query"]).iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    let mut body = if request["body"].is_null() { Vec::new() } else { request["body"].to_string().into_bytes() };
    let mut target = path.into_bytes();
    if part == 1 {
        let cut = target.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
        target.truncate(cut + 1);
        target.extend_from_slice(bytes);
    }
    target.push(b'?');
    if part == 2 {
        target.extend_from_slice(bytes);
    } else {
        target.extend_from_slice(query.join("&").as_bytes());
    }
    if part == 4 {
        body = bytes.to_vec();
    }
    if part == 5 {
        // In the place of the first value that there is.
        let at = body.iter().position(|byte| *byte == b':').map_or(body.len(), |colon| colon + 1);
        let end = body.iter().skip(at).position(|byte| *byte == b',').map_or(body.len(), |comma| at + comma);
        body.splice(at..end, bytes.iter().copied());
    }
    let mut sent = text(&request["method"]).into_bytes();
    sent.push(b' ');
    sent.extend_from_slice(&target);
    sent.extend_from_slice(b" HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in members(&request["headers"]) {
        sent.extend_from_slice(format!("{name}: {}\r\n", text(&value)).as_bytes());
    }
    if part == 3 {
        sent.extend_from_slice(bytes);
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    sent.extend_from_slice(&body);
    sent
}

/// Everything that comes back until the server has no more to say.
fn exchanged(url: &str, sent: &[u8]) -> Vec<u8> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap_or_else(|error| panic!("the server is gone: {error}"));
    let patience = Some(Duration::from_secs(20));
    let limited = stream.set_read_timeout(patience).and_then(|()| stream.set_write_timeout(patience));
    limited.unwrap_or_else(|error| panic!("{error}"));
    // The server may have refused it before all of it was written.
    let _ = stream.write_all(sent).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut response = Vec::new();
    match stream.read_to_end(&mut response) {
        Ok(_) => response,
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => response,
        Err(error) => panic!("the server does not end: {error}"),
    }
}

/// The status and the body of the first response among bytes, which has to be whole.
fn whole(response: &[u8]) -> (u16, &[u8]) {
    let end = response.windows(4).position(|part| part == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(response)));
    let head = String::from_utf8_lossy(&response[..end]).to_ascii_lowercase();
    let status = head.strip_prefix("http/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status: {head}"));
    if status == 100 {
        return whole(&response[end + 4..]);
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let length = length.unwrap_or_else(|| panic!("no length: {head}"));
    let body = &response[end + 4..];
    // The response to HEAD has no body.
    (status, body.get(..length).unwrap_or_default())
}
