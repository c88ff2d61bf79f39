//! Settings of one call, which differ from those of its client.
//!
//! They belong to the [`Core`] that a call is sent with, so that the pages of a list and the polls of what is followed have
//! them, too.

use std::time::Duration;

use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};

use crate::builder::LONGEST_CALL;
use crate::client::Core;
use crate::operation::ApiInfo;
use crate::request::header_problem;

/// Headers of the connection, and those that the client relies on.
const RESERVED: &[HeaderName] = &[
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
];

/// A setting that is `None` has the value of the client.
#[derive(Clone, Default)]
pub(crate) struct CallSettings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) language: Option<String>,
    pub(crate) request_id: Option<String>,
    headers: Vec<(String, String)>,
}

impl CallSettings {
    /// Adds the headers to those of a request.
    ///
    /// # Errors
    /// A header cannot be sent, or the client writes it.
    pub(crate) fn write(&self, api: &ApiInfo, headers: &mut HeaderMap) -> Result<(), String> {
        if let Some(id) = &self.request_id {
            let Some(header) = api.request_id_header else {
                return Err("a request id is set, and the API has no header for it".to_owned());
            };
            if let Some(problem) = header_problem(header, id) {
                return Err(problem);
            }
        }
        let managed =
            [api.token.map(|token| token.name), api.request_id_header, api.language_header, api.project_header];
        for (name, value) in &self.headers {
            if let Some(problem) = header_problem(name, value) {
                return Err(problem);
            }
            let parsed = HeaderName::from_bytes(name.as_bytes()).ok();
            let (Some(parsed), Ok(value)) = (parsed, HeaderValue::from_str(value)) else {
                return Err(format!("`{name}` cannot be the name of a header"));
            };
            let is_managed = managed.iter().flatten().any(|managed| managed.eq_ignore_ascii_case(name));
            if is_managed || RESERVED.contains(&parsed) || headers.contains_key(&parsed) {
                return Err(format!("the header `{name}` is written by the client"));
            }
            headers.insert(parsed, value);
        }
        Ok(())
    }
}

impl Core {
    #[doc(hidden)]
    pub fn set_timeout(&mut self, limit: Duration) {
        self.settings_mut().timeout = Some(limit.min(LONGEST_CALL));
    }

    #[doc(hidden)]
    pub fn set_max_attempts(&mut self, limit: u32) {
        self.settings_mut().max_attempts = Some(limit.max(1));
    }

    #[doc(hidden)]
    pub fn set_language(&mut self, language: String) {
        self.settings_mut().language = Some(language);
    }

    #[doc(hidden)]
    pub fn set_request_id(&mut self, id: String) {
        self.settings_mut().request_id = Some(id);
    }

    #[doc(hidden)]
    pub fn add_header(&mut self, name: String, value: String) {
        let headers = &mut self.settings_mut().headers;
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        headers.push((name, value));
    }
}
