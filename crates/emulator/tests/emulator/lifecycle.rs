//! Starting and stopping.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use hwtasks_emulator::{Emulator, Service, StartError};

use crate::site::{Site, tasks};

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

#[tokio::test]
async fn many_run_side_by_side_on_loopback() {
    let first = Site::start().await;
    let second = Site::start().await;
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
            .kafka(&crate::site::tasks_of("only-here"))
            .await
            .status,
        200
    );
    assert_eq!(
        second
            .kafka(&crate::site::tasks_of("only-here"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let site = Site::start().await;
    let addresses = [site.emulator.dcs_url(), site.emulator.kafka_url()].map(|url| address(&url));
    site.kafka(&tasks("v2")).await;
    drop(site);
    let deadline = Instant::now() + Duration::from_secs(10);
    for address in addresses {
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < deadline, "{address} is still listened on");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn after_a_shutdown_the_ports_are_free() {
    let site = Site::start().await;
    let address = address(&site.emulator.dcs_url());
    site.dcs(&tasks("v2")).await;
    let control = site.emulator.control();
    site.emulator.shutdown().await;
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
async fn a_port_in_use_is_named() {
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
async fn the_network_must_be_asked_for() {
    let open = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let error = Emulator::builder()
        .dcs_listen(open)
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(error, StartError::NotLoopback { service: Service::Dcs, address } if address == open)
    );
    let open = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    assert!(
        Emulator::builder()
            .kafka_listen(open)
            .start()
            .await
            .is_err()
    );
}
