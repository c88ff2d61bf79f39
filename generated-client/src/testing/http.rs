//! HTTP/1.1 over a socket, with nothing hidden: faults need every byte.
//!
//! In: bytes of a connection. Out: requests; and bytes of answers, paced and cut as they are told to be. Everything is
//! bounded in size and time. Must not know the specification.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::record::Refusal;

const MAX_HEAD: usize = 64 << 10;
const MAX_HEADERS: usize = 128;
const MAX_BODY: usize = 16 << 20;
/// How long a connection may say nothing between two requests.
const IDLE: Duration = Duration::from_secs(90);
/// How long the next bytes of a request may take, and how long the client may take to accept bytes of an answer.
const PATIENCE: Duration = Duration::from_secs(30);
const BLOCK: usize = 64 << 10;

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

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no request.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The client is gone, or says nothing.
    Gone,
    /// What came is no request that is served.
    Bad(Refusal),
}

impl From<io::Error> for Unread {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// An answer and how it travels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The length that is said, if it is not the true one.
    pub(crate) said_length: Option<u64>,
    /// Blanks that follow the body.
    pub(crate) padding: u64,
    pub(crate) delay_before: Option<Duration>,
    pub(crate) delay_within: Option<Duration>,
    pub(crate) truncated: bool,
    /// The headers come without a body, as they do for HEAD.
    pub(crate) head_only: bool,
    /// The connection ends with it, and says so.
    pub(crate) last: bool,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Small answers would wait for one another; without it they are only slower.
        let _ = stream.set_nodelay(true);
        Self { stream, buffer: Vec::new() }
    }

    /// Waits until there is something to read, and reads nothing.
    pub(crate) async fn ready(&self) -> bool {
        !self.buffer.is_empty() || matches!(timeout(IDLE, self.stream.readable()).await, Ok(Ok(())))
    }

    async fn more(&mut self) -> Result<(), Unread> {
        match timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await {
            Ok(Ok(0)) | Err(_) => Err(Unread::Gone),
            Ok(read) => read.map(drop).map_err(Unread::from),
        }
    }

    /// Reads a request up to its body.
    pub(crate) async fn head(&mut self) -> Result<Request, Unread> {
        loop {
            if let Some((request, length)) = parsed(&self.buffer).map_err(Unread::Bad)? {
                self.buffer.drain(..length);
                return Ok(request);
            }
            if self.buffer.len() >= MAX_HEAD {
                return Err(Unread::Bad(Refusal::http(431, "the head of the request is too long")));
            }
            self.more().await?;
        }
    }

    /// Reads the body of a request.
    pub(crate) async fn body(&mut self, request: &mut Request) -> Result<(), Unread> {
        let bad = |reason: &str| Unread::Bad(Refusal::http(400, reason));
        let chunked = match request.header("transfer-encoding") {
            None => false,
            Some(coding) if coding.eq_ignore_ascii_case("chunked") => true,
            Some(_) => return Err(Unread::Bad(Refusal::http(501, "unknown transfer coding"))),
        };
        let lengths: Vec<&String> =
            request.headers.iter().filter(|(name, _)| name == "content-length").map(|(_, value)| value).collect();
        let length = match lengths.as_slice() {
            [] => 0,
            [_] if chunked => return Err(bad("two lengths of the body")),
            [length] if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                length.parse::<usize>().map_err(|_| bad("the length of the body is no number"))?
            }
            _ => return Err(bad("the length of the body is no number, or there are two")),
        };
        if request.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        if chunked {
            request.body = self.chunks().await?;
        } else {
            request.body = self.exactly(length, 0).await?;
        }
        Ok(())
    }

    async fn exactly(&mut self, length: usize, already: usize) -> Result<Vec<u8>, Unread> {
        if length > MAX_BODY.saturating_sub(already) {
            return Err(Unread::Bad(Refusal::http(413, "the body is too long")));
        }
        while self.buffer.len() < length {
            self.more().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Unread> {
        let mut body = Vec::new();
        loop {
            let (start, size) = loop {
                match httparse::parse_chunk_size(&self.buffer) {
                    Ok(httparse::Status::Complete((start, size))) => break (start, size),
                    Ok(httparse::Status::Partial) if self.buffer.len() < 1024 => self.more().await?,
                    _ => return Err(Unread::Bad(Refusal::http(400, "the body is badly chunked"))),
                }
            };
            self.buffer.drain(..start);
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size == 0 {
                break;
            }
            body.extend(self.exactly(size, body.len()).await?);
            if self.exactly(2, 0).await? != b"\r\n" {
                return Err(Unread::Bad(Refusal::http(400, "the body is badly chunked")));
            }
        }
        // Trailers say nothing to this server.
        loop {
            match self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                Some(end) => {
                    self.buffer.drain(..end + 2);
                    if end == 0 {
                        return Ok(body);
                    }
                }
                None if self.buffer.len() >= MAX_HEAD => {
                    return Err(Unread::Bad(Refusal::http(400, "the trailers are too long")));
                }
                None => self.more().await?,
            }
        }
    }

    /// Writes an answer. Says whether the connection can go on.
    pub(crate) async fn answer(&mut self, answer: &Answer) -> io::Result<bool> {
        if let Some(delay) = answer.delay_before {
            sleep(delay).await;
        }
        let true_length = answer.body.len() as u64 + answer.padding;
        let length = answer.said_length.unwrap_or(true_length);
        let last = answer.last || length != true_length || answer.truncated;
        let reason = reason(answer.status);
        let mut head = format!("HTTP/1.1 {} {reason}\r\ncontent-length: {length}\r\n", answer.status);
        for (name, value) in &answer.headers {
            // A line break would make another header of it.
            let value: String = value.chars().filter(|sign| !sign.is_control()).collect();
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(if answer.last { "connection: close\r\n\r\n" } else { "\r\n" });
        if answer.head_only {
            self.write(head.as_bytes()).await?;
            return Ok(!last);
        }
        let (first, second) = answer.body.split_at(answer.body.len() / 2);
        if answer.delay_within.is_none() && !answer.truncated {
            let whole = [head.as_bytes(), &answer.body].concat();
            self.write(&whole).await?;
        } else {
            self.write(&[head.as_bytes(), first].concat()).await?;
            if let Some(delay) = answer.delay_within {
                sleep(delay).await;
            }
            if answer.truncated {
                return Ok(false);
            }
            self.write(second).await?;
        }
        let mut padding = answer.padding;
        let blanks = [b' '; BLOCK];
        while padding > 0 {
            let part = usize::try_from(padding).unwrap_or(BLOCK).min(BLOCK);
            self.write(&blanks[..part]).await?;
            padding -= part as u64;
        }
        Ok(!last)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(PATIENCE, self.stream.write_all(bytes)).await?
    }

    /// Ends the connection so that what was written arrives: closing while something is unread would tear it down.
    pub(crate) async fn end(mut self) {
        let _ = self.stream.shutdown().await;
        let mut rest = 0;
        while rest < MAX_BODY {
            self.buffer.clear();
            match timeout(Duration::from_secs(1), self.stream.read_buf(&mut self.buffer)).await {
                Ok(Ok(read)) if read > 0 => rest += read,
                _ => return,
            }
        }
    }
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
    let says = |word: &str| connection.split(',').any(|part| part.trim().eq_ignore_ascii_case(word));
    request.keep_alive = if parsed.version == Some(1) { !says("close") } else { says("keep-alive") };
    Ok(Some((request, length)))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
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
