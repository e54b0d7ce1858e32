//! What a file's answer says beside its bytes. A file is somebody's: a browser must neither guess its type nor run it.

use artel_domain::Artifact;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderValue};

/// No script, no form, no other source: also when somebody opens the file's address itself.
const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
/// What browsers show without running anything in it. An SVG runs nothing under the policy above.
const SHOWN: [&str; 8] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/svg+xml",
    "text/plain; charset=utf-8",
    "application/json",
];

pub(super) fn etag(artifact: &Artifact) -> String {
    format!("\"{}\"", artifact.sha256)
}

pub(super) fn headers(artifact: &Artifact) -> HeaderMap {
    let octets = HeaderValue::from_static("application/octet-stream");
    let text = |text: String| HeaderValue::from_str(&text).ok();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, text(artifact.media_type.clone()).unwrap_or(octets));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // The bytes of an id never change; who may read them does.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.extend(text(etag(artifact)).map(|value| (ETAG, value)));
    headers.extend(text(disposition(artifact)).map(|value| (CONTENT_DISPOSITION, value)));
    headers
}

/// The name in both forms: ASCII for old clients, UTF-8 for the others (RFC 6266).
fn disposition(artifact: &Artifact) -> String {
    let how = if SHOWN.contains(&artifact.media_type.as_str()) { "inline" } else { "attachment" };
    let name = artifact.title.as_deref().unwrap_or("file");
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || " ._-()".contains(letter) { letter } else { '_' })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use artel_domain::{ArtifactId, Clock as _, SystemClock, TenantId, UserId};

    use super::*;

    fn artifact(title: Option<&str>, media_type: &str) -> Artifact {
        Artifact {
            id: ArtifactId(SystemClock.uuid()),
            attempt: None,
            tenant_id: TenantId(SystemClock.uuid()),
            owner_id: UserId(SystemClock.uuid()),
            session_id: None,
            kind: "file".to_owned(),
            title: title.map(str::to_owned),
            media_type: media_type.to_owned(),
            bytes: 0,
            sha256: "ab".to_owned(),
            ephemeral: false,
            created_at: SystemClock.now(),
        }
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        let named = disposition(&artifact(Some("a\"; b\r\nx: y"), "image/png"));
        assert_eq!(named, "inline; filename=\"a__ b__x_ y\"; filename*=UTF-8''a%22%3B%20b%0D%0Ax%3A%20y");
        let russian = disposition(&artifact(Some("Отчёт.pdf"), "application/pdf"));
        assert!(russian.starts_with("attachment; filename=\"_____.pdf\"; filename*=UTF-8''%D0%9E"), "{russian}");
    }

    #[test]
    fn a_page_is_never_shown_in_place() {
        for media_type in ["text/html", "application/xhtml+xml", "application/octet-stream", "bad\r\ntype"] {
            let headers = headers(&artifact(None, media_type));
            assert!(headers[CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"), "{media_type}");
            assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("sandbox; default-src 'none'"));
        }
    }
}
