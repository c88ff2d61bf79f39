//! An operation of one API, sent by the client of another.

use flighthub2::codegen::{ResponseBody, ReadError, scope};
use flighthub2::{API, Client, Error, Operation, OperationInfo};

struct OtherClient;

struct ListPets;

impl Operation for ListPets {
    type Scope = scope::Organization<OtherClient>;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new(&API, "listPets", "GET", "/pets");

    fn read(body: ResponseBody<'_>) -> Result<(), ReadError> {
        response.ignore()
    }
}

async fn call(client: Client) -> Result<(), Error> {
    client.send(&ListPets).await
}

fn main() {}
