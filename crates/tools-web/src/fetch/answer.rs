//! What of a long text goes into the answer, and where the rest is.

use artel_domain::ArtifactId;
use artel_tools::{CallContext, ToolArtifact, ToolError};
use bytes::Bytes;

/// The beginning of a text, and whether there is more.
pub(super) fn shortened(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// Keeps a file with the session; `None` where nothing keeps files.
pub(super) async fn keep(
    context: &CallContext,
    kind: &'static str,
    title: String,
    media_type: &str,
    bytes: impl Into<Bytes>,
) -> Result<Option<ArtifactId>, ToolError> {
    let Some(artifacts) = &context.artifacts else { return Ok(None) };
    let artifact = ToolArtifact {
        ordinal: 0,
        kind,
        title: Some(title),
        media_type: media_type.to_owned(),
        bytes: bytes.into(),
        is_ephemeral: true,
    };
    Ok(Some(artifacts.keep(context, artifact).await?))
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("да", 1), ("д", true));
        assert_eq!(shortened("да", 2), ("да", false));
        assert_eq!(shortened("", 1), ("", false));
    }
}
