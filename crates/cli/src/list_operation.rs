//! The list operations of both services, with one interface.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use hwtasks::{Client, Error};
use jiff::Timestamp;

use crate::instances::Instance;
use crate::options::Service;
use crate::task::TaskRow;

/// A list operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListOperation {
    Dcs,
    DcsV1,
    Kafka,
}

/// The time window and the page size of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    /// The page size; the largest by default.
    pub(crate) page: Option<u32>,
}

/// A page as the server sent it, with the number and the IDs of its new tasks.
pub(crate) struct RawPage {
    pub(crate) bytes: Bytes,
    pub(crate) tasks: usize,
    pub(crate) ids: Vec<String>,
}

/// An instance and its tasks, or the error of its call.
pub(crate) type InstanceTasks = (Arc<Instance>, Result<Vec<TaskRow>, Error>);

/// Calls `$read` with the request of the operation.
macro_rules! with_request {
    ($source:expr, $client:expr, $instance:expr, $window:expr, |$request:ident| $read:expr) => {
        match $source {
            ListOperation::Dcs => {
                let $request = windowed!(
                    $client.dcs().list($instance),
                    $window,
                    $source.largest_page()
                );
                $read
            }
            ListOperation::DcsV1 => {
                let $request = windowed!(
                    $client.dcs().list_v1($instance),
                    $window,
                    $source.largest_page()
                );
                $read
            }
            ListOperation::Kafka => {
                let $request = windowed!(
                    $client.kafka().list($instance),
                    $window,
                    $source.largest_page()
                );
                $read
            }
        }
    };
}

macro_rules! windowed {
    ($request:expr, $window:expr, $largest:expr) => {{
        let mut request = $request;
        if let Some(since) = $window.since {
            request = request.since(since);
        }
        if let Some(until) = $window.until {
            request = request.until(until);
        }
        if let Some(page) = $window.page {
            request = request.limit(page.min($largest));
        }
        request
    }};
}

impl ListOperation {
    /// The current list operation of a service.
    pub(crate) fn current(service: Service) -> Self {
        match service {
            Service::Dcs => Self::Dcs,
            Service::Kafka => Self::Kafka,
        }
    }

    pub(crate) fn service(self) -> Service {
        match self {
            Self::Dcs | Self::DcsV1 => Service::Dcs,
            Self::Kafka => Service::Kafka,
        }
    }

    /// The documented largest page size.
    fn largest_page(self) -> u32 {
        match self {
            Self::Dcs => 1000,
            Self::DcsV1 | Self::Kafka => 100,
        }
    }

    /// The tasks of an instance, over as many pages as needed.
    pub(crate) fn tasks(
        self,
        client: &Client,
        instance: &Arc<Instance>,
        window: Window,
    ) -> BoxStream<'static, Result<TaskRow, Error>> {
        let of = Arc::clone(instance);
        with_request!(self, client, &instance.id, window, |request| request
            .items()
            .map_ok(move |task| TaskRow::new(&of, &task))
            .boxed())
    }

    /// The tasks of many instances of a service, each when it is done; the first request is sent alone.
    /// The last item is an error if the sweep ends early.
    pub(crate) fn sweep(
        service: Service,
        client: &Client,
        instances: &[Arc<Instance>],
        window: Window,
        concurrency: usize,
    ) -> BoxStream<'static, Result<InstanceTasks, Error>> {
        let by_id = instances.iter().map(|of| (of.id.clone(), Arc::clone(of)));
        let mut by_id: HashMap<String, Arc<Instance>> = by_id.collect();
        let ids: Vec<String> = instances.iter().map(|of| of.id.clone()).collect();
        macro_rules! rows {
            ($sweep:expr) => {{
                let mut sweep = $sweep.concurrency(concurrency).first_alone();
                if let Some(since) = window.since {
                    sweep = sweep.since(since);
                }
                if let Some(until) = window.until {
                    sweep = sweep.until(until);
                }
                let rows = move |done: hwtasks::SweepResult<_>| {
                    let unknown = || Instance::new(service, &done.instance_id);
                    let of = by_id.remove(&done.instance_id).unwrap_or_else(unknown);
                    let rows = |tasks: Vec<_>| {
                        let rows = tasks.iter().map(|task| TaskRow::new(&of, task));
                        rows.collect()
                    };
                    let tasks = done.result.map(rows);
                    (of, tasks)
                };
                sweep.map_ok(rows).boxed()
            }};
        }
        match service {
            Service::Dcs => rows!(client.dcs().sweep(ids)),
            Service::Kafka => rows!(client.kafka().sweep(ids)),
        }
    }

    /// The pages of an instance's tasks; a single page if the service has pages of the requested size.
    pub(crate) fn pages(
        self,
        client: &Client,
        instance: &str,
        window: Window,
    ) -> BoxStream<'static, Result<RawPage, Error>> {
        let one = window.page.is_some_and(|size| size <= self.largest_page());
        with_request!(self, client, instance, window, |request| {
            let pages = match one {
                true => futures_util::stream::once(request.into_future()).boxed(),
                false => request.pages().boxed(),
            };
            pages
                .map_ok(|page| RawPage {
                    bytes: page.raw_body().clone(),
                    tasks: page.tasks.len(),
                    ids: page.tasks.iter().map(|task| task.id.clone()).collect(),
                })
                .boxed()
        })
    }
}
