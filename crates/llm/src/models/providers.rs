//! What this installation could ask.

use super::Models;
use crate::Protocol;
use crate::name::DEMO;

/// A provider whose name models may begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub name: String,
    /// Absent for the built-in one, which needs no wire.
    pub protocol: Option<Protocol>,
    /// It has the key that it needs, or needs none. Tenants may bring keys of their own all the same.
    pub is_configured: bool,
}

impl Models {
    /// All providers that names may begin with. Behind a proxy of ours these are those of this process's own configuration.
    pub fn providers(&self) -> Vec<Provider> {
        let demo = Provider { name: DEMO.to_owned(), protocol: None, is_configured: true };
        let others = self.upstreams.values().map(|upstream| Provider {
            name: upstream.name.clone(),
            protocol: Some(upstream.protocol),
            is_configured: upstream.is_configured(),
        });
        others.chain([demo]).collect()
    }
}
