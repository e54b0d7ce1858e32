//! Rows and what they mean: the only place where columns become words of the domain.
//!
//! Each aggregate has a row struct that the query macros fill, a `TryFrom` into the domain, and a macro with its column
//! list, so that the list is written once and every query stays checked.
//!
//! Queries of the hot path say `LIMIT ?1 + 0`: under a bare `LIMIT ?1` SQLite plans the statement anew each time it is
//! bound.

mod account;
mod agent;
mod approval;
mod artifact;
mod audit;
mod call;
mod credential;
mod document;
mod entry;
mod form;
mod hook;
mod key;
mod llm_call;
mod memory;
mod oauth;
mod organization_connector;
mod run;
mod session;
mod skill;
mod task;
mod tool;
mod webhook;
mod workspace;

pub(crate) use account::{AccountRow, InviteRow, accounts};
pub(crate) use agent::{AgentRow, VersionRow, agents};
pub(crate) use approval::{ApprovalRow, approvals};
pub(crate) use artifact::{ArtifactRow, artifacts};
pub(crate) use audit::AuditLogRow;
pub(crate) use call::{CallRow, calls};
pub(crate) use credential::{CredentialRow, GrantRow, credentials, grants};
pub(crate) use document::{DocumentRow, PassageRow, documents};
pub(crate) use entry::{EntryRow, entries};
pub(crate) use form::{FormRow, forms};
pub(crate) use hook::{HookRow, InboundEventRow, hooks};
pub(crate) use key::ApiKeyRow;
pub(crate) use llm_call::LlmCallRow;
pub(crate) use memory::MemoryRow;
pub(crate) use oauth::{ClientRow, FamilyRow, SigningKeyRow, families, oauth_clients, signing_keys};
pub(crate) use organization_connector::OrganizationConnectorRow;
pub(crate) use run::{RunRow, runs};
pub(crate) use session::{SessionRow, sessions};
pub(crate) use skill::{SkillRow, skills};
pub(crate) use task::{ExecutionRow, TaskRow, executions, tasks};
pub(crate) use tool::{BindingRow, ToolRow, bindings, tools};
pub(crate) use webhook::{NoticeRow, WebhookDeliveryRow, WebhookEndpointRow, webhook_deliveries, webhook_endpoints};
pub(crate) use workspace::{WorkspaceFileRow, workspace_files};

use crate::error::{Failure, Outcome};

/// Every row as what it means; the first that cannot be read is an error.
pub(crate) fn all<R, T: TryFrom<R, Error = Failure>>(rows: Vec<R>) -> Outcome<Vec<T>> {
    rows.into_iter().map(T::try_from).collect()
}

/// What can be read of them. The rest is told of in the log and stays where it is: one row must not hold up a queue
/// that is every tenant's.
///
/// # Arguments
/// * `what`: what a row is, for the log.
pub(crate) fn readable<R, T: TryFrom<R, Error = Failure>>(what: &str, rows: impl IntoIterator<Item = R>) -> Vec<T> {
    let read = |row| {
        T::try_from(row).inspect_err(
            |Failure(error)| tracing::error!(%error, "the row of a {what} cannot be read; it is left alone"),
        )
    };
    rows.into_iter().filter_map(|row| read(row).ok()).collect()
}

pub(crate) fn one<R, T: TryFrom<R, Error = Failure>>(row: Option<R>) -> Outcome<Option<T>> {
    row.map(T::try_from).transpose()
}
