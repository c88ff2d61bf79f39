//! Several futures at once, and never more than a limit.

use std::future::Future;

use tokio::task::JoinSet;

/// Runs futures as tasks, at most so many at a time, and hands each output on as it comes. After the first error no new
/// one starts, and those that run are finished, so that nothing is lost that was nearly done. If this is dropped, so are
/// they.
pub(crate) async fn for_each<T, E, F>(
    futures: impl Iterator<Item = F>,
    limit: usize,
    mut output: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut futures = futures.fuse();
    let mut running = JoinSet::new();
    let mut result = Ok(());
    loop {
        while result.is_ok()
            && running.len() < limit.max(1)
            && let Some(future) = futures.next()
        {
            running.spawn(future);
        }
        match running.join_next().await {
            None => return result,
            Some(Ok(value)) => match output(value) {
                Err(error) if result.is_ok() => result = Err(error),
                _ => {}
            },
            // A callback of the caller has panicked: the panic is the caller's.
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Only a runtime that shuts down cancels tasks, and then this is not polled any more.
            Some(Err(_)) => {}
        }
    }
}
