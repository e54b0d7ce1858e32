//! What becomes of a refresh token that could not simply be rotated, so that both stores judge alike.

use std::time::Duration;

use artel_domain::{AuditEntry, FamilyId, Timestamp, TokenFamily, UserId};

use crate::{Redemption, Rotate, Rotation};

/// The live token of a family, and the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    pub current_hash: String,
    pub previous_hash: Option<String>,
    pub rotated_at: Option<Timestamp>,
    /// Nobody noted that the answer with the live token was given.
    pub is_unanswered: bool,
}

/// The verdict on a token of this family; `Reused` asks for the family's revocation. `None`: it is the live one and can
/// be rotated.
pub fn judge(family: &TokenFamily, lineage: &Lineage, presented: &Rotate, now: Timestamp) -> Option<Rotation> {
    let verdict = if family.client_id != presented.client_id {
        Rotation::WrongClient
    } else if family.revoked_at.is_some() {
        Rotation::Revoked
    } else if family.token_expires_at <= now {
        Rotation::Expired
    } else if lineage.current_hash == presented.presented_hash {
        return None;
    } else if is_repeated(lineage, presented, now) {
        Rotation::Repeated
    } else {
        Rotation::Reused
    };
    Some(verdict(family.clone()))
}

/// Only the immediate parent of the live token, for a moment, and only by who derives the same successor from it.
/// Longer where the first answer may not have arrived: its client was told to try again.
fn is_repeated(lineage: &Lineage, presented: &Rotate, now: Timestamp) -> bool {
    let Some(rotated_at) = lineage.rotated_at else { return false };
    let grace = if lineage.is_unanswered { presented.grace.max(presented.unanswered_grace) } else { presented.grace };
    lineage.previous_hash.as_ref() == Some(&presented.presented_hash)
        && lineage.current_hash == presented.successor_hash
        && now.as_microsecond().saturating_sub(rotated_at.as_microsecond()) < micros(grace)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Rotation {
    /// For the audit.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Rotated(_) => "ok",
            Self::Repeated(_) => "repeated",
            Self::Reused(_) => "reused",
            Self::Revoked(_) => "revoked",
            Self::Expired(_) => "expired",
            Self::WrongClient(_) => "wrong_client",
            Self::Unknown => "unknown",
        }
    }
}

impl Redemption {
    /// For the audit.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Redeemed(..) => "ok",
            Self::Reused => "reused",
            Self::Expired => "expired",
            Self::Mismatch => "mismatch",
            Self::Inactive => "inactive",
            Self::Unknown => "unknown",
        }
    }
}

/// The entry of a grant's change, as [`crate::Logins`] promises it.
pub fn completed(audit: &AuditEntry, user: UserId, family: Option<FamilyId>, outcome: &str) -> AuditEntry {
    let mut audit = audit.clone();
    audit.actor.user_id.get_or_insert(user);
    if let Some(family) = family {
        audit.entity_type = "token_family";
        audit.entity_id = family.to_string();
    }
    outcome.clone_into(&mut audit.outcome);
    audit
}
