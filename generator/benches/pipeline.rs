//! The whole pipeline on our own specification, in memory: text in, formatted files out. Beside it, for comparison in
//! the same run, what reading the same text with `serde_yaml` and `openapiv3` alone takes.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use flighthub2_generator::{Options, Source, generate};

const SPEC: &str = include_str!("../../spec/flighthub2.yaml");

fn pipeline(criterion: &mut Criterion) {
    let source = Source::new("spec/flighthub2.yaml", SPEC);
    let options = Options::default();
    let mut group = criterion.benchmark_group("specification");
    group.bench_function("generate", |bencher| {
        bencher.iter(|| generate(black_box(&source), &options).map(|generated| generated.files.len()));
    });
    group.bench_function("serde_yaml and openapiv3 alone", |bencher| {
        bencher.iter(|| serde_yaml::from_str::<openapiv3::OpenAPI>(black_box(SPEC)).map(|api| api.paths.paths.len()));
    });
    group.finish();
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
