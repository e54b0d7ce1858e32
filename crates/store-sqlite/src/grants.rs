//! Which agent may use which credential.

use std::collections::HashMap;

use artel_domain::{AgentId, AuditEntry, Credential, Grant, GrantId, GrantScopes};
use artel_store::{GrantWrite, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, credentials as credential_rows, grants, one};
use crate::values::micros;
use crate::writer::Tx;
use crate::{agents, credentials};

pub(crate) async fn create(tx: &mut Tx, viewer: &Viewer, grant: &Grant, audit: &AuditEntry) -> Outcome<GrantWrite> {
    if agents::find_seen(&mut tx.conn, viewer, grant.agent_id).await?.is_none() {
        return Ok(GrantWrite::AgentMissing);
    }
    let Some(credential) = credentials::find(&mut tx.conn, viewer, grant.credential_id).await? else {
        return Ok(GrantWrite::CredentialMissing);
    };
    let earlier = of_agent(&mut tx.conn, viewer, grant.agent_id).await?;
    match earlier.into_iter().find(|earlier| earlier.credential_id == grant.credential_id) {
        Some(earlier) if earlier.id == grant.id => return Ok(GrantWrite::Done(earlier)),
        Some(_) => return Ok(GrantWrite::Duplicate),
        None => {}
    }
    let is_allowed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM agent_connectors
             WHERE tenant_id = ?1 AND agent_id = ?2 AND connector_key = ?3) AS "is_there!: bool""#,
        viewer.tenant_id.0,
        grant.agent_id.0,
        credential.service_name
    );
    if !is_allowed.fetch_one(&mut tx.conn).await? {
        return Ok(GrantWrite::ConnectorMissing);
    }
    let (at, scopes) = (micros(grant.created_at), serde_json::to_string(&grant.scopes)?);
    sqlx::query!(
        "INSERT INTO grants (id, tenant_id, agent_id, credential_id, scopes, created_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        grant.id.0,
        grant.tenant_id.0,
        grant.agent_id.0,
        grant.credential_id.0,
        scopes,
        grant.created_by.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(grant.tenant_id, audit);
    Ok(GrantWrite::Done(grant.clone()))
}

pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, agent: AgentId) -> Outcome<Option<Vec<Grant>>> {
    match agents::find_seen(reads, viewer, agent).await? {
        Some(_) => Ok(Some(of_agent(reads, viewer, agent).await?)),
        None => Ok(None),
    }
}

/// The agent's grants of the credentials that the viewer sees.
async fn of_agent(db: impl SqliteExecutor<'_>, viewer: &Viewer, agent: AgentId) -> Outcome<Vec<Grant>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = grants!(
        "SELECT",
        "FROM grants WHERE tenant_id = ?1 AND agent_id = ?2
             AND credential_id IN (SELECT id FROM credentials WHERE tenant_id = ?1 AND (?3 IS NULL OR user_id IS NULL OR user_id = ?3))
         ORDER BY created_at, id",
        viewer.tenant_id.0,
        agent.0,
        user
    );
    all(found.fetch_all(db).await?)
}

pub(crate) async fn update(
    tx: &mut Tx,
    viewer: &Viewer,
    (agent, grant): (AgentId, GrantId),
    scopes: &GrantScopes,
    audit: &AuditEntry,
) -> Outcome<Option<Grant>> {
    if agents::find_seen(&mut tx.conn, viewer, agent).await?.is_none() {
        return Ok(None);
    }
    let (scopes, user) = (serde_json::to_string(scopes)?, viewer.reads_only().map(|user| user.0));
    let updated = grants!(
        "UPDATE grants SET scopes = ?4 WHERE tenant_id = ?1 AND agent_id = ?2 AND id = ?3
             AND credential_id IN (SELECT id FROM credentials WHERE tenant_id = ?1 AND (?5 IS NULL OR user_id IS NULL OR user_id = ?5))
         RETURNING",
        "",
        viewer.tenant_id.0,
        agent.0,
        grant.0,
        scopes,
        user
    );
    let updated = one(updated.fetch_optional(&mut tx.conn).await?)?;
    if updated.is_some() {
        tx.audit(viewer.tenant_id, audit);
    }
    Ok(updated)
}

pub(crate) async fn delete(
    tx: &mut Tx,
    viewer: &Viewer,
    agent: AgentId,
    grant: GrantId,
    audit: &AuditEntry,
) -> Outcome<bool> {
    if agents::find_seen(&mut tx.conn, viewer, agent).await?.is_none() {
        return Ok(false);
    }
    let user = viewer.reads_only().map(|user| user.0);
    let deleted = sqlx::query!(
        "DELETE FROM grants WHERE tenant_id = ?1 AND agent_id = ?2 AND id = ?3
             AND credential_id IN (SELECT id FROM credentials WHERE tenant_id = ?1 AND (?4 IS NULL OR user_id IS NULL OR user_id = ?4))",
        viewer.tenant_id.0,
        agent.0,
        grant.0,
        user
    );
    if deleted.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(viewer.tenant_id, audit);
    Ok(true)
}

pub(crate) async fn with_credentials(
    reads: &SqlitePool,
    viewer: &Viewer,
    agent: AgentId,
    services: &[String],
) -> Outcome<Vec<(Credential, Option<Grant>)>> {
    let (user, services) = (viewer.reads_only().map(|user| user.0), serde_json::to_string(services)?);
    let found = credential_rows!(
        "SELECT",
        "FROM credentials WHERE tenant_id = ?1 AND (?2 IS NULL OR user_id IS NULL OR user_id = ?2)
             AND service_name IN (SELECT value FROM json_each(?3)) ORDER BY service_name, instance_id",
        viewer.tenant_id.0,
        user,
        services
    );
    let found: Vec<Credential> = all(found.fetch_all(reads).await?)?;
    let grants = of_agent(reads, viewer, agent).await?;
    let mut grants: HashMap<_, _> = grants.into_iter().map(|grant| (grant.credential_id, grant)).collect();
    let with_grant = |credential: Credential| {
        let grant = grants.remove(&credential.id);
        (credential, grant)
    };
    Ok(found.into_iter().map(with_grant).collect())
}
