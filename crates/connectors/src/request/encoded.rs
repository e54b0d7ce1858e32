//! Bytes in parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::BuildError;

/// The bytes of a parameter's member `base64`.
///
/// # Errors
/// When it is no text, or no base64.
pub(super) fn decode(encoded: &Value) -> Result<Vec<u8>, BuildError> {
    let bytes = encoded.as_str().and_then(|text| STANDARD.decode(text).ok());
    bytes.ok_or_else(|| BuildError::parameter("base64", "is not base64"))
}
