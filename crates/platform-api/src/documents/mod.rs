//! Documents of an organisation: files whose text is searched and cited.

pub(crate) mod content;
pub(crate) mod create;
mod create_form;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_passages;
mod readers;
pub(crate) mod search;
mod tags;
pub(crate) mod update;
mod view;

use artel_domain::{Document, DocumentId};
use artel_http::{Identity, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "documents";

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list::list_documents))
        .routes(routes!(search::search_documents))
        .routes(routes!(get::get_document, update::update_document, delete::delete_document))
        .routes(routes!(content::get_document_content))
        .routes(routes!(list_passages::list_document_passages))
}

/// The document as the caller sees it. An administrator's look into one that is not for them is an audit row.
///
/// # Errors
/// 404 when there is none that they read, and the store's.
async fn found(app: &App, caller: &Identity, document: DocumentId) -> Result<Document, Problem> {
    let viewer = app.viewer(caller);
    let found = app.store.find_document(&viewer, document).await?.ok_or_else(absent)?;
    let is_for_them = found.owner_id == caller.user_id || found.readers.include(caller.user_id);
    if viewer.is_administrator() && !is_for_them {
        let audit = caller.audit("document.access", "document", document, app.clock.now());
        app.store.record_audit(caller.tenant_id, audit).await?;
    }
    Ok(found)
}

fn absent() -> Problem {
    Problem::not_found("document")
}

fn not_theirs() -> Problem {
    let message = "Another user uploaded this document: they change and delete it, and administrators do.";
    Problem::forbidden("document_not_yours", message)
}
