//! The source of time and jitter.
//!
//! All waits and time limits of the client use one [`Clock`]. So a test can observe waits without waiting, paused time is
//! paused for all of them, and a program can use a timer of its own.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::task::coop::unconstrained;

/// A wait in progress.
pub type SleepFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The source of time and jitter of a client.
///
/// `now`, `sleep` and `timeout` must agree: a wait of one second is over when `now` is one second later.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The current instant.
    fn now(&self) -> Instant;
    /// Waits: before a retry, or before the next poll of what is [followed](crate::Follow).
    fn sleep(&self, duration: Duration) -> SleepFuture;
    /// Completes when a time limit has passed: that of an attempt, or that of a call while it waits for a slot among the
    /// requests in flight. The limited future runs at the same time, and is dropped if this one completes first.
    ///
    /// The default is [`sleep`](Self::sleep). An implementation whose `sleep` returns immediately, as in tests, has to
    /// override it: otherwise every request times out immediately.
    fn timeout(&self, duration: Duration) -> SleepFuture {
        self.sleep(duration)
    }
    /// A random number from 0 to 1. It spreads the retries of many clients over time. NaN counts as 0, and any other number
    /// as the nearest one of that range.
    fn jitter(&self) -> f64;
}

/// The clock of tokio.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        // Not the instant of the standard library: tokio's timers stop while its time is paused, and so must this clock.
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        // A busy request may exhaust the budget of its task; its time limit must apply nevertheless.
        Box::pin(unconstrained(tokio::time::sleep(duration)))
    }

    fn jitter(&self) -> f64 {
        // An `f64` has 53 bits of precision.
        let bits = uuid::Uuid::new_v4().as_u128() as u64 >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

/// Runs a future until a limit has passed. `None` if the limit passed first; a future that is ready by then completes.
pub(crate) async fn with_timeout<F: Future>(limit: &mut SleepFuture, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
