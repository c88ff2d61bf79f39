//! The template of a path: `/device/{device_sn}/state`.
//!
//! In: a text. Out: a valid template with its parameters, or the reason why it is invalid.

/// A valid template.
#[derive(Debug)]
pub(super) struct Template<'a> {
    text: &'a str,
    parameters: Vec<&'a str>,
}

impl<'a> Template<'a> {
    /// Parses a template, or returns its error.
    pub(super) fn parse(text: &'a str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("`{text}` is not a path: a path begins with `/`"));
        }
        if text.contains("//") {
            return Err(format!("`{text}` has an empty segment: write one `/`"));
        }
        let mut parameters = Vec::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            let inside = rest[brace..].strip_prefix('{');
            let Some((name, after)) = inside.and_then(|inside| inside.split_once('}')) else {
                return Err(format!("the braces of `{text}` are unbalanced: write a parameter as `{{name}}`"));
            };
            if name.is_empty() || name.contains(['{', '/']) {
                return Err(format!("the braces of `{text}` contain `{name}`: write a parameter as `{{name}}`"));
            }
            if parameters.contains(&name) {
                return Err(format!("`{text}` has the parameter `{name}` twice: use distinct names"));
            }
            parameters.push(name);
            rest = after;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%{}".contains(c);
        if let Some(other) = text.chars().find(|&c| !plain(c)) {
            let what = if other == '?' { "describe a query by parameters" } else { "write it percent-encoded" };
            return Err(format!("`{other}` is not allowed in a path: {what}"));
        }
        Ok(Self { text, parameters })
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn parameters(&self) -> &[&'a str] {
        &self.parameters
    }

    /// Whether another template is equal, except for the names of parameters.
    pub(super) fn same_requests(&self, other: &str) -> bool {
        nameless(self.text) == nameless(other)
    }

    /// The number of equal segments, from the beginning.
    pub(super) fn shared_parts(&self, other: &str) -> usize {
        let other = nameless(other);
        nameless(self.text).split('/').zip(other.split('/')).take_while(|(ours, theirs)| ours == theirs).count()
    }
}

/// A template without the names of its parameters.
fn nameless(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|&c| {
            let kept = !inside || c == '}';
            inside = c == '{' || inside && c != '}';
            kept
        })
        .collect()
}
