//! The two ports. Each module registers its own routes by a function.

use artel_http::surface;
use axum::Router;
use axum::routing::get;

use crate::{App, health, socket, stream, web};

/// The gateway's routes, for the public port: without fallbacks and outer layers, which the port's owner puts around
/// all that it serves.
pub fn gateway_routes(app: App) -> Router {
    gateway(&app).with_state(app)
}

/// Probes at the root, for a port that serves the gateway and no other surface that has its own.
pub fn gateway_probes(app: App) -> Router {
    Router::new()
        .route("/health", get(health::check_gateway))
        .route("/metrics", get(health::get_metrics))
        .with_state(app)
}

/// The finished runtime for its internal port. Whoever has no internal key is refused.
pub fn runtime_router(app: App) -> Router {
    let clock = app.clock.clone();
    surface(runtime(&app).with_state(app), clock)
}

fn gateway(app: &App) -> Router<App> {
    let api = web::gateway(app).merge(stream::gateway(app)).merge(socket::routes());
    Router::new().nest("/api/v1", api).merge(socket::routes()).merge(web::probes())
}

/// Every path is served with and without the prefix.
fn runtime(app: &App) -> Router<App> {
    let routes = web::runtime(app).merge(stream::runtime(app));
    Router::new().nest("/api/v1", routes.clone()).merge(routes)
}
