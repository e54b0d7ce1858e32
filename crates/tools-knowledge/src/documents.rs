use std::sync::Arc;

use artel_catalogue::args::{Documents as Args, DocumentsAction};
use artel_domain::{Document, DocumentId, DocumentState, Requester, SessionId, Timestamp};
use artel_store::documents::MOST_ATTACHED;
use artel_store::{AttachOutcome, DocumentFilter, FoundPassage, Page, Viewer};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use artel_words::Query;
use async_trait::async_trait;
use serde_json::{Map, Value, json};

use crate::knowledge::Knowledge;
use crate::refusals::{of_store, tell};

/// Types that documents have.
const TYPES: [&str; 11] = ["pdf", "docx", "xlsx", "pptx", "odt", "html", "md", "txt", "csv", "eml", "image"];
/// Documents of a list, and passages of a search, unless the call says how many.
const LISTED: u32 = 20;
const FOUND: u32 = 5;
/// Headings of a document in the answer to `attach`.
const MOST_HEADINGS: usize = 15;

/// Lists documents that whoever started the run reads, attaches them to the session, finds passages in them.
pub(crate) struct DocumentsTool(pub(crate) Arc<Knowledge>);

#[async_trait]
impl Builtin for DocumentsTool {
    const NAME: &'static str = "documents";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let answer = match args.action {
            DocumentsAction::List => self.list(&requester, args).await?,
            DocumentsAction::Attach => self.attach(&requester, context, &args).await?,
            DocumentsAction::Search => self.search(&requester, context, &args).await?,
        };
        Ok(answer.into())
    }
}

impl DocumentsTool {
    async fn list(&self, requester: &Requester, args: Args) -> Result<Value, ToolError> {
        let asked = args.query.as_deref().filter(|query| !query.trim().is_empty());
        let title = asked.map(|query| words(query, "or leave query out to list all documents")).transpose()?;
        if let Some(kind) = args.r#type.as_deref().filter(|kind| !TYPES.contains(kind)) {
            let what = format!("there is no type {kind}");
            return Err(tell("invalid_argument", &what, &format!("give one of {}", TYPES.join(", "))));
        }
        let filter = DocumentFilter {
            title,
            kind: args.r#type,
            tag: args.tag,
            state: None,
            after: time("uploaded_after", args.uploaded_after.as_deref())?,
            before: time("uploaded_before", args.uploaded_before.as_deref())?,
        };
        let page = Page { limit: args.limit.map_or(LISTED, u32::from), offset: args.offset.unwrap_or(0) };
        let listed = self.0.store.list_documents(&Viewer::from(requester), &filter, page).await;
        let (documents, total) = listed.map_err(|error| of_store(&error))?;
        let rows: Vec<Value> = documents.iter().map(row).collect();
        Ok(json!({ "documents": rows, "total": total }))
    }

    async fn attach(&self, requester: &Requester, context: &CallContext, args: &Args) -> Result<Value, ToolError> {
        let Some(wanted) = ids(args)? else {
            let now = "give 1 to 20 ids of documents that list shows";
            return Err(tell("invalid_argument", "document_ids is missing", now));
        };
        let Some(session) = sessions(context).into_iter().next() else {
            let now = "search with document_ids instead";
            return Err(tell("unavailable", "there is no session that documents could be attached to", now));
        };
        let viewer = Viewer::from(requester);
        for id in &wanted {
            let found = self.0.store.find_document(&viewer, *id).await.map_err(|error| of_store(&error))?;
            if let Some(Document { state: DocumentState::Failed { reason }, .. }) = found {
                let what = format!("the document {id} could not be read ({reason})");
                return Err(tell("conflict", &what, "attach another document, or tell the user"));
            }
        }
        let at = context.clock.now();
        let outcome = self.0.store.attach_documents(&viewer, &session, &wanted, at).await;
        match outcome.map_err(|error| of_store(&error))? {
            AttachOutcome::Done(documents) => {
                let rows: Vec<Value> = documents.iter().map(attached).collect();
                Ok(json!({ "attached": rows }))
            }
            AttachOutcome::Missing(id) => Err(no_document(id)),
            AttachOutcome::Full => {
                let what = format!("a session has at most {MOST_ATTACHED} attached documents");
                Err(tell("too_large", &what, "search with document_ids instead"))
            }
        }
    }

    async fn search(&self, requester: &Requester, context: &CallContext, args: &Args) -> Result<Value, ToolError> {
        let Some(query) = args.query.as_deref() else {
            return Err(tell("invalid_argument", "query is missing", "give the words to look for"));
        };
        let query = words(query, "as a question or as key words")?;
        let viewer = Viewer::from(requester);
        let named = ids(args)?;
        for id in named.iter().flatten() {
            let found = self.0.store.find_document(&viewer, *id).await.map_err(|error| of_store(&error))?;
            found.ok_or_else(|| no_document(*id))?;
        }
        let within = match named {
            Some(ids) => Some(ids),
            None => self.attached(&viewer, &sessions(context)).await?,
        };
        let limit = args.top_k.map_or(FOUND, u32::from);
        let found = self.0.store.search_passages(&viewer, &query, within.as_deref(), limit).await;
        let found = found.map_err(|error| of_store(&error))?;
        let passages: Vec<Value> = found.into_iter().enumerate().map(|(place, found)| passage(place, found)).collect();
        Ok(json!({ "passages": passages }))
    }

    /// What is attached to the session; `None`: nothing is, and all documents are searched.
    async fn attached(&self, viewer: &Viewer, sessions: &[SessionId]) -> Result<Option<Vec<DocumentId>>, ToolError> {
        let attached = self.0.store.attached_documents(viewer, sessions).await.map_err(|error| of_store(&error))?;
        let ids: Vec<DocumentId> = attached.into_iter().map(|document| document.id).collect();
        Ok((!ids.is_empty()).then_some(ids))
    }
}

/// The session of the call, and those above it.
fn sessions(context: &CallContext) -> Vec<SessionId> {
    let Some(run) = &context.run else { return Vec::new() };
    std::iter::once(&run.session_id).chain(&run.sessions_above).cloned().collect()
}

fn words(query: &str, or: &str) -> Result<Query, ToolError> {
    Query::read(query).ok_or_else(|| tell("invalid_argument", "query has no word", &format!("give words, {or}")))
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, ToolError> {
    let read = |text: &str| {
        let what = format!("{name} is no time");
        text.parse().map_err(|_| tell("invalid_argument", &what, "give an ISO 8601 time such as 2026-05-03T12:00:00Z"))
    };
    text.map(read).transpose()
}

fn ids(args: &Args) -> Result<Option<Vec<DocumentId>>, ToolError> {
    let read = |text: &String| {
        let what = format!("{text} is no id of a document");
        text.parse().map_err(|_| tell("invalid_argument", &what, "give ids that list shows"))
    };
    args.document_ids.as_ref().map(|ids| ids.iter().map(read).collect()).transpose()
}

fn no_document(id: DocumentId) -> ToolError {
    tell("not_found", &format!("there is no document {id} that this user may read"), "list the documents")
}

fn row(document: &Document) -> Value {
    let mut row = json!({
        "document_id": document.id,
        "title": document.title,
        "type": document.kind,
        "bytes": document.bytes,
        "pages": document.pages,
        "uploaded_at": document.uploaded_at,
        "tags": document.tags,
    });
    // Of one that is ready nothing more is to be known.
    if document.state != DocumentState::Ready {
        row["state"] = json!(document.state.as_str());
    }
    if let DocumentState::Failed { reason } = &document.state {
        row["reason"] = json!(reason);
    }
    row
}

fn attached(document: &Document) -> Value {
    let outline: Vec<&String> = document.outline.iter().take(MOST_HEADINGS).collect();
    json!({
        "document_id": document.id,
        "title": document.title,
        "pages": document.pages,
        "state": document.state.as_str(),
        "outline": outline,
    })
}

fn passage(place: usize, found: FoundPassage) -> Value {
    let mut passage = Map::new();
    passage.insert("document_id".to_owned(), json!(found.document_id));
    passage.insert("title".to_owned(), json!(found.title));
    let page = found.passage.page.map(|page| ("page".to_owned(), json!(page)));
    let heading = found.passage.heading.map(|heading| ("heading".to_owned(), json!(heading)));
    passage.extend(page.into_iter().chain(heading));
    passage.insert("text".to_owned(), json!(found.passage.text));
    passage.insert("score".to_owned(), json!(FoundPassage::score(place)));
    Value::Object(passage)
}
