//! Rules about names: one thing has one name, and one type.

use std::collections::{BTreeMap, HashSet};

use heck::ToUpperCamelCase as _;

use super::ground::{Ground, head, list, only_refers, text, words};
use crate::diagnostic::Code;
use crate::document::Sink;
use crate::document::pointer::{PointerRef, unescape};
use crate::document::vocabulary::{PARAMETER, SCHEMA};
use crate::spelling::nearest;

/// A name, and where it is written.
struct Use {
    name: String,
    pointer: String,
    /// The name of a property is a key, that of a parameter a value.
    is_key: bool,
}

impl Use {
    fn place(&self) -> PointerRef<'_> {
        PointerRef::Base(&self.pointer)
    }
}

/// The same words in another form, order or spelling are the same thing to a reader: `create_at` and `created_at`,
/// `end_point` and `endpoint`. Which is meant must be looked up each time.
pub(super) fn inconsistent(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    let mut uses: Vec<Use> = Vec::new();
    for element in &ground.elements {
        if element.is(&PARAMETER) && text(element.node, "in") != Some("header") {
            let name = text(element.node, "name").unwrap_or_default().to_owned();
            uses.push(Use { name, pointer: format!("{}/name", element.pointer), is_key: false });
        } else if let Some(name) = ground.role(element).strip_prefix("/properties/") {
            uses.push(Use { name: unescape(name), pointer: element.pointer.clone(), is_key: true });
        }
    }
    let mut told: HashSet<&str> = HashSet::new();
    for key in [without_separators, without_order] {
        let mut groups: BTreeMap<String, Vec<&Use>> = BTreeMap::new();
        for used in &uses {
            groups.entry(key(&used.name)).or_default().push(used);
        }
        for group in groups.values() {
            let Some(usual) = usual(group) else { continue };
            for used in group.iter().filter(|used| used.name != usual.name) {
                if !told.insert(&used.pointer) {
                    continue;
                }
                let message = format!("`{}` is called `{}` in other places", used.name, usual.name);
                let help = "write it as the service does; if it has both names, say so in `x-lint-allow`";
                let (here, there) = (used.place(), usual.place());
                sink.report_with(
                    Code::InconsistentName,
                    if used.is_key { here } else { here.value() },
                    message,
                    help,
                    (if usual.is_key { there } else { there.value() }, "here, for example"),
                );
            }
        }
    }
}

/// The spelling that is used most, and first among those that are used as often.
fn usual<'u>(group: &[&'u Use]) -> Option<&'u Use> {
    let mut counts: Vec<(&'u Use, usize)> = Vec::new();
    for used in group {
        match counts.iter_mut().find(|(known, _)| known.name == used.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((used, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(used, _)| *used)
}

/// The words of a name, without their endings. What is the last word of instants is one word.
fn stems(name: &str) -> Vec<String> {
    let mut words = words(name);
    if words.len() > 1
        && let Some(last) = words.last_mut()
        && matches!(last.as_str(), "at" | "time" | "timestamp" | "ts")
    {
        "@".clone_into(last);
    }
    words.iter().map(|word| stem(word).to_owned()).collect()
}

/// A word without the ending of a verb. A short word is no verb without it: `feed`, `see`.
fn stem(word: &str) -> &str {
    let stem = word.strip_suffix("ed").or(word.strip_suffix('e')).unwrap_or(word);
    if stem.len() < 3 { word } else { stem }
}

fn without_separators(name: &str) -> String {
    stems(name).concat()
}

fn without_order(name: &str) -> String {
    let mut stems = stems(name);
    stems.sort();
    stems.join(" ")
}

/// An identifier that is any text can be given where that of something else is wanted.
pub(super) fn plain_identifiers(ground: &Ground<'_>, sink: &mut Sink<'_>) {
    let known: Vec<String> = ground.identifiers().map(|(name, _)| name).collect();
    for schema in ground.all(&SCHEMA) {
        let Some(name) = ground.value_name(schema) else { continue };
        let filled_in = ground.owner(schema).is_some_and(|owner| owner.node.get("x-role").is_some());
        let named = matches!(head(&name).as_str(), "id" | "ids" | "uuid" | "uuids" | "guid" | "sn" | "sns");
        if !named || filled_in || only_refers(schema.node) {
            continue;
        }
        let (node, pointer) = match ground.member(schema, "items") {
            Some(items) if items.target.is_none() => (items.node, &items.pointer),
            Some(_) => continue,
            None => (schema.node, &schema.pointer),
        };
        let scalar = matches!(text(node, "type"), Some("string" | "integer"));
        if scalar && list(node, "enum").is_empty() && text(node, "format") != Some("password") {
            let message = format!("`{name}` is an identifier, and any text or number to callers");
            let help = match nearest(&name.to_upper_camel_case(), known.iter().map(String::as_str)) {
                Some(meant) => format!("refer to `#/components/schemas/{meant}`, if it is one of these"),
                None => "refer to a schema with a name, which becomes a type of its own".to_owned(),
            };
            sink.report(Code::PlainIdentifier, PointerRef::Base(pointer), message, help);
        }
    }
}
