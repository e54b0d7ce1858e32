//! The form that brings a file, member by member. The file is never whole in memory.

use artel_artifacts::{ArtifactFiles, Beginning, Upload};
use artel_domain::{Artifact, names};
use artel_http::{Faults, Problem};
use artel_store::NewArtifact;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::problem;

const LONGEST_TITLE: usize = 300;

/// A file with its title.
#[derive(ToSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by `Received`; this is its description")]
pub(crate) struct CreateArtifact {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What people read; the file's name when absent.
    #[schema(max_length = 300, nullable = false)]
    title: Option<String>,
}

/// What the form brought.
pub(super) enum Received {
    /// A new file, stored and not yet to be found.
    New { upload: Box<Upload>, title: Option<String> },
    /// A file whose id was there already, and the digest of what came now.
    Again { artifact: Box<Artifact>, sha256: String },
}

/// Reads the whole form.
pub(super) async fn receive(files: &ArtifactFiles, new: NewArtifact, mut form: Multipart) -> Result<Received, Problem> {
    let (mut received, mut title) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
        match field.name().unwrap_or_default() {
            "file" if received.is_none() => {
                let name = field.file_name().map(shortened);
                received = Some((file(files, new.clone(), field).await?, name));
            }
            "file" => return Err(Problem::invalid_field("file", "stands twice; send one file in a request")),
            "title" => title = Some(titled(field).await?),
            other => return Err(Problem::invalid_field(other, "is not a member of this form; it has file and title")),
        }
    }
    let missing = || Problem::invalid_field("file", "is missing; send the file as the member 'file' of the form");
    let (mut received, name) = received.ok_or_else(missing)?;
    if let Received::New { title: of_file, .. } = &mut received {
        *of_file = title.or(name).filter(|title| !title.is_empty());
    }
    Ok(received)
}

async fn file(files: &ArtifactFiles, new: NewArtifact, mut field: Field<'_>) -> Result<Received, Problem> {
    match files.begin(new).await.map_err(problem)? {
        Beginning::Upload(mut upload) => {
            while let Some(bytes) = field.chunk().await.map_err(|error| unread(&error))? {
                upload.write(bytes).await.map_err(problem)?;
            }
            Ok(Received::New { upload, title: None })
        }
        Beginning::Exists(artifact) => {
            let mut digest = Sha256::new();
            while let Some(bytes) = field.chunk().await.map_err(|error| unread(&error))? {
                digest.update(&bytes);
            }
            Ok(Received::Again { artifact, sha256: hex::encode(digest.finalize()) })
        }
    }
}

async fn titled(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| unread(&error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_TITLE * 4 {
            break;
        }
    }
    let title = String::from_utf8(bytes).map_err(|_| Problem::invalid_field("title", "must be UTF-8"))?;
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
