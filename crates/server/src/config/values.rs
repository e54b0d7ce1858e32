//! Values with a shape of their own.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use artel_llm::Catalog;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use super::settings::{Invalid, Settings, invalid};
use super::{Config, Database, StaticKey, secrets};

/// `DATABASE_URL` in every form that the seed's users have; SQLite in the data directory when absent.
pub(super) fn database(s: &mut Settings, data_dir: &Path) -> Result<Database, Invalid> {
    let Some(url) = s.given("DATABASE_URL") else { return Ok(Database::Sqlite(data_dir.join("artel.db"))) };
    s.mask_url("DATABASE_URL");
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme.split('+').next().unwrap_or_default() {
        "postgres" | "postgresql" => Ok(Database::Postgres(SecretString::from(url))),
        "sqlite" => Ok(Database::Sqlite(
            artel_store_sqlite::SqliteOptions::new(&url.replacen("sqlite+aiosqlite:", "sqlite:", 1)).path,
        )),
        _ => Err(invalid(
            "DATABASE_URL",
            format!("'{scheme}:' is not a database that is known here (postgresql or sqlite)"),
            "postgresql://user:password@host:5432/artel",
        )),
    }
}

pub(super) fn redis(s: &mut Settings) -> Result<Option<SecretString>, Invalid> {
    let Some(url) = s.given("REDIS_URL") else { return Ok(None) };
    s.mask_url("REDIS_URL");
    if ["redis://", "rediss://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(Some(SecretString::from(url)));
    }
    Err(invalid("REDIS_URL", "it does not begin with redis:// or rediss://".into(), "redis://127.0.0.1:6379/0"))
}

pub(super) fn base_url(s: &mut Settings, name: &'static str, example: &str) -> Result<Option<String>, Invalid> {
    let given = s.given(name);
    s.mask_url(name);
    http(name, given, example)
}

/// `OLLAMA_BASE_URL`; `default` stands for an Ollama on this machine.
pub(super) fn ollama_url(s: &mut Settings) -> Result<Option<String>, Invalid> {
    const NAME: &str = "OLLAMA_BASE_URL";
    const HERE: &str = "http://127.0.0.1:11434";
    let given = s.given(NAME).map(|url| if url == "default" { HERE.to_owned() } else { url });
    s.mask_url(NAME);
    http(NAME, given, HERE)
}

fn http(name: &str, url: Option<String>, example: &str) -> Result<Option<String>, Invalid> {
    match url {
        Some(url) if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) => {
            Err(invalid(name, "it does not begin with http:// or https://".into(), example))
        }
        url => Ok(url),
    }
}

/// The model table, with that of `LLM_MODELS_FILE` before it.
pub(super) fn catalog(s: &mut Settings) -> Result<Arc<Catalog>, Invalid> {
    const NAME: &str = "LLM_MODELS_FILE";
    let file = s.given(NAME);
    let table = Catalog::load(file.as_deref().map(Path::new));
    table.map(Arc::new).map_err(|error| invalid(NAME, error.to_string(), "/etc/artel/models.json"))
}

/// The name of the key between services, and the names that each of the seed's services has for it.
const INTERNAL_KEYS: [&str; 4] =
    ["INTERNAL_API_KEY", "LLM_PROXY__INTERNAL_API_KEY", "AGENT_RUNTIME__INTERNAL_API_KEY", "GATEWAY__INTERNAL_API_KEY"];

/// One key under any of its names. In production it must be one that is not printed in a manual.
pub(super) fn internal_key(s: &mut Settings, dev: bool) -> Result<Option<SecretString>, Invalid> {
    const EXAMPLE: &str = secrets::MAKE;
    let mut key: Option<SecretString> = None;
    for name in INTERNAL_KEYS {
        let Some(given) = secrets::secret(s, name, 16, dev)? else { continue };
        let text = given.expose_secret();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid(name, "it holds characters that no HTTP header may hold".into(), EXAMPLE));
        }
        match &key {
            Some(earlier) if earlier.expose_secret() != text => {
                let problem = format!("it differs from what another of {} says", INTERNAL_KEYS.join(", "));
                return Err(invalid(name, problem, EXAMPLE));
            }
            _ => key = Some(given),
        }
    }
    Ok(key)
}

/// `AUTH_API_KEYS`: what is wrong with a key is said without the key.
pub(super) fn static_keys(s: &mut Settings, dev: bool) -> Result<BTreeMap<String, StaticKey>, Invalid> {
    const NAME: &str = "AUTH_API_KEYS";
    let example = r#"{"my-key": {"tenant_id": "<uuid>", "user_id": "<uuid>", "scopes": ["tools:write"]}}"#;
    let keys: BTreeMap<String, StaticKey> = s.json_secret(NAME, example)?;
    if !dev {
        keys.keys().try_for_each(|key| secrets::check(NAME, key, 16))?;
    }
    Ok(keys)
}

/// `TRUSTED_PROXIES`: addresses or networks.
pub(super) fn networks(s: &mut Settings) -> Result<Vec<IpNet>, Invalid> {
    let (shape, example) = ("IP addresses or networks, separated by commas", "10.0.0.2,10.1.0.0/16");
    let texts: Vec<String> = s.list("TRUSTED_PROXIES", shape, example)?;
    let network = |text: &String| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    texts
        .iter()
        .map(|text| {
            network(text).map_err(|_| invalid("TRUSTED_PROXIES", format!("'{text}' is none of {shape}"), example))
        })
        .collect()
}

/// `LOG_LEVEL` as the seed has it (DEBUG, INFO, …) or a filter such as `info,artel_engine=debug`.
pub(super) fn log_level(s: &mut Settings) -> Result<String, Invalid> {
    let text = s
        .text("LOG_LEVEL", "info", "a level or a filter", "info")?
        .to_ascii_lowercase()
        .replace("warning", "warn")
        .replace("critical", "error");
    let own = s.one_of(
        "AUTH_SERVICE__LOG_LEVEL",
        &["trace", "debug", "info", "warning", "warn", "error", "critical", ""],
        "",
    )?;
    let own = own.replace("warning", "warn").replace("critical", "error");
    let text = if own.is_empty() { text } else { format!("{text},artel_auth_api={own}") };
    match text.parse::<tracing_subscriber::filter::Targets>() {
        Ok(_) if text.split(',').all(names_a_level) => Ok(text),
        _ => Err(invalid(
            "LOG_LEVEL",
            format!("'{text}' is not a level (off, error, warn, info, debug, trace) or a filter"),
            "info,artel_engine=debug",
        )),
    }
}

/// A part of a filter: a level, or a target and its level. A target alone would mean everything of a target that may
/// not exist: so `loud` would silence the log.
fn names_a_level(part: &str) -> bool {
    let level = part.rsplit('=').next().unwrap_or_default().trim();
    matches!(level, "off" | "error" | "warn" | "info" | "debug" | "trace")
}

/// `ARTEL_METRICS_ADDR`; port 0 picks a free one.
pub(super) fn metrics_addr(s: &mut Settings) -> Result<Option<SocketAddr>, Invalid> {
    let shape = "an address and a port";
    let Some(text) = s.given("ARTEL_METRICS_ADDR") else { return Ok(None) };
    let address =
        text.parse().map_err(|_| invalid("ARTEL_METRICS_ADDR", format!("'{text}' is not {shape}"), "127.0.0.1:9464"));
    address.map(Some)
}

/// A number of days. `None`: nothing is ever forgotten.
pub(super) fn retention(s: &mut Settings, name: &'static str, days: u64) -> Result<Option<Duration>, Invalid> {
    let days = s.number(name, days, 0..=36_500)?;
    Ok((days > 0).then(|| Duration::from_hours(24 * days)))
}

pub(super) fn check_timeouts(config: &Config) -> Result<(), Invalid> {
    if config.tool_default_timeout_ms <= config.tool_max_timeout_ms {
        return Ok(());
    }
    let problem =
        format!("{} is more than TOOL_MAX_TIMEOUT_MS ({})", config.tool_default_timeout_ms, config.tool_max_timeout_ms);
    Err(invalid("TOOL_DEFAULT_TIMEOUT_MS", problem, "15000"))
}
