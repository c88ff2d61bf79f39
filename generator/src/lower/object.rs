//! Schemas of objects, and `allOf`.

use std::collections::{HashMap, HashSet};

use openapiv3::AdditionalProperties;

use super::facts::describe;
use super::keys::{Keys, Slot};
use super::types::{Types, fallback};
use crate::Dialect;
use crate::diagnostic::Code;
use crate::document::pointer::At;
use crate::model::{Field, Primitive, Rest, Struct, TypeKind, TypeRef};
use crate::names::{Case, Scope};
use crate::spelling::{did_you_mean, nearest};

/// Members of all objects. What is written in place is read once for each object that is made of it, so there can be many
/// times as many as are written.
const MAX_MEMBERS: usize = 200_000;

/// Behind as many required members that are not described, none is compared with those that are.
const MANY: usize = 100;

/// The members of an object, with those of everything in its `allOf`.
#[derive(Debug, Default)]
struct Members<'d> {
    properties: Vec<Property<'d>>,
    /// Where a property is in the list.
    positions: HashMap<&'d str, usize>,
    required: Vec<(&'d str, String)>,
    /// Components whose members are here already. Each is read once, however many ways lead to it.
    joined: Vec<&'d str>,
    additional: Option<(&'d AdditionalProperties, String)>,
}

#[derive(Debug)]
struct Property<'d> {
    name: &'d str,
    slot: Slot<'d>,
    pointer: String,
}

impl<'d> Types<'d> {
    /// An object: a struct if its members are described, else a map.
    pub(super) fn object(&mut self, keys: &Keys<'d>, at: At<'_>, name: &str) -> TypeKind {
        let pointer = at.pointer();
        if self.open.contains(&pointer) {
            self.found.tell(
                Code::CircularRef,
                at,
                "this object is made of the schema that it stands in, and so holds itself without an end",
                "move it to `components/schemas` under a name of its own, and refer to it",
            );
            return TypeKind::Alias(TypeRef::Primitive(Primitive::JsonObject));
        }
        if self.members > MAX_MEMBERS {
            return TypeKind::Alias(TypeRef::Primitive(Primitive::JsonObject));
        }
        self.open.push(pointer);
        let kind = self.open_object(keys, at, name);
        self.open.pop();
        kind
    }

    fn open_object(&mut self, keys: &Keys<'d>, at: At<'_>, name: &str) -> TypeKind {
        let mut members = Members::default();
        self.collect(keys, at, &mut members, &mut Vec::new());
        self.members += members.properties.len();
        if self.members > MAX_MEMBERS {
            let message = format!("with this object, all objects have more than {MAX_MEMBERS} members");
            let help = "give what is written in place within an `allOf` a name under `components/schemas`";
            self.found.tell(Code::TooLarge, at, message, help);
        }
        let mut undescribed: Vec<(&'d str, String)> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for (required, pointer) in &members.required {
            if !members.positions.contains_key(required) {
                let known = members.properties.iter().map(|property| property.name);
                let is_misspelt = || undescribed.len() < MANY && nearest(required, known.clone()).is_some();
                if self.dialect == Dialect::Foreign && !is_misspelt() {
                    // In a document of others it is a member of any value, unless it is but misspelt.
                    if seen.insert(required) {
                        undescribed.push((required, pointer.clone()));
                    }
                    continue;
                }
                let help = did_you_mean(required, known, || "describe it under `properties`, or remove it".to_owned());
                let message = format!("`{required}` is required, and is not one of the properties");
                let properties = at.key("properties");
                let described = (if keys.properties.is_some() { properties } else { at }, "the properties");
                self.found.tell_with(Code::UnknownRequired, At::Base(pointer), message, help, described);
            }
        }
        let rest = match &members.additional {
            None | Some((AdditionalProperties::Any(false), _)) => None,
            Some((AdditionalProperties::Any(true), pointer)) => Some((TypeRef::Primitive(Primitive::Json), pointer)),
            Some((AdditionalProperties::Schema(schema), pointer)) => {
                let slot = Slot::from(&**schema);
                let (ty, nullable) = self.slot(slot, At::Base(pointer), &format!("{name}_value"));
                Some((ty.or_null(nullable), pointer))
            }
        };
        if members.properties.is_empty() {
            return TypeKind::Alias(match rest {
                None | Some((TypeRef::Primitive(Primitive::Json), _)) => TypeRef::Primitive(Primitive::JsonObject),
                Some((ty, _)) => TypeRef::Map(Box::new(ty)),
            });
        }
        let mut required: HashMap<&str, Vec<String>> = HashMap::new();
        for (name, pointer) in &members.required {
            required.entry(name).or_default().push(pointer.clone());
        }
        let described = members.properties.iter().map(|property| property.name);
        let names: Vec<&str> = described.chain(undescribed.iter().map(|(name, _)| *name)).collect();
        let mut scope =
            Scope::with_taken(["new", "default", "serialize", "deserialize", "to_json_text", "from_json_text"]);
        let mut identifiers = scope.issue_all(&names, Case::Snake).into_iter();
        let mut fields: Vec<Field> = members
            .properties
            .iter()
            .zip(identifiers.by_ref())
            .map(|(property, identifier)| {
                let required = required.remove(property.name).unwrap_or_default();
                self.field(property, identifier, required, name)
            })
            .collect();
        fields.extend(
            undescribed.into_iter().zip(identifiers).map(|((name, pointer), field)| of_any_value(name, pointer, field)),
        );
        let rest = rest.map(|(ty, pointer)| {
            let field = scope.issue("other", Case::Snake);
            Rest { pointer: pointer.clone(), field, ty }
        });
        for field in fields.iter_mut().filter(|field| field.nullable && !field.required) {
            field.null_setter =
                Some(scope.issue(&format!("{}_null", field.field.trim_start_matches("r#")), Case::Snake));
        }
        TypeKind::Struct(Struct { fields, rest })
    }

    fn field(&mut self, property: &Property<'d>, field: String, required: Vec<String>, owner: &str) -> Field {
        let at = At::Base(&property.pointer);
        let (ty, nullable) = self.slot(property.slot, at, &format!("{owner}_{}", property.name));
        let referred = property.slot.reference().and_then(|reference| self.description_of(reference));
        let words = referred.unwrap_or_else(|| fallback(property.name));
        let (doc, deprecated) = match property.slot {
            Slot::Reference(_) => (words, false),
            Slot::Schema(schema) => (describe(&Keys::of(schema), &words), schema.schema_data.deprecated),
        };
        Field {
            name: property.name.to_owned(),
            pointer: property.pointer.clone(),
            field,
            required: !required.is_empty(),
            required_pointers: required,
            nullable,
            deprecated,
            ty,
            boxed: false,
            constant: None,
            null_setter: None,
            content: None,
            doc,
        }
    }

    /// Gathers the members of an object and of its `allOf`, outermost first.
    fn collect(&mut self, keys: &Keys<'d>, at: At<'_>, members: &mut Members<'d>, stack: &mut Vec<&'d str>) {
        if !keys.one_of.is_empty()
            || !keys.any_of.is_empty()
            || keys.not
            || keys.items.is_some()
            || !keys.values.is_empty()
        {
            self.found.tell(
                Code::Unsupported,
                at,
                "only objects can be joined with `allOf` or stand beside it",
                "write the result of the combination as one schema",
            );
            return;
        }
        for (index, member) in keys.all_of.iter().enumerate() {
            let list = at.key("allOf");
            let at = list.index(index);
            match Slot::from(member) {
                Slot::Schema(schema) => self.collect(&Keys::of(schema), at, members, stack),
                Slot::Reference(reference) => {
                    let Some((name, pointer, slot)) = self.component(reference) else { continue };
                    if stack.contains(&name) {
                        self.found.tell(
                            Code::CircularRef,
                            at,
                            format!("`{name}` is made of itself"),
                            "remove this member of `allOf`; a schema may refer to itself through a property only",
                        );
                        continue;
                    }
                    if members.joined.contains(&name) {
                        continue;
                    }
                    members.joined.push(name);
                    stack.push(name);
                    match slot {
                        Slot::Schema(schema) => {
                            self.collect(&Keys::of(schema), At::Base(&pointer), members, stack);
                        }
                        Slot::Reference(_) => self.found.tell(
                            Code::Unsupported,
                            at,
                            "this leads to a reference instead of an object",
                            "refer to the object itself",
                        ),
                    }
                    stack.pop();
                }
            }
        }
        if keys.schema_type.is_some_and(|schema_type| schema_type != "object") {
            let message = format!("`type: {}` cannot be joined with objects", keys.schema_type.unwrap_or_default());
            self.found.tell(Code::AllOfConflict, at.key("type").value(), message, "join objects only");
            return;
        }
        let properties_at = at.key("properties");
        for (name, property) in keys.properties.into_iter().flatten() {
            let slot = Slot::from(property);
            let here = properties_at.key(name);
            match members.positions.get(name.as_str()).and_then(|&position| members.properties.get(position)) {
                None => {
                    members.positions.insert(name, members.properties.len());
                    members.properties.push(Property { name, slot, pointer: here.pointer() });
                }
                Some(known) if same(known.slot, slot) => {}
                Some(known) => {
                    let other = known.pointer.clone();
                    self.found.tell_with(
                        Code::AllOfConflict,
                        here,
                        format!("`{name}` is described differently by another member of the same `allOf`"),
                        "describe it once",
                        (At::Base(&other), "here, too"),
                    );
                }
            }
        }
        let required_at = at.key("required");
        for (index, name) in keys.required.iter().enumerate() {
            members.required.push((name, required_at.index(index).pointer()));
        }
        if let Some(additional) = keys.additional {
            let here = at.key("additionalProperties").pointer();
            match (&members.additional, additional) {
                (None | Some((AdditionalProperties::Any(false), _)), _)
                | (Some((AdditionalProperties::Any(true), _)), AdditionalProperties::Schema(_)) => {
                    members.additional = Some((additional, here));
                }
                (Some(_), AdditionalProperties::Any(_)) => {}
                (Some((known, _)), _) if *known == additional => {}
                (Some((_, other)), _) => {
                    let other = other.clone();
                    self.found.tell_with(
                        Code::AllOfConflict,
                        At::Base(&here),
                        "`additionalProperties` is described differently by another member of the same `allOf`",
                        "describe it once",
                        (At::Base(&other), "here, too"),
                    );
                }
            }
        }
    }
}

/// A required member that nobody has described.
fn of_any_value(name: &str, pointer: String, field: String) -> Field {
    Field {
        name: name.to_owned(),
        pointer: pointer.clone(),
        field,
        required: true,
        required_pointers: vec![pointer],
        nullable: false,
        deprecated: false,
        ty: TypeRef::Primitive(Primitive::Json),
        boxed: false,
        constant: None,
        null_setter: None,
        content: None,
        doc: fallback(name),
    }
}

fn same(a: Slot<'_>, b: Slot<'_>) -> bool {
    match (a, b) {
        (Slot::Reference(a), Slot::Reference(b)) => a == b,
        (Slot::Schema(a), Slot::Schema(b)) => a == b,
        _ => false,
    }
}
