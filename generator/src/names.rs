//! Names of OpenAPI as names of Rust.
//!
//! In: names as a specification writes them. Out: identifiers that compile, each issued by a [`Scope`] so that no two
//! are the same. This module alone decides how anything is called.
//!
//! A name depends on its own spelling only; a second name that folds to the same identifier gets a number. So adding an
//! unrelated item never renames an existing one.

use std::collections::{HashMap, HashSet};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

/// Names that mean something in every Rust file, or in the files this crate writes.
const RESERVED_TYPES: &[&str] = &[
    // Rust's prelude, and what derives and formatting expand to.
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

/// Keywords of the 2024 edition, with the reserved ones.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that cannot be made identifiers with `r#`.
const HARD_KEYWORDS: &[&str] = &["self", "Self", "super", "crate", "_"];

/// Names that Windows has for devices, in every folder and whatever ending follows them.
const DEVICES: &[&str] = &[
    "aux", "con", "nul", "prn", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt0",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Letters of the name of a file, before its ending. File systems allow 255 for the whole name.
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

/// The id of an operation that has none, by the key of its method and its path.
pub(crate) fn operation_id(method: &str, path: &str) -> String {
    identifier(&format!("{method}_{path}"), Case::Snake)
}

/// The identifier that a name asks for. Two names can ask for the same one: see [`Scope`].
pub(crate) fn identifier(name: &str, case: Case) -> String {
    let mut identifier = if is_spelled_like(name, case) {
        name.to_owned()
    } else {
        let words = spelled_out(name);
        match case {
            Case::Snake => words.to_snake_case(),
            Case::Camel => words.to_upper_camel_case(),
        }
    };
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

/// Whether a name is spelled as it would be anyway, for certain. Most are, and the check is much quicker than the conversion.
fn is_spelled_like(name: &str, case: Case) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let joint = |c: u8| match case {
        Case::Snake => c == b'_',
        Case::Camel => c.is_ascii_uppercase(),
    };
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|&first| if case == Case::Snake { first.is_ascii_lowercase() } else { joint(first) })
        && bytes.iter().all(|&c| plain(c) || joint(c))
        && bytes.windows(2).all(|pair| !joint(pair[0]) || pair[1].is_ascii_lowercase())
        && bytes.last().is_some_and(|&last| plain(last))
}

/// What an identifier cannot hold, in words: signs that carry meaning by name, others by number.
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

/// Whether an identifier may name a public type of the generated code.
fn is_reserved_type(identifier: &str) -> bool {
    RESERVED_TYPES.contains(&identifier)
}

/// The name to ask for instead of one that Rust's prelude has.
fn type_name(name: &str) -> String {
    let wanted = identifier(name, Case::Camel);
    if is_reserved_type(&wanted) { format!("{wanted}Schema") } else { name.to_owned() }
}

/// The name of the file of a module, without its ending.
pub(crate) fn file_name(module: &str) -> &str {
    module.strip_prefix("r#").unwrap_or(module)
}

/// A space of names in which every identifier is issued once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    taken: HashSet<String>,
    /// The last number that was tried for an identifier. What is taken stays taken, so smaller ones need no second look.
    numbers: HashMap<String, usize>,
}

impl Scope {
    /// A scope in which some identifiers are taken from the beginning.
    pub(crate) fn with_taken<'a>(taken: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scope = Self::default();
        scope.take(taken);
        scope
    }

    /// Keeps identifiers from being issued from now on.
    pub(crate) fn take<'a>(&mut self, taken: impl IntoIterator<Item = &'a str>) {
        self.taken.extend(taken.into_iter().map(str::to_owned));
    }

    /// A scope for the files of one folder, and for modules: their files are called like them. No file system takes two
    /// of its names for one, because an identifier in snake case has no capitals, and none is a device.
    pub(crate) fn of_files<'a>(taken: impl IntoIterator<Item = &'a str>) -> Self {
        Self::with_taken(DEVICES.iter().copied().chain(taken))
    }

    /// Issues the identifier that a name asks for, or that with the smallest number that makes it unused.
    pub(crate) fn issue(&mut self, name: &str, case: Case) -> String {
        let wanted = identifier(name, case);
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let separator = if case == Case::Camel { "" } else { "_" };
        // With a number no identifier is a keyword.
        let stem = wanted.strip_prefix("r#").unwrap_or(&wanted).trim_end_matches('_').to_owned();
        let number = self.numbers.entry(wanted).or_insert(1);
        loop {
            *number += 1;
            let issued = format!("{stem}{separator}{number}");
            if self.taken.insert(issued.clone()) {
                return issued;
            }
        }
    }

    /// Issues the identifier of a public type.
    pub(crate) fn issue_type(&mut self, name: &str) -> String {
        self.issue(&type_name(name), Case::Camel)
    }

    /// Whether [`Scope::issue_type`] would have to number the identifier.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.taken.contains(&identifier(&type_name(name), Case::Camel))
    }

    /// Issues the identifiers of public types; see [`Scope::issue_all`].
    pub(crate) fn issue_types(&mut self, names: &[&str]) -> Vec<String> {
        let exact = |name: &str| identifier(name, Case::Camel) == name && !is_reserved_type(name);
        self.exact_first(names, exact, Self::issue_type)
    }

    /// Issues identifiers for the members of one item. Names that are spelled like their identifier come first, so that
    /// a new member that only folds to the same one cannot take it away from them.
    pub(crate) fn issue_all(&mut self, names: &[&str], case: Case) -> Vec<String> {
        let exact = |name: &str| identifier(name, case).trim_start_matches("r#") == name;
        self.exact_first(names, exact, |scope, name| scope.issue(name, case))
    }

    /// Issues names of files, without their endings; see [`Scope::issue_all`]. For a scope [of files](Scope::of_files).
    pub(crate) fn issue_files(&mut self, names: &[&str]) -> Vec<String> {
        let issued = self.issue_all(names, Case::Snake);
        issued.iter().map(|identifier| file_name(identifier).to_owned()).collect()
    }

    fn exact_first(
        &mut self,
        names: &[&str],
        exact: impl Fn(&str) -> bool,
        mut issue: impl FnMut(&mut Self, &str) -> String,
    ) -> Vec<String> {
        let mut issued: Vec<String> = vec![String::new(); names.len()];
        for pass in [true, false] {
            for (slot, name) in issued.iter_mut().zip(names) {
                if exact(name) == pass {
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
    fn the_quick_way_leads_to_the_same_name() {
        // Every short text of the signs that matter.
        let signs = ['a', 'b', 'A', 'B', '1', '_', '-'];
        let mut texts = vec![String::new()];
        let mut counts = [0, 0];
        for _ in 0..5 {
            texts = texts.iter().flat_map(|text| signs.map(|sign| format!("{text}{sign}"))).collect();
            for text in &texts {
                let long = [spelled_out(text).to_snake_case(), spelled_out(text).to_upper_camel_case()];
                for (index, case) in [Case::Snake, Case::Camel].into_iter().enumerate() {
                    if is_spelled_like(text, case) {
                        counts[index] += 1;
                        assert_eq!(*text, long[index], "{case:?}");
                    }
                }
            }
        }
        assert!(counts.iter().all(|&count| count > 250), "{counts:?}");
    }

    #[test]
    fn a_scope_issues_each_identifier_once() {
        let mut scope = Scope::default();
        assert_eq!(scope.issue("class_name", Case::Snake), "class_name");
        assert_eq!(scope.issue("class-name", Case::Snake), "class_name_2");
        assert_eq!(scope.issue("className", Case::Snake), "class_name_3");
        assert_eq!(scope.issue("type", Case::Snake), "r#type");
        assert_eq!(scope.issue("Type", Case::Snake), "type_2");
        assert_eq!(["self", "Self", "SELF"].map(|name| scope.issue(name, Case::Snake)), ["self_", "self_2", "self_3"]);
        assert_eq!(["self", "Self"].map(|name| scope.issue(name, Case::Camel)), ["Self_", "Self2"]);
        assert_eq!(scope.issue_type("Option"), "OptionSchema");
    }

    #[test]
    fn files_have_names_that_no_file_system_takes_for_one_another() {
        let issued = |names: &[&str]| Scope::of_files(["taken"]).issue_files(names);
        assert_eq!(issued(&["get_ab", "get_a_b", "getAB"]), ["get_ab", "get_a_b", "get_ab_2"]);
        assert_eq!(issued(&["GET-A", "getA", "get_a"]), ["get_a_2", "get_a_3", "get_a"]);
        assert_eq!(issued(&["con", "Con", "LPT9", "com10", "con_x"]), ["con_2", "con_3", "lpt9_2", "com10", "con_x"]);
        assert_eq!(issued(&["type", "Type", "self", "taken"]), ["type", "type_2", "self_", "taken_2"]);
        assert_eq!(issued(&["名", "_u540d_", "é"]), ["u540d", "u540d_2", "ue9"]);
        // What the property of any names relies on.
        let names = ["A", "ÀB", "İ", "ſ", "K", "ǅ", "a\u{301}", "9A", "..", "/", "\\", "nul.txt", "NUL ", " "];
        for name in issued(&names) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(!name.is_empty() && name.chars().all(plain) && !DEVICES.contains(&&*name), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_is_spelled_like_its_identifier_keeps_it() {
        let issued = |names: &[&str]| Scope::default().issue_all(names, Case::Snake);
        assert_eq!(issued(&["class_name"]), ["class_name"]);
        assert_eq!(issued(&["class-name", "class_name"]), ["class_name_2", "class_name"]);
        assert_eq!(issued(&["a-b", "a_b_2", "a_b"]), ["a_b_3", "a_b_2", "a_b"]);
    }
}
