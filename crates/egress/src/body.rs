use bytes::{Bytes, BytesMut};
use reqwest::Response;

use crate::error::SendError;

/// Reads a body up to a cap.
///
/// # Arguments
/// * `response`: what [`Egress::send`](crate::Egress::send) brought. Its unread rest is dropped, which closes the
///   connection.
/// * `cap`: the most that is read, in bytes.
///
/// # Errors
/// [`SendError::Lost`] when the connection ends before the body does.
///
/// Returns what was read, and whether there was more.
pub async fn read_capped(mut response: Response, cap: usize) -> Result<(Bytes, bool), SendError> {
    let mut read = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| SendError::Lost)? {
        let room = cap - read.len();
        if chunk.len() > room {
            read.extend_from_slice(&chunk[..room]);
            return Ok((read.freeze(), true));
        }
        read.extend_from_slice(&chunk);
    }
    Ok((read.freeze(), false))
}
