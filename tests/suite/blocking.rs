//! The client without `.await`, called from plain threads.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use hwtasks::blocking::Client;
use hwtasks::{Environment, Error, ErrorKind, ManualTimeSource};
use hwtasks_api::examples::{DCS_LIST_EN, DCS_V1_LIST, KAFKA_LIST, KAFKA_SHOW};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::script::{FakeService, Tasks, minimal_task, task};
use crate::support::server::{INSTANCE, PROJECT, Server, TASK, TOKEN, clock, json as body};

/// What the other side does, which is async and runs on a thread of its own.
fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the runtime can be built");
    runtime.block_on(future)
}

fn client(server: &Server) -> Client {
    server.builder().build_blocking().expect("it builds")
}

fn scripted(scripted: &FakeService) -> Client {
    scripted.builder().build_blocking().expect("it builds")
}

#[track_caller]
fn assert_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let message = error.to_string();
    assert!(message.contains("inside an async context"), "{message}");
    assert!(message.contains("hwtasks::Client"), "{message}");
}

#[test]
fn every_operation_returns_its_response() {
    let server = run(Server::serving(DCS_LIST_EN.body));
    let dcs = client(&server).dcs();
    let list = dcs.list(INSTANCE).offset(2).limit(7);
    let list = list.since(jiff::Timestamp::UNIX_EPOCH).send();
    assert_eq!(list.expect("it succeeds").raw_body(), DCS_LIST_EN.body);
    assert_eq!(
        run(server.request_line()),
        format!(
            "GET /v2/{PROJECT}/instances/{INSTANCE}/tasks?limit=7&offset=2&start_time=19700101000000"
        )
    );

    let server = run(Server::serving(DCS_V1_LIST.body));
    let client_ = client(&server);
    assert_eq!(client_.as_async().project_id(), Some(PROJECT));
    let list = client_.dcs().list_v1(INSTANCE).start(1).send();
    assert_eq!(list.expect("it succeeds").tasks.len(), 1);

    let server = run(Server::serving(KAFKA_LIST.body));
    let list = client(&server).kafka().list(INSTANCE).send();
    assert_eq!(list.expect("it succeeds").tasks.len(), 2);

    let server = run(Server::serving(KAFKA_SHOW.body));
    let task = client(&server).kafka().show(INSTANCE, TASK).send();
    assert_eq!(task.expect("there is a task").id, TASK);

    let instances = r#"{"instance_num":1,"instances":[{"instance_id":"i","status":"NEW"}]}"#;
    let server = run(Server::serving(instances));
    let list = client(&server).dcs().instances().name("x").limit(50).send();
    assert_eq!(list.expect("it succeeds").instances[0].instance_id, "i");
    assert_eq!(
        run(server.request_line()),
        format!("GET /v2/{PROJECT}/instances?limit=50&name=x")
    );
    let mut items = client(&server).kafka().instances().items();
    let item = items.next().expect("an item").expect("it succeeds");
    assert_eq!(item.status.as_deref(), Some("NEW"));
}

#[test]
fn errors_equal_those_of_the_async_client() {
    let refusal = json!({ "error_code": "DCS.4004", "error_msg": "no such instance" });
    let server = run(Server::responding(body(404, &refusal.to_string())));
    let client = client(&server);
    let error = client.dcs().list(INSTANCE).send().expect_err("not found");
    assert!(error.is_not_found());
    assert_eq!(error.operation(), Some("ListDcsTasks"));
    let awaited = run(async { server.client().dcs().list(INSTANCE).await });
    assert_eq!(
        error.to_string(),
        awaited.expect_err("it is rejected").to_string()
    );

    let error = client.dcs().list("").send().expect_err("no instance ID");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(run(server.request_count()), 2);
}

#[test]
fn retries_equal_those_of_the_async_client() {
    let responses = [ResponseTemplate::new(503), body(200, KAFKA_LIST.body)];
    let server = run(Server::responding_in_order(responses));
    let time = clock("2026-01-02T03:04:05Z");
    let builder = server.builder().retry_policy(Default::default());
    let client = builder.time_source(time.clone()).build_blocking().unwrap();
    client.kafka().list(INSTANCE).send().expect("it succeeds");
    assert_eq!(run(server.request_count()), 2);
    assert_eq!(time.sleeps().len(), 1);
}

#[test]
fn lists_iterate_over_all_pages() {
    let server = run(FakeService::fixed((0..25).map(minimal_task).collect()));
    let client = scripted(&server);
    let expected: Vec<_> = (0..25).map(|n| format!("task-{n}")).collect();
    let dcs = client.dcs();
    let ids: Result<Vec<_>, _> = (dcs.list(INSTANCE).limit(10).items())
        .map(|task| task.map(|task| task.id))
        .collect();
    assert_eq!(ids.expect("it succeeds"), expected);
    let ids: Result<Vec<_>, _> = (dcs.list_v1(INSTANCE).limit(10).items())
        .map(|task| task.map(|task| task.id))
        .collect();
    assert_eq!(ids.expect("it succeeds"), expected);
    let pages: Result<Vec<_>, _> = (client.kafka().list(INSTANCE).limit(10).pages())
        .map(|page| page.map(|page| page.tasks.len()))
        .collect();
    assert_eq!(pages.expect("every page is read"), [10, 9, 6]);
}

#[test]
fn stream_ends_after_an_error() {
    let script = |n, _: &mut Tasks, _: &_| (n == 2).then(|| ResponseTemplate::new(403));
    let server = run(FakeService::scripted(
        (0..20).map(minimal_task).collect(),
        script,
    ));
    let mut tasks = scripted(&server).kafka().list(INSTANCE).limit(10).items();
    assert_eq!(tasks.by_ref().take(10).filter(Result::is_ok).count(), 10);
    let error = tasks
        .next()
        .expect("there is an item")
        .expect_err("an error");
    assert!(error.is_forbidden());
    assert!(tasks.next().is_none());
    assert_eq!(server.request_count(), 2);
}

/// A task that is EXECUTING until two polls have seen it.
fn task_that_succeeds() -> FakeService {
    let began = "2020-06-17T08:00:00.597Z";
    let step = |n, tasks: &mut Tasks, _: &_| {
        if n > 2 {
            tasks[0]["status"] = json!("SUCCESS");
        }
        None
    };
    let tasks = vec![task(TASK, "EXTEND", "EXECUTING", began)];
    run(FakeService::scripted(tasks, step))
}

const SECOND: Duration = Duration::from_secs(1);

/// A client of the service, and its clock.
fn waiting(server: &FakeService) -> (ManualTimeSource, Client) {
    let time = clock("2020-06-17T08:00:00Z");
    let builder = server.builder().time_source(time.clone());
    (time, builder.build_blocking().expect("it builds"))
}

#[test]
fn wait_returns_the_ended_task() {
    let server = task_that_succeeds();
    let (time, client) = waiting(&server);
    let wait = client
        .kafka()
        .wait(INSTANCE, TASK)
        .initial_interval(SECOND)
        .max_interval(SECOND);
    let task = wait.send().expect("the task ends successfully");
    assert_eq!(task.status, Some("SUCCESS".into()));
    assert_eq!(time.sleeps(), [SECOND, SECOND]);
}

#[test]
fn wait_by_name_iterates_over_changes() {
    let server = task_that_succeeds();
    let (time, client) = waiting(&server);
    let wait = client.dcs().wait_by_name(INSTANCE, "EXTEND");
    let wait = wait.since("2020-06-17T08:00:00Z".parse::<jiff::Timestamp>().unwrap());
    let changes = wait.initial_interval(SECOND).max_interval(SECOND).changes();
    let states: Vec<_> = changes.map(|task| task.unwrap().status.unwrap()).collect();
    assert_eq!(states, ["EXECUTING", "SUCCESS"]);
    assert_eq!(time.sleeps(), [SECOND, SECOND]);
}

#[test]
fn wait_without_its_task_fails_after_the_grace() {
    let server = run(FakeService::fixed(vec![]));
    let (time, client) = waiting(&server);
    let wait = client
        .kafka()
        .wait(INSTANCE, TASK)
        .not_found_grace(10 * SECOND);
    let error = wait.timeout(60 * SECOND).send().expect_err("no such task");
    assert!(error.is_not_found());
    assert_eq!(time.sleeps().iter().sum::<Duration>(), 10 * SECOND);
}

#[test]
fn sweep_calls_back_for_each_instance() {
    let script = |_, _: &mut Tasks, request: &wiremock::Request| {
        (request.url.path().contains("broken")).then(|| ResponseTemplate::new(404))
    };
    let server = run(FakeService::scripted(
        (0..3).map(minimal_task).collect(),
        script,
    ));
    let client = scripted(&server);
    let mut found = HashMap::new();
    let sweep = client.kafka().sweep(["one", "broken", "two"]);
    let ended = sweep.concurrency(2).for_each(|done| {
        let instance = done.instance_id;
        // Not inside the client's runtime: another call may be made here.
        let list = client.kafka().list(&*instance).send();
        let count = done.result.map(|tasks| tasks.len()).ok();
        assert_eq!(list.map(|list| list.tasks.len()).ok(), count);
        found.insert(instance, count);
    });
    ended.expect("no runtime is active");
    let expected = [("one", Some(3)), ("broken", None), ("two", Some(3))];
    assert_eq!(found, expected.map(|(i, n)| (i.to_owned(), n)).into());
}

#[test]
fn clones_on_other_threads_share_a_runtime() {
    let server = run(FakeService::fixed((0..30).map(minimal_task).collect()));
    let client = scripted(&server);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let kafka = client.clone().kafka();
                scope.spawn(move || kafka.list(INSTANCE).limit(10).items().collect())
            })
            .collect();
        for thread in threads {
            let tasks: Result<Vec<_>, Error> = thread.join().expect("no one panicked");
            assert_eq!(tasks.expect("it succeeds").len(), 30);
        }
    });
}

#[test]
fn call_in_an_async_context_is_refused_unsent() {
    let server = run(Server::serving(KAFKA_LIST.body));
    let client = client(&server);
    run(async {
        let list = || client.kafka().list(INSTANCE);
        assert_refused(&list().send().expect_err("blocking is refused"));
        let mut items = list().items();
        assert_refused(
            &items
                .next()
                .expect("there is an item")
                .expect_err("blocking is refused"),
        );
        assert!(items.next().is_none());
        let mut pages = list().pages();
        assert_refused(
            &pages
                .next()
                .expect("there is an item")
                .expect_err("blocking is refused"),
        );
        let wait = client.kafka().wait(INSTANCE, TASK);
        assert_refused(&wait.send().expect_err("blocking is refused"));
        let sweep = client.kafka().sweep([INSTANCE]).for_each(|_| ());
        assert_refused(&sweep.expect_err("blocking is refused"));
        let loaded = server.builder().load_blocking();
        assert_refused(&loaded.expect_err("blocking is refused"));
        let blocking = tokio::task::spawn_blocking({
            let list = list();
            move || list.send()
        });
        assert_refused(
            &blocking
                .await
                .expect("no one panicked")
                .expect_err("blocking is refused"),
        );
    });
    assert!(!run(server.was_called()));
    // The client is none the worse for it.
    client.kafka().list(INSTANCE).send().expect("it succeeds");
}

#[test]
fn client_is_made_and_dropped_in_any_context() {
    let server = run(Server::serving(KAFKA_LIST.body));
    let made = run(async { client(&server) });
    made.kafka().list(INSTANCE).send().expect("it succeeds");
    run(async move { drop(made) });

    let made = client(&server);
    let mut items = made.kafka().list(INSTANCE).limit(2).items();
    drop(made);
    let task = items.next().expect("there is a task").expect("a task");
    assert!(!task.id.is_empty());
    run(async move { drop(items) });

    let made = client(&server);
    run(made.into_async().kafka().list(INSTANCE).into_future()).expect("it succeeds");
}

#[test]
fn environment_configures_a_blocking_client() {
    let server = run(Server::serving(KAFKA_LIST.body));
    let variables = [
        ("HWTASKS_KAFKA_ENDPOINT", &*server.url()),
        ("HWTASKS_TOKEN", TOKEN),
        ("HUAWEICLOUD_SDK_PROJECT_ID", PROJECT),
    ];
    let builder = hwtasks::ClientBuilder::from_environment(Environment::from_vars(variables));
    let client = builder.load_blocking().expect("it builds");
    client.kafka().list(INSTANCE).send().expect("it succeeds");
    let request = run(server.request());
    assert_eq!(request.headers["x-auth-token"], TOKEN);
}

#[test]
fn debug_output_has_no_secret() {
    let server = run(Server::serving(KAFKA_LIST.body));
    let client = client(&server);
    let list = client.kafka().list(INSTANCE);
    let shown = format!("{client:?} {list:?} {:?}", list.clone().items());
    assert!(
        shown.contains(PROJECT) && shown.contains(INSTANCE),
        "{shown}"
    );
    assert!(!shown.contains(TOKEN), "{shown}");
}
