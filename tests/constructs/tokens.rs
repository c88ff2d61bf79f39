//! Tokens that the client fetches: what it requests from a token endpoint, and when.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flighthub2::codegen::ClientCredentials;
use flighthub2::{Delivery, Error, ErrorKind, FetchedToken, Token, TokenFuture, TokenSource, TokenSourceError};
use flighthub2_tests::clock::Instantly;
use flighthub2_tests::fixtures::token_endpoint::{Client, ClientBuilder, OPERATIONS};
use flighthub2_tests::server::{Request, Server, http_response};

const SECRET: &str = "client-secret+/=";

fn credentials() -> ClientCredentials {
    ClientCredentials::new("program", SECRET).unwrap()
}

/// A client whose service and token endpoint are one server.
fn client(server: &Server, credentials: ClientCredentials) -> Client {
    let builder = Client::builder().base_url(format!("{}/v1/", server.url())).clock(Instantly::new());
    builder.client_credentials("oauth", credentials).build().unwrap()
}

fn token(number: usize) -> Vec<u8> {
    let body = format!(r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#);
    http_response("200 OK", "application/json", body)
}

fn done() -> Vec<u8> {
    b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec()
}

fn unauthorized() -> Vec<u8> {
    http_response("401 Unauthorized", "text/plain", "expired")
}

/// A server that issues tokens with numbers, and responds to calls by what is passed in.
fn issuing(respond: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Server {
    let issued = AtomicUsize::new(0);
    Server::start(move |request| match request.path.as_str() {
        "/token" => token(issued.fetch_add(1, Ordering::SeqCst)),
        _ => respond(request),
    })
}

/// Path and `Authorization` of each request.
fn sent(server: &Server) -> Vec<(String, String)> {
    let shown = |request: Request| {
        let authorization = request.header("authorization").unwrap_or("none").to_owned();
        (request.path, authorization)
    };
    server.take_requests().into_iter().map(shown).collect()
}

fn calls(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_token_is_requested_once_and_sent_with_every_call() {
    let server = issuing(|_| done());
    let client = client(&server, credentials().scopes(["read", "write"]).parameter("audience", "a b"));
    for _ in 0..3 {
        client.default().list_orders().send().await.unwrap();
    }
    let requests = server.take_requests();
    let paths: Vec<_> = requests.iter().map(|request| (&*request.method, &*request.path)).collect();
    assert_eq!(paths, [("POST", "/token"), ("GET", "/v1/orders"), ("GET", "/v1/orders"), ("GET", "/v1/orders")]);
    assert_eq!(requests[0].body, b"grant_type=client_credentials&scope=read+write&audience=a+b");
    // RFC 6749, section 2.3.1: the id and the secret are encoded as in a form.
    assert_eq!(requests[0].header("authorization"), Some("Basic cHJvZ3JhbTpjbGllbnQtc2VjcmV0JTJCJTJGJTNE"));
    assert_eq!(requests[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    for request in &requests[1..] {
        assert_eq!(request.header("authorization"), Some("Bearer token-0"));
    }
}

#[tokio::test]
async fn id_and_secret_can_be_in_the_body() {
    let server = issuing(|_| done());
    client(&server, credentials().in_body()).default().list_orders().send().await.unwrap();
    let request = &server.take_requests()[0];
    let expected = "grant_type=client_credentials&client_id=program&client_secret=client-secret%2B%2F%3D";
    assert_eq!((request.body.as_slice(), request.header("authorization")), (expected.as_bytes(), None));
}

#[tokio::test]
async fn calls_at_the_same_time_share_a_token() {
    let server = issuing(|_| done());
    let client = client(&server, credentials());
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(client.default().list_orders().send())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sent(&server).iter().filter(|(path, _)| path == "/token").count(), 1);
}

#[tokio::test]
async fn a_rejected_token_is_fetched_again_and_the_call_is_sent_once_more() {
    let revoked = Mutex::new(Vec::<String>::new());
    let revoked = std::sync::Arc::new(revoked);
    let server = issuing({
        let revoked = std::sync::Arc::clone(&revoked);
        move |request| {
            let value = request.header("authorization").unwrap_or_default();
            if revoked.lock().unwrap().iter().any(|it| it == value) { unauthorized() } else { done() }
        }
    });
    let client = client(&server, credentials());
    client.default().list_orders().send().await.unwrap();
    revoked.lock().unwrap().push("Bearer token-0".to_owned());
    // Also a call that is not idempotent: HTTP 401 says that it was not carried out.
    client.default().delete_orders().send().await.unwrap();
    let (orders, basic) = ("/v1/orders", "Basic cHJvZ3JhbTpjbGllbnQtc2VjcmV0JTJCJTJGJTNE");
    let (first, second) = ("Bearer token-0", "Bearer token-1");
    let expected = [("/token", basic), (orders, first), (orders, first), ("/token", basic), (orders, second)];
    assert_eq!(sent(&server), calls(&expected));
    // A new token that is rejected, too: the call fails, and the next one asks for another token.
    revoked.lock().unwrap().extend((1..4).map(|number| format!("Bearer token-{number}")));
    let error = client.default().list_orders().send().await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(401), 2), "{error}");
    let expected = [(orders, second), ("/token", basic), (orders, "Bearer token-2")];
    assert_eq!(sent(&server), calls(&expected));
    let error = client.default().list_orders().send().await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(401), 1), "{error}");
    assert_eq!(sent(&server), calls(&[("/token", basic), (orders, "Bearer token-3")]));
}

#[tokio::test]
async fn a_token_endpoint_that_refuses_is_an_error_of_the_call() {
    let server = Server::start(|_| {
        let body = format!(r#"{{"error":"invalid_client","error_description":"{SECRET} is wrong"}}"#);
        http_response("401 Unauthorized", "application/json", body)
    });
    let error = client(&server, credentials()).default().delete_orders().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::TokenSource, Delivery::NotSent));
    assert_eq!((error.attempts(), error.status(), error.may_have_taken_effect()), (0, None, false));
    let expected = "deleteOrders: no token for `oauth` could be fetched: the token endpoint responded with HTTP 401: \
                    invalid_client (*** is wrong)";
    assert_eq!(error.to_string(), expected);
    assert_eq!(sent(&server).len(), 1);
}

#[tokio::test]
async fn an_outage_of_the_token_endpoint_is_waited_for() {
    let tries = AtomicUsize::new(0);
    let server = Server::start(move |request| match (request.path.as_str(), tries.fetch_add(1, Ordering::SeqCst)) {
        ("/token", 0) => http_response("503 Service Unavailable", "text/plain", "later"),
        ("/token", 1) => Vec::new(),
        ("/token", _) => token(7),
        _ => done(),
    });
    let fh = client(&server, credentials());
    fh.default().delete_orders().send().await.unwrap();
    let paths: Vec<_> = sent(&server).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["/token", "/token", "/token", "/v1/orders"]);
    // As often as a call is sent at most.
    let server = Server::start(|_| http_response("500 Internal Server Error", "text/plain", ""));
    let error = client(&server, credentials()).default().list_orders().max_attempts(3).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), sent(&server).len()), (ErrorKind::TokenSource, 0, 3), "{error}");
    // A port that is taken, and where nothing listens.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", taken.local_addr().unwrap());
    let builder = Client::builder().base_url(url).clock(Instantly::new()).max_attempts(2);
    let closed = builder.client_credentials("oauth", credentials()).build().unwrap();
    let error = closed.default().list_orders().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::TokenSource, Delivery::NotSent), "{error}");
}

#[tokio::test]
async fn a_fetched_token_and_the_secret_are_never_shown() {
    let server = issuing(|request| {
        let value = request.header("authorization").unwrap_or_default();
        http_response("500 Internal Server Error", "text/plain", format!("{value} {SECRET}"))
    });
    let builder = || Client::builder().base_url(server.url()).clock(Instantly::new());
    let builder = builder().client_credentials("oauth", credentials());
    let client = builder.clone().build().unwrap();
    let error = client.default().delete_orders().send().await.unwrap_err();
    assert!(error.to_string().contains("text/plain: Bearer *** ***"), "{error}");
    let dry = client.default().list_orders().dry_run().unwrap();
    assert!(dry.curl().contains("-H 'authorization: Bearer '\"$TOKEN\""), "{}", dry.curl());
    for shown in [format!("{error:?}"), format!("{builder:?}"), format!("{client:?}"), format!("{dry:?}")] {
        assert!(!shown.contains("token-0") && !shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_call_without_async_fetches_a_token_too() {
    let server = issuing(|_| done());
    client(&server, credentials()).default().list_orders().send_blocking().unwrap();
    assert_eq!(sent(&server).len(), 2);
}

#[test]
fn a_token_endpoint_that_could_leak_the_secret_is_refused() {
    let of = |scheme: &str, given| Client::builder().client_credentials(scheme, given);
    let own = || credentials().token_url("https://id.example.com/token");
    let test = |builder: ClientBuilder| builder.base_url("https://test.example");
    let cases = [
        (of("aouth", own()), "there is no security scheme `aouth`; the schemes are: `oauth`, `elsewhere`, `key`"),
        (of("login", credentials()), "the specification does not have the token URL of `login`"),
        (of("key", own()), "`key` is no header: its credential cannot come from a source"),
        (of("oauth", credentials().token_url("token")), "the token URL of `oauth` is no URL"),
        (of("oauth", credentials().token_url("http://id.example.com/t")), "the token URL of `oauth` is plain http"),
        (of("oauth", credentials().token_url("http://127.0.0.1/t")), "is plain http, and the base URL is not"),
        (of("oauth", credentials().token_url("https://a:b@id.example.com")), "has a name or password in it"),
        (of("oauth", own().parameter("client_id", "x")), "`client_id` cannot be a parameter"),
        (test(of("elsewhere", credentials())), "`https://id.example.com/token?tenant=a`, may be that of another"),
    ];
    for (builder, expected) in cases {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(expected), "{error}");
    }
    for builder in [
        of("oauth", credentials()),
        of("elsewhere", credentials()),
        of("login", own()),
        test(of("oauth", credentials())),
        test(of("elsewhere", own())),
    ] {
        builder.build().unwrap();
    }
    assert_eq!(OPERATIONS.len(), 4);
    let urls = flighthub2_tests::fixtures::token_endpoint::API.credentials.iter().map(|known| known.token_url);
    assert_eq!(urls.collect::<Vec<_>>(), [Some("../token"), Some("https://id.example.com/token?tenant=a"), None, None]);
}

/// A source of a program: the tokens of a list, one after another.
#[derive(Debug)]
struct Listed(Mutex<Vec<Result<&'static str, TokenSourceError>>>);

impl TokenSource for Listed {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async {
            let next = self.0.lock().unwrap().pop().unwrap_or_else(|| Err(TokenSourceError::new("there is none left")));
            let token = Token::new(next?).map_err(|error| TokenSourceError::new(error.to_string()))?;
            Ok(FetchedToken::new(token).valid_for(Duration::ZERO))
        })
    }
}

#[tokio::test]
async fn a_program_can_have_a_source_of_its_own() {
    let server = Server::start(|_| done());
    let listed = || {
        let later = Err(TokenSourceError::new("later").temporary());
        Listed(Mutex::new(vec![Ok("second"), later, Ok("first")]))
    };
    let builder = || Client::builder().base_url(server.url()).clock(Instantly::new());
    let client = builder().credential_source("oauth", listed()).build().unwrap();
    for _ in 0..2 {
        client.default().list_orders().send().await.unwrap();
    }
    let orders = "/orders";
    assert_eq!(sent(&server), calls(&[(orders, "Bearer first"), (orders, "Bearer second")]));
    let error: Error = client.default().list_orders().send().await.unwrap_err();
    assert_eq!(error.to_string(), "listOrders: no token for `oauth` could be fetched: there is none left");
    let error = builder().credential_source("key", listed()).build().unwrap_err();
    assert!(error.to_string().contains("`key` is no header"), "{error}");
    // Where a client has one token, it can come from a source, too: a key that is replaced while the program runs.
    let fh = flighthub2::Client::builder().base_url(server.url()).token_source(listed()).build().unwrap();
    let error = fh.system().status().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    assert_eq!(server.take_requests()[0].header("x-user-token"), Some("first"));
}

/// Between two requests a person may have acted, so nothing is sent again, whatever became of the token.
#[tokio::test]
async fn a_physical_operation_is_sent_once_although_its_token_was_rejected() {
    use flighthub2_tests::calls::examples;
    let server = Server::start(|request| match request.method.as_str() {
        "GET" => http_response("200 OK", "application/json", r#"{"code":0,"message":""}"#),
        _ => unauthorized(),
    });
    let valid = || FetchedToken::new(Token::new("token").unwrap());
    #[derive(Debug)]
    struct Same(FetchedToken);
    impl TokenSource for Same {
        fn fetch(&self) -> TokenFuture<'_> {
            Box::pin(async { Ok(self.0.clone()) })
        }
    }
    let builder = flighthub2_tests::client::builder(&server.url()).clock(Instantly::new());
    let fh = builder.token_source(Same(valid())).build().unwrap();
    let mut seen = 0;
    for example in examples().into_iter().filter(|it| it.info.risk == flighthub2::Risk::Physical) {
        // The token is from the cache of this call.
        fh.system().status().send().await.unwrap();
        drop(server.take_requests());
        let sending = example.send(&fh, &fh.project(flighthub2_tests::client::PROJECT)).await;
        let error = sending.expect_err("the server refuses it");
        assert_eq!((error.status(), error.attempts(), server.take_requests().len()), (Some(401), 1, 1), "{error}");
        seen += 1;
    }
    assert!(seen >= 7);
}
