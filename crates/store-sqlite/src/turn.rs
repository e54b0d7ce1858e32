//! What a worker needs to go on with a run. Most runs are fresh and their agents simple: what is not
//! there is not asked for.

use artel_domain::{Agent, AgentId, Binding, Budget, ToolDefinition};
use artel_store::{Fence, Snapshot, StoreError, TurnRecord};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::rows::AgentRow;
use crate::values::{json, time};
use crate::{approval_rules, approvals, bindings, budgets, children, executions, journal, runs, sessions, tool_calls};

pub(crate) async fn load(reads: &SqlitePool, fence: &Fence, dialogue_limit: u32) -> Outcome<TurnRecord> {
    let there_is = outline(reads, fence).await?;
    let (agent, bindings) = profile(reads, fence, &there_is).await?;
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

/// The run's agent, and what there is to read besides.
#[expect(clippy::struct_excessive_bools, reason = "one for each thing to read")]
struct Outline {
    agent_id: Uuid,
    owner_user_id: Uuid,
    name: String,
    system_prompt: String,
    model: String,
    llm_params: Option<String>,
    require_approval: bool,
    status: String,
    version: i64,
    kind: String,
    is_enabled: bool,
    is_changed: bool,
    created_at: i64,
    updated_at: Option<i64>,
    /// Of the version that the run was promised.
    snapshot: Option<String>,
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

/// One trip to SQLite's thread for all that nearly every run needs: a trip costs more than the statement. The agent is
/// there even when it was deleted. `Fenced` when the run is not the worker's any more.
async fn outline(reads: &SqlitePool, fence: &Fence) -> Outcome<Outline> {
    let outline = sqlx::query_as!(
        Outline,
        r#"SELECT a.id AS "agent_id!: Uuid", a.owner_user_id AS "owner_user_id!: Uuid", a.name AS "name!: String",
               a.system_prompt AS "system_prompt!: String", a.model AS "model!: String", a.llm_params AS "llm_params?: String",
               a.require_approval AS "require_approval!: bool", a.status AS "status!: String", a.version AS "version!: i64",
               a.kind AS "kind!: String",
               a.is_enabled AS "is_enabled!: bool", a.is_changed AS "is_changed!: bool",
               a.created_at AS "created_at!: i64", a.updated_at AS "updated_at?: i64", v.snapshot AS "snapshot?: String",
               coalesce((SELECT max(j.seq) FROM journal j WHERE j.run_id = r.id), 0) AS "last_seq!: i64",
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
           FROM runs r JOIN agents a ON a.id = r.agent_id
               LEFT JOIN agent_versions v
                   ON v.tenant_id = r.tenant_id AND v.agent_id = r.agent_id AND v.version = r.agent_version AND r.is_draft = 0
           WHERE r.id = ?1 AND r.tenant_id = ?2 AND r.session_id = ?3 AND r.epoch = ?4"#,
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
    there_is: &Outline,
) -> Outcome<(Agent, Vec<(Binding, ToolDefinition)>)> {
    if let Some(snapshot) = &there_is.snapshot {
        let Snapshot { agent, bindings } = json("snapshot", snapshot)?;
        return Ok((agent, bindings::join_tools(reads, bindings).await?));
    }
    let agent = there_is.agent(fence)?;
    let bindings =
        if there_is.bindings { bindings::with_tools(reads, fence.tenant_id, agent.id).await? } else { Vec::new() };
    Ok((agent, bindings))
}

impl Outline {
    /// The agent as it is.
    fn agent(&self, fence: &Fence) -> Outcome<Agent> {
        let row = AgentRow {
            id: self.agent_id,
            tenant_id: fence.tenant_id.0,
            owner_user_id: self.owner_user_id,
            name: self.name.clone(),
            system_prompt: self.system_prompt.clone(),
            model: self.model.clone(),
            llm_params: self.llm_params.clone(),
            require_approval: self.require_approval,
            // For people: no run reads them.
            description: None,
            avatar_url: None,
            status: self.status.clone(),
            version: self.version,
            kind: self.kind.clone(),
            is_enabled: self.is_enabled,
            is_changed: self.is_changed,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        row.try_into()
    }
}

async fn budgets_of(reads: &SqlitePool, fence: &Fence, agent: AgentId) -> Outcome<(Budget, Budget)> {
    Ok((budgets::find(reads, fence.tenant_id, None).await?, budgets::find(reads, fence.tenant_id, Some(agent)).await?))
}
