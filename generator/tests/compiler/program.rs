//! A program that uses all public items of a client.
//!
//! In: statements, and the name of the crate of the client. Out: the text of the program. Each statement is in the same
//! module structure as in the client, so that its types are resolved.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::caller::Uses;

/// A program of all statements, as an example of the crate `library`.
pub(crate) fn program(uses: &Uses, library: &str) -> String {
    let library = Ident::new(library, Span::call_site());
    let modules = uses.iter().map(|(part, statements)| {
        let name = format_ident!("of_{part}");
        let statements = statements.iter().map(|statement| {
            let tokens: TokenStream = statement.parse().unwrap();
            in_library(quote! { const _: () = { #tokens }; }, &library)
        });
        // The same names as in the file: `super`, `types` and `runtime`.
        let (around, own) = match part.as_str() {
            "mod" | "client" | "error_code" => (quote! { pub use #library::*; }, quote! { use #library::*; }),
            "types" => (quote! { pub use #library::types::*; }, quote! { use #library::types::*; }),
            group => {
                let module = Ident::new(group, Span::call_site());
                (quote! { pub use #library::*; }, quote! { use #library::{types, #module::*}; })
            }
        };
        quote! {
            mod #name {
                #around
                mod inner {
                    #own
                    use #library::runtime;
                    #(#statements)*
                }
            }
        }
    });
    let program = quote! {
        #![allow(warnings)]
        fn main() {}
        #(#modules)*
    };
    program.to_string()
}

/// `crate`, as named from other crates.
fn in_library(tokens: TokenStream, library: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "crate" => TokenTree::Ident(library.clone()),
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), in_library(group.stream(), library)))
            }
            token => token,
        })
        .collect()
}
