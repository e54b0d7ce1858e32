//! How the secrets of tenants are named and sealed.

use artel_domain::TenantId;

/// Secrets under this prefix are for model providers alone: no tool gets them.
pub(crate) const LLM_PREFIX: &str = "llm/";

/// What a sealed secret is bound to, so that a row moved to another tenant or name cannot be opened.
///
/// FROZEN: sealed secrets of released versions open under this text only.
pub(crate) fn place(tenant: TenantId, name: &str) -> Vec<u8> {
    format!("secret/{tenant}/{name}").into_bytes()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn secrets_that_were_sealed_before_still_open() {
        let tenant = TenantId(Uuid::from_u128(7));
        assert_eq!(place(tenant, "llm/openai"), b"secret/00000000-0000-0000-0000-000000000007/llm/openai");
    }
}
