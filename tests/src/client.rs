//! The client as tests use it.

use flighthub2::types::Language;
use flighthub2::{Client, ClientBuilder, Risk, Token};

/// The token of the examples.
pub const TOKEN: &str = "PLACEHOLDER_ORGANIZATION_KEY";
/// The project of the examples.
pub const PROJECT: &str = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d";

/// A client for a server of this machine that may do everything, and sends nothing twice.
///
/// # Panics
/// It cannot be made.
#[must_use]
pub fn client(url: &str) -> Client {
    builder(url).max_attempts(1).build().unwrap_or_else(|error| panic!("{error}"))
}

/// Its settings, with as many attempts as a client makes by itself.
///
/// # Panics
/// The token is refused.
pub fn builder(url: &str) -> ClientBuilder {
    let token = Token::new(TOKEN).unwrap_or_else(|error| panic!("{error}"));
    Client::builder().base_url(url).token(token).max_risk(Risk::Physical).language(Language::English)
}
