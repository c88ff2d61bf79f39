//! The format stage: from output files to their formatted text.
//!
//! Every file begins with a header with its origin. [`mod@crate::write`] recognises the files that it may replace by
//! this header.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use crate::emit::{Content, LINE_END, OutputFile};
use crate::rustdoc::ROOT;

/// The marker of a generated file. Code review tools recognise it, too.
pub(crate) const MARKER: &str = "@generated";

/// The maximum number of worker threads, which is also limited by the cores of the machine: a thread without a core slows
/// the others down by its memory. Emitting and formatting files takes most of the time of a run. The output does not depend
/// on the number of workers.
const MAX_WORKERS: usize = 4;

/// The [effort](OutputFile::effort) that justifies a further worker. Each worker allocates its own memory, so a worker
/// for a few items costs more time than it saves.
const EFFORT_PER_WORKER: usize = 100;

/// The texts of all files, by path.
///
/// # Errors
/// The paths of files whose tokens are not valid Rust, and of files that would overwrite another one, each with the reason.
/// Both are bugs of the earlier stages.
pub(crate) fn format<'a>(
    files: &'a [OutputFile<'a>],
    emit: impl Fn(&'a OutputFile<'a>) -> Content<'a> + Sync,
    generated_by: &str,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    let header = format!("{MARKER} by {generated_by}");
    // No worker is left alone with a large file at the end.
    let mut queue: Vec<&OutputFile<'a>> = files.iter().collect();
    queue.sort_by_key(|file| Reverse(file.effort));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut formatted: Vec<(String, Result<String, String>)> = Vec::new();
        while let Some(file) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            formatted.push((file.path.clone(), text(emit(file), &header, &root(&file.path))));
        }
        formatted
    };
    let effort: usize = files.iter().map(|file| file.effort).sum();
    let workers = match (effort / EFFORT_PER_WORKER).clamp(1, MAX_WORKERS) {
        1 => 1,
        workers => thread::available_parallelism().map_or(1, |cores| workers.min(cores.get())),
    };
    let formatted = thread::scope(|scope| {
        let handles: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut formatted = work();
        for handle in handles {
            match handle.join() {
                Ok(more) => formatted.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        formatted
    });
    let mut faults = path_collisions(files);
    let mut texts = BTreeMap::new();
    for (path, text) in formatted {
        match text {
            Ok(text) => {
                texts.insert(path, text);
            }
            Err(fault) => faults.push(format!("{path}: {fault}")),
        }
    }
    faults.sort();
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

/// Reports files with the path of another file, on a case-insensitive file system: one of the two would be lost.
fn path_collisions(files: &[OutputFile<'_>]) -> Vec<String> {
    let mut paths: HashMap<String, &str> = HashMap::new();
    let collisions = files.iter().filter_map(|file| {
        let first = paths.insert(file.path.to_lowercase(), &file.path)?;
        Some(format!("{}: this file would overwrite {first}", file.path))
    });
    collisions.collect()
}

/// The path from the module of a file to the root of the client.
fn root(path: &str) -> String {
    match path {
        "mod.rs" => "self::".to_owned(),
        path => "super::".repeat(1 + path.matches('/').count()),
    }
}

fn text(content: Content<'_>, header: &str, root: &str) -> Result<String, String> {
    match content {
        Content::Rust(parts) => {
            let mut text = Text { text: format!("// {header}\n\n"), is_empty: true, after_short: false };
            for part in parts {
                text.push(syn::parse2(part).map_err(|error| error.to_string())?);
            }
            Ok(text.text.replace(ROOT, root))
        }
        Content::Yaml(yaml) => Ok(format!("# {header}\n{yaml}")),
        Content::Json(members) => {
            let object = WithComment { comment: header, members: &members };
            let text = serde_json::to_string_pretty(&object).map_err(|error| error.to_string())?;
            Ok(text + "\n")
        }
    }
}

/// An object with `$comment` as its first key.
struct WithComment<'a> {
    comment: &'a str,
    members: &'a Map<String, Value>,
}

impl Serialize for WithComment<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$comment", self.comment)?;
        self.members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

/// A Rust file with an empty line between its items.
struct Text {
    text: String,
    /// Whether the file has only its header.
    is_empty: bool,
    /// Whether the last item was an import or a module declaration, which have no empty line in between.
    after_short: bool,
}

impl Text {
    fn push(&mut self, mut file: syn::File) {
        let items = std::mem::take(&mut file.items);
        // Without its items, the file consists of its inner documentation.
        self.push_lines(&prettyplease::unparse(&file));
        for item in items {
            let short = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
            if !(self.is_empty || self.after_short && short) {
                self.text.push('\n');
            }
            file.attrs.clear();
            file.items = vec![item];
            self.push_lines(&prettyplease::unparse(&file));
            self.after_short = short;
        }
    }

    /// Appends text, with the lines of its documentation separated.
    fn push_lines(&mut self, text: &str) {
        self.is_empty &= text.is_empty();
        // The indentation and `///` or `//!` of the documentation that is continued.
        let mut prefix = "";
        for (index, part) in text.split(LINE_END).enumerate() {
            if index > 0 {
                self.text.push('\n');
                self.text.push_str(prefix);
            }
            self.text.push_str(part);
            if index == 0 || part.contains('\n') {
                let line = part.rsplit('\n').next().unwrap_or_default();
                let indentation = line.len() - line.trim_start().len();
                prefix = line.get(..indentation + "///".len()).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_overwrites_another() {
        let formatted = |paths: &[&str]| {
            let files: Vec<OutputFile<'_>> = paths.iter().map(|path| OutputFile::at(path)).collect();
            format(&files, |file| Content::Yaml(&file.path), "a test")
        };
        let texts = formatted(&["a.json", "b/a.json", "ab.json"]).unwrap();
        assert_eq!(texts.len(), 3);
        assert_eq!(texts["a.json"], "# @generated by a test\na.json");
        let fault = |second: &str, first: &str| format!("{second}: this file would overwrite {first}");
        assert_eq!(formatted(&["a.json", "b.json", "a.json"]), Err(vec![fault("a.json", "a.json")]));
        assert_eq!(formatted(&["b/Ab.json", "b/aB.json"]), Err(vec![fault("b/aB.json", "b/Ab.json")]));
    }
}
