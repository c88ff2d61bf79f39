//! What a call costs, beside the same request and decoding by bare `reqwest` and by `hyper` alone, in the same run.
//!
//! The server is another process, so that only the client's CPU time is counted. Figures are CPU time per call: user and
//! system of this process, from the system's own count (Linux). Rounds of the contestants alternate, and the median counts.
//!
//!     cargo bench -p flighthub2-tests --bench calls

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops and says why"
)]

mod common;

use std::future::Future;
use std::time::{Duration, Instant};
use std::{env, fs};

use flighthub2::codegen::ResponseBody;
use flighthub2::flight_tasks::ListFlightTaskMedia;
use flighthub2::types::{MediaFileList, ProjectList};
use flighthub2::{Client, Operation, Risk, Token};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use common::{Envelope, Server, TOKEN, is_server, serve, with_client, with_reqwest};

const ROUNDS: usize = 7;

/// The time that this process has computed, in user and system mode.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("the figures need Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // The system counts in hundredths of a second.
    Duration::from_millis(ticks * 10)
}

type Sender = hyper::client::conn::http1::SendRequest<Empty<Bytes>>;

async fn connection(url: &str) -> Sender {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn with_hyper(sender: &mut Sender, url: &str) {
    let request = hyper::Request::get("/openapi/v0.1/project")
        .header("host", url.trim_start_matches("http://"))
        .header("X-User-Token", TOKEN)
        .header("X-Request-Id", uuid::Uuid::new_v4().to_string())
        .body(Empty::new())
        .unwrap();
    let body = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    let envelope: Envelope<ProjectList> = serde_json::from_slice(&body).unwrap();
    assert_eq!((envelope.code, envelope.data.list.len()), (0, 4));
}

/// CPU time of one call, when `at_once` tasks make `calls` in all.
async fn measured<F: Future<Output = ()> + Send + 'static>(
    calls: usize,
    at_once: usize,
    task: impl Fn(usize) -> F,
) -> f64 {
    let before = cpu();
    let tasks: Vec<_> = (0..at_once).map(|_| tokio::spawn(task(calls / at_once))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    (cpu() - before).as_secs_f64() * 1e6 / calls as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

async fn calls() {
    let server = Server::start();
    let url = server.url.clone();
    let token = Token::new(TOKEN).unwrap();
    let fh = Client::builder().base_url(&url).token(token).max_risk(Risk::Read).build().unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (name, calls, at_once) in [("one after the other", 6_000, 1), ("64 at once", 32_000, 64)] {
        let mut figures = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            figures[0].push(
                measured(calls, at_once, |count| {
                    let fh = fh.clone();
                    async move {
                        for _ in 0..count {
                            with_client(fh.clone()).await;
                        }
                    }
                })
                .await,
            );
            figures[1].push(
                measured(calls, at_once, |count| {
                    let (http, url) = (http.clone(), url.clone());
                    async move {
                        for _ in 0..count {
                            with_reqwest(http.clone(), url.clone()).await;
                        }
                    }
                })
                .await,
            );
            figures[2].push(
                measured(calls, at_once, |count| {
                    let url = url.clone();
                    async move {
                        let mut sender = connection(&url).await;
                        for _ in 0..count {
                            with_hyper(&mut sender, &url).await;
                        }
                    }
                })
                .await,
            );
        }
        let [client, reqwest, hyper] = figures.map(median);
        println!(
            "{name}, 1 KB: {client:.1} µs of CPU a call; reqwest {reqwest:.1} (ratio {:.2}); hyper {hyper:.1} (ratio {:.2})",
            client / reqwest,
            client / hyper
        );
    }
}

/// What this process holds in memory, in megabytes.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("the figures need Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1024.0
}

/// Whether memory grows with the number of calls.
async fn a_million_calls() {
    let server = Server::start();
    let token = Token::new(TOKEN).unwrap();
    let fh = Client::builder().base_url(&server.url).token(token).max_risk(Risk::Read).build().unwrap();
    let mut figures = Vec::new();
    for _ in 0..10 {
        measured(100_032, 64, |count| {
            let fh = fh.clone();
            async move {
                for _ in 0..count {
                    with_client(fh.clone()).await;
                }
            }
        })
        .await;
        figures.push(resident());
    }
    let figures: Vec<String> = figures.iter().map(|figure| format!("{figure:.1}")).collect();
    println!("resident memory after each 100 000 calls of a million, 64 at once: {} MB", figures.join(", "));
}

/// A list of media as long as the service makes them.
fn decoding() {
    let file =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/listFlightTaskMedia.response.json")).unwrap();
    let known: serde_json::Value = serde_json::from_str(&file).unwrap();
    let item = known["data"]["list"][0].to_string();
    let text = format!(r#"{{"code":0,"message":"","data":{{"list":[{}]}}}}"#, vec![item; 10_000].join(","));
    let mut figures = [Vec::new(), Vec::new()];
    for _ in 0..21 {
        let started = Instant::now();
        let media = ListFlightTaskMedia::read(ResponseBody::new(&text)).unwrap();
        figures[0].push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(media.list.len(), 10_000);
        let started = Instant::now();
        let envelope: Envelope<MediaFileList> = serde_json::from_str(&text).unwrap();
        figures[1].push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!((envelope.code, envelope.data.list.len()), (0, 10_000));
    }
    let [client, plain] = figures.map(median);
    println!(
        "10 000 media, {:.1} MB: {client:.1} ms; serde_json alone {plain:.1} ms (ratio {:.2})",
        text.len() as f64 / 1e6,
        client / plain
    );
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    if is_server() {
        return serve().await;
    }
    // `cargo test --benches` asks whether it runs at all, not for figures.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    decoding();
    calls().await;
    a_million_calls().await;
}
