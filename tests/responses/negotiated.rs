//! Responses of several media types, over a socket; responses to `HEAD`; and credentials that come back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flighthub2::{Error, ErrorKind, Token};
use flighthub2_tests::fixtures::media_types::default::{
    GetPet, GetPetContent, GetPetFailure, GetStatusesSuccess, HeadPet, HeadPetFailure,
};
use flighthub2_tests::fixtures::media_types::types::GetPetAccept;
use flighthub2_tests::fixtures::{failures, media_types, security_choice};
use flighthub2_tests::server::{Server, http_response};
use serde_json::json;

struct Place {
    server: Server,
    client: media_types::Client,
    response: Arc<Mutex<Vec<u8>>>,
}

impl Place {
    fn new() -> Self {
        let response = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&response);
        let server = Server::start(move |_| shared.lock().unwrap().clone());
        let client = media_types::Client::builder().base_url(server.url()).max_attempts(1);
        let client = client.timeout(Duration::from_secs(20)).build().unwrap();
        Self { server, client, response }
    }

    fn respond(&self, status: &str, content_type: &str, body: impl AsRef<[u8]>) {
        *self.response.lock().unwrap() = http_response(status, content_type, body);
    }

    async fn failed(&self) -> Error {
        self.client.default().get_pet("a").send().await.unwrap_err()
    }

    /// What the last request accepts.
    fn accepted(&self) -> String {
        self.server.take_requests().pop().unwrap().header("accept").unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_call_requests_a_media_type_and_decodes_what_it_gets() {
    let place = Place::new();
    let get = || place.client.default().get_pet("a");
    place.respond("200 OK", "application/json; charset=utf-8", r#"{"name":"n"}"#);
    let content = get().send().await.unwrap();
    assert_eq!(place.accepted(), "application/json");
    assert_eq!(content.into_json().unwrap().name.as_deref(), Some("n"));
    place.respond("200 OK", "text/csv", "a,b");
    let content = get().accept_header(GetPetAccept::TextCsv).send().await.unwrap();
    assert_eq!((place.accepted().as_str(), content), ("text/csv", GetPetContent::TextCsv("a,b".to_owned())));
    // A service that does not send what it was asked for: another documented media type is no error.
    place.respond("200 OK", "image/webp", [0xff, 0x00]);
    let response = get().accept_header(GetPetAccept::Xml).send_with_headers().await.unwrap();
    assert_eq!(response.headers().get("content-type").as_deref(), Some("image/webp"));
    assert_eq!(response.into_output(), GetPetContent::AnyImage(vec![0xff, 0x00]));
    place.respond("200 OK", "text/html", "<p>maintenance</p>");
    let error = get().send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(200)));
    assert!(error.message().contains("and the response is of type `text/html`"), "{error}");
    // A dynamic call names the media type that it got.
    place.respond("200 OK", "text/csv", "a,b");
    let call = place.client.call("getPet", &json!({"id": "a", "Accept (header)": "text/csv"})).unwrap();
    let response = call.send_with_headers().await.unwrap();
    assert_eq!((response.status(), response.output()), (200, &json!({"text/csv": "a,b"})));
    assert_eq!(response.headers().get("content-type").as_deref(), Some("text/csv"));
    let shown = format!("{response:?}");
    assert!(shown.contains("getPet") && !shown.contains("a,b"), "{shown}");
}

#[tokio::test]
async fn a_call_requests_the_media_types_that_are_documented() {
    let place = Place::new();
    place.respond("200 OK", "application/json", r#"{"owner":"o"}"#);
    let default = place.client.default();
    assert_eq!(default.get_vendor().send().await.unwrap().owner, "o");
    assert_eq!(place.accepted(), "application/vnd.owner+json");
    assert_eq!(default.get_problem().send().await.unwrap().owner, "o");
    assert_eq!(place.accepted(), "application/problem+json");
    assert_eq!(default.get_version().send().await.unwrap().owner, "o");
    assert_eq!(place.accepted(), "application/json; version=2");
    assert_eq!(default.get_text_json().send().await.unwrap().owner, "o");
    assert_eq!(place.accepted(), "text/json");
    assert_eq!(default.get_range().send().await.unwrap().owner, "o");
    assert_eq!(place.accepted(), "application/json");
    let GetStatusesSuccess::Ok(owner) = default.get_statuses().send().await.unwrap() else { panic!() };
    assert_eq!(owner.owner, "o");
    assert_eq!(place.accepted(), "application/vnd.owner+json, application/json");
    // A dynamic call is the same request.
    let call = place.client.call("getVendor", &json!({})).unwrap();
    assert_eq!(call.send().await.unwrap(), json!({"owner": "o"}));
    assert_eq!(place.accepted(), "application/vnd.owner+json");
}

#[tokio::test]
async fn a_failure_is_decoded_by_its_media_type() {
    let place = Place::new();
    place.respond("404 Not Found", "application/problem+json", r#"{"owner":"o"}"#);
    let Some(Ok(GetPetFailure::NotFound(content))) = place.failed().await.failure::<GetPet>() else { panic!() };
    assert_eq!(content.into_problem_json().unwrap().owner, "o");
    // The page of a gateway.
    place.respond("404 Not Found", "text/plain", "no route");
    let mismatch = place.failed().await.failure::<GetPet>().unwrap().unwrap_err().to_string();
    assert!(mismatch.contains("the response is of type `text/plain`"), "{mismatch}");
}

#[tokio::test]
async fn a_failed_head_is_its_status_and_headers() {
    let place = Place::new();
    // The length of the body that a `GET` would have.
    let head = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\
                Connection: close\r\n\r\n";
    *place.response.lock().unwrap() = head.as_bytes().to_vec();
    let error = place.client.default().head_pet("a").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(404)));
    assert_eq!(error.failure::<HeadPet>(), Some(Ok(HeadPetFailure::NotFound)));
    assert_eq!(error.headers().unwrap().get("content-length").as_deref(), Some("17"));
    let head = head.replace("404 Not Found", "200 OK");
    *place.response.lock().unwrap() = head.into_bytes();
    place.client.default().head_pet("a").send().await.unwrap();
}

#[tokio::test]
async fn a_credential_that_comes_back_encoded_is_not_shown() {
    const KEY: &str = "SEC+RET/KEY==";
    const ENCODED: &str = "SEC%2bRET%2FKEY%3D%3d";
    const TWICE: &str = "SEC%252BRET%252fKEY%253D%253D";
    // `user:pass word!`
    const BASIC: &str = "dXNlcjpwYXNzIHdvcmQh";
    let response = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&response);
    let server = Server::start(move |_| shared.lock().unwrap().clone());
    let client = security_choice::Client::builder().base_url(server.url()).max_attempts(1);
    let client = client.credential("key_in_query", Token::new(KEY).unwrap());
    let client = client.credential("user", Token::new(BASIC).unwrap()).build().unwrap();
    let body =
        format!("no: {ENCODED} {TWICE} user:pass+word%21 pass%20word! SEC\\u002bRET\\/KEY== &#83;EC+RET&#x2f;KEY==");
    for (status, content_type, body) in [
        ("302 Found", "text/html", body.clone()),
        ("401 Unauthorized", "text/html; t=SEC%2BRET%2FKEY%3D%3D", body.clone()),
        ("500 Internal Server Error", "application/json", json!({"code": 5, "message": body}).to_string()),
    ] {
        let mut bytes = http_response(status, content_type, body);
        let end = bytes.windows(2).position(|window| window == b"\r\n").unwrap() + 2;
        let lines =
            format!("Location: /b?next=%2Fa%3Fkey%3D{TWICE}\r\nX-Url: /a?key={ENCODED}\r\nX-User: user:pass word!\r\n");
        bytes.splice(end..end, lines.into_bytes());
        *response.lock().unwrap() = bytes;
        let error = client.default().get_a().send().await.unwrap_err();
        let shown = format!("{error} {error:?} {error:#?} {:?}", error.headers());
        for secret in ["SEC", "RET", "pass", "&#83;"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        assert!(shown.contains("***"), "{shown}");
    }
}

#[tokio::test]
async fn one_token_is_enough_where_calls_differ_only_in_whether_they_have_it() {
    let server = Server::start(|_| http_response("204 No Content", "text/plain", ""));
    let builder = || failures::Client::builder().base_url(server.url());
    // Without a token, too: a call can be made without.
    builder().build().unwrap().default().delete_pet("a").send().await.unwrap();
    assert_eq!(server.take_requests().pop().unwrap().header("authorization"), None);
    let client = builder().token(Token::new("t").unwrap()).build().unwrap();
    client.default().delete_pet("a").send().await.unwrap();
    assert_eq!(server.take_requests().pop().unwrap().header("authorization"), Some("Bearer t"));
    let several = security_choice::Client::builder().base_url(server.url()).token(Token::new("t").unwrap());
    let error = several.build().unwrap_err().to_string();
    assert!(error.contains("`.credential(…)` with one of `key_in_query`, `bearer`, `user`"), "{error}");
}
