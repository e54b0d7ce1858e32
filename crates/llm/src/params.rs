//! Reads [`Params`] from members under their OpenAI names. Agents store such members, and clients of the proxy send
//! them.

use serde_json::{Map, Value};

use crate::{Params, ResponseFormat, Thinking, ToolChoice};

/// Members that are not parameters: they are parts of the request, or another value would change the protocol.
pub(crate) const RESERVED: [&str; 8] =
    ["model", "messages", "tools", "stream", "stream_options", "n", "functions", "function_call"];

/// A parameter that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` {problem}")]
pub struct BadParam {
    /// The path of the parameter: `temperature`, `stop[1]`, `response_format.json_schema`.
    pub name: String,
    /// What is wrong, as the rest of a sentence that begins with the name: `must be a number`.
    pub problem: String,
}

impl Params {
    /// Reads the members of an object. `null` means absent. Members without a typed form are put into [`Params::rest`].
    /// Members of the request itself (`model`, `messages`, `stream`, …) are skipped.
    ///
    /// # Errors
    /// Fails for a member with a typed form whose value is not valid.
    pub fn read(members: &Map<String, Value>) -> Result<Self, BadParam> {
        let mut params = Self::default();
        for (name, value) in
            members.iter().filter(|(name, value)| !value.is_null() && !RESERVED.contains(&name.as_str()))
        {
            params.take(name, value)?;
        }
        Ok(params)
    }

    fn take(&mut self, name: &str, value: &Value) -> Result<(), BadParam> {
        match name {
            "max_completion_tokens" => {
                (self.max_tokens, self.max_completion_tokens) = (Some(whole(name, value)?), true);
            }
            "max_tokens" => {
                let limit = whole(name, value)?;
                self.max_tokens.get_or_insert(limit);
            }
            "temperature" => self.temperature = Some(number(name, value)?),
            "top_p" => self.top_p = Some(number(name, value)?),
            "parallel_tool_calls" => self.parallel_tool_calls = Some(boolean(name, value)?),
            "stop" => self.stop = stop(value)?,
            // `thinking` is more exact than `reasoning_effort`, so it has precedence in either order.
            "thinking" => self.thinking = Some(thinking(value)?),
            "reasoning_effort" => {
                let effort = text(name, value)?.to_owned();
                self.thinking.get_or_insert(Thinking::Effort(effort));
            }
            "tool_choice" => match tool_choice(value)? {
                Some(choice) => self.tool_choice = Some(choice),
                None => self.keep(name, value),
            },
            "response_format" => match response_format(value)? {
                Some(format) => self.response_format = Some(format),
                None => self.keep(name, value),
            },
            _ => self.keep(name, value),
        }
        Ok(())
    }

    fn keep(&mut self, name: &str, value: &Value) {
        self.rest.insert(name.to_owned(), value.clone());
    }
}

/// The kinds of `tool_choice` that only OpenAI's own protocol has.
const OPENAI_CHOICES: [&str; 2] = ["allowed_tools", "custom"];

/// Reads a word, `{"type": <word>}` as Anthropic writes it, or an object that names a function; `None` for the kinds
/// that only OpenAI's own protocol has.
fn tool_choice(value: &Value) -> Result<Option<ToolChoice>, BadParam> {
    let wrong = || bad("tool_choice", "must be `auto`, `none`, `required` or an object that names a function");
    let Value::Object(choice) = value else {
        return value.as_str().and_then(choice_word).map(Some).ok_or_else(wrong);
    };
    match choice.get("type") {
        None => named_choice(choice).map(Some),
        Some(Value::String(kind)) if kind == "function" || kind == "tool" => named_choice(choice).map(Some),
        Some(Value::String(kind)) if OPENAI_CHOICES.contains(&kind.as_str()) => Ok(None),
        Some(kind) => kind.as_str().and_then(choice_word).map(Some).ok_or_else(wrong),
    }
}

fn choice_word(word: &str) -> Option<ToolChoice> {
    match word {
        "auto" => Some(ToolChoice::Auto),
        "none" => Some(ToolChoice::None),
        // `any` is the word of Mistral and Anthropic.
        "required" | "any" => Some(ToolChoice::Required),
        _ => None,
    }
}

/// The function of a named choice. The name is in `function`, or beside the type (OpenAI's Responses API, Anthropic).
fn named_choice(choice: &Map<String, Value>) -> Result<ToolChoice, BadParam> {
    let function = choice.get("function").and_then(Value::as_object).unwrap_or(choice);
    let name = function.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    name.map(|name| ToolChoice::Named(name.to_owned()))
        .ok_or_else(|| bad("tool_choice.function.name", "must be a tool's name"))
}

/// The format; `None` for kinds that only some servers know.
fn response_format(value: &Value) -> Result<Option<ResponseFormat>, BadParam> {
    let Value::Object(format) = value else {
        return Err(bad("response_format", "must be an object"));
    };
    let Some(kind) = format.get("type").and_then(Value::as_str) else {
        return Err(bad("response_format.type", "must be a string"));
    };
    match kind {
        "text" if format.len() == 1 => Ok(Some(ResponseFormat::Text)),
        // llama.cpp accepts a `schema` beside the type.
        "json_object" if format.len() == 1 => Ok(Some(ResponseFormat::JsonObject)),
        "json_schema" => json_schema(format.get("json_schema")).map(Some),
        _ => Ok(None),
    }
}

fn json_schema(value: Option<&Value>) -> Result<ResponseFormat, BadParam> {
    const NAME: &str = "response_format.json_schema";
    let Some(Value::Object(described)) = value else {
        return Err(bad(NAME, "must be an object with `name` and `schema`"));
    };
    let mut rest = described.clone();
    let Some(Value::String(name)) = rest.shift_remove("name") else {
        return Err(bad(&format!("{NAME}.name"), "must be a string"));
    };
    let Some(schema @ Value::Object(_)) = rest.shift_remove("schema") else {
        return Err(bad(&format!("{NAME}.schema"), "must be an object"));
    };
    let strict = match rest.shift_remove("strict") {
        None | Some(Value::Null) => None,
        Some(value) => Some(boolean(&format!("{NAME}.strict"), &value)?),
    };
    Ok(ResponseFormat::JsonSchema { name, schema, strict, rest })
}

fn thinking(value: &Value) -> Result<Thinking, BadParam> {
    let Value::Object(wish) = value else {
        return Err(bad("thinking", "must be an object"));
    };
    match wish.get("type").and_then(Value::as_str) {
        Some("enabled") => {
            let budget = wish.get("budget_tokens").unwrap_or(&Value::Null);
            whole("thinking.budget_tokens", budget).map(Thinking::Budget)
        }
        Some("adaptive") => Ok(Thinking::Adaptive),
        Some("disabled") => Ok(Thinking::Disabled),
        _ => Err(bad("thinking.type", "must be `enabled`, `adaptive` or `disabled`")),
    }
}

fn stop(value: &Value) -> Result<Vec<String>, BadParam> {
    match value {
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(all) => {
            all.iter().enumerate().map(|(at, one)| text(&format!("stop[{at}]"), one).map(str::to_owned)).collect()
        }
        _ => Err(bad("stop", "must be a string or an array of strings")),
    }
}

pub(crate) fn whole(name: &str, value: &Value) -> Result<u32, BadParam> {
    let number = value.as_u64().or_else(|| {
        value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0).map(|number| number as u64)
    });
    number
        .and_then(|number| number.try_into().ok())
        .ok_or_else(|| bad(name, "must be a whole number that is not negative"))
}

fn number(name: &str, value: &Value) -> Result<f64, BadParam> {
    value.as_f64().ok_or_else(|| bad(name, "must be a number"))
}

fn boolean(name: &str, value: &Value) -> Result<bool, BadParam> {
    value.as_bool().ok_or_else(|| bad(name, "must be true or false"))
}

pub(crate) fn text<'v>(name: &str, value: &'v Value) -> Result<&'v str, BadParam> {
    value.as_str().ok_or_else(|| bad(name, "must be a string"))
}

pub(crate) fn bad(name: &str, problem: &str) -> BadParam {
    BadParam { name: name.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests;
