//! The connectors of an installation: those that ship with the binary and those of the operator's directory.

use std::fmt;
use std::sync::Arc;

use crate::parse::{Fault, parse};
use crate::schema::Connector;

/// A file of `connectors/` with its text.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../connectors/", $name)))
    };
}

/// The connectors that ship with the binary, in the order of their keys.
const SHIPPED: [(&str, &str); 12] = [
    file!("bitrix24.yaml"),
    file!("diadoc.yaml"),
    file!("github.yaml"),
    file!("gitlab.yaml"),
    file!("http.yaml"),
    file!("jsonrpc.yaml"),
    file!("one_c_odata.yaml"),
    file!("ozon.yaml"),
    file!("sbis.yaml"),
    file!("telegram.yaml"),
    file!("wildberries.yaml"),
    file!("yandex_market.yaml"),
];

/// Where a connector comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Shipped,
    /// `CONNECTORS_DIR`.
    Operator,
    /// An organisation made it for itself. No catalogue has it.
    Organisation,
}

impl Origin {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Operator => "operator",
            Self::Organisation => "organisation",
        }
    }
}

/// A connector of the catalogue.
#[derive(Debug, Clone)]
pub struct Listed {
    pub origin: Origin,
    pub connector: Arc<Connector>,
    /// Tells apart what an organisation's connector was at two times; the installation's have none.
    pub version: Option<String>,
}

/// Why a file of the operator was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning(pub Vec<Fault>);

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "; " };
            write!(f, "{comma}{fault}")?;
        }
        Ok(())
    }
}

/// Every connector by its key, in the order of keys.
#[derive(Debug, Clone, Default)]
pub struct Catalogue(Vec<Listed>);

impl Catalogue {
    /// The shipped connectors, and those of the operator.
    ///
    /// A file of the operator whose key a shipped connector has takes its place.
    ///
    /// # Arguments
    /// * `files`: names and texts of the operator's files.
    ///
    /// Returns also what was left out, and why.
    pub fn new(files: &[(String, String)]) -> (Self, Vec<Warning>) {
        let mut catalogue = Self::default();
        let mut warnings = Vec::new();
        for (file, text) in SHIPPED {
            catalogue.add(Origin::Shipped, file, text, &mut warnings);
        }
        for (file, text) in files {
            catalogue.add(Origin::Operator, file, text, &mut warnings);
        }
        catalogue.0.sort_by(|a, b| a.connector.key.cmp(&b.connector.key));
        (catalogue, warnings)
    }

    /// The connector of that key.
    pub fn get(&self, key: &str) -> Option<&Listed> {
        self.0.iter().find(|listed| listed.connector.key == key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Listed> {
        self.0.iter()
    }

    fn add(&mut self, origin: Origin, file: &str, text: &str, warnings: &mut Vec<Warning>) {
        let connector = match parse(file, text) {
            Ok(connector) => connector,
            Err(faults) => return warnings.push(Warning(faults)),
        };
        if let Some(same) =
            self.0.iter().find(|listed| listed.connector.key == connector.key && listed.origin == origin)
        {
            let message = format!("another file has the key {} too", same.connector.key);
            return warnings.push(Warning(vec![Fault { file: file.to_owned(), line: 1, message }]));
        }
        self.0.retain(|listed| listed.connector.key != connector.key);
        self.0.push(Listed { origin, connector: Arc::new(connector), version: None });
    }
}

#[cfg(test)]
mod tests;
