//! A value that is known, written as an unknown one.

use flighthub2::UnknownValue;
use flighthub2::types::TaskType;

fn main() {
    let _ = TaskType::UnknownValue(UnknownValue("immediate".to_owned()));
}
