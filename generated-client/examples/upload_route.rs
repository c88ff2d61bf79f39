//! A KMZ file becomes a route: `cargo run -p flighthub2 --features testing,workflows --example upload_route -- [KMZ]`.
//!
//! It runs without a token and without network access: a mock server plays the service and the object store.

use std::error::Error;
use std::path::PathBuf;

use flighthub2::testing::{MockServer, PROJECT};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start().await?;
    let site = server.client().project(PROJECT); // of the mock server, so that no route of a real project changes
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => example_route()?,
    };

    let upload = site.workflows().upload_route(&path).name("Harbour round");
    let route = upload.on_progress(|progress| println!("{} bytes", progress.bytes)).run().await?;
    println!("route {} is {}", route.name, route.id);

    // The service has a route of this name now, so another upload is refused.
    if let Err(error) = site.workflows().upload_route(&path).name("Harbour round").run().await {
        println!("{error}");
    }
    Ok(())
}

/// The smallest archive that passes for a route: a ZIP with two files.
fn example_route() -> Result<PathBuf, Box<dyn Error>> {
    let (mut archive, mut list) = (Vec::new(), Vec::new());
    for name in ["wpmz/template.kml", "wpmz/waylines.wpml"] {
        let start = u32::try_from(archive.len())?.to_le_bytes();
        let length = u16::try_from(name.len())?.to_le_bytes();
        // Version 2.0, not compressed; the CRC-32 of the content; one byte.
        let fields =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x83, 0x16, 0xdc, 0x8c, 1, 0, 0, 0, 1, 0, 0, 0][..], &length].concat();
        archive.extend([b"PK\x03\x04", &fields[..], &[0, 0], name.as_bytes(), b"x"].concat());
        list.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 12], &start, name.as_bytes()].concat());
    }
    let start = u32::try_from(archive.len())?.to_le_bytes();
    let length = u32::try_from(list.len())?.to_le_bytes();
    archive.extend(list);
    archive.extend([&b"PK\x05\x06\0\0\0\0\x02\0\x02\0"[..], &length, &start, &[0, 0]].concat());
    let path = std::env::temp_dir().join("flighthub2-example-route.kmz");
    std::fs::write(&path, archive)?;
    Ok(path)
}
