//! Texts of the generated documentation.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::model::{Api, Operation, Outcome, Retry, Risk, Scope};

/// What stands between the lines of a documentation until the file is text: one attribute takes a fraction of the time
/// that many take.
pub(crate) const LINE_END: char = '\u{1}';

/// Documentation of an item.
pub(super) fn doc(text: &str) -> Option<TokenStream> {
    lines(text).map(|lines| quote! { #[doc = #lines] })
}

/// Documentation of the file that it stands in.
pub(super) fn inner_doc(text: &str) -> Option<TokenStream> {
    lines(text).map(|lines| quote! { #![doc = #lines] })
}

fn lines(text: &str) -> Option<Literal> {
    let mut joined = String::with_capacity(text.len() + 8);
    for (index, line) in text.trim_end().lines().enumerate() {
        if index > 0 {
            joined.push(LINE_END);
        }
        if !line.is_empty() {
            joined.push(' ');
            if line.contains(is_refused) {
                joined.push_str(&line.replace(is_refused, "\u{fffd}"));
            } else {
                joined.push_str(line);
            }
        }
    }
    (!joined.is_empty()).then(|| raw(&joined))
}

/// A raw literal: escapes would be written, read and written again on the way to a comment, which has none.
fn raw(text: &str) -> Literal {
    let longest = || text.split(|sign| sign != '#').map(str::len).max().unwrap_or_default();
    let hashes = "#".repeat(if text.contains('"') { longest() + 1 } else { 0 });
    format!("r{hashes}\"{text}\"{hashes}").parse().unwrap_or_else(|_| Literal::string(text))
}

/// Whether a comment cannot hold a sign: one that ends a line alone, or that changes the direction in which the line is
/// read, is refused by the compiler.
fn is_refused(sign: char) -> bool {
    matches!(sign, LINE_END | '\r' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "read. It changes nothing.",
        Risk::Write => "write. It changes data, and neither deletes any nor moves anything.",
        Risk::Destructive => "destructive. It deletes data, stops work, spends quota or takes rights from a person.",
        Risk::Physical => "**physical**. It moves an aircraft or a dock, lets one fly, or takes control from a pilot.",
    }
}

fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::Safe => "safe. Repeating it does no harm.",
        Retry::Idempotent => "idempotent. Sent twice it does what it does sent once.",
        Retry::Never => "**never**. Sent twice it may do its work twice.",
    }
}

pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Organization => "the organization of the token.",
        Scope::Either => "the organization of the token, or a project.",
        Scope::Project => "a project.",
    }
}

/// Everything that there is to know about an operation.
pub(super) fn operation(api: &Api, operation: &Operation) -> String {
    let mut text = operation.doc.clone();
    text.push_str(&format!("\n\n`{} {}`\n\n", operation.http_method, operation.path.replace('`', "")));
    text.push_str(&format!("- Scope: {}\n", scope(operation.scope)));
    text.push_str(&format!("- Risk: {}\n", risk(operation.risk)));
    text.push_str(&format!("- Repeating: {}\n", retry(operation.retry)));
    if !operation.lookup.is_empty() {
        let ids: Vec<String> = operation.lookup.iter().map(|id| format!("`{}`", id.replace('`', ""))).collect();
        let ids = ids.join(" or ");
        text.push_str(&format!(
            "- If it failed and may have taken effect: look with {ids} before you send it again.\n"
        ));
    }
    if operation.private_cloud_only {
        text.push_str("- Availability: private-cloud installations only; public hosts answer HTTP 404.\n");
    }
    if !operation.authenticated {
        text.push_str("- Token: not sent.\n");
    }
    if let Some(page) = &operation.page {
        text.push_str(&format!("- Page: <{page}>\n"));
    }
    if !operation.error_codes.is_empty() {
        text.push_str("\n# Errors\n\nCodes that it may answer with:\n\n");
        for code in &operation.error_codes {
            if let Some(known) = api.error_codes.iter().find(|known| known.code == *code) {
                let effect = if known.outcome == Outcome::Unknown { " The call may have taken effect." } else { "" };
                text.push_str(&format!("- {code}: {}{effect}\n", crate::docs::documentation(&known.meaning)));
            }
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;

    fn shown(text: &str) -> String {
        syn::parse2::<syn::LitStr>(lines(text).unwrap().into_token_stream()).unwrap().value()
    }

    #[test]
    fn documentation_comes_through_as_it_is() {
        for text in
            ["plain", "says \"so\"", "r#\"raw\"#", "\"## and ##\"#", "a\\nb", "{}", &format!("\"{}", "#".repeat(300))]
        {
            assert_eq!(shown(text), format!(" {text}"));
        }
        assert_eq!(shown("one\n\n  two\n"), " one\u{1}\u{1}   two");
        assert!(lines(" \n").is_none());
    }

    #[test]
    fn documentation_has_no_sign_that_a_comment_cannot_hold() {
        for sign in ['\r', '\u{1}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert_eq!(shown(&format!("a{sign}b")), " a\u{fffd}b");
        }
        assert_eq!(shown("a\u{2065}b"), " a\u{2065}b");
    }
}
