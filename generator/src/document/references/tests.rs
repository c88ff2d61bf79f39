use super::*;
use crate::document::yaml::parse;
use crate::{Dialect, Source};

fn normalized(text: &str) -> serde_json::Value {
    let source = Source::new("x.yaml", text);
    let mut tree = parse(&source, false).unwrap();
    normalize(&source, &mut tree, BTreeMap::new(), Policy::of(Dialect::OpenApi));
    tree.json()
}

#[test]
fn a_target_becomes_a_component() {
    let json = normalized(
        "components:
  schemas:
    A: {properties: {b: {type: string}, c: {$ref: '#/components/schemas/A/properties/b'}}}
    D: {$ref: '#/definitions/E'}
    F: {$ref: '#/components/schemas/G%20H'}
    G H: {}
definitions: {E: {type: integer}}
",
    );
    let schemas = &json["components"]["schemas"];
    assert_eq!(schemas["A"]["properties"]["b"]["$ref"], "#/components/schemas/A_b");
    assert_eq!(schemas["A"]["properties"]["c"]["$ref"], "#/components/schemas/A_b");
    assert_eq!(schemas["A_b"]["type"], "string");
    assert_eq!(schemas["D"]["$ref"], "#/components/schemas/E");
    assert_eq!(schemas["E"]["type"], "integer");
    assert_eq!(schemas["F"]["$ref"], "#/components/schemas/G H");
}

#[test]
fn a_target_within_another_one_is_moved_first() {
    let json = normalized(
        "x-a: {properties: {b: {items: {type: string}}}}
components:
  schemas:
    C: {$ref: '#/x-a'}
    D: {$ref: '#/x-a/properties/b'}
    E: {$ref: '#/x-a/properties/b/items'}
",
    );
    let schemas = &json["components"]["schemas"];
    assert_eq!(schemas["x_a"]["properties"]["b"]["$ref"], "#/components/schemas/x_a_b");
    assert_eq!(schemas["x_a_b"]["items"]["$ref"], "#/components/schemas/x_a_b_items");
    assert_eq!(schemas["x_a_b_items"]["type"], "string");
}

#[test]
fn references_to_missing_targets_are_unchanged() {
    for target in ["#/definitions/A", "other.yaml#/a", "#/components/parameters/P", "#", "#/components"] {
        let json =
            normalized(&format!("components: {{parameters: {{P: {{}}}}, schemas: {{A: {{$ref: '{target}'}}}}}}"));
        assert_eq!(json["components"]["schemas"]["A"]["$ref"], target);
    }
}

fn with_files(text: &str, files: &[(&str, &str)]) -> serde_json::Value {
    let read = |path: &str| {
        let text = files.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned());
        text.ok_or_else(|| "none".to_owned())
    };
    let source = Source::new("x.yaml", text).with_files(false, read);
    let mut tree = parse(&source, false).unwrap();
    let trees = crate::document::trees(&source, Policy::of(Dialect::OpenApi)).unwrap();
    normalize(&source, &mut tree, trees, Policy::of(Dialect::OpenApi));
    tree.json()
}

#[test]
fn targets_of_other_files_become_components_with_what_they_refer_to() {
    let a = "Pet: {properties: {owner: {$ref: '../b.yaml'}, self: {$ref: '#/Pet'}, name: {$ref: '#/Name'}}}\nName: {type: string}";
    let b =
        "{properties: {pets: {items: {$ref: 'schemas/a.yaml#/Pet'}}, top: {$ref: 'x.yaml#/components/schemas/Top'}}}";
    let json = with_files(
        "components:
  schemas:
    Top: {$ref: 'schemas/a.yaml#/Pet'}
    Pet: {type: integer}
    Name: {$ref: 'schemas/a.yaml#/Pet/properties/name'}
",
        &[("schemas/a.yaml", a), ("b.yaml", b)],
    );
    let schemas = &json["components"]["schemas"];
    assert_eq!(schemas["Top"]["$ref"], "#/components/schemas/Pet_2");
    let properties = &schemas["Pet_2"]["properties"];
    assert_eq!(properties["owner"]["$ref"], "#/components/schemas/b");
    assert_eq!(properties["self"]["$ref"], "#/components/schemas/Pet_2");
    assert_eq!(schemas["b"]["properties"]["pets"]["items"]["$ref"], "#/components/schemas/Pet_2");
    assert_eq!(schemas["b"]["properties"]["top"]["$ref"], "#/components/schemas/Top");
    // Both are the one string.
    let end = |at: &str| {
        let mut at = at.to_owned();
        while let Some(next) = schemas[&at]["$ref"].as_str() {
            at = next.rsplit('/').next().unwrap().to_owned();
        }
        at
    };
    let name = properties["name"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(end(name), end("Name"));
    assert_eq!(schemas[end("Name")]["type"], "string");
}

#[test]
fn a_cycle_through_files_ends() {
    let json = with_files(
        "components: {schemas: {A: {$ref: 'a.yaml#/B'}}}",
        &[("a.yaml", "B: {$ref: 'b.yaml#/C'}"), ("b.yaml", "C: {$ref: 'a.yaml#/B'}")],
    );
    let schemas = &json["components"]["schemas"];
    assert_eq!(schemas["A"]["$ref"], "#/components/schemas/B");
    assert_eq!(schemas["B"]["$ref"], "#/components/schemas/C");
    assert_eq!(schemas["C"]["$ref"], "#/components/schemas/B");
}

#[test]
fn a_path_is_copied() {
    let json = with_files(
        "paths:
  /a: {$ref: 'paths.yaml#/a'}
  /b: {$ref: '#/paths/~1a', summary: Own.}
  /c: {$ref: '#/paths/~1c'}
components: {parameters: {P: {name: p}}}
",
        &[("paths.yaml", "a: {summary: Of a., parameters: [{$ref: 'x.yaml#/components/parameters/P'}], get: {}}")],
    );
    for (path, summary) in [("/a", "Of a."), ("/b", "Own.")] {
        let item = &json["paths"][path];
        assert_eq!(item["parameters"][0]["$ref"], "#/components/parameters/P", "{path}");
        assert_eq!((&item["summary"], item["get"].is_object()), (&summary.into(), true), "{path}");
    }
    assert_eq!(json["paths"]["/c"]["$ref"], "#/paths/~1c", "what leads to itself is left for the message");
}

#[test]
fn a_mapping_of_a_discriminator_names_the_component() {
    let a = "D: {properties: {k: {type: string}}, discriminator: {propertyName: k, mapping: {x: '#/X', y: Y}}}\nX: {allOf: [{$ref: '#/D'}]}";
    let json = with_files("components: {schemas: {D: {$ref: 'a.yaml#/D'}, E: {$ref: 'a.yaml#/X'}}}", &[("a.yaml", a)]);
    let schemas = &json["components"]["schemas"];
    let mapping = &schemas["D_2"]["discriminator"]["mapping"];
    assert_eq!(mapping, &serde_json::json!({"x": "#/components/schemas/X", "y": "Y"}));
}
