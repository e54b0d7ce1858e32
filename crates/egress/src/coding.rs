//! What the headers `Content-Encoding` and `Transfer-Encoding` say.

/// Every name of a content coding that changes the bytes. Some servers and clients write a charset or `identity` into
/// the header, which changes nothing.
const CODINGS: [&str; 17] = [
    "gzip",
    "x-gzip",
    "deflate",
    "br",
    "zstd",
    "compress",
    "x-compress",
    "dcb",
    "dcz",
    "aes128gcm",
    "bzip2",
    "x-bzip2",
    "exi",
    "lzma",
    "pack200-gzip",
    "snappy",
    "xz",
];

/// The first coding in a value of the header that changes the bytes, in lower case; `None`: they are as they are.
pub fn content_coding(value: &str) -> Option<String> {
    value.split(',').map(|coding| coding.trim().to_ascii_lowercase()).find(|coding| CODINGS.contains(&coding.as_str()))
}

#[cfg(test)]
mod tests {
    use super::content_coding;

    #[test]
    fn only_real_codings_change_the_bytes() {
        for (value, coding) in [("gzip", "gzip"), ("identity, BR", "br"), (" X-Gzip ", "x-gzip")] {
            assert_eq!(content_coding(value).as_deref(), Some(coding));
        }
        for value in ["", "identity", "utf-8", "UTF-8, identity", "none", "aws-chunked", "binary"] {
            assert_eq!(content_coding(value), None, "{value}");
        }
    }
}
