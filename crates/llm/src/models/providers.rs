//! The providers of this installation.

use super::Models;
use crate::Protocol;
use crate::name::DEMO;

/// A provider whose name models may begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub name: String,
    /// Absent for the built-in one, which needs no wire.
    pub protocol: Option<Protocol>,
    /// It has a key, or needs none. Tenants may have keys of their own beside it.
    pub is_configured: bool,
}

impl Models {
    /// All providers that names may begin with. With a proxy these are the providers of this process's own
    /// configuration.
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
