//! The tasks of one instance, indexed by time and by ID. The cost of a page does not depend on the size of the instance.

use std::hash::BuildHasher;
use std::ops::RangeInclusive;

use hashbrown::hash_table::Entry as HashEntry;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::instances::InstanceAttributes;
use crate::operation::Service;
use crate::task::Task;

/// The position of a task in time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Milliseconds since 1970 UTC.
    created: i64,
    /// Orders tasks of the same millisecond: the one added later is newer.
    slot: u32,
}

/// One instance: its attributes and its tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instance {
    pub(crate) attributes: InstanceAttributes,
    /// `None` for deleted tasks.
    slots: Vec<Option<Task>>,
    /// The places of all tasks, oldest first.
    places: Vec<Place>,
    /// The slots, by task ID.
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Why a task was not added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAdded {
    /// The instance already has a task with this ID.
    Duplicate(String),
    /// The instance has no slot left.
    Full,
}

/// A page of tasks.
pub(crate) struct Page<'a> {
    /// The number of tasks in the time window.
    pub(crate) total: usize,
    places: &'a [Place],
    slots: &'a [Option<Task>],
}

impl<'a> Page<'a> {
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The tasks of the page, newest first.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &'a Task> + Clone + use<'a> {
        let slots = self.slots;
        let places = self.places.iter().rev();
        places.filter_map(move |place| slots.get(place.slot as usize)?.as_ref())
    }
}

impl Instance {
    /// Builds the indexes of many tasks at once, which is faster than adding one at a time.
    pub(crate) fn new(tasks: Vec<Task>) -> Result<Self, NotAdded> {
        let mut instance = Self {
            places: Vec::with_capacity(tasks.len()),
            slots: Vec::with_capacity(tasks.len()),
            ..Self::default()
        };
        let hasher = instance.hasher.clone();
        instance.ids.reserve(tasks.len(), |_| 0);
        for task in tasks {
            instance.insert(task, &hasher)?;
        }
        instance.places.sort_unstable();
        Ok(instance)
    }

    /// Adds a task in time order.
    pub(crate) fn add(&mut self, task: Task) -> Result<(), NotAdded> {
        let hasher = self.hasher.clone();
        self.insert(task, &hasher)?;
        if let Some(place) = self.places.pop() {
            let at = self.places.partition_point(|other| *other < place);
            self.places.insert(at, place);
        }
        Ok(())
    }

    /// Adds a task with its place at the end, which the caller sorts.
    fn insert(&mut self, task: Task, hasher: &DefaultHashBuilder) -> Result<(), NotAdded> {
        let slot = u32::try_from(self.slots.len()).map_err(|_| NotAdded::Full)?;
        let slots = &self.slots;
        let id_of = |slot: &u32| {
            slots
                .get(*slot as usize)
                .and_then(Option::as_ref)
                .map(Task::id)
        };
        let entry = self.ids.entry(
            hasher.hash_one(Some(task.id())),
            |slot| id_of(slot) == Some(task.id()),
            |slot| hasher.hash_one(id_of(slot)),
        );
        match entry {
            HashEntry::Occupied(_) => return Err(NotAdded::Duplicate(task.id().to_owned())),
            HashEntry::Vacant(vacant) => vacant.insert(slot),
        };
        self.places.push(Place {
            created: task.created(),
            slot,
        });
        self.slots.push(Some(task));
        Ok(())
    }

    /// Removes a task.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Task> {
        let slots = &self.slots;
        let is_it = |slot: &u32| {
            let task = slots.get(*slot as usize).and_then(Option::as_ref);
            task.is_some_and(|task| task.id() == id)
        };
        let found = self.ids.find_entry(self.hasher.hash_one(Some(id)), is_it);
        let (slot, _) = found.ok()?.remove();
        let task = self.slots.get_mut(slot as usize)?.take()?;
        let place = Place {
            created: task.created(),
            slot,
        };
        if let Ok(at) = self.places.binary_search(&place) {
            self.places.remove(at);
        }
        Some(task)
    }

    /// The task with this ID.
    pub(crate) fn get(&self, id: &str) -> Option<&Task> {
        let task = |slot: &u32| self.slots.get(*slot as usize).and_then(Option::as_ref);
        let is_it = |slot: &u32| task(slot).is_some_and(|task| task.id() == id);
        let slot = self.ids.find(self.hasher.hash_one(Some(id)), is_it)?;
        task(slot)
    }

    /// Up to `limit` tasks created in the window, after skipping the newest `skip`. The window is in milliseconds since
    /// 1970 UTC.
    pub(crate) fn page(&self, window: &RangeInclusive<i64>, skip: u64, limit: u64) -> Page<'_> {
        let from = self
            .places
            .partition_point(|place| place.created < *window.start());
        let to = self
            .places
            .partition_point(|place| place.created <= *window.end());
        let in_window = self.places.get(from..to).unwrap_or_default();
        let total = in_window.len();
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let end = total.saturating_sub(count(skip));
        let begin = end.saturating_sub(count(limit));
        Page {
            total,
            places: &in_window[begin..end],
            slots: &self.slots,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Restarts the progress by reads of every task.
    pub(crate) fn restart(&self) {
        self.slots.iter().flatten().for_each(Task::restart);
    }

    /// This instance as if its tasks had been added at `now` (milliseconds since 1970 UTC). `None` if every task has a
    /// time of its own.
    pub(crate) fn restarted(
        &self,
        service: Service,
        now: i64,
    ) -> Option<Result<Self, serde_json::Error>> {
        let mut tasks = self.slots.iter().flatten();
        tasks.any(Task::is_undated).then(|| {
            let mut restarted = self.clone();
            for place in &mut restarted.places {
                let slot = restarted.slots.get_mut(place.slot as usize);
                let task = slot.and_then(Option::as_mut);
                if let Some(task) = task.filter(|task| task.is_undated()) {
                    *task = task.restarted(service, now)?;
                    place.created = task.created();
                }
            }
            restarted.places.sort_unstable();
            Ok(restarted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DataTime, KafkaTaskData};
    use crate::task::Defaults;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn task(id: &str, created: i64) -> Task {
        let data = KafkaTaskData {
            id: Some(id.to_owned()),
            created_at: Some(DataTime::from_millisecond(created)),
            ..KafkaTaskData::default()
        };
        let defaults = Defaults {
            id: &|| "made".to_owned(),
            now: 0,
        };
        Task::kafka(data, defaults).unwrap()
    }

    fn ids(page: &Page<'_>) -> String {
        page.tasks().map(Task::id).collect::<Vec<_>>().join(" ")
    }

    const ALL: RangeInclusive<i64> = i64::MIN..=i64::MAX;

    fn abcde() -> Instance {
        let tasks = [("c", 30), ("a", 10), ("e", 50), ("b", 20), ("d", 30)];
        Instance::new(tasks.map(|(id, created)| task(id, created)).into()).unwrap()
    }

    #[test]
    fn page_orders_newest_first_then_later_added() {
        assert_eq!(ids(&abcde().page(&ALL, 0, 10)), "e d c b a");
    }

    #[test]
    fn page_applies_window_skip_and_limit() {
        let instance = abcde();
        let of = |window: RangeInclusive<i64>, skip, limit| {
            let page = instance.page(&window, skip, limit);
            assert_eq!(page.len(), page.tasks().count());
            (page.total, ids(&page))
        };
        assert_eq!(of(ALL, 1, 2), (5, "d c".to_owned()));
        assert_eq!(of(ALL, 4, 2), (5, "a".to_owned()));
        assert_eq!(of(ALL, 5, 2), (5, String::new()));
        assert_eq!(of(ALL, u64::MAX, u64::MAX), (5, String::new()));
        assert_eq!(of(20..=30, 0, 10), (3, "d c b".to_owned()));
        assert_eq!(of(21..=29, 0, 10), (0, String::new()));
        assert_eq!(of(RangeInclusive::new(40, 20), 0, 10), (0, String::new()));
    }

    #[test]
    fn add_and_remove_keep_time_order() {
        let mut instance = abcde();
        assert_eq!(
            instance.add(task("c", 99)),
            Err(NotAdded::Duplicate("c".to_owned()))
        );
        assert!(instance.remove("c").is_some());
        assert!(instance.remove("c").is_none() && instance.get("c").is_none());
        assert_eq!(ids(&instance.page(&ALL, 0, 10)), "e d b a");
        instance.add(task("c", 15)).unwrap();
        instance.add(task("f", 30)).unwrap();
        assert_eq!(ids(&instance.page(&ALL, 0, 10)), "e f d b c a");
        assert_eq!(instance.get("c").map(Task::created), Some(15));
        assert_eq!(instance.len(), 6);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn page_equals_slice_of_sorted_list(
            given in vec((0..6_i64, any::<bool>()), 0..40),
            removed in vec(0..40_usize, 0..10),
            window in (-1..7_i64, -1..7_i64),
            skip in 0..45_u64,
            limit in 0..45_u64,
        ) {
            let named = |i: usize, created| task(&format!("t{i}"), created);
            let (bulk, single): (Vec<_>, Vec<_>) =
                given.iter().enumerate().partition(|(_, (_, bulk))| *bulk);
            let order: Vec<usize> = bulk.iter().chain(&single).map(|(i, _)| *i).collect();
            let bulk = bulk.iter().map(|(i, (created, _))| named(*i, *created));
            let mut instance = Instance::new(bulk.collect()).unwrap();
            for (i, (created, _)) in single {
                instance.add(named(i, *created)).unwrap();
            }
            let mut kept: Vec<_> = order.iter().enumerate().map(|(at, i)| (given[*i].0, at, *i)).collect();
            for i in removed {
                let there = kept.iter().any(|(_, _, kept)| *kept == i);
                prop_assert_eq!(instance.remove(&format!("t{i}")).is_some(), there);
                kept.retain(|(_, _, kept)| *kept != i);
            }
            kept.retain(|(created, _, _)| (window.0..=window.1).contains(created));
            kept.sort();
            let expected = kept.iter().rev().map(|(_, _, i)| format!("t{i}"));
            let expected: Vec<_> = expected.skip(skip as usize).take(limit as usize).collect();
            let page = instance.page(&RangeInclusive::new(window.0, window.1), skip, limit);
            prop_assert_eq!(page.total, kept.len());
            prop_assert_eq!(page.len(), expected.len());
            prop_assert_eq!(ids(&page), expected.join(" "));
        }
    }

    #[test]
    fn new_with_duplicate_id_fails() {
        let tasks = ["a", "b", "a"].map(|id| task(id, 1)).into();
        assert_eq!(
            Instance::new(tasks).err(),
            Some(NotAdded::Duplicate("a".to_owned()))
        );
    }
}
