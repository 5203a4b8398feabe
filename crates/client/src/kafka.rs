//! The operations of Distributed Message Service (DMS) for Kafka.

use std::time::Duration;

use hwtasks_api::TaskName;
use hwtasks_api::kafka::{KafkaTask, KafkaTaskList};

use crate::client::Client;
use crate::error::{Error, one_line};
use crate::list::params::{self, TimeBound};
use crate::list::sweep::Sweep;
use crate::request::{awaited, list_request, send_list};
use crate::transport::Call;
use crate::transport::response::{RawResponse, Response};
use crate::wait::Wait;
use crate::wait::by_name::WaitByName;
use crate::wait::find::{Finder, Found, Target};

/// The operations of Kafka; made by [`Client::kafka`].
///
/// The same paths serve RabbitMQ and RocketMQ instances, in the same form.
#[derive(Clone, Debug)]
pub struct Kafka {
    client: Client,
}

impl Kafka {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Lists the background tasks of an instance (`ListKafkaTasks`).
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`is_not_found`](Error::is_not_found) when there is no such instance.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = hwtasks_emulator::Emulator::start().await?;
    /// # let variables = hwtasks::Environment::from_vars(emulator.variables());
    /// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
    /// let since = "2020-05-15T00:00:00Z".parse::<jiff::Timestamp>()?;
    /// let list = client.kafka().list("5560df16-cebf-4473-95c4-d1b573c16e79").since(since).limit(50).await?;
    /// for task in &list.tasks {
    ///     println!("{} {:?} {:?}", task.id, task.name, task.status);
    /// }
    /// # assert_eq!(list.tasks.len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, instance_id: impl Into<String>) -> ListKafkaTasks {
        ListKafkaTasks::new(self.client.clone(), instance_id.into())
    }

    /// Shows one background task of an instance (`ShowKafkaTask`).
    ///
    /// The service returns a list of one; this returns the task.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`is_not_found`](Error::is_not_found) when there is no such instance or task,
    /// and [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) when the response is not that
    /// one task. Kafka is known to return 400 with `DMS.00400070` for an ID that is not valid.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = hwtasks_emulator::Emulator::start().await?;
    /// # let variables = hwtasks::Environment::from_vars(emulator.variables());
    /// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
    /// let instance = "5560df16-cebf-4473-95c4-d1b573c16e79";
    /// let task = client.kafka().show(instance, "8abfa7b272adc5b40172b73130065ae7").await?;
    /// println!("{:?} is {:?}", task.name, task.status);
    /// # assert_eq!(task.status, Some(hwtasks::TaskStatus::Success));
    /// # Ok(())
    /// # }
    /// ```
    pub fn show(
        &self,
        instance_id: impl Into<String>,
        task_id: impl Into<String>,
    ) -> ShowKafkaTask {
        ShowKafkaTask {
            client: self.client.clone(),
            instance_id: instance_id.into(),
            task_id: task_id.into(),
        }
    }

    /// Reads all tasks of many instances, with a limited number of concurrent calls.
    ///
    /// The sweep owns the iterator and takes each ID when its call begins. Clone a list that you need
    /// afterwards.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = hwtasks_emulator::Emulator::start().await?;
    /// # let variables = hwtasks::Environment::from_vars(emulator.variables());
    /// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
    /// let mut sweep = client.kafka().sweep(["5560df16-cebf-4473-95c4-d1b573c16e79", "a8f4e3b1"]).concurrency(64);
    /// while let Some(instance) = sweep.next().await {
    ///     println!("{}: {:?}", instance.instance_id, instance.result.map(|tasks| tasks.len()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn sweep<I>(&self, instances: I) -> Sweep<KafkaTask>
    where
        I: IntoIterator<Item: Into<String> + 'static, IntoIter: Send + 'static>,
    {
        let service = self.clone();
        Sweep::new(instances, move |instance| service.list(instance))
    }

    /// Waits for a task of an instance to end.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = hwtasks_emulator::Emulator::start().await?;
    /// # let variables = hwtasks::Environment::from_vars(emulator.variables());
    /// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
    /// let task = client.kafka().wait("5560df16-cebf-4473-95c4-d1b573c16e79", "8abfa7b272adc5b40172b73130065ae7").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(
        &self,
        instance_id: impl Into<String>,
        task_id: impl Into<String>,
    ) -> Wait<KafkaTask> {
        let finder = self.finder(instance_id.into());
        Wait::new(self.client.time(), finder(Target::Id(task_id.into())))
    }

    /// Waits for the newest task of a name to end, of those that began since a time.
    ///
    /// ```
    /// # async fn example(client: hwtasks::Client) -> Result<(), hwtasks::Error> {
    /// let before = jiff::Timestamp::now();
    /// // ... ask Kafka to bind a public IP address ...
    /// let task = client.kafka().wait_by_name("5560df16", "bindInstancePublicIp").since(before).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_by_name(
        &self,
        instance_id: impl Into<String>,
        name: impl Into<TaskName>,
    ) -> WaitByName<KafkaTask> {
        let finder = self.finder(instance_id.into());
        WaitByName::new(self.client.time(), name.into(), finder)
    }

    /// Finds a task by its name in the list, and by its ID without it.
    fn finder(
        &self,
        instance_id: String,
    ) -> impl FnOnce(Target) -> Finder<ListKafkaTasks> + Send + 'static {
        let kafka = self.clone();
        move |target| {
            let list = kafka.list(instance_id.clone());
            Finder::new(list, target).showing("ShowKafkaTask", move |id, deadline| {
                kafka.show(instance_id.clone(), id).find(deadline)
            })
        }
    }
}

list_request! {
    /// Asks for a page of the background tasks of a Kafka instance; await it.
    ///
    /// Made by [`Kafka::list`].
    ListKafkaTasks -> KafkaTaskList, KafkaTask, "ListKafkaTasks";
    /// Number of the first task of the page, counted from 1, where the service begins by default.
    start from 1;
    /// How many tasks the page may hold, at least 1. No document gives a range; the related
    /// page for RabbitMQ says 1 to 100.
    limit, 100 a page;
}

impl ListKafkaTasks {
    async fn send(self) -> Result<Response<KafkaTaskList>, Error> {
        send_list!(
            self,
            generated_kafka.list_kafka_tasks,
            start in 1..=i32::MAX.cast_unsigned(),
            begin_time,
            end_time
        )
    }
}

/// Asks for one background task of a Kafka instance; await it.
///
/// Made by [`Kafka::show`].
#[derive(Clone, Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct ShowKafkaTask {
    client: Client,
    instance_id: String,
    task_id: String,
}

impl ShowKafkaTask {
    async fn send(self) -> Result<Response<KafkaTask>, Error> {
        let call = self.client.call("ShowKafkaTask");
        let (list, raw) = self.fetch(&call).await?.split();
        self.one(&call, list, raw)
    }

    /// The task, or `None` when the list that is the response is empty.
    async fn find(self, deadline: Duration) -> Found<KafkaTask> {
        let call = self
            .client
            .call("ShowKafkaTask")
            .with_deadline(Some(deadline));
        let (list, raw) = self.fetch(&call).await?.split();
        if list.tasks.is_empty() {
            return Ok(None);
        }
        self.one(&call, list, raw).map(Some)
    }

    async fn fetch(&self, call: &Call) -> Result<Response<KafkaTaskList>, Error> {
        let prepared = (|| {
            let client = self.client.generated_kafka(call)?;
            let instance = params::path_segment("instance ID", &self.instance_id)?;
            Ok((
                client,
                instance,
                params::path_segment("task ID", &self.task_id)?,
            ))
        })();
        let (client, instance, task) = call.annotate(prepared)?;
        let project = call.annotate(self.client.project_segment(call).await)?;
        let operation = client
            .show_kafka_task()
            .project_id(project)
            .instance_id(instance);
        call.finish(operation.task_id(task).send().await)
    }

    fn one(
        &self,
        call: &Call,
        list: KafkaTaskList,
        raw: RawResponse,
    ) -> Result<Response<KafkaTask>, Error> {
        let why = match <[KafkaTask; 1]>::try_from(list.tasks) {
            Ok([task]) if task.id == self.task_id => return Ok(Response::new(task, raw)),
            Ok([task]) => format!("the response holds another task, {:?}", one_line(&task.id)),
            Err(tasks) => format!("the response holds {} tasks instead of one", tasks.len()),
        };
        call.annotate(Err(Error::unexpected(raw, why)))
    }
}

awaited!(ShowKafkaTask -> KafkaTask);
