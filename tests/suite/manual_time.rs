//! The clock that only sleeping moves.

use std::time::Duration;

use hwtasks::TimeSource as _;
use jiff::Timestamp;

use crate::support::server::clock;

#[tokio::test]
async fn manual_clock_sleep_advances_every_clone() {
    let time = clock("2026-01-02T03:04:05Z");
    let other = time.clone();
    other.sleep(Duration::from_millis(1500)).await;
    time.advance(Duration::from_secs(1));
    assert_eq!(time.now().to_string(), "2026-01-02T03:04:07.5Z");
    assert_eq!(time.elapsed(), Duration::from_millis(2500));
    assert_eq!(time.sleeps(), [Duration::from_millis(1500)]);
    assert_eq!(other.now(), time.now());
}

#[test]
fn manual_clock_saturates_at_the_maximum() {
    let time = clock("2026-01-02T03:04:05Z");
    time.advance(Duration::MAX);
    time.advance(Duration::MAX);
    assert_eq!(time.now(), Timestamp::MAX);
    assert_eq!(time.elapsed(), Duration::MAX);
}
