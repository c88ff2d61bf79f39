//! `x-states` and `x-follow`: methods that classify the values of a status, and methods that poll a status until it is
//! final.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::doc;
use super::{Emitter, allow_deprecated, bare, deprecated, ident};
use crate::model::{Enum, EnumValues, Operation, States};

impl Emitter<'_> {
    /// The implementation of `Followed`, for an operation with `x-follow`.
    pub(super) fn followed(&self, operation: &Operation) -> Option<TokenStream> {
        let follow = operation.follow.as_ref()?;
        let name = ident(&operation.type_name);
        let state = self.ty(&follow.state, &quote! { types });
        let status = ident(&follow.status);
        let progress = follow.progress.as_ref().map(|(field, is_always_there)| {
            let field = ident(field);
            let value = if *is_always_there {
                quote! { Some(response.#field) }
            } else {
                quote! { response.#field }
            };
            quote! {
                fn progress(response: &Self::Output) -> Option<i64> {
                    #value
                }
            }
        });
        Some(quote! {
            impl runtime::Followed for #name {
                type State = #state;

                fn state(response: &Self::Output) -> &Self::State {
                    &response.#status
                }

                #progress
            }
        })
    }

    /// The method of a group that polls an operation until its status is final.
    pub(super) fn follow_method(
        &self,
        operation: &Operation,
        bound: Option<&TokenStream>,
        names: &[&TokenStream],
        types: &[&TokenStream],
    ) -> Option<TokenStream> {
        // A builder sets the required arguments by name. Its call has the method `follow` instead.
        let follow = operation.follow.as_ref().filter(|_| !operation.is_builder())?;
        let operation_type = ident(&operation.type_name);
        let show = ident(&operation.method_name);
        let method = ident(&follow.method_name);
        let about = doc(&format!(
            "Polls [`{}`](Self::{}) until the state is final. Requires a time limit: `.timeout(…)`.\n\n\
             Polling only reads. Dropping the future ends the polling and has no other effect: the job continues, and can be \
             followed again, also by another process. See [`Follow`](runtime::Follow).",
            bare(&operation.method_name),
            bare(&operation.method_name),
        ));
        let (allow, deprecated) = (allow_deprecated(operation.deprecated), deprecated(operation.deprecated));
        Some(quote! {
            #about
            #deprecated
            #allow
            pub fn #method(&self, #(#names: #types),*) -> runtime::FollowBuilder<C, #operation_type> #bound {
                self.#show(#(#names),*).follow()
            }
        })
    }

    /// The methods of an enumeration with `x-states`.
    pub(super) fn states(&self, name: &Ident, enumeration: &Enum) -> Option<TokenStream> {
        let States { success, failure } = enumeration.states.as_ref()?;
        let described: Vec<(String, Ident)> = match &enumeration.values {
            EnumValues::Text(values) => {
                values.iter().map(|value| (value.variant.clone(), ident(&value.variant))).collect()
            }
            EnumValues::Integer(values) => {
                values.iter().map(|value| (value.variant.clone(), ident(&value.variant))).collect()
            }
        };
        let of = |positions: &[usize]| -> Vec<&(String, Ident)> {
            positions.iter().filter_map(|position| described.get(*position)).collect()
        };
        let (success, failure) = (of(success), of(failure));
        let list = |states: &[&(String, Ident)]| {
            let links: Vec<String> =
                states.iter().map(|(variant, _)| format!("[`{variant}`](Self::{variant})")).collect();
            links.join(", ")
        };
        let all = [success.as_slice(), failure.as_slice()].concat();
        let about_final = doc(&format!(
            "Whether the state is final: {}. All other states are progress, including values that are not listed.",
            list(&all)
        ));
        let about_success = doc(&format!("Whether the state is final and successful: {}.", list(&success)));
        let successes = success.iter().map(|(_, variant)| variant);
        let finals = all.iter().map(|(_, variant)| variant);
        Some(quote! {
            impl #name {
                #about_final
                #[must_use]
                pub fn is_final(&self) -> bool {
                    matches!(self, #(Self::#finals)|*)
                }

                #about_success
                #[must_use]
                pub fn is_success(&self) -> bool {
                    matches!(self, #(Self::#successes)|*)
                }
            }

            impl runtime::State for #name {
                fn is_final(&self) -> bool {
                    self.is_final()
                }

                fn is_success(&self) -> bool {
                    self.is_success()
                }
            }
        })
    }
}
