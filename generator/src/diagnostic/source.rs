//! The text of a specification, and locations in it.
//!
//! In: texts with their names. Out: the line and the column of a range of bytes. This module does not know what the texts
//! contain.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{Code, Diagnostic, Diagnostics};
use crate::document::Node;

/// The text of a specification, and its name in messages; with the overlays that are applied to it, and the files that it
/// refers to.
///
/// The bytes of all these texts are numbered consecutively: first the specification, then the overlays, then the files. So
/// a range of bytes also identifies its text.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Boxed, because errors contain a source and should stay small.
    others: Box<Others>,
    /// Line and column of every [`STEP`]th byte, both from 0, computed on first use. One long line can have many
    /// problems.
    positions: OnceLock<Vec<(usize, usize)>>,
}

/// A tree that was parsed for its references. The reader of the document takes it instead of parsing the text again.
#[derive(Debug, Default)]
struct Parsed(Mutex<Option<Node<'static>>>);

/// A copy parses its text itself.
impl Clone for Parsed {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The other texts of a specification, and what was made of its text.
#[derive(Clone, Debug, Default)]
struct Others {
    overlays: Vec<Source>,
    /// The files that the specification refers to, with their paths from its folder, separated by `/`.
    files: Vec<(String, Source)>,
    /// Why files cannot be used, by their paths.
    unread: BTreeMap<String, String>,
    /// The number of the first byte of each overlay and of each file, computed on first use.
    starts: OnceLock<Vec<usize>>,
    /// The tree of the text of the specification itself, until the document is read.
    parsed: Parsed,
}

/// The number of bytes that are scanned for a position.
const STEP: usize = 1 << 12;

impl Source {
    /// Creates a source from its name in messages (usually the path as entered by the user) and its text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), others: Box::default(), positions: OnceLock::new() }
    }

    /// Adds an overlay: a document of the [OpenAPI Overlay Specification](https://spec.openapis.org/overlay/v1.1.0.html),
    /// which changes the specification before it is read. Overlays are applied in the order in which they are added.
    ///
    /// ```
    /// use flighthub2_generator::{Dialect, Options, Source, generate};
    ///
    /// let document = Source::new("api.yaml", "openapi: 3.0.3\ninfo: {title: Things, version: '1'}\npaths: {}\n");
    /// let overlay = "overlay: 1.1.0\ninfo: {title: T, version: '1'}\nactions: [{target: $.info.title, update: Objects}]\n";
    /// let source = document.with_overlay(Source::new("mended.overlay.yaml", overlay));
    /// let generated = generate(&source, &Options { dialect: Dialect::OpenApi, ..Options::default() })?;
    /// assert!(generated.files["mod.rs"].contains("Objects"));
    /// # Ok::<(), flighthub2_generator::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn with_overlay(mut self, overlay: Self) -> Self {
        let Self { name, text, others, .. } = overlay;
        self.others.overlays.push(Self::new(name, text));
        self.others.overlays.extend(others.overlays);
        self.others.starts.take();
        self
    }

    /// Adds a file by its path from the folder of the specification.
    pub(crate) fn add_file(&mut self, path: String, text: String) {
        let folder = self.name.rfind(['/', '\\']).map_or("", |end| &self.name[..=end]);
        let file = Self::new(format!("{folder}{path}"), text);
        self.others.files.push((path, file));
        self.others.starts.take();
    }

    /// Keeps the tree of the text for [`Self::take_tree`].
    pub(crate) fn keep_tree(&self, tree: Node<'static>) {
        *self.others.parsed.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tree);
    }

    /// The tree that was kept, once.
    pub(crate) fn take_tree(&self) -> Option<Node<'static>> {
        self.others.parsed.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Records why a file cannot be used.
    pub(crate) fn add_unread(&mut self, path: String, why: String) {
        self.others.unread.insert(path, why);
    }

    /// Why a file cannot be used; `None` if it was read.
    pub(crate) fn unread(&self, path: &str) -> Option<&str> {
        self.others.unread.get(path).map(String::as_str)
    }

    /// The number of the first byte of each overlay and of each file.
    fn starts(&self) -> &[usize] {
        self.others.starts.get_or_init(|| {
            let mut end = self.text.len();
            let texts = self.others.overlays.iter().chain(self.others.files.iter().map(|(_, file)| file));
            let start = |part: &Self| {
                // One byte between two texts, so that the end of one is not the beginning of the next.
                let start = end + 1;
                end = start + part.text.len();
                start
            };
            texts.map(start).collect()
        })
    }

    /// The overlay or the file at a position.
    fn part(&self, index: usize) -> Option<&Self> {
        let Others { overlays, files, .. } = &*self.others;
        overlays.get(index).or_else(|| files.get(index.checked_sub(overlays.len())?).map(|(_, file)| file))
    }

    /// The overlays and the files, each with the number of its first byte.
    fn parts(&self) -> impl Iterator<Item = (usize, &Self)> {
        let Others { overlays, files, .. } = &*self.others;
        self.starts().iter().copied().zip(overlays.iter().chain(files.iter().map(|(_, file)| file)))
    }

    /// The overlays, each with the number of its first byte.
    pub(crate) fn overlays(&self) -> impl Iterator<Item = (usize, &Self)> {
        self.parts().take(self.others.overlays.len())
    }

    /// The files, each with its path and the number of its first byte.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, usize, &Self)> {
        let parts = self.parts().skip(self.others.overlays.len());
        self.others.files.iter().zip(parts).map(|((path, _), (start, file))| (path.as_str(), start, file))
    }

    /// The number of bytes of all texts.
    pub(crate) fn total_bytes(&self) -> usize {
        let last = self.starts().len().checked_sub(1).and_then(|last| self.starts().get(last).zip(self.part(last)));
        last.map_or(self.text.len(), |(start, part)| start + part.text.len())
    }

    /// The overlay or the file that contains a byte, as a position; `None` for the specification itself.
    fn index_of(&self, byte: usize) -> Option<usize> {
        self.starts().partition_point(|start| *start <= byte).checked_sub(1)
    }

    /// The text that contains a byte, and the number of its first byte.
    fn file_of(&self, byte: usize) -> (usize, &Self) {
        let found = self.index_of(byte).and_then(|index| self.starts().get(index).copied().zip(self.part(index)));
        found.unwrap_or((0, self))
    }

    /// The path of the file that contains a byte; `None` for the specification and its overlays.
    pub(crate) fn path_of(&self, byte: usize) -> Option<&str> {
        let index = self.index_of(byte)?.checked_sub(self.others.overlays.len())?;
        self.others.files.get(index).map(|(path, _)| path.as_str())
    }

    /// The file that a location is in, and its bytes there.
    pub(super) fn file(&self, place: &Location) -> (&Self, Range<usize>) {
        let (first, file) = self.file_of(place.span.start);
        (file, place.span.start - first..place.span.end.saturating_sub(first))
    }

    /// The name of the file that a location is in: the specification, an overlay, or a file that it refers to.
    #[must_use]
    pub fn name_of(&self, place: &Location) -> &str {
        self.file(place).0.name()
    }

    /// The name in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without a byte order mark. YAML allows the mark, but not every parser does.
    #[must_use]
    pub(crate) fn without_bom(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }

    /// Reads bytes as UTF-8.
    ///
    /// # Errors
    /// A diagnostic at the first invalid byte.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Diagnostics> {
        let name = name.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = Self::new(name, text);
                let place = source.location(at..at + char::REPLACEMENT_CHARACTER.len_utf8(), "");
                let diagnostic = Diagnostic::new(
                    Code::NotUtf8,
                    place,
                    "this byte is not UTF-8",
                    "save the file as UTF-8; the bytes before this place are valid",
                );
                Err(Diagnostics::new(source, vec![diagnostic]))
            }
        }
    }

    /// The location of a byte range. A range outside of the text is clamped.
    #[must_use]
    pub fn location(&self, span: Range<usize>, pointer: impl Into<String>) -> Location {
        let (first, file) = self.file_of(span.start);
        let start = file.text.floor_char_boundary(span.start - first);
        let end = file.text.floor_char_boundary(span.end.saturating_sub(first)).max(start);
        let (line, column) = file.position(start);
        Location { line, column, span: first + start..first + end, pointer: pointer.into() }
    }

    /// Line and column of a byte of this file, both from 1.
    pub(super) fn position(&self, byte: usize) -> (usize, usize) {
        let positions = self.positions.get_or_init(|| {
            let mut position = (0, 0);
            let steps = self.text.as_bytes().chunks(STEP);
            let mut all = vec![position];
            all.extend(steps.map(|step| {
                position = moved(position, step);
                position
            }));
            all
        });
        let step = byte / STEP;
        let (start, position) = match positions.get(step) {
            Some(position) => (step * STEP, *position),
            None => (0, (0, 0)),
        };
        let (line, column) = moved(position, self.text.as_bytes().get(start..byte).unwrap_or_default());
        (line + 1, column + 1)
    }
}

/// The position after some bytes. Continuation bytes of UTF-8 are not counted.
fn moved((line, column): (usize, usize), bytes: &[u8]) -> (usize, usize) {
    let characters = |bytes: &[u8]| bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count();
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(last) => (line + bytes.iter().filter(|byte| **byte == b'\n').count(), characters(&bytes[last + 1..])),
        None => (line, column + characters(bytes)),
    }
}

/// A location in a specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// JSON pointer (RFC 6901) of the node; empty for the document itself.
    pub pointer: String,
    /// Bytes of the text. The bytes of overlays and of other files are numbered after those of the specification.
    pub span: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_belongs_to_the_text_that_it_was_numbered_in() {
        let mut source = Source::new("dir/main.yaml", "ab");
        assert_eq!((source.file_of(0).1.name(), source.file_of(100).1.name()), ("dir/main.yaml", "dir/main.yaml"));
        let mut texts = vec![("dir/main.yaml".to_owned(), None, 2)];
        for (number, length) in [0, 3, 1, 0, 5].into_iter().enumerate() {
            let text = "x".repeat(length);
            if number < 2 {
                source = source.with_overlay(Source::new(format!("overlay{number}"), text));
                texts.push((format!("overlay{number}"), None, length));
            } else {
                // Numbered again with each text that is added.
                source.add_file(format!("file{number}"), text);
                texts.push((format!("dir/file{number}"), Some(format!("file{number}")), length));
            }
            let mut first = 0;
            for (name, path, length) in &texts {
                for byte in first..=first + length {
                    let (start, file) = source.file_of(byte);
                    assert_eq!((start, file.name(), source.path_of(byte)), (first, &**name, path.as_deref()));
                }
                first += length + 1;
            }
            assert_eq!(source.total_bytes(), first - 1);
        }
    }
}
