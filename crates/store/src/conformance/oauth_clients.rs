//! Promises about OAuth clients.

use std::sync::Arc;

use artel_domain::{ClientId, Hashed, TenantId};

use super::logins::{Desk, client, unique};
use super::world::{now, uuid};
use crate::{NewFamily, Store, StoreError};

pub async fn a_client_is_found_as_it_was_stored(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let mut new = client(desk.tenant);
    store.create_client(new.clone(), desk.audit("client.create", now())).await.unwrap();
    assert_eq!(store.find_client(&new.client.id).await.unwrap(), Some(new.clone()));
    assert_eq!(store.find_client(&ClientId::new("no such client")).await.unwrap(), None);
    assert_eq!(store.find_client(&ClientId::new("a\0b")).await.unwrap(), None);

    new.client.id = ClientId(unique("public"));
    (new.secret_hash, new.client.is_confidential) = (None, false);
    store.create_client(new.clone(), desk.audit("client.create", now())).await.unwrap();
    assert_eq!(store.find_client(&new.client.id).await.unwrap(), Some(new));
    assert_eq!(store.list_clients(desk.tenant).await.unwrap().len(), 3);
    assert!(store.list_clients(TenantId(uuid())).await.unwrap().is_empty());
}

pub async fn a_clients_name_is_taken_once_over_all_tenants(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let mut second = client(TenantId(uuid()));
    second.client.id = desk.client.clone();
    let refused = store.create_client(second.clone(), desk.audit("client.create", now())).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    assert_eq!(store.find_client(&desk.client).await.unwrap().unwrap().client.tenant_id, desk.tenant);
}

pub async fn a_new_secret_takes_the_place_of_the_old_one(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let rotate = |tenant, client: ClientId| {
        let desk = desk.clone();
        async move {
            desk.store.rotate_client_secret(tenant, &client, Hashed::new("new"), desk.audit("client.rotate_secret", now())).await.unwrap()
        }
    };
    assert!(rotate(desk.tenant, desk.client.clone()).await);
    assert_eq!(store.find_client(&desk.client).await.unwrap().unwrap().secret_hash, Some(Hashed::new("new")));
    assert!(!rotate(TenantId(uuid()), desk.client.clone()).await, "another tenant");

    let mut public = client(desk.tenant);
    (public.secret_hash, public.client.is_confidential) = (None, false);
    store.create_client(public.clone(), desk.audit("client.create", now())).await.unwrap();
    assert!(!rotate(desk.tenant, public.client.id.clone()).await, "a public client has none");
    assert_eq!(store.find_client(&public.client.id).await.unwrap(), Some(public));
    assert_eq!(desk.outcomes("client.rotate_secret").await.len(), 1);
}

pub async fn a_deactivated_client_has_no_logins_and_gets_no_new_ones(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let at = desk.opened;
    let (_, token) = desk.logs_in(at).await;
    assert!(!store.deactivate_client(TenantId(uuid()), &desk.client, desk.audit("client.deactivate", at)).await.unwrap());
    assert!(store.deactivate_client(desk.tenant, &desk.client, desk.audit("client.deactivate", at)).await.unwrap());
    assert!(!store.deactivate_client(desk.tenant, &desk.client, desk.audit("client.deactivate", at)).await.unwrap());
    assert!(!desk.is_live(&token, at).await);
    assert!(!store.find_client(&desk.client).await.unwrap().unwrap().client.is_active());
    let new = NewFamily { family: desk.family(at), token_hash: unique("token") };
    assert!(!store.start_family(new, desk.audit("auth.login", at)).await.unwrap());
}

pub async fn a_third_partys_client_serves_its_own_tenant_only(store: Arc<dyn Store>) {
    let (ada, bob) = (Desk::new(&store).await, Desk::new(&store).await);
    let mut third = client(ada.tenant);
    third.client.is_first_party = false;
    store.create_client(third.clone(), ada.audit("client.create", now())).await.unwrap();
    for (desk, served) in [(&ada, true), (&bob, false)] {
        let desk = Desk { client: third.client.id.clone(), ..desk.clone() };
        let new = NewFamily { family: desk.family(desk.opened), token_hash: unique("token") };
        assert_eq!(store.start_family(new, desk.audit("auth.login", desk.opened)).await.unwrap(), served);
        assert_eq!(third.client.serves(desk.tenant), served);
    }
}
