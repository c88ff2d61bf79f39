//! The write stage: texts of files in, a folder that holds exactly them out.
//!
//! First a [`Plan`], which touches nothing; then, on request, [`Plan::apply`]. A file is replaced by a rename, so that a
//! reader sees the old one or the new one; nothing is replaced before everything has been written.
//! Knows nothing of Rust or OpenAPI.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::format::MARKER;

/// What an unfinished run leaves behind; the next one removes it.
const UNFINISHED: &str = ".unfinished";

/// What has to happen to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is not there yet.
    Add,
    /// It has another text.
    Change,
    /// It was generated once, and is not any more.
    Remove,
}

/// One file that is not as it should be.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// What has to happen.
    pub action: Action,
    /// Path below the folder, with `/`.
    pub path: String,
    old: String,
    new: String,
}

impl FileChange {
    /// The difference in the unified format, from what is there to what should be.
    #[must_use]
    pub fn diff(&self) -> String {
        TextDiff::from_lines(&*self.old, &*self.new)
            .unified_diff()
            .context_radius(3)
            .header(&format!("{} (there)", self.path), &format!("{} (wanted)", self.path))
            .to_string()
    }
}

/// The difference between a folder and what should be in it.
#[derive(Clone, Debug)]
pub struct Plan {
    folder: PathBuf,
    changes: Vec<FileChange>,
    leftovers: Vec<PathBuf>,
}

impl Plan {
    /// Compares a folder with the files that should be in it.
    ///
    /// # Errors
    /// The folder cannot be read, or a file that was not generated is in the way.
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

    /// What has to happen, by path. Empty if everything is up to date.
    #[must_use]
    pub fn changes(&self) -> &[FileChange] {
        &self.changes
    }

    /// How many files need an action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// Does it.
    ///
    /// # Errors
    /// The first thing that the file system refused. Whatever happens, each file is the old one or the new one.
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
                // What could not be written cannot be removed either; the next run tries again.
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

    /// Folders that hold nothing any more. `remove_dir` refuses those that do.
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

/// Whether a text says in its first lines that it was generated.
fn is_generated(text: &str) -> bool {
    text.lines().take(3).any(|line| line.contains(MARKER))
}

fn read(
    folder: &Path,
    prefix: String,
    present: &mut BTreeMap<String, Vec<u8>>,
    leftovers: &mut Vec<PathBuf>,
) -> io::Result<()> {
    // What Cargo builds, and what other tools keep for themselves, may be below a crate. It is much, and not ours.
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
        // Links are not followed: what they lead to is not ours.
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
    let message =
        format!("{} exists and has no mark of generated code. Move it, or choose another folder", path.display());
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

fn at(path: &Path) -> impl Fn(io::Error) -> io::Error + '_ {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
