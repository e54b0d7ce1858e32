//! Reads requests from the connection.

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MOST_HEADERS: usize = 100;
const LONGEST_HEAD: usize = 64 << 10;
const LONGEST_BODY: usize = 64 << 20;

/// A request, whole.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) method: String,
    /// The request target with its query.
    pub(super) target: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    pub(super) keep_alive: bool,
}

impl Incoming {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    /// The path without the query.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// Why there is no request.
pub(super) enum NoRequest {
    /// The client closed the connection, or broke it off.
    Gone,
    /// The bytes are not HTTP/1.1, or too many.
    Bad,
}

/// Reads the next request. `buffer` holds bytes that have arrived and are not used yet.
pub(super) async fn next(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<Incoming, NoRequest> {
    let mut request = loop {
        if let Some((request, length)) = head(buffer)? {
            buffer.advance(length);
            break request;
        }
        if buffer.len() > LONGEST_HEAD {
            return Err(NoRequest::Bad);
        }
        more(stream, buffer).await?;
    };
    if request.header("expect").is_some_and(|expected| expected.eq_ignore_ascii_case("100-continue")) {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.map_err(|_| NoRequest::Gone)?;
    }
    request.body = if request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        chunked(stream, buffer).await?
    } else {
        let length = request.header("content-length").map_or(Ok(0), str::parse).map_err(|_| NoRequest::Bad)?;
        exactly(stream, buffer, length).await?
    };
    Ok(request)
}

fn head(buffer: &[u8]) -> Result<Option<(Incoming, usize)>, NoRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(buffer).map_err(|_| NoRequest::Bad)? else {
        return Ok(None);
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers: Vec<(String, String)> =
        request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(header.value))).collect();
    let connection = headers.iter().find(|(name, _)| name == "connection").map_or("", |(_, value)| value.as_str());
    let keep_alive = match request.version {
        Some(1) => !connection.eq_ignore_ascii_case("close"),
        _ => connection.eq_ignore_ascii_case("keep-alive"),
    };
    let (method, target) = (request.method.unwrap_or_default().to_owned(), request.path.unwrap_or_default().to_owned());
    Ok(Some((Incoming { method, target, headers, body: Bytes::new(), keep_alive }, length)))
}

async fn exactly(stream: &mut TcpStream, buffer: &mut BytesMut, length: usize) -> Result<Bytes, NoRequest> {
    if length > LONGEST_BODY {
        return Err(NoRequest::Bad);
    }
    buffer.reserve(length.saturating_sub(buffer.len()));
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    Ok(buffer.split_to(length).freeze())
}

async fn chunked(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<Bytes, NoRequest> {
    let mut body = BytesMut::new();
    loop {
        match httparse::parse_chunk_size(buffer).map_err(|_| NoRequest::Bad)? {
            httparse::Status::Partial => more(stream, buffer).await?,
            httparse::Status::Complete((line, size)) => {
                buffer.advance(line);
                let size = usize::try_from(size).map_err(|_| NoRequest::Bad)?;
                if size > LONGEST_BODY - body.len() {
                    return Err(NoRequest::Bad);
                }
                // Trailers are not supported, because no client sends them to a model.
                body.extend_from_slice(&exactly(stream, buffer, size).await?);
                exactly(stream, buffer, 2).await?;
                if size == 0 {
                    return Ok(body.freeze());
                }
            }
        }
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<(), NoRequest> {
    buffer.reserve(4096);
    match stream.read_buf(buffer).await {
        Ok(count) if count > 0 => Ok(()),
        _ => Err(NoRequest::Gone),
    }
}
