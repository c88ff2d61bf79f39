//! What many uploads cost, beside `curl` that sends the same files to the same server.
//!
//! The server, the client and `curl` are processes of their own. Figures are CPU time, user and system, from the system's
//! own count, and the largest resident memory (Linux). Rounds alternate, and the median counts. The server hashes nothing:
//! its ETag is the `Content-MD5` of the request.
//!
//!     cargo bench -p flighthub2-tests --bench uploads
//!
//! `FLIGHTHUB2_BENCH_UPLOADS` sets how many files there are; 10 000 if it is not set.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops and says why"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flighthub2::workflows::ReconstructionLimits;
use flighthub2::{Client, Risk, Token};
use md5::{Digest as _, Md5};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const BYTES: usize = 1_000_000;
const AT_ONCE: usize = 4;
const ROUNDS: usize = 3;
const SERVER: &str = "FLIGHTHUB2_BENCH_SERVER";
const CLIENT: &str = "FLIGHTHUB2_BENCH_CLIENT";
const UPLOADS: &str = "FLIGHTHUB2_BENCH_UPLOADS";

fn uploads() -> usize {
    env::var(UPLOADS).ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

/// The service and the object store.
async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    println!("{address}");
    // It ends with the process that started it: nobody runs a benchmark for longer than this.
    let work = async {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            tokio::spawn(exchange(connection, address.clone()));
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(3600), work).await;
}

async fn exchange(mut connection: TcpStream, address: String) {
    connection.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 256 << 10];
    let mut filled = 0;
    loop {
        let head = loop {
            if let Some(end) = buffer[..filled].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            match connection.read(&mut buffer[filled..]).await {
                Ok(0) | Err(_) => return,
                Ok(read) => filled += read,
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
        let header = |name: &str| {
            text.lines().find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)))
        };
        let length: usize = header("content-length").map_or(0, |(_, value)| value.parse().unwrap());
        let mut body = Vec::new();
        let is_put = text.starts_with("PUT");
        if !is_put {
            body.extend_from_slice(&buffer[head..filled]);
        }
        let mut left = length - (filled - head);
        filled = 0;
        while left > 0 {
            let size = buffer.len().min(left);
            let Ok(read @ 1..) = connection.read(&mut buffer[..size]).await else { return };
            if !is_put {
                body.extend_from_slice(&buffer[..read]);
            }
            left -= read;
        }
        let path = text.split(' ').nth(1).unwrap_or_default();
        let response = if is_put {
            let md5 = header("content-md5").map(|(_, value)| STANDARD.decode(value).unwrap()).unwrap_or_default();
            let etag: String = md5.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("HTTP/1.1 200 OK\r\netag: \"{etag}\"\r\ncontent-length: 0\r\n\r\n")
        } else {
            let data = match path.rsplit('/').next().unwrap_or_default() {
                "obtain_token" => json!({
                    "cloud_name": "minio", "access_key_id": "KEYID", "secret_access_key": "SECRETKEY",
                    "session_token": "SESSIONTOKEN", "region": "us-east-1", "cloud_bucket_name": "bucket",
                    "callback_param": "param", "store_path": "fh/batch/{fileName}", "end_point": format!("http://{address}"),
                }),
                "upload_callback" => {
                    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
                    json!({"resource_uuid": "batch", "upload_count": body["files"].as_array().unwrap().len()})
                }
                _ => json!({"resource_uuid": "batch", "status": 1}),
            };
            let body = json!({"code": 0, "message": "", "data": data}).to_string();
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        };
        if connection.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The client: uploads all files of a folder.
async fn upload(url: &str, folder: &Path) {
    let token = Token::new("PLACEHOLDER-TOKEN").unwrap();
    let fh = Client::builder().base_url(url).token(token).max_risk(Risk::Destructive).build().unwrap();
    let pictures: Vec<PathBuf> = (0..uploads()).map(|n| folder.join(format!("{n}.jpeg"))).collect();
    let journal = folder.join("journal");
    let _ = fs::remove_file(&journal);
    let limits = ReconstructionLimits { import: Duration::from_secs(60), models: Duration::from_secs(60) };
    fh.workflows().reconstruct(pictures, journal).concurrency(AT_ONCE).run(limits).await.unwrap();
}

struct Cost {
    cpu: f64,
    user: f64,
    wall: f64,
    /// The largest resident memory, in megabytes.
    memory: f64,
}

/// CPU time in seconds, user and system: of this process, or of its children that have ended.
fn computed(children: bool) -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").expect("the figures need Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // The system counts in hundredths of a second.
    let seconds = |index: usize| fields[index].parse::<f64>().unwrap() / 100.0;
    if children { (seconds(13), seconds(14)) } else { (seconds(11), seconds(12)) }
}

fn measured(mut child: Child) -> Cost {
    let (before, started) = (computed(true), Instant::now());
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0.0_f64;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        memory = memory.max(size.unwrap_or_default() / 1024.0);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert!(ended.success(), "{ended}");
    let (wall, after) = (started.elapsed().as_secs_f64(), computed(true));
    Cost { cpu: after.0 + after.1 - before.0 - before.1, user: after.0 - before.0, wall, memory }
}

fn with_client(url: &str, folder: &Path) -> Cost {
    let program = env::current_exe().unwrap();
    measured(Command::new(program).env(CLIENT, url).arg(folder).spawn().unwrap())
}

fn with_curl(url: &str, folder: &Path) -> Cost {
    let config = folder.join("curl");
    let mut file = std::io::BufWriter::new(fs::File::create(&config).unwrap());
    for n in 0..uploads() {
        let path = folder.join(format!("{n}.jpeg"));
        writeln!(file, "url = \"{url}/bucket/fh/batch/{n}.jpeg\"\nupload-file = \"{}\"", path.display()).unwrap();
    }
    file.into_inner().unwrap();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--header", "Expect:", "--parallel", "--parallel-max", &AT_ONCE.to_string()]);
    measured(curl.arg("--config").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// CPU time of reading a file and of hashing its content, in milliseconds.
fn reading_and_hashing(path: &Path) -> (f64, f64) {
    const ROUNDS: u32 = 500;
    let each = |work: &mut dyn FnMut()| {
        let before = computed(false);
        for _ in 0..ROUNDS {
            work();
        }
        let after = computed(false);
        (after.0 + after.1 - before.0 - before.1) * 1e3 / f64::from(ROUNDS)
    };
    let mut chunk = vec![0; 256 << 10];
    let reading = each(&mut || {
        let mut file = fs::File::open(path).unwrap();
        while file.read(&mut chunk).unwrap() > 0 {}
    });
    let content = fs::read(path).unwrap();
    let hashing = each(&mut || _ = std::hint::black_box(Md5::digest(std::hint::black_box(&content))));
    (reading, hashing)
}

fn median(costs: &[Cost], figure: impl Fn(&Cost) -> f64) -> f64 {
    let mut figures: Vec<f64> = costs.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if env::var_os(SERVER).is_some() {
        return runtime().block_on(serve());
    }
    if let Ok(url) = env::var(CLIENT) {
        let folder = PathBuf::from(env::args_os().nth(1).unwrap());
        return runtime().block_on(upload(&url, &folder));
    }
    // `cargo test --benches` asks whether it runs at all, not for figures.
    if env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = env::temp_dir().join(format!("flighthub2-uploads-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    // The pictures are one file with many names, so that the disk has no part in it.
    let content: Vec<u8> = (0..BYTES as u32 / 4).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    fs::write(folder.join("0.jpeg"), content).unwrap();
    for n in 1..uploads() {
        fs::hard_link(folder.join("0.jpeg"), folder.join(format!("{n}.jpeg"))).unwrap();
    }
    let (reading, hashing) = reading_and_hashing(&folder.join("0.jpeg"));
    let mut server = Command::new(env::current_exe().unwrap()).env(SERVER, "1").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = format!("http://{}", line.trim());
    let (mut client, mut curl) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        client.push(with_client(&url, &folder));
        curl.push(with_curl(&url, &folder));
    }
    let _ = server.kill();
    let _ = server.wait();
    fs::remove_dir_all(&folder).unwrap();
    println!("{} uploads of {BYTES} bytes, {AT_ONCE} at once", uploads());
    for (name, costs) in [("client", &client), ("curl", &curl)] {
        println!(
            "{name}: {:.2} ms of CPU a file ({:.2} of it user), {:.1} s in all, {:.1} MB of memory",
            median(costs, |cost| cost.cpu) * 1e3 / uploads() as f64,
            median(costs, |cost| cost.user) * 1e3 / uploads() as f64,
            median(costs, |cost| cost.wall),
            median(costs, |cost| cost.memory)
        );
    }
    println!(
        "ratio of CPU {:.2}; reading a file takes {reading:.2} ms, and its MD5 {hashing:.2} ms",
        median(&client, |cost| cost.cpu) / median(&curl, |cost| cost.cpu)
    );
}
