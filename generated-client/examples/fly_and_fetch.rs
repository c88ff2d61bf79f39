//! A route is flown and its media are downloaded:
//! `cargo run -p flighthub2 --features testing,workflows --example fly_and_fetch -- [FOLDER]`.
//!
//! It runs without a token, network access or an aircraft: a mock server plays the service, and its clock runs fast.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use flighthub2::flight_tasks::ListFlightTaskMedia;
use flighthub2::testing::{MockServer, PROJECT};
use flighthub2::types::CreateFlightTaskBody;
use flighthub2::workflows::TimeLimits;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start().await?;
    server.run_clock(1000.0);
    let files: Vec<_> = (1..=6).map(|number| media_file(&server, number)).collect();
    server.on::<ListFlightTaskMedia>().envelope(json!({"code": 0, "message": "", "data": {"list": files}}));
    let site = server.client().project(PROJECT);
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::temp_dir().join(format!("flighthub2-example-{}", std::process::id())),
    };
    let task: CreateFlightTaskBody = serde_json::from_value(json!({
        "name": "Morning round",
        "wayline_uuid": "c0ffee00-1111-4222-8333-444455556666",
        "sn": "7CTEXAMPLE0001",
        "rth_altitude": 100,
        "out_of_control_action_in_flight": "return_home",
        "resumable_status": "manual",
        "task_type": "immediate",
        "time_zone": "Europe/Rome",
    }))?;

    // How long it may take has no default: only the caller knows.
    let limits = TimeLimits { flight: Duration::from_secs(60), media: Duration::from_secs(30) };
    let flight = site.workflows().fly(task, &folder).on_step(|step| println!("{step:?}")).run(limits).await?;
    println!("the flight ended with `{}`", flight.task.status);
    let (files, expected) = (flight.media.files.len(), flight.media.expected);
    println!("{files} files, of {expected:?} expected, are in {}", folder.display());
    Ok(())
}

/// A picture in the object store of the mock server, as the service lists it.
fn media_file(server: &MockServer, number: u8) -> Value {
    let key = format!("media/{number}");
    server.store().put(key.as_str(), vec![number; 200_000]);
    json!({
        "uuid": format!("fee1dead-1111-4222-8333-{number:012}"),
        "name": format!("DJI_{number:04}_V"),
        "file_type": "image",
        "suffix": ".jpeg",
        "size": 200_000,
        "original_url": server.store().signed_url(&key, Duration::from_secs(3600)),
    })
}
