//! Path parameters without a description.
//!
//! In: the tree of a third-party document. Out: for each placeholder of a path without a parameter a warning, and the
//! edit that adds a parameter for any string. A call requires the value, and a path contains every value as a string.

use super::edit::{Change, Edit};
use super::node::{Entry, Node};
use super::pointer::PointerRef;
use super::prune::METHOD_KEYS;
use crate::diagnostic::{Code, Diagnostic, Source};

/// Reports and adds missing path parameters.
pub(super) fn check(source: &Source, root: &Node<'_>) -> (Vec<Diagnostic>, Vec<Edit>) {
    let (mut warnings, mut edits) = (Vec::new(), Vec::new());
    let paths_at = PointerRef::ROOT.key("paths");
    for item in root.get("paths").map(Node::mapping).unwrap_or_default() {
        let names: Vec<&str> = item.key.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect();
        let item_at = paths_at.key(&item.key);
        for operation in item.node.mapping().iter().filter(|entry| METHOD_KEYS.contains(&&*entry.key)) {
            for (index, name) in names.iter().enumerate() {
                let is_known = has(root, &item.node, name) || has(root, &operation.node, name);
                if name.is_empty() || is_known || names[..index].contains(name) || !operation.node.is_mapping() {
                    continue;
                }
                let pointer = item_at.key(&operation.key).pointer();
                warnings.push(warning(source, operation, &pointer, name));
                edits.push(Edit { pointer, change: Change::PathParameter((*name).to_owned()) });
            }
        }
    }
    (warnings, edits)
}

fn warning(source: &Source, operation: &Entry<'_>, pointer: &str, name: &str) -> Diagnostic {
    let message =
        format!("the path has `{{{name}}}`, and this operation has no such parameter: any string is accepted");
    let help = format!("add a parameter `{name}` with `in: path` and `required: true`");
    let place = source.location(operation.key_span.clone(), pointer);
    Diagnostic::new(Code::PathParameter, place, message, help).into_warning()
}

/// Whether a path item or an operation has a path parameter with this name.
fn has(root: &Node<'_>, owner: &Node<'_>, name: &str) -> bool {
    let list = owner.get("parameters").map(Node::sequence).unwrap_or_default();
    list.iter().any(|parameter| {
        let parameter = resolve(root, parameter);
        let is = |key: &str, value: &str| parameter.get(key).and_then(Node::as_str) == Some(value);
        is("in", "path") && is("name", name)
    })
}

fn resolve<'n>(root: &'n Node<'n>, node: &'n Node<'n>) -> &'n Node<'n> {
    let mut node = node;
    // A longer chain of references is circular, which is reported later.
    for _ in 0..20 {
        let target = node.reference().and_then(|target| target.strip_prefix('#'));
        match target.and_then(|pointer| root.find(pointer)) {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

#[cfg(test)]
mod tests {
    use crate::document::Document;
    use crate::{Dialect, Source};

    #[test]
    fn an_undescribed_path_parameter_is_any_string() {
        let text = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a/{b}/{c}:
    parameters: [{$ref: '#/components/parameters/B'}]
    get: {responses: {'204': {description: ''}}}
components: {parameters: {B: {name: b, in: path, required: true, schema: {type: integer}}}}
";
        let source = Source::new("spec.yaml", text);
        let document = Document::read(&source, Dialect::OpenApi).unwrap_or_else(|problems| panic!("{problems}"));
        let parameters = document.tree().find("/paths/~1a~1{b}~1{c}/get/parameters").unwrap().json();
        let expected = serde_json::json!([{"name": "c", "in": "path", "required": true, "schema": {"type": "string"}}]);
        assert_eq!(parameters, expected);
        let warnings: Vec<_> = document.warnings().iter().map(|it| it.location.pointer.as_str()).collect();
        assert_eq!(warnings, ["/paths/~1a~1{b}~1{c}/get"]);
    }
}
