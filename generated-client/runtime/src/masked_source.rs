//! Sources of errors without credentials.
//!
//! In: an error of a transport, which a program may have written, so its texts can contain anything that the request
//! contains. Out: the same error, which a caller can downcast; or, if a text in its chain contains a credential, a chain of
//! the same texts in which it is masked. This module does not know what went wrong.

use std::error::Error;
use std::fmt::{self, Write as _};

use crate::redactor::Redactor;

/// The error below another one.
type Source = Box<dyn Error + Send + Sync>;

/// A longer chain is cut: an error can be its own source.
const MAX_SOURCES: usize = 32;
/// A longer text is not shown, since a credential in it could be cut.
const MAX_BYTES: usize = 16 * 1024;
/// What is shown in the place of such a text, and of one that its error cannot write.
const UNREADABLE: &str = "(an error whose text is too long, or fails)";

/// The same error, or its texts without credentials. Both `Display` and `Debug` are looked at, because a caller can show
/// either.
pub(crate) fn masked(source: Source, redactor: &Redactor) -> Source {
    let mut texts = Vec::new();
    let mut is_masked = false;
    let mut next: Option<&(dyn Error + 'static)> = Some(&*source);
    while let Some(error) = next {
        if texts.len() == MAX_SOURCES {
            is_masked = true;
            break;
        }
        let [display, debug, indented] =
            [format_args!("{error}"), format_args!("{error:?}"), format_args!("{error:#?}")].map(text_of);
        let is_secret = |text: &Option<String>| text.as_ref().is_none_or(|text| redactor.are_in(text.as_bytes()));
        is_masked |= [&display, &debug, &indented].into_iter().any(is_secret);
        texts.push([display, debug]);
        next = error.source();
    }
    if !is_masked {
        return source;
    }
    let shown = |text: Option<String>| text.map_or_else(|| UNREADABLE.to_owned(), |it| redactor.mask(&it, usize::MAX));
    let mut chain: Option<Box<MaskedSource>> = None;
    for texts in texts.into_iter().rev() {
        let [display, debug] = texts.map(shown);
        chain = Some(Box::new(MaskedSource { display, debug, source: chain }));
    }
    match chain {
        Some(chain) => chain,
        None => source,
    }
}

/// A text, unless it is too long or its `Display` or `Debug` fails.
fn text_of(arguments: fmt::Arguments<'_>) -> Option<String> {
    let mut text = Limited(String::new());
    text.write_fmt(arguments).ok().map(|()| text.0)
}

/// A string that refuses to grow beyond the limit.
struct Limited(String);

impl fmt::Write for Limited {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.0.len() + part.len() > MAX_BYTES {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}

/// The texts of an error, without credentials.
struct MaskedSource {
    display: String,
    debug: String,
    source: Option<Box<MaskedSource>>,
}

impl fmt::Display for MaskedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}

impl fmt::Debug for MaskedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug)
    }
}

impl Error for MaskedSource {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "SECRET/TOKEN+1";

    fn redactor() -> Redactor {
        Redactor::of_secrets(&[TOKEN])
    }

    /// An error with texts of its own.
    struct Written {
        display: fn(&mut fmt::Formatter<'_>) -> fmt::Result,
        debug: fn(&mut fmt::Formatter<'_>) -> fmt::Result,
        source: Option<Source>,
        is_its_own_source: bool,
    }

    impl Default for Written {
        fn default() -> Self {
            Self { display: |f| f.write_str("d"), debug: |f| f.write_str("D"), source: None, is_its_own_source: false }
        }
    }

    impl fmt::Display for Written {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.display)(f)
        }
    }

    impl fmt::Debug for Written {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.debug)(f)
        }
    }

    impl Error for Written {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            if self.is_its_own_source { Some(self) } else { self.source.as_deref().map(|it| it as _) }
        }
    }

    /// `Display` and `Debug` of each error of the chain.
    fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
        let mut shown = Vec::new();
        let mut next = Some(error);
        while let Some(error) = next.filter(|_| shown.len() < 100) {
            shown.push(format!("{error} {error:?}"));
            next = error.source();
        }
        shown
    }

    fn masked_chain(error: Written) -> Vec<String> {
        let shown = chain(&*masked(Box::new(error), &redactor()));
        assert!(shown.iter().all(|text| !text.contains("SECRET")), "{shown:?}");
        shown
    }

    #[test]
    fn an_error_without_a_credential_is_unchanged() {
        let inner = Written::default();
        let error = Written { source: Some(Box::new(inner)), ..Written::default() };
        let same = masked(Box::new(error), &redactor());
        assert!(same.downcast_ref::<Written>().is_some_and(|it| it.source.as_ref().unwrap().is::<Written>()));
        assert_eq!(chain(&*same), ["d D", "d D"]);
    }

    #[test]
    fn a_credential_is_masked_wherever_an_error_shows_it() {
        let secret: fn(&mut fmt::Formatter<'_>) -> fmt::Result = |f| write!(f, "to /a?key={TOKEN}.");
        assert_eq!(masked_chain(Written { display: secret, ..Written::default() }), ["to /a?key=***. D"]);
        assert_eq!(masked_chain(Written { debug: secret, ..Written::default() }), ["d to /a?key=***."]);
        let only_indented = Written {
            debug: |f| if f.alternate() { f.write_str(TOKEN) } else { f.write_str("D") },
            ..Written::default()
        };
        assert_eq!(masked_chain(only_indented), ["d D"]);
        let bytes = Written { debug: |f| write!(f, "{:?}", TOKEN.as_bytes()), ..Written::default() };
        assert_eq!(masked_chain(bytes), ["d [***]"]);
        let encoded = Written { display: |f| f.write_str("?k=SECRET%2FTOKEN%2b1&a"), ..Written::default() };
        assert_eq!(masked_chain(encoded), ["?k=***&a D"]);
        let lowest = Written { display: secret, ..Written::default() };
        let middle = Written { source: Some(Box::new(lowest)), ..Written::default() };
        let error = Written { source: Some(Box::new(middle)), ..Written::default() };
        assert_eq!(masked_chain(error), ["d D", "d D", "to /a?key=***. D"]);
    }

    #[test]
    fn hostile_errors_are_bounded() {
        let endless = Written {
            display: |f| {
                for _ in 0..u32::MAX {
                    f.write_str("a text without an end ")?;
                }
                f.write_str(TOKEN)
            },
            ..Written::default()
        };
        assert_eq!(masked_chain(endless), [format!("{UNREADABLE} D")]);
        let failing = Written { display: |_| Err(fmt::Error), ..Written::default() };
        assert_eq!(masked_chain(failing), [format!("{UNREADABLE} D")]);
        let circle = Written { is_its_own_source: true, ..Written::default() };
        assert_eq!(masked_chain(circle), ["d D"; MAX_SOURCES]);
    }
}
