//! The document's text, indexed where it lies.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use artel_domain::names::visible;
use percent_encoding::percent_decode_str;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::budget::{Budget, LONGEST_URL, MAX_PATHS, PARSING};
use super::error::ImportError;
use super::report::Report;
use super::shared::{Shared, clean, read, weight};
use super::{MAX_JSON_BYTES, MAX_YAML_BYTES};

/// What one part of the document takes as a tree, and all parts that are remembered, in bytes of memory.
const MAX_PART: usize = 32 * 1024 * 1024;
const MAX_REMEMBERED: usize = 128 * 1024 * 1024;
/// References that lead to references.
const MAX_CHAIN: usize = 32;
/// Members of all indexes together.
const MAX_INDEXED: usize = 500_000;

type Members<'a> = Vec<(String, &'a RawValue)>;
type Index<'a> = HashMap<String, &'a RawValue>;

/// A document.
pub(super) struct Document<'a> {
    root: Members<'a>,
    pub(super) budget: Budget,
    indexes: RefCell<Indexes<'a>>,
    remembered: RefCell<Remembered>,
}

/// Parts of the document as trees, by where their text begins.
#[derive(Default)]
struct Remembered {
    trees: HashMap<*const u8, Rc<Value>>,
    weight: usize,
}

/// Members of objects by name, by where the text of the object begins.
#[derive(Default)]
struct Indexes<'a> {
    places: HashMap<*const u8, Index<'a>>,
    members: usize,
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
    let mut tree = read_yaml(text)?;
    clean(&mut tree);
    let json = tree.to_string();
    if json.len() > MAX_JSON_BYTES {
        return Err(ImportError::TooLarge { bytes: json.len(), limit: MAX_JSON_BYTES });
    }
    Ok(Cow::Owned(json))
}

/// The reader's own budget bounds what aliases make of a text.
fn read_yaml(text: &str) -> Result<Value, ImportError> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let words = error.without_snippet().to_string();
        ImportError::Unreadable(visible(&words).chars().take(200).collect())
    })
}

impl<'a> Document<'a> {
    pub(super) fn new(json: &'a str) -> Result<Self, ImportError> {
        let raw: &RawValue = serde_json::from_str(json).map_err(|error| ImportError::Unreadable(error.to_string()))?;
        let root = members(raw, usize::MAX).ok_or_else(|| ImportError::Version("it is no object".to_owned()))?;
        let document =
            Self { root, budget: Budget::default(), indexes: RefCell::default(), remembered: RefCell::default() };
        document.check_version()?;
        Ok(document)
    }

    fn check_version(&self) -> Result<(), ImportError> {
        if self.text_at("swagger").is_some() {
            return Err(ImportError::Swagger2);
        }
        match self.text_at("openapi") {
            Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => Ok(()),
            Some(version) => {
                let shown: String = version.chars().take(20).collect();
                Err(ImportError::Version(format!("its version is {shown}")))
            }
            None => Err(ImportError::Version("it has no member `openapi`".to_owned())),
        }
    }

    /// A member of the root.
    fn member(&self, name: &str) -> Option<&'a RawValue> {
        self.root.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    fn text_at(&self, name: &str) -> Option<String> {
        match &*self.at(&[name])? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// What stands at a place; `None` when there is nothing, or more than can be read.
    pub(super) fn at(&self, place: &[&str]) -> Option<Rc<Value>> {
        let parts: Vec<String> = place.iter().map(|part| (*part).to_owned()).collect();
        self.tree(self.find(&parts)?).ok()
    }

    pub(super) fn title(&self) -> Option<String> {
        let title = self.at(&["info", "title"])?;
        title.as_str().map(|title| title.chars().take(100).collect())
    }

    pub(super) fn documentation(&self) -> Option<String> {
        let url = self.at(&["externalDocs", "url"])?;
        url.as_str().filter(|url| url.starts_with("http") && url.len() <= LONGEST_URL).map(str::to_owned)
    }

    /// How many items a list of the root has.
    pub(super) fn count(&self, name: &str) -> usize {
        self.member(name).and_then(items).map_or(0, |items| items.len())
    }

    /// The paths in their order.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn paths(&self) -> Result<Members<'a>, ImportError> {
        let Some(raw) = self.member("paths") else { return Ok(Vec::new()) };
        let paths = members(raw, MAX_PATHS + 1).unwrap_or_default();
        if paths.len() > MAX_PATHS {
            return Err(ImportError::TooMany { what: "paths", limit: MAX_PATHS });
        }
        Ok(paths)
    }

    /// One path, with the reference that it may be.
    pub(super) fn read_item(&self, raw: &RawValue, path: &str, report: &mut Report) -> Option<Rc<Value>> {
        if path.starts_with("x-") {
            return None;
        }
        let item = self.read_path(raw, path);
        item.map_err(|reason| report.add(path, reason)).ok()
    }

    fn read_path(&self, raw: &RawValue, path: &str) -> Result<Rc<Value>, String> {
        if path.len() > LONGEST_URL {
            return Err(format!("the path is longer than {LONGEST_URL} bytes"));
        }
        if matches!(visible(path), Cow::Owned(_)) {
            return Err("the path has control characters or invisible characters".to_owned());
        }
        let item = Rc::new(self.parsed(raw)?);
        match self.resolved(&item)? {
            Shared::Here(_) => Ok(Rc::clone(&item)),
            Shared::There(named) => Ok(named),
        }
    }

    /// The value itself, or what its `$ref` names.
    ///
    /// # Errors
    /// Why the reference leads nowhere.
    pub(super) fn resolved<'v>(&self, value: &'v Value) -> Result<Shared<'v>, String> {
        let mut found = Shared::Here(value);
        for _ in 0..MAX_CHAIN {
            let Some(reference) = found.get("$ref").and_then(Value::as_str) else { return Ok(found) };
            found = Shared::There(self.read(reference)?);
        }
        Err(format!("more than {MAX_CHAIN} references lead from one to the next"))
    }

    /// What a reference names.
    ///
    /// # Errors
    /// The reference leads out of the document, or to nothing.
    fn read(&self, reference: &str) -> Result<Rc<Value>, String> {
        let fragment = reference
            .strip_prefix('#')
            .ok_or_else(|| format!("the reference {reference} leads to another file, which is not read"))?;
        let nowhere = || format!("the reference {reference} leads to nothing");
        let pointer = percent_decode_str(fragment).decode_utf8().map_err(|_| nowhere())?;
        let parts: Vec<String> =
            pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        self.budget.spend(reference.len())?;
        let raw = self.find(&parts).ok_or_else(nowhere)?;
        self.tree(raw).map_err(|reason| format!("what {reference} names cannot be read: {reason}"))
    }

    /// A part of the document as a tree. It is parsed once, and every use is paid for.
    fn tree(&self, raw: &'a RawValue) -> Result<Rc<Value>, String> {
        let text = raw.get();
        self.budget.spend(text.len())?;
        if let Some(known) = self.remembered.borrow().trees.get(&text.as_ptr()) {
            return Ok(Rc::clone(known));
        }
        let tree = Rc::new(self.parsed(raw)?);
        self.remembered.borrow_mut().keep(text, &tree);
        Ok(tree)
    }

    fn parsed(&self, raw: &RawValue) -> Result<Value, String> {
        let text = raw.get();
        self.budget.spend(text.len().saturating_mul(PARSING))?;
        if weight(text) > MAX_PART {
            return Err(format!("it has {} bytes, more than is read at once", text.len()));
        }
        read(text)
    }

    fn find(&self, parts: &[String]) -> Option<&'a RawValue> {
        let (first, rest) = parts.split_first()?;
        rest.iter().try_fold(self.member(first)?, |raw, part| self.step(raw, part))
    }

    /// One step down. The members of an object are indexed once.
    fn step(&self, raw: &'a RawValue, part: &str) -> Option<&'a RawValue> {
        let text = raw.get();
        if let Some(known) = self.indexes.borrow().places.get(&text.as_ptr()) {
            return known.get(part).copied();
        }
        self.budget.spend(text.len().saturating_mul(PARSING)).ok()?;
        if text.starts_with('[') {
            return items(raw)?.get(part.parse::<usize>().ok()?).copied();
        }
        let index: Index<'a> = members(raw, usize::MAX)?.into_iter().collect();
        let found = index.get(part).copied();
        self.indexes.borrow_mut().keep(text, index);
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

impl<'a> Indexes<'a> {
    fn keep(&mut self, text: &str, index: Index<'a>) {
        if self.members + index.len() <= MAX_INDEXED {
            self.members += index.len();
            self.places.insert(text.as_ptr(), index);
        }
    }
}

impl Remembered {
    fn keep(&mut self, text: &str, tree: &Rc<Value>) {
        let weight = weight(text);
        if self.weight + weight <= MAX_REMEMBERED {
            self.weight += weight;
            self.trees.insert(text.as_ptr(), Rc::clone(tree));
        }
    }
}

fn items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// The first members of an object, in their order.
fn members(raw: &RawValue, most: usize) -> Option<Members<'_>> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    deserializer.deserialize_map(InOrder(most)).ok()
}

/// Reads the members of an object, at most so many.
struct InOrder(usize);

impl<'de> Visitor<'de> for InOrder {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut read = Vec::new();
        while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
            if read.len() < self.0 {
                read.push(entry);
            }
        }
        Ok(read)
    }
}
