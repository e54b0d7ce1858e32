use std::sync::Arc;

use artel_identity::TokenError;
use artel_store::StoreError;

use crate::{Problem, standing};

/// Why a caller is not known.
#[derive(Debug, Clone)]
pub(crate) enum AuthFailure {
    Absent,
    Unusable,
    Token(TokenError),
    /// The keys that the token would be verified with cannot be had now.
    AuthServiceAway,
    Key,
    /// The caller says that it acts for another user, and may not.
    ActAs,
    /// The user for whom it acts has no such id.
    BadUser,
    /// What the token rests on is lost.
    Ended,
    Store(Arc<StoreError>),
}

impl From<AuthFailure> for Problem {
    fn from(refusal: AuthFailure) -> Self {
        match refusal {
            AuthFailure::Absent => Self::unauthenticated(
                "unauthenticated",
                "Send a token as 'Authorization: Bearer …' or a key as 'x-api-key'.",
            ),
            AuthFailure::Unusable => {
                Self::unauthenticated("invalid_token", "The Authorization header must be 'Bearer <token or API key>'.")
            }
            AuthFailure::Token(TokenError::Expired) => Self::unauthenticated("token_expired", "The token has expired."),
            AuthFailure::Token(_) => Self::unauthenticated("invalid_token", "The token is not valid here."),
            AuthFailure::AuthServiceAway => {
                Self::unavailable("the keys of the auth service (AUTH_SERVICE_URL) cannot be had")
            }
            AuthFailure::Key => Self::unauthenticated("invalid_credentials", "The token or API key is not valid."),
            AuthFailure::ActAs => Self::forbidden(
                "insufficient_scope",
                "To act for another user (x-user-id) a key needs the scope users:act-as. Leave the header out to act for yourself.",
            )
            .with_details(serde_json::json!({ "required_scope": "users:act-as" })),
            AuthFailure::BadUser => Self::malformed("x-user-id must be the id of a user, a UUID."),
            AuthFailure::Ended => standing::ended(),
            AuthFailure::Store(error) => Self::of_store(error),
        }
    }
}

impl From<Arc<StoreError>> for AuthFailure {
    fn from(error: Arc<StoreError>) -> Self {
        Self::Store(error)
    }
}
