//! `Idempotency-Key`: a request that a client sends twice is done once. Answers are kept sealed for 24 hours, because
//! some show a secret.
//!
//! The id of what a request makes is stored with its key before the request is carried out, and stays there whatever
//! becomes of the first try: its answer may be lost although the work is done. Every later try works under that id, by
//! store methods that insert or find. Tries at once do the same, so that no lock is needed, and none can be left over.

use std::future::Future;

use artel_store::idempotency::LIFETIME;
use artel_store::{Begun, IdempotencyKey, StoredResponse};
use axum::body::{Body, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Gate, Identity, Problem};

const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// This request as one try of possibly several.
#[derive(Debug, Clone)]
pub struct Attempt {
    key: Option<String>,
    method: Method,
    path: String,
}

impl<S: Sync> FromRequestParts<S> for Attempt {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get("idempotency-key").map(|value| {
            let text = value.to_str().ok().filter(|text| (1..=255).contains(&text.len()) && !text.contains('\t'));
            text.map(str::to_owned)
                .ok_or_else(|| Problem::invalid_field("Idempotency-Key", "must be 1 to 255 printable ASCII characters"))
        });
        Ok(Self { key: key.transpose()?, method: parts.method.clone(), path: parts.uri.path().to_owned() })
    }
}

/// Where a request with a key stands.
#[derive(Debug)]
pub enum Once {
    /// No key, or its first use: make the thing under this id.
    First(Uuid),
    /// Another try has no stored answer: the thing is there already under this id, or is being made, or is not. Insert
    /// or find it.
    Again(Uuid),
    /// Answered before, and this was the answer.
    Answered(Response),
}

impl Attempt {
    /// The client's key, for what is made under an id of its own.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// True when the client sent a key: the id of what is made will be found again by a retry.
    pub fn is_repeatable(&self) -> bool {
        self.key.is_some()
    }

    fn stored_key(&self, caller: &Identity) -> Option<IdempotencyKey> {
        let key = self.key.clone()?;
        Some(IdempotencyKey { tenant_id: caller.tenant_id, principal: caller.account(), key })
    }

    /// Method, path and body: the same key with another of them is a mistake of the client.
    ///
    /// FROZEN: what is hashed, because a retry may reach a process of another version than the first try.
    fn request_hash(&self, body_digest: &str) -> String {
        let text = format!("{} {}\n{body_digest}", self.method, self.path);
        hex::encode(Sha256::digest(text))
    }
}

impl Gate {
    /// Notes the attempt under its key.
    ///
    /// # Errors
    /// 422 when the key was used with another request.
    pub async fn begin(&self, caller: &Identity, attempt: &Attempt, body_digest: &str) -> Result<Once, Problem> {
        let fresh = self.clock().uuid();
        let Some(key) = attempt.stored_key(caller) else { return Ok(Once::First(fresh)) };
        let hash = attempt.request_hash(body_digest);
        match self.store().begin_idempotent(&key, &hash, fresh, LIFETIME).await? {
            Begun::Fresh { resource_id } => Ok(Once::First(resource_id)),
            Begun::Known { resource_id } => Ok(Once::Again(resource_id)),
            Begun::Replay(stored) => self.open(&key, &stored).map(Once::Answered),
            Begun::Mismatch => Err(reused()),
        }
    }

    /// Frees the key of a first try that was refused, so that the client can correct the request and keep the key.
    ///
    /// Only a refusal (4xx) says that nothing was done. After any other error the work may be done: the key keeps its
    /// id.
    pub async fn free_if_refused(&self, caller: &Identity, attempt: &Attempt, status: StatusCode) {
        if status.is_client_error()
            && let Some(key) = attempt.stored_key(caller)
            && let Err(error) = self.store().abandon_idempotent(&key).await
        {
            tracing::warn!(%error, "the idempotency key of a refused request was not freed; it holds for that request");
        }
    }

    /// Does `work` under the id that it is given, and keeps a 2xx answer for the next try.
    ///
    /// # Arguments
    /// * `work`: inserts or finds what has this id, so that it may be done by several tries.
    pub async fn once<W, F>(
        &self,
        caller: &Identity,
        attempt: &Attempt,
        body_digest: &str,
        work: W,
    ) -> Result<Response, Problem>
    where
        W: FnOnce(Uuid) -> F,
        F: Future<Output = Result<Response, Problem>>,
    {
        let (id, is_first) = match self.begin(caller, attempt, body_digest).await? {
            Once::Answered(response) => return Ok(response),
            Once::First(id) => (id, true),
            Once::Again(id) => (id, false),
        };
        let done = work(id).await;
        let status = done.as_ref().map_or_else(Problem::status, Response::status);
        match (attempt.stored_key(caller), done) {
            (Some(key), Ok(response)) if status.is_success() => self.keep(&key, response).await,
            (_, done) => {
                if is_first {
                    self.free_if_refused(caller, attempt, status).await;
                }
                done
            }
        }
    }

    async fn keep(&self, key: &IdempotencyKey, response: Response) -> Result<Response, Problem> {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, LARGEST_ANSWER).await.map_err(Problem::internal)?;
        let body = self.seal().seal_text(&place(key), &bytes).map_err(Problem::internal)?;
        let stored = StoredResponse { status: parts.status.as_u16(), body };
        // The work is done and said so: a retry would find what it made under the same id.
        if let Err(error) = self.store().finish_idempotent(key, stored).await {
            tracing::warn!(%error, "an answer was not kept for its idempotency key");
        }
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }

    fn open(&self, key: &IdempotencyKey, stored: &StoredResponse) -> Result<Response, Problem> {
        let body = self.seal().open_text(&place(key), &stored.body).map_err(Problem::internal)?;
        let status = StatusCode::from_u16(stored.status).map_err(Problem::internal)?;
        let mut response = (status, body.expose_secret().to_owned()).into_response();
        if !body.expose_secret().is_empty() {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(replayed(response))
    }
}

/// Marks an answer as given before.
pub fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// 409: what the first request with this key began is not over, and this request is to wait for its end.
pub fn under_way() -> Problem {
    Problem::conflict("idempotency_key_in_use", "A request with this Idempotency-Key is still under way.")
}

fn reused() -> Problem {
    let message = "This Idempotency-Key was used with another request.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message)
}

/// A sealed answer opens only for the key it was given to.
///
/// FROZEN: the text, because answers that are stored open for no other, and processes of two versions answer the same
/// retries.
fn place(key: &IdempotencyKey) -> Vec<u8> {
    format!("idempotency/{}/{}/{}", key.tenant_id, key.principal, key.key).into_bytes()
}
