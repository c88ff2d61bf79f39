//! What the model knows of lists in pages, of states and of following them: the resolved values of `x-pagination`,
//! `x-states` and `x-follow`.
//!
//! A part of the vocabulary in [`crate::model`]: names are Rust identifiers, and everything that is named is there.

use crate::document::lifecycle::{self, PageEnd};
use crate::model::{TypeId, TypeRef};

/// How an operation returns a list in pages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pagination {
    /// As the document states it.
    pub(crate) statement: lifecycle::Pagination,
    pub(crate) page: Counter,
    pub(crate) first_page: i64,
    pub(crate) page_size: Option<Counter>,
    pub(crate) end: PageEnd,
    /// The field of the response that is the list.
    pub(crate) items: String,
    /// The type of its items.
    pub(crate) item: TypeRef,
    pub(crate) unpaged: Option<Unpaged>,
}

/// An integer argument that the client sets by itself.
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

/// The final values of a status, as positions among the values of its enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct States {
    pub(crate) success: Vec<usize>,
    pub(crate) failure: Vec<usize>,
}

/// How the response of an operation shows a state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Follow {
    /// As the document states it.
    pub(crate) statement: lifecycle::Follow,
    /// The method of the group.
    pub(crate) method_name: String,
    /// The field of the response that is the status.
    pub(crate) status: String,
    /// The type of the status.
    pub(crate) state: TypeRef,
    /// The field of the response that is the progress, and whether it is always there.
    pub(crate) progress: Option<(String, bool)>,
}
