//! The mock server as a program: `cargo run --features testing --example mock -- [--port N] [--stateless]`, or
//! `cargo xtask mock` in the repository.
//!
//! It prints where it is, the token and the project to use, and a line for each request: method, path, operation,
//! verdict, and what was answered. Lines hold neither queries nor bodies nor headers. It ends with ctrl-c.

use std::io::{self, Write as _};

use flighthub2::testing::{MockServer, PROJECT, TOKEN};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut port, mut stateless) = (0, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => port = arguments.next().ok_or("--port needs a number")?.parse()?,
            "--stateless" => stateless = true,
            other => return Err(format!("unknown argument `{other}`; there are --port N and --stateless").into()),
        }
    }
    // Nobody may be reading any more; the server goes on.
    let server = MockServer::start_on(port).await?.observe(|request| drop(writeln!(io::stdout(), "{request}")));
    let server = if stateless { server.stateless() } else { server };
    let places = format!("listening on {}\nX-User-Token: {TOKEN}\nX-Project-Uuid: {PROJECT}\n", server.url());
    io::stdout().write_all(places.as_bytes())?;
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(())
}
