//! Promises about the tenants' rules for approvals.

use std::sync::Arc;

use artel_domain::{ApprovalRule, Approvers, ArgumentCondition, Comparison, RuleEffect};
use serde_json::json;

use super::world::World;
use crate::{AuditFilter, Store};

fn rule(world: &World, tool: &str) -> ApprovalRule {
    let condition = ArgumentCondition { argument: "/path".to_owned(), is: Comparison::Matches, value: json!("*.md") };
    ApprovalRule {
        tool: tool.to_owned(),
        agent_id: Some(world.agent),
        conditions: vec![condition],
        effect: RuleEffect::Ask,
        reason: Some("it writes".to_owned()),
        approvers: Some(Approvers { users: vec![world.user], scopes: vec!["admin".to_owned()] }),
    }
}

async fn put(world: &World, rules: &[ApprovalRule]) {
    world.store.put_approval_rules(world.tenant, rules.to_vec(), world.audit("approval_rules.put")).await.unwrap();
}

pub async fn rules_are_kept_in_order_and_replaced_as_a_whole(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    assert_eq!(store.find_approval_rules(world.tenant).await.unwrap(), []);
    let rules = ["b", "a", "b"].map(|tool| rule(&world, tool));
    put(&world, &rules).await;
    assert_eq!(store.find_approval_rules(world.tenant).await.unwrap(), rules);
    let (_, fence) = world.drives("s").await;
    assert_eq!(store.load_turn(&fence, 10).await.unwrap().approval_rules, rules, "a worker is told");
    put(&world, &rules[1..2]).await;
    assert_eq!(store.find_approval_rules(world.tenant).await.unwrap(), rules[1..2]);
    put(&world, &[]).await;
    assert_eq!(store.find_approval_rules(world.tenant).await.unwrap(), []);
    assert_eq!(store.load_turn(&fence, 10).await.unwrap().approval_rules, []);
    let rows = store.list_audit(&world.viewer(), AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "approval_rules.put").count(), 3);
}

pub async fn rules_are_invisible_to_other_tenants(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    put(&world, &[rule(&world, "t")]).await;
    put(&other, &[]).await;
    assert_eq!(store.find_approval_rules(other.tenant).await.unwrap(), []);
    assert_eq!(store.find_approval_rules(world.tenant).await.unwrap().len(), 1);
    let (_, fence) = other.drives("s").await;
    assert_eq!(store.load_turn(&fence, 10).await.unwrap().approval_rules, []);
}
