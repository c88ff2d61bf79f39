//! A first program: lists projects and their devices, shows what a failure looks like, and that a client which was not
//! built to fly does not fly.
//!
//! ```text
//! cargo run -p flighthub2 --example first_call
//! ```
//!
//! It needs no token and no network: the service that it calls is the small one at the end of this file, on this
//! machine. For the real one change the two lines that are marked in `main`, and remove `local`.

use std::error::Error;
use std::time::Duration;

use flighthub2::ErrorKind;
use flighthub2::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = local::start()?;
    let fh = Client::builder()
        .base_url(service) // the real service: `.region(flighthub2::Region::Eu)`, or the address of your own
        .token(Token::new("PLACEHOLDER-TOKEN")?) // the real service: `.token(Token::from_env("FLIGHTHUB2_TOKEN")?)`
        .timeout(Duration::from_secs(10))
        .build()?;

    // A call of the organization. Optional arguments are set by name, and `send` sends the request.
    let projects = fh.projects().list().page_size(10).send().await?;
    println!("{} project(s)", projects.list.len());
    for project in &projects.list {
        println!("- {} ({})", project.name, project.uuid);
        devices(&fh, project).await?;
    }

    // A failure: a project that the token may not see.
    let stranger = fh.project("00000000-0000-4000-8000-000000000000");
    match stranger.devices().list().send().await {
        Ok(_) => println!("the project is there after all"),
        Err(error) => report(&error),
    }

    // A call that lets an aircraft fly. This client was built without `.max_risk(Risk::Physical)`, so it refuses.
    if let Some(project) = projects.list.first() {
        refused_flight(&fh, project).await?;
    }
    Ok(())
}

/// Prints the devices of a project. Its calls are made with a client of the project; without one they do not compile.
async fn devices(fh: &Client, project: &Project) -> Result<(), flighthub2::Error> {
    let site = fh.project(&project.uuid);
    let devices = site.devices().list().send().await?;
    for entry in &devices.list {
        if let Some(gateway) = &entry.gateway {
            let state = if gateway.device_online_status { "online" } else { "offline" };
            println!("  - {} {} ({state}), {}", gateway.device_model.name, gateway.callsign, gateway.sn);
        }
        if let Some(drone) = &entry.drone {
            println!("    - {} {}, {} camera(s)", drone.device_model.name, drone.sn, drone.camera_list.len());
        }
    }
    Ok(())
}

/// Asks for a flight, and expects that nothing is sent.
async fn refused_flight(fh: &Client, project: &Project) -> Result<(), Box<dyn Error>> {
    let body = CreateFlightTaskBody::builder()
        .name("Morning round")
        .wayline_uuid("c0ffee00-1111-4222-8333-444455556666")
        .sn("7CTEXAMPLE0001") // of the dock
        .rth_altitude(80) // metres above the point of take-off
        .out_of_control_action_in_flight(OutOfControlAction::ReturnHome) // without a signal
        .resumable_status(ResumableStatus::Manual) // after an interruption
        .task_type(TaskType::Immediate)
        .time_zone("Europe/Rome")
        .rth_mode(RthMode::Preset)
        .wayline_precision_type(WaylinePrecisionType::Rtk)
        .build();
    match fh.project(&project.uuid).flight_tasks().create(body).send().await {
        Ok(task) => Err(format!("task {} was made by a client that may not fly", task.task_uuid).into()),
        Err(error) if error.kind() == ErrorKind::Risk => {
            report(&error);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// What a program asks of an error: what happened, and whether the call may have taken effect all the same.
fn report(error: &flighthub2::Error) {
    println!("{error}");
    let what = match (error.kind(), ErrorCode::of(error)) {
        (ErrorKind::Api, Some(ErrorCode::NoPermission)) => "become a member of the project first",
        (ErrorKind::Api, _) => "the service says no; the code says why",
        (ErrorKind::Risk, _) => "this client was not built for it",
        (ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Transport, _) => "the way to the service is broken",
        _ => "a program or the service is at fault",
    };
    let then = if error.may_have_taken_effect() {
        "it may have taken effect: look before it is sent again"
    } else {
        "it had no effect"
    };
    println!("  {:?}: {what}; {then}", error.kind());
}

/// A local stand-in for the service: responds to three requests, then ends. Programs of your own need none of it.
mod local {
    use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::thread;
    use std::time::Duration;

    const REQUESTS: usize = 3;
    const PATIENCE: Duration = Duration::from_secs(5);
    const LONGEST_HEAD: u64 = 16 * 1024;

    const PROJECT: &str = "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d";
    const PROJECTS: &str = r#"{"code": 0, "message": "", "data": {"list": [{
        "name": "Example project", "introduction": "", "uuid": "5f0c7a1e-2b34-4c56-8d78-9e0f1a2b3c4d",
        "org_uuid": "a1b2c3d4-0001-4a00-8b00-00000000c0de", "created_at": 1745214300, "updated_at": 1745218387,
        "project_work_center_point": {"latitude": 45.0001, "longitude": 9.0001}
    }]}}"#;
    const DEVICES: &str = r#"{"code": 0, "message": "", "data": {"list": [{
        "gateway": {
            "sn": "7CTEXAMPLE0001", "callsign": "Dock A", "device_online_status": true, "mode_code": 0,
            "device_model": {"key": "3-2-0", "domain": "3", "type": "2", "sub_type": "0", "name": "DJI Dock 2",
                "class": "airport"},
            "camera_list": [{"camera_index": "165-0-7", "camera_position": "outdoor",
                "available_camera_positions": ["indoor", "outdoor"]}]
        },
        "drone": {
            "sn": "1581FEXAMPLE00000001", "callsign": "", "device_online_status": false, "mode_code": 0,
            "device_model": {"key": "0-91-1", "domain": "0", "type": "91", "sub_type": "1", "name": "M3TD",
                "class": "drone"},
            "camera_list": null
        }
    }]}}"#;
    const NO_PERMISSION: &str = r#"{"code": 200403, "message": "no permission"}"#;

    /// Starts to listen; returns the base URL.
    pub(super) fn start() -> io::Result<String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        thread::spawn(move || {
            for stream in listener.incoming().take(REQUESTS) {
                if let Err(error) = stream.and_then(|stream| answer(&stream)) {
                    eprintln!("the local service: {error}");
                }
            }
        });
        Ok(url)
    }

    /// Reads one request, as far as its headers, and responds.
    fn answer(mut stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut lines = BufReader::new(stream.take(LONGEST_HEAD)).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        let mut project = None;
        for line in lines {
            let line = line?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("X-Project-Uuid")
            {
                project = Some(value.trim().to_owned());
            }
        }
        let path = request.split([' ', '?']).nth(1).unwrap_or_default();
        let (status, body) = match (path, project.as_deref()) {
            ("/openapi/v0.1/project", _) => ("200 OK", PROJECTS),
            ("/openapi/v0.1/project/device", Some(PROJECT)) => ("200 OK", DEVICES),
            // The service reports most failures with HTTP 200.
            ("/openapi/v0.1/project/device", _) => ("200 OK", NO_PERMISSION),
            _ => ("404 Not Found", ""),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )?;
        stream.flush()
    }
}
