//! What the benchmarks of calls have in common: a server in a process of its own, so that only the client is counted,
//! and the contestants.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flighthub2::Client;
use flighthub2::projects::ListProjects;
use flighthub2::types::ProjectList;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "PLACEHOLDER_ORGANIZATION_KEY";
const SERVER: &str = "FLIGHTHUB2_BENCH_SERVER";

#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) code: i64,
    pub(crate) data: T,
}

/// A response of about one kilobyte.
fn response() -> String {
    let project = r#"{"name":"Example project","introduction":"","uuid":"5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d","org_uuid":"a1b2c3d4-0001-4a00-8b00-00000000c0de","project_work_center_point":{"latitude":45.0001,"longitude":9.0001},"created_at":1745214300,"updated_at":1745218387}"#;
    format!(r#"{{"code":0,"message":"","data":{{"list":[{}]}}}}"#, [project; 4].join(","))
}

/// Whether this process is the server.
pub(crate) fn is_server() -> bool {
    env::var_os(SERVER).is_some()
}

pub(crate) async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let body = response();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let bytes: &'static [u8] = Vec::leak((head + &body).into_bytes());
    // It ends with the process that started it: nobody runs a benchmark for longer than this.
    let work = async {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                connection.set_nodelay(true).ok();
                let mut buffer = [0_u8; 4096];
                while let Ok(length) = connection.read(&mut buffer).await {
                    if length == 0 || connection.write_all(bytes).await.is_err() {
                        break;
                    }
                }
            });
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(600), work).await;
}

/// The server in a process of its own, ended with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut child =
            Command::new(env::current_exe().unwrap()).env(SERVER, "1").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: format!("http://{}", line.trim()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn with_client(fh: Client) {
    let projects = fh.send(&ListProjects::new()).await.unwrap();
    assert_eq!(projects.list.len(), 4);
}

pub(crate) async fn with_reqwest(http: reqwest::Client, url: String) {
    let request = http.get(format!("{url}/openapi/v0.1/project")).header("X-User-Token", TOKEN);
    let body =
        request.header("X-Request-Id", uuid::Uuid::new_v4().to_string()).send().await.unwrap().bytes().await.unwrap();
    let envelope: Envelope<ProjectList> = serde_json::from_slice(&body).unwrap();
    assert_eq!((envelope.code, envelope.data.list.len()), (0, 4));
}
