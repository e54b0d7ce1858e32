use std::sync::Arc;

use artel_domain::{AgentId, Budget, BudgetScope, Cap, Caps, Spend, Timestamp};

use super::world::{LEASE, World, at_once, ending, now, uuid, writing};
use crate::{Fence, Reservation, Reserved, Step, Store, StoreError};

fn tokens(tokens: i64) -> Spend {
    Spend { tokens, nano_usd: tokens * 10 }
}

fn up_to(tokens: i64) -> Cap {
    Cap { tokens: Some(tokens), nano_usd: None }
}

fn tenant_day(tokens: i64) -> Caps {
    Caps { tenant_day: up_to(tokens), ..Caps::default() }
}

async fn reserve_at(world: &World, fence: &Fence, amount: i64, caps: Caps, at: Timestamp) -> Reserved {
    let reservation = Reservation { agent_id: world.agent, amount: tokens(amount), caps, above: Vec::new(), at };
    world.store.reserve_budget(fence, reservation).await.unwrap()
}

async fn reserve(world: &World, fence: &Fence, amount: i64, caps: Caps) -> Reserved {
    reserve_at(world, fence, amount, caps, now()).await
}

async fn settle(world: &World, fence: &Fence, spent: i64) {
    world.store.commit(fence, Step { settle: Some(tokens(spent)), ..writing(Vec::new()) }).await.unwrap();
}

async fn today(world: &World) -> [Spend; 2] {
    let of = async |agent| world.store.spent_on_day(world.tenant, agent, now()).await.unwrap();
    [of(None).await, of(Some(world.agent)).await]
}

pub async fn a_budget_is_kept_for_the_tenant_and_for_each_agent(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let own = Budget { run: up_to(5), day: Cap { tokens: None, nano_usd: Some(7) } };
    let put = async |agent, budget| {
        store.put_budget(&world.viewer(), agent, budget, world.audit("budget.put")).await.unwrap()
    };
    assert!(put(None, own).await);
    assert_eq!(store.find_budget(world.tenant, None).await.unwrap(), own);
    assert_eq!(store.find_budget(world.tenant, Some(world.agent)).await.unwrap(), Budget::default());
    assert!(put(Some(world.agent), Budget { run: up_to(3), ..Budget::default() }).await);
    assert!(!put(Some(AgentId(uuid())), own).await, "there is no such agent");
    let (_, fence) = world.drives("s").await;
    let record = store.load_turn(&fence, 10).await.unwrap();
    assert_eq!((record.tenant_budget, record.agent_budget.run), (own, up_to(3)));
    assert!(put(None, Budget::default()).await);
    assert_eq!(store.find_budget(world.tenant, None).await.unwrap(), Budget::default());
}

pub async fn a_budget_is_invisible_to_other_tenants(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let budget = Budget { run: up_to(5), ..Budget::default() };
    assert!(!store.put_budget(&other.viewer(), Some(world.agent), budget, other.audit("budget.put")).await.unwrap());
    assert!(store.put_budget(&world.viewer(), Some(world.agent), budget, world.audit("budget.put")).await.unwrap());
    assert_eq!(store.find_budget(other.tenant, Some(world.agent)).await.unwrap(), Budget::default());
    let (_, fence) = world.drives("s").await;
    reserve(&world, &fence, 10, Caps::default()).await;
    assert_eq!(store.spent_by_run(&other.viewer(), fence.run_id).await.unwrap(), Spend::default());
    assert_eq!(today(&other).await, [Spend::default(); 2]);
}

pub async fn what_is_set_aside_counts_until_it_is_settled(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, fence) = world.drives("s").await;
    assert_eq!(reserve(&world, &fence, 100, tenant_day(100)).await, Reserved::Granted);
    assert_eq!(today(&world).await, [tokens(100); 2]);
    settle(&world, &fence, 30).await;
    assert_eq!(today(&world).await, [tokens(30); 2]);
    assert_eq!(store.spent_by_run(&world.viewer(), fence.run_id).await.unwrap(), tokens(30));
    settle(&world, &fence, 1000).await;
    assert_eq!(today(&world).await, [tokens(30); 2], "a call is settled once");
    assert_eq!(reserve(&world, &fence, 70, tenant_day(100)).await, Reserved::Granted);
    assert_eq!(reserve(&world, &fence, 1, tenant_day(100)).await, Reserved::Exhausted(BudgetScope::Tenant));
}

pub async fn each_cap_is_kept_and_named(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, fence) = world.drives("s").await;
    let agent = Caps { agent_day: up_to(10), ..Caps::default() };
    let run = Caps { run: Cap { tokens: None, nano_usd: Some(100) }, ..Caps::default() };
    assert_eq!(reserve(&world, &fence, 11, tenant_day(10)).await, Reserved::Exhausted(BudgetScope::Tenant));
    assert_eq!(reserve(&world, &fence, 11, agent).await, Reserved::Exhausted(BudgetScope::Agent));
    assert_eq!(reserve(&world, &fence, 11, run).await, Reserved::Exhausted(BudgetScope::Run), "in money");
    assert_eq!(today(&world).await, [Spend::default(); 2], "what is refused sets nothing aside");
    assert_eq!(reserve(&world, &fence, 10, run).await, Reserved::Granted);
}

pub async fn a_call_that_was_cut_off_stays_spent(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, fence) = world.drives("s").await;
    reserve(&world, &fence, 40, Caps::default()).await;
    reserve(&world, &fence, 50, Caps::default()).await;
    settle(&world, &fence, 5).await;
    assert_eq!(today(&world).await, [tokens(45); 2]);
    assert_eq!(store.spent_by_run(&world.viewer(), fence.run_id).await.unwrap(), tokens(45));
}

pub async fn a_call_over_midnight_counts_against_the_day_it_began(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, fence) = world.drives("s").await;
    let yesterday = now() - std::time::Duration::from_hours(24);
    reserve_at(&world, &fence, 40, Caps::default(), yesterday).await;
    settle(&world, &fence, 5).await;
    assert_eq!(store.spent_on_day(world.tenant, None, yesterday).await.unwrap(), tokens(5));
    assert_eq!(today(&world).await, [Spend::default(); 2]);
}

pub async fn a_worker_that_lost_its_run_sets_nothing_aside(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (_, fence) = world.drives("s").await;
    let stale = Fence { epoch: fence.epoch - 1, ..fence.clone() };
    let reservation =
        Reservation { agent_id: world.agent, amount: tokens(1), caps: Caps::default(), above: Vec::new(), at: now() };
    assert!(matches!(store.reserve_budget(&stale, reservation).await, Err(StoreError::Fenced)));
    let late = Step { settle: Some(tokens(9)), ..writing(Vec::new()) };
    assert!(matches!(store.commit(&stale, late).await, Err(StoreError::Fenced)));
    assert_eq!(today(&world).await, [Spend::default(); 2]);
}

/// Sums never pass the cap, whoever asks at the same time, and all of it can be used.
pub async fn a_hundred_calls_at_once_stay_within_the_cap(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let mut fences = Vec::new();
    for number in 0..100 {
        world.starts(&format!("s{number}")).await;
    }
    while fences.len() < 100 {
        let claims = world.claims_up_to(100, "worker", LEASE).await;
        fences.extend(claims.iter().map(|claim| super::world::fence(&claim.run)));
    }
    let calls = fences.into_iter().map(|fence| {
        let world = world.clone();
        async move {
            let granted = reserve(&world, &fence, 10, tenant_day(250)).await == Reserved::Granted;
            if granted {
                assert!(today(&world).await[0].tokens <= 250);
                world
                    .store
                    .commit(&fence, Step { settle: Some(tokens(7)), ..ending(1, artel_domain::Phase::Succeeded) })
                    .await
                    .unwrap();
            }
            i64::from(granted)
        }
    });
    let granted: i64 = at_once(calls).await.into_iter().sum();
    assert!(
        (25..=35).contains(&granted),
        "{granted} of 100 calls of at most 10 tokens were granted under a cap of 250"
    );
    assert_eq!(today(&world).await[0], tokens(granted * 7));
}
