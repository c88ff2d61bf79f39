//! The lines of a new operation, in the order of `spec/README.md`, with placeholders.
//!
//! In: the request, and the inferred defaults. Out: lines of YAML, and the placeholders in them.
//!
//! A placeholder is a key without a value, which is null. OpenAPI allows null in none of these places, so the generator
//! reports each remaining placeholder.

use flighthub2_generator::document::Node;

use super::inferred_defaults::{InferredDefaults, Known};
use super::template::Template;
use super::{Placeholder, Request};

/// Lines to insert into a document.
#[derive(Debug)]
pub(super) struct Rendering {
    lines: Vec<String>,
    placeholders: Vec<Placeholder>,
    operation_line: usize,
    indent: usize,
}

impl Rendering {
    /// No lines yet; the outermost keys are indented by this number of spaces.
    pub(super) fn new(indent: usize) -> Self {
        Self { lines: Vec::new(), placeholders: Vec::new(), operation_line: 0, indent }
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The placeholders; lines are counted from 0, beginning with the first one here.
    pub(super) fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    pub(super) fn operation_line(&self) -> usize {
        self.operation_line
    }

    /// A line at this level of indentation.
    fn line(&mut self, level: usize, text: impl AsRef<str>) {
        self.lines.push(format!("{:1$}{2}", "", self.indent + 2 * level, text.as_ref()));
    }

    fn placeholder(&mut self, level: usize, key: &str, hint: &str) {
        self.open(key, hint);
        self.line(level, format!("{key}:"));
    }

    /// Adds a placeholder at the next line.
    fn open(&mut self, key: &str, hint: &str) {
        self.placeholders.push(Placeholder { line: self.lines.len(), key: key.to_owned(), hint: hint.to_owned() });
    }

    fn reference(&mut self, level: usize, target: &str) {
        self.line(level, format!("$ref: {}", quoted(target)));
    }

    /// A path item with one operation.
    pub(super) fn path(
        &mut self,
        defaults: &InferredDefaults<'_>,
        request: &Request<'_>,
        method: &str,
        template: &Template<'_>,
        tag: Option<&str>,
    ) {
        self.line(0, format!("{}:", scalar(template.text())));
        if !defaults.headers.is_empty() {
            self.line(1, "parameters:");
            for header in &defaults.headers {
                self.line(2, format!("- $ref: {}", quoted(header)));
            }
        }
        self.indent += 2;
        self.operation(defaults, request, method, template, tag, None);
    }

    /// An operation of a path item.
    pub(super) fn operation(
        &mut self,
        defaults: &InferredDefaults<'_>,
        request: &Request<'_>,
        method: &str,
        template: &Template<'_>,
        tag: Option<&str>,
        item: Option<&Node<'_>>,
    ) {
        let body = matches!(method, "post" | "put" | "patch");
        let project = defaults.header(defaults.scope(request));
        self.operation_line = self.lines.len();
        self.line(0, format!("{method}:"));
        match tag {
            Some(tag) => self.line(1, format!("tags: [{}]", scalar(tag))),
            None => self.placeholder(1, "tags", "[the folder of the page in the directory]"),
        }
        match request.id {
            Some(id) => self.line(1, format!("operationId: {}", scalar(id))),
            None => {
                self.placeholder(1, "operationId", "a verb and a noun, such as `listWaylines`; it never changes again")
            }
        }
        self.placeholder(1, "summary", "one line, near the title of the page, without a full stop");
        self.placeholder(1, "description", "what a caller must know, in your own words");
        self.line(1, "externalDocs:");
        self.line(2, "description: DJI's page.");
        self.placeholder(2, "url", "the address of the page; without it, remove `externalDocs`");
        self.placeholder(
            1,
            "x-client-name",
            "the name in the client, in snake case; without it, the name is derived from the id",
        );
        self.placeholder(1, "x-risk", "read, write, destructive or physical; in doubt the higher one");
        self.placeholder(1, "x-retry", "safe, idempotent or never; in doubt never");
        self.placeholder(1, "x-source", "documented, observed or inferred");
        let codes = defaults.error_codes(project, body);
        if !codes.is_empty() {
            self.line(1, format!("x-error-codes: [{}]", codes.join(", ")));
        }
        self.parameters(defaults, project, template, item);
        if body {
            self.body(request.id);
        }
        self.responses(defaults, request.id);
    }

    fn parameters(
        &mut self,
        defaults: &InferredDefaults<'_>,
        project: Option<&str>,
        template: &Template<'_>,
        item: Option<&Node<'_>>,
    ) {
        let known = |name: &&'_ str| Some((name.to_string(), defaults.parameter(name, item)?));
        let parameters: Vec<(String, Known<'_>)> = template.parameters().iter().filter_map(known).collect();
        if project.is_none() && parameters.is_empty() {
            return;
        }
        self.line(1, "parameters:");
        if let Some(project) = project {
            self.line(2, format!("- $ref: {}", quoted(project)));
        }
        for (name, known) in parameters {
            match known {
                Known::Component(target) => self.line(2, format!("- $ref: {}", quoted(&target))),
                Known::Inline { description, schema, example } => {
                    self.line(2, format!("- name: {}", scalar(&name)));
                    self.line(3, "in: path");
                    self.line(3, "required: true");
                    match description {
                        Some(description) => self.line(3, format!("description: {description}")),
                        None => self.placeholder(3, "description", "the identified object; write an `example`, too"),
                    }
                    match schema {
                        Some(schema) => {
                            self.line(3, "schema:");
                            self.reference(4, schema);
                        }
                        None => {
                            self.placeholder(3, "schema", "a `$ref` to a named schema: an identifier has its own type")
                        }
                    }
                    if let Some(example) = example {
                        self.line(3, format!("example: {example}"));
                    }
                }
            }
        }
    }

    fn body(&mut self, id: Option<&str>) {
        self.line(1, "requestBody:");
        self.placeholder(2, "description", "a short description of the body; without a body, remove `requestBody`");
        self.line(2, "required: true");
        self.line(2, "content:");
        self.line(3, "application/json:");
        match id {
            Some(id) => {
                let mut letters = id.chars();
                let first = letters.next().into_iter().flat_map(char::to_uppercase);
                let name: String = first.chain(letters).chain("Body".chars()).collect();
                self.line(4, "schema:");
                self.open("$ref", &format!("write the schema `{name}` in `components/schemas`, or refer to another"));
                self.reference(5, &format!("#/components/schemas/{name}"));
            }
            None => self.placeholder(4, "schema", "a `$ref` to a schema with the name of the operation and `Body`"),
        }
        self.examples(id);
    }

    fn responses(&mut self, defaults: &InferredDefaults<'_>, id: Option<&str>) {
        self.line(1, "responses:");
        self.line(2, "'200':");
        self.placeholder(3, "description", "a short description of the response");
        self.line(3, "content:");
        self.line(4, "application/json:");
        match &defaults.envelope {
            Some(envelope) => {
                self.line(5, "schema:");
                self.line(6, "allOf:");
                self.line(7, format!("- $ref: {}", quoted(envelope)));
                self.line(7, "- type: object");
                self.line(8, "properties:");
                let hint = "a `$ref` to the schema of `data`; without `data`, a `$ref` in place of `allOf`";
                self.placeholder(9, "data", hint);
            }
            None => self.placeholder(5, "schema", "a `$ref` to the schema of the response"),
        }
        self.indent += 2;
        self.examples(id);
        self.indent -= 2;
        for (status, target) in &defaults.failures {
            let status = if *status == "default" { (*status).to_owned() } else { quoted(status) };
            self.line(2, format!("{status}:"));
            self.reference(3, target);
        }
    }

    fn examples(&mut self, id: Option<&str>) {
        let hint = "`value:` with a whole body, without real data";
        match id {
            Some(id) => {
                self.line(4, "examples:");
                self.placeholder(5, id, hint);
            }
            None => self.placeholder(4, "examples", &format!("the id of the operation, and below it {hint}")),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A string in YAML syntax: quoted unless the plain text is unambiguous.
fn scalar(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || "_-./{} ".contains(c);
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(word)
        && !text.ends_with(' ')
        && !matches!(&*text.to_lowercase(), "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    if plain { text.to_owned() } else { quoted(text) }
}
