//! Does a credential work?

use std::time::Duration;

use artel_connectors::schema::Probe;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use crate::account::Account;
use crate::error::ExecuteError;
use crate::executor::{Executor, Request};

/// What trying a credential came to.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeReport {
    pub ok: bool,
    /// The HTTP status, when the service answered.
    pub status: Option<u16>,
    /// What is wrong, in words for the credential's owner.
    pub message: Option<String>,
    /// Whose account it is, in the service's words.
    pub account: Option<String>,
    /// What it may do, as the service shows it.
    pub scopes: Option<Value>,
    /// When the credential ends.
    pub expires_at: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Executor {
    /// Makes the connector's probe request. `None` when the connector has none.
    pub async fn probe(&self, account: &Account) -> Option<ProbeReport> {
        let probe = account.connector.probe.as_ref()?;
        let request = Request {
            account,
            operation: &probe.operation,
            params: &probe.params,
            pages: None,
            patience: PATIENCE,
            idempotency_key: None,
        };
        let expires_at = probe.jwt.as_ref().and_then(|member| jwt_end(&account.secrets().text(member)?));
        Some(match self.execute(&request).await {
            Ok(outcome) => ProbeReport { status: Some(outcome.status), ..good(probe, &outcome.data, expires_at) },
            Err(error) => ProbeReport {
                ok: false,
                status: if let ExecuteError::Refused(failure) = &error { Some(failure.status) } else { None },
                message: Some(error.to_string()),
                account: None,
                scopes: None,
                expires_at,
            },
        })
    }
}

fn good(probe: &Probe, data: &Value, expires_at: Option<String>) -> ProbeReport {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    ProbeReport {
        ok: true,
        status: None,
        message: None,
        account: probe.account.as_ref().and_then(|at| text(at.find(data)?)),
        scopes: probe.scopes.as_ref().and_then(|at| at.find(data)).cloned(),
        expires_at: probe.expires_at.as_ref().and_then(|at| text(at.find(data)?)).or(expires_at),
    }
}

/// The claim `exp` of a JWT. Nobody's signature is checked: it is the owner's own token.
fn jwt_end(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()?.to_string())
}
