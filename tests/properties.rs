//! What holds for any bytes: a short run of what the fuzzers of `tests/fuzz` run for hours, the same in every run. What
//! they have found is kept below.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

#[path = "../generator/tests/support/for_all.rs"]
mod for_all;

use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use flighthub2_tests::client::TOKEN;
use flighthub2_tests::properties::{Mock, Responses, values};
use flighthub2_tests::types::TYPES;
use flighthub2_tests::vectors;
use for_all::for_all;
use proptest::prelude::*;
use serde_json::Value;

/// JSON of any kind, made of words that the service uses.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec!["", "code", "data", "list", "uuid", "sn", "status", "immediate", "0", "a\nb"]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..4)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// Every place within a value, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn any_response_is_a_value_or_an_error() {
    let responses = Responses::new();
    let known: Vec<Value> = vectors::responses().into_values().collect();
    let corrupted = (prop::sample::select(known), any_json(), any::<prop::sample::Index>()).prop_map(
        |(mut response, part, index)| {
            let mut found = Vec::new();
            places(&response, "", &mut found);
            if let Some(place) = response.pointer_mut(&found[index.index(found.len())]) {
                *place = part;
            }
            response.to_string().into_bytes()
        },
    );
    let text = prop_oneof![
        4 => corrupted,
        1 => any_json().prop_map(|value| value.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
    ];
    for_all(6_000, (any::<u8>(), any::<u8>(), text), |(which, how, text)| {
        responses.any(&[&[which, how], text.as_slice()].concat());
    });
}

/// Found by the fuzzer `responses`: a control character in a name of a JSON object was in the text of an error.
#[test]
fn property_names_are_escaped_in_errors() {
    let responses = Responses::new();
    for name in ["a\x7fb", TOKEN] {
        let text = format!("{{\"code\":0,\"data\":{{\"{name}\":[{{\"c\":\"\u{1}\"}}]}}}}");
        (0..=u8::MAX).for_each(|which| responses.any(&[&[which, 0], text.as_bytes()].concat()));
    }
}

#[test]
fn any_value_round_trips() {
    let text = prop_oneof![
        any_json().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        ".{0,12}",
    ];
    for_all(20_000, (any::<u8>(), text), |(which, text)| values(&[&[which], text.as_bytes()].concat()));
}

#[test]
fn the_table_of_types_is_complete() {
    // Others stand in `tests/snapshots/surface__surface.snap`, which a person reads.
    let count = |kind: &str| TYPES.iter().filter(|known| known.kind == kind).count();
    for kind in ["object", "text_enum", "numbered_enum", "integer_enum", "text_newtype", "integer_newtype"] {
        assert!(count(kind) > 0, "{kind}");
    }
    assert!(TYPES.len() > 180, "{}", TYPES.len());
}

#[test]
fn a_mock_server_responds_to_any_request() {
    static PANICKED: AtomicBool = AtomicBool::new(false);
    // A server that panics in a task of its own would only be silent.
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |what| {
        PANICKED.store(true, Ordering::SeqCst);
        before(what);
    }));
    let mock = Mock::new();
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..48),
        "[ -~]{0,48}".prop_map(String::into_bytes),
        any_json().prop_map(|value| value.to_string().into_bytes()),
        prop::sample::select(vec!["page=0", "page=1&page=2", "a[]=%ff", "%", "..", "%2e%2e/x", "x-user-token:"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    for_all(1_500, (any::<u8>(), any::<u8>(), bytes), |(which, part, bytes)| {
        mock.any(&[&[which, part], bytes.as_slice()].concat());
        assert!(!PANICKED.load(Ordering::SeqCst), "the server has panicked");
    });
}
