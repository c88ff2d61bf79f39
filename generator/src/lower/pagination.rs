//! `x-pagination`: an operation that returns a list in pages.
//!
//! In: the statement of an operation, and the model. Out: the field of the page number, the field of the response that is
//! the list, and the criterion for the last page; or a problem for each name that does not exist.

use serde_json::Value;

use super::lifecycle::Resolver;
use crate::diagnostic::Code;
use crate::document::lifecycle::PageEnd;
pub(super) use crate::document::lifecycle::Pagination as Statement;
use crate::document::pointer::PointerRef;
use crate::lifecycle::{Counter, Unpaged};
use crate::model::{EnumValues, Operation, Pagination, Parameter, Primitive, Struct, TypeKind, TypeRef};
use crate::suggest::did_you_mean;

/// Resolves the parameters and the property that a statement names.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    operation: &Operation,
    statement: &Statement,
    response: &Struct,
    at: PointerRef<'_>,
) -> Option<Pagination> {
    let page = counter(resolver, operation, &statement.page, at.key("page"));
    let first_page = page.and_then(|page| first_page(resolver, page, at.key("page")));
    let page_size = statement.page_size.as_ref();
    let page_size = page_size.map(|name| counter(resolver, operation, name, at.key("page_size")));
    let is_short = statement.end == PageEnd::ShortPage;
    if is_short && (page_size.is_none() || statement.accepted_size.is_none()) {
        let message = "a short page cannot be recognised without `page_size` and `accepted_size`";
        let help =
            "name the parameter of the size and a size that the service is known to accept, or write `end: empty-page`";
        resolver.sink.report(Code::MissingKey, at.key("end").value(), message, help);
    }
    let accepted_at = at.key("accepted_size");
    if statement.accepted_size == Some(0) {
        resolver.sink.report(
            Code::WrongValue,
            accepted_at.value(),
            "a page cannot have 0 items",
            "set a size of at least 1",
        );
    } else if statement.accepted_size.is_some() && page_size.is_none() && !is_short {
        let help = "name the parameter that sets the size under `page_size`, or remove this key";
        resolver.sink.report(Code::MissingKey, accepted_at, "`accepted_size` requires `page_size`", help);
    }
    let items = items(resolver, response, &statement.items, at.key("items"));
    let unpaged = match &statement.unpaged {
        None => None,
        Some((parameter, value)) => Some(unpaged(resolver, operation, parameter, value, at.key("unpaged"))?),
    };
    let named = |parameter: &Parameter| Counter { field: parameter.field.clone(), required: parameter.required };
    let (items, item) = items?;
    let page_size = match page_size {
        None => None,
        Some(found) => Some(named(found?)),
    };
    Some(Pagination {
        statement: statement.clone(),
        page: named(page?),
        first_page: first_page?,
        page_size,
        end: statement.end,
        items,
        item,
        unpaged,
    })
}

fn parameter<'o>(
    resolver: &mut Resolver<'_>,
    operation: &'o Operation,
    name: &str,
    at: PointerRef<'_>,
) -> Option<&'o Parameter> {
    let found = operation.parameters.iter().find(|parameter| parameter.name == name);
    if found.is_none() {
        let names = operation.parameters.iter().map(|parameter| parameter.name.as_str());
        let help = did_you_mean(name, names, || "name a parameter of this operation".to_owned());
        resolver.sink.report(Code::DanglingRef, at.value(), format!("there is no parameter `{name}`"), help);
    }
    found
}

/// The parameter with this name. Reports a parameter that is not a 64-bit integer, or is in the path.
fn counter<'o>(
    resolver: &mut Resolver<'_>,
    operation: &'o Operation,
    name: &str,
    at: PointerRef<'_>,
) -> Option<&'o Parameter> {
    let found = parameter(resolver, operation, name, at)?;
    if *resolver.api().resolved(&found.ty) != TypeRef::Primitive(Primitive::Int64) || found.is_of_path() {
        let message = format!("`{name}` is not a 64-bit integer, or is a path parameter");
        let help = "name a parameter outside of the path, with `type: integer` and `format: int64`";
        let parameter_at = (PointerRef::Base(&found.source_ref.node), "the parameter");
        resolver.sink.report_with(Code::WrongValue, at.value(), message, help, parameter_at);
        return None;
    }
    Some(found)
}

/// The number of the first page: the value that the service uses if the parameter is omitted.
fn first_page(resolver: &mut Resolver<'_>, page: &Parameter, at: PointerRef<'_>) -> Option<i64> {
    let default = page.docs.constraints.as_ref().and_then(|constraints| constraints.default.as_ref());
    let first = default.and_then(Value::as_i64);
    if first.is_none() {
        let message = format!("the number of the first page is not known: `{}` has no `default`", page.name);
        let parameter_at = (PointerRef::Base(&page.source_ref.node), "the parameter");
        resolver.sink.report_with(
            Code::MissingKey,
            at.value(),
            message,
            "add `default` to the schema of the parameter",
            parameter_at,
        );
    }
    first
}

/// The field that contains the list, and the type of its items.
fn items(resolver: &mut Resolver<'_>, response: &Struct, name: &str, at: PointerRef<'_>) -> Option<(String, TypeRef)> {
    let field = resolver.field(response, name, at)?;
    let TypeRef::List(item) = resolver.api().resolved(&field.ty) else {
        let message = format!("`{name}` is not a list");
        let field_at = (PointerRef::Base(&field.pointer), "the property");
        resolver.sink.report_with(Code::WrongValue, at.value(), message, "name a property of `type: array`", field_at);
        return None;
    };
    Some((field.field.clone(), (**item).clone()))
}

fn unpaged(
    resolver: &mut Resolver<'_>,
    operation: &Operation,
    name: &str,
    value: &str,
    at: PointerRef<'_>,
) -> Option<Unpaged> {
    let found = parameter(resolver, operation, name, at.key("parameter"))?;
    let api = resolver.api();
    if let TypeRef::Named(id) = api.resolved(&found.ty)
        && let Some(TypeKind::Enum(enumeration)) = api.definition(*id).map(|definition| &definition.kind)
        && let EnumValues::Text(values) = &enumeration.values
    {
        if let Some(known) = values.iter().find(|known| known.value == value) {
            let (field, variant) = (found.field.clone(), known.variant.clone());
            return Some(Unpaged { field, required: found.required, enumeration: *id, variant });
        }
        let values = values.iter().map(|known| known.value.as_str());
        let help = did_you_mean(value, values, || "name one of its values".to_owned());
        let message = format!("`{value}` is not a value of `{name}`");
        let value_at = at.key("value");
        resolver.sink.report(Code::DanglingRef, value_at.value(), message, help);
        return None;
    }
    let message = format!("`{name}` is not an enumeration of strings");
    let parameter_at = (PointerRef::Base(&found.source_ref.node), "the parameter");
    let help = "name a parameter with `enum`";
    let name_at = at.key("parameter");
    resolver.sink.report_with(Code::WrongValue, name_at.value(), message, help, parameter_at);
    None
}

#[cfg(test)]
mod tests {
    use crate::lifecycle::Counter;
    use crate::lower::testing::{flighthub_model, flighthub_problems};

    fn document(pagination: &str) -> String {
        let query = |name: &str, schema: &str| format!("{{name: {name}, in: query, schema: {schema}}}");
        let parameters = [
            query("page", "{type: integer, format: int64, default: 1}"),
            query("size", "{type: integer, format: int64}"),
            query("small", "{type: integer, format: int32, default: 1}"),
            query("q", "{type: string}"),
            query("usage", "{type: string, enum: [simple, full]}"),
        ];
        let content = "{application/json: {schema: {allOf: [{$ref: '#/components/schemas/E'}, {type: object, properties: \
                       {data: {$ref: '#/components/schemas/Page'}}}]}}}";
        format!(
            "paths: {{/a: {{get: {{operationId: listThings, tags: [T], x-risk: read, x-retry: safe, \
             x-pagination: {pagination}, parameters: [{}], responses: {{'200': {{description: '', content: {content}}}}}}}}}}}\n\
             tags: [{{name: T, x-client-name: t}}]\n\
             components:\n  schemas:\n    \
             E: {{type: object, x-envelope: true, required: [code, message], properties: {{code: {{type: integer}}, \
             message: {{type: string}}}}}}\n    \
             Page: {{type: object, properties: {{list: {{type: array, nullable: true, items: {{type: string}}}}, \
             name: {{type: string}}}}}}",
            parameters.join(", ")
        )
    }

    #[test]
    fn pages_are_resolved() {
        let pagination = "{page: page, page_size: size, accepted_size: 50, items: list, end: short-page, \
                          unpaged: {parameter: usage, value: simple}}";
        let api = flighthub_model(&document(pagination));
        let found = api.operations().next().unwrap().pagination.clone().unwrap();
        assert_eq!(found.page, Counter { field: "page".to_owned(), required: false });
        assert_eq!((found.first_page, &*found.items), (1, "list"));
        let unpaged = found.unpaged.unwrap();
        assert_eq!((&*unpaged.field, &*unpaged.variant), ("usage", "Simple"));
    }

    #[test]
    fn invalid_statements_are_reported_at_their_locations() {
        let at = "/paths/~1a/get/x-pagination";
        for (pagination, expected) in [
            ("{page: pag, items: list, end: empty-page}", "/page: there is no parameter `pag`"),
            ("{page: q, items: list, end: empty-page}", "/page: `q` is not a 64-bit integer, or is a path parameter"),
            (
                "{page: small, items: list, end: empty-page}",
                "/page: `small` is not a 64-bit integer, or is a path parameter",
            ),
            (
                "{page: size, items: list, end: empty-page}",
                "/page: the number of the first page is not known: `size` has no `default`",
            ),
            (
                "{page: page, items: list, end: short-page}",
                "/end: a short page cannot be recognised without `page_size` and `accepted_size`",
            ),
            (
                "{page: page, page_size: size, items: list, end: short-page}",
                "/end: a short page cannot be recognised without `page_size` and `accepted_size`",
            ),
            (
                "{page: page, accepted_size: 5, items: list, end: empty-page}",
                "/accepted_size: `accepted_size` requires `page_size`",
            ),
            (
                "{page: page, page_size: size, accepted_size: 0, items: list, end: short-page}",
                "/accepted_size: a page cannot have 0 items",
            ),
            ("{page: page, items: lists, end: empty-page}", "/items: the response has no property `lists`"),
            ("{page: page, items: name, end: empty-page}", "/items: `name` is not a list"),
            (
                "{page: page, items: list, end: empty-page, unpaged: {parameter: usage, value: sample}}",
                "/unpaged/value: `sample` is not a value of `usage`",
            ),
            (
                "{page: page, items: list, end: empty-page, unpaged: {parameter: q, value: simple}}",
                "/unpaged/parameter: `q` is not an enumeration of strings",
            ),
        ] {
            assert_eq!(flighthub_problems(&document(pagination)), [format!("{at}{expected}")], "{pagination}");
        }
    }

    #[test]
    fn an_argument_does_not_have_the_name_of_a_pagination_method() {
        let pagination = "{page: page, items: list, end: empty-page}";
        let with_items = |text: String| text.replace("{name: q, in", "{name: items, in");
        let fields = |text: &str| {
            let api = flighthub_model(text);
            api.operations().next().unwrap().parameters.iter().map(|it| it.field.clone()).collect::<Vec<_>>()
        };
        assert!(fields(&with_items(document(pagination))).contains(&"items_2".to_owned()));
        let unpaged = with_items(document(pagination)).replace(&format!("x-pagination: {pagination}, "), "");
        assert!(fields(&unpaged).contains(&"items".to_owned()));
    }
}
