//! Servers that a client can choose by name.

use super::Lowering;
use crate::diagnostic::Code;
use crate::model::Region;
use crate::names::{Case, Scope};

impl Lowering<'_> {
    pub(super) fn regions(&mut self) -> Vec<Region> {
        let mut scope = Scope::default();
        let mut regions: Vec<Region> = Vec::new();
        let named = self.api.servers.iter().filter_map(|server| Some((server, server.region.as_ref()?)));
        for (server, name) in named {
            let at = self.document.at(server.node);
            if server.has_variables {
                self.sink.report(
                    Code::Unsupported,
                    at.key("x-region"),
                    "a region whose address has variables",
                    "remove `x-region`; callers give such an address as base URL",
                );
            }
            let variant = scope.issue(name, Case::Camel);
            if variant != *name {
                let message = format!("`{name}` cannot name a region, or is taken");
                let help = format!("`{variant}` would do");
                let first = regions.iter().find(|known| known.name == *name).map(|known| known.pointer.clone());
                self.report_taken(at.key("x-region"), message, help, first.as_deref());
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
