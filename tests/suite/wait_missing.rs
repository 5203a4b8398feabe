//! Waiting for a task that is not there yet, or no more, or cannot be asked for just now.

use std::time::Duration;

use hwtasks::ErrorKind;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::script::{Scripted, Tasks, answer, bare};
use crate::server::{INSTANCE, TASK, clock};
use crate::wait::{NOW, client, executing, secs};

#[tokio::test]
async fn a_task_not_there_yet_is_waited_for() {
    let absent: [fn() -> Option<ResponseTemplate>; 3] = [
        || Some(answer(404, json!({ "error_code": "DMS.00404022" }))),
        || Some(answer(400, json!({ "error_code": "DMS.00400070" }))),
        || Some(answer(200, json!({ "task_count": "0", "tasks": [] }))),
    ];
    for absent in absent {
        let step = move |n, tasks: &mut Tasks, _: &_| {
            if n <= 4 {
                return absent();
            }
            tasks[0]["status"] = json!("SUCCESS");
            None
        };
        for kafka in [true, false] {
            let scripted = Scripted::start(vec![executing()], step).await;
            let time = clock(NOW);
            let client = client(&scripted, &time);
            if kafka {
                client
                    .kafka()
                    .wait(INSTANCE, TASK)
                    .await
                    .expect("it appears");
            } else {
                client.dcs().wait(INSTANCE, TASK).await.expect("it appears");
            }
            assert_eq!(time.slept(), [2.0, 3.0, 4.5, 6.75].map(secs));
        }
    }
}

#[tokio::test]
async fn a_task_that_never_appears_is_not_found_after_the_grace_period() {
    let scripted = Scripted::still(vec![bare(1)]).await;
    let time = clock(NOW);
    let error = client(&scripted, &time).kafka().wait(INSTANCE, TASK).await;
    let error = error.expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::TaskNotFound);
    assert!(error.is_not_found());
    insta::assert_snapshot!(format!("{error:#}"), @r#"ShowKafkaTask: task 8abfa7b272adc5b40172b73130065ae7 was not found for 60s: ShowKafkaTask: the service answered 404 Not Found, DMS.00404022: the body (application/json) begins: {"error_code":"DMS.00404022"}"#);
    assert_eq!(time.slept().iter().sum::<Duration>(), secs(60.0));

    let time = clock(NOW);
    let client = client(&scripted, &time);
    let error = client.dcs().wait(INSTANCE, TASK).grace(secs(7.0)).await;
    let error = error.expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::TaskNotFound);
    assert!(error.is_not_found());
    assert_eq!(time.slept(), [2.0, 3.0, 2.0].map(secs));
    insta::assert_snapshot!(error, @"ListDcsTasks: task 8abfa7b272adc5b40172b73130065ae7 was not found for 7s");
}

#[tokio::test]
async fn a_task_that_vanishes_is_not_found_and_was_seen() {
    let step = |n, tasks: &mut Tasks, _: &_| {
        if n == 2 {
            tasks.clear();
        }
        None
    };
    let scripted = Scripted::start(vec![executing()], step).await;
    let time = clock(NOW);
    let error = client(&scripted, &time).dcs().wait(INSTANCE, TASK).await;
    let error = error.expect_err("it vanished");
    assert_eq!(error.kind(), ErrorKind::TaskNotFound);
    assert_eq!(error.dcs_task().map(|task| &*task.id), Some(TASK));
    assert_eq!(time.slept().iter().sum::<Duration>(), secs(60.0));
}

#[tokio::test]
async fn failures_that_pass_are_waited_out_once_the_service_has_answered() {
    let step = |n, tasks: &mut Tasks, _: &_| match n {
        2..=5 => Some(ResponseTemplate::new(503)),
        6 => {
            tasks[0]["status"] = json!("SUCCESS");
            None
        }
        _ => None,
    };
    let scripted = Scripted::start(vec![executing()], step).await;
    let time = clock(NOW);
    client(&scripted, &time)
        .kafka()
        .wait(INSTANCE, TASK)
        .await
        .expect("it passes");
    assert_eq!(time.slept().len(), 5);

    let scripted = Scripted::start(vec![executing()], |n, _, _| {
        (n > 1).then(|| ResponseTemplate::new(502))
    });
    let (scripted, time) = (scripted.await, clock(NOW));
    let error = client(&scripted, &time).kafka().wait(INSTANCE, TASK).await;
    let error = error.expect_err("it lasts");
    assert!(error.is_server_error() && error.task().is_some());
    assert_eq!(time.slept().iter().sum::<Duration>(), secs(60.0));

    for (first, status) in [(true, 503), (true, 403), (false, 403), (false, 401)] {
        let step =
            move |n, _: &mut Tasks, _: &_| (first || n > 1).then(|| ResponseTemplate::new(status));
        let scripted = Scripted::start(vec![executing()], step).await;
        let time = clock(NOW);
        let error = client(&scripted, &time).kafka().wait(INSTANCE, TASK).await;
        let error = error.expect_err("it fails");
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        assert_eq!(error.task().is_some(), !first);
        assert_eq!(time.slept().len(), usize::from(!first));
    }
}
