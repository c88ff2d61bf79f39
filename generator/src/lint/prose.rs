//! Rules about texts for people: they are there, and they are our own.

use super::context::Context;
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::validate::is_words;
use crate::document::{Node, Sink};

/// Keys whose values are read by people.
const TEXTS: &[&str] = &["title", "summary", "description", "meaning", "note"];

/// Calls back for every text for people, with its place.
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

/// A text that says nothing looks like one that was written.
pub(super) fn empty(context: &Context<'_>, sink: &mut Sink<'_>) {
    each(context, |at, words| {
        if !is_words(words) {
            let message = if words.trim().is_empty() { "this text is empty" } else { "this text is not written yet" };
            sink.report(Code::EmptyText, at, message, "write it, or remove the key");
        }
    });
}

/// What was copied from a page in Chinese is somebody else's text, and few callers can read it.
pub(super) fn chinese(context: &Context<'_>, sink: &mut Sink<'_>) {
    each(context, |at, words| {
        if let Some(character) = words.chars().find(|&character| is_chinese(character)) {
            let message = format!("there is Chinese in this text: `{character}`");
            sink.report(Code::ChineseText, at, message, "say it in English, in your own words");
        }
    });
}

/// Characters of Chinese texts: ideographs, their punctuation, and full-width forms.
fn is_chinese(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{2fdf}' | '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}
