//! Decoding a page: the tolerant types beside plain strict structs and `serde_json::Value`.
//!
//! `cargo bench -p hwtasks --bench decode`

#![allow(missing_docs, reason = "criterion's macros write undocumented items")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hwtasks_api::examples::{DCS_LIST_NEWER, DCS_V1_LIST, Example, KAFKA_LIST};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Structs as one would write them for the documented types, with nothing tolerated.
mod strict {
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    pub(crate) struct List<Count, Task> {
        task_count: Count,
        tasks: Vec<Task>,
    }

    macro_rules! strict {
        ($name:ident { $($field:ident: $type:ty),+ }) => {
            #[derive(Deserialize)]
            #[allow(dead_code, reason = "decoded, not read")]
            pub(crate) struct $name {
                $($field: Option<$type>),+
            }
        };
    }

    strict!(V1 {
        id: String,
        name: String,
        params: String,
        status: String,
        user_name: String,
        user_id: String,
        error_code: String,
        created_at: String,
        updated_at: String,
        old_capacity: String,
        new_capacity: String
    });
    strict!(Dcs {
        id: String,
        name: String,
        user_name: String,
        user_id: String,
        params: String,
        details: Details,
        status: String,
        created_at: String,
        updated_at: String,
        enable_show: bool
    });
    strict!(Details {
        old_capacity: String, new_capacity: String, enable_public_ip: bool, public_ip_id: String,
        public_ip_address: String, enable_ssl: bool, old_cache_mode: String, new_cache_mode: String,
        old_resource_spec_code: String, new_resource_spec_code: String, old_replica_num: i64,
        new_replica_num: i64, old_cache_type: String, new_cache_type: String, replica_ip: String,
        replica_az: String, group_name: String, old_port: i64, new_port: i64,
        is_only_adjust_charging: bool, account_name: String, source_ip: String, target_ip: String,
        node_name: String, rename_commands: Vec<String>, updated_config_length: i64
    });
    strict!(Kafka {
        id: String,
        name: String,
        user_name: String,
        user_id: String,
        params: String,
        status: String,
        created_at: String,
        updated_at: String
    });
}

/// A page of `size` tasks like those of the example.
fn page(example: Example, size: usize) -> Vec<u8> {
    let mut page: Value = serde_json::from_str(example.body).unwrap_or_default();
    let tasks = page["tasks"].as_array().cloned().unwrap_or_default();
    page["tasks"] = tasks.into_iter().cycle().take(size).collect();
    page.to_string().into_bytes()
}

fn compare<Tolerant: DeserializeOwned, Strict: DeserializeOwned>(
    c: &mut Criterion,
    example: Example,
) {
    for size in [10, 1000] {
        let page = page(example, size);
        let mut group = c.benchmark_group(format!("{}/{size}", example.name));
        group.throughput(Throughput::Bytes(page.len() as u64));
        decode::<Strict>(&mut group, "strict", &page);
        decode::<Tolerant>(&mut group, "hwtasks", &page);
        decode::<Value>(&mut group, "value", &page);
        group.finish();
    }
}

fn decode<T: DeserializeOwned>(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    page: &[u8],
) {
    assert!(
        serde_json::from_slice::<T>(page).is_ok(),
        "{name} does not decode the page"
    );
    group.bench_with_input(BenchmarkId::from_parameter(name), page, |b, page| {
        b.iter(|| serde_json::from_slice::<T>(black_box(page)));
    });
}

fn bodies(c: &mut Criterion) {
    compare::<hwtasks::DcsTaskListV1, strict::List<String, strict::V1>>(c, DCS_V1_LIST);
    compare::<hwtasks::DcsTaskList, strict::List<u64, strict::Dcs>>(c, DCS_LIST_NEWER);
    compare::<hwtasks::KafkaTaskList, strict::List<String, strict::Kafka>>(c, KAFKA_LIST);
}

criterion_group!(benches, bodies);
criterion_main!(benches);
