//! The eight jobs that programs do with the service, each as one function:
//! `cargo run -p flighthub2 --features testing,workflows --example jobs`.
//!
//! It runs without a token, network access or an aircraft: a mock server plays the service and the object store.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flighthub2::prelude::*;
use flighthub2::testing::{MockServer, PROJECT};
use flighthub2::workflows::{self, Flight, Preflight, Reconstructed, ReconstructionLimits, TimeLimits, UploadedRoute};

type Outcome<T> = Result<T, Box<dyn Error>>;

const HOUR: Duration = Duration::from_secs(3600);

/// All devices of all projects.
async fn all_devices(fh: &Client) -> Outcome<Vec<DeviceListEntry>> {
    let (mut devices, mut projects) = (Vec::new(), fh.projects().list().items());
    while let Some(project) = projects.next().await {
        devices.extend(fh.project(&project?.uuid).devices().list().send().await?.list);
    }
    Ok(devices)
}

/// A KMZ file becomes a route.
async fn upload_route(site: &ProjectClient, kmz: &Path) -> Outcome<UploadedRoute> {
    Ok(site.workflows().upload_route(kmz).run().await?)
}

/// A dock and its aircraft before a flight.
async fn preflight(site: &ProjectClient, dock: &str) -> Outcome<Preflight> {
    Ok(site.workflows().preflight(dock).await?)
}

/// A flight, and its pictures in a folder.
async fn fly_and_fetch(site: &ProjectClient, task: CreateFlightTaskBody, folder: &Path) -> Outcome<Flight> {
    Ok(site.workflows().fly(task, folder).run(TimeLimits { flight: HOUR, media: HOUR }).await?)
}

/// A task, from wherever it was created, to its end.
async fn follow(site: &ProjectClient, task: &TaskId) -> Outcome<FlightTask> {
    Ok(site.flight_tasks().follow(task).timeout(HOUR).await?)
}

/// A file behind a signed address.
async fn download(fh: &Client, address: &str, target: &Path) -> Outcome<u64> {
    Ok(fh.workflows().download(address, target).run().await?.bytes)
}

/// Pictures become models. The journal continues an upload that was interrupted.
async fn reconstruct(fh: &Client, pictures: Vec<PathBuf>, journal: &Path) -> Outcome<Reconstructed> {
    let job = Model3dJob::new(Model3dParameters::new().output_mesh(true)).to_json_text()?;
    let reconstruction =
        fh.workflows().reconstruct(pictures, journal).start(move |body| body.parameter_3d(job.clone()));
    Ok(reconstruction.run(ReconstructionLimits { import: HOUR, models: HOUR }).await?)
}

/// An operation that is chosen at run time.
async fn any_operation(site: &ProjectClient, id: &str, arguments: &JsonValue) -> Outcome<JsonValue> {
    Ok(site.call(id, arguments)?.mask_secrets().send().await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let server = MockServer::start().await?;
    server.run_clock(1000.0);
    server.set_flight_media(PROJECT, 3, 100_000);
    let fh = server.client(); // of the real service: `Client::builder().region(…).token(…).max_risk(Risk::Physical).build()?`
    let site = fh.project(PROJECT);
    let folder = std::env::temp_dir().join(format!("flighthub2-jobs-{}", std::process::id()));
    fs::create_dir_all(&folder)?;

    let devices = all_devices(&fh).await?;
    println!("{} devices", devices.len());

    let kmz = folder.join("Harbour round.kmz");
    fs::write(&kmz, EXAMPLE_ROUTE)?;
    let route = upload_route(&site, &kmz).await?;
    println!("route {} is {}", route.name, route.id);

    let dock = "7CTEXAMPLE0001";
    println!("battery: {} %", preflight(&site, dock).await?.battery_percent);

    let task = CreateFlightTaskBody::builder()
        .name("Morning round")
        .wayline_uuid(route.id)
        .sn(dock)
        .rth_altitude(100)
        .out_of_control_action_in_flight(OutOfControlAction::ReturnHome)
        .resumable_status(ResumableStatus::Manual)
        .task_type(TaskType::Immediate)
        .time_zone("Europe/Rome")
        .build();
    let flight = fly_and_fetch(&site, task, &folder.join("media")).await?;
    println!("{} of {:?} pictures", flight.media.files.len(), flight.media.expected);

    // Signed addresses expire: a program asks for them when it needs them.
    let media = site.flight_tasks().list_media(&flight.task.uuid).send().await?;
    let address = media.list.first().and_then(|file| file.original_url.as_ref()).ok_or("no address")?;
    let target = folder.join(workflows::file_name("../copy.jpeg"));
    println!("{} bytes", download(&fh, address.expose(), &target).await?);

    println!("the task ended with `{}`", follow(&site, &flight.task.uuid).await?.status);

    let pictures: Vec<PathBuf> = flight.media.files.iter().map(|file| file.path.clone()).collect();
    let done = reconstruct(&fh, pictures, &folder.join("journal")).await?;
    println!("{} model(s) of {}", done.models.len(), done.resource);

    let arguments = serde_json::json!({"device_sn": dock});
    let state = any_operation(&site, "getDeviceState", &arguments).await?;
    println!("wind: {} m/s", state["device_state"]["wind_speed"]);

    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// The smallest archive that passes for a route: two files of one byte.
const EXAMPLE_ROUTE: &[u8] = include_bytes!("example-route.kmz");
