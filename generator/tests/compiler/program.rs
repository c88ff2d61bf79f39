//! A program that uses all public items of a client.
//!
//! In: statements, and the crate and module of the client. Out: the text of the program. Each statement stands in the
//! surroundings that it had in the client, so that its types are found.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::caller::Uses;

/// A program that does all of it with the client in a module of another crate. It also compiles as a module of a larger
/// program.
pub(crate) fn program(uses: &Uses, crate_name: &str, module: &str) -> String {
    let [crate_name, module] = [crate_name, module].map(|name| Ident::new(name, Span::call_site()));
    let library = quote! { #crate_name::#module };
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

/// `crate`, as others call it.
fn in_library(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "crate" => library.clone(),
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), in_library(group.stream(), library))).into()
            }
            token => token.into(),
        })
        .collect()
}
