//! The HTTP clients: one TLS configuration, and separate connection pools for the public internet and for the hosts
//! that the operator permits.

use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};

use crate::resolver::{Guarded, Resolver};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_PER_HOST: usize = 16;

/// Each client is made when it is first asked for: most installations need one of the four.
pub(crate) struct Clients {
    tls: ClientConfig,
    resolver: Arc<dyn Resolver>,
    public: Pair,
    permitted: Pair,
}

#[derive(Default)]
struct Pair {
    pooled: OnceLock<Client>,
    fresh: OnceLock<Client>,
}

impl Clients {
    pub(crate) fn new(resolver: &Arc<dyn Resolver>) -> Result<Self, rustls::Error> {
        let (public, permitted) = (Pair::default(), Pair::default());
        Ok(Self { tls: tls_config()?, resolver: Arc::clone(resolver), public, permitted })
    }

    /// # Errors
    /// The client cannot be made.
    pub(crate) fn choose(&self, public: bool, fresh: bool) -> Result<&Client, reqwest::Error> {
        let pair = if public { &self.public } else { &self.permitted };
        let (made, idle) = if fresh { (&pair.fresh, 0) } else { (&pair.pooled, IDLE_PER_HOST) };
        if let Some(client) = made.get() {
            return Ok(client);
        }
        let client = client(&self.tls, &self.resolver, public, idle)?;
        Ok(made.get_or_init(|| client))
    }
}

fn client(
    tls: &ClientConfig,
    resolver: &Arc<dyn Resolver>,
    public_only: bool,
    idle: usize,
) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .dns_resolver(Guarded { inner: Arc::clone(resolver), public_only })
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        // No decompression, so that a small answer cannot become a large one.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .http1_only()
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(idle)
        .build()
}

/// The root certificates of the system, read once per process.
static ROOTS: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        tracing::warn!("this system has no root certificates (the package ca-certificates): https tools will fail");
    }
    Arc::new(roots)
});

fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(Arc::clone(&ROOTS)).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
