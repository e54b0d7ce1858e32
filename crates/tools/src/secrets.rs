//! Where a tool's secret comes from: the operator's environment first, then the tenant's own secrets.

use std::sync::Arc;

use artel_domain::TenantId;
use async_trait::async_trait;

pub use secrecy::{ExposeSecret, SecretString};

/// Finds a secret by the name that a binding gives (`secrets_ref`).
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret of that name; `None` when it is not set.
    ///
    /// # Errors
    /// The secret may be set, and its value is not known.
    async fn get(&self, tenant: TenantId, name: &str) -> Result<Option<SecretString>, SecretError>;
}

/// Why the value of a secret is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The place where secrets are kept does not answer now. The same question can be asked again soon.
    #[error("secrets cannot be read at the moment: {0}")]
    NotNow(String),
    /// The secret is set and cannot be opened. It must be stored again.
    #[error("the secret is set and cannot be opened")]
    Unreadable,
}

type Lookup = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Secrets from the environment: `NAME`, then `SECRET_<NAME>` in upper case; then the fallback's.
///
/// A binding's author chooses the name, so Artel's own settings and the system's variables are never read by their
/// plain name: otherwise anybody who may write a binding could send `JWT_SECRET` to a server of theirs.
pub struct EnvSecrets {
    lookup: Lookup,
    reserved: Vec<String>,
    fallback: Option<Arc<dyn Secrets>>,
}

/// Variables of Artel, of model providers and of the machine.
const RESERVED: [&str; 33] = [
    "API_KEY_PEPPER",
    "AUTH_API_KEYS",
    "AUTH_SERVICE_URL",
    "DATABASE_URL",
    "ENV",
    "ENVIRONMENT",
    "HOME",
    "HOSTNAME",
    "LANG",
    "LLM_PROXY_URL",
    "LOGNAME",
    "MAIL",
    "OLDPWD",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "ANTHROPIC_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "COHERE_API_KEY",
    "DEEPSEEK_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "LITELLM_MASTER_KEY",
    "MISTRAL_API_KEY",
    "TOGETHER_API_KEY",
    "XAI_API_KEY",
    "PATH",
    "PWD",
    "REDIS_URL",
    "SHELL",
    "TERM",
    "TMPDIR",
    "USER",
];
const RESERVED_PREFIXES: [&str; 22] = [
    "ARTEL_",
    "AWS_",
    "AZURE_",
    "CARGO",
    "CI_",
    "DB_",
    "DOCKER_",
    "GATEWAY_",
    "GITHUB_",
    "GITLAB_",
    "GOOGLE_APPLICATION_",
    "HITL_",
    "INTERNAL_",
    "JWT_",
    "KUBERNETES_",
    "LD_",
    "LLM_",
    "AGENT_RUNTIME_",
    "PG",
    "POSTGRES",
    "RUST",
    "SSH_",
];

impl EnvSecrets {
    /// Reads the environment of this process; `reserved` adds names that are never given out.
    pub fn new(reserved: Vec<String>, fallback: Option<Arc<dyn Secrets>>) -> Self {
        Self::with_lookup(Box::new(|name| std::env::var(name).ok()), reserved, fallback)
    }

    /// As [`Self::new`], with another source of variables.
    pub fn with_lookup(lookup: Lookup, reserved: Vec<String>, fallback: Option<Arc<dyn Secrets>>) -> Self {
        Self { lookup, reserved, fallback }
    }

    fn variable(&self, name: &str) -> Option<String> {
        let usable = |value: &String| !value.is_empty();
        let plain = if self.is_reserved(name) { None } else { (self.lookup)(name).filter(usable) };
        plain.or_else(|| (self.lookup)(&format!("SECRET_{}", name.to_ascii_uppercase())).filter(usable))
    }

    fn is_reserved(&self, name: &str) -> bool {
        let upper = name.to_ascii_uppercase();
        RESERVED.contains(&upper.as_str())
            || RESERVED_PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
            || upper.contains("__")
            || self.reserved.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
    }
}

fn is_variable_name(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[async_trait]
impl Secrets for EnvSecrets {
    async fn get(&self, tenant: TenantId, name: &str) -> Result<Option<SecretString>, SecretError> {
        if is_variable_name(name)
            && let Some(value) = self.variable(name)
        {
            return Ok(Some(value.into()));
        }
        match &self.fallback {
            Some(fallback) => fallback.get(tenant, name).await,
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_domain::TenantId;
    use async_trait::async_trait;

    use super::{EnvSecrets, ExposeSecret, SecretError, SecretString, Secrets};

    struct Stored;

    #[async_trait]
    impl Secrets for Stored {
        async fn get(&self, _: TenantId, name: &str) -> Result<Option<SecretString>, SecretError> {
            Ok((name != "absent").then(|| format!("stored {name}").into()))
        }
    }

    async fn found(name: &str) -> Option<String> {
        let variables = |name: &str| match name {
            "WEATHER_API_KEY" => Some("plain".to_owned()),
            "SECRET_WEATHER_API_KEY" | "SECRET_CRM" | "SECRET_JWT_SECRET" => Some("prefixed".to_owned()),
            "EMPTY" => Some(String::new()),
            _ if name.starts_with("SECRET_") => None,
            _ => Some("the operator's".to_owned()),
        };
        let secrets = EnvSecrets::with_lookup(Box::new(variables), vec!["MY_SETTING".into()], Some(Arc::new(Stored)));
        let found = secrets.get(TenantId(uuid::Uuid::nil()), name).await.unwrap();
        found.map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn the_plain_name_comes_first_then_the_prefixed_one_then_the_tenants() {
        assert_eq!(found("WEATHER_API_KEY").await.unwrap(), "plain");
        assert_eq!(found("crm-key").await.unwrap(), "stored crm-key");
        assert_eq!(found("EMPTY").await.unwrap(), "stored EMPTY");
        assert_eq!(found("abs-ent").await.unwrap(), "stored abs-ent");
    }

    #[tokio::test]
    async fn artels_own_settings_are_never_given_out_by_their_plain_name() {
        for name in [
            "jwt_secret",
            "DATABASE_URL",
            "API_KEY_PEPPER",
            "INTERNAL_API_KEY",
            "GATEWAY__INTERNAL_API_KEY",
            "PATH",
            "OPENAI_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "My_Setting",
        ] {
            assert_ne!(found(name).await.unwrap(), "the operator's", "{name}");
        }
        assert_eq!(
            found("JWT_SECRET").await.unwrap(),
            "prefixed",
            "what the operator marked as a tool's secret is given"
        );
    }
}
