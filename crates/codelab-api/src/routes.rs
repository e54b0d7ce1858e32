//! The two ports. Each module registers its own routes by a function.

use artel_http::surface;
use axum::Router;

use crate::App;

/// The gateway's routes, for the public port: without fallbacks and outer layers, which the port's owner puts around all that it serves.
pub fn gateway_routes(app: App) -> Router {
    gateway().with_state(app)
}

/// The finished runtime for its internal port. Whoever has no internal key is refused.
pub fn runtime_router(app: App) -> Router {
    let clock = app.clock.clone();
    surface(runtime().with_state(app), clock)
}

fn gateway() -> Router<App> {
    Router::new()
}

/// Every path is served with and without the prefix.
fn runtime() -> Router<App> {
    let routes = Router::new();
    Router::new().nest("/api/v1", routes.clone()).merge(routes)
}
