//! Properties that are tried with the same inputs in every run: they come from a counter, not from chance.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Tries a property with as many inputs as are asked for. It panics if it does not hold.
pub(crate) fn always<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    let held = runner.run(&strategy, |value| {
        test(value);
        Ok(())
    });
    held.unwrap_or_else(|failure| panic!("{failure}"));
}
