//! Starting and stopping the roles of a process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use artel_engine::Worker;
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::Role;
use crate::config::Config;
use crate::wiring::Parts;

/// How long open answers may take to end once the process stops.
const DRAIN: Duration = Duration::from_secs(5);

/// A running process.
pub(crate) struct Running {
    pub(crate) parts: Arc<Parts>,
    /// Where the public API listens, if this process serves it.
    pub(crate) public: Option<SocketAddr>,
    worker: Option<Worker>,
    servers: TaskTracker,
    stop: CancellationToken,
    grace: Duration,
}

/// Listens and claims; returns as soon as requests are answered.
pub(crate) async fn start(config: &Config, roles: &[Role], aliases: BTreeMap<String, SocketAddr>) -> anyhow::Result<Running> {
    let listener = if roles.contains(&Role::Platform) { Some(listen(config.public_addr).await?) } else { None };
    let parts = Arc::new(Parts::build(config, aliases).await?);
    let (stop, servers) = (CancellationToken::new(), TaskTracker::new());
    let public = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    if let Some(listener) = listener {
        let routes = artel_platform_api::router(parts.platform(config));
        servers.spawn(serve_http(listener, routes, stop.clone()));
    }
    let worker = roles.contains(&Role::Worker).then(|| Worker::start(parts.engine(config)));
    Ok(Running { parts, public, worker, servers, stop, grace: config.shutdown_grace })
}

async fn listen(addr: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.with_context(|| format!("{addr} cannot be listened on; is another process there? (ARTEL_PUBLIC_ADDR)"))
}

async fn serve_http(listener: TcpListener, routes: Router, stop: CancellationToken) {
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        result = server => if let Err(error) = result { tracing::error!(%error, "the public server stopped") },
        () = drained => tracing::info!("open answers were cut; their readers can resume"),
    }
}

impl Running {
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
        if let Some(worker) = self.worker {
            worker.shutdown(self.grace).await;
        }
        self.stop.cancel();
        self.servers.close();
        self.servers.wait().await;
        self.parts.store.close().await;
    }
}
