//! Time and jitter, as the client sees them.
//!
//! Everything that the client waits for and every limit that it keeps goes through a [`Clock`]: one clock decides when a
//! wait is over and how much time is left. So a test can look at waits without waiting, time that is paused is paused for
//! all of it, and a program can bring its own timer.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::task::coop::unconstrained;

/// A wait that is going on.
pub type SleepFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the client gets time and jitter from.
///
/// `now`, `sleep` and `timeout` must agree: a wait of one second is over when `now` is one second later.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The moment that it is.
    fn now(&self) -> Instant;
    /// Waits before another attempt.
    fn sleep(&self, duration: Duration) -> SleepFuture;
    /// Ends when a time limit has passed: that of an attempt, or that of a call while it waits for a slot among the
    /// requests in flight. What is with_timeout goes on at the same time, and is dropped when this ends first.
    ///
    /// It is [`sleep`](Self::sleep) unless an implementation makes it different: one whose `sleep` returns at once, so that
    /// a test does not wait, would let every request time out at once.
    fn timeout(&self, duration: Duration) -> SleepFuture {
        self.sleep(duration)
    }
    /// A number from 0 to 1, by jitter: it spreads attempts, so that clients do not come back all at once.
    fn jitter(&self) -> f64;
}

/// The time of tokio.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        // Not that of the standard library: tokio's timers stand still while its time is paused, and so must this.
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> SleepFuture {
        // A request that is busy may use up the budget of its task; its limit must hold all the same.
        Box::pin(unconstrained(tokio::time::sleep(duration)))
    }

    fn jitter(&self) -> f64 {
        // 53 bits are as many as the number can hold.
        let bits = uuid::Uuid::new_v4().as_u128() as u64 >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

/// Runs a future until a limit has passed; `None` if that was first. What is ready counts, even if it is late.
pub(crate) async fn with_timeout<F: Future>(limit: &mut SleepFuture, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
