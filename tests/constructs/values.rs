//! Values of the types of schemas, as JSON and back.

use flighthub2::codegen::{JsonValue, ReadError};
use flighthub2_tests::fixtures::{
    any_call, any_of, enums, envelope, formats, loose, maps, objects, one_of, recursion, references,
};
use serde_json::json;

use super::{again, body, written};

#[test]
fn omitted_and_null_are_sent_differently() {
    use objects::types::Combinations;
    let required = || {
        Combinations::builder()
            .required("a")
            .required_nullable(None)
            .required_list(vec![])
            .required_nullable_list(Some(vec!["x".into()]))
    };
    let least =
        json!({"required": "a", "required_nullable": null, "required_list": [], "required_nullable_list": ["x"]});
    assert_eq!(serde_json::to_value(required().build()).unwrap(), least);
    let null = required().build().optional_nullable_null();
    assert_eq!(serde_json::to_value(&null).unwrap()["optional_nullable"], JsonValue::Null);
    assert_eq!(serde_json::from_value::<Combinations>(serde_json::to_value(&null).unwrap()).unwrap(), null);
    assert_eq!(null.optional_nullable, Some(None));
    assert_eq!(required().build().optional_nullable(5).optional_nullable, Some(Some(5)));
    // An empty list, for example to remove all entries, is not an omitted one.
    assert_eq!(required().build().optional_list, None);
    assert_eq!(serde_json::to_value(required().build().optional_list(vec![])).unwrap()["optional_list"], json!([]));
    let all_null = json!({"required": "a", "required_nullable": null, "optional": null, "required_list": null,
        "required_nullable_list": null, "optional_list": null, "optional_nullable_list": null, "nested": null});
    let read: Combinations = serde_json::from_value(all_null).unwrap();
    assert!(read.required_list.is_empty() && read.optional_list.is_none() && read.optional.is_none());
    // Null and an empty list differ where the document lists both.
    assert_eq!((&read.required_nullable_list, &read.optional_nullable_list), (&None, &Some(None)));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!((&written["required_nullable_list"], &written["required_list"]), (&JsonValue::Null, &json!([])));
    assert!(serde_json::from_value::<Combinations>(json!({"required": null})).is_err());
}

#[test]
fn unions_keep_unknown_variants() {
    use one_of::types::{Mixed, Shape};
    let round = json!({"type": "round", "radius": 1.5});
    assert_eq!(again::<Shape>(&round), round);
    assert!(matches!(serde_json::from_value(json!({"type": "circle", "radius": 1.0})), Ok(Shape::Circle(_))));
    assert!(matches!(serde_json::from_value(json!({"type": "Blob"})), Ok(Shape::Blob(_))));
    let unknown = json!({"type": "star", "points": 5});
    assert!(matches!(serde_json::from_value(unknown.clone()), Ok(Shape::Unknown(_))));
    assert_eq!(again::<Shape>(&unknown), unknown);
    assert!(serde_json::from_value::<Shape>(json!({"radius": 1.5})).is_err(), "no tag");
    assert!(serde_json::from_value::<Shape>(json!({"type": "circle"})).is_err(), "no radius");
    use any_call::types::{Blob, Decision};
    let denied = any_call::default::SendDecision::new(Decision::Denied(Blob::new("denied")));
    assert_eq!(body(&denied), json!({"type": "denied"}));
    let square = one_of::types::Square::new(2.0);
    assert_eq!(body(&one_of::default::SendShape::new(square)), json!({"type": "square", "side": 2.0}));
    for (value, variant) in [
        (json!({"url": "u"}), "Address"),
        (json!({"host": "h", "more": 1}), "Host"),
        (json!("text"), "String"),
        (json!(80), "Port"),
        (json!(["a"]), "Array"),
        (json!({"neither": 1}), "Unknown"),
        (json!(null), "Unknown"),
    ] {
        let read: Mixed = serde_json::from_value(value.clone()).unwrap();
        assert!(format!("{read:?}").starts_with(variant), "{value}: {read:?}");
        if variant != "Host" {
            assert_eq!(again::<Mixed>(&value), value);
        }
    }
}

#[test]
fn required_lists_distinguish_variants() {
    use one_of::types::{AddRules, RuleChange};
    for (value, variant) in [(json!({"add": ["a"]}), "AddRules"), (json!({"delete": ["b"]}), "DeleteRules")] {
        let read: RuleChange = serde_json::from_value(value.clone()).unwrap();
        assert!(format!("{read:?}").starts_with(variant), "{value}: {read:?}");
        assert_eq!(again::<RuleChange>(&value), value);
    }
    assert!(serde_json::from_value::<AddRules>(json!({})).is_err());
    // Services often write null for an empty list.
    assert_eq!(again::<AddRules>(&json!({"add": null})), json!({"add": []}));
}

#[test]
fn enumerations_stay_open() {
    use enums::types::{Colour, Level};
    for text in ["red", "dark-green", "dark_green", "", "unknown_value", "10", "self", "no such colour"] {
        assert_eq!(again::<Colour>(&json!(text)), json!(text));
        assert_eq!(Colour::from(text).as_str(), text);
        assert_eq!(Colour::from(text).to_string(), text);
    }
    assert_eq!(Colour::from("red"), Colour::Red);
    assert!(matches!(Colour::from("blue"), Colour::Unknown(_)));
    assert_eq!(Colour::VALUES.len(), 7);
    for number in [-1, 0, 1, 10, 11, i64::MAX] {
        assert_eq!(again::<Level>(&json!(number)), json!(number));
        assert_eq!(Level::from(number).value(), number);
    }
    assert!(serde_json::from_value::<Level>(json!("1")).is_err());
    assert!(serde_json::from_value::<Colour>(json!(1)).is_err());
    let operation = enums::default::GetEnums::new().level(Level::ValueMinus1).order("sideways");
    assert_eq!(written(&operation).query_text(), "order=sideways&level=-1");
}

#[test]
fn formats_are_written_and_read() {
    let value = json!({"int32": 5, "int64": i64::MAX, "float": 0.5, "double": 0.1, "number": 1e300, "boolean": true,
        "date_time": "2026-01-01T00:00:00.5+02:00", "date": "2026-01-01", "byte": "AP8=", "password": "p", "named": 3});
    assert_eq!(again::<formats::types::Formats>(&value), value);
    for wrong in
        [json!({"int32": 2_147_483_648_i64}), json!({"byte": "?"}), json!({"boolean": "true"}), json!({"int64": 1.5})]
    {
        assert!(serde_json::from_value::<formats::types::Formats>(wrong.clone()).is_err(), "{wrong}");
    }
    let shown = format!("{:?}", formats::types::Formats::new().password("very-secret"));
    assert!(!shown.contains("very-secret"), "{shown}");
}

#[test]
fn objects_keep_additional_properties() {
    let open = json!({"known": "k", "other": "o", "third": {"x": [1]}});
    assert_eq!(again::<maps::types::Open>(&open), open);
    let typed = json!({"known": "k", "a": 1.5});
    assert_eq!(again::<maps::types::TypedRest>(&typed), typed);
    assert!(serde_json::from_value::<maps::types::TypedRest>(json!({"known": "k", "a": "text"})).is_err());
    assert_eq!(again::<maps::types::Closed>(&json!({"known": "k", "gone": 1})), json!({"known": "k"}));
    let maps =
        json!({"counts": {"a": 1}, "free": {"x": null}, "maybe": {"a": null, "b": "c"}, "points": {"p": {"x": 1.0}}});
    assert_eq!(again::<maps::types::Maps>(&maps), maps);
}

#[test]
fn recursive_types_are_boxed() {
    let tree = json!({"name": "a", "boss": {"tree": {"size": 1, "tree": {"name": "b", "boss": null}}},
        "twin": {"name": "c", "boss": null}, "children": [{"name": "d", "boss": null}],
        "named": {"x": {"name": "e", "boss": null}}, "either": "text"});
    assert_eq!(again::<recursion::types::Tree>(&tree), tree);
}

#[test]
fn references_to_one_schema_share_a_type() {
    use references::types::{OtherName, Thing, ThingId};
    let thing: OtherName = Thing::new("t1").parent("t0").twin(Thing::new(ThingId::from("t2")));
    assert_eq!(serde_json::to_value(&thing).unwrap(), json!({"id": "t1", "parent": "t0", "twin": {"id": "t2"}}));
}

#[test]
fn string_contents_are_typed() {
    use envelope::types::{Kind, Plan, Step, Thing};
    let plan = Plan::new("north \"wing\"").step(Step::new().size(Kind::Large));
    let text = plan.to_json_text().unwrap();
    assert_eq!(text, r#"{"name":"north \"wing\"","step":{"size":2}}"#);
    assert_eq!(Plan::from_json_text(&text), Ok(plan.clone()));
    let thing = Thing::new(Kind::Small).plan(text.clone()).plans(vec![text.clone()]);
    assert_eq!(serde_json::to_value(&thing).unwrap(), json!({"kind": 1, "plan": text, "plans": [text]}));
    // A number that JSON cannot express would have become null.
    let error = plan.clone().factor(f64::NAN).to_json_text().unwrap_err();
    assert!(error.to_string().contains("factor"), "{error}");
    for (text, place) in
        [("", ""), ("not JSON", ""), ("[]", ""), ("{}", ""), (r#"{"name":"a","step":{"size":"b"}}"#, "step.size")]
    {
        match Plan::from_json_text(text) {
            Err(ReadError::Mismatch { path, .. }) => assert_eq!(path, place, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    // A member that is called like one of the methods has another name.
    assert_eq!(plan.to_json_text_2(true).to_json_text().unwrap().matches("to_json_text").count(), 1);
}

#[test]
fn opaque_unions_keep_their_json() {
    use any_of::types::{Book, Chart, Content, Parcel, ParcelSize};
    let both = json!({"content": {"pages": 5, "scale": 0.5, "more": [1]}, "size": "small", "labels": ["a"], "colour": null,
        "owner": {"name": "n", "since": 1}, "wrapping": {"paper": true}});
    let read: Parcel = serde_json::from_value(both.clone()).unwrap();
    assert_eq!(read.content.as_book().unwrap(), Book::new(5));
    assert_eq!(read.content.as_chart().unwrap(), Chart::new(0.5));
    assert_eq!(read.owner.as_ref().unwrap().as_company().unwrap().name.as_deref(), Some("n"));
    assert!(read.owner.as_ref().unwrap().as_person().unwrap_err().to_string().contains("kind"));
    assert_eq!(read.size, Some(ParcelSize::from(any_of::types::ParcelSizeString::Small)));
    let mut written = serde_json::to_value(&read).unwrap();
    written.as_object_mut().unwrap().insert("colour".to_owned(), JsonValue::Null);
    assert_eq!(written, both, "no value of a form is lost");
    let content = Content::from_book(&Book::new(7)).unwrap();
    assert_eq!(content.json(), &json!({"pages": 7}));
    assert_eq!(body(&any_of::default::SendParcel::new(Parcel::new(content))), json!({"content": {"pages": 7}}));
    let error = Content::from_chart(&Chart::new(f64::NAN)).unwrap_err();
    assert_eq!(error.to_string(), "`scale` holds a number that is not finite");
}

#[test]
fn loosely_described_schemas_lose_no_data() {
    use loose::types::Thing;
    let thing = json!({"name": "n", "elsewhere": {"x": 1}, "always": true, "half": 0.5, "kind": "b", "coded": [1],
        "anything": [1, "a", null]});
    assert_eq!(again::<Thing>(&thing), thing);
    assert!(serde_json::from_value::<Thing>(json!({"name": "n"})).is_err(), "`elsewhere` is required");
    assert_eq!(written(&loose::default::PutThing::new(None)).body_bytes(), Some(&b"null"[..]));
    assert_eq!(written(&loose::default::ListThings::new()).query_text(), "");
}
