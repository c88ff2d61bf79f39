//! Waiting without `async`: a runtime that belongs to a client and ends with it.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Delivery, Error, ErrorKind};

/// The runtime of a client, made when it is first needed.
#[derive(Default)]
pub(crate) struct Blocking(Mutex<Option<Runtime>>);

impl fmt::Debug for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocking")
    }
}

impl Blocking {
    /// Runs a future to its end on this thread. Calls of several threads go one after the other.
    pub(crate) fn run<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        if Handle::try_current().is_ok() {
            let message = "`send_blocking` within an async runtime would bring it to a halt: use `.send().await`";
            return Err(Error::new(ErrorKind::Config, Delivery::NotSent, message));
        }
        let mut runtime = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = match &mut *runtime {
            Some(runtime) => runtime,
            empty => {
                let made = Builder::new_current_thread().enable_all().build();
                let made = made.map_err(|error| Error::config("no runtime can be made").with_source(error))?;
                empty.insert(made)
            }
        };
        Ok(runtime.block_on(future))
    }
}

impl Drop for Blocking {
    fn drop(&mut self) {
        let runtime = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            // The last copy of a client may be dropped where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}
