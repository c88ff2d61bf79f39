//! The accept loop of a server, and how many connections it has at once.
//!
//! In: a listener. Out: connections, each served in a task; all of them end with the loop. Must not know what is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::http::{Connection, Limits};

/// Connections that a server has at once.
pub(crate) const MAX_CONNECTIONS: usize = 1024;

/// Accepts connections until `stop` is dropped, and counts them.
///
/// One place stays free for the next client: when the last one is taken, the connection that has been idle for longest is
/// closed. So connections that clients keep in their pools do not keep others out.
pub(crate) async fn listen<F>(
    listener: TcpListener,
    mut stop: watch::Receiver<()>,
    accepted: &AtomicU64,
    max_connections: usize,
    serve: impl Fn(Connection) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let crowded = Arc::new(Notify::new());
    loop {
        let is_full = connections.len() >= max_connections;
        if is_full {
            // It wakes the idle connection that has waited for longest, or the next one that becomes idle.
            crowded.notify_one();
        }
        tokio::select! {
            _ = stop.changed() => break,
            Some(_) = connections.join_next() => {}
            result = listener.accept(), if !is_full => match result {
                Ok((stream, _)) => {
                    accepted.fetch_add(1, Ordering::Relaxed);
                    connections.spawn(serve(Connection::new(stream, Limits::DEFAULT, Arc::clone(&crowded))));
                }
                // There may be too many open files for a while.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn idle_connections_make_room_for_the_next_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(());
        let server = tokio::spawn(async move {
            let accepted = AtomicU64::new(0);
            listen(listener, stopped, &accepted, 4, |mut connection: Connection| async move {
                while connection.ready().await {
                    if connection.head().await.is_err() || connection.proceed().await.is_err() {
                        return;
                    }
                }
            })
            .await;
            accepted.into_inner()
        });
        let mut idle = Vec::new();
        for _ in 0..4 {
            idle.push(TcpStream::connect(address).await.unwrap());
        }
        for index in 0..8 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let mut bytes = [0; 12];
            let read = tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut bytes)).await;
            read.unwrap_or_else(|_| panic!("request {index} waits for idle connections")).unwrap();
            idle.push(stream);
        }
        drop(stop);
        assert_eq!(server.await.unwrap(), 12);
    }
}
