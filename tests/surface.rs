//! What a reviewer looks at when the specification or the generator changes: every operation and every type of the client.
//! The other tests of generated code and of messages are in this program, too, so that fewer programs are linked, and the
//! tests share the processors.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a failing test panics with a message")]

mod bad_input;
mod drift;
mod fixtures;
mod mistakes;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../generator/tests/compiler/nested.rs"]
mod nested;

use std::collections::BTreeSet;

use flighthub2_tests::{code, spec};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

#[test]
fn the_surface_of_the_client() {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("surface", code::table(&code::survey(&spec::generated().files)));
    });
}

/// Lines that a change of the specification takes away (`-`) and adds (`+`), over all generated files.
fn changed_lines(edit: (&str, &str)) -> (BTreeSet<String>, Vec<String>) {
    let before = spec::text();
    assert_eq!(before.matches(edit.0).count(), 1, "the edit must be clear: {:?}", edit.0);
    let after = before.replace(edit.0, edit.1);
    let (old, new) = (spec::generated(), spec::from_text(&after).unwrap_or_else(|problems| panic!("{problems}")));
    let mut files = BTreeSet::new();
    let mut lines = Vec::new();
    // The copy of the specification changes with it, of course.
    let paths: BTreeSet<&String> =
        old.files.keys().chain(new.files.keys()).filter(|path| *path != "specification.yaml").collect();
    for path in paths {
        let text = |files: &std::collections::BTreeMap<String, String>| files.get(path).cloned().unwrap_or_default();
        let (old, new) = (text(&old.files), text(&new.files));
        for change in TextDiff::from_lines(&*old, &*new).iter_all_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => continue,
                ChangeTag::Delete => "-",
                ChangeTag::Insert => "+",
            };
            files.insert(path.clone());
            lines.push(format!("{sign} {}", change.value().trim()));
        }
    }
    (files, lines)
}

fn assert_changes(edit: (&str, &str), files: &[&str], lines: &[&str]) {
    let (changed_files, changed) = changed_lines(edit);
    assert_eq!(changed_files.iter().map(String::as_str).collect::<Vec<_>>(), files, "{edit:?}");
    assert_eq!(changed, lines, "{edit:?}");
}

#[test]
fn a_changed_description_changes_its_documentation() {
    assert_changes(
        ("description: Name shown within the project.", "description: Name that others see."),
        &["schemas.json", "types/projects.rs"],
        &[
            r#"- "description": "Name shown within the project.","#,
            r#"+ "description": "Name that others see.","#,
            "- /// Name shown within the project.",
            "+ /// Name that others see.",
            "- /// Name shown within the project.",
            "+ /// Name that others see.",
            // The method of the builder.
            "- /// Name shown within the project.",
            "+ /// Name that others see.",
        ],
    );
}

#[test]
fn a_changed_risk_changes_its_operation() {
    assert_changes(
        (
            "      x-client-name: switch_dock_camera\n      x-risk: write\n",
            "      x-client-name: switch_dock_camera\n      x-risk: destructive\n",
        ),
        &["devices.rs"],
        &[
            "- /// - Risk: write. It changes data, and neither deletes data nor moves a device.",
            "+ /// - Risk: destructive. It deletes data, stops work, spends quota or revokes rights of a person.",
            "- /// - Risk: write. It changes data, and neither deletes data nor moves a device.",
            "+ /// - Risk: destructive. It deletes data, stops work, spends quota or revokes rights of a person.",
            "- .with_risk(runtime::Risk::Write)",
            "+ .with_risk(runtime::Risk::Destructive)",
        ],
    );
}

#[test]
fn an_added_property_adds_its_lines() {
    assert_changes(
        (
            "        nickname:\n          type: string\n          description: Name shown within the project.\n",
            "        nickname:\n          type: string\n          description: Name shown within the project.\n        \
             badge:\n          type: integer\n          description: A new one.\n",
        ),
        &["schemas.json", "types/projects.rs"],
        &[
            r#"+ "badge": {"#,
            r#"+ "description": "A new one.","#,
            r#"+ "type": "integer""#,
            "+ },",
            "+ /// A new one.",
            r#"+ #[serde(skip_serializing_if = "Option::is_none")]"#,
            "+ pub badge: Option<i64>,",
            "+ badge: None,",
            "+ /// A new one.",
            "+ #[must_use]",
            "+ pub fn badge(mut self, badge: impl Into<i64>) -> Self {",
            "+ self.badge = Some(badge.into());",
            "+ self",
            "+ }",
            // The builder.
            "+ badge: Option<i64>,",
            "+ badge: self.badge,",
            "+ badge: self.badge,",
            "+ /// A new one.",
            "+ #[must_use]",
            "+ pub fn badge(mut self, badge: impl Into<i64>) -> Self {",
            "+ self.badge = Some(badge.into());",
            "+ self",
            "+ }",
            "+ badge: self.badge,",
        ],
    );
}

#[test]
fn an_added_schema_renames_nothing() {
    let (files, lines) = changed_lines((
        "    ProjectAuthorizedStatus:\n      type: string\n",
        "    NewThing:\n      type: object\n      description: New.\n      properties:\n        list:\n          type: string\n          \
         description: New.\n    ProjectAuthorizedStatus:\n      type: string\n",
    ));
    assert_eq!(files.iter().map(String::as_str).collect::<Vec<_>>(), ["types/shared.rs"]);
    assert!(lines.iter().all(|line| line.starts_with('+')), "{lines:#?}");
}

/// The documentation of a field of a struct, or of the struct.
fn documentation(file: &str, name: &str, field: Option<&str>) -> String {
    let file = syn::parse_file(&spec::generated().files[file]).unwrap();
    let item = file.items.iter().find_map(|item| match item {
        syn::Item::Struct(item) if item.ident == name => Some(item),
        _ => None,
    });
    let item = item.unwrap_or_else(|| panic!("no struct {name}"));
    let attributes = match field {
        Some(field) => &item.fields.iter().find(|known| known.ident.as_ref().unwrap() == field).unwrap().attrs,
        None => &item.attrs,
    };
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// A number about safety that may be wrong by a factor of ten, and a device that may be the wrong one: a caller reads so
/// in bold where the value is, and nothing beside it says the opposite.
#[test]
fn unsettled_facts_are_bold_in_the_documentation() {
    for (file, name, field, bold, never) in [
        ("types/devices.rs", "DeviceState", Some("wind_speed"), "tenths of that, so that 120 means 12 m/s.**", "Unit:"),
        ("devices.rs", "GetDeviceState", None, "**`wind_speed` of an aircraft may have another unit", "Unit:"),
        (
            "devices.rs",
            "SendDeviceCommand",
            Some("device_sn"),
            "**The sources disagree whether that is the aircraft or the dock.**",
            "Observed",
        ),
        (
            "devices.rs",
            "SendDeviceCommand",
            None,
            "**Whether `device_sn` is the aircraft or its dock is not known**",
            "Observed",
        ),
    ] {
        let text = documentation(file, name, field);
        assert!(text.contains(bold), "{name} {field:?}: {text}");
        assert!(!text.contains(never), "{name} {field:?}: {text}");
    }
    let device = documentation("devices.rs", "SendDeviceCommand", Some("device_sn"));
    assert!(device.contains("**Inferred**"), "{device}");
}

/// No page says in which language alerts come if none is asked for. The default of `X-Language` is that of a header.
#[test]
fn the_language_of_alerts_has_no_default() {
    let generated = spec::generated();
    let schemas: Value = serde_json::from_str(&generated.files["schemas.json"]).unwrap();
    let language = &schemas["operations"]["getDeviceHms"]["arguments"]["properties"]["language"];
    let named = language["$ref"].as_str().map(|target| schemas.pointer(target.trim_start_matches('#')).unwrap());
    for schema in [Some(language), named].into_iter().flatten() {
        assert!(schema.get("default").is_none(), "{schema}");
    }
    assert!(language["description"].as_str().unwrap().contains("is not known"), "{language}");
    let header = &spec::value()["components"]["parameters"]["Language"]["schema"];
    assert_eq!(header["default"], "zh");
}
