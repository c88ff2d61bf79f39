//! Pages: a list that an operation returns in parts, requested one after another.
//!
//! Each page is a call of its own, with the retries, limits and errors of every call. Generated code knows which argument
//! counts the pages and which member is the list ([`Paginated`]); this module decides when the list ends.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::{fmt, vec};

use serde::Serialize;

use crate::call::InScope;
use crate::error::{Delivery, Error, ErrorKind};
use crate::operation::{Operation, Risk};

/// How the pages of a list are counted, and how its end is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pagination {
    /// Number of the first page.
    pub first_page: i64,
    /// A page size that the service is known to accept. It is requested where the caller sets none.
    pub accepted_size: Option<i64>,
    /// How the end is recognised.
    pub end: PageEnd,
}

impl Pagination {
    /// Pages that are counted from a number.
    #[must_use]
    pub const fn new(first_page: i64, end: PageEnd) -> Self {
        Self { first_page, accepted_size: None, end }
    }

    /// Sets [`accepted_size`](Self::accepted_size).
    #[must_use]
    pub const fn with_accepted_size(mut self, accepted_size: Option<i64>) -> Self {
        self.accepted_size = accepted_size;
        self
    }
}

/// How the end of a list is recognised. A page without items is the end in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageEnd {
    /// The last page has fewer items than were requested. A size above [`Pagination::accepted_size`] is not relied on:
    /// the service may cap it, and a full page would look like the last one. Then an empty page is the end.
    ShortPage,
    /// Only a page without items is the end.
    EmptyPage,
}

/// An operation whose response is a page of a list.
pub trait Paginated: Operation {
    /// An item of the list.
    type Item;
    /// How the pages are counted.
    const PAGINATION: Pagination;

    /// The number of the page that the operation requests, if it is set.
    fn page(&self) -> Option<i64>;
    /// Sets the number of the page.
    fn set_page(&mut self, page: i64);
    /// The number of items that the operation requests, if it is set.
    fn page_size(&self) -> Option<i64> {
        None
    }
    /// Sets the number of items.
    fn set_page_size(&mut self, size: i64) {
        let _ = size;
    }
    /// Whether the service returns the complete list at once, because of another argument.
    fn is_unpaged(&self) -> bool {
        false
    }
    /// The items of a page.
    fn items(page: &Self::Output) -> &[Self::Item];
    /// Returns the response by value.
    fn into_items(page: Self::Output) -> Vec<Self::Item>;
}

/// The pages of a list, one call each. Nothing is sent until [`next`](Self::next).
///
/// Pages are requested one after another. A list that changes meanwhile can show an item twice, or skip one: no page
/// number prevents that.
#[must_use = "pages are requested by `next`"]
pub struct Pages<C, O> {
    caller: C,
    operation: O,
    /// Fingerprints of all pages so far.
    seen: HashSet<u64>,
    is_done: bool,
}

impl<C: fmt::Debug, O: fmt::Debug> fmt::Debug for Pages<C, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("caller", &self.caller)
            .field("operation", &self.operation)
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}

impl<C: InScope<O::Scope>, O: Paginated> Pages<C, O>
where
    O::Item: Serialize,
{
    /// The pages from the one that the operation requests, or from the first.
    #[doc(hidden)]
    pub fn new(caller: C, mut operation: O) -> Self {
        // A complete list is requested as the caller wants it.
        if !operation.is_unpaged() {
            operation.set_page(operation.page().unwrap_or(O::PAGINATION.first_page));
            if let (None, Some(size)) = (operation.page_size(), O::PAGINATION.accepted_size) {
                operation.set_page_size(size);
            }
        }
        Self { caller, operation, seen: HashSet::new(), is_done: false }
    }

    /// The number of the page that [`next`](Self::next) requests. After an error it is the page that failed, so that
    /// another call can go on from there.
    #[must_use]
    pub fn page(&self) -> i64 {
        self.operation.page().unwrap_or(O::PAGINATION.first_page)
    }

    /// Requests the next page. `None` after the last page, and after an error. The last page can be empty.
    ///
    /// Dropping the future loses no page: the next call requests the same one.
    ///
    /// # Errors
    /// The call failed, see [`Error`]; or the page repeats an earlier one ([`ErrorKind::InvalidResponse`]): the service
    /// ignores the number of the page, and the list would never end.
    #[allow(clippy::should_implement_trait, reason = "it is the method of an asynchronous iterator")]
    pub async fn next(&mut self) -> Option<Result<O::Output, Error>> {
        if self.is_done {
            return None;
        }
        let response = self.caller.core().execute(&self.operation, self.caller.project_id()).await;
        Some(self.accept(response))
    }

    /// The same without `async`, for threads that may wait. Needs the feature `blocking`.
    ///
    /// # Errors
    /// See [`next`](Self::next); and [`ErrorKind::Config`] within a task of tokio.
    #[cfg(feature = "blocking")]
    pub fn next_blocking(&mut self) -> Option<Result<O::Output, Error>> {
        if self.is_done {
            return None;
        }
        let response = self.caller.core().execute_blocking(&self.operation, self.caller.project_id());
        Some(self.accept(response))
    }

    /// The items of all pages, one by one.
    pub fn items(self) -> Items<C, O> {
        Items { pages: self, page: Vec::new().into_iter() }
    }

    /// The pages as a [`Stream`](futures_core::Stream). Needs the feature `stream`.
    #[cfg(feature = "stream")]
    pub fn into_stream(self) -> impl futures_core::Stream<Item = Result<O::Output, Error>> + Send + Unpin
    where
        C: 'static,
        O: Send + Sync + 'static,
        O::Output: Send + 'static,
    {
        crate::stream::unfold(self, |mut pages| {
            Box::pin(async move {
                let page = pages.next().await;
                (pages, page)
            })
        })
    }

    /// Takes the response to the request of a page, and decides whether another one follows.
    fn accept(&mut self, response: Result<O::Output, Error>) -> Result<O::Output, Error> {
        // Until another page follows, this was the last: an error ends the list, too.
        self.is_done = true;
        let output = response?;
        let items = O::items(&output);
        let is_last = items.is_empty() || self.operation.is_unpaged() || self.is_short(items.len());
        if is_last {
            return Ok(output);
        }
        let page = self.page();
        if !self.seen.insert(fingerprint(items)) {
            return Err(invalid::<O>(format!(
                "page {page} repeats an earlier page: the service does not regard the number of the page"
            )));
        }
        let next = page.checked_add(1).ok_or_else(|| invalid::<O>(format!("no page can follow page {page}")))?;
        self.operation.set_page(next);
        self.is_done = false;
        Ok(output)
    }

    /// Whether a page of so many items is the last because it is not full.
    fn is_short(&self, count: usize) -> bool {
        let Pagination { accepted_size, end, .. } = O::PAGINATION;
        let relied_on = |size: &i64| accepted_size.is_none_or(|accepted| *size <= accepted);
        let size = self.operation.page_size().filter(relied_on).and_then(|size| usize::try_from(size).ok());
        end == PageEnd::ShortPage && size.is_some_and(|size| count < size)
    }
}

fn invalid<O: Operation>(message: String) -> Error {
    debug_assert_eq!(O::INFO.risk, Risk::Read, "the generator refuses pages of another risk");
    Error::new(ErrorKind::InvalidResponse, Delivery::Responded, message).of(O::INFO)
}

/// The items of a list, one by one, from as many pages as are needed. Nothing is sent until [`next`](Self::next).
#[must_use = "items are requested by `next`"]
pub struct Items<C, O: Paginated> {
    pages: Pages<C, O>,
    /// The rest of the last page.
    page: vec::IntoIter<O::Item>,
}

impl<C: fmt::Debug, O: Paginated + fmt::Debug> fmt::Debug for Items<C, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl<C: InScope<O::Scope>, O: Paginated> Items<C, O>
where
    O::Item: Serialize,
{
    /// The next item. `None` after the last item, and after an error.
    ///
    /// Dropping the future loses no item.
    ///
    /// # Errors
    /// See [`Pages::next`].
    #[allow(clippy::should_implement_trait, reason = "it is the method of an asynchronous iterator")]
    pub async fn next(&mut self) -> Option<Result<O::Item, Error>> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next().await? {
                Ok(page) => self.page = O::into_items(page).into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The next items, at most `limit`. Fewer are all that were left. With exactly `limit` items there may be more:
    /// [`next`](Self::next) goes on after them. No page is requested that is not needed.
    ///
    /// # Errors
    /// See [`Pages::next`]. The items that were read before the error are dropped.
    pub async fn collect_at_most(&mut self, limit: usize) -> Result<Vec<O::Item>, Error> {
        let mut items = Vec::new();
        while items.len() < limit
            && let Some(item) = self.next().await
        {
            items.push(item?);
        }
        Ok(items)
    }

    /// [`next`](Self::next) without `async`, for threads that may wait. Needs the feature `blocking`.
    ///
    /// # Errors
    /// See [`Pages::next_blocking`].
    #[cfg(feature = "blocking")]
    pub fn next_blocking(&mut self) -> Option<Result<O::Item, Error>> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next_blocking()? {
                Ok(page) => self.page = O::into_items(page).into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// [`collect_at_most`](Self::collect_at_most) without `async`, for threads that may wait. Needs the feature
    /// `blocking`.
    ///
    /// # Errors
    /// See [`Pages::next_blocking`].
    #[cfg(feature = "blocking")]
    pub fn collect_at_most_blocking(&mut self, limit: usize) -> Result<Vec<O::Item>, Error> {
        std::iter::from_fn(|| self.next_blocking()).take(limit).collect()
    }

    /// The items as a [`Stream`](futures_core::Stream). Needs the feature `stream`.
    #[cfg(feature = "stream")]
    pub fn into_stream(self) -> impl futures_core::Stream<Item = Result<O::Item, Error>> + Send + Unpin
    where
        C: 'static,
        O: Send + Sync + 'static,
        O::Item: Send + 'static,
    {
        crate::stream::unfold(self, |mut items| {
            Box::pin(async move {
                let item = items.next().await;
                (items, item)
            })
        })
    }
}

/// Identifies a page: a hash of its items as JSON. Pages themselves are not kept.
fn fingerprint<T: Serialize>(items: &[T]) -> u64 {
    struct Hash(DefaultHasher);
    impl io::Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hash = Hash(DefaultHasher::new());
    // What cannot be serialised ends early, and in the same way each time.
    let _ = serde_json::to_writer(&mut hash, items);
    hash.0.finish()
}
