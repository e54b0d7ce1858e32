//! Promises about the audit chain: every change has its row, and a row that was changed, removed or cut off shows.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    Actor, AgentId, ApiKey, ApiKeyId, AuditEntry, AuditRow, BindingId, Phase, RunId, TenantId, ToolId, UserId,
};
use serde_json::json;

use super::tools::{binding, tool_named};
use super::world::{LEASE, World, at_once, ending, fence, now, uuid};
use crate::{AgentPatch, AuditFilter, BindingPatch, CloneAgent, NewApiKey, Store, ToolPatch};

const MANY: u32 = 10_000;

async fn chain(world: &World) -> Vec<AuditRow> {
    world.store.audit_chain(world.tenant, 0, MANY).await.unwrap()
}

async fn head(world: &World) -> (i64, String) {
    world.store.audit_head(world.tenant).await.unwrap().expect("the chain has begun")
}

/// What `artel audit verify` concludes: the first number at which the chain breaks.
fn broken_at(rows: &[AuditRow], (length, last): &(i64, String)) -> Option<i64> {
    let mut previous = "";
    for (expected, row) in (1..).zip(rows) {
        if row.seq != expected || row.hash != row.expected_hash(previous) {
            return Some(expected);
        }
        previous = &row.hash;
    }
    (rows.len() as i64 != *length || previous != last).then_some(rows.len() as i64 + 1)
}

async fn records(world: &World, action: &'static str) -> AuditEntry {
    let entry = world.audit(action);
    world.store.record_audit(world.tenant, entry.clone()).await.unwrap();
    entry
}

/// Does `change` and expects exactly one new row, of this action.
async fn writes_one(world: &World, action: &'static str, change: impl Future<Output = ()>) {
    let (before, _) = head(world).await;
    change.await;
    let rows = world.store.audit_chain(world.tenant, before, MANY).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), [action]);
}

/// Does `change`, which comes to nothing, and expects no row.
async fn writes_none(world: &World, what: &str, change: impl Future<Output = ()>) {
    let before = head(world).await;
    change.await;
    assert_eq!(head(world).await, before, "{what}");
}

pub async fn a_row_tells_who_did_what_from_where(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let entry = AuditEntry {
        actor: Actor {
            user_id: Some(ada.user),
            api_key_id: Some(ApiKeyId(uuid())),
            ip: Some("2001:db8::1".to_owned()),
        },
        // Members out of order, a float at the edge of precision, and what JSON escapes.
        details: Some(json!({"z": 0.1, "a": [1e-7, 123_456_789.123_456_79, "\u{0}\n\"ё\""], "n": null})),
        outcome: "denied".to_owned(),
        ..ada.audit("login.fail")
    };
    store.record_audit(ada.tenant, entry.clone()).await.unwrap();
    let (seq, _) = head(&ada).await;
    let before = chain(&ada).await[seq as usize - 2].hash.clone();
    assert_eq!(chain(&ada).await.pop(), Some(AuditRow::chain(ada.tenant, seq, &before, &entry)));
    assert_eq!(broken_at(&chain(&ada).await, &head(&ada).await), None);
}

pub async fn a_tenant_without_rows_has_no_head(store: Arc<dyn Store>) {
    let tenant = TenantId(uuid());
    store.ensure_principal(tenant, UserId(uuid()), now()).await.unwrap();
    assert_eq!(store.audit_head(tenant).await.unwrap(), None);
    assert!(store.audit_chain(tenant, 0, MANY).await.unwrap().is_empty());
}

pub async fn fifty_writes_at_once_make_a_chain_without_gaps(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (before, _) = head(&ada).await;
    at_once((0..50_u32).map(|i| {
        let ada = ada.clone();
        async move {
            match i % 3 {
                0 => drop(records(&ada, "login.ok").await),
                1 => drop(ada.creates_agent("many").await),
                _ => drop(ada.starts(&format!("session {i}")).await),
            }
        }
    }))
    .await;
    let (length, last) = head(&ada).await;
    assert_eq!(length, before + 50);
    assert_eq!(broken_at(&chain(&ada).await, &(length, last)), None);
}

pub async fn the_first_writes_at_once_make_one_chain(store: Arc<dyn Store>) {
    let world = World { tenant: TenantId(uuid()), ..World::new(&store).await };
    store.ensure_principal(world.tenant, world.user, now()).await.unwrap();
    at_once((0..10).map(|i| {
        let world = world.clone();
        async move {
            if i % 2 == 0 { drop(records(&world, "login.ok").await) } else { drop(world.creates_agent("first").await) }
        }
    }))
    .await;
    assert_eq!(head(&world).await.0, 10);
    assert_eq!(broken_at(&chain(&world).await, &head(&world).await), None);
}

pub async fn a_changed_a_removed_and_a_cut_off_row_show(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for _ in 0..5 {
        records(&ada, "login.ok").await;
    }
    let (rows, head) = (chain(&ada).await, head(&ada).await);
    assert_eq!(broken_at(&rows, &head), None);

    let tampered = |change: fn(&mut Vec<AuditRow>)| {
        let mut rows = rows.clone();
        change(&mut rows);
        broken_at(&rows, &head)
    };
    assert_eq!(tampered(|rows| rows[2].outcome.push_str(", really")), Some(3));
    assert_eq!(tampered(|rows| rows[2].user_id = None), Some(3));
    assert_eq!(tampered(|rows| rows[2].created_at = now()), Some(3));
    assert_eq!(tampered(|rows| drop(rows.remove(2))), Some(3));
    assert_eq!(tampered(|rows| rows.swap(2, 3)), Some(3));
    assert_eq!(tampered(|rows| drop(rows.pop())), Some(6), "only the head remembers the tail");
}

pub async fn the_chain_is_read_in_pieces(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for _ in 0..4 {
        records(&ada, "login.ok").await;
    }
    let whole = chain(&ada).await;
    assert_eq!(store.audit_chain(ada.tenant, 0, 2).await.unwrap(), whole[..2]);
    assert_eq!(store.audit_chain(ada.tenant, 2, 2).await.unwrap(), whole[2..4]);
    assert!(store.audit_chain(ada.tenant, whole.len() as i64, 2).await.unwrap().is_empty());
}

pub async fn chains_of_tenants_do_not_mix(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let bobs = head(&bob).await;
    records(&ada, "login.ok").await;
    assert_eq!(head(&bob).await, bobs);
    assert!(chain(&bob).await.iter().all(|row| row.tenant_id == bob.tenant));
    let filter = AuditFilter { limit: MANY, ..AuditFilter::default() };
    assert!(store.list_audit(&bob.viewer(), filter).await.unwrap().iter().all(|row| row.tenant_id == bob.tenant));
}

pub async fn the_list_is_filtered_and_newest_first(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (stranger, start) = (UserId(uuid()), now());
    let entry = |entity_type: &'static str, entity: &str, user: UserId, second: u64| AuditEntry {
        actor: Actor { user_id: Some(user), ..Actor::default() },
        entity_type,
        entity_id: entity.to_owned(),
        at: start + Duration::from_secs(second),
        ..ada.audit("thing.touch")
    };
    let entries = [entry("run", "a", ada.user, 0), entry("run", "b", stranger, 10), entry("tool", "a", ada.user, 20)];
    for entry in &entries {
        store.record_audit(ada.tenant, entry.clone()).await.unwrap();
    }
    let found = |filter: AuditFilter| {
        let ada = ada.clone();
        async move {
            let rows = ada.store.list_audit(&ada.viewer(), AuditFilter { limit: MANY, ..filter }).await.unwrap();
            rows.into_iter()
                .filter(|row| row.action == "thing.touch")
                .map(|row| (row.entity_type, row.entity_id))
                .collect::<Vec<_>>()
        }
    };
    let (run_a, run_b, tool_a) =
        (("run".to_owned(), "a".to_owned()), ("run".to_owned(), "b".to_owned()), ("tool".to_owned(), "a".to_owned()));
    let all = AuditFilter::default;
    assert_eq!(found(all()).await, [tool_a.clone(), run_b.clone(), run_a.clone()]);
    assert_eq!(
        found(AuditFilter { entity_type: Some("run".to_owned()), ..all() }).await,
        [run_b.clone(), run_a.clone()]
    );
    assert_eq!(found(AuditFilter { entity_id: Some("a".to_owned()), ..all() }).await, [tool_a.clone(), run_a.clone()]);
    assert_eq!(found(AuditFilter { user_id: Some(stranger), ..all() }).await, std::slice::from_ref(&run_b));
    assert_eq!(found(AuditFilter { since: Some(entries[1].at), ..all() }).await, [tool_a, run_b.clone()]);
    assert_eq!(
        found(AuditFilter { since: Some(entries[0].at), until: Some(entries[1].at), ..all() }).await,
        [run_b, run_a]
    );
    assert_eq!(store.list_audit(&ada.viewer(), AuditFilter { limit: 2, ..all() }).await.unwrap().len(), 2);
}

pub async fn every_change_of_an_agent_has_its_row(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (tenant, agent, user, viewer) = (ada.tenant, ada.agent, ada.user, ada.viewer());
    let audit = |action| ada.audit(action);
    writes_one(&ada, "agent.create", async { drop(ada.creates_agent("new").await) }).await;
    let update = || store.update_agent(&viewer, agent, AgentPatch::default(), audit("agent.update"));
    writes_one(&ada, "agent.update", async { assert!(update().await.unwrap().is_some()) }).await;
    let publish = || store.publish_agent(&viewer, agent, ada.publication(), audit("agent.publish"));
    writes_one(&ada, "agent.publish", async { assert!(publish().await.unwrap().is_some()) }).await;
    let roll_back = |version| store.rollback_agent(&viewer, agent, version, ada.publication(), audit("agent.rollback"));
    writes_one(&ada, "agent.rollback", async { assert!(roll_back(2).await.unwrap().is_some()) }).await;
    writes_none(&ada, "no such version", async { assert!(roll_back(77).await.unwrap().is_none()) }).await;
    let clone = |source| {
        let id = AgentId(uuid());
        let copy = CloneAgent {
            tenant_id: tenant,
            id,
            owner_user_id: user,
            name: None,
            at: now(),
            binding_namespace: BindingId(uuid()),
        };
        store.clone_agent(&viewer, source, copy, audit("agent.clone"))
    };
    writes_one(&ada, "agent.clone", async { assert!(clone(agent).await.unwrap().is_some()) }).await;
    writes_none(&ada, "no such source", async { assert!(clone(AgentId(uuid())).await.unwrap().is_none()) }).await;
    let delete = || store.delete_agent(&viewer, agent, audit("agent.delete"));
    writes_one(&ada, "agent.delete", async { assert!(delete().await.unwrap()) }).await;
    writes_none(&ada, "deleted already", async {
        assert!(!delete().await.unwrap());
        assert!(update().await.unwrap().is_none());
        assert!(publish().await.unwrap().is_none());
    })
    .await;
}

pub async fn every_change_of_a_tool_and_a_binding_has_its_row(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (tenant, agent, viewer) = (ada.tenant, ada.agent, ada.viewer());
    let audit = |action| ada.audit(action);
    let tool = tool_named(&ada, "echo");
    let id = tool.id;
    writes_one(&ada, "tool.create", async { drop(store.create_tool(tool, audit("tool.create")).await.unwrap()) }).await;
    let update = |id| store.update_tool(tenant, id, ToolPatch::default(), audit("tool.update"));
    writes_one(&ada, "tool.update", async { assert!(update(id).await.unwrap().done().is_some()) }).await;
    let bind = |id| store.bind_tool(&viewer, binding(&ada, agent, id), audit("binding.create"));
    writes_one(&ada, "binding.create", async { drop(bind(id).await.unwrap()) }).await;
    let change = || store.update_binding(&viewer, agent, id, BindingPatch::default(), audit("binding.update"));
    writes_one(&ada, "binding.update", async { assert!(change().await.unwrap().is_some()) }).await;
    let unbind = || store.unbind_tool(&viewer, agent, id, audit("binding.delete"));
    writes_one(&ada, "binding.delete", async { assert!(unbind().await.unwrap()) }).await;
    let delete = || store.delete_tool(tenant, id, audit("tool.delete"));
    writes_one(&ada, "tool.delete", async { assert!(delete().await.unwrap()) }).await;
    writes_none(&ada, "nothing there", async {
        assert!(update(ToolId(uuid())).await.unwrap().done().is_none());
        drop(bind(id).await.unwrap());
        assert!(change().await.unwrap().is_none());
        assert!(!unbind().await.unwrap());
        assert!(!delete().await.unwrap());
    })
    .await;
}

pub async fn every_change_of_a_key_and_a_secret_has_its_row(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (tenant, user, viewer) = (ada.tenant, ada.user, ada.viewer());
    let audit = |action| ada.audit(action);
    let id = ApiKeyId(uuid());
    let key = ApiKey {
        id,
        tenant_id: tenant,
        user_id: user,
        agent_id: None,
        name: None,
        last4: "4242".to_owned(),
        scopes: vec![],
        daily_limit: None,
        created_at: now(),
        expires_at: None,
        revoked_at: None,
        parent_id: None,
    };
    let new = NewApiKey { key, hash: uuid().to_string() };
    let create = |id| {
        let new = NewApiKey { key: ApiKey { id, ..new.key.clone() }, ..new.clone() };
        store.create_api_key(new, audit("api_key.create"))
    };
    writes_one(&ada, "api_key.create", async { create(id).await.unwrap() }).await;
    writes_none(&ada, "the hash is known", async { assert!(create(ApiKeyId(uuid())).await.is_err()) }).await;
    let revoke = || store.revoke_api_key(&viewer, id, audit("api_key.revoke"));
    writes_one(&ada, "api_key.revoke", async { assert!(revoke().await.unwrap()) }).await;
    writes_none(&ada, "revoked already", async { assert!(!revoke().await.unwrap()) }).await;
    let put = || store.put_secret(tenant, "weather", "sealed", audit("secret.put"));
    writes_one(&ada, "secret.put", async { put().await.unwrap() }).await;
    let delete = || store.delete_secret(tenant, "weather", audit("secret.delete"));
    writes_one(&ada, "secret.delete", async { assert!(delete().await.unwrap()) }).await;
    writes_none(&ada, "deleted already", async { assert!(!delete().await.unwrap()) }).await;
}

pub async fn starting_and_cancelling_a_run_have_their_rows(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let new = ada.new_run("s");
    writes_one(&ada, "run.create", async { drop(ada.creates(new.clone()).await) }).await;
    writes_none(&ada, "the same run again", async { drop(ada.creates(new.clone()).await) }).await;
    let missing = crate::NewRun { agent_id: AgentId(uuid()), ..ada.new_run("s") };
    writes_none(&ada, "no such agent", async { drop(ada.creates(missing).await) }).await;
    let viewer = ada.viewer();
    let cancel = |run| store.cancel_run(&viewer, run, ada.audit("run.cancel"));
    writes_one(&ada, "run.cancel", async { drop(cancel(new.id).await.unwrap()) }).await;
    writes_none(&ada, "no such run", async { drop(cancel(RunId(uuid())).await.unwrap()) }).await;
    let claim = ada.claims("worker", LEASE).await.unwrap();
    store.commit(&fence(&claim.run), ending(claim.first_seq, Phase::Cancelled)).await.unwrap();
    writes_none(&ada, "over already", async { drop(cancel(new.id).await.unwrap()) }).await;
}
