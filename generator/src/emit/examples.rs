//! Examples of calls in the documentation. They are compiled as doctests, so each is minimal: its arguments are the
//! parameters of a hidden function around it.

use quote::quote;

use super::{Emitter, bare};
use crate::model::{Group, Operation, Risk, Scope, TypeRef};

impl Emitter<'_> {
    /// The example of a method. Only reads have one.
    pub(super) fn method_example(&self, group: &Group, operation: &Operation) -> Option<String> {
        let is_of_project = operation.scope == Scope::Project;
        (operation.risk == Risk::Read).then(|| self.example(group, operation, is_of_project)).flatten()
    }

    /// The example of the accessor of a group: the call with the fewest arguments, preferably a read.
    pub(super) fn accessor_example(&self, group: &Group, is_of_project: bool) -> Option<String> {
        let order = |operation: &&Operation| {
            let is_elsewhere = (operation.scope == Scope::Project) != is_of_project;
            let given = operation.parameters.iter().filter(|parameter| parameter.required).count();
            let has_body = operation.body.as_ref().is_some_and(|body| body.required);
            (operation.risk, is_elsewhere, has_body, given)
        };
        let mut operations: Vec<&Operation> = group.operations.iter().collect();
        operations.sort_by_key(order);
        operations.into_iter().find_map(|operation| self.example(group, operation, is_of_project))
    }

    /// A call of an operation. `None` if an argument has a type without a public name.
    fn example(&self, group: &Group, operation: &Operation, is_of_project: bool) -> Option<String> {
        let crate_name = self.crate_name?;
        if operation.deprecated || operation.required_name.is_some() {
            return None;
        }
        let mut given: Vec<(String, String)> = Vec::new();
        let handle = match (is_of_project, operation.scope) {
            (true, _) => {
                given.push(("site".to_owned(), format!("{crate_name}::ProjectClient")));
                "site".to_owned()
            }
            (false, Scope::Organization | Scope::OptionalProject) => {
                given.push(("fh".to_owned(), format!("{crate_name}::Client")));
                "fh".to_owned()
            }
            (false, Scope::Project) => {
                given.push(("fh".to_owned(), format!("{crate_name}::Client")));
                let header = self.api.managed_headers.project.as_ref()?;
                given.push(("project".to_owned(), self.named(crate_name, &header.ty)?));
                "fh.project(project)".to_owned()
            }
        };
        let mut arguments = Vec::new();
        let mut setters = String::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
            let name = parameter.field.clone();
            given.push((name.clone(), self.named(crate_name, &parameter.ty)?));
            if operation.is_builder() && parameter.is_required_argument() {
                setters.push_str(&format!(".{name}({name})"));
            } else {
                arguments.push(name);
            }
        }
        if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
            given.push((body.field.clone(), self.named(crate_name, &body.ty)?));
            arguments.push(body.field.clone());
        }
        let mut names: Vec<&str> = given.iter().map(|(name, _)| bare(name)).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < given.len() {
            // An argument has the name of the client variable.
            return None;
        }
        let given: Vec<String> = given.into_iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let (given, arguments) = (given.join(", "), arguments.join(", "));
        let (group, method) = (&group.module, &operation.method_name);
        let result = if self.has_output(operation) { "let response = " } else { "" };
        Some(format!(
            "```no_run\n# async fn run({given}) -> Result<(), Box<dyn std::error::Error>> {{\n\
             {result}{handle}.{group}().{method}({arguments}){setters}.send().await?;\n# Ok(())\n# }}\n```"
        ))
    }

    fn has_output(&self, operation: &Operation) -> bool {
        !matches!(operation.response, crate::model::Response::Empty | crate::model::Response::NoContent)
    }

    /// A type by its path in another crate.
    fn named(&self, crate_name: &str, ty: &TypeRef) -> Option<String> {
        let types = quote! { types };
        let text =
            self.ty(ty, &types).to_string().replace(" :: ", "::").replace("types::", &format!("{crate_name}::types::"));
        (!text.contains("runtime")).then_some(text)
    }
}
