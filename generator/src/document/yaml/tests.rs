use serde_json::Value as Json;

use super::*;

fn parse(source: &Source) -> Result<Node<'_>, Vec<Diagnostic>> {
    super::parse(source, false)
}

#[test]
fn nodes_have_their_byte_ranges() {
    let source = Source::new("x.yaml", "é: 'ü'\nlist:\n  - a\n  - {b: 1}\nafter: |\n  text\n");
    let node = parse(&source).unwrap();
    let shown = |pointer: &str| &source.text()[node.locate(pointer).0];
    let value = |pointer: &str| &source.text()[node.locate(pointer).1];
    assert_eq!(shown("/é"), "é");
    assert_eq!(shown("/list/1"), "{b: 1}");
    assert_eq!(shown("/list/1/b"), "b");
    assert_eq!(shown("/after"), "after");
    assert_eq!(value("/é"), "'ü'");
    assert_eq!(value("/list"), "- a\n  - {b: 1}");
    assert_eq!(value("/list/1/b"), "1");
    assert_eq!(value("/list/1"), "{b: 1}");
}

#[test]
fn nodes_of_json_have_their_byte_ranges() {
    for prefix in ["", "\u{feff}", "\n "] {
        let source = Source::new("x.json", format!("{prefix}{{\"é\": \"ü\", \"list\": [ {{\"b\" : 1}} ]}}\n"));
        let node = parse(&source).unwrap();
        let value = |pointer: &str| &source.text()[node.locate(pointer).1];
        assert_eq!(&source.text()[node.locate("/é").0], "\"é\"");
        assert_eq!(value("/é"), "\"ü\"");
        assert_eq!(value("/list"), "[ {\"b\" : 1} ]");
        assert_eq!(value("/list/0/b"), "1");
    }
}

#[test]
fn a_flow_mapping_that_is_not_json_is_yaml() {
    let source = Source::new("x.yaml", "{a: 1, \"b\": [x, 'y',]} # comment\n");
    assert_eq!(parse(&source).unwrap().json(), serde_json::json!({"a": 1, "b": ["x", "y"]}));
    let source = Source::new("x.yaml", "{\"a\": [1, {\"b\": 2]}");
    assert_eq!(parse(&source).unwrap_err()[0].code, Code::YamlSyntax);
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let text = "a: &a {x: 1, y: [2]}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [{z: 4, x: 5}, *a]}\n";
    let source = Source::new("x.yaml", text);
    let expected = serde_json::json!({
        "a": {"x": 1, "y": [2]},
        "b": {"x": 1, "y": [2]},
        "c": {"x": 3, "y": [2]},
        "d": {"z": 4, "x": 5, "y": [2]},
    });
    assert_eq!(super::parse(&source, true).unwrap().json(), expected);
    assert_eq!(parse(&source).unwrap_err()[0].code, Code::YamlFeature);
    for (text, code) in
        [("a: &a [*a]", Code::YamlFeature), ("{<<: 5}", Code::YamlFeature), ("&a b: 1", Code::YamlFeature)]
    {
        let source = Source::new("x.yaml", text);
        assert_eq!(super::parse(&source, true).unwrap_err()[0].code, code, "{text}");
    }
}

#[test]
fn exponential_aliases_are_rejected() {
    let mut text = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*l{}", level - 1); 10].join(", ");
        text.push_str(&format!("l{level}: &l{level} [{items}]\n"));
    }
    let source = Source::new("x.yaml", text);
    assert_eq!(super::parse(&source, true).unwrap_err()[0].code, Code::TooLarge);
    let mut text = "l0: &l0 [x]\n".to_owned();
    for level in 1..110 {
        text.push_str(&format!("l{level}: &l{level} [*l{}]\n", level - 1));
    }
    let source = Source::new("x.yaml", text);
    assert_eq!(super::parse(&source, true).unwrap_err()[0].code, Code::TooDeep);
}

#[test]
fn scalars_have_the_types_that_serde_yaml_gives_them() {
    for text in [
        "~",
        "null",
        "true",
        "False",
        "yes",
        "on",
        "0",
        "-1",
        "+1",
        "007",
        "0x1f",
        "0o7",
        "0b1",
        "1.0",
        "1e3",
        ".5",
        "-.5",
        ".inf",
        ".nan",
        "1_000",
        "2026-11-23",
        "'1'",
        "\"true\"",
        "a",
        "1.2.3",
        "-",
        "+",
        ".",
        "e3",
        "0.1.2",
        "-.inf",
        "1e",
        "5.",
    ] {
        let source = Source::new("x.yaml", format!("k: {text}"));
        let actual = match parse(&source).map(|node| node.get("k").map(|k| k.kind())) {
            Ok(Some(kind)) => kind,
            _ => continue,
        };
        let expected = match &serde_yaml::from_str::<serde_yaml::Value>(source.text()).unwrap()["k"] {
            serde_yaml::Value::Null => "null",
            serde_yaml::Value::Bool(_) => "a boolean",
            serde_yaml::Value::Number(number) if number.is_f64() => "a number",
            serde_yaml::Value::Number(_) => "an integer",
            _ => "a string",
        };
        assert_eq!(actual, expected, "{text}");
    }
}

#[test]
fn values_are_those_that_serde_yaml_reads() {
    let text = "[~, true, False, 0, -1, +1, 0x1f, -0x1f, 0o7, 0b1, 1.5, 1e3, .5, 18446744073709551615, '1', é, {'200': [], b: {}}]";
    let source = Source::new("x.yaml", text);
    let expected: Json = serde_yaml::from_str(text).unwrap();
    assert_eq!(parse(&source).unwrap().json(), expected);
    assert_eq!(parse(&source).unwrap().yaml(), serde_yaml::from_str::<serde_yaml::Value>(text).unwrap());
    let specification = include_str!("../../../../spec/flighthub2.yaml");
    let source = Source::new("spec.yaml", specification);
    let expected: Json = serde_yaml::from_str(specification).unwrap();
    assert_eq!(parse(&source).unwrap().json(), expected);
}
