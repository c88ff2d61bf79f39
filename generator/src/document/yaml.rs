//! The parser of YAML and JSON.
//!
//! In: a text. Out: [`Node`]s with byte ranges, or the first syntax error. Rejects YAML features that tools interpret
//! differently, and documents that exceed a size limit. This module does not know OpenAPI.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::json;
use super::limits;
use super::node::{Entry, Node, Scalar, Value};
use super::offsets::Offsets;
use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic, Location, Source};

/// Parses a text with one YAML document.
///
/// Parsing stops at the first syntax error; all duplicate keys before it are reported, too. `allow_aliases` allows
/// anchors, aliases and merge keys, which are expanded.
pub(crate) fn parse(source: &Source, allow_aliases: bool) -> Result<Node<'_>, Vec<Diagnostic>> {
    let parsed = |events| {
        let anchors = allow_aliases.then(HashMap::new);
        let mut builder = Builder { source, events, brackets: Vec::new(), nodes: 0, anchors, problems: Vec::new() };
        match builder.document() {
            Ok(node) if builder.problems.is_empty() => Ok(node),
            Ok(_) => Err(builder.problems),
            Err(problem) => {
                builder.problems.push(*problem);
                Err(builder.problems)
            }
        }
    };
    let text = source.text();
    if let Some(events) = json::Events::of_object(text) {
        let result = parsed(Events::Json(events));
        let is_json = !matches!(&result, Err(problems) if problems.iter().any(|it| it.code == Code::YamlSyntax));
        if is_json {
            return result;
        }
    }
    parsed(Events::Yaml(Parser::new_from_str(text), Offsets::new(text)))
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// The events of a text.
enum Events<'a> {
    Json(json::Events<'a>),
    Yaml(Parser<'a, saphyr_parser::StrInput<'a>>, Offsets),
}

struct Builder<'a> {
    source: &'a Source,
    events: Events<'a>,
    /// The offsets of unclosed brackets.
    brackets: Vec<usize>,
    /// The number of nodes so far.
    nodes: usize,
    /// The nodes with anchors; `None` if anchors are not allowed.
    anchors: Option<HashMap<usize, Node<'a>>>,
    problems: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Parsed<(Event<'a>, Range<usize>)> {
        let end = self.source.text().len();
        match &mut self.events {
            Events::Json(events) => events.next_event().map_err(|json::NotJson| {
                let help = "the text is parsed as YAML then";
                self.problem(Code::YamlSyntax, end..end, PointerRef::ROOT, "not JSON", help)
            }),
            Events::Yaml(events, offsets) => match events.next_event() {
                Some(Ok((event, span))) => Ok((event, offsets.range(span))),
                Some(Err(error)) => {
                    let start = offsets.byte(error.marker().index());
                    Err(Box::new(self.syntax_error(&error, start)))
                }
                None => Ok((Event::StreamEnd, end..end)),
            },
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

    /// Reads to the end of the text, or to the beginning of a second document, which is returned.
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
            return Err(self.too_large(
                span.start,
                PointerRef::ROOT,
                "this document has too many values",
                limits::NODES,
            ));
        }
        if let (Event::Alias(anchor), Some(anchors)) = (&event, &self.anchors) {
            let Some(node) = anchors.get(anchor) else {
                let help = "an alias must refer to a preceding value";
                return Err(self.problem(Code::YamlFeature, span, at, "this alias is within its own anchor", help));
            };
            let (count, height) = size_of(node);
            self.nodes = self.nodes.saturating_add(count);
            if self.nodes > limits::NODES {
                let what = "with expanded aliases, this document has too many values";
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
                let what = format!("this string has {} bytes", text.len());
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
            _ => Err(self.problem(Code::YamlSyntax, span, at, "expected a value", "write a value, or remove the key")),
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
                        "this key is not a string",
                        "write a string; keys of a specification are strings",
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
                    format!("the key `{key}` is duplicated in this mapping"),
                    "remove or rename one of the two; most parsers silently use the last one",
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
                    let help = "write a mapping, or a list of mappings";
                    return Err(self.problem(Code::YamlFeature, span, at, "a merge key requires a mapping", help));
                };
                // Keys of the mapping itself, and of preceding merged mappings, have priority.
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

    /// Rejects an anchor of a key.
    fn refuse_anchor(&self, event: &Event<'a>, span: &Range<usize>, at: PointerRef<'_>) -> Parsed<()> {
        match event {
            Event::Scalar(_, _, anchor, _) if *anchor != 0 => {
                let help = "write the anchor before the value";
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
                "remove the tag; quote a number to write it as a string",
            ));
        }
        Ok(())
    }

    fn refuse_more(&self, members: usize, start: usize, at: PointerRef<'_>) -> Parsed<()> {
        if members <= limits::MEMBERS {
            return Ok(());
        }
        Err(self.too_large(start, at, "this value has too many members", limits::MEMBERS))
    }

    fn too_large(&self, start: usize, at: PointerRef<'_>, what: &str, limit: usize) -> Box<Diagnostic> {
        limits::too_large(self.source, start, at, what, limit)
    }

    /// Records the opening bracket of a flow collection. Returns the number of brackets that were open before.
    fn opened(&mut self, start: usize) -> usize {
        let open = self.brackets.len();
        if self.source.text().get(start..).is_some_and(|rest| rest.starts_with(['[', '{'])) {
            self.brackets.push(start);
        }
        open
    }

    /// The diagnostic of a syntax error at an offset.
    fn syntax_error(&self, error: &ScanError, start: usize) -> Diagnostic {
        let (text, info) = (self.source.text(), error.info());
        let start = text.floor_char_boundary(start);
        let place = self.source.location(start..start, "");
        if info.contains("recursion limit") {
            // The scanner has its own limit of nesting, which can be exceeded before `depth` is checked.
            return too_deep(place);
        }
        let problem = |place, help: &str| Diagnostic::new(Code::YamlSyntax, place, format!("not YAML: {info}"), help);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        if let Some(tab) = indented_with_tab(&text[line_start..]) {
            let tab = line_start + tab;
            return problem(self.source.location(tab..tab + 1, ""), "replace this tab; YAML is indented with spaces");
        }
        if let Some(&bracket) = self.brackets.last() {
            let help = "close the bracket, or correct the text before this position";
            let bracket = self.source.location(bracket..bracket + 1, "");
            return problem(place, help).with_note(bracket, "this bracket is not closed");
        }
        let help = if info.contains("quoted scalar") {
            "close the quote that begins here; a single quote within single quotes is written twice"
        } else if line.matches(": ").count() > 1 && !line.contains(['\'', '"']) {
            "quote a string that contains `: `"
        } else if info.contains("unexpected character") {
            "quote a string that begins with this character"
        } else {
            "check the indentation of this line and the previous one, and that quotes and brackets are closed"
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

    /// The parser includes trailing whitespace in the range of a node.
    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = self.source.text().get(span.clone()).unwrap_or_default();
        span.start..span.start + text.trim_end().len()
    }
}

/// The number of nodes in a node, including itself, and the number of levels.
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

/// The offset of a tab in the indentation of the first two lines.
fn indented_with_tab(text: &str) -> Option<usize> {
    let mut start = 0;
    text.split_inclusive('\n').take(2).find_map(|line| {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab = line[..blanks].find('\t').map(|tab| start + tab);
        start += line.len();
        tab
    })
}

/// The end of a collection: after its bracket, or after its last member.
fn closing_end(last_member: usize, closing: &Range<usize>) -> usize {
    if closing.is_empty() { last_member } else { closing.end }
}

/// Finds the entry with a key: with a linear search, or with a table if there are many entries.
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
        "no specification is that deep; check the indentation and the brackets",
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
    fn nodes_have_their_byte_ranges() {
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
    fn nodes_of_json_have_their_byte_ranges() {
        for prefix in ["", "\u{feff}", "\n "] {
            let source = Source::new("x.json", format!("{prefix}{{\"é\": \"ü\", \"list\": [ {{\"b\" : 1}} ]}}\n"));
            let node = parse(&source).unwrap();
            let value = |pointer: &str| &source.text()[node.locate(pointer).1];
            assert_eq!(&source.text()[node.locate("/é").0], "\"é\"");
            assert_eq!(value("/é"), "\"ü\"");
            assert_eq!(value("/list"), "[ {\"b\" : 1} ]");
            assert_eq!(value("/list/0/b"), "1");
        }
    }

    #[test]
    fn a_flow_mapping_that_is_not_json_is_yaml() {
        let source = Source::new("x.yaml", "{a: 1, \"b\": [x, 'y',]} # comment\n");
        assert_eq!(parse(&source).unwrap().json(), serde_json::json!({"a": 1, "b": ["x", "y"]}));
        let source = Source::new("x.yaml", "{\"a\": [1, {\"b\": 2]}");
        assert_eq!(parse(&source).unwrap_err()[0].code, Code::YamlSyntax);
    }

    #[test]
    fn aliases_and_merge_keys_are_expanded() {
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
    fn exponential_aliases_are_rejected() {
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
            let actual = match parse(&source).map(|node| node.get("k").map(|k| k.kind())) {
                Ok(Some(kind)) => kind,
                _ => continue,
            };
            let expected = match &serde_yaml::from_str::<serde_yaml::Value>(source.text()).unwrap()["k"] {
                serde_yaml::Value::Null => "null",
                serde_yaml::Value::Bool(_) => "a boolean",
                serde_yaml::Value::Number(number) if number.is_f64() => "a number",
                serde_yaml::Value::Number(_) => "an integer",
                _ => "a string",
            };
            assert_eq!(actual, expected, "{text}");
        }
    }

    #[test]
    fn values_are_those_that_serde_yaml_reads() {
        let text = "[~, true, False, 0, -1, +1, 0x1f, -0x1f, 0o7, 0b1, 1.5, 1e3, .5, 18446744073709551615, '1', é, {'200': [], b: {}}]";
        let source = Source::new("x.yaml", text);
        let expected: Json = serde_yaml::from_str(text).unwrap();
        assert_eq!(parse(&source).unwrap().json(), expected);
        assert_eq!(parse(&source).unwrap().yaml(), serde_yaml::from_str::<serde_yaml::Value>(text).unwrap());
        let specification = include_str!("../../../spec/flighthub2.yaml");
        let source = Source::new("spec.yaml", specification);
        let expected: Json = serde_yaml::from_str(specification).unwrap();
        assert_eq!(parse(&source).unwrap().json(), expected);
        let expected: openapiv3::OpenAPI = serde_yaml::from_str(specification).unwrap();
        assert_eq!(serde_yaml::from_value::<openapiv3::OpenAPI>(parse(&source).unwrap().yaml()).unwrap(), expected);
    }
}
