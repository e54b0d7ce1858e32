//! Rows as the release before wrote them, or still writes them beside this one.

use artel_domain::{Agent, AgentId, BuiltinAgent, RunId};
use artel_store::{AgentFilter, Agents, BuiltinAgents, Page, Runs, Viewer};
use artel_store_sqlite::SqliteStore;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use crate::support::{Tenant, open};

/// A store, its tenant with one published agent, and a connection on which the release before writes.
struct Upgraded {
    store: SqliteStore,
    tenant: Tenant,
    before: SqliteConnection,
    _directory: tempfile::TempDir,
}

impl Upgraded {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("artel.db");
        let store = open(path.to_str().unwrap()).await;
        let tenant = Tenant::fresh(&store).await;
        let before = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
        Self { store, tenant, before, _directory: directory }
    }

    async fn writes(&mut self, statement: &'static str, agent: AgentId) {
        assert_eq!(
            sqlx::query(statement).bind::<Uuid>(agent.0).execute(&mut self.before).await.unwrap().rows_affected(),
            1,
            "{statement}"
        );
    }

    async fn version_of(&self, run: RunId) -> Option<i64> {
        self.store.find_run(&self.tenant.viewer(), run).await.unwrap().unwrap().agent_version
    }

    async fn kept(&self, version: i64) -> Agent {
        self.store
            .find_agent_version(&Viewer::service(self.tenant.id), self.tenant.agent, version)
            .await
            .unwrap()
            .unwrap()
            .agent
    }
}

#[tokio::test]
async fn what_the_release_before_published_or_changed_is_a_version_with_its_next_run() {
    let mut upgraded = Upgraded::new().await;
    let agent = upgraded.tenant.agent;
    upgraded.writes("DELETE FROM agent_versions WHERE agent_id = ?1", agent).await;
    upgraded.writes("UPDATE agents SET snapshot_version = NULL, system_prompt = 'one' WHERE id = ?1", agent).await;
    let first = upgraded.tenant.starts_run(&upgraded.store).await;
    assert_eq!(upgraded.version_of(first).await, Some(1));
    assert_eq!(upgraded.kept(1).await.system_prompt, "one");

    upgraded.writes("UPDATE agents SET snapshot_version = NULL, system_prompt = 'two' WHERE id = ?1", agent).await;
    let second = upgraded.tenant.starts_run(&upgraded.store).await;
    assert_eq!(upgraded.version_of(second).await, Some(2), "an upgrade changes no agent's answers");
    assert_eq!(
        (upgraded.kept(1).await.system_prompt.as_str(), upgraded.kept(2).await.system_prompt.as_str()),
        ("one", "two")
    );
    let third = upgraded.tenant.starts_run(&upgraded.store).await;
    assert_eq!(upgraded.version_of(third).await, Some(2));
}

#[tokio::test]
async fn a_name_that_the_release_before_wrote_is_found_without_case() {
    let mut upgraded = Upgraded::new().await;
    let agent = upgraded.tenant.agent;
    upgraded.writes("UPDATE agents SET name = 'Ёлка' WHERE id = ?1", agent).await;
    for (q, found) in [("ёлк", 1), ("scribe", 0)] {
        let filter = AgentFilter { q: Some(q.to_owned()), ..AgentFilter::default() };
        let (_, all) = upgraded
            .store
            .list_agents(&Viewer::service(upgraded.tenant.id), filter, Page { limit: 9, offset: 0 })
            .await
            .unwrap();
        assert_eq!(all, found, "{q}");
    }
}

#[tokio::test]
async fn a_builtin_agent_that_the_release_before_deleted_is_there_again() {
    let mut upgraded = Upgraded::new().await;
    let (tenant, codelab) = (upgraded.tenant, BuiltinAgent::Codelab);
    let made = upgraded
        .store
        .ensure_builtin_agent(tenant.id, codelab, tenant.user, tenant.audit("agent.create"))
        .await
        .unwrap();
    upgraded.writes("UPDATE agents SET deleted_at = 1, name = 'mine', kind = 'custom' WHERE id = ?1", made.id).await;
    assert_eq!(upgraded.store.find_agent(&Viewer::service(tenant.id), made.id).await.unwrap(), None);
    let again = upgraded
        .store
        .ensure_builtin_agent(tenant.id, codelab, tenant.user, tenant.audit("agent.create"))
        .await
        .unwrap();
    assert!(codelab.is_intact(&again), "{again:?}");
    assert_eq!(upgraded.store.find_agent(&Viewer::service(tenant.id), made.id).await.unwrap(), Some(again));
}
