//! A value that is known, written as an unknown one.

use flighthub2::Unknown;
use flighthub2::types::TaskType;

fn main() {
    let _ = TaskType::Unknown(Unknown("immediate".to_owned()));
}
