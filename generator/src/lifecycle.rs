//! The part of the model for `x-pagination`, `x-states` and `x-follow`, with all names resolved.
//!
//! `lower` creates these types; `emit` and `compare` read them.
//!
//! As in the rest of [`crate::model`], names are Rust identifiers, and every named parameter, field and variant exists.

use crate::document::lifecycle::{self, PageEnd};
use crate::model::{TypeId, TypeRef};

/// The pagination of the list that an operation returns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pagination {
    /// The value of the key in the document.
    pub(crate) statement: lifecycle::Pagination,
    pub(crate) page: Counter,
    pub(crate) first_page: i64,
    pub(crate) page_size: Option<Counter>,
    pub(crate) end: PageEnd,
    /// The field of the response that contains the list.
    pub(crate) items: String,
    /// The type of its items.
    pub(crate) item: TypeRef,
    pub(crate) unpaged: Option<Unpaged>,
}

/// An integer argument that the client sets automatically.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counter {
    /// The field of the operation.
    pub(crate) field: String,
    pub(crate) required: bool,
}

/// An argument whose value makes the service return the complete list at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpaged {
    /// The field of the operation.
    pub(crate) field: String,
    pub(crate) required: bool,
    pub(crate) enumeration: TypeId,
    pub(crate) variant: String,
}

/// The final values of a status, as positions in the values of its enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct States {
    pub(crate) success: Vec<usize>,
    pub(crate) failure: Vec<usize>,
}

/// The status in the response of an operation, which callers can poll until it is final.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Follow {
    /// The value of the key in the document.
    pub(crate) statement: lifecycle::Follow,
    /// The name of the method of the group that polls the status.
    pub(crate) method_name: String,
    /// The field of the response that contains the status.
    pub(crate) status: String,
    /// The type of the status.
    pub(crate) state: TypeRef,
    /// The field of the response that contains the progress, and whether every response contains it.
    pub(crate) progress: Option<(String, bool)>,
}
