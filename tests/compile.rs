//! What must not compile: each of these would be a mistake in the air.

#[test]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("compile/wrong_*.rs");
}
