//! The README's example, run.

use hwtasks::{Client, ClientBuilder, Environment, Error};
use hwtasks_emulator::Operation;

use crate::end_to_end::printed_variables;
use crate::support::emulated::Emulated;

async fn example(client: Client) -> Result<(), Error> {
    let instance = "5560df16-cebf-4473-95c4-d1b573c16e79";
    let list = client.kafka().list(instance).limit(50).await?;
    if let Some(newest) = list.tasks.first() {
        let task = client.kafka().wait(instance, &newest.id).await?;
        println!("{} ended at {:?}", task.id, task.updated_at);
    }
    Ok(())
}

#[tokio::test]
async fn readme_example_runs_against_the_emulator() {
    let site = Emulated::start().await;
    let environment = Environment::from_vars(printed_variables(&site));
    let builder = ClientBuilder::from_environment(environment).time_source(site.time.clone());
    let client = builder.load().await.expect("it builds");
    example(client).await.expect("the task ends successfully");
    let asked: Vec<_> = site
        .control
        .requests()
        .iter()
        .map(|r| r.operation)
        .collect();
    assert_eq!(
        asked,
        [
            Some(Operation::ListKafkaTasks),
            Some(Operation::ShowKafkaTask)
        ]
    );
}

#[test]
fn readme_example_is_the_code_that_runs() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme
        .split_once("Client::from_env().await?;\n")
        .expect("the README has the example");
    let (example, _) = after
        .split_once("    Ok(())")
        .expect("the example has an end");
    assert_eq!(example.lines().count(), 6);
    assert!(include_str!("readme.rs").contains(example), "{example}");
}
