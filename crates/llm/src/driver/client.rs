//! The HTTP client: no proxy from the environment, no redirects, TLS by rustls with ring.

use std::time::Duration;

use reqwest::{Client, redirect};

use crate::ConfigError;

pub(crate) fn client(connect: Duration) -> Result<Client, ConfigError> {
    // Fails when somebody else installed a provider before us, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || Client::builder().connect_timeout(connect).redirect(redirect::Policy::none()).no_proxy().tcp_nodelay(true);
    builder().build().or_else(|error| {
        // A machine without root certificates can still use the demo and a model on its own network.
        tracing::warn!(%error, "no root certificates: model providers behind https will not be reachable");
        builder().tls_certs_only([]).build().map_err(ConfigError::Client)
    })
}

/// All causes on one line, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
