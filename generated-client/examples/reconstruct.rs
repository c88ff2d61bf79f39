//! Pictures become a model: `cargo run -p flighthub2 --features testing,workflows --example reconstruct`.
//!
//! It runs without a token and without network access: a mock server plays the service and the object store. A connection
//! breaks on the way. A second run with the same journal sends nothing again.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flighthub2::testing::{MockServer, StoreFault};
use flighthub2::types::{Model3dJob, Model3dParameters};
use flighthub2::workflows::{ReconstructionLimits, ReconstructionStep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start().await?;
    server.run_clock(1000.0);
    let folder = std::env::temp_dir().join(format!("flighthub2-example-{}", std::process::id()));
    let pictures = example_pictures(&folder)?;
    // One upload breaks off, and is repeated.
    server.store().on_put().fault_once(StoreFault::CloseInBody { after: 50_000 });

    let parameters = Model3dJob::new(Model3dParameters::new().output_mesh(true)).to_json_text()?;
    let workflows = server.client().workflows();
    let reconstruct = || {
        let parameters = parameters.clone();
        workflows
            .reconstruct(pictures.clone(), folder.join("journal"))
            .start(move |body| body.parameter_3d(parameters.clone()))
            .on_step(|step| match step {
                ReconstructionStep::Uploaded { files, total, bytes } => {
                    println!("{files} of {total} files, {bytes} bytes")
                }
                step => println!("{step:?}"),
            })
    };
    let limits = ReconstructionLimits { import: Duration::from_secs(60), models: Duration::from_secs(60) };
    reconstruct().run(limits).await?;
    let sent = server.store().requests().len();
    // The same again, as after a restart: what was done is not done a second time.
    let done = reconstruct().run(limits).await?;
    println!("{} model(s) of {}", done.models.len(), done.resource);
    println!("{} files were sent a second time", server.store().requests().len() - sent);
    Ok(())
}

fn example_pictures(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    std::fs::create_dir(folder)?;
    (0..5)
        .map(|number| {
            let path = folder.join(format!("DJI_{number:04}.jpeg"));
            std::fs::write(&path, vec![number; 100_000])?;
            Ok(path)
        })
        .collect()
}
