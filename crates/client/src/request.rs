//! A request as data: an operation, its arguments and its query.

use std::fmt::{self, Display, Write as _};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use serde::de::DeserializeOwned;

use crate::config::endpoint::parse_url;
use crate::context::Context;
use crate::error::{Error, one_line};
use crate::list::pace::Pace;
use crate::list::{ListBody, ListItem};
use crate::operation::{Operation, PathParameter, QueryParameter};
use crate::params::{self, TimeBound};
use crate::transport::response::{RawResponse, Response};
use crate::{decode, transport};

/// The request of an operation. It is checked when it is sent.
#[derive(Clone)]
pub(crate) struct Request {
    context: Context,
    operation: &'static Operation,
    /// The path parameters that are arguments, in the order of the path.
    arguments: Vec<String>,
    /// The query, in the order of the operation's parameters.
    query: Vec<Option<Value>>,
    /// Set for a poll of a wait: the moment of the client's clock at which it must have ended.
    deadline: Option<Duration>,
    /// The pace of the sweep that the request is part of.
    pace: Option<Arc<Pace>>,
}

/// The value of a query parameter.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Integer(u64),
    Text(String),
    Time(TimeBound),
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<TimeBound> for Value {
    fn from(bound: TimeBound) -> Self {
        Self::Time(bound)
    }
}

impl Request {
    pub(crate) fn new(
        context: &Context,
        operation: &'static Operation,
        arguments: Vec<String>,
    ) -> Self {
        Self {
            context: context.clone(),
            operation,
            arguments,
            query: vec![None; operation.query_parameters.len()],
            deadline: None,
            pace: None,
        }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(crate) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Sets the query parameter at an index of the operation's.
    pub(crate) fn set(&mut self, index: usize, value: impl Into<Value>) {
        if let Some(place) = self.query.get_mut(index) {
            *place = Some(value.into());
        }
    }

    /// The number at an index of the query.
    pub(crate) fn number(&self, index: usize) -> Option<u32> {
        match self.query.get(index)? {
            Some(Value::Integer(number)) => u32::try_from(*number).ok(),
            _ => None,
        }
    }

    pub(crate) fn set_lower_bound<T>(&mut self, time: T)
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        if let Some(window) = &self.operation.time_window {
            self.set(window.lower, TimeBound::lower(time));
        }
    }

    pub(crate) fn set_upper_bound<T>(&mut self, time: T)
    where
        T: TryInto<jiff::Timestamp, Error: Display>,
    {
        if let Some(window) = &self.operation.time_window {
            self.set(window.upper, TimeBound::upper(time));
        }
    }

    /// Replaces both bounds of the time window.
    pub(crate) fn within(mut self, lower: Option<TimeBound>, upper: Option<TimeBound>) -> Self {
        if let Some(window) = &self.operation.time_window {
            for (index, bound) in [(window.lower, lower), (window.upper, upper)] {
                if let Some(place) = self.query.get_mut(index) {
                    *place = bound.map(Value::Time);
                }
            }
        }
        self
    }

    /// Makes each call a poll that ends at this moment of the client's clock, if its timeout does not
    /// end it sooner.
    pub(crate) fn for_poll(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends each request at the pace of a sweep.
    pub(crate) fn paced(mut self, pace: Arc<Pace>) -> Self {
        self.pace = Some(pace);
        self
    }

    /// Sends the request.
    pub(crate) async fn send<B: DeserializeOwned>(self) -> Result<Response<B>, Error> {
        self.fetch().await
    }

    /// Sends a request for one item. The body is a list of one.
    pub(crate) async fn send_one<T: ListItem>(self) -> Result<Response<T>, Error> {
        let (list, raw) = self.fetch::<T::Body>().await?.split();
        self.one(list, raw)
    }

    /// The item, or `None` when the list that is the body is empty.
    pub(crate) async fn find_one<T: ListItem>(self) -> Result<Option<Response<T>>, Error> {
        let (list, raw) = self.fetch::<T::Body>().await?.split();
        match list.items() {
            [] => Ok(None),
            _ => self.one(list, raw).map(Some),
        }
    }

    fn one<T: ListItem>(&self, mut list: T::Body, raw: RawResponse) -> Result<Response<T>, Error> {
        let items = std::mem::take(list.items_mut());
        let message = match <[T; 1]>::try_from(items) {
            Ok([item])
                if self
                    .arguments
                    .last()
                    .is_some_and(|id| id == item.identity()) =>
            {
                return Ok(Response::new(item, raw));
            }
            Ok([item]) => format!(
                "the response holds another task, {:?}",
                one_line(item.identity())
            ),
            Err(items) => format!("the response holds {} tasks instead of one", items.len()),
        };
        Err(Error::unexpected(raw, message).with_operation(self.operation.operation_id))
    }

    /// Sends the request. It can be sent again.
    pub(crate) async fn fetch<B: DeserializeOwned>(&self) -> Result<Response<B>, Error> {
        let mut sends = 0;
        loop {
            let permit = match &self.pace {
                Some(pace) => Some(pace.permit().await?),
                None => None,
            };
            sends += 1;
            let result = self.fetch_once().await;
            match permit {
                Some(permit) if permit.settle(&result, sends) => {}
                _ => return result,
            }
        }
    }

    async fn fetch_once<B: DeserializeOwned>(&self) -> Result<Response<B>, Error> {
        let mut call = self.context.call(self.operation.operation_id);
        if self.pace.is_some() {
            call = call.without_throttle_retry();
        }
        if let Some(deadline) = self.deadline {
            call = call.for_poll(deadline);
        }
        let url = call.annotate(self.url(&call).await)?;
        let mut request = reqwest::Request::new(self.operation.method.clone(), url);
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, json);
        let gzip = HeaderValue::from_static("gzip");
        request.headers_mut().insert(ACCEPT_ENCODING, gzip);
        call.send(request, decode::response).await
    }

    async fn url(&self, call: &transport::Call) -> Result<Url, Error> {
        let base = self.context.endpoint(self.operation.endpoint)?;
        let mut arguments = self.arguments.iter();
        for parameter in self.operation.path_parameters {
            if let PathParameter::Argument(label) = parameter {
                let id = arguments.next().map_or("", String::as_str);
                params::check_path_segment(label, id)?;
            }
        }
        let query = self.query()?;
        // Last, because it may have to be looked up.
        let project = self.context.project.id(call).await?;
        params::check_path_segment("project ID", &project)?;
        parse_url(&self.target(base, &project, &query))
    }

    /// The URL of a valid base.
    fn target(&self, base: &str, project: &str, query: &str) -> String {
        let length = base.len() + self.operation.path.len() + 128 + query.len();
        let mut target = String::with_capacity(length);
        target.push_str(base);
        let mut parameters = self.operation.path_parameters.iter();
        let mut arguments = self.arguments.iter();
        for segment in self.operation.path.split('/').skip(1) {
            target.push('/');
            if !segment.starts_with('{') {
                target.push_str(segment);
                continue;
            }
            target.extend(match parameters.next() {
                Some(PathParameter::Project) => params::encoded(project),
                _ => params::encoded(arguments.next().map_or("", String::as_str)),
            });
        }
        if !query.is_empty() {
            target.push('?');
            target.push_str(query);
        }
        target
    }

    /// The query, checked and encoded, in the order of the names: as a signature needs it.
    fn query(&self) -> Result<String, Error> {
        let parameters = self.operation.query_parameters.iter().zip(&self.query);
        let mut set: Vec<_> = parameters
            .filter_map(|(parameter, value)| Some((parameter, value.as_ref()?)))
            .collect();
        set.sort_unstable_by_key(|(parameter, _)| parameter.name());
        let mut query = String::with_capacity(24 * set.len());
        for (parameter, value) in set {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(parameter.name());
            query.push('=');
            match value {
                Value::Integer(number) => {
                    if let QueryParameter::Integer(name, least, most) = parameter {
                        params::check_range(name, *number, *least..=*most)?;
                    }
                    append(&mut query, number);
                }
                Value::Text(text) => query.extend(params::encoded(text)),
                Value::Time(bound) => append(&mut query, &bound.get()?),
            }
        }
        Ok(query)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct(self.operation.operation_id);
        text.field("arguments", &self.arguments);
        for (parameter, value) in self.operation.query_parameters.iter().zip(&self.query) {
            match value {
                Some(Value::Integer(number)) => text.field(parameter.name(), number),
                Some(Value::Text(value)) => text.field(parameter.name(), value),
                Some(Value::Time(bound)) => text.field(parameter.name(), bound),
                None => &mut text,
            };
        }
        text.finish_non_exhaustive()
    }
}

fn append<T: Display>(text: &mut String, value: &T) {
    // Writing to a string does not fail.
    let _ = write!(text, "{value}");
}
