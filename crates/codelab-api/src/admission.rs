//! What every route that knows its caller stands behind: who asks, how much they may, and that they were here.

use std::net::IpAddr;

use artel_domain::RateLimit;
use artel_http::{ip, limits};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::caller::{Surface, address, identify};
use crate::fault::Fault;
use crate::user::User;

/// Puts the routes of a surface behind its admission.
pub(crate) fn admitted(routes: Router<App>, surface: Surface, app: &App) -> Router<App> {
    routes.route_layer(from_fn_with_state((app.clone(), surface), admit))
}

async fn admit(State((app, surface)): State<(App, Surface)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let ip = address(&app, &mut parts).await;
    let known = identify(&app, surface, &mut parts).await;
    let (rate, bucket) = counted(&app, surface, known.as_ref().ok(), ip);
    let admission = match bucket {
        Some(bucket) => Some(app.bus.admit(&bucket, rate).await),
        None => None,
    };
    let mut response = match (&admission, known) {
        (Some(admission), _) if !admission.allowed => Fault::from(limits::refusal(admission)).into_response(),
        (_, Err(fault)) => fault.into_response(),
        (_, Ok(user)) => {
            // Behind the runtime's port is no user.
            if let (Surface::Gateway, Some(ip)) = (surface, ip) {
                app.presences.note(&user, ip).await;
            }
            parts.extensions.insert(user);
            next.run(Request::from_parts(parts, body)).await
        }
    };
    if let Some(admission) = admission {
        limits::report(&admission, response.headers_mut());
    }
    response
}

/// The limit, and on whose account a request goes: the user's, where one is known. Nothing is counted of a developer at
/// their machine.
fn counted(app: &App, surface: Surface, user: Option<&User>, ip: Option<IpAddr>) -> (RateLimit, Option<String>) {
    let (rate, name) = match surface {
        Surface::Gateway => (app.config.rate_per_ip, "gateway"),
        Surface::Runtime => (app.config.runtime_rate_per_user, "runtime"),
    };
    if app.config.exempt_loopback && ip.is_some_and(|ip| ip.is_loopback()) {
        return (rate, None);
    }
    let account = match user {
        Some(user) => format!("{}:{}", user.tenant_id, user.user_id),
        None => ip::bucket(ip),
    };
    (rate, Some(format!("{name}:{account}")))
}
