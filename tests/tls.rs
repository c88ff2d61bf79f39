//! Certificates: a service is asked only if its certificate is trusted, and installations of one's own can be.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use flighthub2::{Delivery, ErrorKind};
use flighthub2_tests::calls::examples;
use flighthub2_tests::client::{PROJECT, builder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A service with a certificate that it has made for itself.
struct Service {
    url: String,
    /// Its certificate, in PEM form.
    certificate: String,
    /// How many requests it has read.
    requests: Arc<AtomicUsize>,
}

impl Service {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        // It ends with the runtime of the test.
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await?;
                    let mut buffer = [0; 8192];
                    if stream.read(&mut buffer).await? > 0 {
                        counted.fetch_add(1, Ordering::SeqCst);
                        let body = r#"{"code":0,"message":""}"#;
                        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
                        stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
                        stream.shutdown().await?;
                    }
                    Ok::<(), std::io::Error>(())
                });
            }
        });
        Self { url, certificate: made.cert.pem(), requests }
    }
}

#[tokio::test]
async fn an_untrusted_service_receives_no_request() {
    let service = Service::start().await;
    let fh = builder(&service.url).no_proxy().max_attempts(1).build().unwrap();
    for example in examples() {
        let error = example.send(&fh, &fh.project(PROJECT)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent), "{error:?}");
    }
    assert_eq!(service.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_private_certificate_can_be_trusted() {
    let service = Service::start().await;
    let trusting = builder(&service.url).no_proxy().root_certificate(service.certificate.as_bytes()).unwrap();
    trusting.build().unwrap().system().status().send().await.unwrap();
    assert_eq!(service.requests.load(Ordering::SeqCst), 1);
    // The certificate of another one is no help.
    let other = Service::start().await;
    let mistaken = builder(&service.url).no_proxy().root_certificate(other.certificate.as_bytes()).unwrap();
    let error = mistaken.max_attempts(1).build().unwrap().system().status().send().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent), "{error:?}");
    assert_eq!(service.requests.load(Ordering::SeqCst), 1);
}
