//! Names are resolved once per connection, and only checked addresses are connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_global;
use crate::error::Refusal;

/// Resolves names.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// Fails when the name cannot be resolved.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// The resolver that the HTTP client calls when it opens a connection. There is no second resolution after the check.
pub(crate) struct Guarded {
    pub(crate) inner: Arc<dyn Resolver>,
    pub(crate) public_only: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (inner, public_only) = (Arc::clone(&self.inner), self.public_only);
        Box::pin(async move {
            let addresses = inner.resolve(name.as_str()).await?;
            // One private address refuses the whole name, because it is not known which address the connection would
            // use.
            if public_only && !addresses.iter().copied().all(is_global) {
                return Err(Refusal::NotPublic(name.as_str().to_owned()).into());
            }
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
