//! Promises about logins and their refresh tokens. Codes are in `codes`, arbitrary interleavings in `interleavings`.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ClientId, FamilyId, TenantId, UserId};

use super::login_world::{FAMILY_TTL, GRACE, LoginWorld, TOKEN_TTL, successor};
use super::world::{at_once, uuid};
use crate::{NewFamily, Rotate, Rotation, Store, StoreError};

pub async fn a_login_is_found_by_its_token_and_noted_at_the_account(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, token) = world.logs_in(world.opened).await;
    let standing = store.find_refresh_token(&token, world.opened).await.unwrap().unwrap();
    assert_eq!((standing.family, standing.is_live), (family.clone(), true));
    assert_eq!(store.find_family(world.tenant, family.id).await.unwrap(), Some(family.clone()));
    assert_eq!(store.find_family(TenantId(uuid()), family.id).await.unwrap(), None);
    assert_eq!(
        store.list_families(world.tenant, world.user, world.opened).await.unwrap(),
        std::slice::from_ref(&family)
    );
    assert_eq!(store.find_account(world.tenant, world.user).await.unwrap().unwrap().last_login_at, Some(world.opened));
    assert_eq!(store.find_refresh_token("no such token", world.opened).await.unwrap(), None);

    let again = store
        .start_family(
            NewFamily { family: world.family(world.opened), token_hash: token },
            world.audit("a", world.opened),
        )
        .await;
    assert!(matches!(again, Err(StoreError::Duplicate(_))), "{again:?}");
    let rows = store.audit_chain(world.tenant, 0, 100).await.unwrap();
    let row = rows.iter().find(|row| row.action == "auth.login").unwrap();
    assert_eq!((row.user_id, &*row.entity_id, &*row.outcome), (Some(world.user), &*family.id.to_string(), "ok"));
}

pub async fn a_login_without_an_account_or_a_client_is_refused(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let family = world.family(world.opened);
    for family in [
        artel_domain::TokenFamily { user_id: UserId(uuid()), ..family.clone() },
        artel_domain::TokenFamily { tenant_id: TenantId(uuid()), ..family.clone() },
        artel_domain::TokenFamily { client_id: ClientId::new("no such client"), ..family },
    ] {
        let new = NewFamily { family, token_hash: uuid().to_string() };
        assert!(!store.start_family(new, world.audit("auth.login", world.opened)).await.unwrap());
    }
    assert!(world.outcomes("auth.login").await.is_empty());
}

pub async fn a_chain_of_five_has_one_live_token_at_a_time(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, first) = world.logs_in(world.opened).await;
    let (mut token, mut at, mut spent) = (first, world.opened, Vec::new());
    for _ in 0..5 {
        at += Duration::from_hours(1);
        let Rotation::Rotated(rotated) = world.refreshes(&token, at).await else { panic!("not rotated") };
        assert_eq!((rotated.id, rotated.token_expires_at), (family.id, at + TOKEN_TTL));
        assert_eq!((&rotated.scopes, rotated.expires_at), (&family.scopes, family.expires_at));
        let next = successor(&token);
        spent.push(std::mem::replace(&mut token, next));
        assert!(world.is_live(&token, at).await);
        for old in &spent {
            assert!(!world.is_live(old, at).await);
        }
    }
    assert_eq!(world.outcomes("auth.refresh").await, ["ok"; 5]);
}

pub async fn the_first_token_after_the_third_revokes_the_family(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (_, first) = world.logs_in(world.opened).await;
    let (second, third) = (successor(&first), successor(&successor(&first)));
    let (_, other) = world.logs_in(world.opened).await;
    assert!(matches!(world.refreshes(&first, world.opened).await, Rotation::Rotated(_)));
    assert!(matches!(world.refreshes(&second, world.opened).await, Rotation::Rotated(_)));

    let Rotation::Reused(family) = world.refreshes(&first, world.opened).await else {
        panic!("not noticed, though within the grace")
    };
    assert_eq!(family.revoked_at, Some(world.opened));
    assert!(!world.is_live(&third, world.opened).await);
    for token in [&first, &second, &third] {
        assert!(matches!(world.refreshes(token, world.opened).await, Rotation::Revoked(_)));
    }
    assert!(world.is_live(&other, world.opened).await, "another login of the same user lives on");
    assert_eq!(world.outcomes("auth.refresh").await, ["ok", "ok", "reused", "revoked", "revoked", "revoked"]);
}

pub async fn the_immediate_parent_may_come_again_for_a_moment(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, first) = world.logs_in(world.opened).await;
    world.refreshes(&first, world.opened).await;
    let last = world.opened + GRACE - Duration::from_micros(1);
    for at in [world.opened, last] {
        let Rotation::Repeated(again) = world.refreshes(&first, at).await else { panic!("refused at {at}") };
        assert_eq!((again.id, again.token_expires_at), (family.id, world.opened + TOKEN_TTL), "nothing moved");
    }
    assert!(world.is_live(&successor(&first), last).await);
    assert!(matches!(world.refreshes(&first, world.opened + GRACE).await, Rotation::Reused(_)));
    assert!(!world.is_live(&successor(&first), last).await);
    assert_eq!(world.outcomes("auth.refresh").await, ["ok", "repeated", "repeated", "reused"]);
}

pub async fn a_repeat_that_would_give_another_successor_is_a_reuse(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (_, first) = world.logs_in(world.opened).await;
    world.refreshes(&first, world.opened).await;
    let successor_hash = "made by somebody with another secret".to_owned();
    let other = Rotate { successor_hash, ..world.rotation(&first, world.opened) };
    let outcome = store.rotate_refresh_token(other, world.audit("auth.refresh", world.opened)).await.unwrap();
    assert!(matches!(outcome, Rotation::Reused(_)), "{outcome:?}");
}

pub async fn a_token_whose_answer_may_be_lost_may_come_again_for_longer(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, first) = world.logs_in(world.opened).await;
    let asks = async |seconds| {
        let at = world.opened + Duration::from_secs(seconds);
        let rotate = Rotate {
            grace: Duration::from_secs(10),
            unanswered_grace: Duration::from_mins(10),
            ..world.rotation(&first, at)
        };
        store.rotate_refresh_token(rotate, world.audit("auth.refresh", at)).await.unwrap()
    };
    assert!(matches!(asks(0).await, Rotation::Rotated(_)));
    assert!(matches!(asks(90).await, Rotation::Repeated(_)), "nobody said that the client has the answer");
    let hash = world.rotation(&first, world.opened).successor_hash;
    store.note_refresh_answered(family.tenant_id, family.id, &hash).await.unwrap();
    assert!(matches!(asks(91).await, Rotation::Reused(_)));
}

pub async fn of_fifty_uses_at_once_one_family_lives_and_all_get_the_same_token(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, first) = world.logs_in(world.opened).await;
    let outcomes = at_once((0..50).map(|_| {
        let (world, token) = (world.clone(), first.clone());
        async move { world.refreshes(&token, world.opened).await }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Rotated(_))).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Repeated(_))).count(), 49);
    assert_eq!(store.list_families(world.tenant, world.user, world.opened).await.unwrap().len(), 1);
    assert!(world.is_live(&successor(&first), world.opened).await);
    assert_eq!(store.find_family(world.tenant, family.id).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(world.outcomes("auth.refresh").await.len(), 50);
}

pub async fn a_token_expires_and_no_refresh_moves_the_families_end(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, first) = world.logs_in(world.opened).await;
    assert!(matches!(world.refreshes(&first, family.token_expires_at).await, Rotation::Expired(_)));
    assert!(!world.is_live(&first, family.token_expires_at).await);

    let (mut token, mut at) = (first, world.opened);
    let step = TOKEN_TTL.saturating_sub(Duration::from_hours(1));
    while at + step < family.expires_at {
        at += step;
        let Rotation::Rotated(rotated) = world.refreshes(&token, at).await else { panic!("not rotated at {at}") };
        assert_eq!(rotated.token_expires_at, (at + TOKEN_TTL).min(family.created_at + FAMILY_TTL));
        token = successor(&token);
    }
    assert!(world.is_live(&token, family.expires_at - Duration::from_secs(1)).await);
    assert!(matches!(world.refreshes(&token, family.expires_at).await, Rotation::Expired(_)));
}

pub async fn another_client_gets_nothing_and_breaks_nothing(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (_, token) = world.logs_in(world.opened).await;
    let mallory = LoginWorld { client: LoginWorld::new(&store).await.client, ..world.clone() };
    assert!(matches!(mallory.refreshes(&token, world.opened).await, Rotation::WrongClient(_)));
    assert!(
        !store.revoke_refresh_token(&token, &mallory.client, world.audit("auth.revoke", world.opened)).await.unwrap()
    );
    assert!(world.is_live(&token, world.opened).await);
    assert!(matches!(world.refreshes("no such token", world.opened).await, Rotation::Unknown));
    assert_eq!(world.outcomes("auth.refresh").await, ["wrong_client"]);
}

pub async fn a_family_is_revoked_by_any_of_its_tokens_once(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let at = world.opened;
    for generation in [0, 1] {
        let (family, first) = world.logs_in(at).await;
        world.refreshes(&first, at).await;
        let token = if generation == 0 { first.clone() } else { successor(&first) };
        assert!(store.revoke_refresh_token(&token, &world.client, world.audit("auth.revoke", at)).await.unwrap());
        assert!(!store.revoke_refresh_token(&token, &world.client, world.audit("auth.revoke", at)).await.unwrap());
        assert!(!store.revoke_family(world.tenant, family.id, world.audit("auth.revoke", at)).await.unwrap());
        assert!(matches!(world.refreshes(&successor(&first), at).await, Rotation::Revoked(_)));
    }
    assert_eq!(world.outcomes("auth.revoke").await, ["ok", "ok"]);
}

pub async fn logins_of_a_user_are_revoked_one_by_one_by_client_or_all(store: Arc<dyn Store>) {
    let (world, stranger) = (LoginWorld::new(&store).await, LoginWorld::new(&store).await);
    let other_app = LoginWorld { client: stranger.client.clone(), ..world.clone() };
    let at = world.opened;
    let (one, one_token) = world.logs_in(at).await;
    let (_, second) = world.logs_in(at).await;
    let (_, elsewhere) = other_app.logs_in(at).await;
    let (_, strangers) = stranger.logs_in(at).await;

    assert!(!store.revoke_family(TenantId(uuid()), one.id, world.audit("auth.revoke", at)).await.unwrap());
    assert!(!store.revoke_family(world.tenant, FamilyId(uuid()), world.audit("auth.revoke", at)).await.unwrap());
    assert!(store.revoke_family(world.tenant, one.id, world.audit("auth.revoke", at)).await.unwrap());
    assert!(!world.is_live(&one_token, at).await && world.is_live(&second, at).await);

    let revoke = |client: Option<ClientId>| {
        store.revoke_families(world.tenant, world.user, client, world.audit("auth.revoke", at))
    };
    assert_eq!(revoke(Some(world.client.clone())).await.unwrap(), 1);
    assert!(!world.is_live(&second, at).await && world.is_live(&elsewhere, at).await);
    assert_eq!(revoke(None).await.unwrap(), 1);
    assert_eq!(revoke(None).await.unwrap(), 0);
    assert!(world.is_live(&strangers, at).await);
    assert_eq!(world.outcomes("auth.revoke").await, ["ok"; 3]);
}

pub async fn what_ended_long_ago_is_swept_and_nothing_else(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let (family, first) = world.logs_in(world.opened - Duration::from_hours(24 * 365)).await;
    let (_, live) = world.logs_in(world.opened).await;
    assert_eq!(store.sweep_logins(family.token_expires_at, 1000).await.unwrap(), 0);
    assert!(store.sweep_logins(world.opened, 1000).await.unwrap() >= 1);
    assert_eq!(store.find_refresh_token(&first, world.opened).await.unwrap(), None);
    assert!(matches!(world.refreshes(&first, world.opened).await, Rotation::Unknown));
    assert!(world.is_live(&live, world.opened).await);
}
