//! Conversion of security schemes and requirements.
//!
//! In: the tree of a scheme; flows and requirements as deserialized by `openapiv3`. Out: the same facts as types of this crate, also of
//! schemes that the client does not support.

use indexmap::IndexMap;
use openapiv3::APIKeyLocation;

use super::{Converted, Converter};
use crate::document::deserialize::Parts;
use crate::document::node::Node;
use crate::document::openapi::{OAuthFlow, OAuthFlowKind, RequiredScheme, SecurityRequirement, SecurityScheme};
use crate::document::pointer::NodeId;

impl Converter {
    pub(super) fn security_scheme(&mut self, written: &Node<'_>, _: NodeId) -> Converted<SecurityScheme> {
        use openapiv3::SecurityScheme as Written;
        Ok(match self.read(written, Parts::default())? {
            Written::APIKey { location: APIKeyLocation::Header, name, .. } => SecurityScheme::HeaderKey(name),
            Written::APIKey { location: APIKeyLocation::Query, name, .. } => SecurityScheme::QueryKey(name),
            Written::APIKey { location: APIKeyLocation::Cookie, name, .. } => SecurityScheme::CookieKey(name),
            Written::HTTP { scheme, .. } => SecurityScheme::Http(scheme),
            Written::OAuth2 { flows, .. } => SecurityScheme::OAuth2(oauth_flows(flows)),
            Written::OpenIDConnect { open_id_connect_url, .. } => SecurityScheme::OpenIdConnect(open_id_connect_url),
        })
    }
}

pub(super) fn requirements(written: Vec<openapiv3::SecurityRequirement>) -> Vec<SecurityRequirement> {
    let scheme = |(name, scopes)| RequiredScheme { name, scopes };
    written.into_iter().map(|requirement| requirement.into_iter().map(scheme).collect()).collect()
}

pub(super) fn oauth_flows(written: openapiv3::OAuth2Flows) -> Vec<OAuthFlow> {
    let openapiv3::OAuth2Flows { implicit, password, client_credentials, authorization_code, .. } = written;
    let scopes = |scopes: IndexMap<String, String>| scopes.into_iter().collect();
    let implicit = implicit.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::Implicit,
        authorization_url: Some(flow.authorization_url),
        token_url: None,
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    let password = password.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::Password,
        authorization_url: None,
        token_url: Some(flow.token_url),
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    let client_credentials = client_credentials.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::ClientCredentials,
        authorization_url: None,
        token_url: Some(flow.token_url),
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    let authorization_code = authorization_code.map(|flow| OAuthFlow {
        kind: OAuthFlowKind::AuthorizationCode,
        authorization_url: Some(flow.authorization_url),
        token_url: Some(flow.token_url),
        refresh_url: flow.refresh_url,
        scopes: scopes(flow.scopes),
    });
    [implicit, password, client_credentials, authorization_code].into_iter().flatten().collect()
}
