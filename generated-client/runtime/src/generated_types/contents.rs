//! Code of responses that have several media types.
//!
//! In: an enumeration with a variant for each media type, and the method that reads it from a body. Out: the function that
//! reads the variant of a response, and a method for the content of each. This module does not know how media types are
//! compared: [`ResponseBody::by_media_type`](crate::response::ResponseBody::by_media_type) does.

/// How content of several media types is read, and what it is. Each variant has the method of a body that reads it, and the
/// method that returns its content.
#[doc(hidden)]
#[macro_export]
macro_rules! __content {
    ($name:ident { $($($media_type:literal)|+ => $variant:ident($ty:ty) $read:ident $into:ident),* $(,)? }) => {
        impl $name {
            fn read(
                body: $crate::codegen::ResponseBody<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::ReadError> {
                type Read = fn($crate::codegen::ResponseBody<'_>) -> ::core::result::Result<$name, $crate::codegen::ReadError>;
                const VARIANTS: &[(&[&str], Read)] = &[$((&[$($media_type),+], |body| body.$read().map($name::$variant))),*];
                (body.by_media_type(VARIANTS)?)(body)
            }
            $(
                #[doc = concat!("The content, if it is `", stringify!($variant), "`.")]
                pub fn $into(self) -> ::core::option::Option<$ty> {
                    match self {
                        Self::$variant(content) => ::core::option::Option::Some(content),
                        #[allow(unreachable_patterns)]
                        _ => ::core::option::Option::None,
                    }
                }
            )*
        }
    };
}
