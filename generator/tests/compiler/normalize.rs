//! Generated code, normalized for a comparison without a compiler.
//!
//! In: the files of a client. Out: its public items, and all other code without documentation; both unordered, and with
//! resolved aliases: `types::Names` and `Vec<String>` are equal if one is an alias of the other. Knows Rust, but no
//! specification.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::caller::{Uses, uses};

/// The code of a client.
pub(crate) struct Normalized {
    /// Its possible uses.
    pub(crate) uses: Uses,
    /// All code, in pieces.
    pub(crate) code: Vec<String>,
}

impl Normalized {
    pub(crate) fn of(files: &BTreeMap<String, String>) -> Self {
        let offered = uses(files);
        let aliases = Aliases::of(&offered);
        let normalized = |part: &str, statement: &str| {
            let mut words = Vec::new();
            flat(statement.parse().unwrap(), &mut words);
            // An alias itself is not resolved.
            if statement.starts_with("fn alias") { statement.to_owned() } else { aliases.resolved(part, words) }
        };
        let uses = offered
            .iter()
            .map(|(part, statements)| (part.clone(), statements.iter().map(|it| normalized(part, it)).collect()))
            .collect();
        let mut code = Vec::new();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            let part = if path.starts_with("types/") { "types" } else { "" };
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let mut found = Vec::new();
            pieces(lines.flat_map(|line| [line, "\n"]).collect::<String>().parse().unwrap(), &mut found);
            // The module that defines a type is private.
            found.retain(|words| {
                !words.is_empty()
                    && !["mod", "use", "type"].iter().any(|word| words.iter().take(2).any(|it| it == word))
            });
            code.extend(found.into_iter().map(|words| aliases.resolved(part, words)));
        }
        code.sort();
        Self { uses, code }
    }
}

/// The targets of aliases.
struct Aliases(BTreeMap<String, Vec<String>>);

impl Aliases {
    fn of(uses: &Uses) -> Self {
        let statements = uses.values().flatten().filter_map(|it| it.strip_prefix("fn alias (value : "));
        let one = |statement: &str| {
            let (name, target) = statement.split_once(") -> ").unwrap();
            let mut words = Vec::new();
            flat(target.trim_end_matches(" { value }").parse().unwrap(), &mut words);
            (name.to_owned(), types(words))
        };
        Self(statements.map(one).collect())
    }

    /// Words with resolved aliases.
    fn resolved(&self, part: &str, words: Vec<String>) -> String {
        let mut resolved = Vec::new();
        for word in types(words) {
            match word.strip_prefix("types.") {
                Some(name) => self.expand(name, &mut resolved),
                None if part == "types" => self.expand(&word, &mut resolved),
                None => resolved.push(word),
            }
        }
        resolved.join(" ")
    }

    fn expand(&self, name: &str, words: &mut Vec<String>) {
        match self.0.get(name) {
            Some(target) => target.iter().for_each(|word| self.expand(word.trim_start_matches("types."), words)),
            None => words.push(name.to_owned()),
        }
    }
}

/// Paths of types as one word each.
fn types(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut rest = words.iter().map(String::as_str).peekable();
    while let Some(word) = rest.next() {
        let is_way = |word: &str| word == "types" || word == "super";
        if !is_way(word) || rest.peek() != Some(&":") {
            joined.push(word.to_owned());
            continue;
        }
        let mut is_type = word == "types";
        let name = loop {
            let (_, _, name) = (rest.next(), rest.next(), rest.next().unwrap_or_default());
            if !is_way(name) {
                break name;
            }
            is_type |= name == "types";
        };
        // In a file of types, `super` exports them.
        joined.push(if is_type || name.starts_with(char::is_uppercase) {
            format!("types.{name}")
        } else {
            name.to_owned()
        });
    }
    joined
}

/// All tokens, one by one.
fn flat(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                words.push(format!("{:?}", group.delimiter()));
                flat(group.stream(), words);
                words.push("end".to_owned());
            }
            token => words.push(token.to_string()),
        }
    }
}

/// The pieces of some code without documentation.
fn pieces(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut piece: Vec<String> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => found.push(std::mem::take(&mut piece)),
            TokenTree::Group(_) if piece.last().is_some_and(|word| word == "with_page") => {
                // An operation without a page does not name it.
                piece.truncate(piece.len() - [".", "with_page"].len());
            }
            TokenTree::Group(_) if is_text(&piece) => {}
            TokenTree::Group(group) => {
                piece.push(format!("{:?}", group.delimiter()));
                pieces(group.stream(), found);
                if group.delimiter() == Delimiter::Brace {
                    found.push(std::mem::take(&mut piece));
                }
            }
            token => piece.push(token.to_string()),
        }
    }
    found.push(piece);
}

/// Whether these words end with a function that takes a text of the catalogue.
fn is_text(words: &[String]) -> bool {
    const TEXTS: &[&str] = &["with_summary", "with_meaning"];
    let last = words.last().map_or("", String::as_str);
    let title = ["ApiInfo", ":", ":", "new"];
    TEXTS.contains(&last) || words.len() >= title.len() && words[words.len() - title.len()..] == title
}
