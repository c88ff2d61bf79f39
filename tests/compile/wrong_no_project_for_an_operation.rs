//! An operation of a project, sent by a client without one.

use flighthub2::flight_tasks::GetFlightTask;
use flighthub2::{Client, Error};

async fn call(client: Client) -> Result<(), Error> {
    client.send(&GetFlightTask::new("d15ea5e0-1111-4222-8333-444455556666")).await?;
    Ok(())
}

fn main() {}
