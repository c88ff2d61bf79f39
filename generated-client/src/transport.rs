//! The interface between the client and an HTTP library. For programs that have an HTTP library of
//! their own, and for tests without a socket.
//!
//! ```
//! use flighthub2::transport::{Body, Bytes, Request, RequestBody, Response, SendFuture, Transport};
//! use flighthub2::{Client, Token};
//!
//! /// Responds to every request with an empty list.
//! #[derive(Debug)]
//! struct EmptyList;
//!
//! impl Transport for EmptyList {
//!     fn send(&self, request: Request<RequestBody>) -> SendFuture<'_> {
//!         assert_eq!(request.uri().path(), "/openapi/v0.1/project");
//!         Box::pin(async {
//!             let response = Bytes::from_static(br#"{"code":0,"message":"","data":{"list":[]}}"#);
//!             Ok(Response::new(Body::from(response)))
//!         })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), flighthub2::Error> {
//! let fh = Client::builder()
//!     .base_url("https://flighthub.example.com")
//!     .token(Token::new("PLACEHOLDER-TOKEN")?)
//!     .transport(EmptyList)
//!     .build()?;
//! assert!(fh.projects().list().send().await?.list.is_empty());
//! # Ok(())
//! # }
//! ```

#[doc(inline)]
pub use flighthub2_runtime::transport::*;
