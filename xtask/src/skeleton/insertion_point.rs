//! The insertion point of an operation in a text, which is otherwise unchanged.
//!
//! In: a block mapping. Out: a place at the end of one of its lines, and the text with an insertion at that place. This
//! module does not know the inserted text.

use flighthub2_generator::Source;
use flighthub2_generator::document::{Entry, Node, parse_yaml};

use super::METHODS;
use super::render::Rendering;

/// A block mapping, and the end of its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'e, 't> {
    pub(super) key_end: usize,
    pub(super) members: &'e [Entry<'t>],
}

/// The insertion point: the end of a line, before its line break.
#[derive(Clone, Copy, Debug)]
pub(super) struct InsertionPoint {
    at: usize,
    indent: usize,
    /// The position of the empty line between the insertion and its neighbour.
    blank_line: BlankLine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlankLine {
    None,
    Before,
    After,
}

impl InsertionPoint {
    /// Among the members of a path item, in the order of the methods.
    pub(super) fn among_methods(text: &str, item: Block<'_, '_>, method: &str) -> Self {
        let rank = |key: &str| METHODS.iter().position(|known| *known == key);
        let before = |entry: &Entry<'_>| rank(entry.key()).is_some_and(|rank_there| Some(rank_there) < rank(method));
        let first = item.members.iter().position(|entry| rank(entry.key()).is_some());
        let last = item.members.iter().rposition(before);
        Self::before(text, item, last.map_or(first.unwrap_or(item.members.len()), |last| last + 1), BlankLine::None)
    }

    /// Among the paths, after one of them or before all.
    pub(super) fn among_paths(text: &str, paths: Block<'_, '_>, near: Option<usize>) -> Self {
        match near {
            Some(near) => Self::before(text, paths, near + 1, BlankLine::Before),
            None => Self::before(text, paths, 0, BlankLine::After),
        }
    }

    /// Before the member of this index: after its predecessor, or after the key of the mapping.
    fn before(text: &str, block: Block<'_, '_>, index: usize, blank_line: BlankLine) -> Self {
        let indent = block.members.first().map_or(0, |first| column(text, first.key_span().start));
        let at = match index.checked_sub(1).and_then(|before| block.members.get(before)) {
            Some(before) => end(text, before.key_span().end.max(before.node().span().end), indent),
            None => line_end(text, block.key_end),
        };
        Self { at, indent, blank_line }
    }

    pub(super) fn at(self) -> usize {
        self.at
    }

    /// Spaces before the inserted keys.
    pub(super) fn indent(self) -> usize {
        self.indent
    }

    /// The new text, and the first line of the rendering.
    pub(super) fn insert(self, text: &str, rendering: &Rendering) -> (String, usize) {
        let newline = if text.split('\n').next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
        let mut added = String::from(if self.blank_line == BlankLine::Before { newline } else { "" });
        for line in rendering.lines() {
            added.push_str(newline);
            added.push_str(line);
        }
        if self.blank_line == BlankLine::After {
            added.push_str(newline);
        }
        let first = text[..self.at].matches('\n').count() + 2 + usize::from(self.blank_line == BlankLine::Before);
        (format!("{}{added}{}", &text[..self.at], &text[self.at..]), first)
    }
}

/// The end of a member: its last line, including the following comments that are indented more than its key.
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

/// Whether the new text has the values of the old one and an additional path; or, with `method`, that additional
/// operation of an existing path.
pub(super) fn only_added(old: &Node<'_>, name: &str, new: &str, path: &str, method: Option<&str>) -> bool {
    let new = Source::new(name, new);
    let Ok(new) = parse_yaml(&new) else { return false };
    let paths = |old: &Node<'_>, new: &Node<'_>| match method {
        Some(method) => differs_at(path, old, new, |old, new| has_also(method, old, new)),
        None => has_also(path, old, new),
    };
    differs_at("paths", old, &new, paths)
}

/// Whether two mappings have the same members, except for one common member that differs as expected.
fn differs_at(key: &str, old: &Node<'_>, new: &Node<'_>, expected: impl Fn(&Node<'_>, &Node<'_>) -> bool) -> bool {
    let (old, new) = (old.mapping(), new.mapping());
    let is_expected = |old: &Entry<'_>, new: &Entry<'_>| match old.key() == key {
        true => expected(old.node(), new.node()),
        false => old.node().same(new.node()),
    };
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.key() == new.key() && is_expected(old, new))
}

/// Whether a mapping has the members of another one, and an additional one with this key.
fn has_also(key: &str, old: &Node<'_>, new: &Node<'_>) -> bool {
    let (added, kept): (Vec<_>, Vec<_>) = new.mapping().iter().partition(|entry| entry.key() == key);
    let old = old.mapping();
    let is_same = |(old, new): (&Entry<'_>, &&Entry<'_>)| old.key() == new.key() && old.node().same(new.node());
    added.len() == 1 && old.len() == kept.len() && old.iter().zip(&kept).all(is_same)
}
