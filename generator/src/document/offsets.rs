//! From the parser's character offsets to byte offsets.

use std::ops::Range;

use saphyr_parser::Span;

/// The characters of a text that take more than a byte.
pub(super) struct Offsets {
    /// Where the text begins.
    start: usize,
    /// For each character that takes more than a byte: its number, and the bytes that all up to and with it take more
    /// than one each.
    wide: Vec<(usize, usize)>,
}

impl Offsets {
    /// Those of a text that begins at a byte of a larger one.
    pub(super) fn new(text: &str, start: usize) -> Self {
        if text.is_ascii() {
            return Self { start, wide: Vec::new() };
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
        Self { start, wide }
    }

    pub(super) fn byte(&self, character: usize) -> usize {
        let before = self.wide.partition_point(|&(index, _)| index < character);
        self.start + character + before.checked_sub(1).map_or(0, |last| self.wide[last].1)
    }

    pub(super) fn range(&self, span: Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }
}
