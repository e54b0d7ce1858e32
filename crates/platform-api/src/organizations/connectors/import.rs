use artel_connectors::openapi::ImportOptions;
use artel_connectors::sends_secrets_alike;
use artel_domain::{AuditEntry, OrganizationConnector, TenantId};
use artel_egress::check_endpoint;
use artel_http::caller::AgentsWrite;
use artel_http::{Apart, ApartBody, Attempt, Checked, Faults, Problem};
use artel_store::{ConnectorReplacement, ConnectorWrite};
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::conversion::{Conversion, ImportedConnector, convert};
use super::document::{fetched, given};
use super::in_use::in_use;
use super::servers::check_servers;
use crate::App;
use crate::imports::Turn;
use crate::organizations::{Member, TAG};

const MOST_GLOBS: usize = 50;

/// Either `spec` or `url`.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ImportConnector {
    /// What agents and credentials will name it by. A key of the installation cannot be taken.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_]+$")]
    key: String,
    /// The document's own title when absent.
    #[schema(schema_with = crate::document::maybe_name)]
    title: Option<String>,
    /// An OpenAPI 3.0 or 3.1 document: the object itself, or its JSON or YAML as a text.
    #[schema(schema_with = crate::document::openapi_document)]
    spec: Option<Value>,
    /// Where the document is, on the public internet.
    #[schema(schema_with = crate::document::url)]
    url: Option<String>,
    /// Only operations whose key or path fits one of these; `*` stands for anything. All when absent.
    #[schema(max_items = 50)]
    operations: Option<Vec<String>>,
    /// Take the place of the organisation's connector of this key, when there is one.
    replace: Option<bool>,
}

impl Apart for ImportConnector {
    const MEMBER: &'static str = "spec";
}

/// The organisation's turn, which is taken before a byte of the body is read.
#[derive(Debug)]
pub(crate) struct ImportTurn(Turn);

impl FromRequestParts<App> for ImportTurn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Member::<AgentsWrite>::from_request_parts(parts, app).await?;
        let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        app.imports.begin(caller.tenant_id, length).await.map(Self)
    }
}

impl Checked for ImportConnector {
    fn check(&self, faults: &mut Faults) {
        let is_key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let fits = (1..=64).contains(&self.key.len()) && self.key.bytes().all(is_key);
        // The path of this very operation has this word where others have a key.
        faults.ensure(
            fits && self.key != "import",
            "key",
            "must be 1 to 64 characters of a-z, 0-9 and '_', not import",
        );
        faults.name("title", self.title.as_deref());
        faults.ensure(self.spec.is_some() != self.url.is_some(), "spec", "must be there, or else url, and not both");
        let is_document = self.spec.as_ref().is_none_or(|spec| spec.is_object() || spec.is_string());
        faults.ensure(is_document, "spec", "must be an OpenAPI document: an object, or its text");
        faults.length("url", self.url.as_deref(), 1..=2000);
        if let Some(Err(refusal)) = self.url.as_deref().map(check_endpoint) {
            faults.add("url", refusal.to_string());
        }
        let globs = self.operations.as_deref().unwrap_or_default();
        let are_short = globs.len() <= MOST_GLOBS && globs.iter().all(|glob| (1..=200).contains(&glob.len()));
        faults.ensure(are_short, "operations", "must be at most 50 patterns of 1 to 200 bytes");
    }
}

/// Import a connector.
///
/// Makes a connector of the organisation's own of an OpenAPI 3.0 or 3.1 document. The answer says what of the document
/// was left out, and why. A `spec` has at most 8 MiB, a document at a `url` 16 MiB. The connector has at most 2 MiB,
/// and an organisation has at most 50 of 8 MiB together. A key that the organisation has is a 409 without `replace`.
/// While there are credentials of it, only a connector with the same hosts and the same sign-in takes its place. Needs
/// `agents:write`.
#[utoipa::path(post, path = "/organizations/{org_id}/connectors/import", tag = TAG,
    params(("org_id" = String, Path), crate::document::IdempotencyKey), request_body = ImportConnector,
    responses((status = 200, description = "It took the place of another.", body = ImportedConnector),
        (status = 201, description = "The new connector.", body = ImportedConnector),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn import_connector(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    attempt: Attempt,
    body: ApartBody<ImportConnector, ImportTurn>,
) -> Result<Response, Problem> {
    let ApartBody { value: wanted, apart, digest, place: ImportTurn(turn) } = body;
    if app.connectors.installed().get(&wanted.key).is_some() {
        let message = format!("The key {} is that of a connector of this installation; choose another.", wanted.key);
        return Err(Problem::conflict("connector_key_taken", message));
    }
    let import = async |id| {
        let made = converted(&app, &wanted, apart, turn).await?;
        let status = keep(&app, &caller, &wanted, id, &made).await?;
        Ok((status, [(CONTENT_TYPE, "application/json")], made.answer).into_response())
    };
    app.gate.once(&caller, &attempt, &digest, import).await
}

/// Fetches and converts. The conversion goes on when the caller leaves, and holds its places until it is over.
async fn converted(
    app: &App,
    wanted: &ImportConnector,
    spec: Option<String>,
    turn: Turn,
) -> Result<Conversion, Problem> {
    let mut options = ImportOptions {
        key: wanted.key.clone(),
        title: wanted.title.clone(),
        source: None,
        operations: wanted.operations.clone().unwrap_or_default(),
    };
    let (field, text, fetch) = match &wanted.url {
        Some(url) => {
            let fetch = app.imports.fetch_place().await?;
            ("url", fetched(app, url, &mut options).await?, Some(fetch))
        }
        None => ("spec", given(spec.unwrap_or_default())?, None),
    };
    let place = app.imports.conversion_place().await?;
    let egress = app.egress.clone();
    let work = move || {
        let _held = (turn, fetch, place);
        let made = convert(&text, &options, field)?;
        check_servers(&egress, &made.connector, field)?;
        Ok(made)
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// 201, or 200 when another one was replaced.
async fn keep(
    app: &App,
    caller: &Member<AgentsWrite>,
    wanted: &ImportConnector,
    id: Uuid,
    made: &Conversion,
) -> Result<StatusCode, Problem> {
    let replaces = match wanted.replace {
        Some(true) => replaced(app, caller.tenant_id, &wanted.key, made).await?,
        _ => None,
    };
    let now = app.clock.now();
    let connector = OrganizationConnector {
        tenant_id: caller.tenant_id,
        key: wanted.key.clone(),
        import_id: id,
        definition: made.definition.clone(),
        digest: made.digest.clone(),
        created_by: caller.user_id,
        created_at: now,
        updated_at: now,
    };
    let audit = caller.audit("connector.import", "connector", &wanted.key, now);
    let audit = AuditEntry { details: Some(details(wanted, made, replaces.as_ref())), ..audit };
    let status = if replaces.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    match app.store.put_organization_connector(connector, replaces, audit).await? {
        ConnectorWrite::Done(_) => Ok(status),
        ConnectorWrite::HasAccounts => {
            let instead = "Their secrets would go to other places, or be of another form: delete them first.";
            Err(in_use(app, caller, &wanted.key, instead).await?)
        }
        refused => Err(refusal(&refused, &wanted.key)),
    }
}

/// What is there, also when this release cannot read it: nobody knows then where secrets of its accounts would go.
async fn replaced(
    app: &App,
    tenant: TenantId,
    key: &str,
    made: &Conversion,
) -> Result<Option<ConnectorReplacement>, Problem> {
    if let Some(there) = app.connectors.own(tenant, key).await? {
        let keeps_accounts = sends_secrets_alike(&there.connector, &made.connector);
        return Ok(Some(ConnectorReplacement { digest: there.version.unwrap_or_default(), keeps_accounts }));
    }
    let unread = app.store.organization_connector_digest(tenant, key).await?;
    Ok(unread.map(|digest| ConnectorReplacement { digest, keeps_accounts: false }))
}

/// What the audit row says. A URL's query may hold a secret.
fn details(wanted: &ImportConnector, made: &Conversion, replaces: Option<&ConnectorReplacement>) -> Value {
    let url = wanted.url.as_deref().map(|url| url.split('?').next().unwrap_or_default());
    json!({
        "version": made.digest,
        "replaced_version": replaces.map(|replaced| &replaced.digest),
        "operations": made.connector.operations().count(),
        "url": url,
    })
}

fn refusal(write: &ConnectorWrite, key: &str) -> Problem {
    match write {
        ConnectorWrite::TooMany => {
            Problem::conflict("too_many_connectors", "An organisation has at most 50 connectors; delete one first.")
        }
        ConnectorWrite::TooLarge => {
            let message = "The organisation's connectors would have more than 8 MiB; delete one first, or take a part.";
            Problem::conflict("too_many_connectors", message)
        }
        ConnectorWrite::Changed => {
            let message = format!("The connector {key} was changed or deleted meanwhile; look at it and try again.");
            Problem::conflict("connector_changed", message)
        }
        _ => {
            let message = format!("There is a connector {key} already; \"replace\": true puts this one in its place.");
            Problem::conflict("connector_exists", message)
        }
    }
}
