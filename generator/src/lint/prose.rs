//! Rules for descriptions: they are present, and written in English.
//!
//! In: every descriptive text of a document. Out: problems of empty texts, placeholders and Chinese texts.

use super::context::Context;
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::validate::value::is_words;
use crate::document::{Node, Sink};

/// Keys of descriptive text.
const TEXTS: &[&str] = &["title", "summary", "description", "meaning", "note"];

/// Calls the function with every descriptive text and its place.
fn each(context: &Context<'_>, mut text: impl FnMut(PointerRef<'_>, &str)) {
    for element in context.index.iter().filter(|element| !element.is_reference) {
        let at = PointerRef::Base(&element.pointer);
        for key in TEXTS {
            if let Some(words) = element.node.get(key).and_then(Node::as_str)
                && element.object.fields.iter().any(|field| field.key == *key)
            {
                text(at.key(key).value(), words);
            }
        }
        if context.document.policy.reads_extensions {
            let descriptions = at.key("x-enum-descriptions");
            let texts = element.node.get("x-enum-descriptions").map(Node::sequence).unwrap_or_default();
            for (index, words) in texts.iter().enumerate() {
                text(descriptions.index(index).value(), words.as_str().unwrap_or_default());
            }
        }
    }
}

/// A placeholder hides that the description is missing.
pub(super) fn empty(context: &Context<'_>, sink: &mut Sink<'_>) {
    each(context, |at, words| {
        if !is_words(words) {
            let message = if words.trim().is_empty() { "this text is empty" } else { "this text is a placeholder" };
            sink.report(Code::EmptyText, at, message, "write it, or remove the key");
        }
    });
}

/// A Chinese text is a copy of DJI's page, and few callers can read it.
pub(super) fn chinese(context: &Context<'_>, sink: &mut Sink<'_>) {
    each(context, |at, words| {
        if let Some(character) = words.chars().find(|&character| is_chinese(character)) {
            let message = format!("this text contains a Chinese character: `{character}`");
            sink.report(Code::ChineseText, at, message, "describe it in English, in your own words");
        }
    });
}

/// Characters of Chinese text: ideographs, their punctuation, and full-width forms.
fn is_chinese(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{2fdf}' | '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}
