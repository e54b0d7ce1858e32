//! The JSON forms of vectors.

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::{Engine as _, alphabet};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::VectorFormat;
use crate::ModelError;
use crate::error::excerpt;

/// Some servers leave the padding out.
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The vector in the requested format. Not every server knows both formats. A vector in the right format stays
/// unchanged.
///
/// # Errors
/// Fails for a vector that cannot be read, so that no client computes with one.
pub(crate) fn in_format(vector: Box<RawValue>, format: VectorFormat) -> Result<Box<RawValue>, ModelError> {
    let is_text = vector.get().starts_with('"');
    let numbers = if is_text { read_bytes(&vector)? } else { read_numbers(&vector)? };
    match (is_text, format) {
        (false, VectorFormat::Float) | (true, VectorFormat::Base64) => Ok(vector),
        (false, VectorFormat::Base64) | (true, VectorFormat::Float) => floats(&numbers, format),
    }
}

/// These numbers as a vector.
pub(crate) fn floats(numbers: &[f32], format: VectorFormat) -> Result<Box<RawValue>, ModelError> {
    let written = match format {
        VectorFormat::Float => to_raw_value(numbers),
        VectorFormat::Base64 => {
            to_raw_value(&STANDARD.encode(numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()))
        }
    };
    written.map_err(|_| unreadable())
}

fn read_numbers(vector: &RawValue) -> Result<Vec<f32>, ModelError> {
    serde_json::from_str(vector.get()).map_err(|_| no_numbers(vector))
}

fn read_bytes(vector: &RawValue) -> Result<Vec<f32>, ModelError> {
    let text: String = serde_json::from_str(vector.get()).map_err(|_| unreadable())?;
    let bytes = ANY_PADDING.decode(text.trim()).map_err(|_| unreadable())?;
    let (numbers, []) = bytes.as_chunks::<4>() else { return Err(unreadable()) };
    Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

/// Names the first value that is no number.
fn no_numbers(vector: &RawValue) -> ModelError {
    let values: Vec<Value> = serde_json::from_str(vector.get()).unwrap_or_default();
    match values.iter().enumerate().find(|(_, value)| !value.is_number()) {
        Some((at, value)) => {
            let value = excerpt(&value.to_string());
            ModelError::Protocol(format!("a vector has `{value}` at place {at}, where a number must be"))
        }
        None => unreadable(),
    }
}

fn unreadable() -> ModelError {
    ModelError::Protocol("a vector is neither an array of numbers nor base64".to_owned())
}
