//! Reads a list page by page while tasks are added and deleted.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use hwtasks_api::Task;
use hwtasks_api::dcs::{DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1};
use hwtasks_api::kafka::{KafkaTask, KafkaTaskList};

use crate::error::Error;
use crate::list::params::TimeBound;
use crate::transport::response::Response;

/// How far past a repeated page a probe reads, to see whether the service honors the position.
/// Further than any instance has tasks.
const PROBE_OFFSET: u32 = 1_000_000;
/// How many full pages in a row may hold no new task, beyond those that all seen tasks would fill.
const MAX_PAGES_WITHOUT_NEW: usize = 100;

/// The request of a list operation, as its pages are made of it.
pub(crate) trait ListRequest: Clone + Send + Sync + 'static {
    type List: TaskList;
    const OPERATION: &'static str;
    /// The operation's name for where a page starts.
    const POSITION: &'static str;
    /// The position of the first task.
    const FIRST: u32;
    /// The page size asked for when none was set.
    const PAGE: u32;

    fn position(&self) -> Option<u32>;
    fn size(&self) -> Option<u32>;
    fn page(self, position: u32, limit: u32) -> Self;
    /// Only tasks of this time window.
    fn within(self, since: TimeBound, until: TimeBound) -> Self;
    /// Ends each call at this moment of the client's clock, if its timeout does not end it sooner.
    fn with_deadline(self, deadline: Duration) -> Self;
    fn fetch(self) -> impl Future<Output = Result<Response<Self::List>, Error>> + Send;
}

/// The body of a list operation.
pub(crate) trait TaskList: Send + Sync + 'static {
    type Task: Task + Clone + PartialEq;

    fn tasks(&self) -> &[Self::Task];
    fn tasks_mut(&mut self) -> &mut Vec<Self::Task>;
    fn count(&self) -> Option<u64>;
    fn fill_only_task(&mut self) {}
}

macro_rules! task_list {
    ($($list:ty: $task:ty $({ $fill:item })?)+) => {
        $(impl TaskList for $list {
            type Task = $task;

            fn tasks(&self) -> &[$task] {
                &self.tasks
            }

            fn tasks_mut(&mut self) -> &mut Vec<$task> {
                &mut self.tasks
            }

            fn count(&self) -> Option<u64> {
                self.task_count.as_ref()?.get()
            }

            $($fill)?
        })+
    };
}

task_list! {
    DcsTaskList: DcsTask {
        fn fill_only_task(&mut self) {
            DcsTaskList::fill_only_task(self);
        }
    }
    DcsTaskListV1: DcsTaskV1
    KafkaTaskList: KafkaTask
}

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
/// The list ends with a page shorter than was asked for. The count that a list shows ends nothing;
/// but when it says there is more behind a short page, that is asked for, because the service may
/// have handed out less than it was asked.
///
/// With a position set, the stream starts there, and does not search for a task that moves before it.
/// Without a limit set, pages of the largest size documented are asked for: 1000 for DCS, 100 for
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

pub(crate) fn pages<R: ListRequest>(request: R) -> Pages<R::List> {
    let stream = stream::unfold(Some(Pager::new(request)), |pager| async {
        let mut pager = pager?;
        match pager.next().await {
            Ok(page) => Some((Ok(page?), Some(pager))),
            Err(error) => Some((Err(error), None)),
        }
    });
    Pages(stream.fuse().boxed())
}

pub(crate) fn items<R: ListRequest>(request: R) -> Items<<R::List as TaskList>::Task> {
    let tasks = pages(request).map_ok(|page| {
        let tasks = std::mem::take(page.into_inner().tasks_mut());
        stream::iter(tasks.into_iter().map(Ok))
    });
    Items(tasks.try_flatten().boxed())
}

/// Identifies a task in a list.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Id(Box<str>),
    WithoutId(Box<str>, Box<str>),
}

impl Key {
    fn of(task: &impl Task) -> Self {
        if !task.id().is_empty() {
            return Self::Id(task.id().into());
        }
        let name = task.name().map(|name| name.as_str().into());
        let created = task.created_at().map(|time| time.to_string().into());
        Self::WithoutId(name.unwrap_or_default(), created.unwrap_or_default())
    }
}

/// Whether an ID comes twice.
fn repeats(tasks: &[impl Task]) -> bool {
    let mut seen = HashSet::with_capacity(tasks.len());
    let mut ids = tasks.iter().map(Task::id).filter(|id| !id.is_empty());
    !ids.all(|id| seen.insert(id))
}

/// Reads a list page by page.
///
/// Invariant: every task that existed throughout and precedes a seen task has been seen. A page at
/// the start, or one with a seen task, extends this to its last task.
pub(crate) struct Pager<R> {
    request: R,
    limit: u32,
    start: u32,
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
}

impl<R: ListRequest> Pager<R> {
    pub(crate) fn new(request: R) -> Self {
        let limit = request.size().unwrap_or(R::PAGE);
        let start = request.position().unwrap_or(R::FIRST);
        Self {
            request,
            limit: if limit == 1 { 2 } else { limit },
            start,
            position: start,
            seen: HashSet::new(),
            rewind: 0,
            pages_without_new: 0,
            position_is_honored: false,
            started: false,
            ended: false,
        }
    }

    /// The next page with a task not seen before, or the first page.
    pub(crate) async fn next(&mut self) -> Result<Option<Response<R::List>>, Error> {
        while !self.ended {
            let mut page = self.fetch(self.position).await?;
            let length = u32::try_from(page.tasks().len()).unwrap_or(u32::MAX);
            if self.position > self.start && !page.tasks().iter().any(|task| self.is_seen(task)) {
                self.step_back();
                continue;
            }
            self.rewind = 0;
            let behind = u64::from(self.position.saturating_sub(R::FIRST));
            let shown = behind + u64::from(length);
            let claims_more = length > 1 && page.count().is_some_and(|count| count > shown);
            let is_last = length < self.limit && !claims_more;
            let has_new = if is_last && self.seen.is_empty() && !repeats(page.tasks()) {
                // The whole list on one page: nothing to tell apart later.
                !page.tasks().is_empty()
            } else {
                self.retain_new(page.body_mut())
            };
            if length >= self.limit {
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

    async fn fetch(&self, position: u32) -> Result<Response<R::List>, Error> {
        let request = self.request.clone().page(position, self.limit);
        let mut page = request.fetch().await?;
        page.body_mut().fill_only_task();
        Ok(page)
    }

    fn is_seen(&self, task: &impl Task) -> bool {
        self.seen.contains(&Key::of(task))
    }

    /// Removes the tasks seen before; whether any task is left.
    fn retain_new(&mut self, list: &mut R::List) -> bool {
        let mut nameless = Vec::new();
        list.tasks_mut().retain(|task| match Key::of(task) {
            key @ Key::Id(_) => self.seen.insert(key),
            key => {
                // Those on one page are several tasks, even if they are equal.
                let new = !self.seen.contains(&key);
                nameless.push(key);
                new
            }
        });
        self.seen.extend(nameless);
        !list.tasks().is_empty()
    }

    /// Moves the position back, to find a seen task: deleted tasks have moved the others forward.
    fn step_back(&mut self) {
        self.position_is_honored = true;
        self.rewind = self.rewind.saturating_mul(2).max(self.limit - 1);
        self.position = self.position.saturating_sub(self.rewind).max(self.start);
    }

    /// Distinguishes a page shifted by newly inserted tasks from a service that ignores the position.
    async fn check_repeated(&mut self, page: &Response<R::List>) -> Result<(), Error> {
        self.pages_without_new += 1;
        let seen_pages = self.seen.len() / (self.limit - 1).max(1) as usize;
        if self.pages_without_new > MAX_PAGES_WITHOUT_NEW + seen_pages {
            return Err(self.repeated(page));
        }
        if self.position_is_honored {
            return Ok(());
        }
        match self.fetch(self.position.saturating_add(PROBE_OFFSET)).await {
            Ok(far) if !far.tasks().is_empty() && far.tasks().iter().all(|t| self.is_seen(t)) => {
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

    fn repeated(&self, page: &Response<R::List>) -> Error {
        let message = format!(
            "the page at {} {} repeats tasks of the pages before and has no other",
            R::POSITION,
            self.position
        );
        Error::unexpected(page.raw().clone(), message).with_operation(R::OPERATION)
    }
}
