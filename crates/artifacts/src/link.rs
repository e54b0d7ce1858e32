//! Links that open one file for a while, for those who cannot send a credential (`<img>`).

use artel_domain::{ArtifactId, TenantId, Timestamp};
use artel_identity::{SealError, SecretBox};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret as _;

/// FROZEN: what a link is sealed for.
const PLACE: &[u8] = b"artifact-link";

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
    pub fn make(&self, tenant: TenantId, artifact: ArtifactId, expires: Timestamp) -> Result<String, SealError> {
        let text = format!("{tenant}/{artifact}/{}", expires.as_second());
        Ok(URL_SAFE_NO_PAD.encode(self.seal.seal(PLACE, text.as_bytes())?))
    }

    /// The tenant whose file the token opens; `None` for another file, a forged token or one whose time is over.
    pub fn open(&self, token: &str, artifact: ArtifactId, now: Timestamp) -> Option<TenantId> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let opened = self.seal.open(PLACE, &sealed).ok()?;
        let text = std::str::from_utf8(opened.expose_secret()).ok()?;
        let mut parts = text.split('/');
        let tenant: TenantId = parts.next()?.parse().ok()?;
        let linked: ArtifactId = parts.next()?.parse().ok()?;
        let expires: i64 = parts.next()?.parse().ok()?;
        (linked == artifact && now.as_second() < expires).then_some(tenant)
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::{Clock as _, SystemClock};

    use super::*;

    #[test]
    fn a_link_opens_its_own_file_until_its_end() {
        let links = ArtifactLinks::new(SecretBox::new(&[7; 32]));
        let (tenant, artifact) = (TenantId(SystemClock.uuid()), ArtifactId(SystemClock.uuid()));
        let at = |seconds: i64| artel_domain::clock::micros(seconds * 1_000_000);
        let token = links.make(tenant, artifact, at(100)).unwrap();
        assert_eq!(links.open(&token, artifact, at(99)), Some(tenant));
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
