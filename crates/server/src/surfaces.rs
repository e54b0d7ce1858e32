//! What this product serves over HTTP: which role serves which routes at which port. A new surface is a line in
//! [`SURFACES`].

use std::net::SocketAddr;

use artel_http::cors::shared_with;
use artel_http::surface;
use axum::Router;

use crate::cli::Role;
use crate::config::Config;
use crate::probes;
use crate::wiring::Parts;

/// Every surface.
const SURFACES: &[Surface] = &[
    Surface { roles: &[Role::Platform], port: Port::Public, routes: platform },
    Surface { roles: &[Role::Platform], port: Port::Public, routes: auth_for_the_public },
    Surface { roles: &[Role::Platform], port: Port::Public, routes: console },
    Surface { roles: &[Role::Gateway], port: Port::Public, routes: gateway },
    Surface { roles: &[Role::Platform, Role::Gateway], port: Port::Public, routes: models_for_the_public },
    Surface { roles: &[Role::Runtime], port: Port::Runtime, routes: runtime },
    Surface { roles: &[Role::LlmProxy], port: Port::LlmProxy, routes: models },
    Surface { roles: &[Role::Auth], port: Port::Auth, routes: auth },
    Surface { roles: &Role::ALL, port: Port::Metrics, routes: metrics },
];

/// Routes at a port, in processes that have one of the roles.
struct Surface {
    roles: &'static [Role],
    port: Port,
    /// At the public port they are merged with those of the other surfaces; at the other ports they come finished.
    routes: fn(&Serving<'_>) -> Router,
}

/// What a process serves from.
#[derive(Clone, Copy)]
pub(crate) struct Serving<'a> {
    pub(crate) roles: &'a [Role],
    pub(crate) parts: &'a Parts,
    pub(crate) config: &'a Config,
}

/// A port that clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// One origin for every public client.
    Public,
    Runtime,
    LlmProxy,
    Auth,
    /// Numbers and health alone, where the operator wants them: the one port of a worker.
    Metrics,
}

impl Port {
    /// The ports of a process with these roles: where each is, and the setting that says so.
    pub(crate) fn of<'a>(
        roles: &'a [Role],
        config: &'a Config,
    ) -> impl Iterator<Item = (Self, SocketAddr, &'static str)> + 'a {
        let all = [Self::Public, Self::Runtime, Self::LlmProxy, Self::Auth, Self::Metrics];
        let served = all.into_iter().filter(|port| SURFACES.iter().any(|surface| surface.is_at(*port, roles)));
        served.filter_map(|port| port.address(config).map(|(address, setting)| (port, address, setting)))
    }

    /// `None` for a port that the operator does not want.
    fn address(self, config: &Config) -> Option<(SocketAddr, &'static str)> {
        match self {
            Self::Public => Some((config.public_addr, "ARTEL_PUBLIC_ADDR")),
            Self::Runtime => Some((config.codelab.runtime_addr, "ARTEL_RUNTIME_ADDR")),
            Self::LlmProxy => Some((config.llm_proxy_addr, "ARTEL_LLM_PROXY_ADDR")),
            Self::Auth => Some((config.auth.addr, "ARTEL_AUTH_ADDR")),
            Self::Metrics => config.metrics_addr.map(|address| (address, "ARTEL_METRICS_ADDR")),
        }
    }

    /// All that is served there, with fallbacks and outer layers.
    pub(crate) fn routes(self, serving: &Serving<'_>) -> Router {
        let here = SURFACES.iter().filter(|surface| surface.is_at(self, serving.roles));
        let routes = here.fold(Router::new(), |routes, of| routes.merge((of.routes)(serving)));
        let finished = match self {
            Self::Public => public(routes, serving),
            Self::Metrics => surface(routes, serving.parts.ground.clock.clone()),
            Self::Runtime | Self::LlmProxy | Self::Auth => routes,
        };
        shared_with(finished, &serving.config.cors_origins)
    }
}

impl Surface {
    fn is_at(&self, port: Port, roles: &[Role]) -> bool {
        self.port == port && self.roles.iter().any(|role| roles.contains(role))
    }
}

fn platform(serving: &Serving<'_>) -> Router {
    artel_platform_api::routes(serving.parts.platform(serving.config))
}

fn console(serving: &Serving<'_>) -> Router {
    artel_console::routes(serving.parts.console.clone())
}

/// Browsers that are signed in at the console use all routes of its origin.
fn public(routes: Router, serving: &Serving<'_>) -> Router {
    let finished = surface(routes, serving.parts.ground.clock.clone());
    if !serving.roles.contains(&Role::Platform) {
        return finished;
    }
    artel_console::in_front(serving.parts.console.clone(), finished)
}

fn auth_for_the_public(serving: &Serving<'_>) -> Router {
    artel_auth_api::public_routes(serving.parts.auth.clone())
}

/// The platform has probes of its own at the root.
fn gateway(serving: &Serving<'_>) -> Router {
    let app = &serving.parts.codelab;
    let routes = artel_codelab_api::gateway_routes(app.clone());
    if serving.roles.contains(&Role::Platform) {
        return routes;
    }
    routes.merge(artel_codelab_api::gateway_probes(app.clone()))
}

/// If the operator shows the models.
fn models_for_the_public(serving: &Serving<'_>) -> Router {
    if !serving.config.llm_proxy_public {
        return Router::new();
    }
    artel_llm_proxy::public_routes(serving.parts.llm_proxy(None))
}

fn runtime(serving: &Serving<'_>) -> Router {
    artel_codelab_api::runtime_router(serving.parts.codelab.clone())
}

fn models(serving: &Serving<'_>) -> Router {
    artel_llm_proxy::router(serving.parts.llm_proxy(Some(serving.parts.vault.internal_key())))
}

fn metrics(serving: &Serving<'_>) -> Router {
    probes::routes(serving.parts.ground.metrics.clone())
}

fn auth(serving: &Serving<'_>) -> Router {
    artel_auth_api::router(serving.parts.auth.clone())
}
