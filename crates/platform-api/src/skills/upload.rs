//! A skill that comes as JSON, as a zip, or as a form with a zip.

use std::time::Duration;

use artel_domain::SkillId;
use artel_http::body::{check_coding, raw};
use artel_http::{Body, Identity, Problem};
use artel_intents::SkillDraft;
use artel_skills::{BadSkill, LARGEST_ZIP, unpack};
use artel_tools::Programs;
use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::create_body::CreateSkill;
use super::places::ZipPlace;
use crate::App;

/// A zip with what is around it in a form.
pub(crate) const LARGEST_BODY: usize = LARGEST_ZIP + 64 * 1024;
/// For the whole zip.
const PATIENCE: Duration = Duration::from_mins(1);
/// A skill as JSON is as large as other bodies.
const LARGEST_JSON: usize = 1024 * 1024;

/// What came.
pub(super) enum Upload {
    Json(CreateSkill),
    /// The zip, and the place that it has.
    Zip(Bytes, ZipPlace),
}

/// Reads the body.
///
/// # Errors
/// As the kind of the body has them; 415 for another kind.
pub(super) async fn receive(app: &App, caller: &Identity, request: Request) -> Result<(Upload, String), Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/zip" | "application/x-zip-compressed" => {
            check_coding(request.headers())?;
            let place = app.zips.take(caller.tenant_id).await?;
            let zip = raw(request, PATIENCE).await?;
            let digest = hex::encode(Sha256::digest(&zip));
            Ok((Upload::Zip(zip, place), digest))
        }
        "multipart/form-data" => {
            check_coding(request.headers())?;
            let place = app.zips.take(caller.tenant_id).await?;
            let zip = tokio::time::timeout(PATIENCE, file_of(request)).await.map_err(|_| too_slow())??;
            let digest = hex::encode(Sha256::digest(&zip));
            Ok((Upload::Zip(zip, place), digest))
        }
        _ => {
            let mut request = request;
            DefaultBodyLimit::max(LARGEST_JSON).apply(&mut request);
            let body = Body::<CreateSkill>::from_request(request, app).await?;
            Ok((Upload::Json(body.value), body.digest))
        }
    }
}

/// What is to be kept. A zip is unpacked off the async threads, and goes on to hold its place.
///
/// # Errors
/// 413 and 422: the zip is no skill.
pub(super) async fn draft(upload: Upload, caller: &Identity, id: Uuid) -> Result<SkillDraft, Problem> {
    let (zip, place) = match upload {
        Upload::Json(wanted) => return Ok(wanted.draft(SkillId(id))),
        Upload::Zip(zip, place) => (zip, place),
    };
    let work = move || {
        let _held = place;
        unpack(&zip)
    };
    let unpacked = Programs::of_process().by_size(caller.tenant_id, usize::MAX, work).await;
    let folder = unpacked.map_err(Problem::internal)?.map_err(problem)?;
    Ok(SkillDraft::of_folder(SkillId(id), folder))
}

fn problem(error: BadSkill) -> Problem {
    match error {
        BadSkill::Invalid { field, message } => Problem::invalid_field(&field, message),
        BadSkill::TooLarge(message) => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "skill_too_large", message),
    }
}

async fn file_of(request: Request) -> Result<Bytes, Problem> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::malformed("The form has no boundary; send it as multipart/form-data."))?;
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
        match field.name().unwrap_or_default() {
            "file" if file.is_none() => file = Some(field.bytes().await.map_err(|error| unread(&error))?),
            "file" => return Err(Problem::invalid_field("file", "stands twice; send one skill in a request")),
            other => return Err(Problem::invalid_field(other, "is not a member of this form; it has file")),
        }
    }
    file.ok_or_else(|| Problem::invalid_field("file", "is missing; send the zip as the member 'file' of the form"))
}

fn unread(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The zip is larger than 11 MiB.")
        }
        _ => Problem::malformed("The form could not be read to its end; send it as multipart/form-data."),
    }
}

fn too_slow() -> Problem {
    let message = "The form did not come within a minute; send the request again.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", message)
}
