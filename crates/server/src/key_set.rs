//! The key set of an auth service that is another installation (`AUTH_SERVICE_URL`).

use std::time::Duration;

use anyhow::Context as _;
use artel_http::PublicKeys;
use async_trait::async_trait;
use serde_json::Value;

/// A connection is there within this time, and the document within the other: a caller waits for both.
const CONNECT: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(5);
/// Key sets have a few kilobytes.
const LONGEST: usize = 256 * 1024;

/// Fetches it anew at each question. The address is the operator's, so it may be private; redirects are not followed,
/// because they would be somebody else's word about whom to believe.
pub(crate) struct RemoteKeySet {
    client: reqwest::Client,
    url: String,
}

impl RemoteKeySet {
    /// `base` is the address of the auth service, without the path of the document.
    pub(crate) fn new(base: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("the client of the auth service (AUTH_SERVICE_URL)")?;
        Ok(Self { client, url: format!("{base}/.well-known/jwks.json") })
    }

    async fn fetch(&self) -> anyhow::Result<Value> {
        let mut answer = self.client.get(&self.url).send().await.map_err(reqwest::Error::without_url)?;
        let status = answer.status();
        anyhow::ensure!(status == reqwest::StatusCode::OK, "it answered {status}");
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            anyhow::ensure!(bytes.len() + chunk.len() <= LONGEST, "its answer is longer than {LONGEST} bytes");
            bytes.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&bytes).context("its answer is not JSON")
    }
}

#[async_trait]
impl PublicKeys for RemoteKeySet {
    async fn jwks(&self) -> Result<Value, String> {
        self.fetch().await.map_err(|error| format!("{error:#}"))
    }
}
