use std::sync::Arc;
use std::time::Duration;

use artel_domain::{AgentId, Consent, Credential, CredentialId, Grant, GrantId, GrantScopes, UserId};

use super::world::{World, at_once, now, uuid};
use crate::{AuditFilter, CredentialPatch, CredentialWrite, GrantWrite, Page, SealedCredential, Store, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

pub(super) fn account(world: &World, service: &str, instance: &str) -> Credential {
    Credential {
        id: CredentialId(uuid()),
        tenant_id: world.tenant,
        service_name: service.to_owned(),
        instance_id: instance.to_owned(),
        account_label: format!("{service} {instance}"),
        user_id: None,
        created_at: now(),
        last_used_at: None,
    }
}

pub(super) async fn keeps(world: &World, credential: Credential) -> CredentialWrite {
    world
        .store
        .create_credential(credential, None, "sealed".to_owned(), world.audit("credential.create"))
        .await
        .unwrap()
}

pub(super) async fn kept(world: &World, service: &str, instance: &str) -> Credential {
    match keeps(world, account(world, service, instance)).await {
        CredentialWrite::Done(credential) => credential,
        refused => panic!("{service} {instance}: {refused:?}"),
    }
}

pub(super) fn grant(world: &World, credential: CredentialId) -> Grant {
    Grant {
        id: GrantId(uuid()),
        tenant_id: world.tenant,
        agent_id: world.agent,
        credential_id: credential,
        scopes: GrantScopes::of_system_agent(),
        created_by: world.user,
        created_at: now(),
    }
}

pub(super) async fn grants(world: &World, grant: Grant) -> GrantWrite {
    grants_by(world, &world.viewer(), grant).await
}

/// The agent may call these services.
pub(super) async fn may_call(world: &World, services: &[&str]) {
    let keys = services.iter().map(|service| (*service).to_owned()).collect();
    let audit = world.audit("agent.connectors");
    world.store.put_agent_connectors(&world.viewer(), world.agent, keys, audit).await.unwrap().unwrap();
}

async fn grants_by(world: &World, viewer: &Viewer, grant: Grant) -> GrantWrite {
    world.store.create_grant(viewer, grant, world.audit("grant.create")).await.unwrap()
}

async fn granted(world: &World, credential: CredentialId) -> Grant {
    may_call(world, &["ozon", "wildberries", "github", "telegram"]).await;
    let new = grant(world, credential);
    assert_eq!(grants(world, new.clone()).await, GrantWrite::Done(new.clone()));
    new
}

async fn actions(world: &World) -> Vec<String> {
    let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
    let rows = world.store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).collect()
}

fn colleague(world: &World) -> Viewer {
    Viewer::user(world.tenant, UserId(uuid()))
}

pub async fn a_credential_is_kept_listed_changed_and_deleted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (viewer, ozon) = (world.viewer(), kept(&world, "ozon", "main").await);
    let wb = kept(&world, "wildberries", "main").await;
    assert_eq!(store.find_credential(&viewer, ozon.id).await.unwrap(), Some(ozon.clone()));
    assert_eq!(store.list_credentials(&viewer, None, ALL).await.unwrap(), (vec![ozon.clone(), wb.clone()], 2));
    assert_eq!(store.list_credentials(&viewer, Some("wildberries"), ALL).await.unwrap(), (vec![wb], 1));
    let page = store.list_credentials(&viewer, None, Page { limit: 1, offset: 0 }).await.unwrap();
    assert_eq!((page.0.len(), page.1), (1, 2));
    let found = store.find_sealed_credential(&viewer, ozon.id).await.unwrap().unwrap();
    let sealed =
        SealedCredential { credential: ozon.clone(), sealed: "sealed".to_owned(), changed_at: ozon.created_at };
    assert_eq!(found, sealed);
    let patch = CredentialPatch { account_label: Some("new".to_owned()), sealed: Some("again".to_owned()) };
    let changed =
        store.update_credential(&viewer, ozon.id, patch, world.audit("credential.update")).await.unwrap().unwrap();
    assert_eq!(changed, Credential { account_label: "new".to_owned(), ..ozon.clone() });
    let none = CredentialPatch::default();
    store.update_credential(&viewer, ozon.id, none, world.audit("credential.update")).await.unwrap().unwrap();
    let again = store.find_sealed_credential(&viewer, ozon.id).await.unwrap().unwrap();
    assert!(again.sealed == "again" && again.changed_at > found.changed_at, "{again:?}");
    assert!(store.delete_credential(&viewer, ozon.id, world.audit("credential.delete")).await.unwrap());
    assert!(!store.delete_credential(&viewer, ozon.id, world.audit("credential.delete")).await.unwrap());
    assert_eq!(store.find_sealed_credential(&viewer, ozon.id).await.unwrap(), None);
    let expected =
        ["credential.create", "credential.create", "credential.update", "credential.update", "credential.delete"];
    assert_eq!(actions(&world).await[1..], expected);
}

pub async fn an_instance_is_there_once_for_each_service(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = kept(&world, "ozon", "main").await;
    assert_eq!(keeps(&world, account(&world, "ozon", "main")).await, CredentialWrite::InstanceTaken);
    kept(&world, "ozon", "second").await;
    kept(&world, "wildberries", "main").await;
    kept(&World::new(&store).await, "ozon", "main").await;
    assert_eq!(keeps(&world, first.clone()).await, CredentialWrite::Done(first), "a retried request");
    let ends = at_once((0..10).map(|_| {
        let world = world.clone();
        async move { keeps(&world, account(&world, "github", "main")).await }
    }))
    .await;
    assert_eq!(ends.iter().filter(|end| matches!(end, CredentialWrite::Done(_))).count(), 1);
}

pub async fn a_credential_of_a_user_is_that_users_alone(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let own = Credential { user_id: Some(world.user), ..account(&world, "telegram", "mine") };
    assert_eq!(keeps(&world, own.clone()).await, CredentialWrite::Done(own.clone()));
    let stranger = colleague(&world);
    assert_eq!(store.find_credential(&stranger, own.id).await.unwrap(), None);
    assert_eq!(store.find_sealed_credential(&stranger, own.id).await.unwrap(), None);
    assert_eq!(store.list_credentials(&stranger, None, ALL).await.unwrap(), (vec![], 0));
    let patch = CredentialPatch { account_label: Some("theirs".to_owned()), sealed: None };
    assert_eq!(store.update_credential(&stranger, own.id, patch, world.audit("x")).await.unwrap(), None);
    assert!(!store.delete_credential(&stranger, own.id, world.audit("x")).await.unwrap());
    let services = ["telegram".to_owned()];
    assert_eq!(store.list_agent_credentials(&stranger, world.agent, &services).await.unwrap(), []);
    let given = granted(&world, own.id).await;
    let published =
        store.publish_agent(&world.viewer(), world.agent, world.publication(), world.audit("agent.publish")).await;
    assert!(published.unwrap().is_some(), "a colleague sees the agent, and not what it is granted of others");
    assert_eq!(store.list_grants(&stranger, world.agent).await.unwrap(), Some(vec![]));
    let scopes = GrantScopes::default();
    assert_eq!(store.update_grant(&stranger, world.agent, given.id, scopes, world.audit("x")).await.unwrap(), None);
    assert!(!store.delete_grant(&stranger, world.agent, given.id, world.audit("x")).await.unwrap());
    assert_eq!(grants_by(&world, &stranger, grant(&world, own.id)).await, GrantWrite::CredentialMissing);
    for viewer in
        [world.viewer(), stranger.as_administrator(world.audit("session.access")), Viewer::service(world.tenant)]
    {
        assert_eq!(store.find_credential(&viewer, own.id).await.unwrap(), Some(own.clone()));
        assert_eq!(store.list_grants(&viewer, world.agent).await.unwrap(), Some(vec![given.clone()]));
    }
}

pub async fn another_tenant_has_nothing_of_a_credential_or_a_grant(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let credential = kept(&world, "ozon", "main").await;
    let given = granted(&world, credential.id).await;
    let viewer = Viewer::service(other.tenant);
    assert_eq!(store.find_credential(&viewer, credential.id).await.unwrap(), None);
    assert_eq!(store.find_sealed_credential(&viewer, credential.id).await.unwrap(), None);
    let patch = CredentialPatch::default();
    assert_eq!(store.update_credential(&viewer, credential.id, patch, other.audit("x")).await.unwrap(), None);
    assert!(!store.delete_credential(&viewer, credential.id, other.audit("x")).await.unwrap());
    store.note_credential_use(other.tenant, credential.id, now()).await.unwrap();
    let foreign = Grant { tenant_id: other.tenant, agent_id: other.agent, ..grant(&other, credential.id) };
    assert_eq!(grants(&other, foreign).await, GrantWrite::CredentialMissing);
    assert_eq!(store.list_grants(&viewer, world.agent).await.unwrap(), None);
    let scopes = GrantScopes::default();
    assert_eq!(store.update_grant(&viewer, world.agent, given.id, scopes, other.audit("x")).await.unwrap(), None);
    assert!(!store.delete_grant(&viewer, world.agent, given.id, other.audit("x")).await.unwrap());
    let services = ["ozon".to_owned()];
    assert_eq!(store.list_agent_credentials(&viewer, world.agent, &services).await.unwrap(), []);
    assert_eq!(store.find_credential(&world.viewer(), credential.id).await.unwrap(), Some(credential));
    assert_eq!(store.list_grants(&world.viewer(), world.agent).await.unwrap(), Some(vec![given]));
}

pub async fn a_use_is_noted_at_most_once_a_minute(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let credential = kept(&world, "ozon", "main").await;
    let first = now();
    let later = |seconds| first.checked_add(Duration::from_secs(seconds)).unwrap();
    for (at, noted) in [(first, first), (later(59), first), (later(60), later(60)), (later(61), later(60))] {
        store.note_credential_use(world.tenant, credential.id, at).await.unwrap();
        let found = store.find_credential(&world.viewer(), credential.id).await.unwrap().unwrap();
        assert_eq!(found.last_used_at, Some(noted));
    }
}

pub async fn a_grant_is_given_once_changed_and_revoked(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (viewer, credential) = (world.viewer(), kept(&world, "ozon", "main").await);
    let given = granted(&world, credential.id).await;
    assert_eq!(grants(&world, given.clone()).await, GrantWrite::Done(given.clone()), "a retried request");
    assert_eq!(grants(&world, grant(&world, credential.id)).await, GrantWrite::Duplicate);
    assert_eq!(grants(&world, grant(&world, CredentialId(uuid()))).await, GrantWrite::CredentialMissing);
    let of_nobody = Grant { agent_id: AgentId(uuid()), ..grant(&world, credential.id) };
    assert_eq!(grants(&world, of_nobody).await, GrantWrite::AgentMissing);
    let scopes = GrantScopes([("write".to_owned(), Consent::No)].into());
    let changed = Grant { scopes: scopes.clone(), ..given.clone() };
    let audit = world.audit("grant.update");
    assert_eq!(store.update_grant(&viewer, world.agent, given.id, scopes, audit).await.unwrap(), Some(changed.clone()));
    assert_eq!(store.list_grants(&viewer, world.agent).await.unwrap(), Some(vec![changed]));
    let other = world.creates_agent("other").await.id;
    assert!(!store.delete_grant(&viewer, other, given.id, world.audit("grant.delete")).await.unwrap());
    assert!(store.delete_grant(&viewer, world.agent, given.id, world.audit("grant.delete")).await.unwrap());
    assert!(!store.delete_grant(&viewer, world.agent, given.id, world.audit("grant.delete")).await.unwrap());
    assert_eq!(store.list_grants(&viewer, world.agent).await.unwrap(), Some(vec![]));
    let of_grants: Vec<String> =
        actions(&world).await.into_iter().filter(|action| action.starts_with("grant.")).collect();
    assert_eq!(of_grants, ["grant.create", "grant.update", "grant.delete"]);
}

pub async fn of_many_grants_of_one_credential_at_once_one_is_made(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let credential = kept(&world, "ozon", "main").await.id;
    may_call(&world, &["ozon"]).await;
    let ends = at_once((0..10).map(|_| {
        let world = world.clone();
        async move { grants(&world, grant(&world, credential)).await }
    }))
    .await;
    assert_eq!(ends.iter().filter(|end| matches!(end, GrantWrite::Done(_))).count(), 1);
    assert_eq!(ends.iter().filter(|end| **end == GrantWrite::Duplicate).count(), 9);
}

/// A grant of a connector that is taken from the agent at the same time is made before that, or not at all.
pub async fn a_grant_is_of_one_of_the_agents_connectors(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let credential = kept(&world, "ozon", "main").await.id;
    assert_eq!(grants(&world, grant(&world, credential)).await, GrantWrite::ConnectorMissing);
    may_call(&world, &["github"]).await;
    assert_eq!(grants(&world, grant(&world, credential)).await, GrantWrite::ConnectorMissing);
    may_call(&world, &["github", "ozon"]).await;
    let given = grant(&world, credential);
    assert_eq!(grants(&world, given.clone()).await, GrantWrite::Done(given.clone()));
    may_call(&world, &[]).await;
    assert_eq!(grants(&world, given.clone()).await, GrantWrite::Done(given), "a retried request");
}

pub async fn an_agents_credentials_are_those_of_its_services_each_with_its_grant(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (main, second) = (kept(&world, "ozon", "main").await, kept(&world, "ozon", "second").await);
    kept(&world, "github", "main").await;
    let given = granted(&world, second.id).await;
    let services = ["ozon".to_owned(), "telegram".to_owned()];
    let listed = store.list_agent_credentials(&world.viewer(), world.agent, &services).await.unwrap();
    assert_eq!(listed, [(main, None), (second.clone(), Some(given))]);
    assert_eq!(store.list_agent_credentials(&world.viewer(), world.agent, &[]).await.unwrap(), []);
    assert!(store.delete_credential(&world.viewer(), second.id, world.audit("credential.delete")).await.unwrap());
    assert_eq!(store.list_grants(&world.viewer(), world.agent).await.unwrap(), Some(vec![]), "it went along");
}
