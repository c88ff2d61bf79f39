"""Lets generated code send every scenario of Spector, and compares the result with expected_failures.tsv.

`./run` installs Spector and calls this program. It generates a client of each converted specification, compiles them as
one program, sends all calls to the mock server of Spector, and writes RESULTS.md. A scenario passes if the server accepts
each of its calls and the generated code reads each response, which it must encode again as it was.
"""

import argparse
import base64
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from harness import REPOSITORY, cargo, places, same, write_package, write_workspace

PORT = 3917


# --- Generated code ---------------------------------------------------------------------------------------------------


def generate(arguments, name):
    """Generates one client. Returns the errors of the generator; none if there is a client."""
    out = arguments.work / "generated" / name
    command = [arguments.xtask, "gen", "--spec", arguments.work / "prepared/openapi" / f"{name}.json"]
    command += ["--out", out, "--format", "json"]
    finished = subprocess.run(command, capture_output=True, text=True)
    problems = [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]
    errors = [problem for problem in problems if problem["severity"] == "error"]
    if finished.returncode and not errors:
        sys.exit(f"{name}: {finished.stderr}")
    return errors


def write_clients(path, generated, names):
    """Writes the modules of the clients, and their names."""
    modules = [
        f'#[path = "{generated / name / "mod.rs"}"]\n#[allow(dead_code, unused_imports)]\nmod {name};\n' for name in names
    ]
    path.write_text("".join(modules) + f"each_client! {{ {' '.join(names)} }}\n")


def build(arguments, names):
    """Compiles the driver with the clients of these documents. Returns the program, and what was not compiled."""
    folder = arguments.work / "driver"
    generated = arguments.work / "generated"
    target = arguments.work / "driver-target"
    dependencies = [
        'serde_json = "1"',
        'tokio = { version = "1", default-features = false, features = ["macros", "rt", "net", "time"] }',
    ]
    source = {"main.rs": (HERE / "driver.rs").read_text()}
    write_package(folder / "program", "spector-driver", source, dependencies, ["reqwest"])
    write_workspace(folder, "program")
    clients = folder / "program/src/clients.rs"
    broken = {}
    while True:
        names = [name for name in names if name not in broken]
        write_clients(clients, generated, names)
        finished = cargo(folder, target, "build", "--message-format=json")
        if finished.returncode == 0:
            return target / "debug/spector-driver", broken
        found = compile_errors(finished.stdout)
        if not found:
            sys.exit(f"the driver does not compile:\n{finished.stderr}\n{finished.stdout[-3000:]}")
        broken.update(found)


def compile_errors(output):
    """Errors of the compiler by document."""
    found = {}
    for line in output.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-message" or message["message"]["level"] != "error":
            continue
        message = message["message"]
        for span in places(message):
            module = re.search(r"/generated/(s_\w+)/", span["file_name"])
            if module:
                found.setdefault(module[1], message["message"])
                break
    return found


# --- Wire -------------------------------------------------------------------------------------------------------------


def exchange(arguments, program):
    """Sends all cases to the mock server. Returns the outcome of each, and the scenarios that the server saw pass."""
    command = [arguments.node, HERE / "server.mjs", arguments.modules, str(PORT)]
    server = subprocess.Popen(
        command, cwd=arguments.work, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        for line in server.stdout:
            if line.strip() == "ready":
                break
        else:
            sys.exit("the mock server did not start")
        # The server writes what it thinks of each call; unread, it would wait.
        log = (arguments.work / "server.log").open("w")
        threading.Thread(target=lambda: [log.write(line) for line in server.stdout], daemon=True).start()
        cases = arguments.work / "prepared/cases.json"
        finished = subprocess.run([program, cases], capture_output=True, text=True, timeout=600)
        if finished.returncode:
            sys.exit(f"the driver failed: {finished.stderr}")
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/.coverage") as response:
            coverage = json.load(response)
    finally:
        server.stdin.close()
        server.wait(timeout=30)
    outcomes = {}
    for line in finished.stdout.splitlines():
        one = json.loads(line)
        outcomes[one["scenario"], one["index"]] = one["outcome"]
    passed = {name for report in coverage for name, result in report["results"].items() if result == "pass"}
    return outcomes, passed


def problem_of(case, outcome):
    """Why a call has not passed; None if it has."""
    if outcome["problem"]:
        return outcome["problem"]
    response = case["response"]
    if response["status"] >= 400:
        if outcome["status"] == response["status"]:
            return None
        return f"status {response['status']} expected: {outcome['error'] or 'success'}"
    if outcome["error"]:
        return outcome["error"]
    body = response.get("body")
    # A response without content for the generated code is not read.
    if body and case["has_content"]:
        raw = base64.b64decode(body["base64"])
        readings = [body["base64"]]
        if "json" in body:
            readings.append(body["json"])
        try:
            readings.append(raw.decode())
        except UnicodeDecodeError:
            pass
        if not any(same(reading, outcome["output"]) for reading in readings):
            return f"read and encoded again: {json.dumps(outcome['output'])}, not {raw[:200]!r}"
    return None


# --- Report -----------------------------------------------------------------------------------------------------------

NOT_CONVERTIBLE = "not convertible"


def judge(arguments, prepared, refused, broken, outcomes, passed):
    """The result of each scenario: (area, scenario, result, reason)."""
    for area in prepared:
        scenarios = collections.defaultdict(list)
        for case in area["cases"]:
            scenarios[case["scenario"]].append(case)
        for scenario, cases in scenarios.items():
            yield (area["area"], scenario, *judge_one(scenario, cases, refused, broken, outcomes, passed))


def judge_one(scenario, cases, refused, broken, outcomes, passed):
    for case in cases:
        document = case.get("document")
        if not document:
            return NOT_CONVERTIBLE, f"OpenAPI has no operation for {case['method']} {case['uri']}"
    for case in cases:
        document = case["document"]
        if document in refused:
            return "refused", "; ".join(sorted({f"{error['code']}: {error['message']}" for error in refused[document]}))
        if document in broken:
            return "not compiled", broken[document]
    for case in cases:
        problem = problem_of(case, outcomes[scenario, case["index"]])
        if problem:
            return "fail", shortened(problem)
    if scenario not in passed:
        return "fail", "the server did not see all of the scenario"
    return "pass", ""


def shortened(text):
    """A reason on one line, without what is different in each run and without what nobody reads."""
    text = " ".join(text.replace(str(REPOSITORY), "").split())
    text = re.sub(r"[A-Za-z0-9+/=]{80,}|(?:\d+, ){20,}", "…", text)
    return text if len(text) <= 300 else text[:299] + "…"


def expected():
    path = HERE / "expected_failures.tsv"
    if not path.exists():
        return {}
    rows = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    return {row[0]: row[1] for row in rows}


def explanations():
    """Why scenarios do not pass, as pairs of a pattern of names and a sentence."""
    rows = (HERE / "explained.tsv").read_text().splitlines()[1:]
    return [tuple(row.split("\t")) for row in rows]


def explanation(scenario, explained):
    return next((why for pattern, why in explained if re.fullmatch(pattern, scenario)), None)


def bodies(prepared, outcomes):
    """How many response bodies of successful calls the generated code has read, and how many it has not."""
    count = collections.Counter()
    for case in (case for area in prepared for case in area["cases"]):
        outcome = outcomes.get((case["scenario"], case["index"]))
        if outcome and not (outcome["problem"] or outcome["error"]) and case["response"].get("body"):
            count[case["has_content"]] += 1
    return count[True], count[False]


def report(results, explained, read, unread):
    by_area = collections.defaultdict(collections.Counter)
    for area, _, result, _ in results:
        by_area[area][result] += 1
    kinds = ["pass", "fail", "refused", "not compiled", NOT_CONVERTIBLE]
    total = collections.Counter(result for _, _, result, _ in results)
    convertible = len(results) - total[NOT_CONVERTIBLE]
    lines = [
        "# Spector",
        "",
        "Scenarios of Spector that generated code sends, by area. Written by `spec/judges/spector/run --write`.",
        "",
        f"{total['pass']} of {convertible} convertible scenarios pass ({100 * total['pass'] / convertible:.1f} %); "
        f"{total[NOT_CONVERTIBLE]} of {len(results)} are not convertible.",
        f"Of the response bodies of successful calls, {read} were decoded and encoded again, {unread} have no encoding.",
        "",
        f"| area | {' | '.join(kinds)} |",
        f"| --- |{' ---: |' * len(kinds)}",
    ]
    for area, counts in [*sorted(by_area.items()), ("**all**", total)]:
        lines.append(f"| {area} | {' | '.join(str(counts[kind] or '') for kind in kinds)} |")
    why = collections.Counter()
    for _, scenario, result, reason in results:
        if result == "refused":
            why[f"The generator refuses the document: {reason}."] += 1
        elif result != "pass":
            why[explanation(scenario, explained) or f"Not explained: {scenario}: {reason}"] += 1
    lines += ["", "## Failures", "", "| scenarios | reason |", "| ---: | --- |"]
    lines += [f"| {number} | {text.replace('|', chr(92) + '|')} |" for text, number in why.most_common()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node", type=pathlib.Path, required=True)
    parser.add_argument("--modules", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--xtask", type=pathlib.Path, required=True)
    parser.add_argument("--write", action="store_true", help="accept: write RESULTS.md and expected_failures.tsv")
    arguments = parser.parse_args()
    for key in ("node", "modules", "work", "xtask"):
        setattr(arguments, key, getattr(arguments, key).resolve())

    arguments.work.mkdir(parents=True, exist_ok=True)
    out = arguments.work / "prepared"
    prepare = [arguments.node, HERE / "prepare.mjs", arguments.modules, out, f"http://localhost:{PORT}"]
    subprocess.run(prepare, check=True, cwd=arguments.work)
    prepared = json.loads((out / "cases.json").read_text())

    shutil.rmtree(arguments.work / "generated", ignore_errors=True)
    names = [name for area in prepared for name in area["documents"]]
    refused = {name: errors for name in names if (errors := generate(arguments, name))}
    program, broken = build(arguments, [name for name in names if name not in refused])
    outcomes, passed = exchange(arguments, program)
    results = list(judge(arguments, prepared, refused, broken, outcomes, passed))

    failures = [(scenario, result, reason) for _, scenario, result, reason in results if result != "pass"]
    lines = ["\t".join(row) for row in [("scenario", "result", "reason"), *sorted(failures)]]
    text = "".join(line + "\n" for line in lines)
    (arguments.work / "failures.tsv").write_text(text)
    explained = explanations()
    summary = report(results, explained, *bodies(prepared, outcomes))
    print(summary)
    unexplained = [row[0] for row in failures if row[1] != "refused" and not explanation(row[0], explained)]
    if unexplained:
        sys.exit("\n".join(["explain these in explained.tsv:", *unexplained]))
    if arguments.write:
        (HERE / "RESULTS.md").write_text(summary)
        (HERE / "expected_failures.tsv").write_text(text)
        return
    before = expected()
    now = {scenario: result for scenario, result, _ in failures}
    changes = [f"{name}: {before.get(name, 'pass')} before, {now.get(name, 'pass')} now" for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
    if changes:
        sys.exit("\n".join(["the results have changed; accept them with `--write`:", *changes]))


if __name__ == "__main__":
    main()
