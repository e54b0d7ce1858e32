//! What a worker needs to go on with a run. A run that was never written to, the common case, is read with the fewest queries.

use artel_domain::{Agent, Approval, Entry};
use artel_store::{Fence, StoreError, TurnRecord};
use sqlx::SqlitePool;

use crate::bindings;
use crate::error::{Failure, Outcome};
use crate::rows::{agents, all, approvals, entries};

pub(crate) async fn load(reads: &SqlitePool, fence: &Fence, dialogue_limit: u32) -> Outcome<TurnRecord> {
    let last_seq = last_seq(reads, fence).await?;
    let agent = agent_of(reads, fence).await?;
    let bindings = bindings::with_tools(reads, fence.tenant_id, agent.id).await?;
    let dialogue = dialogue(reads, fence, dialogue_limit).await?;
    let (journal, approvals) = match last_seq {
        0 => (Vec::new(), Vec::new()),
        _ => (journal(reads, fence).await?, approvals_of(reads, fence).await?),
    };
    Ok(TurnRecord { agent, bindings, journal, dialogue, approvals, last_seq })
}

/// The run's agent, even when deleted.
async fn agent_of(reads: &SqlitePool, fence: &Fence) -> Outcome<Agent> {
    let agent = agents!("SELECT", "FROM agents WHERE id = (SELECT r.agent_id FROM runs r WHERE r.id = ?1)", fence.run_id.0);
    agent.fetch_one(reads).await?.try_into()
}

/// The number of the run's newest entry, 0 when there is none. `Fenced` when the run is not the worker's any more.
async fn last_seq(reads: &SqlitePool, fence: &Fence) -> Outcome<i64> {
    let last_seq = sqlx::query_scalar!(
        r#"SELECT coalesce((SELECT max(j.seq) FROM journal j WHERE j.run_id = r.id), 0) AS "last_seq!: i64" FROM runs r
           WHERE r.id = ?1 AND r.tenant_id = ?2 AND r.session_id = ?3 AND r.epoch = ?4"#,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch
    );
    last_seq.fetch_optional(reads).await?.ok_or(Failure(StoreError::Fenced))
}

async fn journal(reads: &SqlitePool, fence: &Fence) -> Outcome<Vec<Entry>> {
    all(entries!("WHERE run_id = ?1 AND kind <> 'delta' ORDER BY seq", fence.run_id.0).fetch_all(reads).await?)
}

/// Runs of a session come one after the other, so whatever is in it from other runs is from earlier ones.
async fn dialogue(reads: &SqlitePool, fence: &Fence, limit: u32) -> Outcome<Vec<Entry>> {
    let mut found = entries!(
        "WHERE tenant_id = ?1 AND session_id = ?2 AND run_id <> ?3 AND kind <> 'delta' ORDER BY seq DESC LIMIT ?4",
        fence.tenant_id.0,
        fence.session_id.0,
        fence.run_id.0,
        limit
    )
    .fetch_all(reads)
    .await?;
    found.reverse();
    all(found)
}

async fn approvals_of(reads: &SqlitePool, fence: &Fence) -> Outcome<Vec<Approval>> {
    all(approvals!("SELECT", "FROM approvals WHERE run_id = ?1 ORDER BY created_at, id", fence.run_id.0).fetch_all(reads).await?)
}
