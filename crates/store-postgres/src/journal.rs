//! The journal: its rows, and reading them. Writing is in `commit`.

use artel_domain::{Entry, RunId, SessionId, TenantId};
use artel_store::{Fence, Journal, Result, Step, StoreError, TurnRecord};
use async_trait::async_trait;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::{retrying, store_error};
use crate::values::{parsed, text, time};
use crate::{PostgresStore, commit, turn};

#[derive(Debug)]
struct Row {
    seq: i64,
    run_id: Uuid,
    payload: String,
    created_at: i64,
}

impl TryFrom<Row> for Entry {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self { seq: row.seq, run_id: RunId(row.run_id), at: time(row.created_at), event: parsed(&row.payload)? })
    }
}

#[async_trait]
impl Journal for PostgresStore {
    async fn load_turn(&self, fence: &Fence, dialogue_limit: u32) -> Result<TurnRecord> {
        turn::load(&self.pool, fence, dialogue_limit).await.map_err(store_error)?.ok_or(StoreError::Fenced)
    }

    async fn commit(&self, fence: &Fence, step: Step) -> Result<()> {
        let held = retrying(|| commit::commit(&self.pool, fence, &step)).await?;
        if held { Ok(()) } else { Err(StoreError::Fenced) }
    }

    async fn session_entries(&self, tenant: TenantId, session: &SessionId, before_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        of_session(&self.pool, tenant, session, before_seq, limit).await.map_err(store_error)
    }

    async fn session_entries_after(&self, tenant: TenantId, session: &SessionId, after_seq: i64, limit: u32) -> Result<Vec<Entry>> {
        of_session_after(&self.pool, tenant, session, after_seq, limit).await.map_err(store_error)
    }
}

pub(crate) async fn of_run(pool: &PgPool, tenant: TenantId, run: RunId, after_seq: i64, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT seq, run_id, payload, created_at FROM journal WHERE run_id = $2 AND tenant_id = $1 AND seq > $3 ORDER BY seq LIMIT $4",
        tenant.0,
        run.0,
        after_seq,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

async fn of_session(pool: &PgPool, tenant: TenantId, session: &SessionId, before_seq: i64, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let before_seq = if before_seq == 0 { i64::MAX } else { before_seq };
    let rows = sqlx::query_as!(
        Row,
        "SELECT seq, run_id, payload, created_at FROM journal
         WHERE tenant_id = $1 AND session_id = $2 AND seq < $3 AND kind <> 'delta'
         ORDER BY seq DESC LIMIT $4",
        tenant.0,
        text(&session.0),
        before_seq,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().rev().map(Entry::try_from).collect()
}

async fn of_session_after(pool: &PgPool, tenant: TenantId, session: &SessionId, after_seq: i64, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT seq, run_id, payload, created_at FROM journal
         WHERE tenant_id = $1 AND session_id = $2 AND seq > $3
         ORDER BY seq LIMIT $4",
        tenant.0,
        text(&session.0),
        after_seq,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// The run's own journal without deltas, oldest first.
pub(crate) async fn for_turn(pool: &PgPool, run: RunId) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT seq, run_id, payload, created_at FROM journal WHERE run_id = $1 AND kind <> 'delta' ORDER BY seq",
        run.0,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// The newest of what the session's other runs left, oldest first.
pub(crate) async fn before_turn(pool: &PgPool, fence: &Fence, limit: u32) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT seq, run_id, payload, created_at FROM journal
         WHERE tenant_id = $1 AND session_id = $2 AND run_id <> $3 AND kind <> 'delta'
         ORDER BY seq DESC LIMIT $4",
        fence.tenant_id.0,
        text(&fence.session_id.0),
        fence.run_id.0,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().rev().map(Entry::try_from).collect()
}
