//! The common code of generated types: macros that implement their conversions, and the functions that the expansions call.
//!
//! In: the names and values of a type of a specification, as generated code writes them. Out: its implementations of traits
//! of serde and of the standard library. The code is here and not in every generated file, so that it is compiled and tested
//! once. It knows no API; [`codegen`](crate::codegen) gives the macros their public names.

mod contents;
mod integers;
mod objects;
mod strings;
mod to_json;
mod unions;
mod unknown;

pub use to_json::SerializeError;
pub use unknown::Unknown;

/// Used by the expansion of the macros. Not for callers.
#[doc(hidden)]
pub mod private {
    pub use serde;
    pub use serde_json;

    pub use super::objects::ObjectOnly;
    pub use super::strings::{read_text, read_text_or_number};
    pub use super::to_json::{to_json, to_json_string};
    pub use crate::lenient::{Lenient, lenient};
    pub use crate::response::{from_json_str, variant};
}
