//! `x-pagination`, `x-states` and `x-follow`, as stated in the document.
//!
//! In: the validated value of a key. Out: its members. The `lower` stage resolves the names in them.

use serde_json::{Map, Value};

use crate::words::words;

/// `x-pagination`: how an operation returns a list in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pagination {
    /// The parameter that counts the pages.
    pub(crate) page: String,
    /// The parameter that sets how many items a page has.
    pub(crate) page_size: Option<String>,
    /// A size that the service is known to accept.
    pub(crate) accepted_size: Option<i64>,
    /// The property of the response that is the list.
    pub(crate) items: String,
    pub(crate) end: PageEnd,
    /// A parameter, and its value for which the service returns the complete list at once.
    pub(crate) unpaged: Option<(String, String)>,
}

words! {
    /// How the end of a list is recognised.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum PageEnd {
        ShortPage = "short-page",
        EmptyPage = "empty-page",
    }
}

/// `x-states`: the final values of a status.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct States {
    pub(crate) success: Vec<Value>,
    pub(crate) failure: Vec<Value>,
}

/// `x-follow`: how the response of an operation shows a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Follow {
    /// The property that is the status.
    pub(crate) status: String,
    /// The property that is the progress.
    pub(crate) progress: Option<String>,
    /// The name of the method of the group.
    pub(crate) name: Option<String>,
}

impl Pagination {
    pub(super) fn read(value: Value) -> Option<Self> {
        let mut members = members(value)?;
        let unpaged = members.remove("unpaged").and_then(self::members);
        Some(Self {
            page: text(&mut members, "page")?,
            page_size: text(&mut members, "page_size"),
            accepted_size: members.get("accepted_size").and_then(Value::as_i64),
            items: text(&mut members, "items")?,
            end: PageEnd::parse(&text(&mut members, "end")?)?,
            unpaged: unpaged
                .and_then(|mut unpaged| Some((text(&mut unpaged, "parameter")?, text(&mut unpaged, "value")?))),
        })
    }
}

impl States {
    pub(super) fn read(value: Value) -> Option<Self> {
        let mut members = members(value)?;
        let mut list = |key| match members.remove(key) {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        };
        Some(Self { success: list("success"), failure: list("failure") })
    }
}

impl Follow {
    pub(super) fn read(value: Value) -> Option<Self> {
        let mut members = members(value)?;
        Some(Self {
            status: text(&mut members, "status")?,
            progress: text(&mut members, "progress"),
            name: text(&mut members, "name"),
        })
    }
}

fn members(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn text(members: &mut Map<String, Value>, key: &str) -> Option<String> {
    match members.remove(key)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}
