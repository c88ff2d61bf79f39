//! A call of a project, made without one.

use flighthub2::types::TaskId;
use flighthub2::{Client, Error};

async fn call(client: Client, task: TaskId) -> Result<(), Error> {
    client.flight_tasks().get(task).send().await?;
    Ok(())
}

fn main() {}
