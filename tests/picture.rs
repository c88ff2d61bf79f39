//! The picture of a terminal in the README has the readings that the example `preflight` prints.
//!
//! `UPDATE_PICTURE=1 cargo test -p flighthub2-tests --test client picture` writes it anew.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use std::fmt::Write as _;
use std::{env, fs};

use flighthub2::testing::{MockServer, PROJECT};

const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../generated-client/doc/preflight.svg");
const COMMAND: &str = "cargo run -p flighthub2 --features testing,workflows --example preflight";
/// Pixels of a line, and of a character of the font.
const LINE: usize = 20;
const CHARACTER: f64 = 8.43;

/// A terminal with a command and its output. The lines appear one after the other, unless the reader wants no motion.
fn picture(command: &str, output: &str) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines: Vec<&str> = output.lines().collect();
    let longest = lines.iter().map(|line| line.chars().count()).chain([command.len() + 2]).max().unwrap();
    let (width, height) = ((longest as f64 * CHARACTER) as usize + 40, (lines.len() + 1) * LINE + 62);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"Output of the example preflight in a terminal\">\n\
         <style>\n\
         text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d0d7de; white-space: pre; }}\n\
         .command {{ fill: #7ee787; }}\n\
         .value {{ fill: #79c0ff; }}\n\
         @media (prefers-reduced-motion: no-preference) {{\n\
         .line {{ animation: show 0.1s both; }}\n\
         @keyframes show {{ from {{ opacity: 0; }} }}\n\
         }}\n\
         </style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f56\"/>\n\
         <circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#ffbd2e\"/>\n\
         <circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#27c93f\"/>\n\
         <text x=\"20\" y=\"56\" class=\"command\" xml:space=\"preserve\">$ {}</text>\n",
        escaped(command)
    );
    for (number, line) in lines.iter().enumerate() {
        // The names are in a column of their own.
        let value = line.char_indices().nth(19).map_or(line.len(), |(at, _)| at);
        let (name, value) = line.split_at(value);
        let (y, delay) = (56 + (number + 1) * LINE, 0.6 + number as f64 * 0.12);
        writeln!(
            svg,
            "<text x=\"20\" y=\"{y}\" class=\"line\" style=\"animation-delay: {delay:.2}s\" xml:space=\"preserve\">{}\
             <tspan class=\"value\">{}</tspan></text>",
            escaped(name),
            escaped(value)
        )
        .unwrap();
    }
    svg + "</svg>\n"
}

#[tokio::test]
async fn the_picture_in_the_readme_is_real_output() {
    let server = MockServer::start().await.unwrap();
    let found = server.client().project(PROJECT).workflows().preflight("7CTEXAMPLE0001").await.unwrap();
    let expected = picture(COMMAND, &found.to_string());
    if env::var_os("UPDATE_PICTURE").is_some() {
        fs::write(PICTURE, &expected).unwrap();
    }
    let committed = fs::read_to_string(PICTURE).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == expected,
        "write it with `UPDATE_PICTURE=1 cargo test -p flighthub2-tests --test client picture`"
    );
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    assert!(readme.contains("generated-client/doc/preflight.svg") && readme.contains(COMMAND));
}
