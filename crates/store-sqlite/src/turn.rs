//! What a worker needs to go on with a run. Most runs are fresh and their agents simple: what is not
//! there is not asked for.

use artel_domain::{Agent, AgentId, Binding, Budget, ToolDefinition};
use artel_store::{Fence, Snapshot, StoreError, TurnRecord};
use sqlx::SqlitePool;

use crate::error::{Failure, Outcome};
use crate::rows::agents;
use crate::values::time;
use crate::{
    approval_rules, approvals, bindings, budgets, children, executions, journal, runs, sessions, tool_calls, versions,
};

pub(crate) async fn load(reads: &SqlitePool, fence: &Fence, dialogue_limit: u32) -> Outcome<TurnRecord> {
    let there_is = outline(reads, fence).await?;
    let (agent, bindings) = profile(reads, fence, there_is.bindings).await?;
    let journal = if there_is.last_seq > 0 { journal::for_turn(reads, fence.run_id).await? } else { Vec::new() };
    let dialogue =
        if there_is.dialogue { journal::before_turn(reads, fence, dialogue_limit).await? } else { Vec::new() };
    let approvals = if there_is.approvals { approvals::of_run(reads, fence.run_id).await? } else { Vec::new() };
    let (tenant_budget, agent_budget) =
        if there_is.budgets { budgets_of(reads, fence, agent.id).await? } else { Default::default() };
    let approval_rules =
        if there_is.approval_rules { approval_rules::find(reads, fence.tenant_id).await? } else { Vec::new() };
    let answers =
        if there_is.team || there_is.waits { tool_calls::answered(reads, fence.run_id).await? } else { Vec::new() };
    let children = if there_is.children { runs::of_parent(reads, fence).await? } else { Vec::new() };
    let child_files = if there_is.children { children::files(reads, fence).await? } else { Vec::new() };
    let child_approvals = if there_is.children { children::asked(reads, fence.run_id).await? } else { Vec::new() };
    let task = if there_is.task { executions::of_run(reads, fence.tenant_id, fence.run_id).await? } else { None };
    let session = if there_is.team { sessions::find(reads, fence.tenant_id, &fence.session_id).await? } else { None };
    Ok(TurnRecord {
        agent,
        bindings,
        tenant_budget,
        agent_budget,
        approval_rules,
        journal,
        dialogue,
        approvals,
        answers,
        children,
        child_files,
        child_approvals,
        now: time(there_is.now),
        session,
        task,
        in_organization: there_is.organization,
        has_successor: there_is.successor,
        last_seq: there_is.last_seq,
    })
}

/// What there is to read.
#[expect(clippy::struct_excessive_bools, reason = "one for each thing to read")]
struct Outline {
    last_seq: i64,
    bindings: bool,
    approvals: bool,
    dialogue: bool,
    /// Of the tenant or any of its agents.
    budgets: bool,
    approval_rules: bool,
    /// The run is one of the specialists.
    team: bool,
    /// And another is waiting for its end.
    successor: bool,
    /// The session is one with an organisation's agent.
    organization: bool,
    /// A tool said that its call waits.
    waits: bool,
    /// Calls of the run started others.
    children: bool,
    /// The run is an execution of a saved task.
    task: bool,
    now: i64,
}

/// `Fenced` when the run is not the worker's any more.
async fn outline(reads: &SqlitePool, fence: &Fence) -> Outcome<Outline> {
    let outline = sqlx::query_as!(
        Outline,
        r#"SELECT coalesce((SELECT max(j.seq) FROM journal j WHERE j.run_id = r.id), 0) AS "last_seq!: i64",
               EXISTS (SELECT 1 FROM bindings b WHERE b.agent_id = r.agent_id) AS "bindings!: bool",
               EXISTS (SELECT 1 FROM approvals a WHERE a.run_id = r.id) AS "approvals!: bool",
               EXISTS (SELECT 1 FROM journal j WHERE j.tenant_id = r.tenant_id AND j.session_id = r.session_id AND j.run_id <> r.id)
                   AS "dialogue!: bool",
               EXISTS (SELECT 1 FROM budgets b WHERE b.tenant_id = r.tenant_id) AS "budgets!: bool",
               EXISTS (SELECT 1 FROM approval_rules t WHERE t.tenant_id = r.tenant_id) AS "approval_rules!: bool",
               r.team IS NOT NULL AS "team!: bool",
               r.team IS NOT NULL AND EXISTS (SELECT 1 FROM runs o WHERE o.tenant_id = r.tenant_id AND o.session_id = r.session_id
                   AND o.phase IN ('queued', 'running', 'waiting_for_approval') AND o.id <> r.id) AS "successor!: bool",
               EXISTS (SELECT 1 FROM sessions s WHERE s.tenant_id = r.tenant_id AND s.id = r.session_id AND s.surface = 'organization')
                   AS "organization!: bool",
               EXISTS (SELECT 1 FROM tool_calls c WHERE c.run_id = r.id AND c.wait IS NOT NULL) AS "waits!: bool",
               EXISTS (SELECT 1 FROM runs c WHERE c.parent_run_id = r.id) AS "children!: bool",
               EXISTS (SELECT 1 FROM task_executions e WHERE e.run_id = r.id) AS "task!: bool",
               CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS "now!: i64"
           FROM runs r WHERE r.id = ?1 AND r.tenant_id = ?2 AND r.session_id = ?3 AND r.epoch = ?4"#,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.session_id.0,
        fence.epoch
    );
    outline.fetch_optional(reads).await?.ok_or(Failure(StoreError::Fenced))
}

/// What the run was promised: the snapshot of its version, else the agent as it is.
async fn profile(
    reads: &SqlitePool,
    fence: &Fence,
    has_bindings: bool,
) -> Outcome<(Agent, Vec<(Binding, ToolDefinition)>)> {
    if let Some(Snapshot { agent, bindings }) = versions::of_run(reads, fence.run_id).await? {
        return Ok((agent, bindings::join_tools(reads, bindings).await?));
    }
    let agent = agent_of(reads, fence).await?;
    let bindings =
        if has_bindings { bindings::with_tools(reads, fence.tenant_id, agent.id).await? } else { Vec::new() };
    Ok((agent, bindings))
}

/// The run's agent, even when deleted.
async fn agent_of(reads: &SqlitePool, fence: &Fence) -> Outcome<Agent> {
    let agent =
        agents!("SELECT", "FROM agents WHERE id = (SELECT r.agent_id FROM runs r WHERE r.id = ?1)", fence.run_id.0);
    agent.fetch_one(reads).await?.try_into()
}

async fn budgets_of(reads: &SqlitePool, fence: &Fence, agent: AgentId) -> Outcome<(Budget, Budget)> {
    Ok((budgets::find(reads, fence.tenant_id, None).await?, budgets::find(reads, fence.tenant_id, Some(agent)).await?))
}
