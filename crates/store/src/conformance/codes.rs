//! Promises about authorization codes.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ClientId, FamilyId, TenantId, Timestamp};

use super::logins::{Desk, FAMILY_TTL, TOKEN_TTL, unique};
use super::world::{at_once, uuid};
use crate::{NewCode, Redeem, Redemption, Store};

const REDIRECT: &str = "http://127.0.0.1:7000/callback";

async fn gets_code(desk: &Desk) -> NewCode {
    let new = NewCode {
        hash: unique("code"),
        tenant_id: desk.tenant,
        user_id: desk.user,
        client_id: desk.client.clone(),
        redirect_uri: REDIRECT.to_owned(),
        scopes: vec!["api:read".to_owned()],
        challenge: "challenge".to_owned(),
        nonce: Some("n-0S6".to_owned()),
        expires_at: desk.opened + Duration::from_mins(1),
    };
    assert!(desk.store.save_code(new.clone(), desk.audit("auth.code", desk.opened)).await.unwrap());
    new
}

fn redeem(code: &NewCode, at: Timestamp) -> Redeem {
    Redeem {
        hash: code.hash.clone(),
        client_id: code.client_id.clone(),
        redirect_uri: code.redirect_uri.clone(),
        challenge: code.challenge.clone(),
        family_id: FamilyId(uuid()),
        token_hash: unique("token"),
        token_expires_at: at + TOKEN_TTL,
        family_expires_at: at + FAMILY_TTL,
    }
}

async fn redeems(desk: &Desk, redeem: Redeem, at: Timestamp) -> Redemption {
    desk.store.redeem_code(redeem, desk.audit("auth.redeem", at)).await.unwrap()
}

pub async fn a_code_makes_one_login_as_it_was_asked_for(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    let asked = redeem(&code, desk.opened);
    let Redemption::Redeemed(family, nonce) = redeems(&desk, asked.clone(), desk.opened).await else { panic!("not redeemed") };
    assert_eq!(nonce, code.nonce);
    assert_eq!((family.id, family.user_id, &family.scopes), (asked.family_id, desk.user, &code.scopes));
    assert_eq!(store.find_family(desk.tenant, family.id).await.unwrap(), Some(family));
    assert!(desk.is_live(&asked.token_hash, desk.opened).await);
    assert!(matches!(redeems(&desk, Redeem { hash: "no such code".to_owned(), ..asked }, desk.opened).await, Redemption::Unknown));
    assert_eq!(desk.outcomes("auth.redeem").await, ["ok"]);
}

pub async fn a_code_that_is_used_again_takes_back_what_it_gave(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    let asked = redeem(&code, desk.opened);
    redeems(&desk, asked.clone(), desk.opened).await;
    desk.refreshes(&asked.token_hash, desk.opened).await;
    let thief = redeem(&code, desk.opened);
    assert_eq!(redeems(&desk, thief.clone(), desk.opened).await, Redemption::Reused);
    assert!(store.list_families(desk.tenant, desk.user, desk.opened).await.unwrap().is_empty());
    assert_eq!(store.find_refresh_token(&thief.token_hash, desk.opened).await.unwrap(), None);
    assert_eq!(desk.outcomes("auth.redeem").await, ["ok", "reused"]);
}

pub async fn a_code_is_good_for_its_own_client_redirect_and_verifier_only(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    let right = redeem(&code, desk.opened);
    for wrong in [
        Redeem { client_id: ClientId::new("another"), ..right.clone() },
        Redeem { redirect_uri: format!("{REDIRECT}/"), ..right.clone() },
        Redeem { challenge: "another".to_owned(), ..right.clone() },
    ] {
        assert_eq!(redeems(&desk, wrong, desk.opened).await, Redemption::Mismatch);
    }
    assert!(matches!(redeems(&desk, right, desk.opened).await, Redemption::Redeemed(..)), "the right one is not robbed of it");
}

pub async fn a_code_expires(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    assert_eq!(redeems(&desk, redeem(&code, desk.opened), code.expires_at).await, Redemption::Expired);
    assert!(matches!(redeems(&desk, redeem(&code, desk.opened), desk.opened).await, Redemption::Redeemed(..)));
}

pub async fn of_twenty_who_redeem_at_once_one_gets_a_login_and_it_is_taken_back(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    let outcomes = at_once((0..20).map(|_| {
        let (desk, code) = (desk.clone(), code.clone());
        async move { redeems(&desk, redeem(&code, desk.opened), desk.opened).await }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|one| matches!(one, Redemption::Redeemed(..))).count(), 1);
    assert_eq!(outcomes.iter().filter(|one| **one == Redemption::Reused).count(), 19);
    assert!(store.list_families(desk.tenant, desk.user, desk.opened).await.unwrap().is_empty());
}

pub async fn whoever_cannot_sign_in_gets_no_code_and_no_login(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    let foreign = NewCode { hash: unique("code"), tenant_id: TenantId(uuid()), ..code.clone() };
    assert!(!store.save_code(foreign, desk.audit("auth.code", desk.opened)).await.unwrap());
    store.deactivate_client(desk.tenant, &desk.client, desk.audit("client.deactivate", desk.opened)).await.unwrap();
    assert_eq!(redeems(&desk, redeem(&code, desk.opened), desk.opened).await, Redemption::Inactive);
    let late = NewCode { hash: unique("code"), ..code };
    assert!(!store.save_code(late, desk.audit("auth.code", desk.opened)).await.unwrap());
    assert!(store.list_families(desk.tenant, desk.user, desk.opened).await.unwrap().is_empty());
}

pub async fn a_new_password_voids_codes_that_were_not_redeemed(store: Arc<dyn Store>) {
    let desk = Desk::new(&store).await;
    let code = gets_code(&desk).await;
    let hash = artel_domain::Hashed::new("new");
    assert!(store.set_password(desk.tenant, desk.user, hash, None, desk.audit("account.password", desk.opened)).await.unwrap());
    assert_eq!(redeems(&desk, redeem(&code, desk.opened), desk.opened).await, Redemption::Unknown);
}
