//! Reads the content of a message: a string, or a list of parts.

use artel_llm::{ImageSource, Part, PartBody};
use serde_json::Value;

use super::InvalidRequest;
use super::members::{Members, each};

pub(super) fn required(members: &mut Members) -> Result<Vec<Part>, InvalidRequest> {
    optional(members)?.ok_or_else(|| InvalidRequest::at("content", "is required"))
}

pub(super) fn optional(members: &mut Members) -> Result<Option<Vec<Part>>, InvalidRequest> {
    let mut content = match members.take("content") {
        None => None,
        Some(Value::String(text)) => Some(vec![Part::text(text)]),
        Some(Value::Array(parts)) => Some(each(parts, read_part).map_err(|wrong| wrong.inside("content"))?),
        Some(_) => return Err(InvalidRequest::at("content", "must be a string or an array of parts")),
    };
    // A string has no part that could hold the member, so clients put it on the message.
    if let Some(cache_control) = members.take("cache_control")
        && let Some(last) = content.as_mut().and_then(|parts| parts.last_mut())
    {
        last.cache_control.get_or_insert(cache_control);
    }
    Ok(content)
}

fn read_part(value: Value) -> Result<Part, InvalidRequest> {
    let mut members = Members::of(value)?;
    let kind = members.required_text("type")?;
    let cache_control = members.take("cache_control");
    let body = match kind.as_str() {
        "text" => PartBody::Text(text_of(&mut members, "text")?),
        "refusal" => PartBody::Text(text_of(&mut members, "refusal")?),
        "image_url" => read_image(&mut members)?,
        _ => {
            let mut whole = members.rest();
            whole.shift_insert(0, "type".to_owned(), Value::String(kind));
            PartBody::Other(Value::Object(whole))
        }
    };
    Ok(Part { body, cache_control })
}

fn text_of(members: &mut Members, name: &str) -> Result<String, InvalidRequest> {
    members.text(name)?.ok_or_else(|| InvalidRequest::at(name, "is required"))
}

fn read_image(members: &mut Members) -> Result<PartBody, InvalidRequest> {
    let (url, detail) = match members.take("image_url") {
        // OpenAI's protocol requires an object here, but many clients write a string.
        Some(Value::String(url)) => (url, None),
        Some(image) => {
            let read = |mut image: Members| Ok((image.required_text("url")?, image.text("detail")?));
            Members::of(image).and_then(read).map_err(|wrong| wrong.inside("image_url"))?
        }
        None => return Err(InvalidRequest::at("image_url", "is required")),
    };
    let source = read_source(url).map_err(|problem| InvalidRequest::at("image_url.url", problem))?;
    Ok(PartBody::Image { source, detail })
}

fn read_source(url: String) -> Result<ImageSource, &'static str> {
    const SHAPE: &str = "must be an http(s) URL or data:image/<format>;base64,<data>";
    let Some(data_uri) = url.strip_prefix("data:") else {
        return if url.starts_with("https://") || url.starts_with("http://") {
            Ok(ImageSource::Url(url))
        } else {
            Err(SHAPE)
        };
    };
    let (head, data) = data_uri.split_once(',').ok_or(SHAPE)?;
    let media_type = head.strip_suffix(";base64").ok_or("must be base64 when it is a data URI")?;
    if !media_type.starts_with("image/") || data.is_empty() {
        return Err(SHAPE);
    }
    Ok(ImageSource::Inline { media_type: media_type.to_owned(), data: data.to_owned() })
}
