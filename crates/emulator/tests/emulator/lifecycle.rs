//! Starting and stopping.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, Service, StartError};

use crate::fixture::{Fixture, tasks};

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

#[tokio::test]
async fn emulators_run_side_by_side_on_loopback() {
    let first = Fixture::start().await;
    let second = Fixture::start().await;
    let urls = [&first, &second].map(|s| [s.emulator.dcs_url(), s.emulator.kafka_url()]);
    for url in urls.iter().flatten() {
        assert_eq!(address(url).ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    first
        .emulator
        .control()
        .add_kafka_task("only-here", Default::default())
        .unwrap();
    assert_eq!(
        first
            .kafka(&crate::fixture::tasks_of("only-here"))
            .await
            .status,
        200
    );
    assert_eq!(
        second
            .kafka(&crate::fixture::tasks_of("only-here"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn emulator_dropped_stops_listening() {
    let fixture = Fixture::start().await;
    let addresses =
        [fixture.emulator.dcs_url(), fixture.emulator.kafka_url()].map(|url| address(&url));
    fixture.kafka(&tasks("v2")).await;
    drop(fixture);
    let deadline = Instant::now() + Duration::from_secs(10);
    for address in addresses {
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < deadline, "{address} is still listened on");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn shutdown_frees_ports() {
    let fixture = Fixture::start().await;
    let address = address(&fixture.emulator.dcs_url());
    fixture.dcs(&tasks("v2")).await;
    let control = fixture.emulator.control();
    fixture.emulator.shutdown().await;
    assert!(TcpStream::connect(address).is_err());
    assert_eq!(control.requests().len(), 1);
    let again = Emulator::builder()
        .dcs_listen(address)
        .start()
        .await
        .unwrap();
    assert_eq!(again.dcs_url(), format!("http://{address}"));
}

#[tokio::test]
async fn port_in_use_is_named() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let error = Emulator::builder()
        .kafka_listen(address)
        .start()
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("kafka cannot listen on {address}: ")),
        "{text}"
    );
}

#[tokio::test]
async fn address_not_loopback_is_rejected() {
    let open = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let error = Emulator::builder()
        .dcs_listen(open)
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(error, StartError::NotLoopback { service: Service::Dcs, address } if address == open)
    );
}

#[tokio::test]
async fn ipv6_address_not_loopback_is_rejected() {
    let open = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    assert!(
        Emulator::builder()
            .kafka_listen(open)
            .start()
            .await
            .is_err()
    );
}
