//! Subagents: runs that calls of `run_subagent` start. Whatever such a run is given, the run that starts it has.

use std::sync::Arc;

use artel_domain::{Above, Actor, Agent, AuditEntry, CallId, Cap, Run, RunId, SessionId, Subagent, SubagentKind};
use artel_store::{Fence, NewChild, StoreError, TurnRecord};
use artel_tools::{SubagentTask, ToolError};
use async_trait::async_trait;
use serde_json::json;

use crate::Deps;
use crate::toolbox::Toolbox;

/// Subagents that one run starts, in all its calls.
const MOST: usize = 100;
/// The code of a run whose subagents cannot be stored.
const NOT_STORED: &str = "subagents_not_stored";

const ROLE: &str = "You are a subagent: another run of this agent handed you one part of its work. Nobody reads what you \
    write before you are done, and nobody answers questions. Your last message is the result: make it complete, and no \
    longer than it must be.";

/// What the subagents of a run are to it.
pub(crate) struct Family {
    fence: Fence,
    in_organization: bool,
    /// The run executes a saved task.
    is_execution: bool,
    /// What an execution of a saved task may cost: its subagents share it.
    budget: Cap,
    /// Runs that it started already.
    started: usize,
}

impl Family {
    pub(crate) fn of(run: &Run, record: &TurnRecord, fence: Fence) -> Self {
        let in_organization = record.in_organization || run.subagent.as_ref().is_some_and(|own| own.in_organization);
        let budget = record.task.map(|task| task.budget).unwrap_or_default();
        Self { fence, in_organization, is_execution: record.task.is_some(), budget, started: record.children.len() }
    }

    /// The run itself executes a saved task: it is no subagent of one that does.
    pub(crate) fn is_execution(&self) -> bool {
        self.is_execution
    }

    /// The first of all runs above is in a session with an organisation's agent.
    pub(crate) fn in_organization(&self) -> bool {
        self.in_organization
    }

    /// Starts runs for a call.
    pub(crate) fn starter(
        &self,
        deps: &Arc<Deps>,
        run: &Arc<Run>,
        toolbox: &Toolbox,
    ) -> Arc<dyn artel_tools::Subagents> {
        Arc::new(Starter {
            deps: deps.clone(),
            run: run.clone(),
            toolbox: toolbox.clone(),
            fence: self.fence.clone(),
            in_organization: self.in_organization,
            budget: self.budget,
            started: self.started,
        })
    }
}

/// The agent as a subagent is asked.
pub(crate) fn told(agent: Agent, subagent: &Subagent) -> Agent {
    let kind = match subagent.kind {
        SubagentKind::Explore => "You explore: find out what is asked. You read, and change nothing.",
        SubagentKind::Execute => "You execute: do what is asked, then say what you did.",
        SubagentKind::Verify => {
            "You verify: check what is asked, then say whether it holds, and why. You read, and change nothing."
        }
    };
    let told = format!("{ROLE} {kind}");
    let system_prompt = [agent.system_prompt.trim(), &told].join("\n\n").trim().to_owned();
    Agent { system_prompt, ..agent }
}

struct Starter {
    deps: Arc<Deps>,
    run: Arc<Run>,
    toolbox: Toolbox,
    fence: Fence,
    in_organization: bool,
    budget: Cap,
    started: usize,
}

#[async_trait]
impl artel_tools::Subagents for Starter {
    async fn start(&self, call: CallId, tasks: Vec<SubagentTask>) -> Result<(), ToolError> {
        let above = self.above();
        if above.len() > Subagent::DEEPEST {
            return Err("forbidden: a subagent of a subagent has no subagents; do this part yourself".into());
        }
        if self.started + tasks.len() > MOST {
            let text =
                format!("forbidden: a run starts at most {MOST} subagents, and this one has started {}", self.started);
            return Err(text.into());
        }
        let children = tasks.into_iter().enumerate().map(|(at, task)| self.child(call, at, task, &above));
        let children: Vec<NewChild> = children.collect::<Result<_, String>>()?;
        match self.deps.store.start_children(&self.fence, children).await {
            Ok(()) => {
                self.deps.bus.wake_workers();
                Ok(())
            }
            Err(StoreError::Unavailable(why)) => Err(ToolError::NotNow(why.to_string())),
            // The run is another worker's: the worker that lost it drops this future.
            Err(StoreError::Fenced) => std::future::pending().await,
            Err(error) => {
                tracing::error!(run_id = %self.run.id, %error, "subagents cannot be stored");
                let message = "the subagents could not be stored; see the server's log".to_owned();
                Err(ToolError::Abort { code: NOT_STORED, message })
            }
        }
    }
}

impl Starter {
    /// The runs above those that this one starts.
    fn above(&self) -> Vec<Above> {
        let own = self.run.subagent.as_ref();
        let budget = own.map_or(self.budget, |own| own.budget);
        let above = own.into_iter().flat_map(|own| own.above.iter().copied());
        above.chain([Above { run_id: self.run.id, budget }]).collect()
    }

    /// Their sessions, this one's first.
    fn sessions(&self) -> Vec<SessionId> {
        let further = self.run.subagent.iter().flat_map(|own| own.sessions_above.iter().cloned());
        std::iter::once(self.run.session_id.clone()).chain(further).collect()
    }

    fn child(&self, call: CallId, at: usize, task: SubagentTask, above: &[Above]) -> Result<NewChild, String> {
        let tools = self.tools(at, &task, above.len())?;
        let (id, now) = (RunId::of_task(self.run.id, call, at), self.deps.clock.now());
        let input_message = match &task.context {
            Some(context) => format!("{}\n\nWhat you must know:\n{context}", task.goal),
            None => task.goal,
        };
        let subagent = Subagent {
            kind: task.kind,
            tools,
            budget: task.budget,
            above: above.to_vec(),
            in_organization: self.in_organization,
            sessions_above: self.sessions(),
        };
        let audit = self.audit(id, task.kind, now);
        Ok(NewChild { id, call_id: call, input_message, subagent, at: now, audit })
    }

    /// The error is what the model is told.
    fn tools(&self, at: usize, task: &SubagentTask, depth: usize) -> Result<Vec<String>, String> {
        let all = self.toolbox.for_subagent(task.kind, depth);
        let Some(wanted) = &task.tools else { return Ok(all) };
        let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) else { return Ok(wanted.clone()) };
        let kind = task.kind.as_str();
        let can =
            if all.is_empty() { "it can have none".to_owned() } else { format!("it can have: {}", all.join(", ")) };
        let text = format!(
            "invalid_argument: tasks[{at}].tools: a subagent that is to {kind} cannot have '{unknown}'; {can}. Correct \
             the list, or leave it out"
        );
        Err(text)
    }

    fn audit(&self, id: RunId, kind: SubagentKind, at: artel_domain::Timestamp) -> AuditEntry {
        let principal = &self.run.principal;
        AuditEntry {
            actor: Actor { user_id: Some(principal.user_id), api_key_id: principal.api_key_id, ip: None },
            action: "run.create",
            entity_type: "run",
            entity_id: id.to_string(),
            trace_id: self.run.trace_id.clone(),
            outcome: "ok".to_owned(),
            details: Some(json!({ "parent_run_id": self.run.id, "kind": kind })),
            at,
        }
    }
}
