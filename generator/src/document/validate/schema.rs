//! Validation of Schema Objects: keys that do not apply to the type of a schema.
//!
//! In: a schema whose keys are valid one by one. Out: a problem for each key that has no effect.

use super::Checker;
use crate::diagnostic::Code;
use crate::document::edit::Change;
use crate::document::node::{Entry, Node};
use crate::document::pointer::PointerRef;
use crate::document::vocabulary::{DESCRIBING_KEYS, TYPED_KEYS};

impl Checker<'_> {
    /// Reports keys of a schema that do not apply to its type.
    pub(super) fn schema(&mut self, node: &Node<'_>, entries: &[Entry<'_>], at: PointerRef<'_>) {
        let schema_type = node.get("type").and_then(Node::as_str);
        for entry in entries {
            let Some((_, types)) = TYPED_KEYS.iter().find(|(key, _)| *key == entry.key) else { continue };
            let implied = matches!(types, ["object"] | ["array"]);
            let describes = DESCRIBING_KEYS.contains(&&*entry.key);
            if !self.policy.refuses_unused_keys && !describes {
                // A constraint of another type has no effect.
                continue;
            }
            let (fits, message) = match schema_type {
                Some(schema_type) => (
                    types.contains(&schema_type),
                    format!("`{}` does not apply to the type `{schema_type}`", entry.key),
                ),
                None => (implied, format!("`{}` without `type`", entry.key)),
            };
            if !fits {
                let help = format!("it applies to `type: {}`", types.join("` or `type: "));
                let key = at.key(&entry.key);
                if self.policy.tolerates_mistakes {
                    let effect = ("it is ignored", Change::Remove);
                    self.recoverable(Code::WrongValue, entry.key_span.clone(), key, (message, help), effect);
                    continue;
                }
                match node.get("type") {
                    Some(written) => {
                        let other = (written.span.clone(), at.key("type"), "the type");
                        self.report_with(Code::WrongValue, (entry.key_span.clone(), key), message, help, other);
                    }
                    None => self.report(Code::WrongValue, entry.key_span.clone(), key, message, help),
                }
            }
        }
        if let Some(written) = node.get("type")
            && schema_type == Some("array")
            && node.entry("items").is_none()
            && !self.policy.allows_loose_schemas
        {
            self.report(
                Code::MissingKey,
                written.span.clone(),
                at,
                "this array has no `items`".to_owned(),
                "add the schema of its items; `items: {}` allows any JSON".to_owned(),
            );
        }
        if let Some(nullable) = node.entry("nullable")
            && schema_type.is_none()
            && !self.policy.allows_loose_schemas
        {
            self.report(
                Code::WrongValue,
                nullable.key_span.clone(),
                at.key("nullable"),
                "`nullable` without `type`, which tools interpret differently".to_owned(),
                "refer to a schema that itself has `type` and `nullable: true`; see \"Null\" in spec/README.md"
                    .to_owned(),
            );
        }
    }
}
