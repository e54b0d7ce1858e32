//! The tools by which agents use external services: `list_services`, `describe_service`, `connector_execute`,
//! `query_events`.
//!
//! Whether an agent may do what a model asks for is decided at the moment of the call (`access`): the agent is
//! enabled, the connector is among its own, a grant exists, and its scopes cover the operation. Hosts and addresses are
//! checked by the connector engine. This crate must never know HTTP routes, journals or SQL.

mod access;
mod connectors;
mod describe;
mod error;
mod events;
mod execute;
mod hook_secret;
mod list;
mod sealed_token;
mod secret;
mod services;
mod stored_keys;
mod tokens;

use std::sync::Arc;

use artel_tools::{Builtin as _, Tool, Typed};

pub use connectors::Connectors;
pub use events::EVENTS;
pub use hook_secret::{opened_hook_secret, sealed_hook_secret};
pub use secret::{NotOpened, opened, sealed};
pub use services::Services;
pub use stored_keys::{StoredKeys, bound_to};
pub use tokens::StoredTokens;

/// The names of [`tools`], for those who list them without a database.
pub const NAMES: [&str; 4] = [
    execute::ConnectorExecuteTool::NAME,
    describe::DescribeServiceTool::NAME,
    list::ListServicesTool::NAME,
    events::QueryEventsTool::NAME,
];

/// The tools of this crate.
pub fn tools(services: &Arc<Services>) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(Typed::new(execute::ConnectorExecuteTool(Arc::clone(services)))),
        Arc::new(Typed::new(describe::DescribeServiceTool(Arc::clone(services)))),
        Arc::new(Typed::new(list::ListServicesTool(Arc::clone(services)))),
        Arc::new(Typed::new(events::QueryEventsTool(Arc::clone(services)))),
    ]
}
