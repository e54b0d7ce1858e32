//! The form that brings a document, member by member. The file is never whole in memory.

use artel_artifacts::{ArtifactFiles, Beginning, Upload};
use artel_domain::{Readers, names};
use artel_http::{Faults, Problem};
use artel_store::NewArtifact;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{readers, tags};
use crate::artifacts::problem;

const LONGEST_TITLE: usize = 300;
/// Of a member that is no file, in bytes: a hundred ids have 3700.
const LONGEST_TEXT: usize = 8192;

/// A file that becomes a document.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by `receive`; this is its description")]
pub(crate) struct CreateDocument {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What people read; the file's name when absent.
    #[schema(max_length = 300, nullable = false)]
    title: Option<String>,
    /// With commas between them; at most 20, each of at most 50 characters.
    #[schema(max_length = 2000, nullable = false)]
    tags: Option<String>,
    /// `all` (when absent), or ids of users with commas between them.
    #[schema(max_length = 4000, nullable = false)]
    readers: Option<String>,
}

/// What the form brought. The upload is not finished.
pub(super) struct Received {
    pub(super) upload: Box<Upload>,
    /// What the file is called.
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) readers: Readers,
}

/// Reads the whole form.
pub(super) async fn receive(files: &ArtifactFiles, new: NewArtifact, mut form: Multipart) -> Result<Received, Problem> {
    let (mut received, mut title, mut tags, mut readers) = (None, None, Vec::new(), Readers::All);
    while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
        match field.name().unwrap_or_default() {
            "file" if received.is_none() => {
                let name = field.file_name().map(shortened);
                received = Some((file(files, new.clone(), field).await?, name));
            }
            "file" => return Err(Problem::invalid_field("file", "stands twice; send one file in a request")),
            "title" => title = Some(titled(text("title", field).await?)?),
            "tags" => {
                tags = tags::of_form(&text("tags", field).await?);
                let mut faults = Faults::default();
                tags::check(&mut faults, &tags);
                faults.result()?;
            }
            "readers" => {
                let wrong = "must be 'all', or at most 100 ids of users with commas between them";
                let given = text("readers", field).await?;
                readers = readers::of_form(&given).ok_or_else(|| Problem::invalid_field("readers", wrong))?;
            }
            other => {
                let message = "is not a member of this form; it has file, title, tags and readers";
                return Err(Problem::invalid_field(other, message));
            }
        }
    }
    let missing = || Problem::invalid_field("file", "is missing; send the file as the member 'file' of the form");
    let (upload, name) = received.ok_or_else(missing)?;
    Ok(Received { upload, name, title: title.filter(|title: &String| !title.trim().is_empty()), tags, readers })
}

async fn file(files: &ArtifactFiles, new: NewArtifact, mut field: Field<'_>) -> Result<Box<Upload>, Problem> {
    let Beginning::Upload(mut upload) = files.begin(new).await.map_err(problem)? else {
        return Err(Problem::internal("a fresh id is taken"));
    };
    while let Some(bytes) = field.chunk().await.map_err(|error| unread(&error))? {
        upload.write(bytes).await.map_err(problem)?;
    }
    Ok(upload)
}

async fn text(name: &'static str, mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| unread(&error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_TEXT {
            return Err(Problem::invalid_field(name, "is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::invalid_field(name, "must be UTF-8"))
}

fn titled(title: String) -> Result<String, Problem> {
    let mut faults = Faults::default();
    faults.seen("title", title.as_str(), 0..=LONGEST_TITLE);
    faults.result().map(|()| title)
}

/// A file's name as a title: without folders and what nobody sees.
fn shortened(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    names::visible(last).chars().take(LONGEST_TITLE).collect()
}

fn unread(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The file is larger than 100 MiB.")
        }
        _ => Problem::malformed("The form could not be read to its end; send it as multipart/form-data."),
    }
}
