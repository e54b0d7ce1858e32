//! What the tools of the catalogue stand on: where files are kept, which search services there are.

use secrecy::SecretString;
use url::Url;

use super::settings::{Invalid, Settings, invalid};

const ONE_GIB: u64 = 1024 * 1024 * 1024;
const TEN_GIB: u64 = 10 * ONE_GIB;
/// What both databases can count.
const MOST: u64 = i64::MAX as u64;

#[derive(Debug, Clone)]
pub(crate) struct ToolkitSettings {
    /// The data directory when absent.
    pub(crate) artifacts: Option<Url>,
    /// Of one tenant's files together; `None`: any number.
    pub(crate) artifact_bytes: Option<u64>,
    /// Of one tenant's events of services together; `None`: any number.
    pub(crate) event_bytes: Option<u64>,
    /// Documents that are read at the same time.
    pub(crate) documents_at_once: usize,
    pub(crate) searxng: Option<Url>,
    pub(crate) brave_key: Option<SecretString>,
    pub(crate) tavily_key: Option<SecretString>,
    /// API key and folder.
    pub(crate) yandex: Option<(SecretString, String)>,
}

pub(super) fn toolkit(s: &mut Settings) -> Result<ToolkitSettings, Invalid> {
    let artifacts = url(s, "ARTIFACTS_URL", &["s3", "file"], "s3://bucket/prefix")?;
    let artifact_bytes = Some(s.number("ARTIFACTS_MAX_BYTES_PER_TENANT", TEN_GIB, 0..=MOST)?).filter(|most| *most > 0);
    let event_bytes = Some(s.number("EVENTS_MAX_BYTES_PER_TENANT", ONE_GIB, 0..=MOST)?).filter(|most| *most > 0);
    let documents_at_once = s.number("DOCUMENTS_AT_ONCE", 2, 1..=64)?;
    let searxng = url(s, "SEARXNG_URL", &["http", "https"], "http://searxng:8080/")?;
    let (brave_key, tavily_key) = (s.secret("BRAVE_API_KEY", 1)?, s.secret("TAVILY_API_KEY", 1)?);
    let yandex = match (s.secret("YANDEX_SEARCH_API_KEY", 1)?, s.given("YANDEX_FOLDER_ID")) {
        (Some(key), Some(folder)) => Some((key, folder)),
        (None, None) => None,
        _ => {
            let problem = "it belongs together with YANDEX_SEARCH_API_KEY: set both or neither".to_owned();
            return Err(invalid("YANDEX_FOLDER_ID", problem, "b1gabcdefghijklmnopq"));
        }
    };
    Ok(ToolkitSettings {
        artifacts,
        artifact_bytes,
        event_bytes,
        documents_at_once,
        searxng,
        brave_key,
        tavily_key,
        yandex,
    })
}

fn url(s: &mut Settings, name: &'static str, schemes: &[&str], example: &str) -> Result<Option<Url>, Invalid> {
    let given = s.given(name);
    s.mask_url(name);
    let Some(text) = given else { return Ok(None) };
    let url = Url::parse(&text).ok().filter(|url| schemes.contains(&url.scheme()));
    url.map(Some)
        .ok_or_else(|| invalid(name, format!("it is no URL that begins with {}", schemes.join(" or ")), example))
}
