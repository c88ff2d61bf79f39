//! The format stage: tasks in, formatted text out.
//!
//! Every file begins with a header that says how it was generated. By that header [`mod@crate::write`] recognises the files
//! that it may replace.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use crate::emit::{Content, LINE_END, Task};
use crate::rustdoc::ROOT;

/// The word by which a generated file is recognised. Other tools know it, too.
pub(crate) const MARKER: &str = "@generated";

/// Making and formatting files is most of a run. What comes out does not depend on these numbers. A worker has memory of
/// its own that it touches first, so one for a few files takes longer than it saves.
const MOST_WORKERS: usize = 4;
const FILES_OF_A_WORKER: usize = 32;

/// The texts of all files, by path.
///
/// # Errors
/// The paths of files whose tokens are not Rust, and of files that would take the place of another one, with the reason:
/// faults of the stages before.
pub(crate) fn format<'a>(
    tasks: &'a [Task<'a>],
    emit: impl Fn(&'a Task<'a>) -> Content<'a> + Sync,
    generated_by: &str,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    let opening = format!("{MARKER} by {generated_by}");
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made: Vec<(String, Result<String, String>)> = Vec::new();
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            made.push((task.path.clone(), text(emit(task), &opening, &root(&task.path))));
        }
        made
    };
    let workers = (tasks.len() / FILES_OF_A_WORKER).clamp(1, MOST_WORKERS);
    let made = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for other in others {
            match other.join() {
                Ok(more) => made.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        made
    });
    let mut faults = taken_twice(tasks);
    let mut texts = BTreeMap::new();
    for (path, text) in made {
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

/// Files of which there is another one, for file systems that take capitals for small letters, too. Which of them is
/// written would depend on which is made last.
fn taken_twice(tasks: &[Task<'_>]) -> Vec<String> {
    let mut taken: HashMap<String, &str> = HashMap::new();
    let second = tasks.iter().filter_map(|task| {
        let first = taken.insert(task.path.to_lowercase(), &task.path)?;
        Some(format!("{}: this file would take the place of {first}", task.path))
    });
    second.collect()
}

/// The path from the module of a file to the root of the client.
fn root(path: &str) -> String {
    match path {
        "mod.rs" => "self::".to_owned(),
        path => "super::".repeat(1 + path.matches('/').count()),
    }
}

fn text(content: Content<'_>, opening: &str, root: &str) -> Result<String, String> {
    match content {
        Content::Rust(parts) => {
            let mut text = Text { text: format!("// {opening}\n\n"), begins: true, after_short: false };
            for part in parts {
                text.push(syn::parse2(part).map_err(|error| error.to_string())?);
            }
            Ok(text.text.replace(ROOT, root))
        }
        Content::Yaml(yaml) => Ok(format!("# {opening}\n{yaml}")),
        Content::Json(schema) => {
            let schema = WithComment { comment: opening, schema: &schema };
            let text = serde_json::to_string_pretty(&schema).map_err(|error| error.to_string())?;
            Ok(text + "\n")
        }
    }
}

/// A JSON Schema with a comment before everything else.
struct WithComment<'a> {
    comment: &'a str,
    schema: &'a Value,
}

impl Serialize for WithComment<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("$comment", self.comment)?;
        match self.schema.as_object() {
            Some(members) => members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?,
            // A schema of true or false.
            None => map.serialize_entry("allOf", &[self.schema])?,
        }
        map.end()
    }
}

/// A file with an empty line between its items, as people write it.
struct Text {
    text: String,
    /// Whether nothing is in it yet.
    begins: bool,
    /// Whether the last item was one of those that stand close together.
    after_short: bool,
}

impl Text {
    fn push(&mut self, mut file: syn::File) {
        let items = std::mem::take(&mut file.items);
        // What is left is the documentation of the file.
        self.push_lines(&prettyplease::unparse(&file));
        for item in items {
            let short = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
            if !(self.begins || self.after_short && short) {
                self.text.push('\n');
            }
            file.attrs.clear();
            file.items = vec![item];
            self.push_lines(&prettyplease::unparse(&file));
            self.after_short = short;
        }
    }

    /// Adds a text, with each line of its documentation on a line.
    fn push_lines(&mut self, text: &str) {
        self.begins &= text.is_empty();
        for line in text.split_inclusive('\n') {
            let mut lines = line.split(LINE_END);
            let first = lines.next().unwrap_or_default();
            self.text.push_str(first);
            // Before the first line there are the indentation and `///` or `//!`.
            let opening = first.len() - first.trim_start().len() + "///".len();
            for line in lines {
                self.text.push('\n');
                self.text.push_str(first.get(..opening).unwrap_or_default());
                self.text.push_str(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_takes_the_place_of_another() {
        let made = |paths: &[&str]| {
            let tasks: Vec<Task<'_>> = paths.iter().map(|path| Task::at(path)).collect();
            format(&tasks, |task| Content::Yaml(&task.path), "a test")
        };
        let texts = made(&["a.json", "b/a.json", "ab.json"]).unwrap();
        assert_eq!(texts.len(), 3);
        assert_eq!(texts["a.json"], "# @generated by a test\na.json");
        let fault = |second: &str, first: &str| format!("{second}: this file would take the place of {first}");
        assert_eq!(made(&["a.json", "b.json", "a.json"]), Err(vec![fault("a.json", "a.json")]));
        assert_eq!(made(&["b/Ab.json", "b/aB.json"]), Err(vec![fault("b/aB.json", "b/Ab.json")]));
    }
}
