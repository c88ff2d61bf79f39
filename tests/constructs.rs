//! The code of the fixtures at work: what it writes and what it reads.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on stops and says why"
)]

use flighthub2::codegen::{JsonValue, Operation, ReadError, RequestParts, ResponseBody, TypedFailure};
use flighthub2_tests::fixtures::{
    any_call, any_of, bodies, enums, envelope, formats, forms, loose, maps, media_types, objects, one_of, parameters,
    query_arrays, raw, recursion, references, security_choice, successes,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Reads a value and writes it again.
fn again<T: DeserializeOwned + Serialize>(value: &JsonValue) -> JsonValue {
    let typed: T = serde_json::from_value(value.clone()).unwrap();
    serde_json::to_value(typed).unwrap()
}

fn written<O: Operation>(operation: &O) -> RequestParts {
    let mut parts = RequestParts::new(O::INFO.path);
    operation.write(&mut parts);
    assert_eq!(parts.problem(), None);
    parts
}

fn body<O: Operation>(operation: &O) -> JsonValue {
    serde_json::from_slice(written(operation).body_bytes().unwrap()).unwrap()
}

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
    let all_null = json!({"required": "a", "required_nullable": null, "optional": null, "required_list": null,
        "required_nullable_list": null, "optional_list": null, "optional_nullable_list": null, "nested": null});
    let read: Combinations = serde_json::from_value(all_null).unwrap();
    assert!(read.required_list.is_empty() && read.optional_list.is_empty() && read.optional.is_none());
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
fn parameters_are_written_at_their_location() {
    use parameters::default::{GetOne, GetParameters};
    let operation = GetParameters::new("x/y", 5, true, parameters::types::Ending::Json);
    let operation = operation.x_replaced(7).q("a b&c").long(1_i64 << 40);
    let parts = written(&operation.ratio(0.5_f32).since("2026-01-01T00:00:00Z").x_optional(false));
    assert_eq!(parts.path_text(), "/path/x%2Fy/5/true.json");
    assert_eq!(parts.query_text(), "q=a%20b%26c&long=1099511627776&ratio=0.5&since=2026-01-01T00%3A00%3A00Z");
    assert_eq!(parts.headers().collect::<Vec<_>>(), [("X-Replaced", "7"), ("X-Optional", "false")]);
    assert_eq!(parts.body_bytes(), None);
    assert_eq!(written(&GetOne::new("é")).query_text(), "only=%C3%A9");
}

#[test]
fn lists_in_a_query_are_written_by_their_style() {
    let operation = query_arrays::default::GetLists::new([1, 2])
        .repeated(["a,b".to_owned(), "c".to_owned()])
        .space(["a b".to_owned(), "c".to_owned()])
        .pipe([true, false])
        .named(["x".to_owned()]);
    let query = "repeated=a%2Cb&repeated=c&comma=1,2&space=a%20b%20c&pipe=true%7Cfalse&named=x";
    assert_eq!(written(&operation).query_text(), query);
    assert_eq!(written(&query_arrays::default::GetLists::new([])).query_text(), "");
}

#[test]
fn bodies_of_every_media_type_are_sent() {
    assert_eq!(body(&bodies::default::PostText::new("text")), json!("text"));
    assert_eq!(written(&bodies::default::PutOptional::new()).body_bytes(), None);
    let reason = bodies::types::Reason::new().reason("because");
    assert_eq!(body(&bodies::default::PutOptional::new().body(reason.clone())), json!({"reason": "because"}));
    let delete = bodies::default::DeleteWithBody::new(reason);
    assert_eq!(bodies::default::DeleteWithBody::INFO.method, "DELETE");
    assert_eq!(body(&delete), json!({"reason": "because"}));
    assert_eq!(bodies::default::PostText::read(ResponseBody::new("5")), Ok(5));
    assert_eq!(bodies::default::DeleteWithBody::read(ResponseBody::new("")), Ok(()));
    assert!(bodies::default::GetWithoutBody::read(ResponseBody::new("{}")).is_err());
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
fn envelopes_are_removed() {
    use envelope::things::{DeleteThing, GetThing, ListThings, MoveThing};
    let success = |data: JsonValue| json!({"code": 0, "message": "", "data": data}).to_string();
    assert_eq!(ListThings::read(ResponseBody::new(&success(json!(null)))), Ok(vec![]));
    assert_eq!(
        ListThings::read(ResponseBody::new(&success(json!([{"kind": 1}, {"kind": 9}])))).map(|list| list.len()),
        Ok(2)
    );
    assert_eq!(GetThing::read(ResponseBody::new(&success(json!(null)))), Ok(None));
    assert_eq!(MoveThing::read(ResponseBody::new(r#"{"code":0,"message":"OK"}"#)), Ok(()));
    assert!(DeleteThing::read(ResponseBody::new(&success(json!(null)))).is_err(), "an empty success is none");
    let failure = r#"{"code":200401,"message":"no","data":null}"#;
    assert!(matches!(ListThings::read(ResponseBody::new(failure)), Err(ReadError::Failure { code: 200401, .. })));
    assert!(matches!(GetThing::read(ResponseBody::new(failure)), Err(ReadError::Failure { .. })));
    assert!(matches!(MoveThing::read(ResponseBody::new(failure)), Err(ReadError::Failure { .. })));
    assert_eq!(envelope::ErrorCode::from(200_401), envelope::ErrorCode::BadToken);
    assert_eq!(envelope::ErrorCode::Negative.info().map(|info| info.meaning), Some("A negative code."));
    assert_eq!(envelope::OPERATIONS.len(), 4);
    let thing = json!({"kind": 2, "at": 5, "ms": 6, "text_time": "", "height": 20.5, "key": "k"});
    assert_eq!(again::<envelope::types::Thing>(&thing), thing);
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
fn forms_are_url_encoded() {
    use forms::types::{Search, Tag};
    let text = |parts: &RequestParts| String::from_utf8(parts.body_bytes().unwrap().to_vec()).unwrap();
    let search = |anything: JsonValue| {
        let search = Search::builder()
            .q("a b&c=é")
            .anything(anything)
            .build()
            .page_size(5)
            .exact(true)
            .weight(0.5)
            .tags([Tag::New, Tag::from("x,y")]);
        forms::default::Search::new(search.none_null())
    };
    let parts = written(&search(json!(1)));
    assert_eq!(parts.content_type(), "application/x-www-form-urlencoded");
    assert_eq!(text(&parts), "anything=1&exact=true&page%20size=5&q=a%20b%26c%3D%C3%A9&tags=new&tags=x%2Cy&weight=0.5");
    let mut parts = RequestParts::new("/search");
    search(json!({"nested": 1})).write(&mut parts);
    assert!(parts.problem().unwrap().contains("`body.anything`"), "{:?}", parts.problem());
    let login = forms::default::Login::new();
    assert_eq!(written(&login).body_bytes(), None);
    let who = forms::types::LoginBody::new("me").password("p&w");
    assert_eq!(text(&written(&login.body(who))), "password=p%26w&user=me");
    let free = [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())];
    assert_eq!(text(&written(&forms::default::SendFree::new(free))), "a=1&b=2");
}

#[test]
fn text_and_binary_bodies_are_unchanged() {
    use raw::default::{GetJson, GetJsonContent, GetNote, GetPicture, GetTable, PutNote, PutPicture};
    let parts = written(&PutNote::new("\"not JSON\""));
    assert_eq!((parts.content_type(), parts.body_bytes()), ("text/plain; charset=utf-8", Some(&b"\"not JSON\""[..])));
    let parts = written(&PutPicture::new("a").body([0xff, 0x00]));
    assert_eq!((parts.content_type(), parts.body_bytes()), ("image/png", Some(&[0xff, 0x00][..])));
    assert_eq!(parts.accepted(), "application/json");
    assert_eq!(written(&GetPicture::new("a")).accepted(), "image/png");
    assert_eq!(written(&GetTable::new()).accepted(), "text/csv");
    assert_eq!(GetNote::read(ResponseBody::new("{")), Ok("{".to_owned()));
    let picture = ResponseBody::from_bytes(&[0xff, 0x00]).with_content_type("image/png");
    assert_eq!(GetPicture::read(picture).map(|picture| picture.into_image_png()), Ok(Some(vec![0xff, 0x00])));
    assert_eq!(GetTable::read(ResponseBody::new("a,b")), Ok("a,b".to_owned()));
    let no_text = [b'a', 0xff];
    assert!(
        GetNote::read(ResponseBody::from_bytes(&no_text))
            .unwrap_err()
            .to_string()
            .contains("not UTF-8 (after 1 bytes)")
    );
    assert!(
        GetJson::read(ResponseBody::from_bytes(&no_text).with_content_type("application/json"))
            .unwrap_err()
            .to_string()
            .contains("not UTF-8 (after 1 bytes)")
    );
    let json = ResponseBody::new("[1]").with_content_type("application/json");
    assert_eq!(GetJson::read(json), Ok(GetJsonContent::Json(json!([1]))));
    assert_eq!(PutPicture::read(ResponseBody::new(r#"{"size":3}"#)).unwrap().size, Some(3));
}

#[test]
fn successes_may_have_no_content() {
    use successes::default::{DeleteReport, GetReport, MakeReport};
    assert_eq!(GetReport::read(ResponseBody::new("")), Ok(None));
    assert_eq!(GetReport::read(ResponseBody::new(r#"{"title":"t"}"#)).unwrap().unwrap().title.as_deref(), Some("t"));
    assert!(GetReport::read(ResponseBody::new("{")).is_err());
    assert!(GetReport::read(ResponseBody::from_bytes(&[0xff])).is_err(), "bytes are no empty text");
    assert_eq!(MakeReport::read(ResponseBody::new("[{}]")).unwrap().unwrap().len(), 1);
    assert_eq!(DeleteReport::read(ResponseBody::new("anything")), Ok(()));
}

#[test]
fn a_caller_chooses_the_media_type_of_a_body() {
    use flighthub2::codegen::Binary;
    use media_types::default::{PatchPet, PostFile, PutFile, PutPet};
    use media_types::types::{PatchPetContent, Pet, PutPetContent, Upload};
    let sent = |body: PutPetContent| {
        let parts = written(&PutPet::new(body));
        (parts.content_type().to_owned(), parts.body_bytes().unwrap().to_vec())
    };
    let pet = || Pet::new().name("a b");
    let json = ("application/json".to_owned(), br#"{"name":"a b"}"#.to_vec());
    // The first media type is that of a type, where it has several.
    assert_eq!(sent(pet().into()), json);
    assert_eq!(sent(PutPetContent::Json(pet())), json);
    let form = ("application/x-www-form-urlencoded".to_owned(), b"name=a%20b".to_vec());
    assert_eq!(sent(PutPetContent::Form(pet())), form);
    assert_eq!(sent("<pet/>".to_owned().into()), ("application/xml".to_owned(), b"<pet/>".to_vec()));
    assert_eq!(sent(vec![0xff].into()), ("image/png".to_owned(), vec![0xff]));
    let (media_type, parts) = sent(Upload::new().picture(vec![0xff]).into());
    assert!(media_type.starts_with("multipart/form-data; boundary=") && parts.contains(&0xff));
    // In JSON the media type is the key.
    let tagged = json!({"body": {"image/png": "/w=="}});
    assert_eq!(again::<PutPet>(&tagged), tagged);
    let merge = PatchPet::new().body(pet());
    assert_eq!(written(&merge).content_type(), "application/merge-patch+json");
    assert_eq!(written(&PatchPet::new().body(PatchPetContent::TextPlain("a".into()))).body_bytes(), Some(&b"a"[..]));
    assert_eq!(written(&PatchPet::new()).body_bytes(), None);
    let file = |file: Binary| written(&PutFile::new(file)).content_type().to_owned();
    assert_eq!(file(vec![1].into()), "application/octet-stream");
    assert_eq!(file(Binary::from(vec![1]).with_media_type("image/png")), "image/png");
    let json = written(&PostFile::new(vec![b'{', b'}']));
    assert_eq!((json.content_type(), json.body_bytes()), ("application/json", Some(&b"{}"[..])));
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
    let schemes: Vec<_> = security_choice::API.credentials.iter().map(|known| known.scheme).collect();
    assert_eq!((security_choice::API.token, schemes), (None, vec!["key_in_query", "bearer", "user"]));
    assert!(security_choice::default::GetB::INFO.authenticated && !security_choice::default::GetC::INFO.authenticated);
}

#[test]
fn operations_serialize_as_their_arguments() {
    use raw::default::{PutNote, PutPicture};
    let picture = PutPicture::new("a").body([0xff, 0x00]);
    assert_eq!(again::<PutPicture>(&json!({"id": "a", "body": "/wA="})), serde_json::to_value(&picture).unwrap());
    assert_eq!(serde_json::to_value(PutPicture::new("a")).unwrap(), json!({"id": "a"}));
    assert_eq!(serde_json::to_value(PutNote::new("text")).unwrap(), json!({"body": "text"}));
    // Null is a body, and not the same as none.
    let nothing = loose::default::PutThing::new(None);
    assert_eq!(serde_json::to_value(&nothing).unwrap(), json!({"body": null}));
    let unknown = serde_json::from_value::<PutNote>(json!({"body": "text", "note": 1}));
    assert!(unknown.unwrap_err().to_string().contains("unknown field `note`"));
}

fn filter(name: &str) -> any_call::types::Filter {
    any_call::types::Filter::new().name(name)
}

#[test]
fn parameters_of_any_type_are_written_by_their_style() {
    use any_call::default::GetStyles;
    let required = GetStyles::new("l/1", vec![1, 2], vec!["a".to_owned(), "b,c".to_owned()], "p");
    let required = required.any(json!(["x", 1])).nullable(None).session("s t");
    let parts = written(&required);
    assert_eq!(parts.path_text(), "/path/.l%2F1/;matrix=1;matrix=2/a,b%2Cc/p");
    assert_eq!(parts.query_text(), "any=x&any=1");
    assert_eq!(parts.headers().collect::<Vec<_>>(), [("cookie", "session=s%20t")]);
    let inner = any_call::types::FilterInner::new().deeper("d&e");
    let optional = GetStyles::new("l", vec![1], vec!["a".to_owned()], "p").any(5).nullable("n".to_owned()).session("s");
    let optional = optional
        .deep(any_call::types::Filter::new().inner(inner))
        .object(filter("o"))
        .json(filter("j"))
        .either(any_call::types::GetStylesEither::Integer(7))
        .reserved("a/b?c&d")
        .pipes(vec!["x".to_owned(), "y".to_owned()])
        .x_list(vec!["one".to_owned(), "two".to_owned()])
        .x_object(filter("h"))
        .tracking(3)
        .secret("hidden");
    let parts = written(&optional);
    let expected = "deep%5Binner%5D%5Bdeeper%5D=d%26e&name=o&json=%7B%22name%22%3A%22j%22%7D&any=5&either=7\
                    &reserved=a/b?c%26d&nullable=n&pipes=x&pipes=y&secret=hidden";
    assert_eq!(parts.query_text(), expected);
    let headers: Vec<_> = parts.headers().collect();
    assert_eq!(headers, [("X-List", "one,two"), ("X-Object", "name=h"), ("cookie", "session=s; tracking=3")]);
}

#[test]
fn multipart_bodies_and_styled_forms_are_sent() {
    use any_call::default::{PutFile, SendForm, SendParts};
    use any_call::types::{SendFormBody, Upload};
    use flighthub2::codegen::Binary;
    let picture = Binary::from(&[0xff_u8, 0x00][..]).with_file_name("a.png");
    let upload = Upload::new(picture).notes("n").count(2).filter(filter("f")).more(vec![Binary::from("m")]);
    let parts = written(&SendParts::new(upload));
    let boundary = parts.content_type().strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
    let part = |head: &str, bytes: &[u8]| {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let expected = [
        part("name=\"picture\"; filename=\"a.png\"\r\nContent-Type: image/png", &[0xff, 0x00]),
        part("name=\"more\"; filename=\"more\"\r\nContent-Type: application/octet-stream", b"m"),
        part("name=\"notes\"\r\nContent-Type: text/plain; charset=utf-8", b"n"),
        part("name=\"count\"", b"2"),
        part("name=\"filter\"\r\nContent-Type: application/json", b"{\"name\":\"f\"}"),
        format!("--{boundary}--\r\n").into_bytes(),
    ];
    assert_eq!(parts.body_bytes().map(String::from_utf8_lossy), Some(String::from_utf8_lossy(&expected.concat())));
    assert_eq!(parts.body_bytes(), Some(&*expected.concat()));
    let form =
        SendFormBody::new("a b").filter(filter("f")).inner(filter("i")).tags(vec!["x".to_owned(), "y".to_owned()]);
    let parts = written(&SendForm::new().body(form));
    let text = String::from_utf8(parts.body_bytes().unwrap().to_vec()).unwrap();
    let mut pairs: Vec<_> = text.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(pairs, ["filter%5Bname%5D=f", "inner=%7B%22name%22%3A%22i%22%7D", "name=a%20b", "tags=x,y"]);
    assert_eq!(written(&PutFile::new().body(vec![0xff])).content_type(), "application/octet-stream");
    assert_eq!(written(&PutFile::new()).accepted(), "*/*");
}

#[test]
fn a_caller_chooses_the_media_type_of_a_response() {
    use media_types::default::{CopyPet, GetPet};
    use media_types::types::{CopyPetAccept, GetPetAccept};
    assert_eq!(written(&GetPet::new("a")).accepted(), "application/json");
    assert_eq!(written(&GetPet::new("a").accept("q").accept_header(GetPetAccept::TextCsv)).accepted(), "text/csv");
    assert_eq!(written(&GetPet::new("a").accept_header(GetPetAccept::AnyImage)).accepted(), "image/*");
    // Several of them, with weights, as the header has them.
    let several = "application/xml, text/csv;q=0.5";
    assert_eq!(written(&GetPet::new("a").accept_header(several)).accepted(), several);
    let mut parts = RequestParts::new(GetPet::INFO.path);
    GetPet::new("a").accept_header("text/csv\r\nX-Injected: 1").write(&mut parts);
    assert!(parts.problem().unwrap().contains("`Accept` contains a character"), "{:?}", parts.problem());
    assert_eq!(written(&CopyPet::new("a")).accepted(), "*/*");
    assert_eq!(
        written(&CopyPet::new("a").accept_header(CopyPetAccept::OctetStream)).accepted(),
        "application/octet-stream"
    );
    // By its name in a dynamic call, next to the parameter of the query that has the same name.
    let arguments = json!({"id": "a", "Accept": "q", "Accept (header)": "text/csv"});
    let parts = written(&serde_json::from_value::<GetPet>(arguments.clone()).unwrap());
    assert_eq!((parts.accepted(), parts.query_text()), ("text/csv", "Accept=q"));
    let schema = GetPet::INFO.arguments_schema();
    assert_eq!(schema["properties"]["Accept (header)"]["enum"].as_array().unwrap().len(), 6);
    assert!(arguments.as_object().unwrap().keys().all(|name| schema["properties"].get(name).is_some()));
}

#[test]
fn a_response_is_decoded_by_its_media_type() {
    use media_types::default::{CopyPet, CopyPetContent, CopyPetSuccess, GetPet, GetPetContent};
    let read = |media_type, text| GetPet::read(ResponseBody::new(text).with_content_type(media_type));
    let json = r#"{"name":"a"}"#;
    for media_type in ["application/json", "Application/JSON; charset=utf-8", "text/json", "text/plain; charset=utf-8"]
    {
        let Ok(GetPetContent::Json(pet)) = read(media_type, json) else { panic!("{media_type}") };
        assert_eq!(pet.name.as_deref(), Some("a"), "{media_type}");
    }
    assert_eq!(read("text/csv", "a,b"), Ok(GetPetContent::TextCsv("a,b".to_owned())));
    assert_eq!(read("application/xml", "<a/>").map(GetPetContent::into_xml), Ok(Some("<a/>".to_owned())));
    assert_eq!(read("application/xml", "<a/>").map(GetPetContent::into_json), Ok(None));
    let Ok(GetPetContent::VndOwnerJson(owner)) = read("application/vnd.owner+json", r#"{"owner":"o"}"#) else {
        panic!()
    };
    assert_eq!(owner.owner, "o");
    // The most specific description applies.
    assert_eq!(read("image/png;size=\"small\"", "p"), Ok(GetPetContent::ImagePng(b"p".to_vec())));
    assert_eq!(read("image/png", "p"), Ok(GetPetContent::ImagePng(b"p".to_vec())));
    assert_eq!(read("image/gif", "p"), Ok(GetPetContent::AnyImage(b"p".to_vec())));
    for (media_type, expected) in [
        ("text/html; charset=utf-8", "`image/*`, and the response is of type `text/html; charset=utf-8`"),
        ("", "the specification documents `application/json`, `text/json`, `text/plain`, `text/csv`"),
        ("", "and the response has no `Content-Type`"),
        ("json", "is of type `json`"),
    ] {
        let error = read(media_type, json).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    // A body that is not as its media type says is an error, and not another variant.
    assert!(read("application/vnd.owner+json", json).unwrap_err().to_string().contains("missing field `owner`"));
    assert!(read("application/json", "<a/>").is_err());
    // The key of the JSON is the media type.
    let shown = |media_type, text| serde_json::to_value(read(media_type, text).unwrap()).unwrap();
    assert_eq!(shown("text/csv", "a"), json!({"text/csv": "a"}));
    assert_eq!(shown("text/json", json), json!({"application/json": {"name": "a"}}));
    assert_eq!(shown("image/gif", "p"), json!({"image/*": "cA=="}));
    let result = GetPet::INFO.result_schema();
    assert_eq!(result["oneOf"].as_array().unwrap().len(), 6);
    assert_eq!(result["oneOf"][1]["properties"], json!({"text/csv": {"type": "string"}}));
    // By status, and then by media type.
    let copy = |status, media_type| {
        CopyPet::read(ResponseBody::new(r#"{"owner":"o"}"#).with_status(status).with_content_type(media_type))
    };
    assert!(matches!(copy(200, "application/xml"), Ok(CopyPetSuccess::Ok(CopyPetContent::Xml(_)))));
    // Bytes of a type that is not named (RFC 9110, section 8.3).
    assert!(matches!(copy(200, ""), Ok(CopyPetSuccess::Ok(CopyPetContent::OctetStream(_)))));
    assert!(copy(200, "application/json").is_err());
    assert!(matches!(copy(202, "application/json"), Ok(CopyPetSuccess::Accepted(_))));
}

#[test]
fn a_failure_is_decoded_by_its_media_type() {
    use media_types::default::{GetPet, GetPetFailure, GetPetFailureContent};
    let read = |status, media_type, text| {
        GetPet::read_failure(ResponseBody::new(text).with_status(status).with_content_type(media_type)).unwrap()
    };
    let Ok(GetPetFailure::NotFound(GetPetFailureContent::ProblemJson(owner))) =
        read(404, "application/problem+json", r#"{"owner":"o"}"#)
    else {
        panic!()
    };
    assert_eq!(owner.owner, "o");
    let html = GetPetFailureContent::TextHtml("<p>".to_owned());
    assert_eq!(read(409, "text/html", "<p>"), Ok(GetPetFailure::Conflict(html)));
    assert!(read(404, "text/csv", "").unwrap_err().to_string().contains("of type `text/csv`"));
}

#[test]
fn a_response_to_head_has_no_body() {
    use media_types::default::{HeadPet, HeadPetFailure};
    assert_eq!(HeadPet::read(ResponseBody::new("").with_content_type("application/json")), Ok(()));
    let failure = HeadPet::read_failure(ResponseBody::new("").with_status(404));
    assert_eq!(failure, Some(Ok(HeadPetFailure::NotFound)));
    assert_eq!(HeadPet::read_failure(ResponseBody::new("").with_status(500)), None);
}

#[test]
fn successes_of_several_types_are_chosen_by_status() {
    use any_call::default::{PutFile, PutFileSuccess, SendParts, SendPartsSuccess};
    let read = |status, text: &str| SendParts::read(ResponseBody::new(text).with_status(status));
    assert_eq!(read(204, ""), Ok(SendPartsSuccess::NoContent));
    let Ok(SendPartsSuccess::Accepted(ticket)) = read(202, r#"{"ticket":"t"}"#) else { panic!() };
    assert_eq!(ticket.ticket.as_deref(), Some("t"));
    let Ok(SendPartsSuccess::Ok(upload)) = read(200, r#"{"picture":"é"}"#) else { panic!() };
    assert_eq!(upload.picture.as_bytes(), "é".as_bytes());
    assert!(matches!(read(200, r#"{"ticket":"t"}"#), Err(ReadError::Mismatch { .. })), "that is the body of 202");
    let error = read(203, r#"{"ticket":"t"}"#).unwrap_err().to_string();
    assert!(error.contains("documents no response with the status 203"), "{error}");
    let bytes = [0xff, 0x00];
    let file = |status| PutFile::read(ResponseBody::from_bytes(&bytes).with_status(status));
    assert_eq!(file(200), Ok(PutFileSuccess::Ok(bytes.to_vec())));
    assert!(file(201).unwrap_err().to_string().contains("not UTF-8"), "the response of 201 is text");
    // As JSON, a success is the value of its variant.
    assert_eq!(serde_json::to_value(file(200).unwrap()).unwrap(), json!("/wA="));
    assert_eq!(serde_json::to_value(SendPartsSuccess::NoContent).unwrap(), JsonValue::Null);
}

#[test]
fn calls_carry_the_credentials_they_accept() {
    use flighthub2::Token;
    let token = |text: &str| Token::new(text).unwrap();
    let builder = || any_call::Client::builder().base_url("https://any.example");
    let form = |client: &any_call::Client| client.default().send_form().dry_run();
    let file = |client: &any_call::Client| client.default().put_file().dry_run();
    let both = builder().credential("key", token("k-secret")).credential("app", token("a-secret")).build().unwrap();
    let dry = file(&both).unwrap();
    assert_eq!(dry.url, "https://any.example/file?api_key=***");
    assert!(dry.headers.iter().any(|(name, value)| name == "x-app" && value.to_string() == "***"), "{dry:?}");
    assert!(!format!("{dry:?} {}", dry.curl()).contains("secret"));
    let bearer = builder().credential("bearer", token("b-secret")).build().unwrap();
    let dry = file(&bearer).unwrap();
    assert_eq!(dry.url, "https://any.example/file");
    assert!(dry.curl().contains("'authorization: Bearer '\"$TOKEN\""), "{}", dry.curl());
    let error = file(&builder().credential("key", token("k-secret")).build().unwrap()).unwrap_err();
    assert!(error.to_string().contains("`key` and `app`, or `bearer`"), "{error}");
    assert!(form(&builder().build().unwrap()).is_ok(), "it needs none");
    assert!(builder().credential("kee", token("k")).build().is_err(), "there is no such scheme");
}
