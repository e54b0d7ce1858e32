//! OAuth clients that other people wrote: authlib, oauthlib and httpx from PyPI, against the real binary.

use artel_testkit::Database;

use crate::world::{INTERNAL_SECRET, PASSWORD, launch, run};

#[tokio::test]
async fn authlib_and_oauthlib_get_tokens_by_every_grant() {
    let artel = launch(Database::Sqlite).start().await;
    let redirect_uri = "http://127.0.0.1:7777/callback";
    run(&artel, &["clients", "create", "py-app", "--redirect-uri", redirect_uri, "--scopes", "openid,api:read"]).await;
    let grants = "authorization_code,refresh_token,client_credentials";
    let secret = run(
        &artel,
        &["clients", "create", "py-service", "--confidential", "--grants", grants, "--redirect-uri", redirect_uri],
    )
    .await;
    let environment = [
        ("ARTEL_URL", artel.url()),
        ("ARTEL_PASSWORD", PASSWORD),
        ("ARTEL_SERVICE_SECRET", &secret),
        ("ARTEL_INTERNAL_SECRET", INTERNAL_SECRET),
    ];
    artel.serves(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/oauth-clients"), &environment).await;
}
