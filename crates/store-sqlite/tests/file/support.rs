//! A tenant to write under, and child processes: the test binary runs itself.

use std::process::{Child, Command, Stdio};

use artel_domain::{
    Actor, Agent, AgentId, AgentKind, AgentStatus, AuditEntry, Clock, Principal, RunId, SessionId, SystemClock,
    TenantId, UserId,
};
use artel_store::{Agents, Created, Identities, NewRun, ProfileChoice, Runs};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use uuid::Uuid;

/// Names the database and the tenant to a child.
const CHILD: &str = "ARTEL_TEST_CHILD";

#[derive(Clone, Copy)]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) user: UserId,
    pub(crate) agent: AgentId,
}

pub(crate) async fn open(path: &str) -> SqliteStore {
    SqliteStore::open(&SqliteOptions::new(path)).await.unwrap()
}

impl Tenant {
    /// All ids of a tenant are one, so that a child needs to be told only one.
    pub(crate) fn of(id: Uuid) -> Self {
        Self { id: TenantId(id), user: UserId(id), agent: AgentId(id) }
    }

    pub(crate) async fn fresh(store: &SqliteStore) -> Self {
        let tenant = Self::of(SystemClock.uuid());
        let at = SystemClock.now();
        store.ensure_principal(tenant.id, tenant.user, at).await.unwrap();
        let agent = Agent {
            id: tenant.agent,
            tenant_id: tenant.id,
            owner_user_id: tenant.user,
            name: "scribe".to_owned(),
            system_prompt: String::new(),
            model: "demo:echo".to_owned(),
            llm_params: None,
            require_approval: false,
            description: None,
            avatar_url: None,
            status: AgentStatus::Published,
            version: 1,
            kind: AgentKind::Custom,
            is_enabled: true,
            has_unpublished_changes: false,
            created_at: at,
            updated_at: None,
        };
        store.create_agent(agent, tenant.audit("agent.create")).await.unwrap();
        tenant
    }

    pub(crate) fn audit(&self, action: &'static str) -> AuditEntry {
        AuditEntry {
            actor: Actor { user_id: Some(self.user), ..Actor::default() },
            action,
            entity_type: "run",
            entity_id: String::new(),
            trace_id: "trace".to_owned(),
            outcome: "ok".to_owned(),
            details: None,
            at: SystemClock.now(),
        }
    }

    pub(crate) fn viewer(&self) -> artel_store::Viewer {
        artel_store::Viewer::user(self.id, self.user)
    }

    pub(crate) async fn starts_run(&self, store: &SqliteStore) -> RunId {
        let id = RunId(SystemClock.uuid());
        let new = NewRun {
            id,
            tenant_id: self.id,
            agent_id: self.agent,
            profile: ProfileChoice::Current,
            session_id: SessionId(id.to_string()),
            trace_id: "trace".to_owned(),
            principal: Principal { user_id: self.user, api_key_id: None, client_id: None, scopes: Vec::new() },
            input_message: "hello".to_owned(),
            team: None,
            parent: None,
            visibility: artel_domain::Visibility::Tenant,
            at: SystemClock.now(),
            daily_limits: Vec::new(),
        };
        let created = store.create_run(&self.viewer(), new, self.audit("run.create")).await.unwrap();
        assert!(matches!(created, Created::Run(_)));
        id
    }

    /// The tenant's audit chain is whole; its length.
    pub(crate) async fn audit_is_whole(&self, store: &SqliteStore) -> i64 {
        let rows = store.audit_chain(self.id, 0, 1_000_000).await.unwrap();
        let mut previous = String::new();
        for (row, seq) in rows.iter().zip(1..) {
            assert_eq!((row.seq, &row.hash), (seq, &row.expected_hash(&previous)));
            previous.clone_from(&row.hash);
        }
        assert_eq!(store.audit_head(self.id).await.unwrap(), Some((rows.len() as i64, previous)));
        rows.len() as i64
    }
}

/// Runs the test `name` of this binary in a process of its own.
pub(crate) fn child(name: &str, path: &str, tenant: Uuid) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, format!("{tenant} {path}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the parent told; `None` in the parent itself.
pub(crate) fn told() -> Option<(Uuid, String)> {
    let told = std::env::var(CHILD).ok()?;
    let (tenant, path) = told.split_once(' ').unwrap();
    Some((tenant.parse().unwrap(), path.to_owned()))
}
