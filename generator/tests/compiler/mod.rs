//! Generated code, its callers, and the compiler.

pub(crate) mod caller;
pub(crate) mod mutations;
pub(crate) mod nested;
pub(crate) mod normalize;
pub(crate) mod program;
pub(crate) mod workspace;
