//! The JSON forms of vectors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::{RawValue, to_raw_value};

use super::VectorFormat;
use crate::ModelError;

/// The vector in the requested format. Not every server knows both formats. A vector in the right format stays
/// unchanged.
pub(crate) fn in_format(vector: Box<RawValue>, format: VectorFormat) -> Result<Box<RawValue>, ModelError> {
    match (vector.get().starts_with('"'), format) {
        (false, VectorFormat::Float) | (true, VectorFormat::Base64) => Ok(vector),
        (false, VectorFormat::Base64) => floats(&read_numbers(&vector)?, format),
        (true, VectorFormat::Float) => floats(&read_bytes(&vector)?, format),
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
    serde_json::from_str(vector.get()).map_err(|_| unreadable())
}

fn read_bytes(vector: &RawValue) -> Result<Vec<f32>, ModelError> {
    let text: String = serde_json::from_str(vector.get()).map_err(|_| unreadable())?;
    let bytes = STANDARD.decode(text).map_err(|_| unreadable())?;
    let (numbers, []) = bytes.as_chunks::<4>() else { return Err(unreadable()) };
    Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

fn unreadable() -> ModelError {
    ModelError::Protocol("a vector is neither an array of numbers nor base64".to_owned())
}
