//! The servers of the document and of operations. Those with `x-region` are regions, which callers select by name.
//!
//! In: the servers of the document. Out: the regions, with the variants of their enumeration; or the servers of a document
//! without regions.

use super::Lowering;
use crate::diagnostic::Code;
use crate::document::openapi::{self, PathItem};
use crate::model::{OperationServers, Region, Server};
use crate::names::{Case, UniqueNames};

impl Lowering<'_> {
    pub(super) fn regions(&mut self) -> Vec<Region> {
        let mut unique = UniqueNames::default();
        let mut regions: Vec<Region> = Vec::new();
        let named = self.api.servers.iter().filter_map(|server| Some((server, server.region.as_ref()?)));
        for (server, name) in named {
            let at = self.document.at(server.node);
            if !server.variables.is_empty() {
                self.sink.report(
                    Code::Unsupported,
                    at.key("x-region"),
                    "the address of a region has variables",
                    "remove `x-region`: callers set such an address as the base URL",
                );
            }
            let variant = unique.issue(name, Case::Camel);
            if variant != *name {
                let message = format!("`{name}` is not a valid variant name, or is already in use");
                let help = format!("rename it, for example to `{variant}`");
                let first = regions.iter().find(|known| known.name == *name).map(|known| known.pointer.clone());
                self.report_conflict(at.key("x-region"), message, help, first.as_deref());
            }
            regions.push(Region {
                pointer: at.pointer(),
                variant,
                name: name.clone(),
                url: server.url.clone(),
                description: server.description.clone(),
                source: server.source.clone(),
            });
        }
        regions
    }

    /// The servers of a document without regions. With regions, callers choose one of them, and there is no first server
    /// that is the default.
    pub(super) fn servers(&self) -> Vec<Server> {
        if self.api.servers.iter().any(|server| server.region.is_some()) {
            return Vec::new();
        }
        self.api.servers.iter().map(server).collect()
    }

    /// The servers of an operation that override those of the document; `None` if they are the same.
    pub(super) fn operation_servers(
        &self,
        item: &PathItem,
        operation: &openapi::Operation,
    ) -> Option<OperationServers> {
        let own = if operation.servers.is_empty() { &item.servers } else { &operation.servers };
        if own.is_empty() {
            return None;
        }
        let own: Vec<Server> = own.iter().map(server).collect();
        let addresses =
            |servers: &[Server]| servers.iter().map(|it| (it.url.clone(), it.with_defaults())).collect::<Vec<_>>();
        let of_document: Vec<Server> = self.api.servers.iter().map(server).collect();
        (addresses(&own) != addresses(&of_document)).then_some(OperationServers(own))
    }
}

fn server(server: &openapi::Server) -> Server {
    Server { url: server.url.clone(), description: server.description.clone(), variables: server.variables.clone() }
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, flighthub_problems, model, operation};
    use crate::model::Server;

    fn servers(list: &str) -> String {
        format!("servers: [{list}]")
    }

    #[test]
    fn a_server_with_a_name_is_a_region() {
        let written = servers(
            "{url: 'https://a.example', x-region: Eu, description: Europe., x-source: observed}, {url: 'https://b.example'}",
        );
        let regions = flighthub_model(&written).regions;
        let found: Vec<_> = regions.iter().map(|region| (region.variant.as_str(), region.url.as_str())).collect();
        assert_eq!(found, [("Eu", "https://a.example")]);
        assert_eq!(regions[0].description.as_deref(), Some("Europe."));
        assert!(regions[0].source.is_some());
        // A region has to be chosen, so there is no default.
        assert!(flighthub_model(&written).servers.is_empty());
        // In a third-party document the key is ignored.
        let api = model(&written);
        let urls: Vec<_> = api.servers.iter().map(|server| server.url.as_str()).collect();
        assert!(api.regions.is_empty() && urls == ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn servers_of_an_operation_replace_those_of_its_path() {
        let variable = "{url: 'https://{a}.example/{b}', variables: {a: {default: one}, b: {default: two}}}";
        let other = "{url: 'https://other.example'}";
        for (of_path, of_operation, expected) in [
            ("", other.to_owned(), Some(Some("https://other.example"))),
            (other, variable.to_owned(), Some(Some("https://one.example/two"))),
            ("", format!("{variable}, {other}"), Some(Some("https://one.example/two"))),
            (other, String::new(), Some(Some("https://other.example"))),
            // Relative, and those of the document.
            ("", format!("{{url: /v2}}, {other}"), Some(None)),
            ("{url: 'https://a.example'}, {url: 'https://b.example'}", String::new(), None),
            ("", String::new(), None),
            // One of those of the document, which is not the first.
            ("", "{url: 'https://b.example'}".to_owned(), Some(Some("https://b.example"))),
        ] {
            let get = format!("get: {{servers: [{of_operation}], responses: {{'204': {{description: ''}}}}}}");
            let path = format!("paths:\n  /a: {{servers: [{of_path}], {get}}}");
            let api = model(&format!("servers: [{{url: 'https://a.example'}}, {{url: 'https://b.example'}}]\n{path}"));
            let servers = operation(&api).servers.as_ref();
            let default = servers.map(|servers| servers.default().map(Server::with_defaults));
            assert_eq!(default.as_ref().map(|url| url.as_deref()), expected, "{path}");
        }
    }

    #[test]
    fn a_server_of_an_operation_can_differ_in_a_default_only() {
        let server = |default: &str| {
            format!("servers: [{{url: 'https://{{a}}.example', variables: {{a: {{default: {default}}}}}}}]")
        };
        for (of_operation, expected) in [("one", None), ("two", Some("https://two.example"))] {
            let path = format!(
                "paths:\n  /a: {{{}, get: {{responses: {{'204': {{description: ''}}}}}}}}",
                server(of_operation)
            );
            let api = model(&format!("{}\n{path}", server("one")));
            let default = operation(&api).servers.as_ref().and_then(|servers| Some(servers.default()?.with_defaults()));
            assert_eq!(default.as_deref(), expected);
        }
    }

    #[test]
    fn a_region_has_a_fixed_address_and_a_unique_name() {
        for (list, expected) in [
            (
                "{url: 'https://{h}', variables: {h: {default: a}}, x-region: Eu}",
                "/servers/0/x-region: the address of a region has variables",
            ),
            (
                "{url: 'https://a.example', x-region: Eu}, {url: 'https://b.example', x-region: Eu}",
                "/servers/1/x-region: `Eu` is not a valid variant name, or is already in use",
            ),
            (
                "{url: 'https://a.example', x-region: eu-west}",
                "/servers/0/x-region: `eu-west` is not a valid variant name, or is already in use",
            ),
        ] {
            assert_eq!(flighthub_problems(&servers(list)), [expected], "{list}");
        }
    }
}
