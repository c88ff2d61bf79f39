//! Whether a tree has the form of an OpenAPI 3.0 document.
//!
//! In: the tree of [`super::node`] and the vocabulary in [`super::vocabulary`]. Out: every key and value that does not belong
//! where it is. After this check reading the document with `openapiv3`, which is more forgiving, loses nothing.
//!
//! In a document of others a slip that does not change the generated code is a warning, with an [`Edit`] that takes it out
//! of the tree.

use std::collections::HashSet;
use std::ops::Range;

use super::edit::{Change, Edit, Inserted};
use super::files;
use super::node::{Entry, Node, Scalar, ScalarType, Value};
use super::path_parameters;
use super::pointer::{PointerRef, escape, unescape};
use super::vocabulary::{
    self, DESCRIBING_KEYS, DOCUMENT, ENCODING, ElementKind, Field, KeyPattern, Object, PARAMETER, SCHEMA,
    SECURITY_SCHEME, Support, TYPED_KEYS, ValueType,
};
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::policy::Policy;
use crate::suggest::{did_you_mean, nearest};

/// What the check of a document found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(super) edits: Vec<Edit>,
}

/// Checks the version first: the shape of another version's document would say nothing.
pub(crate) fn check(source: &Source, root: &Node<'_>, policy: &'static Policy) -> Checked {
    let mut checker = Checker::new(source, root, policy);
    if checker.version(root) {
        checker.object(root, &DOCUMENT, PointerRef::ROOT);
        if policy.warns_of_slips {
            let (warnings, edits) = path_parameters::check(source, root);
            checker.found.warnings.extend(warnings);
            checker.found.edits.extend(edits);
        }
    }
    checker.found
}

/// The name of an object with its article.
fn a(object: &Object) -> String {
    let article = if object.name.starts_with(['E', 'I', 'O', 'e']) { "an" } else { "a" };
    format!("{article} {}", object.name)
}

fn plural(object: &Object) -> String {
    format!("{}s", object.name)
}

/// The object that a key which is wrong here belongs to, as a help.
fn suggest_owner(key: &str, fields: impl Fn(&Object) -> &'static [Field]) -> Option<String> {
    let owner = vocabulary::OBJECTS.iter().find(|object| fields(object).iter().any(|field| field.key == key))?;
    Some(format!("it belongs in {}; look at the indentation", a(owner)))
}

/// Suggestions are computed for the first problems only.
const MAX_SUGGESTIONS: usize = 100;

/// Why the target of a reference in a file that was read is still there.
const NOT_FOUND: &str = "that has no such object, or it is too many references or copies away";

struct Checker<'s> {
    source: &'s Source,
    root: &'s Node<'s>,
    /// What a reference can lead to: section and name. A long document has many of both.
    components: HashSet<(&'s str, &'s str)>,
    policy: &'static Policy,
    found: Checked,
}

impl<'s> Checker<'s> {
    fn new(source: &'s Source, root: &'s Node<'s>, policy: &'static Policy) -> Self {
        let sections = root.get("components").map(Node::mapping).unwrap_or_default();
        let named = |section: &'s Entry<'s>| section.node.mapping().iter().map(|entry| (&*section.key, &*entry.key));
        Self { source, root, components: sections.iter().flat_map(named).collect(), policy, found: Checked::default() }
    }

    fn report(&mut self, code: Code, span: Range<usize>, at: PointerRef<'_>, message: String, help: String) {
        self.found.problems.push(Diagnostic::new(code, self.source.location(span, at.pointer()), message, help));
    }

    /// Reports a problem that has to do with a second place, and why.
    fn report_with(
        &mut self,
        code: Code,
        (span, at): (Range<usize>, PointerRef<'_>),
        message: String,
        help: String,
        (other, other_at, why): (Range<usize>, PointerRef<'_>, &str),
    ) {
        let problem = Diagnostic::new(code, self.source.location(span, at.pointer()), message, help);
        self.found.problems.push(problem.with_note(self.source.location(other, other_at.pointer()), why));
    }

    /// Reports an error; in a document of others a warning, with the edit that makes up for the slip.
    fn slip(
        &mut self,
        code: Code,
        span: Range<usize>,
        at: PointerRef<'_>,
        (message, help): (String, String),
        (effect, change): (&str, Change),
    ) {
        self.slip_at(at.pointer(), code, span, at, (message, help), (effect, change));
    }

    /// The same with an edit of another node.
    fn slip_at(
        &mut self,
        pointer: String,
        code: Code,
        span: Range<usize>,
        at: PointerRef<'_>,
        (message, help): (String, String),
        (effect, change): (&str, Change),
    ) {
        if !self.policy.warns_of_slips {
            return self.report(code, span, at, message, help);
        }
        let location = self.source.location(span, at.pointer());
        self.found.warnings.push(Diagnostic::new(code, location, format!("{message}: {effect}"), help).into_warning());
        self.found.edits.push(Edit { pointer, change });
    }

    /// A value, or its key if the value has no bytes that could be shown.
    fn shown(&self, node: &Node<'_>, at: PointerRef<'_>) -> Range<usize> {
        if node.span.is_empty() { self.root.locate(&at.pointer()).0 } else { node.span.clone() }
    }

    fn version(&mut self, root: &Node<'_>) -> bool {
        let supported = "3.0.x is supported".to_owned();
        let mut key = "openapi";
        let (span, found) = if let Some(entry) = root.entry("swagger") {
            let version = entry.node.as_str().unwrap_or("2.0");
            key = "swagger";
            (entry.key_span.clone(), format!("this is version {version} (Swagger)"))
        } else if let Some(entry) = root.entry("openapi") {
            match &entry.node.value {
                Value::Scalar(scalar) if scalar.scalar_type() == ScalarType::String => {
                    let patch = scalar.text.strip_prefix("3.0.");
                    if patch.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit())) {
                        return true;
                    }
                    (entry.node.span.clone(), format!("this is version {}", scalar.text))
                }
                Value::Scalar(scalar) => (entry.node.span.clone(), format!("this is version {}", scalar.text)),
                _ => (entry.node.span.clone(), "this is no version".to_owned()),
            }
        } else {
            (0..0, "this is no OpenAPI document; it has no key `openapi`".to_owned())
        };
        let help = "write `openapi: 3.0.3`, and convert the document if it is of another version".to_owned();
        self.report(Code::Version, span, PointerRef::ROOT.key(key), format!("{found}, {supported}"), help);
        false
    }

    fn object(&mut self, node: &Node<'_>, object: &Object, at: PointerRef<'_>) {
        let Value::Mapping(entries) = &node.value else {
            return self.wrong(node, at, &format!("a mapping ({})", object.name));
        };
        // Before the members: edits are made from the last to the first, and a null that is removed makes place for the
        // value that is inserted.
        if self.policy.warns_of_slips {
            self.complete(node, object, at);
        }
        for field in object.fields.iter().filter(|field| field.required) {
            if self.present(node, field, at).is_none() {
                let (span, place) = self.place_of(node, field.key, &at);
                let message = format!("this {} has no `{}`", object.name, field.key);
                let help = format!("add `{}: …`; it must be there", field.key);
                match default_of(object, field) {
                    Some((effect, inserted)) => {
                        let change = Change::Insert(field.key, inserted);
                        let effect = (effect, change);
                        self.slip_at(at.pointer(), Code::MissingKey, span, place, (message, help), effect);
                    }
                    None => self.report(Code::MissingKey, span, place, message, help),
                }
            }
        }
        for entry in entries {
            self.member(entry, object, at.key(&entry.key));
        }
        if std::ptr::eq(object, &raw const SCHEMA) {
            self.schema(node, entries, at);
        }
    }

    /// The place of a key that has no value: the key, or the object if that has no such key.
    fn place_of<'p>(&self, node: &Node<'_>, key: &'p str, at: &'p PointerRef<'p>) -> (Range<usize>, PointerRef<'p>) {
        match node.entry(key) {
            Some(entry) => (entry.key_span.clone(), at.key(key)),
            None => (self.root.locate(&at.pointer()).0, *at),
        }
    }

    /// A member, unless it is missing or its value is a slip that is removed.
    fn present<'n>(&self, node: &'n Node<'s>, field: &Field, at: PointerRef<'_>) -> Option<&'n Entry<'s>> {
        let entry = node.entry(field.key)?;
        let is_removed = self.policy.warns_of_slips
            && matches!(repair(&entry.node, &field.shape, at.key(field.key)), Some(Change::Remove));
        (!is_removed).then_some(entry)
    }

    fn member(&mut self, entry: &Entry<'_>, object: &Object, here: PointerRef<'_>) {
        let key = &*entry.key;
        if key.starts_with("x-") {
            if self.policy.reads_extensions {
                self.extension(entry, object, here);
            }
            return;
        }
        if let Some(field) = object.fields.iter().find(|field| field.key == key) {
            return self.field(entry, field, here);
        }
        if let Some((names, shape)) = object.named
            && self.name_fits(names, key)
        {
            return self.value(&entry.node, shape, here);
        }
        let own = self.policy.reads_extensions;
        let extensions = object.extensions.iter().filter(|_| own);
        let suggests = self.suggests();
        let known = object.fields.iter().chain(extensions).map(|field| field.key).filter(|_| suggests);
        let help = did_you_mean(key, known, || match object.named {
            Some((KeyPattern::Path, _)) => format!("a path begins with `/`: did you mean `/{key}`?"),
            Some((KeyPattern::Status, _)) => "a response is a status such as `'200'` or `4XX`, or `default`".to_owned(),
            None => suggests.then(|| suggest_owner(key, |object| object.fields)).flatten().unwrap_or_else(|| {
                let keys: Vec<_> = object.fields.iter().map(|field| field.key).collect();
                format!("it may have: {}", keys.join(", "))
            }),
        });
        let message = format!("`{key}` is not a key of {}", a(object));
        if matches!(object.named, Some((KeyPattern::Path, _))) {
            // Operations are not a slip.
            return self.report(Code::UnknownKey, entry.key_span.clone(), here, message, help);
        }
        let effect = ("it is ignored", Change::Remove);
        self.slip(Code::UnknownKey, entry.key_span.clone(), here, (message, help), effect);
    }

    /// Whether a problem gets a suggestion. Comparing names takes most of the time of a document with many slips.
    fn suggests(&self) -> bool {
        self.found.problems.len() + self.found.warnings.len() < MAX_SUGGESTIONS
    }

    fn extension(&mut self, entry: &Entry<'_>, object: &Object, here: PointerRef<'_>) {
        if let Some(field) = object.extensions.iter().find(|field| field.key == entry.key) {
            return self.value(&entry.node, &field.shape, here);
        }
        let here_keys = object.extensions.iter().map(|field| field.key);
        let help = did_you_mean(&entry.key, here_keys.clone(), || {
            suggest_owner(&entry.key, |object| object.extensions).unwrap_or_else(|| {
                let keys: Vec<_> = here_keys.collect();
                let keys = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
                format!("the `x-` keys of {} are: {keys}; spec/README.md explains them", a(object))
            })
        });
        self.report(
            Code::UnknownExtension,
            entry.key_span.clone(),
            here,
            format!("`{}` is not known in {}", entry.key, a(object)),
            help,
        );
    }

    fn field(&mut self, entry: &Entry<'_>, field: &Field, here: PointerRef<'_>) {
        let refused = match field.support {
            Support::Yes => false,
            Support::ForeignOnly => self.policy.refuses_unused_keys,
            Support::No => true,
        };
        let reference = entry.node.as_str().filter(|_| field.key == "$ref" && self.policy.warns_of_slips);
        if let (true, Some(target)) = (refused, reference) {
            // One that can be followed was replaced by its target.
            let (code, why) = self.file_of(target, entry).unwrap_or((Code::DanglingRef, "that is not there"));
            let what = if target.starts_with('#') { "a place" } else { "a file" };
            let help = "write what it leads to, or a reference to another path or file of the folder".to_owned();
            self.report(code, entry.node.span.clone(), here, format!("`{target}` leads to {what} {why}"), help);
        } else if refused {
            self.report(
                Code::Unsupported,
                entry.key_span.clone(),
                here,
                format!("`{}` is not supported here", field.key),
                "remove it; the generator would make nothing of it".to_owned(),
            );
        } else {
            self.value(&entry.node, &field.shape, here);
        }
    }

    fn name_fits(&self, names: KeyPattern, name: &str) -> bool {
        match names {
            KeyPattern::Path => name.starts_with('/'),
            KeyPattern::Status => matches!(
                name.as_bytes(),
                [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] | [b'1'..=b'5', b'X' | b'x', b'X' | b'x']
            ),
        }
    }

    fn value(&mut self, node: &Node<'_>, shape: &ValueType, at: PointerRef<'_>) {
        if self.policy.warns_of_slips
            && let Some(change) = repair(node, shape, at)
        {
            let expected = expected(shape);
            let message = format!("{expected} was expected, this is {}", node.kind());
            let effect = match &change {
                Change::Remove => "it is ignored",
                _ => "it is taken as one",
            };
            let span = self.shown(node, at);
            return self.slip(Code::WrongValue, span, at, (message, format!("write {expected}")), (effect, change));
        }
        match shape {
            ValueType::Any => {}
            ValueType::Text => self.scalar(node, at, "a string", |scalar| scalar.scalar_type() == ScalarType::String),
            ValueType::Boolean => {
                self.scalar(node, at, "`true` or `false`", |scalar| scalar.scalar_type() == ScalarType::Boolean);
            }
            ValueType::Number => self.scalar(node, at, "a number", is_finite_number),
            ValueType::Integer => self.scalar(node, at, "an integer", |scalar| scalar.text.parse::<i64>().is_ok()),
            ValueType::Count => {
                self.scalar(node, at, "an integer from 0", |scalar| scalar.text.parse::<u32>().is_ok());
            }
            ValueType::OneOf(words) => self.one_of(node, words, at),
            ValueType::Object(object) => self.object(node, object, at),
            ValueType::RefOr(object) => match node.entry("$ref") {
                Some(reference) => self.reference(node, reference, object, at),
                None => self.object(node, object, at),
            },
            ValueType::List(shape) => self.list(node, shape, at),
            ValueType::NonEmptyList(shape) => {
                if matches!(&node.value, Value::Sequence(items) if items.is_empty()) {
                    let message = "this list is empty, which OpenAPI 3.0 forbids here".to_owned();
                    let help = "remove the key, or give it an entry".to_owned();
                    let effect = ("it is ignored", Change::Remove);
                    self.slip(Code::WrongValue, node.span.clone(), at, (message, help), effect);
                }
                self.list(node, shape, at);
            }
            ValueType::Map(shape) => match &node.value {
                Value::Mapping(entries) => {
                    for entry in entries {
                        self.value(&entry.node, shape, at.key(&entry.key));
                    }
                }
                _ => self.wrong(node, at, "a mapping"),
            },
            ValueType::Switches => self.switches(node, at),
            ValueType::ScalarOr(scalar, mapping) => {
                let shape = if matches!(node.value, Value::Mapping(_)) { mapping } else { scalar };
                self.value(node, shape, at);
            }
        }
    }

    /// Rules of lint, by their codes, each with the reason why it does not hold.
    fn switches(&mut self, node: &Node<'_>, at: PointerRef<'_>) {
        let Value::Mapping(entries) = &node.value else {
            return self.wrong(node, at, "a mapping from codes to reasons");
        };
        for entry in entries {
            let here = at.key(&entry.key);
            let rules = Code::switchable().map(Code::as_str);
            if !rules.clone().any(|rule| rule == entry.key) {
                let message = match entry.key.parse::<Code>() {
                    Ok(code) => format!("`{code}` cannot be switched off"),
                    Err(_) => format!("`{}` is not a rule of lint", entry.key),
                };
                let help = did_you_mean(&entry.key, rules.clone(), || {
                    format!("the rules are: {}", rules.collect::<Vec<_>>().join(", "))
                });
                self.report(Code::WrongValue, entry.key_span.clone(), here, message, help);
            }
            let reason = |scalar: &Scalar<'_>| scalar.scalar_type() == ScalarType::String && is_words(&scalar.text);
            self.scalar(&entry.node, here, "the reason why the rule does not hold here", reason);
        }
    }

    fn list(&mut self, node: &Node<'_>, shape: &ValueType, at: PointerRef<'_>) {
        match &node.value {
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, shape, at.index(index));
                }
            }
            _ => self.wrong(node, at, "a list"),
        }
    }

    fn scalar(&mut self, node: &Node<'_>, at: PointerRef<'_>, expected: &str, fits: impl Fn(&Scalar<'_>) -> bool) {
        if !matches!(&node.value, Value::Scalar(scalar) if fits(scalar)) {
            self.wrong(node, at, expected);
        }
    }

    fn one_of(&mut self, node: &Node<'_>, words: &[&'static str], at: PointerRef<'_>) {
        let Value::Scalar(scalar) = &node.value else {
            return self.wrong(node, at, &format!("one of: {}", words.join(", ")));
        };
        if !words.contains(&&*scalar.text) {
            let values = || format!("the values are: {}", words.join(", "));
            let help = did_you_mean(&scalar.text, words.iter().copied(), values);
            let message = match &*scalar.text {
                "" => "there is no value".to_owned(),
                text => format!("`{text}` is not a value that can stand here"),
            };
            self.report(Code::WrongValue, self.shown(node, at), at, message, help);
        }
    }

    fn reference(&mut self, node: &Node<'_>, reference: &Entry<'_>, object: &Object, at: PointerRef<'_>) {
        match reference.node.as_str() {
            Some(target) => self.target(target, reference, object, at.key("$ref")),
            None => self.value(&reference.node, &ValueType::Text, at.key("$ref")),
        }
        // Others write there what the standard tells readers to ignore; ours must not look as if it had an effect.
        if let (Value::Mapping(entries), true) = (&node.value, self.policy.refuses_unused_keys) {
            for entry in entries.iter().filter(|entry| entry.key != "$ref") {
                self.report_with(
                    Code::RefSibling,
                    (entry.key_span.clone(), at.key(&entry.key)),
                    format!("`{}` is next to `$ref`, where OpenAPI 3.0 ignores it", entry.key),
                    "put the reference into a list: `allOf: [{$ref: …}]`, and the other keys beside `allOf`".to_owned(),
                    (reference.key_span.clone(), at.key("$ref"), "the reference"),
                );
            }
        }
    }

    /// Whether the target of a reference is there, and of the kind that is wanted.
    fn target(&mut self, target: &str, reference: &Entry<'_>, object: &Object, at: PointerRef<'_>) {
        let Some(section) = vocabulary::section(object) else { return };
        let prefix = format!("#/components/{section}/");
        let direct = target.strip_prefix(&prefix).filter(|name| !name.contains('/')).map(unescape);
        if direct.as_deref().is_some_and(|name| self.components.contains(&(section, name))) {
            return;
        }
        let members = self.root.get("components").and_then(|components| components.get(section));
        // To compare every name with every other one takes its time, and a reader does not need that many suggestions.
        let members = members.filter(|_| self.suggests()).map(Node::mapping).unwrap_or_default();
        let names = members.iter().map(|entry| &*entry.key);
        // The way can be misspelt, too: what counts is where it ends.
        let end = direct.clone().unwrap_or_else(|| unescape(target.rsplit('/').next().unwrap_or_default()));
        let meant = nearest(&end, names).map(|name| format!("did you mean `{prefix}{}`?", escape(name)));
        let pointer = target.strip_prefix('#').filter(|_| direct.is_none());
        let somewhere = pointer.is_some_and(|pointer| self.root.find(pointer).is_some());
        let file = self.file_of(target, reference);
        let (code, message, help) = if let Some((code, why)) = file {
            let help = "move the target into the document, or into a file of its folder";
            (code, format!("`{target}` leads to a file {why}"), help.to_owned())
        } else if direct.is_some() {
            (Code::DanglingRef, format!("there is no `{target}`"), format!("add `{end}` to `components/{section}`"))
        } else if target.starts_with('#') && !somewhere {
            (Code::DanglingRef, format!("there is no `{target}`"), format!("{} stand under `{prefix}`", plural(object)))
        } else {
            let help = format!("move the target to `components/{section}` and write `{prefix}…`");
            (Code::Unsupported, format!("`{target}` does not lead to a {} of this document", object.name), help)
        };
        // A place that is there is meant; it cannot be used.
        let help = if somewhere || file.is_some() { help } else { meant.unwrap_or(help) };
        self.report(code, reference.node.span.clone(), at, message, help);
    }

    /// Why a reference into another file cannot be used, if the file is the reason.
    fn file_of(&self, target: &str, reference: &Entry<'_>) -> Option<(Code, &'s str)> {
        let from = self.source.path_of(reference.node.span.start).unwrap_or_default();
        if target.starts_with('#') {
            return None;
        }
        // References to files that were not read are as they are written; the others are relative to the document.
        match files::resolve(self.source.name(), from, target).0 {
            files::Target::Remote => {
                return Some((Code::Unsupported, "of another machine, and the generator uses no network"));
            }
            files::Target::File(path) => {
                if let Some(why) = self.source.unread(&path) {
                    let code = if why.contains("cannot be read") { Code::DanglingRef } else { Code::Unsupported };
                    return Some((code, why));
                }
            }
            files::Target::Document => {}
        }
        // What is there became a component.
        let files::Target::File(path) = files::resolve(self.source.name(), "", target).0 else { return None };
        self.source.files().any(|(known, _)| known == path).then_some((Code::DanglingRef, NOT_FOUND))
    }

    fn wrong(&mut self, node: &Node<'_>, at: PointerRef<'_>, expected: &str) {
        let help = match &node.value {
            Value::Scalar(scalar) if expected == "a string" && scalar.scalar_type() != ScalarType::Null => {
                format!("put it in quotes: '{}'", scalar.text)
            }
            Value::Sequence(_) if expected.starts_with("one of: string, ") => {
                "a schema of OpenAPI 3.0 has one type; write `nullable: true` beside it if the value can be null"
                    .to_owned()
            }
            _ => format!("write {expected}"),
        };
        let message = format!("{expected} was expected, this is {}", node.kind());
        self.report(Code::WrongValue, self.shown(node, at), at, message, help);
    }

    /// Keys that a document of others omits, and that have one meaning only.
    fn complete(&mut self, node: &Node<'_>, object: &Object, at: PointerRef<'_>) {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let owner = || self.root.locate(&at.pointer()).0;
        if std::ptr::eq(object, &raw const PARAMETER) {
            let present = |key| {
                let field = object.fields.iter().find(|field| field.key == key)?;
                self.present(node, field, at)
            };
            let (required, schema, content) = (present("required"), present("schema"), present("content"));
            if text("in") == Some("path") && text("required") != Some("true") {
                let message = "the path parameter is not required".to_owned();
                let help = "write `required: true`: a path has no optional parts".to_owned();
                let change = match required {
                    Some(_) => (at.key("required").pointer(), Change::Plain("true".to_owned())),
                    None => (at.pointer(), Change::Insert("required", Inserted::True)),
                };
                let effect = ("it is taken as required", change.1);
                self.slip_at(change.0, Code::PathParameter, owner(), at, (message, help), effect);
            }
            match (schema, content) {
                (None, None) => {
                    let message = "this parameter has neither `schema` nor `content`".to_owned();
                    let help = "add `schema`".to_owned();
                    let effect = ("any string is taken", Change::Insert("schema", Inserted::StringSchema));
                    let key = if node.entry("content").is_some() { "content" } else { "schema" };
                    let (span, place) = self.place_of(node, key, &at);
                    self.slip_at(at.pointer(), Code::MissingKey, span, place, (message, help), effect);
                }
                (Some(_), Some(content)) => {
                    let message = "this parameter has both `schema` and `content`".to_owned();
                    let help = "remove one of them".to_owned();
                    let (span, key) = (content.key_span.clone(), at.key("content"));
                    let effect = ("`content` is ignored", Change::Remove);
                    self.slip(Code::WrongValue, span, key, (message, help), effect);
                }
                _ => {}
            }
        }
        // `openapiv3` does not distinguish an omitted `explode` from a false one.
        if std::ptr::eq(object, &raw const ENCODING) && text("style") == Some("form") {
            self.found.edits.push(Edit { pointer: at.pointer(), change: Change::Insert("explode", Inserted::True) });
        }
        if std::ptr::eq(object, &raw const SECURITY_SCHEME) {
            let missing = match text("type") {
                Some("oauth2") => ("flows", Inserted::EmptyMapping),
                Some("openIdConnect") => ("openIdConnectUrl", Inserted::EmptyText),
                _ => return,
            };
            if node.entry(missing.0).is_none() {
                let message = format!("this Security Scheme Object has no `{}`", missing.0);
                let help = format!("add `{}`", missing.0);
                let effect = ("callers give a token that they have", Change::Insert(missing.0, missing.1));
                self.slip(Code::MissingKey, owner(), at, (message, help), effect);
            }
        }
    }

    /// Keys of a schema that do not go with its type.
    fn schema(&mut self, node: &Node<'_>, entries: &[Entry<'_>], at: PointerRef<'_>) {
        let schema_type = node.get("type").and_then(Node::as_str);
        for entry in entries {
            let Some((_, types)) = TYPED_KEYS.iter().find(|(key, _)| *key == entry.key) else { continue };
            let implied = matches!(types, ["object"] | ["array"]);
            let describes = DESCRIBING_KEYS.contains(&&*entry.key);
            if !self.policy.refuses_unused_keys && !describes {
                // A limit on values of another type limits nothing.
                continue;
            }
            let (fits, message) = match schema_type {
                Some(schema_type) => (
                    types.contains(&schema_type),
                    format!("`{}` says nothing about the type `{schema_type}`", entry.key),
                ),
                None => (implied, format!("`{}` without `type`", entry.key)),
            };
            if !fits {
                let help = format!("it goes with `type: {}`", types.join("` or `type: "));
                let key = at.key(&entry.key);
                if self.policy.warns_of_slips {
                    let effect = ("it is ignored", Change::Remove);
                    self.slip(Code::WrongValue, entry.key_span.clone(), key, (message, help), effect);
                    continue;
                }
                match node.get("type") {
                    Some(written) => {
                        let other = (written.span.clone(), at.key("type"), "the type");
                        self.report_with(Code::WrongValue, (entry.key_span.clone(), key), message, help, other);
                    }
                    None => self.report(Code::WrongValue, entry.key_span.clone(), key, message, help),
                }
            }
        }
        if let Some(written) = node.get("type")
            && schema_type == Some("array")
            && node.entry("items").is_none()
            && !self.policy.takes_loose_schemas
        {
            self.report(
                Code::MissingKey,
                written.span.clone(),
                at,
                "this array has no `items`".to_owned(),
                "say what its items are; `items: {}` for anything".to_owned(),
            );
        }
        if let Some(nullable) = node.entry("nullable")
            && schema_type.is_none()
            && !self.policy.takes_loose_schemas
        {
            self.report(
                Code::WrongValue,
                nullable.key_span.clone(),
                at.key("nullable"),
                "`nullable` without `type`, which tools read differently".to_owned(),
                "refer to a schema that itself has `type` and `nullable: true`; see \"Null\" in spec/README.md"
                    .to_owned(),
            );
        }
    }
}

/// What a key that must be there is taken for where a document of others omits it, and what that means.
fn default_of(object: &Object, field: &Field) -> Option<(&'static str, Inserted)> {
    match (object.kind, field.key) {
        (ElementKind::Operation, "responses") => Some(("nothing is read of its responses", Inserted::EmptyMapping)),
        (ElementKind::RequestBody, "content") => Some(("it is taken as no body", Inserted::EmptyMapping)),
        (
            ElementKind::Info
            | ElementKind::License
            | ElementKind::ExternalDocs
            | ElementKind::Response
            | ElementKind::ServerVariable,
            _,
        ) => Some(("it is taken as empty", Inserted::EmptyText)),
        _ => None,
    }
}

/// What messages call a value of a type.
fn expected(shape: &ValueType) -> String {
    match shape {
        ValueType::Any => "a value".to_owned(),
        ValueType::Text => "a string".to_owned(),
        ValueType::Boolean => "`true` or `false`".to_owned(),
        ValueType::Number => "a number".to_owned(),
        ValueType::Integer => "an integer".to_owned(),
        ValueType::Count => "an integer from 0".to_owned(),
        ValueType::OneOf(words) => format!("one of: {}", words.join(", ")),
        ValueType::Object(object) | ValueType::RefOr(object) => format!("a mapping ({})", object.name),
        ValueType::List(_) | ValueType::NonEmptyList(_) => "a list".to_owned(),
        ValueType::Map(_) | ValueType::Switches | ValueType::ScalarOr(..) => "a mapping".to_owned(),
    }
}

/// Keys whose value is a limit or a text of the documentation: the code is the same without them.
const WITHOUT_EFFECT: &[&str] = &[
    "description",
    "summary",
    "title",
    "termsOfService",
    "name",
    "url",
    "email",
    "externalDocs",
    "contact",
    "license",
    "deprecated",
    "allowEmptyValue",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "examples",
    "bearerFormat",
    "tags",
];

/// How a value of another type than the expected one is read; none if it is of the right type, or if a reader could not
/// know what is meant.
fn repair(node: &Node<'_>, shape: &ValueType, at: PointerRef<'_>) -> Option<Change> {
    let last = |keys: &[&str]| matches!(at, PointerRef::Key(_, key) if keys.contains(&key));
    let Value::Scalar(scalar) = &node.value else {
        // A type of several: `[string, 'null']` is of OpenAPI 3.1.
        let is_wrong = matches!(shape, ValueType::Text | ValueType::Boolean | ValueType::Number | ValueType::Count);
        return (is_wrong && last(WITHOUT_EFFECT) && !last(&["name", "url"])).then_some(Change::Remove);
    };
    let text = &*scalar.text;
    let scalar_type = scalar.scalar_type();
    match (shape, scalar_type) {
        (ValueType::Any, _) | (ValueType::Text, ScalarType::String) | (ValueType::Boolean, ScalarType::Boolean) => None,
        (ValueType::Text, ScalarType::Null) if last(&["name", "title", "version", "url"]) => {
            Some(Change::Text(String::new()))
        }
        (ValueType::Text, ScalarType::Null) if last(&["description"]) => Some(Change::Text(String::new())),
        (_, ScalarType::Null) => matches!(at, PointerRef::Key(..)).then_some(Change::Remove),
        (ValueType::Text, _) => Some(Change::Text(text.to_owned())),
        (ValueType::Boolean, ScalarType::String) if ["true", "false"].contains(&&*text.to_ascii_lowercase()) => {
            Some(Change::Plain(text.to_ascii_lowercase()))
        }
        (ValueType::Boolean, _) if last(WITHOUT_EFFECT) => Some(Change::Remove),
        (ValueType::Number, _) if is_finite_number(scalar) => None,
        (ValueType::Number, ScalarType::String) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(Change::Plain(text.to_owned()))
        }
        (ValueType::Count, ScalarType::Integer) if text.parse::<u32>().is_ok() => None,
        (ValueType::Count, ScalarType::String) if text.parse::<u32>().is_ok() => Some(Change::Plain(text.to_owned())),
        // All of them are limits.
        (ValueType::Number | ValueType::Count, _) => Some(Change::Remove),
        (ValueType::OneOf(words), ScalarType::String) if !words.contains(&text) => {
            words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| Change::Text((*word).to_owned()))
        }
        (ValueType::Object(_) | ValueType::RefOr(_) | ValueType::List(_) | ValueType::Map(_), _)
            if last(WITHOUT_EFFECT) =>
        {
            Some(Change::Remove)
        }
        _ => None,
    }
}

/// Whether a text says anything.
pub(crate) fn is_words(text: &str) -> bool {
    let unfinished = ["TODO", "TBD", "FIXME", "XXX"].iter().any(|mark| text.trim_start().starts_with(mark));
    text.chars().any(char::is_alphanumeric) && !unfinished
}

fn is_finite_number(scalar: &Scalar<'_>) -> bool {
    matches!(scalar.scalar_type(), ScalarType::Integer | ScalarType::Number)
        && scalar.text.parse::<f64>().is_ok_and(f64::is_finite)
}
