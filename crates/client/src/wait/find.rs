//! Finds the task that a wait polls.

use std::future::Future;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hwtasks_api::{Task, TaskName};
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use crate::error::{Error, WaitTarget};
use crate::list::pager::{ListRequest, Pager, TaskList};
use crate::list::params::{self, TimeBound};
use crate::transport::response::{RawResponse, Response};

/// How many pages are searched for a task, of the largest documented size.
const MAX_PAGES_SEARCHED: u32 = 20;
/// The window around the start of a task in which it is searched, once that is known.
const START_TIME_MARGIN: SignedDuration = SignedDuration::from_secs(1);

/// Which task is waited for.
pub(crate) enum Target {
    Id(String),
    /// The newest of this name that began at this time or later; the message says why there is no
    /// time.
    Named(TaskName, Result<Timestamp, String>),
}

/// A task with the response that shows it, or `None` when it is not there.
pub(crate) type Found<T> = Result<Option<Response<T>>, Error>;

/// Polls one task.
pub(crate) trait Find<T>: Send {
    /// The task as it is now, with the response that shows it; `None` when it is not there. Ends before `deadline`.
    fn find(&mut self, deadline: Duration) -> BoxFuture<'_, Found<T>>;

    /// The operation that polls.
    fn operation(&self) -> &'static str;

    /// The task that is polled.
    fn target(&self) -> WaitTarget;
}

/// Asks for one task by its ID, where an operation can.
type Show<T> = Box<dyn Fn(String, Duration) -> BoxFuture<'static, Found<T>> + Send + Sync>;

/// Finds a task by the operation that shows it, or else in the list.
pub(crate) struct Finder<R: ListRequest> {
    list: R,
    target: Target,
    show: Option<(&'static str, Show<TaskOf<R>>)>,
    /// When the task began, while a narrow window around that shows it.
    began: Option<Timestamp>,
    /// Whether such a window failed to show it.
    wide: bool,
}

pub(crate) type TaskOf<R> = <<R as ListRequest>::List as TaskList>::Task;

impl<R: ListRequest> Finder<R> {
    pub(crate) fn new(list: R, target: Target) -> Self {
        let (show, began, wide) = (None, None, false);
        Self {
            list,
            target,
            show,
            began,
            wide,
        }
    }

    pub(crate) fn showing<F, O>(mut self, operation: &'static str, show: F) -> Self
    where
        F: Fn(String, Duration) -> O + Send + Sync + 'static,
        O: Future<Output = Found<TaskOf<R>>> + Send + 'static,
    {
        let show: Show<_> = Box::new(move |id, deadline| Box::pin(show(id, deadline)));
        self.show = Some((operation, show));
        self
    }

    async fn named(&mut self, deadline: Duration) -> Found<TaskOf<R>> {
        let Target::Named(name, since) = &self.target else {
            return Ok(None);
        };
        let since = since
            .as_ref()
            .map_err(|why| Error::invalid_input(format!("since: {why}")))?;
        let since = floor_to_millisecond(*since);
        let window = self
            .list
            .clone()
            .within(TimeBound::lower(since), TimeBound::Unbounded)
            .with_deadline(deadline);
        let mut newest = None;
        let began = |task: &TaskOf<R>| task.created_at()?.get();
        scan_pages(window, |task, response| {
            let time = began(task).filter(|time| *time >= since);
            if task.name() == Some(name)
                && time.is_some()
                && newest.as_ref().is_none_or(|(_, newest)| time > *newest)
            {
                newest = Some((Response::new(task.clone(), response.clone()), time));
            }
            false
        })
        .await?;
        let Some((task, time)) = newest else {
            return Ok(None);
        };
        // One without an ID can only be found by its name again.
        if !task.id().is_empty() {
            self.target = Target::Id(task.id().to_owned());
            self.began = time;
        }
        Ok(Some(task))
    }

    async fn listed(&mut self, deadline: Duration) -> Found<TaskOf<R>> {
        let Target::Id(id) = &self.target else {
            return Ok(None);
        };
        let list = self.list.clone().with_deadline(deadline);
        let with_id = |task: &TaskOf<R>, _: &RawResponse| task.id() == id;
        let narrowed = self.began.filter(|_| !self.wide);
        if let Some(began) = narrowed {
            let since = TimeBound::lower(began.saturating_sub(START_TIME_MARGIN).unwrap_or(began));
            let until = TimeBound::upper(began.saturating_add(START_TIME_MARGIN).unwrap_or(began));
            let found = scan_pages(list.clone().within(since, until), with_id).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let found = scan_pages(list, with_id).await?;
        if let Some(task) = &found {
            // Times then mean something else to the service than to the task.
            self.wide |= narrowed.is_some();
            self.began = task.created_at().and_then(|time| time.get());
        }
        Ok(found)
    }
}

impl<R: ListRequest> Find<TaskOf<R>> for Finder<R> {
    fn find(&mut self, deadline: Duration) -> BoxFuture<'_, Found<TaskOf<R>>> {
        Box::pin(async move {
            let Target::Id(id) = &self.target else {
                return self.named(deadline).await;
            };
            params::path_segment("task ID", id)
                .map_err(|error| error.with_operation(self.operation()))?;
            match &self.show {
                Some((_, show)) => show(id.clone(), deadline).await,
                None => self.listed(deadline).await,
            }
        })
    }

    fn operation(&self) -> &'static str {
        match (&self.target, &self.show) {
            (Target::Id(_), Some((operation, _))) => operation,
            _ => R::OPERATION,
        }
    }

    fn target(&self) -> WaitTarget {
        match &self.target {
            Target::Id(id) => WaitTarget::Id { id: id.clone() },
            Target::Named(name, since) => WaitTarget::Name {
                name: name.clone(),
                since: since.as_ref().ok().copied(),
            },
        }
    }
}

/// Bodies show milliseconds: a task may have begun later in the one they show.
fn floor_to_millisecond(time: Timestamp) -> Timestamp {
    let floor = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Floor);
    time.round(floor).unwrap_or(time)
}

/// The first task that is `wanted`, in a bounded number of pages.
async fn scan_pages<R: ListRequest>(
    request: R,
    mut wanted: impl FnMut(&TaskOf<R>, &RawResponse) -> bool,
) -> Found<TaskOf<R>> {
    let mut pager = Pager::new(request);
    for _ in 0..MAX_PAGES_SEARCHED {
        let Some(page) = pager.next().await? else {
            break;
        };
        let response = page.raw();
        if let Some(task) = page.tasks().iter().find(|task| wanted(task, response)) {
            return Ok(Some(Response::new(task.clone(), response.clone())));
        }
    }
    Ok(None)
}
