//! Promises about the data keys of tenants, and about what is sealed.

use std::sync::Arc;

use artel_domain::{
    Credential, CredentialId, Hook, HookId, TenantId, WebhookEndpoint, WebhookEndpointId, WebhookEvent,
};
use serde_json::json;

use super::login_world::unique;
use super::world::{World, at_once, now, uuid};
use crate::{NewHook, NewSigningKey, NewWebhookEndpoint, SealedPlace, SealedValue, SecretRotation, Store, TokenClaim};

fn value(place: SealedPlace, sealed: &str) -> SealedValue {
    SealedValue { place, sealed: sealed.to_owned() }
}

async fn listed(store: &Arc<dyn Store>, tenant: TenantId) -> Vec<SealedValue> {
    let mut listed = store.list_sealed_values(tenant).await.unwrap();
    let first = listed.first().map(|value| value.place.clone());
    listed[1..].sort_by(|a, b| a.sealed.cmp(&b.sealed));
    assert_eq!(first, Some(SealedPlace::DataKey), "{listed:?}");
    listed
}

/// One of everything that is sealed for a tenant, each with this mark.
async fn one_of_each(world: &World, mark: &str) -> Vec<SealedValue> {
    let marked = |number: u8| format!("{mark}{number}");
    let (store, tenant) = (&world.store, world.tenant);
    store.keep_data_key(tenant, &marked(0), now()).await.unwrap();
    store.put_secret(tenant, "weather", &marked(1), world.audit("secret.put")).await.unwrap();
    let credential = CredentialId(uuid());
    let new = Credential {
        id: credential,
        tenant_id: tenant,
        service_name: "ozon".to_owned(),
        instance_id: "main".to_owned(),
        account_label: "Ozon".to_owned(),
        user_id: Some(world.user),
        created_at: now(),
        last_used_at: None,
    };
    store.create_credential(new, None, marked(2), world.audit("credential.create")).await.unwrap();
    let claim = TokenClaim { tenant_id: tenant, credential_id: credential, owner: uuid() };
    store.claim_connector_token(&claim, std::time::Duration::from_mins(1)).await.unwrap();
    assert_eq!(store.list_sealed_values(tenant).await.unwrap().len(), 3, "a claim alone holds nothing that is sealed");
    assert!(store.save_connector_token(&claim, marked(3)).await.unwrap());
    let hook = hook(world, &marked(4)).await;
    let webhook = webhook(world, [marked(5), marked(6)]).await;
    vec![
        value(SealedPlace::DataKey, &marked(0)),
        value(SealedPlace::Secret("weather".to_owned()), &marked(1)),
        value(SealedPlace::Credential(credential), &marked(2)),
        value(SealedPlace::ConnectorToken(credential), &marked(3)),
        value(SealedPlace::Hook(hook), &marked(4)),
        value(SealedPlace::WebhookBefore(webhook), &marked(5)),
        value(SealedPlace::Webhook(webhook), &marked(6)),
    ]
}

async fn hook(world: &World, sealed: &str) -> HookId {
    let id = HookId(uuid());
    for (id, sealed) in [(id, Some(sealed.to_owned())), (HookId(uuid()), None)] {
        let hook = Hook {
            id,
            tenant_id: world.tenant,
            connector_key: "github".to_owned(),
            last4: "wxyz".to_owned(),
            has_secret: sealed.is_some(),
            created_by: world.user,
            created_at: now(),
            last_refused_at: None,
        };
        let new = NewHook { hook, token_hash: id.to_string(), sealed };
        world.store.create_hook(new, world.audit("hook.create")).await.unwrap();
    }
    id
}

async fn webhook(world: &World, [before, now_sealed]: [String; 2]) -> WebhookEndpointId {
    let id = WebhookEndpointId(uuid());
    let endpoint = WebhookEndpoint {
        id,
        tenant_id: world.tenant,
        url: "https://hooks.example/artel".to_owned(),
        description: None,
        events: vec![WebhookEvent::RunFailed],
        is_enabled: true,
        is_gone: false,
        failures: 0,
        failing_since: None,
        old_secret_until: None,
        created_by: world.user,
        created_at: now(),
        updated_at: None,
    };
    let new = NewWebhookEndpoint { endpoint, sealed: before.clone() };
    world.store.create_webhook_endpoint(new, 10, world.audit("webhook.create")).await.unwrap();
    let until = now() + std::time::Duration::from_hours(1);
    let rotation = SecretRotation { seen: before, sealed: now_sealed, old_until: Some(until) };
    let rotated = world.store.rotate_webhook_secret(world.tenant, id, rotation, world.audit("webhook.rotate")).await;
    assert!(rotated.unwrap().is_some());
    id
}

pub async fn of_many_data_keys_at_once_one_is_the_tenants(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    assert_eq!(store.find_data_key(world.tenant).await.unwrap(), None);
    let kept = at_once((0..16).map(|number| {
        let world = world.clone();
        async move { world.store.keep_data_key(world.tenant, &format!("key {number}"), now()).await.unwrap() }
    }))
    .await;
    assert!(kept.iter().all(|key| *key == kept[0]), "{kept:?}");
    assert_eq!(store.find_data_key(world.tenant).await.unwrap().as_ref(), Some(&kept[0]));
    assert_eq!(store.find_data_key(other.tenant).await.unwrap(), None);
}

pub async fn everything_that_is_sealed_for_a_tenant_is_listed_and_sealed_anew(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (ours, theirs) = (one_of_each(&world, "a").await, one_of_each(&other, "b").await);
    assert_eq!(listed(&store, world.tenant).await, ours);
    let viewer = world.viewer();
    let SealedPlace::Credential(credential) = ours[2].place else { panic!("{ours:?}") };
    let changed_at = async || store.find_sealed_credential(&viewer, credential).await.unwrap().unwrap().changed_at;
    let before = changed_at().await;
    let mut renewed = Vec::new();
    for old in &ours {
        assert!(!store.reseal(other.tenant, old, "x").await.unwrap(), "another tenant's: {old:?}");
        let sealed = format!("{} anew", old.sealed);
        assert!(store.reseal(world.tenant, old, &sealed).await.unwrap(), "{old:?}");
        assert!(!store.reseal(world.tenant, old, "late").await.unwrap(), "something else stands there: {old:?}");
        renewed.push(SealedValue { sealed, ..old.clone() });
    }
    assert_eq!(listed(&store, world.tenant).await, renewed);
    assert_eq!(listed(&store, other.tenant).await, theirs);
    assert_eq!(changed_at().await, before, "the account is the one that was shown to a human");
}

pub async fn a_signing_key_is_sealed_anew_and_signs_on(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let kid = unique("kid");
    let key = NewSigningKey { public_jwk: json!({ "kid": kid }), sealed: "old".to_owned(), kid };
    let active = store.ensure_signing_key(key, world.tenant, world.audit("key.create")).await.unwrap();
    assert!(!store.reseal_signing_key(&active.kid, "another", "new").await.unwrap());
    assert!(!store.reseal_signing_key("absent", &active.sealed, "new").await.unwrap());
    assert!(store.reseal_signing_key(&active.kid, &active.sealed, "new").await.unwrap());
    let now = store.signing_keys(now()).await.unwrap().into_iter().find(|key| key.kid == active.kid).unwrap();
    assert_eq!(now, artel_domain::SigningKey { sealed: "new".to_owned(), ..active });
}
