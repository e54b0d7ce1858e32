//! Starting and stopping the roles of a process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use artel_engine::Worker;
use artel_http::{Connections, Patience};
use artel_scheduler::Scheduler;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth;
use crate::cli::Role;
use crate::config::Config;
use crate::open_files;
use crate::surfaces::{Port, Serving};
use crate::wiring::Parts;

/// A running process.
pub(crate) struct Running {
    pub(crate) parts: Arc<Parts>,
    /// Where each port is that is served here.
    addresses: Vec<(Port, SocketAddr)>,
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
    let serving = Serving { roles, parts: &parts, config };
    let mut addresses = Vec::new();
    for (port, listener) in listeners {
        addresses.push((port, listener.local_addr()?));
        servers.spawn(serve_http(listener, port.routes(&serving), stop.clone(), connections.clone()));
    }
    let worker = roles.contains(&Role::Worker).then(|| (Worker::start(parts.engine(config)), parts.scheduler(config)));
    Ok(Running { parts, addresses, worker, servers, stop, grace: config.shutdown_grace })
}

/// All ports are taken before anything else starts: a busy one is said at once.
async fn listen(config: &Config, roles: &[Role]) -> anyhow::Result<Vec<(Port, TcpListener)>> {
    let mut listeners = Vec::new();
    for (port, addr, setting) in Port::of(roles, config) {
        let busy = || format!("{addr} cannot be listened on; is another process there? ({setting})");
        listeners.push((port, TcpListener::bind(addr).await.with_context(busy)?));
    }
    Ok(listeners)
}

async fn serve_http(listener: TcpListener, routes: Router, stop: CancellationToken, connections: Connections) {
    if !artel_http::serve(listener, routes, stop, Patience::default(), connections).await {
        tracing::info!("open answers were cut; their readers can resume");
    }
}

impl Running {
    /// Where a port is; `None` when it is not served here.
    pub(crate) fn address(&self, port: Port) -> Option<SocketAddr> {
        self.addresses.iter().find(|(served, _)| *served == port).map(|(_, address)| *address)
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
        // A refresh token that a service has replaced is worth the wait.
        if tokio::time::timeout(self.grace, self.parts.executor.finish()).await.is_err() {
            tracing::warn!("tokens of accounts are still being made; what the services give now is lost");
        }
        self.parts.books.finish().await;
        self.parts.ground.store.close().await;
    }
}
