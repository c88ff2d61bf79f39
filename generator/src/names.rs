//! Converts names of OpenAPI to Rust identifiers.
//!
//! In: names as a specification spells them. Out: valid identifiers, each issued by a [`UniqueNames`] so that it is unique.
//! All names of the generated code are decided here.
//!
//! An identifier depends only on the spelling of its name; a second name with the same identifier gets a number. Adding
//! an unrelated item therefore never renames an existing one.

use std::collections::{HashMap, HashSet};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

/// The names of types, traits and variants that are in scope in every Rust file, or in the generated files.
const RESERVED_TYPES: &[&str] = &[
    // Rust's prelude, and the names that derives and format macros expand to.
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Deserialize",
    "Serializer",
    "Deserializer",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Strict and reserved keywords of the 2024 edition.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that cannot be raw identifiers (`r#`).
const HARD_KEYWORDS: &[&str] = &["self", "Self", "super", "crate", "_"];

/// The device names of Windows, which cannot name a file in any folder, with any extension.
const DEVICES: &[&str] = &[
    "aux", "con", "nul", "prn", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt0",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The maximum length of the name of a file, in bytes and without its extension. File systems allow 255 bytes in total.
pub(crate) const MAX_FILE_NAME: usize = 200;

/// Whether a word is a keyword of Rust.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word) || HARD_KEYWORDS.contains(&word)
}

/// How the words of an identifier are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `flight_task`: fields, methods, modules.
    Snake,
    /// `FlightTask`: types and variants.
    Camel,
}

/// The id of an operation without `operationId`, derived from its method and path.
pub(crate) fn operation_id(method: &str, path: &str) -> String {
    identifier(&format!("{method}_{path}"), Case::Snake)
}

/// The identifier of a name. Different names can have the same identifier; [`UniqueNames`] makes identifiers unique.
pub(crate) fn identifier(name: &str, case: Case) -> String {
    let mut identifier = converted(name, case).unwrap_or_else(|| {
        let words = spelled_out(name);
        match case {
            Case::Snake => words.to_snake_case(),
            Case::Camel => words.to_upper_camel_case(),
        }
    });
    if identifier.starts_with(|c: char| c.is_ascii_digit()) {
        identifier.insert(0, '_');
    }
    if HARD_KEYWORDS.contains(&&*identifier) {
        identifier.push('_');
    } else if KEYWORDS.contains(&&*identifier) {
        identifier.insert_str(0, "r#");
    }
    identifier
}

/// The conversion of a name whose words are certain: in ASCII, without adjacent capitals, and with each capital between small
/// letters or at the beginning of a word. Most names are such, and `heck` takes much longer, because it knows all of Unicode.
fn converted(name: &str, case: Case) -> Option<String> {
    if name.starts_with(['-', '+']) {
        return None;
    }
    let bytes = name.as_bytes();
    let mut converted = String::with_capacity(name.len() + 4);
    let mut last = b'_';
    for (index, &c) in bytes.iter().enumerate() {
        let begins_word = match c {
            b'a'..=b'z' | b'0'..=b'9' => !last.is_ascii_alphanumeric(),
            b'A'..=b'Z' => {
                let follows = last.is_ascii_lowercase() || !last.is_ascii_alphanumeric();
                if !follows || !bytes.get(index + 1).is_some_and(u8::is_ascii_lowercase) {
                    return None;
                }
                true
            }
            _ if c.is_ascii() => {
                last = c;
                continue;
            }
            _ => return None,
        };
        if begins_word && case == Case::Snake && !converted.is_empty() {
            converted.push('_');
        }
        let is_capital = begins_word && case == Case::Camel;
        converted.push(char::from(if is_capital { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }));
        last = c;
    }
    Some(converted).filter(|converted| !converted.is_empty())
}

/// A name in ASCII: a leading sign of a number is spelled out, other characters that an identifier cannot contain are
/// replaced with their code points.
fn spelled_out(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    let mut rest = name;
    if let Some(number) = rest.strip_prefix(['-', '+'])
        && number.starts_with(|c: char| c.is_ascii_digit())
    {
        words.push_str(if rest.starts_with('-') { "minus_" } else { "plus_" });
        rest = number;
    }
    for c in rest.chars() {
        if c.is_ascii() {
            words.push(c);
        } else {
            words.push_str(&format!("_u{:x}_", u32::from(c)));
        }
    }
    if !words.contains(|c: char| c.is_ascii_alphanumeric()) {
        if name.is_empty() {
            return "empty".to_owned();
        }
        words = name.chars().map(|c| format!("_u{:x}_", u32::from(c))).collect();
    }
    words
}

/// Whether an identifier must not name a public type of the generated code.
fn is_reserved_type(identifier: &str) -> bool {
    RESERVED_TYPES.contains(&identifier)
}

/// The name of a type, with the suffix `Schema` if its identifier is reserved.
fn type_name(name: &str) -> String {
    let identifier = identifier(name, Case::Camel);
    if is_reserved_type(&identifier) { format!("{identifier}Schema") } else { name.to_owned() }
}

/// The name of the file of a module, without its extension.
pub(crate) fn file_name(module: &str) -> &str {
    module.strip_prefix("r#").unwrap_or(module)
}

/// The identifiers of one namespace of the generated code, each issued once.
#[derive(Clone, Debug, Default)]
pub(crate) struct UniqueNames {
    used: HashSet<String>,
    /// The last number that was tried for each identifier. Smaller numbers need no second try, because identifiers are
    /// never freed.
    numbers: HashMap<String, usize>,
}

impl UniqueNames {
    /// Names of which some identifiers are reserved.
    pub(crate) fn with_reserved<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        names.reserve(reserved);
        names
    }

    /// Reserves identifiers: they are not issued any more.
    pub(crate) fn reserve<'a>(&mut self, reserved: impl IntoIterator<Item = &'a str>) {
        self.used.extend(reserved.into_iter().map(str::to_owned));
    }

    /// Names of the files of one folder, and for modules, which have the names of their files. The names are
    /// distinct on every file system, because identifiers in snake case have no upper-case letters, and device names
    /// are reserved.
    pub(crate) fn of_files<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Self {
        Self::with_reserved(DEVICES.iter().copied().chain(reserved))
    }

    /// Issues the identifier of a name. If it is in use, appends the smallest number that makes it unique.
    pub(crate) fn issue(&mut self, name: &str, case: Case) -> String {
        let identifier = identifier(name, case);
        if self.used.insert(identifier.clone()) {
            return identifier;
        }
        let separator = if case == Case::Camel { "" } else { "_" };
        // No identifier that ends with a number is a keyword, so it does not have to be raw.
        let stem = identifier.strip_prefix("r#").unwrap_or(&identifier).trim_end_matches('_').to_owned();
        let number = self.numbers.entry(identifier).or_insert(1);
        loop {
            *number += 1;
            let issued = format!("{stem}{separator}{number}");
            if self.used.insert(issued.clone()) {
                return issued;
            }
        }
    }

    /// Issues the identifier of a public type.
    pub(crate) fn issue_type(&mut self, name: &str) -> String {
        self.issue(&type_name(name), Case::Camel)
    }

    /// Whether [`UniqueNames::issue_type`] would have to number the identifier.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.used.contains(&identifier(&type_name(name), Case::Camel))
    }

    /// Issues the identifiers of public types; see [`UniqueNames::issue_all`].
    pub(crate) fn issue_types(&mut self, names: &[&str]) -> Vec<String> {
        let exact = |name: &str| identifier(name, Case::Camel) == name && !is_reserved_type(name);
        self.exact_first(names, exact, Self::issue_type)
    }

    /// Issues identifiers for the members of one item. Names that equal their identifier come first, so that a new
    /// member whose name only converts to the same identifier does not rename them.
    pub(crate) fn issue_all(&mut self, names: &[&str], case: Case) -> Vec<String> {
        let exact = |name: &str| identifier(name, case).trim_start_matches("r#") == name;
        self.exact_first(names, exact, |unique, name| unique.issue(name, case))
    }

    fn exact_first(
        &mut self,
        names: &[&str],
        exact: impl Fn(&str) -> bool,
        mut issue: impl FnMut(&mut Self, &str) -> String,
    ) -> Vec<String> {
        let mut issued: Vec<String> = vec![String::new(); names.len()];
        let are_exact: Vec<bool> = names.iter().map(|name| exact(name)).collect();
        for pass in [true, false] {
            for ((slot, name), is_exact) in issued.iter_mut().zip(names).zip(&are_exact) {
                if *is_exact == pass {
                    *slot = issue(self, name);
                }
            }
        }
        issued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        let cases = [
            // name, snake, Camel
            ("name", "name", "Name"),
            ("clampToGround", "clamp_to_ground", "ClampToGround"),
            ("class-name", "class_name", "ClassName"),
            ("X-Request-Id", "x_request_id", "XRequestId"),
            ("4g_link_state", "_4g_link_state", "_4gLinkState"),
            ("81-0-0", "_81_0_0", "_8100"),
            ("type", "r#type", "Type"),
            ("gen", "r#gen", "Gen"),
            ("self", "self_", "Self_"),
            ("crate", "crate_", "Crate"),
            ("-1", "minus_1", "Minus1"),
            ("+1", "plus_1", "Plus1"),
            ("*", "u2a", "U2a"),
            ("", "empty", "Empty"),
            ("名称", "u540d_u79f0", "U540dU79f0"),
            ("größe", "gr_uf6_udf_e", "GrUf6UdfE"),
            ("a.b", "a_b", "AB"),
            ("ASC", "asc", "Asc"),
            ("project-admin", "project_admin", "ProjectAdmin"),
        ];
        for (name, snake, camel) in cases {
            assert_eq!(identifier(name, Case::Snake), snake, "{name:?}");
            assert_eq!(identifier(name, Case::Camel), camel, "{name:?}");
        }
    }

    #[test]
    fn every_keyword_becomes_an_identifier_that_compiles() {
        for keyword in KEYWORDS.iter().chain(HARD_KEYWORDS) {
            for case in [Case::Snake, Case::Camel] {
                let identifier = identifier(keyword, case);
                assert!(syn::parse_str::<syn::Ident>(&identifier).is_ok(), "{keyword} became {identifier}");
            }
        }
    }

    #[test]
    fn any_text_becomes_an_identifier_that_compiles() {
        let texts =
            ["", " ", "_", "__", "\u{0}", "a b", "'", "\"", "r#", "r#type", "９", "💚", "ﬁ", "a\u{301}", "-", "--1"];
        for text in texts {
            for case in [Case::Snake, Case::Camel] {
                let identifier = identifier(text, case);
                assert!(syn::parse_str::<syn::Ident>(&identifier).is_ok(), "{text:?} became {identifier}");
            }
        }
    }

    #[test]
    fn the_conversion_of_certain_words_is_that_of_heck() {
        // All strings of up to six of the characters that matter.
        let characters = ['a', 'b', 'A', 'B', '1', '_', '-'];
        let mut texts = vec![String::new()];
        let mut counts = [0, 0];
        for _ in 0..6 {
            texts = texts.iter().flat_map(|text| characters.map(|character| format!("{text}{character}"))).collect();
            for text in &texts {
                let expected = [spelled_out(text).to_snake_case(), spelled_out(text).to_upper_camel_case()];
                for (index, case) in [Case::Snake, Case::Camel].into_iter().enumerate() {
                    if let Some(converted) = converted(text, case) {
                        counts[index] += 1;
                        assert_eq!(converted, expected[index], "{case:?}: {text}");
                    }
                }
            }
        }
        assert!(counts.iter().all(|&count| count > 10_000), "{counts:?}");
        for character in (0..128).map(char::from).filter(|c| !c.is_ascii_alphanumeric()) {
            let text = format!("a{character}bCd{character}{character}1");
            assert_eq!(converted(&text, Case::Snake), Some(text.to_snake_case()));
            assert_eq!(converted(&text, Case::Camel), Some(text.to_upper_camel_case()));
        }
    }

    #[test]
    fn each_identifier_is_issued_once() {
        let mut names = UniqueNames::default();
        assert_eq!(names.issue("class_name", Case::Snake), "class_name");
        assert_eq!(names.issue("class-name", Case::Snake), "class_name_2");
        assert_eq!(names.issue("className", Case::Snake), "class_name_3");
        assert_eq!(names.issue("type", Case::Snake), "r#type");
        assert_eq!(names.issue("Type", Case::Snake), "type_2");
        assert_eq!(["self", "Self", "SELF"].map(|name| names.issue(name, Case::Snake)), ["self_", "self_2", "self_3"]);
        assert_eq!(["self", "Self"].map(|name| names.issue(name, Case::Camel)), ["Self_", "Self2"]);
        assert_eq!(names.issue_type("Option"), "OptionSchema");
    }

    #[test]
    fn names_of_files_are_distinct_on_every_file_system() {
        let issued = |names: &[&str]| -> Vec<String> {
            let issued = UniqueNames::of_files(["taken"]).issue_all(names, Case::Snake);
            issued.iter().map(|identifier| file_name(identifier).to_owned()).collect()
        };
        assert_eq!(issued(&["get_ab", "get_a_b", "getAB"]), ["get_ab", "get_a_b", "get_ab_2"]);
        assert_eq!(issued(&["GET-A", "getA", "get_a"]), ["get_a_2", "get_a_3", "get_a"]);
        assert_eq!(issued(&["con", "Con", "LPT9", "com10", "con_x"]), ["con_2", "con_3", "lpt9_2", "com10", "con_x"]);
        assert_eq!(issued(&["type", "Type", "self", "taken"]), ["type", "type_2", "self_", "taken_2"]);
        assert_eq!(issued(&["名", "_u540d_", "é"]), ["u540d", "u540d_2", "ue9"]);
        // The property test with arbitrary names relies on these characters.
        let names = ["A", "ÀB", "İ", "ſ", "K", "ǅ", "a\u{301}", "9A", "..", "/", "\\", "nul.txt", "NUL ", " "];
        for name in issued(&names) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(!name.is_empty() && name.chars().all(plain) && !DEVICES.contains(&&*name), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_equals_its_identifier_keeps_it() {
        let issued = |names: &[&str]| UniqueNames::default().issue_all(names, Case::Snake);
        assert_eq!(issued(&["class_name"]), ["class_name"]);
        assert_eq!(issued(&["class-name", "class_name"]), ["class_name_2", "class_name"]);
        assert_eq!(issued(&["a-b", "a_b_2", "a_b"]), ["a_b_3", "a_b_2", "a_b"]);
    }
}
