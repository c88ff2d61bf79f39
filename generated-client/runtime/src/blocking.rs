//! Blocking calls: a thread that belongs to a client and ends with it.
//!
//! The thread drives the blocking calls of all threads. It starts with the first of them, and is never joined, so the last
//! copy of a client may be dropped on any thread.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::coop;
use tracing::instrument::WithSubscriber as _;

use crate::error::{Delivery, Error, ErrorKind};

/// The thread of a client. It starts with the first blocking call.
#[derive(Default)]
pub(crate) struct Blocking(Mutex<Option<Worker>>);

struct Worker {
    runtime: Handle,
    /// Dropped with the client: then the thread ends.
    _running: oneshot::Sender<Infallible>,
}

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocking")
    }
}

impl Blocking {
    /// Refuses to block a thread that polls async tasks.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if within_a_task() {
            let message = "`send_blocking` within an async task would hold up the other tasks of its thread: \
                           use `.send().await`, or `tokio::task::spawn_blocking`";
            return Err(Error::config(message));
        }
        Ok(())
    }

    /// Runs a future to completion on the client's thread, and blocks this one meanwhile.
    pub(crate) fn run<F>(&self, future: F) -> Result<F::Output, Error>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let runtime = self.runtime()?;
        let (sender, receiver) = mpsc::sync_channel(1);
        let mut future = Box::pin(future);
        let task = async move {
            let outcome = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
                Err(panic) => Poll::Ready(Err(panic)),
            });
            // The receiver is gone if its thread has ended.
            let _ = sender.send(outcome.await);
        };
        drop(runtime.spawn(task.with_current_subscriber()));
        match receiver.recv() {
            Ok(Ok(output)) => Ok(output),
            // The transport or the clock of the program has panicked: the panic continues on the thread of the caller.
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => {
                let message = "the thread that sends this client's calls has ended";
                Err(Error::new(ErrorKind::Transport, Delivery::MaybeSent, message))
            }
        }
    }

    fn runtime(&self) -> Result<Handle, Error> {
        let mut worker = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = match &mut *worker {
            Some(worker) => worker,
            empty => empty.insert(Worker::start().map_err(|error| {
                Error::config("no thread can be made for calls that wait without `async`").with_source(error)
            })?),
        };
        Ok(worker.runtime.clone())
    }
}

impl Worker {
    fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel::<Infallible>();
        thread::Builder::new().name("flighthub2".to_owned()).spawn(move || {
            let Err(_) = runtime.block_on(ended);
            // A name resolution in progress must not keep the thread alive.
            runtime.shutdown_background();
        })?;
        Ok(Self { runtime: handle, _running: running })
    }
}

/// Whether this thread is polling a task of tokio.
///
/// Tokio gives each task a budget of steps before it must yield. Outside of tasks, in `spawn_blocking` and in
/// `block_in_place` there is no budget. [`Handle::try_current`] does not distinguish these. So this function uses up steps
/// until the budget, which fits in a byte, is exhausted; dropping the first value restores it.
fn within_a_task() -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    let Poll::Ready(_restores) = coop::poll_proceed(context) else { return true };
    (0..u8::MAX).any(|_| match coop::poll_proceed(context) {
        Poll::Ready(step) => {
            step.made_progress();
            false
        }
        Poll::Pending => true,
    })
}
