//! The macros of generated code that connect an operation with the types of its failures and headers.
//!
//! In: the names of the types, and the body of each status. Out: implementations of
//! [`TypedFailure`](crate::codegen::TypedFailure) and [`TypedHeaders`](crate::codegen::TypedHeaders). This module does not
//! know how a body is decoded.

/// Implements [`TypedFailure`](crate::codegen::TypedFailure) with an enumeration by status. Each status has its variant,
/// and the method of a body that reads its value, or the type that does; neither for a variant without a value.
#[doc(hidden)]
#[macro_export]
macro_rules! __failures {
    ($failure:ident of $operation:ident { $($status:pat => $variant:ident $($read:ident)? $(($content:ident))?),* $(,)? }) => {
        impl $crate::codegen::TypedFailure for $operation {
            type Failure = $failure;

            fn read_failure(
                body: $crate::codegen::ResponseBody<'_>,
            ) -> ::core::option::Option<::core::result::Result<$failure, $crate::codegen::ReadError>> {
                ::core::option::Option::Some(match body.status() {
                    $($status => $crate::__status_variant!(body, $failure::$variant $($read)? $(($content))?),)*
                    #[allow(unreachable_patterns)]
                    _ => return ::core::option::Option::None,
                })
            }
        }
    };
}

/// Reads a variant of an enumeration by status.
#[doc(hidden)]
#[macro_export]
macro_rules! __status_variant {
    ($body:ident, $failure:ident::$variant:ident) => {
        ::core::result::Result::Ok($failure::$variant)
    };
    ($body:ident, $failure:ident::$variant:ident $read:ident) => {
        $body.$read().map($failure::$variant)
    };
    ($body:ident, $failure:ident::$variant:ident ($content:ident)) => {
        $content::read($body).map($failure::$variant)
    };
}

/// Implements [`TypedHeaders`](crate::codegen::TypedHeaders) with a type that contains all headers.
#[doc(hidden)]
#[macro_export]
macro_rules! __headers {
    ($headers:ident of $operation:ident) => {
        impl ::core::convert::From<$crate::codegen::ResponseHeaders> for $headers {
            fn from(headers: $crate::codegen::ResponseHeaders) -> Self {
                Self(headers)
            }
        }

        impl $crate::codegen::TypedHeaders for $operation {
            type Headers = $headers;
        }
    };
}
