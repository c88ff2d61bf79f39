//! `cargo xtask gen --watch`: the program with the different save strategies of editors.
//!
//! The tests do not depend on the speed of the machine: each step waits for its expected output, up to a limit that
//! only a hanging program reaches.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

const SPEC: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    get:
      tags: [one]
      operationId: listThings
      responses: {'204': {description: D}}
";

/// The running program, and its output.
struct Watch {
    folder: TempDir,
    child: Child,
    lines: Receiver<String>,
    output: Vec<String>,
}

impl Watch {
    fn new() -> Self {
        Self::with_overlay(None)
    }

    fn with_overlay(overlay: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("spec.yaml"), SPEC).unwrap();
        let mut overlays = Vec::new();
        if let Some(text) = overlay {
            let path = folder.path().join("overlay.yaml");
            fs::write(&path, text).unwrap();
            overlays.extend(["--overlay".into(), path.into_os_string()]);
        }
        // One pipe, as on a terminal, which preserves the order of the output.
        let (reader, pipe) = std::io::pipe().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["gen", "--watch", "--spec"])
            .arg(folder.path().join("spec.yaml"))
            .arg("--out")
            .arg(folder.path().join("out"))
            .args(overlays)
            .stdout(pipe.try_clone().unwrap())
            .stderr(pipe)
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { folder, child, lines, output: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The generated files, without those that a run is currently replacing.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        let paths = fs::read_dir(self.path("out")).unwrap().filter_map(|entry| Some(entry.ok()?.path()));
        paths.filter_map(|path| fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
    }

    /// Waits for a line with all of these words; returns the output up to this line.
    fn expect_line(&mut self, words: &[&str]) -> String {
        let started = Instant::now();
        let mut text = String::new();
        loop {
            let left = LIMIT.saturating_sub(started.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no line with {words:?}; output:\n{}{text}", self.output.join("\n"));
            };
            text += &line;
            text.push('\n');
            if words.iter().all(|word| line.contains(word)) {
                self.output.push(text.clone());
                return text;
            }
        }
    }

    /// Waits for a run after which a file of the client contains this text.
    fn expect_generated(&mut self, text: &str) {
        loop {
            self.expect_line(&["took", " ms; watching "]);
            if self.files().values().any(|file| file.contains(text)) {
                break;
            }
        }
    }

    /// Saves like most editors: a temporary file, renamed.
    fn replace(&self, text: &str) {
        fs::write(self.path("spec.yaml.new"), text).unwrap();
        fs::rename(self.path("spec.yaml.new"), self.path("spec.yaml")).unwrap();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_save_of_an_overlay_is_generated() {
    let overlay = |title: &str| {
        format!(
            "overlay: 1.1.0\ninfo: {{title: O, version: '1'}}\nactions: [{{target: $.info.title, update: {title}}}]\n"
        )
    };
    let mut watch = Watch::with_overlay(Some(&overlay("First")));
    watch.expect_generated("First");
    fs::write(watch.path("overlay.yaml"), overlay("Second title")).unwrap();
    watch.expect_generated("Second title");
}

#[test]
fn a_save_of_a_file_that_is_referred_to_is_generated() {
    let path = |id: &str| format!("get: {{operationId: {id}, responses: {{'204': {{description: D}}}}}}\n");
    let referring = |file: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths: {{/a: {{$ref: 'paths/{file}'}}, /b: {{$ref: b.yaml}}}}\n"
        )
    };
    let mut watch = Watch::new();
    watch.expect_line(&["run 1 took"]);
    fs::create_dir(watch.path("paths")).unwrap();
    fs::write(watch.path("paths/a.yaml"), path("first")).unwrap();
    // A file that is not there yet is watched, too.
    watch.replace(&referring("a.yaml"));
    watch.expect_line(&["failed after", "and the files that it refers to (2)"]);
    fs::write(watch.path("b.yaml"), path("other")).unwrap();
    watch.expect_generated("other");
    fs::write(watch.path("paths/a.yaml"), path("second")).unwrap();
    watch.expect_generated("second");
    // Replaced, as most editors do.
    fs::write(watch.path("paths/new"), path("third")).unwrap();
    fs::rename(watch.path("paths/new"), watch.path("paths/a.yaml")).unwrap();
    watch.expect_generated("third");
    // Broken, and repaired.
    fs::write(watch.path("b.yaml"), "{").unwrap();
    watch.expect_line(&["failed after"]);
    fs::write(watch.path("b.yaml"), path("mended")).unwrap();
    watch.expect_generated("mended");
    // The document refers to another file: the first one is not watched any more.
    fs::write(watch.path("paths/c.yaml"), path("fourth")).unwrap();
    watch.replace(&referring("c.yaml"));
    watch.expect_generated("fourth");
    fs::write(watch.path("paths/a.yaml"), path("unseen")).unwrap();
    fs::write(watch.path("paths/c.yaml"), path("fifth")).unwrap();
    let output = watch.expect_line(&["took", " ms; watching "]);
    assert!(!output.contains("unseen") && watch.files().values().any(|file| file.contains("fifth")), "{output}");
}

#[test]
fn each_save_is_generated_and_an_invalid_one_changes_no_file() {
    let mut watch = Watch::new();
    let first = watch.expect_line(&["run 1 took", " ms; watching ", "spec.yaml, ctrl-c ends"]);
    assert!(first.contains("1 operations, 0 types, "), "{first}");
    assert!(watch.files().values().any(|file| file.contains("ListThings")));

    // Edited in place, with a text of the same length.
    fs::write(watch.path("spec.yaml"), SPEC.replace("listThings", "listThongs")).unwrap();
    watch.expect_generated("ListThongs");

    // Broken: reported with its place, and the client is unchanged.
    let before = watch.files();
    for (broken, code) in [
        (SPEC.replace("  /things:", "  things:"), "error[unknown-key]"),
        (SPEC.replace("paths:", "\tpaths:"), "error[yaml-syntax]"),
    ] {
        watch.replace(&broken);
        let output = watch.expect_line(&["failed after", " ms; watching "]);
        for wanted in [code, "spec.yaml:", "no file was written"] {
            assert!(output.contains(wanted), "no {wanted:?} in {output}");
        }
        assert_eq!(watch.files(), before);
    }

    // Repaired.
    watch.replace(&SPEC.replace("listThings", "listRepaired"));
    watch.expect_generated("ListRepaired");
}

#[test]
fn a_file_may_be_renamed_and_removed() {
    let mut watch = Watch::new();
    watch.expect_line(&["run 1 took"]);

    // Renamed, and written again.
    fs::rename(watch.path("spec.yaml"), watch.path("spec.yaml~")).unwrap();
    fs::write(watch.path("spec.yaml"), SPEC.replace("listThings", "listMoved")).unwrap();
    watch.expect_generated("ListMoved");

    // Removed permanently: reported once, and still watched.
    let before = watch.files();
    fs::remove_file(watch.path("spec.yaml")).unwrap();
    let output = watch.expect_line(&["failed after"]);
    assert!(output.contains("cannot read "), "{output}");
    assert_eq!(watch.files(), before);
    watch.replace(&SPEC.replace("listThings", "listReturned"));
    watch.expect_generated("ListReturned");
}

#[test]
fn the_last_of_many_saves_is_generated() {
    let mut watch = Watch::new();
    watch.expect_line(&["run 1 took"]);
    for number in 0..200 {
        let text = SPEC.replace("listThings", &format!("listSave{number}"));
        if number % 2 == 0 { watch.replace(&text) } else { fs::write(watch.path("spec.yaml"), text).unwrap() }
    }
    watch.expect_generated("ListSave199");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    let mut watch = Watch::new();
    watch.expect_line(&["run 1 took"]);
    // Not that of ctrl-c: a background process ignores it, and so does every process that it starts.
    let sent = Command::new("kill").args(["-TERM", &watch.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let started = Instant::now();
    while watch.child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < LIMIT, "it goes on");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_conflicts_with_check() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["gen", "--watch", "--check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
