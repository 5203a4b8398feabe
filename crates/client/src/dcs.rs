//! The operations of Distributed Cache Service (DCS).

use hwtasks_api::dcs::{DcsTask, DcsTaskList, DcsTaskListV1, DcsTaskV1};

use crate::client::Client;
use crate::error::Error;
use crate::list::params::{self, TimeBound};
use crate::list::sweep::Sweep;
use crate::request::{list_request, send_list};
use crate::transport::response::Response;
use crate::wait::Wait;
use crate::wait::by_name::WaitByName;
use crate::wait::find::{Finder, Target};
use hwtasks_api::TaskName;

/// The operations of DCS; made by [`Client::dcs`].
#[derive(Clone, Debug)]
pub struct Dcs {
    client: Client,
}

impl Dcs {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Lists the background tasks of an instance (`ListDcsTasks`, V2).
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
    /// let list = client.dcs().list("5560df16-cebf-4473-95c4-d1b573c16e79").limit(50).await?;
    /// for task in &list.tasks {
    ///     println!("{} {:?} {:?}", task.id, task.name, task.status);
    /// }
    /// # assert_eq!(list.tasks.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, instance_id: impl Into<String>) -> ListDcsTasks {
        ListDcsTasks::new(self.client.clone(), instance_id.into())
    }

    /// Lists the background tasks of an instance by the withdrawn V1.0 (`ListDcsTasksV1`).
    ///
    /// The document was withdrawn in 2019, and whether the operation still exists is not known:
    /// use [`list`](Self::list).
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
    /// let list = client.dcs().list_v1("5560df16-cebf-4473-95c4-d1b573c16e79").start(1).limit(10).await?;
    /// for task in &list.tasks {
    ///     println!("{} {:?}", task.id, task.status);
    /// }
    /// # assert!(!list.tasks.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_v1(&self, instance_id: impl Into<String>) -> ListDcsTasksV1 {
        ListDcsTasksV1::new(self.client.clone(), instance_id.into())
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
    /// let mut sweep = client.dcs().sweep(["5560df16-cebf-4473-95c4-d1b573c16e79", "a8f4e3b1"]).concurrency(64);
    /// while let Some(instance) = sweep.next().await {
    ///     println!("{}: {:?}", instance.instance_id, instance.result.map(|tasks| tasks.len()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn sweep<I>(&self, instances: I) -> Sweep<DcsTask>
    where
        I: IntoIterator<Item: Into<String> + 'static, IntoIter: Send + 'static>,
    {
        let service = self.clone();
        Sweep::new(instances, move |instance| service.list(instance))
    }

    /// Waits for a task of an instance to end.
    ///
    /// No operation shows one task of DCS, so the client finds it in the list: first in at most 20
    /// pages of 1000, then, knowing when it began, in a window of time around that.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = hwtasks_emulator::Emulator::start().await?;
    /// # let variables = hwtasks::Environment::from_vars(emulator.variables());
    /// # let client = hwtasks::ClientBuilder::from_environment(variables).build()?;
    /// let task = client.dcs().wait("5560df16-cebf-4473-95c4-d1b573c16e79", "8abf6e1e72c12e7c0172c15b508500aa").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(
        &self,
        instance_id: impl Into<String>,
        task_id: impl Into<String>,
    ) -> Wait<DcsTask> {
        let target = Target::Id(task_id.into());
        Wait::new(
            self.client.time(),
            Finder::new(self.list(instance_id), target),
        )
    }

    /// Waits for the newest task of a name to end, of those that began since a time.
    ///
    /// ```
    /// # async fn example(client: hwtasks::Client) -> Result<(), hwtasks::Error> {
    /// let before = jiff::Timestamp::now();
    /// // ... ask DCS to resize the instance ...
    /// let task = client.dcs().wait_by_name("a8f4e3b1", "EXTEND").since(before).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_by_name(
        &self,
        instance_id: impl Into<String>,
        name: impl Into<TaskName>,
    ) -> WaitByName<DcsTask> {
        let list = self.list(instance_id);
        WaitByName::new(self.client.time(), name.into(), |target| {
            Finder::new(list, target)
        })
    }
}

list_request! {
    /// Asks for a page of the background tasks of a DCS instance; await it.
    ///
    /// Made by [`Dcs::list`].
    ListDcsTasks -> DcsTaskList, DcsTask, "ListDcsTasks";
    /// How many tasks to skip: 3 starts the page at the fourth task. 0 by default.
    offset from 0;
    /// How many tasks the page may hold: the service takes 1 to 1000, and 10 by default.
    limit, 1000 a page;
}

impl ListDcsTasks {
    async fn send(self) -> Result<Response<DcsTaskList>, Error> {
        send_list!(
            self,
            generated_dcs.list_dcs_tasks,
            offset in 0..=i32::MAX.cast_unsigned(),
            start_time,
            end_time
        )
    }
}

list_request! {
    /// Asks for a page of the background tasks of a DCS instance by V1.0; await it.
    ///
    /// Made by [`Dcs::list_v1`].
    ListDcsTasksV1 -> DcsTaskListV1, DcsTaskV1, "ListDcsTasksV1";
    /// Number of the first task of the page, counted from 1, where the service begins by default.
    start from 1;
    /// How many tasks the page may hold: at least 1, 10 by default.
    limit, 100 a page;
}

impl ListDcsTasksV1 {
    async fn send(self) -> Result<Response<DcsTaskListV1>, Error> {
        send_list!(
            self,
            generated_dcs.list_dcs_tasks_v1,
            start in 1..=i32::MAX.cast_unsigned(),
            begin_time,
            end_time
        )
    }
}
