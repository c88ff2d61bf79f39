//! Third-party documents: the lenient rules that apply to them, and the errors that remain.

use flighthub2_generator::{Code, Diagnostics, Dialect, Generated, Options, Severity, Source, generate};

/// A document with one operation and two or more schemas.
fn document(operation: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    post:\n      operationId: a\n{operation}\
         components:\n  schemas:\n    Thing: {{type: object, properties: {{a: {{type: string}}}}}}\n{schemas}"
    )
}

fn made(text: &str, dialect: Dialect) -> Result<Generated, Diagnostics> {
    generate(&Source::new("spec.yaml", text), &Options { dialect, unused_types: true, ..Options::default() })
}

/// The JSON Schemas of a generated client.
fn schemas(text: &str) -> serde_json::Value {
    let made = made(text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
    serde_json::from_str(&made.files["schemas.json"]).unwrap()
}

const DONE: &str = "      responses: {'204': {description: Done.}}\n";

fn with_schema(schema: &str) -> String {
    document(DONE, &format!("    Looked: {schema}\n"))
}

fn with_responses(responses: &str) -> String {
    document(&format!("      responses: {{{responses}}}\n"), "")
}

fn with_body(body: &str) -> String {
    document(&format!("      requestBody: {{required: true, content: {{{body}}}}}\n{DONE}"), "")
}

fn with_parameter(parameter: &str) -> String {
    document(&format!("      parameters: [{parameter}]\n{DONE}"), "")
}

/// Errors of this repository's specification that are allowed in other documents, by their code.
fn taken() -> Vec<(&'static str, Code, String)> {
    vec![
        (
            "siblings of a reference",
            Code::RefSibling,
            with_schema("{properties: {a: {$ref: '#/components/schemas/Thing', description: D}}}"),
        ),
        ("a limit on another type", Code::WrongValue, with_schema("{type: number, maxLength: 5}")),
        ("required members of no object", Code::WrongValue, with_schema("{type: string, required: [a]}")),
        ("a limit without a type", Code::WrongValue, with_schema("{pattern: '^a$'}")),
        ("a list without items", Code::MissingKey, with_schema("{type: array}")),
        ("anyOf", Code::Unsupported, with_schema("{anyOf: [{type: string}, {type: boolean}]}")),
        (
            "indistinguishable variants",
            Code::AmbiguousUnion,
            with_schema("{oneOf: [{$ref: '#/components/schemas/Thing'}, {type: object}]}"),
        ),
        (
            "a nullable variant",
            Code::Unsupported,
            with_schema("{oneOf: [{type: string, nullable: true}, {type: boolean}]}"),
        ),
        ("an enumeration of booleans", Code::Unsupported, with_schema("{type: boolean, enum: [true]}")),
        ("an enumeration of numbers", Code::Unsupported, with_schema("{type: number, enum: [0.5, 1]}")),
        ("a value twice", Code::DuplicateName, with_schema("{type: string, enum: [a, b, a]}")),
        (
            "a required member that is not described",
            Code::UnknownRequired,
            with_schema("{type: object, required: [elsewhere], properties: {a: {type: string}}}"),
        ),
        (
            "an optional parameter that may be null",
            Code::Unsupported,
            with_parameter("{name: q, in: query, schema: {type: string, nullable: true}}"),
        ),
        (
            "a body that may be null",
            Code::Unsupported,
            with_body("application/json: {schema: {type: string, nullable: true}}"),
        ),
        (
            "a form",
            Code::Unsupported,
            with_body("application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Thing'}}"),
        ),
        ("a text as a body", Code::Unsupported, with_body("text/plain: {schema: {type: string}}")),
        ("bytes as a body", Code::Unsupported, with_body("image/png: {schema: {type: string, format: binary}}")),
        (
            "a string as a response",
            Code::Unsupported,
            with_responses("'200': {description: D, content: {text/csv: {schema: {type: string}}}}"),
        ),
        (
            "any type as a response",
            Code::Unsupported,
            with_responses("'200': {description: D, content: {'*/*': {schema: {type: object}}}}"),
        ),
        (
            "a response with content and one without",
            Code::Unsupported,
            with_responses(
                "'200': {description: D, content: {application/json: {schema: {type: string}}}}, '204': {description: D}",
            ),
        ),
        ("failures only", Code::Answer, with_responses("'404': {description: D}")),
    ]
}

#[test]
fn foreign_documents_may_violate_our_conventions() {
    for (name, code, text) in taken() {
        if let Err(problems) = made(&text, Dialect::OpenApi) {
            panic!("{name}:\n{problems}");
        }
        let problems = made(&text, Dialect::FlightHub).expect_err(name);
        assert!(problems.problems().iter().any(|problem| problem.code == code), "{name}:\n{problems}");
    }
}

/// Slips that change nothing in the code, and what has a type that takes more than is described: each with a warning.
fn mistakes() -> Vec<(&'static str, Code, String)> {
    vec![
        ("members of no object", Code::WrongValue, with_schema("{type: string, properties: {a: {type: string}}}")),
        ("items of no list", Code::WrongValue, with_schema("{type: object, items: {type: string}}")),
        ("not", Code::Unsupported, with_schema("{not: {type: string}}")),
        (
            "anyOf next to properties",
            Code::Unsupported,
            with_schema("{properties: {a: {type: string}}, anyOf: [{type: string}, {type: boolean}]}"),
        ),
        (
            "anyOf next to oneOf",
            Code::Unsupported,
            with_schema("{oneOf: [{type: string}, {type: boolean}], anyOf: [{type: string}, {type: boolean}]}"),
        ),
        (
            "one variant next to properties",
            Code::Unsupported,
            with_schema("{properties: {a: {type: string}}, oneOf: [{type: string}]}"),
        ),
        ("a default of another type", Code::BadDefault, with_schema("{type: number, default: x}")),
        ("a default beside the values", Code::BadDefault, with_schema("{type: number, enum: [1, 2], default: 3}")),
        ("numbers as values of a string", Code::WrongValue, with_schema("{type: string, enum: [1, 2]}")),
        (
            "a required member that is misspelt",
            Code::UnknownRequired,
            with_schema("{type: object, required: [colour], properties: {color: {type: string}}}"),
        ),
        (
            "a media type that is none",
            Code::Unsupported,
            with_body("picture: {schema: {type: string, format: binary}}"),
        ),
        (
            "an object in XML",
            Code::Unsupported,
            with_body("application/xml: {schema: {$ref: '#/components/schemas/Thing'}}"),
        ),
        (
            "bytes as parts",
            Code::Unsupported,
            with_body("multipart/form-data: {schema: {type: string, format: binary}}"),
        ),
        ("redirects only", Code::Answer, with_responses("'302': {description: D}")),
        ("an unknown key", Code::UnknownKey, with_schema("{type: string, requierd: true}")),
        ("a limit that is no number", Code::WrongValue, with_schema("{type: string, maxLength: many}")),
        ("a text that is a number", Code::WrongValue, with_schema("{type: string, description: 5}")),
        ("a boolean in quotes", Code::WrongValue, with_schema("{type: string, nullable: 'true'}")),
        (
            "null for a key",
            Code::WrongValue,
            with_schema("{type: string, description: null, example: null, format: ~}"),
        ),
        ("an empty list", Code::WrongValue, with_schema("{type: object, required: []}")),
        ("a response without a description", Code::MissingKey, with_responses("'204': {}")),
        ("no responses", Code::MissingKey, document("      summary: S\n", "")),
        ("a parameter without a schema", Code::MissingKey, with_parameter("{name: q, in: query}")),
        ("null for a required key", Code::MissingKey, document("      responses: null\n", "")),
        ("null for a schema", Code::MissingKey, with_parameter("{name: q, in: query, schema: null}")),
        ("null for content", Code::MissingKey, with_parameter("{name: q, in: query, content: null}")),
        (
            "null next to content",
            Code::WrongValue,
            with_parameter("{name: q, in: query, schema: null, content: {text/plain: {schema: {type: string}}}}"),
        ),
        ("a description of another type", Code::MissingKey, with_responses("'204': {description: [D]}")),
        ("null for callbacks", Code::WrongValue, document(&format!("      callbacks: null\n{DONE}"), "")),
        (
            "a parameter listed twice",
            Code::DuplicateName,
            with_parameter(
                "{name: q, in: query, schema: {type: string}}, {name: q, in: query, schema: {type: string}}",
            ),
        ),
        ("an undefined scheme", Code::DanglingRef, document(&format!("      security: [{{a: []}}]\n{DONE}"), "")),
    ]
}

#[test]
fn slips_are_warnings_in_documents_of_others_and_errors_in_ours() {
    for (name, code, text) in mistakes() {
        let made = made(&text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{name}:\n{problems}"));
        let found = made.warnings.iter().find(|warning| warning.code == code);
        let warning = found.unwrap_or_else(|| panic!("{name}: {:#?}", made.warnings));
        assert!(warning.severity() == Severity::Warning && warning.location.line > 0, "{name}: {warning:?}");
        let problems = self::made(&text, Dialect::FlightHub).expect_err(name);
        assert!(problems.problems().iter().any(|problem| problem.severity() == Severity::Error), "{name}:\n{problems}");
    }
}

/// Constructs that only third-party documents have.
#[test]
fn what_is_represented_has_no_warning() {
    for (name, text) in [
        ("an enumeration of several types", with_schema("{enum: [a, 1]}")),
        (
            "a required parameter that may be null",
            with_parameter("{name: q, in: query, required: true, schema: {type: string, nullable: true}}"),
        ),
        (
            "an object within a form",
            with_body(
                "application/x-www-form-urlencoded: {schema: {properties: {a: {$ref: '#/components/schemas/Thing'}}}}",
            ),
        ),
        ("several parts", with_body("multipart/form-data: {schema: {$ref: '#/components/schemas/Thing'}}")),
        ("bytes of any type", with_body("image/*: {schema: {type: string, format: binary}}")),
        ("a file of JSON", with_body("application/json: {schema: {type: string, format: binary}}")),
        (
            "a choice of media types",
            with_body("application/json: {schema: {type: integer}}, text/plain: {schema: {type: string}}"),
        ),
        (
            "a callback that is a reference",
            document(&format!("      callbacks: {{c: {{$ref: '#/components/callbacks/c'}}}}\n{DONE}"), "")
                + "  callbacks: {c: {}}\n",
        ),
        (
            "bytes within JSON",
            with_body("application/json: {schema: {properties: {a: {type: string, format: binary}}}}"),
        ),
        (
            "answers of two types",
            with_responses(
                "'200': {description: D, content: {application/json: {schema: {type: string}}}}, \
                 '201': {description: D, content: {application/json: {schema: {type: boolean}}}}",
            ),
        ),
        (
            "two keys at once",
            document(&format!("      security: [{{a: [], b: []}}]\n{DONE}"), "")
                + "  securitySchemes:\n    a: {type: apiKey, in: header, name: A}\n    b: {type: apiKey, in: query, name: B}\n",
        ),
        (
            "anchors, aliases and merge keys",
            document(
                DONE,
                "    A: &a {type: object, properties: {a: {type: string}}}\n    B: *a\n    C: {<<: *a, title: C}\n",
            ),
        ),
        (
            "a reference to a place within a schema",
            with_schema("{properties: {a: {$ref: '#/components/schemas/Thing/properties/a'}}}"),
        ),
    ] {
        let made = made(&text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{name}:\n{problems}"));
        let other: Vec<_> = made.warnings.iter().filter(|warning| warning.code != Code::UnusedPart).collect();
        assert!(other.is_empty(), "{name}: {other:#?}");
        self::made(&text, Dialect::FlightHub).expect_err(name);
    }
}

/// Constructs without correct code.
fn refused() -> Vec<(&'static str, Code, String)> {
    vec![
        ("a choice of itself", Code::CircularRef, with_schema("{anyOf: [{$ref: '#/components/schemas/Looked'}]}")),
        ("values of two types", Code::AllOfConflict, with_schema("{allOf: [{type: string}, {type: boolean}]}")),
        (
            "a list as a form",
            Code::Unsupported,
            with_body("application/x-www-form-urlencoded: {schema: {type: array, items: {type: string}}}"),
        ),
        ("a missing target", Code::DanglingRef, with_schema("{$ref: '#/definitions/A'}")),
        ("another file", Code::Unsupported, with_schema("{$ref: 'other.yaml#/A'}")),
        (
            "a range of statuses twice",
            Code::DuplicateKey,
            document("      responses: {4XX: {description: a}, 4xx: {description: b}, 5xx: {description: c}}\n", ""),
        ),
        ("a path without a slash", Code::UnknownKey, document(DONE, "").replace("  /a:", "  a:")),
    ]
}

#[test]
fn unsupported_constructs_are_rejected() {
    for (name, code, text) in refused() {
        let problems = made(&text, Dialect::OpenApi).expect_err(name);
        let codes: Vec<Code> = problems.problems().iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [code], "{name}:\n{problems}");
        let problem = &problems.problems()[0];
        assert!(problem.location.line > 0 && !problem.help.is_empty(), "{name}:\n{problems}");
    }
}

/// `get_a_b` becomes the type `GetAB`, and so does `getAB`.
#[test]
fn operations_with_similar_names_keep_their_arguments() {
    let ids = ["get_a_b", "get_ab", "getAB", "GET-A-B", "con"];
    let operations: String = ids
        .iter()
        .map(|id| {
            format!(
                "  /{id}:\n    get:\n      operationId: {id}\n      parameters: \
                 [{{name: only {id}, in: query, schema: {{type: string}}}}]\n{DONE}"
            )
        })
        .collect();
    let text = format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n{operations}");
    let schemas = schemas(&text);
    assert_eq!(schemas["operations"].as_object().unwrap().len(), ids.len());
    for id in ids {
        let arguments = schemas["operations"][id]["arguments"]["properties"].as_object().unwrap();
        assert_eq!(arguments.keys().collect::<Vec<_>>(), [&format!("only {id}")], "{id}");
    }
}

/// A name of many words becomes a longer file name.
#[test]
fn names_of_files_may_have_two_hundred_letters() {
    let tagged = |words: usize| {
        let tag = format!("operationId: a\n      tags: [{}]", "Ab".repeat(words));
        made(&document(DONE, "").replace("operationId: a", &tag), Dialect::OpenApi)
    };
    assert!(tagged(66).is_ok());
    let refused = tagged(68).unwrap_err();
    assert_eq!(refused.problems().iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::TooLarge]);
    assert!(refused.problems()[0].message.contains("203 characters"), "{refused}");
}

/// The unused parts, by message and pointer.
fn unused(text: &str) -> Vec<(String, String)> {
    let made = made(text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(made.warnings.iter().all(|warning| warning.code == Code::UnusedPart && !warning.help.is_empty()));
    let reported: Vec<_> =
        made.warnings.iter().map(|warning| (warning.message.clone(), warning.location.pointer.clone())).collect();
    // The documentation of the module has the same, one sentence for each.
    let root = &made.files["mod.rs"];
    let sentences: Vec<&str> = root.lines().filter_map(|line| line.strip_prefix("//! - ")).collect();
    let expected: Vec<String> =
        reported.iter().map(|(message, _)| message[..1].to_uppercase() + &message[1..] + ".").collect();
    assert_eq!(sentences, expected, "{root}");
    assert_eq!(root.contains("//! # Not used\n"), !reported.is_empty(), "{root}");
    reported
}

#[test]
fn unused_parts_are_counted() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses:
        '200':
          description: D
          headers: {X-Rest: {schema: {type: integer}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '404': {description: No description.}
        '409': {$ref: '#/components/responses/Bad'}
        default: {$ref: '#/components/responses/Bad'}
    post:
      operationId: b
      callbacks: {done: {'{$request.query.url}': {post: {responses: {'204': {description: D}}}}}}
      responses:
        '204': {description: D}
        default: {$ref: '#/components/responses/Bad'}
  /c:
    get:
      operationId: c
      responses:
        default: {description: D, content: {application/json: {schema: {type: string}}}}
        '5XX': {description: D}
components:
  responses:
    Bad: {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  schemas:
    Thing: {type: object, properties: {part: {type: object, properties: {a: {type: string}}}}}
    Problem: {type: object, properties: {cause: {type: object, properties: {a: {type: string}}}, kind: {$ref: '#/components/schemas/Kind'}}}
    Kind: {type: string, enum: [a, b]}
    Shelf: {type: array, items: {$ref: '#/components/schemas/Thing'}}
";
    let expected = [
        ("the callbacks of 1 operation are not generated", "/paths/~1a/post/callbacks"),
        // The types of failures and headers are used.
        ("1 type is used by none of the generated operations", "/components/schemas/Shelf"),
    ];
    let expected = expected.map(|(message, pointer)| (message.to_owned(), pointer.to_owned()));
    assert_eq!(unused(text), expected);
    let again = Diagnostics::new(Source::new("spec.yaml", text), made(text, Dialect::OpenApi).unwrap().warnings);
    assert_eq!(again.problems().len(), 2);
    let shown = again.problems().iter().map(|problem| (problem.message.clone(), problem.location.pointer.clone()));
    assert!(shown.eq(expected), "they are shown in another order: {again}");
}

#[test]
fn used_parts_are_not_counted() {
    let thing = "{$ref: '#/components/schemas/Thing'}";
    let json = format!("content: {{application/json: {{schema: {thing}}}}}");
    for operation in [
        format!("      responses: {{'200': {{description: D, {json}}}}}\n"),
        format!("      responses: {{default: {{description: D, {json}}}}}\n"),
        format!("      requestBody: {{{json}}}\n{DONE}"),
        format!("      requestBody: {{{json}}}\n      responses: {{'404': {{description: D}}}}\n"),
        format!("      responses: {{'404': {{description: D, {json}}}}}\n"),
        format!("      responses: {{'204': {{description: D, headers: {{H: {{{json}}}}}}}}}\n"),
    ] {
        assert_eq!(unused(&document(&operation, "")), [], "{operation}");
    }
    let only_failures = document(&format!("      responses: {{'404': {{description: D, {json}}}}}\n"), "");
    // A circular reference is not followed endlessly.
    let circle = only_failures.replace(
        &format!("'404': {{description: D, {json}}}"),
        "'404': {$ref: '#/components/responses/A'}, '204': {description: D}",
    ) + "  responses: {A: {$ref: '#/components/responses/B'}, B: {$ref: '#/components/responses/A'}}\n";
    assert_eq!(unused(&circle).len(), 1);
}

/// Null where an object or a text should be: the place is that of the key, and nothing next to it is lost.
#[test]
fn null_in_a_security_scheme_is_reported_where_it_is() {
    let with_scheme = |flows: &str| {
        let scheme = format!("  securitySchemes:\n    key: {{type: oauth2, flows: {flows}}}\n");
        document(DONE, "").replace("paths:", "security: [{key: [read]}]\npaths:") + &scheme
    };
    let at = "/components/securitySchemes/key/flows";
    for (flows, expected) in [
        ("null", vec![at, at]),
        ("{implicit: null}", vec!["/implicit"]),
        ("{implicit: {authorizationUrl: null, scopes: {}}}", vec!["/implicit/authorizationUrl"; 2]),
        ("{password: {tokenUrl: t, scopes: null}}", vec!["/password/scopes"; 2]),
        ("{password: {tokenUrl: t, scopes: {read: null}}}", vec!["/password/scopes/read"]),
        ("{password: {tokenUrl: t}}", vec!["/password"]),
        ("{clientCredentials: {scopes: {}}}", vec!["/clientCredentials"]),
    ] {
        let text = with_scheme(flows);
        let made = made(&text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{flows}:\n{problems}"));
        let mistakes = made.warnings.iter().filter(|warning| warning.code != Code::UnusedPart);
        let found: Vec<_> = mistakes.map(|warning| warning.location.pointer.as_str()).collect();
        let full = |pointer: &&str| {
            if pointer.starts_with("/comp") { (*pointer).to_owned() } else { format!("{at}{pointer}") }
        };
        assert_eq!(found, expected.iter().map(full).collect::<Vec<_>>(), "{flows}: {:#?}", made.warnings);
        let refused = generate(&Source::new("spec.yaml", text), &Options::default()).unwrap_err();
        let is_there = |pointer: &String| refused.problems().iter().any(|problem| problem.location.pointer == *pointer);
        assert!(expected.iter().map(full).all(|pointer| is_there(&pointer)), "{flows}:\n{refused}");
    }
    // The client does not use `xml`, whatever it is.
    let made = made(&with_schema("{type: string, xml: null}"), Dialect::OpenApi).unwrap();
    assert_eq!(made.warnings.len(), 1, "the type is not used: {:#?}", made.warnings);
}

/// Variants refer to each other in both directions: following every path would not terminate.
#[test]
fn nested_choices_are_read_once() {
    let mut schemas = String::new();
    for level in 0..60 {
        let forms: Vec<String> =
            [1, 2, 3].iter().map(|step| format!("{{$ref: '#/components/schemas/L{}'}}", level + step)).collect();
        schemas.push_str(&format!("    L{level}: {{anyOf: [{}]}}\n", forms.join(", ")));
    }
    for level in 60..63 {
        schemas.push_str(&format!(
            "    L{level}: {{type: object, properties: {{up: {{$ref: '#/components/schemas/L0'}}}}}}\n"
        ));
    }
    let made = made(&document(DONE, &schemas), Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(made.types, 64);
}

/// JSON is YAML, except for surrogate pairs: two escapes are one character. An escaped backslash is not an escape of a
/// character.
#[test]
fn a_surrogate_pair_is_decoded() {
    let text = r#"{"openapi": "3.0.3", "info": {"title": "a \ud83c\udf6b \\ud83c\\udf6b é", "version": "\uD83C\uDF6B"}, "paths": {}}"#;
    let root = &made(text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}")).files["mod.rs"];
    assert!(root.contains(r#"ApiInfo::new("a 🍫 \\ud83c\\udf6b é")"#), "{root}");
    let half = text.replacen("\\udf6b", "", 1);
    let problems = made(&half, Dialect::OpenApi).unwrap_err();
    assert_eq!(problems.problems()[0].code, Code::YamlSyntax, "half of a pair is no character: {problems}");
}

/// A part of a document, and its generated code.
#[test]
fn constructs_and_their_generated_code() {
    let mut cases: Vec<(String, String)> = vec![
        (with_schema("{type: object, minProperties: 2, additionalProperties: true}"), "2 properties".to_owned()),
        (
            with_schema("{allOf: [{$ref: '#/components/schemas/Thing'}, {title: Spoken}]}"),
            "/// Spoken\npub type Looked = super::Thing;".to_owned(),
        ),
        (with_schema("{type: object, properties: {a: {type: integer, maximum: 5, default: 5}}}"), "`5`".to_owned()),
        (with_body("text/plain: {schema: {}}"), "\"text/plain\"".to_owned()),
    ];
    for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
        let text = document(DONE, "").replace("    post:\n", &format!("    {method}:\n"));
        cases.push((text, format!("\"{}\",", method.to_uppercase())));
    }
    for (text, expected) in cases {
        let made = made(&text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
        let code: String = made.files.values().map(String::as_str).collect();
        assert!(code.contains(&expected), "{expected}\n{text}\n{code}");
    }
}

/// A text body is sent unchanged: a schema that describes its contents requires another encoding.
#[test]
fn strings_are_sent_without_schema() {
    for shape in [
        "properties: {a: {type: string}}",
        "required: [a]",
        "additionalProperties: {type: string}",
        "items: {type: string}",
        "enum: [a, b]",
        "allOf: [{$ref: '#/components/schemas/Thing'}]",
        "oneOf: [{type: string}, {type: integer}]",
        "anyOf: [{type: string}, {type: integer}]",
    ] {
        let text = with_body(&format!("text/plain: {{schema: {{{shape}}}}}"));
        let warning = recoverable(&text, Code::Unsupported);
        assert!(warning.ends_with("it is a text that callers encode and decode"), "{shape}: {warning}");
    }
}

/// The first warning with a code.
fn recoverable(text: &str, code: Code) -> String {
    let made = made(text, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
    let found = made.warnings.iter().find(|warning| warning.code == code);
    found.unwrap_or_else(|| panic!("{text}: {:#?}", made.warnings)).message.clone()
}

/// What is nothing but another schema is only what has words beside it, not what says something of values.
#[test]
fn limits_next_to_a_reference_are_not_descriptions() {
    let made = |limit: &str| {
        let text = with_schema(&format!("{{allOf: [{{$ref: '#/components/schemas/Thing'}}, {{{limit}}}]}}"));
        made(&text, Dialect::OpenApi)
    };
    for limit in [
        "format: uuid",
        "pattern: a",
        "uniqueItems: true",
        "minimum: 1",
        "maximum: 1",
        "multipleOf: 2",
        "maxLength: 1",
        "nullable: true",
        "properties: {b: {type: string}}",
        "required: [a]",
        "additionalProperties: true",
    ] {
        let made = made(limit).unwrap_or_else(|problems| panic!("{limit}:\n{problems}"));
        let code: String = made.files.values().map(String::as_str).collect();
        assert!(!code.contains("pub type Looked = super::Thing;"), "{limit}:\n{code}");
    }
    for limit in [
        "type: number, minimum: 1",
        "type: number, maximum: 1",
        "type: number, multipleOf: 2",
        "type: string, minLength: 1",
    ] {
        assert!(made(limit).is_err(), "{limit}");
    }
    for limit in ["enum: [a]", "oneOf: [{type: string}, {type: integer}]"] {
        let text = with_schema(&format!("{{allOf: [{{$ref: '#/components/schemas/Thing'}}, {{{limit}}}]}}"));
        recoverable(&text, Code::Unsupported);
    }
}

#[test]
fn only_objects_are_joined() {
    for member in [
        "oneOf: [{type: string}, {type: integer}]",
        "anyOf: [{type: string}, {type: integer}]",
        "items: {type: string}",
        "enum: [a]",
    ] {
        let text =
            with_schema(&format!("{{type: object, properties: {{b: {{type: string}}}}, allOf: [{{{member}}}]}}"));
        let warning = recoverable(&text, Code::Unsupported);
        assert!(
            warning.ends_with("properties that only these keys describe are kept as additional properties"),
            "{member}: {warning}"
        );
    }
    let joined = |one: &str, other: &str| {
        let map = |values: &str| format!("{{type: object, additionalProperties: {{type: {values}}}}}");
        made(&with_schema(&format!("{{allOf: [{}, {}]}}", map(one), map(other))), Dialect::OpenApi)
    };
    assert!(joined("string", "string").is_ok());
    let warnings = joined("string", "integer").unwrap_or_else(|problems| panic!("{problems}")).warnings;
    assert!(warnings.iter().any(|warning| warning.code == Code::AllOfConflict), "{warnings:#?}");
}

/// Binary data of a part is a file, and of JSON a string.
#[test]
fn a_definition_is_written_once_for_json_and_once_for_parts() {
    let photo = "    Photo: {type: object, properties: {data: {type: string, format: binary}, of: {$ref: '#/components/schemas/Photo'}}}\n";
    let operation = |id: &str, media_type: &str| {
        let content = format!("content: {{{media_type}: {{schema: {{$ref: '#/components/schemas/Photo'}}}}}}");
        format!(
            "  /{id}:\n    post:\n      operationId: {id}\n      requestBody: {{required: true, {content}}}\n      \
             responses: {{'200': {{description: D, content: {{application/json: {{schema: {{$ref: \
             '#/components/schemas/Photo'}}}}}}}}}}\n"
        )
    };
    let operations = operation("a", "multipart/form-data") + &operation("b", "application/json");
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n{operations}components:\n  schemas:\n{photo}"
    );
    let schemas = schemas(&text);
    let body = |id: &str| schemas["operations"][id]["arguments"]["properties"]["body"]["$ref"].clone();
    assert_eq!([body("a"), body("b")], ["#/$defs/Photo@parts", "#/$defs/Photo"]);
    for id in ["a", "b"] {
        assert_eq!(schemas["operations"][id]["result"]["$ref"], "#/$defs/Photo");
    }
    let definitions = schemas["$defs"].as_object().unwrap();
    assert_eq!(definitions.keys().collect::<Vec<_>>(), ["Photo", "Photo@parts"]);
    assert_eq!(definitions["Photo"]["properties"]["data"]["type"], "string");
    assert!(definitions["Photo@parts"]["properties"]["data"]["anyOf"].is_array());
    assert_eq!(definitions["Photo@parts"]["properties"]["of"]["$ref"], "#/$defs/Photo@parts");
}

#[test]
fn the_documentation_says_nothing_about_the_effects_of_an_operation() {
    let text = document(DONE, "").replace("    post:", "    delete:");
    let made = made(&text, Dialect::OpenApi).unwrap();
    let code: String = made.files.values().map(String::as_str).collect();
    assert!(code.contains("- Risk: write, because `DELETE` is not a safe method."), "{code}");
    // The sentences of documents with `x-risk`.
    assert!(!code.contains("deletes data") && !code.contains("moves a device"), "{code}");
}
