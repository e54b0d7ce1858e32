use artel_domain::{Document, DocumentId, DocumentPassage, DocumentState, Timestamp, UserId};
use artel_store::FoundPassage;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use super::readers;
use crate::document::one_of;

/// A file whose text is searched and cited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentView {
    document_id: DocumentId,
    title: String,
    /// `pdf`, `docx`, `xlsx`, `pptx`, `odt`, `html`, `md`, `txt`, `csv`, `eml` or `image`, told by the bytes; `null`
    /// until they were read.
    #[serde(rename = "type")]
    kind: Option<String>,
    #[schema(minimum = 0)]
    bytes: u64,
    /// Pages, sheets or slides, where the type has them.
    pages: Option<u32>,
    /// `ru`, `en`, or `null` for another.
    language: Option<String>,
    #[schema(schema_with = states)]
    state: &'static str,
    /// Why it failed, and what to do.
    reason: Option<String>,
    /// How much of the reading is done, from 0 to 1, while it is `processing`.
    #[schema(minimum = 0, maximum = 1)]
    progress: Option<f64>,
    tags: Vec<String>,
    #[schema(schema_with = readers::schema)]
    readers: Value,
    /// The upper headings.
    outline: Vec<String>,
    uploaded_by: UserId,
    uploaded_at: Timestamp,
}

fn states() -> Schema {
    one_of(&DocumentState::WORDS)
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        let state = document.state.as_str();
        let (reason, progress) = match document.state {
            DocumentState::Processing { progress } => (None, Some(f64::from(progress) / 1000.0)),
            DocumentState::Failed { reason } => (Some(reason), None),
            DocumentState::Ready => (None, None),
        };
        Self {
            document_id: document.id,
            title: document.title,
            kind: document.kind,
            bytes: document.bytes,
            pages: document.pages,
            language: document.language,
            state,
            reason,
            progress,
            tags: document.tags,
            readers: readers::shown(&document.readers),
            outline: document.outline,
            uploaded_by: document.owner_id,
            uploaded_at: document.uploaded_at,
        }
    }
}

/// A piece of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassageView {
    /// Its number within the document, from 0.
    ordinal: u32,
    /// The page, sheet or slide that it stands on, from 1.
    page: Option<u32>,
    /// The headings above it, from the highest.
    heading: Option<String>,
    text: String,
}

impl From<DocumentPassage> for PassageView {
    fn from(passage: DocumentPassage) -> Self {
        Self { ordinal: passage.ordinal, page: passage.page, heading: passage.heading, text: passage.text }
    }
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPassageView {
    document_id: DocumentId,
    /// The document's.
    title: String,
    page: Option<u32>,
    heading: Option<String>,
    text: String,
    /// By its place among what was found: it compares nothing else.
    score: f64,
    /// By what it was found.
    #[schema(schema_with = ways)]
    found_by: [&'static str; 1],
}

fn ways() -> Schema {
    let way = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["words", "vectors"]));
    ArrayBuilder::new().items(way).min_items(Some(1)).build().into()
}

impl FoundPassageView {
    /// What was found at this place, from 0.
    pub(super) fn at(place: usize, found: FoundPassage) -> Self {
        Self {
            document_id: found.document_id,
            title: found.title,
            page: found.passage.page,
            heading: found.passage.heading,
            text: found.passage.text,
            score: FoundPassage::score(place),
            found_by: ["words"],
        }
    }
}

/// What a search found, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPassages {
    pub(super) passages: Vec<FoundPassageView>,
}
