//! States and following: which values of a status are final, and which operations show one.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::doc;
use super::{Emitter, allow_deprecated, bare, deprecated, ident};
use crate::model::{Enum, EnumValues, Operation, States};

impl Emitter<'_> {
    /// The implementation of `Followed`, for an operation whose response shows a state.
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

    /// The method of a group that follows what an operation shows.
    pub(super) fn follow_method(
        &self,
        operation: &Operation,
        scope: &TokenStream,
        names: &[&TokenStream],
        types: &[&TokenStream],
    ) -> Option<TokenStream> {
        // Required arguments that are set by name are set on the call, which has `follow` then.
        let follow = operation.follow.as_ref().filter(|_| !operation.is_builder())?;
        let operation_type = ident(&operation.type_name);
        let show = ident(&operation.method_name);
        let method = ident(&follow.method_name);
        let about = doc(&format!(
            "Follows what [`{}`](Self::{}) shows until its state is final. Needs a time limit: `.timeout(…)`.\n\n\
             It only reads. Dropping it ends the polling and nothing else: what is followed goes on, and can be followed \
             again, also by another process.\n\nMore: [`Follow`](runtime::Follow).",
            bare(&operation.method_name),
            bare(&operation.method_name),
        ));
        let (allow, deprecated) = (allow_deprecated(operation.deprecated), deprecated(operation.deprecated));
        Some(quote! {
            #about
            #deprecated
            #allow
            pub fn #method(&self, #(#names: #types),*) -> runtime::FollowBuilder<C, #operation_type>
            where
                C: runtime::InScope<#scope>,
            {
                self.#show(#(#names),*).follow()
            }
        })
    }

    /// Methods of an enumeration whose final values are known.
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
            "Whether it is final: {}. Other states are progress, and so is a value that this version does not know.",
            list(&all)
        ));
        let about_success = doc(&format!("Whether it is the final state of a success: {}.", list(&success)));
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
