//! Promises about OAuth clients.

use std::sync::Arc;

use artel_domain::{ClientId, Hashed, TenantId};

use super::login_world::{LoginWorld, client, unique};
use super::world::{now, uuid};
use crate::{NewFamily, Store, StoreError};

pub async fn a_client_is_found_as_it_was_stored(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let mut new = client(world.tenant);
    store.create_client(new.clone(), world.audit("client.create", now())).await.unwrap();
    assert_eq!(store.find_client(&new.client.id).await.unwrap(), Some(new.clone()));
    assert_eq!(store.find_client(&ClientId::new("no such client")).await.unwrap(), None);
    assert_eq!(store.find_client(&ClientId::new("a\0b")).await.unwrap(), None);

    new.client.id = ClientId(unique("public"));
    (new.secret_hash, new.client.is_confidential) = (None, false);
    store.create_client(new.clone(), world.audit("client.create", now())).await.unwrap();
    assert_eq!(store.find_client(&new.client.id).await.unwrap(), Some(new));
    assert_eq!(store.list_clients(world.tenant).await.unwrap().len(), 3);
    assert!(store.list_clients(TenantId(uuid())).await.unwrap().is_empty());
}

pub async fn a_clients_name_is_taken_once_over_all_tenants(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let mut second = client(TenantId(uuid()));
    second.client.id = world.client.clone();
    let refused = store.create_client(second.clone(), world.audit("client.create", now())).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    assert_eq!(store.find_client(&world.client).await.unwrap().unwrap().client.tenant_id, world.tenant);
}

pub async fn a_new_secret_takes_the_place_of_the_old_one(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let rotate = |tenant, client: ClientId| {
        let world = world.clone();
        async move {
            world
                .store
                .rotate_client_secret(tenant, &client, Hashed::new("new"), world.audit("client.rotate_secret", now()))
                .await
                .unwrap()
        }
    };
    assert!(rotate(world.tenant, world.client.clone()).await);
    assert_eq!(store.find_client(&world.client).await.unwrap().unwrap().secret_hash, Some(Hashed::new("new")));
    assert!(!rotate(TenantId(uuid()), world.client.clone()).await, "another tenant");

    let mut public = client(world.tenant);
    (public.secret_hash, public.client.is_confidential) = (None, false);
    store.create_client(public.clone(), world.audit("client.create", now())).await.unwrap();
    assert!(!rotate(world.tenant, public.client.id.clone()).await, "a public client has none");
    assert_eq!(store.find_client(&public.client.id).await.unwrap(), Some(public));
    assert_eq!(world.outcomes("client.rotate_secret").await.len(), 1);
}

pub async fn a_deactivated_client_has_no_logins_and_gets_no_new_ones(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let at = world.opened;
    let (_, token) = world.logs_in(at).await;
    assert!(
        !store.deactivate_client(TenantId(uuid()), &world.client, world.audit("client.deactivate", at)).await.unwrap()
    );
    assert!(store.deactivate_client(world.tenant, &world.client, world.audit("client.deactivate", at)).await.unwrap());
    assert!(!store.deactivate_client(world.tenant, &world.client, world.audit("client.deactivate", at)).await.unwrap());
    assert!(!world.is_live(&token, at).await);
    assert!(!store.find_client(&world.client).await.unwrap().unwrap().client.is_active());
    let new = NewFamily { family: world.family(at), token_hash: unique("token") };
    assert!(!store.start_family(new, world.audit("auth.login", at)).await.unwrap());
}

pub async fn a_third_partys_client_serves_its_own_tenant_only(store: Arc<dyn Store>) {
    let (ada, bob) = (LoginWorld::new(&store).await, LoginWorld::new(&store).await);
    let mut third = client(ada.tenant);
    third.client.is_first_party = false;
    store.create_client(third.clone(), ada.audit("client.create", now())).await.unwrap();
    for (world, served) in [(&ada, true), (&bob, false)] {
        let world = LoginWorld { client: third.client.id.clone(), ..world.clone() };
        let new = NewFamily { family: world.family(world.opened), token_hash: unique("token") };
        assert_eq!(store.start_family(new, world.audit("auth.login", world.opened)).await.unwrap(), served);
        assert_eq!(third.client.serves(world.tenant), served);
    }
}
