//! A file as the body of a request: read while it is sent, chunk by chunk, in flat memory.

use std::fs::File;
use std::future::Future as _;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// How much of a file is in memory at once.
const CHUNK_BYTES: u64 = 256 << 10;

/// The content of a file. It has exactly the number of bytes that was said: what was appended is not sent, and a file that
/// became shorter is an error.
#[derive(Debug)]
pub struct FileBody {
    state: Reading,
    left: u64,
}

#[derive(Debug)]
enum Reading {
    Closed(PathBuf),
    Idle(File),
    /// On a thread that may block.
    Busy(JoinHandle<io::Result<(File, Bytes)>>),
    Done,
}

impl FileBody {
    /// So many bytes of a file that is open.
    #[must_use]
    pub fn new(file: File, bytes: u64) -> Self {
        Self { state: Reading::Idle(file), left: bytes }
    }

    /// So many bytes of a file that is opened when they are sent.
    #[must_use]
    pub fn at(path: PathBuf, bytes: u64) -> Self {
        Self { state: Reading::Closed(path), left: bytes }
    }

    fn accept(&mut self, (file, chunk): (File, Bytes)) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.left -= chunk.len() as u64;
        self.state = Reading::Idle(file);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let wanted = self.left.min(CHUNK_BYTES);
        let mut reading = match std::mem::replace(&mut self.state, Reading::Done) {
            Reading::Done => return Poll::Ready(None),
            Reading::Closed(_) | Reading::Idle(_) if wanted == 0 => return Poll::Ready(None),
            Reading::Busy(reading) => reading,
            before => {
                let read = move || match before {
                    Reading::Closed(path) => read_chunk(File::open(path)?, wanted),
                    Reading::Idle(file) => read_chunk(file, wanted),
                    Reading::Busy(_) | Reading::Done => Err(io::ErrorKind::UnexpectedEof.into()),
                };
                match Handle::try_current() {
                    Ok(runtime) => runtime.spawn_blocking(read),
                    // A transport without tokio has no threads for it.
                    Err(_) => return self.accept(read()?),
                }
            }
        };
        match Pin::new(&mut reading).poll(context) {
            Poll::Ready(read) => self.accept(read.map_err(io::Error::other)??),
            Poll::Pending => {
                self.state = Reading::Busy(reading);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// As many bytes as are wanted.
fn read_chunk(file: File, wanted: u64) -> io::Result<(File, Bytes)> {
    // Not `read_exact`, whose buffer would have to be zeroed first.
    let mut chunk = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
    (&file).take(wanted).read_to_end(&mut chunk)?;
    if (chunk.len() as u64) < wanted {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, chunk.into()))
}
