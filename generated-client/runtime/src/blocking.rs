//! Waiting without `async`: a thread that belongs to a client and ends with it.
//!
//! The thread drives the calls of all threads that wait. It is made when it is first needed. Nobody waits for its end, so
//! the last copy of a client may be dropped anywhere.

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

/// The thread of a client, once it is needed.
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
    /// Refuses to wait where that would hold up other tasks.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if within_a_task() {
            let message = "`send_blocking` within an async task would hold up the other tasks of its thread: \
                           use `.send().await`, or `tokio::task::spawn_blocking`";
            return Err(Error::config(message));
        }
        Ok(())
    }

    /// Runs a future to its end on the client's thread, while this one waits.
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
            // Nobody waits for it if the receiver's thread is gone.
            let _ = sender.send(outcome.await);
        };
        drop(runtime.spawn(task.with_current_subscriber()));
        match receiver.recv() {
            Ok(Ok(output)) => Ok(output),
            // A transport or a clock of the program has panicked: the same as without the other thread.
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
            // A look-up of a host that is going on must not hold the thread.
            runtime.shutdown_background();
        })?;
        Ok(Self { runtime: handle, _running: running })
    }
}

/// Whether this thread polls a task of tokio at the moment.
///
/// Tokio limits what a task may do before it yields, and nothing else: outside of tasks, in `spawn_blocking` and in
/// `block_in_place` there is no limit. [`Handle::try_current`] cannot tell these apart. So a limit is looked for, which
/// tokio keeps in a byte; the first of these values puts it back.
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
