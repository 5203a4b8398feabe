//! What signing costs: one GET of a task list, as the client sends it. Goal: under 5 microseconds.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hwtasks_signer::{Credentials, SigningRequest, sign, verify};
use jiff::Timestamp;

const URI: &str = "https://dcs.cn-north-4.myhuaweicloud.com/v2/a4d31cb6-3d72-4fdc-8ec9-6e3a41e47f71/instances/\
    5560df16-cebf-4473-95c4-d1b573c16e79/tasks?start_time=20200609160000&offset=0&limit=10&end_time=20200617155959";

fn signing(c: &mut Criterion) {
    let credentials = Credentials::new(
        "AKIDEXAMPLE0000000000",
        "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00",
    );
    let time = Timestamp::constant(1_592_381_886, 0);
    c.bench_function("sign", |b| {
        b.iter(|| {
            sign(
                &SigningRequest::new("GET", black_box(URI)),
                &credentials,
                black_box(time),
            )
        });
    });

    let signed =
        sign(&SigningRequest::new("GET", URI), &credentials, time).expect("the request is valid");
    c.bench_function("verify", |b| {
        b.iter(|| {
            let request = SigningRequest::new("GET", black_box(signed.request_target()))
                .headers(signed.headers());
            verify(&request, time, |_| Some(&credentials))
        });
    });
}

criterion_group!(benches, signing);
criterion_main!(benches);
