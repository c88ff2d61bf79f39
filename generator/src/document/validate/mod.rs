//! Validation of the structure of an OpenAPI 3.0 document.
//!
//! In: the tree of [`super::node`] and the vocabulary in [`super::vocabulary`]. Out: all unknown, missing, unsupported
//! and invalid keys and values. After validation, `openapiv3`, which is more lenient, deserializes the document without
//! loss.
//!
//! A mistake in a third-party document that does not change the generated code is recoverable: it is a warning, with an
//! [`Edit`] that removes it from the tree.

mod reference;
mod repair;
mod schema;
pub(crate) mod value;

use std::collections::HashSet;
use std::ops::Range;

use repair::{default_of, repair};

use super::edit::{Change, Edit};
use super::node::{Entry, Node, ScalarType, Value};
use super::path_parameters;
use super::pointer::PointerRef;
use super::vocabulary::{self, DOCUMENT, Field, KeyPattern, Object, SCHEMA, Support};
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::policy::Policy;
use crate::suggest::did_you_mean;

/// The result of validation.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(super) edits: Vec<Edit>,
}

/// Validates a document. The version is checked first: errors in the structure of another version would be misleading.
pub(crate) fn check(source: &Source, root: &Node<'_>, policy: &'static Policy) -> Checked {
    let mut checker = Checker::new(source, root, policy);
    if checker.version(root) {
        checker.object(root, &DOCUMENT, PointerRef::ROOT);
        if policy.tolerates_mistakes {
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

/// A help line that names the object to which a misplaced key belongs.
fn suggest_owner(key: &str, fields: impl Fn(&Object) -> &'static [Field]) -> Option<String> {
    let owner = vocabulary::OBJECTS.iter().find(|object| fields(object).iter().any(|field| field.key == key))?;
    Some(format!("it is a key of {}; check the indentation", a(owner)))
}

/// Suggestions are computed for the first problems only.
const MAX_SUGGESTIONS: usize = 100;

struct Checker<'s> {
    source: &'s Source,
    root: &'s Node<'s>,
    /// The components, by section and name. A set, because a large document has many references and many components.
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

    /// Reports a problem with a note at a second location.
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

    /// Reports an error; in a third-party document a warning, with the edit that removes the mistake.
    fn recoverable(
        &mut self,
        code: Code,
        span: Range<usize>,
        at: PointerRef<'_>,
        (message, help): (String, String),
        (effect, change): (&str, Change),
    ) {
        self.recoverable_at(at.pointer(), code, span, at, (message, help), (effect, change));
    }

    /// As [`Self::recoverable`], with the edit at another node.
    fn recoverable_at(
        &mut self,
        pointer: String,
        code: Code,
        span: Range<usize>,
        at: PointerRef<'_>,
        (message, help): (String, String),
        (effect, change): (&str, Change),
    ) {
        if !self.policy.tolerates_mistakes {
            return self.report(code, span, at, message, help);
        }
        let location = self.source.location(span, at.pointer());
        self.found.warnings.push(Diagnostic::new(code, location, format!("{message}: {effect}"), help).into_warning());
        self.found.edits.push(Edit { pointer, change });
    }

    /// The byte range of a value; of its key, if the value has no bytes to show.
    fn shown(&self, node: &Node<'_>, at: PointerRef<'_>) -> Range<usize> {
        if node.span.is_empty() { self.root.locate(&at.pointer()).0 } else { node.span.clone() }
    }

    fn version(&mut self, root: &Node<'_>) -> bool {
        let supported = "only OpenAPI 3.0.x is supported".to_owned();
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
                _ => (entry.node.span.clone(), "the value of `openapi` is not a version".to_owned()),
            }
        } else {
            (0..0, "this document has no key `openapi`".to_owned())
        };
        let help = "write `openapi: 3.0.3`, and convert the document if it has another version".to_owned();
        self.report(Code::Version, span, PointerRef::ROOT.key(key), format!("{found}; {supported}"), help);
        false
    }

    fn object(&mut self, node: &Node<'_>, object: &Object, at: PointerRef<'_>) {
        let Value::Mapping(entries) = &node.value else {
            return self.wrong(node, at, &format!("a mapping ({})", object.name));
        };
        // Before the members: edits are applied in reverse order, so a null is removed before the default is inserted.
        if self.policy.tolerates_mistakes {
            self.complete(node, object, at);
        }
        for field in object.fields.iter().filter(|field| field.required) {
            if self.present(node, field, at).is_none() {
                let (span, place) = self.place_of(node, field.key, &at);
                let message = format!("this {} has no `{}`", object.name, field.key);
                let help = format!("add `{}: …`; it is required", field.key);
                match default_of(object, field) {
                    Some((effect, inserted)) => {
                        let change = Change::Insert(field.key, inserted);
                        let effect = (effect, change);
                        self.recoverable_at(at.pointer(), Code::MissingKey, span, place, (message, help), effect);
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
        if matches!(object.named, Some((KeyPattern::Status, _))) {
            self.statuses(entries, at);
        }
    }

    /// `4XX` and `4xx` are one status: one of the two responses would be lost.
    fn statuses(&mut self, entries: &[Entry<'_>], at: PointerRef<'_>) {
        let is_range = |entry: &&Entry<'_>| entry.key.get(1..).is_some_and(|rest| rest.eq_ignore_ascii_case("XX"));
        let ranges: Vec<&Entry<'_>> = entries.iter().filter(is_range).collect();
        for (index, entry) in ranges.iter().enumerate() {
            let mut earlier = ranges.iter().take(index);
            let Some(first) = earlier.find(|first| first.key.eq_ignore_ascii_case(&entry.key)) else { continue };
            let message = format!("`{}` and `{}` are the same status", entry.key, first.key);
            let place = (entry.key_span.clone(), at.key(&entry.key));
            let other = (first.key_span.clone(), at.key(&first.key), "the first one");
            self.report_with(Code::DuplicateKey, place, message, "describe it once".to_owned(), other);
        }
    }

    /// The location of a key without a value; of its object, if the key is missing.
    fn place_of<'p>(&self, node: &Node<'_>, key: &'p str, at: &'p PointerRef<'p>) -> (Range<usize>, PointerRef<'p>) {
        match node.entry(key) {
            Some(entry) => (entry.key_span.clone(), at.key(key)),
            None => (self.root.locate(&at.pointer()).0, *at),
        }
    }

    /// A member, unless it is missing or its value is removed as a recoverable mistake.
    fn present<'n>(&self, node: &'n Node<'s>, field: &Field, at: PointerRef<'_>) -> Option<&'n Entry<'s>> {
        let entry = node.entry(field.key)?;
        let is_removed = self.policy.tolerates_mistakes
            && matches!(repair(&entry.node, &field.value_type, at.key(field.key)), Some(Change::Remove));
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
        if let Some((names, value_type)) = object.named
            && self.name_fits(names, key)
        {
            return self.value(&entry.node, value_type, here);
        }
        let reads_extensions = self.policy.reads_extensions;
        let extensions = object.extensions.iter().filter(|_| reads_extensions);
        let suggests = self.suggests();
        let known = object.fields.iter().chain(extensions).map(|field| field.key).filter(|_| suggests);
        let help = did_you_mean(key, known, || match object.named {
            Some((KeyPattern::Path, _)) => format!("a path begins with `/`: did you mean `/{key}`?"),
            Some((KeyPattern::Status, _)) => "a response is a status such as `'200'` or `4XX`, or `default`".to_owned(),
            None => suggests.then(|| suggest_owner(key, |object| object.fields)).flatten().unwrap_or_else(|| {
                let keys: Vec<_> = object.fields.iter().map(|field| field.key).collect();
                format!("the allowed keys are: {}", keys.join(", "))
            }),
        });
        let message = format!("`{key}` is not a key of {}", a(object));
        if matches!(object.named, Some((KeyPattern::Path, _))) {
            // An unknown key can be a misspelled path with operations, so it is an error in all documents.
            return self.report(Code::UnknownKey, entry.key_span.clone(), here, message, help);
        }
        let effect = ("it is ignored", Change::Remove);
        self.recoverable(Code::UnknownKey, entry.key_span.clone(), here, (message, help), effect);
    }

    /// Whether a problem gets a suggestion. Comparing names takes most of the time of a document with many mistakes.
    fn suggests(&self) -> bool {
        self.found.problems.len() + self.found.warnings.len() < MAX_SUGGESTIONS
    }

    fn extension(&mut self, entry: &Entry<'_>, object: &Object, here: PointerRef<'_>) {
        if let Some(field) = object.extensions.iter().find(|field| field.key == entry.key) {
            return self.value(&entry.node, &field.value_type, here);
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
            format!("`{}` is not an `x-` key of {}", entry.key, a(object)),
            help,
        );
    }

    fn field(&mut self, entry: &Entry<'_>, field: &Field, here: PointerRef<'_>) {
        let refused = match field.support {
            Support::Yes => false,
            Support::ForeignOnly => self.policy.refuses_unused_keys,
            Support::No => true,
        };
        let reference = entry.node.as_str().filter(|_| field.key == "$ref" && self.policy.tolerates_mistakes);
        if let (true, Some(target)) = (refused, reference) {
            // `references` replaces a reference by its target, if the target exists.
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
                "remove it; the generator does not support it".to_owned(),
            );
        } else {
            self.value(&entry.node, &field.value_type, here);
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
}
