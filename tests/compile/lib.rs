//! Nothing: what must not compile stands beside, in `wrong_*.rs`.
