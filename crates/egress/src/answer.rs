use std::fmt;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::coding::content_coding;
use crate::error::SendError;

/// What came back. Its body is read here and in no other way, so that nobody takes compressed bytes for what they stand
/// for: a secret in them would be found by nobody.
pub struct Answer(Response);

impl Answer {
    pub(crate) fn new(response: Response) -> Self {
        Self(response)
    }

    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// Where it came from, after redirects.
    pub fn url(&self) -> &Url {
        self.0.url()
    }

    /// Reads the body up to a cap.
    ///
    /// # Arguments
    /// * `cap`: the most that is read, in bytes. The unread rest is dropped, which closes the connection.
    ///
    /// # Errors
    /// [`SendError::Lost`] when the connection ends before the body does, [`SendError::Compressed`] when the body is
    /// not what it stands for.
    ///
    /// Returns what was read, and whether there was more.
    pub async fn read(self, cap: usize) -> Result<(Bytes, bool), SendError> {
        let Self(mut response) = self;
        if let Some(coding) = coding(response.headers()) {
            return Err(SendError::Compressed(coding));
        }
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
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Answer").field(&self.status()).finish()
    }
}

fn coding(headers: &HeaderMap) -> Option<String> {
    let said = [CONTENT_ENCODING, TRANSFER_ENCODING].into_iter().flat_map(|name| headers.get_all(name));
    said.filter_map(|value| value.to_str().ok()).find_map(content_coding)
}
