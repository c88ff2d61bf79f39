//! Time and chance, as the client sees them.
//!
//! Waiting between attempts goes through a [`Pace`], so that a test can look at it without waiting, and so that a program
//! can bring its own timer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// A wait that is going on.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the client gets time and chance from.
pub trait Pace: fmt::Debug + Send + Sync {
    /// The moment that it is.
    fn now(&self) -> Instant;
    /// Waits.
    fn wait(&self, duration: Duration) -> Wait;
    /// A number from 0 to 1, by chance: it spreads attempts, so that clients do not come back all at once.
    fn chance(&self) -> f64;
}

/// The time of tokio.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Real;

impl Pace for Real {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait(&self, duration: Duration) -> Wait {
        Box::pin(tokio::time::sleep(duration))
    }

    fn chance(&self) -> f64 {
        // 53 bits are as many as the number can hold.
        let bits = uuid::Uuid::new_v4().as_u128() as u64 >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}
