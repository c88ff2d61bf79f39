//! Documents of others, without their `x-` keys.
//!
//! An `x-` key of somebody else can have the name of one of ours and another meaning. They are taken away here, once, so
//! that no later stage has to ask whose document it reads.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, Content, OpenAPI, Operation, Parameter, ParameterData, ParameterSchemaOrContent, ReferenceOr,
    RequestBody, Response, Schema, SchemaKind, Type,
};

/// Takes the `x-` keys away wherever later stages would look for one.
pub(super) fn remove(api: &mut OpenAPI) {
    api.extensions.clear();
    api.tags.iter_mut().for_each(|tag| tag.extensions.clear());
    api.servers.iter_mut().for_each(|server| server.extensions.clear());
    for item in api.paths.paths.values_mut() {
        let ReferenceOr::Item(item) = item else { continue };
        item.parameters.iter_mut().for_each(|slot| within(slot, parameter));
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.options,
            &mut item.head,
            &mut item.patch,
            &mut item.trace,
        ];
        operations.into_iter().flatten().for_each(operation);
    }
    let Some(components) = &mut api.components else { return };
    each(&mut components.schemas, schema);
    each(&mut components.parameters, parameter);
    each(&mut components.request_bodies, request_body);
    each(&mut components.responses, response);
}

fn within<T>(slot: &mut ReferenceOr<T>, change: impl Fn(&mut T)) {
    if let ReferenceOr::Item(item) = slot {
        change(item);
    }
}

fn each<T>(members: &mut IndexMap<String, ReferenceOr<T>>, change: impl Fn(&mut T) + Copy) {
    members.values_mut().for_each(|slot| within(slot, change));
}

fn operation(operation: &mut Operation) {
    operation.extensions.clear();
    operation.parameters.iter_mut().for_each(|slot| within(slot, parameter));
    operation.request_body.iter_mut().for_each(|slot| within(slot, request_body));
    operation.responses.default.iter_mut().for_each(|slot| within(slot, response));
    operation.responses.responses.values_mut().for_each(|slot| within(slot, response));
}

fn parameter(parameter: &mut Parameter) {
    let data: &mut ParameterData = match parameter {
        Parameter::Query { parameter_data, .. }
        | Parameter::Header { parameter_data, .. }
        | Parameter::Path { parameter_data, .. }
        | Parameter::Cookie { parameter_data, .. } => parameter_data,
    };
    data.extensions.clear();
    match &mut data.format {
        ParameterSchemaOrContent::Schema(slot) => within(slot, schema),
        ParameterSchemaOrContent::Content(media) => content(media),
    }
}

fn request_body(body: &mut RequestBody) {
    content(&mut body.content);
}

fn response(response: &mut Response) {
    content(&mut response.content);
}

fn content(content: &mut Content) {
    content.values_mut().filter_map(|media| media.schema.as_mut()).for_each(|slot| within(slot, schema));
}

fn schema(of: &mut Schema) {
    of.schema_data.extensions.clear();
    let boxed = |slot: &mut ReferenceOr<Box<Schema>>| within(slot, |inner| schema(inner));
    let list = |slots: &mut Vec<ReferenceOr<Schema>>| slots.iter_mut().for_each(|slot| within(slot, schema));
    let additional = |additional: &mut Option<AdditionalProperties>| {
        if let Some(AdditionalProperties::Schema(slot)) = additional {
            within(slot, schema);
        }
    };
    match &mut of.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            object.properties.values_mut().for_each(boxed);
            additional(&mut object.additional_properties);
        }
        SchemaKind::Type(Type::Array(array)) => array.items.iter_mut().for_each(boxed),
        SchemaKind::Type(_) => {}
        SchemaKind::OneOf { one_of: members }
        | SchemaKind::AllOf { all_of: members }
        | SchemaKind::AnyOf { any_of: members } => list(members),
        SchemaKind::Not { not } => within(not, schema),
        SchemaKind::Any(any) => {
            any.properties.values_mut().for_each(boxed);
            additional(&mut any.additional_properties);
            any.items.iter_mut().for_each(boxed);
            [&mut any.one_of, &mut any.all_of, &mut any.any_of].into_iter().for_each(list);
            any.not.iter_mut().for_each(|slot| within(slot, schema));
        }
    }
}
