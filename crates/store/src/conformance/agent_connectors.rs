//! Promises about the connectors that agents may call.

use std::sync::Arc;

use artel_domain::BuiltinAgent;

use super::world::{World, uuid};
use crate::{AuditFilter, Store, StoreError};

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

async fn puts(world: &World, list: &[&str]) -> Option<artel_domain::Agent> {
    let audit = world.audit("agent.connectors");
    world.store.put_agent_connectors(&world.viewer(), world.agent, keys(list), audit).await.unwrap()
}

pub async fn a_list_of_connectors_keeps_its_order_and_is_replaced_as_a_whole(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    assert_eq!(store.connectors_of_agent(ada.tenant, ada.agent).await.unwrap(), keys(&[]));
    for list in [&["ozon", "github", "telegram"][..], &["telegram", "ozon"], &[]] {
        let agent = puts(&ada, list).await.expect("the agent is there");
        assert_eq!(agent.id, ada.agent);
        assert_eq!(store.connectors_of_agent(ada.tenant, ada.agent).await.unwrap(), keys(list));
    }
    let rows = store.list_audit(&ada.viewer(), AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "agent.connectors").count(), 3);
}

pub async fn connectors_of_several_agents_are_found_at_once(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let other = ada.creates_agent("other").await.id;
    puts(&ada, &["ozon", "github"]).await;
    let found = store.connectors_of_agents(ada.tenant, &[ada.agent, other]).await.unwrap();
    assert_eq!(found.get(&ada.agent), Some(&keys(&["ozon", "github"])));
    assert_eq!(found.get(&other), None);
    assert!(store.connectors_of_agents(ada.tenant, &[]).await.unwrap().is_empty());
}

pub async fn connectors_are_those_of_ones_own_agents(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    puts(&ada, &["ozon"]).await;
    let audit = || bob.audit("agent.connectors");
    let taken = store.put_agent_connectors(&bob.viewer(), ada.agent, keys(&["github"]), audit()).await.unwrap();
    assert_eq!(taken, None);
    assert_eq!(store.connectors_of_agent(bob.tenant, ada.agent).await.unwrap(), keys(&[]));
    assert_eq!(store.connectors_of_agent(ada.tenant, ada.agent).await.unwrap(), keys(&["ozon"]));
    let unknown = artel_domain::AgentId(uuid());
    assert_eq!(store.put_agent_connectors(&bob.viewer(), unknown, keys(&[]), audit()).await.unwrap(), None);
    let builtin = BuiltinAgent::System.id(bob.tenant);
    let refused = store.put_agent_connectors(&bob.viewer(), builtin, keys(&["ozon"]), audit()).await;
    assert!(matches!(refused, Err(StoreError::ReadOnlyAgent)), "{refused:?}");
}
