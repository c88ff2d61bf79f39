//! Following: polls the state of a job that a call has started, such as a flight, until it is final.
//!
//! Generated code knows which operation shows the state and which member has it ([`Followed`]); this module decides when
//! to poll and when to stop. It only reads: neither a poll nor the end of polling affects the job.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use crate::call::InScope;
use crate::error::Error;
use crate::operation::{Operation, OperationInfo};
use crate::retry::{Ending, spread};

/// The first wait between two polls is at most this long, each further one at most twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait that is not set by the caller.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The shortest wait that callers can set: more frequent polls would only load the service.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// A status whose final values are known.
pub trait State: Clone + PartialEq + fmt::Display {
    /// Whether no other state follows. `false` for a value that this version does not know.
    fn is_final(&self) -> bool;
    /// Whether it is a final state of success. `false` for a value that this version does not know.
    fn is_success(&self) -> bool;
}

/// An operation whose response shows the state of a job.
pub trait Followed: Operation {
    /// The status.
    type State: State;

    /// The status in a response.
    fn state(response: &Self::Output) -> &Self::State;
    /// The progress in a response, in percent, if it has any.
    fn progress(response: &Self::Output) -> Option<i64> {
        let _ = response;
        None
    }
}

/// A job to follow, without a time limit. Nothing happens until [`timeout`](Self::timeout) sets one.
#[derive(Clone, Debug)]
#[must_use = "following needs a time limit: `.timeout(…)`"]
pub struct FollowBuilder<C, O> {
    caller: C,
    operation: O,
}

impl<C: InScope<O::Scope>, O: Followed> FollowBuilder<C, O> {
    #[doc(hidden)]
    pub fn new(caller: C, operation: O) -> Self {
        Self { caller, operation }
    }

    /// Sets how long to follow. There is no default: only the caller knows how long a flight or a reconstruction may
    /// take.
    ///
    /// The time begins with the first poll. It limits when polls begin; a poll that has begun has the limits of a call.
    pub fn timeout(self, timeout: Duration) -> Follow<C, O> {
        Follow {
            caller: self.caller,
            operation: self.operation,
            timeout,
            longest_wait: LONGEST_WAIT,
            started: None,
            waited: Duration::ZERO,
            polls: 0,
            pending: None,
            last: None,
            phase: Phase::Running,
        }
    }
}

/// The phase of following.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    /// The time limit has passed, which is not reported yet.
    Expired,
    Ended,
}

/// Follows a state until it is final.
///
/// - **Await it** for the last response, whose state is then a success.
/// - Or call [`next`](Self::next) for each change, the first state included.
///
/// **Dropping it ends only the polling.** A flight continues, as does any other job. The id is sufficient to follow it
/// again, also from another process.
///
/// The waits between polls double from two seconds up to 30 ([`longest_wait`](Self::longest_wait)), with jitter. A
/// `Retry-After` of the service is honoured. Waits and the time limit go by the [`Clock`](crate::Clock) of the client.
///
/// A state that this version does not know counts as progress: it neither ends nor fails the following.
#[must_use = "nothing is polled until it is awaited, or `next` is called"]
pub struct Follow<C, O: Followed> {
    caller: C,
    operation: O,
    timeout: Duration,
    longest_wait: Duration,
    /// When the first poll began.
    started: Option<Instant>,
    /// The sum of all waits: a clock that is set back does not prolong the time limit.
    waited: Duration,
    polls: u32,
    /// The wait before the next poll, and when it began.
    pending: Option<(Instant, Duration)>,
    last: Option<O::Output>,
    phase: Phase,
}

impl<C: fmt::Debug, O: Followed + fmt::Debug> fmt::Debug for Follow<C, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow")
            .field("caller", &self.caller)
            .field("operation", &self.operation)
            .field("timeout", &self.timeout)
            .field("polls", &self.polls)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

/// A change of a state, or of its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update<T, S> {
    response: T,
    state: S,
    progress: Option<i64>,
}

impl<T, S> Update<T, S> {
    /// The state.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// The progress in percent, if the response has any.
    #[must_use]
    pub fn progress(&self) -> Option<i64> {
        self.progress
    }

    /// The whole response.
    pub fn response(&self) -> &T {
        &self.response
    }

    /// Returns the response by value.
    pub fn into_response(self) -> T {
        self.response
    }
}

impl<C: InScope<O::Scope>, O: Followed> Follow<C, O>
where
    O::Output: Clone,
{
    /// Sets the longest wait between two polls. At least a second, and 30 seconds if it is not set.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait.max(SHORTEST_WAIT);
        self
    }

    /// The next change of the state or of its progress; the first state at once. `None` after the final state and after
    /// the time limit.
    ///
    /// Dropping the future loses no change.
    ///
    /// # Errors
    /// See [`FollowErrorKind`]. After [`FollowErrorKind::Poll`] the next call polls again, after a wait.
    #[allow(clippy::should_implement_trait, reason = "it is the method of an asynchronous iterator")]
    pub async fn next(&mut self) -> Option<Result<Update<O::Output, O::State>, FollowError<O::Output>>> {
        loop {
            match self.phase {
                Phase::Running => {}
                Phase::Expired => {
                    self.phase = Phase::Ended;
                    return Some(Err(self.error(FollowErrorKind::Timeout, None)));
                }
                Phase::Ended => return None,
            }
            self.wait().await;
            let clock = &self.caller.core().shared().clock;
            self.started.get_or_insert_with(|| clock.now());
            self.polls = self.polls.saturating_add(1);
            match self.caller.core().poll(&self.operation, self.caller.project_id()).await {
                Ok((response, asked)) => {
                    let update = self.changed(&response);
                    let (is_final, is_success) = (O::state(&response).is_final(), O::state(&response).is_success());
                    self.last = Some(response);
                    if is_final {
                        self.phase = Phase::Ended;
                        if !is_success {
                            return Some(Err(self.error(FollowErrorKind::Failed, None)));
                        }
                    } else if !self.schedule(asked) {
                        self.phase = Phase::Expired;
                    }
                    if let Some(update) = update {
                        return Some(Ok(update));
                    }
                }
                Err(error) => {
                    let is_for_now = |ending| matches!(ending, Some(Ending::Throttled(_) | Ending::Unavailable(_)));
                    let asked = error.retry_after().filter(|_| is_for_now(Ending::of(&error, None)));
                    match (self.schedule(asked), asked) {
                        // The service is there and says when to come back.
                        (true, Some(_)) => continue,
                        (true, None) => {}
                        (false, _) => self.phase = Phase::Ended,
                    }
                    return Some(Err(self.error(FollowErrorKind::Poll, Some(error))));
                }
            }
        }
    }

    /// Waits until the next poll is due.
    async fn wait(&mut self) {
        let Some((since, wait)) = self.pending else { return };
        let shared = self.caller.core().shared();
        // The clock cannot wait without a runtime. The poll is refused for the same reason, and reports it.
        if !(shared.needs_tokio && Handle::try_current().is_err()) {
            let left = wait.saturating_sub(shared.clock.now().saturating_duration_since(since));
            if !left.is_zero() {
                shared.clock.sleep(left).await;
            }
        }
        self.waited = self.waited.saturating_add(wait);
        self.pending = None;
    }

    /// Plans the next poll, with the wait that the service asks for. `false` if the time limit is over before.
    fn schedule(&mut self, asked: Option<Duration>) -> bool {
        let clock = &self.caller.core().shared().clock;
        let now = clock.now();
        let passed = self.started.map_or(Duration::ZERO, |started| now.saturating_duration_since(started));
        let left = self.timeout.saturating_sub(passed.max(self.waited));
        if left.is_zero() || asked.is_some_and(|asked| asked >= left) {
            return false;
        }
        let wait = backoff(self.polls, self.longest_wait, clock.jitter());
        // One poll more when the time is over: the state may have become final during the wait.
        self.pending = Some((now, asked.unwrap_or_default().saturating_add(wait).min(left)));
        true
    }

    fn error(&self, kind: FollowErrorKind, poll: Option<Error>) -> FollowError<O::Output> {
        let state = self.last.as_ref().map(|last| O::state(last).to_string());
        let last = self.last.clone();
        FollowError(Box::new(Inner { kind, operation: O::INFO, timeout: self.timeout, state, last, poll }))
    }

    /// Follows until the state is final.
    async fn finish(mut self) -> Result<O::Output, FollowError<O::Output>> {
        while let Some(update) = self.next().await {
            update?;
        }
        // Another call of `next` can have reported the end before.
        let kind = match self.last.as_ref().map(O::state) {
            Some(state) if state.is_success() => None,
            Some(state) if state.is_final() => Some(FollowErrorKind::Failed),
            _ => Some(FollowErrorKind::Timeout),
        };
        match (kind, self.last.take()) {
            (None, Some(last)) => Ok(last),
            (kind, last) => {
                self.last = last;
                Err(self.error(kind.unwrap_or(FollowErrorKind::Timeout), None))
            }
        }
    }

    /// Follows to the end without `async`, for threads that may wait. Needs the feature `blocking`.
    ///
    /// # Errors
    /// See [`FollowErrorKind`]; and a poll that failed with [`ErrorKind::Config`](crate::ErrorKind::Config) within a task
    /// of tokio.
    #[cfg(feature = "blocking")]
    pub fn wait_blocking(self) -> Result<O::Output, FollowError<O::Output>>
    where
        C: 'static,
        O: Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        let (core, timeout) = (self.caller.core().clone(), self.timeout);
        let blocking = &core.shared().blocking;
        blocking.check().and_then(|()| blocking.run(self.finish())).unwrap_or_else(|error| {
            let (kind, poll) = (FollowErrorKind::Poll, Some(error.of(O::INFO)));
            Err(FollowError(Box::new(Inner { kind, operation: O::INFO, timeout, state: None, last: None, poll })))
        })
    }

    /// The changes as a [`Stream`](futures_core::Stream). Needs the feature `stream`.
    #[cfg(feature = "stream")]
    #[allow(clippy::type_complexity, reason = "a name would hide what the stream gives")]
    pub fn into_stream(
        self,
    ) -> impl futures_core::Stream<Item = Result<Update<O::Output, O::State>, FollowError<O::Output>>> + Send + Unpin
    where
        C: 'static,
        O: Send + Sync + 'static,
        O::Output: Send + 'static,
        O::State: Send + 'static,
    {
        crate::stream::unfold(self, |mut follow| {
            Box::pin(async move {
                let update = follow.next().await;
                (follow, update)
            })
        })
    }

    /// Compares a response with the one before; the first response changes both state and progress.
    fn changed(&self, response: &O::Output) -> Option<Update<O::Output, O::State>> {
        let (state, progress) = (O::state(response), O::progress(response));
        let same = |last: &O::Output| O::state(last) == state && O::progress(last) == progress;
        (!self.last.as_ref().is_some_and(same)).then(|| Update {
            response: response.clone(),
            state: state.clone(),
            progress,
        })
    }
}

impl<C, O> IntoFuture for Follow<C, O>
where
    C: InScope<O::Scope> + 'static,
    O: Followed + Send + Sync + 'static,
    O::Output: Clone + Send + 'static,
{
    type Output = Result<O::Output, FollowError<O::Output>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.finish())
    }
}

/// The wait after so many polls: at least half of a limit that doubles, so that no client polls at once, and the other
/// half by jitter, so that clients do not poll together.
fn backoff(polls: u32, longest: Duration, jitter: f64) -> Duration {
    let doublings = polls.saturating_sub(1).min(16);
    let half = FIRST_WAIT.saturating_mul(1 << doublings).min(longest) / 2;
    half.saturating_add(spread(half, jitter))
}

/// Why following ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FollowErrorKind {
    /// No state was final within the time limit. The job continues.
    Timeout,
    /// The final state is not a success.
    Failed,
    /// A poll failed, after the retries of every call. The job continues; see [`FollowError::poll`].
    Poll,
}

/// Following ended without success: why, and the last response that was seen.
pub struct FollowError<T>(Box<Inner<T>>);

struct Inner<T> {
    kind: FollowErrorKind,
    operation: &'static OperationInfo,
    timeout: Duration,
    /// The state of the last response.
    state: Option<String>,
    last: Option<T>,
    poll: Option<Error>,
}

impl<T> FollowError<T> {
    /// Why it ended.
    #[must_use]
    pub fn kind(&self) -> FollowErrorKind {
        self.0.kind
    }

    /// The operation that was polled.
    #[must_use]
    pub fn operation(&self) -> &'static OperationInfo {
        self.0.operation
    }

    /// The last response, with the last state. `None` if no poll succeeded.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.0.last.as_ref()
    }

    /// Returns the response by value.
    #[must_use]
    pub fn into_last(self) -> Option<T> {
        self.0.last
    }

    /// The error of the poll, for [`FollowErrorKind::Poll`].
    #[must_use]
    pub fn poll(&self) -> Option<&Error> {
        self.0.poll.as_ref()
    }

    /// The same, owned.
    #[must_use]
    pub fn into_poll(self) -> Option<Error> {
        self.0.poll
    }
}

impl<T> fmt::Display for FollowError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, operation, timeout, state, .. } = &*self.0;
        write!(f, "{}: ", operation.id)?;
        match kind {
            FollowErrorKind::Timeout => write!(f, "no final state within {timeout:?}")?,
            FollowErrorKind::Failed => f.write_str("ended without success")?,
            FollowErrorKind::Poll => f.write_str("a poll failed")?,
        }
        match state {
            Some(state) => write!(f, "; the last state is `{state}`"),
            None => f.write_str("; no state was seen"),
        }
    }
}

impl<T> fmt::Debug for FollowError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowError")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation.id)
            .field("timeout", &self.0.timeout)
            .field("state", &self.0.state)
            .field("poll", &self.0.poll)
            .finish_non_exhaustive()
    }
}

impl<T> std::error::Error for FollowError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.poll.as_ref().map(|error| error as &(dyn std::error::Error + 'static))
    }
}
