//! Promises about logins and their refresh tokens. Codes are in `codes`, arbitrary interleavings in `interleavings`.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ClientId, FamilyId, TenantId, UserId};

use super::logins::{Desk, FAMILY_TTL, GRACE, TOKEN_TTL, successor};
use super::world::{at_once, uuid};
use crate::{NewFamily, Rotate, Rotation, Store, StoreError};

pub async fn a_login_is_found_by_its_token_and_noted_at_the_account(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (family, token) = desk.logs_in(desk.opened).await;
    let standing = store.find_refresh_token(&token, desk.opened).await.unwrap().unwrap();
    assert_eq!((standing.family, standing.is_live), (family.clone(), true));
    assert_eq!(store.find_family(desk.tenant, family.id).await.unwrap(), Some(family.clone()));
    assert_eq!(store.find_family(TenantId(uuid()), family.id).await.unwrap(), None);
    assert_eq!(store.list_families(desk.tenant, desk.user, desk.opened).await.unwrap(), std::slice::from_ref(&family));
    assert_eq!(store.find_account(desk.tenant, desk.user).await.unwrap().unwrap().last_login_at, Some(desk.opened));
    assert_eq!(store.find_refresh_token("no such token", desk.opened).await.unwrap(), None);

    let again = store.start_family(NewFamily { family: desk.family(desk.opened), token_hash: token }, desk.audit("a", desk.opened)).await;
    assert!(matches!(again, Err(StoreError::Duplicate(_))), "{again:?}");
    let rows = store.audit_chain(desk.tenant, 0, 100).await.unwrap();
    let row = rows.iter().find(|row| row.action == "auth.login").unwrap();
    assert_eq!((row.user_id, &*row.entity_id, &*row.outcome), (Some(desk.user), &*family.id.to_string(), "ok"));
}

pub async fn a_login_without_an_account_or_a_client_is_refused(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let family = desk.family(desk.opened);
    for family in [
        artel_domain::TokenFamily { user_id: UserId(uuid()), ..family.clone() },
        artel_domain::TokenFamily { tenant_id: TenantId(uuid()), ..family.clone() },
        artel_domain::TokenFamily { client_id: ClientId::new("no such client"), ..family },
    ] {
        let new = NewFamily { family, token_hash: uuid().to_string() };
        assert!(!store.start_family(new, desk.audit("auth.login", desk.opened)).await.unwrap());
    }
    assert!(desk.outcomes("auth.login").await.is_empty());
}

pub async fn a_chain_of_five_has_one_live_token_at_a_time(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (family, first) = desk.logs_in(desk.opened).await;
    let (mut token, mut at, mut spent) = (first, desk.opened, Vec::new());
    for _ in 0..5 {
        at += Duration::from_hours(1);
        let Rotation::Rotated(rotated) = desk.refreshes(&token, at).await else { panic!("not rotated") };
        assert_eq!((rotated.id, rotated.token_expires_at), (family.id, at + TOKEN_TTL));
        assert_eq!((&rotated.scopes, rotated.expires_at), (&family.scopes, family.expires_at));
        let next = successor(&token);
        spent.push(std::mem::replace(&mut token, next));
        assert!(desk.is_live(&token, at).await);
        for old in &spent {
            assert!(!desk.is_live(old, at).await);
        }
    }
    assert_eq!(desk.outcomes("auth.refresh").await, ["ok"; 5]);
}

pub async fn the_first_token_after_the_third_revokes_the_family(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (_, first) = desk.logs_in(desk.opened).await;
    let (second, third) = (successor(&first), successor(&successor(&first)));
    let (_, other) = desk.logs_in(desk.opened).await;
    assert!(matches!(desk.refreshes(&first, desk.opened).await, Rotation::Rotated(_)));
    assert!(matches!(desk.refreshes(&second, desk.opened).await, Rotation::Rotated(_)));

    let Rotation::Reused(family) = desk.refreshes(&first, desk.opened).await else { panic!("not noticed, though within the grace") };
    assert_eq!(family.revoked_at, Some(desk.opened));
    assert!(!desk.is_live(&third, desk.opened).await);
    for token in [&first, &second, &third] {
        assert!(matches!(desk.refreshes(token, desk.opened).await, Rotation::Revoked(_)));
    }
    assert!(desk.is_live(&other, desk.opened).await, "another login of the same user lives on");
    assert_eq!(desk.outcomes("auth.refresh").await, ["ok", "ok", "reused", "revoked", "revoked", "revoked"]);
}

pub async fn the_immediate_parent_may_come_again_for_a_moment(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (family, first) = desk.logs_in(desk.opened).await;
    desk.refreshes(&first, desk.opened).await;
    let last = desk.opened + GRACE - Duration::from_micros(1);
    for at in [desk.opened, last] {
        let Rotation::Repeated(again) = desk.refreshes(&first, at).await else { panic!("refused at {at}") };
        assert_eq!((again.id, again.token_expires_at), (family.id, desk.opened + TOKEN_TTL), "nothing moved");
    }
    assert!(desk.is_live(&successor(&first), last).await);
    assert!(matches!(desk.refreshes(&first, desk.opened + GRACE).await, Rotation::Reused(_)));
    assert!(!desk.is_live(&successor(&first), last).await);
    assert_eq!(desk.outcomes("auth.refresh").await, ["ok", "repeated", "repeated", "reused"]);
}

pub async fn a_repeat_that_would_give_another_successor_is_a_reuse(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (_, first) = desk.logs_in(desk.opened).await;
    desk.refreshes(&first, desk.opened).await;
    let successor_hash = "made by somebody with another secret".to_owned();
    let other = Rotate { successor_hash, ..desk.rotation(&first, desk.opened) };
    let outcome = store.rotate_refresh_token(other, desk.audit("auth.refresh", desk.opened)).await.unwrap();
    assert!(matches!(outcome, Rotation::Reused(_)), "{outcome:?}");
}

pub async fn of_fifty_uses_at_once_one_family_lives_and_all_get_the_same_token(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (family, first) = desk.logs_in(desk.opened).await;
    let outcomes = at_once((0..50).map(|_| {
        let (desk, token) = (desk.clone(), first.clone());
        async move { desk.refreshes(&token, desk.opened).await }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Rotated(_))).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Repeated(_))).count(), 49);
    assert_eq!(store.list_families(desk.tenant, desk.user, desk.opened).await.unwrap().len(), 1);
    assert!(desk.is_live(&successor(&first), desk.opened).await);
    assert_eq!(store.find_family(desk.tenant, family.id).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(desk.outcomes("auth.refresh").await.len(), 50);
}

pub async fn a_token_expires_and_no_refresh_moves_the_families_end(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (family, first) = desk.logs_in(desk.opened).await;
    assert!(matches!(desk.refreshes(&first, family.token_expires_at).await, Rotation::Expired(_)));
    assert!(!desk.is_live(&first, family.token_expires_at).await);

    let (mut token, mut at) = (first, desk.opened);
    let step = TOKEN_TTL.saturating_sub(Duration::from_hours(1));
    while at + step < family.expires_at {
        at += step;
        let Rotation::Rotated(rotated) = desk.refreshes(&token, at).await else { panic!("not rotated at {at}") };
        assert_eq!(rotated.token_expires_at, (at + TOKEN_TTL).min(family.created_at + FAMILY_TTL));
        token = successor(&token);
    }
    assert!(desk.is_live(&token, family.expires_at - Duration::from_secs(1)).await);
    assert!(matches!(desk.refreshes(&token, family.expires_at).await, Rotation::Expired(_)));
}

pub async fn another_client_gets_nothing_and_breaks_nothing(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (_, token) = desk.logs_in(desk.opened).await;
    let mallory = Desk { client: Desk::new(&store).await.client, ..desk.clone() };
    assert!(matches!(mallory.refreshes(&token, desk.opened).await, Rotation::WrongClient(_)));
    assert!(!store.revoke_refresh_token(&token, &mallory.client, desk.audit("auth.revoke", desk.opened)).await.unwrap());
    assert!(desk.is_live(&token, desk.opened).await);
    assert!(matches!(desk.refreshes("no such token", desk.opened).await, Rotation::Unknown));
    assert_eq!(desk.outcomes("auth.refresh").await, ["wrong_client"]);
}

pub async fn a_family_is_revoked_by_any_of_its_tokens_once(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let at = desk.opened;
    for generation in [0, 1] {
        let (family, first) = desk.logs_in(at).await;
        desk.refreshes(&first, at).await;
        let token = if generation == 0 { first.clone() } else { successor(&first) };
        assert!(store.revoke_refresh_token(&token, &desk.client, desk.audit("auth.revoke", at)).await.unwrap());
        assert!(!store.revoke_refresh_token(&token, &desk.client, desk.audit("auth.revoke", at)).await.unwrap());
        assert!(!store.revoke_family(desk.tenant, family.id, desk.audit("auth.revoke", at)).await.unwrap());
        assert!(matches!(desk.refreshes(&successor(&first), at).await, Rotation::Revoked(_)));
    }
    assert_eq!(desk.outcomes("auth.revoke").await, ["ok", "ok"]);
}

pub async fn logins_of_a_user_are_revoked_one_by_one_by_client_or_all(store: Arc<dyn Store>) {
    let (desk, stranger) = (Desk::new(&store).await, Desk::new(&store).await);
    let other_app = Desk { client: stranger.client.clone(), ..desk.clone() };
    let at = desk.opened;
    let (one, one_token) = desk.logs_in(at).await;
    let (_, second) = desk.logs_in(at).await;
    let (_, elsewhere) = other_app.logs_in(at).await;
    let (_, strangers) = stranger.logs_in(at).await;

    assert!(!store.revoke_family(TenantId(uuid()), one.id, desk.audit("auth.revoke", at)).await.unwrap());
    assert!(!store.revoke_family(desk.tenant, FamilyId(uuid()), desk.audit("auth.revoke", at)).await.unwrap());
    assert!(store.revoke_family(desk.tenant, one.id, desk.audit("auth.revoke", at)).await.unwrap());
    assert!(!desk.is_live(&one_token, at).await && desk.is_live(&second, at).await);

    let revoke = |client: Option<ClientId>| store.revoke_families(desk.tenant, desk.user, client, desk.audit("auth.revoke", at));
    assert_eq!(revoke(Some(desk.client.clone())).await.unwrap(), 1);
    assert!(!desk.is_live(&second, at).await && desk.is_live(&elsewhere, at).await);
    assert_eq!(revoke(None).await.unwrap(), 1);
    assert_eq!(revoke(None).await.unwrap(), 0);
    assert!(desk.is_live(&strangers, at).await);
    assert_eq!(desk.outcomes("auth.revoke").await, ["ok"; 3]);
}

pub async fn what_ended_long_ago_is_swept_and_nothing_else(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let (family, first) = desk.logs_in(desk.opened - Duration::from_hours(24 * 365)).await;
    let (_, live) = desk.logs_in(desk.opened).await;
    assert_eq!(store.sweep_grants(family.token_expires_at, 1000).await.unwrap(), 0);
    assert!(store.sweep_grants(desk.opened, 1000).await.unwrap() >= 1);
    assert_eq!(store.find_refresh_token(&first, desk.opened).await.unwrap(), None);
    assert!(matches!(desk.refreshes(&first, desk.opened).await, Rotation::Unknown));
    assert!(desk.is_live(&live, desk.opened).await);
}
