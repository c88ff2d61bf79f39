//! Operations: for each a struct of arguments and its methods, and for each group a type with methods.
//!
//! What an operation writes is in [`super::request`], what it reads in [`super::responses`].

use proc_macro2::TokenStream;
use quote::quote;

use super::builder::{MISSING, TypeState};
use super::docs::{self, doc};
use super::dynamic;
use super::{Emitter, allow_deprecated, argument, deprecated, ident, required_doc, use_runtime};
use crate::model::{Group, Location, Operation, Parameter, Scope, TypeRef};
use crate::rustdoc::documentation;

/// The arguments of a call, in order.
struct Argument {
    name: TokenStream,
    ty: TokenStream,
    /// The expressions of the operation's fields.
    fields: Vec<TokenStream>,
}

/// An optional value of a call.
struct Optional {
    field: proc_macro2::Ident,
    ty: TokenStream,
    about: String,
    /// Whether the value is a list, which is empty if it is omitted.
    is_list: bool,
    deprecated: bool,
}

impl<'a> Emitter<'a> {
    /// The file of a group: the type of the group, then its operations.
    pub(super) fn group(self, group: &'a Group) -> impl Iterator<Item = TokenStream> + 'a {
        let heading = docs::inner_doc(&docs::group(self.api, group));
        let use_runtime = use_runtime();
        let use_types = group.operations.iter().any(|operation| self.names_types(operation));
        let use_types = use_types.then(|| quote! { use super::types; });
        let beginning = quote! {
            #heading
            #use_types
            #use_runtime
        };
        [beginning, self.methods(group)]
            .into_iter()
            .chain(group.operations.iter().flat_map(move |operation| self.operation(group, operation)))
    }

    fn names_types(&self, operation: &Operation) -> bool {
        let arguments = operation.parameters.iter().map(|parameter| &parameter.ty);
        let arguments = arguments.chain(operation.body.as_ref().map(|body| &body.ty));
        arguments.chain(operation.received_types()).any(|ty| TypeRef::named(ty).is_some())
    }

    /// The type of the group: one method for each operation.
    fn methods(&self, group: &Group) -> TokenStream {
        let name = ident(&group.type_name);
        let about = doc(&format!(
            "The calls of the group *{}*.\n\n{}",
            group.name.replace('*', ""),
            docs::group(self.api, group)
        ));
        let methods = group.operations.iter().map(|operation| {
            let method = ident(&operation.method_name);
            let operation_type = ident(&operation.type_name);
            let bound = self.bound(operation.scope);
            let text = format!(
                "{}\n\n{}\nMore: [`{}`].",
                documentation(&docs::summary(operation)).split("\n\n").next().unwrap_or_default(),
                docs::method(self.api, operation),
                operation.type_name
            );
            let text = match self.method_example(group, operation) {
                Some(example) => format!("{text}\n\n{example}"),
                None => text,
            };
            let about = doc(&text);
            let allow = allow_deprecated(operation.deprecated);
            let deprecated = deprecated(operation.deprecated);
            let arguments = self.arguments(operation);
            let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
            let types: Vec<_> = arguments.iter().map(|argument| &argument.ty).collect();
            let follow = self.follow_method(operation, bound.as_ref(), &names, &types);
            let state = self.type_state(operation);
            let markers = in_brackets(state.as_ref().map_or(&[], TypeState::markers));
            quote! {
                #about
                #deprecated
                #allow
                pub fn #method(&self, #(#names: #types),*) -> super::Call<C, #operation_type #markers> #bound {
                    super::Call::new(&self.caller, #operation_type::new(#(#names),*))
                }

                #follow
            }
        });
        let caller = if self.has_projects() {
            quote! { runtime::Caller }
        } else {
            let scope = scope_type(Scope::Organization);
            quote! { runtime::InScope<#scope> }
        };
        quote! {
            #about
            #[derive(Clone, Debug)]
            pub struct #name<C> {
                caller: C,
            }

            impl<C: #caller> #name<C> {
                pub(super) fn new(caller: C) -> Self {
                    Self { caller }
                }

                #(#methods)*
            }
        }
    }

    /// The bound of a method of a group. Without projects the group itself has it: all operations have the same scope.
    fn bound(&self, scope: Scope) -> Option<TokenStream> {
        let scope = scope_type(scope);
        self.has_projects().then(|| quote! { where C: runtime::InScope<#scope>, })
    }

    /// The items of an operation, each or a few at a time: nested quotes would copy all tokens again.
    fn operation(&self, group: &Group, operation: &Operation) -> Vec<TokenStream> {
        let name = ident(&operation.type_name);
        let about = doc(&docs::operation(self.api, operation));
        let state = self.type_state(operation);
        let fields = operation.parameters.iter().map(|parameter| {
            let about = doc(&docs::parameter(self.api, parameter));
            let serde = dynamic::parameter_attribute(parameter);
            let field = ident(&parameter.field);
            let of_state = state.as_ref().and_then(|state| state.parameter(&field));
            let ty = of_state.map_or_else(|| self.field_type(parameter), |parameter| quote! { #parameter });
            quote! { #about #serde pub #field: #ty }
        });
        let body_field = operation.body.as_ref().map(|body| {
            let about = doc(&docs::body(self.api, body.description.as_deref()));
            let serde = dynamic::body_attribute(body);
            let field = ident(&body.field);
            let ty = self.ty(&body.ty, &quote! { types });
            let ty = if body.required {
                ty
            } else {
                quote! { Option<#ty> }
            };
            quote! { #about #serde pub #field: #ty }
        });
        let arguments = self.arguments(operation);
        let constructor = constructor(operation, &arguments);
        let optional: Vec<Optional> = self.optional(operation).collect();
        let setters = setters(&optional);
        let required = self.required_struct(operation);
        let forwarded = (setters.is_some() || state.is_some()).then(|| self.forwarded(operation, &optional));
        let (generics, inherent) = match &state {
            None => (None, quote! { impl #name { #constructor #setters } }),
            Some(state) => {
                let (parameters, types, markers) = (state.parameters(), state.types(), state.markers());
                let allow = allow_deprecated(operation.deprecated);
                let default = arguments.is_empty().then(|| {
                    quote! {
                        impl Default for #name<#(#markers),*> {
                            #allow
                            fn default() -> Self {
                                Self::new()
                            }
                        }
                    }
                });
                let required_setters = self.required_setters(operation, state);
                let inherent = quote! {
                    impl #name<#(#markers),*> {
                        #constructor
                    }

                    #default

                    impl<#(#parameters),*> #name<#(#parameters),*> {
                        #(#required_setters)*
                        #setters
                    }
                };
                (Some(quote! { <#(#parameters = #types),*> }), inherent)
            }
        };
        // Serde writes the type arguments after this name, and `Self` takes none.
        let remote = if state.is_some() { operation.type_name.as_str() } else { "Self" };
        let derives = if arguments.is_empty() && state.is_none() {
            quote! { #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)] }
        } else {
            quote! { #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)] }
        };
        let mut items = vec![quote! {
            #about
            #derives
            #[serde(remote = #remote, deny_unknown_fields)]
            #[non_exhaustive]
            pub struct #name #generics {
                #(#fields,)*
                #body_field
            }
            runtime::object!(#name);
        }];
        items.push(inherent);
        items.extend(required);
        items.extend(forwarded);
        items.extend(self.implementation(group, operation));
        items.extend(self.pagination(operation));
        items.extend(self.followed(operation));
        items
    }

    /// The field of a parameter: an omitted list is empty.
    fn field_type(&self, parameter: &Parameter) -> TokenStream {
        let ty = self.ty(&parameter.ty, &quote! { types });
        if parameter.required || parameter.list_style.is_some() {
            ty
        } else {
            quote! { Option<#ty> }
        }
    }

    fn arguments(&self, operation: &Operation) -> Vec<Argument> {
        let path = quote! { types };
        let single = |parameter: &Parameter| {
            let name = ident(&parameter.field);
            Argument {
                name: quote! { #name },
                ty: argument(&self.ty(&parameter.ty, &path)),
                fields: vec![quote! { #name: #name.into() }],
            }
        };
        let of_path = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
        let mut arguments: Vec<Argument> = of_path.map(single).collect();
        match &operation.required_name {
            None if operation.is_builder() => {}
            None => arguments.extend(operation.required().map(single)),
            Some(required) => {
                let ty = ident(required);
                let fields = operation.required().map(|parameter| {
                    let field = ident(&parameter.field);
                    quote! { #field: required.#field }
                });
                arguments.push(Argument { name: quote! { required }, ty: quote! { #ty }, fields: fields.collect() });
            }
        }
        if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
            let name = ident(&body.field);
            arguments.push(Argument {
                name: quote! { #name },
                ty: argument(&self.ty(&body.ty, &path)),
                fields: vec![quote! { #name: #name.into() }],
            });
        }
        arguments
    }

    /// The type parameters of an operation whose required arguments are set by name.
    pub(super) fn type_state(&self, operation: &Operation) -> Option<TypeState> {
        let values = operation.required().map(|it| (ident(&it.field), self.ty(&it.ty, &quote! { types })));
        operation.is_builder().then(|| TypeState::new(values, &quote! { super }))
    }

    /// A method for each required value that is set by name.
    fn required_setters(&self, operation: &Operation, state: &TypeState) -> Vec<TokenStream> {
        let name = ident(&operation.type_name);
        let fields: Vec<_> = operation.parameters.iter().map(|parameter| ident(&parameter.field)).collect();
        let body = operation.body.as_ref().map(|body| ident(&body.field));
        let setter = |parameter: &Parameter| {
            let about = doc(&docs::parameter(self.api, parameter));
            let field = ident(&parameter.field);
            let ty = argument(&self.ty(&parameter.ty, &quote! { types }));
            let arguments = state.with_set(&field);
            let others = fields.iter().chain(&body).filter(|other| **other != field);
            quote! {
                #about
                #[must_use]
                pub fn #field(self, #field: #ty) -> #name<#(#arguments),*> {
                    #name { #field: #field.into(), #(#others: self.#others),* }
                }
            }
        };
        operation.required().map(setter).collect()
    }

    /// The same methods on a call before it is sent.
    fn forwarded(&self, operation: &Operation, optional: &[Optional]) -> TokenStream {
        let name = ident(&operation.type_name);
        let methods = optional.iter().map(|Optional { field, ty, about, deprecated: old, .. }| {
            let (about, ty) = (doc(about), argument(ty));
            let (allow, deprecated) = (allow_deprecated(*old), deprecated(*old));
            quote! {
                #about
                #deprecated
                #allow
                pub fn #field(self, #field: #ty) -> Self {
                    self.map_operation(|operation| operation.#field(#field))
                }
            }
        });
        let Some(state) = self.type_state(operation) else {
            return quote! {
                impl<C> super::Call<C, #name> {
                    #(#methods)*
                }
            };
        };
        let required = operation.required().map(|parameter| {
            let about = doc(&docs::parameter(self.api, parameter));
            let field = ident(&parameter.field);
            let ty = argument(&self.ty(&parameter.ty, &quote! { types }));
            let arguments = state.with_set(&field);
            let (allow, deprecated) = (allow_deprecated(parameter.deprecated), deprecated(parameter.deprecated));
            quote! {
                #about
                #deprecated
                #allow
                pub fn #field(self, #field: #ty) -> super::Call<C, #name<#(#arguments),*>> {
                    self.__with_operation(|operation| operation.#field(#field))
                }
            }
        });
        let parameters = state.parameters();
        quote! {
            impl<C, #(#parameters),*> super::Call<C, #name<#(#parameters),*>> {
                #(#required)*
                #(#methods)*
            }
        }
    }

    /// The optional values of an operation: its parameters, and the body.
    fn optional<'o>(&'o self, operation: &'o Operation) -> impl Iterator<Item = Optional> + 'o {
        let parameters =
            operation.parameters.iter().filter(|parameter| !parameter.required).map(|parameter| Optional {
                field: ident(&parameter.field),
                ty: self.ty(&parameter.ty, &quote! { types }),
                about: docs::parameter(self.api, parameter),
                is_list: parameter.list_style.is_some(),
                deprecated: parameter.deprecated,
            });
        let body = operation.body.iter().filter(|body| !body.required).map(|body| Optional {
            field: ident(&body.field),
            ty: self.ty(&body.ty, &quote! { types }),
            about: docs::body(self.api, body.description.as_deref()),
            is_list: false,
            deprecated: false,
        });
        parameters.chain(body)
    }

    fn required_struct(&self, operation: &Operation) -> Option<TokenStream> {
        let name = ident(operation.required_name.as_deref()?);
        let about = required_doc(&operation.type_name);
        let fields = operation.required().map(|parameter| {
            let about = doc(&docs::parameter(self.api, parameter));
            let field = ident(&parameter.field);
            let ty = self.ty(&parameter.ty, &quote! { types });
            quote! { #about pub #field: #ty }
        });
        Some(quote! {
            #about
            #[derive(Clone, Debug, PartialEq)]
            pub struct #name {
                #(#fields,)*
            }
        })
    }
}

fn constructor(operation: &Operation, arguments: &[Argument]) -> TokenStream {
    let names = arguments.iter().map(|argument| &argument.name);
    let types = arguments.iter().map(|argument| &argument.ty);
    let values = arguments.iter().flat_map(|argument| &argument.fields);
    let optional = operation.parameters.iter().filter(|parameter| !parameter.required).map(|parameter| {
        let field = ident(&parameter.field);
        let empty = if parameter.list_style.is_some() {
            quote! { Vec::new() }
        } else {
            quote! { None }
        };
        quote! { #field: #empty }
    });
    let no_body = operation.body.as_ref().filter(|body| !body.required).map(|body| {
        let field = ident(&body.field);
        quote! { #field: None }
    });
    let required = operation.required().filter(|_| operation.is_builder()).map(|parameter| {
        let field = ident(&parameter.field);
        let missing = ident(MISSING);
        quote! { #field: super::#missing::#field }
    });
    let about = doc(if operation.is_builder() {
        "The call. Its required arguments are set by name."
    } else {
        "The call with its required arguments."
    });
    let deprecated = deprecated(operation.deprecated);
    let value = if arguments.is_empty() && !operation.is_builder() {
        quote! { Self::default() }
    } else {
        quote! { Self { #(#values,)* #(#required,)* #(#optional,)* #no_body } }
    };
    quote! {
        #about
        #deprecated
        #[must_use]
        pub fn new(#(#names: #types),*) -> Self {
            #value
        }
    }
}

/// A method for each optional value. Their documentation is that of the fields; the methods of a call repeat it.
fn setters(optional: &[Optional]) -> Option<TokenStream> {
    let of = |is_list: bool| {
        let those = optional.iter().filter(move |optional| optional.is_list == is_list);
        let setters = those.map(|Optional { field, ty, deprecated: old, .. }| {
            let deprecated = deprecated(*old);
            quote! { #deprecated #field(#ty) }
        });
        setters.collect::<Vec<TokenStream>>()
    };
    let (values, lists) = (of(false), of(true));
    let lists = (!lists.is_empty()).then(|| quote! { ; #(#lists),* });
    (!optional.is_empty()).then(|| quote! { runtime::setters!(#(#values),* #lists); })
}

/// Type arguments, if there are any.
pub(super) fn in_brackets<T: quote::ToTokens>(arguments: &[T]) -> Option<TokenStream> {
    (!arguments.is_empty()).then(|| quote! { <#(#arguments),*> })
}

/// The type of a scope.
pub(super) fn scope_type(scope: Scope) -> TokenStream {
    match scope {
        Scope::Organization => quote! { runtime::scope::Organization<super::Client> },
        Scope::OptionalProject => quote! { runtime::scope::OptionalProject<super::Client> },
        Scope::Project => quote! { runtime::scope::Project<super::Client> },
    }
}
