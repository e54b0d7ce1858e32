//! Promises about the connectors that organisations make for themselves.

use std::sync::Arc;

use artel_domain::{Credential, CredentialId, OrganizationConnector, UserId};

use super::world::{World, at_once, now, uuid};
use crate::organization_connectors::{MOST_CONNECTOR_BYTES, MOST_CONNECTORS};
use crate::{
    AuditFilter, ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite, CredentialWrite, Store,
};

pub(super) fn connector(world: &World, key: &str, definition: &str) -> OrganizationConnector {
    OrganizationConnector {
        tenant_id: world.tenant,
        key: key.to_owned(),
        import_id: uuid(),
        definition: definition.to_owned(),
        digest: format!("digest of {definition}"),
        created_by: world.user,
        created_at: now(),
        updated_at: now(),
    }
}

pub(super) async fn puts(
    world: &World,
    new: OrganizationConnector,
    replaces: Option<ConnectorReplacement>,
) -> ConnectorWrite {
    let audit = world.audit("connector.import");
    world.store.put_organization_connector(new, replaces, audit).await.unwrap()
}

async fn put(world: &World, key: &str, definition: &str) -> OrganizationConnector {
    let new = connector(world, key, definition);
    assert_eq!(puts(world, new.clone(), None).await, ConnectorWrite::Done(new.clone()));
    new
}

fn instead_of(old: &OrganizationConnector, keeps_accounts: bool) -> ConnectorReplacement {
    ConnectorReplacement { digest: old.digest.clone(), keeps_accounts }
}

async fn found(world: &World, key: &str) -> Option<OrganizationConnector> {
    let found = world.store.find_organization_connector(world.tenant, key).await.unwrap();
    let digest = world.store.organization_connector_digest(world.tenant, key).await.unwrap();
    assert_eq!(found.as_ref().map(|found| found.digest.clone()), digest);
    found
}

async fn deletes(world: &World, key: &str) -> ConnectorDeletion {
    let audit = world.audit("connector.delete");
    world.store.delete_organization_connector(world.tenant, key, false, audit).await.unwrap()
}

fn account(world: &World, service: &str) -> Credential {
    Credential {
        id: CredentialId(uuid()),
        tenant_id: world.tenant,
        service_name: service.to_owned(),
        instance_id: "main".to_owned(),
        account_label: "main".to_owned(),
        user_id: Some(UserId(uuid())),
        created_at: now(),
        last_used_at: None,
    }
}

/// Keeps an account for this version of its connector.
async fn keeps(world: &World, account: Credential, version: Option<&OrganizationConnector>) -> CredentialWrite {
    let (version, audit) = (version.map(|of| of.digest.clone()), world.audit("credential.create"));
    world.store.create_credential(account, version, "sealed".to_owned(), audit).await.unwrap()
}

async fn keeps_account(world: &World, service: &str) -> CredentialId {
    let account = account(world, service);
    assert_eq!(keeps(world, account.clone(), None).await, CredentialWrite::Done(account.clone()));
    account.id
}

async fn audited(world: &World) -> Vec<String> {
    let filter = AuditFilter { limit: 100, ..AuditFilter::default() };
    let rows = world.store.list_audit(&world.viewer(), filter).await.unwrap();
    let actions = rows.into_iter().rev().map(|row| row.action);
    actions.filter(|action| action.starts_with("connector.")).collect()
}

pub async fn a_connector_is_kept_found_replaced_and_deleted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    assert_eq!(found(&world, "shop").await, None);
    let shop = put(&world, "shop", "{}").await;
    let bank = put(&world, "bank", "{\"a\":1}").await;
    assert_eq!(found(&world, "shop").await, Some(shop.clone()));
    let head = |of: &OrganizationConnector| ConnectorHead { key: of.key.clone(), digest: of.digest.clone() };
    let listed = store.list_organization_connectors(world.tenant).await.unwrap();
    assert_eq!(listed, [head(&bank), head(&shop)], "by key");
    let newer = OrganizationConnector { created_by: UserId(uuid()), ..connector(&world, "shop", "{\"b\":2}") };
    let expected = OrganizationConnector { created_by: shop.created_by, created_at: shop.created_at, ..newer.clone() };
    let replaced = puts(&world, newer, Some(instead_of(&shop, false))).await;
    assert_eq!(replaced, ConnectorWrite::Done(expected.clone()), "the first maker stays");
    assert_eq!(found(&world, "shop").await, Some(expected));
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::Done);
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::Missing);
    assert_eq!(store.list_organization_connectors(world.tenant).await.unwrap(), [head(&bank)]);
    let expected = ["connector.import", "connector.import", "connector.import", "connector.delete"];
    assert_eq!(audited(&world).await, expected);
}

pub async fn a_key_is_taken_once_in_each_organisation(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    put(&world, "shop", "{}").await;
    put(&other, "shop", "{}").await;
    assert_eq!(puts(&world, connector(&world, "shop", "{}"), None).await, ConnectorWrite::Taken);
    let ends = at_once((0..10).map(|_| {
        let world = world.clone();
        async move { puts(&world, connector(&world, "bank", "{}"), None).await }
    }))
    .await;
    assert_eq!(ends.iter().filter(|end| matches!(end, ConnectorWrite::Done(_))).count(), 1);
    assert_eq!(ends.iter().filter(|end| **end == ConnectorWrite::Taken).count(), 9);
}

pub async fn a_retried_import_writes_nothing(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = put(&world, "shop", "{}").await;
    let again = OrganizationConnector { definition: "[]".to_owned(), ..first.clone() };
    assert_eq!(puts(&world, again.clone(), None).await, ConnectorWrite::Done(first.clone()));
    assert_eq!(puts(&world, again, Some(instead_of(&first, true))).await, ConnectorWrite::Done(first.clone()));
    assert_eq!(found(&world, "shop").await, Some(first));
    assert_eq!(audited(&world).await, ["connector.import"]);
}

pub async fn what_is_replaced_is_what_was_looked_at(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = put(&world, "shop", "1").await;
    let ends = at_once((0..5).map(|number| {
        let (world, first) = (world.clone(), first.clone());
        let new = connector(&world, "shop", &format!("2{number}"));
        async move { puts(&world, new, Some(instead_of(&first, true))).await }
    }))
    .await;
    assert_eq!(ends.iter().filter(|end| matches!(end, ConnectorWrite::Done(_))).count(), 1);
    assert_eq!(ends.iter().filter(|end| **end == ConnectorWrite::Changed).count(), 4);
    let absent = connector(&world, "bank", "1");
    assert_eq!(puts(&world, absent, Some(instead_of(&first, true))).await, ConnectorWrite::Changed);
}

pub async fn a_connector_with_accounts_sends_their_secrets_nowhere_else(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = put(&world, "shop", "1").await;
    let account = keeps_account(&world, "shop").await;
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::HasAccounts);
    let elsewhere = connector(&world, "shop", "2");
    assert_eq!(puts(&world, elsewhere, Some(instead_of(&first, false))).await, ConnectorWrite::HasAccounts);
    assert_eq!(found(&world, "shop").await, Some(first.clone()));
    let same_places = connector(&world, "shop", "3");
    let replaced = puts(&world, same_places.clone(), Some(instead_of(&first, true))).await;
    assert!(matches!(&replaced, ConnectorWrite::Done(done) if done.definition == "3"), "{replaced:?}");
    keeps_account(&world, "former").await;
    let new = connector(&world, "former", "1");
    assert_eq!(puts(&world, new, None).await, ConnectorWrite::HasAccounts, "they are of a connector that is gone");
    let administrator = world.viewer().as_administrator(world.audit("session.access"));
    assert!(store.delete_credential(&administrator, account, world.audit("credential.delete")).await.unwrap());
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::Done);
}

pub async fn an_account_is_kept_for_the_version_that_its_secret_was_entered_for(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let first = put(&world, "shop", "1").await;
    let second = connector(&world, "shop", "2");
    let replaced = puts(&world, second.clone(), Some(instead_of(&first, false))).await;
    assert!(matches!(replaced, ConnectorWrite::Done(_)), "{replaced:?}");
    let new = account(&world, "shop");
    assert_eq!(keeps(&world, new.clone(), Some(&first)).await, CredentialWrite::ConnectorChanged);
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::Done, "nothing was kept");
    assert_eq!(keeps(&world, new.clone(), Some(&second)).await, CredentialWrite::ConnectorChanged, "it is gone");
    put(&world, "shop", "2").await;
    assert_eq!(keeps(&world, new.clone(), Some(&second)).await, CredentialWrite::Done(new.clone()));
    assert_eq!(keeps(&world, new.clone(), Some(&first)).await, CredentialWrite::Done(new), "a retried request");
}

pub async fn of_an_account_and_a_replacement_at_once_one_is_written(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for round in 0..20 {
        let key = format!("shop{round}");
        let first = put(&world, &key, "1").await;
        let ends = at_once((0..2).map(|number| {
            let (world, first, key) = (world.clone(), first.clone(), key.clone());
            async move {
                if number == 0 {
                    matches!(keeps(&world, account(&world, &key), Some(&first)).await, CredentialWrite::Done(_))
                } else {
                    let elsewhere = connector(&world, &key, "2");
                    matches!(puts(&world, elsewhere, Some(instead_of(&first, false))).await, ConnectorWrite::Done(_))
                }
            }
        }))
        .await;
        assert_eq!(ends.iter().filter(|is_written| **is_written).count(), 1, "{ends:?}");
    }
}

pub async fn a_hidden_connector_takes_nothing_with_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    put(&world, "github", "1").await;
    let keys = || vec!["github".to_owned()];
    store.put_agent_connectors(&world.viewer(), world.agent, keys(), world.audit("agent.connectors")).await.unwrap();
    keeps_account(&world, "github").await;
    assert_eq!(deletes(&world, "github").await, ConnectorDeletion::HasAccounts);
    let hidden = async || {
        let audit = world.audit("connector.delete");
        store.delete_organization_connector(world.tenant, "github", true, audit).await.unwrap()
    };
    assert_eq!(hidden().await, ConnectorDeletion::Done);
    assert_eq!(hidden().await, ConnectorDeletion::Missing);
    assert_eq!(store.connectors_of_agent(world.tenant, world.agent).await.unwrap(), keys());
}

pub async fn a_deleted_connector_is_taken_from_every_agent(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    put(&world, "shop", "1").await;
    put(&other, "shop", "1").await;
    for of in [&world, &other] {
        let keys = ["github", "shop"].map(str::to_owned).to_vec();
        store.put_agent_connectors(&of.viewer(), of.agent, keys, of.audit("agent.connectors")).await.unwrap();
    }
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::Done);
    assert_eq!(store.connectors_of_agent(world.tenant, world.agent).await.unwrap(), ["github"]);
    assert_eq!(store.connectors_of_agent(other.tenant, other.agent).await.unwrap(), ["github", "shop"]);
}

pub async fn an_organisation_has_so_many_connectors_and_bytes(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let large = "x".repeat((MOST_CONNECTOR_BYTES as usize / 2) + 1);
    let first = put(&world, "k0", &large).await;
    assert_eq!(puts(&world, connector(&world, "k1", &large), None).await, ConnectorWrite::TooLarge);
    put(&other, "k1", &large).await;
    let small = connector(&world, "k0", "1");
    let replaced = puts(&world, small, Some(instead_of(&first, false))).await;
    assert!(matches!(replaced, ConnectorWrite::Done(_)), "what is replaced does not count: {replaced:?}");
    let ends = at_once((1..MOST_CONNECTORS + 5).map(|number| {
        let world = world.clone();
        async move { puts(&world, connector(&world, &format!("k{number}"), "1"), None).await }
    }))
    .await;
    assert_eq!(ends.iter().filter(|end| **end == ConnectorWrite::TooMany).count(), 5);
    let kept = store.list_organization_connectors(world.tenant).await.unwrap();
    assert_eq!(kept.len(), MOST_CONNECTORS as usize);
}

pub async fn another_tenant_has_nothing_of_a_connector(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let shop = put(&world, "shop", "1").await;
    assert_eq!(found(&other, "shop").await, None);
    assert_eq!(store.list_organization_connectors(other.tenant).await.unwrap(), []);
    assert_eq!(deletes(&other, "shop").await, ConnectorDeletion::Missing);
    let theirs = connector(&other, "shop", "2");
    assert_eq!(puts(&other, theirs, Some(instead_of(&shop, true))).await, ConnectorWrite::Changed);
    keeps_account(&other, "shop").await;
    assert_eq!(found(&world, "shop").await, Some(shop.clone()));
    assert_eq!(deletes(&world, "shop").await, ConnectorDeletion::Done, "their accounts are not ours");
    assert_eq!(audited(&other).await, [""; 0]);
}
