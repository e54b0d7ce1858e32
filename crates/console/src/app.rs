use std::ops::Deref;
use std::sync::Arc;

use artel_domain::Clock;
use artel_http::Gate;
use artel_identity::{NoEntropy, SecretBox};
use axum::Router;
use axum::extract::FromRef;
use secrecy::SecretString;

use crate::auth_service::AuthService;
use crate::invitations::Invitations;

/// The parts that the console needs.
pub struct Deps {
    pub gate: Gate,
    pub clock: Arc<dyn Clock>,
    /// Seals what browsers keep in their cookies.
    pub seal: Arc<SecretBox>,
    /// The routes of the auth service, which are asked within the process.
    pub auth_service: Router,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct Console(Arc<Shared>);

/// What a [`Console`] points to.
pub struct Shared {
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seal: Arc<SecretBox>,
    pub(crate) auth_service: AuthService,
    pub(crate) invitations: Invitations,
}

impl Console {
    pub fn new(deps: Deps) -> Self {
        let Deps { gate, clock, seal, auth_service } = deps;
        let auth_service = AuthService::new(auth_service);
        Self(Arc::new(Shared { gate, clock, seal, auth_service, invitations: Invitations::default() }))
    }

    /// The path of a link that signs a browser in with an API key: once, within ten minutes, in this process.
    ///
    /// # Errors
    /// Fails when the system has no random bytes.
    pub fn invite(&self, key: SecretString) -> Result<String, NoEntropy> {
        let code = self.invitations.add(key, self.clock.now())?;
        Ok(format!("/console/enter/{code}"))
    }
}

impl Deref for Console {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<Console> for Gate {
    fn from_ref(console: &Console) -> Self {
        console.gate.clone()
    }
}
