//! A connector made of an OpenAPI 3.0 or 3.1 document.
//!
//! The document is never held as a tree: it is indexed where it lies, and each path and schema is read when it is
//! needed, a schema once. All work is paid from one budget before it is done (`budget`), so memory and time stay in
//! proportion to the document's text, whatever its references and variables multiply to. No text of it has characters
//! that control a display (`shared`).

mod body;
mod budget;
mod document;
mod error;
mod keys;
mod operation;
mod parameter;
mod report;
mod schemas;
mod servers;
mod shared;
mod signing_in;
mod words;

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

pub use error::ImportError;
pub use report::{Imported, LeftOut};

use crate::schema::{Connector, Module, Text};
use budget::{MAX_OPERATIONS, OPERATION};
use document::Document;
use report::Report;
use schemas::Schemas;

/// The largest document, in bytes.
pub const MAX_JSON_BYTES: usize = 32 * 1024 * 1024;
/// The largest YAML document, in bytes: YAML is read into a tree first.
pub const MAX_YAML_BYTES: usize = 8 * 1024 * 1024;

/// What a document becomes.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The connector's key.
    pub key: String,
    /// Without it, the document's title.
    pub title: Option<String>,
    /// Where the document came from; relative servers are relative to it.
    pub source: Option<Url>,
    /// Only operations whose key or path fits one of these; `*` stands for anything. Empty: all.
    pub operations: Vec<String>,
}

/// Makes a connector of a document.
///
/// # Arguments
/// * `text`: JSON or YAML.
///
/// # Errors
/// What the document is, when it is none that can be called: too large, no OpenAPI 3, nothing callable.
pub fn import(text: &str, options: &ImportOptions) -> Result<Imported, ImportError> {
    let json = document::as_json(text)?;
    let document = Document::new(&json)?;
    let mut report = Report::default();
    let schemas = Schemas::new(&document);
    let mut servers = servers::Servers::of(&document, options.source.as_ref(), &mut report);
    let signing = signing_in::read(&document, servers.secrets(), &mut report);
    let mut modules = Modules::default();
    let mut keys = keys::Keys::default();
    let (mut seen, mut taken) = (0, 0);
    let paths = document.paths()?;
    schemas.share_among(paths.len());
    for (path, raw) in &paths {
        let Some(item) = document.read_item(raw, path, &mut report) else { continue };
        for (method, operation) in operation::of_item(&item) {
            seen += 1;
            let source = operation::Source { path, method, item: &item, operation };
            let key = keys.of(method, path, operation.get("operationId").and_then(Value::as_str));
            if !wanted(&options.operations, &key, path) {
                continue;
            }
            taken += 1;
            afford(&document, taken)?;
            let made = operation::make(&source, key, &document, &schemas, &signing, &mut servers, &mut report);
            if let Some((tag, made)) = made {
                modules.of(&tag).operations.push(made);
            }
        }
    }
    document.budget.check()?;
    if modules.list.is_empty() {
        return Err(document.nothing_callable(seen));
    }
    let connector = assemble(&document, options, modules.list, servers, signing);
    Ok(report.finish(connector, seen, schemas.cut()))
}

fn assemble(
    document: &Document<'_>,
    options: &ImportOptions,
    modules: Vec<Module>,
    servers: servers::Servers,
    signing: signing_in::Signing,
) -> Connector {
    let title = options.title.clone().or_else(|| document.title()).unwrap_or_else(|| options.key.clone());
    let (hosts, mut credential) = servers.finish();
    for (name, member) in signing.credential {
        credential.entry(name).or_insert(member);
    }
    Connector {
        key: options.key.clone(),
        title: Text::same(title),
        description: None,
        documentation: document.documentation(),
        hosts,
        other_hosts: Vec::new(),
        credential,
        auth: signing.auth,
        headers: std::iter::once(("User-Agent".to_owned(), "artel".to_owned())).collect(),
        rpc: None,
        errors: Vec::new(),
        throttle: vec![operation::usual_throttle()],
        announced: None,
        limits: std::collections::BTreeMap::new(),
        limits_of_all: Vec::new(),
        modules,
        probe: None,
        webhook: None,
        recipes: Vec::new(),
    }
}

/// Pays for one more operation.
fn afford(document: &Document<'_>, taken: usize) -> Result<(), ImportError> {
    if taken > MAX_OPERATIONS {
        return Err(ImportError::TooMany { what: "operations", limit: MAX_OPERATIONS });
    }
    document.budget.spend(OPERATION).map_err(|_| ImportError::TooMuchWork)
}

/// The modules under way, found by their keys.
#[derive(Default)]
struct Modules {
    list: Vec<Module>,
    places: HashMap<String, usize>,
}

impl Modules {
    fn of(&mut self, tag: &str) -> &mut Module {
        let key = keys::module_key(tag);
        let place = *self.places.entry(key.clone()).or_insert_with(|| {
            let title = Text::same(tag);
            self.list.push(Module { key, title, host: None, limits: Vec::new(), operations: Vec::new() });
            self.list.len() - 1
        });
        &mut self.list[place]
    }
}

fn wanted(globs: &[String], key: &str, path: &str) -> bool {
    globs.is_empty() || globs.iter().any(|glob| keys::fits(glob, key) || keys::fits(glob, path))
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
