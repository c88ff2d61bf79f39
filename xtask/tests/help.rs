//! The help of every command explains it, with valid examples.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every command with its line of the list.
fn commands(help: &str) -> Vec<(&str, &str)> {
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let list = list.lines().take_while(|line| !line.is_empty()).map(str::trim);
    let commands = list.map(|line| line.split_once(' ').unwrap());
    commands.filter(|(name, _)| *name != "help").map(|(name, about)| (name, about.trim())).collect()
}

/// The words of a line, split as in a shell.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap();
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn without_a_command_all_commands_are_listed() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    let listed = String::from_utf8(output.stderr).unwrap();
    let commands = commands(&listed);
    for known in ["gen", "new", "coverage", "mock"] {
        assert!(commands.iter().any(|(name, _)| *name == known), "no {known} in {listed}");
    }
    for (name, about) in commands {
        assert!(about.len() > 20, "{name} is not explained: {about:?}");
        assert!(listed.contains(&format!("\n  cargo xtask {name}")), "no example of {name} in {listed}");
    }
}

#[test]
fn every_command_has_valid_examples() {
    let all = stdout(&["--help"]);
    for (name, _) in commands(&all) {
        let help = stdout(&[name, "--help"]);
        let (_, examples) =
            help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{name} has no `Examples:`\n{help}"));
        let examples: Vec<_> = examples.lines().filter(|line| !line.trim().is_empty()).collect();
        assert!(!examples.is_empty(), "{help}");
        for example in examples {
            let words = words(example);
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let ["cargo", "xtask", command, rest @ ..] = words.as_slice() else { panic!("{name}: {example:?}") };
            assert_eq!(*command, name, "{example}");
            // A trailing `--help` prevents any effect, but the preceding arguments are parsed.
            stdout(&[&[name], rest, &["--help"]].concat());
        }
    }
}

#[test]
fn an_unknown_option_is_reported_before_the_help() {
    assert_eq!(run(&["gen", "--chekc", "--help"]).status.code(), Some(2));
    assert_eq!(run(&["new", "get", "/x", "--scope", "planet", "--help"]).status.code(), Some(2));
}
