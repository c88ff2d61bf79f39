//! Tests of the conversion: YAML in, elements out.

use std::thread;

use crate::diagnostic::Code;
use crate::document::{Document, limits};
use crate::{Dialect, Source};

#[test]
fn parts_that_no_stage_uses_have_to_be_valid() {
    let document = |response: &str, components: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: a\n      \
                 responses: {{'200': {{description: D, {response}}}}}\ncomponents: {{{components}}}\n"
        )
    };
    let problem = |text: String| {
        let source = Source::new("x.yaml", text);
        let problems = Document::read(&source, Dialect::OpenApi).err()?;
        let [problem] = problems.problems() else { panic!("{problems}") };
        assert_eq!(problem.code, Code::WrongValue);
        Some(problem.message.clone())
    };
    let link = "this value cannot be deserialized: no variant of enum LinkOperation found in flattened data";
    assert_eq!(problem(document("links: {l: {operationId: a}}", "links: {l: {operationId: a}}")), None);
    assert_eq!(problem(document("links: {l: {}}", "")).as_deref(), Some(link));
    assert_eq!(problem(document("", "links: {l: {}}")).as_deref(), Some(link));
}

#[test]
fn the_deepest_document_fits_on_the_stack_of_a_thread() {
    // `components`, `schemas` and `T` are levels, too.
    let levels = limits::DEPTH - 4;
    let text = format!(
        "{{\"openapi\": \"3.0.3\", \"info\": {{\"title\": \"T\", \"version\": \"1\"}}, \"paths\": {{}}, \
             \"components\": {{\"schemas\": {{\"T\": {}{{\"type\": \"string\"}}{}}}}}}}",
        "{\"type\": \"array\", \"items\": ".repeat(levels),
        "}".repeat(levels)
    );
    let read = move || {
        let source = Source::new("x.json", text);
        let document = Document::read(&source, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(document.api.schemas.ids().count(), levels + 1);
    };
    thread::Builder::new().stack_size(2 << 20).spawn(read).unwrap().join().unwrap();
}

#[test]
fn responses_are_in_document_order_with_the_default_last() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses:
        default: {description: other}
        4XX: {description: failed}
        '200': {description: ok}
";
    let source = Source::new("x.yaml", text);
    let document = Document::read(&source, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
    let operation = &document.api.paths[0].operations[0];
    let responses: Vec<(String, &str)> = operation
        .responses
        .iter()
        .map(|(_, id)| {
            let (at, response) = document.api.responses.resolve(*id).unwrap();
            (document.at(document.api.responses.node(at)).pointer(), response.description.as_str())
        })
        .collect();
    let at = |key: &str| format!("/paths/~1a/get/responses/{key}");
    assert_eq!(responses, [(at("4XX"), "failed"), (at("200"), "ok"), (at("default"), "other")]);
}
