//! The mock server: requests by hand, and what the tests of its subjects have in common.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

mod records;
mod requests;
mod responses;
mod state;

use std::time::Duration;

use flighthub2::flight_tasks::{FlightTasks, ListFlightTasks};
use flighthub2::testing::MockServer;
use flighthub2::types::{CreateFlightTaskBody, OutOfControlAction, ResumableStatus, TaskType};
use flighthub2::{Call, Client, OPERATIONS, ProjectClient};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PROJECTS: &str = "/openapi/v0.1/project";
const DOCK: &str = "7CTEXAMPLE0001";
const AIRCRAFT: &str = "1581FEXAMPLE00000001";

/// A client without retries, so that a fault becomes an error.
fn once(server: &MockServer) -> Client {
    server.client_builder().max_attempts(1).build().unwrap()
}

/// A response, parsed by hand.
#[derive(Debug)]
struct Raw {
    status: u16,
    head: String,
    body: String,
}

impl Raw {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

async fn sent(server: &MockServer, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    let mut response = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut response));
    read.await.expect("the connection stays open").unwrap();
    String::from_utf8(response).unwrap()
}

fn parsed_response(text: &str) -> Raw {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Raw { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

fn written(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {length}\r\n") };
    format!("{method} {target} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n{headers}{length}\r\n{body}")
}

async fn raw(server: &MockServer, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Raw {
    parsed_response(&sent(server, written(method, target, headers, body)).await)
}

fn planned(name: &str, task_type: TaskType) -> CreateFlightTaskBody {
    CreateFlightTaskBody::builder()
        .name(name)
        .wayline_uuid("c0ffee00-1111-4222-8333-444455556666")
        .sn(DOCK)
        .rth_altitude(100)
        .out_of_control_action_in_flight(OutOfControlAction::ReturnHome)
        .resumable_status(ResumableStatus::Manual)
        .task_type(task_type)
        .time_zone("Europe/Rome")
        .build()
}

fn patrol(name: &str) -> CreateFlightTaskBody {
    planned(name, TaskType::Immediate)
}

/// The tasks of the dock.
fn in_window(tasks: &FlightTasks<ProjectClient>) -> Call<ProjectClient, ListFlightTasks> {
    tasks.list().sn(DOCK).begin_at(1_769_900_000).end_at(1_770_100_000)
}

/// A valid request fails only with a code that the specification lists for its operation.
fn every_code_is_listed(server: &MockServer) {
    for request in server.requests().into_iter().filter(|request| request.is_accepted()) {
        let info = OPERATIONS.iter().find(|info| Some(info.id) == request.operation).unwrap();
        let code = request.code.unwrap();
        assert!(code == 0 || info.error_codes.contains(&code), "{request}");
    }
}

async fn names(site: &ProjectClient) -> Vec<String> {
    let tasks = in_window(&site.flight_tasks()).send().await.unwrap();
    tasks.list.iter().map(|task| task.name.clone()).collect()
}
