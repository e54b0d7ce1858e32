//! Links that open one file for a while, for those who cannot send a credential (`<img>`).

use std::str::FromStr;

use artel_domain::{ArtifactId, Basis, ClientId, TenantId, Timestamp};
use artel_identity::{SealError, SecretBox};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret as _;

/// FROZEN: what a link is sealed for.
const PLACE: &[u8] = b"artifact-link";

/// What stands for a part of a basis that is not there.
const NONE: &str = "-";

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The tenant whose file it is.
    pub tenant: TenantId,
    /// What the access of its maker rests on: the link ends with it. `None` for a link of a service, and of an older
    /// release.
    pub basis: Option<Basis>,
}

/// Makes and reads links.
pub struct ArtifactLinks {
    seal: SecretBox,
}

impl ArtifactLinks {
    pub fn new(seal: SecretBox) -> Self {
        Self { seal }
    }

    /// The token of a link to the file that works until `expires`.
    ///
    /// # Errors
    /// When this machine has no randomness.
    pub fn make(&self, link: &Link, artifact: ArtifactId, expires: Timestamp) -> Result<String, SealError> {
        let basis = link.basis.as_ref().map(|basis| format!("/{}", write(basis))).unwrap_or_default();
        let text = format!("{}/{artifact}/{}{basis}", link.tenant, expires.as_second());
        Ok(URL_SAFE_NO_PAD.encode(self.seal.seal(PLACE, text.as_bytes())?))
    }

    /// What the token opens; `None` for another file, a forged token or one whose time is over.
    pub fn open(&self, token: &str, artifact: ArtifactId, now: Timestamp) -> Option<Link> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let opened = self.seal.open(PLACE, &sealed).ok()?;
        let text = std::str::from_utf8(opened.expose_secret()).ok()?;
        let mut parts = text.splitn(4, '/');
        let tenant: TenantId = parts.next()?.parse().ok()?;
        let linked: ArtifactId = parts.next()?.parse().ok()?;
        let expires: i64 = parts.next()?.parse().ok()?;
        let basis = match parts.next() {
            Some(basis) => Some(read(basis, tenant)?),
            None => None,
        };
        (linked == artifact && now.as_second() < expires).then_some(Link { tenant, basis })
    }
}

/// `user/key/login/client`. The client's id is the last, because it may be any text.
fn write(basis: &Basis) -> String {
    let key = basis.api_key_id.map_or_else(|| NONE.to_owned(), |id| id.to_string());
    let family = basis.family_id.map_or_else(|| NONE.to_owned(), |id| id.to_string());
    let client = basis.client_id.as_ref().map_or(NONE, |id| &id.0);
    format!("{}/{key}/{family}/{client}", basis.user_id)
}

fn read(text: &str, tenant_id: TenantId) -> Option<Basis> {
    let mut parts = text.splitn(4, '/');
    let user_id = parts.next()?.parse().ok()?;
    Some(Basis {
        tenant_id,
        user_id,
        api_key_id: maybe(parts.next()?).ok()?,
        family_id: maybe(parts.next()?).ok()?,
        client_id: Some(parts.next()?).filter(|id| *id != NONE).map(|id| ClientId(id.to_owned())),
    })
}

/// An id, or that there is none.
fn maybe<T: FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    if text == NONE { Ok(None) } else { text.parse().map(Some) }
}

#[cfg(test)]
mod tests {
    use artel_domain::{ApiKeyId, Clock as _, SystemClock, UserId};

    use super::*;

    #[test]
    fn a_link_names_what_the_access_of_its_maker_rests_on() {
        let links = ArtifactLinks::new(SecretBox::new(&[7; 32]));
        let (tenant, artifact) = (TenantId(SystemClock.uuid()), ArtifactId(SystemClock.uuid()));
        let end = artel_domain::clock::micros(100_000_000);
        let of_user = Basis::of_user(tenant, UserId(SystemClock.uuid()));
        let of_key = Basis { api_key_id: Some(ApiKeyId(SystemClock.uuid())), ..of_user.clone() };
        let of_client = Basis { client_id: Some(ClientId("a/b".to_owned())), ..of_user.clone() };
        for basis in [of_user, of_key, of_client] {
            let link = Link { tenant, basis: Some(basis) };
            let token = links.make(&link, artifact, end).unwrap();
            assert_eq!(links.open(&token, artifact, artel_domain::clock::micros(0)), Some(link));
            assert!(token.len() <= 1000, "the longest that the API takes");
        }
    }

    #[test]
    fn a_link_opens_its_own_file_until_its_end() {
        let links = ArtifactLinks::new(SecretBox::new(&[7; 32]));
        let (tenant, artifact) = (TenantId(SystemClock.uuid()), ArtifactId(SystemClock.uuid()));
        let at = |seconds: i64| artel_domain::clock::micros(seconds * 1_000_000);
        let link = Link { tenant, basis: None };
        let token = links.make(&link, artifact, at(100)).unwrap();
        assert_eq!(links.open(&token, artifact, at(99)), Some(link));
        assert_eq!(links.open(&token, artifact, at(100)), None, "its time is over");
        assert_eq!(links.open(&token, ArtifactId(SystemClock.uuid()), at(99)), None, "another file");
        let mut forged = token.clone().into_bytes();
        forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
        assert_eq!(links.open(std::str::from_utf8(&forged).unwrap(), artifact, at(99)), None);
        assert_eq!(links.open("", artifact, at(99)), None);
        let others = ArtifactLinks::new(SecretBox::new(&[8; 32]));
        assert_eq!(others.open(&token, artifact, at(99)), None, "another installation's");
    }
}
