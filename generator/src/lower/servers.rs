//! Regions: servers with `x-region`, which callers select by name.
//!
//! In: the servers of the document. Out: the regions, with the variants of their enumeration.

use super::Lowering;
use crate::diagnostic::Code;
use crate::model::Region;
use crate::names::{Case, UniqueNames};

impl Lowering<'_> {
    pub(super) fn regions(&mut self) -> Vec<Region> {
        let mut unique = UniqueNames::default();
        let mut regions: Vec<Region> = Vec::new();
        let named = self.api.servers.iter().filter_map(|server| Some((server, server.region.as_ref()?)));
        for (server, name) in named {
            let at = self.document.at(server.node);
            if server.has_variables {
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
}

#[cfg(test)]
mod tests {
    use crate::lower::testing::{flighthub_model, flighthub_problems, model};

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
        // In a third-party document the key is ignored.
        assert!(model(&written).regions.is_empty());
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
