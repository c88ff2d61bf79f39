//! Specifications with mistakes: each is reported with its place, its code and a repair, and nothing else is reported.
//!
//! Every case is one edit of the fixture `envelope.yaml`, which keeps the rules of our own specification. The whole
//! messages are in a snapshot, to be read like code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use flighthub2_generator::document::editor_schema;
use flighthub2_generator::{Code, Diagnostics, Dialect, Options, Severity, Source, generate};
use flighthub2_tests::spec;
use serde_json::Value;

fn fixture() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/envelope.yaml")).unwrap()
}

fn problems(text: &str, dialect: Dialect) -> Diagnostics {
    let options = Options { dialect, unused_types: true, ..Options::default() };
    match generate(&Source::new("spec.yaml", text), &options) {
        Err(problems) => problems,
        Ok(_) => panic!("this was taken:\n{text}"),
    }
}

/// The edit, and the problems that it makes: code, and the line (without blanks around it) that is pointed at.
struct Case {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    expected: &'static [(Code, &'static str)],
}

const fn case(
    name: &'static str,
    from: &'static str,
    to: &'static str,
    expected: &'static [(Code, &'static str)],
) -> Case {
    Case { name, from, to, expected }
}

const CASES: &[Case] = &[
    case("a tab", "  title: Envelope", "\ttitle: Envelope", &[(Code::YamlSyntax, "title: Envelope")]),
    case("a bracket that is not closed", "[200401, -5]", "[200401, -5", &[(Code::YamlSyntax, "responses:")]),
    case(
        "a key twice",
        "  version: '1'\n",
        "  version: '1'\n  title: Again\n",
        &[(Code::DuplicateKey, "title: Again")],
    ),
    case(
        "an anchor",
        "description: A group.",
        "description: &group A group.",
        &[(Code::YamlFeature, "description: &group A group.")],
    ),
    case("two documents", "paths:\n", "---\npaths:\n", &[(Code::YamlFeature, "---")]),
    case("OpenAPI 3.1", "openapi: 3.0.3", "openapi: 3.1.0", &[(Code::Version, "openapi: 3.1.0")]),
    case("Swagger 2.0", "openapi: 3.0.3", "swagger: '2.0'", &[(Code::Version, "swagger: '2.0'")]),
    case(
        "a misspelt key",
        "      required: [kind]\n",
        "      requried: [kind]\n",
        &[(Code::UnknownKey, "requried: [kind]")],
    ),
    case(
        "an error code in quotes, which would be dropped",
        "[200401, -5]",
        "['200401', -5]",
        &[(Code::WrongValue, "x-error-codes: ['200401', -5]")],
    ),
    case(
        "a limit in quotes",
        "ProjectId: {type: string, ",
        "ProjectId: {type: string, maxLength: '36', ",
        &[(Code::WrongValue, "ProjectId: {type: string, maxLength: '36', description: Id of a project.}")],
    ),
    case(
        "the content of a number",
        "        ms: {type: integer, x-unit: unix-milliseconds, ",
        "        ms: {type: integer, x-content-schema: {$ref: '#/components/schemas/Plan'}, ",
        &[(
            Code::WrongValue,
            "ms: {type: integer, x-content-schema: {$ref: '#/components/schemas/Plan'}, description: When exactly.}",
        )],
    ),
    case(
        "content that is not there",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Plan'}}",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Plam'}}",
        &[(
            Code::DanglingRef,
            "plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Plam'}}",
        )],
    ),
    case(
        "content that is written in place",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Plan'}}",
        "        plan: {type: string, description: What to do., x-content-schema: {type: object}}",
        &[(Code::Unsupported, "plan: {type: string, description: What to do., x-content-schema: {type: object}}")],
    ),
    case(
        "content that is no object",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Plan'}}",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Kind'}}",
        &[(
            Code::Unsupported,
            "plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Kind'}}",
        )],
    ),
    case(
        "content that is the envelope",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Plan'}}",
        "        plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Envelope'}}",
        &[(
            Code::Envelope,
            "plan: {type: string, description: What to do., x-content-schema: {$ref: '#/components/schemas/Envelope'}}",
        )],
    ),
    case(
        "content of a string that is no property",
        "    ProjectId: {type: string, description: Id of a project.}",
        "    ProjectId: {type: string, description: Id of a project., x-content-schema: {$ref: '#/components/schemas/Plan'}}",
        &[(
            Code::Unsupported,
            "ProjectId: {type: string, description: Id of a project., x-content-schema: {$ref: '#/components/schemas/Plan'}}",
        )],
    ),
    case(
        "a misspelt x- key",
        "      x-retry: idempotent",
        "      x-rety: idempotent",
        &[(Code::UnknownExtension, "x-rety: idempotent")],
    ),
    case(
        "an unknown type",
        "Id of a project.}",
        "Id of a project., format: x, type2: y}",
        &[(Code::UnknownKey, "ProjectId: {type: string, description: Id of a project., format: x, type2: y}")],
    ),
    case(
        "a type that is none",
        "type: string, description: Id of a project.",
        "type: text, description: Id of a project.",
        &[(Code::WrongValue, "ProjectId: {type: text, description: Id of a project.}")],
    ),
    case("a number for a text", "  version: '1'", "  version: 1", &[(Code::WrongValue, "version: 1")]),
    case("a missing key", "  title: Envelope\n", "", &[(Code::MissingKey, "info:")]),
    case(
        "keys beside a reference",
        "        kind: {$ref: '#/components/schemas/Kind'}",
        "        kind: {$ref: '#/components/schemas/Kind', description: Which.}",
        &[(Code::RefSibling, "kind: {$ref: '#/components/schemas/Kind', description: Which.}")],
    ),
    case(
        "a reference to nothing",
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {$ref: '#/components/schemas/Kinds'}",
        &[(Code::DanglingRef, "kind: {$ref: '#/components/schemas/Kinds'}")],
    ),
    case(
        "a reference to another file",
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {$ref: 'other.yaml#/Kind'}",
        &[(Code::Unsupported, "kind: {$ref: 'other.yaml#/Kind'}")],
    ),
    case(
        "a reference into a schema",
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {$ref: '#/components/schemas/MaybeThing/properties/id'}",
        &[(Code::Unsupported, "kind: {$ref: '#/components/schemas/MaybeThing/properties/id'}")],
    ),
    case(
        "another media type beside JSON",
        "            schema: {$ref: '#/components/schemas/Thing'}\n            example: {at: 5, kind: 1}\n",
        "            schema: {$ref: '#/components/schemas/Thing'}\n            example: {at: 5, kind: 1}\n          text/plain: {schema: {type: string}, example: x}\n",
        &[(Code::Unsupported, "text/plain: {schema: {type: string}, example: x}")],
    ),
    case(
        "a schema that is itself",
        "    ProjectId: {type: string, description: Id of a project.}",
        "    ProjectId: {$ref: '#/components/schemas/Other'}\n    Other: {$ref: '#/components/schemas/ProjectId'}",
        &[
            (Code::CircularRef, "ProjectId: {$ref: '#/components/schemas/Other'}"),
            (Code::CircularRef, "Other: {$ref: '#/components/schemas/ProjectId'}"),
        ],
    ),
    case(
        "an object made of itself",
        "    MaybeThing:\n      nullable: true\n      type: object\n      description: A thing or null.\n",
        "    MaybeThing:\n      allOf: [{$ref: '#/components/schemas/MaybeThing'}]\n      description: A thing or null.\n",
        &[(Code::CircularRef, "allOf: [{$ref: '#/components/schemas/MaybeThing'}]")],
    ),
    case(
        "an object made of the one that it stands in",
        "        id: {$ref: '#/components/schemas/ThingId'}\n",
        "        id: {description: I., allOf: [{$ref: '#/components/schemas/MaybeThing'}, {$ref: '#/components/schemas/Thing'}]}\n",
        &[(
            Code::CircularRef,
            "id: {description: I., allOf: [{$ref: '#/components/schemas/MaybeThing'}, {$ref: '#/components/schemas/Thing'}]}",
        )],
    ),
    case(
        "anyOf",
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {description: K., anyOf: [{type: string}]}",
        &[(Code::Unsupported, "kind: {description: K., anyOf: [{type: string}]}")],
    ),
    case(
        "a file",
        "type: string, description: Id of a project.",
        "type: string, format: binary, description: Id of a project.",
        &[(Code::Unsupported, "ProjectId: {type: string, format: binary, description: Id of a project.}")],
    ),
    case(
        "a cookie",
        "name: thing_id, in: path, required: true, description: Which., schema: {$ref: '#/components/schemas/ThingId'}}\n      responses:\n        '200':\n          description: The thing as it was.",
        "name: c, in: cookie, description: Which., schema: {type: string}}\n        - {name: thing_id, in: path, required: true, description: Which., schema: {$ref: '#/components/schemas/ThingId'}}\n      responses:\n        '200':\n          description: The thing as it was.",
        &[(Code::Unsupported, "- {name: c, in: cookie, description: Which., schema: {type: string}}")],
    ),
    case(
        "an object in the query",
        "      responses:\n        '200':\n          description: Things.",
        "      parameters:\n        - {name: o, in: query, description: O., schema: {type: object}}\n      responses:\n        '200':\n          description: Things.",
        &[(Code::Unsupported, "- {name: o, in: query, description: O., schema: {type: object}}")],
    ),
    case(
        "a body that is no JSON",
        "      requestBody:\n        required: true\n        content:\n          application/json:",
        "      requestBody:\n        required: true\n        content:\n          multipart/form-data:",
        &[(Code::Unsupported, "multipart/form-data:")],
    ),
    case(
        "callbacks",
        "      x-risk: physical\n",
        "      x-risk: physical\n      callbacks: {}\n",
        &[(Code::Unsupported, "callbacks: {}")],
    ),
    case(
        "two operations with one id",
        "operationId: moveThing",
        "operationId: listThings",
        &[(Code::DuplicateName, "operationId: listThings")],
    ),
    case(
        "two paths that are the same",
        "components:\n  securitySchemes",
        "  /things/{id}:\n    put:\n      tags: [The group]\n      operationId: putThing\n      summary: S\n      description: D\n      x-risk: write\n      x-retry: never\n      x-source: observed\n      parameters:\n        - {name: id, in: path, required: true, description: Which., schema: {type: string}}\n      responses: {'200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Acknowledgement'}, example: {}}}}}\ncomponents:\n  securitySchemes",
        &[(Code::AmbiguousPath, "/things/{id}:")],
    ),
    case(
        "a path without its parameter",
        "  /things/{thing_id}:",
        "  /things/{other}:",
        &[
            (Code::PathParameter, "get:"),
            (
                Code::PathParameter,
                "- {name: thing_id, in: path, required: true, description: Which., schema: {$ref: '#/components/schemas/ThingId'}}",
            ),
            (Code::PathParameter, "delete:"),
            (
                Code::PathParameter,
                "- {name: thing_id, in: path, required: true, description: Which., schema: {$ref: '#/components/schemas/ThingId'}}",
            ),
        ],
    ),
    case(
        "a tag that is not declared",
        "    post:\n      tags: [The group]",
        "    post:\n      tags: [A group]",
        &[(Code::DanglingRef, "tags: [A group]")],
    ),
    case(
        "two responses of different types",
        "        default:\n          description: A failure.\n",
        "        '201':\n          description: Another.\n          content: {application/json: {schema: {$ref: '#/components/schemas/Acknowledgement'}, example: {}}}\n        default:\n          description: A failure.\n",
        &[(Code::Unsupported, "'201':")],
    ),
    case(
        "a parameter twice",
        "      parameters:\n        - $ref: '#/components/parameters/Project'\n",
        "      parameters:\n        - $ref: '#/components/parameters/Project'\n        - $ref: '#/components/parameters/MaybeProject'\n",
        &[(Code::DuplicateName, "- $ref: '#/components/parameters/MaybeProject'")],
    ),
    case(
        "a code that is listed twice",
        "  - code: -5\n",
        "  - code: 200401\n",
        &[(Code::DuplicateName, "- code: 200401"), (Code::UnknownErrorCode, "x-error-codes: [200401, -5]")],
    ),
    case("a code whose outcome is not decided", "    outcome: throttled\n", "", &[(Code::MissingKey, "- code: -5")]),
    case(
        "a code with an outcome that is none",
        "    outcome: throttled\n",
        "    outcome: throtled\n",
        &[(Code::WrongValue, "outcome: throtled")],
    ),
    case("no operationId", "      operationId: moveThing\n", "", &[(Code::MissingKey, "post:")]),
    case("no risk", "      x-risk: physical\n", "", &[(Code::MissingKey, "post:")]),
    case(
        "a risk that is none",
        "      x-risk: physical\n",
        "      x-risk: phisical\n",
        &[(Code::WrongValue, "x-risk: phisical")],
    ),
    case(
        "a flight that may be repeated",
        "      x-retry: never\n",
        "      x-retry: idempotent\n",
        &[(Code::RiskRetry, "x-retry: idempotent")],
    ),
    case(
        "a lookup that is none",
        "x-lookup: [listThings, getThing]",
        "x-lookup: [deleteThing, getThong]",
        &[
            (Code::RiskRetry, "x-lookup: [deleteThing, getThong]"),
            (Code::DanglingRef, "x-lookup: [deleteThing, getThong]"),
        ],
    ),
    case(
        "no successful response",
        "        '200':\n          description: Moved.",
        "        '400':\n          description: Moved.",
        &[(Code::Answer, "responses:")],
    ),
    case(
        "a response without a schema",
        "              schema: {$ref: '#/components/schemas/Acknowledgement'}\n",
        "",
        &[(Code::Answer, "application/json:")],
    ),
    case(
        "a response without the envelope",
        "              schema: {$ref: '#/components/schemas/Acknowledgement'}",
        "              schema: {$ref: '#/components/schemas/Thing'}",
        &[(Code::Envelope, "schema: {$ref: '#/components/schemas/Thing'}")],
    ),
    case(
        "a member beside data",
        "                      data: {$ref: '#/components/schemas/MaybeThing'}",
        "                      data: {$ref: '#/components/schemas/MaybeThing'}\n                      total: {type: integer}",
        &[(Code::Envelope, "total: {type: integer}")],
    ),
    case(
        "an enumeration with too few names",
        "x-enum-varnames: [Small, Large]",
        "x-enum-varnames: [Small]",
        &[(Code::EnumNames, "x-enum-varnames: [Small]")],
    ),
    case(
        "a code that is not in the table",
        "[200401, -5]",
        "[200401, -6]",
        &[(Code::UnknownErrorCode, "x-error-codes: [200401, -6]")],
    ),
    case(
        "a default that does not fit",
        "minimum: 15, maximum: 1500}",
        "minimum: 15, maximum: 1500, default: 5}",
        &[(
            Code::BadDefault,
            "height: {type: number, x-unit: metres, description: How high., minimum: 15, maximum: 1500, default: 5}",
        )],
    ),
    case(
        "a required member that is not described",
        "      required: [kind]\n",
        "      required: [kind, gone]\n",
        &[(Code::UnknownRequired, "required: [kind, gone]")],
    ),
    case(
        "members that contradict each other",
        "    MaybeThing:\n      nullable: true\n      type: object\n      description: A thing or null.\n      properties:\n        id: {$ref: '#/components/schemas/ThingId'}\n",
        "    MaybeThing:\n      description: A thing.\n      allOf:\n        - $ref: '#/components/schemas/Thing'\n        - {type: object, properties: {kind: {type: string, description: Another.}}}\n",
        &[(Code::AllOfConflict, "- {type: object, properties: {kind: {type: string, description: Another.}}}")],
    ),
    case(
        "variants that cannot be distinguished",
        "        id: {$ref: '#/components/schemas/ThingId'}\n",
        "        id: {description: Either., oneOf: [{type: string}, {type: string, format: uuid}]}\n",
        &[(Code::AmbiguousUnion, "id: {description: Either., oneOf: [{type: string}, {type: string, format: uuid}]}")],
    ),
    case(
        "a name that is taken",
        "        id: {$ref: '#/components/schemas/ThingId'}\n",
        "        id: {type: object, description: I., properties: {a: {type: string, description: A.}}}\n    MaybeThingId: {type: string, description: Taken.}\n",
        &[(
            Code::DuplicateName,
            "id: {type: object, description: I., properties: {a: {type: string, description: A.}}}",
        )],
    ),
];

#[test]
fn each_mistake_is_reported_at_its_place() {
    let fixture = fixture();
    let mut texts = Vec::new();
    let mut wrong = Vec::new();
    for case in CASES {
        assert_eq!(fixture.matches(case.from).count(), 1, "{}: the edit must be clear", case.name);
        let text = fixture.replace(case.from, case.to);
        let problems = problems(&text, Dialect::FlightHub);
        let found: Vec<(Code, &str)> = problems
            .problems()
            .iter()
            .map(|problem| (problem.code, text.lines().nth(problem.location.line - 1).unwrap_or_default().trim()))
            .collect();
        if found != case.expected {
            wrong.push(format!("{}:\n  found {found:?}\n  expected {:?}\n{problems}", case.name, case.expected));
        }
        texts.push(format!("#### {}\n{problems}", case.name));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("bad_input__messages", texts.join("\n"));
    });
}

/// Edits that misspell something, and the suggestion.
const MISSPELT: &[(&str, &str, &str)] = &[
    ("      x-risk: physical\n", "      x_risk: physical\n", "did you mean `x-risk`?"),
    ("      x-risk: physical\n", "      xrisk: physical\n", "did you mean `x-risk`?"),
    ("      x-risk: physical\n", "      X-Risk: physical\n", "did you mean `x-risk`?"),
    ("      x-risk: physical\n", "      x-risk: phisical\n", "did you mean `physical`?"),
    ("      x-risk: physical\n", "      x-risk: Physical\n", "did you mean `physical`?"),
    (
        "Project: {name: X-Project, in: header, req",
        "Project: {name: X-Project, in: haeder, req",
        "did you mean `header`?",
    ),
    ("ThingId: {type: integer,", "ThingId: {type: integerr,", "did you mean `integer`?"),
    ("x-role: request-id", "x-role: reqest-id", "did you mean `request-id`?"),
    ("x-unit: metres", "x-unit: meters", "did you mean `metres`?"),
    ("x-unit: metres", "x-unti: metres", "did you mean `x-unit`?"),
    (
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {$ref: '#/components/schema/Kind'}",
        "did you mean `#/components/schemas/Kind`?",
    ),
    (
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {$ref: '#/definitions/Kind'}",
        "did you mean `#/components/schemas/Kind`?",
    ),
    ("kind: {$ref: '#/components/schemas/Kind'}", "kind: {$ref: Kind}", "did you mean `#/components/schemas/Kind`?"),
    (
        "kind: {$ref: '#/components/schemas/Kind'}",
        "kind: {$ref: '#/components/schemas/kind'}",
        "did you mean `#/components/schemas/Kind`?",
    ),
    ("  /things/{thing_id}:\n", "  things/{thing_id}:\n", "a path begins with `/`: did you mean `/things/{thing_id}`?"),
    ("        default:\n", "        defualt:\n", "did you mean `default`?"),
    ("    post:\n      tags: [The group]", "    post:\n      tags: [The gruop]", "did you mean `The group`?"),
    ("x-lookup: [listThings, getThing]", "x-lookup: [listThings, getThign]", "did you mean `getThing`?"),
    ("      required: [kind]\n", "      required: [knid]\n", "did you mean `kind`?"),
    ("  - key: []\n", "  - kye: []\n", "did you mean `key`?"),
    (
        "      required: [kind]\n",
        "      required: [kind]\n      schema: {}\n",
        "it is a key of a Parameter Object; check the indentation",
    ),
    ("x-role: request-id", "x-risk: read", "it is a key of an Operation Object; check the indentation"),
    (
        "ThingId: {type: integer,",
        "ThingId: {type: [integer, 'null'],",
        "a schema of OpenAPI 3.0 has one type; write `nullable: true` next to it if the value can be null",
    ),
];

/// Codes of mistakes that have to do with two places of a document, which a JSON Schema cannot compare.
const BEYOND_A_SCHEMA: &[Code] = &[
    Code::AmbiguousPath,
    Code::DanglingRef,
    Code::DuplicateName,
    Code::Envelope,
    Code::EnumNames,
    Code::Unsupported,
    Code::UnknownErrorCode,
];

/// The JSON Schema for editors takes our specification, and refuses each wrong `x-` key and value.
#[test]
fn the_schema_for_editors_refuses_wrong_keys() {
    let schema: Value = serde_json::from_str(&editor_schema()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let json = |text: &str| -> Value { serde_yaml::from_str(text).unwrap() };
    let errors = |text: &str| -> Vec<String> {
        validator.iter_errors(&json(text)).map(|error| format!("{}: {error}", error.instance_path())).collect()
    };
    assert_eq!(errors(&spec::text()), Vec::<String>::new());
    let fixture = fixture();
    assert_eq!(errors(&fixture), Vec::<String>::new());
    let edits = CASES.iter().map(|case| (case.from, case.to, case.expected.iter().map(|(code, _)| *code).collect()));
    let misspelt = MISSPELT.iter().map(|(from, to, _)| {
        let problems = problems(&fixture.replace(from, to), Dialect::FlightHub);
        (*from, *to, problems.problems().iter().map(|problem| problem.code).collect::<Vec<Code>>())
    });
    let mut checked = 0;
    for (from, to, codes) in edits.chain(misspelt) {
        let is_ours = from.contains("x-") || to.contains("x-");
        if !is_ours || codes.iter().any(|code| BEYOND_A_SCHEMA.contains(code)) {
            continue;
        }
        // A lookup of what is no read.
        if codes == [Code::RiskRetry] && to.contains("x-lookup") {
            continue;
        }
        let text = fixture.replace(from, to);
        if serde_yaml::from_str::<Value>(&text).is_ok() {
            checked += 1;
            assert!(!errors(&text).is_empty(), "this is taken: {to} ({codes:?})");
        }
    }
    assert!(checked >= 12, "{checked}");
}

#[test]
fn misspelt_keys_get_a_suggestion() {
    let fixture = fixture();
    for (from, to, help) in MISSPELT {
        assert_eq!(fixture.matches(from).count(), 1, "{to}: the edit must be clear");
        let problems = problems(&fixture.replace(from, to), Dialect::FlightHub);
        assert!(problems.problems().iter().any(|problem| problem.help == *help), "{to}: {help}\n{problems}");
    }
}

/// Where two places have to do with a problem, both are shown.
#[test]
fn diagnostics_with_two_places_show_both() {
    let two = [
        Code::DuplicateKey,
        Code::RefSibling,
        Code::DuplicateName,
        Code::AmbiguousPath,
        Code::PathParameter,
        Code::AllOfConflict,
        Code::AmbiguousUnion,
        Code::UnknownRequired,
        Code::EnumNames,
        Code::BadDefault,
        Code::UnknownErrorCode,
        Code::RiskRetry,
    ];
    let fixture = fixture();
    for case in CASES.iter() {
        for problem in problems(&fixture.replace(case.from, case.to), Dialect::FlightHub).problems() {
            if two.contains(&problem.code) {
                assert_eq!(problem.related.len(), 1, "{}: {}", case.name, problem.message);
                assert_ne!(problem.related[0].0.span, problem.location.span, "{}", case.name);
            }
        }
    }
}

#[test]
fn every_diagnostic_code_has_a_case() {
    let mut shown: BTreeSet<Code> = CASES.iter().flat_map(|case| case.expected).map(|(code, _)| *code).collect();
    // Shown below, because no small edit of a text makes them; a fault of the generator itself has no case.
    shown.extend([Code::NotUtf8, Code::TooDeep, Code::TooLarge, Code::Internal]);
    // Of overlays and filters, which have tests of their own in the generator.
    shown.extend([Code::Overlay, Code::OverlayTarget, Code::JsonPath, Code::Filter]);
    let errors = Code::ALL.iter().filter(|code| code.severity() == Severity::Error);
    let missing: Vec<&Code> = errors.filter(|code| !shown.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn bytes_that_are_not_utf8_have_a_place() {
    let problems = Source::from_bytes("spec.yaml", b"openapi: 3.0.3\ninfo: {title: \xff}\n".to_vec()).unwrap_err();
    let [problem] = problems.problems() else { panic!("{problems}") };
    assert_eq!((problem.code, problem.location.line, problem.location.column), (Code::NotUtf8, 2, 15));
}

#[test]
fn a_document_that_is_too_deep_is_refused() {
    let deep = format!("openapi: 3.0.3\ninfo: {}1{}\n", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(problems(&deep, Dialect::OpenApi).problems()[0].code, Code::TooDeep);
    let deep = format!(
        "openapi: 3.0.3\ninfo:\n{}",
        (1..5000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>()
    );
    assert_eq!(problems(&deep, Dialect::OpenApi).problems()[0].code, Code::TooDeep);
}

#[test]
fn documents_have_size_limits() {
    let fixture = fixture();
    let long = fixture.replace("title: Envelope", &format!("title: {}", "a".repeat(2 << 20)));
    let key = fixture.replace("title: Envelope", &format!("? {}\n  : Envelope", "a".repeat(2000)));
    let many = fixture.replace("enum: [1, 2]", &format!("enum: [{}1]", "1, ".repeat(60_000)));
    let name = fixture.replace("x-client-name: things", &format!("x-client-name: {}", "things".repeat(50)));
    let whole = format!("{fixture}{}", "# Words.\n".repeat(6_000_000));
    for text in [long, key, many, name, whole] {
        let problems = problems(&text, Dialect::FlightHub);
        assert!(problems.problems().iter().all(|problem| problem.code == Code::TooLarge), "{problems:.2000}");
    }
}

#[test]
fn all_mistakes_are_reported_in_one_run() {
    let text = fixture()
        .replace("      x-risk: physical\n", "")
        .replace("[200401, -5]", "[200401, -6]")
        .replace("minimum: 15, maximum: 1500}", "minimum: 15, maximum: 1500, default: 5}");
    let codes: Vec<Code> = problems(&text, Dialect::FlightHub).problems().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::UnknownErrorCode, Code::MissingKey, Code::BadDefault]);
}

#[test]
fn circular_references_are_refused_everywhere() {
    let text = fixture()
        .replace("    Project: {name", "    Loop: {$ref: '#/components/parameters/Loop'}\n    Project: {name")
        .replace(
            "        - $ref: '#/components/parameters/Project'\n",
            "        - $ref: '#/components/parameters/Loop'\n",
        );
    let problems = problems(&text, Dialect::FlightHub);
    assert!(problems.problems().iter().any(|problem| problem.code == Code::CircularRef), "{problems}");
}

#[test]
fn the_flighthub_dialect_refuses_unused_keys() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses: {'204': {description: D}}\n";
    let made = generate(
        &Source::new("a.yaml", text),
        &Options { dialect: Dialect::OpenApi, unused_types: true, ..Options::default() },
    );
    assert_eq!(made.unwrap().operations, 1);
    let codes: BTreeSet<Code> =
        problems(text, Dialect::FlightHub).problems().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, BTreeSet::from([Code::MissingKey, Code::WrongValue, Code::Answer]));
}

#[test]
fn x_keys_of_third_party_documents_are_ignored() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1', x-logo: {}}\nx-error-codes: 5\ntags: [{name: a, x-client-name: 5}]\npaths:\n  \
        /a:\n    get:\n      x-risk: nonsense\n      x-error-codes: [1]\n      parameters:\n        - {name: x-p, in: query, x-role: project, \
        schema: {type: string, enum: [a, b], x-enum-varnames: [one], x-enum-descriptions: [one]}}\n      responses: {'200': {description: D, \
        content: {application/json: {schema: {type: object, x-envelope: true, properties: {x-at: {type: integer, x-unit: unix-seconds}}}}}}}\n";
    let made = generate(
        &Source::new("a.yaml", text),
        &Options { dialect: Dialect::OpenApi, unused_types: true, ..Options::default() },
    );
    let made = made.unwrap_or_else(|problems| panic!("{problems}"));
    // Members whose names begin with `x-` are members.
    let types = &made.files["types/default.rs"];
    assert!(types.contains("rename = \"x-at\"") && types.contains("pub x_at: Option<i64>"), "{types}");
    assert!(made.files["default.rs"].contains("pub x_p: Option"), "{}", made.files["default.rs"]);
}

#[test]
fn paths_that_differ_in_one_letter_are_distinct() {
    let text = |second: &str| {
        let operation = "{get: {parameters: [{name: x, in: path, required: true, schema: {type: string}}], responses: {'204': {description: D}}}}";
        let head = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n";
        format!("{head}  '/a/{{x}}.json': {operation}\n  '{second}': {operation}\n")
    };
    let options = || Options { dialect: Dialect::OpenApi, unused_types: true, ..Options::default() };
    assert!(generate(&Source::new("a.yaml", text("/a/{x}.xml")), &options()).is_ok());
    assert!(generate(&Source::new("a.yaml", text("/a/b{x}.json")), &options()).is_ok());
    let same = text("/a/{y}.json");
    let made = generate(&Source::new("a.yaml", &*same), &options()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(made.warnings.iter().any(|warning| warning.code == Code::AmbiguousPath), "{:#?}", made.warnings);
    assert_eq!(made.operations, 2);
    let ours = problems(&same, Dialect::FlightHub);
    assert!(ours.problems().iter().any(|problem| problem.code == Code::AmbiguousPath), "{ours}");
}

/// Two references at each of many levels: following every path of references would take exponential time.
#[test]
fn a_schema_is_read_once_however_often_it_is_referred_to() {
    let mut text = fixture();
    for level in 0..60 {
        let next = format!("{{$ref: '#/components/schemas/Level{}'}}", level + 1);
        text.push_str(&format!("    Level{level}: {{description: A level., allOf: [{next}, {next}]}}\n"));
    }
    text.push_str(
        "    Level60: {type: object, description: The last., properties: {a: {type: string, description: A.}}}\n",
    );
    let made =
        generate(&Source::new("spec.yaml", text), &Options::default()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(made.files["types/shared.rs"].contains("pub struct Level0 {"));
}
