//! From a document to a connector, with the answer that shows it. No part of it waits.

use std::sync::Arc;

use artel_connectors::openapi::{ImportOptions, Imported, LeftOut, import};
use artel_connectors::{Connector, Listed, Origin, from_json, to_json};
use artel_http::Problem;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::view::{ConnectorView, whole};

/// The largest connector, in bytes of its definition.
const LARGEST: usize = 2 * 1024 * 1024;
/// The largest answer, in bytes; it must fit where answers are kept for retries.
const LARGEST_ANSWER: usize = 7 * 512 * 1024;
/// Parts of a document that are told one by one.
const MOST_TOLD: usize = 500;

/// A connector that was made of an OpenAPI document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedConnector {
    #[serde(flatten)]
    connector: ConnectorView,
    /// What the document has and the connector has not; the first 500.
    left_out: Vec<LeftOutOperation>,
    /// How many more were left out.
    more_left_out: usize,
    /// Schemas that were too deep or too large to be written out; any value is accepted there.
    cut_schemas: usize,
}

/// A part of the document that was left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOutOperation {
    /// `GET /users`, or what else it is.
    operation: String,
    reason: String,
}

impl From<LeftOut> for LeftOutOperation {
    fn from(left: LeftOut) -> Self {
        Self { operation: left.place, reason: left.reason }
    }
}

/// What a document came to.
pub(super) struct Conversion {
    pub(super) connector: Arc<Connector>,
    pub(super) definition: String,
    /// Of the definition.
    pub(super) digest: String,
    /// JSON of [`ImportedConnector`].
    pub(super) answer: Vec<u8>,
}

/// Makes the connector.
///
/// # Arguments
/// * `field`: where the document came from in the request.
///
/// # Errors
/// 422: what is wrong with the document.
pub(super) fn convert(text: &str, options: &ImportOptions, field: &'static str) -> Result<Conversion, Problem> {
    let wrong = |why: String| Problem::invalid_field(field, why);
    let made = import(text, options).map_err(|error| wrong(error.to_string()))?;
    let definition = to_json(&made.connector).map_err(wrong)?;
    if definition.len() > LARGEST {
        let (has, most) = (definition.len().div_ceil(1024), LARGEST / 1024);
        return Err(wrong(format!("makes a connector of {has} KiB; at most {most} are kept. Take a part: operations")));
    }
    // What is stored is what later reads find, so it is read once before.
    let connector = Arc::new(from_json(&definition).map_err(wrong)?);
    let digest = hex::encode(Sha256::digest(&definition));
    let answer = serde_json::to_vec(&answer(&connector, made)).map_err(Problem::internal)?;
    if answer.len() > LARGEST_ANSWER {
        return Err(wrong("makes a connector that is too large to be shown. Take a part: operations".to_owned()));
    }
    Ok(Conversion { connector, definition, digest, answer })
}

fn answer(connector: &Arc<Connector>, made: Imported) -> ImportedConnector {
    let listed = Listed { origin: Origin::Organisation, connector: Arc::clone(connector), version: None };
    ImportedConnector {
        connector: whole(&listed),
        more_left_out: made.more_left_out + made.left_out.len().saturating_sub(MOST_TOLD),
        left_out: made.left_out.into_iter().take(MOST_TOLD).map(LeftOutOperation::from).collect(),
        cut_schemas: made.cut_schemas,
    }
}
