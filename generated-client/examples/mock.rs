//! The mock server as a program: `cargo run --features testing --example mock -- [OPTIONS]`, or `cargo xtask mock` in the
//! repository.
//!
//! - `--port N`: the port of the API; without it a free one.
//! - `--stateless`: no simulation; every response is an example.
//! - `--speed X`: how many times as fast as real time the simulated clock runs; the default is 1, 0 stops it.
//! - `--latency MS`: milliseconds before each response.
//! - `--provider ali|aws|minio`: the kind of the object store.
//!
//! It prints its addresses, the token and the project to use, and a line for each request: of the API the method, path,
//! operation, verdict and response, of the object store the method, object key and response. Lines contain neither queries
//! nor bodies nor headers. It stops with ctrl-c.

use std::io::{self, Write as _};
use std::time::Duration;

use flighthub2::testing::{MockServer, PROJECT, StoreProvider, TOKEN};

struct Options {
    port: u16,
    stateless: bool,
    speed: f64,
    latency: u64,
    provider: StoreProvider,
}

fn options() -> Result<Options, Box<dyn std::error::Error>> {
    let mut options = Options { port: 0, stateless: false, speed: 1.0, latency: 0, provider: StoreProvider::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--port" => options.port = value()?.parse()?,
            "--stateless" => options.stateless = true,
            "--speed" => options.speed = value()?.parse()?,
            "--latency" => options.latency = value()?.parse()?,
            "--provider" => options.provider = value()?.parse()?,
            other => {
                let known = "--port N, --stateless, --speed X, --latency MS and --provider NAME";
                return Err(format!("unknown argument `{other}`; there are {known}").into());
            }
        }
    }
    Ok(options)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options()?;
    // Standard output may be closed; the server goes on.
    let server = MockServer::start_on(options.port).await?.observe(|request| drop(writeln!(io::stdout(), "{request}")));
    let server = if options.stateless { server.stateless() } else { server };
    server.run_clock(options.speed);
    server.on_all().delay(Duration::from_millis(options.latency));
    let store = server.store();
    store.set_provider(options.provider);
    store.on_all().delay(Duration::from_millis(options.latency));
    store.observe(|request| drop(writeln!(io::stdout(), "{request}")));
    let lines = format!(
        "listening on {}\nX-User-Token: {TOKEN}\nX-Project-Uuid: {PROJECT}\nobject store ({}): {}\n",
        server.url(),
        options.provider.as_str(),
        store.url()
    );
    io::stdout().write_all(lines.as_bytes())?;
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(())
}
