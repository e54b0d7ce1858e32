//! Promises about accounts and invitations.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Hashed, Invite, TenantId, UserId};

use super::login_world::{LoginWorld, account, unique};
use super::world::{World, at_once, now, uuid};
use crate::{NewApiKey, NewInvite, Store, StoreError};

pub async fn an_account_is_found_by_username_and_by_email_in_any_case(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let stored = store.find_account(world.tenant, world.user).await.unwrap().unwrap();
    let email = stored.email.clone().unwrap();
    for login in [stored.username.clone(), stored.username.to_uppercase(), email.clone(), email.to_lowercase()] {
        let found = store.find_login(&login).await.unwrap().unwrap();
        assert_eq!((found.account, found.password_hash), (stored.clone(), Hashed::new("$argon2id$1")), "{login}");
    }
    for stranger in ["", "nobody at all", "a\0b", &format!("{} ", stored.username)] {
        assert!(store.find_login(stranger).await.unwrap().is_none(), "{stranger:?}");
    }
    let other = TenantId(uuid());
    assert!(store.find_account(other, world.user).await.unwrap().is_none());
    assert!(store.find_login_of(other, world.user).await.unwrap().is_none());
}

pub async fn a_name_and_an_email_are_taken_once_over_all_tenants(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let taken = store.find_account(world.tenant, world.user).await.unwrap().unwrap();
    let mut same_name = account(TenantId(uuid()), UserId(uuid()), &taken.username.to_uppercase());
    same_name.account.email = None;
    let mut same_email = account(TenantId(uuid()), UserId(uuid()), &unique("bob"));
    same_email.account.email = taken.email.map(|email| email.to_uppercase());
    for new in [same_name, same_email] {
        let refused = store.create_account(new.clone(), world.audit("account.create", now())).await;
        assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
        assert!(store.list_accounts(new.account.tenant_id, None, 10).await.unwrap().is_empty());
    }
}

pub async fn of_many_who_want_a_name_at_once_one_gets_it(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let name = unique("eve");
    let made = at_once((0..10).map(|_| {
        let (world, name) = (world.clone(), name.clone());
        async move {
            world
                .store
                .create_account(account(world.tenant, UserId(uuid()), &name), world.audit("account.create", now()))
                .await
        }
    }))
    .await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    assert!(made.iter().all(|made| matches!(made, Ok(()) | Err(StoreError::Duplicate(_)))), "{made:?}");
}

pub async fn accounts_are_listed_by_name_page_by_page(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let prefix = unique("u");
    for name in ["c", "A", "b"] {
        let new = account(world.tenant, UserId(uuid()), &format!("{prefix}{name}"));
        store.create_account(new, world.audit("account.create", now())).await.unwrap();
    }
    let page = store.list_accounts(world.tenant, Some(prefix.clone()), 2).await.unwrap();
    let names =
        |page: &[artel_domain::Account]| page.iter().map(|one| one.username.replace(&prefix, "")).collect::<Vec<_>>();
    assert_eq!(names(&page), ["A", "b"]);
    let rest = store.list_accounts(world.tenant, Some(page[1].username.clone()), 2).await.unwrap();
    assert_eq!(names(&rest), ["c"]);
}

pub async fn a_new_password_ends_every_login_but_the_one_that_is_kept(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let at = world.opened;
    let (kept, kept_token) = world.logs_in(at).await;
    let (_, token) = world.logs_in(at).await;
    let set = |hash: &str, keep| {
        let (world, hash) = (world.clone(), Hashed::new(hash));
        async move {
            world
                .store
                .set_password(world.tenant, world.user, hash, keep, world.audit("account.password", at))
                .await
                .unwrap()
        }
    };
    assert!(set("$argon2id$2", Some(kept.id)).await);
    assert!(world.is_live(&kept_token, at).await && !world.is_live(&token, at).await);
    assert_eq!(
        store.find_login_of(world.tenant, world.user).await.unwrap().unwrap().password_hash,
        Hashed::new("$argon2id$2")
    );
    assert!(set("$argon2id$3", None).await);
    assert!(!world.is_live(&kept_token, at).await);

    let nobody = store
        .set_password(world.tenant, UserId(uuid()), Hashed::new("x"), None, world.audit("account.password", at))
        .await;
    assert!(!nobody.unwrap());
    assert_eq!(world.outcomes("account.password").await.len(), 2);
}

pub async fn a_deactivated_account_has_no_logins_no_keys_and_gets_no_new_ones(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let at = world.opened;
    let (_, token) = world.logs_in(at).await;
    let owner = World { user: world.user, tenant: world.tenant, ..World::new(&store).await };
    let key = NewApiKey { key: super::identities::key_of(&owner).key, hash: unique("key") };
    store.create_api_key(key.clone(), owner.audit("api_key.create")).await.unwrap();

    assert!(store.deactivate_account(world.tenant, world.user, world.audit("account.deactivate", at)).await.unwrap());
    assert!(!store.deactivate_account(world.tenant, world.user, world.audit("account.deactivate", at)).await.unwrap());
    assert!(!world.is_live(&token, at).await);
    assert!(store.find_api_key(&key.hash).await.unwrap().unwrap().key.revoked_at.is_some());
    let login = store.find_login_of(world.tenant, world.user).await.unwrap().unwrap();
    assert_eq!((login.account.is_active(), login.account.deactivated_at), (false, Some(at)));
    let new = crate::NewFamily { family: world.family(at), token_hash: unique("token") };
    assert!(!store.start_family(new, world.audit("auth.login", at)).await.unwrap());

    assert!(store.reactivate_account(world.tenant, world.user, world.audit("account.reactivate", at)).await.unwrap());
    assert!(!store.reactivate_account(world.tenant, world.user, world.audit("account.reactivate", at)).await.unwrap());
    assert!(!world.is_live(&token, at).await, "what was revoked stays revoked");
    world.logs_in(at).await;
    assert_eq!(
        (world.outcomes("account.deactivate").await.len(), world.outcomes("account.reactivate").await.len()),
        (1, 1)
    );
}

pub async fn no_login_survives_a_deactivation_that_happens_at_the_same_time(store: Arc<dyn Store>) {
    for _ in 0..5 {
        let world = LoginWorld::new(&store).await;
        let at = world.opened;
        at_once((0..12).map(|turn| {
            let world = world.clone();
            async move {
                if turn == 6 {
                    world
                        .store
                        .deactivate_account(world.tenant, world.user, world.audit("account.deactivate", at))
                        .await
                        .unwrap();
                } else {
                    let new = crate::NewFamily { family: world.family(at), token_hash: unique("token") };
                    world.store.start_family(new, world.audit("auth.login", at)).await.unwrap();
                }
            }
        }))
        .await;
        assert!(store.list_families(world.tenant, world.user, at).await.unwrap().is_empty());
    }
}

pub async fn an_invitation_makes_one_account_in_its_tenant(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let at = world.opened;
    let invite =
        Invite { tenant_id: world.tenant, is_admin: false, created_at: at, expires_at: at + Duration::from_hours(1) };
    let new = NewInvite { invite: invite.clone(), hash: unique("invite") };
    store.create_invite(new.clone(), world.audit("invite.create", at)).await.unwrap();
    assert_eq!(store.find_invite(&new.hash, at).await.unwrap(), Some(invite.clone()));
    assert_eq!(store.find_invite(&new.hash, invite.expires_at).await.unwrap(), None);

    let accepts = |tenant, name: String, at| {
        let (world, hash) = (world.clone(), new.hash.clone());
        async move {
            world
                .store
                .accept_invite(&hash, account(tenant, UserId(uuid()), &name), world.audit("invite.accept", at))
                .await
        }
    };
    assert!(!accepts(TenantId(uuid()), unique("mallory"), at).await.unwrap(), "another tenant");
    assert!(!accepts(world.tenant, unique("late"), invite.expires_at).await.unwrap(), "too late");
    let taken = store.find_account(world.tenant, world.user).await.unwrap().unwrap().username;
    assert!(matches!(accepts(world.tenant, taken, at).await, Err(StoreError::Duplicate(_))));

    let made = at_once((0..8).map(|turn| accepts(world.tenant, unique(&format!("guest{turn}")), at))).await;
    assert_eq!(made.iter().filter(|made| matches!(made, Ok(true))).count(), 1, "{made:?}");
    assert_eq!(store.find_invite(&new.hash, at).await.unwrap(), None);
    assert_eq!(store.list_accounts(world.tenant, None, 100).await.unwrap().len(), 2);
}
