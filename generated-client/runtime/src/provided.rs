//! Required values that are set by name, and markers of those that are not.

/// A required value of the type `T` that is set. A builder begins with a marker for each required value; a marker is no
/// value, so the compiler refuses to build what is not complete, and names the marker.
#[diagnostic::on_unimplemented(
    message = "the required value `{Self}` is not set",
    label = "`{Self}` is missing: set it by name before this",
    note = "its type is `{T}`"
)]
pub trait Provided<T> {
    /// The value.
    fn provided(self) -> T;
    /// The value, borrowed.
    fn provided_ref(&self) -> &T;
}

impl<T> Provided<T> for T {
    fn provided(self) -> T {
        self
    }

    fn provided_ref(&self) -> &T {
        self
    }
}

/// The marker of a required value that is not set.
#[doc(hidden)]
#[macro_export]
macro_rules! __missing {
    ($name:ident) => {
        #[doc = concat!("The required `", stringify!($name), "` is not set.")]
        #[allow(non_camel_case_types, reason = "it has the name of the value")]
        // Derived code must not name a type that the marker can shadow, such as `bool`.
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        pub struct $name;
    };
}
