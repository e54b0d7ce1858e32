//! Promises about what callers' access rests on, and about runs that go on without it.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ApiKeyId, Basis, ClientId, FamilyId, Phase, Principal, TenantId, Timestamp, UserId};

use super::identities::key_of;
use super::login_world::LoginWorld;
use super::world::{World, ending, now, uuid};
use crate::{Created, Presence, Store, Viewer};

async fn is_lost(store: &Arc<dyn Store>, basis: &Basis, at: Timestamp) -> bool {
    store.are_lost(std::slice::from_ref(basis), at).await.unwrap() == [true]
}

/// The owner's access by a new key.
async fn by_key(world: &World, expires_at: Option<Timestamp>) -> Basis {
    let mut new = key_of(world);
    new.key.expires_at = expires_at;
    let basis = Basis { api_key_id: Some(new.key.id), ..Basis::of_user(world.tenant, world.user) };
    world.store.create_api_key(new, world.audit("api_key.create")).await.unwrap();
    basis
}

/// A key, and the access by one that was made with it.
async fn key_below(world: &World) -> (ApiKeyId, Basis) {
    let parent = by_key(world, None).await.api_key_id.unwrap();
    let mut new = key_of(world);
    new.key.parent_id = Some(parent);
    let basis = Basis { api_key_id: Some(new.key.id), ..Basis::of_user(world.tenant, world.user) };
    world.store.create_api_key(new, world.audit("api_key.create")).await.unwrap();
    (parent, basis)
}

async fn revokes(world: &World, key: Option<ApiKeyId>) {
    let audit = world.audit("api_key.revoke");
    assert!(world.store.revoke_api_key(&world.viewer(), key.unwrap(), audit).await.unwrap());
}

pub async fn access_by_a_key_is_lost_with_the_key(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let end = now() + Duration::from_mins(1);
    let (lasting, ending) = (by_key(&ada, None).await, by_key(&ada, Some(end)).await);
    assert!(!is_lost(&store, &lasting, now()).await);
    assert!(!is_lost(&store, &ending, now()).await);
    assert!(is_lost(&store, &ending, end).await, "a key is over at its end, not after it");
    revokes(&ada, lasting.api_key_id).await;
    assert!(is_lost(&store, &lasting, now()).await);
    let (parent, child) = (by_key(&ada, None).await, key_below(&ada).await);
    assert!(!is_lost(&store, &child.1, now()).await);
    revokes(&ada, Some(child.0)).await;
    assert!(is_lost(&store, &child.1, now()).await, "a key is lost with the one that made it");
    assert!(!is_lost(&store, &parent, now()).await);
    let never = Basis { api_key_id: Some(ApiKeyId(uuid())), ..lasting.clone() };
    assert!(is_lost(&store, &never, now()).await);
    let foreign = Basis { tenant_id: TenantId(uuid()), ..ending.clone() };
    assert!(is_lost(&store, &foreign, now()).await, "a key is of one tenant");
}

pub async fn access_by_a_login_is_lost_with_the_login_and_with_the_account(store: Arc<dyn Store>) {
    let ada = LoginWorld::new(&store).await;
    let (first, _) = ada.logs_in(now()).await;
    let (second, _) = ada.logs_in(now()).await;
    let by = |family: FamilyId| Basis { family_id: Some(family), ..Basis::of_user(ada.tenant, ada.user) };
    assert_eq!(store.are_lost(&[by(first.id), by(second.id)], now()).await.unwrap(), [false, false]);
    assert!(store.revoke_family(ada.tenant, first.id, ada.audit("auth.logout", now())).await.unwrap());
    assert_eq!(store.are_lost(&[by(first.id), by(second.id)], now()).await.unwrap(), [true, false]);
    assert!(is_lost(&store, &by(FamilyId(uuid())), now()).await);

    let alone = Basis::of_user(ada.tenant, ada.user);
    assert!(!is_lost(&store, &alone, now()).await);
    assert!(store.deactivate_account(ada.tenant, ada.user, ada.audit("user.deactivate", now())).await.unwrap());
    assert_eq!(store.are_lost(&[by(second.id), alone.clone()], now()).await.unwrap(), [true, true]);
    let namesake = Basis { tenant_id: TenantId(uuid()), ..alone };
    assert!(!is_lost(&store, &namesake, now()).await, "an account is of one tenant");
}

pub async fn access_of_a_client_is_lost_with_the_client(store: Arc<dyn Store>) {
    let ada = LoginWorld::new(&store).await;
    let by =
        |client: &ClientId| Basis { client_id: Some(client.clone()), ..Basis::of_user(ada.tenant, UserId(uuid())) };
    assert!(!is_lost(&store, &by(&ada.client), now()).await);
    assert!(is_lost(&store, &by(&ClientId::new("nobody")), now()).await);
    store.deactivate_client(ada.tenant, &ada.client, ada.audit("client.deactivate", now())).await.unwrap();
    assert!(is_lost(&store, &by(&ada.client), now()).await);
}

pub async fn many_are_answered_in_the_order_of_the_question(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let mut bases = Vec::new();
    for number in 0..40 {
        bases.push(by_key(&ada, None).await);
        if number % 3 == 0 {
            revokes(&ada, bases[number].api_key_id).await;
        }
    }
    let lost = store.are_lost(&bases, now()).await.unwrap();
    assert_eq!(lost, (0..40).map(|number| number % 3 == 0).collect::<Vec<_>>());
    assert_eq!(store.are_lost(&[], now()).await.unwrap(), [false; 0]);
}

pub async fn a_presence_tells_what_was_shown_each_credential_once(store: Arc<dyn Store>) {
    let (ada, start) = (World::new(&store).await, now());
    let here = "203.0.113.7".parse().unwrap();
    let (by_key, alone) = (by_key(&ada, None).await, Basis::of_user(ada.tenant, ada.user));
    let by_login = Basis { family_id: Some(FamilyId(uuid())), client_id: Some(ClientId::new("c")), ..alone.clone() };
    let mut shown = Vec::new();
    for (basis, scopes) in [
        (&by_key, vec!["runs:read"]),
        (&by_login, vec!["api:read", "api:write"]),
        (&alone, vec!["admin"]),
        (&alone, vec![]),
    ] {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        shown.push(Presence { basis: basis.clone(), scopes });
    }
    for (second, presence) in (0..).zip(shown.iter().chain(&shown)) {
        store.note_presence(presence, here, start + Duration::from_secs(second)).await.unwrap();
    }
    let since = async |second| {
        let since = start + Duration::from_secs(second);
        store.find_presences(ada.tenant, ada.user, here, since).await.unwrap()
    };
    let found = since(0).await;
    assert_eq!(found.len(), shown.len(), "{found:?}");
    assert!(shown.iter().all(|presence| found.contains(presence)), "{found:?}");
    assert_eq!(since(7).await, [shown[3].clone()], "the others were seen earlier");
}

pub async fn runs_of_a_revoked_key_are_found_until_they_are_cancelled_or_over(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (gone, kept) = (by_key(&ada, None).await.api_key_id, by_key(&ada, None).await.api_key_id);
    let starts = async |key, session: &str| {
        let principal = Principal { api_key_id: key, ..ada.new_run(session).principal };
        ada.creates(crate::NewRun { principal, ..ada.new_run(session) }).await;
    };
    starts(kept, "kept").await;
    starts(None, "without").await;
    starts(gone, "over").await;
    let over = ada.claims_up_to(3, "w", Duration::from_secs(10)).await.into_iter();
    let over = over.map(|claim| claim.run).find(|run| run.principal.api_key_id == gone).unwrap();
    starts(gone, "queued").await;
    assert_eq!(store.runs_without_standing(10).await.unwrap(), []);

    revokes(&ada, gone).await;
    let found = store.runs_without_standing(10).await.unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&(ada.tenant, over.id)), "also while a worker has it");
    assert_eq!(store.runs_without_standing(1).await.unwrap().len(), 1);

    store.commit(&super::world::fence(&over), ending(9, Phase::Failed)).await.unwrap();
    let left = store.runs_without_standing(10).await.unwrap();
    assert_eq!(left.len(), 1);
    store.cancel_run(&Viewer::service(ada.tenant), left[0].1, ada.audit("run.cancel")).await.unwrap();
    assert_eq!(store.runs_without_standing(10).await.unwrap(), []);
}

pub async fn runs_of_a_deactivated_client_are_found(store: Arc<dyn Store>) {
    let login = LoginWorld::new(&store).await;
    let mut ada = World { tenant: login.tenant, ..World::new(&store).await };
    store.ensure_principal(ada.tenant, ada.user, now()).await.unwrap();
    ada.agent = ada.creates_agent("scribe").await.id;
    ada.starts("without").await;
    let principal = Principal { client_id: Some(login.client.clone()), ..ada.new_run("by").principal };
    let Created::Run(run) = ada.creates(crate::NewRun { principal, ..ada.new_run("by") }).await else {
        panic!("a run")
    };
    assert_eq!(store.runs_without_standing(10).await.unwrap(), []);
    let audit = login.audit("client.deactivate", now());
    assert!(store.deactivate_client(login.tenant, &login.client, audit).await.unwrap());
    assert_eq!(store.runs_without_standing(10).await.unwrap(), [(ada.tenant, run.id)]);
}

pub async fn runs_of_a_deactivated_account_are_found(store: Arc<dyn Store>) {
    let login = LoginWorld::new(&store).await;
    let mut ada = World { tenant: login.tenant, user: login.user, ..World::new(&store).await };
    ada.agent = ada.creates_agent("scribe").await.id;
    let eve = World { user: UserId(uuid()), ..ada.clone() };
    store.ensure_principal(eve.tenant, eve.user, now()).await.unwrap();
    let run = ada.starts("ada's").await;
    eve.starts("eve's").await;
    // Another tenant's user of the same id has no account there.
    let bob = World::new(&store).await;
    let principal = Principal { user_id: ada.user, api_key_id: None, client_id: None, scopes: Vec::new() };
    bob.creates(crate::NewRun { principal, ..bob.new_run("bob's") }).await;
    assert!(store.deactivate_account(ada.tenant, ada.user, login.audit("user.deactivate", now())).await.unwrap());
    assert_eq!(store.runs_without_standing(10).await.unwrap(), [(ada.tenant, run.id)]);
}
