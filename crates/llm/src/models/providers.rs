//! The providers of this installation.

use super::Models;
use crate::Protocol;
use crate::name::DEMO;

/// A provider, which is the first part of a model name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// `openai`, `anthropic`, `ollama`, `demo` or `custom:<name>`.
    pub name: String,
    /// Absent for the built-in demo, which has no wire protocol.
    pub protocol: Option<Protocol>,
    /// It has a key or needs none. Tenants may have keys of their own beside it.
    pub is_configured: bool,
}

impl Models {
    /// All providers of this process's own configuration, also when a proxy makes the calls.
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
