//! The generated documentation: facts of the model as sentences.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::{Number, Value};

use super::bare;
use crate::document::extensions::Confidence;
use crate::model::{
    Api, Bound, Constraints, Docs, Enum, EnumValue, EnumValues, ErrorCode, Field, Group, MediaTypeVariant, Operation,
    Outcome, Parameter, Region, Retry, Risk, Scope, SecurityRequirement, Size, SizeOf, SkippedPart, Source, Status,
    StatusVariant, Struct, TypeDefinition, TypedHeader, UnusedPart, Variant,
};
use crate::rustdoc::{documentation, linked, plain_line};

/// The separator of documentation lines until the file is formatted: one attribute takes a fraction of the time of
/// many.
pub(crate) const LINE_END: char = '\u{1}';

/// Documentation of an item.
pub(super) fn doc(text: &str) -> Option<TokenStream> {
    lines(text).map(|lines| quote! { #[doc = #lines] })
}

/// Documentation of the enclosing file.
pub(super) fn inner_doc(text: &str) -> Option<TokenStream> {
    lines(text).map(|lines| quote! { #![doc = #lines] })
}

fn lines(text: &str) -> Option<Literal> {
    let mut joined = String::with_capacity(text.len() + 8);
    for (index, line) in text.trim_end().trim_start_matches('\n').lines().enumerate() {
        if index > 0 {
            joined.push(LINE_END);
        }
        if !line.trim().is_empty() {
            joined.push(' ');
            if line.contains(is_refused) {
                joined.push_str(&line.replace(is_refused, "\u{fffd}"));
            } else {
                joined.push_str(line);
            }
        }
    }
    (!joined.is_empty()).then(|| raw(&joined))
}

/// A raw literal: a comment has no escapes, so they would be written and parsed without need.
fn raw(text: &str) -> Literal {
    let longest = || text.split(|character| character != '#').map(str::len).max().unwrap_or_default();
    let hashes = "#".repeat(if text.contains('"') { longest() + 1 } else { 0 });
    format!("r{hashes}\"{text}\"{hashes}").parse().unwrap_or_else(|_| Literal::string(text))
}

/// Whether a comment cannot contain a character: the compiler rejects a bare carriage return, and characters that
/// change the text direction.
fn is_refused(character: char) -> bool {
    matches!(character, LINE_END | '\r' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as code.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', ""))
}

/// The list items for risk and retry class of an operation. In a third-party document, nothing but its method is known.
fn risk_and_retry(api: &Api, operation: &Operation) -> String {
    if api.risk_follows_from_method {
        let method = &operation.http_method;
        return if operation.risk == Risk::Read {
            format!("- Risk: read, because `{method}` is a safe method.\n- Repeating: safe.\n")
        } else {
            format!("- Risk: write, because `{method}` is not a safe method.\n- Repeating: **never**.\n")
        };
    }
    format!("- Risk: {}\n- Repeating: {}\n", risk(operation.risk), retry(operation.retry))
}

fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "read. It changes no data.",
        Risk::Write => "write. It changes data, and neither deletes data nor moves a device.",
        Risk::Destructive => "destructive. It deletes data, stops work, spends quota or revokes rights of a person.",
        Risk::Physical => "**physical**. It moves an aircraft or a dock, lets one fly, or takes control from a pilot.",
    }
}

fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::Safe => "safe. A repetition has no effect.",
        Retry::Idempotent => "idempotent. Two requests have the same effect as one.",
        Retry::Never => "**never**. A second request may have a second effect.",
    }
}

/// The list items of a method: the risk of its operation, or of a third-party one its HTTP method and path; and the scope.
pub(super) fn method(api: &Api, operation: &Operation) -> String {
    let first = if api.risk_follows_from_method {
        format!("{}\n", method_and_path(operation))
    } else {
        format!("- Risk: {}\n", risk(operation.risk))
    };
    first + scope(api, operation.scope)
}

fn method_and_path(operation: &Operation) -> String {
    code(&format!("{} {}", operation.http_method, operation.path))
}

/// The list item for the scope of an operation. An API without projects has one scope, which needs no words.
fn scope(api: &Api, scope: Scope) -> &'static str {
    match scope {
        _ if api.managed_headers.project.is_none() => "",
        Scope::Organization => "- Scope: the organization of the token.\n",
        Scope::OptionalProject => "- Scope: the organization of the token, or a project.\n",
        Scope::Project => "- Scope: a project.\n",
    }
}

/// The unused parts of a document; empty if the client uses all.
pub(super) fn unused(parts: &[UnusedPart]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let sentences: Vec<String> = parts.iter().map(|part| format!("- {}.", capitalized(&part.to_string()))).collect();
    format!("# Not used\n\n{}", sentences.join("\n"))
}

/// A description, with links to the operations and types that it names.
fn described(api: &Api, description: &str) -> String {
    linked(&documentation(description), &api.items)
}

/// The parts of a document that are not generated; empty if all are.
pub(super) fn not_generated(api: &Api) -> String {
    let mut sentences = Vec::new();
    match api.excluded {
        0 => {}
        1 => sentences.push("- 1 operation, which a filter excludes.".to_owned()),
        count => sentences.push(format!("- {count} operations, which a filter excludes.")),
    }
    for SkippedPart { what, why } in &api.skipped {
        // Names in a document can contain line breaks.
        let line = format!("{}: {why}", capitalized(what)).replace(char::is_control, " ");
        sentences.push(format!("- {}.", documentation(&line).trim_end_matches('.')));
    }
    if sentences.is_empty() {
        return String::new();
    }
    format!("# Not generated\n\n{}", sentences.join("\n"))
}

/// All facts about an operation.
pub(super) fn operation(api: &Api, operation: &Operation) -> String {
    let mut text = description(api, operation);
    text.push_str(&format!("\n\n{}\n\n", method_and_path(operation)));
    text.push_str(scope(api, operation.scope));
    text.push_str(&risk_and_retry(api, operation));
    if !operation.lookup.is_empty() {
        let ids: Vec<String> = operation.lookup.iter().map(|id| code(id)).collect();
        let ids = linked(&ids.join(" or "), &api.items);
        text.push_str(&format!(
            "- If it failed and may have taken effect: check with {ids} before you send it again.\n"
        ));
    }
    if operation.private_cloud_only {
        text.push_str("- Availability: private-cloud installations only; public hosts return HTTP 404.\n");
    }
    if api.has_credentials() && !operation.is_authenticated() {
        text.push_str("- Token: not sent.\n");
    }
    if let Some(servers) = &operation.servers {
        let urls: Vec<String> = servers.0.iter().map(|server| code(&server.url)).collect();
        let urls = urls.join(" or ");
        text.push_str(&match servers.default() {
            Some(server) if servers.0.len() == 1 && server.variables.is_empty() => {
                format!("- Server: {urls}, unless the client has a base URL of its own.\n")
            }
            Some(server) => {
                let url = code(&server.with_defaults());
                format!("- Server: {urls}. The call is sent to {url}, unless the client has a base URL of its own.\n")
            }
            None => format!("- Server: {urls}. Send it with a client that has this base URL.\n"),
        });
    }
    if let Some(scopes) = scopes(operation) {
        text.push_str(&format!("- Scopes of the token: {scopes}.\n"));
    }
    if operation.response.is_streamed() {
        text.push_str("- Response: [`send_streaming`](super::Call::send_streaming) reads it in parts.\n");
    }
    if let Some(headers) = &operation.headers {
        text.push_str(&format!("- Headers of the response: [`{}`].\n", headers.type_name));
    }
    if let Some(failure) = &operation.failure {
        text.push_str(&format!("- Failures: [`{}`].\n", failure.type_name));
    }
    if let Some(page) = &operation.external_docs_url {
        text.push_str(&format!("- Page: <{page}>\n"));
    }
    if !operation.error_codes.is_empty() {
        text.push_str("\n# Errors\n\nCodes that it may return:\n\n");
        for code in &operation.error_codes {
            if let Some(known) = api.error_codes.iter().find(|known| known.code == *code) {
                let effect = if known.outcome == Outcome::Unknown { " The call may have taken effect." } else { "" };
                text.push_str(&format!("- {code}: {}{effect}\n", documentation(&plain_line(&known.meaning))));
            }
        }
    }
    text.trim_end().to_owned()
}

/// The scopes that the sets of credentials of an operation need; none if no set needs any.
fn scopes(operation: &Operation) -> Option<String> {
    let of_set = |set: &SecurityRequirement| {
        let scopes = set.iter().flat_map(|scheme| &scheme.scopes);
        scopes.map(|scope| code(scope)).collect::<Vec<_>>().join(", ")
    };
    let sets: Vec<String> = operation.security.iter().map(of_set).filter(|scopes| !scopes.is_empty()).collect();
    (!sets.is_empty()).then(|| sets.join("; or "))
}

/// The documentation of a response of a status.
pub(super) fn status(variant: &StatusVariant) -> String {
    let status = match variant.status {
        Status::Code(code) => format!("HTTP {code}"),
        Status::Range(hundreds) => format!("HTTP {hundreds}00 to {hundreds}99"),
        Status::Default => "Any other status".to_owned(),
    };
    match variant.description.trim() {
        "" => format!("{status}."),
        description => format!("{status}: {}", documentation(description)),
    }
}

/// The media types of a variant: `` `application/json` or `text/json` ``.
pub(super) fn media_types(variant: &MediaTypeVariant) -> String {
    let names = variant.media_types.iter().map(|name| code(name));
    names.collect::<Vec<_>>().join(" or ")
}

/// The documentation of a header of responses.
pub(super) fn header(api: &Api, header: &TypedHeader) -> String {
    value(api, (&header.name, &header.method), &header.docs)
}

/// The summary of an operation: one line without markup.
pub(super) fn summary(operation: &Operation) -> String {
    let of_request = || format!("{} {}", operation.http_method, operation.path);
    operation.summary.as_deref().map_or_else(of_request, plain_line)
}

/// The description of an operation in the specification.
fn description(api: &Api, operation: &Operation) -> String {
    let summary = summary(operation);
    let mut text = documentation(&summary);
    if let Some(description) = operation.description.as_deref().filter(|description| !description.is_empty())
        && plain_line(description) != summary
    {
        text.push_str("\n\n");
        text.push_str(&described(api, description));
    }
    if let Some(source) = &operation.source {
        text.push_str("\n\nSource: ");
        text.push_str(&source_sentence(api, source).unwrap_or_else(|| "Documented.".to_owned()));
    }
    text
}

/// The documentation of a schema, a property or a parameter. Without a description it is the name in the API, unless that
/// is the name of the item.
pub(super) fn value(api: &Api, (name, item): (&str, &str), docs: &Docs) -> String {
    let of_name =
        || if name == bare(item) { String::new() } else { format!("`{}` of the API.", name.replace('`', "")) };
    let description = docs.description.as_deref().map_or_else(of_name, |text| described(api, text));
    let facts = docs.constraints.as_deref().map(constraints).unwrap_or_default();
    with_facts(api, description, facts, docs.source.as_ref())
}

/// The documentation of a parameter.
pub(super) fn parameter(api: &Api, parameter: &Parameter) -> String {
    value(api, (&parameter.name, &parameter.field), &parameter.docs)
}

/// The documentation of a field, with the type of the JSON that its string contains.
pub(super) fn field(api: &Api, field: &Field) -> String {
    let mut text = value(api, (&field.name, &field.field), &field.docs);
    if let Some(content) = field.content.and_then(|id| api.definition(id)) {
        let name = &content.name;
        let link = |method: &str| format!("[`{name}::{method}`](super::{name}::{method})");
        let (write, read) = (link("to_json_text"), link("from_json_text"));
        text.push_str(&format!("\n\nA JSON string: {write} encodes it, {read} decodes it."));
    }
    text
}

/// The documentation of a type.
pub(super) fn type_docs(api: &Api, definition: &TypeDefinition) -> String {
    value(api, (&definition.schema_name, &definition.name), &definition.docs)
}

/// The documentation of a struct.
pub(super) fn structure(api: &Api, definition: &TypeDefinition, object: &Struct) -> String {
    let mut text = type_docs(api, definition);
    if let Some(additional) = object.additional_properties.as_ref().filter(|_| object.is_lenient) {
        let field = bare(&additional.field);
        text.push_str(&format!(
            "\n\nA member whose value does not match its type is kept in [`{field}`](Self::{field}), and its field is empty."
        ));
    }
    text
}

/// The documentation of an enumeration.
pub(super) fn enumeration(api: &Api, definition: &TypeDefinition, enumeration: &Enum) -> String {
    let mut text = type_docs(api, definition);
    if let (EnumValues::Text(values), false) = (&enumeration.values, enumeration.numbers.is_empty()) {
        let numbers = enumeration.numbers.iter().filter_map(|(number, position)| {
            let value = values.get(*position)?;
            Some(format!("{number} is [`{0}`](Self::{0})", value.variant))
        });
        let numbers: Vec<String> = numbers.collect();
        text.push_str(&format!("\n\nNumbers are read, too: {}.", numbers.join(", ")));
    }
    text
}

pub(super) fn group(api: &Api, group: &Group) -> String {
    described(api, group.description.as_deref().unwrap_or(&group.name))
}

pub(super) fn body(api: &Api, description: Option<&str>) -> String {
    description.map_or_else(|| "The request body.".to_owned(), |text| described(api, text))
}

pub(super) fn variant(api: &Api, variant: &Variant) -> String {
    let of_name = || format!("The variant `{}`.", variant.name);
    variant.description.as_deref().map_or_else(of_name, |text| described(api, text))
}

pub(super) fn enum_value<T: ToString>(api: &Api, value: &EnumValue<T>) -> String {
    let of_value = || format!("The value `{}`.", value.value.to_string());
    value.description.as_deref().map_or_else(of_value, |text| described(api, text))
}

/// The documentation of the facts that all operations have in common.
pub(super) fn api(api: &Api) -> String {
    let mut text = format!("Metadata of {} that applies to all calls.", plain_line(&api.title));
    if !api.servers.is_empty() {
        text.push_str("\n\nServers, of which the first one is the default:\n\n");
    }
    let described = |description: &Option<String>| match description {
        Some(description) => format!(": {}", documentation(&plain_line(description))),
        None => String::new(),
    };
    for server in &api.servers {
        text.push_str(&format!("- {}{}\n", code(&server.url), described(&server.description)));
        for variable in &server.variables {
            text.push_str(&format!(
                "  - {}, by default {}{}\n",
                code(&variable.name),
                code(&variable.default),
                described(&variable.description)
            ));
        }
    }
    text
}

pub(super) fn region(api: &Api, region: &Region) -> String {
    let description = described(api, region.description.as_deref().unwrap_or(&region.name));
    with_facts(api, description, vec![format!("<{}>", region.url)], region.source.as_ref())
}

pub(super) fn error_code(api: &Api, code: &ErrorCode) -> String {
    let outcome = match code.outcome {
        Outcome::Refused => "The service rejected the call, which had no effect.",
        Outcome::Throttled => "The call had no effect; it may be sent again later.",
        Outcome::Unknown => "The call may have taken effect.",
    };
    let facts = vec![format!("Code {}, group `{}`.", code.code, code.group), outcome.to_owned()];
    with_facts(api, described(api, &code.meaning), facts, code.source.as_ref())
}

/// A description followed by sentences.
fn with_facts(api: &Api, mut description: String, mut facts: Vec<String>, source: Option<&Source>) -> String {
    facts.extend(source.and_then(|source| source_sentence(api, source)));
    if !facts.is_empty() {
        description.push_str("\n\n");
        description.push_str(&facts.join(" "));
    }
    description
}

/// The limits and the unit of a value, each as a sentence.
fn constraints(constraints: &Constraints) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(unit) = constraints.unit {
        facts.push(format!("Unit: {}.", unit_name(unit)));
    }
    if !constraints.values.is_empty() {
        let values: Vec<String> = constraints.values.iter().map(|value| format!("`{}`", plain(value))).collect();
        facts.push(format!("One of: {}.", values.join(", ")));
    }
    facts.extend(range(constraints.minimum.as_ref(), constraints.maximum.as_ref()));
    if let Some(factor) = &constraints.multiple_of {
        facts.push(format!("A multiple of {}.", number(factor)));
    }
    if let Some((counted, size)) = constraints.size {
        facts.extend(size_sentence(size, counted));
    }
    if constraints.unique_items {
        facts.push("Entries are unique.".to_owned());
    }
    if let Some(pattern) = &constraints.pattern {
        facts.push(format!("Pattern: `{}`.", pattern.replace('`', "\\x60")));
    }
    if let Some(format) = constraints.format.as_deref()
        && !matches!(format, "int32" | "int64" | "float" | "double" | "password" | "byte" | "date-time")
    {
        facts.push(format!("Format: {}.", documentation(format)));
    }
    if let Some(default) = &constraints.default {
        facts.push(format!("Defaults to `{}`.", plain(default)));
    }
    if constraints.read_only {
        facts.push("In responses only.".to_owned());
    }
    if constraints.write_only {
        facts.push("In requests only.".to_owned());
    }
    if constraints.deprecated {
        facts.push("**Deprecated.**".to_owned());
    }
    if let Some(url) = &constraints.external_docs_url {
        facts.push(format!("See <{url}>."));
    }
    facts
}

fn range(minimum: Option<&Bound>, maximum: Option<&Bound>) -> Option<String> {
    let bound = |bound: &Bound, exclusive: &str, inclusive: &str| {
        format!("{} {}", if bound.is_exclusive { exclusive } else { inclusive }, number(&bound.value))
    };
    let low = minimum.map(|minimum| bound(minimum, "more than", "at least"));
    let high = maximum.map(|maximum| bound(maximum, "less than", "at most"));
    match (low, high) {
        (Some(low), Some(high)) => Some(capitalized(&format!("{low} and {high}."))),
        (Some(one), None) | (None, Some(one)) => Some(capitalized(&format!("{one}."))),
        (None, None) => None,
    }
}

/// A number without the `.0` that JSON writes for a whole number.
fn number(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => value.to_string(),
        _ => number.to_string(),
    }
}

fn size_sentence(size: Size, counted: SizeOf) -> Option<String> {
    let things = match counted {
        SizeOf::Characters => "characters",
        SizeOf::Items => "entries",
        SizeOf::Properties => "properties",
    };
    match size {
        (Some(low), Some(high)) if low == high => Some(format!("Exactly {low} {things}.")),
        (Some(low), Some(high)) => Some(format!("{low} to {high} {things}.")),
        (Some(low), None) => Some(format!("At least {low} {things}.")),
        (None, Some(high)) => Some(format!("At most {high} {things}.")),
        (None, None) => None,
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn unit_name(unit: &str) -> String {
    match unit {
        "unix-seconds" => "seconds since 1970-01-01T00:00:00Z".to_owned(),
        "unix-milliseconds" => "milliseconds since 1970-01-01T00:00:00Z".to_owned(),
        "rfc3339" => "RFC 3339".to_owned(),
        unit => unit.replace('-', " "),
    }
}

/// A value without the quotes of a string.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The confidence of a fact, unless it is documented.
fn source_sentence(api: &Api, source: &Source) -> Option<String> {
    let confidence = match source.confidence {
        Confidence::Documented => None,
        Confidence::Observed => Some("Observed, not documented.".to_owned()),
        Confidence::Inferred => Some("**Inferred**, neither documented nor observed.".to_owned()),
    };
    let note = source.note.as_deref().map(|note| described(api, note));
    let sentences: Vec<String> = confidence.into_iter().chain(note).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;

    fn shown(text: &str) -> String {
        syn::parse2::<syn::LitStr>(lines(text).unwrap().into_token_stream()).unwrap().value()
    }

    #[test]
    fn documentation_comes_through_as_it_is() {
        for text in
            ["plain", "says \"so\"", "r#\"raw\"#", "\"## and ##\"#", "a\\nb", "{}", &format!("\"{}", "#".repeat(300))]
        {
            assert_eq!(shown(text), format!(" {text}"));
        }
        assert_eq!(shown("one\n\n  two\n"), " one\u{1}\u{1}   two");
        assert_eq!(shown("one\n   \ntwo"), " one\u{1}\u{1} two");
        assert!(lines(" \n").is_none());
    }

    #[test]
    fn documentation_has_no_sign_that_a_comment_cannot_hold() {
        for character in ['\r', '\u{1}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert_eq!(shown(&format!("a{character}b")), " a\u{fffd}b");
        }
        assert_eq!(shown("a\u{2065}b"), " a\u{2065}b");
    }
}
