//! Failures and headers that a document describes, over a socket: each is decoded when a caller asks for it.

use std::time::Duration;

use flighthub2::codegen::CallResponse;
use flighthub2::{Error, ErrorKind, Token};
use flighthub2_tests::fixtures::failures::default::{AddPet, AddPetSuccess, DeletePet, GetPet, GetPetFailure};
use flighthub2_tests::fixtures::failures::types::{GetPetXKindHeader, Pet, Problem};
use flighthub2_tests::fixtures::failures::{API, Client};
use flighthub2_tests::server::{ScriptedServer, http_response};

const SECRET: &str = "SECRET-TOKEN-OF-THE-CLIENT";

struct Place {
    server: ScriptedServer,
    client: Client,
}

impl Place {
    fn new() -> Self {
        let server = ScriptedServer::start();
        let client =
            Client::builder().base_url(server.url()).credential("account", Token::new(SECRET).unwrap()).max_attempts(1);
        let client = client.max_response_bytes(2_000).timeout(Duration::from_secs(20)).build().unwrap();
        Self { server, client }
    }

    fn respond(&self, status: &str, headers: &[&str], body: impl AsRef<[u8]>) {
        let bytes = http_response(status, "application/json", body);
        let mut lines = headers.join("\r\n").into_bytes();
        if !lines.is_empty() {
            lines.extend_from_slice(b"\r\n");
        }
        let end = bytes.windows(2).position(|window| window == b"\r\n").unwrap() + 2;
        self.server.set_response([&bytes[..end], &lines, &bytes[end..]].concat());
    }

    async fn get(&self) -> Result<CallResponse<GetPet>, Error> {
        self.client.default().get_pet("a").send_with_headers().await
    }

    async fn failed(&self, status: &str, body: impl AsRef<[u8]>) -> Error {
        self.respond(status, &[], body);
        self.get().await.unwrap_err()
    }
}

fn problem(title: &str) -> Problem {
    serde_json::from_value(serde_json::json!({ "title": title })).unwrap()
}

#[tokio::test]
async fn a_failure_is_decoded_by_its_status() {
    let place = Place::new();
    let found = |error: &Error| error.failure::<GetPet>().unwrap().unwrap();
    let error = place.failed("404 Not Found", r#"{"title":"none","more":1}"#).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(404)));
    assert_eq!(found(&error), GetPetFailure::NotFound(problem("none")));
    // A type that is not JSON.
    assert_eq!(found(&place.failed("409 Conflict", "asleep").await), GetPetFailure::Conflict("asleep".to_owned()));
    let picture = place.failed("418 I'm a teapot", [0xff, 0x00]).await;
    assert_eq!(found(&picture), GetPetFailure::Status418(vec![0xff, 0x00]));
    // The status comes before the range, and the range before the default.
    assert_eq!(found(&place.failed("410 Gone", r#"{"title":"gone"}"#).await), GetPetFailure::Gone);
    let range = place.failed("400 Bad Request", r#"{"title":"wrong"}"#).await;
    assert_eq!(found(&range), GetPetFailure::ClientError(problem("wrong")));
    let error = place.failed("503 Service Unavailable", r#"{"errors":[{"title":"down"}]}"#).await;
    let GetPetFailure::Default(failure) = found(&error) else { panic!("{error}") };
    assert_eq!(failure.errors, [problem("down")]);
    // A redirect is no success, and has no other description.
    assert!(matches!(found(&place.failed("302 Found", r#"{"errors":[]}"#).await), GetPetFailure::Default(_)));
    // The status of a failure that has a code of its own, too.
    let error = place.failed("404 Not Found", r#"{"title":"none","code":7}"#).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some(7)));
    assert_eq!(found(&error), GetPetFailure::NotFound(problem("none")));
}

#[tokio::test]
async fn a_failure_of_another_form_says_where() {
    let place = Place::new();
    for (body, expected) in [
        (r#"{"title":5}"#, "at title: invalid type"),
        (r#"{"title":"a","causes":[{"title":"b"},{"title":[]}]}"#, "at causes[1].title: invalid type"),
        ("{}", "missing field `title`"),
        ("", "the response is empty"),
        ("<html>", "expected value"),
        ("\u{1f680}", "expected value"),
    ] {
        let error = place.failed("404 Not Found", body).await;
        let mismatch = error.failure::<GetPet>().unwrap().unwrap_err().to_string();
        assert!(mismatch.contains(expected), "{body}: {mismatch}");
    }
    let error = place.failed("404 Not Found", b"{\"title\":\"\xff\"}").await;
    assert!(error.failure::<GetPet>().unwrap().unwrap_err().to_string().contains("not UTF-8"));
    let deep = "[".repeat(900);
    assert!(place.failed("404 Not Found", deep).await.failure::<GetPet>().unwrap().is_err());
}

#[tokio::test]
async fn without_a_documented_body_there_is_no_failure() {
    let place = Place::new();
    // A success that cannot be read, a broken connection, a body that is too long, and another operation.
    let error = place.failed("200 OK", "{").await;
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.failure::<GetPet>().is_none() && error.headers().is_some());
    place.server.set_response(Vec::new());
    let error = place.get().await.unwrap_err();
    assert!(
        error.failure::<GetPet>().is_none() && error.headers().is_none() && error.typed_headers::<GetPet>().is_none()
    );
    let error = place.failed("404 Not Found", format!(r#"{{"title":"{}"}}"#, "x".repeat(3_000))).await;
    assert!(error.to_string().contains("longer than 2000 bytes"), "{error}");
    assert!(error.failure::<GetPet>().is_none());
    let error = place.failed("404 Not Found", r#"{"title":"none"}"#).await;
    assert!(error.failure::<AddPet>().is_none() && error.typed_headers::<AddPet>().is_none());
    // 404 is not documented there, and neither a range nor a default is.
    let error = place.client.default().add_pet().name("n").age(1).send().await.unwrap_err();
    assert!(error.failure::<AddPet>().is_none() && error.headers().is_some());
}

#[tokio::test]
async fn nothing_of_a_failure_is_shown_by_its_error() {
    let place = Place::new();
    place.respond(
        "404 Not Found",
        &["x-echo: SECRET-TOKEN-OF-THE-CLIENT"],
        format!(r#"{{"{SECRET}":{{"title":1}},"title":1}}"#),
    );
    let error = place.get().await.unwrap_err();
    let mismatch = error.failure::<GetPet>().unwrap().unwrap_err();
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        mismatch.to_string(),
        format!("{mismatch:?}"),
        format!("{:?}", error.headers()),
        format!("{:?}", error.typed_headers::<GetPet>()),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
    // The keys of a body become a path.
    let errors = format!(r#"{{"errors":[{{"title":"a","fields":{{"{SECRET}":"x"}}}}]}}"#);
    let error = place.failed("500 Internal Server Error", errors).await;
    let mismatch = error.failure::<GetPet>().unwrap().unwrap_err().to_string();
    assert!(mismatch.starts_with("at errors[0].fields.***: invalid type"), "{mismatch}");
}

#[tokio::test]
async fn headers_of_a_success_have_their_types() {
    let place = Place::new();
    let lines = [
        "X-Rate-Limit: 5",
        "x-expires: 2026-01-01T00:00:00Z",
        "X-Tags: a, b",
        "X-Tags: c",
        "X-Kind: cat",
        "X-Session: very-hidden",
        r#"X-Owner: {"name":"o"}"#,
        "X-Shape: width,5",
        "X-Other: undocumented",
    ];
    place.respond("200 OK", &lines, r#"{"name":"p"}"#);
    let response = place.get().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.output().name, "p");
    let headers = response.typed_headers();
    assert_eq!(headers.x_rate_limit(), Ok(5));
    assert_eq!(headers.x_expires().unwrap().unwrap(), "2026-01-01T00:00:00Z".into());
    assert_eq!(headers.x_tags().unwrap().unwrap(), ["a", "b", "c"]);
    assert_eq!(headers.x_kind(), Ok(Some(GetPetXKindHeader::Cat)));
    assert_eq!(headers.x_session().unwrap().unwrap().expose(), "very-hidden");
    assert_eq!(headers.x_owner().unwrap().unwrap().name, "o");
    assert_eq!(headers.x_shape().unwrap().as_deref(), Some("width,5"));
    assert_eq!(headers.retry_after(), Ok(None));
    assert_eq!(response.headers().get("X-OTHER").as_deref(), Some("undocumented"));
    assert_eq!(response.headers().map().get_all("x-tags").iter().count(), 2);
    let shown = format!("{response:?} {headers:?}");
    assert!(!shown.contains("hidden") && shown.contains("undocumented"), "{shown}");
    assert_eq!(response.into_output(), serde_json::from_str::<Pet>(r#"{"name":"p"}"#).unwrap());
}

#[tokio::test]
async fn a_header_of_another_type_is_an_error_when_it_is_read() {
    let place = Place::new();
    place.respond("200 OK", &["X-Rate-Limit: many", "X-Owner: {}", "X-Kind: bird"], r#"{"name":"p"}"#);
    let headers = place.get().await.unwrap().typed_headers();
    let error = headers.x_rate_limit().unwrap_err();
    assert_eq!(error.to_string(), "header `X-Rate-Limit`: expected an integer");
    assert!(!error.is_missing());
    assert_eq!(headers.x_owner().unwrap_err().to_string(), "header `X-Owner`: missing field `name` at line 1 column 2");
    assert!(matches!(headers.x_kind(), Ok(Some(GetPetXKindHeader::Unknown(_)))), "enumerations are open");
    place.respond("200 OK", &[], r#"{"name":"p"}"#);
    let headers = place.get().await.unwrap().typed_headers();
    let error = headers.x_rate_limit().unwrap_err();
    assert!(error.is_missing());
    assert_eq!(error.to_string(), "the response has no header `X-Rate-Limit`");
    assert_eq!(headers.x_tags(), Ok(None));
}

#[tokio::test]
async fn a_failure_has_headers_too() {
    let place = Place::new();
    place.respond("404 Not Found", &["X-Rate-Limit: 0", "Retry-After: 7"], r#"{"title":"none"}"#);
    let error = place.get().await.unwrap_err();
    let headers = error.typed_headers::<GetPet>().unwrap();
    assert_eq!((headers.x_rate_limit(), headers.retry_after()), (Ok(0), Ok(Some(7))));
    assert_eq!(error.headers().unwrap().get("retry-after").as_deref(), Some("7"));
}

#[tokio::test]
async fn a_success_is_decoded_by_its_status() {
    let place = Place::new();
    let add = || place.client.default().add_pet().name("n").age(1);
    place.respond("201 Created", &["Location: /pets/n"], r#"{"name":"n"}"#);
    let response = add().send_with_headers().await.unwrap();
    assert!(matches!(response.output(), AddPetSuccess::Created(pet) if pet.name == "n"));
    assert_eq!((response.status(), response.typed_headers().location()), (201, Ok("/pets/n".to_owned())));
    place.respond("202 Accepted", &[], r#"{"number":5}"#);
    let AddPetSuccess::Accepted(ticket) = add().send().await.unwrap() else { panic!() };
    assert_eq!(ticket.number, 5);
    place.respond("204 No Content", &[], "");
    assert_eq!(add().send().await.unwrap(), AddPetSuccess::NoContent);
    place.respond("200 OK", &[], "something");
    assert_eq!(add().send().await.unwrap(), AddPetSuccess::Successful("something".to_owned()));
    // The body of another status is no body of this one.
    place.respond("201 Created", &[], r#"{"number":5}"#);
    let error = add().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("missing field `name`"), "{error}");
    // By its id an operation returns the JSON of the variant.
    place.respond("202 Accepted", &[], r#"{"number":5}"#);
    let call = place.client.call("addPet", &serde_json::json!({"name": "n", "age": 1})).unwrap();
    assert_eq!(call.send().await.unwrap(), serde_json::json!({"number": 5}));
}

#[tokio::test]
async fn headers_are_read_where_no_body_is() {
    let place = Place::new();
    place.respond("204 No Content", &["X-Deleted: 3"], "");
    let response = place.client.default().delete_pet("a").send_with_headers().await.unwrap();
    assert_eq!((*response.output(), response.typed_headers().x_deleted()), ((), Ok(3)));
    let _: &CallResponse<DeletePet> = &response;
    assert_eq!(API.title, "Failures");
}

#[test]
fn a_blocking_call_has_headers() {
    let place = Place::new();
    place.respond("200 OK", &["X-Rate-Limit: 5"], r#"{"name":"p"}"#);
    let response = place.client.default().get_pet("a").send_blocking_with_headers().unwrap();
    assert_eq!((response.output().name.as_str(), response.typed_headers().x_rate_limit()), ("p", Ok(5)));
}
