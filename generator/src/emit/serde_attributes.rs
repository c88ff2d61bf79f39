//! Serde's attributes of a field: its name, and when it is omitted or null.

use proc_macro2::TokenStream;
use quote::quote;

use super::bare;
use crate::model::Presence;

/// The attribute of a field that is called `name` in JSON. `own` comes before what the presence of the field needs.
pub(super) fn attribute(
    field: &str,
    name: &str,
    own: Vec<TokenStream>,
    presence: Presence,
    required: bool,
) -> Option<TokenStream> {
    let mut attributes: Vec<TokenStream> = Vec::new();
    if bare(field) != name {
        attributes.push(quote! { rename = #name });
    }
    attributes.extend(own);
    match presence {
        Presence::Value | Presence::Nullable => {}
        Presence::List => {
            attributes.push(quote! { default });
            attributes.push(quote! { deserialize_with = "runtime::null_as_empty" });
            if !required {
                attributes.push(quote! { skip_serializing_if = "Vec::is_empty" });
            }
        }
        Presence::Optional => attributes.push(quote! { skip_serializing_if = "Option::is_none" }),
        Presence::OptionalNullable => {
            attributes.push(quote! { default });
            attributes.push(quote! { deserialize_with = "runtime::null_as_value" });
            attributes.push(quote! { skip_serializing_if = "Option::is_none" });
        }
    }
    (!attributes.is_empty()).then(|| quote! { #[serde(#(#attributes),*)] })
}
