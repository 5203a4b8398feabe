//! Finds the task that a wait polls.

use std::marker::PhantomData;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hwtasks_api::TaskName;
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use crate::error::{Error, WaitTarget};
use crate::list::pager::Pager;
use crate::list::{ListBody as _, ListItem};
use crate::operation::{Operation, Waiting};
use crate::params::{self, TimeBound};
use crate::request::Request;
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

/// What the state of a task means for the wait.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Progress {
    /// Also of a state that the documents do not know.
    Running,
    Succeeded,
    Failed,
}

/// Polls one task.
pub(crate) trait Find<T>: Send {
    /// The task as it is now, with the response that shows it; `None` when it is not there. Ends
    /// before `deadline`.
    fn find(&mut self, deadline: Duration) -> BoxFuture<'_, Found<T>>;

    /// The operation that polls.
    fn operation(&self) -> &'static str;

    /// The task that is polled.
    fn target(&self) -> WaitTarget;

    /// What the task's state means.
    fn progress(&self, task: &T) -> Progress;
}

/// Finds a task by the operation that shows it, or else in the list.
pub(crate) struct Finder<T> {
    list: Request,
    target: Target,
    /// When the task began, while a narrow window around that shows it.
    began: Option<Timestamp>,
    /// Whether such a window failed to show it.
    wide: bool,
    task: PhantomData<fn() -> T>,
}

impl<T: ListItem> Finder<T> {
    pub(crate) fn new(list: Request, target: Target) -> Self {
        Self {
            list,
            target,
            began: None,
            wide: false,
            task: PhantomData,
        }
    }

    fn waiting(&self) -> Option<&'static Waiting> {
        self.list.operation().waiting.as_ref()
    }

    fn show(&self) -> Option<&'static Operation> {
        self.waiting()?.show
    }

    async fn shown(&self, show: &'static Operation, id: &str, deadline: Duration) -> Found<T> {
        let mut arguments = self.list.arguments().to_vec();
        arguments.push(id.to_owned());
        let request = Request::new(self.list.context(), show, arguments);
        request.for_poll(deadline).find_one().await
    }

    async fn named(&mut self, deadline: Duration) -> Found<T> {
        let Target::Named(name, since) = &self.target else {
            return Ok(None);
        };
        if name.as_str().is_empty() {
            return Err(Error::invalid_input("the name is empty").with_operation(self.operation()));
        }
        let since = since
            .as_ref()
            .map_err(|why| Error::invalid_input(format!("since: {why}")))?;
        let since = floor_to_millisecond(*since);
        let window = self
            .list
            .clone()
            .within(Some(TimeBound::lower(since)), None)
            .for_poll(deadline);
        let mut newest = None;
        scan_pages(window, |task: &T, response| {
            let time = began(task).filter(|time| *time >= since);
            if task.label() == Some(name.as_str())
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
        if !task.identity().is_empty() {
            self.target = Target::Id(task.identity().to_owned());
            self.began = time;
        }
        Ok(Some(task))
    }

    async fn listed(&mut self, deadline: Duration) -> Found<T> {
        let Target::Id(id) = &self.target else {
            return Ok(None);
        };
        let list = self.list.clone().for_poll(deadline);
        let with_id = |task: &T, _: &RawResponse| task.identity() == id;
        let narrowed = self.began.filter(|_| !self.wide);
        if let Some(began) = narrowed {
            let since = TimeBound::lower(began.saturating_sub(START_TIME_MARGIN).unwrap_or(began));
            let until = TimeBound::upper(began.saturating_add(START_TIME_MARGIN).unwrap_or(began));
            let window = list.clone().within(Some(since), Some(until));
            let found = scan_pages(window, with_id).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let found = scan_pages(list, with_id).await?;
        if let Some(task) = &found {
            // Times then mean something else to the service than to the task.
            self.wide |= narrowed.is_some();
            self.began = began(&**task);
        }
        Ok(found)
    }
}

impl<T: ListItem> Find<T> for Finder<T> {
    fn find(&mut self, deadline: Duration) -> BoxFuture<'_, Found<T>> {
        Box::pin(async move {
            let Target::Id(id) = &self.target else {
                return self.named(deadline).await;
            };
            params::check_path_segment("task ID", id)
                .map_err(|error| error.with_operation(self.operation()))?;
            match self.show() {
                Some(show) => self.shown(show, id, deadline).await,
                None => self.listed(deadline).await,
            }
        })
    }

    fn operation(&self) -> &'static str {
        match (&self.target, self.show()) {
            (Target::Id(_), Some(show)) => show.operation_id,
            _ => self.list.operation().operation_id,
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

    fn progress(&self, task: &T) -> Progress {
        let (Some(waiting), Some(state)) = (self.waiting(), task.state()) else {
            return Progress::Running;
        };
        // An open set: the documents do not promise the case.
        let is_one_of =
            |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(state));
        if is_one_of(waiting.success) {
            Progress::Succeeded
        } else if is_one_of(waiting.failure) {
            Progress::Failed
        } else {
            Progress::Running
        }
    }
}

fn began(task: &impl ListItem) -> Option<Timestamp> {
    task.started()?.get()
}

/// Bodies show milliseconds: a task may have begun later in the one they show.
fn floor_to_millisecond(time: Timestamp) -> Timestamp {
    let floor = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Floor);
    time.round(floor).unwrap_or(time)
}

/// The first task that is `wanted`, in a bounded number of pages.
async fn scan_pages<T: ListItem>(
    request: Request,
    mut wanted: impl FnMut(&T, &RawResponse) -> bool,
) -> Found<T> {
    let mut pager = Pager::<T::Body>::new(request);
    for _ in 0..MAX_PAGES_SEARCHED {
        let Some(page) = pager.next().await? else {
            break;
        };
        let response = page.raw();
        if let Some(task) = page.items().iter().find(|task| wanted(task, response)) {
            return Ok(Some(Response::new(task.clone(), response.clone())));
        }
    }
    Ok(None)
}
