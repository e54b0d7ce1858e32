//! The tenant and user that every installation has from its beginning: those of the seed's test tokens.

use artel_domain::{TenantId, UserId};
use uuid::Uuid;

pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(1));
pub(crate) const USER: UserId = UserId(Uuid::from_u128(1));
