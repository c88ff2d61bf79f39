//! Every type of the client, as something that JSON goes into and comes out of.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

/// A type of the client.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// How it is made: the name of the macro that reads and writes it.
    pub kind: &'static str,
    /// Reads a text, and writes it again.
    pub again: fn(&str) -> Result<Value, Error>,
}

/// All of them, by name.
pub static TYPES: &[Type] = include!(concat!(env!("OUT_DIR"), "/types.rs"));

/// A struct of the client, and how a caller makes one.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Its name.
    pub name: &'static str,
    /// `builder`, `new` or `default`.
    pub how: &'static str,
}

/// All structs of the client, each with a function that makes one from outside of the crate.
pub static MADE: &[Made] = include!(concat!(env!("OUT_DIR"), "/made.rs"));

/// Reads a text as a type, and writes it again.
///
/// # Errors
/// The text is no value of the type.
pub fn again<T: DeserializeOwned + Serialize>(text: &str) -> Result<Value, Error> {
    serde_json::from_str::<T>(text).and_then(serde_json::to_value)
}
