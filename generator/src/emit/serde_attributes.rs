//! The serde attributes of a field: its name in JSON, and the handling of null and omitted properties.

use proc_macro2::TokenStream;
use quote::quote;

use super::bare;
use crate::model::Presence;

/// The attribute of a field with the name `name` in JSON. `extra` precedes the arguments for the presence of the field.
pub(super) fn attribute(
    field: &str,
    name: &str,
    extra: Vec<TokenStream>,
    presence: Presence,
    required: bool,
) -> Option<TokenStream> {
    let mut attributes: Vec<TokenStream> = Vec::new();
    if bare(field) != name {
        attributes.push(quote! { rename = #name });
    }
    attributes.extend(extra);
    match presence {
        Presence::Value | Presence::Nullable => {}
        Presence::List => {
            attributes.push(quote! { default });
            attributes.push(quote! { deserialize_with = "runtime::null_as_empty" });
            if !required {
                attributes.push(quote! { skip_serializing_if = "Vec::is_empty" });
            }
        }
        Presence::RequiredList => attributes.push(quote! { deserialize_with = "runtime::null_as_empty" }),
        Presence::Optional => attributes.push(quote! { skip_serializing_if = "Option::is_none" }),
        Presence::OptionalNullable => {
            attributes.push(quote! { default });
            attributes.push(quote! { deserialize_with = "runtime::null_as_value" });
            attributes.push(quote! { skip_serializing_if = "Option::is_none" });
        }
    }
    (!attributes.is_empty()).then(|| quote! { #[serde(#(#attributes),*)] })
}
