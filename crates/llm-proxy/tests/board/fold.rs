//! Assembles the chunks of a stream as careful clients do, and checks them against OpenAI's grammar.

use serde_json::{Map, Value, json};

/// The complete answer that the stream holds.
pub(crate) fn fold(stream: &str, include_usage: bool) -> Value {
    let chunks = chunks(stream);
    let (usage, spoken) = if include_usage {
        chunks.split_last().map(|(last, rest)| (Some(last), rest)).unwrap()
    } else {
        (None, &chunks[..])
    };
    let first = &spoken[0];
    assert_eq!(first["choices"][0]["delta"], json!({ "role": "assistant", "content": "" }), "the role comes first");
    let mut folded = Folded::default();
    for (at, chunk) in spoken.iter().enumerate() {
        same_head(first, chunk);
        assert_eq!(chunk.get("usage"), include_usage.then_some(&Value::Null), "{chunk}");
        assert_eq!(chunk["choices"].as_array().unwrap().len(), 1, "{chunk}");
        folded.take(&chunk["choices"][0], at + 1 == spoken.len());
    }
    if let Some(usage) = usage {
        same_head(first, usage);
        assert_eq!(usage["choices"], json!([]), "{usage}");
    }
    folded.whole(usage.map(|chunk| chunk["usage"].clone()))
}

/// The chunks of a stream that ended properly.
pub(crate) fn chunks(stream: &str) -> Vec<Value> {
    let mut data: Vec<&str> =
        stream.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect();
    assert_eq!(data.pop(), Some("[DONE]"), "{stream}");
    data.into_iter().map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn same_head(first: &Value, chunk: &Value) {
    for name in ["id", "object", "created", "model"] {
        assert_eq!(chunk[name], first[name], "{name} is constant");
    }
    assert_eq!(chunk["object"], "chat.completion.chunk");
}

#[derive(Default)]
struct Folded {
    texts: Map<String, Value>,
    calls: Vec<Value>,
    others: Map<String, Value>,
    end: Map<String, Value>,
}

impl Folded {
    fn take(&mut self, choice: &Value, is_last: bool) {
        assert_eq!(choice["index"], 0);
        assert_eq!(choice["finish_reason"].is_null(), !is_last, "only the last chunk has a finish_reason: {choice}");
        let delta = choice["delta"].as_object().unwrap();
        assert_eq!(delta.is_empty(), is_last, "only the last delta is empty: {choice}");
        for (name, content) in delta {
            match name.as_str() {
                "role" => {}
                "content" | "refusal" | "reasoning_content" => {
                    append(self.texts.entry(name).or_insert_with(|| json!("")), content);
                }
                "tool_calls" => content.as_array().unwrap().iter().for_each(|call| self.call(call)),
                _ => drop(self.others.insert(name.clone(), content.clone())),
            }
        }
        if is_last {
            self.end.clone_from(choice.as_object().unwrap());
        }
    }

    fn call(&mut self, piece: &Value) {
        let index = usize::try_from(piece["index"].as_u64().unwrap()).unwrap();
        if index == self.calls.len() {
            assert_eq!(piece["function"]["arguments"], "", "a call begins without arguments");
            let mut call = piece.clone();
            call.as_object_mut().unwrap().shift_remove("index");
            self.calls.push(call);
        } else {
            assert!(index < self.calls.len(), "indexes are dense: {piece}");
            assert!(
                piece.get("id").is_none() && piece["function"].get("name").is_none(),
                "id and name come once: {piece}"
            );
            append(&mut self.calls[index]["function"]["arguments"], &piece["function"]["arguments"]);
        }
    }

    /// The answer in the form of one that was not streamed, as far as the stream holds it.
    fn whole(self, usage: Option<Value>) -> Value {
        let text = |name: &str| self.texts.get(name).filter(|text| *text != "").cloned();
        let silent = text("refusal").is_some() || !self.calls.is_empty();
        let content = text("content").unwrap_or(if silent { Value::Null } else { json!("") });
        let mut message = json!({ "role": "assistant", "content": content, "refusal": text("refusal") });
        let members = message.as_object_mut().unwrap();
        members.extend(text("reasoning_content").map(|text| ("reasoning_content".to_owned(), text)));
        members.extend(self.others);
        if !self.calls.is_empty() {
            members.insert("tool_calls".to_owned(), self.calls.into());
        }
        let mut choice =
            json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": self.end["finish_reason"] });
        choice.as_object_mut().unwrap().extend(self.end.get("artel").map(|own| ("artel".to_owned(), own.clone())));
        let mut whole = json!({ "choices": [choice] });
        whole.as_object_mut().unwrap().extend(usage.map(|usage| ("usage".to_owned(), usage)));
        whole
    }
}

fn append(text: &mut Value, more: &Value) {
    *text = format!("{}{}", text.as_str().unwrap(), more.as_str().unwrap()).into();
}
