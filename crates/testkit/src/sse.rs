use futures::StreamExt as _;
use serde_json::Value;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: i64,
    pub name: String,
    pub data: Value,
    /// Its bytes, including the blank line at its end.
    pub raw: String,
}

/// A stream that is being read.
pub struct Events {
    response: futures::stream::BoxStream<'static, reqwest::Result<Vec<u8>>>,
    buffer: Vec<u8>,
}

impl Events {
    pub(crate) async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let status = response.status();
        assert!(status.is_success(), "the stream was refused: {status}");
        let response = response.bytes_stream().map(|chunk| chunk.map(|bytes| bytes.to_vec())).boxed();
        Self { response, buffer: Vec::new() }
    }

    /// The next event; `None` when the stream has ended or broken.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let raw: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = parse(&String::from_utf8(raw).expect("UTF-8")) {
                    return Some(event);
                }
                continue;
            }
            self.buffer.extend(self.response.next().await?.ok()?);
        }
    }

    /// Reads until an event of this name.
    pub async fn until(&mut self, name: &str) -> Vec<Event> {
        let mut seen = Vec::new();
        while let Some(event) = self.next().await {
            let found = event.name == name;
            seen.push(event);
            if found {
                return seen;
            }
        }
        panic!("the stream ended before '{name}': {seen:?}");
    }

    /// Reads all events to the end.
    pub async fn rest(&mut self) -> Vec<Event> {
        let mut seen = Vec::new();
        while let Some(event) = self.next().await {
            seen.push(event);
        }
        seen
    }
}

/// Parses the text of a complete stream.
pub fn parse_events(text: &str) -> Vec<Event> {
    text.split_inclusive("\n\n").filter_map(parse).collect()
}

/// Parses one event; `None` for comments (keep-alives).
fn parse(raw: &str) -> Option<Event> {
    let field = |name: &str| raw.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let data = field("data:")?;
    let id = field("id:").and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("an event without an id: {raw}"));
    let name = field("event:").unwrap_or("message").to_owned();
    Some(Event { id, name, data: serde_json::from_str(data).expect("data is JSON"), raw: raw.to_owned() })
}
