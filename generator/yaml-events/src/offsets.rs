//! The byte offsets of a text.
//!
//! In: offsets of the parser, which count characters. Out: offsets that count bytes. This module does not know YAML.

use std::ops::Range;

use saphyr_parser::Span;

/// The multi-byte characters of a text.
pub(super) struct Offsets {
    /// For each multi-byte character: its index, and the number of additional bytes of all characters up to and
    /// including it.
    wide: Vec<(usize, usize)>,
}

impl Offsets {
    pub(super) fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { wide: Vec::new() };
        }
        let mut extra = 0;
        let wide = text
            .chars()
            .enumerate()
            .filter(|(_, c)| c.len_utf8() > 1)
            .map(|(index, c)| {
                extra += c.len_utf8() - 1;
                (index, extra)
            })
            .collect();
        Self { wide }
    }

    pub(super) fn byte(&self, character: usize) -> usize {
        let before = self.wide.partition_point(|&(index, _)| index < character);
        character + before.checked_sub(1).map_or(0, |last| self.wide[last].1)
    }

    pub(super) fn range(&self, span: Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }
}
