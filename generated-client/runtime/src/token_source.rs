//! Tokens that expire: the interface of what fetches them, and the token that is valid at the moment.
//!
//! In: a [`TokenSource`]. Out: a token, which is fetched if there is none or if it is about to expire. Calls that need one at
//! the same time share one fetch. This module knows neither a request nor where a token is written.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::Instrument as _;

use crate::clock::{Clock, SleepFuture, with_timeout};
use crate::error::{Delivery, Error, ErrorKind};
use crate::token::Token;

/// A token is fetched again when this time is left, or a tenth of its lifetime if that is shorter.
const MARGIN: Duration = Duration::from_secs(60);

/// A token that is being fetched.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<FetchedToken, TokenSourceError>> + Send + 'a>>;

/// Fetches tokens, for APIs whose tokens expire. [`ClientCredentials`](crate::ClientCredentials) is the built-in one;
/// implement this trait for other grants, for tokens in a file that another program renews, or for a store of secrets.
///
/// A client asks its source when a call needs a token and it has none, or one that is about to expire. Calls at the same time
/// share one fetch. A response with HTTP 401 makes the client forget its token.
///
/// ```
/// use flighthub2_runtime::{FetchedToken, Token, TokenFuture, TokenSource, TokenSourceError};
///
/// /// A file that another program renews at least every five minutes.
/// #[derive(Debug)]
/// struct TokenFile(std::path::PathBuf);
///
/// impl TokenSource for TokenFile {
///     fn fetch(&self) -> TokenFuture<'_> {
///         Box::pin(async {
///             let unreadable = |error| TokenSourceError::new("the file cannot be read").with_source(error);
///             let text = std::fs::read_to_string(&self.0).map_err(unreadable)?;
///             let token = Token::new(text).map_err(|error| TokenSourceError::new(error.to_string()))?;
///             Ok(FetchedToken::new(token).valid_for(std::time::Duration::from_secs(300)))
///         })
///     }
/// }
/// ```
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// Fetches a token. It has the time of an attempt of the call that waits for it, at most what is left of that call;
    /// then the future is dropped.
    ///
    /// # Errors
    /// There is no token. The call fails without being sent; it is tried again if the error is
    /// [temporary](TokenSourceError::temporary).
    fn fetch(&self) -> TokenFuture<'_>;
}

/// A token with its lifetime.
#[derive(Clone, Debug)]
pub struct FetchedToken {
    token: Token,
    lifetime: Option<Duration>,
}

impl FetchedToken {
    /// A token that is valid until the service rejects it.
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self { token, lifetime: None }
    }

    /// Limits how long the token is used, from the start of its fetch. It is fetched again earlier: 60 seconds before, or
    /// after nine tenths of this time.
    #[must_use]
    pub fn valid_for(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }
}

/// Why there is no token. Errors of calls show the message and the source; credentials of the client are masked in them.
#[derive(Clone, Debug)]
pub struct TokenSourceError {
    message: String,
    is_temporary: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TokenSourceError {
    /// A failure that happens again until somebody mends its cause. The message says what failed.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_temporary: false, source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// Marks the failure as one that passes, so the call is tried again as if there had been no connection.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.is_temporary = true;
        self
    }

    /// The error of a call that waited for the token of a scheme. The call was not sent.
    pub(crate) fn of_call(self, scheme: &str) -> Error {
        let message = format!("no token for `{scheme}` could be fetched: {}", self.message);
        let error = Error::new(ErrorKind::TokenSource, Delivery::NotSent, message).with_temporary(self.is_temporary);
        match self.source {
            Some(source) => error.with_source(SharedSource(source)),
            None => error,
        }
    }
}

impl fmt::Display for TokenSourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TokenSourceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// The cause of a failure that several calls have waited for.
struct SharedSource(Arc<dyn StdError + Send + Sync>);

impl fmt::Debug for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for SharedSource {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// A source with its last token.
#[derive(Debug)]
pub(crate) struct TokenCache {
    source: Box<dyn TokenSource>,
    state: Mutex<State>,
    /// Held while a token is fetched.
    fetching: tokio::sync::Mutex<()>,
    /// How many fetches have ended.
    fetches: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Current>,
    /// Of the last fetch.
    failure: Option<TokenSourceError>,
}

#[derive(Clone, Debug)]
struct Current {
    token: Token,
    /// When it is fetched again.
    renewal: Option<Instant>,
}

/// A token to send.
pub(crate) struct CachedToken {
    pub(crate) token: Token,
    /// Whether it was fetched earlier, so the service may have revoked it meanwhile.
    pub(crate) is_from_cache: bool,
}

impl TokenCache {
    pub(crate) fn new(source: impl TokenSource + 'static) -> Self {
        Self {
            source: Box::new(source),
            state: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
            fetches: AtomicU64::new(0),
        }
    }

    /// The token. It is fetched within a limit if there is none, or if it is about to expire.
    pub(crate) async fn token(
        &self,
        clock: &dyn Clock,
        limit: &mut SleepFuture,
    ) -> Result<CachedToken, TokenSourceError> {
        if let Some(token) = self.current(clock) {
            return Ok(CachedToken { token, is_from_cache: true });
        }
        let late = || TokenSourceError::new("the time limit has passed").temporary();
        with_timeout(limit, self.fetched(clock)).await.unwrap_or_else(|| Err(late()))
    }

    async fn fetched(&self, clock: &dyn Clock) -> Result<CachedToken, TokenSourceError> {
        let before = self.fetches.load(Ordering::SeqCst);
        let _fetching = self.fetching.lock().await;
        if let Some(token) = self.current(clock) {
            return Ok(CachedToken { token, is_from_cache: false });
        }
        // The fetch that this call has waited for: it would fail again for each of those that wait.
        if self.fetches.load(Ordering::SeqCst) != before
            && let Some(failure) = self.state().failure.clone()
        {
            return Err(failure);
        }
        let started = clock.now();
        let span = tracing::debug_span!("flighthub2.token", error = tracing::field::Empty);
        let fetched = self.source.fetch().instrument(span.clone()).await;
        if let Err(failure) = &fetched {
            // Not its message: it can contain anything.
            span.record("error", if failure.is_temporary { "temporary" } else { "permanent" });
        }
        let mut state = self.state();
        self.fetches.fetch_add(1, Ordering::SeqCst);
        match fetched {
            Ok(FetchedToken { token, lifetime }) => {
                let renewal = lifetime.and_then(|lifetime| {
                    let used = lifetime.saturating_sub(MARGIN.min(lifetime / 10));
                    started.checked_add(used)
                });
                *state = State { current: Some(Current { token: token.clone(), renewal }), failure: None };
                Ok(CachedToken { token, is_from_cache: false })
            }
            Err(failure) => {
                *state = State { current: None, failure: Some(failure.clone()) };
                Err(failure)
            }
        }
    }

    /// Forgets a token that the service has rejected, unless there is another one by now.
    pub(crate) fn reject(&self, rejected: &Token) {
        let mut state = self.state();
        if state.current.as_ref().is_some_and(|current| current.token.expose() == rejected.expose()) {
            state.current = None;
        }
    }

    fn current(&self, clock: &dyn Clock) -> Option<Token> {
        let current = self.state().current.clone()?;
        current.renewal.is_none_or(|renewal| clock.now() < renewal).then_some(current.token)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Time that a test moves.
    #[derive(Debug)]
    struct Moved(Instant, Mutex<Duration>);

    impl Clock for Moved {
        fn now(&self) -> Instant {
            self.0 + *self.1.lock().unwrap()
        }

        fn sleep(&self, _: Duration) -> SleepFuture {
            Box::pin(std::future::pending())
        }

        fn jitter(&self) -> f64 {
            0.0
        }
    }

    /// Counts its fetches, fails where it is told to, and lets other tasks run meanwhile.
    #[derive(Debug)]
    struct Counted {
        fetches: Arc<AtomicUsize>,
        fails: fn(usize) -> bool,
        lifetime: Option<Duration>,
    }

    impl TokenSource for Counted {
        fn fetch(&self) -> TokenFuture<'_> {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::task::yield_now().await;
                if (self.fails)(number) {
                    return Err(TokenSourceError::new("down").temporary());
                }
                let token = FetchedToken::new(Token::new(format!("t{number}")).unwrap());
                Ok(self.lifetime.map_or(token.clone(), |lifetime| token.valid_for(lifetime)))
            })
        }
    }

    fn cache(fails: fn(usize) -> bool, lifetime: Option<u64>) -> (Arc<TokenCache>, Arc<AtomicUsize>, Arc<Moved>) {
        let fetches = Arc::new(AtomicUsize::new(0));
        let source = Counted { fetches: Arc::clone(&fetches), fails, lifetime: lifetime.map(Duration::from_secs) };
        (Arc::new(TokenCache::new(source)), fetches, Arc::new(Moved(Instant::now(), Mutex::default())))
    }

    async fn token(cache: &TokenCache, clock: &Moved) -> Result<(String, bool), String> {
        let found = cache.token(clock, &mut clock.sleep(Duration::ZERO)).await;
        found.map(|it| (it.token.expose().to_owned(), it.is_from_cache)).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_token_is_used_until_it_is_about_to_expire_or_is_rejected() {
        for (lifetime, until) in [(3_600, 3_540), (10, 9)] {
            let (cache, _, clock) = cache(|_| false, Some(lifetime));
            assert_eq!(token(&cache, &clock).await, Ok(("t0".to_owned(), false)));
            *clock.1.lock().unwrap() = Duration::from_secs(until) - Duration::from_millis(1);
            assert_eq!(token(&cache, &clock).await, Ok(("t0".to_owned(), true)));
            *clock.1.lock().unwrap() = Duration::from_secs(until);
            assert_eq!(token(&cache, &clock).await, Ok(("t1".to_owned(), false)));
        }
        let (cache, _, clock) = cache(|_| false, None);
        assert_eq!(token(&cache, &clock).await, Ok(("t0".to_owned(), false)));
        cache.reject(&Token::new("t-other").unwrap());
        assert_eq!(token(&cache, &clock).await, Ok(("t0".to_owned(), true)));
        cache.reject(&Token::new("t0").unwrap());
        assert_eq!(token(&cache, &clock).await, Ok(("t1".to_owned(), false)));
        assert!(!format!("{cache:?}").contains("t1"), "{cache:?}");
    }

    #[tokio::test]
    async fn calls_at_the_same_time_share_a_fetch_and_its_failure() {
        for (fails, expected) in
            [((|_| false) as fn(usize) -> bool, Ok(("t0".to_owned(), false))), (|_| true, Err("down".to_owned()))]
        {
            let (cache, fetches, clock) = cache(fails, Some(3_600));
            let calls: Vec<_> = (0..50)
                .map(|_| {
                    let (cache, clock) = (Arc::clone(&cache), Arc::clone(&clock));
                    tokio::spawn(async move { token(&cache, &clock).await })
                })
                .collect();
            for call in calls {
                assert_eq!(call.await.unwrap(), expected);
            }
            assert_eq!(fetches.load(Ordering::SeqCst), 1);
        }
        // A failure is not kept for calls that come later.
        let (cache, fetches, clock) = cache(|number| number == 0, None);
        assert_eq!(token(&cache, &clock).await, Err("down".to_owned()));
        assert_eq!(token(&cache, &clock).await, Ok(("t1".to_owned(), false)));
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_fetch_that_is_dropped_holds_up_nobody() {
        let (cache, fetches, clock) = cache(|_| false, None);
        let mut passed: SleepFuture = Box::pin(std::future::ready(()));
        let error = cache.token(&*clock, &mut passed).await.map(|_| ()).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.is_temporary), ("the time limit has passed", true));
        assert_eq!(token(&cache, &clock).await, Ok(("t1".to_owned(), false)));
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }
}
