//! The write stage: from texts to a folder that contains exactly these generated files.
//!
//! A [`Plan`] compares the folder with the texts without changing it; [`Plan::apply`] makes the changes. All new texts
//! are written to temporary files first, which then replace the old files by a rename: a reader sees either the old or
//! the new version of a file. This module depends neither on Rust nor on OpenAPI.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::format::MARKER;

/// The suffix of temporary files. The next run removes those of an interrupted run.
const UNFINISHED: &str = ".unfinished";

/// The action that brings a file up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The file does not exist yet.
    Add,
    /// The file has a different text.
    Change,
    /// The file was generated earlier, and is not generated any more.
    Remove,
}

/// A file that is not up to date.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The action that brings the file up to date.
    pub action: Action,
    /// The path in the folder, with `/` as separator.
    pub path: String,
    old: String,
    new: String,
}

impl FileChange {
    /// The difference in the unified format, from the text on disk to the generated text.
    #[must_use]
    pub fn diff(&self) -> String {
        TextDiff::from_lines(&*self.old, &*self.new)
            .unified_diff()
            .context_radius(3)
            .header(&format!("{} (on disk)", self.path), &format!("{} (generated)", self.path))
            .to_string()
    }
}

/// The difference between a folder and the generated files.
#[derive(Clone, Debug)]
pub struct Plan {
    folder: PathBuf,
    changes: Vec<FileChange>,
    leftovers: Vec<PathBuf>,
}

impl Plan {
    /// Compares a folder with the generated files.
    ///
    /// # Errors
    /// The folder cannot be read, or a file that was not generated has the path of a generated file.
    pub fn new(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<Self> {
        let mut present = BTreeMap::new();
        let mut leftovers = Vec::new();
        read(folder, String::new(), &mut present, &mut leftovers)?;
        let mut changes = Vec::new();
        for (path, new) in files {
            match present.remove(path) {
                None if folder.join(path).symlink_metadata().is_ok() => return Err(in_the_way(&folder.join(path))),
                None => changes.push(FileChange {
                    action: Action::Add,
                    path: path.clone(),
                    old: String::new(),
                    new: new.clone(),
                }),
                Some(bytes) if bytes == new.as_bytes() => {}
                Some(bytes) => {
                    let old = String::from_utf8_lossy(&bytes).into_owned();
                    if !is_generated(&old) {
                        return Err(in_the_way(&folder.join(path)));
                    }
                    changes.push(FileChange { action: Action::Change, path: path.clone(), old, new: new.clone() });
                }
            }
        }
        for (path, bytes) in present {
            let old = String::from_utf8_lossy(&bytes).into_owned();
            if is_generated(&old) {
                changes.push(FileChange { action: Action::Remove, path, old, new: String::new() });
            }
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { folder: folder.to_owned(), changes, leftovers })
    }

    /// The files that are not up to date, sorted by path.
    #[must_use]
    pub fn changes(&self) -> &[FileChange] {
        &self.changes
    }

    /// The number of files that need an action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// Brings the folder up to date.
    ///
    /// # Errors
    /// The first error of the file system. Even then, each file has either its old or its new text.
    pub fn apply(&self) -> io::Result<()> {
        for leftover in &self.leftovers {
            fs::remove_file(leftover).map_err(at(leftover))?;
        }
        let written: Vec<&FileChange> = self.changes.iter().filter(|change| change.action != Action::Remove).collect();
        let result = written.iter().try_for_each(|change| {
            let target = self.folder.join(&change.path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            let unfinished = unfinished(&target);
            fs::write(&unfinished, &change.new).map_err(at(&unfinished))
        });
        if let Err(error) = result {
            for change in &written {
                // A file that cannot be removed now is removed by the next run.
                let _ = fs::remove_file(unfinished(&self.folder.join(&change.path)));
            }
            return Err(error);
        }
        for change in &self.changes {
            let target = self.folder.join(&change.path);
            if change.action == Action::Remove {
                fs::remove_file(&target).map_err(at(&target))?;
                self.remove_empty(target.parent());
            } else {
                fs::rename(unfinished(&target), &target).map_err(at(&target))?;
            }
        }
        Ok(())
    }

    /// Removes a folder and its parents as long as they are empty: `remove_dir` fails for a folder that is not.
    fn remove_empty(&self, mut folder: Option<&Path>) {
        while let Some(empty) = folder.filter(|folder| *folder != self.folder) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }
}

fn unfinished(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    target.with_file_name(name)
}

/// Whether the first lines of a text contain the marker of a generated file.
fn is_generated(text: &str) -> bool {
    text.lines().take(3).any(|line| line.contains(MARKER))
}

fn read(
    folder: &Path,
    prefix: String,
    present: &mut BTreeMap<String, Vec<u8>>,
    leftovers: &mut Vec<PathBuf>,
) -> io::Result<()> {
    // Skip caches, such as the target folder of Cargo: they are large and contain no generated client.
    if folder.join("CACHEDIR.TAG").is_file() {
        return Ok(());
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        // Symbolic links are not followed: their targets are outside of the folder.
        let kind = entry.file_type().map_err(at(&path))?;
        if kind.is_dir() {
            if name.starts_with('.') {
                continue;
            }
            read(&path, format!("{prefix}{name}/"), present, leftovers)?;
        } else if name.ends_with(UNFINISHED) {
            leftovers.push(path);
        } else if kind.is_file() {
            present.insert(format!("{prefix}{name}"), fs::read(&path).map_err(at(&path))?);
        }
    }
    Ok(())
}

fn in_the_way(path: &Path) -> io::Error {
    let message = format!("{} exists and was not generated: move it, or choose another folder", path.display());
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

fn at(path: &Path) -> impl Fn(io::Error) -> io::Error + '_ {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
