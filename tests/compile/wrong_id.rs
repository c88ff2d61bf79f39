//! The id of a project where that of a task belongs.

use flighthub2::ProjectClient;
use flighthub2::types::ProjectId;

fn call(site: ProjectClient, project: ProjectId) {
    let _ = site.flight_tasks().get(project);
}

fn main() {}
