//! A flight task without the altitude for its return.

use flighthub2::types::{
    CreateFlightTaskBody, CreateFlightTaskBodyRequired, OutOfControlAction, ResumableStatus, TaskType,
};

fn main() {
    let _ = CreateFlightTaskBody::new(CreateFlightTaskBodyRequired {
        name: "Morning round".into(),
        wayline_uuid: "c0ffee00-1111-4222-8333-444455556666".into(),
        sn: "7CTEXAMPLE0001".into(),
        out_of_control_action_in_flight: OutOfControlAction::ReturnHome,
        resumable_status: ResumableStatus::Manual,
        task_type: TaskType::Immediate,
        time_zone: "Europe/Rome".into(),
    });
}
