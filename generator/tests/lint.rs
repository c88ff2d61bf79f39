//! The rules of lint, case by case: violations, and similar valid cases.
//!
//! Each case is a part that is merged into the small document that follows every rule. The first example of every rule
//! is in its explanation; the others are here.

use crate::support::{base, with};
use flighthub2_generator::{Code, Diagnostics, Dialect, Severity, Source, lint};

fn linted(text: &str) -> Diagnostics {
    lint(&Source::new("spec.yaml", text), Dialect::FlightHub)
}

/// A part, and the expected problems: codes, and the underlined text.
fn check(cases: &[(&str, &[(Code, &str)])]) {
    let mut wrong = Vec::new();
    for (part, expected) in cases {
        let text = with(part);
        let problems = linted(&text);
        let found: Vec<(Code, &str)> = problems
            .problems()
            .iter()
            .map(|problem| {
                (problem.code, text[problem.location.span.clone()].lines().next().unwrap_or_default().trim_end())
            })
            .collect();
        if found != *expected {
            wrong.push(format!("{part}\n  found {found:?}\n  expected {expected:?}\n{problems}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A property of `Thing`.
macro_rules! property {
    ($schema:literal) => {
        concat!("components: {schemas: {Thing: {properties: {", $schema, "}}}}")
    };
}

/// A property of `Thing`, and the schema to which it refers.
macro_rules! schema {
    ($property:literal, $schema:literal) => {
        concat!("components: {schemas: {Thing: {properties: {", $property, "}}, ", $schema, "}}")
    };
}

#[test]
fn descriptions() {
    check(&[
        (property!("a: {type: string}"), &[(Code::MissingDescription, "a")]),
        (property!("a: {type: array, items: {type: string}}"), &[(Code::MissingDescription, "a")]),
        (property!("a: {allOf: [{$ref: '#/components/schemas/Kind'}]}"), &[]),
        (property!("data: {type: boolean}"), &[(Code::MissingDescription, "data")]),
        (
            property!("a: {type: object, description: D., properties: {b: {type: boolean}}}"),
            &[(Code::MissingDescription, "b")],
        ),
        ("servers: [{url: https://example.com}]", &[(Code::MissingDescription, "url: https://example.com")]),
        ("tags: [{name: Things}]", &[(Code::MissingDescription, "name: Things")]),
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: q, in: query, example: x, schema: {type: string}}]}}}",
            &[(Code::MissingDescription, "name: q")],
        ),
        (
            "security: [{key: [], token: []}]\ncomponents: {securitySchemes: {token: {type: apiKey, in: header, name: X-Token}}}",
            &[(Code::MissingDescription, "token")],
        ),
        (
            "paths: {/things: {get: {responses: {'200': {headers: {X-Left: {schema: {type: integer}}}}}}}}",
            &[(Code::MissingDescription, "X-Left")],
        ),
    ]);
    let text = base().replacen("      summary: List the things\n", "", 1);
    let problems = linted(&text);
    assert_eq!(problems.problems().len(), 1, "{problems}");
    assert!(problems.problems()[0].message.contains("`summary`"), "{problems}");
}

#[test]
fn examples_that_are_missing() {
    let parameter = |schema: &str| {
        format!(
            "paths: {{/things: {{get: {{parameters: [{{$ref: '#/components/parameters/Project'}}, {{name: q, in: query, description: Q., schema: {schema}}}]}}}}}}"
        )
    };
    let missing: &[(Code, &str)] = &[(Code::MissingExample, "name: q")];
    check(&[
        (&parameter("{type: string}"), missing),
        (&parameter("{type: array, items: {type: string}}"), missing),
        (&parameter("{type: boolean}"), &[]),
        (&parameter("{type: string, default: x}"), &[]),
        (&parameter("{$ref: '#/components/schemas/Kind'}"), &[]),
        (&parameter("{type: array, items: {$ref: '#/components/schemas/ThingId'}}"), &[]),
        (
            schema!("n: {$ref: '#/components/schemas/N'}", "N: {type: integer, format: int64, description: N.}"),
            &[(Code::MissingExample, "N")],
        ),
    ]);
    for (what, from) in [
        (
            "response",
            "              example:\n                code: 0\n                message: ''\n                data:\n                  id: T1\n                  name: Example thing\n",
        ),
        (
            "body",
            "            examples:\n              moveThing:\n                value:\n                  id: T1\n                  height: 20\n",
        ),
        // A response that two operations share is reported once.
        (
            "response",
            "          examples:\n            done:\n              value:\n                code: 0\n                message: ''\n",
        ),
    ] {
        let text = base();
        assert_eq!(text.matches(from).count(), 1);
        let problems = linted(&text.replace(from, ""));
        let [problem] = problems.problems() else { panic!("{problems}") };
        assert_eq!(problem.code, Code::MissingExample);
        assert!(problem.message.contains(what), "{problems}");
    }
}

#[test]
fn units() {
    let unit: &[(Code, &str)] = &[(Code::MissingUnit, "a")];
    check(&[
        (property!("a: {type: number, description: A.}"), unit),
        (property!("a: {type: array, description: A., items: {type: number}}"), &[(Code::MissingUnit, "items")]),
        (property!("flight_time: {type: integer, description: A.}"), &[(Code::MissingUnit, "flight_time")]),
        (property!("maxAltitude: {type: integer, description: A.}"), &[(Code::MissingUnit, "maxAltitude")]),
        (property!("a: {type: integer, description: A.}"), &[]),
        (property!("picture_count: {type: integer, description: A.}"), &[]),
        (property!("current_index: {type: integer, description: A.}"), &[]),
        (property!("page_size: {type: integer, description: A.}"), &[]),
        (property!("size: {type: string, description: A.}"), &[]),
        (property!("size: {type: integer, description: A., enum: [1], x-enum-descriptions: [One.]}"), &[]),
        (property!("height: {type: integer, description: A., x-unit: metres}"), &[]),
        (
            schema!(
                "height: {$ref: '#/components/schemas/Height'}",
                "Height: {type: number, x-unit: metres, description: H.}"
            ),
            &[],
        ),
        (
            schema!("height: {$ref: '#/components/schemas/Height'}", "Height: {type: number, description: H.}"),
            &[(Code::MissingUnit, "Height")],
        ),
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: radius, in: query, description: Q., schema: {type: integer}, example: 1}]}}}",
            &[(Code::MissingUnit, "schema")],
        ),
    ]);
}

#[test]
fn timestamps() {
    check(&[
        (property!("sold_at: {type: string, description: A.}"), &[(Code::InstantUnit, "sold_at")]),
        (property!("soldAt: {type: number, description: A.}"), &[(Code::InstantUnit, "soldAt")]),
        (property!("expire_ts: {type: integer, description: A.}"), &[(Code::InstantUnit, "expire_ts")]),
        (property!("update_time: {type: string, description: A.}"), &[(Code::InstantUnit, "update_time")]),
        (
            property!("start_at_list: {type: array, description: A., items: {type: integer}}"),
            &[(Code::InstantUnit, "items")],
        ),
        (property!("sold_at: {type: integer, x-unit: seconds, description: A.}"), &[(Code::InstantUnit, "seconds")]),
        (property!("sold_at: {type: string, format: date-time, description: A.}"), &[]),
        (property!("sold_at: {type: string, x-unit: rfc3339, description: A.}"), &[]),
        (property!("total_time: {type: integer, x-unit: seconds, description: A.}"), &[]),
        (property!("sold_at: {type: integer, x-unit: rfc3339, description: A.}"), &[(Code::InstantUnit, "rfc3339")]),
        (
            property!("sold_at: {type: string, x-unit: unix-seconds, description: A.}"),
            &[(Code::InstantUnit, "unix-seconds")],
        ),
        (property!("time_zone: {type: string, description: A.}"), &[]),
        (property!("format: {type: string, description: A.}"), &[]),
        (property!("sold_at: {type: object, description: A.}"), &[]),
    ]);
}

#[test]
fn limits() {
    check(&[
        (
            schema!("n: {$ref: '#/components/schemas/N'}", "N: {type: string, description: N., example: x}"),
            &[(Code::MissingLimits, "N")],
        ),
        (
            schema!(
                "n: {$ref: '#/components/schemas/N'}",
                "N: {type: string, maxLength: 9, description: N., example: x}"
            ),
            &[],
        ),
        (schema!("n: {$ref: '#/components/schemas/N'}", "N: {type: string, format: password, description: N.}"), &[]),
        (
            schema!("n: {$ref: '#/components/schemas/N'}", "N: {type: integer, description: N., example: 1}"),
            &[(Code::MissingLimits, "N")],
        ),
    ]);
}

#[test]
fn examples_that_do_not_fit() {
    let bad = |shown: &'static str| [(Code::BadExample, shown)];
    let with_body = |value: &str| {
        format!(
            "paths: {{/things: {{post: {{requestBody: {{content: {{application/json: {{examples: {{moveThing: {{value: {value}}}}}}}}}}}}}}}}}"
        )
    };
    check(&[
        (&with_body("{id: T1, height: 5}"), &bad("5")),
        (&with_body("{id: T1, height: high}"), &bad("high")),
        (&with_body("{id: X1}"), &bad("X1")),
        (&with_body("{id: T1, hieght: 20}"), &bad("hieght")),
        (&with_body("{id: null}"), &bad("null")),
        (&with_body("[]"), &bad("[]")),
        (&with_body("{id: T1, height: 15.5}"), &[]),
    ]);
    check(&[
        // Null is a value only where it is allowed.
        (property!("a: {type: string, nullable: true, description: A., example: null}"), &[]),
        (property!("a: {type: string, description: A., example: null}"), &bad("null")),
        (
            property!(
                "a: {type: string, nullable: true, enum: [x, null], description: A., x-enum-descriptions: [X.], example: null}"
            ),
            &[],
        ),
        // An exclusive limit.
        (
            property!(
                "a: {type: number, x-unit: metres, minimum: 0, exclusiveMinimum: true, description: A., example: 0}"
            ),
            &bad("0"),
        ),
        (property!("a: {type: number, x-unit: metres, minimum: 0, description: A., example: 0}"), &[]),
        (property!("a: {type: string, format: uuid, description: A., example: T1}"), &bad("T1")),
        // It does not matter where the member is described. If it is not described, the object is open or the member
        // unknown.
        (
            property!(
                "a: {type: object, additionalProperties: true, description: A., properties: {b: {type: string, description: B.}}, example: {c: 1}}"
            ),
            &[],
        ),
        (property!("a: {type: object, description: A., example: {c: 1}}"), &[]),
        (
            property!(
                "a: {description: A., allOf: [{$ref: '#/components/schemas/MoveThingBody'}, {type: object, properties: {b: {type: string, description: B.}}}], example: {id: T1, height: 20, b: x}}"
            ),
            &[],
        ),
        (
            property!(
                "a: {description: A., allOf: [{$ref: '#/components/schemas/MoveThingBody'}, {type: object, properties: {b: {type: string, description: B.}}}], example: {id: T1, height: 20, c: x}}"
            ),
            &bad("c"),
        ),
        (
            property!(
                "a: {description: A., oneOf: [{type: string}, {type: object, properties: {b: {type: string, description: B.}}}], example: {b: x}}"
            ),
            &[],
        ),
        (property!("a: {description: A., oneOf: [{type: string}, {type: boolean}], example: 1}"), &bad("1")),
        // Behind a reference.
        (
            "{components: {examples: {moved: {value: {id: T1, height: 1}}}}, paths: {/things: {post: {requestBody: {content: {application/json: {examples: {moved: {$ref: '#/components/examples/moved'}}}}}}}}}",
            &bad("1"),
        ),
        // A parameter, with one and with several.
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: q, in: query, description: Q., schema: {type: array, maxItems: 1, items: {type: string}}, example: [a, b]}]}}}",
            &bad("a"),
        ),
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: q, in: query, description: Q., schema: {type: boolean}, examples: {a: {value: true}, b: {value: 1}}}]}}}",
            &bad("1"),
        ),
    ]);
}

/// Examples of response headers, and of parameters with `content`, are checked like others.
#[test]
fn examples_of_headers_and_of_content() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    get:
      summary: S
      description: D.
      parameters:
        - {name: q, in: query, description: Q., content: {application/json: {schema: {type: integer}, example: three}}}
      responses:
        '200':
          description: D.
          headers:
            X-Left: {description: L., schema: {type: integer}, example: few}
            X-Shared: {$ref: '#/components/headers/Shared'}
components:
  headers:
    Shared: {description: S., schema: {type: boolean}, examples: {a: {value: true}, b: {value: 1}}}
";
    let problems = lint(&Source::new("spec.yaml", text), Dialect::OpenApi);
    let warnings = problems.problems().iter().filter(|problem| problem.severity() == Severity::Warning);
    let pointers: Vec<&str> = warnings.map(|problem| &*problem.location.pointer).collect();
    assert_eq!(
        pointers,
        [
            "/paths/~1things/get",
            "/paths/~1things/get/parameters/0/content/application~1json/example",
            "/paths/~1things/get/responses/200/headers/X-Left/example",
            "/components/headers/Shared/examples/b/value",
        ],
        "{problems}"
    );
}

/// The violated place of the schema is shown, too, also behind references.
#[test]
fn an_example_shows_the_violated_constraint() {
    let text = with("components: {schemas: {Thing: {properties: {name: {maxLength: 3}}}}}");
    let problems = linted(&text);
    assert_eq!(problems.problems().len(), 2, "{problems}");
    for problem in problems.problems() {
        let (place, _) = &problem.related[0];
        assert_eq!(
            (place.pointer.as_str(), &text[place.span.clone()]),
            ("/components/schemas/Thing/properties/name/maxLength", "maxLength")
        );
    }
}

#[test]
fn texts() {
    check(&[
        (property!("a: {type: boolean, description: ''}"), &[(Code::EmptyText, "''")]),
        (property!("a: {type: boolean, description: '…'}"), &[(Code::EmptyText, "…")]),
        (property!("a: {type: boolean, description: TBD}"), &[(Code::EmptyText, "TBD")]),
        (property!("a: {type: boolean, description: 'Whether it is on the TODO list.'}"), &[]),
        ("info: {description: ' '}", &[(Code::EmptyText, "' '")]),
        ("components: {schemas: {Kind: {x-enum-descriptions: [Small., '-']}}}", &[(Code::EmptyText, "'-'")]),
        ("components: {schemas: {Kind: {x-source: {mark: observed, note: TODO}}}}", &[(Code::EmptyText, "TODO")]),
        ("components: {responses: {Done: {description: ''}}}", &[(Code::EmptyText, "''")]),
        ("components: {schemas: {Kind: {x-enum-descriptions: [Small., 大。]}}}", &[(Code::ChineseText, "大。")]),
        ("info: {description: Things，and how to move them.}", &[(Code::ChineseText, "Things，and how to move them.")]),
        // Values of the wire format are not descriptions.
        (property!("a: {type: string, description: 'Größe, 5 µm – naïve…', example: 物体}"), &[]),
        ("components: {schemas: {Kind: {enum: [small, 大]}}}", &[]),
    ]);
}

#[test]
fn names() {
    let other = |shown: &'static str| [(Code::InconsistentName, shown)];
    check(&[
        (
            property!("end_point: {type: string, description: A.}, endpoint: {type: string, description: A.}"),
            &other("endpoint"),
        ),
        (
            property!("aColour: {type: string, description: A.}, a_colour: {type: string, description: A.}"),
            &other("a_colour"),
        ),
        (
            property!("key_secret: {type: string, description: A.}, secret_key: {type: string, description: A.}"),
            &other("secret_key"),
        ),
        (property!("creation_time: {type: string, x-unit: rfc3339, description: A.}"), &[]),
        (property!("create_time: {type: string, x-unit: rfc3339, description: A.}"), &other("create_time")),
        (property!("names: {type: array, description: A., items: {type: string}}"), &[]),
        (property!("kinds: {type: array, description: A., items: {$ref: '#/components/schemas/Kind'}}"), &[]),
        (property!("speed: {type: number, x-unit: metres-per-second, description: A.}"), &[]),
        // Of two equally frequent spellings, the first is the reference.
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: create_at, in: query, description: Q., schema: {type: integer, x-unit: unix-seconds}, example: 1}]}}}",
            &other("created_at"),
        ),
        // A header has the spelling of headers.
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: Created-At, in: header, description: Q., schema: {type: integer, x-unit: unix-seconds}, example: 1}]}}}",
            &[],
        ),
    ]);
    // The rarer spelling is reported, wherever it is.
    let text = with(
        "components: {schemas: {Thing: {properties: {a: {type: object, description: A., properties: {create_at: {type: string, x-unit: rfc3339, description: A.}}}, b: {type: object, description: A., properties: {create_at: {type: integer, x-unit: unix-seconds, description: A.}}}}}}}",
    );
    let problems = linted(&text);
    let [problem] = problems.problems() else { panic!("{problems}") };
    assert_eq!(problem.location.pointer, "/components/schemas/Thing/properties/created_at");
}

#[test]
fn identifiers() {
    let plain = |shown: &'static str| [(Code::PlainIdentifier, shown)];
    check(&[
        (property!("box_uuid: {type: string, format: uuid, description: A.}"), &plain("box_uuid")),
        (property!("sn: {type: string, description: A.}"), &plain("sn")),
        (property!("box_id: {type: integer, description: A.}"), &plain("box_id")),
        (property!("box_ids: {type: array, description: A., items: {type: string}}"), &plain("items")),
        (property!("sn_list: {type: array, description: A., items: {type: string}}"), &plain("items")),
        (property!("box_ids: {type: array, description: A., items: {$ref: '#/components/schemas/ThingId'}}"), &[]),
        (property!("box_id: {$ref: '#/components/schemas/ThingId'}"), &[]),
        (property!("box_id: {type: string, format: password, description: A.}"), &[]),
        (property!("grid: {type: string, description: A.}"), &[]),
        (property!("is_valid: {type: boolean, description: A.}"), &[]),
        (property!("box_id: {type: object, description: A.}"), &[]),
        (
            "components: {parameters: {Request: {name: X-Request-Id, in: header, description: R., x-role: request-id, example: x, schema: {type: string}}}}\npaths: {/things: {parameters: [{$ref: '#/components/parameters/Request'}]}}",
            &[],
        ),
        (
            "paths: {/things: {get: {parameters: [{$ref: '#/components/parameters/Project'}, {name: box_id, in: query, description: Q., schema: {type: string}, example: x}]}}}",
            &plain("schema"),
        ),
    ]);
    let problems = linted(&with(property!("thing_id: {type: string, description: A.}")));
    assert!(problems.problems()[0].help.contains("`#/components/schemas/ThingId`"), "{problems}");
}

#[test]
fn components_that_nothing_uses() {
    let unused = |shown: &'static str| (Code::UnusedComponent, shown);
    check(&[
        (
            "components: {schemas: {A: {type: object, description: A., properties: {b: {$ref: '#/components/schemas/B'}}}, B: {type: object, description: B.}}}",
            &[unused("A"), unused("B")],
        ),
        (
            "components: {schemas: {A: {type: object, description: A., properties: {a: {$ref: '#/components/schemas/A'}}}}}",
            &[unused("A")],
        ),
        ("components: {responses: {Gone: {description: Gone.}}}", &[unused("Gone")]),
        ("components: {examples: {old: {value: 1}}}", &[unused("old")]),
        (
            "components: {securitySchemes: {other: {type: apiKey, in: header, name: X, description: O.}}}",
            &[unused("other")],
        ),
        // A discriminator refers to its variants by name, too.
        (
            schema!(
                "a: {description: A., oneOf: [{$ref: '#/components/schemas/B'}], discriminator: {propertyName: t, mapping: {b: B}}}",
                "B: {type: object, description: B., required: [t], properties: {t: {type: string, description: T.}}}"
            ),
            &[],
        ),
    ]);
}

/// The content schema of a string counts as used, and examples are validated against it.
#[test]
fn strings_with_json_content() {
    macro_rules! json {
        ($example:literal) => {
            concat!(
                "components: {schemas: {Thing: {properties: {a: {type: string, description: A., example: '",
                $example,
                "', x-content-schema: {$ref: '#/components/schemas/Held'}}}}, Held: {type: object, description: H., properties: {b: {type: boolean, description: B.}, c: {type: string, description: C., x-content-schema: {$ref: '#/components/schemas/Held'}}}}}}"
            )
        };
    }
    let bad = |shown: &'static str| [(Code::BadExample, shown)];
    check(&[
        (json!("{\"b\": true}"), &[]),
        (json!("{\"c\": \"{\\\"b\\\": true}\"}"), &[]),
        (json!("{\"b\": 5}"), &bad("'{\"b\": 5}'")),
        (json!("{\"b\""), &bad("'{\"b\"'")),
        (json!(""), &bad("''")),
        (json!("{\"d\": true}"), &bad("example")),
        (json!("{\"c\": \"{\\\"b\\\": 5}\"}"), &bad("'{\"c\": \"{\\\"b\\\": 5}\"}'")),
    ]);
}

#[test]
fn schemas_that_are_the_same() {
    let same = |shown: &'static str| [(Code::SameSchema, shown)];
    check(&[
        // With other descriptions and in another order.
        (
            property!(
                "a: {type: object, description: A., required: [x, y], properties: {x: {type: boolean, description: X.}, y: {type: string, description: Y.}}}, b: {type: object, description: B., required: [y, x], properties: {y: {type: string, description: Why.}, x: {type: boolean, description: Ex.}}}"
            ),
            &same("b"),
        ),
        (
            property!(
                "a: {type: object, description: A., required: [x], properties: {x: {type: boolean, description: X.}}}, b: {type: object, description: B., properties: {x: {type: boolean, description: X.}}}"
            ),
            &[],
        ),
        (
            property!(
                "a: {type: object, description: A., properties: {example: {type: boolean, description: X.}}}, b: {type: object, description: B., properties: {title: {type: boolean, description: X.}}}"
            ),
            &[],
        ),
        (
            property!(
                "a: {type: object, description: A., properties: {x: {type: number, x-unit: metres, description: X.}}}, b: {type: object, description: B., properties: {x: {type: number, x-unit: degrees, description: X.}}}"
            ),
            &[],
        ),
        // Intentionally distinct types.
        (
            schema!(
                "n: {$ref: '#/components/schemas/N'}",
                "N: {type: string, pattern: '^T[0-9]+$', description: N., example: T1}"
            ),
            &[],
        ),
        // The numbers of two enumerations are equal by coincidence.
        (
            property!(
                "a: {type: integer, enum: [0, 1], description: A., x-enum-varnames: [Off, On], x-enum-descriptions: [Off., On.]}, b: {type: integer, enum: [0, 1], description: B., x-enum-varnames: [Left, Right], x-enum-descriptions: [Left., Right.]}"
            ),
            &[],
        ),
        (
            property!(
                "a: {type: integer, enum: [0, 1], description: A., x-enum-varnames: [Off, On], x-enum-descriptions: [Off., On.]}, b: {type: integer, enum: [0, 1], description: B., x-enum-varnames: [Off, On], x-enum-descriptions: [No., Yes.]}"
            ),
            &same("b"),
        ),
    ]);
}

/// An operation with its own path.
fn operation(more: &str) -> String {
    format!(
        "paths: {{/boxes: {{get: {{operationId: getBoxes, summary: S, description: D., externalDocs: {{url: https://example.com}}, \
         x-risk: read, x-retry: safe, x-source: documented, responses: {{'200': {{$ref: '#/components/responses/Done'}}}}, {more}}}}}}}"
    )
}

#[test]
fn headers_of_projects() {
    let missing = |shown: &'static str| [(Code::ProjectHeader, shown)];
    let thing = "{name: id, in: query, description: I., schema: {$ref: '#/components/schemas/ThingId'}}";
    let own_tag = "tags: [{name: Things, description: T., x-client-name: things}, {name: Boxes, description: B.}]\n";
    check(&[
        // All others of its group have it.
        (&operation("tags: [Things]"), &missing("get")),
        // Its identifier is taken in projects only.
        (&format!("{own_tag}{}", operation(&format!("tags: [Boxes], parameters: [{thing}]"))), &missing("get")),
        // It lists the code for missing permission.
        (&format!("{own_tag}{}", operation("tags: [Boxes], x-error-codes: [200403]")), &missing("200403")),
        // A call of the organization.
        (&format!("{own_tag}{}", operation("tags: [Boxes], x-error-codes: [200401]")), &[]),
        // An optional header counts, too.
        (
            &format!(
                "{own_tag}{}\ncomponents: {{parameters: {{Maybe: {{name: X-Project, in: header, description: P., x-role: project, schema: {{$ref: '#/components/schemas/ProjectId'}}}}}}}}",
                operation(&format!(
                    "tags: [Boxes], x-error-codes: [200403], parameters: [{thing}, {{$ref: '#/components/parameters/Maybe'}}]"
                ))
            ),
            &[],
        ),
    ]);
}

#[test]
fn warnings_about_danger() {
    check(&[
        ("paths: {/things: {post: {description: Moves it.}}}", &[(Code::MissingWarning, "description")]),
        ("paths: {/things: {post: {description: Moves it. 2 ** 3 ** 4.}}}", &[(Code::MissingWarning, "description")]),
        ("paths: {/things: {post: {description: Moves it. __Mind your feet.__}}}", &[]),
        ("paths: {/things: {post: {description: Moves it., x-risk: destructive}}}", &[]),
    ]);
}

#[test]
fn suppressions() {
    let unused = |shown: &'static str| [(Code::UnusedAllow, shown)];
    check(&[
        // For its object, and everything inside.
        (property!("a: {type: number, description: A., x-lint-allow: {missing-unit: A ratio.}}"), &[]),
        (
            "components: {schemas: {Thing: {x-lint-allow: {missing-unit: Ratios.}, properties: {a: {type: number, description: A.}}}}}",
            &[],
        ),
        // The innermost one applies, so the other is unused.
        (
            "components: {schemas: {Thing: {x-lint-allow: {missing-unit: Ratios.}, properties: {a: {type: number, description: A., x-lint-allow: {missing-unit: A ratio.}}}}}}",
            &unused("missing-unit"),
        ),
        // Not for its siblings.
        (
            property!(
                "a: {type: boolean, description: A., x-lint-allow: {missing-unit: A ratio.}}, ab: {type: number, description: A.}"
            ),
            &[(Code::UnusedAllow, "missing-unit"), (Code::MissingUnit, "ab")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: {missing-unti: A ratio.}}"),
            &[(Code::WrongValue, "missing-unti")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: {dangling-ref: Later.}}"),
            &[(Code::WrongValue, "dangling-ref")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: {unused-allow: So.}}"),
            &[(Code::WrongValue, "unused-allow")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: {missing-unit: ''}}"),
            &[(Code::WrongValue, "''")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: {missing-unit: TODO}}"),
            &[(Code::WrongValue, "TODO")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: {missing-unit: true}}"),
            &[(Code::WrongValue, "true")],
        ),
        (
            property!("a: {type: number, description: A., x-lint-allow: [missing-unit]}"),
            &[(Code::WrongValue, "missing-unit")],
        ),
        // A whole document cannot suppress a rule.
        ("x-lint-allow: {missing-unit: Whatever.}", &[(Code::UnknownExtension, "x-lint-allow")]),
    ]);
    let problems =
        linted(&with(property!("a: {type: number, description: A., x-lint-allow: {missing-unti: A ratio.}}")));
    assert_eq!(problems.problems()[0].help, "did you mean `missing-unit`?");
}

#[test]
fn errors_come_first_then_the_order_of_the_file() {
    let text = with(
        "info: {description: ''}\ncomponents: {schemas: {Thing: {properties: {a: {type: number}, b: {description: B., anyOf: [{type: string}]}}}}}",
    );
    let problems = linted(&text);
    let found: Vec<(Severity, Code)> =
        problems.problems().iter().map(|problem| (problem.severity(), problem.code)).collect();
    assert_eq!(
        found,
        [
            (Severity::Error, Code::Unsupported),
            (Severity::Warning, Code::EmptyText),
            (Severity::Warning, Code::MissingDescription),
            (Severity::Warning, Code::MissingUnit),
        ]
    );
    assert!(problems.to_string().ends_with("\n1 error and 3 warnings in spec.yaml\n"), "{problems}");
}

/// Other documents have other `x-` keys and conventions, and no suppressions.
#[test]
fn foreign_documents_have_fewer_rules() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    get:
      summary: S
      x-risk: physical
      x-lint-allow: {missing-description: Ours only.}
      responses: {'200': {description: 物体, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}, example: {id: 5, more: 1}}}}}
components:
  schemas:
    Thing: {type: object, description: T., properties: {id: {type: string, description: I.}, at: {type: number, description: A.}}}
    Unused: {type: string, description: ''}
";
    let problems = lint(&Source::new("spec.yaml", text), Dialect::OpenApi);
    let found: Vec<(Code, &str)> =
        problems.problems().iter().map(|problem| (problem.code, &text[problem.location.span.clone()])).collect();
    assert_eq!(
        found,
        [
            (Code::MissingDescription, "get"),
            (Code::DerivedName, "get"),
            (Code::BadExample, "5"),
            (Code::UnusedComponent, "Unused"),
            (Code::EmptyText, "''"),
        ]
    );
}

/// Every rule terminates for a recursive schema, and for an unusable one.
#[test]
fn circular_references_and_invalid_patterns() {
    let text = with(
        "components: {schemas: {Thing: {properties: {a: {$ref: '#/components/schemas/A'}}}, A: {$ref: '#/components/schemas/A'}}}",
    );
    assert!(linted(&text).problems().iter().any(|problem| problem.code == Code::CircularRef));
    let text = with(property!("a: {type: string, pattern: '(', description: A., example: x}"));
    let problems = linted(&text);
    let [problem, ..] = problems.problems() else { panic!("no problem was reported") };
    assert!(problem.message.contains("cannot be checked"), "{problems}");
}
