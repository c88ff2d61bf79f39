//! The specification of this repository is clean under every rule, and each of these errors is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

use crate::specifications::documents::piece;
use flighthub2_generator::{Code, Dialect, Source, lint};
use serde_yaml::Value;

/// A rule with more suppressions than this is too coarse, and has to be refined.
const MANY: usize = 25;

fn specification() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/flighthub2.yaml")).unwrap()
}

#[test]
fn it_is_clean() {
    let problems = lint(&Source::new("spec/flighthub2.yaml", specification()), Dialect::FlightHub);
    assert!(problems.problems().is_empty(), "{problems}");
}

const TASK: &str = "/paths/~1openapi~1v0.1~1flight-task/post";

type Mistake = (Code, &'static str, &'static str, Option<&'static str>);

/// Typical errors: a place, below an operation or a component, and its value, `None` if it is removed. Exactly this
/// rule reports each of them.
const SLIPS: &[Mistake] = &[
    (Code::MissingDescription, TASK, "/summary", None),
    (Code::MissingDescription, "/components/schemas/TaskStatus", "/description", None),
    (Code::MissingDescription, "/components/schemas/MediaFile", "/properties/size/description", None),
    (Code::MissingDescription, "/components/parameters/TaskUuid", "/description", None),
    (Code::MissingExample, TASK, "/requestBody/content/application~1json/examples", None),
    (Code::MissingExample, TASK, "/responses/200/content/application~1json/examples", None),
    (Code::MissingExample, "/components/schemas/ModelId", "/example", None),
    (Code::MissingExternalDocs, TASK, "/externalDocs", None),
    (Code::MissingSource, TASK, "/x-source", None),
    (Code::MissingUnit, "/components/schemas/CreateFlightTaskBody", "/properties/rth_altitude/x-unit", None),
    (Code::MissingUnit, "/components/schemas/TrackPoint", "/properties/latitude/x-unit", None),
    (Code::InstantUnit, "/components/schemas/CreateFlightTaskBody", "/properties/begin_at/x-unit", None),
    (Code::InstantUnit, "/components/schemas/Wayline", "/properties/update_time/x-unit", Some("rfc3339")),
    (Code::MissingLimits, "/components/schemas/WaylineId", "/format", None),
    (Code::MissingEnumDescriptions, "/components/schemas/RthMode", "/x-enum-descriptions", None),
    (
        Code::BadExample,
        TASK,
        "/requestBody/content/application~1json/examples/createFlightTask/value/rth_altitude",
        Some("8"),
    ),
    (
        Code::BadExample,
        TASK,
        "/requestBody/content/application~1json/examples/createFlightTask/value/rth_hight",
        Some("80"),
    ),
    (
        Code::BadExample,
        TASK,
        "/requestBody/content/application~1json/examples/createFlightTask/value/task_type",
        Some("now"),
    ),
    (Code::BadExample, TASK, "/requestBody/content/application~1json/examples/createFlightTask/value/sn", None),
    (
        Code::BadExample,
        TASK,
        "/responses/200/content/application~1json/examples/createFlightTask/value/data/task_uuid",
        Some("x"),
    ),
    (Code::BadExample, "/components/examples/empty_list", "/value/code", Some("'0'")),
    (Code::BadExample, "/components/parameters/TaskUuid", "/example", Some("5")),
    (Code::EmptyText, TASK, "/summary", Some("TODO")),
    (Code::EmptyText, "/components/schemas/RthMode", "/x-enum-descriptions/0", Some("''")),
    (Code::ChineseText, TASK, "/summary", Some("创建飞行任务")),
    (
        Code::InconsistentName,
        "/components/schemas/ProjectMember",
        "/properties/nick_name",
        Some("{type: string, description: N.}"),
    ),
    (
        Code::PlainIdentifier,
        "/components/schemas/ProjectMember",
        "/properties/user_id",
        Some("{type: string, description: U.}"),
    ),
    (
        Code::UnusedComponent,
        "/components/schemas/Shelf",
        "",
        Some("{type: object, description: S., properties: {a: {type: boolean, description: A.}}}"),
    ),
    (Code::SameSchema, "/components/schemas/RelayPairingStatus", "/enum", Some("[ok, failure]")),
    (Code::ProjectHeader, TASK, "/parameters", None),
    (Code::MissingWarning, TASK, "/description", Some("Creates a flight task.")),
    (Code::UnusedAllow, "/components/schemas/LiveviewRegion", "/x-lint-allow/plain-identifier", Some("Shares.")),
];

/// The place of a pointer; missing mappings on its path are created.
fn place<'v>(value: &'v mut Value, pointer: &str) -> (&'v mut Value, Value) {
    let (parents, last) = pointer.rsplit_once('/').unwrap();
    let unescaped = |token: &str| token.replace("~1", "/").replace("~0", "~");
    let parent = parents.split('/').skip(1).fold(value, |value, token| match value {
        Value::Sequence(items) => &mut items[token.parse::<usize>().unwrap()],
        value => &mut value[unescaped(token)],
    });
    (parent, Value::from(unescaped(last)))
}

#[test]
fn an_error_is_reported_by_its_rule_and_no_other() {
    let whole: Value = serde_yaml::from_str(&specification()).unwrap();
    let specification = part(&whole);
    let clean = lint(&Source::new("spec.yaml", serde_yaml::to_string(&specification).unwrap()), Dialect::FlightHub);
    assert!(clean.problems().is_empty(), "{clean}");
    let halves = SLIPS.split_at(SLIPS.len() / 2);
    let wrong = thread::scope(|scope| {
        let first = scope.spawn(|| reported_otherwise(&specification, halves.0));
        let second = reported_otherwise(&specification, halves.1);
        [first.join().unwrap(), second].concat()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let tried: BTreeSet<Code> = SLIPS.iter().map(|(code, ..)| *code).collect();
    let rules = Code::ALL.iter().filter(|code| code.is_rule());
    assert_eq!(tried, rules.copied().collect(), "a mistake for every rule");
}

/// What the mistakes refer to apart from their owners: a schema that becomes the same, and another use of an id.
const OTHERS: &[&str] = &["/components/schemas/DeviceTaskStatus", "/components/schemas/WorkflowIncident"];

/// The part of the specification that the mistakes are in: linting all of it once for each of them takes ten times as long.
fn part(whole: &Value) -> Value {
    // A component that is added has no owner yet.
    let owners = SLIPS.iter().filter(|(_, _, below, mistake)| !below.is_empty() || mistake.is_none());
    let mut paths: Vec<&Value> = Vec::new();
    let mut part = Value::Null;
    for owner in owners.map(|(_, owner, ..)| owner).chain(OTHERS) {
        if exists(&mut part.clone(), owner) {
            continue;
        }
        let mut all = whole["paths"].as_mapping().unwrap().keys();
        let path = all.find(|path| exists(&mut piece(whole, &[path]), owner));
        paths.push(path.unwrap_or_else(|| panic!("no path needs {owner}")));
        part = piece(whole, &paths);
    }
    part
}

fn exists(document: &mut Value, pointer: &str) -> bool {
    document.is_mapping() && {
        let (parent, key) = place(document, pointer);
        parent.as_mapping().is_some_and(|members| members.contains_key(&key))
    }
}

/// Errors that their rule does not report, or that another rule reports.
fn reported_otherwise(specification: &Value, mistakes: &[Mistake]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (code, owner, below, mistake) in mistakes {
        let mut value = specification.clone();
        let (parent, key) = place(&mut value, &format!("{owner}{below}"));
        let mistake = mistake.map(|mistake| serde_yaml::from_str::<Value>(mistake).unwrap());
        match (parent, mistake) {
            (Value::Mapping(members), None) => drop(members.remove(&key).expect(below)),
            (Value::Sequence(items), Some(mistake)) => items[key.as_str().unwrap().parse::<usize>().unwrap()] = mistake,
            (parent, Some(mistake)) => parent[key] = mistake,
            (_, None) => panic!("{below}"),
        }
        let text = serde_yaml::to_string(&value).unwrap();
        let problems = lint(&Source::new("spec.yaml", text), Dialect::FlightHub);
        let found: BTreeSet<Code> = problems.problems().iter().map(|problem| problem.code).collect();
        if found != BTreeSet::from([*code]) {
            wrong.push(format!("{code}: {owner}{below}:\n{problems}"));
        }
    }
    wrong
}

#[test]
fn the_readme_lists_every_rule() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/README.md")).unwrap();
    let rules = Code::ALL.iter().filter(|code| code.is_rule());
    let missing: Vec<&Code> = rules.filter(|code| !readme.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn rules_are_rarely_suppressed() {
    let specification = specification();
    let mut switches: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines = specification.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "x-lint-allow:" {
            let depth = |line: &str| line.len() - line.trim_start().len();
            while let Some(switch) = lines.next_if(|next| depth(next) > depth(line)) {
                *switches.entry(switch.trim().split_once(':').unwrap().0).or_default() += 1;
            }
        }
    }
    assert!(!switches.is_empty());
    for (rule, count) in switches {
        assert!(rule.parse::<Code>().is_ok() && count <= MANY, "{rule}: {count}");
    }
}
