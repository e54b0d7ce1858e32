//! Calls the proxy as a client does, in every way that must give the same answer.

use artel_model_mock::{Cuts, Protocol, Reply, Script, Wire};
use serde_json::{Value, json};

use crate::fold::fold;
use crate::world::{KEY, World, model};

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// `(status, type, code)` of an error.
    pub(crate) fn error(&self) -> (u16, String, String) {
        let error = &self.json()["error"];
        let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (self.status, word("type"), word("code"))
    }
}

/// A user's message to the model of a protocol, with these members.
pub(crate) fn hello(protocol: Protocol, members: &Value) -> Value {
    let mut body = json!({ "model": model(protocol), "messages": [{ "role": "user", "content": "hello" }] });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

/// Two tools to choose from.
pub(crate) fn tools() -> Value {
    let tool = |name: &str| json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object", "properties": { "city": { "type": "string" } } } } });
    json!([tool("weather"), tool("time")])
}

impl World {
    pub(crate) fn post(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.url)).header("x-internal-auth", KEY).json(body)
    }

    pub(crate) async fn ask(&self, body: &Value) -> Answered {
        let answer = self.post("/v1/chat/completions", body).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answered { status, headers, text: answer.text().await.unwrap() }
    }

    /// The same reply streamed, streamed with usage, and complete, with its bytes together and one by one. Checks that
    /// all give the same answer, and returns its choice and its usage.
    pub(crate) async fn every_way(&self, protocol: Protocol, reply: &Reply, members: &Value) -> Value {
        let mut seen: Vec<(String, Value)> = Vec::new();
        for (pieces, cut) in [
            ("as it is", None),
            ("byte by byte", Some(Cuts::Every(1))),
            ("in odd pieces", Some(Cuts::Sizes(vec![1, 7, 64, 3]))),
        ] {
            let wire = Wire { pieces: cut, ..reply.wire.clone() };
            self.mock.set_script(Script::from(reply.clone().wire(wire)));
            let body = |more: Value| {
                let mut body = hello(protocol, members);
                body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                body
            };
            let whole = self.ask(&body(json!({}))).await;
            assert_eq!(whole.status, 200, "{protocol:?} {pieces}: {}", whole.text);
            seen.push((format!("whole, {pieces}"), stable_parts(&whole.json())));
            let streamed =
                self.ask(&body(json!({ "stream": true, "stream_options": { "include_usage": true } }))).await;
            seen.push((format!("streamed with usage, {pieces}"), stable_parts(&fold(&streamed.text, true))));
            let streamed = self.ask(&body(json!({ "stream": true }))).await;
            let mut without_usage = stable_parts(&fold(&streamed.text, false));
            without_usage["usage"] = seen[0].1["usage"].clone();
            seen.push((format!("streamed, {pieces}"), without_usage));
        }
        let (_, first) = seen[0].clone();
        for (how, answer) in seen {
            assert_eq!(answer, first, "{protocol:?} {how}");
        }
        first
    }
}

/// The parts of an answer that are the same in every call.
fn stable_parts(answer: &Value) -> Value {
    json!({ "choice": answer["choices"][0], "usage": answer["usage"] })
}
