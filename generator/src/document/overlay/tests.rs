use serde_json::{Value as Json, json};

use super::*;
use crate::document::yaml::parse;

const DOCUMENT: &str = "\
openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: a}]
paths:
  /pets:
    get: {operationId: listPets, tags: [a, b], parameters: [{name: q, in: query}, {name: r, in: query}]}
    post: {operationId: addPet, tags: [a]}
  /other: {}
";

fn overlay(actions: &str) -> String {
    format!("overlay: 1.1.0\ninfo: {{title: O, version: '1'}}\nactions:\n{actions}")
}

fn overlaid(document: &str, overlays: &[String]) -> Result<Json, Vec<Diagnostic>> {
    let mut source = Source::new("api.yaml", document);
    for (index, overlay) in overlays.iter().enumerate() {
        source = source.with_overlay(Source::new(format!("o{index}.yaml"), overlay));
    }
    let mut tree = parse(&source, false).unwrap();
    apply(&source, &mut tree)?;
    Ok(tree.json())
}

fn changed(actions: &str) -> Json {
    overlaid(DOCUMENT, &[overlay(actions)]).unwrap_or_else(|problems| panic!("{actions}: {problems:#?}"))
}

/// The code, the pointer and the message of the only problem.
fn problem(text: &str) -> (Code, String, String) {
    let problems = overlaid(DOCUMENT, &[text.to_owned()]).unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    (problem.code, problem.location.pointer.clone(), problem.message.clone())
}

#[test]
fn objects_are_merged_lists_are_extended_and_scalars_are_replaced() {
    let json = changed(
        "- target: $\n  update: {info: {title: U, x: 1}, servers: [{url: b}]}\n\
         - target: $.paths['/pets'].*.tags\n  update: [c, d]\n\
         - target: $.paths['/pets'].post.tags\n  update: e\n\
         - target: $..operationId\n  update: same\n",
    );
    assert_eq!(json["info"], json!({"title": "U", "version": "1", "x": 1}));
    assert_eq!(json["servers"], json!([{"url": "a"}, {"url": "b"}]));
    assert_eq!(json["paths"]["/pets"]["get"]["tags"], json!(["a", "b", "c", "d"]));
    assert_eq!(json["paths"]["/pets"]["post"]["tags"], json!(["a", "c", "d", "e"]));
    assert_eq!(json["paths"]["/pets"]["post"]["operationId"], "same");
    assert_eq!(json["paths"]["/pets"]["get"]["operationId"], "same");
}

#[test]
fn selected_nodes_are_removed_together() {
    let json = changed("- target: $.paths['/pets'].get.parameters[?@.in == 'query']\n  remove: true\n");
    assert_eq!(json["paths"]["/pets"]["get"]["parameters"], json!([]));
    let json = changed("- target: $.paths..[?@ == 'a', 0]\n  remove: true\n");
    assert_eq!(json["paths"]["/pets"]["get"]["tags"], json!(["b"]));
    // A node and one within it.
    let json = changed("- target: $..['/pets', 'get']\n  remove: true\n");
    assert_eq!(json["paths"], json!({"/other": {}}));
}

#[test]
fn a_value_is_copied_and_so_renamed() {
    let json = changed(
        "- {target: $.paths, update: {/new: {}}}\n- {target: \"$.paths['/new']\", copy: \"$.paths['/pets']\"}\n\
         - {target: \"$.paths['/pets']\", remove: true}\n",
    );
    assert!(json["paths"].get("/pets").is_none());
    assert_eq!(json["paths"]["/new"]["post"]["operationId"], "addPet");
}

#[test]
fn an_action_applies_to_the_result_of_those_before_it() {
    let first = overlay("- {target: $.info, update: {x: {y: 1}}}\n");
    let second = overlay("- {target: $.info.x.y, update: 2}\n- {target: $.info.x, remove: false}\n");
    assert_eq!(overlaid(DOCUMENT, &[first, second]).unwrap()["info"]["x"]["y"], 2);
}

#[test]
fn version_1_0_appends_a_list_as_one_item() {
    let text = overlay("- {target: $.servers, update: [{url: b}]}\n").replace("1.1.0", "1.0.0");
    assert_eq!(overlaid(DOCUMENT, &[text]).unwrap()["servers"], json!([{"url": "a"}, [{"url": "b"}]]));
    let text = overlay("- {target: $.info.title, update: U}\n").replace("1.1.0", "1.0.0");
    assert_eq!(problem(&text).2, "version 1.0 of overlays changes objects and arrays only");
    let text = overlay("- {target: $.info, copy: '$.servers[0]'}\n").replace("1.1.0", "1.0.0");
    assert_eq!(problem(&text).2, "`copy` is a key of version 1.1 of overlays");
}

#[test]
fn what_cannot_be_applied_is_reported_in_the_overlay() {
    let case = |actions: &str| problem(&overlay(actions));
    let at = |index: &str| format!("/actions/0/{index}");
    for (actions, code, pointer, message) in [
        ("- {target: $.nfo, update: {}}", Code::OverlayTarget, at("target"), "`$.nfo` selects nothing"),
        ("- {target: $.info, copy: $.x}", Code::OverlayTarget, at("copy"), "`$.x` selects 0 values"),
        ("- {target: $.info, copy: $.*}", Code::OverlayTarget, at("copy"), "`$.*` selects 4 values"),
        (
            "- {target: $.info[, update: {}}",
            Code::YamlSyntax,
            String::new(),
            "not YAML: did not find expected ',' or ']'",
        ),
        (
            "- {target: '$.info[', update: {}}",
            Code::JsonPath,
            at("target"),
            "this is no JSONPath: at character 8, a quoted name, an index, a slice, `*`, or a filter with `?` was expected",
        ),
        (
            "- {target: \"$..[?match(@.name, 'a.*')]\", remove: true}",
            Code::JsonPath,
            at("target"),
            "the function `match` of JSONPath is not supported",
        ),
        ("- {target: $.info, update: [1]}", Code::Overlay, at("update"), "an array cannot be merged with an object"),
        (
            "- {target: $, update: {paths: {/pets: {get: 5}}}}",
            Code::Overlay,
            at("update/paths/~1pets/get"),
            "a scalar cannot be merged with an object",
        ),
        ("- {target: $.*, update: {}}", Code::Overlay, at("target"), "`$.*` selects values of different kinds"),
        ("- {target: $, remove: true}", Code::Overlay, at("target"), "the document itself cannot be removed"),
    ] {
        if code == Code::YamlSyntax {
            assert_eq!(case(actions).0, code, "{actions}");
        } else {
            assert_eq!(case(actions), (code, pointer, message.to_owned()), "{actions}");
        }
    }
}

#[test]
fn a_target_that_selects_nothing_is_corrected() {
    for (target, help) in [
        ("$.paths['/pet'].get", "did you mean `/pets` instead of `/pet`?"),
        ("$.paths.*.gett", "did you mean `get` instead of `gett`?"),
        (
            "$.paths['/other'].summary",
            "there is no `summary` in it; correct the target, or remove the action; it would change nothing",
        ),
        ("$.paths[?@.patch]", "correct the target, or remove the action; it would change nothing"),
    ] {
        let problems =
            overlaid(DOCUMENT, &[overlay(&format!("- {{target: \"{target}\", remove: true}}"))]).unwrap_err();
        assert_eq!(problems[0].help, help, "{target}");
    }
}

#[test]
fn the_form_of_an_overlay_is_checked_as_a_whole() {
    let problems = |text: &str| -> Vec<String> {
        let problems = overlaid(DOCUMENT, &[text.to_owned()]).unwrap_err();
        problems.iter().map(|problem| format!("{}: {}", problem.location.pointer, problem.message)).collect()
    };
    assert_eq!(problems("[]"), [": an overlay is a mapping, this is a list"]);
    assert_eq!(
        problems("overlay: 1.2.0\ninfo: {title: 5, versoin: '1'}\naction: []\nx-a: 1"),
        [
            "/action: `action` is not a key of an overlay",
            "/overlay: this version of overlays is not supported; 1.0.x and 1.1.x are",
            "/info/versoin: `versoin` is not a key of `info`",
            "/info/title: a string was expected, this is an integer",
            "/info: `version` is missing",
            ": `actions` is missing",
        ]
    );
    assert_eq!(
        problems(&overlay(
            "- 5\n- {update: {}}\n- {target: $, remove: yes}\n- {target: $}\n- {target: $, update: {}, copy: $}\n\
             - {target: $, extra: 1, update: {}}\n"
        )),
        [
            "/actions/0: an action is a mapping, this is an integer",
            "/actions/1: `target` is missing",
            "/actions/2/remove: `remove` is `true` or `false`, this is a string",
            "/actions/3: this action changes nothing",
            "/actions/4/copy: an action has either `update` or `copy`",
            "/actions/5/extra: `extra` is not a key of an action",
        ]
    );
    assert_eq!(
        problems("overlay: 1.1.0\ninfo: {title: O, version: '1'}\nactions: []"),
        ["/actions: `actions` is a list with an entry or more, this is a list"]
    );
}

/// The file, the line and the text of the place of a node.
#[test]
fn nodes_know_the_file_that_they_are_written_in() {
    let text = overlay("- target: $.info\n  update:\n    title: U\n    license: {name: é}\n");
    let source = Source::new("api.yaml", DOCUMENT).with_overlay(Source::new("o.yaml", &*text));
    let mut tree = parse(&source, false).unwrap();
    apply(&source, &mut tree).unwrap();
    let place = |pointer: &str| {
        let place = source.location(tree.locate(pointer).1, pointer);
        (source.name_of(&place).to_owned(), place.line, place.column)
    };
    assert_eq!(place("/info/title"), ("o.yaml".to_owned(), 6, 12));
    assert_eq!(place("/info/license/name"), ("o.yaml".to_owned(), 7, 21));
    assert_eq!(place("/info/version"), ("api.yaml".to_owned(), 2, 27));
    assert_eq!(place("/paths/~1other"), ("api.yaml".to_owned(), 8, 11));
}

#[test]
fn an_overlay_that_multiplies_is_refused() {
    let text = "a: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n";
    // Each action makes the list twice as long.
    let doubled = "- {target: $.a, copy: $.a}\n".repeat(40);
    let problems = overlaid(text, &[overlay(&doubled)]).unwrap_err();
    assert_eq!(problems[0].code, Code::TooLarge);
    // Each action doubles the depth.
    let nested = "- {target: $.b.a, update: {a: {}}}\n- {target: $.b.a.a, copy: $.b}\n".repeat(200);
    let problems = overlaid("b: {a: {}}", &[overlay(&nested)]).unwrap_err();
    assert!(matches!(problems[0].code, Code::TooDeep | Code::TooLarge), "{problems:#?}");
    let searched = "- {target: '$..*..*..*..*..*..*', update: x}\n";
    let deep = format!("{}0{}", "[".repeat(60), "]".repeat(60));
    let problems = overlaid(&deep, &[overlay(searched)]).unwrap_err();
    assert_eq!(problems[0].code, Code::TooLarge);
}
