//! The kinds of problems: the stable text of each, how serious it is, and where it is explained.
//!
//! Every code is in the table below and has a file in `explanations/`, without which this does not compile.

use std::fmt;
use std::str::FromStr;

use crate::spelling::nearest;

/// How serious a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The specification is not valid, contradicts itself, or asks for something that is not supported: no client is
    /// made of it.
    Error,
    /// A rule of `cargo xtask lint` is broken, or the client does not use all of a document. It can be made all the same.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($severity:ident { $($(#[doc = $doc:literal])+ $name:ident = $slug:literal,)+ })+) => {
        /// What kind of problem a diagnostic is about. The text of a code is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($($(#[doc = $doc])+ $name,)+)+
        }

        impl Code {
            /// All codes: errors, then warnings.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)+)+];

            /// The stable text of the code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $slug,)+)+ }
            }

            /// How serious a problem of this kind is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $($(Self::$name => Severity::$severity,)+)+ }
            }

            /// What the code means, in a sentence or two.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $($(Self::$name => concat!($($doc,)+).trim_ascii(),)+)+ }
            }

            /// What the code means and why it matters, with a wrong and a right example, in Markdown.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $($(Self::$name => include_str!(concat!("../explanations/", $slug, ".md")),)+)+ }
            }
        }
    };
}

codes! {
    Error {
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
        /// The document, or a part of it, is too large to be a specification.
        TooLarge = "too-large",
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
        /// A reference to something that is not there.
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
        /// There are not as many names or descriptions as values of an enumeration, or a name is not Rust's.
        EnumNames = "enum-names",
        /// An error code that the table does not have.
        UnknownErrorCode = "unknown-error-code",
        /// A default that does not fit its schema.
        BadDefault = "bad-default",
        /// A fault of the generator itself.
        Internal = "internal",
    }
    Warning {
        /// A summary or a description is missing.
        MissingDescription = "missing-description",
        /// A body, an answer, a parameter or an identifier without an example.
        MissingExample = "missing-example",
        /// An operation without the address of the page that documents it.
        MissingExternalDocs = "missing-external-docs",
        /// An operation that does not say how sure it is.
        MissingSource = "missing-source",
        /// A quantity without its unit.
        MissingUnit = "missing-unit",
        /// An instant that does not say how it is counted or written.
        InstantUnit = "instant-unit",
        /// An identifier that says nothing about its form.
        MissingLimits = "missing-limits",
        /// An enumeration whose values are not described.
        MissingEnumDescriptions = "missing-enum-descriptions",
        /// An example that does not fit its schema.
        BadExample = "bad-example",
        /// A text without words: empty, or not written yet.
        EmptyText = "empty-text",
        /// A text in Chinese, copied instead of written.
        ChineseText = "chinese-text",
        /// The same thing under two names.
        InconsistentName = "inconsistent-name",
        /// An identifier that is any text or number to callers.
        PlainIdentifier = "plain-identifier",
        /// A component that nothing uses.
        UnusedComponent = "unused-component",
        /// Two schemas that are the same.
        SameSchema = "same-schema",
        /// An operation of a project without the header that names the project.
        ProjectHeader = "project-header",
        /// A physical operation whose description does not warn.
        MissingWarning = "missing-warning",
        /// A switch in `x-lint-allow` that switches nothing off.
        UnusedAllow = "unused-allow",
        /// A part of a document of others that the generated client does not use.
        UnusedPart = "unused-part",
    }
}

impl Code {
    /// Whether it is a rule of `cargo xtask lint`. Other warnings are those of [`generate`](crate::generate), about
    /// documents of others.
    #[must_use]
    pub fn is_rule(self) -> bool {
        self.severity() == Severity::Warning && self != Self::UnusedPart
    }

    /// The rules that can be switched off where they do not hold: all but the one about switches.
    pub(crate) fn switchable() -> impl Iterator<Item = Self> + Clone {
        Self::ALL.iter().copied().filter(|code| code.is_rule() && *code != Self::UnusedAllow)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no [`Code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode {
    word: String,
    /// The code that was probably meant.
    pub nearest: Option<Code>,
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no code `{}`", self.word)?;
        match self.nearest {
            Some(code) => write!(f, "; did you mean `{code}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(word: &str) -> Result<Self, UnknownCode> {
        let named = |word: &str| Self::ALL.iter().copied().find(|code| code.as_str() == word);
        let meant = || nearest(word, Self::ALL.iter().map(|code| code.as_str())).and_then(named);
        named(word).ok_or_else(|| UnknownCode { word: word.to_owned(), nearest: meant() })
    }
}
