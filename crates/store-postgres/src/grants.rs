//! Which agent may use which credential.

use std::collections::HashMap;

use artel_domain::{AgentId, AuditEntry, Credential, Grant, GrantId, GrantScopes};
use artel_store::{GrantWrite, Viewer};
use sqlx::{PgExecutor, PgPool};

use crate::begun::begin;
use crate::rows::{credentials as credential_rows, grants};
use crate::values::{json, micros};
use crate::{agents, audit};

pub(crate) async fn create(
    pool: &PgPool,
    viewer: &Viewer,
    grant: &Grant,
    audit: &AuditEntry,
) -> sqlx::Result<GrantWrite> {
    let mut tx = begin(pool).await?;
    if agents::lock_seen(&mut tx, viewer, grant.agent_id).await?.is_none() {
        return Ok(GrantWrite::AgentMissing);
    }
    // It is not deleted before this transaction ends.
    let credential = sqlx::query_scalar!(
        "SELECT service_name FROM credentials
         WHERE tenant_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id IS NULL OR user_id = $3) FOR SHARE",
        viewer.tenant_id.0,
        grant.credential_id.0,
        viewer.reads_only().map(|user| user.0)
    );
    let Some(service) = credential.fetch_optional(&mut *tx).await? else { return Ok(GrantWrite::CredentialMissing) };
    let earlier = of_agent(&mut *tx, viewer, grant.agent_id).await?;
    match earlier.into_iter().find(|earlier| earlier.credential_id == grant.credential_id) {
        Some(earlier) if earlier.id == grant.id => return Ok(GrantWrite::Done(earlier)),
        Some(_) => return Ok(GrantWrite::Duplicate),
        None => {}
    }
    // Whoever takes a connector from the agent waits for the agent's row, or this one has waited for them.
    let is_allowed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM agent_connectors
             WHERE tenant_id = $1 AND agent_id = $2 AND connector_key = $3) AS "is_there!""#,
        viewer.tenant_id.0,
        grant.agent_id.0,
        service
    );
    if !is_allowed.fetch_one(&mut *tx).await? {
        return Ok(GrantWrite::ConnectorMissing);
    }
    let made = grants!(
        "INSERT INTO grants (id, tenant_id, agent_id, credential_id, scopes, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING",
        "",
        grant.id.0,
        grant.tenant_id.0,
        grant.agent_id.0,
        grant.credential_id.0,
        json(&grant.scopes)?,
        grant.created_by.0,
        micros(grant.created_at)
    );
    let made = made.fetch_one(&mut *tx).await?.try_into()?;
    audit::append(&mut tx, grant.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(GrantWrite::Done(made))
}

pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, agent: AgentId) -> sqlx::Result<Option<Vec<Grant>>> {
    match agents::find_seen(pool, viewer, agent).await? {
        Some(_) => Ok(Some(of_agent(pool, viewer, agent).await?)),
        None => Ok(None),
    }
}

/// The agent's grants of the credentials that the viewer sees.
async fn of_agent(db: impl PgExecutor<'_>, viewer: &Viewer, agent: AgentId) -> sqlx::Result<Vec<Grant>> {
    let found = grants!(
        "SELECT",
        "FROM grants WHERE tenant_id = $1 AND agent_id = $2
             AND credential_id IN (SELECT id FROM credentials WHERE tenant_id = $1 AND ($3::uuid IS NULL OR user_id IS NULL OR user_id = $3))
         ORDER BY created_at, id",
        viewer.tenant_id.0,
        agent.0,
        viewer.reads_only().map(|user| user.0)
    );
    found.fetch_all(db).await?.into_iter().map(Grant::try_from).collect()
}

pub(crate) async fn update(
    pool: &PgPool,
    viewer: &Viewer,
    (agent, grant): (AgentId, GrantId),
    scopes: &GrantScopes,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Grant>> {
    let mut tx = begin(pool).await?;
    if agents::lock_seen(&mut tx, viewer, agent).await?.is_none() {
        return Ok(None);
    }
    let updated = grants!(
        "UPDATE grants SET scopes = $4 WHERE tenant_id = $1 AND agent_id = $2 AND id = $3
             AND credential_id IN (SELECT id FROM credentials WHERE tenant_id = $1 AND ($5::uuid IS NULL OR user_id IS NULL OR user_id = $5))
         RETURNING",
        "",
        viewer.tenant_id.0,
        agent.0,
        grant.0,
        json(scopes)?,
        viewer.reads_only().map(|user| user.0)
    );
    let Some(updated) = updated.fetch_optional(&mut *tx).await? else { return Ok(None) };
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Grant::try_from(updated).map(Some)
}

pub(crate) async fn delete(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    grant: GrantId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    if agents::lock_seen(&mut tx, viewer, agent).await?.is_none() {
        return Ok(false);
    }
    let deleted = sqlx::query!(
        "DELETE FROM grants WHERE tenant_id = $1 AND agent_id = $2 AND id = $3
             AND credential_id IN (SELECT id FROM credentials WHERE tenant_id = $1 AND ($4::uuid IS NULL OR user_id IS NULL OR user_id = $4))",
        viewer.tenant_id.0,
        agent.0,
        grant.0,
        viewer.reads_only().map(|user| user.0)
    );
    if deleted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn with_credentials(
    pool: &PgPool,
    viewer: &Viewer,
    agent: AgentId,
    services: &[String],
) -> sqlx::Result<Vec<(Credential, Option<Grant>)>> {
    let found = credential_rows!(
        "SELECT",
        "FROM credentials WHERE tenant_id = $1 AND ($2::uuid IS NULL OR user_id IS NULL OR user_id = $2)
             AND service_name = ANY($3) ORDER BY service_name COLLATE \"C\", instance_id COLLATE \"C\"",
        viewer.tenant_id.0,
        viewer.reads_only().map(|user| user.0),
        services
    );
    let found = found.fetch_all(pool).await?;
    let grants = of_agent(pool, viewer, agent).await?;
    let mut grants: HashMap<_, _> = grants.into_iter().map(|grant| (grant.credential_id, grant)).collect();
    let with_grant = |credential: Credential| {
        let grant = grants.remove(&credential.id);
        (credential, grant)
    };
    Ok(found.into_iter().map(Credential::from).map(with_grant).collect())
}
