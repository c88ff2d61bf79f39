//! Responses: what is read of a body, by its envelope, its status and its media type.

use flighthub2::codegen::{JsonValue, Operation as _, ReadError, ResponseBody, TypedFailure as _};
use flighthub2_tests::fixtures::{any_call, envelope, media_types, successes};
use serde_json::json;

use super::again;

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
    assert_eq!(upload.picture.as_bytes(), Some("é".as_bytes()));
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
