//! What is known of a dock and its aircraft before a flight:
//! `cargo run -p flighthub2 --features testing,workflows --example preflight`.
//!
//! It runs without a token and without network access: a mock server plays the service.

use std::error::Error;

use flighthub2::testing::{MockServer, PROJECT};
use flighthub2::types::DeviceMode;
use flighthub2::workflows::Rain;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start().await?;
    let site = server.client().project(PROJECT);

    let found = site.workflows().preflight("7CTEXAMPLE0001").await?;
    print!("{found}");

    // The workflow shows; this program decides. What is unknown is no reason to fly.
    let ready = found.dock_online
        && found.dock_mode.is_known_and(|mode| *mode == DeviceMode::Idle)
        && found.aircraft_in_dock.is_known_and(|inside| *inside)
        && found.battery_percent.is_known_and(|percent| *percent >= 80.0)
        && found.rain.is_known_and(|rain| *rain == Rain::None)
        && found.wind_speed.is_known_and(|speed| *speed < 8.0);
    println!("by the rules of this example: {}", if ready { "fly" } else { "do not fly" });
    Ok(())
}
