//! The files stage: token streams in, formatted text out.
//!
//! Every file opens with a line that tells how it was made. By that line [`crate::disk`] knows the files it may replace.

use std::collections::BTreeMap;
use std::thread;

use serde_json::{Map, Value};

use crate::emit::Content;

/// The word by which a generated file is recognised. Other tools know it, too.
pub(crate) const MARKER: &str = "@generated";

/// The texts of all files.
///
/// # Errors
/// The paths of files whose tokens are not Rust, with the reason: a fault of the emit stage.
pub(crate) fn format(files: BTreeMap<String, Content>, made_by: &str) -> Result<BTreeMap<String, String>, Vec<String>> {
    let opening = format!("{MARKER} by {made_by}");
    // Formatting is the longest part of a run, and tokens cannot leave their thread: texts can.
    let mut work: Vec<(String, Work)> = files
        .into_iter()
        .map(|(path, content)| match content {
            Content::Rust(tokens) => (path, Work::Rust(tokens.to_string())),
            Content::Json(value) => (path, Work::Json(value)),
        })
        .collect();
    work.sort_by_key(|(_, work)| std::cmp::Reverse(work.size()));
    let (even, odd): (Vec<_>, Vec<_>) = work.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let each = |part: Vec<(usize, (String, Work))>| -> Vec<(String, Result<String, String>)> {
        part.into_iter().map(|(_, (path, work))| (path, work.text(&opening))).collect()
    };
    let formatted = thread::scope(|scope| {
        let other = scope.spawn(|| each(odd));
        let mut formatted = each(even);
        match other.join() {
            Ok(more) => formatted.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        formatted
    });
    let mut texts = BTreeMap::new();
    let mut faults = Vec::new();
    for (path, text) in formatted {
        match text {
            Ok(text) => {
                texts.insert(path, text);
            }
            Err(fault) => faults.push(format!("{path}: {fault}")),
        }
    }
    if faults.is_empty() {
        Ok(texts)
    } else {
        faults.sort();
        Err(faults)
    }
}

enum Work {
    Rust(String),
    Json(Value),
}

impl Work {
    fn size(&self) -> usize {
        match self {
            Self::Rust(text) => text.len(),
            Self::Json(_) => 0,
        }
    }

    fn text(self, opening: &str) -> Result<String, String> {
        match self {
            Self::Rust(tokens) => {
                let file = syn::parse_file(&tokens).map_err(|error| error.to_string())?;
                Ok(format!("// {opening}\n\n{}", with_blank_lines(file)))
            }
            Self::Json(value) => {
                let mut object = Map::new();
                object.insert("$comment".to_owned(), opening.into());
                match value {
                    Value::Object(members) => object.extend(members),
                    other => {
                        object.insert("allOf".to_owned(), Value::Array(vec![other]));
                    }
                }
                let text = serde_json::to_string_pretty(&Value::Object(object)).map_err(|error| error.to_string())?;
                Ok(text + "\n")
            }
        }
    }
}

/// The file with an empty line between its items, as people write it.
fn with_blank_lines(mut file: syn::File) -> String {
    let items = std::mem::take(&mut file.items);
    // What is left is the documentation of the file.
    let mut text = prettyplease::unparse(&file);
    let mut after_short = false;
    for item in items {
        let short = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
        if !(text.is_empty() || after_short && short) {
            text.push('\n');
        }
        file.attrs.clear();
        file.items = vec![item];
        text.push_str(&prettyplease::unparse(&file));
        after_short = short;
    }
    text
}
