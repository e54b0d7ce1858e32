//! The OpenAPI document of an import: out of the body, or from its address.

use std::time::Duration;

use artel_connectors::openapi::ImportOptions;
use artel_egress::{Outgoing, SendError};
use artel_http::Problem;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::App;

/// The largest document that is fetched, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;
/// How long fetching it may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The document out of a body's `spec`: an object is the document itself, a text has it.
pub(super) fn given(spec: String) -> Result<String, Problem> {
    if !spec.starts_with('"') {
        return Ok(spec);
    }
    let unread = |error| Problem::invalid_field("spec", format!("cannot be read: {error}"));
    serde_json::from_str(&spec).map_err(unread)
}

/// The document at an address, through the guard of addresses that tenants give. Its relative servers are relative to
/// that address. The caller holds a place for it.
pub(super) async fn fetched(app: &App, url: &str, options: &mut ImportOptions) -> Result<String, Problem> {
    let refused = |why: &str| Problem::invalid_field("url", format!("cannot be fetched: {why}"));
    let (checked, rule) = app.egress.check(url, &[]).map_err(|refusal| refused(&refusal.to_string()))?;
    options.source = Some(checked.clone());
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, application/yaml, */*;q=0.5"));
    let outgoing = Outgoing { method: Method::GET, url: checked, headers, body: None, fresh: false };
    let work = async {
        let response = app.egress.send(outgoing, &rule).await?;
        let status = response.status();
        let (body, more) = response.read(LARGEST).await?;
        Ok::<_, SendError>((status, body, more))
    };
    let late = |_| refused("the server did not answer in time");
    let answered = tokio::time::timeout(PATIENCE, work).await.map_err(late)?;
    let (status, body, more) = answered.map_err(|error| refused(&error.to_string()))?;
    if status != StatusCode::OK {
        return Err(refused(&format!("the server answered {}", status.as_u16())));
    }
    if more {
        return Err(refused(&format!("the document has more than {} MiB", LARGEST / 1024 / 1024)));
    }
    String::from_utf8(body.to_vec()).map_err(|_| refused("the document is not UTF-8"))
}
