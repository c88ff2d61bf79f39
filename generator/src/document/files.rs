//! The files that a document refers to.
//!
//! In: a document and a function that reads a file. Out: the document with the texts of all files that it refers to,
//! directly or through other files. Each reference of a file is relative to the folder of the file; all paths here are
//! relative to the folder of the document. This module does not access the disk, and of OpenAPI it knows only `$ref` and
//! `mapping`.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::limits;
use super::node::{Node, Scalar, Value};
use super::yaml;
use crate::Source;

/// The maximum number of files of one document.
const FILES: usize = 1000;

/// The target of a reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Into the document itself.
    Document,
    /// Into the file of this path from the folder of the document. One that begins with `..` or `/` is outside of it.
    File(String),
    /// To another machine.
    Remote,
}

impl Source {
    /// Adds the files that the document refers to, directly or through other files. `read` gets the path of a file,
    /// relative to the folder of the document and with `/`, and returns its text, or why there is none. A file outside of
    /// that folder is read only if `allow_outside` is set.
    ///
    /// A reference to a file that is not there is reported by [`generate`](crate::generate), if the document uses it.
    ///
    /// ```
    /// use flighthub2_generator::{Dialect, Options, Source, generate};
    ///
    /// let text = "openapi: 3.0.3
    /// info: {title: Things, version: '1'}
    /// paths: {/things: {$ref: 'paths/things.yaml'}}
    /// ";
    /// let source = Source::new("things.yaml", text).with_files(false, |path| match path {
    ///     "paths/things.yaml" => Ok("get: {operationId: list, responses: {'204': {description: None.}}}".to_owned()),
    ///     _ => Err("there is no such file".to_owned()),
    /// });
    /// let options = Options { dialect: Dialect::OpenApi, ..Options::default() };
    /// assert_eq!(generate(&source, &options)?.operations, 1);
    /// # Ok::<(), flighthub2_generator::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn with_files(mut self, allow_outside: bool, mut read: impl FnMut(&str) -> Result<String, String>) -> Self {
        let mut known: BTreeSet<String> = self.files().map(|(path, ..)| path.to_owned()).collect();
        let mut next = 0;
        // An overlay becomes a part of the document, so its references are relative to the document, too.
        let mut waiting = self.referred_by("", &self);
        waiting.extend(self.overlays().flat_map(|(_, overlay)| self.referred_by("", overlay)));
        loop {
            while let Some(path) = waiting.pop() {
                if !known.insert(path.clone()) {
                    continue;
                }
                let is_outside = path.starts_with('/') || path.starts_with("..");
                let text = if is_outside && !allow_outside {
                    Err("which is outside of its folder".to_owned())
                } else if self.files().count() >= FILES {
                    Err(format!("and a document may have {FILES}"))
                } else {
                    read(&path).map_err(|why| format!("which cannot be read: {why}"))
                };
                match text {
                    Ok(text) if self.total_bytes() + text.len() <= limits::DOCUMENT => self.add_file(path, text),
                    Ok(_) => {
                        self.add_unread(path, format!("and all files together may have {} bytes", limits::DOCUMENT));
                    }
                    Err(why) => self.add_unread(path, why),
                }
            }
            let Some((path, _, file)) = self.files().nth(next) else { return self };
            waiting = self.referred_by(path, file);
            next += 1;
        }
    }

    /// The paths of the files that a text with this path refers to.
    fn referred_by(&self, path: &str, file: &Self) -> Vec<String> {
        if !mentions_files(file.text()) {
            return Vec::new();
        }
        // Syntax errors are reported when the document is read.
        let Ok(mut tree) = yaml::parse(file, true) else { return Vec::new() };
        let mut found = Vec::new();
        each_reference(&mut tree, &mut |reference| {
            if let Target::File(file) = resolve(self.name(), path, reference).0 {
                found.push(file);
            }
            None
        });
        file.keep_tree(tree.into_owned());
        found
    }
}

/// Whether a text has a reference that does not begin with `#`. Quotes, brackets and spaces may be between the key and it.
fn mentions_files(text: &str) -> bool {
    text.match_indices("$ref").any(|(at, key)| {
        let value = text.get(at + key.len()..).unwrap_or_default();
        !value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':')).starts_with('#')
    })
}

/// The target of a reference of a file, and its fragment without `#`. `document` is the name of the document.
pub(super) fn resolve<'r>(document: &str, from: &str, reference: &'r str) -> (Target, &'r str) {
    let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    if file.is_empty() {
        return (if from.is_empty() { Target::Document } else { Target::File(from.to_owned()) }, fragment);
    }
    if file.contains("://") || file.starts_with("//") {
        return (Target::Remote, fragment);
    }
    let file = percent_decode_str(file).decode_utf8_lossy().replace('\\', "/");
    let is_absolute = file.starts_with('/');
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    let own = file.split('/');
    let before = folder.split('/').filter(|_| !is_absolute);
    for part in before.chain(own) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let path = format!("{}{}", if is_absolute { "/" } else { "" }, parts.join("/"));
    let name = document.rsplit(['/', '\\']).next().unwrap_or_default();
    (if path == name { Target::Document } else { Target::File(path) }, fragment)
}

/// Makes the references of a file relative to the document: those into it begin with `#`, those into files have their
/// paths from its folder.
pub(super) fn relative_to_document(source: &Source, path: &str, tree: &mut Node<'_>) {
    each_reference(tree, &mut |reference| match resolve(source.name(), path, reference) {
        (Target::Document, fragment) => Some(format!("#{fragment}")),
        (Target::File(file), fragment) if source.unread(&file).is_none() => Some(format!("{file}#{fragment}")),
        // Unchanged, for the message.
        _ => None,
    });
}

/// Calls a function for the text of each reference, which may replace it.
fn each_reference(node: &mut Node<'_>, change: &mut impl FnMut(&str) -> Option<String>) {
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| each_reference(item, change)),
        Value::Mapping(entries) => {
            let is_discriminator = entries.iter().any(|entry| entry.key == "propertyName");
            for entry in entries {
                match &mut entry.node.value {
                    Value::Scalar(scalar) if entry.key == "$ref" => replace(scalar, change),
                    Value::Mapping(names) if is_discriminator && entry.key == "mapping" => {
                        for name in names {
                            match &mut name.node.value {
                                Value::Scalar(scalar) if is_reference(&scalar.text) => replace(scalar, change),
                                _ => {}
                            }
                        }
                    }
                    _ => each_reference(&mut entry.node, change),
                }
            }
        }
    }
}

/// Whether a value of a discriminator's mapping is a reference. It may also be the name of a schema.
pub(super) fn is_reference(text: &str) -> bool {
    text.contains(['#', '/']) || [".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end))
}

fn replace(scalar: &mut Scalar<'_>, change: &mut impl FnMut(&str) -> Option<String>) {
    if let Some(text) = change(&scalar.text) {
        *scalar = Scalar { text: text.into(), plain: false };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::document::Document;

    #[test]
    fn a_reference_is_relative_to_its_file() {
        let file = |path: &str| Target::File(path.to_owned());
        for (from, reference, expected, fragment) in [
            ("", "#/a", Target::Document, "/a"),
            ("", "b.yaml", file("b.yaml"), ""),
            ("", "./a/../b%20c.yaml#/d", file("b c.yaml"), "/d"),
            ("a/b.yaml", "c.yaml#/d", file("a/c.yaml"), "/d"),
            ("a/b.yaml", "#/d", file("a/b.yaml"), "/d"),
            ("a/b.yaml", "../c.yaml", file("c.yaml"), ""),
            ("a/b.yaml", "../main.yaml#/d", Target::Document, "/d"),
            ("a/b.yaml", "../../c.yaml", file("../c.yaml"), ""),
            ("a/b.yaml", "/etc/passwd", file("/etc/passwd"), ""),
            ("", "..\\c.yaml", file("../c.yaml"), ""),
            ("", "https://example.com/a.yaml#/b", Target::Remote, "/b"),
            ("", "//example.com/a.yaml", Target::Remote, ""),
        ] {
            assert_eq!(resolve("specs/main.yaml", from, reference), (expected, fragment), "{from}: {reference}");
        }
    }

    #[test]
    fn files_are_read_once_and_those_outside_only_if_that_is_allowed() {
        let all = ["../b.yaml", "../c.yaml", "../main.yaml", "a.yaml", "b.yaml"];
        for (allow_outside, expected) in [(false, &["a.yaml", "b.yaml"][..]), (true, &all)] {
            let mut read = Vec::new();
            let text = "x: {$ref: 'a.yaml'}\ny: {$ref: '../c.yaml'}\nz: {$ref: 'http://d.yaml'}\nv: {$ref: '#/x'}";
            let source = Source::new("main.yaml", text).with_files(allow_outside, |path| {
                read.push(path.to_owned());
                Ok("w: {$ref: 'b.yaml#/w'}\nv: {$ref: 'main.yaml#/x'}".to_owned())
            });
            read.sort();
            assert_eq!(read, expected);
            assert_eq!(source.unread("../c.yaml").is_some(), !allow_outside);
        }
    }

    #[test]
    fn a_text_is_parsed_once() {
        let file = |path: &str| match path {
            "a.yaml" => Ok("T: {$ref: 'b.yaml'}\nU: {type: strng}\n".to_owned()),
            _ => Ok("{type: object, properties: {\"é\": {$ref: 'a.yaml#/U'}}}".to_owned()),
        };
        let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n\
                    components: {schemas: {T: {$ref: 'a.yaml#/T'}}}\n";
        let source = Source::new("main.yaml", text).with_files(false, file);
        let again = source.clone();
        let problems = |source: &Source| {
            let problems = Document::read(source, Dialect::OpenApi).unwrap_err();
            let shown = problems.problems().iter().map(|problem| {
                let (place, name) = (&problem.location, source.name_of(&problem.location));
                format!("{name}:{}:{} {} {}", place.line, place.column, place.pointer, problem.message)
            });
            shown.collect::<Vec<_>>()
        };
        let texts = || std::iter::once(&source).chain(source.files().map(|(_, _, file)| file));
        let kept: Vec<bool> = texts()
            .map(|file| {
                let tree = file.take_tree();
                let is_kept = tree.is_some();
                tree.into_iter().for_each(|tree| file.keep_tree(tree));
                is_kept
            })
            .collect();
        assert_eq!(kept, [true; 3]);
        // A copy is parsed again, and has the same problems at the same places.
        let found = problems(&source);
        assert!(found.len() == 1 && found[0].starts_with("a.yaml:2:"), "{found:?}");
        assert_eq!(found, problems(&again));
        assert!(texts().all(|file| file.take_tree().is_none()));
        assert_eq!(found, problems(&source));
    }
}
