//! The kind of type that the keywords of a schema describe.
//!
//! In: a schema that is not a reference. Out: a [`Kind`]; it is an alias if the type needs no name. This module decides
//! which keyword determines the type. Composed types have their own modules: `all_of`, `objects`, `unions` and `enums`.
//! It does not know the names of types.

use super::schemas::{ANY, Kind, Types, alias};
use crate::diagnostic::Code;
use crate::document::pointer::PointerRef;
use crate::document::schema::{Schema, SchemaId, Type};
use crate::document::vocabulary::{ENUM_NUMBERS, LENIENT};
use crate::model::{Primitive, TypeRef, UntypedReason};

impl<'d> Types<'d> {
    /// Lowers a schema. The result is an alias if the type needs no name.
    pub(super) fn kind(&mut self, schema: &'d Schema, id: SchemaId, hint: &str) -> Kind {
        let keywords = &schema.keywords;
        let at = self.at(id);
        self.check_default(schema, at);
        self.check_extensions(schema, at);
        let warns = self.policy.tolerates_mistakes;
        if schema.not.is_some() && warns {
            // `not` excludes values. It does not describe any, so the type does not depend on it.
            let help = "describe the value without it";
            self.sink.report_recoverable(
                Code::Unsupported,
                at.key("not"),
                "`not` is not supported",
                help,
                "it is ignored",
            );
        }
        if (schema.not.is_some() && !warns) || (!schema.any_of.is_empty() && !self.policy.allows_loose_schemas) {
            let key = if schema.not.is_some() { "not" } else { "anyOf" };
            self.sink.report(
                Code::Unsupported,
                at.key(key),
                format!("`{key}` is not supported"),
                "describe the value without it; omit `type` to allow any JSON value",
            );
            return alias(ANY);
        }
        if schema.has_untyped_items_beside_variants() {
            let message = "`items` is beside variants, and there is no `type: array`";
            let help = "move it into the variants that are lists";
            self.sink.report_recoverable(Code::WrongValue, at.key("items"), message, help, "it is ignored");
        }
        if let Some(only) = self.only_variant(schema) {
            return alias(self.type_of(only, hint).0);
        }
        let has_variants = schema.has_variants();
        if has_variants && !(warns && has_more_than_variants(schema)) {
            return Kind::Union(self.union(schema, id, hint));
        }
        if has_variants {
            let key = if schema.one_of.is_empty() { "anyOf" } else { "oneOf" };
            let message = format!("`{key}` is combined with other keys that describe the value");
            let help = "move the other keys into each variant";
            let effect = "the type is generated from the other keys; an object keeps the properties that only its \
                          variants describe as additional properties";
            self.sink.report_recoverable(Code::Unsupported, at.key(key), message, help, effect);
        } else if let Some(discriminator) = &keywords.discriminator {
            let message = format!("the schema has a discriminator (`{}`) without `oneOf`", discriminator.property_name);
            let help = "list the variants in `oneOf` of the same schema";
            let effect = "an object keeps the properties that only its variants describe as additional properties";
            self.sink.report_recoverable(Code::Unsupported, at.key("discriminator"), message, help, effect);
        }
        if !schema.all_of.is_empty() {
            if self.policy.allows_loose_schemas && !self.describes_object(id) {
                return self.joined_values(schema, id, hint);
            }
            return Kind::Type(self.object(schema, id, hint));
        }
        if !keywords.values.is_empty() {
            return Kind::Type(self.enumeration(schema, at));
        }
        let ty = keywords.ty.or_else(|| {
            let describes_object = !schema.properties.is_empty()
                || schema.additional_properties.is_some()
                || !keywords.required.is_empty();
            if describes_object {
                Some(Type::Object)
            } else {
                schema.items.filter(|_| !has_variants).map(|_| Type::Array)
            }
        });
        if keywords.ty.is_none() && ty == Some(Type::Array) {
            let help = "add `type: array`, or describe the value without `items`";
            let effect = "the type is a list";
            self.sink.report_recoverable(Code::MissingKey, at.key("items"), "`items` without `type`", help, effect);
        }
        let format = keywords.format.as_deref();
        let primitive = match ty {
            Some(Type::Object) => return Kind::Type(self.object(schema, id, hint)),
            Some(Type::Array) => {
                let item = match schema.items {
                    Some(items) => {
                        let (ty, nullable) = self.type_of(items, &format!("{hint}_item"));
                        ty.or_null(nullable)
                    }
                    None => {
                        self.note_untyped(at, UntypedReason::NoItems);
                        ANY
                    }
                };
                return alias(TypeRef::List(Box::new(item)));
            }
            Some(Type::String) => self.string(format, keywords.unit, at),
            Some(Type::Integer) => match (keywords.unit, format) {
                (Some("unix-seconds"), _) => Primitive::UnixSeconds,
                (Some("unix-milliseconds"), _) => Primitive::UnixMillis,
                (_, Some("password")) => Primitive::SecretInteger,
                (_, Some("int32")) => Primitive::Int32,
                _ => Primitive::Int64,
            },
            Some(Type::Number) if format == Some("float") => Primitive::Float,
            Some(Type::Number) => Primitive::Double,
            Some(Type::Boolean) => Primitive::Boolean,
            None => {
                self.note_untyped(at, UntypedReason::NoType);
                Primitive::Json
            }
        };
        alias(TypeRef::Primitive(primitive))
    }

    /// Reports keys that have no effect in a schema of another kind.
    fn check_extensions(&mut self, schema: &Schema, at: PointerRef<'_>) {
        let keywords = &schema.keywords;
        if keywords.enum_numbers.is_some() && keywords.values.is_empty() {
            let help = "list the values under `enum`, or remove the key";
            self.sink.report(Code::WrongValue, at.key(ENUM_NUMBERS), "`x-enum-numbers` without `enum`", help);
        }
        let is_object = !schema.properties.is_empty() || !schema.all_of.is_empty() || keywords.ty == Some(Type::Object);
        if keywords.is_lenient && !is_object {
            let help = "describe an object with `properties` and `additionalProperties: true`, or remove the key";
            self.sink.report(Code::WrongValue, at.key(LENIENT), "`x-lenient` in a schema that is no object", help);
        }
    }

    fn string(&mut self, format: Option<&str>, unit: Option<&str>, at: PointerRef<'_>) -> Primitive {
        match (format, unit) {
            (Some("binary"), _) if self.policy.allows_other_media_types => Primitive::Binary,
            (Some("binary"), _) => {
                self.sink.report(
                    Code::Unsupported,
                    at.key("format"),
                    "`format: binary` is not supported: JSON cannot contain binary data",
                    "write `format: byte` for base64",
                );
                Primitive::String
            }
            (Some("byte"), _) => Primitive::Base64,
            (Some("password"), _) => Primitive::Secret,
            (Some("date-time"), _) | (_, Some("rfc3339")) => Primitive::DateTime,
            _ => Primitive::String,
        }
    }

    /// The variant of a union that has only one.
    fn only_variant(&self, schema: &Schema) -> Option<SchemaId> {
        let is_alone = self.policy.allows_loose_schemas
            && schema.keywords.discriminator.is_none()
            && schema.all_of.is_empty()
            && !schema.describes_a_value();
        match (schema.one_of.as_slice(), schema.any_of.as_slice()) {
            ([only], []) | ([], [only]) if is_alone => Some(*only),
            _ => None,
        }
    }
}

/// Whether keys in addition to the variants describe the values of a schema.
fn has_more_than_variants(schema: &Schema) -> bool {
    let is_value = matches!(schema.keywords.ty, Some(Type::String | Type::Integer | Type::Number | Type::Boolean));
    !schema.all_of.is_empty()
        || schema.describes_a_value()
        || (!schema.one_of.is_empty() && !schema.any_of.is_empty())
        || (is_value && schema.keywords.discriminator.is_none())
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{component, recoverable};

    #[test]
    fn items_without_a_type_are_reported() {
        for (schema, expected, message) in [
            ("{items: {type: string}}", "= [String]", "`items` without `type`: the type is a list"),
            (
                "{items: {type: string}, oneOf: [{type: array, items: {}}, {type: string}]}",
                "union(Array([Json]), String(String))",
                "`items` is beside variants, and there is no `type: array`: it is ignored",
            ),
            (
                "{items: {type: string}, oneOf: [{type: boolean}]}",
                "= Boolean",
                "`items` is beside variants, and there is no `type: array`: it is ignored",
            ),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
            let found = recoverable(&format!("components: {{schemas: {{T: {schema}}}}}"));
            assert_eq!(found, [format!("/components/schemas/T/items: {message}")]);
        }
        let both = "{items: {}, oneOf: [{type: string}], anyOf: [{type: string}, {type: boolean}]}";
        assert_eq!(component(&format!("{{T: {both}}}")), "= Json");
    }

    #[test]
    fn a_schema_is_the_type_of_its_type_and_format() {
        for (schema, expected) in [
            ("{type: boolean}", "= Boolean"),
            ("{type: integer, format: int32}", "newtype Int32"),
            ("{type: integer}", "newtype Int64"),
            ("{type: number, format: float}", "= Float"),
            ("{type: number}", "= Double"),
            ("{type: string}", "newtype String"),
            ("{type: string, format: byte}", "= Base64"),
            ("{type: string, format: password}", "= Secret"),
            ("{type: string, format: date-time}", "= DateTime"),
            ("{type: string, format: uuid}", "newtype String"),
            ("{type: array, items: {type: string}}", "= [String]"),
            ("{type: array}", "= [Json]"),
            ("{items: {type: boolean, nullable: true}}", "= [Boolean or null]"),
            ("{type: object}", "= JsonObject"),
            ("{}", "= Json"),
        ] {
            assert_eq!(component(&format!("{{T: {schema}}}")), expected, "{schema}");
        }
    }
}
