//! Bindings: which agent may use which tool, and within which limits.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use artel_egress::check_domain;
use artel_http::{Faults, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "bindings";

/// What the name system allows.
const LONGEST_HOST: usize = 253;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(list::list_bindings)).routes(routes!(
        create::create_binding,
        update::update_binding,
        delete::delete_binding
    ))
}

pub(crate) fn check_domains(faults: &mut Faults, domains: Option<&[String]>) {
    let Some(domains) = domains else { return };
    faults.ensure(domains.len() <= 100, "allowed_domains", "must have at most 100 entries");
    for (i, domain) in domains.iter().enumerate() {
        let field = format!("allowed_domains[{i}]");
        faults.length(&field, domain.as_str(), 1..=LONGEST_HOST);
        if let Err(message) = check_domain(domain) {
            faults.add(field, message);
        }
    }
}

pub(crate) fn check_secret(faults: &mut Faults, name: Option<&str>) {
    let fits = name.is_none_or(|name| {
        (1..=200).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    });
    faults.ensure(fits, "secrets_ref", "must be 1 to 200 letters, digits, '_', '-' or '.'");
}

/// The timeout within what the operator allows.
pub(crate) fn checked_timeout(app: &App, asked: Option<u64>) -> Result<Option<u64>, Problem> {
    let most = app.config.tool_max_timeout_ms;
    match asked {
        Some(ms) if !(1..=most).contains(&ms) => {
            Err(Problem::invalid_field("timeout_ms", format!("must be from 1 to {most}")))
        }
        asked => Ok(asked),
    }
}
