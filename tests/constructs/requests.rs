//! Requests: parameters, bodies and credentials as they are sent.

use flighthub2::codegen::{JsonValue, Operation as _, RequestParts, ResponseBody};
use flighthub2_tests::fixtures::{
    any_call, bodies, forms, loose, media_types, parameters, query_arrays, raw, security_choice,
};
use serde_json::json;

use super::{again, body, written};

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
fn calls_carry_the_credentials_they_accept() {
    use flighthub2::Token;
    let schemes: Vec<_> = security_choice::API.credentials.iter().map(|known| known.scheme).collect();
    assert_eq!((security_choice::API.token, schemes), (None, vec!["key_in_query", "bearer", "user"]));
    assert!(security_choice::default::GetB::INFO.authenticated && !security_choice::default::GetC::INFO.authenticated);
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
