//! Reads a list page by page while tasks are added and deleted.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::error::Error;
use crate::list::{ListBody, ListItem};
use crate::operation::{Paging, QueryParameter};
use crate::request::Request;
use crate::transport::response::Response;

/// How far past a repeated page a probe reads, to see whether the service honors the position.
/// Further than any instance has tasks.
const PROBE_OFFSET: u32 = 1_000_000;
/// How many full pages in a row may hold no new task, beyond those that all seen tasks would fill.
const MAX_PAGES_WITHOUT_NEW: usize = 100;
/// The page size requested when neither the caller nor the documents name one.
const DEFAULT_PAGE_SIZE: u32 = 100;

/// The pages of a list, one request each; made by `pages()` of a list request.
///
/// A page holds the tasks that no earlier page held; [`Response::raw_body`] has all of them.
/// [`Items`] says what is guaranteed when tasks come and go meanwhile.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::from_vars(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// let mut pages = client.dcs().list("5560df16-cebf-4473-95c4-d1b573c16e79").pages();
/// while let Some(page) = pages.next().await {
///     let page = page?;
///     println!("{} tasks, request {:?}", page.tasks.len(), page.request_id());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "requests are sent as the stream is polled"]
pub struct Pages<L>(BoxStream<'static, Result<Response<L>, Error>>);

/// The tasks of a list, over as many pages as it takes; made by `items()` of a list request.
///
/// Every page is a request of its own, with its own attempts and signature. A page begins with the
/// last task of the page before. If a page contains no task already seen, tasks were deleted, and the
/// client rewinds and reads again. As long as the service keeps the tasks it
/// has in one order,
///
/// - no task comes twice, by its ID, and
/// - every task that is there from the first request to the last comes once, whatever is added or
///   deleted meanwhile.
///
/// A task that is added or removed meanwhile may come or not. Each task is as it was when it was
/// first seen.
///
/// The list ends with a page shorter than requested. The count in the body does not end it. When the
/// count is larger than the tasks read so far, the next page is requested even after a short page,
/// because the service may return less than requested.
///
/// With a position set, the stream starts there, and does not search for a task that moves before it.
/// Without a limit set, pages of the largest documented size are requested: 1000 for DCS, 100 for
/// Kafka, and 100 for V1.0, which documents none. A limit of 1 is sent as 2, because a page of one
/// cannot overlap with the next.
///
/// A task with the ID `""`, as in the V1.0 document's example, is known by its name and the time it
/// was created. Such tasks that have both in common all come when they stand on one page; on later
/// pages they count as those already seen.
///
/// The stream keeps the IDs of all tasks seen so far, about 100 bytes each.
///
/// # Errors
///
/// The stream ends with the first error. Besides those of the request, it is
/// [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) when the service ignores the
/// position and returns the same full page again.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = hwtasks_emulator::Emulator::start().await?;
/// # let variables = hwtasks::Environment::from_vars(emulator.variables());
/// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
/// let mut tasks = client.kafka().list("5560df16-cebf-4473-95c4-d1b573c16e79").items();
/// while let Some(task) = tasks.next().await {
///     let task = task?;
///     println!("{} {:?}", task.id, task.status);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "requests are sent as the stream is polled"]
pub struct Items<T>(BoxStream<'static, Result<T, Error>>);

macro_rules! boxed_stream {
    ($name:ident<$of:ident> -> $item:ty) => {
        impl<$of> $name<$of> {
            /// The next one, or `None` at the end; that of `StreamExt`, without the import.
            pub async fn next(&mut self) -> Option<$item> {
                self.0.next().await
            }
        }

        impl<$of> Stream for $name<$of> {
            type Item = $item;

            fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<$item>> {
                self.0.poll_next_unpin(cx)
            }
        }

        impl<$of> fmt::Debug for $name<$of> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

boxed_stream!(Pages<L> -> Result<Response<L>, Error>);
boxed_stream!(Items<T> -> Result<T, Error>);

impl<L> Pages<L> {
    pub(crate) fn new(request: Request) -> Self
    where
        L: ListBody,
    {
        let stream = stream::unfold(Some(Pager::new(request)), |pager| async {
            let mut pager = pager?;
            match pager.next().await {
                Ok(page) => Some((Ok(page?), Some(pager))),
                Err(error) => Some((Err(error), None)),
            }
        });
        Self(stream.fuse().boxed())
    }
}

impl<T> Items<T> {
    pub(crate) fn new(request: Request) -> Self
    where
        T: ListItem,
    {
        let state = (Some(Pager::<T::Body>::new(request)), Vec::new().into_iter());
        let stream = stream::unfold(state, |(mut pager, mut items)| async {
            loop {
                if let Some(item) = items.next() {
                    return Some((Ok(item), (pager, items)));
                }
                match pager.as_mut()?.next().await {
                    Ok(page) => items = take_items(page?).into_iter(),
                    Err(error) => return Some((Err(error), (None, items))),
                }
            }
        });
        Self(stream.fuse().boxed())
    }
}

/// All items of a list.
pub(crate) async fn collect<T: ListItem>(request: Request) -> Result<Vec<T>, Error> {
    let mut pager = Pager::<T::Body>::new(request);
    let mut all = Vec::new();
    while let Some(page) = pager.next().await? {
        let items = take_items(page);
        if all.is_empty() {
            all = items;
        } else {
            all.extend(items);
        }
    }
    Ok(all)
}

fn take_items<B: ListBody>(page: Response<B>) -> Vec<B::Item> {
    std::mem::take(page.into_inner().items_mut())
}

/// Identifies an item of a list.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Id(Box<str>),
    WithoutId(Box<str>, Box<str>),
}

impl Key {
    fn of(item: &impl ListItem) -> Self {
        if !item.identity().is_empty() {
            return Self::Id(item.identity().into());
        }
        let label = item.label().map(Into::into);
        let started = item.started().map(|time| time.to_string().into());
        Self::WithoutId(label.unwrap_or_default(), started.unwrap_or_default())
    }
}

/// Whether an ID comes twice.
fn repeats(items: &[impl ListItem]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    let mut ids = items.iter().map(ListItem::identity);
    !ids.all(|id| id.is_empty() || seen.insert(id))
}

/// Reads a list page by page.
///
/// Invariant: every task that existed throughout and precedes a seen task has been seen. A page at
/// the start, or one with a seen task, extends this to its last task.
pub(crate) struct Pager<B> {
    request: Request,
    paging: Option<&'static Paging>,
    page_size: u32,
    first_position: u32,
    position: u32,
    seen: HashSet<Key>,
    /// The length of the last rewind.
    rewind: u32,
    /// The number of full pages in a row without a new task.
    pages_without_new: usize,
    /// Whether the service is known to honor the position.
    position_is_honored: bool,
    started: bool,
    ended: bool,
    body: PhantomData<fn() -> B>,
}

impl<B: ListBody> Pager<B> {
    pub(crate) fn new(request: Request) -> Self {
        let paging = request.operation().paging.as_ref();
        let (page_size, first_position) = match paging {
            Some(paging) => {
                let size = request.number(paging.size).or(paging.largest);
                let position = request.number(paging.position);
                (
                    size.unwrap_or(DEFAULT_PAGE_SIZE),
                    position.unwrap_or(paging.first),
                )
            }
            // All items come on one page.
            None => (u32::MAX, 0),
        };
        Self {
            request,
            paging,
            page_size: if page_size == 1 { 2 } else { page_size },
            first_position,
            position: first_position,
            seen: HashSet::new(),
            rewind: 0,
            pages_without_new: 0,
            position_is_honored: false,
            started: false,
            ended: false,
            body: PhantomData,
        }
    }

    /// The next page with a task not seen before, or the first page.
    pub(crate) async fn next(&mut self) -> Result<Option<Response<B>>, Error> {
        while !self.ended {
            let mut page = self.fetch(self.position).await?;
            let length = u32::try_from(page.items().len()).unwrap_or(u32::MAX);
            if self.position > self.first_position
                && !page.items().iter().any(|task| self.is_seen(task))
            {
                self.step_back();
                continue;
            }
            self.rewind = 0;
            let claims_more = length > 1 && self.claims_more(&page, length);
            let is_last = length < self.page_size && !claims_more;
            let has_new = if is_last && self.seen.is_empty() && !repeats(page.items()) {
                // The whole list on one page: nothing to tell apart later.
                !page.items().is_empty()
            } else {
                self.retain_new(page.body_mut())
            };
            if length >= self.page_size {
                if has_new {
                    self.pages_without_new = 0;
                } else {
                    self.check_repeated(&page).await?;
                }
            } else {
                self.ended = is_last || !has_new;
            }
            self.position = self.position.saturating_add(length.saturating_sub(1));
            if has_new || !self.started {
                self.started = true;
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    async fn fetch(&mut self, position: u32) -> Result<Response<B>, Error> {
        if let Some(paging) = self.paging {
            self.request.set(paging.position, position);
            self.request.set(paging.size, self.page_size);
        }
        let mut page = self.request.fetch::<B>().await?;
        page.body_mut().fill_only_item();
        Ok(page)
    }

    /// Whether the count of a page says that there are items behind it.
    fn claims_more(&self, page: &B, length: u32) -> bool {
        let Some(paging) = self.paging else {
            return false;
        };
        let before = self.position.saturating_sub(paging.first);
        let shown = u64::from(before) + u64::from(length);
        page.count().is_some_and(|count| count > shown)
    }

    fn is_seen(&self, item: &impl ListItem) -> bool {
        self.seen.contains(&Key::of(item))
    }

    /// Removes the tasks seen before; whether any task is left.
    fn retain_new(&mut self, list: &mut B) -> bool {
        let mut nameless = Vec::new();
        list.items_mut().retain(|task| match Key::of(task) {
            key @ Key::Id(_) => self.seen.insert(key),
            key => {
                // Those on one page are several tasks, even if they are equal.
                let new = !self.seen.contains(&key);
                nameless.push(key);
                new
            }
        });
        self.seen.extend(nameless);
        !list.items().is_empty()
    }

    /// Moves the position back, to find a seen task: deleted tasks have moved the others forward.
    fn step_back(&mut self) {
        self.position_is_honored = true;
        self.rewind = self.rewind.saturating_mul(2).max(self.page_size - 1);
        self.position = self
            .position
            .saturating_sub(self.rewind)
            .max(self.first_position);
    }

    /// Distinguishes a page shifted by newly inserted tasks from a service that ignores the position.
    async fn check_repeated(&mut self, page: &Response<B>) -> Result<(), Error> {
        self.pages_without_new += 1;
        let seen_pages = self.seen.len() / (self.page_size - 1).max(1) as usize;
        if self.pages_without_new > MAX_PAGES_WITHOUT_NEW + seen_pages {
            return Err(self.repeated(page));
        }
        if self.position_is_honored {
            return Ok(());
        }
        match self.fetch(self.position.saturating_add(PROBE_OFFSET)).await {
            Ok(far) if !far.items().is_empty() && far.items().iter().all(|t| self.is_seen(t)) => {
                Err(self.repeated(page))
            }
            Err(error) if !error.is_refusal() => Err(error),
            // Another page, or a refusal of the position.
            _ => {
                self.position_is_honored = true;
                Ok(())
            }
        }
    }

    fn repeated(&self, page: &Response<B>) -> Error {
        let operation = self.request.operation();
        let parameter = self
            .paging
            .and_then(|paging| operation.query_parameters.get(paging.position));
        let message = format!(
            "the page at {} {} repeats tasks of the pages before and has no other",
            parameter.map_or("position", QueryParameter::name),
            self.position
        );
        Error::unexpected(page.raw().clone(), message).with_operation(operation.operation_id)
    }
}
