//! Time that does not make a test wait: the client's waits between attempts are written down, and move a clock of their
//! own. Its time limits run in real time, because requests do.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use flighthub2::{Clock, SleepFuture};

/// Time that passes when the client waits, and not otherwise.
#[derive(Clone)]
pub struct Instantly {
    started: Instant,
    waits: Arc<Mutex<Vec<Duration>>>,
    on_wait: Arc<dyn Fn() + Send + Sync>,
}

impl fmt::Debug for Instantly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instantly")
    }
}

impl Default for Instantly {
    fn default() -> Self {
        Self::new()
    }
}

impl Instantly {
    /// Time that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self::doing(|| ())
    }

    /// The same, and does something whenever the client waits.
    pub fn doing(on_wait: impl Fn() + Send + Sync + 'static) -> Self {
        Self { started: Instant::now(), waits: Arc::default(), on_wait: Arc::new(on_wait) }
    }

    /// The waits so far, in order.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Clock for Instantly {
    fn now(&self) -> Instant {
        self.started + self.waits().iter().sum::<Duration>()
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
        (self.on_wait)();
        Box::pin(std::future::ready(()))
    }

    fn timeout(&self, duration: Duration) -> SleepFuture {
        Box::pin(tokio::time::sleep(duration))
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}
