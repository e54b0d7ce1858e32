//! What a worker needs to go on with a run.

use artel_domain::{Agent, AgentId, Binding, Budget, ToolDefinition};
use artel_store::{Fence, Snapshot, TurnRecord};
use sqlx::PgPool;

use crate::rows::AgentRow;
use crate::values::{parsed, time};
use crate::{approval_rules, approvals, bindings, budgets, children, executions, journal, runs, sessions, tool_calls};

/// `None` when the run is another worker's. The first statement also says what there is to read, so that a fresh run of
/// a simple agent costs one round trip.
pub(crate) async fn load(pool: &PgPool, fence: &Fence, dialogue_limit: u32) -> sqlx::Result<Option<TurnRecord>> {
    let row = sqlx::query!(
        r#"SELECT a.id, a.tenant_id, a.owner_user_id, a.name, a.system_prompt, a.model, a.llm_params, a.require_approval, a.status,
                  a.version, a.kind, a.is_enabled, a.is_changed, a.created_at, a.updated_at, v.snapshot AS "snapshot?",
                  coalesce((SELECT max(j.seq) FROM journal j WHERE j.run_id = r.id), 0) AS "last_seq!",
                  EXISTS (SELECT 1 FROM bindings b WHERE b.agent_id = a.id) AS "has_bindings!",
                  EXISTS (SELECT 1 FROM approvals p WHERE p.run_id = r.id) AS "has_approvals!",
                  EXISTS (SELECT 1 FROM journal j
                          WHERE j.tenant_id = r.tenant_id AND j.session_id = r.session_id AND j.run_id <> r.id) AS "has_dialogue!",
                  EXISTS (SELECT 1 FROM budgets b WHERE b.tenant_id = r.tenant_id AND b.agent_id = '00000000-0000-0000-0000-000000000000') AS "tenant_budget!",
                  EXISTS (SELECT 1 FROM budgets b WHERE b.tenant_id = r.tenant_id AND b.agent_id = r.agent_id) AS "agent_budget!",
                  EXISTS (SELECT 1 FROM approval_rules t WHERE t.tenant_id = r.tenant_id) AS "approval_rules!",
                  r.team IS NOT NULL AS "team!",
                  CASE WHEN r.team IS NULL THEN false
                       ELSE EXISTS (SELECT 1 FROM runs b WHERE b.tenant_id = r.tenant_id AND b.session_id = r.session_id
                                    AND b.phase = 'queued' AND b.is_head = 0) END AS "has_successor!",
                  EXISTS (SELECT 1 FROM sessions s WHERE s.tenant_id = r.tenant_id AND s.id = r.session_id
                          AND s.surface = 'organization') AS "in_organization!",
                  EXISTS (SELECT 1 FROM tool_calls c WHERE c.run_id = r.id AND c.wait IS NOT NULL) AS "waits!",
                  EXISTS (SELECT 1 FROM runs c WHERE c.parent_run_id = r.id) AS "has_children!",
                  EXISTS (SELECT 1 FROM task_executions e WHERE e.run_id = r.id) AS "is_task!",
                  (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS "now!"
           FROM runs r JOIN agents a ON a.id = r.agent_id
                LEFT JOIN agent_versions v
                  ON v.tenant_id = r.tenant_id AND v.agent_id = r.agent_id AND v.version = r.agent_version AND NOT r.is_draft
           WHERE r.id = $1 AND r.tenant_id = $2 AND r.epoch = $3"#,
        fence.run_id.0,
        fence.tenant_id.0,
        fence.epoch,
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let current = AgentRow {
        id: row.id,
        tenant_id: row.tenant_id,
        owner_user_id: row.owner_user_id,
        name: row.name,
        system_prompt: row.system_prompt,
        model: row.model,
        llm_params: row.llm_params,
        require_approval: row.require_approval,
        // For people: no run reads them.
        description: None,
        avatar_url: None,
        status: row.status,
        version: row.version,
        kind: row.kind,
        is_enabled: row.is_enabled,
        is_changed: row.is_changed,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    let (agent, bindings) = match row.snapshot {
        Some(snapshot) => promised(pool, fence, &snapshot).await?,
        None => now(pool, fence, current, row.has_bindings).await?,
    };
    Ok(Some(TurnRecord {
        bindings,
        journal: if row.last_seq > 0 { journal::for_turn(pool, fence.run_id).await? } else { Vec::new() },
        dialogue: if row.has_dialogue { journal::before_turn(pool, fence, dialogue_limit).await? } else { Vec::new() },
        approvals: if row.has_approvals { approvals::of_run(pool, fence.run_id).await? } else { Vec::new() },
        tenant_budget: budget(pool, fence, row.tenant_budget, None).await?,
        agent_budget: budget(pool, fence, row.agent_budget, Some(agent.id)).await?,
        approval_rules: if row.approval_rules {
            approval_rules::find(pool, fence.tenant_id).await?
        } else {
            Vec::new()
        },
        answers: if row.team || row.waits { tool_calls::answered(pool, fence.run_id).await? } else { Vec::new() },
        children: if row.has_children { runs::of_parent(pool, fence).await? } else { Vec::new() },
        child_files: if row.has_children { children::files(pool, fence).await? } else { Vec::new() },
        child_approvals: if row.has_children { children::asked(pool, fence.run_id).await? } else { Vec::new() },
        now: time(row.now),
        session: if row.team { sessions::find(pool, fence.tenant_id, &fence.session_id).await? } else { None },
        task: if row.is_task { executions::of_run(pool, fence.tenant_id, fence.run_id).await? } else { None },
        in_organization: row.in_organization,
        has_successor: row.has_successor,
        last_seq: row.last_seq,
        agent,
    }))
}

type Profile = (Agent, Vec<(Binding, ToolDefinition)>);

/// The run's version.
async fn promised(pool: &PgPool, fence: &Fence, snapshot: &str) -> sqlx::Result<Profile> {
    let Snapshot { agent, bindings } = parsed(snapshot)?;
    Ok((agent, bindings::join_tools(pool, fence.tenant_id, bindings).await?))
}

/// The agent as it is: for a run of a draft, or of a version that an earlier release kept no snapshot of.
async fn now(pool: &PgPool, fence: &Fence, agent: AgentRow, has_bindings: bool) -> sqlx::Result<Profile> {
    let agent = Agent::try_from(agent)?;
    let bindings = if has_bindings { bindings::with_tools(pool, fence.tenant_id, agent.id).await? } else { Vec::new() };
    Ok((agent, bindings))
}

async fn budget(pool: &PgPool, fence: &Fence, there: bool, agent: Option<AgentId>) -> sqlx::Result<Budget> {
    if there { budgets::find(pool, fence.tenant_id, agent).await } else { Ok(Budget::default()) }
}
