//! The emulator's check of a signature's date, and what a signed call makes of it. Every fault is in
//! the corpus: `tests/conformance/faults.json`.

use std::time::Duration;

use hwtasks::Reason;
use hwtasks_emulator::{Fault, FaultKind, INSTANCE_ID};

use crate::support::emulated::{Emulated, keys};

#[tokio::test]
async fn wrong_clock_is_corrected_once_by_the_services_date() {
    for (seconds, corrected) in [(0, true), (7200, false)] {
        let site = Emulated::start().await;
        site.time.advance(Duration::from_secs(3600));
        let fault = Fault::new(FaultKind::SkewedDate { seconds }).times(2);
        site.control.add_fault(fault).expect("it is valid");
        let response = site.signing().kafka().list(INSTANCE_ID).await;
        let statuses: Vec<_> = site.control.requests().iter().map(|r| r.status).collect();
        if corrected {
            response.expect("signed with the service's clock");
            assert_eq!(statuses, [Some(401), Some(200)]);
        } else {
            let error = response.expect_err("the clock is wrong");
            assert!(error.is_unauthorized(), "{error:?}");
            assert_eq!(error.code().as_deref(), Some("APIGW.0301"));
            assert!(matches!(error.reason(), Some(Reason::SignatureExpired)));
            assert_eq!(error.attempts(), 2);
            let skew = Some(jiff::SignedDuration::from_secs(3600));
            assert_eq!(error.clock_skew(), skew);
            assert_eq!(statuses, [Some(401), Some(401)]);
        }
    }
}

#[tokio::test]
async fn clients_of_one_provider_share_the_clock_skew() {
    let site = Emulated::start().await;
    site.time.advance(Duration::from_secs(3600));
    let builder = site.builder(keys());
    for _ in 0..2 {
        let client = builder.clone().build().expect("it builds");
        let response = client.kafka().list(INSTANCE_ID).await;
        response.expect("signed with the service's clock");
    }
    let statuses: Vec<_> = site.control.requests().iter().map(|r| r.status).collect();
    assert_eq!(statuses, [Some(401), Some(200), Some(200)]);
}
