//! The ground that every surface of this process stands on, with its one gate.

use std::collections::HashMap;
use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::Clock;
use artel_http::{AuthServiceTrust, Gate, GateConfig, Ground, MetricsText, Shares, StaticKey};
use artel_identity::Scopes;
use artel_store::Store;

use crate::config::Config;
use crate::vault::Vault;

/// Puts it together.
pub(super) fn ground(
    config: &Config,
    vault: &Vault,
    (store, bus, clock): (Arc<dyn Store>, Arc<dyn Bus>, Arc<dyn Clock>),
    metrics: Arc<dyn MetricsText>,
) -> Ground<dyn Store> {
    let gate = Gate::new(
        store.clone(),
        bus.clone(),
        clock.clone(),
        Arc::new(vault.verifier(config)),
        Arc::new(vault.key_maker()),
        Arc::new(vault.seal()),
        gate_config(config),
    );
    Ground { store, bus, clock, gate, metrics }
}

fn gate_config(config: &Config) -> GateConfig {
    GateConfig {
        rate_default: config.rate_limit_default,
        rate_runs: config.rate_limit_runs,
        shares: shares(config),
        trusted_proxies: config.trusted_proxies.clone(),
        static_keys: static_keys(config),
        auth_service: Some(auth_service(config)),
    }
}

/// How much more users and tenants may do than one key.
pub(super) fn shares(config: &Config) -> Shares {
    Shares { user: config.shares.user_times, tenant: config.shares.tenant_times }
}

fn static_keys(config: &Config) -> HashMap<String, StaticKey> {
    let of = |(key, who): (&String, &crate::config::StaticKey)| {
        let principal = StaticKey {
            tenant_id: who.tenant_id,
            user_id: who.user_id,
            scopes: Scopes::new(who.scopes.iter().cloned()),
        };
        (key.clone(), principal)
    };
    config.auth_api_keys.iter().map(of).collect()
}

/// Whose access tokens open every surface.
fn auth_service(config: &Config) -> AuthServiceTrust {
    AuthServiceTrust { issuer: config.auth.issuer.clone(), audience: config.auth.audience.clone() }
}
