//! The document's text, indexed where it lies.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use percent_encoding::percent_decode_str;
use serde::Deserialize as _;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::report::Report;
use super::{MAX_JSON_BYTES, MAX_YAML_BYTES};

/// Why no connector can be made of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error(
        "the document has {bytes} bytes; at most {limit} are read. Take the one that is not dereferenced, or a part"
    )]
    TooLarge { bytes: usize, limit: usize },
    #[error("the document is neither JSON nor YAML: {0}")]
    Unreadable(String),
    #[error("this is Swagger 2.0; convert it to OpenAPI 3 first (`npx swagger2openapi`, or editor.swagger.io)")]
    Swagger2,
    #[error("the document is not OpenAPI 3.0 or 3.1: {0}")]
    Version(String),
    #[error("the document describes nothing that can be called: {0}")]
    Nothing(String),
}

/// References that lead to references.
const MAX_CHAIN: usize = 32;
/// Places whose members are remembered: those that references usually lead through.
const REMEMBERED_DEPTH: usize = 2;

type Members<'a> = Vec<(String, &'a RawValue)>;

/// A document.
pub(super) struct Document<'a> {
    root: Members<'a>,
    remembered: RefCell<HashMap<String, Rc<HashMap<String, &'a RawValue>>>>,
}

/// The document as JSON text.
pub(super) fn as_json(text: &str) -> Result<Cow<'_, str>, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let is_json = text.trim_start().starts_with('{');
    let limit = if is_json { MAX_JSON_BYTES } else { MAX_YAML_BYTES };
    if text.len() > limit {
        return Err(ImportError::TooLarge { bytes: text.len(), limit });
    }
    if is_json {
        return Ok(Cow::Borrowed(text));
    }
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    let read: Value = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| ImportError::Unreadable(error.without_snippet().to_string()))?;
    Ok(Cow::Owned(read.to_string()))
}

impl<'a> Document<'a> {
    pub(super) fn new(json: &'a str) -> Result<Self, ImportError> {
        let raw: &RawValue = serde_json::from_str(json).map_err(|error| ImportError::Unreadable(error.to_string()))?;
        let root = members(raw).ok_or_else(|| ImportError::Version("it is no object".to_owned()))?;
        let document = Self { root, remembered: RefCell::default() };
        document.check_version()?;
        Ok(document)
    }

    fn check_version(&self) -> Result<(), ImportError> {
        if self.text_at("swagger").is_some() {
            return Err(ImportError::Swagger2);
        }
        match self.text_at("openapi") {
            Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => Ok(()),
            Some(version) => Err(ImportError::Version(format!("its version is {version}"))),
            None => Err(ImportError::Version("it has no member `openapi`".to_owned())),
        }
    }

    /// A member of the root.
    fn member(&self, name: &str) -> Option<&'a RawValue> {
        self.root.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    fn text_at(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A member of the root, read whole.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.member(name)?.get()).ok()
    }

    pub(super) fn title(&self) -> Option<String> {
        self.value("info")?.get("title")?.as_str().map(|title| title.chars().take(100).collect())
    }

    pub(super) fn documentation(&self) -> Option<String> {
        let url = self.value("externalDocs")?.get("url")?.as_str()?.to_owned();
        url.starts_with("http").then_some(url)
    }

    /// The paths in their order.
    pub(super) fn paths(&self) -> Members<'a> {
        self.member("paths").and_then(members).unwrap_or_default()
    }

    /// One path, with the reference that it may be.
    pub(super) fn read_item(&self, raw: &RawValue, path: &str, report: &mut Report) -> Option<Value> {
        if path.starts_with("x-") {
            return None;
        }
        let read: Result<Value, _> = serde_json::from_str(raw.get());
        let item = match read {
            Ok(item) => self.resolved(item),
            Err(error) => Err(error.to_string()),
        };
        item.map_err(|reason| report.add(path, reason)).ok()
    }

    /// The value itself, or what its `$ref` names.
    ///
    /// # Errors
    /// Why the reference leads nowhere.
    pub(super) fn resolved(&self, value: Value) -> Result<Value, String> {
        let mut value = value;
        for _ in 0..MAX_CHAIN {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
            value = self.read(reference)?;
        }
        Err(format!("more than {MAX_CHAIN} references lead from one to the next"))
    }

    /// What a reference names.
    ///
    /// # Errors
    /// The reference leads out of the document, or to nothing.
    pub(super) fn read(&self, reference: &str) -> Result<Value, String> {
        let fragment = reference
            .strip_prefix('#')
            .ok_or_else(|| format!("the reference {reference} leads to another file, which is not read"))?;
        let nowhere = || format!("the reference {reference} leads to nothing");
        let pointer = percent_decode_str(fragment).decode_utf8().map_err(|_| nowhere())?;
        let parts: Vec<String> =
            pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let raw = self.find(&parts).ok_or_else(nowhere)?;
        serde_json::from_str(raw.get()).map_err(|error| format!("what {reference} names cannot be read: {error}"))
    }

    fn find(&self, parts: &[String]) -> Option<&'a RawValue> {
        let mut raw = self.member(parts.first()?)?;
        for depth in 1..parts.len() {
            raw = self.step(raw, &parts[..depth], &parts[depth])?;
        }
        Some(raw)
    }

    /// One step down. The members of `#/components/schemas` and its like are indexed once.
    fn step(&self, raw: &'a RawValue, place: &[String], part: &str) -> Option<&'a RawValue> {
        if raw.get().starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
            return items.get(part.parse::<usize>().ok()?).copied();
        }
        if place.len() > REMEMBERED_DEPTH {
            return members(raw)?.into_iter().find(|(name, _)| name == part).map(|(_, raw)| raw);
        }
        let key = place.join("\u{0}");
        if let Some(known) = self.remembered.borrow().get(&key) {
            return known.get(part).copied();
        }
        let index: Rc<HashMap<String, &'a RawValue>> = Rc::new(members(raw)?.into_iter().collect());
        let found = index.get(part).copied();
        self.remembered.borrow_mut().insert(key, index);
        found
    }

    /// Why there is no operation.
    pub(super) fn nothing_callable(&self, seen: usize) -> ImportError {
        ImportError::Nothing(match (seen, self.member("webhooks").is_some()) {
            (0, true) => "it has webhooks only, which the service calls".to_owned(),
            (0, false) => "it has no paths".to_owned(),
            _ => "none of its operations is wanted or can be called".to_owned(),
        })
    }
}

/// The members of an object, in their order.
fn members(raw: &RawValue) -> Option<Members<'_>> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    InOrder::deserialize(&mut deserializer).ok().map(|read| read.0)
}

struct InOrder<'a>(Members<'a>);

impl<'de> serde::Deserialize<'de> for InOrder<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = InOrder<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder<'de>, A::Error> {
                let mut read = Vec::new();
                while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                    read.push(entry);
                }
                Ok(InOrder(read))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
