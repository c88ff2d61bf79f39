"""What the judges of the generator have in common: `corpus/` and `spector/`."""

import os
import pathlib
import shutil
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def same(expected, actual):
    """Equality of JSON: 1 and 1.0 are the same number, true and 1 are not."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(value, actual[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return expected == actual


def write_package(folder, name, source, dependencies=(), features=()):
    """Writes a package that uses generated code. `source` are the files of `src`; the others are dependencies besides
    the runtime and serde, and features of the runtime."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    runtime = REPOSITORY / "generated-client/runtime"
    given = ", ".join(f'"{feature}"' for feature in features)
    lines = [
        "[package]",
        f'name = "{name}"',
        'version = "0.0.0"',
        'edition = "2024"',
        "publish = false",
        "",
        "[dependencies]",
        f'flighthub2-runtime = {{ path = "{runtime}", default-features = false, features = [{given}] }}',
        'serde = { version = "1", features = ["derive"] }',
        *dependencies,
    ]
    (folder / "Cargo.toml").write_text("\n".join(lines) + "\n")
    for file, text in source.items():
        (folder / "src" / file).write_text(text)


def write_workspace(folder, members):
    """Makes a folder a workspace, with the versions that the repository is tested with; Cargo drops those that are not
    needed here."""
    text = f'[workspace]\nresolver = "3"\nmembers = ["{members}"]\n\n[profile.dev]\ndebug = false\n'
    (folder / "Cargo.toml").write_text(text)
    shutil.copy(REPOSITORY / "Cargo.lock", folder / "Cargo.lock")


def cargo(folder, target, *arguments):
    """Runs Cargo in a workspace that `write_workspace` has made."""
    environment = dict(os.environ, CARGO_TARGET_DIR=str(target), CARGO_INCREMENTAL="0")
    command = ["cargo", *arguments, "--offline", "--quiet"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def places(message):
    """Where a message of the compiler is about: its primary spans, and the uses of macros that they come from."""
    for span in message["spans"]:
        if span["is_primary"]:
            while span:
                yield span
                span = span["expansion"] and span["expansion"]["span"]
