//! Settings of the client, and what it refuses before anything is sent.

use std::env;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::time::Duration;

use flighthub2::flight_tasks::ListFlightTasks;
use flighthub2::types::{
    AreaCorner, CreateModelBody, Language, ModelFormat, ModelKind, ModelQuality, PredefinedArea, ReconstructionMode,
};
use flighthub2::{Client, ClientBuilder, Delivery, Error, ErrorKind, Region, Risk, Token};
use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, TOKEN, client};
use flighthub2_tests::server::{Server, json};
use tokio::net::TcpSocket;

fn builder() -> ClientBuilder {
    Client::builder().token(Token::new(TOKEN).unwrap())
}

fn refused(result: Result<Client, Error>) -> String {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Config, Delivery::NotSent), "{error}");
    error.to_string()
}

#[test]
fn a_base_url_keeps_the_token_from_the_network() {
    for good in [
        "https://example.com",
        "https://example.com/prefix/",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "http://localhost",
    ] {
        assert!(builder().base_url(good).build().is_ok(), "{good}");
    }
    for bad in [
        "http://example.com",
        "http://10.0.0.5:30812",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "ftp://example.com",
        "example.com",
        "",
        "https://user:pass@example.com",
        "https://example.com/?a=b",
        "https://example.com/#a",
        "file:///tmp",
        "https://",
    ] {
        refused(builder().base_url(bad).build());
    }
    assert!(refused(builder().base_url("http://10.0.0.5:30812").build()).contains("allow_http"));
    assert!(builder().base_url("http://10.0.0.5:30812").allow_http(true).build().is_ok());
    assert!(builder().region(Region::Eu).build().is_ok());
    assert!(refused(builder().build()).contains("region"));
    assert!(refused(Client::builder().region(Region::Cn).build()).contains("token"));
}

#[test]
fn a_token_is_checked_and_never_shown() {
    for bad in ["", " \n", "two words", "line\nbreak", "schlüssel", "nul\0"] {
        assert_eq!(Token::new(bad).unwrap_err().kind(), ErrorKind::Config, "{bad:?}");
    }
    let token = Token::new(format!(" {TOKEN}\n")).unwrap();
    let client = Client::builder().region(Region::Us).token(token.clone()).build().unwrap();
    let shown = format!("{token:?} {client:?} {:?} {:?}", builder(), client.project(PROJECT));
    assert!(!shown.contains(&TOKEN[..8]), "{shown}");
    assert!(
        Token::from_env("FLIGHTHUB2_NO_SUCH_VARIABLE").unwrap_err().to_string().contains("FLIGHTHUB2_NO_SUCH_VARIABLE")
    );
}

#[tokio::test]
async fn a_client_refuses_riskier_operations() {
    for max_risk in [Risk::Read, Risk::Write, Risk::Destructive, Risk::Physical] {
        let server = Server::start(|_| json(r#"{"code":200403,"message":"m"}"#));
        let fh = builder().base_url(server.url()).max_risk(max_risk).build().unwrap();
        for example in examples() {
            let error = example.send(&fh, &fh.project(PROJECT)).await.unwrap_err();
            if example.info.risk > max_risk {
                assert_eq!((error.kind(), error.delivery()), (ErrorKind::Risk, Delivery::NotSent), "{error}");
                assert!(error.to_string().contains(&format!("max_risk(Risk::{:?})", example.info.risk)), "{error}");
            } else {
                assert_eq!(error.kind(), ErrorKind::Api, "{error}");
            }
        }
        let allowed = examples().iter().filter(|example| example.info.risk <= max_risk).count();
        assert_eq!(server.take_requests().len(), allowed, "{max_risk:?}");
    }
    let default = builder().base_url("http://127.0.0.1:1").build().unwrap();
    assert!(format!("{default:?}").contains("max_risk: Write"), "{default:?}");
}

#[tokio::test]
async fn ids_that_change_the_path_are_not_sent() {
    let server = Server::start(|_| json(r#"{"code":200403,"message":"m"}"#));
    let site = client(&server.url()).project(PROJECT);
    for bad in ["", ".", ".."] {
        let error = site.flight_tasks().get(bad).send().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidArgument, Delivery::NotSent), "{error}");
    }
    let error = client(&server.url()).project("a\r\nX-Other: b").flight_tasks().get("a").send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidArgument, Delivery::NotSent), "{error}");
    assert!(server.take_requests().is_empty());
    site.flight_tasks().get("a/../b?c#d").send().await.unwrap_err();
    assert_eq!(server.take_requests()[0].path, "/openapi/v0.1/flight-task/a%2F..%2Fb%3Fc%23d");
}

#[tokio::test]
async fn non_finite_numbers_are_not_sent_as_null() {
    let server = Server::start(|_| json(r#"{"code":200403,"message":"m"}"#));
    let site = client(&server.url()).project(PROJECT);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let corner = AreaCorner::builder().longitude(9.0).latitude(bad).build();
        let body = CreateModelBody::builder()
            .name("Example model")
            .reconstruction_type(vec![ModelKind::Model3d])
            .simplified_factor(0.2)
            .task_folder_id(1042)
            .wkt("EPSG:32632")
            .quality_level(ModelQuality::High)
            .reconstruction_mode(ReconstructionMode::Normal)
            .generate_model_formats(vec![ModelFormat::B3dm])
            .build();
        let error = site.models().create(body.predefine_area(PredefinedArea::new([corner]))).send().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidArgument, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains("`body.predefine_area` holds a number that is not finite"), "{error}");
    }
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_path_of_the_base_url_is_kept() {
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let fh = client(&format!("{}/behind/a/proxy/", server.url()));
    fh.system().status().send().await.unwrap();
    assert_eq!(server.take_requests()[0].path, "/behind/a/proxy/openapi/v0.1/system_status");
}

#[tokio::test]
async fn unsent_requests_are_reported_as_not_sent() {
    // A port that is taken and refuses, because nobody listens.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let url = format!("http://{}", taken.local_addr().unwrap());
    let error = client(&url).system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent), "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN));
}

#[tokio::test]
async fn time_is_limited() {
    // The system accepts connections, and no server responds.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    for limited in [builder().timeout(Duration::from_millis(50)), builder().read_timeout(Duration::from_millis(50))] {
        let fh = limited.base_url(&url).max_attempts(1).build().unwrap();
        let error = fh.system().status().send().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::MaybeSent), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let target = elsewhere.url();
    let server = Server::start(move |_| {
        format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {target}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .into_bytes()
    });
    let error = client(&server.url()).system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(307)));
    assert!(elsewhere.take_requests().is_empty());
}

/// Where the child of the next test finds its server.
const CHILD: &str = "FLIGHTHUB2_TEST_CHILD";

#[tokio::test]
async fn a_proxy_of_the_environment_does_not_see_the_token() {
    if let Ok(url) = env::var(CHILD) {
        client(&url).system().status().send().await.unwrap();
        // Other changes of the library bring them no closer.
        let changed = builder().base_url(url).configure_reqwest(|http| http.http1_only()).build().unwrap();
        changed.system().status().send().await.unwrap();
        return;
    }
    let proxy = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    // The environment of a process cannot be changed safely while it runs: the same test runs in another one.
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "settings::a_proxy_of_the_environment_does_not_see_the_token"])
        .env(CHILD, server.url())
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, proxy.url())))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert_eq!((proxy.take_requests().len(), server.take_requests().len()), (0, 2));
}

#[tokio::test]
async fn a_proxy_of_the_program_is_used_for_plain_http_too() {
    let proxy = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let address = proxy.url();
    let through = || {
        let address = address.clone();
        builder().base_url(server.url()).configure_reqwest(move |http| {
            http.proxy(reqwest::Proxy::http(address.clone()).unwrap_or_else(|error| panic!("{error}")))
        })
    };
    for fh in [through(), through().no_proxy()] {
        fh.build().unwrap().system().status().send().await.unwrap();
        let [request] = &proxy.take_requests()[..] else { panic!("one request through the proxy") };
        assert_eq!(request.path, format!("{}/openapi/v0.1/system_status", server.url()));
    }
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn an_id_that_is_empty_is_not_sent_as_a_header() {
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let fh = client(&server.url());
    for empty in ["", " ", "\t"] {
        let site = fh.project(empty);
        for error in [
            site.waylines().list().send().await.unwrap_err(),
            site.waylines().list().dry_run().unwrap_err(),
            site.open_modeling().list_running().send().await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidArgument, Delivery::NotSent), "{error}");
            assert!(error.to_string().contains("`X-Project-Uuid` is empty"), "{error}");
        }
        // A call of the organization has no such header.
        site.system().status().send().await.unwrap();
    }
    let requests = server.take_requests();
    assert!(requests.iter().all(|request| request.path.ends_with("/system_status")), "{requests:?}");
}

#[tokio::test]
async fn a_connection_that_is_not_trusted_sends_nothing() {
    // A server that does not speak TLS: the greeting fails, and no request leaves.
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let fh = client(&server.url().replace("http:", "https:"));
    let error = fh.system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent), "{error}");
    let certificate = builder().region(Region::Eu).root_certificate(b"no certificate");
    assert!(certificate.and_then(ClientBuilder::build).is_err());
}

#[tokio::test]
async fn messages_are_english_unless_the_caller_asks_for_another_language() {
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let language = || server.take_requests()[0].header("x-language").map(str::to_owned);
    let fh = builder().base_url(server.url()).build().unwrap();
    fh.system().status().send().await.unwrap();
    assert_eq!(language().as_deref(), Some("en"));
    fh.system().status().message_language(Language::Chinese).send().await.unwrap();
    assert_eq!(language().as_deref(), Some("zh"));
    let fh = builder().base_url(server.url()).language(Language::Chinese).build().unwrap();
    fh.system().status().send().await.unwrap();
    assert_eq!(language().as_deref(), Some("zh"));
    fh.system().status().message_language(Language::from("es")).send().await.unwrap();
    assert_eq!(language().as_deref(), Some("es"));
}

#[tokio::test]
async fn call_settings_apply_to_one_call() {
    let busy = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let server = Server::start(|_| busy.to_vec());
    let fh = builder().base_url(server.url()).max_attempts(1).build().unwrap();
    let call = || fh.system().status();

    // Reads are retried, as often as this call may be sent; each attempt has the id that is set.
    let error = call().max_attempts(3).request_id("one-id").header("X-Trace", "t 1").send().await.unwrap_err();
    assert_eq!(error.attempts(), 3, "{error}");
    let requests = server.take_requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert_eq!((request.header("x-request-id"), request.header("x-trace")), (Some("one-id"), Some("t 1")));
    }

    let error = call().send().await.unwrap_err();
    assert_eq!(error.attempts(), 1, "{error}");
    let [request] = &server.take_requests()[..] else { panic!("one request") };
    assert!(request.header("x-request-id").is_some_and(|id| id != "one-id" && id.len() == 36), "{request:?}");
    assert_eq!(request.header("x-trace"), None);

    let error = call().timeout(Duration::ZERO).send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent), "{error}");
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn managed_headers_cannot_be_replaced() {
    let server = Server::start(|_| json(r#"{"code":0,"message":""}"#));
    let site = client(&server.url()).project(PROJECT);
    for name in [
        "X-User-Token",
        "x-request-id",
        "X-Language",
        "x-project-uuid",
        "Host",
        "content-length",
        "Content-Type",
        "accept",
        "Transfer-Encoding",
        "user-agent",
        "accept-encoding",
        "",
        "two words",
        "line\r\nX-Other",
    ] {
        let error = site.waylines().list().header(name, "x").send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::InvalidArgument, Delivery::NotSent),
            "{name}: {error}"
        );
    }
    for value in ["", "a\r\nX-Other: b"] {
        let error = site.waylines().list().header("X-Trace", value).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{value:?}: {error}");
        let error = site.waylines().list().request_id(value).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{value:?}: {error}");
    }
    assert!(server.take_requests().is_empty());
    // The last value of a header counts.
    let call = site.system().status().header("Authorization", "a").header("authorization", "b");
    call.send().await.unwrap();
    let [request] = &server.take_requests()[..] else { panic!("one request") };
    let sent: Vec<&str> =
        request.headers.iter().filter(|(name, _)| name == "authorization").map(|(_, value)| value.as_str()).collect();
    assert_eq!(sent, ["b"]);
}

#[tokio::test]
async fn a_borrowed_operation_is_sent_by_a_task_that_outlives_it() {
    let server = Server::start(|_| json(r#"{"code":0,"message":"","data":{"list":[]}}"#));
    let task = {
        let site = client(&server.url()).project(PROJECT);
        let operation = ListFlightTasks::new().sn("7CTEXAMPLE0001").begin_at(1).end_at(2);
        tokio::spawn(site.send(&operation))
    };
    assert!(task.await.unwrap().unwrap().list.is_empty());
    let [request] = &server.take_requests()[..] else { panic!("one request") };
    assert_eq!(request.header("x-project-uuid"), Some(PROJECT));
}
