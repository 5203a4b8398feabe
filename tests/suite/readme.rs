//! The README's example, run.

use hwtasks::{Client, ClientBuilder, Environment, Error, KafkaTask};

use crate::emulated::Emulated;
use crate::emulator_calls::printed_variables;

async fn example(client: Client) -> Result<KafkaTask, Error> {
    let instance = "5560df16-cebf-4473-95c4-d1b573c16e79";
    let list = client.kafka().list(instance).limit(50).await?;
    let task = client.kafka().wait(instance, &list.tasks[0].id).await?;
    println!("{} ended at {:?}", task.id, task.updated_at);
    Ok(task)
}

#[tokio::test]
async fn the_example_runs_with_the_variables_the_emulator_prints() {
    let site = Emulated::start().await;
    let environment = Environment::of(printed_variables(&site));
    let builder = ClientBuilder::from_environment(environment).time_source(site.time.clone());
    let client = builder.load().await.expect("a client");
    let task = example(client).await.expect("it ends well");
    assert_eq!(task.status, Some("SUCCESS".into()));
    assert_eq!(site.control.requests().len(), 2);
}

#[test]
fn it_is_the_readmes_example_that_is_run() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme
        .split_once("Client::from_env().await?;\n")
        .expect("it");
    let (example, _) = after.split_once("    Ok(())").expect("its end");
    assert_eq!(example.lines().count(), 4);
    assert!(include_str!("readme.rs").contains(example), "{example}");
}
