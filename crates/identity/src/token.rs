//! Bearer tokens (JWT): issued here with HS256, accepted here with HS256, with the RS256 keys of the auth service, and
//! with the keys of an auth service elsewhere.

mod access;
mod claims;
mod elsewhere;
mod issue;
mod strict;
mod verify;

pub use access::{AccessGrant, AccessToken, AccessTokenIssuer};
pub use claims::{Claims, Grant};
pub use elsewhere::KeySetVerifier;
pub use issue::TokenIssuer;
pub use verify::TokenVerifier;

/// Why a token is not accepted. Answers to clients do not tell the variants in detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is malformed")]
    Malformed,
    #[error("the token's signature is wrong")]
    BadSignature,
    #[error("the token's algorithm is not the one of its key")]
    WrongAlgorithm,
    /// The caller may fetch the key set again and retry.
    #[error("the token names an unknown key")]
    UnknownKey,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token is for another audience")]
    WrongAudience,
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// For example a refresh token in place of an access token.
    #[error("the token is of another type")]
    WrongType,
    #[error("the token has no '{0}' claim")]
    MissingClaim(&'static str),
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key is not a usable RSA key of at least 2048 bits: {0}")]
    Unusable(String),
    #[error("the document is not a JWKS: it has no list 'keys'")]
    NoSet,
    #[error("the key cannot sign: {0}")]
    CannotSign(String),
}

#[cfg(test)]
mod tests;
