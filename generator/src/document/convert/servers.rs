//! Conversion of servers.
//!
//! In: servers as deserialized by `openapiv3`. Out: the same facts as types of this crate.

use super::Converter;
use crate::document::openapi::{Server, ServerVariable};
use crate::document::pointer::NodeId;

impl Converter {
    pub(super) fn server(&mut self, server: openapiv3::Server, node: NodeId) -> Server {
        let mut extensions = self.extensions(server.extensions);
        let variables = server.variables.into_iter().flatten();
        let variables = variables.map(|(name, variable)| ServerVariable {
            name,
            default: variable.default,
            values: variable.enumeration,
            description: variable.description,
        });
        Server {
            node,
            url: server.url,
            description: server.description,
            variables: variables.collect(),
            region: extensions.text("x-region"),
            source: extensions.source(),
        }
    }
}
