//! Starting and stopping the roles of a process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use artel_engine::Worker;
use artel_http::{Connections, Patience, surface};
use artel_scheduler::Scheduler;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth;
use crate::cli::Role;
use crate::config::Config;
use crate::open_files;
use crate::wiring::Parts;

/// A running process.
pub(crate) struct Running {
    pub(crate) parts: Arc<Parts>,
    /// Where each role listens that is served here and has a port.
    addresses: Vec<(Role, SocketAddr)>,
    worker: Option<(Worker, Scheduler)>,
    servers: TaskTracker,
    stop: CancellationToken,
    grace: Duration,
}

/// Listens and claims; returns as soon as requests are answered.
pub(crate) async fn start(
    config: &Config,
    roles: &[Role],
    aliases: BTreeMap<String, SocketAddr>,
) -> anyhow::Result<Running> {
    let listeners = listen(config, roles).await?;
    let parts = Arc::new(Parts::build(config, aliases).await?);
    let (stop, servers) = (CancellationToken::new(), TaskTracker::new());
    if roles.iter().any(|role| matches!(role, Role::Platform | Role::Gateway | Role::Auth)) {
        auth::furnish(&parts.auth, &config.auth).await?;
        servers.spawn(stop.clone().run_until_cancelled_owned(auth::make_ready(parts.auth.clone())));
    }
    let connections = Connections::new(open_files::divide(config));
    let mut addresses = Vec::new();
    for (role, listener) in listeners {
        addresses.push((role, listener.local_addr()?));
        if let Some(routes) = routes(role, roles, &parts, config) {
            servers.spawn(serve_http(listener, routes, stop.clone(), connections.clone()));
        }
    }
    let worker = roles.contains(&Role::Worker).then(|| (Worker::start(parts.engine(config)), parts.scheduler(config)));
    Ok(Running { parts, addresses, worker, servers, stop, grace: config.shutdown_grace })
}

/// The ports of all roles are taken before anything else starts: a busy one is said at once.
async fn listen(config: &Config, roles: &[Role]) -> anyhow::Result<Vec<(Role, TcpListener)>> {
    let mut listeners = Vec::new();
    for role in roles {
        // The public port is one, whoever serves at it.
        if *role == Role::Gateway && roles.contains(&Role::Platform) {
            continue;
        }
        let Some((addr, setting)) = port(*role, config) else { continue };
        let busy = || format!("{addr} cannot be listened on; is another process there? ({setting})");
        listeners.push((*role, TcpListener::bind(addr).await.with_context(busy)?));
    }
    Ok(listeners)
}

/// Where a role is to listen, and the setting that says so.
fn port(role: Role, config: &Config) -> Option<(SocketAddr, &'static str)> {
    match role {
        Role::Platform | Role::Gateway => Some((config.public_addr, "ARTEL_PUBLIC_ADDR")),
        Role::Runtime => Some((config.codelab.runtime_addr, "ARTEL_RUNTIME_ADDR")),
        Role::LlmProxy => Some((config.llm_proxy_addr, "ARTEL_LLM_PROXY_ADDR")),
        Role::Auth => Some((config.auth.addr, "ARTEL_AUTH_ADDR")),
        Role::Worker => None,
    }
}

/// What a role serves at its port.
fn routes(role: Role, roles: &[Role], parts: &Parts, config: &Config) -> Option<Router> {
    match role {
        Role::LlmProxy => Some(artel_llm_proxy::router(parts.llm_proxy(Some(parts.vault.internal_key())))),
        Role::Platform | Role::Gateway => Some(public(roles, parts, config)),
        Role::Runtime => Some(artel_codelab_api::runtime_router(parts.codelab.clone())),
        Role::Auth => Some(artel_auth_api::router(parts.auth.clone())),
        Role::Worker => None,
    }
}

/// One origin for every public client: the platform's routes and those of the auth service, the gateway's, and the
/// models if the operator shows them.
fn public(roles: &[Role], parts: &Parts, config: &Config) -> Router {
    let mut routes = Router::new();
    if roles.contains(&Role::Platform) {
        routes =
            artel_platform_api::routes(parts.platform(config)).merge(artel_auth_api::public_routes(parts.auth.clone()));
    }
    if roles.contains(&Role::Gateway) {
        routes = routes.merge(artel_codelab_api::gateway_routes(parts.codelab.clone()));
    }
    if !roles.contains(&Role::Platform) {
        routes = routes.merge(artel_codelab_api::gateway_probes(parts.codelab.clone()));
    }
    if config.llm_proxy_public {
        routes = routes.merge(artel_llm_proxy::public_routes(parts.llm_proxy(None)));
    }
    surface(routes, parts.clock.clone())
}

async fn serve_http(listener: TcpListener, routes: Router, stop: CancellationToken, connections: Connections) {
    if !artel_http::serve(listener, routes, stop, Patience::default(), connections).await {
        tracing::info!("open answers were cut; their readers can resume");
    }
}

impl Running {
    /// Where a role listens; `None` when it is not served here.
    pub(crate) fn address(&self, role: Role) -> Option<SocketAddr> {
        self.addresses.iter().find(|(served, _)| *served == role).map(|(_, address)| *address)
    }

    /// Waits for SIGTERM or Ctrl-C.
    pub(crate) async fn until_told_to_stop(&self) -> anyhow::Result<()> {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
            result = tokio::signal::ctrl_c() => result.map(|()| tracing::info!("Ctrl-C: stopping"))?,
        }
        Ok(())
    }

    /// Runs first, then connections: those who wait for a run that ends now still get its answer.
    pub(crate) async fn shutdown(self) {
        if let Some((worker, scheduler)) = self.worker {
            worker.shutdown(self.grace).await;
            scheduler.shutdown().await;
        }
        self.parts.codelab.close_sockets().await;
        self.stop.cancel();
        self.servers.close();
        self.servers.wait().await;
        self.parts.books.finish().await;
        self.parts.store.close().await;
    }
}
