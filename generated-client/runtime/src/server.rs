//! The servers that a specification describes.
//!
//! In: the URL of a server with variables, and their values. Out: a base URL. The client decides which server it calls.

use crate::error::{Error, name_list};

/// A server of an API, as its specification describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The URL, with `{name}` for its variables. It can be relative to the place where the specification is published.
    pub url: &'static str,
    /// The variables of the URL.
    pub variables: &'static [ServerVariableInfo],
}

/// A variable in the URL of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerVariableInfo {
    /// Its name in the URL.
    pub name: &'static str,
    /// The value if a caller sets none.
    pub default: &'static str,
    /// The values that it can have; any value if the list is empty.
    pub values: &'static [&'static str],
}

impl ServerInfo {
    /// A server without variables.
    #[must_use]
    pub const fn new(url: &'static str) -> Self {
        Self { url, variables: &[] }
    }

    /// Sets [`variables`](Self::variables).
    #[must_use]
    pub const fn with_variables(mut self, variables: &'static [ServerVariableInfo]) -> Self {
        self.variables = variables;
        self
    }

    /// The URL with the values of its variables. A variable without a value has its default. `others` are variables of
    /// other servers, whose values are not used.
    pub(crate) fn base_url(&self, values: &[(String, String)], others: &[&str]) -> Result<String, Error> {
        let is_own = |name: &str| self.variables.iter().any(|known| known.name == name) || !others.contains(&name);
        let mut own = values.iter().filter(|(name, _)| is_own(name));
        own.try_for_each(|(name, value)| self.check(name, value))?;
        let mut url = String::new();
        let mut rest = self.url;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            url.push_str(before);
            let default = self.variables.iter().find(|known| known.name == name).map(|known| known.default);
            // Of a variable that is set twice, the last value.
            match values.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).or(default) {
                Some(value) => url.push_str(value),
                None => url.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        url.push_str(rest);
        if url.contains("://") {
            Ok(url)
        } else {
            Err(Error::config(format!(
                "the server `{url}` of the specification is relative to where that is published: call `.base_url(…)`"
            )))
        }
    }

    /// Checks that there is a variable with this name, which can have this value.
    fn check(&self, name: &str, value: &str) -> Result<(), Error> {
        let Some(variable) = self.variables.iter().find(|known| known.name == name) else {
            let known = name_list(self.variables.iter().map(|known| known.name));
            return Err(Error::config(format!(
                "the server `{}` has no variable `{name}`; its variables are: {known}",
                self.url
            )));
        };
        if variable.values.is_empty() || variable.values.contains(&value) {
            return Ok(());
        }
        Err(Error::config(format!(
            "the variable `{name}` of the server `{}` cannot be `{value}`; its values are: {}",
            self.url,
            name_list(variable.values.iter().copied())
        )))
    }
}

impl ServerVariableInfo {
    /// A variable that can have any value.
    #[must_use]
    pub const fn new(name: &'static str, default: &'static str) -> Self {
        Self { name, default, values: &[] }
    }

    /// Sets [`values`](Self::values).
    #[must_use]
    pub const fn with_values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: ServerInfo = ServerInfo::new("https://{region}.example.com/{version}").with_variables(&[
        ServerVariableInfo::new("region", "eu").with_values(&["eu", "us"]),
        ServerVariableInfo::new("version", "v1"),
    ]);

    fn base_url(server: &ServerInfo, values: &[(&str, &str)]) -> Result<String, String> {
        let values: Vec<_> = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        server.base_url(&values, &["other"]).map_err(|error| error.to_string())
    }

    #[test]
    fn variables_have_values_or_defaults() {
        for (values, expected) in [
            (&[][..], "https://eu.example.com/v1"),
            (&[("region", "us")], "https://us.example.com/v1"),
            (&[("other", "us")], "https://eu.example.com/v1"),
            (&[("version", "v2"), ("region", "us"), ("version", "v3")], "https://us.example.com/v3"),
        ] {
            assert_eq!(base_url(&SERVER, values).unwrap(), expected);
        }
        // In the URL, not in the values of variables.
        assert_eq!(base_url(&SERVER, &[("version", "{region}")]).unwrap(), "https://eu.example.com/{region}");
    }

    #[test]
    fn unknown_variables_and_values_are_errors() {
        for (values, part) in [
            (("zone", "eu"), "has no variable `zone`; its variables are: `region`, `version`"),
            (("region", "cn"), "cannot be `cn`; its values are: `eu`, `us`"),
        ] {
            let error = base_url(&SERVER, &[values]).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
        let error = base_url(&ServerInfo::new("/v1"), &[]).unwrap_err();
        assert!(error.contains("the server `/v1` of the specification is relative"), "{error}");
        assert!(
            base_url(&ServerInfo::new("https://a.example"), &[("b", "c")]).unwrap_err().contains("variables are: none")
        );
    }
}
