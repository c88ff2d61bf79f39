//! HTTP/1.1 over a socket, without a library: faults need control of every byte.
//!
//! In: bytes of a connection. Out: requests; and bytes of responses, delayed and truncated as a fault demands. Everything is
//! bounded in size and time. Must not know the specification.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::record::Refusal;

const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 128;
const MAX_BODY: usize = 16 << 20;
/// Bodies up to this length are read at once; longer ones share [`Bodies`].
const SMALL_BODY: usize = 64 << 10;
/// All long bodies that are in memory at once.
const ALL_BODIES: usize = 64 << 20;
const BLOCK: usize = 64 << 10;

/// How long a connection waits for its client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Between two requests.
    idle: Duration,
    /// For the next bytes of a request, and until the client accepts bytes of a response.
    next: Duration,
    /// For the head of a request as a whole, and for its body, however slowly the bytes arrive.
    whole: Duration,
    /// For bytes that a client still sends when the connection is closed.
    closing: Duration,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self {
        idle: Duration::from_secs(90),
        next: Duration::from_secs(30),
        whole: Duration::from_secs(60),
        closing: Duration::from_secs(5),
    };
}

/// The memory for long bodies of all connections, in KiB: each of a thousand connections could send one.
#[derive(Debug)]
pub(crate) struct Bodies {
    permits: Semaphore,
    largest: usize,
}

impl Bodies {
    /// Memory for bodies of the API.
    pub(crate) fn new() -> Self {
        Self::with_limits(MAX_BODY, ALL_BODIES)
    }

    /// Memory for bodies of at most `largest` bytes, and for `all` bytes together.
    pub(crate) fn with_limits(largest: usize, all: usize) -> Self {
        Self { permits: Semaphore::new(all >> 10), largest }
    }

    /// Waits until there is memory for a body of at most this length. All of it is acquired at once, so that no waiting
    /// connection holds memory that another one waits for.
    pub(crate) async fn room(&self, length: usize) -> Option<SemaphorePermit<'_>> {
        if length <= SMALL_BODY {
            return None;
        }
        let permits = u32::try_from(length.min(self.largest).div_ceil(1 << 10)).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        self.permits.acquire_many(permits).await.ok()
    }
}

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the connection stays open afterwards.
    pub(crate) keep_alive: bool,
}

/// The length of a body, as the headers of its request have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// There is no header for it.
    Absent,
    Exactly(u64),
    Chunked,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The length of the body.
    pub(crate) fn body_length(&self) -> Result<BodyLength, Refusal> {
        let bad = |reason: &str| Refusal::http(400, reason);
        let chunked = match self.all("transfer-encoding").as_slice() {
            [] => false,
            [coding] if coding.eq_ignore_ascii_case("chunked") => true,
            _ => return Err(Refusal::http(501, "unknown transfer coding")),
        };
        match self.all("content-length").as_slice() {
            [] if chunked => Ok(BodyLength::Chunked),
            [] => Ok(BodyLength::Absent),
            [_] if chunked => Err(bad("two lengths of the body")),
            [length] if !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length = length.parse().map_err(|_| bad("the length of the body is no number"))?;
                Ok(BodyLength::Exactly(length))
            }
            _ => Err(bad("the length of the body is no number, or there are two")),
        }
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(crate) fn expects_continue(&self) -> bool {
        self.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue"))
    }

    /// The values of all headers of a name.
    fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }
}

/// Why there is no request.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The client is gone, or sends nothing.
    Gone,
    /// The bytes are no request that is served.
    Bad(Refusal),
}

impl From<io::Error> for Unread {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// A response and how it is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The `Content-Length` that is sent, if it is not the true one.
    pub(crate) content_length: Option<u64>,
    /// Spaces that follow the body.
    pub(crate) padding: u64,
    pub(crate) delay_before: Option<Duration>,
    pub(crate) delay_within: Option<Duration>,
    pub(crate) truncated: bool,
    /// The headers are sent without a body, as for HEAD.
    pub(crate) head_only: bool,
    /// The connection is closed afterwards; the headers announce it.
    pub(crate) last: bool,
}

impl Response {
    fn head(&self, length: u64) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\ncontent-length: {length}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            // A line break would begin another header.
            let value: String = value.chars().filter(|character| !character.is_control()).collect();
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(if self.last { "connection: close\r\n\r\n" } else { "\r\n" });
        head
    }
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
    limits: Limits,
    /// Wakes one idle connection, which closes to make room for another.
    crowded: Arc<Notify>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, limits: Limits, crowded: Arc<Notify>) -> Self {
        // Small responses would wait for one another; without it they are only slower.
        let _ = stream.set_nodelay(true);
        Self { stream, buffer: BytesMut::new(), limits, crowded }
    }

    /// Waits until there is a request to read, and reads nothing. Returns false if the client closes the connection, if it
    /// is idle for too long, or if its place is needed.
    pub(crate) async fn ready(&mut self) -> bool {
        if !self.buffer.is_empty() {
            return true;
        }
        // An idle connection needs no memory.
        self.buffer = BytesMut::new();
        let mut byte = [0];
        tokio::select! {
            // A request that is there already is read, also if the place is needed.
            biased;
            peeked = timeout(self.limits.idle, self.stream.peek(&mut byte)) => matches!(peeked, Ok(Ok(1))),
            () = self.crowded.notified() => false,
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.limits.whole
    }

    async fn more(&mut self, deadline: Instant) -> Result<(), Unread> {
        self.buffer.reserve(4 << 10);
        let next = deadline.min(Instant::now() + self.limits.next);
        match timeout_at(next, self.stream.read_buf(&mut self.buffer)).await {
            Ok(Ok(0)) | Err(_) => Err(Unread::Gone),
            Ok(read) => read.map(drop).map_err(Unread::from),
        }
    }

    /// Reads a request up to its body.
    pub(crate) async fn head(&mut self) -> Result<Request, Unread> {
        let deadline = self.deadline();
        let mut seen = 0;
        loop {
            // Empty lines before a request are ignored.
            let blank = self.buffer.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.buffer.advance(blank);
            // Parsing begins at the first byte each time, so a head that arrives byte by byte is not parsed for each byte.
            let length = self.buffer.len();
            if length > 0 && (length >= 2 * seen || ends_head(&self.buffer[seen.saturating_sub(2)..])) {
                seen = length;
                if let Some((request, length)) = parsed(&self.buffer).map_err(Unread::Bad)? {
                    self.buffer.advance(length);
                    return Ok(request);
                }
            }
            if length >= MAX_HEAD {
                return Err(Unread::Bad(Refusal::http(431, "the head of the request is too long")));
            }
            self.more(deadline).await?;
        }
    }

    /// Reads the body of a request. The permit belongs to the body, and is kept as long.
    pub(crate) async fn body<'b>(
        &mut self,
        request: &mut Request,
        bodies: &'b Bodies,
    ) -> Result<Option<SemaphorePermit<'b>>, Unread> {
        let (chunked, length) = match request.body_length().map_err(Unread::Bad)? {
            BodyLength::Absent => (false, 0),
            BodyLength::Exactly(length) => (false, usize::try_from(length).unwrap_or(usize::MAX)),
            BodyLength::Chunked => (true, MAX_BODY),
        };
        if length > MAX_BODY {
            return Err(too_long());
        }
        let room = bodies.room(length).await;
        if request.expects_continue() {
            self.proceed().await?;
        }
        let deadline = self.deadline();
        if chunked {
            request.body = self.chunks(deadline).await?;
        } else {
            self.exactly(length, &mut request.body, deadline).await?;
        }
        Ok(room)
    }

    /// Asks the client to send the body.
    pub(crate) async fn proceed(&mut self) -> io::Result<()> {
        self.write(b"HTTP/1.1 100 Continue\r\n\r\n").await
    }

    /// Reads a body of a known length in parts, none of which is kept. A body of any length may take any time, as long as
    /// bytes keep arriving.
    pub(crate) async fn body_in_parts(&mut self, length: u64, mut each: impl FnMut(&[u8])) -> Result<(), Unread> {
        let mut missing = length;
        while missing > 0 {
            if self.buffer.is_empty() {
                self.buffer.reserve(BLOCK);
                self.more(Instant::now() + self.limits.next).await?;
            }
            let length = usize::try_from(missing).unwrap_or(usize::MAX).min(self.buffer.len());
            let part = self.buffer.split_to(length);
            each(&part);
            missing -= part.len() as u64;
        }
        Ok(())
    }

    /// Adds as many bytes to others.
    async fn exactly(&mut self, length: usize, bytes: &mut Vec<u8>, deadline: Instant) -> Result<(), Unread> {
        if length > MAX_BODY.saturating_sub(bytes.len()) {
            return Err(too_long());
        }
        let mut missing = length;
        loop {
            let part = self.buffer.split_to(missing.min(self.buffer.len()));
            bytes.extend_from_slice(&part);
            missing -= part.len();
            if missing == 0 {
                return Ok(());
            }
            drop(part);
            self.buffer.reserve(missing.min(BLOCK));
            self.more(deadline).await?;
        }
    }

    async fn chunks(&mut self, deadline: Instant) -> Result<Vec<u8>, Unread> {
        let bad = |reason: &str| Unread::Bad(Refusal::http(400, reason));
        let mut body = Vec::new();
        loop {
            let (start, size) = loop {
                match httparse::parse_chunk_size(&self.buffer) {
                    Ok(httparse::Status::Complete((start, size))) => break (start, size),
                    Ok(httparse::Status::Partial) if self.buffer.len() < 1024 => self.more(deadline).await?,
                    _ => return Err(bad("the body is badly chunked")),
                }
            };
            self.buffer.advance(start);
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size == 0 {
                break;
            }
            self.exactly(size, &mut body, deadline).await?;
            let mut end = Vec::new();
            self.exactly(2, &mut end, deadline).await?;
            if end != b"\r\n" {
                return Err(bad("the body is badly chunked"));
            }
        }
        // Trailers have no meaning to this server.
        let mut trailers = 0;
        let mut seen: usize = 0;
        loop {
            match self.buffer[seen..].windows(2).position(|pair| pair == b"\r\n") {
                Some(0) if seen == 0 => {
                    self.buffer.advance(2);
                    return Ok(body);
                }
                Some(end) => {
                    trailers += seen + end + 2;
                    self.buffer.advance(seen + end + 2);
                    seen = 0;
                }
                None => {
                    seen = self.buffer.len().saturating_sub(1);
                    if trailers + seen >= MAX_HEAD {
                        return Err(bad("the trailers are too long"));
                    }
                    self.more(deadline).await?;
                }
            }
            if trailers >= MAX_HEAD {
                return Err(bad("the trailers are too long"));
            }
        }
    }

    /// Writes a response. Says whether the connection can go on.
    pub(crate) async fn respond(&mut self, response: &Response) -> io::Result<bool> {
        if let Some(delay) = response.delay_before {
            sleep(delay).await;
        }
        let true_length = response.body.len() as u64 + response.padding;
        let length = response.content_length.unwrap_or(true_length);
        let last = response.last || length != true_length || response.truncated;
        let head = response.head(length);
        if response.head_only {
            self.write(head.as_bytes()).await?;
            return Ok(!last);
        }
        let (first, second) = response.body.split_at(response.body.len() / 2);
        if response.delay_within.is_none() && !response.truncated {
            let whole = [head.as_bytes(), &response.body].concat();
            self.write(&whole).await?;
        } else {
            self.write(&[head.as_bytes(), first].concat()).await?;
            if let Some(delay) = response.delay_within {
                sleep(delay).await;
            }
            if response.truncated {
                return Ok(false);
            }
            self.write(second).await?;
        }
        let mut padding = response.padding;
        let blanks = [b' '; BLOCK];
        while padding > 0 {
            let part = usize::try_from(padding).unwrap_or(BLOCK).min(BLOCK);
            self.write(&blanks[..part]).await?;
            padding -= part as u64;
        }
        Ok(!last)
    }

    /// Writes a response with a body of this length, in parts. Without a further part the body is truncated. Returns
    /// whether the connection can go on.
    pub(crate) async fn respond_in_parts(
        &mut self,
        response: &Response,
        length: u64,
        mut next: impl FnMut() -> Option<Bytes>,
    ) -> io::Result<bool> {
        if let Some(delay) = response.delay_before {
            sleep(delay).await;
        }
        self.write(response.head(length).as_bytes()).await?;
        let mut missing = length;
        while missing > 0 {
            let Some(part) = next().filter(|part| !part.is_empty()) else { return Ok(false) };
            self.write(&part).await?;
            missing = missing.saturating_sub(part.len() as u64);
        }
        Ok(!response.last)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(self.limits.next, self.stream.write_all(bytes)).await?
    }

    /// Closes the connection so that the response arrives: closing while bytes are unread would reset it.
    pub(crate) async fn end(mut self) {
        let _ = self.stream.shutdown().await;
        let rest = async {
            let mut left = MAX_BODY;
            let mut bytes = vec![0; BLOCK];
            while let Ok(read @ 1..) = timeout(Duration::from_secs(1), self.stream.read(&mut bytes)).await?
                && left > read
            {
                left -= read;
            }
            Ok::<(), tokio::time::error::Elapsed>(())
        };
        let _ = timeout(self.limits.closing, rest).await;
    }
}

fn too_long() -> Unread {
    Unread::Bad(Refusal::http(413, "the body is too long"))
}

/// Whether an empty line is among the bytes.
fn ends_head(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n")
}

/// The request at the beginning of some bytes, and how long its head is; `None` if it is not whole yet.
fn parsed(bytes: &[u8]) -> Result<Option<(Request, usize)>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::http(431, "there are too many headers")),
        Err(_) => return Err(Refusal::http(400, "this is no HTTP request")),
    };
    if length > MAX_HEAD {
        return Err(Refusal::http(431, "the head of the request is too long"));
    }
    let target = parsed.path.unwrap_or_default();
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let header = |header: &httparse::Header<'_>| {
        let value = String::from_utf8_lossy(header.value);
        (header.name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned())
    };
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: parsed.headers.iter().map(header).collect(),
        ..Request::default()
    };
    let connection = request.header("connection").unwrap_or_default();
    let has_option = |word: &str| connection.split(',').any(|part| part.trim().eq_ignore_ascii_case(word));
    request.keep_alive = if parsed.version == Some(1) { !has_option("close") } else { has_option("keep-alive") };
    Ok(Some((request, length)))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const SHORT: Limits = Limits {
        idle: Duration::from_millis(300),
        next: Duration::from_millis(300),
        whole: Duration::from_millis(900),
        closing: Duration::from_millis(900),
    };

    /// A time-out of the test.
    const LONG: Duration = Duration::from_secs(20);

    /// A client and the server's side of its connection.
    async fn pair(limits: Limits) -> (TcpStream, Connection) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (client, Connection::new(server, limits, Arc::default()))
    }

    /// Sends one byte after the other, within the time-out for the next one, until the connection is closed.
    fn drip(mut client: TcpStream, first: &'static [u8], then: &'static [u8]) -> tokio::task::JoinHandle<()> {
        tokio::spawn(async move {
            let mut bytes = first.iter().chain(then.iter().cycle());
            while let Some(byte) = bytes.next()
                && client.write_all(&[*byte]).await.is_ok()
            {
                sleep(Duration::from_millis(20)).await;
            }
        })
    }

    async fn body(connection: &mut Connection) -> Result<Vec<u8>, Unread> {
        let mut request = connection.head().await?;
        connection.body(&mut request, &Bodies::new()).await?;
        Ok(request.body)
    }

    #[tokio::test]
    async fn slow_clients_are_cut_off() {
        let clients = [
            (&b"GET / HTTP/1.1\r\n"[..], &b"a: b\r\n"[..]),
            (b"", b"\r\n"),
            (b"GET / HTTP/1.1\r\na: ", b"a"),
            (b"POST / HTTP/1.1\r\ncontent-length: 100000\r\n\r\n", b"a"),
            (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
            (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
        ];
        // At the same time, because each of them is waited for.
        let clients = clients.map(|(first, then)| {
            tokio::spawn(async move {
                let (client, mut connection) = pair(SHORT).await;
                let started = Instant::now();
                let dripping = drip(client, first, then);
                let read = timeout(LONG, body(&mut connection)).await.expect("it is waited for");
                assert!(matches!(read, Err(Unread::Gone)), "{then:?}");
                assert!(started.elapsed() >= SHORT.next, "it did not wait for {then:?}");
                dripping.abort();
            })
        });
        for client in clients {
            client.await.unwrap();
        }
    }

    #[tokio::test]
    async fn closing_a_connection_takes_a_bounded_time() {
        let (client, connection) = pair(SHORT).await;
        let dripping = drip(client, b"", b"a");
        timeout(LONG, connection.end()).await.expect("it is waited for");
        dripping.abort();
    }

    #[tokio::test]
    async fn a_closed_connection_is_not_ready() {
        let (client, mut connection) = pair(Limits::DEFAULT).await;
        drop(client);
        assert!(!connection.ready().await);
        let (mut client, mut connection) = pair(SHORT).await;
        assert!(!connection.ready().await, "an idle connection is not kept");
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert!(connection.ready().await);
        assert_eq!(connection.head().await.unwrap().path, "/", "bytes were consumed");
    }

    #[tokio::test]
    async fn many_small_chunks_take_linear_time() {
        let (mut client, mut connection) = pair(Limits::DEFAULT).await;
        let length = 1_000_000;
        let sending = tokio::spawn(async move {
            // The bytes after a long body could be read into the same large buffer.
            let long = format!("POST / HTTP/1.1\r\ncontent-length: {MAX_BODY}\r\n\r\n{}", "b".repeat(MAX_BODY));
            client.write_all(long.as_bytes()).await.unwrap();
            client.write_all(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
            client.write_all("1\r\na\r\n".repeat(length).as_bytes()).await.unwrap();
            client.write_all(b"0\r\nb: c\r\nd: e\r\n\r\nGET /next HTTP/1.1\r\n\r\n").await.unwrap();
            client
        });
        assert_eq!(body(&mut connection).await.unwrap().len(), MAX_BODY);
        let started = Instant::now();
        assert_eq!(body(&mut connection).await.unwrap(), b"a".repeat(length));
        assert!(started.elapsed() < LONG, "it took {:?}", started.elapsed());
        assert_eq!(connection.head().await.unwrap().path, "/next");
        drop(sending.await);
    }

    #[tokio::test]
    async fn trailers_are_bounded() {
        for trailer in ["a: b\r\n".repeat(20_000), "a".repeat(100_000)] {
            let (mut client, mut connection) = pair(Limits::DEFAULT).await;
            let sending = tokio::spawn(async move {
                let head = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n";
                // The server may have closed the connection before all of it was written.
                let _ = client.write_all(format!("{head}{trailer}").as_bytes()).await;
                client
            });
            let Err(Unread::Bad(refusal)) = body(&mut connection).await else { panic!("they were accepted") };
            assert_eq!((refusal.status, &*refusal.reason), (400, "the trailers are too long"));
            drop(connection);
            drop(sending.await);
        }
    }

    #[tokio::test]
    async fn long_bodies_wait_for_one_another() {
        let bodies = Bodies::new();
        let mut rooms = Vec::new();
        for _ in 0..ALL_BODIES / MAX_BODY {
            rooms.push(bodies.room(MAX_BODY).await.unwrap());
        }
        assert!(bodies.room(SMALL_BODY).await.is_none(), "a small one waits for nothing");
        let soon = Duration::from_millis(50);
        assert!(timeout(soon, bodies.room(SMALL_BODY + 1)).await.is_err(), "there is room for one more");
        rooms.pop();
        assert!(timeout(soon, bodies.room(SMALL_BODY + 1)).await.is_ok());
        // A length beyond the limit acquires no more than there is.
        drop(rooms);
        assert!(timeout(soon, bodies.room(usize::MAX)).await.is_ok());
    }
}
