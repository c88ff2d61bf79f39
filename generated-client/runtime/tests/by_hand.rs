//! A client that is written by hand: what generated code relies on, without a generator. With and without the built-in
//! transport: `cargo test -p flighthub2-runtime --no-default-features` is the second run.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use flighthub2_runtime::codegen::{ApiClient, Caller, Core, InScope, ReadError, ResponseBody, scope};
use flighthub2_runtime::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport};
use flighthub2_runtime::{
    ApiInfo, ClientBuilder, ErrorCodeInfo, ErrorKind, Idempotency, Operation, OperationInfo, Outcome, Risk, Token,
    TokenHeader,
};

static API: ApiInfo = ApiInfo::new("Pets")
    .with_error_codes(&[ErrorCodeInfo::new(7, "Asleep").with_outcome(Outcome::Refused), ErrorCodeInfo::new(8, "Lost")]);

flighthub2_runtime::codegen::call! {}

#[derive(Clone, Debug)]
struct Pets(Core);

/// The name that the macro of calls expects.
type Client = Pets;

impl Caller for Pets {
    fn core(&self) -> &Core {
        &self.0
    }

    fn core_mut(&mut self) -> &mut Core {
        &mut self.0
    }

    fn project_id(&self) -> Option<&str> {
        None
    }
}

impl InScope<scope::Organization<Pets>> for Pets {}

impl ApiClient for Pets {
    type Region = Infallible;
    type Language = Infallible;
    const API: &'static ApiInfo = &API;
    const USER_AGENT: &'static str = "pets/1.0";

    fn from_core(core: Core) -> Self {
        Self(core)
    }
}

/// The same interface with a token.
struct Guarded;

static GUARDED_API: ApiInfo = ApiInfo::new("Guarded pets").with_token(Some(TokenHeader::new("x-token")));

impl ApiClient for Guarded {
    type Region = Infallible;
    type Language = Infallible;
    const API: &'static ApiInfo = &GUARDED_API;
    const USER_AGENT: &'static str = "pets/1.0";

    fn from_core(_: Core) -> Self {
        Self
    }
}

#[derive(Clone, Debug)]
struct Feed;

impl Operation for Feed {
    type Scope = scope::Organization<Pets>;
    type Output = i64;
    const INFO: &'static OperationInfo =
        &OperationInfo::new(&API, "feed", "POST", "/feed").with_risk(Risk::Write).with_authenticated(false);

    fn read(body: ResponseBody<'_>) -> Result<i64, ReadError> {
        body.data()
    }
}

/// Gives each request the next of some bodies.
#[derive(Clone, Debug, Default)]
struct Bodies(Arc<Mutex<(Vec<&'static str>, Vec<String>)>>);

impl Bodies {
    fn new(bodies: &[&'static str]) -> Self {
        Self(Arc::new(Mutex::new((bodies.iter().rev().copied().collect(), Vec::new()))))
    }

    fn headers(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }
}

impl Transport for Bodies {
    fn send(&self, request: Request<RequestBody>) -> SendFuture<'_> {
        let mut state = self.0.lock().unwrap();
        state.1.extend(request.headers().keys().map(ToString::to_string));
        let body = state.0.pop().unwrap();
        Box::pin(async move { Ok(Response::new(Body::from(Bytes::from_static(body.as_bytes())))) })
    }
}

fn settings<C: ApiClient>() -> ClientBuilder<C> {
    ClientBuilder::new().base_url("https://pets.example.com")
}

#[tokio::test]
async fn an_api_without_a_token_needs_none_and_is_sent_none() {
    let transport = Bodies::new(&[r#"{"code":0,"data":3}"#]);
    let pets: Pets = settings().transport(transport.clone()).build().unwrap();
    assert_eq!(Call::new(&pets, Feed).send().await.unwrap(), 3);
    assert_eq!(transport.headers(), ["accept"]);
}

#[test]
fn an_api_with_a_token_needs_one() {
    let built = |settings: ClientBuilder<Guarded>| settings.transport(Bodies::default()).build().map(|_| ());
    let error = built(settings()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Config, "no token: call `.token(…)`"));
    built(settings().token(Token::new("t").unwrap())).unwrap();
}

#[tokio::test]
async fn a_code_is_one_of_the_api_of_its_call() {
    let transport = Bodies::new(&[r#"{"code":7,"message":""}"#, r#"{"code":8,"message":""}"#]);
    let pets: Pets = settings().transport(transport).build().unwrap();
    let refused = Call::new(&pets, Feed).send().await.unwrap_err();
    assert_eq!((refused.code_of(&API), refused.code_of(&GUARDED_API)), (Some(7), None));
    assert!(!refused.may_have_taken_effect());
    let lost = Call::new(&pets, Feed).send().await.unwrap_err();
    assert!(lost.may_have_taken_effect(), "a code whose outcome is not set may mean anything");
}

#[test]
fn an_operation_of_which_nothing_is_said_is_the_most_dangerous_one() {
    const INFO: OperationInfo = OperationInfo::new(&API, "a", "POST", "/a");
    assert_eq!((INFO.risk, INFO.idempotency, INFO.authenticated), (Risk::Physical, Idempotency::NonIdempotent, true));
}

#[cfg(not(feature = "reqwest"))]
#[test]
fn without_the_built_in_transport_a_client_needs_one() {
    for url in ["https://pets.example.com", "http://127.0.0.1:1"] {
        let error = settings::<Pets>().base_url(url).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().starts_with("no transport: "), "{error}");
    }
}

#[cfg(feature = "reqwest")]
#[test]
fn the_built_in_transport_is_the_default() {
    settings::<Pets>().base_url("http://127.0.0.1:1").build().unwrap();
}
