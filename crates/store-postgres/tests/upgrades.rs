//! Rows as the release before wrote them, or still writes them beside this one.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod scratch;

use std::sync::Arc;

use artel_domain::{Agent, AgentId, AgentStatus, BuiltinAgent};
use artel_store::conformance::world::{World, uuid};
use artel_store::{AgentFilter, Created, NewRun, Page, ProfileChoice, Store, Viewer};
use sqlx::{Connection, PgConnection};

/// A tenant with one published agent, and a connection on which the release before writes.
struct Upgraded {
    world: World,
    before: PgConnection,
}

impl Upgraded {
    /// `None` when there is no server.
    async fn new() -> Option<Self> {
        let url = scratch::database().await?;
        let store: Arc<dyn Store> = Arc::new(scratch::store(&url).await);
        let mut world = World::new(&store).await;
        let agent = Agent { status: AgentStatus::Published, ..world.agent_named("scribe") };
        world.agent = store.create_agent(agent, world.audit("agent.create")).await.unwrap().id;
        Some(Self { world, before: PgConnection::connect(&url).await.unwrap() })
    }

    async fn writes(&mut self, statement: &'static str, agent: AgentId) {
        assert_eq!(
            sqlx::query(statement).bind(agent.0).execute(&mut self.before).await.unwrap().rows_affected(),
            1,
            "{statement}"
        );
    }

    /// The version that a new run names.
    async fn runs(&self) -> Option<i64> {
        let new = NewRun { profile: ProfileChoice::Published, ..self.world.new_run(&uuid().to_string()) };
        let Created::Run(run) = self.world.creates(new).await else { panic!("the run was refused") };
        run.agent_version
    }

    async fn kept(&self, version: i64) -> Agent {
        let World { store, tenant, agent, .. } = &self.world;
        store.find_agent_version(&Viewer::service(*tenant), *agent, version).await.unwrap().unwrap().agent
    }
}

#[tokio::test]
async fn what_the_release_before_published_or_changed_is_a_version_with_its_next_run() {
    let Some(mut upgraded) = Upgraded::new().await else { return };
    let agent = upgraded.world.agent;
    upgraded.writes("DELETE FROM agent_versions WHERE agent_id = $1", agent).await;
    upgraded.writes("UPDATE agents SET snapshot_version = NULL, system_prompt = 'one' WHERE id = $1", agent).await;
    assert_eq!(upgraded.runs().await, Some(1));
    assert_eq!(upgraded.kept(1).await.system_prompt, "one");

    upgraded.writes("UPDATE agents SET snapshot_version = NULL, system_prompt = 'two' WHERE id = $1", agent).await;
    assert_eq!(upgraded.runs().await, Some(2), "an upgrade changes no agent's answers");
    assert_eq!(
        (upgraded.kept(1).await.system_prompt.as_str(), upgraded.kept(2).await.system_prompt.as_str()),
        ("one", "two")
    );
    assert_eq!(upgraded.runs().await, Some(2));
}

#[tokio::test]
async fn a_name_that_the_release_before_wrote_is_found_without_case() {
    let Some(mut upgraded) = Upgraded::new().await else { return };
    let agent = upgraded.world.agent;
    upgraded.writes("UPDATE agents SET name = 'Ёлка' WHERE id = $1", agent).await;
    for (q, found) in [("ёлк", 1), ("SCRIBE", 1)] {
        let filter = AgentFilter { q: Some(q.to_owned()), ..AgentFilter::default() };
        let page = Page { limit: 9, offset: 0 };
        assert_eq!(
            upgraded.world.store.list_agents(&upgraded.world.viewer(), filter, page).await.unwrap().1,
            found,
            "{q}"
        );
    }
}

#[tokio::test]
async fn a_builtin_agent_that_the_release_before_deleted_is_there_again() {
    let Some(mut upgraded) = Upgraded::new().await else { return };
    let (world, codelab) = (upgraded.world.clone(), BuiltinAgent::Codelab);
    let ensures = || world.store.ensure_builtin_agent(world.tenant, codelab, world.user, world.audit("agent.create"));
    let made = ensures().await.unwrap();
    upgraded.writes("UPDATE agents SET deleted_at = 1, name = 'mine', kind = 'custom' WHERE id = $1", made.id).await;
    assert_eq!(world.store.find_agent(&world.viewer(), made.id).await.unwrap(), None);
    let again = ensures().await.unwrap();
    assert!(codelab.is_intact(&again), "{again:?}");
    assert_eq!(world.store.find_agent(&world.viewer(), made.id).await.unwrap(), Some(again));
}
