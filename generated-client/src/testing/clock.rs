//! The simulated clock.
//!
//! In: steps, or a rate at which it runs. Out: the time of the simulation. It begins at the time of the examples.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When every simulation begins, in unix seconds: the time of the examples.
pub(crate) const BEGINNING: i64 = 1_770_000_000;

/// A clock that a test advances, or that runs by itself.
#[derive(Debug, Default)]
pub(crate) struct SimulatedClock(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// What has passed until the clock was started.
    passed: Duration,
    /// Since when the clock runs, and how many times faster than the clock of this machine.
    running: Option<(Instant, f64)>,
}

impl State {
    fn elapsed(&self) -> Duration {
        let Some((since, speed)) = self.running else { return self.passed };
        let run = Duration::try_from_secs_f64(since.elapsed().as_secs_f64() * speed).unwrap_or(Duration::MAX);
        self.passed.saturating_add(run)
    }
}

impl SimulatedClock {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has passed since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.state().elapsed()
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        BEGINNING.saturating_add(i64::try_from(self.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    pub(crate) fn advance(&self, time: Duration) {
        let mut state = self.state();
        state.passed = state.passed.saturating_add(time);
    }

    /// Lets it run at a speed; 0 stops it. Numbers that are negative or no numbers count as 0.
    pub(crate) fn run(&self, speed: f64) {
        let mut state = self.state();
        state.passed = state.elapsed();
        state.running = (speed > 0.0).then(|| (Instant::now(), speed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_advanced_and_runs_at_a_speed() {
        let clock = SimulatedClock::default();
        let second = Duration::from_secs(1);
        assert_eq!((clock.now(), clock.elapsed()), (BEGINNING, Duration::ZERO));
        tokio::time::advance(second).await;
        assert_eq!(clock.elapsed(), Duration::ZERO, "it runs by itself");
        clock.advance(second);
        assert_eq!(clock.now(), BEGINNING + 1);
        clock.run(60.0);
        tokio::time::advance(second).await;
        assert_eq!(clock.now(), BEGINNING + 61);
        clock.advance(second);
        clock.run(0.5);
        tokio::time::advance(second * 4).await;
        assert_eq!(clock.now(), BEGINNING + 64);
        for stopped in [0.0, -1.0, f64::NAN] {
            clock.run(stopped);
            tokio::time::advance(second).await;
            assert_eq!(clock.now(), BEGINNING + 64, "{stopped}");
        }
        clock.run(f64::INFINITY);
        tokio::time::advance(second).await;
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), i64::MAX);
    }
}
