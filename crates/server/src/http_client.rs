//! The client of the commands that talk to a running installation.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Client, RequestBuilder, Url};

/// A base URL, and how to call it.
#[derive(Clone)]
pub(crate) struct Target {
    client: Client,
    base: Url,
    token: Option<String>,
}

impl Target {
    pub(crate) fn new(url: &str, token: Option<String>) -> anyhow::Result<Self> {
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let base = Url::parse(&url).with_context(|| format!("'{url}' is not a URL such as http://127.0.0.1:8000"))?;
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_mins(2))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, base, token })
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.authorised(self.client.get(self.url(path)))
    }

    /// The same without the token: for ports whose callers show something else.
    pub(crate) fn get_as_stranger(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.authorised(self.client.post(self.url(path)))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}
