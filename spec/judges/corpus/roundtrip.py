"""Component schemas of the corpus: values that are made from a schema, and are valid by an independent validator, are
decoded by the generated type, encoded again and validated again.

`./roundtrip` calls this program after `./run`. It takes the documents of the corpus in the order of their hashes until their
types have `--lines` lines. The results of a document are kept in `roundtrip-results` of the work folder until its types
or this program change, so an interrupted run goes on where it stopped.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

from jsonschema.validators import extend
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

import corpus
from harness import cargo, same, write_package, write_workspace

HERE = pathlib.Path(__file__).resolve().parent
# How many lines of types are compiled, of about three millions, and how many at once.
LINES = 40_000
BATCH = 40_000
# Values with more levels than this are cut: schemas can be recursive.
DEPTH = 6
# Characters of a difference in the table.
LENGTH = 240

TEXTS = {
    "date-time": "2024-05-06T07:08:09Z",
    "date": "2024-05-06",
    "uuid": "01234567-89ab-4cde-8f01-23456789abcd",
    "email": "a@example.com",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "byte": "aGVsbG8=",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
}


# Without patterns: the time of a regular expression of a document can grow exponentially.
Validator = extend(OAS30Validator, {"pattern": lambda *_: ()})


# Keywords that do not restrict a value.
ANNOTATIONS = {
    "title", "description", "default", "example", "deprecated", "externalDocs", "nullable", "readOnly", "writeOnly", "xml"
}  # fmt: skip


def is_annotation(schema):
    return all(key in ANNOTATIONS or key.startswith("x-") for key in schema)


class Unmakeable(Exception):
    """A value that this program cannot make, such as a text for a pattern."""


class Maker:
    """Makes values of schemas. `mode`: required properties only, all of them, or null where it is allowed."""

    def __init__(self, document, mode):
        self.document = document
        self.mode = mode

    def resolve(self, schema):
        for _ in range(32):
            if "$ref" not in schema:
                return schema
            if not schema["$ref"].startswith("#/"):
                raise Unmakeable
            at = self.document
            for key in schema["$ref"][2:].split("/"):
                key = key.replace("~1", "/").replace("~0", "~")
                at = at[int(key)] if isinstance(at, list) else at[key]
            schema = at
        raise Unmakeable

    def make(self, schema, depth=0):
        schema = self.resolve(schema)
        if depth > DEPTH:
            raise Unmakeable
        if self.mode == "null" and depth and schema.get("nullable") and "enum" not in schema:
            return None
        if "enum" in schema:
            return schema["enum"][0 if self.mode == "required" else -1]
        for key in ("oneOf", "anyOf"):
            if key in schema:
                variants = schema[key]
                variant = self.make(variants[0 if self.mode == "required" else -1], depth + 1)
                if isinstance(variant, dict) and schema.get("properties"):
                    return {**self.object(schema, depth), **variant}
                return variant
        if "allOf" in schema:
            # A part that is only documentation allows any value, also other members, which are not in the type.
            described = [part for part in schema["allOf"] if not is_annotation(self.resolve(part))]
            parts = [self.make(part, depth + 1) for part in described]
            if not parts:
                return self.make({key: schema[key] for key in schema if key != "allOf"}, depth)
            if all(isinstance(part, dict) for part in parts):
                merged = self.object(schema, depth)
                for part in parts:
                    merged.update(part)
                return merged
            return parts[0]
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if kind == "object":
            return self.object(schema, depth)
        if kind == "array":
            return self.array(schema, depth)
        if kind == "string":
            return self.string(schema)
        if kind in ("integer", "number"):
            return self.number(schema, kind)
        if kind == "boolean":
            return self.mode != "required"
        return {"any": [1, "json", None]}

    def object(self, schema, depth):
        required = schema.get("required", [])
        made = {}
        for name, property_ in schema.get("properties", {}).items():
            if name not in required and self.mode == "required":
                continue
            try:
                made[name] = self.make(property_, depth + 1)
            except Unmakeable:
                if name in required:
                    raise
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and self.mode != "required":
            try:
                made["another key"] = self.make(extra, depth + 1)
            except Unmakeable:
                pass
        return made

    def array(self, schema, depth):
        least = schema.get("minItems", 0)
        count = least if self.mode == "required" else max(least, 1)
        if count > 1 and schema.get("uniqueItems"):
            raise Unmakeable
        try:
            return [self.make(schema.get("items", {}), depth + 1)] * count
        except Unmakeable:
            if least:
                raise
            return []

    def string(self, schema):
        text = TEXTS.get(schema.get("format"), "a text")
        if "format" not in schema or schema["format"] not in TEXTS:
            text += "x" * (schema.get("minLength", 0) - len(text))
            text = text[: schema.get("maxLength", len(text))]
        if isinstance(schema.get("example"), str) and "pattern" in schema:
            text = schema["example"]
        return text

    def number(self, schema, kind):
        value = max(schema.get("minimum", 1), 1 if self.mode != "null" else 0)
        value = min(value, schema.get("maximum", value))
        if schema.get("exclusiveMinimum") is True and value == schema.get("minimum"):
            value += 1
        if "multipleOf" in schema:
            value = schema["multipleOf"]
        return int(value) if kind == "integer" else value + 0.5 if value + 0.5 <= schema.get("maximum", value + 1) else value


def type_name(schema):
    """The name that the generator gives the type of a schema, if no other has the same."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", schema)
    return "".join(word[:1].upper() + word[1:].lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word)


def validator(document, name):
    registry = Registry().with_resource("urn:document", Resource(contents=document, specification=DRAFT4))
    pointer = name.replace("~", "~0").replace("/", "~1").replace("%", "%25")
    schema = {"$ref": f"urn:document#/components/schemas/{pointer}"}
    return Validator(schema, registry=registry, format_checker=oas30_format_checker)


def is_valid(judge, value):
    try:
        return judge.is_valid(value)
    except Exception:
        # A schema that the validator cannot read: a pattern of another dialect, a reference that leads nowhere.
        return False


def cases(name, document, folder):
    """Values of the schemas of a document: (type, schema, value)."""
    types = set()
    for file in folder.glob("types/*.rs"):
        types.update(re.findall(r"^pub (?:struct|enum|type) (\w+)\b(?!<)", file.read_text(), re.M))
    schemas = document.get("components", {}).get("schemas", {})
    names = collections.Counter(map(type_name, schemas))
    for schema in schemas:
        ty = type_name(schema)
        if names[ty] > 1 or ty not in types:
            yield None, schema, None, None
            continue
        judge = validator(document, schema)
        seen = []
        for mode in ("required", "all", "null"):
            try:
                value = Maker(document, mode).make({"$ref": f"#/components/schemas/{schema.replace('~', '~0').replace('/', '~1')}"})
            except (Unmakeable, KeyError, IndexError, TypeError, ValueError):
                continue
            # Null is an `Option` where the type is used.
            if value is not None and value not in seen and is_valid(judge, value):
                seen.append(value)
                yield f"{name}::{ty}", schema, value, judge
        if not seen:
            yield f"{name}::{ty}", schema, None, None


def documents(arguments):
    """The accepted documents in the order of their hashes: (name, path, number of lines of types)."""
    results = [result for result in corpus.load(arguments) if result["state"] in ("taken", "warned")]
    paths = dict(corpus.documents(arguments))
    left = arguments.lines
    for name in sorted((result["name"] for result in results), key=corpus.digest):
        files = (arguments.work / "generated" / name).glob("types/*.rs")
        lines = sum(file.read_bytes().count(b"\n") for file in files)
        if lines <= left:
            left -= lines
            yield name, paths[name], lines


def batches(documents):
    """Documents that are compiled at once."""
    batch, size = [], 0
    for name, path, lines in documents:
        if batch and size + lines > BATCH:
            yield batch
            batch, size = [], 0
        batch.append((name, path))
        size += lines
    if batch:
        yield batch


def build(arguments, worker, names, types):
    """The program that decodes and encodes these types. Of a client only the types are compiled."""
    folder = arguments.work / f"roundtrip-{worker}"
    arms = [f'        "{ty}" => again::<{ty.replace("::", "::types::")}>(value),\n' for ty in sorted(types)]
    table = (
        "".join(f"mod {name};\n" for name in names)
        + "fn round_trip(name: &str, value: Value) -> Result<Value, String> {\n    match name {\n"
        + "".join(arms)
        + '        _ => Err("there is no such type".to_owned()),\n    }\n}\n'
    )
    source = {"main.rs": (HERE / "roundtrip.rs").read_text(), "types.rs": table}
    dependencies = ['serde_json = { version = "1", features = ["float_roundtrip"] }']
    write_package(folder / "program", "roundtrip", source, dependencies)
    for name in names:
        client = arguments.work / "generated" / name
        module = folder / "program/src" / name
        module.mkdir()
        files = [part for part in ("types", "missing") if (client / f"{part}.rs").exists()]
        module.with_suffix(".rs").write_text("".join(f"pub mod {part};\n" for part in files))
        for part in [*(f"{part}.rs" for part in files), "types"]:
            (module / part).symlink_to(client / part)
    write_workspace(folder, "program")
    target = arguments.work / f"roundtrip-target-{worker}"
    finished = cargo(folder, target, "build")
    if finished.returncode:
        sys.exit(f"the program does not compile:\n{finished.stderr[:5000]}")
    return target / "debug/roundtrip"


def without(value, omits):
    """A value without the members that `omits`."""
    if isinstance(value, dict):
        return {key: without(member, omits) for key, member in value.items() if not omits(member)}
    return [without(item, omits) for item in value] if isinstance(value, list) else value


# The differences that spec/README.md explains: the members that an encoded value omits.
OMISSIONS = {
    "omits null": lambda member: member is None,
    "omits an empty list": lambda member: member == [],
    "omits null and an empty list": lambda member: member is None or member == [],
}


def omission(value, encoded):
    """Which of these is the only difference; `None` for another one."""
    for name, omits in OMISSIONS.items():
        if same(without(value, omits), without(encoded, omits)):
            return name


def try_batch(arguments, worker, batch):
    every, results = [], {}
    for name, path in batch:
        counts = results[name] = {"schemas": 0, "values": 0, "untyped": 0, "unmade": 0, "failures": {}}
        tried = set()
        document = json.loads(path.read_bytes())
        for ty, schema, value, judge in cases(name, document, arguments.work / "generated" / name):
            if ty is None:
                counts["untyped"] += 1
            elif judge is None:
                counts["unmade"] += 1
            else:
                every.append((name, ty, schema, value, judge))
                tried.add(schema)
                counts["values"] += 1
        counts["schemas"] = len(tried)
    types = {ty for _, ty, *_ in every}
    with_types = [name for name, _ in batch if any(ty.startswith(f"{name}::") for ty in types)]
    program = build(arguments, worker, with_types, types)
    lines = "".join(json.dumps({"type": ty, "value": value}) + "\n" for _, ty, _, value, _ in every)
    finished = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    encoded = [json.loads(line) for line in finished.stdout.splitlines()]
    for (name, _, schema, value, judge), result in zip(every, encoded, strict=True):
        if text := difference(value, judge, result):
            results[name]["failures"].setdefault(schema, text)
    for name, counts in results.items():
        counts["types"] = digest_of_types(arguments, name)
        results_file(arguments, name).write_text(json.dumps(counts))


def difference(value, judge, result):
    """How an encoded value differs from the given one; `None` if it does not."""
    if "error" in result:
        failure = result["error"]
    elif not is_valid(judge, result["value"]):
        failure = f"encoded as {json.dumps(result['value'])}, which is not valid"
    elif not same(value, result["value"]):
        failure = f"encoded as {json.dumps(result['value'])}"
    else:
        return None
    if "value" in result and (omitted := omission(value, result["value"])):
        return omitted
    text = f"{failure}; given {json.dumps(value)}"
    return text if len(text) < LENGTH else text[: LENGTH - 1] + "…"


def digest_of_types(arguments, name):
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for file in sorted((arguments.work / "generated" / name).glob("types/*.rs")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def results_file(arguments, name):
    return arguments.work / "roundtrip-results" / f"{name}.json"


def results_of(arguments, name):
    """The results of an earlier run for the present types of a document."""
    file = results_file(arguments, name)
    results = json.loads(file.read_text()) if file.exists() else {}
    return results if results.get("types") == digest_of_types(arguments, name) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--lines", type=int, default=LINES, help="how many lines of types are compiled (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="accept the results: write roundtrip.tsv")
    arguments = parser.parse_args()
    arguments.only = None
    arguments.modules, arguments.work = arguments.modules.resolve(), arguments.work.resolve()

    (arguments.work / "roundtrip-results").mkdir(exist_ok=True)
    chosen = list(documents(arguments))
    left = [document for document in chosen if results_of(arguments, document[0]) is None]
    waiting = iter(batches(left))
    lock = threading.Lock()

    def work(worker):
        while True:
            with lock:
                batch = next(waiting, None)
            if batch is None:
                return
            try_batch(arguments, worker, batch)
            print(", ".join(name for name, _ in batch), file=sys.stderr, flush=True)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(work, range(arguments.jobs)))
    results = {name: results_of(arguments, name) for name, *_ in chosen}
    total = {key: sum(counts[key] for counts in results.values()) for key in ("schemas", "values", "untyped", "unmade")}
    failures = {
        (name.removeprefix("d_"), schema): text for name, counts in results.items() for schema, text in counts["failures"].items()
    }
    print(
        f"{len(chosen)} documents: {total['schemas']} component schemas, {total['values']} values; "
        f"those of {len(failures)} schemas change"
    )
    print(
        f"not tried: {total['untyped']} schemas without a type of their own name, {total['unmade']} for which no valid value "
        "was made"
    )
    kinds = collections.Counter(text if text in OMISSIONS else "other" for text in failures.values())
    for kind, number in kinds.most_common():
        print(f"{kind}: {number}")
    tried = {name.removeprefix("d_") for name, *_ in chosen}
    known = corpus.read_table(HERE / "roundtrip.tsv")
    if arguments.write:
        others = [tuple(row) for row in known if row[0] not in tried]
        rows = sorted([*others, *((*key, text) for key, text in failures.items())])
        corpus.write_table(HERE / "roundtrip.tsv", ["document", "schema", "difference"], rows)
        return
    before = {tuple(row[:2]) for row in known if row[0] in tried}
    now = set(failures)
    changes = [f"{'/'.join(key)}: {'changes' if key in now else 'is unchanged'} now" for key in sorted(before ^ now)]
    if changes:
        sys.exit("\n".join(["the results have changed; accept them with `--write`:", *changes]))


if __name__ == "__main__":
    main()
