//! Encodes the content of a message. Cache breakpoints belong to another protocol and are left out.

use serde_json::{Value, json};

use crate::{ImageSource, Part, PartBody};

/// A string for plain text, because every server accepts it; otherwise a list of parts.
pub(super) fn content(parts: &[Part]) -> Value {
    if let [] | [Part { body: PartBody::Text(_), .. }] = parts {
        return parts.first().and_then(Part::as_text).unwrap_or_default().into();
    }
    // Some servers refuse an empty text part.
    let telling: Vec<&Part> =
        parts.iter().filter(|part| part.as_text().is_none_or(|text| !text.trim().is_empty())).collect();
    match telling.as_slice() {
        [] => "".into(),
        [Part { body: PartBody::Text(text), .. }] => text.as_str().into(),
        _ => telling.into_iter().map(part).collect(),
    }
}

pub(super) fn part(part: &Part) -> Value {
    match &part.body {
        PartBody::Text(text) => json!({ "type": "text", "text": text }),
        PartBody::Image { source, detail } => {
            let mut image = json!({ "url": url(source) });
            if let Some(detail) = detail {
                image["detail"] = detail.as_str().into();
            }
            json!({ "type": "image_url", "image_url": image })
        }
        PartBody::Other(value) => value.clone(),
    }
}

fn url(source: &ImageSource) -> String {
    match source {
        ImageSource::Inline { media_type, data } => format!("data:{media_type};base64,{data}"),
        ImageSource::Url(url) => url.clone(),
    }
}
