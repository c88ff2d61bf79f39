//! What no output may contain: the token and the credentials of a client.
//!
//! In: a text of a service, a gateway or a transport. Out: the text with `***` in the place of each credential. It is found as
//! it was sent, and as others write it back: percent-encoded, also more than once; escaped in JSON, JavaScript or HTML; in
//! base64, and, if it is the base64 of a user name and a password (`basic`), as these; as the numbers of its bytes, which is
//! `Debug` of bytes. Other transformations are not found, such as a hash or a part of a credential.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, Uri};
use secrecy::{ExposeSecret as _, SecretString};

use crate::credentials::{Credential, Credentials};
use crate::token::Token;

/// What is shown in the place of a credential.
const MASK: &str = "***";
/// A password that is shorter occurs in ordinary words.
const MIN_PASSWORD_BYTES: usize = 4;
/// A shorter part of a base64 text occurs by chance.
const MIN_BASE64_PART: usize = 8;
/// A shorter value of a query is no signature: a number of seconds, a name.
const MIN_QUERY_VALUE: usize = 16;
/// How often a percent sign can be encoded again.
const MAX_NESTING: usize = 8;
/// How many fetched tokens are masked: the last ones of all sources. A client that runs for months fetches thousands.
const MAX_FETCHED: usize = 16;

/// Masks the credentials of a client in texts that are shown.
#[derive(Default)]
pub(crate) struct Redactor {
    known: Secrets,
    fetched: RwLock<VecDeque<(Token, Secrets)>>,
}

/// What is masked for one credential, or for several.
#[derive(Default)]
struct Secrets(Vec<SecretString>);

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    pub(crate) fn new(token: Option<&Credential>, credentials: &Credentials) -> Self {
        let mut redactor = Self::default();
        for credential in token.into_iter().chain(credentials.all()) {
            if let Credential::Token(token) = credential {
                redactor.known.add(token.expose());
            }
        }
        redactor
    }

    pub(crate) fn of_secrets(secrets: &[impl AsRef<str>]) -> Self {
        let mut redactor = Self::default();
        redactor.add_all(secrets);
        redactor
    }

    pub(crate) fn add_all(&mut self, secrets: &[impl AsRef<str>]) {
        secrets.iter().for_each(|secret| self.known.add(secret.as_ref()));
    }

    /// Masks a token that was fetched, too.
    pub(crate) fn add_fetched(&self, token: &Token) {
        let is_known = |fetched: &VecDeque<(Token, Secrets)>| fetched.iter().any(|it| it.0.expose() == token.expose());
        if is_known(&self.fetched.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut secrets = Secrets::default();
        secrets.add(token.expose());
        let mut fetched = self.fetched.write().unwrap_or_else(PoisonError::into_inner);
        if fetched.len() == MAX_FETCHED {
            fetched.pop_front();
        }
        fetched.push_back((token.clone(), secrets));
    }

    /// The secrets of one request that is no call: the query of its address, which can contain a signature, and the headers
    /// that are marked as sensitive.
    pub(crate) fn of_request(uri: &Uri, headers: &HeaderMap) -> Self {
        let mut redactor = Self::default();
        if let Some(query) = uri.query() {
            redactor.known.push(query);
            for (_, value) in url::form_urlencoded::parse(query.as_bytes()) {
                if value.len() >= MIN_QUERY_VALUE {
                    redactor.known.push(&value);
                }
            }
        }
        for value in headers.values().filter(|value| value.is_sensitive()) {
            if let Ok(text) = value.to_str() {
                redactor.known.add(text);
            }
        }
        redactor
    }

    /// Passes a search for all credentials in a text.
    fn search<T>(&self, bytes: &[u8], run: impl FnOnce(Search<'_>) -> T) -> T {
        let fetched = self.fetched.read().unwrap_or_else(PoisonError::into_inner);
        let all = self.known.0.iter().chain(fetched.iter().flat_map(|(_, secrets)| &secrets.0));
        let secrets: Vec<&[u8]> = all.map(|secret| secret.expose_secret().as_bytes()).collect();
        run(Search::new(&secrets, bytes))
    }

    /// The beginning of an untrusted text without credentials: at most so many characters, and `…` if there is more. A
    /// credential that the end would cut is found. The rest of the text is not looked at.
    pub(crate) fn mask(&self, text: &str, max_chars: usize) -> String {
        self.search(text.as_bytes(), |mut search| {
            let mut masked = String::new();
            let (mut left, mut hidden_until) = (max_chars, 0);
            for (at, character) in text.char_indices() {
                if at < hidden_until {
                    continue;
                }
                if left == 0 {
                    masked.push('…');
                    break;
                }
                if let Some(end) = search.end_at(at) {
                    masked.push_str(MASK);
                    left = left.saturating_sub(MASK.len());
                    hidden_until = end;
                } else {
                    masked.push(character);
                    left -= 1;
                }
            }
            masked
        })
    }

    /// Whether bytes contain a credential.
    pub(crate) fn are_in(&self, bytes: &[u8]) -> bool {
        self.search(bytes, |mut search| (0..bytes.len()).any(|at| search.longest_at(at).is_some()))
    }
}

impl Secrets {
    fn add(&mut self, text: &str) {
        self.push(text);
        for alphabet in [&alphabet::STANDARD, &alphabet::URL_SAFE] {
            let engine = base64(alphabet);
            let encoded = engine.encode(text);
            // The last characters depend on what follows: a colon and a password, where a key is a user name.
            let whole_groups = text.len() / 3 * 4;
            if whole_groups >= MIN_BASE64_PART && whole_groups < encoded.len() {
                self.push(&encoded[..whole_groups]);
            }
            self.push(&encoded);
            let decoded = engine.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some((decoded, (_, password))) = decoded.as_deref().and_then(|it| Some((it, it.split_once(':')?))) {
                self.push(decoded);
                if password.len() >= MIN_PASSWORD_BYTES {
                    self.push(password);
                }
            }
        }
    }

    fn push(&mut self, text: &str) {
        if !text.is_empty() && self.0.iter().all(|known| known.expose_secret() != text) {
            self.0.push(SecretString::from(text));
        }
    }
}

/// A search for secrets in one text, from its first byte to its last. It allocates once, and not for each place and secret.
struct Search<'a> {
    secrets: &'a [&'a [u8]],
    bytes: &'a [u8],
    /// The bytes that an encoded secret can begin with, so that most places need one look only.
    beginnings: [bool; 256],
    /// Where the bytes of a secret that are found so far can end.
    ends: Vec<usize>,
    /// The same with the next byte.
    next: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(secrets: &'a [&'a [u8]], bytes: &'a [u8]) -> Self {
        let mut beginnings = [false; 256];
        // A space of a form, and what begins the encoding of any byte.
        let encoded = [b'+', b'%', b'\\', b'&'].into_iter().chain(b'0'..=b'9');
        for byte in secrets.iter().filter_map(|secret| secret.first().copied()).chain(encoded) {
            beginnings[usize::from(byte)] = true;
        }
        Self { secrets, bytes, beginnings, ends: Vec::new(), next: Vec::new() }
    }

    /// Where the secrets end that begin at a place; one can begin within another.
    fn end_at(&mut self, start: usize) -> Option<usize> {
        let mut end = self.longest_at(start)?;
        let mut at = start + 1;
        while at < end {
            end = end.max(self.longest_at(at).unwrap_or(end));
            at += 1;
        }
        Some(end)
    }

    fn longest_at(&mut self, at: usize) -> Option<usize> {
        if !self.bytes.get(at).is_some_and(|&byte| self.beginnings[usize::from(byte)]) {
            return None;
        }
        let secrets = self.secrets;
        secrets.iter().filter_map(|secret| self.written_at(secret, at)).max()
    }

    /// Where a secret ends that is written at a place, in any of the encodings of each of its bytes.
    fn written_at(&mut self, secret: &[u8], at: usize) -> Option<usize> {
        let Self { bytes, ends, next, .. } = self;
        ends.clear();
        ends.push(at);
        for &wanted in secret {
            // A byte can be read in two ways: a percent sign is itself, and begins the encoding of another byte.
            next.clear();
            for &end in &*ends {
                each_length(wanted, bytes.get(end..).unwrap_or_default(), |length| {
                    if !next.contains(&(end + length)) {
                        next.push(end + length);
                    }
                });
            }
            if next.is_empty() {
                return None;
            }
            std::mem::swap(ends, next);
        }
        ends.iter().copied().max()
    }
}

/// Base64 with an alphabet, without padding.
fn base64(alphabet: &Alphabet) -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

/// The lengths of all encodings of a byte that a text begins with.
fn each_length(wanted: u8, text: &[u8], mut found: impl FnMut(usize)) {
    let Some((&first, rest)) = text.split_first() else { return };
    // A space of a form.
    if first == wanted || (first == b'+' && wanted == b' ') {
        found(1);
    }
    match first {
        b'%' => {
            // `%2B`, `%252B`, `%25252B` …
            for nesting in 0..MAX_NESTING {
                let digits = rest.get(2 * nesting..).unwrap_or_default();
                if number(digits.get(..2), 16) == Some(wanted) {
                    found(1 + 2 * nesting + 2);
                }
                if !digits.starts_with(b"25") {
                    break;
                }
            }
        }
        // `\u002b`, `\x2b`, `\/`
        b'\\' => match rest.first() {
            Some(b'u') if number(rest.get(1..5), 16) == Some(wanted) => found(6),
            Some(b'x') if number(rest.get(1..3), 16) == Some(wanted) => found(4),
            Some(&escaped) if escaped == wanted && wanted.is_ascii_punctuation() => found(2),
            _ => {}
        },
        b'&' => {
            let Some(length) = rest.iter().take(MAX_ENTITY).position(|byte| *byte == b';') else { return };
            let entity = &rest[..length];
            let means = match entity {
                [b'#', b'x' | b'X', digits @ ..] => number(Some(digits), 16),
                [b'#', digits @ ..] => number(Some(digits), 10),
                name => ENTITIES.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, byte)| *byte),
            };
            if means == Some(wanted) {
                found(1 + length + 1);
            }
        }
        b'0'..=b'9' => {
            let length = text.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
            let is_wanted = |digits: &&[u8]| std::str::from_utf8(digits).is_ok_and(|it| it.parse() == Ok(wanted));
            if let Some(rest) = text.split_at_checked(length).filter(|(digits, _)| is_wanted(digits)).map(|it| it.1) {
                found(length);
                if rest.starts_with(b", ") {
                    found(length + 2);
                }
            }
        }
        _ => {}
    }
}

/// The length of an entity of HTML without `&`.
const MAX_ENTITY: usize = 10;

/// Entities of HTML of characters that a credential can have.
const ENTITIES: &[(&str, u8)] = &[
    ("amp", b'&'),
    ("apos", b'\''),
    ("equals", b'='),
    ("gt", b'>'),
    ("lt", b'<'),
    ("num", b'#'),
    ("percnt", b'%'),
    ("plus", b'+'),
    ("quot", b'"'),
    ("sol", b'/'),
];

/// The byte that digits name.
fn number(digits: Option<&[u8]>, radix: u32) -> Option<u8> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(texts: &[&str]) -> Redactor {
        let mut redactor = Redactor::default();
        texts.iter().for_each(|text| redactor.known.push(text));
        redactor
    }

    fn of(token: &str) -> Redactor {
        Redactor::of_secrets(&[token])
    }

    #[test]
    fn the_last_fetched_tokens_are_masked() {
        let known = redactor(&["client"]);
        let token = |number: usize| format!("fetched-{number:03}");
        for number in 0..100 {
            let token = Token::new(token(number)).unwrap();
            known.add_fetched(&token);
            known.add_fetched(&token);
        }
        assert_eq!(
            known.mask(&format!("client {} {}", token(99), token(100 - MAX_FETCHED)), usize::MAX),
            "*** *** ***"
        );
        assert!(known.are_in(token(99).as_bytes()) && !known.are_in(token(0).as_bytes()));
        assert!(known.are_in(base64(&alphabet::STANDARD).encode(token(98)).as_bytes()));
        assert_eq!(known.fetched.read().unwrap().len(), MAX_FETCHED);
    }

    #[test]
    fn without_a_credential_a_text_is_only_cut() {
        assert_eq!(redactor(&[]).mask("añb", 3), "añb");
        assert_eq!(redactor(&[]).mask("añb", 2), "añ…");
        assert_eq!(redactor(&[]).mask("", 0), "");
        assert!(!redactor(&[]).are_in(b"a") && !redactor(&["ab"]).are_in(b"a") && redactor(&["ab"]).are_in(b"\xffab"));
    }

    #[test]
    fn no_part_of_a_credential_is_shown_wherever_a_text_is_cut() {
        // Not one that `Token::new` takes, so that characters of several bytes are tried, too.
        const TOKEN: &str = "TOKENé";
        let known = redactor(&[TOKEN]);
        let pieces = ["", "é", TOKEN, "TOK", "x", "名名名名"];
        for text in (0..pieces.len().pow(4)).map(|number| {
            let piece = |place: u32| pieces[number / pieces.len().pow(place) % pieces.len()];
            [piece(0), piece(1), piece(2), piece(3)].concat()
        }) {
            let masked = text.replace(TOKEN, MASK);
            assert_eq!(known.mask(&text, usize::MAX), masked);
            assert_eq!(known.are_in(text.as_bytes()), text.contains(TOKEN));
            for max_chars in 0..20 {
                let shown = known.mask(&text, max_chars);
                if masked.chars().count() <= max_chars {
                    assert_eq!(shown, masked, "{text} {max_chars}");
                    continue;
                }
                let beginning = shown.strip_suffix('…').unwrap_or(&shown);
                assert!(masked.starts_with(beginning), "{text} {max_chars}: {shown}");
                // A mask that has begun is shown to its end.
                assert!(beginning.chars().count() <= max_chars + 2, "{text} {max_chars}: {shown}");
                assert!(shown.ends_with('…') || shown == masked, "{text} {max_chars}: {shown}");
            }
        }
    }

    #[test]
    fn a_credential_is_found_in_every_encoding() {
        let token = r#"a%+/="&<'b\c~41"#;
        let percent = |upper: bool, all: bool| {
            let encode = |byte: u8| match byte {
                byte if byte.is_ascii_alphanumeric() && !all => char::from(byte).to_string(),
                byte if upper => format!("%{byte:02X}"),
                byte => format!("%{byte:02x}"),
            };
            token.bytes().map(encode).collect::<String>()
        };
        let each = |encode: fn(u8) -> String| token.bytes().map(encode).collect::<String>();
        let mut forms = vec![token.to_owned()];
        for (upper, all) in [(true, true), (true, false), (false, true), (false, false)] {
            let once = percent(upper, all);
            // A redirect to a page that redirects: the address is a parameter of an address.
            let twice = once.replace('%', "%25");
            forms.extend([twice.replace('%', "%25"), twice, once]);
        }
        forms.push(percent(true, false).replace("%2B", "%2b"));
        forms.push(token.replace('%', "%25").replace('"', "%22"));
        forms.push(serde_json::to_string(token).unwrap().trim_matches('"').replace('/', r"\/"));
        forms.push(each(|byte| format!("\\u{byte:04x}")));
        forms.push(each(|byte| format!("\\x{byte:02X}")));
        forms.push(each(|byte| format!("&#{byte};")));
        forms.push(each(|byte| format!("&#x{byte:X};")));
        forms.push(token.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;"));
        forms.push(format!("{:?}", token.as_bytes()).trim_matches(['[', ']']).to_owned());
        for alphabet in [&alphabet::STANDARD, &alphabet::URL_SAFE] {
            forms.push(base64(alphabet).encode(token));
            // The key is the user name of `basic`.
            let with_password = base64(alphabet).encode(format!("{token}:"));
            forms.push(with_password[..token.len() / 3 * 4].to_owned());
        }
        let known = of(token);
        for form in forms {
            assert_eq!(known.mask(&format!("é {form} é"), usize::MAX), "é *** é", "{form}");
            assert!(known.are_in(format!("x{form}x").as_bytes()), "{form}");
            let cut = known.mask(&format!("ab {form} rest"), 5);
            assert_eq!(cut, "ab ***…", "{form}");
        }
        for other in ["a%+/", "a%252B", "a%", "%", "\\", "\\u00", "&#", "&#999999;", "&nothing;", "%zz", "a\\"] {
            assert_eq!(known.mask(other, usize::MAX), other);
        }
    }

    #[test]
    fn basic_is_found_decoded_and_encoded() {
        let token = base64(&alphabet::STANDARD).encode("user:pass wörd+");
        for padded in [token.clone(), format!("{token}==").chars().take(token.len().div_ceil(4) * 4).collect()] {
            let known = of(&padded);
            for (text, expected) in [
                ("Basic ", "Basic "),
                ("user:pass wörd+!", "***!"),
                ("bad password: pass wörd+", "bad password: ***"),
                ("?p=pass+w%C3%B6rd%2b&q", "?p=***&q"),
                ("pass%20w%c3%b6rd%2B", "***"),
                ("user", "user"),
            ] {
                assert_eq!(known.mask(text, usize::MAX), expected, "{padded}");
            }
            assert_eq!(known.mask(&padded, usize::MAX).trim_end_matches('='), MASK);
        }
        // A short password would mask ordinary words.
        let short = of(&base64(&alphabet::STANDARD).encode("user:a"));
        assert_eq!(short.mask("a user:a", usize::MAX), "a ***");
    }

    #[test]
    fn the_secrets_of_a_request_are_its_query_and_its_sensitive_headers() {
        let uri =
            Uri::from_static("https://s.example.com/k?X-Expires=3600&X-Signature=0123%2Bab%2Fcdef0123456789&X-Id=a");
        let mut headers = HeaderMap::new();
        headers.insert("host", "s.example.com".parse().unwrap());
        headers.insert("authorization", "V4 Signature=fedcba9876543210".parse().unwrap());
        headers.get_mut("authorization").unwrap().set_sensitive(true);
        let known = Redactor::of_request(&uri, &headers);
        for (text, expected) in [
            (format!("cannot send to {uri}"), "cannot send to https://s.example.com/k?***"),
            ("the signature 0123+ab/cdef0123456789 expired".to_owned(), "the signature *** expired"),
            ("host s.example.com, 3600 a".to_owned(), "host s.example.com, 3600 a"),
            ("V4 Signature=fedcba9876543210".to_owned(), "***"),
        ] {
            assert_eq!(known.mask(&text, usize::MAX), expected);
        }
    }

    #[test]
    fn credentials_that_overlap_are_one_mask() {
        let known = redactor(&["abcd", "cdef", "ab"]);
        assert_eq!(known.mask("xabcdefx abx cdefab", usize::MAX), "x***x ***x ******");
    }
}
