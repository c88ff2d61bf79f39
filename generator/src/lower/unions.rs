//! Schemas with `oneOf` or `anyOf`.
//!
//! In: a schema. Out: a draft of a union, which [`complete`] completes after all types are known: whether its variants can
//! be discriminated depends on their types.

use std::collections::{BTreeMap, HashMap};

use super::docs;
use super::schemas::{Draft, Kind, Types};
use super::usage::Aliases;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::arena::ObjectOrRef;
use crate::document::pointer::{Nodes, escape};
use crate::document::schema::{Discriminator, Schema, SchemaId};
use crate::model::{Docs, EnumValues, Primitive, Struct, Tagging, TypeId, TypeKind, TypeRef, Union, Variant};
use crate::names::{Case, UniqueNames};
use crate::suggest::did_you_mean;

/// The key of a union whose variants are media types.
const CHOICE: &str = "content";

/// A union before its variants have identifiers.
#[derive(Debug)]
pub(super) struct UnionDraft {
    /// The property of the discriminator, if there is one.
    property: Option<String>,
    key: &'static str,
    variants: Vec<VariantDraft>,
}

#[derive(Debug)]
struct VariantDraft {
    name: String,
    tags: Vec<String>,
    ty: TypeRef,
    description: Option<String>,
}

impl UnionDraft {
    pub(super) fn types(&self) -> impl Iterator<Item = &TypeRef> {
        self.variants.iter().map(|variant| &variant.ty)
    }
}

impl<'d> Types<'d> {
    /// Lowers a schema with `oneOf` or `anyOf`.
    pub(super) fn union(&mut self, schema: &'d Schema, id: SchemaId, hint: &str) -> UnionDraft {
        let (key, written) =
            if schema.one_of.is_empty() { ("anyOf", &schema.any_of) } else { ("oneOf", &schema.one_of) };
        let at = self.at(id);
        let list = at.key(key);
        let describes_more = !schema.all_of.is_empty() || schema.describes_a_value();
        if describes_more || (key == "oneOf" && !schema.any_of.is_empty()) {
            self.sink.report(
                Code::Unsupported,
                list,
                format!("`{key}` is combined with other keys that describe the value"),
                "move the other keys into each variant",
            );
        }
        let discriminator = schema.keywords.discriminator.as_ref();
        let mut mapping = discriminator.map(mapping);
        let variants = written.iter().map(|variant| self.variant(*variant, &mut mapping, hint)).collect();
        for (reference, names) in mapping.into_iter().flatten() {
            let message = format!("`{}` maps to `{reference}`, which is not one of the variants", names.join("`, `"));
            let references: Vec<String> = written.iter().filter_map(|variant| self.reference_of(*variant)).collect();
            let known = references.iter().map(String::as_str);
            let help = did_you_mean(&reference, known, || format!("add it to `{key}`, or remove the mapping"));
            let discriminator = at.key("discriminator");
            let mapping = discriminator.key("mapping");
            let entry = names.first().map_or(mapping, |name| mapping.key(name));
            if self.policy.tolerates_mistakes {
                let effect = "values with this tag are of the variant `Unknown`";
                self.sink.report_recoverable(Code::AmbiguousUnion, entry.value(), message, help, effect);
                continue;
            }
            self.sink.report_with(Code::AmbiguousUnion, entry.value(), message, help, (list, "the variants"));
        }
        let property = discriminator.map(|discriminator| discriminator.property_name.clone());
        UnionDraft { property, key, variants }
    }

    /// A request body whose media type callers choose. `choices` are the variant, the media type and the type of each.
    pub(super) fn choice_of(
        &mut self,
        name: &str,
        choices: impl Iterator<Item = (String, String, TypeRef)>,
        schema: Option<SchemaId>,
    ) -> TypeRef {
        let variants = choices.map(|(name, media_type, ty)| {
            let description = Some(format!("Sent as `{media_type}`."));
            VariantDraft { name, tags: vec![media_type], ty, description }
        });
        let union = UnionDraft { property: None, key: CHOICE, variants: variants.collect() };
        let type_id = TypeId(self.drafts.len());
        let node = schema.map_or(Nodes::ROOT, |schema| self.schemas.node(schema));
        let (schema_name, name) = (name.to_owned(), self.type_names.issue_type(name));
        self.drafts.push(Draft { name, schema_name, docs: Docs::default(), kind: Kind::Union(union), node });
        TypeRef::Named(type_id)
    }

    fn variant(
        &mut self,
        id: SchemaId,
        mapping: &mut Option<BTreeMap<String, Vec<String>>>,
        hint: &str,
    ) -> VariantDraft {
        let target = self.schemas.only_reference(id);
        let component = target.and_then(|target| self.schemas.name(target));
        let name = match (component, self.schemas.get(id)) {
            (Some(name), _) => name.to_owned(),
            (None, ObjectOrRef::Object(schema)) => match (&schema.keywords.title, schema.keywords.ty) {
                (Some(title), _) => title.clone(),
                (None, ty) => ty.map_or("any", |ty| ty.as_str()).to_owned(),
            },
            (None, ObjectOrRef::Ref(_)) => String::new(),
        };
        let (ty, nullable) = self.type_of(id, &format!("{hint}_{name}"));
        if nullable && !self.policy.allows_loose_schemas {
            self.sink.report(
                Code::Unsupported,
                self.at(id),
                "a variant of this union is nullable",
                "write `nullable: true` in the schema that has `oneOf` instead",
            );
        }
        let tags = match (mapping, self.reference_of(id)) {
            (Some(mapping), Some(reference)) => mapping.remove(&reference).unwrap_or_else(|| vec![name.clone()]),
            (Some(_), None) if !self.policy.allows_ambiguous_unions => {
                self.sink.report(
                    Code::AmbiguousUnion,
                    self.at(id),
                    "a variant of a union with a discriminator is an inline schema",
                    "move this schema to `components/schemas` and refer to it",
                );
                Vec::new()
            }
            _ => Vec::new(),
        };
        let referenced = target.and_then(|target| docs::description(self.schemas, target));
        let description = referenced.or_else(|| docs::description(self.schemas, id));
        VariantDraft { name, tags, ty, description }
    }

    /// The reference of a variant, if the variant is a component.
    fn reference_of(&self, id: SchemaId) -> Option<String> {
        let name = self.schemas.name(self.schemas.only_reference(id)?)?;
        Some(format!("{COMPONENTS}{}", escape(name)))
    }
}

const COMPONENTS: &str = "#/components/schemas/";

/// The values of a discriminator, by the reference that they map to.
fn mapping(discriminator: &Discriminator) -> BTreeMap<String, Vec<String>> {
    let mut mapping: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (value, target) in &discriminator.mapping {
        let reference = if target.contains('/') { target.clone() } else { format!("{COMPONENTS}{target}") };
        mapping.entry(reference).or_default().push(value.clone());
    }
    mapping
}

/// Completes all unions. A union whose variants cannot be discriminated is an error or, in a third-party document,
/// opaque.
pub(super) fn complete(
    document: &Document<'_>,
    drafts: Vec<Draft>,
    aliases: &Aliases,
) -> (Vec<Draft<TypeKind>>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut unions: Vec<Option<Union>> = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        unions.push(match &draft.kind {
            // Callers choose the media type, so the variants need no discrimination.
            Kind::Union(union) if union.key == CHOICE => {
                Some(completed(union, union.variants.iter().map(|variant| variant.name.clone()).collect(), false))
            }
            Kind::Union(union) => {
                let names: Vec<&str> = union.variants.iter().map(|variant| variant.name.as_str()).collect();
                let names = UniqueNames::with_reserved(["Unknown"]).issue_all(&names, Case::Camel);
                let found =
                    Check { document, drafts: &drafts, aliases, draft, union, names: &names, problems: Vec::new() }
                        .run();
                let is_opaque = !found.is_empty() && document.policy.allows_ambiguous_unions;
                if !is_opaque {
                    problems.extend(found);
                }
                Some(completed(union, names, is_opaque))
            }
            Kind::Type(_) => None,
        });
    }
    let complete = drafts.into_iter().zip(unions).map(|(draft, union)| {
        let Draft { name, schema_name, docs, kind, node } = draft;
        let kind = match (kind, union) {
            (Kind::Type(kind), _) => kind,
            (Kind::Union(_), union) => match union {
                Some(union) => TypeKind::Union(union),
                None => TypeKind::Alias(super::schemas::ANY),
            },
        };
        Draft { name, schema_name, docs, kind, node }
    });
    (complete.collect(), problems)
}

fn completed(union: &UnionDraft, names: Vec<String>, is_opaque: bool) -> Union {
    let names = if is_opaque {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        UniqueNames::default().issue_all(&names, Case::Snake)
    } else {
        names
    };
    let variants = union.variants.iter().zip(names).map(|(variant, identifier)| Variant {
        variant: identifier,
        tags: if is_opaque { Vec::new() } else { variant.tags.clone() },
        ty: variant.ty.clone(),
        name: variant.name.clone(),
        description: variant.description.clone(),
    });
    let tagging = match &union.property {
        _ if is_opaque => Tagging::Opaque,
        Some(property) => Tagging::Property(property.clone()),
        None if union.key == CHOICE => Tagging::MediaType,
        None => Tagging::Untagged,
    };
    Union { tagging, key: union.key, variants: variants.collect() }
}

/// Checks whether the variants of a union can be discriminated.
struct Check<'c> {
    document: &'c Document<'c>,
    drafts: &'c [Draft],
    aliases: &'c Aliases,
    draft: &'c Draft,
    union: &'c UnionDraft,
    /// The identifiers of the variants.
    names: &'c [String],
    problems: Vec<Diagnostic>,
}

impl<'c> Check<'c> {
    fn run(mut self) -> Vec<Diagnostic> {
        match &self.union.property {
            Some(property) => self.check_tags(property),
            None => self.check_kinds(),
        }
        self.problems
    }

    fn report(&mut self, index: usize, other: Option<usize>, message: String, help: &str) {
        let owner = self.document.at(self.draft.node);
        let list = owner.key(self.union.key);
        let problem = Diagnostic::new(Code::AmbiguousUnion, self.document.locate(list.index(index)), message, help);
        self.problems.push(match other {
            Some(other) => problem.with_note(self.document.locate(list.index(other)), "the other variant"),
            None => problem,
        });
    }

    fn check_tags(&mut self, property: &str) {
        for (index, (variant, name)) in self.union.variants.iter().zip(self.names).enumerate() {
            let JsonKind::Object(object) = self.json_kind(&variant.ty) else {
                let message = format!("`{name}` is not an object with properties");
                self.report(index, None, message, "list only objects in a union with a discriminator");
                continue;
            };
            let Some(field) = object.fields.iter().find(|field| field.name == property) else {
                let message = format!("`{name}` does not describe the discriminator property `{property}`");
                let known = object.fields.iter().map(|field| field.name.as_str());
                let help = did_you_mean(property, known, || "describe the property in the variant".to_owned());
                self.report(index, None, message, &help);
                continue;
            };
            if variant.tags.is_empty() {
                let message = format!("no discriminator value maps to `{name}`");
                self.report(index, None, message, "add it to the `mapping` of the discriminator");
            }
            if !field.required {
                let message = format!("the discriminator property `{property}` of `{name}` is not required");
                self.report(index, None, message, "add it to `required`: a value without it has no variant");
            }
            if let TypeRef::Named(id) = field.ty
                && let Some(Kind::Type(TypeKind::Enum(values))) = self.drafts.get(id.0).map(|draft| &draft.kind)
                && let EnumValues::Text(values) = &values.values
            {
                for missing in variant.tags.iter().filter(|tag| !values.iter().any(|value| value.value == **tag)) {
                    let message = format!("`{missing}` is not a value of `{property}` of `{name}`");
                    self.report(index, None, message, "correct the mapping, or the `enum` of the property");
                }
            }
        }
        let mut seen = HashMap::new();
        for (index, variant) in self.union.variants.iter().enumerate() {
            for value in &variant.tags {
                if let Some(other) = seen.insert(value, index) {
                    let message = format!("`{value}` maps to two variants");
                    self.report(index, Some(other), message, "give each variant its own value");
                }
            }
        }
    }

    fn check_kinds(&mut self) {
        let kinds: Vec<JsonKind<'_>> = self.union.types().map(|ty| self.json_kind(ty)).collect();
        for (index, a) in kinds.iter().enumerate() {
            for (other, b) in kinds[..index].iter().enumerate() {
                if !self.are_distinct(a, b) {
                    let message =
                        format!("`{}` cannot be discriminated from `{}`", self.names[index], self.names[other]);
                    let help =
                        "add a discriminator; or give each object a required property that the other does not have";
                    self.report(index, Some(other), message, help);
                }
            }
        }
    }

    fn are_distinct(&self, a: &JsonKind<'_>, b: &JsonKind<'_>) -> bool {
        match (a, b) {
            // A value can match several variants of `anyOf`.
            (JsonKind::Object(a), JsonKind::Object(b)) => self.union.key == "oneOf" && has_own(a, b) && has_own(b, a),
            (JsonKind::Anything, _) | (_, JsonKind::Anything) => false,
            (JsonKind::Object(_) | JsonKind::AnyObject, JsonKind::Object(_) | JsonKind::AnyObject) => false,
            (a, b) => std::mem::discriminant(a) != std::mem::discriminant(b),
        }
    }

    fn json_kind(&self, ty: &'c TypeRef) -> JsonKind<'c> {
        match self.aliases.resolve(self.drafts, ty) {
            TypeRef::Primitive(primitive) => kind_of(*primitive),
            TypeRef::List(_) => JsonKind::List,
            TypeRef::Map(_) => JsonKind::AnyObject,
            TypeRef::Nullable(_) => JsonKind::Anything,
            TypeRef::Named(id) => match self.drafts.get(id.0).map(|draft| &draft.kind) {
                Some(Kind::Type(TypeKind::Struct(object))) => JsonKind::Object(object),
                Some(Kind::Type(TypeKind::Enum(values))) => match values.values {
                    // Its numbers could be those of another variant.
                    EnumValues::Text(_) if !values.numbers.is_empty() => JsonKind::Anything,
                    EnumValues::Text(_) => JsonKind::Text,
                    EnumValues::Integer(_) => JsonKind::Number,
                },
                Some(Kind::Type(TypeKind::Newtype(primitive))) => kind_of(*primitive),
                _ => JsonKind::Anything,
            },
        }
    }
}

/// Whether an object has a required property that the other object does not describe.
fn has_own(object: &Struct, other: &Struct) -> bool {
    object.fields.iter().any(|field| field.required && !other.fields.iter().any(|known| known.name == field.name))
}

/// The kind of JSON of the values of a variant.
enum JsonKind<'a> {
    Object(&'a Struct),
    AnyObject,
    List,
    Text,
    Number,
    Boolean,
    Anything,
}

fn kind_of<'a>(primitive: Primitive) -> JsonKind<'a> {
    match primitive {
        Primitive::Boolean => JsonKind::Boolean,
        Primitive::Int32
        | Primitive::Int64
        | Primitive::SecretInteger
        | Primitive::Float
        | Primitive::Double
        | Primitive::UnixSeconds
        | Primitive::UnixMillis => JsonKind::Number,
        Primitive::String | Primitive::Secret | Primitive::Base64 | Primitive::Binary | Primitive::DateTime => {
            JsonKind::Text
        }
        Primitive::Json | Primitive::Bytes => JsonKind::Anything,
        Primitive::JsonObject => JsonKind::AnyObject,
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{component, recoverable};

    const OTHERS: &str = "A: {type: object, properties: {kind: {type: string}, a: {}}, required: [kind, a]}, \
                          B: {type: object, properties: {kind: {type: string}, b: {}}, required: [kind, b]}";

    const REFS: &str = "oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]";

    fn union(schema: &str) -> String {
        component(&format!("{{{OTHERS}, T: {schema}}}"))
    }

    #[test]
    fn a_discriminator_maps_values_to_variants() {
        let by_name = union(&format!("{{{REFS}, discriminator: {{propertyName: kind}}}}"));
        assert_eq!(by_name, "union by kind(A => A(A), B => B(B))");
        let mapping = "{x: '#/components/schemas/A', y: A, z: B}";
        let mapped = union(&format!("{{{REFS}, discriminator: {{propertyName: kind, mapping: {mapping}}}}}"));
        assert_eq!(mapped, "union by kind(x => y => A(A), z => B(B))");
    }

    #[test]
    fn a_mapping_to_no_variant_is_a_warning_in_a_third_party_document() {
        let mapping = "{x: 'other.yaml#/X', A: A, B: B}";
        let schema = format!("{{{REFS}, discriminator: {{propertyName: kind, mapping: {mapping}}}}}");
        assert_eq!(union(&schema), "union by kind(A => A(A), B => B(B))");
        let found = recoverable(&format!("components: {{schemas: {{{OTHERS}, T: {schema}}}}}"));
        let message = "`x` maps to `other.yaml#/X`, which is not one of the variants";
        let at = "/components/schemas/T/discriminator/mapping/x";
        assert_eq!(found, [format!("{at}: {message}: values with this tag are of the variant `Unknown`")]);
    }

    #[test]
    fn variants_without_a_discriminator_differ_in_kind_or_in_required_properties() {
        assert_eq!(union(&format!("{{{REFS}}}")), "union(A(A), B(B))");
        assert_eq!(union("{oneOf: [{type: string}, {type: integer}]}"), "union(String(String), Integer(Int64))");
        assert_eq!(
            union("{oneOf: [{type: string, title: Word}, {type: boolean}]}"),
            "union(Word(String), Boolean(Boolean))"
        );
    }

    #[test]
    fn an_ambiguous_union_keeps_its_value() {
        let expected = "opaque union(string(String), string2(DateTime))";
        assert_eq!(union("{oneOf: [{type: string}, {type: string, format: date-time}]}"), expected);
        let any_of = "{anyOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}";
        assert_eq!(union(any_of), "opaque union(a(A), b(B))");
    }
}
