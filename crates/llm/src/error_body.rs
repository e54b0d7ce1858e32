//! What an error of a provider means: one table for error statuses, and for errors inside an answer after status 200.

use http::StatusCode;
use serde_json::Value;

use crate::error::excerpt;
use crate::{ModelError, lenient};

/// The error for an answer with an error status.
pub(crate) fn of_response(status: StatusCode, body: &[u8]) -> ModelError {
    let body_read = ErrorBody::read(&String::from_utf8_lossy(body));
    let told = format!("it answered {}: {}", status.as_u16(), body_read.message);
    body_read.classify(status.as_u16(), told)
}

/// The error for a text that tells an error after status 200.
pub(crate) fn in_stream(text: &str) -> ModelError {
    ErrorBody::read(text).broke_off()
}

/// The same for a value that is an error.
pub(crate) fn of_value(error: &Value) -> ModelError {
    ErrorBody::of(error, &error.to_string()).broke_off()
}

/// The error that a JSON text tells which should be an answer and has none.
pub(crate) fn instead_of_answer(text: &str) -> Option<ModelError> {
    let value = lenient::value(text)?;
    tells_error(outer(&value)).then(|| ErrorBody::of(&value, text).broke_off())
}

/// Whether the value of a member like `error` tells an error. Some servers send an empty one with every answer.
pub(crate) fn is_told(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(code) => code.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// Gemini puts an error into a list.
fn outer(value: &Value) -> &Value {
    value.get(0).unwrap_or(value)
}

fn told<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| is_told(value))
}

/// Older versions of vLLM tell an error at the top, FastAPI in `detail`, others in `errors`, MiniMax in `base_resp`.
fn tells_error(value: &Value) -> bool {
    let is_called_error = ["object", "type"].iter().any(|name| value.get(*name).is_some_and(|kind| kind == "error"));
    let has_place = ["error", "errors", "detail"].iter().any(|name| told(value, name).is_some());
    let has_message = told(value, "message").is_some_and(Value::is_string)
        && (told(value, "code").is_some() || value.get("type").is_none());
    is_called_error || has_place || has_message || base_response(value).is_some()
}

/// MiniMax's report, when its code is not that of success.
fn base_response(value: &Value) -> Option<&Value> {
    value.get("base_resp").filter(|report| told(report, "status_code").is_some())
}

/// The parts of an error, wherever the server put them.
#[derive(Debug)]
struct ErrorBody {
    message: String,
    /// The values of `type`, `code` and the like, in lower case.
    words: Vec<String>,
    code: Option<u64>,
}

impl ErrorBody {
    fn read(text: &str) -> Self {
        match lenient::value(text) {
            Some(value) => Self::of(&value, text),
            // A gateway in front of the provider may answer with a web page.
            None => Self { message: explanation(text), words: Vec::new(), code: None },
        }
    }

    fn of(value: &Value, text: &str) -> Self {
        let outer = outer(value);
        let errors = told(outer, "errors").map(|errors| errors.get(0).unwrap_or(errors));
        let inner = told(outer, "error").or(errors).or_else(|| base_response(outer)).unwrap_or(outer);
        let texts = ["message", "detail", "status_msg"];
        let message = inner.as_str().or_else(|| texts.iter().find_map(|name| told(inner, name)?.as_str()));
        let member = |name: &str| told(inner, name).or_else(|| told(outer, name));
        let codes = ["code", "status_code", "status"];
        let word = |name: &&str| member(name)?.as_str().map(str::to_ascii_lowercase);
        Self {
            message: explanation(message.unwrap_or(text)),
            words: ["type", "code", "status"].iter().filter_map(word).collect(),
            code: codes.iter().find_map(|name| number(member(name)?)),
        }
    }

    fn says(&self, part: &str) -> bool {
        self.words.iter().any(|word| word.contains(part))
    }

    /// The HTTP status that belongs to the error, for an error after status 200.
    fn status(&self) -> u16 {
        let of_code = |code: u64| match code {
            400..=599 => u16::try_from(code).ok(),
            _ => OTHER_CODES.iter().find(|(known, _)| *known == code).map(|(_, status)| *status),
        };
        let of_words = || WORDS.iter().find(|(word, _)| self.says(word)).map(|(_, status)| *status);
        self.code.and_then(of_code).or_else(of_words).unwrap_or(502)
    }

    fn broke_off(&self) -> ModelError {
        let status = self.status();
        self.classify(status, format!("it broke off: {}", self.message)).of_status(status)
    }

    fn classify(&self, status: u16, told: String) -> ModelError {
        match status {
            // Anthropic reports an image over the limit as an invalid request. Only this text tells the difference.
            400 if self.message.contains("image exceeds") => ModelError::TooLarge(told),
            413 => ModelError::TooLarge(told),
            // A used-up account is reported as 429 too, but waiting does not help.
            429 if self.says("insufficient_quota") => ModelError::Rejected(told),
            429 => ModelError::RateLimited { message: told, retry_after: None },
            408 | 409 | 500.. => ModelError::Unavailable(told),
            _ => ModelError::Rejected(told),
        }
    }
}

/// The statuses of words in errors. Earlier rows win.
const WORDS: [(&str, u16); 21] = [
    ("insufficient_quota", 402),
    ("exceeded_current_quota", 402),
    ("insufficient_balance", 402),
    ("insufficient_credit", 402),
    ("billing", 402),
    ("authentication", 401),
    ("invalid_api_key", 401),
    ("unauthorized", 401),
    ("unauthenticated", 401),
    ("permission", 403),
    ("forbidden", 403),
    ("not_found", 404),
    ("notfound", 404),
    ("too_large", 413),
    ("rate_limit", 429),
    ("too_many_requests", 429),
    ("resource_exhausted", 429),
    ("invalid", 400),
    ("badrequest", 400),
    ("bad_request", 400),
    ("context_length", 400),
];

/// The statuses of MiniMax's codes.
const OTHER_CODES: [(u64, u16); 6] = [(1002, 429), (1004, 401), (1008, 402), (1039, 429), (2013, 400), (2049, 401)];

fn number(code: &Value) -> Option<u64> {
    code.as_u64().or_else(|| code.as_str()?.trim().parse().ok())
}

fn explanation(text: &str) -> String {
    let message = excerpt(text);
    if message.is_empty() { "no explanation".to_owned() } else { message }
}
