//! Encodes images, as data or as a URL.

use serde_json::{Value, json};

use crate::{ImageSource, ModelError};

/// The provider limits the base64 text, not the bytes of the image.
const MAX_BASE64_CHARACTERS: usize = 10 * 1024 * 1024;
const MEDIA_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

pub(super) fn block(source: &ImageSource) -> Result<Value, ModelError> {
    let source = match source {
        ImageSource::Inline { media_type, data } => inline(media_type, data)?,
        ImageSource::Url(url) => match data_uri(url) {
            Some((media_type, data)) => inline(media_type, data)?,
            None => address(url)?,
        },
    };
    Ok(json!({ "type": "image", "source": source }))
}

fn inline(media_type: &str, data: &str) -> Result<Value, ModelError> {
    let media_type = media_type.trim().to_ascii_lowercase();
    let media_type = if media_type == "image/jpg" { "image/jpeg" } else { media_type.as_str() };
    if !MEDIA_TYPES.contains(&media_type) {
        let known = MEDIA_TYPES.join(", ");
        return Err(ModelError::BadRequest(format!(
            "an image of type `{media_type}` cannot be given to this model; it takes {known}"
        )));
    }
    if data.len() > MAX_BASE64_CHARACTERS {
        let limit = MAX_BASE64_CHARACTERS / 1024 / 1024;
        return Err(ModelError::TooLarge(format!(
            "an image is {} characters of base64; the provider takes {limit} MiB",
            data.len()
        )));
    }
    Ok(json!({ "type": "base64", "media_type": media_type, "data": data }))
}

fn address(url: &str) -> Result<Value, ModelError> {
    if url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Ok(json!({ "type": "url", "url": url }));
    }
    Err(ModelError::BadRequest("an image must be a data URI or an https:// address".to_owned()))
}

/// `data:<media type>[;…];base64,<data>`
fn data_uri(url: &str) -> Option<(&str, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next()?;
    Some((media_type, data))
}
