//! Problems with a specification, and how they are told.
//!
//! In: what a stage found, and where. Out: a [`Diagnostic`], and its text for a person. This module knows nothing of
//! OpenAPI or Rust.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// The text of a specification and the name it is called by in messages.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// Takes the name to use in messages (usually the path as the user wrote it) and the text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The name to use in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without the mark that some editors begin a file with. YAML allows it; not every reader does.
    #[must_use]
    pub(crate) fn unmarked(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }

    /// Reads bytes as UTF-8.
    ///
    /// # Errors
    /// Where the bytes stop being UTF-8, as a diagnostic with its place.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Diagnostics> {
        let name = name.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = Self { name, text };
                let place = source.place(at..at, "");
                let diagnostic = Diagnostic::new(
                    Code::NotUtf8,
                    place,
                    "this byte is not UTF-8",
                    "save the file as UTF-8; the bytes before this place are good",
                );
                Err(Diagnostics::new(source, vec![diagnostic]))
            }
        }
    }

    /// The place of a range of bytes. A range outside of the text is moved into it.
    #[must_use]
    pub fn place(&self, span: Range<usize>, pointer: impl Into<String>) -> Place {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: start..end,
            pointer: pointer.into(),
        }
    }
}

/// Where in a specification something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// JSON pointer (RFC 6901) of the node; empty for the document itself.
    pub pointer: String,
    /// Bytes of the text.
    pub span: Range<usize>,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $slug:literal,)+) => {
        /// What kind of problem a diagnostic is about. The text of a code is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable text of the code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            /// What the code means, in a sentence or two.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// The file is not UTF-8.
    NotUtf8 = "not-utf8",
    /// The text is not YAML.
    YamlSyntax = "yaml-syntax",
    /// A mapping has the same key twice.
    DuplicateKey = "duplicate-key",
    /// A part of YAML that specifications do without: anchors, aliases, merges, tags, several documents.
    YamlFeature = "yaml-feature",
    /// The nesting is too deep to be a specification.
    TooDeep = "too-deep",
    /// The document is of another version of OpenAPI, or of none.
    Version = "version",
    /// A key that OpenAPI 3.0 does not know in this place.
    UnknownKey = "unknown-key",
    /// An `x-` key that is not explained in spec/README.md, or not in this place.
    UnknownExtension = "unknown-extension",
    /// A key that must be there is not.
    MissingKey = "missing-key",
    /// A value of the wrong type, or not one of the allowed values.
    WrongValue = "wrong-value",
    /// Keys beside `$ref`, which OpenAPI 3.0 ignores.
    RefSibling = "ref-sibling",
    /// A `$ref` to something that is not there.
    DanglingRef = "dangling-ref",
    /// A `$ref`, or an `allOf`, that leads back to itself.
    CircularRef = "circular-ref",
    /// A part of OpenAPI 3.0 that the generator does not support.
    Unsupported = "unsupported",
    /// Two things that must differ have the same name.
    DuplicateName = "duplicate-name",
    /// Two paths that no request can tell apart.
    AmbiguousPath = "ambiguous-path",
    /// A path and its parameters do not fit together.
    PathParameter = "path-parameter",
    /// `allOf` members that contradict each other.
    AllOfConflict = "all-of-conflict",
    /// `oneOf` members that cannot be told apart, or a discriminator that does not fit them.
    AmbiguousUnion = "ambiguous-union",
    /// A property that is required and not described.
    UnknownRequired = "unknown-required",
    /// The successful answer of an operation cannot be told.
    Answer = "answer",
    /// The answer of an operation is not wrapped in the envelope.
    Envelope = "envelope",
    /// A risk and a retry class that contradict each other.
    RiskRetry = "risk-retry",
    /// A name or description of an enumeration's values is missing, or there is one too many.
    EnumNames = "enum-names",
    /// An error code that the table does not have.
    UnknownErrorCode = "unknown-error-code",
    /// A default that does not fit its schema.
    BadDefault = "bad-default",
    /// Something a caller reads is missing: a summary, a description, an example.
    Undocumented = "undocumented",
    /// A fault of the generator itself.
    Internal = "internal",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One problem: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do.
    pub help: String,
    /// Other places that have to do with it, and why.
    pub related: Vec<(Place, String)>,
}

impl Diagnostic {
    /// A problem at one place.
    #[must_use]
    pub fn new(code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), place, help: help.into(), related: Vec::new() }
    }

    /// Adds another place that has to do with it.
    #[must_use]
    pub fn with_related(mut self, place: Place, why: impl Into<String>) -> Self {
        self.related.push((place, why.into()));
        self
    }
}

/// All problems of a run, with the text they are about.
///
/// `Display` writes each with its lines of the specification, the way rustc does.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    source: Source,
    problems: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts the problems by place, so that their order does not depend on the order of checks, and drops repetitions:
    /// something that is referred to twice is checked twice.
    #[must_use]
    pub fn new(source: Source, mut problems: Vec<Diagnostic>) -> Self {
        problems
            .sort_by(|a, b| (a.place.span.start, a.code, &a.message).cmp(&(b.place.span.start, b.code, &b.message)));
        problems.dedup();
        Self { source, problems }
    }

    /// The problems, in the order of their places.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The text that the problems are about.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The text for a person; `styled` adds the colours of a terminal.
    #[must_use]
    pub fn render(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in &self.problems {
            text.push_str(&renderer.render(&[self.group(problem)]));
            text.push_str("\n\n");
        }
        let count = self.problems.len();
        let problems = if count == 1 { "problem" } else { "problems" };
        text.push_str(&format!("{count} {problems} in {}\n", self.source.name));
        text
    }

    fn group<'a>(&'a self, problem: &'a Diagnostic) -> annotate_snippets::Group<'a> {
        let mut snippet = Snippet::source(&self.source.text)
            .path(&self.source.name)
            .annotation(AnnotationKind::Primary.span(self.visible(&problem.place)));
        for (place, why) in &problem.related {
            snippet = snippet.annotation(AnnotationKind::Context.span(self.visible(place)).label(why));
        }
        let pointer = if problem.place.pointer.is_empty() { "the document" } else { &problem.place.pointer };
        Level::ERROR
            .primary_title(&problem.message)
            .id(problem.code.as_str())
            .element(snippet)
            .element(Level::NOTE.message(format!("at {pointer}")))
            .element(Level::HELP.message(&problem.help))
    }

    /// A long node is shown by its first line: what matters is where it begins.
    fn visible(&self, place: &Place) -> Range<usize> {
        let text = &self.source.text[place.span.clone()];
        let first_line = text.split('\n').next().unwrap_or_default().trim_end();
        place.span.start..place.span.start + first_line.len()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
