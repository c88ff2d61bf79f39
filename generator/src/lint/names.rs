//! Rules for names: one concept has one name, and one type.
//!
//! In: the names of parameters and properties. Out: problems of names that another place spells differently, and of
//! identifiers that are plain strings or numbers.

use std::collections::{BTreeMap, HashSet};

use heck::ToUpperCamelCase as _;

use super::context::{Context, Role, head, is_plain, words};
use crate::diagnostic::Code;
use crate::document::Sink;
use crate::document::openapi::ParameterLocation;
use crate::document::pointer::NodeId;
use crate::suggest::nearest;

/// A name and its place.
struct NameUse<'d> {
    name: &'d str,
    node: NodeId,
    /// The name of a property is a key, the name of a parameter is a value.
    is_key: bool,
}

impl NameUse<'_> {
    fn report(&self, usual: &Self, context: &Context<'_>, sink: &mut Sink<'_>) {
        let message = format!("`{}` is named `{}` in other places", self.name, usual.name);
        let help = "use the spelling of the service; if it has both names, suppress the rule in `x-lint-allow`";
        let (at, usual_at) = (context.document.at(self.node), context.document.at(usual.node));
        let (name, usual_name) = (at.key("name"), usual_at.key("name"));
        let at = if self.is_key { at } else { name.value() };
        let usual_at = if usual.is_key { usual_at } else { usual_name.value() };
        sink.report_with(Code::InconsistentName, at, message, help, (usual_at, "here, for example"));
    }
}

/// The same words in another inflection, order or spelling are the same concept to a reader: `create_at` and
/// `created_at`, `end_point` and `endpoint`. A reader would have to look up each occurrence.
pub(super) fn inconsistent(context: &Context<'_>, sink: &mut Sink<'_>) {
    let (schemas, parameters) = (&context.api.schemas, &context.api.parameters);
    let properties = schemas.ids().filter_map(|id| match context.role(id) {
        Role::Property(name) => Some(NameUse { name, node: schemas.node(id), is_key: true }),
        _ => None,
    });
    let parameters = parameters.objects().filter(|(_, parameter)| parameter.location != ParameterLocation::Header);
    let parameters = parameters.map(|(id, found)| NameUse {
        name: &found.name,
        node: context.api.parameters.node(id),
        is_key: false,
    });
    let mut uses: Vec<NameUse<'_>> = properties.chain(parameters).collect();
    uses.sort_by_cached_key(|used| context.position(used.node));
    let mut reported: HashSet<NodeId> = HashSet::new();
    for key in [without_separators, without_order] {
        let mut groups: BTreeMap<String, Vec<&NameUse<'_>>> = BTreeMap::new();
        for used in &uses {
            groups.entry(key(used.name)).or_default().push(used);
        }
        for group in groups.values() {
            let Some(usual) = usual(group) else { continue };
            for used in group.iter().filter(|used| used.name != usual.name) {
                if reported.insert(used.node) {
                    used.report(usual, context, sink);
                }
            }
        }
    }
}

/// The most frequent spelling; the first one if several are equally frequent.
fn usual<'u>(group: &[&'u NameUse<'u>]) -> Option<&'u NameUse<'u>> {
    let mut counts: Vec<(&'u NameUse<'u>, usize)> = Vec::new();
    for used in group {
        match counts.iter_mut().find(|(known, _)| known.name == used.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((used, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(used, _)| *used)
}

/// The words of a name, without their endings. The last words of timestamps are synonyms.
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

/// A word without its verb ending. Short words such as `feed` and `see` are unchanged, because the rest would not be a
/// verb.
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

/// A plain string can be passed instead of another identifier.
pub(super) fn plain_identifiers(context: &Context<'_>, sink: &mut Sink<'_>) {
    let schemas = &context.api.schemas;
    let known: Vec<&str> = context.identifiers().map(|(name, ..)| name).collect();
    for (id, schema) in schemas.objects() {
        let Some(name) = context.value_name(id) else { continue };
        let is_managed = matches!(context.role(id), Role::Parameter(parameter) if parameter.role.is_some());
        let named = matches!(head(name).as_str(), "id" | "ids" | "uuid" | "uuids" | "guid" | "sn" | "sns");
        if !named || is_managed || schemas.only_reference(id).is_some() {
            continue;
        }
        let id = schema.items.unwrap_or(id);
        let Some(schema) = schemas.object(id) else { continue };
        if is_plain(schema) && schema.keywords.values.is_empty() {
            let message = format!("`{name}` is an identifier, but its schema is a plain string or number");
            let help = match nearest(&name.to_upper_camel_case(), known.iter().copied()) {
                Some(meant) => format!("refer to `#/components/schemas/{meant}`, if it is the same identifier"),
                None => "refer to a named schema, which has its own type".to_owned(),
            };
            sink.report(Code::PlainIdentifier, context.schema_at(id), message, help);
        }
    }
}
