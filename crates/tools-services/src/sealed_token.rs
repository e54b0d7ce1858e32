//! A token as the store keeps it.

use artel_connector_engine::Token;
use artel_domain::{CredentialId, TenantId, Timestamp};
use artel_identity::TenantSeal;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use crate::secret::NotOpened;

/// What a sealed token is bound to, so that a row moved to another tenant or credential cannot be opened.
///
/// FROZEN: sealed tokens of released versions open under this text only.
pub(crate) fn place(tenant: TenantId, credential: CredentialId) -> Vec<u8> {
    format!("connector-token/{tenant}/{credential}").into_bytes()
}

/// FROZEN: names and members, because a token that cannot be read is a refresh token that is lost.
#[derive(Serialize, Deserialize)]
struct Kept {
    value: String,
    refresh_token: Option<String>,
    expires_at: Timestamp,
    renew_at: Timestamp,
    made_from: String,
}

/// The token as the store keeps it.
///
/// # Errors
/// The system has no random bytes, or the token is too long.
pub(crate) fn sealed(
    seal: &TenantSeal,
    tenant: TenantId,
    credential: CredentialId,
    token: &Token,
) -> Result<String, NotOpened> {
    let kept = Kept {
        value: token.value.expose_secret().to_owned(),
        refresh_token: token.refresh_token.as_ref().map(|token| token.expose_secret().to_owned()),
        expires_at: token.expires_at,
        renew_at: token.renew_at,
        made_from: token.made_from.clone(),
    };
    let text = serde_json::to_string(&kept).map_err(|_| NotOpened::NoObject)?;
    Ok(seal.seal_text(&place(tenant, credential), text.as_bytes())?)
}

/// The token, for a request to its service.
///
/// # Errors
/// It was sealed under another key, or changed.
pub(crate) fn opened(
    seal: &TenantSeal,
    tenant: TenantId,
    credential: CredentialId,
    sealed: &str,
) -> Result<Token, NotOpened> {
    let text = seal.open_text(&place(tenant, credential), sealed)?;
    // The parser's own words could show a part of the token.
    let kept: Kept = serde_json::from_str(text.expose_secret()).map_err(|_| NotOpened::NoObject)?;
    Ok(Token {
        value: kept.value.into(),
        refresh_token: kept.refresh_token.map(Into::into),
        expires_at: kept.expires_at,
        renew_at: kept.renew_at,
        made_from: kept.made_from,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_domain::{CredentialId, TenantId};
    use artel_identity::{SecretBox, TenantSeal};
    use secrecy::ExposeSecret as _;

    use super::{opened, sealed};

    const TENANT: &str = "00000000-0000-0000-0000-00000000000a";
    const CREDENTIAL: &str = "00000000-0000-0000-0000-00000000000b";

    #[test]
    fn a_token_of_an_earlier_version_opens_at_its_place_alone() {
        let master = Arc::new(SecretBox::new(&[7; 32]));
        let seal = TenantSeal::new(&[8; 32], Arc::clone(&master)).unwrap();
        let (tenant, credential): (TenantId, CredentialId) = (TENANT.parse().unwrap(), CREDENTIAL.parse().unwrap());
        let text = r#"{"value":"t-1","refresh_token":"r-1","expires_at":"2026-01-01T01:00:00Z","renew_at":"2026-01-01T00:59:00Z","made_from":"d"}"#;
        let earlier =
            master.seal_text(format!("connector-token/{TENANT}/{CREDENTIAL}").as_bytes(), text.as_bytes()).unwrap();
        let token = opened(&seal, tenant, credential, &earlier).unwrap();
        assert_eq!(token.value.expose_secret(), "t-1");
        assert_eq!(token.refresh_token.as_ref().unwrap().expose_secret(), "r-1");
        assert_eq!(token.renew_at.to_string(), "2026-01-01T00:59:00Z");
        let again = sealed(&seal, tenant, credential, &token).unwrap();
        let place = format!("connector-token/{TENANT}/{CREDENTIAL}");
        assert_eq!(seal.open_text(place.as_bytes(), &again).unwrap().expose_secret(), text);
        assert!(opened(&seal, tenant, CREDENTIAL.replace('b', "c").parse().unwrap(), &again).is_err());
    }
}
