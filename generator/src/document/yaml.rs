//! Reads YAML text.
//!
//! In: the text. Out: [`Node`]s with byte ranges, or the first syntax error. Refuses what would make a document hard to
//! read or to hold. This module knows nothing of OpenAPI.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::limits;
use super::node::{Entry, Node, Scalar, Value};
use super::offsets::Offsets;
use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic, Location, Source};

/// Reads a text of one YAML document.
///
/// A syntax error ends the reading; duplicate keys do not, and are all in the list. `takes_aliases` allows anchors, aliases
/// and merge keys, which count as the nodes that they stand for.
pub(crate) fn parse(source: &Source, takes_aliases: bool) -> Result<Node<'_>, Vec<Diagnostic>> {
    parse_part(source, 0..source.text().len(), takes_aliases)
}

/// Reads one of the files of a source, by its bytes.
pub(crate) fn parse_part(
    source: &Source,
    part: Range<usize>,
    takes_aliases: bool,
) -> Result<Node<'_>, Vec<Diagnostic>> {
    let own = source.all().get(part.clone()).unwrap_or_default();
    let mut builder = Builder {
        source,
        text: source.all().get(..part.end).unwrap_or_default(),
        offsets: Offsets::new(own, part.start),
        events: Parser::new_from_str(own),
        brackets: Vec::new(),
        nodes: 0,
        anchors: takes_aliases.then(HashMap::new),
        problems: Vec::new(),
    };
    match builder.document() {
        Ok(node) if builder.problems.is_empty() => Ok(node),
        Ok(_) => Err(builder.problems),
        Err(problem) => {
            builder.problems.push(*problem);
            Err(builder.problems)
        }
    }
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

struct Builder<'a> {
    source: &'a Source,
    /// Up to the end of what is read.
    text: &'a str,
    offsets: Offsets,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// Where the brackets are that have been opened and not closed yet.
    brackets: Vec<usize>,
    /// How many nodes there are so far.
    nodes: usize,
    /// The nodes that have anchors, if they may have any.
    anchors: Option<HashMap<usize, Node<'a>>>,
    problems: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Parsed<(Event<'a>, Range<usize>)> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let range = self.offsets.range(span);
                Ok((event, range))
            }
            Some(Err(error)) => Err(Box::new(self.syntax_error(&error))),
            None => Ok((Event::StreamEnd, self.text.len()..self.text.len())),
        }
    }

    fn document(&mut self) -> Parsed<Node<'a>> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, span) => {
                    return Err(self.problem(
                        Code::YamlSyntax,
                        span,
                        PointerRef::ROOT,
                        "the file is empty",
                        "write an OpenAPI 3.0 document; it begins with `openapi: 3.0.3`",
                    ));
                }
                (event, span) => {
                    let node = self.node(event, span, PointerRef::ROOT, 0)?;
                    return match self.after_document()? {
                        None => Ok(node),
                        Some(span) => Err(self.problem(
                            Code::YamlFeature,
                            span,
                            PointerRef::ROOT,
                            "a second YAML document begins here",
                            "a specification is one document; remove the `---`",
                        )),
                    };
                }
            }
        }
    }

    /// Reads to the end; the place where a second document begins, if one does.
    fn after_document(&mut self) -> Parsed<Option<Range<usize>>> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(None),
                (Event::DocumentStart(_), span) => return Ok(Some(span)),
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Range<usize>, at: PointerRef<'_>, depth: usize) -> Parsed<Node<'a>> {
        if depth > limits::DEPTH {
            return Err(Box::new(too_deep(self.source.location(span, at.pointer()))));
        }
        self.nodes += 1;
        if self.nodes > limits::NODES {
            return Err(self.too_large(span.start, PointerRef::ROOT, "this document has more values", limits::NODES));
        }
        if let (Event::Alias(anchor), Some(anchors)) = (&event, &self.anchors) {
            let Some(node) = anchors.get(anchor) else {
                let help = "an alias refers to a value before it";
                return Err(self.problem(Code::YamlFeature, span, at, "this alias is within its own anchor", help));
            };
            let (count, height) = size_of(node);
            self.nodes = self.nodes.saturating_add(count);
            if self.nodes > limits::NODES {
                let what = "with its aliases this document has more values";
                return Err(self.too_large(span.start, PointerRef::ROOT, what, limits::NODES));
            }
            if depth + height > limits::DEPTH {
                return Err(Box::new(too_deep(self.source.location(span, at.pointer()))));
            }
            return Ok(node.clone());
        }
        self.refuse_features(&event, &span, at)?;
        let anchor = match &event {
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                *anchor
            }
            _ => 0,
        };
        let node = self.value(event, span, at, depth)?;
        if anchor != 0
            && let Some(anchors) = &mut self.anchors
        {
            anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn value(&mut self, event: Event<'a>, span: Range<usize>, at: PointerRef<'_>, depth: usize) -> Parsed<Node<'a>> {
        match event {
            Event::Scalar(text, ..) if text.len() > limits::TEXT => {
                let what = format!("this text has {} bytes", text.len());
                Err(self.too_large(span.start, at, &what, limits::TEXT))
            }
            Event::Scalar(text, style, _, _) => Ok(Node {
                value: Value::Scalar(Scalar { text, plain: style == ScalarStyle::Plain }),
                span: self.trimmed(span),
            }),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                let mut end = span.end;
                let bracket = self.opened(span.start);
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, closing) => {
                            self.brackets.truncate(bracket);
                            break end = closing_end(end, &closing);
                        }
                        (event, item_span) => {
                            let item = self.node(event, item_span, at.index(items.len()), depth + 1)?;
                            end = end.max(item.span.end);
                            items.push(item);
                            self.refuse_more(items.len(), span.start, at)?;
                        }
                    }
                }
                Ok(Node { value: Value::Sequence(items), span: self.trimmed(span.start..end) })
            }
            Event::MappingStart(..) => self.mapping(span, at, depth),
            _ => Err(self.problem(
                Code::YamlSyntax,
                span,
                at,
                "a value was expected here",
                "write a value, or remove the key",
            )),
        }
    }

    fn mapping(&mut self, span: Range<usize>, at: PointerRef<'_>, depth: usize) -> Parsed<Node<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut index = KeyIndex::default();
        let mut merged: Vec<Node<'a>> = Vec::new();
        let mut end = span.end;
        let bracket = self.opened(span.start);
        loop {
            let (key, key_span) = match self.next()? {
                (Event::MappingEnd, closing) => {
                    self.brackets.truncate(bracket);
                    end = closing_end(end, &closing);
                    break;
                }
                (event @ Event::Scalar(..), key_span) => {
                    self.refuse_features(&event, &key_span, at)?;
                    self.refuse_anchor(&event, &key_span, at)?;
                    match event {
                        Event::Scalar(text, ..) => (text, self.trimmed(key_span)),
                        _ => continue,
                    }
                }
                (_, key_span) => {
                    return Err(self.problem(
                        Code::YamlFeature,
                        key_span,
                        at,
                        "a key that is not a plain text",
                        "keys of a specification are texts",
                    ));
                }
            };
            if key.len() > limits::KEY {
                let what = format!("this key has {} bytes", key.len());
                return Err(self.too_large(key_span.start, at, &what, limits::KEY));
            }
            self.refuse_more(entries.len() + 1, span.start, at)?;
            let here_key = key.clone();
            let here = at.key(&here_key);
            if key == "<<" && self.anchors.is_some() {
                let (event, value_span) = self.next()?;
                merged.push(self.node(event, value_span, here, depth + 1)?);
                continue;
            }
            if key == "<<" {
                return Err(self.problem(
                    Code::YamlFeature,
                    key_span,
                    here,
                    "merge keys (`<<`) are not part of OpenAPI",
                    "repeat the keys, or use `$ref` or `allOf`",
                ));
            }
            let (event, value_span) = self.next()?;
            let node = self.node(event, value_span, here, depth + 1)?;
            end = end.max(node.span.end);
            if let Some(first) = index.find(&entries, &key) {
                let first_place = self.source.location(first, here.pointer());
                let problem = self.problem(
                    Code::DuplicateKey,
                    key_span.clone(),
                    here,
                    format!("the key `{key}` is here twice"),
                    "remove or rename one of the two; most readers would silently take the last",
                );
                let problem = problem.with_note(first_place, "first here");
                self.problems.push(problem);
            }
            entries.push(Entry { key, key_span, node });
        }
        for node in merged {
            let parts = match node.value {
                Value::Sequence(items) => items,
                value => vec![Node { value, span: node.span }],
            };
            for part in parts {
                let Value::Mapping(members) = part.value else {
                    let help = "`<<` takes a mapping, or a list of mappings";
                    return Err(self.problem(Code::YamlFeature, span, at, "this merge key has no mapping", help));
                };
                // A key of the mapping itself, and of an earlier part, comes first.
                for member in members {
                    if index.find(&entries, &member.key).is_none() {
                        entries.push(member);
                        self.refuse_more(entries.len(), span.start, at)?;
                    }
                }
            }
        }
        Ok(Node { value: Value::Mapping(entries), span: self.trimmed(span.start..end) })
    }

    /// A key has no anchor.
    fn refuse_anchor(&self, event: &Event<'a>, span: &Range<usize>, at: PointerRef<'_>) -> Parsed<()> {
        match event {
            Event::Scalar(_, _, anchor, _) if *anchor != 0 => {
                let help = "put the anchor before the value";
                Err(self.problem(Code::YamlFeature, span.clone(), at, "an anchor of a key is not supported", help))
            }
            _ => Ok(()),
        }
    }

    fn refuse_features(&mut self, event: &Event<'a>, span: &Range<usize>, at: PointerRef<'_>) -> Parsed<()> {
        let (anchor, tag) = match event {
            Event::Alias(_) => {
                return Err(self.problem(
                    Code::YamlFeature,
                    span.clone(),
                    at,
                    "aliases (`*name`) are not supported",
                    "move the shared part to `components` and use `$ref`",
                ));
            }
            Event::Scalar(_, _, anchor, tag) => (*anchor, tag),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => (*anchor, tag),
            _ => return Ok(()),
        };
        if anchor != 0 && self.anchors.is_none() {
            return Err(self.problem(
                Code::YamlFeature,
                span.clone(),
                at,
                "anchors (`&name`) are not supported",
                "move the shared part to `components` and use `$ref`",
            ));
        }
        if tag.is_some() {
            return Err(self.problem(
                Code::YamlFeature,
                span.clone(),
                at,
                "tags (`!name`) are not supported",
                "remove the tag; use quotes to make a text of a number",
            ));
        }
        Ok(())
    }

    fn refuse_more(&self, members: usize, start: usize, at: PointerRef<'_>) -> Parsed<()> {
        if members <= limits::MEMBERS {
            return Ok(());
        }
        Err(self.too_large(start, at, "this has more members", limits::MEMBERS))
    }

    fn too_large(&self, start: usize, at: PointerRef<'_>, what: &str, limit: usize) -> Box<Diagnostic> {
        limits::too_large(self.source, start, at, what, limit)
    }

    /// Notes a bracket, if a collection is written with one; how many were open before.
    fn opened(&mut self, start: usize) -> usize {
        let open = self.brackets.len();
        if self.text.get(start..).is_some_and(|rest| rest.starts_with(['[', '{'])) {
            self.brackets.push(start);
        }
        open
    }

    fn syntax_error(&self, error: &ScanError) -> Diagnostic {
        let (text, info) = (self.text, error.info());
        let start = text.floor_char_boundary(self.offsets.byte(error.marker().index()));
        let place = self.source.location(start..start, "");
        if info.contains("recursion limit") {
            // The scanner gives up on brackets before they are counted here.
            return too_deep(place);
        }
        let problem = |place, help: &str| Diagnostic::new(Code::YamlSyntax, place, format!("not YAML: {info}"), help);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        if let Some(tab) = indented_with_tab(&text[line_start..]) {
            let tab = line_start + tab;
            return problem(self.source.location(tab..tab + 1, ""), "this is a tab; YAML is indented with spaces");
        }
        if let Some(&bracket) = self.brackets.last() {
            let help = "close the bracket, or correct the text before this place";
            let bracket = self.source.location(bracket..bracket + 1, "");
            return problem(place, help).with_note(bracket, "this bracket is open");
        }
        let help = if info.contains("quoted scalar") {
            "close the quote that begins here; a quote within a text of single quotes is written twice"
        } else if line.matches(": ").count() > 1 && !line.contains(['\'', '"']) {
            "a text that holds `: ` needs quotes"
        } else if info.contains("unexpected character") {
            "a text that begins with this character needs quotes"
        } else {
            "check the indentation of this line and the one before, and that quotes and brackets are closed"
        };
        problem(place, help)
    }

    fn problem(
        &self,
        code: Code,
        span: Range<usize>,
        at: PointerRef<'_>,
        message: impl Into<String>,
        help: &str,
    ) -> Box<Diagnostic> {
        Box::new(Diagnostic::new(code, self.source.location(span, at.pointer()), message, help))
    }

    /// The parser counts the blank space after a node to it.
    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = self.text.get(span.clone()).unwrap_or_default();
        span.start..span.start + text.trim_end().len()
    }
}

/// How many nodes there are in a node, itself included, and how many levels.
fn size_of(node: &Node<'_>) -> (usize, usize) {
    let of_all = |nodes: &mut dyn Iterator<Item = &Node<'_>>| {
        nodes.map(size_of).fold((1, 1), |(count, height), (more, deeper)| (count + more, height.max(deeper + 1)))
    };
    match &node.value {
        Value::Scalar(_) => (1, 1),
        Value::Sequence(items) => of_all(&mut items.iter()),
        Value::Mapping(entries) => of_all(&mut entries.iter().map(|entry| &entry.node)),
    }
}

/// Where there is a tab in the blanks that one of the next two lines begins with.
fn indented_with_tab(text: &str) -> Option<usize> {
    let mut start = 0;
    text.split_inclusive('\n').take(2).find_map(|line| {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab = line[..blanks].find('\t').map(|tab| start + tab);
        start += line.len();
        tab
    })
}

/// Where a collection ends: behind its bracket, or where its last member does.
fn closing_end(last_member: usize, closing: &Range<usize>) -> usize {
    if closing.is_empty() { last_member } else { closing.end }
}

/// Finds a key among the entries before it: by looking, or in a table once there are many.
#[derive(Default)]
struct KeyIndex {
    table: HashMap<String, usize>,
    indexed: usize,
}

impl KeyIndex {
    const MANY: usize = 32;

    fn find(&mut self, entries: &[Entry<'_>], key: &str) -> Option<Range<usize>> {
        if entries.len() < Self::MANY {
            return entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span.clone());
        }
        for (index, entry) in entries.iter().enumerate().skip(self.indexed) {
            self.table.entry(entry.key.to_string()).or_insert(index);
        }
        self.indexed = entries.len();
        self.table.get(key).map(|&index| entries[index].key_span.clone())
    }
}

fn too_deep(place: Location) -> Diagnostic {
    Diagnostic::new(
        Code::TooDeep,
        place,
        format!("more than {} levels of nesting", limits::DEPTH),
        "no specification is that deep; look for a wrong indentation or unbalanced brackets",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    fn parse(source: &Source) -> Result<Node<'_>, Vec<Diagnostic>> {
        super::parse(source, false)
    }

    #[test]
    fn nodes_know_their_bytes() {
        let source = Source::new("x.yaml", "é: 'ü'\nlist:\n  - a\n  - {b: 1}\nafter: |\n  text\n");
        let node = parse(&source).unwrap();
        let shown = |pointer: &str| &source.text()[node.locate(pointer).0];
        let value = |pointer: &str| &source.text()[node.locate(pointer).1];
        assert_eq!(shown("/é"), "é");
        assert_eq!(shown("/list/1"), "{b: 1}");
        assert_eq!(shown("/list/1/b"), "b");
        assert_eq!(shown("/after"), "after");
        assert_eq!(value("/é"), "'ü'");
        assert_eq!(value("/list"), "- a\n  - {b: 1}");
        assert_eq!(value("/list/1/b"), "1");
        assert_eq!(value("/list/1"), "{b: 1}");
    }

    #[test]
    fn aliases_and_merge_keys_are_the_values_that_they_stand_for() {
        let text = "a: &a {x: 1, y: [2]}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [{z: 4, x: 5}, *a]}\n";
        let source = Source::new("x.yaml", text);
        let expected = serde_json::json!({
            "a": {"x": 1, "y": [2]},
            "b": {"x": 1, "y": [2]},
            "c": {"x": 3, "y": [2]},
            "d": {"z": 4, "x": 5, "y": [2]},
        });
        assert_eq!(super::parse(&source, true).unwrap().json(), expected);
        assert_eq!(parse(&source).unwrap_err()[0].code, Code::YamlFeature);
        for (text, code) in
            [("a: &a [*a]", Code::YamlFeature), ("{<<: 5}", Code::YamlFeature), ("&a b: 1", Code::YamlFeature)]
        {
            let source = Source::new("x.yaml", text);
            assert_eq!(super::parse(&source, true).unwrap_err()[0].code, code, "{text}");
        }
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let items = vec![format!("*l{}", level - 1); 10].join(", ");
            text.push_str(&format!("l{level}: &l{level} [{items}]\n"));
        }
        let source = Source::new("x.yaml", text);
        assert_eq!(super::parse(&source, true).unwrap_err()[0].code, Code::TooLarge);
        let mut text = "l0: &l0 [x]\n".to_owned();
        for level in 1..110 {
            text.push_str(&format!("l{level}: &l{level} [*l{}]\n", level - 1));
        }
        let source = Source::new("x.yaml", text);
        assert_eq!(super::parse(&source, true).unwrap_err()[0].code, Code::TooDeep);
    }

    #[test]
    fn scalars_have_the_types_that_serde_yaml_gives_them() {
        for text in [
            "~",
            "null",
            "true",
            "False",
            "yes",
            "on",
            "0",
            "-1",
            "+1",
            "007",
            "0x1f",
            "0o7",
            "0b1",
            "1.0",
            "1e3",
            ".5",
            "-.5",
            ".inf",
            ".nan",
            "1_000",
            "2026-11-23",
            "'1'",
            "\"true\"",
            "a",
            "1.2.3",
            "-",
            "+",
            ".",
            "e3",
            "0.1.2",
            "-.inf",
            "1e",
            "5.",
        ] {
            let source = Source::new("x.yaml", format!("k: {text}"));
            let ours = match parse(&source).map(|node| node.get("k").map(|k| k.kind())) {
                Ok(Some(kind)) => kind,
                _ => continue,
            };
            let theirs = match &serde_yaml::from_str::<serde_yaml::Value>(source.text()).unwrap()["k"] {
                serde_yaml::Value::Null => "null",
                serde_yaml::Value::Bool(_) => "a boolean",
                serde_yaml::Value::Number(number) if number.is_f64() => "a number",
                serde_yaml::Value::Number(_) => "an integer",
                _ => "a string",
            };
            assert_eq!(ours, theirs, "{text}");
        }
    }

    #[test]
    fn values_are_those_that_serde_yaml_reads() {
        let text = "[~, true, False, 0, -1, +1, 0x1f, -0x1f, 0o7, 0b1, 1.5, 1e3, .5, 18446744073709551615, '1', é, {'200': [], b: {}}]";
        let source = Source::new("x.yaml", text);
        let theirs: Json = serde_yaml::from_str(text).unwrap();
        assert_eq!(parse(&source).unwrap().json(), theirs);
        assert_eq!(parse(&source).unwrap().yaml(), serde_yaml::from_str::<serde_yaml::Value>(text).unwrap());
        let ours = include_str!("../../../spec/flighthub2.yaml");
        let source = Source::new("spec.yaml", ours);
        let theirs: Json = serde_yaml::from_str(ours).unwrap();
        assert_eq!(parse(&source).unwrap().json(), theirs);
        let theirs: openapiv3::OpenAPI = serde_yaml::from_str(ours).unwrap();
        assert_eq!(serde_yaml::from_value::<openapiv3::OpenAPI>(parse(&source).unwrap().yaml()).unwrap(), theirs);
    }
}
