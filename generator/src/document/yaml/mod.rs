//! The parser of YAML and JSON.
//!
//! In: a text. Out: [`Node`]s with byte ranges, or the first syntax error. Rejects YAML features that tools interpret
//! differently (`features`), and documents that exceed a size limit. This module does not know OpenAPI.

mod features;
mod json;
mod key_index;
mod syntax_error;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Range;

use flighthub2_yaml_events::{Event, ScalarStyle};
use key_index::KeyIndex;

use super::limits;
use super::node::{Entry, Node, Scalar, Size, Value};
use super::pointer::PointerRef;
use crate::diagnostic::{Code, Diagnostic, Location, Source};

/// Parses a text with one YAML document.
///
/// Parsing stops at the first syntax error; all duplicate keys before it are reported, too. `allow_aliases` allows
/// anchors, aliases and merge keys, which are expanded.
pub(crate) fn parse(source: &Source, allow_aliases: bool) -> Result<Node<'_>, Vec<Diagnostic>> {
    let parsed = |events| {
        let anchors = allow_aliases.then(HashMap::new);
        let mut builder = Builder {
            source,
            events,
            brackets: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            nodes: 0,
            anchors,
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
    };
    let text = source.text();
    if let Some(events) = json::Events::of_object(text) {
        let result = parsed(Events::Json(events));
        let is_json = !matches!(&result, Err(problems) if problems.iter().any(|it| it.code == Code::YamlSyntax));
        if is_json {
            return result;
        }
    }
    parsed(Events::Yaml(flighthub2_yaml_events::Events::new(text)))
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// The events of a text.
enum Events<'a> {
    Json(json::Events<'a>),
    Yaml(flighthub2_yaml_events::Events<'a>),
}

struct Builder<'a> {
    source: &'a Source,
    events: Events<'a>,
    /// The offsets of unclosed brackets.
    brackets: Vec<usize>,
    /// The items of the lists that are read, of the outermost one first. A list that is complete has a vector of its size:
    /// most are short, and a vector that grows reserves more than most of them need.
    items: Vec<Node<'a>>,
    /// The members of the mappings that are read, in the same order.
    entries: Vec<Entry<'a>>,
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
            Events::Yaml(events) => match events.next_event() {
                Some(Ok(event)) => Ok(event),
                Some(Err((error, start))) => {
                    let bracket = self.brackets.last().copied();
                    Err(Box::new(syntax_error::describe(self.source, &error, start, bracket)))
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
            let Size { nodes, height, .. } = Size::of(node);
            self.nodes = self.nodes.saturating_add(nodes);
            if self.nodes > limits::NODES {
                let what = "with expanded aliases, this document has too many values";
                return Err(self.too_large(span.start, PointerRef::ROOT, what, limits::NODES));
            }
            if depth + height > limits::DEPTH {
                return Err(Box::new(too_deep(self.source.location(span, at.pointer()))));
            }
            return Ok(node.clone());
        }
        self.refuse(features::rejected(&event, self.anchors.is_some()), &span, at)?;
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
                let first = self.items.len();
                let mut end = span.end;
                let bracket = self.opened(span.start);
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, closing) => {
                            self.brackets.truncate(bracket);
                            break end = closing_end(end, &closing);
                        }
                        (event, item_span) => {
                            let item = self.node(event, item_span, at.index(self.items.len() - first), depth + 1)?;
                            end = end.max(item.span.end);
                            self.items.push(item);
                            self.refuse_more(self.items.len() - first, span.start, at)?;
                        }
                    }
                }
                let items = self.items.drain(first..).collect();
                Ok(Node { value: Value::Sequence(items), span: self.trimmed(span.start..end) })
            }
            Event::MappingStart(..) => self.mapping(span, at, depth),
            _ => Err(self.problem(Code::YamlSyntax, span, at, "expected a value", "write a value, or remove the key")),
        }
    }

    fn mapping(&mut self, span: Range<usize>, at: PointerRef<'_>, depth: usize) -> Parsed<Node<'a>> {
        let first = self.entries.len();
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
                    self.refuse(features::rejected_key(&event, self.anchors.is_some()), &key_span, at)?;
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
            self.refuse_more(self.entries.len() - first + 1, span.start, at)?;
            let here = at.key(&key);
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
            if let Some(other) = index.find(&self.entries[first..], &key) {
                let other_place = self.source.location(other, here.pointer());
                let problem = self.problem(
                    Code::DuplicateKey,
                    key_span.clone(),
                    here,
                    format!("the key `{key}` is duplicated in this mapping"),
                    "remove or rename one of the two; most parsers silently use the last one",
                );
                let problem = problem.with_note(other_place, "first here");
                self.problems.push(problem);
            }
            self.entries.push(Entry { key, key_span, node });
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
                    if index.find(&self.entries[first..], &member.key).is_none() {
                        self.entries.push(member);
                        self.refuse_more(self.entries.len() - first, span.start, at)?;
                    }
                }
            }
        }
        let entries = self.entries.drain(first..).collect();
        Ok(Node { value: Value::Mapping(entries), span: self.trimmed(span.start..end) })
    }

    fn refuse(&self, why: Option<(&str, &str)>, span: &Range<usize>, at: PointerRef<'_>) -> Parsed<()> {
        match why {
            Some((message, help)) => Err(self.problem(Code::YamlFeature, span.clone(), at, message, help)),
            None => Ok(()),
        }
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

/// The end of a collection: after its bracket, or after its last member.
fn closing_end(last_member: usize, closing: &Range<usize>) -> usize {
    if closing.is_empty() { last_member } else { closing.end }
}

fn too_deep(place: Location) -> Diagnostic {
    Diagnostic::new(
        Code::TooDeep,
        place,
        format!("more than {} levels of nesting", limits::DEPTH),
        "no specification is that deep; check the indentation and the brackets",
    )
}
