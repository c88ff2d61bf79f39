//! Converts descriptions (CommonMark) to documentation that rustdoc accepts without warnings.
//!
//! In: a description of a specification. Out: the same text, with everything escaped that rustdoc interprets
//! differently from CommonMark: bare URLs, brackets that look like links to items, HTML, and code that would be run as
//! a test. This module does not depend on OpenAPI.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

/// Placeholder for the root of the client in the path of a link, until the file of the link is known. No description
/// contains this character.
pub(crate) const ROOT: char = '\u{2}';

/// The documentation for a description.
pub(crate) fn documentation(text: &str) -> String {
    let text = text.trim();
    if is_harmless(text) {
        return text.to_owned();
    }
    let text = &*text.replace('\t', "    ").replace(ROOT, "\u{fffd}");
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut in_code = false;
    let mut in_link = 0_usize;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                match kind {
                    CodeBlockKind::Fenced(language) => {
                        let line = text[range.clone()].split('\n').next().unwrap_or_default().trim_end();
                        let words = line.trim_start_matches(['`', '~']);
                        let written = range.start + line.len() - words.len()..range.start + line.len();
                        if is_rust(&language) {
                            edits.push((written, "text".to_owned()));
                        } else if !is_language(&language) {
                            // The first line of the code, which rustdoc would read as a language.
                            let before = &text[line_start(text, range.start)..range.start];
                            let indent = before.replace(|character| character != '>', " ");
                            edits.push((written, format!("text\n{indent}{}", words.trim())));
                        }
                    }
                    CodeBlockKind::Indented => {
                        let line = line_start(text, range.start);
                        let start = if text[line..range.start].trim().is_empty() { line } else { range.start };
                        edits.push((start..range.end, fenced(&text[start..range.end])));
                    }
                }
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. }) => {
                in_link += 1;
                if !leads_outside(&dest_url) && link_type == LinkType::Inline {
                    // Rustdoc would resolve the destination as an item.
                    edits.push((range.start..range.start + 1, "\\[".to_owned()));
                    if let Some(middle) = text[range.clone()].rfind("](") {
                        edits.push((range.start + middle..range.start + middle + 1, "\\]".to_owned()));
                    }
                }
            }
            Event::End(TagEnd::Link | TagEnd::Image) => in_link = in_link.saturating_sub(1),
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) if !in_code => {
                let slice = &text[range.clone()];
                if !matches!(event, Event::Text(_)) {
                    let tags = slice.match_indices('<').map(|(at, _)| range.start + at..range.start + at + 1);
                    edits.extend(tags.map(|tag| (tag, "\\<".to_owned())));
                }
                if in_link == 0 {
                    edits.extend(addresses(slice).map(|address| {
                        let url = &slice[address.clone()];
                        (range.start + address.start..range.start + address.end, format!("<{url}>"))
                    }));
                    let preceded = text[..range.start].ends_with('\\');
                    edits.extend(
                        slice
                            .match_indices(['[', ']'])
                            .filter(|&(at, _)| at > 0 || !preceded)
                            .map(|(at, bracket)| (range.start + at..range.start + at + 1, format!("\\{bracket}"))),
                    );
                }
            }
            _ => {}
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut output = String::with_capacity(text.len() + 16);
    let mut written = 0;
    for (range, replacement) in edits {
        if range.start < written {
            continue;
        }
        output.push_str(&text[written..range.start]);
        output.push_str(&replacement);
        written = range.end;
    }
    output.push_str(&text[written..]);
    output
}

/// Turns each name in backticks into a link to the item of that name. `items` has the path of each item from the root of the
/// client, for which the path begins with [`ROOT`].
pub(crate) fn linked(text: &str, items: &BTreeMap<String, String>) -> String {
    if items.is_empty() || !text.contains('`') {
        return text.to_owned();
    }
    let mut output = String::with_capacity(text.len() + 64);
    let mut written = 0;
    let mut in_link = 0_usize;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => in_link += 1,
            Event::End(TagEnd::Link | TagEnd::Image) => in_link = in_link.saturating_sub(1),
            Event::Code(name) if in_link == 0 => {
                let Some(path) = items.get(&*name) else { continue };
                let item = path.rsplit("::").next().unwrap_or(path);
                output.push_str(&text[written..range.start]);
                output.push_str(&format!("[`{item}`]({ROOT}{path})"));
                written = range.end;
            }
            _ => {}
        }
    }
    output.push_str(&text[written..]);
    output
}

/// Whether a text contains no characters that need escaping. Most texts contain none, so they are not parsed as
/// Markdown.
fn is_harmless(text: &str) -> bool {
    !text.contains(['<', '[', ']', '\t', ROOT])
        && !["http", "```", "~~~", "\n    "].iter().any(|marker| text.contains(marker))
}

/// The first paragraph in one line without markup, for plain text.
pub(crate) fn plain_line(text: &str) -> String {
    let mut line = String::new();
    for event in Parser::new(text.trim()) {
        match event {
            Event::Text(text) | Event::Code(text) => line.push_str(&text),
            Event::SoftBreak | Event::HardBreak => line.push(' '),
            Event::End(TagEnd::Paragraph) => break,
            _ => {}
        }
    }
    line
}

fn is_rust(language: &str) -> bool {
    const RUSTDOC: &[&str] = &["", "rust", "ignore", "no_run", "should_panic", "compile_fail"];
    language.split([',', ' ']).all(|word| RUSTDOC.contains(&word) || word.starts_with("edition"))
}

/// Whether the text after a fence can be a language with its attributes.
fn is_language(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || "_-+#., ={}".contains(character))
}

/// The start of the line that contains a byte.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// An indented code block as a fenced one.
fn fenced(code: &str) -> String {
    let lines: Vec<&str> = code.trim_end().split('\n').map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    format!("```text\n{}\n```\n", lines.join("\n"))
}

fn leads_outside(destination: &str) -> bool {
    destination.contains("://") || destination.starts_with("mailto:") || destination.starts_with('#')
}

/// The ranges of the bare URLs in a text. A URL within another URL is part of the outer one.
fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut behind = 0;
    text.match_indices("http").filter_map(move |(start, _)| {
        if start < behind {
            return None;
        }
        let rest = &text[start..];
        let scheme = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"))?;
        if !scheme.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || "<>\"'`()[]{}（），。".contains(c)).unwrap_or(rest.len());
        let end = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']).len();
        behind = start + end;
        Some(start..behind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_rustdoc_would_misinterpret_is_escaped() {
        let cases = [
            ("Plain text.", "Plain text."),
            ("See https://example.com/a?b=c.", "See <https://example.com/a?b=c>."),
            ("See <https://example.com>.", "See <https://example.com>."),
            ("See [the page](https://example.com/a).", "See [the page](https://example.com/a)."),
            ("See [there](./other.md).", "See \\[there\\](./other.md)."),
            ("http://a/http://b http://c", "<http://a/http://b> <http://c>"),
            ("A list [a, b].", "A list \\[a, b\\]."),
            ("Already \\[a\\].", "Already \\[a\\]."),
            ("`[longitude, latitude]`", "`[longitude, latitude]`"),
            ("A Vec<String>.", "A Vec\\<String>."),
            ("<a href=\"https://example.com/a\">[a]</a>", "\\<a href=\"<https://example.com/a>\">\\[a\\]\\</a>"),
            ("<p>\n[a] http://b\n</p>", "\\<p>\n\\[a\\] <http://b>\n\\</p>"),
            ("x\n\n```\nlet a;\n```", "x\n\n```text\nlet a;\n```"),
            ("x\n\n```json\n{}\n```", "x\n\n```json\n{}\n```"),
            ("[<img src=\"https://a\">](https://b)", "[\\<img src=\"https://a\">](https://b)"),
            ("```c++ a=b\n{}\n```", "```c++ a=b\n{}\n```"),
            ("x\n\n``` <a> ::= <b>\n<b>\n```", "x\n\n```text\n<a> ::= <b>\n<b>\n```"),
            ("- x\n\n  ```<a>\n  <b>\n  ```", "- x\n\n  ```text\n  <a>\n  <b>\n  ```"),
            ("> ```<a>\n> <b>", "> ```text\n> <a>\n> <b>"),
            ("x\n\n    let a;\n    b\n\ny", "x\n\n```text\nlet a;\nb\n```\n\ny"),
            ("- one\n- two", "- one\n- two"),
            ("a\tb", "a    b"),
            ("  trimmed\n", "trimmed"),
        ];
        for (text, expected) in cases {
            assert_eq!(documentation(text), expected, "{text:?}");
            assert!(!is_harmless(text.trim()) || text.trim() == expected, "{text:?}");
        }
    }

    #[test]
    fn names_of_items_are_links() {
        let items = BTreeMap::from([("listTasks", "tasks::ListTasks"), ("Task", "types::Task")]);
        let items = items.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned())).collect();
        for (text, expected) in [
            ("See `listTasks`.", "See [`ListTasks`](\u{2}tasks::ListTasks)."),
            ("`Task` and `Task`", "[`Task`](\u{2}types::Task) and [`Task`](\u{2}types::Task)"),
            ("Task, `task`, ``Task``s", "Task, `task`, [`Task`](\u{2}types::Task)s"),
            ("[`Task`](https://example.com)", "[`Task`](https://example.com)"),
            ("```text\n`Task`\n```", "```text\n`Task`\n```"),
        ] {
            assert_eq!(linked(text, &items), expected);
        }
        assert_eq!(linked("`Task`", &BTreeMap::new()), "`Task`");
        assert_eq!(documentation("a \u{2}b"), "a \u{fffd}b");
    }

    #[test]
    fn a_plain_line_has_no_markup() {
        assert_eq!(plain_line("Get **the** `thing`\nnow.\n\nMore."), "Get the thing now.");
    }
}
