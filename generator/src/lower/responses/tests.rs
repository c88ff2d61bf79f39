use super::*;
use crate::lower::testing::{definition, flighthub_problems, model, operation, recoverable, ty};

fn call(responses: &str) -> String {
    format!("paths:\n  /a: {{get: {{responses: {{{responses}}}}}}}")
}

fn response(responses: &str) -> String {
    format!("{:?}", operation(&model(&call(responses))).response)
}

fn content(media_type: &str, schema: &str) -> String {
    format!("{{description: '', content: {{{media_type}: {{schema: {schema}}}}}}}")
}

#[test]
fn the_content_of_a_success_is_the_response() {
    let none = "{description: ''}";
    let text = content("application/json", "{type: string}");
    for (responses, expected) in [
        (format!("'200': {text}"), "Plain(Primitive(String))"),
        (format!("2XX: {text}"), "Plain(Primitive(String))"),
        (format!("default: {text}"), "Plain(Primitive(String))"),
        (format!("'200': {text}, default: {}", content("application/json", "{}")), "Plain(Primitive(String))"),
        (format!("'200': {text}, '204': {none}"), "OptionalPlain(Primitive(String))"),
        (format!("'204': {none}"), "NoContent"),
        (format!("'404': {none}"), "NoContent"),
        (format!("'200': {}", content("text/plain", "{type: string}")), "Text(\"text/plain\")"),
        (format!("'200': {}", content("image/png", "{type: string, format: binary}")), "Bytes(\"image/png\")"),
    ] {
        assert_eq!(response(&responses), expected, "{responses}");
    }
}

#[test]
fn one_response_is_taken() {
    let two = format!(
        "'200': {}, '201': {}",
        content("application/json", "{type: string}"),
        content("application/json", "{type: integer}")
    );
    let expected = "/paths/~1a/get/responses/201: several successful responses of different types".to_owned();
    assert!(flighthub_problems(&call(&two)).contains(&expected));
    let by_status = |responses: &str| {
        let api = model(&call(responses));
        let Response::ByStatus(successes) = &operation(&api).response else { panic!("{responses}") };
        assert_eq!(successes.type_name, "GetASuccess");
        let shown = |it: &StatusVariant| format!("{} {:?}", it.variant, it.response);
        (successes.variants.iter().map(shown).collect::<Vec<_>>(), operation(&api).accept.clone())
    };
    let expected = ["Ok Plain(Primitive(String))", "Created Plain(Primitive(Int64))"].map(str::to_owned);
    assert_eq!(by_status(&two), (expected.to_vec(), "application/json".to_owned()));
    let none = "'204': {description: ''}";
    let range = content("application/json", "{type: boolean}");
    let (found, _) = by_status(&format!("2XX: {range}, {two}, {none}"));
    let more = ["NoContent NoContent", "Successful Plain(Primitive(Boolean))"].map(str::to_owned);
    assert_eq!(found, [expected.clone(), more].concat());
    // A status whose type is that of another one has a variant, too.
    let (found, _) = by_status(&format!("{two}, '202': {}", content("application/json", "{type: string}")));
    assert_eq!(found, [&expected[..], &["Accepted Plain(Primitive(String))".to_owned()]].concat());
    let text = content("text/plain", "{type: string}");
    let csv = content("text/csv", "{type: string}");
    assert_eq!(response(&format!("'200': {text}, '201': {csv}")), "Text(\"*/*\")");
    assert_eq!(response(&format!("'200': {text}, {none}")), "Text(\"text/plain\")");
    let json = content("application/json", "{type: string}");
    let expected = ["Ok Text(\"text/plain\")", "Created Plain(Primitive(String))"].map(str::to_owned);
    assert_eq!(by_status(&format!("'200': {text}, '201': {json}")), (expected.to_vec(), "*/*".to_owned()));
    let png = content("image/png", "{type: string, format: binary}");
    assert_eq!(response(&format!("'200': {png}, {none}")), "Bytes(\"image/png\")");
    let message = "there is no successful response: a call returns the status of a redirect as an error";
    let expected = format!("/paths/~1a/get/responses: {message}");
    assert_eq!(recoverable(&call("'302': {description: ''}")), [expected]);
}

#[test]
fn a_request_accepts_what_is_documented() {
    let object = "{type: object}";
    let json = |name: &str| content(name, object);
    let none = "'204': {description: ''}".to_owned();
    for (responses, expected) in [
        (none.clone(), "application/json"),
        (format!("'200': {}", json("application/json")), "application/json"),
        (format!("'200': {}", json("application/vnd.a+json")), "application/vnd.a+json"),
        (format!("default: {}", json("application/problem+json")), "application/problem+json"),
        (format!("'200': {}", json("application/json; version=2")), "application/json; version=2"),
        (format!("'200': {}, {none}", json("application/vnd.a+json")), "application/vnd.a+json"),
        (format!("'200': {}", json("text/json")), "text/json"),
        // Of a range, and of a name that cannot be a header, the client requests JSON.
        (format!("'200': {}", json("'*/*'")), "application/json"),
        (format!("'200': {}", json("'application/*+json'")), "application/json"),
        (format!("'200': {}", json("application/json; a=\u{e9}")), "application/json"),
        // The same type of two statuses, and two types.
        (
            format!("'200': {}, '201': {}", json("application/vnd.a+json"), json("application/json")),
            "application/vnd.a+json, application/json",
        ),
        (
            format!("'200': {}, '201': {}", json("application/vnd.a+json"), json("a/b+json")),
            "application/vnd.a+json, a/b+json",
        ),
        (format!("'200': {}, '201': {}", json("application/vnd.a+json"), content("a/b", "{type: string}")), "*/*"),
        (
            format!(
                "'200': {}, '201': {}",
                json("application/vnd.a+json"),
                content("application/vnd.b+json", "{type: string}")
            ),
            "application/vnd.a+json, application/vnd.b+json",
        ),
        (format!("'200': {}, '201': {}", json("application/vnd.a+json"), content("text/csv", "{}")), "*/*"),
    ] {
        assert_eq!(operation(&model(&call(&responses))).accept, expected, "{responses}");
    }
}

/// The content of a success with these media types, and the argument that chooses among them.
fn contents(media_types: &[(&str, &str)]) -> (String, Option<String>, usize) {
    let content = media_types.iter().map(|(name, schema)| format!("'{name}': {{schema: {schema}}}"));
    let content = content.collect::<Vec<_>>().join(", ");
    let api = model(&call(&format!("'200': {{description: '', content: {{{content}}}}}")));
    let found = operation(&api);
    let shown = match &found.response {
        Response::ByMediaType(contents) => {
            let variant =
                |it: &MediaTypeVariant| format!("{} => {} {:?}", it.media_types.join("|"), it.variant, it.response);
            contents.variants.iter().map(variant).collect::<Vec<_>>().join(", ")
        }
        other => format!("{other:?}"),
    };
    let accept = found.parameters.iter().find(|parameter| parameter.is_accept());
    let accept = accept.map(|it| format!("{} {}", it.field, definition(&api, &ty(&api, &it.ty))));
    (shown, accept, found.unused_response_types)
}

#[test]
fn a_response_has_a_variant_for_each_media_type() {
    let (string, integer) = ("{type: string}", "{type: integer}");
    let bytes = "{type: string, format: binary}";
    let (shown, accept, unused) = contents(&[
        ("text/csv", string),
        ("application/json", integer),
        ("application/hal+json", "{type: boolean}"),
        ("application/xml", "{type: object}"),
        ("image/*", bytes),
        ("*/*", bytes),
        ("nothing", bytes),
    ]);
    let expected = "application/json => Json Plain(Primitive(Int64)), text/csv => TextCsv Text(\"text/csv\"), \
                    application/hal+json => HalJson Plain(Primitive(Boolean)), \
                    application/xml => Xml Text(\"application/xml\"), image/* => AnyImage Bytes(\"image/*\"), \
                    */* => Any Bytes(\"*/*\")";
    assert_eq!((shown.as_str(), unused), (expected, 1));
    let expected = "accept enum(Json=\"application/json\", TextCsv=\"text/csv\", HalJson=\"application/hal+json\", \
                    Xml=\"application/xml\", AnyImage=\"image/*\", Any=\"*/*\")";
    assert_eq!(accept.as_deref(), Some(expected));
    // Several names of the same JSON are no choice.
    let object = "{$ref: '#/components/schemas/T'}";
    let same = ["text/plain", "application/json", "text/json", "application/*+json", "*/*"].map(|name| (name, object));
    let content = same.map(|(name, schema)| format!("'{name}': {{schema: {schema}}}")).join(", ");
    let responses = call(&format!("'200': {{description: '', content: {{{content}}}}}"));
    let api = model(&format!("{responses}\ncomponents: {{schemas: {{T: {{type: object, properties: {{a: {{}}}}}}}}}}"));
    assert!(matches!(operation(&api).response, Response::Plain(_)) && operation(&api).parameters.is_empty());
    // Two names of XML are one type; a range next to JSON is no JSON.
    let (shown, ..) = contents(&[
        ("text/xml", "{type: object}"),
        ("application/json", integer),
        ("application/xml", "{type: object}"),
        ("*/*", "{type: object}"),
    ]);
    let expected = "application/json => Json Plain(Primitive(Int64)), \
                    text/xml|application/xml => TextXml Text(\"text/xml\"), */* => Any Bytes(\"*/*\")";
    assert_eq!(shown, expected);
    // Schemas that are described in place, and are the same type.
    let list = "{type: array, items: {type: string}}";
    let (shown, accept, _) = contents(&[("application/json; p=a", list), ("application/json; p=b", list)]);
    assert_eq!((shown.as_str(), accept), ("Plain(List(Primitive(String)))", None));
    // A name that no request can have is not requested.
    assert_eq!(contents(&[("csv", string), ("text/csv", string)]), ("Text(\"text/csv\")".to_owned(), None, 1));
    // A text is not the JSON of a string.
    let (shown, ..) = contents(&[("application/json", string), ("text/plain", string)]);
    let expected = "application/json => Json Plain(Primitive(String)), text/plain => TextPlain Text(\"text/plain\")";
    assert_eq!(shown, expected);
    assert_eq!(contents(&[("image/*", bytes)]), ("Bytes(\"image/*\")".to_owned(), None, 0));
}

#[test]
fn responses_with_the_same_content_share_a_type() {
    let content = |schema: &str| {
        let both = ["application/json", "text/csv"].map(|name| format!("{name}: {{schema: {schema}}}")).join(", ");
        format!("{{description: '', content: {{{both}}}}}")
    };
    let (string, integer) = (content("{type: string}"), content("{type: integer}"));
    let responses = format!("'200': {string}, '201': {integer}, '404': {string}, '409': {integer}");
    let api = model(&call(&format!("{responses}, '410': {string}, '202': {string}")));
    let found = operation(&api);
    let Response::ByStatus(successes) = &found.response else { panic!("{:?}", found.response) };
    let names = |responses: &StatusEnum| {
        let variant = |it: &StatusVariant| match &it.response {
            Response::ByMediaType(contents) => contents.type_name.clone(),
            other => format!("{other:?}"),
        };
        responses.variants.iter().map(variant).collect::<Vec<_>>()
    };
    assert_eq!(names(successes), ["GetAContent", "GetAContent2", "GetAContent"]);
    assert_eq!(names(found.failure.as_ref().unwrap()), ["GetAContent", "GetAContent2", "GetAContent"]);
    assert_eq!(found.parameters.len(), 1);
}

#[test]
fn a_response_to_head_has_no_content() {
    let json = content("application/json", "{type: string}");
    let responses = format!("'200': {json}, '404': {json}, default: {{description: ''}}");
    let api = model(&format!("paths:\n  /a: {{head: {{responses: {{{responses}}}}}}}"));
    let found = operation(&api);
    let failures: Vec<_> = found.failure.iter().flat_map(|it| &it.variants).map(|it| &it.response).collect();
    assert_eq!((&found.response, failures), (&Response::NoContent, vec![&Response::NoContent; 2]));
}
