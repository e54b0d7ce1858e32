use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Credential, CredentialId, TenantId};

use super::world::{World, at_once, now, uuid};
use crate::{CredentialPatch, Store, TokenClaim, TokenTurn};

const LEASE: Duration = Duration::from_mins(1);

async fn credential(world: &World) -> CredentialId {
    let id = CredentialId(uuid());
    let new = Credential {
        id,
        tenant_id: world.tenant,
        service_name: "ozon".to_owned(),
        instance_id: id.to_string(),
        account_label: "Ozon".to_owned(),
        user_id: None,
        created_at: now(),
        last_used_at: None,
    };
    world.store.create_credential(new, None, "sealed".to_owned(), world.audit("credential.create")).await.unwrap();
    id
}

fn claim(tenant: TenantId, credential: CredentialId) -> TokenClaim {
    TokenClaim { tenant_id: tenant, credential_id: credential, owner: uuid() }
}

/// A credential with a token, and the claim under which it was made.
async fn with_token(world: &World) -> (CredentialId, TokenClaim) {
    let credential = credential(world).await;
    let claim = claim(world.tenant, credential);
    assert_eq!(world.store.claim_connector_token(&claim, LEASE).await.unwrap(), TokenTurn::Claimed);
    assert!(world.store.save_connector_token(&claim, "token-1".to_owned()).await.unwrap());
    (credential, claim)
}

async fn found(world: &World, credential: CredentialId) -> Option<String> {
    world.store.find_connector_token(world.tenant, credential).await.unwrap()
}

pub async fn a_token_is_found_by_everybody_of_its_tenant(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (credential, first) = with_token(&world).await;
    assert_eq!(found(&world, credential).await.as_deref(), Some("token-1"));
    assert!(store.save_connector_token(&first, "token-2".to_owned()).await.unwrap(), "whoever has the right may again");
    store.release_connector_token(&first).await.unwrap();
    assert_eq!(found(&world, credential).await.as_deref(), Some("token-2"));
    assert!(!store.save_connector_token(&first, "late".to_owned()).await.unwrap(), "the right was given back");
    let second = claim(world.tenant, credential);
    assert_eq!(store.claim_connector_token(&second, LEASE).await.unwrap(), TokenTurn::Claimed);
    assert_eq!(found(&world, credential).await.as_deref(), Some("token-2"), "a claim changes no token");
    assert_eq!(found(&other, credential).await, None);
    let foreign = claim(other.tenant, credential);
    assert_eq!(store.claim_connector_token(&foreign, LEASE).await.unwrap(), TokenTurn::CredentialMissing);
    let foreign = TokenClaim { tenant_id: other.tenant, ..second };
    assert!(!store.save_connector_token(&foreign, "theirs".to_owned()).await.unwrap());
}

pub async fn of_many_who_want_to_make_a_token_one_may(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let credential = credential(&world).await;
    let claims: Vec<TokenClaim> = (0..10).map(|_| claim(world.tenant, credential)).collect();
    let turns = at_once(claims.clone().into_iter().map(|claim| {
        let store = Arc::clone(&store);
        async move { store.claim_connector_token(&claim, LEASE).await.unwrap() }
    }))
    .await;
    let later = |turn: &TokenTurn| matches!(turn, TokenTurn::Later(wait) if !wait.is_zero() && *wait <= LEASE);
    assert_eq!(turns.iter().filter(|turn| **turn == TokenTurn::Claimed).count(), 1, "{turns:?}");
    assert_eq!(turns.iter().filter(|turn| later(turn)).count(), 9, "{turns:?}");
    let mut again = Vec::new();
    for claim in &claims {
        again.push(store.claim_connector_token(claim, LEASE).await.unwrap());
    }
    assert_eq!(again.iter().filter(|turn| **turn == TokenTurn::Claimed).count(), 1, "its owner may ask again");
}

pub async fn a_lapsed_claim_is_taken_over_and_keeps_nothing_more(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let credential = credential(&world).await;
    let (first, second) = (claim(world.tenant, credential), claim(world.tenant, credential));
    let short = Duration::from_millis(50);
    assert_eq!(store.claim_connector_token(&first, short).await.unwrap(), TokenTurn::Claimed);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(store.save_connector_token(&first, "late".to_owned()).await.unwrap(), "nobody took it over");
    assert_eq!(store.claim_connector_token(&second, LEASE).await.unwrap(), TokenTurn::Claimed);
    assert!(!store.save_connector_token(&first, "too late".to_owned()).await.unwrap());
    store.release_connector_token(&first).await.unwrap();
    assert!(store.save_connector_token(&second, "token-2".to_owned()).await.unwrap());
    assert_eq!(found(&world, credential).await.as_deref(), Some("token-2"));
}

pub async fn a_token_is_gone_with_its_credential_and_with_another_secret(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (viewer, (credential, claim)) = (world.viewer(), with_token(&world).await);
    let renamed = CredentialPatch { account_label: Some("new".to_owned()), sealed: None };
    store.update_credential(&viewer, credential, renamed, world.audit("x")).await.unwrap().unwrap();
    assert_eq!(found(&world, credential).await.as_deref(), Some("token-1"));
    let other_secret = CredentialPatch { account_label: None, sealed: Some("other".to_owned()) };
    store.update_credential(&viewer, credential, other_secret, world.audit("x")).await.unwrap().unwrap();
    assert_eq!(found(&world, credential).await, None);
    assert!(!store.save_connector_token(&claim, "of the old secret".to_owned()).await.unwrap());
    assert_eq!(store.claim_connector_token(&claim, LEASE).await.unwrap(), TokenTurn::Claimed);
    assert!(store.save_connector_token(&claim, "token-2".to_owned()).await.unwrap());
    assert!(store.delete_credential(&viewer, credential, world.audit("x")).await.unwrap());
    assert_eq!(found(&world, credential).await, None);
    assert!(!store.save_connector_token(&claim, "of nobody".to_owned()).await.unwrap());
    assert_eq!(store.claim_connector_token(&claim, LEASE).await.unwrap(), TokenTurn::CredentialMissing);
}
