//! The character encoding of a response, detected from its first bytes: UTF-8, or UTF-16 that becomes UTF-8.

use bytes::Bytes;

const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Decodes a body that comes in pieces. A byte order mark is removed.
#[derive(Debug)]
pub(super) enum Charset {
    /// Too few bytes have come to detect it. At most two bytes are held back.
    Unknown(Vec<u8>),
    Utf8,
    Utf16(Utf16),
}

impl Charset {
    pub(super) fn new() -> Self {
        Self::Unknown(Vec::new())
    }

    /// The next bytes of the body as UTF-8. Those of UTF-8 are passed on without a copy.
    pub(super) fn decode(&mut self, chunk: Bytes) -> Bytes {
        match self {
            Self::Utf8 => chunk,
            Self::Utf16(units) => units.decode(&chunk),
            Self::Unknown(held) => {
                let bytes = if held.is_empty() { chunk } else { [&held[..], &chunk].concat().into() };
                self.begin(bytes)
            }
        }
    }

    /// The bytes that are held back, when no more come.
    pub(super) fn finish(&mut self) -> Bytes {
        if let Self::Unknown(held) = self { std::mem::take(held).into() } else { Bytes::new() }
    }

    fn begin(&mut self, bytes: Bytes) -> Bytes {
        let (is_big, mark) = match bytes[..] {
            [] | [_] | [0xEF, 0xBB] => return self.hold(&bytes),
            [0xFE, 0xFF, ..] => (true, 2),
            [0xFF, 0xFE, ..] => (false, 2),
            [0, second, ..] if second != 0 => (true, 0),
            [first, 0, ..] if first != 0 => (false, 0),
            _ => {
                *self = Self::Utf8;
                return if bytes.starts_with(&UTF8_MARK) { bytes.slice(UTF8_MARK.len()..) } else { bytes };
            }
        };
        let mut units = Utf16 { is_big, ..Utf16::default() };
        let decoded = units.decode(&bytes[mark..]);
        *self = Self::Utf16(units);
        decoded
    }

    fn hold(&mut self, bytes: &[u8]) -> Bytes {
        *self = Self::Unknown(bytes.to_vec());
        Bytes::new()
    }
}

/// UTF-16 between two pieces of a body.
#[derive(Debug, Default)]
pub(super) struct Utf16 {
    is_big: bool,
    /// The first byte of a unit whose second one has not come.
    half_unit: Option<u8>,
    /// The first unit of a pair whose second one has not come.
    half_pair: Option<u16>,
}

impl Utf16 {
    /// Unpaired surrogates become U+FFFD.
    fn decode(&mut self, bytes: &[u8]) -> Bytes {
        let bytes: Vec<u8> = self.half_unit.take().into_iter().chain(bytes.iter().copied()).collect();
        let (pairs, rest) = bytes.as_chunks::<2>();
        self.half_unit = rest.first().copied();
        let unit = |pair: &[u8; 2]| if self.is_big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
        let mut units: Vec<u16> = self.half_pair.into_iter().chain(pairs.iter().map(unit)).collect();
        self.half_pair = units.pop_if(|last| (0xD800..0xDC00).contains(last));
        String::from_utf16_lossy(&units).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"a\": \"Привет 🌟\"}";

    fn decode(chunks: &[&[u8]]) -> String {
        let mut charset = Charset::new();
        let mut all: Vec<u8> = chunks.iter().flat_map(|chunk| charset.decode(Bytes::copy_from_slice(chunk))).collect();
        all.extend(charset.finish());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn every_encoding_gives_the_same_text_wherever_it_is_cut() {
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            TEXT.as_bytes().to_vec(),
            [&UTF8_MARK, TEXT.as_bytes()].concat(),
            [&[0xFE, 0xFF], &big[..]].concat(),
            [&[0xFF, 0xFE], &little[..]].concat(),
            big.clone(),
            little.clone(),
        ] {
            for cut in 0..=bytes.len() {
                assert_eq!(decode(&[&bytes[..cut], &bytes[cut..]]), TEXT, "cut at {cut} of {bytes:?}");
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(decode(&single), TEXT);
        }
    }

    #[test]
    fn short_bodies_stay() {
        assert_eq!(decode(&[b"1"]), "1");
        assert_eq!(decode(&[b""]), "");
    }
}
