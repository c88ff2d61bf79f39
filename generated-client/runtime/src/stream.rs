//! Asynchronous iterators of this crate as [`Stream`]s.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

/// A step in progress: it returns the state, and the next item; `None` at the end.
type Step<S, T> = Pin<Box<dyn Future<Output = (S, Option<T>)> + Send>>;

/// A stream of the items that the steps return. No step runs before the stream is polled.
pub(crate) fn unfold<S, T>(state: S, step: fn(S) -> Step<S, T>) -> impl Stream<Item = T> + Send + Unpin {
    Unfold { running: Some(step(state)), step }
}

struct Unfold<S, T> {
    running: Option<Step<S, T>>,
    step: fn(S) -> Step<S, T>,
}

impl<S, T> Stream for Unfold<S, T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(running) = &mut self.running else { return Poll::Ready(None) };
        let (state, item) = ready!(running.as_mut().poll(context));
        self.running = item.is_some().then(|| (self.step)(state));
        Poll::Ready(item)
    }
}
