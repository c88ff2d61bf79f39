//! `x-content-schema`: the types of the JSON that strings contain.
//!
//! In: the schemas of strings. Out: the type of the JSON in the strings of a field. All occurrences of the key are
//! checked, because an occurrence that belongs to no field would be lost.

use std::collections::HashSet;

use super::schemas::{Draft, Types};
use crate::diagnostic::Code;
use crate::document::schema::{Schema, SchemaId, Schemas, Type};
use crate::model::{TypeId, TypeKind, TypeRef};

impl Types<'_> {
    /// The type of the JSON in the string of a property, or in each string of its lists.
    pub(super) fn string_content(&self, property: SchemaId) -> Option<TypeId> {
        let schema = self.schemas.object(string_of(self.schemas, property))?;
        self.component_type(self.schemas.target(schema.content?)?)
    }

    /// Reports contents that are not named objects, and strings with content that are not in a field.
    pub(super) fn check_string_contents(&mut self, drafts: &[Draft<TypeKind>]) {
        let schemas = self.schemas;
        let strings: Vec<(SchemaId, &Schema, SchemaId)> = schemas
            .ids()
            .filter_map(|id| {
                let schema = schemas.object(id)?;
                Some((id, schema, schema.content?))
            })
            .collect();
        if strings.is_empty() {
            return;
        }
        let of_properties: HashSet<SchemaId> = schemas
            .ids()
            .filter_map(|id| schemas.object(id))
            .flat_map(|schema| &schema.properties)
            .map(|(_, property)| string_of(schemas, *property))
            .collect();
        for (id, string, content) in strings {
            let Some(target) = schemas.target(content) else {
                self.sink.report(
                    Code::Unsupported,
                    self.at(content),
                    "the schema of a string's content is an inline schema",
                    "move it to `components/schemas` and refer to it",
                );
                continue;
            };
            // `referenced` reports the envelope.
            let TypeRef::Named(target) = self.referenced(target, content) else { continue };
            let Some(target) = drafts.get(target.0) else { continue };
            let (message, help) = if !matches!(target.kind, TypeKind::Struct(_)) {
                let message = format!("`{}` is not an object with properties", target.name);
                (message, "remove the key, and describe the content of the string in the description")
            } else if !is_plain_string(string) {
                let message = "`x-content-schema` is not supported for an enumeration or a combined schema".to_owned();
                (message, "remove the key, or the other keys that describe the value")
            } else if !of_properties.contains(&id) {
                let message = "`x-content-schema` is supported only for strings in a property of an object".to_owned();
                (message, "write the string in the property that contains it")
            } else {
                continue;
            };
            self.sink.report(Code::Unsupported, self.at(content), message, help);
        }
    }
}

/// The schema itself, or the schema of the items of its (nested) lists.
fn string_of(schemas: &Schemas, id: SchemaId) -> SchemaId {
    let mut id = id;
    while let Some(Schema { items: Some(items), .. }) = schemas.object(id) {
        id = *items;
    }
    id
}

fn is_plain_string(schema: &Schema) -> bool {
    schema.keywords.ty == Some(Type::String) && schema.keywords.values.is_empty() && !schema.combines()
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, flighthub_problems, model};
    use crate::model::{Api, Field, TypeKind};

    const HELD: &str = "Held: {type: object, properties: {a: {type: boolean}}}";
    const REFERENCE: &str = "x-content-schema: {$ref: '#/components/schemas/Held'}";

    fn keys(schemas: &str) -> String {
        format!("components: {{schemas: {{{HELD}, {schemas}}}}}")
    }

    fn fields<'a>(api: &'a Api, name: &str) -> &'a [Field] {
        match &api.types.iter().find(|definition| definition.name == name).unwrap().kind {
            TypeKind::Struct(object) => &object.fields,
            kind => panic!("{kind:?}"),
        }
    }

    #[test]
    fn a_field_knows_the_type_of_the_json_in_its_strings() {
        let strings = format!(
            "a: {{type: string, {REFERENCE}}},              b: {{type: array, items: {{type: array, items: {{type: string, {REFERENCE}}}}}}}, c: {{type: string}}"
        );
        let api = flighthub_model(&keys(&format!("T: {{type: object, properties: {{{strings}}}}}")));
        let contents: Vec<_> = fields(&api, "T")
            .iter()
            .map(|field| field.content.and_then(|id| api.definition(id)).map(|content| content.name.as_str()))
            .collect();
        assert_eq!(contents, [Some("Held"), Some("Held"), None]);
        let held: Vec<_> = api.types.iter().map(|ty| (ty.name.as_str(), ty.is_string_content)).collect();
        assert_eq!(held, [("Held", true), ("T", false)]);
    }

    #[test]
    fn a_property_of_a_member_of_all_of_has_its_content_in_each_object() {
        let part = format!("Part: {{type: object, properties: {{a: {{type: string, {REFERENCE}}}}}}}");
        let made = |name: &str| format!("{name}: {{allOf: [{{$ref: '#/components/schemas/Part'}}], required: [a]}}");
        let api = flighthub_model(&keys(&format!("{part}, {}, {}", made("T"), made("U"))));
        for name in ["Part", "T", "U"] {
            assert!(fields(&api, name)[0].content.is_some(), "{name}");
        }
    }

    #[test]
    fn a_content_that_no_field_can_carry_is_reported() {
        let no_property = "`x-content-schema` is supported only for strings in a property of an object";
        for (schemas, pointer, message) in [
            (format!("S: {{type: string, {REFERENCE}}}"), "S", no_property),
            (format!("S: {{type: array, items: {{type: string, {REFERENCE}}}}}"), "S/items", no_property),
            (
                format!("S: {{type: object, properties: {{a: {{type: string, enum: [b], {REFERENCE}}}}}}}"),
                "S/properties/a",
                "`x-content-schema` is not supported for an enumeration or a combined schema",
            ),
            (
                "S: {type: object, properties: {a: {type: string, x-content-schema: {type: object}}}}".to_owned(),
                "S/properties/a",
                "the schema of a string's content is an inline schema",
            ),
            (
                "S: {type: object, properties: {a: {type: string, x-content-schema: {$ref: '#/components/schemas/E'}}}},                  E: {type: string}"
                    .to_owned(),
                "S/properties/a",
                "`E` is not an object with properties",
            ),
        ] {
            let expected = format!("/components/schemas/{pointer}/x-content-schema: {message}");
            assert_eq!(flighthub_problems(&keys(&schemas)), [expected], "{schemas}");
        }
    }

    #[test]
    fn the_key_is_ignored_in_a_third_party_document() {
        let api = model(&keys(&format!("T: {{type: object, properties: {{a: {{type: string, {REFERENCE}}}}}}}")));
        assert!(fields(&api, "T")[0].content.is_none());
    }
}
