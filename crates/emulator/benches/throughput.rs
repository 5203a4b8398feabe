//! Requests per second of a signed ten-task list, compared with a bare axum handler that returns the same bytes.
//!
//! Both serve in this process, each on its own runtime with the same settings. The same connections measure both in
//! turns, so that other load on the machine affects both. Goal: at least 0.6 of the bare handler.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use hwtasks_emulator::{ACCESS_KEY, Credentials, Emulator, PROJECT_ID, SECRET_KEY, Service};
use hwtasks_signer::{SigningRequest, sign};
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 8;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(500);

fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(name)
        .enable_all()
        .build()
        .expect("a runtime")
}

fn main() {
    // `cargo test` runs benches too, only to check that they run.
    let short = std::env::args().any(|arg| arg == "--test");
    let (rounds, round) = if short {
        (1, Duration::from_millis(50))
    } else {
        (ROUNDS, ROUND)
    };

    let emulating = runtime("emulator");
    let emulator = emulating.block_on(Emulator::start()).expect("an emulator");
    for service in [Service::Dcs, Service::Kafka] {
        let url = match service {
            Service::Dcs => emulator.dcs_url(),
            Service::Kafka => emulator.kafka_url(),
        };
        let instances = emulator.control().instances();
        let with_history =
            |i: &&hwtasks_emulator::InstanceSummary| i.service == service && i.tasks > 10;
        let instance = &instances
            .iter()
            .find(with_history)
            .expect("an instance")
            .instance_id;
        let target = format!("/v2/{PROJECT_ID}/instances/{instance}/tasks?limit=10");
        let emulated = request(&url, &target);
        let body = body_of(&url, &emulated);

        let bare = runtime("bare");
        let bare_url = bare.block_on(serve_bare(&target, body.clone()));
        let plain = request(&bare_url, &target);
        assert_eq!(
            body_of(&bare_url, &plain),
            body,
            "both return the same body"
        );

        let mut measured = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..rounds {
            let rates = [rate(&bare_url, &plain, round), rate(&url, &emulated, round)];
            for (all, one) in measured
                .iter_mut()
                .zip([rates[0], rates[1], rates[1] / rates[0]])
            {
                all.push(one);
            }
        }
        // The median of the ratios, not the ratio of the medians: both rates of a round were measured under the same load.
        let [bare_rate, emulated_rate, ratio] = measured.map(|mut all| {
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        });
        println!(
            "{service}: bare {bare_rate:.0}/s, emulator {emulated_rate:.0}/s, ratio {ratio:.2} (body {} bytes)",
            body.len()
        );
    }
}

/// A signed request as the bytes on the wire.
fn request(url: &str, target: &str) -> Vec<u8> {
    let uri = format!("{url}{target}");
    let keys = Credentials::new(ACCESS_KEY, SECRET_KEY);
    let signed = sign(
        &SigningRequest::new("GET", &uri),
        &keys,
        jiff::Timestamp::now(),
    )
    .expect("a signature");
    let mut wire = format!("GET {} HTTP/1.1\r\n", signed.request_target());
    for (name, value) in signed.headers() {
        wire.push_str(&format!("{name}: {value}\r\n"));
    }
    wire.push_str("\r\n");
    wire.into_bytes()
}

async fn serve_bare(target: &str, body: Vec<u8>) -> String {
    let path = target.split('?').next().expect("a path").to_owned();
    let body = bytes::Bytes::from(body);
    let handler = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "application/json")], body) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route(&path, get(handler));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

fn connect(url: &str) -> TcpStream {
    let address: SocketAddr = url
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    stream
}

/// Reads one response and returns its body.
fn read_response<'b>(stream: &mut TcpStream, buffer: &'b mut [u8]) -> &'b [u8] {
    let mut length = 0;
    loop {
        length += stream.read(&mut buffer[length..]).expect("a response");
        let Some(head) = buffer[..length]
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
        else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..head]).expect("a head of text");
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let mut lines = text.lines();
        let body: usize = lines
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .expect("a length");
        if length >= head + 4 + body {
            return &buffer[head + 4..head + 4 + body];
        }
    }
}

fn body_of(url: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(url);
    stream.write_all(request).expect("a request sent");
    read_response(&mut stream, &mut vec![0; 64 << 10]).to_vec()
}

/// Requests per second over all connections.
fn rate(url: &str, request: &[u8], round: Duration) -> f64 {
    let over = AtomicBool::new(false);
    let begun = Instant::now();
    let total: usize = std::thread::scope(|scope| {
        let ask = || {
            let mut stream = connect(url);
            let mut buffer = vec![0; 64 << 10];
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                stream.write_all(request).expect("a request sent");
                read_response(&mut stream, &mut buffer);
                count += 1;
            }
            count
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(ask)).collect();
        std::thread::sleep(round);
        over.store(true, Ordering::Relaxed);
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a count"))
            .sum()
    });
    total as f64 / begun.elapsed().as_secs_f64()
}
