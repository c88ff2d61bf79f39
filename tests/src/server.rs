//! A server on this machine that records requests and responds with the bytes of a test.
//!
//! It reads requests by itself, so that it does not share a mistake with the client's libraries. It stops when it is
//! dropped; nothing waits longer than [`TIMEOUT`].

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long anything may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BODY: u64 = 1 << 20;

/// A request as it came over the socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query without `?`, as it was sent.
    pub query: String,
    /// Names, in small letters, and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// When a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    AfterTheResponse,
    OnReuse,
}

type Respond = dyn Fn(&Request) -> Vec<u8> + Send + Sync;

/// The server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server that responds to each request with the bytes that `respond` gives, and closes the connection.
    ///
    /// # Panics
    /// There is no free port.
    pub fn start(respond: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start_with(free_port(), respond)
    }

    /// Starts a server that leaves a connection open after its response. It reads a second request from it and closes it
    /// without a response: to the client, the service has closed an idle connection at the moment of the request.
    ///
    /// # Panics
    /// There is no free port.
    pub fn start_closing_on_reuse(respond: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::serving(free_port(), respond, Closing::OnReuse)
    }

    /// The same where a listener is already.
    ///
    /// # Panics
    /// The listener has no address.
    pub fn start_with(listener: TcpListener, respond: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::serving(listener, respond, Closing::AfterTheResponse)
    }

    fn serving(
        listener: TcpListener,
        respond: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
        closing: Closing,
    ) -> Self {
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let respond: Arc<Respond> = Arc::new(respond);
        thread::spawn({
            let (requests, stopped) = (Arc::clone(&requests), Arc::clone(&stopped));
            move || {
                for connection in listener.incoming() {
                    if stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let (Ok(connection), requests, respond) = (connection, Arc::clone(&requests), Arc::clone(&respond))
                    else {
                        continue;
                    };
                    // A client that goes away in the middle is a part of some tests.
                    thread::spawn(move || drop(serve(connection, &requests, &*respond, closing)));
                }
            }
        });
        Self { address, requests, stopped }
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked since the last time, in order.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A server whose next response a test sets. In the beginning it is empty.
#[derive(Debug)]
pub struct ScriptedServer {
    server: Server,
    response: Arc<Mutex<Vec<u8>>>,
}

impl ScriptedServer {
    /// Starts the server.
    #[must_use]
    pub fn start() -> Self {
        let response: Arc<Mutex<Vec<u8>>> = Arc::default();
        let shared = Arc::clone(&response);
        Self { server: Server::start(move |_| shared.lock().unwrap_or_else(PoisonError::into_inner).clone()), response }
    }

    /// Responds to each request with these bytes from now on.
    pub fn set_response(&self, bytes: Vec<u8>) {
        *self.response.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }
}

impl Deref for ScriptedServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect_timeout(&self.address, TIMEOUT);
    }
}

fn free_port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no free port: {error}"))
}

fn serve(
    connection: TcpStream,
    requests: &Mutex<Vec<Request>>,
    respond: &Respond,
    closing: Closing,
) -> std::io::Result<()> {
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.set_write_timeout(Some(TIMEOUT))?;
    let mut reader = BufReader::new(&connection);
    let record = |request| requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let Some(request) = read(&mut reader)? else { return Ok(()) };
    record(request.clone());
    let response = respond(&request);
    (&connection).write_all(&response)?;
    (&connection).flush()?;
    if closing == Closing::OnReuse
        && let Some(second) = read(&mut reader)?
    {
        record(second);
    }
    Ok(())
}

fn read(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.take(MAX_BODY).read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request =
        Request { method, path: path.to_owned(), query: query.to_owned(), headers: Vec::new(), body: Vec::new() };
    loop {
        let mut line = String::new();
        reader.take(MAX_BODY).read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if request.header("transfer-encoding") == Some("chunked") {
        request.body = read_chunks(reader)?;
        return Ok(Some(request));
    }
    let length: u64 = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    reader.take(length.min(MAX_BODY)).read_to_end(&mut request.body)?;
    Ok(Some(request))
}

fn read_chunks(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.take(MAX_BODY).read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim_end(), 16).map_err(std::io::Error::other)?;
        reader.take(length.min(MAX_BODY)).read_to_end(&mut body)?;
        reader.take(MAX_BODY).read_line(&mut line)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

/// A response with everything that belongs to it.
#[must_use]
pub fn http_response(status: &str, content_type: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A successful response of JSON.
#[must_use]
pub fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    http_response("200 OK", "application/json; charset=utf-8", body)
}
