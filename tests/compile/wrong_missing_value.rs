//! A flight task without the altitude for its return.

use flighthub2::prelude::*;

fn main() {
    let _ = CreateFlightTaskBody::builder()
        .name("Morning round")
        .wayline_uuid("c0ffee00-1111-4222-8333-444455556666")
        .sn("7CTEXAMPLE0001")
        .out_of_control_action_in_flight(OutOfControlAction::ReturnHome)
        .resumable_status(ResumableStatus::Manual)
        .task_type(TaskType::Immediate)
        .time_zone("Europe/Rome")
        .build();
}
