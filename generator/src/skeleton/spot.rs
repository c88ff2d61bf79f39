//! Where an operation is put into a text, without touching anything else of it.
//!
//! In: a mapping that is written line by line. Out: a place at the end of one of its lines, and the text with something
//! in that place. Knows nothing of what is put there.

use super::form::Form;
use crate::diagnostic::Source;
use crate::document::node::Entry;
use crate::document::yaml;

/// The methods in the order in which they stand under a path.
const ORDER: &[&str] = &["get", "post", "put", "delete", "patch", "options", "head", "trace"];

/// A mapping that is written line by line, and where its key ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'e, 't> {
    pub(super) key_end: usize,
    pub(super) members: &'e [Entry<'t>],
}

/// Where something is put in: at the end of a line, before its line break.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    at: usize,
    indent: usize,
    /// Where an empty line keeps it apart from its neighbour.
    gap: Gap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    None,
    Before,
    After,
}

impl Spot {
    /// Among the members of a path item, in the order of the methods.
    pub(super) fn among_methods(text: &str, item: Block<'_, '_>, method: &str) -> Self {
        let rank = |key: &str| ORDER.iter().position(|known| *known == key);
        let before = |entry: &Entry<'_>| rank(&entry.key).is_some_and(|rank_there| Some(rank_there) < rank(method));
        let first = item.members.iter().position(|entry| rank(&entry.key).is_some());
        let last = item.members.iter().rposition(before);
        Self::before(text, item, last.map_or(first.unwrap_or(item.members.len()), |last| last + 1), Gap::None)
    }

    /// Among the paths, behind one of them or before all.
    pub(super) fn among_paths(text: &str, paths: Block<'_, '_>, near: Option<usize>) -> Self {
        match near {
            Some(near) => Self::before(text, paths, near + 1, Gap::Before),
            None => Self::before(text, paths, 0, Gap::After),
        }
    }

    /// Before the member of this number: behind the one before it, or behind the key of the mapping.
    fn before(text: &str, block: Block<'_, '_>, index: usize, gap: Gap) -> Self {
        let indent = block.members.first().map_or(0, |first| column(text, first.key_span.start));
        let at = match index.checked_sub(1).and_then(|before| block.members.get(before)) {
            Some(before) => end(text, before.key_span.end.max(before.node.span.end), indent),
            None => line_end(text, block.key_end),
        };
        Self { at, indent, gap }
    }

    pub(super) fn at(self) -> usize {
        self.at
    }

    /// Blanks before the keys that are put in.
    pub(super) fn indent(self) -> usize {
        self.indent
    }

    /// The new text, and the line that the form begins at.
    pub(super) fn put(self, text: &str, form: &Form) -> (String, usize) {
        let newline = if text.split('\n').next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
        let mut added = String::from(if self.gap == Gap::Before { newline } else { "" });
        for line in form.lines() {
            added.push_str(newline);
            added.push_str(line);
        }
        if self.gap == Gap::After {
            added.push_str(newline);
        }
        let first = text[..self.at].matches('\n').count() + 2 + usize::from(self.gap == Gap::Before);
        (format!("{}{added}{}", &text[..self.at], &text[self.at..]), first)
    }
}

/// Where a member ends: with its last line, and with the comments below it that are indented more than its key.
fn end(text: &str, last: usize, indent: usize) -> usize {
    let mut end = line_end(text, last);
    let mut next = end;
    while let Some(newline) = text[next..].find('\n') {
        let start = next + newline + 1;
        next = line_end(text, start);
        let line = &text[start..next];
        let content = line.trim_start_matches(' ');
        if content.starts_with('#') && line.len() - content.len() > indent {
            end = next;
        } else if !content.is_empty() {
            break;
        }
    }
    end
}

/// The end of a line, before its line break.
fn line_end(text: &str, from: usize) -> usize {
    let end = text[from..].find('\n').map_or(text.len(), |newline| from + newline);
    if text[from..end].ends_with('\r') { end - 1 } else { end }
}

fn column(text: &str, at: usize) -> usize {
    at - text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Whether the new text says what the old one does and has the operation besides.
pub(super) fn only_added(old: &Source, new: &str, path: &str, method: &str, path_was_there: bool) -> bool {
    let new = Source::new(old.name(), new);
    let (Ok(old), Ok(mut new)) = (yaml::parse(old), yaml::parse(&new)) else { return false };
    let Some(paths) = new.get_mut("paths") else { return false };
    let is_removed =
        if path_was_there { paths.get_mut(path).is_some_and(|item| item.remove(method)) } else { paths.remove(path) };
    is_removed && old.same(&new)
}
