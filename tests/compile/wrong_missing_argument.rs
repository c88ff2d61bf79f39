//! A list of flight tasks without the end of its range of time.

use flighthub2::{Error, ProjectClient};

async fn call(site: ProjectClient) -> Result<(), Error> {
    site.flight_tasks().list().sn("7CTEXAMPLE0001").begin_at(1_769_900_000).send().await?;
    Ok(())
}

fn main() {}
