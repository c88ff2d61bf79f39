//! `cargo xtask coverage`: what the specification has of every published page.
//!
//! In: the directory of pages and the specification. Out: the report of [`super::report`], as text for a terminal or as
//! Markdown. Decides nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Counts, Covered, Group, Page, Report};
use crate::spec::{self, Failure, SPEC, read};
use clap::{Args, ValueEnum};

const DIRECTORY: &str = "spec/directory.yaml";

/// Where a file for people has the tables.
const OPENING: &str = "<!-- made by `cargo xtask coverage --write`: begin -->";
const CLOSING: &str = "<!-- made by `cargo xtask coverage --write`: end -->";

/// Show what the specification has of every published page, what it lacks, and how sure it is.
///
/// Fails if a page of spec/directory.yaml is neither covered nor waived with a reason, if an operation is on no page,
/// or if the directory names something that is not there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask coverage
  cargo xtask coverage --format markdown
  cargo xtask coverage --write spec/COVERAGE.md    # between the two markers of that file")]
pub(crate) struct Arguments {
    /// How to write it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Put the Markdown into this file, between its two markers, instead of printing it.
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    write: Option<PathBuf>,
    /// Another specification [default: spec/flighthub2.yaml].
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Another directory of pages [default: spec/directory.yaml].
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Page by page, for a terminal.
    Text,
    /// Tables, for a file.
    Markdown,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    report(arguments).unwrap_or_else(Failure::report)
}

fn report(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let directory = read(arguments.directory.as_deref(), DIRECTORY)??;
    let specification = read(arguments.spec.as_deref(), SPEC)??;
    let report = super::report(&directory, &specification)?;
    match (&arguments.write, arguments.format) {
        (Some(file), _) => replace_block(file, &markdown(&report))?,
        (None, Format::Text) => print!("{}", text(&report)),
        (None, Format::Markdown) => print!("{}", markdown(&report)),
    }
    for problems in &report.problems {
        spec::Format::Text.report(problems);
    }
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Replaces what stands between the two markers.
fn replace_block(file: &Path, markdown: &str) -> Result<(), String> {
    let name = file.display();
    let old = fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let parts = old.split_once(OPENING).and_then(|(before, rest)| Some((before, rest.split_once(CLOSING)?.1)));
    let Some((before, after)) = parts else {
        return Err(format!("{name} has no place for the tables; add these two lines:\n{OPENING}\n{CLOSING}"));
    };
    let new = format!("{before}{OPENING}\n\n{markdown}\n{CLOSING}{after}");
    if new == old {
        println!("up to date: {name}");
        return Ok(());
    }
    fs::write(file, new).map_err(|error| format!("{name} cannot be written: {error}"))?;
    println!("changed {name}");
    Ok(())
}

fn text(report: &Report) -> String {
    let mut text = format!("{}\n", report.title);
    for group in &report.groups {
        text += &format!("\n{}: {}\n", group.name, confidence(group.counts));
        for page in &group.pages {
            let state = match &page.covered {
                Covered::Operations(_) => "call   ",
                Covered::Places(_) => "text   ",
                Covered::Waived(..) => "waived ",
                Covered::Missing => "MISSING",
            };
            text += &format!("  {state}  {}: {}\n", page.title, in_words(&page.covered));
            for gap in gaps(page) {
                text += &format!("             gaps: {gap}\n");
            }
        }
    }
    if !report.unlisted.is_empty() {
        text += &format!("\nOn no page: {}\n", confidence(report.unlisted_counts));
        for entry in &report.unlisted {
            text += &format!("  {}: {}\n", in_words(&entry.covered), entry.reason);
        }
    }
    let totals = Totals::of(report.groups.iter().flat_map(|group| &group.pages));
    let Totals { pages, covered, waived, missing, calls } = totals;
    let calls = calls + unlisted_calls(report);
    text += &format!(
        "\n{pages} pages: {covered} covered, {waived} waived, {missing} missing; {calls} operations\n{}\n",
        confidence(report.total)
    );
    text
}

fn confidence(counts: Counts) -> String {
    let Counts { documented, observed, inferred } = counts;
    format!("{documented} documented, {observed} observed, {inferred} inferred")
}

fn in_words(covered: &Covered) -> String {
    match covered {
        Covered::Operations(operations) => {
            let each: Vec<_> = operations.iter().map(|(id, mark)| format!("{id} ({})", mark.as_str())).collect();
            each.join(", ")
        }
        Covered::Places(places) => places.join(", "),
        Covered::Waived(reason, places) if places.is_empty() => reason.clone(),
        Covered::Waived(reason, places) => format!("{reason} From other sources: {}", places.join(", ")),
        Covered::Missing => "neither covered nor waived".to_owned(),
    }
}

/// What is known to be missing, and the address if it is.
fn gaps(page: &Page) -> Vec<String> {
    let mut gaps = page.gaps.clone();
    if page.address.is_none() {
        gaps.push("The address of the page.".to_owned());
    }
    gaps
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    pages: usize,
    covered: usize,
    waived: usize,
    missing: usize,
    calls: usize,
}

impl Totals {
    fn of<'p>(pages: impl IntoIterator<Item = &'p Page>) -> Self {
        let mut totals = Self::default();
        for page in pages {
            totals.pages += 1;
            match &page.covered {
                Covered::Operations(operations) => {
                    totals.covered += 1;
                    totals.calls += operations.len();
                }
                Covered::Places(_) => totals.covered += 1,
                Covered::Waived(..) => totals.waived += 1,
                Covered::Missing => totals.missing += 1,
            }
        }
        totals
    }
}

fn unlisted_calls(report: &Report) -> usize {
    let calls = |covered: &Covered| if let Covered::Operations(operations) = covered { operations.len() } else { 0 };
    report.unlisted.iter().map(|entry| calls(&entry.covered)).sum()
}

fn markdown(report: &Report) -> String {
    let mut text = String::from(
        "| group | pages | covered | waived | operations | documented | observed | inferred |\n\
         | --- | --: | --: | --: | --: | --: | --: | --: |\n",
    );
    for group in &report.groups {
        row(&mut text, &group.name, Totals::of(&group.pages), group.counts);
    }
    let others = Totals { calls: unlisted_calls(report), ..Totals::default() };
    if !report.unlisted.is_empty() {
        row(&mut text, "on no page", others, report.unlisted_counts);
    }
    let mut totals = Totals::of(report.groups.iter().flat_map(|group| &group.pages));
    totals.calls += others.calls;
    row(&mut text, "**all**", totals, report.total);
    text += "\nWhat is counted is an operation, a parameter, a schema, a property, a server or an error code. One that \
             several\ngroups share counts in each of them, and once in all.\n\n\
             <details>\n<summary>Page by page</summary>\n\n\
             | page | in the specification | not in it |\n| --- | --- | --- |\n";
    for Group { name, pages, .. } in &report.groups {
        let _ = writeln!(text, "| **{}** | | |", cell(name));
        for page in pages {
            let title = match &page.address {
                Some(address) => format!("[{}]({address})", cell(&page.title)),
                None => cell(&page.title),
            };
            let chinese = page.chinese.iter().map(|chinese| format!(" {}", cell(chinese))).collect::<String>();
            let has = match &page.covered {
                Covered::Operations(operations) => {
                    let each: Vec<_> =
                        operations.iter().map(|(id, mark)| format!("`{id}`, {}", mark.as_str())).collect();
                    each.join("; ")
                }
                Covered::Places(places) => code(places),
                Covered::Waived(_, places) if !places.is_empty() => format!("from other sources: {}", code(places)),
                Covered::Waived(..) => String::new(),
                Covered::Missing => "**missing**".to_owned(),
            };
            let reason = if let Covered::Waived(reason, _) = &page.covered { Some(cell(reason)) } else { None };
            let gaps: Vec<_> = reason.into_iter().chain(page.gaps.iter().map(|gap| cell(gap))).collect();
            let _ = writeln!(text, "| {title}{chinese} | {has} | {} |", gaps.join(" "));
        }
    }
    text + "\n</details>\n"
}

fn row(text: &mut String, name: &str, totals: Totals, counts: Counts) {
    let Totals { pages, covered, waived, calls, .. } = totals;
    let Counts { documented, observed, inferred } = counts;
    let _ = writeln!(
        text,
        "| {} | {pages} | {covered} | {waived} | {calls} | {documented} | {observed} | {inferred} |",
        cell(name)
    );
}

fn code(names: &[String]) -> String {
    let each: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    each.join(", ")
}

/// A text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
