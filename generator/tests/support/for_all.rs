//! Properties, checked with the same inputs in every run, derived from a fixed seed.
//!
//! By default an eighth of the inputs is checked, so that the tests are quick; with the environment variable
//! `FLIGHTHUB2_THOROUGH_TESTS` all inputs are checked, as in CI.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Whether all inputs are checked.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("FLIGHTHUB2_THOROUGH_TESTS").is_some()
}

/// The number of inputs, out of `all`, that this run checks.
pub(crate) fn cases(all: u32) -> u32 {
    if is_thorough() { all } else { all.div_ceil(8) }
}

/// Checks a property with as many inputs as [`cases`] allows. It panics if the property does not hold.
pub(crate) fn for_all<S: Strategy>(all: u32, strategy: S, test: impl Fn(S::Value)) {
    let config = Config { cases: cases(all), failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    let result = runner.run(&strategy, |value| {
        test(value);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
