//! The text of a specification, and locations in it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::{Code, Diagnostic, Diagnostics};

/// The text of a specification, and its name in messages; with [`with_files`](Self::with_files) also the files that it
/// refers to.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    /// The text of the document, followed by those of its files. A byte of it identifies a file, too.
    text: String,
    /// Bytes of the document.
    length: usize,
    /// In a box: a source is a part of every error, and few have other files.
    others: Box<Others>,
    /// Line and column of every [`STEP`]th byte, both from 0, computed on first use. One long line can have many
    /// problems.
    positions: OnceLock<Vec<(usize, usize)>>,
}

/// The files that a document refers to.
#[derive(Clone, Debug, Default)]
struct Others {
    files: Vec<File>,
    /// Why files are not there, by their paths.
    unread: BTreeMap<String, String>,
}

/// A file that a document refers to.
#[derive(Clone, Debug)]
struct File {
    /// From the folder of the document, with `/`.
    path: String,
    /// The name in messages.
    name: String,
    /// Its bytes in the text.
    span: Range<usize>,
}

/// The number of bytes that are scanned for a position.
const STEP: usize = 1 << 12;

impl Source {
    /// Creates a source from its name in messages (usually the path as given by the user) and its text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = joined_pairs(text.into());
        Self { name: name.into(), length: text.len(), text, others: Box::default(), positions: OnceLock::new() }
    }

    /// Adds a file by its path from the folder of the document.
    pub(crate) fn add_file(&mut self, path: String, text: String) {
        let folder = self.name.rfind(['/', '\\']).map_or("", |end| &self.name[..=end]);
        let name = format!("{folder}{path}");
        // The first column of a file is that of a line.
        self.text.push('\n');
        let start = self.text.len();
        self.text.push_str(&joined_pairs(text));
        self.others.files.push(File { path, name, span: start..self.text.len() });
        self.positions = OnceLock::new();
    }

    /// Notes why a file is not there.
    pub(crate) fn add_unread(&mut self, path: String, why: String) {
        self.others.unread.insert(path, why);
    }

    /// The paths and the bytes of the files besides the document.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.others.files.iter().map(|file| (file.path.as_str(), file.span.clone()))
    }

    /// Why a file is not there.
    pub(crate) fn unread(&self, path: &str) -> Option<&str> {
        self.others.unread.get(path).map(String::as_str)
    }

    /// The text of the document and those of its files, as locations count their bytes.
    pub(crate) fn all(&self) -> &str {
        &self.text
    }

    fn file(&self, byte: usize) -> Option<&File> {
        let after = self.others.files.partition_point(|file| file.span.start <= byte);
        self.others.files.get(after.checked_sub(1)?)
    }

    /// The path of the file that has a byte; none for the document itself.
    pub(crate) fn path_of(&self, byte: usize) -> Option<&str> {
        self.file(byte).map(|file| file.path.as_str())
    }

    /// The name of the file that a location is in.
    #[must_use]
    pub fn file_name(&self, location: &Location) -> &str {
        self.file(location.span.start).map_or(&self.name, |file| &file.name)
    }

    /// The name in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text[..self.length]
    }

    /// The text without a byte order mark. YAML allows the mark, but not every parser does.
    #[must_use]
    pub(crate) fn without_bom(&self) -> &str {
        self.text().strip_prefix('\u{feff}').unwrap_or(self.text())
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
        let start = self.text.floor_char_boundary(span.start);
        let file_end = self.file(start).map_or(self.length, |file| file.span.end).max(start);
        let end = self.text.floor_char_boundary(span.end.min(file_end)).max(start);
        let (line, column) = self.position(start);
        Location { line, column, span: start..end, pointer: pointer.into() }
    }

    /// Line and column of a byte in its file, both from 1.
    pub(super) fn position(&self, byte: usize) -> (usize, usize) {
        let (line, column) = self.position_in_all(byte);
        let lines_before = self.file(byte).map_or(0, |file| self.position_in_all(file.span.start).0);
        (line - lines_before + 1, column + 1)
    }

    fn position_in_all(&self, byte: usize) -> (usize, usize) {
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
        moved(position, self.text.as_bytes().get(start..byte).unwrap_or_default())
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
    /// Bytes of the text; beyond its end those of other files. [`Source::file_name`] has the name of the file.
    pub span: Range<usize>,
}

/// JSON escapes a character above U+FFFF as a surrogate pair, which YAML does not support: the pair is replaced by the
/// character. Other text is unchanged.
fn joined_pairs(text: String) -> String {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return text;
    }
    let without_bom = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if serde_json::from_str::<serde::de::IgnoredAny>(without_bom).is_err() {
        return text;
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escaped) = rest.split_at(at);
        joined.push_str(before);
        let character = pair(escaped);
        // A backslash and the following character, which can be a backslash, too; or twelve ASCII characters.
        let length =
            if character.is_some() { 12 } else { escaped.char_indices().nth(2).map_or(escaped.len(), |(at, _)| at) };
        let (written, after) = escaped.split_at(length);
        match character {
            Some(character) => joined.push(character),
            None => joined.push_str(written),
        }
        rest = after;
    }
    joined.push_str(rest);
    joined
}

/// The character of a surrogate pair, such as `\ud83c\udf6b`.
fn pair(text: &str) -> Option<char> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    char::decode_utf16([unit(0)?, unit(6)?]).next()?.ok().filter(|character| character.len_utf16() == 2)
}
