//! What is generated of a document: filters, operations that are skipped, overlays, and the report.

use flighthub2_generator::{
    Code, Diagnostics, Dialect, Filter, Generated, Options, Severity, Source, UntypedReason, generate, report,
};

use crate::for_all::for_all;
use proptest::prelude::*;

const DOCUMENT: &str = "\
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/Query'}}]
    get:
      operationId: listPets
      tags: [pets]
      responses: {'200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
    post:
      operationId: addPet
      tags: [pets, admin]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewPet'}}}}
      responses: {'204': {description: D}}
  /shops:
    get:
      tags: [shops]
      responses: {'200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Shop'}}}}}
components:
  schemas:
    Query: {type: object, properties: {name: {type: string}}}
    Pet: {type: object, properties: {name: {type: string}, toy: {$ref: '#/components/schemas/Toy'}}}
    NewPet: {type: object, properties: {name: {type: string}, toy: {$ref: '#/components/schemas/Toy'}, any: {}}}
    Toy: {type: object, properties: {name: {type: string}}}
    Shop: {type: object, properties: {name: {type: string}, owner: {$ref: '#/components/schemas/Owner'}}}
    Owner: {type: object, properties: {name: {type: string}}}
    Unused: {type: object, properties: {owner: {$ref: '#/components/schemas/Owner'}}}
";

fn options() -> Options {
    Options { dialect: Dialect::OpenApi, ..Options::default() }
}

/// Also with the types that no operation uses.
fn all_types() -> Options {
    Options { unused_types: true, ..options() }
}

fn with_filter(include: &[&str], exclude: &[&str]) -> Result<Generated, Diagnostics> {
    let filter = include.iter().fold(Filter::default(), |filter, it| filter.including(it.parse().unwrap()));
    let filter = exclude.iter().fold(filter, |filter, it| filter.excluding(it.parse().unwrap()));
    generate(&Source::new("pets.yaml", DOCUMENT), &Options { filter, ..options() })
}

fn skipping(text: &str) -> Result<Generated, Diagnostics> {
    generate(&Source::new("pets.yaml", text), &Options { skip_unsupported: true, ..all_types() })
}

/// The ids of the operations, in the catalogue's order, and the names of the types.
fn contents(made: &Generated) -> (Vec<String>, Vec<String>) {
    let text: String = made.files.values().map(String::as_str).collect();
    let ids = made.files["mod.rs"].split("OPERATIONS").nth(1).unwrap().split(" as runtime::Operation").count() - 1;
    assert_eq!(ids, made.operations);
    let ids = ["listPets", "addPet", "get_shops"].into_iter().filter(|id| text.contains(&format!("\"{id}\"")));
    let types = ["Query", "Pet", "NewPet", "Toy", "Shop", "Owner", "Unused"].into_iter();
    let types = types.filter(|name| text.contains(&format!("pub struct {name} ")));
    (ids.map(str::to_owned).collect(), types.map(str::to_owned).collect())
}

#[test]
fn a_filter_generates_what_it_selects_and_the_types_of_that() {
    let all = contents(&with_filter(&[], &[]).unwrap());
    assert_eq!(all.0, ["listPets", "addPet", "get_shops"]);
    assert_eq!(all.1, ["Query", "Pet", "NewPet", "Toy", "Shop", "Owner"]);
    for (include, exclude, ids, types) in [
        (vec!["tag:pets"], vec![], vec!["listPets", "addPet"], vec!["Query", "Pet", "NewPet", "Toy"]),
        (vec![], vec!["tag:adm*"], vec!["listPets", "get_shops"], vec!["Query", "Pet", "Toy", "Shop", "Owner"]),
        (vec!["path:/shops"], vec![], vec!["get_shops"], vec!["Shop", "Owner"]),
        (vec!["operation:get_*"], vec![], vec!["get_shops"], vec!["Shop", "Owner"]),
        (vec!["path:GET *"], vec!["path:/s*"], vec!["listPets"], vec!["Query", "Pet", "Toy"]),
        (vec!["operation:addPet", "tag:shops"], vec!["path:delete *", "path:post /nothing"], vec![], vec![]),
    ] {
        let made = with_filter(&include, &exclude);
        if ids.is_empty() {
            assert!(made.is_err(), "{include:?} {exclude:?}");
            continue;
        }
        let made = made.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(
            contents(&made),
            (ids.iter().map(|it| (*it).to_owned()).collect(), types.iter().map(|it| (*it).to_owned()).collect()),
            "{include:?} {exclude:?}"
        );
        assert_eq!(made.excluded + made.operations, 3);
        let note = format!("{} operation", made.excluded);
        assert!(made.files["mod.rs"].contains("# Not generated") && made.files["mod.rs"].contains(&note));
    }
}

#[test]
fn types_that_no_operation_uses_are_generated_on_request() {
    let source = Source::new("pets.yaml", DOCUMENT);
    let made = generate(&source, &options()).unwrap();
    let warnings = made.warnings.iter().filter(|it| it.code == Code::UnusedPart);
    let warnings: Vec<String> = warnings.map(|it| format!("{} {}", it.location.pointer, it.message)).collect();
    let message = "1 component is used by no operation and is not generated";
    assert_eq!(warnings, [format!("/components/schemas/Unused {message}")]);
    assert!(made.files["mod.rs"].contains(&format!("- {message}.")), "{}", made.files["mod.rs"]);
    let made = generate(&source, &all_types()).unwrap();
    assert_eq!(contents(&made).1, ["Query", "Pet", "NewPet", "Toy", "Shop", "Owner", "Unused"]);
    let text: String = made.files.values().map(String::as_str).collect();
    assert!(!text.contains("for Unused"), "it is only decoded: {text}");
    // What is not generated has no errors.
    let (before, unused) = DOCUMENT.split_once("Unused:").unwrap();
    let broken = format!("{before}Unused:{}", unused.replace("Owner", "Missing"));
    let source = Source::new("pets.yaml", broken);
    assert!(generate(&source, &all_types()).is_err());
    generate(&source, &options()).unwrap_or_else(|problems| panic!("{problems}"));
    // A document without operations is a collection of types.
    let (head, _) = DOCUMENT.split_once("paths:").unwrap();
    let (_, components) = DOCUMENT.split_once("components:").unwrap();
    let source = Source::new("pets.yaml", format!("{head}paths: {{}}\ncomponents:{components}"));
    assert_eq!(generate(&source, &options()).unwrap().types, 7);
}

/// Nothing refers to a component that is left out.
#[test]
fn components_that_the_document_uses_outside_of_its_operations_remain() {
    let text = "\
openapi: 3.0.3
info: {title: T, version: '1'}
security: [{root: []}]
paths:
  /a:
    get:
      operationId: a
      security: [{key: []}]
      responses: {'204': {description: D}}
      callbacks:
        done:
          '{$request.body#/url}':
            post:
              security: [{called: []}]
              requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Called'}}}}
              responses: {'204': {description: D}}
  /b:
    parameters: [{$ref: '#/components/parameters/OfPath'}]
components:
  parameters:
    OfPath: {name: p, in: query, schema: {$ref: '#/components/schemas/Used'}}
  schemas:
    Called: {type: object, properties: {u: {$ref: '#/components/schemas/Used'}}}
    Used: {type: string}
    Unused: {type: object, properties: {u: {$ref: '#/components/schemas/Called'}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: k}
    root: {type: apiKey, in: header, name: r}
    called: {type: apiKey, in: header, name: c}
";
    let made = generate(&Source::new("t.yaml", text), &options()).unwrap_or_else(|problems| panic!("{problems}"));
    let parts = made.warnings.iter().map(|it| format!("{} {}", it.location.pointer, it.message));
    let parts: Vec<String> = parts.filter(|it| it.starts_with("/components")).collect();
    // The client has no callbacks.
    let called = "/components/schemas/Called 2 components are used by no operation and are not generated";
    let used = "/components/schemas/Used 1 type is used by none of the generated operations";
    assert_eq!(parts, [called, used]);
}

#[test]
fn the_subtypes_of_a_type_with_a_discriminator_are_used_with_it() {
    let extended = |name: &str, base: &str| {
        let own = "{type: object, properties: {size: {type: integer}}}";
        format!("    {name}: {{allOf: [{{$ref: '#/components/schemas/{base}'}}, {own}]}}\n")
    };
    let toys = extended("Ball", "Toy") + &extended("Football", "Ball") + &extended("Garden", "Shop");
    let plain = format!("{DOCUMENT}{toys}");
    let types = |text: String, filter| {
        let made = generate(&Source::new("pets.yaml", text), &Options { filter, ..options() }).unwrap();
        let text: String = made.files.values().map(String::as_str).collect();
        let types = ["Toy", "Ball", "Football", "Garden"].into_iter();
        types.filter(|name| text.contains(&format!("pub struct {name} "))).collect::<Vec<_>>()
    };
    assert_eq!(types(plain.clone(), Filter::default()), ["Toy"]);
    let toy = "Toy: {type: object, properties: {name: {type: string}}";
    let with_discriminator = plain.replace(toy, &format!("{toy}, discriminator: {{propertyName: name}}"));
    assert_eq!(types(with_discriminator.clone(), Filter::default()), ["Toy", "Ball", "Football"]);
    let shops = Filter::default().including("tag:shops".parse().unwrap());
    assert!(types(with_discriminator, shops).is_empty());
}

#[test]
fn a_filter_that_has_no_effect_is_an_error_with_a_suggestion() {
    for (include, exclude, messages) in [
        (
            vec!["tag:pet"],
            vec![],
            vec!["the included pattern `tag:pet` matches no operation; did you mean `tag:pets`?"],
        ),
        (
            vec!["operation:LISTPETS"],
            vec!["path:/pets/*"],
            vec![
                "the excluded pattern `path:/pets/*` matches no operation; did you mean `path:/pets`?",
                "the included pattern `operation:LISTPETS` matches no operation; did you mean `operation:listPets`?",
            ],
        ),
        (
            vec!["tag:shops", "tag:admin"],
            vec!["path:POST *"],
            vec![
                "every operation that `tag:admin` includes is excluded by `path:POST *`; \
                 remove one of the patterns, or make the excluded one narrower",
            ],
        ),
        (vec![], vec!["path:*"], vec!["every operation is excluded; remove a pattern, or make one narrower"]),
    ] {
        let problems = with_filter(&include, &exclude).unwrap_err();
        let found: Vec<String> =
            problems.problems().iter().map(|problem| format!("{}; {}", problem.message, problem.help)).collect();
        assert_eq!(found, messages);
        assert!(problems.problems().iter().all(|it| it.code == Code::Filter && it.location.pointer == "/paths"));
    }
}

#[test]
fn operations_with_errors_are_excluded_before_they_are_reported() {
    let text =
        DOCUMENT.replace("tags: [shops]", "tags: [shops]\n      parameters: [{$ref: '#/components/parameters/P'}]");
    let source = Source::new("pets.yaml", text);
    assert!(generate(&source, &options()).is_err());
    let filter = Filter::default().excluding("tag:shops".parse().unwrap());
    assert_eq!(generate(&source, &Options { filter, ..options() }).unwrap().operations, 2);
}

const BODY: &str = "application/json: {schema: {$ref: '#/components/schemas/NewPet'}}";
/// The generator has no encoding for it.
const FORM_OF_A_LIST: &str = "application/x-www-form-urlencoded: {schema: {type: array, items: {type: string}}}";

#[test]
fn what_has_an_error_is_skipped_and_everything_else_is_generated() {
    let wrong = "{type: object, properties: {a: {$ref: '#/components/schemas/Missing'}}}";
    let toy = "Toy: {type: object, properties: {name: {type: string}}}";
    for (from, to, ids, skipped) in [
        // Of an operation, found with the form.
        (
            "tags: [shops]",
            "parameters: [{$ref: '#/components/parameters/P'}]",
            vec!["listPets", "addPet"],
            vec![
                "the operation `GET /shops` (get_shops): `#/components/parameters/P` does not exist",
                "the component `Shop` of `schemas`: only operations that are not generated use it",
            ],
        ),
        // Of an operation, found with the meaning.
        (BODY, FORM_OF_A_LIST, vec!["listPets", "get_shops"], vec!["the operation `POST /pets` (addPet): "]),
        // Of a path item.
        (
            "in: query, schema: {$ref",
            "in: qeury, schema: {$ref",
            vec!["get_shops"],
            vec![
                "the operation `GET /pets` (listPets): `qeury` is not",
                "the operation `POST /pets` (addPet): `qeury` is not",
                "the component `NewPet` of `schemas`: only operations that are not generated use it",
                "the component `Pet` of `schemas`: only operations that are not generated use it",
                "the component `Query` of `schemas`: only operations that are not generated use it",
                "the component `Toy` of `schemas`: only operations that are not generated use it",
            ],
        ),
        // Of a component that others use.
        (
            toy,
            &format!("Toy: {wrong}"),
            vec!["get_shops"],
            vec![
                "the operation `GET /pets` (listPets): `#/components/schemas/Missing` does not exist",
                "the operation `POST /pets` (addPet): `#/components/schemas/Missing` does not exist",
                "the component `NewPet` of `schemas`: it refers to a component with an error",
                "the component `Pet` of `schemas`: it refers to a component with an error",
                "the component `Toy` of `schemas`: `#/components/schemas/Missing` does not exist",
                "the component `Query` of `schemas`: only operations that are not generated use it",
            ],
        ),
        // Of a component that no operation uses.
        (
            "Unused: {type: object, properties: {owner: {$ref: '#/components/schemas/Owner'}}}",
            &format!("Unused: {wrong}"),
            vec!["listPets", "addPet", "get_shops"],
            vec!["the component `Unused` of `schemas`: `#/components/schemas/Missing` does not exist"],
        ),
    ] {
        let text = DOCUMENT.replace(from, to);
        assert_ne!(text, DOCUMENT, "{from}");
        let source = Source::new("pets.yaml", &*text);
        assert!(generate(&source, &all_types()).is_err(), "{to}");
        let made = skipping(&text).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(contents(&made).0, ids, "{to}");
        let found: Vec<&str> = made.skipped.iter().map(String::as_str).collect();
        let starts = found.iter().zip(&skipped).all(|(found, expected)| found.starts_with(expected));
        assert!(starts && found.len() == skipped.len(), "{to}\n{found:#?}\n{skipped:#?}");
        // Each is in the warnings, with its place, and in the documentation.
        let with_errors = skipped.iter().filter(|it| !it.contains("only operations")).count();
        let warnings: Vec<_> = made.warnings.iter().filter(|it| it.code == Code::Skipped).collect();
        assert_eq!(warnings.len(), with_errors, "{to}");
        for warning in warnings {
            assert_eq!(warning.severity(), Severity::Warning);
            assert!(source.location(warning.location.span.clone(), "").line > 3, "{warning:?}");
        }
        let docs = &made.files["mod.rs"];
        assert_eq!(docs.matches("//! - The ").count(), skipped.len(), "{docs}");
    }
}

/// A second error that the first has hidden.
#[test]
fn skipping_goes_on_until_everything_is_generated() {
    let text = DOCUMENT
        .replace("tags: [shops]", "parameters: [{$ref: '#/components/parameters/P'}]")
        .replace(BODY, FORM_OF_A_LIST);
    let made = skipping(&text).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(contents(&made).0, ["listPets"]);
    assert_eq!(made.warnings.iter().filter(|it| it.code == Code::Skipped).count(), 2);
    assert_eq!(made.operations, 1);
}

#[test]
fn errors_that_belong_to_no_operation_stay_errors() {
    for (from, to, code) in [
        ("info: {title: Pets, version: '1'}", "info: []", Code::WrongValue),
        ("openapi: 3.0.3", "openapi: 3.1.0", Code::Version),
        ("paths:", "servers: 5\npaths:", Code::WrongValue),
        ("tags: [shops]", "tags: [shops", Code::YamlSyntax),
    ] {
        let problems = skipping(&DOCUMENT.replace(from, to)).unwrap_err();
        assert!(problems.problems().iter().any(|it| it.code == code), "{to}\n{problems}");
    }
    // Nothing is left.
    let all = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {get: {parameters: [{$ref: '#/components/parameters/P'}], responses: {}}}\n";
    assert_eq!(skipping(all).unwrap_err().problems()[0].code, Code::DanglingRef);
}

#[test]
fn without_errors_skipping_changes_nothing() {
    let source = Source::new("pets.yaml", DOCUMENT);
    assert_eq!(generate(&source, &all_types()).unwrap(), skipping(DOCUMENT).unwrap());
}

#[test]
fn problems_of_an_overlaid_document_are_in_the_file_that_they_are_written_in() {
    let overlay = "overlay: 1.1.0\ninfo: {title: O, version: '1'}\nactions:\n  - target: $.paths['/shops'].get\n    update:\n      \
                   operationId: listShops\n      parameters: [{$ref: '#/components/parameters/P'}]\n";
    let source = Source::new("pets.yaml", DOCUMENT).with_overlay(Source::new("pets.overlay.yaml", overlay));
    let problems = generate(&source, &options()).unwrap_err();
    let [problem] = problems.problems() else { panic!("{problems}") };
    assert_eq!(
        (problem.code, problem.location.pointer.as_str()),
        (Code::DanglingRef, "/paths/~1shops/get/parameters/0/$ref")
    );
    let shown = problems.to_string();
    assert!(shown.contains("--> pets.overlay.yaml:7:27"), "{shown}");
    assert!(problems.json_lines().contains("\"file\":\"pets.overlay.yaml\",\"line\":7"), "{}", problems.json_lines());
    let fine = overlay.replace("      parameters: [{$ref: '#/components/parameters/P'}]\n", "");
    let source = Source::new("pets.yaml", DOCUMENT).with_overlay(Source::new("pets.overlay.yaml", fine));
    let made = generate(&source, &options()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(made.files["shops.rs"].contains("listShops"));
    // A client that plays the service for tests plays the changed document.
    assert!(made.files["specification.yaml"].contains("\"operationId\": \"listShops\""));
}

#[test]
fn a_derived_name_is_reported_with_its_place() {
    let made = generate(&Source::new("pets.yaml", DOCUMENT), &options()).unwrap();
    let derived: Vec<_> = made.warnings.iter().filter(|it| it.code == Code::DerivedName).collect();
    let [warning] = derived.as_slice() else { panic!("{derived:#?}") };
    assert_eq!(warning.location.pointer, "/paths/~1shops/get");
    assert_eq!(warning.message, "this operation has no `operationId`: it is called `get_shops`");
}

/// A schema that is any JSON, by its reason and the end of its pointer.
#[test]
fn every_value_of_any_json_is_reported_with_its_reason() {
    let schemas = "
    A: {type: object, required: [u], properties: {
      no_type: {}, no_items: {type: array}, object: {type: object}, mixed: {enum: [1, a]},
      union: {oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]},
      ok: {type: string}}, additionalProperties: true}
    B: {allOf: [{type: object, properties: {c: {type: string}}}, {type: object, properties: {c: {type: integer}}}]}
";
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    post:\n      operationId: a\n      \
         requestBody: {{content: {{application/json: {{}}}}}}\n      responses: {{'200': {{description: D, content: {{application/json: {{}}}}}}}}\n\
         components:\n  schemas:{schemas}"
    );
    let source = Source::new("t.yaml", text);
    let made = generate(&source, &all_types()).unwrap_or_else(|problems| panic!("{problems}"));
    let found: Vec<(UntypedReason, &str)> =
        made.untyped.iter().map(|it| (it.reason, it.location.pointer.as_str())).collect();
    let expected = [
        (UntypedReason::NoSchema, "/paths/~1a/post/requestBody/content/application~1json"),
        (UntypedReason::NoSchema, "/paths/~1a/post/responses/200/content/application~1json"),
        (UntypedReason::UndescribedProperty, "/components/schemas/A/required/0"),
        (UntypedReason::NoType, "/components/schemas/A/properties/no_type"),
        (UntypedReason::NoItems, "/components/schemas/A/properties/no_items"),
        (UntypedReason::NoProperties, "/components/schemas/A/properties/object"),
        (UntypedReason::MixedEnum, "/components/schemas/A/properties/mixed"),
        (UntypedReason::AmbiguousUnion, "/components/schemas/A/properties/union"),
        (UntypedReason::AnyMembers, "/components/schemas/A/additionalProperties"),
        (UntypedReason::ConflictingProperty, "/components/schemas/B/allOf/0/properties/c"),
    ];
    assert_eq!(found, expected);
    let text = report::text(&source, &made);
    assert!(text.contains("values that are any JSON (`serde_json::Value`): 10\n"), "{text}");
    assert!(text.contains("     2  the content has no schema\n        t.yaml:7:"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&report::json(&source, &made)).unwrap();
    assert_eq!(json["untyped"]["count"], 10);
    assert_eq!(json["untyped"]["by_reason"]["the content has no schema"], 2);
    assert_eq!(json["untyped"]["places"][0]["line"], 7);
    assert_eq!(json["operations"], 1);
}

/// Faults of the document that can be combined.
const FAULTS: &[(&str, &str)] = &[
    ("Query: {type: object", "Query: {type: objekt"),
    ("Toy: {type: object, properties: {name: {type: string}}}", "Toy: {$ref: '#/components/schemas/Nothing'}"),
    ("Owner: {type: object, properties: {name: {type: string}}}", "Owner: {allOf: [{type: string}, {type: integer}]}"),
    ("tags: [shops]", "tags: [shops]\n      parameters: [{$ref: '#/components/parameters/P'}]"),
    (BODY, FORM_OF_A_LIST),
    ("tags: [pets, admin]", "tags: {a: b}"),
    ("operationId: listPets", "operationId: [listPets]"),
];

/// Nothing is lost in silence, whatever is wrong: each operation is generated or reported.
#[test]
fn each_operation_is_generated_or_reported() {
    let mut partial = 0;
    for faults in 0..1_u32 << FAULTS.len() {
        let chosen = FAULTS.iter().enumerate().filter(|(index, _)| faults & (1 << index) != 0);
        let text = chosen.fold(DOCUMENT.to_owned(), |text, (_, (from, to))| {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text.replace(from, to)
        });
        match skipping(&text) {
            Ok(made) => {
                let skipped = made.skipped.iter().filter(|it| it.starts_with("the operation")).count();
                assert_eq!(made.operations + skipped, 3, "{text}\n{:#?}", made.skipped);
                partial += usize::from(skipped > 0);
            }
            // Nothing could be generated: all errors of the document are reported.
            Err(problems) => {
                let source = Source::new("pets.yaml", &*text);
                let all = generate(&source, &options()).unwrap_err();
                assert_eq!(problems.problems(), all.problems(), "{text}");
            }
        }
    }
    assert!(partial > 30, "{partial}");
}

/// A target of an overlay: one that may select something, or noise.
fn target() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec![
        ".paths",
        ".*",
        "..*",
        "..get",
        "[?@.tags]",
        "['/pets']",
        "[0]",
        "[-1]",
        "[::2]",
        ".components",
        ".schemas",
        "[?@.name == 'q']",
        "[?length(@) > 1]",
        "..['name','in']",
        ".info",
        ".title",
        "[?@..type]",
    ]);
    let built = prop::collection::vec(segment, 0..4).prop_map(|segments| format!("${}", segments.concat()));
    prop_oneof![4 => built, 1 => "[$@.\\[\\]*?a-c0-3:,!()=<&| -]{0,20}"]
}

#[test]
fn no_overlay_makes_the_generator_panic() {
    let value = prop::sample::select(vec![
        "5",
        "null",
        "[]",
        "[{a: 1}]",
        "{}",
        "{get: {}}",
        "{name: x}",
        "{$ref: '#/x'}",
        "text",
    ]);
    let action = (target(), 0..4_u8, value, target()).prop_map(|(target, kind, value, from)| {
        let modifier = match kind {
            0 => "remove: true".to_owned(),
            1 => format!("copy: {}", serde_json::Value::from(from)),
            _ => format!("update: {value}"),
        };
        format!("  - {{target: {}, {modifier}}}\n", serde_json::Value::from(target))
    });
    let applied = std::cell::Cell::new(0);
    for_all(600, prop::collection::vec(action, 1..3), |actions| {
        let overlay = format!("overlay: 1.1.0\ninfo: {{title: O, version: '1'}}\nactions:\n{}", actions.concat());
        let source = Source::new("pets.yaml", DOCUMENT).with_overlay(Source::new("o.yaml", overlay));
        let options = Options { skip_unsupported: true, ..options() };
        match generate(&source, &options) {
            Ok(made) => {
                applied.set(applied.get() + 1);
                assert_eq!(made, generate(&source, &options).unwrap());
            }
            Err(problems) => {
                assert!(problems.problems().iter().any(|problem| problem.severity() == Severity::Error));
                // Each rendering takes places in two files.
                let texts = [problems.to_string(), problems.json_lines(), problems.github_commands(), problems.sarif()];
                assert!(texts.iter().all(|text| text.contains(problems.problems()[0].code.as_str())));
            }
        }
    });
    assert!(applied.get() >= 3, "{}", applied.get());
}
