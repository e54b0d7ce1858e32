//! The content coding of a response, detected from its first bytes, because the header may be wrong or missing.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;

const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Decodes the coding of a body that comes in pieces.
#[derive(Debug)]
pub(super) enum Coding {
    /// Too few bytes have come to detect it. At most one byte is held back.
    Unknown(Option<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Coding {
    pub(super) fn new() -> Self {
        Self::Unknown(None)
    }

    /// The next bytes of the body. Plain bytes are passed on without a copy.
    ///
    /// # Errors
    /// Fails when compressed bytes are damaged.
    pub(super) fn decode(&mut self, chunk: Bytes) -> io::Result<Bytes> {
        match self {
            Self::Plain => Ok(chunk),
            Self::Gzip(decoder) => inflate(decoder, &chunk),
            Self::Unknown(held) => {
                let bytes: Bytes = match held.take() {
                    Some(first) => [&[first], &chunk[..]].concat().into(),
                    None => chunk,
                };
                self.begin(bytes)
            }
        }
    }

    fn begin(&mut self, bytes: Bytes) -> io::Result<Bytes> {
        if bytes.starts_with(&GZIP) {
            let mut decoder = Box::new(MultiGzDecoder::new(Vec::new()));
            let decoded = inflate(&mut decoder, &bytes);
            *self = Self::Gzip(decoder);
            return decoded;
        }
        if bytes.is_empty() || GZIP.starts_with(&bytes) {
            *self = Self::Unknown(bytes.first().copied());
            return Ok(Bytes::new());
        }
        *self = Self::Plain;
        Ok(bytes)
    }
}

fn inflate(decoder: &mut MultiGzDecoder<Vec<u8>>, bytes: &[u8]) -> io::Result<Bytes> {
    decoder.write_all(bytes)?;
    decoder.flush()?;
    Ok(std::mem::take(decoder.get_mut()).into())
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn decode(chunks: &[&[u8]]) -> Vec<u8> {
        let mut coding = Coding::new();
        chunks.iter().flat_map(|chunk| coding.decode(Bytes::copy_from_slice(chunk)).unwrap()).collect()
    }

    #[test]
    fn compressed_bytes_are_recognised_wherever_they_are_cut() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"data: hello\n\n").unwrap();
        let bytes = encoder.finish().unwrap();
        for cut in 0..bytes.len() {
            assert_eq!(decode(&[&bytes[..cut], &bytes[cut..]]), b"data: hello\n\n", "cut at {cut}");
        }
    }

    #[test]
    fn plain_bytes_stay() {
        assert_eq!(decode(&[b"d", b"", b"ata"]), b"data");
        assert_eq!(decode(&[b"\x1F", b"x"]), b"\x1Fx");
    }
}
