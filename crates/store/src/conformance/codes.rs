//! Promises about authorization codes.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::{ClientId, FamilyId, TenantId, Timestamp};

use super::login_world::{FAMILY_TTL, LoginWorld, TOKEN_TTL, unique};
use super::world::{at_once, uuid};
use crate::{NewCode, Redeem, Redemption, Store};

const REDIRECT: &str = "http://127.0.0.1:7000/callback";

async fn gets_code(world: &LoginWorld) -> NewCode {
    let new = NewCode {
        hash: unique("code"),
        tenant_id: world.tenant,
        user_id: world.user,
        client_id: world.client.clone(),
        redirect_uri: REDIRECT.to_owned(),
        scopes: vec!["api:read".to_owned()],
        challenge: "challenge".to_owned(),
        nonce: Some("n-0S6".to_owned()),
        expires_at: world.opened + Duration::from_mins(1),
    };
    assert!(world.store.save_code(new.clone(), world.audit("auth.code", world.opened)).await.unwrap());
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
        unanswered_grace: Duration::ZERO,
        token_expires_at: at + TOKEN_TTL,
        family_expires_at: at + FAMILY_TTL,
    }
}

async fn redeems(world: &LoginWorld, redeem: Redeem, at: Timestamp) -> Redemption {
    world.store.redeem_code(redeem, world.audit("auth.redeem", at)).await.unwrap()
}

pub async fn a_code_makes_one_login_as_it_was_asked_for(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let asked = redeem(&code, world.opened);
    let Redemption::Redeemed(family, nonce) = redeems(&world, asked.clone(), world.opened).await else {
        panic!("not redeemed")
    };
    assert_eq!(nonce, code.nonce);
    assert_eq!((family.id, family.user_id, &family.scopes), (asked.family_id, world.user, &code.scopes));
    assert_eq!(store.find_family(world.tenant, family.id).await.unwrap(), Some(family));
    assert!(world.is_live(&asked.token_hash, world.opened).await);
    assert!(matches!(
        redeems(&world, Redeem { hash: "no such code".to_owned(), ..asked }, world.opened).await,
        Redemption::Unknown
    ));
    assert_eq!(world.outcomes("auth.redeem").await, ["ok"]);
}

pub async fn a_code_that_is_used_again_takes_back_what_it_gave(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let asked = redeem(&code, world.opened);
    redeems(&world, asked.clone(), world.opened).await;
    world.refreshes(&asked.token_hash, world.opened).await;
    let thief = redeem(&code, world.opened);
    assert_eq!(redeems(&world, thief.clone(), world.opened).await, Redemption::Reused);
    assert!(store.list_families(world.tenant, world.user, world.opened).await.unwrap().is_empty());
    assert_eq!(store.find_refresh_token(&thief.token_hash, world.opened).await.unwrap(), None);
    assert_eq!(world.outcomes("auth.redeem").await, ["ok", "reused"]);
}

pub async fn a_code_is_good_for_its_own_client_redirect_and_verifier_only(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let right = redeem(&code, world.opened);
    for wrong in [
        Redeem { client_id: ClientId::new("another"), ..right.clone() },
        Redeem { redirect_uri: format!("{REDIRECT}/"), ..right.clone() },
        Redeem { challenge: "another".to_owned(), ..right.clone() },
    ] {
        assert_eq!(redeems(&world, wrong, world.opened).await, Redemption::Mismatch);
    }
    assert!(
        matches!(redeems(&world, right, world.opened).await, Redemption::Redeemed(..)),
        "the right one is not robbed of it"
    );
}

pub async fn a_code_expires(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    assert_eq!(redeems(&world, redeem(&code, world.opened), code.expires_at).await, Redemption::Expired);
    assert!(matches!(redeems(&world, redeem(&code, world.opened), world.opened).await, Redemption::Redeemed(..)));
}

pub async fn of_twenty_who_redeem_at_once_one_gets_a_login_and_it_is_taken_back(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let outcomes = at_once((0..20).map(|_| {
        let (world, code) = (world.clone(), code.clone());
        async move { redeems(&world, redeem(&code, world.opened), world.opened).await }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|one| matches!(one, Redemption::Redeemed(..))).count(), 1);
    assert_eq!(outcomes.iter().filter(|one| **one == Redemption::Reused).count(), 19);
    assert!(store.list_families(world.tenant, world.user, world.opened).await.unwrap().is_empty());
}

pub async fn whoever_cannot_sign_in_gets_no_code_and_no_login(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let foreign = NewCode { hash: unique("code"), tenant_id: TenantId(uuid()), ..code.clone() };
    assert!(!store.save_code(foreign, world.audit("auth.code", world.opened)).await.unwrap());
    store.deactivate_client(world.tenant, &world.client, world.audit("client.deactivate", world.opened)).await.unwrap();
    assert_eq!(redeems(&world, redeem(&code, world.opened), world.opened).await, Redemption::Inactive);
    let late = NewCode { hash: unique("code"), ..code };
    assert!(!store.save_code(late, world.audit("auth.code", world.opened)).await.unwrap());
    assert!(store.list_families(world.tenant, world.user, world.opened).await.unwrap().is_empty());
}

pub async fn a_new_password_voids_codes_that_were_not_redeemed(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let hash = artel_domain::Hashed::new("new");
    assert!(
        store
            .set_password(world.tenant, world.user, hash, None, world.audit("account.password", world.opened))
            .await
            .unwrap()
    );
    assert_eq!(redeems(&world, redeem(&code, world.opened), world.opened).await, Redemption::Unknown);
}

pub async fn a_code_whose_answer_may_be_lost_gives_the_same_login_to_who_presents_it_again(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    let code = gets_code(&world).await;
    let asked = Redeem { unanswered_grace: Duration::from_mins(10), ..redeem(&code, world.opened) };
    let Redemption::Redeemed(family, _) = redeems(&world, asked.clone(), world.opened).await else {
        panic!("not redeemed")
    };
    let again = Redeem { family_id: FamilyId(uuid()), ..asked };
    let later = world.opened + Duration::from_secs(90);
    let repeated = redeems(&world, again.clone(), later).await;
    assert_eq!(repeated, Redemption::Redeemed(family.clone(), Some("n-0S6".to_owned())));
    store.note_code_answered(&code.hash).await.unwrap();
    assert_eq!(redeems(&world, again, later).await, Redemption::Reused, "the answer was given");
    let found = store.find_family(family.tenant_id, family.id).await.unwrap().unwrap();
    assert!(found.revoked_at.is_some(), "{found:?}");
}

pub async fn a_code_that_another_presents_again_ends_the_login_at_once(store: Arc<dyn Store>) {
    let world = LoginWorld::new(&store).await;
    for wrong in 0..2 {
        let code = gets_code(&world).await;
        let asked = Redeem { unanswered_grace: Duration::from_mins(10), ..redeem(&code, world.opened) };
        redeems(&world, asked.clone(), world.opened).await;
        let thief = match wrong {
            0 => Redeem { challenge: "another".to_owned(), ..asked },
            _ => Redeem { token_hash: unique("token"), ..asked },
        };
        assert_eq!(redeems(&world, thief, world.opened).await, Redemption::Reused);
    }
}
