//! Type usage: the groups and directions that types are used in, and types that contain themselves.
//!
//! In: drafts, and the types that operations use. Out: definitions with their direction and their strongly connected
//! component, and the modules of the types.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::scc::components;
use super::schemas::{Direction, Draft, Kind, Types};
use super::tags::module_file;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::document::arena::chain_ends;
use crate::model::{
    Field, Group, MAX_BUILDER_VALUES, TypeDefinition, TypeId, TypeKind, TypeModule, TypeRef, const_value, takes_builder,
};

/// The module of the types that several groups use, or none.
pub(super) const SHARED: &str = "shared";

/// The use of a type in an operation.
#[derive(Debug)]
pub(super) struct TypeUse {
    pub(super) module: String,
    pub(super) ty: TypeRef,
    pub(super) is_input: bool,
}

/// The ends of chains of aliases, by type.
#[derive(Debug)]
pub(super) struct Aliases(Vec<Option<TypeRef>>);

impl Aliases {
    /// Resolves the aliases among the types of components. The type of an inline schema is never an alias.
    pub(super) fn new(drafts: &[Draft]) -> Self {
        let links: Vec<Option<usize>> = drafts
            .iter()
            .map(|draft| match &draft.kind {
                Kind::Type(TypeKind::Alias(TypeRef::Named(target))) => Some(target.0),
                _ => None,
            })
            .collect();
        Self(chain_ends(&links).into_iter().map(|end| Some(TypeRef::Named(TypeId(end?)))).collect())
    }

    /// A type with its aliases resolved. A circular alias is returned unchanged.
    pub(super) fn resolve<'t>(&'t self, drafts: &'t [Draft], ty: &'t TypeRef) -> &'t TypeRef {
        let TypeRef::Named(id) = ty else { return ty };
        let end = self.0.get(id.0).and_then(Option::as_ref).unwrap_or(ty);
        let TypeRef::Named(id) = end else { return end };
        match drafts.get(id.0).map(|draft| &draft.kind) {
            Some(Kind::Type(TypeKind::Alias(target))) if !matches!(target, TypeRef::Named(_)) => target,
            _ => end,
        }
    }
}

/// All type definitions, and their modules.
#[derive(Debug)]
pub(super) struct Completed {
    pub(super) definitions: Vec<TypeDefinition>,
    pub(super) modules: Vec<TypeModule>,
}

/// Completes the definitions of all types.
pub(super) fn complete(
    types: &mut Types<'_>,
    mut drafts: Vec<Draft<TypeKind>>,
    uses: &[TypeUse],
    groups: &[Group],
) -> Result<Completed, Vec<Diagnostic>> {
    let document = types.document;
    let problems = circular_aliases(document, &drafts);
    if !problems.is_empty() {
        return Err(problems);
    }
    types.check_string_contents(&drafts);
    let string_contents: HashSet<TypeId> =
        drafts.iter().flat_map(|draft| fields(&draft.kind)).filter_map(|field| field.content).collect();
    let inline: Vec<Vec<usize>> = drafts
        .iter()
        .map(|draft| parts(&draft.kind).filter_map(TypeRef::inline_target).map(|id| id.0).collect())
        .collect();
    let cycles = components(&inline);
    let usages = usages(&drafts, uses);
    let problems = if types.policy.allows_loose_schemas {
        relax_directions(&mut drafts, &usages);
        Vec::new()
    } else {
        wrong_directions(document, &types.directions, &usages)
    };
    let modules = type_modules(&usages, groups);
    let required: Vec<usize> =
        drafts.iter().zip(&usages).map(|(draft, usage)| required_count(&drafts, &draft.kind, usage.is_input)).collect();
    let constructs_responses = types.policy.constructs_responses;
    let definitions = drafts.into_iter().zip(usages).zip(cycles).zip(required).enumerate().map(
        |(index, (((draft, usage), cycle), required))| {
            let mut derived = |applies: bool, suffix: &str| {
                applies.then(|| types.derived_name(&format!("{}{suffix}", draft.name), document.at(draft.node)))
            };
            // Values of a type that no operation uses, such as the body of a webhook, are only decoded.
            let is_used = !usage.modules.is_empty();
            let is_constructed = is_used && (usage.is_input || constructs_responses);
            let builder_name = derived(is_constructed && takes_builder(required), "Builder");
            let required_name = derived(is_constructed && required > MAX_BUILDER_VALUES, "Required");
            TypeDefinition {
                name: draft.name,
                pointer: document.at(draft.node).pointer(),
                builder_name,
                required_name,
                schema_name: draft.schema_name,
                docs: draft.docs,
                kind: draft.kind,
                is_used,
                is_constructed,
                is_input: usage.is_input,
                is_string_content: string_contents.contains(&TypeId(index)),
                cycle,
            }
        },
    );
    let definitions = definitions.collect();
    if problems.is_empty() { Ok(Completed { definitions, modules }) } else { Err(problems) }
}

/// The modules of all types: a type that only one group uses is in the module of that group, all others are shared.
fn type_modules(usages: &[TypeUsage<'_>], groups: &[Group]) -> Vec<TypeModule> {
    let mut modules: BTreeMap<&str, Vec<TypeId>> = BTreeMap::new();
    for (index, usage) in usages.iter().enumerate() {
        let mut users = usage.modules.iter();
        let module = match (users.next(), users.next()) {
            (Some(only), None) => *only,
            _ => SHARED,
        };
        modules.entry(module).or_default().push(TypeId(index));
    }
    let files: HashMap<&str, &str> = groups.iter().map(|group| (&*group.module, &*group.file)).collect();
    let module = |(name, types): (&str, Vec<TypeId>)| {
        let file = files.get(name).map_or_else(|| module_file(SHARED), |file| (*file).to_owned());
        TypeModule { name: name.to_owned(), file: format!("types/{file}"), types }
    };
    modules.into_iter().map(module).collect()
}

/// The groups and directions that a type is used in.
#[derive(Clone, Debug, Default)]
struct TypeUsage<'u> {
    modules: BTreeSet<&'u str>,
    is_input: bool,
    is_output: bool,
}

fn usages<'u>(drafts: &[Draft<TypeKind>], uses: &'u [TypeUse]) -> Vec<TypeUsage<'u>> {
    let mut usages = vec![TypeUsage::default(); drafts.len()];
    for one in uses {
        for id in transitive_types(drafts, &one.ty) {
            if let Some(usage) = usages.get_mut(id.0) {
                usage.modules.insert(&one.module);
                usage.is_input |= one.is_input;
                usage.is_output |= !one.is_input;
            }
        }
    }
    usages
}

/// Reports required properties that are read-only in a request, or write-only in a response.
fn wrong_directions(document: &Document<'_>, directions: &[Direction], usages: &[TypeUsage<'_>]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for direction in directions {
        let Some(usage) = usages.get(direction.owner.0) else { continue };
        let (is_wrong, key, usage) = if direction.is_read_only {
            (usage.is_input, "readOnly", "requests")
        } else {
            (usage.is_output, "writeOnly", "responses")
        };
        if is_wrong {
            problems.push(Diagnostic::new(
                Code::Unsupported,
                document.locate(document.at(direction.node)),
                format!("a required property is `{key}`, but its schema is used in {usage}"),
                "remove it from `required`, or use separate schemas for requests and responses",
            ));
        }
    }
    problems
}

/// Makes read-only properties optional in types that are used in requests, and write-only properties optional in types
/// that are used in responses: the sender omits them.
fn relax_directions(drafts: &mut [Draft<TypeKind>], usages: &[TypeUsage<'_>]) {
    for (draft, usage) in drafts.iter_mut().zip(usages) {
        let TypeKind::Struct(object) = &mut draft.kind else { continue };
        for field in &mut object.fields {
            let constraints = field.docs.constraints.as_ref();
            let is_wrong = constraints.is_some_and(|constraints| {
                (constraints.read_only && usage.is_input) || (constraints.write_only && usage.is_output)
            });
            field.required &= !is_wrong;
        }
    }
}

/// The number of fields that a caller has to set to create a value. See [`Api::is_required_argument`](crate::model::Api),
/// which applies the same rule to the result of this function.
fn required_count(drafts: &[Draft<TypeKind>], kind: &TypeKind, is_input: bool) -> usize {
    let has_const_value = |field: &Field| const_value(field, |id| drafts.get(id.0).map(|draft| &draft.kind)).is_some();
    let is_given = |field: &Field| is_input || !(field.nullable || is_list(drafts, &field.ty));
    fields(kind).iter().filter(|field| field.required && is_given(field) && !has_const_value(field)).count()
}

/// Whether a type, with aliases resolved, is a list. No alias is circular.
fn is_list<'t>(drafts: &'t [Draft<TypeKind>], mut ty: &'t TypeRef) -> bool {
    while let TypeRef::Named(id) = ty
        && let Some(TypeKind::Alias(target)) = drafts.get(id.0).map(|draft| &draft.kind)
    {
        ty = target;
    }
    matches!(ty, TypeRef::List(_))
}

/// The type itself and all types that it contains at any depth, including the types of the JSON in its strings.
fn transitive_types(drafts: &[Draft<TypeKind>], ty: &TypeRef) -> BTreeSet<TypeId> {
    let mut found = BTreeSet::new();
    let mut next: Vec<TypeId> = ty.named().into_iter().collect();
    while let Some(id) = next.pop() {
        if found.insert(id)
            && let Some(draft) = drafts.get(id.0)
        {
            next.extend(parts(&draft.kind).filter_map(TypeRef::named));
            next.extend(fields(&draft.kind).iter().filter_map(|field| field.content));
        }
    }
    found
}

/// The fields of a struct; empty for other kinds.
fn fields(kind: &TypeKind) -> &[Field] {
    match kind {
        TypeKind::Struct(object) => &object.fields,
        _ => &[],
    }
}

fn parts(kind: &TypeKind) -> Box<dyn Iterator<Item = &TypeRef> + '_> {
    match kind {
        TypeKind::Struct(object) => {
            let additional = object.additional_properties.as_ref().map(|additional| &additional.ty);
            Box::new(object.fields.iter().map(|field| &field.ty).chain(additional))
        }
        TypeKind::Union(union) => Box::new(union.variants.iter().map(|variant| &variant.ty)),
        TypeKind::Alias(ty) => Box::new(std::iter::once(ty)),
        TypeKind::Enum(_) | TypeKind::Newtype(_) => Box::new(std::iter::empty()),
    }
}

/// Reports circular aliases, which Rust does not allow, and unions that are their own variants.
fn circular_aliases(document: &Document<'_>, drafts: &[Draft<TypeKind>]) -> Vec<Diagnostic> {
    let direct = |draft: &Draft<TypeKind>| -> Vec<usize> {
        match &draft.kind {
            TypeKind::Alias(_) | TypeKind::Union(_) => {
                parts(&draft.kind).filter_map(TypeRef::named).map(|id| id.0).collect()
            }
            _ => Vec::new(),
        }
    };
    let links: Vec<Vec<usize>> = drafts.iter().map(direct).collect();
    let cycles = components(&links);
    let is_circular = |index: usize| links[index].iter().any(|next| cycles[*next] == cycles[index]);
    let circular = drafts.iter().enumerate().filter(|(index, _)| is_circular(*index));
    circular
        .map(|(_, draft)| {
            Diagnostic::new(
                Code::CircularRef,
                document.locate(document.at(draft.node)),
                format!("the definition of `{}` is circular", draft.name),
                "remove the reference: a schema can refer to itself only through a property of an object",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::TypeModule;
    use crate::lower::testing::{component, definition, model, problems};

    #[test]
    fn a_field_that_contains_its_owner_is_boxed() {
        let t = "{$ref: '#/components/schemas/T'}";
        for (schemas, expected) in [
            (format!("{{T: {{properties: {{a: {t}}}}}}}"), "{a?: box T}"),
            (format!("{{T: {{properties: {{a: {{type: array, items: {t}}}}}}}}}"), "{a?: [T]}"),
            (
                format!(
                    "{{A: {{properties: {{t: {t}}}}}, T: {{properties: {{a: {{$ref: '#/components/schemas/A'}}}}}}}}"
                ),
                "{a?: box A}",
            ),
        ] {
            assert_eq!(component(&schemas), expected, "{schemas}");
        }
    }

    #[test]
    fn a_circular_alias_is_reported() {
        let schemas = "{A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}";
        let expected = [
            "/components/schemas/A: the definition of `A` is circular",
            "/components/schemas/B: the definition of `B` is circular",
        ];
        assert_eq!(problems(&format!("components: {{schemas: {schemas}}}")), expected);
    }

    #[test]
    fn a_required_property_of_one_direction_is_optional_in_the_other() {
        let schema = "{type: object, required: [id, secret, name], properties: {id: {type: string, readOnly: true}, \
                      secret: {type: string, writeOnly: true}, name: {type: string}}}";
        let body = "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}";
        let response = "{description: '', content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}";
        for (call, expected) in [
            (
                format!("{body}, responses: {{'204': {{description: ''}}}}"),
                "{id?: String, secret: String, name: String}",
            ),
            (format!("responses: {{'200': {response}}}"), "{id: String, secret?: String, name: String}"),
            (format!("{body}, responses: {{'200': {response}}}"), "{id?: String, secret?: String, name: String}"),
        ] {
            let api = model(&format!("components: {{schemas: {{T: {schema}}}}}\npaths:\n  /a: {{post: {{{call}}}}}"));
            assert_eq!(definition(&api, "T"), expected, "{call}");
        }
    }

    #[test]
    fn a_type_is_in_the_module_of_the_only_group_that_uses_it() {
        let call = |tag: &str, schema: &str, name: &str| {
            let content =
                format!("content: {{application/json: {{schema: {{$ref: '#/components/schemas/{schema}'}}}}}}");
            format!("{{{name}: {{tags: [{tag}], responses: {{'200': {{description: '', {content}}}}}}}}}")
        };
        let body = "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/In'}}}}";
        let api = model(&format!(
            "components: {{schemas: {{One: {{type: object, properties: {{b: {{$ref: '#/components/schemas/Both'}}}}}}, \
             Both: {{type: object, properties: {{a: {{}}}}}}, In: {{type: object, properties: {{a: {{}}}}}}}}}}\n\
             paths:\n  /a: {}\n  /b: {}\n  /c: {{post: {{tags: [x], {body}, responses: {{'204': {{description: ''}}}}}}}}",
            call("x", "One", "get"),
            call("y", "Both", "get"),
        ));
        let types = |module: &TypeModule| -> Vec<_> {
            let types = module.types.iter().map(|id| api.definition(*id).unwrap());
            types.map(|ty| (ty.name.clone(), ty.is_input)).collect()
        };
        let found: Vec<_> = api.type_modules.iter().map(|module| (module.file.as_str(), types(module))).collect();
        let shared = vec![("Both".to_owned(), false)];
        let of_x = vec![("One".to_owned(), false), ("In".to_owned(), true)];
        assert_eq!(found, [("types/shared.rs", shared), ("types/x.rs", of_x)]);
    }
}
