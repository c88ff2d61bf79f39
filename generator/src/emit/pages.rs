//! `x-pagination`: the implementation of the runtime's trait for operations that return a page of a list.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Emitter, ident};
use crate::document::lifecycle::PageEnd;
use crate::lifecycle::{Counter, Unpaged};
use crate::model::{Operation, TypeKind};

impl Emitter<'_> {
    /// The implementation of `Paginated`, for an operation with `x-pagination`.
    pub(super) fn pagination(&self, operation: &Operation) -> Option<TokenStream> {
        let pages = operation.pagination.as_ref()?;
        let name = ident(&operation.type_name);
        let item = self.ty(&pages.item, &quote! { types });
        let first = Literal::i64_unsuffixed(pages.first_page);
        let end = match pages.end {
            PageEnd::ShortPage => quote! { ShortPage },
            PageEnd::EmptyPage => quote! { EmptyPage },
        };
        let accepted = pages.statement.accepted_size.map(|size| {
            let size = Literal::i64_unsuffixed(size);
            quote! { .with_accepted_size(Some(#size)) }
        });
        let (page, set_page) = counter(&pages.page, &quote! { page });
        let size = pages.page_size.as_ref().map(|size| {
            let (size, set_size) = counter(size, &quote! { size });
            quote! {
                fn page_size(&self) -> Option<i64> {
                    #size
                }

                fn set_page_size(&mut self, size: i64) {
                    #set_size
                }
            }
        });
        let unpaged = pages.unpaged.as_ref().and_then(|unpaged| self.unpaged(unpaged));
        let items = ident(&pages.items);
        Some(quote! {
            impl runtime::Paginated for #name {
                type Item = #item;

                const PAGINATION: runtime::Pagination =
                    runtime::Pagination::new(#first, runtime::PageEnd::#end)#accepted;

                fn page(&self) -> Option<i64> {
                    #page
                }

                fn set_page(&mut self, page: i64) {
                    #set_page
                }

                #size
                #unpaged

                fn items(page: &Self::Output) -> &[Self::Item] {
                    &page.#items
                }

                fn into_items(page: Self::Output) -> Vec<Self::Item> {
                    page.#items
                }
            }
        })
    }

    fn unpaged(&self, unpaged: &Unpaged) -> Option<TokenStream> {
        let definition = self.api.definition(unpaged.enumeration)?;
        debug_assert!(matches!(definition.kind, TypeKind::Enum(_)), "the lower stage resolves enumerations only");
        let (ty, variant, field) = (ident(&definition.name), ident(&unpaged.variant), ident(&unpaged.field));
        let value = if unpaged.required {
            quote! { matches!(self.#field, types::#ty::#variant) }
        } else {
            quote! { matches!(self.#field, Some(types::#ty::#variant)) }
        };
        Some(quote! {
            fn is_unpaged(&self) -> bool {
                #value
            }
        })
    }
}

/// The expressions that read and set an integer argument.
fn counter(counter: &Counter, value: &TokenStream) -> (TokenStream, TokenStream) {
    let field = ident(&counter.field);
    if counter.required {
        (quote! { Some(self.#field) }, quote! { self.#field = #value; })
    } else {
        (quote! { self.#field }, quote! { self.#field = Some(#value); })
    }
}
