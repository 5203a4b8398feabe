//! What the requests of the list operations have in common.

/// Declares the request of a list operation: a page of a time window.
///
/// `$position` is the operation's own name for where the page starts.
macro_rules! list_request {
    (
        $(#[$meta:meta])*
        $name:ident -> $body:ty, $task:ty, $operation_id:literal;
        $(#[$position_meta:meta])*
        $position:ident from $first:literal;
        $(#[$limit_meta:meta])*
        limit, $page:literal a page;
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "a request is sent when it is awaited"]
        pub struct $name {
            client: Client,
            instance_id: String,
            $position: Option<u32>,
            limit: Option<u32>,
            since: TimeBound,
            until: TimeBound,
            deadline: Option<std::time::Duration>,
        }

        impl $name {
            pub(crate) fn new(client: Client, instance_id: String) -> Self {
                let (since, until) = (TimeBound::Unbounded, TimeBound::Unbounded);
                let ($position, limit, deadline) = (None, None, None);
                Self { client, instance_id, $position, limit, since, until, deadline }
            }

            $(#[$position_meta])*
            pub fn $position(mut self, $position: u32) -> Self {
                self.$position = Some($position);
                self
            }

            $(#[$limit_meta])*
            pub fn limit(mut self, limit: u32) -> Self {
                self.limit = Some(limit);
                self
            }

            /// Only tasks from this time on. The query knows whole seconds in UTC: rounded down, so
            /// that no task is lost.
            pub fn since<T>(mut self, time: T) -> Self
            where
                T: TryInto<jiff::Timestamp, Error: std::fmt::Display>,
            {
                self.since = TimeBound::lower(time);
                self
            }

            /// Only tasks up to this time. The query knows whole seconds in UTC: rounded up, so
            /// that no task is lost.
            pub fn until<T>(mut self, time: T) -> Self
            where
                T: TryInto<jiff::Timestamp, Error: std::fmt::Display>,
            {
                self.until = TimeBound::upper(time);
                self
            }

            /// The tasks, over as many pages as it takes.
            pub fn items(self) -> $crate::Items<$task> {
                $crate::list::pager::items(self)
            }

            /// The pages, one request each.
            pub fn pages(self) -> $crate::Pages<$body> {
                $crate::list::pager::pages(self)
            }
        }

        impl $crate::list::pager::ListRequest for $name {
            type List = $body;
            const OPERATION: &'static str = $operation_id;
            const POSITION: &'static str = stringify!($position);
            const FIRST: u32 = $first;
            const PAGE: u32 = $page;

            fn position(&self) -> Option<u32> {
                self.$position
            }

            fn size(&self) -> Option<u32> {
                self.limit
            }

            fn page(self, position: u32, limit: u32) -> Self {
                self.$position(position).limit(limit)
            }

            fn within(mut self, since: TimeBound, until: TimeBound) -> Self {
                (self.since, self.until) = (since, until);
                self
            }

            fn with_deadline(mut self, deadline: std::time::Duration) -> Self {
                self.deadline = Some(deadline);
                self
            }

            async fn fetch(self) -> Result<Response<$body>, Error> {
                self.send().await
            }
        }

        $crate::request::awaited!($name -> $body);
    };
}

/// Makes a request with an `async fn send(self)` one that is sent by awaiting it.
macro_rules! awaited {
    ($name:ident -> $body:ty) => {
        impl std::future::IntoFuture for $name {
            type Output = Result<Response<$body>, Error>;
            type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }
    };
}

/// Sends a generated list operation with the fields of a [`list_request`].
macro_rules! send_list {
    ($request:expr, $service:ident . $operation:ident,
     $position:ident in $range:expr, $lower:ident, $upper:ident) => {{
        let request = $request;
        let call = request
            .client
            .call(<Self as $crate::list::pager::ListRequest>::OPERATION)
            .with_deadline(request.deadline);
        let prepared = (|| {
            let client = request.client.$service(&call)?;
            let instance = params::path_segment("instance ID", &request.instance_id)?;
            let position = request
                .$position
                .map(|n| params::check_range(stringify!($position), n, $range));
            let limit = request
                .limit
                .map(|n| params::check_range("limit", n, 1..=i32::MAX.cast_unsigned()));
            let bounds = (request.since.get("since")?, request.until.get("until")?);
            Ok((
                client,
                instance,
                position.transpose()?,
                limit.transpose()?,
                bounds,
            ))
        })();
        let (client, instance, position, limit, (since, until)) = call.annotate(prepared)?;
        // Last, because it may have to be looked up.
        let project = call.annotate(request.client.project_segment(&call).await)?;
        let mut operation = client
            .$operation()
            .project_id(project)
            .instance_id(instance);
        if let Some(position) = position {
            operation = operation.$position(position);
        }
        if let Some(limit) = limit {
            operation = operation.limit(limit);
        }
        if let Some(time) = since {
            operation = operation.$lower(time);
        }
        if let Some(time) = until {
            operation = operation.$upper(time);
        }
        call.finish(operation.send().await)
    }};
}

pub(crate) use {awaited, list_request, send_list};
