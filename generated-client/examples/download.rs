//! A file behind a signed address: `cargo run -p flighthub2 --features testing,workflows --example download`.
//!
//! It runs without a token and without network access: a mock server plays the object store. Its connection breaks once.

use std::error::Error;
use std::time::Duration;

use flighthub2::testing::{MockServer, StoreFault};
use flighthub2::workflows::{Existing, file_name};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start().await?;
    server.store().put("media/1", vec![7; 4 << 20]);
    server.store().on_get().fault_once(StoreFault::CloseInBody { after: 3 << 20 });
    let address = server.store().signed_url("media/1", Duration::from_secs(60));

    // Names come from the service: this one would leave the folder.
    let target = std::env::temp_dir().join(file_name("../DJI_0001.jpeg"));
    let download = server.client().workflows().download(address, target).existing(Existing::Replace);
    let done = download
        .on_progress(|progress| println!("{} of {:?} bytes", progress.bytes, progress.total_bytes))
        .run()
        .await?;
    println!("{} has {} bytes", done.path.display(), done.bytes);
    Ok(())
}
