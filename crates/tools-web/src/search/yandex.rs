//! Yandex Search API v2: `POST /v2/web/search` answers an XML page in base64.

use artel_egress::Egress;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use super::ask::{Ask, Failure, Provider, below};
use super::hit::Hit;
use super::query::Query;
use super::yandex_xml;

pub(super) struct Yandex {
    pub(super) base: Url,
    pub(super) key: SecretString,
    pub(super) folder: String,
}

#[async_trait]
impl Provider for Yandex {
    fn name(&self) -> &'static str {
        "yandex"
    }

    async fn search(&self, egress: &Egress, query: &Query) -> Result<Vec<Hit>, Failure> {
        // The service knows no freshness; the newest come first when it is asked for.
        let sort = if query.freshness.is_some() { "SORT_MODE_BY_TIME" } else { "SORT_MODE_BY_RELEVANCE" };
        let kind = if query.lang.as_deref() == Some("en") { "SEARCH_TYPE_COM" } else { "SEARCH_TYPE_RU" };
        let body = json!({
            "query": { "searchType": kind, "queryText": query.text, "page": "0" },
            "sortSpec": { "sortMode": sort },
            "groupSpec": { "groupMode": "GROUP_MODE_FLAT", "groupsOnPage": query.count.to_string(), "docsInGroup": "1" },
            "maxPassages": "3",
            "folderId": self.folder,
            "responseFormat": "FORMAT_XML",
        });
        let key = format!("Api-Key {}", self.key.expose_secret());
        let answer =
            Ask::post(below(&self.base, "v2/web/search"), body).header("authorization", key).json(egress).await?;
        let raw = answer["rawData"].as_str().ok_or(Failure::Form("rawData"))?;
        let xml = STANDARD.decode(raw).map_err(|_| Failure::Form("base64 in rawData"))?;
        yandex_xml::hits(&String::from_utf8_lossy(&xml))
    }
}
